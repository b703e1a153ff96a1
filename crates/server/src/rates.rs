//! How often one caller may ask: signed-in callers by user, strangers by address. Per process and in memory.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::HeaderName;
use http::header::RETRY_AFTER;
use query::Actor;

use crate::error::{ApiError, TOO_MANY};
use crate::settings::Limits;

/// The limits of requests a minute.
pub struct Rates {
    users: Option<Rate<String>>,
    strangers: Option<Rate<IpAddr>>,
}

impl Rates {
    /// The limits of the settings.
    pub fn new(limits: &Limits) -> Rates {
        Rates {
            users: limits.user_per_minute.map(|limit| Rate::new("user", limit)),
            strangers: limits.stranger_per_minute.map(|limit| Rate::new("address", limit)),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// 429 with `Retry-After`, `RateLimit` and `RateLimit-Policy` when the limit is used up.
    pub fn check(&self, actor: &Actor, ip: IpAddr) -> Result<(), ApiError> {
        match (actor, &self.users, &self.strangers) {
            (Actor::User(user), Some(rate), _) => rate.check(&user.id),
            (Actor::Stranger, _, Some(rate)) => rate.check(&network(ip)),
            _ => Ok(()),
        }
    }

    /// Forgets callers whose limit is whole again, so that memory follows the callers of the last minute only.
    pub fn forget_idle(&self) {
        self.users.iter().for_each(Rate::forget_idle);
        self.strangers.iter().for_each(Rate::forget_idle);
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
pub(crate) struct Rate<K: Clone + std::hash::Hash + Eq> {
    name: &'static str,
    limit: NonZeroU32,
    limiter: DefaultKeyedRateLimiter<K>,
}

impl<K: Clone + std::hash::Hash + Eq> Rate<K> {
    pub(crate) fn new(name: &'static str, limit: NonZeroU32) -> Rate<K> {
        Rate { name, limit, limiter: RateLimiter::keyed(Quota::per_minute(limit)) }
    }

    pub(crate) fn check(&self, key: &K) -> Result<(), ApiError> {
        let Err(until) = self.limiter.check_key(key) else { return Ok(()) };
        let wait = until.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
        // The form of draft-ietf-httpapi-ratelimit-headers.
        Err(ApiError::new(TOO_MANY, format!("at most {} requests a minute", self.limit))
            .because(self.name)
            .with(RETRY_AFTER, wait.to_string())
            .with(HeaderName::from_static("ratelimit-policy"), format!("\"{}\";q={};w=60", self.name, self.limit))
            .with(HeaderName::from_static("ratelimit"), format!("\"{}\";r=0;t={wait}", self.name)))
    }

    pub(crate) fn forget_idle(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}
