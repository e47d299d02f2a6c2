//! Input is untrusted: whatever the bytes, nothing panics, no control character and no secret comes out, and output is bounded.
//!
//! The inputs are made by a fixed seed, so that a failure comes back. A longer run, with other inputs:
//! `FEEDFIX_CASES=1000000 FEEDFIX_SEED=7 cargo test --release --test hostile`.

use feedfix::answer::Answer;
use feedfix::catalogue::Catalogue;
use feedfix::diagnose::{Hint, code, payload};
use feedfix::recognise::Recogniser;
use feedfix::render;
use std::env;

/// The most characters that an answer may have in text: all of its parts come from the catalogue or are clipped.
const MOST_OUT: usize = 200_000;

/// Random numbers that are the same in each run (xorshift64*).
struct Random(u64);

impl Random {
    fn seeded(test: u64) -> Self {
        let seed = env::var("FEEDFIX_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_121_u64);
        Self((seed ^ test.wrapping_mul(0x9e37_79b9_7f4a_7c15)) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or(0) % end.max(1)
    }

    fn one<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.next() >> 56).unwrap_or(0)
    }
}

fn cases(usual: usize) -> usize {
    env::var("FEEDFIX_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

/// The catalogue's own samples: what real payloads look like.
fn samples(catalogue: &Catalogue) -> Vec<String> {
    catalogue.wires().into_iter().flat_map(|(_, wire)| wire.sample).flatten().map(|sample| sample.text).collect()
}

fn answered(catalogue: &Catalogue, recogniser: &Recogniser<'_>, bytes: &[u8]) -> Answer {
    let hint = Hint::default();
    payload::answer(catalogue, &recogniser.recognise(bytes, &hint), &hint, Some("-"))
}

/// All that can be shown of an answer.
fn renderings(answer: &Answer) -> [String; 3] {
    colored::control::set_override(false);
    [render::text::answer(answer, 80), render::markdown::answer(answer), render::json(answer)]
}

/// What holds for every answer to anything.
fn harmless(answer: &Answer, bytes: &[u8]) {
    let shown = || String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]).into_owned();
    for it in &answer.diagnoses {
        assert!((0.0..=1.0).contains(&it.confidence), "confidence {} for {:?}", it.confidence, shown());
    }
    for text in renderings(answer) {
        let loose = text.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
        assert!(loose.is_none(), "{loose:?} is shown for {:?}", shown());
        assert!(text.len() <= MOST_OUT * answer.diagnoses.len().max(1), "{} bytes are shown for {:?}", text.len(), shown());
    }
    let back: Answer = serde_json::from_str(&render::json(answer)).unwrap_or_else(|error| panic!("{error} for {:?}", shown()));
    assert_eq!(back.diagnoses.len(), answer.diagnoses.len());
}

/// One change to a text that hurts: cut, doubled, overwritten, spliced with another, or with something nasty put in.
fn mutate(random: &mut Random, bytes: &mut Vec<u8>, samples: &[String]) {
    const NASTY: [&[u8]; 22] = [
        b"\x00",
        b"\x1b[2J",
        b"\x1b]0;title\x07",
        b"\\u0000",
        b"\\ud800",
        b"\xed\xa0\x80",
        b"\xff\xfe",
        b"\xfe\xff",
        b"1e999",
        b"-1e999",
        b"99999999999999999999999999",
        b"\"",
        b"'",
        b"{",
        b"[[[[[[[[",
        b"<",
        b"</",
        b"<![CDATA[",
        b"\\",
        b"\r\n\r\n",
        b"\xe2\x80\xae",
        b"%00",
    ];
    let at = random.below(bytes.len() + 1);
    match random.below(6) {
        0 => bytes.truncate(at),
        1 => _ = bytes.drain(..at),
        2 => {
            let end = (at + random.below(40)).min(bytes.len());
            let part = bytes[at..end].to_vec();
            bytes.splice(at..at, part);
        }
        3 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = random.byte();
            }
        }
        4 => {
            let other = random.one(samples).as_bytes();
            let from = random.below(other.len());
            bytes.splice(at..at, other[from..].iter().copied());
        }
        _ => _ = bytes.splice(at..at, random.one(&NASTY).iter().copied()),
    }
}

#[test]
fn arbitrary_bytes_do_no_harm() {
    let catalogue = feedfix::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let mut random = Random::seeded(1);
    for _ in 0..cases(60) {
        let length = random.below(600);
        // Half of them out of the characters that notations are made of.
        let structural = random.below(2) == 0;
        let bytes: Vec<u8> = (0..length)
            .map(|_| if structural { *random.one(b"{}[]<>/\\\"':,=&?%0e9-truefalsnI \n\r\t\xc3\xa9") } else { random.byte() })
            .collect();
        harmless(&answered(&catalogue, &recogniser, &bytes), &bytes);
    }
}

