//! Laws that hold for every entry of the catalogue, both ways; and that nothing is lost of what it was built from.

use feedfix::catalogue::key::squash;
use feedfix::catalogue::{Catalogue, EntryId, Kind, check};
use feedfix::diagnose::entry::{Case, diagnosis};
use feedfix::diagnose::{Hint, code};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Of the codes that the catalogue was built from, the share that must be in it.
const COVERED: f64 = 0.98;

fn of(provider: &str) -> Hint {
    Hint { provider: Some(provider.to_owned()), ..Hint::default() }
}

/// Reports all faults of a law at once.
fn assert_none(law: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{law}: {} entries do not\n{}", faults.len(), faults.join("\n"));
}

fn finds(catalogue: &Catalogue, provider: &str, asked: &str, id: EntryId) -> bool {
    code::meanings(catalogue, asked, &of(provider)).1.iter().any(|(found, _)| *found == id)
}

#[test]
fn every_entry_is_found_by_code_name_and_alias_in_any_case() {
    let catalogue = feedfix::embedded();
    let mut faults = Vec::new();
    for id in catalogue.entries() {
        let Some(head) = catalogue.head(id) else { continue };
        let names: BTreeSet<&str> =
            [head.code, head.name].into_iter().chain(head.aliases.iter().copied()).filter(|it| !it.is_empty()).collect();
        for name in names {
            for asked in [name.to_owned(), name.to_lowercase(), format!("{}:{name}", head.provider)] {
                // In another case a code may be the very spelling of a second one, which then comes first.
                let other = asked != name && names_exactly(&catalogue, head.provider, &asked);
                if !finds(&catalogue, head.provider, &asked, id) && !other {
                    faults.push(format!("{}:{} by {asked:?}", head.provider, head.code));
                }
            }
        }
    }
    assert_none("every entry is found by its names", &faults);
}

fn names_exactly(catalogue: &Catalogue, provider: &str, asked: &str) -> bool {
    let found = code::meanings(catalogue, asked, &of(provider)).1;
    found.iter().any(|(_, fit)| *fit >= feedfix::catalogue::key::Fit::AliasExact)
}

#[test]
fn every_entry_is_named_by_exactly_one_reference() {
    let catalogue = feedfix::embedded();
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for record in catalogue.entries().filter_map(|id| catalogue.record(id)) {
        *names.entry(check::name(&record)).or_default() += 1;
    }
    let twice: Vec<String> = names.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect();
    assert_none("every entry has a name of its own", &twice);
}

#[test]
fn what_the_search_weighs_of_an_entry_is_what_its_head_says() {
    let catalogue = feedfix::embedded();
    let faults = catalogue.entries().filter(|id| catalogue.standing(*id) != catalogue.head(*id).map(|head| head.standing()));
    assert_none("stand as their heads say", &faults.map(|id| format!("{id:?}")).collect::<Vec<_>>());
}

#[test]
fn every_entry_cites_sources_that_exist() {
    let catalogue = feedfix::embedded();
    let mut faults = Vec::new();
    for record in catalogue.entries().filter_map(|id| catalogue.record(id)) {
        let sources = record.entry.sources.clone().unwrap_or_default();
        let lost = sources.iter().any(|source| catalogue.source(&record.provider, source).is_none());
        if sources.is_empty() || lost {
            faults.push(check::name(&record));
        }
    }
    assert_none("every entry cites a source that exists", &faults);
}

