//! Which parts of a line can matter to recognising at all. Ids, counters and times vary from line to line and tell nothing of the
//! error; where that is certain, lines that differ in nothing else are the same to the recogniser, and need be looked at once.
//!
//! The rules err on one side only: what may matter is kept. They follow from the catalogue: a word that no code, message, mark,
//! shape or list holds cannot change what is recognised, unless its place makes any word a code.

use super::shapes::{self, TextShape};
use super::spans;
use super::tree::folded;
use super::{holds_codes, is_symbolic};
use crate::catalogue::messages::{self, GAP};
use crate::catalogue::model::{Values, Wire};
use crate::catalogue::{Catalogue, WordList, key};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::RangeInclusive;

/// What kind of varying part stands at a place of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Wild {
    /// A date with a time of day.
    Time,
    /// A number that is the whole value of a JSON field.
    Number,
    /// A run of digits, whatever number it is.
    Digits,
    /// A run of letters and digits that nothing in the catalogue knows.
    Word,
}

/// How many kinds there are.
pub(super) const WILDS: usize = 4;

/// A part of a line that may vary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) wild: Wild,
    /// A word of letters: mostly the same on every line, so it is taken for varying only where it is seen to vary.
    pub(super) lettered: bool,
}

/// How much a value matters because of where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// As any other.
    Free,
    /// A known code would be taken for one.
    Coded,
    /// Whatever stands there is taken for a code.
    Verbatim,
}

/// What the catalogue knows, as far as it bears on single words.
pub(super) struct Relevance {
    /// Runs of letters alone, and runs that hold digits: ids are mostly of a length that no code has.
    words: [Runs; 2],
    /// Pairs of words behind which a published message has a number; 0 stands for any word.
    before_numbers: FxHashSet<(u32, u32)>,
    /// Words before which one has a number that no word leads to.
    behind_numbers: FxHashSet<u32>,
    /// Names of fields, with the name of what they must be in (empty: anything).
    verbatim: FxHashMap<String, Vec<String>>,
    coded: FxHashSet<String>,
    announcing: FxHashSet<String>,
    /// Codes without case and signs, by hash.
    codes: FxHashSet<u64>,
    /// Codes that hold digits, with `#` for each run of them.
    patterns: FxHashSet<String>,
    /// What stands before and behind a code in a line of text.
    around: Vec<Around>,
}

/// What must stand around a code in a line of text for a shape to take it.
struct Around {
    /// Somewhere before it.
    earlier: Vec<String>,
    /// Right before it.
    before: String,
    /// Right behind it.
    after: String,
    /// Any value is taken, not only known codes.
    verbatim: bool,
}

impl Around {
    /// Whether a line, in lower case, goes so up to a value that begins somewhere in a range.
    fn leads_to(&self, lower: &str, starts: RangeInclusive<usize>) -> bool {
        let before = &lower[..*starts.end()];
        let right_before = self.before.is_empty() || starts.into_iter().any(|at| lower[..at].ends_with(&self.before));
        right_before && self.earlier.iter().all(|literal| before.contains(literal.as_str()))
    }
}

impl Relevance {
    pub(super) fn new(catalogue: &Catalogue) -> Self {
        let mut it = Self {
            words: Default::default(),
            before_numbers: FxHashSet::default(),
            behind_numbers: FxHashSet::default(),
            verbatim: FxHashMap::default(),
            coded: FxHashSet::default(),
            announcing: catalogue.words(WordList::Code).iter().map(|word| word.to_lowercase()).collect(),
            codes: FxHashSet::default(),
            patterns: FxHashSet::default(),
            around: Vec::new(),
        };
        it.learn_messages(catalogue);
        let mut learnt: FxHashSet<&str> = FxHashSet::default();
        for head in catalogue.entries().filter_map(|id| catalogue.head(id)) {
            for name in head.aliases.iter().copied().chain([head.code, head.name, head.family]) {
                if learnt.insert(name) {
                    it.learn_code(name);
                }
            }
        }
        for provider in catalogue.providers() {
            let texts = provider.marks.iter().flatten().chain(provider.words.iter().flatten()).chain(&provider.id);
            for text in texts {
                it.learn_text(text);
            }
        }
        for (_, wire) in catalogue.wires() {
            it.learn_wire(&wire);
        }
        for list in WordList::ALL {
            if !matches!(list, WordList::Stop | WordList::Domain | WordList::Foreign) {
                for word in catalogue.words(list) {
                    it.learn_code(&word);
                    it.learn_text(&word);
                }
            }
        }
        // Words that the notations themselves know (see `braces` and `shapes::is_nothing`), and those that tell a log.
        for word in [
            "null",
            "none",
            "nil",
            "undefined",
            "nan",
            "true",
            "false",
            "object",
            "array",
            "string",
            "int",
            "float",
            "bool",
            "ref",
            "symbol",
            "u",
            "b",
            "r",
            "f",
            "cdata",
            "error",
            "warn",
            "info",
            "debug",
            "traceback",
            "at",
            "get",
            "post",
            "put",
            "delete",
            "http",
        ] {
            it.add_word(word);
        }
        it
    }

