//! Masks secrets and personal data: the same value by the same placeholder within a run (`[iban-1]`), so that lines stay
//! comparable and nothing can be read back.

use regex::{Regex, RegexSet};
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// What is masked by its shape, the more special first. Sources: ISO 13616 (IBAN), ISO/IEC 7812 (cards), RFC 7519 (JWT),
/// and the token shapes that aggregators document. Before one may stand an escape that was not resolved, as in JSON that was cut off.
const SHAPES: [(&str, &str); 9] = [
    (
        "token",
        r"(?:(?-u:\b)|\\(?:u[0-9a-fA-F]{4}|[nrtbf]))(?:access|public|link|processor)-(?:sandbox|development|production)-[0-9a-fA-F-]{8,}",
    ),
    ("token", r"(?:(?-u:\b)|\\(?:u[0-9a-fA-F]{4}|[nrtbf]))eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){1,4}"),
    ("token", r"(?:(?-u:\b)|\\(?:u[0-9a-fA-F]{4}|[nrtbf]))(?i-u:bearer|basic|token)\s+[A-Za-z0-9+/=._~-]{12,}"),
    ("token", r"(?:(?-u:\b)|\\(?:u[0-9a-fA-F]{4}|[nrtbf]))(?:sk|pk|rk|whsec|ghp|xox[abp])[-_][A-Za-z0-9_-]{10,}"),
    ("email", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"),
    ("iban", r"(?:(?-u:\b)|\\(?:u[0-9a-fA-F]{4}|[nrtbf]))[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?-u:\b)"),
    ("userinfo", r"//[^/\s:@]+:[^/\s@]+@"),
    ("number", r"(?:(?-u:\b)|\\(?:u[0-9a-fA-F]{4}|[nrtbf]))[0-9](?:[ -]?[0-9]){8,18}(?-u:\b)"),
    ("token", r"(?:(?-u:\b)|\\(?:u[0-9a-fA-F]{4}|[nrtbf]))[A-Za-z0-9+/_-]{32,}={0,2}"),
];

/// Names of fields whose value is masked whatever it looks like; compared without case and signs, as parts of the name.
const SECRET_NAMES: [(&str, &str); 24] = [
    ("password", "password"),
    ("passwd", "password"),
    ("passphrase", "password"),
    ("secret", "secret"),
    ("authorization", "token"),
    ("apikey", "key"),
    ("appkey", "key"),
    ("privatekey", "key"),
    ("accesstoken", "token"),
    ("refreshtoken", "token"),
    ("idtoken", "token"),
    ("apptoken", "token"),
    ("usertoken", "token"),
    ("setuptoken", "token"),
    ("cookie", "token"),
    ("clientid", "client"),
    ("iban", "iban"),
    ("accountnumber", "number"),
    ("routingnumber", "number"),
    ("cardnumber", "number"),
    ("ssn", "number"),
    ("email", "email"),
    ("username", "user"),
    ("userid", "user"),
];

struct Patterns {
    any: RegexSet,
    each: Vec<Regex>,
    named: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let compiled = |pattern: &str| Regex::new(pattern).expect("the patterns are constants, and tested");
    Patterns {
        any: RegexSet::new(SHAPES.map(|(_, pattern)| pattern)).expect("the patterns are constants, and tested"),
        each: SHAPES.iter().map(|(_, pattern)| compiled(pattern)).collect(),
        named: compiled(
            r#"\b((?i-u:[a-z_.-]*(?:password|passwd|passphrase|pin|secret|token|api[_-]?key|app[_-]?key|authorization|cookie|client[_-]?id|user[_-]?name|user[_-]?id|iban|account[_-]?number|card[_-]?number)[a-z_-]*))["']?\s*(?:=>|:|=)\s*("[^"]*"|'[^']*'|[^\s,;&})\]]+)"#,
        ),
    }
});

/// Masks values, and remembers which placeholder stands for which, for one run.
#[derive(Debug, Default)]
pub struct Masker {
    /// Sorted, so that what is replaced first does not depend on chance.
    placeholders: BTreeMap<String, String>,
    counts: HashMap<&'static str, usize>,
    /// In a stream: what was given away since [`Masker::begin`].
    given: Option<BTreeMap<String, String>>,
}

/// How many values of a stream are remembered with their placeholders.
const MOST_REMEMBERED: usize = 100_000;

impl Masker {
    /// For a stream: what one part of it gave away is not looked for in the next, and of very many values the old ones are
    /// forgotten. Both would grow with the stream.
    pub(crate) fn streaming() -> Self {
        Self { given: Some(BTreeMap::new()), ..Self::default() }
    }

    /// A new part of a stream begins.
    pub(crate) fn begin(&mut self) {
        if let Some(given) = &mut self.given {
            given.clear();
        }
        if self.placeholders.len() > MOST_REMEMBERED {
            self.placeholders.clear();
        }
    }

    /// Whether this part of a stream gave anything away.
    pub(crate) fn gave_away(&self) -> bool {
        self.given.as_ref().is_some_and(|given| !given.is_empty())
    }

    fn placeholder(&mut self, kind: &'static str, value: &str) -> String {
        let placeholder = match self.placeholders.get(value) {
            Some(known) => known.clone(),
            None => {
                let count = self.counts.entry(kind).or_default();
                *count += 1;
                let placeholder = format!("[{kind}-{count}]");
                self.placeholders.insert(value.to_owned(), placeholder.clone());
                placeholder
            }
        };
        if let Some(given) = &mut self.given {
            given.insert(value.to_owned(), placeholder.clone());
        }
        placeholder
    }

