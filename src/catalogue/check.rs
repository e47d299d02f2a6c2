//! Checks what was laid over a catalogue: that names lead somewhere, that entries are whole, sourced and well written.
//!
//! Errors make a catalogue unusable; lint is about shipping it; warnings are worth a look. All are found in one run.

use super::finding::{Finding, Severity};
use super::load::{Held, Origin};
use super::model::{Category, CategoryEntry, Cause, Cost, Entry, Escalate, Provider, Step, Wire};
use super::steps::{self, ReadyStep};
use super::{Catalogue, Kind, Record, order};
use std::collections::{BTreeMap, BTreeSet};

/// The most words that a step may have; details go into sub-steps.
pub const STEP_WORDS: usize = 25;
/// The most characters that a title may have.
pub const TITLE_CHARS: usize = 70;

/// Where advice can be referred to from, by the name of the field.
const ADVICE_FIELDS: [&str; 3] = ["meanwhile", "afterwards", "prevent"];

/// Checks everything that was laid over the catalogue.
#[must_use]
pub fn check(catalogue: &Catalogue) -> Vec<Finding> {
    let mut out = Vec::new();
    let over = &catalogue.over;
    for (id, held) in &over.providers {
        provider(id, held, &mut Report { findings: &mut out, origin: &held.origin, entry: id.clone() });
    }
    for ((provider, id), held) in &over.sources {
        let mut report = Report { findings: &mut out, origin: &held.origin, entry: format!("{provider} source {id}") };
        report.required("title", held.value.title.as_deref());
        if held.value.url.as_ref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
            report.lint(
                "link",
                "url",
                "the address is not a web address".to_owned(),
                "leave it out, and describe the material in the title",
            );
        }
        if held.value.official.is_none() {
            report.lint(
                "incomplete",
                "official",
                "it does not say whether the source is official".to_owned(),
                "add official = true or false",
            );
        }
    }
    for ((id, name), held) in &over.playbooks {
        let scope = if id.is_empty() { String::new() } else { format!("{id} ") };
        let mut report = Report { findings: &mut out, origin: &held.origin, entry: format!("{scope}playbook {name}") };
        let provider = catalogue.provider(id).unwrap_or_default();
        let parts = held.value.step.clone().unwrap_or_default();
        if parts.is_empty() {
            report.error("incomplete", "step", "a playbook without steps".to_owned(), "add [[playbook.step]]");
        }
        let named = parts.into_iter().enumerate().map(|(number, mut part)| {
            part.id.get_or_insert_with(|| number.to_string());
            part
        });
        let parts: Vec<_> = named.collect();
        let (ready, faults) = steps::ready(catalogue, &provider, &parts);
        report.faults(&faults);
        for (index, step) in ready.iter().enumerate() {
            step_style(step, index, &mut report);
            for text in step_texts(step) {
                if let Some(name) = steps::placeholders(text).next() {
                    let message = format!("the placeholder {{{name}}} has no wording");
                    report.error("placeholder", &format!("step[{index}]"), message, "define it in terms.toml, or write <…>");
                }
            }
        }
    }
    for (id, held) in &over.categories {
        category(catalogue, *id, held, &mut out);
    }
    for ((provider, id), held) in &over.wires {
        wire(catalogue, &held.value, &mut Report { findings: &mut out, origin: &held.origin, entry: format!("{provider} wire {id}") });
    }
    for held in over.entries.iter().flatten() {
        let name = name(&held.value);
        entry(catalogue, &held.value, &mut Report { findings: &mut out, origin: &held.origin, entry: name });
    }
    phrases(catalogue, &mut out);
    out.sort_by(|a, b| (&a.file, a.line, a.severity).cmp(&(&b.file, b.line, b.severity)));
    out
}

/// How findings and lists call an entry: `mx:DENIED@member`.
#[must_use]
pub fn name(record: &Record) -> String {
    let at = if record.family().is_empty() { String::new() } else { format!("@{}", record.family()) };
    format!("{}:{}{at}", record.provider, record.code())
}

struct Report<'a> {
    findings: &'a mut Vec<Finding>,
    origin: &'a Origin,
    entry: String,
}

