//! What a code means: every provider that has it, the likeliest first.

use super::entry::{Case, of_provider};
use super::general::{self, Unlisted};
use super::{Hint, SURE};
use crate::answer::{Answer, Evidence, Input, InputKind};
use crate::catalogue::key::Fit;
use crate::catalogue::model::Category;
use crate::catalogue::{Catalogue, EntryId, Head, WordList, key};
use crate::text::harmless;

/// A code as asked, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The code.
    pub code: String,
    /// The family, where it was given with `@`.
    pub family: Option<String>,
    /// The provider, where it was given with a colon or named beside the code.
    pub provider: Option<String>,
}

/// The entries that a text may name as a code, best first. Empty when it names none.
#[must_use]
pub fn meanings(catalogue: &Catalogue, text: &str, hint: &Hint) -> (Asked, Vec<(EntryId, Fit)>) {
    let text = text.trim();
    let given = hint.provider.clone();
    let whole = Asked { code: text.to_owned(), family: None, provider: given.clone() };
    let readings_of = readings(catalogue, &whole);
    // Behind a provider's name and a colon stands its code, unless the whole is one to the letter ("urn:…").
    let behind_a_name = readings_of.iter().any(|asked| asked.provider.is_some() && asked.code != whole.code && given.is_none());
    for (index, asked) in readings_of.into_iter().enumerate() {
        let mut found = find(catalogue, &asked, hint);
        if index == 0 && behind_a_name {
            found.retain(|(_, fit)| *fit >= Fit::AliasExact);
        }
        if !found.is_empty() {
            return (asked, found);
        }
    }
    // Only a text that is no code as it stands is searched for a provider's name: that reads all providers.
    if let Some(asked) = beside_a_provider(catalogue, text, given.as_deref()) {
        for asked in readings(catalogue, &asked) {
            let found = find(catalogue, &asked, hint);
            if !found.is_empty() {
                return (asked, found);
            }
        }
        return (asked, Vec::new());
    }
    (readings(catalogue, &whole).pop().unwrap_or(whole), Vec::new())
}

/// The ways in which a text can be a code: as it stands, behind a provider's name, with a family, without its dress.
fn readings(catalogue: &Catalogue, asked: &Asked) -> Vec<Asked> {
    let mut all = vec![asked.clone()];
    if let Some((provider, code)) = asked.code.split_once(':')
        && asked.provider.as_deref().is_none_or(|given| given == provider)
        && catalogue.provider(provider).is_some()
    {
        all.push(Asked { code: code.trim().to_owned(), family: None, provider: Some(provider.to_owned()) });
    }
    for base in all.clone() {
        if let Some((code, family)) = base.code.rsplit_once('@').filter(|(code, family)| !code.is_empty() && !family.is_empty()) {
            all.push(Asked { code: code.to_owned(), family: Some(family.to_owned()), provider: base.provider.clone() });
        }
    }
    let undressed = all.last().map(|last| Asked { code: undress(catalogue, &last.code), ..last.clone() });
    all.extend(undressed.filter(|undressed| !all.contains(undressed)));
    all
}

/// The code without brackets, quotes and the words that announce it: `Error-324`, `(324)`, `banking error 324`.
fn undress(catalogue: &Catalogue, code: &str) -> String {
    let words = catalogue.words(WordList::Code).into_iter().chain(catalogue.words(WordList::Filler));
    let dress: Vec<String> = words.map(|word| word.to_lowercase()).collect();
    let edge = |c: char| !c.is_alphanumeric() && c != '-';
    let mut rest = code.trim_matches(edge);
    loop {
        let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let word = rest[..end].to_lowercase();
        if end == rest.len() || !dress.contains(&word) {
            return rest.to_owned();
        }
        rest = rest[end..].trim_start_matches(|c: char| !c.is_alphanumeric());
    }
}

