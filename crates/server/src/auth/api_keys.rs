//! API keys as the operator makes and revokes them on the command line. Works beside a running server on the same database,
//! which sees the change within two seconds.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use blueprint::Blueprint;
use query::Allowed;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use store::Store;
use work::{Column, Kind, Outcome, Refusal, Shape, Statement, Step, Value};

use super::api_key::{self, BEGINNING, PREFIX_LETTERS, SECRET_BYTES};
use super::sql::{self, By};
use super::users::{self, UserError};
use super::{Clock, session};

const PAGE: usize = 500;
/// Letters and digits that cannot be taken for one another, as many as five bits tell apart.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const MAX_NAME_CHARS: usize = 100;

/// A key to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewKey<'a> {
    /// The e-mail address or id of the user for whom it acts.
    pub user: &'a str,
    /// What it is called in lists.
    pub name: &'a str,
    /// What it may, as [`Allowed::read`] reads it.
    pub allow: &'a [String],
    /// For how long it counts; forever, if nothing is said.
    pub lifetime: Option<Duration>,
}

/// A key that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its id.
    pub id: String,
    /// What begins it, by which it can be told from others.
    pub prefix: String,
    /// The key itself. It is known to nobody else.
    pub key: String,
    /// When it ends.
    pub expires_at: Option<String>,
}

/// A key, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// What begins it.
    pub prefix: String,
    /// What it is called.
    pub name: String,
    /// The id of the user for whom it acts.
    pub user_id: String,
    /// His address, if known.
    pub email: Option<String>,
    /// What it may: operations by entity.
    pub allow: Json,
    /// When it was made.
    pub created_at: String,
    /// When it ends by itself.
    pub expires_at: Option<String>,
    /// When it was last used, give or take a minute.
    pub last_used_at: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<String>,
}

/// Makes a key for a user.
///
/// # Errors
/// What is wrong with it, or nobody of this id or address.
pub fn add(store: &Store, blueprint: &Blueprint, new: NewKey<'_>) -> Result<Made, UserError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) {
        let why = format!("the name of a key has 1 to {MAX_NAME_CHARS} characters, and no line breaks");
        return Err(UserError::Failed(why));
    }
    let allowed = Allowed::read(blueprint, new.allow).map_err(UserError::Failed)?;
    let user = users::find(store, new.user)?;
    let clock = Clock::default();
    let ends = |time: Duration| clock.stamp_after(i64::try_from(time.as_secs()).unwrap_or(i64::MAX / 1000));
    let (prefix, secret) = random()?;
    let key = format!("{prefix}_{secret}");
    let made = Made { id: uuid::Uuid::now_v7().to_string(), prefix, key, expires_at: new.lifetime.map(ends) };
    match store.run_blocking(sql::write(store, insert(&made, &user, name, &allowed, &clock.stamp())))? {
        Outcome::Done(_) => Ok(made),
        Outcome::Refused(Refusal::NotFound) => Err(UserError::Nobody(new.user.to_owned())),
        Outcome::Refused(_) => Err(UserError::Failed("the key could not be made; try again".to_owned())),
    }
}

/// All keys, in the order in which they were made, revoked ones too.
///
/// # Errors
/// The database.
pub fn list(store: &Store) -> Result<Vec<Listed>, UserError> {
    let mut keys: Vec<Listed> = Vec::new();
    loop {
        let after = keys.last().map_or_else(|| users::BEFORE_ALL.to_owned(), |key| key.id.clone());
        let Outcome::Done(answer) = store.run_blocking(sql::scan(store, page(after)))? else { return Ok(keys) };
        let rows: Vec<Listed> = serde_json::from_slice(&answer.body).unwrap_or_default();
        keys.extend(rows);
        if !answer.more {
            return Ok(keys);
        }
    }
}

/// What may be printed of what names a key: its id, or what begins it. Whoever gives the whole key gave a secret.
pub fn shown(which: &str) -> &str {
    let which = which.trim();
    if uuid::Uuid::parse_str(which).is_ok() {
        return which;
    }
    which.char_indices().nth(BEGINNING.len() + PREFIX_LETTERS).map_or(which, |(end, _)| &which[..end])
}

