//! What whole sentences say of a record: "riders get a name", "a showing is of one film", "is standard or premium".

use super::has::asked;
use super::{Rule, Sink, is_value, list_owner, record};
use crate::clauses::Polarity;
use crate::facts::{Fact, Item, Thing};
use crate::lexicon::fields::FieldType;
use crate::lexicon::{archetypes, verbs};
use crate::lists;
use crate::nouns::{Count, Np};
use crate::scene::Scene;
use crate::tags::Tag;
use crate::values;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "prose.get", example: "Paddlers get a name, a phone and an email address.", run: get },
    Rule { id: "prose.comma_with", example: "From a plan comes a tour, with a date and a price.", run: comma_with },
    Rule { id: "prose.is_of", example: "Tours are of one river with one guide.", run: is_of },
    Rule { id: "prose.made_of", example: "A tour is made up of legs.", run: made_of },
    Rule { id: "prose.who_did", example: "I want to know who borrowed a kayak.", run: who_did },
    Rule { id: "prose.comes_with", example: "Kayaks come with a price and a length.", run: comes_with },
    Rule { id: "prose.is_one_of", example: "A kayak has a length and is new, used or broken.", run: is_one_of },
    Rule { id: "prose.matters", example: "Kayaks are important: name, length, price.", run: matters },
];

fn known(items: &[Item]) -> usize {
    items.iter().filter(|item| item.known()).count()
}

fn table(np: &Np) -> Option<Thing> {
    record(np).filter(|_| !is_value(np))
}

/// "riders get name, phone and plate": not "riders get an email".
fn get(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.base == "get" && !clause.passive && clause.modal.is_none()) {
        let items = lists::read(scene, clause.after, clause.to);
        // "each batch gets readings".
        let many = scene.np_at(clause.after).filter(|np| np.plural && archetypes::sort(np.entity()).is_some());
        if let Some(child) = many.and_then(table) {
            for parent in clause.subject.iter().filter_map(table).filter(|parent| !parent.is_person()) {
                let fact = Fact::Many { parent, child: child.clone() };
                sink.add(fact, scene.span(clause.from, clause.to), 1.5);
            }
        }
        // "every job gets a quote".
        let one = scene.np_at(clause.after).filter(|np| {
            let kept = archetypes::sort(np.entity()).is_some_and(|sort| sort != archetypes::Sort::Person);
            let sent =
                crate::lexicon::has("reminder message letter receipt notification report note discount", np.head());
            matches!(np.article.as_deref(), Some("a" | "an" | "one"))
                && np.to >= clause.to
                && kept
                && !sent
                && !np.plural
        });
        if let Some(child) = one.and_then(table) {
            let each = clause.subject.iter().filter(|np| np.count == Count::Each || np.plural);
            for parent in each.filter_map(table).filter(|parent| !parent.is_person()) {
                let fact = Fact::Many { parent, child: child.clone() };
                sink.add(fact, scene.span(clause.from, clause.to), 1.5);
            }
        }
        let told = |item: &Item| {
            crate::lexicon::has("email sms message notification reminder alert push text receipt link", &item.entity)
        };
        if items.len() < 3 || known(&items) * 2 < items.len() || items.first().is_some_and(told) {
            continue;
        }
        for owner in clause.subject.iter().filter_map(table) {
            sink.has(&owner, items.clone(), 2.0);
        }
    }
}

/// "an article, with a headline and a body", "plots, numbered, with a size", "pieces, by a composer, with a title".
fn comma_with(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 2..scene.tokens.len() {
        if !scene.is(at, "with") || !scene.is(at - 1, ",") || scene.depth_at(at) > 0 {
            continue;
        }
        let states = |clause: &&crate::clauses::Clause| {
            let condition = clause.join == crate::clauses::Join::Condition;
            clause.verb.is_some() && clause.polarity == Polarity::Asked && !condition && clause.from < at
        };
        let Some(clause) = scene.clause_at(at).filter(states) else { continue };
        let described =
            scene.token(at - 2).is_some_and(|token| token.text.ends_with("ed")) && scene.is(at.saturating_sub(3), ",");
        let Some(mut np) = scene.np_before(if described { at - 3 } else { at - 1 }) else { continue };
        // An aside with a preposition: the phrase before it.
        while let Some(comma) = np
            .from
            .checked_sub(2)
            .filter(|comma| scene.is(*comma, ",") && scene.tag(np.from - 1) == Some(Tag::Preposition))
            && let Some(before) = scene.np_before(comma)
        {
            np = before;
        }
        let own = || {
            table(np).filter(|_| {
                np.plural || matches!(np.article.as_deref(), Some("a" | "an" | "one")) || np.count == Count::Each
            })
        };
        let subject =
            || clause.subject.first().filter(|subject| subject.to < at && record(np).is_none()).and_then(table);
        let stated = list_owner(scene, np).filter(|_| clause.base == "be").or_else(own);
        let Some(owner) = stated.or_else(subject) else { continue };
        let end = clause.to;
        let items = lists::read(scene, at + 1, end);
        if known(&items) >= 2 || known(&items) == 1 && items.len() <= 2 {
            sink.has(&owner, items, 1.8);
        }
    }
}

