//! The paths of the entities, each with its operations; which answers each has is [`refusals`](super::refusals)'s.

use blueprint::{Action, ActionKind, Blueprint, Change, FieldKind, Literal, PutMeaning};
use query::{Body, MAX_FILTERS, access};
use serde_json::{Map, Value as Json, json};

use super::kinds;
use super::names::{capital, one, words};
use super::operations::{Operation, Security, distinct, speaks_of_hidden, who};
use super::refusals::Deed;
use super::responses::{empty_answer, json_answer, media};
use super::{Subject, auth_paths, batch, examples, parameters, reference, references};
use crate::error::NOT_FOUND;

/// Of an entity with `audit_reads`.
const AUDITED: &str =
    "Who was shown which rows is in the audit before he sees them; where that cannot be written, the answer is 503.";

/// Every path of the app.
pub(super) fn paths(blueprint: &Blueprint, subjects: &[Subject]) -> Map<String, Json> {
    let of_entities = subjects.iter().flat_map(|subject| of_entity(*subject));
    distinct(of_entities.chain(auth_paths::paths(blueprint)).collect())
}

fn of_entity(subject: Subject) -> Vec<(String, Json)> {
    let Subject { blueprint, entity, .. } = subject;
    let user = if blueprint.api.user_path { "/{user_id}" } else { "" };
    let collection = format!("{}{user}/{}", blueprint.api.prefix, entity.path);
    let item = format!("{collection}/{{id}}");
    let mut paths = vec![
        (collection.clone(), path_item(subject, false, [("get", list(subject)), ("post", create(subject))])),
        (
            format!("{collection}{}", crate::batch::SUFFIX),
            path_item(subject, false, [("post", batch::operation(subject))]),
        ),
        (
            item.clone(),
            path_item(
                subject,
                true,
                [
                    ("get", read(subject)),
                    ("patch", update(subject)),
                    ("put", replace(subject)),
                    ("delete", delete(subject)),
                ],
            ),
        ),
    ];
    if entity.soft_delete {
        paths.push((format!("{item}/restore"), path_item(subject, true, [("post", restore(subject))])));
    }
    for (place, action) in entity.actions.iter().enumerate() {
        let operation = act(subject, place, action, Code::Elsewhere);
        let method = if matches!(action.does, ActionKind::Call(_)) { "post" } else { "patch" };
        paths.push((format!("{item}/{}", action.path), path_item(subject, true, [(method, operation)])));
    }
    for child in references::children(subject) {
        let path = format!("{item}/{}", child.entity.path);
        paths.push((path, path_item(subject, true, [("get", list_under(subject, child))])));
    }
    paths
}

fn path_item<const N: usize>(subject: Subject, of_row: bool, operations: [(&str, Operation); N]) -> Json {
    let user = subject.blueprint.api.user_path.then(|| reference("parameters", "UserId"));
    let id = of_row.then(|| parameters::id(subject.entity));
    let parameters: Vec<Json> = user.into_iter().chain(id).collect();
    let mut item = Map::new();
    if !parameters.is_empty() {
        item.insert("parameters".to_owned(), parameters.into());
    }
    item.extend(operations.into_iter().map(|(method, operation)| (method.to_owned(), operation.render())));
    item.into()
}

fn list(subject: Subject) -> Operation {
    let Subject { entity, names, .. } = subject;
    let rows = words(&entity.plural);
    let example = examples::row(entity).map(|row| json!({ "data": [row], "next_cursor": null, "has_more": false }));
    let page =
        json_answer("A page of rows that the caller may see.", &["Link"], reference("schemas", &names.page), example);
    Operation {
        parameters: parameters::list(subject),
        successes: vec![("200", page)],
        ..operation(
            subject,
            Deed::List,
            format!("list_{}", entity.plural),
            format!("List {rows}"),
            format!(
                "Parameters that name a field are filters; all must hold, and there may be {MAX_FILTERS} of them.{}",
                if entity.audit_reads { format!(" {AUDITED}") } else { String::new() }
            ),
        )
    }
}

