//! Numbers that a body's JSON values could not hold as they were written: integers beyond 64 bits, and more digits than a
//! double has. A `json` field promises to give back what it was given, so there they are refused instead of rounded.

use serde_json::Value as Json;

/// Characters at most of a pointer that is told: a key may be as long as a body.
const POINTER_CHARS: usize = 200;

/// Pointers to the first numbers of a document that are not what its text says, in its order and `limit` at most: those
/// below the keys that `is_kept` and that are so many steps deep. The value must be that of the text, its objects in the
/// order of the text and without a key twice.
pub fn rounded(text: &[u8], json: &Json, depth: usize, is_kept: impl Fn(&str) -> bool, limit: usize) -> Vec<String> {
    let mut walk = Walk { numbers: Numbers { rest: text }, depth, is_kept, limit, way: Vec::new(), found: Vec::new() };
    walk.value(json, depth == 0);
    walk.found
}

struct Walk<'a, F> {
    numbers: Numbers<'a>,
    depth: usize,
    is_kept: F,
    limit: usize,
    /// Where the value is that is looked at.
    way: Vec<Token<'a>>,
    found: Vec<String>,
}

enum Token<'a> {
    Key(&'a str),
    Place(usize),
}

impl<'a, F: Fn(&str) -> bool> Walk<'a, F> {
    fn value(&mut self, json: &'a Json, kept: bool) {
        if self.found.len() >= self.limit {
            return;
        }
        match json {
            Json::Number(held) => {
                let Some(written) = self.numbers.next().filter(|_| kept) else { return };
                if value(written) != value(&held.to_string()) {
                    self.found.push(pointer(&self.way));
                }
            }
            Json::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    self.below(Token::Place(place), item, kept);
                }
            }
            Json::Object(object) => {
                for (key, item) in object {
                    let kept = kept || (self.way.len() + 1 == self.depth && (self.is_kept)(key));
                    self.below(Token::Key(key), item, kept);
                }
            }
            Json::Null | Json::Bool(_) | Json::String(_) => {}
        }
    }

    fn below(&mut self, token: Token<'a>, json: &'a Json, kept: bool) {
        self.way.push(token);
        self.value(json, kept);
        self.way.pop();
    }
}

/// The pointer to a place (RFC 6901), as far as it is told.
fn pointer(way: &[Token]) -> String {
    let mut pointer = String::new();
    let mut left = POINTER_CHARS;
    for token in way {
        let text = match token {
            Token::Key(key) => blueprint::pointer(&key.chars().take(left).collect::<String>()),
            Token::Place(place) => format!("/{place}"),
        };
        pointer.extend(text.chars().take(left));
        left = left.saturating_sub(text.chars().count());
        if left == 0 {
            pointer.push('…');
            break;
        }
    }
    pointer
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
        rounded(text.as_bytes(), &serde_json::from_str(text).unwrap(), 0, |_| false, 10)
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

    #[test]
    fn only_what_is_kept_counts_and_only_the_first() {
        let text = r#"{"a": [1e999, 1e-400], "b": [2, {"a": 1e-401}, 1e-402, 1e-403], "c": {"b": 1e-404}}"#;
        let text = text.replace("1e999", "18446744073709551616");
        let json = serde_json::from_str(&text).unwrap();
        let found = |depth, limit| rounded(text.as_bytes(), &json, depth, |key| key == "b", limit);
        assert_eq!(found(1, 10), ["/b/1/a", "/b/2", "/b/3"]);
        assert_eq!(found(1, 2), ["/b/1/a", "/b/2"]);
        assert_eq!(found(2, 10), ["/c/b"]);
    }

    #[test]
    fn a_long_pointer_is_cut() {
        let text = format!("{{\"{}\": {{\"b\": 1e-400}}}}", "ä/".repeat(5_000));
        let [pointer] = <[String; 1]>::try_from(rounded_in(&text)).unwrap();
        assert!(pointer.starts_with("/ä~1ä~1") && pointer.ends_with('…'), "{pointer}");
        assert_eq!(pointer.chars().count(), POINTER_CHARS + 1);
    }
}
