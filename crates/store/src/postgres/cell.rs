//! The binary forms in which Postgres sends the cells of a row, read without a tree between.

use std::error::Error;

use tokio_postgres::types::{FromSql, Type};

use super::plain::Plain;

/// Days between the 1st of March of the year 0 and the year 2000, where Postgres begins to count.
const DAYS_FROM_ERA: i32 = 730_425;
const MICROS_A_DAY: i64 = 86_400_000_000;

/// A cell as it came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Numeric(&'a [u8]),
    Text(&'a str),
    Uuid([u8; 16]),
    /// Days since 2000.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since 2000, in UTC.
    DateTime(i64),
    Json(&'a str),
    Bytes(&'a [u8]),
}

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Cell<'a>, Box<dyn Error + Sync + Send>> {
        Ok(match *kind {
            Type::BOOL => Cell::Boolean(raw != [0]),
            Type::INT2 => Cell::Integer(i16::from_be_bytes(raw.try_into()?).into()),
            Type::INT4 => Cell::Integer(i32::from_be_bytes(raw.try_into()?).into()),
            Type::INT8 => Cell::Integer(i64::from_be_bytes(raw.try_into()?)),
            Type::FLOAT4 => Cell::Float(f32::from_be_bytes(raw.try_into()?).into()),
            Type::FLOAT8 => Cell::Float(f64::from_be_bytes(raw.try_into()?)),
            Type::NUMERIC => Cell::Numeric(raw),
            Type::UUID => Cell::Uuid(raw.try_into()?),
            Type::DATE => Cell::Date(i32::from_be_bytes(raw.try_into()?)),
            Type::TIME => Cell::Time(i64::from_be_bytes(raw.try_into()?)),
            Type::TIMESTAMPTZ | Type::TIMESTAMP => Cell::DateTime(i64::from_be_bytes(raw.try_into()?)),
            Type::JSON => Cell::Json(std::str::from_utf8(raw)?),
            // A version, which has always been 1, and then the text.
            Type::JSONB => Cell::Json(std::str::from_utf8(raw.strip_prefix(&[1]).ok_or("an unknown form of jsonb")?)?),
            Type::BYTEA => Cell::Bytes(raw),
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => {
                Cell::Text(std::str::from_utf8(raw)?)
            }
            _ => return Err(format!("cells of the type {kind} are not read").into()),
        })
    }

    /// Asked for each cell of each row, and told above which ones are not.
    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A `numeric` in units of 10^-scale; `None` if it is no number, or no whole number of units that 64 bits hold.
pub(super) fn units(raw: &[u8], scale: u8) -> Option<i64> {
    let mut words = raw.chunks(2).map(|word| Some(u16::from_be_bytes(word.try_into().ok()?)));
    let mut word = || words.next().flatten();
    let (digits, weight, sign, _shown) = (word()?, word()?.cast_signed(), word()?, word()?);
    let mut units: i128 = 0;
    for place in 0..digits {
        // Each digit counts up to 9999.
        let digit = i128::from(word()?);
        let power = 4 * (i32::from(weight) - i32::from(place)) + i32::from(scale);
        let ten = 10_i128.checked_pow(power.unsigned_abs())?;
        let share = if power >= 0 { digit.checked_mul(ten)? } else { (digit % ten == 0).then_some(digit / ten)? };
        units = units.checked_add(share)?;
    }
    let units = match sign {
        0x0000 => units,
        0x4000 => -units,
        _ => return None,
    };
    units.try_into().ok()
}

/// `2026-11-21`.
pub(super) fn date(days: i32) -> Option<Plain> {
    let mut text = Plain::of("0000-00-00");
    write_date(&mut text, days)?;
    Some(text)
}

/// `13:45:00`.
pub(super) fn time(micros: i64) -> Plain {
    let mut text = Plain::of("00:00:00");
    write_time(&mut text, 0, micros);
    text
}

/// `2026-11-21T03:37:18.123456Z`.
pub(super) fn datetime(micros: i64) -> Option<Plain> {
    let (days, rest) = (micros.div_euclid(MICROS_A_DAY), micros.rem_euclid(MICROS_A_DAY));
    let mut text = Plain::of("0000-00-00T00:00:00.000000Z");
    write_date(&mut text, i32::try_from(days).ok()?)?;
    let fraction = write_time(&mut text, 11, rest);
    text.digits(20, fraction / 10_000);
    text.digits(22, fraction / 100);
    text.digits(24, fraction);
    Some(text)
}

fn write_date(text: &mut Plain, days: i32) -> Option<()> {
    let (year, month, day) = civil(days)?;
    text.digits(0, year / 100);
    text.digits(2, year);
    text.digits(5, month);
    text.digits(8, day);
    Some(())
}

/// Whole seconds of a day; answers with the microseconds that are left.
fn write_time(text: &mut Plain, place: usize, micros: i64) -> u32 {
    // A day has fewer than 2^17 seconds.
    let (seconds, fraction) = ((micros / 1_000_000) as u32, (micros % 1_000_000) as u32);
    text.digits(place, seconds / 3_600);
    text.digits(place + 3, seconds / 60 % 60);
    text.digits(place + 6, seconds % 60);
    fraction
}

/// Year, month and day of a day since 2000, by the proleptic Gregorian calendar; `None` outside of the years 1 to 9999.
/// Years begin in March here, so that the leap day is the last of its year, and come in eras of 400.
fn civil(days: i32) -> Option<(u32, u32, u32)> {
    // Days since the 1st of March of the year 0, which was a leap year.
    let shifted = u32::try_from(days.checked_add(DAYS_FROM_ERA)?).ok()?;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u32::from(month <= 2);
    (1..=9999).contains(&year).then_some((year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments() {
        let date = |days| date(days).map(|text| text.to_string());
        let datetime = |micros| datetime(micros).map(|text| text.to_string());
        for (days, text) in [(0, "2000-01-01"), (-1, "1999-12-31"), (59, "2000-02-29"), (9_821, "2026-11-21")] {
            assert_eq!(date(days).as_deref(), Some(text));
        }
        assert_eq!(date(-730_119).as_deref(), Some("0001-01-01"));
        assert_eq!(date(2_921_939).as_deref(), Some("9999-12-31"));
        assert_eq!((date(-730_120), date(2_921_940), datetime(i64::MAX)), (None, None, None));
        assert_eq!(datetime(-1).as_deref(), Some("1999-12-31T23:59:59.999999Z"));
        assert_eq!(datetime(0).as_deref(), Some("2000-01-01T00:00:00.000000Z"));
        assert_eq!(time(86_399_000_000).to_string(), "23:59:59");
    }

    #[test]
    fn numerics() {
        let raw = |words: &[i16]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>();
        for (words, scale, expected) in [
            (&[0, 0, 0, 0][..], 2, Some(0)),
            (&[2, 0, 0, 2, 12, 5_000], 2, Some(1_250)),
            (&[2, 0, 0x4000, 2, 12, 5_000], 2, Some(-1_250)),
            (&[1, -1, 0, 4, 1], 4, Some(1)),
            (&[1, 1, 0, 0, 3], 0, Some(30_000)),
            (&[1, -1, 0, 4, 1], 3, None),
            (&[0, 0, -16_384, 0], 2, None),
            (&[1, 9, 0, 0, 1], 0, None),
            (&[2, 0, 0, 2, 12], 2, None),
        ] {
            assert_eq!(units(&raw(words), scale), expected, "{words:?}");
        }
    }
}
