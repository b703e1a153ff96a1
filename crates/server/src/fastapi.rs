//! Errors in the shapes of FastAPI, for front ends that were written for one: `[api] errors = "fastapi"`.
//!
//! Statuses and headers are those of the contract; only bodies differ. `input`, which FastAPI echoes, is left out: it
//! would send a rejected password back.

use http::StatusCode;
use query::Invalid;
use serde_json::{Value as Json, json};

use crate::error::ApiError;

/// The body of an error.
pub fn body(error: &ApiError) -> Json {
    if error.problem.status != StatusCode::UNPROCESSABLE_ENTITY || error.errors.is_empty() {
        return json!({ "detail": error.detail });
    }
    json!({ "detail": error.errors.iter().map(one).collect::<Vec<_>>() })
}

fn one(error: &Invalid) -> Json {
    json!({ "type": kind(error.code), "loc": place(&error.pointer), "msg": error.detail })
}

/// A JSON pointer as FastAPI says it: `/items/0` is `["body", "items", 0]`.
fn place(pointer: &str) -> Vec<Json> {
    let steps = pointer.split('/').skip(1).map(|step| {
        let is_index = step == "0" || (!step.starts_with('0') && step.bytes().all(|byte| byte.is_ascii_digit()));
        match step.parse::<u32>() {
            Ok(index) if is_index => index.into(),
            _ => step.replace("~1", "/").replace("~0", "~").into(),
        }
    });
    std::iter::once(Json::from("body")).chain(steps).collect()
}

/// The word that Pydantic has for it, where it has one.
fn kind(code: &str) -> &'static str {
    match code {
        "required" => "missing",
        "unknown" => "extra_forbidden",
        "read_only" => "frozen_field",
        "min_length" | "blank" => "string_too_short",
        "max_length" => "string_too_long",
        "pattern" => "string_pattern_mismatch",
        "min" => "greater_than_equal",
        "max" => "less_than_equal",
        "enum" => "enum",
        "integer" => "int_parsing",
        "decimal" => "decimal_parsing",
        "date" => "date_parsing",
        "time" => "time_parsing",
        "datetime" => "datetime_parsing",
        "uuid" => "uuid_parsing",
        "url" => "url_parsing",
        _ => "value_error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_lists_of_steps() {
        for (pointer, expected) in [
            ("", json!(["body"])),
            ("/email", json!(["body", "email"])),
            ("/tag_ids/2", json!(["body", "tag_ids", 2])),
            ("/a~1b/~01/007", json!(["body", "a/b", "~1", "007"])),
        ] {
            assert_eq!(Json::from(place(pointer)), expected, "{pointer}");
        }
    }
}
