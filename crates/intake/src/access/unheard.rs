//! Sentences about rights of which nothing was made: a right that is said and dropped must be told.

use super::statements::Heard;
use super::values;
use crate::clauses::{Clause, Join, Polarity};
use crate::draft::Draft;
use crate::facts::{Evidence, Fact};
use crate::lexicon::has;
use crate::nouns::Np;
use crate::resolve::Cast;
use crate::rules::rights;
use crate::scene::Scene;
use crate::tags::Tag;
use crate::tokens::Span;

/// What is done with a record by whoever has the right to.
const DONE: &str = "see view read access browse open edit change update modify delete remove add create enter cancel download \
    export write";

/// The places of sentences that give or limit a right and left neither.
pub(super) fn unheard(
    scene: &Scene<'_>,
    evidence: &[Evidence],
    cast: &Cast,
    draft: &Draft,
    heard: &Heard,
) -> Vec<Span> {
    let said = heard.statements.iter().map(|one| one.span).chain(heard.values.iter().map(|one| one.span));
    let known: Vec<Span> = said.chain(heard.lost.iter().copied()).chain(heard.heard.iter().copied()).collect();
    let apart = |one: &Span, other: &Span| one.end <= other.start || other.end <= one.start;
    let mut found = Vec::new();
    for clause in scene.clauses.iter().filter(|clause| speaks(scene, clause) || keeps(scene, clause)) {
        let span = scene.span(clause.from, clause.to);
        let shown = |one: &&Evidence| matches!(one.fact, Fact::Shown { .. });
        let read = known.iter().any(|one| !apart(one, &span))
            || evidence.iter().filter(shown).any(|one| !apart(&one.span, &span));
        let given = || limits(scene, clause) || of_record(scene, clause, cast, draft);
        if !read && (hides(scene, clause, cast, draft) || speaks(scene, clause) && given()) {
            found.push(span);
        }
    }
    found
}

/// Whether it says what somebody may do, or may not.
fn speaks(scene: &Scene<'_>, clause: &Clause) -> bool {
    let asked = matches!(clause.polarity, Polarity::Asked | Polarity::Denied);
    let main = clause.join == Join::Main;
    let may = clause.modal.is_some() || clause.only || clause.polarity == Polarity::Denied;
    let short =
        clause.verb.is_none() && matches!(clause.modal.as_deref(), Some("can" | "may")) && clause.to <= clause.from + 8;
    let does = clause.verb.is_some() && has(DONE, clause.base) && !clause.passive;
    if short {
        let not = (clause.from..clause.to).any(|at| scene.tag(at) == Some(Tag::Negation));
        return not && asked && scene.nps_in(clause.from, clause.to).any(|np| rights::may_see(scene, np));
    }
    let access = matches!(clause.base, "have" | "get" | "receive")
        && scene.nps_in(clause.after, clause.to).next().is_some_and(rights::is_access);
    if access {
        return asked && main && clause.subject.iter().any(|np| rights::may_see(scene, np));
    }
    let people = match clause.pronoun.as_deref() {
        Some("i" | "we" | "you" | "it") => false,
        Some(_) => true,
        None => {
            !clause.carried && clause.subject.iter().any(|np| rights::may_see(scene, np) && rights::may_act(scene, np))
        }
    };
    asked && main && may && does && people
}

/// "results are hidden until they are validated", "notes are confidential if the patient asks".
fn keeps(scene: &Scene<'_>, clause: &Clause) -> bool {
    const KEPT: &[&str] = &[
        "hidden",
        "invisible",
        "visible",
        "private",
        "confidential",
        "restricted",
        "secret",
        "shown",
        "readable",
        "locked",
    ];
    let asked = matches!(clause.polarity, Polarity::Asked | Polarity::Denied) && clause.join == Join::Main;
    let verb = clause.verb.unwrap_or(clause.from);
    let be = clause.base == "be" || clause.passive;
    // "margins are for the boss".
    let meant = clause.base == "be"
        && scene.is(clause.after, "for")
        && scene.np_at(clause.after + 1).is_some_and(|np| crate::rules::is_people(np.entity()) || np.head() == "boss");
    asked && be && (meant || (verb..clause.after + 1).any(|at| scene.one_of(at, KEPT)))
}

fn hides(scene: &Scene<'_>, clause: &Clause, cast: &Cast, draft: &Draft) -> bool {
    let meant = |np: &Np| {
        cast.entity(np.entity()).is_some_and(|name| draft.entity(name).is_some())
            || !values::of(scene, np, cast, draft).0.is_empty()
    };
    keeps(scene, clause) && clause.subject.iter().any(meant)
}

fn limits(scene: &Scene<'_>, clause: &Clause) -> bool {
    let verb = clause.verb.unwrap_or(clause.to.saturating_sub(1));
    clause.only
        || (clause.from..=verb).any(|at| scene.tag(at) == Some(Tag::Negation) || scene.one_of(at, &["never", "nobody"]))
        || scene.is(clause.after, "nothing")
        || scene.is(clause.after, "no")
}

/// Whether it speaks of a record, or of what was spoken of before.
fn of_record(scene: &Scene<'_>, clause: &Clause, cast: &Cast, draft: &Draft) -> bool {
    let record = |name: &str| cast.entity(name).is_some_and(|name| draft.entity(name).is_some());
    let access = || scene.nps_in(clause.after, clause.to).next().is_some_and(rights::is_access);
    access()
        || scene.one_of(clause.after, &["them", "it", "everything", "all", "these", "those"])
        || scene.nps_in(clause.after, clause.to).next().is_some_and(|np| record(np.entity()) || record(np.head()))
}
