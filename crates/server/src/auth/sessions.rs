//! `/auth/sessions`: a user sees where he is signed in, and ends what he does not want to go on.
//!
//! Only his own; another's session is like none. What counts as a session is in `session.rs`.

use std::sync::Arc;

use http::StatusCode;
use uuid::Uuid;
use work::{Column, Kind, Outcome, Shape, Statement, Step, Value};

use super::session::OwnSession;
use super::{Auth, Caller, mail_token, sql};
use crate::error::ApiError;
use crate::http::HttpResponse;

/// Those that were used last. Whoever has more sees the others as these end.
pub(crate) const MAX_SESSIONS: usize = 100;
const COLUMNS: [(&str, Kind); 7] = [
    ("id", Kind::Uuid),
    ("created_at", Kind::DateTime),
    ("last_used_at", Kind::DateTime),
    ("expires_at", Kind::DateTime),
    ("ip", Kind::Text),
    ("user_agent", Kind::Text),
    ("current", Kind::Boolean),
];

impl Auth {
    pub(super) async fn sessions(&self, caller: Caller<'_>) -> Result<HttpResponse, ApiError> {
        let own = self.own_session(caller).await?;
        let at = self.clock.stamp();
        match self.store.run(sql::read(&self.store, living(&own, &at, &self.idle_since()))).await? {
            Outcome::Done(answer) => {
                Ok(HttpResponse::json(StatusCode::OK, [b"{\"data\":", &answer.body[..], b"}"].concat()))
            }
            Outcome::Refused(_) => Err(ApiError::internal("a list was refused")),
        }
    }

    pub(super) async fn end_one(&self, caller: Caller<'_>, id: Uuid) -> Result<HttpResponse, ApiError> {
        let own = self.own_session(caller).await?;
        let (at, id) = (self.clock.stamp(), id.to_string());
        let end = "UPDATE \"_sessions\" SET \"revoked_at\" = ?3 \
             WHERE \"id\" = ?1 AND \"user_id\" = ?2 AND \"revoked_at\" IS NULL AND \"expires_at\" > ?3";
        let after = Value::Json(serde_json::json!({ "session": id }).to_string());
        let steps = vec![
            sql::change(end, vec![sql::uuid(&id), sql::uuid(&own.user), sql::stamp(&at)]),
            sql::audit_users(
                own.by(caller, &at),
                "session.end",
                "NULL",
                "?2",
                "\"id\" = ?1",
                vec![sql::uuid(&own.user), after],
            ),
            sql::bump(),
        ];
        match self.store.run(sql::write(&self.store, steps)).await? {
            Outcome::Done(_) => {
                self.changed();
                Ok(HttpResponse::empty(StatusCode::NO_CONTENT))
            }
            Outcome::Refused(_) => Err(ApiError::not_found()),
        }
    }

    pub(super) async fn end_others(&self, caller: Caller<'_>) -> Result<HttpResponse, ApiError> {
        let own = self.own_session(caller).await?;
        let at = self.clock.stamp();
        let others = "\"id\" = ?1 AND EXISTS (SELECT 1 FROM \"_sessions\" \
             WHERE \"user_id\" = ?1 AND \"id\" <> ?2 AND \"revoked_at\" IS NULL AND \"expires_at\" > ?3)";
        let params = vec![sql::uuid(&own.user), sql::uuid(&own.session), sql::stamp(&at)];
        let steps = vec![
            sql::audit_users(own.by(caller, &at), "session.end_others", "NULL", "NULL", others, params),
            end_others(&own, &at),
            mail_token::void_resets(sql::uuid(&own.user), &at),
            sql::bump(),
        ];
        self.store.run(sql::write(&self.store, steps)).await?;
        self.changed();
        Ok(HttpResponse::empty(StatusCode::NO_CONTENT))
    }
}

/// Ends all sessions of a user but the one that asks.
pub(super) fn end_others(own: &OwnSession, at: &str) -> Step {
    let sql = "UPDATE \"_sessions\" SET \"revoked_at\" = ?3 \
         WHERE \"user_id\" = ?1 AND \"id\" <> ?2 AND \"revoked_at\" IS NULL";
    sql::run(sql, vec![sql::uuid(&own.user), sql::uuid(&own.session), sql::stamp(at)])
}

fn living(own: &OwnSession, at: &str, idle_since: &str) -> Step {
    let sql = format!(
        "SELECT \"id\", \"created_at\", \"last_used_at\", \"expires_at\", \"ip\", \"user_agent\", \"id\" = ?2 FROM \"_sessions\" \
         WHERE \"user_id\" = ?1 AND \"revoked_at\" IS NULL AND \"expires_at\" > ?3 AND \"last_used_at\" > ?4 \
         ORDER BY \"last_used_at\" DESC, \"id\" DESC LIMIT {}",
        MAX_SESSIONS + 1
    );
    let params = vec![sql::uuid(&own.user), sql::uuid(&own.session), sql::stamp(at), sql::stamp(idle_since)];
    let columns = COLUMNS.iter().map(|(name, kind)| Column::new(name, *kind)).collect();
    Step::Page {
        statement: Statement::new(sql, params),
        shape: Arc::new(Shape { columns, captured: Vec::new() }),
        limit: MAX_SESSIONS,
    }
}
