//! From what was recognised in an input to the answer.

use super::entry::{Case, of_provider};
use super::general::{self, Unlisted};
use super::{FROM_PROSE, Hint, SURE};
use crate::answer::{Answer, Diagnosis, Input, InputKind};
use crate::catalogue::Catalogue;
use crate::recognise::{Finding, Recognised};
use crate::text::harmless;
use std::collections::BTreeSet;

/// The answer to an input by what was recognised in it; `name` is the file's name, if it has one.
#[must_use]
pub fn answer(catalogue: &Catalogue, recognised: &Recognised, hint: &Hint, name: Option<&str>) -> Answer {
    let input = Input {
        kind: recognised.kind.unwrap_or(InputKind::Text),
        provider_hint: hint.provider.clone().or_else(|| hint.preferred.clone()),
        name: name.map(harmless),
        notes: recognised.notes.clone(),
    };
    // A payload may say in words what no code says.
    let least = if input.kind == InputKind::Text { FROM_PROSE } else { SURE };
    if recognised.findings.first().is_none_or(|best| best.confidence < least) {
        return super::words::answer(catalogue, recognised, hint, input);
    }
    let shown: Vec<&Finding> = recognised.findings.iter().filter(|finding| finding.confidence >= 0.2).collect();
    let diagnoses = shown.iter().map(|finding| diagnosed(catalogue, recognised, finding, &shown, hint)).collect();
    Answer::new(input, diagnoses, None)
}

pub(super) fn diagnosed(catalogue: &Catalogue, recognised: &Recognised, finding: &Finding, all: &[&Finding], hint: &Hint) -> Diagnosis {
    let provider = catalogue.provider(&finding.provider).unwrap_or_default();
    let case = Case {
        confidence: finding.confidence,
        evidence: finding.evidence.clone(),
        product: hint.product.as_deref().and_then(|said| super::product(&provider, said)),
        because: hint.because.clone(),
        wait_s: recognised.wait_s,
        found: finding.found.clone(),
        elsewhere: elsewhere(catalogue, finding, all),
    };
    match finding.entry.and_then(|id| catalogue.record(id)) {
        Some(record) => of_provider(catalogue, &provider, &record, case),
        None => {
            let unlisted = Unlisted {
                provider: Some(finding.provider.clone()),
                code: (!finding.code.is_empty()).then(|| finding.code.clone()),
                family: finding.family.clone(),
            };
            general::general(catalogue, unlisted, finding.category, case)
        }
    }
}

/// The same code where another provider claims it, too: whose it is was decided by what the payload says of itself.
fn elsewhere(catalogue: &Catalogue, finding: &Finding, all: &[&Finding]) -> Vec<String> {
    let others = all.iter().filter(|other| other.code == finding.code && other.provider != finding.provider);
    let names: BTreeSet<String> = others.filter_map(|other| catalogue.head(other.entry?)).map(|head| head.reference()).collect();
    names.into_iter().collect()
}
