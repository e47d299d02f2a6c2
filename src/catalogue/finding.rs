//! What is wrong with a catalogue file: where, what, and the way out.

use serde::Serialize;
use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The catalogue cannot be used as it is.
    Error,
    /// It can be used, and should not be shipped.
    Lint,
    /// Worth a look.
    Warning,
}

/// One fault of a catalogue file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name for the kind of fault.
    pub kind: &'static str,
    /// The file, as it was named.
    pub file: String,
    /// The line in it, from 1.
    pub line: u32,
    /// The entry concerned: `plaid:NO_ACCOUNTS`, `playbook relink`; empty where the file as a whole is meant.
    pub entry: String,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub help: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Lint => "lint",
            Severity::Warning => "warning",
        };
        write!(f, "{}:{}: {severity}[{}]", self.file, self.line, self.kind)?;
        if !self.entry.is_empty() {
            write!(f, " {}", self.entry)?;
        }
        write!(f, ": {}", self.message)?;
        if !self.help.is_empty() {
            write!(f, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}
