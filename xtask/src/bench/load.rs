//! Load: wrk with `bench/load.lua`, which sends prepared requests and prints its result as JSON.
//!
//! wrk counts only statuses above 399 as errors, so every request is sent once by hand first and its status compared.

use std::io::Write;
use std::process::Command;

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::bench::http::Request;
use crate::bench::server::Running;
use crate::failure::{Failure, Result};
use crate::workspace::{output, root};

/// How hard and how long.
pub struct Load {
    /// Length of a run.
    pub seconds: u32,
    /// Open connections.
    pub connections: u32,
    /// Threads of wrk.
    pub threads: u32,
}

/// Requests that are sent one after the other, again and again.
pub struct Requests {
    list: Vec<Request>,
    status: u16,
    file: NamedTempFile,
}

/// What one run gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Answers a second.
    pub per_second: f64,
    /// Half of the answers came within this time.
    pub p50_us: f64,
    /// 99 of 100 answers came within this time.
    pub p99_us: f64,
}

impl Requests {
    /// Writes the requests down for wrk. Each must answer with this status.
    pub fn new(status: u16, list: Vec<Request>) -> Result<Requests> {
        let write = || {
            let mut file = NamedTempFile::new()?;
            for Request { method, path, token, body } in &list {
                writeln!(file, "{method}\t{path}\t{token}\t{body}")?;
            }
            file.flush()?;
            Ok(file)
        };
        let file = write().map_err(|error: std::io::Error| Failure::cannot("write the requests for wrk", error))?;
        Ok(Requests { list, status, file })
    }

    /// The same once more.
    pub fn copy(&self) -> Result<Requests> {
        Requests::new(self.status, self.list.clone())
    }

    /// Sends each request once and compares its status.
    pub fn check(&self, server: &Running) -> Result<()> {
        let mut connection = server.connect()?;
        self.list.iter().try_for_each(|request| connection.expect(self.status, request).map(|_| ()))
    }
}

impl Load {
    /// Runs wrk once; an error or a status above 399 among the answers is a failure.
    pub fn run(&self, requests: &Requests, server: &Running) -> Result<Sample> {
        let mut wrk = Command::new("wrk");
        wrk.arg(format!("-t{}", self.threads))
            .arg(format!("-c{}", self.connections))
            .arg(format!("-d{}s", self.seconds));
        wrk.arg("-s").arg(root().join("bench/load.lua")).arg(format!("http://{}", server.address()));
        sample(&output(wrk.arg("--").arg(requests.file.path()))?)
    }
}

/// The version of wrk, or how to get it.
pub fn wrk_version() -> Result<String> {
    // wrk has no option that prints its version and exits with 0.
    let said = Command::new("wrk").arg("--version").output();
    let said = said.map_err(|error| {
        Failure::cannot("run wrk", error).hint("apt-get install wrk (or brew install wrk), then this again")
    })?;
    let text = String::from_utf8_lossy(if said.stdout.is_empty() { &said.stderr } else { &said.stdout }).into_owned();
    let first = text.lines().next().unwrap_or("wrk");
    Ok(first.split(" Copyright").next().unwrap_or(first).trim().to_owned())
}

fn sample(printed: &str) -> Result<Sample> {
    let result = printed.lines().find_map(|line| line.strip_prefix("RESULT "));
    let result = result.ok_or_else(|| Failure::new(format!("wrk printed no result:\n{printed}")))?;
    let result: Value = serde_json::from_str(result).map_err(|error| Failure::cannot("read wrk's result", error))?;
    let number = |name: &str| {
        result[name].as_f64().ok_or_else(|| Failure::new(format!("wrk's result has no number {name}: {result}")))
    };
    let (not_answered, not_2xx) = (number("not_answered")?, number("not_2xx")?);
    if not_answered + not_2xx > 0.0 {
        return Err(Failure::new(format!("{not_answered} requests were not answered, {not_2xx} not with 2xx"))
            .hint("read what the server logged above"));
    }
    if number("requests")? == 0.0 {
        return Err(Failure::new("not one request was answered"));
    }
    Ok(Sample {
        per_second: number("requests")? / number("duration_us")? * 1e6,
        p50_us: number("p50_us")?,
        p99_us: number("p99_us")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(requests: u32, not_answered: u32, not_2xx: u32) -> String {
        format!(
            "Running 2s test\nRESULT {{\"requests\": {requests}, \"duration_us\": 2000000, \"p50_us\": 300, \
             \"p99_us\": 900, \"not_answered\": {not_answered}, \"not_2xx\": {not_2xx}}}\n"
        )
    }

    #[test]
    fn a_result_is_read_from_what_wrk_prints() {
        let expected = Sample { per_second: 1000.0, p50_us: 300.0, p99_us: 900.0 };
        assert_eq!(sample(&printed(2000, 0, 0)).unwrap(), expected);
    }

    #[test]
    fn a_run_with_errors_does_not_count() {
        for text in [printed(2000, 1, 0), printed(2000, 0, 1), printed(0, 0, 0), "Running 2s test\n".to_owned()] {
            assert!(sample(&text).is_err(), "{text}");
        }
    }
}
