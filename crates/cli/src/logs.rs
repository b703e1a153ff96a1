//! Logs, on stderr: lines for people on a terminal, JSON lines for machines otherwise. `RUST_LOG` says what.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

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
    let filter = EnvFilter::try_new(&wanted).map_err(|error| {
        Failure::new(format!("RUST_LOG: `{wanted}` is no filter: {error}"))
            .hint("write RUST_LOG=warn or RUST_LOG=server=debug")
    })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let started = if io::stderr().is_terminal() {
        builder.with_ansi(screen.color_err()).with_target(false).try_init()
    } else {
        builder.json().flatten_event(true).with_current_span(false).try_init()
    };
    started.map_err(Failure::new)
}
