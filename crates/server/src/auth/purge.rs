//! Lets go of what accounts and limits leave behind and what counts no more. A task of the app does it every ten minutes, a few
//! rows at a time, so that no request waits for long. docs/retention.md tells how long what stays.
//!
//! Several instances on one database may do it at once: each takes rows that no other one holds.

use std::sync::Arc;
use std::time::Duration;

use store::{Store, StoreError};
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use work::{Dialect, Outcome, Value};

use super::clock::Clock;
use super::sql;

const FIRST_AFTER: Duration = Duration::from_secs(60);
const EVERY: Duration = Duration::from_secs(10 * 60);
/// How many rows one transaction takes away.
const BATCH: usize = 100;
/// So long others have the database to themselves after each round: this, or so many times as long as the round took.
const PAUSE: Duration = Duration::from_millis(25);
const PAUSES: u32 = 4;

const MINUTE_MS: i64 = 60 * 1000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// How long is known of what is over, where it matters to nobody but who looks into the database.
const OVER_DAYS: i64 = 1;
/// How long a key that is revoked or over is listed.
const KEY_DAYS: i64 = 90;
/// How long mails stay that lie in the mailbox of a server that is tried out.
const MAILBOX_DAYS: i64 = 7;

/// What lets go of rows in one database.
pub(crate) struct Purge {
    store: Store,
    clock: Clock,
    /// For so long an access token may still come of a session that was ended.
    access_seconds: i64,
}

/// What another instance holds is left to it.
const HELD: &str = " FOR UPDATE SKIP LOCKED";

/// Rows of a table that are let go of.
struct Over {
    table: &'static str,
    key: &'static str,
    /// What names their keys, with a condition over the parameters.
    rows: String,
    params: Vec<Value>,
}

impl Purge {
    pub(super) fn new(store: Store, clock: Clock, access_seconds: i64) -> Purge {
        Purge { store, clock, access_seconds }
    }

    /// Does it again and again, for as long as somebody holds this.
    pub(crate) fn start(self: &Arc<Self>) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let purge = Arc::downgrade(self);
        let mut ticks = interval_at(Instant::now() + FIRST_AFTER, EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        runtime.spawn(async move {
            loop {
                ticks.tick().await;
                loop {
                    // Not held while others write: the app may end meanwhile.
                    let Some(purge) = purge.upgrade() else { return };
                    let began = Instant::now();
                    match purge.round().await {
                        Ok(true) => {}
                        Ok(false) => break,
                        Err(error) => {
                            tracing::warn!(%error, "what is over could not be cleared away; it is tried again in ten minutes");
                            break;
                        }
                    }
                    drop(purge);
                    tokio::time::sleep(PAUSE.max(began.elapsed() * PAUSES)).await;
                }
            }
        });
    }

    /// Lets go of all that there is.
    pub(super) async fn all(&self) -> Result<(), StoreError> {
        while self.round().await? {}
        Ok(())
    }

    /// Lets go of a few rows of each table. `false` if there were none.
    async fn round(&self) -> Result<bool, StoreError> {
        let mut any = false;
        for over in self.over() {
            any |= self.batch(&over).await?;
        }
        Ok(any)
    }

    /// Lets go of a few rows. `false` if there were none.
    async fn batch(&self, over: &Over) -> Result<bool, StoreError> {
        let Over { table, key, rows, params } = over;
        let held = if self.store.dialect() == Dialect::Sqlite { "" } else { HELD };
        // Named first, and once: a plan that looked again for each row would find others.
        let sql = format!(
            "WITH gone AS MATERIALIZED ({rows} LIMIT {BATCH}{held}) DELETE FROM \"{table}\" WHERE ({key}) IN (SELECT * FROM gone)"
        );
        let outcome = self.store.run(sql::write(&self.store, vec![sql::change(&sql, params.clone())])).await?;
        Ok(matches!(outcome, Outcome::Done(_)))
    }

