//! From bytes to what is recognised in them: provider, code, and by which evidence.
//!
//! All that is known of providers comes from the catalogue: wire shapes, marks, messages, codes. What is written here
//! is how notations are read and how much each kind of evidence weighs.

mod braces;
pub mod decode;
mod fields;
pub mod lines;
mod literals;
mod memory;
mod pairs;
mod relevance;
mod score;
pub mod secrets;
mod shapes;
mod spans;
mod tags;
mod templates;
mod tree;
mod values;

use crate::answer::{Evidence, InputKind};
use crate::catalogue::key::{self, Fit};
use crate::catalogue::messages::{self, GAP};
use crate::catalogue::model::{Category, Frequency, Values};
use crate::catalogue::{Catalogue, EntryId, WordList};
use crate::diagnose::{Hint, general};
use crate::text::{clipped, harmless};
use literals::Literals;
use relevance::Relevance;
use rustc_hash::{FxHashMap, FxHashSet};
use score::Strength;
use secrets::Masker;
use shapes::{FieldMatch, FieldShapes, TextShape};
use std::sync::OnceLock;
use templates::Templates;
use tree::{Kind, Notation, Tree};

/// The most bytes that are looked at; what is beyond is left out, and said so.
pub const MOST_BYTES: usize = 64 << 20;
/// How often a text inside a text is looked into: JSON in a string in a string.
const NESTED: usize = 3;
/// From this size on running text is looked at piece by piece, so that it need not be copied whole.
const LARGE: usize = 1 << 20;
/// The most bytes of sentences that are kept of a payload.
const MOST_SAID: usize = 2_000;
/// The most claims that are weighed.
const MOST_CLAIMS: usize = 4_000;
/// The most different findings that are kept.
const MOST_FINDINGS: usize = 64;

/// A code (or a trouble, or a mere provider) recognised in an input.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The provider's id.
    pub provider: String,
    /// The entry; none if the catalogue lacks the code.
    pub entry: Option<EntryId>,
    /// The code as met, masked.
    pub code: String,
    /// The family as met, masked.
    pub family: Option<String>,
    /// The category that a code without entry is taken for.
    pub category: Option<Category>,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// What it was recognised by.
    pub evidence: Vec<Evidence>,
    /// Identifiers in the payload that this provider's support asks for.
    pub found: Vec<Evidence>,
}

/// What was made of an input.
#[derive(Debug, Default)]
pub struct Recognised {
    /// What was found, best first.
    pub findings: Vec<Finding>,
    /// Seconds to wait that the input itself names.
    pub wait_s: Option<u64>,
    /// What the input looks like.
    pub kind: Option<InputKind>,
    /// Limits that were met.
    pub notes: Vec<String>,
    /// The text of the input, decoded, without secrets: what a search in words may look at.
    pub words: String,
    /// What a payload says in sentences, without names of fields, numbers and ids; empty where it says next to nothing.
    pub sentences: String,
    /// Providers that hosts, ids or names in the input speak for, the strongest first.
    pub marked: Vec<String>,
    /// How much of the input is structure, in bytes.
    structured: usize,
}

struct Provider {
    id: String,
    /// Generic standards (HTTP, OAuth) speak only where nobody else does.
    generic: bool,
    /// How common it is; smaller is commoner.
    class: u8,
    bring: Vec<String>,
    /// The same made ready, when the first payload is met.
    asked: OnceLock<values::Asked>,
}

impl Provider {
    fn asked(&self) -> &values::Asked {
        self.asked.get_or_init(|| values::Asked::of(self.bring.iter()))
    }
}

/// The catalogue made ready for recognising.
pub struct Recogniser<'c> {
    catalogue: &'c Catalogue,
    providers: Vec<Provider>,
    /// Shapes of fields, made ready when the first structure is met: a sentence has none.
    fields: OnceLock<FieldShapes>,
    /// All codes in order, made ready when the first one is met that may be cut off.
    codes: OnceLock<Vec<(usize, String, EntryId)>>,
    /// What any provider's support asks for.
    asked: OnceLock<values::Asked>,
    texts: Vec<TextShape>,
    text_anchors: Literals,
    marks: Literals,
    mark_of: Vec<Mark>,
    templates: Templates<'c>,
    code_words: FxHashSet<String>,
    common_in_codes: FxHashSet<String>,
    /// Made ready when the first log is read, for all threads.
    relevance: OnceLock<Relevance>,
}

/// Whom a mark speaks for.
#[derive(Clone, Copy, Debug)]
struct Mark {
    provider: usize,
    /// Whether it is a mere name.
    name: bool,
    /// How many providers have it.
    sharers: u32,
}

/// Something that may be an error, before the claims are weighed against each other.
#[derive(Debug)]
struct Claim {
    provider: usize,
    entry: Option<EntryId>,
    code: String,
    family: Option<String>,
    strength: Strength,
    evidence: Evidence,
    /// What it claims: claims of different providers on the same thing exclude each other.
    subject: Subject,
    order: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    /// A node of the tree with this number.
    Node(usize, u32),
    /// An offset in the text.
    Offset(usize),
    /// An offset in what is between the structures.
    Prose(usize),
}

impl<'c> Recogniser<'c> {
    /// Makes the catalogue ready.
    ///
    /// # Panics
    /// Never for a catalogue that was checked: patterns are literals.
    #[must_use]
    pub fn new(catalogue: &'c Catalogue) -> Self {
        let all = catalogue.providers();
        let mut providers = Vec::with_capacity(all.len());
        let (mut mark_texts, mut mark_of) = (Vec::new(), Vec::new());
        let mut index_of: FxHashMap<String, usize> = FxHashMap::default();
        for provider in all {
            let index = providers.len();
            let id = provider.id.clone().unwrap_or_default();
            for mark in provider.marks.iter().flatten() {
                mark_texts.push(mark.clone());
                mark_of.push(Mark { provider: index, name: false, sharers: 1 });
            }
            for word in provider.words.iter().flatten().filter(|word| word.len() >= 3) {
                mark_texts.push(word.clone());
                mark_of.push(Mark { provider: index, name: true, sharers: 1 });
            }
            index_of.insert(id.clone(), index);
            let generic = catalogue.is_generic(&provider);
            let class = provider.commonness.as_ref().map_or(Frequency::Ordinary, |it| it.class) as u8;
            let bring = provider.support.map(|support| support.bring).unwrap_or_default();
            providers.push(Provider { generic, class, bring, asked: OnceLock::new(), id });
        }
        count_sharers(&mark_texts, &mut mark_of);
        let mut texts = Vec::new();
        for (provider, wire) in catalogue.text_wires() {
            if let Some(index) = index_of.get(&provider) {
                texts.extend(TextShape::of(*index, &wire));
            }
        }
        texts.retain(|shape| !shape.anchor().is_empty());
        let anchors: Vec<String> = texts.iter().map(|shape| shape.anchor().to_owned()).collect();
        Self {
            text_anchors: Literals::new(anchors),
            marks: Literals::new(mark_texts),
            catalogue,
            providers,
            fields: OnceLock::new(),
            codes: OnceLock::new(),
            asked: OnceLock::new(),
            texts,
            mark_of,
            templates: Templates::new(catalogue),
            common_in_codes: catalogue.words(WordList::CommonInCodes).into_iter().collect(),
            code_words: catalogue.words(WordList::Code).iter().map(|word| word.to_lowercase()).collect(),
            relevance: OnceLock::new(),
        }
    }

