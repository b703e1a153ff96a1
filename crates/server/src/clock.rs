//! The time of day in the one form that is stored.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// A clock that went back by more was set, and is followed.
const SET_BACK_US: i64 = 1_000_000;

/// The microsecond that was told last.
static LAST: AtomicI64 = AtomicI64::new(i64::MIN);

/// Now, as `2026-11-21T03:37:18.123456Z`: always 27 bytes, so that it sorts as text. It is told once: whoever asks in the same
/// microsecond is told the next. So a row's stamp says which change it was, of many in one transaction too.
pub fn now() -> String {
    let now = Timestamp::now();
    let us = now.as_microsecond();
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(following(last, us)));
    let told = last.map(|last| following(last, us)).unwrap_or(us);
    stamp(Timestamp::from_microsecond(told).unwrap_or(now))
}

fn following(last: i64, now: i64) -> i64 {
    if now <= last && last - now < SET_BACK_US { last + 1 } else { now }
}

/// The moment that long ago, in the same form.
pub fn ago(time: std::time::Duration) -> String {
    let now = Timestamp::now();
    stamp(now.checked_sub(time).unwrap_or(now))
}

fn stamp(at: Timestamp) -> String {
    format!("{at:.6}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn stamps_have_one_width() {
        for (text, stamp) in [
            ("2026-11-21T03:37:18Z", "2026-11-21T03:37:18.000000Z"),
            ("2026-11-21T03:37:18.1234567Z", "2026-11-21T03:37:18.123456Z"),
            ("2026-11-21T03:37:18.12+02:00", "2026-11-21T01:37:18.120000Z"),
        ] {
            assert_eq!(super::stamp(text.parse().unwrap()), stamp);
        }
        assert_eq!(super::now().len(), 27);
    }

    #[test]
    fn none_is_told_twice_and_a_clock_that_was_set_back_is_followed() {
        let stamps: Vec<String> = (0..10_000).map(|_| super::now()).collect();
        assert!(stamps.is_sorted_by(|one, next| one < next));
        for (last, now, told) in [(i64::MIN, 7, 7), (6, 7, 7), (7, 7, 8), (9, 7, 10), (3_600_000_000, 7, 7)] {
            assert_eq!(super::following(last, now), told, "{last} {now}");
        }
    }
}
