//! What should happen by itself: a trigger ("when an order ships", "every Monday") and an action ("text the customer").

mod times;

use crate::clauses::{Clause, Join, Polarity};
use crate::draft::{Automation, Draft, Trigger};
use crate::lexicon::verbs::{self, Class};
use crate::lexicon::{archetypes, integrations};
use crate::resolve::Cast;
use crate::scene::Scene;
use crate::tags::Tag;

/// Finds the automations of a request.
pub(crate) fn automations(scene: &Scene<'_>, cast: &Cast, draft: &Draft) -> Vec<Automation> {
    let mut found: Vec<Automation> = Vec::new();
    for (index, clause) in scene.clauses.iter().enumerate() {
        if clause.polarity != Polarity::Asked || clause.join == Join::Condition {
            continue;
        }
        let reader = Reader { scene, cast, draft, index, clause };
        let Some(action) = reader.action() else { continue };
        for trigger in reader.triggers() {
            let span = scene.span(clause.from, clause.to);
            let same = |known: &Automation| known.action == action && known.trigger == trigger;
            if !found.iter().any(same) {
                found.push(Automation { trigger, action, span });
            }
        }
    }
    inbound(scene, cast, &mut found);
    found
}

struct Reader<'s, 'a> {
    scene: &'s Scene<'a>,
    cast: &'s Cast,
    draft: &'s Draft,
    index: usize,
    clause: &'s Clause,
}

