//! Which SQL the statements are written in, and how tables are called there.
//!
//! How the two differ in anything else is the business of who writes statements.

use std::sync::Arc;

/// Which SQL the statements are written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite 3, tables `STRICT`, parameters `?1`.
    Sqlite,
    /// Postgres 14 or later, parameters `$1`.
    Postgres {
        /// Where all tables are. Every statement names it: what a pooler keeps of a `search_path` is not to be relied on.
        schema: Arc<str>,
    },
}

impl Dialect {
    /// A table or function by its whole name, as it stands in a statement.
    pub fn table(&self, name: &str) -> String {
        match self {
            Dialect::Sqlite => quoted(name),
            Dialect::Postgres { schema } => format!("{}.{}", quoted(schema), quoted(name)),
        }
    }

    /// The parameter at a place, the first being 1.
    pub fn parameter(&self, place: usize) -> String {
        match self {
            Dialect::Sqlite => format!("?{place}"),
            Dialect::Postgres { .. } => format!("${place}"),
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_called_by_their_whole_names() {
        let postgres = Dialect::Postgres { schema: "app".into() };
        assert_eq!(Dialect::Sqlite.table("tasks"), "\"tasks\"");
        assert_eq!(postgres.table("tasks"), "\"app\".\"tasks\"");
        assert_eq!(Dialect::Postgres { schema: "a\"b".into() }.table("c\"d"), "\"a\"\"b\".\"c\"\"d\"");
    }

    #[test]
    fn parameters_are_numbered() {
        assert_eq!(Dialect::Sqlite.parameter(12), "?12");
        assert_eq!(Dialect::Postgres { schema: "app".into() }.parameter(12), "$12");
    }
}
