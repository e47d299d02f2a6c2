//! Values in a payload that matter for the answer: how long to wait, and identifiers that support will ask for.

use super::tree::{Kind, Tree, folded};
use rustc_hash::FxHashSet;

/// The longest wait that is believed: 400 days, above the longest consent.
const LONGEST: u64 = 400 * 86_400;

/// Seconds to wait, out of `Retry-After` and the like, or of a sentence ("try again in 39845 seconds").
#[must_use]
pub(super) fn wait(tree: &Tree<'_>, text: &str) -> Option<u64> {
    let named = tree.nodes.iter().filter(|node| !matches!(node.kind, Kind::Object | Kind::Array));
    let mut fields = named.filter_map(|node| {
        let name = folded(&node.key);
        let factor = match name.as_str() {
            "retryafter" | "retryafterseconds" | "retryafters" | "secondsuntilretry" | "retryin" => 1.0,
            "retryafterms" | "retryaftermilliseconds" => 0.001,
            "retryafterminutes" => 60.0,
            _ => return None,
        };
        let number: f64 = node.text.trim().trim_end_matches('s').trim().parse().ok()?;
        believed(number * factor)
    });
    fields.next().or_else(|| said(text))
}

fn believed(seconds: f64) -> Option<u64> {
    (seconds.is_finite() && seconds >= 0.0 && seconds <= LONGEST as f64).then_some(seconds.ceil() as u64)
}

/// A wait in words: "in 15 minutes", "after 60 seconds", "nach 5 Minuten".
fn said(text: &str) -> Option<u64> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '"' | ',' | '(' | ')'))
        .filter(|word| !word.is_empty())
        .take(200_000)
        .collect();
    words.windows(3).enumerate().find_map(|(index, window)| {
        let [before, number, unit] = window else {
            return None;
        };
        if !matches!(before.to_lowercase().as_str(), "in" | "after" | "another" | "wait" | "for" | "nach" | "within") {
            return None;
        }
        let number: f64 = number.parse().ok()?;
        let unit = unit.trim_end_matches(['.', ';', '!', '\'']).to_lowercase();
        let factor = match unit.as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" | "sekunden" => 1.0,
            "min" | "mins" | "minute" | "minutes" | "minuten" => 60.0,
            "h" | "hr" | "hrs" | "hour" | "hours" | "stunden" | "stunde" => 3600.0,
            "day" | "days" | "tagen" | "tage" => 86_400.0,
            _ => return None,
        };
        // A wait, not an age or a validity: somebody is told to try, log in or come back.
        let start = index.saturating_sub(8);
        let told = words[start..=index].iter().any(|word| {
            let word = word.to_lowercase();
            ["try", "retry", "again", "wait", "login", "log", "erneut", "wieder", "later", "reset", "resets"]
                .iter()
                .any(|told| word.trim_end_matches(['.', ':', ';']) == *told)
        });
        if told { believed(number * factor) } else { None }
    })
}

/// The most identifiers that are taken out of one input.
const MOST_IDS: usize = 64;

/// What a provider's support asks for, made ready to be held against names of fields.
#[derive(Debug)]
pub(super) struct Asked {
    /// Each item, folded.
    items: Vec<String>,
    /// Names of fields in the items, folded.
    names: FxHashSet<String>,
}

impl Asked {
    pub(super) fn of<'b>(bring: impl Iterator<Item = &'b String> + Clone) -> Self {
        Self { items: bring.clone().map(|item| folded(item)).collect(), names: bring.flat_map(|item| names_in(item)).collect() }
    }

    /// Whether a field of this name is asked for.
    pub(super) fn for_field(&self, key: &str) -> bool {
        let name = folded(key);
        let is_id = name.len() >= 6
            && (name.ends_with("id") || name.ends_with("guid") || name.ends_with("institution") || name.ends_with("institutionname"));
        self.names.contains(&name) || is_id && self.items.iter().any(|item| item.contains(&name))
    }
}

/// Identifiers in the payload that somebody's support asks for, name and value, added to those that are there.
pub(super) fn identifiers(tree: &Tree<'_>, asked: &Asked, found: &mut Vec<(String, String)>) {
    for node in tree.nodes.iter().filter(|node| matches!(node.kind, Kind::Text | Kind::Number)) {
        let fits = !node.text.is_empty() && node.text.len() <= 120 && !node.key.is_empty() && asked.for_field(&node.key);
        if fits && !found.iter().any(|(other, _)| *other == node.key) {
            found.push((node.key.to_string(), node.text.to_string()));
        }
        if found.len() == MOST_IDS {
            return;
        }
    }
}

/// The names of fields that an item to bring may mean, folded: names written as such (`trace_no`, `x-request-id`), and
/// neighbouring words ("trace number", "request id").
fn names_in(item: &str) -> Vec<String> {
    let words: Vec<&str> = item.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).filter(|word| !word.is_empty()).collect();
    let built = |word: &&&str| {
        word.contains(['_', '-']) || word.as_bytes().windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase())
    };
    let written = words.iter().filter(built).map(|word| folded(word));
    let neighbours = words.windows(2).map(|two| folded(&two.concat()));
    written.chain(neighbours).filter(|name| name.len() >= 5).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_fields_are_read_out_of_what_support_asks_for() {
        let names = names_in("trace_no of the answer, and the requestId");
        assert!(names.contains(&"traceno".to_owned()) && names.contains(&"requestid".to_owned()), "{names:?}");
    }

    #[test]
    fn waits_are_read_from_sentences() {
        assert_eq!(said("The rate limit is 4/day. Please try again in 39845 seconds"), Some(39_845));
        assert_eq!(said("Please log in in 15 minutes."), Some(900));
        assert_eq!(said("EUA was valid for 90 days"), None);
    }
}