impl Report<'_> {
    fn push(&mut self, severity: Severity, kind: &'static str, field: &str, message: String, help: &str) {
        let line = self.origin.line_of(field);
        let (file, entry, help) = (self.origin.file.to_string(), self.entry.clone(), help.to_owned());
        self.findings.push(Finding { severity, kind, file, line, entry, message, help });
    }

    fn error(&mut self, kind: &'static str, field: &str, message: String, help: &str) {
        self.push(Severity::Error, kind, field, message, help);
    }

    fn lint(&mut self, kind: &'static str, field: &str, message: String, help: &str) {
        self.push(Severity::Lint, kind, field, message, help);
    }

    fn required(&mut self, field: &'static str, value: Option<&str>) {
        if value.is_none_or(|text| text.trim().is_empty()) {
            self.error("incomplete", field, format!("it has no {field}"), &format!("add {field} = \"…\""));
        }
    }

    fn faults(&mut self, faults: &[steps::StepFault]) {
        for fault in faults {
            let field = format!("step[{}].{}", fault.index, fault.field);
            self.error("step", &field, fault.message.clone(), "");
        }
    }

    /// Empty or overlong text, and text that says the same twice.
    fn text(&mut self, field: &str, text: &str, most: usize) {
        if text.trim().is_empty() {
            self.lint("empty", field, format!("{field} is empty"), "write it, or leave the field out");
        }
        let length = text.chars().count();
        if length > most {
            self.lint("too-long", field, format!("{field} has {length} characters, {most} at most"), "say it shorter");
        }
        let sentences: Vec<_> = text.split(". ").map(str::trim).filter(|sentence| sentence.len() > 20).collect();
        if sentences.len() != sentences.iter().collect::<BTreeSet<_>>().len() {
            self.lint("repeated", field, format!("{field} says a sentence twice"), "say it once");
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.lint("control", field, format!("{field} holds a control character"), "take it out");
        }
    }
}

fn provider(id: &str, held: &Held<Provider>, report: &mut Report<'_>) {
    let value = &held.value;
    if value.name.is_none() {
        let help = "add name and kind, or correct the id of the provider that is meant";
        report.error("incomplete", "id", format!("no file describes a provider {id:?}"), help);
    }
    if value.kind.is_none() && value.name.is_some() {
        report.error("incomplete", "id", "it has no kind".to_owned(), "add kind = \"aggregator\", \"accounting-app\", …");
    }
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !id.chars().all(letters) {
        report.error("id", "id", format!("{id:?} is no provider id"), "use lower-case letters, digits and hyphens");
    }
    if value.about.is_none() {
        report.lint("incomplete", "id", "it does not say what it is".to_owned(), "add about = \"…\"");
    }
}

fn category(catalogue: &Catalogue, id: Category, held: &Held<CategoryEntry>, out: &mut Vec<Finding>) {
    let value = &held.value;
    let mut report = Report { findings: out, origin: &held.origin, entry: format!("category {}", id.word()) };
    report.required("title", value.title.as_deref());
    report.required("meaning", value.meaning.as_deref());
    if value.who.is_none() || value.retry.is_none() {
        report.error("incomplete", "id", "it lacks who or retry".to_owned(), "state both: codes fall back on them");
    }
    let causes = value.cause.as_deref().unwrap_or_default();
    walkthrough(catalogue, &Provider::default(), causes, value.step.as_deref().unwrap_or_default(), &mut report);
    let lists = [&value.meanwhile, &value.afterwards, &value.prevent];
    for (field, list) in ADVICE_FIELDS.into_iter().zip(lists) {
        advice(catalogue, "", field, list.as_deref().unwrap_or_default(), &mut report);
    }
}

