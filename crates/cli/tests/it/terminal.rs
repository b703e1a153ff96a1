//! The program at a terminal: a pseudo-terminal with a size, somebody who types, and everything that was shown.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize};

const PATIENCE: Duration = Duration::from_secs(60);
/// How long a key has to have an effect before it is pressed again.
const AGAIN: Duration = Duration::from_millis(200);

pub struct Terminal {
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    child: Child,
    shown: String,
}

impl Terminal {
    /// Starts a command at a terminal of so many columns, in a locale.
    pub fn start(mut command: Command, columns: u16, locale: &str) -> Terminal {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        tcsetwinsize(&slave, Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let end = || Stdio::from(slave.try_clone().unwrap());
        // What the program is saying as Ctrl-C comes must not be thrown away by the terminal.
        let mut modes = tcgetattr(&slave).unwrap();
        modes.local_modes |= LocalModes::NOFLSH;
        tcsetattr(&slave, OptionalActions::Now, &modes).unwrap();
        command.env("TERM", "xterm-256color").env("LANG", locale).stdin(end()).stdout(end()).stderr(end());
        let child = command.spawn().unwrap();
        drop(command);
        drop(slave);
        let keyboard = File::from(master);
        let mut reader = keyboard.try_clone().unwrap();
        let (send, screen) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // When the last end of the terminal is closed, reading fails.
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if send.send(bytes.get(..count).unwrap_or_default().to_vec()).is_err() {
                    break;
                }
            }
        });
        Terminal { keyboard, screen, child, shown: String::new() }
    }

    /// Waits until a text has been shown since the last time: all that was shown up to its end.
    pub fn sees(&mut self, text: &str) -> String {
        let until = Instant::now() + PATIENCE;
        while !self.shown.contains(text) {
            match self.screen.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.shown += &String::from_utf8_lossy(&bytes),
                Err(_) => panic!("no {text:?} in {:?}", self.shown),
            }
        }
        let end = self.shown.find(text).unwrap() + text.len();
        self.shown.drain(..end).collect()
    }

    /// Somebody makes the window narrower or wider.
    pub fn has_columns(&self, columns: u16) {
        tcsetwinsize(&self.keyboard, Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    }

    /// How the terminal hands keys over: the flags of its local modes.
    pub fn modes(&self) -> LocalModes {
        tcgetattr(&self.keyboard).unwrap().local_modes
    }

    /// Ends the program with SIGTERM: its exit code, and the modes of the terminal then.
    pub fn terminated(mut self) -> (i32, LocalModes) {
        self.signals("-TERM");
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        (code, self.modes())
    }

    /// What Ctrl-C does at a terminal that is the program's own, which this one is not.
    pub fn interrupted(self) -> (i32, String) {
        self.signals("-INT");
        self.ends()
    }

    fn signals(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    pub fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Presses a key until the program has ended: between two reads of a key, the system may take it. Once it says something it
    /// is left alone, until it has been silent for a while.
    pub fn presses_until_it_ends(mut self, key: &str) -> (i32, String) {
        let until = Instant::now() + PATIENCE;
        self.types(key);
        loop {
            assert!(Instant::now() < until, "it does not end: {:?}", self.shown);
            match self.screen.recv_timeout(AGAIN) {
                Ok(bytes) => self.shown += &String::from_utf8_lossy(&bytes),
                Err(RecvTimeoutError::Timeout) => drop(self.keyboard.write_all(key.as_bytes())),
                Err(RecvTimeoutError::Disconnected) => return self.ends(),
            }
        }
    }

    /// The exit code, and what was shown since the last time.
    pub fn ends(mut self) -> (i32, String) {
        let until = Instant::now() + PATIENCE;
        while let Ok(bytes) = self.screen.recv_timeout(until.saturating_duration_since(Instant::now())) {
            self.shown += &String::from_utf8_lossy(&bytes);
        }
        (self.child.wait().unwrap().code().unwrap_or(-1), std::mem::take(&mut self.shown))
    }
}

/// Ended with the test, whatever the test does.
impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
