//! Whose reading is to be told: "log who viewed a patient", and HIPAA, which asks for it of health records.

use super::{Rule, Sink, record};
use crate::clauses::Polarity;
use crate::facts::{Fact, Thing};
use crate::scene::Scene;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "watched.health", example: "Patients have a name. It must be HIPAA compliant.", run: health },
    Rule { id: "watched.who", example: "Keep a log of who viewed each patient.", run: who },
    Rule { id: "watched.access", example: "Log every access to patient records.", run: access },
];

const LOGS: &[&str] = &["log", "logs", "logged", "audit", "record", "recorded", "track", "tracked", "trail", "history"];
const VIEWED: &[&str] =
    &["viewed", "views", "accessed", "accesses", "opened", "opens", "read", "reads", "saw", "sees", "seen", "looked"];
/// Tokens between the word for the log and what is logged at most.
const APART: usize = 6;

/// The law, by its name.
fn health(scene: &Scene<'_>, sink: &mut Sink) {
    for at in asked(scene).filter(|at| scene.one_of(*at, &["hipaa", "phi"])) {
        sink.add(Fact::Watched(None), scene.span(at, at + 1), 1.0);
    }
}

/// "an audit trail of who has seen a diagnosis".
fn who(scene: &Scene<'_>, sink: &mut Sink) {
    for at in asked(scene).filter(|at| scene.is(*at, "who") && is_logged(scene, *at)) {
        let has = usize::from(scene.one_of(at + 1, &["has", "have", "had"]));
        let viewed = at + 1 + has;
        if scene.one_of(viewed, VIEWED) {
            let at_what = viewed + 1 + usize::from(scene.is(viewed + 1, "at"));
            watch(scene, sink, at, at_what);
        }
    }
}

/// "every access to patient files is logged" says it the other way round, and is read too.
fn access(scene: &Scene<'_>, sink: &mut Sink) {
    for at in asked(scene).filter(|at| scene.one_of(*at, &["access", "accesses", "views", "reads"])) {
        let every = at > 0 && scene.one_of(at - 1, &["every", "all", "each", "any"]);
        let end = scene.sentence_end(at);
        let later = scene.one_of(at + 1, &["to", "of"]) && (at + 2..end).any(|after| scene.one_of(after, LOGS));
        if every && (is_logged(scene, at) || later) && scene.one_of(at + 1, &["to", "of"]) {
            watch(scene, sink, at, at + 2);
        }
    }
}

fn asked<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = usize> + 's {
    let is_asked = |at: &usize| scene.clause_at(*at).is_none_or(|clause| clause.polarity == Polarity::Asked);
    (0..scene.tokens.len()).filter(is_asked)
}

fn is_logged(scene: &Scene<'_>, at: usize) -> bool {
    let begin = scene.sentence_at(at).map_or(at, |_| at.saturating_sub(APART));
    (begin..at).any(|before| scene.one_of(before, LOGS))
}

/// What stands there is watched.
fn watch(scene: &Scene<'_>, sink: &mut Sink, from: usize, at: usize) {
    let what = scene.nps_in(at, scene.sentence_end(from)).next();
    if let Some(np) = what {
        let thing = record(np).unwrap_or_else(|| Thing::of(np));
        sink.add(Fact::Watched(Some(thing)), scene.span(from, np.to), 1.0);
    }
}
