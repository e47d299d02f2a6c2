//! Annotate adds an object to lines of JSON and changes nothing else, whatever the bytes; what it adds is what diagnose says first.
//!
//! The inputs are made by a fixed seed. A longer run, with others: `FEEDFIX_CASES=1000000 FEEDFIX_SEED=7 cargo test --release --test annotate`.

use feedfix::annotate::{Annotator, MOST_LINE};
use feedfix::catalogue::Catalogue;
use feedfix::diagnose::{FROM_PROSE, Hint, SURE};
use feedfix::recognise::Recogniser;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{env, thread};

/// The first bytes of what is added.
const BEGIN: &[u8] = b",\"feedfix\":{\"provider\":";

/// Random numbers that are the same in each run (xorshift64*).
struct Random(u64);

impl Random {
    fn seeded() -> Self {
        Self(env::var("FEEDFIX_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_130_u64) | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap_or(0) % end.max(1)
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap_or(0)
    }
}

fn cases(usual: usize) -> usize {
    env::var("FEEDFIX_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

/// The catalogue's samples that are one JSON object, each on one line.
fn objects(catalogue: &Catalogue) -> Vec<String> {
    let samples = catalogue.wires().into_iter().flat_map(|(_, wire)| wire.sample).flatten().map(|sample| sample.text);
    let lines = samples.map(|text| text.trim().replace(['\n', '\r'], " "));
    lines.filter(|text| text.starts_with('{') && serde_json::from_str::<Value>(text).is_ok()).collect()
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// Lines without what annotate added to them; `was` tells which had it before.
fn stripped(out: &[u8]) -> Vec<u8> {
    let mut left = Vec::with_capacity(out.len());
    for line in out.split_inclusive(|byte| *byte == b'\n') {
        match find(line, BEGIN) {
            None => left.extend_from_slice(line),
            Some(start) => {
                // The object ends behind the confidence; a code may hold braces (`{id}`).
                let last = start + find(&line[start..], b"\"confidence\":").expect("the object says how sure it is");
                let end = last + find(&line[last..], b"}").expect("the object ends") + 1;
                left.extend_from_slice(&line[..start]);
                left.extend_from_slice(&line[end..]);
            }
        }
    }
    left
}

/// Something that a log may hold: lines of JSON with errors, hurt ones, and bytes.
fn bytes(random: &mut Random, objects: &[String]) -> Vec<u8> {
    let mut bytes = match random.below(4) {
        0 => (0..random.below(300)).map(|_| random.byte()).collect(),
        1 => (0..random.below(300)).map(|_| b"{}[]\\\"':,e9-truefalsnI \n\r\t\xc3\xa9\0"[random.below(29)]).collect(),
        _ => objects[random.below(objects.len())].clone().into_bytes(),
    };
    for _ in 0..random.below(4) {
        let at = random.below(bytes.len() + 1);
        match random.below(6) {
            0 => bytes.truncate(at),
            1 => _ = bytes.splice(at..at, [b"\n".as_slice(), b"\r\n", b"\xff", b"\0", b"}", b"\"", b"\\", b"{"][random.below(8)].to_vec()),
            2 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = random.byte()),
            3 => {
                let digit = b'0' + u8::try_from(random.below(10)).unwrap_or(0);
                bytes.iter_mut().skip(at).find(|byte| byte.is_ascii_digit()).into_iter().for_each(|byte| *byte = digit);
            }
            4 => bytes.extend_from_slice([b"\n".as_slice(), b"\r\n", b"  ", b"\n\n"][random.below(4)]),
            _ => bytes.extend_from_slice(objects[random.below(objects.len())].as_bytes()),
        }
    }
    bytes
}

#[test]
fn without_what_was_added_every_byte_is_as_it_was() {
    let catalogue = feedfix::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let mut annotator = Annotator::new(&catalogue, &recogniser, &Hint::default(), false);
    let objects = objects(&catalogue);
    let mut random = Random::seeded();
    let (mut looked, mut annotated) = (0, 0);
    for _ in 0..cases(4000) {
        let bytes = bytes(&mut random, &objects);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let mut out = Vec::new();
            annotator.line(line, &mut out);
            looked += 1;
            if out != line {
                annotated += 1;
                assert_eq!(stripped(&out), line, "{}", String::from_utf8_lossy(line));
                let json: Result<serde::de::IgnoredAny, _> = serde_json::from_slice(&out);
                assert!(json.is_ok(), "no JSON any more: {}", String::from_utf8_lossy(&out));
            }
            let mut again = Vec::new();
            annotator.line(&out, &mut again);
            assert_eq!(again, out, "twice is not once: {}", String::from_utf8_lossy(line));
        }
    }
    assert!(annotated * 20 > looked, "only {annotated} of {looked} lines are annotated");
}

#[test]
fn masked_json_is_json_and_the_rest_keeps_its_lines() {
    let catalogue = feedfix::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let mut annotator = Annotator::new(&catalogue, &recogniser, &Hint::default(), true);
    let objects = objects(&catalogue);
    let mut random = Random::seeded();
    let secrets = ["jane.doe@bank.example", "DE89370400440532013000", "sk-live-Zx81TqPw03LmNn", "4111 1111 1111 1111"];
    let before = ["", "\\n", "\\u00e9", "\\\\", "\\/", "password: \\\"", " "];
    for _ in 0..cases(2000) {
        let mut bytes = bytes(&mut random, &objects);
        let secret = secrets[random.below(secrets.len())];
        let told = format!("\"note\":\"x {}{secret}\",\"account_number\":-400288119371,", before[random.below(before.len())]);
        let planted = bytes.starts_with(b"{\"");
        if planted {
            bytes.splice(1..1, told.into_bytes());
        }
        for (number, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let mut out = Vec::new();
            annotator.line(line, &mut out);
            assert_eq!(out.ends_with(b"\n"), line.ends_with(b"\n"));
            let was_json = serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok();
            let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&out).is_ok();
            assert!(is_json || !was_json, "{}\nbecame {}", String::from_utf8_lossy(line), String::from_utf8_lossy(&out));
            if planted && number == 0 {
                let shown = String::from_utf8_lossy(&out);
                assert!(!shown.contains(secret) && !shown.contains("400288119371"), "{shown}");
            }
        }
    }
}

#[test]
fn what_is_added_is_what_diagnose_says_first() {
    let catalogue = feedfix::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let hint = Hint::default();
    let mut annotator = Annotator::new(&catalogue, &recogniser, &hint, false);
    let (mut faults, mut annotated) = (Vec::new(), 0);
    let objects = objects(&catalogue);
    for text in &objects {
        let recognised = recogniser.recognise(text.as_bytes(), &hint);
        let least = if recognised.kind == Some(feedfix::answer::InputKind::Text) { FROM_PROSE } else { SURE };
        let first = recognised.findings.first().filter(|first| first.confidence >= least);
        let code = first.and_then(|first| first.entry).and_then(|id| catalogue.head(id)).map(|head| head.code);
        let ought = first.map(|first| (Value::from(first.provider.as_str()), Value::from(code)));
        let mut out = Vec::new();
        annotator.line(text.as_bytes(), &mut out);
        let line: Value = serde_json::from_slice(&out).expect("JSON");
        let added = line.get("feedfix").map(|it| (it["provider"].clone(), it["code"].clone()));
        annotated += usize::from(added.is_some());
        if added != ought {
            faults.push(format!("{ought:?} is expected, {added:?} was added: {text}"));
        }
    }
    assert!(annotated > 100, "only {annotated} of {} samples are annotated", objects.len());
    assert!(faults.is_empty(), "{} of {} samples:\n{}", faults.len(), objects.len(), faults.join("\n"));
}

fn program(args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_feedfix"));
    command.arg("annotate").args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env_remove("FEEDFIX_FORMAT").env_remove("FEEDFIX_CATALOGUE").env_remove("FEEDFIX_PROVIDER");
    command.arg("--no-config").spawn().expect("the program starts")
}

/// The program over some bytes: what it printed, what it complained of, and its status.
fn passed(args: &[&str], bytes: Vec<u8>) -> (Vec<u8>, String, Option<i32>) {
    let mut child = program(args);
    let mut input = child.stdin.take().expect("a pipe");
    let writer = thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("no panic").expect("it reads all");
    (output.stdout, String::from_utf8_lossy(&output.stderr).into_owned(), output.status.code())
}

#[test]
fn the_program_passes_on_every_byte_across_its_reads() {
    let catalogue = feedfix::embedded();
    let objects = objects(&catalogue);
    let mut random = Random::seeded();
    let mut log = Vec::new();
    while log.len() < 2 << 20 {
        log.extend(bytes(&mut random, &objects));
        if random.below(8) > 0 {
            log.push(b'\n');
        }
    }
    let (out, err, status) = passed(&[], log.clone());
    assert_eq!((err.as_str(), status), ("", Some(0)));
    assert!(find(&out, BEGIN).is_some());
    assert!(stripped(&out) == log, "bytes are not as they were");
    // One line at a time it is the same.
    let (lines, ..) = passed(&["--line-buffered"], log);
    assert!(lines == out, "--line-buffered prints something else");
}

#[test]
fn lines_beyond_measure_are_passed_on_or_withheld() {
    let error = b"{\"error_type\":\"ITEM_ERROR\",\"error_code\":\"ITEM_LOGIN_REQUIRED\"}\n";
    let long = [b"{\"x\":\"".to_vec(), b"a".repeat(MOST_LINE + (1 << 20)), b"\",\"password\":\"hunter2\"}\n".to_vec()].concat();
    let log = [error.to_vec(), long.clone(), error.to_vec()].concat();
    let (out, err, status) = passed(&[], log.clone());
    assert_eq!((err.as_str(), status), ("", Some(0)));
    assert!(stripped(&out) == log && out.len() > log.len() + 2 * BEGIN.len());
    let (out, err, status) = passed(&["--mask"], log);
    let lines: Vec<&[u8]> = out.split(|byte| *byte == b'\n').collect();
    assert_eq!(lines.iter().map(|line| find(line, BEGIN).is_some()).collect::<Vec<_>>(), [true, false, true, false]);
    assert!(lines[1].is_empty() && status == Some(3), "{status:?}");
    assert!(err.contains("a line was too long to be masked"), "{err}");
}

/// As Vector or Fluent Bit run it: a line goes in, and comes back before the next one is there.
#[test]
fn a_line_comes_back_while_the_pipe_is_open() {
    let mut child = program(&["--line-buffered"]);
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    let (sender, lines) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut line = String::new();
        while output.read_line(&mut line).is_ok_and(|read| read > 0) && sender.send(std::mem::take(&mut line)).is_ok() {}
    });
    for number in 0..3 {
        write!(input, "{{\"n\":{number},\"error_type\":\"ITEM_ERROR\",").expect("it reads");
        input.flush().expect("it reads");
        writeln!(input, "\"error_code\":\"ITEM_LOGIN_REQUIRED\"}}").expect("it reads");
        let line = lines.recv_timeout(Duration::from_secs(60)).expect("the line comes back while the pipe is open");
        let line: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!((&line["n"], &line["feedfix"]["code"]), (&number.into(), &"ITEM_LOGIN_REQUIRED".into()));
    }
    drop(input);
    assert!(child.wait().expect("it ends").success());
    reader.join().expect("no panic");
    let mut complaints = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut complaints).expect("text");
    assert_eq!(complaints, "");
}
