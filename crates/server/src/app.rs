//! Everything that answering a request needs, built once at start.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use blueprint::Blueprint;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Body, Bytes};
use query::Catalog;
use query::cursor::CursorKey;
use store::{AppSchema, Applied, Standing, Store};
use work::{Dialect, Migration};

use crate::audit::{self, AtStart, Refusals, Sealer};
use crate::auth::self_written::{self, SelfWritten};
use crate::auth::users::{self, UserError};
use crate::auth::{Auth, Purge};
use crate::auth::{api_keys, caller_fields};
use crate::body::BodyLimits;
use crate::code::{Code, CodeMap};
use crate::explain::{self, Asked, Explained};
use crate::in_flight::InFlight;
use crate::metrics::Metrics;
use crate::once::Turns;
use crate::rates::Rates;
use crate::served_at::Note;
use crate::settings::{Database, Settings};
use crate::shared_body::BodyError;
use crate::{StartError, cors, edge, mail, openapi};

/// Opens the database and makes the tables if they are not there. For callers without a runtime; it blocks the thread.
///
/// # Errors
/// What stands in the way, in words for the person who starts the server.
pub fn open_database(blueprint: &Blueprint, settings: &Settings) -> Result<Store, StartError> {
    let store = match &settings.database {
        Database::Sqlite(path) => Store::open(store::Options::new(path))?,
        Database::Postgres(options) => Store::connect_blocking((**options).clone())?,
    };
    tell(&store.apply_blocking(&wanted(blueprint, settings, &store))?);
    Ok(store)
}

/// Brings the tables of the database to a blueprint, as far as the settings let them follow. It blocks the thread.
///
/// # Errors
/// What stands in the way, with what to try; then nothing was changed.
pub fn migrate_database(blueprint: &Blueprint, settings: &Settings) -> Result<Applied, StartError> {
    let store = match &settings.database {
        Database::Sqlite(path) => Store::open(store::Options::new(path))?,
        Database::Postgres(options) => Store::connect_blocking((**options).clone())?,
    };
    let applied = store.apply_blocking(&wanted(blueprint, settings, &store));
    store.close_blocking();
    Ok(applied?)
}

/// What [`migrate_database`] would come to, rows in the way included. It makes and changes nothing; it blocks the thread.
///
/// # Errors
/// Those of [`migrate_database`], in the same words.
pub fn foresee_migration(blueprint: &Blueprint, settings: &Settings) -> Result<Applied, StartError> {
    let store = match open_database_as_it_is(settings) {
        Err(StartError::Database(store::OpenError::Unmade { .. })) => return Ok(Applied::Created),
        opened => opened?,
    };
    let foreseen = store.foresee_blocking(&wanted(blueprint, settings, &store));
    store.close_blocking();
    Ok(foreseen?)
}

/// Copies a database file as it is now; `false` on a server. It blocks the thread.
///
/// # Errors
/// What stands in the way; then there is no copy.
pub fn copy_database(settings: &Settings, to: &std::path::Path) -> Result<bool, StartError> {
    let store = open_database_as_it_is(settings)?;
    let copied = store.copy_blocking(to);
    store.close_blocking();
    Ok(copied?)
}

/// Who serves the database now, in words, as far as that can be known. It blocks the thread.
pub fn serving_database(settings: &Settings) -> Option<String> {
    let store = open_database_as_it_is(settings).ok()?;
    let serving = store.serving_blocking();
    store.close_blocking();
    serving
}

/// Opens the database as it is: nothing is made and nothing brought up to date, not even a file. It blocks the thread.
///
/// # Errors
/// What stands in the way, and that there is none yet or another version made it.
pub fn open_database_as_it_is(settings: &Settings) -> Result<Store, StartError> {
    Ok(match &settings.database {
        Database::Sqlite(path) => Store::open_as_it_is(store::Options::new(path))?,
        Database::Postgres(options) => Store::connect_as_it_is((**options).clone())?,
    })
}

