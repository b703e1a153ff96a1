//! The program, serving a ledger of notes until it is killed.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Client, REQUEST_TIMEOUT};
use crate::program::Bench;

const NOTES: &str = "[app]\nname = \"notes\"\n[entity.note.field]\ntitle = { type = \"text\", required = true }\n";
const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// The program as it runs. Killed when it is dropped.
pub struct App {
    child: Child,
    pub address: String,
    /// From its start to its first answer from the database.
    pub ready_after: Duration,
}

/// A folder with the blueprint.
pub fn bench() -> Bench {
    Bench::with(NOTES)
}

impl App {
    /// Starts it on a database, which may be one that another one left or still uses.
    pub fn start(bench: &Bench, url: &str) -> App {
        let started = Instant::now();
        let mut command = bench.command(&["serve", "--port", "0", "--json"]);
        command.env("DATABASE_URL", url).env("SECRET_KEY", SECRET).env("JWT_EXPIRATION", "8h");
        command.env("REQUEST_TIMEOUT", format!("{}s", REQUEST_TIMEOUT.as_secs()));
        for limit in ["RATE_LIMIT_USER", "RATE_LIMIT_STRANGER", "RATE_LIMIT_LOGIN"] {
            command.env(limit, "0");
        }
        let log = File::options().create(true).append(true).open(bench.path("log")).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{}", bench.read("log")));
        let address = said["url"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        Client::new(&address, None).ask("GET", "/readyz", None, None).expect(200);
        App { child, address, ready_after: started.elapsed() }
    }

    /// Nobody in particular.
    pub fn stranger(&self) -> Client {
        Client::new(&self.address, None)
    }

    pub fn client(&self, token: &str) -> Client {
        Client::new(&self.address, Some(token))
    }

    /// Makes an account; there may be one.
    pub fn register(&self, name: &str) {
        self.stranger().ask("POST", "/auth/register", None, Some(&account(name))).expect(202);
    }

    /// The two tokens of a new session: for access, and to refresh it.
    pub fn log_in(&self, name: &str) -> [String; 2] {
        tokens(&self.stranger().ask("POST", "/auth/login", None, Some(&account(name))).expect(200).json())
    }

    /// SIGKILL: it can do nothing about it.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The tokens of an answer to a log-in or refresh.
pub fn tokens(json: &Value) -> [String; 2] {
    ["access_token", "refresh_token"].map(|name| json[name].as_str().unwrap().to_owned())
}

fn account(name: &str) -> Value {
    json!({ "email": format!("{name}@example.com"), "password": "correct horse battery" })
}
