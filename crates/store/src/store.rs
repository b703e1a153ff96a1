//! The handle that everybody else holds: opening, running, closing, whichever engine keeps the data.

use std::sync::Arc;

use work::{Dialect, Outcome, Work};

use crate::counters::Counters;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::transaction::Transaction;
use crate::triggers::{self, Triggers};
use crate::wait::wait;
use crate::{AppSchema, Applied, OpenError, Options, PostgresOptions, Standing, StoreError};

/// An open database. Clones share it; when the last one is dropped what waits is finished and the database closed.
#[derive(Clone, Debug)]
pub struct Store {
    engine: Engine,
    #[cfg(feature = "tamper")]
    tamper: crate::tamper::Tamper,
}

#[derive(Clone, Debug)]
enum Engine {
    Sqlite(Arc<Sqlite>),
    Postgres(Arc<Postgres>),
}

impl Store {
    /// Opens a database file, makes it when it is not there, and brings the engine's tables up to date.
    ///
    /// # Errors
    /// When the file cannot be used; the message says why and what to try.
    pub fn open(options: Options) -> Result<Store, OpenError> {
        Ok(Store::of(Engine::Sqlite(Arc::new(Sqlite::open(options)?))))
    }

    /// Connects to a Postgres server, and brings the engine's tables in its schema up to date.
    ///
    /// # Errors
    /// When the server cannot be used; the message says why and what to try, and holds no password.
    pub async fn connect(options: PostgresOptions) -> Result<Store, OpenError> {
        Ok(Store::of(Engine::Postgres(Arc::new(Box::pin(Postgres::connect(options)).await?))))
    }

    /// [`Store::connect`] for callers without a runtime; it blocks the thread.
    ///
    /// # Errors
    /// Those of [`Store::connect`].
    pub fn connect_blocking(options: PostgresOptions) -> Result<Store, OpenError> {
        Ok(Store::of(Engine::Postgres(Arc::new(Postgres::connect_blocking(options)?))))
    }

    /// Opens a database file as it is: nothing is made and nothing brought up to date. For who looks into what another program
    /// serves.
    ///
    /// # Errors
    /// There is none, or not with the tables that this program knows; then it was not touched.
    pub fn open_as_it_is(options: Options) -> Result<Store, OpenError> {
        Ok(Store::of(Engine::Sqlite(Arc::new(Sqlite::open_as_it_is(options)?))))
    }

    /// [`Store::open_as_it_is`] on a Postgres server; it blocks the thread.
    ///
    /// # Errors
    /// Those of [`Store::open_as_it_is`], and that the server cannot be used.
    pub fn connect_as_it_is(options: PostgresOptions) -> Result<Store, OpenError> {
        Ok(Store::of(Engine::Postgres(Arc::new(Postgres::connect_as_it_is(options)?))))
    }

    fn of(engine: Engine) -> Store {
        Store {
            engine,
            #[cfg(feature = "tamper")]
            tamper: crate::tamper::Tamper::default(),
        }
    }

    /// Edits every work from here on, that of clones too: see [`crate::tamper`].
    #[cfg(feature = "tamper")]
    pub fn tamper(&self, edit: crate::tamper::Edit) {
        self.tamper.set(edit);
    }

