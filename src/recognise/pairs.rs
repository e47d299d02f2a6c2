//! Reads `name: value` and `name=value` out of running text: headers, form bodies, redirects, logfmt, labelled lines.

use super::tree::{Kind, Notation, Tree};
use std::borrow::Cow;

/// The most pairs of one line that are kept.
const MOST_PAIRS: usize = 4_000;

/// The longest value that is taken for one; what is longer is prose.
const LONGEST: usize = 600;

/// Reads the pairs of a text without braces and tags. A line with several pairs is an object of its own; lines with one
/// pair each, up to an empty line, make one together (headers, labelled blocks).
pub(super) fn read<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let mut block: Vec<(&'t str, Cow<'t, str>)> = Vec::new();
    for line in text.lines() {
        let pairs = of_line(line);
        match pairs.len() {
            0 if line.trim().is_empty() => object(tree, &mut block),
            0 => {}
            1 => block.extend(pairs),
            _ => {
                object(tree, &mut block);
                object(tree, &mut { pairs });
            }
        }
        if block.len() > 200 {
            object(tree, &mut block);
        }
    }
    object(tree, &mut block);
}

fn object<'t>(tree: &mut Tree<'t>, pairs: &mut Vec<(&'t str, Cow<'t, str>)>) {
    if pairs.is_empty() {
        return;
    }
    let root = tree.push(None, Cow::Borrowed(""), Kind::Object, Cow::Borrowed(""), Notation::Pairs);
    for (name, value) in pairs.drain(..) {
        let Some(root) = root else { continue };
        let kind = if value.is_empty() || value == "null" || value == "None" || value == "<null>" { Kind::Null } else { Kind::Text };
        tree.push(Some(root), Cow::Borrowed(name), kind, value, Notation::Pairs);
    }
    if let Some(root) = root {
        tree.close(root);
    }
}

/// The pairs of a line, the innermost name of each (`Error Code: 5` gives `Error Code` and `Code`).
fn of_line(line: &str) -> Vec<(&str, Cow<'_, str>)> {
    let mut pairs = Vec::new();
    let mut at = 0;
    while let Some(found) = line[at..].find([':', '=']).filter(|_| pairs.len() < MOST_PAIRS) {
        let sign = at + found;
        at = sign + 1;
        let Some(names) = names_before(line, sign) else {
            continue;
        };
        let is_equals = line.as_bytes()[sign] == b'=';
        let after = line[at..].strip_prefix('>').unwrap_or(&line[at..]);
        // `https://`, `10:30`, `Foo::bar` are no pairs.
        if after.starts_with("//")
            || after.starts_with(':')
            || names.last().is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        {
            continue;
        }
        let spaced = after.starts_with([' ', '\t']);
        if !is_equals
            && !spaced
            && !after.starts_with(['"', '\''])
            && !after.is_empty()
            && sign > 0
            && !line[..sign].ends_with(' ')
            && after.starts_with(|c: char| c.is_ascii_digit())
            && names.len() == 1
            && line[..sign].contains('/')
        {
            continue;
        }
        let Some(value) = value_of(after.trim_start(), is_equals) else {
            continue;
        };
        for name in names {
            pairs.push((name, value.clone()));
        }
    }
    pairs
}

/// The names that may stand before a sign: the last word, and the last two.
fn names_before(line: &str, sign: usize) -> Option<Vec<&str>> {
    let before = line[..sign].trim_end_matches([' ', '\t', '"', '\'']);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let last = before.trim_end_matches(is_name);
    let name = &before[last.len()..];
    if name.is_empty() || name.len() > 64 || !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return None;
    }
    let mut names = Vec::new();
    let gap = last.trim_end_matches(' ');
    if last.len() - gap.len() == 1 {
        let first = gap.trim_end_matches(is_name);
        let pair = &before[first.len()..];
        if pair.len() < 48 && gap.len() > first.len() {
            names.push(pair);
        }
    }
    names.push(name);
    Some(names)
}

fn value_of(after: &str, is_equals: bool) -> Option<Cow<'_, str>> {
    if let Some(quote) = after.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let inner = &after[1..];
        let end = inner.find(quote).unwrap_or(inner.len());
        return Some(Cow::Borrowed(&inner[..end]));
    }
    let end = if is_equals {
        after.find(|c: char| c.is_whitespace() || matches!(c, '&' | ';' | ',' | ')' | '}' | ']' | '|' | '"'))
    } else {
        after.find(['|', ';', ',', '}'])
    };
    let value = after[..end.unwrap_or(after.len())].trim();
    if value.len() > LONGEST {
        return None;
    }
    let encoded = is_equals && (value.contains('%') || value.contains('+'));
    Some(if encoded { Cow::Owned(decoded(value)) } else { Cow::Borrowed(value) })
}

/// Percent-decoding, with `+` for a blank.
fn decoded(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}
