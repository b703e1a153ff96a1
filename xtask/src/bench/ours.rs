//! Ours: the blueprint served by the command, on both databases, and the same app as code; each on a database of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::json;
use tempfile::TempDir;

use crate::bench::contender::{Api, Contender, User, populate, task, text};
use crate::bench::http::{Connection, Request};
use crate::bench::server::Running;
use crate::bench::{Size, step};
use crate::failure::{Failure, Result};
use crate::workspace;

/// What the requests are for.
const BLUEPRINT: &str = "examples/todo/blueprint.toml";

/// Of every user that is made.
pub const PASSWORD: &str = "correct horse battery staple";

/// Every limit is off, for the load comes from one address; the rest is the server's default in production.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("RATE_LIMIT_USER", "0"),
    ("RATE_LIMIT_STRANGER", "0"),
    ("RATE_LIMIT_LOGIN", "0"),
    // Counted, as in production, but never too many.
    ("LOGIN_FAILURES", "1000000000"),
    ("JWT_EXPIRATION", "24h"),
    ("ENV", "production"),
    ("RUST_LOG", "warn"),
];

/// The paths that both have.
pub const API: Api = Api {
    tasks: |user| format!("/api/{user}/tasks"),
    page: "",
    new_task: |_, title| task(title),
    created: 201,
    own: Some("/auth/me"),
};

/// A program of ours.
#[derive(Clone)]
pub struct Program {
    path: PathBuf,
    /// The blueprint is given to it; else it has its own.
    is_served: bool,
}

impl Program {
    /// `supermaker serve`.
    pub fn served() -> Result<Program> {
        let path = build("supermaker")?;
        Ok(Program { path, is_served: true })
    }

    /// The same app as code.
    pub fn owned() -> Result<Program> {
        let path = build("todo-owned")?;
        Ok(Program { path, is_served: false })
    }
}

/// Both at once: each by itself would have features of its own, and half of the workspace compiled twice.
fn build(program: &str) -> Result<PathBuf> {
    step("building ours: cargo build --release -p cli -p todo-owned");
    workspace::build(program, &["--release", "-p", "cli", "-p", "todo-owned"])
}

/// A program, its folder, and what is in its database.
pub struct Served {
    name: &'static str,
    program: Program,
    folder: TempDir,
    database_url: String,
    secret_key: String,
    users: Vec<User>,
}

impl Served {
    /// Makes the folder, the users and their tasks in a file, or in an empty database of Postgres; nothing runs
    /// afterwards.
    pub fn prepare(name: &'static str, program: Program, postgres: Option<String>, size: Size) -> Result<Served> {
        let mut served = Served::empty(name, program, postgres, BLUEPRINT)?;
        step(&format!("{name}: making {} users with {} tasks each through the API", size.users, size.tasks));
        let server = served.start()?;
        served.users = populate(&server, API, size, join)?;
        Ok(served)
    }

    /// Makes the folder with a blueprint; nothing runs, and there is no database.
    pub fn empty(name: &'static str, program: Program, postgres: Option<String>, blueprint: &str) -> Result<Served> {
        let folder = tempfile::tempdir().map_err(|error| Failure::cannot("make a temporary folder", error))?;
        write(&folder.path().join("blueprint.toml"), &workspace::read(blueprint)?)?;
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(|error| Failure::cannot("make a secret", error))?;
        let secret_key = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let sqlite = || format!("sqlite:{}", folder.path().join("data/app.db").display());
        let database_url = postgres.unwrap_or_else(sqlite);
        Ok(Served { name, program, folder, database_url, secret_key, users: Vec::new() })
    }

    /// Starts the server and takes the time, in milliseconds, until it has answered with a row of its database.
    pub fn start_timed(&self) -> Result<(Running, f64)> {
        let start = Instant::now();
        let server = self.start()?;
        let request = self.users.first().and_then(|user| {
            let path = format!("{}/{}", (API.tasks)(&user.id), user.tasks.first()?);
            Some(Request { method: "GET", path, token: user.token.clone(), body: String::new() })
        });
        let request = request.ok_or_else(|| Failure::new("there is no task to ask for"))?;
        server.connect()?.expect(200, &request)?;
        Ok((server, start.elapsed().as_secs_f64() * 1000.0))
    }

    /// Starts it for good. The folder lasts as long as the server.
    pub fn contender(self) -> Result<Contender> {
        let server = self.start()?.keeping(self.folder);
        Contender::new(self.name, server, API, &self.users)
    }

    /// Starts it for good, without requests that were prepared.
    pub fn serve(self) -> Result<Running> {
        Ok(self.start()?.keeping(self.folder))
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts it; it ends when that is dropped. Nothing of this shell's environment reaches it.
    pub fn start(&self) -> Result<Running> {
        let mut command = Command::new(&self.program.path);
        if self.program.is_served {
            command.arg("serve").arg(self.folder.path());
        }
        command.env_clear().envs(ENVIRONMENT.iter().copied()).env("SECRET_KEY", &self.secret_key);
        Running::start(command.env("PORT", "0").env("DATABASE_URL", &self.database_url))
    }
}

/// Registers a user and logs him in.
pub fn join(connection: &mut Connection, number: u32) -> Result<User> {
    let account = json!({"email": format!("user{number}@example.com"), "password": PASSWORD}).to_string();
    let request = |method, path: &str, token: &str, body: &str| Request {
        method,
        path: path.to_owned(),
        token: token.to_owned(),
        body: body.to_owned(),
    };
    connection.expect(202, &request("POST", "/auth/register", "", &account))?;
    let tokens = connection.expect(200, &request("POST", "/auth/login", "", &account))?.json()?;
    let token = text(&tokens["access_token"])?;
    let me = connection.expect(200, &request("GET", "/auth/me", &token, ""))?.json()?;
    Ok(User { id: text(&me["id"])?, token, tasks: Vec::new() })
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|error| Failure::cannot(format!("write {}", path.display()), error))
}
