//! When: what must have happened, how long before or after a date, what is late, what is too little.
//!
//! A time is found by a marker ("when", "after", "->", "3 days before") and read by the first rule that knows its words.

mod implied;
mod marks;
mod read;
mod states;

use super::whose::{self, Named};
use super::{Cue, Done, Line, Said, regular};
use crate::automations::events;
use crate::draft::Trigger;
use crate::lexicon::fields::FieldType;
use crate::lexicon::{archetypes, verbs};
use crate::tags::Tag;

pub(super) use implied::implied;
pub(super) use marks::{length, marks};
pub(super) use read::RULES;

use marks::{AFTER, BEFORE, Marker};

/// One way of saying when.
pub(super) type Rule = super::Rule<fn(&Phrase<'_, '_, '_>) -> Option<Trigger>>;

/// The words of a time.
pub(super) struct Phrase<'l, 's, 'a> {
    pub line: &'l Line<'s, 'a>,
    pub from: usize,
    pub to: usize,
    /// With a space before and after each.
    pub words: &'s str,
    /// "3 days", and where it stands.
    pub span: Option<Length>,
    /// "when", "if": a whole condition, not only a length of time.
    pub whole: bool,
}

/// A length of time.
#[derive(Clone, Debug)]
pub(super) struct Length {
    pub from: usize,
    pub to: usize,
    pub offset: String,
}

/// Every time of the sentence, in its order.
pub(super) fn of(line: &Line<'_, '_>, done: &[Done]) -> Vec<Said> {
    let mut found: Vec<Said> = Vec::new();
    let mut at = line.from;
    while at < line.to {
        if let Some(said) = arrow(line, at, &found, done) {
            found.push(said);
        }
        let Some((marker, start)) = marks(line, at) else {
            at += 1;
            continue;
        };
        let end = end(line, marker, at, start, done);
        let cues = match marker {
            Marker::Regular => {
                regular::read(line, at, end).into_iter().map(|trigger| Cue { trigger, open: false }).collect()
            }
            _ => cues(line, at, start, end, marker),
        };
        if !cues.is_empty() {
            found.push(Said { from: at, to: end, cues });
        }
        at = if found.last().is_some_and(|said| said.to == end) { end.max(at + 1) } else { at + 1 };
    }
    found
}

/// Where the words of a time end: at a sign, at what is done, or where they are whole.
fn end(line: &Line<'_, '_>, marker: Marker, at: usize, start: usize, done: &[Done]) -> usize {
    // "when a task is moved to done": a deed that its condition needs is none.
    let free = |from: usize| marker != Marker::Condition || whole(line, start, from);
    let deed = done.iter().map(|done| done.from).find(|from| *from > at && free(*from)).unwrap_or(line.to);
    let mut end = line.part_end(start).min(line.to);
    // "if the rating, …" is rare; "if it is late, lost or broken, text the guide" goes on.
    let state = |t: usize| {
        matches!(line.scene.tag(t), Some(Tag::Adjective | Tag::Participle | Tag::Verb))
            && line.one_of(t + 1, &["or", "and", ","])
    };
    if marker == Marker::Condition && line.one_of(end, &[","]) && state(end + 1) {
        end = line.part_end(end + 1);
    }
    if deed > start && deed < end {
        end = deed;
    }
    match marker {
        Marker::Condition => {
            // "if a guest cancels a booking, email the host": up to a sign all is part of the time.
            let runs_on = end == deed && deed < line.to;
            // "after a customer places an order send them a text": an order needs nobody who does it.
            let ordered = runs_on
                && line.verb_form(deed) == Some(verbs::Form::Base)
                && !line.has(deed, "get receive want need have");
            let end = if runs_on { lead_in(line, start + 1, end).max(start + 1) } else { end };
            let deed = if runs_on && end > start + 1 { end } else { deed };
            // "… the owner gets an email": whom it is done to is no part of the time.
            let subject = line.scene.nps_before(end).next().filter(|np| {
                let stated = np.from.checked_sub(1).is_some_and(|before| {
                    matches!(line.scene.tag(before), Some(Tag::Verb | Tag::Participle | Tag::Adjective))
                        || line.one_of(before, &["done", "ready", "then", "please"])
                });
                // "hits 200 cycles", "falls below the minimum": how much is part of the time.
                let amount = (np.from..np.to).any(|at| line.scene.tag(at) == Some(Tag::Number))
                    || np.from.checked_sub(1).is_some_and(|before| {
                        line.one_of(before, &["below", "under", "above", "over", "than", "beneath", "<", ">"])
                            || verbs::lookup(line.text(before))
                                .is_some_and(|(verb, _)| events::kind(verb.base, false, "") == "threshold")
                    });
                let done_to = ordered
                    && end == np.to
                    && np.article.is_some()
                    && np.from.checked_sub(1).is_some_and(|verb| line.scene.tag(verb) == Some(Tag::Verb));
                np.to == end
                    && !done_to
                    && !amount
                    && np.from > start + 1
                    && end == deed
                    && deed < line.to
                    && (matches!(line.scene.tag(np.from), Some(Tag::Determiner))
                        || archetypes::is_person(np.entity())
                        || stated)
            });
            subject.map_or(end, |np| np.from)
        }
        Marker::Regular => end,
        Marker::Offset | Marker::Event => {
            // The phrase that follows, with what is said of it.
            // "before somebody's certificate runs out": what is somebody's.
            let theirs = line.scene.tag(start + 1) == Some(Tag::Genitive) && line.scene.np_at(start).is_none();
            let start = if theirs { start + 2 } else { start };
            let Some(np) = line.scene.np_at(start).filter(|np| np.to <= end) else {
                // "on done or failed".
                let named = (start..end).find(|t| !(marks::state(line, *t) || line.one_of(*t, &["or", "/", "and"])));
                let states = named.unwrap_or(end);
                return states.max(start).max(at + 1).min(end.max(at + 1));
            };
            let mut to = happening_end(line, np).unwrap_or(np.to);
            // "every review below 3 stars".
            if line.one_of(to, &["below", "under", "above", "over"]) && line.scene.tag(to + 1) == Some(Tag::Number) {
                return line.scene.np_at(to + 1).map_or(to + 2, |np| np.to).min(line.part_end(start));
            }
            if to == np.to
                && line.one_of(to, &["of", "has", "have", "is", "starts", "ends", "begins", "expires", "are"])
            {
                to = line.scene.np_at(to + 1).map_or(to + 1, |np| np.to);
            }
            while to < line.part_end(start)
                && matches!(line.scene.tag(to), Some(Tag::Verb | Tag::Be | Tag::Participle | Tag::Modal))
                && (to < deed || ends_itself(line, to))
            {
                to += 1;
            }
            // "after a customer places an order": what it is done to.
            if to > np.to && archetypes::is_person(np.entity()) {
                to = line.scene.np_at(to).filter(|object| object.to <= deed).map_or(to, |object| object.to);
            }
            to.min(line.part_end(start))
        }
    }
}

