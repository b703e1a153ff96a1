//! Wishes for records of which each may have several of the other: "a student can take several courses and a course has many students".
//!
//! They become a record for each pair, as in what `new` makes, so that something can be said of the pair later: its date, its grade.

use super::places::{Entity, Places};
use super::relations::{BETWEEN, HAVE};
use super::said::{self, SEVERAL, Said};
use super::wishes::{UNUSUAL, after_entity, spoken};
use super::{Answer, closeness};
use crate::lemma::plural;

/// Two records of which each may have several of the other: "a student can take several courses and a course has many students",
/// "students and courses are many-to-many".
pub(super) fn both<'p>(wish: &Said, places: &'p Places) -> Option<[&'p Entity; 2]> {
    let words = &wish.words;
    let count = words.iter().filter(|word| SEVERAL.contains(&word.as_str())).count();
    let turned = words.iter().any(|word| word == "vice") && words.iter().any(|word| word == "versa")
        || words.windows(3).any(|three| three == ["other", "way", "round"] || three == ["other", "way", "around"]);
    let is_said = words.iter().any(|word| matches!(word.as_str(), "many-to-many" | "m2m"))
        || words.windows(3).any(|three| three == ["many", "to", "many"]);
    if !(count > 1 || turned && count == 1 || is_said) {
        return None;
    }
    let (mut at, mut found): (usize, Vec<&Entity>) = (0, Vec::new());
    while let Some(word) = words.get(at) {
        let named = (1..=3).rev().find_map(|length| {
            let said = words.get(at..at + length).filter(|said| !said::name(said).is_empty())?;
            let one = said::one(said);
            Some((places.entities.iter().find(|entity| entity.name == one)?, length))
        });
        at += match named {
            Some((entity, length)) => {
                found.extend((!found.iter().any(|one| one.name == entity.name)).then_some(entity));
                length
            }
            None if SEVERAL.contains(&word.as_str())
                || HAVE.contains(&word.as_str())
                || BETWEEN.contains(&word.as_str())
                || matches!(word.as_str(), "many-to-many" | "m2m" | "vice" | "versa" | "way" | "round" | "around") =>
            {
                1
            }
            // What else is said would be dropped.
            None => return None,
        };
    }
    <[&Entity; 2]>::try_from(found).ok()
}

/// What joins both already: a link, or a record that refers to both and says nothing else.
pub(super) fn joining<'p>(both: [&Entity; 2], places: &'p Places) -> Option<&'p Entity> {
    let refers = |one: &Entity, to: &Entity| {
        one.fields.iter().any(|field| field.to.as_ref().is_some_and(|(name, _)| *name == to.name))
    };
    let joins = |one: &&Entity| one.fields.len() == 2 && both.iter().all(|other| refers(one, other));
    let links = |one: &&Entity| {
        let is_link = |field: &super::places::Field, other: &Entity| {
            field.word("many").is_some() && field.to.as_ref().is_some_and(|(to, _)| *to == other.name)
        };
        let [a, b] = both;
        (one.name == a.name && one.fields.iter().any(|field| is_link(field, b)))
            || (one.name == b.name && one.fields.iter().any(|field| is_link(field, a)))
    };
    places.entities.iter().find(joins).or_else(|| places.entities.iter().find(links))
}

pub(super) fn told([a, b]: [&Entity; 2], join: &str) -> String {
    format!(
        "{} and {} belong together as many as one likes: {join}",
        plural(&spoken(&a.name)),
        plural(&spoken(&b.name))
    )
}

/// A record for each pair, as a request makes one. It is as closed as both of them.
pub(super) fn join(both: [&Entity; 2], places: &Places, source: &str) -> Answer {
    let [a, b] = both;
    if let Some(join) = joining(both, places) {
        return Answer::Already(told(both, &join.name));
    }
    let refers = |one: &Entity, other: &Entity| {
        let field = one.fields.iter().find(|field| field.to.as_ref().is_some_and(|(to, _)| *to == other.name))?;
        let (one, of) = (spoken(&one.name), spoken(&field.name));
        Some(format!(
            "each {one} has one {of} now: say \"remove the {of} of {}\" first, if it may have several",
            plural(&one)
        ))
    };
    if let Some(why) = refers(a, b).or_else(|| refers(b, a)) {
        return Answer::Refused(why);
    }
    let name = format!("{}_{}", a.name, b.name);
    if places.entities.iter().any(|one| one.name == name) {
        return Answer::Refused(format!("there is a record `{name}` already, which says more: look what it is for"));
    }
    let width = a.name.len().max(b.name.len());
    let field =
        |one: &Entity| format!("{0:width$} = {{ type = \"reference\", to = \"{0}\", required = true }}\n", one.name);
    let closed = closeness::of_pair(a, b);
    let section = format!(
        "[entity.{name}]\n{}[entity.{name}.field]\n{}{}{}",
        closed.owner,
        field(a),
        field(b),
        closed.access(&name)
    );
    let last = if places.entities.iter().position(|one| one.name == a.name)
        > places.entities.iter().position(|one| one.name == b.name)
    {
        a
    } else {
        b
    };
    match after_entity(places, source, &last.name, &section) {
        Some(patch) => Answer::Done { patches: vec![patch], told: told(both, &name) },
        None => Answer::Refused(UNUSUAL.to_owned()),
    }
}
