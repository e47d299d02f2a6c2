//! The answer as a Markdown page that stands by itself, for runbooks and tickets.

use super::wording;
use crate::answer::{Answer, Diagnosis, InputKind, Step};
use crate::text::duration;
use std::fmt::Write;

/// The answer as Markdown.
#[must_use]
pub fn answer(answer: &Answer) -> String {
    let mut out = String::new();
    let Some(first) = answer.diagnoses.first() else {
        out.push_str("# No match\n");
        return out;
    };
    diagnosis(&mut out, first, answer);
    if answer.diagnoses.len() > 1 {
        out.push_str("\n## Other meanings\n\n");
        for other in &answer.diagnoses[1..] {
            let _ = writeln!(out, "- {}: {}", code_span(&wording::reference(other)), escaped(&other.title));
        }
    }
    if let Some(ask) = &answer.ask {
        let _ = writeln!(out, "\n> {}", escaped(&ask.text));
    }
    for note in &answer.input.notes {
        let _ = writeln!(out, "\n> {}", escaped(note));
    }
    out
}

fn diagnosis(out: &mut String, it: &Diagnosis, answer: &Answer) {
    let provider = it.provider_name.as_deref().map(|name| format!("{} · ", escaped(name))).unwrap_or_default();
    let _ = writeln!(out, "# {provider}{}: {}\n", escaped(&wording::code(it)), escaped(&it.title));
    if answer.confidence() < crate::diagnose::SURE {
        out.push_str("> No good match: what follows is a guess.\n\n");
    }
    // A page on a code that was asked for needs no proof of it; one on a payload does.
    if answer.input.kind != InputKind::Code {
        let _ = writeln!(out, "*{}*\n", escaped(&wording::certainty(it)));
    }
    if !it.known {
        out.push_str("> This code is not in the catalogue: what follows is general advice.\n\n");
    }
    if let Some(why) = &it.retired {
        let _ = writeln!(out, "> {}\n", escaped(&wording::retired(why, it.now.as_deref())));
    }
    glance(out, it);
    let _ = writeln!(out, "\n## What it means\n\n{}", escaped(&it.meaning));
    for variant in &it.variants {
        let scope = wording::scope(&variant.products, &variant.institutions).unwrap_or_default();
        let _ = writeln!(out, "\n**{}:** {}", escaped(&scope), escaped(&variant.note));
    }
    if let Some(sentence) = &it.tell_user {
        let _ = writeln!(out, "\nTo send to the user:\n\n> {}", escaped(sentence));
    }
    if !it.causes.is_empty() {
        let _ = writeln!(out, "\n## {}\n", if it.general { "Likely causes, in general" } else { "Likely causes" });
        for cause in &it.causes {
            let scope = wording::scope(&cause.products, &cause.institutions).map(|scope| format!(" ({scope})")).unwrap_or_default();
            let _ = writeln!(out, "- *{}*: {}{}", cause.likelihood.word(), escaped(&cause.text), escaped(&scope));
        }
    }
    if !it.steps.is_empty() {
        let _ = writeln!(out, "\n## {}\n", if it.general { "What to do, in general" } else { "What to do" });
        let mut before = None;
        for one in &it.steps {
            step(out, one, before);
            before = Some(one);
        }
    }
    list(out, "Meanwhile", &it.meanwhile);
    tasks(out, "Afterwards", &it.afterwards);
    if let Some(escalate) = &it.escalate {
        let _ = writeln!(out, "\n## If nothing helped\n\n{}", escaped(&escalate.to));
        if !escalate.bring.is_empty() {
            out.push_str("\nHave at hand:\n\n");
            for item in &escalate.bring {
                let _ = writeln!(out, "- {}", escaped(item));
            }
        }
        for found in &escalate.found {
            let _ = writeln!(out, "- here: {}", escaped(&wording::evidence(found)));
        }
    }
    list(out, "To prevent it", &it.prevent);
    if !it.related.is_empty() {
        let codes: Vec<String> = it.related.iter().map(|code| code_span(code)).collect();
        let _ = writeln!(out, "\n## Related codes\n\n{}", codes.join(", "));
    }
    published(out, it);
    sources(out, it);
}

fn glance(out: &mut String, it: &Diagnosis) {
    let row = |out: &mut String, label: &str, value: &str| {
        let _ = writeln!(out, "| {label} | {} |", escaped(value).replace('|', "\\|"));
    };
    out.push_str("| At a glance | |\n| --- | --- |\n");
    row(out, "Who must act", wording::who(it));
    let note = it.retry.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    row(out, "Does a retry help", &format!("{}{note}", wording::retry(&it.retry)));
    if let Some(data) = &it.data_access {
        row(out, "Data meanwhile", data);
    }
    row(out, "Kind of trouble", it.category.word());
    if let Some(page) = &it.status_page {
        row(out, "Only me?", page);
    }
    if !it.products.is_empty() {
        row(out, "Occurs in", &it.products.join(", "));
    }
}

