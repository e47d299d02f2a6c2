//! From a description in plain words to the answer: what the search found, how sure it is, and what to ask back.

use super::entry::{Case, of_provider};
use super::general::{self, Unlisted};
use super::{Hint, SURE};
use crate::answer::{Answer, Ask, Diagnosis, Evidence, Input, InputKind};
use crate::catalogue::model::{Category, ProviderKind};
use crate::catalogue::{Catalogue, EntryId};
use crate::recognise::{Finding, Recognised};
use crate::search::{Found, Hit, Search, Steer, Subject};

/// How much each sign of a good answer weighs, and where the scale begins: a logistic regression of "the first answer is
/// right" on the cases of `tests/truth`. The signs: the part of the description that the answer
/// accounts for, its plain score (logarithm), how far the best kinds of trouble agree, the distance to the second answer,
/// whether a provider is named, how many words met, words of the domain, words of other matters, how near the answer lies
/// among the vectors.
const CALIBRATION: [f64; 9] = [-0.39, -0.10, 3.11, 4.72, 0.78, 0.30, 0.15, -1.32, 3.05];
const CALIBRATED_AT: f64 = -5.70;

/// The highest confidence of an answer that rests on words alone.
const SUREST: f64 = 0.93;

/// The highest confidence of an answer that rests on a generic standard.
const GENERIC: f64 = 0.42;

/// The highest confidence of what the words of a payload alone suggest.
const GUESS: f64 = 0.4;

/// The highest confidence of an answer to what does not seem to be about a bank feed.
const OFF_TOPIC: f64 = 0.44;

/// How far one answer is put behind another.
const BEHIND: f64 = 0.02;

/// How near a named provider must come to a standard to go before it.
const NEAR: f64 = 0.1;

/// The least confidence with which a standard's code counts as said.
const MERE_HINT: f64 = 0.2;

/// How many answers to a description are given.
const MOST: usize = 5;

