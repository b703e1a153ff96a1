//! Data in a schema of a Postgres server.
//!
//! A pool of connections, each lent to one work at a time, but for reads by key, of which many share one (`lanes.rs`), and
//! for new rows, of which many share a transaction (`together.rs`). A work of one statement is sent as it is; one of several
//! is a transaction, begun together with its first statement. What a server or a pooler between may do to a connection is
//! dealt with here: it is replaced, and what cannot have had an effect is tried again.

mod app;
mod attempt;
mod cell;
mod changing;
mod connect_error;
mod connector;
mod engine;
mod hosted;
mod idempotency;
mod lanes;
mod lease;
mod options;
mod own;
mod param;
mod plain;
mod pool;
mod row;
mod runtime;
mod scans;
mod serving;
mod session;
mod steps;
mod survey;
mod tls;
mod together;
mod transaction;
mod triggers;
mod trouble;
mod url;

use std::sync::{Arc, OnceLock};

use tokio::runtime::Handle;
use work::{Cost, Dialect, Mode, Outcome, Statement, Step, Work};

pub use self::connect_error::ConnectError;
use self::connector::Connector;
use self::engine::Ground;
use self::idempotency::Keys;
pub use self::options::PostgresOptions;
use self::pool::Pool;
use self::runtime::Home;
use self::scans::{Place, Scans};
pub use self::survey::{Survey, survey};
use self::together::Together;
pub use self::url::{PostgresUrl, UrlProblem};
use crate::counters::{Counters, Tally};
use crate::served::{FLOOR, Served};
use crate::transaction::Transaction;
use crate::{AppSchema, Applied, OpenError, Standing, StoreError};

/// A server in use.
pub(crate) struct Postgres {
    shared: Arc<Shared>,
    home: Home,
}

/// What works need, wherever they run.
struct Shared {
    options: Arc<PostgresOptions>,
    pool: Arc<Pool>,
    scans: Arc<Scans>,
    together: Together,
    keys: Keys,
    /// What makes tables.
    direct: Connector,
    schema: Arc<str>,
    place: String,
    served: Arc<Served>,
    /// The role that runs the works of callers, once it is known.
    serving: OnceLock<String>,
}

impl Postgres {
    pub(crate) async fn connect(options: PostgresOptions) -> Result<Postgres, OpenError> {
        let (home, shared) = prepared(options)?;
        shared.open().await?;
        Ok(Postgres { shared, home })
    }

    pub(crate) fn connect_blocking(options: PostgresOptions) -> Result<Postgres, OpenError> {
        let (home, shared) = prepared(options)?;
        let opening = shared.clone();
        home.block(async move { opening.open().await }).unwrap_or_else(|| Err(broke_off(&shared)))?;
        Ok(Postgres { shared, home })
    }

    /// The same with nothing made or changed.
    pub(crate) fn connect_as_it_is(options: PostgresOptions) -> Result<Postgres, OpenError> {
        let (home, shared) = prepared(options)?;
        let opening = shared.clone();
        home.block(async move { opening.open_as_it_is().await }).unwrap_or_else(|| Err(broke_off(&shared)))?;
        Ok(Postgres { shared, home })
    }

    pub(crate) fn standing(&self, app: &AppSchema) -> Result<Standing, OpenError> {
        let (shared, app) = (self.shared.clone(), app.clone());
        let looking = async move {
            let session = Box::new(shared.pool.open().await?);
            let standing = app::standing(&shared.ground(&session.client), &app).await;
            shared.pool.keep(session);
            standing
        };
        self.home.block(looking).unwrap_or_else(|| Err(broke_off(&self.shared)))
    }

    pub(crate) fn foresee(&self, app: &AppSchema) -> Result<Applied, OpenError> {
        let (shared, app) = (self.shared.clone(), app.clone());
        let looking = async move {
            let client = shared.direct.connect(None).await?;
            app::foresee(&shared.ground(&client), &app).await
        };
        self.home.block(looking).unwrap_or_else(|| Err(broke_off(&self.shared)))
    }

    pub(crate) async fn apply(&self, app: &AppSchema) -> Result<Applied, OpenError> {
        self.shared.apply(app).await
    }

    pub(crate) async fn put_triggers_back(&self) -> Result<Vec<String>, OpenError> {
        let client = self.shared.direct.connect(None).await?;
        triggers::put_back(&self.shared.ground(&client)).await
    }

    pub(crate) fn apply_blocking(&self, app: &AppSchema) -> Result<Applied, OpenError> {
        let (shared, app) = (self.shared.clone(), app.clone());
        self.home.block(async move { shared.apply(&app).await }).unwrap_or_else(|| Err(broke_off(&self.shared)))
    }

    pub(crate) async fn run(&self, work: Work) -> Result<Outcome, StoreError> {
        self.shared.run(self.home.handle(), work).await
    }

    /// Looks whether the tables are still those that are served.
    pub(crate) async fn look(&self) -> Result<(), StoreError> {
        self.shared.look(self.home.handle()).await
    }

    pub(crate) fn is_outdated(&self) -> bool {
        self.shared.served.allows().is_err()
    }

