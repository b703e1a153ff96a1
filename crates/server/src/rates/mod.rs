//! How often one caller may ask: signed-in callers by user or by API key, strangers by address, log-ins by address.
//!
//! On a server of Postgres the instances count together (`leased.rs`); on a file each process counts by itself, in memory.

mod leased;

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::HeaderName;
use http::header::RETRY_AFTER;
use query::Actor;
use store::Store;
use work::Dialect;

use self::leased::Leased;
use crate::error::{ApiError, TOO_MANY};
use crate::settings::Limits;

/// Strangers that are known to be over their limit.
const MAX_SPENT: u64 = 10_000;

/// The limits of requests a minute.
pub struct Rates {
    users: Option<Rate>,
    strangers: Option<Rate>,
    logins: Option<Rate>,
    /// Strangers whose limit is known here to be used up, and until when.
    spent: moka::sync::Cache<IpAddr, Instant>,
}

impl Rates {
    /// The limits of the settings.
    pub fn new(limits: &Limits, store: &Store) -> Rates {
        Rates {
            users: limits.user_per_minute.map(|limit| Rate::new("user", limit, None, store)),
            strangers: limits.stranger_per_minute.map(|limit| Rate::new("address", limit, None, store)),
            // One by one: a share that nobody spends would be much of a small limit.
            logins: limits.login_per_minute.map(|limit| Rate::new("login", limit, Some(1), store)),
            spent: moka::sync::Cache::builder().max_capacity(MAX_SPENT).time_to_live(Duration::from_secs(60)).build(),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// 429 with `Retry-After`, `RateLimit` and `RateLimit-Policy` when the limit is used up.
    pub async fn check(&self, actor: &Actor, ip: IpAddr) -> Result<(), ApiError> {
        match (actor, &self.users, &self.strangers) {
            (Actor::User(user), Some(rate), _) => rate.check(user.key.as_ref().map_or(&user.id, |key| &key.id)).await,
            (Actor::Stranger, _, Some(rate)) => self.check_stranger(rate, network(ip)).await,
            _ => Ok(()),
        }
    }

    /// Whether a stranger of this address may cost the database a look, as far as is known here. It counts nothing: what comes
    /// of the look may be no stranger.
    ///
    /// # Errors
    /// 429, for as long as the last one said.
    pub fn is_worth_a_look(&self, ip: IpAddr) -> Result<(), ApiError> {
        let Some(rate) = &self.strangers else { return Ok(()) };
        let until = self.spent.get(&network(ip));
        match until.map(|until| until.saturating_duration_since(Instant::now())) {
            Some(wait) if !wait.is_zero() => Err(rate.too_many(wait)),
            _ => Ok(()),
        }
    }

    async fn check_stranger(&self, rate: &Rate, network: IpAddr) -> Result<(), ApiError> {
        rate.counted.check(&network.to_string()).await.map_err(|wait| {
            self.spent.insert(network, Instant::now() + wait);
            rate.too_many(wait)
        })
    }

    /// Counts an attempt of an address to log in, or what is counted with it.
    ///
    /// # Errors
    /// The same.
    pub async fn check_login(&self, ip: IpAddr) -> Result<(), ApiError> {
        match &self.logins {
            Some(rate) => rate.check(&network(ip).to_string()).await,
            None => Ok(()),
        }
    }

    /// Forgets callers whose limit is whole again, so that memory follows the callers of the last minute only.
    pub fn forget_idle(&self) {
        [&self.users, &self.strangers, &self.logins].into_iter().flatten().for_each(Rate::forget_idle);
    }
}

/// One household or data centre customer has a whole /64 of IPv6 addresses, so that is what counts.
pub(crate) fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4(ip),
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX))),
    }
}

/// One limit, counted apart for each key.
struct Rate {
    name: &'static str,
    limit: NonZeroU32,
    counted: Counted,
}

enum Counted {
    Here(DefaultKeyedRateLimiter<String>),
    Together(Leased),
}

impl Rate {
    fn new(name: &'static str, limit: NonZeroU32, share: Option<i64>, store: &Store) -> Rate {
        let counted = match store.dialect() {
            Dialect::Sqlite => Counted::Here(RateLimiter::keyed(Quota::per_minute(limit))),
            Dialect::Postgres { .. } => Counted::Together(Leased::new(name, limit.get(), share, store.clone())),
        };
        Rate { name, limit, counted }
    }

    async fn check(&self, key: &String) -> Result<(), ApiError> {
        self.counted.check(key).await.map_err(|wait| self.too_many(wait))
    }

    fn too_many(&self, wait: Duration) -> ApiError {
        let wait = wait.as_secs() + 1;
        // The form of draft-ietf-httpapi-ratelimit-headers.
        ApiError::new(TOO_MANY, format!("at most {} requests a minute", self.limit))
            .because(self.name)
            .with(RETRY_AFTER, wait.to_string())
            .with(HeaderName::from_static("ratelimit-policy"), format!("\"{}\";q={};w=60", self.name, self.limit))
            .with(HeaderName::from_static("ratelimit"), format!("\"{}\";r=0;t={wait}", self.name))
    }

    fn forget_idle(&self) {
        if let Counted::Here(limiter) = &self.counted {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

impl Counted {
    /// Counts a request; `Err` says after how long the next one counts.
    async fn check(&self, key: &String) -> Result<(), Duration> {
        match self {
            Counted::Here(limiter) => {
                limiter.check_key(key).map_err(|until| until.wait_time_from(DefaultClock::default().now()))
            }
            Counted::Together(leased) => leased.check(key).await,
        }
    }
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
