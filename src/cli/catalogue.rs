//! `feedfix catalogue`: check files, print schemas, show settings and entries.

use super::Run;
use super::args::{CatalogueCommand, Format, SchemaOf};
use super::failure::{Failure, Status, did_you_mean};
use super::settings::{Setting, with_overlays};
use feedfix::catalogue::finding::Severity;
use feedfix::catalogue::{check, model};
use feedfix::diagnose::{Hint, code};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};

pub(crate) fn run(run: &mut Run, command: &CatalogueCommand) -> anyhow::Result<Status> {
    match command {
        CatalogueCommand::Check { paths } => check_files(run, paths),
        CatalogueCommand::Schema { of } => {
            run.output.print(&format!("{:#}\n", schema(*of)?))?;
            Ok(Status::Answered)
        }
        CatalogueCommand::Show { entries } if entries.is_empty() => show_settings(run),
        CatalogueCommand::Show { entries } => show_entries(run, entries),
    }
}

fn check_files(run: &Run, paths: &[PathBuf]) -> anyhow::Result<Status> {
    let overlays = run.settings.catalogues.iter().map(|setting| setting.value.as_path());
    let paths: Vec<&Path> = if paths.is_empty() { overlays.collect() } else { paths.iter().map(PathBuf::as_path).collect() };
    if paths.is_empty() {
        run.output.note("no overlay is in force: the built-in catalogue was checked when it was built");
        return Ok(Status::Answered);
    }
    let (_, findings) = with_overlays(&paths)?;
    if run.output.format() == Format::Json || run.output.wants_field() {
        run.output.record(&json!({"schema": 1, "findings": findings}))?;
    } else {
        let mut out = String::new();
        for finding in &findings {
            let _ = writeln!(out, "{finding}");
        }
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        let [errors, lint, warnings] = [Severity::Error, Severity::Lint, Severity::Warning].map(count);
        let many = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let _ = writeln!(out, "{}, {lint} lint, {}", many(errors, "error"), many(warnings, "warning"));
        run.output.print(&out)?;
    }
    let fatal = findings.iter().any(|finding| finding.severity < Severity::Warning);
    Ok(if fatal { Status::CatalogueInvalid } else { Status::Answered })
}

/// The JSON Schema of a form.
pub(crate) fn schema(of: SchemaOf) -> anyhow::Result<Value> {
    let schema = match of {
        SchemaOf::Catalogue => schemars::schema_for!(model::File),
        SchemaOf::Answer => schemars::schema_for!(feedfix::answer::Answer),
        SchemaOf::List => schemars::schema_for!(feedfix::answer::List),
        SchemaOf::Triage => schemars::schema_for!(feedfix::triage::report::Report),
    };
    let mut schema = serde_json::to_value(schema)?;
    // A symptom has an `id`, which is read as another name of `code`; schemars passes over such names.
    if let Some(entry) = schema.pointer_mut("/$defs/Entry/properties").and_then(Value::as_object_mut) {
        let id = entry.get("code").cloned().unwrap_or_default();
        entry.insert("id".to_owned(), id);
    }
    Ok(schema)
}

fn show_settings(run: &Run) -> anyhow::Result<Status> {
    let settings = &run.settings;
    let text = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
    let mut rows: Vec<(&str, String, String)> = vec![
        ("format", text(&settings.format.value), settings.format.origin.to_string()),
        ("color", text(&settings.color.value), settings.color.origin.to_string()),
    ];
    let provider = settings.provider.as_ref().map(|it| (it.value.clone(), it.origin.to_string()));
    let (value, from) = provider.unwrap_or_else(|| ("none".to_owned(), "default".to_owned()));
    rows.push(("provider", value, from));
    for Setting { value, origin: from } in &settings.catalogues {
        rows.push(("catalogue", value.display().to_string(), from.to_string()));
    }
    let paths: Vec<&Path> = settings.catalogues.iter().map(|setting| setting.value.as_path()).collect();
    let faults = with_overlays(&paths).map(|(_, findings)| findings.iter().filter(|it| it.severity == Severity::Error).count());
    let overlays = match &faults {
        Ok(0) => "usable".to_owned(),
        Ok(count) => format!("{count} errors: see feedfix catalogue check"),
        Err(failure) => failure.message.clone(),
    };
    if run.output.format() == Format::Json || run.output.wants_field() {
        let list: Vec<Value> = rows.iter().map(|(name, value, from)| json!({"setting": name, "value": value, "from": from})).collect();
        run.output.record(&json!({"schema": 1, "settings": list, "overlays": overlays}))?;
        return Ok(Status::Answered);
    }
    let mut out = String::new();
    for (name, value, from) in rows {
        let _ = writeln!(out, "{name:<10} {value}  ({from})");
    }
    if !paths.is_empty() {
        let _ = writeln!(out, "overlays   {overlays}");
    }
    run.output.print(&out)?;
    Ok(Status::Answered)
}

/// Entries as the catalogue holds them, in TOML, with the places where they were read. Works with a broken overlay, too.
fn show_entries(run: &Run, entries: &[String]) -> anyhow::Result<Status> {
    let paths: Vec<&Path> = run.settings.catalogues.iter().map(|setting| setting.value.as_path()).collect();
    let (catalogue, _) = with_overlays(&paths)?;
    let hint = run.settings.hint(&catalogue, None).unwrap_or_else(|_| Hint::default());
    let mut out = String::new();
    for asked in entries {
        let (_, found) = code::meanings(&catalogue, asked, &hint);
        if found.is_empty() {
            let help = did_you_mean(&code::near(&catalogue, asked, &hint));
            return Err(Failure::new(Status::NoMatch, "unknown-code", format!("the catalogue has no code {asked:?}")).help(help).into());
        }
        for record in found.into_iter().filter_map(|(id, _)| catalogue.record(id)) {
            if run.output.format() == Format::Json {
                let entry = without_nulls(serde_json::to_value(&record.entry)?);
                let value = json!({"name": check::name(&record), "from": record.origins, "entry": entry});
                let _ = writeln!(out, "{value}");
                continue;
            }
            let _ = writeln!(out, "# {}", check::name(&record));
            for origin in &record.origins {
                let _ = writeln!(out, "# from {origin}");
            }
            let _ = writeln!(out, "{}", toml::to_string_pretty(&record.entry)?);
        }
    }
    run.output.print(&out)?;
    Ok(Status::Answered)
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(key, value)| (key, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}
