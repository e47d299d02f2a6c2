//! Published messages as templates of words, so that they are found in any wrapping: case, quotes, punctuation and what
//! varies do not count.

use super::EntryId;

/// A published message with the entry that it stands for.
#[derive(Clone, Debug)]
pub struct Template {
    /// The entry.
    pub entry: EntryId,
    /// Its words, see [`template`].
    pub words: Vec<u32>,
    /// Where the words begin by which it is found.
    pub place: u32,
    /// How many entries of the provider have it: by it, they cannot be told apart. Other providers compete for it anyway.
    pub owners: u32,
}

impl Template {
    /// The message of an entry, as yet its only owner.
    #[must_use]
    pub fn new(entry: EntryId, words: Vec<u32>) -> Self {
        let (place, _) = anchor(&words);
        Self { entry, place: u32::try_from(place).unwrap_or(0), words, owners: 1 }
    }

    /// The hash of the words by which it is found.
    #[must_use]
    pub fn gram(&self) -> u64 {
        let (place, size) = anchor(&self.words);
        gram(&self.words[place..place + size])
    }
}

/// The place and number of a template's words to find it by: the first three in a row, two where there are no three.
fn anchor(template: &[u32]) -> (usize, usize) {
    let free = |size: usize| template.windows(size).position(|window| !window.contains(&GAP)).map(|place| (place, size));
    free(3).or_else(|| free(2)).or_else(|| free(1)).unwrap_or((0, template.len().min(1)))
}

/// The hash of words in a row.
#[must_use]
pub fn gram(words: &[u32]) -> u64 {
    words.iter().fold(0xcbf2_9ce4_8422_2325, |hash, word| (hash ^ u64::from(*word)).wrapping_mul(0x0100_0000_01b3))
}

/// The hash of a word in lower case; 0 is never one.
#[must_use]
pub fn word(word: &str) -> u32 {
    let hash = word.chars().flat_map(char::to_lowercase).fold(0x811c_9dc5u32, |hash, c| (hash ^ u32::from(c)).wrapping_mul(0x0100_0193));
    hash.max(1)
}

/// What stands for anything in a template.
pub const GAP: u32 = 0;

/// A published message as hashed words, with [`GAP`] where a placeholder is. Empty when too little is left to know it by.
#[must_use]
pub fn template(message: &str) -> Vec<u32> {
    let mut out: Vec<u32> = Vec::new();
    let mut rest = message;
    while !rest.is_empty() {
        let (text, placeholder, after) = next_placeholder(rest);
        out.extend(words(text).map(|(_, text)| word(text)));
        if placeholder && out.last() != Some(&GAP) {
            out.push(GAP);
        }
        rest = after;
    }
    while out.last() == Some(&GAP) {
        out.pop();
    }
    let start = out.iter().position(|word| *word != GAP).unwrap_or(out.len());
    out.drain(..start);
    if out.iter().filter(|word| **word != GAP).count() < 2 { Vec::new() } else { out }
}

/// The text up to a placeholder (`{name}`, `%1`, `[…]`, `…`, `<name>`), whether there is one, and the rest behind it.
fn next_placeholder(text: &str) -> (&str, bool, &str) {
    let mut from = 0;
    while let Some(found) = text[from..].find(['{', '%', '[', '<', '…']) {
        let at = from + found;
        let rest = &text[at..];
        let inside = |open: &str, close: char| {
            let inner = rest.strip_prefix(open)?;
            let end = inner.find(close).filter(|end| *end < 40)?;
            Some((&inner[..end], open.len() + end + close.len_utf8()))
        };
        let name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ' ' | '…'));
        let braced = inside("{", '}').filter(|(inner, _)| inner.is_empty() || name(inner));
        let angled = inside("<", '>').filter(|(inner, _)| name(inner));
        let dotted = inside("[", ']').filter(|(inner, _)| *inner == "…" || *inner == "...");
        let percent = rest
            .strip_prefix('%')
            .map(|rest| rest.bytes().take_while(u8::is_ascii_alphanumeric).count())
            .filter(|length| (1..=2).contains(length));
        let length = braced.or(angled).or(dotted).map(|(_, length)| length).or(percent.map(|length| length + 1));
        let length = length.or_else(|| rest.starts_with('…').then_some('…'.len_utf8()));
        if let Some(length) = length {
            return (&text[..at], true, &rest[length..]);
        }
        from = at + rest.chars().next().map_or(1, char::len_utf8);
    }
    (text, false, "")
}

/// The words of a text with their offsets: runs of letters and digits.
pub fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(char::is_alphanumeric)?;
        let length = text[start..].find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len() - start);
        at = start + length;
        Some((start, &text[start..at]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_a_gap() {
        let eua = template("End User Agreement (EUA) {id} has expired");
        assert_eq!(
            eua,
            ["end", "user", "agreement", "eua"].map(word).into_iter().chain([GAP]).chain(["has", "expired"].map(word)).collect::<Vec<_>>()
        );
        assert_eq!(template("%1 is not available right now"), template("is not available right now"));
        assert!(template("Forbidden").is_empty());
    }
}
