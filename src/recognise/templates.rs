//! Published messages, found by a few of their words: in the catalogue's index while few words are looked up, in a table
//! of all of them from then on. A run that answers one question need not unpack six thousand messages for it.

use crate::catalogue::messages::{self, Template};
use crate::catalogue::{Catalogue, EntryId};
use rustc_hash::FxHashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// From so many words on the table is made.
const FEW: usize = 2_000;

pub(super) struct Templates<'c> {
    catalogue: &'c Catalogue,
    table: OnceLock<Table>,
    /// How many words were looked up before there was a table.
    words: AtomicUsize,
}

struct Table {
    all: Vec<Template>,
    /// The numbers of the templates with these words.
    by_gram: FxHashMap<u64, Vec<u32>>,
    by_entry: FxHashMap<EntryId, Vec<u32>>,
}

impl<'c> Templates<'c> {
    pub(super) fn new(catalogue: &'c Catalogue) -> Self {
        Self { catalogue, table: OnceLock::new(), words: AtomicUsize::new(0) }
    }

    /// Announces that so many words will be looked up.
    pub(super) fn expect(&self, words: usize) {
        if self.table.get().is_none() {
            let before = self.words.fetch_add(words, Ordering::Relaxed);
            if before + words > FEW || !self.catalogue.has_packed_messages() {
                self.table();
            }
        }
    }

    /// Looks at the templates that are known by these words.
    pub(super) fn each(&self, words: &[u32], mut look: impl FnMut(&Template)) {
        let gram = messages::gram(words);
        match self.table.get() {
            Some(table) => table.by_gram.get(&gram).into_iter().flatten().for_each(|number| look(&table.all[*number as usize])),
            None => self.catalogue.messages_with(gram).for_each(|template| look(&template)),
        }
    }

    /// The templates of an entry.
    pub(super) fn of(&self, entry: EntryId) -> impl Iterator<Item = &Template> {
        let table = self.table();
        table.by_entry.get(&entry).into_iter().flatten().map(|number| &table.all[*number as usize])
    }

    fn table(&self) -> &Table {
        self.table.get_or_init(|| {
            let all = self.catalogue.messages();
            let mut by_gram: FxHashMap<u64, Vec<u32>> = FxHashMap::with_capacity_and_hasher(all.len(), rustc_hash::FxBuildHasher);
            let mut by_entry: FxHashMap<EntryId, Vec<u32>> = FxHashMap::with_capacity_and_hasher(all.len(), rustc_hash::FxBuildHasher);
            for (template, number) in all.iter().zip(0..) {
                by_gram.entry(template.gram()).or_default().push(number);
                by_entry.entry(template.entry).or_default().push(number);
            }
            Table { all, by_gram, by_entry }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_finds_what_the_table_holds() {
        let catalogue = crate::embedded();
        let templates = Templates::new(&catalogue);
        let all = catalogue.messages();
        let found = || {
            let mut found = Vec::new();
            for template in &all {
                let words = (1..=3).filter_map(|size| template.words.get(template.place as usize..template.place as usize + size));
                words.for_each(|words| templates.each(words, |it| found.push((it.entry, it.words.clone(), it.place, it.owners))));
            }
            found
        };
        let by_index = found();
        assert!(by_index.len() >= all.len());
        templates.expect(FEW + 1);
        assert_eq!(by_index, found());
    }
}
