//! What a relative clause says that a record has: "walks that have a date", "a membership that starts on a date".

use super::{Sink, is_value, record};
use crate::clauses::{Join, Polarity};
use crate::facts::{Fact, Item};
use crate::lexicon::fields;
use crate::lexicon::verbs::Class;
use crate::lists;
use crate::scene::Scene;

/// "walks that have a date", "a class which includes a room".
pub(super) fn relative(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in
        scene.clauses.iter().filter(|clause| clause.join == Join::Relative && clause.polarity == Polarity::Asked)
    {
        if clause.base != "have" && clause.class != Some(Class::Hold) {
            continue;
        }
        if let Some(owner) = scene.np_before(clause.from).and_then(record) {
            sink.has(&owner, lists::read(scene, clause.after, clause.to), 2.0);
        }
    }
    lasts(scene, sink);
    // "a membership that starts on a date and ends on a date".
    for clause in scene.clauses.iter().filter(|clause| {
        clause.polarity == Polarity::Asked
            && matches!(clause.base, "start" | "end" | "begin" | "expire" | "open" | "close")
    }) {
        let dated = scene.is(clause.after, "on")
            && scene.np_at(clause.after + 1).is_some_and(|np| matches!(np.head(), "date" | "day"))
            || scene.is(clause.after, "at") && scene.np_at(clause.after + 1).is_some_and(|np| np.head() == "time");
        let owner = if clause.join == Join::Relative { scene.np_before(clause.from) } else { clause.subject.last() };
        if let Some(owner) = owner.filter(|_| dated).and_then(record) {
            let moment = scene.is(clause.after, "at");
            let name = format!("{}_{}", clause.base, if moment { "time" } else { "date" });
            let item = Item {
                entity: name.clone(),
                name,
                span: Some(scene.span(clause.from, clause.to)),
                kind: Some(if moment { fields::FieldType::Datetime } else { fields::FieldType::Date }),
                ..Item::default()
            };
            sink.add(Fact::Has { owner, item }, scene.span(clause.from, clause.to), 1.5);
        }
    }
}

/// "lessons last a number of minutes", "a visit takes between 30 and 90 minutes".
fn lasts(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene.clauses.iter().filter(|clause| {
        clause.polarity == Polarity::Asked
            && clause.join != Join::Condition
            && !clause.passive
            && matches!(clause.base, "last" | "take")
    }) {
        let subject = if clause.join == Join::Relative { scene.np_before(clause.from) } else { clause.subject.last() };
        let owner = match clause.pronoun.as_deref() {
            Some("it" | "they") if clause.subject.is_empty() => super::antecedent(scene, clause.from),
            Some(_) => None,
            None => subject.filter(|np| !is_value(np)).and_then(record),
        };
        let Some(owner) = owner.filter(|owner| !owner.is_person()) else { continue };
        let pair = super::bounds::limit(scene, clause.after, clause.to);
        let length = |at: usize| {
            scene.token(at).is_some_and(|token| crate::lexicon::has("minute hour day week month", &token.lemma))
        };
        // Right behind the verb, whatever the number is.
        let end = pair.map_or(clause.after + 5, |(_, next)| next + 1).min(clause.to);
        if !(clause.after..end).any(length) {
            continue;
        }
        let (min, max) = pair.map_or((None, None), |(limit, _)| (limit.min, limit.max));
        let span = scene.span(clause.from, clause.to);
        let item = Item {
            name: "duration".into(),
            entity: "duration".into(),
            span: Some(span),
            kind: Some(fields::FieldType::Integer),
            min,
            max,
            ..Item::default()
        };
        sink.add(Fact::Has { owner, item }, span, 1.8);
    }
}
