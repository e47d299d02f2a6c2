//! From what was recognised to an answer.

pub mod code;
pub mod entry;
pub mod general;
pub mod payload;
pub mod words;

use crate::catalogue::Catalogue;
use crate::catalogue::model::Provider;

/// Below this, an answer is a guess.
pub const SURE: f64 = 0.5;

/// Below this, what was recognised in prose is not taken for the answer: a description may name a code and be about something
/// else.
pub const FROM_PROSE: f64 = 0.8;

/// What the person who asks has said of provider and product.
#[derive(Clone, Debug, Default)]
pub struct Hint {
    /// The provider named on the command line: decides.
    pub provider: Option<String>,
    /// The provider from environment or configuration: preferred, never a filter.
    pub preferred: Option<String>,
    /// The product, as given.
    pub product: Option<String>,
    /// What was said of the case.
    pub because: Vec<String>,
}

/// A product of a provider by any of its spellings.
#[must_use]
pub fn product(provider: &Provider, said: &str) -> Option<String> {
    let said = crate::catalogue::key::squash(said);
    let is_it = |name: &String| crate::catalogue::key::squash(name) == said;
    let mut products = provider.product.iter().flatten();
    products.find(|product| is_it(&product.name) || product.also.iter().any(is_it)).map(|product| product.name.clone())
}

/// A provider by its id, its name or a word that names it; the likeliest spelling otherwise.
///
/// # Errors
/// With the nearest ids, when nothing is called so.
pub fn provider_named(catalogue: &Catalogue, said: &str) -> Result<Provider, Vec<String>> {
    if let Some(provider) = catalogue.provider(said) {
        return Ok(provider);
    }
    let key = crate::catalogue::key::squash;
    let asked = key(said);
    let all = catalogue.providers();
    let called = |provider: &&Provider| {
        let ids = [provider.id.as_ref(), provider.name.as_ref()].into_iter().flatten();
        ids.chain(provider.words.iter().flatten()).any(|name| key(name) == asked)
    };
    let mut found: Vec<&Provider> = all.iter().filter(called).collect();
    found.sort_by_key(|provider| provider.commonness.as_ref().map(|it| it.class));
    if let Some(provider) = found.first() {
        return Ok((*provider).clone());
    }
    let ids = all.iter().filter_map(|provider| provider.id.as_deref());
    let mut near: Vec<_> = ids
        .map(|id| {
            let start = if key(id).starts_with(&asked) && asked.len() > 1 { 0.3 } else { 0.0 };
            (strsim::jaro_winkler(&key(id), &asked) + start, id.to_owned())
        })
        .filter(|(likeness, _)| *likeness > 0.75)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    Err(near.into_iter().take(3).map(|(_, id)| id).collect())
}
