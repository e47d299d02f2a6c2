//! The ticket: what support needs to know of a case, in Markdown, with nothing secret in it.

use crate::answer::{Diagnosis, Evidence};
use crate::recognise::decode;
use crate::recognise::secrets::Masker;
use crate::render::markdown::escaped;
use crate::render::wording;
use crate::text::{clipped, harmless};
use crate::walk::{Next, Outcome, Walk};
use std::fmt::Write;

/// The most of a payload that goes into a ticket, in characters.
const MOST: usize = 8000;
/// How much is left out before a cut: longer than any secret that is told by its shape.
const MARGIN: usize = 400;

/// What the case brought along, masked.
#[derive(Clone, Debug, Default)]
pub struct Material {
    /// The payload.
    pub payload: Option<String>,
    /// What the user said.
    pub said: Vec<String>,
}

impl Material {
    /// Takes what may hold secrets; keeps it without them.
    #[must_use]
    pub fn new(payload: Option<&[u8]>, said: &[String]) -> Self {
        let mut masker = Masker::default();
        Self {
            payload: payload.map(|bytes| without_secrets(&mut masker, bytes)),
            said: said.iter().map(|text| harmless(&masker.text(text))).collect(),
        }
    }
}

/// A payload without secrets and control characters, its lines kept. What lies at the cut may be half a secret, which
/// no longer looks like one: it goes.
fn without_secrets(masker: &mut Masker, bytes: &[u8]) -> String {
    let text = decode::text(bytes);
    let kept = clipped(&text, MOST);
    let masked = masker.text(&kept);
    let lines: Vec<String> = masked.lines().map(harmless).collect();
    let lines = lines.join("\n");
    if kept.len() >= text.len() {
        return lines.trim_end().to_owned();
    }
    clipped(&lines, lines.chars().count().saturating_sub(MARGIN))
}

/// The case as a page: the ticket or, where it is solved, the record of what helped.
#[must_use]
pub fn markdown(walk: &Walk, material: &Material) -> String {
    let it = walk.diagnosis();
    let solved = walk.tried().iter().find(|tried| tried.result == Outcome::Helped);
    let mut out = String::new();
    let provider = it.provider_name.as_deref().or(it.provider.as_deref()).map(|name| format!("{} · ", escaped(name))).unwrap_or_default();
    let state = if solved.is_some() { "Solved: " } else { "" };
    let _ = writeln!(out, "# {state}{provider}{}: {}\n", escaped(&wording::code(it)), escaped(&it.title));
    trouble(&mut out, walk, material);
    if let Some(tried) = solved {
        let _ = writeln!(out, "\n## Solved by\n\n{}", escaped(&walk.step(tried.step).text));
    }
    tried(&mut out, walk);
    causes(&mut out, walk);
    if let Some(payload) = &material.payload {
        let fence = "`".repeat(longest_run(payload, '`').max(2) + 1);
        let _ = writeln!(out, "\n## What came back (secrets are masked)\n\n{fence}text\n{payload}\n{fence}");
    }
    if solved.is_none() {
        support(&mut out, it);
    }
    out
}

fn trouble(out: &mut String, walk: &Walk, material: &Material) {
    let it = walk.diagnosis();
    out.push_str("## The trouble\n\n");
    let mut item = |label: &str, text: &str| {
        let _ = writeln!(out, "- **{label}:** {}", escaped(text));
    };
    if let Some(provider) = &it.provider {
        item("Provider", it.provider_name.as_deref().unwrap_or(provider));
    }
    if let (Some(code), crate::answer::DiagnosisKind::Code) = (&it.code, it.kind) {
        let family = it.family.as_deref().map(|family| format!(" ({family})")).unwrap_or_default();
        let name = it.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        item("Code", &format!("{code}{name}{family}"));
    }
    if let Some(product) = walk.product() {
        item("Product", product);
    }
    item("Meaning", &it.meaning);
    let evidence: Vec<String> = it.evidence.iter().map(phrase).collect();
    if !evidence.is_empty() {
        item("Recognised by", &format!("{} ({}%)", evidence.join(", "), (it.confidence * 100.0).round()));
    }
    for said in &material.said {
        item("In the user's words", &format!("“{said}”"));
    }
}

fn phrase(evidence: &Evidence) -> String {
    let at = evidence.at.as_deref().map(|at| format!(" at {at}")).unwrap_or_default();
    let value = evidence.value.as_deref().map(|value| format!(" {value}")).unwrap_or_default();
    harmless(&format!("{}{value}{at}", evidence.what))
}

fn tried(out: &mut String, walk: &Walk) {
    out.push_str("\n## What was tried\n\n");
    if walk.tried().is_empty() {
        out.push_str("Nothing yet.\n");
    }
    for (index, tried) in walk.tried().iter().enumerate() {
        let step = walk.step(tried.step);
        let result = match &tried.result {
            Outcome::Helped => "helped".to_owned(),
            Outcome::DidNotHelp => "did not help".to_owned(),
            Outcome::Done => "done".to_owned(),
            Outcome::CouldNot => "could not be done".to_owned(),
            Outcome::Showed(causes) => format!("showed: {}", causes.iter().map(|cause| walk.text_of(cause)).collect::<Vec<_>>().join(" ")),
            Outcome::ShowedNone => "showed nothing unusual".to_owned(),
        };
        let who = wording::actor(step.who);
        let _ = writeln!(out, "{}. {} *({who})* **{}**", index + 1, escaped(&step.text), escaped(&result));
    }
}

fn causes(out: &mut String, walk: &Walk) {
    if let Some(cause) = walk.cause() {
        let _ = writeln!(out, "\n## The cause\n\n{}", escaped(&cause.text));
        return;
    }
    if matches!(walk.next(), Next::Solved(_)) {
        return;
    }
    let open = walk.open();
    let given_up = walk.given_up();
    if !open.is_empty() {
        out.push_str("\n## What may still be behind it\n\n");
        for (cause, likelihood) in open {
            let _ = writeln!(out, "- *{}*: {}", likelihood.word(), escaped(&cause.text));
        }
    }
    if !given_up.is_empty() {
        out.push_str("\n## What it is not, by what was tried\n\n");
        for cause in given_up {
            let _ = writeln!(out, "- {}", escaped(&cause.text));
        }
    }
}

fn support(out: &mut String, it: &Diagnosis) {
    let Some(escalate) = &it.escalate else {
        let provider = it.provider_name.as_deref().unwrap_or("the service that shows the error");
        let _ = writeln!(out, "\n## Whom to contact\n\nThe support of {}.", escaped(provider));
        return;
    };
    let _ = writeln!(out, "\n## Whom to contact\n\n{}", escaped(&escalate.to));
    if let Some(page) = &it.status_page {
        let _ = writeln!(out, "\nStatus page: <{page}>");
    }
    if !escalate.found.is_empty() {
        out.push_str("\n## Identifiers, as they came\n\n");
        for found in &escalate.found {
            let _ = writeln!(out, "- {}", escaped(&phrase(found)));
        }
    }
    if !escalate.bring.is_empty() {
        out.push_str("\n## What support asks for, to be filled in\n\n");
        for item in &escalate.bring {
            let _ = writeln!(out, "- [ ] {}:", escaped(item.trim_end_matches(['.', ':'])));
        }
    }
}

fn longest_run(text: &str, of: char) -> usize {
    let runs = text.chars().scan(0, |run, c| {
        *run = if c == of { *run + 1 } else { 0 };
        Some(*run)
    });
    runs.max().unwrap_or(0)
}