impl Reader<'_, '_> {
    /// What is done: a category of integration, or notify, update, create.
    fn action(&self) -> Option<&'static str> {
        let clause = self.clause;
        let scene = self.scene;
        let verb = clause.verb?;
        let text = format!(" {} ", scene.words(verb, clause.to));
        let channel = self.channel(verb);
        let sends = matches!(clause.class, Some(Class::Send | Class::Notify))
            || matches!(clause.base, "get" | "receive")
                && (channel.is_some()
                    || [" notification", " reminder", " alert", " message"].iter().any(|word| text.contains(word)));
        if sends || matches!(clause.base, "post" | "push" | "sync" | "call" | "trigger") && channel.is_some() {
            if clause.class == Some(Class::Send)
                && channel.is_none()
                && !matches!(clause.base, "send" | "message" | "ping")
            {
                return match clause.base {
                    "text" | "sms" => Some("sms"),
                    "email" | "mail" => Some("email"),
                    "whatsapp" => Some("whatsapp"),
                    _ => None,
                };
            }
            return Some(channel.unwrap_or_else(|| self.only_channel()));
        }
        let automatic = scene.words(clause.from, clause.to).contains("automatically");
        match clause.class {
            Some(Class::Pay)
                if matches!(clause.base, "charge" | "bill" | "invoice" | "refund" | "collect")
                    && (automatic || clause.base == "charge" || clause.base == "invoice" && clause.passive) =>
            {
                Some("billing")
            }
            Some(Class::Update)
                if automatic
                    || clause.base == "set" && self.condition().is_some()
                    || clause.modal.as_deref() == Some("should") && clause.passive =>
            {
                Some("update")
            }
            Some(Class::Create)
                if matches!(clause.base, "generate" | "create" | "issue" | "open")
                    && clause.pronoun.as_deref() != Some("they")
                    && (self.condition().is_some()
                        || automatic
                        || self.text().contains(" every ")
                        || self.text().contains("once a ")) =>
            {
                Some("create")
            }
            Some(Class::Delete) if automatic => Some("delete"),
            _ => None,
        }
    }

    /// The way named after the verb.
    fn channel(&self, verb: usize) -> Option<&'static str> {
        let scene = self.scene;
        let end = scene
            .clauses
            .get(self.index + 1)
            .filter(|next| next.sentence == self.clause.sentence && next.verb.is_none())
            .map_or(self.clause.to, |next| next.to);
        match self.clause.base {
            "email" | "mail" => return Some("email"),
            "text" | "sms" => return Some("sms"),
            _ => {}
        }
        for at in verb..end {
            for length in (1..=3).rev() {
                let Some(tokens) = scene.tokens.get(at..(at + length).min(end)) else { continue };
                let phrase: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
                if let Some((integration, _)) = integrations::named(&phrase.join("_"))
                    && matches!(
                        integration.name,
                        "sms" | "email" | "push" | "chat" | "whatsapp" | "webhook" | "ehr" | "calendar" | "accounting"
                    )
                {
                    return Some(integration.name);
                }
            }
            if scene.is(at, "text") && scene.tag(at) == Some(Tag::Noun) {
                return Some("sms");
            }
        }
        None
    }

    /// "notify" takes the one channel there is.
    fn only_channel(&self) -> &'static str {
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

    fn text(&self) -> String {
        let sentence = self.scene.sentences.get(self.clause.sentence);
        sentence.map(|s| format!(" {} ", self.scene.words(s.from, s.to))).unwrap_or_default()
    }

    fn condition(&self) -> Option<&Clause> {
        let first = self.scene.clauses.partition_point(|clause| clause.sentence < self.clause.sentence);
        // The nearest one, before or after.
        self.scene
            .clauses_of(self.clause.sentence)
            .zip(first..)
            .filter(|(clause, _)| clause.join == Join::Condition)
            .min_by_key(|(_, at)| at.abs_diff(self.index))
            .map(|(clause, _)| clause)
    }

    fn triggers(&self) -> Vec<Trigger> {
        let Some(sentence) = self.scene.sentences.get(self.clause.sentence) else { return Vec::new() };
        // A clause of its own time first: "charge every month and email a week before".
        let (from, to) = self.reach();
        if let Some(trigger) = self.timed(from, to) {
            return vec![trigger];
        }
        if let Some(condition) = self.condition() {
            return self.conditional(condition);
        }
        if let Some(trigger) = self.event_phrase(from, to) {
            return vec![trigger];
        }
        self.timed(sentence.from, sentence.to)
            .or_else(|| self.event_phrase(sentence.from, sentence.to))
            .into_iter()
            .collect()
    }

    /// The action's clause and the phrases that lean on it.
    fn reach(&self) -> (usize, usize) {
        let mut from = self.clause.from;
        if let Some(before) = self.index.checked_sub(1).and_then(|at| self.scene.clauses.get(at))
            && before.sentence == self.clause.sentence
            && (before.verb.is_none() || before.join == Join::Condition || self.clause.join == Join::Purpose)
        {
            from = before.from;
        }
        let mut to = self.clause.to;
        for after in self.scene.clauses.iter().skip(self.index + 1).take_while(|c| c.sentence == self.clause.sentence) {
            let of_condition = after.join == Join::Purpose && to > self.clause.to;
            if of_condition || after.verb.is_none() || matches!(after.join, Join::Condition | Join::Relative) {
                to = after.to;
            } else {
                break;
            }
        }
        (from, to)
    }

    fn trigger(&self, kind: &'static str, entity: Option<String>) -> Trigger {
        Trigger { kind, entity, field: None, value: None, cron: None, offset: None }
    }

    /// "when an order ships", "if they cancel", "once a form is approved or rejected".
    fn conditional(&self, condition: &Clause) -> Vec<Trigger> {
        let scene = self.scene;
        let text = format!(" {} ", scene.words(condition.from, condition.to));
        let subject = condition.subject.first().map(|np| np.entity());
        let subject_entity = subject.as_deref().and_then(|name| self.cast.entity(name)).map(str::to_owned);
        let value = self.value_in(condition.from, condition.to);
        if let Some((entity, field, value)) = value {
            // "is created with urgent priority" is still a creation.
            if !text.contains(" created ") && !text.contains(" submitted ") {
                let entity = subject_entity
                    .clone()
                    .filter(|e| {
                        self.draft.entity(e).is_some_and(|e| e.fields.iter().any(|f| f.values.contains(&value)))
                    })
                    .unwrap_or(entity);
                return vec![Trigger {
                    field: Some(field),
                    value: Some(value),
                    ..self.trigger("changed", Some(entity))
                }];
            }
        }
        let kind = event_kind(condition.base, condition.passive, &text);
        let object = scene
            .nps_in(condition.after, condition.to)
            .find_map(|np| self.cast.entity(&np.entity()))
            .map(str::to_owned);
        let event = verbs::event_of(condition.base).and_then(|event| self.cast.entity(event)).map(str::to_owned);
        let person = subject_entity.as_deref().is_some_and(archetypes::is_person) || subject_entity.is_none();
        let field_owner = || self.entity_near(condition.from, condition.from, condition.to);
        let entity = if person && !condition.passive {
            event.or(object).or(subject_entity).or_else(field_owner)
        } else {
            subject_entity.or(object).or_else(field_owner)
        };
        let status = entity
            .as_deref()
            .and_then(|e| self.draft.entity(e))
            .and_then(|e| e.field("status"))
            .map(|f| f.name.clone());
        let field = (kind == "changed").then_some(status).flatten();
        vec![Trigger { field, ..self.trigger(kind, entity) }]
    }

    /// A value of an enum that stands in the tokens.
    fn value_in(&self, from: usize, to: usize) -> Option<(String, String, String)> {
        for at in from..to {
            for length in (1..=2).rev() {
                let value = self.scene.words(at, (at + length).min(to)).replace([' ', '-'], "_");
                for entity in &self.draft.entities {
                    if let Some(field) = entity.fields.iter().find(|f| f.values.contains(&value)) {
                        return Some((entity.name.clone(), field.name.clone(), value));
                    }
                }
            }
        }
        None
    }

    /// "for every inquiry", "on new orders", "after each donation", "on status change".
    fn event_phrase(&self, from: usize, to: usize) -> Option<Trigger> {
        let scene = self.scene;
        for at in from..to {
            let Some(np) = scene.np_at(at) else { continue };
            let preposition = at > from && scene.one_of(at - 1, &["for", "on", "upon", "after", "about", "of"]);
            let each = matches!(np.article.as_deref(), Some("every" | "each" | "any")) || np.has_adjective("new");
            let changes = scene.words(at, to.min(np.to + 2));
            if changes.contains("status change")
                || changes.contains(
                    "status \
                changes",
                )
                || changes.contains("changes to")
            {
                let entity = self.entity_near(at, at, to);
                return Some(Trigger { field: Some("status".into()), ..self.trigger("changed", entity) });
            }
            if let Some(entity) = self.cast.entity(&np.entity()).filter(|_| preposition && each) {
                let kind = "created";
                return Some(self.trigger(kind, Some(entity.to_owned())));
            }
        }
        None
    }
}

