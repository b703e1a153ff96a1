//! What a blueprint says of who may, and what changes its text: lists of rights, roles, and whom a change of `read` leaves.

use super::{STANDARD, by_default};
use crate::change::actions;
use crate::change::patch::Patch;
use crate::change::places::{Entity, Places};
use crate::change::wishes::{at_end, list};

/// Who does not see a record any more cannot change or delete it either: those rules lose whom `read` does not name now. Of
/// everybody who is signed in those are left who see it. Gives what is to be told of it.
pub(in crate::change) fn follow_read(entity: &Entity, wanted: &mut Vec<(String, Vec<String>)>) -> Vec<String> {
    let Some(read) = wanted.iter().find(|(operation, _)| operation == "read").map(|(_, rule)| rule.clone()) else {
        return Vec::new();
    };
    let has = |word: &str| read.iter().any(|one| one == word);
    if has("anyone") || has("signed_in") {
        return Vec::new();
    }
    let own = entity.rules.iter().map(|rule| rule.operation.as_str()).filter(|one| !STANDARD.contains(one));
    let mut told = Vec::new();
    for operation in ["update", "delete"].into_iter().chain(own) {
        let place = wanted.iter().position(|(one, _)| one == operation);
        let before = match place.and_then(|at| wanted.get(at)) {
            Some((_, rule)) => rule.clone(),
            // A rule with conditions is for its author.
            None => match written(entity, operation) {
                Some(rule) => rule,
                None => continue,
            },
        };
        let mut rule: Vec<String> = Vec::new();
        for word in &before {
            let kept: Vec<String> = match word.as_str() {
                "signed_in" => read.iter().filter(|word| *word != "nobody").cloned().collect(),
                "nobody" => vec![word.clone()],
                word if has(word) => vec![word.to_owned()],
                _ => Vec::new(),
            };
            rule.extend(kept.into_iter().filter(|one| !rule.contains(one)).collect::<Vec<_>>());
        }
        if rule.is_empty() {
            rule.push("nobody".to_owned());
        }
        if rule == before {
            continue;
        }
        let who: Vec<&str> = rule.iter().map(|rule| rule.strip_prefix("role:").unwrap_or(rule)).collect();
        told.push(format!("{} may {operation} {}, for who does not see it cannot", who.join(" and "), entity.name));
        match place.and_then(|at| wanted.get_mut(at)) {
            Some((_, one)) => *one = rule,
            None => wanted.push((operation.to_owned(), rule)),
        }
    }
    told
}

pub(in crate::change) fn written(entity: &Entity, operation: &str) -> Option<Vec<String>> {
    match entity.rules.iter().find(|one| one.operation == operation) {
        Some(rule) => rule.words.as_ref().map(|words| words.items.clone()),
        // An action follows `update`.
        None if !STANDARD.contains(&operation) => written(entity, "update"),
        None => Some(by_default(entity.owned, operation)),
    }
}

/// Lists of who may, each in place of the one there is, or below the others.
pub(in crate::change) fn rules_patches(
    entity: &Entity,
    wanted: &[(String, Vec<String>)],
    places: &Places,
    source: &str,
) -> Option<Vec<Patch>> {
    let (mut patches, mut lines) = (Vec::new(), String::new());
    for (operation, rule) in wanted {
        match entity.rules.iter().find(|one| one.operation == *operation) {
            Some(one) => patches.extend(one.words.as_ref()?.becomes(rule, source)?),
            None => lines.push_str(&actions::access_line(operation, rule)),
        }
    }
    if !lines.is_empty() {
        patches.push(actions::access_lines(entity, &lines, places, source)?);
    }
    Some(patches)
}

/// More roles, written where they belong.
pub(in crate::change) fn roles_patch(new: &[String], places: &Places) -> Option<Vec<Patch>> {
    let all: Vec<String> = places.roles.iter().chain(new).cloned().collect();
    match (&places.roles_at, places.section("auth")) {
        (Some(listed), _) => listed.becomes(&all, &places.source),
        (None, Some(section)) => Some(vec![at_end(&places.source, section.end, &format!("roles = {}\n", list(&all)))]),
        (None, None) => Some(vec![before_records(places, &format!("[auth]\nroles = {}\n\n", list(&all)))]),
    }
}

/// A section before the first record, and before what is written about that.
pub(in crate::change) fn before_records(places: &Places, section: &str) -> Patch {
    let first = places.sections.iter().position(|section| section.name.starts_with("entity."));
    let before =
        first.and_then(|at| at.checked_sub(1)).and_then(|at| places.sections.get(at)).map(|section| section.next);
    let head = first.and_then(|at| places.sections.get(at)).map_or(places.source.len(), |section| section.header.start);
    let at = before.unwrap_or(head);
    match places.source.get(..at).map(|text| text.trim_end_matches(' ')) {
        Some(text) if text.is_empty() || text.ends_with("\n\n") || text.ends_with("\n\r\n") => {
            Patch::insert(at, section.to_owned())
        }
        // Apart from what stands before it, and at the end without an empty line after it.
        _ => at_end(&places.source, at, &format!("\n{}\n", section.trim_end())),
    }
}
