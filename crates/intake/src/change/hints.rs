//! Examples in the names of the blueprint at hand: what is told where nothing is made of a wish is something that can be said of it.

use super::context::NOT_READ;
use super::places::{Entity, Field, Places};
use super::said::Said;
use super::wishes::spoken;
use crate::lemma::{plural, with_article};
use crate::spelling::slips;

/// Records of the blueprint, as people name them.
pub(super) fn some_records(places: &Places) -> String {
    places.entities.first().map_or_else(|| "leads".to_owned(), |one| plural(&spoken(&one.name)))
}

/// Something that can be sent when something happens to a record that the wish names, or to the first.
pub(super) fn with_event(wish: &Said, places: &Places) -> String {
    let named = |entity: &&Entity| wish.words.iter().any(|word| crate::lemma::singular(word) == entity.name);
    let entity = places.entities.iter().find(named).or(places.entities.first());
    let one = entity.map_or_else(|| "a lead".to_owned(), |entity| with_article(&spoken(&entity.name)));
    let says = |word: &str| wish.words.iter().any(|said| said.starts_with(word));
    let start = if says("sms") || says("text") { "send an SMS" } else { "send an email" };
    format!("{start} when {one} is created")
}

/// The same with what can be said, where it ends in that it should be said otherwise.
pub(super) fn with_examples(why: String, places: &Places) -> String {
    if why.ends_with(NOT_READ) { format!("{why}, for example {}", examples(places)) } else { why }
}

/// Wishes that this blueprint can meet.
fn examples(places: &Places) -> String {
    let many = some_records(places);
    let has =
        |name: &str| places.entities.first().is_some_and(|entity| entity.fields.iter().any(|field| field.name == name));
    let mut found = Vec::new();
    let of_first = places.entities.first().map(|entity| &entity.fields);
    let plain = of_first.and_then(|fields| fields.iter().rev().find(|field| field.to.is_none()));
    if let Some(field) = plain {
        found.push(format!("rename the {} of {many} to …", spoken(&field.name)));
        let who = places.roles.first().map_or_else(|| "admins".to_owned(), |role| plural(&spoken(role)));
        found.push(format!("only {who} may delete {many}"));
    }
    let new = ["source", "colour", "reference number"].into_iter().find(|name| !has(&name.replace(' ', "_")));
    if let Some(new) = new.filter(|_| !places.entities.is_empty()) {
        found.push(format!("add a {new} to {many}"));
    }
    match places.integrations.first() {
        Some(service) => found.push(format!("stop using {service}")),
        None => found.extend(plain.map(|field| format!("the {} of {many} is required", spoken(&field.name)))),
    }
    let kept =
        ["task", "payment", "visit"].into_iter().find(|name| places.entities.iter().all(|one| one.name != *name));
    found.extend(kept.map(|name| format!("also keep {} with a title and a due date", plural(name))));
    found.iter().map(|one| format!("\"{one}\"")).collect::<Vec<_>>().join(", ")
}

/// What can be said of a field of that type.
pub(super) fn said_of(field: &Field) -> String {
    let name = spoken(&field.name);
    match field.kind.as_str() {
        "integer" | "decimal" | "float" => format!("\"{name} is at least 1\", \"{name} is at most 100\""),
        "money" => format!("\"{name} is at least 1\", \"{name} should be in euros\""),
        "text" | "long_text" => format!("\"{name} is at most 80 characters\", \"{name} is at least 2 characters\""),
        "enum" => format!("\"the values of the {name} are now …\""),
        _ => format!("\"{name} should be text\""),
    }
}

/// What is said where a name is none: the one that is near, or those that there are.
pub(super) fn instead(name: &str, known: &[&str]) -> String {
    let near =
        known.iter().map(|one| (slips(name, one), one)).filter(|(slips, one)| *slips < one.chars().count().min(4));
    let near = near.min_by_key(|(slips, _)| *slips).filter(|(slips, one)| *slips <= 1 + one.chars().count() / 5);
    // "groomer" in "dog groomer".
    let part = || known.iter().find(|one| name.split('_').any(|word| word == **one));
    match (near.map(|(_, one)| one).or_else(part), known) {
        (Some(near), _) => format!("; perhaps you mean `{near}`"),
        (None, []) => String::new(),
        (None, known) => {
            const MOST: usize = 8;
            let shown: Vec<&str> = known.iter().take(MOST).copied().collect();
            let more = if known.len() > MOST { ", …" } else { "" };
            format!("; there {} {}{more}", if known.len() == 1 { "is" } else { "are" }, shown.join(", "))
        }
    }
}
