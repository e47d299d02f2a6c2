//! The words of a text as the search compares them: lower case, without accents and endings.

/// The words of a text, folded; identifiers give their parts and themselves.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let mut before_is_lower = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // "can't" is one word, "bank's" is "bank".
            '\'' | '’' if !word.is_empty() && chars.peek().is_some_and(|next| next.is_alphabetic()) => {
                let rest: String = std::iter::from_fn(|| chars.next_if(|next| next.is_alphabetic())).collect();
                if rest != "s" {
                    word.push_str(&rest.to_lowercase());
                }
            }
            c if c.is_alphanumeric() => {
                if c.is_uppercase() && before_is_lower && !word.is_empty() {
                    out.push(std::mem::take(&mut word));
                }
                before_is_lower = c.is_lowercase();
                push_folded(&mut word, c);
            }
            _ if !word.is_empty() => out.push(std::mem::take(&mut word)),
            _ => {}
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

/// A character in lower case and without its accent; German umlauts lose their dots, as many leave them out.
fn push_folded(word: &mut String, c: char) {
    for c in c.to_lowercase() {
        match c {
            'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => word.push('a'),
            'é' | 'è' | 'ê' | 'ë' => word.push('e'),
            'í' | 'ì' | 'î' | 'ï' => word.push('i'),
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => word.push('o'),
            'ú' | 'ù' | 'û' | 'ü' => word.push('u'),
            'ç' => word.push('c'),
            'ñ' => word.push('n'),
            'ß' => word.push_str("ss"),
            'æ' => word.push_str("ae"),
            'œ' => word.push_str("oe"),
            other => word.push(other),
        }
    }
}

/// A word without its English ending. Light on purpose: what is stemmed too far matches what it should not.
#[must_use]
pub fn stem(word: &str) -> String {
    if word.len() <= 3 || !word.is_ascii() || word.bytes().any(|byte| byte.is_ascii_digit()) {
        return word.to_owned();
    }
    let mut stem = word.to_owned();
    if let Some(base) = strip(&stem, "ies", 2) {
        stem = base + "y";
    } else if let Some(base) = strip(&stem, "sses", 1) {
        stem = base + "ss";
    } else if stem.ends_with('s') && !stem.ends_with("ss") && !stem.ends_with("us") && !stem.ends_with("is") {
        stem.pop();
    }
    for ending in ["ically", "ational", "ations", "ation", "ingly", "edly", "ments", "ment", "ings", "ing", "ion", "ed", "ly", "er"] {
        if let Some(base) = strip(&stem, ending, 4) {
            stem = base;
            break;
        }
    }
    // "stopp(ed)" is "stop", "dupl(ed)" keeps its last letter.
    let bytes = stem.as_bytes();
    if bytes.len() > 4 && bytes[bytes.len() - 1] == bytes[bytes.len() - 2] && !matches!(bytes[bytes.len() - 1], b's' | b'l' | b'e') {
        stem.pop();
    }
    if stem.len() > 4 && stem.ends_with('e') {
        stem.pop();
    }
    if stem.len() > 4 && stem.ends_with("at") {
        stem.truncate(stem.len() - 2);
    }
    stem
}

fn strip(word: &str, ending: &str, least: usize) -> Option<String> {
    word.strip_suffix(ending).filter(|base| base.len() >= least).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_meet() {
        for forms in [
            &["disconnect", "disconnects", "disconnected", "disconnecting"][..],
            &["duplicate", "duplicates", "duplicated", "duplication"],
            &["stop", "stops", "stopped", "stopping"],
            &["authenticate", "authentication"],
        ] {
            let stems: Vec<String> = forms.iter().map(|form| stem(form)).collect();
            assert!(stems.windows(2).all(|pair| pair[0] == pair[1]), "{stems:?}");
        }
    }

    #[test]
    fn words_are_folded() {
        assert_eq!(
            words("Can't find the bank's Überweisung (ITEM_LOGIN)"),
            ["cant", "find", "the", "bank", "uberweisung", "item", "login"]
        );
    }
}
