//! Where the two dialects differ: the same meaning in each one's words. Nothing else in `render` asks which it writes for.
//!
//! What both understand alike is written once for both: `TRUE`, `IS DISTINCT FROM`, `ON CONFLICT`, `RETURNING`,
//! `NULLS LAST`, `string_agg(… ORDER BY …)`. How cells become JSON is [`super::json`]'s.

use blueprint::{Entity, IdKind};
use work::{Dialect, Kind, Value};

use super::cells::{Cell, Cells};
use super::sql::Sql;
use crate::attribute::{Attribute, id_kind};
use crate::catalog::quoted;

/// What the change of a row must keep others from doing with it meanwhile.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// It is changed, and what refers to it may go on doing so.
    Update,
    /// It goes.
    Delete,
}

impl Sql {
    /// A parameter where nothing around it tells Postgres of which type it is.
    pub fn typed(&mut self, value: Value) -> &mut Sql {
        let Dialect::Postgres { .. } = self.dialect else { return self.param(value) };
        let kind = postgres_type(&value);
        self.push("CAST(").param(value).push(" AS ").push(kind).push(")")
    }

    /// At the end of a query for rows that the next statement changes: nobody changes them in between, and if somebody
    /// just did, it is his row that is looked at. SQLite has one writer.
    pub fn locked(&mut self, change: Change) -> &mut Sql {
        match (&self.dialect, change) {
            (Dialect::Sqlite, _) => self,
            (Dialect::Postgres { .. }, Change::Update) => self.push(" FOR NO KEY UPDATE"),
            (Dialect::Postgres { .. }, Change::Delete) => self.push(" FOR UPDATE"),
        }
    }

    /// At the end of a query for a row that is going to be referred to: it does not go before this is done. Going to the
    /// trash is an update like any other, so that where there is a trash no update may come in between.
    pub fn kept(&mut self, target: Option<&Entity>) -> &mut Sql {
        match self.dialect {
            Dialect::Sqlite => self,
            Dialect::Postgres { .. } if target.is_some_and(|target| target.soft_delete) => self.unchanged(),
            Dialect::Postgres { .. } => self.push(" FOR KEY SHARE"),
        }
    }

    /// At the end of a query for a row that a condition looks at: it stays what it is until this is done.
    pub fn unchanged(&mut self) -> &mut Sql {
        match self.dialect {
            Dialect::Sqlite => self,
            Dialect::Postgres { .. } => self.push(" FOR SHARE"),
        }
    }

    /// A text as searches compare it: [`work::fold`].
    fn folded(&mut self, cell: &Cell) -> &mut Sql {
        let fold = match &self.dialect {
            Dialect::Sqlite => "fold".to_owned(),
            postgres => postgres.table("fold"),
        };
        self.push(&fold).push("(").cell(cell).push(")")
    }

    /// The text of a cell holds another, whatever the case.
    pub fn contains(&mut self, cell: &Cell, text: &str) -> &mut Sql {
        let place = match self.dialect {
            Dialect::Sqlite => "instr(",
            Dialect::Postgres { .. } => "strpos(",
        };
        self.push(place).folded(cell).push(", ").param(Value::Text(work::fold(text))).push(") > 0")
    }

    /// The text of a cell begins with another, whatever the case.
    pub fn starts_with(&mut self, cell: &Cell, text: &str) -> &mut Sql {
        let start = work::fold(text);
        match self.dialect {
            Dialect::Sqlite => {
                let length = Value::Integer(start.chars().count() as i64);
                self.push("substr(").folded(cell).push(", 1, ").param(length).push(") = ").param(Value::Text(start))
            }
            Dialect::Postgres { .. } => {
                self.push("starts_with(").folded(cell).push(", ").param(Value::Text(start)).push(")")
            }
        }
    }

    /// A cell that is compared with these values. Postgres does not compare JSON, so that there its text is compared.
    pub fn comparable(&mut self, cell: &Cell, value: Option<&Value>) -> &mut Sql {
        match (&self.dialect, value) {
            (Dialect::Postgres { .. }, Some(Value::Json(_))) => self.push("CAST(").cell(cell).push(" AS text)"),
            _ => self.cell(cell),
        }
    }

    /// A value that is compared with such a cell.
    pub fn compared(&mut self, value: Value) -> &mut Sql {
        match (&self.dialect, value) {
            (Dialect::Postgres { .. }, Value::Json(text)) => self.param(Value::Text(text)),
            (_, value) => self.param(value),
        }
    }