fn step(out: &mut String, step: &Step, before: Option<&Step>) {
    if let Some(alternative) = &step.alternative {
        let last = before.and_then(|step| step.alternative.as_ref());
        if last.is_none_or(|last| last.choice != alternative.choice) {
            out.push_str("\nOne of these, as it fits:\n");
        }
        if last != Some(alternative) {
            let _ = writeln!(out, "\n**{}**\n", escaped(&alternative.label));
        }
    } else if before.is_some_and(|step| step.alternative.is_some()) {
        out.push('\n');
    }
    let labelled = step.alternative.as_ref().is_some_and(|it| step.products.contains(&it.label));
    let products: &[String] = if labelled { &[] } else { &step.products };
    let scope = wording::scope(products, &step.institutions).map(|scope| format!("*{}:* ", escaped(&scope))).unwrap_or_default();
    let at = format!("{}, {}", wording::actor(step.who), wording::place(step.r#where));
    let _ = writeln!(out, "- [ ] **{}.** {scope}{} *({at})*", step.n, escaped(&step.text));
    let mut detail = |text: String| {
        let _ = writeln!(out, "  - {text}");
    };
    for substep in &step.substeps {
        detail(escaped(substep));
    }
    if let Some(doubt) = &step.doubt {
        detail(format!("**Doubtful:** {}", escaped(doubt)));
    }
    if let Some(caution) = &step.caution {
        let undo = if step.undoable { "" } else { " It cannot be undone." };
        detail(format!("**Careful:** {}{undo}", escaped(caution)));
    }
    if let Some(expect) = &step.expect {
        detail(format!("*When it worked:* {}", escaped(expect)));
    }
    if let Some(stop) = &step.stop {
        detail(format!("**Stop:** {}", escaped(stop)));
    }
    match (step.wait_s, step.then_sync) {
        (Some(wait), true) => detail(format!("Wait {}, then try one sync.", duration(wait))),
        (Some(wait), false) => detail(format!("Wait {} before going on.", duration(wait))),
        (None, true) => detail("Now try one sync; if it works, stop here.".to_owned()),
        (None, false) => {}
    }
}

fn list(out: &mut String, heading: &str, items: &[String]) {
    if !items.is_empty() {
        let _ = writeln!(out, "\n## {heading}\n");
        for item in items {
            let _ = writeln!(out, "- {}", escaped(item));
        }
    }
}

fn tasks(out: &mut String, heading: &str, items: &[String]) {
    if !items.is_empty() {
        let _ = writeln!(out, "\n## {heading}\n");
        for item in items {
            let _ = writeln!(out, "- [ ] {}", escaped(item));
        }
    }
}

fn published(out: &mut String, it: &Diagnosis) {
    let published = &it.as_published;
    let texts = published.messages.iter().map(|text| ("Message", text));
    let shown = published.user_messages.iter().map(|text| ("Shown to users", text));
    let rows = [
        ("Alert", &published.alert),
        ("Remedy class", &published.remediation_category),
        ("Retry by the user", &published.retriable_by_user),
    ];
    let rows = rows.into_iter().filter_map(|(label, value)| Some((label, value.as_ref()?)));
    let mut lines: Vec<String> = rows.chain(texts).chain(shown).map(|(label, text)| format!("- {label}: {}", escaped(text))).collect();
    if let Some(status) = published.http_status {
        lines.insert(0, format!("- HTTP status: {status}"));
    }
    if !lines.is_empty() {
        let _ = writeln!(out, "\n## As published\n\n{}", lines.join("\n"));
    }
}

fn sources(out: &mut String, it: &Diagnosis) {
    if it.sources.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n## Sources ({})\n", wording::trust(it.trust));
    for source in &it.sources {
        let official = if wording::is_third_party(source) { " (third party)" } else { "" };
        let title = escaped(&source.title);
        let _ = match &source.url {
            Some(url) => writeln!(out, "- [{title}](<{url}>){official}"),
            None => writeln!(out, "- {title}{official}"),
        };
    }
}

/// A code in a code span, which a backtick in it would end.
fn code_span(code: &str) -> String {
    format!("`{}`", code.replace('`', "'"))
}

/// Text with the characters escaped that Markdown would read as its own.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}
