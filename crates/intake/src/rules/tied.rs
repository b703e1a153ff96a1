//! More ways of saying that records hang together: "grouped into", "owned by", "under each X there are Y",
//! "many-to-many between X and Y".

use super::{Rule, Sink, is_value, objects, record};
use crate::facts::{Fact, Thing};
use crate::lexicon::archetypes;
use crate::nouns::{Count, Np};
use crate::rules::has::asked;
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "tied.into", example: "Kayaks are grouped into fleets.", run: into },
    Rule { id: "tied.owned", example: "Each kayak is owned by a member.", run: owned },
    Rule { id: "tied.own", example: "Members own kayaks.", run: own },
    Rule { id: "tied.under", example: "Under each fleet there are kayaks.", run: under },
    Rule { id: "tied.many", example: "There is a many-to-many relation between kayaks and tours.", run: many },
    Rule { id: "tied.its", example: "A kayak references its fleet.", run: its },
    Rule { id: "tied.several", example: "A guide may lead several tours.", run: several },
    Rule { id: "tied.about", example: "Reviews are written by guests about tours.", run: about },
    Rule { id: "tied.ratio", example: "fleets 1:n kayaks", run: ratio },
    Rule { id: "tied.one_many", example: "Where do kayaks belong? One club, many kayaks.", run: one_many },
    Rule { id: "tied.booked", example: "Guides book tours with a driver in a bus.", run: booked },
    Rule { id: "tied.both", example: "Kayaks and tours are many to many.", run: both },
];

/// What a phrase names, where it is no value of something else.
pub(super) fn table(np: &Np) -> Option<Thing> {
    if is_value(np) { None } else { record(np) }
}

fn shared(a: &Thing, b: &Thing) -> bool {
    archetypes::is_shared(&a.name) || archetypes::is_shared(&b.name)
}

fn tie(child: Thing, parent: Thing, several: bool) -> Fact {
    if several || shared(&child, &parent) {
        Fact::ManyToMany { a: child, b: parent }
    } else {
        Fact::Belongs { child, parent }
    }
}

/// "book an appointment for them with a doctor in a room": it belongs to each of them.
fn booked(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene)
        .filter(|clause| !clause.passive && matches!(clause.base, "book" | "schedule" | "reserve" | "arrange" | "plan"))
    {
        let Some(np) = scene.np_at(clause.after) else { continue };
        let Some(child) = table(np).filter(|child| !child.is_person()) else { continue };
        let one = |np: &&Np| {
            scene.one_of(np.from.wrapping_sub(1), &["with", "in", "at", "on"])
                && matches!(np.article.as_deref(), Some("a" | "an" | "one"))
                && archetypes::sort(np.entity()).is_some()
        };
        for parent in scene.nps_in(np.to, clause.to).filter(one).filter_map(table) {
            if parent.name != child.name {
                sink.add(Fact::Belongs { child: child.clone(), parent }, scene.span(clause.from, clause.to), 1.5);
            }
        }
    }
}

/// "are grouped into", "can be added to", "are tagged with".
fn into(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.passive) {
        let fits: &[&str] = match clause.base {
            "group" | "organize" | "sort" | "arrange" => &["into", "in", "under", "within"],
            "add" | "apply" | "upload" | "post" | "save" | "submit" => &["to"],
            "tag" | "label" => &["with"],
            _ => continue,
        };
        let Some(target) = scene.one_of(clause.after, fits).then(|| scene.np_at(clause.after + 1)).flatten() else {
            continue;
        };
        let Some(parent) = table(target) else { continue };
        let several = target.article.as_deref().is_some_and(|word| matches!(word, "several" | "multiple" | "many"));
        // "uploaded to a contact or a deal": to one of them, so to neither by need.
        let either = scene.is(target.to, "or").then(|| scene.np_at(target.to + 1).and_then(table)).flatten();
        let weight = if either.is_some() { 1.2 } else { 1.6 };
        for parent in [parent].into_iter().chain(either) {
            for child in clause.subject.iter().filter_map(table).filter(|child| child.name != parent.name) {
                sink.add(tie(child, parent.clone(), several), scene.span(clause.from, target.to), weight);
            }
        }
    }
}

