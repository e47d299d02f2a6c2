//! The order in which the steps of a walkthrough are best done.
//!
//! Steps that fix independent causes are best done by falling ratio of probability to cost (Kadane & Simon; Heckerman,
//! Breese & Rommelse 1995). Here both are ordinal classes, and a table in the data stands in for the ratio. Around it
//! lie rules that a ratio does not see, in this precedence: what a step needs comes first, and sequences and choices
//! stay whole; checks come before repairs; steps at one place and by one actor are kept together (opening a place
//! costs once) as long as the table is not overruled by much; doubtful advice comes after sound advice, what cannot be
//! undone after what can; contacting somebody comes after what one can do oneself; and what is both doubtful and
//! cannot be undone comes after even that.

use super::model::{Cause, Cost, Likelihood, Order, Place, Ranks, Who};
use super::steps::ReadyStep;
use std::collections::BTreeMap;

/// How likely each cause is in the case at hand.
pub type Likelihoods = BTreeMap<String, Likelihood>;

/// The likelihoods as the catalogue states them.
#[must_use]
pub fn stated(causes: &[Cause]) -> Likelihoods {
    causes.iter().map(|cause| (cause.id.clone(), cause.likelihood)).collect()
}

/// Steps that move as one.
struct Block {
    /// Indices of its steps, in their order.
    steps: Vec<usize>,
    tier: Tier,
    rank: u32,
    place: (Place, Who),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    Check,
    Repair,
    Doubtful,
    Final,
    Contact,
    DoubtfulAndFinal,
}

/// The steps in the order in which they are best done.
#[must_use]
pub fn ordered(steps: Vec<ReadyStep>, likelihoods: &Likelihoods, order: &Order) -> Vec<ReadyStep> {
    let sequence = sequence(&steps, likelihoods, order);
    let mut steps: Vec<_> = steps.into_iter().map(Some).collect();
    sequence.into_iter().filter_map(|index| steps[index].take()).collect()
}

/// The indices of the steps in the order in which they are best done.
#[must_use]
pub fn sequence(steps: &[ReadyStep], likelihoods: &Likelihoods, order: &Order) -> Vec<usize> {
    let mut blocks = blocks(steps, likelihoods, order);
    let mut sequence = Vec::with_capacity(steps.len());
    let mut here = None;
    while !blocks.is_empty() {
        let next = next(&blocks, steps, here, order.stay);
        let block = blocks.remove(next);
        here = Some(block.place);
        sequence.extend(block.steps);
    }
    sequence
}

/// The block to do next: one whose needs are met, of the first tier, by rank, but rather at the place where one is.
fn next(blocks: &[Block], steps: &[ReadyStep], here: Option<(Place, Who)>, stay: u32) -> usize {
    let waiting = |block: &Block, need: &String| {
        let is_it = |index: &usize| steps[*index].id == *need;
        !block.steps.iter().any(is_it) && blocks.iter().any(|other| other.steps.iter().any(is_it))
    };
    let free = |block: &Block| !block.steps.iter().flat_map(|index| &steps[*index].needs).any(|need| waiting(block, need));
    // Needs in a circle are refused by the check; should one get here, the circle is cut rather than the step lost.
    let mut candidates: Vec<usize> = (0..blocks.len()).filter(|index| free(&blocks[*index])).collect();
    if candidates.is_empty() {
        candidates = (0..blocks.len()).collect();
    }
    let tier = candidates.iter().map(|index| blocks[*index].tier).min();
    candidates.retain(|index| Some(blocks[*index].tier) == tier);
    let by_rank = |candidates: &mut dyn Iterator<Item = usize>| candidates.min_by_key(|index| (blocks[*index].rank, *index));
    let best = by_rank(&mut candidates.iter().copied()).unwrap_or(0);
    let near = |index: &usize| Some(blocks[*index].place) == here && blocks[*index].rank <= blocks[best].rank + stay;
    by_rank(&mut candidates.iter().copied().filter(near)).unwrap_or(best)
}

