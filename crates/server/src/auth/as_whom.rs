//! In whose place the operator asks something: anyone who is not signed in, a user, or an API key, as the database knows them now.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use blueprint::Blueprint;
use query::{Actor, Allowed, Fields, Key, User};
use serde_json::Value as Json;
use store::Store;
use work::{Kind, Outcome, Value};

use super::api_key::{BEGINNING, PREFIX_LETTERS};
use super::caller_fields::CallerFields;
use super::clock::seconds_of;
use super::sql::{self, By};
use super::users::{self, UserError};

pub(crate) use super::sql::REDACTED;

/// In whose place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum As {
    /// Somebody who is not signed in.
    Anyone,
    /// A user, by his id or the address of his account.
    User(String),
    /// A service that comes with an API key, by its id or what begins it.
    Key(String),
}

impl FromStr for As {
    type Err = String;

    fn from_str(text: &str) -> Result<As, String> {
        match text.split_once(':') {
            None if text == "anyone" => Ok(As::Anyone),
            Some(("user", who)) if !who.is_empty() => Ok(As::User(who.to_owned())),
            Some(("key", which)) if !which.is_empty() => Ok(As::Key(which.to_owned())),
            _ => Err("expected `anyone`, `user:ID`, `user:EMAIL` or `key:ID`".to_owned()),
        }
    }
}

impl fmt::Display for As {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            As::Anyone => out.write_str("anyone"),
            As::User(who) => write!(out, "user:{who}"),
            As::Key(which) => write!(out, "key:{which}"),
        }
    }
}

/// Who that is.
pub(crate) struct Whom {
    pub(crate) actor: Actor,
    /// Why nobody is let in with this at all.
    pub(crate) refused: Option<&'static str>,
}

/// Looks him up.
///
/// # Errors
/// Nobody of this id, address or key, or the database.
pub(crate) fn find(blueprint: &Blueprint, store: &Store, whom: &As) -> Result<Whom, UserError> {
    let fields = CallerFields::of(blueprint);
    match whom {
        As::Anyone => Ok(Whom { actor: Actor::Stranger, refused: None }),
        As::User(who) => user(store, who, &fields),
        As::Key(which) => key(store, which, &fields),
    }
}

fn user(store: &Store, who: &str, fields: &CallerFields<'_>) -> Result<Whom, UserError> {
    const COLUMNS: &str =
        "SELECT \"id\", \"iss\", \"sub\", \"email\", \"roles\", \"disabled\" FROM \"users\" WHERE \"id\" = ?1";
    let id = users::find(store, who)?;
    let row = row(store, &fields.added_to(COLUMNS, ""), vec![sql::uuid(&id)], &fields.kinds(&KINDS))?;
    let found = row.as_deref().and_then(|row| {
        let (known, looked_at) = row.split_at_checked(KINDS.len())?;
        Some((person(known, fields.read(looked_at))?, known.last()? == &Value::Boolean(true)))
    });
    let (user, disabled) = found.ok_or_else(|| UserError::Nobody(who.to_owned()))?;
    Ok(Whom { actor: Actor::User(user.into()), refused: disabled.then_some("the account is disabled") })
}