/// A code with its provider's name beside it: `quickbooks error 324`, `ITEM_LOCKED (Plaid)`.
fn beside_a_provider(catalogue: &Catalogue, text: &str, given: Option<&str>) -> Option<Asked> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() < 2 || words.len() > 8 {
        return None;
    }
    let mut best: Option<(usize, Asked, u8)> = None;
    for provider in catalogue.providers() {
        let id = provider.id.clone().unwrap_or_default();
        if given.is_some_and(|given| given != id) {
            continue;
        }
        let class = provider.commonness.as_ref().map_or(2, |it| it.class as u8);
        let products = provider.product.iter().flatten().flat_map(|product| std::iter::once(&product.name).chain(&product.also));
        for name in [Some(&id), provider.name.as_ref()].into_iter().flatten().chain(provider.words.iter().flatten()).chain(products) {
            let length = name.split_whitespace().count();
            let key = key::squash(name);
            let Some(at) = words.windows(length).position(|window| key::squash(&window.concat()) == key) else {
                continue;
            };
            let better = best
                .as_ref()
                .is_none_or(|(longest, _, common)| (length, std::cmp::Reverse(class)) > (*longest, std::cmp::Reverse(*common)));
            if better {
                let rest: Vec<&str> = words[..at].iter().chain(&words[at + length..]).copied().collect();
                let asked = Asked { code: rest.join(" "), family: None, provider: Some(id.clone()) };
                best = Some((length, asked, class));
            }
        }
    }
    best.map(|(_, asked, _)| asked)
}

fn find(catalogue: &Catalogue, asked: &Asked, hint: &Hint) -> Vec<(EntryId, Fit)> {
    let mut found = catalogue.find_code(&asked.code);
    let of_family = |head: &Head<'_>, family: &str| {
        let (own, asked) = (key::squash(head.family), key::squash(family));
        own == asked || (!asked.is_empty() && own.starts_with(&asked))
    };
    found.retain(|(id, _)| {
        catalogue.head(*id).is_some_and(|head| {
            asked.provider.as_deref().is_none_or(|provider| provider == head.provider)
                && asked.family.as_deref().is_none_or(|family| of_family(&head, family))
        })
    });
    if let Some(family) = asked.family.as_deref().map(key::squash) {
        let exact = |(id, _): &(EntryId, Fit)| catalogue.head(*id).is_some_and(|head| key::squash(head.family) == family);
        if found.iter().any(exact) {
            found.retain(exact);
        }
    }
    // A loose likeness counts only where nothing fits better.
    if found.iter().any(|(_, fit)| *fit >= Fit::AliasFolded) {
        found.retain(|(_, fit)| *fit >= Fit::AliasFolded);
    }
    found.sort_by_cached_key(|(id, fit)| {
        let head = catalogue.head(*id);
        let preferred = head.as_ref().is_some_and(|head| hint.preferred.as_deref() == Some(head.provider));
        let rarity = head.as_ref().map_or(u8::MAX, |head| head.rarity);
        let retired = head.as_ref().is_some_and(|head| head.retired);
        let name = head.map(|head| (head.provider.to_owned(), head.family.to_owned()));
        (!preferred, std::cmp::Reverse(*fit >= Fit::AliasExact), rarity, retired, std::cmp::Reverse(*fit), name, *id)
    });
    found
}

/// The answer to a code: all its meanings, or general advice where only provider or family is known; none where nothing is.
#[must_use]
pub fn explain(catalogue: &Catalogue, text: &str, hint: &Hint) -> Option<Answer> {
    let (asked, found) = meanings(catalogue, text, hint);
    let input = Input {
        kind: InputKind::Code,
        provider_hint: hint.provider.clone().or_else(|| hint.preferred.clone()),
        name: Some(harmless(text)),
        notes: Vec::new(),
    };
    if found.is_empty() {
        let provider = asked.provider.clone()?;
        let category = general::category_of(catalogue, &provider, &asked.code, asked.family.as_deref());
        let family = asked.family.as_deref().map(harmless);
        let unlisted = Unlisted { provider: Some(provider), code: Some(harmless(&asked.code)), family };
        let case = Case { confidence: 0.3, because: hint.because.clone(), ..Case::default() };
        return Some(Answer::new(input, vec![general::general(catalogue, unlisted, category, case)], None));
    }
    let names: Vec<String> = found.iter().filter_map(|(id, _)| catalogue.head(*id)).map(|it| it.reference()).collect();
    let confidences = confidences(catalogue, &found, &asked, hint);
    let diagnoses = found.iter().zip(&confidences).enumerate().filter_map(|(index, ((id, _), confidence))| {
        let record = catalogue.record(*id)?;
        let provider = catalogue.provider(&record.provider)?;
        let evidence = vec![Evidence { what: "code".to_owned(), at: None, value: Some(harmless(&asked.code)) }];
        let product = hint.product.as_deref().and_then(|said| super::product(&provider, said));
        let elsewhere = names.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, name)| name.clone()).collect();
        let case = Case { confidence: *confidence, evidence, product, elsewhere, because: hint.because.clone(), ..Case::default() };
        Some(of_provider(catalogue, &provider, &record, case))
    });
    Some(Answer::new(input, diagnoses.collect(), None))
}

