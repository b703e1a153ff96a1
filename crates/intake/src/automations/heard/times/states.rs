//! The rules of what has happened and of what is too little or too much.

use super::super::whose::{self, Named};
use super::read::trigger;
use super::{Phrase, deed_kind, length};
use crate::automations::events;
use crate::draft::Trigger;
use crate::lexicon::{archetypes, verbs};
use crate::tags::Tag;

pub(super) const LIMITS: &str =
    "min minimum level limit threshold reorder max maximum target capacity range point par safety zero freezing";

/// "drops below 5", "stock under the minimum", "only 1 class remaining", "soil < 20 %", "runs low", "higher than 8".
pub(super) fn limit(phrase: &Phrase<'_, '_, '_>) -> Option<Trigger> {
    let (line, from, to) = (phrase.line, phrase.from, phrase.to);
    let amount = |at: usize| {
        (at + 1..(at + 6).min(to)).any(|next| {
            line.scene.tag(next) == Some(Tag::Number) && length(line, next).is_none()
                || line.has(next, LIMITS)
                || line
                    .scene
                    .np_at(next)
                    .is_some_and(|np| np.words().iter().any(|word| crate::lexicon::has(LIMITS, &word.lemma)))
        })
    };
    let unit = |at: usize| line.scene.tag(at) == Some(Tag::Number) && length(line, at).is_none();
    let side = (from..to).any(|at| {
        line.one_of(at, &["below", "under", "above", "over", "beneath", "<", ">", "past"]) && amount(at)
            || line.one_of(at, &["="]) && at > from && line.scene.tag(at + 1) == Some(Tag::Number)
            || line.one_of(at, &["<", ">"]) && line.scene.np_at(at + 1).is_some() && phrase.span.is_none()
            || line.one_of(at, &["exceed", "exceeds", "exceeded", "exceeding", "surpasses"])
            || line.one_of(at, &["than"]) && at > from && line.has(at - 1, COMPARED) && phrase.span.is_none()
            || line.one_of(at, &["only", "just"])
                && unit(at + 1)
                && (at + 2..to).any(|t| line.one_of(t, &["left", "remaining", "remain", "remains"]))
            || unit(at)
                && (line.one_of(at + 1, &["left", "remaining", "or"]) && !line.one_of(at + 1, &["or"])
                    || line.one_of(at + 2, &["left", "remaining"])
                    || line.one_of(at + 1, &["or"]) && line.has(at + 2, "less lower fewer more higher below above"))
            || line.one_of(
                at,
                &[
                    "reaches", "reach", "hits", "hit", "falls", "drops", "fall", "drop", "rises", "climbs", "goes",
                    "sinks",
                ],
            ) && amount(at)
            || line.one_of(at, &["every"]) && unit(at + 1)
            || unit(at) && line.has(at + 1, "times") && !phrase.says(&[" a day ", " a week "])
    });
    let low = phrase.says(&[
        " runs low ",
        " running low ",
        " run low ",
        " is low ",
        " are low ",
        " gets low ",
        " get low ",
        " low on ",
        " runs out ",
        " run out ",
        " running out ",
        " out of stock ",
        " out of range ",
        " almost gone ",
        " sold out ",
        " nearly empty ",
        " low stock ",
        " too hot ",
        " too cold ",
        " too high ",
        " too low ",
        " in a row ",
        " fully booked ",
        " is full ",
        " are full ",
        " gets full ",
        " reaches its ",
        " reaches the ",
        " at zero ",
        " to zero ",
    ]);
    let low = low || phrase.whole && to - from <= 4 && phrase.says(&[" low ", " empty ", " full "]);
    (side || low).then(|| trigger(phrase, "threshold", None)).flatten()
}

pub(super) const COMPARED: &str = "higher lower greater bigger smaller more less fewer hotter colder warmer heavier lighter larger longer worse better older";

/// "when it is deleted".
pub(super) fn gone(phrase: &Phrase<'_, '_, '_>) -> Option<Trigger> {
    let kind = deed_kind(phrase.line, phrase.from, phrase.to)?;
    (kind == "deleted").then(|| trigger(phrase, "deleted", None)).flatten()
}

/// "when you get an offer", "on new leads", "when a client books", "on visitor entry".
pub(super) fn made(phrase: &Phrase<'_, '_, '_>) -> Option<Trigger> {
    let (line, from, to) = (phrase.line, phrase.from, phrase.to);
    // "is created with urgent priority" is a creation all the same.
    if phrase.denies() && !phrase.says(&[" new "]) {
        return None;
    }
    let kind = deed_kind(line, from, to);
    let value = line.reader(from).and_then(|reader| reader.value_in(from, to)).is_some();
    let fresh = phrase.words.contains(" new ")
        && (kind.is_none() || kind == Some("created") || phrase.says(&[" is a new ", " get ", " gets "]));
    let got = phrase.says(&[" get a ", " get an ", " gets a ", " gets an ", " comes in ", " come in ", " receives a "])
        && kind.is_none_or(|kind| kind == "created");
    let sign = phrase.says(&[" signs up ", " sign up ", " signup ", " sign-up "]);
    let happening = line
        .scene
        .nps_in(from, to)
        .filter(|_| !phrase.whole || kind.is_none())
        .find_map(|np| events::happening_kind(np.head()));
    let made = kind == Some("created") && (!value || phrase.says(&[" created ", " submitted ", " placed "]));
    (made && happening != Some("changed") || fresh || got || sign || happening == Some("created") && !value)
        .then(|| trigger(phrase, "created", None))
        .flatten()
}

