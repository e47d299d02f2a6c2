//! General advice, where the code is not in the catalogue or there is none: the category's walkthrough, said to be so.

use super::entry::{Case, diagnosis};
use crate::answer::{Diagnosis, DiagnosisKind};
use crate::catalogue::model::{Category, Entry, Policy, Retry, Trust, Who};
use crate::catalogue::{Catalogue, Head, Kind, Record, key};
use std::collections::BTreeMap;

/// What is known of something that the catalogue lacks.
#[derive(Clone, Debug, Default)]
pub struct Unlisted {
    /// The provider, if recognised.
    pub provider: Option<String>,
    /// The code as met, masked.
    pub code: Option<String>,
    /// The family as met, masked.
    pub family: Option<String>,
}

/// A diagnosis by category alone; where not even that is known, it says no more than that.
#[must_use]
pub fn general(catalogue: &Catalogue, unlisted: Unlisted, category: Option<Category>, case: Case) -> Diagnosis {
    let kind = category.and_then(|category| catalogue.category(category)).unwrap_or_default();
    let nothing = "The provider was recognised, but this code is not in the catalogue, and nothing of its kind is.";
    let entry = Entry {
        code: unlisted.code.clone(),
        family: unlisted.family.clone(),
        title: Some(kind.title.unwrap_or_else(|| "An error that the catalogue does not know".to_owned())),
        category: category.or(Some(Category::AggregatorFault)),
        who: category.is_none().then_some(Who::Unknown),
        retry: category.is_none().then_some(Retry { policy: Policy::Unknown, wait_s: None, backoff: None, by_user: None, note: None }),
        meaning: Some(kind.meaning.unwrap_or_else(|| nothing.to_owned())),
        trust: Some(Trust::Inferred),
        ..Entry::default()
    };
    let provider = unlisted.provider.clone().unwrap_or_default();
    let origins = vec!["data/categories.toml".to_owned()];
    let record = Record { provider, kind: Kind::Code, entry, origins };
    let mut general = diagnosis(catalogue, &record, case);
    general.kind = DiagnosisKind::General;
    general.known = unlisted.code.is_none();
    general.general = true;
    general.provider = unlisted.provider;
    general
}

/// The category that an unlisted code most likely belongs to: the one of most codes of its family, else of the codes
/// that are spelled most like it.
#[must_use]
pub fn category_of(catalogue: &Catalogue, provider: &str, code: &str, family: Option<&str>) -> Option<Category> {
    let own = |head: &Head<'_>| head.provider == provider && head.kind == Kind::Code;
    if let Some(family) = family.map(key::squash).filter(|family| !family.is_empty()) {
        let heads = catalogue.entries().filter_map(|id| catalogue.head(id)).filter(own);
        let mut votes: BTreeMap<Category, usize> = BTreeMap::new();
        for head in heads.filter(|head| key::squash(head.family) == family) {
            *votes.entry(head.category).or_default() += 1;
        }
        if let Some((category, _)) = votes.into_iter().max_by_key(|(_, votes)| *votes) {
            return Some(category);
        }
    }
    let parts = words(code);
    if parts.is_empty() {
        return None;
    }
    let heads = catalogue.entries().filter_map(|id| catalogue.head(id)).filter(own);
    let named: Vec<(Vec<String>, Category)> =
        heads.map(|head| (words(if head.name.is_empty() { head.code } else { head.name }), head.category)).collect();
    // What many codes of the provider begin with (`EBICS_`, `UK.OBIE.`) makes no two of them alike.
    let common = |part: &String| {
        let holders = named.iter().filter(|(others, _)| others.contains(part)).count();
        holders > 3 && holders * 5 > named.len()
    };
    let telling = |parts: &[String]| parts.iter().filter(|part| !common(part)).cloned().collect::<Vec<_>>();
    let parts = telling(&parts);
    let likeness = |others: &[String]| {
        let others = telling(others);
        let shared = parts.iter().filter(|part| others.contains(part)).count();
        2 * shared * 100 / (parts.len() + others.len()).max(1)
    };
    let best = named.iter().map(|(others, category)| (likeness(others), *category)).max_by_key(|(likeness, _)| *likeness);
    best.filter(|(likeness, _)| *likeness >= 50).map(|(_, category)| category)
}

/// The words of a code's name: `ITEM_LOGIN_REQUIRED`, `invalidAccessToken`.
pub(crate) fn words(code: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in code.chars() {
        if !c.is_alphabetic() || (c.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if c.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| word.len() > 1);
    words
}
