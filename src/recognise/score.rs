//! How much each kind of evidence weighs, and what remains when claims compete.

use super::{Claim, Finding, Recogniser, Subject};
use crate::catalogue::EntryId;
use crate::catalogue::key::Fit;
use crate::catalogue::model::{Category, Certainty};
use crate::diagnose::{Hint, general};
use rustc_hash::{FxHashMap, FxHashSet};

/// The evidence for one claim.
#[derive(Clone, Debug, Default)]
pub(super) struct Strength {
    /// Found by a wire shape of this certainty.
    pub(super) certainty: Option<Certainty>,
    /// How many of the shape's further conditions hold.
    pub(super) also: usize,
    /// How the code fits one of the catalogue; none: unknown.
    pub(super) fit: Option<Fit>,
    /// How many words of a published message of this code stand beside it.
    pub(super) message_agrees: usize,
    /// Whether it stands in running text rather than in a structure.
    pub(super) loose: bool,
    /// Whether other providers have the same shape.
    pub(super) shared: bool,
    /// Found by a published message: how many of its words.
    pub(super) message_words: usize,
    /// Whether the whole message is there.
    pub(super) message_whole: bool,
    /// How many codes have this message.
    pub(super) message_owners: usize,
    /// Found by its name in the text: how many words the name is made of.
    pub(super) symbol_parts: usize,
    /// How many providers have a code of this name.
    pub(super) symbol_owners: usize,
    /// Whether the name consists of words that any interface's codes are made of.
    pub(super) common: bool,
    /// Whether that name is the value of a field that holds codes.
    pub(super) in_field: bool,
    /// A number behind a word that announces a code.
    pub(super) announced: bool,
}

pub(super) struct Context<'a, 'c> {
    pub(super) recogniser: &'a Recogniser<'c>,
    pub(super) marked: &'a FxHashMap<usize, f64>,
    pub(super) hint: &'a Hint,
}

impl Context<'_, '_> {
    /// The evidence as log odds; 0 is even.
    fn odds(&self, claim: &Claim) -> f64 {
        let it = &claim.strength;
        let mut odds = match it.certainty {
            Some(Certainty::Sure) => 3.0,
            Some(Certainty::Likely) => 1.1,
            Some(Certainty::Weak) => -0.9,
            None if it.message_words > 0 => self.message_odds(it),
            None if it.announced => -0.6,
            None => symbol_odds(it),
        };
        odds += 0.35 * it.also.min(4) as f64;
        odds += match it.fit {
            Some(Fit::Exact | Fit::AliasExact) => 0.3,
            Some(_) => 0.1,
            None => -1.0,
        };
        odds += match it.message_agrees {
            0..=1 => 0.0,
            2..=3 => 0.4,
            4 => 0.9,
            _ => 1.5,
        };
        if it.loose {
            odds -= 0.5;
        }
        odds += self.marked.get(&claim.provider).copied().unwrap_or(0.0);
        // "Error code 12" or `connectionError` beside the name of one provider is hardly another one's.
        let others = self.marked.iter().any(|(provider, weight)| *provider != claim.provider && *weight >= 0.7);
        let faint = it.announced || (1..=2).contains(&it.symbol_parts) && !it.in_field;
        if faint && others && !self.marked.contains_key(&claim.provider) {
            odds -= 1.2;
        }
        if it.common && !self.marked.contains_key(&claim.provider) {
            odds -= 2.5;
        }
        let id = Some(self.recogniser.providers[claim.provider].id.as_str());
        if self.hint.provider.as_deref() == id {
            odds += 2.5;
        } else if self.hint.preferred.as_deref() == id {
            odds += 0.8;
        }
        odds
    }

    fn message_odds(&self, it: &Strength) -> f64 {
        let by_length = match it.message_words {
            0..=2 => -2.2,
            3 => -1.0,
            4 => -0.2,
            5..=6 => 0.7,
            7..=9 => 1.5,
            _ => 2.3,
        };
        let shared = 0.6 * (it.message_owners.saturating_sub(1).min(4)) as f64;
        by_length - shared - if it.message_whole { 0.0 } else { 0.7 }
    }

    fn rarity(&self, claim: &Claim) -> u8 {
        claim.entry.and_then(|id| self.recogniser.catalogue.head(id)).map_or(10, |head| head.rarity)
    }
}

