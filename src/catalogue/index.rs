//! The index of the search in words: for each term the entries that hold it, with a weight that already combines the
//! fields it stands in (BM25F: Robertson, Zaragoza & Taylor 2004 — fields are weighted and summed before saturation).

use super::embedding::{Directions, Embedding, Material, Packed, Sentence, Weighted};
use super::language::{stem, words};
use super::model::{Category, CategoryEntry, Entry, Provider, ProviderKind, Synonyms};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A field of an entry with its weight and how strongly its length is normalised.
struct Field {
    weight: f32,
    length: f32,
    pairs: bool,
}

/// Phrases that people use tell most, then what they are shown, the title, causes, and last the explanation.
const FIELDS: [Field; 6] = [
    Field { weight: 3.6, length: 0.6, pairs: true },
    Field { weight: 2.0, length: 0.4, pairs: true },
    Field { weight: 2.2, length: 0.3, pairs: true },
    Field { weight: 1.0, length: 0.35, pairs: false },
    Field { weight: 0.8, length: 0.3, pairs: false },
    Field { weight: 1.6, length: 0.2, pairs: false },
];

/// How much a sentence of each field counts where the vectors are made: names of codes are no sentences.
const TELLING: [f32; 6] = [1.0, 0.7, 0.8, 0.4, 0.4, 0.0];

/// How much longer than the average a field may be before it counts less; averages in terms, measured on the catalogue.
const AVERAGE: [f32; 6] = [90.0, 12.0, 6.0, 30.0, 30.0, 4.0];

/// BM25's saturation: how fast a term's further mentions stop counting.
const K1: f32 = 2.2;

/// The weighted terms of one entry.
pub type Terms = BTreeMap<String, f32>;

/// Sorted phrases in one text: it stays where it is packed, while four thousand strings would each be copied out of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Phrases {
    #[serde(borrow)]
    text: Cow<'static, str>,
    ends: Vec<u32>,
}

impl Phrases {
    fn of(phrases: &BTreeSet<&str>) -> Self {
        let ends = phrases.iter().scan(0, |end, phrase| {
            *end += u32::try_from(phrase.len()).expect("phrases of less than 4 GiB");
            Some(*end)
        });
        Self { ends: ends.collect(), text: phrases.iter().copied().collect::<String>().into() }
    }

    fn at(&self, number: usize) -> &str {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[number] as usize]
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|number| self.at(number))
    }

    fn find(&self, phrase: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.at(middle).cmp(phrase) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

/// What turns words into terms: endings off, words of one meaning together, pairs of words.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Language {
    stop: Phrases,
    /// Phrases of stems that have synonyms.
    synonyms: Phrases,
    /// The groups of each such phrase: its number, and that of the group.
    groups: Vec<(u16, u16)>,
    /// Phrases of stems, between blanks, by which a description is about a bank feed.
    domain: Phrases,
    /// Likewise, about something else.
    foreign: Phrases,
}

impl Language {
    /// Makes the language ready.
    #[must_use]
    pub fn new(stop_words: &[String], synonyms: &[Synonyms], domain: &[String], foreign: &[String]) -> Self {
        let mut groups: BTreeMap<String, Vec<u16>> = BTreeMap::new();
        for (group, number) in synonyms.iter().zip(0u16..) {
            for phrase in group.word.iter().chain(group.same.iter().flatten()) {
                let key = words(phrase).iter().map(|word| stem(word)).collect::<Vec<_>>().join(" ");
                let numbers = groups.entry(key).or_default();
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
            }
        }
        let phrases = |list: &[String]| list.iter().map(|phrase| between_blanks(phrase)).collect::<Vec<_>>();
        let packed = |list: &[String]| Phrases::of(&list.iter().map(String::as_str).collect());
        let stop: Vec<String> = stop_words.iter().flat_map(|word| words(word)).collect();
        let numbered = groups.values().zip(0u16..).flat_map(|(numbers, phrase)| numbers.iter().map(move |number| (phrase, *number)));
        Self {
            stop: packed(&stop),
            synonyms: Phrases::of(&groups.keys().map(String::as_str).collect()),
            groups: numbered.collect(),
            domain: packed(&phrases(domain)),
            foreign: packed(&phrases(foreign)),
        }
    }

