//! What may come back besides success: one response for each status, made of the table of problems, with its headers.

use blueprint::ErrorShape;
use http::StatusCode;
use serde_json::{Map, Value as Json, json};

use super::reference;
use crate::error::{ApiError, PROBLEMS, Problem, VALIDATION};
use crate::fastapi;

/// The responses of problems, each under the name of its status.
pub(super) fn shared(shape: ErrorShape) -> Map<String, Json> {
    let mut statuses: Vec<StatusCode> = PROBLEMS.iter().map(|problem| problem.status).collect();
    statuses.sort();
    statuses.dedup();
    statuses.into_iter().map(|status| (name(status), response(status, shape))).collect()
}

/// The responses of an operation for the problems that it can meet, by status.
pub(super) fn of_problems(problems: &[&Problem]) -> Vec<(String, Json)> {
    let mut statuses: Vec<StatusCode> = problems.iter().map(|problem| problem.status).collect();
    statuses.sort();
    statuses.dedup();
    statuses.into_iter().map(|status| (status.as_str().to_owned(), reference("responses", &name(status)))).collect()
}

/// The headers of answers.
pub(super) fn headers() -> Json {
    let header = |description: &str, example: &str| {
        let schema = json!({ "type": "string", "examples": [example] });
        json!({ "description": description, "schema": schema })
    };
    json!({
        "X-Request-Id": header("The id of this request in the log: the one that was sent, or a new one.", "4f1c2a9b7d3e5f60-1a"),
        "Idempotency-Replayed": header("There, and `true`, if this was done before under the same `Idempotency-Key`.", "true"),
        "ETag": header("The version of the row, for `If-Match` and `If-None-Match`.", "\"7\""),
        "Location": header("The path of the new row.", "/api/v1/things/1"),
        "Link": header("The next page, if there is one (RFC 8288).", "</api/v1/things?cursor=AbCd>; rel=\"next\""),
        "WWW-Authenticate": header("Which token is wanted and what is wrong with the one sent (RFC 6750).",
            "Bearer error=\"invalid_token\""),
        "Allow": header("The methods that the path has.", "GET, HEAD, POST, OPTIONS"),
        "Accept": header("The media types that a body may have.", "application/json"),
        "Accept-Patch": header("The media types that a change may have.", "application/merge-patch+json, application/json"),
        "Accept-Encoding": header("The codings that a body may have: none.", "identity"),
        "Retry-After": header("Seconds until it is worth trying again.", "3"),
        "RateLimit-Policy": header("The limit: `q` requests in `w` seconds.", "\"user\";q=600;w=60"),
        "RateLimit": header("What is left of it: `r` requests, and `t` seconds until there are more.", "\"user\";r=0;t=3"),
    })
}

/// References to headers, for a response; every answer has an `X-Request-Id`.
pub(super) fn with_headers(names: &[&str]) -> Json {
    let names = ["X-Request-Id"].iter().chain(names);
    Json::Object(names.map(|name| ((*name).to_owned(), reference("headers", name))).collect())
}

/// The schemas of errors.
pub(super) fn schemas(shape: ErrorShape) -> Vec<(String, Json)> {
    match shape {
        ErrorShape::Problem => vec![("Problem".to_owned(), problem_schema())],
        ErrorShape::FastApi => fastapi_schemas(),
    }
}

/// Those that FastAPI writes, under its names.
fn fastapi_schemas() -> Vec<(String, Json)> {
    let http_error = json!({
        "type": "object",
        "title": "HTTPError",
        "required": ["detail"],
        "properties": {
            "detail": { "type": "string", "description": "What is wrong.", "examples": ["there is nothing here"] },
        },
        "additionalProperties": false,
    });
    let validation_error = json!({
        "type": "object",
        "title": "ValidationError",
        "required": ["loc", "msg", "type"],
        "properties": {
            "loc": {
                "type": "array", "title": "Location",
                "items": { "anyOf": [{ "type": "string" }, { "type": "integer" }] },
                "examples": [["body", "email"]],
            },
            "msg": { "type": "string", "title": "Message", "examples": ["must be an e-mail address"] },
            "type": { "type": "string", "title": "Error Type", "examples": ["value_error"] },
        },
        "additionalProperties": false,
    });
    let all = json!({
        "type": "object",
        "title": "HTTPValidationError",
        "required": ["detail"],
        "properties": {
            "detail": {
                "type": "array", "title": "Detail", "minItems": 1, "items": reference("schemas", "ValidationError"),
            },
        },
        "additionalProperties": false,
    });
    let named = [("HTTPError", http_error), ("HTTPValidationError", all), ("ValidationError", validation_error)];
    named.map(|(name, schema)| (name.to_owned(), schema)).into()
}

