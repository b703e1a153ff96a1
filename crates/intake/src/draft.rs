//! What the reader decided to build, before it is written down as a blueprint and as a summary.

use crate::access::ValueRight;
use crate::lexicon::fields::FieldType;
use crate::reading::Part;
use crate::tokens::Span;

/// A decision with its reason.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    /// JSON pointer into the blueprint.
    pub what: String,
    pub text: String,
    /// Where it is about several things, each of them; their names follow the text.
    pub parts: Vec<Part>,
    pub why: String,
    pub span: Option<Span>,
    pub alternatives: Vec<String>,
}

/// A long text may speak of one thing on every line; more places than this tell nobody more.
const MOST_PLACES: usize = 64;

/// Where something comes from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grounds {
    pub spans: Vec<Span>,
    pub rules: Vec<&'static str>,
}

impl Grounds {
    pub(crate) fn add(&mut self, span: Span, rule: &'static str) {
        if self.spans.len() < MOST_PLACES && !self.spans.contains(&span) {
            self.spans.push(span);
        }
        if !self.rules.contains(&rule) {
            self.rules.push(rule);
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub name: String,
    pub kind: FieldType,
    pub file: bool,
    pub required: Option<bool>,
    pub unique: bool,
    pub default: Option<String>,
    pub values: Vec<String>,
    pub min: Option<i64>,
    pub max: Option<i64>,
    /// Letters of a text.
    pub min_length: Option<u32>,
    pub max_length: Option<u32>,
    /// Lists are sorted by it.
    pub index: bool,
    /// Redacted in the audit and never cached.
    pub sensitive: bool,
    /// Of a money field, as far as the request says.
    pub currency: Option<String>,
    /// The entity a reference points to.
    pub to: Option<String>,
    /// A reference to many of them.
    pub many: bool,
    /// What becomes of the record when that one is deleted, in the word of the blueprint.
    pub on_delete: Option<&'static str>,
    /// What only specifications say, in the words of the blueprint: `search = true`.
    pub said: Vec<String>,
    /// Who reads it and who sets it, where that is fewer than those of the record.
    pub read: Option<Vec<String>>,
    pub write: Option<Vec<String>>,
    pub assumed: bool,
    pub grounds: Grounds,
}

impl Field {
    pub(crate) fn new(name: &str, kind: FieldType) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            file: false,
            required: None,
            unique: false,
            default: None,
            values: Vec::new(),
            min: None,
            max: None,
            min_length: None,
            max_length: None,
            index: false,
            sensitive: false,
            currency: None,
            to: None,
            many: false,
            on_delete: None,
            said: Vec::new(),
            read: None,
            write: None,
            assumed: false,
            grounds: Grounds::default(),
        }
    }
}

impl Field {
    /// The value that a word of the request means, as the list of values spells it.
    pub(crate) fn value(&self, said: &str) -> Option<&String> {
        let plain = |value: &str| value.split('_').map(crate::lemma::american).collect::<Vec<_>>().join("_");
        let known = self.values.iter().find(|value| *value == said);
        known.or_else(|| self.values.iter().find(|value| plain(value) == plain(said)))
    }
}

/// Who may do what, in the words of the blueprint, conditions as tables (`{ when = "…" }`); none leaves the default.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rights {
    pub read: Option<Vec<String>>,
    pub create: Option<Vec<String>>,
    pub update: Option<Vec<String>>,
    pub delete: Option<Vec<String>>,
    /// Actions that do not follow `update`.
    pub actions: Vec<(String, Vec<String>)>,
}

/// A named change: `PATCH /tasks/{id}/complete`.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    pub name: String,
    /// What it does, in the words of the blueprint: `set = { done = true }`.
    pub does: Vec<String>,
}

