//! The time that tokens and sessions are measured by. Tests set it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// Tells the time: the system's, or one that is set by hand.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// A clock that stands still until it is moved. Its copies move with it.
    pub fn fixed(seconds: i64) -> Clock {
        Clock(Some(Arc::new(AtomicI64::new(seconds.saturating_mul(1000)))))
    }

    /// Moves a fixed clock; the system's clock is not ours to move.
    pub fn advance_ms(&self, milliseconds: i64) {
        if let Some(fixed) = &self.0 {
            fixed.fetch_add(milliseconds, Ordering::SeqCst);
        }
    }

    /// Milliseconds since 1970.
    pub(super) fn now_ms(&self) -> i64 {
        match &self.0 {
            Some(fixed) => fixed.load(Ordering::SeqCst),
            None => Timestamp::now().as_millisecond(),
        }
    }

    /// Seconds since 1970, as tokens count them (RFC 7519 §2).
    pub(super) fn now(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// Now, in the form that is stored.
    pub(super) fn stamp(&self) -> String {
        match &self.0 {
            Some(_) => stamp(self.now_ms()),
            None => crate::clock::now(),
        }
    }

    /// So many seconds from now, in the form that is stored.
    pub(super) fn stamp_after(&self, seconds: i64) -> String {
        stamp(self.now_ms().saturating_add(seconds.saturating_mul(1000)))
    }
}

/// Says once an hour that what is done once an hour is due.
#[derive(Debug, Default)]
pub(super) struct Hourly(AtomicI64);

impl Hourly {
    /// Whether this is the first time that somebody asks in this hour since 1970.
    pub(super) fn is_due(&self, hour: i64) -> bool {
        self.0.swap(hour, Ordering::Relaxed) != hour
    }
}

/// A stored stamp as seconds since 1970.
pub(super) fn seconds_of(stamp: &str) -> Option<i64> {
    stamp.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

/// A stored stamp as milliseconds since 1970.
pub(super) fn millis_of(stamp: &str) -> Option<i64> {
    stamp.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

fn stamp(milliseconds: i64) -> String {
    format!("{:.6}", Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MAX))
}
