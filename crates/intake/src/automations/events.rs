//! What has happened: "on new orders", "after approval", "when a form is submitted".

use super::Reader;
use crate::draft::Trigger;
use crate::lexicon::has;
use crate::nouns::Np;
use crate::tags::Tag;

/// Nouns of what happens to a record, and what that is.
const HAPPENINGS: &[(&str, &str)] = &[
    (
        "changed",
        "approval rejection cancellation completion change publication acceptance confirmation payment delivery \
            shipment return closure resolution assignment check-out checkout check-in checkin inspection handover pickup dispatch arrival departure edit signature exit failure",
    ),
    (
        "created",
        "submission creation registration signup sign-up upload request booking application entry purchase arrival \
            reservation enrollment donation comment reply receipt",
    ),
    ("deleted", "deletion removal"),
];

impl Reader<'_, '_> {
    /// "for every inquiry", "on new orders", "after each donation", "on status change", "upon approval".
    pub(super) fn event_phrase(&self, from: usize, to: usize) -> Option<Trigger> {
        let scene = self.scene;
        for at in from..to {
            let Some(np) = scene.np_at(at) else { continue };
            let preposition = at > from
                && scene.one_of(
                    at - 1,
                    &["for", "on", "upon", "after", "about", "of", "at", "following", "with", "per", "by"],
                );
            let each = matches!(np.article.as_deref(), Some("every" | "each" | "any"))
                || np.has_adjective("new")
                || preposition && scene.is(at - 1, "per");
            let changes = scene.words(at, to.min(np.to + 2));
            let told = np.words().len() > 1
                && matches!(np.head(), "update" | "change")
                && np.words().first().is_some_and(|word| matches!(word.lemma.as_str(), "status" | "state" | "stage"));
            if told || changes.contains("status change") || changes.contains("changes to") {
                let entity = self.entity_near(at, at, to);
                return Some(Trigger { field: Some("status".into()), ..self.trigger("changed", entity) });
            }
            // "on order confirmed".
            let became = at > from
                && scene.one_of(at - 1, &["on", "upon", "when", "once", "after"])
                && scene.token(np.to).is_some_and(|token| token.text.ends_with("ed"));
            if let Some(entity) = self.cast.entity(np.entity()).filter(|_| became) {
                let word = scene.token(np.to).map(|token| token.text.clone()).unwrap_or_default();
                let known = self.draft.entity(entity).and_then(|entity| {
                    entity.fields.iter().find_map(|field| Some((field.name.clone(), field.value(&word)?.clone())))
                });
                let (field, value) = known.unzip();
                return Some(Trigger { field, value, ..self.trigger("changed", Some(entity.to_owned())) });
            }
            if let Some(entity) = self.cast.entity(np.entity()).filter(|_| preposition && each) {
                return Some(self.trigger("created", Some(entity.to_owned())));
            }
            let strict = at > from && scene.one_of(at - 1, &["on", "upon", "after", "following", "at", "for"]);
            if let Some(trigger) = self.happening(np).filter(|_| strict && scene.clause_at(at).is_some()) {
                return Some(trigger);
            }
        }
        None
    }

    /// "after approval", "on cancellation of a booking", "on order confirmation".
    pub(super) fn happening(&self, np: &Np) -> Option<Trigger> {
        let (kind, _) = HAPPENINGS.iter().find(|(_, names)| has(names, np.head()))?;
        let before = np.words().len().checked_sub(2).and_then(|at| np.words().get(at));
        let named = before
            .and_then(|word| self.cast.entity(&word.lemma))
            .or_else(|| np.owner.as_ref()?.last().and_then(|word| self.cast.entity(&word.lemma)))
            .or_else(|| {
                let of = self.scene.one_of(np.to, &["of", "by", "from"]);
                of.then(|| self.scene.np_at(np.to + 1)).flatten().and_then(|np| self.cast.entity(np.entity()))
            })
            .map(str::to_owned);
        let itself = self.cast.entity(np.head()).map(str::to_owned);
        match (named, itself) {
            (Some(entity), _) => Some(self.trigger(kind, Some(entity))),
            (None, Some(entity)) => Some(self.trigger("created", Some(entity))),
            _ if np.article.is_none() || np.count == crate::nouns::Count::Each => {
                let entity = self.entity_near(np.from, self.clause.from, self.clause.to);
                entity.is_some().then(|| self.trigger(kind, entity))
            }
            _ => None,
        }
    }

