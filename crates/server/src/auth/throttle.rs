//! Slows down guessing: log-ins a minute of one address, and wrong passwords in a row of one account.
//!
//! Accounts are counted whether they exist or not, so that the answer tells nothing. Nobody is locked out for good:
//! after a wait a few more attempts are free. In memory, hence per process and gone with a restart.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::RETRY_AFTER;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use crate::error::{ApiError, TOO_MANY};
use crate::rates::{Rate, network};
use crate::settings::Limits;

/// How long an account waits that took too many wrong passwords.
const WAIT_MS: i64 = 15 * 60 * 1000;
/// A counter is forgotten when nobody tried for so long.
const FORGET_AFTER: Duration = Duration::from_secs(60 * 60);
const MAX_ACCOUNTS: u64 = 100_000;
/// How often addresses are forgotten whose limit is whole again.
const CLEAN_EVERY: u32 = 1024;

pub(super) struct Throttle {
    addresses: Option<Rate<IpAddr>>,
    checks: AtomicU32,
    accounts: Option<Accounts>,
}

struct Accounts {
    limit: u32,
    counted: Cache<Account, Arc<Mutex<Failures>>>,
}

/// An account by the hash of its address, so that long addresses cost no memory.
pub(super) type Account = [u8; 32];

#[derive(Default)]
struct Failures {
    in_a_row: u32,
    last_ms: i64,
}

impl Throttle {
    pub(super) fn new(limits: &Limits) -> Throttle {
        Throttle {
            addresses: limits.login_per_minute.map(|limit| Rate::new("login", limit)),
            checks: AtomicU32::new(0),
            accounts: limits.login_failures.map(Accounts::new),
        }
    }

    /// Counts an attempt of an address.
    pub(super) fn address(&self, ip: IpAddr) -> Result<(), ApiError> {
        let Some(rate) = &self.addresses else { return Ok(()) };
        if self.checks.fetch_add(1, Ordering::Relaxed) % CLEAN_EVERY == CLEAN_EVERY - 1 {
            rate.forget_idle();
        }
        rate.check(&network(ip))
    }

    /// Counts an attempt on an account as failed until [`Throttle::right`] or [`Throttle::undecided`] says otherwise:
    /// if only the outcome counted, a thousand attempts at once would all pass.
    pub(super) fn account(&self, account: &Account, now_ms: i64) -> Result<(), ApiError> {
        let Some(accounts) = &self.accounts else { return Ok(()) };
        accounts.attempt(account, now_ms)
    }

    /// The attempt was right: the row of failures ends.
    pub(super) fn right(&self, account: &Account) {
        if let Some(accounts) = &self.accounts {
            accounts.counted.invalidate(account);
        }
    }

    /// The attempt was not even checked.
    pub(super) fn undecided(&self, account: &Account) {
        let failures = self.accounts.as_ref().and_then(|accounts| accounts.counted.get(account));
        if let Some(failures) = failures {
            let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
            failures.in_a_row = failures.in_a_row.saturating_sub(1);
        }
    }
}

pub(super) fn account(email: &str) -> Account {
    Sha256::digest(email).into()
}

impl Accounts {
    fn new(limit: NonZeroU32) -> Accounts {
        // Least recently used goes first: by frequency, a full cache would not take in the account under attack.
        let counted = Cache::builder()
            .max_capacity(MAX_ACCOUNTS)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(FORGET_AFTER)
            .build();
        Accounts { limit: limit.get(), counted }
    }

    fn attempt(&self, account: &Account, now_ms: i64) -> Result<(), ApiError> {
        let failures = self.counted.get_with(*account, Arc::default);
        let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.in_a_row >= self.limit {
            let waited = now_ms.saturating_sub(failures.last_ms);
            if (0..WAIT_MS).contains(&waited) {
                return Err(too_many(WAIT_MS - waited));
            }
            // A tenth of the limit is free after each wait: enough for the owner, too little for guessing.
            failures.in_a_row = self.limit - (self.limit / 10).max(1);
        }
        failures.in_a_row += 1;
        failures.last_ms = now_ms;
        Ok(())
    }
}

fn too_many(wait_ms: i64) -> ApiError {
    let seconds = (wait_ms / 1000).max(0) + 1;
    ApiError::new(TOO_MANY, "too many wrong passwords for this account; wait, then try again")
        .because("account")
        .with(RETRY_AFTER, seconds.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_caller_is_his_network() {
        let same = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9"].map(|ip| network(ip.parse().unwrap()));
        assert_eq!(same[0], same[1]);
        assert_ne!(same[0], network("2001:db8:1:3::1".parse().unwrap()));
        assert_eq!(network("::ffff:10.0.0.1".parse().unwrap()), "10.0.0.1".parse::<IpAddr>().unwrap());
    }
}
