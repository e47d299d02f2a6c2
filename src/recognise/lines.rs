//! Recognises the lines of a log one by one, for triage and annotate: the recogniser of `diagnose`, with a memory.

use super::fields::{FieldNames, Places, Role};
use super::{Finding, Recogniser};
use crate::answer::InputKind;
use crate::diagnose::{Hint, SURE};
use rustc_hash::FxHashMap;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen<'l> {
    /// What it is.
    pub sort: Sort,
    /// When it happened, as written.
    pub time: Option<&'l [u8]>,
    /// The item, connection or account concerned.
    pub item: Option<&'l [u8]>,
    /// Whose it is.
    pub user: Option<&'l [u8]>,
    /// The institution, by name or id.
    pub institution: Option<&'l [u8]>,
}

/// Recognises lines; one a thread.
pub struct Lines<'r, 'c> {
    recogniser: &'r Recogniser<'c>,
    hint: Hint,
    names: FieldNames,
    findings: Vec<Finding>,
    /// The number of each finding by provider, code and family.
    numbers: FxHashMap<(String, String, Option<String>), u32>,
}

impl<'r, 'c> Lines<'r, 'c> {
    /// Makes ready for lines; a provider in the hint decides, a preferred one is only preferred.
    #[must_use]
    pub fn new(recogniser: &'r Recogniser<'c>, hint: &Hint) -> Self {
        let names = FieldNames::new(recogniser.catalogue);
        Self { recogniser, hint: hint.clone(), names, findings: Vec::new(), numbers: FxHashMap::default() }
    }

    /// What a line is, without its line break.
    pub fn look<'l>(&mut self, line: &'l [u8]) -> Seen<'l> {
        let (sort, places) = self.judge(line);
        let value = |role: Role| places[role as usize].clone().map(|place| &line[place]);
        Seen { sort, time: value(Role::Time), item: value(Role::Item), user: value(Role::User), institution: value(Role::Institution) }
    }

    /// The finding behind a number: which provider and code, by which evidence (that of the first such line).
    ///
    /// # Panics
    /// For a number that [`Lines::look`] did not give.
    #[must_use]
    pub fn finding(&self, number: u32) -> &Finding {
        &self.findings[number as usize]
    }

    fn judge(&mut self, line: &[u8]) -> (Sort, Places) {
        if line.iter().all(u8::is_ascii_whitespace) {
            return (Sort::Blank, Places::default());
        }
        let Ok(text) = std::str::from_utf8(line) else {
            return (Sort::Malformed, Places::default());
        };
        let places = self.names.places(text);
        let mut recognised = self.recogniser.recognise(line, &self.hint);
        let least = if recognised.kind == Some(InputKind::Text) { 0.8 } else { SURE };
        let best = if recognised.findings.is_empty() { None } else { Some(recognised.findings.swap_remove(0)) };
        let sort = match best.filter(|best| best.confidence >= least) {
            Some(finding) => Sort::Recognised(self.number(finding)),
            None => Sort::Ordinary,
        };
        (sort, places)
    }

    fn number(&mut self, finding: Finding) -> u32 {
        let key = (finding.provider.clone(), finding.code.clone(), finding.family.clone());
        *self.numbers.entry(key).or_insert_with(|| {
            self.findings.push(finding);
            u32::try_from(self.findings.len() - 1).unwrap_or(u32::MAX)
        })
    }
}
