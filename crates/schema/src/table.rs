//! One table per entity, and the added columns of `users`.

use blueprint::{Blueprint, Entity, Field, IdKind};
use work::Dialect;

use crate::types::Types;
use crate::{column, search};

/// `CREATE TABLE` of an entity.
pub(crate) fn create(blueprint: &Blueprint, dialect: &Dialect, entity: &Entity) -> String {
    create_as(blueprint, dialect, entity, &entity.plural)
}

/// The same under another name.
pub(crate) fn create_as(blueprint: &Blueprint, dialect: &Dialect, entity: &Entity, name: &str) -> String {
    let types = Types(dialect);
    let mut lines = Vec::new();
    if has_row_key(dialect, entity) {
        lines.extend(["\"_row\" INTEGER PRIMARY KEY".to_owned(), "\"id\" TEXT NOT NULL UNIQUE".to_owned()]);
    } else {
        lines.push(format!("\"id\" {}", types.primary_key(entity.id)));
    }
    if entity.owned {
        lines.push(format!("\"user_id\" {} NOT NULL{}", types.user(), types.reference("users")));
    }
    lines.extend(entity.fields.iter().map(|field| column::of_entity(blueprint, &types, field)));
    lines.push(format!("\"created_at\" {} NOT NULL", types.stamp()));
    lines.push(format!("\"updated_at\" {} NOT NULL", types.stamp()));
    lines.push(format!("\"_version\" {} NOT NULL DEFAULT 1", types.integer()));
    if entity.soft_delete {
        lines.push(format!("\"_deleted_at\" {}", types.stamp()));
    }
    lines.extend(search::column(dialect, entity));
    format!("CREATE TABLE {} (\n  {}\n){}", dialect.table(name), lines.join(",\n  "), types.table_options())
}

/// SQLite finds the words of a row by an integer, and that of a row without such a key changes with `VACUUM`.
pub(crate) fn has_row_key(dialect: &Dialect, entity: &Entity) -> bool {
    entity.id == IdKind::Uuid && *dialect == Dialect::Sqlite && search::is_searched(entity)
}

/// `ALTER TABLE "users"` for one field of the built-in user.
pub(crate) fn add_user_column(blueprint: &Blueprint, dialect: &Dialect, field: &Field) -> String {
    let column = column::of_user(blueprint, &Types(dialect), field);
    format!("ALTER TABLE {} ADD COLUMN {column}", dialect.table("users"))
}
