//! Walks: the seed code to its end in both products and by each alternative, every entry to some end, and what answers do.

use feedfix::answer::Diagnosis;
use feedfix::catalogue::model::Cost;
use feedfix::catalogue::{Catalogue, check};
use feedfix::diagnose::entry::{Case, diagnosis};
use feedfix::diagnose::{Hint, code};
use feedfix::ticket::{self, Material};
use feedfix::walk::{About, ChoiceOf, Effect, Next, Outcome, Reply, Walk};
use std::io::Write;
use std::process::{Command, Output, Stdio};

const ONLINE: &str = "QuickBooks Online";
const SELF_EMPLOYED: &str = "QuickBooks Self-Employed";

fn seed(catalogue: &Catalogue, product: Option<&str>) -> Walk {
    let hint = Hint { provider: Some("quickbooks-online".to_owned()), product: product.map(str::to_owned), ..Hint::default() };
    let answer = code::explain(catalogue, "324", &hint).expect("the seed code is known");
    let first: Diagnosis = answer.diagnoses.into_iter().next().expect("it has a meaning");
    Walk::new(first, product.map(str::to_owned), catalogue.order())
}

/// The id of the step that comes next; none for a choice or an end.
fn at(walk: &Walk) -> Option<String> {
    match walk.next() {
        Next::Step(ask) => Some(ask.step.id.clone()),
        _ => None,
    }
}

/// Types an answer, which must fit.
fn say(walk: &mut Walk, text: &str) -> Effect {
    let reply = Reply::parse(text, &walk.next()).unwrap_or_else(|_| panic!("{text:?} is no answer to {:?}", at(walk)));
    walk.answer(&reply).unwrap_or_else(|| panic!("{text:?} does not fit {:?}", at(walk)))
}

/// Answers by step id (or choice) until an end; all that is not listed gets the last answer.
fn walk_on(walk: &mut Walk, answers: &[(&str, &str)], otherwise: &str) -> Vec<String> {
    let mut passed = Vec::new();
    for _ in 0..200 {
        let name = match walk.next() {
            Next::Step(ask) => ask.step.id.clone(),
            Next::Choice(choice) => match choice.of {
                ChoiceOf::Product => "product?".to_owned(),
                ChoiceOf::Alternatives(name) => format!("{name}?"),
            },
            Next::Solved(_) | Next::Ticket => return passed,
        };
        let answer = answers.iter().find(|(step, _)| *step == name).map_or(otherwise, |(_, answer)| answer);
        say(walk, answer);
        passed.push(name);
    }
    panic!("no end after {passed:?}");
}

#[test]
fn the_seed_code_is_walked_to_its_end_in_both_products() {
    let catalogue = feedfix::embedded();
    for (product, own, other) in
        [(ONLINE, "refresh-online", "refresh-self-employed"), (SELF_EMPLOYED, "refresh-self-employed", "refresh-online")]
    {
        let mut walk = seed(&catalogue, Some(product));
        let passed = walk_on(&mut walk, &[("new-number?", "keep the history")], "no");
        assert_eq!(walk.next(), Next::Ticket);
        assert!(passed.contains(&own.to_owned()), "{product}: {passed:?}");
        assert!(!passed.contains(&other.to_owned()), "{product}: {passed:?}");
    }
}

#[test]
fn the_product_is_asked_for_once_where_steps_differ_by_it() {
    let catalogue = feedfix::embedded();
    let mut walk = seed(&catalogue, None);
    let passed = walk_on(&mut walk, &[("product?", "QuickBooks Self-Employed"), ("new-number?", "1")], "no");
    assert_eq!(passed.iter().filter(|name| *name == "product?").count(), 1, "{passed:?}");
    assert_eq!(walk.product(), Some(SELF_EMPLOYED));
    assert!(passed.iter().all(|name| !name.ends_with("-online")), "{passed:?}");
}

#[test]
fn each_alternative_is_gone_through_as_a_whole_and_excludes_the_other() {
    let catalogue = feedfix::embedded();
    let ways: [(&str, &[&str], &str); 2] = [
        ("Keep the history", &["keep-disconnect-old", "keep-connect-new"], "anew-"),
        ("Start anew and merge", &["anew-create", "anew-disconnect-old", "anew-merge"], "keep-"),
    ];
    for (label, steps, other) in ways {
        let mut walk = seed(&catalogue, Some(ONLINE));
        let passed = walk_on(&mut walk, &[("check-account-at-bank", "new-number"), ("new-number?", label)], "no");
        let first = passed.iter().position(|name| name == steps[0]).unwrap_or_else(|| panic!("{label}: {passed:?}"));
        assert_eq!(passed[first..first + steps.len()], *steps, "{label}");
        assert!(passed.iter().all(|name| !name.starts_with(other)), "{label}: {passed:?}");
    }
}