    fn relevance(&self) -> &Relevance {
        self.relevance.get_or_init(|| Relevance::new(self.catalogue))
    }

    /// What is recognised in an input.
    #[must_use]
    pub fn recognise(&self, bytes: &[u8], hint: &Hint) -> Recognised {
        let mut out = Recognised::default();
        let bytes = if bytes.len() > MOST_BYTES {
            out.notes.push(format!("Only the first {} MiB were read.", MOST_BYTES >> 20));
            &bytes[..MOST_BYTES]
        } else {
            bytes
        };
        let decoded = decode::text(bytes);
        let text: &str = &decoded;
        let marked = self.marked(text);
        let mut look = Look {
            recogniser: self,
            claims: Vec::new(),
            masker: Masker::default(),
            sentences: String::new(),
            trees: 0,
            structured: 0,
            waits: None,
            ids: Vec::new(),
            cut: false,
            named: FxHashSet::default(),
            repeats: FxHashMap::default(),
            counted: (0, 0, 1),
        };
        look.named = marked.iter().filter(|(_, weight)| **weight > 0.6).map(|(provider, _)| *provider).collect();
        look.document(text, 0);
        look.text_shapes(text);
        look.messages(text, 0);
        look.symbols(text);
        let marked_ids =
            marked.iter().filter(|(_, weight)| **weight > 0.6).map(|(index, weight)| (*weight, self.providers[*index].id.clone()));
        let mut marked_ids: Vec<(f64, String)> = marked_ids.collect();
        marked_ids.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        out.marked = marked_ids.into_iter().map(|(_, id)| id).collect();
        out.wait_s = look.waits;
        out.kind = Some(kind_of(text, look.structured));
        out.structured = look.structured;
        if look.cut {
            out.notes.push("The input is nested too deeply or too large to be followed everywhere.".to_owned());
        }
        out.words = clipped(&look.masker.text(&clipped(text, 4000)), 4000);
        out.sentences = look.masker.text(&look.sentences);
        out.findings = look.weigh(&marked, hint);
        out
    }

    fn fields(&self) -> &FieldShapes {
        self.fields.get_or_init(|| {
            let mut fields = FieldShapes::default();
            for (provider, wire) in self.catalogue.field_wires() {
                if let Some(index) = self.providers.iter().position(|it| it.id == provider) {
                    fields.add(index, &wire);
                }
            }
            fields
        })
    }

    fn asked(&self) -> &values::Asked {
        self.asked.get_or_init(|| values::Asked::of(self.providers.iter().flat_map(|it| &it.bring)))
    }

    /// What is recognised in words that somebody typed: they are no log, whatever times stand in them.
    #[must_use]
    pub fn recognise_words(&self, words: &str, hint: &Hint) -> Recognised {
        let mut recognised = self.recognise(words.as_bytes(), hint);
        if recognised.kind == Some(InputKind::Log) {
            recognised.kind = Some(InputKind::Text);
        }
        recognised
    }

    /// How much hosts, ids and names in the text speak for each provider.
    fn marked(&self, text: &str) -> FxHashMap<usize, f64> {
        let mut marked: FxHashMap<usize, f64> = FxHashMap::default();
        let mut seen: FxHashSet<usize> = FxHashSet::default();
        // Class names with backslashes come escaped, once or twice, out of JSON logs.
        let plain;
        let text = if text.contains("\\\\") {
            plain = text[..floor(text, 4 << 20)].replace("\\\\", "\\").replace("\\\\", "\\");
            plain.as_str()
        } else {
            text
        };
        // Marks stand near the beginning as often as anywhere; a bound keeps this linear pass short on huge inputs.
        let window = &text[..floor(text, 4 << 20)];
        for (pattern, place) in self.marks.find(window) {
            if seen.contains(&pattern) || !on_its_own(window, place.start, place.end) {
                continue;
            }
            seen.insert(pattern);
            let Mark { provider, name, sharers } = self.mark_of[pattern];
            let weight = marked.entry(provider).or_insert(0.0);
            // What several providers have speaks for none of them in particular.
            *weight = (*weight + if name { 0.7 } else { 1.6 } / f64::from(sharers)).min(2.6);
        }
        marked
    }

    fn is_of_family(&self, entry: EntryId, family: &str) -> bool {
        self.catalogue.head(entry).is_some_and(|head| key::squash(head.family) == key::squash(family))
    }

    /// The entry for a code of a provider, by exact spelling or in another case; a family decides among several.
    fn known(&self, provider: usize, code: &str, family: Option<&str>) -> Option<(EntryId, Fit)> {
        let id = &self.providers[provider].id;
        let mut found: Vec<(EntryId, Fit)> = self.catalogue.find_code(code);
        found.retain(|(entry, fit)| *fit > Fit::Alias && self.catalogue.head(*entry).is_some_and(|head| head.provider == *id));
        let family = family.map(key::squash).filter(|family| !family.is_empty());
        let of_family = |entry: EntryId| match (&family, self.catalogue.head(entry)) {
            (Some(family), Some(head)) => key::squash(head.family) == *family,
            _ => false,
        };
        found.into_iter().max_by_key(|(entry, fit)| {
            let rarity = self.catalogue.head(*entry).map_or(u8::MAX, |head| head.rarity);
            (of_family(*entry), *fit, std::cmp::Reverse(rarity))
        })
    }

