//! More ways of asking for a service without its name: "guests can pay on the site", "on a live map", "in my inbox".

use super::add;
use crate::clauses::Polarity;
use crate::lexicon::verbs::Class;
use crate::lexicon::{archetypes, fields};
use crate::nouns::Np;
use crate::rules::{Sink, objects, story_role};
use crate::scene::Scene;
use crate::tags::Tag;

/// "sign the lease electronically".
pub(super) fn sign(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene.clauses.iter().filter(|clause| clause.base == "sign") {
        let digital = |at: &usize| scene.one_of(*at, &["electronically", "digitally", "online"]);
        if let Some(at) = (clause.after..clause.to).find(digital) {
            add(scene, sink, "esign", None, at, at + 1);
        }
    }
}

/// "pinged in Teams": the product, not the record.
pub(super) fn teams(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene.clauses.iter().filter(|clause| {
        matches!(clause.class, Some(Class::Send | Class::Notify)) || matches!(clause.base, "post" | "share" | "get")
    }) {
        let named = |at: &usize| {
            scene.token(*at).is_some_and(|token| token.capital && token.is("teams"))
                && scene.one_of(at.wrapping_sub(1), &["in", "on", "to", "via", "into", "through"])
        };
        if let Some(at) = (clause.from + 1..clause.to).find(named) {
            add(scene, sink, "chat", None, at, at + 1);
        }
    }
}

/// "in my inbox".
pub(super) fn inbox(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 1..scene.tokens.len() {
        let whose = matches!(scene.tag(at - 1), Some(Tag::Possessive | Tag::Genitive)) || scene.is(at - 1, "the");
        if whose && scene.one_of(at, &["inbox", "inboxes", "mailbox"]) {
            add(scene, sink, "email", None, at, at + 1);
        }
    }
}

/// "live status, text when the bus is near", "SMS once it is done".
pub(super) fn when(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        let opens = at == 0 || scene.one_of(at - 1, &[",", ".", ";", "and", "-", "+", "plus"]) || {
            scene.sentences.iter().any(|sentence| sentence.from == at)
        };
        let category = match scene.token(at).map(|token| token.text.as_str()) {
            Some("text" | "sms") => "sms",
            Some("email" | "mail") => "email",
            Some("push") => "push",
            _ => continue,
        };
        let timed = scene.one_of(at + 1, &["when", "once", "whenever", "if", "as"])
            && scene.tag(at + 1) == Some(Tag::Subordinator)
            || scene.one_of(at + 1, &["before", "after"]) && scene.tag(at + 2) == Some(Tag::Determiner);
        if opens && timed {
            add(scene, sink, category, None, at, at + 1);
        }
    }
}

/// "either text or e-mail", "by mail or text": ways of telling somebody.
pub(super) fn either(scene: &Scene<'_>, sink: &mut Sink) {
    const JOINS: &[&str] = &["or", "/", "+", "and", "&"];
    const OTHERS: &[&str] = &["sms", "email", "emails", "whatsapp", "push", "call", "mail"];
    for clause in scene.clauses.iter().filter(|clause| clause.base != "have") {
        let told = matches!(clause.class, Some(Class::Send | Class::Notify))
            || matches!(clause.base, "get" | "receive" | "remind" | "inform")
            || (clause.from..clause.to).any(|at| {
                scene.one_of(
                    at,
                    &["reminder", "reminders", "notification", "notifications", "alert", "alerts", "confirmation"],
                )
            });
        for at in clause.after..clause.to {
            let joined = |sign: usize, other: usize| scene.one_of(sign, JOINS) && scene.one_of(other, OTHERS);
            // "email and SMS notifications".
            let others = scene.one_of(at + 1, JOINS) && scene.one_of(at + 2, &["sms", "push", "whatsapp", "slack"]);
            if told && others && scene.one_of(at, &["email", "mail"]) {
                add(scene, sink, "email", None, at, at + 1);
            }
            let text = scene.one_of(at, &["text", "texts"]) && told;
            if text && (joined(at + 1, at + 2) || at > 1 && joined(at - 1, at - 2)) {
                add(scene, sink, "sms", None, at, at + 1);
                let other = if joined(at + 1, at + 2) { at + 2 } else { at - 2 };
                if scene.one_of(other, &["email", "emails", "mail"]) {
                    add(scene, sink, "email", None, other, other + 1);
                }
            }
        }
    }
}

/// Ways of paying that need no service.
pub(super) const BY_HAND: &[&str] = &[
    " cash",
    "by hand",
    "in person",
    " desk",
    " till",
    "counter",
    "bank transfer",
    "wire transfer",
    "cheque",
    "by check",
    " check ",
];

