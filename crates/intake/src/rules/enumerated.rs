//! Records named in a row: "a library with books, authors and loans", "Gym: members, classes, trainers".
//!
//! Plurals in a row that name no values are records, whatever the word before them is.

use super::{Rule, Sink, is_value, objects, record};
use crate::clauses::{Join, Polarity};
use crate::facts::{Fact, Thing};
use crate::lexicon::{archetypes, words};
use crate::nouns::{Count, Np};
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "row.with", example: "A library with books, authors and loans.", run: with },
    Rule { id: "row.parts", example: "I have courses with lessons.", run: parts },
    Rule { id: "row.colon", example: "Orchard management: ladders, crews, blocks.", run: colon },
    Rule { id: "row.sentence", example: "I teach chess. Students, lessons, boards.", run: sentence },
];

/// Enough for a record of its own, said once.
const NAMED: f64 = 2.3;

/// The records of a row, when it is a row of records.
fn row<'s>(scene: &'s Scene<'_>, from: usize, to: usize) -> Vec<(&'s Np, Thing)> {
    let all: Vec<&Np> = objects(scene, from, to).into_iter().filter(|np| np.to <= to).collect();
    let records: Vec<(&Np, Thing)> = all.iter().filter_map(|np| Some((*np, named(scene, np)?))).collect();
    if records.len() >= 2 && records.len() * 3 >= all.len() * 2 { records } else { Vec::new() }
}

/// What a phrase of a row names, unless it is a value or a picture.
fn named(scene: &Scene<'_>, np: &Np) -> Option<Thing> {
    // "managers (see all orders)": a role.
    let thing = record(np).filter(|_| super::rights::beside(scene, np).is_none())?;
    let known = archetypes::sort(&thing.name).is_some();
    let listed = scene.close_of(np.to).is_some() || scene.is(np.to, "with");
    // "three partners, eleven employees" tells how many there are.
    let counted = matches!(np.count, Count::Number(_)) && !listed;
    let many = np.plural && !is_value(np) && np.count != Count::None && !counted;
    let own = np.possessive.is_none() || known;
    (own && (many || known && listed) && !words::is_not_record(np.head())).then_some(thing)
}

fn mention(scene: &Scene<'_>, sink: &mut Sink, records: &[(&Np, Thing)]) {
    for (np, thing) in records {
        if scene.clause_at(np.from).is_some_and(|clause| clause.polarity != Polarity::Asked) {
            continue;
        }
        sink.add(Fact::Mention(thing.clone()), np.span, NAMED);
    }
}

/// "a library with books, authors and loans"; of a record with an article of its own ("each order with items and
/// notes") they are parts.
fn with(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        let leads = scene.one_of(np.to, &["with", "including", "for", "where", "having", "covering", "of", "has"]);
        if leads && np.plural && scene.one_of(np.to, &["with", "containing"]) {
            each_with(scene, sink, np);
        }
        if !leads || np.plural || scene.depth_at(np.from) > 0 {
            continue;
        }
        let Some(clause) = scene.clause_at(np.to).filter(|clause| {
            clause.polarity == Polarity::Asked && !matches!(clause.join, Join::Condition | Join::Relative)
        }) else {
            continue;
        };
        let from = np.to + 1 + usize::from(scene.is(np.to + 1, ":"));
        let end = scene.sentences.get(clause.sentence).map_or(clause.to, |sentence| sentence.to);
        let records = row(scene, from, end);
        if scene.is(np.to, "for") && records.iter().any(|(_, thing)| thing.is_person()) {
            // "an app for nurses and doctors" names who it is for.
            continue;
        }
        let whole = words::is_app_head(np.head())
            || archetypes::sort(np.entity()).is_none()
            || np.from <= first_word(scene) + 1;
        mention(scene, sink, &records);
        let owner = record(np).filter(|_| !whole && !scene.is(np.to, "for"));
        for (child, thing) in &records {
            if let Some(parent) = owner.clone().filter(|parent| parent.name != thing.name) {
                sink.add(Fact::Many { parent, child: thing.clone() }, child.span, 1.5);
            }
        }
    }
}