#[test]
fn mutated_payloads_do_no_harm() {
    let catalogue = feedfix::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let samples = samples(&catalogue);
    let mut random = Random::seeded(2);
    for _ in 0..cases(200) {
        let mut bytes = random.one(&samples).clone().into_bytes();
        for _ in 0..=random.below(4) {
            mutate(&mut random, &mut bytes, &samples);
        }
        harmless(&answered(&catalogue, &recogniser, &bytes), &bytes);
    }
}

#[test]
fn arbitrary_codes_do_no_harm() {
    let catalogue = feedfix::embedded();
    let mut random = Random::seeded(3);
    let codes: Vec<String> = catalogue.entries().filter_map(|id| catalogue.head(id)).map(|head| head.code.to_owned()).collect();
    for _ in 0..cases(100) {
        let mut bytes = random.one(&codes).clone().into_bytes();
        mutate(&mut random, &mut bytes, &codes);
        let asked = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(answer) = code::explain(&catalogue, &asked, &Hint::default()) {
            harmless(&answer, &bytes);
        }
    }
}

#[test]
fn extremes_do_no_harm() {
    let catalogue = feedfix::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let deep = 100_000;
    let mut extremes: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"[".repeat(deep),
        b"{\"a\":".repeat(deep),
        b"{'a': [".repeat(deep),
        b"<a>".repeat(deep),
        b"(".repeat(deep),
        b"\"\\\"".repeat(deep),
        [b"{\"error_code\":".repeat(deep), b"\"ITEM_LOGIN_REQUIRED\"".to_vec(), b"}".repeat(deep)].concat(),
        b"\x00".repeat(deep),
        b"\xff".repeat(deep),
        b"a".repeat(1 << 19),
        b"error 324 ".repeat(20_000),
        b"{\"error_code\": 1e999, \"error_type\": -1e999, \"status\": 1e-999}".to_vec(),
        b"{\"error_code\": \"\\ud800\", \"error_type\": \"ITEM_ERROR\", \"error_message\": \"\\udfff\\ud800\"}".to_vec(),
        b"{\"error_code\": \"\xed\xa0\x80\", \"error_type\": \"ITEM_ERROR\"}".to_vec(),
        b"%".repeat(deep),
        b"a=b&".repeat(20_000),
        b"HIRMG::'".repeat(10_000),
        b"<OFX><SONRS><STATUS><CODE>".repeat(10_000),
        b"HTTP/1.1 500\r\n".repeat(2_000),
        // Found by a long run: what is put behind a faint guess must not fall below zero.
        b"{\"accounts\": [{\"id\": \"2000000001\", \"institutionId\": \"4222\", \"institutionLoginId\": 1000000101, \"errors\": [{\"fieldName\": \"balanceDetails\"', \"code\": \"102\", \"description\": \"FI\xffDown for maintenance\"}]}]}"
            .to_vec(),
    ];
    // The same once more as UTF-16, cut in the middle of a unit.
    let wide = r#"{"error_type": "ITEM_ERROR", "error_code": "ITEM_LOGIN_REQUIRED"}"#;
    extremes.push([vec![0xff, 0xfe], wide.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), vec![0x41]].concat());
    extremes.push([vec![0xfe, 0xff], vec![0xd8, 0x00, 0xd8, 0x00, 0x41]].concat());
    for bytes in extremes {
        harmless(&answered(&catalogue, &recogniser, &bytes), &bytes);
    }
}

#[test]
fn encodings_make_no_difference() {
    let catalogue = feedfix::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let text =
        "{\r\n  \"error_type\": \"ITEM_ERROR\",\r\n  \"error_code\": \"ITEM_LOGIN_REQUIRED\",\r\n  \"bank\": \"Sparkasse Köln\"\r\n}";
    let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let (little, big) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    let encoded = [
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-8 with a BOM", [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat()),
        ("UTF-16 LE with a BOM", [b"\xff\xfe".as_slice(), &little].concat()),
        ("UTF-16 BE with a BOM", [b"\xfe\xff".as_slice(), &big].concat()),
        ("UTF-16 LE", little.clone()),
        ("UTF-16 BE", big.clone()),
        ("Latin-1", latin),
    ];
    for (encoding, bytes) in encoded {
        let answer = answered(&catalogue, &recogniser, &bytes);
        let best = answer.diagnoses.first().unwrap_or_else(|| panic!("nothing is recognised in {encoding}"));
        assert_eq!((best.provider.as_deref(), best.code.as_deref()), (Some("plaid"), Some("ITEM_LOGIN_REQUIRED")), "{encoding}");
    }
}

