//! What a reading is: the summary, the blueprint text, and what was assumed, asked and left out.
//!
//! These types serialize to what `supermaker plan --json` prints.

use serde::Serialize;

use crate::draft::RelationKind;
use crate::tokens::Span;

/// A request, read.
#[derive(Clone, Debug, Serialize)]
pub struct Reading {
    /// What the app is called, which the rules alone say.
    pub app: String,
    /// What was understood, in short.
    pub summary: Summary,
    /// The blueprint as TOML; empty when nothing could be built.
    pub blueprint: String,
    /// What the request did not say and the blueprint had to.
    pub assumptions: Vec<Assumption>,
    /// At most three, the most far-reaching first.
    pub questions: Vec<Question>,
    /// What was asked before, and what came of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answered>,
    /// What found no place in the blueprint.
    pub unplaced: Vec<Unplaced>,
    /// The share of the request's content words that something was made of, 0 to 1 with two decimals. Words about
    /// looks, tools and later are left out.
    pub coverage: f64,
    /// Who planned: "rules".
    pub planner: &'static str,
    /// Where everything comes from.
    pub evidence: Vec<Ground>,
}

impl Reading {
    /// Whether there is something to build.
    pub fn understood(&self) -> bool {
        !self.blueprint.is_empty()
    }
}

/// What was understood.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// The tables.
    pub entities: Vec<EntitySummary>,
    /// How they hang together.
    pub relations: Vec<RelationSummary>,
    /// Categories of services: "sms", "billing".
    pub integrations: Vec<String>,
    /// What happens by itself.
    pub automations: Vec<AutomationSummary>,
    /// Roles besides admin.
    pub roles: Vec<String>,
    /// Permissions that the request states.
    pub access: Vec<AccessSummary>,
    /// The phrases of `Reading::unplaced`.
    pub unplaced: Vec<String>,
}

/// A table.
#[derive(Clone, Debug, Serialize)]
pub struct EntitySummary {
    /// Singular snake_case.
    pub name: String,
    /// Without references.
    pub fields: Vec<FieldSummary>,
    /// Not said by the request.
    pub assumed: bool,
}

/// A column.
#[derive(Clone, Debug, Serialize)]
pub struct FieldSummary {
    /// snake_case.
    pub name: String,
    /// The blueprint's word for the type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Only where it is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Only where it is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// Of an enum.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Only where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Not said by the request.
    pub assumed: bool,
}

/// Two tables that hang together.
#[derive(Clone, Debug, Serialize)]
pub struct RelationSummary {
    /// The one side.
    pub from: String,
    /// The many side.
    pub to: String,
    /// Which.
    pub kind: RelationKind,
    /// Not said by the request.
    pub assumed: bool,
}

/// Something that happens by itself.
#[derive(Clone, Debug, Serialize)]
pub struct AutomationSummary {
    /// When.
    pub trigger: TriggerSummary,
    /// A category of integration, or notify, update, create, delete.
    pub action: String,
}

/// What sets an automation off.
#[derive(Clone, Debug, Serialize)]
pub struct TriggerSummary {
    /// created, changed, deleted, threshold, before, after, overdue, schedule, inbound.
    pub kind: &'static str,
    /// Of which table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// Of which field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// To which value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Five fields of cron.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// "1 day".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<String>,
}

/// A permission.
#[derive(Clone, Debug, Serialize)]
pub struct AccessSummary {
    /// A role, or public, owner, user.
    pub role: String,
    /// read, create, update, delete, approve, assign, manage.
    pub action: String,
    /// A table, or `*`.
    pub entity: String,
}

/// Something the request did not say.
#[derive(Clone, Debug, Serialize)]
pub struct Assumption {
    /// Its number among the assumptions: "a1".
    pub id: String,
    /// JSON pointer into the blueprint.
    pub what: String,
    /// For a person.
    pub text: String,
    /// Where it is about several things, each of them: the text ends with their names, a comma between two.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// The rule behind it.
    pub why: String,
    /// The words that led to it, in bytes of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<[usize; 2]>,
    /// What it could be instead.
    pub alternatives: Vec<String>,
}

/// One of the things that an assumption is about.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// JSON pointer into the blueprint.
    pub what: String,
    /// How the text names it.
    pub name: String,
}

/// Something to ask. An answer is the word before the colon of the default or of an alternative.
#[derive(Clone, Debug, Serialize)]
pub struct Question {
    /// What an answer names: `keep.call`; empty where only another request is an answer.
    pub id: String,
    /// For a person.
    pub text: String,
    /// What happens without an answer.
    pub default: String,
    /// Other answers.
    pub alternatives: Vec<String>,
}

impl Question {
    /// All answers, the default first.
    pub fn choices(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.default.as_str()).chain(self.alternatives.iter().map(String::as_str))
    }

    /// The word by which one of them is given.
    pub fn word(choice: &str) -> &str {
        crate::asking::word(choice)
    }
}

/// A question that was answered.
#[derive(Clone, Debug, Serialize)]
pub struct Answered {
    /// The question's.
    pub id: String,
    /// What was asked.
    pub question: String,
    /// The word of the answer.
    pub choice: String,
    /// What it means.
    pub answer: String,
}

/// Words that found no place.
#[derive(Clone, Debug, Serialize)]
pub struct Unplaced {
    /// Where, in bytes of the request.
    pub span: [usize; 2],
    /// The words.
    pub text: String,
    /// What they seem to be about.
    pub class: UnplacedClass,
    /// Why they found no place.
    pub note: String,
}

/// What unplaced words are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnplacedClass {
    /// How it looks.
    Ui,
    /// What it is made with.
    Tech,
    /// Speed, privacy, scale.
    NonFunctional,
    /// For later.
    Future,
    /// Not understood.
    Unclear,
}

/// Where one part of the blueprint comes from.
#[derive(Clone, Debug, Serialize)]
pub struct Ground {
    /// JSON pointer into the blueprint.
    pub what: String,
    /// Places in the request.
    pub spans: Vec<Span>,
    /// The rules that found it.
    pub rules: Vec<String>,
}
