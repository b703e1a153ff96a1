//! Proposed automations: only such as the draft has the records, fields, values and services for.

use super::ground::{Ground, Grounds, shortened};
use super::{ProposedAutomation, Told};
use crate::draft::{Automation, Draft, Trigger};
use crate::facts::Evidence;
use crate::kinds;
use crate::lexicon::integrations;
use crate::scene::Scene;

/// Adds those that the rules have not found themselves.
pub(crate) fn add(
    scene: &Scene<'_>,
    evidence: &[Evidence],
    proposed: &[ProposedAutomation],
    draft: &mut Draft,
    told: &mut Told,
) {
    let grounds = Grounds::of(scene, evidence, &[]);
    for one in proposed {
        match automation(&grounds, one, draft) {
            Ok(new) => {
                let known = |known: &Automation| known.action == new.action && is_alike(&known.trigger, &new.trigger);
                // "when a boat goes under the hammer": at which change, the rules could not tell.
                let vague = |known: &&mut Automation| {
                    let (had, has) = (&known.trigger, &new.trigger);
                    let same = had.kind == has.kind && had.entity == has.entity && known.action == new.action;
                    same && had.kind == "changed" && had.value.is_none() && has.value.is_some()
                };
                if let Some(vague) = draft.automations.iter_mut().find(vague) {
                    vague.trigger = new.trigger;
                } else if !draft.automations.iter().any(known) {
                    draft.automations.push(new);
                }
            }
            Err(why) => told.left_out.push(format!("{} when {}: {why}", shortened(&one.action), shortened(&one.when))),
        }
    }
}

fn automation(grounds: &Grounds<'_>, one: &ProposedAutomation, draft: &Draft) -> Result<Automation, String> {
    let span = match grounds.said(&one.quote) {
        Ground::Borne(span) | Ground::Loose(span) => span,
        Ground::None(why) | Ground::Vetoed(why) => return Err(why),
    };
    let used = |name: &str| draft.integrations.iter().any(|used| used.category == name);
    let action = kinds::field_name(&one.action).and_then(|name| integrations::by_name(&name));
    let action = action.filter(|known| used(known.name)).ok_or("no service that is used here")?.name;
    let trigger = |kind| Trigger { kind, entity: None, field: None, value: None, cron: None, offset: None };
    if one.when == "schedule" {
        if !grounds.asks_for(action, span) {
            return Err(format!("\"{}\" does not name it", shortened(&one.quote)));
        }
        let cron = Some(one.cron.trim().to_owned()).filter(|cron| is_cron(cron)).ok_or("no time of five fields")?;
        return Ok(Automation { trigger: Trigger { cron: Some(cron), ..trigger("schedule") }, action, span });
    }
    let kind = match one.when.as_str() {
        "created" => "created",
        "changed" | "updated" => "changed",
        "deleted" => "deleted",
        _ => return Err("no such event".to_owned()),
    };
    let entity = kinds::entity_name(&one.entity).and_then(|name| draft.entity(&name)).ok_or("no such record")?;
    if !grounds.names(&entity.name, span) && !grounds.asks_for(action, span) {
        return Err(format!("\"{}\" names neither", shortened(&one.quote)));
    }
    let mut trigger = Trigger { entity: Some(entity.name.clone()), ..trigger(kind) };
    if kind == "changed" && !one.field.trim().is_empty() {
        let field = kinds::field_name(&one.field).and_then(|name| entity.field(&name)).ok_or("no such field")?;
        trigger.field = Some(field.name.clone());
        if !one.value.trim().is_empty() {
            let value = kinds::value(&one.value).filter(|value| field.values.contains(value)).ok_or("no such value")?;
            trigger.value = Some(value);
        }
    }
    Ok(Automation { trigger, action, span })
}

/// Whether both are set off by the same, as far as both say.
fn is_alike(a: &Trigger, b: &Trigger) -> bool {
    let same_time = a.kind == "schedule" && b.kind == "schedule";
    same_time
        || a.kind == b.kind && a.entity == b.entity && (a.value == b.value || a.value.is_none() || b.value.is_none())
}

/// Whether a text is the five fields of cron, each within its bounds.
fn is_cron(text: &str) -> bool {
    const BOUNDS: [(u32, u32); 5] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
    let fields: Vec<&str> = text.split_whitespace().collect();
    let fits = |(field, bounds): (&&str, &(u32, u32))| field.split(',').all(|part| is_part(part, *bounds));
    fields.len() == BOUNDS.len() && fields.iter().zip(&BOUNDS).all(fits)
}

/// `*`, `5`, `1-5`, and each of them with a step.
fn is_part(part: &str, (least, most): (u32, u32)) -> bool {
    let digits = |text: &str| text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let parsed = |text: &str| text.parse::<u32>().ok().filter(|_| digits(text));
    let number = |text: &str| parsed(text).filter(|number| (least..=most).contains(number));
    let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
    let steps = step.is_none_or(|step| number(step).is_some_and(|step| step > 0));
    let within = match range.split_once('-') {
        Some((from, to)) => number(from).zip(number(to)).is_some_and(|(from, to)| from <= to),
        None => range == "*" || number(range).is_some(),
    };
    steps && within
}

#[cfg(test)]
mod tests {
    use super::is_cron;

    #[test]
    fn a_time_has_five_fields_within_their_bounds() {
        for (text, expected) in [
            ("0 9 * * 1-5", true),
            ("*/15 0,12 1 1 *", true),
            ("60 9 * * *", false),
            ("0 9 * *", false),
            ("0 9 0 * *", false),
            ("9 5-1 * * *", false),
            ("*/0 * * * *", false),
            ("every Monday at nine sharp", false),
        ] {
            assert_eq!(is_cron(text), expected, "{text}");
        }
    }
}