    fn add_word(&mut self, run: &str) {
        let digit = run.bytes().any(|byte| byte.is_ascii_digit());
        self.words[usize::from(digit)].add(run);
    }

    fn learn_messages(&mut self, catalogue: &Catalogue) {
        let words = catalogue.message_words();
        let mut numbers = FxHashSet::default();
        for word in words.lines() {
            self.learn_text(word);
            if word.bytes().all(|byte| byte.is_ascii_digit()) {
                numbers.insert(messages::word(word));
            }
        }
        for template in catalogue.messages() {
            let template = &template.words;
            for (place, _) in template.iter().enumerate().filter(|(_, word)| numbers.contains(word)) {
                let word = |back: usize| place.checked_sub(back).map_or(GAP, |at| template[at]);
                let (before, first) = (word(1), word(2));
                if before != GAP {
                    self.before_numbers.insert((first, before));
                } else {
                    self.behind_numbers.extend(template.get(place + 1));
                }
            }
        }
    }

    /// The words of a text.
    fn learn_text(&mut self, text: &str) {
        for (_, word) in messages::words(text).filter(|(_, word)| word.is_ascii()) {
            self.add_word(word);
        }
    }

    /// A code in every way in which it may be written together: `ITEM_LOCKED`, `ItemLocked`, `item-locked`.
    fn learn_code(&mut self, code: &str) {
        self.learn_text(code);
        if code.contains(' ') {
            return;
        }
        let squashed = key::squash(code);
        if squashed.bytes().any(|byte| byte.is_ascii_digit()) {
            self.patterns.insert(pattern(code));
        }
        self.codes.insert(key::hash(&squashed));
        self.learn_spellings(code);
        if squashed.is_ascii() {
            self.add_word(&squashed);
        }
    }

    /// A name in every way in which its parts may be written together.
    fn learn_spellings(&mut self, name: &str) {
        let parts = syllables(name);
        let mut joined = String::with_capacity(name.len());
        for start in 0..parts.len() {
            joined.clear();
            for part in parts[start..].iter().take(8) {
                joined.push_str(part);
                self.add_word(&joined);
            }
        }
        self.add_word(&parts.concat());
    }

    fn learn_wire(&mut self, wire: &Wire) {
        let all = [&wire.at, &wire.message_at, &wire.with, &wire.also, &wire.without, &wire.none, &wire.text];
        for text in all.into_iter().flat_map(|list| list.iter().flatten()).chain(&wire.family_at).chain(&wire.family) {
            self.learn_text(text);
            for path in text.split(['=', '|', '^', '.', '[', ']', ' ', '"', '\'', '(', ')', '<', '>', ',', ';', '&', '?', '#', '/']) {
                self.learn_spellings(path);
            }
        }
        let any = wire.values == Some(Values::Any);
        for path in wire.at.iter().flatten() {
            if any { self.take_verbatim(path) } else { self.take_coded(path) }
        }
        if let Some(path) = &wire.family_at {
            self.take_verbatim(path);
        }
        if wire.at.as_ref().is_some_and(|at| !at.is_empty()) {
            for condition in [&wire.with, &wire.also, &wire.without].into_iter().flat_map(|list| list.iter().flatten()) {
                if let Some((path, _)) = condition.split_once('=') {
                    self.take_coded(path);
                } else if let Some((path, prefixes)) = condition.split_once('^') {
                    // A prefix may end within a word.
                    let inner = prefixes.split('|').any(|prefix| prefix.ends_with(|c: char| c.is_alphanumeric()));
                    if inner { self.take_verbatim(path) } else { self.take_coded(path) }
                }
            }
            return;
        }
        for shape in TextShape::of(0, wire) {
            let verbatim = shape.values == Values::Any;
            self.around.extend(shape.around().into_iter().map(|(mut earlier, after, family)| Around {
                before: earlier.pop().unwrap_or_default(),
                earlier,
                after,
                verbatim: verbatim || family,
            }));
        }
    }

