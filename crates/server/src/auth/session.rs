//! Sessions: their refresh tokens, each good for one use, and their end.
//!
//! A refresh token is random bytes of which only a hash is kept. One that comes a second time was copied, so its whole
//! session ends (RFC 9700 §4.14).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use query::{Actor, Denied};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use work::{Kind, Otherwise, Outcome, Refusal, Statement, Step, Value};

use super::actor::invalid_token;
use super::credentials::Reader;
use super::sql::{self, By};
use super::{Auth, Caller};
use crate::error::{ApiError, FORBIDDEN};
use crate::http::HttpResponse;

const TOKEN_BYTES: usize = 32;
/// Before the first session.
const ALWAYS: &str = "1970-01-01T00:00:00.000000Z";
/// A condition on sessions: that of the refresh token with the hash `?1`, spent or not.
const OF_TOKEN: &str = "\"id\" = (SELECT \"session_id\" FROM \"_refresh_tokens\" WHERE \"hash\" = ?1)";
/// What is kept of the name of a program.
const MAX_AGENT_CHARS: usize = 255;

impl Auth {
    pub(super) async fn refresh(&self, caller: Caller<'_>, body: Option<&Json>) -> Result<HttpResponse, ApiError> {
        let mut reader = Reader::new(body)?;
        let old = reader.text("refresh_token");
        reader.nothing_but(&["refresh_token"], &[]);
        reader.done()?;
        let (new, at) = (new_token()?, self.clock.stamp());
        match self.store.run(sql::write(&self.store, rotate(old, &new, &at, &self.idle_since()))).await? {
            Outcome::Done(answer) => match &answer.captured[..] {
                [Value::Uuid(user), Value::Uuid(session)] => self.tokens(user, session, &new),
                _ => Err(ApiError::internal("no session was read")),
            },
            Outcome::Refused(Refusal::State) => {
                self.revoke_family(caller, old, &at).await?;
                Err(spent())
            }
            Outcome::Refused(_) => Err(spent()),
        }
    }

    pub(super) async fn logout(&self, caller: Caller<'_>) -> Result<HttpResponse, ApiError> {
        let own = self.own_session(caller).await?;
        let at = self.clock.stamp();
        self.end_session("\"id\" = ?1", sql::uuid(&own.session), own.by(caller, &at), "logout").await?;
        Ok(HttpResponse::empty(StatusCode::NO_CONTENT))
    }

    /// The same for whom no access token counts any more. The answer is the same whatever the token is: its session is over. That of an
    /// access token that does count ends with it.
    pub(super) async fn logout_by_refresh_token(
        &self,
        caller: Caller<'_>,
        body: Option<&Json>,
    ) -> Result<HttpResponse, ApiError> {
        let mut reader = Reader::new(body)?;
        let token = reader.text("refresh_token");
        reader.nothing_but(&["refresh_token"], &[]);
        reader.done()?;
        // First: strangers make nobody write, and no one look anew.
        let sql = format!("SELECT \"id\" FROM \"_sessions\" WHERE {OF_TOKEN} AND \"revoked_at\" IS NULL");
        let goes_on = sql::read(&self.store, sql::one(&sql, vec![hash(token)], &[Kind::Uuid]));
        if let Outcome::Done(_) = self.store.run(goes_on).await? {
            let at = self.clock.stamp();
            self.end_session(OF_TOKEN, hash(token), By::own(caller, &at, None, None), "logout").await?;
        }
        match self.logout(caller).await {
            Err(error) if [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&error.problem.status) => {
                Ok(HttpResponse::empty(StatusCode::NO_CONTENT))
            }
            done => done,
        }
    }

    /// A session that was last used then or before is over.
    pub(super) fn idle_since(&self) -> String {
        let idle = self.settings.idle_seconds;
        idle.map_or_else(|| ALWAYS.to_owned(), |seconds| self.clock.stamp_after(-seconds))
    }

    /// The session of a token of ours, and whose it is.
    pub(super) async fn own_session(&self, caller: Caller<'_>) -> Result<OwnSession, ApiError> {
        let Actor::User(user) = self.actor(caller.authorization).await? else { return Err(Denied::SignIn.into()) };
        let elsewhere =
            || ApiError::new(FORBIDDEN, "this token was issued elsewhere, and so are its session and password");
        let session = user.session.clone().ok_or_else(elsewhere)?;
        Ok(OwnSession { user: user.id.clone(), session })
    }

    async fn revoke_family(&self, caller: Caller<'_>, token: &str, at: &str) -> Result<(), ApiError> {
        tracing::warn!(request_id = caller.request_id, ip = %caller.ip,
            "a refresh token was used a second time; its session is ended");
        let by = By::own(caller, at, None, None);
        self.end_session(OF_TOKEN, hash(token), by, "refresh_token_reused").await
    }

    /// Ends the session of a condition over `?1`. Its tokens stop to count before this returns. Of two who end it at once one
    /// does, and is told in the audit.
    async fn end_session(&self, condition: &str, which: Value, by: By<'_>, action: &str) -> Result<(), ApiError> {
        let owner = format!("\"id\" = (SELECT \"user_id\" FROM \"_sessions\" WHERE {condition})");
        let end = format!("UPDATE \"_sessions\" SET \"revoked_at\" = ?2 WHERE {condition} AND \"revoked_at\" IS NULL");
        let at = sql::stamp(by.at);
        // First, for who comes second waits there, finds it ended, and then nothing of this is done.
        let steps = vec![
            sql::change(&end, vec![which.clone(), at]),
            sql::audit_users(by, action, "NULL", "NULL", &owner, vec![which]),
            sql::bump(),
        ];
        self.store.run(sql::write(&self.store, steps)).await?;
        self.changed();
        Ok(())
    }
}

