//! How long a text and how great a number may be: "the title must not be longer than 80 characters", "a rating between 1
//! and 5", "the quantity must be at least 1", "the price must not be negative".

use super::{Rule, Sink, is_value, limits, record};
use crate::clauses::{Clause, Join, Polarity};
use crate::facts::{Fact, Limit};
use crate::lexicon::words;
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "bound.said",
        example: "Kayaks have a name. The name must not be longer than 80 characters.",
        run: said,
    },
    Rule { id: "bound.sign", example: "Kayaks have a price. The price must be positive.", run: sign },
];

/// How the number that follows is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Least,
    Most,
    Above,
    Below,
    Exactly,
}

/// Longer phrases stand before those that they begin with; all that deny stand before the others.
const PHRASES: &[(&str, Side)] = &[
    ("no more than", Side::Most),
    ("not more than", Side::Most),
    ("no longer than", Side::Most),
    ("not longer than", Side::Most),
    ("no higher than", Side::Most),
    ("not higher than", Side::Most),
    ("no greater than", Side::Most),
    ("not greater than", Side::Most),
    ("no less than", Side::Least),
    ("not less than", Side::Least),
    ("no fewer than", Side::Least),
    ("not fewer than", Side::Least),
    ("no shorter than", Side::Least),
    ("not shorter than", Side::Least),
    ("no lower than", Side::Least),
    ("not below", Side::Least),
    ("not under", Side::Least),
    ("not above", Side::Most),
    ("not over", Side::Most),
    ("not exceed", Side::Most),
    ("at most", Side::Most),
    ("up to", Side::Most),
    ("limited to", Side::Most),
    ("a maximum of", Side::Most),
    ("maximum of", Side::Most),
    ("max .", Side::Most),
    ("maximum", Side::Most),
    ("max", Side::Most),
    ("at least", Side::Least),
    ("a minimum of", Side::Least),
    ("minimum of", Side::Least),
    ("min .", Side::Least),
    ("minimum", Side::Least),
    ("min", Side::Least),
    ("more than", Side::Above),
    ("greater than", Side::Above),
    ("longer than", Side::Above),
    ("higher than", Side::Above),
    ("larger than", Side::Above),
    ("bigger than", Side::Above),
    ("above", Side::Above),
    ("over", Side::Above),
    ("less than", Side::Below),
    ("fewer than", Side::Below),
    ("shorter than", Side::Below),
    ("lower than", Side::Below),
    ("smaller than", Side::Below),
    ("below", Side::Below),
    ("under", Side::Below),
    ("exactly", Side::Exactly),
];

/// The limit that is said from a token on, and where it ends.
pub(crate) fn limit(scene: &Scene<'_>, at: usize, to: usize) -> Option<(Limit, usize)> {
    pair(scene, at, to).or_else(|| one(scene, at, to)).or_else(|| exact(scene, at, to))
}

/// "between 3 and 80 characters", "from 1 to 5".
fn pair(scene: &Scene<'_>, at: usize, to: usize) -> Option<(Limit, usize)> {
    let (low, next) = scene.one_of(at, &["between", "from"]).then(|| number(scene, at + 1, to)).flatten()?;
    let (high, next) = scene.one_of(next, &["and", "to", "-"]).then(|| number(scene, next + 1, to)).flatten()?;
    let (letters, next) = unit(scene, next, to)?;
    (low < high).then_some((Limit { min: Some(low), max: Some(high), letters, strict: false }, next))
}

/// "max 5 MB": how great a file may be.
pub(crate) fn is_size(scene: &Scene<'_>, at: usize, to: usize) -> bool {
    let words = scene.padded(at, to);
    let value = PHRASES.iter().find_map(|(phrase, _)| {
        words.strip_prefix(' ')?.strip_prefix(phrase)?.strip_prefix(' ')?;
        number(scene, at + phrase.split(' ').count(), to)
    });
    value.is_some_and(|(_, next)| scene.one_of(next, &["mb", "gb", "kb", "megabytes", "gigabytes"]))
}

