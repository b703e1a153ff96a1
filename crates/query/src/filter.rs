//! Filters of a list: `status=new`, `due_at[gte]=2026-01-01`.

pub use blueprint::Comparison;
use blueprint::{Blueprint, Entity, FieldKind, IdKind, Link};
use work::Value;

use crate::attribute::{self, Attribute, id_kind};
use crate::reference::Path;
use crate::request::{Bad, RecordId};

/// One condition on one attribute. Where a path leads to no row that the caller can see, it does not hold, whatever it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// What is tested.
    pub path: Path,
    /// How.
    pub test: Test,
}

/// A test of one value. A null passes only `IsNull(true)`, `Not…` and `NotIn` tests, on every engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// Against one value.
    Compare(Comparison, Value),
    /// One of these.
    In(Vec<Value>),
    /// None of these.
    NotIn(Vec<Value>),
    /// The text holds this one, whatever the case.
    Contains(String),
    /// The text begins with this one, whatever the case.
    StartsWith(String),
    /// The set of ids holds one of these.
    Linked(Vec<Value>),
    /// Null or not.
    IsNull(bool),
}

/// The operators, as they are written in brackets.
pub const OPERATORS: [&str; 11] =
    ["eq", "ne", "lt", "lte", "gt", "gte", "in", "nin", "contains", "starts_with", "is_null"];

/// Values of one `in` or `nin` at most.
pub const MAX_VALUES: usize = 100;

/// Reads one filter. `name` is the parameter as written, for messages.
pub(crate) fn read(
    blueprint: &Blueprint,
    entity: &Entity,
    name: &str,
    path: Path,
    operator: &str,
    text: &str,
) -> Result<Filter, Bad> {
    let (entity, attribute) = (path.end(blueprint, entity), path.attribute);
    let one = |text: &str| value(entity, attribute, text).map_err(|detail| Bad::parameter(name, "value", detail));
    let many = || match text.split(',').count() {
        0..=MAX_VALUES => text.split(',').map(one).collect::<Result<Vec<_>, _>>(),
        _ => Err(Bad::parameter(name, "limit", format!("names more than {MAX_VALUES} values"))),
    };
    let compare = |comparison| one(text).map(|value| Test::Compare(comparison, value));
    if let Attribute::Link(place) = attribute {
        return Ok(Filter { path, test: linked(&entity.links[place], name, operator, text)? });
    }
    let test = match operator {
        "eq" => compare(Comparison::Eq)?,
        "ne" => compare(Comparison::Ne)?,
        "lt" => ordered(entity, name, attribute, compare(Comparison::Lt)?)?,
        "lte" => ordered(entity, name, attribute, compare(Comparison::Lte)?)?,
        "gt" => ordered(entity, name, attribute, compare(Comparison::Gt)?)?,
        "gte" => ordered(entity, name, attribute, compare(Comparison::Gte)?)?,
        "in" => Test::In(many()?),
        "nin" => Test::NotIn(many()?),
        "contains" => textual(entity, name, attribute, Test::Contains(text.to_owned()))?,
        "starts_with" => textual(entity, name, attribute, Test::StartsWith(text.to_owned()))?,
        "is_null" => Test::IsNull(truth(name, text)?),
        _ => return Err(unknown_operator(name, operator)),
    };
    Ok(Filter { path, test })
}

/// A set of ids is asked whether it holds one, or one of several.
fn linked(link: &Link, name: &str, operator: &str, text: &str) -> Result<Test, Bad> {
    let id = |text: &str| match link.read_text(text) {
        Ok(literal) => Ok(attribute::value(&literal, id_kind(link.id), "")),
        Err(complaint) => Err(Bad::parameter(name, "value", complaint.detail)),
    };
    match operator {
        "contains" => Ok(Test::Linked(vec![id(text)?])),
        "in" if text.split(',').count() <= MAX_VALUES => {
            Ok(Test::Linked(text.split(',').map(id).collect::<Result<_, _>>()?))
        }
        "in" => Err(Bad::parameter(name, "limit", format!("names more than {MAX_VALUES} values"))),
        _ if OPERATORS.contains(&operator) => {
            let detail = format!("is a set of ids; use `{0}[contains]` for one of them or `{0}[in]` for any", link.key);
            Err(Bad::parameter(name, "operator", detail))
        }
        _ => Err(unknown_operator(name, operator)),
    }
}

fn value(entity: &Entity, attribute: Attribute, text: &str) -> Result<Value, String> {
    let uuid = |text: &str| match RecordId::parse(text, IdKind::Uuid) {
        Some(id) => Ok(id.value()),
        None => Err("is not a UUID".to_owned()),
    };
    match attribute {
        Attribute::Id if entity.id == IdKind::Uuid => uuid(text),
        Attribute::Id => RecordId::parse(text, IdKind::Integer).map(|id| id.value()).ok_or("is not an id".to_owned()),
        Attribute::UserId => uuid(text),
        Attribute::Field(place) => {
            let literal = entity.fields[place].read_text(text).map_err(|complaint| complaint.detail)?;
            Ok(attribute::value(&literal, attribute.kind(entity), ""))
        }
        Attribute::Link(_) => Err("is a set of ids".to_owned()),
        Attribute::CreatedAt | Attribute::UpdatedAt => {
            let literal = FieldKind::DateTime.read_text(text).map_err(|complaint| complaint.detail)?;
            Ok(attribute::value(&literal, work::Kind::DateTime, ""))
        }
    }
}

fn ordered(entity: &Entity, name: &str, attribute: Attribute, test: Test) -> Result<Test, Bad> {
    let unordered = |kind: &FieldKind| matches!(kind, FieldKind::Boolean | FieldKind::Json);
    match attribute {
        Attribute::Field(place) if unordered(&entity.fields[place].kind) => {
            Err(Bad::parameter(name, "operator", "has no order; use `eq` or `ne`"))
        }
        _ => Ok(test),
    }
}

fn textual(entity: &Entity, name: &str, attribute: Attribute, test: Test) -> Result<Test, Bad> {
    if attribute.kind(entity) == work::Kind::Text {
        Ok(test)
    } else {
        Err(Bad::parameter(name, "operator", "is not text; `contains` and `starts_with` are for text"))
    }
}

fn truth(name: &str, text: &str) -> Result<bool, Bad> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Bad::parameter(name, "value", "wants true or false")),
    }
}

fn unknown_operator(name: &str, operator: &str) -> Bad {
    let detail = match blueprint::nearest(operator, OPERATORS) {
        Some(near) => format!("`{operator}` is not an operator; perhaps you meant `{near}`"),
        None => format!("`{operator}` is not an operator; the operators are {}", OPERATORS.join(", ")),
    };
    Bad::parameter(name, "operator", detail)
}
