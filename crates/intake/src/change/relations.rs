//! Wishes for records that belong together: "a task can have several tags", "each order belongs to a user".
//!
//! Between two records that are there it is asked whether one of them may have several of the other: a wrong guess would have to be
//! migrated back.

use super::places::Places;
use super::said::{self, Said};
use super::wishes::spoken;
use super::{Answer, wishes};
use crate::lemma::{plural, with_article};

/// "a task can have several tags".
pub(super) fn several(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let several = wish.words.iter().position(|word| matches!(word.as_str(), "several" | "many" | "multiple"));
    // "leads have tags" is as good as several.
    let last = wish.words.len().checked_sub(1)?;
    let is_shared = matches!(wish.words.last()?.as_str(), "tags" | "labels" | "categories");
    let at = several.or_else(|| last.checked_sub(1).filter(|_| is_shared))?;
    let has = wish.words.iter().take(at + 1).rposition(|word| matches!(word.as_str(), "has" | "have" | "get"))?;
    let owner: Vec<String> = wish
        .between(0, has)
        .iter()
        .filter(|word| !matches!(word.as_str(), "can" | "may" | "should" | "could" | "must" | "to" | "be" | "able"))
        .cloned()
        .collect();
    let entity = places.entity(&owner)?;
    let one = said::one(wish.from(at + 1));
    let many = said::name(wish.from(at + 1));
    if entity.fields.iter().any(|field| field.name == many) {
        return Some(Answer::Already(format!("{} has {}", with_article(&spoken(&entity.name)), spoken(&many))));
    }
    if matches!(one.as_str(), "tag" | "label" | "category") {
        return Some(wishes::shared(entity, &one, places, source));
    }
    let other = places.entities.iter().find(|other| other.name == one)?;
    let refers = other.fields.iter().any(|field| field.to.as_ref().is_some_and(|(to, _)| *to == entity.name));
    if refers {
        return Some(Answer::Already(format!(
            "each {} belongs to {}",
            spoken(&other.name),
            with_article(&spoken(&entity.name))
        )));
    }
    let (a, b) = (spoken(&entity.name), spoken(&other.name));
    Some(Answer::Refused(format!(
        "may {} of several {} be the same one? If not, say \"each {b} belongs to {}\"; if so, write `{} = {{ type = \"reference\", to = \"{}\", many = \
         true }}` into [entity.{}.field]",
        with_article(&b),
        plural(&a),
        with_article(&a),
        plural(&other.name),
        other.name,
        entity.name
    )))
}

/// "each note belongs to a user": what has an owner does.
pub(super) fn of_user(wish: &Said, places: &Places, _: &str) -> Option<Answer> {
    let at = wish.words.iter().position(|word| matches!(word.as_str(), "belongs" | "belong"))?;
    let to = wish.from(at + 1).split_first().filter(|(to, _)| *to == "to").map(|(_, rest)| said::one(rest))?;
    if !matches!(to.as_str(), "user" | "creator" | "whoever_made_it" | "person_who_made_it") {
        return None;
    }
    let entity = places.entity(wish.between(0, at))?;
    let one = spoken(&entity.name);
    Some(if entity.owned {
        Answer::Already(format!("{} belongs to who made it", with_article(&one)))
    } else {
        Answer::Refused(format!(
            "{} belongs to nobody (`owner = false`), and whose those are that are there nobody knows: write `owner = true` yourself, if there are none",
            with_article(&one)
        ))
    })
}
