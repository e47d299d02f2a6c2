//! feedfix tells what a bank-feed error means, why it happened, what to do about it in which order, who has to act, and
//! whether trying again helps.
//!
//! The library goes from bytes to a record, and from the record to text; it reads no files and prints nothing:
//! bytes → [`recognise`] → [`diagnose`] (over the [`catalogue`]) → [`answer`] → [`render`]; logs → [`triage`] → [`render`].

pub mod annotate;
pub mod answer;
pub mod catalogue;
pub mod diagnose;
pub mod recognise;
pub mod render;
pub mod retry;
pub mod search;
pub mod text;
pub mod ticket;
pub mod triage;
pub mod walk;

use catalogue::Catalogue;

/// The catalogue that is built in.
#[must_use]
pub fn embedded() -> Catalogue {
    Catalogue::packed(include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.pack")))
}
