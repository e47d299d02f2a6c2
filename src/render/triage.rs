//! The report of triage for a person at a terminal.

use super::text::{Page, plain};
use super::wording;
use crate::answer::{Retry, WaitFrom};
use crate::catalogue::model::{Policy, Who};
use crate::text::{clipped, grouped, harmless, size};
use crate::triage::distinct::Many;
use crate::triage::report::{Group, GroupRetry, Report, Slice, Total, Urgency};
use crate::triage::tally::{LineCounts, Place};
use colored::Colorize;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// What the errors are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Provider, code and family.
    Diagnosis,
    /// Who must act.
    Who,
    /// The kind of trouble.
    Category,
    /// The provider.
    Provider,
    /// The institution, where the lines name it.
    Institution,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Diagnosis, Self::Who, Self::Category, Self::Provider, Self::Institution];

    /// What it is called in a heading.
    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Diagnosis => "By diagnosis",
            Self::Who => "By who must act",
            Self::Category => "By kind of trouble",
            Self::Provider => "By provider",
            Self::Institution => "By institution",
        }
    }

    /// The rows of a grouping other than by diagnosis, and what is not among them.
    pub(super) fn rows(self, report: &Report) -> (&[Slice], Option<&Total>) {
        match self {
            Self::Diagnosis => (&[], None),
            Self::Who => (&report.by_who, None),
            Self::Category => (&report.by_category, None),
            Self::Provider => (&report.by_provider, None),
            Self::Institution => (&report.by_institution, report.more_institutions.as_ref()),
        }
    }
}

/// The report as text, `width` columns wide; by one grouping only, or by all.
#[must_use]
pub fn text(report: &Report, by: Option<By>, width: usize) -> String {
    let mut page = Page::new(width);
    if report.partial {
        page.line("Broken off: this is what was read until then.", |text| text.yellow());
    }
    page.line(&headline(report), |text| text.bold());
    for line in overview(report) {
        page.line(&line, plain);
    }
    if by.is_none_or(|by| by == By::Diagnosis) {
        page.groups(report);
    }
    page.tables(report, by, width);
    if by.is_none() {
        page.shapes(report);
    }
    if by.is_none_or(|by| by == By::Diagnosis)
        && let Some(first) = report.groups.first()
    {
        page.blank();
        page.paragraph(&format!("More on one of them: feedfix explain {}", first.reference), 0);
    }
    for note in &report.notes {
        page.blank();
        page.paragraph(note, 0);
    }
    if !report.faults.is_empty() {
        page.heading("Not read, or not to the end");
        for fault in &report.faults {
            page.wrapped("  - ", "    ", &format!("{}: {}", fault.input, fault.message), plain);
        }
    }
    page.out
}

/// What was found in how much.
pub(super) fn headline(report: &Report) -> String {
    let files = if report.files == 1 { "one input".to_owned() } else { format!("{} inputs", grouped(report.files)) };
    let of = format!("{} of {files} ({})", many(report.lines.all, "line"), size(report.bytes));
    match report.lines.recognised {
        0 => format!("No bank-feed error recognised in {of}."),
        errors => format!("{} in {of}", many(errors, "bank-feed error")),
    }
}

/// Whom and when it concerns, and what else there was.
pub(super) fn overview(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    let concerned = concerned(&report.errors);
    let when = when(&report.errors.first_seen, &report.errors.last_seen);
    let parts: Vec<String> = [when.map(|when| format!("{when} UTC")), concerned].into_iter().flatten().collect();
    lines.extend((!parts.is_empty()).then(|| parts.join(" · ")));
    lines.push(others(&report.lines));
    let bounds = [("since", &report.since), ("until", &report.until)];
    let bounds: Vec<String> = bounds.iter().filter_map(|(word, time)| Some(format!("{word} {}", moment(time.as_deref()?)))).collect();
    if !bounds.is_empty() {
        lines.push(format!("Only errors {} UTC count; {} lie outside.", bounds.join(" "), grouped(report.lines.outside)));
    }
    lines
}

