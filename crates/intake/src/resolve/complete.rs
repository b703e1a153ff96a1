//! What the blueprint needs and the request does not say: references, join tables, labels.
//!
//! Everything added here is told as an assumption.

use super::{defaults, sorting};
use crate::draft::{Draft, Entity, Field, RelationKind, Rights};
use crate::lemma;
use crate::lexicon::archetypes;
use crate::lexicon::fields::FieldType;

/// Completes the draft so that every entity can be built and created.
pub(crate) fn complete(draft: &mut Draft) {
    references(draft);
    joins(draft);
    labels(draft);
    contacts(draft);
    first_values(draft);
    defaults::give(draft);
    sorting::mark(draft);
    reachable(draft);
    acyclic(draft);
}

fn references(draft: &mut Draft) {
    for relation in draft.relations.clone() {
        if relation.kind != RelationKind::OneToMany {
            continue;
        }
        let Some(child) = draft.entity_mut(&relation.to) else { continue };
        // The engine keeps the columns `team_id` and `user_id`.
        let name = if let Some(role) = &relation.role {
            role.clone()
        } else if matches!(relation.from.as_str(), "team" | "user") {
            format!("in_{}", relation.from)
        } else {
            relation.from.clone()
        };
        let clash = child.field(&name).is_some();
        if clash && child.field(&name).is_some_and(|field| field.kind == FieldType::Reference) {
            continue;
        }
        if clash {
            child.fields.retain(|field| field.name != name);
        }
        let mut field = Field::new(&name, FieldType::Reference);
        field.to = Some(relation.from.clone());
        field.required = Some(relation.required && !relation.assumed);
        field.assumed = relation.assumed;
        field.grounds = relation.grounds.clone();
        child.fields.push(field);
        if !relation.required && !relation.assumed {
            let (child, parent) = (words(&relation.to), words(&relation.from));
            let shown = relation.grounds.rules.contains(&"screen.for");
            let why = if shown {
                ", because the request shows one inside the other"
            } else {
                "; it can be saved without one, because the request does not insist"
            };
            let what = format!("/entity/{}/field/{name}", relation.to);
            let text = format!("each {child} may belong to one {parent}{why}");
            draft.note(
                what,
                text,
                "relation.optional",
                relation.grounds.spans.first().copied(),
                &["required", "many-to-many"],
            );
        }
    }
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// A many-to-many becomes a table of pairs.
fn joins(draft: &mut Draft) {
    for relation in draft.relations.clone() {
        if relation.kind != RelationKind::ManyToMany {
            continue;
        }
        let name = format!("{}_{}", relation.from, relation.to);
        if draft.entity(&name).is_some() {
            continue;
        }
        let mut fields = Vec::new();
        for end in [&relation.from, &relation.to] {
            let name = if matches!(end.as_str(), "team" | "user") { format!("in_{end}") } else { end.clone() };
            let mut field = Field::new(&name, FieldType::Reference);
            field.to = Some(end.clone());
            field.required = Some(true);
            field.grounds = relation.grounds.clone();
            fields.push(field);
        }
        let shared =
            [&relation.from, &relation.to].iter().all(|end| draft.entity(end).is_some_and(|entity| !entity.owned));
        let mut rights =
            draft.entity(&relation.from).filter(|_| shared).map(|entity| entity.rights.clone()).unwrap_or_default();
        rights.actions.clear();
        draft.entities.push(Entity {
            name: name.clone(),
            fields,
            owned: !shared,
            audit_reads: false,
            said: Vec::new(),
            rights,
            setters: Vec::new(),
            actions: Vec::new(),
            assumed: true,
            join: true,
            grounds: relation.grounds.clone(),
        });
        draft.note(
            format!("/entity/{name}"),
            format!(
                "each row ties one {} to one {}, because the request gives either many of the other",
                words(&relation.from),
                words(&relation.to)
            ),
            "relation.join",
            relation.grounds.spans.first().copied(),
            &["one-to-many"],
        );
    }
}

/// What is sent has a text and a time.
fn sent(draft: &mut Draft, name: &str) {
    for (field_name, kind, what_for) in
        [("message", FieldType::LongText, "a text"), ("send_at", FieldType::Datetime, "a time to send it")]
    {
        let mut field = Field::new(field_name, kind);
        field.required = Some(field_name == "message");
        field.assumed = true;
        if let Some(entity) = draft.entity_mut(name) {
            entity.fields.push(field);
        }
        let what = format!("/entity/{name}/field/{field_name}");
        draft.note(
            what,
            format!(
                "{} has {what_for} (`{field_name}`), because what is sent needs a text and a time",
                lemma::with_article(&words(name))
            ),
            "message.added",
            None,
            &["no such field"],
        );
    }
}

/// A record starts with the first of its states.
fn first_values(draft: &mut Draft) {
    let mut notes = Vec::new();
    for entity in &mut draft.entities {
        let name = entity.name.clone();
        for field in entity
            .fields
            .iter_mut()
            .filter(|field| field.kind == FieldType::Enum && matches!(field.name.as_str(), "status" | "stage"))
        {
            if field.default.is_none()
                && field.required != Some(true)
                && let Some(first) = field.values.first().cloned()
            {
                notes.push((
                    format!("/entity/{name}/field/{}/default", field.name),
                    format!("a new {} starts as \"{}\", the first of its values", words(&name), words(&first)),
                ));
                field.default = Some(first);
            }
        }
    }
    for (what, text) in notes {
        draft.note(what, text, "status.first", None, &["no default"]);
    }
}

/// Every entity has something to call it by.
fn labels(draft: &mut Draft) {
    let nameless = draft.nameless;
    let names: Vec<String> = draft.entities.iter().map(|entity| entity.name.clone()).collect();
    for name in names {
        let Some(entity) = draft.entity_mut(&name) else { continue };
        let bare = entity.fields.iter().all(|field| field.kind == FieldType::Reference);
        if bare && matches!(name.as_str(), "follow_up" | "followup" | "message") {
            sent(draft, &name);
            continue;
        }
        if bare && matches!(name.as_str(), "note" | "comment" | "remark" | "reply") {
            let mut field = Field::new("body", FieldType::LongText);
            field.required = Some(true);
            field.assumed = true;
            entity.fields.insert(0, field);
            let text = format!(
                "{} has a body, because there is nothing else to write \
                in",
                lemma::with_article(&words(&name))
            );
            draft.note(format!("/entity/{name}/field/body"), text, "body.added", None, &["no such field"]);
            continue;
        }
        let labelled = entity.fields.iter().any(|field| {
            matches!(
                field.kind,
                FieldType::Text
                    | FieldType::LongText
                    | FieldType::Email
                    | FieldType::Phone
                    | FieldType::Date
                    | FieldType::Datetime
                    | FieldType::Json
            )
        });
        let ties = entity.fields.iter().filter(|field| field.kind == FieldType::Reference).count();
        let event = matches!(archetypes::sort(&name), Some(archetypes::Sort::Event));
        if labelled || entity.join || (event && ties >= 1 && entity.fields.len() > 1) || ties >= 2 {
            continue;
        }
        if nameless && !bare {
            continue;
        }
        let label = if nameless {
            "reference"
        } else if matches!(
            name.as_str(),
            "task"
                | "book"
                | "post"
                | "article"
                | "ticket"
                | "job"
                | "course"
                | "lesson"
                | "movie"
                | "song"
                | "recipe"
                | "event"
                | "todo"
        ) {
            "title"
        } else {
            "name"
        };
        if entity.field(label).is_some() {
            continue;
        }
        let mut field = Field::new(label, FieldType::Text);
        field.required = Some(true);
        field.assumed = true;
        entity.fields.insert(0, field);
        draft.note(
            format!("/entity/{name}/field/{label}"),
            format!(
                "{} has a {label}, because people need something to call it \
                by",
                lemma::with_article(&words(&name))
            ),
            "label.added",
            None,
            &["no such field"],
        );
    }
}

/// A text message needs a number to go to.
fn contacts(draft: &mut Draft) {
    for (category, name, kind) in [
        ("sms", "phone", FieldType::Phone),
        ("whatsapp", "phone", FieldType::Phone),
        ("email", "email", FieldType::Email),
    ] {
        let used = draft.integrations.iter().any(|integration| integration.category == category);
        let has = draft.entities.iter().any(|entity| entity.fields.iter().any(|field| field.kind == kind));
        if !used || has {
            continue;
        }
        let person =
            draft.entities.iter().find(|entity| archetypes::is_person(&entity.name)).map(|entity| entity.name.clone());
        let Some(entity) = person.and_then(|person| draft.entity_mut(&person)) else { continue };
        let owner = entity.name.clone();
        // "email varchar" is there, and no more than a text so far.
        if let Some(field) = entity.fields.iter_mut().find(|field| field.name == name) {
            field.kind = kind;
            continue;
        }
        let mut field = Field::new(name, kind);
        field.assumed = true;
        entity.fields.push(field);
        draft.note(
            format!("/entity/{owner}/field/{name}"),
            format!("{} has `{name}`, because {category} messages go there", lemma::with_article(&words(&owner))),
            "contact.added",
            None,
            &["no such field"],
        );
    }
}

/// A reference that some creator cannot read must not be required.
fn reachable(draft: &mut Draft) {
    let parents: Vec<(String, bool, Rights)> =
        draft.entities.iter().map(|e| (e.name.clone(), e.owned, e.rights.clone())).collect();
    for entity in &mut draft.entities {
        let creators = entity
            .rights
            .create
            .clone()
            .unwrap_or_else(|| vec![if entity.owned { "signed_in".into() } else { "role:admin".into() }]);
        for field in
            entity.fields.iter_mut().filter(|field| field.kind == FieldType::Reference && field.required == Some(true))
        {
            let Some((_, owned, rights)) = parents.iter().find(|(name, ..)| Some(name) == field.to.as_ref()) else {
                continue;
            };
            let readers =
                rights.read.clone().unwrap_or_else(|| vec![if *owned { "owner".into() } else { "signed_in".into() }]);
            let makers = rights.create.clone().unwrap_or_else(|| vec!["signed_in".into()]);
            let sees = |creator: &String| {
                readers.iter().any(|r| r == "anyone")
                    || creator != "anyone"
                        && (readers.iter().any(|r| r == "signed_in" || r == creator)
                            || readers.iter().any(|r| r == "owner")
                                && makers.iter().any(|m| m == "signed_in" || m == creator))
            };
            if !creators.iter().all(sees) {
                field.required = Some(false);
            }
        }
    }
}

/// Required references must not go round in a circle.
fn acyclic(draft: &mut Draft) {
    let names: Vec<String> = draft.entities.iter().map(|entity| entity.name.clone()).collect();
    for name in names {
        let targets: Vec<String> = draft
            .entity(&name)
            .map(|e| e.fields.iter().filter(|f| f.required == Some(true)).filter_map(|f| f.to.clone()).collect())
            .unwrap_or_default();
        for target in targets {
            if reaches(draft, &target, &name, 0)
                && let Some(entity) = draft.entity_mut(&name)
            {
                for field in entity.fields.iter_mut().filter(|field| field.to.as_ref() == Some(&target)) {
                    field.required = Some(false);
                }
            }
        }
    }
}

fn reaches(draft: &Draft, from: &str, goal: &str, depth: usize) -> bool {
    if from == goal {
        return true;
    }
    depth < 60
        && draft.entity(from).is_some_and(|entity| {
            entity
                .fields
                .iter()
                .filter(|f| f.required == Some(true))
                .filter_map(|f| f.to.as_deref())
                .any(|to| to != from && reaches(draft, to, goal, depth + 1))
        })
}
