//! What references add to lists and answers: `expand`, and filters and sort keys of the rows that they lead to.

use blueprint::{EntityIndex, Rule, Target};
use query::{Attribute, List, MAX_DEPTH, Path, Reference, Representation, View, Way};
use serde_json::{Map, Value as Json, json};

use super::examples::UUID;
use super::parameters::{choice, one_value, with_example};
use super::schemas::closed_object;
use super::{Subject, kinds, reference};

/// The parameter `expand`, where there is anything to expand.
pub(super) fn expand(subject: Subject) -> Option<Json> {
    let words = words(subject);
    let first = words.first()?.clone();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let links = !subject.entity.links.is_empty();
    let many =
        if links { " Of a many-to-many reference, adds all rows that he may see, by ascending ids." } else { "" };
    let description = format!(
        "Adds the row that a reference leads to, or null where there is none that the caller may see.{many} There is no \
         `ETag` then."
    );
    Some(choice("expand", &description, &words, json!([first])))
}

/// Every word that `expand` takes.
fn words(subject: Subject) -> Vec<String> {
    let mut words = Vec::new();
    collect(subject, "", MAX_DEPTH, &mut words);
    let view = View::document(subject.entity);
    let parses =
        |word: &String| Representation::parse(subject.blueprint, &view, &[("expand".to_owned(), word.clone())]).is_ok();
    words.retain(parses);
    words
}

fn collect(subject: Subject, way: &str, depth: usize, words: &mut Vec<String>) {
    let here = references(subject);
    words.extend(here.iter().map(|each| format!("{way}{}", each.name(subject.entity))));
    for each in here.into_iter().filter(|_| depth > 1) {
        if let Some(target) = each.entity(subject.entity) {
            let way = format!("{way}{}.", each.name(subject.entity));
            collect(Subject { entity: subject.blueprint.entity(target), ..subject }, &way, depth - 1, words);
        }
    }
}

/// The properties that `expand` adds to a row.
pub(super) fn properties(subject: Subject) -> Map<String, Json> {
    let property = |each: Reference| {
        let row = match each.target(subject.entity) {
            Target::User => reference("schemas", "User"),
            Target::Entity(target) => reference("schemas", &subject.all_names[target.0].part),
        };
        let description = format!("What `{}` leads to; only with `expand`.", each.attribute().column(subject.entity));
        let schema = if let Some(link) = each.link(subject.entity) {
            let rows = json!({ "type": "array", "items": row, "description": description, "examples": [[]] });
            if link.read == Rule::Anyone { rows } else { kinds::or_null(rows) }
        } else {
            json!({ "anyOf": [row, { "type": "null" }], "description": description, "examples": [null] })
        };
        (each.name(subject.entity).to_owned(), schema)
    };
    references(subject).into_iter().map(property).collect()
}

/// The schema of a user, as `expand` shows him.
pub(super) fn user() -> Json {
    let properties = json!({
        "id": with_example(kinds::uuid(), UUID.into()),
        "email": { "type": ["string", "null"], "format": "email", "examples": ["ana@example.com"] },
    });
    let Json::Object(properties) = properties else { return properties };
    closed_object("A user whom the caller may see.", &["id", "email"], properties)
}

/// Sort keys beyond references.
pub(super) fn sortable(subject: Subject) -> Vec<String> {
    let one = |path: &Path| !matches!(path.via, Some(Reference::Link(_)));
    beyond(subject, |view| view.sortable()).into_iter().filter(|(_, path)| one(path)).map(|(name, _)| name).collect()
}

/// Filters beyond references. The operators are told of in words: there would be hundreds of parameters.
pub(super) fn filters(subject: Subject) -> Vec<Json> {
    let Subject { blueprint, entity, .. } = subject;
    let filter = |(name, path): (String, Path)| {
        let end = path.end(blueprint, entity);
        let (schema, example) = one_value(end, path.attribute);
        let text = match &example {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        List::parse(blueprint, &View::document(entity), &[(name.clone(), text)]).ok()?;
        let operators = "Takes the operators of that field too, in brackets as in";
        let rows = match path.via {
            Some(via @ Reference::Link(_)) => {
                format!("that `{}` links to one whose `{}`", via.name(entity), path.attribute.column(end))
            }
            _ => format!("whose `{name}`"),
        };
        let description = format!("Only rows {rows} is this. {operators} `{name}[ne]`.");
        let schema = with_example(schema, example);
        Some(json!({ "name": name, "in": "query", "description": description, "schema": schema }))
    };
    beyond(subject, |view| view.visible()).into_iter().filter_map(filter).collect()
}

fn beyond(subject: Subject, known: fn(&View) -> Vec<Attribute>) -> Vec<(String, Path)> {
    let Subject { blueprint, entity, .. } = subject;
    let mut found = Vec::new();
    for via in references(subject) {
        let Some(target) = via.entity(entity).map(|index| blueprint.entity(index)) else { continue };
        for attribute in known(&View::document(target)) {
            let name = format!("{}.{}", via.name(entity), attribute.column(target));
            found.push((name, Path { via: Some(via), attribute }));
        }
    }
    found
}

fn references(subject: Subject) -> Vec<Reference> {
    query::references(&View::document(subject.entity))
}

/// The entities of which there are lists under each row of this one, but where an action has that path.
pub(super) fn children(subject: Subject) -> Vec<Subject> {
    let Subject { blueprint, entity, all_names, .. } = subject;
    let here = blueprint.entities.iter().position(|each| each.name == entity.name).unwrap_or_default();
    let child = |(index, _): (EntityIndex, Way)| {
        let entity = blueprint.entity(index);
        Subject { entity, names: &all_names[index.0], ..subject }
    };
    let restores = |path: &str| entity.soft_delete && path == "restore";
    let acts = |path: &str| entity.actions.iter().any(|action| action.path == path);
    let is_free = |child: &Subject| !restores(&child.entity.path) && !acts(&child.entity.path);
    query::children(blueprint, EntityIndex(here)).into_iter().map(child).filter(is_free).collect()
}
