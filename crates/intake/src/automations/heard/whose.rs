//! Of which record a time is said: the one that it names, else the one that was spoken of; rather none than a wrong one.

use super::{Cue, Done, Line};
use crate::draft::{Entity, Trigger};
use crate::lexicon::archetypes;
use crate::lexicon::fields::FieldType;
use crate::lexicon::verbs::Form;
use crate::nouns::Np;

/// What the tokens of a time name.
pub(super) enum Named {
    Record(String),
    /// Something that is no record here.
    Other,
    Nothing,
}

/// The entity whose field a phrase names, if it is the only one.
pub(super) fn field_owner(line: &Line<'_, '_>, np: &Np) -> Option<String> {
    let (field, nouns) = (crate::lemma::singular(np.field()), np.entity());
    if crate::lexicon::has(TALK, np.head()) {
        return None;
    }
    let bears = |(_, _, one): &&(&str, &str, String)| {
        *one == field
            || one == nouns
            || np.words().len() == 2 && np.words().first().is_some_and(|word| word.lemma == *one)
            || one.split('_').any(|part| part == nouns && part.len() > 3)
    };
    let mut owners: Vec<&str> = line.meant.fields.iter().filter(bears).map(|(entity, ..)| *entity).collect();
    owners.dedup();
    match owners.as_slice() {
        [] => None,
        [one] => Some((*one).to_owned()),
        // The one spoken of last.
        several => {
            let before = line.scene.nps_before(np.from).filter_map(|np| line.cast.entity(np.entity()));
            before.into_iter().find(|name| several.contains(name)).map(str::to_owned)
        }
    }
}

/// The record that a phrase names, by itself, its owner or a part.
pub(super) fn named(line: &Line<'_, '_>, np: &Np) -> Option<String> {
    let owner = || np.owner.as_ref()?.last().and_then(|word| line.cast.entity(&word.lemma));
    // "song requests" are no songs; "the order status" is the order's.
    let of_it = np.is_value() || crate::lexicon::has(TALK, np.head()) || crate::automations::events::happens(np.head());
    let part = || {
        let nouns = np.words().iter().rev().filter(|word| word.noun);
        nouns.take(if of_it { 4 } else { 1 }).find_map(|word| line.cast.entity(&word.lemma))
    };
    line.cast.entity(np.entity()).or_else(owner).or_else(part).map(str::to_owned)
}

/// Words of times and messages, which are no records here.
const TALK: &str = "day week month year hour minute evening morning night time status state stage date deadline email text sms message \
    notification slack whatsapp push mail first end start moment case client-side list";

/// What tokens name: things before people, fields before nothing.
pub(super) fn about(line: &Line<'_, '_>, from: usize, to: usize) -> Named {
    let nps = || line.scene.nps_in(from, to);
    let records: Vec<String> = nps().filter_map(|np| named(line, np)).collect();
    // "upon approval of a request": the request.
    let of = nps().filter(|np| crate::automations::events::happens(np.head()) && line.one_of(np.to, &["of"]));
    let of = of.filter_map(|np| line.scene.np_at(np.to + 1)).find_map(|np| line.cast.entity(np.entity()));
    if let Some(of) = of.filter(|name| !archetypes::is_person(name)) {
        return Named::Record(of.to_owned());
    }
    // "when I put an engineer on a job": the job's.
    let put = (from..to).find(|at| line.verb(*at).is_some_and(|(base, ..)| matches!(base, "put" | "assign" | "place")));
    let onto = put.and_then(|put| (put + 2..to).find(|at| line.one_of(*at, &["on", "to", "onto"])));
    if let Some(thing) = onto.and_then(|at| line.scene.np_at(at + 1)).and_then(|np| line.cast.entity(np.entity())) {
        return Named::Record(thing.to_owned());
    }
    if let Some(thing) = records.iter().find(|name| !archetypes::is_person(name)) {
        return Named::Record(thing.clone());
    }
    // "when a linguist is assigned": to what hangs on linguists.
    let assigned =
        (from..to).find(|at| line.verb(*at).is_some_and(|(base, form, _)| base == "assign" && form == Form::Past));
    if let (Some(person), Some(at)) = (records.first(), assigned)
        && line.passive(at)
    {
        let mut theirs = line.draft.relations.iter().filter(|one| one.from == *person && one.to != *person);
        if let Some(one) = theirs.next().filter(|_| theirs.next().is_none()) {
            return Named::Record(one.to.clone());
        }
    }
    if let Some(owner) = nps().filter(|np| line.cast.entity(np.entity()).is_none()).find_map(|np| field_owner(line, np))
    {
        return Named::Record(owner);
    }
    // "when their order ships": a noun as well.
    let event = (from..to).find_map(|at| {
        let (verb, _) = crate::lexicon::verbs::lookup(&line.scene.token(at)?.text)?;
        line.cast.entity(crate::lexicon::verbs::event_of(verb.base)?)
    });
    if let Some(event) = event {
        return Named::Record(event.to_owned());
    }
    let other = nps().any(|np| {
        let talk = crate::lexicon::has(TALK, np.head()) && np.words().len() == 1;
        let doer = archetypes::is_person(np.entity()) || archetypes::may_act(np.entity());
        let said = talk || doer || np.is_value() || crate::automations::events::happens(np.head());
        np.is_record() && !said
    });
    match records.first() {
        Some(person) => Named::Record(person.clone()),
        None if other => Named::Other,
        None => Named::Nothing,
    }
}