/// Ends a key, by its id, by what begins it or by the whole of it. Once revoked it never counts again.
///
/// # Errors
/// No such key, or one that is revoked already.
pub fn revoke(store: &Store, which: &str) -> Result<(), UserError> {
    let at = crate::clock::now();
    let which = which.trim();
    let id = uuid::Uuid::parse_str(which).map_or(Value::Null, |id| sql::uuid(&id.to_string()));
    let (column, named_by) = match api_key::is_key(which) {
        true => ("hash", session::hash(which)),
        false => ("prefix", sql::text(which)),
    };
    let which_one = format!("\"revoked_at\" IS NULL AND (\"id\" = ?1 OR \"{column}\" = ?2)");
    let audit = format!(
        "INSERT INTO \"_audit\" (\"at\", \"iss\", \"sub\", \"session\", \"ip\", \"request_id\", \"action\", \"entity\", \
         \"entity_id\", \"outcome\") SELECT ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'key', \"id\", 'done' FROM \"_keys\" WHERE {which_one}"
    );
    let named = vec![id, named_by];
    let who = sql::who(By::operator(&at), "key.revoke");
    let end = format!("UPDATE \"_keys\" SET \"revoked_at\" = ?3 WHERE {which_one}");
    let steps = vec![
        sql::run(&audit, [named.clone(), who].concat()),
        sql::change(&end, [named, vec![sql::stamp(&at)]].concat()),
        sql::bump(),
    ];
    match store.run_blocking(sql::write(store, steps))? {
        Outcome::Done(_) => Ok(()),
        Outcome::Refused(_) => Err(UserError::Failed(format!(
            "there is no key `{}` that still counts; `key list` shows which there are",
            shown(which)
        ))),
    }
}

fn insert(made: &Made, user: &str, name: &str, allowed: &Allowed, at: &str) -> Vec<Step> {
    let ends = made.expires_at.as_deref().map_or(Value::Null, sql::stamp);
    let insert = "INSERT INTO \"_keys\" (\"id\", \"user_id\", \"name\", \"prefix\", \"hash\", \"scopes\", \"created_at\", \
         \"expires_at\") SELECT ?1, \"id\", ?3, ?4, ?5, ?6, ?7, ?8 FROM \"users\" WHERE \"id\" = ?2";
    let row = vec![
        sql::uuid(&made.id),
        sql::uuid(user),
        sql::text(name),
        sql::text(&made.prefix),
        session::hash(&made.key),
        Value::Json(allowed.to_json().to_string()),
        sql::stamp(at),
        ends,
    ];
    let audit = "INSERT INTO \"_audit\" (\"at\", \"iss\", \"sub\", \"session\", \"ip\", \"request_id\", \"action\", \"entity\", \
         \"entity_id\", \"after\", \"outcome\") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'key', ?8, ?9, 'done')";
    let after = json!({
        "user_id": user, "name": name, "prefix": made.prefix, "allow": allowed.to_json(), "expires_at": made.expires_at,
    });
    let told = vec![sql::text(&made.id), Value::Json(after.to_string())];
    vec![sql::change(insert, row), sql::run(audit, [sql::who(By::operator(at), "key.add"), told].concat())]
}

fn page(after: String) -> Step {
    const COLUMNS: [(&str, &str, Kind); 10] = [
        ("id", "k.\"id\"", Kind::Uuid),
        ("prefix", "k.\"prefix\"", Kind::Text),
        ("name", "k.\"name\"", Kind::Text),
        ("user_id", "k.\"user_id\"", Kind::Uuid),
        ("email", "u.\"email\"", Kind::Text),
        ("allow", "k.\"scopes\"", Kind::Json),
        ("created_at", "k.\"created_at\"", Kind::DateTime),
        ("expires_at", "k.\"expires_at\"", Kind::DateTime),
        ("last_used_at", "k.\"last_used_at\"", Kind::DateTime),
        ("revoked_at", "k.\"revoked_at\"", Kind::DateTime),
    ];
    let cells = COLUMNS.map(|(_, cell, _)| cell).join(", ");
    let sql = format!(
        "SELECT {cells} FROM \"_keys\" k JOIN \"users\" u ON u.\"id\" = k.\"user_id\" \
         WHERE k.\"id\" > ?1 ORDER BY k.\"id\" LIMIT {}",
        PAGE + 1
    );
    let columns = COLUMNS.iter().map(|(name, _, kind)| Column::new(name, *kind)).collect();
    Step::Page {
        statement: Statement::new(sql, vec![Value::Uuid(after)]),
        shape: Arc::new(Shape { columns, captured: Vec::new() }),
        limit: PAGE,
    }
}

/// What begins a key, and what is secret of it.
fn random() -> Result<(String, String), UserError> {
    let mut bytes = [0; SECRET_BYTES + PREFIX_LETTERS];
    getrandom::fill(&mut bytes).map_err(|error| UserError::Failed(error.to_string()))?;
    let (secret, shown) = bytes.split_at(SECRET_BYTES);
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).map(|letter| char::from(*letter));
    let shown: String = shown.iter().filter_map(letter).collect();
    Ok((format!("{BEGINNING}{shown}"), URL_SAFE_NO_PAD.encode(secret)))
}
