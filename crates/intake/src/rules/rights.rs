//! Rights said with a noun or without a verb of their own: "auditors have read-only access to invoices", "interns may read
//! only", "the office can do everything", "clients get read access to their flights".

use super::{Rule, Sink, is_value, objects, record, role_of};
use crate::clauses::{Clause, Polarity};
use crate::facts::{Fact, Thing, Who};
use crate::lexicon::has;
use crate::lexicon::verbs::Class;
use crate::nouns::Np;
use crate::scene::Scene;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "rights.access",
        example: "Members rent kayaks. Auditors have read-only access to rentals.",
        run: access,
    },
    Rule { id: "rights.none", example: "Members rent kayaks. Trainees have no access at all.", run: none },
    Rule { id: "rights.only", example: "Members rent kayaks. Trainees may read only.", run: only },
    Rule {
        id: "rights.beside",
        example: "Users: managers (see all boats), clerks (only their own).",
        run: named_beside,
    },
    Rule { id: "rights.everything", example: "Members rent kayaks. The manager can do everything.", run: everything },
];

/// The role that a subject names.
fn role(np: &Np) -> Option<String> {
    let name = np.entity();
    let acts = super::is_people(name);
    match role_of(name) {
        Who::Role(name) if acts => Some(name),
        _ => None,
    }
}

fn grant(scene: &Scene<'_>, sink: &mut Sink, clause: &Clause, class: Class, base: &'static str, objects: &[Thing]) {
    let only = clause.only || clause.from.checked_sub(1).is_some_and(|before| scene.one_of(before, &["only", "just"]));
    for np in &clause.subject {
        let Some(name) = role(np) else { continue };
        sink.add(Fact::Role(name.clone()), np.span, 1.5);
        for object in objects {
            let fact = Fact::Op {
                actor: Who::Role(name.clone()),
                actor_thing: None,
                class,
                base,
                object: object.clone(),
                only,
                own: false,
                permission: true,
            };
            sink.add(fact, scene.span(clause.from, clause.to), 1.3);
        }
    }
}

fn asked<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = &'s Clause> {
    scene.clauses.iter().filter(|clause| clause.polarity == Polarity::Asked && clause.verb.is_some() && !clause.passive)
}

/// Whether "have" and "get" speak of rights here, not of values.
pub(super) fn is_access(np: &Np) -> bool {
    has("access right permission rights", np.head())
}

/// "have full access to orders and payments".
fn access(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| matches!(clause.base, "have" | "get" | "need" | "receive")) {
        let Some(np) = scene.nps_in(clause.after, clause.to).next().filter(|np| is_access(np)) else { continue };
        let kind = scene.padded(clause.after, np.to);
        let all = [" full ", " complete ", " write ", " edit ", " all ", " unlimited "]
            .iter()
            .any(|word| kind.contains(word));
        let (class, base) = if all { (Class::Update, "manage") } else { (Class::Read, "read") };
        let to = scene.one_of(np.to, &["to", "on", "over", "for"]).then_some(np.to + 1);
        let mut things: Vec<Thing> = to
            .map(|to| objects(scene, to, clause.to).into_iter().filter(|np| !is_value(np)).filter_map(record).collect())
            .unwrap_or_default();
        if things.is_empty() && to.is_none_or(|to| scene.one_of(to, &["everything", "all", "anything"])) {
            things.push(Thing::named("*", np.span));
        }
        // "only auditors have access to the vault": what is kept for somebody and is no record is told.
        if things.is_empty()
            && let Some(np) = to.and_then(|to| scene.nps_in(to, clause.to).next())
        {
            things.extend(clause.only.then(|| Thing::named(np.entity(), np.span)));
        }
        grant(scene, sink, clause, class, base, &things);
    }
}

/// "interns have no access": they are a role.
fn none(scene: &Scene<'_>, sink: &mut Sink) {
    let denied = scene.clauses.iter().filter(|clause| clause.polarity == Polarity::Denied && clause.base == "have");
    for clause in denied {
        let Some(_) = scene.nps_in(clause.after, clause.to).next().filter(|np| is_access(np)) else { continue };
        for name in clause.subject.iter().filter_map(role) {
            sink.add(Fact::Role(name), scene.span(clause.from, clause.to), 1.5);
        }
    }
}

