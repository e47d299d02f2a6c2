//! `feedfix triage`: files, folders and standard input as the library reads them, and the answer.

use super::Run;
use super::args::{Format, Group, TriageArgs};
use super::failure::{Failure, Status, did_you_mean, why_unreadable};
use super::watch::{Watch, Watched};
use feedfix::catalogue::model::{Category, Policy, Who};
use feedfix::catalogue::{Catalogue, key};
use feedfix::recognise::Recogniser;
use feedfix::render::triage::{self as render, By};
use feedfix::render::triage_tables as tables;
use feedfix::triage::ids::Key;
use feedfix::triage::input::{Fault, Input, Source};
use feedfix::triage::report::{self, Report, report};
use feedfix::triage::tally::Tally;
use feedfix::triage::{self, Options, Window, time};
use serde::Deserialize;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// How many rows a list has where nothing else is asked for and a person reads it.
const ROWS: usize = 10;
/// The most threads that are started unasked: one reads for all, so that more would wait for it.
const MOST_THREADS: usize = 8;

/// Something to read, as found on the command line.
enum Found {
    Standard,
    File(PathBuf),
    Fault(String, String),
}

pub(crate) fn run(run: &mut Run, args: &TriageArgs) -> anyhow::Result<Status> {
    let catalogue = run.settings.catalogue()?;
    let conditions = conditions(&catalogue, &args.fail_on)?;
    let key = Key::of(&args.salt);
    let window = Window { since: args.since, until: args.until };
    if args.inputs.is_empty() && io::stdin().is_terminal() {
        let help = "name log files or folders, or pipe a log in";
        return Err(Failure::usage("nothing-asked", "there is nothing to read").help(help).into());
    }
    let (tally, faults) = if args.merge { merged(args, key)? } else { counted(run, args, &catalogue, key, window)? };
    let nothing_read = tally.files == 0 && !faults.is_empty();
    let mut report = report(&catalogue, tally, faults, window);
    for fault in &report.faults {
        let message = format!("cannot read {}{}: {}", if fault.begun { "all of " } else { "" }, fault.input, fault.message);
        run.output.complain(&Failure::new(Status::Unreadable, "input-unreadable", message));
    }
    let met = conditions.iter().any(|condition| condition.is_met(&report));
    if !nothing_read {
        print(run, args, &mut report)?;
    }
    Ok(match (met, report.faults.is_empty() && !report.partial) {
        (true, _) => Status::FailOn,
        (false, true) => Status::Answered,
        (false, false) => Status::Unreadable,
    })
}

fn counted(run: &Run, args: &TriageArgs, catalogue: &Catalogue, key: Key, window: Window) -> anyhow::Result<(Tally, Vec<Fault>)> {
    let hint = run.settings.hint(catalogue, None)?;
    let recogniser = Recogniser::new(catalogue);
    let found = found(&args.inputs);
    let watch = Watch::new(total(&found))?;
    let cores = || std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    let options = Options { hint, threads: args.threads.map_or_else(cores, usize::from), window, key };
    let inputs = found.into_iter().map(|found| match found {
        Found::Standard => Input { name: "-".to_owned(), open: Box::new(|| Ok(watch.stream(io::stdin()))) },
        Found::File(path) => Input { name: path.display().to_string(), open: Box::new(|| opened(path, &watch)) },
        Found::Fault(name, why) => Input { name, open: Box::new(|| Err(io::Error::other(why))) },
    });
    // Progress is for a person who waits: a file or a pipe as standard error has none.
    let shown = io::stderr().is_terminal() && !run.output.is_quiet();
    Ok(watch.show(shown, || triage::run(catalogue, &recogniser, Source::new(inputs), &options, watch.stop())))
}

/// All that is to be read: folders as the files in them, by name.
fn found(inputs: &[String]) -> Vec<Found> {
    if inputs.is_empty() {
        return vec![Found::Standard];
    }
    let mut found = Vec::new();
    for input in inputs {
        match input.as_str() {
            "-" => found.push(Found::Standard),
            path if Path::new(path).is_dir() => walk(Path::new(path), &mut found),
            path => found.push(Found::File(PathBuf::from(path))),
        }
    }
    found
}

fn walk(folder: &Path, found: &mut Vec<Found>) {
    let entries = fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => return found.push(Found::Fault(folder.display().to_string(), why_unreadable(&error))),
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // A link to a folder may lead back to where one came from.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(&path, found);
        } else if path.is_file() {
            found.push(Found::File(path));
        }
    }
}

/// How many bytes there are to read, where that is known.
fn total(found: &[Found]) -> Option<u64> {
    let size = |found: &Found| match found {
        Found::Standard => None,
        Found::File(path) => fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|it| it.len()).or(Some(0)),
        Found::Fault(..) => Some(0),
    };
    found.iter().map(size).sum()
}

fn opened(path: PathBuf, watch: &Watch) -> io::Result<Box<dyn Read + Send>> {
    let file = File::open(&path)?;
    let regular = file.metadata()?.is_file();
    Ok(if regular { Box::new(Watched::new(file, watch)) } else { watch.stream(file) })
}

