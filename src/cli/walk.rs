//! `feedfix walk`: one step at a time, at a terminal or line by line from a pipe or a file.

use super::Run;
use super::args::{Format, WalkArgs};
use super::asked::{asked, from_standard_input};
use super::failure::{Failure, Status};
use anyhow::Context;
use feedfix::answer::{Answer, Diagnosis};
use feedfix::diagnose::{self, Hint, SURE};
use feedfix::render::walk as render;
use feedfix::text::harmless;
use feedfix::ticket::{self, Material};
use feedfix::walk::{Next, Reply, Walk};
use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::Path;

/// How far the confidence of diagnoses may lie apart for the question which one is meant.
const RIVALS: f64 = 0.2;
/// The longest line that is taken for an answer.
const LONGEST: u64 = 4096;
#[cfg(windows)]
const TERMINAL: &str = "CONIN$";
#[cfg(not(windows))]
const TERMINAL: &str = "/dev/tty";

pub(crate) fn run(run: &mut Run, args: &WalkArgs) -> anyhow::Result<Status> {
    let catalogue = run.settings.catalogue()?;
    let hint = Hint { because: args.because.clone(), ..run.settings.hint(&catalogue, args.query.product.as_deref())? };
    let asked = asked(&catalogue, &args.query, &hint)?;
    let mut talk = Talk::new(run, args)?;
    let Some(meant) = meant(&mut talk, &asked.answer)? else {
        return Ok(Status::NoMatch);
    };
    let mut others = asked.answer.diagnoses;
    let diagnosis = others.remove(meant);
    let provider = diagnosis.provider.as_deref().and_then(|id| catalogue.provider(id));
    let product = hint.product.as_deref().and_then(|said| diagnose::product(&provider?, said));
    let mut walk = Walk::new(diagnosis, product, catalogue.order());
    let end = go(&mut talk, &mut walk, &others)?;
    let said: Vec<String> = asked.words.into_iter().chain(args.because.iter().cloned()).collect();
    let material = Material::new(asked.payload.as_deref(), &said);
    finish(run, &talk, &walk, end, &material, args.ticket.as_deref())?;
    Ok(Status::Answered)
}

/// How a dialogue ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Solved,
    /// With a ticket; whether everything was tried.
    Ticket(bool),
    Left,
}

/// Which diagnosis is to be walked: the best, or the one that is chosen among rivals.
fn meant(talk: &mut Talk<'_>, answer: &Answer) -> anyhow::Result<Option<usize>> {
    let Some(best) = answer.diagnoses.first() else {
        talk.run.output.note("nothing was recognised; feedfix diagnose says more");
        return Ok(None);
    };
    let sure = best.confidence >= SURE;
    let rival = |it: &&Diagnosis| !sure || best.confidence - it.confidence <= RIVALS + 1e-9;
    let rivals: Vec<Diagnosis> = answer.diagnoses.iter().filter(rival).take(9).cloned().collect();
    if rivals.len() == 1 && sure {
        return Ok(Some(0));
    }
    talk.say(&format!("{}\n", render::which(&rivals, talk.width())))?;
    loop {
        let Some(said) = talk.hear()? else { return Ok(None) };
        match said.trim().to_lowercase().as_str() {
            "q" | "quit" | "n" | "no" | "none" => return Ok(None),
            // Rivals stand at the head of the list, so that their numbers are those of the diagnoses.
            number => match number.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|index| *index < rivals.len()) {
                Some(index) => {
                    talk.say("\n")?;
                    return Ok(Some(index));
                }
                None => talk.misheard(&said, "a number of the list, n for none of them, or q")?,
            },
        }
    }
}

/// The dialogue, step by step.
fn go(talk: &mut Talk<'_>, walk: &mut Walk, others: &[Diagnosis]) -> anyhow::Result<End> {
    let width = talk.width();
    talk.say(&format!("{}\n", render::opening(walk, others, width)))?;
    let mut shown = false;
    loop {
        match walk.next() {
            Next::Solved(_) => return Ok(End::Solved),
            Next::Ticket => return Ok(End::Ticket(true)),
            Next::Step(_) | Next::Choice(_) if !shown => {
                talk.say(&render::next(walk, width))?;
                shown = true;
            }
            Next::Step(_) | Next::Choice(_) => {}
        }
        let Some(said) = talk.hear()? else { return Ok(End::Left) };
        let reply = Reply::parse(&said, &walk.next());
        match reply {
            Ok(Reply::Quit) => return Ok(End::Left),
            Ok(Reply::Ticket) => return Ok(End::Ticket(false)),
            Ok(Reply::Help) => talk.say(&render::help(width))?,
            Ok(Reply::Why) => {
                let why = match (walk.next(), walk.why()) {
                    (Next::Step(ask), Some(why)) => render::why(&why, ask.step, width),
                    _ => "  What comes next depends on it.\n".to_owned(),
                };
                talk.say(&why)?;
            }
            Ok(Reply::Back) => {
                shown = !walk.back();
                talk.say(if shown { "  This is where it began.\n" } else { "\n" })?;
            }
            Ok(reply) => match walk.answer(&reply) {
                Some(effect) => {
                    shown = false;
                    talk.say(&format!("{}\n", render::effect(walk, &effect, width)))?;
                }
                None => talk.misheard(&said, "one of the above; ? says more")?,
            },
            Err(_) => talk.misheard(&said, "one of the above; ? says more")?,
        }
    }
}

