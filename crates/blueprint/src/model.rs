//! The checked blueprint: every name resolved, every default filled in, nothing left to doubt.
//!
//! Only [`crate::load`] makes one, so whoever holds a [`Blueprint`] may rely on all that the checks promise.
//! Everything else (tables, plans, OpenAPI, files) is derived from these types and from nothing else.

use regex::Regex;

use crate::expr::Condition;

/// A whole backend, as one value.
#[derive(Debug, Clone)]
pub struct Blueprint {
    /// Name, summary and the English that it came from.
    pub app: App,
    /// How the HTTP API is laid out.
    pub api: Api,
    /// Who may sign up and whose tokens count.
    pub auth: Auth,
    /// Extra fields of the built-in user, accepted at registration.
    pub user_fields: Vec<Field>,
    /// The entities, in the order of the file.
    pub entities: Vec<Entity>,
    /// The integrations that the blueprint names; this version only reports them.
    pub integrations: Vec<Integration>,
    /// The automations that the blueprint names; this version only reports them.
    pub automations: Vec<Automation>,
    /// What loads but cannot run yet: shown at start and left unticked in the checklist.
    pub warnings: Vec<crate::Problem>,
    /// The text that this was read from, byte for byte.
    pub source: String,
}

/// What the app is called and what it is for.
#[derive(Debug, Clone)]
pub struct App {
    /// Kebab-case, for example `lead-tracker`.
    pub name: String,
    /// One sentence, or empty.
    pub summary: String,
    /// The request in English that this blueprint came from, if any.
    pub request: Option<String>,
}

/// How the HTTP API is laid out.
#[derive(Debug, Clone)]
pub struct Api {
    /// Starts with `/`, has no trailing slash; for example `/api/v1`.
    pub prefix: String,
    /// `true`: `{prefix}/{user_id}/tasks`, and a foreign user id is 403.
    pub user_path: bool,
    /// What `PUT` means.
    pub put: PutMeaning,
    /// `true`: a change without `If-Match` is 428.
    pub require_if_match: bool,
    /// The shape of errors.
    pub errors: ErrorShape,
}

/// The two shapes of errors that front ends expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorShape {
    /// RFC 9457 problem details.
    Problem,
    /// Those of `FastAPI`.
    FastApi,
}

/// The two meanings of `PUT` that front ends expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutMeaning {
    /// Every writable field must be sent; one that is absent is a 422 that names it.
    Replace,
    /// The meaning of `PATCH`: what is absent stays.
    Update,
}

/// Accounts and tokens.
#[derive(Debug, Clone)]
pub struct Auth {
    /// Who may make an account.
    pub sign_up: SignUp,
    /// The declared roles. `admin` always exists and is the first.
    pub roles: Vec<String>,
    /// Whose tokens count.
    pub accept: Vec<TokenSource>,
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUp {
    /// Anyone, by `POST /auth/register`.
    Open,
    /// Nobody by HTTP; the operator makes accounts with `supermaker user add`.
    Closed,
}

/// An issuer whose tokens are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenSource {
    /// Tokens that this server issued.
    Own,
    /// HS256 tokens signed with `BETTER_AUTH_SECRET`.
    BetterAuth,
}

/// The place of an entity in [`Blueprint::entities`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityIndex(pub usize);

/// One kind of record.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Singular snake_case, for example `follow_up`.
    pub name: String,
    /// Plural snake_case, the table's name, for example `follow_ups`.
    pub plural: String,
    /// Plural kebab-case, the path segment, for example `follow-ups`.
    pub path: String,
    /// One sentence, or empty.
    pub summary: String,
    /// `true`: each row has a `user_id`, the user who made it.
    pub owned: bool,
    /// What its ids are.
    pub id: IdKind,
    /// `true`: a deleted row goes to the trash, where nobody sees it, and can be restored.
    pub soft_delete: bool,
    /// Its fields, in the order of the file; each is a column. Those without one are [`Entity::links`].
    pub fields: Vec<Field>,
    /// Its many-to-many references, in the order of the file.
    pub links: Vec<Link>,
    /// Its actions, in the order of the file.
    pub actions: Vec<Action>,
    /// Who may do what.
    pub access: Access,
}

/// What the ids of an entity are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdKind {
    /// Integers that count up and are never reused.
    Integer,
    /// UUIDv7.
    Uuid,
}