/// The record that a verb of the tokens leaves: the sign-up of "signs up".
pub(super) fn left_by(line: &Line<'_, '_>, from: usize, to: usize) -> Option<String> {
    let left = |at: usize| {
        let (verb, form) = crate::lexicon::verbs::lookup(&line.scene.token(at)?.text)?;
        let sure = form != crate::lexicon::verbs::Form::Ing && line.scene.tag(at) == Some(crate::tags::Tag::Verb);
        line.cast.entity(crate::lexicon::verbs::event_of(verb.base).filter(|_| sure)?).map(str::to_owned)
    };
    (from..to).find_map(left)
}

/// The date of an entity that words speak of.
pub(super) fn date_of(entity: &Entity, words: &str) -> Option<String> {
    let dated = |field: &&crate::draft::Field| {
        matches!(field.kind, FieldType::Date | FieldType::Datetime) && !field.name.contains("birth")
    };
    let all: Vec<&str> = entity.fields.iter().filter(dated).map(|field| field.name.as_str()).collect();
    let said = all.iter().find(|name| name.split('_').any(|part| part.len() > 2 && words.contains(part)));
    let ends = || {
        all.iter().find(|name| {
            name.contains("expir") || name.starts_with("end") || name.contains("valid") || name.contains("until")
        })
    };
    let ending = ["expire", " end", "run out", "renew"].iter().any(|word| words.contains(word));
    let due = || all.iter().find(|name| name.contains("due") || name.contains("deadline"));
    // "overdue and not back": by when it was to be.
    let late = [" overdue ", " late ", " not back ", " past "].iter().any(|word| words.contains(word));
    let back = || {
        let by = |name: &&&str| {
            name.split('_').any(|part| {
                crate::lexicon::has("due deadline end ends until return returns back target promised expected", part)
            })
        };
        all.iter().find(by).filter(|_| late)
    };
    let found = said.or_else(|| ends().filter(|_| ending)).or_else(|| due().filter(|_| words.contains("due")));
    let found = found.or_else(back);
    found.or(all.first()).map(|name| (*name).to_owned())
}

/// Parts of a date's name that many dates share.
const PLAIN_PARTS: &str = "date day time at on in by of until to from for end ends start starts due next last valid expiry expires \
    expire expiration ending starting begin begins is the and before after";

/// Words of the end of something, and the parts of names that mean it.
const ENDS: &str = "expire expires expired expiry expiring lapse lapses ends end ending out until valid renew renews";

/// The record, and its date, that the words of a time name by the date: "before a clearance runs out", "before the renewal date".
pub(super) fn dated_by(line: &Line<'_, '_>, from: usize, to: usize) -> Option<(String, String)> {
    let lemmas: Vec<&str> =
        (from..to).filter_map(|at| line.scene.token(at)).map(|token| token.lemma.as_str()).collect();
    let texts: Vec<&str> = (from..to).filter_map(|at| line.scene.token(at)).map(|token| token.text.as_str()).collect();
    let says = |part: &str| lemmas.contains(&part) || texts.contains(&part);
    let ends = texts.iter().any(|text| crate::lexicon::has(ENDS, text));
    let score = |field: &crate::draft::Field| {
        let parts: Vec<&str> = field.name.split('_').filter(|part| part.len() > 1).collect();
        let (plain, own): (Vec<&str>, Vec<&str>) =
            parts.iter().partition(|part| crate::lexicon::has(PLAIN_PARTS, part));
        let named = own.iter().filter(|part| says(part)).count();
        // "best before": all of its words.
        let shared = plain.iter().filter(|part| says(part) || ends && crate::lexicon::has(ENDS, part)).count();
        if !own.is_empty() && named == 0 { 0 } else { 3 * named + shared }
    };
    let dated = |field: &&crate::draft::Field| {
        matches!(field.kind, FieldType::Date | FieldType::Datetime)
            && (!field.name.contains("birth") || says("birthday") || says("birth"))
    };
    let all: Vec<(usize, &str, &str)> = line
        .draft
        .entities
        .iter()
        .flat_map(|entity| {
            let fields = entity.fields.iter().filter(dated);
            fields.map(|field| (score(field), entity.name.as_str(), field.name.as_str())).collect::<Vec<_>>()
        })
        .filter(|(score, ..)| *score > 0)
        .collect();
    let best = all.iter().map(|(score, ..)| *score).max()?;
    let mut first = all.iter().filter(|(score, ..)| *score == best);
    let (_, entity, field) = first.next()?;
    first.all(|(_, other, _)| other == entity).then(|| ((*entity).to_owned(), (*field).to_owned()))
}

