//! The search in plain words: which code, trouble or kind of trouble a description fits.
//!
//! BM25 over weights that combine the fields already (BM25F, see [`crate::catalogue::index`]), with words of one meaning
//! counted as such, pairs of neighbouring words, and misspelt words put right; beside it how near the description lies
//! among the vectors (see [`crate::catalogue::embedding`]); then a vote of the best entries on the kind of trouble, and
//! what is said of provider and app.

use crate::catalogue::embedding::{DIMENSIONS, Vector, cosine};
use crate::catalogue::index::{Language, Naming, rarity, saturated, stems};
use crate::catalogue::model::{Category, Domain, ProviderKind};
use crate::catalogue::{Catalogue, EntryId, Kind, searched};
use std::collections::{BTreeMap, BTreeSet};

/// How much the nearness of the vectors counts beside the words.
const NEARNESS: f32 = 0.9;
/// How much of a score is left to an entry of a kind of trouble that nothing else speaks for.
const ALONE: f32 = 0.79;
/// The most words of a description that are looked at; people paste whole mails.
const MOST_CHARS: usize = 2_000;
/// How many of the best entries vote on the kind of trouble. On the cases for tuning 25 to 100 differ by one or two, but with 25
/// one sentence more of other matters was taken for trouble.
const VOTERS: usize = 50;
/// How many of the best entries are weighed against each other.
const MOST_HITS: usize = 60;

/// What a description may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A code or a trouble without one.
    Entry(EntryId),
    /// No more than the kind of trouble.
    Category(Category),
}

/// A result of the search.
#[derive(Clone, Debug)]
pub struct Hit {
    /// What it is about.
    pub subject: Subject,
    /// How well it fits; comparable within one search only.
    pub score: f32,
    /// The words that decided, weightiest first.
    pub words: Vec<String>,
}

/// What a search found.
#[derive(Debug, Default)]
pub struct Found {
    /// Best first.
    pub hits: Vec<Hit>,
    /// How much each kind of trouble is spoken for, by the votes of the best hits; they add up to 1.
    pub categories: Vec<(Category, f32)>,
    /// Which part of the description's weight the best hit accounts for, 0 to 1.
    pub coverage: f32,
    /// How many of the description's words the best hit holds.
    pub matched: usize,
    /// The plain score of the best hit, before what is known of provider and commonness.
    pub plain: f32,
    /// How near the description lies to the best hit among the vectors, by the cosine.
    pub near: f32,
}

/// What is said of provider and app.
#[derive(Clone, Debug, Default)]
pub struct Steer<'a> {
    /// The provider that is given: only its entries count.
    pub only: Option<&'a str>,
    /// The provider that is preferred.
    pub preferred: Option<&'a str>,
    /// Providers that the description names.
    pub named: &'a [String],
}

/// The catalogue's index made ready for searching.
pub struct Search<'c> {
    catalogue: &'c Catalogue,
    language: &'c Language,
    naming: &'c Naming,
}

/// What a term adds to the score of each entry that holds it, by rising number of the entry.
struct Gains(Vec<(u32, f32)>);

impl Gains {
    fn of(&self, entry: u32) -> Option<f32> {
        let place = self.0.binary_search_by_key(&entry, |(other, _)| *other);
        place.ok().map(|place| self.0[place].1)
    }
}

struct Term {
    text: String,
    weight: f32,
    word: String,
}

impl<'c> Search<'c> {
    /// Makes the language ready.
    #[must_use]
    pub fn new(catalogue: &'c Catalogue) -> Self {
        Self { catalogue, language: catalogue.language(), naming: catalogue.naming() }
    }

    /// Whether a provider is a generic standard.
    #[must_use]
    pub fn is_generic(&self, provider: &str) -> bool {
        self.naming.is_generic(provider)
    }

