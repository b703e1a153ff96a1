//! Wishes about the values of a field: "add archived to the status", "the statuses are now new, open, done", "remove lost from the
//! status".

use super::Answer;
use super::drops::dropped;
use super::needs;
use super::new_values::{placed, value_or_field};
use super::places::{Entity, Field, Places};
use super::predicate;
use super::said::{self, Said};
use super::wishes::{UNUSUAL, spoken};
use crate::lemma::with_article;
use crate::lexicon::words;

pub(super) fn plain(value: &str) -> String {
    let value = value.to_lowercase();
    let value = ["a ", "an ", "the "].iter().find_map(|article| value.strip_prefix(article)).unwrap_or(&value);
    value
        .split(|c: char| c.is_whitespace() || c == '-' || c == '_')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

/// A value as a field has it, or would have it beside its others.
pub(super) fn written(field: &Field, said: &str) -> String {
    let wanted = plain(said);
    let american = |value: &str| value.split('_').map(crate::lemma::american).collect::<Vec<_>>().join("_");
    let known = field.values.items.iter().find(|value| plain(value) == wanted);
    let known = known.or_else(|| field.values.items.iter().find(|value| american(&plain(value)) == american(&wanted)));
    let is_styled = |value: &String| value.contains([' ', '-']) || value.chars().any(char::is_uppercase);
    match known {
        Some(known) => known.clone(),
        None if field.values.items.iter().any(is_styled) => said.trim().to_owned(),
        None => wanted,
    }
}

/// Lists of values: what is added, what goes, what they are.
pub(super) fn values(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    add(wish, places, source).or_else(|| remove(wish, places, source)).or_else(|| replaced(wish, places, source))
}

/// The field with a list of values that words name.
fn listed<'p>(words: &[String], places: &'p Places) -> Option<Result<(&'p Entity, &'p Field), String>> {
    let words: Vec<String> = words
        .iter()
        .filter(|word| !matches!(word.as_str(), "new" | "called" | "named" | "possible"))
        .cloned()
        .collect();
    let words = match words.iter().position(|word| matches!(word.as_str(), "values" | "value" | "options" | "choices"))
    {
        Some(at) if words.get(at + 1).is_some_and(|word| matches!(word.as_str(), "of" | "for" | "in")) => {
            words.get(at + 2..)?.to_vec()
        }
        Some(at) if at + 1 == words.len() && at > 0 => words.get(..at)?.to_vec(),
        _ => words,
    };
    match places.field(&words) {
        Ok((entity, field)) => (field.kind == "enum").then_some(Ok((entity, field))),
        Err(why) => {
            let is_listed = |field: &Field| field.kind == "enum" && why.contains(&format!("`{}`", field.name));
            let is_any = places.entities.iter().any(|one| one.fields.iter().any(is_listed));
            (is_any && why.contains("say of which")).then_some(Err(why))
        }
    }
}

/// Whether words can be a value: what looks like code was not meant to be one.
pub(super) fn is_value(value: &str) -> bool {
    let fits = |c: char| {
        c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '+' | '%' | '&' | '\'' | '’' | '°' | '€' | '$' | '#')
    };
    !value.is_empty() && value.chars().count() <= 60 && value.chars().all(fits) && value.split([' ', '_']).count() <= 5
}

