//! Services asked for by a noun or a way and not by a verb of their own: "reminder text", "deposit via bank card",
//! "post to #sales", "(push, not sms)", "alert me on my phone".

use super::add;
use crate::clauses::{Clause, Polarity};
use crate::lexicon::has;
use crate::lexicon::verbs::Class;
use crate::nouns::Np;
use crate::rules::{Sink, objects};
use crate::scene::Scene;
use crate::tags::Tag;

/// The words that name a way of telling somebody, and its service.
const WAYS: &[(&str, &str)] = &[
    ("email", "email"),
    ("emails", "email"),
    ("mail", "email"),
    ("sms", "sms"),
    ("text", "sms"),
    ("texts", "sms"),
    ("push", "push"),
    ("whatsapp", "whatsapp"),
    ("slack", "chat"),
];
/// What is sent.
const SENT: &str =
    "reminder notification alert confirmation follow-up followup thank-you update heads-up message notice";
const MONEY: &str = "due fee rent payment money deposit premium fare tip subscription membership contribution balance \
    amount price total donation installment instalment bill";
/// How money is taken without cash.
const ACCOUNTS: &[&str] =
    &["automatically", "account", "accounts", "card", "cards", "wallet", "paypal", "online", "directly"];

pub(super) fn way(scene: &Scene<'_>, at: usize) -> Option<&'static str> {
    let token = scene.token(at)?;
    WAYS.iter().find(|(word, _)| token.is(word)).map(|(_, category)| *category)
}

/// "reminder text", "confirmation texts", "thank you email": what is sent, and how.
pub(super) fn compound(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 1..scene.tokens.len() {
        let before = scene.token(at - 1).is_some_and(|token| has(SENT, &token.lemma));
        let thanks = at > 1 && scene.is(at - 2, "thank") && scene.is(at - 1, "you");
        let field = scene.one_of(at + 1, &["template", "templates", "address", "addresses", "field", "box"])
            || scene.clause_at(at).is_some_and(|clause| clause.base == "have");
        if let Some(category) = way(scene, at).filter(|_| (before || thanks) && !field && scene.depth_at(at) == 0) {
            add(scene, sink, category, None, at, at + 1);
        }
    }
}

/// "reminder to members (push, not sms)": brackets that hold nothing but ways.
pub(super) fn bracketed(scene: &Scene<'_>, sink: &mut Sink) {
    for open in 0..scene.tokens.len() {
        let Some(close) = scene.close_of(open).filter(|close| *close > open + 1) else { continue };
        let fits = |at: usize| {
            way(scene, at).is_some()
                || scene.one_of(
                    at,
                    &[",", "/", "or", "and", "&", "+", "not", "no", "only", "just", "never", "!", "via", "by"],
                )
        };
        let Some(clause) = scene.clause_at(open).filter(|_| (open + 1..close).all(fits)) else { continue };
        let sent = matches!(clause.class, Some(Class::Send | Class::Notify))
            || (clause.from..open).any(|at| scene.token(at).is_some_and(|token| has(SENT, &token.lemma)));
        for at in (open + 1..close).filter(|_| sent) {
            if let Some(category) = way(scene, at) {
                add(scene, sink, category, None, at, at + 1);
            }
        }
    }
}

/// "email or text the owner", "we text and email guests": two verbs with one object.
pub(super) fn verbs(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in &scene.clauses {
        let Some(verb) = clause.verb.filter(|verb| way(scene, *verb).is_some() || scene.is(*verb, "call")) else {
            continue;
        };
        let joins = |at: usize| scene.one_of(at, &["or", "and", "/", "&"]);
        // "name, email and text": a list of values has no object.
        let object = |at: usize| {
            scene.np_at(at).is_some_and(|np| np.article.is_some() || np.possessive.is_some() || np.plural)
                || scene.one_of(at, &["them", "him", "her", "everyone", "everybody", "me", "us"])
        };
        let earlier = (verb > 1 && joins(verb - 1) && object(verb + 1)).then(|| verb - 2);
        let later = (joins(verb + 1) && object(verb + 3)).then_some(verb + 2);
        let subject = |at: usize| at == 0 || scene.tag(at - 1) != Some(Tag::Sign) || scene.is(at - 1, ".");
        for at in earlier.filter(|at| subject(*at)).into_iter().chain(later) {
            if let Some(category) = way(scene, at) {
                add(scene, sink, category, None, at, at + 1);
            }
        }
    }
}

/// "deposit via bank card", "card details are taken up front".
pub(super) fn card(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        let Some(clause) = scene.clause_around(np) else { continue };
        let plain = np
            .words()
            .iter()
            .all(|word| has("card credit debit bank saved customer details detail data payment", &word.text));
        let card = np.words().iter().any(|word| word.lemma == "card") && plain;
        let payment = np.words().first().is_some_and(|word| word.lemma == "payment");
        if !(card || payment && plain) {
            continue;
        }
        let details = np.words().len() > 1 && has("detail details data", np.head());
        let entered = matches!(
            clause.base,
            "take" | "collect" | "enter" | "store" | "save" | "charge" | "capture" | "keep" | "ask"
        );
        let led = scene.one_of(np.from.wrapping_sub(1), &["via", "by", "with", "per", "from", "through", "to", "on"]);
        let money = matches!(clause.class, Some(Class::Pay))
            || matches!(
                clause.base,
                "pay" | "buy" | "purchase" | "settle" | "charge" | "debit" | "hold" | "put" | "secure"
            )
            || (clause.from..np.from).any(|at| scene.token(at).is_some_and(|token| has(MONEY, &token.lemma)));
        if details && entered && clause.base != "have" || card && !details && led && money {
            add(scene, sink, "billing", None, np.from, np.to);
        }
    }
}