impl Action {
    /// One that gives a field a value, which is TOML.
    pub(crate) fn set(name: String, field: &str, value: &str) -> Action {
        Action { name, does: vec![format!("set = {{ {field} = {value} }}")] }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Entity {
    pub name: String,
    pub fields: Vec<Field>,
    pub owned: bool,
    /// Who reads it is told.
    pub audit_reads: bool,
    /// What only specifications say, in the words of the blueprint: `soft_delete = true`.
    pub said: Vec<String>,
    pub rights: Rights,
    /// Roles that change such records only where a value is theirs to set.
    pub setters: Vec<String>,
    pub actions: Vec<Action>,
    pub assumed: bool,
    /// Made up to hold a many-to-many; not in the summary.
    pub join: bool,
    pub grounds: Grounds,
}

impl Entity {
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// How two entities hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    /// The first has many of the second.
    OneToMany,
    /// Each has many of the other.
    ManyToMany,
}

#[derive(Clone, Debug)]
pub(crate) struct Relation {
    pub from: String,
    pub to: String,
    pub kind: RelationKind,
    pub required: bool,
    pub assumed: bool,
    /// What the one is to the other, where both are of one kind: "manager".
    pub role: Option<String>,
    pub weight: f64,
    pub grounds: Grounds,
}

impl Relation {
    /// One that the request does not say.
    pub(crate) fn assumed(from: &str, to: &str) -> Self {
        Self {
            from: from.to_owned(),
            to: to.to_owned(),
            kind: RelationKind::OneToMany,
            required: false,
            assumed: true,
            role: None,
            weight: 0.5,
            grounds: Grounds::default(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct IntegrationUse {
    pub category: &'static str,
    pub provider: &'static str,
    pub grounds: Grounds,
}

/// What sets an automation off.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trigger {
    pub kind: &'static str,
    pub entity: Option<String>,
    pub field: Option<String>,
    pub value: Option<String>,
    /// Five fields of cron.
    pub cron: Option<String>,
    /// "1 day", "2 hours".
    pub offset: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Automation {
    pub trigger: Trigger,
    /// The category of an integration, or notify, update, create, delete.
    pub action: &'static str,
    pub span: Span,
}

/// One permission that the request states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub role: String,
    pub action: &'static str,
    pub entity: String,
}

/// What only specifications say of the app as a whole, in the words of the blueprint.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub summary: Option<String>,
    /// `put = "update"`.
    pub api: Vec<String>,
    /// `verify_email = true`.
    pub auth: Vec<String>,
    /// The word of `sign_up`.
    pub sign_up: Option<String>,
    /// Integrations and their providers.
    pub integrations: Vec<(String, Option<String>)>,
    /// Fields of the built-in user.
    pub user_fields: Vec<Field>,
}

/// Everything decided.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub app: String,
    /// What the request opens with, or calls the whole.
    pub about: String,
    pub settings: Settings,
    pub entities: Vec<Entity>,
    pub relations: Vec<Relation>,
    pub integrations: Vec<IntegrationUse>,
    pub automations: Vec<Automation>,
    pub roles: Vec<String>,
    /// The request speaks of the built-in role admin.
    pub admin_named: bool,
    pub grants: Vec<Grant>,
    /// What is said of who sees and sets single values.
    pub values: Vec<ValueRight>,
    pub sign_up_invited: bool,
    /// Where the API is mounted, if not at the usual place.
    pub prefix: Option<String>,
    /// Paths begin with the id of the caller.
    pub user_path: bool,
    pub notes: Vec<Note>,
    /// Nouns that might have been records.
    pub maybes: Vec<(String, Span)>,
    /// Names are kept out.
    pub nameless: bool,
    /// Services that may be wanted.
    pub doubted_services: Vec<&'static str>,
    /// Records that a role calls its own and does not make: entity and role.
    pub own_doubts: Vec<(String, String)>,
}

impl Draft {
    pub(crate) fn entity(&self, name: &str) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.name == name)
    }
    pub(crate) fn entity_mut(&mut self, name: &str) -> Option<&mut Entity> {
        self.entities.iter_mut().find(|entity| entity.name == name)
    }
    pub(crate) fn note(&mut self, what: String, text: String, why: &str, span: Option<Span>, alternatives: &[&str]) {
        self.notes.push(Note {
            what,
            text,
            parts: Vec::new(),
            why: why.to_owned(),
            span,
            alternatives: alternatives.iter().map(|a| (*a).to_owned()).collect(),
        });
    }
    /// One decision about several things, told as one.
    pub(crate) fn note_of_each(&mut self, text: &str, parts: Vec<Part>, why: &str, alternatives: &[&str]) {
        self.note("/entity".to_owned(), text.to_owned(), why, None, alternatives);
        if let Some(note) = self.notes.last_mut() {
            note.parts = parts;
        }
    }
}
