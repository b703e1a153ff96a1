//! Where the clauses of a sentence start, and how each hangs on the one before it.

use super::{Join, needs_object};
use crate::lexicon::{archetypes, verbs};
use crate::scene::Scene;
use crate::tags::Tag;

/// Where clauses start, and how they hang on what comes before.
pub(super) fn cuts(scene: &Scene<'_>, from: usize, to: usize) -> Vec<(usize, Join)> {
    let mut cuts = vec![(from, Join::Main)];
    let mut has_verb = false;
    let mut condition_open = false;
    let mut at = from;
    let base_depth = 0;
    while at < to {
        if scene.depth_at(at) > base_depth || scene.close_of(at).is_some() {
            at += 1;
            continue;
        }
        let start = cuts.last().map_or(from, |cut| cut.0);
        let tag = scene.tag(at);
        let cut = match tag {
            // "the size and if it is broken or not".
            Some(Tag::Subordinator) if has_verb && doubts(scene, at, to) => None,
            Some(Tag::Subordinator) => {
                let join = match scene.token(at).map(|t| t.text.as_str()) {
                    Some("so" | "because" | "since") => Join::Purpose,
                    // "it would be great if guests could pay online" asks for it.
                    Some("if" | "when") if polite(scene, from, at) => Join::Main,
                    Some("where" | "whereas" | "although" | "though" | "while" | "whether") => Join::Relative,
                    _ => Join::Condition,
                };
                (!scene.is(at, "whether")
                    || has_verb && scene.tag(at + 1) == Some(Tag::Pronoun) && !in_list(scene, start, at))
                .then_some((at, join))
                .filter(|_| !scene.is(at, "whether"))
            }
            // "a reference which may be empty, a date": of the reference, and the list goes on.
            Some(Tag::Relative) if has_verb && limits(scene, at, to) => None,
            Some(Tag::Relative) => {
                // "which nobody but the reception and the dentists may see".
                let keeps = scene.one_of(at + 1, &["nobody", "no", "only", "none"]);
                verb_soon(scene, at + 1, to, if keeps { 12 } else { 4 }).then_some((at, Join::Relative))
            }
            Some(Tag::To)
                if at > start
                    && !scene.one_of(
                        at - 1,
                        &[
                            "want", "wants", "need", "needs", "able", "have", "has", "would", "like", "going",
                            "allowed", "used", "love", "wanted", "ought", "gonna", "try", "trying", "us", "be",
                            "about", "supposed", "able", "plan", "hope", "wish",
                        ],
                    ) =>
            {
                Some((at, Join::Purpose))
            }
            Some(Tag::Sign) if scene.is(at, ";") || (scene.is(at, "-") && !is_value_dash(scene, at)) => {
                Some((at + 1, Join::Main))
            }
            // "no SMS, e-mail only: remind the tenant".
            Some(Tag::Sign) if scene.is(at, ":") && has_verb && scene.tag(at + 1) == Some(Tag::Verb) => {
                bids(scene, at + 1, true).then_some((at + 1, Join::Main))
            }
            // "customers order cakes: an order has a size and a text": what follows is a sentence of its own.
            Some(Tag::Sign) if scene.is(at, ":") && has_verb && holds(scene, at + 1) => Some((at + 1, Join::Main)),
            // "e-mail yes, SMS no: guests get …".
            Some(Tag::Sign) if scene.is(at, ":") && scene.one_of(at.wrapping_sub(1), &["no", "yes"]) => {
                Some((at + 1, Join::Main))
            }
            // "when ready -> sms to the customer".
            Some(Tag::Sign) if scene.is(at, "->") && condition_open => {
                message_follows(scene, at + 1).then_some((at + 1, Join::Main))
            }
            Some(Tag::Sign) if scene.is(at, ",") && (has_verb || condition_open || starts_phrase(scene, start)) => {
                let told = condition_open && message_follows(scene, at + 1);
                (told || new_clause(scene, at + 1, to, condition_open)).then_some((at + 1, Join::Main))
            }
            // "when a bike is ready we text the owner".
            Some(Tag::Pronoun)
                if condition_open && has_verb && scene.one_of(at, &["we", "i", "they", "it", "you", "he", "she"]) =>
            {
                verb_soon(scene, at + 1, to, 3).then_some((at, Join::Main))
            }
            // "placing an order reduces the stock".
            Some(Tag::Verb | Tag::Modal)
                if start == from
                    && cuts.len() == 1
                    && at > from + 1
                    && gerund(scene, from)
                    && scene.np_before(at).is_some() =>
            {
                cuts = vec![(from, Join::Condition)];
                Some((at, Join::Main))
            }
            // "when adding a contact the user enters …".
            Some(Tag::Determiner)
                if condition_open
                    && has_verb
                    && at > start + 2
                    && (scene.np_before(at).is_some()
                        || scene.one_of(at - 1, &["up", "out", "in", "off", "back", "late", "early"])
                        || scene.tag(at - 1) == Some(Tag::Adverb)) =>
            {
                let follows = |to: usize| matches!(scene.tag(to), Some(Tag::Verb | Tag::Modal | Tag::Be | Tag::Have));
                let verb = scene.np_at(at).filter(|np| follows(np.to));
                verb.map(|_| (at, Join::Main))
            }
            // "when homework is late teacher gets a notification".
            Some(Tag::Noun)
                if condition_open
                    && has_verb
                    && at > start + 2
                    && matches!(
                        scene.tag(at - 1),
                        Some(Tag::Adjective | Tag::Verb | Tag::Participle | Tag::Adverb)
                    )
                    && scene.np_at(at).is_some_and(|np| {
                        let actor =
                            archetypes::is_person(np.entity()) || matches!(np.head(), "system" | "app" | "software");
                        actor && matches!(scene.tag(np.to), Some(Tag::Verb | Tag::Modal | Tag::Have))
                    }) =>
            {
                Some((at, Join::Main))
            }
            // "when stock runs low ping me", "a week before it expires email the owner".
            Some(Tag::Verb)
                if at > start && (has_verb || timed_lead(scene, start, at)) && bids(scene, at, condition_open) =>
            {
                Some((at, Join::Main))
            }
            // "2 or lower" is one amount.
            Some(Tag::Conjunction)
                if at > start
                    && scene.tag(at - 1) == Some(Tag::Number)
                    && scene.one_of(at + 1, &["lower", "less", "more", "higher", "fewer", "above", "below"]) =>
            {
                None
            }
            // "no ads, but invoices: number, date".
            Some(Tag::Conjunction)
                if !has_verb
                    && scene.is(at, "but")
                    && scene.one_of(start, &["no", "not", "without"])
                    && scene.np_at(at + 1).is_some() =>
            {
                Some((at + 1, Join::Main))
            }
            Some(Tag::Conjunction) if has_verb => {
                let next = at + 1;
                new_clause(scene, next, to, false).then_some((next, inherited(&cuts, scene, next)))
            }
            _ => None,
        };
        if let Some((start, join)) = cut {
            if start >= to {
                break;
            }
            if start == from {
                cuts = vec![(from, join)];
            } else {
                cuts.push((start, join));
            }
            condition_open = join == Join::Condition;
            has_verb = false;
            at = start.max(at + 1);
            continue;
        }
        if matches!(tag, Some(Tag::Verb | Tag::Be | Tag::Have)) || needs_object(scene, at) {
            has_verb = true;
        }
        at += 1;
    }
    cuts
}

