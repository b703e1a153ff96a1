//! Dates and times, kept in forms of fixed width that sort as text.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use super::{Read, complain};
use crate::model::Literal;

/// `YYYY-MM-DD`, of a day that there is.
pub(super) fn date(text: &str) -> Read {
    match read_date(text) {
        Some(date) => Ok(Literal::Text(date.to_string())),
        None => complain("date", "must be a date, for example 2026-11-21"),
    }
}

/// `HH:MM` or `HH:MM:SS`, kept with seconds.
pub(super) fn time(text: &str) -> Read {
    let with_seconds = if text.len() == 5 { format!("{text}:00") } else { text.to_owned() };
    match read_time(&with_seconds) {
        Some(_) => Ok(Literal::Text(with_seconds)),
        None => complain("time", "must be a time without fractions, for example 13:45 or 13:45:00"),
    }
}

/// RFC 3339 with an offset, kept in UTC with six digits after the point: `2026-11-21T03:37:18.123456Z`.
pub(super) fn datetime(text: &str) -> Read {
    match read_datetime(text) {
        Some(utc) => {
            Ok(Literal::Text(format!("{}T{}.{:06}Z", utc.date(), clock(utc.time()), utc.subsec_nanosecond() / 1_000)))
        }
        None => complain(
            "datetime",
            "must be a date and time with offset, for example 2026-11-21T13:45:00Z or 2026-11-21T13:45:00+02:00",
        ),
    }
}

/// A filter may name a day, as in `due_at[gte]=2026-01-01`.
pub(super) fn datetime_or_day(text: &str) -> Read {
    match read_date(text) {
        Some(_) => datetime(&format!("{text}T00:00:00Z")),
        None => datetime(text),
    }
}

fn clock(time: Time) -> String {
    format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}

fn read_date(text: &str) -> Option<Date> {
    let (year, rest) = number(text, 4)?;
    let (month, rest) = number(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = number(rest.strip_prefix('-')?, 2)?;
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    (rest.is_empty() && date.year() >= 1).then_some(date)
}

fn read_time(text: &str) -> Option<Time> {
    let (hour, rest) = number(text, 2)?;
    let (minute, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = number(rest.strip_prefix(':')?, 2)?;
    let time = Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0).ok()?;
    rest.is_empty().then_some(time)
}

fn read_datetime(text: &str) -> Option<DateTime> {
    let date = read_date(text.get(..10)?)?;
    let rest = text.get(10..)?.strip_prefix(['T', 't', ' '])?;
    let time = read_time(rest.get(..8)?)?;
    let (nanoseconds, offset) = fraction(rest.get(8..)?)?;
    let local = date.to_datetime(time).checked_add(SignedDuration::from_nanos(nanoseconds)).ok()?;
    let utc = local.checked_sub(SignedDuration::from_secs(seconds_of(offset)?)).ok()?;
    (1..=9999).contains(&utc.year()).then_some(utc)
}

/// `.123456789`, cut after six digits: neither engine keeps more.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(rest) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (fraction, rest) = rest.split_at_checked(digits).filter(|_| digits > 0)?;
    let microseconds: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    Some((microseconds * 1_000, rest))
}

/// `Z`, `+02:00` or `-05:30`, in seconds.
fn seconds_of(offset: &str) -> Option<i64> {
    if matches!(offset, "Z" | "z") {
        return Some(0);
    }
    let (sign, rest) = match offset.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, offset.strip_prefix('-')?),
    };
    let (hours, rest) = number(rest, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2)?;
    (rest.is_empty() && hours <= 23 && minutes <= 59).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// Exactly so many digits, and what follows.
fn number(text: &str, digits: usize) -> Option<(i64, &str)> {
    let (head, rest) = text.split_at_checked(digits)?;
    let number = head.bytes().all(|byte| byte.is_ascii_digit()).then(|| head.parse().ok())??;
    Some((number, rest))
}
