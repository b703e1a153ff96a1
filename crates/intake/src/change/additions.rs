//! Wishes for more fields: "add an email and a budget to leads", "add a status to tasks: open, done", "add invoices".

use super::places::{Entity, Places};
use super::said::{self, Said};
use super::wishes::{UNUSUAL, add_field, spoken};
use super::{Answer, context, predicate, values};
use crate::lemma::{plural, with_article};

/// What is to be added, to what, and what is said after that.
struct Asked<'p, 'w> {
    list: &'w str,
    entity: &'p Entity,
    rest: &'w str,
}

/// "an email" and the leads of "an email to leads, and a budget": the first "to" that names a record.
fn asked<'p, 'w>(text: &'w str, places: &'p Places) -> Option<Asked<'p, 'w>> {
    let lower = text.to_lowercase();
    let places_of_to = lower.match_indices(" to ").map(|(at, _)| at).filter(|_| lower.len() == text.len());
    places_of_to.into_iter().find_map(|at| {
        let after = text.get(at + 4..)?;
        // The longest name: "follow ups" before "follow".
        let name = after.split([':', '(', ',', '.', '–', '—']).next()?;
        let ends = name
            .char_indices()
            .filter(|(_, c)| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '\''))
            .map(|(at, _)| at);
        let ends: Vec<usize> = ends.chain([name.len()]).take(5).collect();
        let (entity, end) = ends.iter().rev().find_map(|end| {
            let words: Vec<String> = after.get(..*end)?.to_lowercase().split_whitespace().map(plain).collect();
            let is_name = words.iter().any(|word| !word.is_empty()) && !said::name(&words).is_empty();
            Some((places.entity(&words).filter(|_| is_name)?, *end))
        })?;
        Some(Asked { list: text.get(..at)?, entity, rest: after.get(end..)?.trim().trim_end_matches(['.', '!', '?']) })
    })
}

fn added(wish: &Said) -> Option<&str> {
    wish.text.get(..4).filter(|add| add.eq_ignore_ascii_case("add ")).and(wish.text.get(4..))
}

/// "add a status to tasks: open, done", "add a size to products which can be small or large".
pub(super) fn listed(wish: &Said, places: &Places, _: &str) -> Option<Answer> {
    const OPENINGS: &[&str] = &[
        ":",
        "(",
        "with the values",
        "with values",
        "with the options",
        "with options",
        "with the choices",
        "with choices",
        "with the states",
        "with states",
        "with possible values",
        "which can be",
        "that can be",
        "which may be",
        "that may be",
        "which is one of",
        "that is one of",
        "which is either",
        "being one of",
        "being",
        "one of",
        "either",
        "can be",
        "- ",
        "-",
    ];
    let text = added(wish)?;
    let Some(asked) = asked(text, places) else { return nowhere(text, places).map(Answer::Refused) };
    let rest = asked.rest.trim_start_matches([',', ' ']);
    let lower = rest.to_lowercase();
    let one = spoken(&asked.entity.name);
    let (list, said) = match OPENINGS.iter().find(|opening| lower.starts_with(**opening)) {
        Some(opening) => {
            let written =
                rest.get(opening.len()..)?.trim_start_matches([':', '(', ' ']).trim_end_matches([')', '.', ' ']);
            let written = ["either ", "one of "].iter().find_map(|word| written.strip_prefix(word)).unwrap_or(written);
            (asked.list.to_owned(), predicate::pieces(written))
        }
        None if rest.is_empty() => match alternatives(asked.list)? {
            Some(found) => found,
            None => {
                return Some(Answer::Refused(format!(
                    "which of that is a name and which are its values? say for example \"add a status to {}: open, done\"",
                    plural(&one)
                )));
            }
        },
        None => return None,
    };
    let name = last_name(&list)?;
    if said.len() < 2 || said.iter().any(|value| !values::is_value(value)) {
        return Some(Answer::Refused(format!(
            "what the {0} of {1} can be is not understood: say for example \"add a {0} to {1}: open, done\"",
            spoken(&name),
            plural(&one)
        )));
    }
    if let Some(field) = asked.entity.fields.iter().find(|field| field.name == name) {
        let (name, many) = (spoken(&name), plural(&one));
        if said.iter().all(|value| field.values.items.contains(&values::written(field, value))) {
            return Some(Answer::Already(format!("the {name} of {many} can be {}", said.join(", "))));
        }
        return Some(Answer::Refused(match field.kind.as_str() {
            "enum" => format!(
                "{many} have a {name} ({}): say \"add {} to the {name} of {many}\", or \"the values of the {name} of {many} are now …\"",
                field.values.items.join(", "),
                said.join(" and ")
            ),
            _ => format!("{many} have a {name}: say \"the {name} of {many} is one of {}\"", said.join(", ")),
        }));
    }
    Some(context::read(&Said::of(&format!("Each {one} has {list} ({})", said.join(", ")))?, places))
}