    fn take_verbatim(&mut self, path: &str) {
        let (leaf, parent) = leaf_of(path);
        if !leaf.is_empty() {
            self.verbatim.entry(leaf).or_default().push(parent);
        }
    }

    fn take_coded(&mut self, path: &str) {
        let (leaf, _) = leaf_of(path);
        if !leaf.is_empty() {
            self.coded.insert(leaf);
        }
    }

    /// Whether a field's value counts whatever it is; `keys` are the names of fields before it.
    fn is_verbatim(&self, name: &str, keys: &[String]) -> bool {
        let Some(parents) = self.verbatim.get(name) else { return false };
        let within = |parent: &String| parent.is_empty() || keys.contains(parent);
        parents.iter().any(within)
    }

    /// Whether nothing in the catalogue knows a run of letters and digits.
    pub(super) fn is_unknown(&self, run: &[u8]) -> bool {
        // Ids are mostly of a length that no code has.
        let [letters, digits] = &self.words;
        if !letters.has_length(run.len()) && !digits.has_length(run.len()) {
            return true;
        }
        let digit = run.iter().any(u8::is_ascii_digit);
        !self.words[usize::from(digit)].has(run)
    }

    /// The parts of a line that may vary. `named` says that it is prose which names a provider: numbers beside a name may be codes.
    pub(super) fn parts(&self, line: &str, named: bool) -> Vec<Part> {
        let bytes = line.as_bytes();
        let lower = line.to_ascii_lowercase();
        let mut scan =
            Scan { of: self, line, lower: &lower, until: 0, place: Place::Free, keys: Vec::new(), before: [""; 2], counted: false };
        let mut parts = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let free = at >= scan.until || scan.place == Place::Free;
            let fresh = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
            if free
                && fresh
                && let Some(end) = time_at(bytes, at)
            {
                parts.push(Part { start: at, end, wild: Wild::Time, lettered: false });
                scan.pass("", false);
                at = end;
                continue;
            }
            if free
                && follows_key(bytes, at)
                && let Some(end) = number_at(bytes, at)
                && !scan.is_counted(end)
                && !scan.is_taken_by_a_shape(at, end)
            {
                parts.push(Part { start: at, end, wild: Wild::Number, lettered: false });
                scan.pass("", false);
                at = end;
                continue;
            }
            if !bytes[at].is_ascii_alphanumeric() {
                at += 1;
                continue;
            }
            let end = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            scan.shapes_before(at);
            let counted = bytes[at..end].iter().all(u8::is_ascii_digit) && scan.is_counted(end);
            parts.extend(scan.part(at, end, counted, named));
            scan.name(at, end);
            scan.pass(&line[at..end], counted);
            at = end;
        }
        parts
    }
}

/// One pass over a line: up to where a value stands that its name makes matter.
struct Scan<'s> {
    of: &'s Relevance,
    line: &'s str,
    lower: &'s str,
    until: usize,
    place: Place,
    /// Names of fields that were passed.
    keys: Vec<String>,
    /// The last two words, and whether the last was a number that a message may hold.
    before: [&'s str; 2],
    counted: bool,
}

impl<'s> Scan<'s> {
    fn pass(&mut self, word: &'s str, counted: bool) {
        self.before = [self.before[1], word];
        self.counted = counted;
    }