#[test]
fn a_step_that_helps_ends_the_walk_with_the_cause() {
    let catalogue = feedfix::embedded();
    let mut walk = seed(&catalogue, Some(ONLINE));
    let answers = [("check-account-at-bank", "3"), ("fix-now", "helped")];
    walk_on(&mut walk, &answers, "no");
    assert!(matches!(walk.next(), Next::Solved(step) if step.id == "fix-now"));
    assert_eq!(walk.cause().map(|cause| cause.id.as_str()), Some("new-number"));
    assert!(ticket::markdown(&walk, &Material::default()).starts_with("# Solved: QuickBooks Online · 324"));
}

#[test]
fn a_check_rules_causes_in_and_out() {
    let catalogue = feedfix::embedded();
    let mut walk = seed(&catalogue, Some(ONLINE));
    assert_eq!(at(&walk).as_deref(), Some("check-account-at-bank"));
    let effect = say(&mut walk, "closed");
    assert_eq!(effect.confirmed, ["closed"]);
    assert!(effect.given_up.contains(&"new-number".to_owned()) && effect.dropped > 0);
    assert_eq!(at(&walk).as_deref(), Some("stop-closed-account"), "what ends the cause that was shown comes next");
}

#[test]
fn checks_that_speak_against_everything_do_not_leave_one_without_a_way() {
    let catalogue = feedfix::embedded();
    let mut walk = seed(&catalogue, Some(ONLINE));
    say(&mut walk, "none");
    let effect = say(&mut walk, "none");
    assert!(!effect.reopened.is_empty());
    assert!(matches!(walk.next(), Next::Step(ask) if ask.step.cost != Cost::Ticket));
}

#[test]
fn back_takes_an_answer_back_exactly() {
    let catalogue = feedfix::embedded();
    let mut walk = seed(&catalogue, Some(ONLINE));
    assert!(!walk.back());
    let mut seen = Vec::new();
    for answer in ["none", "none", "no", "no"] {
        seen.push((at(&walk), walk.open().len(), walk.tried().to_vec()));
        say(&mut walk, answer);
    }
    for before in seen.into_iter().rev() {
        assert!(walk.back());
        assert_eq!((at(&walk), walk.open().len(), walk.tried().to_vec()), before);
    }
}

#[test]
fn what_cannot_be_done_takes_what_needs_it_along_and_gives_the_other_way_back() {
    let catalogue = feedfix::embedded();
    let mut walk = seed(&catalogue, Some(ONLINE));
    let passed =
        walk_on(&mut walk, &[("check-account-at-bank", "3"), ("new-number?", "Keep the history"), ("keep-disconnect-old", "can't")], "no");
    assert!(!passed.contains(&"keep-connect-new".to_owned()), "{passed:?}");
    assert!(passed.contains(&"anew-create".to_owned()), "{passed:?}");
}

#[test]
fn every_entry_comes_to_an_end_whatever_is_answered() {
    let catalogue = feedfix::embedded();
    let order = catalogue.order();
    for record in catalogue.entries().filter_map(|id| catalogue.record(id)) {
        let name = check::name(&record);
        let it = diagnosis(&catalogue, &record, Case::default());
        for way in [Reply::DidNotHelp, Reply::Done, Reply::Cannot, Reply::Pick(vec![0])] {
            let mut walk = Walk::new(it.clone(), None, order.clone());
            let (mut answers, mut reopened) = (0, false);
            loop {
                let reply = match (walk.next(), &way) {
                    (Next::Solved(_) | Next::Ticket, _) => break,
                    (Next::Choice(_), _) => Reply::Pick(vec![0]),
                    (Next::Step(ask), Reply::Pick(_)) if !matches!(ask.about, About::Findings(_)) => Reply::DidNotHelp,
                    (Next::Step(_), way) => way.clone(),
                };
                let effect = walk.answer(&reply).unwrap_or_else(|| panic!("{name}: {reply:?} does not fit"));
                reopened |= !effect.reopened.is_empty();
                answers += 1;
                assert!(answers <= 3 * it.steps.len() + 3, "{name}: no end after {answers} answers");
            }
            let mut ids: Vec<usize> = walk.tried().iter().map(|tried| tried.step).collect();
            for (place, step) in ids.iter().enumerate() {
                let late = ids[place..].iter().find(|later| walk.step(*step).needs.contains(&walk.step(**later).id));
                // What fell away and came back comes late by its nature.
                assert!(late.is_none() || reopened, "{name}: {} is asked before what it needs", walk.step(*step).id);
            }
            let asked = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), asked, "{name}: a step is asked for twice");
            assert!(walk.tried().iter().all(|tried| tried.result != Outcome::Helped));
        }
    }
}

