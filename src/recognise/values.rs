//! Values in a payload that matter for the answer: how long to wait, and identifiers that support will ask for.

use super::tree::{Kind, Tree, folded};

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

/// Identifiers in the payload that the provider's support asks for: name and value.
#[must_use]
pub(super) fn identifiers(tree: &Tree<'_>, bring: &[String]) -> Vec<(String, String)> {
    let asked: Vec<String> = bring.iter().map(|text| folded(text)).collect();
    let mut found: Vec<(String, String)> = Vec::new();
    for node in tree.nodes.iter().filter(|node| matches!(node.kind, Kind::Text | Kind::Number)) {
        let name = folded(&node.key);
        let is_id = name.len() >= 6
            && (name.ends_with("id") || name.ends_with("guid") || name.ends_with("institution") || name.ends_with("institutionname"));
        let fits = is_id && !node.text.is_empty() && node.text.len() <= 120 && asked.iter().any(|text| text.contains(&name));
        if fits && !found.iter().any(|(other, _)| *other == node.key) {
            found.push((node.key.to_string(), node.text.to_string()));
        }
    }
    found.truncate(8);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_read_from_sentences() {
        assert_eq!(said("The rate limit is 4/day. Please try again in 39845 seconds"), Some(39_845));
        assert_eq!(said("Please log in in 15 minutes."), Some(900));
        assert_eq!(said("EUA was valid for 90 days"), None);
    }
}
