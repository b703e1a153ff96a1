//! Ctrl-C and SIGTERM around questions on a terminal. While one is asked the terminal hands over single keys and hides the cursor,
//! so the process must live to say that nothing was written; and whoever ends it from elsewhere must find the terminal as it was.
//! A handler that was once put there stays, so from then on it ends the process as the system would have, until whoever serves sees
//! to the end of it himself.

#[cfg(unix)]
use std::sync::atomic::AtomicU8;
#[cfg(unix)]
use std::sync::atomic::Ordering;
#[cfg(unix)]
use std::sync::mpsc::channel;
#[cfg(unix)]
use std::sync::{Mutex, Once, PoisonError};
#[cfg(unix)]
use std::thread;
#[cfg(unix)]
use std::time::Duration;

#[cfg(unix)]
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

#[cfg(unix)]
use crate::failure::{STOPPED, TERMINATED};

/// A question is asked: Ctrl-C is a key.
#[cfg(unix)]
const ASKED: u8 = 0;
/// Both end the process.
#[cfg(unix)]
const ENDS: u8 = 1;
/// Somebody else sees to it.
#[cfg(unix)]
const LEFT: u8 = 2;

#[cfg(unix)]
static STATE: AtomicU8 = AtomicU8::new(LEFT);
/// How often it is looked whether the terminal stays as it was, and how long after each other.
#[cfg(unix)]
const LOOKS: usize = 10;
#[cfg(unix)]
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// The terminal as it was before the question.
#[cfg(unix)]
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// As long as this lives, Ctrl-C ends nothing.
pub struct Held(());

impl Held {
    pub fn now() -> Held {
        #[cfg(unix)]
        {
            *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = tcgetattr(std::io::stdin()).ok();
            STATE.store(ASKED, Ordering::SeqCst);
            listen();
        }
        Held(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        #[cfg(unix)]
        STATE.store(ENDS, Ordering::SeqCst);
    }
}

/// From here on somebody else sees to it.
pub fn leave() {
    #[cfg(unix)]
    STATE.store(LEFT, Ordering::SeqCst);
}

#[cfg(unix)]
fn listen() {
    static LISTENS: Once = Once::new();
    LISTENS.call_once(|| {
        let (ready, is_ready) = channel();
        thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(async {
                let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
                let (Ok(interrupts), Ok(terminations)) = signals else { return };
                let _ = ready.send(());
                hear(interrupts, terminations).await;
            });
        });
        // The thread may have given up: then both end the process, as without it.
        let _ = is_ready.recv();
    });
}

#[cfg(unix)]
async fn hear(mut interrupts: Signal, mut terminations: Signal) {
    loop {
        let code = tokio::select! {
            Some(()) = interrupts.recv() => STOPPED,
            Some(()) = terminations.recv() => TERMINATED,
            else => return,
        };
        match (STATE.load(Ordering::SeqCst), code) {
            (LEFT, _) | (ASKED, STOPPED) => continue,
            (ASKED, _) => give_back(),
            _ => {}
        }
        std::process::exit(i32::from(code));
    }
}

/// What became of the question, with the cursor, and the terminal as it was. Who asks switches it for each key, as soon as the
/// terminal has taken what was shown, and may be about to do so: it is given back until it stays.
#[cfg(unix)]
fn give_back() {
    eprintln!("\u{1b}[?25h\nstopped at a question; nothing was written");
    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(before) = before.as_ref() else { return };
    for _ in 0..LOOKS {
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
        thread::sleep(BETWEEN_LOOKS);
    }
    let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
}
