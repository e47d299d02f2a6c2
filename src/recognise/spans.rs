//! How far runs of letters and digits go, eight bytes at a time: the inner loop of everything that looks at lines.
//!
//! Within a word each byte is tested by adding what lifts it over 0x7f exactly from some character on; bytes above ASCII are
//! taken out first, so that no carry reaches a neighbour.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The length of the run of ASCII letters and digits that a text begins with.
#[inline]
pub(super) fn alphanumeric(text: &[u8]) -> usize {
    span(text, |word| digits_in(word) | letters_in(word), u8::is_ascii_alphanumeric)
}

/// The length of the run of ASCII digits that a text begins with.
#[inline]
pub(super) fn digits(text: &[u8]) -> usize {
    span(text, digits_in, u8::is_ascii_digit)
}

#[inline]
fn span(text: &[u8], inner: impl Fn(u64) -> u64, is_inner: fn(&u8) -> bool) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let outer = !inner(word & !HIGH) & HIGH | word & HIGH;
        if outer != 0 {
            return at * 8 + outer.trailing_zeros() as usize / 8;
        }
    }
    let whole = text.len() - rest.len();
    whole + rest.iter().position(|byte| !is_inner(byte)).unwrap_or(rest.len())
}

/// The high bit of each byte that lies between two characters; all bytes must be ASCII.
fn between(word: u64, first: u8, last: u8) -> u64 {
    let from = word + ONES * u64::from(0x80 - first);
    let beyond = word + ONES * u64::from(0x7f - last);
    from & !beyond & HIGH
}

fn digits_in(word: u64) -> u64 {
    between(word, b'0', b'9')
}

fn letters_in(word: u64) -> u64 {
    between(word | (ONES * 0x20), b'a', b'z')
}

/// The length of the token that a text begins with: a run of letters and digits, or one other byte.
#[inline]
pub(super) fn token(text: &[u8]) -> usize {
    alphanumeric(text).max(1)
}

/// The first eight of the first `length` bytes of a text, zeros for what is missing.
#[inline]
pub(super) fn first_eight(text: &[u8], length: usize) -> u64 {
    let kept = length.min(8);
    let word = text
        .first_chunk::<8>()
        .map_or_else(|| text[..kept].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)), |eight| u64::from_le_bytes(*eight));
    if kept == 8 { word } else { word & ((1 << (8 * kept)) - 1) }
}

/// Whether a text begins with `length` bytes of another. Most pieces are short, and a call to compare them costs more than
/// comparing: sixteen bytes at a time, the last ones overlapping.
#[inline]
pub(super) fn begins_with(text: &[u8], other: &[u8], length: usize) -> bool {
    if text.len() < length || other.len() < length {
        return false;
    }
    match (text.first_chunk::<16>(), other.first_chunk::<16>()) {
        (Some(text), Some(other)) if length <= 16 => {
            let differing = u128::from_le_bytes(*text) ^ u128::from_le_bytes(*other);
            length == 0 || differing << (128 - 8 * length) == 0
        }
        _ if (17..=96).contains(&length) => {
            let (text, other) = (&text[..length], &other[..length]);
            let (pieces, _) = text.as_chunks::<16>();
            let (others, _) = other.as_chunks::<16>();
            pieces.iter().zip(others).all(|(piece, other)| piece == other) && text.last_chunk::<16>() == other.last_chunk::<16>()
        }
        _ => text[..length] == other[..length],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_as_long_as_byte_by_byte() {
        // Every byte value at every place of a word, before and behind others.
        for byte in 0..=255u8 {
            for place in 0..20 {
                let mut text = *b"a9Z0z1A8b7Y2c3X4d5W6e7V8";
                text[place] = byte;
                let slow = |inner: fn(&u8) -> bool, text: &[u8]| text.iter().position(|byte| !inner(byte)).unwrap_or(text.len());
                assert_eq!(alphanumeric(&text), slow(u8::is_ascii_alphanumeric, &text), "{byte} at {place}");
                let mut numbers = [b'7'; 24];
                numbers[place] = byte;
                assert_eq!(digits(&numbers), slow(u8::is_ascii_digit, &numbers), "{byte} at {place}");
            }
        }
    }

    #[test]
    fn the_first_eight_are_the_same_whatever_follows() {
        let text = b"error_code";
        for length in 0..=text.len() {
            let mut padded = [0; 8];
            padded[..length.min(8)].copy_from_slice(&text[..length.min(8)]);
            assert_eq!(first_eight(text, length), u64::from_le_bytes(padded));
            assert_eq!(first_eight(&text[..length], length), u64::from_le_bytes(padded));
        }
    }

    #[test]
    fn beginnings_are_compared_to_the_last_byte() {
        let text: Vec<u8> = (0..100u8).collect();
        for length in 0..100 {
            assert!(begins_with(&text, &text, length));
            assert!(begins_with(&text[..length], &text[..length], length));
            for place in 0..length {
                let mut other = text.clone();
                other[place] ^= 0x40;
                assert!(!begins_with(&text, &other, length), "{place} of {length}");
                assert!(!begins_with(&text[..length], &other[..length], length), "{place} of {length}");
            }
        }
    }
}
