//! The walkthrough as a dialogue: one step at a time, where every answer is evidence on what remains.
//!
//! A step that did not help speaks against the causes that it ends: a cause that nothing else would end is given up, the
//! others become rarer by a class. What a check showed rules causes in or out. Steps whose every cause is given up fall
//! away, and the rest is ordered anew by the same rules as the whole walkthrough.

mod reply;

pub use reply::{Misheard, Reply};

use crate::answer::{Cause, Diagnosis, Step};
use crate::catalogue::model::{Cost, Likelihood, Order};
use crate::catalogue::order::{self, Likelihoods};
use crate::catalogue::steps::ReadyStep;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The version of the report's form.
pub const SCHEMA: u32 = 1;

/// A walk through the steps of a diagnosis.
#[derive(Clone, Debug)]
pub struct Walk {
    diagnosis: Diagnosis,
    /// The steps as the order sees them, one for each of the diagnosis.
    ready: Vec<ReadyStep>,
    order: Order,
    state: State,
    before: Vec<State>,
}

/// All that answers change; kept whole for each answer, so that going back is exact.
#[derive(Clone, Debug, Default)]
struct State {
    /// What is thought of the causes that are still open.
    likelihoods: Likelihoods,
    /// Given up, since a check spoke against them.
    excluded: BTreeSet<String>,
    /// Given up, since what would have ended them did not.
    exhausted: BTreeSet<String>,
    /// Shown by a check.
    confirmed: BTreeSet<String>,
    /// Steps that are no longer to be done.
    gone: BTreeMap<usize, Gone>,
    tried: Vec<Tried>,
    /// The product that is used; none while nobody said.
    product: Option<String>,
    product_asked: bool,
    /// The alternative taken of each choice.
    chosen: BTreeMap<String, String>,
    /// The sequence or choice that was begun and is gone through before anything else.
    running: Option<Group>,
    solved: Option<usize>,
}

/// Why a step is no longer to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gone {
    Tried,
    /// Every cause that it could end, or tell apart, is settled.
    Needless,
    /// Another alternative was taken.
    NotChosen,
    OtherProduct,
    /// What it needs could not be done.
    Blocked,
}

/// Steps that are gone through as one.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Group {
    Choice(String),
    Sequence(String),
}

/// A step that was asked for, with what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Which of the diagnosis' steps.
    pub step: usize,
    /// What came of it.
    pub result: Outcome,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The trouble is over.
    Helped,
    /// Done, and the trouble is still there.
    DidNotHelp,
    /// Done; whether it helped shows later.
    Done,
    /// It could not be done, or does not apply.
    CouldNot,
    /// A check showed these causes.
    Showed(Vec<String>),
    /// A check showed none of the causes that it tells apart.
    ShowedNone,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next<'a> {
    /// A step is to be done.
    Step(Ask<'a>),
    /// One of several ways is to be taken.
    Choice(Choice),
    /// The trouble is over, by this step.
    Solved(&'a Step),
    /// Nothing is left to try: a ticket.
    Ticket,
}

/// A step with what is to be answered to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask<'a> {
    /// The step.
    pub step: &'a Step,
    /// Its number in this walk, from 1.
    pub n: usize,
    /// How many steps remain at most, this one included.
    pub left: usize,
    /// What the answer is about.
    pub about: About<'a>,
}

/// What an answer to a step is about.
#[derive(Clone, Debug, PartialEq)]
pub enum About<'a> {
    /// Whether it helped.
    Help,
    /// Whether it is done; more steps of the same sequence follow.
    Done,
    /// Which of these causes it showed.
    Findings(Vec<&'a Cause>),
}

/// A choice between ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is chosen between.
    pub of: ChoiceOf,
    /// The ways.
    pub options: Vec<String>,
}

/// What is chosen between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChoiceOf {
    /// The product that is used.
    Product,
    /// Alternatives of this name.
    Alternatives(String),
}