fn entry(catalogue: &Catalogue, record: &Record, report: &mut Report<'_>) {
    let Entry { category, meaning, title, tell_user, sources, trust, .. } = &record.entry;
    let entry = &record.entry;
    report.required("title", title.as_deref());
    report.required("meaning", meaning.as_deref());
    let Some(provider) = catalogue.provider(&record.provider) else {
        let message = format!("there is no provider {:?}", record.provider);
        report.error("provider", "code", message, "describe it in a [provider] table");
        return;
    };
    match category {
        None => report.error("incomplete", "code", "it has no category".to_owned(), "add category = \"…\""),
        Some(id) if catalogue.category(*id).is_none() => {
            report.error("category", "category", format!("no file describes the category {:?}", id.word()), "");
        }
        Some(_) => {}
    }
    if let Some(title) = title {
        report.text("title", title, TITLE_CHARS);
        if title.ends_with('.') {
            report.lint("style", "title", "a title has no full stop".to_owned(), "take it off");
        }
        if meaning.as_ref() == Some(title) {
            report.lint("repeated", "meaning", "the meaning only repeats the title".to_owned(), "say what it means");
        }
    }
    for (field, text, most) in [
        ("meaning", meaning, 900),
        ("tell_user", tell_user, 420),
        ("data_access", &entry.data_access, 420),
        ("retired", &entry.retired, 300),
    ] {
        if let Some(text) = text {
            report.text(field, text, most);
        }
    }
    sourced(catalogue, record, sources.as_deref().unwrap_or_default(), report);
    if trust.is_none() {
        report.lint(
            "incomplete",
            "code",
            "it does not say how far to trust it".to_owned(),
            "add trust = \"official\", \"third-party\" or \"inferred\"",
        );
    }
    for (index, other) in entry.related.iter().flatten().chain(&entry.now).enumerate() {
        if !leads_somewhere(catalogue, &record.provider, other) {
            let field = if entry.now.as_ref() == Some(other) { "now".to_owned() } else { format!("related[{index}]") };
            report.error("related", &field, format!("there is no code {other:?}"), &catalogue.near_codes(&record.provider, other));
        }
    }
    for (index, phrase) in entry.said_as.iter().flatten().enumerate() {
        report.text(&format!("said_as[{index}]"), phrase, 160);
    }
    let causes = entry.cause.as_deref().unwrap_or_default();
    walkthrough(catalogue, &provider, causes, entry.step.as_deref().unwrap_or_default(), report);
    for (field, list) in ADVICE_FIELDS.into_iter().zip([&entry.meanwhile, &entry.afterwards, &entry.prevent]) {
        advice(catalogue, &record.provider, field, list.as_deref().unwrap_or_default(), report);
    }
    if let Some(Escalate { to, .. }) = &entry.escalate {
        report.text("escalate.to", to, 300);
    }
    let named = provider.product.iter().flatten().map(|product| product.name.as_str()).collect::<BTreeSet<_>>();
    let steps = entry.step.iter().flatten().flat_map(|step| step.products.iter().flatten());
    let causes = entry.cause.iter().flatten().flat_map(|cause| &cause.products);
    let variants = entry.variant.iter().flatten().flat_map(|variant| &variant.products);
    for product in steps.chain(causes).chain(variants).collect::<BTreeSet<_>>() {
        if !named.contains(product.as_str()) {
            let message = format!("{:?} has no product {product:?}", record.provider);
            report.error("product", "code", message, "list it under [[provider.product]], or correct the spelling");
        }
    }
}

fn sourced(catalogue: &Catalogue, record: &Record, sources: &[String], report: &mut Report<'_>) {
    if sources.is_empty() {
        report.lint("no-source", "code", "it has no source".to_owned(), "cite one: no source, no entry");
    }
    for (index, source) in sources.iter().enumerate() {
        if source != "internal" && catalogue.source(&record.provider, source).is_none() {
            let message = format!("there is no source {source:?}");
            report.error("source", &format!("sources[{index}]"), message, "define it in a [[source]] of this provider");
        }
    }
}

fn leads_somewhere(catalogue: &Catalogue, provider: &str, other: &str) -> bool {
    let exists = |provider: &str, name: &str| {
        let (code, family) = name.rsplit_once('@').unwrap_or((name, ""));
        let any = |code: &str| {
            let of_provider = |(id, fit): (super::EntryId, super::key::Fit)| {
                fit >= super::key::Fit::AliasExact && catalogue.head(id).is_some_and(|head| head.provider == provider)
            };
            catalogue.find_code(code).into_iter().any(of_provider)
        };
        any(name) || (!family.is_empty() && catalogue.entry(provider, code, family).is_some())
    };
    let elsewhere = other.split_once(':').filter(|(provider, _)| catalogue.provider(provider).is_some());
    elsewhere.is_some_and(|(provider, code)| exists(provider, code)) || exists(provider, other)
}

