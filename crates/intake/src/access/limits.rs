//! Rights that are said with a limit which access cannot express: "anyone with a password", "delete invoices in January",
//! "the sessions they give". What stands behind the subject or the object and is read by no rule is such a limit.
//!
//! It is told, and the narrower right is taken: nothing is open to strangers, and nobody changes or deletes more than was said.

use super::elided;
use super::statements::{Mode, Op, Statement};
use super::states::{self, State};
use super::values::ValueRight;
use crate::clauses::{Clause, Join};
use crate::draft::{Action, Draft};
use crate::everybody::accounts;
use crate::facts::Who;
use crate::lexicon::fields::FieldType;
use crate::lexicon::verbs::{self, Class};
use crate::lexicon::{has, words};
use crate::resolve::Cast;
use crate::scene::Scene;
use crate::tags::Tag;
use crate::tokens::Span;

/// Words that limit whatever stands before them.
const STRONG: &str = "after before below above until till during unless if while once provided within together same";

/// Words that limit it where what follows is no part of the app.
const WEAK: &str = "with in on at near between from inside";

/// What is all of it, or is how one looks at it.
const WHOLE: &str = "app application system shop store site website page homepage internet web world calendar list table catalog \
    catalogue library database portal platform dashboard screen browser phone mobile computer home time moment public account \
    login registration advance menu search archive office question detail overview view tool software";

/// Where a limit stands, whether it limits who it is, and whether it says whose the records are.
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
    let found: Vec<Option<Limit>> = statements.iter().map(|one| limit(scene, cast, draft, one)).collect();
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
        let what = one.entity.as_deref().map_or("/entity".to_owned(), |name| format!("/entity/{name}/access"));
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
        let at = (after..clause.to).find(|at| limits(scene, cast, draft, one, *at, clause.to))?;
        return Some(Limit {
            span: scene.span(at, clause.to),
            of_people: false,
            theirs: personal(scene, at, clause.to),
        });
    }
    let all = one.who.iter().any(|who| matches!(who, Who::Public | Who::User | Who::Everyone));
    if let Some((from, to)) = all.then(|| of_people(scene, clause, verb)).flatten() {
        return Some(Limit { span: scene.span(from, to), of_people: true, theirs: false });
    }
    let role = one.who.iter().any(|who| matches!(who, Who::Role(_)));
    if let Some((from, to)) = role.then(|| of_role(scene, clause, verb)).flatten() {
        return Some(Limit { span: scene.span(from, to), of_people: true, theirs: false });
    }
    let plain = matches!(clause.base, "see" | "view" | "access" | "approve")
        || clause.base == "be" && scene.is(clause.after, "public") && one.when.is_none();
    let permits = clause.modal.is_some() || one.mode != Mode::May || clause.only || plain;
    if !permits {
        return None;
    }
    let (from, to) = of_record(scene, cast, draft, one, clause)?;
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

/// How records are shown, and not which.
const SHOWN: &str =
    "sorted ordered grouped listed shown displayed filtered arranged paged combined related attached linked";

/// What opens a condition on how something is.
const STATES: &[&str] = &["if", "unless", "until", "till", "while", "once", "after", "before", "when", "as", "during"];