/// The answer to a description, or to a payload in which no code is sure, from what was recognised and what the search found.
#[must_use]
pub fn answer(catalogue: &Catalogue, recognised: &Recognised, hint: &Hint, input: Input) -> Answer {
    let search = Search::new(catalogue);
    let described = input.kind == InputKind::Text;
    // A payload that speaks for a provider without a code that is known: the words are looked up among its entries.
    let own = recognised.findings.iter().find(|finding| !search.is_generic(&finding.provider));
    let mere = own.filter(|finding| {
        finding.entry.is_none()
            && !described
            && recognised.findings.first().is_some_and(|first| first.confidence - finding.confidence < NEAR)
    });
    let only = hint.provider.as_deref().or(mere.map(|finding| finding.provider.as_str()));
    let steer = Steer { only, preferred: hint.preferred.as_deref(), named: &recognised.marked };
    let said = if described || recognised.sentences.is_empty() { &recognised.words } else { &recognised.sentences };
    let found = search.find(said, &steer);
    let topic = catalogue.language().topic(said);
    let mut ranked: Vec<(Subject, f64, Vec<Evidence>)> = Vec::new();
    for (hit, confidence) in found.hits.iter().zip(confidences(&found, recognised, topic)) {
        let confidence = if described { confidence } else { confidence.min(GUESS) };
        ranked.push((hit.subject, confidence, vec![by_words(hit)]));
    }
    for finding in recognised.findings.iter().filter(|finding| finding.confidence >= 0.2) {
        merge(&mut ranked, finding, search.is_generic(&finding.provider));
    }
    let (domain, foreign) = topic;
    if described && recognised.marked.is_empty() && (domain == 0 || foreign > domain) {
        // Nothing says that a bank feed is meant: whatever fits, fits by chance.
        ranked.iter_mut().for_each(|it| it.1 = it.1.min(OFF_TOPIC));
    }
    let standard = |subject: &Subject| match subject {
        Subject::Entry(id) => catalogue.head(*id).is_some_and(|head| search.is_generic(head.provider)),
        Subject::Category(_) => false,
    };
    // A hit among the provider's own entries that rests on several words is a better guess than no code at all; not so
    // where a standard's code says what kind of trouble it is.
    let said = ranked.iter().any(|it| standard(&it.0) && it.1 >= GUESS);
    let mere = mere.map(|finding| {
        let told = if found.matched >= 4 && !said { (finding.confidence - 0.1).max(0.0) } else { finding.confidence };
        Finding { confidence: (told * 100.0).round() / 100.0, ..finding.clone() }
    });
    let of_named = |subject: &Subject| match subject {
        Subject::Entry(id) => catalogue.head(*id).is_some_and(|head| recognised.marked.iter().any(|named| named == head.provider)),
        Subject::Category(_) => false,
    };
    let best_of_named = ranked.iter().filter(|it| of_named(&it.0) && !standard(&it.0)).map(|it| it.1).max_by(f64::total_cmp);
    let named = mere.as_ref().map(|finding| finding.confidence).or(best_of_named.filter(|confidence| *confidence >= MERE_HINT));
    if let Some(confidence) = named {
        // Where somebody is named, what a standard says, too, comes after.
        ranked.iter_mut().filter(|it| standard(&it.0)).for_each(|it| it.1 = it.1.min((confidence - BEHIND).max(0.0)));
    } else if recognised.marked.iter().all(|named| search.is_generic(named)) && only.is_none() {
        prefer_standard(catalogue, &mut ranked, standard);
    }
    if let Some(confidence) = named {
        // And another provider's entry whose words are alike is a guess.
        let foreign = |subject: &Subject| match subject {
            Subject::Entry(id) => catalogue.head(*id).is_some_and(|head| {
                let general = || catalogue.provider(head.provider).is_some_and(|it| it.kind == Some(ProviderKind::General));
                !of_named(subject) && !general()
            }),
            Subject::Category(_) => false,
        };
        ranked.iter_mut().filter(|it| foreign(&it.0)).for_each(|it| it.1 = it.1.min((confidence - BEHIND).max(0.0)));
    }
    ranked.iter_mut().for_each(|it| it.1 = (it.1 * 100.0).round() / 100.0);
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked.truncate(MOST);
    let mut diagnoses: Vec<Diagnosis> = ranked.into_iter().filter_map(|it| diagnosed(catalogue, recognised, hint, it)).collect();
    if let Some(finding) = mere {
        let place = diagnoses.iter().position(|it| it.confidence < finding.confidence).unwrap_or(diagnoses.len());
        diagnoses.insert(place, super::payload::diagnosed(catalogue, recognised, &finding, &[], hint));
    }
    let sure = diagnoses.first().is_some_and(|best| best.confidence >= SURE);
    let ask = (!sure).then(|| question(&found, recognised));
    Answer::new(input, diagnoses, ask)
}

/// Where nobody is named, a standard's own code that a field holds says the same kind of trouble better than the entry of
/// one provider whose words are alike.
fn prefer_standard(catalogue: &Catalogue, ranked: &mut [(Subject, f64, Vec<Evidence>)], standard: impl Fn(&Subject) -> bool) {
    let category = |subject: &Subject| match subject {
        Subject::Entry(id) => catalogue.head(*id).map(|head| head.category),
        Subject::Category(category) => Some(*category),
    };
    let best = ranked.iter().filter(|it| !standard(&it.0)).max_by(|a, b| a.1.total_cmp(&b.1));
    let Some((kind, confidence)) = best.map(|it| (category(&it.0), it.1)).filter(|(_, confidence)| *confidence < SURE) else { return };
    for it in ranked.iter_mut().filter(|it| standard(&it.0) && category(&it.0) == kind && it.1 >= MERE_HINT) {
        it.1 = it.1.max(confidence + BEHIND).min(GENERIC);
    }
}

fn by_words(hit: &Hit) -> Evidence {
    if hit.words.is_empty() {
        return Evidence { what: "other words of like meaning".to_owned(), at: None, value: None };
    }
    Evidence { what: "the words".to_owned(), at: None, value: Some(hit.words.join(", ")) }
}

