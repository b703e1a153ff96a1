//! From facts to decisions: which nouns are records, which are values, who belongs to whom.
//!
//! Facts are weighed here and nowhere else. What the request does not say and the blueprint needs is added with a note.

mod actions;
mod complete;
mod defaults;
mod entities;
mod exports;
mod fields;
mod guesses;
mod nameless;
mod names;
mod near;
mod once;
mod relations;
mod sorting;
mod watch;

use crate::draft::Draft;
use crate::facts::{Evidence, Fact, Item, Thing};
use crate::lexicon::{archetypes, fields as field_words};
use crate::scene::Scene;

pub use entities::Noun;
pub(crate) use entities::{Cast, event, nouns};
pub(crate) use exports::tell_exports;
pub(crate) use once::tell_once;
pub(crate) use watch::watch;

/// Decides.
pub(crate) fn resolve(scene: &Scene<'_>, evidence: &[Evidence]) -> (Draft, Cast) {
    let evidence = expand(evidence);
    let cast = entities::cast(scene, &evidence);
    let mut draft = Draft::default();
    entities::build(&cast, &mut draft);
    for found in &evidence {
        if let Fact::Like(product) = &found.fact {
            let text = format!(
                "{product} is a comparison: nothing is copied from it, only what the request says \
                is built"
            );
            draft.note("/app".into(), text, found.rule, Some(found.span), &["more of what it does"]);
        }
    }
    fields::fill(scene, &evidence, &cast, &mut draft);
    actions::give(&evidence, &cast, &mut draft);
    relations::tie(scene, &evidence, &cast, &mut draft);
    draft.nameless = nameless::nameless(scene);
    names::name_app(scene, &evidence, &mut draft);
    draft.roles = entities::roles(&evidence, &cast, &draft);
    draft.admin_named = evidence
        .iter()
        .any(|found| matches!(&found.fact, Fact::Role(name) if matches!(name.as_str(), "admin" | "administrator")));
    (draft, cast)
}

/// The last decisions, once automations and rights are known.
pub(crate) fn complete(draft: &mut Draft) {
    complete::complete(draft);
}

/// Fields listed under an item belong to a table of its own, or bear its name in front.
fn expand(evidence: &[Evidence]) -> Vec<Evidence> {
    let mut all = Vec::new();
    for found in evidence {
        let Fact::Has { owner, item } = &found.fact else {
            all.push(found.clone());
            continue;
        };
        if item.items.is_empty() {
            all.push(found.clone());
            continue;
        }
        let table = item.plural
            || matches!(
                archetypes::sort(&item.entity),
                Some(archetypes::Sort::Thing | archetypes::Sort::Event | archetypes::Sort::Shared)
            );
        let child = Thing::named(&item.entity, found.span);
        for part in &item.items {
            let (owner, part) = if table {
                (child.clone(), part.clone())
            } else {
                (
                    owner.clone(),
                    Item {
                        name: format!("{}_{}", crate::lemma::singular(&item.name), part.name),
                        entity: format!("{}_{}", item.entity, part.entity),
                        ..part.clone()
                    },
                )
            };
            all.push(Evidence { fact: Fact::Has { owner, item: part }, ..found.clone() });
        }
        if table {
            let mut bare = item.clone();
            bare.items.clear();
            all.push(Evidence { fact: Fact::Many { parent: owner.clone(), child }, ..found.clone() });
        }
    }
    all
}

/// Whether the word can only be a value.
fn is_plain_value(name: &str) -> bool {
    archetypes::sort(name).is_none() && field_words::guess(name).is_some()
}