/// "12 characters": no more and no less.
pub(crate) fn long(scene: &Scene<'_>, at: usize, to: usize) -> Option<(Limit, usize)> {
    let (value, next) = number(scene, at, to)?;
    let (letters, next) = unit(scene, next, to)?;
    letters.then_some((Limit { min: Some(value), max: Some(value), letters, strict: false }, next))
}

/// "from 1 to 5 stars", "with 1 to 5 points", with the unit.
pub(super) fn range(scene: &Scene<'_>, at: usize, to: usize) -> Option<(Limit, usize)> {
    let lead = scene.one_of(at, &["from", "between", "with", "on"]);
    let (low, next) = number(scene, at + usize::from(lead), to)?;
    let (high, next) = scene.one_of(next, &["and", "to", "-"]).then(|| number(scene, next + 1, to)).flatten()?;
    let next = next + usize::from(next < to && scene.one_of(next, &["stars", "points"]));
    (low < high).then_some((Limit { min: Some(low), max: Some(high), ..Limit::default() }, next))
}

/// "of 15 digits", "with 6 letters".
fn exact(scene: &Scene<'_>, at: usize, to: usize) -> Option<(Limit, usize)> {
    let (value, next) =
        scene.one_of(at, &["of", "with", "has", "have"]).then(|| number(scene, at + 1, to)).flatten()?;
    let (letters, next) = unit(scene, next, to)?;
    letters.then_some((Limit { min: Some(value), max: Some(value), letters, strict: false }, next))
}

/// "at most 80 characters".
fn one(scene: &Scene<'_>, at: usize, to: usize) -> Option<(Limit, usize)> {
    let words = scene.padded(at, to);
    let said = |phrase: &str| {
        words.strip_prefix(' ').is_some_and(|w| w.strip_prefix(phrase).is_some_and(|w| w.starts_with(' ')))
    };
    let (phrase, side) = *PHRASES.iter().find(|(phrase, _)| said(phrase))?;
    let (value, next) = number(scene, at + phrase.split(' ').count(), to)?;
    let (letters, next) = unit(scene, next, to)?;
    let (min, max, strict) = match side {
        Side::Least => (Some(value), None, false),
        Side::Most => (None, Some(value), false),
        Side::Above => (Some(value), None, true),
        Side::Below => (None, Some(value), true),
        Side::Exactly => (Some(value), Some(value), false),
    };
    Some((Limit { min, max, letters, strict }, next))
}

fn number(scene: &Scene<'_>, at: usize, to: usize) -> Option<(i64, usize)> {
    let value = scene.token(at).filter(|_| at < to).and_then(|token| words::number(&token.text))?;
    Some((value, at + 1))
}

/// Whether the number counts letters, and where it ends. None where it counts something else: "at most 3 boats".
fn unit(scene: &Scene<'_>, at: usize, to: usize) -> Option<(bool, usize)> {
    let letters = at < to
        && scene.token(at).is_some_and(|token| crate::lexicon::has("character char letter digit sign", &token.lemma));
    let next = at + usize::from(letters);
    let next = next + usize::from(letters && scene.one_of(next, &["long", "in"]));
    let ends = next >= to
        || matches!(scene.tag(next), Some(Tag::Sign | Tag::Conjunction | Tag::Subordinator | Tag::Preposition))
        || scene.token(next).is_some_and(|token| crate::values::unit(&token.text).is_some());
    (letters || ends).then_some((letters, next))
}