fn key(store: &Store, which: &str, fields: &CallerFields<'_>) -> Result<Whom, UserError> {
    const COLUMNS: &str = "SELECT u.\"id\", u.\"iss\", u.\"sub\", u.\"email\", u.\"roles\", u.\"disabled\", k.\"id\", k.\"scopes\", \
         k.\"expires_at\", k.\"revoked_at\" FROM \"_keys\" k JOIN \"users\" u ON u.\"id\" = k.\"user_id\" \
         WHERE k.\"id\" = ?1 OR k.\"prefix\" = ?2";
    let own = [&KINDS[..], &[Kind::Uuid, Kind::Json, Kind::DateTime, Kind::DateTime]].concat();
    let id = uuid::Uuid::parse_str(which).map_or(Value::Null, |id| sql::uuid(&id.to_string()));
    let row = row(store, &fields.added_to(COLUMNS, "u."), vec![id, sql::text(which)], &fields.kinds(&own))?;
    // Who gives a whole key does not get its secret back on a screen.
    let named = which.get(..BEGINNING.len() + PREFIX_LETTERS).filter(|_| which.starts_with(BEGINNING)).unwrap_or(which);
    let unknown = || UserError::Failed(format!("there is no key `{named}`; `key list` shows which there are"));
    let Some([_, _, _, _, _, disabled, key, allowed, ends, revoked, looked_at @ ..]) = row.as_deref() else {
        return Err(unknown());
    };
    let user = row.as_deref().and_then(|row| person(row, fields.read(looked_at))).ok_or_else(unknown)?;
    let now = super::Clock::default().now_ms().div_euclid(1000);
    let is_over = ends.as_str().is_some_and(|stamp| seconds_of(stamp).unwrap_or_default() <= now);
    let refused = match (disabled, revoked) {
        (Value::Boolean(true), _) => Some("the account of the key's user is disabled"),
        (_, Value::Null) if is_over => Some("the key has ended"),
        (_, Value::Null) => None,
        _ => Some("the key is revoked"),
    };
    let allowed = allowed.as_str().map(Allowed::of_json).unwrap_or_default();
    let key = Key { id: key.as_str().unwrap_or_default().to_owned(), allowed };
    Ok(Whom { actor: Actor::User(User { key: Some(Arc::new(key)), ..user }.into()), refused })
}

const KINDS: [Kind; 6] = [Kind::Uuid, Kind::Text, Kind::Text, Kind::Text, Kind::Json, Kind::Boolean];

fn person(row: &[Value], fields: Fields) -> Option<User> {
    let [id, iss, sub, email, roles, ..] = row else { return None };
    Some(User {
        id: id.as_str()?.to_owned(),
        iss: iss.as_str()?.to_owned(),
        sub: sub.as_str()?.to_owned(),
        email: email.as_str().map(str::to_owned),
        roles: sql::roles_of(Some(roles)),
        fields,
        session: None,
        key: None,
    })
}

fn row(store: &Store, text: &str, params: Vec<Value>, kinds: &[Kind]) -> Result<Option<Vec<Value>>, UserError> {
    match store.run_blocking(sql::read(store, sql::one(text, params, kinds)))? {
        Outcome::Done(answer) => Ok(Some(answer.captured)),
        Outcome::Refused(_) => Ok(None),
    }
}

/// The address of a user, if there is such a user and it is known.
pub(crate) fn email(store: &Store, id: &str) -> Result<Option<String>, UserError> {
    let found = row(store, "SELECT \"email\" FROM \"users\" WHERE \"id\" = ?1", vec![sql::uuid(id)], &[Kind::Text])?;
    Ok(found.and_then(|row| row.first()?.as_str().map(str::to_owned)))
}

/// Keeps what the operator was told about rows.
///
/// # Errors
/// The database; then he must not be told.
pub(crate) fn audit(
    store: &Store,
    action: &str,
    (entity, id): (Option<&str>, Option<&str>),
    after: &Json,
) -> Result<(), UserError> {
    const INSERT: &str = "INSERT INTO \"_audit\" (\"at\", \"iss\", \"sub\", \"session\", \"ip\", \"request_id\", \"action\", \
         \"entity\", \"entity_id\", \"after\", \"outcome\") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'done')";
    let at = crate::clock::now();
    let told = vec![sql::text_or_null(entity), sql::text_or_null(id), Value::Json(after.to_string())];
    let step = sql::run(INSERT, [sql::who(By::operator(&at), action), told].concat());
    store.run_blocking(sql::write(store, vec![step]))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::As;

    #[test]
    fn callers_are_named() {
        for text in ["anyone", "user:ana@example.com", "user:0189", "key:sm_h4k7w2xq"] {
            assert_eq!(text.parse::<As>().unwrap().to_string(), text);
        }
        for text in ["", "ana", "user:", "key:", "role:manager", "anyone:x"] {
            assert!(text.parse::<As>().is_err(), "{text}");
        }
    }
}
