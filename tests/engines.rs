//! Triage and annotate past one machine: the examples for `xargs -P` and Spark count what one process counts.
//!
//! What needs an engine that is not installed is left out, and says so. Spark: `pip install pyspark`, Java 17 or later.
#![cfg(unix)]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

const FEEDFIX: &str = env!("CARGO_BIN_EXE_feedfix");
const LINES: usize = 2000;
const PIECES: usize = 7;

/// Counts by provider and code; `-` is a code that the catalogue lacks.
type Counts = BTreeMap<(String, String), u64>;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

/// A log of a sync with errors of many providers: the catalogue's samples, each in a line of JSON with made-up ids.
fn log() -> Vec<String> {
    let catalogue = feedfix::embedded();
    let samples: Vec<String> =
        catalogue.wires().into_iter().flat_map(|(_, wire)| wire.sample).flatten().map(|sample| sample.text).collect();
    let line = |number: usize| {
        let mut line = format!(r#"{{"ts":{},"item":"item-{:04}","#, 1_763_600_000_000_u64 + number as u64 * 977, number * 7919 % 613);
        if number.is_multiple_of(3) {
            line.push_str(r#""level":"info","msg":"fetched transactions","added":12}"#);
            return line;
        }
        let sample = &samples[number * 104_729 % samples.len()];
        let text = serde_json::from_str::<Value>(sample).unwrap_or_else(|_| Value::from(sample.as_str())).to_string();
        let _ = write!(line, r#""level":"error","response":{text}}}"#);
        line
    };
    (0..LINES).map(line).collect()
}

/// The log in one file, and the same in pieces whose names need care.
fn written(test: &str) -> (PathBuf, Vec<PathBuf>) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("engines").join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("pieces")).expect("a folder for the test");
    let log = log();
    let whole = folder.join("whole.ndjson");
    fs::write(&whole, log.join("\n") + "\n").expect("a log");
    let pieces = log.chunks(LINES.div_ceil(PIECES)).enumerate().map(|(number, lines)| {
        let piece = folder.join("pieces").join(format!("night {number}.ndjson"));
        fs::write(&piece, lines.join("\n") + "\n").expect("a piece of the log");
        piece
    });
    let pieces = pieces.collect();
    (whole, pieces)
}

/// Without settings of whoever runs the test, with feedfix first in the search path.
fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    for setting in ["FEEDFIX_CATALOGUE", "FEEDFIX_PROVIDER", "FEEDFIX_FORMAT", "MASTER", "JOBS"] {
        command.env_remove(setting);
    }
    let own = Path::new(FEEDFIX).parent().expect("a folder of the program").to_owned();
    let path = env::join_paths([own].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())));
    command.env("PATH", path.expect("a search path")).env("XDG_CONFIG_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

fn printed(command: &mut Command) -> String {
    let run = command.output().expect("it starts");
    assert!(run.status.success(), "{command:?}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).expect("output is UTF-8")
}

fn report(command: &mut Command) -> Value {
    serde_json::from_str(&printed(command.env("FEEDFIX_FORMAT", "json"))).expect("a report")
}

/// What must be the same however the log was cut: all numbers, and nothing of where a line stands.
fn numbers(report: &Value) -> String {
    let groups = report["groups"].as_array().expect("groups").iter().map(|group| {
        let told = ["rank", "reference", "count", "share", "items", "users", "first_seen", "last_seen"];
        told.map(|name| format!("{name} {}", group[name])).join(", ")
    });
    let totals = ["lines", "errors", "by_who", "by_category", "by_provider"].map(|name| format!("{name} {}", report[name]));
    totals.into_iter().chain(groups).collect::<Vec<_>>().join("\n")
}

fn counts(report: &Value) -> Counts {
    let mut counts = Counts::new();
    for group in report["groups"].as_array().expect("groups") {
        let text = |name: &str| group[name].as_str().expect("a text").to_owned();
        let code = if group["known"] == true { text("code") } else { "-".to_owned() };
        *counts.entry((text("provider"), code)).or_default() += group["count"].as_u64().expect("a number");
    }
    counts
}

fn is_there(program: &str, args: &[&str]) -> bool {
    let run = Command::new(program).args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    run.is_ok_and(|status| status.success())
}

fn left_out(what: &str) {
    // Past what the test runner captures: a test that did not run is no test that passed.
    let _ = writeln!(io::stderr(), "left out: {what}");
}

#[test]
fn logs_triaged_side_by_side_add_up_to_the_whole() {
    let (whole, pieces) = written("xargs");
    let one = report(command(FEEDFIX).arg("triage").arg(whole));
    assert_eq!(one["lines"]["all"], LINES);
    assert!(one["groups"].as_array().expect("groups").len() > 100, "{}", one["groups"]);
    let script = example("triage-in-parallel.sh");
    let sum = report(command("sh").arg(&script).args(&pieces));
    assert_eq!(numbers(&sum), numbers(&one));
    assert_eq!(sum["files"], PIECES);
    // The same pieces read by one process: the whole report is the same, to the letter.
    assert_eq!(sum, report(command(FEEDFIX).arg("triage").args(&pieces)));
}

#[test]
fn a_log_that_cannot_be_read_is_named_and_the_rest_adds_up() {
    let (_, pieces) = written("unreadable");
    let mut run = command("sh");
    run.arg(example("triage-in-parallel.sh")).args([&pieces[0], Path::new("not-there.ndjson"), &pieces[1]]);
    let run = run.env("FEEDFIX_FORMAT", "json").output().expect("a shell");
    let sum: Value = serde_json::from_slice(&run.stdout).expect("a report");
    assert_eq!((run.status.code(), sum["files"].as_u64()), (Some(3), Some(2)));
    assert!(String::from_utf8_lossy(&run.stderr).contains("not-there.ndjson"), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn gnu_parallel_hands_its_parts_to_merge_in_one_pipe() {
    if !is_there("parallel", &["--version"]) {
        return left_out("GNU parallel, which is not installed");
    }
    let (whole, pieces) = written("parallel");
    let mut run = command("sh");
    run.arg("-c").arg(r#"parallel -k feedfix triage --format json ::: "$@" | feedfix triage --merge"#).arg("sh").args(pieces);
    assert_eq!(numbers(&report(&mut run)), numbers(&report(command(FEEDFIX).arg("triage").arg(whole))));
}

#[test]
fn spark_counts_what_triage_counts() {
    if !is_there("python3", &["-c", "import pyspark"]) || !is_there("java", &["-version"]) {
        return left_out("Spark, which takes python3 with pyspark, and Java");
    }
    let (whole, pieces) = written("spark");
    let ought = counts(&report(command(FEEDFIX).arg("triage").arg(whole)));
    let mut run = command("python3");
    run.arg(example("spark_annotate.py")).arg(pieces[0].parent().expect("a folder")).env("FEEDFIX", FEEDFIX);
    let mut found = Counts::new();
    for line in printed(&mut run).lines() {
        let mut parts = line.splitn(3, ' ');
        let mut part = || parts.next().unwrap_or_else(|| panic!("{line:?} is no count"));
        let (count, provider, code) = (part(), part().to_owned(), part().to_owned());
        found.insert((provider, code), count.parse().expect("a number"));
    }
    assert_eq!(found, ought);
}
