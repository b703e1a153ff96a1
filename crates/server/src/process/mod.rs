//! What a process that serves needs around the server, whichever program it is: its environment, its logs, its end.
//!
//! `supermaker serve` and a project in code start alike because both take it from here.

mod environment;
pub mod logs;
mod stop;

use std::fmt;
use std::path::Path;

pub use environment::Environment;
pub use stop::{Stop, stop_signals};

use crate::settings::{Environment as Stage, SettingProblem, Settings};

/// Why a process does not come to serving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessError {
    /// What went wrong and where.
    pub message: String,
    /// What to try.
    pub hint: Option<&'static str>,
}

/// The settings: of `given`, such as a command line, and behind it of the environment. Relative paths start at the
/// folder.
///
/// # Errors
/// Everything that is wrong with them.
pub fn read_settings(
    folder: &Path,
    environment: &Environment,
    given: impl Fn(&str) -> Option<String>,
) -> Result<Settings, ProcessError> {
    checked(folder, environment, given).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
        ProcessError {
            message: format!("settings that cannot be used:\n{}", lines.join("\n")),
            hint: Some("they come from the environment and from .env beside the blueprint; .env.example explains them"),
        }
    })
}

/// The same of the environment alone, with each problem by itself.
pub fn checked_settings(folder: &Path, environment: &Environment) -> Result<Settings, Vec<SettingProblem>> {
    checked(folder, environment, |_| None)
}

fn checked(
    folder: &Path,
    environment: &Environment,
    given: impl Fn(&str) -> Option<String>,
) -> Result<Settings, Vec<SettingProblem>> {
    let mut settings = Settings::read(|name| given(name).or_else(|| environment.get(name)))?;
    settings.unheeded.extend(environment.slips());
    settings.database = settings.database.in_folder(folder);
    if let Some(files) = &mut settings.tls {
        files.certificate = folder.join(&files.certificate);
        files.key = folder.join(&files.key);
    }
    Ok(settings)
}

/// Whether a server of these settings would be in development and yet reachable by other machines.
pub fn is_exposed_development(settings: &Settings) -> bool {
    settings.environment == Stage::Development && !settings.host.is_loopback()
}

impl fmt::Display for ProcessError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)?;
        self.hint.map_or(Ok(()), |hint| write!(out, "\n  hint: {hint}"))
    }
}

impl std::error::Error for ProcessError {}
