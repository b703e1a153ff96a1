//! What still tells of a record where nobody names one: "what we bought (what, price)", "I write down the date, the litres".
//!
//! These rules run last and look at what the others found.

use super::{Rule, Sink, is_value, objects};
use crate::clauses::Polarity;
use crate::facts::{Fact, Thing};
use crate::lexicon::verbs::{self, Class};
use crate::lists;
use crate::rules::has::asked;
use crate::scene::Scene;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "faint.event", example: "I note what we bought (shop, price, date).", run: event },
    Rule { id: "faint.notes", example: "The guide writes notes after each tour.", run: notes },
    Rule { id: "faint.entry", example: "Every day I write down the date, the litres and the price.", run: entry },
];

/// "what we sold (price, date)": the brackets are about what the verb leaves.
fn event(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene.clauses.iter().filter(|clause| clause.polarity == Polarity::Asked) {
        for at in clause.from..clause.to {
            let Some(close) = scene.close_of(at + 1).filter(|_| at > clause.from) else { continue };
            let led = (at.saturating_sub(3)..at).any(|before| scene.one_of(before, &["what", "who", "whatever"]));
            let verb = scene.token(at).and_then(|token| verbs::lookup(&token.text)).filter(|_| led);
            let Some(name) = verb.and_then(|(verb, _)| verbs::event_of(verb.base)) else { continue };
            let items = lists::read(scene, at + 2, close);
            if items.iter().filter(|item| item.known()).count() >= 1 {
                sink.has(&Thing::named(name, scene.span(at, at + 1)), items, 2.0);
            }
        }
    }
}

/// "writes notes after each session": notes of the session.
fn notes(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| !clause.passive) {
        let [np] = objects(scene, clause.after, clause.to)[..] else { continue };
        let writes = matches!(clause.class, Some(Class::Create | Class::Track | Class::Hold)) || clause.base == "take";
        let told = writes && np.plural && matches!(np.entity(), "note" | "remark");
        let about = scene.one_of(np.to, &["after", "about", "on", "for", "during", "to", "in"]);
        let Some(owner) = scene.np_at(np.to + 1).filter(|owner| told && about && !is_value(owner)) else { continue };
        if let Some(owner) = super::record(owner).filter(|owner| !owner.is_person()) {
            let items = lists::read(scene, np.from, np.to);
            sink.has(&owner, items, 1.5);
        }
    }
}

/// "I write the date, the odometer and the price": a record that nobody names.
fn entry(scene: &Scene<'_>, sink: &mut Sink) {
    let named = sink.evidence.iter().any(|found| match &found.fact {
        Fact::Has { item, .. } => found.weight >= 1.5 && item.known(),
        Fact::Op { class: Class::Create | Class::Track, .. } => true,
        _ => false,
    });
    if named {
        return;
    }
    // "An app for blood pressure: systolic, diastolic, time".
    if let Some(first) = scene.sentences.first()
        && let Some(np) = scene.nps_in(first.from, first.to).find(|np| scene.is(np.to, ":") && is_value(np))
    {
        let items = lists::read(scene, np.to + 1, first.to);
        if items.len() >= 3 && items.iter().any(|item| item.known()) {
            sink.has(&Thing::named("entry", np.span), items, 1.5);
            return;
        }
    }
    for clause in asked(scene).filter(|clause| {
        !clause.passive
            && matches!(clause.class, Some(Class::Create | Class::Track | Class::Hold))
            && matches!(clause.pronoun.as_deref(), None | Some("i" | "we" | "they" | "you"))
    }) {
        let down = usize::from(scene.one_of(clause.after, &["down", "in", "up"]));
        let them = scene.one_of(clause.after, &["them", "it"]);
        let from = clause.after + down + usize::from(them);
        let owner = if them { super::antecedent(scene, clause.from) } else { None };
        let items = lists::read(scene, from, clause.to);
        let known = items.iter().filter(|item| item.known()).count();
        if items.len() >= 3 && known * 3 >= items.len() * 2 {
            let owner = owner.unwrap_or_else(|| Thing::named("entry", scene.span(clause.from, clause.to)));
            sink.has(&owner, items, 1.5);
        }
    }
}
