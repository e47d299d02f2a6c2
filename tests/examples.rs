//! What lies in `examples/` runs, and is what the program prints.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// The loop over a story, in a folder of the test's own, without waiting.
#[cfg(unix)]
fn sync(story: &str) -> Output {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("examples");
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let own = folder.join(story);
    std::fs::copy(examples().join("stories").join(story), &own).expect("the story is there");
    let _ = std::fs::remove_file(folder.join(format!("{story}.at")));
    let mut command = Command::new("sh");
    command.arg(examples().join("sync-with-retry.sh")).arg("sh").arg(examples().join("fake-sync.sh")).arg(own);
    command.env("FEEDFIX", env!("CARGO_BIN_EXE_feedfix")).env("SLEEP", "true").env("FEEDFIX_PROVIDER", "plaid");
    command.env_remove("FEEDFIX_FORMAT").env_remove("FEEDFIX_CATALOGUE").env("XDG_CONFIG_HOME", folder);
    command.output().expect("a shell")
}

#[cfg(unix)]
#[test]
fn the_loop_tries_again_until_it_is_good() {
    let run = sync("limit-then-good.ndjson");
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert_eq!(run.status.code(), Some(0), "{err}");
    assert!(out.starts_with(r#"{"added":[]"#), "{out}");
    assert!(err.contains("try 1 failed; next one in 30 s") && err.contains("try 2 failed; next one in 0 s"), "{err}");
}

#[cfg(unix)]
#[test]
fn the_loop_stops_where_somebody_must_act_or_the_wait_is_long() {
    let sign_in = sync("sign-in-needed.ndjson");
    let err = String::from_utf8_lossy(&sign_in.stderr);
    assert_eq!(sign_in.status.code(), Some(10), "{err}");
    assert!(err.contains("somebody has to act: end-user"), "{err}");
    let down = sync("bank-is-down.ndjson");
    assert_eq!(down.status.code(), Some(12), "{}", String::from_utf8_lossy(&down.stderr));
}

#[test]
fn the_runbook_is_what_the_program_prints() {
    let path = examples().join("runbook-324.md");
    let mut command = Command::new(env!("CARGO_BIN_EXE_feedfix"));
    command.args(["explain", "324", "-p", "quickbooks-online", "--format", "markdown", "--no-config"]);
    let run = command.env_remove("FEEDFIX_CATALOGUE").output().expect("the program starts");
    assert!(run.status.success());
    if std::env::var_os("SNAPSHOTS").is_some_and(|mode| mode == "overwrite") {
        std::fs::write(&path, &run.stdout).expect("the runbook can be written");
        return;
    }
    let written = std::fs::read_to_string(&path).expect("the runbook is there");
    let printed = String::from_utf8_lossy(&run.stdout);
    assert!(written == printed, "examples/runbook-324.md is out of date: SNAPSHOTS=overwrite cargo test --test examples writes it");
}