    /// What is over now. A table that refers to another comes before it.
    fn over(&self) -> Vec<Over> {
        let now = self.clock.now_ms();
        let ago = |seconds: i64| sql::stamp(&self.clock.stamp_after(-seconds));
        let days = |days: i64| ago(days * DAY_SECONDS);
        // A spent refresh token is known for as long as its session could have gone on, so that a copy of it is told to be one.
        let ended = ago(self.access_seconds.max(OVER_DAYS * DAY_SECONDS));
        // In the order of time on both engines: rows of SQLite are added in it, and Postgres has an index.
        let answers = match self.store.dialect() {
            Dialect::Sqlite => {
                "SELECT \"scope\", \"key\" FROM (SELECT \"scope\", \"key\", \"created_at\" FROM \"_idempotency\" \
                 ORDER BY \"rowid\" LIMIT 1000) WHERE \"created_at\" < ?1"
            }
            Dialect::Postgres { .. } => {
                "SELECT \"scope\", \"key\" FROM \"_idempotency\" WHERE \"created_at\" < ?1 ORDER BY \"created_at\""
            }
        };
        let over = |table, key, rows: &str, params| Over { table, key, rows: rows.to_owned(), params };
        let sessions = ["expires_at", "revoked_at"].into_iter().flat_map(|column| of_sessions(column, &ended));
        let others = [
            over(
                "_mail_tokens",
                "\"hash\"",
                "SELECT \"hash\" FROM \"_mail_tokens\" WHERE (\"expires_at\" < ?1 OR \"used_at\" < ?1)",
                vec![days(OVER_DAYS)],
            ),
            over(
                "_keys",
                "\"id\"",
                "SELECT \"id\" FROM \"_keys\" WHERE (\"expires_at\" < ?1 OR \"revoked_at\" < ?1)",
                vec![days(KEY_DAYS)],
            ),
            // What is far ahead was written by a clock that was set back, and would count for as long as it was wrong.
            over(
                "_failures",
                "\"account\"",
                "SELECT \"account\" FROM \"_failures\" WHERE \"last_ms\" NOT BETWEEN ?1 AND ?2",
                vec![Value::Integer(now - HOUR_MS), Value::Integer(now + HOUR_MS)],
            ),
            over(
                "_rates",
                "\"name\", \"key\"",
                "SELECT \"name\", \"key\" FROM \"_rates\" WHERE CASE WHEN \"name\" = 'mail' THEN \"slot\" NOT BETWEEN ?1 AND ?2 \
                 ELSE \"slot\" NOT BETWEEN ?3 AND ?4 END",
                vec![
                    Value::Integer(now.div_euclid(HOUR_MS)),
                    Value::Integer(now.div_euclid(HOUR_MS) + 1),
                    Value::Integer(now - 2 * MINUTE_MS),
                    Value::Integer(now + 2 * MINUTE_MS),
                ],
            ),
            over(
                "_outbox",
                "\"id\"",
                "SELECT \"id\" FROM \"_outbox\" WHERE \"event\" = 'mail' AND \"at\" < ?1",
                vec![days(MAILBOX_DAYS)],
            ),
            over("_idempotency", "\"scope\", \"key\"", answers, vec![days(1)]),
        ];
        sessions.chain(others).collect()
    }
}

/// Sessions that were over at a time, by what tells it, and their tokens. Of one session there may be thousands, so they go first, and
/// in both cases those of the sessions that were over first: whoever looked among all of them would look at all of them each time.
fn of_sessions(column: &str, ended: &Value) -> [Over; 2] {
    let first = format!(
        "(SELECT \"id\" FROM \"_sessions\" WHERE \"{column}\" < ?1 ORDER BY \"{column}\", \"id\" LIMIT {BATCH})"
    );
    let tokens = Over {
        table: "_refresh_tokens",
        key: "\"hash\"",
        rows: format!("SELECT t.\"hash\" FROM \"_refresh_tokens\" t WHERE t.\"session_id\" IN {first}"),
        params: vec![ended.clone()],
    };
    let sessions = Over {
        table: "_sessions",
        key: "\"id\"",
        rows: format!(
            "SELECT s.\"id\" FROM \"_sessions\" s WHERE s.\"id\" IN {first} \
             AND NOT EXISTS (SELECT 1 FROM \"_refresh_tokens\" t WHERE t.\"session_id\" = s.\"id\")"
        ),
        params: vec![ended.clone()],
    };
    [tokens, sessions]
}
