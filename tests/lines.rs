//! Lines that are remembered are judged as they would be anew: the memory may make triage fast, never wrong.

use feedfix::answer::InputKind;
use feedfix::catalogue::Catalogue;
use feedfix::diagnose::{FROM_PROSE, Hint, SURE};
use feedfix::recognise::Recogniser;
use feedfix::recognise::lines::{Lines, Sort};

/// Random numbers that are the same in each run (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap_or(0) % end.max(1)
    }
}

/// The catalogue's samples and look-alikes, each on one line, bare and as a log line of a service would hold it.
fn lines(catalogue: &Catalogue) -> Vec<String> {
    let mut lines = Vec::new();
    for (_, wire) in catalogue.wires() {
        let samples = wire.sample.into_iter().flatten().map(|sample| sample.text);
        for text in samples.chain(wire.lookalikes.into_iter().flatten()) {
            let text = text.replace(['\n', '\r'], " ");
            let quoted = serde_json::to_string(&text).expect("a text is JSON");
            lines.push(format!(
                r#"{{"ts":1763600000123,"level":"error","host":"sync-07","trace_id":"0f9a8b7c6d5e4f3a","msg":{quoted},"elapsed_ms":324}}"#
            ));
            if text.starts_with(['{', '[']) {
                lines.push(format!(r#"{{"at":"2026-11-30T04:05:06.789Z","item":"item-3f9a8b7c2d","response":{text},"took":17}}"#));
            } else {
                lines.push(format!("2026-11-30 04:05:06.789 WARN [worker-12] job 4711 of tenant t-0123: {text}"));
            }
            lines.push(text);
        }
    }
    lines
}

/// The line with its words that hold digits replaced: by others like them, or by numbers that are codes somewhere.
fn varied(line: &str, random: &mut Random) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let end = rest[start..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(rest.len(), |end| start + end);
        let (before, word) = (&rest[..start], &rest[start..end]);
        out.push_str(before);
        let numbers = ["324", "103", "401", "429", "9942", "15500", "7", "42", "185", "3040", "500", "2000"];
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        match random.below(6) {
            0 if digits == word.len() => out.push_str(numbers[random.below(numbers.len())]),
            1..4 if digits > 0 => {
                for byte in word.bytes() {
                    let other = match byte {
                        b'0'..=b'9' => b'0' + u8::try_from(random.below(10)).unwrap_or(0),
                        b'a'..=b'f' => b'a' + u8::try_from(random.below(6)).unwrap_or(0),
                        other => other,
                    };
                    out.push(char::from(other));
                }
            }
            _ => out.push_str(word),
        }
        rest = &rest[end..];
    }
    out + rest
}

/// What the recogniser says of a line that it sees for the first time.
fn anew(recogniser: &Recogniser<'_>, line: &str) -> Option<String> {
    let recognised = recogniser.recognise(line.as_bytes(), &Hint::default());
    let least = if recognised.kind == Some(InputKind::Text) { FROM_PROSE } else { SURE };
    let best = recognised.findings.first().filter(|best| best.confidence >= least)?;
    Some(format!("{}:{}@{:?}", best.provider, best.code, best.family))
}

fn remembered(lines: &mut Lines<'_, '_>, line: &str) -> Option<String> {
    let Sort::Recognised(number) = lines.look(line.as_bytes()).sort else { return None };
    let found = lines.finding(number);
    Some(format!("{}:{}@{:?}", found.provider, found.code, found.family))
}

#[test]
fn a_remembered_line_is_judged_as_it_would_be_anew() {
    let catalogue = feedfix::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let mut memory = Lines::new(&recogniser, &Hint::default());
    let mut random = Random(20_261_130);
    let mut faults = Vec::new();
    let (mut looked, mut found) = (0, 0);
    for line in lines(&catalogue) {
        for round in 0..4 {
            let line = if round == 0 { line.clone() } else { varied(&line, &mut random) };
            let (first, second) = (remembered(&mut memory, &line), remembered(&mut memory, &line));
            let truth = anew(&recogniser, &line);
            looked += 1;
            found += usize::from(truth.is_some());
            if first != truth || second != truth {
                faults.push(format!("{truth:?} anew, {first:?} and {second:?} by memory: {line}"));
            }
        }
    }
    assert!(found * 2 > looked, "only {found} of {looked} lines are errors");
    assert!(faults.is_empty(), "{} of {looked} lines:\n{}", faults.len(), faults.join("\n"));
}
