//! Messages asked for in few words: "confirmed: email to the dealer", "next check (mail the office before)", "no, an email",
//! "Mails: order confirmation", "a text to the customer".

use super::add;
use super::phrases::way;
use super::shorthand::OF_A_VALUE;
use crate::clauses::{Clause, Polarity};
use crate::lexicon::{archetypes, has};
use crate::rules::Sink;
use crate::scene::Scene;
use crate::tags::Tag;

/// What stands after a way in a list of values, or in the name of something else.
const OF_ANOTHER: &[&str] = &["list", "marketing", "server", ",", "/", ")"];

fn is_mail(scene: &Scene<'_>, at: usize) -> bool {
    scene.one_of(at, &["email", "emails", "mail", "mails"])
}

/// Who may get one: "the office", "Anna", "me", "responsible person".
fn somebody(scene: &Scene<'_>, at: usize) -> bool {
    if scene.one_of(at, &["me", "us", "them", "him", "her", "everyone", "everybody", "all", "em", "'em"]) {
        return true;
    }
    let word = |at: usize| scene.token(at).is_some_and(|one| one.is("person") || archetypes::is_person(&one.lemma));
    if word(at) {
        return true;
    }
    scene.np_at(at).or_else(|| scene.np_at(at + 1)).is_some_and(|np| {
        archetypes::is_person(np.entity())
            || archetypes::is_person(np.head())
            || archetypes::is_group(np.entity())
            || archetypes::is_party(np.entity())
            || has(
                "person people office boss authority team owner parent board secretary admin family household",
                np.head(),
            )
    })
}

/// Whether the clause asks for what it says.
fn asks(clause: &Clause) -> bool {
    matches!(clause.polarity, Polarity::Asked | Polarity::Denied)
}

pub(super) fn sent(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        let Some(category) = way(scene, at) else { continue };
        let Some(clause) = scene.clause_at(at).filter(|clause| asks(clause)) else { continue };
        let value = scene.one_of(at + 1, OF_A_VALUE) || scene.one_of(at + 1, OF_ANOTHER);
        if value && !corrected(scene, at) {
            continue;
        }
        let said = to_somebody(scene, at)
            || ordered(scene, at)
            || corrected(scene, at)
            || led(scene, at)
            || had(scene, clause, at)
            || headed(scene, at);
        if said {
            add(scene, sink, category, None, at, at + 1);
        }
    }
}

/// "email to the dealer", "a text to the customer", "push to parents", "a report by mail to the authority".
fn to_somebody(scene: &Scene<'_>, at: usize) -> bool {
    let opens = at == 0
        || scene.token(at - 1).is_some_and(|token| token.is_sign())
        || scene.one_of(at - 1, &["an", "a", "and", "then", "polite", "short", "automatic"])
        || scene.sentence_at(at) != scene.sentence_at(at - 1);
    opens && scene.is(at + 1, "to") && somebody(scene, at + 2)
}

/// "(mail the office 3 weeks before)", "then email person in charge", "please e-mail to me", "push me", "text 'em".
fn ordered(scene: &Scene<'_>, at: usize) -> bool {
    let led = at == 0
        || scene.token(at - 1).is_some_and(|token| token.is_sign() && !token.is("/"))
        || scene.one_of(at - 1, &["then", "please", "also", "just", "automatically", "and"])
        || scene.sentence_at(at) != scene.sentence_at(at - 1);
    let object = scene.one_of(at + 1, &["me", "us", "them", "him", "her", "em", "'em", "everyone", "everybody"])
        || scene.is(at + 1, "to") && scene.one_of(at + 2, &["me", "us", "them"])
        || matches!(scene.tag(at + 1), Some(Tag::Determiner | Tag::Possessive)) && somebody(scene, at + 1)
        || scene.one_of(at.wrapping_sub(1), &["then", "please"]) && somebody(scene, at + 1);
    led && object
}

/// "by letter? no, email", "a letter - no sorry e-mail -", "not an email, nobody reads those, a text".
fn corrected(scene: &Scene<'_>, at: usize) -> bool {
    let article = usize::from(scene.one_of(at.wrapping_sub(1), &["a", "an"]));
    let mut before = at.wrapping_sub(1 + article);
    let mut words = 0;
    while scene.one_of(before, &[",", "sorry", "rather", "better", "i", "mean", "make", "that", "it", "-", "actually"])
        && words < 4
    {
        before = before.wrapping_sub(1);
        words += 1;
    }
    let ends =
        at + 1 >= scene.tokens.len() || scene.token(at + 1).is_some_and(|token| token.is_sign() && !token.is(":"));
    words > 0 && ends && scene.is(before, "no")
}

/// "order confirmed: email to dealer", "confirmed -> e-mail with the list", "aftercare mail a day after".
fn led(scene: &Scene<'_>, at: usize) -> bool {
    let from = scene.sentence_at(at).and_then(|place| scene.sentences.get(place)).map_or(at, |sentence| sentence.from);
    let sign = (from..at).rev().find(|t| scene.one_of(*t, &[":", "->"]));
    let near = sign.is_some_and(|sign| at - sign <= 3 && sign > from + 1 && scene.depth_at(sign) == scene.depth_at(at));
    let plain = sign.is_some_and(|sign| {
        (sign + 1..at).all(|t| matches!(scene.tag(t), Some(Tag::Adjective | Tag::Determiner | Tag::Noun)))
    });
    let after = scene.one_of(at + 1, &["to", "with", "when"]);
    // "aftercare mail 1 day after a visit".
    let timed = scene.np_at(from).or_else(|| scene.np_at(from + 1)).is_some_and(|np| np.to == at + 1 || np.to == at)
        && is_mail(scene, at)
        && (scene.tag(at + 1) == Some(Tag::Number) || scene.one_of(at + 1, &["a", "one", "the"]))
        && (at + 2..at + 4)
            .any(|t| scene.one_of(t, &["day", "days", "hour", "hours", "week", "weeks", "evening", "morning"]));
    near && plain && after || timed
}

/// "we would like to have a mail with the list", "the owner must receive a mail", "has to get an email".
fn had(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let one = scene.one_of(at.wrapping_sub(1), &["a", "an"]) && is_mail(scene, at);
    let verb = clause.verb.is_some_and(|verb| verb < at);
    let wishes = clause.base == "have"
        && clause.modal.is_some()
        && scene.one_of(at + 1, &["with", "when", "each", "every", "if"]);
    let gets = matches!(clause.base, "receive" | "get" | "obtain") && !scene.one_of(at + 1, &["from"]);
    one && verb && (wishes || gets)
}

/// "Mails: order confirmation after payment", "Emails - reminder the day before".
fn headed(scene: &Scene<'_>, at: usize) -> bool {
    let first = scene.sentence_at(at).and_then(|place| scene.sentences.get(place)).is_some_and(|one| one.from == at);
    let sent = "confirmation reminder notification receipt welcome alert summary digest invitation";
    let lists = (at + 2..at + 8).any(|t| scene.token(t).is_some_and(|token| has(sent, &token.lemma)));
    first
        && scene.one_of(at, &["mails", "emails", "texts", "sms", "push"])
        && scene.one_of(at + 1, &[":", "-"])
        && lists
}
