//! `feedfix triage`: files, folders and standard input as the library reads them, progress, Ctrl-C, and the answer.

use super::Run;
use super::args::{Format, TriageArgs};
use super::failure::Status;
use feedfix::recognise::Recogniser;
use feedfix::triage::ids::Key;
use feedfix::triage::input::{Input, Source};
use feedfix::triage::report::{Report, Wanted, report};
use feedfix::triage::{self, Options, Window};
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

pub(crate) fn run(run: &mut Run, args: &TriageArgs) -> anyhow::Result<Status> {
    let catalogue = run.settings.catalogue()?;
    let hint = run.settings.hint(&catalogue, None)?;
    let recogniser = Recogniser::new(&catalogue);
    let options = Options { hint, threads: threads(args), window: Window::default(), key: Key::of("") };
    let stop = AtomicBool::new(false);
    let inputs = args.inputs.iter().map(|name| Input { name: name.clone(), open: Box::new(move || opened(name)) });
    let (tally, faults) = triage::run(&catalogue, &recogniser, Source::new(inputs), &options, &stop);
    let report = report(&catalogue, tally, faults, &Wanted { window: options.window, top: args.top.unwrap_or(10) });
    print(run, &report)?;
    Ok(if report.faults.is_empty() { Status::Answered } else { Status::Unreadable })
}

fn threads(args: &TriageArgs) -> usize {
    args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from).min(8), usize::from)
}

fn opened(name: &str) -> std::io::Result<Box<dyn Read + Send>> {
    if name == "-" {
        return Ok(Box::new(std::io::stdin()));
    }
    Ok(Box::new(File::open(PathBuf::from(name))?))
}

fn print(run: &Run, report: &Report) -> anyhow::Result<()> {
    if run.output.wants_field() || run.output.format() == Format::Json {
        return run.output.record(report);
    }
    run.output.print(&feedfix::render::triage::text(report, run.output.width()))
}
