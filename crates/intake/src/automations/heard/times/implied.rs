//! What sets off a deed of which no time is said.

use super::super::whose::{self, Named};
use super::super::{Cue, Done, Line};
use super::states::changed;
use super::{Phrase, deed_kind};
use crate::draft::Trigger;
use crate::lexicon::{archetypes, verbs};
use crate::tags::Tag;

/// What sets off a deed of which no time is said: what is done before it ("a guest books and gets an email"), or each new record
/// that goes to a service.
pub(in crate::automations::heard) fn implied(line: &Line<'_, '_>, deed: &Done) -> Option<Cue> {
    let start = line.part_start(deed.from);
    if let Some(cue) = each_new(line, deed) {
        return Some(cue);
    }
    if matches!(deed.action, "calendar" | "accounting" | "ehr") {
        let end = line.part_end(deed.from);
        let from = match whose::about(line, start, end) {
            Named::Record(_) => start,
            // "wages go to Sage": of nothing that is kept.
            Named::Other => return None,
            Named::Nothing => line.from,
        };
        let Named::Record(name) = whose::about(line, from, end) else { return None };
        if !archetypes::is_person(&name) {
            let phrase =
                Phrase { line, from: start, to: end, words: line.scene.padded(start, end), span: None, whole: true };
            let state = (start..end).any(|at| line.scene.tag(at) == Some(Tag::Participle));
            let trigger = if state { changed(&phrase)? } else { line.trigger("created") };
            return Some(Cue { trigger: Trigger { entity: Some(name), ..trigger }, open: false });
        }
    }
    if let Some(cue) = graded(line, deed).or_else(|| confirmed(line, deed)) {
        return Some(cue);
    }
    // "so that the teachers get a notification", "and the parent immediately gets an SMS".
    let gets = line.has(deed.from, "gets get receives receive") || line.verb_form(deed.from) == Some(verbs::Form::Past);
    let (from, to) = (line.from, deed.from);
    let link = (from..to).rev().find(|at| line.one_of(*at, &["and", "so", "then", ","]))?;
    let acts = |at: usize| {
        use verbs::Class::{Approve, Create, Delete, Event, Pay, Upload};
        let (verb, form) = verbs::lookup(line.text(at))?;
        let sure = line.scene.tag(at) == Some(Tag::Verb) && form != verbs::Form::Ing;
        (sure
            && matches!(verb.class, Approve | Create | Delete | Event | Pay | Upload)
            && !matches!(verb.base, "get" | "receive" | "want" | "write"))
        .then_some(at)
    };
    let verb = (from..link).rev().find_map(acts).filter(|at| gets && to - at <= 24)?;
    let permitted = (verb.saturating_sub(4)..verb).any(|at| line.scene.tag(at) == Some(Tag::Negation));
    let kind = deed_kind(line, verb, verb + 1)?;
    if permitted || !matches!(kind, "created" | "changed" | "deleted") {
        return None;
    }
    let end = line.part_end(verb).min(link.max(verb + 1));
    let (entity, open) = match whose::about(line, verb, end) {
        Named::Record(name) => (Some(name), false),
        Named::Other => (None, false),
        Named::Nothing => (None, true),
    };
    Some(Cue { trigger: Trigger { entity, ..line.trigger(kind) }, open })
}

/// "an emergency one should text the manager", "serious incidents: mail the harbour master", "new P1 -> Slack": each new one that is so;
/// of a state, each that comes to be so.
fn graded(line: &Line<'_, '_>, deed: &Done) -> Option<Cue> {
    if matches!(deed.action, "update" | "create" | "delete") {
        return None;
    }
    let start = line.part_start(deed.from);
    // The words before the deed, or before the sign that leads to it.
    let sign = start > line.from && line.one_of(start - 1, &["->", ":", "="]) && deed.from <= start + 2;
    let (from, to) = if sign { (line.part_start(start - 1), start - 1) } else { (start, deed.from) };
    let obliged = sign || (from..to).any(|at| line.one_of(at, &["should", "must", "has", "have", "shall", "needs"]));
    if !obliged || to - from > 9 || from >= to {
        return None;
    }
    // "a finding of category 5 has to call our webhook".
    let counted = (from..to).find(|at| line.one_of(*at, &["of"]) && line.scene.tag(*at + 2) == Some(Tag::Number));
    if let Some(of) = counted
        && let Some(entity) = line.scene.np_before(of).and_then(|np| line.cast.entity(np.entity()))
        && line.draft.entity(entity).is_some_and(|entity| entity.field(line.text(of + 1)).is_some())
    {
        return Some(Cue {
            trigger: Trigger { entity: Some(entity.to_owned()), ..line.trigger("created") },
            open: false,
        });
    }
    let (entity, field, value) = line.reader(from)?.value_in(from, to)?;
    // "a ticket has a priority of high": lists of values are no events.
    let several = line.draft.entity(&entity)?.field(&field)?;
    let told = (from..to).filter(|at| several.value(line.text(*at)).is_some()).count();
    if told != 1 {
        return None;
    }
    let state = crate::lexicon::has("status state stage", &field);
    let trigger = if state {
        Trigger { field: Some(field), value: Some(value), ..line.trigger("changed") }
    } else {
        line.trigger("created")
    };
    Some(Cue { trigger: Trigger { entity: Some(entity), ..trigger }, open: false })
}

/// "post every new lead there", "each new one goes to Slack": each that is made, of what is named or was spoken of last.
fn each_new(line: &Line<'_, '_>, deed: &Done) -> Option<Cue> {
    if !matches!(deed.action, "chat" | "webhook" | "calendar" | "accounting" | "ehr") {
        return None;
    }
    let (start, end) = (line.part_start(deed.from), line.part_end(deed.from));
    let new = (start..end).find(|at| line.one_of(*at, &["new"]))?;
    let one = line.one_of(new + 1, &["one", "ones"]);
    let entity = match line.scene.np_at(new).or_else(|| line.scene.np_before(new + 2)).filter(|_| !one) {
        Some(np) => whose::named(line, np)?,
        None => line.scene.nps_before(new).find_map(|np| line.cast.entity(np.entity())).map(str::to_owned)?,
    };
    Some(Cue { trigger: Trigger { entity: Some(entity), ..line.trigger("created") }, open: false })
}

/// "confirm by mail", "a confirmation by email": of what is booked, ordered or applied for.
fn confirmed(line: &Line<'_, '_>, deed: &Done) -> Option<Cue> {
    let (start, end) = (line.part_start(deed.from), line.part_end(deed.from));
    if !(start..end).any(|at| line.has(at, "confirm confirmation confirmed confirms")) {
        return None;
    }
    const ASKED: &str =
        "booking reservation order registration appointment application enrollment signup sign_up rental party";
    let mut asked = line.draft.entities.iter().filter(|entity| {
        let head = entity.name.rsplit('_').next().unwrap_or(&entity.name);
        crate::lexicon::has(ASKED, head)
    });
    let one = asked.next().filter(|_| asked.next().is_none())?;
    Some(Cue { trigger: Trigger { entity: Some(one.name.clone()), ..line.trigger("created") }, open: false })
}