/// Who does it and how, just before a deed: "it", "we want", "everyone should get"; where they start.
fn lead_in(line: &Line<'_, '_>, from: usize, to: usize) -> usize {
    let leads = |at: usize| {
        matches!(
            line.scene.tag(at),
            Some(Tag::Modal | Tag::Be | Tag::Have | Tag::Adverb | Tag::Negation | Tag::To | Tag::Conjunction)
        ) || line.scene.tag(at) == Some(Tag::Pronoun) && !line.one_of(at, &["us", "me", "them"])
            || line.one_of(
                at,
                &[
                    "get",
                    "gets",
                    "got",
                    "i",
                    "we",
                    "want",
                    "wants",
                    "need",
                    "then",
                    "please",
                    "like",
                    "just",
                    "automatically",
                    "so",
                ],
            )
    };
    (from..to).rev().find(|at| !leads(*at)).map_or(from, |at| at + 1)
}

/// Whether the tokens may be a condition: something is or happens.
fn whole(line: &Line<'_, '_>, from: usize, to: usize) -> bool {
    let scene = line.scene;
    let to = lead_in(line, from, to);
    let says = |at: usize| {
        (matches!(scene.tag(at), Some(Tag::Verb | Tag::Participle | Tag::Be | Tag::Have | Tag::Adjective))
            && line.verb_form(at) != Some(verbs::Form::Ing))
            || verbs::lookup(line.text(at)).is_some_and(|(verb, form)| {
                !verb.noun_too
                    // "stock drops to 0".
                    || events::kind(verb.base, false, "") == "threshold" && line.one_of(at + 1, &["to", "below", "under", "above", "over"])
                    || form == verbs::Form::Past
                    || form == verbs::Form::Third && scene.tag(at) != Some(Tag::Noun)
            })
            || scene.token(at).is_some_and(|token| {
                token.text.ends_with("ed") || token.one_of(&["<", ">", "low", "late", "ready", "done"])
            })
    };
    let wants = to > from && matches!(scene.tag(to - 1), Some(Tag::Determiner | Tag::Preposition | Tag::Possessive));
    (from..to).any(says) && !wants
}

/// "before a contract ends": what the date itself does.
fn ends_itself(line: &Line<'_, '_>, at: usize) -> bool {
    verbs::lookup(line.text(at)).is_some_and(|(verb, form)| {
        form == verbs::Form::Third || matches!(verb.base, "expire" | "start" | "end" | "begin" | "close" | "lapse")
    })
}

