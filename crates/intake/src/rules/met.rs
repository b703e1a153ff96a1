//! Records that the meeting of two others leaves, or that several others have: a booking of a member and a class with places,
//! what "others can like and comment" leaves, "notes on both contacts and deals", "from one or more suppliers".

use super::{Rule, Sink, antecedent, is_value, objects, record};
use crate::clauses::{Clause, Join};
use crate::facts::{Evidence, Fact, Thing};
use crate::lexicon::archetypes;
use crate::lexicon::verbs::{self, Class};
use crate::lists;
use crate::nouns::Np;
use crate::rules::has::asked;
use crate::rules::tied::table;
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "met.place", example: "Keepers book tours with a limited number of seats.", run: place },
    Rule { id: "met.asked", example: "Keepers book a kayak for a date, start time and group size.", run: asked_for },
    Rule { id: "met.reacts", example: "Keepers post walks. Others can like and comment.", run: reacts },
    Rule { id: "met.both", example: "We need notes and tasks on both kayaks and tours.", run: both },
    Rule { id: "met.several", example: "Kayaks come from one or more builders.", run: several },
];

/// What many people take part in at once.
const ATTENDED: &str = "class workshop course lesson webinar retreat tour excursion seminar event training screening";
/// Words of how many can come.
const PLACES: &str = "spot capacity seat waitlist waiting-list attendee attendance";

/// What a verb leaves, by the word that the request has for it: who books a table may speak of reservations.
fn left_by(scene: &Scene<'_>, base: &str) -> Option<&'static str> {
    let reserved = scene.tokens.iter().any(|token| token.lemma == "reservation");
    if base == "book" && reserved { Some("reservation") } else { verbs::event_of(base) }
}

/// "members book classes" that have 12 spots: what is booked stays, each booking is one more.
fn place(scene: &Scene<'_>, sink: &mut Sink) {
    let limited = scene.tokens.iter().any(|token| crate::lexicon::has(PLACES, &token.lemma));
    for clause in asked(scene).filter(|clause| matches!(clause.base, "book" | "reserve") && !clause.passive) {
        let Some(np) = objects(scene, clause.after, clause.to).into_iter().next() else { continue };
        let attended = crate::lexicon::has(ATTENDED, np.head());
        let Some(parent) = table(np).filter(|parent| attended && limited && !parent.is_person()) else { continue };
        let Some(event) = left_by(scene, clause.base) else { continue };
        let child = Thing::named(event, scene.span(clause.verb.unwrap_or(clause.from), clause.after));
        let span = scene.span(clause.from, clause.to);
        sink.add(Fact::Belongs { child, parent }, span, 1.5);
    }
}

/// "guests book a table for a date, time and party size": what is asked at a booking.
fn asked_for(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| matches!(clause.base, "book" | "reserve" | "rent") && !clause.passive) {
        let Some(np) = objects(scene, clause.after, clause.to).into_iter().next() else { continue };
        // "book an appointment for a date and time": the appointment's own.
        let event = archetypes::sort(np.entity()) == Some(archetypes::Sort::Event);
        let leaves = if event { None } else { left_by(scene, clause.base) };
        let owner = leaves.map(|event| Thing::named(event, scene.span(clause.from, clause.after)));
        let Some(owner) = owner.or_else(|| record(np)).filter(|_| scene.one_of(np.to, &["for", "with"])) else {
            continue;
        };
        let items = lists::read(scene, np.to + 1, clause.to);
        if items.len() >= 2 && items.iter().all(|item| item.known() && !item.plural) {
            sink.has(&owner, items, 1.6);
        }
    }
}

/// What people do to what others post, where no object is said.
const REACTS: &[&str] = &["like", "comment", "bookmark", "favorite", "vote", "rate", "review", "reply"];

/// "others can like and comment": on what is posted there.
fn reacts(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| !clause.passive && REACTS.contains(&clause.base)) {
        let may = clause.modal.as_deref().is_some_and(|modal| matches!(modal, "can" | "may" | "could" | "should"));
        let speaks = matches!(clause.pronoun.as_deref(), Some("i" | "we" | "you"));
        // "like, comment and bookmark": the others look like nouns.
        let bare = |np: &Np| np.article.is_none() && np.possessive.is_none() && !np.plural && np.words().len() == 1;
        let verb = |np: &Np| verbs::lookup(np.head()).filter(|_| bare(np)).map(|(verb, _)| verb.base);
        let mut all: Vec<(&'static str, usize)> = vec![(clause.base, clause.after)];
        let mut alone = !scene.one_of(clause.after, &["to", "for", "on"]);
        for np in scene.nps_in(clause.after, clause.to).filter(|np| !is_value(np)) {
            match verb(np).filter(|base| REACTS.contains(base)) {
                Some(base) => all.push((base, np.to)),
                None => alone = false,
            }
        }
        let parent = posted(scene, clause).or_else(|| antecedent(scene, clause.from));
        let Some(parent) = parent.filter(|parent| may && alone && !speaks && !parent.is_person()) else { continue };
        for (base, end) in all {
            let Some(event) = verbs::event_of(base).filter(|event| parent.name != *event) else { continue };
            let child = Thing { plural: true, ..Thing::named(event, scene.span(end.saturating_sub(1), end)) };
            sink.add(Fact::Mention(child.clone()), child.span, 0.8);
            sink.add(Fact::Belongs { child, parent: parent.clone() }, scene.span(clause.from, clause.to), 1.6);
        }
    }
}

