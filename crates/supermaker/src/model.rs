//! Do the models have the fields of the blueprint's entities? Checked at start: a field that a model lacks would be dropped
//! from a body without a word, one that it has too many would fail at the first request.

use blueprint::{Blueprint, Entity};
use query::View;

use crate::describe::Model;

/// What is wrong with the models, in words for the person who starts the app.
pub(crate) fn check(blueprint: &Blueprint, models: &[Model]) -> Vec<String> {
    let mut problems: Vec<String> = models.iter().flat_map(|model| differences(blueprint, model)).collect();
    problems.sort();
    problems.dedup();
    problems
}

fn differences(blueprint: &Blueprint, model: &Model) -> Vec<String> {
    let Some(entity) = blueprint.entities.iter().find(|entity| entity.name == model.entity) else {
        return vec![format!("{} is a model of `{}`, which the blueprint does not have", model.name, model.entity)];
    };
    let wanted = fields(entity, model);
    let missing = wanted.iter().filter(|name| !model.keys.iter().any(|key| key == *name));
    let missing =
        missing.map(|name| format!("{} has no `{name}`, but the blueprint's {} has", model.name, entity.name));
    let extra = model.keys.iter().filter(|key| !wanted.contains(&key.as_str()));
    let extra = extra
        .map(|key| format!("{} has `{key}`, which the blueprint's {} does not take or show", model.name, entity.name));
    missing.chain(extra).collect()
}

/// The JSON keys of a row, or those that a body may name.
fn fields<'a>(entity: &'a Entity, model: &Model) -> Vec<&'a str> {
    match model.body {
        None => View::document(entity).visible().into_iter().map(|attribute| attribute.column(entity)).collect(),
        Some(body) => {
            let fields = entity.fields.iter().filter(|field| body.writable(field)).map(|field| &field.column);
            let links = entity.links.iter().filter(|link| body.writable_link(link)).map(|link| &link.key);
            fields.chain(links).map(String::as_str).collect()
        }
    }
}
