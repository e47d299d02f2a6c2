//! What was typed, as an answer to what was asked.

use super::{About, Next};
use crate::catalogue::key::squash;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The trouble is over.
    Helped,
    /// Done, and the trouble is still there.
    DidNotHelp,
    /// Done.
    Done,
    /// It cannot be done, or does not apply.
    Cannot,
    /// These of the options, from 0.
    Pick(Vec<usize>),
    /// None of the options.
    NoneOfThese,
    /// Why this step?
    Why,
    /// Take the last answer back.
    Back,
    /// End here, with a ticket.
    Ticket,
    /// End here.
    Quit,
    /// What can be answered?
    Help,
}

/// An answer that could not be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misheard;

impl Reply {
    /// Reads an answer to what was asked.
    ///
    /// # Errors
    /// When it is no answer to that.
    pub fn parse(text: &str, next: &Next<'_>) -> Result<Self, Misheard> {
        let said = text.trim().trim_end_matches(['.', '!']).to_lowercase().replace('’', "'");
        if let Some(reply) = everywhere(&said) {
            return Ok(reply);
        }
        match next {
            Next::Choice(choice) => match said.as_str() {
                "n" | "no" | "none" | "none of these" | "none of them" => Ok(Self::NoneOfThese),
                said => picked(said, &choice.options, &choice.options).filter(|picked| picked.len() == 1).map(Self::Pick).ok_or(Misheard),
            },
            Next::Step(ask) => match (&ask.about, said.as_str()) {
                (_, "h" | "helped" | "it helped" | "solved" | "fixed" | "works" | "it works" | "it works again") => Ok(Self::Helped),
                (_, "d" | "done" | "ok" | "next") => Ok(Self::Done),
                (About::Help, "y" | "yes") => Ok(Self::Helped),
                (About::Done, "y" | "yes") => Ok(Self::Done),
                (About::Findings(found), "y" | "yes") if found.len() == 1 => Ok(Self::Pick(vec![0])),
                (About::Findings(_), "n" | "no" | "none" | "none of these" | "none of them") => Ok(Self::NoneOfThese),
                (About::Help | About::Done, "n" | "no" | "not helped" | "no help" | "did not help" | "didn't help" | "still there") => {
                    Ok(Self::DidNotHelp)
                }
                (About::Findings(found), said) => {
                    let ids: Vec<String> = found.iter().map(|cause| cause.id.clone()).collect();
                    let texts: Vec<String> = found.iter().map(|cause| cause.text.clone()).collect();
                    picked(said, &ids, &texts).map(Self::Pick).ok_or(Misheard)
                }
                _ => Err(Misheard),
            },
            Next::Solved(_) | Next::Ticket => Err(Misheard),
        }
    }
}

/// Answers that mean the same whatever was asked.
fn everywhere(said: &str) -> Option<Reply> {
    Some(match said {
        "c" | "can't" | "cant" | "cannot" | "can't do" | "can't tell" | "s" | "skip" | "not mine" => Reply::Cannot,
        "w" | "why" | "why?" | "why this step?" => Reply::Why,
        "b" | "back" | "undo" => Reply::Back,
        "t" | "ticket" => Reply::Ticket,
        "q" | "quit" | "exit" => Reply::Quit,
        "?" | "help" => Reply::Help,
        _ => return None,
    })
}

/// Options by their numbers, their name, or the beginning of their text.
fn picked(said: &str, names: &[String], texts: &[String]) -> Option<Vec<usize>> {
    let numbers: Option<Vec<usize>> =
        said.split([',', ' ']).filter(|part| !part.is_empty()).map(|part| part.parse::<usize>().ok()?.checked_sub(1)).collect();
    if let Some(mut numbers) = numbers.filter(|numbers| !numbers.is_empty()) {
        numbers.sort_unstable();
        numbers.dedup();
        return numbers.iter().all(|number| *number < names.len()).then_some(numbers);
    }
    let said = squash(said);
    if said.is_empty() {
        return None;
    }
    if let Some(exact) = names.iter().position(|name| squash(name) == said) {
        return Some(vec![exact]);
    }
    let mut begun = (0..texts.len()).filter(|index| squash(&texts[*index]).starts_with(&said));
    match (begun.next(), begun.next()) {
        (Some(one), None) if said.len() >= 3 => Some(vec![one]),
        _ => None,
    }
}
