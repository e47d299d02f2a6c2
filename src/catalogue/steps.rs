//! Turns the steps of an entry into a walkthrough's steps: playbooks put in, placeholders filled, defaults settled.

use super::Catalogue;
use super::model::{Cost, Place, Provider, Step, Terms, Who};

/// A step as it is done: nothing left to look up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyStep {
    /// Its name within the walkthrough.
    pub id: String,
    /// What to do.
    pub text: String,
    /// Who does it.
    pub who: Who,
    /// Where.
    pub place: Place,
    /// What it costs.
    pub cost: Cost,
    /// Causes that it ends; none named: any.
    pub fixes: Vec<String>,
    /// Causes that it tells apart; none named: all.
    pub tells: Vec<String>,
    /// Steps that come before.
    pub needs: Vec<String>,
    /// The sequence that it moves with.
    pub sequence: Option<String>,
    /// The group of alternatives that it is in.
    pub choice: Option<String>,
    /// The label of its alternative.
    pub alternative: Option<String>,
    /// How to do it, in detail.
    pub substeps: Vec<String>,
    /// Whether what it changes can be brought back.
    pub undoable: bool,
    /// What you see when it worked.
    pub expect: Option<String>,
    /// Seconds to wait after it.
    pub wait_s: Option<u64>,
    /// Whether a new sync attempt is worth it after it.
    pub then_sync: bool,
    /// The harm that it can do.
    pub caution: Option<String>,
    /// When to go no further.
    pub stop: Option<String>,
    /// Why it is doubtful.
    pub doubt: Option<String>,
    /// Only for these products.
    pub products: Vec<String>,
    /// Only at these institutions.
    pub institutions: Vec<String>,
}

impl ReadyStep {
    /// Whether it only looks, and so can make a repair needless.
    #[must_use]
    pub fn is_check(&self) -> bool {
        self.cost == Cost::Look && self.fixes.is_empty()
    }
}

/// What is wrong with the steps as written: the index of the step, the field and the fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepFault {
    /// Which of the steps as written, from 0.
    pub index: usize,
    /// The field at fault.
    pub field: &'static str,
    /// What is wrong with it.
    pub message: String,
}

/// The steps of an entry, ready, in the order written, with the faults that were met. A faulty step is left out.
#[must_use]
pub fn ready(catalogue: &Catalogue, provider: &Provider, steps: &[Step]) -> (Vec<ReadyStep>, Vec<StepFault>) {
    let (mut ready, mut faults) = (Vec::new(), Vec::new());
    for (index, written) in steps.iter().enumerate() {
        let mut fault = |field, message: String| faults.push(StepFault { index, field, message });
        let parts = match &written.r#use {
            None => vec![written.clone()],
            Some(name) => {
                let Some(playbook) = catalogue.playbook(provider.id.as_deref().unwrap_or_default(), name) else {
                    fault("use", format!("there is no playbook {name:?}"));
                    continue;
                };
                from_playbook(name, playbook.step.unwrap_or_default(), written)
            }
        };
        for part in parts {
            match finish(catalogue, provider, part) {
                Ok(step) => ready.push(step),
                Err((field, message)) => fault(field, message),
            }
        }
    }
    (ready, faults)
}

/// The steps of a playbook, with what the entry states laid over them. Several steps become one sequence.
fn from_playbook(name: &str, parts: Vec<Step>, written: &Step) -> Vec<Step> {
    let alone = parts.len() == 1;
    let named = |(number, mut part): (usize, Step)| {
        let own = part.id.take().unwrap_or_else(|| (number + 1).to_string());
        part.id = Some(if alone { name.to_owned() } else { format!("{name}-{own}") });
        part.needs = part.needs.map(|needs| needs.into_iter().map(|need| format!("{name}-{need}")).collect());
        if !alone {
            part.sequence = Some(name.to_owned());
        }
        let mut over = written.clone();
        over.r#use = None;
        if !alone {
            over.id = None;
        }
        part.overlay(over);
        part
    };
    parts.into_iter().enumerate().map(named).collect()
}

fn finish(catalogue: &Catalogue, provider: &Provider, step: Step) -> Result<ReadyStep, (&'static str, String)> {
    let words = step.with.unwrap_or_default();
    let fill = |text: String| fill(catalogue, provider, &words, &text);
    let missing = |field| move || (field, format!("a step needs `{field}`, or `use` of a playbook"));
    let text = step.text.filter(|text| !text.trim().is_empty()).ok_or_else(missing("text"))?;
    let products = step.products.unwrap_or_default();
    Ok(ReadyStep {
        text: fill(text),
        id: step.id.filter(|id| !id.trim().is_empty()).ok_or_else(missing("id"))?,
        who: step.who.ok_or_else(missing("who"))?,
        place: step.r#where.ok_or_else(missing("where"))?,
        cost: step.cost.ok_or_else(missing("cost"))?,
        fixes: step.fixes.unwrap_or_default(),
        tells: step.tells.unwrap_or_default(),
        needs: step.needs.unwrap_or_default(),
        sequence: step.sequence,
        alternative: step.choice.as_ref().and(step.alternative.or_else(|| products.first().cloned())),
        choice: step.choice,
        substeps: step.substeps.unwrap_or_default().into_iter().map(fill).collect(),
        undoable: step.undoable.unwrap_or(true),
        expect: step.expect.map(fill),
        wait_s: step.wait_s,
        then_sync: step.then_sync.unwrap_or(false),
        caution: step.caution.map(fill),
        stop: step.stop.map(fill),
        doubt: step.doubt.map(fill),
        products,
        institutions: step.institutions.unwrap_or_default(),
    })
}

/// Puts the provider's wording in place of the placeholders; braces that hold no placeholder stay as they are.
#[must_use]
pub fn fill(catalogue: &Catalogue, provider: &Provider, words: &Terms, text: &str) -> String {
    let mut text = text.to_owned();
    // A wording may itself hold a placeholder, once: "open {app} and …".
    for _ in 0..2 {
        if !text.contains('{') {
            break;
        }
        text = fill_once(catalogue, provider, words, &text);
    }
    text
}

fn fill_once(catalogue: &Catalogue, provider: &Provider, words: &Terms, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let close = after.find('}').filter(|end| is_placeholder(&after[..*end]));
        let wording = close.and_then(|end| wording(catalogue, provider, words, &after[..end]));
        match (close, wording) {
            (Some(end), Some(wording)) => {
                out.push_str(&wording);
                rest = &after[end + 1..];
            }
            _ => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn is_placeholder(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn wording(catalogue: &Catalogue, provider: &Provider, words: &Terms, name: &str) -> Option<String> {
    let own = words.get(name).or_else(|| provider.terms.as_ref()?.get(name));
    own.cloned().or_else(|| catalogue.term(name)?.default)
}

/// The placeholders that are left in a text.
pub fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|after| after.split_once('}')).map(|(name, _)| name).filter(|it| is_placeholder(it))
}
