//! What was not understood, by its shape. Shapes are kept as they are up to a bound, so that parts add up to the whole; beyond
//! it those that are alike are brought together, and the rarest are only counted.

use super::drain::clusters;
use super::tally::{Place, Span};
use crate::recognise::secrets::Masker;
use crate::text::harmless;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// How many shapes are kept.
pub const MOST_SHAPES: usize = 4096;

/// The shapes of lines that were not understood.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shapes {
    list: Vec<Shape>,
    /// How many lines had a shape that is not kept.
    pub left_out: u64,
    /// Places in the list; not there in what was read from a file.
    #[serde(skip)]
    places: FxHashMap<(bool, String), usize>,
}

/// Lines of one shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The shape.
    pub text: String,
    /// Whether the lines do not end as they should.
    pub malformed: bool,
    /// How many lines.
    pub count: u64,
    /// The first one.
    pub sample: Place,
    /// When.
    pub seen: Span,
}

impl Shape {
    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.seen.merge(other.seen);
    }
}

impl Shapes {
    /// Adds lines behind those that were added before.
    pub(super) fn add(&mut self, shape: Shape) {
        let key = (shape.malformed, shape.text.clone());
        if let Some(place) = self.places.get(&key) {
            self.list[*place].merge(&shape);
            return;
        }
        if self.list.len() >= MOST_SHAPES {
            self.condense();
        }
        self.places.insert(key, self.list.len());
        self.list.push(shape);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.left_out += other.left_out;
        other.list.into_iter().for_each(|shape| self.add(shape));
    }

    /// Makes room: what is alike becomes one, and of that only the commoner half stays.
    fn condense(&mut self) {
        let mut list = self.alike();
        let mut order: Vec<usize> = (0..list.len()).collect();
        order.sort_by_key(|place| (std::cmp::Reverse(list[*place].count), *place));
        order.truncate(MOST_SHAPES / 2);
        order.sort_unstable();
        let before: u64 = list.iter().map(|shape| shape.count).sum();
        let mut kept = order.into_iter().peekable();
        let mut place = 0;
        list.retain(|_| {
            place += 1;
            kept.next_if_eq(&(place - 1)).is_some()
        });
        self.left_out += before - list.iter().map(|shape| shape.count).sum::<u64>();
        self.refill(list);
    }

    fn refill(&mut self, list: Vec<Shape>) {
        self.list.clear();
        self.places.clear();
        list.into_iter().for_each(|shape| self.add(shape));
    }

    /// The shapes with those brought together that are alike.
    fn alike(&self) -> Vec<Shape> {
        let of_sort = |malformed: bool| {
            let list: Vec<&Shape> = self.list.iter().filter(|shape| shape.malformed == malformed).collect();
            let clusters = clusters(list.iter().map(|shape| shape.text.as_str()));
            let joined = clusters.into_iter().map(|(text, members)| {
                let mut joined = Shape { text, ..list[members[0]].clone() };
                members[1..].iter().for_each(|member| joined.merge(list[*member]));
                joined
            });
            joined.collect::<Vec<_>>()
        };
        let mut all = of_sort(false);
        all.extend(of_sort(true));
        all
    }

    /// The shapes with those brought together that are alike, the commonest first.
    #[must_use]
    pub fn commonest(&self) -> Vec<Shape> {
        let mut all = self.alike();
        all.sort_by_key(|shape| std::cmp::Reverse(shape.count));
        all
    }

    /// Makes them fit to be shown: without secrets, and without control characters.
    pub(super) fn seal(&mut self) {
        let mut list = std::mem::take(&mut self.list);
        for shape in &mut list {
            shape.text = Masker::default().text(&harmless(&shape.text));
        }
        self.refill(list);
    }
}
