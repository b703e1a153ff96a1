//! Headings that name a record and what it belongs to: "Inspections of a tree: date, result", "Repairs per van",
//! "Comments on tickets", "Parts used on a work order: part number, quantity".
//!
//! What follows such a heading belongs to its first phrase; other rules ask `child` before they take the second.

use super::{Rule, Sink, is_value, record};
use crate::clauses::Polarity;
use crate::facts::{Fact, Thing};
use crate::lexicon::{archetypes, fields, words};
use crate::lists;
use crate::nouns::{Count, Np};
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "headed.of", example: "Launches of a kayak: date, place, comment", run: of },
    Rule { id: "headed.single", example: "I lend kayaks. Tags.", run: single },
    Rule { id: "headed.wants", example: "Kayak crew wants: kayaks, paddles, tours.", run: wants },
];

/// How the second phrase of a heading leans on the first.
const LEANS: &[&str] = &["of", "per", "for", "on", "in", "to", "from", "at", "by"];

struct Headed<'s> {
    child: &'s Np,
    thing: Thing,
    parent: &'s Np,
}

/// The two phrases of a heading that opens a sentence and has no verb.
fn heading<'s>(scene: &'s Scene<'_>, from: usize, to: usize) -> Option<Headed<'s>> {
    let first = scene.first_np(from, to).filter(|np| np.from <= from + 1)?;
    let named = archetypes::sort(first.entity()).is_some();
    let several = first.plural || first.count == Count::Each || named && first.article.is_none();
    let file = fields::guess(first.field()).is_some_and(|guess| guess.file);
    let thing = record(first).filter(|_| several && !is_value(first) && !file && first.possessive.is_none())?;
    let mut at = scene.close_of(first.to).map_or(first.to, |close| close + 1);
    while matches!(scene.tag(at), Some(Tag::Participle | Tag::Adjective | Tag::Verb))
        && scene
            .token(at)
            .is_some_and(|token| token.text.ends_with("ed") || token.one_of(&["made", "written", "given"]))
    {
        at += 1;
    }
    let parent = scene.one_of(at, LEANS).then(|| scene.np_at(at + 1)).flatten().filter(|np| np.to <= to)?;
    let ends = parent.to >= to || scene.one_of(parent.to, &[":", ",", "(", "with", "-", "including", ";"]);
    let person = archetypes::is_person(parent.entity()) && !archetypes::is_kept(parent.entity());
    // "courses for students" says whom they are for, "rooms in the hotel" where everything is.
    let audience = scene.is(at, "for") && archetypes::is_person(parent.entity()) && parent.plural;
    let colon = scene.is(parent.to, ":") && !scene.is(at, "at");
    let ours = !colon && (parent.possessive.is_some() || parent.article.as_deref() == Some("the") && !parent.plural);
    let fits = ends && !person && !audience && !ours && !is_value(parent) && record(parent).is_some();
    let apart = parent.entity() != first.entity() && !words::is_app_head(first.head());
    (fits && apart).then_some(Headed { child: first, thing, parent })
}

/// The record that a heading is about, where `np` is what that belongs to.
pub(super) fn child(scene: &Scene<'_>, np: &Np) -> Option<Thing> {
    let sentence = scene.sentence_at(np.from).and_then(|at| scene.sentences.get(at))?;
    let headed = heading(scene, sentence.from, sentence.to).filter(|headed| headed.parent.span == np.span)?;
    Some(headed.thing)
}

/// What is done with records, as headings say it.
const HANDLING: &str = "registration receipt intake management administration onboarding maintenance entry register";