/// Steps that move as one, by the name of their choice (true) or sequence (false); a step of neither is its own group.
type Group<'a> = (Option<(bool, &'a str)>, Vec<usize>);

fn blocks(steps: &[ReadyStep], likelihoods: &Likelihoods, order: &Order) -> Vec<Block> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let choice = step.choice.as_deref().map(|name| (true, name));
        let name = choice.or_else(|| step.sequence.as_deref().map(|name| (false, name)));
        match groups.iter_mut().find(|(group, _)| name.is_some() && *group == name) {
            Some((_, members)) => members.push(index),
            None => groups.push((name, vec![index])),
        }
    }
    let block = |(name, members): Group<'_>| {
        let is_choice = name.is_some_and(|(choice, _)| choice);
        let members = if is_choice { by_alternative(members, steps, likelihoods, order) } else { members };
        let rank = members.iter().map(|index| rank(&steps[*index], likelihoods, order));
        // A sequence costs what its dearest step costs; of alternatives one takes the first, the cheapest.
        let rank = if is_choice { rank.min() } else { rank.max() };
        let tiers = members.iter().map(|index| tier(&steps[*index]));
        let tier = if is_choice { tiers.min() } else { tiers.max() };
        let first = &steps[members[0]];
        Block { rank: rank.unwrap_or(0), tier: tier.unwrap_or(Tier::Repair), place: (first.place, first.who), steps: members }
    };
    groups.into_iter().map(block).collect()
}

/// The steps of a choice, alternative by alternative, the one that is soonest worth doing first.
fn by_alternative(members: Vec<usize>, steps: &[ReadyStep], likelihoods: &Likelihoods, order: &Order) -> Vec<usize> {
    let mut alternatives: Vec<(Option<&str>, Vec<usize>)> = Vec::new();
    for index in members {
        let label = steps[index].alternative.as_deref();
        match alternatives.iter_mut().find(|(other, _)| *other == label) {
            Some((_, members)) => members.push(index),
            None => alternatives.push((label, vec![index])),
        }
    }
    alternatives.sort_by_key(|(_, members)| {
        let tier = members.iter().map(|index| tier(&steps[*index])).max();
        (tier, members.iter().map(|index| rank(&steps[*index], likelihoods, order)).max())
    });
    alternatives.into_iter().flat_map(|(_, members)| members).collect()
}

fn tier(step: &ReadyStep) -> Tier {
    match (step.doubt.is_some(), step.undoable) {
        (true, false) => Tier::DoubtfulAndFinal,
        _ if step.cost == Cost::Ticket => Tier::Contact,
        (false, false) => Tier::Final,
        (true, true) => Tier::Doubtful,
        _ if step.is_check() => Tier::Check,
        _ => Tier::Repair,
    }
}

/// The rank of a step in the table: by the likeliest of the causes that it ends (or, for a look, tells apart).
fn rank(step: &ReadyStep, likelihoods: &Likelihoods, order: &Order) -> u32 {
    let causes = if step.is_check() { &step.tells } else { &step.fixes };
    let likeliest = causes.iter().filter_map(|cause| likelihoods.get(cause)).min().copied();
    ranks(order, likeliest.unwrap_or(Likelihood::Common)).of(step.cost)
}

fn ranks(order: &Order, likelihood: Likelihood) -> Ranks {
    match likelihood {
        Likelihood::Usual => order.usual,
        Likelihood::Common => order.common,
        Likelihood::Rare => order.rare,
    }
}

impl Ranks {
    fn of(self, cost: Cost) -> u32 {
        match cost {
            Cost::Look => self.look,
            Cost::Wait => self.wait,
            Cost::Retype => self.retype,
            Cost::Change => self.change,
            Cost::Relink => self.relink,
            Cost::ReAdd => self.re_add,
            Cost::Ticket => self.ticket,
        }
    }
}
