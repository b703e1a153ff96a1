//! The schema of a many-to-many reference: a set of ids.

use blueprint::{Blueprint, Field, Link, MAX_LINKS, Rule, Target};
use query::Body;
use serde_json::{Value as Json, json};

use super::names::words;
use super::schemas::told;
use super::{examples, kinds};
use kinds::Side;

/// The set, as answers show it or bodies give it. Answers may show more than one body can give: others add to it too.
pub(super) fn schema(link: &Link, side: Side) -> Json {
    let mut schema = json!({ "type": "array", "uniqueItems": true, "items": kinds::id(link.id) });
    if side == Side::Body {
        schema["minItems"] = u8::from(link.required).into();
        schema["maxItems"] = MAX_LINKS.into();
    }
    schema
}

/// The set as answers show it: null in rows in which it is kept from the caller.
pub(super) fn answer_schema(link: &Link) -> Json {
    let schema = schema(link, Side::Answer);
    if link.read == Rule::Anyone { schema } else { kinds::or_null(schema) }
}

/// What it means, in sentences.
pub(super) fn describe(blueprint: &Blueprint, link: &Link) -> String {
    let rows = match link.to {
        Target::User => "users".to_owned(),
        Target::Entity(index) => words(&blueprint.entity(index).plural),
    };
    let space = if link.summary.is_empty() { "" } else { " " };
    format!("{}{space}The ids of {rows}, ascending: those that the caller can see.", link.summary)
}

/// Its entry in a body.
pub(super) fn property(blueprint: &Blueprint, fields: &[Field], link: &Link, body: Body) -> (String, Json) {
    let mut schema = schema(link, Side::Body);
    let description = told(fields, describe(blueprint, link), "Set by", &link.write);
    let replaced = " A change replaces them all, but for those that the caller cannot see.";
    schema["description"] = format!("{description}{}", if body == Body::Create { "" } else { replaced }).into();
    if body == Body::Create && !link.required {
        schema["default"] = json!([]);
    }
    schema["examples"] = json!([examples::of_link(link)]);
    (link.key.clone(), schema)
}
