//! Values that are said without the name of their field: "loans can be pending, approved or rejected", "there are three
//! types of tickets: …", "low, medium or high priority".

use super::{Rule, Sink, is_value, objects, record};
use crate::facts::{Fact, Thing};
use crate::lexicon::fields;
use crate::lexicon::verbs::{self, Class};
use crate::nouns::Np;
use crate::rules::has::asked;
use crate::scene::Scene;
use crate::tags::Tag;
use crate::values;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "states.can_be", example: "A kayak can be free, rented or broken.", run: can_be },
    Rule { id: "states.types", example: "There are three types of kayaks: sea, river and polo.", run: types },
    Rule { id: "states.before", example: "A kayak has low, medium or high priority.", run: before },
    Rule { id: "states.through", example: "A kayak goes through these stages: ordered, built, sold.", run: through },
    Rule { id: "states.set", example: "Kayaks have a length. A guide can mark kayaks as repaired or sold.", run: set },
    Rule { id: "states.moved", example: "Guides move kayaks through ordered, built and sold.", run: moved },
];

fn emit(
    scene: &Scene<'_>,
    sink: &mut Sink,
    owner: Option<Thing>,
    field: &str,
    values: Vec<String>,
    at: (usize, usize),
) {
    let fits = values.len() >= 2 && values.iter().all(|value| !value.is_empty() && value.len() <= 30);
    if fits {
        sink.add(Fact::Values { owner, field: field.to_owned(), values }, scene.span(at.0, at.1), 2.0);
    }
}

/// "is either open or closed", "can be pending, approved or rejected": not "can be edited or deleted".
fn can_be(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene) {
        let Some(verb) = clause.verb else { continue };
        let be = if clause.base == "be" {
            verb
        } else if clause.passive {
            match (clause.from..verb).rev().find(|at| scene.tag(*at) == Some(Tag::Be)) {
                Some(be) => be,
                None => continue,
            }
        } else {
            continue;
        };
        let either = scene.is(be + 1, "either");
        let may = either || matches!(clause.modal.as_deref(), Some("can" | "could" | "may" | "might"));
        let start = be + 1 + usize::from(either);
        let sentence_end = scene.sentences.get(clause.sentence).map_or(clause.to, |s| s.to);
        // "open, waiting for parts or finished": of a value, until the last of them has begun.
        let last = (start..sentence_end).find(|at| scene.one_of(*at, &["or", "then"])).unwrap_or(start);
        let end = (start..sentence_end)
            .find(|at| {
                let within = *at < last && scene.one_of(*at, &["for", "on", "to", "from"])
                    || scene.is(*at, "on") && scene.one_of(at - 1, &[",", "or"]);
                !within
                    && scene.one_of(
                        *at,
                        &["by", "with", "for", "from", "when", "if", "until", "has", "have", "depending", "to", "on"],
                    )
            })
            .unwrap_or(sentence_end);
        let end = if scene.is(end.saturating_sub(1), "and") { end - 1 } else { end };
        let or = (start..end).any(|at| scene.one_of(at, &["or", "/"]) || !may && scene.is(at, "then"));
        // "received, sent to the workshop or collected": what stands behind a state is of it.
        if let Some(values) = row_with_tails(scene, start, sentence_end, may || clause.modal.is_some()) {
            let it = matches!(clause.pronoun.as_deref(), Some("it" | "they")) && clause.subject.is_empty();
            let before = || super::antecedent(scene, clause.from).filter(|thing| !thing.is_person());
            let owners: Vec<Thing> = clause.subject.iter().filter(|np| !is_value(np)).filter_map(record).collect();
            for owner in owners.into_iter().chain(it.then(before).flatten()) {
                emit(scene, sink, Some(owner), "status", values.clone(), (clause.from, sentence_end));
            }
            continue;
        }
        let chooses = may || clause.modal.is_none() && clause.passive && is_row(scene, start, end);
        if !chooses
            || !or
            || scene.one_of(end, &["by", "with", "from", "to", "on"])
            || scene.np_at(start).is_some_and(|np| np.article.is_some())
        {
            continue;
        }
        let done = (start..end).any(|at| {
            scene.token(at).and_then(|token| verbs::lookup(&token.text)).is_some_and(|(verb, _)| {
                let state = matches!(
                    verb.base,
                    "close"
                        | "cancel"
                        | "finish"
                        | "complete"
                        | "publish"
                        | "draft"
                        | "archive"
                        | "resolve"
                        | "renew"
                        | "return"
                        | "withdraw"
                        | "open"
                );
                !state
                    && may
                    && matches!(
                        verb.class,
                        Class::Create
                            | Class::Update
                            | Class::Delete
                            | Class::Read
                            | Class::Send
                            | Class::Upload
                            | Class::Assign
                            | Class::Relate
                    )
            })
        });
        let (values, _) = values::values(scene, start, end);
        // "are either cars, vans or trucks": kinds, and no states.
        let kinds = either
            && (start..end)
                .filter(|at| !scene.one_of(*at, &[",", "or", "/", "and"]))
                .all(|at| scene.tag(at) == Some(Tag::Noun) && scene.token(at).is_some_and(|token| token.plural()));
        if done || kinds || values.iter().any(|value| value.split('_').count() > 3) {
            continue;
        }
        for owner in
            clause.subject.iter().filter(|np| !is_value(np) && !fields::takes_values(np.head())).filter_map(record)
        {
            emit(scene, sink, Some(owner), "status", values.clone(), (clause.from, end));
        }
    }
}

