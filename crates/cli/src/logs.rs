//! Logs as a command wants them: with the colours of the screen, and errors only where it was told to be quiet.

use server::process::{Environment, logs};

use crate::failure::Failure;
use crate::screen::Screen;

/// Starts logging, for the rest of the process.
///
/// # Errors
/// `RUST_LOG` is no filter.
pub fn start(screen: &Screen, environment: &Environment) -> Result<(), Failure> {
    Ok(logs::start(wanted(screen), environment)?)
}

/// The same for a program that serves an app, whose spans may be wanted elsewhere.
///
/// # Errors
/// `RUST_LOG` is no filter, or spans cannot go where they are wanted.
pub fn start_exporting(screen: &Screen, environment: &Environment, app: &str) -> Result<logs::Export, Failure> {
    Ok(logs::start_exporting(wanted(screen), environment, app)?)
}

fn wanted(screen: &Screen) -> logs::Logs {
    let default = if screen.manner.quiet { "error" } else { "info" };
    logs::Logs { default, color: screen.color_err() }
}
