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

/// Counts an attempt, unless it has to wait; with the limit, and where the count goes on after the wait.
const ATTEMPT: &str = "INSERT INTO \"_failures\" AS f (\"account\", \"in_a_row\", \"last_ms\") VALUES (?1, 1, ?2) \
     ON CONFLICT (\"account\") DO UPDATE SET \"last_ms\" = ?2, \"in_a_row\" = CASE \
     WHEN f.\"last_ms\" NOT BETWEEN ?2 - ?5 AND ?2 + ?5 THEN 1 WHEN f.\"in_a_row\" >= ?3 THEN ?4 + 1 ELSE f.\"in_a_row\" + 1 END \
     WHERE f.\"in_a_row\" < ?3 OR f.\"last_ms\" NOT BETWEEN ?2 - ?6 + 1 AND ?2 RETURNING \"in_a_row\"";

/// An account as it is counted.
pub(super) struct Counted(Value);

impl Auth {
    /// Counts an attempt on an account as failed until [`Auth::was_right`] or [`Auth::was_undecided`] says otherwise: if only
    /// the outcome counted, a thousand attempts at once would all pass.
    pub(super) async fn count_attempt(&self, email: &str) -> Result<Counted, ApiError> {
        let counted = Counted(Value::Bytes(self.keys.counted("log-in", email)?.to_vec()));
        let Some(limit) = self.settings.login_failures else { return Ok(counted) };
        let (limit, now) = (i64::from(limit.get()), self.clock.now_ms());
        // A tenth of the limit is free after each wait: enough for the owner, too little for guessing.
        let after_wait = limit - (limit / 10).max(1);
        let numbers = [now, limit, after_wait, FORGET_MS, WAIT_MS].map(Value::Integer);
        let params = [counted.0.clone()].into_iter().chain(numbers).collect();
        let mut steps = Vec::new();
        if self.hourly_failures.is_due(now.div_euclid(FORGET_MS)) {
            let old = vec![Value::Integer(now - FORGET_MS), Value::Integer(now + FORGET_MS)];
            steps.push(sql::run("DELETE FROM \"_failures\" WHERE \"last_ms\" NOT BETWEEN ?1 AND ?2", old));
        }
        steps.push(sql::one(ATTEMPT, params, &[Kind::Integer]));
        match self.store.run(sql::write(&self.store, steps)).await? {
            Outcome::Done(_) => Ok(counted),
            Outcome::Refused(_) => Err(too_many(self.left_to_wait(&counted, now).await?)),
        }
    }

    /// The step that ends the row of failures.
    pub(super) fn was_right(&self, counted: &Counted) -> Option<Step> {
        self.settings.login_failures?;
        Some(sql::run("DELETE FROM \"_failures\" WHERE \"account\" = ?1", vec![counted.0.clone()]))
    }

    /// The attempt was not even checked.
    pub(super) async fn was_undecided(&self, counted: &Counted) {
        if self.settings.login_failures.is_none() {
            return;
        }
        let sql =
            "UPDATE \"_failures\" SET \"in_a_row\" = \"in_a_row\" - 1 WHERE \"account\" = ?1 AND \"in_a_row\" > 0";
        let undone = self.store.run(sql::write(&self.store, vec![sql::run(sql, vec![counted.0.clone()])])).await;
        if let Err(error) = undone {
            tracing::warn!(%error, "an attempt that was not checked stays counted");
        }
    }

    /// The row of failures of somebody who proved in another way who he is, ended by a step.
    pub(super) fn end_failures(&self, email: &str) -> Result<Option<Step>, ApiError> {
        let counted = Counted(Value::Bytes(self.keys.counted("log-in", email)?.to_vec()));
        Ok(self.was_right(&counted))
    }

    async fn left_to_wait(&self, counted: &Counted, now: i64) -> Result<i64, ApiError> {
        let sql = "SELECT \"last_ms\" FROM \"_failures\" WHERE \"account\" = ?1";
        let step = sql::one(sql, vec![counted.0.clone()], &[Kind::Integer]);
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