fn to(entity: &Entity, field: &Field, wanted: &[String], places: &Places, source: &str) -> Answer {
    if let Some(value) = wanted.iter().find(|value| !field.values.items.contains(value) && !is_value(value)) {
        return Answer::Refused(format!("`{}` cannot be a value", value.chars().take(80).collect::<String>()));
    }
    let before = &field.values.items;
    let name = format!("`{}` of {}", field.name, with_article(&spoken(&entity.name)));
    if before == wanted {
        return Answer::Already(format!("{name} can be {}", wanted.join(", ")));
    }
    if wanted.is_empty() {
        return Answer::Refused(format!("{} would have no values: drop it instead", field.name));
    }
    if let Some(default) = field.default.as_ref().filter(|default| !wanted.contains(default)) {
        let other = wanted.first().map_or("", String::as_str);
        return Answer::Refused(format!(
            "new {} start as `{default}`: say \"the default {} of {} is {other}\" or another one before",
            crate::lemma::plural(&spoken(&entity.name)),
            spoken(&field.name),
            spoken(&entity.name)
        ));
    }
    let gone = || before.iter().filter(|value| !wanted.contains(value));
    if let Some(why) = gone().find_map(|value| needs::refused(value, &needs::of(entity, field, Some(value), places))) {
        return Answer::Refused(why);
    }
    let Some(patches) = field.values.becomes(wanted, source) else { return Answer::Refused(UNUSUAL.to_owned()) };
    let (more, less): (Vec<&str>, Vec<&str>) = (
        wanted.iter().filter(|value| !before.contains(value)).map(String::as_str).collect(),
        before.iter().filter(|value| !wanted.contains(value)).map(String::as_str).collect(),
    );
    let mut told = Vec::new();
    if !more.is_empty() {
        told.push(format!("can be {}", more.join(", ")));
    }
    if !less.is_empty() {
        told.push(format!("can no longer be {}", less.join(", ")));
    }
    if told.is_empty() {
        told.push(format!("has its values in the order {}", wanted.join(", ")));
    }
    Answer::Done { patches, told: format!("{name} {}", told.join(" and ")) }
}

/// "add archived and on hold to the status of leads", "add a status archived", "the status can also be archived".
fn add(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let end = wish.words.len();
    if let Some(also) = wish.place(&["also"]).filter(|at| *at > 1) {
        let can = wish.words.get(also - 1).is_some_and(|word| matches!(word.as_str(), "can" | "may" | "could"));
        let be = wish.words.get(also + 1).is_some_and(|word| word == "be");
        let found = listed(wish.between(0, also - 1), places).filter(|_| can && be)?;
        return Some(with(found, predicate::listed(wish, also + 2, end), places, source));
    }
    if !wish.opens(&["add", "allow"]) {
        return None;
    }
    if let Some(why) = value_or_field(wish, places) {
        return Some(Answer::Refused(why));
    }
    // "add a value archived to the status".
    let says = |word: &&String| {
        matches!(
            word.as_str(),
            "a" | "an"
                | "the"
                | "new"
                | "another"
                | "more"
                | "value"
                | "values"
                | "option"
                | "options"
                | "choice"
                | "choices"
                | "called"
                | "named"
        )
    };
    let first = 1 + wish.from(1).iter().take_while(says).count();
    let first = if wish
        .between(1, first)
        .iter()
        .any(|word| word.starts_with("value") || word.starts_with("option") || word.starts_with("choice"))
    {
        first
    } else {
        1
    };
    if let Some(at) = wish.words.iter().rposition(|word| matches!(word.as_str(), "to" | "as")).filter(|at| *at > 1) {
        let target: Vec<String> = wish.from(at + 1).to_vec();
        if let Some(found) = listed(&target, places) {
            return Some(with(found, predicate::listed(wish, first, at), places, source));
        }
    }
    // "add a status archived to leads".
    let last = wish.words.iter().rposition(|word| word == "to").filter(|at| places.entity(wish.from(at + 1)).is_some());
    let owner = last.map(|at| wish.from(at + 1).to_vec());
    let stop = last.unwrap_or(end);
    let article =
        usize::from(wish.words.get(1).is_some_and(|word| matches!(word.as_str(), "a" | "an" | "the" | "another")));
    let is_more = |word: &String| matches!(word.as_str(), "new" | "more") || words::number(word).is_some();
    let new = wish.from(1 + article).iter().take_while(|word| is_more(word)).count();
    let start = 1 + article + new;
    let at = (start + 1..stop).rev().find(|at| {
        let named = wish.between(start, *at);
        let plural = crate::lemma::singular(&said::name(named));
        let of = places.entities.iter().flat_map(|one| &one.fields);
        // A comma after it makes it one of a list of fields.
        let comma = wish
            .places
            .get(at - 1)
            .and_then(|before| wish.text.get(before.end..))
            .is_some_and(|rest| rest.trim_start().starts_with(','));
        !comma
            && of.clone().any(|field| field.kind == "enum" && (field.name == said::name(named) || field.name == plural))
    })?;
    let mut named = wish.between(start, at).to_vec();
    if let Some(owner) = &owner {
        named.push("of".to_owned());
        named.extend(owner.iter().cloned());
    }
    let from = at + wish.from(at).iter().take_while(|word| matches!(word.as_str(), "called" | "named" | "of")).count();
    let values = predicate::listed(wish, from, stop);
    let is_field = |value: &String| {
        value.starts_with("a ")
            || value.starts_with("an ")
            || value.starts_with("the ")
            || value.starts_with("between ")
    };
    if values.iter().any(is_field) {
        return None;
    }
    let found = match listed(&named, places) {
        None => Err(format!(
            "{} has no list of values called that",
            owner.as_deref().map_or_else(|| "nothing".to_owned(), said::one)
        )),
        Some(found) => found,
    };
    Some(with(found, values, places, source))
}

