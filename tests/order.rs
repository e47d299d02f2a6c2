//! The order of every walkthrough in the catalogue keeps what was promised of it.

use feedfix::answer::{Diagnosis, Step};
use feedfix::catalogue::check;
use feedfix::catalogue::model::{Cost, Ranks};
use feedfix::diagnose::entry::{Case, diagnosis};
use std::collections::BTreeSet;

/// Every entry's diagnosis, by the entry's name.
fn all() -> Vec<(String, Diagnosis)> {
    let catalogue = feedfix::embedded();
    let records = catalogue.entries().filter_map(|id| catalogue.record(id));
    records.map(|record| (check::name(&record), diagnosis(&catalogue, &record, Case::default()))).collect()
}

fn is_check(step: &Step) -> bool {
    step.cost == Cost::Look && step.fixes.is_empty()
}

/// What steps move as one by: their choice, or their sequence.
fn group(step: &Step) -> Option<String> {
    let choice = step.alternative.as_ref().map(|it| format!("choice {}", it.choice));
    choice.or_else(|| step.sequence.as_ref().map(|name| format!("sequence {name}")))
}

/// Everything that must be done before a step: what it and its group need, directly or not, with their groups.
fn dragged(steps: &[Step], step: &Step) -> BTreeSet<String> {
    let mut done: BTreeSet<String> = BTreeSet::new();
    let mut open = vec![step.id.clone()];
    while let Some(id) = open.pop() {
        let Some(step) = steps.iter().find(|it| it.id == id) else { continue };
        if !done.insert(id) {
            continue;
        }
        open.extend(step.needs.iter().cloned());
        let own = group(step);
        open.extend(steps.iter().filter(|other| own.is_some() && group(other) == own).map(|other| other.id.clone()));
    }
    done
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn no_step_comes_before_the_check_that_could_make_it_needless() {
    let mut faults = Vec::new();
    for (name, it) in all() {
        for (at, check) in it.steps.iter().enumerate().filter(|(_, step)| is_check(step) && step.doubt.is_none() && step.undoable) {
            let behind = dragged(&it.steps, check);
            let dragged_late = it.steps.iter().any(|step| behind.contains(&step.id) && !is_check(step));
            let concerns = |repair: &&Step| check.tells.is_empty() || repair.fixes.iter().any(|cause| check.tells.contains(cause));
            // A step that the check waits for may come first, and what an earlier check needs comes with it.
            let needed_early =
                |repair: &&Step| it.steps.iter().any(|other| is_check(other) && dragged(&it.steps, other).contains(&repair.id));
            let early = it.steps[..at].iter().filter(|step| !is_check(step)).filter(concerns).find(|step| !needed_early(step));
            if let Some(early) = early.filter(|_| !dragged_late) {
                faults.push(format!("{name}: {} comes before the check {}", early.id, check.id));
            }
        }
    }
    report(&faults);
}

#[test]
fn every_cause_has_a_way_out() {
    let mut faults = Vec::new();
    for (name, it) in all() {
        for cause in &it.causes {
            let ends = |step: &&Step| step.fixes.contains(&cause.id) || (step.fixes.is_empty() && !is_check(step));
            if !it.steps.iter().any(|step| ends(&step)) {
                faults.push(format!("{name}: no step ends the cause {}", cause.id));
            }
        }
    }
    report(&faults);
}

#[test]
fn what_a_step_needs_comes_first() {
    let mut faults = Vec::new();
    for (name, it) in all() {
        for (at, step) in it.steps.iter().enumerate() {
            let late = it.steps[at..].iter().find(|other| step.needs.contains(&other.id));
            faults.extend(late.map(|late| format!("{name}: {} needs {}, which comes later", step.id, late.id)));
        }
    }
    report(&faults);
}

#[test]
fn sequences_choices_and_alternatives_stay_whole() {
    let mut faults = Vec::new();
    let mut whole = |name: &str, steps: &[Step], part: &dyn Fn(&Step) -> Option<String>| {
        let mut seen = BTreeSet::new();
        let mut last = None;
        for step in steps {
            let own = part(step);
            if own != last
                && let Some(own) = &own
                && !seen.insert(own.clone())
            {
                faults.push(format!("{name}: {own} is torn apart before {}", step.id));
            }
            last = own;
        }
    };
    for (name, it) in all() {
        whole(&name, &it.steps, &group);
        whole(&name, &it.steps, &|step| step.alternative.as_ref().map(|it| format!("{} {}", it.choice, it.label)));
    }
    report(&faults);
}

#[test]
fn asking_somebody_comes_last_but_for_what_is_doubtful_and_final() {
    let mut faults = Vec::new();
    let asks = |step: &Step| step.cost == Cost::Ticket;
    for (name, it) in all() {
        for (at, ticket) in it.steps.iter().enumerate().filter(|(_, step)| asks(step)) {
            // One way of several may be to ask, and what is needed by others comes as early as they do.
            let needed = it.steps.iter().any(|step| !asks(step) && dragged(&it.steps, step).contains(&ticket.id));
            let doubtful_and_final = |step: &Step| step.doubt.is_some() && !step.undoable;
            let later = it.steps[at..].iter().filter(|step| {
                !asks(step)
                    && !dragged(&it.steps, step)
                        .iter()
                        .any(|id| it.steps.iter().any(|other| other.id == *id && (asks(other) || doubtful_and_final(other))))
            });
            faults.extend(later.filter(|_| !needed).map(|step| format!("{name}: {} comes after {}", step.id, ticket.id)));
        }
    }
    report(&faults);
}

#[test]
fn the_order_table_grows_with_cost_and_with_rarity() {
    let order = feedfix::embedded().order();
    let row = |ranks: Ranks| [ranks.look, ranks.change, ranks.relink, ranks.re_add, ranks.ticket];
    for ranks in [order.usual, order.common, order.rare] {
        assert!(row(ranks).is_sorted(), "{ranks:?}");
    }
    let all = |ranks: Ranks| [ranks.look, ranks.wait, ranks.retype, ranks.change, ranks.relink, ranks.re_add, ranks.ticket];
    for (likelier, rarer) in [(order.usual, order.common), (order.common, order.rare)] {
        assert!(all(likelier).iter().zip(all(rarer)).all(|(likelier, rarer)| *likelier <= rarer));
    }
}