    /// Makes the tables of an app, sees that they are those of the database, or changes them to be that where they are to follow.
    ///
    /// # Errors
    /// [`OpenError::Changed`] when the database was made for other tables and they are not to follow, or no way leads from them;
    /// [`OpenError::InTheWay`] when rows are in it. Nothing was changed then.
    pub async fn apply(&self, app: &AppSchema) -> Result<Applied, OpenError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.apply(app),
            Engine::Postgres(postgres) => Box::pin(postgres.apply(app)).await,
        }
    }

    /// Whether the tables of the database are those of an app, which [`Store::apply`] would see to. It blocks the thread.
    ///
    /// # Errors
    /// [`OpenError::Unmade`] and [`OpenError::Changed`], where `apply` would have to make tables or cannot.
    pub fn standing_blocking(&self, app: &AppSchema) -> Result<Standing, OpenError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.standing(app),
            Engine::Postgres(postgres) => postgres.standing(app),
        }
    }

    /// How the triggers stand that keep the audit from being changed.
    ///
    /// # Errors
    /// They could not be looked at.
    pub async fn triggers(&self) -> Result<Triggers, StoreError> {
        let dialect = self.dialect();
        triggers::read(&dialect, self.run(triggers::ask(&dialect)).await?)
    }

    /// [`Store::triggers`] for callers without a runtime; it blocks the thread.
    ///
    /// # Errors
    /// Those of [`Store::triggers`].
    pub fn triggers_blocking(&self) -> Result<Triggers, StoreError> {
        let dialect = self.dialect();
        triggers::read(&dialect, self.run_blocking(triggers::ask(&dialect))?)
    }

    /// Puts those of [`Triggers::missing`] back, and says which were.
    ///
    /// # Errors
    /// On Postgres the tables may belong to another role, or be in use.
    pub async fn put_triggers_back(&self) -> Result<Vec<String>, OpenError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.put_triggers_back(),
            Engine::Postgres(postgres) => Box::pin(postgres.put_triggers_back()).await,
        }
    }

    /// What [`Store::apply`] would come to, rows in the way included. It makes and changes nothing, and nobody waits for it; it
    /// blocks the thread.
    ///
    /// # Errors
    /// Those of [`Store::apply`].
    pub fn foresee_blocking(&self, app: &AppSchema) -> Result<Applied, OpenError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.foresee(app),
            Engine::Postgres(postgres) => postgres.foresee(app),
        }
    }

    /// [`Store::apply`] for callers without a runtime; it blocks the thread.
    ///
    /// # Errors
    /// Those of [`Store::apply`].
    pub fn apply_blocking(&self, app: &AppSchema) -> Result<Applied, OpenError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.apply(app),
            Engine::Postgres(postgres) => postgres.apply_blocking(app),
        }
    }

    /// Runs a work in one transaction. A write is answered when it is on disk.
    ///
    /// When the future is dropped, a write that has not begun does not happen; one that has begun does.
    ///
    /// # Errors
    /// After any error nothing has been acknowledged, and all but a failing disk leave nothing changed. On Postgres a
    /// connection that is lost at the very commit leaves open whether it happened.
    pub async fn run(&self, work: Work) -> Result<Outcome, StoreError> {
        #[cfg(feature = "tamper")]
        let work = self.tamper.applied(work);
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.run(work).await,
            // Boxed, here and below, lest every caller's future grow by what only a server needs.
            Engine::Postgres(postgres) => Box::pin(postgres.run(work)).await,
        }
    }

    /// [`Store::run`] for callers without a runtime; it blocks the thread.
    ///
    /// # Errors
    /// Those of [`Store::run`].
    pub fn run_blocking(&self, work: Work) -> Result<Outcome, StoreError> {
        #[cfg(feature = "tamper")]
        let work = self.tamper.applied(work);
        match &self.engine {
            Engine::Sqlite(sqlite) => wait(sqlite.run(work)),
            Engine::Postgres(postgres) => postgres.run_blocking(work),
        }
    }

    /// Runs a closure as one transaction, on the writer's thread or on a thread that may block: what it does happens all
    /// together when it returns `Ok`, and not at all when it returns `Err` or panics. A success is answered when it is on
    /// disk.
    ///
    /// It holds up others meanwhile, so the closure should compute little and wait for nothing. When the future is dropped,
    /// a closure that has not begun is not run; one that has begun counts.
    ///
    /// # Errors
    /// What the closure returns, or the [`StoreError`] for which its changes were not kept.
    pub async fn transaction<T, A>(
        &self,
        run: impl FnOnce(&mut Transaction<'_>) -> Result<T, A> + Send + 'static,
    ) -> Result<T, A>
    where
        T: Send + 'static,
        A: From<StoreError> + Send + 'static,
    {
        self.transaction_holding(0, run).await
    }

    /// [`Store::transaction`] with a closure that holds so many bytes (see [`Work::weight`]), which count while it waits.
    ///
    /// # Errors
    /// Those of [`Store::transaction`].
    pub async fn transaction_holding<T, A>(
        &self,
        bytes: usize,
        run: impl FnOnce(&mut Transaction<'_>) -> Result<T, A> + Send + 'static,
    ) -> Result<T, A>
    where
        T: Send + 'static,
        A: From<StoreError> + Send + 'static,
    {
        #[cfg(feature = "tamper")]
        let run = self.tamper.around(run);
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.transaction(bytes, run).await,
            Engine::Postgres(postgres) => Box::pin(postgres.transaction(run)).await,
        }
    }

    /// [`Store::transaction`] for callers without a runtime; it blocks the thread.
    ///
    /// # Errors
    /// Those of [`Store::transaction`].
    pub fn transaction_blocking<T, A>(
        &self,
        run: impl FnOnce(&mut Transaction<'_>) -> Result<T, A> + Send + 'static,
    ) -> Result<T, A>
    where
        T: Send + 'static,
        A: From<StoreError> + Send + 'static,
    {
        #[cfg(feature = "tamper")]
        let run = self.tamper.around(run);
        match &self.engine {
            Engine::Sqlite(sqlite) => wait(sqlite.transaction(0, run)),
            Engine::Postgres(postgres) => postgres.transaction_blocking(run),
        }
    }

    /// Which SQL the statements are to be written in.
    pub fn dialect(&self) -> Dialect {
        match &self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(postgres) => postgres.dialect(),
        }
    }

    /// Looks whether the tables are still those that [`Store::apply`] saw to, or such that its works go with them. To be asked now and
    /// then: another process may change them.
    ///
    /// # Errors
    /// [`StoreError::Outdated`], and what every later run answers then; or the database cannot be asked.
    pub async fn look(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.look(),
            Engine::Postgres(postgres) => Box::pin(postgres.look()).await,
        }
    }

    /// Copies a database file as it is now, whoever writes to it meanwhile; `false` on a server, which has means of its own. It blocks
    /// the thread.
    ///
    /// # Errors
    /// A file of that name is there, or the copy cannot be made; then it is not there.
    pub fn copy_blocking(&self, to: &std::path::Path) -> Result<bool, OpenError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.copy(to).map(|()| true),
            Engine::Postgres(_) => Ok(false),
        }
    }

    /// Whether it was seen that the tables are others': every run is [`StoreError::Outdated`].
    pub fn is_outdated(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.is_outdated(),
            Engine::Postgres(postgres) => postgres.is_outdated(),
        }
    }

    /// Says to others that this process serves the tables, for as long as the store is open.
    pub fn announce(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.announce(),
            // Its connections say so.
            Engine::Postgres(_) => {}
        }
    }

    /// Who serves the tables now, in words, if anybody is known to. It blocks the thread.
    pub fn serving_blocking(&self) -> Option<String> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.serving(),
            Engine::Postgres(postgres) => postgres.serving(),
        }
    }

    /// Whether reads and writes work, as cheaply as that can be known.
    ///
    /// # Errors
    /// The error that the next read or write would probably get.
    pub async fn ready(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.ready().await,
            Engine::Postgres(postgres) => Box::pin(postgres.ready()).await,
        }
    }

    /// Takes nothing more in, finishes what waits and closes the database. Later runs are [`StoreError::Closed`].
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => Box::pin(postgres.close()).await,
        }
    }

    /// [`Store::close`] for callers without a runtime; it blocks the thread.
    pub fn close_blocking(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => wait(sqlite.close()),
            Engine::Postgres(postgres) => postgres.close_blocking(),
        }
    }

    /// What the store has done so far.
    pub fn counters(&self) -> Counters {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.counters(),
            Engine::Postgres(postgres) => postgres.counters(),
        }
    }
}