    /// How many phrases of the domain a description holds, and how many of other matters.
    #[must_use]
    pub fn topic(&self, description: &str) -> (usize, usize) {
        let said = between_blanks(description);
        let count = |phrases: &Phrases| phrases.iter().filter(|phrase| said.contains(phrase)).count();
        (count(&self.domain), count(&self.foreign))
    }

    /// The groups of synonyms that a phrase of stems belongs to.
    fn groups_of(&self, phrase: &str) -> impl Iterator<Item = u16> {
        let number = self.synonyms.find(phrase).and_then(|number| u16::try_from(number).ok());
        let first = number.map_or(self.groups.len(), |number| self.groups.partition_point(|(phrase, _)| *phrase < number));
        self.groups[first..].iter().take_while(move |(phrase, _)| Some(*phrase) == number).map(|(_, group)| *group)
    }

    /// The terms of a text with their weights: stems (1), groups of synonyms (`~7`), and pairs of neighbours (`a b`).
    #[must_use]
    pub fn terms(&self, text: &str, pairs: bool) -> Vec<(String, f32)> {
        let mut out = Vec::new();
        let words = words(text);
        let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
        let kept: Vec<bool> = words.iter().map(|word| self.stop.find(word).is_none()).collect();
        for (index, stem) in stems.iter().enumerate() {
            if kept[index] {
                out.push((stem.clone(), 1.0));
            }
            for length in 1..=4 {
                let Some(phrase) = stems.get(index..index + length) else { break };
                let phrase = if length == 1 { stem.clone() } else { phrase.join(" ") };
                if length == 1 && !kept[index] {
                    continue;
                }
                for group in self.groups_of(&phrase) {
                    out.push((format!("~{group}"), 0.55));
                }
            }
        }
        if pairs {
            let content: Vec<&String> = stems.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(stem, _)| stem).collect();
            out.extend(content.windows(2).map(|pair| (format!("{} {}", pair[0], pair[1]), 0.7)));
        }
        out
    }

    /// The weighted terms of an entry.
    #[must_use]
    pub fn entry(&self, entry: &Entry) -> Terms {
        self.fields(texts_of_entry(entry))
    }

    /// An entry as the index takes it in.
    #[must_use]
    pub fn document(&self, number: u32, entry: &Entry) -> Document {
        self.of_texts(number, entry.category, texts_of_entry(entry))
    }

    /// A category as the index takes it in: general advice is found by its words, too.
    #[must_use]
    pub fn category(&self, number: u32, entry: &CategoryEntry) -> Document {
        self.of_texts(number, entry.id, texts_of_category(entry))
    }

    fn of_texts(&self, number: u32, kind: Option<Category>, texts: [Vec<String>; 6]) -> Document {
        let told = texts.iter().zip(TELLING).filter(|(_, telling)| *telling > 0.0);
        let of_sentence = |text: &String| {
            let mut terms = Terms::new();
            self.terms(text, false).into_iter().for_each(|(term, weight)| *terms.entry(term).or_default() += weight);
            terms
        };
        let sentences = told.flat_map(|(texts, telling)| texts.iter().map(move |text| (telling, of_sentence(text))));
        let sentences = sentences.filter(|(_, terms)| terms.len() >= 2).collect();
        Document { number, kind, terms: self.fields(texts), sentences }
    }

    fn fields(&self, texts: [Vec<String>; 6]) -> Terms {
        let mut terms = Terms::new();
        for ((field, average), texts) in FIELDS.iter().zip(AVERAGE).zip(texts) {
            let found: Vec<(String, f32)> = texts.iter().flat_map(|text| self.terms(text, field.pairs)).collect();
            let length = found.len() as f32;
            let norm = 1.0 - field.length + field.length * (length / average).max(0.25);
            for (term, weight) in found {
                *terms.entry(term).or_default() += field.weight * weight / norm;
            }
        }
        terms
    }
}