/// What a verb in a condition says has happened.
fn event_kind(base: &str, passive: bool, text: &str) -> &'static str {
    if text.contains(" overdue ") || text.contains(" late ") {
        return "overdue";
    }
    match base {
        "create" | "submit" | "add" | "post" | "place" | "register" | "book" | "reserve" | "apply" | "report"
        | "order" | "file" | "upload" | "donate" | "sign" | "enroll" | "arrive" | "come" | "receive" | "log"
        | "comment" | "reply" | "request" | "open" | "join" | "subscribe" | "make" | "invite" | "rsvp" | "message"
        | "leave" | "buy" | "purchase" | "enter" => {
            if base == "open" && passive {
                "changed"
            } else {
                "created"
            }
        }
        "delete" | "remove" => "deleted",
        "exceed" | "drop" | "fall" | "reach" => "threshold",
        "have" | "get" if text.contains(" new ") => "created",
        _ => "changed",
    }
}

/// "orders come in via webhook".
fn inbound(scene: &Scene<'_>, cast: &Cast, found: &mut Vec<Automation>) {
    for clause in scene.clauses.iter().filter(|clause| {
        clause.polarity == Polarity::Asked && matches!(clause.base, "come" | "arrive" | "receive" | "import")
    }) {
        let text = scene.words(clause.from, clause.to);
        if !text.contains("webhook") {
            continue;
        }
        let entity = clause.subject.iter().find_map(|np| cast.entity(&np.entity())).map(str::to_owned);
        let trigger = Trigger { kind: "inbound", entity, field: None, value: None, cron: None, offset: None };
        found.push(Automation { trigger, action: "create", span: scene.span(clause.from, clause.to) });
    }
}
