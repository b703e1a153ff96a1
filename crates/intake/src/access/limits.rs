//! Rights that are said with a limit which access cannot express: "anyone with a password", "delete invoices in January",
//! "the sessions they give". What stands behind the subject or the object and is read by no rule is such a limit.
//!
//! It is told, and the narrower right is taken: nothing is open to strangers, and nobody changes or deletes more than was said.

mod people;
mod records;

use super::elided;
use super::statements::{Mode, Op, Statement};
use super::states::{self, State};
use super::values::ValueRight;
use crate::clauses::Clause;
use crate::draft::{Action, Draft};
use crate::facts::Who;
use crate::resolve::Cast;
use crate::scene::Scene;
use crate::tags::Tag;
use crate::tokens::Span;

/// "edit and delete their posts until they are published": what is said behind the last verb limits those before it.
fn shared(scene: &Scene<'_>, statements: &[Statement], found: &mut [Option<Limit>]) {
    let writes = |one: &Statement| matches!(one.op, Op::Update | Op::Delete) && one.mode != Mode::MayNot;
    let clause = |one: &Statement| {
        scene.clauses.iter().position(|clause| scene.span(clause.from, clause.to) == one.span && clause.verb.is_some())
    };
    for at in 0..statements.len() {
        let Some(one) = statements.get(at).filter(|one| writes(one) && matches!(found.get(at), Some(None))) else {
            continue;
        };
        let Some(first) = clause(one) else { continue };
        let bare = |clause: &Clause| clause.verb.is_some_and(|verb| scene.nps_in(verb + 1, clause.to).next().is_none());
        let listed = |last: usize| {
            let between = scene.clauses.get(first..=last).unwrap_or(&[]);
            last > first
                && between.iter().skip(1).all(|clause| clause.carried)
                && between.split_last().is_some_and(|(_, before)| before.iter().all(bare))
        };
        let same = |other: &(&Statement, &Option<Limit>)| {
            writes(other.0)
                && (&other.0.entity, &other.0.who) == (&one.entity, &one.who)
                && clause(other.0).is_some_and(listed)
        };
        let limit = statements.iter().zip(found.iter()).filter(|(_, limit)| limit.is_some()).find(same);
        let limit = limit.and_then(|(_, limit)| limit.clone()).filter(|limit| !limit.of_people);
        if let Some(place) = found.get_mut(at) {
            *place = limit;
        }
    }
}

/// Where a limit stands, whether it limits who it is, and whether it says whose the records are.
#[derive(Clone)]
struct Limit {
    span: Span,
    of_people: bool,
    theirs: bool,
}

/// The places of the limits: those that access cannot say, and those that it can.
pub(super) struct Kept {
    pub told: Vec<Span>,
    pub heard: Vec<Span>,
}

