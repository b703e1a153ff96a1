//! What is done: somebody is told something, a service is called, a card is charged, a record is changed, made or deleted.
//!
//! Here are the rules and what all of them ask; the ways of telling are in `tells`, the others in `works`.

mod tells;
mod works;

use super::{Done, Line};
use crate::lexicon::verbs::{self, Class, Form};
use crate::lexicon::{archetypes, integrations};
use crate::tags::Tag;

use tells::{bare, delivered, know, listed, tell, told};
use works::{change, charge, create, delete, service};

/// One way of saying that something is done: what is done from a token on.
pub(super) type Rule = super::Rule<fn(&Line<'_, '_>, usize) -> Option<Done>>;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "deed.tell",
        example: "Kayaks have a name and a due date. If a kayak is late please remind the guide.",
        reads: "overdue -> notify",
        read: tell,
    },
    Rule {
        id: "deed.told",
        example: "Kayaks (name, status). Once a kayak is repaired everyone should get notified.",
        reads: "changed -> notify",
        read: told,
    },
    Rule {
        id: "deed.know",
        example: "Kayaks (name, stock). let me know if the stock drops under 5",
        reads: "threshold -> notify",
        read: know,
    },
    Rule {
        id: "deed.delivered",
        example: "Tours (name, date). the night before a tour everyone on it gets the list by email",
        reads: "before -> email",
        read: delivered,
    },
    Rule {
        id: "deed.bare",
        example: "Tours (name, status: open, done). tour done -> email the guide",
        reads: "changed -> email",
        read: bare,
    },
    Rule {
        id: "deed.listed",
        example: "Tours (name, date). Every Monday morning a list of open tours by mail to both of us.",
        reads: "schedule -> email",
        read: listed,
    },
    Rule {
        id: "deed.service",
        example: "Tours (name, date). Finished tours are exported to QuickBooks every night.",
        reads: "schedule -> accounting",
        read: service,
    },
    Rule {
        id: "deed.charge",
        example: "Tours (name, status). On yes, the guest's card is charged via Stripe.",
        reads: "changed -> billing",
        read: charge,
    },
    Rule {
        id: "deed.delete",
        example: "Tours (name, date). Tours older than five years shall be deleted.",
        reads: "after -> delete",
        read: delete,
    },
    Rule {
        id: "deed.create",
        example: "Tours (name, date). Invoices (number, total). Every Tuesday 6am: work out who owes us and create the invoices.",
        reads: "schedule -> create",
        read: create,
    },
    Rule {
        id: "deed.change",
        example: "Requests (title, status). If the guide doesn't answer a request within 24h it expires.",
        reads: "after -> update",
        read: change,
    },
];

/// Everything done in the sentence, in its order.
pub(super) fn of(line: &Line<'_, '_>) -> Vec<Done> {
    let mut found: Vec<Done> = Vec::new();
    let mut at = line.from;
    while at < line.to {
        let done = RULES.iter().find_map(|rule| (rule.read)(line, at)).filter(|done| {
            !line.refused(done.from) && !(done.from..done.to).any(|t| line.one_of(t, &["not", "never", "no"]))
        });
        if let Some(done) = done {
            at = done.to.max(at + 1);
            found.push(done);
        } else if let Some(again) = again(line, at, &found) {
            at += 1;
            found.push(again);
        } else {
            at += 1;
        }
    }
    found
}

/// "… and if not collected in 30 days again", "again after a week": what was done before.
fn again(line: &Line<'_, '_>, at: usize, found: &[Done]) -> Option<Done> {
    let last = found.last().filter(|_| {
        line.one_of(at, &["again"]) || line.one_of(at, &["another"]) && line.one_of(at + 1, &["one", "1"])
    })?;
    let start = line.part_start(at);
    let timed = (start..line.part_end(at)).any(|t| line.is_marked(t));
    (timed && last.to <= start).then_some(Done { from: at, to: at + 1, action: last.action })
}