fn with(found: Result<(&Entity, &Field), String>, values: Vec<String>, places: &Places, source: &str) -> Answer {
    let (entity, field) = match found {
        Ok(found) => found,
        Err(why) => return Answer::Refused(why),
    };
    let (values, mut place) = match placed(field, values) {
        Ok(found) => found,
        Err(why) => return Answer::Refused(why),
    };
    let mut wanted = field.values.items.clone();
    for value in values.iter().map(|value| written(field, value)) {
        if !wanted.contains(&value) {
            wanted.insert(place.min(wanted.len()), value);
            place += 1;
        }
    }
    if values.is_empty() {
        return Answer::Refused("it does not say which value".to_owned());
    }
    to(entity, field, &wanted, places, source)
}

/// "remove lost from the status", "drop the status lost".
fn remove(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let words = dropped(wish)?;
    let start = wish.words.len() - words.len();
    let end = wish.words.len();
    let (found, said) = match wish.words.iter().position(|word| word == "from").filter(|at| *at > start) {
        Some(from) => (listed(wish.from(from + 1), places)?, predicate::listed(wish, start, from)),
        None => {
            // "the status of tutors": a field, though others have one too.
            if is_field_of(words, places) {
                return None;
            }
            // "the status lost", "the lost status".
            let article = usize::from(wish.words.get(start).is_some_and(|word| matches!(word.as_str(), "the" | "a")));
            let start = start + article;
            let has = |words: &[String], values: &[String]| match listed(words, places) {
                Some(Ok((_, field))) => {
                    !values.is_empty() && values.iter().all(|value| field.values.items.contains(&written(field, value)))
                }
                Some(Err(_)) => !values.is_empty(),
                None => false,
            };
            let way = (start + 1..end).find_map(|at| {
                let first = (wish.between(start, at), predicate::listed(wish, at, end));
                let second = (wish.between(at, end), predicate::listed(wish, start, at));
                [first, second].into_iter().find(|(words, values)| has(words, values))
            });
            let (named, values) = way?;
            (listed(named, places)?, values)
        }
    };
    let (entity, field) = match found {
        Ok(found) => found,
        Err(why) => return Some(Answer::Refused(why)),
    };
    let gone: Vec<String> = said.iter().map(|value| written(field, value)).collect();
    if gone.is_empty() {
        return None;
    }
    if let Some(unknown) = gone.iter().find(|value| !field.values.items.contains(value)) {
        let is_all = gone.iter().all(|value| !field.values.items.contains(value));
        let told = format!("`{}` cannot be `{unknown}`; it is {}", field.name, field.values.items.join(", "));
        return Some(if is_all { Answer::Already(told) } else { Answer::Refused(told) });
    }
    let kept: Vec<String> = field.values.items.iter().filter(|one| !gone.contains(one)).cloned().collect();
    Some(to(entity, field, &kept, places, source))
}

/// "the status of tutors", "the tutor's status": a field by its name and a record, whether this one has it or not.
fn is_field_of(words: &[String], places: &Places) -> bool {
    let place = |sign: &str| words.iter().position(|word| word == sign);
    let (owner, field) = match (place("of"), place("'s")) {
        (_, Some(at)) => (words.get(..at), words.get(at + 1..)),
        (Some(at), _) => (words.get(at + 1..), words.get(..at)),
        _ => return false,
    };
    let is_record = owner.is_some_and(|owner| places.entity(owner).is_some());
    let name = said::name(field.unwrap_or_default());
    is_record && places.entities.iter().flat_map(|one| &one.fields).any(|field| field.name == name)
}