    /// Whether a published message may have its number here, by the words around.
    fn is_counted(&self, end: usize) -> bool {
        let [first, before] = self.before.map(messages::word);
        let known = &self.of.before_numbers;
        let behind = messages::words(&self.line[end..]).next().map_or(GAP, |(_, word)| messages::word(word));
        self.counted || known.contains(&(first, before)) || known.contains(&(GAP, before)) || self.of.behind_numbers.contains(&behind)
    }

    fn part(&self, start: usize, end: usize, counted: bool, named: bool) -> Option<Part> {
        let bytes = self.line.as_bytes();
        let run = &bytes[start..end];
        let left = start.checked_sub(1).map(|at| bytes[at]);
        let right = bytes.get(end).copied();
        // Parts of escapes, entities, tags and longer words; what a bracket makes a call.
        let joined = left.is_some_and(|byte| byte >= 0x80 || matches!(byte, b'\\' | b'%' | b'<' | b'&'))
            || right.is_some_and(|byte| byte >= 0x80 || byte == b'(')
            || bytes[..start].ends_with(b"</")
            || bytes[..start].ends_with(b"&#");
        let place = if start < self.until { self.place } else { Place::Free };
        // Where a text is cut off, the beginning of a code is enough.
        let cut = place == Place::Coded && self.line[end..].trim_end_matches(['.', '…', ' ']).is_empty();
        if joined || cut || place == Place::Verbatim {
            return None;
        }
        let digits = run.iter().filter(|byte| byte.is_ascii_digit()).count();
        let whole = self.line.trim().len() == run.len();
        let beside_a_name = named && (3..=5).contains(&digits);
        if digits == run.len() && place == Place::Free && !whole && !counted && !beside_a_name && self.is_any_number(start, end) {
            return Some(Part { start, end, wild: Wild::Digits, lettered: false });
        }
        self.of.is_unknown(run).then_some(Part { start, end, wild: Wild::Word, lettered: digits == 0 })
    }

    /// Whether it does not matter which number a run of digits is.
    fn is_any_number(&self, start: usize, end: usize) -> bool {
        let bytes = self.line.as_bytes();
        let inner = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        let from = start - bytes[..start].iter().rev().take_while(inner).count();
        let to = end + bytes[end..].iter().take_while(inner).count();
        let chain = &self.line[from..to];
        let coded = |chain: &str| {
            let pattern = pattern(chain);
            pattern.bytes().any(|byte| byte.is_ascii_alphabetic()) && self.of.patterns.contains(&pattern)
        };
        if coded(chain) || coded(chain.trim_matches(['.', '-', '_'])) || chain.rsplit('.').next().is_some_and(coded) {
            return false;
        }
        !self.is_taken_by_a_shape(start, end)
    }

    /// Whether some shape of a line of text has its code there.
    fn is_taken_by_a_shape(&self, start: usize, end: usize) -> bool {
        let bytes = self.line.as_bytes();
        let token = |byte: &&u8| shapes::is_code(**byte);
        let first = start - bytes[..start].iter().rev().take_while(token).count();
        let last = end + bytes[end..].iter().take_while(token).count();
        let stands = |around: &Around| {
            let after = around.after.is_empty() || (end..=last).any(|at| self.lower[at..].starts_with(&around.after));
            after && around.leads_to(self.lower, first..=start)
        };
        self.of.around.iter().any(stands)
    }

