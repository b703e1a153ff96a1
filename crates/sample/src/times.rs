//! Dates and times around a day that never changes, so that the same seed gives the same ones for ever.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::Dice;
use crate::ranges::{ANY_DAY, ANY_HOUR, DAYS, HOURS, find, widened};

/// What is past and what is to come is meant from here.
const BASE: Date = date(2026, 6, 1);
/// Further from the base no day is needed, and every day is one that a field takes.
const FARTHEST: i64 = 300_000;

/// A day for a field, `2026-05-30`.
pub(crate) fn day(field: &str, dice: &mut Dice, attempt: u32) -> String {
    let (low, high) = widened(find(DAYS, field).unwrap_or(ANY_DAY), attempt);
    let days = dice.between(low.max(-FARTHEST), high.min(FARTHEST));
    BASE.saturating_add(days.days()).to_string()
}

/// A time for a field: a quarter of an hour, or any second at a later attempt.
pub(crate) fn time(field: &str, dice: &mut Dice, attempt: u32) -> String {
    if attempt > 0 {
        let second = dice.between(0, 86_399);
        return format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
    }
    let (low, high) = find(HOURS, field).unwrap_or(ANY_HOUR);
    format!("{:02}:{:02}:00", dice.between(low, high), dice.between(0, 3) * 15)
}

/// A moment for a field, `2026-05-30T09:15:00Z`.
pub(crate) fn moment(field: &str, dice: &mut Dice, attempt: u32) -> String {
    format!("{}T{}Z", day(field, dice, attempt), time("", dice, attempt))
}
