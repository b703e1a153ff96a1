//! The words of a blueprint as they are written: the one definition of the grammar.
//!
//! The JSON Schema, the check of the document's shape and serde all come from these types, and their comments are what
//! an editor shows. Nothing here is resolved or checked against anything else; that is `resolve`'s.

use indexmap::IndexMap;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::resolve::not_yet;

/// A backend: what it keeps, who may do what with it, and how its HTTP API looks.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Supermaker blueprint")]
pub(crate) struct RawBlueprint {
    /// What the app is called and what it is for.
    pub app: RawApp,
    /// How the HTTP API is laid out.
    pub api: Option<RawApi>,
    /// Who may sign up, which roles there are, whose tokens count.
    pub auth: Option<RawAuth>,
    /// The built-in user.
    pub user: Option<RawUser>,
    /// The kinds of record, each under its singular snake_case name: `[entity.prospect]`.
    #[serde(default)]
    pub entity: IndexMap<String, RawEntity>,
    /// Outside services by category: `[integration.sms]`.
    #[serde(default)]
    pub integration: IndexMap<String, RawIntegration>,
    /// What should happen by itself: `[automation.text_the_prospect]`.
    #[serde(default)]
    pub automation: IndexMap<String, RawAutomation>,
}

/// What the app is called and what it is for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawApp {
    /// Kebab-case name, for example `lead-tracker`.
    pub name: String,
    /// One sentence that says what the app is for.
    pub summary: Option<String>,
    /// The request in English that this blueprint came from.
    pub request: Option<String>,
}

/// How the HTTP API is laid out.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawApi {
    /// What every route but health, docs and auth begins with. Default `/api/v1`.
    pub prefix: Option<String>,
    /// `true`: `{prefix}/{user_id}/tasks`, and a foreign user id is 403. Default `false`.
    pub user_path: Option<bool>,
    /// What `PUT` means. Default `replace`.
    pub put: Option<RawPut>,
    /// `true`: a change without `If-Match` is 428. Default `false`.
    pub require_if_match: Option<bool>,
    /// The shape of errors. Default `problem`.
    pub errors: Option<RawErrors>,
}

/// What `PUT` means.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawPut {
    /// Every writable field must be sent.
    Replace,
    /// The meaning of `PATCH`: what is absent stays.
    Update,
}

/// The shape of errors.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawErrors {
    /// RFC 9457 problem details.
    Problem,
    /// The shapes of `FastAPI`.
    Fastapi,
}

/// Accounts, roles and tokens.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAuth {
    /// Who may make an account. Default `open`.
    pub sign_up: Option<RawSignUp>,
    /// Whether an address must be verified by mail before its account can log in. Default `false`.
    pub verify_email: Option<bool>,
    /// The roles that users may have besides `admin`, which always exists.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Whose tokens count. Default `["own"]`.
    pub accept: Option<Vec<RawTokenSource>>,
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawSignUp {
    /// Anyone.
    Open,
    /// Whoever was invited.
    Invite,
    /// Nobody by HTTP; the operator makes accounts.
    Closed,
}

/// An issuer whose tokens are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawTokenSource {
    /// Tokens that this server issued.
    Own,
    /// Better Auth: its key set, or HS256 with `BETTER_AUTH_SECRET`.
    BetterAuth,
    /// Supabase Auth.
    Supabase,
    /// Neon Auth.
    Neon,
    /// Auth0.
    Auth0,
    /// Clerk.
    Clerk,
    /// Firebase Authentication.
    Firebase,
    /// Any issuer that publishes its keys.
    Jwks,
}

/// The built-in user.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawUser {
    /// Extra fields of the built-in user, accepted at registration.
    #[serde(default)]
    pub field: IndexMap<String, RawField>,
}

