//! The catalogue: what is built in, with overlays laid over it, behind one set of look-ups.
//!
//! The build script uses these same modules: to it all of `data/` is one overlay over nothing.

pub mod check;
pub mod embedding;
pub mod finding;
pub mod index;
pub mod key;
pub mod language;
pub mod load;
pub mod messages;
pub mod model;
pub mod order;
pub mod pack;
pub mod steps;

use embedding::Directions;
use finding::{Finding, Severity};
use index::{Language, Naming, Postings};
use key::Fit;
use load::{Held, Loaded};
use messages::Template;
use model::{
    Advice, Category, CategoryEntry, Domain, Entry, Frequency, Order, Playbook, Policy, Provider, ProviderKind, Source, Synonyms, Term,
    Trust, Who, Wire,
};
use pack::{Pack, Space, Table, Writer};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Whether an entry is a code or a trouble without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A code that a provider sends or shows.
    Code,
    /// A trouble without a code.
    Symptom,
}

/// An entry with what it belongs to and where it was read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The provider's id.
    pub provider: String,
    /// Code or symptom.
    pub kind: Kind,
    /// The entry as written, overlays applied.
    pub entry: Entry,
    /// The files it was read from, the last one on top: `data/providers/plaid/feed.toml:12`.
    pub origins: Vec<String>,
}

impl Record {
    /// The code, or the symptom's id.
    #[must_use]
    pub fn code(&self) -> &str {
        self.entry.code.as_deref().unwrap_or_default()
    }

    /// The family; empty where the code has none.
    #[must_use]
    pub fn family(&self) -> &str {
        self.entry.family.as_deref().unwrap_or_default()
    }
}

/// What look-ups and lists need of an entry, without reading it whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head<'a> {
    /// The provider's id.
    #[serde(borrow)]
    pub provider: &'a str,
    /// Code or symptom.
    pub kind: Kind,
    /// The kind of trouble.
    pub category: Category,
    /// Whether it is no longer sent.
    pub retired: bool,
    /// How common it is: by the provider's class, then by its own. Low is common.
    pub rarity: u8,
    /// The code, or the symptom's id.
    pub code: &'a str,
    /// The family; empty where the code has none.
    pub family: &'a str,
    /// The symbolic name; empty where there is none.
    pub name: &'a str,
    /// Other spellings.
    pub aliases: Vec<&'a str>,
    /// The title.
    pub title: &'a str,
    /// Who must act.
    pub who: Who,
    /// Whether a retry helps.
    pub retry: Policy,
    /// How far it is to be trusted.
    pub trust: Trust,
    /// Feed or payment.
    pub domain: Domain,
}

/// What the search weighs of an entry: the fields that a [`Head`] begins with, which alone are unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing<'a> {
    /// The provider's id.
    #[serde(borrow)]
    pub provider: &'a str,
    /// Code or symptom.
    pub kind: Kind,
    /// The kind of trouble.
    pub category: Category,
    /// Whether it is no longer sent.
    pub retired: bool,
    /// How common it is: by the provider's class, then by its own. Low is common.
    pub rarity: u8,
}

impl<'a> Head<'a> {
    /// What the search weighs of the entry.
    #[must_use]
    pub fn standing(&self) -> Standing<'a> {
        Standing { provider: self.provider, kind: self.kind, category: self.category, retired: self.retired, rarity: self.rarity }
    }

    /// How lists and findings call the entry: `mx:DENIED@member`.
    #[must_use]
    pub fn reference(&self) -> String {
        let at = if self.family.is_empty() { String::new() } else { format!("@{}", self.family) };
        format!("{}:{}{at}", self.provider, self.code)
    }
}

/// The lists of words that the data holds, in the order in which they are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum WordList {
    /// Words that announce a code and are not part of it.
    Code,
    /// Words that may stand before those.
    Filler,
    /// Words that say nothing about a trouble.
    Stop,
    /// Words by which a description shows that it is about a bank feed.
    Domain,
    /// Words by which it shows that it is about something else.
    Foreign,
    /// Fields of log lines that hold the time.
    TimeField,
    /// Fields that name the item, connection or account concerned.
    ItemField,
    /// Fields that name whose it is.
    UserField,
    /// Fields that name the institution.
    InstitutionField,
    /// Fields that hold the level of a log line.
    LevelField,
    /// Words by which a log line shows that something went wrong.
    Trouble,
    /// Words that the names of codes of any interface are made of.
    CommonInCodes,
}

impl WordList {
    /// All lists, in the order in which they are packed.
    pub const ALL: [Self; 12] = [
        Self::Code,
        Self::Filler,
        Self::Stop,
        Self::Domain,
        Self::Foreign,
        Self::TimeField,
        Self::ItemField,
        Self::UserField,
        Self::InstitutionField,
        Self::LevelField,
        Self::Trouble,
        Self::CommonInCodes,
    ];

