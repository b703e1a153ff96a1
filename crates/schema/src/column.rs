//! One column: its type, and the checks that the database makes although the engine made them before.
//!
//! The checks are the second fence: rows also come from imports, from other programs and from bugs.

use blueprint::{Blueprint, Field, FieldKind, Target};

use crate::name::{quoted, text};
use crate::types::Types;

/// The column of an entity's field: `"status" TEXT NOT NULL CHECK (…)`.
pub(crate) fn of_entity(blueprint: &Blueprint, types: &Types, field: &Field) -> String {
    let null = if field.required { " NOT NULL" } else { "" };
    parts(blueprint, types, field, null)
}

/// The column of a user's field. It may be null even when registration requires it: accounts that the operator made
/// on the command line, or that came with a foreign token, never saw the registration.
pub(crate) fn of_user(blueprint: &Blueprint, types: &Types, field: &Field) -> String {
    let constant = field.default.as_ref().and_then(|literal| types.constant(&field.kind, literal));
    let null = match (constant, field.required) {
        (Some(constant), true) => format!(" NOT NULL DEFAULT {constant}"),
        (Some(constant), false) => format!(" DEFAULT {constant}"),
        (None, _) => String::new(),
    };
    parts(blueprint, types, field, &null)
}

fn parts(blueprint: &Blueprint, types: &Types, field: &Field, null: &str) -> String {
    let name = quoted(&field.column);
    let column = format!("{name} {}{null}{}", types.of(&field.kind), check(types, &field.kind, &name));
    match field.kind {
        FieldKind::Reference { to, .. } => column + &types.reference(target_table(blueprint, to)),
        _ => column,
    }
}

/// What a value must be beyond its type.
pub(crate) fn check(types: &Types, kind: &FieldKind, name: &str) -> String {
    match kind {
        FieldKind::Enum { values } => {
            let values: Vec<String> = values.iter().map(|value| text(value)).collect();
            format!(" CHECK ({name} IN ({}))", values.join(", "))
        }
        kind => types.check(kind, name),
    }
}

pub(crate) fn target_table(blueprint: &Blueprint, target: Target) -> &str {
    match target {
        Target::User => "users",
        Target::Entity(index) => &blueprint.entity(index).plural,
    }
}