/// "booked, confirmed, done or cancelled": states in a row, and nothing else. What only is made, changed or deleted is no row.
fn is_row(scene: &Scene<'_>, from: usize, to: usize) -> bool {
    let verb = |at: usize| scene.token(at).and_then(|token| verbs::lookup(&token.text));
    let past = |at: usize| verb(at).is_some_and(|(_, form)| form == verbs::Form::Past);
    let state = |at: usize| {
        past(at)
            || matches!(scene.tag(at), Some(Tag::Adjective | Tag::Participle | Tag::Adverb))
            || scene
                .one_of(at, &["in", "on", "out", "up", "no-show", "progress", "hold", "not", "over", "done", "ready"])
    };
    let sign = |at: usize| scene.one_of(at, &[",", "or", "/", "and", "then"]);
    let works = |at: usize| {
        verb(at)
            .is_some_and(|(verb, _)| matches!(verb.class, Class::Create | Class::Update | Class::Delete | Class::Read))
            && !scene.one_of(
                at,
                &["closed", "cancelled", "canceled", "finished", "completed", "archived", "published", "resolved"],
            )
    };
    let words = (from..to).filter(|at| !sign(*at));
    words.clone().all(state)
        && words.clone().count() >= 2
        && !words.clone().all(works)
        && (from..to).any(|at| scene.one_of(at, &["or", "then"]))
}

/// What happens to things, one after the other.
const PASSES: &str = "receive collect deliver pick return repair ship lose sell dispatch store clean wash pack rent lend fix mend scrap \
    donate reserve check";