/// Narrows what is said with a limit and tells of it.
pub(super) fn keep(
    scene: &Scene<'_>,
    cast: &Cast,
    statements: &mut Vec<Statement>,
    values: &mut [ValueRight],
    draft: &mut Draft,
) -> Kept {
    let (mut barred, mut heard): (Vec<Statement>, Vec<Span>) = (Vec::new(), Vec::new());
    let mut found: Vec<Option<Limit>> = statements.iter().map(|one| limit(scene, cast, draft, one)).collect();
    shared(scene, statements, &mut found);
    let mut told: Vec<Span> = Vec::new();
    for at in 0..statements.len() {
        let (Some(Some(limit)), Some(one)) = (found.get(at), statements.get(at).cloned()) else { continue };
        let free = |role: Option<&Who>| {
            statements.iter().zip(&found).enumerate().any(|(other, (said, limit))| {
                other != at
                    && (limit.is_none() || said.own)
                    && said.op == one.op
                    && (said.entity == one.entity || role.is_some() && said.entity.is_none())
                    && matches!(said.mode, Mode::May | Mode::Limit | Mode::Exclusive)
                    && role.is_none_or(|role| said.who.contains(role) && !said.own)
            })
        };
        let mut next = one.clone();
        if let Some(state) = in_time(scene, limit, &one, draft).filter(|_| !one.who.iter().any(|who| free(Some(who)))) {
            next.when = Some(state);
            heard.push(limit.span);
            if let Some(place) = statements.get_mut(at) {
                *place = next;
            }
            continue;
        }
        match one.op {
            Op::Read => {
                open_to_users(&mut next, draft);
                if !one.own && matches!(one.mode, Mode::May | Mode::Limit | Mode::Exclusive) {
                    narrow_reading(&mut next, limit, |who| free(Some(who)));
                }
            }
            Op::Create if limit.of_people => {
                open_to_users(&mut next, draft);
                let limited = |who: &&Who| matches!(who, Who::Role(_)) && !free(Some(who));
                let limited: Vec<Who> = next.who.iter().filter(limited).cloned().collect();
                match one.mode {
                    Mode::MayNot => {}
                    // Where nobody else is said to add any, all would, and they among them.
                    Mode::May if !limited.is_empty() && limited.len() == next.who.len() => {
                        (next.who, next.mode) = (limited, Mode::MayNot);
                    }
                    _ => next.who.retain(|who| !limited.contains(who)),
                }
            }
            Op::Update | Op::Delete | Op::Approve if !one.own && one.mode != Mode::MayNot => {
                // Where others have the right without a limit, it is these who have it not.
                next.mode = if free(None) { Mode::MayNot } else { Mode::Exclusive };
                next.who.retain(|who| next.mode == Mode::MayNot && matches!(who, Who::Role(_)));
                if next.mode == Mode::MayNot && next.who.is_empty() {
                    next.mode = Mode::May;
                }
            }
            // "can edit their own until noon": nobody could say when, so they cannot.
            Op::Update | Op::Delete if one.own && one.mode != Mode::MayNot && !limit.theirs => {
                barred.push(Statement { who: vec![Who::Owner], mode: Mode::MayNot, own: false, ..one.clone() });
            }
            _ => {}
        }
        // "level 1 agents can add tickets": no agent does more with them, unless it is said of all agents.
        if limit.of_people && next.mode == Mode::MayNot && one.mode != Mode::MayNot {
            for op in [Op::Create, Op::Update, Op::Delete].into_iter().filter(|op| *op != one.op) {
                let freely = |who: &Who| {
                    statements.iter().zip(&found).any(|(said, limit)| {
                        limit.is_none() && said.op == op && said.mode != Mode::MayNot && said.who.contains(who)
                    })
                };
                let who: Vec<Who> = next.who.iter().filter(|who| !freely(who)).cloned().collect();
                barred.extend((!who.is_empty()).then(|| Statement { who, op, ..next.clone() }));
            }
        }
        let taken = (next.mode, &next.who, next.own) != (one.mode, &one.who, one.own);
        let (own, alone) = (next.own, next.mode == Mode::Exclusive);
        if let Some(place) = statements.get_mut(at) {
            *place = next;
        }
        if told.contains(&limit.span) {
            continue;
        }
        told.push(limit.span);
        let what = one.entity.as_deref();
        let what = what.map_or("/entity".to_owned(), |name| format!("/entity/{name}/access/{}", one.op.name()));
        let roles = one.who.iter().any(|who| matches!(who, Who::Role(_)));
        let came = match (taken, one.mode) {
            _ if own && matches!(one.op, Op::Update | Op::Delete) && !limit.theirs => {
                "so the right is not given at all, but to admins"
            }
            _ if own && one.op == Op::Read => "so it was taken for those that they made themselves",
            (true, _) if matches!(one.op, Op::Update | Op::Delete | Op::Approve) && alone => {
                "so the right is not given at all, but to admins"
            }
            (true, _) if roles => "so the right is not given by it",
            (true, _) => "so it is not open to everyone, but to all who sign in",
            (_, Mode::MayNot) => "so it is forbidden at all times",
            _ => "so the right holds without it",
        };
        tell(scene, draft, what, limit.span, came);
    }
    statements.extend(barred);
    for one in values {
        let spoken = one.spoken();
        let Some(limit) = limit(scene, cast, draft, &spoken).filter(|_| one.mode != Mode::MayNot) else { continue };
        // Who alone had it under a limit has it not; of whom else it is said is not touched.
        match one.mode {
            Mode::Exclusive => one.who.clear(),
            _ => one.mode = Mode::MayNot,
        }
        if !told.contains(&limit.span) {
            told.push(limit.span);
            let what = format!("/entity/{}/field/{}", one.entity, one.field);
            tell(scene, draft, what, limit.span, "so the right is not given by it");
        }
    }
    Kept { told, heard }
}

/// "until they submit them", "while they are drafts": the state in which the right holds, where a value knows it. What leads out of
/// it is done by an action, for nobody may change a record into one that he could not change.
fn in_time(scene: &Scene<'_>, limit: &Limit, one: &Statement, draft: &mut Draft) -> Option<State> {
    let writes = matches!(one.op, Op::Update | Op::Delete) && one.mode == Mode::May && !limit.of_people;
    let some = one.own || !one.who.is_empty() && one.who.iter().all(|who| matches!(who, Who::Role(_)));
    let entity = draft.entity_mut(one.entity.as_deref().filter(|_| writes && some && one.when.is_none())?)?;
    let from = scene.tokens.partition_point(|token| token.span.start < limit.span.start);
    let to = scene.tokens.partition_point(|token| token.span.start < limit.span.end);
    let (state, verb) = states::until(scene, from, to, entity)?;
    if let Some((verb, (field, value))) = verb.zip(state.value())
        && entity.actions.iter().all(|action| action.name != verb)
    {
        entity.actions.push(Action::set(verb.to_owned(), field, &format!("\"{value}\"")));
    }
    Some(state)
}

