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
    if matches!(deed.action, "calendar" | "accounting" | "ehr") {
        let end = line.part_end(deed.from);
        let from = match whose::about(line, start, end) {
            Named::Record(_) => start,
            _ => line.from,
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
