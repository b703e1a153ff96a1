//! The tables of a blueprint as the engine makes them, read from the very statements that it runs, so that documents tell what
//! is there and no second opinion of it.
//!
//! Those statements are made to be read: one column a line, every name quoted.

use blueprint::Blueprint;
use work::Dialect;

/// The schema of Postgres, unless `DATABASE_SCHEMA` says another.
const SCHEMA: &str = "app";

/// A table that is made.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    pub name: String,
    /// Name and definition, in order: `TEXT NOT NULL`.
    pub columns: Vec<(String, String)>,
    /// What holds of several columns: `PRIMARY KEY ("a", "b")`.
    pub keys: Vec<String>,
    pub indexes: Vec<Index>,
    /// Foreign keys that are added afterwards: the name, and the rest from `FOREIGN KEY` on.
    pub references: Vec<(String, String)>,
}

/// An index that is made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Index {
    pub name: String,
    pub unique: bool,
    /// What follows the name of the table: `("user_id", "id") WHERE …`.
    pub of: String,
}

/// All that a dialect gets.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Schema {
    /// Tables of entities and of links, in the order in which they are made.
    pub tables: Vec<Table>,
    /// What `users` gets besides the engine's own columns.
    pub users: Table,
    /// Statements that make neither table, column nor index of one: what a text search of SQLite needs.
    pub search: Vec<String>,
}

impl Schema {
    pub fn sqlite(blueprint: &Blueprint) -> Schema {
        Schema::of(blueprint, &Dialect::Sqlite)
    }

    pub fn postgres(blueprint: &Blueprint) -> Schema {
        Schema::of(blueprint, &Dialect::Postgres { schema: SCHEMA.into() })
    }

    fn of(blueprint: &Blueprint, dialect: &Dialect) -> Schema {
        let mut schema = Schema { users: Table { name: "users".to_owned(), ..Table::default() }, ..Schema::default() };
        for statement in schema::tables(blueprint, dialect) {
            if schema.add(&statement).is_none() {
                schema.search.push(statement);
            }
        }
        schema
    }

    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// Puts one statement where it belongs; none if it is of no table.
    fn add(&mut self, statement: &str) -> Option<()> {
        let (head, rest) = statement.split_once(" \"")?;
        let (name, rest) = named(rest)?;
        match head {
            "CREATE TABLE" => self.tables.push(table(name, rest)?),
            "CREATE INDEX" | "CREATE UNIQUE INDEX" => {
                let (on, of) = named(rest.strip_prefix(" ON \"")?)?;
                let index = Index { name, unique: head.contains("UNIQUE"), of: of.trim_start().to_owned() };
                self.table_mut(&on)?.indexes.push(index);
            }
            "ALTER TABLE" => {
                if let Some(column) = rest.strip_prefix(" ADD COLUMN \"") {
                    self.table_mut(&name)?.columns.push(self::column(column)?);
                } else {
                    let (key, of) = named(rest.strip_prefix(" ADD CONSTRAINT \"")?)?;
                    self.table_mut(&name)?.references.push((key, of.trim_start().to_owned()));
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn table_mut(&mut self, name: &str) -> Option<&mut Table> {
        if name == self.users.name { Some(&mut self.users) } else { self.tables.iter_mut().find(|it| it.name == name) }
    }
}

/// A name whose first quote is gone, and what follows it; of a name in a schema, the last part.
fn named(text: &str) -> Option<(String, &str)> {
    let (name, rest) = text.split_once('"')?;
    match rest.strip_prefix(".\"") {
        Some(inner) => named(inner),
        None => Some((name.to_owned(), rest)),
    }
}

fn table(name: String, rest: &str) -> Option<Table> {
    let (body, _options) = rest.strip_prefix(" (\n  ")?.rsplit_once("\n)")?;
    let mut table = Table { name, ..Table::default() };
    for line in body.split(",\n  ") {
        match line.strip_prefix('"') {
            Some(column) => table.columns.push(self::column(column)?),
            None => table.keys.push(line.to_owned()),
        }
    }
    Some(table)
}

fn column(text: &str) -> Option<(String, String)> {
    let (name, definition) = text.split_once("\" ")?;
    Some((name.to_owned(), definition.split_whitespace().collect::<Vec<_>>().join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
[app]
name = "x"
[user.field]
team = { type = "text", index = true }
[entity.tag]
owner = false
[entity.tag.field]
name = { type = "text", unique = true, required = true }
[entity.task]
soft_delete = true
[entity.task.field]
title = { type = "text", search = true }
state = { type = "enum", values = ["a", "b"], default = "a", index = true }
tags = { type = "reference", to = "tag", many = true }
parent = { type = "reference", to = "task" }
"#;

    /// Every statement is either read into a table, whose parts stand in it letter by letter, or is of the search.
    #[test]
    fn nothing_of_the_statements_is_lost() {
        let blueprint = blueprint::load(TEXT).unwrap_or_else(|problems| panic!("{problems}"));
        for (dialect, schema) in [
            (Dialect::Sqlite, Schema::sqlite(&blueprint)),
            (Dialect::Postgres { schema: SCHEMA.into() }, Schema::postgres(&blueprint)),
        ] {
            let statements = schema::tables(&blueprint, &dialect);
            let all = statements.join("\n").split_whitespace().collect::<Vec<_>>().join(" ");
            let mut parts = schema.search.len();
            for table in schema.tables.iter().chain([&schema.users]) {
                parts += usize::from(table.name != "users") + table.indexes.len() + table.references.len();
                for (name, definition) in &table.columns {
                    assert!(all.contains(&format!("\"{name}\" {definition}")), "{name} {definition}");
                }
                for text in table.keys.iter().chain(table.indexes.iter().map(|index| &index.of)) {
                    assert!(all.contains(text), "{text}");
                }
            }
            assert_eq!(parts + schema.users.columns.len(), statements.len(), "{schema:#?}");
        }
    }

    #[test]
    fn tables_are_read_with_their_columns() {
        let blueprint = blueprint::load(TEXT).unwrap_or_else(|problems| panic!("{problems}"));
        let (sqlite, postgres) = (Schema::sqlite(&blueprint), Schema::postgres(&blueprint));
        let names = |schema: &Schema| schema.tables.iter().map(|table| table.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&sqlite), ["tags", "tasks", "tasks_tags"]);
        assert_eq!(names(&sqlite), names(&postgres));
        let columns = |schema: &Schema| {
            let columns = &schema.table("tasks").unwrap().columns;
            columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>().join(" ")
        };
        let both = "id user_id title state parent_id created_at updated_at _version _deleted_at";
        assert_eq!((columns(&sqlite), columns(&postgres)), (both.to_owned(), format!("{both} _words")));
        assert_eq!(sqlite.search.len(), 4);
        assert_eq!(postgres.users.columns, [("team".to_owned(), "text COLLATE \"C\"".to_owned())]);
        assert!(sqlite.table("tasks_tags").unwrap().keys[0].starts_with("PRIMARY KEY"));
    }
}