/// A code that the description names, or whose message it quotes, beside what the search found.
fn merge(ranked: &mut Vec<(Subject, f64, Vec<Evidence>)>, finding: &Finding, generic: bool) {
    let Some(id) = finding.entry else { return };
    let subject = Subject::Entry(id);
    match ranked.iter_mut().find(|(other, _, _)| *other == subject) {
        Some((_, confidence, evidence)) => {
            // Two independent ways to the same answer.
            let both = 1.0 - (1.0 - *confidence) * (1.0 - finding.confidence);
            *confidence = if generic { confidence.max(finding.confidence).min(GENERIC) } else { both };
            evidence.splice(0..0, finding.evidence.iter().cloned());
        }
        None => ranked.push((subject, finding.confidence, finding.evidence.clone())),
    }
}

/// How sure each hit is.
fn confidences(found: &Found, recognised: &Recognised, topic: (usize, usize)) -> Vec<f64> {
    let Some(best) = found.hits.first() else { return Vec::new() };
    let share = found.categories.first().map_or(0.0, |(_, share)| f64::from(*share));
    let rival = found.hits.get(1).map_or(0.0, |hit| f64::from(hit.score / best.score));
    let named = if recognised.marked.is_empty() { 0.0 } else { 1.0 };
    let (domain, foreign) = (topic.0.min(3) as f64, topic.1.min(2) as f64);
    let evidence = [
        f64::from(found.coverage),
        (1.0 + f64::from(found.plain)).ln(),
        share,
        1.0 - rival,
        named,
        found.matched.min(10) as f64,
        domain,
        foreign,
        f64::from(found.near),
    ];
    let odds = CALIBRATION.iter().zip(evidence).fold(CALIBRATED_AT, |odds, (weight, value)| odds + weight * value);
    let first = 1.0 / (1.0 + (-odds).exp());
    let off_topic = topic.0 == 0 && recognised.marked.is_empty() || topic.1 > topic.0;
    let first = first.min(if off_topic { OFF_TOPIC } else { SUREST });
    let confidence = |hit: &Hit| first * f64::from(hit.score / best.score).powi(3);
    found.hits.iter().map(|hit| (confidence(hit) * 100.0).round() / 100.0).collect()
}

fn diagnosed(catalogue: &Catalogue, recognised: &Recognised, hint: &Hint, ranked: (Subject, f64, Vec<Evidence>)) -> Option<Diagnosis> {
    let (subject, confidence, evidence) = ranked;
    let mut because = hint.because.clone();
    because.push(recognised.words.clone());
    let case = Case { confidence: confidence.min(0.98), evidence, because, wait_s: recognised.wait_s, ..Case::default() };
    match subject {
        Subject::Entry(id) => entry(catalogue, hint, id, case),
        Subject::Category(category) => Some(general::general(catalogue, Unlisted::default(), Some(category), case)),
    }
}

fn entry(catalogue: &Catalogue, hint: &Hint, id: EntryId, mut case: Case) -> Option<Diagnosis> {
    let record = catalogue.record(id)?;
    let provider = catalogue.provider(&record.provider)?;
    case.product = hint.product.as_deref().and_then(|said| super::product(&provider, said));
    Some(of_provider(catalogue, &provider, &record, case))
}

/// The question that would help most: which app, where none is named; else what tells the likeliest kinds apart.
fn question(found: &Found, recognised: &Recognised) -> Ask {
    let kinds: Vec<Category> = found.categories.iter().take(3).map(|(category, _)| *category).collect();
    let sign_in =
        [Category::Credentials, Category::Mfa, Category::Consent, Category::AccountLocked, Category::UserAction, Category::InstitutionDown];
    if recognised.marked.is_empty() {
        return Ask {
            id: "which-app".to_owned(),
            text: "Which app or service shows the trouble, and what exactly does it say?".to_owned(),
            options: Vec::new(),
        };
    }
    if kinds.iter().filter(|kind| sign_in.contains(kind)).count() >= 2 {
        return Ask {
            id: "bank-sign-in".to_owned(),
            text: "Does signing in on the bank's own website work, without a notice in the way?".to_owned(),
            options: vec![
                "yes, at once".to_owned(),
                "no, it refuses the sign-in".to_owned(),
                "yes, but the bank asks for something first".to_owned(),
            ],
        };
    }
    Ask {
        id: "since-when".to_owned(),
        text: "Since when, and did something change just before: a password, a card, the bank, the app?".to_owned(),
        options: Vec::new(),
    }
}
