//! What should happen by itself: a trigger ("when an order ships", "every Monday") and an action ("text the customer").

mod actions;
mod becoming;
mod events;
mod heard;
mod times;

use std::cell::OnceCell;

pub(crate) use becoming::settle;

use crate::clauses::{Clause, Join, Polarity};
use crate::draft::{Automation, Draft, Trigger};
use crate::lexicon::{archetypes, verbs};
use crate::resolve::Cast;
use crate::scene::Scene;
use crate::tags::Tag;

/// Finds the automations of a request.
pub(crate) fn automations(scene: &Scene<'_>, cast: &Cast, draft: &Draft) -> Vec<Automation> {
    let meant = Meant::new(scene, draft);
    let Listened { heard, times, inbound } = listen(scene, cast, draft, &meant);
    // What comes in by a webhook calls none.
    let comes_in = |at: usize| inbound.iter().any(|(from, to, _)| *from <= at && at < *to);
    let mut found: Vec<Automation> = Vec::new();
    let named = |found: &mut Vec<Automation>, mut new: Automation| {
        becoming::name(scene, &mut new);
        add(found, new);
    };
    for (index, clause) in scene.clauses.iter().enumerate() {
        // What is done here was heard already, with its time.
        // "60 days before a lease expires": its end is no change, but when something is done.
        let timed = |(from, to): &Place| clause.verb.is_some_and(|verb| *from <= verb && verb < *to);
        let known = || heard.iter().any(|(at, _)| clause.from <= *at && *at < clause.to) || times.iter().any(timed);
        if clause.polarity != Polarity::Asked || clause.join == Join::Condition || known() {
            continue;
        }
        let reader = Reader { scene, cast, draft, meant: &meant, index, clause };
        let Some(action) = reader.action().filter(|action| *action != "webhook" || !comes_in(clause.from)) else {
            continue;
        };
        for trigger in reader.triggers(action) {
            let (from, to) = reader.reach();
            named(&mut found, Automation { trigger, action, span: scene.span(from, to) });
        }
    }
    for (_, automation) in heard.into_iter().filter(|(at, one)| one.action != "webhook" || !comes_in(*at)) {
        named(&mut found, automation);
    }
    for (_, _, automation) in inbound {
        named(&mut found, automation);
    }
    found.sort_by_key(|one| one.span.start);
    found
}

/// What the blueprint has no words for is told: it is understood, and nothing comes of it by itself.
pub(crate) fn tell_unsaid(scene: &Scene<'_>, draft: &mut Draft) {
    let unsaid = |one: &&Automation| crate::toml::automation_text(draft, one, &mut Vec::new()).is_none();
    let unsaid: Vec<Automation> = draft.automations.iter().filter(unsaid).cloned().collect();
    for one in unsaid {
        let words = scene.text(one.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let text =
            format!("\"{words}\" is understood, but nothing does it by itself: the blueprint has no words for it yet");
        draft.note(String::new(), text, "automation.unsaid", Some(one.span), &[]);
    }
}

fn add(found: &mut Vec<Automation>, new: Automation) {
    if !found.iter().any(|known| known.action == new.action && known.trigger == new.trigger) {
        found.push(new);
    }
}

/// What every sentence says is to be done at some time, with the place of the deed.
fn listen(scene: &Scene<'_>, cast: &Cast, draft: &Draft, meant: &Meant<'_>) -> Listened {
    let mut all = Listened::default();
    let mut asked: Option<usize> = None;
    for (place, sentence) in scene.sentences.iter().enumerate() {
        // "Overdue and not back? Text the guest.": the question is the condition of what follows.
        let next = scene.sentences.get(place + 1).filter(|next| next.block == sentence.block);
        let short = sentence.to - sentence.from <= 7 && scene.is(sentence.to, "?");
        let verb = next.and_then(|next| verbs::lookup(scene.token(next.from)?.text.as_str()));
        let ordered = verb.is_some_and(|(_, form)| form == verbs::Form::Base);
        if short && ordered && asked.is_none() && scene.np_at(sentence.from).is_none_or(|np| np.to < sentence.to) {
            asked = Some(sentence.from);
            continue;
        }
        let whole = crate::scene::Sentence { from: asked.take().unwrap_or(sentence.from), ..*sentence };
        let line = heard::Line::new(scene, cast, draft, meant, &whole);
        let (heard, times) = heard::of_sentence(&line);
        all.heard.extend(heard);
        all.times.extend(times);
        all.inbound.extend(heard::inbound::of_sentence(&line));
    }
    all
}

#[derive(Default)]
struct Listened {
    heard: Vec<Heard>,
    /// The tokens that say when.
    times: Vec<Place>,
    inbound: Vec<Inbound>,
}

/// With the place of what is done.
type Heard = (usize, Automation);
/// The tokens from and to.
type Place = (usize, usize);
/// With the tokens that say it.
type Inbound = (usize, usize, Automation);

/// Which entities phrases mean, worked out once for each phrase.
struct Meant<'s> {
    by_place: Vec<OnceCell<Option<String>>>,
    /// The entity, the name and its singular of each field.
    fields: Vec<(&'s str, &'s str, String)>,
}

