//! Wishes that something no longer happens by itself: "stop e-mailing the patient when an appointment is created", "don't text customers".
//!
//! What happens is taken away, the service stays: other things may use it. Without a word of what or whom, the service goes.

use super::patch::Patch;
use super::places::{Automation, Places};
use super::removals::{drop_service, whole};
use super::said::{self, Said};
use super::wishes::{UNUSUAL, spoken};
use super::{Answer, context};
use crate::lexicon::integrations;

/// What is done, how it is said after "stop", and the service; none where it may be any that tells somebody something.
const VERBS: &[(&str, &[&str], Option<&str>)] = &[
    ("email", &["emailing", "e-mailing", "mailing", "email", "e-mail", "mail"], Some("email")),
    ("text", &["texting", "text"], Some("sms")),
    ("notify", &["notifying", "notify", "alerting", "alert", "reminding", "remind", "messaging", "message"], None),
    ("charge", &["charging", "charge"], Some("billing")),
];
const TELLS: &[&str] = &["email", "sms", "chat"];

pub(super) fn quiet(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    // "stop the weekly report": which of them that is, the blueprint does not say.
    const REPORTS: &str = "report reports reminder reminders summary digest newsletter";
    let is_report = wish.words.iter().any(|word| crate::lexicon::has(REPORTS, word));
    if wish.opens(&["stop", "cancel", "disable"]) && is_report && !places.automations.is_empty() {
        return Some(Answer::Refused(format!(
            "which of what happens by itself? {}",
            listed(&places.automations.iter().collect::<Vec<_>>())
        )));
    }
    let start = match wish.words.first()?.as_str() {
        "stop" | "don't" | "dont" | "never" => 1,
        "do" if wish.words.get(1).is_some_and(|word| word == "not") => 2,
        "no" if wish.words.get(1).is_some_and(|word| matches!(word.as_str(), "longer" | "more")) => 2,
        _ => return None,
    };
    let (verb, service, rest) = verb(wish, start)?;
    let when = rest
        .iter()
        .position(|word| matches!(word.as_str(), "when" | "whenever" | "if" | "once" | "after" | "every" | "before"));
    let whom = rest.get(..when.unwrap_or(rest.len()))?;
    let whom: Vec<String> = whom.iter().filter(|word| !matches!(word.as_str(), "to" | "about")).cloned().collect();
    let uses = |one: &&Automation| {
        let used = one.action.split('.').next().unwrap_or("");
        service.map_or(TELLS.contains(&used), |service| used == service)
    };
    let used: Vec<&Automation> = places.automations.iter().filter(uses).collect();
    if let Some(when) = when {
        let said = format!(
            "{verb} {} {}",
            if whom.is_empty() { "me".to_owned() } else { whom.join(" ") },
            rest.get(when..)?.join(" ")
        );
        let found = context::triggers(&said, places);
        let is_it = |one: &&&Automation| {
            found.iter().any(|(on, every)| match &one.on {
                Some((_, event)) => event == on,
                None => !every.is_empty() && one.every.as_ref() == Some(every),
            })
        };
        let meant: Vec<&Automation> = used.iter().filter(is_it).copied().collect();
        return Some(match meant.as_slice() {
            // What is understood and does not happen is as it should be.
            [] if !found.is_empty() => {
                Answer::Already(format!("nothing of the sort happens by itself; {}", listed(&used)))
            }
            [] => Answer::Refused(format!("when that happens is not understood; {}", listed(&used))),
            meant => gone(meant, places, source),
        });
    }
    const ALL: &[&str] = &[
        "",
        "people",
        "anybody",
        "anyone",
        "everyone",
        "everybody",
        "user",
        "them",
        "it",
        "somebody",
        "someone",
        "nobody",
    ];
    if ALL.contains(&said::one(&whom).as_str()) {
        let service = service?;
        return Some(drop_service(service, places, source));
    }
    let person = said::one(&whom);
    let reaches = |one: &&&Automation| {
        let of = one.on.as_ref().and_then(|(_, on)| on.split('.').next());
        let entity = places.entities.iter().find(|entity| Some(entity.name.as_str()) == of);
        entity.is_some_and(|entity| {
            entity.name == person
                || entity
                    .fields
                    .iter()
                    .any(|field| field.name == person || field.to.as_ref().is_some_and(|(to, _)| *to == person))
        })
    };
    let known = places.entity(&whom).is_some() || places.roles.contains(&person);
    Some(match (used.as_slice(), used.iter().filter(reaches).count()) {
        ([], _) if !known => return None,
        ([], _) => Answer::Already(format!("nobody is told anything by {}", service.unwrap_or("any service"))),
        ([one], 1) if known => gone(&[*one], places, source),
        _ => Answer::Refused(format!("who is told is not kept in the blueprint; {}", listed(&used))),
    })
}

