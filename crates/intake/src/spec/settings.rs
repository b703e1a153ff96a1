//! What only our own specifications have: settings of the app, facts of a record, and what its actions do.
//!
//! `codegen` writes them (`documents/specification.rs`); each is read wherever it stands.

use super::column::renamed_from;
use super::text::{code, exact, parts};
use super::value;
use crate::draft::{Action, Draft};
use crate::toml::quote;

/// The line that says that a file is one of ours, and of which form.
pub(super) const MARK: &str = "<!-- supermaker specification ";
/// The form that is read.
pub(super) const FORM: u32 = 1;

/// The form of a file, if it is one of ours.
pub(super) fn form(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once(MARK)?;
    rest.split([' ', ':', '-']).next()?.parse().ok()
}

/// What bullets under the heading of a record say of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// The name in the singular.
    pub name: Option<String>,
    summary: Option<String>,
    soft_delete: bool,
    audit_reads: bool,
    on_user_delete: Option<&'static str>,
    /// Names that it had before.
    former: Vec<String>,
}

impl Facts {
    /// Takes a bullet, if it is such a fact.
    pub(super) fn take(&mut self, item: &str) -> bool {
        let Some((label, text)) = item.split_once(':') else { return false };
        let label = label.trim_matches(['*', '`', ' ']).to_lowercase();
        let text = text.trim().trim_start_matches("**").trim();
        let yes = matches!(text.to_lowercase().trim_matches('`'), "yes" | "true");
        match label.as_str() {
            "one of them" => self.name = Some(exact(text)),
            "what it is" => self.summary = Some(exact(text)),
            "soft delete" => self.soft_delete = yes,
            "audit of reads" => self.audit_reads = yes,
            "when its owner goes" => {
                self.on_user_delete = ["restrict", "delete", "hand_over"].into_iter().find(|word| *word == exact(text));
            }
            "formerly" => self.former = parts(text, &[","]).into_iter().map(|name| exact(name.trim())).collect(),
            _ => return false,
        }
        true
    }

    /// The record's own words of the blueprint.
    pub(super) fn said(&self, owned: bool) -> Vec<String> {
        let summary = self.summary.as_ref().map(|text| format!("summary = {}", quote(text)));
        let gone = self.on_user_delete.filter(|_| owned).map(|word| format!("on_user_delete = {}", quote(word)));
        let trash = self.soft_delete.then(|| "soft_delete = true".to_owned());
        summary.into_iter().chain(renamed_from(&self.former)).chain(trash).chain(gone).collect()
    }

    pub(super) fn audit_reads(&self) -> bool {
        self.audit_reads
    }
}

/// A setting and its value, as a table has them.
pub(super) type Setting = (String, String);

/// Whether a table has settings of the app.
pub(super) fn is_setting(name: &str) -> bool {
    ["app.", "api.", "auth.", "integration."].iter().any(|group| name.starts_with(group))
}

/// Puts the settings into the draft; gives back those that are none.
pub(super) fn apply(settings: &[Setting], draft: &mut Draft) -> Vec<String> {
    let mut left = Vec::new();
    for (name, value) in settings {
        if set(name, &exact(value), draft).is_none() {
            left.push(format!("the setting {name} = {value}"));
        }
    }
    left
}

fn set(name: &str, text: &str, draft: &mut Draft) -> Option<()> {
    let words = || text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let one = |known: &[&str]| known.contains(&text).then(|| quote(text));
    let yes = || match text.to_lowercase().as_str() {
        "yes" | "true" => Some(true),
        "no" | "false" => Some(false),
        _ => None,
    };
    let settings = &mut draft.settings;
    let mut api = |line: String| settings.api.push(line);
    match name {
        "app.name" => draft.app = text.to_owned(),
        "app.summary" => settings.summary = Some(text.to_owned()),
        "api.prefix" => draft.prefix = Some(text.to_owned()),
        "api.user_path" => draft.user_path = yes()?,
        "api.put" => api(format!("put = {}", one(&["update", "replace"])?)),
        "api.errors" => api(format!("errors = {}", one(&["fastapi", "problem"])?)),
        "api.require_if_match" => api(format!("require_if_match = {}", yes()?)),
        "auth.sign_up" => settings.sign_up = one(&["open", "invite", "closed"]).map(|_| text.to_owned()).or(None),
        "auth.verify_email" => settings.auth.push(format!("verify_email = {}", yes()?)),
        "auth.roles" => draft.roles = words().map(str::to_owned).collect(),
        "auth.accept" => {
            let accepted: Vec<String> = words().map(quote).collect();
            settings.auth.push(format!("accept = [{}]", accepted.join(", ")));
        }
        name => {
            let category = name.strip_prefix("integration.").filter(|name| is_plain(name))?;
            settings.integrations.push((category.to_owned(), Some(text.to_owned()).filter(|text| text != "-")));
        }
    }
    Some(())
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

/// An action of a row of a table: its name, what it does, where alone, and what it is for.
///
/// # Errors
/// What cannot be read.
pub(super) fn action(name: &str, does: &str, when: &str, summary: &str) -> Result<Action, String> {
    let name = exact(name);
    if !is_plain(&name) {
        return Err(format!("\"{name}\" cannot be the name of an action"));
    }
    let (mut set, mut clear, mut add) = (Vec::new(), Vec::new(), Vec::new());
    let mut lines = Vec::new();
    if !summary.is_empty() {
        lines.push(format!("summary = {}", quote(&exact(summary))));
    }
    for part in parts(does, &[";"]).into_iter().map(str::trim).filter(|part| !part.is_empty()) {
        let unknown = || {
            format!(
                "\"{part}\" is nothing that an action does: set `field` to `value`, clear `field`, add `1` to `field`, turn `field` round, call `service.name`"
            )
        };
        let (verb, rest) = part.split_once(' ').ok_or_else(unknown)?;
        let field = |text: &str| Some(exact(text)).filter(|name| is_plain(name));
        let toml = |text: &str| value::toml_of(&serde_json::from_str(code(text.trim())?).ok()?);
        let done = match verb {
            "set" => rest.split_once(" to ").and_then(|(name, value)| {
                set.push(format!("{} = {}", field(name)?, toml(value)?));
                Some(())
            }),
            "add" => rest.split_once(" to ").and_then(|(value, name)| {
                add.push(format!("{} = {}", field(name)?, toml(value)?));
                Some(())
            }),
            "clear" => field(rest).map(|name| clear.push(quote(&name))),
            "turn" => {
                rest.strip_suffix(" round").and_then(field).map(|name| lines.push(format!("toggle = {}", quote(&name))))
            }
            "call" => {
                lines.push(format!("call = {}", quote(&exact(rest))));
                Some(())
            }
            _ => None,
        };
        done.ok_or_else(unknown)?;
    }
    let group = |word: &str, open: &str, parts: &[String], close: &str| {
        (!parts.is_empty()).then(|| format!("{word} = {open}{}{close}", parts.join(", ")))
    };
    lines.extend(group("set", "{ ", &set, " }"));
    lines.extend(group("clear", "[", &clear, "]"));
    lines.extend(group("add", "{ ", &add, " }"));
    if !when.trim().is_empty() {
        lines.push(format!("when = {}", quote(&exact(when))));
    }
    Ok(Action { name, does: lines })
}
