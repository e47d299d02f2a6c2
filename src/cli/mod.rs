//! The edge: arguments, files, streams and exit statuses around the library.

mod annotate;
mod args;
mod asked;
mod catalogue;
mod completions;
mod diagnose;
mod explain;
mod failure;
mod list;
mod man;
mod output;
mod retry;
mod settings;
mod triage;
mod walk;
mod watch;

use args::{Cli, Command, Format};
use failure::{Failure, Status};
use output::Output;
use settings::Settings;
use std::io::Write;
use std::process::ExitCode;

/// What a command works with.
pub(crate) struct Run {
    pub(crate) settings: Settings,
    pub(crate) output: Output,
}

pub(crate) fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => return refused(&error),
    };
    let json_errors = cli.global.format.is_some_and(|format| format == Format::Json) || json_asked();
    match run(cli) {
        Ok(status) => status.into(),
        Err(error) => fail(&error, json_errors),
    }
}

/// Whether errors are to be JSON where the command line itself could not be read, or says nothing of it.
fn json_asked() -> bool {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    let flag = args.iter().any(|arg| arg == "--format=json") || args.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json");
    let other = args.iter().any(|arg| arg == "--format" || arg.to_string_lossy().starts_with("--format="));
    flag || (!other && std::env::var_os("FEEDFIX_FORMAT").is_some_and(|format| format == "json"))
}

/// What clap says to arguments that it cannot take: help and version are answers, the rest is wrong usage.
fn refused(error: &clap::Error) -> ExitCode {
    use clap::error::ErrorKind;
    let answers = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if !answers && json_asked() {
        let text = error.render().to_string();
        let message = text.trim_start_matches("error: ").trim_end();
        return fail(&Failure::usage("usage", message).into(), true);
    }
    let _ = error.print();
    if answers { Status::Answered.into() } else { Status::Usage.into() }
}

fn fail(error: &anyhow::Error, json: bool) -> ExitCode {
    if broken_pipe(error) {
        return Status::Answered.into();
    }
    let unknown;
    let failure = match error.downcast_ref::<Failure>() {
        Some(failure) => failure,
        None => {
            unknown = Failure::new(Status::Unreadable, "io", format!("{error:#}"));
            &unknown
        }
    };
    // Nothing is left to do when standard error is closed, too.
    let _ = writeln!(std::io::stderr(), "{}", failure.said(json));
    failure.status.into()
}

/// Whoever read our output has had enough: the run ends silently.
fn broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn run(cli: Cli) -> anyhow::Result<Status> {
    if cli.command.is_some() && (!cli.ask.query.is_empty() || cli.ask.product.is_some()) {
        let help = "options of a command stand behind its name: feedfix explain 324 --product NAME";
        return Err(Failure::usage("before-command", "something stands before the command that belongs behind it").help(help).into());
    }
    let settings = Settings::of(&cli.global)?;
    if settings.format.value == Format::Csv && !matches!(cli.command, Some(Command::Triage(_))) {
        return Err(Failure::usage("no-csv", "only triage prints CSV").help("other formats are text, json and markdown").into());
    }
    let output = Output::new(&settings);
    settings.tell(&output);
    let mut run = Run { settings, output };
    match cli.command {
        Some(Command::Explain(args)) => explain::run(&mut run, &args),
        Some(Command::Triage(args)) => triage::run(&mut run, &args),
        Some(Command::Annotate(args)) => annotate::run(&mut run, &args),
        Some(Command::List(args)) => list::codes(&mut run, &args),
        Some(Command::Providers) => list::providers(&mut run),
        Some(Command::Categories) => list::categories(&mut run),
        Some(Command::Walk(args)) => walk::run(&mut run, &args),
        Some(Command::Retry(args)) => retry::run(&mut run, &args),
        Some(Command::Completions { shell }) => completions::script(&run, shell),
        Some(Command::CompleteCodes { begun, providers }) => completions::words(&run, &begun, providers),
        Some(Command::Man { command }) => man::run(&run, &command),
        Some(Command::Catalogue(command)) => catalogue::run(&mut run, &command),
        Some(Command::Diagnose(args)) => diagnose::run(&mut run, &args),
        None => diagnose::without_command(&mut run, &cli.ask),
    }
}