/// What an answer changed, beside the step itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Causes that are given up.
    pub given_up: Vec<String>,
    /// Causes that were shown to be behind it.
    pub confirmed: Vec<String>,
    /// Causes that are thought possible again.
    pub reopened: Vec<String>,
    /// How many steps fell away with that.
    pub dropped: usize,
    /// How many steps cannot be done any more, since they need this one.
    pub blocked: usize,
}

/// Why a step comes now.
#[derive(Clone, Debug, PartialEq)]
pub struct Why<'a> {
    /// The open causes that it ends or, for a check, tells apart; with what is thought of them.
    pub causes: Vec<(&'a Cause, Likelihood)>,
    /// Whether it is a check.
    pub check: bool,
    /// Whether it may help whatever the cause is.
    pub any: bool,
    /// Whether it goes on with what was begun.
    pub continues: bool,
    /// Steps still to come that need it.
    pub needed_by: Vec<&'a Step>,
}

/// How a walk ended, for programs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The version of this form.
    pub schema: u32,
    /// The provider's id.
    pub provider: Option<String>,
    /// The code, or the symptom's id.
    pub code: Option<String>,
    /// The code's family.
    pub family: Option<String>,
    /// What happened, in one line.
    pub title: String,
    /// How it ended.
    pub outcome: End,
    /// The step that ended it.
    pub solved_by: Option<String>,
    /// The cause, where the answers leave one.
    pub cause: Option<String>,
    /// What was tried, in order.
    pub tried: Vec<ReportedStep>,
    /// Causes that are given up.
    pub given_up: Vec<String>,
    /// The ticket in Markdown, where it came to that.
    pub ticket: Option<String>,
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// The trouble is over.
    Solved,
    /// A ticket is to be sent.
    Ticket,
    /// It was left before.
    Left,
}

/// A step that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportedStep {
    /// Its number in this walk.
    pub n: usize,
    /// Its name.
    pub id: String,
    /// What was to be done.
    pub text: String,
    /// What came of it.
    pub result: Outcome,
}

impl Walk {
    /// A walk through a diagnosis, for a product if it is known.
    #[must_use]
    pub fn new(diagnosis: Diagnosis, product: Option<String>, order: Order) -> Self {
        let likelihoods = diagnosis.causes.iter().map(|cause| (cause.id.clone(), cause.likelihood)).collect();
        let ready = diagnosis.steps.iter().map(ready).collect();
        let state = State { likelihoods, product, ..State::default() };
        let mut walk = Self { diagnosis, ready, order, state, before: Vec::new() };
        if let Some(product) = walk.state.product.clone() {
            walk.leave_other_products(&product);
        }
        walk
    }

    /// The diagnosis that is walked.
    #[must_use]
    pub const fn diagnosis(&self) -> &Diagnosis {
        &self.diagnosis
    }

    /// The product that is used, if it was said.
    #[must_use]
    pub fn product(&self) -> Option<&str> {
        self.state.product.as_deref()
    }

    /// What was tried, in order.
    #[must_use]
    pub fn tried(&self) -> &[Tried] {
        &self.state.tried
    }

    /// A step of the diagnosis.
    ///
    /// # Panics
    /// When there is no such step.
    #[must_use]
    pub fn step(&self, index: usize) -> &Step {
        &self.diagnosis.steps[index]
    }

    /// What a cause is, by its name.
    #[must_use]
    pub fn text_of<'a>(&'a self, cause: &'a str) -> &'a str {
        let named = self.diagnosis.causes.iter().find(|other| other.id == cause);
        named.map_or(cause, |cause| &cause.text)
    }

