//! How far something is that takes more than a second: a line that renews itself on a terminal, now and then a line in a pipe.

use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::screen::Screen;

const AFTER: Duration = Duration::from_secs(1);
const ON_A_TERMINAL: Duration = Duration::from_millis(200);
const IN_A_PIPE: Duration = Duration::from_secs(5);

/// What is counted, and when it is told next.
pub struct Progress {
    wanted: usize,
    what: &'static str,
    shown: bool,
    on_terminal: bool,
    next: Instant,
}

impl Progress {
    pub fn new(screen: &Screen, wanted: usize, what: &'static str) -> Progress {
        let shown = !screen.manner.quiet && !screen.manner.json;
        Progress { wanted, what, shown, on_terminal: std::io::stderr().is_terminal(), next: Instant::now() + AFTER }
    }

    pub fn tell(&mut self, done: usize) {
        if !self.shown || Instant::now() < self.next {
            return;
        }
        let (wanted, what) = (self.wanted, self.what);
        if self.on_terminal {
            eprint!("\r{done} of {wanted} {what}");
        } else {
            eprintln!("{done} of {wanted} {what}");
        }
        self.next = Instant::now() + if self.on_terminal { ON_A_TERMINAL } else { IN_A_PIPE };
    }

    /// Leaves the line as if nothing had stood there.
    pub fn end(&self) {
        if self.shown && self.on_terminal {
            eprint!("\r\u{1b}[K");
        }
    }
}

/// Does something of which nobody knows how far it is, and tells how long it has taken so far.
pub fn timed<T>(screen: &Screen, what: &str, run: impl FnOnce() -> T) -> T {
    if screen.manner.quiet || screen.manner.json {
        return run();
    }
    let on_terminal = std::io::stderr().is_terminal();
    let (ended, ends) = channel::<()>();
    std::thread::scope(|threads| {
        threads.spawn(move || {
            let began = Instant::now();
            let mut next = AFTER;
            while ends.recv_timeout(next) == Err(RecvTimeoutError::Timeout) {
                let seconds = began.elapsed().as_secs();
                if on_terminal {
                    eprint!("\r{what}: {seconds} s");
                    next = AFTER;
                } else {
                    eprintln!("{what}: {seconds} s");
                    next = IN_A_PIPE;
                }
            }
            if on_terminal && began.elapsed() > AFTER {
                eprint!("\r\u{1b}[K");
            }
        });
        let result = run();
        drop(ended);
        result
    })
}
