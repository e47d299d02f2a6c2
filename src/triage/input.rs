//! From files of any kind to blocks of whole lines, one file after another, in bounded memory.
//!
//! One source serves all threads: whoever holds it reads (and unpacks) the next block while the others recognise.

use super::records::{Record, Scan};
use super::unpack::{self, Form};
use memchr::{memchr, memchr_iter, memrchr};
use std::io::{self, Read};
use std::sync::Arc;

/// About how much is handed out at a time: little enough for a core's own cache, and enough that threads seldom wait for each other.
pub const BLOCK: usize = 512 << 10;
/// Longer lines are counted, and not looked at.
pub const MOST_LINE: usize = 16 << 20;

/// Opens an input when its turn has come.
pub type Opener<'i> = Box<dyn FnOnce() -> io::Result<Box<dyn Read + Send>> + Send + 'i>;

/// Something to read, with the name by which it is known.
pub struct Input<'i> {
    /// Its name, such as a path; `-` for standard input.
    pub name: String,
    /// Opens it.
    pub open: Opener<'i>,
}

/// An input that could not be read, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its name.
    pub name: String,
    /// Why.
    pub message: String,
    /// Whether something of it was read.
    pub begun: bool,
}

/// Whole lines of one input.
pub struct Block {
    buffer: Vec<u8>,
    end: usize,
    /// The records in it; none where lines are cut by their breaks.
    records: Option<Vec<Record>>,
    /// Which block it is, from 0: blocks may be worked on in any order, and be put back into this one.
    pub number: u64,
    /// Which input it is of.
    pub name: Arc<str>,
    /// The number of its first line, from 1.
    pub first_line: u64,
    /// Where in the text of the input it begins.
    pub offset: u64,
    /// Lines that end here and were too long to be looked at.
    pub oversized: u64,
}

impl Default for Block {
    fn default() -> Self {
        Self { buffer: Vec::new(), end: 0, records: None, number: 0, name: Arc::from(""), first_line: 1, offset: 0, oversized: 0 }
    }
}

impl Block {
    /// The lines without their breaks, each with its number.
    pub fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let by_record = self.records.iter().flatten().map(|it| (it.line, &self.buffer[it.start..it.end]));
        by_record.chain(self.plain_lines())
    }

    fn plain_lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let bytes = if self.records.is_some() { &[][..] } else { &self.buffer[..self.end] };
        let (mut rest, mut number) = (bytes, self.first_line);
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (line, behind) = match memchr(b'\n', rest) {
                Some(end) => (&rest[..end], &rest[end + 1..]),
                None => (rest, &[][..]),
            };
            rest = behind;
            number += 1;
            Some((number - 1, line.strip_suffix(b"\r").unwrap_or(line)))
        })
    }

    /// Room to read into: at least `least` bytes behind what is there already.
    fn room(&mut self, least: usize) -> &mut [u8] {
        if self.buffer.len() < self.end + least {
            self.buffer.reserve_exact(self.end + least - self.buffer.len());
            self.buffer.resize(self.end + least, 0);
        }
        &mut self.buffer[self.end..]
    }

    fn begin(&mut self, carried: &[u8]) {
        // A buffer that a long line made large is not kept.
        if self.buffer.len() > 2 * BLOCK {
            self.buffer = Vec::new();
        }
        self.end = 0;
        self.oversized = 0;
        self.records = None;
        let length = carried.len();
        self.room(length.max(BLOCK))[..length].copy_from_slice(carried);
        self.end = length;
    }
}

/// The input that is being read.
struct Current {
    name: Arc<str>,
    reader: unpack::Bytes,
    scan: Option<Scan>,
    /// Inside a line that is too long.
    skipping: bool,
    line: u64,
    offset: u64,
    ended: bool,
}

/// Inputs, read one after another.
pub struct Source<'i> {
    inputs: Box<dyn Iterator<Item = Input<'i>> + Send + 'i>,
    current: Option<Current>,
    /// The beginning of a line whose end is not read yet.
    carried: Vec<u8>,
    blocks: u64,
    /// How many inputs were opened.
    pub files: u64,
    /// What could not be read.
    pub faults: Vec<Fault>,
    /// How many bytes of text were read.
    pub bytes: u64,
}

impl<'i> Source<'i> {
    /// A source over inputs, each of which is opened when its turn has come.
    pub fn new(inputs: impl Iterator<Item = Input<'i>> + Send + 'i) -> Self {
        Self { inputs: Box::new(inputs), current: None, carried: Vec::new(), blocks: 0, files: 0, faults: Vec::new(), bytes: 0 }
    }

