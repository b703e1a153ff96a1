//! What is known of tokens, users and sessions, so that most requests ask no database who is calling.
//!
//! A token's signature never changes, so it is kept. Whether its user and session still count is kept under a version:
//! every change in this process makes a new one at once, a change by another process on the same database (the command
//! line) is seen within [`FRESH_MS`].

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use query::User;
use store::{Store, StoreError};
use work::{Outcome, Value};

use super::foreign::Proof;
use super::sql;
use super::token::Claims;

/// How long a change by another process may stay unseen.
const FRESH_MS: u64 = 1000;
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// What an entry takes beside its token, roughly.
const ENTRY_BYTES: usize = 512;

pub(super) struct Cache {
    /// By the whole token. A cryptographic hash of it would cost more than all the rest of a look-up, and a short one
    /// would let two tokens be taken for each other.
    /// Only tokens that were found good are in it, so nobody can fill it with such as collide: a fast hash will do.
    tokens: moka::sync::Cache<Arc<str>, Arc<Known>, foldhash::quality::RandomState>,
    version: AtomicU64,
    database_version: AtomicI64,
    checked_ms: AtomicI64,
}

/// A token whose signature and claims were found good.
pub(super) struct Known {
    pub(super) claims: Claims,
    /// By which key, if it was one that can stop counting.
    proof: Option<Proof>,
    standing: Mutex<Option<(u64, Standing)>>,
}

/// How user and session of a token stand.
#[derive(Debug, Clone)]
pub(super) enum Standing {
    /// They count, the session until this second.
    Good(Arc<User>, Option<i64>),
    /// The user is not there or disabled, or the session is over.
    Gone,
}

impl Cache {
    pub(super) fn new() -> Cache {
        let weight = |token: &Arc<str>, _: &Arc<Known>| u32::try_from(token.len() + ENTRY_BYTES).unwrap_or(u32::MAX);
        Cache {
            tokens: moka::sync::Cache::builder()
                .max_capacity(MAX_BYTES)
                .weigher(weight)
                .build_with_hasher(foldhash::quality::RandomState::default()),
            version: AtomicU64::new(0),
            database_version: AtomicI64::new(0),
            checked_ms: AtomicI64::new(i64::MIN / 2),
        }
    }

    /// The version under which a standing read from now on may be kept.
    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::SeqCst)
    }

    /// Voids every standing. To be called after the commit: a reader who came before it keeps what he read under the
    /// version before, which nobody looks at any more.
    pub(super) fn changed(&self) {
        self.version.fetch_add(1, Ordering::SeqCst);
    }

    /// Looks for changes by other processes, at most once in [`FRESH_MS`].
    pub(super) async fn refresh(&self, store: &Store, now_ms: i64) -> Result<(), StoreError> {
        // By distance and not by order, for clocks are also set back.
        if now_ms.abs_diff(self.checked_ms.load(Ordering::Relaxed)) < FRESH_MS {
            return Ok(());
        }
        let outcome = store.run(sql::version(store)).await?;
        let Outcome::Done(answer) = outcome else { return Ok(()) };
        let read = answer.captured.first().and_then(Value::as_integer).unwrap_or_default();
        if self.database_version.swap(read, Ordering::SeqCst) != read {
            self.changed();
        }
        self.checked_ms.store(now_ms, Ordering::Relaxed);
        Ok(())
    }

    pub(super) fn get(&self, token: &str, now_ms: i64) -> Option<Arc<Known>> {
        let is_proven = |known: &Arc<Known>| known.proof.as_ref().is_none_or(|proof| proof.holds(now_ms));
        self.tokens.get(token).filter(is_proven)
    }

    pub(super) fn keep(&self, token: &str, claims: Claims, proof: Option<Proof>) -> Arc<Known> {
        let known = Arc::new(Known { claims, proof, standing: Mutex::new(None) });
        self.tokens.insert(token.into(), known.clone());
        known
    }

    pub(super) fn forget(&self, token: &str) {
        self.tokens.invalidate(token);
    }
}

impl Known {
    pub(super) fn standing(&self, version: u64) -> Option<Standing> {
        let standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        standing.as_ref().filter(|(of, _)| *of == version).map(|(_, standing)| standing.clone())
    }

    pub(super) fn set_standing(&self, version: u64, standing: Standing) {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = Some((version, standing));
    }
}
