//! What was counted. A tally depends only on which lines there were and in which order, not on how they were shared out to
//! threads; tallies of parts add up to that of the whole.
//!
//! Memory is bounded: of more groups than are kept, those with the lowest keyed hashes stay, the codes that the catalogue knows
//! before those that it lacks. Which ones these are does not depend on the order, so that it holds for parts, too. The others are
//! counted together.

use super::distinct::Distinct;
use super::ids::Key;
use super::shapes::{Shape, Shapes};
use crate::catalogue::model::Category;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// How many diagnoses are counted one by one.
pub const MOST_GROUPS: usize = 1000;
/// How many institutions are counted one by one.
pub const MOST_INSTITUTIONS: usize = 4096;

/// How many lines there were of each sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineCounts {
    /// All of them.
    pub all: u64,
    /// Errors that were recognised.
    pub recognised: u64,
    /// Something went wrong, and what it was is not known.
    pub not_understood: u64,
    /// Structures that do not end as they should.
    pub malformed: u64,
    /// Too long to be looked at.
    pub oversized: u64,
    /// Nothing that points to an error.
    pub ordinary: u64,
    /// Nothing at all.
    pub blank: u64,
    /// Errors outside of the time that was asked for.
    pub outside: u64,
    /// Errors without a time, where a time was asked for.
    pub undated: u64,
}

impl LineCounts {
    pub(super) fn add(&mut self, other: &Self) {
        self.all += other.all;
        self.recognised += other.recognised;
        self.not_understood += other.not_understood;
        self.malformed += other.malformed;
        self.oversized += other.oversized;
        self.ordinary += other.ordinary;
        self.blank += other.blank;
        self.outside += other.outside;
        self.undated += other.undated;
    }
}

/// A line of an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The input's name.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
}

/// When something was first and last seen, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The earliest time.
    pub first: Option<i64>,
    /// The latest.
    pub last: Option<i64>,
}

impl Span {
    pub(super) fn add(&mut self, time: Option<i64>) {
        if let Some(time) = time {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = Some(self.last.map_or(time, |last| last.max(time)));
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.add(other.first);
        self.add(other.last);
    }
}

/// How often, whom and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent<const BITS: u32> {
    /// How many lines.
    pub count: u64,
    /// The items concerned.
    pub items: Distinct<BITS>,
    /// The users concerned.
    pub users: Distinct<BITS>,
    /// When.
    #[serde(flatten)]
    pub seen: Span,
}

impl<const BITS: u32> Extent<BITS> {
    fn add(&mut self, event: &Event) {
        self.count += 1;
        event.item.iter().for_each(|item| self.items.insert(*item));
        event.user.iter().for_each(|user| self.users.insert(*user));
        self.seen.add(event.time);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.items.merge(&other.items);
        self.users.merge(&other.users);
        self.seen.merge(other.seen);
    }
}

impl<const BITS: u32> Serialize for Distinct<BITS> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de, const BITS: u32> Deserialize<'de> for Distinct<BITS> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_text(&text).ok_or_else(|| serde::de::Error::custom("these are no hashes of ids"))
    }
}

/// Which error it is: the catalogue's spelling where it has the code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Diagnosed {
    /// The provider's id.
    pub provider: String,
    /// The code.
    pub code: String,
    /// The family; empty where there is none.
    pub family: String,
    /// Whether the catalogue has it.
    pub known: bool,
}

/// How an error was recognised the first time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recognition {
    /// The category that a code which the catalogue lacks is taken for.
    pub category: Option<Category>,
    /// How sure it is.
    pub confidence: f64,
    /// Others whose it may be: `provider:code`.
    pub rivals: Vec<String>,
}

/// Lines with the same diagnosis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Which error.
    #[serde(flatten)]
    pub diagnosed: Diagnosed,
    /// How it was recognised the first time.
    #[serde(flatten)]
    pub recognition: Recognition,
    /// How often, whom and when.
    #[serde(flatten)]
    pub extent: Extent<12>,
    /// The first such line.
    pub sample: Option<Place>,
}

/// Lines that name the same institution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Institution {
    /// The hash of what names it, in hexadecimal.
    pub id: String,
    /// Its name or id, masked.
    pub name: String,
    /// How often, whom and when.
    #[serde(flatten)]
    pub extent: Extent<10>,
}

/// An error in a line, as a thread hands it on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    /// The number of the finding in the thread that found it.
    pub(super) number: u32,
    pub(super) line: u64,
    pub(super) time: Option<i64>,
    pub(super) item: Option<u64>,
    pub(super) user: Option<u64>,
    pub(super) institution: Option<u64>,
}

/// What a thread found in a block.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) lines: LineCounts,
    pub(super) events: Vec<Event>,
    /// Findings that the thread meets for the first time, by their numbers.
    pub(super) findings: Vec<(u32, Diagnosed, Recognition)>,
    /// Institutions that it has not named before, by their hashes.
    pub(super) institutions: Vec<(u64, String)>,
    /// What was not understood, in the order of its first lines.
    pub(super) shapes: Vec<Shape>,
}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Which key the ids were hashed with.
    pub key: String,
    /// How many inputs were opened.
    pub files: u64,
    /// How many bytes of text were read.
    pub bytes: u64,
    /// Lines by sort.
    pub lines: LineCounts,
    /// Whether it was broken off.
    pub partial: bool,
    /// The diagnoses that are counted one by one.
    pub groups: Vec<Group>,
    /// All other diagnoses together.
    pub other: Extent<12>,
    /// The institutions that are counted one by one.
    pub institutions: Vec<Institution>,
    /// All other institutions together.
    pub other_institutions: Extent<10>,
    /// What was not understood.
    pub shapes: Shapes,
}