/// Whether the database has the tables of a blueprint. It makes and changes nothing; it blocks the thread.
///
/// # Errors
/// It cannot be reached, or has no such tables: see [`Store::standing_blocking`].
pub fn look_at_database(blueprint: &Blueprint, settings: &Settings) -> Result<Standing, StartError> {
    let store = open_database_as_it_is(settings)?;
    let standing = store.standing_blocking(&tables(blueprint, &store));
    store.close_blocking();
    Ok(standing?)
}

async fn open(blueprint: &Blueprint, settings: &Settings) -> Result<Store, StartError> {
    let store = match &settings.database {
        Database::Sqlite(path) => Store::open(store::Options::new(path))?,
        Database::Postgres(options) => Store::connect((**options).clone()).await?,
    };
    tell(&store.apply(&wanted(blueprint, settings, &store)).await?);
    Ok(store)
}

/// Says what became of tables that were there for another blueprint.
fn tell(applied: &Applied) {
    if let Applied::Migrated { told, let_go, .. } = applied {
        told.iter().for_each(|line| tracing::info!("the database was brought to the blueprint: {line}"));
        let_go.iter().for_each(|line| tracing::warn!("let go for good: {line}"));
    }
}

fn wanted(blueprint: &Blueprint, settings: &Settings, store: &Store) -> AppSchema {
    AppSchema { follow: settings.follow, ..tables(blueprint, store) }
}

/// What a blueprint asks of a database.
pub(crate) fn tables(blueprint: &Blueprint, store: &Store) -> AppSchema {
    let statements = schema::tables(blueprint, &store.dialect());
    AppSchema { migrate: Some(migrate), ..AppSchema::new(blueprint.source.clone(), statements) }
}

/// How the tables of a blueprint that was served become those of another.
fn migrate(before: &str, after: &str, dialect: &Dialect) -> Result<Migration, String> {
    let load = |text| blueprint::load(text).map_err(|problems| problems.to_string());
    Ok(schema::migration(&load(before)?, &load(after)?, dialect))
}

/// What becomes of the tables of a database when its blueprint is changed, with what would be in the way.
pub fn way_of_tables(before: &Blueprint, after: &Blueprint) -> Migration {
    schema::migration(before, after, &Dialect::Sqlite)
}

/// A blueprint in service.
pub struct App {
    pub(crate) blueprint: Arc<Blueprint>,
    pub(crate) settings: Settings,
    pub(crate) code: CodeMap,
    pub(crate) catalog: Catalog,
    pub(crate) store: Store,
    pub(crate) auth: Auth,
    pub(crate) rates: Arc<Rates>,
    pub(crate) in_flight: InFlight,
    pub(crate) refused_origins: cors::Refused,
    pub(crate) cursor_key: CursorKey,
    pub(crate) metrics: Metrics,
    pub(crate) openapi: Bytes,
    pub(crate) turns: Turns,
    pub(crate) refusals: Arc<Refusals>,
    sealer: Arc<Sealer>,
    purge: Arc<Purge>,
    draining: Arc<AtomicBool>,
    /// Where this server left that it listens, if it did.
    pub(crate) note: Option<Arc<Note>>,
}

impl App {
    /// Opens the database, makes the tables if they are not there, and renders what is fixed.
    ///
    /// # Errors
    /// What stands in the way, in words for the person who starts the server.
    pub async fn open(blueprint: Arc<Blueprint>, settings: Settings) -> Result<App, StartError> {
        App::open_with(blueprint, settings, Code::default()).await
    }

