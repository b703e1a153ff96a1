//! The statements of accounts as the database at hand takes them.
//!
//! They are written once, in the words of SQLite; what Postgres calls otherwise is put in its place here: tables by their
//! whole names, parameters, and JSON that is a type of its own there.

use work::{Dialect, Otherwise, Statement, Step, Value};

/// Tables of the engine that these statements name.
const TABLES: [&str; 12] = [
    "users",
    "_sessions",
    "_refresh_tokens",
    "_mail_tokens",
    "_keys",
    "_failures",
    "_rates",
    "_outbox",
    "_idempotency",
    "_audit",
    "_audit_seals",
    "_state",
];

/// Steps in the words of a dialect.
pub(super) fn spoken(dialect: &Dialect, mut steps: Vec<Step>) -> Vec<Step> {
    if *dialect == Dialect::Sqlite {
        return steps;
    }
    for step in &mut steps {
        let (statement, none) = match step {
            Step::One { statement, none, .. }
            | Step::Require { statement, none }
            | Step::Change { statement, none } => (statement, Some(none)),
            Step::Page { statement, .. } | Step::Count(statement) | Step::Run(statement) => (statement, None),
        };
        translate(dialect, statement);
        if let Some(Otherwise::Probe { statement, .. }) = none {
            translate(dialect, statement);
        }
    }
    steps
}

fn translate(dialect: &Dialect, statement: &mut Statement) {
    statement.sql = text(dialect, &statement.sql, &statement.params).into();
}

/// Quotes come in pairs, so what lies between two of the same kind is a text or a name.
fn text(dialect: &Dialect, sql: &str, params: &[Value]) -> String {
    let mut said = String::with_capacity(sql.len() + 64);
    let mut rest = sql;
    while let Some(place) = rest.find(['\'', '"', '?']) {
        let (before, from) = rest.split_at(place);
        said.push_str(before);
        let quote = if from.starts_with('?') { None } else { from.get(..1) };
        match quote {
            Some(quote) => {
                let end = from.get(1..).and_then(|after| after.find(quote)).map_or(from.len(), |end| end + 2);
                let (quoted, after) = from.split_at(end);
                let name = quoted.trim_matches('"');
                // After a point it is the name of a column.
                let is_table = quote == "\"" && !before.ends_with('.') && TABLES.contains(&name);
                said.push_str(&if is_table { dialect.table(name) } else { quoted.to_owned() });
                rest = after;
            }
            None => {
                let after = from.trim_start_matches('?');
                let digits = after.len() - after.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
                let (number, after) = after.split_at(digits);
                let place: usize = number.parse().unwrap_or_default();
                said.push_str(&dialect.parameter(place));
                if matches!(params.get(place.wrapping_sub(1)), Some(Value::Json(_))) {
                    said.push_str("::json");
                }
                rest = after;
            }
        }
    }
    said.push_str(rest);
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_postgres_calls_otherwise() {
        let postgres = Dialect::Postgres { schema: "app".into() };
        let params = [Value::Null, Value::Json("[]".to_owned())];
        for (sql, expected) in [
            (
                "SELECT u.\"id\" FROM \"users\" u WHERE u.\"id\" = ?1",
                "SELECT u.\"id\" FROM \"app\".\"users\" u WHERE u.\"id\" = $1",
            ),
            ("UPDATE \"users\" SET \"roles\" = ?2", "UPDATE \"app\".\"users\" SET \"roles\" = $2::json"),
            ("SELECT 'a ?1 \"users\"', '', u.\"users\"", "SELECT 'a ?1 \"users\"', '', u.\"users\""),
            ("VALUES (?12, ?1)", "VALUES ($12, $1)"),
        ] {
            assert_eq!(text(&postgres, sql, &params), expected);
        }
    }
}