    /// The value of a named field, masked if its name or its shape says so.
    pub fn field(&mut self, name: &str, value: &str) -> String {
        let name = super::tree::folded(name);
        match SECRET_NAMES.iter().find(|(part, _)| name.contains(part)) {
            Some((_, kind)) if !value.trim().is_empty() => self.placeholder(kind, value.trim()),
            _ => self.text(value),
        }
    }

    /// Running text with everything masked that looks like a secret, or is named as one.
    pub fn text(&mut self, text: &str) -> String {
        let mut out = text.to_owned();
        // Every shape of a secret has a digit or one of these signs; patterns are compiled only where there is something to find.
        let may_hold = text.bytes().any(|byte| byte.is_ascii_digit() || matches!(byte, b'@' | b':' | b'='))
            || text.contains("earer ")
            || text.contains("asic ");
        if !may_hold {
            return self.known(out);
        }
        if out.contains(['=', ':']) {
            out = self.replace_named(&out);
        }
        for index in PATTERNS.any.matches(text) {
            out = self.replace(&out, index);
        }
        self.known(out)
    }

    /// Text with everything masked that looks like a secret, whatever it is named.
    pub(crate) fn shaped(&mut self, text: &str) -> String {
        let mut out = text.to_owned();
        if text.bytes().any(|byte| byte.is_ascii_digit() || byte == b'@') {
            for index in PATTERNS.any.matches(text) {
                out = self.replace(&out, index);
            }
        }
        out
    }

    /// A value that some field gave away as secret is one wherever else it stands.
    fn known(&self, mut out: String) -> String {
        for (value, placeholder) in self.given.as_ref().unwrap_or(&self.placeholders) {
            if value.len() >= 6 && out.contains(value.as_str()) {
                out = out.replace(value.as_str(), placeholder);
            }
        }
        out
    }

    /// Whether a field is called as one that holds a secret.
    pub(crate) fn is_secret(name: &str) -> bool {
        let name = super::tree::folded(name);
        SECRET_NAMES.iter().any(|(part, _)| name.contains(part))
    }

    fn replace_named(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for found in PATTERNS.named.captures_iter(text) {
            let (Some(name), Some(value)) = (found.get(1), found.get(2)) else {
                continue;
            };
            let inner = value.as_str().trim_matches(['"', '\'']);
            // A sentence or a masked value in that place is none, nor is a word such as "expired".
            let harmless = inner.is_empty()
                || inner.starts_with('[')
                || inner.starts_with('{')
                || matches!(inner, "null" | "None" | "nil" | "undefined" | "true" | "false");
            if harmless || is_word(name.as_str(), inner) {
                continue;
            }
            out.push_str(&text[at..value.start()]);
            let folded = super::tree::folded(name.as_str());
            let kind = SECRET_NAMES.iter().find(|(part, _)| folded.contains(part)).map_or("secret", |(_, kind)| kind);
            out.push_str(&self.placeholder(kind, inner));
            at = value.end();
        }
        out.push_str(&text[at..]);
        out
    }

    fn replace(&mut self, text: &str, index: usize) -> String {
        let kind = SHAPES[index].0;
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for found in PATTERNS.each[index].find_iter(text) {
            let value = found.as_str();
            if kind == "number" && !is_account_like(value) || kind == "token" && index == 8 && !is_random(value) {
                continue;
            }
            out.push_str(&text[at..found.start()]);
            out.push_str(&self.placeholder(kind, value));
            at = found.end();
        }
        out.push_str(&text[at..]);
        out
    }
}

/// Whether what stands behind "token:" or "pin:" is a word of a sentence rather than a value.
fn is_word(name: &str, value: &str) -> bool {
    let sentence_like = name.to_lowercase();
    let named_loosely = matches!(sentence_like.as_str(), "token" | "pin" | "secret" | "cookie" | "authorization");
    named_loosely && value.chars().all(char::is_alphabetic) && value.len() < 12
}

/// Long numbers are masked unless they are plainly times: a card or account number has nine digits or more.
fn is_account_like(value: &str) -> bool {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let seconds = digits.len() == 10 && digits.starts_with("1") || digits.len() == 13 && digits.starts_with("1");
    let dated = digits.starts_with("20") && (digits.len() == 14 || digits.len() == 12 || digits.len() == 17);
    let written_as_time = dated || (seconds && !value.contains([' ', '-']));
    digits.len() >= 9 && !written_as_time
}

/// Whether a long word is random rather than a name: digits and letters mixed.
fn is_random(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    digits >= 4 && letters >= 4 && !value.contains("__")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_gets_the_same_placeholder() {
        let mut masker = Masker::default();
        assert_eq!(masker.text("from DE89 3704 0044 0532 0130 00 to a@b.example"), "from [iban-1] to [email-1]");
        assert_eq!(masker.text("DE89 3704 0044 0532 0130 00"), "[iban-1]");
        assert_eq!(masker.text("access-sandbox-12345678-aaaa-bbbb"), "[token-1]");
        assert_eq!(masker.text(r#"{"client_secret": "abc"}"#), r#"{"client_secret": [secret-1]}"#);
        assert_eq!(masker.text("Authorization: Bearer abcdefghijklmnop"), "Authorization: [token-2]");
    }

    #[test]
    fn times_and_names_are_left_alone() {
        let mut masker = Masker::default();
        for text in [
            "2026-05-11T17:37:52.729Z",
            "1700000000",
            "INVALID_UPDATED_USERNAME",
            "org.kapott.hbci.exceptions.HBCI_Exception",
            "token: expired",
        ] {
            assert_eq!(masker.text(text), text);
        }
    }
}
