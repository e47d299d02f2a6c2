//! Annotate: a log line by line, with what was recognised spliced into the lines of JSON. Every other byte stays as it is.

mod mask;

use crate::catalogue::Catalogue;
use crate::catalogue::model::{Category, Policy, Who};
use crate::diagnose::Hint;
use crate::recognise::Recogniser;
use crate::recognise::lines::{Lines, Sort};
use mask::LineMasker;
use serde::Serialize;
use serde::de::IgnoredAny;

/// Longer lines are passed on without being looked at.
pub const MOST_LINE: usize = 16 << 20;

/// What comes before the object that is added.
const MEMBER: &str = ",\"feedfix\":";

/// What is added to a line: nothing of it comes from the line's own values.
#[derive(Debug, Serialize)]
struct Note<'a> {
    provider: &'a str,
    /// The code as the catalogue writes it; null where it lacks the code.
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<&'a str>,
    category: Option<Category>,
    who: Who,
    retry: Policy,
    confidence: f64,
}

/// Annotates lines, one after another.
pub struct Annotator<'r, 'c> {
    catalogue: &'c Catalogue,
    lines: Lines<'r, 'c>,
    masker: Option<LineMasker>,
    /// What to add for the findings met so far, without the confidence.
    notes: Vec<Option<String>>,
}

impl<'r, 'c> Annotator<'r, 'c> {
    /// Makes ready; with `mask`, secrets in the lines themselves are masked, too.
    #[must_use]
    pub fn new(catalogue: &'c Catalogue, recogniser: &'r Recogniser<'c>, hint: &Hint, mask: bool) -> Self {
        Self { catalogue, lines: Lines::new(recogniser, hint), masker: mask.then(LineMasker::new), notes: Vec::new() }
    }

    /// Appends a line, with its break if it has one, and what was recognised in it.
    pub fn line(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        let note = if line.len() <= MOST_LINE { self.note(line) } else { None };
        match &mut self.masker {
            Some(masker) => masker.line(line, out),
            None => out.extend_from_slice(line),
        }
        if let Some(note) = note
            && let Some(brace) = memchr::memrchr(b'}', &out[start..])
        {
            out.splice(start + brace..start + brace, note.into_bytes());
        }
    }

    /// What is to stand before the last brace of a line.
    fn note(&mut self, line: &[u8]) -> Option<String> {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        let seen = self.lines.look(content);
        let Sort::Recognised(number) = seen.sort else { return None };
        if !is_object(content) || is_annotated(content) {
            return None;
        }
        let place = number as usize;
        if self.notes.len() <= place {
            self.notes.resize(place + 1, None);
        }
        if self.notes[place].is_none() {
            self.notes[place] = Some(self.written(number));
        }
        let note = self.notes[place].as_ref()?;
        Some(note.replace("\"confidence\":0.0", &format!("\"confidence\":{}", seen.confidence)))
    }

    fn written(&self, number: u32) -> String {
        let finding = self.lines.finding(number);
        let head = finding.entry.and_then(|id| self.catalogue.head(id));
        let category = head.as_ref().map(|head| head.category).or(finding.category);
        let general = category.and_then(|category| self.catalogue.category(category));
        let note = Note {
            provider: &finding.provider,
            code: head.as_ref().map(|head| head.code),
            family: head.as_ref().map(|head| head.family).filter(|family| !family.is_empty()),
            category,
            who: head.as_ref().map(|head| head.who).or(general.as_ref().and_then(|it| it.who)).unwrap_or(Who::Unknown),
            retry: head.as_ref().map(|head| head.retry).or(general.and_then(|it| it.retry).map(|it| it.policy)).unwrap_or(Policy::Unknown),
            confidence: 0.0,
        };
        let json = serde_json::to_string(&note).unwrap_or_default();
        format!("{MEMBER}{json}")
    }
}

/// Whether a line is a JSON object, and nothing before or behind it.
fn is_object(line: &[u8]) -> bool {
    line.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

/// Whether a line went through before: two members of one name would be no good JSON.
fn is_annotated(line: &[u8]) -> bool {
    memchr::memmem::find(line, MEMBER.as_bytes()).is_some()
}
