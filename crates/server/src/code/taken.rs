//! Which operations of the blueprint code would take over one by one. None may be: a row can be reached in more ways than one,
//! by `PATCH`, by `PUT`, in a batch, and what the code minds in one of them the others would pass by. Whoever wants to answer
//! some of it answers for the whole entity; the actions that the blueprint leaves to code are another thing.

use std::collections::BTreeSet;

use blueprint::{ActionKind, Blueprint, Entity, EntityIndex, IdKind};

use super::map::CodeMap;
use crate::batch::SUFFIX;

/// What is wrong with the routes in code, in words for the person who starts the app.
pub(super) fn problems(map: &CodeMap, blueprint: &Blueprint) -> Vec<String> {
    let mut found = BTreeSet::new();
    for place in 0..blueprint.entities.len() {
        for path in paths(blueprint, EntityIndex(place)) {
            found.extend(map.taken_over(blueprint, &path).into_iter().map(|(method, template)| {
                format!(
                    "{method} {template} is the blueprint's to answer, and other ways to the same rows would pass the code \
                     by: take the whole of {} over with `.entity`, or choose another path",
                    blueprint.entity(EntityIndex(place)).name
                )
            }));
        }
    }
    found.into_iter().collect()
}

/// A path of each kind that the blueprint serves of an entity, but those of actions that are code.
fn paths(blueprint: &Blueprint, index: EntityIndex) -> Vec<String> {
    let entity = blueprint.entity(index);
    let user = if blueprint.api.user_path { "/1" } else { "" };
    let collection = format!("{}{user}/{}", blueprint.api.prefix, entity.path);
    let item = format!("{collection}/{}", sample_id(entity.id));
    let mut paths = vec![format!("{collection}{SUFFIX}"), format!("{item}/restore")];
    paths.extend(actions(entity).map(|word| format!("{item}/{word}")));
    let children = query::children(blueprint, index).into_iter();
    paths.extend(children.map(|(child, _)| format!("{item}/{}", blueprint.entity(child).path)));
    paths.extend([collection, item]);
    paths
}

fn actions(entity: &Entity) -> impl Iterator<Item = &str> {
    let served = entity.actions.iter().filter(|action| !matches!(action.does, ActionKind::Call(_)));
    served.map(|action| action.path.as_str())
}

/// An id that some row could have.
pub(super) fn sample_id(kind: IdKind) -> &'static str {
    match kind {
        IdKind::Integer => "1",
        IdKind::Uuid => "00000000-0000-0000-0000-000000000000",
    }
}
