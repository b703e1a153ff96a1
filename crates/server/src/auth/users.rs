//! Accounts as the operator manages them on the command line. Works beside a running server on the same database, which
//! sees the change within a second.

use std::fmt;
use std::sync::Arc;

use blueprint::Blueprint;
use serde::Deserialize;
use store::{Store, StoreError};
use work::{Column, Kind, Outcome, Refusal, Shape, Statement, Step, Value, Work};

use super::sql::{self, By};
use super::{credentials, mail_token, password, policy};

const PAGE: usize = 500;
/// No user has this id, and all have later ones.
pub(super) const BEFORE_ALL: &str = "00000000-0000-0000-0000-000000000000";
const MAX_PASSWORD_CHARS: usize = 1024;

/// An account to be made.
#[derive(Clone, Copy)]
pub struct NewAccount<'a> {
    /// Its address.
    pub email: &'a str,
    /// Its password. Without one nobody can log in to it.
    pub password: Option<&'a str>,
    /// Its roles.
    pub roles: &'a [String],
    /// Least length of the password in code points.
    pub password_min_length: usize,
}

/// A user, as a list shows him.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Listed {
    /// The local id.
    pub id: String,
    /// Who signs him in; `own` is this server.
    pub iss: String,
    /// That issuer's name for him.
    pub sub: String,
    /// His address, if known.
    pub email: Option<String>,
    /// His roles.
    pub roles: Vec<String>,
    /// He may not sign in.
    pub disabled: bool,
    /// Since when he is known here.
    pub created_at: String,
}

impl From<Listed> for query::User {
    /// As whom something is done that the operator does on his behalf.
    fn from(user: Listed) -> query::User {
        let Listed { id, iss, sub, email, roles, .. } = user;
        query::User { id, iss, sub, email, roles, fields: query::Fields::default(), session: None, key: None }
    }
}

/// Why nothing was done.
#[derive(Debug)]
pub enum UserError {
    /// This is no address.
    Email(String),
    /// This is no password for a new account; why not.
    Password(String),
    /// The blueprint declares no such role; those it declares.
    Role(String, Vec<String>),
    /// There is an account with this address.
    Exists(String),
    /// Nobody has this id or address.
    Nobody(String),
    /// The blueprint says another `sign_up` than `invite`.
    NoInvitations,
    /// Something else, in words.
    Failed(String),
    /// The database.
    Store(StoreError),
}

impl fmt::Display for UserError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UserError::Email(text) => write!(out, "`{text}` is no e-mail address; write it like ana@example.com"),
            UserError::Password(why) => write!(out, "the password {why}"),
            UserError::Role(role, roles) => {
                write!(out, "the blueprint has no role `{role}`; it has: {}", roles.join(", "))
            }
            UserError::Exists(email) => {
                write!(out, "there is an account for {email} already; `user role` changes its roles")
            }
            UserError::Nobody(who) => write!(out, "there is no user `{who}`; `user list` shows who there is"),
            UserError::NoInvitations => {
                write!(
                    out,
                    "this app takes no invitations: say `sign_up = \"invite\"` under [auth], or make the account with `supermaker user add`"
                )
            }
            UserError::Failed(why) => out.write_str(why),
            UserError::Store(error) => write!(out, "the database does not answer: {error}"),
        }
    }
}

impl std::error::Error for UserError {}

impl From<StoreError> for UserError {
    fn from(error: StoreError) -> UserError {
        UserError::Store(error)
    }
}

/// Makes an account and returns its id.
///
/// # Errors
/// What is wrong with it, or that the address has one.
pub fn add(store: &Store, blueprint: &Blueprint, new: NewAccount<'_>) -> Result<String, UserError> {
    let email = credentials::email(new.email).ok_or_else(|| UserError::Email(new.email.to_owned()))?;
    check_roles(blueprint, new.roles)?;
    let new_hash = |password: &str| new_hash(password, new.password_min_length, &blueprint.app.name, &email);
    let hash = new.password.map(new_hash).transpose()?;
    let id = uuid::Uuid::now_v7().to_string();
    let user = sql::NewUser {
        id: &id,
        iss: "own",
        sub: &id,
        email: Some(&email),
        roles: new.roles,
        password_hash: hash.as_deref(),
        // The operator says so.
        verified: true,
        fields: &sql::default_fields(blueprint),
    };
    let at = crate::clock::now();
    let mut steps = user.insert(blueprint, By::operator(&at), "user.add");
    // Unlike a registration this may tell that the address is taken: the operator can read the table anyway.
    steps.push(sql::one("SELECT \"id\" FROM \"users\" WHERE \"id\" = ?1", vec![sql::uuid(&id)], &[Kind::Uuid]));
    match store.run_blocking(sql::write(store, steps))? {
        Outcome::Done(_) => Ok(id),
        Outcome::Refused(_) => Err(UserError::Exists(email)),
    }
}

