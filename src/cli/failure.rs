//! How a run ends: exit statuses, and errors as text or JSON.

use serde_json::json;
use std::fmt;
use std::process::ExitCode;

/// The exit statuses of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Answered = 0,
    NoMatch = 1,
    Usage = 2,
    Unreadable = 3,
    CatalogueInvalid = 4,
    /// `feedfix retry`: only after somebody acted.
    AfterFix = 10,
    /// `feedfix retry`: never.
    Never = 11,
    /// `feedfix retry`: the wait exceeds `--max-wait`.
    TooLong = 12,
    /// `feedfix triage --fail-on`: there is such an error.
    FailOn = 20,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// An error that ends the run, with a name that scripts can rely on.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: Status,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Failure {
    pub(crate) fn new(status: Status, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), help: None }
    }

    pub(crate) fn usage(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Status::Usage, code, message)
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        let help = help.into();
        self.help = (!help.is_empty()).then_some(help);
        self
    }

    /// The failure as standard error gets it.
    pub(crate) fn said(&self, as_json: bool) -> String {
        if as_json { self.json() } else { format!("feedfix: {self}") }
    }

    fn json(&self) -> String {
        json!({"error": {"code": self.code, "message": self.message, "help": self.help, "status": self.status as u8}}).to_string()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "\n  {help}"))
    }
}

impl std::error::Error for Failure {}

/// Why a file cannot be read; the commonest reason alike on all systems.
pub(crate) fn why_unreadable(error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::NotFound { "no such file".to_owned() } else { error.to_string() }
}

/// "did you mean a, b or c?"; empty where there is nothing to propose.
pub(crate) fn did_you_mean(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("did you mean {one}?"),
        [first @ .., last] => format!("did you mean {} or {last}?", first.join(", ")),
    }
}
