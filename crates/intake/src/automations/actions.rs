//! What an automation does: a message by some channel, a change, a new record, a charge, a call to a service.
//!
//! Only what is done; when it is done is the business of `times` and the parent module.

use super::Reader;
use crate::clauses::{Clause, Join};
use crate::lexicon::verbs::Class;
use crate::lexicon::{has, integrations, words};
use crate::tags::Tag;

/// What is delivered when somebody is told something.
const MESSAGES: &str = "notification reminder alert message email mail text sms digest report summary confirmation \
    invitation invite newsletter list ping warning heads-up nudge whatsapp push note follow-up update receipt";
/// Verbs whose object may be delivered: "gets an email", "shoot the owner a text".
const DELIVERS: &str = "get receive shoot drop give want have need go fire trigger post do see show put like be come \
    expect generate create issue prefer";
/// Changes that only happen by themselves where a condition or a time is said.
const CHANGES: &str = "become go turn change mark set update close lock deduct decrease increase move flag reopen \
    expire reduce switch reset archive cancel release free hide deactivate activate promote assign adjust \
    put restore pause void lower bump complete renew extend reserve block lapse reassign escalate fall rise get";

impl Reader<'_, '_> {
    /// What is done: a category of integration, or notify, update, create, delete.
    pub(super) fn action(&self) -> Option<&'static str> {
        let Some(verb) = self.clause.verb else { return self.bare_message() };
        // "thank you for the call on Thursday".
        if self.clause.base == "thank" && self.scene.is(verb + 1, "you") {
            return None;
        }
        let subject = self.clause.subject.first().filter(|_| !self.clause.passive);
        // "parents text us": people write to people.
        let to_us = || (verb..verb + 3).any(|at| self.scene.one_of(at, &["us", "me"]));
        if subject.is_some_and(|np| is_human(np.entity())) && self.clause.class == Some(Class::Send) && to_us() {
            return None;
        }
        let by_hand = subject.is_some_and(|np| is_human(np.entity()))
            && matches!(self.clause.class, Some(Class::Send))
            && self.condition().is_none();
        if by_hand {
            return None;
        }
        self.message(verb).or_else(|| self.service(verb)).or_else(|| self.change())
    }

    /// "SMS reminder the day before": no verb, and yet something is sent.
    fn bare_message(&self) -> Option<&'static str> {
        let (scene, clause) = (self.scene, self.clause);
        let told = |at: usize| {
            scene.token(at).is_some_and(|token| {
                has(
                    "reminder notification alert digest confirmation reminders notifications alerts emails",
                    &token.text,
                ) || token.one_of(&["email", "sms", "text", "push", "whatsapp"])
                    && (scene.one_of(at + 1, &["to", "on", "when", "for", "the", "if"])
                        || scene.tag(at + 1) == Some(Tag::Number))
                    || token.one_of(&["webhook", "webhooks"])
                    || token.one_of(&["report", "summary"]) && {
                        let words = scene.words(clause.from, clause.to);
                        words.contains("email") || words.contains("inbox")
                    }
            })
        };
        let bare = clause.join == Join::Main && scene.depth_at(clause.from) == 0;
        // "when a battery is empty -> slack message".
        let named = self.channel(clause.from, clause.to).filter(|_| self.condition().is_some() && clause.from > 0);
        if bare && named.is_some() && scene.one_of(clause.from - 1, &["->", ",", ":", "=", "-"]) {
            return named;
        }
        (bare && (clause.from..clause.to).any(told))
            .then(|| self.channel(clause.from, clause.to).unwrap_or_else(|| self.only_channel()))
    }

    fn message(&self, verb: usize) -> Option<&'static str> {
        let (scene, clause) = (self.scene, self.clause);
        let from = if clause.passive || matches!(clause.base, "go" | "be" | "come" | "fire" | "trigger") {
            clause.from
        } else {
            verb
        };
        let channel = || self.channel(from, self.end());
        // "a waiting list is used" sends nothing.
        let kept = |head: &str| head == "list" && matches!(clause.base, "be" | "have" | "need" | "want");
        let heads = |at: usize| scene.np_at(at).is_some_and(|np| has(MESSAGES, np.head()) && !kept(np.head()));
        let delivered = || (from..clause.to).any(heads);
        let told = matches!(clause.class, Some(Class::Notify))
            || matches!(clause.base, "know" | "hear") && matches!(clause.modal.as_deref(), Some("let" | "lets"))
            || clause.base == "keep" && scene.words(clause.after, clause.to).contains("inform")
            || clause.base == "keep" && scene.words(clause.after, clause.to).contains("posted");
        let subject_is_thing =
            || clause.subject.first().is_some_and(|np| np.is_record() && !is_human(np.entity()) && np.plural);
        match clause.class {
            _ if told => Some(channel().unwrap_or_else(|| self.only_channel())),
            Some(Class::Send) => match clause.base {
                "text" | "sms" => Some("sms"),
                "email" | "mail" => Some("email"),
                "whatsapp" => Some("whatsapp"),
                "send" | "message" | "ping" | "forward" | "deliver" | "dm" | "transmit" => {
                    Some(channel().unwrap_or_else(|| self.only_channel()))
                }
                _ => channel(),
            },
            _ if matches!(
                clause.base,
                "ask" | "invite" | "contact" | "write" | "thank" | "reach" | "inform" | "chase"
            ) && !self.permits()
                && channel().is_some() =>
            {
                channel()
            }
            // "a list of drugs goes to the pharmacist by mail".
            _ if clause.base == "go" && !self.permits() && channel().is_some() => channel(),
            // "reviews have a rating and a text, and are shown when approved": values.
            _ if clause.base == "have" && clause.modal.is_none() && subject_is_thing() => None,
            _ if has(DELIVERS, clause.base) && !self.permits() && delivered() => {
                Some(channel().unwrap_or_else(|| self.only_channel()))
            }
            _ => None,
        }
    }

    /// "push it to Epic", "post new orders to Slack", "charge the card".
    fn service(&self, verb: usize) -> Option<&'static str> {
        let (scene, clause) = (self.scene, self.clause);
        let text = scene.padded(clause.from, clause.to);
        let outward = matches!(
            clause.base,
            "post"
                | "push"
                | "sync"
                | "call"
                | "trigger"
                | "export"
                | "upload"
                | "forward"
                | "copy"
                | "add"
                | "hit"
                | "appear"
                | "land"
                | "show"
                | "create"
                | "put"
                | "share"
                | "publish"
                | "transfer"
                | "log"
                | "write"
                | "notify"
                | "update"
                | "deliver"
        );
        if outward && let Some(channel) = self.channel(verb, self.end()) {
            let quiet = matches!(channel, "sms" | "email" | "push" | "whatsapp");
            if !quiet {
                return Some(channel);
            }
        }
        let regular = [" automatically ", " every ", " each ", " monthly ", " weekly ", " yearly ", " annually "]
            .iter()
            .any(|word| text.contains(word))
            || text.contains(" per month ");
        let charges = matches!(clause.base, "charge" | "bill" | "invoice" | "refund" | "collect");
        (clause.class == Some(Class::Pay) && charges && !self.permits()).then_some(())?;
        (regular || clause.base == "charge" || self.condition().is_some() || clause.base == "invoice" && clause.passive)
            .then_some("billing")
    }

    /// A change, a new record or its end, by itself.
    fn change(&self) -> Option<&'static str> {
        let (scene, clause) = (self.scene, self.clause);
        let text = scene.padded(clause.from, clause.to);
        let automatic = text.contains(" automatically ") || text.contains(" auto ") || text.contains(" itself ");
        let (from, to) = self.reach();
        let timed = || self.condition().is_some() || self.regular() || self.timed(from, to).is_some();
        // "which will be retired in June", "let me put in writing": told of something.
        let told = clause.join == Join::Relative || matches!(clause.modal.as_deref(), Some("let" | "lets"));
        if told && !automatic {
            return None;
        }
        // "a job goes through steps", "goes to one translator".
        let passed = clause.base == "go"
            && (scene.is(clause.after, "through")
                || scene.is(clause.after, "to")
                    && scene.np_at(clause.after + 1).is_some_and(|np| is_human(np.entity())));
        if passed && !automatic {
            return None;
        }
        let human = clause.pronoun.is_some_and_not_it() || clause.subject.iter().any(|np| is_human(np.entity()));
        let by_itself = || automatic || !self.permits() && timed() && (clause.passive || !human);
        match clause.class {
            Some(Class::Delete) if automatic || by_itself() => {
                Some(if matches!(clause.base, "cancel" | "withdraw" | "block") { "update" } else { "delete" })
            }
            Some(Class::Create)
                if matches!(
                    clause.base,
                    "generate" | "create" | "issue" | "open" | "add" | "make" | "produce" | "raise"
                ) && (by_itself() || !self.permits() && !human && timed()) =>
            {
                Some("create")
            }
            Some(Class::Update)
                if matches!(clause.modal.as_deref(), Some("should" | "shall" | "must" | "will"))
                    && clause.passive
                    && timed() =>
            {
                Some("update")
            }
            Some(_) if has(CHANGES, clause.base) && by_itself() && self.changes_record() => Some("update"),
            Some(Class::Update | Class::Assign) if automatic => Some("update"),
            _ => None,
        }
    }

    /// Something is changed that is kept: "the room becomes dirty", "stock goes down".
    fn changes_record(&self) -> bool {
        let (scene, clause) = (self.scene, self.clause);
        let kept = |np: &crate::nouns::Np| {
            let field = crate::lemma::singular(np.field());
            self.cast.entity(np.entity()).is_some()
                || self.draft.entities.iter().any(|entity| {
                    entity.fields.iter().any(|one| one.name == field || one.name.split('_').any(|part| part == field))
                })
        };
        clause.subject.iter().any(kept)
            || scene.nps_in(clause.from, clause.to).any(kept)
            || scene.one_of(clause.after, &["it", "them"])
            || clause.pronoun.as_deref() == Some("it")
    }

    /// A schedule is said in the clause.
    fn regular(&self) -> bool {
        let text = self.scene.padded(self.clause.from, self.clause.to);
        text.contains(" every ")
            || text.contains(" once a ")
            || text.contains(" each month ")
            || text.contains(" each week ")
    }

    /// Somebody may do it: a right and nothing that happens by itself.
    fn permits(&self) -> bool {
        matches!(self.clause.modal.as_deref(), Some("can" | "could" | "may" | "able" | "allowed" | "cannot"))
    }

    /// The phrases that lean on the clause may name the way.
    fn end(&self) -> usize {
        self.scene
            .clauses
            .get(self.index + 1)
            .filter(|next| next.sentence == self.clause.sentence && next.verb.is_none())
            .map_or(self.clause.to, |next| next.to)
    }

    /// The way that is named.
    pub(super) fn channel(&self, from: usize, end: usize) -> Option<&'static str> {
        let scene = self.scene;
        match self.clause.base {
            "email" | "mail" => return Some("email"),
            "text" | "sms" => return Some("sms"),
            _ => {}
        }
        for at in from..end {
            let longest = scene.token(at).map_or(1, |token| integrations::longest(&token.text));
            for length in (1..=longest).rev() {
                if let Some((integration, _)) = integrations::spoken(scene.words(at, (at + length).min(end)))
                    && !matches!(integration.name, "storage" | "billing" | "maps" | "video" | "esign")
                {
                    return Some(integration.name);
                }
            }
            if scene.is(at, "text") && scene.tag(at) == Some(Tag::Noun) && !scene.is(at.wrapping_sub(1), "free") {
                return Some("sms");
            }
            if scene.one_of(at, &["mail", "mails", "emailed", "inbox", "mailbox"]) {
                return Some("email");
            }
            if scene.is(at, "push") && scene.tag(at) == Some(Tag::Noun) {
                return Some("push");
            }
        }
        None
    }

    /// "notify" takes the one channel there is.
    pub(super) fn only_channel(&self) -> &'static str {
        let channels: Vec<&'static str> = self
            .draft
            .integrations
            .iter()
            .map(|used| used.category)
            .filter(|c| matches!(*c, "sms" | "email" | "push" | "chat" | "whatsapp"))
            .collect();
        match channels.as_slice() {
            [one] => one,
            _ => "notify",
        }
    }

    pub(super) fn condition(&self) -> Option<&Clause> {
        let first = self.scene.clauses.partition_point(|clause| clause.sentence < self.clause.sentence);
        // The nearest one, before or after.
        self.scene
            .clauses_of(self.clause.sentence)
            .zip(first..)
            .filter(|(clause, _)| clause.join == Join::Condition)
            .min_by_key(|(_, at)| at.abs_diff(self.index))
            .map(|(clause, _)| clause)
    }
}

fn is_human(name: &str) -> bool {
    crate::lexicon::archetypes::is_person(name) && !words::is_not_record(name)
}

/// "it" is a record, "we" are people.
trait Speaks {
    fn is_some_and_not_it(&self) -> bool;
}

impl Speaks for Option<String> {
    fn is_some_and_not_it(&self) -> bool {
        self.as_deref().is_some_and(|pronoun| !matches!(pronoun, "it" | "they"))
    }
}
