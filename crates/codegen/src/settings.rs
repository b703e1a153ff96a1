//! `.env` and `.env.example`.

use serde::Serialize;

use crate::facts::{ProjectFacts, SettingFact};

/// One setting of `.env.example`.
#[derive(Debug, Serialize)]
pub(crate) struct SettingView {
    name: &'static str,
    summary: &'static str,
    default: &'static str,
    /// What stands after `=`: the default where it is a value and not a description of one.
    value: &'static str,
}

pub(crate) fn views(facts: &ProjectFacts) -> Vec<SettingView> {
    facts.settings.iter().map(view).collect()
}

fn view(setting: &SettingFact) -> SettingView {
    // The name of another setting is no value either: it would be taken as it stands.
    let is_name = |text: &str| text.contains('_') && text.chars().all(|it| it.is_ascii_uppercase() || it == '_');
    let described = setting.default == "none" || setting.default.contains(' ') || is_name(setting.default);
    SettingView {
        name: setting.name,
        summary: setting.summary,
        default: setting.default,
        value: if described { "" } else { setting.default },
    }
}
