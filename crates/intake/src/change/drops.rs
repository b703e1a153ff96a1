//! Wishes to do without something: "drop the SMS", "remove the phone of leads", "we don't need notes".

use super::patch::Patch;
use super::places::{Entity, Field, Places};
use super::said::{self, Said};
use super::wishes::{UNUSUAL, spoken};
use super::{Answer, edit, renames};
use crate::lexicon::integrations;

/// What a wish to drop something names.
pub(super) fn dropped(wish: &Said) -> Option<&[String]> {
    const WAYS: &[&[&str]] = &[
        &["drop"],
        &["remove"],
        &["delete"],
        &["ditch"],
        &["scrap"],
        &["get", "rid", "of"],
        &["no", "more"],
        &["no"],
        &["don't", "need"],
        &["don't", "want"],
        &["do", "not", "need"],
        &["do", "not", "want"],
        &["dont", "need"],
        &["leave", "out"],
        &["don't", "send"],
        &["stop", "sending"],
        &["stop", "using"],
        &["don't", "use"],
    ];
    let fits = |way: &&&[&str]| wish.words.iter().zip(**way).filter(|(word, part)| word == *part).count() == way.len();
    WAYS.iter().find(fits).map(|way| wish.from(way.len()))
}

/// "drop the SMS", "remove the phone of leads", "we don't need notes".
pub(super) fn drop(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let words = dropped(wish).filter(|words| !words.is_empty())?;
    let name = said::name(words);
    if words.iter().any(|word| matches!(word.as_str(), "all" | "every" | "each")) && places.entity(words).is_some() {
        let why = format!(
            "rows are deleted through the API; to do without the record and its routes say \"remove {}\"",
            name.replace('_', " ")
        );
        return Some(Answer::Refused(why));
    }
    let names = [name.replace('_', " "), said::one(words).replace('_', " ")];
    let service =
        names.iter().find_map(|name| integrations::by_name(name).or(integrations::spoken(name).map(|(one, _)| one)));
    if let Some(entity) = places.entity(words) {
        return Some(drop_entity(entity, places, source));
    }
    if let Ok((entity, field)) = places.field(words) {
        return Some(drop_field(entity, field, places, source));
    }
    if let Some(service) = service {
        return Some(drop_service(service.name, places, source));
    }
    if let Some(answer) = drop_role(words, places).or_else(|| drop_action(words, places, source)) {
        return Some(answer);
    }
    let of_value = places.entities.iter().flat_map(|one| &one.fields).find(|field| field.values.items.contains(&name));
    if let Some(field) = of_value {
        let field = spoken(&field.name);
        return Some(Answer::Refused(format!(
            "`{name}` is a value of the {field}: say \"remove {name} from the {field}\""
        )));
    }
    // What is no name of anything is not understood: that there is no such thing would be told as if all were well.
    const NO_NAME: &[&str] = &[
        "everything",
        "anything",
        "access",
        "rule",
        "rules",
        "right",
        "rights",
        "that",
        "which",
        "who",
        "when",
        "if",
        "password",
        "passwords",
        "user",
        "users",
        "login",
        "log-in",
        "account",
        "accounts",
        "audit",
        "authentication",
        "token",
        "tokens",
    ];
    let is_name =
        !name.is_empty() && name.split('_').count() <= 3 && !words.iter().any(|word| NO_NAME.contains(&word.as_str()));
    Some(match places.field(words) {
        Err(why) if why.contains("say of which") => Answer::Refused(why),
        _ if !is_name => Answer::Refused(format!(
            "there is no field, record, value, role, action or service called `{}`, and what every backend has stays",
            name.replace('_', " ")
        )),
        _ => Answer::Already(format!("there is no `{name}`")),
    })
}

/// "remove the role clerk", "drop the clerk role".
fn drop_role(words: &[String], places: &Places) -> Option<Answer> {
    words.iter().any(|word| matches!(word.as_str(), "role" | "roles")).then_some(())?;
    let rest: Vec<String> = words.iter().filter(|word| !matches!(word.as_str(), "role" | "roles")).cloned().collect();
    let role = said::one(&rest);
    let listed = places.roles_at.as_ref().filter(|_| places.roles.contains(&role));
    let Some(listed) = listed else { return Some(Answer::Already(format!("there is no role `{role}`"))) };
    if places.source.contains(&format!("role:{role}\"")) || places.source.contains(&format!("role:{role}'")) {
        return Some(Answer::Refused(format!(
            "rules name `{role}`: say who may instead first, as in \"only admins may …\""
        )));
    }
    let kept: Vec<String> = places.roles.iter().filter(|one| **one != role).cloned().collect();
    Some(match listed.becomes(&kept, &places.source) {
        Some(patches) => Answer::Done { patches, told: format!("there is no role `{role}` any more") },
        None => Answer::Refused(UNUSUAL.to_owned()),
    })
}

/// "remove the action win", "drop the cancel action of orders".
fn drop_action(words: &[String], places: &Places, source: &str) -> Option<Answer> {
    words.iter().any(|word| word == "action").then_some(())?;
    let words: Vec<String> = words.iter().filter(|word| *word != "action").cloned().collect();
    let cut =
        words.iter().position(|word| matches!(word.as_str(), "of" | "from" | "on" | "for")).unwrap_or(words.len());
    let name = said::name(words.get(..cut)?);
    let owner = words.get(cut + 1..).and_then(|owner| places.entity(owner));
    let has: Vec<&Entity> = places
        .entities
        .iter()
        .filter(|one| owner.is_none_or(|owner| owner.name == one.name) && one.actions.contains(&name))
        .collect();
    let entity = match has.as_slice() {
        [] => return Some(Answer::Already(format!("there is no action `{name}`"))),
        [one] => *one,
        several => {
            let names: Vec<String> = several.iter().map(|one| spoken(&one.name)).collect();
            return Some(Answer::Refused(format!("`{name}` is an action of {}: say of which", names.join(" and of "))));
        }
    };
    let Some(section) = places.section(&format!("entity.{}.action.{name}", entity.name)) else {
        return Some(Answer::Refused(UNUSUAL.to_owned()));
    };
    let mut patches = vec![Patch::remove(whole(section, source))];
    if let Some(rule) = entity.rules.iter().find(|rule| rule.operation == name) {
        let Some(line) = rule.words.as_ref().and_then(|words| edit::line(words.at.start, words.at.end, source)) else {
            return Some(Answer::Refused(UNUSUAL.to_owned()));
        };
        patches.push(Patch::remove(line));
    }
    Some(Answer::Done {
        patches,
        told: format!("{} can no longer be changed by `{name}`", crate::lemma::plural(&spoken(&entity.name))),
    })
}

fn drop_service(name: &str, places: &Places, source: &str) -> Answer {
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

fn drop_field(entity: &Entity, field: &Field, places: &Places, source: &str) -> Answer {
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

fn drop_entity(entity: &Entity, places: &Places, source: &str) -> Answer {
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
fn whole(section: &super::places::Section, source: &str) -> std::ops::Range<usize> {
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
