//! Finds the records in a stream of JSON: the elements of arrays, and objects that go over several lines.
//!
//! It only follows brackets and quotes, so that a stream of any length needs no memory but that of the record at hand. One
//! bad record does not end it: a string ends with its line at the latest, and where an object begins a line while another,
//! which began a line itself, is still open, that one ends.

use memchr::memchr3;

/// The place of a record in the bytes at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The line in which it begins.
    pub(super) line: u64,
}

/// Where in a record the scan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Between records.
    Between,
    /// Inside an object or array, this deep.
    Inside(u32),
    /// Inside a string, this deep.
    String(u32),
    /// Something that is neither: it ends with its line, and in an array with the next comma.
    Plain,
}

/// A scan that goes on from one piece of the stream to the next.
pub(super) struct Scan {
    at: At,
    /// Inside an array whose elements are the records.
    array: bool,
    /// Where the record at hand begins, and in which line.
    start: usize,
    first_line: u64,
    /// Whether it began a line.
    own_line: bool,
    /// The line at hand, from 1.
    pub(super) line: u64,
    /// Up to where the bytes at hand are scanned.
    pub(super) done: usize,
    last: u8,
}

impl Scan {
    pub(super) fn new() -> Self {
        Self { at: At::Between, array: false, start: 0, first_line: 1, own_line: true, line: 1, done: 0, last: b'\n' }
    }

    /// Where the record at hand begins; where none is, the end of what is scanned.
    pub(super) fn open(&self) -> usize {
        if self.at == At::Between { self.done } else { self.start }
    }

    pub(super) fn is_open(&self) -> bool {
        self.at != At::Between
    }

    /// What is before `from` was taken away.
    pub(super) fn shift(&mut self, from: usize) {
        self.start = self.start.saturating_sub(from);
        self.done = self.done.saturating_sub(from);
    }

    fn begin(&mut self, at: At, start: usize) {
        self.at = at;
        self.start = start;
        self.first_line = self.line;
        self.own_line = self.last == b'\n' && !self.array;
    }

    fn end(&mut self, end: usize, records: &mut Vec<Record>) {
        self.at = At::Between;
        records.push(Record { start: self.start, end, line: self.first_line });
    }

    /// Goes on to the end of the bytes at hand, of which those that are scanned already count no more. Line breaks
    /// inside a record become blanks, so that a record is a line.
    pub(super) fn scan(&mut self, bytes: &mut [u8], records: &mut Vec<Record>) {
        while self.done < bytes.len() {
            let place = self.done;
            if let At::String(_) = self.at {
                match memchr3(b'"', b'\\', b'\n', &bytes[place..]) {
                    Some(0) => {}
                    Some(ahead) => {
                        self.done += ahead;
                        continue;
                    }
                    None => {
                        self.done = bytes.len();
                        continue;
                    }
                }
            }
            let byte = bytes[place];
            // Whether the next byte belongs to this one, too, cannot be known yet.
            if place + 1 == bytes.len() && (byte == b'\\' || byte == b'{' && self.last == b'\n') {
                return;
            }
            self.done += 1;
            self.step(bytes, place, byte, records);
            if byte == b'\n' {
                self.line += 1;
                if self.at != At::Between && self.at != At::Plain {
                    bytes[place] = b' ';
                }
            }
            self.last = byte;
        }
    }

    fn step(&mut self, bytes: &[u8], place: usize, byte: u8, records: &mut Vec<Record>) {
        match (self.at, byte) {
            (At::Between, b' ' | b'\t' | b'\r' | b'\n' | b',') => {}
            (At::Between, b']') => self.array = false,
            (At::Between, b'[') if !self.array => self.array = true,
            (At::Between, b'{' | b'[') => self.begin(At::Inside(1), place),
            (At::Between, b'"') if self.array => self.begin(At::String(0), place),
            (At::Between, _) => self.begin(At::Plain, place),
            (At::Plain, b'\n') => self.end(place, records),
            (At::Plain, b',') if self.array => self.end(place, records),
            (At::Plain, b']') if self.array => {
                self.end(place, records);
                self.array = false;
            }
            (At::Plain, _) => {}
            (At::Inside(_), b'{') if self.last == b'\n' && self.own_line && bytes.get(place + 1) == Some(&b'"') => {
                self.end(place - 1, records);
                self.begin(At::Inside(1), place);
            }
            (At::Inside(depth), b'{' | b'[') => self.at = At::Inside(depth.saturating_add(1)),
            (At::Inside(1), b'}' | b']') => self.end(place + 1, records),
            (At::Inside(depth), b'}' | b']') => self.at = At::Inside(depth - 1),
            (At::Inside(depth), b'"') => self.at = At::String(depth),
            (At::Inside(_), _) => {}
            (At::String(_), b'\\') => self.done += usize::from(bytes.get(place + 1).is_some_and(|next| *next != b'\n')),
            (At::String(0), b'"') => self.end(place + 1, records),
            (At::String(0), b'\n') => self.end(place, records),
            (At::String(depth), _) => self.at = At::Inside(depth),
        }
    }

    /// The stream has ended: what is open ends with it.
    pub(super) fn finish(&mut self, bytes: &[u8], records: &mut Vec<Record>) {
        if self.at != At::Between {
            self.end(bytes.len(), records);
        }
        self.done = bytes.len();
    }
}