/// One field of an entity.
#[derive(Debug, Clone)]
pub struct Field {
    /// As written in the blueprint, for example `prospect`.
    pub name: String,
    /// Column and JSON key: the name, but `prospect_id` for a reference.
    pub column: String,
    /// One sentence, or empty.
    pub summary: String,
    /// Type and limits.
    pub kind: FieldKind,
    /// Must be given at creation (unless there is a default) and may never be null.
    pub required: bool,
    /// Which rows must differ in it.
    pub unique: Unique,
    /// The value of a new row that does not say.
    pub default: Option<Literal>,
    /// Has an index, hence may be sorted by. Unique fields and references count as indexed.
    pub index: bool,
    /// Found by `q=`. Only of text.
    pub search: bool,
    /// Never leaves the server and can neither be filtered, sorted nor patched; may be given at creation.
    pub hidden: bool,
    /// Set by the engine or an action only; in a body it is a 422.
    pub read_only: bool,
    /// Redacted in the audit; answers that hold it are `Cache-Control: no-store`.
    pub sensitive: bool,
    /// Of the rows that a caller can see: in which of them he can read this field. [`Rule::Anyone`]: in all.
    pub read: Rule,
    /// Of the rows that a caller may make or change: in which of them he may set this field.
    pub write: Rule,
}

/// Which rows must differ in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    /// None.
    No,
    /// The rows of one owner; in an entity without owner, all.
    PerOwner,
    /// All rows, whoever owns them.
    Global,
}

/// The type of a field with the limits that belong to it.
#[derive(Debug, Clone)]
pub enum FieldKind {
    /// One line of text.
    Text(TextLimits),
    /// Text of several lines.
    LongText(TextLimits),
    /// Whole number within ±(2^53−1).
    Integer {
        /// Least value, inclusive.
        min: i64,
        /// Greatest value, inclusive.
        max: i64,
    },
    /// Exact decimal, a string in JSON. `currency` is set for money.
    Decimal {
        /// ISO 4217 code for money.
        currency: Option<String>,
        /// Digits after the point, 0 to 9.
        scale: u8,
        /// Least value, inclusive, in units of 10^-scale.
        min: i64,
        /// Greatest value, inclusive, in units of 10^-scale.
        max: i64,
    },
    /// Binary floating point.
    Float {
        /// Least value, inclusive.
        min: f64,
        /// Greatest value, inclusive.
        max: f64,
    },
    /// `true` or `false`.
    Boolean,
    /// `2026-11-21`.
    Date,
    /// `13:45:00`.
    Time,
    /// RFC 3339, kept in UTC to the microsecond.
    DateTime,
    /// One of a list of texts.
    Enum {
        /// The values, in the order of the file.
        values: Vec<String>,
    },
    /// E-mail address, kept in lower case.
    Email,
    /// Phone number in E.164 form, `+15551234567`.
    Phone,
    /// `http` or `https` URL.
    Url,
    /// Any UUID.
    Uuid,
    /// Any JSON value.
    Json,
    /// The id of a row elsewhere.
    Reference {
        /// Which kind of row.
        to: Target,
        /// What happens to this row when that one is deleted.
        on_delete: OnDelete,
        /// What the ids of that row are, so that a field can read a value by itself.
        id: IdKind,
    },
}

/// A reference to many rows: a set of ids in JSON, a join table in the database.
///
/// Kept apart from [`Field`], because it has no column: whatever goes through the columns of an entity cannot take it
/// for one.
#[derive(Debug, Clone)]
pub struct Link {
    /// As written in the blueprint, for example `tags`: what `expand` adds.
    pub name: String,
    /// JSON key, for example `tag_ids`.
    pub key: String,
    /// One sentence, or empty.
    pub summary: String,
    /// Which kind of row.
    pub to: Target,
    /// What the ids of those rows are.
    pub id: IdKind,
    /// Never empty.
    pub required: bool,
    /// `true`: a row that is linked cannot be deleted. `false`: its links go with it.
    pub restrict: bool,
    /// Of the rows that a caller can see: in which of them he can read these links. [`Rule::Anyone`]: in all.
    pub read: Rule,
    /// Of the rows that a caller may make or change: in which of them he may set these links.
    pub write: Rule,
    /// The join table, for example `prospects_tags`.
    pub table: String,
    /// Its column with the id of the row that has this field, for example `prospect_id`.
    pub from_column: String,
    /// Its column with the id of the other row, for example `tag_id`.
    pub to_column: String,
}

