//! What a walk says to a person: where it starts, each step with its question, what an answer changed, and how it ended.

use super::text::{Page, plain};
use super::wording;
use crate::answer::{Diagnosis, Step};
use crate::catalogue::model::{Cost, Likelihood};
use crate::walk::{About, Choice, ChoiceOf, Effect, Next, Walk, Why};
use colored::Colorize;

/// The head of a walk: what it is about, and what is good to know before anything is done.
#[must_use]
pub fn opening(walk: &Walk, others: &[Diagnosis], width: usize) -> String {
    let it = walk.diagnosis();
    let mut page = Page::new(width);
    let provider = it.provider_name.as_deref().map(|name| format!("{name} · ")).unwrap_or_default();
    page.line(&format!("{provider}{} · {}", wording::code(it), it.title), |text| text.bold());
    page.evidence(it);
    if !others.is_empty() {
        let names: Vec<String> = others.iter().take(4).map(wording::reference).collect();
        let more = if others.len() > 4 { ", …" } else { "" };
        page.line(&format!("Another one is meant? Name it: {}{more}", names.join(", ")), |text| text.dimmed());
    }
    page.blank();
    page.paragraph(&it.meaning, 0);
    let note = it.retry.note.as_ref().map(|note| format!(". {note}")).unwrap_or_default();
    page.blank();
    page.labelled("who must act", wording::who(it));
    page.labelled("does a retry help", &format!("{}{note}", wording::retry(&it.retry)));
    if it.general && it.known && !it.steps.is_empty() {
        page.line("The catalogue has no steps for this code itself: these are the ones for its kind of trouble.", |text| text.yellow());
    }
    page.out
}

/// Which of several diagnoses is to be walked.
#[must_use]
pub fn which(diagnoses: &[Diagnosis], width: usize) -> String {
    let mut page = Page::new(width);
    page.line("Which one is it?", |text| text.bold());
    for (index, it) in diagnoses.iter().enumerate() {
        let provider = it.provider_name.as_deref().map(|name| format!("{name} · ")).unwrap_or_default();
        option(&mut page, index, &format!("{provider}{} · {}", wording::code(it), it.title));
    }
    page.out
}

/// The next step or choice, with what can be answered.
#[must_use]
pub fn next(walk: &Walk, width: usize) -> String {
    let mut page = Page::new(width);
    match walk.next() {
        Next::Choice(choice) => self::choice(&mut page, &choice, walk),
        Next::Step(ask) => {
            let left = match ask.left {
                1 => "The last step:".to_owned(),
                left => format!("At most {left} steps are left."),
            };
            page.line(&left, |text| text.dimmed());
            if let Some(alternative) = ask.step.alternative.as_ref().filter(|it| walk.product() != Some(&it.label)) {
                page.line(&alternative.label, |text| text.bold());
            }
            let mut step = Step { n: ask.n, alternative: None, ..ask.step.clone() };
            if walk.product().is_some() {
                step.products.clear();
            }
            // Without a wait, the question below asks for the sync.
            step.then_sync &= step.wait_s.is_some();
            page.step(&step);
            page.blank();
            question(&mut page, &ask.about, ask.step);
        }
        Next::Solved(_) | Next::Ticket => {}
    }
    page.out
}

fn choice(page: &mut Page, choice: &Choice, walk: &Walk) {
    let question = match choice.of {
        ChoiceOf::Product => "Which one is used?",
        ChoiceOf::Alternatives(_) => "There are several ways; one of them is to be taken. Which?",
    };
    page.line(question, |text| text.bold());
    for (index, label) in choice.options.iter().enumerate() {
        option(page, index, label);
        if let ChoiceOf::Alternatives(name) = &choice.of {
            let of_it = |step: &&Step| step.alternative.as_ref().is_some_and(|it| it.choice == *name && it.label == *label);
            for step in walk.diagnosis().steps.iter().filter(of_it) {
                page.wrapped("       - ", "         ", &step.text, |text| text.dimmed());
                if let Some(caution) = &step.caution {
                    page.wrapped("         ! ", "           ", caution, |text| text.yellow());
                }
            }
        }
    }
    keys(page, &["1, 2, … or its name", "n none of them", "b back", "t ticket", "q quit"]);
}

fn question(page: &mut Page, about: &About<'_>, step: &Step) {
    match about {
        About::Findings(causes) => {
            page.line("What did you find?", |text| text.bold());
            for (index, cause) in causes.iter().enumerate() {
                option(page, index, &cause.text);
            }
            let number = if causes.len() == 1 { "1 that" } else { "1, 2, … those" };
            keys(page, &[number, "n none of it", "h it works again", "c can't tell", "w why", "b back", "t ticket", "q quit"]);
        }
        About::Done => {
            page.line("Done? There is more to it.", |text| text.bold());
            keys(page, &["d done", "h it works again", "c can't do", "w why", "b back", "t ticket", "q quit"]);
        }
        About::Help => {
            let question = match (step.then_sync, step.wait_s) {
                _ if step.cost == Cost::Ticket => "Did they solve it? (t writes the ticket for them.)",
                (true, None) => "Now try one sync. Does it work again?",
                (true, Some(_)) => "Does it work again?",
                (false, _) => "Did it help?",
            };
            page.line(question, |text| text.bold());
            keys(page, &["h helped", "n did not help", "d done, not known yet", "c can't do", "w why", "b back", "t ticket", "q quit"]);
        }
    }
}

fn option(page: &mut Page, index: usize, text: &str) {
    page.wrapped(&format!("  {:>2}. ", index + 1), "      ", text, plain);
}

