//! Whether to send the same request again: one verdict over all that was recognised, on the safe side.

use crate::answer::{Answer, Diagnosis, WaitFrom};
use crate::catalogue::Catalogue;
use crate::catalogue::model::{Category, Domain, Policy, Trust};
use crate::diagnose::SURE;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the verdict's form.
pub const SCHEMA: u32 = 1;
/// Below this confidence no verdict is given.
pub const SURE_ENOUGH: f64 = 0.8;
/// The wait where a retry helps later, and neither payload nor catalogue says when.
pub const UNSTATED_WAIT_S: u64 = 3600;

/// Whether and when to send the same request again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// The version of this form.
    pub schema: u32,
    /// The strictest of what counts.
    pub policy: Policy,
    /// Seconds to wait; null unless the policy is `now` or `later`.
    pub wait_s: Option<u64>,
    /// Where the wait comes from.
    pub wait_from: Option<WaitFrom>,
    /// The confidence of the best diagnosis.
    pub confidence: f64,
    /// Why it is so, where it is not just what the catalogue says.
    pub reason: Option<Reason>,
    /// The errors that count, the one that decided first.
    pub by: Vec<Judged>,
}

/// Why a verdict is stricter than what the catalogue says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Nothing was recognised.
    NoMatch,
    /// It is not sure enough which error it is.
    NotSure,
    /// The provider was recognised, but the catalogue lacks the code.
    UnknownCode,
    /// It moves money, and no source says that sending it twice is safe.
    Payment,
}

/// An error with what it says of a retry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judged {
    /// The provider's id.
    pub provider: Option<String>,
    /// The code.
    pub code: Option<String>,
    /// What happened, in one line.
    pub title: String,
    /// What it says.
    pub policy: Policy,
    /// What else there is to know.
    pub note: Option<String>,
}

/// The verdict over an answer. Of several errors the strictest counts; what is not sure enough gets none.
#[must_use]
pub fn verdict(answer: &Answer, catalogue: &Catalogue) -> Verdict {
    let confidence = answer.confidence();
    let unknown = |reason, by| Verdict { schema: SCHEMA, policy: Policy::Unknown, wait_s: None, wait_from: None, confidence, reason, by };
    if answer.diagnoses.is_empty() {
        return unknown(Some(Reason::NoMatch), Vec::new());
    }
    // A second error that is less sure still counts: leaving it out could only make the verdict laxer.
    let counted = answer.diagnoses.iter().filter(|it| it.confidence >= SURE.min(confidence));
    let mut judged: Vec<(Judged, Option<Reason>, &Diagnosis)> = counted
        .map(|it| {
            let (policy, reason) = policy(it, catalogue);
            let (provider, code) = (it.provider.clone(), it.code.clone());
            (Judged { provider, code, title: it.title.clone(), policy, note: it.retry.note.clone() }, reason, it)
        })
        .collect();
    judged.sort_by_key(|(judged, _, _)| std::cmp::Reverse(strictness(judged.policy)));
    let (policy, reason) = (judged[0].0.policy, judged[0].1);
    let longest = judged.iter().filter_map(|(_, _, it)| Some((it.retry.wait_s?, it.retry.wait_from))).max_by_key(|(wait, _)| *wait);
    let by = judged.into_iter().map(|(judged, _, _)| judged).collect();
    if confidence < SURE_ENOUGH {
        return unknown(Some(Reason::NotSure), by);
    }
    let (wait_s, wait_from) = match policy {
        Policy::Now => (Some(0), None),
        Policy::Later => {
            let (wait, from) = longest.unwrap_or((UNSTATED_WAIT_S, Some(WaitFrom::Default)));
            (Some(wait), from)
        }
        Policy::AfterFix | Policy::Never | Policy::Unknown => (None, None),
    };
    Verdict { schema: SCHEMA, policy, wait_s, wait_from, confidence, reason, by }
}

fn policy(it: &Diagnosis, catalogue: &Catalogue) -> (Policy, Option<Reason>) {
    if !it.known {
        return (Policy::Unknown, Some(Reason::UnknownCode));
    }
    match it.retry.policy {
        Policy::Now | Policy::Later if must_not_be_sent_twice(it, catalogue) => (Policy::Never, Some(Reason::Payment)),
        policy => (policy, None),
    }
}

/// Whether a request moves money and no source of its own says that sending it again is safe: its provider must say so,
/// for this code, in so many words.
fn must_not_be_sent_twice(it: &Diagnosis, catalogue: &Catalogue) -> bool {
    let entry = it.provider.as_deref().zip(it.code.as_deref());
    let entry = entry.and_then(|(provider, code)| catalogue.entry(provider, code, it.family.as_deref().unwrap_or_default()));
    let record = entry.and_then(|id| catalogue.record(id));
    let payment = it.category == Category::Payment || record.as_ref().is_some_and(|it| it.entry.domain == Some(Domain::Payment));
    let said_safe = it.trust == Trust::Official
        && record.is_some_and(|it| it.entry.retry.is_some() && !it.entry.inferred.iter().flatten().any(|field| field == "retry"));
    payment && !said_safe
}

/// Which policy wins where several errors disagree. Not knowing is stricter than a retry, and laxer than a plain no.
fn strictness(policy: Policy) -> u8 {
    match policy {
        Policy::Now => 0,
        Policy::Later => 1,
        Policy::Unknown => 2,
        Policy::AfterFix => 3,
        Policy::Never => 4,
    }
}