/// The texts of an entry by field, in the order of [`FIELDS`].
fn texts_of_entry(entry: &Entry) -> [Vec<String>; 6] {
    let texts = |lists: &[&Option<Vec<String>>]| lists.iter().flat_map(|list| list.iter().flatten()).cloned().collect::<Vec<_>>();
    let causes = entry.cause.iter().flatten().flat_map(|cause| std::iter::once(cause.text.clone()).chain(cause.hints.clone()));
    let name = entry.code.iter().filter(|code| !code.contains(' ')).chain(&entry.name);
    [
        texts(&[&entry.said_as]),
        texts(&[&entry.messages, &entry.user_messages]).into_iter().chain(entry.alert.clone()).collect(),
        entry.title.iter().cloned().collect(),
        causes.collect(),
        entry.meaning.iter().chain(&entry.tell_user).cloned().collect(),
        name.map(|name| name.replace(['_', '-', '.'], " ")).collect(),
    ]
}

fn texts_of_category(entry: &CategoryEntry) -> [Vec<String>; 6] {
    let causes = entry.cause.iter().flatten().map(|cause| cause.text.clone());
    [
        entry.said_as.clone().unwrap_or_default(),
        Vec::new(),
        entry.title.iter().cloned().collect(),
        causes.collect(),
        entry.meaning.iter().cloned().collect(),
        Vec::new(),
    ]
}

/// What the search knows of providers: their kinds, and the names by which a description means one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Naming {
    /// Kinds by provider, sorted.
    kinds: Vec<(String, ProviderKind)>,
    /// Generic standards, sorted.
    generic: Vec<String>,
    /// Names of providers and products as stems, one a line: they steer, and are no words of the trouble. Longest first,
    /// "quickbooks online" before "quickbooks".
    #[serde(borrow)]
    names: Cow<'static, str>,
}

impl Naming {
    /// Makes ready what is said of providers.
    pub(super) fn new(providers: &[Provider], is_generic: impl Fn(&Provider) -> bool) -> Self {
        let mut names: Vec<Vec<String>> = Vec::new();
        for provider in providers.iter().filter(|it| it.kind != Some(ProviderKind::General) && !is_generic(it)) {
            let products = provider.product.iter().flatten().flat_map(|it| std::iter::once(&it.name).chain(&it.also));
            let own = [provider.id.as_ref(), provider.name.as_ref()].into_iter().flatten();
            let proper: BTreeSet<String> = own.clone().flat_map(|name| stems(name)).collect();
            // "Direct Connect" leads to OFX, and is a word of the trouble all the same.
            let is_name = |name: &Vec<String>| name.iter().any(|part| proper.contains(part));
            names.extend(own.chain(provider.words.iter().flatten()).chain(products).map(|name| stems(name)).filter(is_name));
        }
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let mut kinds: Vec<(String, ProviderKind)> = providers.iter().filter_map(|it| Some((it.id.clone()?, it.kind?))).collect();
        kinds.sort();
        let mut generic: Vec<String> = providers.iter().filter(|it| is_generic(it)).filter_map(|it| it.id.clone()).collect();
        generic.sort();
        Self { kinds, generic, names: names.iter().map(|name| name.join(" ")).collect::<Vec<_>>().join("\n").into() }
    }

    /// The kind of a provider.
    #[must_use]
    pub fn kind(&self, provider: &str) -> Option<ProviderKind> {
        let place = self.kinds.binary_search_by(|(other, _)| other.as_str().cmp(provider));
        place.ok().map(|place| self.kinds[place].1)
    }

    /// Whether a provider is a generic standard.
    #[must_use]
    pub fn is_generic(&self, provider: &str) -> bool {
        self.generic.binary_search_by(|other| other.as_str().cmp(provider)).is_ok()
    }

    /// The names of providers and products, each as its stems, longest first.
    pub fn names(&self) -> impl Iterator<Item = Vec<&str>> {
        self.names.lines().map(|name| name.split(' ').collect())
    }
}

/// The stems of a text with a blank before and behind each.
fn between_blanks(text: &str) -> String {
    words(text).iter().fold(" ".to_owned(), |line, word| line + &stem(word) + " ")
}

/// The stems of a text.
#[must_use]
pub fn stems(text: &str) -> Vec<String> {
    words(text).iter().map(|word| stem(word)).collect()
}

/// An entry or a category as the index takes it in.
#[derive(Clone, Debug)]
pub struct Document {
    number: u32,
    kind: Option<Category>,
    terms: Terms,
    /// Its sentences, each with how much it counts.
    sentences: Vec<(f32, Terms)>,
}