    /// What a description may be about.
    #[must_use]
    pub fn find(&self, description: &str, steer: &Steer<'_>) -> Found {
        let description: String = description.chars().take(MOST_CHARS).collect();
        let description = self.without_names(&description);
        let terms = self.query(&description);
        let first_category = self.catalogue.base_entries();
        let total = first_category as f32 + 23.0;
        let mut scores = vec![0.0_f32; first_category as usize + Category::ALL.len()];
        let mut by_term: Vec<(f32, Gains, &Term)> = Vec::new();
        let mut weight = 0.0;
        let mut said: Vector = [0.0; DIMENSIONS];
        for term in &terms {
            let Some(postings) = self.catalogue.postings(&term.text) else { continue };
            let holding = postings.entries.len() as f32;
            let idf = rarity(total, holding) * term.weight;
            weight += idf;
            if let Some(vector) = &postings.vector {
                vector.add_to(&mut said, idf);
            }
            let gain = |(entry, tf)| (entry, idf * saturated(tf));
            let gains = Gains(postings.pairs().map(gain).collect());
            for (entry, gain) in &gains.0 {
                scores[*entry as usize] += gain;
            }
            by_term.push((idf, gains, term));
        }
        let overlaid = self.overlaid(&terms, &said);
        let near: Vec<f32> = self.catalogue.directions().cosines(&said).collect();
        let scale = Scale::of(&scores, &near, &overlaid);
        let mut hits: Vec<(Subject, f32, f32)> = scores
            .iter()
            .zip(&near)
            .zip(0u32..)
            .filter(|((score, near), _)| **score > 0.0 || **near > 0.0)
            .filter_map(|((score, near), number)| {
                let subject = if number < first_category {
                    if self.catalogue.is_hidden(number) {
                        return None;
                    }
                    Subject::Entry(EntryId::Base(number))
                } else {
                    Subject::Category(*Category::ALL.get((number - first_category) as usize)?)
                };
                let factor = self.factor(subject, steer);
                (factor > 0.0).then(|| (subject, scale.joined(*score, *near) * factor, *score))
            })
            .collect();
        hits.extend(overlaid.into_iter().filter_map(|(id, score, near)| {
            let subject = Subject::Entry(id);
            let factor = self.factor(subject, steer);
            (factor > 0.0).then(|| (subject, scale.joined(score, near) * factor, score))
        }));
        let by_score = |a: &(Subject, f32, f32), b: &(Subject, f32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if hits.len() > MOST_HITS {
            hits.select_nth_unstable_by(MOST_HITS, by_score);
            hits.truncate(MOST_HITS);
        }
        hits.sort_by(by_score);
        let categories = self.vote(&hits);
        let best_share = categories.first().map_or(1.0, |(_, share)| *share).max(f32::MIN_POSITIVE);
        for (subject, score, _) in &mut hits {
            let share = self
                .category_of(*subject)
                .and_then(|own| categories.iter().find(|(other, _)| *other == own))
                .map_or(0.0, |(_, share)| *share);
            *score *= ALONE + (1.0 - ALONE) * share / best_share;
        }
        hits.sort_by(by_score);
        let mut found = Found { categories, ..Found::default() };
        if let Some((Subject::Entry(EntryId::Base(number)), _, plain)) = hits.first() {
            let held: Vec<_> = by_term.iter().filter(|(_, gains, _)| gains.of(*number).is_some()).collect();
            found.coverage = held.iter().map(|(idf, _, _)| idf).sum::<f32>() / weight.max(1.0);
            found.matched = held.iter().map(|(_, _, term)| &term.word).collect::<BTreeSet<_>>().len();
            found.plain = *plain;
            found.near = near.get(*number as usize).copied().unwrap_or_default();
        }
        let words = |subject: Subject| {
            let number = match subject {
                Subject::Entry(EntryId::Base(number)) => number,
                Subject::Entry(EntryId::Over(_)) => return Vec::new(),
                Subject::Category(category) => first_category + Category::ALL.iter().position(|it| *it == category).unwrap_or(0) as u32,
            };
            let mut gains: Vec<(f32, &str)> =
                by_term.iter().filter_map(|(_, gains, term)| Some((gains.of(number)?, term.word.as_str()))).collect();
            gains.sort_by(|a, b| b.0.total_cmp(&a.0));
            let mut words: Vec<String> = Vec::new();
            for (_, word) in gains {
                if words.len() < 5 && !words.iter().any(|other| other.contains(word) || word.contains(other.as_str())) {
                    words.push(word.to_owned());
                }
            }
            words
        };
        found.hits = hits.into_iter().take(30).map(|(subject, score, _)| Hit { subject, score, words: words(subject) }).collect();
        found
    }

    /// The description without the names of providers and products.
    fn without_names(&self, description: &str) -> String {
        let words: Vec<&str> =
            description.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '_'))).filter(|word| !word.is_empty()).collect();
        let stems: Vec<Vec<String>> = words.iter().map(|word| stems(word)).collect();
        let mut kept = vec![true; words.len()];
        for name in self.naming.names() {
            let mut at = 0;
            while at + name.len() <= words.len() {
                let here = (at..at + name.len())
                    .zip(&name)
                    .all(|(index, part)| kept[index] && stems[index].len() == 1 && stems[index][0] == *part);
                if here {
                    kept[at..at + name.len()].fill(false);
                }
                at += 1;
            }
        }
        words.iter().zip(kept).filter(|(_, kept)| *kept).map(|(word, _)| *word).collect::<Vec<_>>().join(" ")
    }

    /// The terms of a description: a word that is nowhere in the catalogue is taken for the nearest one that is.
    fn query(&self, description: &str) -> Vec<Term> {
        let mut terms: BTreeMap<String, Term> = BTreeMap::new();
        let mut repaired = 0;
        for (text, weight) in self.language.terms(description, true) {
            let plain = !text.starts_with('~') && !text.contains(' ');
            let mut use_text = text.clone();
            let mut use_weight = weight;
            if plain && text.len() >= 5 && self.catalogue.postings(&text).is_none() && repaired < 6 {
                repaired += 1;
                let Some(near) = self.near(&text) else { continue };
                use_text = near;
                use_weight = weight * 0.7;
            }
            let word = if let Some(group) = text.strip_prefix('~') { format!("~{group}") } else { text.clone() };
            let term = terms.entry(use_text.clone()).or_insert(Term { text: use_text, weight: 0.0, word });
            // A word said twice counts a little more, not twice.
            term.weight = (term.weight + use_weight).min(use_weight * 1.5);
        }
        let mut terms: Vec<Term> = terms.into_values().collect();
        // Stems show as the word that was said, groups of synonyms as one of theirs.
        let said = description.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
        let said: Vec<(&str, Vec<String>)> = said.map(|word| (word, stems(word))).collect();
        let grouped = if terms.iter().any(|term| term.word.starts_with('~')) { self.grouped(description) } else { Vec::new() };
        for term in &mut terms {
            let original =
                |stem: &str| said.iter().find(|(_, stems)| stems.iter().any(|other| other == stem)).map(|(word, _)| word.to_lowercase());
            if !term.word.starts_with('~') {
                let parts: Option<Vec<String>> = term.word.split(' ').map(original).collect();
                term.word = parts.map_or_else(String::new, |parts| parts.join(" "));
                continue;
            }
            let said = grouped.iter().find(|(_, groups)| groups.contains(&term.text));
            term.word = said.map(|(words, _)| words.clone()).unwrap_or_default();
        }
        terms.retain(|term| !term.word.is_empty());
        terms
    }

    /// Words in a row of a description that belong to groups of synonyms, with these groups; fewer words first.
    fn grouped(&self, description: &str) -> Vec<(String, Vec<String>)> {
        let words: Vec<&str> =
            description.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-').filter(|word| !word.is_empty()).collect();
        let windows = (1..=4).flat_map(|length| words.windows(length));
        let grouped = windows.filter_map(|window| {
            let text = window.join(" ");
            let terms = self.language.terms(&text, false).into_iter().map(|(term, _)| term);
            let groups: Vec<String> = terms.filter(|term| term.starts_with('~')).collect();
            (!groups.is_empty()).then(|| (text.to_lowercase(), groups))
        });
        grouped.collect()
    }

    /// The word of the catalogue that a misspelt one is nearest to: one slip in a word of five letters, two in nine.
    fn near(&self, word: &str) -> Option<String> {
        let most = if word.len() >= 9 { 2 } else { 1 };
        let first = word.chars().next()?;
        let candidates =
            self.catalogue.vocabulary().lines().filter(|other| other.starts_with(first) && other.len().abs_diff(word.len()) <= most);
        let best = candidates.map(|other| (strsim::damerau_levenshtein(word, other), other)).min()?;
        (best.0 <= most).then(|| best.1.to_owned())
    }

    /// What is known before a word is read: how common a code is, and whom the description names.
    fn factor(&self, subject: Subject, steer: &Steer<'_>) -> f32 {
        let id = match subject {
            Subject::Entry(id) => id,
            // A kind of trouble is what remains where no entry fits well.
            Subject::Category(_) => return if steer.only.is_some() { 0.0 } else { 0.62 },
        };
        let Some(standing) = self.catalogue.standing(id) else { return 0.0 };
        if steer.only.is_some_and(|only| only != standing.provider) {
            return 0.0;
        }
        let kind = self.naming.kind(standing.provider);
        let general = kind == Some(ProviderKind::General);
        let mut factor = 1.0;
        factor *= [1.08, 1.03, 0.97, 0.9][usize::from((standing.rarity / 4).min(3))];
        factor *= [1.10, 1.05, 1.0, 0.92][usize::from((standing.rarity % 4).min(3))];
        if standing.kind == Kind::Symptom {
            factor *= 1.06;
        }
        if self.naming.is_generic(standing.provider) {
            factor *= 0.68;
        }
        if standing.retired {
            factor *= 0.8;
        }
        if standing.category == Category::Informational {
            factor *= 0.93;
        }
        if steer.named.iter().any(|named| named == standing.provider) {
            factor *= 1.3;
        } else if general {
            factor *= if steer.named.is_empty() { 1.3 } else { 1.1 };
        } else if !steer.named.is_empty() {
            factor *= 0.72;
        }
        if steer.preferred == Some(standing.provider) {
            factor *= 1.3;
        }
        factor
    }

    fn category_of(&self, subject: Subject) -> Option<Category> {
        match subject {
            Subject::Entry(id) => self.catalogue.standing(id).map(|standing| standing.category),
            Subject::Category(category) => Some(category),
        }
    }

    /// The kinds of trouble of the best hits, each weighted by how well it fits.
    fn vote(&self, hits: &[(Subject, f32, f32)]) -> Vec<(Category, f32)> {
        let best = hits.first().map_or(1.0, |(_, score, _)| *score).max(f32::MIN_POSITIVE);
        let mut votes: BTreeMap<Category, f32> = BTreeMap::new();
        for (subject, score, _) in hits.iter().take(VOTERS) {
            if let Some(category) = self.category_of(*subject) {
                *votes.entry(category).or_default() += (score / best).powi(3);
            }
        }
        let sum: f32 = votes.values().sum::<f32>().max(f32::MIN_POSITIVE);
        let mut votes: Vec<(Category, f32)> = votes.into_iter().map(|(category, vote)| (category, vote / sum)).collect();
        votes.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        votes
    }

    /// Entries of overlays have no index; there are few, and each is held against the description directly: its words,
    /// and how near it lies.
    fn overlaid(&self, terms: &[Term], said: &Vector) -> Vec<(EntryId, f32, f32)> {
        let total = self.catalogue.base_entries() as f32 + Category::ALL.len() as f32;
        let entries = self.catalogue.overlaid();
        let searched = entries.filter(|(_, record)| searched(record) && record.entry.domain != Some(Domain::Payment));
        let weighed = searched.map(|(id, record)| {
            let held = self.language.entry(&record.entry);
            let gain = |term: &Term| {
                let tf = held.get(&term.text)?;
                let holding = self.catalogue.postings(&term.text).map_or(1.0, |postings| postings.entries.len() as f32);
                Some(rarity(total, holding) * term.weight * saturated(*tf))
            };
            let mut own: Vector = [0.0; DIMENSIONS];
            for (term, tf) in held.iter().filter(|(term, _)| !term.contains(' ')) {
                let Some(postings) = self.catalogue.postings(term) else { continue };
                if let Some(vector) = &postings.vector {
                    vector.add_to(&mut own, rarity(total, postings.entries.len() as f32) * saturated(*tf));
                }
            }
            (id, terms.iter().filter_map(gain).sum::<f32>(), cosine(said, &own))
        });
        weighed.filter(|(_, score, _)| *score > 0.0).collect()
    }
}

/// What the best entry has, by words and by nearness: each is counted as a part of it.
struct Scale {
    score: f32,
    near: f32,
}

impl Scale {
    fn of(scores: &[f32], near: &[f32], overlaid: &[(EntryId, f32, f32)]) -> Self {
        let best = |numbers: &mut dyn Iterator<Item = f32>| numbers.fold(f32::MIN_POSITIVE, f32::max);
        Self {
            score: best(&mut scores.iter().copied().chain(overlaid.iter().map(|it| it.1))),
            near: best(&mut near.iter().copied().chain(overlaid.iter().map(|it| it.2))),
        }
    }

    fn joined(&self, score: f32, near: f32) -> f32 {
        score / self.score + NEARNESS * near.max(0.0) / self.near
    }
}