    /// Takes note of a name that makes what stands behind it matter.
    fn name(&mut self, start: usize, end: usize) {
        let bytes = self.line.as_bytes();
        let inner = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'$' | b'@');
        // Escapes run into the word behind them: `\nerror`.
        let start = if start > 0 && bytes[start - 1] == b'\\' && end - start > 1 { start + 1 } else { start };
        let run = &self.lower[start..end];
        if self.of.announcing.contains(run) {
            self.value(end, Place::Coded, true);
        }
        let goes_on = bytes.get(end).is_some_and(|byte| matches!(byte, b'_' | b'.' | b'-' | b'$' | b'@'))
            && bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric);
        if goes_on {
            return;
        }
        let back = bytes[..start].iter().rev().take_while(inner).count();
        let escaped = back < start && bytes[start - back - 1] == b'\\';
        let from = start - back + usize::from(escaped && back > 0);
        let chain = &self.line[from..end];
        let last = chain.rsplit('.').next().unwrap_or(chain);
        let names = [folded(chain), folded(last)];
        let place = if names.iter().any(|name| self.of.is_verbatim(name, &self.keys)) {
            Place::Verbatim
        } else if names.iter().any(|name| self.of.coded.contains(name)) || holds_codes(last) {
            Place::Coded
        } else if is_symbolic(chain) && self.is_bare_value(end) && self.of.codes.contains(&key::hash(&key::squash(chain))) {
            // How such a value begins tells whether a code's name is the name of a field here.
            Place::Verbatim
        } else {
            self.place_of_two(from, end)
        };
        let sign = bytes[end..].iter().take(6).find(|byte| !matches!(byte, b'"' | b'\'' | b'\\' | b' '));
        if sign.is_some_and(|byte| matches!(byte, b':' | b'=' | b'>' | b'[' | b'{')) {
            self.keys.extend(names);
        }
        if place == Place::Free {
            return;
        }
        // The text of a tag stands behind its attributes.
        let tagged = from.checked_sub(1).is_some_and(|at| bytes[at] == b'<');
        let opened = if tagged { bytes[end..].iter().take(200).position(|byte| *byte == b'>') } else { None };
        self.value(end + opened.unwrap_or(0), place, false);
    }

    /// Whether a colon, a blank and a value without quotes stand behind a word.
    fn is_bare_value(&self, end: usize) -> bool {
        let behind = self.line[end..].trim_start_matches(['"', '\'', '\\', ']']).trim_start();
        let value = behind.strip_prefix(": ").map(str::trim_start);
        value.is_some_and(|value| value.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-'))
    }

    /// What two words are that may be a name together (`Error Code: 5`), the second from an offset on.
    fn place_of_two(&self, from: usize, end: usize) -> Place {
        let two = self.line[..from].trim_end_matches(' ');
        if from - two.len() != 1 {
            return Place::Free;
        }
        let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let pair = folded(&self.line[two.trim_end_matches(inner).len()..end]);
        if self.of.is_verbatim(&pair, &self.keys) {
            Place::Verbatim
        } else if self.of.coded.contains(&pair) {
            Place::Coded
        } else {
            Place::Free
        }
    }

    /// Marks the value behind a name: its first word, or the whole list.
    fn value(&mut self, from: usize, place: Place, announced: bool) {
        let bytes = self.line.as_bytes();
        let mut at = from;
        let (mut signs, mut list) = (0, false);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b':' | b'=' | b'>' => signs += 1,
                b'[' => list = true,
                b'"' | b'\'' | b'\\' | b' ' | b'(' | b'{' | b'-' | b'#' | b'\t' | b'`' | b'~' => {}
                _ => break,
            }
            at += 1;
            if at - from > 12 {
                break;
            }
        }
        if signs == 0 && !announced {
            return;
        }
        let mut end = at;
        while let Some(byte) = bytes.get(end) {
            let quote = matches!(byte, b'"' | b'\'' | b'`');
            let stops = if list {
                *byte == b']' || end - at > 400
            } else {
                matches!(byte, b' ' | b',' | b';' | b'&' | b'<' | b'>' | b')' | b']' | b'}' | b'\\' | b'\t')
            };
            if (quote && !list && !(end > at && matches!(bytes[end - 1], b'(' | b'='))) || stops {
                // PHP prints how long a text is before the text: `string(5) "E1234"`.
                if *byte == b')' && bytes[at..end].starts_with(b"string(") {
                    end += 1 + bytes[end + 1..].iter().take_while(|byte| matches!(byte, b' ' | b'"')).count();
                    end += bytes[end..].iter().take_while(|byte| **byte != b'"').count();
                }
                break;
            }
            end += 1;
        }
        self.mark(from, end, place);
    }

    /// From an offset up to another, things matter so much; where that is so already, the stricter counts.
    fn mark(&mut self, from: usize, until: usize, place: Place) {
        self.place = if from < self.until { self.place.max(place) } else { place };
        self.until = self.until.max(until);
    }

    /// Marks what stands where a line of text of some shape has its code.
    fn shapes_before(&mut self, start: usize) {
        let bytes = self.line.as_bytes();
        let token = |byte: &&u8| shapes::is_code(**byte);
        let first = start - bytes[..start].iter().rev().take_while(token).count();
        let mut marked = None;
        for around in self.of.around.iter().filter(|around| around.verbatim && !around.before.is_empty()) {
            if around.leads_to(self.lower, first..=start) {
                marked = Some(start + bytes[start..].iter().take_while(token).count());
            }
        }
        if let Some(until) = marked {
            self.mark(start, until, Place::Verbatim);
        }
    }
}