fn finish(run: &Run, talk: &Talk<'_>, walk: &Walk, end: End, material: &Material, file: Option<&Path>) -> anyhow::Result<()> {
    let width = talk.width();
    let page = match end {
        End::Left => None,
        End::Solved | End::Ticket(_) => Some(ticket::markdown(walk, material)),
    };
    match (end, walk.next()) {
        (End::Ticket(all_tried), _) => talk.say(&render::unsolved(walk, all_tried, width))?,
        (_, Next::Solved(step)) => talk.say(&render::solved(walk, step, width))?,
        _ => {
            let count = walk.tried().len();
            let steps = if count == 1 { "1 step".to_owned() } else { format!("{count} steps") };
            talk.say(&format!("Left after {steps}; it is not solved yet.\n"))?;
        }
    }
    let ticket = page.as_ref().filter(|_| matches!(end, End::Ticket(_)));
    let written = match (file, ticket) {
        (Some(path), Some(ticket)) => Some((path, std::fs::write(path, ticket))),
        _ => None,
    };
    if run.output.format() == Format::Json || run.output.wants_field() {
        run.output.record(&walk.report(ticket.cloned()))?;
    } else if run.output.format() == Format::Markdown {
        run.output.print(page.as_deref().unwrap_or_default())?;
    } else if let Some(ticket) = ticket.filter(|_| !matches!(written, Some((_, Ok(()))))) {
        talk.say(&format!("\n{}\n\n{ticket}", "-".repeat(width.min(80))))?;
    }
    match written {
        Some((path, Ok(()))) => talk.say(&format!("\nThe ticket is in {}.\n", path.display())),
        Some((path, Err(error))) => {
            let message = format!("cannot write the ticket to {}: {error}", path.display());
            Err(Failure::new(Status::Unreadable, "ticket-unwritable", message).into())
        }
        None if file.is_some() && end == End::Solved => {
            run.output.note("solved, so no ticket was written");
            Ok(())
        }
        None => Ok(()),
    }
}

/// The two sides of the dialogue.
struct Talk<'r> {
    run: &'r Run,
    input: Box<dyn BufRead>,
    /// Whether a person types the answers.
    person: bool,
    /// How many answers were read.
    heard: usize,
}

impl<'r> Talk<'r> {
    fn new(run: &'r Run, args: &WalkArgs) -> anyhow::Result<Self> {
        let (input, person): (Box<dyn BufRead>, bool) = match &args.answers {
            Some(path) => {
                let failure = |error| {
                    let message = format!("cannot read the answers in {}: {error}", path.display());
                    Failure::new(Status::Unreadable, "answers-unreadable", message)
                };
                (Box::new(BufReader::new(File::open(path).map_err(failure)?)), false)
            }
            // Standard input held the payload: the person is asked at the terminal itself.
            None if from_standard_input(&args.query) => {
                let failure = |_| {
                    let message = "the payload came on standard input, and there is no terminal to ask at";
                    Failure::usage("answers-missing", message).help("--answers FILE says where the answers are")
                };
                (Box::new(BufReader::new(File::open(TERMINAL).map_err(failure)?)), true)
            }
            None => (Box::new(BufReader::new(std::io::stdin())), std::io::stdin().is_terminal()),
        };
        Ok(Self { run, input, person, heard: 0 })
    }

    fn width(&self) -> usize {
        self.run.output.width()
    }

    /// The dialogue is the answer where text is asked for; beside a record or a page it goes to standard error.
    fn say(&self, text: &str) -> anyhow::Result<()> {
        if self.run.output.format() == Format::Text && !self.run.output.wants_field() {
            return self.run.output.print(text);
        }
        let mut error = std::io::stderr().lock();
        error.write_all(text.as_bytes())?;
        Ok(error.flush()?)
    }

    /// The next answer; none where there are no more. What no person typed is repeated, so that the dialogue can be read.
    fn hear(&mut self) -> anyhow::Result<Option<String>> {
        loop {
            if self.person {
                self.say("> ")?;
            }
            let mut line = Vec::new();
            let ended = self.input.by_ref().take(LONGEST).read_until(b'\n', &mut line).context("the answers")? == 0;
            if ended {
                if self.person {
                    self.say("\n")?;
                } else {
                    self.run.output.note("the answers end here");
                }
                return Ok(None);
            }
            let line = String::from_utf8_lossy(&line).trim().to_owned();
            if !line.is_empty() && (self.person || !line.starts_with('#')) {
                self.heard += 1;
                if !self.person {
                    self.say(&format!("> {}\n", harmless(&line)))?;
                }
                return Ok(Some(line));
            }
        }
    }

    /// An answer that fits nothing: a person is told, a script is stopped, since all that follows would be out of step.
    fn misheard(&self, said: &str, expected: &str) -> anyhow::Result<()> {
        let said = harmless(said);
        if self.person {
            return self.say(&format!("  {said:?} is no answer here: {expected}.\n"));
        }
        Err(Failure::usage("not-an-answer", format!("answer {}, {said:?}, does not fit the question", self.heard)).help(expected).into())
    }
}