/// A tally that is being filled.
pub(super) struct Counter {
    key: Key,
    tally: Tally,
    groups: FxHashMap<Diagnosed, usize>,
    institutions: FxHashMap<u64, usize>,
    /// For each thread the group of each of its findings; none: it is counted with the others.
    threads: Vec<Vec<Option<usize>>>,
}

impl Counter {
    pub(super) fn new(key: Key, threads: usize) -> Self {
        Self {
            tally: Tally { key: key.fingerprint(), ..Tally::default() },
            key,
            groups: FxHashMap::default(),
            institutions: FxHashMap::default(),
            threads: vec![Vec::new(); threads],
        }
    }

    pub(super) fn finish(mut self) -> Tally {
        self.tally.shapes.seal();
        self.tally
    }

    /// Takes in what a thread found in a block of an input.
    pub(super) fn take(&mut self, thread: usize, file: &Arc<str>, batch: &mut Batch) {
        self.tally.lines.add(&batch.lines);
        for (number, diagnosed, recognition) in &batch.findings {
            let group = Group { diagnosed: diagnosed.clone(), recognition: recognition.clone(), extent: Extent::default(), sample: None };
            let place = self.group(group);
            let places = &mut self.threads[thread];
            let number = *number as usize;
            if places.len() <= number {
                places.resize(number + 1, None);
            }
            places[number] = place;
        }
        for (hash, name) in &batch.institutions {
            self.institution(*hash, name);
        }
        batch.shapes.drain(..).for_each(|shape| self.tally.shapes.add(shape));
        for event in &batch.events {
            match self.threads[thread].get(event.number as usize).copied().flatten() {
                Some(place) => {
                    let group = &mut self.tally.groups[place];
                    group.extent.add(event);
                    if group.sample.is_none() {
                        group.sample = Some(Place { file: file.to_string(), line: event.line });
                    }
                }
                None => self.tally.other.add(event),
            }
            if let Some(hash) = event.institution {
                match self.institutions.get(&hash) {
                    Some(place) => self.tally.institutions[*place].extent.add(event),
                    None => self.tally.other_institutions.add(event),
                }
            }
        }
    }

    /// Adds a tally to this one, as if its lines came behind those that are counted already.
    pub(super) fn merge(&mut self, other: Tally) {
        self.tally.files += other.files;
        self.tally.bytes += other.bytes;
        self.tally.partial |= other.partial;
        self.tally.lines.add(&other.lines);
        self.tally.other.merge(&other.other);
        self.tally.other_institutions.merge(&other.other_institutions);
        self.tally.shapes.merge(other.shapes);
        for group in other.groups {
            let empty = Group { extent: Extent::default(), ..group.clone() };
            match self.group(empty) {
                Some(place) => self.tally.groups[place].extent.merge(&group.extent),
                None => self.tally.other.merge(&group.extent),
            }
        }
        for institution in other.institutions {
            let hash = u64::from_str_radix(&institution.id, 16).unwrap_or(u64::MAX);
            match self.institution(hash, &institution.name) {
                Some(place) => self.tally.institutions[place].extent.merge(&institution.extent),
                None => self.tally.other_institutions.merge(&institution.extent),
            }
        }
    }

    /// Which groups stay where there are too many: the lowest.
    fn rank(&self, diagnosed: &Diagnosed) -> (bool, u64) {
        let name = [&diagnosed.provider, &diagnosed.code, &diagnosed.family].map(String::as_str).join("\0");
        (!diagnosed.known, self.key.hash(name.as_bytes()))
    }

    /// The place of a group, which is made where there is none; none if it is not among those that are kept.
    fn group(&mut self, group: Group) -> Option<usize> {
        if let Some(place) = self.groups.get(&group.diagnosed) {
            return Some(*place);
        }
        let mut place = self.tally.groups.len();
        if place >= MOST_GROUPS {
            let ranks = self.tally.groups.iter().enumerate().map(|(place, other)| (self.rank(&other.diagnosed), place));
            let (highest, of_highest) = ranks.max()?;
            if self.rank(&group.diagnosed) > highest {
                return None;
            }
            place = of_highest;
            self.tally.other.merge(&self.tally.groups[place].extent);
            self.groups.remove(&self.tally.groups[place].diagnosed);
            self.threads.iter_mut().flatten().filter(|it| **it == Some(place)).for_each(|it| *it = None);
            self.groups.insert(group.diagnosed.clone(), place);
            self.tally.groups[place] = group;
        } else {
            self.groups.insert(group.diagnosed.clone(), place);
            self.tally.groups.push(group);
        }
        Some(place)
    }

    /// The place of an institution, which is made where there is none; none if it is not among those that are kept.
    fn institution(&mut self, hash: u64, name: &str) -> Option<usize> {
        if let Some(place) = self.institutions.get(&hash) {
            return Some(*place);
        }
        let institution = Institution { id: format!("{hash:016x}"), name: name.to_owned(), extent: Extent::default() };
        let mut place = self.tally.institutions.len();
        if place >= MOST_INSTITUTIONS {
            let (highest, of_highest) = self.institutions.iter().map(|(hash, place)| (*hash, *place)).max()?;
            if hash > highest {
                return None;
            }
            place = of_highest;
            self.tally.other_institutions.merge(&self.tally.institutions[place].extent);
            self.institutions.remove(&highest);
            self.tally.institutions[place] = institution;
        } else {
            self.tally.institutions.push(institution);
        }
        self.institutions.insert(hash, place);
        Some(place)
    }
}