/// "on visitor entry resident should": the phrase ends with what happened; "after each flight battery cycles" with the record.
fn happening_end(line: &Line<'_, '_>, np: &crate::nouns::Np) -> Option<usize> {
    let last = np.to - 1;
    (np.from..last)
        .find(|at| {
            let Some(token) = line.scene.token(*at) else { return false };
            let next = line.scene.token(at + 1);
            let person = next.is_some_and(|next| archetypes::is_person(&next.lemma));
            // "the night before the job farmer gets a text".
            if person
                && *at + 2 == np.to
                && line.cast.entity(&token.lemma).is_some()
                && line.cast.entity(np.entity()).is_none()
            {
                return true;
            }
            let each = np.count == crate::nouns::Count::Each
                && line.cast.entity(&token.lemma).is_some()
                && line.cast.entity(np.entity()).is_none();
            events::happens(&token.lemma)
                && (person || !line.one_of(at + 1, &["of", "'s"]))
                && !events::happens(np.head())
                || each
        })
        .map(|at| at + 1)
}

/// "tour done -> email the guide", "no deposit in 48 h = it is declined", "status changes to offer: slack the consultant".
fn arrow(line: &Line<'_, '_>, at: usize, found: &[Said], done: &[Done]) -> Option<Said> {
    let sign = line.one_of(at, &["->", "=", ":", "-"]) && line.is_break(at);
    if !sign {
        return None;
    }
    let strong = line.one_of(at, &["->"]);
    let from = (line.from..at)
        .rev()
        .find(|before| line.is_break(*before) && !line.one_of(*before, &[","]))
        .map_or(line.from, |before| before + 1);
    let after = found.last().map_or(from, |said| said.to.max(from));
    let after = done.iter().filter(|done| done.to <= at).map(|done| done.to).max().map_or(after, |to| to.max(after));
    let told = found.iter().any(|said| said.from >= from && said.to <= at);
    // Something is done just behind it.
    let follows =
        done.iter().any(|done| done.from > at && done.from <= line.part_end(at + 1) && (strong || done.from <= at + 3));
    if told || !follows || after >= at || at - after > 14 {
        return None;
    }
    let happened = |t: usize| {
        matches!(line.scene.tag(t), Some(Tag::Participle | Tag::Adjective | Tag::Negation))
            || line.scene.tag(t) == Some(Tag::Verb)
            || line.one_of(t, &["="]) && t > after
            || line.one_of(t, &["<", ">", "tomorrow", "new", "no", "late", "overdue", "expiring", "ending", "due"])
            || line.one_of(t, &["above", "below", "over", "under", "within"])
                && line.scene.tag(t + 1) == Some(Tag::Number)
            || line.scene.token(t).is_some_and(|token| token.text.ends_with("ed"))
    };
    let value = line.reader(after).and_then(|reader| reader.value_in(after, at)).is_some();
    let event = line.scene.nps_in(after, at).any(|np| events::happens(np.head()));
    let record = strong && at - after <= 6 && line.scene.nps_in(after, at).any(|np| whose::named(line, np).is_some());
    if !(after..at).any(happened) && !value && !event && !record {
        return None;
    }
    let cues = cues(line, after, after, at, Marker::Condition);
    (!cues.is_empty()).then_some(Said { from: after, to: at, cues })
}

