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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_do_not_reach_a_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\r\nc\u{9b}\u{202e}"), "a␛[2Jb  c��");
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