/// Verbs after which a record stays as it was made: "when a client pays an invoice" it is paid.
const LEAVE: &str = "accept approve reject decline confirm cancel pay finish complete close resolve return refund archive publish sign \
    deliver ship";

/// "a client pays an invoice", "the buyer accepts an offer": of what it is done to, and what that is from then on.
fn done_to(line: &super::super::Line<'_, '_>, from: usize, to: usize) -> Option<Trigger> {
    let scene = line.scene;
    let verb = (from + 1..to).find(|at| scene.tag(*at) == Some(Tag::Verb))?;
    let (known, form) = verbs::lookup(line.text(verb)).filter(|(_, form)| *form != verbs::Form::Ing)?;
    // Somebody does it, and it is not done to the subject.
    let who = scene.np_before(verb).filter(|np| np.from >= from)?;
    let object = scene.np_at(verb + 1).filter(|np| np.to <= to)?;
    let name = whose::named(line, object).filter(|name| archetypes::sort(name) != Some(archetypes::Sort::Person))?;
    let acts =
        archetypes::is_person(who.entity()) || archetypes::may_act(who.entity()) || archetypes::is_party(who.entity());
    if !acts || form == verbs::Form::Past && line.passive(verb) || object.is_value() {
        return None;
    }
    let entity = line.draft.entity(&name)?;
    let left = verbs::participle(known.base);
    let kept = entity.fields.iter().find_map(|field| Some((field.name.clone(), field.value(&left)?.clone())));
    let (field, value) = match kept {
        Some((field, value)) => (Some(field), Some(value)),
        None if crate::lexicon::has(LEAVE, known.base) => (None, Some(left)),
        None => return None,
    };
    Some(Trigger { entity: Some(name), field, value, ..line.trigger("changed") })
}

/// "gets settled", "on stop", "once approved", "status changes to offer".
pub(super) fn changed(phrase: &Phrase<'_, '_, '_>) -> Option<Trigger> {
    let (line, from, to) = (phrase.line, phrase.from, phrase.to);
    let value = line.reader(from).and_then(|reader| reader.value_in(from, to));
    // "on discard".
    let led =
        || (from..to).find_map(|at| super::marks::state_named(line, at)).filter(|_| !phrase.whole && to <= from + 3);
    if let Some((entity, field, value)) = value.or_else(led) {
        let named = match whose::about(line, from, to) {
            Named::Record(name) => Some(name),
            _ => None,
        };
        let own = named.as_ref().is_none_or(|name| *name == entity || archetypes::is_person(name));
        let kept = named.as_deref().and_then(|name| line.draft.entity(name)).and_then(|named| {
            named
                .fields
                .iter()
                .find(|one| one.value(&value).is_some())
                .map(|one| (named.name.clone(), one.name.clone()))
        });
        let (entity, field) =
            kept.unwrap_or_else(|| if own { (entity, field) } else { (named.unwrap_or(entity), field) });
        let has = line
            .draft
            .entity(&entity)
            .is_some_and(|entity| entity.field(&field).is_some_and(|field| field.value(&value).is_some()));
        return Some(Trigger {
            entity: Some(entity),
            field: has.then_some(field),
            value: has.then_some(value),
            ..line.trigger("changed")
        });
    }
    if let Some(trigger) = done_to(line, from, to) {
        return Some(trigger);
    }
    let state = |at: usize| {
        matches!(line.scene.tag(at), Some(Tag::Verb | Tag::Participle | Tag::Adjective | Tag::Be | Tag::Have))
            || line
                .scene
                .token(at)
                .is_some_and(|token| token.text.ends_with("ed") || token.one_of(&["yes", "stop", "ready", "done"]))
            || line.scene.np_at(at).is_some_and(|np| events::happens(np.head()) || verbs::lookup(np.head()).is_some())
    };
    if (from..to).any(state) {
        return trigger(phrase, "changed", None);
    }
    // "any positive lab result -> …": each new one.
    let short = phrase.whole && to - from <= 6 && line.one_of(to, &["->"]);
    let record = line.scene.nps_in(from, to).any(|np| whose::named(line, np).is_some());
    (short && record).then(|| trigger(phrase, "created", None)).flatten()
}