    /// Puts the next lines into the block; false where there are none any more.
    pub fn next(&mut self, block: &mut Block) -> bool {
        while let Some(mut current) = self.current.take().or_else(|| self.open()) {
            block.begin(&self.carried);
            self.carried.clear();
            self.carried.shrink_to(BLOCK);
            block.name = Arc::clone(&current.name);
            block.first_line = current.line;
            block.offset = current.offset;
            let has_lines = match current.scan.take() {
                Some(scan) => self.records(block, &mut current, scan),
                None => self.lines(block, &mut current),
            };
            if !current.ended {
                self.current = Some(current);
            }
            if has_lines || block.oversized > 0 {
                block.number = self.blocks;
                self.blocks += 1;
                return true;
            }
        }
        false
    }

    fn open(&mut self) -> Option<Current> {
        loop {
            let input = self.inputs.next()?;
            match (input.open)().and_then(unpack::unpacked) {
                Ok((reader, form)) => {
                    self.files += 1;
                    let scan = (form == Form::Records).then(Scan::new);
                    let name = Arc::from(input.name);
                    return Some(Current { name, reader, scan, skipping: false, line: 1, offset: 0, ended: false });
                }
                Err(error) => self.faults.push(Fault { name: input.name, message: said(&error), begun: false }),
            }
        }
    }

    /// Reads until the block is full; false at the end of the input.
    fn fill(&mut self, block: &mut Block, current: &mut Current, most: usize) {
        while block.end < most && !current.ended {
            let room = most - block.end;
            match current.reader.read(&mut block.room(room)[..room]) {
                Ok(0) => current.ended = true,
                Ok(read) => {
                    block.end += read;
                    self.bytes += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    current.ended = true;
                    self.faults.push(Fault { name: current.name.to_string(), message: said(&error), begun: true });
                }
            }
        }
    }

    fn lines(&mut self, block: &mut Block, current: &mut Current) -> bool {
        let mut most = BLOCK;
        loop {
            self.fill(block, current, most);
            if current.skipping {
                self.skip(block, current);
                if current.skipping && !current.ended {
                    continue;
                }
                if block.end == 0 && !current.ended {
                    continue;
                }
            }
            let bytes = &block.buffer[..block.end];
            let whole = if current.ended { Some(block.end) } else { memrchr(b'\n', bytes).map(|last| last + 1) };
            if let Some(whole) = whole {
                self.carried.extend_from_slice(&bytes[whole..]);
                block.end = whole;
                current.line += memchr_iter(b'\n', &bytes[..whole]).count() as u64;
                current.offset += whole as u64;
                return whole > 0;
            }
            if block.end > MOST_LINE {
                current.skipping = true;
                current.offset += block.end as u64;
                block.end = 0;
                most = BLOCK;
            } else {
                most = (2 * block.end).clamp(BLOCK, MOST_LINE + 1);
            }
        }
    }

    /// Leaves out the rest of a line that is too long.
    fn skip(&mut self, block: &mut Block, current: &mut Current) {
        let end = memchr(b'\n', &block.buffer[..block.end]);
        let gone = end.map_or(block.end, |end| end + 1);
        block.buffer.copy_within(gone..block.end, 0);
        block.end -= gone;
        current.offset += gone as u64;
        if end.is_some() || current.ended {
            current.skipping = false;
            current.line += u64::from(end.is_some());
            block.oversized += 1;
            block.first_line = current.line;
            block.offset = current.offset;
        }
    }

    fn records(&mut self, block: &mut Block, current: &mut Current, mut scan: Scan) -> bool {
        let mut most = BLOCK;
        let mut records = Vec::new();
        loop {
            self.fill(block, current, most);
            scan.scan(&mut block.buffer[..block.end], &mut records);
            if current.ended {
                scan.finish(&block.buffer[..block.end], &mut records);
            }
            if current.skipping && (!records.is_empty() || !scan.is_open()) {
                // The record that was too long has ended; its beginning is no longer there.
                current.skipping = false;
                block.oversized += 1;
                records.drain(..1.min(records.len()));
            }
            let open = scan.open();
            if !records.is_empty() || current.ended || block.oversized > 0 {
                self.carried.extend_from_slice(&block.buffer[open..block.end]);
                current.offset += open as u64;
                scan.shift(open);
                let found = !records.is_empty();
                block.records = Some(records);
                current.scan = Some(scan);
                return found;
            }
            // What lies before the open record is done with, and an open one that is too long is not kept.
            current.skipping |= scan.is_open() && block.end - open > MOST_LINE;
            let gone = if current.skipping { scan.done } else { open };
            block.buffer.copy_within(gone..block.end, 0);
            block.end -= gone;
            current.offset += gone as u64;
            scan.shift(gone);
            most = (2 * block.end).clamp(BLOCK, MOST_LINE + 2);
        }
    }
}

/// Why something cannot be read; the commonest reason alike on all systems.
fn said(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound { "no such file".to_owned() } else { error.to_string() }
}
