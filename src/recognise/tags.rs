//! Reads tag notations: XML, HTML to a degree, and OFX 1, whose SGML leaves tags open.

use super::tree::{DEPTH, Kind, Notation, Tree};
use std::borrow::Cow;

/// Reads from the tag that begins at `start` to the end of its element, or of the text, and returns the offset behind.
/// None if what begins there is no tag.
pub(super) fn read<'t>(text: &'t str, start: usize, tree: &mut Tree<'t>) -> Option<usize> {
    let mut at = start;
    let mut open: Vec<(u32, &'t str)> = Vec::new();
    let mut root = None;
    let mut skipped = 0usize;
    while at < text.len() {
        let Some(found) = memchr::memchr(b'<', &text.as_bytes()[at..]) else {
            break;
        };
        at += found;
        let Some(tag) = Tag::at(text, at) else {
            root?;
            at += 1;
            continue;
        };
        at = tag.end;
        match tag.kind {
            TagKind::Other => {}
            TagKind::Close => {
                if skipped > 0 {
                    skipped -= 1;
                } else if let Some(place) = open.iter().rposition(|(_, name)| *name == tag.name) {
                    for (index, _) in open.drain(place..).rev() {
                        tree.close(index);
                    }
                }
                if open.is_empty() && root.is_some() {
                    return Some(at);
                }
            }
            TagKind::Open | TagKind::Empty => {
                let inside = open.last().map(|(index, _)| *index);
                let next = memchr::memchr(b'<', &text.as_bytes()[at..]).map_or(text.len(), |found| at + found);
                let content = text[at..next].trim();
                let leaf = tag.kind == TagKind::Open && !content.is_empty();
                if open.len() >= DEPTH {
                    tree.cut = true;
                    skipped += usize::from(tag.kind == TagKind::Open && !leaf);
                    continue;
                }
                let name = Cow::Borrowed(local(tag.name));
                // A leaf keeps its text though it has attributes: those are its members.
                let kind = if leaf { Kind::Text } else { Kind::Object };
                let body = if leaf { entities(content) } else { Cow::Borrowed("") };
                let Some(index) = push(tree, inside, name, kind, body) else { return Some(text.len()) };
                root.get_or_insert(index);
                attributes(tree, index, tag.attributes);
                tree.close(index);
                // In OFX 1 a tag with text is a leaf that nothing closes; in XML its end tag finds nothing open, and is passed over.
                if tag.kind == TagKind::Open && !leaf {
                    open.push((index, tag.name));
                }
            }
        }
    }
    for (index, _) in open.drain(..).rev() {
        tree.close(index);
    }
    root.map(|_| text.len())
}

fn push<'t>(tree: &mut Tree<'t>, parent: Option<u32>, key: Cow<'t, str>, kind: Kind, text: Cow<'t, str>) -> Option<u32> {
    // A root keeps its name by standing in a nameless object, as a member of a JSON document does.
    let parent = match parent {
        Some(parent) => parent,
        None => tree.push(None, Cow::Borrowed(""), Kind::Object, Cow::Borrowed(""), Notation::Tags)?,
    };
    let index = tree.push(Some(parent), key, kind, text, Notation::Tags)?;
    let mut above = Some(parent);
    while let Some(node) = above {
        tree.close(node);
        above = tree.parent(node);
    }
    Some(index)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TagKind {
    Open,
    Close,
    Empty,
    Other,
}

struct Tag<'t> {
    kind: TagKind,
    name: &'t str,
    attributes: &'t str,
    end: usize,
}

impl<'t> Tag<'t> {
    fn at(text: &'t str, start: usize) -> Option<Self> {
        let rest = &text[start + 1..];
        let other = |end: usize| Some(Self { kind: TagKind::Other, name: "", attributes: "", end: start + 1 + end });
        if rest.starts_with('?') {
            return other(rest.find("?>")? + 2);
        }
        if let Some(comment) = rest.strip_prefix("!--") {
            return other(comment.find("-->").map_or(rest.len(), |end| end + 6));
        }
        if rest.starts_with('!') {
            return other(rest.find('>')? + 1);
        }
        let close = rest.starts_with('/');
        let body = if close { &rest[1..] } else { rest };
        let length = body.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b':' | b'.')).count();
        let name = &body[..length];
        if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return None;
        }
        let end = body[length..].find('>').filter(|end| *end < 4096)? + length;
        let inside = &body[length..end];
        if inside.contains('<') {
            return None;
        }
        let empty = inside.ends_with('/');
        let kind = match (close, empty) {
            (true, _) => TagKind::Close,
            (false, true) => TagKind::Empty,
            (false, false) => TagKind::Open,
        };
        Some(Self { kind, name, attributes: inside.trim_end_matches('/').trim(), end: start + 1 + usize::from(close) + end + 1 })
    }
}

/// A name without its namespace.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn attributes<'t>(tree: &mut Tree<'t>, parent: u32, attributes: &'t str) {
    let mut rest = attributes;
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            break;
        };
        let Some((value, left)) = after[1..].split_once(quote) else {
            break;
        };
        let name = local(name.trim());
        if !name.is_empty() && !name.starts_with("xmlns") {
            tree.push(Some(parent), Cow::Borrowed(name), Kind::Text, entities(value), Notation::Tags);
        }
        rest = left;
    }
}

/// The text behind the entities that XML defines.
fn entities(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix("<![CDATA[").map_or(text, |inner| inner.trim_end_matches("]]>"));
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let known = [("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&")];
    Cow::Owned(known.iter().fold(text.to_owned(), |text, (entity, sign)| text.replace(entity, sign)))
}
