//! Values that users wrote themselves into a field which rules look at, before it became `read_only`.
//!
//! Each blueprint that was served on a database is recorded there with its time. Who registered while a field could be written, and
//! has a value in it that no operator gave him since, may have given himself the rights that a rule now makes of it.

use std::sync::Arc;

use blueprint::{Blueprint, Field, Literal};
use query::attribute;
use serde_json::{Map, Value as Json};
use store::{Store, StoreError};
use work::{Column, Dialect, Kind, Outcome, Shape, Statement, Step, Value, Work};

use super::caller_fields;
use super::sql;
use super::users::UserError;
use crate::audit::look_up;

/// Blueprints of one database that are looked at: the newest ones.
const MAX_BLUEPRINTS: usize = 200;
/// Users whose values are taken from one look at the audit to the next.
const PAGE: usize = 10_000;

/// A field of users that rules look at, and how many gave themselves their value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfWritten {
    /// Its name.
    pub field: String,
    /// How many users have a value that they wrote themselves.
    pub users: i64,
}

impl std::fmt::Display for SelfWritten {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let SelfWritten { field, users } = self;
        let (users, wrote) =
            if *users == 1 { ("1 user".to_owned(), "his") } else { (format!("{users} users"), "their") };
        write!(
            out,
            "{users} wrote {wrote} own `{field}` before it became read_only, and rules trust it as `caller.{field}`; look at them and \
             give each his value (`supermaker user set`), or take all of it (`supermaker user clear {field}`)"
        )
    }
}

/// A time in which whoever registered could write a field.
struct Period {
    from: String,
    /// `None` while it lasts.
    until: Option<String>,
    /// What it was for those who wrote nothing.
    default: Literal,
}

/// The fields that rules look at in which there are such values.
///
/// # Errors
/// The database.
pub(crate) async fn find(store: &Store, blueprint: &Blueprint) -> Result<Vec<SelfWritten>, StoreError> {
    let mut found = Vec::new();
    let fields = looked_at(blueprint);
    if fields.is_empty() {
        return Ok(found);
    }
    let history = read_history(store.run(history(store)).await?);
    for field in fields {
        let Some(theirs) = theirs(store, field, &periods(&history, field)) else { continue };
        let Theirs { given, condition, params } = theirs;
        let sql = format!("{given} SELECT count(*) FROM \"users\" u WHERE {condition}");
        let counted = store.run(sql::scan(store, sql::one(&sql, params, &[Kind::Integer]))).await?;
        let Outcome::Done(answer) = counted else { continue };
        let users = answer.captured.first().and_then(Value::as_integer).unwrap_or_default();
        if users > 0 {
            found.push(SelfWritten { field: field.name.clone(), users });
        }
    }
    Ok(found)
}

/// Takes the values of a field that users wrote themselves, and gives them its default; how many had one. Blocks the thread.
///
/// # Errors
/// No such field that rules look at, one that cannot be empty, or the database.
pub fn clear(store: &Store, blueprint: &Blueprint, name: &str) -> Result<usize, UserError> {
    let fields = looked_at(blueprint);
    let Some(field) = fields.iter().find(|field| field.name == name || field.column == name) else {
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let they = if names.is_empty() { "they look at none".to_owned() } else { names.join(", ") };
        return Err(UserError::Failed(format!("rules look at no field `{name}` of users: {they}")));
    };
    let default = field.default.clone().unwrap_or(Literal::Null);
    if field.required && default == Literal::Null {
        let why = format!("`{name}` is required and has no default; give each user a value: supermaker user set");
        return Err(UserError::Failed(why));
    }
    let history = read_history(store.run_blocking(history(store))?);
    let theirs = theirs(store, field, &periods(&history, field));
    let Some(Theirs { given, condition, params }) = theirs else { return Ok(0) };
    let mut cleared = 0;
    loop {
        // Whoever was cleared is found no more.
        let users = format!("SELECT u.\"id\" FROM \"users\" u WHERE {condition} ORDER BY u.\"id\"");
        let sql = format!("{given} {users} LIMIT {}", PAGE + 1);
        let shape = Arc::new(Shape { columns: vec![Column::new("id", Kind::Uuid)], captured: Vec::new() });
        let step = Step::Page { statement: Statement::new(sql, params.clone()), shape, limit: PAGE };
        let Outcome::Done(answer) = store.run_blocking(sql::scan(store, step))? else { return Ok(cleared) };
        let rows: Vec<Map<String, Json>> = serde_json::from_slice(&answer.body).unwrap_or_default();
        for id in rows.iter().filter_map(|row| row.get("id")?.as_str()) {
            let value = attribute::value(&default, attribute::field_kind(field), &crate::clock::now());
            caller_fields::give(store, field, id, value, &sql::audit_json(field, &default))?;
            cleared += 1;
        }
        if !answer.more {
            return Ok(cleared);
        }
    }
}

