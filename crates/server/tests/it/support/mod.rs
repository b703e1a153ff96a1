//! An app in a temporary folder and the people who use it: `app.user("ana").await.get("/prospects").await`.
//!
//! Requests go through the whole server but the socket. Every app has a database of its own.

pub mod blueprints;
pub mod key_server;
pub mod place;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use serde_json::{Value as Json, json};
use server::App;
use server::settings::Settings;
use tempfile::TempDir;

pub const PASSWORD: &str = "correct horse battery";
pub const SECRET: &str = "a secret for tests only, 32 bytes or more";

/// An app with a blueprint and a database of its own.
pub struct TestApp {
    pub app: Arc<App>,
    pub folder: TempDir,
    prefix: String,
    /// Whether errors are problems, which is then held of each.
    has_problems: bool,
}

/// Somebody who sends requests.
pub struct Caller<'a> {
    app: &'a TestApp,
    pub token: Option<String>,
    /// The local id, empty for strangers.
    pub id: String,
    headers: Vec<(String, String)>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Settings for an app in a folder of its own: those that a test gives, and else such as no test runs into.
pub fn settings(given: &[(&str, &str)], folder: &TempDir) -> Settings {
    let lookup = |name: &str| match given.iter().find(|(known, _)| *known == name) {
        Some((_, value)) => Some((*value).to_owned()),
        None => match name {
            "DATABASE_URL" => Some(place::url(folder.path())),
            "SECRET_KEY" => Some(SECRET.to_owned()),
            "ENV" => Some("test".to_owned()),
            "PORT" | "RATE_LIMIT_USER" | "RATE_LIMIT_STRANGER" | "RATE_LIMIT_LOGIN" => Some("0".to_owned()),
            _ => None,
        },
    };
    Settings::read(lookup).unwrap()
}

impl TestApp {
    /// Serves a blueprint with default settings, but without limits of rate, which tests would run into.
    pub async fn new(blueprint: &str) -> TestApp {
        TestApp::with(blueprint, &[]).await
    }

    /// The same with settings.
    pub async fn with(blueprint: &str, settings: &[(&str, &str)]) -> TestApp {
        TestApp::in_folder(blueprint, settings, tempfile::tempdir().unwrap()).await
    }

    /// The same in a folder that may hold a database already.
    pub async fn in_folder(blueprint: &str, settings: &[(&str, &str)], folder: TempDir) -> TestApp {
        let settings = self::settings(settings, &folder);
        let blueprint = blueprint::load(blueprint).unwrap_or_else(|problems| panic!("{problems}"));
        let prefix = blueprint.api.prefix.clone();
        let has_problems = blueprint.api.errors == blueprint::ErrorShape::Problem;
        let app = App::open(Arc::new(blueprint), settings).await.unwrap_or_else(|error| panic!("{error}"));
        TestApp { app: Arc::new(app), folder, prefix, has_problems }
    }

    /// Another one on the same database, with a blueprint of its own.
    pub async fn beside(&self, blueprint: &str) -> TestApp {
        let settings = self::settings(&[], &self.folder);
        let blueprint = blueprint::load(blueprint).unwrap_or_else(|problems| panic!("{problems}"));
        let app = App::open(Arc::new(blueprint), settings).await.unwrap_or_else(|error| panic!("{error}"));
        let (folder, prefix) = (tempfile::tempdir().unwrap(), self.prefix.clone());
        TestApp { app: Arc::new(app), folder, prefix, has_problems: self.has_problems }
    }

    /// Nobody in particular.
    pub fn stranger(&self) -> Caller<'_> {
        Caller { app: self, token: None, id: String::new(), headers: Vec::new() }
    }

    /// A new user who has just logged in.
    pub async fn user(&self, name: &str) -> Caller<'_> {
        let account = json!({ "email": format!("{name}@example.com"), "password": PASSWORD });
        let stranger = self.stranger();
        stranger.send("POST", "/auth/register", Some(account.clone())).await.expect(202);
        self.log_in(name).await
    }

    /// A new user with roles.
    pub async fn user_with(&self, name: &str, roles: &[&str]) -> Caller<'_> {
        let user = self.user(name).await;
        self.set_roles(name, roles);
        user
    }

    /// A user who is there already.
    pub async fn log_in(&self, name: &str) -> Caller<'_> {
        self.log_in_with(&format!("{name}@example.com"), PASSWORD).await
    }

    /// The same by address, with a password of his own.
    pub async fn log_in_with(&self, email: &str, password: &str) -> Caller<'_> {
        let account = json!({ "email": email, "password": password });
        let tokens = self.stranger().send("POST", "/auth/login", Some(account)).await.expect(200).json();
        let token = tokens["access_token"].as_str().map(str::to_owned);
        let mut caller = Caller { app: self, token, id: String::new(), headers: Vec::new() };
        caller.id = caller.send("GET", "/auth/me", None).await.expect(200).json()["id"].as_str().unwrap().to_owned();
        caller
    }

    /// What the operator does with `supermaker user role`.
    pub fn set_roles(&self, name: &str, roles: &[&str]) {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect::<Vec<_>>();
        self.app.set_roles(&format!("{name}@example.com"), &roles).unwrap();
    }

    /// The mails of `/_/outbox`, the newest first.
    pub async fn mails(&self) -> Vec<Json> {
        let page = self.stranger().send("GET", &self.app.mailbox().unwrap(), None).await.expect(200).json();
        page["data"].as_array().unwrap().clone()
    }

    /// The token of the newest mail that has one.
    pub async fn mailed_token(&self) -> String {
        let mails = self.mails().await;
        mails.iter().find_map(token_of).unwrap_or_else(|| panic!("no token in {mails:?}"))
    }

    /// A value read straight from the database, by another connection.
    pub fn sql<T: rusqlite::types::FromSql>(&self, query: &str) -> T {
        let mut rows = place::query(self.folder.path(), query).into_iter();
        rows.next().unwrap_or_else(|| panic!("{query}: no row"))
    }
}

