//! Logs as a command wants them: with the colours of the screen, and errors only where it was told to be quiet.

use server::process::{Environment, logs};

use crate::failure::Failure;
use crate::screen::Screen;

/// Starts logging, for the rest of the process.
///
/// # Errors
/// `RUST_LOG` is no filter.
pub fn start(screen: &Screen, environment: &Environment) -> Result<(), Failure> {
    let default = if screen.manner.quiet { "error" } else { "info" };
    Ok(logs::start(logs::Logs { default, color: screen.color_err() }, environment)?)
}
