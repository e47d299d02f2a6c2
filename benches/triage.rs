//! What triage takes for a million lines, beside programs that people use for it: DuckDB, jq, ripgrep, wc.
//!
//! `cargo bench --bench triage` writes the log, one line in five with an error body, and times each program that is installed,
//! in turns; `cargo bench --bench triage -- LOG` takes a log that is there. All are asked for the same: how often each code occurs;
//! triage says when, for how many and who must act, too.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, io};

const LINES: u64 = 1_000_000;
const ROUNDS: usize = 5;

const DUCKDB: &str = "import duckdb, sys
duckdb.sql(f'''select coalesce(response.error_code, response.aggregationStatusCode::varchar, response.member.connection_status,
  response.tppMessages[1].code, response.code) code, count(*), count(distinct item), min(ts), max(ts)
from read_json('{sys.argv[1]}', format='newline_delimited', ignore_errors=true, columns={{ts: 'BIGINT', level: 'VARCHAR', item: 'VARCHAR',
  response: 'STRUCT(error_code VARCHAR, aggregationStatusCode BIGINT, member STRUCT(connection_status VARCHAR), code VARCHAR,
  tppMessages STRUCT(code VARCHAR)[])'}}) where level = 'error' group by 1''').fetchall()";
const JQ: &str = r#"select(.level == "error") | .response
  | .error_code // .aggregationStatusCode // .member.connection_status // .tppMessages[0].code // .code"#;
const KEYS: &str = "error_code|aggregationStatusCode|connection_status|tppMessages|\"code\"";

/// Numbers that look random and are the same in each run (Knuth's constants for a linear congruence modulo 2^64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn hex(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(b"0123456789abcdef"[self.below(16) as usize])).collect()
    }
}

fn error(numbers: &mut Numbers) -> String {
    let id = numbers.hex(15);
    match numbers.below(10) {
        0..4 => format!(
            r#"{{"display_message":null,"error_code":"ITEM_LOGIN_REQUIRED","error_message":"the login details of this item have changed (credentials, MFA, or required user action) and a user login is required to update this information. use Link's update mode to restore the item to a good state","error_type":"ITEM_ERROR","request_id":"{id}"}}"#
        ),
        4 => format!(
            r#"{{"error_code":"INSTITUTION_DOWN","error_message":"this institution is not currently responding to this request. please try again soon","error_type":"INSTITUTION_ERROR","request_id":"{id}"}}"#
        ),
        5..7 => format!(
            r#"{{"id":"{}","customerId":"{}","aggregationStatusCode":{},"aggregationAttemptDate":{},"status":"active"}}"#,
            numbers.below(1_000_000_000),
            numbers.below(1_000_000_000),
            [103, 185, 324][numbers.below(3) as usize],
            1_700_000_000 + numbers.below(10_000_000)
        ),
        7..9 => format!(
            r#"{{"member":{{"guid":"MBR-{}","connection_status":"{}","is_being_aggregated":false}}}}"#,
            numbers.hex(8),
            ["CHALLENGED", "IMPEDED"][numbers.below(2) as usize]
        ),
        _ => r#"{"tppMessages":[{"category":"ERROR","code":"CONSENT_EXPIRED","text":"The consent was created by this TPP but has expired and needs to be renewed"}]}"#.to_owned(),
    }
}

fn line(number: u64, time: u64, numbers: &mut Numbers) -> String {
    let failed = number % 5 == 2;
    let mut line = format!(
        r#"{{"ts":{time},"level":"{}","service":"bank-sync","host":"sync-{:02}","trace_id":"{}","tenant":"t-{:04}","item":"item-{}","#,
        if failed { "error" } else { "info" },
        numbers.below(16),
        numbers.hex(32),
        numbers.below(3000),
        numbers.hex(10)
    );
    if failed {
        let _ = write!(line, r#""msg":"sync failed","response":{}}}"#, error(numbers));
        return line;
    }
    let messages =
        ["sync finished", "fetched transactions page", "webhook received", "scheduled next sync", "cursor saved", "balance refreshed"];
    let _ = write!(
        line,
        r#""msg":"{}","added":{},"modified":{},"elapsed_ms":{},"account":{{"type":"depository","subtype":"checking","balance":{}.{:02},"currency":"USD"}}"#,
        messages[numbers.below(6) as usize],
        numbers.below(40),
        numbers.below(5),
        numbers.below(3000),
        numbers.below(10_000),
        numbers.below(100)
    );
    // What success looks like is no error.
    line.push_str(match number % 9 {
        0 => r#","response":{"error":null,"error_code":null,"status_code":200}}"#,
        3 => r#","response":{"aggregationStatusCode":0,"status":"active"}}"#,
        6 => r#","response":{"member":{"guid":"MBR-1f2e3d4c","connection_status":"CONNECTED"}}}"#,
        _ => "}",
    });
    line
}

fn write_log(path: &Path) -> io::Result<()> {
    let mut out = BufWriter::new(fs::File::create(path)?);
    let mut numbers = Numbers(7);
    let mut time = 1_763_600_000_000;
    for number in 0..LINES {
        time += 1 + numbers.below(39);
        writeln!(out, "{}", line(number, time, &mut numbers))?;
    }
    out.flush()
}

fn command(program: &str, arguments: &[&str], log: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).arg(log).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The time of one run; none where the program cannot be run or fails.
fn timed(command: &mut Command) -> Option<Duration> {
    let start = Instant::now();
    let ended = command.status().ok()?;
    ended.success().then(|| start.elapsed())
}

fn main() -> io::Result<()> {
    let given = env::args().skip(1).find(|argument| !argument.starts_with("--")).map(PathBuf::from);
    let log = match given {
        Some(log) => log,
        None => {
            let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("triage-bench.ndjson");
            write_log(&log)?;
            log
        }
    };
    let feedfix = env!("CARGO_BIN_EXE_feedfix");
    let programs: [(&str, &str, &[&str]); 6] = [
        ("feedfix triage", feedfix, &["triage"]),
        ("feedfix triage, one thread", feedfix, &["triage", "--threads", "1"]),
        ("DuckDB, read_json with columns", "python3", &["-c", DUCKDB]),
        ("jq", "jq", &["-c", JQ]),
        ("rg -c for the keys", "rg", &["-c", KEYS]),
        ("wc -l", "wc", &["-l"]),
    ];
    let mut best: [Option<Duration>; 6] = [None; 6];
    for _ in 0..ROUNDS {
        for (best, (_, program, arguments)) in best.iter_mut().zip(programs) {
            let time = timed(&mut command(program, arguments, &log));
            *best = [*best, time].into_iter().flatten().min();
        }
    }
    let size = fs::metadata(&log)?.len();
    println!("{:.0} MB, the best of {ROUNDS} runs each", size as f64 / 1e6);
    let own = best[0].unwrap_or_default().as_secs_f64();
    for ((name, _, _), best) in programs.iter().zip(best) {
        match best.map(|time| time.as_secs_f64()) {
            Some(time) => println!("{name:32} {:7.0} ms {:6.2} ×", time * 1e3, time / own),
            None => println!("{name:32} not installed, or it failed"),
        }
    }
    Ok(())
}