/// "add a source: web, phone", "add a status to boats: free, sold": of nothing that there is.
fn nowhere(text: &str, places: &Places) -> Option<String> {
    let (head, values) = text.split_once(':')?;
    let is_list = predicate::pieces(values).len() > 1;
    let lower = head.to_lowercase();
    if let Some((_, owner)) = lower.rsplit_once(" to ").filter(|_| is_list) {
        return Some(super::names::no_record(&owner.split_whitespace().map(plain).collect::<Vec<_>>(), places));
    }
    let one = lower.split_whitespace().last().is_some_and(|word| !crate::lemma::is_plural(word));
    let is_field = (lower.starts_with("a ") || lower.starts_with("an ")) && one && head.split(' ').count() < 5;
    let is_known =
        lower.split_whitespace().any(|word| matches!(word, "record" | "table" | "role" | "action" | "webhook"));
    (is_list && is_field && !is_known).then(|| {
        let some = super::hints::some_records(places);
        format!("to which record? say for example \"add {head} to {some}:{values}\"")
    })
}

/// "a status open, held or done": what follows a word for a choice is what it can be. Some(None) where nobody knows what is the name.
fn alternatives(list: &str) -> Option<Option<(String, Vec<String>)>> {
    const CHOICES: &[&str] = &[
        "status",
        "state",
        "stage",
        "phase",
        "type",
        "kind",
        "category",
        "priority",
        "severity",
        "level",
        "condition",
        "mode",
        "size",
        "colour",
        "color",
        "source",
        "channel",
        "frequency",
        "gender",
        "outcome",
        "result",
    ];
    let is_choice = list.contains(" or ") && !list.contains(['(', ')', ':']) && !list.contains(" and ");
    is_choice.then_some(())?;
    let at = list.split(' ').position(|word| CHOICES.contains(&word.to_lowercase().as_str()));
    Some(at.and_then(|at| {
        let words: Vec<&str> = list.split(' ').collect();
        let (name, values) = words.split_at_checked(at + 1)?;
        let plain = !name.iter().any(|word| word.contains(',') || *word == "or") && !values.is_empty();
        plain.then(|| (name.join(" "), predicate::pieces(&values.join(" "))))
    }))
}

/// The name of the last field of "a due date and a status".
fn last_name(list: &str) -> Option<String> {
    let last = list.rsplit([',']).next()?.rsplit(" and ").next()?;
    let words: Vec<String> = last.to_lowercase().split_whitespace().map(plain).collect();
    let is_name = |word: &&String| !matches!(word.as_str(), "new" | "another" | "and" | "called" | "named");
    let name = said::name(&words.iter().filter(is_name).cloned().collect::<Vec<_>>());
    (!name.is_empty()).then_some(name)
}

