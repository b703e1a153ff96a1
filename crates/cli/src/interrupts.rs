//! Ctrl-C around questions on a terminal. While one is asked the process must live, to say that nothing was written, with the
//! cursor shown again. A handler that was once put there stays, so from then on it ends the process as the system would have,
//! until whoever serves sees to the end of it himself.

#[cfg(unix)]
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(unix)]
use std::sync::mpsc::channel;
#[cfg(unix)]
use std::thread;

#[cfg(unix)]
use crate::failure::STOPPED;

/// Whether Ctrl-C ends the process.
static ENDS: AtomicBool = AtomicBool::new(false);

/// As long as this lives, Ctrl-C ends nothing.
pub struct Held(());

impl Held {
    pub fn now() -> Held {
        ENDS.store(false, Ordering::SeqCst);
        #[cfg(unix)]
        listen();
        Held(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        ENDS.store(true, Ordering::SeqCst);
    }
}

/// From here on somebody else sees to it.
pub fn leave() {
    ENDS.store(false, Ordering::SeqCst);
}

#[cfg(unix)]
fn listen() {
    static LISTENS: Once = Once::new();
    LISTENS.call_once(|| {
        let (ready, is_ready) = channel();
        thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(async {
                let Ok(mut signal) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt()) else {
                    return;
                };
                let _ = ready.send(());
                while signal.recv().await.is_some() {
                    if ENDS.load(Ordering::SeqCst) {
                        std::process::exit(i32::from(STOPPED));
                    }
                }
            });
        });
        // The thread may have given up: then Ctrl-C ends the process, as without it.
        let _ = is_ready.recv();
    });
}
