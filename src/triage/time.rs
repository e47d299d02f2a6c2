//! Times as logs write them, in milliseconds since 1970 (UTC). What names no offset is taken for UTC.

use std::fmt::Write;

const DAY_MS: i64 = 86_400_000;

/// The time that is written: seconds, milliseconds, microseconds or nanoseconds since 1970, RFC 3339 and its likes,
/// `30/Nov/2026:04:05:06 +0000`.
#[must_use]
pub fn parsed(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    match text {
        [first, ..] if !first.is_ascii_digit() => None,
        [_, _, b'/', ..] => common_log(text),
        [_, _, _, _, b'-' | b'/', ..] => dated(text),
        _ => since_1970(text),
    }
}

/// Digits as a number.
fn number(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 19 {
        return None;
    }
    text.iter().try_fold(0_i64, |sum, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| sum.checked_mul(10)?.checked_add(i64::from(digit))).flatten()
    })
}

/// Seconds since 1970, or a thousandth, millionth or billionth of them, told apart by their length; with a fraction or not.
fn since_1970(text: &[u8]) -> Option<i64> {
    let whole = text.iter().position(|byte| *byte == b'.').unwrap_or(text.len());
    let value = number(&text[..whole])?;
    match whole {
        9..=11 => Some(value * 1000 + text.get(whole + 1..).map_or(Some(0), thousandths)?),
        12..=14 => Some(value),
        15..=17 => Some(value / 1000),
        18..=19 => Some(value / 1_000_000),
        _ => None,
    }
}

/// The first three places behind the point.
fn thousandths(digits: &[u8]) -> Option<i64> {
    let mut value = 0;
    for place in 0..3 {
        value = value * 10 + digits.get(place).map_or(Some(0), |byte| number(&[*byte]))?;
    }
    Some(value)
}

/// `2026-11-30T04:05:06.789Z`, with a blank, with a comma, without seconds or time of day, with or without offset.
fn dated(text: &[u8]) -> Option<i64> {
    if text.len() < 10 || text[7] != text[4] {
        return None;
    }
    let day = days(number(&text[..4])?, number(&text[5..7])?, number(&text[8..10])?)? * DAY_MS;
    match text.get(10) {
        None => Some(day),
        Some(b'T' | b't' | b' ' | b'_') => Some(day + time_of_day(&text[11..])?),
        Some(_) => None,
    }
}

/// `04:05:06.789+01:00`, less what the offset says.
fn time_of_day(text: &[u8]) -> Option<i64> {
    let field = |at: usize, most: i64| text.get(at..at + 2).and_then(number).filter(|value| *value <= most);
    if text.get(2) != Some(&b':') {
        return None;
    }
    let mut ms = (field(0, 24)? * 60 + field(3, 59)?) * 60_000;
    let mut rest = &text[5..];
    if rest.first() == Some(&b':') {
        ms += field(6, 60)? * 1000;
        rest = &text[8..];
    }
    if let [b'.' | b',', digits @ ..] = rest {
        let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        ms += thousandths(&digits[..length])?;
        rest = &digits[length..];
    }
    Some(ms - offset(rest.trim_ascii_start())?)
}

/// `Z`, `+01:00`, `-0530`, `+02`, ` UTC`; nothing is none.
fn offset(text: &[u8]) -> Option<i64> {
    let (sign, rest) = match text {
        [] | b"Z" | b"z" | b"UTC" | b"GMT" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let minutes = match rest {
        [_, _] => Some(0),
        [_, _, b':', minutes @ ..] | [_, _, minutes @ ..] => number(minutes).filter(|minutes| *minutes < 60),
        _ => None,
    };
    Some(sign * (number(rest.get(..2)?)? * 60 + minutes?) * 60_000)
}

/// `30/Nov/2026:04:05:06 +0000`.
fn common_log(text: &[u8]) -> Option<i64> {
    const MONTHS: [&[u8]; 12] = [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    let name = text.get(3..6)?.to_ascii_lowercase();
    let month = MONTHS.iter().position(|month| **month == name)? + 1;
    let day = days(number(text.get(7..11)?)?, i64::try_from(month).ok()?, number(&text[..2])?)?;
    match text.get(11) {
        Some(b':' | b' ') => Some(day * DAY_MS + time_of_day(&text[12..])?),
        _ => None,
    }
}

/// Days since 1970 of a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years begin in March, so that the leap day comes last.
    let shifted = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// A time as RFC 3339 writes it, in UTC: with milliseconds only where there are some.
#[must_use]
pub fn rfc3339(ms: i64) -> String {
    let (days, of_day) = (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS));
    let (year, month, day) = date(days);
    let (seconds, thousandths) = (of_day / 1000, of_day % 1000);
    let mut text = format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if thousandths > 0 {
        let _ = write!(text, ".{thousandths:03}");
    }
    text.push('Z');
    text
}

/// Year, month and day of a number of days since 1970.
fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_logs_write_them() {
        let moment = 1_796_011_506_789; // 2026-11-30T04:05:06.789Z
        for text in [
            "1796011506789",
            "1796011506.789",
            "1796011506789123",
            "1796011506789123456",
            "2026-11-30T04:05:06.789Z",
            "2026-11-30 04:05:06,789",
            "2026-11-30T05:05:06.789+01:00",
            "2026-11-30T05:05:06.789123+0100",
            "2026-11-29T22:35:06.789-05:30",
            "2026/11/30 04:05:06.789 UTC",
        ] {
            assert_eq!(parsed(text.as_bytes()), Some(moment), "{text}");
        }
        for text in ["1796011506", "30/Nov/2026:04:05:06 +0000", "2026-11-30T04:05:06Z", "30/Nov/2026:05:05:06 +0100"] {
            assert_eq!(parsed(text.as_bytes()), Some(moment - 789), "{text}");
        }
        assert_eq!(parsed(b"2026-11-30T04:05"), Some(moment - 6789));
        assert_eq!(parsed(b"2026-11-30"), parsed(b"2026-11-30T00:00:00Z"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "x",
            "12",
            "2026-13-01",
            "2026-11-30T",
            "2026-11-30T04",
            "2026-11-30T99:00",
            "30/Foo/2026:00:00:00",
            "99999999999999999999",
        ] {
            assert_eq!(parsed(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for ms in [0, 951_782_400_000, 1_796_011_506_789, -1, 4_102_444_799_999] {
            let text = rfc3339(ms);
            assert_eq!(if ms < 0 { Some(ms) } else { parsed(text.as_bytes()) }, Some(ms), "{text}");
        }
        assert_eq!(rfc3339(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999Z");
    }
}
