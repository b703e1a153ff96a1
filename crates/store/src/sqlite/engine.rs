//! The engine's own tables, the same in every app, with numbered migrations of their own.
//!
//! A migration that has been released is never edited; a change is a new one at the end of [`MIGRATIONS`].

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use crate::OpenError;

/// Now, in the form in which all times are stored.
pub(crate) const NOW: &str = "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')";

/// What has been applied to this file, by the engine (`engine`) and for blueprints (`app`).
const RECORD: &str = r#"
CREATE TABLE "_migrations" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "kind" TEXT NOT NULL CHECK ("kind" IN ('engine', 'app')),
  "number" INTEGER NOT NULL,
  "applied_at" TEXT NOT NULL,
  "statements" TEXT NOT NULL,
  "blueprint" TEXT,
  UNIQUE ("kind", "number")
) STRICT"#;

const MIGRATIONS: &[&str] = &[
    r#"
CREATE TABLE "users" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "iss" TEXT NOT NULL,
  "sub" TEXT NOT NULL,
  "email" TEXT,
  "roles" TEXT NOT NULL DEFAULT '[]' CHECK (json_valid("roles")),
  "password_hash" TEXT,
  "disabled" INTEGER NOT NULL DEFAULT 0 CHECK ("disabled" IN (0, 1)),
  "version" INTEGER NOT NULL DEFAULT 1,
  "created_at" TEXT NOT NULL,
  "updated_at" TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX "users_iss_sub_unique" ON "users" ("iss", "sub");
CREATE UNIQUE INDEX "users_email_unique" ON "users" ("email") WHERE "iss" = 'own';

CREATE TABLE "_sessions" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "user_id" TEXT NOT NULL REFERENCES "users"("id") ON DELETE CASCADE,
  "created_at" TEXT NOT NULL,
  "last_used_at" TEXT NOT NULL,
  "expires_at" TEXT NOT NULL,
  "revoked_at" TEXT
) STRICT;
CREATE INDEX "_sessions_user_id_index" ON "_sessions" ("user_id");

CREATE TABLE "_refresh_tokens" (
  "hash" BLOB PRIMARY KEY NOT NULL,
  "session_id" TEXT NOT NULL REFERENCES "_sessions"("id") ON DELETE CASCADE,
  "created_at" TEXT NOT NULL,
  "used_at" TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX "_refresh_tokens_session_id_index" ON "_refresh_tokens" ("session_id");

CREATE TABLE "_audit" (
  "seq" INTEGER PRIMARY KEY AUTOINCREMENT,
  "at" TEXT NOT NULL,
  "iss" TEXT,
  "sub" TEXT,
  "session" TEXT,
  "key" TEXT,
  "ip" TEXT,
  "request_id" TEXT,
  "action" TEXT NOT NULL,
  "entity" TEXT,
  "entity_id" TEXT,
  "before" TEXT,
  "after" TEXT,
  "outcome" TEXT NOT NULL,
  "batch" TEXT
) STRICT;
CREATE TRIGGER "_audit_no_update" BEFORE UPDATE ON "_audit"
  BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER "_audit_no_delete" BEFORE DELETE ON "_audit"
  BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;

CREATE TABLE "_outbox" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT,
  "at" TEXT NOT NULL,
  "event" TEXT NOT NULL,
  "entity" TEXT,
  "entity_id" TEXT,
  "payload" TEXT NOT NULL,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "next_at" TEXT,
  "done_at" TEXT
) STRICT;
CREATE INDEX "_outbox_due_index" ON "_outbox" ("next_at") WHERE "done_at" IS NULL;

CREATE TABLE "_idempotency" (
  "scope" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "fingerprint" BLOB NOT NULL,
  "status" INTEGER,
  "headers" TEXT,
  "body" BLOB,
  "created_at" TEXT NOT NULL,
  PRIMARY KEY ("scope", "key")
) STRICT;
CREATE INDEX "_idempotency_created_at_index" ON "_idempotency" ("created_at");

CREATE TABLE "_state" (
  "name" TEXT PRIMARY KEY NOT NULL,
  "value" ANY
) STRICT;
INSERT INTO "_state" ("name", "value") VALUES ('auth_version', 1);
"#,
    // Nothing had been written to the first form of the table.
    r#"