/// "it would be nice if", "we'd love it if", "would be cool when".
fn polite(scene: &Scene<'_>, from: usize, at: usize) -> bool {
    const PRAISE: &[&str] = &[
        "nice",
        "great",
        "cool",
        "good",
        "helpful",
        "useful",
        "neat",
        "awesome",
        "lovely",
        "perfect",
        "handy",
        "fantastic",
        "amazing",
        "ideal",
        "best",
        "better",
        "wonderful",
        "super",
        "love",
        "it",
        "fine",
        "sweet",
        "brilliant",
    ];
    let lead = at.saturating_sub(5).max(from);
    let praised = at > from && scene.one_of(at - 1, PRAISE);
    praised && (lead..at).any(|t| scene.one_of(t, &["would", "be", "love", "like", "appreciate"]))
}

/// "... to edit or delete" stays a purpose; "when X is paid or Y is sent" stays a condition.
fn inherited(cuts: &[(usize, Join)], scene: &Scene<'_>, next: usize) -> Join {
    match cuts.last() {
        Some((_, Join::Condition)) if scene.tag(next) != Some(Tag::Verb) => Join::Condition,
        _ => Join::Main,
    }
}

/// An order to send something follows a clause that is whole: "ping me", "text the owner", "send an email".
fn bids(scene: &Scene<'_>, at: usize, condition: bool) -> bool {
    let known =
        scene.token(at).and_then(|token| verbs::lookup(&token.text)).filter(|(_, form)| *form == verbs::Form::Base);
    let Some((verb, _)) = known else { return false };
    use verbs::Class::{Assign, Create, Notify, Pay, Send, Update};
    let sends =
        matches!(verb.class, Send | Notify) || condition && matches!(verb.class, Create | Update | Pay | Assign);
    let person = || scene.np_at(at + 1).is_some_and(|np| archetypes::is_person(np.entity()));
    let object = condition && !verb.noun_too && scene.np_at(at + 1).is_some()
        || person()
        || matches!(scene.tag(at + 1), Some(Tag::Determiner | Tag::Possessive))
        || scene.one_of(at + 1, &["me", "us", "them", "him", "her", "it", "everyone", "everybody", "staff"]);
    let whole = at.checked_sub(1).is_some_and(|before| {
        scene.is(before, ":")
            || !scene.one_of(before, &["and", "or", "but", "then", ",", "please"])
                && matches!(
                    scene.tag(before),
                    Some(Tag::Noun | Tag::Verb | Tag::Adjective | Tag::Participle | Tag::Number | Tag::Adverb)
                )
    });
    let infinitive = (at.saturating_sub(3)..at).any(|t| matches!(scene.tag(t), Some(Tag::To | Tag::Modal)));
    sends && object && whole && !infinitive
}

