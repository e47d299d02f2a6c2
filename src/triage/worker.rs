//! What one thread does: it looks at the lines of a block and notes what is to be counted.

use super::input::Block;
use super::mask::shape;
use super::shapes::Shape;
use super::tally::{Batch, Diagnosed, Event, Place, Recognition, Span};
use super::{Options, Window, ids::Key, time};
use crate::catalogue::Catalogue;
use crate::diagnose::Hint;
use crate::recognise::lines::{Lines, Seen, Sort};
use crate::recognise::secrets::Masker;
use crate::recognise::{Finding, Recogniser};
use crate::text::{clipped, harmless};
use rustc_hash::{FxHashMap, FxHashSet};

/// How many institutions a thread remembers to have named.
const REMEMBERED: usize = 8192;
/// The longest name of an institution that is kept, in characters.
const LONGEST_NAME: usize = 60;
/// From this confidence on, whoever else may have sent it is not named.
const BEYOND_DOUBT: f64 = 0.9;
/// The least confidence of somebody who is named.
const RIVAL: f64 = 0.15;

pub(super) struct Worker<'r, 'c> {
    catalogue: &'c Catalogue,
    recogniser: &'r Recogniser<'c>,
    lines: Lines<'r, 'c>,
    hint: Hint,
    window: Window,
    key: Key,
    /// Which findings are known to the counter.
    met: Vec<bool>,
    named: FxHashSet<u64>,
    /// The shapes of the block at hand, by their hashes.
    shaped: FxHashMap<u64, usize>,
    /// Room for a shape.
    shape: Vec<u8>,
}

impl<'r, 'c> Worker<'r, 'c> {
    pub(super) fn new(catalogue: &'c Catalogue, recogniser: &'r Recogniser<'c>, options: &Options) -> Self {
        Self {
            catalogue,
            recogniser,
            lines: Lines::new(recogniser, &options.hint),
            hint: options.hint.clone(),
            window: options.window,
            key: options.key,
            met: Vec::new(),
            named: FxHashSet::default(),
            shaped: FxHashMap::default(),
            shape: Vec::new(),
        }
    }

    /// Notes in the batch what is in the lines of a block.
    pub(super) fn look(&mut self, block: &Block, batch: &mut Batch) {
        batch.lines.all += block.oversized;
        batch.lines.oversized += block.oversized;
        for (number, line) in block.lines() {
            batch.lines.all += 1;
            let seen = self.lines.look(line);
            match seen.sort {
                Sort::Ordinary => batch.lines.ordinary += 1,
                Sort::Blank => batch.lines.blank += 1,
                Sort::Recognised(finding) => self.recognised(batch, number, line, finding, &seen),
                Sort::NotUnderstood => self.shaped(batch, block, number, line, false, &seen),
                Sort::Malformed => self.shaped(batch, block, number, line, true, &seen),
            }
        }
        self.shaped.clear();
    }

    /// Notes the shape of a line that was not understood.
    fn shaped(&mut self, batch: &mut Batch, block: &Block, number: u64, line: &[u8], malformed: bool, seen: &Seen<'_>) {
        let Some(time) = self.counts(batch, seen) else { return };
        let count = if malformed { &mut batch.lines.malformed } else { &mut batch.lines.not_understood };
        *count += 1;
        shape(line, &mut self.shape);
        let hash = self.key.hash(&self.shape) ^ u64::from(malformed);
        let place = *self.shaped.entry(hash).or_insert_with(|| {
            let sample = Place { file: block.name.to_string(), line: number };
            let text = String::from_utf8_lossy(&self.shape).into_owned();
            batch.shapes.push(Shape { text, malformed, count: 0, sample, seen: Span::default() });
            batch.shapes.len() - 1
        });
        batch.shapes[place].count += 1;
        batch.shapes[place].seen.add(time);
    }

    fn recognised(&mut self, batch: &mut Batch, line: u64, text: &[u8], finding: u32, seen: &Seen<'_>) {
        if self.met.get(finding as usize) != Some(&true) {
            self.meet(batch, text, finding);
        }
        let Some(time) = self.counts(batch, seen) else { return };
        batch.lines.recognised += 1;
        let hash = |id: Option<&[u8]>| id.map(|id| self.key.hash(id));
        let event =
            Event { number: finding, line, time, item: hash(seen.item), user: hash(seen.user), institution: hash(seen.institution) };
        batch.events.push(event);
        if let (Some(hash), Some(name)) = (event.institution, seen.institution)
            && !self.named.contains(&hash)
        {
            if self.named.len() < REMEMBERED {
                self.named.insert(hash);
            }
            let name = Masker::default().text(&harmless(&String::from_utf8_lossy(name)));
            batch.institutions.push((hash, clipped(&name, LONGEST_NAME)));
        }
    }

    /// The time of an error that counts; none where it lies outside of what was asked for, which is noted.
    #[allow(clippy::option_option)]
    fn counts(&self, batch: &mut Batch, seen: &Seen<'_>) -> Option<Option<i64>> {
        let time = seen.time.and_then(time::parsed);
        if self.window.is_open() {
            return Some(time);
        }
        match time {
            Some(moment) if self.window.holds(moment) => return Some(time),
            Some(_) => batch.lines.outside += 1,
            None => batch.lines.undated += 1,
        }
        None
    }

    /// Tells the counter of a finding that it does not know yet.
    fn meet(&mut self, batch: &mut Batch, text: &[u8], number: u32) {
        let place = number as usize;
        if self.met.len() <= place {
            self.met.resize(place + 1, false);
        }
        self.met[place] = true;
        let finding = self.lines.finding(number);
        let diagnosed = diagnosed(self.catalogue, finding);
        let doubtful = diagnosed.known && finding.confidence < BEYOND_DOUBT;
        let rivals = if doubtful { self.rivals(text, &diagnosed) } else { Vec::new() };
        let recognition = Recognition { category: finding.category, confidence: finding.confidence, rivals };
        batch.findings.push((number, diagnosed, recognition));
    }

    /// Whose code it may be, too.
    fn rivals(&self, text: &[u8], diagnosed: &Diagnosed) -> Vec<String> {
        let recognised = self.recogniser.recognise(text, &self.hint);
        let others = recognised.findings.iter().filter(|it| it.confidence >= RIVAL && it.provider != diagnosed.provider);
        let same = others.filter(|it| it.code == diagnosed.code);
        let names = same.map(|it| format!("{}:{}", it.provider, it.code));
        names.take(3).collect()
    }
}

fn diagnosed(catalogue: &Catalogue, finding: &Finding) -> Diagnosed {
    match finding.entry.and_then(|id| catalogue.head(id)) {
        Some(head) => {
            Diagnosed { provider: head.provider.to_owned(), code: head.code.to_owned(), family: head.family.to_owned(), known: true }
        }
        None => Diagnosed {
            provider: finding.provider.clone(),
            code: finding.code.clone(),
            family: finding.family.clone().unwrap_or_default(),
            known: false,
        },
    }
}

impl Batch {
    pub(super) fn clear(&mut self) {
        self.lines = super::tally::LineCounts::default();
        self.events.clear();
        self.findings.clear();
        self.institutions.clear();
        self.shapes.clear();
    }
}
