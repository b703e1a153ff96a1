//! The engine's own tables in a schema of a server: the same as in a SQLite file, under the same numbers, with types of
//! Postgres.
//!
//! A migration that has been released is never edited; a change is a new one at the end of [`MIGRATIONS`], here and in
//! `sqlite/engine.rs`. They are run with the schema as the only one in the search path.

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::{PostgresOptions, hosted};
use crate::OpenError;

/// What has been applied to this schema, by the engine (`engine`) and for blueprints (`app`).
const RECORD: &str = r#"
CREATE TABLE "_migrations" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "kind" text NOT NULL CHECK ("kind" IN ('engine', 'app')),
  "number" bigint NOT NULL,
  "applied_at" timestamptz NOT NULL DEFAULT now(),
  "statements" text NOT NULL,
  "blueprint" text,
  UNIQUE ("kind", "number")
)"#;

/// What searches need and SQLite has: how text is folded, and what a word is.
const FUNCTIONS: &str = include_str!("functions.sql");
/// Collations under which a letter has the lower case that Unicode gives it, the best first.
const COLLATIONS: &str = "und-x-icu C.utf8 C.UTF-8 pg_c_utf8";

const MIGRATIONS: &[&[&str]] = &[
    &[
        r#"
CREATE TABLE "users" (
  "id" uuid PRIMARY KEY,
  "iss" text COLLATE "C" NOT NULL,
  "sub" text COLLATE "C" NOT NULL,
  "email" text COLLATE "C",
  "roles" json NOT NULL DEFAULT '[]',
  "password_hash" text,
  "disabled" boolean NOT NULL DEFAULT false,
  "version" bigint NOT NULL DEFAULT 1,
  "created_at" timestamptz NOT NULL,
  "updated_at" timestamptz NOT NULL
);
CREATE UNIQUE INDEX "users_iss_sub_unique" ON "users" ("iss", "sub");
CREATE UNIQUE INDEX "users_email_unique" ON "users" ("email") WHERE "iss" = 'own';

CREATE TABLE "_sessions" (
  "id" uuid PRIMARY KEY,
  "user_id" uuid NOT NULL REFERENCES "users"("id") ON DELETE CASCADE,
  "created_at" timestamptz NOT NULL,
  "last_used_at" timestamptz NOT NULL,
  "expires_at" timestamptz NOT NULL,
  "revoked_at" timestamptz
);
CREATE INDEX "_sessions_user_id_index" ON "_sessions" ("user_id");

CREATE TABLE "_refresh_tokens" (
  "hash" bytea PRIMARY KEY,
  "session_id" uuid NOT NULL REFERENCES "_sessions"("id") ON DELETE CASCADE,
  "created_at" timestamptz NOT NULL,
  "used_at" timestamptz
);
CREATE INDEX "_refresh_tokens_session_id_index" ON "_refresh_tokens" ("session_id");

CREATE TABLE "_audit" (
  "seq" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "at" timestamptz NOT NULL,
  "iss" text,
  "sub" text,
  "session" text,
  "key" text,
  "ip" text,
  "request_id" text,
  "action" text NOT NULL,
  "entity" text,
  "entity_id" text,
  "before" json,
  "after" json,
  "outcome" text NOT NULL,
  "batch" text
);
CREATE FUNCTION "_audit_refuse"() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION 'the audit is append-only';
END
$body$;
CREATE TRIGGER "_audit_no_change" BEFORE UPDATE OR DELETE ON "_audit"
  FOR EACH ROW EXECUTE FUNCTION "_audit_refuse"();
CREATE TRIGGER "_audit_no_truncate" BEFORE TRUNCATE ON "_audit"
  FOR EACH STATEMENT EXECUTE FUNCTION "_audit_refuse"();

CREATE TABLE "_outbox" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "at" timestamptz NOT NULL,
  "event" text NOT NULL,
  "entity" text,
  "entity_id" text,
  "payload" json NOT NULL,
  "attempts" bigint NOT NULL DEFAULT 0,
  "next_at" timestamptz,
  "done_at" timestamptz
);
CREATE INDEX "_outbox_due_index" ON "_outbox" ("next_at") WHERE "done_at" IS NULL;

CREATE TABLE "_state" (
  "name" text PRIMARY KEY,
  "value" bigint
);
INSERT INTO "_state" ("name", "value") VALUES ('auth_version', 1);
"#,
        FUNCTIONS,
    ],
    // SQLite's first form of this table was never written to, and is left out here.
    &[r#"
CREATE TABLE "_idempotency" (
  "scope" text COLLATE "C" NOT NULL,
  "key" text COLLATE "C" NOT NULL,
  "fingerprint" bytea NOT NULL,
  "rights" bytea NOT NULL,
  "body" bytea NOT NULL,
  "captured" text NOT NULL,
  "created_at" timestamptz NOT NULL,
  PRIMARY KEY ("scope", "key")
);
CREATE INDEX "_idempotency_created_at_index" ON "_idempotency" ("created_at");
"#],
    // Why code reached past its caller's rows.
    &[r#"ALTER TABLE "_audit" ADD COLUMN "reason" text;"#],
    // The head of an answer that code gave as a whole; null where the engine's own steps are the answer.
    &[r#"ALTER TABLE "_idempotency" ADD COLUMN "head" text;"#],
    // Accounts that are looked after: verified addresses, sessions that can be told apart, tokens sent by mail, API keys, what is
    // counted against guessing, and the seals of the audit. What is counted by the minute may be lost in a crash.
    &[r#"
ALTER TABLE "users" ADD COLUMN "verified_at" timestamptz;
ALTER TABLE "_sessions" ADD COLUMN "ip" text, ADD COLUMN "user_agent" text;

CREATE TABLE "_mail_tokens" (
  "hash" bytea PRIMARY KEY,
  "purpose" text NOT NULL CHECK ("purpose" IN ('verify', 'reset', 'invite')),
  "email" text COLLATE "C" NOT NULL,
  "user_id" uuid REFERENCES "users"("id") ON DELETE CASCADE,
  "roles" json,
  "created_at" timestamptz NOT NULL,
  "expires_at" timestamptz NOT NULL,
  "used_at" timestamptz
);
CREATE INDEX "_mail_tokens_email_index" ON "_mail_tokens" ("email", "purpose");
CREATE INDEX "_mail_tokens_user_id_index" ON "_mail_tokens" ("user_id");

CREATE TABLE "_keys" (
  "id" uuid PRIMARY KEY,
  "user_id" uuid NOT NULL REFERENCES "users"("id") ON DELETE CASCADE,
  "name" text NOT NULL,
  "prefix" text COLLATE "C" NOT NULL UNIQUE,
  "hash" bytea NOT NULL UNIQUE,
  "scopes" json NOT NULL,
  "created_at" timestamptz NOT NULL,
  "expires_at" timestamptz,
  "last_used_at" timestamptz,
  "revoked_at" timestamptz
);
CREATE INDEX "_keys_user_id_index" ON "_keys" ("user_id");

CREATE TABLE "_failures" (
  "account" bytea PRIMARY KEY,
  "in_a_row" bigint NOT NULL,
  "last_ms" bigint NOT NULL
);

CREATE UNLOGGED TABLE "_rates" (
  "name" text COLLATE "C" NOT NULL,
  "key" text COLLATE "C" NOT NULL,
  "slot" bigint NOT NULL,
  "used" bigint NOT NULL,
  PRIMARY KEY ("name", "key")
);

CREATE TABLE "_audit_seals" (
  "number" bigint PRIMARY KEY,
  "at" timestamptz NOT NULL,
  "format" bigint NOT NULL,
  "rows" bigint NOT NULL,
  "seqs" text NOT NULL,
  "digests" bytea NOT NULL,
  "seal" bytea NOT NULL
);
CREATE TRIGGER "_audit_seals_no_change" BEFORE UPDATE OR DELETE ON "_audit_seals"
  FOR EACH ROW EXECUTE FUNCTION "_audit_refuse"();
CREATE TRIGGER "_audit_seals_no_truncate" BEFORE TRUNCATE ON "_audit_seals"
  FOR EACH STATEMENT EXECUTE FUNCTION "_audit_refuse"();
"#],
    // Who invited, so that an invitation ends with the right to make it, and a name to take it back by. What is asked of the
    // audit: what became of a row, and what somebody did.
    &[r#"
ALTER TABLE "_mail_tokens" ADD COLUMN "id" uuid,
  ADD COLUMN "invited_by" uuid REFERENCES "users"("id") ON DELETE CASCADE;
CREATE UNIQUE INDEX "_mail_tokens_id_unique" ON "_mail_tokens" ("id");
CREATE INDEX "_mail_tokens_invited_by_index" ON "_mail_tokens" ("invited_by");
CREATE INDEX "_audit_entity_index" ON "_audit" ("entity", "entity_id");
CREATE INDEX "_audit_sub_index" ON "_audit" ("sub", "seq");
"#],
    // What the audit was sealed by before the secret was exchanged.
    &[r#"
CREATE TABLE "_audit_keys" (
  "id" text COLLATE "C" NOT NULL,
  "under" text COLLATE "C" NOT NULL,
  "at" timestamptz NOT NULL,
  "sealed" text NOT NULL,
  PRIMARY KEY ("id", "under")
);
"#],
    // By what rows of the audit are found: filled behind whoever writes them, who kept those two indexes before.
    &[r#"
CREATE TABLE "_audit_index" (
  "term" text COLLATE "C" NOT NULL,
  "block" bigint NOT NULL,
  PRIMARY KEY ("term", "block")
);
CREATE TRIGGER "_audit_index_no_change" BEFORE UPDATE OR DELETE ON "_audit_index"
  FOR EACH ROW EXECUTE FUNCTION "_audit_refuse"();
CREATE TRIGGER "_audit_index_no_truncate" BEFORE TRUNCATE ON "_audit_index"
  FOR EACH STATEMENT EXECUTE FUNCTION "_audit_refuse"();
INSERT INTO "_state" ("name", "value") VALUES ('audit_indexed', 0);
DROP INDEX "_audit_entity_index";
DROP INDEX "_audit_sub_index";
"#],
    // By what sessions are found that are over, to let go of them.
    &[r#"
CREATE INDEX "_sessions_expires_at_index" ON "_sessions" ("expires_at");
CREATE INDEX "_sessions_revoked_at_index" ON "_sessions" ("revoked_at") WHERE "revoked_at" IS NOT NULL;
"#],
    // What a seal says of those before it: the last row under them, and the first of them that left gaps which may still be filled.
    &[r#"ALTER TABLE "_audit_seals" ADD COLUMN "top" bigint, ADD COLUMN "open" bigint;"#],
    // When the rows of a block were written. All is indexed anew, for requests are found by the index from now on.
    &[r#"
CREATE TABLE "_audit_times" (
  "block" bigint PRIMARY KEY,
  "first" timestamptz NOT NULL,
  "last" timestamptz NOT NULL
);
INSERT INTO "_state" ("name", "value") VALUES ('audit_found', 0);
"#],
];

/// A schema on a server, as its tables are made or looked at.
pub(super) struct Ground<'a> {
    pub(super) client: &'a Client,
    pub(super) schema: &'a str,
    /// For messages.
    pub(super) place: &'a str,
    /// Who runs the works of callers; nobody as long as that is not known.
    pub(super) serving: &'a str,
    pub(super) options: &'a PostgresOptions,
}

impl Ground<'_> {
    /// Whether there is nothing to do. Looked at without a lock, as a role that may do little.
    pub(super) async fn is_current(&self) -> Result<bool, OpenError> {
        Ok(self.version().await? == Some(known()))
    }

    /// Sees that the tables are those that this program knows, and changes nothing.
    pub(super) async fn examine(&self) -> Result<(), OpenError> {
        let (place, known) = (self.place.to_owned(), known());
        match self.version().await? {
            Some(found) if found == known => Ok(()),
            Some(found) if found > known => Err(OpenError::Newer { place, found, known }),
            Some(found) => Err(OpenError::Older { place, found, known }),
            None => Err(OpenError::Unmade { place }),
        }
    }

    /// Brings the engine's tables to the latest version that this program knows.
    pub(super) async fn migrate(&self) -> Result<(), OpenError> {
        let mut tries = self.tries();
        loop {
            self.begin().await?;
            let done = self.migrate_locked().await;
            match self.end(done).await {
                Err(OpenError::InUse { .. }) if tries.again().await => {}
                done => return done,
            }
        }
    }

    async fn migrate_locked(&self) -> Result<(), OpenError> {
        let failed = |error: tokio_postgres::Error| self.failed(&error);
        let applied = match self.version().await? {
            Some(applied) => applied,
            None => {
                self.make_schema().await?;
                self.client.batch_execute(RECORD).await.map_err(failed)?;
                0
            }
        };
        if applied > known() {
            return Err(OpenError::Newer { place: self.place.to_owned(), found: applied, known: known() });
        }
        let collation = self.collation().await?;
        for (number, parts) in (1_i64..).zip(MIGRATIONS).filter(|(number, _)| *number > applied) {
            let statements = parts.concat().replace("{schema}", &format!("\"{}\"", self.schema));
            let statements = statements.replace("{collation}", &collation);
            self.client.batch_execute(&statements).await.map_err(failed)?;
            let sql = "INSERT INTO \"_migrations\" (\"kind\", \"number\", \"statements\") VALUES ('engine', $1, $2)";
            let params: &[(&(dyn tokio_postgres::types::ToSql + Sync), Type)] =
                &[(&number, Type::INT8), (&statements.trim(), Type::TEXT)];
            self.client.query_typed(sql, params).await.map_err(failed)?;
        }
        hosted::shut(self).await
    }

    async fn make_schema(&self) -> Result<(), OpenError> {
        let failed = |error: tokio_postgres::Error| self.failed(&error);
        let encoding = self.text("SELECT current_setting('server_encoding')", &[]).await?;
        if encoding.as_deref() != Some("UTF8") {
            let message = format!("its encoding is {}; make one with ENCODING 'UTF8'", encoding.unwrap_or_default());
            return Err(OpenError::Failed { place: self.place.to_owned(), message });
        }
        let there = "SELECT nspname::text FROM pg_namespace WHERE nspname = $1";
        if self.text(there, &[self.schema]).await?.is_none() {
            let sql = format!("CREATE SCHEMA \"{}\"", self.schema);
            self.client.batch_execute(&sql).await.map_err(failed)?;
        }
        let foreign = "SELECT relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                       WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1 LIMIT 1";
        match self.text(foreign, &[self.schema]).await? {
            None => Ok(()),
            Some(table) => Err(OpenError::Foreign { place: self.place.to_owned(), table }),
        }
    }

    /// The best of the collations that this server has.
    async fn collation(&self) -> Result<String, OpenError> {
        let sql = "SELECT quote_ident(collname) FROM pg_collation WHERE collname = ANY (string_to_array($1, ' ')) \
                   AND collencoding IN (-1, pg_char_to_encoding('UTF8')) AND collnamespace = 'pg_catalog'::regnamespace \
                   ORDER BY array_position(string_to_array($1, ' '), collname::text) LIMIT 1";
        let found = self.text(sql, &[COLLATIONS]).await?;
        let none = || format!("it has none of the collations {COLLATIONS}; `pg_import_system_collations` may add one");
        found.ok_or_else(|| OpenError::Failed { place: self.place.to_owned(), message: none() })
    }

    /// The latest migration in the schema; `None` if it never had any.
    async fn version(&self) -> Result<Option<i64>, OpenError> {
        let table = format!("\"{}\".\"_migrations\"", self.schema);
        if self.text("SELECT to_regclass($1)::text", &[&table]).await?.is_none() {
            return Ok(None);
        }
        let sql = format!("SELECT coalesce(max(\"number\"), 0)::text FROM {table} WHERE \"kind\" = 'engine'");
        Ok(self.text(&sql, &[]).await?.and_then(|number| number.parse().ok()))
    }

    /// The first cell of the first row.
    pub(super) async fn text(&self, sql: &str, params: &[&str]) -> Result<Option<String>, OpenError> {
        let params: Vec<_> =
            params.iter().map(|text| (text as &(dyn tokio_postgres::types::ToSql + Sync), Type::TEXT)).collect();
        let rows = self.client.query_typed(sql, &params).await.map_err(|error| self.failed(&error))?;
        rows.first().map_or(Ok(None), |row| row.try_get(0)).map_err(|error| self.failed(&error))
    }
}

fn known() -> i64 {
    MIGRATIONS.len() as i64
}
