//! What keeps the audit from being changed: triggers that refuse it. Whoever owns the database can drop them, switch them off or put
//! others in their place. Here is told which of them do not stand, and what puts them back.

use std::sync::Arc;

use serde_json::Value as Json;
use work::{Column, Cost, Dialect, Kind, Outcome, Shape, Statement, Step, Value, Work};

use crate::StoreError;

/// Tables to which rows are added and of which nothing is ever changed.
const TABLES: [&str; 3] = ["_audit", "_audit_seals", "_audit_index"];
/// Triggers that are read at most.
const MOST: usize = 1000;
/// What Postgres's triggers call.
const REFUSE: &str = "CREATE OR REPLACE FUNCTION \"_audit_refuse\"() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION 'the audit is append-only';
END
$body$";
/// When they are called, as its catalogue writes it: before each row is updated or deleted, and before a table is emptied.
const ON_CHANGE: i64 = 1 + 2 + 8 + 16;
const ON_TRUNCATE: i64 = 2 + 32;

/// The triggers over the audit, as far as they are not as they should be; in words such as `_audit_no_update on _audit`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Triggers {
    /// Not there, switched off, or others than they were.
    pub missing: Vec<String>,
    /// Triggers and rules that are none of ours: they may keep rows out of the audit.
    pub strange: Vec<String>,
}

/// A trigger of ours.
struct Trigger {
    table: &'static str,
    name: String,
    /// How it is found where it stands.
    is: String,
    /// What makes it.
    create: String,
}

impl Trigger {
    fn said(&self) -> String {
        said(&self.name, self.table)
    }
}

fn said(name: &str, table: &str) -> String {
    format!("{name} on {table}")
}

/// A trigger as it is found: its name, its table, and what it is.
pub(crate) type Found = [String; 3];

/// The question for what there is; `$1` is the schema.
pub(crate) fn question(dialect: &Dialect) -> String {
    let tables = TABLES.map(|table| format!("'{table}'")).join(", ");
    match dialect {
        Dialect::Sqlite => {
            format!(
                "SELECT \"name\", \"tbl_name\", \"sql\" FROM \"sqlite_schema\" \
                 WHERE \"type\" = 'trigger' AND lower(\"tbl_name\") IN ({tables}) ORDER BY 2, 1"
            )
        }
        Dialect::Postgres { .. } => {
            format!(
                "SELECT t.tgname::text, c.relname::text, concat_ws(' ', t.tgtype, \
                 CASE t.tgenabled WHEN 'A' THEN 'O' ELSE t.tgenabled::text END, t.tgqual IS NULL, t.tgattr::text, \
                 p.pronamespace = c.relnamespace, p.proname, l.lanname, p.prosrc) \
                 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid \
                 JOIN pg_language l ON l.oid = p.prolang JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = $1 AND c.relname IN ({tables}) AND NOT t.tgisinternal \
                 UNION ALL SELECT r.rulename::text, c.relname::text, 'a rule' \
                 FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = $1 AND c.relname IN ({tables}) ORDER BY 2, 1"
            )
        }
    }
}

/// The same as a work.
pub(crate) fn ask(dialect: &Dialect) -> Work {
    let params = match dialect {
        Dialect::Sqlite => Vec::new(),
        Dialect::Postgres { schema } => vec![Value::Text(schema.to_string())],
    };
    let columns = ["name", "table", "is"].map(|name| Column::new(name, Kind::Text)).into();
    let shape = Arc::new(Shape { columns, captured: Vec::new() });
    Work::read(
        Cost::Scan,
        vec![Step::Page { statement: Statement::new(question(dialect), params), shape, limit: MOST }],
    )
}

/// What the answer says.
pub(crate) fn read(dialect: &Dialect, outcome: Outcome) -> Result<Triggers, StoreError> {
    let Outcome::Done(answer) = outcome else { return Err(StoreError::broken("the triggers cannot be read")) };
    let found: Vec<Json> =
        serde_json::from_slice(&answer.body).map_err(|error| StoreError::broken(error.to_string()))?;
    let cell = |row: &Json, name: &str| row.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    Ok(judge(dialect, &found.iter().map(|row| ["name", "table", "is"].map(|name| cell(row, name))).collect::<Vec<_>>()))
}

/// What is missing among those that are found, and what is strange.
pub(crate) fn judge(dialect: &Dialect, found: &[Found]) -> Triggers {
    let ours = ours(dialect);
    let stands = |ours: &&Trigger| {
        found.iter().any(|[name, table, is]| *name == ours.name && table == ours.table && words(is) == words(&ours.is))
    };
    let is_ours =
        |[name, table, _]: &&Found| ours.iter().any(|trigger| trigger.name == *name && trigger.table == table);
    Triggers {
        missing: ours.iter().filter(|trigger| !stands(trigger)).map(Trigger::said).collect(),
        strange: found.iter().filter(|found| !is_ours(found)).map(|[name, table, _]| said(name, table)).collect(),
    }
}

/// The statements that put back what is missing.
pub(crate) fn put_back(dialect: &Dialect, missing: &[String]) -> Vec<String> {
    if missing.is_empty() {
        return Vec::new();
    }
    let is_missing = |trigger: &Trigger| missing.contains(&trigger.said());
    let function = (*dialect != Dialect::Sqlite).then(|| REFUSE.to_owned());
    let triggers = ours(dialect).into_iter().filter(is_missing).flat_map(|Trigger { table, name, create, .. }| {
        let on = if *dialect == Dialect::Sqlite { String::new() } else { format!(" ON \"{table}\"") };
        [format!("DROP TRIGGER IF EXISTS \"{name}\"{on}"), create]
    });
    function.into_iter().chain(triggers).collect()
}

fn ours(dialect: &Dialect) -> Vec<Trigger> {
    let on_sqlite = |table: &'static str| {
        ["UPDATE", "DELETE"].map(|verb| {
            let name = format!("{table}_no_{}", verb.to_lowercase());
            let create = format!(
                "CREATE TRIGGER \"{name}\" BEFORE {verb} ON \"{table}\" \
                 BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            );
            Trigger { table, name, is: create.clone(), create }
        })
    };
    let on_postgres = |table: &'static str| {
        let body = "BEGIN RAISE EXCEPTION 'the audit is append-only'; END";
        [("change", "UPDATE OR DELETE", "ROW", ON_CHANGE), ("truncate", "TRUNCATE", "STATEMENT", ON_TRUNCATE)].map(
            |(word, verbs, each, kind)| {
                let name = format!("{table}_no_{word}");
                let create = format!(
                    "CREATE TRIGGER \"{name}\" BEFORE {verbs} ON \"{table}\" FOR EACH {each} EXECUTE FUNCTION \"_audit_refuse\"()"
                );
                Trigger { table, name, is: format!("{kind} O t t _audit_refuse plpgsql {body}"), create }
            },
        )
    };
    match dialect {
        Dialect::Sqlite => TABLES.into_iter().flat_map(on_sqlite).collect(),
        Dialect::Postgres { .. } => TABLES.into_iter().flat_map(on_postgres).collect(),
    }
}

/// A text however it is spaced.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}