    /// The same with routes that are code.
    ///
    /// # Errors
    /// The same, and code that does not go with the blueprint.
    pub async fn open_with(blueprint: Arc<Blueprint>, settings: Settings, mut code: Code) -> Result<App, StartError> {
        // First: code that does not fit must not touch the database.
        let routes = CodeMap::new(&blueprint, &mut code)?;
        let openapi = openapi::document_with(&blueprint, &code, settings.reached())?;
        let store = open(&blueprint, &settings).await?;
        audit::at_start(&store, &settings).await.map_err(|why| match why {
            AtStart::Store(error) => StartError::Store(error),
            AtStart::Strange(problem) => StartError::Settings(vec![problem]),
        })?;
        audit::keep_triggers(&store).await.map_err(StartError::Store)?;
        store.announce();
        let auth = Auth::new(&settings, blueprint.clone(), store.clone()).await?;
        let refusals = auth.refusals();
        let sealer = Arc::new(Sealer::new(&settings.secret_key, store.clone(), refusals.clone()));
        sealer.start();
        let purge = Arc::new(auth.purge());
        purge.start();
        Ok(App {
            refusals,
            sealer,
            purge,
            catalog: Catalog::new(blueprint.clone(), store.dialect()),
            rates: auth.rates(),
            in_flight: InFlight::new(settings.limits.requests),
            refused_origins: cors::Refused::default(),
            cursor_key: auth.cursor_key(),
            metrics: Metrics::new(paths(&openapi), None),
            openapi: openapi.to_string().into(),
            draining: Arc::default(),
            turns: Turns::default(),
            note: None,
            code: routes,
            blueprint,
            settings,
            store,
            auth,
        })
    }

    /// Another blueprint on the same open database and with the same settings. What counts callers and requests is shared.
    ///
    /// # Errors
    /// The database holds other tables, or the settings do not go with the blueprint; then nothing was recorded.
    pub(crate) async fn renewed(&self, blueprint: Arc<Blueprint>) -> Result<App, StartError> {
        if self.code.has_routes() {
            let problem = "code is checked against its blueprint at start; stop this app and start it anew";
            return Err(StartError::Code(vec![problem.to_owned()]));
        }
        if self.store.is_outdated() {
            // On a database of its own: what is written for the tables of before stays refused to the end.
            let app = Box::pin(App::open(blueprint, self.settings.clone())).await?;
            return Ok(App { note: self.note.clone(), ..app });
        }
        let openapi = openapi::document_at(&blueprint, self.settings.reached());
        let auth = self.auth.renewed(&self.settings, blueprint.clone()).await?;
        tell(&self.store.apply(&wanted(&blueprint, &self.settings, &self.store)).await?);
        Ok(App {
            catalog: Catalog::new(blueprint.clone(), self.store.dialect()),
            rates: self.rates.clone(),
            in_flight: self.in_flight.clone(),
            refused_origins: cors::Refused::default(),
            cursor_key: auth.cursor_key(),
            metrics: Metrics::new(paths(&openapi), Some(&self.metrics)),
            openapi: openapi.to_string().into(),
            draining: self.draining.clone(),
            note: self.note.clone(),
            turns: Turns::default(),
            refusals: self.refusals.clone(),
            sealer: self.sealer.clone(),
            purge: self.purge.clone(),
            code: CodeMap::default(),
            blueprint,
            settings: self.settings.clone(),
            store: self.store.clone(),
            auth,
        })
    }

    /// Edits every work on its way to the database, for tests that look whether a hole is found.
    #[cfg(feature = "tamper")]
    pub fn tamper(&self, edit: store::tamper::Edit) {
        self.store.tamper(edit);
    }

    /// What it serves.
    pub fn blueprint(&self) -> &Blueprint {
        &self.blueprint
    }

    /// Where the mail of a server that is being tried out can be read: a path with a key of this process, which lets nobody
    /// else read it. `None` where no mail lies.
    pub fn mailbox(&self) -> Option<String> {
        self.auth.has_mailbox().then(mail::path)
    }

    /// Answers one request of a caller at `ip`, whatever brought it here. Never fails: what goes wrong is an answer.
    pub async fn handle<B>(self: &Arc<Self>, ip: IpAddr, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        edge::handle(self, ip, request).await
    }

    /// Seals what is left of the audit, finishes what is queued and closes the database.
    pub async fn close(&self) {
        self.sealer.write_refusals(true).await;
        if let Err(error) = self.sealer.seal_all().await {
            tracing::warn!(%error, "the audit could not be sealed; the next start does it");
        }
        self.store.close().await;
    }

    /// Writes what is left of refusals, seals what is left of the audit and indexes it, which happens by itself about once a second.
    pub async fn seal_audit(&self) {
        self.sealer.write_refusals(true).await;
        if let Err(error) = self.sealer.seal().await {
            tracing::warn!(%error, "the audit could not be sealed; the next start does it");
        }
        if let Err(error) = self.sealer.fill_up().await {
            tracing::warn!(%error, "the index of the audit could not be filled; the next start does it");
        }
    }

