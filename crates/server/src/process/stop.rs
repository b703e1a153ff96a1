//! What ends a process that serves.

use std::io;

use futures_util::Stream;
use futures_util::stream;

/// How a server is told to stop. Told a second time, in whichever way, it ends at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// By whoever also sends it requests: those that are on their way are still taken, until he has heard of it.
    Announced,
    /// By somebody at a terminal, who is waiting.
    Promptly,
}

/// An announced stop for each SIGTERM and a prompt one for each Ctrl-C, of which it hears from now on.
///
/// # Errors
/// The system does not let the process hear them.
#[cfg(unix)]
pub fn stop_signals() -> io::Result<impl Stream<Item = Stop>> {
    use std::task::Poll;

    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(stream::poll_fn(move |context| {
        if interrupt.poll_recv(context).is_ready() {
            return Poll::Ready(Some(Stop::Promptly));
        }
        terminate.poll_recv(context).map(|_| Some(Stop::Announced))
    }))
}

/// A prompt stop for each Ctrl-C.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn stop_signals() -> io::Result<impl Stream<Item = Stop>> {
    Ok(stream::unfold((), |()| async {
        // Without a signal to hear, the server runs until it is ended from outside.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Some((Stop::Promptly, ()))
    }))
}