/// One kind of record.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawEntity {
    /// One sentence that says what a record of it is.
    pub summary: Option<String>,
    /// `true`: each row belongs to the user who made it. Default `true`.
    pub owner: Option<RawOwner>,
    /// What its ids are. Default `integer`.
    pub id: Option<RawId>,
    /// The plural, where English is irregular: `plural = "staff"`.
    pub plural: Option<String>,
    /// `true`: a deleted row goes to the trash, where nobody sees it, and `POST /{id}/restore` brings it back. The rows
    /// that cascade from it go and come back with it. Default `false`.
    pub soft_delete: Option<bool>,
    /// `true`: whoever is shown rows of it leaves a row in the audit, with their ids, as whoever changes one does anyway.
    /// Default `false`.
    pub audit_reads: Option<bool>,
    /// What happens to the rows of a user who is deleted. Default `restrict`.
    pub on_user_delete: Option<RawOnUserDelete>,
    /// The name that this entity had before, or all of them: `["job", "duty"]`. A database that still has a table of that
    /// name, and none of the present one, gets it renamed, with its rows.
    pub renamed_from: Option<RawFormer>,
    /// Its fields. `id`, `created_at`, `updated_at` and, when owned, `user_id` are always there.
    #[serde(default)]
    pub field: IndexMap<String, RawField>,
    /// Who may do what: `read`, `create`, `update`, `delete` or the name of an action. A list replaces the default.
    #[serde(default)]
    pub access: IndexMap<String, Vec<RawRule>>,
    /// Changes with a name: `[entity.task.action.complete]` is `PATCH /tasks/{id}/complete`.
    #[serde(default)]
    pub action: IndexMap<String, RawAction>,
}

/// What something was called before.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum RawFormer {
    /// One name.
    One(String),
    /// Every name that it had.
    All(Vec<String>),
}

impl RawFormer {
    /// The names, the one that is written first first.
    pub fn names(former: Option<&RawFormer>) -> Vec<String> {
        match former {
            None => Vec::new(),
            Some(RawFormer::One(name)) => vec![name.clone()],
            Some(RawFormer::All(names)) => names.clone(),
        }
    }
}

/// Whom rows belong to.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum RawOwner {
    /// `true`: the user who made it. `false`: nobody.
    User(bool),
    /// A team.
    Team(RawTeam),
}

/// Rows that belong to a team.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawTeam {
    /// Each row belongs to a team.
    Team,
}

/// What the ids of an entity are.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawId {
    /// Integers that count up and are never reused.
    Integer,
    /// UUIDv7.
    Uuid,
}

/// One field.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawField {
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: RawType,
    /// One sentence that says what it means.
    pub summary: Option<String>,
    /// `true`: must be given at creation, unless there is a default, and may never be null. A text, long_text must then not be empty
    /// or only white space or invisible characters, unless `min_length = 0` or it has a `pattern`, which then decides.
    pub required: Option<bool>,
    /// `true`: no two rows of one owner are alike in it. `"global"`: no two rows of anybody.
    pub unique: Option<RawUnique>,
    /// The value of a new row that does not say. `"now"` for a date or datetime.
    pub default: Option<Value>,
    /// `true`: has an index, so that lists may be sorted by it.
    pub index: Option<bool>,
    /// `true`: found by `q=`, which searches the words of all fields so marked. For text, long_text, enum, email, phone and
    /// url.
    pub search: Option<bool>,
    /// Least number, inclusive. For decimal and money also as text: `"0.50"`.
    pub min: Option<RawBound>,
    /// Greatest number, inclusive. For decimal and money also as text: `"99.50"`.
    pub max: Option<RawBound>,
    /// Digits after the point of a decimal. Default 2.
    #[schemars(range(min = 0, max = 9))]
    pub scale: Option<u8>,
    /// Least length in characters. Default 1 for what is required and has no `pattern`, else 0.
    pub min_length: Option<u32>,
    /// Greatest length in characters. Default 255 for text, 20000 for long_text.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_length: Option<u32>,
    /// A regular expression that the whole text must match.
    pub pattern: Option<String>,
    /// `true`: never leaves the server.
    pub hidden: Option<bool>,
    /// `true`: set by actions and defaults only.
    pub read_only: Option<bool>,
    /// `true`: redacted in the audit and never cached.
    pub sensitive: Option<bool>,
    /// `true`: encrypted at rest.
    pub encrypted: Option<bool>,
    /// The values of an enum.
    pub values: Option<Vec<String>>,
    /// ISO 4217 code of money. Default `USD`.
    pub currency: Option<String>,
    /// What a reference points to: an entity or `user`.
    pub to: Option<String>,
    /// What happens to this row when the one it refers to is deleted. Default `restrict`.
    pub on_delete: Option<RawOnDelete>,
    /// `true`: a reference to many rows, through a join table. In JSON it is a list of ids under the singular of the
    /// field's name: `tags` is `tag_ids`.
    pub many: Option<bool>,
    /// The name that this field had before, or all of them: `["phone", "cell"]`. A database that still has a column of that
    /// name, and none of the present one, gets it renamed, with its values.
    pub renamed_from: Option<RawFormer>,
    /// Who may read this field, among those who can see the row. Default: all of them.
    pub read: Option<Vec<RawRule>>,
    /// Who may write this field, among those who may make or change the row. Default: whoever may read it.
    pub write: Option<Vec<RawRule>>,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawType {
    /// One line of text.
    Text,
    /// Text of several lines.
    #[serde(rename = "long_text")]
    LongText,
    /// Whole number.
    Integer,
    /// Exact decimal, a string in JSON.
    Decimal,
    /// Exact amount of one currency, a string in JSON.
    Money,
    /// Binary floating point.
    Float,
    /// `true` or `false`.
    Boolean,
    /// `2026-11-21`.
    Date,
    /// `13:45:00`.
    Time,
    /// RFC 3339 with offset.
    DateTime,
    /// One of `values`.
    Enum,
    /// E-mail address.
    Email,
    /// Phone number with country code.
    Phone,
    /// `http` or `https` URL.
    Url,
    /// Any UUID.
    Uuid,
    /// Any JSON.
    Json,
    /// An uploaded file.
    File,
    /// The id of a row of another entity, or of a user.
    Reference,
}

