//! Accounts, passwords, tokens and sessions, asked directly. Tests carry the number of the row of the checklist
//! (P passwords, E enumeration, T throttling, S sessions, R refresh, J tokens, C confidentiality, A access).

mod admin;
mod api_keys;
mod better_auth;
mod better_auth_live;
mod confidentiality;
mod deletion;
mod enumeration;
mod foreign_corpus;
mod imports;
mod invitations;
mod key_sets;
mod mail;
mod operator;
mod pages;
mod passwords;
mod presets;
mod retention;
mod rotation;
mod secret_key;
mod sessions;
mod signers;
mod throttling;
mod token_corpus;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use blueprint::Blueprint;
use http::StatusCode;
use query::{Actor, User};
use serde_json::{Value as Json, json};
use server::auth::{Auth, AuthRoute, Caller, Clock, users};
use server::error::ApiError;
use server::http::HttpResponse;
use server::settings::Settings;
use store::{PostgresOptions, PostgresUrl, Store};
use tempfile::TempDir;

use crate::support::{place, token_of};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const NOW: i64 = 1_795_226_656;
const SECRET: &str = "a secret for tests only, 32 bytes or more";
const BETTER_AUTH_SECRET: &str = "another secret for tests, 32 bytes or more";
const PASSWORD: &str = "correct horse battery";
const EMAIL: &str = "ana@example.com";
const ISSUER: &str = "urn:supermaker:accounts";

const BLUEPRINT: &str = r#"
[app]
name = "accounts"
[auth]
roles = ["manager"]
accept = ["own", "better-auth"]
[user.field]
company = { type = "text", required = true, max_length = 20 }
handle = { type = "text", unique = true }
pin = { type = "text", sensitive = true }
seal = { type = "text", hidden = true }
level = { type = "integer", default = 1, read_only = true }
[entity.note.field]
text = { type = "text" }
"#;

/// One server's accounts, in a folder of their own, at a time that stands still.
struct World {
    auth: Auth,
    store: Store,
    clock: Clock,
    blueprint: Arc<Blueprint>,
    folder: TempDir,
}

/// What a log-in gives.
#[derive(Debug, Clone)]
struct Tokens {
    access: String,
    refresh: String,
}

impl World {
    async fn new() -> World {
        World::with(BLUEPRINT, &[]).await
    }

    async fn with(blueprint: &str, settings: &[(&str, &str)]) -> World {
        let folder = tempfile::tempdir().unwrap();
        let blueprint = Arc::new(blueprint::load(blueprint).unwrap_or_else(|problems| panic!("{problems}")));
        let store = open(&folder, &blueprint);
        let clock = Clock::fixed(NOW);
        let auth = Auth::new(&settings_of(settings), blueprint.clone(), store.clone()).await;
        let auth = auth.unwrap_or_else(|error| panic!("{error}")).with_clock(clock.clone());
        World { auth, store, clock, blueprint, folder }
    }

    /// A world in which addresses are verified.
    async fn verifying() -> World {
        World::with(&BLUEPRINT.replace("[auth]", "[auth]\nverify_email = true"), &[]).await
    }

    /// A world in which accounts are made by invitation; EMAIL is an admin's.
    async fn inviting() -> World {
        let world = World::with(&BLUEPRINT.replace("[auth]", "[auth]\nsign_up = \"invite\""), &[]).await;
        world.add(EMAIL, &["admin"]);
        world
    }

    /// What `supermaker user add` does.
    fn add(&self, email: &str, roles: &[&str]) {
        let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
        let new = users::NewAccount { email, password: Some(PASSWORD), roles: &roles, password_min_length: 15 };
        users::add(&self.store, &self.blueprint, new).unwrap();
    }

    /// Another process on the same database, at the same time.
    async fn another(&self, settings: &[(&str, &str)]) -> (Store, Auth) {
        let store = open(&self.folder, &self.blueprint);
        let auth = Auth::new(&settings_of(settings), self.blueprint.clone(), store.clone()).await;
        (store, auth.unwrap_or_else(|error| panic!("{error}")).with_clock(self.clock.clone()))
    }

    /// The process ends, and another begins.
    async fn restart(&mut self, settings: &[(&str, &str)]) {
        self.store.close().await;
        (self.store, self.auth) = self.another(settings).await;
    }

    /// A world with one account, that of [`EMAIL`].
    async fn with_ana() -> World {
        let world = World::new().await;
        world.register(EMAIL, PASSWORD).await;
        world
    }

    async fn register(&self, email: &str, password: &str) -> HttpResponse {
        self.post(AuthRoute::Register, json!({ "email": email, "password": password, "company": "Acme" })).await
    }

    async fn post(&self, route: AuthRoute, body: Json) -> HttpResponse {
        self.ask(route, None, Some(body)).await
    }

    async fn ask(&self, route: AuthRoute, token: Option<&str>, body: Option<Json>) -> HttpResponse {
        self.ask_from("192.0.2.1".parse().unwrap(), route, token, body).await
    }

