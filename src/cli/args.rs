//! The command line as typed.

use clap::{Args, FromArgMatches, Parser, Subcommand, ValueEnum};
use feedfix::catalogue::model::{Category, Policy, Who};
use feedfix::render::triage::By;
use std::ffi::OsString;
use std::path::PathBuf;

#[derive(Debug, Parser)]
#[command(
    name = "feedfix",
    version,
    about = "What a bank-feed error means, why it happened, what to do in which order, who has to act, and whether a retry helps",
    after_help = "A code is explained, a file or piped-in payload is diagnosed, without naming a command:\n  \
                  feedfix 324\n  feedfix error.json\n  curl … | feedfix\n\n\
                  Exit status: 0 answered, 1 no match or only guesses, 2 wrong usage, 3 input unreadable, 4 catalogue invalid.",
    subcommand_precedence_over_arg = true,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) ask: AskArgs,
    #[command(flatten)]
    pub(crate) global: Global,
}

impl Cli {
    /// What was typed.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        match Self::begun_with_command(std::env::args_os()) {
            Some(cli) => Ok(cli),
            None => Self::whole(std::env::args_os()),
        }
    }

    /// A command that stands first, where nothing is amiss with it. The whole would make all commands ready, each with a
    /// copy of the global options, which costs as much as an answer does.
    fn begun_with_command(mut args: impl Iterator<Item = OsString>) -> Option<Self> {
        let name = args.nth(1)?;
        let (command, global) = match name.to_str()? {
            "explain" => alone(args, Command::Explain)?,
            "diagnose" => alone(args, Command::Diagnose)?,
            "retry" => alone(args, Command::Retry)?,
            _ => return None,
        };
        Some(Self { command: Some(command), ask: AskArgs::default(), global })
    }

    /// The command line with all commands. Kept apart, since what clap derives takes five pages of stack.
    #[cold]
    #[inline(never)]
    fn whole(args: impl Iterator<Item = OsString>) -> Result<Self, clap::Error> {
        Self::try_parse_from(args)
    }
}

/// What stands behind a command's name; nothing where it is no plain use of it, of which the whole has to speak.
fn alone<T: Args>(args: impl Iterator<Item = OsString>, command: fn(T) -> Command) -> Option<(Command, Global)> {
    let expected = Global::augment_args(T::augment_args(clap::Command::new("feedfix").no_binary_name(true)));
    let mut matches = expected.try_get_matches_from(args).ok()?;
    let own = T::from_arg_matches_mut(&mut matches).ok()?;
    Some((command(own), Global::from_arg_matches_mut(&mut matches).ok()?))
}

