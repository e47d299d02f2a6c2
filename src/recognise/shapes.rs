//! Wire shapes made ready: found by the name of the field that holds the code, then held against the tree.

use super::tree::{Kind, Tree, folded};
use crate::catalogue::model::{Certainty, Values, Wire};
use rustc_hash::FxHashMap;

/// A path from an object to a field, innermost name first, folded.
#[derive(Clone, Debug)]
struct Path {
    /// The field's own name.
    leaf: String,
    /// The names above it, from the inside out.
    above: Vec<String>,
}

impl Path {
    fn of(written: &str) -> Self {
        let mut names: Vec<String> = written.replace("[]", "").split('.').map(folded).filter(|name| !name.is_empty()).collect();
        names.reverse();
        let leaf = names.first().cloned().unwrap_or_default();
        Self { leaf, above: names.into_iter().skip(1).collect() }
    }
}

/// What must hold beside the code.
#[derive(Clone, Debug)]
struct Condition {
    path: Path,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Present,
    OneOf(Vec<String>),
    Prefix(Vec<String>),
}

impl Condition {
    fn of(written: &str) -> Self {
        if let Some((path, values)) = written.split_once('=') {
            return Self { path: Path::of(path), test: Test::OneOf(values.split('|').map(|value| value.trim().to_lowercase()).collect()) };
        }
        if let Some((path, prefix)) = written.split_once('^') {
            return Self { path: Path::of(path), test: Test::Prefix(prefix.split('|').map(str::to_lowercase).collect()) };
        }
        Self { path: Path::of(written), test: Test::Present }
    }

    fn holds(&self, tree: &Tree<'_>, node: u32) -> bool {
        let node = tree.node(node);
        match &self.test {
            Test::Present => true,
            Test::OneOf(values) => values.iter().any(|value| *value == node.text.trim().to_lowercase()),
            Test::Prefix(prefixes) => {
                let text = node.text.trim().to_lowercase();
                prefixes.iter().any(|prefix| text.starts_with(prefix.as_str()))
            }
        }
    }
}

/// A shape of fields.
#[derive(Debug)]
pub(super) struct FieldShape {
    /// The provider, as an index into the recogniser's list.
    pub(super) provider: usize,
    /// Fixed family.
    pub(super) family: Option<String>,
    /// Which values count.
    pub(super) values: Values,
    /// How far it tells alone.
    pub(super) certainty: Certainty,
    /// Whether the message beside a known code may name another one more exactly.
    pub(super) message_decides: bool,
    /// Providers that share it.
    pub(super) shared_with: Vec<String>,
    paths: Vec<Path>,
    family_at: Option<Path>,
    message_at: Vec<Path>,
    with: Vec<Condition>,
    also: Vec<Condition>,
    without: Vec<Condition>,
    none: Vec<String>,
}

/// A field that a shape takes for its code.
#[derive(Debug)]
pub(super) struct FieldMatch {
    /// The shape, as an index.
    pub(super) shape: usize,
    /// The node that holds the code.
    pub(super) node: u32,
    /// How many of the `also` conditions hold.
    pub(super) also: usize,
    /// The family, from the payload or the shape.
    pub(super) family: Option<String>,
}

/// All shapes of fields, by the folded name of the code's field.
#[derive(Debug, Default)]
pub(super) struct FieldShapes {
    /// The shapes.
    pub(super) all: Vec<FieldShape>,
    by_leaf: FxHashMap<String, Vec<(u32, u32)>>,
}

impl FieldShapes {
    /// Adds a shape of a provider.
    pub(super) fn add(&mut self, provider: usize, wire: &Wire) {
        let list = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
        let conditions = |field: &Option<Vec<String>>| list(field).iter().map(|it| Condition::of(it)).collect();
        let paths: Vec<Path> = list(&wire.at).iter().map(|path| Path::of(path)).collect();
        let shape = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        for (path, number) in paths.iter().zip(0..) {
            self.by_leaf.entry(path.leaf.clone()).or_default().push((shape, number));
        }
        self.all.push(FieldShape {
            provider,
            family: wire.family.clone(),
            values: wire.values.unwrap_or(Values::Known),
            certainty: wire.certainty.unwrap_or(Certainty::Likely),
            message_decides: wire.message_decides == Some(true),
            shared_with: list(&wire.shared_with),
            paths,
            family_at: wire.family_at.as_deref().map(Path::of),
            message_at: list(&wire.message_at).iter().map(|path| Path::of(path)).collect(),
            with: conditions(&wire.with),
            also: conditions(&wire.also),
            without: conditions(&wire.without),
            none: list(&wire.none).iter().map(|value| value.to_lowercase()).collect(),
        });
    }