/// Those that some condition looks at; all of them are `read_only`.
fn looked_at(blueprint: &Blueprint) -> Vec<&Field> {
    blueprint.caller_fields().into_iter().filter_map(|place| blueprint.user_fields.get(place)).collect()
}

/// The blueprints of a database, the newest first.
fn history(store: &Store) -> Work {
    let columns = vec![Column::new("applied_at", Kind::DateTime), Column::new("blueprint", Kind::Text)];
    let sql = format!(
        "SELECT \"applied_at\", coalesce(\"blueprint\", '') AS \"blueprint\" FROM {} WHERE \"kind\" = 'app' \
         ORDER BY \"number\" DESC LIMIT {}",
        store.dialect().table("_migrations"),
        MAX_BLUEPRINTS + 1
    );
    let shape = Arc::new(Shape { columns, captured: Vec::new() });
    let step = Step::Page { statement: Statement::new(sql, Vec::new()), shape, limit: MAX_BLUEPRINTS };
    Work::read(work::Cost::Scan, vec![step])
}

/// When each was begun with, and what it was; `None` if this version does not load it.
fn read_history(outcome: Outcome) -> Vec<(String, Option<Blueprint>)> {
    let Outcome::Done(answer) = outcome else { return Vec::new() };
    let rows: Vec<Map<String, Json>> = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |row: &Map<String, Json>, name: &str| row.get(name).and_then(Json::as_str).map(str::to_owned);
    let row =
        |row: &Map<String, Json>| Some((text(row, "applied_at")?, blueprint::load(&text(row, "blueprint")?).ok()));
    rows.iter().filter_map(row).collect()
}

/// A blueprint that does not load says nothing of the field, and so may have let everybody write it.
fn periods(history: &[(String, Option<Blueprint>)], field: &Field) -> Vec<Period> {
    let mut until = None;
    let mut periods = Vec::new();
    for (from, blueprint) in history {
        let then = blueprint.as_ref().map(|blueprint| {
            let mut fields = blueprint.user_fields.iter();
            fields.find(|then| then.column == field.column).map(|then| (then.read_only, then.default.clone()))
        });
        let default = match then {
            Some(None | Some((true, _))) => None,
            Some(Some((false, default))) => Some(default.unwrap_or(Literal::Null)),
            None => Some(Literal::Null),
        };
        periods.extend(default.map(|default| Period { from: from.clone(), until: until.clone(), default }));
        until = Some(from.clone());
    }
    periods
}

/// How those are found who wrote their own value.
struct Theirs {
    /// What stands before the question: whom the operator gave one.
    given: String,
    /// What holds for such a user `u`.
    condition: String,
    params: Vec<Value>,
}

/// `None` where nobody could write his own.
fn theirs(store: &Store, field: &Field, periods: &[Period]) -> Option<Theirs> {
    if periods.is_empty() {
        return None;
    }
    // An underscore stands for any letter there.
    let mut params = vec![sql::text(&format!("%\"{}\":%", field.column.replace('_', "\\_")))];
    let mut place = |value: Value| {
        params.push(value);
        format!("?{}", params.len())
    };
    let column = format!("u.\"{}\"", field.column);
    let mut spans = Vec::new();
    for period in periods {
        let mut span = format!("u.\"created_at\" >= {}", place(sql::stamp(&period.from)));
        if let Some(until) = &period.until {
            span += &format!(" AND u.\"created_at\" < {}", place(sql::stamp(until)));
        }
        if !matches!(period.default, Literal::Null | Literal::Now | Literal::Json(_)) {
            let default = attribute::value(&period.default, attribute::field_kind(field), &period.from);
            span += &format!(" AND {column} <> {}", place(default));
        }
        spans.push(format!("({span})"));
    }
    // Read once, not for each user, and by what the audit is indexed by: most of its rows are of other things.
    let dialect = store.dialect();
    let by_operator = format!(
        "\"entity\" = 'user' AND \"iss\" = 'cli' AND \"entity_id\" IS NOT NULL \
         AND \"action\" IN ('user.set', 'user.import', 'user.add') \
         AND CAST(\"after\" AS text) LIKE {} ESCAPE '\\'",
        dialect.parameter(1)
    );
    let rows = look_up::all(&dialect, "\"entity_id\" AS \"id\"", &by_operator, ["iss:cli", "entity:user"]);
    let is_given = match dialect {
        Dialect::Sqlite => "u.\"id\" IN (SELECT g.\"id\" FROM \"given\" g)",
        // Which it hashes however many they are.
        Dialect::Postgres { .. } => "EXISTS (SELECT 1 FROM \"given\" g WHERE g.\"id\" = CAST(u.\"id\" AS text))",
    };
    let condition =
        format!("u.\"iss\" = 'own' AND {column} IS NOT NULL AND ({}) AND NOT {is_given}", spans.join(" OR "));
    Some(Theirs { given: format!("WITH \"given\" AS MATERIALIZED ({rows})"), condition, params })
}
