//! From an entry of the catalogue to a diagnosis: what the case at hand leaves of it, in the best order.

use crate::answer::{Alternative, Cause, Diagnosis, DiagnosisKind, Escalate, Evidence, Published, Retry, Source, Step, Variant, WaitFrom};
use crate::catalogue::index::Language;
use crate::catalogue::model::{self, Category, CategoryEntry, Likelihood, Policy, Provider, Trust, Who};
use crate::catalogue::order::{self, Likelihoods};
use crate::catalogue::steps::{self, ReadyStep};
use crate::catalogue::{Catalogue, Kind, Record};
use std::collections::BTreeSet;

/// What is known of the case at hand.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// How sure the diagnosis is.
    pub confidence: f64,
    /// What it was recognised by.
    pub evidence: Vec<Evidence>,
    /// The product that is used, as the catalogue spells it.
    pub product: Option<String>,
    /// What the user said of it, or the payload's own words: raises the causes that it fits.
    pub because: Vec<String>,
    /// A wait that the payload itself names, in seconds.
    pub wait_s: Option<u64>,
    /// Identifiers in the payload that support will ask for.
    pub found: Vec<Evidence>,
    /// The same code elsewhere.
    pub elsewhere: Vec<String>,
}

/// The diagnosis that an entry makes in a case.
#[must_use]
pub fn diagnosis(catalogue: &Catalogue, record: &Record, case: Case) -> Diagnosis {
    let provider = catalogue.provider(&record.provider).unwrap_or_default();
    of_provider(catalogue, &provider, record, case)
}

/// The same where the entry's provider is at hand.
pub(super) fn of_provider(catalogue: &Catalogue, provider: &Provider, record: &Record, case: Case) -> Diagnosis {
    let entry = &record.entry;
    let category_id = entry.category.unwrap_or(Category::Informational);
    let category = catalogue.category(category_id).unwrap_or_default();
    let own_steps = entry.step.as_deref().unwrap_or_default();
    let general = own_steps.is_empty();
    let written = if general { category.step.as_deref().unwrap_or_default() } else { own_steps };
    let stated_causes = entry.cause.as_deref().unwrap_or_default();
    let causes = if stated_causes.is_empty() && general { category.cause.as_deref().unwrap_or_default() } else { stated_causes };
    let (causes, likelihoods) = weighed(catalogue, causes, &case);
    let steps = walkthrough(catalogue, provider, written, &likelihoods, case.product.as_deref());
    let list = |own: &Option<Vec<String>>, default: &Option<Vec<String>>| {
        let list = own.as_ref().or(default.as_ref());
        list.into_iter().flatten().map(|text| advice(catalogue, provider, text)).collect()
    };
    let variants = entry.variant.iter().flatten().filter(|variant| concerns(&variant.products, case.product.as_deref()));
    let variant_retry = variants.clone().find(|variant| case.product.is_some() && !variant.products.is_empty());
    let stated_retry = variant_retry.and_then(|variant| variant.retry.as_ref()).or(entry.retry.as_ref());
    let who = variant_retry.and_then(|variant| variant.who).or(entry.who).or(category.who).unwrap_or(Who::Unknown);
    let fill = |text: &String| steps::fill(catalogue, provider, &model::Terms::new(), text);
    Diagnosis {
        rank: 0,
        kind: if record.kind == Kind::Code { DiagnosisKind::Code } else { DiagnosisKind::Symptom },
        provider: Some(record.provider.clone()),
        provider_name: provider.name.clone(),
        code: entry.code.clone(),
        family: entry.family.clone(),
        name: entry.name.clone(),
        title: entry.title.clone().unwrap_or_default(),
        category: category_id,
        confidence: case.confidence,
        known: true,
        evidence: case.evidence,
        who,
        retry: retry(stated_retry, &category, case.wait_s),
        data_access: entry.data_access.as_ref().or(category.data_access.as_ref()).map(fill),
        meaning: entry.meaning.as_ref().map(fill).unwrap_or_default(),
        tell_user: entry.tell_user.as_ref().or(category.tell_user.as_ref().filter(|_| concerns_users(who))).map(fill),
        causes,
        steps,
        general,
        variants: variants.map(variant).collect(),
        meanwhile: list(&entry.meanwhile, &category.meanwhile),
        afterwards: list(&entry.afterwards, &category.afterwards),
        escalate: entry.escalate.as_ref().or(provider.support.as_ref()).map(|escalate| Escalate {
            to: fill(&escalate.to),
            bring: escalate.bring.iter().map(fill).collect(),
            found: case.found,
        }),
        prevent: list(&entry.prevent, &category.prevent),
        related: entry.related.clone().unwrap_or_default(),
        elsewhere: case.elsewhere,
        products: entry.products.clone().unwrap_or_default(),
        retired: entry.retired.clone(),
        now: entry.now.clone(),
        as_published: Published {
            http_status: entry.http,
            messages: entry.messages.clone().unwrap_or_default(),
            user_messages: entry.user_messages.clone().unwrap_or_default(),
            alert: entry.alert.clone(),
            remediation_category: entry.remediation_category.clone(),
            retriable_by_user: entry.retriable_by_user.clone(),
        },
        status_page: provider.status_page.clone(),
        sources: sources(catalogue, record),
        trust: entry.trust.unwrap_or(Trust::Inferred),
        inferred: entry.inferred.clone().unwrap_or_default(),
        origins: if record.origins.len() > 1 || !record.origins[0].starts_with("data/") { record.origins.clone() } else { Vec::new() },
    }
}