/// How sure each meaning is to be the one that was meant. The classes of commonness weigh 8, 4, 2 and 1; whoever is
/// preferred counts as much as all others. The first is never below `SURE`: the question was what the code can mean.
fn confidences(catalogue: &Catalogue, found: &[(EntryId, Fit)], asked: &Asked, hint: &Hint) -> Vec<f64> {
    let exactness = |fit: Fit| match fit {
        Fit::Exact => 0.99,
        Fit::AliasExact | Fit::Folded => 0.97,
        Fit::AliasFolded | Fit::Squashed => 0.93,
        Fit::Alias => 0.9,
    };
    let weight = |id: EntryId| catalogue.head(id).map_or(0.0, |head| weight_of(&head));
    let mut weights: Vec<f64> = found.iter().map(|(id, _)| weight(*id)).collect();
    let sum: f64 = weights.iter().sum();
    let preferred = asked.provider.is_none() && hint.preferred.is_some();
    for ((id, _), weight) in found.iter().zip(&mut weights) {
        let head = catalogue.head(*id);
        if preferred && head.is_some_and(|head| Some(head.provider) == hint.preferred.as_deref()) {
            *weight += 3.0 * sum;
        }
    }
    let sum: f64 = weights.iter().sum();
    let shares = found.iter().zip(weights).map(|((_, fit), weight)| exactness(*fit) * weight / sum.max(f64::MIN_POSITIVE));
    let mut shares: Vec<f64> = shares.collect();
    let mut ceiling = f64::INFINITY;
    for (index, share) in shares.iter_mut().enumerate() {
        if index == 0 {
            *share = share.max(SURE);
        }
        *share = (share.min(ceiling) * 100.0).round() / 100.0;
        ceiling = *share;
    }
    shares
}

fn weight_of(head: &Head<'_>) -> f64 {
    let class = |class: u8| -> f64 { [8.0, 4.0, 2.0, 1.0][usize::from(class.min(3))] };
    class(head.rarity / 4) * class(head.rarity % 4).sqrt() * if head.retired { 0.5 } else { 1.0 }
}

/// The codes nearest in spelling to one that is not there, of the provider meant or of all, as `provider:code`.
#[must_use]
pub fn near(catalogue: &Catalogue, text: &str, hint: &Hint) -> Vec<String> {
    let (asked, _) = meanings(catalogue, text, hint);
    let squashed = key::squash(&asked.code);
    if squashed.is_empty() {
        return Vec::new();
    }
    let preferred = hint.preferred.as_deref();
    let mut near: Vec<(f64, String)> = Vec::new();
    for head in catalogue.entries().filter_map(|id| catalogue.head(id)) {
        if head.category == Category::Informational && head.retired {
            continue;
        }
        if asked.provider.as_deref().is_some_and(|provider| provider != head.provider) {
            continue;
        }
        let spellings = std::iter::once(head.code).chain([head.name]).chain(head.aliases.iter().copied());
        let likeness =
            spellings.filter(|name| !name.is_empty()).map(|name| strsim::damerau_levenshtein(&key::squash(name), &squashed)).min();
        let Some(distance) = likeness else { continue };
        let most = 1 + squashed.chars().count() / 6;
        if distance <= most {
            let bonus = if preferred == Some(head.provider) { 0.5 } else { 0.0 };
            near.push((distance as f64 - bonus + f64::from(head.rarity) / 100.0, format!("{}:{}", head.provider, head.code)));
        }
    }
    near.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    near.dedup_by(|a, b| a.1 == b.1);
    near.into_iter().take(3).map(|(_, name)| name).collect()
}