/// Options that hold for every command.
#[derive(Args, Debug)]
pub(crate) struct Global {
    /// How to print the answer [env: FEEDFIX_FORMAT]
    #[arg(long, global = true, value_name = "FORMAT", help_heading = "Global options")]
    pub(crate) format: Option<Format>,
    /// Print one field only, such as retry.policy or steps.0.text; a leading / starts at the whole answer
    #[arg(long, global = true, value_name = "PATH", help_heading = "Global options")]
    pub(crate) field: Option<String>,
    /// The provider that is meant: plaid, quickbooks-online, … [env: FEEDFIX_PROVIDER, as a preference]
    #[arg(short, long, global = true, value_name = "PROVIDER", help_heading = "Global options")]
    pub(crate) provider: Option<String>,
    /// A file or folder of catalogue entries to lay over the built-in ones; may be repeated [env: FEEDFIX_CATALOGUE]
    #[arg(long, global = true, value_name = "PATH", help_heading = "Global options")]
    pub(crate) catalogue: Vec<PathBuf>,
    /// When to use colour [env: FEEDFIX_COLOR, NO_COLOR, CLICOLOR_FORCE]
    #[arg(long, global = true, value_name = "WHEN", help_heading = "Global options")]
    pub(crate) color: Option<ColorWhen>,
    /// Do not read the configuration file
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) no_config: bool,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// Say on standard error what is being done
    #[arg(short, long, global = true, conflicts_with = "quiet", help_heading = "Global options")]
    pub(crate) verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Explain a code: meaning, causes, steps, who must act, whether to retry
    Explain(ExplainArgs),
    /// Find out what a payload, a file or a trouble in words is about
    Diagnose(DiagnoseArgs),
    /// Go through the steps one at a time: helped, did not help, can't, why, back
    Walk(WalkArgs),
    /// Say by the exit status whether to send the same request again, and print the wait in seconds
    #[command(after_help = "Exit status: 0 retry after so many seconds as printed, 10 only after somebody acted, 11 never, 12 the wait \
                            exceeds --max-wait,\n1 unknown or not sure enough, 2 wrong usage, 3 input unreadable, 4 catalogue invalid. Of several \
                            errors the strictest counts.")]
    Retry(RetryArgs),
    /// Say who must act on how many, and what to do first, after reading whole logs
    Triage(TriageArgs),
    /// Pass a log through, with what was recognised added to its lines of JSON as a "feedfix" object
    Annotate(AnnotateArgs),
    /// List codes and symptoms
    List(ListArgs),
    /// List the providers
    Providers,
    /// List the kinds of trouble
    Categories,
    /// Look into the catalogue: check files, print schemas, show entries and settings
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// Print a completion script for a shell; in bash, zsh and fish codes and providers complete, too
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// What completion scripts ask for: codes or providers that begin so, a line each, with a description behind a tab
    #[command(hide = true)]
    CompleteCodes {
        /// What was typed so far
        #[arg(default_value = "", allow_hyphen_values = true)]
        begun: String,
        /// Providers rather than codes
        #[arg(long)]
        providers: bool,
    },
    /// Print the manual page, or that of a command: feedfix man walk | man -l -
    Man {
        /// The command: walk, catalogue check
        command: Vec<String>,
    },
}

/// What is asked without naming a command.
#[derive(Args, Debug, Default)]
pub(crate) struct AskArgs {
    /// A code, or a file that holds a payload
    #[arg(value_name = "CODE|FILE")]
    pub(crate) query: Vec<String>,
    /// The product that is used, such as "QuickBooks Self-Employed"
    #[arg(long, value_name = "PRODUCT")]
    pub(crate) product: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// Codes: 324, plaid:ITEM_LOGIN_REQUIRED, mx:DENIED@member, "error 324"
    #[arg(required = true, value_name = "CODE", allow_negative_numbers = true)]
    pub(crate) codes: Vec<String>,
    /// What is known of the case: "the bank issued a new card"; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub(crate) because: Vec<String>,
    /// The product that is used, such as "QuickBooks Self-Employed"
    #[arg(long, value_name = "PRODUCT")]
    pub(crate) product: Option<String>,
}