/// "guests with a booking", "the doctor who treated the patient": some of those who have the role.
fn of_role(scene: &Scene<'_>, clause: &Clause, verb: usize) -> Option<(usize, usize)> {
    let np = clause.subject.last()?;
    let start = scene.sentences.get(clause.sentence)?.from;
    if let Some(modal) = elided::late_modal(scene, clause) {
        return Some((np.from, modal));
    }
    // "only the assigned lawyer": one of them.
    const ONE: &str =
        "assigned responsible respective treating attending relevant own designated corresponding concerned";
    let own =
        matches!(np.possessive.as_deref(), Some("its" | "their")) || np.words().iter().any(|word| has(ONE, &word.text));
    if own && !np.plural && np.to <= verb && np.from >= start && clause.pronoun.is_none() {
        return Some((np.from, np.to));
    }
    // "level 1 agents": some of the agents.
    let number = np.from + usize::from(scene.tag(np.from) == Some(Tag::Number));
    let graded = number.checked_sub(2).filter(|at| *at >= start && scene.tag(*at) == Some(Tag::Noun));
    if let Some(from) = graded.filter(|_| np.to <= verb && scene.tag(number - 1) == Some(Tag::Number)) {
        return Some((from, np.to));
    }
    // "no one apart from the manager" is said of all.
    let lead = scene.padded(clause.from, verb);
    let nobody = has_phrase(lead, &[" nobody ", " no one ", " no-one ", " none ", " apart from "]);
    if nobody || clause.pronoun.is_some() || clause.carried || clause.passive || np.to > verb || np.from < start {
        return None;
    }
    let stop = (np.to..=verb).find(|at| scene.tag(*at) == Some(Tag::Modal)).unwrap_or(verb);
    let who = ["who", "whose", "that", "aged", "older", "younger", "having", "holding"];
    let with = ["with", "without", "over", "under", "above", "below", "within", "near", "from", "in", "at", "on"];
    let asides = ["if", "when", "unless", "only", "after", "with", "once", "provided"];
    if scene.is(np.to, "(") && scene.one_of(np.to + 1, &asides) {
        return scene.close_of(np.to).map(|close| (np.from, close + 1));
    }
    if scene.one_of(np.to, &who) {
        return (np.to + 1 < stop).then_some((np.from, stop));
    }
    let group = scene.one_of(np.to, &with).then(|| scene.np_at(np.to + 1)).flatten();
    let whole = group.is_some_and(|group| {
        has(WHOLE, group.head()) && group.words().len() == 1 || group.possessive.as_deref() == Some("our")
    });
    let said = scene.padded(np.from, stop);
    (scene.one_of(np.to, &with) && np.to + 1 < stop && !whole && !accounts(said)).then_some((np.from, stop))
}

/// "anyone with the link", "everyone in the same department", "anybody who has the code".
fn of_people(scene: &Scene<'_>, clause: &Clause, verb: usize) -> Option<(usize, usize)> {
    let start = scene.sentences.get(clause.sentence).map_or(clause.from, |sentence| sentence.from);
    let end = scene.sentences.get(clause.sentence).map_or(clause.to, |sentence| sentence.to);
    let people = ["anyone", "anybody", "everyone", "everybody", "people", "public", "visitors", "guests", "users"];
    let at = (start..end).find(|at| {
        let tails = &["with", "in", "over", "under", "above", "below", "at", "from", "near", "within", "on", "inside"];
        let more = &["who", "whose", "that", "aged", "having", "holding", "older", "younger", "knowing"];
        scene.one_of(*at, &people) && (scene.one_of(at + 1, tails) || scene.one_of(at + 1, more))
    })?;
    // "anyone can see albums, people in the club can …" speaks of others first.
    let passive = clause.passive && at >= clause.from && at < clause.to;
    let stop = if at < verb {
        (at + 2..=verb).find(|at| scene.tag(*at) == Some(Tag::Modal)).unwrap_or(verb)
    } else if passive {
        clause.to
    } else {
        return None;
    };
    let said = scene.padded(at, stop);
    let everywhere = has_phrase(said, &[" internet ", " web ", " world ", " app ", " site ", " website ", " public "]);
    let comes =
        has_phrase(said, &[" who visits ", " who visit ", " who wants ", " who want ", " who comes ", " who likes "]);
    let least = stop > at + 1 && !accounts(said) && !everywhere && !comes && !said.contains(" without ");
    least.then_some((at, stop))
}

fn has_phrase(text: &str, all: &[&str]) -> bool {
    all.iter().any(|phrase| text.contains(phrase))
}