/// What is no longer to be done, by which service, and what follows.
fn verb(wish: &Said, start: usize) -> Option<(&'static str, Option<&'static str>, &[String])> {
    let word = wish.words.get(start)?;
    let of = |name: &str| {
        VERBS.iter().find(|(_, _, service)| *service == Some(name)).map(|(verb, _, service)| (*verb, *service))
    };
    let (said, at) = match word.as_str() {
        "send" | "sending" => (start + 1, true),
        // "no more emails when …".
        _ if wish.words.get(start - 1).is_some_and(|word| word == "more") => (start, true),
        _ => (start, false),
    };
    if at {
        let end = wish.from(said).iter().position(|word| {
            matches!(word.as_str(), "to" | "when" | "whenever" | "if" | "once" | "after" | "every" | "before" | "about")
        })? + said;
        let name = said::name(wish.between(said, end)).replace('_', " ");
        let named = integrations::by_name(&name).or(integrations::spoken(&name).map(|(one, _)| one));
        let (verb, service) = match named {
            Some(one) => of(one.name)?,
            None if matches!(
                name.as_str(),
                "message" | "messages" | "notification" | "notifications" | "reminder" | "reminders"
            ) =>
            {
                ("notify", None)
            }
            None => return None,
        };
        return Some((verb, service, wish.from(end)));
    }
    let (verb, _, service) = VERBS.iter().find(|(_, said, _)| said.contains(&word.as_str()))?;
    Some((verb, *service, wish.from(start + 1)))
}

/// What there is, each with what to say to be without it.
fn listed(used: &[&Automation]) -> String {
    let one = |one: &&Automation| {
        let when = one.on.as_ref().map_or_else(|| one.every.clone().unwrap_or_default(), |(_, on)| on.clone());
        format!("{} ({when})", spoken(&one.name))
    };
    match used {
        [] => "nothing does".to_owned(),
        used => format!(
            "there are {}: say for example \"remove the automation {}\"",
            used.iter().map(one).collect::<Vec<_>>().join(", "),
            used.first().map(|one| spoken(&one.name)).unwrap_or_default()
        ),
    }
}

/// Without these; the service stays.
pub(super) fn gone(automations: &[&Automation], places: &Places, source: &str) -> Answer {
    let mut patches = Vec::new();
    for one in automations {
        let Some(section) = places.section(&format!("automation.{}", one.name)) else {
            return Answer::Refused(UNUSUAL.to_owned());
        };
        patches.push(Patch::remove(whole(section, source)));
    }
    let names: Vec<String> = automations.iter().map(|one| spoken(&one.name)).collect();
    let service = automations.first().and_then(|one| one.action.split('.').next()).unwrap_or("");
    let is_last = places.automations.iter().all(|one| {
        one.action.split('.').next() != Some(service) || automations.iter().any(|gone| gone.name == one.name)
    });
    let still =
        if is_last { format!("; {service} stays, for what you may want to send with it") } else { String::new() };
    let told = match names.len() {
        1 => format!("{} does not happen by itself any more{still}", names.join("")),
        _ => format!("{} do not happen by themselves any more{still}", names.join(" and ")),
    };
    Answer::Done { patches, told }
}

/// "remove the automation email order shipped".
pub(super) fn automation(words: &[String], places: &Places, source: &str) -> Option<Answer> {
    words.iter().any(|word| matches!(word.as_str(), "automation" | "automations")).then_some(())?;
    let rest: Vec<String> = words
        .iter()
        .filter(|word| !matches!(word.as_str(), "automation" | "automations" | "called" | "named"))
        .cloned()
        .collect();
    let name = said::name(&rest);
    if name.is_empty() {
        let names: Vec<String> = places.automations.iter().map(|one| spoken(&one.name)).collect();
        return Some(match names.as_slice() {
            [] => Answer::Already("nothing happens by itself".to_owned()),
            names => Answer::Refused(format!("say which one: there are {}", names.join(", "))),
        });
    }
    Some(match places.automations.iter().find(|one| one.name == name) {
        Some(one) => gone(&[one], places, source),
        None if rest.iter().any(|word| matches!(word.as_str(), "and" | "or")) => Answer::Refused(
            "say each by its name, as in \"remove the automation …\" and \"stop using email\"".to_owned(),
        ),
        None => {
            let known: Vec<&str> = places.automations.iter().map(|one| one.name.as_str()).collect();
            Answer::Refused(format!("there is no automation `{name}`{}", super::hints::instead(&name, &known)))
        }
    })
}
