//! Services outside that the request asks for: text messages, card payments, Slack, webhooks.
//!
//! What names a service without asking for it is in `told`, more ways of asking in `wishes`; `weighed` decides by all that is said
//! around it.

mod phrases;
mod practice;
mod sent;
mod shorthand;
mod signs;
mod systems;
mod told;
mod weighed;
mod wishes;

use super::{Rule, Sink};
use crate::clauses::Clause;
use crate::lexicon::integrations;
use crate::lexicon::verbs::Class;
use crate::scene::Scene;
use crate::tags::Tag;
pub(super) use weighed::Named;
pub use weighed::Service;
use weighed::add;
pub(crate) use weighed::services;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "outside.named", example: "Take payments with Stripe.", run: named },
    Rule { id: "outside.verb", example: "Text guests the day before.", run: verb },
    Rule { id: "outside.message", example: "The owner gets an email for every booking.", run: message },
    Rule { id: "outside.pay", example: "Guests pay online.", run: pay },
    Rule { id: "outside.upload", example: "Members upload a certificate.", run: upload },
    Rule { id: "outside.sign", example: "Tenants sign the lease electronically.", run: wishes::sign },
    Rule { id: "outside.teams", example: "Alarms are posted in Teams.", run: wishes::teams },
    Rule { id: "outside.inbox", example: "I want a summary of new boats in my inbox.", run: wishes::inbox },
    Rule { id: "outside.may_pay", example: "Guests can pay for their tour on the site.", run: wishes::may_pay },
    Rule { id: "outside.attach", example: "Guides attach a photo to each tour.", run: wishes::attach },
    Rule { id: "outside.map", example: "Guests see all tours on a live map.", run: wishes::map },
    Rule { id: "outside.phone", example: "Guides get a notification on their phone.", run: wishes::phone },
    Rule { id: "outside.address", example: "Send new tours to our partner's URL.", run: wishes::address },
    Rule { id: "outside.systems", example: "Push new tours to our CRM.", run: systems::systems },
    Rule { id: "outside.api", example: "New tours are sent to our partner's API.", run: systems::api },
    Rule { id: "outside.video", example: "Guests join by video.", run: systems::video },
    Rule { id: "outside.directions", example: "Show directions to the tour.", run: systems::directions },
    Rule { id: "outside.enough", example: "No SMS, an e-mail will do: e-mail is enough.", run: systems::enough },
    Rule { id: "outside.ways", example: "Notifications: email, text", run: systems::ways },
    Rule { id: "outside.buzz", example: "The guide's phone should buzz.", run: systems::buzz },
    Rule { id: "outside.files", example: "Documents can be attached to a tour.", run: systems::attached },
    Rule { id: "outside.when", example: "Update guides, text when the tour is full.", run: wishes::when },
    Rule { id: "outside.compound", example: "A reminder text goes out a day before the tour.", run: phrases::compound },
    Rule { id: "outside.bracketed", example: "Reminder to all guests (push, not sms).", run: phrases::bracketed },
    Rule { id: "outside.verbs", example: "Email or text the guide.", run: phrases::verbs },
    Rule { id: "outside.card", example: "Deposit via bank card.", run: phrases::card },
    Rule { id: "outside.debit", example: "The fee is collected from their bank account.", run: phrases::debit },
    Rule { id: "outside.on_phone", example: "Ping me on my phone when a tour is full.", run: phrases::on_phone },
    Rule { id: "outside.channel", example: "Post to our #tours channel.", run: phrases::channel },
    Rule { id: "outside.either", example: "Owners get reminders, either text or e-mail.", run: wishes::either },
    Rule { id: "outside.sent", example: "Tour confirmed: email to the guide.", run: sent::sent },
    Rule { id: "outside.arrow", example: "Tour is full -> mail to the guide.", run: shorthand::arrow },
    Rule { id: "outside.one", example: "I want a text to go out when a tour is full.", run: shorthand::one },
    Rule {
        id: "outside.timed",
        example: "A Monday morning email with all tours would be lovely.",
        run: shorthand::timed,
    },
];

