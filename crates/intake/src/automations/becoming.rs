//! What a record becomes before something happens: "text the customer when the order is ready" is about that one change,
//! so the state it names is one of the record's, and is added where the request lists no such value.

use crate::draft::{Automation, Draft, Field};
use crate::lexicon::fields::FieldType;
use crate::lexicon::{has, verbs};
use crate::scene::Scene;
use crate::tags::Tag;

/// What is no state to stay in, or is told by a date or an amount.
const NO_STATES: &str = "changed updated edited modified moved rescheduled assigned reassigned created added made new late overdue due \
    deleted removed low high full empty sent notified entered registered placed submitted received logged posted commented \
    available missing expired uploaded used seen close near below above";

/// Says what the record is to become, where the words name it and the trigger does not yet.
pub(super) fn name(scene: &Scene<'_>, one: &mut Automation) {
    let open = one.trigger.kind == "changed" && one.trigger.value.is_none();
    if let Some(entity) = one.trigger.entity.clone().filter(|_| open) {
        one.trigger.value = state(scene, one, &entity);
    }
}

/// Gives the records the states that automations wait for. What cannot be one is waited for no longer.
pub(crate) fn settle(draft: &mut Draft) {
    for place in 0..draft.automations.len() {
        let Some(one) = draft.automations.get(place).filter(|one| one.trigger.kind == "changed").cloned() else {
            continue;
        };
        let (Some(entity), Some(state)) = (&one.trigger.entity, &one.trigger.value) else { continue };
        let known = one.trigger.field.as_deref().zip(draft.entity(entity));
        if known.and_then(|(field, entity)| entity.field(field)?.value(state)).is_some() || has(NO_STATES, state) {
            continue;
        }
        let kept = keep(draft, entity, state, &one);
        if let Some(one) = draft.automations.get_mut(place) {
            (one.trigger.field, one.trigger.value) = match kept {
                Some((field, value)) => (Some(field), Some(value)),
                None => (one.trigger.field.take(), None),
            };
        }
    }
    // What was told apart by a state that nothing keeps is the same again.
    let mut heard: Vec<Automation> = Vec::new();
    for one in std::mem::take(&mut draft.automations) {
        super::add(&mut heard, one);
    }
    draft.automations = heard;
}

/// The word after "is" where the record is the subject: the "ready" of "when the order is ready".
fn state(scene: &Scene<'_>, one: &Automation, entity: &str) -> Option<String> {
    let from = scene.tokens.partition_point(|token| token.span.start < one.span.start);
    let to = scene.tokens.partition_point(|token| token.span.end <= one.span.end);
    let mut found = (from..to).filter_map(|be| {
        if scene.tag(be) != Some(Tag::Be) && !scene.one_of(be, &["gets", "becomes", "get", "become"]) {
            return None;
        }
        let subject =
            scene.np_before(be).is_some_and(|np| np.entity() == entity || np.head() == entity && !np.is_value());
        // "when it is picked up": what the trigger is about.
        let it = be > from + 1
            && scene.one_of(be - 1, &["it", "they"])
            && (scene.tag(be - 2) == Some(Tag::Subordinator) || be - 1 == from);
        let opened = it
            || scene.np_before(be).is_some_and(|np| {
                np.from > from && scene.tag(np.from - 1) == Some(Tag::Subordinator) || np.from == from
            });
        let at = (be + 1..to).find(|at| scene.tag(*at) != Some(Tag::Adverb))?;
        let particle = scene.one_of(at + 1, &["up", "out", "in", "off", "back"]) && at + 1 < to;
        let next = at + 1 + usize::from(particle);
        let ends = next >= to
            || matches!(
                scene.tag(next),
                Some(Tag::Sign | Tag::Pronoun | Tag::To | Tag::Subordinator | Tag::Conjunction)
            )
            || scene.one_of(next, &["for", "to", "by"])
            || scene.clauses.iter().any(|clause| clause.from == next);
        let word = scene.token(at)?;
        let past = verbs::lookup(&word.text).is_some_and(|(_, form)| form == verbs::Form::Past);
        let stays = past || matches!(scene.tag(at), Some(Tag::Adjective | Tag::Participle)) || word.is("ready");
        let plain = word.text.chars().all(|c| c.is_ascii_lowercase()) && !has(NO_STATES, &word.text);
        ((subject || it) && opened && ends && stays && plain).then(|| crate::values::value(scene, at, next))
    });
    let first = found.next()?;
    // "when it is approved or the order is rejected": which of them is not for us to choose.
    found.next().is_none().then_some(first)
}

/// The field and the value of it that say so from now on. None where the record says it by a date.
fn keep(draft: &mut Draft, entity: &str, state: &str, one: &Automation) -> Option<(String, String)> {
    let kept = draft.entity_mut(entity)?;
    let stem = |field: &Field| field.name.trim_start_matches("is_").to_owned();
    if let Some(flag) = kept.fields.iter().find(|field| field.kind == FieldType::Boolean && stem(field) == state) {
        return Some((flag.name.clone(), "true".to_owned()));
    }
    let dated = |field: &Field| {
        stem(field).strip_prefix(state).is_some_and(|rest| matches!(rest, "" | "_on" | "_at" | "_date"))
    };
    if kept.fields.iter().any(dated) {
        return None;
    }
    if let Some((field, value)) = kept.fields.iter().find_map(|field| Some((field, field.value(state)?))) {
        return Some((field.name.clone(), value.clone()));
    }
    let is_state = |field: &&mut Field| {
        field.kind == FieldType::Enum && matches!(field.name.as_str(), "status" | "stage" | "state")
    };
    let words = crate::lemma::with_article(&entity.replace('_', " "));
    let said = state.replace('_', " ");
    let (name, text) = if let Some(field) = kept.fields.iter_mut().find(is_state) {
        field.values.push(state.to_owned());
        let text = format!("`{}` of {words} can be \"{said}\" too, because something is to happen then", field.name);
        (field.name.clone(), text)
    } else if kept.field("status").is_some() {
        return None;
    } else {
        let mut field = Field::new("status", FieldType::Enum);
        field.values = vec!["open".to_owned(), state.to_owned()];
        field.assumed = true;
        field.grounds.add(one.span, "status.becomes");
        kept.fields.push(field);
        (
            "status".to_owned(),
            format!("{words} has a status, open or {said}, because something is to happen once it is {said}"),
        )
    };
    draft.note(
        format!("/entity/{entity}/field/{name}"),
        text,
        "status.becomes",
        Some(one.span),
        &["other values", "at every change"],
    );
    Some((name, state.to_owned()))
}
