//! Reads brace notations, however they were printed: JSON, JSON cut off, Python and Ruby and PHP prints, Node's inspect,
//! Swift and Rust debug prints. Nothing is refused: what makes no sense is passed over.

use super::tree::{DEPTH, Kind, Notation, Tree};
use std::borrow::Cow;

/// Reads the value that begins at `start` (an opening brace or bracket) into the tree as a root, and returns the
/// offset behind it.
pub(super) fn read<'t>(text: &'t str, start: usize, tree: &mut Tree<'t>) -> usize {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: start };
    reader.value(tree, None, Cow::Borrowed(""), 0);
    reader.at.max(start + 1)
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'/' if self.bytes[self.at..].starts_with(b"//") && self.text[..self.at].ends_with(char::is_whitespace) => {
                    self.at += memchr::memchr(b'\n', &self.bytes[self.at..]).unwrap_or(self.bytes.len() - self.at);
                }
                _ => break,
            }
        }
    }

    fn value(&mut self, tree: &mut Tree<'t>, parent: Option<u32>, key: Cow<'t, str>, depth: usize) {
        self.blanks();
        match self.peek() {
            Some(open @ (b'{' | b'[' | b'(')) => self.container(tree, parent, key, open, depth),
            Some(b'"' | b'\'' | b'`') => {
                let text = self.quoted();
                tree.push(parent, key, Kind::Text, text, Notation::Braces);
            }
            Some(_) => self.word(tree, parent, key, depth),
            None => {}
        }
    }

    /// An object, an array, or what becomes one of them: PHP and Ruby arrays turn out to be objects at the first `=>`.
    fn container(&mut self, tree: &mut Tree<'t>, parent: Option<u32>, key: Cow<'t, str>, open: u8, depth: usize) {
        let close = match open {
            b'{' => b'}',
            b'[' => b']',
            _ => b')',
        };
        if depth >= DEPTH {
            tree.cut = true;
            self.skip_nested();
            return;
        }
        self.at += 1;
        let kind = if open == b'{' { Kind::Object } else { Kind::Array };
        let Some(index) = tree.push(parent, key, kind, Cow::Borrowed(""), Notation::Braces) else {
            self.at = self.bytes.len();
            return;
        };
        loop {
            self.blanks();
            match self.peek() {
                None => break,
                Some(byte) if byte == close => {
                    self.at += 1;
                    break;
                }
                // A stray closing brace: whatever it closes, it is not this. One end too many ends this, too.
                Some(b'}' | b']' | b')') => {
                    if depth > 0 {
                        break;
                    }
                    self.at += 1;
                }
                Some(b',' | b';' | b'|') => self.at += 1,
                Some(_) => {
                    let before = self.at;
                    self.member(tree, index, depth);
                    if self.at == before {
                        self.at += self.text[self.at..].chars().next().map_or(1, char::len_utf8);
                    }
                }
            }
            if tree.nodes.len() >= super::tree::NODES {
                tree.cut = true;
                self.at = self.bytes.len();
            }
        }
        tree.close(index);
    }

    /// A member `name: value` of an object, or an item of an array.
    fn member(&mut self, tree: &mut Tree<'t>, parent: u32, depth: usize) {
        let start = self.at;
        if let Some(name) = self.name() {
            tree.nodes[parent as usize].kind = Kind::Object;
            self.blanks();
            if matches!(self.peek(), Some(b',' | b'}' | b']' | b')') | None) {
                tree.push(Some(parent), name, Kind::Null, Cow::Borrowed(""), Notation::Braces);
                return;
            }
            self.value(tree, Some(parent), name, depth + 1);
            return;
        }
        self.at = start;
        self.value(tree, Some(parent), Cow::Borrowed(""), depth + 1);
    }

    /// The name of a member with the sign behind it; none if there is no name here.
    fn name(&mut self) -> Option<Cow<'t, str>> {
        let name = match self.peek()? {
            b'"' | b'\'' => self.quoted(),
            // PHP's print_r and var_dump (`[code] =>`, `["code"]=>`), Node's symbols (`[Symbol(errors)]:`).
            b'[' => {
                let rest = &self.text[self.at + 1..];
                let end = rest.find(']').filter(|end| *end < 80)?;
                let inner = &rest[..end];
                if inner.contains([',', '{', '\n', ':']) {
                    return None;
                }
                self.at += end + 2;
                let inner = inner.trim_matches(['"', '\'']).strip_prefix("Symbol(").map_or(inner, |name| name.trim_end_matches(')'));
                Cow::Borrowed(inner.trim_matches(['"', '\'']))
            }
            byte if byte == b':' || byte == b'_' || byte == b'$' || byte == b'@' || byte.is_ascii_alphanumeric() || byte >= 0x80 => {
                let start = if byte == b':' { self.at + 1 } else { self.at };
                let length = self.bytes[start..].iter().take_while(|byte| is_name(**byte)).count();
                self.at = start + length;
                if length == 0 {
                    return None;
                }
                Cow::Borrowed(&self.text[start..self.at])
            }
            _ => return None,
        };
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        let rest = &self.bytes[self.at..];
        let sign = if rest.starts_with(b"=>") {
            2
        } else if rest.starts_with(b":") || rest.starts_with(b"=") {
            1
        } else {
            return None;
        };
        self.at += sign;
        // "name: value" in an array of sentences, such as ["time: 10:30"], is quoted and so not met here.
        Some(name)
    }

    /// A word: a number, null, a bare text up to a delimiter, or something in round brackets behind a word.
    fn word(&mut self, tree: &mut Tree<'t>, parent: Option<u32>, key: Cow<'t, str>, depth: usize) {
        let start = self.at;
        // Python's prefixes of strings.
        if let [b'u' | b'b' | b'r' | b'f', b'"' | b'\'', ..] = &self.bytes[self.at..] {
            self.at += 1;
            let text = self.quoted();
            tree.push(parent, key, Kind::Text, text, Notation::Braces);
            return;
        }
        // Node's inspect: `<ref *1> {…}`.
        if self.bytes[self.at..].starts_with(b"<ref *") {
            self.at += self.text[self.at..].find('>').map_or(1, |end| end + 1);
            self.value(tree, parent, key, depth);
            return;
        }
        while let Some(byte) = self.peek() {
            match byte {
                b',' | b';' | b'}' | b']' | b')' | b'\n' | b'\r' => break,
                b'(' | b'{' | b'[' => {
                    let word = self.text[start..self.at].trim();
                    let sized = matches!(word, "string" | "int" | "float" | "bool" | "array" | "object");
                    if byte == b'(' && sized {
                        return self.dumped(tree, parent, key, word, depth);
                    }
                    // `Optional([…])`, `Some("…")`, `Array (…)`, `PlaidError {…}`, `ApiError: {…}`.
                    if word.len() <= 80 && !word.contains('"') {
                        return self.wrapped(tree, parent, key, byte, depth);
                    }
                    self.at += 1;
                }
                b'"' | b'\'' if self.at > start && matches!(self.bytes[self.at - 1], b' ' | b'=') => {
                    break;
                }
                _ => self.at += 1,
            }
        }
        let word = self.text[start..self.at].trim();
        if !word.is_empty() {
            tree.push(parent, key, kind_of(word), Cow::Borrowed(word), Notation::Braces);
        }
    }

    /// A value behind a word: the word says its type, and is dropped.
    fn wrapped(&mut self, tree: &mut Tree<'t>, parent: Option<u32>, key: Cow<'t, str>, open: u8, depth: usize) {
        if depth >= DEPTH {
            tree.cut = true;
            self.skip_nested();
            return;
        }
        let single = open == b'(' && {
            let rest = self.text[self.at + 1..].trim_start();
            rest.starts_with(['"', '\'', '[', '{']) || rest.starts_with(|c: char| c.is_ascii_digit())
        };
        if !single {
            return self.container(tree, parent, key, open, depth);
        }
        self.at += 1;
        self.value(tree, parent, key, depth + 1);
        self.blanks();
        if self.peek() == Some(b')') {
            self.at += 1;
        }
    }

    /// PHP's var_dump: `string(5) "E1234"`, `int(401)`, `array(2) {…}`.
    fn dumped(&mut self, tree: &mut Tree<'t>, parent: Option<u32>, key: Cow<'t, str>, word: &str, depth: usize) {
        let rest = &self.text[self.at + 1..];
        let end = rest.find(')').filter(|end| *end < 40).unwrap_or(0);
        let inner = &rest[..end];
        self.at += end + 2;
        self.at = self.at.min(self.bytes.len());
        match word {
            "string" | "array" | "object" => {
                let ahead = self.text[self.at..].find(['"', '{', '\n']).unwrap_or(0);
                self.at += ahead;
                self.value(tree, parent, key, depth + 1);
            }
            _ => _ = tree.push(parent, key, Kind::Number, Cow::Borrowed(inner), Notation::Braces),
        }
    }

    /// A text in quotes, unescaped. The end of the input ends it, too.
    fn quoted(&mut self) -> Cow<'t, str> {
        let quote = self.bytes[self.at];
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            match memchr::memchr2(quote, b'\\', &self.bytes[at..]) {
                None => {
                    at = self.bytes.len();
                    break;
                }
                Some(found) if self.bytes[at + found] == quote => {
                    at += found;
                    break;
                }
                Some(found) => {
                    escaped = true;
                    at = (at + found + 2).min(self.bytes.len());
                    while !self.text.is_char_boundary(at) {
                        at += 1;
                    }
                }
            }
        }
        self.at = (at + 1).min(self.bytes.len());
        let raw = &self.text[start..at];
        if escaped { Cow::Owned(unescaped(raw)) } else { Cow::Borrowed(raw) }
    }

    /// Passes over a nested value without keeping it.
    fn skip_nested(&mut self) {
        let mut depth = 0usize;
        while let Some(found) = self.bytes[self.at..].iter().position(|byte| matches!(byte, b'{' | b'[' | b'(' | b'}' | b']' | b')')) {
            self.at += found + 1;
            match self.bytes[self.at - 1] {
                b'{' | b'[' | b'(' => depth += 1,
                _ => depth = depth.saturating_sub(1),
            }
            if depth == 0 {
                return;
            }
        }
        self.at = self.bytes.len();
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$' | b'@' | b'?') || byte >= 0x80
}

