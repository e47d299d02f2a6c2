//! From bytes to text: UTF-8, UTF-16 and Latin-1, told apart by what the bytes look like.

use std::borrow::Cow;

/// The text of an input. What is no UTF-8 is read as UTF-16 where it looks so, else as Windows-1252 (the superset of
/// Latin-1 that banks' files really use). Nothing fails: a byte that means nothing becomes a replacement character.
#[must_use]
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => text(rest),
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) if zeros(bytes, 1) => Cow::Owned(utf16(bytes, u16::from_le_bytes)),
            Err(_) if zeros(bytes, 0) => Cow::Owned(utf16(bytes, u16::from_be_bytes)),
            Err(_) => Cow::Owned(mixed(bytes)),
        },
    }
    .or_utf16(bytes)
}

trait OrUtf16<'a> {
    fn or_utf16(self, bytes: &'a [u8]) -> Cow<'a, str>;
}

impl<'a> OrUtf16<'a> for Cow<'a, str> {
    /// ASCII in UTF-16 without a mark is valid UTF-8 with a NUL at every other place.
    fn or_utf16(self, bytes: &'a [u8]) -> Cow<'a, str> {
        match &self {
            Cow::Borrowed(_) if bytes.len() >= 8 && zeros(bytes, 1) => Cow::Owned(utf16(bytes, u16::from_le_bytes)),
            Cow::Borrowed(_) if bytes.len() >= 8 && zeros(bytes, 0) => Cow::Owned(utf16(bytes, u16::from_be_bytes)),
            _ => self,
        }
    }
}

/// Whether most bytes at odd (1) or even (0) places are NUL, as in UTF-16 of mostly ASCII.
fn zeros(bytes: &[u8], place: usize) -> bool {
    let sample = &bytes[..bytes.len().min(512)];
    let at = |place: usize| sample.iter().skip(place).step_by(2).filter(|byte| **byte == 0).count();
    sample.len() >= 4 && at(place) * 10 >= (sample.len() / 2) * 7 && at(1 - place) == 0
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).filter(|c| *c != '\u{feff}').collect()
}

/// Mostly UTF-8 with stray bytes keeps what is valid; otherwise the whole is Windows-1252. A sample decides.
fn mixed(bytes: &[u8]) -> String {
    let sample = String::from_utf8_lossy(&bytes[..bytes.len().min(64 << 10)]);
    let stray = sample.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    let multibyte = sample.chars().filter(|c| !c.is_ascii()).count() - stray;
    if multibyte > stray {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    bytes.iter().map(|byte| windows_1252(*byte)).collect()
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•',
        '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        let wide: Vec<u8> = "code: 103".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&wide), "code: 103");
        let marked: Vec<u8> = [0xfe, 0xff].into_iter().chain("Ä".encode_utf16().flat_map(u16::to_be_bytes)).collect();
        assert_eq!(text(&marked), "Ä");
        assert_eq!(text(b"\xef\xbb\xbf{}"), "{}");
        assert_eq!(text(b"ung\xfcltig"), "ungültig");
        assert_eq!(text("ungültig".as_bytes()), "ungültig");
    }
}
