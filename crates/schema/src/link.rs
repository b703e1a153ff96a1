//! Join tables: one per many-to-many reference, a row per link and nothing else.
//!
//! The primary key serves "what is linked to this row", the index the other direction; both are covering.

use blueprint::{Blueprint, Entity, IdKind, Link};

use crate::column::target_table;
use crate::name::{index_name, quoted};

/// `CREATE TABLE` and its index.
pub(crate) fn create(blueprint: &Blueprint, entity: &Entity, link: &Link) -> [String; 2] {
    let (table, from, to) = (quoted(&link.table), quoted(&link.from_column), quoted(&link.to_column));
    let (own, target) = (quoted(&entity.plural), quoted(target_table(blueprint, link.to)));
    // A row takes its own links along. Links to a deleted row are the engine's: whoever had them changes and is audited.
    let create = format!(
        "CREATE TABLE {table} (\n  \
         {from} {} NOT NULL REFERENCES {own}(\"id\") ON DELETE CASCADE,\n  \
         {to} {} NOT NULL REFERENCES {target}(\"id\"),\n  \
         PRIMARY KEY ({from}, {to})\n\
         ) WITHOUT ROWID, STRICT",
        storage(entity.id),
        storage(link.id),
    );
    let name = quoted(&index_name(&link.table, &link.to_column, "reference"));
    [create, format!("CREATE INDEX {name} ON {table} ({to}, {from})")]
}

fn storage(id: IdKind) -> &'static str {
    match id {
        IdKind::Integer => "INTEGER",
        IdKind::Uuid => "TEXT",
    }
}
