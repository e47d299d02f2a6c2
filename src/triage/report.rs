//! From a tally to what is said of it: the groups by what to do first, each with who must act and the first step.

use super::Window;
use super::distinct::{Distinct, Many, standard_error};
use super::input::Fault;
use super::shapes;
use super::tally::{self, Extent, LineCounts, Place, Span, Tally};
use super::time::rfc3339;
use crate::answer::{Diagnosis, Retry, WaitFrom};
use crate::catalogue::model::{Category, Policy, Who};
use crate::catalogue::{Catalogue, EntryId, model};
use crate::diagnose::entry::{Case, diagnosis};
use crate::diagnose::general::{Unlisted, general};
use crate::text::{grouped, harmless};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the report's form.
pub const SCHEMA: u32 = 1;

/// What triage found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The version of this form.
    pub schema: u32,
    /// Whether it was broken off before all was read.
    pub partial: bool,
    /// How many inputs were opened.
    pub files: u64,
    /// How many bytes of text were read, unpacked.
    pub bytes: u64,
    /// From when on errors count; null: from the beginning.
    pub since: Option<String>,
    /// Until before when they count; null: to the end.
    pub until: Option<String>,
    /// How many lines there were of each sort.
    pub lines: LineCounts,
    /// All errors that were recognised.
    pub errors: Total,
    /// The same by diagnosis, what to do first first.
    pub groups: Vec<Group>,
    /// Diagnoses that are not in that list: those behind the number that was asked for, and those that were too many to
    /// be counted one by one.
    pub more_groups: Option<Total>,
    /// The same by who must act.
    pub by_who: Vec<Slice>,
    /// The same by the kind of trouble.
    pub by_category: Vec<Slice>,
    /// The same by provider.
    pub by_provider: Vec<Slice>,
    /// The same by institution, where the lines name it.
    pub by_institution: Vec<Slice>,
    /// Institutions that are not in that list.
    pub more_institutions: Option<Total>,
    /// What was not understood, by its shape, the commonest first.
    pub shapes: Vec<Shape>,
    /// How many lines have a shape that is not in that list.
    pub more_shapes: u64,
    /// What has to be said once.
    pub notes: Vec<String>,
    /// What could not be read, or not to its end.
    pub faults: Vec<Unread>,
    /// What `feedfix triage --merge` adds up: opaque, ids in it as keyed hashes only.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub state: Tally,
}

/// How many errors, and whom they concern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Total {
    /// How many lines.
    pub count: u64,
    /// Their share of all errors that were recognised, 0 to 1.
    pub share: f64,
    /// How many items (connections, accounts); null where the lines name none.
    pub items: Option<Many>,
    /// How many users; null where the lines name none.
    pub users: Option<Many>,
    /// The earliest time in them.
    pub first_seen: Option<String>,
    /// The latest.
    pub last_seen: Option<String>,
}

/// Errors that have something in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Slice {
    /// What they have in common.
    pub value: String,
    /// How many, and whom they concern.
    #[serde(flatten)]
    pub total: Total,
}

/// Errors with the same diagnosis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// Its place in the list, from 1.
    pub rank: usize,
    /// How soon to see to it.
    pub urgency: Urgency,
    /// The provider's id.
    pub provider: String,
    /// The provider's name as people write it.
    pub provider_name: Option<String>,
    /// The code.
    pub code: String,
    /// The family that tells codes of one spelling apart.
    pub family: Option<String>,
    /// The symbolic name of a number.
    pub name: Option<String>,
    /// As `feedfix explain` takes it: with the family only where the provider has several codes of this spelling.
    pub reference: String,
    /// What happened, in one line.
    pub title: String,
    /// Whether the catalogue holds the code.
    pub known: bool,
    /// The kind of trouble.
    pub category: Category,
    /// Who must act.
    pub who: Who,
    /// Whether and when to send the same request again.
    pub retry: GroupRetry,
    /// How many, and whom they concern.
    #[serde(flatten)]
    pub total: Total,
    /// The first such line.
    pub sample: Option<Place>,
    /// The first step of its walkthrough.
    pub step: Option<FirstStep>,
    /// How sure the first one of it is, 0 to 1.
    pub confidence: f64,
    /// Whose it may be, too, since the payloads do not tell: `provider:code`.
    pub rivals: Vec<String>,
    /// Its place in the state.
    #[serde(skip)]
    place: usize,
}