/// The limits that a clause says, of whatever it is, with the phrase that each counts: "up to three people".
pub(crate) fn said_in(scene: &Scene<'_>, clause: &Clause) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = clause.after;
    while at < clause.to {
        let words = scene.padded(at, clause.to);
        let said = |phrase: &str| {
            words.strip_prefix(' ').is_some_and(|w| w.strip_prefix(phrase).is_some_and(|w| w.starts_with(' ')))
        };
        let denied = clause.polarity == Polarity::Denied;
        let sure = |side: Side| matches!(side, Side::Most | Side::Least) || denied && side != Side::Exactly;
        let phrase = PHRASES.iter().find(|(phrase, side)| sure(*side) && said(phrase));
        let start = at + phrase.map_or(1, |(phrase, _)| phrase.split(' ').count());
        let value = (phrase.is_some() || scene.is(at, "between")).then(|| number(scene, start, clause.to)).flatten();
        let Some((_, mut end)) = value else {
            at += 1;
            continue;
        };
        if scene.is(at, "between") && scene.one_of(end, &["and", "to"]) {
            end = number(scene, end + 1, clause.to).map_or(end, |(_, next)| next);
        }
        // What is counted: a phrase that begins with the number, or the word behind it.
        let counted = scene
            .nps_in(clause.from, scene.sentence_end(at))
            .find(|np| np.from <= end && start < np.to && np.from >= at);
        let counted = counted.map(|np| np.to);
        end = counted.unwrap_or(end).max(end).min(clause.to);
        found.push((at, end));
        at = end;
    }
    found
}

/// The clauses that say what must be so of a value.
fn demands<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = &'s Clause> {
    scene.clauses.iter().filter(|clause| {
        matches!(clause.polarity, Polarity::Asked | Polarity::Denied)
            && !matches!(clause.join, Join::Condition | Join::Purpose)
            && (matches!(clause.base, "be" | "have" | "contain" | "consist" | "exceed" | "go" | "range")
                || clause.passive)
    })
}

fn emit(scene: &Scene<'_>, sink: &mut Sink, clause: &Clause, limit: Limit, to: usize) {
    for np in &clause.subject {
        // "appointments cannot be shorter than 15 minutes": of how long they take.
        let timed = scene.one_of(to, &["minutes", "minute", "hours", "hour"]);
        if let Some(owner) = record(np).filter(|_| timed && !is_value(np)) {
            let fact = Fact::Limited { owner: Some(owner), field: "duration".into(), limit };
            sink.add(fact, scene.span(np.from, to), 1.0);
            continue;
        }
        let (owner, named) = limits::bearer(scene, np);
        let np = named.as_ref().unwrap_or(np);
        // "the rating is between 1 and 5": of a field, where there is one.
        if is_value(np) {
            limits::said(sink, owner.as_ref(), np);
        }
        let fact = Fact::Limited { owner, field: np.field().to_owned(), limit };
        sink.add(fact, scene.span(np.from, to), 1.0);
    }
}

/// "must not be longer than 80 characters", "has at most 80 characters", "is between 1 and 5".
fn said(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in demands(scene) {
        let Some(verb) = clause.verb else { continue };
        let end = scene.sentence_end(clause.from).min(clause.to + 4);
        let found = (clause.from..end.min(clause.after + 5)).find_map(|at| {
            let (limit, next) = limit(scene, at, end)?;
            Some((at, limit, next))
        });
        let Some((at, limit, next)) = found.filter(|(at, ..)| *at >= clause.subject.last().map_or(verb, |np| np.to))
        else {
            continue;
        };
        let no = |at: usize| scene.tag(at) == Some(Tag::Negation) || scene.one_of(at, &["no", "not", "never"]);
        let denied = (clause.from..at).any(no);
        // "must not be more than" asks for the contrary.
        let limit = match (denied, limit.strict) {
            (false, _) => limit,
            (true, true) => Limit { min: limit.max, max: limit.min, strict: false, ..limit },
            (true, false) => continue,
        };
        emit(scene, sink, clause, limit, next);
    }
}

/// "must be positive", "must not be negative", "must not be zero".
fn sign(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in demands(scene).filter(|clause| clause.base == "be" || clause.passive) {
        let denied = clause.polarity == Polarity::Denied;
        let Some(at) = (clause.after..clause.to.min(clause.after + 2))
            .find(|at| scene.one_of(*at, &["positive", "negative", "zero", "0"]))
        else {
            continue;
        };
        let must = clause.modal.is_some() || denied;
        let strict = match (scene.is(at, "negative"), denied) {
            (true, true) => false,
            (false, true) if !scene.is(at, "positive") => true,
            (false, false) if scene.is(at, "positive") && must => true,
            _ => continue,
        };
        emit(scene, sink, clause, Limit { min: Some(0), max: None, letters: false, strict }, at + 1);
    }
}
