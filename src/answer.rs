//! The answer: one record from which text, JSON and Markdown are rendered. Fields are added, never renamed.

use crate::catalogue::model::{Category, Cost, Likelihood, Place, Policy, Trust, Who};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of this record's form.
pub const SCHEMA: u32 = 1;

/// What feedfix says to one input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// The version of this form.
    pub schema: u32,
    /// What was asked.
    pub input: Input,
    /// What it may be, likeliest first. Below a confidence of 0.5 these are guesses.
    pub diagnoses: Vec<Diagnosis>,
    /// The one question that would help most, where the answer is unsure.
    pub ask: Option<Ask>,
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// What the input was taken for.
    pub kind: InputKind,
    /// The provider that was given or preferred, if any.
    pub provider_hint: Option<String>,
    /// The file's name, or the code as asked; `-` for standard input.
    pub name: Option<String>,
    /// What limits of reading the input met, such as its length.
    pub notes: Vec<String>,
}

/// What an input was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InputKind {
    /// A code by its name.
    Code,
    /// A trouble in words.
    Text,
    /// An error payload.
    Payload,
    /// Log lines.
    Log,
}

/// A question back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ask {
    /// A stable name of the question.
    pub id: String,
    /// The question.
    pub text: String,
    /// Answers to choose from, where there are such.
    pub options: Vec<String>,
}

/// What a diagnosis stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DiagnosisKind {
    /// A code.
    Code,
    /// A trouble without a code.
    Symptom,
    /// General advice, since the code is not known or there is none.
    General,
}

/// One thing that the trouble may be, with the way out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnosis {
    /// Its place in the list, from 1.
    pub rank: usize,
    /// Code, symptom or general advice.
    pub kind: DiagnosisKind,
    /// The provider's id; null where none was recognised.
    pub provider: Option<String>,
    /// The provider's name as people write it.
    pub provider_name: Option<String>,
    /// The code, or the symptom's id.
    pub code: Option<String>,
    /// The family that tells codes of one spelling apart.
    pub family: Option<String>,
    /// The symbolic name of a number.
    pub name: Option<String>,
    /// What happened, in one line.
    pub title: String,
    /// The kind of trouble.
    pub category: Category,
    /// How sure it is, 0 to 1; of the answers given 0.9 nine in ten are right.
    pub confidence: f64,
    /// Whether the catalogue holds the code.
    pub known: bool,
    /// What it was recognised by.
    pub evidence: Vec<Evidence>,
    /// Who must act.
    pub who: Who,
    /// Whether and when to send the same request again.
    pub retry: Retry,
    /// What happens to the data meanwhile.
    pub data_access: Option<String>,
    /// What it means.
    pub meaning: String,
    /// A sentence fit to be sent to the end user as it stands.
    pub tell_user: Option<String>,
    /// Likely causes, likeliest first.
    pub causes: Vec<Cause>,
    /// The walkthrough in the best order.
    pub steps: Vec<Step>,
    /// Whether steps and causes are those of the category, for want of the code's own.
    pub general: bool,
    /// What is different for some products or institutions.
    pub variants: Vec<Variant>,
    /// What to do until it works again.
    pub meanwhile: Vec<String>,
    /// What to check once it works again.
    pub afterwards: Vec<String>,
    /// Whom to contact when nothing helped.
    pub escalate: Option<Escalate>,
    /// How to keep it from happening again.
    pub prevent: Vec<String>,
    /// Codes that are the same trouble or lie next to it.
    pub related: Vec<String>,
    /// The same code at other providers, or in other families: `mx:DENIED@member`.
    pub elsewhere: Vec<String>,
    /// The products of the provider in which it occurs; empty: all.
    pub products: Vec<String>,
    /// Why it is no longer sent; null where it still is.
    pub retired: Option<String>,
    /// What stands in its place today.
    pub now: Option<String>,
    /// What the provider publishes, verbatim.
    pub as_published: Published,
    /// The page that tells whether it is down for everybody.
    pub status_page: Option<String>,
    /// Where the facts come from.
    pub sources: Vec<Source>,
    /// How far to trust it.
    pub trust: Trust,
    /// Parts that follow from the sources without being written there.
    pub inferred: Vec<String>,
    /// The catalogue files that it comes from, where an overlay is among them.
    pub origins: Vec<String>,
}

/// What something was recognised by. Values are masked and free of control characters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// What it is: `field`, `message`, `code`, `provider`, `mark`, `header`, `words`.
    pub what: String,
    /// Where it stands, as a JSON pointer or a line.
    pub at: Option<String>,
    /// What stands there.
    pub value: Option<String>,
}

