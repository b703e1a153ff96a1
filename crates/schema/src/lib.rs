//! Blueprint → tables: the statements that make an empty database fit a blueprint.
//!
//! Two blueprints → what makes the tables of the one those of the other, with their rows: [`migration`].
//!
//! Deterministic and made to be read: the same blueprint always gives the same text, one column a line. The engine's
//! own tables (`users`, `_audit` …) are the store's; this crate only adds columns to `users`. It knows no HTTP and
//! opens no database.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod blank;
mod column;
mod index;
mod link;
mod migration;
mod name;
mod reference;
mod search;
mod table;
mod types;

use blueprint::Blueprint;
use work::Dialect;

pub use blank::blank;
pub use migration::migration;
pub use name::{index_name, search_table_name, unique_index_name};

/// The statements, without closing semicolons, in the order in which they are to be run.
///
/// They expect that the engine's table `users` is there already.
pub fn tables(blueprint: &Blueprint, dialect: &Dialect) -> Vec<String> {
    let mut statements = Vec::new();
    for field in &blueprint.user_fields {
        statements.push(table::add_user_column(blueprint, dialect, field));
        statements.extend(index::of_user_field(dialect, field));
    }
    for entity in &blueprint.entities {
        statements.push(table::create(blueprint, dialect, entity));
        statements.extend(index::of_entity(dialect, entity));
        statements.extend(search::of_entity(dialect, entity));
    }
    for (entity, link) in
        blueprint.entities.iter().flat_map(|entity| entity.links.iter().map(move |link| (entity, link)))
    {
        statements.extend(link::create(blueprint, dialect, entity, link));
    }
    // References may form a ring. SQLite looks a referred table up only when a row is written.
    if *dialect != Dialect::Sqlite {
        statements.extend(reference::all(blueprint, dialect).into_iter().map(|constraint| constraint.statement));
    }
    statements
}