/// Whether and when to send the same request again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupRetry {
    /// The verdict.
    pub policy: Policy,
    /// Seconds to wait before the next try.
    pub wait_s: Option<u64>,
    /// Where the wait comes from.
    pub wait_from: Option<WaitFrom>,
}

/// The first step of a walkthrough.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FirstStep {
    /// What to do.
    pub text: String,
    /// Who does it.
    pub who: Who,
    /// Where.
    pub r#where: model::Place,
    /// Whether it is that of the kind of trouble, for want of the code's own.
    pub general: bool,
}

/// Lines of one shape that were not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shape {
    /// The shape: what varies, and what may be secret, is masked.
    pub shape: String,
    /// Whether the lines do not end as they should.
    pub malformed: bool,
    /// How many lines.
    pub count: u64,
    /// The first one.
    pub sample: Place,
    /// The earliest time in them.
    pub first_seen: Option<String>,
    /// The latest.
    pub last_seen: Option<String>,
}

/// An input that could not be read, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unread {
    /// Its name.
    pub input: String,
    /// Why.
    pub message: String,
    /// Whether something of it was read, and counts.
    pub begun: bool,
}

/// How soon to see to it, the first first. Within a class the one that concerns more items comes first (where the lines
/// name none, more lines).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// The app's own key, permission or setup is at fault: every request fails until its developers act, and one repair
    /// ends it for all.
    Blocked,
    /// Somebody must act for each: the owner of the account, or the developers.
    Act,
    /// The provider or the bank must act: report it.
    Report,
    /// It passes, if the app waits before it tries again.
    Wait,
    /// It is not known who must act: look into it.
    Look,
    /// Nobody has to do anything.
    Nothing,
}

impl Urgency {
    /// The word for it in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Act => "act",
            Self::Report => "report",
            Self::Wait => "wait",
            Self::Look => "look",
            Self::Nothing => "nothing",
        }
    }

    /// The class of a diagnosis.
    #[must_use]
    pub fn of(it: &Diagnosis) -> Self {
        let own_side = matches!(it.category, Category::ApiAuth | Category::Permission | Category::ClientSetup);
        match (it.who, it.retry.policy) {
            (_, Policy::Now | Policy::Later) => Self::Wait,
            (Who::Integrator, _) if own_side => Self::Blocked,
            (Who::EndUser | Who::Integrator, _) => Self::Act,
            (Who::Aggregator | Who::Institution, _) => Self::Report,
            (Who::Nobody, _) => Self::Nothing,
            (Who::Unknown, _) => Self::Look,
        }
    }
}

/// The most shapes that are listed.
const MOST_SHAPES: usize = 100;

