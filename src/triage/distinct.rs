//! How many different values there were: exact up to a bound, by HyperLogLog above it. What is kept depends only on which
//! values there were, so that parts add up to exactly what the whole would have given.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The standard error of an estimate by `2^bits` registers, as a share.
#[must_use]
pub fn standard_error(bits: u32) -> f64 {
    1.04 / f64::from(1_u32 << bits).sqrt()
}

/// A number of different values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Many {
    /// How many.
    pub count: u64,
    /// Whether it is exact; otherwise it is an estimate.
    pub exact: bool,
}

/// A set of hashes of which only the size is asked: kept whole up to `2^BITS / 4`, as `2^BITS` registers above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distinct<const BITS: u32> {
    kept: Kept,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kept {
    /// The hashes, sorted.
    Whole(Vec<u64>),
    /// For each register the longest run of zeros that was seen in it, and one.
    Registers(Box<[u8]>),
}

impl<const BITS: u32> Default for Distinct<BITS> {
    fn default() -> Self {
        Self { kept: Kept::Whole(Vec::new()) }
    }
}

impl<const BITS: u32> Distinct<BITS> {
    const REGISTERS: usize = 1 << BITS;
    /// Up to so many values the number is exact.
    pub const EXACT: usize = Self::REGISTERS / 4;
    /// The highest value of a register.
    const HIGHEST: u8 = 65 - BITS as u8;

    /// Takes in a value by its hash.
    pub fn insert(&mut self, hash: u64) {
        match &mut self.kept {
            Kept::Registers(registers) => Self::register(registers, hash),
            Kept::Whole(hashes) => {
                let Err(place) = hashes.binary_search(&hash) else { return };
                if hashes.len() < Self::EXACT {
                    hashes.insert(place, hash);
                } else {
                    let registers = self.registers();
                    Self::register(registers, hash);
                }
            }
        }
    }

    /// The place of a hash is its first bits; what is kept there is how many zeros follow them.
    fn register(registers: &mut [u8], hash: u64) {
        let place = usize::try_from(hash >> (64 - BITS)).unwrap_or(0);
        let zeros = (hash << BITS).leading_zeros().min(64 - BITS);
        let register = &mut registers[place];
        *register = (*register).max(u8::try_from(zeros).unwrap_or(0) + 1);
    }

    /// From here on registers are kept.
    fn registers(&mut self) -> &mut [u8] {
        if let Kept::Whole(hashes) = &self.kept {
            let mut registers = vec![0; Self::REGISTERS].into_boxed_slice();
            for hash in hashes {
                Self::register(&mut registers, *hash);
            }
            self.kept = Kept::Registers(registers);
        }
        match &mut self.kept {
            Kept::Registers(registers) => registers,
            Kept::Whole(_) => &mut [],
        }
    }

    /// Takes in what another one has seen.
    pub fn merge(&mut self, other: &Self) {
        match &other.kept {
            Kept::Whole(hashes) => hashes.iter().for_each(|hash| self.insert(*hash)),
            Kept::Registers(theirs) => {
                for (own, theirs) in self.registers().iter_mut().zip(theirs) {
                    *own = (*own).max(*theirs);
                }
            }
        }
    }

    /// How many different values there were.
    #[must_use]
    pub fn many(&self) -> Many {
        match &self.kept {
            Kept::Whole(hashes) => Many { count: hashes.len() as u64, exact: true },
            Kept::Registers(registers) => Many { count: Self::estimate(registers), exact: false },
        }
    }

