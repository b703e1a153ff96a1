//! What people give: their name and car plate, one to five stars.

use super::has::asked;
use super::{Rule, Sink, is_value, objects, record};
use crate::clauses::Join;
use crate::facts::{Fact, Item, Thing};
use crate::lexicon::fields::FieldType;
use crate::lexicon::verbs;
use crate::lists;
use crate::scene::Scene;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "given.their", example: "Guides must give their name and phone number.", run: gives },
    Rule { id: "given.stars", example: "Guides rate kayaks from 1 to 5 stars.", run: stars },
];

/// "visitors must give their name and car plate": what somebody is to say is kept of him.
fn gives(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| {
        let must =
            clause.modal.as_deref().is_some_and(|modal| matches!(modal, "must" | "shall" | "should" | "have" | "need"));
        let says =
            matches!(clause.base, "give" | "provide" | "enter" | "fill" | "supply" | "specify" | "leave" | "state");
        must && says && !clause.passive && clause.pronoun.is_none()
    }) {
        let their = scene
            .np_at(clause.after)
            .is_some_and(|np| np.possessive.as_deref().is_some_and(|word| matches!(word, "their" | "his" | "her")));
        let [who] = clause.subject.as_slice() else { continue };
        let mut items = lists::read(scene, clause.after, clause.to);
        if !their || items.is_empty() || items.iter().filter(|item| item.known()).count() * 2 < items.len() {
            continue;
        }
        items.iter_mut().for_each(|item| item.required = item.required.or(Some(true)));
        if let Some(owner) = record(who).filter(|who| who.is_person()) {
            sink.has(&owner, items, 1.8);
        }
    }
}

/// "guests rate the room from 1 to 5 stars": what the rating says.
fn stars(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| {
        matches!(clause.base, "rate" | "review" | "grade" | "score" | "judge") && clause.join != Join::Condition
    }) {
        let found = (clause.after..clause.to).find_map(|at| Some((at, super::bounds::range(scene, at, clause.to)?)));
        let Some((at, (limit, next))) = found else { continue };
        let object = objects(scene, clause.after, at).into_iter().find(|np| !is_value(np)).and_then(record);
        let Some(object) = object.or_else(|| clause.subject.first().filter(|_| clause.passive).and_then(record)) else {
            continue;
        };
        let span = scene.span(clause.from, next);
        // What is graded has a grade, where no record is left behind.
        let (owner, otherwise) = match verbs::event_of(clause.base) {
            Some(event) => (Thing::named(event, span), "score"),
            None => (object.clone(), if clause.base == "grade" { "grade" } else { "score" }),
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
        sink.has(&owner, vec![item], 2.0);
    }
}