/// To whom, or whom.
const WHOM: &[&str] = &[
    "me",
    "us",
    "them",
    "him",
    "her",
    "everyone",
    "everybody",
    "all",
    "both",
    "whoever",
    "everyone's",
    "somebody",
    "someone",
    "staff",
];

impl Line<'_, '_> {
    /// Nobody wants it, or somebody may do it.
    fn refused(&self, at: usize) -> bool {
        let scene = self.scene;
        let negation = |at: usize| {
            matches!(scene.tag(at), Some(Tag::Negation))
                || scene.one_of(at, &["no", "never", "without", "not", "nobody"])
        };
        let start = self.part_start(at);
        let condition = (start..at).any(|t| self.is_marked(t));
        let near = at.saturating_sub(2).max(start);
        let denied = if condition {
            (near..at).any(negation) && !self.one_of(at, &["please"])
        } else {
            (start..at).any(negation)
        };
        let may = (start..at).any(|t| {
            let asks = (t == start || scene.one_of(t - 1, &["and", "or", "so"]))
                && (scene.one_of(t + 1, &["you", "we", "it", "i"]) || scene.tag(t + 1) == Some(Tag::Determiner));
            scene.one_of(t, &["can", "may", "could", "able", "allowed"]) && !asks
        });
        let condition_denies = condition && denied && {
            // "if it is not answered remind the office": the answer is what is denied.
            let last = (near..at).rev().find(|t| negation(*t));
            last.is_some_and(|last| last + 1 < at)
        };
        let allowed = may && !condition;
        denied && !condition_denies || allowed
    }

    pub(super) fn person(&self, at: usize) -> bool {
        self.scene.np_at(at).is_some_and(|np| {
            archetypes::is_person(np.entity())
                || archetypes::is_group(np.entity())
                || archetypes::may_act(np.entity())
                || archetypes::sort(np.head()) == Some(archetypes::Sort::Person)
        })
    }

    /// Somebody may be addressed from here on.
    pub(super) fn whom(&self, at: usize) -> bool {
        self.one_of(at, WHOM)
            || matches!(self.scene.tag(at), Some(Tag::Determiner | Tag::Possessive)) && self.scene.np_at(at).is_some()
            || self.person(at)
            || self.scene.token(at).is_some_and(|token| token.capital && at < self.to && !token.is_sign())
    }

    /// A form of a verb: its base and form.
    pub(super) fn verb(&self, at: usize) -> Option<(&'static str, Form, Class)> {
        let token = self.scene.token(at).filter(|_| at < self.to)?;
        let (verb, form) = verbs::lookup(&token.text)?;
        Some((verb.base, form, verb.class))
    }

