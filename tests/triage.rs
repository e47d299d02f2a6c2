//! Triage as a library: the same lines give the same result however they come, and parts add up to the whole.
//!
//! The inputs are made by a fixed seed, so that a failure comes back.

use feedfix::catalogue::Catalogue;
use feedfix::diagnose::Hint;
use feedfix::recognise::Recogniser;
use feedfix::render;
use feedfix::triage::ids::Key;
use feedfix::triage::input::{BLOCK, Block, Fault, Input, MOST_LINE, Source};
use feedfix::triage::report::report;
use feedfix::triage::tally::Tally;
use feedfix::triage::{Options, Window, merged, run};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Cursor, Read, Write};
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(feedfix::embedded);
static RECOGNISER: LazyLock<Recogniser<'static>> = LazyLock::new(|| Recogniser::new(&CATALOGUE));

/// Random numbers that are the same in each run (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next()).unwrap_or(0) % end.max(1)
    }
}

/// A reader that gives little at a time, as pipes do.
struct Drops(Cursor<Vec<u8>>, Random);

impl Read for Drops {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = (1 + self.1.below(9)).min(buffer.len());
        self.0.read(&mut buffer[..most])
    }
}

fn input(name: &str, bytes: impl Into<Vec<u8>>) -> Input<'static> {
    let bytes = bytes.into();
    Input { name: name.to_owned(), open: Box::new(move || Ok(Box::new(Cursor::new(bytes)))) }
}

fn options(threads: usize) -> Options {
    Options { hint: Hint::default(), threads, window: Window::default(), key: Key::of("") }
}

fn counted(inputs: Vec<Input<'static>>, threads: usize) -> (Tally, Vec<Fault>) {
    run(&CATALOGUE, &RECOGNISER, Source::new(inputs.into_iter()), &options(threads), &AtomicBool::new(false))
}

fn json(tally: &Tally) -> String {
    serde_json::to_string(tally).expect("a tally is JSON")
}

