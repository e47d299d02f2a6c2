//! Vectors of terms and entries, by which a description finds an entry that says the same in other words.
//!
//! They are made at build time from the catalogue's own sentences. Latent semantic indexing (Deerwester et al. 1990) is
//! the beginning; then terms and entries are moved so that each sentence lies nearer to its entry than to others, and
//! nearer to its kind of trouble than to other kinds (as in StarSpace, Wu et al. 2018). One thread, a fixed order of sums
//! and a generator of its own make the result the same at every build.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// How many numbers a vector has. With 96 the ranking is no better, with 48 slightly worse.
pub const DIMENSIONS: usize = 64;

/// The numbers of a vector.
pub type Vector = [f32; DIMENSIONS];

/// How sharply near entries are told apart while training.
const SHARPNESS: f32 = 12.0;
/// How much of the aim is the right kind of trouble, and not the very entry.
const KIND_SHARE: f32 = 0.5;
/// Which part of a sentence's terms is left out at random, so that no single one is relied on.
const LEFT_OUT: f32 = 0.3;
const RATE: f32 = 0.03;
const EPOCHS: usize = 2;
const BATCH: usize = 64;
/// Entries drawn at random that each batch is held against, beside its own.
const OTHERS: usize = 128;
const SUBSPACE_ROUNDS: usize = 5;

/// A vector as it is packed: a byte for each number, and the largest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Packed {
    largest: f32,
    parts: Vec<i8>,
}

impl Packed {
    /// Packs a vector.
    #[must_use]
    pub fn of(vector: &Vector) -> Self {
        let largest = vector.iter().fold(0f32, |largest, part| largest.max(part.abs()));
        if largest == 0.0 {
            return Self::default();
        }
        Self { largest, parts: vector.iter().map(|part| (part / largest * 127.0).round() as i8).collect() }
    }

    /// Adds the vector to a sum.
    pub fn add_to(&self, sum: &mut Vector, weight: f32) {
        let step = self.largest / 127.0 * weight;
        sum.iter_mut().zip(&self.parts).for_each(|(sum, part)| *sum += f32::from(*part) * step);
    }
}

/// The vectors of entries, one behind the other, signed bytes; only their directions count. They stay where they are packed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Directions(#[serde(borrow)] Cow<'static, [u8]>);

impl Directions {
    /// How near each entry is to a vector, by the cosine. Whole numbers, since sums of these may go side by side.
    pub fn cosines(&self, vector: &Vector) -> impl Iterator<Item = f32> {
        let largest = vector.iter().fold(f32::MIN_POSITIVE, |largest, part| largest.max(part.abs()));
        let asked: [i32; DIMENSIONS] = vector.map(|part| (part / largest * FINE).round() as i32);
        let length = whole_length(&asked);
        let (entries, _) = self.0.as_chunks::<DIMENSIONS>();
        entries.iter().map(move |parts| {
            let own = parts.map(|part| i32::from(part.cast_signed()));
            let lengths = whole_length(&own) * length;
            let along: i32 = own.iter().zip(&asked).map(|(own, asked)| own * asked).sum();
            if lengths > 0.0 { along as f32 / lengths } else { 0.0 }
        })
    }
}

/// How finely the asked vector is counted: its largest part; 64 products with signed bytes stay far below 2^31.
const FINE: f32 = 4096.0;

fn whole_length(parts: &[i32; DIMENSIONS]) -> f32 {
    (parts.iter().map(|part| part * part).sum::<i32>() as f32).sqrt()
}

/// How near two vectors are, by the cosine.
#[must_use]
pub fn cosine(one: &Vector, other: &Vector) -> f32 {
    let lengths = length(one) * length(other);
    if lengths > 0.0 { dot(one, other) / lengths } else { 0.0 }
}

fn length(vector: &Vector) -> f32 {
    dot(vector, vector).sqrt()
}

/// Eight sums side by side: the compiler may not reorder a single one, and so could not use wide registers.
fn dot(one: &Vector, other: &Vector) -> f32 {
    let mut sums = [0f32; 8];
    for (a, b) in one.as_chunks::<8>().0.iter().zip(other.as_chunks::<8>().0) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}

fn add(sum: &mut Vector, vector: &Vector, weight: f32) {
    sum.iter_mut().zip(vector).for_each(|(sum, part)| *sum += part * weight);
}

/// Terms with their weights.
pub type Weighted = Vec<(usize, f32)>;

/// A sentence of an entry.
#[derive(Clone, Debug)]
pub struct Sentence {
    /// The entry.
    pub entry: usize,
    /// How much it counts: a phrase of the users tells more than an explanation.
    pub weight: f32,
    /// Its terms, weighted by how much they tell.
    pub terms: Weighted,
}

