//! Recognises the lines of a log one by one, for triage and annotate: the recogniser of `diagnose`, with a memory.

use super::fields::{FieldNames, Places, Role};
use super::memory::{Ends, Memory};
use super::relevance::Relevance;
use super::{Finding, Recogniser, decode};
use crate::answer::InputKind;
use crate::catalogue::{WordList, messages};
use crate::diagnose::{FROM_PROSE, Hint, SURE};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;

/// What a line turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// An error that was recognised; [`Lines::finding`] tells which.
    Recognised(u32),
    /// Something went wrong, and what it was is not known.
    NotUnderstood,
    /// A structure that does not end as it should, and in which nothing was recognised.
    Malformed,
    /// Nothing that points to an error.
    Ordinary,
    /// Nothing at all.
    Blank,
}

/// A line, looked at: what it is, and whom and when it concerns. The values are as they stand in the line, unmasked.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen<'l> {
    /// What it is.
    pub sort: Sort,
    /// How sure that is, where an error was recognised; 0 otherwise.
    pub confidence: f64,
    /// When it happened, as written.
    pub time: Option<&'l [u8]>,
    /// The item, connection or account concerned.
    pub item: Option<&'l [u8]>,
    /// Whose it is.
    pub user: Option<&'l [u8]>,
    /// The institution, by name or id.
    pub institution: Option<&'l [u8]>,
}

/// What is remembered of a line.
#[derive(Clone, Copy, Debug)]
struct Judged {
    sort: Sort,
    confidence: f64,
}

/// The longest line that is remembered; longer ones are rare, and would crowd out the others.
const LONGEST: usize = 16 << 10;
/// The most different findings that are told apart; what comes after them counts as the last.
const MOST_FINDINGS: usize = 10_000;

/// Recognises lines; one a thread.
pub struct Lines<'r, 'c> {
    recogniser: &'r Recogniser<'c>,
    hint: Hint,
    names: FieldNames,
    relevance: &'r Relevance,
    trouble: FxHashSet<String>,
    memory: Memory<Judged>,
    ends: Ends,
    findings: Vec<Finding>,
    /// The number of each finding by provider, code and family.
    numbers: FxHashMap<(String, String, Option<String>), u32>,
}

impl<'r, 'c> Lines<'r, 'c> {
    /// Makes ready for lines; a provider in the hint decides, a preferred one is only preferred.
    #[must_use]
    pub fn new(recogniser: &'r Recogniser<'c>, hint: &Hint) -> Self {
        let catalogue = recogniser.catalogue;
        Self {
            recogniser,
            hint: hint.clone(),
            names: FieldNames::new(catalogue),
            relevance: recogniser.relevance(),
            trouble: catalogue.words(WordList::Trouble).iter().map(|word| word.to_lowercase()).collect(),
            memory: Memory::new(),
            ends: Ends::new(),
            findings: Vec::new(),
            numbers: FxHashMap::default(),
        }
    }

