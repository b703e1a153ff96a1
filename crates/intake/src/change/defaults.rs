//! Wishes about what a new record starts with: "new tasks start as open", "the default status should be draft", "remove the default".

use super::drops::dropped;
use super::places::{Entity, Field, Places};
use super::predicate::{self, Predicate};
use super::said::{self, Said};
use super::values::{plain, written};
use super::wishes::spoken;
use super::{Answer, becoming};
use crate::toml::quote;

/// Defaults: "new leads start as contacted", "the default status should be draft", "make draft the default status".
pub(super) fn defaults(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let found = none(wish, places, source).or_else(|| said_default(wish, places, source));
    found.or_else(|| of_new(wish, places, source)).or_else(|| start(wish, places, source))
}

/// "the status of new leads should be contacted", "set the status of new leads to contacted".
fn of_new(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let new = wish.place(&["new"]).filter(|at| *at > 1)?;
    wish.words.get(new - 1).filter(|word| matches!(word.as_str(), "of" | "for"))?;
    let start = usize::from(wish.opens(&["set", "make", "change"]));
    let is_verb = |word: &&String| matches!(word.as_str(), "is" | "are" | "be" | "should" | "must" | "to");
    let verb = wish.words.iter().skip(new).position(|word| is_verb(&word)).map(|at| at + new)?;
    let value = verb + wish.from(verb).iter().take_while(is_verb).count();
    let denied = wish.words.iter().any(|word| matches!(word.as_str(), "not" | "no" | "never" | "when" | "if"));
    let entity = places.entity(wish.between(new + 1, verb)).filter(|_| !denied)?;
    let name = said::name(wish.between(start, new - 1));
    let field = entity.fields.iter().find(|field| field.name == name)?;
    let value = predicate::raw(wish, value, wish.words.len());
    (!value.is_empty()).then(|| becoming::apply(entity, field, &[Predicate::Default(value)], places, source))
}

/// "remove the default", "no default for the status".
fn none(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let words: Vec<String> = dropped(wish)?
        .iter()
        .filter(|word| !matches!(word.as_str(), "the" | "any" | "value" | "a" | "default's"))
        .cloned()
        .collect();
    if words.first()? != "default" {
        return None;
    }
    let named = words.get(1..)?;
    let named = if named.first().is_some_and(|word| matches!(word.as_str(), "of" | "for" | "on" | "from")) {
        named.get(1..)?
    } else {
        named
    };
    let found = if named.is_empty() {
        let all = places.entities.iter().flat_map(|one| one.fields.iter().map(move |field| (one, field)));
        let all: Vec<_> = all.filter(|(_, field)| field.word("default").is_some()).collect();
        match all.as_slice() {
            [] => return Some(Answer::Already("no field has a default".to_owned())),
            [one] => Ok(*one),
            several => {
                let names: Vec<String> = several
                    .iter()
                    .map(|(entity, field)| format!("{} of {}", spoken(&field.name), spoken(&entity.name)))
                    .collect();
                Err(format!(
                    "several fields have one: say of which, as in \"remove the default of the {}\"; there are {}",
                    names[0],
                    names.join(", ")
                ))
            }
        }
    } else {
        places.field(named)
    };
    Some(match found {
        Ok((entity, field)) => becoming::apply(entity, field, &[Predicate::NoDefault], places, source),
        Err(why) => Answer::Refused(why),
    })
}

