//! Many literals at once: looked up by how they begin in a short text, searched by an automaton in a long one.
//!
//! Building the automaton costs more than looking through a sentence, and a run that answers one question looks at one
//! sentence. Searching a short text for one literal after the other was slower than both: most of a line's time in a log.

use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// Up to this size a text is looked through without an automaton.
const SHORT: usize = 16 << 10;

/// Literals that are searched without regard to ASCII case.
pub(super) struct Literals {
    /// In lower case.
    literals: Vec<String>,
    /// The numbers of the literals by their first two bytes.
    by_start: FxHashMap<u16, Vec<u32>>,
    /// Those of a single byte.
    single: Vec<(u8, u32)>,
    automaton: OnceLock<AhoCorasick>,
}

impl Literals {
    pub(super) fn new(literals: impl IntoIterator<Item = String>) -> Self {
        let literals: Vec<String> = literals.into_iter().map(|literal| literal.to_ascii_lowercase()).collect();
        let mut by_start: FxHashMap<u16, Vec<u32>> = FxHashMap::default();
        let mut single = Vec::new();
        for (literal, number) in literals.iter().zip(0..) {
            match literal.as_bytes() {
                [] => {}
                [byte] => single.push((*byte, number)),
                [first, second, ..] => by_start.entry(u16::from_ne_bytes([*first, *second])).or_default().push(number),
            }
        }
        Self { literals, by_start, single, automaton: OnceLock::new() }
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
        for (start, pair) in lower.as_bytes().windows(2).enumerate() {
            let Some(numbers) = self.by_start.get(&u16::from_ne_bytes([pair[0], pair[1]])) else { continue };
            for number in numbers.iter().map(|number| *number as usize) {
                let literal = self.literals[number].as_bytes();
                if lower.as_bytes()[start..].starts_with(literal) {
                    all.push((number, start..start + literal.len()));
                }
            }
        }
        for (byte, number) in &self.single {
            all.extend(memchr::memchr_iter(*byte, lower.as_bytes()).map(|start| (*number as usize, start..start + 1)));
        }
        // In the order of the text, as the automaton reports them: by end, then longer first.
        all.sort_by_key(|(number, place)| (place.end, place.start, *number));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_texts_find_the_same() {
        let literals = Literals::new(["Item", "item_", "tem", "m", "aa", "aaa", "é", "ITEM_ERROR", "zz"].map(str::to_owned));
        for text in ["", "m", "an ITEM_ERROR, an item; aaaa", "é mé aAa", "no hits: x y z"] {
            let long = format!("{text}{}", " ".repeat(SHORT));
            assert_eq!(literals.find(text), literals.find(&long), "{text}");
        }
    }
}
