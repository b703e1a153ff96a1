//! What a record is made of, where that is said by the things themselves: "a flight is one balloon with one pilot", "Job: a crane + an
//! operator at a site", "placements of a student at a site", "one interpreter takes it", "Their pianos: make, year".
//!
//! Only things that are spoken of elsewhere too are tied: "a member is a person with a name" ties nothing.

use super::has::asked;
use super::{Rule, Sink, antecedent, is_value, record};
use crate::clauses::Polarity;
use crate::facts::{Fact, Thing};
use crate::lexicon::verbs::Class;
use crate::lexicon::{archetypes, verbs};
use crate::lists;
use crate::nouns::{Count, Np};
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "composed.is",
        example: "Balloons have a size. Pilots have a phone. A flight is one balloon with one pilot on a date.",
        run: is,
    },
    Rule { id: "composed.lead", example: "Cranes: make. Sites: address. Job: a crane at a site.", run: lead },
    Rule {
        id: "composed.of",
        example: "Pupils have a name. Farms have an address. We plan stays of a pupil at a farm with start and end.",
        run: of,
    },
    Rule {
        id: "composed.takes",
        example: "Tours have a date. Guides have a name. Each tour has a price. One guide takes it.",
        run: takes,
    },
    Rule {
        id: "composed.done",
        example: "Agents (name). Vessels (flag). Orders: placed by an agent for a vessel; time, remark.",
        run: done,
    },
    Rule {
        id: "composed.each",
        example: "Sculptures have a title. Of each sculpture we pour casts. A cast has a weight.",
        run: each,
    },
    Rule {
        id: "composed.used",
        example: "Repairs have a date. The parts used in a repair have a number and a price.",
        run: used,
    },
    Rule {
        id: "composed.theirs",
        example: "Customers with name and phone. Their pianos: make, serial number.",
        run: theirs,
    },
];

/// Whether the record is named elsewhere too.
fn is_spoken(scene: &Scene<'_>, np: &Np) -> bool {
    scene.nps.iter().any(|other| other.span != np.span && other.entity() == np.entity())
}

/// One of a kind of records: "a crane", "one pilot".
fn is_one(np: &Np) -> bool {
    matches!(np.article.as_deref(), Some("a" | "an" | "one")) && !np.plural && !is_value(np)
}

/// Those that are named in the tokens, each once, up to what describes them or is a verb.
fn ones<'s>(scene: &'s Scene<'_>, from: usize, to: usize) -> Vec<&'s Np> {
    let depth = scene.depth_at(from);
    let stop = (from..to)
        .find(|at| {
            scene.one_of(*at, &["which", "that", "who", ";", ":"])
                || matches!(scene.tag(*at), Some(Tag::Verb | Tag::Be | Tag::Have | Tag::Modal))
        })
        .unwrap_or(to);
    let fits = |np: &&Np| is_one(np) && scene.depth_at(np.from) == depth && is_spoken(scene, np);
    scene.nps_in(from, stop).filter(fits).collect()
}

fn tie(scene: &Scene<'_>, sink: &mut Sink, child: &Thing, parents: &[&Np], weight: f64) {
    for parent in parents.iter().filter_map(|np| record(np)).filter(|parent| parent.name != child.name) {
        let span = scene.span(
            scene.tokens.partition_point(|token| token.span.start < parent.span.start),
            scene.tokens.partition_point(|token| token.span.end <= parent.span.end),
        );
        sink.add(Fact::Belongs { child: child.clone(), parent }, span, weight);
    }
}

/// "A flight is one balloon with one pilot on a date", "a visit is a location, a shopper, a fee and a status".
fn is(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.base == "be" && !clause.passive && clause.modal.is_none()) {
        let [subject] = clause.subject.as_slice() else { continue };
        let each = matches!(subject.article.as_deref(), Some("a" | "an" | "each" | "every" | "one"));
        let Some(child) = record(subject).filter(|_| each && !subject.plural) else { continue };
        let Some(first) = scene.np_at(clause.after).filter(|np| is_one(np)) else { continue };
        let parents = ones(scene, clause.after, clause.to);
        if parents.len() < 2 || parents.first().is_none_or(|np| np.span != first.span) {
            continue;
        }
        tie(scene, sink, &child, &parents, 1.6);
        if scene.is(first.to, ",") {
            let mut items = lists::read(scene, clause.after, clause.to);
            items.extend(super::has::resumed(scene, clause));
            sink.has(&child, items, 2.0);
        }
    }
}

/// "Job: a crane + an operator at a site."
fn lead(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in &scene.sentences {
        let Some(head) = scene.np_at(sentence.from).or_else(|| scene.np_at(sentence.from + 1)) else { continue };
        let opens = head.from <= sentence.from + 1 && scene.one_of(head.to, &[":", "=", "-"]);
        let first = scene.np_at(head.to + 1).filter(|np| is_one(np) && is_spoken(scene, np));
        let (Some(child), Some(_)) = (record(head).filter(|_| opens && !is_value(head)), first) else { continue };
        let parents = ones(scene, head.to + 1, sentence.to);
        if parents.len() >= 2 {
            tie(scene, sink, &child, &parents, 1.6);
        }
    }
}

/// "placements of a student at a site with start, end and outcome".
fn of(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter().filter(|np| np.plural && !is_value(np) && scene.is(np.to, "of")) {
        let Some((first, second)) = both(scene, np) else { continue };
        let Some(child) = record(np).filter(|child| !child.is_person()) else { continue };
        if is_spoken(scene, first) && is_spoken(scene, second) {
            tie(scene, sink, &child, &[first, second], 1.6);
        }
    }
}

