//! What a start costs: a code explained and a sentence diagnosed as whole processes, beside an empty Rust `main`; and the
//! instructions of the first with the catalogue as it is and with one ten times as large.
//!
//! `cargo bench --bench startup`, or `… -- times` for the times alone. The second part builds the program once more, and is
//! left out without valgrind.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use feedfix::catalogue::load;
use feedfix::catalogue::model::{Entry, File, Provider};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

const EXPLAIN: [&str; 4] = ["explain", "324", "-p", "quickbooks-online"];
const DIAGNOSE: [&str; 2] = ["diagnose", "my bank account stopped updating in quickbooks and it asks me to sign in again every day"];
/// Runs of each program, one after the other in turns, so that both meet the same machine.
const RUNS: usize = 500;
/// How often each entry stands in the larger catalogue.
const TIMES: usize = 10;

fn main() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("startup");
    fs::create_dir_all(&folder).expect("a folder for the bench");
    let program = Path::new(env!("CARGO_BIN_EXE_feedfix"));
    times(program, &empty(&folder));
    if env::args().any(|arg| arg == "times") {
        return;
    }
    let (Some(now), Some(sentence)) = (instructions(program, &EXPLAIN, &folder), instructions(program, &DIAGNOSE, &folder)) else {
        println!("instructions: not counted, since there is no valgrind");
        return;
    };
    let then = instructions(&larger(&folder), &EXPLAIN, &folder).expect("valgrind was there a moment ago");
    let change = (then as f64 / now as f64 - 1.0) * 100.0;
    println!("instructions of diagnose: {sentence}");
    println!("instructions of explain: {now}, {then} with a catalogue {TIMES} times as large ({change:+.2} %)");
}

/// A program that does nothing, built with the profile that the program is built with.
fn empty(folder: &Path) -> PathBuf {
    let source = folder.join("empty.rs");
    fs::write(&source, "fn main() {}\n").expect("a writable folder");
    let program = folder.join("empty");
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let profile = ["opt-level=3", "lto=fat", "codegen-units=1", "panic=abort", "strip=symbols"];
    let options = profile.iter().flat_map(|option| ["-C", option]);
    let built = Command::new(rustc).args(options).arg("-o").arg(&program).arg(&source).status();
    assert!(built.is_ok_and(|status| status.success()), "rustc builds an empty program");
    program
}

/// The median of runs, and the shortest, in milliseconds.
struct Time {
    median: f64,
    least: f64,
}

impl Time {
    fn of(mut runs: Vec<Duration>) -> Self {
        runs.sort();
        let milliseconds = |run: Duration| run.as_secs_f64() * 1e3;
        Self { median: milliseconds(runs[runs.len() / 2]), least: milliseconds(runs[0]) }
    }
}

fn times(program: &Path, empty: &Path) {
    let run = |program: &Path, args: &[&str]| {
        let start = Instant::now();
        // Status 1 is an answer, too: that it is a guess.
        let status = Command::new(program).args(args).stdin(Stdio::null()).stdout(Stdio::null()).status();
        assert!(status.is_ok_and(|status| matches!(status.code(), Some(0 | 1))), "{} runs", program.display());
        start.elapsed()
    };
    let (mut nothing, mut explain, mut diagnose) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        nothing.push(run(empty, &[]));
        explain.push(run(program, &EXPLAIN));
        diagnose.push(run(program, &DIAGNOSE));
    }
    let [nothing, explain, diagnose] = [nothing, explain, diagnose].map(Time::of);
    println!("medians (and least) of {RUNS} runs each, in turns; an empty main: {:.3} ({:.3}) ms", nothing.median, nothing.least);
    report("explain", &explain, &nothing, "1.5 × + 0.3 ms", |nothing| 1.5 * nothing + 0.3);
    report("diagnose", &diagnose, &nothing, "+ 5 ms", |nothing| nothing + 5.0);
}

/// By the medians, and by the shortest runs: on a busy machine the medians tell how often a longer run is interrupted.
fn report(name: &str, time: &Time, nothing: &Time, bar: &str, most: impl Fn(f64) -> f64) {
    println!("{name}, at most {bar}:");
    for (by, own, nothing) in [("median", time.median, nothing.median), ("least", time.least, nothing.least)] {
        let (over, ratio, most) = (own - nothing, own / nothing, most(nothing));
        let verdict = if own <= most { "holds" } else { "MISSED" };
        println!("  {by}: {own:.3} ms, {over:+.3} ms, {ratio:.2} ×; the bar is {most:.3} ms: {verdict}");
    }
}

/// Instructions of one run, as callgrind counts them.
fn instructions(program: &Path, args: &[&str], folder: &Path) -> Option<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", folder.join("callgrind.out").display()));
    let output = valgrind.arg(program).args(args).stdin(Stdio::null()).output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let (_, behind) = said.split_once("Collected : ")?;
    behind.split_whitespace().next()?.parse().ok()
}

/// The program with a catalogue in which every entry stands ten times, each under a code of its own.
fn larger(folder: &Path) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = folder.join("data");
    let _ = fs::remove_dir_all(&data);
    for path in load::files_at(&root.join("data")).expect("data") {
        let text = fs::read_to_string(&path).expect("a readable file");
        let below = path.strip_prefix(root.join("data")).expect("a path below data");
        write(&data.join(below), &text);
        let file: File = toml::from_str(&text).expect("a catalogue file");
        let Some(id) = file.provider.and_then(|provider| provider.id) else { continue };
        for copy in 1..TIMES {
            let renamed = |entries: &[Entry]| entries.iter().map(|entry| copied(entry, copy)).collect();
            let provider = Some(Provider { id: Some(id.clone()), ..Provider::default() });
            let file = File { provider, code: renamed(&file.code), symptom: renamed(&file.symptom), ..File::default() };
            let name = format!("copy-{copy}-{}", below.display().to_string().replace(['/', '\\'], "-"));
            write(&data.join("copies").join(name), &toml::to_string(&file).expect("TOML"));
        }
    }
    let target = folder.join("target");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--release", "--bin", "feedfix", "--target-dir"]).arg(&target).current_dir(root).env("FEEDFIX_DATA", &data);
    assert!(build.status().is_ok_and(|status| status.success()), "the program builds with the larger catalogue");
    target.join("release/feedfix")
}

/// An entry under other names, with nothing in it that leads to others.
fn copied(entry: &Entry, copy: usize) -> Entry {
    let other = |name: &String| format!("{name}-copy{copy}");
    Entry {
        code: entry.code.as_ref().map(other),
        name: entry.name.as_ref().map(other),
        aliases: entry.aliases.as_ref().map(|aliases| aliases.iter().map(other).collect()),
        related: None,
        now: None,
        ..entry.clone()
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder above")).expect("a writable folder");
    fs::write(path, text).expect("a writable file");
}