impl<'s> Meant<'s> {
    fn new(scene: &Scene<'_>, draft: &'s Draft) -> Self {
        let of = |entity: &'s crate::draft::Entity| {
            let fields = entity.fields.iter();
            fields.map(|field| (entity.name.as_str(), field.name.as_str(), crate::lemma::singular(&field.name)))
        };
        let by_place = scene.tokens.iter().map(|_| OnceCell::new()).collect();
        Self { by_place, fields: draft.entities.iter().flat_map(of).collect() }
    }

    fn of(&self, np: &crate::nouns::Np, work_out: impl FnOnce() -> Option<String>) -> Option<String> {
        self.by_place.get(np.from)?.get_or_init(work_out).clone()
    }
}

struct Reader<'s, 'a> {
    scene: &'s Scene<'a>,
    cast: &'s Cast,
    draft: &'s Draft,
    meant: &'s Meant<'s>,
    index: usize,
    clause: &'s Clause,
}

impl Reader<'_, '_> {
    fn triggers(&self, action: &str) -> Vec<Trigger> {
        let Some(sentence) = self.scene.sentences.get(self.clause.sentence) else { return Vec::new() };
        // A clause of its own time first: "charge every month and email a week before".
        let (from, to) = self.reach();
        // "if it is overdue, remind them weekly": what has happened, not how often.
        if let Some(condition) = self.condition().filter(|condition| {
            let words = self.scene.padded(condition.from, condition.to);
            [" overdue ", " past due ", " late "].iter().any(|word| words.contains(word))
        }) {
            // "three days before it is due, and again once it is overdue" is both.
            let before = self.timed(from, to).filter(|timed| timed.kind == "before");
            return before.into_iter().chain(self.conditional(condition)).collect();
        }
        if let Some(trigger) = self.timed(from, to) {
            return vec![trigger];
        }
        if let Some(condition) = self.condition() {
            return self.conditional(condition);
        }
        if let Some(trigger) = self.event_phrase(from, to) {
            return vec![trigger];
        }
        if self.clause.verb.is_none() {
            return Vec::new();
        }
        self.timed(sentence.from, sentence.to)
            .or_else(|| self.event_phrase(sentence.from, sentence.to))
            .or_else(|| self.spoken_of(action))
            .into_iter()
            .collect()
    }

    /// The action's clause and the phrases that lean on it.
    pub(super) fn reach(&self) -> (usize, usize) {
        let mut from = self.clause.from;
        if let Some(before) = self.index.checked_sub(1).and_then(|at| self.scene.clauses.get(at))
            && before.sentence == self.clause.sentence
            && (before.verb.is_none()
                || before.join == Join::Condition
                || self.clause.join == Join::Purpose
                || self.scene.is(self.clause.from, "so"))
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
        let text = scene.padded(condition.from, condition.to);
        let subject = condition.subject.first().map(|np| np.entity());
        let subject_entity = subject.and_then(|name| self.cast.entity(name)).map(str::to_owned);
        let value = self.value_in(condition.from, condition.to);
        if let Some((entity, field, value)) = value {
            // "is created with urgent priority" is still a creation.
            if !text.contains(" created ") && !text.contains(" submitted ") {
                let entity = subject_entity
                    .clone()
                    .filter(|e| {
                        self.draft.entity(e).is_some_and(|e| e.fields.iter().any(|f| f.value(&value).is_some()))
                    })
                    .unwrap_or(entity);
                return vec![Trigger {
                    field: Some(field),
                    value: Some(value),
                    ..self.trigger("changed", Some(entity))
                }];
            }
        }
        // "after booking, …": what has happened is a noun.
        if condition.verb.is_none()
            && let Some(trigger) = scene.nps_in(condition.from, condition.to).find_map(|np| self.happening(np))
        {
            return vec![trigger];
        }
        let kind = events::kind(condition.base, condition.passive, text);
        let object =
            scene.nps_in(condition.after, condition.to).find_map(|np| self.cast.entity(np.entity())).map(str::to_owned);
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
    pub(super) fn value_in(&self, from: usize, to: usize) -> Option<(String, String, String)> {
        for at in from..to {
            // "a new customer" is no state of an order.
            if self.scene.is(at, "new") && self.scene.tag(at) == Some(Tag::Adjective) {
                continue;
            }
            for length in (1..=2).rev() {
                let value = self.scene.words(at, (at + length).min(to)).replace([' ', '-'], "_");
                for entity in &self.draft.entities {
                    let known = entity.fields.iter().find_map(|field| Some((&field.name, field.value(&value)?)));
                    if let Some((field, value)) = known {
                        return Some((entity.name.clone(), field.clone(), value.clone()));
                    }
                }
            }
        }
        None
    }
}
