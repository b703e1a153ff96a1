//! References between tables, where they can only be added once all tables are there.

use blueprint::{Blueprint, FieldKind};
use work::Dialect;

use crate::column::target_table;
use crate::name::{index_name, quoted};

/// A reference as a constraint of a table.
pub(crate) struct Constraint {
    pub table: String,
    pub name: String,
    /// The table that it refers to.
    pub to: String,
    /// What adds it.
    pub statement: String,
}

/// All of them. That references have no action says [`crate::types`].
pub(crate) fn all(blueprint: &Blueprint, dialect: &Dialect) -> Vec<Constraint> {
    let mut constraints = Vec::new();
    for entity in &blueprint.entities {
        let mut refer = |table: &str, column: &str, to: &str, action: &str| {
            let name = index_name(table, column, "fkey");
            let statement = format!(
                "ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} (\"id\"){action}",
                dialect.table(table),
                quoted(&name),
                quoted(column),
                dialect.table(to),
            );
            constraints.push(Constraint { table: table.to_owned(), name, to: to.to_owned(), statement });
        };
        if entity.owned {
            refer(&entity.plural, "user_id", "users", "");
        }
        for field in &entity.fields {
            if let FieldKind::Reference { to, .. } = field.kind {
                refer(&entity.plural, &field.column, target_table(blueprint, to), "");
            }
        }
        for link in &entity.links {
            // A row takes its own links along.
            refer(&link.table, &link.from_column, &entity.plural, " ON DELETE CASCADE");
            refer(&link.table, &link.to_column, target_table(blueprint, link.to), "");
        }
    }
    constraints
}
