//! Examples: what a value could look like, by its type, its limits and its name. Always the same ones.

use blueprint::{Entity, Field, FieldKind, IdKind, Link, Literal, TextLimits};
use query::{Attribute, Body, View};
use serde_json::{Map, Value as Json};

use super::kinds::{self, Side};
use super::pattern;

/// An id of a row or a user.
pub(super) const UUID: &str = "0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6b";
/// A point in time, as answers show it.
pub(super) const STAMP: &str = "2026-11-21T09:30:00.000000Z";

/// Texts by what the name of their field ends with; the first that fits counts.
const TEXTS: &[(&str, &str)] = &[
    ("first_name", "Ana"),
    ("last_name", "Silva"),
    ("full_name", "Ana Silva"),
    ("username", "ana"),
    ("company", "Northwind Ltd"),
    ("name", "Northwind"),
    ("title", "Call the supplier"),
    ("subject", "About your order"),
    ("description", "What it is and why it matters."),
    ("summary", "In short: all is well."),
    ("message", "Hello! May I call you on Monday?"),
    ("body", "Hello! May I call you on Monday?"),
    ("note", "Prefers to be called in the morning."),
    ("notes", "Prefers to be called in the morning."),
    ("comment", "Looks good."),
    ("street", "12 Harbour Street"),
    ("address", "12 Harbour Street, Lisbon"),
    ("city", "Lisbon"),
    ("country", "Portugal"),
    ("language", "en"),
    ("category", "general"),
    ("tag", "urgent"),
    ("sku", "A-1001"),
    ("code", "A-1001"),
    ("number", "A-1001"),
    ("color", "#3366ff"),
];

/// Integers by what the name of their field ends with.
const INTEGERS: &[(&str, i64)] = &[
    ("year", 2026),
    ("age", 34),
    ("rating", 4),
    ("stars", 4),
    ("minutes", 30),
    ("duration", 30),
    ("quantity", 3),
    ("count", 3),
    ("position", 1),
    ("priority", 1),
];

/// A row, as answers show it; `None` if there is no example of one of its values.
pub(super) fn row(entity: &Entity) -> Option<Json> {
    let attributes = View::document(entity).visible().into_iter();
    let entry = |attribute: Attribute| {
        Some((attribute.column(entity).to_owned(), of_attribute(entity, attribute, Side::Answer)?))
    };
    attributes.map(entry).collect::<Option<Map<_, _>>>().map(Json::Object)
}

/// A body; `None` if there is no example of a value that it must have.
pub(super) fn body(entity: &Entity, body: Body) -> Option<Json> {
    let writable: Vec<&Field> = entity.fields.iter().filter(|field| body.writable(field)).collect();
    // A change names one field: that the others stay is the point of it.
    let shown = if body == Body::Update { &writable[..writable.len().min(1)] } else { &writable[..] };
    let links = entity.links.iter().filter(|link| body.writable_link(link));
    let links = links.filter(|_| body != Body::Update || shown.is_empty());
    let mut object = Map::new();
    for field in shown {
        match of_field(field, Side::Body) {
            Some(example) => {
                object.insert(field.column.clone(), example);
            }
            None if body.demands(field) => return None,
            None => {}
        }
    }
    object.extend(links.map(|link| (link.key.clone(), of_link(link))));
    Some(Json::Object(object))
}

/// A set of ids.
pub(super) fn of_link(link: &Link) -> Json {
    Json::Array(vec![id(link.id)])
}

/// A value of an attribute.
pub(super) fn of_attribute(entity: &Entity, attribute: Attribute, side: Side) -> Option<Json> {
    match attribute {
        Attribute::Id => Some(id(entity.id)),
        Attribute::UserId => Some(UUID.into()),
        Attribute::Field(place) => of_field(entity.fields.get(place)?, side),
        Attribute::Link(place) => entity.links.get(place).map(of_link),
        Attribute::CreatedAt | Attribute::UpdatedAt => Some(STAMP.into()),
    }
}

/// A value of a field: its default, if that says more than null.
pub(super) fn of_field(field: &Field, side: Side) -> Option<Json> {
    match &field.default {
        Some(default) if !matches!(default, Literal::Null | Literal::Now) => literal(default, &field.kind),
        _ => of_kind(&field.kind, &field.name, side),
    }
}

/// A literal of the blueprint in JSON; `None` for `now`, which is no value.
pub(crate) fn literal(literal: &Literal, kind: &FieldKind) -> Option<Json> {
    Some(match (literal, kind) {
        (Literal::Null, _) => Json::Null,
        (Literal::Text(text), _) => Json::from(text.as_str()),
        (Literal::Integer(integer), _) => Json::from(*integer),
        (Literal::Decimal(units), FieldKind::Decimal { scale, .. }) => kinds::decimal_text(*units, *scale).into(),
        (Literal::Decimal(units), _) => Json::from(*units),
        (Literal::Float(float), _) => Json::from(*float),
        (Literal::Boolean(boolean), _) => Json::from(*boolean),
        (Literal::Json(text), _) => serde_json::from_str(text).ok()?,
        (Literal::Now, _) => return None,
    })
}

/// An id.
pub(super) fn id(kind: IdKind) -> Json {
    match kind {
        IdKind::Integer => 1.into(),
        IdKind::Uuid => UUID.into(),
    }
}

fn of_kind(kind: &FieldKind, name: &str, side: Side) -> Option<Json> {
    Some(match kind {
        FieldKind::Text(limits) | FieldKind::LongText(limits) => text(limits, name)?.into(),
        FieldKind::Integer { min, max } => named(INTEGERS, name).unwrap_or(10).clamp(*min, *max).into(),
        FieldKind::Decimal { scale, min, max, .. } => {
            let units = 125 * 10_i64.pow(u32::from(*scale));
            kinds::decimal_text(units.clamp(*min, *max), *scale).into()
        }
        FieldKind::Float { min, max } => 12.5_f64.clamp(*min, *max).into(),
        FieldKind::Boolean => true.into(),
        FieldKind::Date if name.contains("birth") || name.contains("born") => "1990-04-12".into(),
        FieldKind::Date => "2026-12-01".into(),
        FieldKind::Time => "13:45:00".into(),
        FieldKind::DateTime if side == Side::Answer => "2026-12-01T09:00:00.000000Z".into(),
        FieldKind::DateTime => "2026-12-01T09:00:00Z".into(),
        FieldKind::Enum { values } => values.first()?.as_str().into(),
        FieldKind::Email => "ana@example.com".into(),
        FieldKind::Phone => "+14155550123".into(),
        FieldKind::Url => "https://example.com/".into(),
        FieldKind::Uuid => UUID.into(),
        FieldKind::Json => serde_json::json!({ "key": "value" }),
        FieldKind::Reference { id: kind, .. } => id(*kind),
    })
}

/// The text of the name, shortened or repeated to fit, or whatever the pattern asks for.
fn text(limits: &TextLimits, name: &str) -> Option<String> {
    let known = named(TEXTS, name).unwrap_or("An example");
    let length = known.chars().count().clamp(limits.min_length, limits.max_length);
    let fitted: String = known.chars().cycle().take(length).collect();
    match &limits.pattern {
        Some(pattern) if !pattern.is_match(&fitted) => pattern::sample(pattern, limits.min_length, limits.max_length),
        _ => Some(fitted),
    }
}

fn named<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(end, _)| name.ends_with(end)).map(|(_, value)| *value)
}
