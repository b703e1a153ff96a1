//! What is measured on: a folder with the todo blueprint, and users with tasks, made through the API like anyone's.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use serde_json::json;
use tempfile::TempDir;

use crate::bench::Case;
use crate::bench::http::{Connection, Request};
use crate::bench::load::Requests;
use crate::bench::server::Running;
use crate::failure::{Failure, Result};
use crate::workspace;

/// What the requests are for.
const BLUEPRINT: &str = "examples/todo/blueprint.toml";

/// Log-ins are slow on purpose and writes wait for the disk, so several go at once.
const CONNECTIONS: usize = 16;

/// Tasks of each user that are asked for: more than the server could answer from one page of its database.
const TASKS_ASKED: usize = 20;

const PASSWORD: &str = "correct horse battery staple";

/// Every limit is off, for the load comes from one address; the rest is the server's default.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("RATE_LIMIT_USER", "0"),
    ("RATE_LIMIT_STRANGER", "0"),
    ("RATE_LIMIT_LOGIN", "0"),
    ("LOGIN_FAILURES", "0"),
    ("JWT_EXPIRATION", "24h"),
    ("ENV", "production"),
    ("RUST_LOG", "warn"),
];

/// A folder with a blueprint and a database, and the program that serves it.
pub struct Site {
    program: PathBuf,
    folder: TempDir,
    secret_key: String,
}

impl Site {
    /// A new folder, with no database yet.
    pub fn new(program: PathBuf) -> Result<Site> {
        let folder = tempfile::tempdir().map_err(|error| Failure::cannot("make a temporary folder", error))?;
        let blueprint = folder.path().join("blueprint.toml");
        std::fs::write(&blueprint, workspace::read(BLUEPRINT)?)
            .map_err(|error| Failure::cannot(format!("write {}", blueprint.display()), error))?;
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(|error| Failure::cannot("make a secret", error))?;
        let secret_key = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Site { program, folder, secret_key })
    }

    /// Starts the server. Nothing of this shell's environment reaches it.
    pub fn start(&self) -> Result<Running> {
        let mut serve = Command::new(&self.program);
        serve.arg("serve").arg(self.folder.path()).args(["--port", "0", "--json"]);
        serve.env_clear().envs(ENVIRONMENT.iter().copied()).env("SECRET_KEY", &self.secret_key);
        Running::start(&mut serve)
    }

    /// Starts the server and takes the time, in milliseconds, until it has answered with a row of its database.
    pub fn start_timed(&self, data: &Data) -> Result<(Running, f64)> {
        let start = Instant::now();
        let server = self.start()?;
        data.one_task(&server)?;
        Ok((server, start.elapsed().as_secs_f64() * 1000.0))
    }
}

/// The users, with what they own.
pub struct Data(Vec<User>);

struct User {
    token: String,
    /// `/api/{user_id}/tasks`.
    tasks_path: String,
    /// Ids of his tasks, oldest first.
    tasks: Vec<String>,
}

impl Data {
    /// Registers the users, logs them in and makes their tasks.
    pub fn make(server: &Running, users: u32, tasks: u32) -> Result<Data> {
        let numbers: Vec<u32> = (0..users).collect();
        let share = numbers.len().div_ceil(CONNECTIONS).max(1);
        let made: Result<Vec<Vec<User>>> = std::thread::scope(|scope| {
            let threads: Vec<_> = numbers
                .chunks(share)
                .map(|chunk| {
                    scope.spawn(move || {
                        let mut connection = server.connect()?;
                        chunk
                            .iter()
                            .map(|number| User::make(&mut connection, *number, tasks))
                            .collect::<Result<Vec<_>>>()
                    })
                })
                .collect();
            let ended = threads.into_iter().map(|thread| thread.join());
            ended
                .map(|end| end.unwrap_or_else(|_| Err(Failure::new("a thread that makes users ended early"))))
                .collect()
        });
        made.map(|users| Data(users.into_iter().flatten().collect()))
    }

    /// Asks for one task and gives back its JSON.
    pub fn one_task(&self, server: &Running) -> Result<String> {
        let request = self.0.first().and_then(|user| user.get_requests(1).pop());
        let request = request.ok_or_else(|| Failure::new("there is no task to ask for"))?;
        Ok(server.connect()?.expect(200, &request)?.body)
    }

    /// What is measured, in the order of the table.
    pub fn cases(&self) -> Result<Vec<Case>> {
        let of_each = |make: &dyn Fn(&User) -> Vec<Request>| self.0.iter().flat_map(make).collect::<Vec<_>>();
        let me = of_each(&|user| vec![user.request("GET", "/auth/me", "")]);
        let get = of_each(&|user| user.get_requests(TASKS_ASKED));
        let list = of_each(&|user| vec![user.request("GET", &user.tasks_path, "")]);
        let create = of_each(&|user| vec![user.request("POST", &user.tasks_path, &new_task("measured"))]);
        let case = |name, what, status, list| Ok(Case { name, what, requests: Requests::new(status, list)? });
        Ok(vec![
            case("bare", "bare axum, the same requests as own, a fixed body", 200, me.clone())?,
            case("own", "GET /auth/me: all checks, no database", 200, me)?,
            case("get", "GET one task", 200, get)?,
            case("list", "GET a list of 20 tasks", 200, list)?,
            case("create", "POST a task", 201, create)?,
        ])
    }
}

impl User {
    fn make(connection: &mut Connection, number: u32, tasks: u32) -> Result<User> {
        let account = json!({"email": format!("user{number}@example.com"), "password": PASSWORD}).to_string();
        let mut user = User { token: String::new(), tasks_path: String::new(), tasks: Vec::new() };
        connection.expect(202, &user.request("POST", "/auth/register", &account))?;
        let tokens = connection.expect(200, &user.request("POST", "/auth/login", &account))?.json()?;
        user.token = text(&tokens["access_token"])?;
        let me = connection.expect(200, &user.request("GET", "/auth/me", ""))?.json()?;
        user.tasks_path = format!("/api/{}/tasks", text(&me["id"])?);
        for number in 0..tasks {
            let request = user.request("POST", &user.tasks_path, &new_task(&format!("Task {number}")));
            user.tasks.push(text(&connection.expect(201, &request)?.json()?["id"])?);
        }
        Ok(user)
    }

    /// Requests for so many of his tasks, spread over all of them.
    fn get_requests(&self, count: usize) -> Vec<Request> {
        let stride = self.tasks.len().div_ceil(count).max(1);
        let paths = self.tasks.iter().step_by(stride).map(|id| format!("{}/{id}", self.tasks_path));
        paths.map(|path| self.request("GET", &path, "")).collect()
    }

    fn request(&self, method: &'static str, path: &str, body: &str) -> Request {
        Request { method, path: path.to_owned(), token: self.token.clone(), body: body.to_owned() }
    }
}

fn new_task(title: &str) -> String {
    json!({"title": title, "description": "Water the plants, feed the cat, close the windows."}).to_string()
}

/// A string or a number of an answer, as it stands in a path.
fn text(value: &serde_json::Value) -> Result<String> {
    match value {
        serde_json::Value::String(text) => Ok(text.clone()),
        serde_json::Value::Number(number) => Ok(number.to_string()),
        other => Err(Failure::new(format!("an answer has {other} where an id or a token should be"))),
    }
}
