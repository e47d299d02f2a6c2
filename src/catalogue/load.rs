//! Reads catalogue files: TOML text into records, each with the place where it stands, and all faults at once.

use super::WordList;
use super::finding::{Finding, Severity};
use super::model::{Advice, CategoryEntry, Entry, Order, Playbook, Provider, Source, Synonyms, Term, Wire};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// A record with the place where it stands.
#[derive(Clone, Debug)]
pub struct Held<T> {
    /// The record.
    pub value: T,
    /// Where it stands.
    pub origin: Origin,
}

/// Where a record stands, down to its fields.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The file, as it was named.
    pub file: Arc<str>,
    /// The line of the record's first field, from 1.
    pub line: u32,
    /// The line of each field: `title`, `step[2].text`.
    fields: Arc<Vec<(String, u32)>>,
}

impl Origin {
    /// The line of a field (`step[2].text`), or of what it is in.
    #[must_use]
    pub fn line_of(&self, field: &str) -> u32 {
        let mut path = field;
        loop {
            if let Some((_, line)) = self.fields.iter().find(|(name, _)| name == path) {
                return *line;
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = &path[..end],
                None => return self.line,
            }
        }
    }
}

/// What one file holds.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The provider that the file is about.
    pub provider: Option<Held<Provider>>,
    /// Its sources.
    pub sources: Vec<Held<Source>>,
    /// Its wire shapes.
    pub wires: Vec<Held<Wire>>,
    /// Its codes.
    pub codes: Vec<Held<Entry>>,
    /// Its troubles without a code.
    pub symptoms: Vec<Held<Entry>>,
    /// Playbooks: shared ones, or the provider's own.
    pub playbooks: Vec<Held<Playbook>>,
    /// Sentences of advice: shared ones, or the provider's own.
    pub advice: Vec<Held<Advice>>,
    /// Placeholders.
    pub terms: Vec<Held<Term>>,
    /// Categories.
    pub categories: Vec<Held<CategoryEntry>>,
    /// Words of one meaning.
    pub synonyms: Vec<Held<Synonyms>>,
    /// Lists of words, in the order of [`WordList::ALL`].
    pub words: [Vec<String>; WordList::ALL.len()],
    /// The order table.
    pub order: Option<Held<Order>>,
}

const TABLES: &str = "provider, source, wire, code, symptom, playbook, advice, term, category, synonyms, order";

/// Reads the text of one catalogue file; `name` is how findings call it.
pub fn read(name: &str, text: &str, findings: &mut Vec<Finding>) -> Loaded {
    let mut reader = Reader { file: name.into(), lines: Lines::of(text), findings };
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let line = error.span().map_or(1, |span| reader.lines.of_offset(span.start));
        reader.report("syntax", line, "", error.message().to_owned(), "mend the TOML here".to_owned());
    }
    let mut loaded = Loaded::default();
    for (key, value) in document.into_inner() {
        match key.get_ref().as_ref() {
            "provider" => loaded.provider = reader.record("provider", value),
            "order" => loaded.order = reader.record("order", value),
            "source" => loaded.sources = reader.records("source", value),
            "wire" => loaded.wires = reader.records("wire", value),
            "code" => loaded.codes = reader.records("code", value),
            "symptom" => loaded.symptoms = reader.records("symptom", value),
            "playbook" => loaded.playbooks = reader.records("playbook", value),
            "advice" => loaded.advice = reader.records("advice", value),
            "term" => loaded.terms = reader.records("term", value),
            "category" => loaded.categories = reader.records("category", value),
            "synonyms" => loaded.synonyms = reader.records("synonyms", value),
            other => match WordList::ALL.into_iter().find(|list| list.table() == other) {
                Some(list) => loaded.words[list as usize] = reader.words(list.table(), value),
                None => {
                    let line = reader.lines.of_offset(key.span().start);
                    let message = format!("a catalogue file has no table named {other:?}");
                    let lists = WordList::ALL.map(WordList::table).join(", ");
                    reader.report("unknown-table", line, "", message, format!("there are: {TABLES}, {lists}"));
                }
            },
        }
    }
    loaded
}

/// All `.toml` files at a path: the file itself, or those below a folder, in a fixed order.
///
/// # Errors
/// When the path or a folder below it cannot be read.
pub fn files_at(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        std::fs::metadata(path)?;
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

struct Reader<'a> {
    file: Arc<str>,
    lines: Lines,
    findings: &'a mut Vec<Finding>,
}