fn others(lines: &LineCounts) -> String {
    let odd = if lines.not_understood == 1 { "error not understood" } else { "errors not understood" };
    let sorts =
        [(lines.not_understood, odd), (lines.malformed, "malformed"), (lines.oversized, "too long to be read"), (lines.blank, "blank")];
    let said = sorts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{} {what}", grouped(*count)));
    let said: Vec<String> = [format!("{} ordinary", grouped(lines.ordinary))].into_iter().chain(said).collect();
    format!("Other lines: {}", said.join(", "))
}

pub(super) fn many(count: u64, word: &str) -> String {
    format!("{} {word}{}", grouped(count), if count == 1 { "" } else { "s" })
}

fn about(many: Many) -> String {
    format!("{}{}", if many.exact { "" } else { "~" }, grouped(many.count))
}

/// How many items and users, as far as the lines name any.
fn concerned(total: &Total) -> Option<String> {
    let say = |many: Option<Many>, word: &str| many.map(|it| format!("{} {word}{}", about(it), if it.count == 1 { "" } else { "s" }));
    let said: Vec<String> = [say(total.items, "item"), say(total.users, "user")].into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join(" · "))
}

/// A time without its seconds, as far as a person needs it.
fn moment(time: &str) -> String {
    time.get(..16).unwrap_or(time).replace('T', " ")
}

/// From when to when, the day said once.
fn when(first: &Option<String>, last: &Option<String>) -> Option<String> {
    let (first, last) = (moment(first.as_deref()?), moment(last.as_deref()?));
    Some(match (first.split_once(' '), last.split_once(' ')) {
        _ if first == last => first,
        (Some((day, _)), Some((same, time))) if day == same => format!("{first} to {time}"),
        _ => format!("{first} to {last}"),
    })
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

pub(super) fn place(place: &Place) -> String {
    format!("{}:{}", harmless(&place.file), place.line)
}

/// How often and whom; when, and where the first is.
pub(super) fn facts(group: &Group) -> [String; 2] {
    let counted = format!("{} ({})", many(group.total.count, "error"), percent(group.total.share));
    let joined = |parts: [Option<String>; 2]| parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let when = when(&group.total.first_seen, &group.total.last_seen);
    [joined([Some(counted), concerned(&group.total)]), joined([when, group.sample.as_ref().map(|it| format!("first at {}", place(it)))])]
}

/// Who must act, whether a retry helps, and what kind of trouble it is.
pub(super) fn verdict(group: &Group) -> String {
    let who = if group.who == Who::Unknown { "who must act is not known" } else { wording::actor_of(group.who, group.retry.policy) };
    let retry = retry(&group.retry);
    let unknown = if group.known { "" } else { " · not in the catalogue" };
    format!("{who} · {retry} · {}{unknown}", group.category.word())
}

fn retry(retry: &GroupRetry) -> String {
    let GroupRetry { policy, wait_s, wait_from } = retry.clone();
    let wait_from = wait_from.filter(|from| *from == WaitFrom::Default);
    let said = wording::retry(&Retry { policy, wait_s, wait_from, backoff: None, by_user: None, note: None });
    match policy {
        Policy::Unknown => "whether a retry helps is not known".to_owned(),
        Policy::Never => "no retry helps".to_owned(),
        _ => format!("retry {}", said.trim_start_matches("yes, ")),
    }
}

/// What a class of urgency asks for.
pub(super) fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Blocked => "Repair first: the app's own access is at fault, for all of them",
        Urgency::Act => "Somebody must act, or these stay broken",
        Urgency::Report => "The provider or the bank must act: report these",
        Urgency::Wait => "These pass: wait, then try again",
        Urgency::Look => "Not known who must act: look into these",
        Urgency::Nothing => "Nothing to do",
    }
}

/// The rows of a grouping, under the names of their columns.
fn table(by: By, report: &Report) -> Vec<[String; 5]> {
    let cell = |many: Option<Many>| many.map(about).unwrap_or_default();
    let row = |name: &str, it: &Total| [harmless(name), grouped(it.count), percent(it.share), cell(it.items), cell(it.users)];
    let (rows, more) = by.rows(report);
    let heading = ["", "errors", "share", "items", "users"].map(str::to_owned);
    let rows = rows.iter().map(|it| row(&it.value, &it.total)).chain(more.map(|it| row("others", it)));
    [heading].into_iter().chain(rows).collect()
}