    /// Statuses of a generic standard that a provider which the input speaks for lists as codes of its own.
    fn own_statuses(&self, claims: &[Claim], marked: &FxHashMap<usize, f64>) -> Vec<Claim> {
        let mut named: Vec<usize> =
            marked.iter().filter(|(index, weight)| **weight >= 1.5 && !self.providers[**index].generic).map(|(index, _)| *index).collect();
        named.sort_unstable();
        let mut out = Vec::new();
        for claim in claims.iter().filter(|claim| self.providers[claim.provider].generic).take(100) {
            let Ok(status) = claim.code.parse::<u16>() else { continue };
            for provider in &named {
                let Some((id, fit)) = self.known(*provider, &claim.code, Some("http")) else { continue };
                let is_status = self.catalogue.record(id).is_some_and(|record| record.entry.http == Some(status));
                if is_status && fit == Fit::Exact {
                    out.push(Claim {
                        provider: *provider,
                        entry: Some(id),
                        code: claim.code.clone(),
                        family: None,
                        strength: Strength { announced: true, symbol_owners: 1, fit: Some(fit), ..Strength::default() },
                        evidence: claim.evidence.clone(),
                        subject: claim.subject,
                        order: claim.order,
                    });
                }
            }
        }
        out
    }

    /// The one code of a provider that begins so.
    fn begun(&self, provider: usize, start: &str) -> Option<EntryId> {
        let start = start.trim_end_matches(['…', '.']);
        if start.len() < 4 {
            return None;
        }
        let codes = self.codes();
        let first = codes.partition_point(|(owner, code, _)| (*owner, code.as_str()) < (provider, start));
        let begins = |(owner, code, _): &&(usize, String, EntryId)| *owner == provider && code.starts_with(start);
        let mut found = codes[first..].iter().take_while(begins).filter(|(_, code, _)| code.len() > start.len());
        found.next().filter(|_| found.next().is_none()).map(|(_, _, entry)| *entry)
    }

    /// All codes, in order, those of each provider together.
    fn codes(&self) -> &[(usize, String, EntryId)] {
        self.codes.get_or_init(|| {
            let index_of: FxHashMap<&str, usize> = self.providers.iter().map(|it| it.id.as_str()).zip(0..).collect();
            let heads = self.catalogue.entries().filter_map(|id| Some((id, self.catalogue.head(id)?)));
            let mut codes: Vec<_> =
                heads.filter_map(|(id, head)| Some((*index_of.get(head.provider)?, head.code.to_owned(), id))).collect();
            codes.sort_unstable();
            codes
        })
    }
}

/// Notes at each mark how many providers have it.
fn count_sharers(texts: &[String], marks: &mut [Mark]) {
    let mut sharers: FxHashMap<String, u32> = FxHashMap::default();
    let mut own: FxHashSet<(usize, String)> = FxHashSet::default();
    for (text, mark) in texts.iter().zip(marks.iter()).filter(|(_, mark)| !mark.name) {
        let text = text.to_ascii_lowercase();
        if own.insert((mark.provider, text.clone())) {
            *sharers.entry(text).or_default() += 1;
        }
    }
    for (text, mark) in texts.iter().zip(marks).filter(|(_, mark)| !mark.name) {
        mark.sharers = sharers.get(&text.to_ascii_lowercase()).copied().unwrap_or(1);
    }
}

/// Whether a value may have been cut off: it says so, or nothing comes after it.
fn is_cut(tree: &Tree<'_>, node: u32) -> bool {
    node as usize + 1 == tree.nodes.len() || says_cut(&tree.node(node).text)
}

fn says_cut(value: &str) -> bool {
    value.contains("(truncated") || value.ends_with(['…']) || value.ends_with("...")
}

/// A text in blocks of about a megabyte that end at a line.
fn blocks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = floor(rest, LARGE);
        let end = if end < rest.len() { rest[..end].rfind('\n').map_or(end, |line| line + 1) } else { end };
        let (block, after) = rest.split_at(end.max(1));
        rest = after;
        Some(block)
    })
}

