//! The key set of one issuer: kept, looked after, and asked for again as seldom as is right.
//!
//! * Found: no request. After [`SOFT_MS`] the set is fetched again behind the callers' backs.
//! * A key id that is not in it: one request for all who wait, then none for [`PAUSE_MS`]; ids that were asked for in
//!   vain are remembered. So whoever invents key ids causes two requests a minute, not one each.
//! * An issuer that does not answer: what is known counts for [`HARD_MS`].
//!
//! A request runs in a task of its own: a caller who goes away neither ends it nor makes room for another.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::fetch;
use super::jwk::{Algorithm, Key, Set};

/// Supabase's and Google's caches in front of their sets are of this order.
const SOFT_MS: i64 = 10 * 60 * 1000;
const HARD_MS: i64 = 24 * 60 * 60 * 1000;
/// Between two requests because of unknown key ids, or after a failure.
const PAUSE_MS: i64 = 30 * 1000;
/// Between two requests while there is no key at all: nobody can sign in meanwhile.
const EMPTY_PAUSE_MS: i64 = 3 * 1000;
/// How long a key id is remembered that the set does not have.
const MISSING_MS: i64 = 60 * 1000;
const MAX_MISSING: u64 = 1024;

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The issuer has no such key.
    Unknown,
    /// The issuer cannot be asked.
    Unavailable,
}

/// A key, and the version of the set that it is of.
pub(super) struct Found {
    pub(super) key: Arc<Key>,
    pub(super) version: u64,
}

pub(super) struct KeySet {
    url: String,
    allowed: &'static [Algorithm],
    /// Another one since a key went or changed.
    version: AtomicU64,
    /// When the set was last had; [`i64::MIN`] is never.
    fetched_ms: AtomicI64,
    /// When it is to be fetched again.
    due_ms: AtomicI64,
    state: Mutex<State>,
    one_at_a_time: Arc<tokio::sync::Mutex<()>>,
    missing: moka::sync::Cache<String, i64>,
}

#[derive(Default)]
struct State {
    keys: HashMap<String, Arc<Key>>,
    /// Requests that are over, with or without success.
    requests: u64,
    /// When the last one began that was for an unknown key id.
    searched_ms: Option<i64>,
    failed_ms: Option<i64>,
}

enum Look {
    Found(Found),
    Missing,
    /// No set was ever had, or it is too old.
    Nothing,
}

impl KeySet {
    pub(super) fn new(url: String, allowed: &'static [Algorithm]) -> KeySet {
        KeySet {
            url,
            allowed,
            version: AtomicU64::new(0),
            fetched_ms: AtomicI64::new(i64::MIN),
            due_ms: AtomicI64::new(i64::MIN),
            state: Mutex::default(),
            one_at_a_time: Arc::default(),
            missing: moka::sync::Cache::new(MAX_MISSING),
        }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// How many keys it holds that count, asked now; it blocks the thread.
    ///
    /// # Errors
    /// Why it is not to be had.
    pub(super) fn count_now(&self) -> Result<usize, String> {
        let text = fetch::get(&self.url)?;
        Set::read(&text, self.allowed).map(|set| set.keys.len()).map_err(str::to_owned)
    }

    pub(super) fn allows(&self, algorithm: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed.name() == algorithm)
    }