/// "whenever it changes, push notification to the owner": what is sent, without a verb.
fn message_follows(scene: &Scene<'_>, at: usize) -> bool {
    scene.np_at(at).is_some_and(|np| {
        crate::lexicon::has("notification email text sms reminder alert message confirmation digest", np.head())
    })
}

/// "Placing an order": what happens, before what follows from it.
fn gerund(scene: &Scene<'_>, from: usize) -> bool {
    let form = scene.token(from).and_then(|token| verbs::lookup(&token.text)).map(|(_, form)| form);
    form == Some(verbs::Form::Ing) && scene.tag(from) == Some(Tag::Verb)
}

/// "three days before the visit", "on Fridays".
fn timed_lead(scene: &Scene<'_>, from: usize, at: usize) -> bool {
    (from..at.min(from + 5)).any(|t| scene.one_of(t, &["before", "after", "every", "each"]))
}

fn in_list(scene: &Scene<'_>, from: usize, at: usize) -> bool {
    (from..at).any(|t| scene.is(t, ","))
}

fn starts_phrase(scene: &Scene<'_>, from: usize) -> bool {
    matches!(scene.tag(from), Some(Tag::Preposition | Tag::Determiner | Tag::Adverb))
        && scene.one_of(from, &["for", "in", "on", "at", "every", "each", "the", "after", "before", "once", "as", "by"])
}

fn is_value_dash(scene: &Scene<'_>, at: usize) -> bool {
    at > 0 && scene.token(at - 1).zip(scene.token(at)).is_some_and(|(before, dash)| before.span.end == dash.span.start)
}

/// "which may be empty", "that must be unique" before the next sign.
fn limits(scene: &Scene<'_>, at: usize, to: usize) -> bool {
    let end = (at..to.min(at + 7)).find(|t| scene.is(*t, ",")).unwrap_or(to.min(at + 7));
    matches!(scene.tag(at + 1), Some(Tag::Modal | Tag::Be))
        && (at + 2..end).any(|t| scene.one_of(t, &["empty", "blank", "unique", "optional", "required", "mandatory"]))
}

