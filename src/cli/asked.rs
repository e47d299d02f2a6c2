//! What was asked, where a command takes a code, a file, words or a payload alike.

use super::args::Query;
use super::diagnose::{looks_like_a_path, read, unreadable};
use super::explain;
use super::failure::{Failure, Status, did_you_mean};
use anyhow::Context;
use feedfix::answer::{Answer, InputKind};
use feedfix::catalogue::Catalogue;
use feedfix::diagnose::{Hint, code, payload};
use feedfix::recognise::Recogniser;
use std::io::IsTerminal;
use std::path::Path;

/// A question with its answer.
pub(crate) struct Asked {
    pub(crate) answer: Answer,
    /// The payload, if it was one.
    pub(crate) payload: Option<Vec<u8>>,
    /// The words, if it was words.
    pub(crate) words: Option<String>,
}

/// Whether the payload is to come on standard input.
pub(crate) fn from_standard_input(query: &Query) -> bool {
    query.query.is_empty() || query.query == ["-"]
}

/// The answer to what was asked.
pub(crate) fn asked(catalogue: &Catalogue, query: &Query, hint: &Hint) -> anyhow::Result<Asked> {
    if from_standard_input(query) {
        if query.query.is_empty() && std::io::stdin().is_terminal() {
            return Err(Failure::usage("nothing-asked", "nothing is asked")
                .help("name a code, a file, words, or - for standard input")
                .into());
        }
        let bytes = read(std::io::stdin().lock()).context("standard input")?;
        return recognised(catalogue, bytes, Some("-"), hint);
    }
    let whole = query.query.join(" ");
    if !query.text && (query.file || Path::new(&whole).is_file()) {
        let file = std::fs::File::open(&whole).map_err(|error| unreadable(&whole, &error.to_string()))?;
        let bytes = read(file).map_err(|error| unreadable(&whole, &error.to_string()))?;
        return recognised(catalogue, bytes, Some(&whole), hint);
    }
    if !query.text {
        explain::conflict(catalogue, &whole, hint)?;
        let word = !whole.contains(char::is_whitespace);
        if !code::meanings(catalogue, &whole, hint).1.is_empty() || word && !looks_like_a_path(&whole) {
            return explained(catalogue, &whole, hint);
        }
        if let Some(path) = query.query.iter().find(|arg| looks_like_a_path(arg)) {
            return Err(unreadable(path, "no such file").into());
        }
    }
    let mut asked = recognised(catalogue, whole.clone().into_bytes(), None, hint)?;
    if asked.answer.input.kind == InputKind::Text {
        (asked.payload, asked.words) = (None, Some(whole));
    }
    Ok(asked)
}

fn explained(catalogue: &Catalogue, asked: &str, hint: &Hint) -> anyhow::Result<Asked> {
    let Some(answer) = code::explain(catalogue, asked, hint) else {
        let near = did_you_mean(&code::near(catalogue, asked, hint));
        let help = if near.is_empty() { "feedfix list shows all codes".to_owned() } else { near };
        return Err(Failure::new(Status::NoMatch, "unknown-code", format!("the catalogue has no code {asked:?}")).help(help).into());
    };
    Ok(Asked { answer, payload: None, words: None })
}

fn recognised(catalogue: &Catalogue, bytes: Vec<u8>, name: Option<&str>, hint: &Hint) -> anyhow::Result<Asked> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        let what = match name {
            None => "the text",
            Some("-") => "standard input",
            Some(name) => name,
        };
        return Err(Failure::new(Status::Unreadable, "input-empty", format!("{what} is empty")).into());
    }
    let mut recognised = Recogniser::new(catalogue).recognise(&bytes, hint);
    if name.is_none() && recognised.kind == Some(InputKind::Log) {
        recognised.kind = Some(InputKind::Text);
    }
    let answer = payload::answer(catalogue, &recognised, hint, name);
    Ok(Asked { answer, payload: Some(bytes), words: None })
}