    async fn ask_from(&self, ip: IpAddr, route: AuthRoute, token: Option<&str>, body: Option<Json>) -> HttpResponse {
        let header = token.map(|token| format!("Bearer {token}"));
        let caller =
            Caller { authorization: header.as_deref(), ip, request_id: "r-1", user_agent: Some("a test"), query: &[] };
        let answer = self.auth.answer(route, caller, body.as_ref()).await;
        answer.unwrap_or_else(|error| error.response(blueprint::ErrorShape::Problem, "r-1"))
    }

    /// The mails in the outbox, the newest first.
    async fn mails(&self) -> Vec<Json> {
        self.auth.mails().await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The token of the newest mail that has one.
    async fn mailed_token(&self) -> String {
        let mails = self.mails().await;
        mails.iter().find_map(token_of).unwrap_or_else(|| panic!("no token in {mails:?}"))
    }

    async fn forgot(&self, email: &str) -> HttpResponse {
        self.post(AuthRoute::ForgotPassword, json!({ "email": email })).await
    }

    async fn reset(&self, token: &str, password: &str) -> HttpResponse {
        self.post(AuthRoute::ResetPassword, json!({ "token": token, "password": password })).await
    }

    async fn verify(&self, token: &str, password: &str) -> HttpResponse {
        self.post(AuthRoute::Verify, json!({ "token": token, "password": password })).await
    }

    async fn try_login(&self, email: &str, password: &str) -> HttpResponse {
        self.post(AuthRoute::Login, json!({ "email": email, "password": password })).await
    }

    async fn login(&self, email: &str, password: &str) -> Tokens {
        tokens(&self.try_login(email, password).await)
    }

    async fn change_password(&self, session: &Tokens, current: &str, new: &str) -> HttpResponse {
        let body = json!({ "current_password": current, "password": new });
        self.ask(AuthRoute::Password, Some(&session.access), Some(body)).await
    }

    async fn try_refresh(&self, token: &str) -> HttpResponse {
        self.post(AuthRoute::Refresh, json!({ "refresh_token": token })).await
    }

    async fn actor(&self, token: &str) -> Result<Actor, ApiError> {
        self.auth.actor(Some(&format!("Bearer {token}"))).await
    }

    async fn user(&self, token: &str) -> User {
        match self.actor(token).await {
            Ok(Actor::User(user)) => User::clone(&user),
            other => panic!("no user: {other:?}"),
        }
    }

    /// The token must be refused in the words of RFC 6750.
    async fn refuses(&self, token: &str, why: &str) {
        let error = self.actor(token).await.expect_err(why);
        let response = error.response(blueprint::ErrorShape::Problem, "r-1");
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{why}");
        assert_eq!(response.headers["www-authenticate"], "Bearer error=\"invalid_token\"", "{why}");
    }

    /// The values of the only column of a query, read past the server.
    fn sql<T: rusqlite::types::FromSql>(&self, query: &str) -> Vec<T> {
        place::query(self.folder.path(), query)
    }

    fn execute(&self, sql: &str) {
        assert!(place::execute(self.folder.path(), sql).unwrap() > 0, "{sql}");
    }
}

fn open(folder: &TempDir, blueprint: &Blueprint) -> Store {
    let url = place::url(folder.path());
    let store = match url.strip_prefix("sqlite:") {
        Some(path) => Store::open(store::Options::new(path)).unwrap(),
        None => Store::connect_blocking(PostgresOptions::new(PostgresUrl::parse(&url).unwrap())).unwrap(),
    };
    let statements = schema::tables(blueprint, &store.dialect());
    store.apply_blocking(&store::AppSchema::new(blueprint.source.clone(), statements)).unwrap();
    store
}

fn settings_of(given: &[(&str, &str)]) -> Settings {
    let defaults = [
        ("SECRET_KEY", SECRET),
        ("BETTER_AUTH_SECRET", BETTER_AUTH_SECRET),
        ("RATE_LIMIT_LOGIN", "0"),
        ("LOGIN_FAILURES", "0"),
    ];
    let known = given.iter().chain(&defaults);
    let lookup = |name: &str| {
        let found = known.clone().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Settings::read(lookup).unwrap()
}

fn tokens(response: &HttpResponse) -> Tokens {
    let body = body(response);
    assert_eq!(response.status, StatusCode::OK, "{body}");
    let text = |key: &str| body[key].as_str().unwrap().to_owned();
    Tokens { access: text("access_token"), refresh: text("refresh_token") }
}

fn body(response: &HttpResponse) -> Json {
    serde_json::from_slice(&response.body).unwrap_or(Json::Null)
}

/// `pointer code` of each problem of a 422.
fn problems(response: &HttpResponse) -> Vec<String> {
    assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY);
    let body = body(response);
    let problem = |error: &Json| format!("{} {}", error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap());
    body["errors"].as_array().unwrap().iter().map(problem).collect()
}
