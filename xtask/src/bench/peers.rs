//! The peers: a bare axum, which is the ceiling, and with `--peers` what people would use instead of ours.
//!
//! Each is built or installed below `target/bench`, from what `bench/` pins.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bench::contender::{Api, Case, Contender, User, populate, task, text};
use crate::bench::http::{Connection, Request};
use crate::bench::ours;
use crate::bench::postgres::Postgres;
use crate::bench::server::{Running, free_port};
use crate::bench::{Size, step};
use crate::failure::{Failure, Result};
use crate::workspace::{self, root};

/// A bare axum that answers the requests of `own` with a fixed body.
pub fn bare(served: Option<&Contender>) -> Result<Contender> {
    step("building the bare axum: bench/bare");
    let program = build("bare")?;
    let server = Running::start(Command::new(program).arg(json!({"a fixed body": "x".repeat(120)}).to_string()))?;
    let own = served.and_then(|served| served.cases.first()).ok_or_else(|| Failure::new("nothing is served"))?;
    Ok(Contender { name: "bare axum", server, cases: vec![Case { name: "own", requests: own.requests.copy()? }] })
}

/// What people would use instead on SQLite; of these, those that are wanted.
pub fn on_sqlite(size: Size, wanted: impl Fn(&str) -> bool) -> Result<Vec<Contender>> {
    let peers: [(_, &dyn Fn(_) -> _); 3] = [
        ("PocketBase, SQLite", &|name| pocketbase(name, size)),
        ("axum + sqlx, SQLite", &|name| handwritten(name, None, size)),
        ("FastAPI, SQLite", &|name| fastapi(name, None, size)),
    ];
    peers.into_iter().filter(|(name, _)| wanted(name)).map(|(name, make)| make(name)).collect()
}

/// The same on Postgres.
pub fn on_postgres(postgres: &Postgres, size: Size, wanted: impl Fn(&str) -> bool) -> Result<Vec<Contender>> {
    let peers: [(_, &dyn Fn(_) -> _); 2] = [
        ("axum + sqlx, Postgres", &|name| handwritten(name, Some(&postgres.database("handwritten")?), size)),
        ("FastAPI, Postgres", &|name| fastapi(name, Some(&postgres.database("fastapi")?), size)),
    ];
    peers.into_iter().filter(|(name, _)| wanted(name)).map(|(name, make)| make(name)).collect()
}

/// Hand-written, so they have the paths of ours.
const HANDWRITTEN: Api = Api { own: None, ..ours::API };

fn handwritten(name: &'static str, postgres: Option<&str>, size: Size) -> Result<Contender> {
    step("building axum + sqlx: bench/handwritten");
    let program = build("handwritten")?;
    let folder = folder()?;
    let sqlite = format!("sqlite:{}", folder.path().join("app.db").display());
    let mut command = Command::new(program);
    command.arg(postgres.unwrap_or(&sqlite)).args([size.users.to_string(), size.tasks.to_string()]);
    let (server, said) = Running::start_and_hear(&mut command)?;
    Contender::new(name, server.keeping(folder), HANDWRITTEN, &users_of(&said, size)?)
}

fn fastapi(name: &'static str, postgres: Option<&str>, size: Size) -> Result<Contender> {
    let python = environment("fastapi")?.join("bin/python");
    let folder = folder()?;
    let url = match postgres.and_then(|url| url.split_once("://")) {
        Some((_, rest)) => format!("postgresql+asyncpg://{rest}"),
        None => format!("sqlite+aiosqlite:///{}", folder.path().join("app.db").display()),
    };
    let mut command = Command::new(python);
    command.current_dir(root().join("bench/fastapi")).arg("main.py").arg(url);
    command.args([free_port()?.to_string(), size.users.to_string(), size.tasks.to_string()]);
    let (server, said) = Running::start_and_hear(&mut command)?;
    Contender::new(name, server.keeping(folder), HANDWRITTEN, &users_of(&said, size)?)
}

/// The users that a hand-written peer says it has made. Their tasks are numbered through, one user after the other.
fn users_of(said: &Value, size: Size) -> Result<Vec<User>> {
    let users = said["users"].as_array().ok_or_else(|| Failure::new("a peer told nothing of its users"))?;
    let tasks = u64::from(size.tasks);
    let user = |(place, user): (u64, &Value)| {
        let ids = place * tasks + 1..=(place + 1) * tasks;
        Ok(User { id: text(&user["id"])?, token: text(&user["token"])?, tasks: ids.map(|id| id.to_string()).collect() })
    };
    (0..).zip(users).map(user).collect()
}

