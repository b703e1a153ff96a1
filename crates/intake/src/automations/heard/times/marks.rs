//! Where a time begins: "when", "after payment", "3 days before", "every Monday".

use super::super::{Line, regular, whose};
use super::Length;
use crate::automations::events;
use crate::lexicon::verbs::Form;
use crate::lexicon::words;
use crate::tags::Tag;

/// What opens a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::automations::heard) enum Marker {
    /// "when", "if", "once".
    Condition,
    /// "after payment", "on new orders": an event.
    Event,
    /// "3 days before", "the night before".
    Offset,
    /// "every Monday".
    Regular,
}

/// The marker that opens here, and where its words start and end.
pub(in crate::automations::heard) fn marks(line: &Line<'_, '_>, at: usize) -> Option<(Marker, usize)> {
    let next = |texts: &[&str]| line.one_of(at + 1, texts);
    let previous = |texts: &[&str]| at > line.from && line.one_of(at - 1, texts);
    // "Overdue and not back? Text the guest."
    if at == line.from && line.one_of(line.part_end(at), &["?"]) && line.part_end(at) + 1 < line.to {
        return Some((Marker::Condition, at));
    }
    let condition = match line.text(at) {
        // "who got it, when": a value in a list.
        "when" if at + 1 >= line.to || line.is_break(at + 1) => 0,
        "when" | "whenever" | "if" | "wen" => 1,
        "once" if !regular::opens(line, at) && !next(&["in"]) && !previous(&["at", "more"]) => 1,
        "as" if next(&["soon"]) && line.one_of(at + 2, &["as"]) => 3,
        "every" | "each" | "any" if next(&["time"]) => 2,
        // "after I save it".
        "after"
            if line.one_of(at + 1, &["i", "we", "they", "he", "she", "it", "you"])
                && line.scene.tag(at + 2) == Some(Tag::Verb) =>
        {
            1
        }
        "should" if line.part_start(at) == at && line.scene.np_at(at + 1).is_some() => 1,
        "in" if next(&["case"]) => 2,
        // "patients who have not been here for 6 months".
        "who" | "that" | "which" | "whoever" if lacks(line, at) => 1,
        // "tickets nobody touched for 7 days".
        "nobody"
            if previous_noun(line, at)
                && (at + 1..line.part_end(at).min(at + 8)).any(|t| length(line, t).is_some()) =>
        {
            1
        }
        // "whoever booked gets a mail".
        "whoever" if matches!(line.verb_form(at + 1), Some(Form::Past | Form::Third)) => 1,
        _ => 0,
    };
    if condition > 0 {
        return Some((Marker::Condition, at + condition));
    }
    if let Some(end) = offset(line, at) {
        return (!previous(&["least", "most", "to", "latest", "until"])).then_some((Marker::Offset, end));
    }
    // "keep readings 90 days then delete".
    if let Some(length) = length(line, at).filter(|length| {
        line.one_of(length.to, &["then"])
            || line.one_of(length.to, &["and", ","]) && line.one_of(length.to + 1, &["then"])
    }) {
        return Some((Marker::Event, length.to));
    }
    if regular::opens(line, at) {
        return Some((Marker::Regular, at + 1));
    }
    if line.one_of(at, &["on"]) && whose::is_date(line, at + 1) {
        return Some((Marker::Offset, at + 1));
    }
    let event = match line.text(at) {
        "after" | "upon" | "following" => {
            length(line, at + 1).is_none_or(|length| {
                length.to >= line.to || line.is_break(length.to) || !line.one_of(length.to, &["of"])
            }) && !previous(&["look", "looks", "looking", "short", "shortly", "soon", "named"])
        }
        "on" if state(line, at + 1) => true,
        "on" | "at" | "of" | "for" | "about" | "with" => happens(line, at + 1),
        "older" | "longer" => next(&["than"]),
        "past" => next(&["its", "their", "the"]),
        // "email the student on done or failed".
        _ => false,
    };
    event.then_some((Marker::Event, at + 1))
}

fn previous_noun(line: &Line<'_, '_>, at: usize) -> bool {
    at > line.from && line.scene.tag(at - 1) == Some(Tag::Noun)
}

/// Whether a word is a value of a state and nothing else: "done", "failed".
pub(super) fn state(line: &Line<'_, '_>, at: usize) -> bool {
    let bare = line.is_break(at + 1) || at + 1 >= line.to || line.one_of(at + 1, &["or", "/", "and"]);
    bare && state_named(line, at).is_some()
}

/// The record, its state and the value that a word names, also by the verb that leads to it: "on discard".
pub(super) fn state_named(line: &Line<'_, '_>, at: usize) -> Option<(String, String, String)> {
    let word = line.text(at);
    let left = line.verb(at).map(|(base, ..)| crate::lexicon::verbs::participle(base));
    line.draft.entities.iter().find_map(|entity| {
        let states =
            entity.fields.iter().filter(|field| crate::lexicon::has("status state stage outcome result", &field.name));
        states.into_iter().find_map(|field| {
            let value = field.value(word).or_else(|| field.value(left.as_deref()?))?;
            Some((entity.name.clone(), field.name.clone(), value.clone()))
        })
    })
}