/// "is owned by a client", "shared by several clients".
fn owned(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.passive && scene.is(clause.after, "by")) {
        let owns =
            matches!(clause.base, "own" | "hold" | "share" | "make" | "write" | "place" | "order" | "book" | "rent");
        let Some(by) = scene.np_at(clause.after + 1).filter(|_| owns) else { continue };
        let several = by.count == Count::Many && by.article.is_some() || clause.base == "share" && by.plural;
        let Some(parent) = table(by).filter(|parent| clause.base == "own" || archetypes::is_kept(&parent.name)) else {
            continue;
        };
        for child in clause.subject.iter().filter_map(table).filter(|child| child.name != parent.name) {
            sink.add(tie(child, parent.clone(), several), scene.span(clause.from, by.to), 1.5);
        }
    }
}

/// "clients own projects".
fn own(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| !clause.passive && clause.base == "own" && clause.pronoun.is_none()) {
        let Some(parent) = clause.subject.first().and_then(table) else { continue };
        for child in objects(scene, clause.after, clause.to).into_iter().filter_map(table) {
            if child.name != parent.name {
                let fact = Fact::Belongs { child, parent: parent.clone() };
                sink.add(fact, scene.span(clause.from, clause.to), 1.6);
            }
        }
    }
}

/// "for each project there are tasks", "under a project you can add tasks".
fn under(scene: &Scene<'_>, sink: &mut Sink) {
    let says = |clause: &&crate::clauses::Clause| match clause.pronoun.as_deref() {
        Some("there") => clause.base == "be",
        Some("you" | "we" | "i") => matches!(clause.base, "have" | "add" | "put" | "keep" | "list"),
        _ => false,
    };
    for clause in asked(scene).filter(says) {
        let leads = |at: usize| scene.one_of(at, &["for", "under", "in", "on", "at", "to", "within", "inside", "per"]);
        // "under a task you can have subtasks": the pronoun opens a clause of its own.
        let sentence = scene.sentences.get(clause.sentence).map_or(clause.from, |sentence| sentence.from);
        let from = if leads(clause.from) { clause.from } else { sentence };
        let near = |np: &Np| from == clause.from || np.to == clause.from;
        let one = |np: &&Np| leads(from) && matches!(np.count, Count::Each | Count::One) && near(np);
        let Some(np) = scene.np_at(from + 1).filter(one) else { continue };
        // "on each floor": the name of a value, where floors have something of their own.
        let told = || record(np).filter(|thing| super::prose::described(scene, &thing.name));
        let Some(parent) = table(np).or_else(told) else { continue };
        for child in objects(scene, clause.after, clause.to).into_iter().filter(|np| np.plural).filter_map(table) {
            let fact = Fact::Many { parent: parent.clone(), child };
            sink.add(fact, scene.span(clause.from, clause.to), 1.6);
        }
    }
}

/// "many-to-many between tasks and tags".
fn many(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        if !scene.one_of(at, &["many-to-many", "many-many", "m2m", "n-m", "n:m", "n-to-m"]) {
            continue;
        }
        let Some(between) = (at + 1..at + 5).find(|next| scene.one_of(*next, &["between", "of"])) else { continue };
        let ends: Vec<Thing> =
            objects(scene, between + 1, scene.tokens.len()).into_iter().filter_map(table).take(2).collect();
        if let [a, b] = ends.as_slice() {
            sink.add(Fact::ManyToMany { a: a.clone(), b: b.clone() }, scene.span(at, between + 1), 2.0);
        }
    }
}

/// "a task references its project".
fn its(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| !clause.passive && matches!(clause.base, "reference" | "link" | "point"))
    {
        let Some(child) = clause.subject.first().filter(|np| !np.plural).and_then(table) else { continue };
        for np in objects(scene, clause.after, clause.to) {
            let one = !np.plural
                && (np.possessive.as_deref() == Some("its")
                    || np.article.as_deref().is_some_and(|word| matches!(word, "the" | "one" | "a" | "an")));
            if let Some(parent) = table(np).filter(|parent| one && parent.name != child.name) {
                let fact = Fact::Belongs { child: child.clone(), parent };
                sink.add(fact, scene.span(clause.from, clause.to), 1.5);
            }
        }
    }
}

/// Words between a verb and how many there are: "one or more", "up to", "part of".
const BETWEEN: &[&str] = &[
    "one", "two", "or", "up", "to", "at", "least", "more", "than", "part", "of", "a", "number", "be", "also", "after",
];

