//! Many literals at once: searched one by one in a short text, by an automaton in a long one.
//!
//! Building the automaton costs more than searching a sentence for every literal, and a run that answers one question
//! looks at one sentence.

use aho_corasick::{AhoCorasick, MatchKind};
use std::sync::OnceLock;

/// Up to this size a text is searched literal by literal.
const SHORT: usize = 16 << 10;

/// Literals that are searched without regard to ASCII case.
pub(super) struct Literals {
    /// In lower case.
    literals: Vec<String>,
    automaton: OnceLock<AhoCorasick>,
}

impl Literals {
    pub(super) fn new(literals: impl IntoIterator<Item = String>) -> Self {
        Self { literals: literals.into_iter().map(|literal| literal.to_ascii_lowercase()).collect(), automaton: OnceLock::new() }
    }

    /// All occurrences, overlapping ones included: the number of the literal and its place.
    pub(super) fn find(&self, text: &str) -> Vec<(usize, std::ops::Range<usize>)> {
        if text.len() > SHORT {
            let build = || {
                AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .match_kind(MatchKind::Standard)
                    .build(&self.literals)
                    .expect("literals make an automaton")
            };
            let automaton = self.automaton.get_or_init(build);
            return automaton.find_overlapping_iter(text).map(|found| (found.pattern().as_usize(), found.range())).collect();
        }
        let lower = text.to_ascii_lowercase();
        let mut all = Vec::new();
        for (number, literal) in self.literals.iter().enumerate() {
            let finder = memchr::memmem::Finder::new(literal.as_bytes());
            let mut from = 0;
            while let Some(found) = finder.find(&lower.as_bytes()[from..]) {
                all.push((number, from + found..from + found + literal.len()));
                from += found + 1;
            }
        }
        // In the order of the text, as the automaton reports them: by end, then longer first.
        all.sort_by_key(|(number, place)| (place.end, place.start, *number));
        all
    }
}
