//! What the catalogue is made of: providers, codes, symptoms, playbooks, categories, wire shapes, and the words that
//! people use. These records are what the TOML files hold and what the binary carries; nothing is resolved here.
//!
//! Every field of a record that an overlay may change is optional, so that one type serves a full entry, a partial
//! one in an overlay, and the merged result. What must be there is the business of `check`, not of the types.
//! The records are packed with postcard, which is not self-describing: no `untagged`, `flatten` or `skip`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// Every word of this kind, in the order in which the contract lists them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word as it stands in the catalogue, in JSON and on the command line.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(word: &str) -> Result<Self, ()> {
                match word { $($word => Ok(Self::$variant),)+ _ => Err(()) }
            }
        }
    };
}

words! {
    /// What kind of trouble a code stands for.
    Category {
        Credentials = "credentials", Mfa = "mfa", Consent = "consent", AccountLocked = "account-locked",
        UserAction = "user-action", AccountChanged = "account-changed", AccountClosed = "account-closed",
        InstitutionDown = "institution-down", InstitutionChanged = "institution-changed",
        InstitutionUnsupported = "institution-unsupported", AggregatorFault = "aggregator-fault",
        RateLimit = "rate-limit", DataPending = "data-pending", DataUnavailable = "data-unavailable",
        ApiAuth = "api-auth", Permission = "permission", RequestInvalid = "request-invalid", NotFound = "not-found",
        Conflict = "conflict", ClientSetup = "client-setup", ImportFile = "import-file", Payment = "payment",
        Informational = "informational",
    }
}

words! {
    /// Who has to act before the trouble ends.
    Who {
        EndUser = "end-user", Integrator = "integrator", Aggregator = "aggregator", Institution = "institution",
        Nobody = "nobody", Unknown = "unknown",
    }
}

words! {
    /// Whether the same request can be sent again.
    Policy {
        /// At once.
        Now = "now",
        /// After a wait, without anybody doing anything.
        Later = "later",
        /// Only after somebody acted.
        AfterFix = "after-fix",
        /// Never: the same request cannot succeed, or must not be sent twice.
        Never = "never",
        Unknown = "unknown",
    }
}

words! {
    /// How far a statement is to be trusted: by the kind of its source.
    Trust { Official = "official", ThirdParty = "third-party", Inferred = "inferred", }
}

words! {
    /// How often a cause is behind the code, as far as sources or experience tell; ordinal, no percentages.
    Likelihood { Usual = "usual", Common = "common", Rare = "rare", }
}

words! {
    /// What a step costs the person who does it; ordinal, from a glance to a ticket.
    Cost {
        /// Looking something up; changes nothing.
        Look = "look",
        Wait = "wait",
        /// Typing a password, a code or an answer once more.
        Retype = "retype",
        /// Changing a setting, a name, a file or a line of code.
        Change = "change",
        /// Going through the sign-in and consent of the bank again.
        Relink = "relink",
        /// Removing an account or connection and adding it anew.
        ReAdd = "re-add",
        /// Asking a person: the bank's hotline, a support ticket.
        Ticket = "ticket",
    }
}

words! {
    /// Where a step is done. Steps at one place are kept together, since going there costs once.
    Place {
        BankSite = "bank-site",
        /// The bank itself: its hotline or branch.
        BankContact = "bank-contact",
        /// The app that shows the error to its user.
        App = "app",
        /// The provider's dashboard for integrators.
        Dashboard = "dashboard",
        /// The integrator's own code or configuration.
        Code = "code",
        /// The user's own computer, browser, phone or network.
        Device = "device",
        Support = "support",
    }
}

words! {
    /// How often a provider or a code is met, compared with its like.
    Frequency { Top = "top", Common = "common", Ordinary = "ordinary", Rare = "rare", }
}

words! {
    /// What a code is about. Payment codes are answered by code or payload, not by words alone.
    Domain { Feed = "feed", Payment = "payment", }
}

words! {
    /// What kind of service a provider is.
    ProviderKind {
        Aggregator = "aggregator", AccountingApp = "accounting-app", PersonalFinanceApp = "personal-finance-app",
        Standard = "standard", BankProtocol = "bank-protocol", General = "general",
    }
}

words! {
    /// How far a wire shape alone tells whose payload it is.
    Certainty { Sure = "sure", Likely = "likely", Weak = "weak", }
}

