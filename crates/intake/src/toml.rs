//! The draft written down as a blueprint.
//!
//! Always the same order and form, so that the same words give the same bytes. Only words that the engine enforces are
//! written; what they cannot say stays in the summary.

use std::fmt::Write;

use crate::draft::{Automation, Draft, Entity, Field};
use crate::lexicon::fields::FieldType;
use crate::lexicon::integrations;

/// Letters of a text that an index takes.
const LONGEST_INDEXED: u32 = 500;

/// The blueprint as TOML.
pub(crate) fn write(draft: &Draft, request: &str) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    line("#:schema ./blueprint.schema.json".into());
    line(format!("# The blueprint of {}. Everything else is derived from this file.", draft.app));
    line(String::new());
    line("[app]".into());
    line(format!("name = {}", quote(&draft.app)));
    let summary = draft.settings.summary.clone().unwrap_or_else(|| crate::title::title(draft));
    if !summary.is_empty() {
        line(format!("summary = {}", quote(&summary)));
    }
    line(format!("request = {}", quote(request)));
    line(String::new());
    line("[api]".into());
    line(format!("prefix = {}", quote(draft.prefix.as_deref().unwrap_or("/api/v1"))));
    if draft.user_path {
        line("user_path = true".into());
    }
    draft.settings.api.iter().for_each(|words| line(words.clone()));
    line(String::new());
    line("[auth]".into());
    let sign_up = if draft.sign_up_invited { "invite" } else { "open" };
    line(format!("sign_up = {}", quote(draft.settings.sign_up.as_deref().unwrap_or(sign_up))));
    if !draft.roles.is_empty() {
        line(format!("roles = {}", list(&draft.roles)));
    }
    draft.settings.auth.iter().for_each(|words| line(words.clone()));
    if !draft.settings.user_fields.is_empty() {
        line(String::new());
        line("[user.field]".into());
        draft
            .settings
            .user_fields
            .iter()
            .for_each(|field| line(format!("{} = {{ {} }}", field.name, field_text(field))));
    }
    for entity in &draft.entities {
        line(String::new());
        line(entity_text(entity).trim_end().to_owned());
    }
    for used in &draft.integrations {
        line(String::new());
        line(format!("[integration.{}]\nprovider = {}", used.category, quote(used.provider)));
    }
    for (name, provider) in &draft.settings.integrations {
        line(String::new());
        line(format!("[integration.{name}]"));
        if let Some(provider) = provider {
            line(format!("provider = {}", quote(provider)));
        }
    }
    let mut names: Vec<String> = Vec::new();
    for automation in &draft.automations {
        if let Some(text) = automation_text(draft, automation, &mut names) {
            line(String::new());
            line(text);
        }
    }
    out
}

pub(crate) fn entity_text(entity: &Entity) -> String {
    let mut out = String::new();
    let audited = if entity.audit_reads { "audit_reads = true\n" } else { "" };
    let said: String = entity.said.iter().map(|words| format!("{words}\n")).collect();
    let _ = writeln!(out, "[entity.{0}]\nowner = {1}\n{audited}{said}[entity.{0}.field]", entity.name, entity.owned);
    let width = entity.fields.iter().map(|field| field.name.len()).max().unwrap_or(0);
    for field in &entity.fields {
        let _ = writeln!(out, "{:width$} = {{ {} }}", field.name, field_text(field));
    }
    let rights = [
        ("read", &entity.rights.read),
        ("create", &entity.rights.create),
        ("update", &entity.rights.update),
        ("delete", &entity.rights.delete),
    ];
    if rights.iter().any(|(_, list)| list.is_some()) || !entity.rights.actions.is_empty() {
        let _ = writeln!(out, "[entity.{}.access]", entity.name);
        for (operation, who) in rights {
            if let Some(who) = who {
                let _ = writeln!(out, "{operation:6} = {}", rules(who));
            }
        }
        for (action, who) in &entity.rights.actions {
            let _ = writeln!(out, "{action:6} = {}", rules(who));
        }
    }
    for action in &entity.actions {
        let _ = writeln!(out, "[entity.{}.action.{}]", entity.name, action.name);
        action.does.iter().for_each(|words| {
            let _ = writeln!(out, "{words}");
        });
    }
    out
}

