//! Reads of rows whose entity says `audit_reads`: on disk before the answer leaves. Where the audit cannot be written, nobody
//! is shown anything.
//!
//! What is told is what was found, not what was sent: `304` tells a caller that the copy which he looks at still holds, and
//! `HEAD` that a row is there, so both count.

use std::collections::BTreeSet;

use blueprint::IdKind;
use http::Method;
use http::header::RETRY_AFTER;
use query::{Plan, User};
use serde_json::{Map, Value as Json, json};
use store::StoreError;
use work::{Dialect, Outcome, Statement, Step, Value, Work};

use super::list::is_of_reads;
use super::shown::is_called;
use crate::App;
use crate::error::{ApiError, UNAVAILABLE};
use crate::http::HttpRequest;
use crate::trace::Stages;

/// A stage for the reads that are to be written down: what the outcome of a plan shows of them.
///
/// # Errors
/// It could not be written down.
pub(crate) async fn witness(
    app: &App,
    stages: &Stages,
    place: (&Method, &str),
    plan: &Plan,
    outcome: &Outcome,
) -> Result<(), ApiError> {
    match work(app, place, plan, outcome)? {
        Some(work) => stages.wait("witness", app.store.run(work)).await.map(drop).map_err(unwritten),
        None => Ok(()),
    }
}

/// What is to be on disk before anybody sees the outcome of a plan, which was asked for by this method at this path.
///
/// # Errors
/// 500: nobody knows what the outcome shows.
pub(crate) fn work(
    app: &App,
    (method, path): (&Method, &str),
    plan: &Plan,
    outcome: &Outcome,
) -> Result<Option<Work>, ApiError> {
    let Outcome::Done(answer) = outcome else { return Ok(None) };
    if !query::is_witnessed(&app.blueprint, plan) {
        return Ok(None);
    }
    // As it is documented: what stands in a path may be more than ids.
    let route = format!("{method} {}", app.metrics.route(path).unwrap_or("unknown"));
    query::witness(&app.catalog, plan, answer, &route).map_err(|error| ApiError::internal(error.to_string()))
}

/// What the audit holds of rows is as good as they are: to whom it is shown, he has read them. `rows` are as he is shown them.
///
/// # Errors
/// It could not be written down.
pub(crate) async fn of_history<B>(
    app: &App,
    http: &HttpRequest<B>,
    user: &User,
    rows: &[Map<String, Json>],
) -> Result<(), ApiError> {
    let audited = app.blueprint.entities.iter().filter(|entity| entity.audit_reads);
    let steps: Vec<Step> = audited
        .filter_map(|entity| {
            let holds = |side: &str, row: &Map<String, Json>| {
                row.get(side).and_then(Json::as_object).is_some_and(|fields| !fields.is_empty())
            };
            let is_shown = |row: &&Map<String, Json>| {
                // Of what was refused only the attempt is told.
                row.get("entity").and_then(Json::as_str).is_some_and(|name| is_called(entity, name))
                    && row.get("outcome").and_then(Json::as_str) == Some("done")
                    && !is_of_reads(row)
                    && (holds("before", row) || holds("after", row))
            };
            let id = |row: &Map<String, Json>| row.get("entity_id").and_then(Json::as_str).map(str::to_owned);
            let ids: BTreeSet<String> = rows.iter().filter(is_shown).filter_map(id).collect();
            let written = |id: &String| match entity.id {
                IdKind::Integer => id.parse::<i64>().map_or_else(|_| Json::from(id.as_str()), Json::from),
                IdKind::Uuid => Json::from(id.as_str()),
            };
            let ids: Vec<Json> = ids.iter().map(written).collect();
            (!ids.is_empty()).then(|| Step::Run(history(&app.store.dialect(), http, user, &entity.name, &ids)))
        })
        .collect();
    if steps.is_empty() {
        return Ok(());
    }
    app.store.run(Work::write(steps)).await.map(drop).map_err(unwritten)
}

fn history<B>(dialect: &Dialect, http: &HttpRequest<B>, user: &User, entity: &str, ids: &[Json]) -> Statement {
    let text = |text: &str| Value::Text(text.to_owned());
    let maybe = |given: Option<&str>| given.map_or(Value::Null, text);
    let shown = json!({ "ids": ids, "route": format!("{} {}", http.method, http.uri.path()) });
    let origin = http.origin();
    let values = [
        ("at", Value::DateTime(origin.at)),
        ("iss", text(&user.iss)),
        ("sub", text(&user.sub)),
        ("session", maybe(user.session.as_deref())),
        ("key", maybe(user.key.as_ref().map(|key| key.id.as_str()))),
        ("ip", maybe(origin.ip.map(|ip| ip.to_string()).as_deref())),
        ("request_id", text(&origin.request_id)),
        ("action", text("list")),
        ("entity", text(entity)),
        ("outcome", text("done")),
        ("after", Value::Json(shown.to_string())),
    ];
    let columns = values.each_ref().map(|(name, _)| *name).join("\", \"");
    let places: Vec<String> = (1..=values.len()).map(|place| dialect.parameter(place)).collect();
    let sql = format!("INSERT INTO {} (\"{columns}\") VALUES ({})", dialect.table("_audit"), places.join(", "));
    Statement::new(sql, values.into_iter().map(|(_, value)| value).collect())
}

/// Why nothing is shown, though it was found.
pub(crate) fn unwritten(error: StoreError) -> ApiError {
    match error {
        StoreError::Full => error.into(),
        error => {
            let detail = "this read is to be written to the audit, and that cannot be done now; so nothing is shown";
            ApiError::new(UNAVAILABLE, detail).with(RETRY_AFTER, "1").logged(error.to_string())
        }
    }
}

/// The condition of rows of the audit that tell of one row: that it was changed, or shown by itself or among others.
pub(super) fn or_shown(dialect: &Dialect, id: &str) -> String {
    let (shown, one) = shown(dialect, "\"after\"");
    format!("(\"entity_id\" = {id} OR \"entity_id\" IS NULL AND {id} IN (SELECT {one} FROM {shown}))")
}

/// How many ids those are: null where none are told.
pub(super) fn how_many(dialect: &Dialect, after: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("json_array_length({after}, '$.ids')"),
        Dialect::Postgres { .. } => {
            format!("CASE json_typeof({after} -> 'ids') WHEN 'array' THEN json_array_length({after} -> 'ids') END")
        }
    }
}

/// The ids of rows that a row of the audit says were shown, `after` being that column of it: what stands in `FROM`, and an id of it
/// as text.
pub(super) fn shown(dialect: &Dialect, after: &str) -> (String, &'static str) {
    match dialect {
        Dialect::Sqlite => (format!("json_each({after}, '$.ids') AS \"shown\""), "CAST(\"shown\".\"value\" AS TEXT)"),
        Dialect::Postgres { .. } => {
            let ids = format!("CASE json_typeof({after} -> 'ids') WHEN 'array' THEN {after} -> 'ids' END");
            (format!("LATERAL json_array_elements_text({ids}) AS \"shown\"(\"id\")"), "\"shown\".\"id\"")
        }
    }
}
