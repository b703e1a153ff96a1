//! An example as it is asked: served from a folder of its own, with three users who can log in.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bench::http::Request;
use crate::bench::postgres::Postgres;
use crate::bench::server::Running;
use crate::failure::{Failure, Result};
use crate::schemathesis::CONFIGURATION;
use crate::workspace::{read, run};

/// No limit of how often: thousands of requests come from one address, and wrong passwords among them.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("ENV", "test"),
    ("SECRET_KEY", "a secret for these requests alone, longer than 32 bytes"),
    ("RATE_LIMIT_USER", "0"),
    ("RATE_LIMIT_STRANGER", "0"),
    ("RATE_LIMIT_LOGIN", "0"),
    ("LOGIN_FAILURES", "0"),
    ("JWT_EXPIRATION", "24h"),
    ("RUST_LOG", "error"),
];

/// Two who must not see what is the other's, and one who may do what the blueprint's roles may.
const USERS: [&str; 3] = ["ana", "bob", STAFF];
const STAFF: &str = "staff";

/// Where the data is.
#[derive(Clone, Copy)]
pub enum Kind<'p> {
    /// A file in the folder.
    Sqlite,
    /// A database of this server.
    Postgres(&'p Postgres),
}

/// An example that is served.
pub struct Subject {
    name: String,
    server: Running,
    folder: TempDir,
}

impl Subject {
    /// Serves it by a program, makes its users, to whom `operator` gives their roles, and writes down how it is to be asked.
    pub fn start(program: &Path, operator: &Path, kind: Kind<'_>, name: &str) -> Result<Subject> {
        let folder = tempfile::tempdir().map_err(|error| Failure::cannot("make a temporary folder", error))?;
        let blueprint = read(&format!("examples/{name}/blueprint.toml"))?;
        write(folder.path().join("blueprint.toml"), &blueprint)?;
        let (database, url) = match kind {
            Kind::Sqlite => ("SQLite", "sqlite:app.db".to_owned()),
            Kind::Postgres(postgres) => ("Postgres", postgres.database(name)?),
        };
        let command = |program: &Path, arguments: &[&str]| {
            let mut command = Command::new(program);
            command.args(arguments).current_dir(folder.path()).env_clear().envs(ENVIRONMENT.iter().copied());
            command.env("DATABASE_URL", &url).env("PORT", "0");
            command
        };
        let server = Running::start(&mut command(program, &["serve"]))?;
        let mut connection = server.connect()?;
        let post = |path: &str, body: Value| Request {
            method: "POST",
            path: path.to_owned(),
            token: String::new(),
            body: body.to_string(),
        };
        for user in USERS {
            connection.expect(202, &post("/auth/register", account(user)))?;
        }
        for role in roles(&blueprint)? {
            run(command(operator, &["user", "role", &email(STAFF), "--add", &role]).stdout(Stdio::null()))?;
        }
        let tokens = connection.expect(200, &post("/auth/login", account("ana")))?.json()?;
        let token = tokens["access_token"].as_str().unwrap_or_default().to_owned();
        let me = Request { method: "GET", path: "/auth/me".to_owned(), token, body: String::new() };
        let me = connection.expect(200, &me)?.json()?;
        let id = me["id"].as_str().unwrap_or_default();
        write(folder.path().join("users.json"), &users().to_string())?;
        // Requests of others to her path are refused, as they ought to be; drawn at random, all would be.
        let parameters = if blueprint.contains("user_path = true") {
            format!("\n[parameters]\n\"path.user_id\" = \"{id}\"\n")
        } else {
            String::new()
        };
        write(folder.path().join("schemathesis.toml"), &format!("{}{parameters}", read(CONFIGURATION)?))?;
        Ok(Subject { name: format!("{name} on {database}"), server, folder })
    }

    /// `clinic on Postgres`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where its OpenAPI document is.
    pub fn document(&self) -> String {
        format!("http://{}/openapi.json", self.server.address())
    }
}

/// The roles that the blueprint names. Not `admin`, who could lock out the others in the midst of it.
fn roles(blueprint: &str) -> Result<Vec<String>> {
    let blueprint: toml::Table = blueprint.parse().map_err(|error| Failure::cannot("read the blueprint", error))?;
    let roles = blueprint.get("auth").and_then(|auth| auth.get("roles")?.as_array());
    Ok(roles.into_iter().flatten().filter_map(|role| role.as_str().map(str::to_owned)).collect())
}

fn email(user: &str) -> String {
    format!("{user}@example.com")
}

fn account(user: &str) -> Value {
    json!({ "email": email(user), "password": format!("correct horse battery of {user}") })
}

/// How each logs in, in the form of the Web Fuzzing Commons.
fn users() -> Value {
    let one = |user: &&str| {
        json!({
            "name": user,
            "loginEndpointAuth": {
                "endpoint": "/auth/login",
                "verb": "POST",
                "contentType": "application/json",
                "payloadRaw": account(user).to_string(),
                "token": {
                    "extractFrom": "body",
                    "extractSelector": "/access_token",
                    "sendIn": "header",
                    "sendName": "Authorization",
                    "sendTemplate": "Bearer {token}",
                },
            },
        })
    };
    json!({ "auth": USERS.iter().map(one).collect::<Vec<_>>() })
}

fn write(path: PathBuf, text: &str) -> Result<()> {
    std::fs::write(&path, text).map_err(|error| Failure::cannot(format!("write {}", path.display()), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roles_are_those_of_the_blueprint() {
        assert_eq!(roles("[auth]\nroles = [\"a\", \"b\"]").unwrap(), ["a", "b"]);
        assert!(roles("[app]\nname = \"x\"").unwrap().is_empty());
        assert!(roles("[").is_err());
    }

    #[test]
    fn everybody_logs_in_with_a_password_of_his_own() {
        let users = users();
        let passwords: Vec<&str> = users["auth"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["loginEndpointAuth"]["payloadRaw"].as_str().unwrap())
            .collect();
        assert_eq!(passwords.len(), 3);
        assert!(passwords.iter().zip(USERS).all(|(password, user)| password.contains(&format!("of {user}"))));
    }
}
