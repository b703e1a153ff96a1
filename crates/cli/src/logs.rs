//! Logs, on stderr: lines for people on a terminal, JSON lines for machines and in production. `RUST_LOG` says what.

use std::io::{self, IsTerminal};

use server::logs::{self, Form, LogError};

use crate::config::Environment;
use crate::failure::Failure;
use crate::screen::Screen;

/// Starts logging, for the rest of the process.
///
/// # Errors
/// `RUST_LOG` is no filter.
pub fn start(screen: &Screen, environment: &Environment) -> Result<(), Failure> {
    let quiet_default = if screen.manner.quiet { "error" } else { "info" };
    let wanted = environment.get("RUST_LOG").filter(|text| !text.trim().is_empty());
    let wanted = wanted.unwrap_or_else(|| quiet_default.to_owned());
    let in_production = environment.get("ENV").is_some_and(|stage| stage.trim() == "production");
    let for_people = io::stderr().is_terminal() && !in_production;
    let form = if for_people { Form::Text { color: screen.color_err() } } else { Form::Json };
    logs::start(&wanted, form).map_err(|error| match error {
        LogError::Filter(why) => Failure::new(format!("RUST_LOG: `{wanted}` is no filter: {why}"))
            .hint("write RUST_LOG=warn or RUST_LOG=server=debug"),
        LogError::Started(_) => Failure::new(error),
    })
}
