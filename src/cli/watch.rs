//! What goes on while a long input is read: progress for who waits, and Ctrl-C, which ends it with what there is.

use super::failure::{Failure, Status};
use feedfix::text::{duration, size};
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often progress is shown.
const TICK: Duration = Duration::from_millis(250);
/// How often somebody who waits for input looks whether to go on waiting.
const PATIENCE: Duration = Duration::from_millis(100);
const PIECE: usize = 256 << 10;

pub(super) struct Watch {
    stop: Arc<AtomicBool>,
    read: Arc<AtomicU64>,
    total: Option<u64>,
}

impl Watch {
    /// Takes over Ctrl-C.
    pub(super) fn new(total: Option<u64>) -> Result<Self, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let taken = ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed));
        taken.map_err(|error| Failure::new(Status::Unreadable, "io", format!("cannot take over Ctrl-C: {error}")))?;
        Ok(Self { stop, read: Arc::default(), total })
    }

    pub(super) fn stop(&self) -> &AtomicBool {
        &self.stop
    }

    /// A reader for what may keep one waiting: it ends when Ctrl-C is pressed, even while nothing comes.
    pub(super) fn stream(&self, mut source: impl Read + Send + 'static) -> Box<dyn Read + Send> {
        let (sender, pieces) = sync_channel(2);
        // It ends with its source, or with the process: a read that waits cannot be called back.
        std::thread::spawn(move || {
            loop {
                let mut piece = vec![0; PIECE];
                let read = source.read(&mut piece);
                let last = !matches!(read, Ok(1..));
                if sender.send(read.map(|read| piece[..read].to_vec())).is_err() || last {
                    return;
                }
            }
        });
        let stream = Stream { pieces, piece: io::Cursor::default(), stop: Arc::clone(&self.stop) };
        Box::new(Watched { source: stream, read: Arc::clone(&self.read), stop: Arc::clone(&self.stop) })
    }

    /// Does the work, with a line of progress meanwhile if that is asked for.
    pub(super) fn show<T>(&self, shown: bool, work: impl FnOnce() -> T) -> T {
        if !shown {
            return work();
        }
        let done = (Mutex::new(false), Condvar::new());
        std::thread::scope(|scope| {
            scope.spawn(|| self.tick(&done));
            let result = work();
            *done.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
            done.1.notify_all();
            result
        })
    }

    fn tick(&self, (done, changed): &(Mutex<bool>, Condvar)) {
        let begun = Instant::now();
        let mut is_done = done.lock().unwrap_or_else(PoisonError::into_inner);
        let mut written = false;
        loop {
            is_done = changed.wait_timeout_while(is_done, TICK, |done| !*done).unwrap_or_else(PoisonError::into_inner).0;
            let line = if *is_done { String::new() } else { self.line(begun.elapsed()) };
            if written || !*is_done {
                let _ = write!(io::stderr(), "\r{line}\u{1b}[K");
                let _ = io::stderr().flush();
            }
            written = true;
            if *is_done {
                return;
            }
        }
    }

    /// How far it is: bytes, rate, and the time that is left where the size is known.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn line(&self, elapsed: Duration) -> String {
        let read = self.read.load(Ordering::Relaxed);
        let rate = read as f64 / elapsed.as_secs_f64().max(0.001);
        let rate_said = size(rate as u64);
        match self.total.filter(|total| *total >= read && *total > 0) {
            Some(total) => {
                let left = ((total - read) as f64 / rate.max(1.0)).ceil() as u64;
                format!("{} of {} · {rate_said}/s · {} left", size(read), size(total), duration(left))
            }
            None => format!("{} · {rate_said}/s", size(read)),
        }
    }
}

/// A reader that counts, and ends when Ctrl-C is pressed.
pub(super) struct Watched<R> {
    source: R,
    read: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl<R> Watched<R> {
    pub(super) fn new(source: R, watch: &Watch) -> Self {
        Self { source, read: Arc::clone(&watch.read), stop: Arc::clone(&watch.stop) }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Ok(0);
        }
        let read = self.source.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// What another thread reads, piece by piece.
struct Stream {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: io::Cursor<Vec<u8>>,
    stop: Arc<AtomicBool>,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            match self.pieces.recv_timeout(PATIENCE) {
                Ok(piece) => {
                    let piece = piece?;
                    if piece.is_empty() {
                        return Ok(0);
                    }
                    self.piece = io::Cursor::new(piece);
                }
                Err(RecvTimeoutError::Timeout) if self.stop.load(Ordering::Relaxed) => return Ok(0),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }
}
