//! Wishes to do without something: "drop the SMS", "remove the phone of leads", "we don't need notes".

use super::patch::Patch;
use super::places::{Entity, Field, Places};
use super::removals::{drop_entity, drop_field, drop_service, whole};
use super::said::{self, Said};
use super::wishes::{UNUSUAL, spoken};
use super::{Answer, edit, hints, names, needs, quiet};
use crate::lexicon::integrations;

/// Ways to say so; after some of them only a service can stand.
const WAYS: &[(&[&str], bool)] = &[
    (&["drop"], false),
    (&["forget", "about"], false),
    (&["forget"], false),
    (&["remove"], false),
    (&["delete"], false),
    (&["ditch"], false),
    (&["scrap"], false),
    (&["get", "rid", "of"], false),
    (&["no", "more"], false),
    (&["no"], false),
    (&["don't", "need"], false),
    (&["don't", "want"], false),
    (&["do", "not", "need"], false),
    (&["do", "not", "want"], false),
    (&["dont", "need"], false),
    (&["leave", "out"], false),
    (&["do", "not", "send"], true),
    (&["don't", "send"], true),
    (&["dont", "send"], true),
    (&["stop", "sending"], true),
    (&["stop", "using"], true),
    (&["don't", "use"], true),
    (&["do", "not", "use"], true),
];

fn way(wish: &Said) -> Option<(&[String], bool)> {
    let fits = |way: &[&str]| wish.words.iter().zip(way).filter(|(word, part)| word == *part).count() == way.len();
    WAYS.iter().find(|(way, _)| fits(way)).map(|(way, service)| (wish.from(way.len()), *service))
}

/// Whether something should go.
pub(super) fn is_drop(wish: &Said) -> bool {
    way(wish).is_some()
}

/// What a wish to drop something names.
pub(super) fn dropped(wish: &Said) -> Option<&[String]> {
    way(wish).map(|(named, _)| named)
}

/// What words may name all at once: "the email" is a field of customers, or what sends.
struct Named<'p> {
    entity: Option<&'p Entity>,
    field: Result<(&'p Entity, &'p Field), String>,
    service: Option<&'static str>,
}

impl<'p> Named<'p> {
    fn of(words: &[String], places: &'p Places) -> Self {
        const SERVICES: &[&str] = &[
            "service",
            "services",
            "integration",
            "integrations",
            "provider",
            "sending",
            "notifications",
            "notification",
        ];
        let is_service = words.iter().any(|word| SERVICES.contains(&word.as_str()));
        let (is_field, is_record) = (
            words.iter().any(|word| matches!(word.as_str(), "field" | "fields" | "column")),
            words.iter().any(|word| matches!(word.as_str(), "record" | "records" | "table" | "tables")),
        );
        let bare: Vec<String> = words.iter().filter(|word| !SERVICES.contains(&word.as_str())).cloned().collect();
        let names = [said::name(words), said::one(words), said::name(&bare), said::one(&bare)];
        let service = names.iter().map(|name| name.replace('_', " ")).find_map(|name| {
            integrations::by_name(&name).or(integrations::spoken(&name).map(|(one, _)| one)).map(|one| one.name)
        });
        let entity = places.entity(words).filter(|_| !is_field && !is_service);
        let field = match is_record || is_service {
            true => Err(String::new()),
            false => places.field(words),
        };
        Self { entity, field, service: service.filter(|_| !is_field && !is_record) }
    }
}

/// Whether a word of several is a record or a field by itself.
fn names_some(words: &[String], places: &Places) -> bool {
    // "the status lost" is a value that may be gone.
    let is_list = |word: &String| {
        let fields = places.entities.iter().flat_map(|entity| &entity.fields);
        fields.into_iter().any(|field| field.kind == "enum" && field.name == crate::lemma::singular(word))
    };
    !words.iter().any(is_list) && (1..=3).any(|length| words.windows(length).any(|some| is_there(some, places)))
}

fn is_there(words: &[String], places: &Places) -> bool {
    let one = said::one(words);
    places.entities.iter().any(|entity| entity.name == one || entity.fields.iter().any(|field| field.name == one))
}

/// Whether words name one thing that can go.
pub(super) fn is_one(words: &[String], places: &Places) -> bool {
    let named = Named::of(words, places);
    let is_field = named.field.as_ref().map_or_else(|why| why.contains("say of which"), |_| true);
    named.entity.is_some() || is_field || named.service.is_some()
}

