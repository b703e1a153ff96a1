//! Integrations and automations: checked like everything else, but this version runs none of them, and says so.

use super::names;
use crate::model::{Automation, Entity, Integration};
use crate::nearest::{perhaps, perhaps_or_list};
use crate::places::Pointer;
use crate::raw::{RawAutomation, RawBlueprint};
use crate::report::Report;

const RUNS_WITHOUT: &str = "everything else in the blueprint works without it";
const EVENTS: [&str; 3] = ["created", "updated", "deleted"];
/// What an automation may name without declaring it.
pub(super) const BUILT_IN: [&str; 3] = ["email", "webhook", "notify"];

/// What integrations and their providers are usually called. Others may be their owner's own, so that one of those is
/// asked about only where it looks like a slip.
const USUAL: &[&str] = &[
    "sms",
    "email",
    "billing",
    "ehr",
    "chat",
    "webhook",
    "storage",
    "calendar",
    "push",
    "whatsapp",
    "maps",
    "accounting",
    "esign",
    "video",
];
const USUAL_PROVIDERS: &[&str] = &[
    "twilio",
    "vonage",
    "messagebird",
    "plivo",
    "smtp",
    "sendgrid",
    "mailgun",
    "postmark",
    "mailchimp",
    "ses",
    "resend",
    "stripe",
    "paypal",
    "square",
    "braintree",
    "adyen",
    "paddle",
    "mollie",
    "razorpay",
    "klarna",
    "fhir",
    "epic",
    "cerner",
    "athenahealth",
    "slack",
    "discord",
    "microsoft_teams",
    "mattermost",
    "telegram",
    "http",
    "zapier",
    "shopify",
    "woocommerce",
    "s3",
    "gcs",
    "dropbox",
    "google_drive",
    "minio",
    "onedrive",
    "google_calendar",
    "outlook_calendar",
    "caldav",
    "apple_calendar",
    "fcm",
    "apns",
    "onesignal",
    "whatsapp",
    "google_maps",
    "mapbox",
    "openstreetmap",
    "quickbooks",
    "xero",
    "freshbooks",
    "sage",
    "docusign",
    "hellosign",
    "zoom",
    "google_meet",
    "jitsi",
];

pub(super) fn integrations(raw: &RawBlueprint, report: &mut Report) -> Vec<Integration> {
    let at = Pointer::root("integration");
    let mut integrations = Vec::new();
    for (name, written) in &raw.integration {
        let at = at.child(name);
        names::snake_case(name, &at, "an integration", report);
        let message = format!("the integration `{name}` cannot run yet in this version; nothing is sent");
        let hint = slip(name, USUAL).unwrap_or_else(|| RUNS_WITHOUT.to_owned());
        report.warn(&at, "cannot_run_yet", message, Some(hint));
        if let Some(provider) = &written.provider
            && let Some(hint) = slip(provider, USUAL_PROVIDERS)
        {
            let message = format!("there is no provider {provider:?} that is known here");
            report.warn(&at.child("provider"), "unknown_name", message, Some(hint));
        }
        integrations.push(Integration { name: name.clone(), provider: written.provider.clone() });
    }
    integrations
}

