//! Wishes for other names: "rename phone to mobile", "rename leads to prospects".
//!
//! What is renamed says what it was called (`renamed_from`), so that a database that has it under that name brings its rows along,
//! whether it was served in between or not: all former names stay.

use std::ops::Range;

use super::patch::Patch;
use super::places::{Entity, Field, Places};
use super::said::{self, Said};
use super::wishes::{UNUSUAL, list, spoken};
use super::{Answer, predicate};

/// "rename phone to mobile", "rename leads to prospects".
pub(super) fn rename(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let to = wish.place(&["to", "into", "as"]).filter(|_| wish.opens(&["rename"]))?;
    // "rename dog to pet everywhere".
    const TAIL: &[&str] = &["everywhere", "instead", "too", "again", "now", "throughout"];
    if let Some((_, before)) =
        wish.words.split_last().filter(|(last, _)| TAIL.contains(&last.as_str()) && wish.words.len() > to + 2)
    {
        return rename(&Said::of(&predicate::raw(wish, 0, before.len()))?, places, source);
    }
    let (from, target) = (wish.between(1, to), said::name(wish.from(to + 1)));
    if target.is_empty() {
        return Some(Answer::Refused("the new name is missing".to_owned()));
    }
    let written = predicate::raw(wish, to + 1, wish.words.len());
    let is_name = |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || matches!(c, '_' | '-');
    if !written.chars().all(is_name)
        || target.split('_').count() > 6
        || !target.starts_with(|c: char| c.is_ascii_lowercase())
    {
        let written: String = written.chars().take(80).collect();
        return Some(Answer::Refused(format!(
            "`{written}` cannot be a name: use letters and digits, and a letter first"
        )));
    }
    if let Some(entity) = places.entity(from).filter(|entity| entity.name == said::one(from)) {
        return Some(rename_entity(entity, &said::one(wish.from(to + 1)), places, source));
    }
    // "rename leads to prospects", said twice: what refers to one may still be called a lead.
    let one = said::one(wish.from(to + 1));
    if let Some(done) =
        places.entities.iter().find(|entity| entity.name == one && entity.former.0.contains(&said::one(from)))
    {
        return Some(Answer::Already(format!("there is a `{}` and no `{}`", done.name, said::one(from))));
    }
    let role =
        from.iter().find(|word| places.roles.contains(&crate::lemma::singular(word)) || places.roles.contains(word));
    let is_role = from.iter().any(|word| matches!(word.as_str(), "role" | "roles")) || places.field(from).is_err();
    if let Some(role) = role.filter(|_| is_role) {
        let role = crate::lemma::singular(role);
        let why = format!(
            "users have the role `{role}`: say \"add a role {target}\", give it to them with `supermaker user role`, and say what it may"
        );
        return Some(Answer::Refused(why));
    }
    if let Some((field, value)) = enum_value(from, places) {
        let why = format!(
            "`{value}` is a value of `{field}`, which rows may have: say \"add {target} to the {field}\", move the rows, and then \
             \"remove {value} from the {field}\""
        );
        return Some(Answer::Refused(why));
    }
    let (entity, field) = match places.field(from) {
        Ok(found) => found,
        Err(why) => {
            // "rename phone to mobile", said twice.
            let one = said::one(wish.from(to + 1));
            let has = |entity: &Entity| entity.name == one || entity.fields.iter().any(|field| field.name == target);
            let done = places.entities.iter().any(has);
            let gone = why.starts_with("there is no field");
            let already = || Answer::Already(format!("there is a `{target}` and no `{}`", said::name(from)));
            return Some(if done && gone { already() } else { Answer::Refused(why) });
        }
    };
    if field.name == target {
        return Some(Answer::Already(format!("`{target}` is its name")));
    }
    if entity.fields.iter().any(|other| other.name == target) {
        let why = format!("{} has a `{target}` already", entity.name);
        return Some(Answer::Refused(why));
    }
    let is_inline = source.get(field.value.clone()).is_some_and(|value| value.starts_with('{') && value.ends_with('}'));
    if !is_inline && places.section(&format!("entity.{}.field.{}", entity.name, field.name)).is_none() {
        return Some(Answer::Refused(UNUSUAL.to_owned()));
    }
    let told =
        format!("`{}` of {} is called `{target}`", field.name, crate::lemma::with_article(&spoken(&entity.name)));
    Some(Answer::Done { patches: rename_field(entity, field, &target, places, source), told })
}

fn rename_field(entity: &Entity, field: &Field, target: &str, places: &Places, source: &str) -> Vec<Patch> {
    // The column of the equals signs stays where it can.
    let after = source.get(field.key.end..).unwrap_or("");
    let spaces = after.len() - after.trim_start_matches(' ').len();
    let room = match after.starts_with(']') {
        true => 0,
        false => (field.key.len() + spaces).saturating_sub(target.len()).max(1),
    };
    let mut patches =
        vec![Patch::replace(field.key.start..field.key.end + spaces, format!("{target}{}", " ".repeat(room)))];
    for (at, _) in entity.uses.iter().filter(|(_, name)| *name == field.name) {
        let quoted = source.get(at.clone()).is_some_and(|word| word.starts_with(['"', '\'']));
        patches.push(Patch::replace(at.clone(), if quoted { format!("\"{target}\"") } else { target.to_owned() }));
    }
    for (at, _) in &entity.conditions {
        let written = source.get(at.clone()).unwrap_or("");
        let renamed = renamed_in(written, &field.name, target);
        if renamed != written {
            patches.push(Patch::replace(at.clone(), renamed));
        }
    }
    patches.push(former_of_field(field, target, places, source));
    let event = format!("{}.{}=", entity.name, field.name);
    for (at, on) in places.automations.iter().filter_map(|one| one.on.as_ref()) {
        if let Some(value) = on.strip_prefix(&event) {
            patches.push(Patch::replace(at.clone(), format!("\"{}.{target}={value}\"", entity.name)));
        }
    }
    patches
}

