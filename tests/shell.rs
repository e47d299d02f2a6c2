//! Completion scripts and manual pages.

use std::collections::BTreeSet;
use std::process::Command;

fn feedfix(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_feedfix"));
    command.args(args).env_remove("FEEDFIX_CATALOGUE").env_remove("FEEDFIX_PROVIDER").env_remove("FEEDFIX_FORMAT");
    let run = command.output().expect("the program starts");
    assert!(run.status.success(), "{args:?}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8_lossy(&run.stdout).into_owned()
}

fn words(args: &[&str]) -> BTreeSet<String> {
    feedfix(args).lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn codes_and_providers_complete_as_they_are_typed() {
    assert!(words(&["complete-codes", "32"]).contains("324"));
    assert!(words(&["complete-codes", "item_lo"]).contains("ITEM_LOGIN_REQUIRED"), "in any case");
    assert!(words(&["complete-codes", "quick"]).contains("quickbooks-online:"));
    assert!(words(&["complete-codes", "plaid:ITEM_LO"]).contains("plaid:ITEM_LOGIN_REQUIRED"));
    assert!(words(&["complete-codes", "--", "-1"]).iter().all(|word| word.starts_with("-1")));
    let providers = words(&["complete-codes", "--providers", "pl"]);
    assert!(providers.contains("plaid") && providers.iter().all(|word| word.starts_with("pl")), "{providers:?}");
}

#[test]
fn every_shell_has_a_script_that_names_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = feedfix(&["completions", shell]);
        for command in ["explain", "diagnose", "walk", "retry", "triage", "list", "completions", "man"] {
            assert!(script.contains(command), "{shell} lacks {command}");
        }
        if ["bash", "zsh", "fish"].contains(&shell) {
            assert!(script.contains("complete-codes"), "{shell} does not ask for codes");
        }
    }
}

#[test]
fn the_script_for_zsh_asks_for_codes_and_providers_where_these_are_taken() {
    let script = feedfix(&["completions", "zsh"]);
    assert!(script.starts_with("#compdef feedfix\n"));
    assert!(script.lines().filter(|line| line.contains(":PROVIDER:")).all(|line| line.contains(":_feedfix_providers'")));
    for command in ["codes", "query", "inputs"] {
        let specs = script.lines().filter(|line| line.starts_with(&format!("'*::{command} -- ")));
        assert!(specs.map(|line| line.contains(":_feedfix_codes'")).reduce(|a, b| a && b) == Some(true), "{command}");
    }
}

#[cfg(unix)]
#[test]
fn bash_completes_a_code_behind_its_provider() {
    let script = format!(
        "{}\nCOMP_LINE='feedfix explain plaid:ITEM_LOG' COMP_POINT=30 COMP_CWORD=4 COMP_WORDS=(\"$FEEDFIX\" explain plaid : ITEM_LOG)\n\
         _feedfix_all feedfix ITEM_LOG :\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        feedfix(&["completions", "bash"])
    );
    let run = Command::new("bash").args(["--norc", "-c", &script]).env("FEEDFIX", env!("CARGO_BIN_EXE_feedfix")).output();
    // Systems without bash have nothing to complete in.
    let Ok(run) = run else { return };
    assert_eq!(String::from_utf8_lossy(&run.stdout), "ITEM_LOGIN_REQUIRED\n", "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn every_command_has_a_manual_page() {
    assert!(feedfix(&["man"]).contains("feedfix\\-walk"));
    for (page, name) in [(vec!["man", "walk"], "FEEDFIX-WALK"), (vec!["man", "catalogue", "check"], "FEEDFIX-CATALOGUE-CHECK")] {
        let text = feedfix(&page);
        assert!(text.contains(&format!(".TH {name}")), "{}", text.lines().take(4).collect::<Vec<_>>().join("\n"));
    }
    assert!(!feedfix(&["man"]).contains("complete\\-codes"), "what is hidden stays hidden");
}
