//! Where in a log line the values stand that say when, for whom and at which bank: found by the names of fields, in whatever
//! notation (`"item_id": "x"`, `item_id=x`, `\"item_id\":\"x\"`).

use super::tree::folded;
use crate::catalogue::{Catalogue, WordList};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Role {
    Time,
    Item,
    User,
    Institution,
    Level,
}

/// How many roles there are.
pub(super) const ROLES: usize = 5;

/// The place of the value of each role, where the line has one.
pub(super) type Places = [Option<Range<usize>>; ROLES];

/// The names of fields that play a role.
#[derive(Debug)]
pub(super) struct FieldNames {
    /// Folded name to the role and its place in the role's list: the first in the list counts.
    roles: FxHashMap<String, (Role, usize)>,
}

impl FieldNames {
    pub(super) fn new(catalogue: &Catalogue) -> Self {
        let lists = [
            (WordList::TimeField, Role::Time),
            (WordList::ItemField, Role::Item),
            (WordList::UserField, Role::User),
            (WordList::InstitutionField, Role::Institution),
            (WordList::LevelField, Role::Level),
        ];
        let mut roles = FxHashMap::default();
        for (list, role) in lists {
            for (place, name) in catalogue.words(list).iter().enumerate() {
                roles.entry(folded(name)).or_insert((role, place));
            }
        }
        Self { roles }
    }

    /// Where the values of the roles stand in a line.
    pub(super) fn places(&self, line: &str) -> Places {
        let bytes = line.as_bytes();
        let mut best = [usize::MAX; ROLES];
        let mut places = Places::default();
        for sign in memchr::memchr2_iter(b':', b'=', bytes) {
            let Some(name) = name_before(line, sign) else { continue };
            let Some((role, rank)) = self.roles.get(&folded(name)) else { continue };
            let slot = *role as usize;
            if *rank < best[slot]
                && let Some(place) = value_behind(bytes, sign + 1)
            {
                best[slot] = *rank;
                places[slot] = Some(place);
            }
        }
        let time = &mut places[Role::Time as usize];
        if time.is_none() {
            *time = leading_time(bytes);
        }
        places
    }
}

/// The name of a field that ends before a sign, without its quotes.
fn name_before(line: &str, sign: usize) -> Option<&str> {
    let before = line[..sign].trim_end_matches([' ', '"', '\'', '\\']);
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '@');
    let start = before.rfind(|c| !inner(c)).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let name = &before[start..];
    // Of a dotted path the last name is the field's own.
    let name = name.rsplit('.').next().unwrap_or(name);
    (!name.is_empty() && name.len() <= 40).then_some(name)
}

/// Where the value behind a sign stands, without its quotes; none for what holds other values, and for nothing.
fn value_behind(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let start = from + bytes[from..].iter().take_while(|byte| **byte == b' ').count();
    let quotes = bytes[start..].iter().take_while(|byte| matches!(byte, b'\\' | b'"' | b'\'')).count();
    let value = start + quotes;
    let ends = |byte: &u8| {
        if quotes > 0 {
            matches!(byte, b'"' | b'\'' | b'\\')
        } else {
            matches!(byte, b',' | b' ' | b'}' | b']' | b')' | b';' | b'&' | b'\t' | b'{' | b'[' | b'"')
        }
    };
    let length = bytes[value..].iter().position(ends).unwrap_or(bytes.len() - value);
    let place = value..value + length;
    let text = &bytes[place.clone()];
    let nothing = text.is_empty() || matches!(text, b"null" | b"None" | b"nil" | b"undefined");
    (!nothing && length <= 200).then_some(place)
}

/// The time that a plain log line begins with, in brackets or not.
fn leading_time(bytes: &[u8]) -> Option<Range<usize>> {
    let start = bytes.iter().take(2).take_while(|byte| matches!(byte, b'[' | b' ')).count();
    let inner = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.' | b',' | b'/' | b'T' | b'Z' | b'+' | b' ');
    let mut end = start + bytes[start..].iter().take(40).take_while(|byte| inner(byte)).count();
    while end > start && matches!(bytes[end - 1], b' ' | b'-' | b':' | b',' | b'.') {
        end -= 1;
    }
    let digits = bytes[start..end].iter().filter(|byte| byte.is_ascii_digit()).count();
    (digits >= 8).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> [Option<&str>; ROLES] {
        let catalogue = crate::embedded();
        FieldNames::new(&catalogue).places(line).map(|place| place.map(|place| &line[place]))
    }

    #[test]
    fn fields_are_found_in_any_notation() {
        let json = r#"{"ts":1763600000123,"level":"error","tenant":"t-1","item":"item-7","response":{"institution_id":"ins_3"}}"#;
        assert_eq!(found(json), [Some("1763600000123"), Some("item-7"), Some("t-1"), Some("ins_3"), Some("error")]);
        let text = "2026-11-30 04:05:06.789 WARN sync item_id=abc user_id=\"u 1\" failed";
        assert_eq!(found(text), [Some("2026-11-30 04:05:06.789"), Some("abc"), Some("u 1"), None, None]);
        let escaped = r#"{"msg":"{\"item_id\":\"x1\",\"customerId\": 17}","time":"2026-11-30T04:05:06Z"}"#;
        assert_eq!(found(escaped), [Some("2026-11-30T04:05:06Z"), Some("x1"), Some("17"), None, None]);
    }

    #[test]
    fn the_first_of_the_list_counts_and_nothing_is_no_value() {
        assert_eq!(found(r#"{"account_id":"a","item_id":"i"}"#)[1], Some("i"));
        assert_eq!(found(r#"{"item_id":null,"item":{"id":"x"},"account_id":"a"}"#)[1], Some("a"));
        assert_eq!(found("no fields here"), [None; ROLES]);
    }
}
