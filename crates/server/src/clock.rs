//! The time of day in the one form that is stored.

/// Now, as `2026-11-21T03:37:18.123456Z`: always 27 bytes, so that it sorts as text.
pub fn now() -> String {
    stamp(jiff::Timestamp::now())
}

/// The moment that long ago, in the same form.
pub fn ago(time: std::time::Duration) -> String {
    let now = jiff::Timestamp::now();
    stamp(now.checked_sub(time).unwrap_or(now))
}

fn stamp(at: jiff::Timestamp) -> String {
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
}
