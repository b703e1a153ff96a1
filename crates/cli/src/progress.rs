//! How far something is that takes more than a second: a line that renews itself on a terminal, now and then a line in a pipe.

use std::io::IsTerminal;
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
