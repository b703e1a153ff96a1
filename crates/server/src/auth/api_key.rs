//! From an `X-API-Key` header to its user, as the database knows him now, with the key by which he comes.
//!
//! A key is random bytes of which only a hash is kept. How keys are made and revoked is in `api_keys.rs`.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use query::{Actor, Allowed, Key, User};
use work::{Kind, Outcome, Value};

use super::actor::invalid_token;
use super::caller_fields::CallerFields;
use super::clock::{millis_of, seconds_of};
use super::{Auth, session, sql};
use crate::error::ApiError;

/// What every key begins with, so that programs which look for leaked secrets find it.
pub(super) const BEGINNING: &str = "sm_";
/// After that come as many letters, by which keys are told apart.
pub(super) const PREFIX_LETTERS: usize = 8;
/// After these an underscore, and so many random bytes in base64url.
pub(super) const SECRET_BYTES: usize = 32;
/// How old the time of the last use may become.
const TOLD_EVERY_MS: u64 = 60 * 1000;
const MAX_KEYS: u64 = 10_000;

/// The keys that are in use, each as it was when users and keys were last looked at.
pub(super) struct KeyRing(moka::sync::Cache<Arc<str>, Arc<Held>>);

/// A key that is there and not revoked, of a user who may sign in.
struct Held {
    /// That of the cache: see `cache.rs`.
    version: u64,
    user: Arc<User>,
    key: String,
    /// Until this second.
    ends: Option<i64>,
    /// When it was last used, as far as the database knows.
    told_ms: AtomicI64,
}

/// Whether a text is in the form of a key: what is not cannot be one, and nobody need be asked.
pub(super) fn is_key(text: &str) -> bool {
    let Some((letters, secret)) = text.strip_prefix(BEGINNING).and_then(|rest| rest.split_at_checked(PREFIX_LETTERS))
    else {
        return false;
    };
    let is_secret = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let secret = secret.strip_prefix('_').unwrap_or_default();
    letters.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && secret.len() == (SECRET_BYTES * 8).div_ceil(6)
        && secret.bytes().all(is_secret)
}

impl KeyRing {
    pub(super) fn new() -> KeyRing {
        KeyRing(moka::sync::Cache::new(MAX_KEYS))
    }
}

impl Auth {
    /// The user of an API key that comes from an address.
    ///
    /// # Errors
    /// 401 `invalid_token`, the same whatever is wrong with the key, 429 where too many of the address were wrong to look at
    /// another one that is not known yet, or what the database has to say.
    pub async fn key_holder(&self, text: &str, ip: IpAddr) -> Result<Actor, ApiError> {
        if !is_key(text) {
            return Err(refused());
        }
        let now_ms = self.clock.now_ms();
        self.cache.refresh(&self.store, now_ms).await?;
        // Before the look: what changes in between voids what was seen.
        let version = self.cache.version();
        let held = match self.key_ring.0.get(text).filter(|held| held.version == version) {
            Some(held) => held,
            None => {
                self.rates.is_worth_a_look(ip)?;
                self.look_up_key(text, version).await?.ok_or_else(refused)?
            }
        };
        if held.ends.is_some_and(|ends| now_ms.div_euclid(1000) >= ends) {
            return Err(refused());
        }
        self.tell_use(&held, now_ms).await;
        Ok(Actor::User(held.user.clone()))
    }

    async fn look_up_key(&self, text: &str, version: u64) -> Result<Option<Arc<Held>>, ApiError> {
        let fields = CallerFields::of(&self.blueprint);
        let step = sql::one(&fields.added_to(LOOK_UP, "u."), vec![session::hash(text)], &fields.kinds(&KINDS));
        let Outcome::Done(answer) = self.store.run(sql::read(&self.store, step)).await? else { return Ok(None) };
        let held = read(&answer.captured, version, &fields);
        // Of users whose issuer is not asked any more no token counts, and no key.
        let Some(held) = held.filter(|held| self.accepts_users_of(&held.user.iss)) else { return Ok(None) };
        let held = Arc::new(held);
        self.key_ring.0.insert(text.into(), held.clone());
        Ok(Some(held))
    }

    /// Keeps when the key was used, about once a minute; a request waits for that, and never fails by it.
    async fn tell_use(&self, held: &Held, now_ms: i64) {
        let told = held.told_ms.load(Ordering::Relaxed);
        let is_told = now_ms.abs_diff(told) < TOLD_EVERY_MS;
        if is_told || held.told_ms.compare_exchange(told, now_ms, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        let update = "UPDATE \"_keys\" SET \"last_used_at\" = ?2 WHERE \"id\" = ?1 \
             AND (\"last_used_at\" IS NULL OR \"last_used_at\" < ?2)";
        let step = sql::run(update, vec![sql::uuid(&held.key), sql::stamp(&self.clock.stamp())]);
        if let Err(error) = self.store.run(sql::write(&self.store, vec![step])).await {
            tracing::warn!(%error, key = held.key, "when a key was last used was not kept");
        }
    }
}

const LOOK_UP: &str = "SELECT u.\"id\", u.\"iss\", u.\"sub\", u.\"email\", u.\"roles\", k.\"id\", k.\"scopes\", \
     k.\"expires_at\", k.\"last_used_at\" FROM \"_keys\" k JOIN \"users\" u ON u.\"id\" = k.\"user_id\" \
     WHERE k.\"hash\" = ?1 AND k.\"revoked_at\" IS NULL AND NOT u.\"disabled\"";
const KINDS: [Kind; 9] = [
    Kind::Uuid,
    Kind::Text,
    Kind::Text,
    Kind::Text,
    Kind::Json,
    Kind::Uuid,
    Kind::Json,
    Kind::DateTime,
    Kind::DateTime,
];

fn read(row: &[Value], version: u64, fields: &CallerFields<'_>) -> Option<Held> {
    let [id, iss, sub, email, roles, key, allowed, ends, used, looked_at @ ..] = row else { return None };
    let key = key.as_str()?.to_owned();
    // What cannot be read is over, and allows nothing.
    let ends = ends.as_str().map(|stamp| seconds_of(stamp).unwrap_or_default());
    let allowed = allowed.as_str().map(Allowed::of_json).unwrap_or_default();
    let user = User {
        id: id.as_str()?.to_owned(),
        iss: iss.as_str()?.to_owned(),
        sub: sub.as_str()?.to_owned(),
        email: email.as_str().map(str::to_owned),
        roles: sql::roles_of(Some(roles)),
        fields: fields.read(looked_at),
        session: None,
        key: Some(Arc::new(Key { id: key.clone(), allowed })),
    };
    let told_ms = AtomicI64::new(used.as_str().and_then(millis_of).unwrap_or(i64::MIN / 2));
    Some(Held { version, user: Arc::new(user), key, ends, told_ms })
}

fn refused() -> ApiError {
    invalid_token("the API key does not count").because("api_key").logged("an API key that does not count")
}
