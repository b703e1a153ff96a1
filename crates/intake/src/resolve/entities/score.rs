//! How much is said of a noun that makes it a record: what it has, what is done with it, what it does, and what speaks against
//! it. In a short request that is all there is to go by; in a longer one `signs` weigh more.

use super::Candidate;
use super::seen::Seen;
use super::signs::LAID_OUT;
use crate::facts::Thing;
use crate::lexicon::archetypes::{self, Sort};
use crate::lexicon::verbs::Class;
use crate::lexicon::{fields, words};
use crate::resolve::is_plain_value;

/// Where so many records are described, one that is only named once is in doubt, by this much.
const DESCRIBED: usize = 3;
const DOUBT: f64 = 0.6;
const PASSING: f64 = 2.0;
/// Rules that are wrong as often as right of a word that stands once and has a value at most.
const WEAK: &[&str] =
    &["list.colon", "has.brackets", "belongs.to", "has.sets", "has.record", "row.sentence", "headed.of", "belongs.per"];

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
            _ if words::may_be_record(head) || words::names_with_another(name) => 0.0,
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

/// How much a noun is in doubt because the request describes others.
pub(super) fn doubt(seen: &Seen<'_>) -> f64 {
    let named = if seen.described >= DESCRIBED && is_named_once(seen.candidate) { DOUBT } else { 0.0 };
    let passing = if seen.described >= 2 && is_said_in_passing(seen) { PASSING } else { 0.0 };
    named + passing
}

/// One of them, and all that is said is that somebody does something with it: "they come with a badge".
fn is_named_once(candidate: &Candidate) -> bool {
    let bare =
        candidate.fields.is_empty() && candidate.ties + candidate.mentions + candidate.acts + candidate.read <= 0.0;
    let thing = archetypes::sort(&candidate.name) == Some(Sort::Thing);
    let once = candidate.grounds.spans.len() <= 1 && candidate.grounds.rules.iter().all(|rule| *rule == "op.verb");
    bare && thing && once && !candidate.plural
}

/// The word stands once in the whole request, in a place where values and what merely lies around stand too.
fn is_said_in_passing(seen: &Seen<'_>) -> bool {
    let candidate = seen.candidate;
    let weak = candidate.grounds.rules.iter().all(|rule| rule.starts_with("op.verb") || WEAK.contains(rule));
    let told = candidate.grounds.rules.iter().any(|rule| WEAK.contains(rule));
    let little = candidate.fields.len() <= 1 && candidate.read <= 0.0;
    little && weak && told && !archetypes::is_kept(&candidate.name) && seen.said <= 1
}
