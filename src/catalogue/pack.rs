//! The catalogue as one block of bytes: tables of records packed with postcard, and an index of hashed names.
//!
//! Why not static Rust tables: each `&'static str` in one is a relocation that the loader applies at start-up, so a
//! larger catalogue would start slower. Here nothing is touched but the records that are asked for.

use serde::{Deserialize, Serialize};

/// The tables of a pack, in the order in which they lie: the small ones that every answer looks into are together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Table {
    /// Hashes of names with the record that each stands for: for each space one record of fixed-width pairs.
    Names,
    /// The order table: one record.
    Order,
    /// Placeholders.
    Terms,
    /// Sentences of advice, shared and providers' own.
    Advice,
    /// Playbooks, likewise.
    Playbooks,
    /// Categories.
    Categories,
    /// Provider records, by id.
    Providers,
    /// Source records of all providers.
    Sources,
    /// What look-ups need of an entry.
    Heads,
    /// Entries whole, in the order of `Heads`.
    Entries,
    /// Wire shapes of fields, of all providers.
    FieldWires,
    /// Wire shapes of running text, of all providers.
    TextWires,
    /// Words of one meaning.
    Synonyms,
    /// Published messages as templates, with the entry that each stands for.
    Messages,
    /// All words of those templates: one record.
    MessageWords,
    /// The lists of words: a record each.
    Words,
    /// The language of the search, ready: one record.
    Language,
    /// What the search knows of providers: one record.
    Naming,
    /// The entries of each term of the search.
    Postings,
    /// All terms of the search, for words that are misspelt: one record.
    Vocabulary,
    /// Where each entry lies among the vectors of terms: one record.
    Directions,
}

const TABLES: usize = 21;

/// What a name may be the name of. Each has an index of its own, so that looking up a code stays among codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Space {
    /// Terms of the search.
    Word,
    /// Templates of messages, by the hash of a few words.
    Message,
    /// Sources, by provider and id.
    Source,
    /// Entries, by code, name and alias.
    Code,
    /// Playbooks, by scope and id.
    Playbook,
    /// Sentences of advice, likewise.
    Advice,
    /// Providers, by id.
    Provider,
    /// Categories.
    Category,
    /// Placeholders.
    Term,
}

const SPACES: usize = 9;

/// Builds a pack.
#[derive(Default)]
pub struct Writer {
    tables: [Vec<Vec<u8>>; TABLES],
    names: [Vec<(u64, u32)>; SPACES],
}

impl Writer {
    /// Adds a record, and says which number it got in its table.
    ///
    /// # Panics
    /// When the record cannot be packed, which would be a fault of its type; this runs at build time.
    pub fn push<T: Serialize>(&mut self, table: Table, record: &T) -> u32 {
        let bytes = postcard::to_stdvec(record).expect("catalogue records can be packed");
        let records = &mut self.tables[table as usize];
        records.push(bytes);
        u32::try_from(records.len() - 1).expect("fewer than 2^32 records")
    }

    /// Lets a record be found by the hash of a name.
    pub fn name(&mut self, space: Space, hash: u64, record: u32) {
        self.names[space as usize].push((hash, record));
    }

    /// The finished pack.
    ///
    /// # Panics
    /// When it outgrows 4 GiB.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        for names in &mut self.names {
            names.sort_unstable();
            names.dedup();
            let pairs = names.iter().flat_map(|(hash, record)| hash.to_le_bytes().into_iter().chain(record.to_le_bytes()));
            self.tables[Table::Names as usize].push(pairs.collect());
        }
        let offsets: usize = self.tables.iter().map(|records| 4 * (records.len() + 1)).sum();
        let mut at = 8 * TABLES + offsets;
        let (mut head, mut index, mut body) = (Vec::new(), Vec::new(), Vec::new());
        let small = |number: usize| u32::try_from(number).expect("a pack of less than 4 GiB").to_le_bytes();
        for records in &self.tables {
            head.extend(small(8 * TABLES + index.len()));
            head.extend(small(records.len()));
            for record in records {
                index.extend(small(at));
                at += record.len();
                body.extend_from_slice(record);
            }
            index.extend(small(at));
        }
        head.extend(index);
        head.extend(body);
        head
    }
}

/// A finished pack, read in place.
#[derive(Clone, Copy)]
pub struct Pack<'a> {
    bytes: &'a [u8],
}

impl<'a> Pack<'a> {
    /// Reads a pack in place. The bytes must come from [`Writer::finish`].
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    fn number(&self, at: usize) -> u32 {
        let four = self.bytes.get(at..at + 4).and_then(|slice| slice.try_into().ok());
        u32::from_le_bytes(four.expect("the pack is whole"))
    }

    /// How many records a table has.
    #[must_use]
    pub fn len(&self, table: Table) -> u32 {
        self.number(8 * table as usize + 4)
    }

    /// The bytes of a record.
    ///
    /// # Panics
    /// When there is no such record.
    #[must_use]
    pub fn bytes(&self, table: Table, record: u32) -> &'a [u8] {
        assert!(record < self.len(table), "no record {record} in {table:?}");
        let index = self.number(8 * table as usize) as usize + 4 * record as usize;
        &self.bytes[self.number(index) as usize..self.number(index + 4) as usize]
    }

    /// A record of a table.
    ///
    /// # Panics
    /// When there is no such record, or it is of another type than was written.
    #[must_use]
    pub fn get<T: Deserialize<'a>>(&self, table: Table, record: u32) -> T {
        postcard::from_bytes(self.bytes(table, record)).expect("the pack was written by the same types")
    }

    /// The numbers of the records that a hashed name stands for.
    pub fn named(&self, space: Space, hash: u64) -> impl Iterator<Item = u32> + use<'a> {
        let names = self.bytes(Table::Names, space as u32);
        let (pairs, _) = names.as_chunks::<12>();
        let hash_of = |pair: &[u8; 12]| u64::from_le_bytes(pair[..8].try_into().expect("eight bytes"));
        let first = pairs.partition_point(|pair| hash_of(pair) < hash);
        pairs[first..]
            .iter()
            .take_while(move |pair| hash_of(pair) == hash)
            .map(|pair| u32::from_le_bytes(pair[8..].try_into().expect("four bytes")))
    }
}
