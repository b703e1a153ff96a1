//! How rows of the audit are looked for: by the index where it is filled, row by row elsewhere.

use work::{Dialect, Value};

use super::index::ROWS;
use super::marks::{self, Zone};
use super::times::Span;

/// Which rows are looked for.
pub(super) struct Wanted<'a> {
    pub columns: &'a str,
    /// What holds of them, over parameters.
    pub conditions: &'a str,
    /// What they all have: of each, one of these.
    pub terms: &'a [Vec<String>],
    /// When they were written.
    pub span: &'a Span,
    pub limit: usize,
}

/// The statement for the last rows that are wanted, in parts of the audit, and the parameters after so many that its conditions have.
pub(super) fn select(dialect: &Dialect, wanted: &Wanted<'_>, zones: &[Zone], params: usize) -> (String, Vec<Value>) {
    let Wanted { columns, conditions, terms, span, limit } = wanted;
    let (audit, index) = (dialect.table("_audit"), dialect.table("_audit_index"));
    // A server does not take what stands nowhere in the statement.
    let is_asked = zones.iter().any(|zone| matches!(zone, Zone::Found(..))) && terms.iter().all(|any| !any.is_empty());
    let asked: &[Vec<String>] = if is_asked { terms } else { &[] };
    let mut values: Vec<Value> = Vec::new();
    let mut place = |value: Value| {
        values.push(value);
        dialect.parameter(params + values.len())
    };
    let asked: Vec<Vec<String>> =
        asked.iter().map(|any| any.iter().map(|term| place(Value::Text(term.clone()))).collect()).collect();
    let has = |any: &[String]| {
        format!(
            "EXISTS (SELECT 1 FROM {index} AS \"o\" WHERE \"o\".\"term\" IN ({}) AND \"o\".\"block\" = \"i\".\"block\")",
            any.join(", ")
        )
    };
    let others: String = asked.iter().skip(1).map(|any| format!(" AND {}", has(any))).collect();
    let (rows, within) = of_block(dialect, columns);
    // The blocks in which they may be, `i`: each once, by the first of the terms that it has.
    let blocks: Vec<String> = match (&terms[..], asked.first()) {
        ([], _) => {
            let (times, of_span) = span.blocks(dialect);
            vec![format!("{times} AS \"i\" CROSS JOIN {rows} WHERE {within}{of_span}")]
        }
        (_, Some(first)) => first
            .iter()
            .enumerate()
            .map(|(place, term)| {
                let before = first.get(..place).filter(|before| !before.is_empty());
                let new: String = before.map(|before| format!(" AND NOT {}", has(before))).into_iter().collect();
                let of_span = span.of_block(dialect);
                format!("{index} AS \"i\" CROSS JOIN {rows} WHERE \"term\" = {term} AND {within}{new}{others}{of_span}")
            })
            .collect(),
        // Nothing that is indexed has them.
        (_, None) => Vec::new(),
    };
    let mut parts: Vec<String> = Vec::new();
    for zone in zones {
        match *zone {
            Zone::Read(from, to) => {
                let (from, to) = (place(Value::Integer(from)), place(Value::Integer(to)));
                parts.push(format!(
                    "SELECT {columns} FROM {audit} WHERE \"seq\" >= {from} AND \"seq\" < {to} AND {conditions} ORDER BY \"seq\" DESC"
                ));
            }
            Zone::Found(from, to) if !blocks.is_empty() => {
                let (from, to) = (place(Value::Integer(from)), place(Value::Integer(to)));
                parts.extend(blocks.iter().map(|blocks| {
                    format!(
                        "SELECT {columns} FROM {blocks} AND \"block\" >= {from} AND \"block\" < {to} AND {conditions} \
                         ORDER BY \"block\" DESC, \"seq\" DESC"
                    )
                }));
            }
            Zone::Found(..) => {}
        }
    }
    if parts.is_empty() {
        parts.push(format!("SELECT {columns} FROM {audit} WHERE FALSE AND {conditions}"));
    }
    let parts: Vec<String> = parts
        .iter()
        .enumerate()
        .map(|(place, part)| format!("SELECT * FROM ({part} LIMIT {limit}) AS \"part{place}\""))
        .collect();
    let sql =
        format!("SELECT {columns} FROM ({}) AS \"all\" ORDER BY \"seq\" DESC LIMIT {limit}", parts.join(" UNION ALL "));
    (sql, values)
}

/// The question for all rows under a condition that have all of these terms, which are texts of ours: those of the blocks that
/// have them, and what is not indexed yet row by row.
pub(crate) fn all(dialect: &Dialect, columns: &str, condition: &str, terms: [&str; 2]) -> String {
    let (audit, index) = (dialect.table("_audit"), dialect.table("_audit_index"));
    let indexed = marks::below(dialect);
    let [first, second] = terms;
    let (rows, within) = of_block(dialect, "*");
    format!(
        "SELECT {columns} FROM {audit} WHERE \"seq\" >= {indexed} * {ROWS} AND {condition} \
         UNION \
         SELECT {columns} FROM {index} AS \"i\" CROSS JOIN {rows} \
         WHERE \"term\" = '{first}' AND \"block\" < {indexed} AND EXISTS (SELECT 1 FROM {index} AS \"o\" \
         WHERE \"o\".\"term\" = '{second}' AND \"o\".\"block\" = \"i\".\"block\") AND {within} AND {condition}"
    )
}

/// The rows of the block of an entry of the index, which stands before them: what stands in `FROM`, and a condition.
fn of_block(dialect: &Dialect, columns: &str) -> (String, String) {
    let audit = dialect.table("_audit");
    let within = format!("\"seq\" >= \"block\" * {ROWS} AND \"seq\" < \"block\" * {ROWS} + {ROWS}");
    match dialect {
        Dialect::Sqlite => (audit, within),
        // It would take so many conditions to leave so few rows that it reads them all once rather than the blocks one by one.
        Dialect::Postgres { .. } => {
            let fenced = format!("SELECT {columns} FROM {audit} WHERE {within} ORDER BY \"seq\" DESC LIMIT {ROWS}");
            (format!("LATERAL ({fenced}) AS \"a\""), "TRUE".to_owned())
        }
    }
}