fn advice(catalogue: &Catalogue, provider: &str, field: &str, list: &[String], report: &mut Report<'_>) {
    for (index, text) in list.iter().enumerate() {
        let field = format!("{field}[{index}]");
        match text.strip_prefix('@') {
            Some(name) if catalogue.advice(provider, name).is_none() => {
                report.error("advice", &field, format!("there is no advice {name:?}"), "see data/playbooks/advice.toml");
            }
            Some(_) => {}
            None => report.text(&field, text, 300),
        }
    }
}

fn walkthrough(catalogue: &Catalogue, provider: &Provider, causes: &[Cause], written: &[Step], report: &mut Report<'_>) {
    let mut ids = BTreeSet::new();
    for (index, cause) in causes.iter().enumerate() {
        report.text(&format!("cause[{index}].text"), &cause.text, 260);
        if !ids.insert(cause.id.as_str()) {
            report.error("duplicate", &format!("cause[{index}].id"), format!("the cause {:?} is there twice", cause.id), "name each once");
        }
    }
    let (ready, faults) = steps::ready(catalogue, provider, written);
    report.faults(&faults);
    let mut names = BTreeSet::new();
    for (index, step) in ready.iter().enumerate() {
        if !names.insert(step.id.as_str()) {
            let message = format!("the step {:?} is there twice", step.id);
            report.error("duplicate", &format!("step[{index}]"), message, "give one of them an id of its own");
        }
        step_style(step, index, report);
    }
    for (index, step) in ready.iter().enumerate() {
        let field = format!("step[{index}]");
        for cause in step.fixes.iter().chain(&step.tells) {
            if !ids.contains(cause.as_str()) {
                report.error(
                    "cause",
                    &field,
                    format!("the step {:?} names a cause {cause:?} that is not listed", step.id),
                    "list it under cause",
                );
            }
        }
        for need in &step.needs {
            if !names.contains(need.as_str()) {
                report.error(
                    "needs",
                    &field,
                    format!("the step {:?} needs {need:?}, which is not there", step.id),
                    "name a step of this walkthrough",
                );
            }
        }
        if step.cost != Cost::Look && !step.tells.is_empty() {
            report.lint("step", &field, format!("{:?} repairs, and cannot tell causes apart", step.id), "use fixes, or cost = \"look\"");
        }
    }
    if in_a_circle(&ready) {
        report.error("needs", "step", "steps need each other in a circle".to_owned(), "drop one of the needs");
    }
    for (index, cause) in causes.iter().enumerate() {
        let ends = |step: &ReadyStep| !step.is_check() && (step.fixes.is_empty() || step.fixes.contains(&cause.id));
        if !ready.is_empty() && !ready.iter().any(ends) {
            let message = format!("no step ends the cause {:?}", cause.id);
            report.lint("no-way-out", &format!("cause[{index}]"), message, "let a step fix it, the ticket if nothing else");
        }
    }
    late_checks(catalogue, causes, ready, report);
}

/// A repair that comes before a look that could have made it needless.
fn late_checks(catalogue: &Catalogue, causes: &[Cause], ready: Vec<ReadyStep>, report: &mut Report<'_>) {
    let steps = order::ordered(ready, &order::stated(causes), &catalogue.order());
    for (late, check) in steps.iter().enumerate().filter(|(_, step)| step.is_check() && step.doubt.is_none()) {
        let before = |step: &&ReadyStep| {
            let concerns = check.tells.is_empty() || step.fixes.iter().any(|cause| check.tells.contains(cause));
            !step.is_check() && concerns && !leads_to(&steps, &step.id, check) && check.sequence.is_none() && check.choice.is_none()
        };
        if let Some(early) = steps[..late].iter().find(before) {
            let message = format!("{:?} comes before the look {:?} that could make it needless", early.id, check.id);
            report.lint("late-check", "step", message, "free the look of what it needs");
        }
    }
}

