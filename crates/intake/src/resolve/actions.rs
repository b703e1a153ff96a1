//! Named changes: "approve", "publish", "close", where a field has the value that the verb leads to.

use crate::draft::{Action, Draft};
use crate::facts::{Evidence, Fact, Who};
use crate::lexicon::fields::FieldType;
use crate::lexicon::verbs::{self, Class, Form};

use super::entities::Cast;

/// What the engine calls operations of its own.
const RESERVED: &str = "read create update delete restore";

/// Gives every entity the actions that the request speaks of.
pub(crate) fn give(evidence: &[Evidence], cast: &Cast, draft: &mut Draft) {
    for found in evidence {
        let Fact::Op { actor, class: Class::Approve | Class::Update | Class::Delete, base, object, .. } = &found.fact
        else {
            continue;
        };
        let Some(entity) =
            cast.entity(&object.name).and_then(|name| draft.entity_mut(name)).filter(|_| *actor != Who::Public)
        else {
            continue;
        };
        if crate::lexicon::has(RESERVED, base) || entity.actions.iter().any(|action| action.name == *base) {
            continue;
        }
        // "approve" leads to the value "approved".
        let leads = |value: &str| {
            verbs::lookup(&crate::lemma::american(value))
                .is_some_and(|(verb, form)| verb.base == *base && form == Form::Past)
        };
        let change = entity.fields.iter().find_map(|field| match field.kind {
            FieldType::Enum => {
                field.values.iter().find(|value| leads(value)).map(|value| (field.name.clone(), format!("\"{value}\"")))
            }
            FieldType::Boolean if leads(&field.name) => Some((field.name.clone(), "true".to_owned())),
            _ => None,
        });
        if let Some((field, value)) = change {
            entity.actions.push(Action::set((*base).to_owned(), &field, &value));
        }
    }
}