/// "the renewal date": a date that records have.
pub(super) fn is_date(line: &Line<'_, '_>, at: usize) -> bool {
    let Some(np) =
        line.scene.np_at(at).filter(|np| matches!(np.article.as_deref(), Some("the")) || np.possessive.is_some())
    else {
        return false;
    };
    let name = np.field();
    line.draft.entities.iter().any(|entity| {
        let field = entity.field(name).or_else(|| entity.field(crate::lemma::singular(name).as_str()));
        field.is_some_and(|field| matches!(field.kind, FieldType::Date | FieldType::Datetime)) && name.contains('_')
    })
}

/// "when he leaves … after 10 years": of what happened, and so long after; "remind me at 9 if I have not": at nine.
pub(super) fn settle(cues: &mut Vec<Cue>) {
    let later = cues.iter().position(|cue| cue.trigger.kind == "after" && cue.open);
    let event = cues.iter().position(|cue| matches!(cue.trigger.kind, "changed" | "created" | "deleted"));
    if let (Some(later), Some(event)) = (later, event) {
        let entity = cues.get(event).and_then(|cue| cue.trigger.entity.clone());
        if let Some(cue) = cues.get_mut(later) {
            cue.open = entity.is_none();
            cue.trigger.entity = entity;
        }
        cues.remove(event);
    }
    let regular = cues.iter().any(|cue| cue.trigger.kind == "schedule");
    if regular && cues.len() > 1 {
        cues.retain(|cue| cue.trigger.kind != "changed");
    }
}

/// Where a time names no record, the last one that could have it; its fields where it has none.
pub(super) fn fill(line: &Line<'_, '_>, cue: Cue, deed: &Done) -> Trigger {
    let Cue { mut trigger, open } = cue;
    if trigger.kind == "schedule" {
        if let Named::Record(name) = about(line, line.from, line.to)
            && !archetypes::is_person(&name)
        {
            trigger.entity = Some(name);
        }
        return trigger;
    }
    // What is deleted or changed is named by the deed itself.
    if matches!(deed.action, "delete" | "update") && (open || trigger.entity.is_none()) {
        let (start, end) = (line.part_start(deed.from), line.part_end(deed.from));
        let own =
            line.scene.nps_in(start, end).filter_map(|np| named(line, np)).find(|name| !archetypes::is_person(name));
        trigger.entity = own.or(trigger.entity);
    }
    if open && trigger.entity.is_none() {
        trigger.entity = spoken_of(line, &trigger, deed);
    }
    let entity = trigger.entity.as_deref().and_then(|name| line.draft.entity(name));
    if trigger.field.is_none()
        && let Some(entity) = entity
    {
        trigger.field = match trigger.kind {
            "changed" => {
                ["status", "state", "stage"].iter().find_map(|name| entity.field(name)).map(|field| field.name.clone())
            }
            "before" | "after" | "overdue" => date_of(entity, line.scene.padded(line.from, line.to)),
            _ => None,
        };
    }
    trigger
}

/// "when ready", "the day before", "if it is late": what was spoken of last and has a state, a date or an amount; else what
/// was spoken of last.
fn spoken_of(line: &Line<'_, '_>, trigger: &Trigger, deed: &Done) -> Option<String> {
    let before = || line.scene.nps_before(deed.from).filter_map(|np| line.cast.entity(np.entity()));
    let fits = |name: &&str| {
        let Some(entity) = line.draft.entity(name).filter(|_| !archetypes::is_person(name)) else { return false };
        let dated = entity.fields.iter().any(|field| matches!(field.kind, FieldType::Date | FieldType::Datetime));
        let state = entity
            .fields
            .iter()
            .any(|field| field.kind == FieldType::Enum || matches!(field.name.as_str(), "status" | "state" | "stage"));
        let event = archetypes::sort(name) == Some(archetypes::Sort::Event);
        match trigger.kind {
            "before" | "after" | "overdue" => dated || event,
            "threshold" => {
                entity.fields.iter().any(|field| matches!(field.kind, FieldType::Integer | FieldType::Decimal))
            }
            _ => state || dated || event,
        }
    };
    let thing = || before().find(|name| !archetypes::is_person(name));
    before().find(fits).or_else(thing).or_else(|| before().next()).map(str::to_owned)
}
