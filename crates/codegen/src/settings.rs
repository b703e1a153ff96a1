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
    let described = setting.default == "none" || setting.default.contains(' ');
    SettingView {
        name: setting.name,
        summary: setting.summary,
        default: setting.default,
        value: if described { "" } else { setting.default },
    }
}
