//! Rights that are said with a limit which access cannot express: "anyone with a password", "delete invoices in January",
//! "the sessions they give". What stands behind the subject or the object and is read by no rule is such a limit.
//!
//! It is told, and the narrower right is taken: nothing is open to strangers, and nobody changes or deletes more than was said.

use super::elided;
use super::statements::{Mode, Op, Statement};
use super::states;
use crate::clauses::{Clause, Join};
use crate::draft::Draft;
use crate::everybody::accounts;
use crate::facts::Who;
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

/// Where a limit stands, and whether it limits who it is.
struct Limit {
    span: Span,
    of_people: bool,
}

/// Narrows what is said with a limit and tells of it. Returns the places of the limits.
pub(super) fn keep(scene: &Scene<'_>, cast: &Cast, statements: &mut [Statement], draft: &mut Draft) -> Vec<Span> {
    let found: Vec<Option<Limit>> = statements.iter().map(|one| limit(scene, cast, draft, one)).collect();
    let free = |statements: &[Statement], at: usize, one: &Statement| {
        statements.iter().zip(&found).enumerate().any(|(other, (said, limit))| {
            other != at
                && (limit.is_none() || said.own)
                && said.op == one.op
                && said.entity == one.entity
                && matches!(said.mode, Mode::May | Mode::Limit | Mode::Exclusive)
        })
    };
    let mut told: Vec<Span> = Vec::new();
    for at in 0..statements.len() {
        let (Some(Some(limit)), Some(one)) = (found.get(at), statements.get(at).cloned()) else { continue };
        let mut next = one.clone();
        match one.op {
            Op::Read => open_to_users(&mut next, draft),
            Op::Create if limit.of_people => open_to_users(&mut next, draft),
            Op::Update | Op::Delete if !one.own && one.mode != Mode::MayNot => {
                // Where others have the right without a limit, it is these who have it not.
                next.mode = if free(statements, at, &one) { Mode::MayNot } else { Mode::Exclusive };
                next.who.retain(|who| next.mode == Mode::MayNot && matches!(who, Who::Role(_)));
                if next.mode == Mode::MayNot && next.who.is_empty() {
                    next.mode = Mode::May;
                }
            }
            _ => {}
        }
        let taken = next.mode != one.mode || next.who != one.who;
        if let Some(place) = statements.get_mut(at) {
            *place = next;
        }
        if told.contains(&limit.span) {
            continue;
        }
        told.push(limit.span);
        let what = one.entity.as_deref().map_or("/entity".to_owned(), |name| format!("/entity/{name}/access"));
        let came = match (taken, one.mode) {
            (true, _) if matches!(one.op, Op::Update | Op::Delete) => "so the right is not given at all, but to admins",
            (true, _) => "so it is not open to everyone, but to all who sign in",
            (_, Mode::MayNot) => "so it is forbidden at all times",
            _ => "so the right holds without it",
        };
        let text = format!("\"{}\" limits a right in a way that access cannot say, {came}", scene.text(limit.span));
        draft.note(what, text, "access.limited", Some(limit.span), &["the right without the limit", "nobody's right"]);
    }
    told
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
    let all = one.who.iter().any(|who| matches!(who, Who::Public | Who::User | Who::Everyone));
    if let Some((from, to)) = all.then(|| of_people(scene, clause, verb)).flatten() {
        return Some(Limit { span: scene.span(from, to), of_people: true });
    }
    let permits = clause.modal.is_some() || one.mode != Mode::May || clause.only;
    if !permits || one.op == Op::Approve {
        return None;
    }
    let (from, to) = of_record(scene, cast, draft, one, clause)?;
    Some(Limit { span: scene.span(from, to), of_people: false })
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
            return Some((np.from, np.to));
        }
    }
    // "change only the memo of invoices", where the memo is no value.
    let part = |at: usize| scene.is(at, "of") && scene.np_at(at + 1).is_some();
    if changes && elided::is_only(scene, verb + 1) && (verb + 2..end).any(part) {
        return Some((verb + 1, end));
    }
    let object = scene.nps_in(verb + 1, end).next().map_or(verb + 1, |np| np.to);
    let at = (object..end).find(|at| scene.depth_at(*at) == 0 && limits(scene, cast, draft, one, *at, end))?;
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
    if has(STRONG, text) || text == "long" && scene.is(at + 1, "as") {
        return at + 1 < end || text == "together";
    }
    // What is said of a value, or of whose it is, was read.
    if one.own || one.op == Op::Create {
        return false;
    }
    if matches!(text, "over" | "under") {
        return scene.token(at + 1).is_some_and(|next| next.text.starts_with(|c: char| c.is_ascii_digit()));
    }
    if matches!(text, "they" | "he" | "she") && behind_np {
        return scene.tag(at + 1) != Some(Tag::Modal) && at + 1 < end;
    }
    if matches!(text, "which" | "that" | "whose") && behind_np && one.when.is_none() {
        return at + 1 < end;
    }
    if text == "not" && one.mode != Mode::MayNot {
        let entity = one.entity.as_deref().and_then(|name| draft.entity(name));
        let stated = |at: usize| {
            scene.token(at).is_some_and(|token| {
                entity.is_some_and(|entity| {
                    entity.fields.iter().any(|field| field.values.contains(&token.text) || field.name == token.text)
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
    let theirs = np.possessive.as_deref().is_some_and(|word| matches!(word, "their" | "his" | "her"));
    let fields = || draft.entities.iter().flat_map(|entity| &entity.fields);
    let named = |name: &str| name == np.field() || name == np.entity() || name == np.head();
    let value = fields().any(|field| named(&field.name) || field.name.rsplit('_').next() == Some(np.head()));
    let record =
        cast.entity(np.entity()).or_else(|| cast.entity(np.head())).is_some_and(|name| draft.entity(name).is_some());
    if value || has(WHOLE, np.head()) || record && !theirs {
        return false;
    }
    let public = one.who.iter().any(|who| matches!(who, Who::Public | Who::User | Who::Everyone));
    match one.op {
        Op::Read => public || theirs && matches!(text, "in" | "at" | "on" | "from"),
        _ => true,
    }
}
