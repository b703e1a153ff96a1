//! Ways of telling somebody that no verb carries: "boat late -> mail to the owner", "I want a text to go out",
//! "a Monday morning email", "an email AND a push".

use super::add;
use super::phrases::way;
use crate::lexicon::{archetypes, words};
use crate::rules::Sink;
use crate::scene::Scene;
use crate::tags::Tag;

/// What stands after a way that is a value and no message: "email address".
pub(super) const OF_A_VALUE: &[&str] = &["address", "addresses", "field", "template", "templates", "number", "box"];

/// "boat late -> mail to the owner", "=> status late + text to the renter".
pub(super) fn arrow(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in &scene.sentences {
        let Some(arrow) = (sentence.from..sentence.to).find(|at| scene.is(*at, "->")) else { continue };
        // "customer -> email" lists what a customer has.
        if arrow < sentence.from + 2 {
            continue;
        }
        for at in arrow + 1..sentence.to {
            let Some(category) = way(scene, at) else { continue };
            let plain = |t: &usize| scene.token(*t).is_some_and(|token| !token.is_sign());
            let between = (arrow + 1..at).rev().take_while(plain).count();
            let sign = at - between - 1;
            let told = scene.one_of(sign, &["->", "+", "&"]) && between <= 4;
            let listed = scene.one_of(at + 1, &[",", "/", "|", ":", "->"]) || scene.one_of(at + 1, OF_A_VALUE);
            let held = (sign..at).any(|t| matches!(scene.tag(t), Some(Tag::Have | Tag::Possessive)));
            if told && !listed && !held && scene.depth_at(at) == 0 {
                add(scene, sink, category, None, at, at + 1);
            }
        }
    }
}

/// Verbs that ask for what comes: "want a push", "gets a text".
const COMES: &[&str] = &[
    "want",
    "wants",
    "wanted",
    "get",
    "gets",
    "getting",
    "got",
    "receive",
    "receives",
    "receiving",
    "send",
    "sends",
    "sent",
    "drop",
    "drops",
    "shoot",
    "fire",
    "love",
    "expect",
    "expects",
    "prefer",
    "trigger",
    "triggers",
];

/// "I want a text to go out", "gets a push when", "a text saying it is ready", "an email AND a push".
pub(super) fn one(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 1..scene.tokens.len() {
        let Some(category) = way(scene, at) else { continue };
        let article = scene.one_of(at - 1, &["a", "an"]);
        if scene.one_of(at + 1, OF_A_VALUE) || scene.depth_at(at) > 0 {
            continue;
        }
        // "receive mails", "get texts".
        let plural = scene.one_of(at, &["emails", "mails", "texts"]);
        if plural && scene.one_of(at - 1, &["receive", "receives", "get", "gets", "getting"]) {
            add(scene, sink, category, None, at, at + 1);
        }
        if !article {
            continue;
        }
        let somebody = |t: usize| {
            matches!(scene.tag(t), Some(Tag::Determiner | Tag::Possessive))
                || scene
                    .one_of(t, &["go", "them", "him", "her", "me", "us", "everybody", "everyone", "all", "be", "each"])
                || scene.token(t).is_some_and(|token| archetypes::is_person(&token.lemma))
        };
        let goes = scene.is(at + 1, "to") && somebody(at + 2)
            || scene.one_of(at + 1, &["when", "if", "once", "whenever", "saying", "telling", "waiting", "out"])
            || scene.is(at + 1, "as") && scene.is(at + 2, "soon");
        let another = at > 2 && scene.one_of(at - 2, &["and", "or", "+", "&", "plus"]) && {
            let sent = (at.saturating_sub(8)..at - 2).any(|t| scene.one_of(t, COMES));
            way(scene, at - 3).is_some() && sent
        };
        let comes = scene.one_of(at, &["push", "text"])
            && (at.saturating_sub(3)..at - 1).any(|t| scene.one_of(t, COMES))
            && !scene.one_of(at + 1, &["and", ","]);
        if goes || another || comes {
            add(scene, sink, category, None, at, at + 1);
        }
    }
}

/// "a Monday morning email", "the weekly summary mail": a message with its time.
pub(super) fn timed(scene: &Scene<'_>, sink: &mut Sink) {
    const TIMES: &[&str] = &[
        "daily",
        "weekly",
        "monthly",
        "morning",
        "evening",
        "nightly",
        "night",
        "yearly",
        "annual",
        "summary",
        "automatic",
        "automated",
    ];
    for at in 1..scene.tokens.len() {
        let Some(category) = way(scene, at) else { continue };
        let time = |t: usize| {
            scene.one_of(t, TIMES) || scene.token(t).is_some_and(|token| words::weekday(&token.lemma).is_some())
        };
        let plain = (at.saturating_sub(3)..at).rev().take_while(|t| scene.token(*t).is_some_and(|one| !one.is_sign()));
        let led = time(at - 1) && plain.into_iter().any(|t| matches!(scene.tag(t), Some(Tag::Determiner)) || time(t));
        if led && !scene.one_of(at + 1, OF_A_VALUE) {
            add(scene, sink, category, None, at, at + 1);
        }
    }
}