/// What was last said to be put there by people.
fn posted(scene: &Scene<'_>, clause: &Clause) -> Option<Thing> {
    let before =
        scene.clauses.iter().rev().filter(|other| other.to <= clause.from && other.sentence + 3 > clause.sentence);
    let puts = |other: &&Clause| matches!(other.class, Some(Class::Create | Class::Upload)) && !other.passive;
    before
        .filter(puts)
        .find_map(|other| objects(scene, other.after, other.to).into_iter().find(|np| !is_value(np)).and_then(record))
        .filter(|thing| !thing.is_person())
}

/// "notes and tasks on both contacts and deals", with the places of both lists.
fn on_both<'s>(scene: &'s Scene<'_>) -> Vec<(Vec<&'s Np>, [&'s Np; 2])> {
    let mut found = Vec::new();
    for at in 1..scene.tokens.len() {
        if !(scene.one_of(at, &["on", "for", "to", "under", "against"]) && scene.one_of(at + 1, &["both", "either"])) {
            continue;
        }
        let Some(first) = scene.np_at(at + 2).or_else(|| scene.np_at(at + 1)) else { continue };
        let Some(second) = scene.one_of(first.to, &["and", "or", "&"]).then(|| scene.np_at(first.to + 1)).flatten()
        else {
            continue;
        };
        let Some(last) = scene.np_before(at).filter(|np| np.to == at && np.plural) else { continue };
        let mut children = vec![last];
        // "notes and tasks": those in front, as far as they are several of something too.
        let mut from = last.from;
        while scene.one_of(from.wrapping_sub(1), &["and", "&"])
            && let Some(np) = scene.np_before(from - 1).filter(|np| np.to + 1 == from && np.plural)
        {
            children.push(np);
            from = np.from;
        }
        children.reverse();
        found.push((children, [first, second]));
    }
    found
}

/// "notes and tasks on both contacts and deals": each hangs on one of the one or one of the other.
fn both(scene: &Scene<'_>, sink: &mut Sink) {
    for (children, parents) in on_both(scene) {
        for child in children {
            let thing = Thing::of(child);
            sink.add(Fact::Mention(thing.clone()), child.span, 1.2);
            for parent in parents.into_iter().filter_map(table).filter(|parent| parent.name != thing.name) {
                let fact = Fact::Belongs { child: thing.clone(), parent };
                sink.add(fact, scene.span(child.from, parents[1].to), 1.4);
            }
        }
    }
}

/// What is tied to both is no value of what was listed before it.
pub(super) fn claim(scene: &Scene<'_>, evidence: &mut Vec<Evidence>) {
    for (children, parents) in on_both(scene) {
        let Some(first) = children.first() else { continue };
        let whole = scene.span(first.from, parents[1].to);
        evidence.retain(|found| {
            let listed = matches!(found.fact, Fact::Has { .. }) && !found.rule.starts_with("met.");
            !(listed && whole.start <= found.span.start && found.span.end <= whole.end)
        });
    }
}

/// "products come from one or more suppliers": and a supplier has more than one product.
fn several(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.join == Join::Main && !clause.carried) {
        let [subject] = clause.subject.as_slice() else { continue };
        let from = clause.after;
        if !scene.one_of(from, &["from", "in", "with", "to", "at", "by"]) || !subject.plural {
            continue;
        }
        let counted =
            scene.is(from + 1, "one") && scene.is(from + 2, "or") && scene.one_of(from + 3, &["more", "several"])
                || scene.one_of(from + 1, &["several", "multiple", "various", "different"]);
        let np = (from + 1..from + 5).find_map(|at| scene.np_at(at)).filter(|np| np.plural && np.to <= clause.to);
        let (Some(a), Some(b)) = (table(subject), np.and_then(table)) else { continue };
        let known = archetypes::sort(&b.name).is_some() || archetypes::sort(b.head()).is_some();
        let meets = matches!(clause.base, "come" | "be" | "belong" | "work") || clause.passive;
        if counted && meets && known && a.name != b.name && scene.tag(clause.from) != Some(Tag::Pronoun) {
            sink.add(Fact::ManyToMany { a, b }, scene.span(clause.from, clause.to), 1.7);
        }
    }
}