/// The end of a date with a time of day that begins at an offset: `2026-11-30T04:05:06.789`, without its zone.
pub(super) fn time_at(bytes: &[u8], at: usize) -> Option<usize> {
    let text = bytes.get(at..at + 19)?;
    let fits = text.iter().enumerate().all(|(place, byte)| match place {
        4 | 7 => *byte == b'-',
        10 => matches!(byte, b'T' | b' '),
        13 | 16 => *byte == b':',
        _ => byte.is_ascii_digit(),
    });
    if !fits {
        return None;
    }
    let mut end = at + 19;
    if bytes.get(end).is_some_and(|byte| matches!(byte, b'.' | b',')) {
        let digits = bytes[end + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if (1..=9).contains(&digits) {
            end += 1 + digits;
        }
    }
    // What goes on as a word or with a sign that a code may hold is something else.
    let goes_on =
        bytes.get(end).is_some_and(|byte| (byte.is_ascii_alphanumeric() && *byte != b'Z') || matches!(byte, b'_' | b':') || *byte >= 0x80);
    (!goes_on).then_some(end)
}

/// Whether a JSON key with its colon ends right before an offset.
fn follows_key(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].strip_suffix(b" ").unwrap_or(&bytes[..at]);
    before.ends_with(b"\":")
}

/// The end of a number that begins at an offset and is the whole of a value.
pub(super) fn number_at(bytes: &[u8], at: usize) -> Option<usize> {
    let first = bytes.get(at)?;
    if !(first.is_ascii_digit() || *first == b'-') {
        return None;
    }
    let mut end = at + 1 + spans::digits(&bytes[at + 1..]);
    if bytes.get(end) == Some(&b'.') {
        end += 1 + spans::digits(&bytes[end + 1..]);
    }
    let closed = matches!(bytes.get(end), Some(b',' | b'}' | b']'));
    (closed && bytes[end - 1].is_ascii_digit()).then_some(end)
}

/// The last name of a path, folded, and the one before it.
fn leaf_of(path: &str) -> (String, String) {
    let path = path.replace("[]", "");
    let mut names = path.rsplit('.').map(folded);
    (names.next().unwrap_or_default(), names.next().unwrap_or_default())
}

