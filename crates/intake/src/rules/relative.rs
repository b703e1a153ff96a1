//! What a relative clause says that a record has: "walks that have a date", "a membership that starts on a date".

use super::{Sink, record};
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
