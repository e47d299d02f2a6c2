//! Masks the secrets in lines of a log: JSON stays JSON, and every byte that is no secret stays as it is.

use crate::recognise::secrets::Masker;
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// How often a text inside a text is looked into: JSON in a string in a string.
const NESTED: usize = 3;

/// Masks lines, one after another: the same value by the same placeholder.
#[derive(Debug)]
pub(super) struct LineMasker {
    masker: Masker,
}

impl LineMasker {
    pub(super) fn new() -> Self {
        Self { masker: Masker::streaming() }
    }

    /// Appends a line, masked.
    pub(super) fn line(&mut self, line: &[u8], out: &mut Vec<u8>) {
        match std::str::from_utf8(line) {
            Ok(text) => out.extend_from_slice(self.text(text).as_bytes()),
            Err(_) => {
                // Each byte as a character, so that none is lost; names and shapes of secrets are ASCII in any case.
                let text: String = line.iter().copied().map(char::from).collect();
                let mut buffer = [0; 4];
                for c in self.text(&text).chars() {
                    match u8::try_from(u32::from(c)) {
                        Ok(byte) => out.push(byte),
                        Err(_) => out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()),
                    }
                }
            }
        }
    }

    fn text(&mut self, line: &str) -> String {
        self.masker.begin();
        let masked = self.any(line, NESTED);
        // What one field of the line gave away may stand in another one before it.
        if self.masker.gave_away() { self.any(line, NESTED) } else { masked }
    }

    fn any(&mut self, text: &str, nested: usize) -> String {
        if is_structure(text) { self.structure(text, nested) } else { self.masker.text(text) }
    }

    /// JSON with its strings and numbers masked.
    fn structure(&mut self, json: &str, nested: usize) -> String {
        let mut out = String::with_capacity(json.len());
        let (mut at, mut name) = (0, String::new());
        while let Some(found) = json[at..].find(|c: char| matches!(c, '"' | '-' | '0'..='9')) {
            let start = at + found;
            out.push_str(&json[at..start]);
            if json[start..].starts_with('"') {
                at = (start + 2 + string_length(&json[start + 1..])).min(json.len());
                let written = &json[start..at];
                let value = unescaped(written);
                let is_name = json[at..].trim_start().starts_with(':');
                let masked = if is_name { self.masker.shaped(&value) } else { self.value(&name, &value, nested) };
                out.push_str(&if masked == value { Cow::Borrowed(written) } else { Cow::Owned(quoted(&masked)) });
                // The items of a list go by the list's name.
                if is_name {
                    name = value.into_owned();
                }
            } else {
                let is_part = |c: char| matches!(c, '0'..='9' | '.' | '-' | '+' | 'e' | 'E');
                at = start + json[start..].find(|c| !is_part(c)).unwrap_or(json.len() - start);
                let number = &json[start..at];
                let masked = self.masker.field(&name, number);
                out.push_str(&if masked == number { Cow::Borrowed(number) } else { Cow::Owned(quoted(&masked)) });
            }
        }
        out.push_str(&json[at..]);
        out
    }

    fn value(&mut self, name: &str, value: &str, nested: usize) -> String {
        if nested > 0 && !Masker::is_secret(name) && is_structure(value) {
            return self.structure(value, nested - 1);
        }
        self.masker.field(name, value)
    }
}

/// Whether a text is a JSON object or array, and nothing else.
fn is_structure(text: &str) -> bool {
    text.trim_ascii_start().starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// How long a JSON string is up to the quote that ends it.
fn string_length(text: &str) -> usize {
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &text.as_bytes()[at..]) {
        at += found;
        if text.as_bytes()[at] == b'"' {
            return at;
        }
        at = (at + 2).min(text.len());
    }
    text.len()
}

/// What a JSON string says; one that says no text (half of a pair of surrogates) is taken as written.
fn unescaped(written: &str) -> Cow<'_, str> {
    let inner = written.trim_start_matches('"').strip_suffix('"').unwrap_or_default();
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    serde_json::from_str::<String>(written).map_or(Cow::Borrowed(inner), Cow::Owned)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(line: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        LineMasker::new().line(line, &mut out);
        out
    }

    fn text(line: &str) -> String {
        String::from_utf8(masked(line.as_bytes())).expect("UTF-8")
    }

    #[test]
    fn a_masked_line_of_json_is_json() {
        for (line, expected) in [
            (
                r#"{"client_secret": "abc", "iban":"DE89370400440532013000","account_number":123456789012,"n":17,"note":"a \"b\" to x@y.example"}"#,
                r#"{"client_secret": "[secret-1]", "iban":"[iban-1]","account_number":"[number-1]","n":17,"note":"a \"b\" to [email-1]"}"#,
            ),
            // What is escaped is no part of what stands behind it.
            (r#"{"msg":"first\njane@bank.example"}"#, r#"{"msg":"first\n[email-1]"}"#),
            (r#"{"msg":"at\u0009DE89370400440532013000"}"#, r#"{"msg":"at\t[iban-1]"}"#),
            (r#"{"account_number":-123456789012}"#, r#"{"account_number":"[number-1]"}"#),
            (r#"{"jane@bank.example":{"n":1}}"#, r#"{"[email-1]":{"n":1}}"#),
            (r#"{"msg":"\ud800 jane@bank.example"}"#, r#"{"msg":"\\ud800 [email-1]"}"#),
            // JSON in a string.
            (r#"{"body":"{\"password\":\"hunter2\",\"n\":1}"}"#, r#"{"body":"{\"password\":\"[password-1]\",\"n\":1}"}"#),
            // What another field of the line gives away.
            (r#"{"msg":"hello jane-doe-84","username":"jane-doe-84"}"#, r#"{"msg":"hello [user-1]","username":"[user-1]"}"#),
        ] {
            let masked = text(line);
            assert_eq!(masked, expected);
            assert!(serde_json::from_str::<IgnoredAny>(&masked).is_ok(), "{masked}");
        }
    }

    #[test]
    fn what_only_begins_like_json_is_text() {
        assert_eq!(text("[worker-1] password=hunter2 for jane@bank.example\r\n"), "[worker-1] password=[password-1] for [email-1]\r\n");
        assert_eq!(text(r#"{"msg":"cut","password":"hunter2","x":"#), r#"{"msg":"cut","password":[password-1],"x":"#);
    }

    #[test]
    fn bytes_that_are_no_secret_stay() {
        let line = b"{\"bank\":\"Sparkasse K\xf6ln\", \"n\": 1e5,\t\"q\":\"\\/ \\u00e9\"}\r\n";
        assert_eq!(masked(line), line);
        assert_eq!(masked(b"K\xf6ln jane@bank.example\xff"), b"K\xf6ln [email-1]\xff");
    }
}
