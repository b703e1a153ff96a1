//! What a relative clause says that a record has: "walks that have a date", "a membership that starts on a date".

use super::{Sink, is_value, record};
use crate::clauses::{Join, Polarity};
use crate::facts::{Fact, Item};
use crate::lexicon::fields;
use crate::lexicon::verbs::Class;
use crate::lists;
use crate::scene::Scene;
use crate::tags::Tag;

/// "walks that have a date", "a class which includes a room".
pub(super) fn relative(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in
        scene.clauses.iter().filter(|clause| clause.join == Join::Relative && clause.polarity == Polarity::Asked)
    {
        if clause.base != "have" && clause.class != Some(Class::Hold) {
            continue;
        }
        // "recipes, which consist of …".
        let before = clause.from - usize::from(scene.is(clause.from.wrapping_sub(1), ","));
        // "the problems on the wall, which have a grade": several have.
        let several = clause.verb.is_some_and(|verb| scene.is(verb, "have"));
        let from = scene.sentences.get(clause.sentence).map_or(before, |sentence| sentence.from);
        let agrees = |np: &&crate::nouns::Np| np.from >= from && (!several || np.plural);
        let near = scene.np_before(before).filter(|np| agrees(np));
        let owner = near.or_else(|| scene.nps_before(before).find(agrees).filter(|_| before < clause.from));
        if let Some(owner) = owner.or_else(|| scene.np_before(before)).and_then(record) {
            sink.has(&owner, lists::read(scene, clause.after, clause.to), 2.0);
        }
    }
    where_kept(scene, sink);
    lasts(scene, sink);
    happens(scene, sink);
    // "a membership that starts on a date and ends on a date".
    for clause in scene.clauses.iter().filter(|clause| {
        clause.polarity == Polarity::Asked
            && matches!(clause.base, "start" | "end" | "begin" | "expire" | "open" | "close" | "renew")
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
            && matches!(clause.base, "last" | "take" | "weigh" | "cost")
    }) {
        let subject = if clause.join == Join::Relative { scene.np_before(clause.from) } else { clause.subject.last() };
        let owner = match clause.pronoun.as_deref() {
            Some("it" | "they") if clause.subject.is_empty() => super::antecedent(scene, clause.from),
            Some(_) => None,
            None => subject.filter(|np| !is_value(np)).and_then(record),
        };
        let Some(owner) = owner.filter(|owner| !owner.is_person()) else { continue };
        let pair = super::bounds::limit(scene, clause.after, clause.to);
        let (name, kind, units) = match clause.base {
            "weigh" => ("weight", fields::FieldType::Decimal, "kg kilogram kilo g gram ton tonne lb pound oz"),
            "cost" => ("price", fields::FieldType::Money, "euro dollar franc eur usd chf gbp pound"),
            _ => ("duration", fields::FieldType::Integer, "minute hour day week month"),
        };
        let unit = |at: &usize| {
            scene.token(*at).is_some_and(|token| {
                crate::lexicon::has(units, &token.lemma) || crate::lexicon::has(units, &token.text)
            })
        };
        // Right behind the verb, whatever the number is: "30, 45 or 60 minutes".
        let row = (clause.after..clause.to)
            .take_while(|at| scene.tag(*at) == Some(Tag::Number) || scene.one_of(*at, &[",", "or", "to", "-"]));
        let end = pair.map_or((clause.after + 5).max(clause.after + row.count() + 1), |(_, next)| next + 1);
        let Some(at) = (clause.after..end.min(clause.to)).find(unit) else { continue };
        // What costs 12 euros once and for all has no price of its own.
        if clause.base == "cost" && pair.is_none() {
            continue;
        }
        let (min, max) = pair.map_or((None, None), |(limit, _)| (limit.min, limit.max));
        let span = scene.span(clause.verb.unwrap_or(clause.from), at + 1);
        let item = Item {
            name: name.into(),
            entity: name.into(),
            span: Some(span),
            kind: Some(kind),
            min,
            max,
            ..Item::default()
        };
        sink.add(Fact::Has { owner, item }, span, 1.8);
    }
}

/// "concerts take place at a venue on a date", "a market is held on a day": where and when.
fn happens(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene.clauses.iter().filter(|clause| {
        let held = clause.passive && clause.base == "hold";
        let place = clause.base == "take" && scene.is(clause.after, "place") || clause.base == "happen";
        // "a lesson is for one horse, on a date at a time".
        let when = clause.base == "be" && !clause.passive && clause.modal.is_none();
        let place = place || when;
        clause.polarity == Polarity::Asked && clause.join == Join::Main && (held || place)
    }) {
        let Some(owner) = clause.subject.last().filter(|np| !is_value(np)).and_then(record) else { continue };
        for at in (clause.after..clause.to).filter(|at| scene.one_of(*at, &["on", "at", "in"])) {
            let Some(np) = scene.np_at(at + 1).filter(|np| matches!(np.article.as_deref(), Some("a" | "an" | "one")))
            else {
                continue;
            };
            let time = matches!(np.head(), "date" | "day" | "time");
            // "only one is open at a time" speaks of no time, unless a day was named.
            let dated =
                (clause.after..at).any(|at| scene.np_at(at).is_some_and(|np| matches!(np.head(), "date" | "day")));
            if clause.base == "be" && !time || np.head() == "time" && !dated {
                continue;
            }
            let value = time || is_value(np);
            let Some(parent) = record(np).filter(|_| !value) else {
                let item = Item {
                    name: np.field().to_owned(),
                    entity: np.entity().to_owned(),
                    span: Some(np.span),
                    ..Item::default()
                };
                sink.has(&owner, vec![item], 1.6);
                continue;
            };
            let fact = Fact::Belongs { child: owner.clone(), parent };
            sink.add(fact, scene.span(clause.from, np.to), 1.6);
        }
    }
}

/// "an inspection each week, where we write down the date and the weight".
fn where_kept(scene: &Scene<'_>, sink: &mut Sink) {
    for pair in scene.clauses.windows(2) {
        let [first, second] = pair else { continue };
        let writes = matches!(second.base, "write" | "note" | "record" | "log" | "enter" | "keep" | "store" | "save");
        let goes_on = first.sentence == second.sentence && second.polarity == Polarity::Asked;
        if !writes || !goes_on || !scene.is(second.from, "where") || first.base == "be" {
            continue;
        }
        let object = super::objects(scene, first.after, first.to).into_iter().find(|np| !is_value(np));
        if let Some(owner) = object.and_then(record) {
            let from = second.after + usize::from(scene.one_of(second.after, &["down", "in", "up"]));
            sink.has(&owner, lists::read(scene, from, scene.sentence_end(from)), 1.8);
        }
    }
}