/// "guests can pay for their order", "as a guest I want to pay", "buy tickets online", "collect dues automatically".
pub(super) fn may_pay(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene.clauses.iter().filter(|clause| clause.polarity == Polarity::Asked) {
        let Some(verb) = clause.verb.filter(|verb| scene.tag(*verb) == Some(Tag::Verb)) else { continue };
        let words = scene.padded(clause.from, clause.to);
        let role = story_role(scene, clause.sentence).filter(|role| archetypes::is_kept(&role.name));
        let outside = clause.subject.iter().any(|np| archetypes::is_kept(np.entity()) || np.head() == "user")
            || matches!(clause.pronoun.as_deref(), Some("they" | "everyone" | "anyone"))
            || role.is_some();
        let online = [
            " online ",
            " through the website ",
            " through the site ",
            " through the app ",
            " via the website ",
            " on the site ",
            " on the website ",
            " in the app ",
            " automatically ",
            " by card ",
        ];
        let online = online.iter().any(|way| words.contains(way));
        let money = |np: &Np| crate::lexicon::has("due fee rent payment money deposit tip fare premium", np.head());
        let asks = match clause.base {
            "pay" => outside && (clause.modal.is_some() || role.is_some() || linked(scene, clause)) && !clause.passive,
            "buy" | "purchase" => outside && (online || sells(scene)),
            "donate" | "sell" => online,
            "subscribe" => (clause.after..clause.to)
                .any(|at| scene.token(at).is_some_and(|token| crate::values::currency(&token.text).is_some())),
            "collect" => online && objects(scene, clause.after, clause.to).into_iter().any(money),
            _ => false,
        };
        if asks && !BY_HAND.iter().any(|way| words.contains(way)) {
            add(scene, sink, "billing", None, verb, clause.after);
        }
    }
}

/// "clicks the link and pays".
fn linked(scene: &Scene<'_>, clause: &crate::clauses::Clause) -> bool {
    let Some(sentence) = scene.sentences.get(clause.sentence) else { return false };
    (sentence.from..clause.from).any(|at| scene.one_of(at, &["link", "button", "qr", "qr-code"]))
}

/// The application is a shop: what is bought there is paid there.
fn sells(scene: &Scene<'_>) -> bool {
    let shop = |np: &&Np| {
        let words = scene.words(np.from, np.to);
        !np.plural
            && (crate::lexicon::has("marketplace platform webshop e-shop", np.head())
                || ["online store", "online shop", "web shop", "web store", "ticketing"]
                    .iter()
                    .any(|s| words.contains(s)))
    };
    scene.sentences.first().is_some_and(|first| scene.nps_in(first.from, first.to).any(|np| shop(&np)))
}

/// "attach a photo": a file that must be kept somewhere.
pub(super) fn attach(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene.clauses.iter().filter(|clause| clause.base == "attach" && !clause.passive) {
        let file = |np: &Np| {
            // "pictures of the damage".
            let of = np.words().len() > 1 || np.owner.is_some();
            [np.field(), if of { np.head() } else { "" }]
                .iter()
                .any(|name| fields::guess(name).is_some_and(|guess| guess.file))
                || np.head() == "pdf"
        };
        let found = objects(scene, clause.after, clause.to).into_iter().any(file);
        if let Some(verb) = clause.verb.filter(|_| found) {
            add(scene, sink, "storage", None, verb, clause.after);
        }
    }
}

/// "on a live map".
pub(super) fn map(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter().filter(|np| np.head() == "map" && np.from > 0 && scene.is(np.from - 1, "on")) {
        if np.article.is_some() && !np.words().iter().any(|word| word.lemma == "site") {
            add(scene, sink, "maps", None, np.from, np.to);
        }
    }
}

/// "a notification on their phone".
pub(super) fn phone(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        let told = scene.one_of(at, &["notification", "notifications", "alert", "alerts", "ping"]);
        let phone = |near: usize| scene.one_of(near, &["phone", "phones", "smartphone", "device", "devices"]);
        if told && scene.one_of(at + 1, &["on", "to"]) && (at + 2..at + 4).any(phone) {
            add(scene, sink, "push", None, at, at + 1);
        }
    }
}

/// "to our partner's URL", "through an HTTP call".
pub(super) fn address(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene.clauses.iter().filter(|clause| clause.base != "have") {
        let sends = matches!(clause.class, Some(Class::Send | Class::Notify | Class::Create | Class::Relate))
            || matches!(clause.base, "post" | "hit" | "push" | "call" | "trigger");
        for at in clause.after.min(clause.to)..clause.to {
            let whose = |np: &Np| np.owner.is_some() || np.possessive.is_some();
            // "hit" is a noun to the tagger.
            let shown = at > 1
                && scene.one_of(at - 1, &["this", "that", "the", "an", "our"])
                && scene.one_of(at - 2, &["hit", "call", "post", "ping", "trigger", "to"]);
            let target = scene.one_of(at, &["url", "endpoint"]);
            let named = target && scene.np_before(at + 1).is_some_and(whose);
            let call = scene.is(at, "http") && scene.one_of(at + 1, &["call", "request", "callback", "post"]);
            if target && shown || sends && (named || call) {
                add(scene, sink, "webhook", None, at, at + 1);
            }
        }
    }
}
