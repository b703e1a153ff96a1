//! `supermaker key`: API keys for services, as the operator manages them, also beside a running server.

use std::time::Duration;

use blueprint::Blueprint;
use clap::{Args, Subcommand};
use query::Allowed;
use serde::Serialize;
use serde_json::{Value as Json, json};
use server::auth::api_keys::{self, Listed, NewKey};
use store::Store;

use crate::failure::Failure;
use crate::logs;
use crate::report::listed;
use crate::screen::Screen;
use crate::source::Place;
use server::process::{Environment, read_settings};

/// Make, list and revoke API keys, with which services come in a user's name
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker key add --user ana@example.com --name ci --allow task:read,create
  supermaker key list --json
  supermaker key revoke sm_h4k7w2xq

A service sends its key as the header X-API-Key. It works on the database of the blueprint, also while a server runs on it.")]
pub struct Key {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum Action {
    /// Make a key, which is shown only then
    #[command(after_help = "\
Examples:
  supermaker key add --user ana@example.com --name ci --allow task:read --expires 30d
  supermaker key add --user ana@example.com --name report --allow '*:read'")]
    Add {
        /// E-mail address or id of the user for whom it acts: it may never do more than he may
        #[arg(long)]
        user: String,
        /// What it is called in lists and in the audit
        #[arg(long)]
        name: String,
        /// What it may, as ENTITY:OPERATION,…; the operations are read, create, update, delete and the names of actions, and `*`
        /// stands for all; may be given several times
        #[arg(long, value_name = "WHAT", required = true)]
        allow: Vec<String>,
        /// For how long it counts, such as 12h or 90d; never for one that does not end
        #[arg(long, value_name = "TIME", default_value = "90d", value_parser = expiry)]
        expires: Expiry,
    },
    /// Show all keys
    #[command(after_help = "Example:\n  supermaker key list --file lead-tracker --json")]
    List,
    /// End a key, for good
    #[command(after_help = "Example:\n  supermaker key revoke sm_h4k7w2xq")]
    Revoke {
        /// What it begins with, as the list shows it, or its id, or all of it
        key: String,
    },
}

/// For how long a key counts.
#[derive(Debug, Clone, Copy)]
struct Expiry(Option<Duration>);

fn expiry(text: &str) -> Result<Expiry, String> {
    match text {
        "never" => Ok(Expiry(None)),
        text => server::settings::lifetime(text).map(|time| Expiry(Some(time))),
    }
}

/// A key as it is printed.
#[derive(Serialize)]
struct View<'a> {
    id: &'a str,
    prefix: &'a str,
    name: &'a str,
    user_id: &'a str,
    email: Option<&'a str>,
    allow: &'a Json,
    created_at: &'a str,
    expires_at: Option<&'a str>,
    last_used_at: Option<&'a str>,
    revoked_at: Option<&'a str>,
}

impl Key {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let source = self.place.read()?;
        let environment = Environment::beside(&source.folder)?;
        let blueprint = source.load_or_explain(screen.color_err())?;
        if screen.manner.dry_run {
            return self.action.rehearse(screen, &blueprint);
        }
        let settings = read_settings(&source.folder, &environment, |_| None)?;
        logs::start(screen, &environment)?;
        let store = server::open_database(&blueprint, &settings);
        let store = store.map_err(|error| Failure::new(error.to_string().trim_end()))?;
        match &self.action {
            Action::Add { user, name, allow, expires } => {
                add(screen, &store, &blueprint, NewKey { user, name, allow, lifetime: expires.0 })
            }
            Action::List => list(screen, &store),
            Action::Revoke { key } => revoke(screen, &store, key),
        }
    }
}

impl Action {
    fn rehearse(&self, screen: &Screen, blueprint: &Blueprint) -> Result<(), Failure> {
        screen.would(&match self {
            Action::Add { user, name, allow, .. } => {
                let allowed = Allowed::read(blueprint, allow).map_err(Failure::new)?;
                warn(screen, blueprint, &allowed);
                format!("make the key {name} of {user}, for {}", allowed.words().join(" "))
            }
            Action::List => "list all keys".to_owned(),
            Action::Revoke { key } => format!("revoke {}", api_keys::shown(key)),
        })
    }
}

fn add(screen: &Screen, store: &Store, blueprint: &Blueprint, new: NewKey<'_>) -> Result<(), Failure> {
    let made = api_keys::add(store, blueprint, new).map_err(Failure::new)?;
    // What can be read once can be read twice.
    warn(screen, blueprint, &Allowed::read(blueprint, new.allow).unwrap_or_default());
    if screen.manner.json {
        let (id, prefix, key, ends) = (&made.id, &made.prefix, &made.key, &made.expires_at);
        return screen.json(&json!({"id": id, "prefix": prefix, "name": new.name, "key": key, "expires_at": ends}));
    }
    let until = made.expires_at.as_deref().map_or("until it is revoked".to_owned(), |at| format!("until {}", day(at)));
    screen.say(&format!("Made the key {} of {}, good {until}; this is shown only now:", new.name, new.user))?;
    screen.result(&made.key)
}

/// Says what goes along with what the key may delete.
fn warn(screen: &Screen, blueprint: &Blueprint, allowed: &Allowed) {
    for (deleted, along) in allowed.cascades(blueprint) {
        screen.warn(&format!(
            "whoever deletes a {deleted} with this key deletes each {along} that refers to it, though the key is not for that"
        ));
    }
}

fn list(screen: &Screen, store: &Store) -> Result<(), Failure> {
    let keys = api_keys::list(store).map_err(Failure::new)?;
    if screen.manner.json {
        return screen.json(&keys.iter().map(View::of).collect::<Vec<_>>());
    }
    let head = ["key", "name", "user", "allowed", "state", "last used"];
    let rows = keys.iter().map(|key| {
        let allowed = Allowed::of_json(&key.allow.to_string()).words().join(" ");
        let user = key.email.clone().unwrap_or_else(|| key.user_id.clone());
        let used = key.last_used_at.as_deref().map_or("never".to_owned(), day);
        vec![key.prefix.clone(), key.name.clone(), user, allowed, state(key), used]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.is_empty() {
        return screen.result("There are no keys yet.");
    }
    screen.result(&listed(screen, &head, &rows))
}

fn revoke(screen: &Screen, store: &Store, key: &str) -> Result<(), Failure> {
    api_keys::revoke(store, key).map_err(Failure::new)?;
    // It may be the secret itself.
    let key = api_keys::shown(key);
    if screen.manner.json {
        return screen.json(&json!({"key": key, "revoked": true}));
    }
    screen.say(&format!("{key} does not count any more"))
}

fn state(key: &Listed) -> String {
    match (&key.revoked_at, &key.expires_at) {
        (Some(at), _) => format!("revoked {}", day(at)),
        (None, Some(at)) => format!("until {}", day(at)),
        (None, None) => "no end".to_owned(),
    }
}

fn day(stamp: &str) -> String {
    stamp.chars().take(10).collect()
}

impl View<'_> {
    fn of(key: &Listed) -> View<'_> {
        View {
            id: &key.id,
            prefix: &key.prefix,
            name: &key.name,
            user_id: &key.user_id,
            email: key.email.as_deref(),
            allow: &key.allow,
            created_at: &key.created_at,
            expires_at: key.expires_at.as_deref(),
            last_used_at: key.last_used_at.as_deref(),
            revoked_at: key.revoked_at.as_deref(),
        }
    }
}