/// Which rows must differ in a field.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum RawUnique {
    /// `true`: the rows of one owner.
    Flag(bool),
    /// All rows.
    Word(RawGlobal),
}

/// Unique among all rows.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawGlobal {
    /// No two rows are alike, whoever owns them.
    Global,
}

/// A least or greatest number.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum RawBound {
    /// A number.
    Number(serde_json::Number),
    /// An exact decimal as text.
    Text(String),
}

/// What happens to a row when the one it refers to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawOnDelete {
    /// The deletion is refused.
    Restrict,
    /// This row is deleted too.
    Cascade,
    /// The reference becomes null.
    SetNull,
}

/// What the deletion of a user does to the rows that he owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawOnUserDelete {
    /// The deletion is refused as long as there are any, in the trash too.
    Restrict,
    /// They are deleted with him, for good, and with them what their own deletion takes along.
    Delete,
    /// They become those of the admin who deletes him, or, if he goes by himself, of the admin who has been there longest.
    HandOver,
}

/// Who may: `owner`, `signed_in`, `anyone`, `nobody`, `role:` with a role, or a condition for rows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum RawRule {
    /// `owner`, `signed_in`, `anyone`, `nobody`, `role:manager`.
    Word(String),
    /// The rows for which a condition holds.
    When(RawCondition),
}

/// The rows for which a condition holds.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCondition {
    /// The condition, for example `status != 'closed'`.
    pub when: String,
    /// Whom it is for: `signed_in` (default), `anyone`, `owner` or `role:` with a role.
    pub who: Option<String>,
}

/// A change with a name: `set`, `clear` and `add` together or alone, or `toggle`, or `call`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAction {
    /// One sentence that says what it does.
    pub summary: Option<String>,
    /// The fields it sets and their values. `"now"` for a date or datetime.
    pub set: Option<IndexMap<String, Value>>,
    /// The fields it empties.
    pub clear: Option<Vec<String>>,
    /// The numbers it adds to fields: `add = { stock = -1 }`. Possible only where the result is within `min` and `max`.
    pub add: Option<IndexMap<String, RawBound>>,
    /// The boolean field it turns round.
    pub toggle: Option<String>,
    /// The function it calls: `service.convert` of the app's own code, or of an integration: `billing.charge`. A `POST`.
    pub call: Option<String>,
    /// The condition under which it may be done, for example `status != 'closed'`; otherwise it is a conflict.
    pub when: Option<String>,
}

/// An outside service. Its credentials come from the environment, never from here.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawIntegration {
    /// Who provides it, for example `twilio`.
    pub provider: Option<String>,
}

/// Something that should happen by itself: exactly one of `on` and `every`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAutomation {
    /// The event: `follow_up.created`, `.updated`, `.deleted`, or `task.status=done`.
    pub on: Option<String>,
    /// The time, as five cron words: `0 9 * * 1-5`.
    pub every: Option<String>,
    /// What it does: an integration and a verb, for example `sms.send`.
    #[serde(rename = "do")]
    pub action: String,
    /// What it is done with.
    pub with: Option<IndexMap<String, Value>>,
}

/// The JSON Schema (draft 2020-12) of the blueprint, for editors and for the check of a document's shape.
///
/// TOML has no null, so the schema has none either.
pub fn json_schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .with_transform(RecursiveTransform(without_null))
        .into_generator()
        .into_root_schema_for::<RawBlueprint>()
        .to_value();
    not_yet::mark(&mut schema);
    schema
}

fn without_null(schema: &mut schemars::Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|word| word != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|word| word != "null"));
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            object.remove("anyOf");
            for (word, meaning) in only {
                object.entry(word).or_insert(meaning);
            }
        }
    }
}
