//! Rights said with a noun or without a verb of their own: "auditors have read-only access to invoices", "interns may read
//! only", "the office can do everything", "clients get read access to their flights".

use super::{Rule, Sink, is_people, is_value, objects, record, role_of};
use crate::access::{elided, refused};
use crate::clauses::{Clause, Join, Polarity};
use crate::facts::{Fact, Thing, Who};
use crate::lexicon::verbs::Class;
use crate::lexicon::{archetypes, has};
use crate::nouns::Np;
use crate::scene::Scene;
use crate::tags::Tag;

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
    Rule { id: "rights.sees", example: "Members rent kayaks. Couples may see rentals.", run: sees },
];

/// The role that a subject names.
fn role(np: &Np) -> Option<String> {
    let name = np.entity();
    let acts = is_people(name);
    match role_of(name) {
        Who::Role(name) if acts => Some(name),
        _ => None,
    }
}

fn grant(scene: &Scene<'_>, sink: &mut Sink, clause: &Clause, class: Class, base: &'static str, objects: &[Thing]) {
    for np in &clause.subject {
        // "volunteers only have read access" keeps it from nobody.
        let only = (clause.from.saturating_sub(1)..np.from).any(|at| scene.one_of(at, &["only", "just"]));
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
pub(crate) fn is_access(np: &Np) -> bool {
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
        // "files" where they have values of their own.
        let kept = |np: &Np| {
            let has =
                |one: &Clause| one.base == "have" && one.subject.iter().any(|other| other.entity() == np.entity());
            record(np).filter(|_| !is_value(np)).or_else(|| scene.clauses.iter().any(has).then(|| Thing::of(np)))
        };
        let mut things: Vec<Thing> =
            to.map(|to| objects(scene, to, clause.to).into_iter().filter_map(kept).collect()).unwrap_or_default();
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

/// "assistants may see treatments", "families cannot see anything": who sees, or may change something, is somebody, whatever the
/// word. Were it nobody's role, what is said of it would be lost.
fn sees(scene: &Scene<'_>, sink: &mut Sink) {
    const SEE: &str = "see view read access";
    const CHANGE: &str = "edit change update modify delete remove";
    let said = |clause: &&Clause| {
        matches!(clause.polarity, Polarity::Asked | Polarity::Denied)
            && clause.join == Join::Main
            && !clause.passive
            && clause.pronoun.is_none()
            && clause.verb.is_some()
    };
    // "Interns can't.", "The bank manager can."
    for clause in scene.clauses.iter().filter(|clause| clause.verb.is_none() && clause.to <= clause.from + 6) {
        let modal = (clause.from..clause.to).find(|at| scene.tag(*at) == Some(Tag::Modal));
        let ends = |at: usize| (at + 1..clause.to).all(|at| scene.tag(at) == Some(Tag::Negation));
        let Some(modal) = modal.filter(|at| clause.polarity != Polarity::Past && ends(*at)) else { continue };
        let np = scene.np_before(modal).filter(|np| np.from >= clause.from && may_see(scene, np));
        if let Some(Who::Role(name)) = np.map(|np| role_of(np.entity())) {
            sink.add(Fact::Role(name), scene.span(clause.from, clause.to), 2.5);
        }
    }
    // "(only editors can delete them)".
    for open in 0..scene.tokens.len() {
        let Some(close) = scene.close_of(open) else { continue };
        let modal = (open + 1..close).find(|at| scene.tag(*at) == Some(Tag::Modal));
        let np = modal.and_then(|at| scene.np_before(at)).filter(|np| np.from > open && may_see(scene, np));
        if let Some(Who::Role(name)) = np.filter(|np| may_act(scene, np)).map(|np| role_of(np.entity())) {
            sink.add(Fact::Role(name), scene.span(open + 1, close), 2.5);
        }
    }
    // "everyone except interns can see budgets".
    for clause in scene.clauses.iter().filter(|clause| clause.polarity == Polarity::Asked && clause.modal.is_some()) {
        for who in elided::but_for(scene, clause) {
            if let Who::Role(name) = who {
                sink.add(Fact::Role(name), scene.span(clause.from, clause.to), 2.5);
            }
        }
    }
    // "staff can see donations, volunteers not".
    for clause in scene.clauses.iter().filter(|clause| !clause.polarity.is_aside() && clause.join != Join::Condition) {
        let speaks =
            clause.verb.is_none() || has(SEE, clause.base) || has(CHANGE, clause.base) || clause.modal.is_some();
        for who in refused::refused(scene, clause).filter(|_| speaks).map(|refused| refused.who).unwrap_or_default() {
            if let Who::Role(name) = who {
                sink.add(Fact::Role(name), scene.span(clause.from, clause.to), 2.5);
            }
        }
    }
    // "customers who bought the product can write a review".
    for clause in scene.clauses.iter().filter(|clause| elided::late_modal(scene, clause).is_some()) {
        let np = scene.np_before(clause.from).filter(|np| may_see(scene, np) && may_act(scene, np));
        if let Some(Who::Role(name)) = np.map(|np| role_of(np.entity())) {
            sink.add(Fact::Role(name), scene.span(clause.from, clause.to), 2.5);
        }
    }
    for clause in scene.clauses.iter().filter(said) {
        let all = ["everything", "anything", "nothing", "it", "them", "all"];
        let told = matches!(clause.base, "see" | "access") || scene.one_of(clause.after, &all);
        let sees = has(SEE, clause.base) && (clause.modal.is_some() || told);
        let object = || scene.nps_in(clause.after, clause.to).next().is_some() || scene.one_of(clause.after, &all);
        let changes = has(CHANGE, clause.base) && clause.modal.is_some() && object();
        if !sees && !changes {
            continue;
        }
        // Of those that are known for people the verb alone says it.
        for np in clause.subject.iter().filter(|np| !is_people(np.entity()) && may_see(scene, np)) {
            if let (Who::Role(name), true) = (role_of(np.entity()), sees || may_act(scene, np)) {
                sink.add(Fact::Role(name), np.span, 2.5);
            }
        }
    }
}

/// "orders can change their status": what has values of its own does nothing.
pub(crate) fn may_act(scene: &Scene<'_>, np: &Np) -> bool {
    is_people(np.entity())
        || archetypes::sort(np.entity()).is_none_or(|sort| sort == archetypes::Sort::Person) && !has_values(scene, np)
}

/// Whether the request says what is kept of it.
pub(crate) fn has_values(scene: &Scene<'_>, np: &Np) -> bool {
    let said = |one: &Clause| one.base == "have" && one.subject.iter().any(|other| other.entity() == np.entity());
    scene.clauses.iter().any(said)
}

/// Whether a subject can be somebody: not the app, nor a part of it, nor "other people".
pub(crate) fn may_see(scene: &Scene<'_>, np: &Np) -> bool {
    const APP: &str = "app application system software site website page tool api bot job script backend service server platform \
        dashboard database ui list calendar report screen view module portal thing one other rest anyone nobody somebody version else apart";
    np.count != crate::nouns::Count::None
        && !has(APP, np.head())
        && !is_value(np)
        && !archetypes::is_party(np.entity())
        && !np.words().iter().any(|word| word.text == "other")
        && !scene.one_of(np.from.wrapping_sub(1), &["of", "in", "on", "at", "for", "by", "with", "other"])
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
    let row = |at: &usize| {
        let verb = scene.token(*at).is_some_and(|token| crate::lexicon::verbs::lookup(&token.text).is_some());
        !(scene.one_of(*at, &[",", "and", "or", "/", "&"]) || verb && scene.np_at(*at).is_none())
    };
    let object = (start + 1..close).find(row).and_then(|at| scene.np_at(at)).filter(|one| one.entity() != np.entity());
    let does = does && (bracket || object.is_some());
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
