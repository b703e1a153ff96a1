//! The ways of saying that a service is called, a card is charged, a record is changed, made or deleted.

use super::super::{Done, Line, whose};
use crate::lexicon::verbs::{Class, Form};
use crate::lexicon::{archetypes, words};
use crate::tags::Tag;

/// Verbs by which something goes to a service.
const OUTWARD: &str = "post push sync send export upload forward copy add hit appear land show put share publish transfer log write \
    deliver show call fire trigger book enter transmit feed notify create update ping go";

/// Verbs by which something comes to be in the books: "raise an invoice in Xero", "become an invoice in QuickBooks".
const MADE_THERE: &str = "raise make issue draft generate become turn open convert";

/// "finished moves exported to QuickBooks", "put jobs in google calendar", "paid invoices should land in Xero".
pub(super) fn service(line: &Line<'_, '_>, at: usize) -> Option<Done> {
    let (base, ..) = line.verb(at)?;
    let makes = crate::lexicon::has(MADE_THERE, base);
    if !(makes || crate::lexicon::has(OUTWARD, base)) || !line.orders(at) {
        return None;
    }
    let end = line.deed_end(at);
    let to = (at + 1..end.min(at + 9)).find(|t| {
        line.way(*t, end.min(*t + 3))
            .is_some_and(|way| matches!(way, "chat" | "webhook" | "calendar" | "accounting" | "ehr"))
    })?;
    let way = line.way(to, end)?;
    // "when a fault is created post to Slack": what is done comes after what happened.
    let later = |t: usize| {
        line.has(t, "post push send notify alert ping") && line.one_of(t + 1, &["to", "into", "in", "it", "on"])
    };
    if line.verb_form(at) == Some(Form::Past) && (at + 1..=to).any(later) {
        return None;
    }
    // "raise a Slack post".
    let message = way == "chat" && (to..end).any(|t| line.has(t, "post message alert notification"));
    if makes && (way != "accounting" && !message || human(line, at)) {
        return None;
    }
    if base == "go" && !line.one_of(at + 1, &["to", "into", "in", "on"]) {
        return None;
    }
    // "the gateway posts to our webhook": what comes in.
    let inward = way == "webhook" && (at..to).any(|t| line.one_of(t, &["us", "our"]));
    (!inward).then_some(Done { from: at, to: to + 1, action: way })
}

/// "charge the card", "the deposit is refunded", "Stripe takes the money each cycle".
pub(super) fn charge(line: &Line<'_, '_>, at: usize) -> Option<Done> {
    if line.has(at, "retry retries") {
        return Some(Done { from: at, to: at + 1, action: "billing" });
    }
    // "membership invoices monthly through Stripe": no verb, but how often and by whom.
    if line.has(at, "invoices invoice fee fees rent dues payment payments subscription subscriptions memberships") {
        let (start, end) = (line.part_start(at), line.part_end(at));
        let by = (at + 1..end).any(|t| {
            line.one_of(t, &["via", "through", "by", "with"])
                && line.has(t + 1, "stripe paypal mollie gocardless adyen card sepa")
        });
        let verb = (start..end)
            .any(|t| matches!(line.scene.tag(t), Some(Tag::Verb | Tag::Be | Tag::Have | Tag::Modal)) && t != at);
        if by && !verb && (start..end).any(|t| super::super::regular::opens(line, t)) {
            return Some(Done { from: at, to: at + 1, action: "billing" });
        }
    }
    let (base, form, _) = line.verb(at)?;
    let held = base == "authorize" && line.has(line.deed_end(at).saturating_sub(1).min(at + 6), "card stripe");
    let card = base == "authorize"
        && (line.part_start(at)..line.deed_end(at)).any(|t| line.has(t, "card deposit stripe paypal"));
    let pays = held || card || matches!(base, "charge" | "refund" | "collect" | "bill" | "invoice" | "debit");
    let passive = form == Form::Past && line.passive(at);
    let order = form == Form::Base
        && line.orders(at)
        && (line.whom(at + 1) || line.has(at + 1, "card money payment deposit via"));
    let money = line.has(at, "take takes retry retries")
        && (at + 1..line.deed_end(at)).any(|t| line.has(t, "money payment card fee deposit"));
    (pays && (passive || order) || money && line.orders(at)).then(|| Done { from: at, to: at + 1, action: "billing" })
}

/// "shall be deleted", "then delete", "wipe their data".
pub(super) fn delete(line: &Line<'_, '_>, at: usize) -> Option<Done> {
    let base = line.verb(at).map_or(line.text(at), |(base, ..)| base);
    let form = line.verb(at).map_or(Form::Base, |(_, form, _)| form);
    if !matches!(base, "delete" | "remove" | "purge" | "wipe" | "erase" | "archive" | "anonymize") {
        return None;
    }
    let does = match form {
        Form::Base => line.orders(at) && !human(line, at),
        Form::Past => line.passive(at),
        _ => false,
    };
    does.then_some(Done { from: at, to: at + 1, action: "delete" })
}

/// Somebody does it by hand: "the clerk deletes", "I create".
fn human(line: &Line<'_, '_>, at: usize) -> bool {
    let scene = line.scene;
    let start = line.part_start(at);
    let clause = (start..at).rev().find(|t| line.is_marked(*t)).unwrap_or(start);
    let pronoun =
        (clause..at).any(|t| line.one_of(t, &["i", "we", "they", "he", "she", "who", "staff"]) && at - t <= 3);
    let person = scene
        .nps_before(at)
        .next()
        // "we settle the merchants, so generate a payout": an order of its own.
        .filter(|np| !(np.to..at).any(|t| line.one_of(t, &["so", "then"])))
        .is_some_and(|np| np.from >= clause && np.to + 2 >= at && archetypes::is_person(np.entity()));
    pronoun || person
}