    /// What shapes find in a tree.
    pub(super) fn find(&self, tree: &Tree<'_>, out: &mut Vec<FieldMatch>) {
        let nodes = u32::try_from(tree.nodes.len()).unwrap_or(u32::MAX);
        for node in 0..nodes {
            if matches!(tree.node(node).kind, Kind::Object | Kind::Array | Kind::Null) || tree.node(node).text.trim().is_empty() {
                continue;
            }
            // Items of an array of texts go by the array's name.
            let named = if tree.node(node).key.is_empty() { tree.named_ancestor(node) } else { Some(node) };
            let Some(named) = named else { continue };
            let Some(shapes) = self.by_leaf.get(&folded(&tree.node(named).key)) else {
                continue;
            };
            for (shape, path) in shapes {
                out.extend(self.held(tree, *shape as usize, *path as usize, node, named));
            }
        }
    }

    fn held(&self, tree: &Tree<'_>, index: usize, path: usize, node: u32, named: u32) -> Option<FieldMatch> {
        let shape = &self.all[index];
        let mut at = named;
        for name in &shape.paths[path].above {
            at = tree.named_ancestor(at)?;
            if folded(&tree.node(at).key) != *name {
                return None;
            }
        }
        let value = tree.node(node).text.trim().to_lowercase();
        if shape.none.contains(&value) || is_nothing(&value) {
            return None;
        }
        let (base, own) = (tree.object_of(at), tree.object_of(node));
        // Conditions may hold anywhere between the object where the path starts and the one that holds the code.
        let between: Vec<u32> = ancestors(tree, node).take_while(|object| base.is_none_or(|base| *object >= base)).collect();
        let near = |condition: &Condition| {
            condition.path.leaf.is_empty() && condition.holds(tree, node)
                || between.iter().any(|object| holds_below(tree, *object, condition))
        };
        if !shape.with.iter().all(near) {
            return None;
        }
        let above = |condition: &Condition| near(condition) || ancestors(tree, node).any(|object| holds_below(tree, object, condition));
        if shape.without.iter().any(near) {
            return None;
        }
        let also = shape.also.iter().filter(|condition| above(condition)).count();
        let family = shape.family_at.as_ref().and_then(|path| {
            let present = Condition { path: path.clone(), test: Test::Present };
            let found = [base, own].into_iter().flatten().find_map(|object| find_below(tree, object, &present));
            found.map(|node| tree.node(node).text.to_string())
        });
        Some(FieldMatch { shape: index, node, also, family: family.or_else(|| shape.family.clone()) })
    }

    /// The messages beside a code.
    pub(super) fn messages<'t>(&self, tree: &'t Tree<'_>, found: &FieldMatch) -> Vec<&'t str> {
        let shape = &self.all[found.shape];
        let mut objects = ancestors(tree, found.node).take(2).collect::<Vec<_>>();
        objects.dedup();
        let present = shape.message_at.iter().map(|path| Condition { path: path.clone(), test: Test::Present });
        let texts = present.filter_map(|it| objects.iter().find_map(|object| find_below(tree, *object, &it)));
        texts.map(|node| tree.node(node).text.as_ref()).collect()
    }
}

/// Values that never are a code.
fn is_nothing(value: &str) -> bool {
    matches!(value, "null" | "none" | "nil" | "undefined" | "false" | "true" | "{}" | "[]" | "[object]" | "<null>")
}

fn ancestors<'t>(tree: &'t Tree<'_>, node: u32) -> impl Iterator<Item = u32> + 't {
    let mut at = tree.object_of(node);
    std::iter::from_fn(move || {
        let here = at?;
        at = tree.object_of(here);
        Some(here)
    })
}

fn holds_below(tree: &Tree<'_>, object: u32, condition: &Condition) -> bool {
    find_below(tree, object, condition).is_some()
}

/// The field of an object at the condition's path, where the condition holds. Paths go through arrays.
fn find_below(tree: &Tree<'_>, object: u32, condition: &Condition) -> Option<u32> {
    let names: Vec<&String> = condition.path.above.iter().rev().chain([&condition.path.leaf]).collect();
    follow(tree, object, &names, condition, 64)
}

