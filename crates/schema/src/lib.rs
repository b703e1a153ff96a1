//! Blueprint → tables: the statements that make an empty database fit a blueprint.
//!
//! Deterministic and made to be read: the same blueprint always gives the same text, one column a line. The engine's
//! own tables (`users`, `_audit` …) are the store's; this crate only adds columns to `users`. It knows no HTTP and
//! opens no database.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod column;
mod index;
mod link;
mod name;
mod search;
mod table;

use blueprint::Blueprint;
use work::Dialect;

pub use name::{index_name, search_table_name, unique_index_name};

/// The statements, without closing semicolons, in the order in which they are to be run.
///
/// They expect that the engine's table `users` is there already.
pub fn tables(blueprint: &Blueprint, dialect: Dialect) -> Vec<String> {
    match dialect {
        Dialect::Sqlite => sqlite(blueprint),
    }
}

/// SQLite looks a referred table up only when a row is written, so that references may form a ring and the tables
/// can come in the order of the file.
fn sqlite(blueprint: &Blueprint) -> Vec<String> {
    let mut statements = Vec::new();
    for field in &blueprint.user_fields {
        statements.push(table::add_user_column(blueprint, field));
        statements.extend(index::of_user_field(field));
    }
    for entity in &blueprint.entities {
        statements.push(table::create(blueprint, entity));
        statements.extend(index::of_entity(entity));
        statements.extend(search::of_entity(entity));
    }
    for (entity, link) in
        blueprint.entities.iter().flat_map(|entity| entity.links.iter().map(move |link| (entity, link)))
    {
        statements.extend(link::create(blueprint, entity, link));
    }
    statements
}