/// "create the invoices", "an invoice is generated", "make a job out of it", "we'd need a task".
pub(super) fn create(line: &Line<'_, '_>, at: usize) -> Option<Done> {
    let (base, form, _) =
        line.verb(at).or_else(|| line.has(at, "need needs want").then_some(("need", Form::Base, Class::Other)))?;
    let makes = matches!(
        base,
        "create" | "generate" | "draft" | "issue" | "raise" | "open" | "make" | "add" | "produce" | "convert"
    );
    let record = |np: &crate::nouns::Np| {
        line.cast.entity(np.entity()).is_some()
            || np.is_record()
                && !np.is_value()
                && (archetypes::sort(np.entity()).is_some() || archetypes::sort(np.head()).is_some())
    };
    let end = line.deed_end(at);
    let object = || {
        let from = at + 1 + usize::from(line.one_of(at + 1, &["out", "up"]));
        line.scene.np_at(from).is_some_and(|np| np.to <= end + 1 && record(np))
            || base != "need" && line.one_of(from, &["them", "it", "one"])
    };
    let subject =
        || (line.part_start(at).max(at.saturating_sub(7))..at).any(|t| line.scene.np_at(t).is_some_and(record));
    let does = match (base, form) {
        ("need", _) => line
            .scene
            .np_at(at + 1)
            .is_some_and(|np| matches!(np.head(), "task" | "todo" | "ticket" | "job") && record(np)),
        (_, Form::Base) => makes && line.orders(at) && object() && !human(line, at),
        (_, Form::Past) => makes && line.passive(at) && subject(),
        (_, Form::Third) => makes && object() && line.scene.tag(at) == Some(Tag::Verb) && !human(line, at),
        (_, Form::Ing) => false,
    };
    does.then_some(Done { from: at, to: at + 1, action: "create" })
}

/// Verbs that change a record by themselves.
const CHANGES: &str = "set mark flag close move cancel release pause lock update compute calculate recalculate deduct decrease increase \
    subtract expire become turn reset reopen free reserve block reduce decrement increment lapse promote reassign extend renew \
    recompute retire count confirm complete hide deactivate lower bump switch void swap defer suspend blacklist";

/// "it expires", "mark it abandoned", "the subscription is paused", "battery cycles +1".
pub(super) fn change(line: &Line<'_, '_>, at: usize) -> Option<Done> {
    let scene = line.scene;
    let done = Some(Done { from: at, to: at + 1, action: "update" });
    // "cycles +1".
    if line.one_of(at, &["+", "-"])
        && scene.tag(at + 1) == Some(Tag::Number)
        && at > line.from
        && scene.tag(at - 1) == Some(Tag::Noun)
    {
        let counts =
            scene.token(at).zip(scene.token(at + 1)).is_some_and(|(sign, number)| sign.span.end == number.span.start);
        return done.filter(|_| counts && line.is_break(line.part_end(at)) | (line.part_end(at) <= at + 6));
    }
    let base = line.verb(at).map_or(line.text(at), |(base, ..)| base);
    let form = line.verb(at).map_or(Form::Base, |(_, form, _)| form);
    // "the room is set to dirty": its participle looks like its base.
    let form = if matches!(base, "set" | "reset" | "put") && line.passive(at) { Form::Past } else { form };
    let up = base == "go" && line.one_of(at + 1, &["up", "down"])
        || base == "go" && line.one_of(at + 1, &["to", "back"]) && scene.tag(at + 2) != Some(Tag::Determiner);
    if !up && !crate::lexicon::has(CHANGES, base) && !line.has(at, "status state stage") {
        return None;
    }
    let start = line.part_start(at);
    // "-> status late".
    let state = line.has(at, "status state stage")
        && at > line.from
        && line.one_of(at - 1, &["->", "="])
        && line.is_break(at - 1);
    if state && at + 1 < line.to && !line.is_break(at + 1) {
        return Some(Done { from: at, to: at + 2, action: "update" });
    }
    let itself = |t: usize| line.one_of(t, &["it", "they", "that", "this", "anything", "everything"]);
    let kept = |t: usize| {
        scene.np_at(t).is_some_and(|np| {
            !archetypes::is_person(np.entity())
                && (line.cast.entity(np.entity()).is_some() || whose::field_owner(line, np).is_some())
        })
    };
    let subject = || (start..at).any(|t| kept(t) || itself(t) && at - t <= 3);
    // "+ flag agreement as locked out": read as a noun before another.
    let sign = at > line.from && line.one_of(at - 1, &["+", "->"]);
    let noun = || sign && scene.token(at + 1).is_some_and(|token| line.cast.entity(&token.lemma).is_some());
    let object = || kept(at + 1) || itself(at + 1) || line.one_of(at + 1, &["them"]) || noun();
    let does = match form {
        Form::Base if up => subject() && !human(line, at),
        Form::Base => line.orders(at) && object() && !human(line, at),
        Form::Third => {
            (subject() || object()) && !human(line, at) && scene.tag(at) == Some(Tag::Verb) || up && subject()
        }
        Form::Past => line.passive(at) && subject(),
        Form::Ing => false,
    };
    // "set the product to sold out".
    let sets = base == "set" && scene.np_at(at + 1).is_some_and(|np| line.one_of(np.to, &["to", "as"]));
    let known = words::is_not_record(base) && form != Form::Past && !sets;
    done.filter(|_| does && !known && !line.has(at, "status state stage"))
}