/// Gives a user just these roles, and no others.
///
/// # Errors
/// A role that the blueprint does not declare, or nobody of this id or address.
pub fn set_roles(store: &Store, blueprint: &Blueprint, who: &str, roles: &[String]) -> Result<(), UserError> {
    check_roles(blueprint, roles)?;
    let roles = sql::roles_json(roles);
    let after = Value::Json(format!("{{\"roles\":{roles}}}"));
    let audit = |by: By<'_>, id: &str| {
        sql::audit_users(
            by,
            "user.role",
            sql::roles_before(store),
            "?2",
            "\"id\" = ?1",
            vec![sql::uuid(id), after.clone()],
        )
    };
    change(store, who, "\"roles\" = ?2", Value::Json(roles), audit)
}

/// Forbids a user to sign in and ends all his sessions, or allows it again.
///
/// # Errors
/// Nobody of this id or address.
pub fn set_disabled(store: &Store, who: &str, disabled: bool) -> Result<(), UserError> {
    let action = if disabled { "user.disable" } else { "user.enable" };
    let audit = |by: By<'_>, id: &str| sql::audit_users(by, action, "NULL", "NULL", "\"id\" = ?1", vec![sql::uuid(id)]);
    change(store, who, "\"disabled\" = ?2", Value::Boolean(disabled), audit)
}

pub use super::invite::{Invited, invite};

/// Gives an account another password, and ends all its sessions: for who cannot be mailed a token.
///
/// # Errors
/// What is wrong with the password, or no account of this id or address.
pub fn set_password(
    store: &Store,
    blueprint: &Blueprint,
    who: &str,
    password: &str,
    password_min_length: usize,
) -> Result<(), UserError> {
    let id = find(store, who)?;
    let email = email_of(store, &id)?.ok_or_else(|| UserError::Nobody(who.to_owned()))?;
    let hash = new_hash(password, password_min_length, &blueprint.app.name, &email)?;
    let at = crate::clock::now();
    let set = "UPDATE \"users\" SET \"password_hash\" = ?2, \"updated_at\" = ?3, \"version\" = \"version\" + 1 WHERE \"id\" = ?1";
    let end = "UPDATE \"_sessions\" SET \"revoked_at\" = ?2 WHERE \"user_id\" = ?1 AND \"revoked_at\" IS NULL";
    let by = By::operator(&at);
    let steps = vec![
        sql::change(set, vec![sql::uuid(&id), sql::text(&hash), sql::stamp(&at)]),
        sql::run(end, vec![sql::uuid(&id), sql::stamp(&at)]),
        mail_token::void_resets(sql::uuid(&id), &at),
        sql::audit_users(by, "user.password", "NULL", "NULL", "\"id\" = ?1", vec![sql::uuid(&id)]),
        sql::bump(),
    ];
    match store.run_blocking(sql::write(store, steps))? {
        Outcome::Done(_) => Ok(()),
        Outcome::Refused(_) => Err(UserError::Nobody(who.to_owned())),
    }
}

/// The address of an account of this server; others have their passwords elsewhere.
fn email_of(store: &Store, id: &str) -> Result<Option<String>, UserError> {
    let sql = "SELECT \"email\" FROM \"users\" WHERE \"id\" = ?1 AND \"iss\" = 'own' AND \"email\" IS NOT NULL";
    let outcome = store.run_blocking(sql::read(store, sql::one(sql, vec![sql::uuid(id)], &[Kind::Text])))?;
    let Outcome::Done(answer) = outcome else { return Ok(None) };
    Ok(answer.captured.first().and_then(Value::as_str).map(str::to_owned))
}

/// All users, in the order in which they came.
///
/// # Errors
/// The database.
pub fn list(store: &Store) -> Result<Vec<Listed>, UserError> {
    let mut users: Vec<Listed> = Vec::new();
    loop {
        let after = users.last().map_or_else(|| BEFORE_ALL.to_owned(), |user| user.id.clone());
        let Outcome::Done(answer) = store.run_blocking(page(store, after))? else { return Ok(users) };
        let rows: Vec<Listed> = serde_json::from_slice(&answer.body).unwrap_or_default();
        users.extend(rows);
        if !answer.more {
            return Ok(users);
        }
    }
}

/// Whether somebody has the role `admin` and may sign in.
///
/// # Errors
/// The database does not answer, or has no table of users yet.
pub fn has_admin(store: &Store) -> Result<bool, UserError> {
    let sql = format!("SELECT 1 FROM \"users\" u WHERE {} LIMIT 1", sql::is_admin(store, "u"));
    let step = Step::Require { statement: Statement::new(sql, Vec::new()), none: sql::not_found() };
    Ok(matches!(store.run_blocking(sql::scan(store, step))?, Outcome::Done(_)))
}