/// What partial results that were printed before add up to.
fn merged(args: &TriageArgs, key: Key) -> anyhow::Result<(Tally, Vec<Fault>)> {
    /// Of a report only the state counts, and what was not read.
    #[derive(Deserialize)]
    struct Part {
        schema: u32,
        faults: Vec<report::Unread>,
        state: Tally,
    }
    let names = if args.inputs.is_empty() { vec!["-".to_owned()] } else { args.inputs.clone() };
    let (mut tallies, mut faults) = (Vec::new(), Vec::new());
    for name in names {
        let text = if name == "-" { io::read_to_string(io::stdin()) } else { fs::read_to_string(&name) };
        let text = match text {
            Ok(text) => text,
            Err(error) => {
                faults.push(Fault { name, message: why_unreadable(&error), begun: false });
                continue;
            }
        };
        for part in serde_json::Deserializer::from_str(&text).into_iter::<Part>() {
            let part = part.map_err(|error| {
                let help = "partial results are what feedfix triage --format json prints";
                Failure::new(Status::Unreadable, "no-partial-result", format!("{name} holds no partial result: {error}")).help(help)
            })?;
            if part.schema != report::SCHEMA || part.state.key != key.fingerprint() {
                let message = format!("{name} was made with another salt, or by another version: its ids cannot be compared");
                return Err(Failure::usage("other-salt", message).help("--salt names the salt of all parts").into());
            }
            faults.extend(part.faults.into_iter().map(|it| Fault { name: it.input, message: it.message, begun: it.begun }));
            tallies.push(part.state);
        }
    }
    Ok((triage::merged(key, tallies), faults))
}

fn print(run: &Run, args: &TriageArgs, report: &mut Report) -> anyhow::Result<()> {
    let format = run.output.format();
    let by = args.by.map(Group::by);
    if run.output.wants_field() || format == Format::Json {
        report.cut(args.top.unwrap_or(usize::MAX));
        return run.output.record(report);
    }
    if format == Format::Csv {
        report.cut(args.top.unwrap_or(usize::MAX));
        return run.output.print(&tables::csv(report, by.unwrap_or(By::Diagnosis)));
    }
    report.cut(args.top.unwrap_or(ROWS));
    run.output.print(&match format {
        Format::Markdown => tables::markdown(report, by),
        _ => render::text(report, by, run.output.width()),
    })
}

/// When the run is to end with status 20.
enum Condition {
    Who(Who),
    Category(Category),
    Retry(Policy),
    Provider(String),
    Code(Option<String>, String),
    NotUnderstood,
}

impl Condition {
    fn is_met(&self, report: &Report) -> bool {
        let any = |test: &dyn Fn(&report::Group) -> bool| report.groups.iter().any(test);
        match self {
            Self::Who(who) => any(&|group| group.who == *who),
            Self::Category(category) => any(&|group| group.category == *category),
            Self::Retry(policy) => any(&|group| group.retry.policy == *policy),
            Self::Provider(provider) => any(&|group| group.provider == *provider),
            Self::Code(provider, code) => {
                any(&|group| key::squash(&group.code) == *code && provider.as_ref().is_none_or(|provider| group.provider == *provider))
            }
            Self::NotUnderstood => report.lines.not_understood > 0,
        }
    }
}

fn conditions(catalogue: &Catalogue, said: &[String]) -> Result<Vec<Condition>, Failure> {
    said.iter().map(|said| condition(catalogue, said)).collect()
}

fn condition(catalogue: &Catalogue, said: &str) -> Result<Condition, Failure> {
    let wrong = |help: String| Failure::usage("unknown-condition", format!("--fail-on does not know {said:?}")).help(help);
    let words = |all: Vec<&str>| wrong(format!("it is one of {}", all.join(", ")));
    if said == "not-understood" {
        return Ok(Condition::NotUnderstood);
    }
    let (what, value) = said.split_once('=').unwrap_or((said, ""));
    match what {
        "who" => value.parse().map(Condition::Who).map_err(|()| words(Who::ALL.iter().map(|it| it.word()).collect())),
        "category" => value.parse().map(Condition::Category).map_err(|()| words(Category::ALL.iter().map(|it| it.word()).collect())),
        "retry" => value.parse().map(Condition::Retry).map_err(|()| words(Policy::ALL.iter().map(|it| it.word()).collect())),
        "provider" => match feedfix::diagnose::provider_named(catalogue, value) {
            Ok(provider) => Ok(Condition::Provider(provider.id.unwrap_or_default())),
            Err(near) => Err(wrong(if near.is_empty() { "feedfix providers lists them".to_owned() } else { did_you_mean(&near) })),
        },
        "code" if !value.is_empty() => {
            let provider = value.split_once(':').filter(|(provider, _)| catalogue.provider(provider).is_some());
            let (provider, code) = provider.map_or((None, value), |(provider, code)| (Some(provider.to_owned()), code));
            Ok(Condition::Code(provider, key::squash(code)))
        }
        _ => Err(wrong("it takes who=, category=, retry=, provider=, code=, or not-understood".to_owned())),
    }
}

/// A point in time: as logs write them, or so long ago.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    if let Some(time) = time::parsed(text.as_bytes()) {
        return Ok(time);
    }
    let ago =
        super::args::seconds(text).map_err(|_| "a time such as 2026-11-30T04:05Z or 2026-11-30, or so long ago: 24h, 7d".to_owned())?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    Ok(i64::try_from(now).unwrap_or(i64::MAX).saturating_sub(i64::try_from(ago).unwrap_or(i64::MAX).saturating_mul(1000)))
}
