//! What every notation is read into: a flat tree of named values.

use crate::text::{clipped, harmless};
use std::borrow::Cow;

/// The most characters of a name that a pointer shows.
const LONGEST_NAME: usize = 60;

/// How a value was written, which says how much its being a field means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    /// Braces, in whatever dialect: JSON, Python, JavaScript, Ruby, PHP.
    Braces,
    /// Tags: XML, OFX.
    Tags,
    /// `name: value` and `name=value` in running text, headers, form bodies.
    Pairs,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Named members.
    Object,
    /// Items.
    Array,
    /// Text in quotes, or a word.
    Text,
    /// A number.
    Number,
    /// Null, None, nil, undefined.
    Null,
}

/// A value with its name. Nodes stand in the order of the text; the children of one follow it, up to `end`.
#[derive(Clone, Debug)]
pub(super) struct Node<'t> {
    /// The name; empty for items of an array and for roots.
    pub(super) key: Cow<'t, str>,
    /// What it is.
    pub(super) kind: Kind,
    /// The text of a scalar, unescaped.
    pub(super) text: Cow<'t, str>,
    /// The node that it is in; a root is its own parent.
    pub(super) parent: u32,
    /// The index behind its last descendant.
    pub(super) end: u32,
    /// How it was written.
    pub(super) notation: Notation,
}

/// All that was read from one input.
#[derive(Debug, Default)]
pub(super) struct Tree<'t> {
    /// The nodes, roots and descendants in one sequence.
    pub(super) nodes: Vec<Node<'t>>,
    /// Whether something was left out, being too deep or too much.
    pub(super) cut: bool,
}

/// How deep nesting is followed.
pub(super) const DEPTH: usize = 128;
/// How many values of one input are kept; at 100 bytes each this bounds the memory.
pub(super) const NODES: usize = 400_000;

impl<'t> Tree<'t> {
    /// Adds a node below a parent (a root below none), and says which index it got; none when the tree is full.
    pub(super) fn push(
        &mut self,
        parent: Option<u32>,
        key: Cow<'t, str>,
        kind: Kind,
        text: Cow<'t, str>,
        notation: Notation,
    ) -> Option<u32> {
        if self.nodes.len() >= NODES {
            self.cut = true;
            return None;
        }
        let index = u32::try_from(self.nodes.len()).ok()?;
        self.nodes.push(Node { key, kind, text, parent: parent.unwrap_or(index), end: index + 1, notation });
        Some(index)
    }

    /// Ends a node: what came since is in it.
    pub(super) fn close(&mut self, index: u32) {
        let end = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        if let Some(node) = self.nodes.get_mut(index as usize) {
            node.end = end;
        }
    }

    /// A node by index.
    #[must_use]
    pub(super) fn node(&self, index: u32) -> &Node<'t> {
        &self.nodes[index as usize]
    }

    /// The parent of a node; none for a root.
    #[must_use]
    pub(super) fn parent(&self, index: u32) -> Option<u32> {
        let parent = self.node(index).parent;
        (parent != index).then_some(parent)
    }

    /// The children of a node.
    pub(super) fn children(&self, index: u32) -> impl Iterator<Item = u32> + '_ {
        let end = self.node(index).end;
        let mut next = index + 1;
        std::iter::from_fn(move || {
            let child = next;
            (child < end).then(|| {
                next = self.node(child).end;
                child
            })
        })
    }

    /// The nearest ancestor that has a name, and so stands for a segment of a path; items of arrays have none.
    #[must_use]
    pub(super) fn named_ancestor(&self, index: u32) -> Option<u32> {
        let mut at = index;
        while let Some(parent) = self.parent(at) {
            if !self.node(parent).key.is_empty() {
                return Some(parent);
            }
            at = parent;
        }
        None
    }

    /// The object that a node is a member of, looking through arrays.
    #[must_use]
    pub(super) fn object_of(&self, index: u32) -> Option<u32> {
        let mut at = index;
        while let Some(parent) = self.parent(at) {
            if self.node(parent).kind == Kind::Object {
                return Some(parent);
            }
            at = parent;
        }
        None
    }

    /// Where a node stands, as a JSON pointer fit to be shown: names come from outside, and may be long or hold anything.
    #[must_use]
    pub(super) fn pointer(&self, index: u32) -> String {
        let mut parts = Vec::new();
        let mut at = index;
        while let Some(parent) = self.parent(at) {
            let node = self.node(at);
            if node.key.is_empty() {
                let place = self.children(parent).position(|child| child == at).unwrap_or(0);
                parts.push(place.to_string());
            } else {
                parts.push(harmless(&clipped(&node.key, LONGEST_NAME)).replace('~', "~0").replace('/', "~1"));
            }
            at = parent;
        }
        parts.iter().rev().fold(String::new(), |path, part| path + "/" + part)
    }
}

/// A name without case, underscores and hyphens: SDKs respell `error_code` as `errorCode`, `ErrorCode`, `error-code`.
#[must_use]
pub(super) fn folded(key: &str) -> String {
    if key.is_ascii() {
        let mut name = String::with_capacity(key.len());
        name.extend(key.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| char::from(byte.to_ascii_lowercase())));
        return name;
    }
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