/// The record of a heading that names what is done with it: clients, of "Client registration: name, address".
pub(super) fn kept_by(scene: &Scene<'_>, np: &Np) -> Option<Thing> {
    let (last, rest) = np.words().split_last().filter(|(_, rest)| !rest.is_empty())?;
    let kept = np.renamed(rest.to_vec());
    let spoken_of = scene.nps.iter().any(|other| other.span != np.span && other.entity() == kept.entity());
    // Who registers for an event is kept, and what is registered is not the registration.
    let registers = last.lemma != "registration" || archetypes::is_person(kept.entity());
    let handled = crate::lexicon::has(HANDLING, &last.lemma) && registers && spoken_of;
    record(&kept).filter(|_| handled && !is_value(&kept) && archetypes::sort(np.entity()).is_none())
}

fn of(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in &scene.sentences {
        let Some(headed) = heading(scene, sentence.from, sentence.to) else { continue };
        if scene.clause_at(sentence.from).is_none_or(|clause| clause.polarity != Polarity::Asked) {
            continue;
        }
        let Headed { child, thing, parent } = headed;
        let span = scene.span(child.from, parent.to);
        let known = |name: &str| archetypes::sort(name).is_some();
        sink.add(Fact::Mention(thing.clone()), span, if known(&thing.name) { 1.3 } else { 0.9 });
        let Some(owner) = record(parent) else { continue };
        if scene.is(parent.to, ":") {
            let end = (parent.to..sentence.to).find(|at| scene.is(*at, ";")).unwrap_or(sentence.to);
            let items = lists::read(scene, parent.to + 1, end);
            if items.iter().filter(|item| item.known()).count() * 2 >= items.len() {
                sink.has(&thing, items, 2.2);
            }
        }
        if known(&owner.name) || parent.plural || parent.count == Count::Each || scene.is(parent.from - 1, "per") {
            sink.add(Fact::Belongs { child: thing, parent: owner }, span, 1.6);
        }
    }
}

/// "Tags.": a sentence, or a line, that is one plural of a record that many keep.
fn single(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in scene.sentences.iter().skip(1) {
        let alone = |np: &&Np| {
            let signs =
                |from: usize, to: usize| (from..to).all(|at| scene.token(at).is_some_and(|token| token.is_sign()));
            signs(sentence.from, np.from) && signs(np.to, sentence.to)
        };
        // "Questions? Ring me."
        let Some(np) = scene.first_np(sentence.from, sentence.to).filter(alone).filter(|np| !scene.is(np.to, "?"))
        else {
            continue;
        };
        let asked = scene.clause_at(np.from).is_some_and(|clause| clause.polarity == Polarity::Asked);
        let kept = archetypes::sort(np.entity()).is_some() && np.plural && !archetypes::is_person(np.entity());
        // "Events" above sentences of what happens.
        let above = |thing: &Thing| words::is_section(&thing.name) && leads(scene, sentence.block);
        let title = |thing: &Thing| super::listed::is_title(scene, np, thing) || above(thing);
        if let Some(thing) = record(np).filter(|thing| asked && kept && !is_value(np) && !title(thing)) {
            sink.add(Fact::Mention(thing), np.span, 1.3);
        }
    }
}

/// Whether bullets under the line say something, rather than name values.
fn leads(scene: &Scene<'_>, line: usize) -> bool {
    let under = scene
        .sentences
        .iter()
        .filter(|one| scene.blocks.get(one.block).is_some_and(|block| block.parent == Some(line)));
    let says =
        |at: usize| matches!(scene.tag(at), Some(Tag::Verb | Tag::Be | Tag::Have | Tag::Modal)) || scene.is(at, "->");
    under.into_iter().any(|one| (one.from..one.to).any(says))
}

/// "Sales team wants: accounts, contacts": who asks is no record.
fn wants(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in scene.sentences.iter().take(2) {
        let Some(np) = scene.first_np(sentence.from, sentence.to).filter(|np| np.from <= sentence.from + 1) else {
            continue;
        };
        let asks = scene.one_of(np.to, &["wants", "needs", "want", "need"]) && scene.is(np.to + 1, ":");
        if asks {
            sink.add(Fact::App(Thing::of(np)), np.span, 1.6);
        }
    }
}