/// The list of what refers to a row.
fn list_under(parent: Subject, subject: Subject) -> Operation {
    let mut operation = list(subject);
    let above = Security::of_rule(&parent.entity.access.read, parent.blueprint.api.user_path);
    operation.problems.push(NOT_FOUND);
    Operation {
        id: format!("list_{}_of_{}", subject.entity.plural, parent.entity.name),
        tag: parent.entity.path.clone(),
        summary: format!("List {} of {}", words(&subject.entity.plural), one(&parent.entity.name)),
        security: if above == Security::Token { above } else { operation.security },
        ..operation
    }
}

fn create(subject: Subject) -> Operation {
    let Subject { entity, names, .. } = subject;
    let body = body(&["application/json"], &names.create, examples::body(entity, Body::Create));
    let created = row(subject, "The new row.", &["Location", "ETag", "Idempotency-Replayed"]);
    let owner = if entity.owned { "The new row belongs to the caller." } else { "" };
    Operation {
        parameters: vec![reference("parameters", "IdempotencyKey")],
        body: Some(body),
        successes: vec![("201", created)],
        ..operation(
            subject,
            Deed::Create,
            format!("create_{}", entity.name),
            format!("Add {}", one(&entity.name)),
            owner.to_owned(),
        )
    }
}

fn read(subject: Subject) -> Operation {
    let Subject { entity, names, .. } = subject;
    let schema = json!({ "anyOf": [reference("schemas", &names.row), reference("schemas", &names.part)] });
    let mut parameters = parameters::representation(subject);
    parameters.push(reference("parameters", "IfNoneMatch"));
    let found = json_answer(
        "The row, or what `fields` picks of it and `expand` adds to it.",
        &["ETag"],
        schema,
        examples::row(entity),
    );
    let same = empty_answer("The caller has this version already.", &["ETag"]);
    Operation {
        parameters,
        successes: vec![("200", found), ("304", same)],
        ..operation(
            subject,
            Deed::Read,
            format!("read_{}", entity.name),
            format!("Read {}", one(&entity.name)),
            if entity.audit_reads { AUDITED.to_owned() } else { String::new() },
        )
    }
}

fn update(subject: Subject) -> Operation {
    let Subject { entity, names, .. } = subject;
    let types = ["application/merge-patch+json", "application/json"];
    Operation {
        body: Some(body(&types, &names.update, examples::body(entity, Body::Update))),
        ..change(
            subject,
            Deed::Write(Body::Update),
            format!("update_{}", entity.name),
            format!("Change {}", one(&entity.name)),
            "What is absent stays, null clears, lists are replaced (RFC 7396).".to_owned(),
        )
    }
}

fn replace(subject: Subject) -> Operation {
    let Subject { blueprint, entity, names, .. } = subject;
    let (meaning, schema, summary, description) = match blueprint.api.put {
        PutMeaning::Replace => {
            (Body::Replace, &names.replace, "Replace", "Every field that can be written must be there.")
        }
        PutMeaning::Update => {
            (Body::Update, &names.update, "Change", "The same as PATCH: what is absent stays, null clears.")
        }
    };
    Operation {
        body: Some(body(&["application/json"], schema, examples::body(entity, meaning))),
        ..change(
            subject,
            Deed::Write(meaning),
            format!("replace_{}", entity.name),
            format!("{summary} {}", one(&entity.name)),
            description.to_owned(),
        )
    }
}

fn delete(subject: Subject) -> Operation {
    let Subject { entity, .. } = subject;
    let (gone, description) = if entity.soft_delete {
        ("The row is in the trash.", "It goes to the trash, with the rows that go along, and can be restored.")
    } else {
        ("The row is gone.", "")
    };
    Operation {
        successes: vec![("204", empty_answer(gone, &["Idempotency-Replayed"]))],
        ..change(
            subject,
            Deed::Delete,
            format!("delete_{}", entity.name),
            format!("Delete {}", one(&entity.name)),
            description.to_owned(),
        )
    }
}

fn restore(subject: Subject) -> Operation {
    let Subject { entity, .. } = subject;
    let description = "Brings it back from the trash, with the rows that went there with it. Takes no body.";
    Operation {
        parameters: vec![parameters::if_match_of_trash(), reference("parameters", "IdempotencyKey")],
        ..change(
            subject,
            Deed::Restore,
            format!("restore_{}", entity.name),
            format!("Restore {}", one(&entity.name)),
            description.to_owned(),
        )
    }
}

/// Where the code is that answers an action with `call`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// In this app, which says by itself what it takes and answers.
    Here,
    Elsewhere,
}