    /// What comes next.
    #[must_use]
    pub fn next(&self) -> Next<'_> {
        if let Some(solved) = self.state.solved {
            return Next::Solved(self.step(solved));
        }
        let Some(index) = self.next_step() else { return Next::Ticket };
        let step = self.step(index);
        if let Some(choice) = self.choice_before(index) {
            return Next::Choice(choice);
        }
        let findings = self.told(index);
        let about = if self.ready[index].is_check() && !findings.is_empty() {
            About::Findings(findings)
        } else if self.is_inner(index) && !step.then_sync {
            About::Done
        } else {
            About::Help
        };
        Next::Step(Ask { step, n: self.state.tried.len() + 1, left: self.left(), about })
    }

    /// Takes an answer to what comes next, and says what it changed; none if the answer does not fit.
    pub fn answer(&mut self, reply: &Reply) -> Option<Effect> {
        let before = self.state.clone();
        match self.next() {
            Next::Choice(choice) => self.answer_choice(&choice, reply)?,
            Next::Step(_) => self.answer_step(reply)?,
            Next::Solved(_) | Next::Ticket => return None,
        }
        self.reopen();
        self.settle();
        let effect = self.effect_since(&before);
        self.before.push(before);
        Some(effect)
    }

    /// Takes the last answer back; false where there is none.
    pub fn back(&mut self) -> bool {
        match self.before.pop() {
            Some(state) => {
                self.state = state;
                true
            }
            None => false,
        }
    }

    /// Why the step that comes next does; none where no step comes next.
    #[must_use]
    pub fn why(&self) -> Option<Why<'_>> {
        let index = self.next_step()?;
        let ready = &self.ready[index];
        let check = ready.is_check();
        let named = if check { &ready.tells } else { &ready.fixes };
        let open = |cause: &&Cause| self.is_open(&cause.id) && (named.is_empty() && check || named.contains(&cause.id));
        let likelihood = |cause: &Cause| self.state.likelihoods.get(&cause.id).copied().unwrap_or(cause.likelihood);
        let mut causes: Vec<_> = self.diagnosis.causes.iter().filter(open).map(|cause| (cause, likelihood(cause))).collect();
        causes.sort_by_key(|(_, likelihood)| *likelihood);
        let needing = |other: &&usize| self.ready[**other].needs.contains(&ready.id);
        let pending = self.pending();
        Some(Why {
            causes,
            check,
            any: named.is_empty(),
            continues: self.state.running.is_some() && self.group(index) == self.state.running,
            needed_by: pending.iter().filter(needing).map(|other| self.step(*other)).collect(),
        })
    }

    /// The causes that are given up, in the order of the diagnosis.
    #[must_use]
    pub fn given_up(&self) -> Vec<&Cause> {
        let given_up = |cause: &&Cause| self.state.excluded.contains(&cause.id) || self.state.exhausted.contains(&cause.id);
        self.diagnosis.causes.iter().filter(given_up).collect()
    }

    /// The causes that a check showed.
    #[must_use]
    pub fn confirmed(&self) -> Vec<&Cause> {
        self.diagnosis.causes.iter().filter(|cause| self.state.confirmed.contains(&cause.id)).collect()
    }

    /// The causes that are not given up, as they are thought of now, likeliest first.
    #[must_use]
    pub fn open(&self) -> Vec<(&Cause, Likelihood)> {
        let known = |cause: &'_ Cause| self.state.likelihoods.get(&cause.id).copied();
        let mut open: Vec<_> = self.diagnosis.causes.iter().filter_map(|cause| Some((cause, known(cause)?))).collect();
        open.sort_by_key(|(_, likelihood)| *likelihood);
        open
    }

    /// The cause, where the answers leave only one: it was shown, or is the only one that the step which helped ends.
    #[must_use]
    pub fn cause(&self) -> Option<&Cause> {
        if let [one] = self.confirmed().as_slice() {
            return Some(one);
        }
        let solved = self.state.solved?;
        let ended: Vec<_> = self.open().into_iter().filter(|(cause, _)| self.ready[solved].fixes.contains(&cause.id)).collect();
        match ended.as_slice() {
            [(one, _)] => Some(one),
            _ => None,
        }
    }

    /// The walk for programs, with the ticket if it came to one.
    #[must_use]
    pub fn report(&self, ticket: Option<String>) -> Report {
        let outcome = match (self.state.solved, &ticket) {
            (Some(_), _) => End::Solved,
            (None, Some(_)) => End::Ticket,
            (None, None) => End::Left,
        };
        let reported = |(index, tried): (usize, &Tried)| {
            let step = self.step(tried.step);
            ReportedStep { n: index + 1, id: step.id.clone(), text: step.text.clone(), result: tried.result.clone() }
        };
        Report {
            schema: SCHEMA,
            provider: self.diagnosis.provider.clone(),
            code: self.diagnosis.code.clone(),
            family: self.diagnosis.family.clone(),
            title: self.diagnosis.title.clone(),
            outcome,
            solved_by: self.state.solved.map(|index| self.step(index).id.clone()),
            cause: self.cause().map(|cause| cause.id.clone()),
            tried: self.state.tried.iter().enumerate().map(reported).collect(),
            given_up: self.given_up().iter().map(|cause| cause.id.clone()).collect(),
            ticket,
        }
    }

    /// The steps that are still to be done, in the order of the diagnosis.
    fn pending(&self) -> Vec<usize> {
        (0..self.ready.len()).filter(|index| !self.state.gone.contains_key(index)).collect()
    }

    fn next_step(&self) -> Option<usize> {
        let pending = self.pending();
        if let Some(group) = &self.state.running
            && let Some(index) = pending.iter().find(|index| self.group(**index).as_ref() == Some(group))
        {
            return Some(*index);
        }
        let pending = self.for_the_cause(pending);
        let steps: Vec<ReadyStep> = pending.iter().map(|index| self.ready[*index].clone()).collect();
        order::sequence(&steps, &self.state.likelihoods, &self.order).first().map(|first| pending[*first])
    }

    /// Once a cause is known, its sound repairs come before all else, with what they need and what moves with them:
    /// other checks would only satisfy curiosity, other repairs mend what is whole.
    fn for_the_cause(&self, pending: Vec<usize>) -> Vec<usize> {
        let ends_it = |index: &&usize| {
            let step = &self.ready[**index];
            let ends_it = step.fixes.iter().any(|cause| self.state.confirmed.contains(cause));
            ends_it && step.cost != Cost::Ticket && step.doubt.is_none()
        };
        let mut wanted: Vec<usize> = pending.iter().filter(ends_it).copied().collect();
        let mut at = 0;
        while let Some(index) = wanted.get(at).copied() {
            let group = self.group(index);
            let with_it = |other: &usize| {
                let needed = self.ready[index].needs.contains(&self.ready[*other].id);
                needed || group.is_some() && self.group(*other) == group
            };
            let more: Vec<usize> = pending.iter().filter(|other| with_it(other) && !wanted.contains(other)).copied().collect();
            wanted.extend(more);
            at += 1;
        }
        if wanted.is_empty() { pending } else { pending.into_iter().filter(|index| wanted.contains(index)).collect() }
    }

    /// How many steps remain at most: of a choice not made yet, those of the longest way.
    fn left(&self) -> usize {
        let mut ways: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        let mut left = 0;
        for index in self.pending() {
            match (&self.ready[index].choice, &self.ready[index].alternative) {
                (Some(choice), Some(label)) => *ways.entry(choice).or_default().entry(label).or_default() += 1,
                _ => left += 1,
            }
        }
        left + ways.values().filter_map(|way| way.values().max()).sum::<usize>()
    }

    /// The group that a step moves with, as the order sees it.
    fn group(&self, index: usize) -> Option<Group> {
        let step = &self.ready[index];
        let choice = step.choice.clone().map(Group::Choice);
        choice.or_else(|| step.sequence.clone().map(Group::Sequence))
    }

    /// Whether more steps of its group come after it.
    fn is_inner(&self, index: usize) -> bool {
        let group = self.group(index);
        group.is_some() && self.pending().iter().any(|other| *other != index && self.group(*other) == group)
    }

    /// What must be chosen before a step can be done.
    fn choice_before(&self, index: usize) -> Option<Choice> {
        let step = &self.ready[index];
        if !step.products.is_empty() && self.state.product.is_none() && !self.state.product_asked {
            let options = self.products();
            if options.len() > 1 {
                return Some(Choice { of: ChoiceOf::Product, options });
            }
        }
        let choice = step.choice.as_ref().filter(|choice| !self.state.chosen.contains_key(*choice))?;
        let mut options: Vec<String> = Vec::new();
        for other in self.pending() {
            let label = self.ready[other].alternative.as_ref().filter(|_| self.ready[other].choice.as_ref() == Some(choice));
            options.extend(label.filter(|label| !options.contains(label)).cloned());
        }
        (options.len() > 1).then(|| Choice { of: ChoiceOf::Alternatives(choice.clone()), options })
    }

    /// The products that steps and code tell apart.
    fn products(&self) -> Vec<String> {
        let mut products: Vec<String> = Vec::new();
        for product in self.diagnosis.products.iter().chain(self.ready.iter().flat_map(|step| &step.products)) {
            if !products.contains(product) {
                products.push(product.clone());
            }
        }
        products
    }

    fn is_open(&self, cause: &str) -> bool {
        self.state.likelihoods.contains_key(cause)
    }

    /// The open causes that a check tells apart.
    fn told(&self, index: usize) -> Vec<&Cause> {
        let tells = &self.ready[index].tells;
        let told = |cause: &&Cause| self.is_open(&cause.id) && (tells.is_empty() || tells.contains(&cause.id));
        self.diagnosis.causes.iter().filter(told).collect()
    }

    fn answer_choice(&mut self, choice: &Choice, reply: &Reply) -> Option<()> {
        let picked = match reply {
            Reply::Pick(picked) => Some(choice.options.get(*picked.first()?)?.clone()),
            Reply::Cannot | Reply::DidNotHelp | Reply::NoneOfThese => None,
            _ => return None,
        };
        match (&choice.of, picked) {
            (ChoiceOf::Product, Some(product)) => self.leave_other_products(&product),
            (ChoiceOf::Product, None) => self.state.product_asked = true,
            (ChoiceOf::Alternatives(name), Some(label)) => {
                let others = self.of_choice(name, |step| step.alternative.as_ref() != Some(&label));
                self.state.gone.extend(others.into_iter().map(|index| (index, Gone::NotChosen)));
                self.state.chosen.insert(name.clone(), label);
                // The way that was chosen is gone at once; what needs another way of the choice comes after this one.
                self.state.running = Some(Group::Choice(name.clone()));
            }
            (ChoiceOf::Alternatives(name), None) => {
                let all = self.of_choice(name, |_| true);
                self.state.gone.extend(all.into_iter().map(|index| (index, Gone::NotChosen)));
            }
        }
        Some(())
    }

    /// Pending steps of a choice.
    fn of_choice(&self, name: &str, which: impl Fn(&ReadyStep) -> bool) -> Vec<usize> {
        let of_it = |index: &usize| self.ready[*index].choice.as_deref() == Some(name) && which(&self.ready[*index]);
        self.pending().into_iter().filter(of_it).collect()
    }

    fn leave_other_products(&mut self, product: &str) {
        let other = |index: &usize| {
            let products = &self.ready[*index].products;
            !products.is_empty() && !products.iter().any(|it| it == product)
        };
        let others: Vec<usize> = self.pending().into_iter().filter(other).collect();
        self.state.gone.extend(others.into_iter().map(|index| (index, Gone::OtherProduct)));
        self.state.product = Some(product.to_owned());
        self.state.product_asked = true;
    }

    fn answer_step(&mut self, reply: &Reply) -> Option<()> {
        let index = self.next_step()?;
        let told: Vec<String> = self.told(index).iter().map(|cause| cause.id.clone()).collect();
        let check = self.ready[index].is_check();
        let result = match reply {
            Reply::Helped => Outcome::Helped,
            Reply::DidNotHelp if check => Outcome::ShowedNone,
            Reply::DidNotHelp => Outcome::DidNotHelp,
            Reply::Done => Outcome::Done,
            Reply::Cannot => Outcome::CouldNot,
            Reply::NoneOfThese if check => Outcome::ShowedNone,
            Reply::Pick(picked) if check => {
                let shown: Option<Vec<String>> = picked.iter().map(|number| told.get(*number).cloned()).collect();
                Outcome::Showed(shown.filter(|shown| !shown.is_empty())?)
            }
            _ => return None,
        };
        let inner = self.is_inner(index);
        self.state.gone.insert(index, Gone::Tried);
        self.state.tried.push(Tried { step: index, result: result.clone() });
        self.state.running = if inner { self.group(index) } else { None };
        match result {
            Outcome::Helped => self.state.solved = Some(index),
            Outcome::DidNotHelp if !inner => self.did_not_help(index),
            // A step in the midst of a sequence proves nothing yet, and one that is done will show later.
            Outcome::DidNotHelp | Outcome::Done => {}
            Outcome::CouldNot => self.could_not(index),
            Outcome::Showed(shown) => self.showed(&shown, &told, self.ready[index].tells.is_empty()),
            Outcome::ShowedNone => {
                // A check that tells all causes apart and shows none of them was no help, rather than proof of a miracle.
                if !self.ready[index].tells.is_empty() {
                    told.iter().for_each(|cause| self.exclude(cause));
                }
            }
        }
        Some(())
    }

    /// A step did not help, and with it the whole sequence that it ends.
    fn did_not_help(&mut self, index: usize) {
        let group = self.group(index);
        let with_it = self.state.tried.iter().filter(|tried| tried.step == index || group.is_some() && self.group(tried.step) == group);
        let done: Vec<usize> = with_it.filter(|tried| tried.result != Outcome::CouldNot).map(|tried| tried.step).collect();
        let causes: BTreeSet<String> = done.iter().flat_map(|step| self.ready[*step].fixes.clone()).collect();
        let cost = done.iter().map(|step| self.ready[*step].cost).max().unwrap_or(Cost::Look);
        let pending = self.pending();
        for cause in causes.iter().filter(|cause| !self.state.confirmed.contains(*cause)) {
            let another_way = |other: &usize| {
                let other = &self.ready[*other];
                other.fixes.contains(cause) && other.cost != Cost::Ticket && !is_part_of(other.cost, cost)
            };
            if pending.iter().any(another_way) {
                if let Some(likelihood) = self.state.likelihoods.get_mut(cause) {
                    *likelihood = rarer(*likelihood);
                }
            } else if self.state.likelihoods.remove(cause).is_some() {
                self.state.exhausted.insert(cause.clone());
            }
        }
    }

    /// A step could not be done: neither can what belongs to it or needs it. A check that was not made only leaves open
    /// what it would have shown.
    fn could_not(&mut self, index: usize) {
        self.state.running = None;
        if self.ready[index].is_check() {
            return;
        }
        let group = self.group(index);
        let begun =
            self.state.tried.iter().any(|tried| {
                tried.step != index && tried.result != Outcome::CouldNot && group.is_some() && self.group(tried.step) == group
            });
        for other in self.pending() {
            if group.is_some() && self.group(other) == group {
                self.state.gone.insert(other, Gone::Blocked);
            }
        }
        if let Some(choice) = self.ready[index].choice.clone().filter(|_| !begun) {
            self.state.chosen.remove(&choice);
            let other_ways: Vec<usize> = (0..self.ready.len())
                .filter(|other| self.ready[*other].choice.as_ref() == Some(&choice))
                .filter(|other| self.state.gone.get(other) == Some(&Gone::NotChosen))
                .collect();
            self.state.gone.retain(|other, _| !other_ways.contains(other));
        }
        let mut lost = vec![self.ready[index].id.clone()];
        while let Some(id) = lost.pop() {
            for other in self.pending() {
                if self.ready[other].needs.contains(&id) && !self.ready[other].is_check() {
                    self.state.gone.insert(other, Gone::Blocked);
                    lost.push(self.ready[other].id.clone());
                }
            }
        }
    }

    /// A check showed causes: those are behind it; the others that it tells apart are not, and the rest becomes rarer.
    fn showed(&mut self, shown: &[String], told: &[String], tells_all: bool) {
        for (cause, likelihood) in &mut self.state.likelihoods {
            *likelihood = if shown.contains(cause) { Likelihood::Usual } else { rarer(*likelihood) };
        }
        self.state.confirmed.extend(shown.iter().cloned());
        if !tells_all {
            told.iter().filter(|cause| !shown.contains(cause)).for_each(|cause| self.exclude(cause));
        }
    }

    fn exclude(&mut self, cause: &str) {
        if !self.state.confirmed.contains(cause) && self.state.likelihoods.remove(cause).is_some() {
            self.state.excluded.insert(cause.to_owned());
        }
    }

    /// Where checks spoke against every cause, one of them was misled: the trouble is there. What they excluded is
    /// possible again, as something rare.
    fn reopen(&mut self) {
        if !self.state.likelihoods.is_empty() || !self.state.confirmed.is_empty() || self.state.solved.is_some() {
            return;
        }
        let excluded = std::mem::take(&mut self.state.excluded);
        self.state.likelihoods.extend(excluded.into_iter().map(|cause| (cause, Likelihood::Rare)));
        self.state.gone.retain(|_, why| *why != Gone::Needless);
    }

    /// Lets steps fall away that can no longer do anything.
    fn settle(&mut self) {
        let state = &self.state;
        let all = |named: &[String], settled: &dyn Fn(&String) -> bool| !named.is_empty() && named.iter().all(settled);
        let needless = |index: &usize| {
            let step = &self.ready[*index];
            let excluded = |cause: &String| state.excluded.contains(cause);
            let given_up = |cause: &String| excluded(cause) || state.exhausted.contains(cause);
            let settled = |cause: &String| given_up(cause) || state.confirmed.contains(cause);
            // What is begun is finished: half a sequence is worse than none.
            let begun = state.running.is_some() && self.group(*index) == state.running;
            !begun
                && match step {
                    check if check.is_check() => all(&check.tells, &settled),
                    // That one's own attempts failed is the very reason to ask somebody.
                    ticket if ticket.cost == Cost::Ticket => all(&ticket.fixes, &excluded),
                    repair => all(&repair.fixes, &given_up),
                }
        };
        let needless: Vec<usize> = self.pending().into_iter().filter(needless).collect();
        self.state.gone.extend(needless.into_iter().map(|index| (index, Gone::Needless)));
    }

    fn effect_since(&self, before: &State) -> Effect {
        let new = |now: &BTreeSet<String>, then: &BTreeSet<String>| now.difference(then).cloned().collect::<Vec<_>>();
        let given_up = [new(&self.state.excluded, &before.excluded), new(&self.state.exhausted, &before.exhausted)].concat();
        let count = |why: Gone| {
            let of = |state: &State| state.gone.values().filter(|gone| **gone == why).count();
            of(&self.state).saturating_sub(of(before))
        };
        Effect {
            reopened: before.excluded.iter().filter(|cause| self.is_open(cause)).cloned().collect(),
            given_up,
            confirmed: new(&self.state.confirmed, &before.confirmed),
            dropped: count(Gone::Needless),
            blocked: count(Gone::Blocked),
        }
    }
}

