//! The checked blueprint: every name resolved, every default filled in, nothing left to doubt.
//!
//! Only [`crate::load`] makes one, so whoever holds a [`Blueprint`] may rely on all that the checks promise.
//! Everything else (tables, plans, OpenAPI, files) is derived from these types and from nothing else.

mod action;
mod caller;
mod field;
mod rule;

pub use action::{Action, ActionKind, Change};
pub use field::{Field, FieldKind, Link, Literal, OnDelete, Target, TextLimits, Unique};
pub use rule::{Access, Rule};

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
    /// Whether an address must be verified by mail before its account can log in.
    pub verify_email: bool,
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
    /// Whoever has an invitation: from an admin by `POST /auth/invitations`, or from `supermaker user invite`.
    Invite,
    /// Nobody by HTTP; the operator makes accounts with `supermaker user add`.
    Closed,
}

/// An issuer whose tokens are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenSource {
    /// Tokens that this server issued.
    Own,
    /// A Better Auth server: its key set, or HS256 with `BETTER_AUTH_SECRET`.
    BetterAuth,
    /// Supabase Auth: its key set, or HS256 with `SUPABASE_JWT_SECRET`.
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

impl TokenSource {
    /// As people know it.
    pub fn title(self) -> &'static str {
        match self {
            TokenSource::Own => "this server",
            TokenSource::BetterAuth => "Better Auth",
            TokenSource::Supabase => "Supabase",
            TokenSource::Neon => "Neon Auth",
            TokenSource::Auth0 => "Auth0",
            TokenSource::Clerk => "Clerk",
            TokenSource::Firebase => "Firebase",
            TokenSource::Jwks => "the issuer that `JWT_ISSUER` names",
        }
    }
}

impl Auth {
    /// Whether tokens of this issuer count.
    pub fn accepts(&self, source: TokenSource) -> bool {
        self.accept.contains(&source)
    }

    /// Those whose tokens count besides this server's own.
    pub fn others(&self) -> impl Iterator<Item = TokenSource> {
        self.accept.iter().copied().filter(|source| *source != TokenSource::Own)
    }
}

/// The place of an entity in [`Blueprint::entities`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityIndex(pub usize);

/// One kind of record.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Singular snake_case, for example `follow_up`.
    pub name: String,
    /// Names that it had before, the one that counts first where a database has several.
    pub renamed_from: Vec<String>,
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
    /// `true`: what is shown of its rows, and to whom, is in the audit before it is shown.
    pub audit_reads: bool,
    /// What becomes of the rows of a user who is deleted.
    pub on_user_delete: OnUserDelete,
    /// Its fields, in the order of the file; each is a column. Those without one are [`Entity::links`].
    pub fields: Vec<Field>,
    /// Its many-to-many references, in the order of the file.
    pub links: Vec<Link>,
    /// Its actions, in the order of the file.
    pub actions: Vec<Action>,
    /// Who may do what.
    pub access: Access,
}

/// What becomes of the rows of a user who is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnUserDelete {
    /// They hold him.
    Restrict,
    /// They go with him, for good.
    Delete,
    /// They become an admin's.
    HandOver,
}

/// What the ids of an entity are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdKind {
    /// Integers that count up and are never reused.
    Integer,
    /// UUIDv7.
    Uuid,
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
