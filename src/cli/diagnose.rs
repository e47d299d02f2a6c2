//! `feedfix diagnose`, and `feedfix` with something piped in: payloads, files and words.

use super::Run;
use super::args::{AskArgs, DiagnoseArgs, Format};
use super::explain;
use super::failure::{Failure, Status, did_you_mean, why_unreadable};
use anyhow::Context;
use feedfix::catalogue::Catalogue;
use feedfix::diagnose::{Hint, code, payload};
use feedfix::recognise::{MOST_BYTES, Recogniser};
use std::io::{IsTerminal, Read};
use std::mem::ManuallyDrop;
use std::path::Path;

/// An input as the command line names it.
enum Source<'a> {
    Standard,
    File(&'a str),
    Words(String),
}

pub(crate) fn run(run: &mut Run, args: &DiagnoseArgs) -> anyhow::Result<Status> {
    let catalogue = ManuallyDrop::new(run.settings.catalogue()?);
    let hint = run.settings.hint(&catalogue, args.product.as_deref())?;
    let sources = sources(args);
    // The process ends with the answer: taking these apart piece by piece would only make it later.
    let recogniser = ManuallyDrop::new(Recogniser::new(&catalogue));
    let mut worst = Status::Answered;
    let several = sources.len() > 1;
    for (index, source) in sources.iter().enumerate() {
        if index > 0 && run.output.format() != Format::Json && !run.output.wants_field() {
            run.output.print("\n")?;
        }
        let status = match one(run, &catalogue, &recogniser, source, &hint) {
            // One that cannot be read is named, and the rest is answered.
            Err(error) => match error.downcast_ref::<Failure>().filter(|failure| several && failure.status == Status::Unreadable) {
                Some(failure) => {
                    run.output.complain(failure);
                    failure.status
                }
                None => return Err(error),
            },
            Ok(status) => status,
        };
        worst = worst.max(status);
    }
    Ok(worst)
}

/// A code, a file or a pipe, without a command: the first that fits.
pub(crate) fn without_command(run: &mut Run, args: &AskArgs) -> anyhow::Result<Status> {
    if args.query.is_empty() {
        if std::io::stdin().is_terminal() {
            return Err(Failure::usage("nothing-asked", "nothing to explain")
                .help("try feedfix 324, feedfix error.json, or feedfix --help")
                .into());
        }
        let args = DiagnoseArgs { inputs: vec!["-".to_owned()], product: args.product.clone(), ..DiagnoseArgs::default() };
        return self::run(run, &args);
    }
    let whole = args.query.join(" ");
    let all_files = args.query.iter().all(|arg| arg == "-" || Path::new(arg).is_file());
    if all_files {
        let args = DiagnoseArgs { inputs: args.query.clone(), product: args.product.clone(), ..DiagnoseArgs::default() };
        return self::run(run, &args);
    }
    let catalogue = run.settings.catalogue()?;
    let hint = run.settings.hint(&catalogue, args.product.as_deref())?;
    // Several words are one code with its dress ("error 324"), or each a code of its own.
    if !code::meanings(&catalogue, &whole, &hint).1.is_empty() {
        return explain::one(run, &catalogue, &whole, &hint);
    }
    if args.query.iter().all(|word| !code::meanings(&catalogue, word, &hint).1.is_empty()) {
        let mut worst = Status::Answered;
        for word in &args.query {
            worst = worst.max(explain::one(run, &catalogue, word, &hint)?);
        }
        return Ok(worst);
    }
    if let Some(path) = args.query.iter().find(|arg| looks_like_a_path(arg)) {
        return Err(unreadable(path, "no such file").into());
    }
    let mut near = commands_like(&whole);
    near.extend(code::near(&catalogue, &whole, &hint));
    let help = if near.is_empty() { format!("for a trouble in words: feedfix diagnose {whole:?}") } else { did_you_mean(&near) };
    Err(Failure::usage("unknown-code", format!("{whole:?} is no code, command or file")).help(help).into())
}

/// Commands that a mistyped first word may have meant.
fn commands_like(word: &str) -> Vec<String> {
    use clap::CommandFactory;
    let command = super::args::Cli::command();
    let first = word.split_whitespace().next().unwrap_or_default();
    let names = command.get_subcommands().map(|it| it.get_name().to_owned());
    names.filter(|name| strsim::damerau_levenshtein(name, first) <= 2 && first.len() > 3).map(|name| format!("feedfix {name}")).collect()
}

fn sources(args: &DiagnoseArgs) -> Vec<Source<'_>> {
    if args.inputs.is_empty() {
        return vec![Source::Standard];
    }
    if args.text {
        return vec![Source::Words(args.inputs.join(" "))];
    }
    let mut words = Vec::new();
    let mut sources = Vec::new();
    for input in &args.inputs {
        if input == "-" {
            sources.push(Source::Standard);
        } else if args.file || Path::new(input).is_file() || looks_like_a_path(input) {
            sources.push(Source::File(input));
        } else {
            words.push(input.as_str());
        }
    }
    // Words that the shell took apart are one sentence.
    if !words.is_empty() {
        sources.push(Source::Words(words.join(" ")));
    }
    sources
}

/// Whether an argument is meant as a path: one word with a separator, or with an extension that payloads and logs have.
pub(super) fn looks_like_a_path(arg: &str) -> bool {
    const EXTENSIONS: [&str; 14] =
        ["json", "ndjson", "jsonl", "log", "txt", "xml", "ofx", "qfx", "qbo", "gz", "zst", "html", "toml", "har"];
    if arg.contains(char::is_whitespace) || arg.contains("://") || arg.contains(['{', '<', '?', '=']) {
        return false;
    }
    let extension = Path::new(arg).extension().and_then(|extension| extension.to_str());
    let separated = arg.starts_with(['/', '.', '~', '\\']) && arg.len() > 1 || arg.contains('/') || arg.contains('\\');
    separated || extension.is_some_and(|extension| EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str()))
}

pub(super) fn unreadable(path: &str, why: &str) -> Failure {
    let help = "if these are words rather than a file: feedfix diagnose --text …";
    Failure::new(Status::Unreadable, "input-unreadable", format!("cannot read {path}: {why}")).help(help)
}

fn one(run: &Run, catalogue: &Catalogue, recogniser: &Recogniser<'_>, source: &Source<'_>, hint: &Hint) -> anyhow::Result<Status> {
    let (bytes, name) = match source {
        Source::Standard => (read(std::io::stdin().lock()).context("standard input")?, Some("-")),
        Source::File(path) => {
            let file = std::fs::File::open(path).map_err(|error| unreadable(path, &why_unreadable(&error)))?;
            (read(file).map_err(|error| unreadable(path, &why_unreadable(&error)))?, Some(*path))
        }
        Source::Words(words) => (words.clone().into_bytes(), None),
    };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        let message = format!(
            "{} is empty",
            name.map_or("the text".to_owned(), |name| if name == "-" { "standard input".to_owned() } else { name.to_owned() })
        );
        return Err(Failure::new(Status::Unreadable, "input-empty", message).into());
    }
    let recognised = match source {
        Source::Words(words) => recogniser.recognise_words(words, hint),
        _ => recogniser.recognise(&bytes, hint),
    };
    let answer = payload::answer(catalogue, &recognised, hint, name);
    if answer.diagnoses.is_empty() {
        run.output
            .note("looked for error codes, published messages and error fields of the providers that the catalogue knows, and found none");
    }
    run.output.answer(&answer)
}

/// At most so much as is looked at, and one byte more, so that what is left out can be said.
pub(super) fn read(source: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