/// A code without case and signs, each run of digits as `#`.
fn pattern(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    for c in code.chars().filter(|c| c.is_alphanumeric()) {
        if c.is_ascii_digit() {
            if !out.ends_with('#') {
                out.push('#');
            }
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// The parts that a code may be taken apart into: at signs, between letters and digits, and at humps.
fn syllables(code: &str) -> Vec<&str> {
    let bytes = code.as_bytes();
    let mut parts = Vec::new();
    let mut start = 0;
    for at in 0..=bytes.len() {
        let byte = bytes.get(at).copied().unwrap_or(b' ');
        let last = at.checked_sub(1).map_or(b' ', |last| bytes[last]);
        let hump = last.is_ascii_lowercase() && byte.is_ascii_uppercase();
        let goes_on = last.is_ascii_alphanumeric() && byte.is_ascii_alphanumeric();
        if goes_on && !hump && last.is_ascii_digit() == byte.is_ascii_digit() {
            continue;
        }
        if last.is_ascii_alphanumeric() {
            parts.push(&code[start..at]);
        }
        start = at;
    }
    parts
}

/// A set of runs of letters and digits without case, for one question: may it hold this one? It may say yes wrongly (two runs with
/// one hash), never no.
#[derive(Default)]
struct Runs {
    slots: Vec<u32>,
    count: usize,
    /// Which lengths occur, a bit each; the last stands for all longer ones.
    lengths: u64,
}

impl Runs {
    fn add(&mut self, run: &str) {
        if run.is_empty() || !run.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return;
        }
        if (self.count + 1) * 4 > self.slots.len() {
            let wider = vec![0; (self.slots.len() * 2).max(64)];
            let old = std::mem::replace(&mut self.slots, wider);
            for print in old.into_iter().filter(|print| *print != 0) {
                self.put(print);
            }
        }
        self.lengths |= 1 << run.len().min(63);
        if self.put(print(run.as_bytes())) {
            self.count += 1;
        }
    }

    fn put(&mut self, print: u32) -> bool {
        let mask = self.slots.len() - 1;
        let mut at = print as usize & mask;
        while self.slots[at] != 0 {
            if self.slots[at] == print {
                return false;
            }
            at = (at + 1) & mask;
        }
        self.slots[at] = print;
        true
    }

    fn has_length(&self, length: usize) -> bool {
        self.lengths & (1 << length.min(63)) != 0
    }

    fn has(&self, run: &[u8]) -> bool {
        if !self.has_length(run.len()) {
            return false;
        }
        let print = print(run);
        let mask = self.slots.len() - 1;
        let mut at = print as usize & mask;
        while self.slots[at] != 0 {
            if self.slots[at] == print {
                return true;
            }
            at = (at + 1) & mask;
        }
        false
    }
}

/// A hash of a run of letters and digits that does not see case: setting one bit folds letters and leaves digits alone.
fn print(run: &[u8]) -> u32 {
    const FOLD: u64 = 0x2020_2020_2020_2020;
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let eight = |at: usize| u64::from_le_bytes(run[at..at + 8].try_into().unwrap_or_default()) | FOLD;
    let mix = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word) * u128::from(ODD);
        (product as u64) ^ ((product >> 64) as u64)
    };
    let length = run.len();
    let mut hash = length as u64;
    if length >= 8 {
        let mut at = 0;
        while at + 8 < length {
            hash = mix(hash, eight(at));
            at += 8;
        }
        hash = mix(hash, eight(length - 8));
    } else {
        let short = run.iter().fold(0u64, |word, byte| (word << 8) | u64::from(*byte | 0x20));
        hash = mix(hash, short);
    }
    hash = mix(hash, ODD);
    ((hash >> 32) as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varying(line: &str) -> Vec<(&str, Wild)> {
        let relevance = Relevance::new(&crate::embedded());
        relevance
            .parts(line, false)
            .into_iter()
            .filter(|part| !part.lettered)
            .map(|part| (&line[part.start..part.end], part.wild))
            .collect()
    }

    #[test]
    fn ids_counters_and_times_vary() {
        let line =
            r#"{"ts":1763600000123,"host":"sync-07","trace_id":"0f9a8b7c6d5e4f3a","at":"2026-11-30T04:05:06.789Z","elapsed_ms":324}"#;
        let expected = [
            ("1763600000123", Wild::Number),
            ("07", Wild::Digits),
            ("0f9a8b7c6d5e4f3a", Wild::Word),
            ("2026-11-30T04:05:06.789", Wild::Time),
            ("324", Wild::Number),
        ];
        assert_eq!(varying(line), expected);
    }

    #[test]
    fn codes_do_not() {
        for line in [
            r#"{"aggregationStatusCode":103,"status":"active"}"#,
            r#"{"error":{"code":"E-9876","x":1"#,
            "the bank feed says error 324 again",
            "HIRMG:3:2+9942::PIN ungültig",
            r#"{"error_code": ["FOO_12345", "BAR_6789"]"#,
            "SonicWALL OL-301-A",
        ] {
            let codes = varying(line);
            assert!(codes.iter().all(|(text, _)| !line.contains(&format!("de\":{text}")) && !matches!(*text, "324" | "9942" | "9876" | "12345" | "301")), "{line}: {codes:?}");
        }
    }

    #[test]
    fn the_set_of_runs_does_not_see_case_and_never_forgets() {
        let mut runs = Runs::default();
        let words: Vec<String> = (0..5000).map(|number| format!("Word{number}x{}", number * 7919)).collect();
        for word in &words {
            runs.add(word);
        }
        assert!(words.iter().all(|word| runs.has(word.to_uppercase().as_bytes())));
        assert!(!runs.has(b"word5001x1"));
    }
}