/// "add an email to leads": not a service, which the same words ask for elsewhere. "add invoices": records of their own.
pub(super) fn field(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let list = added(wish)?;
    let known = places.entity(wish.from(1)).filter(|one| wish.words.len() == 2 && one.name == said::one(wish.from(1)));
    if let Some(entity) = known {
        return Some(Answer::Already(format!("{} are kept", plural(&spoken(&entity.name)))));
    }
    if wish.words.len() == 2
        && wish.words.get(1).is_some_and(|word| crate::lemma::is_plural(word) && places.entity(wish.from(1)).is_none())
    {
        return Some(context::read(&Said { text: format!("Also keep track of {list}"), ..wish.clone() }, places));
    }
    // "add an email": a field of something, or what sends?
    let bare = said::name(wish.from(1));
    let is_both = matches!(bare.as_str(), "email" | "e_mail" | "phone" | "phone_number" | "email_address");
    if is_both && wish.words.get(1).is_some_and(|word| matches!(word.as_str(), "a" | "an" | "the")) {
        let some =
            places.entities.first().map(|one| plural(&spoken(&one.name))).unwrap_or_else(|| "customers".to_owned());
        return Some(Answer::Refused(format!(
            "to which record? say for example \"add {} to {some}\"",
            with_article(&spoken(&bare))
        )));
    }
    if matches!(bare.as_str(), "user" | "users" | "admin" | "admins" | "administrator") {
        return Some(Answer::Refused(
            "who uses it is not in a blueprint: `supermaker user add` makes an account, \"add a role …\" a role"
                .to_owned(),
        ));
    }
    let mut sentences: Vec<String> = Vec::new();
    let mut left = list.to_owned();
    // "a company to leads, and a value to invoices": each has its own.
    while !left.is_empty() {
        let Some(asked) = asked(&left, places) else {
            // "a company to leads, and a value": the leads have both.
            sentences.last_mut().filter(|_| !left.contains(" to ") || has_range(&left))?.push_str(&format!(", {left}"));
            break;
        };
        let (others, rest) = others(asked.rest.trim(), places);
        let more =
            [", and ", ",and ", ", ", ",", "and ", "& "].iter().find_map(|joint| rest.strip_prefix(joint.trim_start()));
        if !rest.is_empty() && more.is_none() {
            return None;
        }
        let list = asked.list.replace(['"', '“', '”', '`'], "");
        if let Some(other) = many(&list, places).filter(|other| other.name != asked.entity.name) {
            let (a, b) = (spoken(&asked.entity.name), spoken(&other.name));
            return Some(Answer::Refused(format!(
                "how do they belong together? say \"each {a} belongs to {}\", \"each {b} belongs to {}\", or \"{} has several {} and {} has \
                 several {}\"",
                with_article(&b),
                with_article(&a),
                with_article(&a),
                plural(&b),
                with_article(&b),
                plural(&a)
            )));
        }
        if let Some((name, sort)) = of_type(&list).or_else(|| flag(&list)) {
            let alone = others.is_empty() && sentences.is_empty() && rest.is_empty();
            return if alone { typed(asked.entity, &name, &sort, places, source) } else { None };
        }
        // "a field called x" is x.
        let list = match ["called ", "named "].iter().find_map(|word| list.split_once(word)) {
            Some((before, name)) => {
                let name = name.trim_matches(['\'', '_', ' ']);
                let is_sort =
                    |word: &&str| !matches!(*word, "a" | "an" | "new" | "another" | "field" | "column" | "property");
                let sort: Vec<&str> = before.split_whitespace().filter(is_sort).collect();
                match sort.as_slice() {
                    [] => format!("a {name}"),
                    _ if more.is_some() || !sentences.is_empty() => return None,
                    sort => return typed(asked.entity, name, &sort.join(" "), places, source),
                }
            }
            None => list,
        };
        for entity in std::iter::once(asked.entity).chain(others) {
            sentences.push(format!("Each {} has {list}", spoken(&entity.name)));
        }
        left = more.map(|more| more.trim().trim_start_matches("and ").to_owned()).unwrap_or_default();
    }
    (!sentences.is_empty()).then(|| context::read(&Said { text: sentences.join(". "), ..wish.clone() }, places))
}