fn problem_schema() -> Json {
    let codes: Vec<&str> = PROBLEMS.iter().map(|problem| problem.code).collect();
    let types: Vec<String> = codes.iter().map(|code| urn(code)).collect();
    let error = json!({
        "type": "object",
        "description": "One thing that is not valid.",
        "required": ["pointer", "code", "detail"],
        "properties": {
            "pointer": {
                "type": "string", "description": "Where in the body, as a JSON pointer (RFC 6901).",
                "examples": ["/email"],
            },
            "code": { "type": "string", "description": "What is wrong, for machines.", "examples": ["email"] },
            "detail": {
                "type": "string", "description": "What is wrong, for people.",
                "examples": ["must be an e-mail address"],
            },
        },
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "required": ["type", "title", "status", "code", "detail", "request_id"],
        "properties": {
            "type": {
                "type": "string", "format": "uri", "enum": types,
                "description": "The kind of problem, as a URN.",
            },
            "title": {
                "type": "string", "description": "The kind of problem, for people.",
                "examples": [VALIDATION.title],
            },
            "status": {
                "type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status.",
                "examples": [422],
            },
            "code": { "type": "string", "enum": codes, "description": "The kind of problem, for machines." },
            "detail": {
                "type": "string", "description": "What is wrong with this request.",
                "examples": ["1 field is not valid"],
            },
            "errors": { "type": "array", "minItems": 1, "items": error,
                "description": "Every single thing that is wrong, where there are such." },
            "request_id": { "type": "string", "description": "The `X-Request-Id`, for questions to the operator.",
                "examples": ["4f1c2a9b7d3e5f60-1a"] },
        },
        "additionalProperties": false,
    })
}

fn response(status: StatusCode, shape: ErrorShape) -> Json {
    let problems: Vec<&'static Problem> = PROBLEMS.iter().copied().filter(|problem| problem.status == status).collect();
    let summaries: Vec<&str> = problems.iter().map(|problem| problem.summary).collect();
    let examples = problems.iter().map(|problem| (problem.code.to_owned(), example(problem, shape)));
    let (kind, schema) = match shape {
        ErrorShape::Problem => ("application/problem+json", "Problem"),
        ErrorShape::FastApi if status == StatusCode::UNPROCESSABLE_ENTITY => {
            ("application/json", "HTTPValidationError")
        }
        ErrorShape::FastApi => ("application/json", "HTTPError"),
    };
    let media = json!({ "schema": reference("schemas", schema), "examples": Json::Object(examples.collect()) });
    json!({
        "description": summaries.join(" Or: "),
        "headers": with_headers(headers_of(status)),
        "content": { kind: media },
    })
}

fn headers_of(status: StatusCode) -> &'static [&'static str] {
    match status {
        StatusCode::UNAUTHORIZED => &["WWW-Authenticate"],
        StatusCode::METHOD_NOT_ALLOWED => &["Allow"],
        StatusCode::UNSUPPORTED_MEDIA_TYPE => &["Accept", "Accept-Patch", "Accept-Encoding"],
        StatusCode::TOO_MANY_REQUESTS => &["Retry-After", "RateLimit-Policy", "RateLimit"],
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE => &["Retry-After"],
        _ => &[],
    }
}

fn example(problem: &'static Problem, shape: ErrorShape) -> Json {
    if shape == ErrorShape::FastApi {
        let error = match problem == VALIDATION {
            true => ApiError::at(VALIDATION, "/email", "email", "must be an e-mail address"),
            false => ApiError::new(problem, problem.summary),
        };
        return json!({ "summary": problem.title, "value": fastapi::body(&error) });
    }
    let mut value = json!({
        "type": urn(problem.code),
        "title": problem.title,
        "status": problem.status.as_u16(),
        "code": problem.code,
        "detail": problem.summary,
    });
    if problem == VALIDATION {
        value["detail"] = "1 field is not valid".into();
        value["errors"] = json!([{ "pointer": "/email", "code": "email", "detail": "must be an e-mail address" }]);
    }
    value["request_id"] = "4f1c2a9b7d3e5f60-1a".into();
    json!({ "summary": problem.title, "value": value })
}

fn urn(code: &str) -> String {
    format!("urn:supermaker:problem:{code}")
}

/// `422 Unprocessable Entity` is `UnprocessableEntity`.
fn name(status: StatusCode) -> String {
    let reason = status.canonical_reason().unwrap_or(status.as_str());
    reason.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// A media type with a schema and, where there is one, an example.
pub(super) fn media(schema: Json, example: Option<Json>) -> Json {
    let mut media = json!({ "schema": schema });
    if let Some(example) = example {
        media["example"] = example;
    }
    media
}

/// A successful answer with a JSON body.
pub(super) fn json_answer(description: &str, headers: &[&str], schema: Json, example: Option<Json>) -> Json {
    json!({
        "description": description,
        "headers": with_headers(headers),
        "content": { "application/json": media(schema, example) },
    })
}

/// A successful answer without a body.
pub(super) fn empty_answer(description: &str, headers: &[&str]) -> Json {
    json!({ "description": description, "headers": with_headers(headers) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_problem_is_in_the_response_of_its_status_and_in_no_other() {
        let shared = shared(ErrorShape::Problem);
        for problem in PROBLEMS {
            let here = |response: &Json| {
                response["content"]["application/problem+json"]["examples"].get(problem.code).is_some()
            };
            let found: Vec<&String> =
                shared.iter().filter(|(_, response)| here(response)).map(|(name, _)| name).collect();
            assert_eq!(found, [&name(problem.status)], "{}", problem.code);
        }
    }

    #[test]
    fn an_operation_names_a_status_once_in_order() {
        let statuses = of_problems(&[VALIDATION, crate::error::BAD_JSON, crate::error::BAD_REQUEST]);
        let statuses: Vec<&str> = statuses.iter().map(|(status, _)| status.as_str()).collect();
        assert_eq!(statuses, ["400", "422"]);
    }
}