/// The token of the link in a mail.
pub fn token_of(mail: &Json) -> Option<String> {
    let (_, rest) = mail["text"].as_str()?.split_once("#token=")?;
    rest.split_whitespace().next().map(str::to_owned)
}

impl TestApp {
    /// A change of the database, past the server: plants what no caller could write.
    pub fn write(&self, statement: &str) {
        let done = place::execute(self.folder.path(), statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
        assert!(done > 0, "{statement} changed nothing");
    }

    /// A change of the tables themselves.
    pub fn alter(&self, statement: &str) {
        place::execute(self.folder.path(), statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

impl<'a> Caller<'a> {
    pub async fn get(&self, path: &str) -> Answer {
        self.api("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Json) -> Answer {
        self.api("POST", path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Json) -> Answer {
        self.api("PATCH", path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Json) -> Answer {
        self.api("PUT", path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.api("DELETE", path, None).await
    }

    /// An action.
    pub async fn act(&self, path: &str) -> Answer {
        self.api("PATCH", path, None).await
    }

    /// The same caller with one more header.
    pub fn with(&self, name: &str, value: &str) -> Caller<'a> {
        let mut headers = self.headers.clone();
        headers.push((name.to_owned(), value.to_owned()));
        Caller { app: self.app, token: self.token.clone(), id: self.id.clone(), headers }
    }

    /// A request below the prefix of the API.
    pub async fn api(&self, method: &str, path: &str, body: Option<Json>) -> Answer {
        self.send(method, &format!("{}{path}", self.app.prefix), body).await
    }

    /// A request to any path.
    pub async fn send(&self, method: &str, path: &str, body: Option<Json>) -> Answer {
        let bytes = body.map(|json| json.to_string().into_bytes());
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        if bytes.is_some() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        self.raw(request.body(bytes.unwrap_or_default()).unwrap()).await
    }

    /// Any request at all; the token is added.
    pub async fn raw(&self, mut request: Request<Vec<u8>>) -> Answer {
        if let Some(token) = &self.token {
            let value = format!("Bearer {token}").parse().unwrap();
            request.headers_mut().insert("authorization", value);
        }
        let request = request.map(|bytes| Full::new(Bytes::from(bytes)));
        let head = request.method() == Method::HEAD;
        let response = self.app.app.handle(IpAddr::V4(Ipv4Addr::LOCALHOST), request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let answer = Answer { status: parts.status, headers: parts.headers, body };
        if self.app.has_problems {
            answer.check_problem(head);
        }
        answer
    }
}

impl Answer {
    /// The answer, if it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    #[track_caller]
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers)).to_str().unwrap()
    }

    /// The version of a row, whatever of it was shown.
    #[track_caller]
    pub fn version(&self) -> i64 {
        let tag = self.header("etag").trim_matches('"');
        tag.split('-').next().unwrap().parse().unwrap()
    }

    /// The ids of a page, in its order.
    #[track_caller]
    pub fn ids(&self) -> Vec<i64> {
        self.json()["data"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
    }

    /// The pointers and codes of a 422 or 409.
    #[track_caller]
    pub fn errors(&self) -> Vec<(String, String)> {
        let text = |json: &Json| json.as_str().unwrap().to_owned();
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
    }

    /// What holds of every error, whatever the test is about.
    fn check_problem(&self, head: bool) {
        if !(self.status.is_client_error() || self.status.is_server_error()) {
            return;
        }
        assert_eq!(self.headers["content-type"], "application/problem+json", "{:?}", self.status);
        assert_ne!(self.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", String::from_utf8_lossy(&self.body));
        if !head {
            let problem = self.json();
            assert_eq!(problem["status"], self.status.as_u16());
            for key in ["type", "title", "code", "detail", "request_id"] {
                assert!(problem[key].is_string(), "{key} in {problem}");
            }
        }
    }
}