    /// The rows that have, in these of their fields, for each of these words one that begins with it.
    pub fn found(&mut self, cells: &Cells, attributes: &[Attribute], words: &[String]) -> &mut Sql {
        let entity = cells.source.entity;
        let columns = attributes.iter().map(|attribute| attribute.column(entity));
        match &self.dialect {
            Dialect::Sqlite => {
                let key = match entity.id {
                    IdKind::Integer => "id",
                    IdKind::Uuid => "_row",
                };
                let columns: Vec<String> = columns.map(quoted).collect();
                let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"*")).collect();
                let query = format!("{{{}}} : ({})", columns.join(" "), words.join(" AND "));
                let table = quoted(&format!("_{}_search", entity.plural));
                let key = cells.source.column(key);
                self.push(&format!("{key} IN (SELECT rowid FROM {table} WHERE {table} MATCH "));
                self.param(Value::Text(query)).push(")")
            }
            postgres => {
                let sought = postgres.table("sought");
                let columns = columns.collect::<Vec<_>>().join(",");
                self.push(&cells.source.column("_words")).push(" @@ ").push(&sought).push("(");
                self.param(Value::Text(columns)).push(", ").param(Value::Text(words.join(" "))).push(")")
            }
        }
    }

    /// The ids of a JSON array as rows of a `"value"` and its place, `"key"`, under this name.
    pub fn ids_of(&mut self, json: Value, kind: IdKind, name: &str) -> &mut Sql {
        match self.dialect {
            Dialect::Sqlite => self.push("json_each(").param(json).push(") AS ").push(&quoted(name)),
            Dialect::Postgres { .. } => {
                let kind = match kind {
                    IdKind::Integer => "bigint",
                    IdKind::Uuid => "uuid",
                };
                self.push(&format!("(SELECT CAST(\"text\" AS {kind}) AS \"value\", \"place\" - 1 AS \"key\" "));
                self.push("FROM json_array_elements_text(").typed(json);
                self.push(") WITH ORDINALITY AS \"given\"(\"text\", \"place\")) AS ").push(&quoted(name))
            }
        }
    }

    /// The id of the row of this entity, whose ids are integers, that was inserted last.
    pub fn last_id(&mut self, entity: &Entity) -> &mut Sql {
        match &self.dialect {
            // Join tables have no row ids, so their rows do not count.
            Dialect::Sqlite => self.push("last_insert_rowid()"),
            postgres => {
                let table = super::sql::literal(&postgres.table(&entity.plural));
                self.push(&format!("currval(pg_get_serial_sequence({table}, 'id'))"))
            }
        }
    }
}

/// Whether an index of a column and the id can be started between rows that are alike in the column, by comparing both as
/// one row. SQLite does not take an integer id, which is its row id, for a part of an index then.
pub(super) fn starts_between(dialect: &Dialect, id: IdKind) -> bool {
    *dialect != Dialect::Sqlite || id != IdKind::Integer
}

/// The ids that a query gives, its column being `id`, as the text of a JSON array, least first: what stands after `SELECT`.
pub(super) fn ids_json(dialect: &Dialect, id: &str, kind: IdKind) -> String {
    match (dialect, kind) {
        (Dialect::Sqlite, _) => format!("json_group_array({id} ORDER BY {id})"),
        (Dialect::Postgres { .. }, kind) => {
            let text = super::json::text(dialect, id_kind(kind), id);
            format!("'[' || coalesce(string_agg({text}, ',' ORDER BY {id}), '') || ']'")
        }
    }
}

/// A text of JSON as a value that goes into a column of JSON.
pub(super) fn as_json(dialect: &Dialect, text: &str) -> String {
    let (before, after) = json_of_text(dialect);
    format!("{before}{text}{after}")
}

/// What stands before and after such a text.
pub(super) fn json_of_text(dialect: &Dialect) -> (&'static str, &'static str) {
    match dialect {
        Dialect::Sqlite => ("", ""),
        Dialect::Postgres { .. } => ("CAST(", " AS json)"),
    }
}

/// A number of units in a sum with a column of this kind.
pub(super) fn number(dialect: &Dialect, kind: Kind, units: i64) -> String {
    match (dialect, kind) {
        (Dialect::Postgres { .. }, Kind::Decimal { scale }) => super::audit::decimal(units, scale),
        _ => units.to_string(),
    }
}

fn postgres_type(value: &Value) -> &'static str {
    match value {
        Value::Boolean(_) => "boolean",
        Value::Integer(_) => "bigint",
        Value::Decimal { .. } => "numeric",
        Value::Float(_) => "double precision",
        Value::Null | Value::Text(_) => "text",
        Value::Uuid(_) => "uuid",
        Value::Date(_) => "date",
        Value::Time(_) => "time",
        Value::DateTime(_) => "timestamptz",
        Value::Json(_) => "json",
        Value::Bytes(_) => "bytea",
    }
}
