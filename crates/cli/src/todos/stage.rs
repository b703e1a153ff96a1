//! The stage of a trial: the app served in this process on a database that is thrown away, with two accounts.

use std::sync::Arc;

use blueprint::{ActionKind, Blueprint, Entity, TokenSource};
use codegen::checklist::Outcomes;
use serde_json::json;
use server::App;
use server::auth::users::{self, NewAccount};
use server::settings::Settings;

use super::client::{Answer, Client};
use super::failed;
use super::trial::{Person, Trial};

/// The password of all accounts of a trial.
pub const PASSWORD: &str = "seven-lamps-under-the-bridge";
/// Whoever has every role.
pub const FULL: &str = "every-role@example.com";
/// Whoever has none.
const BARE: &str = "no-role@example.com";

/// The outcomes of all lines that need a running app.
pub fn run(blueprint: &Blueprint) -> Outcomes {
    match tried(blueprint) {
        Ok(outcomes) => outcomes,
        Err(why) => {
            let ids = ids(blueprint).into_iter();
            ids.map(|id| (id, failed(format!("the app could not be tried: {why}")))).collect()
        }
    }
}

/// The lines that are ticked here.
fn ids(blueprint: &Blueprint) -> Vec<String> {
    let of = |entity: &Entity| {
        let kinds = ["endpoints", "rows", "strangers", "validation"];
        let actions = entity.actions.iter().filter(|action| !matches!(action.does, ActionKind::Call(_)));
        let actions = actions.map(|action| format!("action.{}.{}", entity.name, action.name));
        kinds.map(|kind| format!("entity.{}.{kind}", entity.name)).into_iter().chain(actions).collect::<Vec<_>>()
    };
    let all = ["errors.shape", "logging.audit"].map(str::to_owned);
    let accounts = blueprint.auth.accepts(TokenSource::Own).then(|| "accounts.sign_in".to_owned());
    blueprint.entities.iter().flat_map(of).chain(all).chain(accounts).collect()
}

fn tried(blueprint: &Blueprint) -> Result<Outcomes, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let database = format!("sqlite:{}", folder.path().join("app.db").display());
    let settings = Settings::read(|name| match name {
        "DATABASE_URL" => Some(database.clone()),
        "SECRET_KEY" => Some(format!("of one trial only: {}", folder.path().display())),
        "ENV" => Some("test".to_owned()),
        "RATE_LIMIT_USER" | "RATE_LIMIT_STRANGER" | "RATE_LIMIT_LOGIN" => Some("0".to_owned()),
        _ => None,
    });
    let settings =
        settings.map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    // Whoever signs people in elsewhere: here the rules are tried, not the way in.
    let mut tried = blueprint.clone();
    tried.auth.accept = vec![TokenSource::Own];
    tried.auth.verify_email = false;
    let tried = Arc::new(tried);
    let (full, bare) = people(&tried, &settings)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let app = App::open(tried.clone(), settings).await.map_err(|error| error.to_string())?;
        let app = Arc::new(app);
        let tokens = (token(&app, FULL).await?, token(&app, BARE).await?);
        let mut trial = Trial {
            blueprint: &tried,
            full: Person { client: Client { app: &app, token: Some(&tokens.0) }, id: full },
            bare: Person { client: Client { app: &app, token: Some(&tokens.1) }, id: bare },
            nobody: Client { app: &app, token: None },
            made: Vec::new(),
            outcomes: Outcomes::new(),
        };
        trial.all(blueprint.auth.accepts(TokenSource::Own)).await;
        let outcomes = std::mem::take(&mut trial.outcomes);
        app.close().await;
        Ok(outcomes)
    })
}

/// Two accounts: one with every role, one with none.
fn people(blueprint: &Blueprint, settings: &Settings) -> Result<(String, String), String> {
    let store = server::open_database(blueprint, settings).map_err(|error| error.to_string())?;
    let add = |email, roles: &[String]| {
        let new = NewAccount { email, password: Some(PASSWORD), roles, password_min_length: 15 };
        users::add(&store, blueprint, new).map_err(|error| error.to_string())
    };
    let made = add(FULL, &blueprint.auth.roles).and_then(|full| Ok((full, add(BARE, &[])?)));
    store.close_blocking();
    made
}

async fn token(app: &Arc<App>, email: &str) -> Result<String, String> {
    let answer = log_in(app, email, PASSWORD).await;
    let token = answer.json["access_token"].as_str().map(str::to_owned);
    token.ok_or_else(|| format!("a log-in is answered with {}", answer.told()))
}

/// Logs in, or tries to.
pub async fn log_in(app: &Arc<App>, email: &str, password: &str) -> Answer {
    let nobody = Client { app, token: None };
    nobody.post("/auth/login", &json!({ "email": email, "password": password })).await
}