    /// The list's name in a catalogue file.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::Code => "code_words",
            Self::Filler => "filler_words",
            Self::Stop => "stop_words",
            Self::Domain => "domain_words",
            Self::Foreign => "foreign_words",
            Self::TimeField => "time_fields",
            Self::ItemField => "item_fields",
            Self::UserField => "user_fields",
            Self::InstitutionField => "institution_fields",
            Self::LevelField => "level_fields",
            Self::Trouble => "trouble_words",
            Self::CommonInCodes => "common_in_codes",
        }
    }
}

/// The name of an entry within a catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryId {
    /// Built in.
    Base(u32),
    /// From an overlay.
    Over(u32),
}

/// Built-in data with overlays on top.
#[derive(Default)]
pub struct Catalogue {
    base: Option<Pack<'static>>,
    over: Overlay,
    /// Made ready once, when first asked for.
    language: OnceLock<Language>,
    naming: OnceLock<Naming>,
}

/// What overlays added or changed: each record whole, as it is with all of them applied.
#[derive(Default)]
struct Overlay {
    providers: BTreeMap<String, Held<Provider>>,
    removed_providers: BTreeSet<String>,
    sources: BTreeMap<(String, String), Held<Source>>,
    wires: BTreeMap<(String, String), Held<Wire>>,
    removed_wires: BTreeSet<(String, String)>,
    entries: Vec<Option<Held<Record>>>,
    /// Entries by squashed code, name and alias.
    names: BTreeMap<String, Vec<u32>>,
    hidden: BTreeSet<u32>,
    /// By provider (empty: shared) and name.
    playbooks: BTreeMap<(String, String), Held<Playbook>>,
    advice: BTreeMap<(String, String), Held<Advice>>,
    terms: BTreeMap<String, Held<Term>>,
    categories: BTreeMap<Category, Held<CategoryEntry>>,
    synonyms: Vec<Held<Synonyms>>,
    words: [Vec<String>; WordList::ALL.len()],
    order: Option<Held<Order>>,
}

impl Overlay {
    /// Takes a provider out with all that belongs to it, what earlier overlays brought included.
    fn remove_provider(&mut self, id: &str) {
        self.providers.remove(id);
        self.sources.retain(|(provider, _), _| provider != id);
        self.wires.retain(|(provider, _), _| provider != id);
        self.playbooks.retain(|(provider, _), _| provider != id);
        self.advice.retain(|(provider, _), _| provider != id);
        for held in self.entries.iter_mut().filter(|held| held.as_ref().is_some_and(|held| held.value.provider == id)) {
            *held = None;
        }
        self.removed_providers.insert(id.to_owned());
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.providers.is_empty() && self.removed_providers.is_empty()
    }
}

impl Catalogue {
    /// A catalogue over packed data.
    #[must_use]
    pub fn packed(bytes: &'static [u8]) -> Self {
        Self { base: Some(Pack::new(bytes)), ..Self::default() }
    }

