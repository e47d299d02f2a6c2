//! From the record to text, JSON and Markdown. Nothing here prints.

pub mod markdown;
pub mod text;
pub mod triage;
pub mod triage_tables;
pub mod walk;
pub(crate) mod wording;

use crate::answer::Answer;

/// The answer as one line of JSON.
///
/// # Panics
/// Never: the record has no maps with keys other than text.
#[must_use]
pub fn json(answer: &Answer) -> String {
    let mut line = serde_json::to_string(answer).expect("the record is plain data");
    line.push('\n');
    line
}
