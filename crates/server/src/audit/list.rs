//! `GET /_/audit`: the rows of the audit for users with the role `admin`, the newest first.
//!
//! What was changed is shown as far as the caller may read it in every row of the entity: the role `admin` alone gives nobody
//! the right to read what is in them.

use blueprint::{Blueprint, Entity};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use query::{Actor, DEFAULT_LIMIT, Denied, Scope, Shown, Verb, View, access, cursor};
use serde_json::{Map, Value as Json, json};
use work::{Column, Dialect, Kind, Value, Work};

use super::marks::{self, Marks, Zone};
use super::{index, look_up, reads, rows};
use crate::App;
use crate::auth::is_admin;
use crate::error::{ApiError, BAD_PARAMETER, FORBIDDEN};
use crate::http::{HttpRequest, HttpResponse};
use crate::{caller, request};

/// Columns that are filtered by what is in them.
pub(crate) const FILTERS: [&str; 8] = ["entity", "entity_id", "iss", "sub", "key", "action", "outcome", "request_id"];
const COLUMNS: [(&str, Kind); 16] = [
    ("seq", Kind::Integer),
    ("at", Kind::DateTime),
    ("iss", Kind::Text),
    ("sub", Kind::Text),
    ("session", Kind::Text),
    ("key", Kind::Text),
    ("ip", Kind::Text),
    ("request_id", Kind::Text),
    ("action", Kind::Text),
    ("entity", Kind::Text),
    ("entity_id", Kind::Text),
    ("before", Kind::Json),
    ("after", Kind::Json),
    ("outcome", Kind::Text),
    ("batch", Kind::Text),
    ("reason", Kind::Text),
];

/// The condition of rows that tell of one row: that it was changed, or shown by itself or among others.
const OF_ROW: &str = "entity_id";

/// Which rows are asked for.
struct Wanted {
    limit: usize,
    before: Option<i64>,
    /// Conditions, each over one parameter: what stands before it, and it. [`OF_ROW`] is no SQL yet.
    conditions: Vec<(String, Value)>,
    /// By what the rows are found; nothing, and they are read one after the other.
    terms: Vec<String>,
    /// The filters as they were sent, for the cursor.
    fingerprint: String,
}

/// Answers `GET /_/audit`.
///
/// # Errors
/// 401, 403, 400, or what the database has to say.
pub(crate) async fn answer<B>(app: &App, http: &HttpRequest<B>) -> Result<HttpResponse, ApiError> {
    let actor = caller::identify(app, http).await?;
    let Actor::User(user) = &actor else { return Err(Denied::SignIn.into()) };
    if user.key.as_ref().is_some_and(|key| !key.allowed.allows_all(None)) {
        return Err(Denied::Key.into());
    }
    if !is_admin(user) {
        return Err(ApiError::new(FORBIDDEN, "this is for users with the role `admin`"));
    }
    let bound_to = |fingerprint: &str| ["_audit".to_owned(), user.id.clone(), fingerprint.to_owned()];
    let wanted = wanted(&request::parameters(http)?, |cursor, fingerprint| {
        let bound_to = bound_to(fingerprint);
        let texts = bound_to.each_ref().map(String::as_str);
        cursor::open(&app.cursor_key, &texts, &[Kind::Integer], cursor)?.first()?.as_integer()
    })?;
    let dialect = app.store.dialect();
    let (zones, end) = match wanted.terms[..] {
        [] => (Vec::new(), None),
        _ => {
            let (marks, newest) = Marks::read(app.store.run(marks::ask(&dialect)).await?);
            marks.zones(wanted.before, newest)
        }
    };
    let outcome = app.store.run(wanted.page(&dialect, &zones)).await?;
    let page = rows::read_page(outcome).map_err(|error| ApiError::internal(error.to_string()))?;
    let (mut data, is_full) = page;
    let last = data.last().and_then(|row| row.get("seq")).and_then(Json::as_i64).filter(|_| is_full);
    // Where the page is not full, it may be that not all was looked through for it.
    let next = last.or(end);
    let more = next.is_some();
    let next = next.map(|last| {
        let bound_to = bound_to(&wanted.fingerprint);
        cursor::seal(&app.cursor_key, &bound_to.each_ref().map(String::as_str), &[Value::Integer(last)])
    });
    data.iter_mut().for_each(|row| withhold(&app.blueprint, &actor, row));
    reads::of_history(app, http, user, &data).await?;
    let page = json!({ "data": data, "next_cursor": next, "has_more": more });
    Ok(HttpResponse::json(StatusCode::OK, page.to_string()).with(CACHE_CONTROL, "no-store"))
}

/// Takes out of a row what the caller may not read of the entity's rows.
fn withhold(blueprint: &Blueprint, actor: &Actor, row: &mut Map<String, Json>) {
    let name = row.get("entity").and_then(Json::as_str).unwrap_or_default();
    let action = row.get("action").and_then(Json::as_str).unwrap_or_default();
    // Accounts and keys are an admin's to look after. Records may be called `key` too, but no action of theirs has a point.
    let is_of_key = name == "key" && action.starts_with("key.");
    if is_of_key || matches!(name, "" | "user") || row.get("outcome").and_then(Json::as_str) == Some("refused") {
        return;
    }
    // What the operator did holds nothing of a record.
    let is_operators = row.get("iss").and_then(Json::as_str) == Some("cli");
    if is_operators && matches!(action, "audit.rekey" | "audit.mend" | "explain") {
        return;
    }
    // Which rows somebody was shown is no part of what is in them.
    if is_of_reads(row) {
        if let Some(Json::Object(shown)) = row.get_mut("after") {
            shown.retain(|key, _| ["ids", "route"].contains(&key.as_str()));
        }
        return;
    }
    let entity = blueprint.entities.iter().find(|entity| entity.name == name);
    for side in ["before", "after"] {
        let shown = match row.remove(side) {
            Some(Json::Object(fields)) => entity.map_or(Json::Null, |entity| readable(entity, actor, fields)),
            _ => Json::Null,
        };
        row.insert(side.to_owned(), shown);
    }
}

