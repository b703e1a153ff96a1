//! What a record has several of and nothing else shares: photos, documents, notes. Each is a record of its own that belongs to one, for a
//! field holds one of them.

use super::patch::Patch;
use super::places::{Entity, Places};
use super::said;
use super::wishes::{UNUSUAL, after_entity, spoken};
use super::{Answer, closeness};
use crate::lemma::{is_plural, with_article};

/// Such things, and the field that says what one is.
const PARTS: &[(&[&str], &str)] = &[
    (
        &[
            "photo",
            "picture",
            "image",
            "document",
            "attachment",
            "file",
            "scan",
            "video",
            "recording",
            "link",
            "screenshot",
        ],
        "url  = { type = \"url\", required = true }",
    ),
    (
        &["note", "comment", "remark", "message", "observation", "memo"],
        "text = { type = \"long_text\", required = true }",
    ),
];

/// "a dog may have many photos": photos that belong to a dog, as closed as dogs are.
pub(super) fn parts(entity: &Entity, named: &[String], places: &Places, source: &str) -> Option<Answer> {
    let one = said::one(named);
    let is_one_word = named.last().is_some_and(|word| is_plural(word)) && said::name(named).split('_').count() <= 2;
    let last = one.rsplit('_').next().unwrap_or(&one);
    let (_, line) = PARTS.iter().find(|(words, _)| words.contains(&last)).filter(|_| is_one_word)?;
    let owner = &entity.name;
    let width = owner.len().max(4);
    let (key, rest) = line.split_once(' ')?;
    let closed = closeness::of(entity);
    let section = format!(
        "[entity.{one}]\n{}[entity.{one}.field]\n{key:width$} {}\n{owner:width$} = {{ type = \"reference\", to = \"{owner}\", required = true }}\n{}",
        closed.owner,
        rest.trim_start(),
        closed.access(&one)
    );
    let kept = format!("{} is kept, and belongs to {}", with_article(&spoken(&one)), with_article(&spoken(owner)));
    Some(match after_entity(places, source, owner, &section) {
        Some(patch) => Answer::Done { patches: Vec::<Patch>::from([patch]), told: kept },
        None => Answer::Refused(UNUSUAL.to_owned()),
    })
}
