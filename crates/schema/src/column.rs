//! One column: its type, and the checks that the database makes although the engine made them before.
//!
//! The checks are the second fence: rows also come from imports, from other programs and from bugs.

use blueprint::{Blueprint, Field, FieldKind, IdKind, Literal, Target};

use crate::name::{quoted, text};

/// The column of an entity's field: `"status" TEXT NOT NULL CHECK (…)`.
pub(crate) fn of_entity(blueprint: &Blueprint, field: &Field) -> String {
    let null = if field.required { " NOT NULL" } else { "" };
    parts(blueprint, field, null)
}

/// The column of a user's field. It may be null even when registration requires it: accounts that the operator made
/// on the command line, or that came with a foreign token, never saw the registration.
pub(crate) fn of_user(blueprint: &Blueprint, field: &Field) -> String {
    let null = match (field.default.as_ref().and_then(constant), field.required) {
        (Some(constant), true) => format!(" NOT NULL DEFAULT {constant}"),
        (Some(constant), false) => format!(" DEFAULT {constant}"),
        (None, _) => String::new(),
    };
    parts(blueprint, field, &null)
}

fn parts(blueprint: &Blueprint, field: &Field, null: &str) -> String {
    let name = quoted(&field.column);
    format!("{name} {}{null}{}", storage(&field.kind), constraint(blueprint, &field.kind, &name))
}

fn storage(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Boolean
        | FieldKind::Reference { id: IdKind::Integer, .. } => "INTEGER",
        FieldKind::Float { .. } => "REAL",
        FieldKind::Text(_)
        | FieldKind::LongText(_)
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::DateTime
        | FieldKind::Enum { .. }
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Uuid
        | FieldKind::Json
        | FieldKind::Reference { id: IdKind::Uuid, .. } => "TEXT",
    }
}

/// A check or a reference. References have no action: the engine runs cascades itself, so that every child is
/// audited, and what it leaves over is the violation that tells of a restriction.
fn constraint(blueprint: &Blueprint, kind: &FieldKind, name: &str) -> String {
    match kind {
        FieldKind::Boolean => format!(" CHECK ({name} IN (0, 1))"),
        FieldKind::Enum { values } => {
            let values: Vec<String> = values.iter().map(|value| text(value)).collect();
            format!(" CHECK ({name} IN ({}))", values.join(", "))
        }
        FieldKind::Json => format!(" CHECK ({name} IS NULL OR json_valid({name}))"),
        FieldKind::Reference { to, .. } => format!(" REFERENCES {}(\"id\")", quoted(target_table(blueprint, *to))),
        _ => String::new(),
    }
}

pub(crate) fn target_table(blueprint: &Blueprint, target: Target) -> &str {
    match target {
        Target::User => "users",
        Target::Entity(index) => &blueprint.entity(index).plural,
    }
}

/// A literal as SQL, if it is the same at all times.
fn constant(literal: &Literal) -> Option<String> {
    match literal {
        Literal::Null | Literal::Now => None,
        Literal::Text(value) | Literal::Json(value) => Some(text(value)),
        Literal::Integer(number) | Literal::Decimal(number) => Some(number.to_string()),
        Literal::Float(number) => Some(format!("{number:?}")),
        Literal::Boolean(value) => Some(i64::from(*value).to_string()),
    }
}
