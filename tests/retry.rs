//! `feedfix retry`: one verdict, on the safe side.

use feedfix::answer::{Answer, Input, InputKind};
use feedfix::catalogue::model::{Category, Domain, Policy, Trust};
use feedfix::catalogue::{Catalogue, Record};
use feedfix::diagnose::entry::{Case, diagnosis};
use feedfix::retry::{Reason, verdict};
use std::io::Write;
use std::process::{Command, Output, Stdio};

fn answer(catalogue: &Catalogue, records: &[(&Record, f64)]) -> Answer {
    let input = Input { kind: InputKind::Payload, provider_hint: None, name: None, notes: Vec::new() };
    let diagnosed =
        |(record, confidence): &(&Record, f64)| diagnosis(catalogue, record, Case { confidence: *confidence, ..Case::default() });
    Answer::new(input, records.iter().map(diagnosed).collect(), None)
}

fn with_policy(catalogue: &Catalogue, policy: Policy) -> Record {
    let feed = |record: &Record| record.entry.domain != Some(Domain::Payment) && record.entry.category != Some(Category::Payment);
    let mut records = catalogue.entries().filter(|id| catalogue.head(*id).is_some_and(|head| head.retry == policy));
    records.find_map(|id| catalogue.record(id).filter(feed)).expect("an entry of every policy")
}

#[test]
fn of_several_errors_the_strictest_counts() {
    let catalogue = feedfix::embedded();
    let lax_to_strict = [Policy::Now, Policy::Later, Policy::Unknown, Policy::AfterFix, Policy::Never];
    let records = lax_to_strict.map(|policy| with_policy(&catalogue, policy));
    for (index, laxer) in records.iter().enumerate() {
        for (stricter, policy) in records.iter().zip(lax_to_strict).skip(index) {
            let both = answer(&catalogue, &[(laxer, 0.9), (stricter, 0.9)]);
            assert_eq!(verdict(&both, &catalogue).policy, policy);
        }
    }
}

#[test]
fn below_four_fifths_nothing_is_decided() {
    let catalogue = feedfix::embedded();
    let record = with_policy(&catalogue, Policy::Later);
    assert_eq!(verdict(&answer(&catalogue, &[(&record, 0.8)]), &catalogue).policy, Policy::Later);
    let unsure = verdict(&answer(&catalogue, &[(&record, 0.79)]), &catalogue);
    assert_eq!((unsure.policy, unsure.wait_s, unsure.reason), (Policy::Unknown, None, Some(Reason::NotSure)));
    assert_eq!(verdict(&answer(&catalogue, &[]), &catalogue).reason, Some(Reason::NoMatch));
}

#[test]
fn a_payment_is_sent_again_only_where_its_source_says_so() {
    let catalogue = feedfix::embedded();
    let mut seen = 0;
    for record in catalogue.entries().filter_map(|id| catalogue.record(id)) {
        let entry = &record.entry;
        if entry.domain != Some(Domain::Payment) && entry.category != Some(Category::Payment) {
            continue;
        }
        seen += 1;
        let given = verdict(&answer(&catalogue, &[(&record, 0.95)]), &catalogue);
        let sourced =
            entry.trust == Some(Trust::Official) && entry.retry.is_some() && !entry.inferred.iter().flatten().any(|field| field == "retry");
        let retried = matches!(given.policy, Policy::Now | Policy::Later);
        assert!(!retried || sourced, "{}:{}", record.provider, record.code());
    }
    assert!(seen > 100, "the catalogue holds payments");
}

fn retry(args: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_feedfix"));
    for name in ["FEEDFIX_PROVIDER", "FEEDFIX_FORMAT", "FEEDFIX_CATALOGUE", "FEEDFIX_COLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.arg("retry").args(args).arg("--no-config").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("the program ends")
}

#[test]
fn the_exit_status_answers_and_standard_output_holds_the_wait() {
    let limited = r#"{"error_type":"RATE_LIMIT_EXCEEDED","error_code":"RATE_LIMIT_EXCEEDED","error_message":"rate limit","request_id":"x","retry_after":90}"#;
    let cases: [(&[&str], &str, i32, &str); 8] = [
        (&[], limited, 0, "90\n"),
        (&["--max-wait", "2m"], limited, 0, "90\n"),
        (&["--max-wait", "1m"], limited, 12, "90\n"),
        (&["plaid:ITEM_LOGIN_REQUIRED"], "", 10, ""),
        (&["324", "-p", "quickbooks-online"], "", 10, ""),
        (&["no-such-code"], "", 1, ""),
        (&["--max-wait", "soon"], limited, 2, ""),
        (&["no-such-file.json"], "", 3, ""),
    ];
    for (args, input, status, stdout) in cases {
        let run = retry(args, input);
        assert_eq!((run.status.code(), String::from_utf8_lossy(&run.stdout).as_ref()), (Some(status), stdout), "{args:?}");
    }
}
