//! Writes that happen once: the answer of the first is kept in its own transaction, and found by the next with its key,
//! which waits for the first if that is not done yet.

use work::{Answer, Idempotency, Kind, Outcome, Shape, Statement, Value};

use super::row;
use super::steps::Run;
use super::trouble::Trouble;
use crate::StoreError;
use crate::kept::{self, Kept};

/// What is asked of the table, by the name of its schema.
pub(super) struct Keys {
    lock: std::sync::Arc<str>,
    find: std::sync::Arc<str>,
    find_part: std::sync::Arc<str>,
    keep: std::sync::Arc<str>,
    prune: std::sync::Arc<str>,
    shape: Shape,
}

impl Keys {
    pub(super) fn new(schema: &str) -> Keys {
        let table = format!("\"{schema}\".\"_idempotency\"");
        Keys {
            // Held to the end of the transaction. Two keys that share a hash only wait for each other.
            lock: "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0)) IS NULL".into(),
            find: format!(
                "SELECT \"fingerprint\", \"rights\", \"body\", \"captured\", \"head\" FROM {table} \
                 WHERE \"scope\" = $1 AND \"key\" = $2 AND \"created_at\" >= $3"
            )
            .into(),
            // What a request has done begins with its own scope and fingerprint.
            find_part: format!(
                "SELECT 1 FROM {table} WHERE \"scope\" > $1 AND \"scope\" < $2 AND \"key\" = $3 AND \"created_at\" >= $4 \
                 AND substr(\"fingerprint\", 1, length($5::bytea)) = $5::bytea LIMIT 1"
            )
            .into(),
            keep: format!(
                "INSERT INTO {table} (\"scope\", \"key\", \"fingerprint\", \"rights\", \"body\", \"captured\", \"created_at\", \
                 \"head\") VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (\"scope\", \"key\") DO UPDATE SET \
                 \"fingerprint\" = excluded.\"fingerprint\", \"rights\" = excluded.\"rights\", \"body\" = excluded.\"body\", \
                 \"captured\" = excluded.\"captured\", \"created_at\" = excluded.\"created_at\", \"head\" = excluded.\"head\""
            )
            .into(),
            // More go than come, and never many at once; what another one lets go of is left to it.
            prune: format!(
                "DELETE FROM {table} WHERE (\"scope\", \"key\") IN (SELECT \"scope\", \"key\" FROM {table} \
                 WHERE \"created_at\" < $1 ORDER BY \"created_at\" LIMIT 4 FOR UPDATE SKIP LOCKED)"
            )
            .into(),
            shape: Shape { columns: Vec::new(), captured: vec![Kind::Bytes, Kind::Bytes, Kind::Bytes, Kind::Text, Kind::Text] },
        }
    }

    /// What is to be answered if the key was used before. From here to the end of the transaction nobody else gets past.
    pub(super) async fn find(&self, run: &mut Run<'_>, asked: &Idempotency) -> Result<Option<Outcome>, Trouble> {
        let Idempotency { scope, key, since, .. } = asked;
        let name = Value::Text(format!("{scope}\n{key}"));
        run.rows(&Statement::new(self.lock.clone(), vec![name])).await?;
        // A statement of its own, which sees what was committed while the first one waited.
        let params = vec![Value::Text(scope.clone()), Value::Text(key.clone()), Value::DateTime(since.clone())];
        let mut found = Vec::new();
        run.each(&Statement::new(self.find.clone(), params), |row| row::capture(row, &self.shape, &mut found)).await?;
        let mut found = found.into_iter();
        let (
            Some(Value::Bytes(fingerprint)),
            Some(Value::Bytes(rights)),
            Some(Value::Bytes(body)),
            Some(Value::Text(captured)),
        ) = (found.next(), found.next(), found.next(), found.next())
        else {
            return Ok(None);
        };
        let head = found.next().and_then(|head| head.as_str().map(str::to_owned));
        Ok(Some(Kept { fingerprint, rights, body, captured, head }.outcome(asked)?))
    }

    /// Whether the answer of a part of what this asks for was kept: under its scope with `#` and more behind it.
    pub(super) async fn has_part(&self, run: &mut Run<'_>, asked: &Idempotency) -> Result<bool, Trouble> {
        let Idempotency { scope, key, fingerprint, since, .. } = asked;
        let params = vec![
            Value::Text(format!("{scope}#")),
            // `$` is the character after `#`.
            Value::Text(format!("{scope}$")),
            Value::Text(key.clone()),
            Value::DateTime(since.clone()),
            Value::Bytes(fingerprint.clone()),
        ];
        Ok(run.rows(&Statement::new(self.find_part.clone(), params)).await? > 0)
    }

    /// Keeps an answer, and lets go of a few that are too old.
    pub(super) async fn keep(&self, run: &mut Run<'_>, asked: &Idempotency, answer: &Answer) -> Result<(), Trouble> {
        let Idempotency { scope, key, fingerprint, rights, at, since } = asked;
        run.rows(&Statement::new(self.prune.clone(), vec![Value::DateTime(since.clone())])).await?;
        let params = vec![
            Value::Text(scope.clone()),
            Value::Text(key.clone()),
            Value::Bytes(fingerprint.clone()),
            Value::Bytes(rights.clone()),
            Value::Bytes(answer.body.clone()),
            Value::Text(kept::written(&answer.captured)),
            Value::DateTime(at.clone()),
            answer.head.clone().map_or(Value::Null, Value::Text),
        ];
        run.rows(&Statement::new(self.keep.clone(), params)).await?;
        Ok(())
    }
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> StoreError {
        trouble.into_error()
    }
}