    fn base_named(&self, space: Space, name: &str) -> impl Iterator<Item = u32> + use<'_> {
        let hash = key::hash(name);
        self.base.iter().flat_map(move |pack| pack.named(space, hash))
    }

    fn base_get<T: Deserialize<'static>>(&self, table: Table, record: u32) -> T {
        self.base.expect("a number of the base comes from the base").get(table, record)
    }

    fn base_all<T: Deserialize<'static>>(&self, table: Table) -> impl Iterator<Item = T> {
        self.base.iter().flat_map(move |pack| (0..pack.len(table)).map(move |record| pack.get(table, record)))
    }

    /// The entries that a code may mean, with how well it fits; the code as typed, without its dress.
    #[must_use]
    pub fn find_code(&self, asked: &str) -> Vec<(EntryId, Fit)> {
        let squashed = key::squash(asked);
        let base = self.base_named(Space::Code, &squashed).filter(|id| !self.over.hidden.contains(id)).map(EntryId::Base);
        let over = self.over.names.get(&squashed).into_iter().flatten().map(|id| EntryId::Over(*id));
        let fitting = |id: EntryId| {
            let head = self.head(id)?;
            let others = head.aliases.iter().copied().chain([head.name]).filter(|name| !name.is_empty());
            key::fit(asked, head.code, others).map(|fit| (id, fit))
        };
        base.chain(over).filter_map(fitting).collect()
    }

    /// The entry of exactly this provider, code and family (empty: none, or the only one).
    #[must_use]
    pub fn entry(&self, provider: &str, code: &str, family: &str) -> Option<EntryId> {
        let of_provider = |(id, fit): &(EntryId, Fit)| *fit == Fit::Exact && self.head(*id).is_some_and(|head| head.provider == provider);
        let found: Vec<_> = self.find_code(code).into_iter().filter(of_provider).map(|(id, _)| id).collect();
        let exact = found.iter().find(|id| self.head(**id).is_some_and(|head| head.family == family));
        match (exact, found.as_slice()) {
            (Some(id), _) => Some(*id),
            (None, [only]) if family.is_empty() => Some(*only),
            _ => None,
        }
    }

    /// The head of an entry; none if it was taken out.
    #[must_use]
    pub fn head(&self, id: EntryId) -> Option<Head<'_>> {
        match id {
            EntryId::Base(record) => {
                let head: Head<'_> = self.base_get(Table::Heads, record);
                (!self.over.removed_providers.contains(head.provider)).then_some(head)
            }
            EntryId::Over(index) => self.over.entries.get(index as usize)?.as_ref().map(|held| self.head_of(&held.value)),
        }
    }

    /// What the search weighs of an entry; none if it was taken out.
    #[must_use]
    pub fn standing(&self, id: EntryId) -> Option<Standing<'_>> {
        match id {
            EntryId::Base(record) => {
                let standing: Standing<'_> = self.base_get(Table::Heads, record);
                (!self.over.removed_providers.contains(standing.provider)).then_some(standing)
            }
            EntryId::Over(_) => self.head(id).map(|head| head.standing()),
        }
    }

    /// The entry whole.
    #[must_use]
    pub fn record(&self, id: EntryId) -> Option<Record> {
        match id {
            EntryId::Base(record) => Some(self.base_get(Table::Entries, record)),
            EntryId::Over(index) => self.over.entries.get(index as usize)?.as_ref().map(|held| held.value.clone()),
        }
    }

    /// All entries, the built-in ones first, each in the order of its files.
    pub fn entries(&self) -> impl Iterator<Item = EntryId> + '_ {
        let base = 0..self.base.map_or(0, |pack| pack.len(Table::Heads));
        let over = 0..u32::try_from(self.over.entries.len()).unwrap_or(u32::MAX);
        let base = base.filter(|id| !self.over.hidden.contains(id)).map(EntryId::Base);
        let whole = self.over.removed_providers.is_empty();
        let base = base.filter(move |id| whole || self.head(*id).is_some());
        base.chain(over.map(EntryId::Over).filter(|id| self.head(*id).is_some()))
    }

    fn head_of<'a>(&'a self, record: &'a Record) -> Head<'a> {
        let entry = &record.entry;
        let category = entry.category.unwrap_or(Category::Informational);
        let default = self.category(category);
        let text = |field: &'a Option<String>| field.as_deref().unwrap_or_default();
        let policy = entry.retry.as_ref().or(default.as_ref().and_then(|category| category.retry.as_ref()));
        let class = |commonness: Option<&model::Commonness>| commonness.map_or(Frequency::Ordinary, |it| it.class) as u8;
        let provider = self.provider(&record.provider);
        Head {
            provider: &record.provider,
            kind: record.kind,
            code: record.code(),
            family: record.family(),
            name: text(&entry.name),
            aliases: entry.aliases.iter().flatten().map(String::as_str).collect(),
            title: text(&entry.title),
            category,
            who: entry.who.or(default.as_ref().and_then(|category| category.who)).unwrap_or(Who::Unknown),
            retry: policy.map_or(Policy::Unknown, |retry| retry.policy),
            trust: entry.trust.unwrap_or(Trust::Inferred),
            domain: entry.domain.unwrap_or(Domain::Feed),
            retired: entry.retired.is_some(),
            rarity: 4 * class(provider.and_then(|provider| provider.commonness).as_ref()) + class(entry.commonness.as_ref()),
        }
    }

    /// A provider by its id.
    #[must_use]
    pub fn provider(&self, id: &str) -> Option<Provider> {
        if self.over.removed_providers.contains(id) {
            return None;
        }
        if let Some(held) = self.over.providers.get(id) {
            return Some(held.value.clone());
        }
        let provider = self.base_named(Space::Provider, id).map(|record| self.base_get::<Provider>(Table::Providers, record));
        provider.into_iter().find(|provider| provider.id.as_deref() == Some(id))
    }

    /// Whether a provider is a generic standard (HTTP, OAuth), whose errors are not banks' alone.
    #[must_use]
    pub fn is_generic(&self, provider: &Provider) -> bool {
        let rare = provider.commonness.as_ref().is_some_and(|it| it.class == Frequency::Rare);
        rare && provider.kind == Some(ProviderKind::Standard)
    }

    /// All providers, by id.
    #[must_use]
    pub fn providers(&self) -> Vec<Provider> {
        let mut all: BTreeMap<String, Provider> =
            self.base_all::<Provider>(Table::Providers).map(|it| (it.id.clone().unwrap_or_default(), it)).collect();
        all.extend(self.over.providers.iter().map(|(id, held)| (id.clone(), held.value.clone())));
        all.retain(|id, _| !self.over.removed_providers.contains(id));
        all.into_values().collect()
    }

    /// A source that a provider's entries cite.
    #[must_use]
    pub fn source(&self, provider: &str, id: &str) -> Option<Source> {
        if let Some(held) = self.over.sources.get(&(provider.to_owned(), id.to_owned())) {
            return Some(held.value.clone());
        }
        let named = self.base_named(Space::Source, &format!("{provider}\0{id}"));
        named.map(|record| self.base_get::<Source>(Table::Sources, record)).find(|it| it.id.as_deref() == Some(id))
    }

    /// A playbook: the provider's own, else the shared one.
    #[must_use]
    pub fn playbook(&self, provider: &str, id: &str) -> Option<Playbook> {
        let scopes = [provider, ""];
        scopes.into_iter().find_map(|scope| self.scoped(&self.over.playbooks, Space::Playbook, Table::Playbooks, scope, id))
    }

    /// A sentence of advice: the provider's own, else the shared one.
    #[must_use]
    pub fn advice(&self, provider: &str, id: &str) -> Option<Advice> {
        let scopes = [provider, ""];
        scopes.into_iter().find_map(|scope| self.scoped(&self.over.advice, Space::Advice, Table::Advice, scope, id))
    }

    fn scoped<T: Clone + Deserialize<'static>>(
        &self,
        over: &BTreeMap<(String, String), Held<T>>,
        space: Space,
        table: Table,
        scope: &str,
        id: &str,
    ) -> Option<T> {
        if let Some(held) = over.get(&(scope.to_owned(), id.to_owned())) {
            return Some(held.value.clone());
        }
        self.base_named(space, &format!("{scope}\0{id}")).map(|record| self.base_get(table, record)).next()
    }

    /// A placeholder of playbook texts.
    #[must_use]
    pub fn term(&self, id: &str) -> Option<Term> {
        if let Some(held) = self.over.terms.get(id) {
            return Some(held.value.clone());
        }
        self.base_named(Space::Term, id).map(|record| self.base_get(Table::Terms, record)).next()
    }

    /// A category's entry.
    #[must_use]
    pub fn category(&self, id: Category) -> Option<CategoryEntry> {
        if let Some(held) = self.over.categories.get(&id) {
            return Some(held.value.clone());
        }
        self.base_named(Space::Category, id.word()).map(|record| self.base_get(Table::Categories, record)).next()
    }

    /// All wire shapes with their provider's id.
    #[must_use]
    pub fn wires(&self) -> Vec<(String, Wire)> {
        let mut all = self.field_wires();
        all.extend(self.text_wires());
        all
    }

    /// The wire shapes of fields.
    #[must_use]
    pub fn field_wires(&self) -> Vec<(String, Wire)> {
        self.wires_in(Table::FieldWires)
    }

    /// The wire shapes of running text.
    #[must_use]
    pub fn text_wires(&self) -> Vec<(String, Wire)> {
        self.wires_in(Table::TextWires)
    }

    fn wires_in(&self, table: Table) -> Vec<(String, Wire)> {
        let gone = |provider: &String, wire: &Wire| {
            let key = (provider.clone(), wire.id.clone().unwrap_or_default());
            self.over.removed_providers.contains(provider) || self.over.removed_wires.contains(&key) || self.over.wires.contains_key(&key)
        };
        let base = self.base_all::<(String, Wire)>(table).filter(|(provider, wire)| !gone(provider, wire));
        let over = self.over.wires.iter().filter(|(_, held)| held.value.is_of_fields() == (table == Table::FieldWires));
        base.chain(over.map(|((provider, _), held)| (provider.clone(), held.value.clone()))).collect()
    }

    /// All groups of words of one meaning.
    #[must_use]
    pub fn synonyms(&self) -> Vec<Synonyms> {
        let base = self.base_all::<Synonyms>(Table::Synonyms);
        base.chain(self.over.synonyms.iter().map(|held| held.value.clone())).collect()
    }

    /// A list of words.
    #[must_use]
    pub fn words(&self, list: WordList) -> Vec<String> {
        let base = self.base.map(|pack| pack.get::<Vec<String>>(Table::Words, list as u32));
        base.into_iter().flatten().chain(self.over.words[list as usize].iter().cloned()).collect()
    }

    /// The language of the search: words that say nothing, words of one meaning.
    #[must_use]
    pub fn language(&self) -> &Language {
        let lists = [WordList::Stop, WordList::Domain, WordList::Foreign];
        let changed = !self.over.synonyms.is_empty() || lists.iter().any(|list| !self.over.words[*list as usize].is_empty());
        self.language.get_or_init(|| match self.base {
            Some(pack) if !changed => pack.get(Table::Language, 0),
            _ => {
                let [stop, domain, foreign] = lists.map(|list| self.words(list));
                Language::new(&stop, &self.synonyms(), &domain, &foreign)
            }
        })
    }

    /// What the search knows of providers.
    #[must_use]
    pub fn naming(&self) -> &Naming {
        self.naming.get_or_init(|| match self.base {
            Some(pack) if self.over.providers.is_empty() && self.over.removed_providers.is_empty() => pack.get(Table::Naming, 0),
            _ => Naming::new(&self.providers(), |provider| self.is_generic(provider)),
        })
    }

    /// The built-in entries that hold a term: by number of entry, categories behind the last entry.
    #[must_use]
    pub fn postings(&self, term: &str) -> Option<Postings> {
        let mut found = self.base_named(Space::Word, term);
        found.next().map(|record| self.base_get(Table::Postings, record))
    }

    /// All terms of the built-in entries, one a line.
    #[must_use]
    pub fn vocabulary(&self) -> &'static str {
        self.base.map_or("", |pack| pack.get(Table::Vocabulary, 0))
    }

    /// Where the built-in entries lie among the vectors of terms, by number; categories behind the last entry.
    #[must_use]
    pub fn directions(&self) -> Directions {
        self.base.map_or_else(Directions::default, |pack| pack.get(Table::Directions, 0))
    }

    /// How many entries are built in; numbers from there on are categories, in their order.
    #[must_use]
    pub fn base_entries(&self) -> u32 {
        self.base.map_or(0, |pack| pack.len(Table::Heads))
    }

    /// Whether an overlay changed or took out a built-in entry.
    #[must_use]
    pub fn is_hidden(&self, base: u32) -> bool {
        self.over.hidden.contains(&base)
    }

    /// The entries of overlays.
    pub fn overlaid(&self) -> impl Iterator<Item = (EntryId, &Record)> {
        let entries = self.over.entries.iter().zip(0..);
        entries.filter_map(|(held, index)| held.as_ref().map(|held| (EntryId::Over(index), &held.value)))
    }

    /// All published messages, as templates (see [`messages`]), with the entry that each stands for.
    #[must_use]
    pub fn messages(&self) -> Vec<Template> {
        let base = self.base_all::<PackedTemplate>(Table::Messages).map(unpacked);
        let base = base.filter(|template| !matches!(template.entry, EntryId::Base(id) if self.over.hidden.contains(&id)));
        if self.has_packed_messages() {
            return base.collect();
        }
        let over = self.over.entries.iter().zip(0..).filter_map(|(held, index)| Some((held.as_ref()?, index)));
        let over =
            over.flat_map(|(held, index)| templates(&held.value).into_iter().map(move |words| Template::new(EntryId::Over(index), words)));
        let mut all: Vec<Template> = base.chain(over).collect();
        let provider_of: Vec<&str> = all.iter().map(|it| self.head(it.entry).map_or("", |head| head.provider)).collect();
        let mut owners: BTreeMap<(&str, &[u32]), u32> = BTreeMap::new();
        for (template, provider) in all.iter().zip(&provider_of) {
            *owners.entry((provider, &template.words)).or_default() += 1;
        }
        let owners: Vec<u32> = all.iter().zip(&provider_of).map(|(it, provider)| owners[&(*provider, it.words.as_slice())]).collect();
        all.iter_mut().zip(owners).for_each(|(template, owners)| template.owners = owners);
        all
    }

    /// Whether [`Self::messages_with`] finds all messages: those of overlays are in no index.
    #[must_use]
    pub fn has_packed_messages(&self) -> bool {
        self.base.is_some() && !self.has_overlay() && self.over.hidden.is_empty()
    }

    /// The built-in messages that are found by words with this hash.
    pub fn messages_with(&self, gram: u64) -> impl Iterator<Item = Template> {
        let found = self.base.iter().flat_map(move |pack| pack.named(Space::Message, gram));
        found.map(|record| unpacked(self.base_get(Table::Messages, record))).filter(move |template| template.gram() == gram)
    }

    /// All words of the published messages, one a line: templates hold their hashes only.
    #[must_use]
    pub fn message_words(&self) -> String {
        let mut all: String = self.base.map_or("", |pack| pack.get(Table::MessageWords, 0)).to_owned();
        for word in self.overlaid().flat_map(|(_, record)| words_of(record)) {
            all.push('\n');
            all.push_str(&word);
        }
        all
    }

    /// The order table.
    #[must_use]
    pub fn order(&self) -> Order {
        let over = self.over.order.as_ref().map(|held| held.value.clone());
        over.or_else(|| self.base_all(Table::Order).next()).unwrap_or_default()
    }

    /// Whether anything was laid over what is built in.
    #[must_use]
    pub fn has_overlay(&self) -> bool {
        !self.over.is_empty()
    }

    /// Lays files over what is there. Faults of the files' own are reported; whether names lead anywhere is for `check`.
    pub fn add(&mut self, files: Vec<Loaded>, findings: &mut Vec<Finding>) {
        (self.language, self.naming) = (OnceLock::new(), OnceLock::new());
        let mut seen = BTreeSet::new();
        for file in &files {
            self.add_frame(file, &mut seen, findings);
        }
        for file in files {
            let provider = file.provider.and_then(|held| held.value.id).unwrap_or_default();
            for (kind, entries) in [(Kind::Code, file.codes), (Kind::Symptom, file.symptoms)] {
                for held in entries {
                    self.add_entry(&provider, kind, held, &mut seen, findings);
                }
            }
        }
    }

    /// All of a file but its entries, which need to know the providers of all files.
    fn add_frame(&mut self, file: &Loaded, seen: &mut BTreeSet<String>, findings: &mut Vec<Finding>) {
        let mut provider = String::new();
        if let Some(held) = &file.provider {
            provider = held.value.id.clone().unwrap_or_default();
            if provider.is_empty() {
                findings.push(error(held, "missing-id", "provider", "the provider has no id", "add id = \"…\""));
            } else if held.value.remove == Some(true) {
                self.over.remove_provider(&provider);
            } else {
                let mut whole = self.provider(&provider).unwrap_or_default();
                let (bare, known) = (held.value.name.is_none(), self.over.providers.contains_key(&provider));
                whole.overlay(held.value.clone());
                let mut merged = Held { value: whole, origin: held.origin.clone() };
                if bare && known {
                    merged.origin = self.over.providers[&provider].origin.clone();
                }
                self.over.providers.insert(provider.clone(), merged);
            }
        }
        let belonging = [file.sources.first().map(|held| &held.origin), file.wires.first().map(|held| &held.origin)];
        let entries = [file.codes.first().map(|held| &held.origin), file.symptoms.first().map(|held| &held.origin)];
        if provider.is_empty()
            && let Some(origin) = belonging.into_iter().chain(entries).flatten().next()
        {
            findings.push(Finding {
                severity: Severity::Error,
                kind: "no-provider",
                file: origin.file.to_string(),
                line: origin.line,
                entry: String::new(),
                message: "these entries belong to no provider".to_owned(),
                help: "start the file with [provider] and id = \"…\"".to_owned(),
            });
        }
        for held in &file.sources {
            if let Some(id) = own_id(held, held.value.id.as_ref(), "source", findings)
                && fresh(held, &format!("source {provider}/{id}"), seen, findings)
            {
                let mut whole = self.source(&provider, &id).unwrap_or_default();
                whole.overlay(held.value.clone());
                self.over.sources.insert((provider.clone(), id), Held { value: whole, origin: held.origin.clone() });
            }
        }
        for held in &file.wires {
            if let Some(id) = own_id(held, held.value.id.as_ref(), "wire", findings)
                && fresh(held, &format!("wire {provider}/{id}"), seen, findings)
            {
                let key = (provider.clone(), id.clone());
                if held.value.remove == Some(true) {
                    self.over.wires.remove(&key);
                    self.over.removed_wires.insert(key);
                    continue;
                }
                let before = self.wires().into_iter().find(|(of, wire)| *of == provider && wire.id.as_ref() == Some(&id));
                let mut whole = before.map(|(_, wire)| wire).unwrap_or_default();
                whole.overlay(held.value.clone());
                self.over.wires.insert(key, Held { value: whole, origin: held.origin.clone() });
            }
        }
        for held in &file.playbooks {
            if let Some(id) = own_id(held, held.value.id.as_ref(), "playbook", findings)
                && fresh(held, &format!("playbook {provider}/{id}"), seen, findings)
            {
                self.over.playbooks.insert((provider.clone(), id), held.clone());
            }
        }
        for held in &file.advice {
            if let Some(id) = own_id(held, held.value.id.as_ref(), "advice", findings)
                && fresh(held, &format!("advice {provider}/{id}"), seen, findings)
            {
                self.over.advice.insert((provider.clone(), id), held.clone());
            }
        }
        for held in &file.terms {
            if let Some(id) = own_id(held, held.value.id.as_ref(), "term", findings)
                && fresh(held, &format!("term {id}"), seen, findings)
            {
                self.over.terms.insert(id, held.clone());
            }
        }
        for held in &file.categories {
            let Some(id) = held.value.id else {
                findings.push(error(held, "missing-id", "category", "the category has no id", "add id = \"…\""));
                continue;
            };
            if fresh(held, &format!("category {}", id.word()), seen, findings) {
                let mut whole = self.category(id).unwrap_or_default();
                whole.overlay(held.value.clone());
                self.over.categories.insert(id, Held { value: whole, origin: held.origin.clone() });
            }
        }
        self.over.synonyms.extend(file.synonyms.iter().cloned());
        for (words, more) in self.over.words.iter_mut().zip(&file.words) {
            words.extend(more.iter().cloned());
        }
        if let Some(held) = &file.order {
            self.over.order = Some(held.clone());
        }
    }

    fn add_entry(&mut self, provider: &str, kind: Kind, held: Held<Entry>, seen: &mut BTreeSet<String>, findings: &mut Vec<Finding>) {
        let Some(code) = own_id(&held, held.value.code.as_ref(), "code", findings) else {
            return;
        };
        let family = held.value.family.clone().unwrap_or_default();
        let at = if family.is_empty() { String::new() } else { format!("@{family}") };
        let name = format!("{provider}:{code}{at}");
        if provider.is_empty() || !fresh(&held, &name, seen, findings) {
            return;
        }
        let origin = format!("{}:{}", held.origin.file, held.origin.line);
        let before = self.entry(provider, &code, &family).filter(|id| self.head(*id).is_some_and(|it| it.kind == kind));
        let whole = ["title", "meaning", "category"];
        let stated = [held.value.title.is_some(), held.value.meaning.is_some(), held.value.category.is_some()];
        let Some(before) = before else {
            if stated.iter().any(|stated| !stated) || held.value.remove == Some(true) {
                let missing: Vec<_> = whole.into_iter().zip(stated).filter(|(_, stated)| !stated).map(|it| it.0).collect();
                let message = if held.value.remove == Some(true) {
                    "there is no such entry to remove".to_owned()
                } else {
                    format!("there is no such entry to change, and for a new one it lacks {}", missing.join(", "))
                };
                let help = self.near_codes(provider, &code);
                findings.push(error(&held, "incomplete", &name, &message, &help));
                return;
            }
            let record = Record { provider: provider.to_owned(), kind, entry: held.value, origins: vec![origin] };
            self.insert(Held { value: record, origin: held.origin });
            return;
        };
        let Some(mut record) = self.record(before) else {
            return;
        };
        match before {
            EntryId::Base(id) => _ = self.over.hidden.insert(id),
            EntryId::Over(index) => self.over.entries[index as usize] = None,
        }
        if held.value.remove != Some(true) {
            record.entry.overlay(held.value);
            record.origins.push(origin);
            self.insert(Held { value: record, origin: held.origin });
        }
    }

    fn insert(&mut self, held: Held<Record>) {
        let index = u32::try_from(self.over.entries.len()).expect("fewer than 2^32 entries");
        let record = &held.value;
        let aliases = record.entry.aliases.iter().flatten();
        for name in [record.entry.code.as_ref(), record.entry.name.as_ref()].into_iter().flatten().chain(aliases) {
            self.over.names.entry(key::squash(name)).or_default().push(index);
        }
        self.over.entries.push(Some(held));
    }

    /// A help text that names a provider's codes nearest to a spelling.
    #[must_use]
    pub fn near_codes(&self, provider: &str, code: &str) -> String {
        let heads = self.entries().filter_map(|id| self.head(id)).filter(|head| head.provider == provider);
        let mut near: Vec<_> = heads
            .map(|head| (strsim::jaro_winkler(&key::squash(head.code), &key::squash(code)), head.code.to_owned()))
            .filter(|(likeness, _)| *likeness > 0.8)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        near.dedup_by(|a, b| a.1 == b.1);
        let names: Vec<_> = near.into_iter().take(3).map(|(_, code)| code).collect();
        if names.is_empty() { String::new() } else { format!("codes of like spelling: {}", names.join(", ")) }
    }

    /// Packs everything that was added; for the build.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Writer::default();
        for (id, held) in &self.over.providers {
            let record = out.push(Table::Providers, &held.value);
            out.name(Space::Provider, key::hash(id), record);
        }
        for ((provider, id), held) in &self.over.sources {
            let record = out.push(Table::Sources, &held.value);
            out.name(Space::Source, key::hash(&format!("{provider}\0{id}")), record);
        }
        for held in self.over.entries.iter().flatten() {
            let head = self.head_of(&held.value);
            let record = out.push(Table::Heads, &head);
            out.push(Table::Entries, &held.value);
            for name in head.aliases.iter().copied().chain([head.code, head.name]).filter(|name| !name.is_empty()) {
                out.name(Space::Code, key::hash(&key::squash(name)), record);
            }
        }
        self.pack_messages(&mut out);
        for ((provider, _), held) in &self.over.wires {
            let table = if held.value.is_of_fields() { Table::FieldWires } else { Table::TextWires };
            out.push(table, &(provider, &held.value));
        }
        for ((scope, id), held) in &self.over.playbooks {
            let record = out.push(Table::Playbooks, &held.value);
            out.name(Space::Playbook, key::hash(&format!("{scope}\0{id}")), record);
        }
        for ((scope, id), held) in &self.over.advice {
            let record = out.push(Table::Advice, &held.value);
            out.name(Space::Advice, key::hash(&format!("{scope}\0{id}")), record);
        }
        for (id, held) in &self.over.terms {
            let record = out.push(Table::Terms, &held.value);
            out.name(Space::Term, key::hash(id), record);
        }
        for (id, held) in &self.over.categories {
            let record = out.push(Table::Categories, &held.value);
            out.name(Space::Category, key::hash(id.word()), record);
        }
        for held in &self.over.synonyms {
            out.push(Table::Synonyms, &held.value);
        }
        let spoken: BTreeSet<String> = self.over.entries.iter().flatten().flat_map(|held| words_of(&held.value)).collect();
        out.push(Table::MessageWords, &spoken.into_iter().collect::<Vec<_>>().join("\n"));
        for words in &self.over.words {
            out.push(Table::Words, words);
        }
        self.pack_search(&mut out);
        out.push(Table::Order, &self.order());
        out.finish()
    }
}

