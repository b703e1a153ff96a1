//! Since when and until when: "tenants rent one flat from a start date until an end date". The dates are not of the flat and
//! not of the tenant, but of what the verb leaves between them.

use super::has::asked;
use super::{Rule, Sink, is_value, objects, record};
use crate::clauses::Clause;
use crate::facts::{Fact, Item, Thing};
use crate::lexicon::fields::FieldType;
use crate::lexicon::verbs;
use crate::nouns::Np;
use crate::scene::Scene;

pub(super) const RULES: &[Rule] =
    &[Rule { id: "span.dates", example: "Guides rent one kayak from a start date until an end date.", run: dates }];

/// "from a start date until an end date", "between a start time and an end time".
fn dates(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene) {
        let Some((at, first, last)) = span(scene, clause) else { continue };
        let Some(owner) = owner(scene, sink, clause, at) else { continue };
        for (np, bound) in [(first, "start"), (last, "end")] {
            let moment = np.head() == "time";
            let plain = matches!(np.field(), "date" | "day" | "time");
            let name = if plain { format!("{bound}_{}", np.head()) } else { np.field().to_owned() };
            let kind = if moment { FieldType::Datetime } else { FieldType::Date };
            let item = Item { entity: name.clone(), name, span: Some(np.span), kind: Some(kind), ..Item::default() };
            sink.has(&owner, vec![item], 2.0);
        }
    }
}

/// Where it begins, and the two phrases.
fn span<'s>(scene: &'s Scene<'_>, clause: &Clause) -> Option<(usize, &'s Np, &'s Np)> {
    let date = |at: usize| {
        scene.np_at(at).filter(|np| {
            let one = !np.plural && np.count != crate::nouns::Count::Each;
            one && matches!(np.head(), "date" | "day" | "time") && is_value(np) || one && np.field().ends_with("_date")
        })
    };
    (clause.after..clause.to).find_map(|at| {
        let first = scene.one_of(at, &["from", "between", "since"]).then(|| date(at + 1)).flatten()?;
        let next = first.to + usize::from(scene.is(first.to, ","));
        let last = scene.one_of(next, &["until", "to", "till", "and", "through"]).then(|| date(next + 1)).flatten()?;
        Some((at, first, last))
    })
}

/// What is so long: what the verb leaves between two records, or the record itself.
fn owner(scene: &Scene<'_>, sink: &mut Sink, clause: &Clause, at: usize) -> Option<Thing> {
    let table = |np: &Np| record(np).filter(|_| !is_value(np));
    let subject = clause.subject.last().and_then(table);
    let other = match clause.passive {
        true => (clause.after..at).find(|by| scene.is(*by, "by")).and_then(|by| scene.np_at(by + 1)),
        false => {
            let after = clause.after + usize::from(scene.one_of(clause.after, &["in", "at", "on", "for"]));
            objects(scene, after, at).into_iter().next()
        }
    };
    let other = other.and_then(table);
    let Some(event) = verbs::event_of(clause.base) else { return subject.filter(|thing| !thing.is_person()) };
    let (Some(subject), Some(other)) = (subject, other) else { return None };
    let span = scene.span(clause.from, clause.to);
    let child = Thing::named(event, span);
    for parent in [subject, other].into_iter().filter(|parent| parent.name != event) {
        sink.add(Fact::Belongs { child: child.clone(), parent }, span, 1.8);
    }
    Some(child)
}
