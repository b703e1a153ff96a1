//! What a row can be filtered, sorted and shown by: its fields, its links, and the columns that every row has. Which of
//! them a caller may know of is [`crate::View`]'s.

use blueprint::{Entity, Field, FieldKind, IdKind, Literal};
use work::{Kind, Value};

/// A part of a row. All but links are columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
    /// `id`.
    Id,
    /// `user_id`, of an owned entity.
    UserId,
    /// The field at this place in [`Entity::fields`].
    Field(usize),
    /// The many-to-many reference at this place in [`Entity::links`]: the ids of the rows that the caller can see.
    Link(usize),
    /// `created_at`.
    CreatedAt,
    /// `updated_at`.
    UpdatedAt,
}

impl Attribute {
    /// Its JSON key, which is the name of its column too, if it is one.
    pub fn column(self, entity: &Entity) -> &str {
        match self {
            Attribute::Id => "id",
            Attribute::UserId => "user_id",
            Attribute::Field(place) => &entity.fields[place].column,
            Attribute::Link(place) => &entity.links[place].key,
            Attribute::CreatedAt => "created_at",
            Attribute::UpdatedAt => "updated_at",
        }
    }

    /// What its cell holds.
    pub fn kind(self, entity: &Entity) -> Kind {
        match self {
            Attribute::Id => id_kind(entity.id),
            Attribute::UserId => Kind::Uuid,
            Attribute::Field(place) => field_kind(&entity.fields[place]),
            Attribute::Link(_) => Kind::Json,
            Attribute::CreatedAt | Attribute::UpdatedAt => Kind::DateTime,
        }
    }

    /// Whether a row may hold null there.
    pub fn nullable(self, entity: &Entity) -> bool {
        match self {
            Attribute::Field(place) => !entity.fields[place].required,
            _ => false,
        }
    }
}

/// What an id column holds.
pub fn id_kind(id: IdKind) -> Kind {
    match id {
        IdKind::Integer => Kind::Integer,
        IdKind::Uuid => Kind::Uuid,
    }
}

/// What a field's column holds.
pub fn field_kind(field: &Field) -> Kind {
    kind_of(&field.kind)
}

/// What a column of this type holds.
pub(crate) fn kind_of(kind: &FieldKind) -> Kind {
    match kind {
        FieldKind::Text(_)
        | FieldKind::LongText(_)
        | FieldKind::Enum { .. }
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url => Kind::Text,
        FieldKind::Integer { .. } => Kind::Integer,
        FieldKind::Decimal { scale, .. } => Kind::Decimal { scale: *scale },
        FieldKind::Float { .. } => Kind::Float,
        FieldKind::Boolean => Kind::Boolean,
        FieldKind::Date => Kind::Date,
        FieldKind::Time => Kind::Time,
        FieldKind::DateTime => Kind::DateTime,
        FieldKind::Uuid => Kind::Uuid,
        FieldKind::Json => Kind::Json,
        FieldKind::Reference { id, .. } => id_kind(*id),
    }
}

/// A checked literal as a parameter for a column of this kind. `at` is what `now` means.
pub fn value(literal: &Literal, kind: Kind, at: &str) -> Value {
    match (literal, kind) {
        (Literal::Null, _) => Value::Null,
        (Literal::Boolean(truth), _) => Value::Boolean(*truth),
        (Literal::Integer(number), _) => Value::Integer(*number),
        (Literal::Decimal(units), Kind::Decimal { scale }) => Value::Decimal { units: *units, scale },
        (Literal::Decimal(units), _) => Value::Integer(*units),
        (Literal::Float(number), _) => Value::Float(*number),
        (Literal::Json(text), _) => Value::Json(text.clone()),
        (Literal::Text(text), kind) => text_value(text.clone(), kind),
        (Literal::Now, Kind::Date) => Value::Date(at.chars().take(10).collect()),
        (Literal::Now, _) => Value::DateTime(at.to_owned()),
    }
}

/// What a cell holds, as conditions compare it.
pub fn literal(value: &Value) -> Literal {
    match value {
        Value::Null | Value::Bytes(_) => Literal::Null,
        Value::Boolean(truth) => Literal::Boolean(*truth),
        Value::Integer(number) => Literal::Integer(*number),
        Value::Decimal { units, .. } => Literal::Decimal(*units),
        Value::Float(number) => Literal::Float(*number),
        Value::Json(text) => Literal::Json(text.clone()),
        Value::Text(text) | Value::Uuid(text) | Value::Date(text) | Value::Time(text) | Value::DateTime(text) => {
            Literal::Text(text.clone())
        }
    }
}

/// A text in the form that is stored, typed by its column.
pub fn text_value(text: String, kind: Kind) -> Value {
    match kind {
        Kind::Uuid => Value::Uuid(text),
        Kind::Date => Value::Date(text),
        Kind::Time => Value::Time(text),
        Kind::DateTime => Value::DateTime(text),
        Kind::Json => Value::Json(text),
        _ => Value::Text(text),
    }
}
