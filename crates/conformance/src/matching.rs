//! What is expected of an answer, and whether it is so.
//!
//! An expected object may leave out keys; an expected list has just as many items as the real one. A text may be a kind
//! in angle brackets: `<integer>`, `<uuid>`, `<time>`, `<text>`, `<any>`, and `<null>`, because TOML has no null.

use serde_json::Value as Json;

/// Where and how a value is not what was expected; `None` if it is.
pub fn difference(expected: &Json, found: &Json, at: &str) -> Option<String> {
    match (expected, found) {
        (Json::Object(expected), Json::Object(found)) => expected.iter().find_map(|(key, expected)| {
            let at = format!("{at}/{key}");
            match found.get(key) {
                Some(found) => difference(expected, found, &at),
                None => Some(format!("{at} is not there")),
            }
        }),
        (Json::Array(expected), Json::Array(found)) => {
            if expected.len() != found.len() {
                return Some(format!("{at} has {} items, not {}", found.len(), expected.len()));
            }
            let items = expected.iter().zip(found).enumerate();
            items
                .into_iter()
                .find_map(|(place, (expected, found))| difference(expected, found, &format!("{at}/{place}")))
        }
        (Json::String(kind), found) if kind.starts_with('<') && kind.ends_with('>') => {
            (!is_a(kind, found)).then(|| format!("{at} is {found}, not {kind}"))
        }
        _ => (expected != found).then(|| format!("{at} is {found}, not {expected}")),
    }
}

fn is_a(kind: &str, found: &Json) -> bool {
    let text = || found.as_str().unwrap_or_default();
    match kind {
        "<any>" => true,
        "<null>" => found.is_null(),
        "<integer>" => found.is_i64(),
        "<text>" => found.is_string(),
        "<uuid>" => text().len() == 36 && text().split('-').map(str::len).eq([8, 4, 4, 4, 12]),
        "<time>" => text().len() == 27 && text().ends_with('Z') && text().as_bytes().get(10) == Some(&b'T'),
        other => panic!("{other} is no kind; there are <any> <null> <integer> <text> <uuid> <time>"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::difference;

    #[test]
    fn what_is_as_expected_and_what_is_not() {
        let row = json!({ "id": 7, "tags": [1, 2], "note": null, "at": "2026-11-21T03:37:18.123456Z" });
        for (expected, told) in [
            (json!({}), None),
            (json!({ "id": 7, "note": "<null>", "at": "<time>" }), None),
            (json!({ "id": "<integer>", "tags": ["<any>", 2] }), None),
            (json!({ "id": 8 }), Some("/id is 7, not 8")),
            (json!({ "name": "<any>" }), Some("/name is not there")),
            (json!({ "tags": [1] }), Some("/tags has 2 items, not 1")),
            (json!({ "note": "<text>" }), Some("/note is null, not <text>")),
            (
                json!([]),
                Some(" is {\"id\":7,\"tags\":[1,2],\"note\":null,\"at\":\"2026-11-21T03:37:18.123456Z\"}, not []"),
            ),
        ] {
            assert_eq!(difference(&expected, &row, "").as_deref(), told, "{expected}");
        }
    }
}