/// The report on a tally, with all of its groups.
#[must_use]
pub fn report(catalogue: &Catalogue, tally: Tally, faults: Vec<Fault>, window: Window) -> Report {
    let errors = tally.lines.recognised;
    let counted = tally.groups.iter().enumerate().filter(|(_, group)| group.extent.count > 0);
    let mut judged: Vec<(Urgency, usize, Diagnosis)> = counted
        .map(|(place, group)| {
            let diagnosis = diagnosed(catalogue, group);
            (Urgency::of(&diagnosis), place, diagnosis)
        })
        .collect();
    judged.sort_by_cached_key(|(urgency, place, _)| {
        let group = &tally.groups[*place];
        let it = &group.diagnosed;
        let reach = if group.extent.items.is_empty() { group.extent.count } else { group.extent.items.many().count };
        (*urgency, std::cmp::Reverse((reach, group.extent.count)), it.provider.clone(), it.code.clone(), it.family.clone())
    });
    let mut by: [BTreeMap<String, Extent<12>>; 3] = Default::default();
    let mut all = tally.other.clone();
    for (_, place, it) in &judged {
        let group = &tally.groups[*place];
        all.merge(&group.extent);
        let values = [it.who.word(), it.category.word(), &group.diagnosed.provider];
        for (by, value) in by.iter_mut().zip(values) {
            by.entry(value.to_owned()).or_default().merge(&group.extent);
        }
    }
    let [by_who, by_category, by_provider] = by.map(|by| slices(by, errors));
    let groups = judged.iter().enumerate().map(|(index, judged)| group(index + 1, judged, catalogue, &tally));
    let more = (tally.other.count > 0).then(|| total(&tally.other, errors));
    let other = &tally.other_institutions;
    let mut report = Report {
        schema: SCHEMA,
        partial: tally.partial,
        files: tally.files,
        bytes: tally.bytes,
        since: window.since.map(rfc3339),
        until: window.until.map(rfc3339),
        lines: tally.lines,
        errors: total(&all, errors),
        groups: groups.collect(),
        more_groups: more,
        by_who,
        by_category,
        by_provider,
        by_institution: institutions(&tally).into_iter().map(|it| slice(it.name.clone(), &it.extent, errors)).collect(),
        more_institutions: (other.count > 0).then(|| total(other, errors)),
        shapes: tally.shapes.commonest().into_iter().map(shape).collect(),
        more_shapes: tally.shapes.left_out,
        notes: Vec::new(),
        faults: faults.into_iter().map(|it| Unread { input: harmless(&it.name), message: it.message, begun: it.begun }).collect(),
        state: tally,
    };
    report.notes = notes(&report);
    report.cut_shapes(MOST_SHAPES);
    report
}

impl Report {
    /// Leaves at most so many diagnoses, institutions and shapes, and adds up the others; the other lists are short.
    pub fn cut(&mut self, top: usize) {
        let errors = self.lines.recognised;
        if self.groups.len() > top {
            let mut more = self.state.other.clone();
            for group in self.groups.drain(top..) {
                more.merge(&self.state.groups[group.place].extent);
            }
            self.more_groups = Some(total(&more, errors));
        }
        if self.by_institution.len() > top {
            let mut more = self.state.other_institutions.clone();
            institutions(&self.state)[top..].iter().for_each(|it| more.merge(&it.extent));
            self.more_institutions = Some(total(&more, errors));
        }
        self.by_institution.truncate(top);
        self.cut_shapes(top);
    }

    fn cut_shapes(&mut self, top: usize) {
        self.more_shapes += self.shapes.drain(top.min(self.shapes.len())..).map(|shape| shape.count).sum::<u64>();
    }
}

/// The institutions, the one with the most errors first.
fn institutions(tally: &Tally) -> Vec<&tally::Institution> {
    let mut list: Vec<_> = tally.institutions.iter().filter(|it| it.extent.count > 0).collect();
    list.sort_by(|a, b| b.extent.count.cmp(&a.extent.count).then_with(|| (&a.name, &a.id).cmp(&(&b.name, &b.id))));
    list
}

fn diagnosed(catalogue: &Catalogue, group: &tally::Group) -> Diagnosis {
    let it = &group.diagnosed;
    let case = Case { confidence: group.recognition.confidence, ..Case::default() };
    let entry = if it.known { catalogue.entry(&it.provider, &it.code, &it.family) } else { None };
    match entry.and_then(|id| catalogue.record(id)) {
        Some(record) => diagnosis(catalogue, &record, case),
        None => {
            let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let unlisted = Unlisted { provider: text(&it.provider), code: text(&it.code), family: text(&it.family) };
            general(catalogue, unlisted, group.recognition.category, case)
        }
    }
}