fn floor(text: &str, most: usize) -> usize {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// Whether an occurrence is a word of its own, not the middle of a longer one.
fn on_its_own(text: &str, start: usize, end: usize) -> bool {
    let inner = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let first = text[start..].chars().next().is_some_and(char::is_alphanumeric);
    let last = text[..end].chars().next_back().is_some_and(char::is_alphanumeric);
    let goes_on_before = first && inner(text[..start].chars().next_back());
    let goes_on_behind = last && inner(text[end..].chars().next());
    !goes_on_before && !goes_on_behind
}

/// What an input looks like: a log has several lines with times or levels, a payload has structure.
fn kind_of(text: &str, structured: usize) -> InputKind {
    // An address alone, such as a redirect with an error in it, is no description.
    if text.contains("://") && !text.trim().contains(char::is_whitespace) {
        return InputKind::Payload;
    }
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(200).collect();
    let stamped = |line: &&&str| {
        let start = &line[..floor(line, 60)];
        let time = start.as_bytes().windows(5).any(|five| {
            five[0].is_ascii_digit() && five[1].is_ascii_digit() && five[2] == b':' && five[3].is_ascii_digit() && five[4].is_ascii_digit()
        });
        time || ["ERROR", "WARN", "INFO", "DEBUG", "<ERR>", "Traceback", "    at ", "#0 "].iter().any(|level| start.contains(level))
    };
    let requests = ["GET http", "POST http", "PUT http", "DELETE http", "HTTP/1.", "HTTP/2"];
    if lines.len() > 1 && lines.iter().any(|line| requests.iter().any(|sign| line.contains(sign))) && structured * 2 < text.len() {
        return InputKind::Log;
    }
    let logged = lines.iter().filter(stamped).count();
    let json_lines = lines.iter().filter(|line| line.starts_with('{') && line.ends_with('}')).count();
    if json_lines >= 2 || (logged >= 1 && logged * 3 >= lines.len()) {
        return InputKind::Log;
    }
    if structured * 2 >= text.len() || structured > 60 { InputKind::Payload } else { InputKind::Text }
}

/// One pass over an input.
struct Look<'r, 'c> {
    recogniser: &'r Recogniser<'c>,
    claims: Vec<Claim>,
    masker: Masker,
    sentences: String,
    trees: usize,
    structured: usize,
    waits: Option<u64>,
    ids: Vec<(String, String)>,
    cut: bool,
    /// Providers that the text names.
    named: FxHashSet<usize>,
    /// How often each way has claimed a code.
    repeats: FxHashMap<(usize, u32), usize>,
    /// Where counting lines stands: the text, the offset, the line.
    counted: (usize, usize, usize),
}

impl Look<'_, '_> {
    /// Finds the structures in a text, looks at each, and at the pairs in what is between them.
    fn document(&mut self, text: &str, depth: usize) {
        let mut at = 0;
        let mut prose = String::new();
        let mut prose_start = 0;
        while let Some(found) = text[at..].find(['{', '[', '<', '(']) {
            let open = at + found;
            let mut tree = Tree::default();
            let end = self.structure(text, open, &mut tree);
            let Some(end) = end else {
                at = open + 1;
                continue;
            };
            if tree.nodes.iter().all(|node| node.key.is_empty()) {
                // Brackets around a time or a few words are prose.
                at = if tree.nodes.len() > 40 { end } else { open + 1 };
                continue;
            }
            if text.len() > LARGE {
                self.prose(&text[prose_start..open], depth);
            } else {
                prose.push_str(&text[prose_start..open]);
                prose.push(' ');
            }
            if depth == 0 {
                self.structured += end - open;
            }
            self.tree(&tree, depth);
            at = end;
            prose_start = end;
        }
        if text.len() > LARGE {
            for block in blocks(&text[prose_start..]) {
                self.prose(block, depth);
            }
        } else {
            prose.push_str(&text[prose_start..]);
            self.prose(&prose, depth);
        }
        if self.waits.is_none() {
            self.waits = values::wait(&Tree::default(), text);
        }
    }

    /// Looks at the pairs and the announced numbers of running text.
    fn prose(&mut self, prose: &str, depth: usize) {
        let mut tree = Tree::default();
        pairs::read(prose, &mut tree);
        self.tree(&tree, depth);
        if depth == 0 {
            self.numbers(prose);
        }
    }

    /// Reads the structure that begins at an offset, if one does, and says where it ends.
    fn structure<'t>(&self, text: &'t str, open: usize, tree: &mut Tree<'t>) -> Option<usize> {
        let rest = text[open + 1..].trim_start();
        match text.as_bytes()[open] {
            b'{' => Some(braces::read(text, open, tree)),
            b'[' if rest.starts_with(['{', '[', '"', '\'', ':']) => Some(braces::read(text, open, tree)),
            b'(' if text[..open].trim_end().ends_with(|c: char| c.is_alphabetic()) && rest.starts_with(['[', '{']) => {
                Some(braces::read(text, open, tree))
            }
            b'<' => tags::read(text, open, tree),
            _ => None,
        }
    }

    /// Holds the field shapes against a tree, and looks into the texts that hold structures themselves.
    fn tree(&mut self, tree: &Tree<'_>, depth: usize) {
        if tree.nodes.is_empty() {
            return;
        }
        self.cut |= tree.cut;
        let number = self.trees;
        self.trees += 1;
        for node in tree.nodes.iter().filter(|node| node.kind == Kind::Text && node.text.len() < 4096 && Masker::is_secret(&node.key)) {
            // Only remembered here: wherever the value is shown, it is masked.
            self.masker.field(&node.key, &node.text);
        }
        for node in tree.nodes.iter().filter(|node| node.kind == Kind::Text && node.notation != Notation::Pairs) {
            if self.sentences.len() < MOST_SAID && is_sentence(&node.text) {
                self.sentences.push_str(&node.text);
                self.sentences.push('\n');
            }
        }
        let mut matches = Vec::new();
        self.recogniser.fields().find(tree, &mut matches);
        for found in matches {
            self.field(tree, number, &found);
        }
        if self.waits.is_none() {
            self.waits = values::wait(tree, "");
        }
        values::identifiers(tree, self.recogniser.asked(), &mut self.ids);
        if depth >= NESTED {
            return;
        }
        for (node, index) in tree.nodes.iter().zip(0u32..) {
            if node.kind == Kind::Text
                && node.text.len() >= 5
                && node.text.len() <= 80
                && holds_codes(&node.key)
                && is_symbolic(node.text.trim())
            {
                self.symbol_in_field(tree, number, index);
            }
        }
        for node in tree.nodes.iter().filter(|node| node.kind == Kind::Text && node.text.len() > 8) {
            let holds = node.text.contains(['{', '<']) || (node.notation != Notation::Pairs && node.text.contains(['=', ':']));
            if holds {
                let inner = node.text.to_string();
                self.document(&inner, depth + 1);
            }
            if matches!(node.text, std::borrow::Cow::Owned(_)) {
                self.messages(node.text.as_ref(), self.trees * 1_000_000);
            }
        }
    }

    fn field(&mut self, tree: &Tree<'_>, number: usize, found: &FieldMatch) {
        let recogniser = self.recogniser;
        let shape = &recogniser.fields().all[found.shape];
        let node = tree.node(found.node);
        let value = node.text.trim();
        if self.is_enough(found.shape, value) {
            return;
        }
        let (mut entry, mut code) = (None, value.to_owned());
        // In running text a value goes on to the end of its clause: the code is its first word.
        let first = value.split([' ', ',', ';']).next().unwrap_or(value).trim_matches(['"', '\'', '.', '(', ')']);
        // "forbidden.insufficient_permissions": a reason phrase with what is special about it.
        let reason = if recogniser.providers[shape.provider].generic { value.split('.').next().unwrap_or(value) } else { value };
        for candidate in [value, first, reason] {
            if let Some((id, fit)) = recogniser.known(shape.provider, candidate, found.family.as_deref()) {
                entry = Some((id, fit));
                candidate.clone_into(&mut code);
                break;
            }
        }
        if entry.is_none() && is_cut(tree, found.node) {
            match recogniser.begun(shape.provider, first) {
                Some(id) => entry = Some((id, Fit::Folded)),
                None if says_cut(value) => return,
                None => {}
            }
        }
        if entry.is_none() {
            entry = self.by_message(shape.provider, value).map(|id| (id, Fit::Folded));
        }
        let said = recogniser.fields().messages(tree, found);
        if shape.message_decides
            && let Some((id, _)) = entry
        {
            let own = said.iter().filter_map(|text| self.fits_message(id, text)).max().unwrap_or(0);
            let told = said.iter().filter_map(|text| self.best_message(shape.provider, text)).max_by_key(|(words, _)| *words);
            entry = told.filter(|(words, other)| *words > own && *other != id).map(|(_, other)| (other, Fit::Folded)).or(entry);
        }
        if entry.is_none() {
            let by_message = said.iter().find_map(|text| self.by_message(shape.provider, text));
            if shape.values == Values::Known && by_message.is_none() {
                return;
            }
            if let Some(id) = by_message
                && shape.values == Values::Known
            {
                entry = Some((id, Fit::Folded));
            }
        }
        if entry.is_none() && !looks_like_a_code(&code) {
            if !looks_like_a_code(first) {
                return;
            }
            first.clone_into(&mut code);
        }
        let met = self.shown(&node.key, &code);
        // Where the message beside it told the code, what stands in the code's place is none.
        if let Some(head) = entry.filter(|(_, fit)| *fit == Fit::Folded).and_then(|(id, _)| recogniser.catalogue.head(id)) {
            head.code.clone_into(&mut code);
        }
        let agrees = entry.and_then(|(id, _)| said.iter().filter_map(|text| self.fits_message(id, text)).max());
        let strength = Strength {
            certainty: Some(shape.certainty),
            also: found.also,
            fit: entry.map(|(_, fit)| fit),
            message_agrees: agrees.unwrap_or(0),
            loose: node.notation == Notation::Pairs,
            shared: !shape.shared_with.is_empty(),
            ..Strength::default()
        };
        let evidence =
            Evidence { what: format!("`{}` =", harmless(&clipped(&node.key, 60))), at: Some(tree.pointer(found.node)), value: Some(met) };
        let claim = Claim {
            provider: shape.provider,
            entry: entry.map(|(id, _)| id),
            code,
            family: found.family.clone(),
            strength,
            evidence,
            subject: Subject::Node(number, found.node),
            order: self.claims.len(),
        };
        self.claim(claim);
    }

    /// The line of an offset. Offsets mostly rise, so that counting goes on from the last one.
    fn line(&mut self, text: &str, offset: usize) -> usize {
        let (from, line) =
            if self.counted.0 == text.as_ptr() as usize && self.counted.1 <= offset { (self.counted.1, self.counted.2) } else { (0, 1) };
        let line = line + memchr::memchr_iter(b'\n', &text.as_bytes()[from..offset]).count();
        self.counted = (text.as_ptr() as usize, offset, line);
        line
    }

    /// Whether the same has been claimed so often that once more adds nothing: payloads of many thousand records repeat themselves.
    fn is_enough(&mut self, shape: usize, code: &str) -> bool {
        let count = self.repeats.entry((shape, messages::word(code))).or_default();
        *count += 1;
        *count > 16 || self.claims.len() >= MOST_CLAIMS
    }

    fn claim(&mut self, claim: Claim) {
        if self.claims.len() < MOST_CLAIMS {
            self.claims.push(claim);
        }
    }

    /// A value fit to be shown: masked, harmless, short.
    fn shown(&mut self, name: &str, value: &str) -> String {
        let masked = self.masker.field(name, value);
        harmless(&clipped(&masked, 120))
    }

    fn text_shapes(&mut self, text: &str) {
        let mut conditions: FxHashMap<usize, Option<usize>> = FxHashMap::default();
        for block in blocks(text) {
            self.text_shapes_in(text, block, &mut conditions);
        }
    }

    fn text_shapes_in(&mut self, whole: &str, text: &str, conditions: &mut FxHashMap<usize, Option<usize>>) {
        let recogniser = self.recogniser;
        let lower = text.to_ascii_lowercase();
        for (index, place) in recogniser.text_anchors.find(&lower) {
            let shape = &recogniser.texts[index];
            if !on_its_own(&lower, place.start, place.end) {
                continue;
            }
            let Some(also) = *conditions.entry(index).or_insert_with(|| shape.conditions(whole)) else { continue };
            let Some(hit) = shape.at(text, &lower, place.start, also) else {
                continue;
            };
            if self.is_enough(1_000_000 + index, &hit.code) {
                continue;
            }
            let entry = recogniser.known(shape.provider, &hit.code, hit.family.as_deref().or(shape.family.as_deref()));
            // All codes of a shape with a family of its own are of that family.
            let entry = entry.filter(|(id, _)| shape.family.as_deref().is_none_or(|family| recogniser.is_of_family(*id, family)));
            if entry.is_none() && (shape.values == Values::Known || !looks_like_a_code(&hit.code)) {
                continue;
            }
            let start = text.as_ptr() as usize - whole.as_ptr() as usize + hit.start;
            let line = self.line(whole, start);
            let value = self.shown("", &hit.code);
            let strength = Strength {
                certainty: Some(shape.certainty),
                also: hit.also,
                fit: entry.map(|(_, fit)| fit),
                shared: !shape.shared_with.is_empty(),
                ..Strength::default()
            };
            self.claim(Claim {
                provider: shape.provider,
                entry: entry.map(|(id, _)| id),
                code: hit.code,
                family: hit.family.or_else(|| shape.family.clone()),
                strength,
                evidence: Evidence {
                    what: format!("text “{}”", harmless(shape.anchor().trim())),
                    at: Some(format!("line {line}")),
                    value: Some(value),
                },
                subject: Subject::Offset(start),
                order: self.claims.len(),
            });
        }
    }

    /// Published messages in a text; `base` tells texts apart that are inside others.
    fn messages(&mut self, text: &str, base: usize) {
        let recogniser = self.recogniser;
        let mut offsets = Vec::new();
        let mut hashes = Vec::new();
        let mut from = 0;
        while from < text.len() {
            // In blocks that end at a line, so that memory stays bounded on large inputs.
            let block = floor(&text[from..], 1 << 20);
            let block = if from + block < text.len() { text[from..from + block].rfind('\n').map_or(block, |end| end + 1) } else { block };
            offsets.clear();
            hashes.clear();
            for (offset, word) in messages::words(&text[from..from + block]) {
                offsets.push(from + offset);
                hashes.push(messages::word(word));
            }
            recogniser.templates.expect(hashes.len());
            for start in 0..hashes.len() {
                for size in [3, 2, 1] {
                    let Some(window) = hashes.get(start..start + size) else {
                        continue;
                    };
                    recogniser.templates.each(window, |template| {
                        if let Some(fit) = fits(&template.words, template.place as usize, &hashes, start) {
                            let owners = template.owners as usize;
                            self.message(template.entry, fit, owners, offsets[fit.first] + base, text, offsets[fit.first]);
                        }
                    });
                }
            }
            from += block.max(1);
        }
    }

    fn message(&mut self, entry: EntryId, fit: MessageFit, owners: usize, subject: usize, text: &str, offset: usize) {
        let number = match entry {
            EntryId::Base(number) | EntryId::Over(number) => number,
        };
        if self.is_enough(2_000_000 + number as usize, "") {
            return;
        }
        let Some(head) = self.recogniser.catalogue.head(entry) else {
            return;
        };
        let Some(provider) = self.recogniser.providers.iter().position(|it| it.id == head.provider) else {
            return;
        };
        let line = self.line(text, offset);
        let strength = Strength {
            message_words: fit.words,
            message_whole: fit.whole,
            message_owners: owners,
            fit: Some(Fit::Exact),
            ..Strength::default()
        };
        let code = head.code.to_owned();
        let family = (!head.family.is_empty()).then(|| head.family.to_owned());
        self.claim(Claim {
            provider,
            entry: Some(entry),
            code,
            family,
            strength,
            evidence: Evidence { what: "its published message".to_owned(), at: Some(format!("line {line}")), value: None },
            subject: Subject::Offset(subject),
            order: self.claims.len(),
        });
    }

    /// The entry of a provider whose message a text is.
    fn by_message(&self, provider: usize, text: &str) -> Option<EntryId> {
        self.best_message(provider, text).map(|(_, entry)| entry)
    }

    /// The same with how many words of the message are there.
    fn best_message(&self, provider: usize, text: &str) -> Option<(usize, EntryId)> {
        let recogniser = self.recogniser;
        let hashes: Vec<u32> = messages::words(text).take(200).map(|(_, word)| messages::word(word)).collect();
        recogniser.templates.expect(hashes.len());
        let mut best: Option<(usize, EntryId)> = None;
        for start in 0..hashes.len() {
            for size in [3, 2, 1] {
                let Some(window) = hashes.get(start..start + size) else {
                    continue;
                };
                recogniser.templates.each(window, |template| {
                    let head = recogniser.catalogue.head(template.entry);
                    let own = head.is_some_and(|head| head.provider == recogniser.providers[provider].id);
                    if let Some(fit) = fits(&template.words, template.place as usize, &hashes, start).filter(|_| own)
                        && best.is_none_or(|(words, _)| fit.words > words)
                    {
                        best = Some((fit.words, template.entry));
                    }
                });
            }
        }
        best
    }

    /// How many words of a message of an entry a text holds; none if it is another one. Words that several entries
    /// share tell less, and count half.
    fn fits_message(&self, entry: EntryId, text: &str) -> Option<usize> {
        let hashes: Vec<u32> = messages::words(text).take(200).map(|(_, word)| messages::word(word)).collect();
        let words = self.recogniser.templates.of(entry).filter_map(|template| {
            let fit = (0..hashes.len()).find_map(|start| fits(&template.words, template.place as usize, &hashes, start))?;
            Some(if template.owners > 1 { fit.words / 2 } else { fit.words })
        });
        words.max()
    }

    /// Symbolic names of codes that stand in the text by themselves: `ITEM_LOGIN_REQUIRED`, `BrowserIncorrectPassword`.
    fn symbols(&mut self, text: &str) {
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        let is_symbol = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        for token in text.split(|c: char| !is_symbol(c)) {
            let token = token.trim_matches(['.', '-', '_']);
            if token.len() < 6 || token.len() > 80 || seen.len() > 50_000 || !is_symbolic(token) || !seen.insert(token) {
                continue;
            }
            let offset = token.as_ptr() as usize - text.as_ptr() as usize;
            if is_name_of_field(&text[offset + token.len()..]) {
                continue;
            }
            self.symbol(token, offset, text);
            if let Some(last) = token.rsplit('.').next().filter(|last| last.len() < token.len() && last.len() >= 6 && is_symbolic(last)) {
                self.symbol(last, offset, text);
            }
        }
    }

    fn symbol(&mut self, token: &str, offset: usize, text: &str) {
        let line = self.line(text, offset);
        self.symbolic(token, false, &format!("line {line}"), Subject::Offset(offset));
    }

    /// The symbolic name of a code in a field that no shape knows, but whose name says that it holds codes.
    fn symbol_in_field(&mut self, tree: &Tree<'_>, number: usize, node: u32) {
        let value = tree.node(node).text.trim().to_owned();
        if self.is_enough(4_000_000, &value) {
            return;
        }
        self.symbolic(&value, true, &tree.pointer(node), Subject::Node(number, node));
    }

    fn symbolic(&mut self, token: &str, in_field: bool, at: &str, subject: Subject) {
        if self.is_enough(3_000_000, token) {
            return;
        }
        let recogniser = self.recogniser;
        let found: Vec<_> = recogniser.catalogue.find_code(token).into_iter().filter(|(_, fit)| *fit >= Fit::AliasFolded).collect();
        let mut owners: Vec<&str> = found.iter().filter_map(|(id, _)| recogniser.catalogue.head(*id)).map(|head| head.provider).collect();
        owners.sort_unstable();
        owners.dedup();
        let common = general::words(token).iter().all(|word| recogniser.common_in_codes.contains(word));
        for (id, fit) in &found {
            let Some(head) = recogniser.catalogue.head(*id) else {
                continue;
            };
            let Some(provider) = recogniser.providers.iter().position(|it| it.id == head.provider) else {
                continue;
            };
            let strength = Strength {
                symbol_parts: parts_of(token),
                symbol_owners: owners.len(),
                common,
                in_field,
                fit: Some(*fit),
                ..Strength::default()
            };
            let family = (!head.family.is_empty()).then(|| head.family.to_owned());
            self.claim(Claim {
                provider,
                entry: Some(*id),
                code: token.to_owned(),
                family,
                strength,
                evidence: Evidence { what: "the code's name".to_owned(), at: Some(at.to_owned()), value: Some(harmless(token)) },
                subject,
                order: self.claims.len(),
            });
        }
    }

    /// Numbers behind a word that announces a code ("error 324", "OL-301"); a bare number is none.
    fn numbers(&mut self, text: &str) {
        let recogniser = self.recogniser;
        self.bare_statuses(text);
        self.beside_names(text);
        let words: Vec<(usize, &str)> = messages::words(&text[..floor(text, 64 << 10)]).collect();
        for (index, (offset, word)) in words.iter().enumerate() {
            if !recogniser.code_words.contains(&word.to_lowercase()) {
                continue;
            }
            let Some((start, first)) = words.get(index + 1) else {
                continue;
            };
            let gap = &text[offset + word.len()..*start];
            if gap.contains('\n') || gap.len() > 4 {
                continue;
            }
            let end =
                text[*start..].find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))).map_or(text.len(), |end| start + end);
            let token = text[*start..end].trim_end_matches(['.', '-', '_']);
            let signed = if gap.ends_with('-') && !gap.ends_with(" -") && gap.trim() == "-" && gap.starts_with([' ', ':', '=']) {
                format!("-{token}")
            } else {
                token.to_owned()
            };
            if !first.bytes().any(|byte| byte.is_ascii_digit()) && !token.bytes().any(|byte| byte.is_ascii_digit()) {
                continue;
            }
            if token.bytes().all(|byte| byte == b'0') {
                continue;
            }
            // Ids that are other names of a word (3 for CHALLENGED) are met in their field, not in prose.
            let own = |(id, fit): &(EntryId, Fit)| {
                let numeric = token.bytes().all(|byte| byte.is_ascii_digit());
                *fit > Fit::Alias
                    && (!numeric
                        || !matches!(fit, Fit::AliasExact | Fit::AliasFolded)
                        || recogniser.catalogue.head(*id).is_some_and(|head| head.code.bytes().any(|byte| byte.is_ascii_digit())))
            };
            let found: Vec<_> = recogniser.catalogue.find_code(&signed).into_iter().filter(own).collect();
            let found = if found.is_empty() {
                recogniser.catalogue.find_code(token).into_iter().filter(|(_, fit)| *fit > Fit::AliasExact || token.len() > 3).collect()
            } else {
                found
            };
            let owners = found.len();
            for (id, fit) in found {
                let Some(head) = recogniser.catalogue.head(id) else {
                    continue;
                };
                let Some(provider) = recogniser.providers.iter().position(|it| it.id == head.provider) else {
                    continue;
                };
                let strength = Strength { announced: true, symbol_owners: owners, fit: Some(fit), ..Strength::default() };
                self.claim(Claim {
                    provider,
                    entry: Some(id),
                    code: head.code.to_owned(),
                    family: None,
                    strength,
                    evidence: Evidence { what: format!("“{} {}”", harmless(word), harmless(token)), at: None, value: None },
                    subject: Subject::Prose(*start),
                    order: self.claims.len(),
                });
            }
        }
    }

    /// Where no code is recognised but the input speaks for a provider: that provider, with the advice for the kind of
    /// trouble that a generic standard in the input tells.
    fn mere_provider(&self, marked: &FxHashMap<usize, f64>, hint: &Hint, findings: &[Finding]) -> Option<Finding> {
        let providers = &self.recogniser.providers;
        let named = hint.provider.as_ref().and_then(|id| providers.iter().position(|it| it.id == *id)).map(|index| (index, 2.0));
        let mut strongest: Vec<(usize, f64)> = marked.iter().map(|(index, weight)| (*index, *weight)).collect();
        strongest.retain(|(index, weight)| !providers[*index].generic && *weight > 0.6);
        let before = |a: &(usize, f64), b: &(usize, f64)| b.1.total_cmp(&a.1).then_with(|| providers[a.0].class.cmp(&providers[b.0].class));
        strongest.sort_by(|a, b| before(a, b).then(a.0.cmp(&b.0)));
        // Where two are named alike, neither is meant in particular.
        let alone = strongest.get(1).is_none_or(|second| before(&strongest[0], second).is_lt());
        let (index, weight) = named.or_else(|| strongest.first().copied().filter(|_| alone))?;
        let by = Evidence { what: "names or addresses of the provider".to_owned(), at: None, value: None };
        Some(Finding {
            provider: providers[index].id.clone(),
            entry: None,
            code: String::new(),
            family: None,
            category: findings.first().and_then(|finding| finding.category),
            confidence: if weight >= 1.5 { 0.45 } else { 0.35 },
            evidence: vec![by],
            found: Vec::new(),
        })
    }

    /// Numbers in a description that names a provider which has such a code ("quickbooks 324"): three digits at least, and
    /// no amount, date or time.
    fn beside_names(&mut self, text: &str) {
        let recogniser = self.recogniser;
        if self.named.is_empty() || text.len() > 2000 || self.structured > 0 || text.contains("://") {
            return;
        }
        for (offset, word) in messages::words(text) {
            let (before, after) = (text[..offset].trim_end_matches(' ').chars().next_back(), text[offset + word.len()..].chars().next());
            let part = before.is_some_and(|c| matches!(c, '$' | '€' | '£' | '.' | ',' | ':' | '/' | '-' | '+' | '#' | '_' | '='))
                || after.is_some_and(|c| {
                    matches!(c, '%' | '€' | ':' | '/' | '-' | '_' | '=')
                        || c == '.' && text[offset + word.len() + 1..].starts_with(|c: char| c.is_ascii_digit())
                });
            if part || !(3..=5).contains(&word.len()) || !word.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            for (id, fit) in recogniser.catalogue.find_code(word).into_iter().filter(|(_, fit)| *fit == Fit::Exact) {
                let Some(head) = recogniser.catalogue.head(id) else { continue };
                let Some(provider) = self.named.iter().copied().find(|index| recogniser.providers[*index].id == head.provider) else {
                    continue;
                };
                self.claim(Claim {
                    provider,
                    entry: Some(id),
                    code: word.to_owned(),
                    family: None,
                    strength: Strength { announced: true, symbol_owners: 1, fit: Some(fit), ..Strength::default() },
                    evidence: Evidence { what: format!("{} beside the provider's name", harmless(word)), at: None, value: None },
                    subject: Subject::Prose(offset),
                    order: self.claims.len(),
                });
            }
        }
    }

    /// An HTTP status alone on its line, as dumps print it above a body.
    fn bare_statuses(&mut self, text: &str) {
        let recogniser = self.recogniser;
        for (number, line) in text.lines().take(2000).enumerate() {
            let line = line.trim();
            if line.len() != 3 || !line.starts_with(['4', '5']) || !line.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            for (id, fit) in recogniser.catalogue.find_code(line) {
                let Some(head) = recogniser.catalogue.head(id) else { continue };
                let Some(provider) = recogniser.providers.iter().position(|it| it.generic && it.id == head.provider) else { continue };
                self.claim(Claim {
                    provider,
                    entry: Some(id),
                    code: line.to_owned(),
                    family: None,
                    strength: Strength { announced: true, symbol_owners: 1, fit: Some(fit), ..Strength::default() },
                    evidence: Evidence {
                        what: "a status alone on its line".to_owned(),
                        at: Some(format!("line {}", number + 1)),
                        value: Some(line.to_owned()),
                    },
                    subject: Subject::Prose(number),
                    order: self.claims.len(),
                });
            }
        }
    }

    /// Weighs the claims against each other: what is found in several ways is one finding, what is claimed by several
    /// providers is shared out among them.
    fn weigh(mut self, marked: &FxHashMap<usize, f64>, hint: &Hint) -> Vec<Finding> {
        let recogniser = self.recogniser;
        let claims = std::mem::take(&mut self.claims);
        let mut claims = claims;
        claims.extend(recogniser.own_statuses(&claims, marked));
        let context = score::Context { recogniser, marked, hint };
        let mut findings = score::findings(&context, claims);
        if findings.first().is_none_or(|best| best.confidence < crate::diagnose::SURE) {
            findings.extend(self.mere_provider(marked, hint, &findings));
            findings.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        }
        findings.truncate(MOST_FINDINGS);
        for finding in &mut findings {
            let provider = recogniser.providers.iter().find(|it| it.id == finding.provider);
            let asked = self.ids.iter().filter(|(name, _)| provider.is_some_and(|it| it.asked().for_field(name)));
            for (name, value) in asked.take(MOST_ASKED) {
                let masked = self.masker.field(name, value);
                finding.found.push(Evidence { what: harmless(name), at: None, value: Some(harmless(&clipped(&masked, 80))) });
            }
            for evidence in finding.evidence.iter_mut().chain(&mut finding.found) {
                evidence.value = evidence.value.as_ref().map(|value| self.masker.text(value));
            }
            finding.code = harmless(&self.masker.text(&clipped(&finding.code, 120)));
            finding.family = finding.family.as_ref().map(|family| harmless(&self.masker.text(&clipped(family, 80))));
        }
        findings
    }
}