/// Whether a relative clause says that something is missing for so long, or late: who it is, and when.
fn lacks(line: &Line<'_, '_>, at: usize) -> bool {
    let end = line.part_end(at).min(at + 12);
    let denied = (at + 1..end.min(at + 4))
        .any(|t| line.scene.tag(t) == Some(Tag::Negation) || line.one_of(t, &["never", "nobody", "not"]));
    let long = (at + 1..end).any(|t| length(line, t).is_some());
    let late = (at + 1..end.min(at + 4)).any(|t| line.one_of(t, &["overdue", "late", "past", "expire", "expires"]));
    denied && long || late
}

/// "on stop", "on visitor entry", "of every change of status", "for each new order": what has happened is a noun.
fn happens(line: &Line<'_, '_>, at: usize) -> bool {
    if line.one_of(at, &["yes", "success", "failure", "stop", "start"])
        && line.one_of(at.wrapping_sub(1), &["on", "upon"])
    {
        return true;
    }
    let Some(np) = line.scene.np_at(at) else { return false };
    if np.owner.is_some() || np.possessive.is_some() {
        return false;
    }
    let on = at > line.from && line.one_of(at - 1, &["on", "upon"]);
    let lone = np.article.is_none() || np.count == crate::nouns::Count::Each;
    let happening = np.words().iter().any(|word| events::happens(&word.lemma)) && lone;
    let verb = crate::lexicon::has("stop start end change order request update return exit", np.head())
        && on
        && np.article.is_none()
        && !np.plural;
    let fresh =
        (np.has_adjective("new") || np.count == crate::nouns::Count::Each) && line.cast.entity(np.entity()).is_some();
    let opened =
        on && (np.has_adjective("new") || happening || verb) || fresh && !on || fresh && np.has_adjective("new");
    let counted = at > line.from
        && line.one_of(at - 1, &["of", "about", "for"])
        && (happening && np.count == crate::nouns::Count::Each || fresh);
    let told = at > line.from && line.one_of(at - 1, &["of", "about"]);
    if told || at > line.from && line.one_of(at - 1, &["for", "with", "at"]) { counted } else { opened }
}

/// "2 days", "a week", "10 working days", "24 hours".
pub(in crate::automations::heard) fn length(line: &Line<'_, '_>, at: usize) -> Option<Length> {
    let count = match line.text(at) {
        "a" | "an" | "one" | "the" => 1,
        "few" | "couple" => 3,
        word => words::number(word).filter(|_| at < line.to)?,
    };
    let mut unit = at + 1;
    while unit < line.to && line.one_of(unit, &["working", "business", "calendar", "full", "-", "few", "more"]) {
        unit += 1;
    }
    let name = match line.scene.token(unit).filter(|_| unit < line.to)?.lemma.as_str() {
        "day" | "hour" | "week" | "month" | "minute" | "year" => line.scene.token(unit)?.lemma.clone(),
        "min" => "minute".to_owned(),
        "h" | "hr" | "hrs" => "hour".to_owned(),
        "night" | "evening" | "morning" | "afternoon" if !line.one_of(at, &["one"]) => "day".to_owned(),
        _ => return None,
    };
    Some(Length { from: at, to: unit + 1, offset: format!("{count} {name}") })
}

/// Words between a length and a date that it is before.
pub(super) const BEFORE: &[&str] = &["before", "ahead", "prior", "beforehand", "earlier", "upfront", "until", "till"];

pub(super) const AFTER: &[&str] = &["after", "later", "following", "past", "since", "afterwards"];

/// "3 days before", "the evening before", "14 days, 3 days and 1 day before", "two weeks in advance": where that ends.
fn offset(line: &Line<'_, '_>, at: usize) -> Option<usize> {
    let first = length(line, at).or_else(|| {
        let day = line.has(at, "day night evening week month hour morning")
            && (at == line.from || !matches!(line.scene.tag(at - 1), Some(Tag::Determiner | Tag::Number)));
        day.then(|| Length { from: at, to: at + 1, offset: format!("1 {}", line.text(at)) })
    })?;
    let mut end = first.to;
    // "14 days, 3 days and 1 day before", "60, 30 and 7 days".
    while line.one_of(end, &[",", "and", "or", "&", "/"]) {
        let more = end + 1 + usize::from(line.one_of(end + 1, &["and", "or"]));
        match length(line, more) {
            Some(next) => end = next.to,
            None => break,
        }
    }
    let advance = line.one_of(end, &["in"]) && line.one_of(end + 1, &["advance"]);
    let leans = line.one_of(end, BEFORE) || line.one_of(end, AFTER) || advance;
    let end = end + 1 + usize::from(advance);
    // "ahead of the renewal date", "prior to its end".
    let of = line.one_of(end - 1, &["ahead", "advance"]) && line.one_of(end, &["of"])
        || line.one_of(end - 1, &["prior"]) && line.one_of(end, &["to"]);
    leans.then_some(end + usize::from(of))
}
