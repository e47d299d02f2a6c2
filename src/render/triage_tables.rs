//! The report of triage as Markdown and as CSV.

use super::markdown::escaped;
use super::triage::{By, facts, headline, many, overview, place, urgency, verdict};
use crate::text::{grouped, harmless};
use crate::triage::distinct::Many;
use crate::triage::report::{Report, Slice, Total};
use std::fmt::Write;

/// The report as Markdown; by one grouping only, or by all.
#[must_use]
pub fn markdown(report: &Report, by: Option<By>) -> String {
    let mut out = format!("# {}\n\n", escaped(&headline(report)));
    if report.partial {
        out.push_str("> Broken off: this is what was read until then.\n\n");
    }
    for line in overview(report) {
        let _ = writeln!(out, "{}  ", escaped(&line));
    }
    if by.is_none_or(|by| by == By::Diagnosis) {
        groups(&mut out, report);
    }
    for by in By::ALL.into_iter().filter(|it| by.is_none_or(|by| by == *it)) {
        let (rows, more) = by.rows(report);
        slices(&mut out, by.heading(), rows, more);
    }
    if by.is_none() && !report.shapes.is_empty() {
        out.push_str("\n## Not understood\n\n| lines | shape | first at |\n| ---: | --- | --- |\n");
        for shape in &report.shapes {
            let _ = writeln!(out, "| {} | {} | {} |", grouped(shape.count), cell(&shape.shape), cell(&place(&shape.sample)));
        }
        if report.more_shapes > 0 {
            let _ = writeln!(out, "| {} | *others* | |", grouped(report.more_shapes));
        }
    }
    for note in &report.notes {
        let _ = writeln!(out, "\n> {}", escaped(note));
    }
    if !report.faults.is_empty() {
        out.push_str("\n## Not read, or not to the end\n\n");
        for fault in &report.faults {
            let _ = writeln!(out, "- {}: {}", escaped(&fault.input), escaped(&fault.message));
        }
    }
    out
}

fn groups(out: &mut String, report: &Report) {
    let mut before = None;
    for group in &report.groups {
        if before != Some(group.urgency) {
            let _ = writeln!(out, "\n## {}\n", urgency(group.urgency));
        }
        before = Some(group.urgency);
        let _ = writeln!(out, "{}. **{}** · {}", group.rank, escaped(&group.reference), escaped(&group.title));
        for facts in facts(group).iter().filter(|facts| !facts.is_empty()) {
            let _ = writeln!(out, "   - {}", escaped(facts));
        }
        let _ = writeln!(out, "   - {}", escaped(&verdict(group)));
        if let Some(step) = &group.step {
            let label = if step.general { "In general" } else { "First" };
            let _ = writeln!(out, "   - {label}: {}", escaped(&step.text));
        }
    }
    if let Some(more) = &report.more_groups {
        let _ = writeln!(out, "\nAnd {} with other diagnoses.", many(more.count, "error"));
    }
}

fn slices(out: &mut String, heading: &str, rows: &[Slice], more: Option<&Total>) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n## {heading}\n\n| | errors | share | items | users |\n| --- | ---: | ---: | ---: | ---: |");
    let about =
        |number: Option<Many>| number.map(|it| format!("{}{}", if it.exact { "" } else { "~" }, grouped(it.count))).unwrap_or_default();
    let mut row = |name: &str, it: &Total| {
        let (items, users) = (about(it.items), about(it.users));
        let _ = writeln!(out, "| {name} | {} | {:.1}% | {items} | {users} |", grouped(it.count), it.share * 100.0);
    };
    rows.iter().for_each(|it| row(&cell(&it.value), &it.total));
    more.iter().for_each(|it| row("*others*", it));
}

fn cell(text: &str) -> String {
    escaped(&harmless(text)).replace('|', "\\|")
}

/// The rows of one grouping as CSV (RFC 4180), under a line of names.
#[must_use]
pub fn csv(report: &Report, by: By) -> String {
    const COUNTS: &str = "count,share,items,items_exact,users,users_exact,first_seen,last_seen";
    let mut out = String::new();
    if by == By::Diagnosis {
        let _ = writeln!(
            out,
            "rank,urgency,provider,code,family,title,known,category,who,retry,wait_s,{COUNTS},sample_file,sample_line,confidence,first_step"
        );
        for it in &report.groups {
            let sample = it.sample.as_ref();
            let before = [
                it.rank.to_string(),
                it.urgency.word().to_owned(),
                field(&it.provider),
                field(&it.code),
                field(it.family.as_deref().unwrap_or_default()),
                field(&it.title),
                it.known.to_string(),
                it.category.word().to_owned(),
                it.who.word().to_owned(),
                it.retry.policy.word().to_owned(),
                it.retry.wait_s.map(|wait| wait.to_string()).unwrap_or_default(),
            ];
            let behind = [
                sample.map(|sample| field(&sample.file)).unwrap_or_default(),
                sample.map(|sample| sample.line.to_string()).unwrap_or_default(),
                it.confidence.to_string(),
                field(it.step.as_ref().map(|step| step.text.as_str()).unwrap_or_default()),
            ];
            let _ = writeln!(out, "{},{},{}", before.join(","), counts(&it.total), behind.join(","));
        }
        return out;
    }
    let _ = writeln!(out, "value,{COUNTS}");
    for it in by.rows(report).0 {
        let _ = writeln!(out, "{},{}", field(&it.value), counts(&it.total));
    }
    out
}

fn counts(it: &Total) -> String {
    let count = |many: Option<Many>| many.map(|it| it.count.to_string()).unwrap_or_default();
    let exact = |many: Option<Many>| many.map(|it| it.exact.to_string()).unwrap_or_default();
    let time = |time: &Option<String>| time.clone().unwrap_or_default();
    let cells = [
        it.count.to_string(),
        it.share.to_string(),
        count(it.items),
        exact(it.items),
        count(it.users),
        exact(it.users),
        time(&it.first_seen),
        time(&it.last_seen),
    ];
    cells.join(",")
}

/// A text in quotes where it needs them. What a spreadsheet would take for a formula is made plain text.
fn field(text: &str) -> String {
    let text = harmless(text);
    let formula = match text.as_bytes() {
        [b'=' | b'+' | b'@', ..] => true,
        [b'-', next, ..] => !next.is_ascii_digit(),
        _ => false,
    };
    let text = if formula { format!("'{text}") } else { text };
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
