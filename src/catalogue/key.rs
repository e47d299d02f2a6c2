//! How codes are compared: as written, in any case, and without their dress (`OL-301`, `ol 301`, `error 301`).

/// A code without case and punctuation, the form under which codes are looked up: `OL-301` and `ol 301` are `ol301`.
/// A leading minus of a number is kept, since OFX-like codes differ by it.
#[must_use]
pub fn squash(code: &str) -> String {
    let trimmed = code.trim();
    let mut out = String::with_capacity(trimmed.len());
    if let Some(rest) = trimmed.strip_prefix('-')
        && !rest.is_empty()
        && rest.bytes().all(|byte| byte.is_ascii_digit())
    {
        out.push('-');
    }
    out.extend(trimmed.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase));
    out
}

/// A stable 64-bit hash (FNV-1a) for the index; collisions are resolved by comparing the keys themselves.
#[must_use]
pub fn hash(key: &str) -> u64 {
    key.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// How well a code as asked fits one as listed; better fits compare greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// The same but for case and punctuation, in one of its other names.
    Alias,
    /// The same but for case and punctuation.
    Squashed,
    /// The same but for case, in one of its other names.
    AliasFolded,
    /// The same but for case.
    Folded,
    /// One of its other names, to the letter.
    AliasExact,
    /// To the letter.
    Exact,
}

/// How well `asked` fits a code with its name and aliases; none if not at all.
pub fn fit<'a>(asked: &str, code: &str, others: impl IntoIterator<Item = &'a str>) -> Option<Fit> {
    let asked = asked.trim();
    let squashed = squash(asked);
    let one = |listed: &str, exact: Fit, folded: Fit, loose: Fit| {
        if listed == asked {
            Some(exact)
        } else if listed.to_lowercase() == asked.to_lowercase() {
            Some(folded)
        } else if !squashed.is_empty() && squash(listed) == squashed {
            Some(loose)
        } else {
            None
        }
    };
    let own = one(code, Fit::Exact, Fit::Folded, Fit::Squashed);
    let other = others.into_iter().filter_map(|listed| one(listed, Fit::AliasExact, Fit::AliasFolded, Fit::Alias)).max();
    own.max(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dress_is_forgiven() {
        for code in ["OL-301", "ol 301", "OL301", " ol301 "] {
            assert_eq!(squash(code), "ol301");
        }
        assert_ne!(squash("-2"), squash("2"));
    }

    #[test]
    fn exact_beats_folded_beats_alias() {
        assert_eq!(fit("DENIED", "DENIED", []), Some(Fit::Exact));
        assert_eq!(fit("denied", "DENIED", []), Some(Fit::Folded));
        assert!(fit("denied", "DENIED", []) > fit("denied", "2", ["Denied"]));
        assert_eq!(fit("approved", "DENIED", []), None);
    }
}