/// The most identifiers for support that are shown of one finding.
const MOST_ASKED: usize = 8;

/// How a message fits: the index of its first word in the text, how many of its words are there, and whether all are.
#[derive(Clone, Copy, Debug)]
struct MessageFit {
    first: usize,
    words: usize,
    whole: bool,
}

/// How far what a placeholder stands for may reach, in words.
const GAP_WORDS: usize = 12;

/// Holds a template against words, its word `place` at `start`. A text that is cut off may end within a long message.
fn fits(template: &[u32], place: usize, words: &[u32], start: usize) -> Option<MessageFit> {
    let mut first = start;
    let mut at = start;
    let mut count = 0;
    let mut index = place;
    while index > 0 {
        index -= 1;
        if template[index] == GAP {
            let next = *template[..index].last()?;
            let reach = at.saturating_sub(GAP_WORDS + 1);
            at = (reach..at).rev().find(|place| words[*place] == next)? + 1;
            continue;
        }
        at = at.checked_sub(1).filter(|place| words[*place] == template[index])?;
        first = at;
        count += 1;
    }
    let mut at = start;
    let mut index = place;
    while index < template.len() {
        if template[index] == GAP {
            let next = *template.get(index + 1)?;
            let reach = (at + GAP_WORDS + 1).min(words.len());
            match (at..reach).find(|place| words[*place] == next) {
                Some(place) => at = place,
                None if count >= 4 && reach == words.len() => {
                    return Some(MessageFit { first, words: count, whole: false });
                }
                None => return None,
            }
            index += 1;
            continue;
        }
        match words.get(at) {
            Some(word) if *word == template[index] => count += 1,
            None if count >= 5 => {
                return Some(MessageFit { first, words: count, whole: false });
            }
            _ => return None,
        }
        at += 1;
        index += 1;
    }
    Some(MessageFit { first, words: count, whole: true })
}

