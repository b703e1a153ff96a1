//! Wishes that records no longer hang together: "follow ups can exist without a prospect", "reviews no longer belong to a product".

use super::places::{Entity, Field, Places};
use super::said::Said;
use super::wishes::spoken;
use super::{Answer, plainly};
use crate::lemma::plural;

/// "follow ups can exist without a prospect" is "the prospect of follow ups is optional".
pub(super) fn reworded(wish: &Said, places: &Places) -> Option<String> {
    let (entity, end) = plainly::record(&wish.words, places)?;
    let at = wish.place(&["without"]).filter(|at| *at > end)?;
    const EXIST: &[&str] = &[
        "can", "may", "should", "be", "exist", "stand", "come", "live", "alone", "also", "made", "created", "saved",
        "added",
    ];
    let fits = wish.between(end, at).iter().all(|word| EXIST.contains(&word.as_str()));
    let field = reference(entity, wish.from(at + 1), places).filter(|_| fits)?;
    Some(format!("the {} of {} is optional", spoken(&field.name), plural(&spoken(&entity.name))))
}

/// "reviews no longer belong to a product": should the reference go, or may it be left out?
pub(super) fn unbound(wish: &Said, places: &Places, _: &str) -> Option<Answer> {
    let (entity, end) = plainly::record(&wish.words, places)?;
    let verb = wish.place(&["belong", "belongs"]).filter(|at| *at > end)?;
    let denied = wish
        .between(end, verb)
        .iter()
        .any(|word| matches!(word.as_str(), "longer" | "not" | "don't" | "doesn't" | "never"));
    let to = wish.words.get(verb + 1).filter(|word| *word == "to" && denied).map(|_| verb + 2)?;
    let field = reference(entity, wish.from(to), places)?;
    let (name, of) = (spoken(&field.name), plural(&spoken(&entity.name)));
    Some(Answer::Refused(format!(
        "should it go, or may it be left out? say \"remove the {name} of {of}\" or \"the {name} of {of} is optional\""
    )))
}

/// The field of a record that refers to what words name.
fn reference<'p>(entity: &'p Entity, words: &[String], places: &Places) -> Option<&'p Field> {
    let words: Vec<String> =
        words.iter().filter(|word| !matches!(word.as_str(), "anymore" | "any" | "one" | "longer")).cloned().collect();
    let name = super::said::one(&words);
    let to = places.entity(&words).map(|one| one.name.as_str());
    let refers =
        |field: &&Field| field.to.as_ref().is_some_and(|(one, _)| Some(one.as_str()) == to || field.name == name);
    entity.fields.iter().find(refers)
}