/// What limits the records: "below 500 francs", "as long as they are drafts", "in their territory".
fn of_record(
    scene: &Scene<'_>,
    cast: &Cast,
    draft: &Draft,
    one: &Statement,
    clause: &Clause,
) -> Option<(usize, usize)> {
    let verb = clause.verb?;
    let sentence = scene.sentences.get(clause.sentence)?;
    // "once sent, nobody can change an invoice".
    let ahead = scene.clauses_of(clause.sentence).take_while(|before| before.from < clause.from).last();
    if let Some(ahead) = ahead.filter(|ahead| ahead.join == Join::Condition && ahead.to <= clause.from) {
        return Some((ahead.from, ahead.to));
    }
    let opens = scene.one_of(sentence.from, &["once", "after", "before", "until", "unless"]);
    if let Some(comma) = (sentence.from..verb).find(|at| opens && scene.is(*at, ",")) {
        return Some((sentence.from, comma));
    }
    let end = end(scene, clause);
    // "two managers together can delete".
    if let Some(at) = (clause.from..verb).find(|at| scene.is(*at, "together")) {
        return Some((clause.from, at + 1));
    }
    let entity = one.entity.as_deref();
    let changes = matches!(one.op, Op::Update | Op::Delete);
    if let Some(name) = entity.filter(|_| changes && one.mode != Mode::MayNot && !one.own) {
        let named = |np: &&crate::nouns::Np| cast.entity(np.entity()).or_else(|| cast.entity(np.head())) == Some(name);
        let stated = scene.nps_in(verb + 1, end).filter(named).find(|np| states::of(scene, np, draft, name).is_some());
        if let Some(np) = stated {
            return Some((np.from, states::end(scene, np, draft, name)));
        }
    }
    // "change only the memo of invoices", where the memo is no value.
    let part = |at: usize| scene.is(at, "of") && scene.np_at(at + 1).is_some();
    if changes && one.base != ValueRight::BASE && elided::is_only(scene, verb + 1) && (verb + 2..end).any(part) {
        return Some((verb + 1, end));
    }
    // "published posts", where nothing says which these are.
    let meant = |np: &crate::nouns::Np| cast.entity(np.entity()).or_else(|| cast.entity(np.head())) == entity;
    let unknown = |np: &&crate::nouns::Np| {
        one.when.is_none() && one.op == Op::Read && entity.is_some() && meant(np) && states::unknown(np)
    };
    if let Some(np) = scene.nps_in(verb + 1, end).next().filter(unknown).filter(|_| one.base != ValueRight::BASE) {
        return Some((np.from, np.to));
    }
    let said = |np: &crate::nouns::Np| match (entity, &one.when) {
        (Some(name), Some(_)) => states::end(scene, np, draft, name),
        _ => np.to,
    };
    let object = scene.nps_in(verb + 1, end).next().map_or(verb + 1, said);
    let object = object - usize::from(object > verb + 1 && scene.is(object - 1, "worth"));
    let at = (object..end).find(|at| scene.depth_at(*at) == 0 && limits(scene, cast, draft, one, *at, end))?;
    // "in their team but not their salaries": what turns is another right.
    let turns = |at: &usize| scene.one_of(*at, &["but", "though", "although", "however"]);
    let end = (at + 1..end).find(turns).map_or(end, |at| at - usize::from(scene.is(at - 1, ",")));
    // "as long as".
    let from = at - usize::from(scene.is(at, "long") && scene.is(at - 1, "as"));
    Some((from, end))
}

/// Where the words that belong to a right end: before the next one.
fn end(scene: &Scene<'_>, clause: &Clause) -> usize {
    if let Some(gap) = elided::gap(scene, clause) {
        return gap.at;
    }
    let mut end = clause.to;
    for next in scene.clauses_of(clause.sentence).filter(|next| next.from >= clause.to) {
        let hangs = matches!(next.join, Join::Condition | Join::Relative)
            || next.modal.is_none() && !next.carried && matches!(next.pronoun.as_deref(), Some("they" | "it"));
        if !hangs || next.from > end + 1 {
            break;
        }
        end = next.to;
    }
    end
}

