//! How the fixed words of the contract are said to a person.

use crate::answer::{Diagnosis, DiagnosisKind, Evidence, Retry, Source, WaitFrom};
use crate::catalogue::model::{Place, Policy, Trust, Who};
use crate::text::duration;

/// Who must act; where nobody has to, whether time heals it.
pub(super) fn who(diagnosis: &Diagnosis) -> &'static str {
    actor_of(diagnosis.who, diagnosis.retry.policy)
}

/// The same by who and policy alone.
pub(super) fn actor_of(who: Who, policy: Policy) -> &'static str {
    let passes = matches!(policy, Policy::Now | Policy::Later);
    match who {
        Who::EndUser => "the owner of the bank account",
        Who::Integrator => "the developers of the app",
        Who::Aggregator => "the provider of the feed",
        Who::Institution => "the bank",
        Who::Nobody if passes => "nobody: it passes by itself",
        Who::Nobody => "nobody: there is nothing to mend",
        Who::Unknown => "not known",
    }
}

pub(crate) fn actor(who: Who) -> &'static str {
    match who {
        Who::EndUser => "account owner",
        Who::Integrator => "developer",
        Who::Aggregator => "provider",
        Who::Institution => "bank",
        Who::Nobody => "nobody",
        Who::Unknown => "anyone",
    }
}

pub(super) fn place(place: Place) -> &'static str {
    match place {
        Place::BankSite => "on the bank's site",
        Place::BankContact => "with the bank",
        Place::App => "in the app",
        Place::Dashboard => "status page or dashboard",
        Place::Code => "in the code",
        Place::Device => "on your device",
        Place::Support => "with support",
    }
}

/// The retry verdict as a sentence without its note.
pub(super) fn retry(retry: &Retry) -> String {
    let wait = retry.wait_s.map(|seconds| {
        let from = match retry.wait_from {
            Some(WaitFrom::Payload) => " (as the message says)",
            Some(WaitFrom::Default) => " (our default)",
            _ => "",
        };
        format!("{}{from}", duration(seconds))
    });
    let mut said = match (retry.policy, wait) {
        (Policy::Now, _) => "yes, at once".to_owned(),
        (Policy::Later, Some(wait)) => format!("yes, after {wait}"),
        (Policy::Later, None) => "yes, later, without changing anything".to_owned(),
        (Policy::AfterFix, Some(wait)) => format!("only after the fix, and not before {wait}"),
        (Policy::AfterFix, None) => "only after the fix".to_owned(),
        (Policy::Never, _) => "no".to_owned(),
        (Policy::Unknown, _) => "not known".to_owned(),
    };
    if let Some(backoff) = &retry.backoff {
        said.push_str("; ");
        said.push_str(backoff);
    }
    said
}

pub(super) fn trust(trust: Trust) -> &'static str {
    match trust {
        Trust::Official => "documented by the provider",
        Trust::ThirdParty => "from third parties",
        Trust::Inferred => "inferred",
    }
}

/// Whether a source is somebody else's: neither the provider's nor the user's own, as overlays may cite.
pub(super) fn is_third_party(source: &Source) -> bool {
    !source.official && source.title != "internal"
}

/// How sure a diagnosis is, and by which evidence.
pub(super) fn certainty(diagnosis: &Diagnosis) -> String {
    let said: Vec<String> = diagnosis.evidence.iter().map(evidence).collect();
    let by = if said.is_empty() { String::new() } else { format!(", by {}", said.join(", ")) };
    format!("{} ({}%){by}", confidence(diagnosis.confidence), (diagnosis.confidence * 100.0).round())
}

/// A piece of evidence as a phrase: "`error_code` = ITEM_LOCKED at /response".
pub(super) fn evidence(evidence: &Evidence) -> String {
    let at = evidence.at.as_deref().map(|at| format!(" at {at}")).unwrap_or_default();
    match &evidence.value {
        Some(value) => format!("{} {value}{at}", evidence.what),
        None => format!("{}{at}", evidence.what),
    }
}

/// Why a code is no longer sent, and what stands in its place.
pub(super) fn retired(why: &str, now: Option<&str>) -> String {
    let now = now.map(|now| format!(" Today: {now}.")).unwrap_or_default();
    format!("No longer sent: {}.{now}", why.trim_end_matches('.'))
}

/// How sure a diagnosis is, in words.
fn confidence(confidence: f64) -> &'static str {
    match confidence {
        0.9.. => "sure",
        0.75.. => "quite sure",
        0.5.. => "likely",
        0.25.. => "a guess",
        _ => "a wild guess",
    }
}

/// Code and family, or what stands in for them.
pub(crate) fn code(diagnosis: &Diagnosis) -> String {
    match (&diagnosis.code, diagnosis.kind) {
        (None, _) => "no code".to_owned(),
        (Some(_), DiagnosisKind::Symptom) => "symptom".to_owned(),
        (Some(code), _) => match &diagnosis.name {
            Some(name) if !name.is_empty() => format!("{code} {name}"),
            _ => code.clone(),
        },
    }
}

/// Provider, code and family as the command line takes them.
pub(super) fn reference(diagnosis: &Diagnosis) -> String {
    let provider = diagnosis.provider.as_deref().map(|provider| format!("{provider}:")).unwrap_or_default();
    let code = diagnosis.code.as_deref().unwrap_or("?");
    let family = diagnosis.family.as_deref().filter(|_| !diagnosis.elsewhere.is_empty());
    let at = family.map(|family| format!("@{family}")).unwrap_or_default();
    format!("{provider}{code}{at}")
}

/// The scope of a step or variant: products and institutions.
pub(super) fn scope(products: &[String], institutions: &[String]) -> Option<String> {
    let said = match (products.is_empty(), institutions.is_empty()) {
        (true, true) => return None,
        (false, true) => products.join(", "),
        (true, false) => format!("at {}", institutions.join(", ")),
        (false, false) => format!("{}, at {}", products.join(", "), institutions.join(", ")),
    };
    Some(said)
}