#[test]
fn every_entry_makes_a_whole_answer() {
    let catalogue = feedfix::embedded();
    let mut faults = Vec::new();
    for record in catalogue.entries().filter_map(|id| catalogue.record(id)) {
        let it = diagnosis(&catalogue, &record, Case::default());
        let whole = !it.title.is_empty() && !it.meaning.is_empty() && !it.sources.is_empty();
        let numbered = it.steps.iter().enumerate().all(|(index, step)| step.n == index + 1 && !step.text.is_empty());
        let mut texts = it.steps.iter().map(|step| &step.text).chain([&it.meaning]).chain(&it.meanwhile).chain(&it.afterwards);
        // Braces that are no placeholder, such as those of an address's parts, stay.
        let left = |text: &String| feedfix::catalogue::steps::placeholders(text).any(|name| catalogue.term(name).is_some());
        let unfilled = texts.any(|text| text.starts_with('@') || left(text));
        if !whole || !numbered || unfilled {
            faults.push(format!("{} whole: {whole}, numbered: {numbered}, unfilled: {unfilled}", check::name(&record)));
        }
    }
    assert_none("every entry makes a whole answer", &faults);
}

#[test]
fn nothing_that_moves_money_is_sent_twice() {
    use feedfix::catalogue::model::{Domain, Policy};
    let catalogue = feedfix::embedded();
    let heads = catalogue.entries().filter_map(|id| catalogue.head(id));
    let payments = heads.filter(|head| head.domain == Domain::Payment && matches!(head.retry, Policy::Now | Policy::Later));
    // Where the source says that it is safe, the entry itself says so: the category never does.
    let unsaid = payments.filter(|head| {
        let id = catalogue.entry(head.provider, head.code, head.family);
        id.and_then(|id| catalogue.record(id)).is_none_or(|record| record.entry.retry.is_none())
    });
    let faults: Vec<String> = unsaid.map(|head| format!("{}:{} is {:?}", head.provider, head.code, head.retry)).collect();
    assert_none("a payment is sent again only where its source says so", &faults);
}

#[test]
fn every_provider_has_entries_and_every_entry_a_provider() {
    let catalogue = feedfix::embedded();
    let described: BTreeSet<String> = catalogue.providers().into_iter().filter_map(|provider| provider.id).collect();
    let with_entries: BTreeSet<String> =
        catalogue.entries().filter_map(|id| catalogue.head(id)).map(|head| head.provider.to_owned()).collect();
    assert_eq!(described, with_entries);
}

#[test]
fn every_wire_shape_has_a_sample_and_says_where_to_look() {
    let catalogue = feedfix::embedded();
    let mut faults = Vec::new();
    for (provider, wire) in catalogue.wires() {
        let sampled = wire.sample.iter().flatten().any(|sample| sample.code.is_some());
        let looks = wire.at.iter().flatten().chain(wire.text.iter().flatten()).next().is_some();
        if !sampled || !looks {
            faults.push(format!("{provider} wire {}", wire.id.unwrap_or_default()));
        }
    }
    assert_none("every wire shape has a sample with a code, and a place", &faults);
}

#[test]
fn the_codes_that_it_was_built_from_are_in_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/coverage.toml");
    let sheets: BTreeMap<String, Vec<String>> = toml::from_str(&fs::read_to_string(path).expect("tests/coverage.toml")).expect("a list");
    let catalogue = feedfix::embedded();
    let mut known: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for head in catalogue.entries().filter_map(|id| catalogue.head(id)).filter(|head| head.kind == Kind::Code) {
        let names = [head.code, head.name].into_iter().chain(head.aliases.iter().copied());
        known.entry(head.provider).or_default().extend(names.map(squash));
    }
    let (mut all, mut lost, mut report) = (0, 0, String::new());
    for (provider, codes) in &sheets {
        let there = known.get(provider.as_str());
        let missing: Vec<&str> =
            codes.iter().filter(|code| there.is_none_or(|there| !there.contains(&squash(code)))).map(String::as_str).collect();
        all += codes.len();
        lost += missing.len();
        if !missing.is_empty() {
            let _ = writeln!(report, "{provider}: {} of {} are missing: {}", missing.len(), codes.len(), missing.join(", "));
        }
    }
    let share = 1.0 - lost as f64 / all as f64;
    assert!(share >= COVERED, "{} of {all} codes are covered\n{report}", all - lost);
}