/// Whether a user waits for word: where only developers are concerned, there is nothing to tell.
fn concerns_users(who: Who) -> bool {
    who != Who::Integrator
}

/// Whether something that holds for some products holds in the case at hand.
fn concerns(products: &[String], product: Option<&str>) -> bool {
    products.is_empty() || product.is_none_or(|product| products.iter().any(|other| other == product))
}

fn advice(catalogue: &Catalogue, provider: &Provider, text: &str) -> String {
    let shared = text.strip_prefix('@').and_then(|name| catalogue.advice(provider.id.as_deref().unwrap_or_default(), name));
    let text = shared.and_then(|advice| advice.text).unwrap_or_else(|| text.to_owned());
    steps::fill(catalogue, provider, &model::Terms::new(), &text)
}

/// The causes with what the case says of them, likeliest first; the order written decides among equals. What was said
/// for one cause speaks against the others: they fall by a class.
fn weighed(catalogue: &Catalogue, causes: &[model::Cause], case: &Case) -> (Vec<Cause>, Likelihoods) {
    let written = causes;
    let concerned = causes.iter().filter(|cause| concerns(&cause.products, case.product.as_deref()));
    let mut causes: Vec<Cause> = concerned
        .map(|cause| Cause {
            id: cause.id.clone(),
            text: cause.text.clone(),
            likelihood: cause.likelihood,
            because: None,
            products: cause.products.clone(),
            institutions: cause.institutions.clone(),
        })
        .collect();
    if !case.because.is_empty() && !causes.is_empty() {
        let heard = Heard::new(catalogue, &case.because);
        let hints = |id: &str| written.iter().find(|cause| cause.id == id).map(|cause| cause.hints.as_slice()).unwrap_or_default();
        for cause in &mut causes {
            cause.because = heard.of(&cause.text, hints(&cause.id));
        }
        if causes.iter().any(|cause| cause.because.is_some()) {
            for cause in &mut causes {
                cause.likelihood = if cause.because.is_some() { Likelihood::Usual } else { rarer(cause.likelihood) };
            }
        }
    }
    causes.sort_by_key(|cause| cause.likelihood);
    let likelihoods = causes.iter().map(|cause| (cause.id.clone(), cause.likelihood)).collect();
    (causes, likelihoods)
}

fn rarer(likelihood: Likelihood) -> Likelihood {
    match likelihood {
        Likelihood::Usual => Likelihood::Common,
        Likelihood::Common | Likelihood::Rare => Likelihood::Rare,
    }
}

/// What was said of the case, as terms of the search.
struct Heard<'c> {
    language: &'c Language,
    terms: BTreeSet<String>,
}

impl<'c> Heard<'c> {
    fn new(catalogue: &'c Catalogue, said: &[String]) -> Self {
        let language = catalogue.language();
        let terms = said.iter().flat_map(|text| language.terms(text, false)).map(|(term, _)| term).collect();
        Self { language, terms }
    }