/// "a guide may lead several tours", "a tour may be led by many guides", "students enroll in any number of courses".
fn several(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.base != "have" && clause.join == crate::clauses::Join::Main) {
        let [subject] = clause.subject.as_slice() else { continue };
        let Some(from) = table(subject).filter(|_| !clause.carried) else { continue };
        let mut at = clause.after;
        while at < clause.to
            && scene.np_at(at).is_none()
            && (scene.one_of(at, BETWEEN) || matches!(scene.tag(at), Some(Tag::Preposition | Tag::Adverb)))
        {
            at += 1;
        }
        let Some(np) = scene.np_at(at).filter(|np| np.to <= clause.to) else { continue };
        let said = np.count == Count::Many
            && np.article.as_deref().is_some_and(|word| !matches!(word, "all" | "some" | "the"))
            && np.owner.is_none()
            || matches!(np.count, Count::Number(2..))
            || at > 0 && scene.is(at - 1, "than") && np.count == Count::One;
        let Some(other) = table(np).filter(|other| said && other.name != from.name) else { continue };
        // "a delivery consists of several lines".
        let whole = matches!(clause.base, "consist" | "contain" | "comprise" | "include");
        let inside = !whole && (clause.after..at).any(|at| scene.one_of(at, &["in", "of", "on", "to", "into"]));
        let fact = if inside && (!clause.passive || matches!(clause.base, "put" | "add" | "assign" | "use")) {
            Fact::ManyToMany { a: from, b: other }
        } else {
            Fact::Many { parent: from, child: other }
        };
        sink.add(fact, scene.span(clause.from, np.to), 1.7);
    }
}

/// "written by guests about tours": of both.
fn about(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.passive && scene.is(clause.after, "by")) {
        let Some(by) = scene.np_at(clause.after + 1) else { continue };
        let next = scene.close_of(by.to).map_or(by.to, |close| close + 1);
        let leans = scene.one_of(next, &["about", "for", "on", "to", "of"]);
        let Some(parent) = scene.np_at(next + 1).filter(|_| leans).and_then(table) else { continue };
        for child in clause.subject.iter().filter_map(table).filter(|child| child.name != parent.name) {
            let fact = Fact::Belongs { child, parent: parent.clone() };
            sink.add(fact, scene.span(clause.from, clause.to), 1.6);
        }
    }
}

/// "fleets 1:n kayaks", "kayaks n:m tours".
fn ratio(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 1..scene.tokens.len() {
        let Some(token) = scene.token(at).filter(|token| token.text.len() == 3) else { continue };
        let sides = token.text.split_once([':', '-']).filter(|(a, b)| [a, b].iter().all(|side| "1nm".contains(**side)));
        let Some((left, right)) = sides.filter(|_| token.text.contains(['n', 'm'])) else { continue };
        let end = if scene.is(at - 1, ")") { scene.open_of(at - 1).unwrap_or(at) } else { at };
        // "customers with 1..n cards".
        let end = end - usize::from(end > 1 && scene.one_of(end - 1, &["with", "has", "have"]));
        let (Some(a), Some(b)) = (scene.np_before(end).and_then(table), scene.np_at(at + 1).and_then(table)) else {
            continue;
        };
        let fact = match (left, right) {
            ("1", _) => Fact::Many { parent: a, child: b },
            (_, "1") => Fact::Many { parent: b, child: a },
            _ => Fact::ManyToMany { a, b },
        };
        sink.add(fact, scene.span(end.saturating_sub(1), at + 2), 2.0);
    }
}

/// "One club, many kayaks."
fn one_many(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene.clauses.iter().filter(|clause| clause.verb.is_none() && clause.to - clause.from <= 10) {
        let Some(one) = scene.np_at(clause.from).filter(|np| np.article.as_deref() == Some("one")) else { continue };
        let Some(many) = scene.one_of(one.to, &[",", "-", "has"]).then(|| scene.np_at(one.to + 1)).flatten() else {
            continue;
        };
        let several = many.plural && matches!(many.article.as_deref(), Some("many" | "several" | "multiple"));
        if let (Some(parent), Some(child)) = (table(one), table(many).filter(|_| several)) {
            sink.add(Fact::Many { parent, child }, scene.span(one.from, many.to), 2.0);
        }
    }
}

/// "kayaks and tours are many to many".
fn both(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.base == "be") {
        let words = scene.padded(clause.after, clause.to);
        if ![" many to many ", " many-to-many ", " m2m "].iter().any(|said| words.contains(said)) {
            continue;
        }
        let ends: Vec<Thing> = clause.subject.iter().filter_map(table).collect();
        if let [a, b] = ends.as_slice() {
            sink.add(Fact::ManyToMany { a: a.clone(), b: b.clone() }, scene.span(clause.from, clause.to), 2.0);
        }
    }
}