/// "drop the SMS", "remove the phone of leads", "we don't need notes".
pub(super) fn drop(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let (words, only_service) = way(wish).filter(|(words, _)| !words.is_empty())?;
    let name = said::name(words);
    // "no more than 3 notes per lead".
    if words.first().is_some_and(|word| word == "than") {
        return Some(Answer::Refused("how many records there may be of something cannot be said in a blueprint: it is for code of your own (docs/code.md)".to_owned()));
    }
    if words.iter().any(|word| matches!(word.as_str(), "all" | "every" | "each")) && places.entity(words).is_some() {
        let why = format!(
            "rows are deleted through the API; to do without the record and its routes say \"remove {}\"",
            name.replace('_', " ")
        );
        return Some(Answer::Refused(why));
    }
    if let Some(answer) = quiet::automation(words, places, source) {
        return Some(answer);
    }
    let named = Named::of(words, places);
    let is_field = wish.words.iter().any(|word| matches!(word.as_str(), "of" | "from" | "'s"));
    if let Some(service) = named.service.filter(|_| only_service) {
        return Some(drop_service(service, places, source));
    }
    if let Some(service) = named.service.filter(|one| places.integrations.iter().any(|used| used == one)) {
        let several = named.field.as_ref().is_err_and(|why| why.contains("say of which"));
        let other = match (named.entity, &named.field) {
            (Some(entity), _) => Some(format!("\"remove the {} records\"", spoken(&entity.name))),
            (None, Ok((entity, field))) => {
                let (field, of) = (spoken(&field.name), crate::lemma::plural(&spoken(&entity.name)));
                // What says of which record is not the service.
                let is_said = words.iter().any(|word| matches!(word.as_str(), "of" | "from" | "'s"));
                (!is_said).then(|| format!("\"remove the {field} of {of}\""))
            }
            (None, Err(_)) if several => Some(format!("\"remove the {} of …\"", name.replace('_', " "))),
            _ => None,
        };
        if let Some(other) = other {
            return Some(Answer::Refused(format!(
                "`{}` may be what is kept or the service {service}: say {other} or \"stop using {service}\"",
                name.replace('_', " ")
            )));
        }
    }
    if let Some(entity) = named.entity {
        // "the customer" of an order, or customers altogether?
        let is_one = words.last().is_some_and(|word| !crate::lemma::is_plural(word));
        if let Some((owner, field)) = named.field.as_ref().ok().filter(|_| is_one) {
            let (field, of) = (spoken(&field.name), crate::lemma::plural(&spoken(&owner.name)));
            return Some(Answer::Refused(format!(
                "all {0}, or what refers to one? say \"remove the {0}\" or \"remove the {field} of {of}\"",
                crate::lemma::plural(&spoken(&entity.name))
            )));
        }
        return Some(drop_entity(entity, places, source));
    }
    match &named.field {
        Ok((entity, field)) => return Some(drop_field(entity, field, places, source)),
        Err(why) if why.contains("say of which") => return Some(Answer::Refused(why.clone())),
        Err(_) => {}
    }
    if let Some(service) = named.service {
        return Some(drop_service(service, places, source));
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
    Some(match &named.field {
        // A slip is told; what is not there any more is as it should be.
        Err(why) if why.contains("perhaps you mean") || why.contains("there is no record") => {
            Answer::Refused(why.clone())
        }
        // "no double bookings" is not about bookings that are not there.
        _ if name.contains('_') && !is_field && names_some(words, places) => {
            Answer::Refused(format!("there is no `{}`: say the name of what should go, alone", name.replace('_', " ")))
        }
        _ if words.iter().any(|word| matches!(word.as_str(), "and" | "or"))
            && (names_some(words, places) || names::misspelt(words, places).is_some()) =>
        {
            Answer::Refused("not all of that is there: say each thing by its name".to_owned())
        }
        _ if !is_name => Answer::Refused(format!(
            "there is no field, record, value, role, action or service called `{}`, and what every backend has stays",
            name.replace('_', " ")
        )),
        // That something is not there is told as a mistake: as "nothing to do" it would read as if it were gone now.
        _ => Answer::Refused(format!("there is no `{name}`{}", hints::instead(&said::one(words), &names::all(places)))),
    })
}

/// "remove the role clerk", "drop the clerk role".
fn drop_role(words: &[String], places: &Places) -> Option<Answer> {
    words.iter().any(|word| matches!(word.as_str(), "role" | "roles")).then_some(())?;
    let rest: Vec<String> = words.iter().filter(|word| !matches!(word.as_str(), "role" | "roles")).cloned().collect();
    let role = said::one(&rest);
    let listed = places.roles_at.as_ref().filter(|_| places.roles.contains(&role));
    let Some(listed) = listed else {
        let known: Vec<&str> = places.roles.iter().map(String::as_str).collect();
        return Some(Answer::Refused(format!("there is no role `{role}`{}", hints::instead(&role, &known))));
    };
    let may = needs::of_role(&role, places);
    if !may.is_empty() {
        return Some(Answer::Refused(format!(
            "rules name `{role}`, which may {}: say who may instead first, as in \"only admins may …\"",
            may.join(", ")
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
        [] => {
            let known: Vec<&str> = places.entities.iter().flat_map(|one| &one.actions).map(String::as_str).collect();
            return Some(Answer::Refused(format!("there is no action `{name}`{}", hints::instead(&name, &known))));
        }
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