/// "received, ready for pickup or collected", "new, waiting for payment, paid or shipped": three states or more, of
/// which one says for what, where or to whom it is. Articles are no part of their names. What "can be edited, sent to a
/// customer or deleted" is only done to it, so after a modal one of them says how it is.
fn row_with_tails(scene: &Scene<'_>, from: usize, to: usize, modal: bool) -> Option<Vec<String>> {
    let last = (from..to).rev().find(|at| scene.one_of(*at, &["or", "/"]))?;
    let by = (last..to).find(|at| scene.is(*at, "by"));
    let to = by.unwrap_or(to);
    let mut parts = Vec::new();
    let mut start = from;
    for end in (from..to).filter(|at| scene.one_of(*at, &[",", "or", "/"])).chain([to]) {
        if start < end {
            parts.push((start, end));
        }
        start = end + 1;
    }
    let verb = |at: usize| scene.token(at).and_then(|token| verbs::lookup(&token.text));
    let happened = |at: usize| {
        scene.tag(at) == Some(Tag::Participle)
            || verb(at).is_some_and(|(_, form)| matches!(form, verbs::Form::Past | verbs::Form::Ing))
    };
    let state = |at: usize| {
        happened(at)
            || matches!(scene.tag(at), Some(Tag::Adjective | Tag::Adverb))
            || scene.one_of(at, &["in", "on", "out", "progress", "hold", "no-show", "not", "over", "done", "ready"])
    };
    let tail = |at: usize| scene.one_of(at, &["for", "to", "at", "in", "on", "from", "with"]);
    let mut tails = 0;
    for (from, to) in parts.iter().copied() {
        if (from..to).all(state) {
            continue;
        }
        let rest = from + 2..to;
        let named = rest.clone().all(|at| {
            matches!(scene.tag(at), Some(Tag::Noun | Tag::Adjective | Tag::Participle | Tag::Verb))
                || from < last && scene.one_of(at, &["the", "a", "an"])
        });
        if !state(from) || !tail(from + 1) || rest.is_empty() || to - from > 5 || !named {
            return None;
        }
        tails += 1;
    }
    // "red, good for kids or blue" are no states.
    let any = parts.iter().any(|(from, _)| happened(*from));
    let past = |at: usize| verb(at).is_some_and(|(_, form)| form == verbs::Form::Past);
    // "can be received, sent to the workshop or collected": where it is, and nothing that is done to a record.
    let base = |at: usize| verb(at).map(|(verb, _)| verb);
    let passes =
        parts.iter().filter(|(from, _)| base(*from).is_some_and(|verb| crate::lexicon::has(PASSES, verb.base)));
    let handled = parts.iter().any(|(from, _)| {
        base(*from).is_some_and(|verb| {
            matches!(verb.class, Class::Create | Class::Update | Class::Delete | Class::Read | Class::Upload)
                && !crate::lexicon::has(PASSES, verb.base)
        })
    });
    let whereabouts = by.is_none() && !handled && passes.count() >= 2;
    if (modal || by.is_some()) && parts.iter().all(|(from, _)| past(*from)) && !whereabouts {
        return None;
    }
    let names = parts.iter().map(|(from, to)| values::without_articles(scene, *from, *to));
    (parts.len() >= 3 && tails > 0 && any).then(|| names.collect())
}

/// "three types of tickets: standard and VIP", "types of leave are annual and sick".
fn types(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        let head = np.words().first().map_or("", |word| word.lemma.as_str());
        if !matches!(head, "type" | "kind" | "category" | "sort" | "class" | "stage" | "status" | "state") {
            continue;
        }
        let (owner, end);
        if np.words().get(1).is_some_and(|word| word.text == "of") {
            (owner, end) = (np.renamed(np.words().get(2..).unwrap_or(&[]).to_vec()), np.to);
        } else if let Some(target) = scene.one_of(np.to, &["of", "for"]).then(|| scene.np_at(np.to + 1)).flatten() {
            (owner, end) = (target.clone(), target.to);
        } else {
            continue;
        }
        let opens = scene.one_of(end, &[":", "are", "(", "-"]);
        if !opens || !np.plural && !owner.plural {
            continue;
        }
        let to = scene.close_of(end).or_else(|| scene.sentences.get(scene.sentence_at(end)?).map(|s| s.to));
        let to = to.unwrap_or(end);
        let (values, next) = values::values(scene, end + 1, to);
        let field = if matches!(head, "stage" | "status" | "state") { "status" } else { "type" };
        if let Some(thing) = record(&owner).filter(|_| !is_value(&owner)) {
            emit(scene, sink, Some(thing), field, values, (np.from, next));
        }
    }
}

/// "low, medium or high priority": the values stand before the name.
fn before(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter().filter(|np| np.words().len() == 2 && fields::takes_values(np.head()) && !np.plural) {
        let last = values::value(scene, np.from, np.from + 1);
        let Some(mut at) = np.from.checked_sub(1).filter(|at| scene.one_of(*at, &["or", "/"])) else { continue };
        let mut found = vec![last];
        while let Some(word) = at
            .checked_sub(1)
            .filter(|word| matches!(scene.tag(*word), Some(Tag::Noun | Tag::Adjective | Tag::Participle | Tag::Verb)))
        {
            found.insert(0, values::value(scene, word, word + 1));
            match word.checked_sub(1).filter(|sign| scene.one_of(*sign, &[",", "/", "or"])) {
                Some(sign) => at = sign,
                None => break,
            }
        }
        let owner = scene.clause_at(np.from).and_then(|clause| clause.subject.last()).filter(|np| !is_value(np));
        emit(scene, sink, owner.and_then(record), np.head(), found, (at, np.to));
    }
}