pub(crate) fn field_text(field: &Field) -> String {
    let mut parts = vec![format!("type = {}", quote(field.kind.word()))];
    if let Some(to) = &field.to {
        parts.push(format!("to = {}", quote(to)));
    }
    if field.many {
        parts.push("many = true".into());
    }
    if field.required == Some(true) {
        parts.push("required = true".into());
    }
    parts.extend(field.on_delete.map(|word| format!("on_delete = {}", quote(word))));
    if field.unique && !matches!(field.kind, FieldType::Json | FieldType::LongText | FieldType::Reference) {
        parts.push("unique = true".into());
    }
    if field.kind == FieldType::Enum {
        parts.push(format!("values = {}", list(&field.values)));
    }
    match (&field.default, field.kind) {
        (Some(default), FieldType::Enum) => parts.push(format!("default = {}", quote(default))),
        (Some(default), FieldType::Boolean) => parts.push(format!("default = {default}")),
        _ => {}
    }
    if matches!(field.kind, FieldType::Integer | FieldType::Money | FieldType::Decimal) {
        parts.extend(field.min.map(|min| format!("min = {min}")));
        parts.extend(field.max.map(|max| format!("max = {max}")));
    }
    if matches!(field.kind, FieldType::Text | FieldType::LongText) {
        parts.extend(field.min_length.map(|min| format!("min_length = {min}")));
        parts.extend(field.max_length.map(|max| format!("max_length = {max}")));
    }
    if field.kind == FieldType::Money {
        parts.push(format!("currency = {}", quote(field.currency.as_deref().unwrap_or("USD"))));
    }
    if field.sensitive {
        parts.push("sensitive = true".into());
    }
    if field.index && field.max_length.is_none_or(|most| most <= LONGEST_INDEXED) {
        parts.push("index = true".into());
    }
    parts.extend(field.said.iter().cloned());
    parts.extend(field.read.as_ref().map(|who| format!("read = {}", rules(who))));
    parts.extend(field.write.as_ref().map(|who| format!("write = {}", rules(who))));
    parts.join(", ")
}

/// Automations whose trigger the blueprint's words can say.
pub(crate) fn automation_text(draft: &Draft, automation: &Automation, names: &mut Vec<String>) -> Option<String> {
    let trigger = &automation.trigger;
    let entity = trigger.entity.as_deref().and_then(|name| draft.entity(name));
    let integration = integrations::by_name(automation.action)
        .filter(|found| draft.integrations.iter().any(|used| used.category == found.name))?;
    let when = match (trigger.kind, entity) {
        ("schedule", _) => format!("every = {}", quote(trigger.cron.as_deref()?)),
        ("created" | "deleted", Some(entity)) => {
            format!("on = {}", quote(&format!("{}.{}", entity.name, trigger.kind)))
        }
        ("changed", Some(entity)) => {
            let value =
                trigger.field.as_deref().and_then(|field| entity.field(field)).zip(trigger.value.as_ref()).and_then(
                    |(field, value)| {
                        let flag = field.kind == FieldType::Boolean && value == "true";
                        Some((field, if flag { value } else { field.value(value)? }))
                    },
                );
            match value {
                Some((field, value)) => format!("on = {}", quote(&format!("{}.{}={value}", entity.name, field.name))),
                None => format!("on = {}", quote(&format!("{}.updated", entity.name))),
            }
        }
        _ => return None,
    };
    // "paid", not "true".
    let state = trigger.value.as_deref().filter(|value| *value != "true").or(trigger.field.as_deref());
    let state = state.filter(|_| trigger.value.is_some()).unwrap_or(trigger.kind);
    let mut name = match entity {
        Some(entity) => format!("{}_{}_{state}", integration.name, entity.name),
        None => format!("{}_{}", integration.name, trigger.kind),
    };
    while names.contains(&name) {
        name.push_str("_again");
    }
    names.push(name.clone());
    Some(format!(
        "[automation.{name}]\n{when}\ndo = \
        {}",
        quote(&format!("{}.{}", integration.name, integration.verb))
    ))
}

/// Who may: words in quotes, conditions as they are.
pub(crate) fn rules(words: &[String]) -> String {
    let written = words.iter().map(|word| if word.starts_with('{') { word.clone() } else { quote(word) });
    format!("[{}]", written.collect::<Vec<_>>().join(", "))
}

fn list(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
    format!("[{}]", quoted.join(", "))
}

/// A basic string: quotes, backslashes and control characters escaped.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped() {
        assert_eq!(quote("say \"hi\"\n\\ \u{7}"), "\"say \\\"hi\\\"\\n\\\\ \\u0007\"");
    }
}
