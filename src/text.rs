//! Text from outside, made fit for a terminal.

/// Takes the teeth out of control characters: escapes are shown, not obeyed (`\u{1b}[2J` is printed as `␛[2J`). Line
/// breaks and tabs become blanks; characters that turn the direction of writing go.
#[must_use]
pub fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            '\u{0}'..='\u{1f}' => out.extend(char::from_u32(0x2400 + u32::from(c))),
            '\u{7f}' => out.push('␡'),
            '\u{80}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('�'),
            _ => out.push(c),
        }
    }
    out
}

/// At most so many characters, with an ellipsis where something was cut off.
#[must_use]
pub fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// A number of seconds as a person says it.
#[must_use]
pub fn duration(seconds: u64) -> String {
    let say = |number: u64, unit: &str| {
        if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
    };
    let parts = |big: u64, big_unit, small: u64, small_unit| {
        if small == 0 { say(big, big_unit) } else { format!("{} {}", say(big, big_unit), say(small, small_unit)) }
    };
    match seconds {
        0..=119 => say(seconds, "second"),
        120..=7199 => parts(seconds / 60, "minute", 0, ""),
        7200..=172_799 => parts(seconds / 3600, "hour", seconds % 3600 / 60, "minute"),
        _ => parts(seconds / 86_400, "day", seconds % 86_400 / 3600, "hour"),
    }
}

/// A number with commas between the thousands.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number of bytes as a person says it.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let mut unit = 0;
    let mut value = bytes as f64;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 || value >= 99.95 { format!("{value:.0} {}", UNITS[unit]) } else { format!("{value:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_do_not_reach_a_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\r\nc\u{9b}\u{202e}"), "a␛[2Jb  c��");
    }

    #[test]
    fn large_numbers_are_easy_to_read() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
        for (bytes, text) in [(700, "700 bytes"), (2048, "2.0 KiB"), (351_000_000, "335 MiB")] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn durations_are_said_as_people_do() {
        let said = [
            (1, "1 second"),
            (90, "90 seconds"),
            (600, "10 minutes"),
            (39_845, "11 hours 4 minutes"),
            (86_400, "24 hours"),
            (259_200, "3 days"),
        ];
        for (seconds, words) in said {
            assert_eq!(duration(seconds), words);
        }
    }
}