/// "interns may read only", "trainees can only look".
fn only(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.class == Some(Class::Read) && clause.modal.is_some()) {
        let bare =
            scene.is(clause.after, "only") && clause.after + 1 >= clause.to || clause.only && clause.after >= clause.to;
        if bare {
            let all = Thing::named("*", scene.span(clause.from, clause.to));
            grant(scene, sink, clause, Class::Read, "read", &[all]);
        }
    }
}

/// What is said in brackets after people that is a right of theirs: "managers (see all orders)", "clerks (only their own)".
pub(crate) fn beside(scene: &Scene<'_>, np: &Np) -> Option<(usize, usize)> {
    let close = scene.close_of(np.to).or_else(|| line(scene, np))?;
    let from = np.to + 1;
    let bracket = !scene.one_of(np.to, &[":", "-"]);
    let admin = matches!(np.head(), "admin" | "administrator");
    if role(np).is_none() && !admin {
        return None;
    }
    let leads = ["can", "may", "only", "just", "to", "could", "will", "who", "they"];
    let start = (from..close).find(|at| !scene.one_of(*at, &leads))?;
    let verb = scene.token(start).and_then(|token| crate::lexicon::verbs::lookup(&token.text));
    let does = verb.is_some_and(|(verb, form)| {
        let works = matches!(
            verb.class,
            Class::Read | Class::Update | Class::Create | Class::Delete | Class::Approve | Class::Track
        );
        let noun = verb.noun_too && start == from && scene.np_at(start).is_some() && scene.np_at(start + 1).is_none();
        works && !noun && matches!(form, crate::lexicon::verbs::Form::Base | crate::lexicon::verbs::Form::Third)
    });
    let whole = scene.one_of(start, &["everything", "read-only", "view-only"])
        || scene.is(start, "all")
            && (start + 1 == close || scene.np_at(start).is_some_and(|np| np.plural && np.to == close))
        || scene.one_of(start, &["all", "full"]) && scene.one_of(start + 1, &["access", "rights"]);
    let own = scene.is(start, "own") || scene.one_of(start, &["their", "his", "her"]) && scene.is(start + 1, "own");
    // "Members: add, edit, delete" lists what is done with members.
    let does = does && (bracket || !np.plural && scene.np_at(start + 1).is_some());
    let alone = (start + 1..close).all(|at| scene.one_of(at, &["only", "access", "rights"]));
    let reads = !bracket && scene.one_of(start, &["read", "view"]) && start + 1 < close && alone;
    (does || whole || own || reads).then_some((from, close))
}

/// "Viewer: read only": a line of its own.
fn line(scene: &Scene<'_>, np: &Np) -> Option<usize> {
    let sentence = scene.sentences.get(scene.sentence_at(np.from)?)?;
    let leads = np.from == sentence.from && scene.one_of(np.to, &[":", "-"]);
    // What has a verb and a subject of its own is read as a sentence.
    let clause = scene.clause_at(np.from)?;
    let said = clause.verb.is_some() && !clause.subject.is_empty();
    (leads && !said).then_some(sentence.to)
}

fn named_beside(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter().filter(|np| beside(scene, np).is_some()) {
        if let Some(name) = role(np) {
            sink.add(Fact::Role(name), np.span, 2.5);
        }
    }
}

/// "the manager can do everything", "the director can see all of it".
fn everything(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.modal.is_some() && !clause.only) {
        let whole = scene.one_of(clause.after, &["everything", "anything"])
            && !scene.one_of(clause.after + 1, &["else", "about", "that"])
            || scene.is(clause.after, "all")
                && scene.is(clause.after + 1, "of")
                && scene.one_of(clause.after + 2, &["it", "them", "this"]);
        if !whole {
            continue;
        }
        let all = Thing::named("*", scene.span(clause.from, clause.to));
        match (clause.base, clause.class) {
            ("do" | "manage" | "change" | "handle" | "edit", _) => {
                grant(scene, sink, clause, Class::Update, "manage", &[all])
            }
            (_, Some(Class::Read)) => grant(scene, sink, clause, Class::Read, "read", &[all]),
            _ => {}
        }
    }
}
