//! Numbers: where such ones usually lie, brought into what the field allows.

use serde_json::{Value, json};

use crate::ranges::{ANY_MONEY, ANY_NUMBER, NUMBERS, find, widened};
use crate::{Dice, example};

/// Beyond this many values nothing is tried one after the other.
const SCANNED: usize = 10_000;

/// The limits of a number, in units of 10^-scale.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub scale: u8,
    pub min: i64,
    pub max: i64,
    pub money: bool,
}

/// Units for a field; those of a later attempt lie further apart.
pub(crate) fn units(field: &str, limits: Limits, dice: &mut Dice, attempt: u32) -> i64 {
    let usual = find(NUMBERS, field).unwrap_or(if limits.money { ANY_MONEY } else { ANY_NUMBER });
    let unit = 10_i64.pow(u32::from(limits.scale.min(18)));
    let usual = (usual.0.saturating_mul(unit), usual.1.saturating_mul(unit));
    let (low, high) = within(widened(usual, attempt), limits);
    let thrown = dice.between(low, high);
    let round = thrown - thrown.rem_euclid(step(usual.1, unit));
    // Prices end in .00 or .50; where that is not allowed, or taken, they may end in anything.
    if attempt == 0 && (low..=high).contains(&round) { round } else { thrown }
}

/// The nearest range of the same width that the field allows.
fn within((low, high): (i64, i64), limits: Limits) -> (i64, i64) {
    let (lowest, highest) = (low.max(limits.min), high.min(limits.max));
    if lowest <= highest {
        return (lowest, highest);
    }
    let width = high.saturating_sub(low);
    if limits.min > high {
        (limits.min, limits.min.saturating_add(width).min(limits.max))
    } else {
        (limits.max.saturating_sub(width).max(limits.min), limits.max)
    }
}

fn step(high: i64, unit: i64) -> i64 {
    if high / unit.max(1) >= 10_000 { unit.saturating_mul(100) } else { (unit / 2).max(1) }
}

/// All units that there are, if they are few.
pub(crate) fn all_units(limits: Limits) -> impl Iterator<Item = i64> {
    (limits.min..=limits.max).take(SCANNED)
}

/// Units as JSON has them.
pub(crate) fn decimal(units: i64, scale: u8) -> Value {
    example::decimal(units, scale)
}

/// A float with two digits after the point.
pub(crate) fn float(field: &str, min: f64, max: f64, dice: &mut Dice, attempt: u32) -> Value {
    const UNIT: f64 = 100.0;
    // Limits beyond what an integer holds are no limits here: `as` goes to the nearest one that it holds.
    let bound = |limit: f64| (limit * UNIT) as i64;
    let limits = Limits { scale: 2, min: bound(min), max: bound(max), money: false };
    let units = units(field, limits, dice, attempt);
    json!((units as f64 / UNIT).clamp(min, max))
}