    /// What a line is, without its line break.
    pub fn look<'l>(&mut self, line: &'l [u8]) -> Seen<'l> {
        let known = if line.len() <= LONGEST { self.memory.find(line, self.relevance, &mut self.ends) } else { None };
        let Some(known) = known else {
            let (judged, places) = self.judge(line);
            return seen(line, judged, &places);
        };
        let places = known.places(&self.ends).unwrap_or_else(|| self.names.places(&String::from_utf8_lossy(line)));
        seen(line, *known.leaf, &places)
    }

    /// The finding behind a number: which provider and code, by which evidence (that of the first such line).
    ///
    /// # Panics
    /// For a number that [`Lines::look`] did not give.
    #[must_use]
    pub fn finding(&self, number: u32) -> &Finding {
        &self.findings[number as usize]
    }

    /// What a line is that none like it is remembered of.
    fn judge(&mut self, line: &[u8]) -> (Judged, Places) {
        if line.iter().all(u8::is_ascii_whitespace) {
            return (Judged { sort: Sort::Blank, confidence: 0.0 }, Places::default());
        }
        let recognised = self.recogniser.recognise(line, &self.hint);
        let least = if recognised.kind == Some(InputKind::Text) { FROM_PROSE } else { SURE };
        let named = recognised.structured == 0 && !recognised.marked.is_empty();
        let best = recognised.findings.into_iter().next().filter(|best| best.confidence >= least);
        let decoded = decode::text(line);
        let places = if matches!(decoded, Cow::Borrowed(_)) { self.names.places(&decoded) } else { Places::default() };
        let confidence = best.as_ref().map_or(0.0, |best| best.confidence);
        let sort = match best {
            Some(finding) => Sort::Recognised(self.number(finding)),
            None if is_unclosed(&decoded) => Sort::Malformed,
            None if self.is_trouble(&decoded, &places) => Sort::NotUnderstood,
            None => Sort::Ordinary,
        };
        let judged = Judged { sort, confidence };
        // Bytes that had to be decoded are not compared as they stand.
        if let Cow::Borrowed(text) = decoded
            && text.len() == line.len()
            && line.len() <= LONGEST
            && !line.contains(&0)
        {
            let parts = self.relevance.parts(text, named);
            // Whom an ordinary line concerns is nobody's question.
            let kept = if sort == Sort::Ordinary {
                Places::from([places[Role::Time as usize].clone(), None, None, None, None])
            } else {
                places.clone()
            };
            self.memory.learn(line, &parts, self.relevance, judged, &kept);
        }
        (judged, places)
    }

    fn number(&mut self, finding: Finding) -> u32 {
        let key = (finding.provider.clone(), finding.code.clone(), finding.family.clone());
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let full = self.findings.len() >= MOST_FINDINGS;
        if !full {
            self.findings.push(finding);
        }
        let number = u32::try_from(self.findings.len() - 1).unwrap_or(u32::MAX);
        if !full {
            self.numbers.insert(key, number);
        }
        number
    }

    /// Whether a line in which no error was recognised yet says that something went wrong: by its level where it has one, else by
    /// its words. The name of an empty field (`"error": null`) says nothing.
    fn is_trouble(&self, text: &str, places: &Places) -> bool {
        if let Some(level) = places[Role::Level as usize].clone() {
            return self.trouble.contains(&text[level].to_lowercase());
        }
        messages::words(text).any(|(start, word)| {
            let behind = text[start + word.len()..].trim_start_matches(['"', '\'', '\\']).trim_start();
            let value = behind.strip_prefix(':').map(|value| value.trim_start_matches([' ', '"', '\'', '\\']));
            let nothing = ["null", "None", "nil", "false", "0", ",", "}", "{}", "[]"];
            self.trouble.contains(&word.to_lowercase())
                && !value.is_some_and(|value| value.is_empty() || nothing.iter().any(|it| value.starts_with(it)))
        })
    }
}

fn seen<'l>(line: &'l [u8], judged: Judged, places: &Places) -> Seen<'l> {
    let value = |role: Role| places[role as usize].clone().and_then(|place| line.get(place));
    let Judged { sort, confidence } = judged;
    Seen {
        sort,
        confidence,
        time: value(Role::Time),
        item: value(Role::Item),
        user: value(Role::User),
        institution: value(Role::Institution),
    }
}

/// Whether a line begins as a structure and does not end as one: it was cut off, or is none.
fn is_unclosed(text: &str) -> bool {
    let text = text.trim();
    let begins = text.starts_with('{') || text.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with(['{', '"']));
    if !begins {
        return false;
    }
    let (mut depth, mut quote, mut escaped) = (0i64, None, false);
    for byte in text.bytes() {
        match (quote, byte) {
            _ if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"') => quote = Some(byte),
            (None, b'{' | b'[') => depth += 1,
            (None, b'}' | b']') => depth -= 1,
            _ => {}
        }
    }
    depth != 0 || quote.is_some()
}
