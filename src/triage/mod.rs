//! Triage: from logs of any size to who must act on how many, and what to do first.
//!
//! inputs → [`input`] (blocks of lines) → [`crate::recognise::lines`] (on all cores) → [`tally`] → [`report`]. Memory is bounded
//! whatever the size of the logs, and the result is the same however many threads there are: what they find is counted in the
//! order of the input.

pub mod distinct;
mod drain;
pub mod ids;
pub mod input;
mod mask;
mod records;
pub mod report;
pub mod shapes;
pub mod tally;
pub mod time;
mod unpack;
mod worker;

use crate::catalogue::Catalogue;
use crate::diagnose::Hint;
use crate::recognise::Recogniser;
use ids::Key;
use input::{Block, Fault, Source};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use tally::{Batch, Counter, Tally};
use worker::Worker;

/// How many blocks may be done before the one whose turn it is: what they found must wait.
const AHEAD: u64 = 64;

/// What to count, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// What was said of the provider.
    pub hint: Hint,
    /// How many threads recognise.
    pub threads: usize,
    /// The times that count.
    pub window: Window,
    /// What ids are hashed with.
    pub key: Key,
}

/// From when to when errors count, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// From then on.
    pub since: Option<i64>,
    /// Until before then.
    pub until: Option<i64>,
}

impl Window {
    /// Whether there is no bound.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }

    fn holds(&self, time: i64) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }
}

/// Counts all lines of all inputs. When `stop` is set, it ends with what there is, marked partial.
#[must_use]
pub fn run(
    catalogue: &Catalogue,
    recogniser: &Recogniser<'_>,
    source: Source<'_>,
    options: &Options,
    stop: &AtomicBool,
) -> (Tally, Vec<Fault>) {
    let threads = options.threads.max(1);
    let source = Mutex::new(source);
    let order = Order::new(Counter::new(options.key, threads));
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (source, order) = (&source, &order);
            scope.spawn(move || work(thread, &mut Worker::new(catalogue, recogniser, options), source, order, stop));
        }
    });
    let source = source.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut tally = order.finish();
    tally.files = source.files;
    tally.bytes = source.bytes;
    tally.partial = stop.load(Ordering::Relaxed);
    (tally, source.faults)
}

/// Adds up tallies, in their order.
#[must_use]
pub fn merged(key: Key, tallies: impl IntoIterator<Item = Tally>) -> Tally {
    let mut counter = Counter::new(key, 0);
    tallies.into_iter().for_each(|tally| counter.merge(tally));
    counter.finish()
}

fn work(thread: usize, worker: &mut Worker<'_, '_>, source: &Mutex<Source<'_>>, order: &Order, stop: &AtomicBool) {
    let mut block = Block::default();
    let mut batch = Batch::default();
    while !stop.load(Ordering::Relaxed) && locked(source).next(&mut block) {
        worker.look(&block, &mut batch);
        batch = order.take(block.number, thread, &block.name, batch);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts what threads found back into the order of the input.
struct Order {
    waiting: Mutex<Waiting>,
    moved: Condvar,
}

struct Waiting {
    counter: Counter,
    next: u64,
    /// How many threads wait for their turn: waking nobody costs a call of the system, too.
    sleeping: usize,
    /// What was found in blocks whose turn is not yet.
    batches: BTreeMap<u64, (usize, Arc<str>, Batch)>,
}

impl Order {
    fn new(counter: Counter) -> Self {
        Self { waiting: Mutex::new(Waiting { counter, next: 0, sleeping: 0, batches: BTreeMap::new() }), moved: Condvar::new() }
    }

    /// Counts what was found in a block when its turn has come; gives back an empty batch to fill.
    fn take(&self, number: u64, thread: usize, file: &Arc<str>, batch: Batch) -> Batch {
        let mut waiting = locked(&self.waiting);
        while number > waiting.next + AHEAD {
            waiting.sleeping += 1;
            waiting = self.moved.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            waiting.sleeping -= 1;
        }
        waiting.batches.insert(number, (thread, Arc::clone(file), batch));
        let mut empty = None;
        loop {
            let next = waiting.next;
            let Some((thread, file, mut batch)) = waiting.batches.remove(&next) else { break };
            waiting.counter.take(thread, &file, &mut batch);
            waiting.next += 1;
            batch.clear();
            empty = Some(batch);
        }
        if waiting.sleeping > 0 {
            self.moved.notify_all();
        }
        empty.unwrap_or_default()
    }

    fn finish(self) -> Tally {
        self.waiting.into_inner().unwrap_or_else(PoisonError::into_inner).counter.finish()
    }
}
