//! `feedfix man`: the manual pages, made from the command line's own description.

use super::Run;
use super::args::Cli;
use super::failure::{Failure, Status, did_you_mean};
use clap::CommandFactory;

pub(crate) fn run(run: &Run, command: &[String]) -> anyhow::Result<Status> {
    let mut all = Cli::command();
    // Names such as `feedfix-catalogue-check`, and the global options of each, are settled by building.
    all.build();
    let mut page = &all;
    for name in command {
        let mut shown = page.get_subcommands().filter(|it| !it.is_hide_set());
        page = shown.find(|it| it.get_name() == name).ok_or_else(|| {
            let near = page.get_subcommands().map(|it| it.get_name().to_owned());
            let near: Vec<String> = near.filter(|it| strsim::damerau_levenshtein(it, name) <= 2).collect();
            Failure::usage("unknown-command", format!("there is no command {name:?}")).help(did_you_mean(&near))
        })?;
    }
    let name = std::iter::once("feedfix").chain(command.iter().map(String::as_str)).collect::<Vec<_>>().join("-");
    let mut bytes = Vec::new();
    clap_mangen::Man::new(page.clone()).title(name.to_uppercase()).manual("feedfix").render(&mut bytes)?;
    run.output.print(&String::from_utf8_lossy(&bytes))?;
    Ok(Status::Answered)
}