/// The two that "placements of a student at a site" names.
pub(super) fn both<'s>(scene: &'s Scene<'_>, np: &Np) -> Option<(&'s Np, &'s Np)> {
    let first = scene.np_at(np.to + 1).filter(|first| scene.is(np.to, "of") && is_one(first))?;
    let leans = scene.one_of(first.to, &["at", "in", "on", "with", "for", "by", "to"]);
    let second = scene.np_at(first.to + 1).filter(|second| leans && is_one(second))?;
    Some((first, second))
}

/// "One interpreter takes it in the end", "…, and one interpreter is assigned".
fn takes(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene) {
        let [subject] = clause.subject.as_slice() else { continue };
        let one = subject.article.as_deref() == Some("one") && !subject.plural && is_spoken(scene, subject);
        if !one || is_value(subject) {
            continue;
        }
        let assigned = clause.passive
            && matches!(clause.base, "assign" | "appoint" | "choose" | "book")
            && !scene.one_of(clause.after, &["to", "for", "on"]);
        let child = if assigned {
            let Some(sentence) = scene.sentences.get(clause.sentence) else { continue };
            scene.first_np(sentence.from, subject.from).filter(|np| !is_value(np)).and_then(record)
        } else if scene.is(clause.after, "it") && !clause.passive {
            antecedent(scene, clause.from)
        } else {
            None
        };
        if let Some(child) = child.filter(|child| !child.is_person()) {
            tie(scene, sink, &child, &[subject], 1.4);
        }
    }
}

/// "Orders: placed by an agent for a vessel; time, remark", "Incidents: relate to an order; time".
fn done(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in &scene.sentences {
        let Some(head) = scene.nps_in(sentence.from, sentence.to).next() else { continue };
        let at = head.to + 1;
        if head.from > sentence.from + 3 || !scene.one_of(head.to, &[":", "-"]) || is_value(head) {
            continue;
        }
        let verb = scene.token(at).and_then(|token| verbs::lookup(&token.text));
        let by = verb.is_some_and(|(_, form)| form == verbs::Form::Past) && scene.one_of(at + 1, &["by", "for", "to"]);
        let relates = verb.is_some_and(|(verb, _)| matches!(verb.base, "relate" | "belong" | "concern" | "link"))
            && scene.one_of(at + 1, &["to", "with"]);
        let Some(child) = record(head).filter(|_| by || relates) else { continue };
        let mut parents: Vec<&Np> = Vec::new();
        let mut next = at + 1;
        while scene.one_of(next, &["by", "for", "to", "with", "on", "at", "in"]) {
            let Some(np) = scene.np_at(next + 1).filter(|np| is_one(np)) else { break };
            next = np.to;
            parents.extend(is_spoken(scene, np).then_some(np));
        }
        tie(scene, sink, &child, &parents, 1.6);
    }
}

/// "Of each sculpture we pour casts": what is made of one is its.
fn each(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| !clause.passive && !matches!(clause.class, Some(Class::Hold))) {
        let lead = scene.one_of(clause.from, &["of", "for", "from"]).then(|| scene.np_at(clause.from + 1)).flatten();
        let Some(whole) = lead.filter(|np| np.count == Count::Each && !is_value(np) && is_spoken(scene, np)) else {
            continue;
        };
        let made = super::objects(scene, clause.after, clause.to).into_iter().find(|np| np.plural && !is_value(np));
        if let Some(child) = made.filter(|np| is_spoken(scene, np)).and_then(record) {
            tie(scene, sink, &child, &[whole], 1.4);
        }
    }
}

/// What is done to things in the course of others.
const DONE_IN: &str = "use need do make take record perform report raise note log write replace fit enter";

/// "The parts used in a repair", "findings are recorded on a blade within an inspection".
fn used(scene: &Scene<'_>, sink: &mut Sink) {
    let of_it = |at: usize| {
        let verb = scene.token(at).and_then(|token| verbs::lookup(&token.text));
        verb.is_some_and(|(verb, form)| form == verbs::Form::Past && crate::lexicon::has(DONE_IN, verb.base))
    };
    let within = |from: usize| {
        let mut parents: Vec<&Np> = Vec::new();
        let mut next = from;
        while scene.one_of(next, &["in", "on", "at", "for", "during", "within", "of"]) {
            let Some(np) = scene.np_at(next + 1).filter(|np| is_one(np)) else { break };
            next = np.to;
            parents.extend(is_spoken(scene, np).then_some(np));
        }
        parents
    };
    for np in scene.nps.iter().filter(|np| np.plural && !is_value(np) && of_it(np.to)) {
        let asked = scene.clause_around(np).is_some_and(|clause| clause.polarity == Polarity::Asked);
        if let Some(child) = record(np).filter(|child| asked && !child.is_person()) {
            tie(scene, sink, &child, &within(np.to + 1), 1.4);
        }
    }
    for clause in asked(scene).filter(|clause| clause.passive && crate::lexicon::has(DONE_IN, clause.base)) {
        let [subject] = clause.subject.as_slice() else { continue };
        if let Some(child) = record(subject).filter(|child| !is_value(subject) && !child.is_person()) {
            tie(scene, sink, &child, &within(clause.after), 1.4);
        }
    }
}

/// "Customers with name and phone. Their pianos: make, serial number."
fn theirs(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in &scene.sentences {
        let Some(np) = scene.np_at(sentence.from).filter(|np| np.possessive.as_deref() == Some("their")) else {
            continue;
        };
        let lists = scene.is(np.to, ":") || scene.close_of(np.to).is_some() || scene.one_of(np.to, &["have", "with"]);
        let Some(child) = record(np).filter(|_| np.plural && lists && !is_value(np)) else { continue };
        let before = scene.nps_before(sentence.from).find(|np| archetypes::is_person(np.entity()) && np.plural);
        if let Some(parent) = before {
            tie(scene, sink, &child, &[parent], 1.6);
        }
    }
}
