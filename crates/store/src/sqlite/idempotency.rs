//! Writes that happen once: the answer of the first is kept in its own transaction, and found by the next with its key.

use rusqlite::{Connection, OptionalExtension};
use work::{Answer, Idempotency, Outcome};

use crate::StoreError;
use crate::kept::{self, Kept};

const FIND: &str = "SELECT \"fingerprint\", \"rights\", \"body\", \"captured\", \"head\" FROM \"_idempotency\" \
     WHERE \"scope\" = ?1 AND \"key\" = ?2 AND \"created_at\" >= ?3";
/// What a request has done begins with its own scope and fingerprint.
const FIND_PART: &str = "SELECT EXISTS (SELECT 1 FROM \"_idempotency\" WHERE \"scope\" > ?1 AND \"scope\" < ?2 \
     AND \"key\" = ?3 AND \"created_at\" >= ?4 AND substr(\"fingerprint\", 1, length(?5)) = ?5)";
const KEEP: &str = "INSERT OR REPLACE INTO \"_idempotency\" \
     (\"scope\", \"key\", \"fingerprint\", \"rights\", \"body\", \"captured\", \"head\", \"created_at\") \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
/// Rows are added in the order of time, so the oldest come first. More go than come, and never many at once.
const PRUNE: &str = "DELETE FROM \"_idempotency\" WHERE \"rowid\" IN (SELECT \"rowid\" FROM \
     (SELECT \"rowid\", \"created_at\" FROM \"_idempotency\" ORDER BY \"rowid\" LIMIT 4) WHERE \"created_at\" < ?1)";

/// What is to be answered if the key was used before.
pub(crate) fn find(connection: &Connection, idempotency: &Idempotency) -> Result<Option<Outcome>, StoreError> {
    let Idempotency { scope, key, since, .. } = idempotency;
    let mut statement = connection.prepare_cached(FIND)?;
    let found = statement.query_row((scope, key, since), |row| {
        let (fingerprint, rights): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
        Ok(Kept { fingerprint, rights, body: row.get(2)?, captured: row.get(3)?, head: row.get(4)? })
    });
    found.optional()?.map(|kept| kept.outcome(idempotency)).transpose()
}

/// Whether the answer of a part of what this asks for was kept: under its scope with `#` and more behind it.
pub(crate) fn has_part(connection: &Connection, idempotency: &Idempotency) -> Result<bool, StoreError> {
    let Idempotency { scope, key, fingerprint, since, .. } = idempotency;
    // `$` is the character after `#`.
    let (first, last) = (format!("{scope}#"), format!("{scope}$"));
    let mut statement = connection.prepare_cached(FIND_PART)?;
    Ok(statement.query_row((first, last, key, since, fingerprint), |row| row.get(0))?)
}

/// Keeps an answer, and lets go of a few that are too old.
pub(crate) fn keep(connection: &Connection, idempotency: &Idempotency, answer: &Answer) -> Result<(), StoreError> {
    let Idempotency { scope, key, fingerprint, rights, at, since } = idempotency;
    connection.prepare_cached(PRUNE)?.execute([since])?;
    let captured = kept::written(&answer.captured);
    let params = (scope, key, fingerprint, rights, &answer.body, captured, &answer.head, at);
    connection.prepare_cached(KEEP)?.execute(params)?;
    Ok(())
}