words! {
    /// Which values at the place of a wire shape count as codes.
    Values {
        /// Only those that the catalogue lists for this provider.
        Known = "known",
        /// Any that look like a code: an unknown one is reported as such.
        Any = "any",
    }
}

macro_rules! overlayable {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name { $($(#[$fdoc])* pub $field: Option<$ty>,)+ }

        impl $name {
            /// Lays `over` on top: what it states replaces what stood here, lists as a whole; what it leaves out stays.
            pub fn overlay(&mut self, over: Self) {
                $(if over.$field.is_some() { self.$field = over.$field; })+
            }
        }
    };
}

overlayable! {
    /// A service whose errors the catalogue knows: an aggregator, an app, a standard, a bank protocol.
    Provider {
        /// The name by which commands and other entries call it: `plaid`, `quickbooks-online`.
        id: String,
        /// Its name as people write it.
        name: String,
        kind: ProviderKind,
        /// Countries (ISO 3166) or `EU`, `global`.
        regions: Vec<String>,
        /// Its error documentation.
        docs: String,
        /// The page that tells whether it is down for everybody.
        status_page: String,
        /// How its errors reach people, in a few sentences.
        about: String,
        /// Words in a question that name it: `quickbooks`, `qbo`.
        words: Vec<String>,
        /// Strings that, found anywhere in a payload or log, speak for it: hosts, id prefixes, class and header names.
        marks: Vec<String>,
        /// What it is sold as, where steps differ by product.
        product: Vec<Product>,
        /// Its own wording for the placeholders of playbooks (see `data/terms.toml`).
        terms: Terms,
        /// Whom to contact, and with what, when nothing helped.
        support: Escalate,
        commonness: Commonness,
        sources: Vec<String>,
        /// Overlays only: takes the provider and all that belongs to it out of the catalogue.
        remove: bool,
    }
}

/// A provider's wording for the placeholders of playbooks: placeholder to text.
pub type Terms = std::collections::BTreeMap<String, String>;

/// One of the products of a provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub name: String,
    /// Editions and spellings that mean the same product here.
    #[serde(default)]
    pub also: Vec<String>,
}

/// How often something is met, and how that is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Commonness {
    pub class: Frequency,
    /// The reason for the class.
    pub why: String,
}

/// Whom to contact, and what to have at hand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Escalate {
    /// Whom, and by which way.
    pub to: String,
    /// The identifiers and facts that this support asks for.
    #[serde(default)]
    pub bring: Vec<String>,
}

overlayable! {
    /// Where facts come from.
    Source {
        /// The name by which entries of the same provider cite it.
        id: String,
        /// Its address; absent only for material that has none, which `title` then describes.
        url: String,
        title: String,
        /// Whether the provider itself, its SDK or its specification says so.
        official: bool,
        /// Year and month in which it was read: `2026-03`.
        read: String,
    }
}

overlayable! {
    /// A code, or a trouble without one (then `code` holds its id).
    Entry {
        /// The code as its provider writes it; for a symptom its id.
        #[serde(alias = "id")]
        code: String,
        /// Tells codes of the same spelling apart (`mx:DENIED@member`).
        family: String,
        /// The symbolic name where `code` is a number.
        name: String,
        /// Other spellings under which it is met, old numbers included.
        aliases: Vec<String>,
        /// What happened, in one line, for a person.
        title: String,
        category: Category,
        domain: Domain,
        who: Who,
        retry: Retry,
        /// What happens to the data meanwhile.
        data_access: String,
        /// What it means, in plain words.
        meaning: String,
        /// One sentence or two fit to be sent to the end user as they stand.
        tell_user: String,
        /// Messages for developers as published; `{name}` stands for what varies.
        messages: Vec<String>,
        /// Texts that end users are shown, as published; `{name}` stands for what varies.
        user_messages: Vec<String>,
        /// The alert that the provider's own connect window shows, as published.
        alert: String,
        /// The HTTP status with which it is sent.
        http: u16,
        /// The provider's own class of remedy, as published.
        remediation_category: String,
        /// What the provider itself says on a retry by the end user, as published.
        retriable_by_user: String,
        cause: Vec<Cause>,
        step: Vec<Step>,
        variant: Vec<Variant>,
        /// What to do until it works again; `@name` stands for an advice of the playbooks.
        meanwhile: Vec<String>,
        /// What to check once it works again; `@name` likewise.
        afterwards: Vec<String>,
        escalate: Escalate,
        /// How to keep it from happening again; `@name` likewise.
        prevent: Vec<String>,
        /// How people put it who do not know the code.
        said_as: Vec<String>,
        /// Codes of the same provider, or `provider:code`, that are the same trouble or lie next to it.
        related: Vec<String>,
        /// Products of the provider in which it occurs; none named: all.
        products: Vec<String>,
        commonness: Commonness,
        /// Why it is no longer sent. Retired codes stay, since logs and forums keep them.
        retired: String,
        /// The code that stands in its place today.
        now: String,
        /// Ids of this provider's sources.
        sources: Vec<String>,
        trust: Trust,
        /// Fields that follow from the sources without being written there.
        inferred: Vec<String>,
        /// Overlays only: takes the entry out of the catalogue.
        remove: bool,
    }
}

