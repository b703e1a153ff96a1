//! Panics, which are bugs of ours, in the log: where, what, and for which request.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;

/// Letters of a message that are kept: one that prints a whole value may be long.
const MOST: usize = 500;

/// From now on panics are lines of the log, in its form, instead of text of their own on stderr.
pub(super) fn log_them() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current();
        // Only kept where the environment asks for it (RUST_BACKTRACE).
        let backtrace = Backtrace::capture();
        let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
        tracing::error!(target: "panic", place, thread = thread.name(), backtrace, "{}", message(panic));
    }));
}

/// What was said. Secrets are a type that prints `****`, so they cannot be in it.
fn message(panic: &PanicHookInfo<'_>) -> String {
    let text = panic.payload_as_str().unwrap_or("a panic without a message");
    text.chars().take(MOST).collect()
}
