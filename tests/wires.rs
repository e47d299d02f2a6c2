//! Every wire sample of the catalogue is recognised for what it is, and no look-alike is.

use feedfix::catalogue::Catalogue;
use feedfix::catalogue::key::squash;
use feedfix::diagnose::{Hint, SURE};
use feedfix::recognise::Recogniser;
use std::fmt::Write;

/// Providers that may stand for each other, since they share the shape.
fn accepted(provider: &str, shared: &[String], found: &str) -> bool {
    found == provider || shared.iter().any(|other| other == found)
}

fn same_code(catalogue: &Catalogue, found: &feedfix::recognise::Finding, code: &str) -> bool {
    let Some(id) = found.entry else { return squash(&found.code) == squash(code) };
    let Some(head) = catalogue.head(id) else { return false };
    let names = std::iter::once(head.code).chain([head.name]).chain(head.aliases.iter().copied());
    names.filter(|name| !name.is_empty()).any(|name| name == code || squash(name) == squash(code)) || found.code == code
}

#[test]
fn samples_are_recognised_and_look_alikes_are_not() {
    let catalogue = feedfix::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let mut faults = String::new();
    let (mut samples, mut bad) = (0, 0);
    for (provider, wire) in catalogue.wires() {
        let id = wire.id.clone().unwrap_or_default();
        let shared = wire.shared_with.clone().unwrap_or_default();
        for sample in wire.sample.iter().flatten() {
            samples += 1;
            let findings = recogniser.recognise(sample.text.as_bytes(), &Hint::default()).findings;
            let first = findings.first();
            let shown = || findings.iter().take(3).map(|it| format!("{}:{} {}", it.provider, it.code, it.confidence)).collect::<Vec<_>>();
            let good = match &sample.code {
                Some(code) => first.is_some_and(|it| accepted(&provider, &shared, &it.provider) && same_code(&catalogue, it, code)),
                None => first.is_none_or(|it| it.confidence < SURE),
            };
            if !good {
                bad += 1;
                let text: String = sample.text.chars().take(150).collect();
                let _ = writeln!(faults, "{provider} wire {id}: expected {:?}, found {:?} in {text}", sample.code, shown());
            }
        }
        for text in wire.lookalikes.iter().flatten() {
            samples += 1;
            let findings = recogniser.recognise(text.as_bytes(), &Hint::default()).findings;
            // The code's bare name may still be met in it; what counts is that the shape does not claim it.
            let by_shape =
                |it: &&feedfix::recognise::Finding| it.evidence.iter().any(|by| by.what.starts_with('`') || by.what.starts_with("text "));
            if let Some(it) = findings.first().filter(|it| it.confidence >= SURE && it.provider == provider).filter(by_shape) {
                bad += 1;
                let _ =
                    writeln!(faults, "{provider} wire {id}: look-alike taken for {} {} ({}): {text}", it.provider, it.code, it.confidence);
            }
        }
    }
    assert!(bad == 0, "{bad} of {samples} samples fail\n{faults}");
}