fn follow(tree: &Tree<'_>, at: u32, names: &[&String], condition: &Condition, most: usize) -> Option<u32> {
    let Some((name, rest)) = names.split_first() else {
        return condition.holds(tree, at).then_some(at);
    };
    for child in tree.children(at).take(most.max(256)) {
        let node = tree.node(child);
        if node.key.is_empty() && matches!(node.kind, Kind::Object | Kind::Array) {
            if tree.node(at).kind == Kind::Array
                && let Some(found) = follow(tree, child, names, condition, most)
            {
                return Some(found);
            }
            continue;
        }
        if folded(&node.key) == **name {
            let found = follow_into(tree, child, rest, condition, most);
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

fn follow_into(tree: &Tree<'_>, child: u32, rest: &[&String], condition: &Condition, most: usize) -> Option<u32> {
    if rest.is_empty() {
        return condition.holds(tree, child).then_some(child);
    }
    if tree.node(child).kind == Kind::Array {
        return tree.children(child).take(most).find_map(|item| follow(tree, item, rest, condition, most));
    }
    follow(tree, child, rest, condition, most)
}

/// A shape of a line of text: `HBCI error code: {code}:{}`.
#[derive(Debug)]
pub(super) struct TextShape {
    /// The provider, as an index.
    pub(super) provider: usize,
    /// Fixed family.
    pub(super) family: Option<String>,
    /// Which values count.
    pub(super) values: Values,
    /// How far it tells alone.
    pub(super) certainty: Certainty,
    /// Providers that share it.
    pub(super) shared_with: Vec<String>,
    parts: Vec<Part>,
    /// Which part is the literal that is searched for.
    anchor: usize,
    with: Vec<String>,
    also: Vec<String>,
    without: Vec<String>,
    none: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Lower-case text.
    Literal(String),
    Code,
    Family,
    Anything,
}

/// What a shape of text finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TextMatch {
    /// The offset of the code.
    pub(super) start: usize,
    /// The code.
    pub(super) code: String,
    /// The family.
    pub(super) family: Option<String>,
    /// How many of the `also` strings are there.
    pub(super) also: usize,
}

impl TextShape {
    /// The shapes of a wire, one a template.
    pub(super) fn of(provider: usize, wire: &Wire) -> Vec<Self> {
        let lower = |list: &Option<Vec<String>>| list.iter().flatten().map(|text| text.to_lowercase()).collect::<Vec<_>>();
        let shape = |template: &String| {
            let parts = parts(&template.to_lowercase());
            let longest = |(_, part): &(usize, &Part)| {
                if let Part::Literal(text) = part { text.trim().len() } else { 0 }
            };
            let anchor = parts.iter().enumerate().max_by_key(longest).map_or(0, |(index, _)| index);
            Self {
                provider,
                family: wire.family.clone(),
                values: wire.values.unwrap_or(Values::Known),
                certainty: wire.certainty.unwrap_or(Certainty::Likely),
                shared_with: wire.shared_with.clone().unwrap_or_default(),
                parts,
                anchor,
                with: lower(&wire.with),
                also: lower(&wire.also),
                without: lower(&wire.without),
                none: lower(&wire.none),
            }
        };
        wire.text.iter().flatten().map(shape).collect()
    }

    /// The literal that every match holds, in lower case.
    #[must_use]
    pub(super) fn anchor(&self) -> &str {
        match self.parts.get(self.anchor) {
            Some(Part::Literal(text)) => text,
            _ => "",
        }
    }

    /// The literals before each code and family (the last one right before it), the one right behind it, and whether it is a family.
    pub(super) fn around(&self) -> Vec<(Vec<String>, String, bool)> {
        let literal = |part: Option<&Part>| match part {
            Some(Part::Literal(text)) => text.clone(),
            _ => String::new(),
        };
        let slots = self.parts.iter().enumerate().filter(|(_, part)| matches!(part, Part::Code | Part::Family));
        let around = |(at, part): (usize, &Part)| {
            let mut before: Vec<String> = self.parts[..at].iter().map(|part| literal(Some(part))).collect();
            // Right before it may be a part that is anything: then no literal is.
            let right_before = before.pop().unwrap_or_default();
            before.retain(|text| !text.is_empty());
            before.push(right_before);
            (before, literal(self.parts.get(at + 1)), *part == Part::Family)
        };
        slots.map(around).collect()
    }

    /// Whether the conditions on the whole input hold, and how many of those that make it surer.
    #[must_use]
    pub(super) fn conditions(&self, text: &str) -> Option<usize> {
        // Whole words only: what a longer word holds by chance says nothing.
        let stands = |block: &str, wanted: &str| {
            let lower = block.to_ascii_lowercase();
            let mut places = memchr::memmem::find_iter(lower.as_bytes(), wanted.as_bytes());
            places.any(|start| super::on_its_own(&lower, start, start + wanted.len()))
        };
        let has = |wanted: &String| super::blocks(text).any(|block| wanted.split('|').any(|wanted| stands(block, wanted)));
        let held = self.with.iter().all(has) && !self.without.iter().any(has);
        held.then(|| self.also.iter().filter(|text| has(text)).count())
    }

    /// The match around an occurrence of the anchor; `lower` is the text in ASCII lower case, of the same length.
    #[must_use]
    pub(super) fn at(&self, text: &str, lower: &str, anchor: usize, also: usize) -> Option<TextMatch> {
        let mut found = TextMatch { start: anchor, code: String::new(), family: None, also };
        let line_start = lower[..anchor].rfind('\n').map_or(0, |at| at + 1);
        let mut at = anchor;
        for (index, part) in self.parts[..self.anchor].iter().enumerate().rev() {
            match part {
                Part::Literal(literal) => at = lower[line_start..at].ends_with(literal.as_str()).then(|| at - literal.len())?,
                Part::Anything => {
                    let before = index.checked_sub(1).map(|index| &self.parts[index]);
                    at = match before {
                        Some(Part::Literal(literal)) => line_start + lower[line_start..at].rfind(literal.as_str())? + literal.len(),
                        _ => line_start,
                    };
                }
                Part::Code | Part::Family => {
                    let length = lower[line_start..at].bytes().rev().take_while(|byte| is_code(*byte)).count();
                    let token = text[at - length..at].trim_start_matches(['.', ':']).trim_end_matches(['.', '-', ':']);
                    found.take(part, token, at - length)?;
                    at -= length;
                }
            }
        }
        let mut at = anchor + self.anchor().len();
        for (index, part) in self.parts.iter().enumerate().skip(self.anchor + 1) {
            match part {
                Part::Literal(literal) => at = lower[at..].starts_with(literal.as_str()).then(|| at + literal.len())?,
                Part::Anything => {
                    let line_end = lower[at..].find('\n').map_or(lower.len(), |end| at + end);
                    at = match self.parts.get(index + 1) {
                        Some(Part::Literal(literal)) => at + lower[at..line_end].find(literal.as_str())?,
                        _ => line_end,
                    };
                }
                Part::Code | Part::Family => {
                    let length = self.token_length(lower, at, index)?;
                    let token = &text[at..at + length];
                    found.take(part, token.trim_start_matches(['.', ':']).trim_end_matches(['.', '-', ':']), at)?;
                    at += length;
                }
            }
        }
        let lower_code = found.code.to_lowercase();
        (!found.code.is_empty() && !self.none.contains(&lower_code)).then_some(found)
    }

    /// How long the code at an offset is: up to the next literal where there is one, else as long as it looks like a code.
    fn token_length(&self, lower: &str, at: usize, index: usize) -> Option<usize> {
        let run = lower[at..].bytes().take_while(|byte| is_code(*byte)).count();
        let next = match self.parts.get(index + 1) {
            Some(Part::Literal(literal)) => literal,
            _ => return (run > 0).then_some(run),
        };
        // The literal may begin with what a code may hold, such as a full stop: then the code ends before it.
        (1..=run).rev().find(|length| lower[at + length..].starts_with(next.as_str()))
    }
}

impl TextMatch {
    fn take(&mut self, part: &Part, token: &str, start: usize) -> Option<()> {
        if token.is_empty() || token.len() > 100 {
            return None;
        }
        if *part == Part::Code {
            token.clone_into(&mut self.code);
            self.start = start;
        } else {
            self.family = Some(token.to_owned());
        }
        Some(())
    }
}

/// Whether a byte may be part of a code in running text.
pub(super) fn is_code(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b':')
}

fn parts(template: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let special = [("{code}", Part::Code), ("{family}", Part::Family), ("{}", Part::Anything)];
        let known = special.into_iter().find(|(sign, _)| rest[open..].starts_with(sign));
        let Some((sign, part)) = known else {
            // A brace that belongs to the text.
            let end = rest[open + 1..].find('{').map_or(rest.len(), |end| open + 1 + end);
            push_literal(&mut parts, &rest[..end]);
            rest = &rest[end..];
            continue;
        };
        push_literal(&mut parts, &rest[..open]);
        parts.push(part);
        rest = &rest[open + sign.len()..];
    }
    push_literal(&mut parts, rest);
    parts
}

fn push_literal(parts: &mut Vec<Part>, text: &str) {
    if text.is_empty() {
        return;
    }
    match parts.last_mut() {
        Some(Part::Literal(literal)) => literal.push_str(text),
        _ => parts.push(Part::Literal(text.to_owned())),
    }
}
