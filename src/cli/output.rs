//! Standard output: the formats, the width, colour, and single fields.

use super::args::{ColorWhen, Format};
use super::failure::{Failure, Status};
use super::settings::Settings;
use feedfix::answer::{Answer, Diagnosis};
use feedfix::diagnose::SURE;
use feedfix::render;
use serde::Serialize;
use serde_json::Value;
use std::io::{IsTerminal, Write};

/// How far the confidence of two diagnoses may lie apart for them to be rivals.
const RIVALS: f64 = 0.2;

pub(crate) struct Output {
    format: Format,
    field: Option<String>,
    width: usize,
    quiet: bool,
    verbose: bool,
}

impl Output {
    pub(crate) fn new(settings: &Settings) -> Self {
        let on_terminal = std::io::stdout().is_terminal();
        let color = match settings.color.value {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => on_terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        };
        colored::control::set_override(color);
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let terminal = if on_terminal { terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)) } else { None };
        let width = terminal.or(columns).unwrap_or(render::text::WIDTH);
        Self { format: settings.format.value, field: settings.field.clone(), width, quiet: settings.quiet, verbose: settings.verbose }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    pub(crate) fn print(&self, text: &str) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(())
    }

    /// A record of another kind than an answer, as JSON or as one of its fields.
    pub(crate) fn record<T: Serialize>(&self, record: &T) -> anyhow::Result<()> {
        let Some(path) = &self.field else {
            // Written as it is made: a report on many ids is long.
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            serde_json::to_writer(&mut out, record).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
            out.flush()?;
            return Ok(());
        };
        let value = serde_json::to_value(record)?;
        self.print(&lines(at(&value, path).ok_or_else(|| unknown_field(path))?))
    }

    /// Whether one field is asked for, whatever the format.
    pub(crate) fn wants_field(&self) -> bool {
        self.field.is_some()
    }

    /// A hint on standard error, unless quiet.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(std::io::stderr(), "feedfix: {text}");
        }
    }

    /// A detail on standard error, with `--verbose`.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose {
            self.note(text);
        }
    }

    /// A failure that does not end the run, said even if quiet: the rest is answered.
    pub(crate) fn complain(&self, failure: &Failure) {
        let _ = writeln!(std::io::stderr(), "{}", failure.said(self.format == Format::Json));
    }

    /// An answer, in the format asked for, or the field asked for.
    pub(crate) fn answer(&self, answer: &Answer) -> anyhow::Result<Status> {
        let status = if answer.confidence() >= SURE { Status::Answered } else { Status::NoMatch };
        if let Some(path) = &self.field {
            return self.field_of(answer, path, status);
        }
        match self.format {
            Format::Text | Format::Csv => self.print(&render::text::answer(answer, self.width))?,
            Format::Json => self.print(&render::json(answer))?,
            Format::Markdown => self.print(&render::markdown::answer(answer))?,
        }
        Ok(status)
    }

    /// One field. Where rival diagnoses differ in it, none is printed: a script must not get one provider's answer
    /// for another's error.
    fn field_of(&self, answer: &Answer, path: &str, status: Status) -> anyhow::Result<Status> {
        let whole = serde_json::to_value(answer)?;
        if let Some(path) = path.strip_prefix('/') {
            let path = path.replace('/', ".");
            let value = at(&whole, &path).ok_or_else(|| unknown_field(&path))?;
            self.print(&lines(value))?;
            return Ok(status);
        }
        let Some(best) = answer.diagnoses.first() else {
            known_field(path)?;
            return Ok(status);
        };
        let rivals: Vec<_> = answer.diagnoses.iter().filter(|it| best.confidence - it.confidence <= RIVALS + 1e-9).collect();
        let values: Vec<Option<Value>> = rivals.iter().map(|rival| at(&serde_json::to_value(rival).ok()?, path).cloned()).collect();
        if values[0].is_none() {
            known_field(path)?;
            // A step or cause that is not there: an empty line, as for null.
            self.print("\n")?;
            return Ok(status);
        }
        if values.iter().any(|value| *value != values[0]) {
            let names: Vec<String> = rivals.iter().map(|it| rival_name(it)).collect();
            let failure = Failure::new(Status::NoMatch, "rivals", format!("{path} differs between {}", names.join(", ")));
            self.complain(&failure.help("name the one that is meant: with -p, or as provider:code@family"));
            return Ok(Status::NoMatch);
        }
        if let Some(value) = &values[0] {
            self.print(&lines(value))?;
        }
        Ok(status)
    }
}

/// A rival as the command line takes it, with what tells it from the others.
fn rival_name(it: &Diagnosis) -> String {
    let family = it.family.as_deref().map(|family| format!("@{family}")).unwrap_or_default();
    format!("{}:{}{family}", it.provider.as_deref().unwrap_or("?"), it.code.as_deref().unwrap_or("?"))
}

/// The value at a dotted path.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').filter(|part| !part.is_empty()).try_fold(value, |value, part| match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        other => other.get(part),
    })
}

/// A value as lines: arrays one item a line, null an empty line.
fn lines(value: &Value) -> String {
    let one = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.replace('\n', " "),
        other => other.to_string(),
    };
    match value {
        Value::Array(items) => items.iter().map(|item| one(item) + "\n").collect(),
        other => one(other) + "\n",
    }
}

fn unknown_field(path: &str) -> Failure {
    Failure::usage("unknown-field", format!("an answer has no field {path:?}")).help("feedfix catalogue schema --of answer lists them")
}

/// Refuses a path that no answer can have; one that only this answer lacks (a fifth step) is fine.
fn known_field(path: &str) -> Result<(), Failure> {
    let schema = serde_json::to_value(schemars::schema_for!(feedfix::answer::Diagnosis)).unwrap_or(Value::Null);
    let mut node = &schema;
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let here = resolved(&schema, node);
        let next = if part.bytes().all(|byte| byte.is_ascii_digit()) {
            here.get("items")
        } else {
            here.get("properties").and_then(|all| all.get(part))
        };
        node = next.ok_or_else(|| unknown_field(path))?;
    }
    Ok(())
}

/// A node of a schema, behind its references.
fn resolved<'a>(schema: &'a Value, mut node: &'a Value) -> &'a Value {
    loop {
        let any = node.get("anyOf").and_then(Value::as_array).and_then(|all| all.iter().find(|it| it.get("$ref").is_some()));
        let reference = any.unwrap_or(node).get("$ref").and_then(Value::as_str);
        match reference.and_then(|name| schema.pointer(name.trim_start_matches('#'))) {
            Some(target) => node = target,
            None => return node,
        }
    }
}