impl Catalogue {
    fn pack_messages(&self, out: &mut Writer) {
        let entries = self.over.entries.iter().zip(0u32..).filter(|(held, _)| held.is_some());
        let numbers: BTreeMap<EntryId, u32> = entries.map(|(_, index)| EntryId::Over(index)).zip(0..).collect();
        for template in self.messages() {
            let gram = template.gram();
            let packed: PackedTemplate = (numbers[&template.entry], template.words, template.place, template.owners);
            let record = out.push(Table::Messages, &packed);
            out.name(Space::Message, gram, record);
        }
    }

    /// Payment codes are answered by code or payload, not by words alone: they are left out.
    fn pack_search(&self, out: &mut Writer) {
        let language = self.language();
        out.push(Table::Language, language);
        out.push(Table::Naming, self.naming());
        let held: Vec<&Record> = self.over.entries.iter().flatten().map(|held| &held.value).collect();
        let feed = held.iter().zip(0u32..).filter(|(record, _)| searched(record));
        let mut documents: Vec<index::Document> = feed.map(|(record, number)| language.document(number, &record.entry)).collect();
        let first = u32::try_from(held.len()).expect("fewer than 2^32 entries");
        let categories = self.over.categories.values().zip(first..);
        documents.extend(categories.map(|(held, number)| language.category(number, &held.value)));
        let (terms, directions) = index::inverted(&documents, first + Category::ALL.len() as u32);
        out.push(Table::Directions, &directions);
        let vocabulary: Vec<&str> = terms.keys().map(String::as_str).filter(|term| !term.contains(' ') && !term.starts_with('~')).collect();
        out.push(Table::Vocabulary, &vocabulary.join("\n"));
        for (term, postings) in &terms {
            let record = out.push(Table::Postings, postings);
            out.name(Space::Word, key::hash(term), record);
        }
    }
}

