//! More ways of saying that records hang together: "grouped into", "owned by", "under each X there are Y",
//! "many-to-many between X and Y".

use super::{Rule, Sink, is_value, objects, record};
use crate::facts::{Fact, Thing};
use crate::lexicon::archetypes;
use crate::nouns::{Count, Np};
use crate::rules::has::asked;
use crate::scene::Scene;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "tied.into", example: "Kayaks are grouped into fleets.", run: into },
    Rule { id: "tied.owned", example: "Each kayak is owned by a member.", run: owned },
    Rule { id: "tied.own", example: "Members own kayaks.", run: own },
    Rule { id: "tied.under", example: "Under each fleet there are kayaks.", run: under },
    Rule { id: "tied.many", example: "There is a many-to-many relation between kayaks and tours.", run: many },
    Rule { id: "tied.its", example: "A kayak references its fleet.", run: its },
];

fn table(np: &Np) -> Option<Thing> {
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

/// "are grouped into", "can be added to", "are tagged with".
fn into(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.passive) {
        let fits: &[&str] = match clause.base {
            "group" | "organize" | "sort" | "arrange" => &["into", "in", "under", "within"],
            "add" | "apply" => &["to"],
            "tag" | "label" => &["with"],
            _ => continue,
        };
        let Some(target) = scene.one_of(clause.after, fits).then(|| scene.np_at(clause.after + 1)).flatten() else {
            continue;
        };
        let Some(parent) = table(target) else { continue };
        let several = target.article.as_deref().is_some_and(|word| matches!(word, "several" | "multiple" | "many"));
        for child in clause.subject.iter().filter_map(table).filter(|child| child.name != parent.name) {
            sink.add(tie(child, parent.clone(), several), scene.span(clause.from, target.to), 1.6);
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

/// "for each project there are tasks", "under each project there are tasks".
fn under(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.base == "be" && clause.pronoun.as_deref() == Some("there")) {
        let lead = scene.one_of(clause.from, &["for", "under", "in", "within", "inside", "per"]);
        let Some(np) = scene.np_at(clause.from + 1).filter(|np| lead && np.count == Count::Each) else { continue };
        let Some(parent) = table(np) else { continue };
        for child in objects(scene, clause.after, clause.to).into_iter().filter(|np| np.plural).filter_map(table) {
            let fact = Fact::Many { parent: parent.clone(), child };
            sink.add(fact, scene.span(clause.from, clause.to), 1.6);
        }
    }
}

/// "many-to-many between tasks and tags".
fn many(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        if !scene.one_of(at, &["many-to-many", "many-many", "m2m", "n-m", "n-to-m"]) {
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
            let one = np.possessive.as_deref() == Some("its") && !np.plural;
            if let Some(parent) = table(np).filter(|parent| one && parent.name != child.name) {
                let fact = Fact::Belongs { child: child.clone(), parent };
                sink.add(fact, scene.span(clause.from, clause.to), 1.5);
            }
        }
    }
}