/// Limits of text, counted in Unicode code points.
#[derive(Debug, Clone)]
pub struct TextLimits {
    /// Least length.
    pub min_length: usize,
    /// Greatest length.
    pub max_length: usize,
    /// A regular expression that the whole text must match.
    pub pattern: Option<Regex>,
}

/// What a reference points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The built-in user.
    User,
    /// An entity of the blueprint.
    Entity(EntityIndex),
}

/// What happens to a row when the one it refers to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// The deletion is refused with 409.
    Restrict,
    /// This row is deleted too.
    Cascade,
    /// The reference becomes null.
    SetNull,
}

/// A value written in a blueprint, already checked against its field.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Null: an action may clear a field that is not required.
    Null,
    /// Text, enum values, e-mail, phone, url, uuid, date, time, datetime: in the form that is stored.
    Text(String),
    /// Integer.
    Integer(i64),
    /// Decimal, in units of 10^-scale.
    Decimal(i64),
    /// Float.
    Float(f64),
    /// Boolean.
    Boolean(bool),
    /// JSON, compact text.
    Json(String),
    /// `now`, of a date or datetime: the time of the write.
    Now,
}

/// Who may do what with the rows of an entity.
#[derive(Debug, Clone)]
pub struct Access {
    /// Get and list.
    pub read: Rule,
    /// POST. Never `Owner`, for whoever makes a row owns it, and `Anyone` only where rows have no owner.
    pub create: Rule,
    /// PATCH and PUT, and actions that are not named.
    pub update: Rule,
    /// DELETE.
    pub delete: Rule,
}

/// One rule. It has a name, never an empty string, and never means "no rule".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Nobody at all.
    Nobody,
    /// Everybody, signed in or not.
    Anyone,
    /// Everybody who is signed in.
    SignedIn,
    /// The caller's own rows.
    Owner,
    /// Callers with this role, all rows.
    Role(String),
    /// Whatever any of these allows; at least two, flat.
    AnyOf(Vec<Rule>),
}

/// A change with a name: `PATCH /tasks/{id}/complete`.
#[derive(Debug, Clone)]
pub struct Action {
    /// snake_case, for example `mark_won`.
    pub name: String,
    /// kebab-case, the path segment.
    pub path: String,
    /// One sentence, or empty.
    pub summary: String,
    /// What it does.
    pub does: ActionKind,
    /// In which state of the row it is possible: elsewhere it is a conflict.
    pub when: Option<Condition>,
    /// Who may: the rule of its name, else that of update.
    pub access: Rule,
}

/// What an action does.
#[derive(Debug, Clone)]
pub enum ActionKind {
    /// Changes fields.
    Change(Change),
    /// Turns a boolean field round: its place in [`Entity::fields`].
    Toggle(usize),
    /// Calls a function of the app's own, or of an integration: `service.convert`, `billing.charge`.
    Call(String),
}

/// What an action makes of fields, named by their places in [`Entity::fields`]; no field twice.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// The value that each gets; [`Literal::Null`] clears it.
    pub set: Vec<(usize, Literal)>,
    /// What is added to each, in units of its scale. Only where the result is within the field's limits; never to null.
    pub add: Vec<(usize, i64)>,
}

/// An outside service that the blueprint names.
#[derive(Debug, Clone)]
pub struct Integration {
    /// The category: `sms`, `email` …
    pub name: String,
    /// The provider, for example `twilio`.
    pub provider: Option<String>,
}

/// Something that should happen by itself.
#[derive(Debug, Clone)]
pub struct Automation {
    /// Its name.
    pub name: String,
    /// `on` or `every`, as written.
    pub trigger: String,
    /// What it does, for example `sms.send`.
    pub action: String,
}

impl Blueprint {
    /// The entity at a place. Places come from this blueprint, so it is there.
    pub fn entity(&self, index: EntityIndex) -> &Entity {
        &self.entities[index.0]
    }
}

impl Entity {
    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The many-to-many reference with this name.
    pub fn link(&self, name: &str) -> Option<&Link> {
        self.links.iter().find(|link| link.name == name)
    }
}