/// Whether a limit that no rule read starts here.
fn limits(scene: &Scene<'_>, cast: &Cast, draft: &Draft, one: &Statement, at: usize, end: usize) -> bool {
    let Some(token) = scene.token(at) else { return false };
    let text = token.text.as_str();
    let behind_np = scene.np_before(at).is_some_and(|np| np.to == at);
    let here = scene.np_at(at + 1);
    let up_to = text == "up" && scene.is(at + 1, "to");
    let only = elided::is_only(scene, at) && (matches!(scene.tag(at + 1), Some(Tag::Preposition | Tag::Subordinator)));
    // "when they want" is always.
    let wish = ["want", "like", "wish", "need"];
    let when = matches!(text, "when" | "whenever") && one.mode != Mode::MayNot && !scene.one_of(at + 2, &wish);
    // "events near them", "lessons for the next week".
    let near = matches!(text, "near" | "around") && scene.one_of(at + 1, &["them", "him", "her", "me", "us"]);
    let soon = ["next", "this", "last", "coming", "current", "past", "previous"];
    let timed = matches!(text, "for" | "of" | "from" | "in" | "on")
        && (at + 1..at + 3).any(|at| {
            scene.one_of(at, &soon)
                && scene.token(at + 1).is_some_and(|token| has("week month day year season quarter", &token.lemma))
        });
    // "tickets of priority low".
    let entity = one.entity.as_deref().and_then(|name| draft.entity(name));
    let valued = |name: &str| entity.and_then(|entity| entity.field(name)).is_some();
    let of_value = text == "of"
        && behind_np
        && one.base != ValueRight::BASE
        && here.is_some_and(|np| {
            np.article.is_none() && (valued(np.field()) || np.words().first().is_some_and(|word| valued(&word.lemma)))
        });
    if behind_np && (near || timed) && one.mode != Mode::MayNot && !one.own {
        return true;
    }
    if has(STRONG, text) || when || of_value || text == "long" && scene.is(at + 1, "as") || up_to || only {
        return at + 1 < end || text == "together";
    }
    let groups = here.is_some_and(|np| theirs_of(np) && is_foreign(cast, draft, one, np));
    // "the leads of their team" are no leads of theirs.
    let told_of = scene.one_of(at, &["of", "from", "in", "at", "for", "on", "about"]) && one.mode != Mode::MayNot;
    if matches!(one.op, Op::Read | Op::Approve) && groups && told_of {
        return true;
    }
    // What is said of a value, or of whose it is, was read.
    if one.own || one.op == Op::Create {
        return false;
    }
    // "letters addressed to their boss", "invoices worth more than 100".
    let past = verbs::lookup(text).is_some_and(|(_, form)| form == verbs::Form::Past);
    let told = (past || text.ends_with("ed")) && scene.tag(at) != Some(Tag::Noun) && !has(SHOWN, text)
        || has("worth due dated older newer larger smaller", text);
    if (behind_np || text == "worth") && told && at + 1 < end && one.when.is_none() && one.mode != Mode::MayNot {
        return true;
    }
    if matches!(text, "over" | "under") {
        return scene.token(at + 1).is_some_and(|next| next.text.starts_with(|c: char| c.is_ascii_digit()));
    }
    if matches!(text, "they" | "he" | "she" | "nobody" | "i") && behind_np {
        return scene.tag(at + 1) != Some(Tag::Modal) && at + 1 < end;
    }
    if matches!(text, "which" | "that" | "whose") && behind_np && one.when.is_none() {
        return at + 1 < end && !(text != "whose" && one.op == Op::Read && comes(scene, at + 1, end));
    }
    if text == "not" && one.mode != Mode::MayNot && one.when.is_none() {
        let entity = one.entity.as_deref().and_then(|name| draft.entity(name));
        let stated = |at: usize| {
            scene.token(at).is_some_and(|token| {
                entity.is_some_and(|entity| {
                    entity.fields.iter().any(|field| {
                        field.values.contains(&token.text)
                            || field.kind == FieldType::Boolean && field.name == token.text
                    })
                })
            })
        };
        return stated(at + 1) || stated(at + 2);
    }
    if !has(WEAK, text) {
        return false;
    }
    let time = |at: usize| {
        scene.token(at).is_some_and(|token| {
            let lemma = crate::lemma::singular(&token.text);
            words::month(&lemma).is_some()
                || words::weekday(&lemma).is_some()
                || has("weekday weekend emergency", &lemma)
        })
    };
    if time(at + 1) || time(at + 2) {
        return true;
    }
    let next = scene.np_at(at + 1);
    // "with the right code" is no value, though it may have been taken for one.
    if text == "with" && scene.is(at + 1, "the") && one.when.is_none() && next.is_none_or(|np| !np.plural) {
        return true;
    }
    let Some(np) = next else { return false };
    let theirs = theirs_of(np);
    let fields = || draft.entities.iter().flat_map(|entity| &entity.fields);
    let named = |name: &str| name == np.field() || name == np.entity() || name == np.head();
    let value = fields().any(|field| named(&field.name) || field.name.rsplit('_').next() == Some(np.head()));
    let record =
        cast.entity(np.entity()).or_else(|| cast.entity(np.head())).is_some_and(|name| draft.entity(name).is_some());
    let group = theirs && matches!(text, "in" | "at" | "on" | "from" | "near");
    if value && !group || has(WHOLE, np.head()) || record && !theirs {
        return false;
    }
    let public = one.who.iter().any(|who| matches!(who, Who::Public | Who::User | Who::Everyone));
    match one.op {
        Op::Read => public || theirs && matches!(text, "in" | "at" | "on" | "from"),
        _ => true,
    }
}