const POCKETBASE: Api = Api {
    tasks: |_| "/api/collections/tasks/records".to_owned(),
    page: "?perPage=20&skipTotal=1",
    new_task: |user, title| {
        let mut new = task(title);
        new["owner"] = user.into();
        new
    },
    created: 200,
    own: None,
};

const ROOT: &str = "root@example.com";
const PASSWORD: &str = "correct horse battery staple";

fn pocketbase(name: &'static str, size: Size) -> Result<Contender> {
    let program = environment("pocketbase")?.join("bin/pocketbase");
    let folder = folder()?;
    let data = folder.path().join("data");
    let command = || {
        let mut command = Command::new(&program);
        command.arg("--dir").arg(&data);
        command
    };
    workspace::output(command().args(["superuser", "upsert", ROOT, PASSWORD]))?;
    let server = Running::start(command().args(["serve", "--http", &format!("127.0.0.1:{}", free_port()?)]))?;
    step(&format!("PocketBase: making {} users with {} tasks each through its API", size.users, size.tasks));
    let root = log_in(&mut server.connect()?, "_superusers", ROOT)?.token;
    make_collection(&mut server.connect()?, &root)?;
    let join = |connection: &mut Connection, number: u32| {
        let email = format!("user{number}@example.com");
        let account = json!({"email": email, "password": PASSWORD, "passwordConfirm": PASSWORD});
        connection.expect(200, &post("/api/collections/users/records", &root, &account))?;
        log_in(connection, "users", &email)
    };
    let users = populate(&server, POCKETBASE, size, join)?;
    Contender::new(name, server.keeping(folder), POCKETBASE, &users)
}

/// The same table with the same rule: everyone has his own rows.
fn make_collection(connection: &mut Connection, root: &str) -> Result<()> {
    let rule = "owner = @request.auth.id";
    let text =
        |name: &str, required: bool, max: u32| json!({"name": name, "type": "text", "required": required, "max": max});
    let collection = json!({
        "name": "tasks", "type": "base",
        "listRule": rule, "viewRule": rule, "createRule": rule, "updateRule": rule, "deleteRule": rule,
        "fields": [
            {"name": "owner", "type": "relation", "collectionId": "_pb_users_auth_", "maxSelect": 1, "required": true},
            text("title", true, 200), text("description", false, 1000), {"name": "completed", "type": "bool"},
            {"name": "created", "type": "autodate", "onCreate": true},
            {"name": "updated", "type": "autodate", "onCreate": true, "onUpdate": true}],
        "indexes": ["CREATE INDEX idx_tasks_owner ON tasks (owner)"],
    });
    connection.expect(200, &post("/api/collections", root, &collection)).map(drop)
}

fn log_in(connection: &mut Connection, collection: &str, email: &str) -> Result<User> {
    let path = format!("/api/collections/{collection}/auth-with-password");
    let said = connection.expect(200, &post(&path, "", &json!({"identity": email, "password": PASSWORD})))?.json()?;
    Ok(User { id: text(&said["record"]["id"])?, token: text(&said["token"])?, tasks: Vec::new() })
}

fn post(path: &str, token: &str, body: &Value) -> Request {
    Request { method: "POST", path: path.to_owned(), token: token.to_owned(), body: body.to_string() }
}

/// Builds a program of `bench/`, beside the workspace's own build, for it shares nothing with it.
fn build(name: &str) -> Result<PathBuf> {
    let (target, manifest) = (root().join("target/bench"), root().join(format!("bench/{name}/Cargo.toml")));
    let (target, manifest) = (target.to_string_lossy(), manifest.to_string_lossy());
    workspace::build(name, &["--release", "--locked", "--manifest-path", &manifest, "--target-dir", &target])
}

/// A Python environment with what `bench/NAME/requirements.txt` pins.
fn environment(name: &str) -> Result<PathBuf> {
    let folder = root().join(format!("target/bench/{name}"));
    step(&format!("installing what bench/{name}/requirements.txt names"));
    workspace::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    let requirements = root().join(format!("bench/{name}/requirements.txt"));
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(requirements);
    workspace::run(&mut pip)?;
    Ok(folder)
}

fn folder() -> Result<TempDir> {
    tempfile::tempdir().map_err(|error| Failure::cannot("make a temporary folder", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_of_hand_written_peers_are_numbered_through() {
        let said = json!({"users": [{"id": "a", "token": ""}, {"id": "b", "token": "t"}]});
        let users = users_of(&said, Size { users: 2, tasks: 3 }).unwrap();
        assert_eq!(users[0].tasks, ["1", "2", "3"]);
        assert_eq!(
            (users[1].tasks.as_slice(), users[1].token.as_str()),
            (&["4", "5", "6"].map(str::to_owned)[..], "t")
        );
        assert!(users_of(&json!({}), Size { users: 1, tasks: 1 }).is_err());
    }
}