/// Whether a check needs a step, through others too.
fn leads_to(steps: &[ReadyStep], id: &str, check: &ReadyStep) -> bool {
    let mut open: Vec<&ReadyStep> = vec![check];
    let mut seen = BTreeSet::new();
    while let Some(step) = open.pop() {
        for need in &step.needs {
            if need == id {
                return true;
            }
            if seen.insert(need.as_str()) {
                open.extend(steps.iter().filter(|step| step.id == *need));
            }
        }
    }
    false
}

fn in_a_circle(steps: &[ReadyStep]) -> bool {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    loop {
        let free = |step: &&ReadyStep| {
            let known = |need: &&String| steps.iter().any(|other| other.id == **need);
            !done.contains(step.id.as_str()) && step.needs.iter().filter(known).all(|need| done.contains(need.as_str()))
        };
        let next: Vec<&str> = steps.iter().filter(free).map(|step| step.id.as_str()).collect();
        if next.is_empty() {
            return steps.iter().any(|step| !done.contains(step.id.as_str()));
        }
        done.extend(next);
    }
}

fn step_texts(step: &ReadyStep) -> impl Iterator<Item = &str> {
    let optional = [&step.expect, &step.caution, &step.stop, &step.doubt].into_iter().flatten();
    std::iter::once(&step.text).chain(&step.substeps).chain(optional).map(String::as_str)
}

fn step_style(step: &ReadyStep, index: usize, report: &mut Report<'_>) {
    let field = format!("step[{index}].text");
    let words = step.text.split_whitespace().count();
    if words > STEP_WORDS {
        let message = format!("the step {:?} has {words} words, {STEP_WORDS} at most", step.id);
        report.lint("step-length", &field, message, "move details into substeps");
    }
    for text in step_texts(step) {
        report.text(&field, text, 330);
    }
}

fn wire(catalogue: &Catalogue, wire: &Wire, report: &mut Report<'_>) {
    let (at, text) = (wire.at.as_deref().unwrap_or_default(), wire.text.as_deref().unwrap_or_default());
    if at.is_empty() == text.is_empty() {
        report.error("wire", "id", "a shape says either `at` or `text`".to_owned(), "at = [\"error_code\"], or text = [\"error {code}\"]");
    }
    for (index, line) in text.iter().enumerate() {
        if !line.contains("{code}") {
            report.error("wire", &format!("text[{index}]"), "no {code} in it".to_owned(), "write {code} where the code is");
        }
        if line.replace("{code}", "").replace("{family}", "").replace("{}", "").trim().len() < 2 {
            report.error("wire", &format!("text[{index}]"), "nothing but placeholders".to_owned(), "add the words around the code");
        }
    }
    for other in wire.shared_with.iter().flatten() {
        if catalogue.provider(other).is_none() {
            report.error("provider", "shared_with", format!("there is no provider {other:?}"), "");
        }
    }
    let samples = wire.sample.as_deref().unwrap_or_default();
    if samples.iter().all(|sample| sample.code.is_none()) {
        report.lint("no-sample", "id", "no sample proves the shape".to_owned(), "add [[wire.sample]] with text and code");
    }
}

/// The same phrase at two codes of one provider: the search cannot tell them apart by it.
fn phrases(catalogue: &Catalogue, out: &mut Vec<Finding>) {
    let mut said: BTreeMap<(String, String), String> = BTreeMap::new();
    for held in catalogue.over.entries.iter().flatten() {
        let record = &held.value;
        let own = name(record);
        for (index, phrase) in record.entry.said_as.iter().flatten().enumerate() {
            let key = (record.provider.clone(), phrase.trim().to_lowercase());
            match said.get(&key) {
                Some(other) if *other != own => {
                    let mut report = Report { findings: out, origin: &held.origin, entry: own.clone() };
                    let message = format!("{other} claims the phrase {phrase:?}, too");
                    report.push(Severity::Warning, "phrase", &format!("said_as[{index}]"), message, "let each have its own words");
                }
                Some(_) => {}
                None => _ = said.insert(key, own.clone()),
            }
        }
        let symptom_without_words = record.kind == Kind::Symptom && record.entry.said_as.iter().flatten().next().is_none();
        if symptom_without_words {
            let mut report = Report { findings: out, origin: &held.origin, entry: own };
            report.lint("no-phrase", "code", "nobody's words lead to this trouble".to_owned(), "add said_as");
        }
    }
}
