//! How much a noun looks like a record: what it has, what is done with it, what it does, and what speaks against it.

use super::Candidate;
use crate::facts::Thing;
use crate::lexicon::archetypes::{self, Sort};
use crate::lexicon::verbs::Class;
use crate::lexicon::{fields, words};
use crate::resolve::is_plain_value;

/// What screens and sheets are laid out in.
const LAID_OUT: &str = "column row cell header banner tab screen window panel";

/// How much a doer looks like a record.
pub(super) fn acting(actor: &Thing, object: &Thing, class: Class, base: &str) -> f64 {
    let person = actor.is_person();
    match class {
        // "the key hangs in the hallway": where a thing is.
        Class::Other if !person && matches!(base, "hang" | "stand" | "lie" | "sit" | "live") => 0.0,
        Class::Other if base == "use" => 0.0,
        Class::Other if archetypes::is_group(&actor.name) && !actor.plural => 0.0,
        Class::Other => 1.9,
        // Who borrows or buys is kept with what was borrowed.
        Class::Event
            if person
                && actor.plural
                && !object.is_person()
                && matches!(base, "borrow" | "rent" | "buy" | "purchase" | "donate" | "adopt" | "enroll") =>
        {
            2.0
        }
        Class::Event if person && archetypes::is_kept(&actor.name) => 1.3,
        // "tenants sign leases".
        Class::Approve if person && base == "sign" && archetypes::is_kept(&actor.name) => 1.3,
        Class::Read | Class::Pay if person && archetypes::is_kept(&actor.name) => 0.8,
        // "guests make a reservation".
        Class::Create
            if person
                && archetypes::is_kept(&actor.name)
                && base == "make"
                && archetypes::sort(object.head()) == Some(Sort::Event) =>
        {
            1.4
        }
        // "companies post jobs", "clinics publish slots".
        Class::Create if !person && actor.plural && archetypes::is_party(&actor.name) => 1.3,
        Class::Create if !person && archetypes::sort(&actor.name).is_some() => 0.7,
        Class::Create if person && archetypes::is_kept(&actor.name) && base != "create" && !object.is_person() => 0.8,
        _ => 0.0,
    }
}

pub(super) fn score(candidate: &Candidate) -> f64 {
    let name = candidate.name.as_str();
    let head = name.rsplit('_').next().unwrap_or(name);
    let own = candidate.fields.len();
    let person = archetypes::is_person(name);
    let mut score = match own {
        0 => 0.0,
        1 => 1.7,
        _ => 3.0,
    };
    score += if candidate.heading { 0.5 } else { 0.0 };
    score += candidate.mentions.min(1.8) + candidate.object.min(1.8) + candidate.ties.min(2.2) + candidate.acts;
    score += candidate.read;
    let known = archetypes::sort(name).or_else(|| archetypes::sort(head));
    score += match known {
        Some(Sort::Person) if own == 0 => {
            if archetypes::is_kept(name) {
                0.9
            } else {
                0.3
            }
        }
        Some(_) => 1.0,
        None => 0.0,
    };
    // People who only do things are roles.
    if person && own == 0 && candidate.object + candidate.ties + candidate.mentions + candidate.acts < 0.9 {
        score -= 2.0;
    }
    // "takes photos": of something else.
    if own == 0 && candidate.ties < 1.5 && fields::guess(name).is_some_and(|guess| guess.file) {
        score -= 1.5;
    }
    // "writes notes": of something else, mostly.
    if own == 0 && name == "note" && candidate.ties < 1.5 {
        score -= 1.2;
    }
    // "the choice": one, of which nothing more is known.
    if own == 0 && archetypes::sort(name).is_none() && !candidate.plural && !person {
        score -= 1.0;
    }
    if own == 0 && is_plain_value(name) {
        score -= 3.0;
    }
    if words::is_not_record(head) && archetypes::sort(name).is_none() {
        score -= match own {
            0 | 1 => 5.0,
            _ if words::may_be_record(head) => 0.0,
            _ => 2.0,
        };
    }
    let place = candidate.grounds.rules.contains(&"app.place");
    if candidate.app > 0.0 && (own < 2 || place && own < 3) {
        score -= candidate.app * 2.5;
    }
    // A word of screens and texts that nothing is said of: "show columns", "rows and columns".
    if own == 0 && crate::lexicon::has(LAID_OUT, name) && candidate.ties < 1.8 {
        score -= 1.5;
    }
    if candidate.value && own == 0 && candidate.ties + candidate.object < 2.0 {
        score -= 1.5;
    }
    if candidate.is_value_named_once() {
        score -= 1.0;
    }
    if candidate.valued && own < 2 {
        score -= 3.0;
    }
    if candidate.denied && own == 0 {
        score -= 6.0;
    }
    score
}
