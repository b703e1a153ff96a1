//! The ways of wishing for a change, each an entry with an example that the test reads.
//!
//! What no entry reads goes to `context`: the sentence is read as a request is.

use super::patch::Patch;
use super::places::{Entity, Field, Places};
use super::said::{self, Said};
use super::{Answer, context, openness, renames, rights};
use crate::lexicon::integrations;

/// One way of wishing.
pub(super) struct Wish {
    #[cfg_attr(not(test), expect(dead_code, reason = "named where the test fails"))]
    pub id: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test"))]
    pub example: &'static str,
    /// None where the words say something else.
    pub read: fn(&Said, &Places, &str) -> Option<Answer>,
}

pub(super) const ALL: &[Wish] = &[
    Wish { id: "rename", example: "Rename the phone of leads to mobile.", read: renames::rename },
    Wish { id: "only", example: "Only clerks may delete leads.", read: rights::only },
    Wish { id: "may", example: "Clerks may update leads.", read: rights::may },
    Wish { id: "open", example: "Make notes public.", read: openness::open },
    Wish { id: "access", example: "Give clerks access to notes.", read: openness::access_to },
    Wish { id: "not", example: "Clerks may no longer see leads.", read: openness::may_not },
    Wish { id: "role", example: "Add a role nurse.", read: role },
    Wish { id: "value", example: "Add lost to the status of leads.", read: value },
    Wish { id: "value.drop", example: "Remove new from the status.", read: drop_value },
    Wish { id: "field", example: "Add an email and a budget to leads.", read: field },
    Wish { id: "drop", example: "Drop the SMS.", read: drop },
    Wish { id: "flag", example: "Make the phone required.", read: flag },
    Wish { id: "tag", example: "Also let me tag leads.", read: tag },
];

/// What `change` cannot edit without moving it.
pub(super) const UNUSUAL: &str = "its part of the blueprint is written in a form that only you can edit";

/// What a wish to drop something names.
fn dropped(wish: &Said) -> Option<&[String]> {
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
    ];
    let fits = |way: &&&[&str]| wish.words.iter().zip(**way).filter(|(word, part)| word == *part).count() == way.len();
    WAYS.iter().find(fits).map(|way| wish.from(way.len()))
}

/// "remove new from the status".
fn drop_value(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let words = dropped(wish)?;
    let from = words.iter().position(|word| word == "from")?;
    let (value, field) = (said::name(words.get(..from)?), places.field(words.get(from + 1..)?).ok()?);
    let (_, field) = (field.0, field.1);
    let at = field.values_at.clone().filter(|_| field.values.contains(&value))?;
    let _ = source;
    let kept: Vec<String> = field.values.iter().filter(|one| **one != value).cloned().collect();
    if kept.is_empty() {
        return Some(Answer::Refused(format!("`{value}` is the only value of `{}`", field.name)));
    }
    Some(Answer::Done {
        patches: vec![Patch::replace(at, list(&kept))],
        told: format!("`{}` can no longer be `{value}`", field.name),
    })
}