/// A change is of one row, and no action of a blueprint has one of these names.
pub(super) fn is_of_reads(row: &Map<String, Json>) -> bool {
    let action = row.get("action").and_then(Json::as_str).unwrap_or_default();
    action == "read" || matches!(action, "list" | "expand") && row.get("entity_id").is_none_or(Json::is_null)
}

fn readable(entity: &Entity, actor: &Actor, fields: Map<String, Json>) -> Json {
    let Ok(access) = access::decide(entity, Verb::Read, actor.clone(), None) else { return Json::Null };
    if *access.read() != Scope::Everything {
        return Json::Null;
    }
    let view = View::of(entity, &access);
    // What is hidden or sensitive is redacted already, and says only that it was changed.
    let is_shown = |name: &str| {
        let hidden = entity.fields.iter().any(|field| field.hidden && field.column == name);
        hidden || view.find(name).is_some_and(|attribute| view.shows(attribute, access.read()) == Shown::Always)
    };
    Json::Object(fields.into_iter().filter(|(name, _)| is_shown(name)).collect())
}

fn wanted(query: &[(String, String)], open: impl Fn(&str, &str) -> Option<i64>) -> Result<Wanted, ApiError> {
    let mut wanted = Wanted {
        limit: DEFAULT_LIMIT,
        before: None,
        conditions: Vec::new(),
        terms: Vec::new(),
        fingerprint: String::new(),
    };
    let mut cursor = None;
    let mut filters: Vec<(&str, &str)> = Vec::new();
    request::each_once(query)?;
    for (name, text) in query {
        let bad = |why: &str| request::bad_parameter(name, why);
        match name.as_str() {
            "limit" => wanted.limit = request::page_limit(text)?,
            "cursor" => cursor = Some(text),
            "from" | "to" => {
                let time: jiff::Timestamp =
                    text.parse().map_err(|_| bad("must be a time such as 2026-11-21T17:00:00Z"))?;
                let sign = if name == "from" { ">=" } else { "<" };
                wanted.conditions.push((format!("\"at\" {sign} "), Value::DateTime(format!("{time:.6}"))));
                filters.push((name, text));
            }
            OF_ROW => {
                wanted.conditions.push((OF_ROW.to_owned(), Value::Text(text.clone())));
                filters.push((name, text));
            }
            name if FILTERS.contains(&name) => {
                wanted.conditions.push((format!("\"{name}\" = "), Value::Text(text.clone())));
                filters.push((name, text));
            }
            _ => {
                let known = FILTERS.join(", ");
                return Err(bad(&format!("is not a parameter of this path; it has limit, cursor, from, to, {known}")));
            }
        }
    }
    filters.sort_unstable();
    wanted.terms = index::terms(&filters);
    wanted.fingerprint = json!(filters).to_string();
    if let Some(text) = cursor {
        let before = open(text, &wanted.fingerprint);
        let wrong = || ApiError::new(BAD_PARAMETER, "`cursor` is not a cursor of this list; start again without it");
        wanted.before = Some(before.ok_or_else(wrong)?);
    }
    Ok(wanted)
}

impl Wanted {
    fn page(&self, dialect: &Dialect, zones: &[Zone]) -> Work {
        let before = self.before.map(|seq| ("\"seq\" < ".to_owned(), Value::Integer(seq)));
        let conditions: Vec<&(String, Value)> = self.conditions.iter().chain(&before).collect();
        let columns = format!("\"{}\"", COLUMNS.map(|(name, _)| name).join("\", \""));
        let placed = |(place, (condition, _)): (usize, &&(String, Value))| {
            let parameter = dialect.parameter(place + 1);
            if condition == OF_ROW { reads::or_shown(dialect, &parameter) } else { format!("{condition}{parameter}") }
        };
        let all: Vec<String> =
            ["TRUE".to_owned()].into_iter().chain(conditions.iter().enumerate().map(placed)).collect();
        let (all, limit) = (all.join(" AND "), self.limit + 1);
        let mut params: Vec<Value> = conditions.iter().map(|(_, value)| value.clone()).collect();
        let sql = if self.terms.is_empty() {
            let audit = dialect.table("_audit");
            format!("SELECT {columns} FROM {audit} WHERE {all} ORDER BY \"seq\" DESC LIMIT {limit}")
        } else {
            let (columns, conditions, terms) = (&columns, &all, &self.terms);
            let wanted = look_up::Wanted { columns, conditions, terms, limit };
            let (sql, more) = look_up::select(dialect, &wanted, zones, params.len());
            params.extend(more);
            sql
        };
        rows::page(sql, params, COLUMNS.iter().map(|(name, kind)| Column::new(name, *kind)).collect(), self.limit)
    }
}