/// "workspaces with members, boards, lists and cards": many of each, for they are no values of a workspace.
fn each_with(scene: &Scene<'_>, sink: &mut Sink, np: &Np) {
    let Some(clause) = scene.clause_at(np.from).filter(|clause| {
        clause.polarity == Polarity::Asked && !matches!(clause.join, Join::Condition | Join::Relative)
    }) else {
        return;
    };
    let parts = objects(scene, np.to + 1, clause.to);
    let records = row(scene, np.to + 1, clause.to);
    let all = parts.len() >= 3 && records.len() >= 2 && parts.iter().all(|part| part.plural);
    // What is a file or a number in one of them is a value in all: "posts with photos, likes and views".
    let plain = |part: &&Np| crate::lexicon::fields::guess(part.entity()).is_none();
    let Some(parent) = record(np).filter(|_| all && !is_value(np) && parts.iter().all(plain)) else {
        return;
    };
    sink.add(Fact::Mention(parent.clone()), np.span, NAMED);
    mention(scene, sink, &records);
    for (child, thing) in records.into_iter().filter(|(_, thing)| !thing.is_person() && thing.name != parent.name) {
        sink.add(Fact::Many { parent: parent.clone(), child: thing }, child.span, 0.9);
    }
}

/// "courses with lessons": several of one, with several of the other in each.
fn parts(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        let many = np.plural || np.count == Count::Each;
        let end = scene.close_of(np.to).map_or(np.to, |close| close + 1);
        let Some(child) = scene.np_at(end + 1).filter(|child| many && child.plural && scene.is(end, "with")) else {
            continue;
        };
        let (Some(parent), Some(thing)) = (record(np).filter(|_| !is_value(np)), named(scene, child)) else { continue };
        let known = |thing: &Thing| archetypes::sort(&thing.name).is_some();
        let one = !scene.one_of(child.to, &[",", "and", "&"]);
        if one && known(&parent) && known(&thing) && parent.name != thing.name {
            sink.add(Fact::Many { parent, child: thing }, scene.span(np.from, child.to), 1.5);
        }
    }
}

fn first_word(scene: &Scene<'_>) -> usize {
    scene.sentences.first().map_or(0, |sentence| sentence.from)
}

/// "Gym management: members, trainers, classes".
fn colon(scene: &Scene<'_>, sink: &mut Sink) {
    for (index, sentence) in scene.sentences.iter().enumerate() {
        let sign = |at: &usize| scene.is(*at, ":") || index == 0 && dash(scene, *at);
        let colon = (sentence.from..sentence.to).find(|at| sign(at) && scene.depth_at(*at) == 0);
        let Some(colon) = colon else { continue };
        let records = row(scene, colon + 1, sentence.to);
        let Some(head) = scene.np_before(colon) else {
            // "we want to record: members, boats".
            mention(scene, sink, &records);
            continue;
        };
        // "Order: items, payments" are parts of an order, "Records: items, payments" are not.
        let whole = index == 0
            || words::is_app_head(head.head())
            || words::is_not_record(head.head())
            || archetypes::sort(head.entity()).is_none() && !head.plural;
        if whole {
            mention(scene, sink, &records);
        }
    }
}

/// "Wedding planner - couples, vendors, tasks": a dash with spaces around it after a title.
fn dash(scene: &Scene<'_>, at: usize) -> bool {
    let end = |at: usize| scene.token(at).map(|token| token.span);
    let spaced = at.checked_sub(1).and_then(end).zip(end(at)).zip(end(at + 1));
    scene.is(at, "-") && spaced.is_some_and(|((before, dash), after)| before.end < dash.start && dash.end < after.start)
}

/// A sentence that is nothing but a row: "Students, lessons (date, homework), payments."
fn sentence(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in &scene.sentences {
        let verbless = (sentence.from..sentence.to).all(|at| {
            scene.depth_at(at) > 0
                || !matches!(scene.tag(at), Some(Tag::Verb | Tag::Be | Tag::Have | Tag::Modal | Tag::Preposition))
        });
        let under = scene.blocks.get(sentence.block).is_some_and(|block| block.parent.is_some());
        if verbless && !under {
            let records = row(scene, sentence.from, sentence.to);
            mention(scene, sink, &records);
            // "Clients, their pianos, tunings": whom it is all about leads the row.
            let leads = scene.np_at(sentence.from).filter(|np| {
                np.plural && archetypes::is_kept(np.entity()) && scene.is(np.to, ",") && records.is_empty()
            });
            if let Some((np, thing)) = leads.and_then(|np| Some((np, record(np)?))) {
                sink.add(Fact::Mention(thing), np.span, NAMED);
            }
        }
    }
}
