//! A server under measurement: a process that says its address in one line of JSON and ends when it is let go.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bench::http::Connection;
use crate::failure::{Failure, Result};

/// How long a server may take to end by itself.
const STOP: Duration = Duration::from_secs(15);

/// A process that serves.
pub struct Running {
    child: Child,
    /// `127.0.0.1:8000`.
    address: String,
    /// Held open, for a server that prints into a closed pipe would fail.
    _output: BufReader<ChildStdout>,
}

impl Running {
    /// Starts a command and waits for the line that has a `url`.
    pub fn start(command: &mut Command) -> Result<Running> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::cannot(format!("start {name}"), error))?;
        let output = child.stdout.take().map(BufReader::new);
        let Some(mut output) = output else { return Err(Failure::new(format!("{name} has no output"))) };
        match address(&mut output) {
            Some(address) => Ok(Running { child, address, _output: output }),
            None => {
                stop(&mut child);
                Err(Failure::new(format!("{name} ended, or closed its output, without a line of JSON with \"url\"")))
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

    /// Memory that it holds now.
    pub fn rss_bytes(&self) -> Result<u64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(&path).map_err(|error| Failure::cannot(format!("read {path}"), error))?;
        rss(&status).ok_or_else(|| Failure::new(format!("{path} has no VmRSS")))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        stop(&mut self.child);
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

fn address(output: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    while output.read_line(&mut line).ok()? > 0 {
        let said: Option<Value> = serde_json::from_str(&line).ok();
        if let Some(url) = said.as_ref().and_then(|said| said["url"].as_str()) {
            return Some(url.trim_start_matches("http://").trim_end_matches('/').to_owned());
        }
        line.clear();
    }
    None
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
        let mut output = "starting\n{\"ready\": true}\n{\"url\": \"http://127.0.0.1:81/\"}\n{\"url\": 2}\n".as_bytes();
        assert_eq!(address(&mut output).as_deref(), Some("127.0.0.1:81"));
        assert_eq!(address(&mut "only words\n".as_bytes()), None);
    }

    #[test]
    fn memory_is_read_in_bytes() {
        assert_eq!(rss("Name:\tx\nVmHWM:\t  9 kB\nVmRSS:\t   20480 kB\n"), Some(20 * 1024 * 1024));
        assert_eq!(rss("Name:\tx\n"), None);
    }

    #[test]
    fn a_program_that_does_not_serve_is_told() {
        let failure = Running::start(&mut Command::new("true")).err().unwrap();
        assert!(failure.to_string().contains("without a line of JSON"), "{failure}");
    }
}