fn page(store: &Store, after: String) -> Work {
    const COLUMNS: [(&str, Kind); 7] = [
        ("id", Kind::Uuid),
        ("iss", Kind::Text),
        ("sub", Kind::Text),
        ("email", Kind::Text),
        ("roles", Kind::Json),
        ("disabled", Kind::Boolean),
        ("created_at", Kind::DateTime),
    ];
    let names = COLUMNS.map(|(name, _)| name).join("\", \"");
    let sql = format!("SELECT \"{names}\" FROM \"users\" WHERE \"id\" > ?1 ORDER BY \"id\" LIMIT {}", PAGE + 1);
    let columns = COLUMNS.iter().map(|(name, kind)| Column::new(name, *kind)).collect();
    let step = Step::Page {
        statement: Statement::new(sql, vec![Value::Uuid(after)]),
        shape: Arc::new(Shape { columns, captured: Vec::new() }),
        limit: PAGE,
    };
    sql::scan(store, step)
}

/// Sets one column of a user, and ends his sessions if that disables him.
pub(super) fn change(
    store: &Store,
    who: &str,
    assignment: &str,
    value: Value,
    audit: impl Fn(By<'_>, &str) -> Step,
) -> Result<(), UserError> {
    let id = find(store, who)?;
    let at = crate::clock::now();
    let update = format!(
        "UPDATE \"users\" SET {assignment}, \"updated_at\" = ?3, \"version\" = \"version\" + 1 WHERE \"id\" = ?1"
    );
    let is_disabled = "EXISTS (SELECT 1 FROM \"users\" WHERE \"id\" = ?1 AND \"disabled\")";
    let end = |table: &str, ended: &str, which: &str| {
        let sql = format!(
            "UPDATE \"{table}\" SET \"{ended}\" = ?2 WHERE \"user_id\" = ?1 AND \"{ended}\" IS NULL AND {which}{is_disabled}"
        );
        sql::run(&sql, vec![sql::uuid(&id), sql::stamp(&at)])
    };
    let steps = vec![
        audit(By::operator(&at), &id),
        sql::change(&update, vec![sql::uuid(&id), value, sql::stamp(&at)]),
        end("_sessions", "revoked_at", ""),
        end("_mail_tokens", "used_at", "\"purpose\" = 'reset' AND "),
        sql::bump(),
    ];
    match store.run_blocking(sql::write(store, steps))? {
        Outcome::Done(_) => Ok(()),
        Outcome::Refused(Refusal::Unique { .. }) => Err(UserError::Failed("another user has this value".to_owned())),
        Outcome::Refused(_) => Err(UserError::Nobody(who.to_owned())),
    }
}

/// By the local id, or by the address of an account of this server: only there it names one user.
pub(super) fn find(store: &Store, who: &str) -> Result<String, UserError> {
    let email = credentials::email(who).unwrap_or_default();
    let sql = "SELECT \"id\" FROM \"users\" WHERE \"id\" = ?1 OR (\"iss\" = 'own' AND \"email\" = ?2)";
    let id = uuid::Uuid::parse_str(who).map_or(Value::Null, |id| sql::uuid(&id.to_string()));
    let step = sql::one(sql, vec![id, sql::text(&email)], &[Kind::Uuid]);
    match store.run_blocking(sql::read(store, step))? {
        Outcome::Done(answer) => answer.captured.first().and_then(Value::as_str).map(str::to_owned),
        Outcome::Refused(_) => None,
    }
    .ok_or_else(|| UserError::Nobody(who.to_owned()))
}

pub(super) fn check_roles(blueprint: &Blueprint, roles: &[String]) -> Result<(), UserError> {
    match roles.iter().find(|role| !blueprint.auth.roles.contains(role)) {
        None => Ok(()),
        Some(role) => Err(UserError::Role(role.clone(), blueprint.auth.roles.clone())),
    }
}

fn new_hash(text: &str, min_length: usize, app: &str, email: &str) -> Result<String, UserError> {
    let length = text.chars().count();
    if length < min_length {
        let characters = if length == 1 { "character" } else { "characters" };
        return Err(UserError::Password(format!("has {length} {characters}; at least {min_length} are needed")));
    }
    if length > MAX_PASSWORD_CHARS {
        return Err(UserError::Password(format!("has more than {MAX_PASSWORD_CHARS} characters")));
    }
    if let Some(complaint) = policy::complaint(text, app, email) {
        return Err(UserError::Password(complaint.detail.to_owned()));
    }
    password::hash(text).ok_or_else(|| UserError::Password("could not be hashed; try again".to_owned()))
}