pub(super) fn act(subject: Subject, place: usize, action: &Action, code: Code) -> Operation {
    let Subject { entity, .. } = subject;
    let summary = format!("{}: {}", capital(&words(&entity.name)), words(&action.name));
    let takes = if code == Code::Here { "" } else { "Takes no body." };
    let sentences: Vec<String> = [action.summary.clone(), effect(subject, action, code), takes.to_owned()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    let (id, description) = (format!("{}_{}", action.name, entity.name), sentences.join(" "));
    let operation = change(subject, Deed::Act(place), id, summary, description);
    match action.does {
        // What the code answers is its own to say, where there is any.
        ActionKind::Call(_) => Operation { successes: Vec::new(), ..operation },
        _ => operation,
    }
}

fn effect(subject: Subject, action: &Action, code: Code) -> String {
    let field = |place: usize| subject.entity.fields.get(place);
    let column = |place: usize| field(place).map_or("", |field| field.column.as_str());
    let effect = match &action.does {
        ActionKind::Toggle(place) => format!("Turns `{}` round.", column(*place)),
        ActionKind::Call(_) if code == Code::Here => String::new(),
        ActionKind::Call(_) => "Done by code of the app's own: 501 where the app is served without it.".to_owned(),
        ActionKind::Change(Change { set, add }) => {
            let told = |(place, literal): &(usize, Literal)| {
                let value = field(*place).and_then(|field| examples::literal(literal, &field.kind));
                match value {
                    Some(value) => format!("`{}` to `{value}`", column(*place)),
                    None => format!("`{}` to the time of the request", column(*place)),
                }
            };
            let added = |(place, units): &(usize, i64)| {
                let kind = field(*place).map(|field| &field.kind);
                let amount = match kind {
                    Some(FieldKind::Decimal { scale, .. }) => kinds::decimal_text(*units, *scale),
                    _ => units.to_string(),
                };
                format!("{amount} to `{}`", column(*place))
            };
            let sentence = |verb: &str, parts: Vec<String>, end: &str| {
                if parts.is_empty() { String::new() } else { format!("{verb} {}{end}.", parts.join(", ")) }
            };
            let set = sentence("Sets", set.iter().map(told).collect(), "");
            let add = sentence("Adds", add.iter().map(added).collect(), ", if that stays within its limits");
            format!("{set} {add}").trim().to_owned()
        }
    };
    match &action.when {
        Some(when) if speaks_of_hidden(&subject.entity.fields, &when.expr) => {
            format!("{effect} Only in some states of the row.")
        }
        Some(when) => format!("{effect} Only where `{}`.", when.text),
        None => effect,
    }
    .trim_start()
    .to_owned()
}

/// A change of a row, which answers with the row.
fn change(subject: Subject, deed: Deed, id: String, summary: String, description: String) -> Operation {
    Operation {
        parameters: ["IfMatch", "IdempotencyKey"].map(|name| reference("parameters", name)).to_vec(),
        successes: vec![("200", row(subject, "The row as it is now.", &["ETag", "Idempotency-Replayed"]))],
        ..operation(subject, deed, id, summary, description)
    }
}

/// What every operation of an entity has.
fn operation(subject: Subject, deed: Deed, id: String, summary: String, description: String) -> Operation {
    let Subject { blueprint, entity, .. } = subject;
    let rule = access::rule(entity, deed.verb());
    let who = format!("Who may: {}.", who(&entity.fields, rule));
    Operation {
        id,
        tag: entity.path.clone(),
        summary,
        description: if description.is_empty() { who } else { format!("{description}\n\n{who}") },
        security: Security::of_rule(rule, blueprint.api.user_path),
        parameters: Vec::new(),
        body: None,
        successes: Vec::new(),
        problems: deed.refusals(blueprint, entity),
    }
}

fn row(subject: Subject, description: &str, headers: &[&str]) -> Json {
    json_answer(description, headers, reference("schemas", &subject.names.row), examples::row(subject.entity))
}

fn body(types: &[&str], schema: &str, example: Option<Json>) -> Json {
    let media = |kind: &&str| ((*kind).to_owned(), media(reference("schemas", schema), example.clone()));
    json!({ "required": true, "content": Json::Object(types.iter().map(media).collect()) })
}
