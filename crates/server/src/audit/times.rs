//! When the rows of a block were written: from the first to the last time that stands in them, which need not be those of its first and
//! last row. So a list of a time skips the blocks of other times, and what is asked of times alone is found by them.
//!
//! Filled with the index, for the blocks that it holds.

use work::{Dialect, Statement, Value};

use super::index::ROWS;

fn table(dialect: &Dialect) -> String {
    dialect.table("_audit_times")
}

/// Widens the times of blocks by those of the rows of a range of numbers.
pub(super) fn add(dialect: &Dialect, from: i64, to: i64) -> Statement {
    let [one, two] = [1, 2].map(|place| dialect.parameter(place));
    let (least, greatest) = match dialect {
        Dialect::Sqlite => ("min", "max"),
        Dialect::Postgres { .. } => ("least", "greatest"),
    };
    let sql = format!(
        "INSERT INTO {} AS \"t\" (\"block\", \"first\", \"last\") \
         SELECT \"a\".\"seq\" / {ROWS}, min(\"a\".\"at\"), max(\"a\".\"at\") FROM {} AS \"a\" \
         WHERE \"a\".\"seq\" BETWEEN {one} AND {two} GROUP BY 1 ORDER BY 1 \
         ON CONFLICT (\"block\") DO UPDATE SET \"first\" = {least}(\"t\".\"first\", excluded.\"first\"), \
         \"last\" = {greatest}(\"t\".\"last\", excluded.\"last\")",
        table(dialect),
        dialect.table("_audit")
    );
    Statement::new(sql, vec![Value::Integer(from), Value::Integer(to)])
}

/// That the times of its block do not hold a row of the audit, `a`.
pub(super) fn leave_out(dialect: &Dialect) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM {} AS \"t\" WHERE \"t\".\"block\" = \"a\".\"seq\" / {ROWS} \
         AND \"t\".\"first\" <= \"a\".\"at\" AND \"t\".\"last\" >= \"a\".\"at\")",
        table(dialect)
    )
}

/// A span of time, as the parameters in which its ends stand.
#[derive(Debug, Clone, Default)]
pub(super) struct Span {
    pub from: Option<String>,
    pub to: Option<String>,
}

impl Span {
    pub fn is_all(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// That a block, which stands before this, may have rows of it; for those that have entries in another table.
    pub fn of_block(&self, dialect: &Dialect) -> String {
        if self.is_all() {
            return String::new();
        }
        let table = table(dialect);
        format!(" AND EXISTS (SELECT 1 FROM {table} AS \"t\" WHERE \"t\".\"block\" = \"i\".\"block\"{})", self.of("t"))
    }

    /// The blocks that may have rows of it, `i`, and the condition that they do.
    pub fn blocks(&self, dialect: &Dialect) -> (String, String) {
        (table(dialect), self.of("i"))
    }

    fn of(&self, name: &str) -> String {
        let from = self.from.iter().map(|from| format!(" AND \"{name}\".\"last\" >= {from}"));
        let to = self.to.iter().map(|to| format!(" AND \"{name}\".\"first\" < {to}"));
        from.chain(to).collect()
    }
}