/// A symbolic name alone: the longer and the fewer providers have it, the surer.
fn symbol_odds(it: &Strength) -> f64 {
    let by_parts = match it.symbol_parts {
        0..=1 => -2.0,
        2 => -0.7,
        3 => 0.6,
        _ => 1.2,
    };
    let by_place = if it.in_field { 1.0 } else { 0.0 };
    by_parts + by_place - 0.6 * (it.symbol_owners.saturating_sub(1).min(4)) as f64
}

/// The highest confidence of advice that rests on a generic standard alone: such errors are not banks' alone.
const GENERIC: f64 = 0.42;

/// What remains of the claims: one finding a code, the surest and most specific first.
pub(super) fn findings(context: &Context<'_, '_>, claims: Vec<Claim>) -> Vec<Finding> {
    let recogniser = context.recogniser;
    let filtered: Vec<Claim> = claims
        .into_iter()
        .filter(|claim| context.hint.provider.as_deref().is_none_or(|only| only == recogniser.providers[claim.provider].id))
        .collect();
    // What a generic standard says, too, is nobody's own unless something else speaks for them.
    let standard: FxHashSet<SubjectKey> =
        filtered.iter().filter(|claim| recogniser.providers[claim.provider].generic).map(key_of).collect();
    let odds_of = |claim: &Claim| {
        let own =
            recogniser.providers[claim.provider].generic || context.marked.contains_key(&claim.provider) || context.hint.provider.is_some();
        let sure = matches!(claim.strength.certainty, Some(Certainty::Sure));
        context.odds(claim) - if !own && !sure && standard.contains(&key_of(claim)) { 1.6 } else { 0.0 }
    };
    let odds: Vec<f64> = filtered.iter().map(odds_of).collect();
    // Claims of several providers on the same thing share it out by their odds; commonness breaks ties.
    let mut subjects: FxHashMap<SubjectKey, FxHashMap<usize, f64>> = FxHashMap::default();
    for (claim, odds) in filtered.iter().zip(&odds) {
        let common = 0.22 * f64::from(12u8.saturating_sub(context.rarity(claim)));
        let best = subjects.entry(key_of(claim)).or_default().entry(claim.provider).or_insert(f64::NEG_INFINITY);
        *best = best.max(odds + common);
    }
    let mut merged: Vec<Merged> = Vec::new();
    let mut places: FxHashMap<(usize, Option<EntryId>, String), usize> = FxHashMap::default();
    for (claim, odds) in filtered.into_iter().zip(odds) {
        let rivals = &subjects[&key_of(&claim)];
        let own = rivals[&claim.provider];
        // Whoever builds on a standard has its codes, too: that takes nothing from the standard.
        let generic = recogniser.providers[claim.provider].generic;
        let sum: f64 = rivals
            .iter()
            .filter(|(other, _)| !generic || **other == claim.provider)
            .map(|(_, odds)| odds)
            .map(|other| (other - own).clamp(-50.0, 50.0).exp())
            .sum();
        let share = 1.0 / sum.max(1.0);
        let code = if claim.entry.is_some() { String::new() } else { claim.code.clone() };
        let place = (claim.provider, claim.entry, code);
        match places.get(&place) {
            Some(at) => merged[*at].add(claim, odds, share),
            None => {
                places.insert(place, merged.len());
                merged.push(Merged::of(claim, odds, share));
            }
        }
    }
    // A payload's field says it best: words of another code of the same provider beside it are its message, not a second error.
    let by_field: Vec<usize> = merged.iter().filter(|it| it.by_field() && it.odds >= 2.0).map(|it| it.claim.provider).collect();
    for other in merged.iter_mut().filter(|it| !it.by_field() && by_field.contains(&it.claim.provider)) {
        other.odds -= 1.5;
    }
    let mut findings: Vec<(SortKey, Finding)> = merged.into_iter().map(|it| it.finish(context)).collect();
    findings.sort_by(|a, b| a.0.compare(&b.0));
    let sure = findings.iter().any(|(key, _)| !key.generic && key.confidence >= 0.5);
    // Where somebody is recognised, the HTTP status around it is no trouble of its own.
    findings.into_iter().filter(|(key, _)| !(key.nothing || sure && key.generic)).map(|(_, finding)| finding).collect()
}

/// What a claim is about; a name or message and the field that holds it count as the same where they say the same code.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum SubjectKey {
    Node(usize, u32),
    Offset(usize),
    Prose(usize),
}

