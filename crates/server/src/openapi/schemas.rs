//! The schemas of an entity: a whole row, a part of one, the bodies of POST, PATCH and PUT, a page.

use blueprint::{Blueprint, Entity, Field, FieldKind, Literal, PutMeaning, Rule, Target, Unique};
use query::{Attribute, Body, View};
use serde_json::{Map, Value as Json, json};

use super::kinds::{self, Side};
use super::names::{one, words};
use super::operations::who;
use super::{Subject, examples, links, reference, references};

/// Every schema of an entity, with its name.
pub(super) fn of_entity(subject: Subject) -> Vec<(String, Json)> {
    let names = subject.names;
    let mut schemas = vec![
        (names.row.clone(), row(subject, true)),
        (names.part.clone(), row(subject, false)),
        (names.create.clone(), body(subject, Body::Create)),
        (names.update.clone(), body(subject, Body::Update)),
    ];
    if subject.blueprint.api.put == PutMeaning::Replace {
        schemas.push((names.replace.clone(), body(subject, Body::Replace)));
    }
    schemas.push((names.page.clone(), page(subject)));
    schemas
}

/// The schema of an attribute in answers.
pub(super) fn attribute(subject: Subject, attribute: Attribute) -> Json {
    let Subject { blueprint, entity, .. } = subject;
    let what = words(&entity.name);
    let (schema, description, set_by_server) = match attribute {
        Attribute::Id => (kinds::id(entity.id), format!("The id of the {what}."), true),
        Attribute::UserId => (kinds::uuid(), format!("The user whose {what} it is: who made it."), true),
        Attribute::CreatedAt => (kinds::date_time(), "When it was made, in UTC.".to_owned(), true),
        Attribute::UpdatedAt => (kinds::date_time(), "When it was last changed, in UTC.".to_owned(), true),
        Attribute::Field(place) => {
            let field = &entity.fields[place];
            let description = told(&entity.fields, describe(blueprint, field), "Shown to", &field.read);
            (answer_schema(field), description, field.read_only)
        }
        Attribute::Link(place) => {
            let link = &entity.links[place];
            let description = told(&entity.fields, links::describe(blueprint, link), "Shown to", &link.read);
            (links::answer_schema(link), description, link.write == Rule::Nobody)
        }
    };
    let example = examples::of_attribute(entity, attribute, Side::Answer);
    with_notes(schema, &description, [("readOnly", set_by_server)], example)
}

/// An object of these properties and no others.
pub(super) fn closed_object(description: &str, required: &[&str], properties: Map<String, Json>) -> Json {
    let mut schema = json!({ "type": "object", "description": description });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema["properties"] = properties.into();
    schema["additionalProperties"] = false.into();
    schema
}

/// The schema of a field in a body.
pub(super) fn body_field(blueprint: &Blueprint, fields: &[Field], field: &Field, body: Body) -> Json {
    let mut description = told(fields, describe(blueprint, field), "Set by", &field.write);
    let mut schema = field_schema(field, Side::Body);
    // A default stands for what is absent from a new row; what is absent from a change stays.
    if let (Body::Create, Some(default)) = (body, &field.default) {
        match (default, examples::literal(default, &field.kind)) {
            (Literal::Now, _) => description.push_str(" If absent: the time of the request."),
            (_, Some(default)) => schema["default"] = default,
            (_, None) => {}
        }
    }
    with_notes(schema, description.trim_start(), [("writeOnly", field.hidden)], examples::of_field(field, Side::Body))
}

fn row(subject: Subject, whole: bool) -> Json {
    let Subject { entity, .. } = subject;
    let visible = View::document(entity).visible();
    // A field that is kept from some callers is absent from their rows.
    let always = visible.iter().filter(|attribute| !is_kept(entity, **attribute));
    let columns: Vec<&str> = always.map(|attribute| attribute.column(entity)).collect();
    let properties = visible.iter().map(|each| (each.column(entity).to_owned(), attribute(subject, *each)));
    let added = if whole { Map::new() } else { references::properties(subject) };
    let description = match (whole, entity.summary.is_empty()) {
        (false, _) => format!("What `fields` picks of {}, and what `expand` adds to it.", one(&entity.name)),
        (true, true) => format!("{}.", super::names::capital(&one(&entity.name))),
        (true, false) => entity.summary.clone(),
    };
    let mut schema = closed_object(&description, if whole { &columns } else { &[] }, properties.chain(added).collect());
    if !whole {
        schema["minProperties"] = 1.into();
    }
    schema
}