/// A category or a product by name.
fn named(scene: &Scene<'_>, sink: &mut Sink) {
    for (at, token) in scene.tokens.iter().enumerate() {
        for length in (1..=integrations::longest(&token.text)).rev() {
            let Some(tokens) = scene.tokens.get(at..at + length) else { continue };
            let phrase = scene.words(at, at + length);
            // "email" alone may be a field; `message` reads it.
            if length == 1
                && matches!(
                    phrase,
                    "email" | "emails" | "texts" | "outlook" | "sage" | "square" | "epic" | "ses" | "teams_channel"
                )
                && !(at > 0
                    && matches!(phrase, "square" | "sage" | "epic" | "ses")
                    && scene.one_of(at - 1, &["via", "through", "using"]))
                && !(tokens.iter().all(|t| t.capital)
                    && matches!(phrase, "epic" | "square" | "outlook" | "sage")
                    && at > 0)
            {
                continue;
            }
            // "Epic 2: leases".
            let counted = scene.tag(at + 1) == Some(Tag::Number) && phrase == "epic";
            if let Some((integration, product)) = integrations::spoken(phrase).filter(|_| !counted) {
                let whatsapp_field = integration.name == "whatsapp" && scene.one_of(at + 1, &["number"]);
                let kept = integration.name == "accounting" && product.is_some() && !moves(scene, at);
                if !whatsapp_field && !kept {
                    add(scene, sink, integration.name, product, at, at + length);
                }
                break;
            }
        }
    }
}

/// "export invoices to Xero", "Xero integration": a program that keeps books is asked for where something goes to it, not
/// in "the payroll is in Sage" or "DATEV swallows the bookkeeping".
fn moves(scene: &Scene<'_>, at: usize) -> bool {
    const MOVES: &str = "export sync synchronize push send connect integrate import transfer post book link flow copy create \
        integration connection interface sync-up export-file webhook upload generate issue raise end land go appear become turn";
    let Some(sentence) = scene.sentence_at(at).and_then(|place| scene.sentences.get(place)) else { return true };
    // "the books are in Xero, push every expense there".
    let there = (at..sentence.to).any(|t| scene.is(t, "there"));
    let clause = scene.clause_at(at).filter(|clause| clause.verb.is_some() && !there);
    let (from, end) = clause.map_or((sentence.from, sentence.to), |clause| (clause.from, clause.to));
    let moved = (from..end).any(|t| {
        scene.token(t).is_some_and(|token| {
            let base = crate::lexicon::verbs::lookup(&token.text).map_or(token.lemma.as_str(), |(verb, _)| verb.base);
            crate::lexicon::has(MOVES, base)
        })
    });
    let to = (at.saturating_sub(3).max(sentence.from)..at)
        .any(|t| scene.one_of(t, &["to", "into", "->", "+", "with", "via"]));
    // "Integrations: Stripe, Xero".
    let listed = sentence.to - sentence.from <= 12 && scene.clause_at(at).is_none_or(|clause| clause.verb.is_none());
    moved || to || listed
}

/// "text guests", "email them".
fn verb(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in &scene.clauses {
        let Some(at) = clause.verb.filter(|at| scene.tag(*at) == Some(Tag::Verb)) else { continue };
        let category = match clause.base {
            "text" | "sms" => "sms",
            "email" | "mail" => "email",
            "whatsapp" => "whatsapp",
            "charge" if scene.words(clause.after, clause.to).contains("card") => "billing",
            _ => continue,
        };
        add(scene, sink, category, None, at, at + 1);
    }
}

/// Words of what is sent.
const MESSAGES: &[&str] = &[
    "email",
    "emails",
    "mail",
    "mails",
    "text",
    "texts",
    "calendar",
    "calendars",
    "mailed",
    "emailed",
    "texted",
    "push",
    "sms",
    "newsletter",
];

