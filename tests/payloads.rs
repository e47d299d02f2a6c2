//! How well real error payloads and log lines find their answer, as a committed number: the rank of the right answer per
//! case stands in `tests/truth/payloads/ranks.csv`, and floors hold the rates.
//!
//! The rounds were gathered one after the other, each asked before anything was mended for it. SNAPSHOTS=overwrite
//! rewrites the ranks; the difference is to be read, better results included.

use feedfix::answer::{Answer, Diagnosis};
use feedfix::diagnose::{Hint, SURE, payload};
use feedfix::recognise::Recogniser;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    text: String,
    #[serde(default)]
    expect: Vec<String>,
}

#[derive(Default)]
struct Tally {
    cases: usize,
    right: usize,
}

/// The least share of right answers, by kind: the first answer of payloads and logs, silence where there is nothing to say.
const FLOORS: [(&str, f64); 3] = [("payload", 0.97), ("log", 0.92), ("negative", 0.97)];

/// How far what is said of an answer's confidence may be from how often it is right.
const CALIBRATED: f64 = 0.1;

fn is_hit(it: &Diagnosis, expected: &str) -> bool {
    let provider = it.provider.as_deref().unwrap_or_default();
    let same = |code: Option<&str>| code.is_some_and(|code| expected.eq_ignore_ascii_case(&format!("{provider}:{code}")));
    let family = it.code.as_deref().zip(it.family.as_deref()).map(|(code, family)| format!("{provider}:{code}@{family}"));
    expected == format!("{provider}:*") || same(it.code.as_deref()) || same(it.name.as_deref()) || family.as_deref() == Some(expected)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth/payloads")
}

fn cases() -> Vec<Case> {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder()).expect("the folder of payloads").map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let read =
        |path: &PathBuf| toml::from_str::<File>(&std::fs::read_to_string(path).expect("a file of cases")).expect("well-formed cases");
    paths.iter().flat_map(|path| read(path).case).collect()
}

#[test]
fn payloads_and_logs_find_their_answer() {
    let catalogue = feedfix::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let hint = Hint::default();
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut ranks = String::from("case,rank\n");
    let (mut said, mut right, mut answered) = (0.0, 0usize, 0usize);
    for case in cases() {
        let recognised = recogniser.recognise(case.text.as_bytes(), &hint);
        let answer: Answer = payload::answer(&catalogue, &recognised, &hint, None);
        let tally = tallies.entry(case.kind.clone()).or_default();
        tally.cases += 1;
        if case.kind == "negative" {
            let quiet = answer.confidence() < SURE;
            tally.right += usize::from(quiet);
            let _ = writeln!(ranks, "{},{}", case.id, if quiet { "quiet" } else { "loud" });
            continue;
        }
        let rank = answer.diagnoses.iter().position(|it| case.expect.iter().any(|expected| is_hit(it, expected))).map(|at| at + 1);
        tally.right += usize::from(rank == Some(1));
        if answer.confidence() >= SURE {
            said += answer.confidence();
            answered += 1;
            right += usize::from(rank == Some(1));
        }
        let _ = writeln!(ranks, "{},{}", case.id, rank.map_or("-".to_owned(), |rank| rank.to_string()));
    }
    for (kind, tally) in &tallies {
        let _ = writeln!(ranks, "# {kind}: {} of {}", tally.right, tally.cases);
    }
    let path = folder().join("ranks.csv");
    if std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite") {
        std::fs::write(&path, &ranks).expect("the ranks can be written");
    }
    for (kind, floor) in FLOORS {
        let Some(tally) = tallies.get(kind) else { continue };
        let rate = tally.right as f64 / tally.cases as f64;
        assert!(rate >= floor, "{kind}: {} of {} are right, below {floor}\n{ranks}", tally.right, tally.cases);
    }
    let (said, right) = (said / answered as f64, right as f64 / answered as f64);
    assert!((said - right).abs() <= CALIBRATED, "sure answers say {said:.2}, and are right at {right:.2}");
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let mut differs = committed.lines().zip(ranks.lines()).filter(|(old, new)| old != new).map(|(_, new)| new);
    assert!(
        committed == ranks,
        "ranks differ from tests/truth/payloads/ranks.csv, first {:?}; read the difference after SNAPSHOTS=overwrite cargo test --test payloads",
        differs.next()
    );
}