/// What the vectors are made from.
#[derive(Clone, Debug, Default)]
pub struct Material {
    /// How many terms there are.
    pub terms: usize,
    /// The weighted terms of each entry.
    pub entries: Vec<Weighted>,
    /// The kind of trouble of each entry.
    pub kinds: Vec<usize>,
    /// The sentences.
    pub sentences: Vec<Sentence>,
}

/// The vectors of terms and of entries.
#[derive(Clone, Debug, Default)]
pub struct Embedding {
    terms: Vec<Vector>,
    entries: Vec<Vector>,
}

impl Embedding {
    /// Makes the vectors.
    #[must_use]
    pub fn of(material: &Material) -> Self {
        let mut draw = Draw(0x9e37_79b9_7f4a_7c15);
        let mut made = Self::latent(material, &mut draw);
        Training::new(material).run(&mut made, &mut draw);
        made
    }

    /// The vector of a term.
    #[must_use]
    pub fn term(&self, term: usize) -> Packed {
        self.terms.get(term).map(Packed::of).unwrap_or_default()
    }

    /// The directions of the entries, at the numbers that they are to have; others are left empty.
    #[must_use]
    pub fn directions(&self, numbers: &[u32]) -> Directions {
        let last = numbers.iter().max().map_or(0, |last| *last as usize + 1);
        let mut parts = vec![0; last * DIMENSIONS];
        for (entry, number) in self.entries.iter().zip(numbers) {
            let packed = Packed::of(entry).parts;
            let bytes = packed.iter().map(|part| part.cast_unsigned());
            parts.iter_mut().skip(*number as usize * DIMENSIONS).zip(bytes).for_each(|(place, byte)| *place = byte);
        }
        Directions(parts.into())
    }

    /// The subspace in which the entries differ most, by power iteration.
    fn latent(material: &Material, draw: &mut Draw) -> Self {
        let mut terms: Vec<Vector> = (0..material.terms).map(|_| std::array::from_fn(|_| draw.unit() - 0.5)).collect();
        let documents: Vec<Weighted> = material.entries.iter().map(|terms| normalised(terms)).collect();
        let mut entries = Vec::new();
        for _ in 0..SUBSPACE_ROUNDS {
            orthonormalise(&mut terms);
            entries = documents.iter().map(|document| sum(document, &terms)).collect();
            terms.fill([0.0; DIMENSIONS]);
            for (document, entry) in documents.iter().zip(&entries) {
                document.iter().for_each(|(term, weight)| add(&mut terms[*term], entry, *weight));
            }
        }
        orthonormalise(&mut terms);
        for (document, entry) in documents.iter().zip(&mut entries) {
            *entry = sum(document, &terms);
            let length = length(entry).max(f32::MIN_POSITIVE);
            entry.iter_mut().for_each(|part| *part /= length);
        }
        Self { terms, entries }
    }
}

/// The sum of the vectors of weighted terms.
fn sum(terms: &[(usize, f32)], vectors: &[Vector]) -> Vector {
    let mut sum = [0.0; DIMENSIONS];
    terms.iter().for_each(|(term, weight)| add(&mut sum, &vectors[*term], *weight));
    sum
}

fn normalised(terms: &[(usize, f32)]) -> Weighted {
    let length = terms.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    terms.iter().map(|(term, weight)| (*term, weight / length)).collect()
}

/// Makes the columns orthonormal (Gram–Schmidt, as it goes).
fn orthonormalise(rows: &mut [Vector]) {
    for column in 0..DIMENSIONS {
        for before in 0..column {
            let along: f32 = rows.iter().map(|row| row[before] * row[column]).sum();
            rows.iter_mut().for_each(|row| row[column] -= along * row[before]);
        }
        let length = rows.iter().map(|row| row[column] * row[column]).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        rows.iter_mut().for_each(|row| row[column] /= length);
    }
}

/// The moves of one batch and how far each row has moved in all (Adagrad, a rate a row).
struct Moves {
    moves: Vec<Vector>,
    moved: Vec<f32>,
    touched: BTreeSet<usize>,
}

impl Moves {
    fn new(rows: usize) -> Self {
        Self { moves: vec![[0.0; DIMENSIONS]; rows], moved: vec![1e-4; rows], touched: BTreeSet::new() }
    }

    fn add(&mut self, row: usize, vector: &Vector, weight: f32) {
        self.touched.insert(row);
        add(&mut self.moves[row], vector, weight);
    }

    fn make(&mut self, rows: &mut [Vector]) {
        for row in std::mem::take(&mut self.touched) {
            let by = std::mem::replace(&mut self.moves[row], [0.0; DIMENSIONS]);
            self.moved[row] += dot(&by, &by) / DIMENSIONS as f32;
            add(&mut rows[row], &by, -RATE / self.moved[row].sqrt());
        }
    }
}