fn cues(line: &Line<'_, '_>, at: usize, start: usize, end: usize, marker: Marker) -> Vec<Cue> {
    let span = (at..end).find_map(|t| length(line, t).filter(|length| length.to <= end.max(start)));
    // "night before the job", without an article.
    let day = || Length { from: at, to: at + 1, offset: format!("1 {}", line.text(at)) };
    let span = span.or_else(|| (marker == Marker::Offset && !line.one_of(at, &["on"])).then(day));
    let phrase =
        Phrase { line, from: at, to: end, words: line.scene.padded(at, end), span, whole: marker == Marker::Condition };
    let Some(trigger) = RULES.iter().find_map(|rule| (rule.read)(&phrase)) else { return Vec::new() };
    // Of a length of time, its date is what follows.
    let anchor = (at..end).find(|t| line.one_of(*t, BEFORE) || line.one_of(*t, AFTER)).filter(|anchor| {
        matches!(trigger.kind, "before" | "after") && *anchor + 1 < end && line.scene.np_at(*anchor + 1).is_some()
    });
    let from = if marker == Marker::Offset { start } else { anchor.map_or(at, |anchor| anchor + 1) };
    let (entity, open) = match whose::about(line, from, end) {
        Named::Record(name) => (Some(name), false),
        Named::Other => (None, false),
        Named::Nothing => (None, true),
    };
    // "someone of my team files a request": what is made, not who makes it.
    let entity = match object(line, from, end).filter(|_| trigger.kind == "created") {
        Some(made) => Some(made),
        None => entity,
    };
    // "signs up for a lesson": what is made is the sign-up, where it is kept.
    let left = (trigger.kind == "created").then(|| whose::left_by(line, from, end)).flatten();
    let entity = trigger.entity.clone().or(left).or(entity);
    let open = open && trigger.entity.is_none();
    // "before the renewal date", "when a clearance runs out": whose date that is.
    let undated = |name: &str| {
        let dated = |field: &crate::draft::Field| matches!(field.kind, FieldType::Date | FieldType::Datetime);
        let plainly = line.scene.nps_in(from, end).any(|np| {
            let owner = np.owner.as_ref().and_then(|words| line.cast.entity(&words.last()?.lemma));
            line.cast.entity(np.entity()) == Some(name) || owner == Some(name)
        });
        !plainly && !line.draft.entity(name).is_some_and(|entity| entity.fields.iter().any(dated))
    };
    let dated = matches!(trigger.kind, "before" | "after" | "overdue")
        .then(|| whose::dated_by(line, from, end))
        .flatten()
        .filter(|(_, field)| {
            // "an inspection is due": the date says of what.
            let said = |name: &str| field.contains(name) && field.contains("next");
            trigger.entity.is_none() && entity.as_deref().is_none_or(|name| undated(name) || said(name))
        });
    let (entity, open, trigger) = match dated {
        Some((entity, field)) => (Some(entity), false, Trigger { field: Some(field), ..trigger }),
        None => (entity, open, trigger),
    };
    let mut cues = vec![Cue { trigger: Trigger { entity, ..trigger }, open }];
    cues.extend(other_value(line, &cues, at, end, marker));
    // "gets booked or moved": both.
    if let Some(either) = (at..end).find(|t| line.one_of(*t, &["or", "/"])).filter(|_| marker == Marker::Condition)
        && let (Some(first), Some(second)) = (deed_kind(line, at, either), deed_kind(line, either + 1, end))
        && first != second
        && let Some(cue) = cues.first().cloned()
    {
        let other = if cue.trigger.kind == first { second } else { first };
        if matches!(cue.trigger.kind, "created" | "changed" | "deleted") {
            cues.push(Cue {
                trigger: Trigger { kind: other, value: None, field: None, ..cue.trigger },
                open: cue.open,
            });
        }
    }
    cues
}

/// What somebody makes: the object of a verb that is no passive.
fn object(line: &Line<'_, '_>, from: usize, to: usize) -> Option<String> {
    let verb = (from..to).find(|at| {
        let known = verbs::lookup(line.text(*at));
        let makes = known
            .is_some_and(|(verb, form)| form == verbs::Form::Third && events::kind(verb.base, false, "") == "created");
        makes && line.scene.tag(*at) == Some(Tag::Verb) && !line.passive(*at)
    })?;
    let made = line.scene.np_at(verb + 1).filter(|np| np.to <= to)?;
    line.cast.entity(made.entity()).filter(|name| !archetypes::is_person(name)).map(str::to_owned)
}

/// "is approved or declined": each of the two states.
fn other_value(line: &Line<'_, '_>, cues: &[Cue], at: usize, end: usize, marker: Marker) -> Option<Cue> {
    let either = (at..end).find(|t| line.one_of(*t, &["or", "/"])).filter(|_| marker == Marker::Condition)?;
    let first = cues.first().filter(|cue| cue.trigger.kind == "changed" && cue.trigger.value.is_some())?;
    let entity = line.draft.entity(first.trigger.entity.as_deref()?)?;
    let field = entity.field(first.trigger.field.as_deref()?)?;
    let value = (either + 1..end).find_map(|t| field.value(line.text(t)))?;
    let other = Some(value.clone()) != first.trigger.value;
    other.then(|| Cue { trigger: Trigger { value: Some(value.clone()), ..first.trigger.clone() }, open: first.open })
}

/// What the last verb of the tokens says has happened.
fn deed_kind(line: &Line<'_, '_>, from: usize, to: usize) -> Option<&'static str> {
    let verb = (from..to).rev().find_map(|at| {
        let (verb, form) = verbs::lookup(&line.scene.token(at)?.text)?;
        let sure = !verb.noun_too || form == verbs::Form::Past || line.scene.tag(at) == Some(Tag::Verb);
        (sure && form != verbs::Form::Ing && !matches!(verb.base, "need" | "want" | "get" | "have"))
            .then_some((verb, at))
    });
    let (verb, at) = verb?;
    let passive = (from..at).any(|t| line.one_of(t, &["is", "are", "gets", "get", "be", "was", "been", "has", "have"]));
    Some(events::kind(verb.base, passive, ""))
}
