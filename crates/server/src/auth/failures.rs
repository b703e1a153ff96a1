//! Wrong passwords in a row of one account: counted in the database, so that neither a restart nor another instance gives more
//! attempts.
//!
//! Accounts are counted whether they exist or not, so that the answer tells nothing. Nobody is locked out for good: after a
//! wait a few more attempts are free.

use http::header::RETRY_AFTER;
use work::{Kind, Outcome, Step, Value};

use super::{Auth, sql};
use crate::error::{ApiError, TOO_MANY};

/// How long an account waits that took too many wrong passwords.
const WAIT_MS: i64 = 15 * 60 * 1000;
/// A row is forgotten when nobody tried for so long.
const FORGET_MS: i64 = 60 * 60 * 1000;

/// Counts an attempt, unless it has to wait; with the limit, and where the count goes on after the wait. What came later may have been
/// counted first, by this instance or by one whose clock is ahead: that is no wait that is over. Only what lies further ahead than a
/// wait was counted by a clock that was set back.
const ATTEMPT: &str = "INSERT INTO \"_failures\" AS f (\"account\", \"in_a_row\", \"last_ms\") VALUES (?1, 1, ?2) \
     ON CONFLICT (\"account\") DO UPDATE SET \
     \"last_ms\" = CASE WHEN f.\"last_ms\" BETWEEN ?2 AND ?2 + ?6 THEN f.\"last_ms\" ELSE ?2 END, \"in_a_row\" = CASE \
     WHEN f.\"last_ms\" NOT BETWEEN ?2 - ?5 AND ?2 + ?5 THEN 1 WHEN f.\"in_a_row\" >= ?3 THEN ?4 + 1 ELSE f.\"in_a_row\" + 1 END \
     WHERE f.\"in_a_row\" < ?3 OR f.\"last_ms\" NOT BETWEEN ?2 - ?6 + 1 AND ?2 + ?6 RETURNING \"in_a_row\"";

/// What was counted under a name of the secret before goes on under that of the present one, whatever is counted there.
const CARRY: &str = "INSERT INTO \"_failures\" (\"account\", \"in_a_row\", \"last_ms\") \
     SELECT ?1, \"in_a_row\", \"last_ms\" FROM \"_failures\" WHERE \"account\" = ?2 ON CONFLICT (\"account\") DO NOTHING";
const DROP: &str = "DELETE FROM \"_failures\" WHERE \"account\" = ?1";

/// An account as it is counted, and as it was before the secret was exchanged.
pub(super) struct Counted {
    name: Value,
    before: Option<Value>,
}

impl Auth {
    /// Counts an attempt on an account as failed until [`Auth::was_right`] or [`Auth::was_undecided`] says otherwise: if only
    /// the outcome counted, a thousand attempts at once would all pass.
    pub(super) async fn count_attempt(&self, email: &str) -> Result<Counted, ApiError> {
        let counted = self.counted(email)?;
        let Some(limit) = self.settings.login_failures else { return Ok(counted) };
        let (limit, now) = (i64::from(limit.get()), self.clock.now_ms());
        // A tenth of the limit is free after each wait: enough for the owner, too little for guessing.
        let after_wait = limit - (limit / 10).max(1);
        let numbers = [now, limit, after_wait, FORGET_MS, WAIT_MS].map(Value::Integer);
        let params = [counted.name.clone()].into_iter().chain(numbers).collect();
        let mut steps = Vec::new();
        if let Some(before) = &counted.before {
            steps.push(sql::run(CARRY, vec![counted.name.clone(), before.clone()]));
            steps.push(sql::run(DROP, vec![before.clone()]));
        }
        steps.push(sql::one(ATTEMPT, params, &[Kind::Integer]));
        match self.store.run(sql::write(&self.store, steps)).await? {
            Outcome::Done(_) => Ok(counted),
            Outcome::Refused(_) => Err(too_many(self.left_to_wait(&counted, now).await?)),
        }
    }

    fn counted(&self, email: &str) -> Result<Counted, ApiError> {
        let bytes = |name: [u8; 32]| Value::Bytes(name.to_vec());
        let before = self.keys.counted_before("log-in", email)?.map(bytes);
        Ok(Counted { name: bytes(self.keys.counted("log-in", email)?), before })
    }

    /// The step that ends the row of failures.
    pub(super) fn was_right(&self, counted: &Counted) -> Option<Step> {
        self.settings.login_failures?;
        let names = vec![counted.name.clone(), counted.before.as_ref().unwrap_or(&counted.name).clone()];
        Some(sql::run("DELETE FROM \"_failures\" WHERE \"account\" IN (?1, ?2)", names))
    }

    /// The attempt was not even checked.
    pub(super) async fn was_undecided(&self, counted: &Counted) {
        if self.settings.login_failures.is_none() {
            return;
        }
        let sql =
            "UPDATE \"_failures\" SET \"in_a_row\" = \"in_a_row\" - 1 WHERE \"account\" = ?1 AND \"in_a_row\" > 0";
        let undone = self.store.run(sql::write(&self.store, vec![sql::run(sql, vec![counted.name.clone()])])).await;
        if let Err(error) = undone {
            tracing::warn!(%error, "an attempt that was not checked stays counted");
        }
    }

    /// The row of failures of somebody who proved in another way who he is, ended by a step.
    pub(super) fn end_failures(&self, email: &str) -> Result<Option<Step>, ApiError> {
        Ok(self.was_right(&self.counted(email)?))
    }

    async fn left_to_wait(&self, counted: &Counted, now: i64) -> Result<i64, ApiError> {
        let sql = "SELECT \"last_ms\" FROM \"_failures\" WHERE \"account\" = ?1";
        let step = sql::one(sql, vec![counted.name.clone()], &[Kind::Integer]);
        let Outcome::Done(answer) = self.store.run(sql::read(&self.store, step)).await? else { return Ok(0) };
        let last = answer.captured.first().and_then(Value::as_integer).unwrap_or(now);
        Ok(WAIT_MS - now.saturating_sub(last))
    }
}

fn too_many(wait_ms: i64) -> ApiError {
    let seconds = (wait_ms / 1000).max(0) + 1;
    ApiError::new(TOO_MANY, "too many wrong passwords for this account; wait, then try again")
        .because("account")
        .with(RETRY_AFTER, seconds.to_string())
}
