//! Join tables: one per many-to-many reference, a row per link and nothing else.
//!
//! The primary key serves "what is linked to this row", the index the other direction; both are covering.

use blueprint::{Blueprint, Entity, Link};
use work::Dialect;

use crate::column::target_table;
use crate::name::{index_name, quoted};
use crate::types::Types;

/// `CREATE TABLE` and its index.
pub(crate) fn create(blueprint: &Blueprint, dialect: &Dialect, entity: &Entity, link: &Link) -> [String; 2] {
    [create_as(blueprint, dialect, entity, link, &link.table), index(dialect, link)]
}

/// The table alone, under another name.
pub(crate) fn create_as(blueprint: &Blueprint, dialect: &Dialect, entity: &Entity, link: &Link, name: &str) -> String {
    let types = Types(dialect);
    let (table, from, to) = (dialect.table(name), quoted(&link.from_column), quoted(&link.to_column));
    // A row takes its own links along. Links to a deleted row are the engine's: whoever had them changes and is audited.
    let own = Some(types.reference(&entity.plural)).filter(|reference| !reference.is_empty());
    let own = own.map_or_else(String::new, |reference| reference + " ON DELETE CASCADE");
    format!(
        "CREATE TABLE {table} (\n  \
         {from} {} NOT NULL{own},\n  \
         {to} {} NOT NULL{},\n  \
         PRIMARY KEY ({from}, {to})\n\
         ){}",
        types.id(entity.id),
        types.id(link.id),
        types.reference(target_table(blueprint, link.to)),
        types.key_table_options(),
    )
}

/// The index of the other direction.
pub(crate) fn index(dialect: &Dialect, link: &Link) -> String {
    let (from, to) = (quoted(&link.from_column), quoted(&link.to_column));
    let name = quoted(&index_name(&link.table, &link.to_column, "reference"));
    format!("CREATE INDEX {name} ON {} ({to}, {from})", dialect.table(&link.table))
}
