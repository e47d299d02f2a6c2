//! To support one more provider takes TOML alone: an invented one, laid over the catalogue, is recognised in any notation.

use feedfix::catalogue::finding::Severity;
use feedfix::catalogue::{Catalogue, check, load};
use feedfix::diagnose::{Hint, SURE, payload};
use feedfix::recognise::Recogniser;
use feedfix::render;

const OVERLAY: &str = r#"
[provider]
id = "copperlink"
name = "Copperlink"
kind = "aggregator"
about = "An invented aggregator."
marks = ["copperlink.example"]
support = { to = "Copperlink's help desk", bring = ["ticket_id"] }

[[source]]
id = "docs"
title = "Copperlink: Errors"
official = true

[[wire]]
id = "fault"
title = "A fault of the API"
at = ["fault.copper_no"]
message_at = ["fault.words"]
with = ["fault.words"]
none = ["0"]
values = "any"
certainty = "sure"
sample = [{ text = '{"fault": {"copper_no": 8801, "words": "wire cut"}}', code = "8801" }]

[[wire]]
id = "line"
title = "A line of the log"
text = ["Copperlink says {code}:{}"]
values = "known"
certainty = "likely"
sample = [{ text = "Copperlink says 8801: wire cut", code = "8801" }]

[[code]]
code = "8801"
name = "WIRE_CUT"
title = "The wire to the bank is cut"
category = "institution-down"
meaning = "The line between Copperlink and the bank does not work."
messages = ["the wire to {bank} was cut by a digger"]
sources = ["docs"]
trust = "official"
"#;

fn with_overlay() -> Catalogue {
    let mut catalogue = feedfix::embedded();
    let mut findings = Vec::new();
    let file = load::read("copperlink.toml", OVERLAY, &mut findings);
    catalogue.add(vec![file], &mut findings);
    findings.extend(check::check(&catalogue));
    let faults: Vec<_> = findings.iter().filter(|it| it.severity < Severity::Warning).map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    catalogue
}

/// The best answer's provider and code, if it is sure.
fn recognised(catalogue: &Catalogue, text: &str) -> Option<(String, String)> {
    let recogniser = Recogniser::new(catalogue);
    let findings = recogniser.recognise(text.as_bytes(), &Hint::default()).findings;
    findings.first().filter(|it| it.confidence >= SURE).map(|it| (it.provider.clone(), it.code.clone()))
}

const NOTATIONS: [(&str, &str); 12] = [
    ("JSON", r#"{"fault": {"copper_no": 8801, "words": "wire cut"}}"#),
    ("JSON deep inside", r#"{"data": [{"result": {"fault": {"copper_no": "8801", "words": "wire cut"}}}]}"#),
    ("JSON in a string", r#"{"body": "{\"fault\": {\"copper_no\": 8801, \"words\": \"wire cut\"}}"}"#),
    ("a Python dict", "{'fault': {'copper_no': 8801, 'words': None, 'bank': True, 'words': 'wire cut'}}"),
    ("a JavaScript print", "{\n  fault: { copper_no: 8801, words: 'wire cut', inner: [Object] },\n}"),
    ("a Ruby hash", r#"{"fault"=>{"copper_no"=>8801, "words"=>"wire cut"}}"#),
    ("a truncated body", r#"{"fault": {"copper_no": 8801, "words": "wire cut", "more": {"a": [1, 2"#),
    ("a log line", r#"2026-01-01T00:00:00Z ERROR sync failed: {"fault": {"copper_no": 8801, "words": "wire cut"}}"#),
    (
        "an HTTP dump",
        "HTTP/1.1 502 Bad Gateway\r\nContent-Type: application/json\r\n\r\n{\"fault\": {\"copper_no\": 8801, \"words\": \"x\"}}",
    ),
    ("XML", "<answer><fault><copper_no>8801</copper_no><words>wire cut</words></fault></answer>"),
    ("a text shape", "12:00:01 worker-3 Copperlink says 8801: wire cut"),
    ("a published message", "Sorry! The wire to Bank of Zembla was cut by a digger."),
];

#[test]
fn an_overlay_alone_makes_a_provider_recognised() {
    let catalogue = with_overlay();
    for (notation, text) in NOTATIONS {
        let expected = Some(("copperlink".to_owned(), "8801".to_owned()));
        assert_eq!(recognised(&catalogue, text), expected, "{notation}: {text}");
    }
}

#[test]
fn without_the_overlay_nobody_claims_it() {
    let catalogue = feedfix::embedded();
    let text = NOTATIONS[0].1;
    assert_eq!(recognised(&catalogue, text), None);
}

#[test]
fn its_success_marker_is_no_error() {
    assert_eq!(recognised(&with_overlay(), r#"{"fault": {"copper_no": 0, "words": "all is well"}}"#), None);
}

#[test]
fn a_code_that_the_overlay_lacks_is_reported_as_unknown() {
    let catalogue = with_overlay();
    let recogniser = Recogniser::new(&catalogue);
    let hint = Hint::default();
    let found = recogniser.recognise(br#"{"fault": {"copper_no": 8899, "words": "never seen"}}"#, &hint);
    let answer = payload::answer(&catalogue, &found, &hint, None);
    let best = &answer.diagnoses[0];
    assert_eq!((best.provider.as_deref(), best.code.as_deref(), best.known), (Some("copperlink"), Some("8899"), false));
}

#[test]
fn the_answer_names_the_file_and_what_support_will_ask_for() {
    let catalogue = with_overlay();
    let recogniser = Recogniser::new(&catalogue);
    let hint = Hint::default();
    let found = recogniser.recognise(br#"{"fault": {"copper_no": 8801, "words": "x"}, "ticket_id": "CL-4711"}"#, &hint);
    let answer = payload::answer(&catalogue, &found, &hint, None);
    assert_eq!(answer.diagnoses[0].origins, ["copperlink.toml:35"]);
    let text = render::text::answer(&answer, 80);
    assert!(text.contains("CL-4711"), "{text}");
}