    /// The words by which a cause was meant: a hint that is there whole, or half of the cause's own words, two at least.
    fn of(&self, cause: &str, hints: &[String]) -> Option<String> {
        let stems = |text: &str| self.language.terms(text, false).into_iter().map(|(term, _)| term).collect::<Vec<_>>();
        let whole = |hint: &&String| {
            let (groups, stems): (Vec<String>, Vec<String>) = stems(hint).into_iter().partition(|term| term.starts_with('~'));
            let by_stems = !stems.is_empty() && stems.iter().all(|stem| self.terms.contains(stem));
            let by_groups = stems.len() <= 2 && !groups.is_empty() && groups.iter().all(|group| self.terms.contains(group));
            by_stems || by_groups
        };
        if let Some(hint) = hints.iter().find(whole) {
            return Some(hint.clone());
        }
        let own: BTreeSet<String> = stems(cause).into_iter().filter(|term| !term.starts_with('~')).collect();
        let met: Vec<String> = own.iter().filter(|term| self.terms.contains(*term)).cloned().collect();
        (met.len() >= 3 && met.len() * 2 >= own.len()).then(|| met.join(", "))
    }
}

/// The steps that hold in the case at hand, in the best order.
fn walkthrough(
    catalogue: &Catalogue,
    provider: &Provider,
    written: &[model::Step],
    likelihoods: &Likelihoods,
    product: Option<&str>,
) -> Vec<Step> {
    let (mut ready, _) = steps::ready(catalogue, provider, written);
    ready.retain(|step| concerns(&step.products, product));
    let ordered = order::ordered(ready, likelihoods, &catalogue.order());
    ordered.into_iter().enumerate().map(|(index, step)| numbered(index + 1, step)).collect()
}

fn numbered(n: usize, step: ReadyStep) -> Step {
    let alternative = step.choice.zip(step.alternative).map(|(choice, label)| Alternative { choice, label });
    Step {
        n,
        id: step.id,
        text: step.text,
        who: step.who,
        r#where: step.place,
        cost: step.cost,
        fixes: step.fixes,
        tells: step.tells,
        needs: step.needs,
        sequence: step.sequence,
        undoable: step.undoable,
        substeps: step.substeps,
        expect: step.expect,
        wait_s: step.wait_s,
        then_sync: step.then_sync,
        alternative,
        caution: step.caution,
        stop: step.stop,
        doubt: step.doubt,
        products: step.products,
        institutions: step.institutions,
    }
}

fn variant(variant: &model::Variant) -> Variant {
    Variant { products: variant.products.clone(), institutions: variant.institutions.clone(), note: variant.note.clone() }
}

/// The retry verdict: the entry's own, else the category's; a wait in the payload beats both.
#[must_use]
pub fn retry(own: Option<&model::Retry>, category: &CategoryEntry, payload_wait: Option<u64>) -> Retry {
    let default = category.retry.as_ref();
    let policy = own.or(default).map_or(Policy::Unknown, |retry| retry.policy);
    let same = default.filter(|retry| retry.policy == policy);
    let waits = matches!(policy, Policy::Now | Policy::Later);
    let from_source = own.and_then(|retry| retry.wait_s).map(|wait| (wait, WaitFrom::Source));
    let by_default = same.and_then(|retry| retry.wait_s).filter(|_| waits).map(|wait| (wait, WaitFrom::Default));
    // "Try again in an hour" beside a wrong password does not make a retry safe: the wait counts where waiting helps.
    let from_payload = payload_wait.filter(|_| waits || policy == Policy::Unknown).map(|wait| (wait, WaitFrom::Payload));
    let wait = from_payload.or(from_source).or(by_default);
    Retry {
        policy,
        wait_s: wait.map(|(seconds, _)| seconds),
        wait_from: wait.map(|(_, from)| from),
        backoff: own.and_then(|retry| retry.backoff.clone()),
        by_user: own.and_then(|retry| retry.by_user).or(same.and_then(|retry| retry.by_user)),
        note: own.map_or(default.and_then(|retry| retry.note.clone()), |retry| retry.note.clone()),
    }
}

fn sources(catalogue: &Catalogue, record: &Record) -> Vec<Source> {
    let cited = record.entry.sources.iter().flatten();
    let found = cited.map(|id| match catalogue.source(&record.provider, id) {
        Some(source) => Source {
            url: source.url,
            title: source.title.unwrap_or_else(|| id.clone()),
            official: source.official.unwrap_or(false),
            read: source.read,
        },
        None => Source { url: None, title: id.clone(), official: false, read: None },
    });
    found.collect()
}
