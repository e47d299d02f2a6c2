//! The shape of a line: its words with what varies from line to line masked, cheaply enough to be done for each line.

/// The longest shape, in bytes; what is behind it is left out.
const LONGEST: usize = 400;
/// Longer words are ids, whatever they are made of.
const LONGEST_WORD: usize = 40;

/// Puts the shape of a line into `out`.
pub(super) fn shape(line: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let mut rest = line.trim_ascii();
    // How many words ago it was said that a code comes next: "failed with E1042".
    let mut announced = usize::MAX;
    // An IBAN may be written in groups of four, some of which are letters only.
    let mut in_iban = false;
    while let Some(first) = rest.first() {
        if out.len() >= LONGEST {
            out.extend_from_slice("…".as_bytes());
            return;
        }
        if !is_word(*first) {
            // Blanks and tabs in a row say no more than one.
            let blank = first.is_ascii_whitespace();
            if !(blank && out.last() == Some(&b' ')) {
                out.push(if blank { b' ' } else { *first });
            }
            rest = &rest[1..];
            continue;
        }
        let length = word(rest);
        let (whole, behind) = rest.split_at(length);
        let end = whole.iter().rposition(|byte| *byte != b'.').map_or(length, |last| last + 1);
        let (text, dots) = whole.split_at(end);
        in_iban =
            starts_iban(text) || in_iban && text.len() <= 4 && text.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        match mask(text, announced).or(in_iban.then_some("[id]")) {
            Some(mask) => out.extend_from_slice(mask.as_bytes()),
            None => {
                out.extend_from_slice(text);
                announced = if announces_code(text) { 0 } else { announced.saturating_add(1) };
            }
        }
        out.extend_from_slice(dots);
        rest = behind;
    }
}

/// Whether a byte belongs to a word; the bytes of other alphabets do.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || matches!(byte, b'_' | b'-' | b'.' | b'@' | b'+' | b'%' | b'*' | b'~' | b'#' | b'$')
}

/// The length of the word that a text begins with. Between digits, what separates the parts of a time belongs to it.
fn word(text: &[u8]) -> usize {
    let mut timed = false;
    for (place, byte) in text.iter().enumerate() {
        if is_word(*byte) {
            continue;
        }
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        let between = place > 0 && digit(text.get(place - 1)) && digit(text.get(place + 1));
        let of_time = *byte == b':' || *byte == b'/' || (*byte == b',' && timed);
        if !(between && of_time) {
            return place;
        }
        timed |= *byte == b':';
    }
    text.len()
}

/// What stands for a word that varies; none for one that stays.
fn mask(word: &[u8], announced: usize) -> Option<&'static str> {
    let digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
    let at = word.contains(&b'@');
    if digits == 0 {
        return match word.len() {
            _ if at && word.contains(&b'.') => Some("[email]"),
            LONGEST_WORD.. => Some("[id]"),
            _ => None,
        };
    }
    if is_code(word, digits, announced) {
        return None;
    }
    let number = word.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'+' | b'-' | b'%' | b'$'));
    let date = word.len() >= 8 && word[..4].iter().all(u8::is_ascii_digit) && word[4] == b'-' && word[5].is_ascii_digit();
    Some(match () {
        () if at => "[email]",
        () if date || word.contains(&b':') || word.contains(&b'/') => "[time]",
        () if number => "[num]",
        () => "[id]",
    })
}

/// Whether a word that was announced so many words ago may be an error code or an HTTP status, which says more than that
/// there was one. A mere number must come at once.
fn is_code(word: &[u8], digits: usize, announced: usize) -> bool {
    if announced > 2 {
        return false;
    }
    if word.len() == digits {
        return digits <= 5 && announced == 0;
    }
    let upper = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    word.len() <= 16 && digits <= 5 && word[0].is_ascii_uppercase() && word.iter().all(upper)
}

/// Whether a word is the first group of an IBAN: a country and two digits.
fn starts_iban(word: &[u8]) -> bool {
    matches!(word, [a, b, c, d] if a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit())
}

/// Whether a word says that a code comes next.
fn announces_code(word: &[u8]) -> bool {
    const SIGNS: [&[u8]; 6] = [b"code", b"err", b"fail", b"status", b"reason", b"http"];
    word.len() <= 24 && SIGNS.iter().any(|sign| word.windows(sign.len()).any(|part| part.eq_ignore_ascii_case(sign)))
}

#[cfg(test)]
mod tests {
    fn shape(line: &str) -> String {
        let mut out = Vec::new();
        super::shape(line.as_bytes(), &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn what_varies_is_masked() {
        let lines = [
            (
                "2026-11-30 04:05:06,789 WARN  sync of item-5d5b8 failed after 1203 ms",
                "[time] [time] WARN sync of [id] failed after [num] ms",
            ),
            (r#"{"ts":1763600000123,"msg":"mail to a.b@c.example bounced"}"#, r#"{"ts":[num],"msg":"mail to [email] bounced"}"#),
            ("from 10.0.0.17 on 30/Nov/2026:04:05:06", "from [num] on [num]/Nov/[time]"),
            ("DE89370400440532013000 refused.", "[id] refused."),
            ("GB33 BUKB 2020 15 was REFUSED", "[id] [id] [num] [num] was REFUSED"),
            ("card 4111 1111 1111 1111", "card [num] [num] [num] [num]"),
        ];
        for (line, shaped) in lines {
            assert_eq!(shape(line), shaped);
        }
    }

    #[test]
    fn codes_stay() {
        assert_eq!(shape("error E1042 in job 7781"), "error E1042 in job [num]");
        assert_eq!(shape("export failed with E1042 after 503 ms"), "export failed with E1042 after [num] ms");
        assert_eq!(shape(r#"{"error_code":"ZX-118","status":503,"took":503}"#), r#"{"error_code":"ZX-118","status":503,"took":[num]}"#);
    }

    #[test]
    fn long_lines_are_cut() {
        assert!(shape(&"word ".repeat(1000)).len() < 410);
        assert_eq!(shape(&"x".repeat(1 << 20)), "[id]");
    }
}