/// "goes through these stages: packed, shipped", "moves from new to done".
fn through(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter().filter(|np| fields::takes_values(np.head()) && np.owner.is_none()) {
        let Some(clause) = scene.clause_at(np.from) else { continue };
        let moved =
            matches!(clause.base, "go" | "move" | "pass" | "progress" | "change" | "have" | "run" | "be" | "do");
        // "an order passes through the states requested, fetched, returned".
        let through = scene.is(np.from.wrapping_sub(1), "through") && np.article.is_some();
        let from = if np.plural && scene.one_of(np.to, &[":", "("]) && clause.after <= np.from {
            np.to + 1
        } else if np.plural && through && clause.after <= np.from {
            np.to
        } else {
            continue;
        };
        let end = scene.close_of(np.to).or_else(|| scene.sentences.get(clause.sentence).map(|s| s.to)).unwrap_or(from);
        let (values, next) = values::values(scene, from, end);
        let subject = clause.subject.last().filter(|np| moved && !is_value(np)).and_then(record);
        let named: Option<&Np> = Some(np).filter(|np| np.words().len() == 1);
        if let Some(owner) = subject.filter(|_| named.is_some()) {
            let field = if matches!(np.head(), "stage" | "state" | "step") { "status" } else { np.head() };
            emit(scene, sink, Some(owner), field, values, (np.from, next));
        }
    }
}

/// "the janitor sets it to in progress or done", "marks a bike as sold or broken".
fn set(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in
        asked(scene).filter(|clause| matches!(clause.base, "set" | "mark" | "switch" | "flag") && !clause.passive)
    {
        let object = objects(scene, clause.after, clause.to).into_iter().next().filter(|np| !is_value(np));
        let pronoun = scene.one_of(clause.after, &["it", "them"]);
        let to = object.map_or(clause.after + usize::from(pronoun), |np| np.to);
        let lead = scene.one_of(to, &["to", "as"]) && (pronoun || object.is_some());
        let end = scene.sentence_end(to);
        let or = (to..end).any(|at| scene.one_of(at, &["or", "/"]));
        let owner = object.and_then(record).or_else(|| super::antecedent(scene, clause.after).filter(|_| pronoun));
        let (values, next) = values::values(scene, to + 1, end);
        if let Some(owner) = owner.filter(|owner| lead && or && !owner.is_person()) {
            // What was named last may be a value, as in "a photo. The janitor sets it to …": of what has it, then.
            let owner = Some(owner).filter(|owner| fields::guess(&owner.name).is_none());
            emit(scene, sink, owner, "status", values, (clause.from, next));
        }
    }
}

/// "open to in progress to closed": one after the other.
fn steps(scene: &Scene<'_>, from: usize, to: usize) -> (Vec<String>, usize) {
    let signs = (from..to).filter(|at| scene.one_of(*at, &["to", ",", "then", "->", "and"]));
    let mut start = from;
    let mut found = Vec::new();
    for end in signs.chain([to]) {
        if start < end && end - start <= 3 {
            found.push(values::value(scene, start, end));
        }
        start = end + 1;
    }
    (found, to)
}

/// "companies move applications through applied, interview and hired".
fn moved(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| matches!(clause.base, "move" | "take" | "go" | "pass" | "progress")) {
        // "tickets go from open to in progress to closed".
        let from =
            || Some(clause.after).filter(|at| scene.is(*at, "from") && matches!(clause.base, "go" | "move" | "pass"));
        let Some(through) = (clause.after..clause.to).find(|at| scene.is(*at, "through")).or_else(from) else {
            continue;
        };
        let object = objects(scene, clause.after, through).into_iter().next();
        let owner = object.or(clause.subject.last().filter(|_| through == clause.after)).filter(|np| !is_value(np));
        let end = scene.sentences.get(clause.sentence).map_or(clause.to, |sentence| sentence.to);
        let named = scene.np_at(through + 1).is_some_and(|np| np.article.is_some() || fields::takes_values(np.head()));
        let (values, next) = if scene.is(through, "from") {
            steps(scene, through + 1, end)
        } else {
            values::values(scene, through + 1, end)
        };
        if let Some(owner) = owner.and_then(record).filter(|_| !named && values.len() >= 3) {
            emit(scene, sink, Some(owner), "status", values, (through, next));
        }
    }
}