#[test]
fn answers_are_understood_in_the_words_of_people() {
    let catalogue = feedfix::embedded();
    let mut walk = seed(&catalogue, Some(ONLINE));
    let findings = walk.next();
    assert_eq!(Reply::parse("1, 3", &findings), Ok(Reply::Pick(vec![0, 2])));
    assert_eq!(Reply::parse("Can’t tell", &findings), Ok(Reply::Cannot));
    assert_eq!(Reply::parse("NONE.", &findings), Ok(Reply::NoneOfThese));
    for wrong in ["9", "0", "maybe", "", "1 9"] {
        assert!(Reply::parse(wrong, &findings).is_err(), "{wrong:?}");
    }
    say(&mut walk, "can't");
    say(&mut walk, "can't");
    let help = walk.next();
    for (said, reply) in [("It works again!", Reply::Helped), ("did not help", Reply::DidNotHelp), ("why?", Reply::Why), ("Q", Reply::Quit)]
    {
        assert_eq!(Reply::parse(said, &help), Ok(reply), "{said}");
    }
}

#[test]
fn a_ticket_says_what_was_tried_and_holds_no_secret() {
    let catalogue = feedfix::embedded();
    let mut walk = seed(&catalogue, Some(ONLINE));
    walk_on(&mut walk, &[("new-number?", "no")], "no");
    let payload = "{\"aggregationStatusCode\": 324, \"iban\": \"DE89370400440532013000\",\n \"note\": \"``` \u{1b}[2J jo@example.com\"}";
    let material = Material::new(Some(payload.as_bytes()), &["call me on jo@example.com".to_owned()]);
    let page = ticket::markdown(&walk, &material);
    for part in ["## What was tried", "did not help", "## Whom to contact", "## What support asks for", "[iban-1]", "\n````text\n"] {
        assert!(page.contains(part), "{part:?} is not in\n{page}");
    }
    for secret in ["DE893704", "jo@example.com", "\u{1b}"] {
        assert!(!page.contains(secret), "{secret:?} is in\n{page}");
    }
}

/// Runs the program with something on standard input.
fn feedfix(args: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_feedfix"));
    for name in ["FEEDFIX_PROVIDER", "FEEDFIX_FORMAT", "FEEDFIX_CATALOGUE", "FEEDFIX_COLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.args(args).arg("--no-config").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    // A program that does not read to the end closes the pipe, which is its right.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("the program ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_program_reads_answers_line_by_line_and_repeats_them() {
    let run = feedfix(&["walk", "324", "-p", "quickbooks-online", "--product", ONLINE], "# a new card\n3\n\nwhy\nhelped\n");
    let said = text(&run.stdout);
    assert_eq!(run.status.code(), Some(0), "{said}");
    for part in ["> 3\n", "> why\n", "> helped\n", "Solved by: ", "So the cause was: "] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
    assert!(!said.contains("a new card\n>"), "comments are no answers");
}

#[test]
fn answers_that_end_early_or_fit_nothing_are_told_apart() {
    let early = feedfix(&["walk", "324", "-p", "quickbooks-online"], "none\n");
    assert_eq!(early.status.code(), Some(0));
    assert!(text(&early.stdout).ends_with("Left after 1 step; it is not solved yet.\n"));
    let wrong = feedfix(&["walk", "324", "-p", "quickbooks-online"], "perhaps\n");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("answer 1, \"perhaps\", does not fit the question"));
}

#[test]
fn a_payload_on_standard_input_takes_answers_from_a_file_and_writes_the_ticket() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("walk");
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let (answers, ticket) = (folder.join("answers.txt"), folder.join("ticket.md"));
    std::fs::write(&answers, "can't\nticket\n").expect("writable");
    let payload = r#"{"error_type":"ITEM_ERROR","error_code":"ITEM_LOGIN_REQUIRED","error_message":"x","request_id":"HNTDNrA8F1shFEW","access_token":"access-sandbox-12345678-aaaa-bbbb"}"#;
    let (answers, ticket) = (answers.to_string_lossy().into_owned(), ticket.to_string_lossy().into_owned());
    let run = feedfix(&["walk", "-", "--answers", &answers, "--ticket", &ticket, "--format", "json"], payload);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    let record: serde_json::Value = serde_json::from_slice(&run.stdout).expect("standard output is the record alone");
    assert_eq!(record["outcome"], "ticket");
    assert_eq!(record["tried"][0]["result"], "could-not");
    let page = std::fs::read_to_string(&ticket).expect("the ticket was written");
    assert_eq!(record["ticket"], page.as_str());
    assert!(page.contains("HNTDNrA8F1shFEW") && !page.contains("access-sandbox-1234"), "{page}");
}
