//! Remembers what lines turned out to be, by what in them matters: a tree of literal pieces with varying parts between them. A line
//! that differs from one seen before in ids, counters and times only is known after comparing it piece by piece.

use super::fields::{Places, ROLES};
use super::relevance::{Part, Relevance, WILDS, Wild, number_at, time_at};
use super::spans::{self, begins_with};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// The most memory that a tree takes, in bytes; then it begins anew.
const MOST: usize = 4 << 20;
/// From so many words at one place on, words that nothing knows are taken for varying there.
const CROWD: usize = 8;
/// From so many branches on they are found by hash.
const MANY: usize = 16;
/// How many varying parts of a line are kept track of; values behind later ones are looked for anew.
const TRACKED: usize = 48;

/// The tree.
pub(super) struct Memory<L> {
    nodes: Vec<Node>,
    /// What of each node most lines need; kept with it by [`Memory::settle`].
    steps: Vec<Step>,
    text: Vec<u8>,
    leaves: Vec<(L, [Value; ROLES])>,
}

/// A node as far as most lines need it, small enough that those of a log stay in the nearest cache.
#[derive(Clone, Copy)]
struct Step {
    literal: u32,
    length: u16,
    /// The literal ends in a letter or digit: a line that goes on with another is of another kind.
    ends_in_run: bool,
    way: Way,
    /// Where the only way leads.
    next: u32,
}

/// How a line goes on behind a node.
#[derive(Clone, Copy)]
enum Way {
    /// With one kind of varying part, in each line.
    Only(Wild),
    /// In one of several ways, or not at all.
    Branches,
}

#[derive(Default)]
struct Node {
    /// Where its literal stands in the text of the tree.
    literal: Range<u32>,
    /// Branches that go on with another literal. They differ in its first token.
    kids: Vec<Kid>,
    /// The same by their first token, where there are many.
    by_token: FxHashMap<Box<[u8]>, u32>,
    /// Branches that go on with a varying part; 0 is none, since the root is nobody's branch.
    wild: [u32; WILDS],
    /// Numbers at this place were found to matter after all.
    numbers_matter: bool,
    /// What a line that ends here is, from 1.
    leaf: u32,
}

/// A branch with the first token of its literal.
#[derive(Clone, Copy)]
struct Kid {
    /// The first eight bytes of the token, and how long it is.
    begins: u64,
    length: u32,
    node: u32,
}

/// Where a value stands, told by the varying parts before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Value {
    #[default]
    None,
    /// Start and end, each so far behind the end of a varying part (by number, from 1; 0 is the start of the line).
    Between([(u16, u32); 2]),
    /// It begins or ends within a varying part, or too far behind.
    Sought,
}

/// The ends of the varying parts of a line.
pub(super) struct Ends {
    ends: [u32; TRACKED],
    count: usize,
}

/// What is remembered of a line.
pub(super) struct Known<'m, L> {
    pub(super) leaf: &'m L,
    values: &'m [Value; ROLES],
}

impl<L> Known<'_, L> {
    /// Where the values stand; none if that has to be looked for anew.
    pub(super) fn places(&self, ends: &Ends) -> Option<Places> {
        let mut places = Places::default();
        for (place, value) in places.iter_mut().zip(self.values) {
            match value {
                Value::None => {}
                Value::Sought => return None,
                Value::Between([start, end]) => *place = Some(ends.offset(*start)..ends.offset(*end)),
            }
        }
        Some(places)
    }
}

impl Ends {
    pub(super) const fn new() -> Self {
        Self { ends: [0; TRACKED], count: 0 }
    }

    fn push(&mut self, end: usize) {
        if let Some(slot) = self.ends.get_mut(self.count) {
            *slot = end as u32;
        }
        self.count += 1;
    }

    fn offset(&self, (part, delta): (u16, u32)) -> usize {
        let base = usize::from(part).checked_sub(1).map_or(0, |part| self.ends[part]);
        base as usize + delta as usize
    }
}