/// "gets an email", "send a text", "notify by email".
fn message(scene: &Scene<'_>, sink: &mut Sink) {
    for (at, token) in scene.tokens.iter().enumerate().filter(|(_, token)| token.one_of(MESSAGES)) {
        let Some(clause) = scene.clause_at(at) else { continue };
        // "requested by (text)": what a value holds.
        if token.is("text") && at > 0 && scene.close_of(at - 1) == Some(at + 1) {
            continue;
        }
        let sends = matches!(clause.class, Some(Class::Send | Class::Notify))
            || matches!(clause.base, "get" | "receive" | "trigger" | "go" | "shoot" | "drop" | "expect" | "become");
        let way = at > 0
            && (scene.one_of(at - 1, &["by", "via", "through", "per", "over"])
                || at > 1 && scene.one_of(at - 2, &["by", "via"]));
        // "via SMS, email or push".
        let way = way || listed_way(scene, at);
        // "is sent to their email", "lands in his mailbox".
        let to_them = clause.class == Some(Class::Send)
            && verb_at(clause) < at
            && (at.saturating_sub(3).max(clause.after)..at).any(|t| scene.one_of(t, &["to", "by", "via", "per"]))
            && !scene.one_of(at + 1, &["address", "addresses"])
            && matches!(scene.tag(at.wrapping_sub(1)), Some(Tag::Possessive | Tag::Genitive));
        // "parents get text when": nothing but the way.
        let bare = matches!(clause.base, "get" | "receive")
            && verb_at(clause) + 1 == at
            && (at + 1 >= clause.to || scene.token(at + 1).is_some_and(|token| token.is_sign()));
        let goes = clause.verb.is_some_and(|verb| at < verb)
            && (clause.base == "go" || clause.passive && clause.class == Some(Class::Send));
        let kind = scene.one_of(
            at + 1,
            &[
                "notification",
                "notifications",
                "reminder",
                "reminders",
                "alert",
                "alerts",
                "invite",
                "invites",
                "confirmation",
                "receipt",
                "digest",
                "updates",
            ],
        ) || at > 0
            && scene.one_of(
                at - 1,
                &[
                    "reminder",
                    "confirmation",
                    "notification",
                    "welcome",
                    "thank-you",
                    "opt-in",
                    "verification",
                    "follow-up",
                ],
            );
        let verb_before = clause.verb.is_some_and(|verb| verb < at);
        let after_verb = sends && verb_before && scene.depth_at(at) == 0;
        let field = is_field(scene, at);
        let article = at > 0
            && (scene.one_of(at - 1, &["an", "automatic", "automated", "weekly", "monthly", "daily", "only", "just"])
                || scene.is(at - 1, "a") && matches!(clause.base, "want" | "need" | "like" | "love"));
        let dated = scene.tag(at + 1) == Some(Tag::Number)
            || scene.one_of(at + 1, &["on", "when", "if", "instead", "only", "rather"]);
        let opens = clause.from == at && dated;
        let agrees = at > 2 && scene.one_of(at - 3, &["yes", "yeah", "sure", "ok", "okay", "right"]);
        let listed = at > 1 && !agrees && scene.one_of(at - 2, &[",", "and", "&"]) && scene.is(at - 1, "an");
        let alone = scene.is(at + 1, "only") && !field;
        let listed = listed && !dated;
        let lone = opens || alone || article && !listed && clause.base != "have" && !scene.is(at + 1, "address");
        let category = match token.text.as_str() {
            "email" | "emails" | "mail" | "mails" if to_them => "email",
            "text" | "texts" if bare => "sms",
            "email" | "emails" | "mail" | "mails" if !field && (after_verb || way || kind || lone || goes) => "email",
            "text" | "texts" if way => "sms",
            "calendar" | "calendars" if into_calendar(scene, clause, at) => "calendar",
            "mailed" | "emailed" => "email",
            "texted" => "sms",
            "push" if way && scene.tag(at) != Some(Tag::Verb) => "push",
            "push" if after_verb && at > 0 && scene.one_of(at - 1, &["a", "an", "the", "with", "by", "via"]) => "push",
            // "I want a push when".
            "push"
                if at > 0
                    && scene.one_of(at - 1, &["a", "an"])
                    && scene.tag(at) == Some(Tag::Noun)
                    && matches!(clause.base, "want" | "need" | "like" | "love") =>
            {
                "push"
            }
            "sms" if way => "sms",
            "push" if scene.depth_at(at) > 0 && scene.close_of(at.wrapping_sub(1)) == Some(at + 1) => "push",
            "newsletter" if after_verb || goes => "email",
            "text" | "texts"
                if after_verb
                    && (at > 0 && scene.one_of(at - 1, &["a", "by", "via"])
                        || scene.np_before(at + 1).is_some_and(|np| {
                            np.to == at + 1 && matches!(np.article.as_deref(), Some("a" | "an"))
                        })
                        || scene.one_of(at + 1, &["message", "messages", "reminder", "reminders"])) =>
            {
                "sms"
            }
            "text" if scene.one_of(at + 1, &["message", "messages", "reminder", "reminders", "alerts"]) => "sms",
            _ => continue,
        };
        add(scene, sink, category, None, at, at + 1);
    }
}