/// "that customers have placed", "which come in": how all such records come to be.
fn comes(scene: &Scene<'_>, from: usize, end: usize) -> bool {
    let helps = |at: usize| scene.one_of(at, &["have", "has", "had", "been", "are", "were", "was", "is"]);
    let does = |at: &usize| {
        !helps(*at)
            && scene.np_at(*at).is_none()
            && scene.token(*at).is_some_and(|token| verbs::lookup(&token.text).is_some())
    };
    let Some(verb) = (from..end).find(does) else { return false };
    let known = scene.token(verb).and_then(|token| verbs::lookup(&token.text));
    let by_others = scene.np_at(from).is_some() || scene.np_at(from - 1).is_some() || helps(from) || verb == from;
    let made = known.is_some_and(|(known, _)| {
        matches!(known.class, Class::Create | Class::Event | Class::Send) || matches!(known.base, "come" | "arrive")
    });
    // "that were placed after May" are not all.
    by_others && made && (verb + 1..end).all(|at| scene.one_of(at, &["in", "to", "us", "with"]))
}

fn theirs_of(np: &crate::nouns::Np) -> bool {
    np.possessive.as_deref().is_some_and(|word| matches!(word, "their" | "his" | "her" | "my" | "our"))
}

/// Whether a phrase names neither the record nor those who are spoken of: "their team", "their branch".
fn is_foreign(cast: &Cast, draft: &Draft, one: &Statement, np: &crate::nouns::Np) -> bool {
    let known = cast.entity(np.entity()).or_else(|| cast.entity(np.head()));
    let own = np.words().iter().all(|word| word.text == "own");
    let value = draft.entities.iter().flat_map(|entity| &entity.fields).any(|field| field.name == np.field());
    !own && !value && known != one.entity.as_deref() && !crate::lexicon::archetypes::is_person(np.entity())
}
