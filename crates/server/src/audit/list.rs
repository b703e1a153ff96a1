//! `GET /_/audit`: the rows of the audit for users with the role `admin`, the newest first. What of each is shown is in `shown`.

use blueprint::Blueprint;
use http::StatusCode;
use http::header::CACHE_CONTROL;
use query::{Actor, DEFAULT_LIMIT, Denied, cursor};
use serde_json::{Map, Value as Json, json};
use work::{Column, Dialect, Kind, Value, Work};

use super::marks::{self, Marks, Zone};
use super::times::Span;
use super::{index, look_up, reads, rows, shown};
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

/// Entities that may have a record of one id, where none is named; with more, rows are read one by one.
const MOST_ENTITIES: usize = 100;

/// Which rows are asked for.
pub(super) struct Wanted {
    limit: usize,
    before: Option<i64>,
    conditions: Vec<Condition>,
    /// By what the rows are found: columns and the values of which one holds.
    pub(super) filters: Vec<(&'static str, Vec<String>)>,
    /// The filters as they were sent, for the cursor.
    fingerprint: String,
}

/// What holds of the rows.
enum Condition {
    /// A column has one of these values.
    Is(&'static str, Vec<String>),
    /// Written from a time on.
    From(String),
    /// Written before a time.
    To(String),
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
    let wanted = wanted(&app.blueprint, &request::parameters(http)?, |cursor, fingerprint| {
        let bound_to = bound_to(fingerprint);
        let texts = bound_to.each_ref().map(String::as_str);
        cursor::open(&app.cursor_key, &texts, &[Kind::Integer], cursor)?.first()?.as_integer()
    })?;
    let dialect = app.store.dialect();
    let (zones, end) = match wanted.is_looked_up() {
        false => (Vec::new(), None),
        true => {
            let (marks, newest) = Marks::read(app.store.run(marks::ask(&dialect)).await?);
            marks.zones(wanted.before, newest)
        }
    };
    // After the marks: what is indexed below them is seen.
    let terms = match wanted.id_alone() {
        None => Some(index::terms(&wanted.filters)),
        Some(id) => {
            let found = app.store.run(index::entities_with(&dialect, id, MOST_ENTITIES)).await?;
            let (found, more) = rows::read_page(found).map_err(|error| ApiError::internal(error.to_string()))?;
            let name = |row: &Map<String, Json>| row.get("entity").and_then(Json::as_str).map(str::to_owned);
            let entities: Vec<String> = found.iter().filter_map(name).collect();
            let records = index::records(&entities, &[id.to_owned()]);
            (!more).then(|| [vec![records], index::terms(&wanted.filters)].concat())
        }
    };
    let (zones, end, terms) = match terms {
        Some(terms) => (zones, end, terms),
        None => {
            let (_, newest) = Marks::read(app.store.run(marks::ask(&dialect)).await?);
            let (zones, end) = Marks::default().zones(wanted.before, newest);
            (zones, end, Vec::new())
        }
    };
    let outcome = app.store.run(wanted.page(&dialect, &zones, &terms)).await?;
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
    data.iter_mut().for_each(|row| shown::withhold(&app.blueprint, &actor, row));
    reads::of_history(app, http, user, &data).await?;
    let page = json!({ "data": data, "next_cursor": next, "has_more": more });
    Ok(HttpResponse::json(StatusCode::OK, page.to_string()).with(CACHE_CONTROL, "no-store"))
}

/// A change is of one row, and no action of a blueprint has one of these names.
pub(super) fn is_of_reads(row: &Map<String, Json>) -> bool {
    let action = row.get("action").and_then(Json::as_str).unwrap_or_default();
    action == "read" || matches!(action, "list" | "expand") && row.get("entity_id").is_none_or(Json::is_null)
}

pub(super) fn wanted(
    blueprint: &Blueprint,
    query: &[(String, String)],
    open: impl Fn(&str, &str) -> Option<i64>,
) -> Result<Wanted, ApiError> {
    let mut wanted = Wanted {
        limit: DEFAULT_LIMIT,
        before: None,
        conditions: Vec::new(),
        filters: Vec::new(),
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
                let time = format!("{time:.6}");
                wanted.conditions.push(if name == "from" { Condition::From(time) } else { Condition::To(time) });
                filters.push((name, text));
            }
            name if let Some(column) = FILTERS.iter().find(|known| **known == name) => {
                let values = if name == "entity" { names(blueprint, text) } else { vec![text.clone()] };
                wanted.conditions.push(Condition::Is(column, values.clone()));
                wanted.filters.push((column, values));
                filters.push((name, text));
            }
            _ => {
                let known = FILTERS.join(", ");
                return Err(bad(&format!("is not a parameter of this path; it has limit, cursor, from, to, {known}")));
            }
        }
    }
    filters.sort_unstable();
    wanted.fingerprint = json!(filters).to_string();
    if let Some(text) = cursor {
        let before = open(text, &wanted.fingerprint);
        let wrong = || ApiError::new(BAD_PARAMETER, "`cursor` is not a cursor of this list; start again without it");
        wanted.before = Some(before.ok_or_else(wrong)?);
    }
    Ok(wanted)
}