DROP TABLE "_idempotency";
CREATE TABLE "_idempotency" (
  "scope" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "fingerprint" BLOB NOT NULL,
  "rights" BLOB NOT NULL,
  "body" BLOB NOT NULL,
  "captured" TEXT NOT NULL CHECK (json_valid("captured")),
  "created_at" TEXT NOT NULL,
  PRIMARY KEY ("scope", "key")
) STRICT;
"#,
    // Why code reached past its caller's rows.
    r#"ALTER TABLE "_audit" ADD COLUMN "reason" TEXT;"#,
    // The head of an answer that code gave as a whole; null where the engine's own steps are the answer.
    r#"ALTER TABLE "_idempotency" ADD COLUMN "head" TEXT CHECK ("head" IS NULL OR json_valid("head"));"#,
    // Accounts that are looked after: verified addresses, sessions that can be told apart, tokens sent by mail, API keys, what is
    // counted against guessing, and the seals of the audit.
    r#"
ALTER TABLE "users" ADD COLUMN "verified_at" TEXT;
ALTER TABLE "_sessions" ADD COLUMN "ip" TEXT;
ALTER TABLE "_sessions" ADD COLUMN "user_agent" TEXT;

CREATE TABLE "_mail_tokens" (
  "hash" BLOB PRIMARY KEY NOT NULL,
  "purpose" TEXT NOT NULL CHECK ("purpose" IN ('verify', 'reset', 'invite')),
  "email" TEXT NOT NULL,
  "user_id" TEXT REFERENCES "users"("id") ON DELETE CASCADE,
  "roles" TEXT CHECK ("roles" IS NULL OR json_valid("roles")),
  "created_at" TEXT NOT NULL,
  "expires_at" TEXT NOT NULL,
  "used_at" TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX "_mail_tokens_email_index" ON "_mail_tokens" ("email", "purpose");
CREATE INDEX "_mail_tokens_user_id_index" ON "_mail_tokens" ("user_id");

CREATE TABLE "_keys" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "user_id" TEXT NOT NULL REFERENCES "users"("id") ON DELETE CASCADE,
  "name" TEXT NOT NULL,
  "prefix" TEXT NOT NULL UNIQUE,
  "hash" BLOB NOT NULL UNIQUE,
  "scopes" TEXT NOT NULL CHECK (json_valid("scopes")),
  "created_at" TEXT NOT NULL,
  "expires_at" TEXT,
  "last_used_at" TEXT,
  "revoked_at" TEXT
) STRICT;
CREATE INDEX "_keys_user_id_index" ON "_keys" ("user_id");

CREATE TABLE "_failures" (
  "account" BLOB PRIMARY KEY NOT NULL,
  "in_a_row" INTEGER NOT NULL,
  "last_ms" INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE "_rates" (
  "name" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "slot" INTEGER NOT NULL,
  "used" INTEGER NOT NULL,
  PRIMARY KEY ("name", "key")
) STRICT, WITHOUT ROWID;

CREATE TABLE "_audit_seals" (
  "number" INTEGER PRIMARY KEY NOT NULL,
  "at" TEXT NOT NULL,
  "format" INTEGER NOT NULL,
  "rows" INTEGER NOT NULL,
  "seqs" TEXT NOT NULL,
  "digests" BLOB NOT NULL,
  "seal" BLOB NOT NULL
) STRICT;
CREATE TRIGGER "_audit_seals_no_update" BEFORE UPDATE ON "_audit_seals"
  BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER "_audit_seals_no_delete" BEFORE DELETE ON "_audit_seals"
  BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
"#,
    // Who invited, so that an invitation ends with the right to make it, and a name to take it back by. What is asked of the
    // audit: what became of a row, and what somebody did.
    r#"
ALTER TABLE "_mail_tokens" ADD COLUMN "id" TEXT;
ALTER TABLE "_mail_tokens" ADD COLUMN "invited_by" TEXT REFERENCES "users"("id") ON DELETE CASCADE;
CREATE UNIQUE INDEX "_mail_tokens_id_unique" ON "_mail_tokens" ("id");
CREATE INDEX "_mail_tokens_invited_by_index" ON "_mail_tokens" ("invited_by");
CREATE INDEX "_audit_entity_index" ON "_audit" ("entity", "entity_id");
CREATE INDEX "_audit_sub_index" ON "_audit" ("sub", "seq");
"#,
    // What the audit was sealed by before the secret was exchanged.
    r#"
CREATE TABLE "_audit_keys" (
  "id" TEXT NOT NULL,
  "under" TEXT NOT NULL,
  "at" TEXT NOT NULL,
  "sealed" TEXT NOT NULL,
  PRIMARY KEY ("id", "under")
) STRICT, WITHOUT ROWID;
"#,
    // By what rows of the audit are found: filled behind whoever writes them, who kept those two indexes before.
    r#"
CREATE TABLE "_audit_index" (
  "term" TEXT NOT NULL,
  "block" INTEGER NOT NULL,
  PRIMARY KEY ("term", "block")
) STRICT, WITHOUT ROWID;
CREATE TRIGGER "_audit_index_no_update" BEFORE UPDATE ON "_audit_index"
  BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER "_audit_index_no_delete" BEFORE DELETE ON "_audit_index"
  BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
INSERT INTO "_state" ("name", "value") VALUES ('audit_indexed', 0);
DROP INDEX "_audit_entity_index";
DROP INDEX "_audit_sub_index";
"#,
    // By what sessions are found that are over, to let go of them.
    r#"
CREATE INDEX "_sessions_expires_at_index" ON "_sessions" ("expires_at");
CREATE INDEX "_sessions_revoked_at_index" ON "_sessions" ("revoked_at") WHERE "revoked_at" IS NOT NULL;
"#,
    // What a seal says of those before it: the last row under them, and the first of them that left gaps which may still be filled.
    r#"
ALTER TABLE "_audit_seals" ADD COLUMN "top" INTEGER;
ALTER TABLE "_audit_seals" ADD COLUMN "open" INTEGER;
"#,
    // When the rows of a block were written. All is indexed anew, for requests are found by the index from now on.
    r#"
CREATE TABLE "_audit_times" (
  "block" INTEGER PRIMARY KEY NOT NULL,
  "first" TEXT NOT NULL,
  "last" TEXT NOT NULL
) STRICT;
INSERT INTO "_state" ("name", "value") VALUES ('audit_found', 0);
"#,
];