fn body(subject: Subject, body: Body) -> Json {
    let Subject { blueprint, entity, .. } = subject;
    let writable = || entity.fields.iter().filter(|field| body.writable(field));
    let links = || entity.links.iter().filter(|link| body.writable_link(link));
    let demanded_links = links().filter(|link| body.demands_link(link)).map(|link| link.key.as_str());
    let demanded: Vec<&str> = writable()
        .filter(|field| body.demands(field))
        .map(|field| field.column.as_str())
        .chain(demanded_links)
        .collect();
    let properties = writable().map(|field| (field.column.clone(), body_field(blueprint, &entity.fields, field, body)));
    let properties = properties.chain(links().map(|link| links::property(blueprint, &entity.fields, link, body)));
    let what = one(&entity.name);
    let description = match body {
        Body::Create => format!("What makes {what}."),
        Body::Update => format!("What changes of {what}: what is absent stays, null clears (RFC 7396)."),
        Body::Replace => format!("All of {what} that can be written: a field that is absent is refused, not reset."),
    };
    closed_object(&description, &demanded, properties.collect())
}

fn page(subject: Subject) -> Json {
    let Subject { entity, names, .. } = subject;
    let row = json!({ "anyOf": [reference("schemas", &names.row), reference("schemas", &names.part)] });
    let properties = json!({
        "data": { "type": "array", "description": "The rows, in the order that was asked for.",
            "items": row, "maxItems": query::MAX_LIMIT },
        "next_cursor": { "type": ["string", "null"], "description": "The `cursor` of the next page; null on the last one.",
            "examples": [null] },
        "has_more": { "type": "boolean", "description": "Whether there is a next page.", "examples": [false] },
        "total": { "type": "integer", "format": "int64", "minimum": 0,
            "description": "How many rows there are in all; only with `count=exact`.", "examples": [1] },
    });
    let Json::Object(properties) = properties else { return properties };
    let description = format!("A page of {}.", words(&entity.plural));
    closed_object(&description, &["data", "next_cursor", "has_more"], properties)
}

fn field_schema(field: &Field, side: Side) -> Json {
    let schema = kinds::schema(&field.kind, side);
    if field.required { schema } else { kinds::or_null(schema) }
}

/// Where a field is kept from the caller in some rows, it is null there.
fn answer_schema(field: &Field) -> Json {
    let schema = kinds::schema(&field.kind, Side::Answer);
    if field.required && field.read == Rule::Anyone { schema } else { kinds::or_null(schema) }
}

fn is_kept(entity: &Entity, attribute: Attribute) -> bool {
    match attribute {
        Attribute::Field(place) => entity.fields[place].read != Rule::Anyone,
        Attribute::Link(place) => entity.links[place].read != Rule::Anyone,
        _ => false,
    }
}

/// Whom a rule of a field leaves it to, if not to all who reach the row.
pub(super) fn told(fields: &[Field], description: String, what: &str, rule: &Rule) -> String {
    match rule {
        Rule::Anyone => description,
        rule => format!("{description} {what}: {}.", who(fields, rule)).trim_start().to_owned(),
    }
}

/// What a field means, in sentences.
fn describe(blueprint: &Blueprint, field: &Field) -> String {
    let mut sentences = Vec::new();
    if !field.summary.is_empty() {
        sentences.push(field.summary.clone());
    }
    if let FieldKind::Reference { to, .. } = &field.kind {
        sentences.push(match to {
            Target::User => "The id of a user.".to_owned(),
            Target::Entity(index) => format!("The id of {}.", one(&blueprint.entity(*index).name)),
        });
    }
    sentences.extend(kinds::notes(&field.kind));
    match field.unique {
        Unique::No => {}
        Unique::PerOwner => sentences.push("Unique among the rows of one owner.".to_owned()),
        Unique::Global => sentences.push("Unique.".to_owned()),
    }
    sentences.join(" ")
}

fn with_notes(mut schema: Json, description: &str, flags: [(&str, bool); 1], example: Option<Json>) -> Json {
    if !description.is_empty() {
        schema["description"] = description.into();
    }
    for (flag, _) in flags.into_iter().filter(|(_, given)| *given) {
        schema[flag] = true.into();
    }
    if let Some(example) = example {
        schema["examples"] = json!([example]);
    }
    schema
}

/// The entity that a reference of this blueprint leads to.
pub(super) fn refers_to(blueprint: &Blueprint, field: &Field, entity: &Entity) -> bool {
    match &field.kind {
        FieldKind::Reference { to: Target::Entity(index), .. } => blueprint.entity(*index).name == entity.name,
        _ => false,
    }
}