/// Lines of a sync service: errors of several providers, ordinary lines, and what nobody understands.
fn lines(count: usize, seed: u64) -> Vec<String> {
    let mut random = Random(seed);
    let mut time = 1_796_011_200_000_u64;
    let mut line = || {
        time += random.next() % 5000;
        let (item, user, bank) = (random.below(60), random.below(9), random.below(5));
        let base = format!(r#"{{"ts":{time},"item":"item-{item}","user":"u-{user}","institution_name":"Bank {bank}""#);
        match random.below(9) {
            0 => format!(r#"{base},"response":{{"error_type":"ITEM_ERROR","error_code":"ITEM_LOGIN_REQUIRED","error_message":"x"}}}}"#),
            1 => format!(r#"{base},"response":{{"error_type":"ITEM_ERROR","error_code":"NO_SUCH_{user}","error_message":"x"}}}}"#),
            2 => format!(r#"{base},"response":{{"customerId":"{user}","aggregationStatusCode":103,"status":"active"}}}}"#),
            3 => format!(r#"{base},"level":"error","msg":"ledger {bank} went wrong with queue q{item}"}}"#),
            4 => format!("2026-11-30 04:05:06 ERROR export of job {item} failed for the {user}th time"),
            5 => format!(r#"{base},"msg":"cut off"#),
            6 => String::new(),
            _ => format!(r#"{base},"msg":"sync finished","added":{item}}}"#),
        }
    };
    (0..count).map(|_| line()).collect()
}

#[test]
fn threads_and_files_change_nothing() {
    let lines = lines(400, 11);
    let files = |threads| {
        let inputs = lines.chunks(23).enumerate().map(|(index, part)| input(&format!("{index:02}.log"), part.join("\n") + "\n"));
        counted(inputs.collect(), threads).0
    };
    let one = files(1);
    assert!(one.lines.recognised > 80 && one.lines.not_understood > 30, "{:?}", one.lines);
    for threads in [2, 5] {
        assert_eq!(json(&files(threads)), json(&one));
    }
    let whole = counted(vec![input("00.log", lines.join("\n") + "\n")], 2).0;
    assert_eq!(whole.lines, one.lines);
    let counts = |tally: &Tally| -> Vec<_> { tally.groups.iter().map(|it| (it.diagnosed.clone(), it.extent.clone())).collect() };
    assert_eq!(counts(&whole), counts(&one));
}

#[test]
fn parts_add_up_to_the_whole() {
    let lines = lines(400, 12);
    let file = |index: usize, part: &[String]| input(&format!("{index}.log"), part.join("\n") + "\n");
    let whole = counted(lines.chunks(90).enumerate().map(|(index, part)| file(index, part)).collect(), 2).0;
    let parts = lines.chunks(90).enumerate().map(|(index, part)| {
        // As it is: through the JSON that a run prints.
        let text = json(&counted(vec![file(index, part)], 1).0);
        serde_json::from_str(&text).expect("a tally comes back")
    });
    let sum = merged(Key::of(""), parts);
    assert_eq!(json(&sum), json(&whole));
    let shown = |tally: Tally| render::triage::text(&report(&CATALOGUE, tally, Vec::new(), Window::default()), None, 80);
    assert_eq!(shown(sum), shown(whole));
}

#[test]
fn no_id_and_no_secret_is_in_the_result() {
    let line = r#"{"item":"item-4711-secret","user":"bob.b@mail.example","institution":"GB33BUKB20201555555555","response":{"error_type":"ITEM_ERROR","error_code":"ITEM_LOGIN_REQUIRED","error_message":"x"}}"#;
    let odd = r#"{"level":"error","msg":"it went wrong for bob.b@mail.example","password":"hunter","token":"sk_live_abcdefghijkl","iban":"GB33 BUKB 2020 1555 5555 55"}"#;
    let (tally, _) = counted(vec![input("a", format!("{line}\n{odd}\n{odd}"))], 1);
    assert_eq!((tally.lines.recognised, tally.lines.not_understood), (1, 2));
    let report = report(&CATALOGUE, tally, Vec::new(), Window::default());
    let printed = serde_json::to_string(&report).expect("JSON") + &render::triage::text(&report, None, 80);
    for secret in ["4711", "bob", "hunter", "sk_live", "BUKB", "GB33"] {
        assert!(!printed.contains(secret), "{secret} is in {printed}");
    }
}

#[test]
fn another_salt_makes_other_hashes() {
    let text = lines(40, 13).join("\n");
    let with = |salt: &str| {
        let options = Options { key: Key::of(salt), ..options(1) };
        run(&CATALOGUE, &RECOGNISER, Source::new([input("a", text.clone())].into_iter()), &options, &AtomicBool::new(false)).0
    };
    let (one, other) = (with("one"), with("other"));
    assert_ne!(one.key, other.key);
    assert_ne!(one.groups[0].extent.items, other.groups[0].extent.items);
    assert_eq!(one.groups[0].extent.items.many(), other.groups[0].extent.items.many());
}

#[test]
fn a_window_of_time_leaves_out_what_is_outside() {
    let line = |time: &str| {
        format!(r#"{{{time}"response":{{"error_type":"ITEM_ERROR","error_code":"ITEM_LOGIN_REQUIRED","error_message":"x"}}}}"#)
    };
    let text = [
        line(r#""ts":1796011200000,"#),
        line(r#""time":"2026-11-30T05:00:00Z","#),
        line(r#""time":"2026-11-30T06:00:00+00:00","#),
        line(""),
    ];
    let options = Options { window: Window { since: Some(1_796_011_200_001), until: Some(1_796_018_400_000) }, ..options(1) };
    let source = Source::new([input("a", text.join("\n"))].into_iter());
    let (tally, _) = run(&CATALOGUE, &RECOGNISER, source, &options, &AtomicBool::new(false));
    assert_eq!((tally.lines.recognised, tally.lines.outside, tally.lines.undated), (1, 2, 1));
}

/// The lines that a source gives, each with its number, and how many were too long.
/// Lines with their numbers, how many were too long, and what could not be read.
type Contents = (Vec<(u64, Vec<u8>)>, u64, Vec<Fault>);

fn read(inputs: Vec<Input<'static>>) -> Contents {
    let mut source = Source::new(inputs.into_iter());
    let mut block = Block::default();
    let (mut lines, mut oversized) = (Vec::new(), 0);
    while source.next(&mut block) {
        oversized += block.oversized;
        lines.extend(block.lines().map(|(number, line)| (number, line.to_owned())));
    }
    (lines, oversized, source.faults)
}

fn texts(bytes: impl Into<Vec<u8>>) -> Vec<String> {
    read(vec![input("a", bytes)]).0.into_iter().map(|(_, line)| String::from_utf8_lossy(&line).into_owned()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("it goes into memory");
    encoder.finish().expect("it goes into memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn lines_come_out_as_they_are_whatever_the_pieces() {
    let mut random = Random(5);
    for _ in 0..40 {
        let mut bytes = Vec::new();
        for _ in 0..random.below(60) {
            bytes.extend((0..random.below(80)).map(|_| b" abc\"\\{}[],\0\xff\xc3"[random.below(14)]));
            bytes.extend_from_slice([&b"\n"[..], b"\r\n"][random.below(2)]);
        }
        bytes.splice(0..0, *b"x ");
        bytes.extend_from_slice([&b""[..], b"last"][random.below(2)]);
        let mut expected: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        expected.pop_if(|last| last.is_empty());
        let expected: Vec<(u64, Vec<u8>)> =
            expected.iter().zip(1..).map(|(line, number)| (number, line.strip_suffix(b"\r").unwrap_or(line).to_owned())).collect();
        let drops = Drops(Cursor::new(bytes.clone()), Random(random.next() | 1));
        let in_drops = Input { name: "a".to_owned(), open: Box::new(move || Ok(Box::new(drops))) };
        for input in [input("a", bytes.clone()), in_drops, input("a", gzip(&bytes)), input("a", zstd(&bytes))] {
            assert_eq!(read(vec![input]).0, expected);
        }
    }
}

#[test]
fn blocks_are_whole_lines_with_their_numbers() {
    let bytes: Vec<u8> = (0..90_000).flat_map(|n: u32| format!("{n} {}\n", "x".repeat(n as usize % 67)).into_bytes()).collect();
    assert!(bytes.len() > 3 * BLOCK);
    let (lines, _, _) = read(vec![input("a", gzip(&bytes))]);
    assert_eq!(lines.len(), 90_000);
    assert!(lines.iter().zip(0_u64..).all(|((number, line), n)| *number == n + 1 && line.starts_with(format!("{n} ").as_bytes())));
}

#[test]
fn members_and_frames_follow_each_other() {
    let mut several = gzip(b"one\ntw");
    several.extend(gzip(b""));
    several.extend(gzip(b"o\nthree"));
    assert_eq!(texts(several), ["one", "two", "three"]);
    let mut several = zstd(b"one\ntw");
    several.extend([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, b'a', b'b', b'c']);
    several.extend(zstd(b"o\nthree"));
    assert_eq!(texts(several), ["one", "two", "three"]);
}

#[test]
fn what_is_damaged_counts_as_far_as_it_could_be_read() {
    let text: Vec<u8> = (0..50_000).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
    for whole in [gzip(&text), zstd(&text)] {
        let (lines, _, faults) = read(vec![input("cut", &whole[..whole.len() / 2]), input("good", "x\n")]);
        assert!(lines.len() > 1000 && lines.len() < 50_000, "{}", lines.len());
        assert_eq!(faults.len(), 1);
        assert!(faults[0].begun && faults[0].name == "cut", "{faults:?}");
    }
    let mut wrong = gzip(b"one\n");
    wrong.extend_from_slice(b"no member");
    let (lines, _, faults) = read(vec![input("a", wrong)]);
    assert_eq!((lines.len(), faults.len()), (1, 1));
}

#[test]
fn what_is_not_read_is_named() {
    // A frame header that asks for a window of 128 MiB, as `zstd --long=27` writes it.
    let wide = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0x00, 0x00];
    let (_, _, faults) = read(vec![input("wide", wide), input("zip", *b"PK\x03\x04\0\0"), input("xz", *b"\xfd7zXZ\0\0")]);
    let said: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
    assert!(said[0].contains("128 MiB") && said[1].contains("zip") && said[2].contains("xz"), "{said:?}");
    assert!(faults.iter().all(|fault| !fault.begun));
    let missing = Input { name: "gone".to_owned(), open: Box::new(|| Err(io::ErrorKind::NotFound.into())) };
    let (lines, _, faults) = read(vec![missing, input("a", "x")]);
    assert_eq!((lines.len(), faults[0].message.as_str(), faults[0].begun), (1, "no such file", false));
}

#[test]
fn encodings_and_ends_of_lines() {
    for nothing in ["", "\u{feff}"] {
        assert_eq!(texts(nothing), [""; 0]);
    }
    assert_eq!(texts("\u{feff}a\r\n\r\nb"), ["a", "", "b"]);
    assert_eq!(texts("a\0b\n"), ["a\0b"]);
    let text = "error: Größe 🚀\nb\n";
    let wide = |unit: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
        let mark = if mark { "\u{feff}" } else { "" };
        format!("{mark}{text}").encode_utf16().flat_map(unit).collect()
    };
    for bytes in
        [wide(u16::to_le_bytes, true), wide(u16::to_be_bytes, true), wide(u16::to_le_bytes, false), gzip(&wide(u16::to_be_bytes, false))]
    {
        assert_eq!(texts(bytes), ["error: Größe 🚀", "b"]);
    }
}

#[test]
fn json_is_cut_into_records() {
    let pretty = "[\n  {\n    \"a\": [1, 2],\n    \"b\": \"x]}\\\"\"\n  },\n  {\"c\": {}}, 5,\n  \"text\"\n]\n{\"d\": 1}\n";
    let (lines, _, _) = read(vec![input("a", pretty)]);
    let seen: Vec<(u64, String)> = lines.into_iter().map(|(n, line)| (n, String::from_utf8_lossy(&line).into_owned())).collect();
    let expected = [(2, r#"{     "a": [1, 2],     "b": "x]}\""   }"#), (6, r#"{"c": {}}"#), (6, "5"), (7, "\"text\""), (9, r#"{"d": 1}"#)];
    assert_eq!(seen, expected.map(|(n, text)| (n, text.to_owned())));
    assert_eq!(texts("{\n \"a\": 1\n}\n{\n \"b\": 2\n}"), [r#"{  "a": 1 }"#, r#"{  "b": 2 }"#]);
    assert_eq!(texts("[]"), [""; 0]);
    assert_eq!(texts("[{\"a\":1},{\"a\":2}]\n[{\"a\":3}]\n"), [r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":3}"#]);
    assert_eq!(texts("[2026-11-30] {\n"), ["[2026-11-30] {"]);
    assert_eq!(texts("{\"a\":1}\n{\"b\":\n{\"c\":3}\n"), ["{\"a\":1}", "{\"b\":", "{\"c\":3}"]);
}

#[test]
fn one_bad_record_does_not_end_it() {
    assert_eq!(texts("{\n\"a\": 1,\n\"b\n}\n{\"c\": 3}\n{\"d\": [\n{\"e\": 5}\n").last().map(String::as_str), Some("{\"e\": 5}"));
    assert_eq!(
        texts("[{\"a\": \"open\n},{\"b\": 2}]\nplain text\n{\"c\":3}"),
        ["{\"a\": \"open }", "{\"b\": 2}", "plain text", "{\"c\":3}"]
    );
}

#[test]
fn records_do_not_depend_on_the_pieces() {
    let mut random = Random(9);
    for _ in 0..60 {
        let mut bytes = b"[{".to_vec();
        bytes.extend((0..random.below(300)).map(|_| b"{}[]\"\\,\n a:1"[random.below(12)]));
        let whole = read(vec![input("a", bytes.clone())]).0;
        let drops = Drops(Cursor::new(bytes), Random(random.next() | 1));
        assert_eq!(read(vec![Input { name: "a".to_owned(), open: Box::new(move || Ok(Box::new(drops))) }]).0, whole);
    }
}

/// Many bytes of one kind, from no memory.
fn run_of(byte: u8, count: u64) -> impl Read + Send {
    io::repeat(byte).take(count)
}

#[test]
fn lines_that_are_too_long_are_counted_and_skipped() {
    let long = MOST_LINE as u64 + 5;
    let file = move || {
        let text = Cursor::new("one\n").chain(run_of(b'x', 3 * long)).chain(Cursor::new("\ntwo\n")).chain(run_of(b'y', long));
        text.chain(Cursor::new("\n")).chain(run_of(b'z', MOST_LINE as u64 - 1)).chain(Cursor::new("\nlast"))
    };
    let (lines, oversized, _) = read(vec![Input { name: "a".to_owned(), open: Box::new(move || Ok(Box::new(file()))) }]);
    let seen: Vec<(u64, usize)> = lines.iter().map(|(number, line)| (*number, line.len())).collect();
    assert_eq!(seen, [(1, 3), (3, 3), (5, MOST_LINE - 1), (6, 4)]);
    assert_eq!(oversized, 2);
    let array = move || Cursor::new("[{\"a\":1},\n{\"b\":\"").chain(run_of(b'x', long)).chain(Cursor::new("\"},{\"c\":3}]"));
    let (lines, oversized, _) = read(vec![Input { name: "a".to_owned(), open: Box::new(move || Ok(Box::new(array()))) }]);
    assert_eq!(lines, [(1, b"{\"a\":1}".to_vec()), (2, b"{\"c\":3}".to_vec())]);
    assert_eq!(oversized, 1);
}

#[test]
fn arbitrary_bytes_are_only_counted() {
    let mut random = Random(77);
    for round in 0..60 {
        let heads: [&[u8]; 8] =
            [b"", b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"\xff\xfe", b"[{", b"{\n", b"\x50\x2a\x4d\x18", b"\xef\xbb\xbf"];
        let mut bytes = heads[round % 8].to_vec();
        bytes.extend((0..random.below(400)).map(|_| u8::try_from(random.next() & 255).unwrap_or(0)));
        let (tally, faults) = counted(vec![input("a", bytes)], 1);
        let it = tally.lines;
        assert_eq!(it.all, it.recognised + it.not_understood + it.malformed + it.oversized + it.ordinary + it.blank);
        let report = report(&CATALOGUE, tally, faults, Window::default());
        for width in [1, 80, 200] {
            let text = render::triage::text(&report, None, width);
            assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        }
    }
}

#[test]
fn many_shapes_stay_bounded_and_the_common_one_stays() {
    let mut text = String::new();
    for n in 0..9000_u32 {
        let word = |mut n: u32| -> String {
            let letters = (0..5).map(|_| {
                n = n.wrapping_mul(31).wrapping_add(7);
                char::from(b'a' + u8::try_from(n % 26).unwrap_or(0))
            });
            letters.collect()
        };
        text += &format!("ERROR {} {} {} {} went wrong\n", word(n), word(n * 7), word(n * 13), word(n ^ 77));
        if n % 10 == 0 {
            text += "ERROR the ledger itself is on fire\n";
        }
    }
    let (tally, _) = counted(vec![input("a", text)], 2);
    let shapes = tally.shapes.commonest();
    assert!(shapes.len() <= feedfix::triage::shapes::MOST_SHAPES);
    let fire = shapes.iter().find(|shape| shape.text.contains("on fire")).expect("it is among them");
    assert_eq!(fire.count, 900);
    assert_eq!(shapes.iter().map(|shape| shape.count).sum::<u64>() + tally.shapes.left_out, tally.lines.not_understood);
}

#[test]
fn many_codes_and_banks_stay_bounded() {
    let line = |n: u32| {
        let code = if n < 1100 { n } else { 0 };
        format!(
            r#"{{"item":"i{n}","institution_name":"Bank number {n}","error_type":"ITEM_ERROR","error_code":"X_{code}","error_message":"x"}}"#
        )
    };
    let part = |from: u32| input(&format!("{from}"), (from..from + 1500).map(|n| line(n) + "\n").collect::<String>());
    let whole = counted(vec![part(0), part(1500), part(3000)], 2).0;
    assert_eq!(whole.lines.recognised, 4500, "{:?}", whole.lines);
    assert!(whole.groups.len() <= feedfix::triage::tally::MOST_GROUPS);
    assert!(whole.institutions.len() <= feedfix::triage::tally::MOST_INSTITUTIONS);
    let sum: u64 = whole.groups.iter().map(|group| group.extent.count).sum();
    assert_eq!(sum + whole.other.count, 4500);
    let parts = [0, 1500, 3000].map(|from| counted(vec![part(from)], 1).0);
    let sum = merged(Key::of(""), parts);
    let sorted = |tally: &Tally| {
        let mut groups: Vec<String> = tally.groups.iter().map(|it| serde_json::to_string(it).expect("JSON")).collect();
        groups.sort();
        groups
    };
    assert_eq!(sorted(&sum), sorted(&whole));
    assert_eq!(sum.other, whole.other);
    assert_eq!(sum.other_institutions, whole.other_institutions);
}
