//! Rows from before in which nothing stands where a text is required. They stay as they are, and whoever sends one back unchanged is
//! refused, so somebody should know of them.

use blueprint::{BLANK, Blueprint, Field, FieldKind};
use work::{Dialect, Guard};

use crate::migration::some;
use crate::name::{quoted, text};

/// What finds them, for each text that must not be blank. Nothing is in their way: `count` and `some` only tell.
pub fn blank(blueprint: &Blueprint, dialect: &Dialect) -> Vec<Guard> {
    let of_users = blueprint.user_fields.iter().map(|field| ("users", field));
    let of_entities = blueprint
        .entities
        .iter()
        .flat_map(|entity| entity.fields.iter().map(move |field| (entity.plural.as_str(), field)));
    of_entities
        .chain(of_users)
        .filter(|(_, field)| holds_something(field))
        .map(|(table, field)| look(dialect, table, field))
        .collect()
}

fn holds_something(field: &Field) -> bool {
    matches!(&field.kind, FieldKind::Text(limits) | FieldKind::LongText(limits) if limits.not_blank)
}

fn look(dialect: &Dialect, table: &str, field: &Field) -> Guard {
    let from = format!("{} WHERE {}", dialect.table(table), is_blank(dialect, &quoted(&field.column)));
    Guard {
        count: Some(format!("SELECT count(*) FROM {from}")),
        some: Some(some("\"id\"", &from)),
        what: format!("rows of `{table}` with nothing in `{}`, which is required", field.name),
        mend: format!(
            "write something there; or say `min_length = 0` at `{}`, where nothing may stand there",
            field.name
        ),
        is_loss: false,
    }
}

fn is_blank(dialect: &Dialect, column: &str) -> String {
    let trim = match dialect {
        Dialect::Sqlite => "trim",
        Dialect::Postgres { .. } => "btrim",
    };
    let blanks: String = BLANK.iter().flat_map(Clone::clone).collect();
    format!("{trim}({column}, {}) = ''", text(&blanks))
}