/// Whether and when to send the same request again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    pub policy: Policy,
    /// Seconds to wait before the next try, where a source gives them.
    #[serde(default)]
    pub wait_s: Option<u64>,
    /// How the wait grows from try to try, where a source says so.
    #[serde(default)]
    pub backoff: Option<String>,
    /// Whether the end user can set off the next try.
    #[serde(default)]
    pub by_user: Option<bool>,
    #[serde(default)]
    pub note: Option<String>,
}

/// Something that brings the code about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// Named by the steps that fix it.
    pub id: String,
    pub text: String,
    pub likelihood: Likelihood,
    /// Words that, said by the user or found in the payload, raise it.
    #[serde(default)]
    pub hints: Vec<String>,
    #[serde(default)]
    pub products: Vec<String>,
    #[serde(default)]
    pub institutions: Vec<String>,
}

overlayable! {
    /// One step of a walkthrough. With `use` it is taken from a playbook, and what is stated here replaces what the
    /// playbook says.
    Step {
        /// Named by `needs`; a step out of a playbook goes by the playbook's name.
        id: String,
        /// The playbook that it is taken from.
        r#use: String,
        /// Words for the placeholders of the playbook, here only.
        with: Terms,
        /// What to do: an imperative, 25 words at most.
        text: String,
        who: Who,
        r#where: Place,
        cost: Cost,
        /// Causes that it ends. None named: any.
        fixes: Vec<String>,
        /// A look only: the causes that it tells apart. None named: all.
        tells: Vec<String>,
        /// Steps of this walkthrough that must be done before.
        needs: Vec<String>,
        /// Steps of one sequence keep their order and stay together.
        sequence: String,
        /// Names a group of which one alternative is to be taken.
        choice: String,
        /// The label of the alternative that the step belongs to, within `choice`; for steps that differ by product only, the product stands in.
        alternative: String,
        substeps: Vec<String>,
        /// Whether what it changes can be brought back.
        undoable: bool,
        /// What you see when it worked.
        expect: String,
        /// Seconds to wait after it before going on.
        wait_s: u64,
        /// Whether a new sync attempt is worth it after this step. Attempts are rationed.
        then_sync: bool,
        /// The harm that it can do.
        caution: String,
        /// When to go no further.
        stop: String,
        /// Why the advice is doubtful. Doubtful steps come late and labelled.
        doubt: String,
        /// Only for these products.
        products: Vec<String>,
        /// Only at these institutions.
        institutions: Vec<String>,
    }
}

/// What is different for some products or institutions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    #[serde(default)]
    pub products: Vec<String>,
    #[serde(default)]
    pub institutions: Vec<String>,
    /// What is different there, in plain words.
    pub note: String,
    #[serde(default)]
    pub who: Option<Who>,
    #[serde(default)]
    pub retry: Option<Retry>,
}

overlayable! {
    /// Steps that many codes share, written once. A provider's own playbook of the same name stands in for the shared one there.
    Playbook {
        id: String,
        /// When to use it; for authors.
        about: String,
        step: Vec<Step>,
    }
}

overlayable! {
    /// A sentence of advice that many codes share; `@id` in `meanwhile`, `afterwards` and `prevent`.
    Advice {
        id: String,
        text: String,
    }
}

overlayable! {
    /// A placeholder of playbook texts, with the wording where a provider has none of its own.
    Term {
        id: String,
        about: String,
        default: String,
    }
}

overlayable! {
    /// A kind of trouble, with the walkthrough for codes that have none of their own.
    CategoryEntry {
        id: Category,
        title: String,
        meaning: String,
        who: Who,
        retry: Retry,
        data_access: String,
        tell_user: String,
        cause: Vec<Cause>,
        step: Vec<Step>,
        meanwhile: Vec<String>,
        afterwards: Vec<String>,
        prevent: Vec<String>,
        said_as: Vec<String>,
    }
}

