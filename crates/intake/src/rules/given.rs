//! What people give and are given: their name and car plate, one to five stars, the keys that are handed out.

use super::has::asked;
use super::{Rule, Sink, antecedent, is_value, objects, record};
use crate::clauses::{Clause, Join};
use crate::facts::{Fact, Item, Thing};
use crate::lexicon::fields::FieldType;
use crate::lexicon::verbs;
use crate::lists;
use crate::scene::Scene;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "given.their", example: "Guides must give their name and phone number.", run: gives },
    Rule { id: "given.out", example: "Kayaks are lent out: who took it, when, due date.", run: out },
    Rule { id: "given.stars", example: "Guides rate kayaks from 1 to 5 stars.", run: stars },
];

/// "visitors must give their name and car plate", "guests leave their name and phone": what somebody says of himself is kept of
/// him. One thing alone may be given away: "members give their consent".
fn gives(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| {
        let must =
            clause.modal.as_deref().is_some_and(|modal| matches!(modal, "must" | "shall" | "should" | "have" | "need"));
        let says =
            matches!(clause.base, "give" | "provide" | "enter" | "fill" | "supply" | "specify" | "leave" | "state");
        let does = clause.modal.is_none() && clause.join == Join::Main;
        (must || does) && says && !clause.passive && clause.pronoun.is_none()
    }) {
        let must = clause.modal.is_some();
        let their = scene
            .np_at(clause.after)
            .is_some_and(|np| np.possessive.as_deref().is_some_and(|word| matches!(word, "their" | "his" | "her")));
        let [who] = clause.subject.as_slice() else { continue };
        let mut items = lists::read(scene, clause.after, clause.to);
        let known = items.iter().filter(|item| item.known()).count();
        if !their || items.is_empty() || known * 2 < items.len() || !must && known < 2 {
            continue;
        }
        if must {
            items.iter_mut().for_each(|item| item.required = item.required.or(Some(true)));
        }
        if let Some(owner) = record(who).filter(|who| who.is_person()) {
            sink.has(&owner, items, 1.8);
        }
    }
}

/// "keys are handed out: who got it, when": what is written down of it is a record of its own, where the verb leaves one.
fn out(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.passive && clause.join == Join::Main && clause.modal.is_none()) {
        let [what] = clause.subject.as_slice() else { continue };
        let Some(verb) = clause.verb.filter(|_| !is_value(what)) else { continue };
        let end = scene.sentence_end(verb);
        let Some(colon) = (verb + 1..end.min(verb + 6)).find(|at| scene.is(*at, ":")) else { continue };
        let Some(event) = handed(scene, clause) else { continue };
        let items = lists::read(scene, colon + 1, end);
        let Some(parent) = record(what).filter(|_| items.iter().any(Item::known)) else { continue };
        let span = scene.span(clause.from, end);
        let owner = Thing::named(event, span);
        sink.add(Fact::Mention(owner.clone()), span, 1.3);
        sink.add(Fact::Belongs { child: owner.clone(), parent }, span, 1.6);
        sink.has(&owner, items, 2.0);
    }
}

/// What is left where something is given away and it is asked to whom, or when.
pub(super) fn handed(scene: &Scene<'_>, clause: &Clause) -> Option<&'static str> {
    let verb = clause.verb.filter(|_| clause.passive)?;
    let end = scene.sentence_end(verb);
    let colon = (verb + 1..end.min(verb + 6)).find(|at| scene.is(*at, ":"))?;
    let asks = (colon + 1..end).any(|at| scene.one_of(at, &["who", "when", "whom"]));
    let event = match clause.base {
        "hand" | "give" | "pass" => "handover",
        "check" if scene.is(verb + 1, "out") => "checkout",
        "assign" | "allocate" => "assignment",
        "lend" | "borrow" | "rent" | "hire" | "lease" | "reserve" | "book" => verbs::event_of(clause.base)?,
        _ => return None,
    };
    Some(event).filter(|_| asks)
}

/// "guests rate the room from 1 to 5 stars with a comment": what the rating says.
fn stars(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| {
        matches!(clause.base, "rate" | "review" | "grade" | "score" | "judge" | "mark")
            && clause.join != Join::Condition
    }) {
        let found = (clause.after..clause.to).find_map(|at| Some((at, super::bounds::range(scene, at, clause.to)?)));
        let Some((at, (limit, next))) = found else { continue };
        let object = objects(scene, clause.after, at).into_iter().find(|np| !is_value(np)).and_then(record);
        // "score each from 1 to 10": what was spoken of.
        let each =
            || scene.one_of(clause.after, &["each", "every", "it", "them"]).then(|| antecedent(scene, clause.after));
        let object = object.or_else(|| clause.subject.first().filter(|_| clause.passive).and_then(record));
        let Some(object) = object.or_else(|| each().flatten()) else { continue };
        let span = scene.span(clause.from, next);
        // What is graded has a grade, where no record is left behind.
        let (owner, otherwise) = match verbs::event_of(clause.base) {
            Some(event) => (Thing::named(event, span), "score"),
            None => (object.clone(), if matches!(clause.base, "grade" | "mark") { "grade" } else { "score" }),
        };
        if owner.name != object.name {
            sink.add(Fact::Belongs { child: owner.clone(), parent: object }, span, 1.5);
        }
        let unit = scene.token(next.saturating_sub(1)).filter(|unit| unit.one_of(&["stars", "points"]));
        let name = unit.map_or(otherwise, |unit| unit.text.as_str()).to_owned();
        let item = Item {
            entity: name.clone(),
            name,
            span: Some(scene.span(at, next)),
            kind: Some(FieldType::Integer),
            min: limit.min,
            max: limit.max,
            ..Item::default()
        };
        let mut items = vec![item];
        items.extend(remarks(scene, clause, next));
        sink.has(&owner, items, 2.0);
    }
}

/// "… with a comment", "… and add a remark": what is said beside the number.
fn remarks(scene: &Scene<'_>, clause: &Clause, at: usize) -> Vec<Item> {
    let adds = |next: &&Clause| {
        next.sentence == clause.sentence
            && next.from >= clause.to
            && next.from <= clause.to + 1
            && matches!(next.base, "add" | "leave" | "write" | "give" | "note")
            && (next.carried || next.pronoun.is_some())
    };
    let (from, to) = if scene.one_of(at, &["with", "and", "plus", ","]) && at + 1 < clause.to {
        (at + 1, clause.to)
    } else {
        let first = scene.clauses.partition_point(|next| next.from < clause.to);
        match scene.clauses.get(first).filter(adds) {
            Some(next) => (next.after, next.to),
            None => return Vec::new(),
        }
    };
    lists::read(scene, from, to).into_iter().take_while(Item::known).collect()
}
