//! Numbers that a body's JSON values could not hold as they were written: integers beyond 64 bits, and more digits than a
//! double has. A `json` field promises to give back what it was given, so there they are refused instead of rounded.

use serde_json::Value as Json;

/// Pointers to the numbers of a document that are not what its text says, in its order. The value must be that of the
/// text, its objects in the order of the text and without a key twice.
pub fn rounded(text: &[u8], json: &Json) -> Vec<String> {
    let mut found = Vec::new();
    walk(json, &mut String::new(), &mut Numbers { rest: text }, &mut found);
    found
}

fn walk(json: &Json, pointer: &mut String, numbers: &mut Numbers, found: &mut Vec<String>) {
    let length = pointer.len();
    match json {
        Json::Number(held) => {
            let is_same = numbers.next().is_some_and(|written| value(written) == value(&held.to_string()));
            found.extend((!is_same).then(|| pointer.clone()));
        }
        Json::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                pointer.push_str(&format!("/{place}"));
                walk(item, pointer, numbers, found);
                pointer.truncate(length);
            }
        }
        Json::Object(object) => {
            for (key, item) in object {
                pointer.push_str(&blueprint::pointer(key));
                walk(item, pointer, numbers, found);
                pointer.truncate(length);
            }
        }
        Json::Null | Json::Bool(_) | Json::String(_) => {}
    }
}

/// The numbers of a JSON text, as they are written.
struct Numbers<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Numbers<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let (first, after) = self.rest.split_first()?;
            match first {
                b'"' => self.rest = after_string(after),
                b'-' | b'0'..=b'9' => {
                    let is_part = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
                    let length = self.rest.iter().take_while(|byte| is_part(byte)).count();
                    let (number, after) = self.rest.split_at_checked(length)?;
                    self.rest = after;
                    return std::str::from_utf8(number).ok();
                }
                _ => self.rest = after,
            }
        }
    }
}

/// What follows a string, from after its first quote.
fn after_string(mut rest: &[u8]) -> &[u8] {
    loop {
        match rest {
            [b'\\', _, after @ ..] => rest = after,
            [b'"', after @ ..] => return after,
            [_, after @ ..] => rest = after,
            [] => return rest,
        }
    }
}

/// Sign, digits without zeros around them, and the power of ten of the last: the same for 1000, 1e3 and 1000.0. Nothing
/// for an exponent beyond all bounds.
fn value(number: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (is_negative, mantissa) = mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let kept = digits.trim_end_matches('0');
    if kept.is_empty() {
        return Some((false, String::new(), 0));
    }
    let exponent = exponent.parse::<i64>().ok()?.checked_sub(fraction.len() as i64)?;
    Some((is_negative, kept.to_owned(), exponent.checked_add((digits.len() - kept.len()) as i64)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded_in(text: &str) -> Vec<String> {
        rounded(text.as_bytes(), &serde_json::from_str(text).unwrap())
    }

    #[test]
    fn what_is_held_may_be_written_in_any_form() {
        for text in [
            "12345678901234567890",
            "18446744073709551615",
            "-9223372036854775808",
            "9007199254740993",
            "[0, -0, 0.0, 0e9, 0e99999999999999999999, 1e3, 1E+3, 1000.0, 1.50, 0.1, 1e22, 1e300, 5e-324, 123.456e-7]",
            r#"{"a 1.00000000000000000001": "2.00000000000000000002 \" 3.00000000000000000003 \\", "b": [true, null, 4]}"#,
        ] {
            assert_eq!(rounded_in(text), [] as [&str; 0], "{text}");
        }
    }

    #[test]
    fn what_is_not_held_is_found_where_it_stands() {
        for (text, pointers) in [
            ("18446744073709551616", &[""][..]),
            ("-9223372036854775809", &[""]),
            ("1e-400", &[""]),
            ("[0.1000000000000000000001, 3.14159265358979323846, 2]", &["/0", "/1"]),
            (r#"{"\"1": 1, "a/b": {"~": [1, 123456789012345678901]}, "c": 1}"#, &["/a~1b/~0/1"]),
        ] {
            assert_eq!(rounded_in(text), pointers, "{text}");
        }
    }
}