/// A condition as it is written, with a name of a field replaced; texts in single quotes stay.
pub(super) fn renamed_in(condition: &str, from: &str, to: &str) -> String {
    let (mut out, mut word, mut quoted) = (String::new(), String::new(), false);
    for c in condition.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        // What follows a full stop is a field of another record.
        let own = !quoted && !out.ends_with('.') && word == from;
        out.push_str(if own { to } else { &word });
        word.clear();
        quoted ^= c == '\'';
        out.push(c);
    }
    out.pop();
    out
}

fn rename_entity(entity: &Entity, target: &str, places: &Places, source: &str) -> Answer {
    if entity.name == target {
        return Answer::Already(format!("`{target}` is its name"));
    }
    if places.entities.iter().any(|other| other.name == target) {
        return Answer::Refused(format!("there is a record `{target}` already"));
    }
    let mut patches = Vec::new();
    let own = format!("entity.{}", entity.name);
    for section in &places.sections {
        let Some(rest) = section.name.strip_prefix(&own).filter(|rest| rest.is_empty() || rest.starts_with('.')) else {
            continue;
        };
        let comment =
            source.get(section.header.clone()).and_then(|line| line.split_once(']')).map_or("", |(_, tail)| tail);
        patches.push(Patch::replace(section.header.clone(), format!("[entity.{target}{rest}]{comment}")));
    }
    if patches.is_empty() {
        return Answer::Refused(UNUSUAL.to_owned());
    }
    patches.push(former_of_entity(entity, target, places, source));
    for (to, at) in places.entities.iter().flat_map(|one| &one.fields).filter_map(|field| field.to.as_ref()) {
        if *to == entity.name {
            patches.push(Patch::replace(at.clone(), format!("\"{target}\"")));
        }
    }
    for (at, on) in places.automations.iter().filter_map(|one| one.on.as_ref()) {
        if let Some(event) = on.strip_prefix(&format!("{}.", entity.name)) {
            patches.push(Patch::replace(at.clone(), format!("\"{target}.{event}\"")));
        }
    }
    Answer::Done { patches, told: format!("`{}` is called `{target}`, and so are its routes", entity.name) }
}

/// The value of a field that words name: "the value won", "won of the status".
fn enum_value(words: &[String], places: &Places) -> Option<(String, String)> {
    let whole = said::name(words);
    let is_value = |field: &&Field| field.values.items.contains(&whole);
    if let Some(field) = places.entities.iter().flat_map(|entity| &entity.fields).find(is_value) {
        return Some((field.name.clone(), whole));
    }
    let end = words.iter().position(|word| matches!(word.as_str(), "of" | "in" | "from")).unwrap_or(words.len());
    let said: Vec<String> = words
        .get(..end)?
        .iter()
        .filter(|word| !matches!(word.as_str(), "value" | "status" | "state"))
        .cloned()
        .collect();
    let value = said::name(&said);
    let mut fields = places.entities.iter().flat_map(|entity| &entity.fields);
    let is_field = places.entities.iter().any(|entity| entity.fields.iter().any(|field| field.name == value));
    fields.find(|field| !is_field && field.values.items.contains(&value)).map(|field| (field.name.clone(), value))
}

/// `renamed_from` in the table of a field, or below the head of its section.
fn former_of_field(field: &Field, target: &str, places: &Places, source: &str) -> Patch {
    let written = field.flags.iter().find(|(name, ..)| name == "renamed_from");
    let former = former(&field.name, target, &field.former);
    if let Some((_, _, value)) = written {
        return Patch::replace(value.clone(), former);
    }
    let inner = source.get(field.value.clone()).filter(|value| value.starts_with('{') && value.ends_with('}'));
    match inner {
        Some(inner) => {
            let end = field.value.start + inner.trim_end_matches('}').trim_end().len();
            let end = field.flags.last().map_or(end, |(_, _, last)| last.end);
            Patch::insert(end, format!(", renamed_from = {former}"))
        }
        None => below(&field.key, places, &format!("renamed_from = {former}")),
    }
}

fn former_of_entity(entity: &Entity, target: &str, places: &Places, source: &str) -> Patch {
    let (names, written) = &entity.former;
    let former = former(&entity.name, target, names);
    if let Some(at) = written {
        return Patch::replace(at.clone(), former);
    }
    let own = format!("entity.{}", entity.name);
    if let Some(section) = places.section(&own) {
        return Patch::insert(section.header.end, format!("\nrenamed_from = {former}"));
    }
    let first = places.sections.iter().find(|section| section.name.starts_with(&format!("{own}.")));
    let at = first.map_or(source.len(), |section| section.header.start);
    Patch::insert(at, format!("[entity.{target}]\nrenamed_from = {former}\n"))
}

/// A line below the head of the section in which a name stands.
fn below(name: &Range<usize>, places: &Places, line: &str) -> Patch {
    let around =
        places.sections.iter().find(|section| section.header.start <= name.start && name.end <= section.header.end);
    let end = around.map_or(name.end, |section| section.header.end);
    Patch::insert(end, format!("\n{line}"))
}

/// All former names, the latest first, as they are written.
fn former(name: &str, target: &str, before: &[String]) -> String {
    let older = before.iter().filter(|one| *one != target && *one != name).cloned();
    let names: Vec<String> = std::iter::once(name.to_owned()).chain(older).collect();
    match names.as_slice() {
        [only] => format!("\"{only}\""),
        several => list(several),
    }
}