impl Reader<'_> {
    fn report(&mut self, kind: &'static str, line: u32, entry: &str, message: String, help: String) {
        let (file, entry) = (self.file.to_string(), entry.to_owned());
        self.findings.push(Finding { severity: Severity::Error, kind, file, line, entry, message, help });
    }

    fn words(&mut self, table: &str, value: Spanned<DeValue<'_>>) -> Vec<String> {
        let line = self.lines.of_offset(value.span().start);
        Vec::deserialize(ValueDeserializer::from(value)).unwrap_or_else(|error| {
            self.report("type", line, table, error.message().to_owned(), "write a list of words".to_owned());
            Vec::new()
        })
    }

    fn records<T: DeserializeOwned>(&mut self, table: &str, value: Spanned<DeValue<'_>>) -> Vec<Held<T>> {
        let line = self.lines.of_offset(value.span().start);
        match value.into_inner() {
            DeValue::Array(items) => items.into_iter().filter_map(|item| self.record(table, item)).collect(),
            _ => {
                let message = format!("{table:?} is a list of tables");
                self.report("type", line, "", message, format!("write [[{table}]]"));
                Vec::new()
            }
        }
    }

    /// One record. A field that does not fit is reported and left out, and the rest is read: all faults at once.
    fn record<T: DeserializeOwned>(&mut self, table: &str, value: Spanned<DeValue<'_>>) -> Option<Held<T>> {
        let span = value.span();
        let DeValue::Table(mut fields) = value.into_inner() else {
            let message = format!("{table:?} is a table");
            self.report("type", self.lines.of_offset(span.start), "", message, format!("write [{table}]"));
            return None;
        };
        let mut places = Vec::new();
        self.places("", &fields, &mut places);
        let first = places.iter().map(|(_, line)| *line).min();
        let line = first.unwrap_or_else(|| self.lines.of_offset(span.start));
        let named = |key: &str| fields.get(key).and_then(|value| value.get_ref().as_str()).map(str::to_owned);
        let name = named("code").or_else(|| named("id")).unwrap_or_default();
        let origin = Origin { file: self.file.clone(), line, fields: Arc::new(places) };
        loop {
            let whole = Spanned::new(span.clone(), DeValue::Table(fields.clone()));
            match T::deserialize(ValueDeserializer::from(whole)) {
                Ok(value) => return Some(Held { value, origin }),
                Err(error) => {
                    let at = error.span().map_or(span.start, |span| span.start);
                    let entry = format!("{table} {name}");
                    self.report("field", self.lines.of_offset(at), entry.trim_end(), error.message().to_owned(), String::new());
                    let holds = |(key, value): &(&Spanned<_>, &Spanned<DeValue<'_>>)| {
                        key.span().contains(&at) || value.span().contains(&at) || contains(value.get_ref(), at)
                    };
                    let guilty = fields.iter().find(|pair| holds(pair)).map(|(key, _)| key.clone());
                    let guilty = guilty?;
                    fields.remove(&guilty);
                }
            }
        }
    }

    fn places(&self, prefix: &str, table: &DeTable<'_>, out: &mut Vec<(String, u32)>) {
        for (key, value) in table {
            let path = if prefix.is_empty() { key.get_ref().to_string() } else { format!("{prefix}.{}", key.get_ref()) };
            out.push((path.clone(), self.lines.of_offset(key.span().start)));
            match value.get_ref() {
                DeValue::Table(inner) => self.places(&path, inner, out),
                DeValue::Array(items) => {
                    for (index, item) in items.iter().enumerate() {
                        let path = format!("{path}[{index}]");
                        match item.get_ref() {
                            DeValue::Table(inner) => {
                                let start = out.len();
                                self.places(&path, inner, out);
                                let line = out[start..].iter().map(|(_, line)| *line).min();
                                out.push((path, line.unwrap_or_else(|| self.lines.of_offset(item.span().start))));
                            }
                            _ => out.push((path, self.lines.of_offset(item.span().start))),
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// Whether an offset lies in a value; the span of an array of tables covers its first header only.
fn contains(value: &DeValue<'_>, at: usize) -> bool {
    match value {
        DeValue::Array(items) => items.iter().any(|item| item.span().contains(&at) || contains(item.get_ref(), at)),
        DeValue::Table(table) => {
            table.iter().any(|(key, value)| key.span().contains(&at) || value.span().contains(&at) || contains(value.get_ref(), at))
        }
        _ => false,
    }
}

/// Offsets into a text, as line numbers.
struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    fn of(text: &str) -> Self {
        let after = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { starts: std::iter::once(0).chain(after).collect() }
    }

    fn of_offset(&self, offset: usize) -> u32 {
        let line = self.starts.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }
}
