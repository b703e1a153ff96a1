//! Which logs a process wants: lines for people on a terminal, JSON lines for machines and in production. `RUST_LOG` says what.
//! And whether the spans of its requests go to a collector.

use std::io::{self, IsTerminal};

use super::{Environment, ProcessError};
use crate::trace::logs::{self, Form, LogError};
#[cfg(feature = "otlp")]
use crate::trace::otlp;

/// How logs are to look.
#[derive(Debug, Clone, Copy)]
pub struct Logs {
    /// What is logged where `RUST_LOG` does not say.
    pub default: &'static str,
    /// Whether lines for people have colour.
    pub color: bool,
}

/// Spans on their way to a collector, in a build that can export them. What waits is sent when this is dropped.
#[derive(Default)]
#[must_use = "what waits is sent when this is dropped"]
pub struct Export {
    #[cfg(feature = "otlp")]
    _sender: Option<otlp::Sender>,
}

/// Starts logging, for the rest of the process.
///
/// # Errors
/// `RUST_LOG` is no filter.
pub fn start(logs: Logs, environment: &Environment) -> Result<(), ProcessError> {
    let (filter, form) = wanted(logs, environment);
    logs::start(&filter, form).map_err(|error| in_words(&filter, error))
}

/// The same, and exports the spans of requests where the environment says so, under the name of an app.
///
/// # Errors
/// `RUST_LOG` is no filter, or what is said of the export cannot be used.
#[cfg_attr(not(feature = "otlp"), expect(unused_variables, reason = "only an export has a name"))]
pub fn start_exporting(logs: Logs, environment: &Environment, app: &str) -> Result<Export, ProcessError> {
    #[cfg(feature = "otlp")]
    if let Some(destination) = otlp::Destination::of(app, |name| environment.get(name)) {
        let (layer, sender) = destination.open().map_err(|why| ProcessError {
            message: format!("OTEL_EXPORTER_OTLP_ENDPOINT: {why}"),
            hint: Some("write OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318, or leave it out to export nothing"),
        })?;
        let (filter, form) = wanted(logs, environment);
        logs::start_beside(&filter, form, layer).map_err(|error| in_words(&filter, error))?;
        return Ok(Export { _sender: Some(sender) });
    }
    start(logs, environment)?;
    Ok(Export::default())
}

fn wanted(logs: Logs, environment: &Environment) -> (String, Form) {
    let wanted = environment.get("RUST_LOG").filter(|text| !text.trim().is_empty());
    let wanted = wanted.unwrap_or_else(|| logs.default.to_owned());
    let in_production = environment.get("ENV").is_some_and(|stage| stage.trim() == "production");
    let for_people = io::stderr().is_terminal() && !in_production;
    let form = if for_people { Form::Text { color: logs.color } } else { Form::Json };
    (wanted, form)
}

fn in_words(filter: &str, error: LogError) -> ProcessError {
    match error {
        LogError::Filter(why) => ProcessError {
            message: format!("RUST_LOG: `{filter}` is no filter: {why}"),
            hint: Some("write RUST_LOG=warn or RUST_LOG=server=debug"),
        },
        LogError::Started(why) => ProcessError { message: why, hint: None },
    }
}
