//! One connection: how a statement is sent, and which are kept prepared in it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::join;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, RowStream, Statement as Prepared};
use work::Statement;

use super::param::Param;

/// Statements kept prepared in a connection. A blueprint of 20 entities has about 200 fixed ones.
const PREPARED: usize = 256;

/// A connection that one work has for itself.
pub(super) struct Session {
    pub(super) client: Client,
    known: HashMap<Arc<str>, Known>,
    clock: u64,
    pub(super) born: Instant,
    pub(super) rested: Instant,
    /// Whether it may be handed to others between two transactions, so that nothing can be kept in it.
    pub(super) pooled: bool,
}

/// A text that was sent before.
struct Known {
    prepared: Option<Prepared>,
    used: u64,
}

impl Session {
    pub(super) fn new(client: Client, pooled: bool) -> Session {
        let now = Instant::now();
        Session { client, known: HashMap::new(), clock: 0, born: now, rested: now, pooled }
    }

    /// Sends a statement; right behind `before`, if something is to be done first, in the same packet.
    pub(super) async fn send(&mut self, before: Option<&str>, statement: &Statement) -> Result<RowStream, Error> {
        let prepared = if self.pooled { None } else { self.prepared(&statement.sql).await? };
        let sending = async {
            let params = statement.params.iter().map(Param);
            match &prepared {
                Some(prepared) => self.client.query_raw(prepared, params).await,
                None => {
                    let params = params.map(|param| (param, Type::UNKNOWN));
                    self.client.query_typed_raw(&statement.sql, params).await
                }
            }
        };
        let Some(before) = before else { return sending.await };
        // Polled in this order, and each is in the queue to the server after its first poll.
        let (begun, sent) = join(self.client.batch_execute(before), sending).await;
        begun?;
        sent
    }

    /// Forgets what is prepared.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }

    /// A text is prepared when it comes for the second time: many lists are asked for once.
    async fn prepared(&mut self, sql: &Arc<str>) -> Result<Option<Prepared>, Error> {
        self.clock += 1;
        if let Some(known) = self.known.get_mut(sql) {
            known.used = self.clock;
            if known.prepared.is_none() {
                known.prepared = Some(self.client.prepare(sql).await?);
            }
            return Ok(known.prepared.clone());
        }
        if self.known.len() >= PREPARED {
            let oldest = self.known.iter().min_by_key(|(_, known)| known.used).map(|(sql, _)| sql.clone());
            oldest.and_then(|sql| self.known.remove(&sql));
        }
        self.known.insert(sql.clone(), Known { prepared: None, used: self.clock });
        Ok(None)
    }
}