/// More records of which the same is said: "to leads and notes"; "and a note" is a field.
fn others<'p, 't>(rest: &'t str, places: &'p Places) -> (Vec<&'p Entity>, &'t str) {
    let (mut found, mut rest) = (Vec::new(), rest);
    while let Some(after) = [", and ", ", ", "and "].iter().find_map(|joint| rest.strip_prefix(joint)) {
        let name = after.split([',', ':', '(']).next().unwrap_or("").split(" and ").next().unwrap_or("");
        let words: Vec<String> = name.to_lowercase().split_whitespace().map(plain).collect();
        let is_bare = !words.first().is_some_and(|word| matches!(word.as_str(), "a" | "an"));
        let Some(entity) = places.entities.iter().find(|one| is_bare && one.name == said::one(&words)) else { break };
        found.push(entity);
        rest = after.get(name.len()..).unwrap_or("").trim_start_matches(' ');
        if !rest.is_empty() && !rest.starts_with(',') && !rest.starts_with("and ") {
            break;
        }
    }
    (found, rest)
}

/// "a field x-ray of type file": its name and its type.
fn of_type(list: &str) -> Option<(String, String)> {
    let (name, sort) =
        [" of type ", " of the type ", " with type ", " with the type "].iter().find_map(|of| list.split_once(of))?;
    let name: Vec<&str> = name
        .split_whitespace()
        .filter(|word| {
            !matches!(
                word.to_lowercase().as_str(),
                "a" | "an" | "the" | "new" | "field" | "column" | "called" | "named"
            )
        })
        .collect();
    Some((name.join(" "), sort.trim().to_owned()))
}

/// "customers": records that are there, more than one of them.
fn many<'p>(list: &str, places: &'p Places) -> Option<&'p Entity> {
    let words: Vec<String> = list.to_lowercase().split_whitespace().map(plain).collect();
    let is_many = words.last().is_some_and(|word| crate::lemma::is_plural(word));
    places.entities.iter().find(|one| is_many && one.name == said::one(&words))
}

/// "a featured flag", "yes/no graded".
fn flag(list: &str) -> Option<(String, String)> {
    const FLAGS: &[&str] = &["flag", "checkbox", "toggle", "boolean", "yes/no", "switch"];
    let words: Vec<&str> =
        list.split_whitespace().filter(|word| !matches!(*word, "a" | "an" | "the" | "new" | "field")).collect();
    let is_plain = words.len() < 5
        && !words.iter().any(|word| word.contains(',') || matches!(*word, "and" | "or" | "called" | "named" | "to"));
    let (first, rest) = words.split_first()?;
    let (last, before) = words.split_last()?;
    let name = match (FLAGS.contains(first), FLAGS.contains(last)) {
        (true, false) => rest,
        (false, true) => before,
        _ => return None,
    };
    (is_plain && !name.is_empty()).then(|| (name.join(" "), "yes or no".to_owned()))
}

/// "from 1 to 5".
fn has_range(text: &str) -> bool {
    text.split(" to ").skip(1).all(|after| after.starts_with(|c: char| c.is_ascii_digit()))
}

/// "a yes/no field called newsletter".
fn typed(entity: &Entity, name: &str, sort: &str, places: &Places, source: &str) -> Option<Answer> {
    const KINDS: &[&str] = &[
        "text",
        "long_text",
        "integer",
        "decimal",
        "float",
        "boolean",
        "date",
        "time",
        "datetime",
        "email",
        "phone",
        "url",
        "uuid",
        "json",
        "file",
    ];
    let sort = sort.trim_matches(['"', '\'', '`', ' ']);
    let sort = ["a ", "an "].iter().find_map(|article| sort.strip_prefix(article)).unwrap_or(sort);
    let Some(kind) =
        predicate::kind(sort).or_else(|| KINDS.iter().find(|kind| **kind == sort.replace(' ', "_")).copied())
    else {
        return Some(Answer::Refused(format!(
            "`{sort}` is no type that a field can have: there are {}",
            KINDS.join(", ")
        )));
    };
    let name = said::name(&name.to_lowercase().split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Some(Answer::Refused(format!("`{name}` cannot be a name: use letters and digits")));
    }
    let told = format!("{} has {}", with_article(&spoken(&entity.name)), with_article(&spoken(&name)));
    if entity.fields.iter().any(|field| field.name == name) {
        return Some(Answer::Already(told));
    }
    Some(match add_field(places, source, entity, &name, &format!("type = \"{kind}\"")) {
        Some(patch) => Answer::Done { patches: vec![patch], told },
        None => Answer::Refused(UNUSUAL.to_owned()),
    })
}

fn plain(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}