    /// How many connections serve the tables, as far as that can be known.
    pub(crate) fn serving(&self) -> Option<String> {
        let shared = self.shared.clone();
        let looking = async move {
            let client = shared.direct.connect(None).await?;
            shared.ground(&client).serving().await
        };
        match self.home.block(looking) {
            Some(Ok(connections)) if connections > 0 => Some(format!("connections of servers: {connections}")),
            _ => None,
        }
    }

    pub(crate) fn run_blocking(&self, work: Work) -> Result<Outcome, StoreError> {
        let (shared, home) = (self.shared.clone(), self.home.handle().clone());
        let running = async move { shared.run(&home, work).await };
        self.home.block(running).unwrap_or_else(|| Err(panicked()))
    }

    pub(crate) async fn transaction<T, A>(
        &self,
        run: impl FnOnce(&mut Transaction<'_>) -> Result<T, A> + Send + 'static,
    ) -> Result<T, A>
    where
        T: Send + 'static,
        A: From<StoreError> + Send + 'static,
    {
        self.shared.clone().transaction(self.home.handle().clone(), run).await
    }

    pub(crate) fn transaction_blocking<T, A>(
        &self,
        run: impl FnOnce(&mut Transaction<'_>) -> Result<T, A> + Send + 'static,
    ) -> Result<T, A>
    where
        T: Send + 'static,
        A: From<StoreError> + Send + 'static,
    {
        let (shared, home) = (self.shared.clone(), self.home.handle().clone());
        self.home.block(shared.transaction(home, run)).unwrap_or_else(|| Err(panicked().into()))
    }

    pub(crate) fn dialect(&self) -> Dialect {
        Dialect::Postgres { schema: self.shared.schema.clone() }
    }

    pub(crate) async fn ready(&self) -> Result<(), StoreError> {
        self.look().await?;
        let schema = &self.shared.schema;
        let sql = format!("SELECT pg_is_in_recovery() OR (SELECT count(*) FROM \"{schema}\".\"_state\") = 0");
        let work = Work::read(Cost::Point, vec![Step::Count(Statement::new(sql, Vec::new()))]);
        match self.run(work).await? {
            Outcome::Done(answer) if answer.count == Some(0) => Ok(()),
            _ => Err(trouble::unavailable("the server cannot be written to; it follows another one")),
        }
    }

    pub(crate) async fn close(&self) {
        self.shared.pool.close().await;
    }

    pub(crate) fn close_blocking(&self) {
        let shared = self.shared.clone();
        self.home.block(async move { shared.pool.close().await });
    }

    pub(crate) fn counters(&self) -> Counters {
        self.shared.pool.tally.read(self.shared.pool.waiting(), 0, self.shared.scans.waiting())
    }
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postgres").field("place", &self.shared.place).finish_non_exhaustive()
    }
}

impl Shared {
    /// Runs a work, unless the tables are known to be others than those that are served.
    async fn run(self: &Arc<Shared>, home: &Handle, work: Work) -> Result<Outcome, StoreError> {
        self.served.allows()?;
        if work.mode == Mode::Write {
            self.look_before_writing(home).await?;
        }
        match self.run_now(home, work).await {
            // A statement that does not run may be one for tables of before; and a connection that ends, one that was ended for that.
            Err(error @ StoreError::Broken { .. }) => self.look(home).await.and(Err(error)),
            // Whether it was done stays unknown, whatever else is.
            Err(error @ StoreError::Unavailable { .. }) => self.served.allows().and(Err(error)),
            result => result,
        }
    }

    async fn run_now(self: &Arc<Shared>, home: &Handle, mut work: Work) -> Result<Outcome, StoreError> {
        if let Some(outcome) = self.with_others(home, &mut work).await? {
            return Ok(outcome);
        }
        let _turn = self.turn(&work).await?;
        let lease = self.pool.lend(work.mode, attempt::is_glance(&work)).await?;
        if work.mode != Mode::Write && !lease.is_shared() {
            return attempt::run(self, &work, lease).await;
        }
        // A write that has begun goes on when nobody waits for it any more. So does a read that others stand behind: it keeps
        // its place until it is answered, and its answer is taken off the connection at once.
        let shared = self.clone();
        let running = home.spawn(async move { attempt::run(&shared, &work, lease).await });
        running.await.unwrap_or_else(|_| Err(panicked()))
    }

