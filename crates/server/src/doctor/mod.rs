//! What stands between a blueprint with its settings and real users: looked at before anybody relies on it, and changing nothing.
//!
//! Each finding says what is so, why it matters and what mends it. `place` looks at files and the disk, `database` at
//! the server of the data, `audit` at what keeps that from being changed, `crate::blank` at rows from before, `people` at who can come in, `limits` at how much each may ask for.

mod audit;
mod database;
mod limits;
mod people;
mod place;

use std::path::Path;

use blueprint::Blueprint;
use serde::Serialize;

pub use self::place::secrets_file;

use crate::blank::{BlankRows, blank_rows};
use crate::process::{self, Environment};
use crate::settings::{Environment as Stage, SettingProblem, Settings};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Good,
    /// To be looked at.
    Warning,
    /// To be mended first.
    Error,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at, for machines: `clock`.
    pub name: &'static str,
    /// How bad it is.
    pub state: State,
    /// What is so.
    pub what: String,
    /// Why it matters; nothing where all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'static str>,
    /// What mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl Finding {
    fn good(name: &'static str, what: impl Into<String>) -> Finding {
        Finding { name, state: State::Good, what: what.into(), why: None, mend: None }
    }

    fn warning(name: &'static str, what: impl Into<String>, why: &'static str, mend: impl Into<String>) -> Finding {
        Finding { name, state: State::Warning, what: what.into(), why: Some(why), mend: Some(mend.into()) }
    }

    fn error(name: &'static str, what: impl Into<String>, why: &'static str, mend: impl Into<String>) -> Finding {
        Finding { state: State::Error, ..Finding::warning(name, what, why, mend) }
    }

    /// An error where real users are served, and a warning where things are tried.
    fn grave(self, settings: &Settings) -> Finding {
        let is_served = matches!(settings.environment, Stage::Production | Stage::Staging);
        Finding { state: if is_served { State::Error } else { State::Warning }, ..self }
    }
}

/// Looks at everything. The folder is that of the blueprint. It blocks the thread, for some seconds where a server does not answer.
pub fn examine(folder: &Path, environment: &Environment, blueprint: &Blueprint) -> Vec<Finding> {
    let mut findings = vec![place::secrets_file(folder)];
    let settings = match process::checked_settings(folder, environment) {
        Ok(settings) => settings,
        Err(problems) => {
            findings.extend(problems.into_iter().map(of_setting));
            return findings;
        }
    };
    findings.extend(of_settings(&settings));
    findings.extend(people::look(&settings, blueprint));
    findings.extend(limits::look(&settings, blueprint));
    findings.extend(place::data_file(&settings));
    findings.extend(place::disk(&settings));
    findings.extend(database::look(&settings));
    findings.extend(audit::look(&settings));
    findings.extend(blank(&settings, blueprint));
    findings
}

/// Rows that the blueprint of now would refuse.
fn blank(settings: &Settings, blueprint: &Blueprint) -> Vec<Finding> {
    match blank_rows(blueprint, settings) {
        None => Vec::new(),
        Some(found) if found.is_empty() => vec![Finding::good("rows", "every required text holds something")],
        Some(found) => {
            found.into_iter().map(|one| Finding::warning("rows", one.what, BlankRows::WHY, one.mend)).collect()
        }
    }
}

fn of_setting(problem: SettingProblem) -> Finding {
    let why = "the server does not start with it";
    Finding::error("settings", problem.to_string(), why, ".env.example explains every setting")
}

fn of_settings(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let stage = format!("ENV={}", settings.environment.name());
    findings.push(match settings.environment {
        Stage::Production => Finding::good("settings", format!("{stage}: weak settings are refused")),
        _ => Finding::warning(
            "settings",
            stage,
            "weak settings are taken, and what is for trying is shown",
            "ENV=production where real users come",
        ),
    });
    findings.push(if settings.secret_is_temporary {
        Finding::warning(
            "secrets",
            "SECRET_KEY is not set: a new one is made at each start",
            "every session ends when the server does, and two instances do not take each other's tokens",
            "echo \"SECRET_KEY=$(openssl rand -base64 48)\" >> .env, beside the blueprint",
        )
        .grave(settings)
    } else {
        Finding::good("secrets", "SECRET_KEY is set, and long enough")
    });
    findings.extend(settings.secret_key_previous.as_ref().map(|_| {
        let minutes = settings.access_lifetime.as_secs().div_ceil(60);
        Finding::warning(
            "secrets",
            "SECRET_KEY_PREVIOUS is set: what it signed counts too",
            "whoever knows it makes tokens of any user",
            format!(
                "take it out when every instance has run with the new SECRET_KEY for {minutes} minutes (JWT_EXPIRATION)"
            ),
        )
    }));
    let is_public = settings.public_url.as_deref().is_some_and(|url| url.starts_with("https:"));
    findings.push(if settings.tls.is_some() || is_public {
        Finding::good("tls", "browsers come by HTTPS")
    } else if settings.host.is_loopback() {
        let what = format!("plain HTTP on {}, for this machine alone", settings.host);
        let why = "with a proxy in front that speaks HTTPS the server must know its public name";
        Finding::warning("tls", what, why, "PUBLIC_URL=https://…, or TLS_CERT and TLS_KEY")
    } else {
        let what = format!("plain HTTP on {}", settings.host);
        let why = "passwords and tokens can be read on the way";
        Finding::warning("tls", what, why, "TLS_CERT and TLS_KEY, or a proxy and PUBLIC_URL=https://…").grave(settings)
    });
    let unheeded = settings.unheeded.iter();
    findings.extend(unheeded.map(|what| {
        Finding::warning(
            "settings",
            what.clone(),
            "it is set and has no effect",
            "take it out, or set what it was meant for",
        )
    }));
    findings
}