fn group(rank: usize, (urgency, place, it): &(Urgency, usize, Diagnosis), catalogue: &Catalogue, tally: &Tally) -> Group {
    let group = &tally.groups[*place];
    let general = it.general;
    let step = it.steps.first().map(|step| FirstStep { text: step.text.clone(), who: step.who, r#where: step.r#where, general });
    let Retry { policy, wait_s, wait_from, .. } = it.retry;
    Group {
        rank,
        urgency: *urgency,
        place: *place,
        provider: group.diagnosed.provider.clone(),
        provider_name: it.provider_name.clone(),
        code: group.diagnosed.code.clone(),
        family: it.family.clone(),
        name: it.name.clone(),
        reference: reference(catalogue, &group.diagnosed),
        title: it.title.clone(),
        known: it.known,
        category: it.category,
        who: it.who,
        retry: GroupRetry { policy, wait_s, wait_from },
        total: total(&group.extent, tally.lines.recognised),
        sample: group.sample.clone(),
        step,
        confidence: group.recognition.confidence,
        rivals: group.recognition.rivals.clone(),
    }
}

fn reference(catalogue: &Catalogue, it: &tally::Diagnosed) -> String {
    let own = |id: &EntryId| catalogue.head(*id).is_some_and(|head| head.provider == it.provider && head.code == it.code);
    let several = catalogue.find_code(&it.code).iter().filter(|(id, _)| own(id)).count() > 1;
    let family = if several && !it.family.is_empty() { format!("@{}", it.family) } else { String::new() };
    harmless(&format!("{}:{}{family}", it.provider, it.code))
}

fn slices(by: BTreeMap<String, Extent<12>>, errors: u64) -> Vec<Slice> {
    let mut slices: Vec<Slice> = by.into_iter().map(|(value, extent)| slice(value, &extent, errors)).collect();
    slices.sort_by_key(|slice| std::cmp::Reverse(slice.total.count));
    slices
}

fn slice<const BITS: u32>(value: String, extent: &Extent<BITS>, errors: u64) -> Slice {
    Slice { value, total: total(extent, errors) }
}

fn shape(shape: shapes::Shape) -> Shape {
    let Span { first, last } = shape.seen;
    let (first_seen, last_seen) = (first.map(rfc3339), last.map(rfc3339));
    Shape { shape: shape.text, malformed: shape.malformed, count: shape.count, sample: shape.sample, first_seen, last_seen }
}

fn total<const BITS: u32>(extent: &Extent<BITS>, errors: u64) -> Total {
    let many = |ids: &Distinct<BITS>| (!ids.is_empty()).then(|| ids.many());
    let Span { first, last } = extent.seen;
    let share = if errors == 0 { 0.0 } else { (extent.count as f64 / errors as f64 * 1e4).round() / 1e4 };
    Total {
        count: extent.count,
        share,
        items: many(&extent.items),
        users: many(&extent.users),
        first_seen: first.map(rfc3339),
        last_seen: last.map(rfc3339),
    }
}

fn notes(report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    let doubtful: Vec<String> = report.groups.iter().filter(|group| !group.rivals.is_empty()).map(doubt).collect();
    if !doubtful.is_empty() {
        notes.push(format!(
            "Providers that share a form cannot be told apart where the lines say nothing of themselves; the commoner one is named: {}. \
             If you know which one it is, name it with -p.",
            doubtful.join("; ")
        ));
    }
    let totals = report.groups.iter().map(|group| &group.total).chain([&report.errors]);
    let estimated = |many: &Option<Many>| many.is_some_and(|many| !many.exact);
    if totals.into_iter().any(|total| estimated(&total.items) || estimated(&total.users)) {
        notes.push(format!(
            "Numbers of items and users behind ~ are estimates, with a standard error of {:.1}% (by institution {:.1}%).",
            standard_error(12) * 100.0,
            standard_error(10) * 100.0
        ));
    }
    if report.lines.undated > 0 {
        let what = if report.lines.undated == 1 {
            "1 error carries".to_owned()
        } else {
            format!("{} errors carry", grouped(report.lines.undated))
        };
        notes.push(format!("{what} no time, and so cannot be said to lie within the time that was asked for."));
    }
    notes
}

fn doubt(group: &Group) -> String {
    let percent = (group.confidence * 100.0).round();
    format!("{} ({percent}%) may be {}", group.reference, group.rivals.join(" or "))
}