/// "showings are of one film in one screen", "a donation is from a donor": one for each.
fn is_of(scene: &Scene<'_>, sink: &mut Sink) {
    let ties = |clause: &&crate::clauses::Clause| {
        (matches!(clause.base, "be" | "go" | "happen" | "run") || rests(clause.base)) && !clause.passive
    };
    let here = |clause: &&crate::clauses::Clause| {
        let places = if clause.base == "come" { &["from"][..] } else { PLACES };
        !rests(clause.base) || scene.one_of(clause.after, places)
    };
    for clause in asked(scene).filter(ties).filter(here).filter(|clause| clause.modal.is_none()) {
        let [subject] = clause.subject.as_slice() else { continue };
        let any = subject.plural && subject.possessive.is_none() || matches!(subject.count, Count::Each | Count::One);
        // "shelves stand in aisles": names of values, where nothing is said of them.
        // "each ticket is good for one event".
        let good =
            usize::from(clause.base == "be" && scene.one_of(clause.after, &["good", "valid", "meant", "intended"]));
        let kept_np = |np: &Np| record(np).filter(|thing| !is_value(np) || described(scene, &thing.name));
        let Some(child) = kept_np(subject).filter(|_| any) else { continue };
        let mut at = clause.after + good;
        let mut found = 0;
        while scene
            .one_of(at, &["of", "from", "with", "in", "by", "on", "for", "at", "through", "to", "into", "about", "regarding", "under", "inside", "within",
                "aboard"])
            // "for one horse and one rider".
            || found > 0 && scene.is(at, "and") && scene.np_at(at + 1).is_some_and(|np| np.article.as_deref() == Some("one"))
        {
            let exact = usize::from(scene.one_of(at + 1, &["exactly", "only", "always", "just"]));
            let Some(np) = scene.np_at(at + 1 + exact).filter(|np| np.to <= clause.to) else { break };
            let one = matches!(np.article.as_deref(), Some("a" | "an" | "one"));
            let many = np.plural && subject.plural && np.article.is_none() && np.possessive.is_none();
            let Some(parent) = kept_np(np).filter(|parent| (one || many) && parent.name != child.name) else { break };
            let kept = |thing: &Thing| archetypes::sort(&thing.name).is_some() || described(scene, &thing.name);
            // "guests sit on chairs", "employees work at a desk": where somebody is, unless something is said of it.
            if rests(clause.base) && !(kept(&child) && described(scene, &parent.name)) {
                break;
            }
            let sure = kept(&child) || kept(&parent);
            let fact = Fact::Belongs { child: child.clone(), parent };
            sink.add(fact, scene.span(clause.from, np.to), if sure { 1.6 } else { 1.1 });
            found += 1;
            at = scene.close_of(np.to).map_or(np.to, |close| close + 1);
        }
        // "lessons are with one teacher, start time, price".
        if found > 0 && scene.is(at, ",") {
            let items = lists::read(scene, at + 1, clause.to);
            if known(&items) >= 2 {
                sink.has(&child, items, 1.8);
            }
        }
    }
}

/// Where something rests.
const PLACES: &[&str] = &["in", "on", "at", "under", "inside", "within", "aboard"];

/// Verbs that say where something is, or where it is from: "a patient lies in a ward".
fn rests(base: &str) -> bool {
    crate::lexicon::has("lie sit stand live hang stay reside work sleep graze moor belong come remain", base)
}

/// Whether the request says what such a record has.
pub(super) fn described(scene: &Scene<'_>, name: &str) -> bool {
    scene.clauses.iter().any(|clause| {
        clause.base == "have" && !clause.carried && clause.subject.iter().any(|subject| subject.entity() == name)
    }) || scene.nps.iter().any(|np| np.entity() == name && scene.close_of(np.to).is_some())
}

/// "a project is made up of phases".
fn made_of(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        let up = usize::from(scene.is(at + 1, "up"));
        if !scene.one_of(at, &["made", "composed", "comprised"]) || !scene.is(at + 1 + up, "of") {
            continue;
        }
        let Some(clause) = scene.clause_at(at).filter(|clause| clause.polarity == Polarity::Asked) else { continue };
        let be = (clause.from..at).rev().find(|at| scene.tag(*at) == Some(Tag::Be));
        let Some(owner) = be.and_then(|be| scene.np_before(be)).and_then(table) else { continue };
        let many = scene.np_at(at + 2 + up).filter(|np| np.plural && !is_value(np));
        if let Some(child) = many.and_then(table).filter(|child| child.name != owner.name) {
            let fact = Fact::Many { parent: owner.clone(), child };
            sink.add(fact, scene.span(clause.from, clause.to), 1.8);
        }
        sink.has(&owner, lists::read(scene, at + 2 + up, clause.to), 1.6);
    }
}