/// A session of ours that somebody asks with.
pub(super) struct OwnSession {
    pub(super) user: String,
    pub(super) session: String,
}

impl OwnSession {
    /// Who it is, for the audit.
    pub(super) fn by<'a>(&'a self, caller: Caller<'a>, at: &'a str) -> By<'a> {
        By::own(caller, at, Some(&self.user), Some(&self.session))
    }
}

/// A session that is not there yet.
pub(super) struct NewSession<'a> {
    pub(super) id: &'a str,
    pub(super) user: &'a str,
    /// It is opened only while this is the hash of his password.
    pub(super) password_hash: &'a str,
    pub(super) at: &'a str,
    pub(super) ends: &'a str,
    pub(super) caller: Caller<'a>,
}

impl NewSession<'_> {
    /// The step that opens it, unless the user is disabled.
    pub(super) fn open(&self) -> Step {
        let agent = self.caller.user_agent.map(|text| text.chars().take(MAX_AGENT_CHARS).collect::<String>());
        sql::change(
            "INSERT INTO \"_sessions\" (\"id\", \"user_id\", \"created_at\", \"last_used_at\", \"expires_at\", \"ip\", \
             \"user_agent\") SELECT ?1, \"id\", ?3, ?3, ?4, ?6, ?7 FROM \"users\" \
             WHERE \"id\" = ?2 AND NOT \"disabled\" AND \"password_hash\" = ?5",
            vec![
                sql::uuid(self.id),
                sql::uuid(self.user),
                sql::stamp(self.at),
                sql::stamp(self.ends),
                sql::text(self.password_hash),
                sql::text(&self.caller.ip.to_string()),
                sql::text_or_null(agent.as_deref()),
            ],
        )
    }
}

pub(super) fn add_token(token: &str, session: &str, at: &str) -> Step {
    let sql = "INSERT INTO \"_refresh_tokens\" (\"hash\", \"session_id\", \"created_at\") VALUES (?1, ?2, ?3)";
    sql::run(sql, vec![hash(token), sql::uuid(session), sql::stamp(at)])
}

/// Spends the old token and adds the new one. Of two at once the second finds it spent, which is [`Refusal::State`].
fn rotate(old: &str, new: &str, at: &str, idle_since: &str) -> Vec<Step> {
    const LIVE: &str = "EXISTS (SELECT 1 FROM \"_sessions\" s JOIN \"users\" u ON u.\"id\" = s.\"user_id\" \
         WHERE s.\"id\" = \"_refresh_tokens\".\"session_id\" AND s.\"revoked_at\" IS NULL AND s.\"expires_at\" > ?2 \
         AND s.\"last_used_at\" > ?3 AND NOT u.\"disabled\")";
    let spend = format!(
        "UPDATE \"_refresh_tokens\" SET \"used_at\" = ?2 WHERE \"hash\" = ?1 AND \"used_at\" IS NULL AND {LIVE}"
    );
    // Only where something is left to end: else an old token could be sent again and again to make us write.
    let probe = format!(
        "SELECT EXISTS (SELECT 1 FROM \"_refresh_tokens\" WHERE \"hash\" = ?1 AND \"used_at\" IS NOT NULL AND {LIVE})"
    );
    let none = Otherwise::Probe {
        statement: Statement::new(probe, vec![hash(old), sql::stamp(at), sql::stamp(idle_since)]),
        refusals: vec![Refusal::NotFound, Refusal::State],
    };
    let session = "(SELECT \"session_id\" FROM \"_refresh_tokens\" WHERE \"hash\" = ?1)";
    vec![
        Step::Change {
            statement: Statement::new(spend, vec![hash(old), sql::stamp(at), sql::stamp(idle_since)]),
            none,
        },
        sql::run(
            &format!(
                "INSERT INTO \"_refresh_tokens\" (\"hash\", \"session_id\", \"created_at\") VALUES (?2, {session}, ?3)"
            ),
            vec![hash(old), hash(new), sql::stamp(at)],
        ),
        sql::run(
            &format!("UPDATE \"_sessions\" SET \"last_used_at\" = ?2 WHERE \"id\" = {session}"),
            vec![hash(old), sql::stamp(at)],
        ),
        sql::one(
            &format!("SELECT \"user_id\", \"id\" FROM \"_sessions\" WHERE \"id\" = {session}"),
            vec![hash(old)],
            &[Kind::Uuid, Kind::Uuid],
        ),
    ]
}

/// A new refresh token: 256 random bits.
pub(super) fn new_token() -> Result<String, ApiError> {
    let mut bytes = [0; TOKEN_BYTES];
    let filled = getrandom::fill(&mut bytes);
    filled.map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A fast hash suffices: a random token cannot be guessed from it.
pub(super) fn hash(token: &str) -> Value {
    Value::Bytes(Sha256::digest(token).to_vec())
}

/// Always the same, whatever is wrong with the token.
fn spent() -> ApiError {
    invalid_token("the refresh token does not count; log in again").because("refresh_token")
}
