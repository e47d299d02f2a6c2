//! The report of triage for a person at a terminal.

use super::text::Page;
use crate::triage::report::Report;

/// The report as text, `width` columns wide.
#[must_use]
pub fn text(report: &Report, width: usize) -> String {
    let mut page = Page::new(width);
    for group in &report.groups {
        let line = format!("{}. {} {}:{} · {}", group.rank, group.total.count, group.provider, group.code, group.title);
        page.line(&line, super::text::plain);
    }
    page.out
}