fn key_of(claim: &Claim) -> SubjectKey {
    match claim.subject {
        Subject::Node(tree, node) => SubjectKey::Node(tree, node),
        Subject::Offset(offset) => SubjectKey::Offset(offset),
        Subject::Prose(offset) => SubjectKey::Prose(offset),
    }
}

/// A code with all that speaks for it.
struct Merged {
    claim: Claim,
    odds: f64,
    share: f64,
    more: Vec<Claim>,
    shared: bool,
}

impl Merged {
    fn of(claim: Claim, odds: f64, share: f64) -> Self {
        let shared = claim.strength.shared;
        Self { claim, odds, share, more: Vec::new(), shared }
    }

    /// A second sort of evidence makes it surer; the same sort again does not.
    fn add(&mut self, claim: Claim, odds: f64, share: f64) {
        let sort = |claim: &Claim| (claim.strength.certainty.is_some(), claim.strength.message_words > 0, claim.strength.announced);
        let new_sort = std::iter::once(&self.claim).chain(&self.more).all(|other| sort(other) != sort(&claim));
        if new_sort {
            self.odds = self.odds.max(odds) + 0.8;
        } else {
            self.odds = self.odds.max(odds);
        }
        self.share = self.share.max(share);
        if self.more.len() < 3 && new_sort {
            self.more.push(claim);
        }
    }

    /// Whether a wire shape found it.
    fn by_field(&self) -> bool {
        std::iter::once(&self.claim).chain(&self.more).any(|claim| claim.strength.certainty.is_some())
    }

    fn finish(self, context: &Context<'_, '_>) -> (SortKey, Finding) {
        let recogniser = context.recogniser;
        let provider = &recogniser.providers[self.claim.provider];
        let mut confidence = self.share / (1.0 + (-self.odds).exp());
        if self.shared && self.share > 0.99 {
            confidence = confidence.min(0.9);
        }
        if provider.generic && context.hint.provider.is_none() {
            confidence = confidence.min(GENERIC);
        }
        let head = self.claim.entry.and_then(|id| recogniser.catalogue.head(id));
        let informational = head.as_ref().is_some_and(|head| head.category == Category::Informational);
        let class = head.as_ref().map_or(2, |head| head.rarity % 4);
        let by_field = self.by_field();
        let category = head
            .as_ref()
            .map(|head| head.category)
            .or_else(|| general::category_of(recogniser.catalogue, &provider.id, &self.claim.code, self.claim.family.as_deref()));
        let mut evidence = vec![self.claim.evidence];
        evidence.extend(self.more.into_iter().map(|claim| claim.evidence));
        let confidence = (confidence.min(0.98) * 100.0).round() / 100.0;
        // What is no trouble is reported only where a field holds it; a word or message of success in passing is nothing.
        let nothing = informational && !by_field;
        let key = SortKey {
            generic: provider.generic,
            informational,
            confidence,
            provider: self.claim.provider,
            class,
            nothing,
            order: self.claim.order,
        };
        let finding = Finding {
            provider: provider.id.clone(),
            entry: self.claim.entry,
            code: self.claim.code,
            family: self.claim.family,
            category,
            confidence,
            evidence,
            found: Vec::new(),
        };
        (key, finding)
    }
}

/// The order of findings.
struct SortKey {
    generic: bool,
    informational: bool,
    confidence: f64,
    provider: usize,
    /// The class of commonness within the provider; wrappers around the real error are marked rare.
    class: u8,
    nothing: bool,
    order: usize,
}

impl SortKey {
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        // Within the same band of confidence the more specific comes first: a wrapper is as sure as what it wraps.
        let band = |key: &Self| (key.confidence * 100.0 / 6.0).round() as i64;
        let sure = |key: &Self| key.confidence >= 0.5;
        let by_sureness = sure(other).cmp(&sure(self));
        if sure(self) || sure(other) {
            let wrapper = |key: &Self| key.class == 3 && self.provider == other.provider;
            let kinds = self
                .generic
                .cmp(&other.generic)
                .then(self.informational.cmp(&other.informational))
                .then(wrapper(self).cmp(&wrapper(other)));
            let specific = if self.provider == other.provider { self.class.cmp(&other.class) } else { std::cmp::Ordering::Equal };
            return by_sureness.then(kinds).then(band(other).cmp(&band(self))).then(specific).then(self.order.cmp(&other.order));
        }
        other.confidence.total_cmp(&self.confidence).then(other.generic.cmp(&self.generic)).then(self.order.cmp(&other.order))
    }
}