/// "the statuses are now new, open, done", "change the statuses to new and done".
fn replaced(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let end = wish.words.len();
    let (start, joint): (usize, &[&str]) = match wish.words.first()?.as_str() {
        "change" | "set" => (1, &["to"]),
        _ => (0, &["are", "is", "be", "become"]),
    };
    // "statuses: new, open, done".
    let colon = wish.places.iter().position(|at| wish.text.get(at.clone()).is_some_and(|word| word.ends_with(':')));
    let joined = wish.words.iter().position(|word| joint.contains(&word.as_str())).filter(|at| *at > start);
    if let (Some(colon), None) = (colon.filter(|at| *at >= start), joined) {
        let named = wish.between(start, colon + 1);
        if let Some(why) = unlisted(named, wish, colon + 1, places) {
            return Some(Answer::Refused(why));
        }
        let found = listed(named, places)?;
        let said = predicate::listed(wish, colon + 1, end);
        return Some(all(found, &said, places, source)).filter(|_| said.len() > 1);
    }
    let at = joined?;
    let modal = wish
        .between(start, at)
        .iter()
        .position(|word| matches!(word.as_str(), "should" | "must" | "can" | "may" | "shall" | "will"));
    let subject = wish.between(start, modal.map_or(at, |modal| start + modal));
    let skipped = wish
        .from(at + 1)
        .iter()
        .take_while(|word| matches!(word.as_str(), "now" | "only" | "one" | "of" | "either" | "just"));
    let is_open = |word: &String| matches!(word.as_str(), "one" | "either");
    let first = at + 1 + skipped.count();
    let from = predicate::after_choice(wish, first);
    // "is one of cash, card": all that it can be, whatever it was before.
    let is_choice = from > first || wish.between(at + 1, first).iter().any(is_open);
    let said = predicate::listed(wish, from, end);
    if said.len() < 2
        || wish.words.iter().any(|word| matches!(word.as_str(), "not" | "no" | "never" | "when" | "if" | "default"))
    {
        return None;
    }
    // What several words say may be a sentence.
    if said.iter().any(|value| value.split_whitespace().count() > 4) {
        return None;
    }
    if let Some(why) = unlisted(subject, wish, from, places).filter(|_| start == 0 && modal.is_none() && !is_choice) {
        return Some(Answer::Refused(why));
    }
    Some(all(listed(subject, places)?, &said, places, source))
}

/// "categories: news, tech" of a field that is a text: is that a list of all that it can be?
fn unlisted(named: &[String], wish: &Said, from: usize, places: &Places) -> Option<String> {
    let (_, field) = places.field(named).ok()?;
    let said = predicate::listed(wish, from, wish.words.len());
    let is_values = said.len() > 1
        && said.iter().all(|value| is_value(value) && predicate::kind(value).is_none() && value.split(' ').count() < 3);
    let is_predicate = predicate::predicates(wish, from, true).is_some();
    (matches!(field.kind.as_str(), "text" | "long_text") && is_values && !is_predicate)
        .then(|| format!("is that all it can be? then say \"{} is one of {}\"", spoken(&field.name), said.join(", ")))
}

/// These values and no others.
fn all(found: Result<(&Entity, &Field), String>, said: &[String], places: &Places, source: &str) -> Answer {
    let (entity, field) = match found {
        Ok(found) => found,
        Err(why) => return Answer::Refused(why),
    };
    let mut wanted: Vec<String> = Vec::new();
    for value in said.iter().map(|value| written(field, value)) {
        if !wanted.contains(&value) {
            wanted.push(value);
        }
    }
    to(entity, field, &wanted, places, source)
}

/// "replace won with closed": a value is no name that could be changed.
pub(super) fn replace(wish: &Said, places: &Places, _: &str) -> Option<Answer> {
    let with = wish.place(&["with", "by"]).filter(|_| wish.opens(&["replace"]))?;
    let (from, target) = (predicate::raw(wish, 1, with), predicate::raw(wish, with + 1, wish.words.len()));
    let field = places
        .entities
        .iter()
        .flat_map(|one| &one.fields)
        .find(|field| field.values.items.contains(&written(field, &from)))?;
    Some(Answer::Refused(format!(
        "`{0}` is a value of `{1}`, which rows may have: say \"add {target} to the {2}\", move the rows, and then \"remove {0} from the {2}\"",
        written(field, &from),
        field.name,
        spoken(&field.name)
    )))
}
