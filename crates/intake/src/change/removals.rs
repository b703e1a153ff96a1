//! What goes with a thing that goes: a service with what used it, a field with its line, a record with what refers to it.

use super::Answer;
use super::patch::Patch;
use super::places::{Entity, Field, Places};
use super::renames;
use super::wishes::{UNUSUAL, spoken};

pub(super) fn drop_service(name: &str, places: &Places, source: &str) -> Answer {
    if !places.integrations.iter().any(|used| used == name) {
        return Answer::Already(format!("no {name} is used"));
    }
    let Some(section) = places.section(&format!("integration.{name}")) else {
        return Answer::Refused(UNUSUAL.to_owned());
    };
    let mut patches = vec![Patch::remove(whole(section, source))];
    let uses = places.automations.iter().filter(|one| one.action.split('.').next() == Some(name));
    let gone: Vec<&str> = uses.map(|one| one.name.as_str()).collect();
    for one in &gone {
        let Some(section) = places.section(&format!("automation.{one}")) else {
            return Answer::Refused(UNUSUAL.to_owned());
        };
        patches.push(Patch::remove(whole(section, source)));
    }
    let and =
        if gone.is_empty() { String::new() } else { format!(", and neither is what used it: {}", gone.join(", ")) };
    let calls = |entity: &Entity| {
        let of = entity.name.clone();
        let own = entity.calls.iter().filter(|(_, call)| call.split('.').next() == Some(name));
        own.map(move |(action, _)| format!("; `{action}` of {of} still calls it")).collect::<Vec<_>>()
    };
    let still: String = places.entities.iter().flat_map(calls).collect();
    Answer::Done { patches, told: format!("{name} is not used any more{and}{still}") }
}

pub(super) fn drop_field(entity: &Entity, field: &Field, places: &Places, source: &str) -> Answer {
    let event = format!("{}.{}=", entity.name, field.name);
    let on = places.automations.iter().any(|one| one.on.as_ref().is_some_and(|(_, on)| on.starts_with(&event)));
    let named = |(_, when): &(std::ops::Range<usize>, String)| renames::renamed_in(when, &field.name, "") != *when;
    if on || entity.uses.iter().any(|(_, name)| *name == field.name) || entity.conditions.iter().any(named) {
        let why = format!("an action, a condition or an automation of {} needs `{}`", entity.name, field.name);
        return Answer::Refused(why);
    }
    if entity.fields.len() == 1 {
        return Answer::Refused(format!("`{}` is the only field of {}", field.name, entity.name));
    }
    let told = format!("{} has no `{}` any more", crate::lemma::with_article(&spoken(&entity.name)), field.name);
    match line(field, source) {
        Some(at) => Answer::Done { patches: vec![Patch::remove(at)], told },
        None => Answer::Refused(UNUSUAL.to_owned()),
    }
}

/// The lines of a field, where nothing else stands on them.
fn line(field: &Field, source: &str) -> Option<std::ops::Range<usize>> {
    let start = source.get(..field.key.start)?.rfind('\n').map_or(0, |at| at + 1);
    let rest = source.get(field.value.end..)?;
    let end = field.value.end + rest.find('\n').map_or(rest.len(), |at| at + 1);
    let tail = source.get(field.value.end..end)?.trim();
    let alone = source.get(start..field.key.start)?.trim().is_empty() && (tail.is_empty() || tail.starts_with('#'));
    alone.then_some(start..end)
}

pub(super) fn drop_entity(entity: &Entity, places: &Places, source: &str) -> Answer {
    if places.entities.len() == 1 {
        return Answer::Refused(format!("`{}` is the only record there is", entity.name));
    }
    let own = format!("entity.{}", entity.name);
    let is_own = |name: &str| name.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let mut patches: Vec<Patch> = Vec::new();
    for section in places.sections.iter().filter(|section| is_own(&section.name)) {
        patches.push(Patch::remove(whole(section, source)));
    }
    if patches.is_empty() {
        return Answer::Refused(UNUSUAL.to_owned());
    }
    let mut gone = Vec::new();
    for other in places.entities.iter().filter(|other| other.name != entity.name) {
        for field in other.fields.iter().filter(|field| field.to.as_ref().is_some_and(|(to, _)| *to == entity.name)) {
            match drop_field(other, field, places, source) {
                Answer::Done { patches: removed, .. } => patches.extend(removed),
                _ => return Answer::Refused(format!("`{}` of {} refers to it", field.name, other.name)),
            }
            gone.push(format!("`{}` of {}", field.name, other.name));
        }
    }
    for one in &places.automations {
        let about = one.on.as_ref().is_some_and(|(_, on)| on.starts_with(&format!("{}.", entity.name)));
        let section = places.section(&format!("automation.{}", one.name)).filter(|_| about);
        if let Some(section) = section {
            patches.push(Patch::remove(whole(section, source)));
            gone.push(format!("the automation {}", one.name));
        }
    }
    let and = if gone.is_empty() { String::new() } else { format!(", nor {}", gone.join(" and ")) };
    Answer::Done {
        patches,
        told: format!("there are no {} any more{and}", crate::lemma::plural(&spoken(&entity.name))),
    }
}

/// A section with the comments right above it and the empty lines after it.
pub(super) fn whole(section: &super::places::Section, source: &str) -> std::ops::Range<usize> {
    let mut start = section.header.start;
    while let Some(above) = source.get(..start.saturating_sub(1)) {
        let line = above.rfind('\n').map_or(0, |at| at + 1);
        // The first comment of a file is about the file.
        if start == 0 || line == 0 || !source.get(line..start).is_some_and(|text| text.starts_with('#')) {
            break;
        }
        start = line;
    }
    start..section.next
}