/// "if it is broken or not", "if paid", after a comma or "and".
fn doubts(scene: &Scene<'_>, at: usize, to: usize) -> bool {
    let listed = scene.is(at, "if") && scene.one_of(at.wrapping_sub(1), &[",", "and"]);
    let either = scene.one_of(at + 1, &["it", "they", "he", "she", "the"])
        && (at + 2..to.min(at + 9)).any(|t| scene.is(t, "or") && scene.is(t + 1, "not"));
    let short = (at + 2 >= to || scene.one_of(at + 2, &[",", "and"]))
        && scene.token(at + 1).is_some_and(|token| {
            let guess = crate::lexicon::fields::guess(&token.text).map(|guess| guess.kind);
            guess == Some(crate::lexicon::fields::FieldType::Boolean)
        });
    listed && (either || short)
}

/// "which", "what", "how", "who" of a question in a list, not of a relative clause.
fn asks(scene: &Scene<'_>, at: usize) -> bool {
    scene.one_of(at, &["which", "what", "who", "whom", "how", "whether", "why"]) && scene.tag(at) != Some(Tag::Relative)
}

fn verb_soon(scene: &Scene<'_>, from: usize, to: usize, within: usize) -> bool {
    (from..to.min(from + within)).any(|at| matches!(scene.tag(at), Some(Tag::Verb | Tag::Be | Tag::Have)))
}

/// A record and that it has something.
fn holds(scene: &Scene<'_>, at: usize) -> bool {
    let Some(np) = scene.np_at(at).filter(|np| np.plural || np.article.is_some()) else { return false };
    let modal = usize::from(scene.tag(np.to) == Some(Tag::Modal));
    scene.tag(np.to + modal) == Some(Tag::Have)
}

/// Whether a clause of its own starts here: a verb, or a subject and a verb.
fn new_clause(scene: &Scene<'_>, mut at: usize, to: usize, after_condition: bool) -> bool {
    while at < to
        && (matches!(scene.tag(at), Some(Tag::Adverb | Tag::Conjunction)) || scene.one_of(at, &["then", "please"]))
    {
        at += 1;
    }
    // "the fault, which worker was there, how they pay": what is wanted, in a list.
    if asks(scene, at) {
        return false;
    }
    // "and for each repair we write down …".
    if scene.one_of(at, &["for", "in", "on", "at", "during", "per"])
        && let Some(np) = scene.np_at(at + 1).filter(|np| np.count == crate::nouns::Count::Each)
        && scene.tag(np.to) == Some(Tag::Pronoun)
    {
        return verb_soon(scene, np.to + 1, to, 2);
    }
    match scene.tag(at) {
        Some(Tag::Verb) => return !scene.token(at).is_some_and(|t| t.text.ends_with("ing")) || after_condition,
        Some(Tag::Pronoun) => return verb_soon(scene, at + 1, to, 3) || matches!(scene.tag(at + 1), Some(Tag::Modal)),
        Some(Tag::Modal | Tag::Be | Tag::Have) => return true,
        Some(Tag::Subordinator | Tag::Relative) => return false,
        _ => {}
    }
    let Some(np) = scene.np_at(at) else { return false };
    let mut next = np.to;
    if scene.is(next, "(") {
        next = scene.close_of(next).map_or(next, |close| close + 1);
    }
    // "jobs have a title and a price and customers have a name": the price is still the jobs'.
    let last = |second: &crate::nouns::Np| {
        matches!(np.article.as_deref(), Some("a" | "an")) && np.is_value() && !second.is_value()
    };
    if scene.tag(next) == Some(Tag::Conjunction)
        && let Some(second) = scene.np_at(next + 1).filter(|second| !last(second))
    {
        next = second.to;
    }
    while next < to && matches!(scene.tag(next), Some(Tag::Adverb | Tag::Negation)) {
        next += 1;
    }
    next < to && matches!(scene.tag(next), Some(Tag::Verb | Tag::Modal | Tag::Be | Tag::Have))
}