/// "the monthly fee is collected from their bank account", "debit members' accounts".
pub(super) fn debit(scene: &Scene<'_>, sink: &mut Sink) {
    let taken = |clause: &&Clause| {
        matches!(
            clause.base,
            "collect" | "debit" | "deduct" | "withdraw" | "charge" | "take" | "pull" | "settle" | "bill"
        )
    };
    for clause in scene.clauses.iter().filter(taken).filter(|clause| clause.polarity == Polarity::Asked) {
        let money = |np: &Np| has(MONEY, np.head()) || np.words().iter().any(|word| has("fee rent", &word.lemma));
        let what = clause.subject.iter().any(money) || objects(scene, clause.after, clause.to).into_iter().any(money);
        let from = (clause.after..clause.to).any(|at| scene.one_of(at, ACCOUNTS));
        let by_hand = super::wishes::BY_HAND.iter().any(|way| scene.padded(clause.from, clause.to).contains(way));
        if let Some(verb) = clause.verb.filter(|_| what && from && !by_hand) {
            add(scene, sink, "billing", None, verb, clause.after);
        }
    }
}

/// "ping me on my phone", "the driver gets alerted on his mobile", "to members' phones".
pub(super) fn on_phone(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter().filter(|np| has("phone mobile smartphone handset", np.head())) {
        let Some(clause) = scene.clause_around(np) else { continue };
        let whose = np.possessive.is_some() || np.owner.is_some();
        let led = scene.one_of(np.from.wrapping_sub(1), &["on", "to"]);
        let told = clause.class == Some(Class::Notify)
            || matches!(clause.base, "ping" | "push" | "pop" | "buzz" | "appear")
            || clause.verb.is_none()
                && (clause.from..np.from).any(|at| scene.token(at).is_some_and(|token| has(SENT, &token.lemma)));
        let other = (clause.from..clause.to)
            .any(|at| way(scene, at).is_some_and(|way| way != "push") || scene.one_of(at, &["call", "calls"]));
        if whose && led && told && !other {
            add(scene, sink, "push", None, np.from, np.to);
        }
    }
}

/// "post to #sales", "a message in the #sales channel": a channel of a team chat.
pub(super) fn channel(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 1..scene.tokens.len() {
        let name = scene.token(at + 1).is_some_and(|token| {
            !token.is_sign()
                && token.text.starts_with(char::is_alphabetic)
                && scene.token(at).is_some_and(|hash| hash.span.end == token.span.start)
        });
        let led = (at.saturating_sub(3)..at).any(|t| {
            scene.one_of(t, &["to", "in", "on", "into", "tell", "notify", "ping", "alert", "inform", "message"])
        });
        if scene.is(at, "#") && name && led {
            add(scene, sink, "chat", None, at, at + 2);
        }
    }
}
