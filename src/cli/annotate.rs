//! `feedfix annotate`: standard input or files, line by line, to standard output.

use super::Run;
use super::args::AnnotateArgs;
use super::failure::{Failure, Status, why_unreadable};
use feedfix::annotate::{Annotator, MOST_LINE};
use feedfix::recognise::Recogniser;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};

/// How much is read at a time; what is there is passed on at once.
const READ: usize = 256 << 10;

pub(crate) fn run(run: &mut Run, args: &AnnotateArgs) -> anyhow::Result<Status> {
    if args.inputs.is_empty() && io::stdin().is_terminal() {
        let help = "pipe a log in, or name log files";
        return Err(Failure::usage("nothing-asked", "there is nothing to annotate").help(help).into());
    }
    let catalogue = run.settings.catalogue()?;
    let hint = run.settings.hint(&catalogue, None)?;
    let recogniser = Recogniser::new(&catalogue);
    let annotator = Annotator::new(&catalogue, &recogniser, &hint, args.mask);
    let mut pass = Pass { annotator, out: Vec::new(), each: args.line_buffered, mask: args.mask, withheld: 0 };
    let standard = ["-".to_owned()];
    let names = if args.inputs.is_empty() { &standard[..] } else { &args.inputs };
    let mut status = Status::Answered;
    for name in names {
        let opened: io::Result<Box<dyn Read>> =
            if name == "-" { Ok(Box::new(io::stdin().lock())) } else { File::open(name).map(|file| Box::new(file) as Box<dyn Read>) };
        match opened.and_then(|input| pass.input(input)) {
            Ok(Ok(())) => {}
            Ok(Err(written)) => return Err(written.into()),
            Err(error) => {
                let message = format!("cannot read {name}: {}", why_unreadable(&error));
                run.output.complain(&Failure::new(Status::Unreadable, "input-unreadable", message));
                status = Status::Unreadable;
            }
        }
    }
    if pass.withheld > 0 {
        let message = format!("{} too long to be masked: empty in what was written", plural(pass.withheld));
        run.output.complain(&Failure::new(Status::Unreadable, "line-too-long", message));
        status = Status::Unreadable;
    }
    Ok(status)
}

fn plural(lines: u64) -> String {
    if lines == 1 { "a line was".to_owned() } else { format!("{lines} lines were") }
}

struct Pass<'r, 'c> {
    annotator: Annotator<'r, 'c>,
    out: Vec<u8>,
    /// Each line is written by itself.
    each: bool,
    mask: bool,
    /// How many lines were too long to be masked: what may hold a secret is not passed on.
    withheld: u64,
}

impl Pass<'_, '_> {
    /// Passes an input through. The outer fault is one of reading, the inner one of writing.
    fn input(&mut self, mut input: Box<dyn Read + '_>) -> io::Result<io::Result<()>> {
        let mut held: Vec<u8> = Vec::new();
        // Inside a line that is too long to be looked at.
        let mut passing = false;
        loop {
            let before = held.len();
            held.resize(before + READ, 0);
            let read = match input.read(&mut held[before..]) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    held.truncate(before);
                    continue;
                }
                Err(error) => return Err(error),
            };
            held.truncate(before + read);
            let mut done = 0;
            for end in memchr::memchr_iter(b'\n', &held[before..]).map(|end| before + end + 1) {
                let line = &held[done..end];
                match (std::mem::take(&mut passing), self.mask) {
                    (false, _) => self.annotator.line(line, &mut self.out),
                    (true, false) => self.out.extend_from_slice(line),
                    (true, true) => self.out.push(b'\n'),
                }
                done = end;
                if self.each
                    && let Err(error) = self.write()
                {
                    return Ok(Err(error));
                }
            }
            if passing || held.len() - done > MOST_LINE {
                if !self.mask {
                    self.out.extend_from_slice(&held[done..]);
                } else if !passing {
                    self.withheld += 1;
                }
                passing = true;
                done = held.len();
            } else if read == 0 && done < held.len() {
                self.annotator.line(&held[done..], &mut self.out);
                done = held.len();
            }
            held.drain(..done);
            if let Err(error) = self.write() {
                return Ok(Err(error));
            }
            if read == 0 {
                return Ok(Ok(()));
            }
        }
    }

    fn write(&mut self) -> io::Result<()> {
        let mut output = io::stdout().lock();
        output.write_all(&self.out)?;
        self.out.clear();
        output.flush()
    }
}
