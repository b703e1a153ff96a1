//! Cells as JSON text that is made in SQL, the same that the store writes of a cell that it reads.

use work::{Dialect, Kind};

use super::cells::Cell;
use super::sql::{Sql, literal};

impl Sql {
    /// The JSON text of a cell, `null` too.
    pub fn json(&mut self, cell: &Cell, kind: Kind) -> &mut Sql {
        // A cell may hold parameters, so it is written anew wherever it stands.
        for (place, part) in text(&self.dialect, kind, "\0").split('\0').enumerate() {
            if place > 0 {
                self.cell(cell);
            }
            self.push(part);
        }
        self
    }
}

/// The JSON text of an expression, `null` too.
pub(super) fn text(dialect: &Dialect, kind: Kind, cell: &str) -> String {
    match dialect {
        Dialect::Sqlite => sqlite(kind, cell),
        Dialect::Postgres { .. } => format!("coalesce({}, 'null')", postgres(kind, cell)),
    }
}

/// The text of a JSON object: each key with the expression of its value, which [`value`] makes.
pub(super) fn object(dialect: &Dialect, members: impl Iterator<Item = (String, String)>) -> String {
    match dialect {
        Dialect::Sqlite => {
            let pairs: Vec<String> = members.map(|(key, value)| format!("{}, {value}", literal(&key))).collect();
            format!("json_object({})", pairs.join(", "))
        }
        // Postgres's own functions put spaces between; the two engines write the same.
        Dialect::Postgres { .. } => {
            let pairs = members.map(|(key, value)| format!("\"{key}\":' || {value}"));
            let pairs: Vec<String> = pairs.collect();
            if pairs.is_empty() { "'{}'".to_owned() } else { format!("'{{{} || '}}'", pairs.join(" || ',")) }
        }
    }
}

/// An expression of a kind as the value of a member of [`object`].
pub(super) fn value(dialect: &Dialect, kind: Kind, cell: &str) -> String {
    match (dialect, kind) {
        (Dialect::Sqlite, Kind::Boolean) => format!("json(CASE {cell} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"),
        (Dialect::Sqlite, Kind::Json) => format!("json({cell})"),
        // What `json_object` makes of it has 15 digits.
        (Dialect::Sqlite, Kind::Float) => format!("json({})", float(cell)),
        (Dialect::Sqlite, Kind::Decimal { scale }) => decimal(cell, scale),
        (Dialect::Sqlite, _) => cell.to_owned(),
        (Dialect::Postgres { .. }, kind) => text(dialect, kind, cell),
    }
}

/// A JSON text as such a value.
pub(super) fn given(dialect: &Dialect, json: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("json({})", literal(json)),
        Dialect::Postgres { .. } => literal(json),
    }
}

/// The same text for every value of an expression, as such a value; null for null.
pub(super) fn instead(dialect: &Dialect, cell: &str, text: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("CASE WHEN {cell} IS NULL THEN NULL ELSE {} END", literal(text)),
        Dialect::Postgres { .. } => format!("CASE WHEN {cell} IS NULL THEN 'null' ELSE '\"{text}\"' END"),
    }
}

fn sqlite(kind: Kind, cell: &str) -> String {
    match kind {
        Kind::Boolean => format!("CASE {cell} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END"),
        Kind::Decimal { scale } => format!("coalesce('\"' || {} || '\"', 'null')", decimal(cell, scale)),
        Kind::Float => float(cell),
        Kind::Json => format!("coalesce({cell}, 'null')"),
        Kind::Bytes => "'null'".to_owned(),
        Kind::Integer | Kind::Text | Kind::Uuid | Kind::Date | Kind::Time | Kind::DateTime => {
            format!("json_quote({cell})")
        }
    }
}

/// Null for null.
fn postgres(kind: Kind, cell: &str) -> String {
    let text = |cell: &str| format!("CAST({cell} AS text)");
    let quoted = |text: &str| format!("'\"' || {text} || '\"'");
    match kind {
        // What a number column holds has the digits of its scale.
        Kind::Boolean | Kind::Integer | Kind::Json => text(cell),
        Kind::Decimal { .. } | Kind::Uuid | Kind::Time => quoted(&text(cell)),
        // Their texts depend on settings of the database.
        Kind::Date => quoted(&format!("to_char({cell}, 'YYYY-MM-DD')")),
        Kind::DateTime => quoted(&format!("to_char({cell} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")),
        Kind::Text => text(&format!("to_json({})", text(cell))),
        // A whole number has a point here, too, as in SQLite.
        Kind::Float => format!("regexp_replace({}, '^(-?[0-9]+)(e|$)', '\\1.0\\2')", text(cell)),
        Kind::Bytes => "NULL".to_owned(),
    }
}

/// Units of 10^-scale in the form of the API.
fn decimal(cell: &str, scale: u8) -> String {
    if scale == 0 {
        return format!("CAST({cell} AS TEXT)");
    }
    // The least integer has no absolute value, its parts do.
    let unit = 10_i64.pow(u32::from(scale));
    format!(
        "CASE WHEN {cell} IS NULL THEN NULL ELSE printf('%s%d.%0{scale}d', \
         CASE WHEN {cell} < 0 THEN '-' ELSE '' END, abs({cell} / {unit}), abs({cell} % {unit})) END"
    )
}

/// The shortest text that reads back the same. SQLite's own has 15 digits at most, which loses some.
fn float(cell: &str) -> String {
    let digits = |count: u8| format!("printf('%!.{count}g', {cell})");
    let shortest = |count| format!("WHEN CAST({0} AS REAL) = {cell} THEN {0} ", digits(count));
    format!("CASE WHEN {cell} IS NULL THEN 'null' {}{}ELSE {} END", shortest(15), shortest(16), digits(17))
}
