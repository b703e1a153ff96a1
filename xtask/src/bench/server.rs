//! A server under measurement: a process that says its address in a line of its output and ends when it is let go.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::bench::http::Connection;
use crate::failure::{Failure, Result};

/// How long a server may take to end by itself.
const STOP: Duration = Duration::from_secs(15);
/// How long it may take, once it has said where, to take connections.
const START: Duration = Duration::from_secs(20);

/// A process that serves.
pub struct Running {
    child: Child,
    /// `127.0.0.1:8000`.
    address: String,
    /// Removed after it.
    folder: Option<TempDir>,
    /// Held open, for a server that prints into a closed pipe would fail.
    _output: BufReader<ChildStdout>,
}

impl Running {
    /// Starts a command, waits for the line that has its address, and until it takes connections.
    pub fn start(command: &mut Command) -> Result<Running> {
        Ok(Running::start_and_hear(command)?.0)
    }

    /// The same, with what it said in that line, if that was JSON.
    pub fn start_and_hear(command: &mut Command) -> Result<(Running, Value)> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::cannot(format!("start {name}"), error))?;
        let output = child.stdout.take().map(BufReader::new);
        let Some(mut output) = output else { return Err(Failure::new(format!("{name} has no output"))) };
        let Some((address, said)) = address(&mut output) else {
            stop(&mut child);
            return Err(Failure::new(format!("{name} ended, or closed its output, without a line with its address")));
        };
        let running = Running { child, address, folder: None, _output: output };
        running.wait()?;
        Ok((running, said))
    }

    /// Keeps a folder for as long as the server runs.
    pub fn keeping(mut self, folder: TempDir) -> Running {
        self.folder = Some(folder);
        self
    }

    /// Until it takes connections: some say their address before.
    fn wait(&self) -> Result<()> {
        let start = Instant::now();
        loop {
            match TcpStream::connect(&self.address) {
                Ok(_) => return Ok(()),
                Err(error) if start.elapsed() > START => {
                    return Err(Failure::cannot(format!("connect to {}", self.address), error));
                }
                Err(_) => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    /// Where it listens: host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A new connection to it.
    pub fn connect(&self) -> Result<Connection> {
        Connection::open(&self.address)
    }

    /// Memory that it and its workers hold now.
    pub fn rss_bytes(&self) -> Result<u64> {
        tree(self.child.id()).into_iter().map(rss_of).sum()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        stop(&mut self.child);
        // Only now, for it writes until its end.
        drop(self.folder.take());
    }
}

/// Lets the server close its database; kills it only if it does not end.
fn stop(child: &mut Child) {
    let asked = Command::new("kill").arg(child.id().to_string()).status().is_ok_and(|status| status.success());
    let start = Instant::now();
    while asked && start.elapsed() < STOP {
        match child.try_wait() {
            Ok(None) => std::thread::sleep(Duration::from_millis(2)),
            Ok(Some(_)) | Err(_) => break,
        }
    }
    // Both say nothing of use for a process that has ended.
    let _ = child.kill();
    let _ = child.wait();
}

/// The first line with a `http://`, and all of it that is JSON.
fn address(output: &mut impl BufRead) -> Option<(String, Value)> {
    let mut line = String::new();
    while output.read_line(&mut line).ok()? > 0 {
        if let Some((_, after)) = line.split_once("http://") {
            let end = after.find(|letter: char| !letter.is_ascii_alphanumeric() && !".:-".contains(letter));
            let address = after.get(..end.unwrap_or(after.len()))?.to_owned();
            return Some((address, serde_json::from_str(&line).unwrap_or_default()));
        }
        line.clear();
    }
    None
}

/// A port that nobody uses, for programs that cannot choose one and say which.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| Failure::cannot("find a free port", error))
}

/// A process and all below it.
fn tree(process: u32) -> Vec<u32> {
    let path = format!("/proc/{process}/task/{process}/children");
    let children = std::fs::read_to_string(path).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|child| child.parse().ok());
    std::iter::once(process).chain(children.flat_map(tree)).collect()
}

fn rss_of(process: u32) -> Result<u64> {
    let path = format!("/proc/{process}/status");
    let status = std::fs::read_to_string(&path).map_err(|error| Failure::cannot(format!("read {path}"), error))?;
    rss(&status).ok_or_else(|| Failure::new(format!("{path} has no VmRSS")))
}

fn rss(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_in_the_first_line_that_has_one() {
        let heard = |text: &str| address(&mut text.as_bytes()).map(|(address, said)| (address, said["more"].clone()));
        let json = "starting\n{\"ready\": true}\n{\"url\": \"http://127.0.0.1:81\", \"more\": 7}\nhttp://else\n";
        assert_eq!(heard(json), Some(("127.0.0.1:81".to_owned(), 7.into())));
        assert_eq!(heard("10:48 Server started at http://127.0.0.1:90/\n").unwrap().0, "127.0.0.1:90");
        assert_eq!(heard("only words\n"), None);
    }

    #[test]
    fn memory_is_read_in_bytes() {
        assert_eq!(rss("Name:\tx\nVmHWM:\t  9 kB\nVmRSS:\t   20480 kB\n"), Some(20 * 1024 * 1024));
        assert_eq!(rss("Name:\tx\n"), None);
    }

    #[test]
    fn a_program_that_does_not_serve_is_told() {
        let failure = Running::start(&mut Command::new("true")).err().unwrap();
        assert!(failure.to_string().contains("without a line with its address"), "{failure}");
    }
}