/// Brings the engine's tables to the latest version that this program knows.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let failed = |error| OpenError::new(path, error);
    // Looked at without a lock first, so that a second process can open the file while another one writes.
    if version(connection).map_err(failed)? == Some(MIGRATIONS.len() as i64) {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let applied = match version(&transaction).map_err(failed)? {
        Some(applied) => applied,
        None => {
            if let Some(table) = foreign_table(&transaction).map_err(failed)? {
                return Err(OpenError::Foreign { place: path.display().to_string(), table });
            }
            transaction.execute_batch(RECORD).map_err(failed)?;
            0
        }
    };
    let known = MIGRATIONS.len() as i64;
    if applied > known {
        return Err(OpenError::Newer { place: path.display().to_string(), found: applied, known });
    }
    for (number, statements) in (1..).zip(MIGRATIONS).filter(|(number, _)| *number > applied) {
        transaction.execute_batch(statements).map_err(failed)?;
        let sql = format!(
            "INSERT INTO \"_migrations\" (\"kind\", \"number\", \"applied_at\", \"statements\") \
             VALUES ('engine', ?1, {NOW}, ?2)"
        );
        transaction.execute(&sql, (number, statements.trim())).map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}

/// Makes them in an empty database, with no record of it.
pub(crate) fn make(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(RECORD)?;
    MIGRATIONS.iter().try_for_each(|statements| connection.execute_batch(statements))
}

/// Sees that the engine's tables in a file are those that this program knows, and changes nothing, not even in a file that is
/// not ours.
pub(crate) fn examine(path: &Path) -> Result<(), OpenError> {
    let place = || path.display().to_string();
    if !path.exists() {
        return Err(OpenError::Unmade { place: place() });
    }
    let failed = |error| OpenError::new(path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    let known = MIGRATIONS.len() as i64;
    match version(&connection).map_err(failed)? {
        Some(found) if found == known => Ok(()),
        Some(found) if found > known => Err(OpenError::Newer { place: place(), found, known }),
        Some(found) => Err(OpenError::Older { place: place(), found, known }),
        None => match foreign_table(&connection).map_err(failed)? {
            Some(table) => Err(OpenError::Foreign { place: place(), table }),
            None => Err(OpenError::Unmade { place: place() }),
        },
    }
}

/// The latest migration in the file; `None` if it never had any.
fn version(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT 1 FROM \"sqlite_schema\" WHERE \"type\" = 'table' AND \"name\" = '_migrations'";
    if connection.query_row(sql, [], |_| Ok(())).optional()?.is_none() {
        return Ok(None);
    }
    let sql = "SELECT coalesce(max(\"number\"), 0) FROM \"_migrations\" WHERE \"kind\" = 'engine'";
    connection.query_row(sql, [], |row| row.get(0)).map(Some)
}

fn foreign_table(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT \"name\" FROM \"sqlite_schema\" WHERE \"type\" = 'table' ORDER BY \"name\" LIMIT 1";
    connection.query_row(sql, [], |row| row.get(0)).optional()
}