/// "who borrowed a tool and when it is due": what was done leaves a record.
fn who_did(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        let asks = at > 0
            && scene.is(at, "who")
            && matches!(scene.tag(at - 1), Some(Tag::Verb | Tag::Conjunction | Tag::Sign | Tag::Noun));
        let asked = || scene.clause_at(at).is_some_and(|clause| clause.polarity == Polarity::Asked);
        let verb = scene.token(at + 1).and_then(|token| verbs::lookup(&token.text)).map(|(verb, _)| verb.base);
        let Some(event) = verb.filter(|_| asks && asked()).and_then(verbs::event_of) else { continue };
        let Some(np) = scene.np_at(at + 2).filter(|np| !is_value(np)) else { continue };
        let Some(parent) = record(np).filter(|parent| parent.name != event) else { continue };
        let child = Thing::named(event, scene.span(at, at + 2));
        let span = scene.span(at, np.to);
        sink.add(Fact::Mention(child.clone()), span, 1.0);
        sink.add(Fact::Belongs { child: child.clone(), parent }, span, 1.5);
        if scene.words(np.to, scene.sentence_end(at)).contains("is due") {
            let item = Item {
                name: "due_date".into(),
                entity: "due_date".into(),
                span: Some(span),
                kind: Some(FieldType::Date),
                ..Item::default()
            };
            sink.has(&child, vec![item], 1.6);
        }
    }
}

/// "jobs come with a date and a price".
fn comes_with(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.base == "come" && scene.is(clause.after, "with")) {
        let items = lists::read(scene, clause.after + 1, clause.to);
        if known(&items) == 0 {
            continue;
        }
        for owner in clause.subject.iter().filter_map(table) {
            sink.has(&owner, items.clone(), 1.8);
        }
    }
}

/// "is standard, premium or wheelchair": three or more, or two without an article.
fn is_one_of(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.base == "be" && clause.modal.is_none() && !clause.passive) {
        let Some(verb) = clause.verb else { continue };
        let start = verb + 1 + usize::from(scene.is(verb + 1, "either"));
        let or = (start..clause.to).find(|at| scene.is(*at, "or"));
        let Some(or) = or.filter(|or| *or > start && !scene.is(or + 1, "not")) else { continue };
        let end = (or..clause.to)
            .find(|at| {
                scene.is(*at, ",")
                    || *at > or + 1
                        && matches!(scene.tag(*at), Some(Tag::Preposition | Tag::Conjunction | Tag::Subordinator))
            })
            .unwrap_or(clause.to);
        let (found, _) = values::values(scene, start, end);
        let plain = (start..end).all(|at| {
            matches!(scene.tag(at), Some(Tag::Noun | Tag::Adjective | Tag::Participle | Tag::Adverb | Tag::Verb))
                || scene.one_of(at, &[",", "or", "on", "in", "/", "either"])
        });
        let short = found.iter().all(|value| value.split('_').count() <= 2 && !value.is_empty());
        // "is male or female", "is open or closed": two that only describe.
        let sexes = found.iter().all(|value| matches!(value.as_str(), "male" | "female"));
        let describes = |at: usize| {
            matches!(scene.tag(at), Some(Tag::Adjective | Tag::Participle)) || scene.one_of(at, &["or", "either"])
        };
        let two = found.len() == 2 && (sexes || (start..end).all(describes));
        if !plain || !short || found.len() < 3 && !two {
            continue;
        }
        let stated = (start..end).any(|at| {
            matches!(scene.tag(at), Some(Tag::Participle | Tag::Verb | Tag::Adverb | Tag::Preposition))
                || scene.one_of(at, &["open", "available", "active", "new", "done", "closed", "free"])
        });
        let field = if sexes {
            "sex"
        } else if stated || two {
            "status"
        } else {
            "type"
        };
        for owner in clause.subject.iter().filter_map(table) {
            let fact = Fact::Values { owner: Some(owner), field: field.into(), values: found.clone() };
            sink.add(fact, scene.span(clause.from, end), 1.8);
        }
    }
}

/// "sources are important: name, phone": the list is of the subject.
fn matters(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.base == "be") {
        let Some(colon) = (clause.after..clause.to).find(|at| scene.is(*at, ":") && scene.depth_at(*at) == 0) else {
            continue;
        };
        if scene.nps_in(clause.after, colon).next().is_some() {
            continue;
        }
        let items = lists::read(scene, colon + 1, clause.to);
        if known(&items) < 2 || known(&items) * 2 < items.len() {
            continue;
        }
        for owner in clause.subject.iter().filter(|np| np.plural || !is_value(np)).filter_map(record) {
            sink.has(&owner, items.clone(), 1.8);
        }
    }
}