/// "the default status should be draft", "set the default for the status to draft", "make draft the default".
fn said_default(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let at = wish.place(&["default"])?;
    let end = wish.words.len();
    let is_value = |at: usize| wish.words.get(at).is_some_and(|word| word == "value");
    let skip = |at: usize| at + usize::from(is_value(at));
    let joined = |at: usize| {
        at + usize::from(wish.words.get(at).is_some_and(|word| matches!(word.as_str(), "of" | "for" | "on")))
    };
    let (named, value) = match wish.words.first()?.as_str() {
        // "make draft the default status".
        // "make the status required and default to open".
        "make" if wish.words.get(at + 1).is_some_and(|word| word == "to") && at > 2 => return None,
        "make" | "use" if at > 2 => {
            let the = wish.words.get(at - 1).is_some_and(|word| matches!(word.as_str(), "the" | "a"));
            let stop = if the { at - 1 } else { at };
            let stop = if wish.words.get(stop - 1).is_some_and(|word| word == "as") { stop - 1 } else { stop };
            (wish.from(joined(skip(at + 1))), predicate::raw(wish, 1, stop))
        }
        // "default the status to open".
        "default" if wish.place(&["is", "should", "must", "be", "will"]).is_none() => {
            let to = wish.place(&["to"]).filter(|to| *to > 1);
            // "default priority medium".
            let bare = || (2..end).rev().find(|at| places.field(wish.between(1, *at)).is_ok());
            let at = to.or_else(bare)?;
            (wish.between(joined(skip(1)), at), predicate::raw(wish, at + usize::from(to.is_some()), end))
        }
        "set" | "change" | "make" if at <= 2 => {
            let to = wish.words.iter().position(|word| matches!(word.as_str(), "to" | "be")).filter(|to| *to > at)?;
            // "from new to contacted".
            let from = wish.words.iter().position(|word| word == "from").filter(|from| *from < to);
            (wish.between(joined(skip(at + 1)), from.unwrap_or(to)), predicate::raw(wish, to + 1, end))
        }
        _ if at <= 1 => {
            let is = wish
                .words
                .iter()
                .position(|word| matches!(word.as_str(), "is" | "should" | "must" | "be" | "will"))
                .filter(|is| *is > at)?;
            let rest = wish
                .from(is)
                .iter()
                .take_while(|word| matches!(word.as_str(), "is" | "should" | "must" | "be" | "now" | "will"));
            (wish.between(joined(skip(at + 1)), is), predicate::raw(wish, is + rest.count(), end))
        }
        _ => return None,
    };
    let is_denied = wish.words.iter().any(|word| matches!(word.as_str(), "not" | "no" | "never" | "don't"));
    if value.is_empty() || is_denied {
        return None;
    }
    if named.is_empty() {
        return Some(only_one(&value, places, source));
    }
    Some(match places.field(named) {
        Ok((entity, field)) => becoming::apply(entity, field, &[Predicate::Default(value)], places, source),
        Err(why) => Answer::Refused(why),
    })
}

/// "make draft the default": of the one field that can be that.
fn only_one(value: &str, places: &Places, source: &str) -> Answer {
    let all = places.entities.iter().flat_map(|one| one.fields.iter().map(move |field| (one, field)));
    let fits: Vec<_> = all.filter(|(_, field)| field.values.items.contains(&written(field, value))).collect();
    match fits.as_slice() {
        [] => Answer::Refused(format!("no field has a value `{value}`")),
        [(entity, field)] => becoming::apply(entity, field, &[Predicate::Default(value.to_owned())], places, source),
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|(entity, field)| format!("{} of {}", spoken(&field.name), spoken(&entity.name)))
                .collect();
            Answer::Refused(format!(
                "say of which, as in \"the default {} is {value}\"; there are {}",
                names[0],
                names.join(", ")
            ))
        }
    }
}