impl Page {
    fn groups(&mut self, report: &Report) {
        let mut before = None;
        for group in &report.groups {
            if before != Some(group.urgency) {
                self.heading(urgency(group.urgency));
            } else {
                self.blank();
            }
            before = Some(group.urgency);
            let number = format!("{:>3}. ", group.rank);
            let indent = " ".repeat(number.len());
            self.wrapped(&number, &indent, &format!("{} · {}", group.reference, group.title), |text| text.bold());
            for facts in facts(group).iter().filter(|facts| !facts.is_empty()) {
                self.wrapped(&indent, &indent, facts, plain);
            }
            self.wrapped(&indent, &indent, &verdict(group), |text| text.dimmed());
            if let Some(step) = &group.step {
                let label = if step.general { "In general: " } else { "First: " };
                self.wrapped(&indent, &indent, &format!("{label}{}", step.text), |text| text.green());
            }
        }
        if let Some(more) = &report.more_groups {
            self.blank();
            let concerned = concerned(more).map(|it| format!(" · {it}")).unwrap_or_default();
            let text =
                format!("And {} ({}){concerned} with other diagnoses; --top shows more.", many(more.count, "error"), percent(more.share));
            self.paragraph(&text, 0);
        }
    }

    /// The other groupings, their columns under each other.
    fn tables(&mut self, report: &Report, by: Option<By>, width: usize) {
        let wanted = By::ALL.into_iter().filter(|it| by.is_none_or(|by| by == *it));
        let tables = wanted.map(|by| (by.heading(), table(by, report))).filter(|(_, rows)| rows.len() > 1);
        let tables: Vec<(&str, Vec<[String; 5]>)> = tables.collect();
        let rows = || tables.iter().flat_map(|(_, rows)| rows);
        let widest = |column: usize| rows().map(|row| row[column].width()).max().unwrap_or(0);
        let filled = |column: &usize| tables.iter().any(|(_, rows)| rows[1..].iter().any(|row| !row[*column].is_empty()));
        let columns: Vec<(usize, usize)> = (1..5).filter(filled).map(|column| (column, widest(column))).collect();
        let numbers: usize = columns.iter().map(|(_, width)| width + 2).sum();
        let headings = tables.iter().map(|(heading, _)| heading.width()).max().unwrap_or(0);
        let room = (widest(0) + 2).max(headings).min(width.saturating_sub(numbers)).max(20);
        for (heading, rows) in &tables {
            self.blank();
            for (index, row) in rows.iter().enumerate() {
                let name = if index == 0 { (*heading).to_owned() } else { format!("  {}", row[0]) };
                let name = if name.width() > room { clipped(&name, room - 1) } else { name };
                let pad = " ".repeat(room.saturating_sub(name.width()));
                let cells: String = columns.iter().map(|(column, width)| format!("  {:>width$}", row[*column])).collect();
                let cells = cells.trim_end();
                let _ = match index {
                    0 => writeln!(self.out, "{}{pad}{}", name.bold(), cells.dimmed()),
                    _ => writeln!(self.out, "{name}{pad}{cells}"),
                };
            }
        }
    }

    fn shapes(&mut self, report: &Report) {
        if report.shapes.is_empty() {
            return;
        }
        self.heading("Not understood, the commonest first");
        let widest = report.shapes.iter().map(|shape| grouped(shape.count).len()).max().unwrap_or(0);
        for shape in &report.shapes {
            let count = format!("  {:>widest$}  ", grouped(shape.count));
            let indent = " ".repeat(count.len());
            self.wrapped(&count, &indent, &clipped(&harmless(&shape.shape), 300), plain);
            let malformed = if shape.malformed { "malformed · " } else { "" };
            self.wrapped(&indent, &indent, &format!("{malformed}first at {}", place(&shape.sample)), |text| text.dimmed());
        }
        if report.more_shapes > 0 {
            self.paragraph(&format!("and {} of other shapes", many(report.more_shapes, "line")), 2);
        }
    }
}
