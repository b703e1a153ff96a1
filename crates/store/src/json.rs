//! Texts and decimals as JSON bytes, the same whichever engine they come from.

use std::io::Write as _;

use crate::StoreError;

/// A JSON string (RFC 8259, section 7). Runs of bytes that need no escape are copied whole.
pub(crate) fn write_text(text: &str, json: &mut Vec<u8>) {
    json.push(b'"');
    let mut rest = text.as_bytes();
    // Most texts have nothing to escape, which is seen many bytes at a time.
    if !rest.iter().fold(false, |found, byte| found | must_be_escaped(*byte)) {
        json.extend_from_slice(rest);
        json.push(b'"');
        return;
    }
    while let Some(place) = rest.iter().position(|byte| must_be_escaped(*byte)) {
        let (plain, special) = rest.split_at(place);
        json.extend_from_slice(plain);
        let Some((byte, after)) = special.split_first() else { break };
        write_escape(*byte, json);
        rest = after;
    }
    json.extend_from_slice(rest);
    json.push(b'"');
}

fn must_be_escaped(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

fn write_escape(byte: u8, json: &mut Vec<u8>) {
    match byte {
        b'"' => json.extend_from_slice(b"\\\""),
        b'\\' => json.extend_from_slice(b"\\\\"),
        b'\n' => json.extend_from_slice(b"\\n"),
        b'\r' => json.extend_from_slice(b"\\r"),
        b'\t' => json.extend_from_slice(b"\\t"),
        other => push(json, format_args!("\\u{other:04x}")),
    }
}

/// A JSON string such as `"-0.05"`.
pub(crate) fn write_decimal(units: i64, scale: u8, json: &mut Vec<u8>) -> Result<(), StoreError> {
    json.push(b'"');
    push_decimal(units, scale, json)?;
    json.push(b'"');
    Ok(())
}

/// Text such as `-0.05`: the sign must not get lost when the part before the point is zero.
pub(crate) fn push_decimal(units: i64, scale: u8, text: &mut Vec<u8>) -> Result<(), StoreError> {
    let too_many = || StoreError::broken(format!("no number has {scale} digits after its point"));
    let unit = 10_u64.checked_pow(u32::from(scale)).ok_or_else(too_many)?;
    let sign = if units < 0 { "-" } else { "" };
    let (whole, part) = (units.unsigned_abs() / unit, units.unsigned_abs() % unit);
    match scale {
        0 => push(text, format_args!("{sign}{whole}")),
        _ => push(text, format_args!("{sign}{whole}.{part:0width$}", width = usize::from(scale))),
    }
    Ok(())
}

/// An integer, without the machinery of formats.
pub(crate) fn push_integer(number: i64, text: &mut Vec<u8>) {
    let (mut digits, mut start) = ([b'0'; 20], 19);
    let mut rest = number.unsigned_abs();
    for (place, digit) in digits.iter_mut().enumerate().rev() {
        *digit = b'0' + (rest % 10) as u8;
        start = place;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        text.push(b'-');
    }
    text.extend_from_slice(digits.get(start..).unwrap_or_default());
}

/// Writing to a vector cannot fail.
pub(crate) fn push(json: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    let _ = json.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::{push_integer, write_text};

    #[test]
    fn integers_to_their_ends() {
        for number in [0, 7, -7, 10, 99_999, -100_000, i64::MAX, i64::MIN] {
            let mut text = Vec::new();
            push_integer(number, &mut text);
            assert_eq!(String::from_utf8(text).unwrap(), number.to_string());
        }
    }

    #[test]
    fn texts_with_and_without_what_is_escaped() {
        for text in
            ["", "plain", "é\u{7f}\u{2028}", "a \"b\" \\ c", "\n", &"x".repeat(99), &format!("{}\u{1}", "x".repeat(99))]
        {
            let mut json = Vec::new();
            write_text(text, &mut json);
            assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), text);
        }
    }
}