fn kind_of(word: &str) -> Kind {
    match word {
        "null" | "None" | "nil" | "undefined" | "NULL" | "<null>" | "Null" | "NaN" => Kind::Null,
        _ if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') && word.parse::<f64>().is_ok() => Kind::Number,
        _ => Kind::Text,
    }
}

/// The text behind its escapes, those of JSON, Python and JavaScript alike.
#[must_use]
pub(super) fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(slash) = rest.find('\\') {
        out.push_str(&rest[..slash]);
        rest = &rest[slash + 1..];
        let Some(sign) = rest.chars().next() else {
            break;
        };
        rest = &rest[sign.len_utf8()..];
        match sign {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'b' | 'f' | '0' => out.push(' '),
            'u' | 'x' => {
                let digits = if sign == 'u' { 4 } else { 2 };
                match rest.get(..digits).and_then(|hex| u32::from_str_radix(hex, 16).ok()) {
                    Some(unit) => {
                        rest = &rest[digits..];
                        rest = push_unit(unit, rest, &mut out);
                    }
                    None => out.push(sign),
                }
            }
            other => out.push(other),
        }
    }
    out.push_str(rest);
    out
}

/// A `\u` unit; a pair of surrogates becomes one character, a lone one a replacement.
fn push_unit<'t>(unit: u32, rest: &'t str, out: &mut String) -> &'t str {
    if (0xd800..0xdc00).contains(&unit)
        && let Some(low) = rest.strip_prefix("\\u").and_then(|rest| rest.get(..4)).and_then(|hex| u32::from_str_radix(hex, 16).ok())
        && (0xdc00..0xe000).contains(&low)
    {
        out.extend(char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)));
        return &rest[6..];
    }
    out.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
    rest
}