struct Training<'m> {
    material: &'m Material,
    sentences: Vec<Weighted>,
    of_terms: Moves,
    of_entries: Moves,
}

impl<'m> Training<'m> {
    fn new(material: &'m Material) -> Self {
        let sentences = material.sentences.iter().map(|sentence| normalised(&sentence.terms)).collect();
        Self { material, sentences, of_terms: Moves::new(material.terms), of_entries: Moves::new(material.entries.len()) }
    }

    fn run(mut self, made: &mut Embedding, draw: &mut Draw) {
        let mut order: Vec<usize> = (0..self.sentences.len()).collect();
        for _ in 0..EPOCHS {
            for last in (1..order.len()).rev() {
                order.swap(last, draw.below(last + 1));
            }
            for batch in order.chunks(BATCH) {
                let own = batch.iter().map(|sentence| self.material.sentences[*sentence].entry);
                let mut held: Vec<usize> = own.chain((0..OTHERS).map(|_| draw.below(made.entries.len()))).collect();
                held.sort_unstable();
                held.dedup();
                for sentence in batch {
                    self.learn(*sentence, &held, made, draw);
                }
                self.of_terms.make(&mut made.terms);
                self.of_entries.make(&mut made.entries);
            }
        }
    }

    /// Holds a sentence against entries, and notes how its terms and they ought to move.
    fn learn(&mut self, sentence: usize, held: &[usize], made: &Embedding, draw: &mut Draw) {
        let Sentence { entry: own, weight, .. } = self.material.sentences[sentence];
        let kept: Weighted = self.sentences[sentence].iter().filter(|_| draw.unit() >= LEFT_OUT).copied().collect();
        let mut said = sum(&kept, &made.terms);
        let length = length(&said);
        if length == 0.0 {
            return;
        }
        said.iter_mut().for_each(|part| *part /= length);
        let mut shares: Vec<f32> = held.iter().map(|entry| SHARPNESS * dot(&said, &made.entries[*entry])).collect();
        softmax(&mut shares);
        let kinds = &self.material.kinds;
        let of_kind: f32 = held.iter().zip(&shares).filter(|(entry, _)| kinds[**entry] == kinds[own]).map(|(_, share)| share).sum();
        let mut back = [0.0; DIMENSIONS];
        for (entry, share) in held.iter().zip(&shares) {
            let mut aim = if kinds[*entry] == kinds[own] { KIND_SHARE * share / of_kind.max(1e-6) } else { 0.0 };
            if *entry == own {
                aim += 1.0 - KIND_SHARE;
            }
            let error = (share - aim) * weight * SHARPNESS;
            add(&mut back, &made.entries[*entry], error);
            self.of_entries.add(*entry, &said, error);
        }
        // Only what turns the sum counts, as its length is taken out.
        let along = dot(&back, &said);
        add(&mut back, &said, -along);
        for (term, weight) in &kept {
            self.of_terms.add(*term, &back, weight / length);
        }
    }
}

fn softmax(scores: &mut [f32]) {
    let best = scores.iter().copied().fold(f32::MIN, f32::max);
    scores.iter_mut().for_each(|score| *score = (*score - best).exp());
    let sum: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= sum);
}

/// Numbers that look drawn (xorshift, Marsaglia 2003), the same at every build.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two kinds of three entries each: the entries of a kind share half of their terms.
    fn material() -> Material {
        let terms = |entry: usize| -> Weighted {
            let kind = entry / 3;
            [kind, 2 + kind, 4 + entry, 10 + entry].map(|term| (term, 1.0)).to_vec()
        };
        Material {
            terms: 16,
            entries: (0..6).map(terms).collect(),
            kinds: (0..6).map(|entry| entry / 3).collect(),
            sentences: (0..120).map(|number| Sentence { entry: number % 6, weight: 1.0, terms: terms(number % 6) }).collect(),
        }
    }

    #[test]
    fn terms_lie_nearest_to_their_entry_and_near_its_kind() {
        let made = Embedding::of(&material());
        let directions = made.directions(&[0, 1, 2, 3, 4, 5]);
        let mut said = [0.0; DIMENSIONS];
        made.term(4 + 1).add_to(&mut said, 1.0);
        made.term(10 + 1).add_to(&mut said, 1.0);
        let near: Vec<f32> = directions.cosines(&said).collect();
        assert!(near.iter().enumerate().all(|(entry, cosine)| entry == 1 || *cosine < near[1]), "{near:?}");
    }

    #[test]
    fn every_build_makes_the_same() {
        let (one, other) = (Embedding::of(&material()), Embedding::of(&material()));
        assert_eq!(one.term(3), other.term(3));
    }
}