/// What an entity is called in the audit: what it was called before too.
fn names(blueprint: &Blueprint, name: &str) -> Vec<String> {
    let entity = blueprint.entities.iter().find(|entity| entity.name == name);
    let former = entity.into_iter().flat_map(|entity| entity.renamed_from.iter().cloned());
    std::iter::once(name.to_owned()).chain(former).collect()
}

impl Wanted {
    /// Whether the rows are found by the index; else all are wanted, or all of a time that is read one by one.
    fn is_looked_up(&self) -> bool {
        !self.conditions.is_empty()
    }

    /// The id of a record of which nobody says what it is.
    pub(super) fn id_alone(&self) -> Option<&str> {
        let values = |name: &str| self.filters.iter().find(|(column, _)| *column == name).map(|(_, values)| values);
        values(OF_ROW).filter(|_| values("entity").is_none())?.first().map(String::as_str)
    }

    pub(super) fn page(&self, dialect: &Dialect, zones: &[Zone], terms: &[Vec<String>]) -> Work {
        let mut params: Vec<Value> = Vec::new();
        let mut place = |value: Value| {
            params.push(value);
            dialect.parameter(params.len())
        };
        let (mut all, mut span) = (vec!["TRUE".to_owned()], Span::default());
        for condition in &self.conditions {
            match condition {
                Condition::Is(column, values) => {
                    let places: Vec<String> = values.iter().map(|value| place(Value::Text(value.clone()))).collect();
                    all.push(match &places[..] {
                        [one] if *column == OF_ROW => reads::or_shown(dialect, one),
                        _ => format!("\"{column}\" IN ({})", places.join(", ")),
                    });
                }
                Condition::From(time) => {
                    let time = place(Value::DateTime(time.clone()));
                    all.push(format!("\"at\" >= {time}"));
                    span.from = Some(time);
                }
                Condition::To(time) => {
                    let time = place(Value::DateTime(time.clone()));
                    all.push(format!("\"at\" < {time}"));
                    span.to = Some(time);
                }
            }
        }
        all.extend(self.before.map(|before| format!("\"seq\" < {}", place(Value::Integer(before)))));
        let columns = format!("\"{}\"", COLUMNS.map(|(name, _)| name).join("\", \""));
        let (all, limit) = (all.join(" AND "), self.limit + 1);
        let sql = if self.is_looked_up() {
            let (columns, conditions, span) = (&columns, &all, &span);
            let wanted = look_up::Wanted { columns, conditions, terms, span, limit };
            let (sql, more) = look_up::select(dialect, &wanted, zones, params.len());
            params.extend(more);
            sql
        } else {
            let audit = dialect.table("_audit");
            format!("SELECT {columns} FROM {audit} WHERE {all} ORDER BY \"seq\" DESC LIMIT {limit}")
        };
        rows::page(sql, params, COLUMNS.iter().map(|(name, kind)| Column::new(name, *kind)).collect(), self.limit)
    }
}