fn keys(page: &mut Page, keys: &[&str]) {
    page.wrapped("  ", "  ", &keys.join(" · ").replace(' ', "\u{a0}").replace("\u{a0}·\u{a0}", " · "), |text| text.dimmed());
}

/// What an answer changed; empty where nothing is to be said.
#[must_use]
pub fn effect(walk: &Walk, effect: &Effect, width: usize) -> String {
    let mut page = Page::new(width);
    for cause in &effect.confirmed {
        page.wrapped("  + ", "    ", &format!("So this is behind it: {}", walk.text_of(cause)), |text| text.green());
    }
    if !effect.reopened.is_empty() {
        let text =
            "Nothing would be left, and yet the trouble is there: what was looked at may have been overlooked, so it stays possible.";
        page.wrapped("  + ", "    ", text, |text| text.yellow());
    }
    for cause in &effect.given_up {
        page.wrapped("  - ", "    ", &format!("Not this, then: {}", walk.text_of(cause)), |text| text.dimmed());
    }
    let steps = |count: usize| if count == 1 { "1 step".to_owned() } else { format!("{count} steps") };
    if effect.dropped > 0 {
        let fall = if effect.dropped == 1 { "falls" } else { "fall" };
        page.wrapped("  - ", "    ", &format!("{} {fall} away with that.", steps(effect.dropped)), |text| text.dimmed());
    }
    if effect.blocked > 0 {
        page.wrapped("  - ", "    ", &format!("{} cannot be done without it.", steps(effect.blocked)), |text| text.dimmed());
    }
    page.out
}

/// Why the next step comes now.
#[must_use]
pub fn why(why: &Why<'_>, step: &Step, width: usize) -> String {
    let mut page = Page::new(width);
    let say = |page: &mut Page, text: &str| page.wrapped("  ", "  ", text, |text| text.cyan());
    if why.continues {
        say(&mut page, "It goes on with what was begun; these steps belong together.");
    }
    let lead = match (why.check, why.any) {
        (true, _) => "It changes nothing, costs a glance, and can make other steps needless. It tells apart:",
        (false, true) => "It may help whatever the cause is.",
        (false, false) => "It ends the trouble where one of these is behind it:",
    };
    say(&mut page, lead);
    for (cause, likelihood) in why.causes.iter().take(6) {
        let often = match likelihood {
            Likelihood::Usual => "usually",
            Likelihood::Common => "often",
            Likelihood::Rare => "seldom",
        };
        page.wrapped("    - ", "      ", &format!("{often}: {}", cause.text), |text| text.cyan());
    }
    for other in &why.needed_by {
        say(&mut page, &format!("A later step needs it: {}", other.text));
    }
    if let Some(reason) = place_in_order(why, step) {
        say(&mut page, reason);
    }
    page.out
}

/// What the cost of a step says about its place.
fn place_in_order(why: &Why<'_>, step: &Step) -> Option<&'static str> {
    if why.check || why.continues {
        return None;
    }
    Some(match step.cost {
        _ if step.doubt.is_some() && !step.undoable => "It is doubtful and cannot be undone, so it comes after everything else.",
        _ if step.doubt.is_some() => "The advice is doubtful, so what is sound comes before it.",
        Cost::Ticket => "Somebody has to be asked, and that takes time, so it comes after what one can do oneself.",
        _ if !step.undoable => "It cannot be undone, so it comes after what can.",
        Cost::Look | Cost::Retype | Cost::Change => "It costs little; nothing that is left is likelier to help for so little.",
        Cost::Wait => "It costs only time; nothing that is left is likelier to help for less.",
        Cost::Relink => "It takes a sign-in at the bank; nothing cheaper that is left is as likely to help.",
        Cost::ReAdd => "It is laborious, so the cheaper ways come before it.",
    })
}

/// What can be answered, in full.
#[must_use]
pub fn help(width: usize) -> String {
    let mut page = Page::new(width);
    let rows = [
        ("h, helped", "it works again: the walk ends here"),
        ("n, no", "done, and the trouble is still there; or: the check showed none of these"),
        ("d, done", "done; whether it helped is not known yet"),
        ("1, 2, …", "which of the numbered ones; several with blanks between"),
        ("c, can't", "it cannot be done here, or does not apply"),
        ("w, why", "why this step, and why now"),
        ("b, back", "take the last answer back"),
        ("t, ticket", "end here, with a ticket for support"),
        ("q, quit", "end here"),
    ];
    for (keys, meaning) in rows {
        page.labelled(keys, meaning);
    }
    page.out
}

/// The end of a walk that solved the trouble.
#[must_use]
pub fn solved(walk: &Walk, step: &Step, width: usize) -> String {
    let mut page = Page::new(width);
    page.line(&format!("Solved by: {}", step.text), |text| text.green().bold());
    if let Some(cause) = walk.cause() {
        page.paragraph(&format!("So the cause was: {}", cause.text), 0);
    }
    let it = walk.diagnosis();
    page.bullets("Now check", &it.afterwards);
    page.bullets("To prevent it", &it.prevent);
    page.out
}

/// The end of a walk where nothing helped; the ticket follows.
#[must_use]
pub fn unsolved(walk: &Walk, all_tried: bool, width: usize) -> String {
    let mut page = Page::new(width);
    let it = walk.diagnosis();
    let lead = if all_tried { "Nothing is left to try: time to ask support." } else { "Time to ask support." };
    page.line(lead, |text| text.bold());
    if let Some(escalate) = &it.escalate {
        page.paragraph(&escalate.to, 0);
    }
    page.bullets("Meanwhile", &it.meanwhile);
    page.out
}