/// A question that is a code, words or a payload.
#[derive(Args, Debug)]
pub(crate) struct Query {
    /// A code, a file with a payload, words, or - for a payload on standard input
    #[arg(value_name = "CODE|FILE|WORDS|-", allow_negative_numbers = true)]
    pub(crate) query: Vec<String>,
    /// Take the arguments for words, even if a file is called so
    #[arg(long, conflicts_with = "file")]
    pub(crate) text: bool,
    /// Take the argument for a file
    #[arg(long)]
    pub(crate) file: bool,
    /// The product that is used, such as "QuickBooks Self-Employed"
    #[arg(long, value_name = "PRODUCT")]
    pub(crate) product: Option<String>,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Answers: helped, no, done, can't, why, back, ticket, quit, or the numbers of what is listed; their first letters will do.\n\
                        Where standard input is no terminal they are read from it line by line; lines that begin with # are left out."
)]
pub(crate) struct WalkArgs {
    #[command(flatten)]
    pub(crate) query: Query,
    /// What is known of the case: "the bank issued a new card"; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub(crate) because: Vec<String>,
    /// Read the answers from a file, one a line
    #[arg(long, value_name = "FILE")]
    pub(crate) answers: Option<PathBuf>,
    /// Where to write the ticket, if it comes to that
    #[arg(long, value_name = "FILE")]
    pub(crate) ticket: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct RetryArgs {
    #[command(flatten)]
    pub(crate) query: Query,
    /// The longest wait that is worth it: 90, 90s, 15m, 2h, 1d
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(crate) max_wait: Option<u64>,
}

#[derive(Args, Debug, Default)]
pub(crate) struct DiagnoseArgs {
    /// Files, words, or - for standard input
    #[arg(value_name = "FILE|WORDS|-")]
    pub(crate) inputs: Vec<String>,
    /// Take the arguments for words, even if a file is called so
    #[arg(long, conflicts_with = "file")]
    pub(crate) text: bool,
    /// Take the arguments for files
    #[arg(long)]
    pub(crate) file: bool,
    /// The product that is used, such as "QuickBooks Self-Employed"
    #[arg(long, value_name = "PRODUCT")]
    pub(crate) product: Option<String>,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Exit status: 0 answered, whether there were errors or not, 2 wrong usage, 3 an input cannot be read (the rest is answered) or\n\
                        Ctrl-C broke it off, 4 catalogue invalid, 20 --fail-on is met, whatever else was.\n\n\
                        What to do first: 1. what fails because of the app's own key, permission or setup; 2. what the owner of an account or the\n\
                        developers must mend; 3. what the provider or the bank must mend; 4. what passes with time; 5. what nobody knows who must\n\
                        mend; 6. what needs nothing. Within each, what concerns the most items."
)]
pub(crate) struct TriageArgs {
    /// Log files, folders of them, or - for standard input: NDJSON, text, JSON arrays; plain, gzip or zstd
    #[arg(value_name = "FILE|FOLDER|-")]
    pub(crate) inputs: Vec<String>,
    /// Only this grouping
    #[arg(long, value_name = "WHAT")]
    pub(crate) by: Option<Group>,
    /// At most so many diagnoses, institutions and shapes; by default 10 in text and Markdown, all in JSON and CSV
    #[arg(long, value_name = "N")]
    pub(crate) top: Option<usize>,
    /// Only errors from then on: 2026-11-30T04:05Z, 2026-11-30, seconds since 1970, or so long ago: 24h, 7d
    #[arg(long, value_name = "TIME", value_parser = super::triage::moment)]
    pub(crate) since: Option<i64>,
    /// Only errors before then
    #[arg(long, value_name = "TIME", value_parser = super::triage::moment)]
    pub(crate) until: Option<i64>,
    /// End with status 20 if there are such: who=, category=, retry=, provider=, code=, not-understood; may be repeated
    #[arg(long, value_name = "CONDITION")]
    pub(crate) fail_on: Vec<String>,
    /// Add up what earlier runs printed with --format json; the files are those
    #[arg(long, conflicts_with_all = ["since", "until", "threads"])]
    pub(crate) merge: bool,
    /// What ids in JSON are hashed with; the same for all parts of a merge. Without it, who has a list of ids can recognise them
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) salt: String,
    /// How many threads recognise; by default one a core, eight at most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
}

/// What errors are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Group {
    Diagnosis,
    Who,
    Category,
    Provider,
    Institution,
}

impl Group {
    pub(crate) fn by(self) -> By {
        match self {
            Self::Diagnosis => By::Diagnosis,
            Self::Who => By::Who,
            Self::Category => By::Category,
            Self::Provider => By::Provider,
            Self::Institution => By::Institution,
        }
    }
}