    /// The key of this id.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn key(self: &Arc<Self>, kid: &str, now_ms: i64) -> Result<Found, NoKey> {
        match self.look(kid, now_ms) {
            Look::Found(found) => {
                self.look_after(now_ms);
                return Ok(found);
            }
            Look::Missing if self.is_known_missing(kid, now_ms) => return Err(NoKey::Unknown),
            Look::Missing | Look::Nothing => {}
        }
        let has_asked = self.ask(now_ms).await;
        match self.look(kid, now_ms) {
            Look::Found(found) => Ok(found),
            Look::Missing => {
                // Only after asking: an id that is new since the last request must be found at the next.
                if has_asked {
                    self.missing.insert(kid.to_owned(), now_ms);
                }
                Err(NoKey::Unknown)
            }
            Look::Nothing => Err(NoKey::Unavailable),
        }
    }

    /// Whether what was verified under this version still counts.
    pub(super) fn holds(&self, version: u64, now_ms: i64) -> bool {
        self.version.load(Ordering::SeqCst) == version && self.is_young(now_ms)
    }

    /// Has the set fetched again if it is time, without waiting for it. Costs one look at a number if it is not.
    pub(super) fn look_after(self: &Arc<Self>, now_ms: i64) {
        if now_ms < self.due_ms.load(Ordering::Relaxed) {
            return;
        }
        let Ok(turn) = self.one_at_a_time.clone().try_lock_owned() else { return };
        self.due_ms.store(now_ms.saturating_add(PAUSE_MS), Ordering::Relaxed);
        tokio::spawn(self.clone().fetch(now_ms, turn));
    }

    fn look(&self, kid: &str, now_ms: i64) -> Look {
        if !self.is_young(now_ms) {
            return Look::Nothing;
        }
        let state = self.state();
        match state.keys.get(kid) {
            Some(key) => Look::Found(Found { key: key.clone(), version: self.version.load(Ordering::SeqCst) }),
            None => Look::Missing,
        }
    }

    fn is_young(&self, now_ms: i64) -> bool {
        let fetched_ms = self.fetched_ms.load(Ordering::SeqCst);
        // By distance and not by order, for clocks are also set back.
        fetched_ms != i64::MIN && now_ms.abs_diff(fetched_ms) < HARD_MS.unsigned_abs()
    }

    fn is_known_missing(&self, kid: &str, now_ms: i64) -> bool {
        self.missing.get(kid).is_some_and(|since_ms| is_within(Some(since_ms), MISSING_MS, now_ms))
    }

    /// Asks the issuer, or waits for the answer to one who already does. Says whether there was a request.
    async fn ask(self: &Arc<Self>, now_ms: i64) -> bool {
        let before = self.state().requests;
        let turn = self.one_at_a_time.clone().lock_owned().await;
        if self.state().requests != before {
            return true;
        }
        if !self.may_ask(now_ms) {
            return false;
        }
        // It fails only if the program ends.
        let _ = tokio::spawn(self.clone().fetch(now_ms, turn)).await;
        true
    }

    /// Whether a request for an unknown key id is due; takes note of it.
    fn may_ask(&self, now_ms: i64) -> bool {
        let is_young = self.is_young(now_ms);
        let mut state = self.state();
        if !is_young {
            return !is_within(state.failed_ms, EMPTY_PAUSE_MS, now_ms);
        }
        if is_within(state.searched_ms, PAUSE_MS, now_ms) || is_within(state.failed_ms, PAUSE_MS, now_ms) {
            return false;
        }
        state.searched_ms = Some(now_ms);
        true
    }

    /// The turn is over when this is.
    async fn fetch(self: Arc<Self>, now_ms: i64, turn: tokio::sync::OwnedMutexGuard<()>) {
        let url = self.url.clone();
        let answer = tokio::task::spawn_blocking(move || fetch::get(&url)).await;
        let read = match answer {
            Ok(Ok(text)) => Set::read(&text, self.allowed).map_err(str::to_owned),
            Ok(Err(why)) => Err(why),
            Err(stopped) => Err(stopped.to_string()),
        };
        match read {
            Ok(set) => self.take(set, now_ms),
            Err(why) => {
                tracing::warn!(url = self.url, why, "the key set of an issuer is not to be had");
                self.due_ms.store(now_ms.saturating_add(PAUSE_MS), Ordering::Relaxed);
                let mut state = self.state();
                state.failed_ms = Some(now_ms);
                state.requests += 1;
            }
        }
        drop(turn);
    }

    fn take(&self, set: Set, now_ms: i64) {
        if set.keys.is_empty() {
            tracing::warn!(url = self.url, dropped = ?set.dropped, "the key set of an issuer has no key that counts");
        } else {
            tracing::debug!(url = self.url, keys = set.keys.len(), dropped = ?set.dropped, "keys of an issuer");
        }
        let keys: HashMap<String, Arc<Key>> = set.keys.into_iter().map(|(kid, key)| (kid, Arc::new(key))).collect();
        let mut state = self.state();
        let is_gone = |(kid, key): (&String, &Arc<Key>)| keys.get(kid) != Some(key);
        if state.keys.iter().any(is_gone) {
            self.version.fetch_add(1, Ordering::SeqCst);
        }
        state.keys = keys;
        state.failed_ms = None;
        state.requests += 1;
        self.fetched_ms.store(now_ms, Ordering::SeqCst);
        self.due_ms.store(now_ms.saturating_add(SOFT_MS), Ordering::Relaxed);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_within(since_ms: Option<i64>, span_ms: i64, now_ms: i64) -> bool {
    since_ms.is_some_and(|since_ms| now_ms.abs_diff(since_ms) < span_ms.unsigned_abs())
}