/// Secrets as payloads hold them: the field, the whole value, and the part of it that must not be shown.
const SECRETS: [(&str, &str, &str); 18] = [
    ("access_token", "access-production-8b1f3c52-0e4f-4b7a-9c0d-5a1e2f3b4c5d", "8b1f3c52-0e4f"),
    ("accessToken", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg", "eyJzdWIiOiI0MiJ9"),
    ("refresh_token", "rt_9f8e7d6c5b4a39281706", "9f8e7d6c5b4a"),
    ("client_secret", "5f3b9e1c7a2d4e6f8091a2b3", "5f3b9e1c7a2d"),
    ("secret", "sk-live-Zx81TqPw03LmNn", "Zx81TqPw03"),
    ("api_key", "AKQ7731LLMZP0912", "AKQ7731LLMZP"),
    ("password", "Tr0ub4dor&3", "Tr0ub4dor"),
    ("pin", "739154", "739154"),
    ("Authorization", "Bearer zz91xqLMvv02hhTTpp8841", "zz91xqLMvv02"),
    ("authorization", "Basic am9uYXRoYW46aHVudGVyMg==", "am9uYXRoYW46"),
    ("iban", "DE89370400440532013000", "370400440532013000"),
    ("iban", "GB29 NWBK 6016 1331 9268 19", "6016 1331 9268"),
    ("account_number", "40028811937", "40028811937"),
    ("accountNumber", "000123456789", "000123456789"),
    ("card_number", "4111 1111 1111 1111", "1111 1111 1111"),
    ("email", "jane.doe.42@bank-customer.example", "jane.doe.42"),
    ("username", "jane-doe-1984", "jane-doe-1984"),
    ("userId", "usr_77120349aa", "77120349aa"),
];

/// Ways in which a secret stands in what people paste.
fn planted(field: &str, value: &str) -> Vec<String> {
    let body = r#""error_type": "ITEM_ERROR", "error_code": "ITEM_LOGIN_REQUIRED""#;
    vec![
        format!(r#"{{{body}, "{field}": "{value}"}}"#),
        format!(r#"{{{body}, "request": {{"headers": {{"{field}": "{value}"}}}}}}"#),
        format!(r#"{{"{field}": "{value}", "error_code": "ITEM_LOGIN_REQUIRED", "error_type": "ITEM_ERROR", "request_id": "{value}"}}"#),
        format!(r#"{{{body}, "error_message": "the call failed for {field}={value}, sign in again"}}"#),
        format!(r#"{{{body}, "body": "{{\"{field}\": \"{value}\"}}"}}"#),
        format!("{{'error_type': 'ITEM_ERROR', 'error_code': 'ITEM_LOGIN_REQUIRED', '{field}': '{value}'}}"),
        format!("2026-01-01T00:00:00Z ERROR {field}={value} plaid error_code=ITEM_LOGIN_REQUIRED error_type=ITEM_ERROR"),
        format!("POST /sync HTTP/1.1\r\n{field}: {value}\r\n\r\n{{{body}}}"),
        format!(
            "<answer><{field}>{value}</{field}><error_code>ITEM_LOGIN_REQUIRED</error_code><error_type>ITEM_ERROR</error_type></answer>"
        ),
        format!("https://app.example/callback?error=access_denied&error_description=no&{field}={value}"),
        // Where a code is expected, too: it becomes the unknown code of the answer.
        format!(r#"{{"error_type": "ITEM_ERROR", "error_code": "{value}", "{field}": "{value}"}}"#),
    ]
}

#[test]
fn secrets_are_in_no_rendering() {
    let catalogue = feedfix::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let mut leaks = Vec::new();
    for (field, value, part) in SECRETS {
        for text in planted(field, value) {
            let answer = answered(&catalogue, &recogniser, text.as_bytes());
            let shown = renderings(&answer).concat();
            if shown.contains(part) {
                let at = shown.find(part).unwrap_or(0);
                let line = shown[..at + part.len()].lines().next_back().unwrap_or_default();
                let line: String = line.chars().rev().take(120).collect::<Vec<_>>().into_iter().rev().collect();
                leaks.push(format!("{field} of\n  {text}\n  in …{line}"));
            }
        }
    }
    assert!(leaks.is_empty(), "{} leaks\n{}", leaks.len(), leaks.join("\n"));
}

#[test]
fn secrets_in_any_providers_payload_are_in_no_rendering() {
    let catalogue = feedfix::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let mut leaks = Vec::new();
    for (index, sample) in samples(&catalogue).iter().enumerate().step_by(4) {
        let (field, value, part) = SECRETS[index / 4 % SECRETS.len()];
        let text = match sample.strip_prefix('{') {
            Some(rest) => format!(r#"{{"{field}": "{value}", {rest}"#),
            None => format!("{field}: {value}\n{sample}"),
        };
        let answer = answered(&catalogue, &recogniser, text.as_bytes());
        if renderings(&answer).concat().contains(part) {
            leaks.push(format!("{field}: {}", text.chars().take(300).collect::<String>()));
        }
    }
    assert!(leaks.is_empty(), "{} leaks\n{}", leaks.len(), leaks.join("\n"));
}

#[test]
fn the_same_secret_has_the_same_placeholder() {
    let catalogue = feedfix::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let text = r#"{"error_type": "ITEM_ERROR", "error_code": "ITEM_LOGIN_REQUIRED",
        "error_message": "no sign-in for jane@bank.example; jane@bank.example must act, joe@bank.example need not"}"#;
    let words = recogniser.recognise(text.as_bytes(), &Hint::default()).words;
    assert!(words.contains("no sign-in for [email-1]; [email-1] must act, [email-2] need not"), "{words}");
}