fn slip(word: &str, usual: &[&'static str]) -> Option<String> {
    if usual.contains(&word) { None } else { perhaps(word, usual.iter().copied()) }
}

pub(super) fn automations(raw: &RawBlueprint, entities: &[Entity], report: &mut Report) -> Vec<Automation> {
    let at = Pointer::root("automation");
    let mut automations = Vec::new();
    for (name, written) in &raw.automation {
        let at = at.child(name);
        names::snake_case(name, &at, "an automation", report);
        check_action(&written.action, raw, &at.child("do"), report);
        let Some(trigger) = trigger(written, entities, &at, report) else {
            continue;
        };
        let message = format!("the automation `{name}` cannot run yet in this version; nothing is sent");
        report.warn(&at, "cannot_run_yet", message, Some(RUNS_WITHOUT.to_owned()));
        automations.push(Automation { name: name.clone(), trigger, action: written.action.clone() });
    }
    automations
}

fn trigger(raw: &RawAutomation, entities: &[Entity], at: &Pointer, report: &mut Report) -> Option<String> {
    match (&raw.on, &raw.every) {
        (Some(on), None) => {
            check_event(on, entities, &at.child("on"), report);
            Some(on.clone())
        }
        (None, Some(every)) => {
            check_cron(every, &at.child("every"), report);
            Some(every.clone())
        }
        (Some(_), Some(_)) => {
            report.key(
                &at.child("every"),
                "contradiction",
                "an automation has either `on` or `every`",
                Some("make two automations of it".to_owned()),
            );
            None
        }
        (None, None) => {
            // Any other word was meant to say when and is already reported.
            if report.places.words(at).all(|word| word == "do" || word == "with") {
                let hint = "add `on = \"task.created\"` or `every = \"0 9 * * 1-5\"`".to_owned();
                report.key(at, "missing_word", "an automation needs `on` or `every`", Some(hint));
            }
            None
        }
    }
}

/// `task.created`, or `task.status=done` for the transition.
fn check_event(on: &str, entities: &[Entity], at: &Pointer, report: &mut Report) {
    let Some((entity_name, event)) = on.split_once('.') else {
        let hint = Some("for example \"task.created\" or \"task.status=done\"".to_owned());
        report.value(at, "event", format!("{on:?} is no event"), hint);
        return;
    };
    let Some(entity) = entities.iter().find(|entity| entity.name == entity_name) else {
        if !report.says(&Pointer::root("entity").child(entity_name)) {
            let hint =
                perhaps_or_list(entity_name, entities.iter().map(|entity| entity.name.as_str()).collect::<Vec<_>>());
            report.value(at, "unknown_name", format!("there is no entity {entity_name:?}"), hint);
        }
        return;
    };
    let Some((field_name, value)) = event.split_once('=') else {
        if !EVENTS.contains(&event) {
            report.value(at, "event", format!("{event:?} is no event"), perhaps_or_list(event, EVENTS));
        }
        return;
    };
    match entity.field(field_name) {
        Some(field) => {
            if let Err(complaint) = field.read_text(value) {
                report.value(
                    at,
                    "event",
                    format!("`{field_name}` {}", complaint.detail),
                    super::fields::advice(field, &value.into()),
                );
            }
        }
        None if entity.link(field_name).is_some() => {
            let message = format!("`{field_name}` is many-to-many: it becomes a set, never one value");
            report.value(at, "event", message, Some(format!("use \"{entity_name}.updated\"")));
        }
        None if report.says(&Pointer::root("entity").child(entity_name).child("field").child(field_name)) => {}
        None => {
            let hint =
                perhaps_or_list(field_name, entity.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>());
            report.value(at, "unknown_name", format!("there is no field {field_name:?} in `{entity_name}`"), hint);
        }
    }
}

fn check_action(action: &str, raw: &RawBlueprint, at: &Pointer, report: &mut Report) {
    let Some((integration, verb)) = action.split_once('.') else {
        let hint = Some("for example \"sms.send\"".to_owned());
        report.value(at, "automation", format!("{action:?} is not an integration and a verb"), hint);
        return;
    };
    let declared = raw.integration.contains_key(integration) || BUILT_IN.contains(&integration);
    if !declared && !report.says(&Pointer::root("integration").child(integration)) {
        let known: Vec<&str> = raw.integration.keys().map(String::as_str).chain(BUILT_IN).collect();
        let hint = match crate::nearest::perhaps(integration, known) {
            Some(hint) => hint,
            None => format!("declare it: `[integration.{}]`", integration.escape_debug()),
        };
        report.value(at, "unknown_name", format!("there is no integration {integration:?}"), Some(hint));
    }
    if !names::is_snake_case(verb) {
        report.value(at, "automation", names::not_snake(verb), names::snake_hint(verb));
    }
}

/// Five words: minute, hour, day of the month, month, day of the week.
fn check_cron(every: &str, at: &Pointer, report: &mut Report) {
    const WORDS: [(&str, u32, u32); 5] =
        [("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 7)];
    let written: Vec<&str> = every.split_whitespace().collect();
    if written.len() != WORDS.len() {
        let message = format!("a time has five words, found {}", written.len());
        let hint =
            "minute, hour, day of the month, month, day of the week: \"0 9 * * 1-5\" is 9:00 from Monday to Friday";
        report.value(at, "cron", message, Some(hint.to_owned()));
        return;
    }
    for (word, (name, least, greatest)) in written.iter().zip(WORDS) {
        if !word.split(',').all(|part| is_cron_part(part, least, greatest)) {
            let hint = Some(format!("numbers from {least} to {greatest}, as `*`, `5`, `1-5`, `*/15` or `1,3,5`"));
            report.value(at, "cron", format!("{word:?} is no {name}"), hint);
        }
    }
}

fn is_cron_part(part: &str, least: u32, greatest: u32) -> bool {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u32>().ok()).flatten().filter(|number| (least..=greatest).contains(number))
    };
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    if step.is_some_and(|step| number(step).is_none_or(|step| step == 0)) {
        return false;
    }
    match range.split_once('-') {
        Some((from, to)) => {
            matches!((number(from), number(to)), (Some(from), Some(to)) if from <= to)
        }
        None => range == "*" || number(range).is_some(),
    }
}