/// The entries that hold a term, each with its weight on a logarithmic scale of bytes, and where the term lies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Postings {
    /// Numbers of entries, as differences.
    pub entries: Vec<u32>,
    /// Weights, one an entry.
    pub weights: Vec<u8>,
    /// The term's vector; pairs have none.
    pub vector: Option<Packed>,
}

impl Postings {
    /// Packs pairs of entry and weight; entries must rise.
    #[must_use]
    pub fn of(pairs: &[(u32, f32)]) -> Self {
        let mut last = 0;
        let mut out = Self::default();
        for (entry, weight) in pairs {
            out.entries.push(entry - last);
            out.weights.push(quantised(*weight));
            last = *entry;
        }
        out
    }

    /// The pairs of entry and weight.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        let mut at = 0;
        self.entries.iter().zip(&self.weights).map(move |(step, weight)| {
            at += step;
            (at, restored(*weight))
        })
    }
}

/// Weights between 0.02 and 50 in 255 equal ratios: an error of 3 %, which no ranking notices.
fn quantised(weight: f32) -> u8 {
    ((weight.clamp(0.02, 50.0) / 0.02).ln() / (2500f32).ln() * 254.0).round() as u8
}

fn restored(weight: u8) -> f32 {
    0.02 * (f32::from(weight) / 254.0 * (2500f32).ln()).exp()
}

/// How much a term tells (the inverse of how many entries hold it). What stands in a handful of entries is capped: a
/// bank's name in one of them says little about the trouble.
#[must_use]
pub fn rarity(total: f32, holding: f32) -> f32 {
    (1.0 + (total - holding + 0.5) / (holding.max(4.0) + 0.5)).ln()
}

/// A term's share in the score of an entry: further mentions count less and less.
#[must_use]
pub fn saturated(weight: f32) -> f32 {
    weight * (K1 + 1.0) / (K1 + weight)
}

/// Turns documents into postings by term, and into the directions in which they lie; `total` is the number of all.
#[must_use]
pub fn inverted(documents: &[Document], total: u32) -> (BTreeMap<String, Postings>, Directions) {
    let mut by_term: BTreeMap<&str, Vec<(u32, f32)>> = BTreeMap::new();
    for document in documents {
        for (term, weight) in &document.terms {
            by_term.entry(term).or_default().push((document.number, *weight));
        }
    }
    let mut postings: BTreeMap<String, Postings> =
        by_term.into_iter().map(|(term, pairs)| (term.to_owned(), Postings::of(&pairs))).collect();
    let single = postings.iter().filter(|(term, _)| !term.contains(' '));
    let places: BTreeMap<String, (usize, f32)> =
        single.enumerate().map(|(place, (term, held))| (term.clone(), (place, rarity(total as f32, held.entries.len() as f32)))).collect();
    let embedding = Embedding::of(&material(documents, &places));
    for (term, (place, _)) in &places {
        if let Some(held) = postings.get_mut(term) {
            held.vector = Some(embedding.term(*place));
        }
    }
    let numbers: Vec<u32> = documents.iter().map(|document| document.number).collect();
    (postings, embedding.directions(&numbers))
}

/// What the vectors are made from; terms by their places, with how much each tells.
fn material(documents: &[Document], places: &BTreeMap<String, (usize, f32)>) -> Material {
    let weighted = |terms: &Terms, share: fn(f32) -> f32| -> Weighted {
        let placed = terms.iter().filter_map(|(term, weight)| places.get(term).map(|(place, rarity)| (*place, rarity * share(*weight))));
        placed.collect()
    };
    let kind = |document: &Document| document.kind.and_then(|kind| Category::ALL.iter().position(|it| *it == kind));
    let sentences = documents.iter().enumerate().flat_map(|(entry, document)| {
        let sentences = document.sentences.iter();
        sentences.map(move |(weight, terms)| Sentence { entry, weight: *weight, terms: weighted(terms, |weight| weight) })
    });
    Material {
        terms: places.len(),
        entries: documents.iter().map(|document| weighted(&document.terms, saturated)).collect(),
        kinds: documents.iter().map(|document| kind(document).unwrap_or(Category::ALL.len())).collect(),
        sentences: sentences.collect(),
    }
}
