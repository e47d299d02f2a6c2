//! What a file is, told by its first bytes and not by its name: packed or plain, in which encoding, lines or JSON records.

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, BufRead, BufReader, Cursor, Read};

/// The largest window of a zstd frame; beyond it memory would not be bounded.
pub(super) const MOST_WINDOW: u64 = 8 << 20;
/// How much of a file decides what it is.
const HEAD: usize = 4096;
const BUFFER: usize = 128 << 10;

/// What the bytes of a file are read through.
pub(super) type Bytes = Box<dyn Read + Send>;

/// How a file is cut into what is looked at one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// By line breaks.
    Lines,
    /// By the brackets of JSON: the elements of an array, or objects that go over several lines.
    Records,
}

/// The text of a file, unpacked and as UTF-8 where it was UTF-16, and how it is to be cut.
pub(super) fn unpacked(raw: Bytes) -> io::Result<(Bytes, Form)> {
    let peeked = Peeked::of(raw);
    let packed: Bytes = match peeked.head() {
        [0x1f, 0x8b, ..] => Box::new(Gzip(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, peeked)))),
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Box::new(Zstd::new(BufReader::with_capacity(BUFFER, peeked))),
        head => match foreign(head) {
            Some(kind) => return Err(io::Error::other(format!("it is {kind}, which is not read; unpack it first"))),
            None => return Ok(text(peeked)),
        },
    };
    let mut peeked = Peeked::of(packed);
    match peeked.fault.take() {
        // Of what cannot be unpacked at all, nothing is begun.
        Some(fault) if peeked.head().is_empty() => Err(fault),
        fault => Ok(text(Peeked { fault, ..peeked })),
    }
}

/// Kinds of files that hold no lines, however many logs may be inside.
fn foreign(head: &[u8]) -> Option<&'static str> {
    match head {
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some("an xz archive"),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, ..] => Some("a bzip2 archive"),
        [b'P', b'K', 3, 4, ..] => Some("a zip archive"),
        [b'P', b'A', b'R', b'1', ..] => Some("a Parquet file"),
        _ => None,
    }
}

fn text(mut peeked: Peeked) -> (Bytes, Form) {
    let wide = match peeked.head() {
        [0xff, 0xfe, ..] => Some(false),
        [0xfe, 0xff, ..] => Some(true),
        head if zeros(head, 1) => Some(false),
        head if zeros(head, 0) => Some(true),
        _ => None,
    };
    if let Some(big) = wide {
        peeked = Peeked::of(Box::new(Utf16 { source: peeked, big, left: Vec::new(), out: Cursor::default() }));
    }
    if let [0xef, 0xbb, 0xbf, ..] = peeked.head() {
        peeked.head.set_position(3);
    }
    let form = form(peeked.head());
    (Box::new(peeked), form)
}

/// Whether most bytes at odd (1) or even (0) places are NUL, as in UTF-16 of mostly ASCII.
fn zeros(head: &[u8], place: usize) -> bool {
    let at = |place: usize| head.iter().skip(place).step_by(2).filter(|byte| **byte == 0).count();
    head.len() >= 8 && at(place) * 10 >= (head.len() / 2) * 7 && at(1 - place) == 0
}

/// Lines, unless a JSON array or an object that goes over several lines begins the file.
fn form(head: &[u8]) -> Form {
    let head = head.trim_ascii_start();
    let behind = |n: usize| head[n..].trim_ascii_start();
    match head.first() {
        Some(b'[') if head.len() > 1 && matches!(behind(1).first(), Some(b'{' | b']')) => Form::Records,
        Some(b'{') => {
            let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
            // A line that ends in the middle of an object is the first of several.
            let goes_on = line.len() < head.len() && matches!(line.trim_ascii_end().last(), Some(b'{' | b'[' | b','));
            if goes_on { Form::Records } else { Form::Lines }
        }
        _ => Form::Lines,
    }
}

/// A reader whose first bytes were looked at. What went wrong while looking comes back when they are read.
struct Peeked {
    head: Cursor<Vec<u8>>,
    fault: Option<io::Error>,
    rest: Bytes,
}