    /// Whether there were none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(&self.kept, Kept::Whole(hashes) if hashes.is_empty())
    }

    /// Ertl's improved estimate (2017), which needs no correction at either end.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn estimate(registers: &[u8]) -> u64 {
        let mut histogram = [0_u32; 66];
        for register in registers {
            histogram[usize::from(*register)] += 1;
        }
        let m = f64::from(1_u32 << BITS);
        let highest = usize::from(Self::HIGHEST);
        let mut sum = m * tau(1.0 - f64::from(histogram[highest]) / m);
        for count in histogram[1..highest].iter().rev() {
            sum = 0.5 * (sum + f64::from(*count));
        }
        sum += m * sigma(f64::from(histogram[0]) / m);
        (m * m / (2.0 * std::f64::consts::LN_2 * sum)).round() as u64
    }

    /// As text: the hashes in hexadecimal, or a sign for each register.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.kept {
            Kept::Whole(hashes) => hashes.iter().map(|hash| format!("{hash:016x}")).collect(),
            Kept::Registers(registers) => {
                std::iter::once('~').chain(registers.iter().map(|register| char::from(b'0' + register))).collect()
            }
        }
    }

    /// From text as [`Distinct::text`] writes it.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let kept = if let Some(signs) = text.strip_prefix('~') {
            let registers: Box<[u8]> = signs.bytes().map(|sign| sign.wrapping_sub(b'0')).collect();
            let fits = registers.len() == Self::REGISTERS && registers.iter().all(|register| *register <= Self::HIGHEST);
            Kept::Registers(fits.then_some(registers)?)
        } else {
            let hashes = text.as_bytes().chunks(16).map(|digits| {
                let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.len() == 16)?;
                u64::from_str_radix(digits, 16).ok()
            });
            let mut hashes: Vec<u64> = hashes.collect::<Option<_>>()?;
            hashes.sort_unstable();
            hashes.dedup();
            Kept::Whole((hashes.len() <= Self::EXACT).then_some(hashes)?)
        };
        Some(Self { kept })
    }
}

fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Set = Distinct<12>;

    fn hashes(count: u64, seed: u64) -> impl Iterator<Item = u64> {
        // SplitMix64: as even as a hash of ids.
        (0..count).map(move |n| {
            let mut z = (n + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        })
    }

    fn set(hashes: impl Iterator<Item = u64>) -> Set {
        let mut set = Set::default();
        hashes.for_each(|hash| set.insert(hash));
        set
    }

    #[test]
    fn exact_up_to_the_bound() {
        for count in [0, 1, 1000, Set::EXACT as u64] {
            let set = set(hashes(count, 0).chain(hashes(count, 0)));
            assert_eq!(set.many(), Many { count, exact: true });
        }
        assert!(!set(hashes(Set::EXACT as u64 + 1, 0)).many().exact);
    }

    #[test]
    fn the_error_is_as_stated() {
        for count in [1025_u64, 3000, 10_000, 40_000, 200_000] {
            let errors = (0..24).map(|run| {
                let found = set(hashes(count, run * 1_000_003 + 7)).many().count;
                (found as f64 - count as f64) / count as f64
            });
            let errors: Vec<f64> = errors.collect();
            let mean = errors.iter().sum::<f64>() / 24.0;
            let root = (errors.iter().map(|error| error * error).sum::<f64>() / 24.0).sqrt();
            let stated = standard_error(12);
            assert!(root < 1.5 * stated, "{count}: {root} against {stated}");
            assert!(mean.abs() < stated, "{count}: the mean is off by {mean}");
        }
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        for count in [10, 900, 1500, 50_000] {
            let whole = set(hashes(count, 3));
            let mut parts = set(hashes(count, 3).step_by(3));
            parts.merge(&set(hashes(count, 3).skip(1).step_by(2)));
            let mut back = set(hashes(count, 3));
            back.merge(&parts);
            assert_eq!(back, whole);
            parts.merge(&set(hashes(count, 3)));
            assert_eq!(parts, whole);
        }
    }

    #[test]
    fn text_is_read_again() {
        for count in [0, 5, 1024, 1025, 9000] {
            let set = set(hashes(count, 11));
            assert_eq!(Set::from_text(&set.text()), Some(set));
        }
        for wrong in ["x", "~0", "0123456789abcdef0"] {
            assert_eq!(Set::from_text(wrong), None, "{wrong}");
        }
    }
}