/// Whether an action of one cost is contained in one of another: who adds a connection anew signs in again on the way.
fn is_part_of(part: Cost, whole: Cost) -> bool {
    let nested = |cost: Cost| matches!(cost, Cost::Retype | Cost::Relink | Cost::ReAdd);
    nested(part) && nested(whole) && part < whole
}

fn rarer(likelihood: Likelihood) -> Likelihood {
    match likelihood {
        Likelihood::Usual => Likelihood::Common,
        Likelihood::Common | Likelihood::Rare => Likelihood::Rare,
    }
}

fn ready(step: &Step) -> ReadyStep {
    let step = step.clone();
    let (choice, alternative) = step.alternative.map(|it| (it.choice, it.label)).unzip();
    ReadyStep {
        id: step.id,
        text: step.text,
        who: step.who,
        place: step.r#where,
        cost: step.cost,
        fixes: step.fixes,
        tells: step.tells,
        needs: step.needs,
        sequence: step.sequence,
        choice,
        alternative,
        substeps: step.substeps,
        undoable: step.undoable,
        expect: step.expect,
        wait_s: step.wait_s,
        then_sync: step.then_sync,
        caution: step.caution,
        stop: step.stop,
        doubt: step.doubt,
        products: step.products,
        institutions: step.institutions,
    }
}
