//! Numbers: whole ones that every JSON reader can hold, exact decimals as strings, floats.

use serde_json::{Number, Value};

use super::{Complaint, Read, complain, name};
use crate::model::Literal;

/// 2^53 − 1: the last integer up to which JavaScript counts without leaving one out.
pub(crate) const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

pub(super) fn integer(json: &Value, min: i64, max: i64) -> Read {
    let integer = whole(json)?;
    if integer < i128::from(min) {
        return complain("min", format!("must be at least {min}"));
    }
    match i64::try_from(integer) {
        Ok(integer) if integer <= max => Ok(Literal::Integer(integer)),
        _ => complain("max", format!("must be at most {max}")),
    }
}

/// The id of a row.
pub(super) fn id(json: &Value) -> Read {
    match i64::try_from(whole(json)?) {
        Ok(id) if (1..=MAX_SAFE_INTEGER).contains(&id) => Ok(Literal::Integer(id)),
        _ => complain("integer", "must be the id of a row, a whole number from 1"),
    }
}

fn whole(json: &Value) -> Result<i128, Complaint> {
    match json {
        Value::Number(number) => match whole_number(number) {
            Some(integer) => Ok(integer),
            None => complain("integer", format!("must be a whole number without point or exponent, not {number}")),
        },
        Value::String(text) if text.parse::<i64>().is_ok() => {
            complain("type", format!("must be a number, not a string: write {text} without quotes"))
        }
        other => complain("type", format!("must be a whole number, not {}", name(other))),
    }
}

fn whole_number(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

pub(super) fn integer_text(text: &str) -> Read {
    match text.parse().ok().filter(|_| !text.starts_with('+')) {
        Some(integer) => Ok(Literal::Integer(integer)),
        None => complain("integer", "must be a whole number"),
    }
}

pub(super) fn id_text(text: &str) -> Read {
    match integer_text(text) {
        Ok(Literal::Integer(id)) if (1..=MAX_SAFE_INTEGER).contains(&id) => Ok(Literal::Integer(id)),
        _ => complain("integer", "must be the id of a row, a whole number from 1"),
    }
}

pub(super) fn decimal(json: &Value, scale: u8, min: i64, max: i64) -> Read {
    let decimal = match json {
        Value::String(text) => decimal_text(text, scale)?,
        Value::Number(number) => {
            return complain(
                "type",
                format!("must be a string, for numbers lose digits: write it as a string: \"{number}\""),
            );
        }
        other => {
            return complain("type", format!("must be a string with a decimal number, not {}", name(other)));
        }
    };
    if decimal < min {
        return complain("min", format!("must be at least {}", unscaled(min, scale)));
    }
    if decimal > max {
        return complain("max", format!("must be at most {}", unscaled(max, scale)));
    }
    Ok(Literal::Decimal(decimal))
}

pub(super) fn decimal_text(text: &str, scale: u8) -> Result<i64, Complaint> {
    match scaled(text, scale) {
        Some(decimal) => Ok(decimal),
        None if scale == 0 => {
            complain("decimal", "must be a decimal number without digits after the point, for example \"12\"")
        }
        None => {
            let example = unscaled(125 * 10_i64.pow(u32::from(scale) - 1), scale);
            complain(
                "decimal",
                format!(
                    "must be a decimal number with at most {scale} digits after the point, for example \"{example}\""
                ),
            )
        }
    }
}

/// The decimal in units of 10^-scale: digits, perhaps a minus before and a point with more digits after.
pub(crate) fn scaled(text: &str, scale: u8) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return None,
        None => (digits, ""),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let missing = usize::from(scale).checked_sub(fraction.len())?;
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let sign = if digits.len() < text.len() { "-" } else { "" };
    format!("{sign}{whole}{fraction}{:0<missing$}", "").parse().ok()
}

/// The reverse of [`scaled`], with all digits of the scale.
fn unscaled(value: i64, scale: u8) -> String {
    if scale == 0 {
        return value.to_string();
    }
    let sign = if value < 0 { "-" } else { "" };
    let unit = 10_u64.pow(u32::from(scale));
    let (whole, fraction) = (value.unsigned_abs() / unit, value.unsigned_abs() % unit);
    format!("{sign}{whole}.{fraction:0width$}", width = usize::from(scale))
}

pub(super) fn float(json: &Value, min: f64, max: f64) -> Read {
    match json.as_f64().filter(|float| float.is_finite()) {
        Some(float) if float < min => complain("min", format!("must be at least {min}")),
        Some(float) if float > max => complain("max", format!("must be at most {max}")),
        Some(float) => Ok(Literal::Float(float)),
        None => complain("type", format!("must be a number, not {}", name(json))),
    }
}

pub(super) fn float_text(text: &str) -> Read {
    match text.parse::<f64>().ok().filter(|float| float.is_finite()) {
        Some(float) => Ok(Literal::Float(float)),
        None => complain("type", "must be a number"),
    }
}