    /// Whether an order may stand here: no article, no adjective, no noun that it could describe before.
    pub(super) fn orders(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).filter(|before| *before >= self.from) else { return true };
        let tag = self.scene.tag(before);
        let described = match tag {
            Some(Tag::Determiner | Tag::Possessive | Tag::Genitive | Tag::Preposition) => true,
            Some(Tag::Adjective) => self.scene.np_at(before).is_some_and(|np| np.to > at),
            Some(Tag::Noun) => self.listed(before, at),
            _ => false,
        };
        !described || self.scene.token(before).is_some_and(crate::tokens::Token::is_sign)
    }

    /// "name phone email one kid": a word in a list without commas, or a part of a name.
    pub(super) fn listed(&self, before: usize, at: usize) -> bool {
        let value = self.scene.token(before).is_some_and(|token| {
            crate::lexicon::fields::guess(&token.lemma).is_some()
                && !token.one_of(&["status", "date", "stock", "time", "level"])
        });
        let noun_too = self.verb(at).is_none_or(|(base, ..)| crate::lexicon::has("text email mail message sms ping push slack whatsapp alert post report log record note call book update change", base));
        let start = self.part_start(at);
        noun_too && (value || !(start..at).any(|t| self.is_marked(t)))
    }

    /// Something was done to it: "is", "gets", "be" stands before.
    pub(super) fn passive(&self, at: usize) -> bool {
        const AUX: &[&str] = &["is", "are", "be", "been", "being", "was", "were", "get", "gets", "getting", "got"];
        let start = at.saturating_sub(3).max(self.from);
        (start..at).rev().take_while(|t| !self.is_break(*t)).any(|t| self.one_of(t, AUX))
    }

    /// The way that is named from here to the end of the part.
    pub(super) fn way(&self, from: usize, to: usize) -> Option<&'static str> {
        let scene = self.scene;
        for at in from..to {
            let longest = scene.token(at).map_or(1, |token| integrations::longest(&token.text));
            for length in (1..=longest).rev() {
                if let Some((integration, _)) = integrations::spoken(scene.words(at, (at + length).min(to)))
                    && !matches!(integration.name, "storage" | "billing" | "maps" | "video" | "esign")
                {
                    return Some(integration.name);
                }
            }
            let article = || {
                at > from && scene.one_of(at - 1, &["a", "the", "an", "by", "via", "per", "another", "and", "or", "+"])
            };
            let free = at > 0 && scene.one_of(at - 1, &["free", "long", "short"]);
            if scene.one_of(at, &["text", "texts"]) && !free && (scene.tag(at) == Some(Tag::Noun) || article()) {
                return Some("sms");
            }
            if scene.one_of(at, &["mail", "mails", "emailed", "mailed", "inbox", "mailbox", "newsletter", "letter"]) {
                return Some("email");
            }
            if scene.is(at, "texted") {
                return Some("sms");
            }
            if scene.is(at, "push") && (scene.tag(at) == Some(Tag::Noun) || article()) {
                return Some("push");
            }
            if scene.is(at, "#") && scene.tag(at + 1) == Some(Tag::Noun) || scene.is(at, "slack") {
                return Some("chat");
            }
            // "POST it to the URL given by the tenant".
            let address = scene.is(at, "url") && at >= from + 2 && scene.is(at - 2, "to");
            if address && matches!(scene.tag(at - 1), Some(Tag::Determiner | Tag::Possessive)) {
                return Some("webhook");
            }
            // "into the calendar of the agent", "in her calendar": whose it is is said.
            let theirs = at > from
                && scene.one_of(at, &["calendar", "calendars"])
                && (matches!(scene.tag(at - 1), Some(Tag::Possessive | Tag::Genitive))
                    || scene.one_of(at + 1, &["of"]));
            if theirs {
                return Some("calendar");
            }
            // "our team lives in Slack, so post every new lead there".
            if scene.is(at, "there") && self.one_of(at, &["there"]) && to >= self.part_end(at) {
                let named = (self.from..at).rev().find_map(|before| {
                    integrations::spoken(scene.words(before, before + 1)).map(|(known, _)| known.name)
                });
                if let Some(named) = named.filter(|name| matches!(*name, "chat" | "accounting" | "calendar")) {
                    return Some(named);
                }
            }
            let teams = scene.is(at, "teams") && scene.token(at).is_some_and(|token| token.capital);
            let message = scene.one_of(at + 1, &["message", "notification", "post", "ping", "channel", "chat"]);
            if teams && (message || at > from && scene.one_of(at - 1, &["on", "in", "to", "via"])) {
                return Some("chat");
            }
        }
        None
    }

    /// Where the words that belong to a deed end.
    pub(super) fn deed_end(&self, at: usize) -> usize {
        let end = self.part_end(at + 1);
        (at + 1..end).find(|t| self.is_marked(*t)).unwrap_or(end)
    }

    /// The way that is named, or the one that there is.
    pub(super) fn send(&self, from: usize, at: usize) -> Done {
        let end = self.deed_end(at);
        let only = || self.reader(at).map_or("notify", |reader| reader.only_channel());
        let start = self.part_start(at);
        let action = self.way(at, end).or_else(|| self.way(start, at)).unwrap_or_else(only);
        Done { from, to: self.close(at, end), action }
    }

    /// A second deed may follow in the same part: "text the guide and email the owner".
    pub(super) fn close(&self, at: usize, end: usize) -> usize {
        (at + 1..end).find(|t| self.one_of(*t, &["and", "+", "&", "plus"])).unwrap_or(end).max(at + 1).min(at + 4)
    }
}