impl Peeked {
    fn of(mut rest: Bytes) -> Self {
        let mut head = vec![0; HEAD];
        let (mut length, mut fault) = (0, None);
        // A line is enough: whoever writes into a pipe may be slow.
        while length < HEAD && (length < 8 || !head[..length].contains(&b'\n')) {
            match rest.read(&mut head[length..]) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    fault = Some(error);
                    break;
                }
            }
        }
        head.truncate(length);
        Self { head: Cursor::new(head), fault, rest }
    }

    fn head(&self) -> &[u8] {
        self.head.get_ref()
    }
}

impl Read for Peeked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.head.read(buffer)? {
            0 => match self.fault.take() {
                Some(fault) => Err(fault),
                None => self.rest.read(buffer),
            },
            read => Ok(read),
        }
    }
}

/// Gzip members one after another, with faults said in words.
struct Gzip(MultiGzDecoder<BufReader<Peeked>>);

impl Read for Gzip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => io::Error::new(error.kind(), "the gzip data end too early"),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => io::Error::new(error.kind(), "the gzip data are damaged"),
            _ => error,
        })
    }
}

/// Zstd frames one after another.
struct Zstd<R> {
    source: R,
    decoder: FrameDecoder,
    inside: bool,
}

impl<R: BufRead> Zstd<R> {
    fn new(source: R) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(MOST_WINDOW);
        Self { source, decoder, inside: false }
    }

    /// Begins the next frame; false where there is none.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut (&mut self.source).take(u64::from(length)), &mut io::sink())?;
                }
                Err(error) => return Err(zstd_fault(&error)),
            }
        }
        Ok(false)
    }
}

fn zstd_fault(error: &FrameDecoderError) -> io::Error {
    io::Error::other(match error {
        FrameDecoderError::WindowSizeTooBig { requested, .. } => {
            format!("its zstd window of {} MiB is larger than the {} MiB that are read", requested >> 20, MOST_WINDOW >> 20)
        }
        _ => "the zstd data are damaged or end too early".to_owned(),
    })
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.inside {
                self.inside = self.begin()?;
                if !self.inside {
                    return Ok(0);
                }
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.source, one).map_err(|error| zstd_fault(&error))?;
            }
            match self.decoder.read(buffer)? {
                0 if buffer.is_empty() => return Ok(0),
                0 => self.end()?,
                read => return Ok(read),
            }
        }
    }
}

impl<R> Zstd<R> {
    fn end(&mut self) -> io::Result<()> {
        self.inside = false;
        let stated = self.decoder.get_checksum_from_data();
        if stated.is_some() && stated != self.decoder.get_calculated_checksum() {
            return Err(io::Error::other("the zstd data are damaged: their checksum is another"));
        }
        Ok(())
    }
}

/// UTF-16 as UTF-8; what means nothing becomes a replacement character.
struct Utf16 {
    source: Peeked,
    big: bool,
    /// Bytes that wait for the rest of their character.
    left: Vec<u8>,
    out: Cursor<Vec<u8>>,
}

impl Read for Utf16 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.out.read(buffer)?;
            if read > 0 || buffer.is_empty() || !self.refill()? {
                return Ok(read);
            }
        }
    }
}

impl Utf16 {
    fn refill(&mut self) -> io::Result<bool> {
        let mut chunk = [0; 8192];
        let read = self.source.read(&mut chunk)?;
        self.left.extend_from_slice(&chunk[..read]);
        let at_end = read == 0;
        if at_end && self.left.is_empty() {
            return Ok(false);
        }
        let unit = if self.big { u16::from_be_bytes } else { u16::from_le_bytes };
        let mut units: Vec<u16> = self.left.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        let mut used = units.len() * 2;
        if at_end {
            if used < self.left.len() {
                units.push(0xfffd);
            }
            used = self.left.len();
        } else if units.last().is_some_and(|last| (0xd800..0xdc00).contains(last)) {
            units.pop();
            used -= 2;
        }
        self.left.drain(..used);
        let chars = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).filter(|c| *c != '\u{feff}');
        self.out = Cursor::new(chars.collect::<String>().into_bytes());
        Ok(true)
    }
}