    async fn transaction<T, A>(
        self: Arc<Shared>,
        home: Handle,
        run: impl FnOnce(&mut Transaction<'_>) -> Result<T, A> + Send + 'static,
    ) -> Result<T, A>
    where
        T: Send + 'static,
        A: From<StoreError> + Send + 'static,
    {
        self.served.allows()?;
        self.look_before_writing(&home).await?;
        // First, so that no more threads are blocked than there are connections.
        let lease = self.pool.lend(Mode::Write, false).await?;
        let running = home.clone().spawn_blocking(move || transaction::run(&self, home, lease, run));
        running.await.unwrap_or_else(|_| Err(panicked().into()))
    }

    /// Behind a pooler nobody can end the connection of a server that has become a former one: it looks by itself.
    async fn look_before_writing(self: &Arc<Shared>, home: &Handle) -> Result<(), StoreError> {
        if self.pool.is_pooled() { self.served.seen_lately(self.look(home)).await } else { Ok(()) }
    }

    /// Looks whether the tables are still those that are served.
    async fn look(self: &Arc<Shared>, home: &Handle) -> Result<(), StoreError> {
        self.served.allows()?;
        if !self.served.is_set() {
            return Ok(());
        }
        let state = format!("\"{}\".\"_state\"", self.schema);
        let floor = Statement::new(FLOOR.replace("{state}", &state), Vec::new());
        match self.run_now(home, Work::read(Cost::Point, vec![Step::Count(floor)])).await {
            Ok(Outcome::Done(answer)) => self.served.look(answer.count),
            Ok(Outcome::Refused(_)) => Ok(()),
            // A connection that was opened for it may have seen it first.
            Err(error) => self.served.allows().and(Err(error)),
        }
    }

    /// Runs a work together with others, if it can be.
    async fn with_others(self: &Arc<Shared>, home: &Handle, work: &mut Work) -> Result<Option<Outcome>, StoreError> {
        if self.pool.is_pooled() || !Together::takes(work) {
            return Ok(None);
        }
        together::run(self, home, work).await
    }

    /// Waits until a work may ask for a connection. Only scans do.
    async fn turn(&self, work: &Work) -> Result<Option<Place>, StoreError> {
        match work.mode {
            Mode::Read(Cost::Scan) => self.scans.place(work.share).await.map(Some),
            Mode::Read(Cost::Point) | Mode::Write => Ok(None),
        }
    }

    /// Sees that the server can be used, and brings the engine's tables up to date.
    async fn open(&self) -> Result<(), OpenError> {
        let session = Box::new(self.pool.open().await?);
        if let Some(role) = self.ground(&session.client).text("SELECT current_user::text", &[]).await? {
            let _ = self.serving.set(role);
        }
        if !self.ground(&session.client).is_current().await? {
            let client = self.direct.connect(None).await?;
            self.ground(&client).migrate().await?;
        }
        self.pool.keep(session);
        Ok(())
    }

    async fn open_as_it_is(&self) -> Result<(), OpenError> {
        let session = Box::new(self.pool.open().await?);
        self.ground(&session.client).examine().await?;
        self.pool.keep(session);
        Ok(())
    }

    async fn apply(&self, app: &AppSchema) -> Result<Applied, OpenError> {
        let session = match self.pool.rested() {
            Some(session) => session,
            None => Box::new(self.pool.open().await?),
        };
        let standing = self.is_current(&session.client, app).await;
        self.pool.keep(session);
        let (current, is_shut) = standing?;
        if let Some(number) = current.filter(|_| is_shut) {
            self.served.set(number);
            return Ok(Applied::Unchanged);
        }
        let client = self.direct.connect(None).await?;
        let done = app::apply(&self.ground(&client), app).await?;
        self.served.set(done.number);
        Ok(done.applied)
    }

    /// The number of the record of the tables, if they are there, and whether none of ours stands open to a data API.
    async fn is_current(
        &self,
        client: &tokio_postgres::Client,
        app: &AppSchema,
    ) -> Result<(Option<i64>, bool), OpenError> {
        let ground = self.ground(client);
        Ok((app::is_current(&ground, app).await?, hosted::open(&ground).await?.is_empty()))
    }

    fn ground<'a>(&'a self, client: &'a tokio_postgres::Client) -> Ground<'a> {
        let serving = self.serving.get().map_or("", String::as_str);
        Ground { client, schema: &self.schema, place: &self.place, serving, options: &self.options }
    }
}

/// All but the first connection.
fn prepared(options: PostgresOptions) -> Result<(Home, Arc<Shared>), OpenError> {
    let url = &options.url;
    let home =
        Home::find().map_err(|error| ConnectError::new(url, error.to_string(), "give the process more threads"))?;
    let connector = |url: &PostgresUrl| Connector::new(url.clone(), home.handle().clone(), options.connect_timeout_ms);
    let main = connector(url)?;
    let direct = options.direct.as_ref().map(connector).transpose()?.unwrap_or_else(|| main.clone());
    let place = format!("{url}, schema {}", options.schema);
    let (schema, keys) = (options.schema.as_str().into(), Keys::new(&options.schema));
    let (scans, together) = (Arc::new(Scans::new(&options)), Together::new(options.waiting));
    let options = Arc::new(options);
    let served = Arc::<Served>::default();
    let pool = Arc::new(Pool::new(main, options.clone(), Arc::<Tally>::default(), served.clone()));
    Ok((
        home,
        Arc::new(Shared {
            options,
            pool,
            scans,
            together,
            keys,
            direct,
            schema,
            place,
            served,
            serving: OnceLock::new(),
        }),
    ))
}

fn broke_off(shared: &Shared) -> OpenError {
    OpenError::Failed { place: shared.place.clone(), message: "the attempt broke off".to_owned() }
}

fn panicked() -> StoreError {
    StoreError::broken("the task that ran it panicked")
}