/// Whether a word is built like the name of a code rather than like a word of a language.
fn is_symbolic(token: &str) -> bool {
    let inner = token.trim_matches('_');
    let underscored = inner.contains('_') && inner.bytes().any(|byte| byte.is_ascii_alphabetic());
    let dotted = inner.contains('.') && inner.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'_' | b'-'));
    let humped = inner.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    let hyphened = inner.matches('-').count() >= 2 && inner.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    underscored || dotted || humped || hyphened
}

/// Whether a text is said to somebody: three words or more, mostly letters.
fn is_sentence(text: &str) -> bool {
    let words = text
        .split_whitespace()
        .filter(|word| word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | ',' | '\'' | '’' | '!' | '?')))
        .count();
    text.len() <= 600 && words >= 3 && words * 3 >= text.split_whitespace().count() * 2
}

/// Whether a field is called as one that holds codes.
fn holds_codes(key: &str) -> bool {
    let name = tree::folded(key);
    name.starts_with("error") || ["error", "code", "status", "reason", "type", "exception", "err"].iter().any(|part| name.ends_with(part))
}

/// Whether what follows a word makes it the name of a field rather than a value.
fn is_name_of_field(after: &str) -> bool {
    let after = after.trim_start_matches(['"', '\'', '\\', ']']).trim_start();
    (after.starts_with(':') && !after.starts_with("::") && !after.starts_with(": ") || after.starts_with("\": ") || after.starts_with('='))
        || after.strip_prefix(':').is_some_and(|rest| {
            rest.trim_start().starts_with(['"', '{', '[', '\''])
                || rest.trim_start().starts_with(|c: char| c.is_ascii_digit())
                || rest.trim_start().starts_with("null")
                || rest.trim_start().starts_with("false")
                || rest.trim_start().starts_with("true")
        })
}

/// How many words a symbolic name is made of.
fn parts_of(token: &str) -> usize {
    let signs = token.split(['_', '.', '-']).filter(|part| !part.is_empty()).count();
    let humps = token.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()).count();
    signs + humps
}

/// Whether a value can be a code: one word, not too long, not a time or an address.
fn looks_like_a_code(value: &str) -> bool {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | ':' | '/');
    !value.is_empty()
        && value.len() <= 80
        && value.chars().all(fine)
        && !value.contains("://")
        && value.bytes().any(|byte| byte.is_ascii_alphanumeric())
}
