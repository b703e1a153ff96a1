//! One table per entity, and the added columns of `users`.

use blueprint::{Blueprint, Entity, Field, IdKind};

use crate::{column, name::quoted, search};

/// `CREATE TABLE` of an entity.
pub(crate) fn create(blueprint: &Blueprint, entity: &Entity) -> String {
    let mut lines = vec![match entity.id {
        // AUTOINCREMENT: an id that was deleted is never given out again.
        IdKind::Integer => "\"id\" INTEGER PRIMARY KEY AUTOINCREMENT".to_owned(),
        // The words of a row are found by an integer, and that of a row without such a key changes with `VACUUM`.
        IdKind::Uuid if search::is_searched(entity) => {
            "\"_row\" INTEGER PRIMARY KEY,\n  \"id\" TEXT NOT NULL UNIQUE".to_owned()
        }
        IdKind::Uuid => "\"id\" TEXT PRIMARY KEY NOT NULL".to_owned(),
    }];
    if entity.owned {
        lines.push("\"user_id\" TEXT NOT NULL REFERENCES \"users\"(\"id\")".to_owned());
    }
    lines.extend(entity.fields.iter().map(|field| column::of_entity(blueprint, field)));
    lines.push("\"created_at\" TEXT NOT NULL".to_owned());
    lines.push("\"updated_at\" TEXT NOT NULL".to_owned());
    lines.push("\"_version\" INTEGER NOT NULL DEFAULT 1".to_owned());
    if entity.soft_delete {
        lines.push("\"_deleted_at\" TEXT".to_owned());
    }
    format!("CREATE TABLE {} (\n  {}\n) STRICT", quoted(&entity.plural), lines.join(",\n  "))
}

/// `ALTER TABLE "users"` for one field of the built-in user.
pub(crate) fn add_user_column(blueprint: &Blueprint, field: &Field) -> String {
    format!("ALTER TABLE \"users\" ADD COLUMN {}", column::of_user(blueprint, field))
}
