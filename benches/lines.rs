//! The inner loop of triage and annotate: one line looked at, beside parsing the same line with `serde_json`.
//!
//! `cargo bench --bench lines`. Ids, times and counters differ from line to line, as in a log; allocations are counted.

use divan::counter::{BytesCount, ItemsCount};
use divan::{AllocProfiler, Bencher, black_box};
use feedfix::catalogue::Catalogue;
use feedfix::diagnose::Hint;
use feedfix::recognise::Recogniser;
use feedfix::recognise::lines::{Lines, Sort};
use std::sync::OnceLock;

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

const LINES: usize = 4096;

fn recogniser() -> &'static Recogniser<'static> {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    static RECOGNISER: OnceLock<Recogniser<'static>> = OnceLock::new();
    RECOGNISER.get_or_init(|| Recogniser::new(CATALOGUE.get_or_init(feedfix::embedded)))
}

/// Numbers that look random and are the same in each run.
fn scattered(number: usize) -> u64 {
    (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d
}

fn head(number: usize, level: &str) -> String {
    let id = scattered(number);
    let (host, tenant) = (id % 16, id % 3000);
    format!(
        r#"{{"ts":{},"level":"{level}","service":"bank-sync","host":"sync-{host:02}","trace_id":"{id:016x}{:016x}","tenant":"t-{tenant:04}","item":"item-{:010x}","#,
        1_763_600_000_000 + number as u64 * 17,
        scattered(number + 1),
        id >> 24
    )
}

/// Error lines of some 400 bytes.
fn errors() -> Vec<String> {
    let body = |number: usize| match number % 3 {
        0 => format!(
            r#"{{"display_message":null,"error_code":"ITEM_LOGIN_REQUIRED","error_message":"the login details of this item have changed","error_type":"ITEM_ERROR","request_id":"{:015x}","suggested_action":null}}"#,
            scattered(number) >> 4
        ),
        1 => format!(
            r#"{{"id":"{}","customerId":"{}","aggregationStatusCode":103,"aggregationAttemptDate":{},"status":"active","institutionLoginId":{}}}"#,
            scattered(number) % 1_000_000_000,
            scattered(number + 7) % 1_000_000_000,
            1_700_000_000 + number,
            scattered(number + 9) % 1_000_000_000
        ),
        _ => format!(
            r#"{{"member":{{"guid":"MBR-{:08x}","connection_status":"CHALLENGED","is_being_aggregated":false,"institution_code":"mxbank"}}}}"#,
            scattered(number) as u32
        ),
    };
    (0..LINES).map(|number| head(number, "error") + r#""msg":"sync failed","response":"# + &body(number) + "}").collect()
}

/// Lines of a sync that went well, some with markers of success.
fn quiet() -> Vec<String> {
    let tail = |number: usize| {
        let id = scattered(number);
        let response = match number % 6 {
            0 => r#","response":{"aggregationStatusCode":0,"status":"active"}"#,
            1 => r#","response":{"error":null,"error_code":null,"status_code":200}"#,
            _ => "",
        };
        format!(
            r#""msg":"fetched transactions page","added":{},"modified":{},"elapsed_ms":{},"account":{{"type":"depository","subtype":"checking","balance":{}.{:02},"currency":"USD"}}{response}}}"#,
            id % 40,
            id % 5,
            id % 3000,
            id % 10_000,
            id % 100
        )
    };
    (0..LINES).map(|number| head(number, "info") + &tail(number)).collect()
}

fn look(bencher: Bencher<'_, '_>, lines: &[String], recognised: bool) {
    let mut memory = Lines::new(recogniser(), &Hint::default());
    for line in lines {
        assert_eq!(matches!(memory.look(line.as_bytes()).sort, Sort::Recognised(_)), recognised, "{line}");
    }
    let bytes: usize = lines.iter().map(String::len).sum();
    bencher.counter(ItemsCount::new(lines.len())).counter(BytesCount::new(bytes)).bench_local(|| {
        for line in lines {
            black_box(memory.look(black_box(line.as_bytes())));
        }
    });
}

fn parse(bencher: Bencher<'_, '_>, lines: &[String]) {
    let bytes: usize = lines.iter().map(String::len).sum();
    bencher.counter(ItemsCount::new(lines.len())).counter(BytesCount::new(bytes)).bench_local(|| {
        for line in lines {
            black_box(serde_json::from_str::<serde_json::Value>(black_box(line)).is_ok());
        }
    });
}

#[divan::bench]
fn an_error_line(bencher: Bencher<'_, '_>) {
    look(bencher, &errors(), true);
}

#[divan::bench]
fn a_quiet_line(bencher: Bencher<'_, '_>) {
    look(bencher, &quiet(), false);
}

#[divan::bench]
fn peer_serde_json_an_error_line(bencher: Bencher<'_, '_>) {
    parse(bencher, &errors());
}

#[divan::bench]
fn peer_serde_json_a_quiet_line(bencher: Bencher<'_, '_>) {
    parse(bencher, &quiet());
}

/// A line of a kind that was not met before: the whole recogniser.
#[divan::bench(sample_count = 20)]
fn a_line_of_a_new_kind(bencher: Bencher<'_, '_>) {
    let lines = errors();
    bencher.counter(ItemsCount::new(32usize)).bench_local(|| {
        for line in &lines[..32] {
            black_box(recogniser().recognise(black_box(line.as_bytes()), &Hint::default()));
        }
    });
}
