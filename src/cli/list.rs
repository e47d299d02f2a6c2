//! `feedfix list`, `feedfix providers`, `feedfix categories`.

use super::Run;
use super::args::{Format, ListArgs};
use super::failure::Status;
use colored::Colorize;
use feedfix::answer::{DiagnosisKind, List, ListedCode, SCHEMA};
use feedfix::catalogue::model::Category;
use feedfix::catalogue::{Head, Kind};
use feedfix::text::clipped;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

pub(crate) fn codes(run: &mut Run, args: &ListArgs) -> anyhow::Result<Status> {
    let catalogue = run.settings.catalogue()?;
    let hint = run.settings.hint(&catalogue, None)?;
    let wanted = |head: &Head<'_>| {
        hint.provider.as_deref().is_none_or(|provider| provider == head.provider)
            && args.category.is_none_or(|category| category == head.category)
            && args.who.is_none_or(|who| who == head.who)
            && args.retry.is_none_or(|retry| retry == head.retry)
    };
    let mut heads: Vec<Head<'_>> = catalogue.entries().filter_map(|id| catalogue.head(id)).filter(wanted).collect();
    heads.sort_by_key(|head| (head.provider, head.kind));
    let codes: Vec<ListedCode> = heads.iter().map(listed).collect();
    let status = if codes.is_empty() { Status::NoMatch } else { Status::Answered };
    if run.output.wants_field() || run.output.format() == Format::Json {
        run.output.record(&List { schema: SCHEMA, codes })?;
        return Ok(status);
    }
    // The family is named only where one spelling has several: elsewhere it would but widen the column.
    let mut spellings: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for code in &codes {
        *spellings.entry((&code.provider, &code.code)).or_default() += 1;
    }
    let rows: Vec<[String; 5]> = codes.iter().map(|code| row(code, spellings[&(code.provider.as_str(), code.code.as_str())] > 1)).collect();
    table(run, ["CODE", "CATEGORY", "WHO", "RETRY", "TITLE"], &rows)?;
    if codes.is_empty() {
        run.output.note("nothing in the catalogue fits all of that");
    }
    Ok(status)
}

fn listed(head: &Head<'_>) -> ListedCode {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    ListedCode {
        provider: head.provider.to_owned(),
        code: head.code.to_owned(),
        family: text(head.family),
        name: text(head.name),
        aliases: head.aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        title: head.title.to_owned(),
        category: head.category,
        who: head.who,
        retry: head.retry,
        trust: head.trust,
        kind: if head.kind == Kind::Code { DiagnosisKind::Code } else { DiagnosisKind::Symptom },
        retired: head.retired,
    }
}

fn row(code: &ListedCode, with_family: bool) -> [String; 5] {
    let family = code.family.as_ref().filter(|_| with_family).map(|family| format!("@{family}")).unwrap_or_default();
    let name = code.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    let retired = if code.retired { "(retired) " } else { "" };
    let words = [code.category.word(), code.who.word(), code.retry.word()].map(str::to_owned);
    let [category, who, retry] = words;
    [format!("{}:{}{family}{name}", code.provider, code.code), category, who, retry, format!("{retired}{}", code.title)]
}

pub(crate) fn providers(run: &mut Run) -> anyhow::Result<Status> {
    let catalogue = run.settings.catalogue()?;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for head in catalogue.entries().filter_map(|id| catalogue.head(id)) {
        *counts.entry(head.provider.to_owned()).or_default() += 1;
    }
    let providers = catalogue.providers();
    let count = |id: &Option<String>| id.as_ref().and_then(|id| counts.get(id)).copied().unwrap_or(0);
    if run.output.wants_field() || run.output.format() == Format::Json {
        let list: Vec<_> = providers
            .iter()
            .map(|it| json!({"id": it.id, "name": it.name, "kind": it.kind, "regions": it.regions, "docs": it.docs, "status_page": it.status_page, "about": it.about, "codes": count(&it.id)}))
            .collect();
        run.output.record(&json!({"schema": SCHEMA, "providers": list}))?;
        return Ok(Status::Answered);
    }
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let rows: Vec<[String; 4]> = providers
        .iter()
        .map(|it| [text(&it.id), count(&it.id).to_string(), it.kind.map(|kind| kind.word().to_owned()).unwrap_or_default(), text(&it.name)])
        .collect();
    table(run, ["PROVIDER", "CODES", "KIND", "NAME"], &rows)?;
    Ok(Status::Answered)
}

pub(crate) fn categories(run: &mut Run) -> anyhow::Result<Status> {
    let catalogue = run.settings.catalogue()?;
    let all: Vec<_> = Category::ALL.iter().filter_map(|id| catalogue.category(*id)).collect();
    if run.output.wants_field() || run.output.format() == Format::Json {
        let list: Vec<_> = all
            .iter()
            .map(|it| json!({"id": it.id, "title": it.title, "meaning": it.meaning, "who": it.who, "retry": it.retry.as_ref().map(|retry| retry.policy)}))
            .collect();
        run.output.record(&json!({"schema": SCHEMA, "categories": list}))?;
        return Ok(Status::Answered);
    }
    let rows: Vec<[String; 4]> = all
        .iter()
        .map(|it| {
            let word = it.id.map(|id| id.word().to_owned()).unwrap_or_default();
            let who = it.who.map(|who| who.word().to_owned()).unwrap_or_default();
            let retry = it.retry.as_ref().map(|retry| retry.policy.word().to_owned()).unwrap_or_default();
            [word, who, retry, it.title.clone().unwrap_or_default()]
        })
        .collect();
    table(run, ["CATEGORY", "WHO", "RETRY", "TITLE"], &rows)?;
    Ok(Status::Answered)
}

/// Columns as wide as their widest cell; on a narrow output the last one is cut, so that a row stays a line.
fn table<const N: usize>(run: &Run, heading: [&str; N], rows: &[[String; N]]) -> anyhow::Result<()> {
    let mut out = String::new();
    if run.output.format() == Format::Markdown {
        let _ = writeln!(out, "| {} |\n|{}", heading.join(" | "), " --- |".repeat(N));
        for row in rows {
            let _ = writeln!(out, "| {} |", row.each_ref().map(|cell| cell.replace('|', "\\|")).join(" | "));
        }
        return run.output.print(&out);
    }
    let widths: Vec<usize> =
        (0..N).map(|column| rows.iter().map(|row| row[column].width()).chain([heading[column].width()]).max().unwrap_or(0)).collect();
    let pad = |cell: &str, column: usize| format!("{cell}{}  ", " ".repeat(widths[column].saturating_sub(cell.width()).min(60)));
    let head: String = heading[..N - 1].iter().enumerate().map(|(column, cell)| pad(cell, column)).collect();
    let _ = writeln!(out, "{}", format!("{head}{}", heading[N - 1]).bold());
    for row in rows {
        let line: String = row[..N - 1].iter().enumerate().map(|(column, cell)| pad(cell, column)).collect();
        let room = run.output.width().saturating_sub(line.width()).max(24);
        let _ = writeln!(out, "{line}{}", clipped(&row[N - 1], room));
    }
    run.output.print(&out)
}
