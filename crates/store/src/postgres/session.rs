//! One connection: how a statement is sent, and which are kept prepared in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, RowStream, Statement as Prepared};
use work::Statement;

use super::param::Param;

/// Statements kept prepared in a connection. A blueprint of 20 entities has about 200 fixed ones.
const PREPARED: usize = 256;

/// No connection gets older: its process grows with what it has seen, and a server that moved is found anew.
const AGE: Duration = Duration::from_secs(60 * 60);

/// A connection. Several may send at the same time: what they send is run one after the other.
pub(super) struct Session {
    pub(super) client: Client,
    known: Mutex<Texts>,
    born: Instant,
    pub(super) rested: Instant,
    /// Whether it may be handed to others between two transactions, so that nothing can be kept in it.
    pub(super) pooled: bool,
    /// Whether it has said that it serves the tables of an app.
    pub(super) serves: bool,
}

/// Texts that were sent before.
#[derive(Default)]
struct Texts {
    known: HashMap<Arc<str>, Known>,
    clock: u64,
}

/// One of them.
struct Known {
    prepared: Option<Prepared>,
    used: u64,
}

impl Session {
    pub(super) fn new(client: Client, pooled: bool) -> Session {
        let now = Instant::now();
        Session { client, known: Mutex::default(), born: now, rested: now, pooled, serves: false }
    }

    /// Whether it is gone, or old enough to be replaced.
    pub(super) fn is_over(&self) -> bool {
        self.client.is_closed() || self.born.elapsed() > AGE
    }

    /// Sends a statement; right behind `before`, if something is to be done first, in the same packet.
    pub(super) async fn send(&self, before: Option<&str>, statement: &Statement) -> Result<RowStream, Error> {
        self.prepare(&statement.sql).await?;
        let sending = self.send_now(statement);
        let Some(before) = before else { return sending.await };
        // Polled in this order, and each is in the queue to the server after its first poll.
        let (begun, sent) = join(self.client.batch_execute(before), sending).await;
        begun?;
        sent
    }

    /// Sends a statement that [`Session::prepare`] has seen: it is in the queue to the server after the first poll.
    pub(super) async fn send_now(&self, statement: &Statement) -> Result<RowStream, Error> {
        let params = statement.params.iter().map(Param);
        let prepared = self.texts().prepared(&statement.sql);
        match prepared {
            Some(prepared) => self.client.query_raw(&prepared, params).await,
            None => {
                let params = params.map(|param| (param, Type::UNKNOWN));
                self.client.query_typed_raw(&statement.sql, params).await
            }
        }
    }

    /// A text is prepared when it comes for the second time: many lists are asked for once.
    pub(super) async fn prepare(&self, sql: &Arc<str>) -> Result<(), Error> {
        if self.pooled || self.texts().is_as_it_should_be(sql) {
            return Ok(());
        }
        let prepared = self.client.prepare(sql).await?;
        self.texts().keep(sql, prepared);
        Ok(())
    }

    /// Forgets what is prepared.
    pub(super) fn forget(&self) {
        self.texts().known.clear();
    }

    /// Nothing that panics runs under this lock, so that a poisoned one is as good as any.
    fn texts(&self) -> MutexGuard<'_, Texts> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Texts {
    /// Whether it is prepared, or comes for the first time.
    fn is_as_it_should_be(&mut self, sql: &Arc<str>) -> bool {
        self.clock += 1;
        if let Some(known) = self.known.get_mut(sql) {
            known.used = self.clock;
            return known.prepared.is_some();
        }
        if self.known.len() >= PREPARED {
            let oldest = self.known.iter().min_by_key(|(_, known)| known.used).map(|(sql, _)| sql.clone());
            oldest.and_then(|sql| self.known.remove(&sql));
        }
        self.known.insert(sql.clone(), Known { prepared: None, used: self.clock });
        true
    }

    fn prepared(&self, sql: &Arc<str>) -> Option<Prepared> {
        self.known.get(sql).and_then(|known| known.prepared.clone())
    }

    /// Of two that were prepared at the same time the first stays.
    fn keep(&mut self, sql: &Arc<str>, prepared: Prepared) {
        let known = self.known.entry(sql.clone()).or_insert(Known { prepared: None, used: self.clock });
        known.prepared.get_or_insert(prepared);
    }
}
