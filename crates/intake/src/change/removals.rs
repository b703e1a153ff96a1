//! What goes with a thing that goes: a service with what used it, a field with its line, a record with what refers to it.

use super::Answer;
use super::needs;
use super::patch::Patch;
use super::places::{Entity, Field, Places};
use super::wishes::{UNUSUAL, spoken};

pub(super) fn drop_service(name: &str, places: &Places, source: &str) -> Answer {
    if !places.integrations.iter().any(|used| used == name) {
        return Answer::Already(format!("no {name} is used"));
    }
    let Some(section) = places.section(&format!("integration.{name}")) else {
        return Answer::Refused(UNUSUAL.to_owned());
    };
    let many = |entity: &Entity| crate::lemma::plural(&spoken(&entity.name));
    let calls = |entity: &Entity| {
        let own = entity.calls.iter().filter(|(_, call)| call.split('.').next() == Some(name));
        own.map(|(action, _)| (action.clone(), many(entity))).collect::<Vec<_>>()
    };
    let calls: Vec<(String, String)> = places.entities.iter().flat_map(calls).collect();
    if let Some((action, of)) = calls.first() {
        return Answer::Refused(format!(
            "the action `{action}` of {of} calls {name}: say \"remove the {action} action of {of}\" first, if that may go"
        ));
    }
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
    Answer::Done { patches, told: format!("{name} is not used any more{and}") }
}

pub(super) fn drop_field(entity: &Entity, field: &Field, places: &Places, source: &str) -> Answer {
    if let Some(why) = needs::refused(&field.name, &needs::of(entity, field, None, places)) {
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
                Answer::Refused(why) => {
                    return Answer::Refused(format!(
                        "`{}` of {} refers to it, and would go along: {why}",
                        field.name, other.name
                    ));
                }
                Answer::Already(_) => {}
            }
            gone.push(format!("`{}` of {}", field.name, other.name));
        }
    }
    if let Some(field) = of_users(&entity.name, places) {
        return Answer::Refused(format!(
            "`{field}` of users refers to it: take it out of `[user.field]` in the blueprint first"
        ));
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

/// A field of users that refers to a record.
fn of_users(entity: &str, places: &Places) -> Option<String> {
    let blueprint: toml::Table = toml::from_str(&places.source).ok()?;
    let fields = blueprint.get("user")?.get("field")?.as_table()?;
    let refers = |(_, field): &(&String, &toml::Value)| field.get("to").and_then(toml::Value::as_str) == Some(entity);
    fields.iter().find(refers).map(|(name, _)| name.clone())
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