/// A template as it is packed: entry, words, place, owners.
type PackedTemplate = (u32, Vec<u32>, u32, u32);

fn unpacked((entry, words, place, owners): PackedTemplate) -> Template {
    Template { entry: EntryId::Base(entry), words, place, owners }
}

/// Whether an entry is found by words.
#[must_use]
pub fn searched(record: &Record) -> bool {
    record.entry.domain != Some(Domain::Payment) && record.entry.category != Some(Category::Payment)
}

/// The messages by which an entry can be known: published ones, and codes that are themselves a sentence.
fn sentences(record: &Record) -> impl Iterator<Item = &String> {
    let entry = &record.entry;
    let sentences = entry.code.iter().chain(entry.aliases.iter().flatten()).filter(|code| code.contains(' '));
    let published = entry.messages.iter().flatten().chain(entry.user_messages.iter().flatten()).chain(&entry.alert);
    published.chain(sentences)
}

/// The words of those messages, in lower case; a word more than their templates hold does no harm.
fn words_of(record: &Record) -> impl Iterator<Item = String> {
    sentences(record).flat_map(|text| messages::words(text)).map(|(_, word)| word.to_lowercase())
}

fn templates(record: &Record) -> Vec<Vec<u32>> {
    let mut all: Vec<Vec<u32>> = sentences(record).map(|text| messages::template(text)).filter(|it| !it.is_empty()).collect();
    all.sort();
    all.dedup();
    all
}

fn error<T>(held: &Held<T>, kind: &'static str, entry: &str, message: &str, help: &str) -> Finding {
    Finding {
        severity: Severity::Error,
        kind,
        file: held.origin.file.to_string(),
        line: held.origin.line,
        entry: entry.to_owned(),
        message: message.to_owned(),
        help: help.to_owned(),
    }
}

fn own_id<T>(held: &Held<T>, id: Option<&String>, table: &str, findings: &mut Vec<Finding>) -> Option<String> {
    let id = id.filter(|id| !id.trim().is_empty()).cloned();
    if id.is_none() {
        findings.push(error(held, "missing-id", table, "it has no name", "add its code or id"));
    }
    id
}

/// Whether a name is new among the files that are laid over together; a second one is reported.
fn fresh<T>(held: &Held<T>, name: &str, seen: &mut BTreeSet<String>, findings: &mut Vec<Finding>) -> bool {
    let fresh = seen.insert(name.to_owned());
    if !fresh {
        findings.push(error(held, "duplicate", name, "it is there twice", "remove one, or tell them apart by family"));
    }
    fresh
}