/// "new leads start as contacted", "new tasks are open", "leads begin with the status new".
fn start(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    const BEGIN: &[&str] = &["start", "starts", "begin", "begins"];
    const SAYS: &[&str] = &[
        "start", "starts", "begin", "begins", "are", "is", "be", "should", "get", "gets", "must", "will", "have", "has",
    ];
    let article = wish
        .words
        .iter()
        .take_while(|word| matches!(word.as_str(), "a" | "an" | "each" | "every" | "all" | "the" | "any"))
        .count();
    let new = usize::from(wish.words.get(article).is_some_and(|word| word == "new"));
    let verb = wish.words.iter().position(|word| SAYS.contains(&word.as_str())).filter(|at| *at > article + new)?;
    let begins = wish.words.iter().any(|word| BEGIN.contains(&word.as_str()));
    if new == 0 && !begins {
        return None;
    }
    let entity = places.entity(wish.between(article + new, verb))?;
    let rest = wish.from(verb).iter().take_while(|word| {
        SAYS.contains(&word.as_str())
            || matches!(
                word.as_str(),
                "out" | "off" | "as" | "in" | "with" | "the" | "a" | "an" | "set" | "to" | "always" | "now"
            )
    });
    let from = verb + rest.count();
    let mut end = wish.words.len();
    if wish.between(end.saturating_sub(2), end) == ["by", "default"] {
        end -= 2;
    }
    let denied =
        wish.words.iter().any(|word| matches!(word.as_str(), "not" | "no" | "never" | "don't" | "when" | "if" | "by"));
    if from >= end || denied && end == wish.words.len() {
        return None;
    }
    // "the status new", or the value alone.
    let named = entity.fields.iter().find(|field| {
        let words = field.name.split('_').count();
        said::name(wish.between(from, from + words)) == field.name && from + words < end
    });
    if let Some(field) = named {
        // "a stock of 0".
        let at = from + field.name.split('_').count();
        let of = usize::from(wish.words.get(at).is_some_and(|word| word == "of"));
        let value = predicate::raw(wish, at + of, end);
        return Some(becoming::apply(entity, field, &[Predicate::Default(value)], places, source));
    }
    let value = predicate::raw(wish, from, end);
    let fits: Vec<&Field> =
        entity.fields.iter().filter(|field| field.values.items.contains(&written(field, &value))).collect();
    let flags: Vec<&Field> =
        entity.fields.iter().filter(|field| field.kind == "boolean" && field.name == plain(&value)).collect();
    Some(match (fits.as_slice(), flags.as_slice()) {
        ([field], []) => becoming::apply(entity, field, &[Predicate::Default(value)], places, source),
        ([], [field]) => becoming::apply(entity, field, &[Predicate::Default("true".to_owned())], places, source),
        ([], []) => {
            let listed: Vec<&Field> = entity.fields.iter().filter(|field| field.kind == "enum").collect();
            let field = listed.first()?;
            Answer::Refused(format!(
                "no field of {} has a value `{value}`: say \"add {value} to the {} of {}\" first",
                spoken(&entity.name),
                spoken(&field.name),
                crate::lemma::plural(&spoken(&entity.name))
            ))
        }
        _ => Answer::Refused(format!(
            "several fields of {} have a value `{value}`: say \"the default … is {value}\"",
            spoken(&entity.name)
        )),
    })
}

/// A default as it is written in a blueprint.
pub(super) fn literal(
    entity: &Entity,
    field: &Field,
    kind: &str,
    said: &str,
    places: &Places,
) -> Result<String, String> {
    let name = &field.name;
    let low = said.to_lowercase();
    let is_number = |text: &str| text.parse::<f64>().is_ok_and(f64::is_finite) && !text.contains(['e', 'E', '+']);
    match kind {
        "enum" => {
            let value = written(field, said);
            if field.values.items.contains(&value) {
                return Ok(quote(&value));
            }
            let several =
                places.entities.iter().filter(|one| one.fields.iter().any(|other| other.name == *name)).count() > 1;
            let of = if several { format!(" of {}", spoken(&entity.name)) } else { String::new() };
            Err(format!(
                "`{name}` cannot be `{value}`, only {}; say \"add {} to the {}{of}\" first",
                field.values.items.join(", "),
                said.to_lowercase(),
                spoken(name)
            ))
        }
        "boolean" => match low.as_str() {
            "true" | "yes" | "on" | "checked" => Ok("true".to_owned()),
            "false" | "no" | "off" | "unchecked" => Ok("false".to_owned()),
            _ => Err(format!("`{name}` is yes or no, not `{said}`")),
        },
        "integer" if low.parse::<i64>().is_ok() => Ok(low),
        "float" if is_number(&low) => Ok(low),
        "decimal" | "money" if is_number(&low) => Ok(quote(&low)),
        "integer" | "float" | "decimal" | "money" => Err(format!("`{name}` is a number, not `{said}`")),
        "date" | "datetime" => match low.as_str() {
            "now" | "today" | "the current date" | "the current time" => Ok(quote("now")),
            _ => Err(format!("the default of a date is \"now\", the time of the write, not `{said}`")),
        },
        "text" | "long_text" => Ok(quote(said)),
        _ => Err(format!("say the default of `{name}` in the blueprint: `default = …`")),
    }
}
