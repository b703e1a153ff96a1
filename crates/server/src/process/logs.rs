//! Which logs a process wants: lines for people on a terminal, JSON lines for machines and in production. `RUST_LOG` says what.

use std::io::{self, IsTerminal};

use super::{Environment, ProcessError};
use crate::trace::logs::{self, Form, LogError};

/// How logs are to look.
#[derive(Debug, Clone, Copy)]
pub struct Logs {
    /// What is logged where `RUST_LOG` does not say.
    pub default: &'static str,
    /// Whether lines for people have colour.
    pub color: bool,
}

/// Starts logging, for the rest of the process.
///
/// # Errors
/// `RUST_LOG` is no filter.
pub fn start(logs: Logs, environment: &Environment) -> Result<(), ProcessError> {
    let wanted = environment.get("RUST_LOG").filter(|text| !text.trim().is_empty());
    let wanted = wanted.unwrap_or_else(|| logs.default.to_owned());
    let in_production = environment.get("ENV").is_some_and(|stage| stage.trim() == "production");
    let for_people = io::stderr().is_terminal() && !in_production;
    let form = if for_people { Form::Text { color: logs.color } } else { Form::Json };
    logs::start(&wanted, form).map_err(|error| match error {
        LogError::Filter(why) => ProcessError {
            message: format!("RUST_LOG: `{wanted}` is no filter: {why}"),
            hint: Some("write RUST_LOG=warn or RUST_LOG=server=debug"),
        },
        LogError::Started(why) => ProcessError { message: why, hint: None },
    })
}