/// Whether and when to send the same request again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Retry {
    /// The verdict.
    pub policy: Policy,
    /// Seconds to wait before the next try.
    pub wait_s: Option<u64>,
    /// Where the wait comes from.
    pub wait_from: Option<WaitFrom>,
    /// How the wait grows from try to try.
    pub backoff: Option<String>,
    /// Whether the end user can set off the next try.
    pub by_user: Option<bool>,
    /// What else there is to know.
    pub note: Option<String>,
}

/// Where a wait comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WaitFrom {
    /// The payload says so.
    Payload,
    /// A source says so for this code.
    Source,
    /// Our default for the kind of trouble.
    Default,
}

/// Something that brings the trouble about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// Its name, as steps cite it.
    pub id: String,
    /// What happened.
    pub text: String,
    /// How often it is behind the code, after what was said of the case at hand.
    pub likelihood: Likelihood,
    /// The words that raised it, if any did.
    pub because: Option<String>,
    /// Only with these products.
    pub products: Vec<String>,
    /// Only at these institutions.
    pub institutions: Vec<String>,
}

/// One step of the walkthrough.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Its number, from 1.
    pub n: usize,
    /// Its name.
    pub id: String,
    /// What to do.
    pub text: String,
    /// Who does it.
    pub who: Who,
    /// Where.
    pub r#where: Place,
    /// What it costs.
    pub cost: Cost,
    /// Causes that it ends; empty: any.
    pub fixes: Vec<String>,
    /// Causes that it tells apart, for a look; empty: all.
    pub tells: Vec<String>,
    /// Steps that must be done before.
    pub needs: Vec<String>,
    /// Steps of one sequence are done one after the other.
    pub sequence: Option<String>,
    /// Whether what it changes can be brought back.
    pub undoable: bool,
    /// How to do it, in detail.
    pub substeps: Vec<String>,
    /// What you see when it worked.
    pub expect: Option<String>,
    /// Seconds to wait before going on.
    pub wait_s: Option<u64>,
    /// Whether a new sync attempt is worth it now.
    pub then_sync: bool,
    /// The alternative that it belongs to, where one of several is to be taken.
    pub alternative: Option<Alternative>,
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

/// One of several ways, of which one is to be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alternative {
    /// The name of the choice.
    pub choice: String,
    /// The way.
    pub label: String,
}

/// What is different for some products or institutions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Variant {
    /// For these products.
    pub products: Vec<String>,
    /// At these institutions.
    pub institutions: Vec<String>,
    /// What is different.
    pub note: String,
}

/// Whom to contact, with what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Escalate {
    /// Whom.
    pub to: String,
    /// What to have at hand.
    pub bring: Vec<String>,
    /// What of that the payload holds.
    pub found: Vec<Evidence>,
}

/// What the provider publishes, verbatim.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Published {
    /// The HTTP status.
    pub http_status: Option<u16>,
    /// Messages for developers.
    pub messages: Vec<String>,
    /// Texts that end users are shown.
    pub user_messages: Vec<String>,
    /// The alert of the provider's own connect window.
    pub alert: Option<String>,
    /// The provider's class of remedy.
    pub remediation_category: Option<String>,
    /// What it says on a retry by the end user.
    pub retriable_by_user: Option<String>,
}

/// Where facts come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// The address; null for material that has none.
    pub url: Option<String>,
    /// What it is.
    pub title: String,
    /// Whether the provider itself says so.
    pub official: bool,
    /// When it was read.
    pub read: Option<String>,
}

/// What `feedfix list --format json` prints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// The version of this form.
    pub schema: u32,
    /// The codes and symptoms.
    pub codes: Vec<ListedCode>,
}

/// A code in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ListedCode {
    /// The provider's id.
    pub provider: String,
    /// The code, or the symptom's id.
    pub code: String,
    /// The family.
    pub family: Option<String>,
    /// The symbolic name of a number.
    pub name: Option<String>,
    /// Other spellings.
    pub aliases: Vec<String>,
    /// What happened, in one line.
    pub title: String,
    /// The kind of trouble.
    pub category: Category,
    /// Who must act.
    pub who: Who,
    /// Whether a retry helps.
    pub retry: Policy,
    /// How far to trust it.
    pub trust: Trust,
    /// Code or symptom.
    pub kind: DiagnosisKind,
    /// Whether it is no longer sent.
    pub retired: bool,
}

impl Answer {
    /// An answer to an input, with its diagnoses numbered in their order.
    #[must_use]
    pub fn new(input: Input, mut diagnoses: Vec<Diagnosis>, ask: Option<Ask>) -> Self {
        for (index, diagnosis) in diagnoses.iter_mut().enumerate() {
            diagnosis.rank = index + 1;
        }
        Self { schema: SCHEMA, input, diagnoses, ask }
    }

    /// The confidence of the best diagnosis; 0 where there is none.
    #[must_use]
    pub fn confidence(&self) -> f64 {
        self.diagnoses.first().map_or(0.0, |best| best.confidence)
    }
}