fn tell(scene: &Scene<'_>, draft: &mut Draft, what: String, span: Span, came: &str) {
    let text = format!("\"{}\" limits a right in a way that access cannot say, {came}", scene.text(span));
    draft.note(what, text, "access.limited", Some(span), &["the right without the limit", "nobody's right"]);
}

/// "the sessions they give" are theirs; "invoices after 2020" are nobody's, where all cannot be meant.
fn narrow_reading(one: &mut Statement, limit: &Limit, free: impl Fn(&Who) -> bool) {
    if limit.theirs && one.who.iter().all(|who| matches!(who, Who::Role(_) | Who::User)) {
        one.own = true;
        if one.mode == Mode::Exclusive {
            one.mode = Mode::May;
        }
        return;
    }
    let limited: Vec<Who> = one.who.iter().filter(|who| matches!(who, Who::Role(_)) && !free(who)).cloned().collect();
    match one.mode {
        _ if limited.is_empty() => {}
        Mode::Exclusive => one.who.retain(|who| !limited.contains(who)),
        _ => (one.who, one.mode) = (limited, Mode::MayNot),
    }
}

/// Whoever is limited is not the world.
fn open_to_users(one: &mut Statement, draft: &mut Draft) {
    for who in one.who.iter_mut().filter(|who| matches!(who, Who::Public | Who::Everyone)) {
        if *who == Who::Public {
            // All who use it see it: where accounts are made by invitation, these are the people whom it speaks of.
            *who = if one.op == Op::Read { Who::Everyone } else { Who::User };
        }
        let same = |name: &str| one.entity.as_deref().is_none_or(|entity| entity == name);
        for grant in draft.grants.iter_mut().filter(|grant| grant.role == "public" && same(&grant.entity)) {
            "user".clone_into(&mut grant.role);
        }
    }
}

fn limit(scene: &Scene<'_>, cast: &Cast, draft: &Draft, one: &Statement) -> Option<Limit> {
    let around = |clause: &&Clause| {
        let span = scene.span(clause.from, clause.to);
        clause.verb.is_some() && span.start <= one.span.start && one.span.start < span.end
    };
    let clause = scene.clauses.iter().find(around)?;
    let verb = clause.verb?;
    // "reps can edit orders up to 5000, managers any": the limit is not theirs.
    if elided::gap(scene, clause).is_some_and(|gap| gap.who.span.start <= one.span.start) {
        let after = scene.tokens.partition_point(|token| token.span.end <= one.span.end);
        let at = (after..clause.to).find(|at| records::limits(scene, cast, draft, one, *at, clause.to))?;
        return Some(Limit {
            span: scene.span(at, clause.to),
            of_people: false,
            theirs: personal(scene, at, clause.to),
        });
    }
    let all = one.who.iter().any(|who| matches!(who, Who::Public | Who::User | Who::Everyone));
    if let Some((from, to)) = all.then(|| people::of_people(scene, clause, verb, one.when.is_some())).flatten() {
        return Some(Limit { span: scene.span(from, to), of_people: true, theirs: false });
    }
    let role = one.who.iter().any(|who| matches!(who, Who::Role(_)));
    if let Some((from, to)) = role.then(|| people::of_role(scene, clause, verb)).flatten() {
        return Some(Limit { span: scene.span(from, to), of_people: true, theirs: false });
    }
    let plain = matches!(clause.base, "see" | "view" | "access" | "approve")
        || clause.base == "be" && scene.is(clause.after, "public") && one.when.is_none();
    let permits = clause.modal.is_some() || one.mode != Mode::May || clause.only || plain;
    if !permits {
        return None;
    }
    let (from, to) = records::of_record(scene, cast, draft, one, clause)?;
    let theirs = personal(scene, from, to);
    Some(Limit { span: scene.span(from, to), of_people: false, theirs })
}

/// Whether a limit says whose the records are: "they give", "in their territory", "assigned to him".
fn personal(scene: &Scene<'_>, from: usize, to: usize) -> bool {
    let turned = (from..to).any(|at| scene.tag(at) == Some(Tag::Negation) || scene.one_of(at, STATES));
    let theirs =
        |at: usize| scene.one_of(at, &["they", "he", "she", "their", "his", "her", "them", "him", "my", "our"]);
    !turned && (from..to).any(theirs)
}

/// What opens a condition on how something is.
const STATES: &[&str] = &["if", "unless", "until", "till", "while", "once", "after", "before", "when", "as", "during"];
