//! Brings shapes together that are the same but for a few words: Drain (He et al., "Drain: An Online Log Parsing Approach with
//! Fixed Depth Tree", 2017).
//!
//! The tree: how many words, which names of fields, which first word; below that, the clusters, of which the most similar is
//! taken if it is similar enough. Names of fields and what is masked say nothing of what a line is about, and do not count.

use super::mask::is_word;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};

/// What stands for a word in which the lines of a cluster differ.
const ANY: &str = "[*]";
/// How many of the words that count must be the same: three in five.
const SIMILAR: (usize, usize) = (3, 5);

/// A shape taken apart: what stands before each word, the word, and whether it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    before: String,
    text: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The name of a field.
    Name,
    /// Something that was masked.
    Mask,
    /// A word that says something.
    Content,
}

/// A cluster of shapes: the words that they share.
struct Cluster {
    words: Vec<Word>,
    after: String,
    members: Vec<usize>,
}

/// The clusters of shapes, in the order of their first members: the shape of each, and which shapes are in it.
pub(super) fn clusters<'s>(shapes: impl Iterator<Item = &'s str>) -> Vec<(String, Vec<usize>)> {
    let mut clusters: Vec<Cluster> = Vec::new();
    let mut leaves: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for (number, shape) in shapes.enumerate() {
        let (words, after) = words(shape);
        let leaf = leaves.entry(leaf(&words)).or_default();
        let likeness = |place: &&usize| likeness(&clusters[**place].words, &words);
        let best = leaf.iter().rev().max_by_key(likeness).copied();
        match best.filter(|place| likeness(&place) > 0) {
            Some(place) => clusters[place].add(number, &words),
            None => {
                leaf.push(clusters.len());
                clusters.push(Cluster { words, after, members: vec![number] });
            }
        }
    }
    clusters.into_iter().map(|cluster| (cluster.shape(), cluster.members)).collect()
}

fn words(shape: &str) -> (Vec<Word>, String) {
    let bytes = shape.as_bytes();
    let mut words: Vec<Word> = Vec::new();
    let (mut place, mut from) = (0, 0);
    while place < bytes.len() {
        let mask = masked(&shape[place..]);
        if mask == 0 && !is_word(bytes[place]) {
            place += 1;
            while !shape.is_char_boundary(place) {
                place += 1;
            }
            continue;
        }
        let length = if mask > 0 { mask } else { bytes[place..].iter().position(|byte| !is_word(*byte)).unwrap_or(bytes.len() - place) };
        let end = place + length;
        let named = matches!(&bytes[end..], [b'"' | b'\'', b':', ..] | [b'\\', b'"', b':', ..] | [b'=', ..]);
        let kind = match () {
            () if mask > 0 => Kind::Mask,
            () if named => Kind::Name,
            () => Kind::Content,
        };
        words.push(Word { before: shape[from..place].to_owned(), text: shape[place..end].to_owned(), kind });
        (place, from) = (end, end);
    }
    (words, shape[from..].to_owned())
}

/// The length of the mask that a text begins with; 0 where there is none.
fn masked(text: &str) -> usize {
    const MASKS: [&str; 5] = ["[num]", "[id]", "[time]", "[email]", ANY];
    MASKS.iter().find(|mask| text.starts_with(**mask)).map_or(0, |mask| mask.len())
}

fn leaf(words: &[Word]) -> u64 {
    let mut hasher = FxHasher::default();
    words.len().hash(&mut hasher);
    words.iter().filter(|word| word.kind == Kind::Name).for_each(|word| word.text.hash(&mut hasher));
    words.iter().find(|word| word.kind == Kind::Content).map(|word| &word.text).hash(&mut hasher);
    hasher.finish()
}

/// How many words two shapes share, and one; 0 if that is not enough.
fn likeness(cluster: &[Word], words: &[Word]) -> usize {
    let (mut same, mut all) = (0, 0);
    for (own, other) in cluster.iter().zip(words) {
        if own.kind == Kind::Content || other.kind == Kind::Content {
            all += 1;
            same += usize::from(own.text == other.text);
        }
    }
    if same * SIMILAR.1 >= all * SIMILAR.0 { same + 1 } else { 0 }
}

impl Cluster {
    fn add(&mut self, number: usize, words: &[Word]) {
        self.members.push(number);
        for (own, other) in self.words.iter_mut().zip(words) {
            if own.text != other.text {
                ANY.clone_into(&mut own.text);
                own.kind = Kind::Mask;
            }
        }
    }

    fn shape(&self) -> String {
        self.words.iter().flat_map(|word| [word.before.as_str(), &word.text]).chain([self.after.as_str()]).collect()
    }
}

#[cfg(test)]
mod tests {
    fn clusters(shapes: &[&str]) -> Vec<(String, Vec<usize>)> {
        super::clusters(shapes.iter().copied())
    }

    #[test]
    fn words_that_differ_are_left_open() {
        let found = clusters(&["login of alice refused by the ledger", "login of bob refused by the ledger", "ledger is closed"]);
        assert_eq!(found, [("login of [*] refused by the ledger".to_owned(), vec![0, 1]), ("ledger is closed".to_owned(), vec![2])]);
    }

    #[test]
    fn what_all_lines_have_does_not_make_them_alike() {
        let line = |message: &str| format!(r#"{{"ts":[num],"level":"error","service":"bank-sync","host":"[id]","msg":"{message}"}}"#);
        let shapes = [line("ledger export went wrong"), line("queue has no consumers"), line("ledger import went wrong")];
        let found = clusters(&shapes.each_ref().map(String::as_str));
        assert_eq!(found.iter().map(|(_, members)| members.clone()).collect::<Vec<_>>(), [vec![0, 2], vec![1]]);
        assert_eq!(found[0].0, line("ledger [*] went wrong"));
    }

    #[test]
    fn a_shape_comes_out_as_it_went_in() {
        for shape in ["", "   ", "a b", "[num]", "¡señal! → «x»", r#"{"a":"[id]","b":[[num],[num]]}"#, "<error>x</error>"] {
            assert_eq!(clusters(&[shape]), [(shape.to_owned(), vec![0])]);
        }
    }
}