#[derive(Args, Debug)]
#[command(
    after_help = "The order of the lines is kept, and every byte of what is not recognised; the object is spliced in before the last brace.\n\
                        It holds provider, code, family, category, who, retry and confidence, and no value of the line."
)]
pub(crate) struct AnnotateArgs {
    /// Log files, or - for standard input
    #[arg(value_name = "FILE|-")]
    pub(crate) inputs: Vec<String>,
    /// Mask secrets and personal data in the lines, too
    #[arg(long)]
    pub(crate) mask: bool,
    /// Write each line as soon as it is there, for a live pipe
    #[arg(long)]
    pub(crate) line_buffered: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// Only this kind of trouble
    #[arg(long, value_name = "CATEGORY", value_parser = word::<Category>(Category::ALL.iter().map(|it| it.word())))]
    pub(crate) category: Option<Category>,
    /// Only where this one must act
    #[arg(long, value_name = "WHO", value_parser = word::<Who>(Who::ALL.iter().map(|it| it.word())))]
    pub(crate) who: Option<Who>,
    /// Only with this answer to whether a retry helps
    #[arg(long, value_name = "POLICY", value_parser = word::<Policy>(Policy::ALL.iter().map(|it| it.word())))]
    pub(crate) retry: Option<Policy>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogueCommand {
    /// Check catalogue files: every fault with file, line, entry and the way out
    Check {
        /// Files or folders; without any, the overlays that are in force
        paths: Vec<PathBuf>,
    },
    /// Print the JSON Schema of a catalogue file or of an answer
    Schema {
        /// Of what
        #[arg(long, value_name = "WHAT", default_value = "catalogue")]
        of: SchemaOf,
    },
    /// Show where settings come from, or entries as the catalogue holds them
    Show {
        /// Entries; without any, the settings in force
        entries: Vec<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    Catalogue,
    Answer,
    List,
    Triage,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
    Markdown,
    /// Of triage only
    Csv,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    #[default]
    Auto,
    Always,
    Never,
}

/// A parser for the fixed words of the contract, which clap then lists and corrects.
fn word<T: std::str::FromStr<Err = ()> + Clone + Send + Sync + 'static>(
    words: impl Iterator<Item = &'static str>,
) -> impl clap::builder::TypedValueParser<Value = T> {
    use clap::builder::TypedValueParser;
    clap::builder::PossibleValuesParser::new(words.collect::<Vec<_>>()).try_map(|word| word.parse().map_err(|()| "not a word of this list"))
}

/// A time in seconds: `90`, `90s`, `15m`, `2h`, `1d`.
pub(super) fn seconds(text: &str) -> Result<u64, String> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let factor = match unit.trim() {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err("a number of seconds, or one with s, m, h or d behind it".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "a number of seconds, or one with s, m, h or d behind it".to_owned())?;
    number.checked_mul(factor).ok_or_else(|| "that is longer than anybody waits".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_alone_reads_as_the_whole_does() {
        for typed in [
            "explain 324 -p quickbooks-online",
            "explain -4 -7 --because x --format json --catalogue a --catalogue b",
            "explain --product=x --field retry.policy -qp plaid -- --format",
            "diagnose my bank --text --color never --no-config",
            "diagnose -",
            "diagnose",
            "retry 324 --max-wait 2h -v",
            "retry --file x",
        ] {
            let args = || std::iter::once("feedfix").chain(typed.split(' ')).map(OsString::from);
            let alone = Cli::begun_with_command(args()).unwrap_or_else(|| panic!("{typed} is read at once"));
            let whole = Cli::whole(args()).expect("a command line");
            assert_eq!(format!("{alone:?}"), format!("{whole:?}"));
        }
    }

    #[test]
    fn what_is_amiss_is_left_to_the_whole() {
        for typed in
            ["explain", "explain --help", "diagnose -qv x", "retry --max-wait x", "explain 324 --format yaml", "-q explain 324", "help"]
        {
            let args = std::iter::once("feedfix").chain(typed.split(' ')).map(OsString::from);
            assert!(Cli::begun_with_command(args).is_none(), "{typed}");
        }
    }
}