/// "drop the SMS", "remove the phone of leads", "we don't need notes".
fn drop(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let words = dropped(wish)?;
    let name = said::name(words);
    let spoken = [name.replace('_', " "), said::one(words).replace('_', " ")];
    let service =
        spoken.iter().find_map(|name| integrations::by_name(name).or(integrations::spoken(name).map(|(one, _)| one)));
    if let Some(entity) = places.entity(words) {
        return Some(drop_entity(entity, places, source));
    }
    if let Ok((entity, field)) = places.field(words) {
        return Some(drop_field(entity, field, places, source));
    }
    if let Some(service) = service {
        return Some(drop_service(service.name, places, source));
    }
    let field = places.field(words).err().filter(|why| why.contains("say of which"));
    Some(match field {
        Some(why) => Answer::Refused(why),
        None => Answer::Already(format!("there is no `{name}`")),
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
    Answer::Done { patches, told: format!("{name} is not used any more{and}") }
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
    Answer::Done { patches, told: format!("there are no {} any more{and}", spoken(&entity.name)) }
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

/// "add a role nurse", "add the roles nurse and porter".
fn role(wish: &Said, places: &Places, _: &str) -> Option<Answer> {
    let at = wish.place(&["role", "roles"]).filter(|at| *at <= 3 && wish.opens(&["add"]))?;
    let named = |words: &[String]| words.iter().any(|word| !matches!(word.as_str(), "called" | "named" | "for"));
    let rest: Vec<String> =
        wish.from(at + 1).iter().filter(|word| named(std::slice::from_ref(*word))).cloned().collect();
    let new: Vec<String> = rest.split(|word| word == "and").map(said::one).filter(|name| !name.is_empty()).collect();
    let missing: Vec<&String> = new.iter().filter(|role| *role != "admin" && !places.roles.contains(role)).collect();
    if new.is_empty() {
        return None;
    }
    if missing.is_empty() {
        return Some(Answer::Already(format!("there are roles: {}", new.join(", "))));
    }
    let all: Vec<String> = places.roles.iter().chain(missing).cloned().collect();
    Some(Answer::Done {
        patches: vec![rights::roles_patch(&all, places)],
        told: format!("there are roles: {}; say what they may: \"only {}s may …\"", new.join(", "), new.first()?),
    })
}

/// "add lost to the status of leads", "add the status on hold".
fn value(wish: &Said, places: &Places, _: &str) -> Option<Answer> {
    if !wish.opens(&["add", "allow"]) {
        return None;
    }
    let enumerated = |words: &[String]| places.field(words).ok().filter(|(_, field)| field.kind == "enum");
    let to = wish.place(&["to"]);
    let target = to.and_then(|to| Some((enumerated(wish.from(to + 1))?, said::name(wish.between(1, to)))));
    // "add a status archived to leads".
    let named = || {
        let end = to.unwrap_or(wish.words.len());
        let at = (2..end).find(|at| {
            enumerated(wish.between(1, *at)).is_some()
                || to.is_some_and(|to| {
                    places.entity(wish.from(to + 1)).is_some_and(|one| {
                        one.fields
                            .iter()
                            .any(|field| field.kind == "enum" && field.name == said::name(wish.between(1, *at)))
                    })
                })
        })?;
        let owner = to.and_then(|to| places.entity(wish.from(to + 1)));
        let own = owner.and_then(|one| {
            Some((one, one.fields.iter().find(|field| field.name == said::name(wish.between(1, at)))?))
        });
        Some((own.or_else(|| enumerated(wish.between(1, at)))?, said::name(wish.between(at, end))))
    };
    let ((entity, field), value) = target.or_else(named)?;
    let at = field.values_at.clone().filter(|_| !value.is_empty())?;
    if field.values.contains(&value) {
        return Some(Answer::Already(format!("`{}` can be `{value}`", field.name)));
    }
    let mut values = field.values.clone();
    values.push(value.clone());
    let told = format!("`{}` of {} can be `{value}`", field.name, crate::lemma::with_article(&spoken(&entity.name)));
    Some(Answer::Done { patches: vec![Patch::replace(at, list(&values))], told })
}

/// "add an email to leads": not a service, which the same words ask for elsewhere.
fn field(wish: &Said, places: &Places, _: &str) -> Option<Answer> {
    let list = wish.text.get(..4).filter(|add| add.eq_ignore_ascii_case("add ")).and(wish.text.get(4..))?;
    let at = list.rfind(" to ").filter(|_| wish.opens(&["add"]))?;
    let owner: Vec<String> = list.get(at + 4..)?.to_lowercase().split_whitespace().map(plain).collect();
    let entity = places.entity(&owner)?;
    let text = format!("Each {} has {}", spoken(&entity.name), list.get(..at)?);
    Some(context::read(&Said { text, words: wish.words.clone() }, places))
}

fn plain(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

/// "make the phone required", "the title must be unique".
fn flag(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let (last, rest) = wish.words.split_last()?;
    let (word, on) = match last.as_str() {
        "required" | "mandatory" => ("required", true),
        "optional" => ("required", false),
        "unique" => ("unique", true),
        _ => return None,
    };
    let cut = rest.iter().position(|word| matches!(word.as_str(), "must" | "is" | "should" | "are" | "be"));
    let named = if wish.opens(&["make"]) { rest.get(1..)? } else { rest.get(..cut?)? };
    let (entity, field) = match places.field(named) {
        Ok(found) => found,
        Err(why) => return Some(Answer::Refused(why)),
    };
    let written = field.flags.iter().find(|(name, ..)| name == word);
    // Unique may be more than true.
    let holds = written.is_some_and(|(_, _, value)| source.get(value.clone()) != Some("false"));
    if holds == on {
        return Some(Answer::Already(format!("`{}` is {last}", field.name)));
    }
    let told = format!("`{}` of {} is {last}", field.name, crate::lemma::with_article(&spoken(&entity.name)));
    let patches = match written {
        Some((_, _, value)) => vec![Patch::replace(value.clone(), on.to_string())],
        None => {
            let inner = source.get(field.value.clone()).filter(|value| value.ends_with('}'))?;
            let end = field.value.start + inner.trim_end_matches('}').trim_end().len();
            vec![Patch::insert(end, format!(", {word} = {on}"))]
        }
    };
    Some(Answer::Done { patches, told })
}

/// "tag leads": tags that many records share.
fn tag(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let name = match wish.words.first()?.as_str() {
        "tag" => "tag",
        "label" => "label",
        "categorize" | "categorise" => "category",
        _ => return None,
    };
    let Some(entity) = places.entity(wish.from(1)) else {
        return Some(Answer::Refused(format!("there is no record `{}`", said::one(wish.from(1)))));
    };
    let plural = match name {
        "category" => "categories".to_owned(),
        name => format!("{name}s"),
    };
    if entity.fields.iter().any(|field| field.name == plural || field.to.as_ref().is_some_and(|(to, _)| to == name)) {
        return Some(Answer::Already(format!("{} has {plural}", crate::lemma::with_article(&spoken(&entity.name)))));
    }
    let mut patches = vec![add_field(
        places,
        source,
        entity,
        &plural,
        &format!("type = \"reference\", to = \"{name}\", many = true"),
    )?];
    if !places.entities.iter().any(|one| one.name == name) {
        let own = if entity.owned { "true" } else { "false" };
        let section = format!(
            "[entity.{name}]\nowner = {own}\n[entity.{name}.field]\nname = {{ type = \"text\", required = true, index = true }}\n"
        );
        patches.push(after_entity(places, source, &entity.name, &section)?);
    }
    let told = format!("{} has {plural}", crate::lemma::with_article(&spoken(&entity.name)));
    Some(Answer::Done { patches, told })
}

/// A line at the end of the fields, its equals sign below the others.
pub(super) fn add_field(places: &Places, source: &str, entity: &Entity, name: &str, words: &str) -> Option<Patch> {
    let section = places.section(&format!("entity.{}.field", entity.name))?;
    let column = entity.fields.iter().filter_map(|field| {
        let after = source.get(field.key.end..)?;
        Some(field.key.len() + after.len() - after.trim_start_matches(' ').len())
    });
    let width = column.min().map_or(name.len(), |column| column.saturating_sub(1)).max(name.len());
    Some(at_end(source, section.end, &format!("{name:width$} = {{ {words} }}\n")))
}

/// A section after the last one of an entity.
pub(super) fn after_entity(places: &Places, source: &str, entity: &str, section: &str) -> Option<Patch> {
    let own = format!("entity.{entity}");
    let is_own = |name: &str| name.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let last = places.sections.iter().filter(|section| is_own(&section.name)).max_by_key(|section| section.end)?;
    Some(at_end(source, last.end, &format!("\n{section}")))
}

/// Lines at a place that is the end of a line, or of a file without one.
pub(super) fn at_end(source: &str, at: usize, text: &str) -> Patch {
    let open = source.get(..at).is_some_and(|before| !before.is_empty() && !before.ends_with('\n'));
    Patch::insert(at, if open { format!("\n{text}") } else { text.to_owned() })
}

/// `["a", "b"]`.
pub(super) fn list(words: &[String]) -> String {
    format!("[{}]", words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "))
}

/// `follow_up` as people say it.
pub(super) fn spoken(name: &str) -> String {
    name.replace('_', " ")
}
