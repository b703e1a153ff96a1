//! `GET /_/audit`, with the schemas.

use serde_json::{Value as Json, json};

use super::super::info::SERVICE;
use super::super::operations::{Operation, Security};
use super::super::responses::json_answer;
use super::super::{examples, reference};
use super::admin::by_admin;
use super::schemas::whole;
use crate::audit::FILTERS;
use crate::error::BAD_PARAMETER;

const AT: &str = "2026-11-21T17:00:00.000000Z";

pub(super) fn list() -> Operation {
    let time = |name: &str, description: &str| {
        let schema = json!({ "type": "string", "format": "date-time", "examples": [AT] });
        json!({ "name": name, "in": "query", "description": description, "schema": schema })
    };
    let equal = FILTERS.map(|name| {
        let among = if name == "entity_id" { ", or that tell of a read that showed it among others" } else { "" };
        let description = format!("Only rows with just this `{name}`{among}.");
        let example = row_example()[name].as_str().unwrap_or(examples::UUID).to_owned();
        let schema = json!({ "type": "string", "examples": [example] });
        json!({ "name": name, "in": "query", "description": description, "schema": schema })
    });
    let mut parameters = vec![reference("parameters", "Limit"), reference("parameters", "Cursor")];
    parameters.extend([time("from", "Rows from this time on."), time("to", "Rows before this time.")]);
    parameters.extend(equal);
    let example = json!({ "data": [row_example()], "next_cursor": null, "has_more": false });
    let description = "The newest first. `before` and `after` hold the changed fields, as far as the caller may read them in every row; \
        what is sensitive is redacted. After an upgrade, while the index of an audit that was there before is still filled, a page may \
        hold fewer rows than asked for, or none, and yet there is a next one.";
    Operation {
        tag: SERVICE.to_owned(),
        security: Security::Token,
        parameters,
        successes: vec![("200", json_answer("A page of rows.", &[], reference("schemas", "AuditLog"), Some(example)))],
        ..by_admin("list_audit", "Read the audit", description, &[BAD_PARAMETER])
    }
}

pub(super) fn row() -> Json {
    let text = |description: &str, example: &str| json!({ "type": ["string", "null"], "description": description, "examples": [example] });
    let said = |description: &str, example: &str| json!({ "type": "string", "description": description, "examples": [example] });
    let fields = |description: &str, example: Json| json!({ "type": ["object", "null"], "description": description, "examples": [example] });
    whole(
        "A row of the audit.",
        json!({
            "seq": { "type": "integer", "description": "Its number.", "examples": [17] },
            "at": { "type": "string", "format": "date-time", "description": "When.", "examples": [AT] },
            "iss": text("Who signs the user in; `own` is this server, `cli` the operator.", "own"),
            "sub": text("What that issuer calls the user.", examples::UUID),
            "session": text("By which session.", examples::UUID),
            "key": text("By which API key.", examples::UUID),
            "ip": text("From which address.", "192.0.2.7"),
            "request_id": text("In which request.", "4f1c2a9b7d3e5f60-1a"),
            "action": said("What was done.", "update"),
            "entity": text("To what.", "prospect"),
            "entity_id": text("To which one.", "7"),
            "before": fields("The changed fields as they were.", json!({ "status": "new" })),
            "after": fields("The changed fields as they are now; of a read, the `ids` of what was shown and the `route`.", json!({ "status": "won" })),
            "outcome": said("What came of it.", "done"),
            "batch": text("What the changes of one batch have in common.", examples::UUID),
            "reason": text("Why code reached past its caller's rows.", "the nightly report"),
        }),
    )
}

pub(super) fn page() -> Json {
    whole(
        "A page of the audit.",
        json!({
            "data": {
                "type": "array", "items": reference("schemas", "AuditRow"), "description": "The rows.", "examples": [[row_example()]],
            },
            "next_cursor": {
                "type": ["string", "null"], "description": "The `cursor` of the next page; null on the last one.",
                "examples": [null],
            },
            "has_more": { "type": "boolean", "description": "Whether there is a next page.", "examples": [false] },
        }),
    )
}

fn row_example() -> Json {
    json!({
        "seq": 17, "at": AT, "iss": "own", "sub": examples::UUID, "session": examples::UUID, "key": null, "ip": "192.0.2.7",
        "request_id": "4f1c2a9b7d3e5f60-1a", "action": "update", "entity": "prospect", "entity_id": "7",
        "before": { "status": "new" }, "after": { "status": "won" }, "outcome": "done", "batch": null, "reason": null,
    })
}
