//! Records in a state: "published articles", "orders that are paid".

use crate::draft::{Draft, Entity};
use crate::lexicon::fields::FieldType;
use crate::nouns::Np;
use crate::scene::Scene;
use crate::tags::Tag;

/// The condition that the words before or behind a record set, where its values know them.
pub(super) fn of(scene: &Scene<'_>, np: &Np, draft: &Draft, entity: &str) -> Option<String> {
    let entity = draft.entity(entity)?;
    let (_, before) = np.words().split_last()?;
    let behind =
        (scene.one_of(np.to, &["that", "which"]) && scene.tag(np.to + 1) == Some(Tag::Be)).then_some(np.to + 2);
    let behind = behind.and_then(|at| scene.token(at)).map(|token| token.text.as_str());
    before.iter().map(|word| word.text.as_str()).chain(behind).find_map(|word| condition(entity, word))
}

fn condition(entity: &Entity, word: &str) -> Option<String> {
    let word = word.replace('-', "_");
    let valued = |one: &&crate::draft::Field| one.kind == FieldType::Enum && one.values.contains(&word);
    if let Some(field) = entity.fields.iter().find(valued) {
        return Some(format!("{} = '{word}'", field.name));
    }
    let told = |one: &&crate::draft::Field| one.kind == FieldType::Boolean && one.name == word;
    entity.fields.iter().find(told).map(|field| field.name.clone())
}
