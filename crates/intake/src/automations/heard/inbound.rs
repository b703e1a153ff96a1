//! What comes in from machines and other programs: "sensors push readings to a webhook", "orders arrive by HTTP".

use super::Line;
use crate::draft::{Automation, Trigger};
use crate::lexicon::archetypes;
use crate::lexicon::verbs::{self, Form};
use crate::tags::Tag;

/// By which ways something comes in.
const WAYS: &str = "webhook webhooks http https endpoint mqtt";
/// What others do to bring it.
const BRINGS: &str = "send push post transmit report deliver come arrive hit call upload submit stream publish";
/// What is done here.
const TAKES: &str = "receive import accept create update ingest";

/// What comes in, part by part, with the tokens of the part.
pub(in crate::automations) fn of_sentence(line: &Line<'_, '_>) -> Vec<(usize, usize, Automation)> {
    let mut found = Vec::new();
    let mut from = line.from;
    while from < line.to {
        let to = (from..line.to).find(|at| line.one_of(*at, &[";", "."])).unwrap_or(line.to);
        let aside = line.scene.clause_at(from).is_some_and(|clause| clause.polarity != crate::clauses::Polarity::Asked);
        if let Some(automation) = part(line, from, to).filter(|_| !aside) {
            found.push((from, to, automation));
        }
        from = to + 1;
    }
    found
}

/// "inbound email creates a ticket", "the mail becomes a ticket with subject and body".
fn mailed(line: &Line<'_, '_>, from: usize, to: usize) -> Option<Automation> {
    let verb = (from..to).find(|at| {
        line.verb(*at)
            .is_some_and(|(base, form, _)| matches!(base, "create" | "become" | "open" | "turn") && form == Form::Third)
    })?;
    let mail = line.scene.np_before(verb).filter(|np| np.from >= from && np.to == verb)?;
    let object = verb + 1 + usize::from(line.one_of(verb + 1, &["into"]));
    let made = line.scene.np_at(object).filter(|np| np.to <= to && matches!(mail.head(), "email" | "mail"))?;
    let entity = line.cast.entity(made.entity())?.to_owned();
    let trigger = Trigger { entity: Some(entity), ..line.trigger("inbound") };
    Some(Automation { trigger, action: "create", span: line.scene.span(mail.from, made.to) })
}

fn part(line: &Line<'_, '_>, from: usize, to: usize) -> Option<Automation> {
    if let Some(mailed) = mailed(line, from, to) {
        return Some(mailed);
    }
    let scene = line.scene;
    let way = (from..to).find(|at| line.has(*at, WAYS))?;
    let inward = (from..to).any(|at| line.one_of(at, &["inbound", "incoming", "us", "our"]));
    let verb = |list: &str| {
        (from..to).find(|at| {
            verbs::lookup(line.text(*at)).is_some_and(|(verb, form)| {
                crate::lexicon::has(list, verb.base) && matches!(form, Form::Base | Form::Third | Form::Past)
            }) && scene.tag(*at) != Some(Tag::Determiner)
        })
    };
    let named = |from: usize, to: usize| scene.nps_in(from, to).filter_map(|np| super::whose::named(line, np));
    let thing = |from: usize, to: usize| named(from, to).find(|name| !archetypes::is_person(name));
    let taken = verb(TAKES).filter(|at| {
        (from..*at).any(|t| line.has(t, "inbound incoming"))
            || line.verb_form(*at) == Some(Form::Past) && line.one_of(at.wrapping_sub(1), &["are", "is"])
            || line.has(*at, "receive receives import imports")
    });
    let brought = verb(BRINGS).filter(|at| {
        // Who sends is no person and not the app: "sensors", "the gateway".
        let subject = scene.nps_in(from, *at).last().or_else(|| scene.nps_in(from, at + 1).last());
        let machine = subject.is_some_and(|np| {
            np.to <= *at && !archetypes::is_person(np.entity()) && !matches!(np.head(), "system" | "app")
        });
        let comes = line.has(*at, "come comes arrive arrives coming");
        let own = (from..*at).any(|t| {
            line.one_of(t, &["has", "have", "needs"]) && line.one_of(t + 1, &["to"])
                || line.one_of(t, &["we", "i", "when", "if", "once", "should", "must", "whenever", "->", "on"])
        });
        (machine && !own || comes)
            && (inward
                || comes
                || line.one_of(way.wrapping_sub(1), &["a", "the", "over", "by", "via", "through"])
                    && line.one_of(way.wrapping_sub(2), &["through", "to", "over", "via"])
                || line.one_of(way.wrapping_sub(1), &["over", "by", "via"]))
    });
    let at = brought.or(taken)?;
    let object = thing(at + 1, to);
    let subject = thing(from, at);
    let action = if object.is_none() && subject.is_some() && !line.has(at, "come comes arrive arrives") {
        "update"
    } else {
        "create"
    };
    let entity = if line.has(at, "come comes arrive arrives") {
        // "new leads come in by a webhook": who comes, where nothing else does.
        subject.or(object).or_else(|| named(from, at).next())
    } else {
        object.or(subject)
    };
    let trigger = Trigger { entity, ..line.trigger("inbound") };
    Some(Automation { trigger, action, span: scene.span(from, to) })
}
