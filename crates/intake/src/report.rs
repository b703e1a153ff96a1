//! The reading for people: summary and assumptions; what found no place is in `coverage`, what to ask in `asking`.

use crate::draft::{Draft, Note};
use crate::lexicon::fields::FieldType;
use crate::reading::{
    AccessSummary, Assumption, AutomationSummary, EntitySummary, FieldSummary, Ground, RelationSummary, Summary,
    TriggerSummary,
};
use crate::scene::Scene;

/// The draft in short.
pub(crate) fn summary(draft: &Draft) -> Summary {
    let mut relations: Vec<RelationSummary> = draft
        .relations
        .iter()
        .map(|relation| RelationSummary {
            from: relation.from.clone(),
            to: relation.to.clone(),
            kind: relation.kind,
            assumed: relation.assumed,
        })
        .collect();
    for entity in &draft.entities {
        for field in entity.fields.iter().filter(|field| field.to.as_deref() == Some("user")) {
            let _ = field;
            relations.push(RelationSummary {
                from: "user".into(),
                to: entity.name.clone(),
                kind: crate::draft::RelationKind::OneToMany,
                assumed: true,
            });
        }
    }
    Summary {
        entities: draft.entities.iter().filter(|entity| !entity.join).map(entity_summary).collect(),
        relations,
        integrations: draft.integrations.iter().map(|used| used.category.to_owned()).collect(),
        automations: draft
            .automations
            .iter()
            .map(|automation| AutomationSummary {
                trigger: TriggerSummary {
                    kind: automation.trigger.kind,
                    entity: automation.trigger.entity.clone(),
                    field: automation.trigger.field.clone(),
                    value: automation.trigger.value.clone(),
                    cron: automation.trigger.cron.clone(),
                    offset: automation.trigger.offset.clone(),
                },
                action: automation.action.to_owned(),
            })
            .collect(),
        roles: draft.roles.iter().cloned().chain(draft.admin_named.then(|| "admin".to_owned())).collect(),
        access: draft
            .grants
            .iter()
            .map(|g| AccessSummary { role: g.role.clone(), action: g.action.to_owned(), entity: g.entity.clone() })
            .collect(),
        unplaced: Vec::new(),
    }
}

fn entity_summary(entity: &crate::draft::Entity) -> EntitySummary {
    let fields = entity.fields.iter().filter(|field| field.kind != FieldType::Reference).map(|field| FieldSummary {
        name: field.name.clone(),
        kind: field.kind.word(),
        required: field.required == Some(true),
        unique: field.unique,
        values: field.values.clone(),
        default: field.default.clone(),
        assumed: field.assumed,
    });
    EntitySummary { name: entity.name.clone(), fields: fields.collect(), assumed: entity.assumed }
}

/// The draft's notes, the repairs of spelling first.
pub(crate) fn assumptions(scene: &Scene<'_>, draft: &Draft) -> Vec<Assumption> {
    let repairs = scene.repairs.iter().map(|repair| Note {
        what: String::new(),
        text: format!("\"{}\" was read as \"{}\", the nearest word known", repair.written, repair.read_as),
        parts: Vec::new(),
        why: "spelling".to_owned(),
        span: Some(repair.span),
        alternatives: vec![repair.written.clone()],
    });
    let told = |(at, note): (usize, Note)| {
        let names = note.parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join(", ");
        Assumption {
            id: format!("a{}", at + 1),
            what: note.what,
            text: if names.is_empty() { note.text } else { format!("{}: {names}", note.text) },
            parts: note.parts,
            why: note.why,
            span: note.span.map(|s| [s.start, s.end]),
            alternatives: note.alternatives,
        }
    };
    repairs.chain(draft.notes.iter().cloned()).enumerate().map(told).collect()
}

/// Where everything comes from.
pub(crate) fn grounds(draft: &Draft) -> Vec<Ground> {
    let ground = |what: String, grounds: &crate::draft::Grounds| Ground {
        what,
        spans: grounds.spans.clone(),
        rules: grounds.rules.iter().map(|rule| (*rule).to_owned()).collect(),
    };
    let mut all = Vec::new();
    for entity in &draft.entities {
        all.push(ground(format!("/entity/{}", entity.name), &entity.grounds));
        for field in &entity.fields {
            all.push(ground(format!("/entity/{}/field/{}", entity.name, field.name), &field.grounds));
        }
    }
    for used in &draft.integrations {
        all.push(ground(format!("/integration/{}", used.category), &used.grounds));
    }
    all
}