impl<L> Memory<L> {
    pub(super) fn new() -> Self {
        let mut it = Self { nodes: Vec::new(), steps: Vec::new(), text: Vec::new(), leaves: Vec::new() };
        it.add(0..0);
        it
    }

    fn literal(&self, node: u32) -> &[u8] {
        let range = &self.nodes[node as usize].literal;
        &self.text[range.start as usize..range.end as usize]
    }

    /// What a line is, if one like it is remembered; the ends of its varying parts are left behind.
    pub(super) fn find(&self, line: &[u8], relevance: &Relevance, ends: &mut Ends) -> Option<Known<'_, L>> {
        ends.count = 0;
        let (mut node, mut at) = (0u32, 0);
        loop {
            let step = self.steps[node as usize];
            let length = usize::from(step.length);
            if !begins_with(&line[at..], &self.text[step.literal as usize..], length) {
                return None;
            }
            at += length;
            let Some(next) = line.get(at) else {
                let leaf = self.nodes[node as usize].leaf.checked_sub(1)?;
                let (leaf, values) = &self.leaves[leaf as usize];
                return Some(Known { leaf, values });
            };
            if step.ends_in_run && next.is_ascii_alphanumeric() {
                return None;
            }
            let end = match step.way {
                Way::Only(wild) => {
                    node = step.next;
                    varying(wild, line, at, relevance)?
                }
                Way::Branches => {
                    let (next, end, _) = self.step(node, line, at, relevance)?;
                    node = next;
                    end
                }
            };
            if end > at {
                ends.push(end);
                at = end;
            }
        }
    }

    /// The branch that a line takes behind a node, the end of the varying part that it passes over, and which kind that is.
    fn step(&self, node: u32, line: &[u8], at: usize, relevance: &Relevance) -> Option<(u32, usize, Option<Wild>)> {
        let from = &self.nodes[node as usize];
        if !from.kids.is_empty()
            && let Some(kid) = self.kid(from, line, at)
        {
            return Some((kid, at, None));
        }
        // The narrower kinds first: an unknown number is an unknown word, too.
        let wilds = [Wild::Number, Wild::Time, Wild::Digits, Wild::Word].into_iter();
        wilds
            .filter(|wild| from.wild[*wild as usize] != 0)
            .find_map(|wild| varying(wild, line, at, relevance).map(|end| (from.wild[wild as usize], end, Some(wild))))
    }

    /// The branch with a literal that begins with the token at an offset.
    fn kid(&self, from: &Node, line: &[u8], at: usize) -> Option<u32> {
        let rest = &line[at..];
        let length = spans::token(rest);
        if from.kids.len() > MANY {
            return from.by_token.get(&rest[..length]).copied();
        }
        let begins = spans::first_eight(rest, length);
        let is_it = |kid: &&Kid| {
            kid.begins == begins && kid.length as usize == length && (length <= 8 || self.literal(kid.node).starts_with(&rest[..length]))
        };
        from.kids.iter().find(is_it).map(|kid| kid.node)
    }

    /// Remembers a line by its varying parts. A line that cannot be told from others by the rules of the tree is not remembered.
    pub(super) fn learn(&mut self, line: &[u8], parts: &[Part], relevance: &Relevance, leaf: L, places: &Places) {
        if self.text.len() + self.nodes.len() * 176 > MOST {
            *self = Self::new();
        }
        let mut taken: Vec<Range<usize>> = Vec::new();
        let (mut node, mut at) = (0u32, 0);
        let new = self.nodes.len() as u32;
        let mut passed = Vec::new();
        while at < line.len() {
            passed.push(node);
            let part = parts.iter().find(|part| part.start == at).copied();
            let Some((next, end, wild)) = self.step(node, line, at, relevance) else {
                (node, at) = self.grow(node, line, at, parts, relevance, &mut taken);
                continue;
            };
            let own = part.filter(|part| part.end == end).map(|part| part.wild);
            match (wild, own) {
                (None, _) => {}
                // An unknown number is an unknown word, too.
                (Some(Wild::Word), Some(Wild::Digits | Wild::Word)) => taken.push(at..end),
                (Some(wild), Some(own)) if wild == own => taken.push(at..end),
                (Some(Wild::Digits), _) => {
                    let node = &mut self.nodes[node as usize];
                    node.wild[Wild::Digits as usize] = 0;
                    node.numbers_matter = true;
                    continue;
                }
                _ => break,
            }
            node = next;
            at = end + self.enter(node, &line[end..]);
        }
        if at == line.len() {
            let values = std::array::from_fn(|role| value_of(places[role].as_ref(), &taken));
            self.leaves.push((leaf, values));
            self.nodes[node as usize].leaf = self.leaves.len() as u32;
            passed.push(node);
        }
        passed.into_iter().chain(new..self.nodes.len() as u32).for_each(|node| self.settle(node));
    }

    /// Brings what most lines need of a node up to date, when it or one right behind it has changed.
    fn settle(&mut self, node: u32) {
        let it = &self.nodes[node as usize];
        let mut wilds = [Wild::Time, Wild::Number, Wild::Digits, Wild::Word].into_iter().filter(|wild| it.wild[*wild as usize] != 0);
        let only = wilds.next().filter(|_| it.kids.is_empty() && wilds.next().is_none());
        let next = only.map_or(0, |wild| it.wild[wild as usize]);
        // Nothing but one literal behind the varying part: it is compared at once.
        let behind = &self.nodes[next as usize];
        let next = match behind.kids[..] {
            [kid] if next != 0 && behind.literal.is_empty() && behind.leaf == 0 && behind.wild == [0; WILDS] => kid.node,
            _ => next,
        };
        let literal = &self.text[it.literal.start as usize..it.literal.end as usize];
        self.steps[node as usize] = Step {
            literal: it.literal.start,
            length: literal.len() as u16,
            ends_in_run: literal.last().is_some_and(u8::is_ascii_alphanumeric),
            way: only.map_or(Way::Branches, Way::Only),
            next,
        };
    }

    /// Goes into a node as far as its literal agrees, and cuts it there.
    fn enter(&mut self, node: u32, rest: &[u8]) -> usize {
        let literal = self.literal(node);
        let common = aligned(literal, rest);
        if common < literal.len() {
            self.split(node, common);
        }
        common
    }

    /// Adds the next piece of a line behind a node, and says which node it is and where it ends.
    fn grow(
        &mut self,
        node: u32,
        line: &[u8],
        at: usize,
        parts: &[Part],
        relevance: &Relevance,
        taken: &mut Vec<Range<usize>>,
    ) -> (u32, usize) {
        let from = &self.nodes[node as usize];
        let crowded = from.kids.len() >= CROWD && self.crowded(node, relevance);
        let matters = from.numbers_matter;
        let varies = |part: &&Part| match part.wild {
            Wild::Digits if part.start == at && matters => relevance.is_unknown(&line[part.start..part.end]),
            Wild::Word => !part.lettered || part.start == at && crowded,
            _ => true,
        };
        let next = parts.iter().filter(|part| part.start >= at).find(varies);
        if let Some(part) = next.filter(|part| part.start == at) {
            let wild = if part.wild == Wild::Digits && matters { Wild::Word } else { part.wild };
            let new = self.add(0..0);
            self.nodes[node as usize].wild[wild as usize] = new;
            taken.push(at..part.end);
            return (new, part.end);
        }
        let end = next.map_or(line.len(), |part| part.start);
        let start = self.text.len() as u32;
        self.text.extend_from_slice(&line[at..end]);
        let new = self.add(start..self.text.len() as u32);
        self.branch(node, new);
        (new, end)
    }

    fn add(&mut self, literal: Range<u32>) -> u32 {
        let node = self.nodes.len() as u32;
        self.nodes.push(Node { literal, ..Node::default() });
        self.steps.push(Step { literal: 0, length: 0, ends_in_run: false, way: Way::Branches, next: 0 });
        self.settle(node);
        node
    }

    fn branch(&mut self, node: u32, kid: u32) {
        let literal = self.literal(kid);
        let length = spans::token(literal);
        let new = Kid { begins: spans::first_eight(literal, length), length: length as u32, node: kid };
        let token = |kid: &Kid| (self.literal(kid.node)[..kid.length as usize].into(), kid.node);
        let kids = &self.nodes[node as usize].kids;
        let tokens: Vec<(Box<[u8]>, u32)> = match kids.len() {
            MANY => kids.iter().chain([&new]).map(token).collect(),
            count if count > MANY => vec![token(&new)],
            _ => Vec::new(),
        };
        let node = &mut self.nodes[node as usize];
        node.kids.push(new);
        node.by_token.extend(tokens);
    }

    /// Whether many different words that nothing knows stand behind a node.
    fn crowded(&self, node: u32, relevance: &Relevance) -> bool {
        let unknown = |kid: &&Kid| {
            let token = &self.literal(kid.node)[..kid.length as usize];
            token.iter().all(u8::is_ascii_alphanumeric) && relevance.is_unknown(token)
        };
        self.nodes[node as usize].kids.iter().filter(unknown).count() >= CROWD
    }

    /// Cuts a node's literal in two, so that it can go on differently.
    fn split(&mut self, node: u32, length: usize) {
        let old = std::mem::take(&mut self.nodes[node as usize]);
        let cut = old.literal.start + length as u32;
        let rest = cut..old.literal.end;
        let lower = self.add(rest.clone());
        let head = Node { literal: old.literal.start..cut, ..Node::default() };
        self.nodes[lower as usize] = Node { literal: rest, ..old };
        self.nodes[node as usize] = head;
        self.branch(node, lower);
    }
}