fn verb_at(clause: &Clause) -> usize {
    clause.verb.unwrap_or(clause.to)
}

/// The ways of a list share its "via".
fn listed_way(scene: &Scene<'_>, at: usize) -> bool {
    const WAYS: &[&str] = &["sms", "email", "text", "push", "whatsapp", "slack", "phone", "mail"];
    let mut here = at;
    for _ in 0..4 {
        let Some(before) = here.checked_sub(1) else { return false };
        if scene.one_of(before, &["by", "via", "through", "per"]) {
            return here < at;
        }
        let separates = scene.one_of(before, &[",", "or", "and", "/", "&", "+"]);
        match before.checked_sub(1) {
            Some(way) if separates && scene.one_of(way, WAYS) => here = way,
            _ => return false,
        }
    }
    false
}

/// "added to the calendar", "appears in their calendar".
fn into_calendar(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let puts = matches!(
        clause.base,
        "add"
            | "sync"
            | "export"
            | "appear"
            | "show"
            | "put"
            | "push"
            | "copy"
            | "block"
            | "land"
            | "enter"
            | "go"
            | "write"
            | "see"
            | "have"
    ) && (clause.base != "have" || clause.modal.is_some());
    let owned = scene.np_before(at + 1).is_some_and(|np| np.possessive.is_some() || np.owner.is_some())
        || scene.is(at + 1, "of");
    let into = (at.saturating_sub(6).max(clause.from)..at).any(|t| scene.one_of(t, &["to", "in", "into", "with"]));
    puts && into && owned
}

/// "name, email and phone", "their email", "email address": a value that is kept, no message.
fn is_field(scene: &Scene<'_>, at: usize) -> bool {
    let listed = |near: usize| scene.one_of(near, &[",", "/"]);
    let before = at.checked_sub(1);
    scene.one_of(at + 1, &["address", "addresses"])
        || before.is_some_and(|before| {
            listed(before) && (listed(at + 1) || scene.one_of(at + 1, &["and", ")", "&"]))
                || matches!(scene.tag(before), Some(Tag::Possessive | Tag::Genitive))
                || scene.one_of(before, &["and", "&"])
                    && before.checked_sub(2).is_some_and(|two| listed(two) || scene.is(two, "with"))
        })
}

/// Ways of paying that a clause may name.
const WAYS: &[&str] = &[
    " by card",
    " online",
    " in advance",
    " with card",
    "credit card",
    "debit card",
    " deposit",
    " automatically",
    " through ",
    " via ",
    " card",
    " in the app",
    " upfront",
    " monthly",
    " every month",
    " each month",
    " per month",
    " paypal",
    " the app",
    " a link",
    " the link",
    " their phone",
];

/// "pay online", "paid by card", "charge members".
fn pay(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in &scene.clauses {
        let rest = scene.words(clause.from, clause.to);
        let pays = clause.class == Some(Class::Pay)
            && clause.verb.is_some_and(|at| scene.tag(at) == Some(Tag::Verb))
            && matches!(clause.base, "pay" | "charge" | "bill" | "invoice" | "refund" | "collect");
        let back = clause.base == "refund" && !clause.passive && clause.modal.is_none() && !rest.contains("hand");
        // "we charge 20 euros per hour" names a price.
        let price = scene.tag(clause.after) == Some(Tag::Number)
            || scene.tag(clause.after + 1) == Some(Tag::Number)
                && scene.token(clause.after).is_some_and(|t| t.is_sign());
        let price = price && !rest.contains("card") && !rest.contains(" online");
        let by_hand = wishes::BY_HAND.iter().any(|way| rest.contains(way.trim_end()))
            && !["card", "online", "paypal", " app"].iter().any(|way| rest.contains(way));
        let price = price || by_hand;
        let payments = rest.contains("online payment") || rest.contains("card payment");
        if (pays && !price && (clause.base == "charge" || back || WAYS.iter().any(|way| rest.contains(way))))
            || payments
        {
            add(
                scene,
                sink,
                "billing",
                None,
                clause.verb.unwrap_or(clause.from).max(clause.from),
                clause.after.max(clause.from + 1),
            );
        }
    }
}

/// "upload a resume".
fn upload(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene.clauses.iter().filter(|clause| clause.base == "upload") {
        if let Some(at) = clause.verb {
            add(scene, sink, "storage", None, at, at + 1);
        }
    }
}