    /// Invites an address, as `supermaker user invite` does. Blocks the thread for one write.
    ///
    /// # Errors
    /// What is wrong with it, that the address has an account, or that this app takes no invitations.
    pub fn invite(&self, email: &str, roles: &[String]) -> Result<users::Invited, UserError> {
        users::invite(&self.store, &self.blueprint, email, roles)
    }

    /// Makes an API key, as `supermaker key add` does. Blocks the thread for one write.
    ///
    /// # Errors
    /// What is wrong with it, or nobody of this address or id.
    pub fn add_key(&self, new: api_keys::NewKey<'_>) -> Result<api_keys::Made, UserError> {
        api_keys::add(&self.store, &self.blueprint, new)
    }

    /// Ends an API key from the next request on, by its id or by what begins it.
    ///
    /// # Errors
    /// No such key, or one that is revoked already.
    pub fn revoke_key(&self, which: &str) -> Result<(), UserError> {
        api_keys::revoke(&self.store, which)?;
        self.auth.changed();
        Ok(())
    }

    /// Explains a request, as `supermaker explain` does. Blocks the thread.
    ///
    /// # Errors
    /// Nobody of this name, a path that is none, or the database.
    pub fn explain(&self, asked: &Asked) -> Result<Explained, UserError> {
        explain::explain(&self.blueprint, &self.store, asked)
    }

    /// The fields that rules look at in which users wrote themselves what stands there, before they were `read_only`.
    pub async fn self_written(&self) -> Vec<SelfWritten> {
        self_written::find(&self.store, &self.blueprint).await.unwrap_or_else(|error| {
            let why = "how many users wrote fields that rules look at themselves could not be counted; the next start counts again";
            tracing::warn!(%error, "{why}");
            Vec::new()
        })
    }

    /// Warns of those fields in the log as soon as they are counted. Nobody waits for that.
    pub fn tell_self_written(self: &Arc<Self>) {
        let app = self.clone();
        tokio::spawn(async move { app.self_written().await.iter().for_each(|field| tracing::warn!("{field}")) });
    }

    /// Takes what users wrote themselves into a field that rules look at, as `supermaker user clear` does. Blocks the thread.
    ///
    /// # Errors
    /// No such field, or one that cannot be empty.
    pub fn clear_user_field(&self, name: &str) -> Result<usize, UserError> {
        let cleared = self_written::clear(&self.store, &self.blueprint, name)?;
        self.auth.changed();
        Ok(cleared)
    }

    /// Gives a field of a user another value, as `supermaker user set` does. Blocks the thread for one write.
    ///
    /// # Errors
    /// No such field, a value that it does not take, or nobody of this id or address.
    pub fn set_user_field(&self, who: &str, name: &str, text: &str) -> Result<(), UserError> {
        caller_fields::set(&self.store, &self.blueprint, who, name, text)?;
        self.auth.changed();
        Ok(())
    }

    /// Gives a user just these roles, from the next request on.
    ///
    /// # Errors
    /// A role that the blueprint does not declare, or nobody of this address or id.
    pub fn set_roles(&self, who: &str, roles: &[String]) -> Result<(), UserError> {
        users::set_roles(&self.store, &self.blueprint, who, roles)?;
        self.auth.changed();
        Ok(())
    }

    /// What a body may cost.
    pub(crate) fn body_limits(&self) -> BodyLimits {
        let limits = &self.settings.limits;
        BodyLimits { bytes: limits.body_bytes, idle: limits.body_idle_timeout, total: limits.body_timeout }
    }

    /// From now on `/readyz` says that no new work should come.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

/// The paths of an API description, which are the templates of its routes.
fn paths(openapi: &serde_json::Value) -> impl Iterator<Item = &str> {
    openapi
        .get("paths")
        .and_then(serde_json::Value::as_object)
        .into_iter()
        .flat_map(|paths| paths.keys())
        .map(String::as_str)
}