/// Where a value stands, behind which varying part.
fn value_of(place: Option<&Range<usize>>, taken: &[Range<usize>]) -> Value {
    let Some(place) = place else {
        return Value::None;
    };
    let bound = |offset: usize| {
        let part = taken.iter().take_while(|part| part.end <= offset).count();
        let within = taken.get(part).is_some_and(|part| part.start < offset);
        let base = part.checked_sub(1).map_or(0, |part| taken[part].end);
        (!within && part <= TRACKED).then_some((part as u16, (offset - base) as u32))
    };
    match (bound(place.start), bound(place.end)) {
        (Some(start), Some(end)) => Value::Between([start, end]),
        _ => Value::Sought,
    }
}

/// The end of the varying part of some kind that stands at an offset.
#[inline]
fn varying(wild: Wild, line: &[u8], at: usize, relevance: &Relevance) -> Option<usize> {
    let rest = &line[at..];
    match wild {
        Wild::Time => time_at(line, at),
        Wild::Number => number_at(line, at),
        Wild::Digits => {
            let digits = spans::digits(rest);
            (digits > 0 && rest.get(digits).is_none_or(|byte| !byte.is_ascii_alphanumeric())).then_some(at + digits)
        }
        Wild::Word => {
            let length = spans::alphanumeric(rest);
            (length > 0 && relevance.is_unknown(&rest[..length])).then_some(at + length)
        }
    }
}

/// How far a literal and a line agree, in whole tokens.
fn aligned(literal: &[u8], line: &[u8]) -> usize {
    let mut common = literal.iter().zip(line).take_while(|(a, b)| a == b).count();
    let inner =
        |text: &[u8], at: usize| at > 0 && text.get(at).is_some_and(u8::is_ascii_alphanumeric) && text[at - 1].is_ascii_alphanumeric();
    while inner(literal, common) || inner(line, common) {
        common -= 1;
    }
    common
}