overlayable! {
    /// How a provider's errors look in a payload or log, and where the code sits.
    Wire {
        /// Its name within the provider.
        id: String,
        title: String,
        /// Paths of the field that holds the code, from the object that it is in: `error_code`, `error.code`, `errors[].code`.
        at: Vec<String>,
        /// Instead of `at`: what a line of text looks like, `{code}` where the code is, `{family}`, `{}` for anything.
        text: Vec<String>,
        /// The path of the field that holds the family.
        family_at: String,
        /// The family of all codes found by this shape.
        family: String,
        /// The paths of fields that hold the message.
        message_at: Vec<String>,
        /// Conditions that must hold beside the code: `field`, `field=value|value`, `field^prefix|prefix`, the field `.` being the code itself; for `text` shapes, strings that the input must hold.
        with: Vec<String>,
        /// Conditions that make it surer.
        also: Vec<String>,
        /// Conditions under which it is something else.
        without: Vec<String>,
        /// Values that mean success or nothing. Null and the empty string always do.
        none: Vec<String>,
        values: Values,
        certainty: Certainty,
        /// Whether the message beside a known code may name another one more exactly.
        message_decides: bool,
        /// Providers whose shape this is, too: which one is meant must come from elsewhere.
        shared_with: Vec<String>,
        sample: Vec<Sample>,
        /// Texts that look like it and must not be taken for it.
        lookalikes: Vec<String>,
        sources: Vec<String>,
        remove: bool,
    }
}

/// A payload with what must be found in it. Identifiers are made up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    pub text: String,
    /// The code that must come first; absent: nothing may be found (a success, for instance).
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default)]
    pub family: Option<String>,
}

overlayable! {
    /// Words of one meaning, for the search in plain words.
    Synonyms {
        /// The word that stands for all.
        word: String,
        same: Vec<String>,
    }
}

/// One file of the catalogue, as written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    /// Whose entries these are. With `id` alone it names a provider that another file describes.
    pub provider: Option<Provider>,
    pub source: Vec<Source>,
    pub wire: Vec<Wire>,
    pub code: Vec<Entry>,
    pub symptom: Vec<Entry>,
    pub playbook: Vec<Playbook>,
    pub advice: Vec<Advice>,
    pub term: Vec<Term>,
    pub category: Vec<CategoryEntry>,
    pub synonyms: Vec<Synonyms>,
    /// Words that announce a code and are not part of it: "error", "code", "Fehler".
    pub code_words: Vec<String>,
    /// Words that may stand before those: "banking error 324".
    pub filler_words: Vec<String>,
    /// Words that say nothing about a trouble.
    pub stop_words: Vec<String>,
    /// Words and phrases by which a description shows that it is about a bank feed.
    pub domain_words: Vec<String>,
    /// Words and phrases by which it shows that it is about something else.
    pub foreign_words: Vec<String>,
    /// Fields of log lines that hold the time, likeliest first; compared without case and signs.
    pub time_fields: Vec<String>,
    /// Fields that name the item, connection or account concerned, likewise.
    pub item_fields: Vec<String>,
    /// Fields that name whose it is: a user, customer or tenant.
    pub user_fields: Vec<String>,
    /// Fields that name the institution.
    pub institution_fields: Vec<String>,
    /// Fields that hold the level of a log line.
    pub level_fields: Vec<String>,
    /// Words by which a log line shows that something went wrong.
    pub trouble_words: Vec<String>,
    /// Words that the names of codes of any interface are made of: a name of nothing else tells little.
    pub common_in_codes: Vec<String>,
    pub order: Option<Order>,
}

/// How the order of steps is computed: the rank of each likelihood and cost, low ranks first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    pub usual: Ranks,
    pub common: Ranks,
    pub rare: Ranks,
    /// By how many ranks a step may lag behind and still be done next, because one is at its place already.
    pub stay: u32,
}

/// The rank of each cost class at one likelihood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ranks {
    pub look: u32,
    pub wait: u32,
    pub retype: u32,
    pub change: u32,
    pub relink: u32,
    pub re_add: u32,
    pub ticket: u32,
}

impl Wire {
    /// Whether it is a shape of fields, rather than of running text.
    #[must_use]
    pub fn is_of_fields(&self) -> bool {
        self.at.as_ref().is_some_and(|at| !at.is_empty())
    }
}