    /// "post new leads to Slack", "approved orders are pushed to Xero": what is sent tells when.
    pub(super) fn spoken_of(&self, action: &str) -> Option<Trigger> {
        let (scene, clause) = (self.scene, self.clause);
        let found = scene.nps_in(clause.from, clause.to).find_map(|np| {
            let entity = self.cast.entity(np.entity())?.to_owned();
            if np.has_adjective("new") {
                return Some(self.trigger("created", Some(entity)));
            }
            let state = np.words().iter().filter(|word| !word.noun).map(|word| word.text.clone()).find(|text| {
                let kept = self.draft.entity(&entity).is_some_and(|entity| {
                    entity.fields.iter().any(|field| field.value(text).is_some() || field.name == *text)
                });
                kept || text.ends_with("ed")
            })?;
            let field = self.draft.entity(&entity).and_then(|entity| entity.field("status")).map(|f| f.name.clone());
            Some(Trigger { field, value: Some(state), ..self.trigger("changed", Some(entity)) })
        });
        // "appointments should appear in the calendar": each new one.
        let service = matches!(action, "calendar" | "accounting" | "ehr" | "chat" | "webhook");
        let any = || {
            let named = scene.nps_in(clause.from, clause.to).find_map(|np| self.cast.entity(np.entity()))?;
            Some(self.trigger("created", Some(named.to_owned())))
        };
        found.or_else(|| if service { any() } else { None })
    }

    /// Whether the tokens hold a negation: "if nobody answers", "has not paid".
    pub(super) fn denies(&self, from: usize, to: usize) -> bool {
        (from..to).any(|at| {
            self.scene.tag(at) == Some(Tag::Negation) || self.scene.one_of(at, &["no", "without", "nobody", "never"])
        })
    }
}

/// What a noun says has happened, if it is one of what happens to records.
pub(super) fn happening_kind(noun: &str) -> Option<&'static str> {
    HAPPENINGS.iter().find(|(_, names)| has(names, noun)).map(|(kind, _)| *kind)
}

/// Whether a noun is one of what happens to records: "approval", "entry".
pub(super) fn happens(noun: &str) -> bool {
    happening_kind(noun).is_some()
}

/// What a verb in a condition says has happened.
pub(super) fn kind(base: &str, passive: bool, text: &str) -> &'static str {
    if text.contains(" overdue ") || text.contains(" late ") || text.contains(" past due ") {
        return "overdue";
    }
    match base {
        "create" | "submit" | "add" | "post" | "place" | "register" | "book" | "reserve" | "apply" | "report"
        | "order" | "file" | "upload" | "donate" | "sign" | "enroll" | "arrive" | "come" | "receive" | "log"
        | "comment" | "reply" | "request" | "open" | "join" | "subscribe" | "make" | "invite" | "rsvp" | "message"
        | "leave" | "buy" | "purchase" | "enter" | "raise" | "write" | "suggest" | "rent" | "borrow" | "bid"
        | "vote" | "review" | "rate" | "check" | "record" | "save" => {
            if base == "open" && passive {
                "changed"
            } else {
                "created"
            }
        }
        "delete" | "remove" => "deleted",
        "exceed" | "drop" | "fall" | "reach" | "sink" | "rise" | "hit" | "cross" => "threshold",
        "have" | "get" if text.contains(" new ") => "created",
        "be" if text.contains(" a new ") || text.contains(" new ") => "created",
        _ => "changed",
    }
}
