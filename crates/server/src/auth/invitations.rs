//! `GET /auth/invitations`, `DELETE /auth/invitations/{id}`: an admin sees which invitations count, and takes them back.
//!
//! Their tokens are known to those who were mailed them, and to nobody else.

use std::sync::Arc;

use http::StatusCode;
use serde_json::json;
use uuid::Uuid;
use work::{Column, Kind, Outcome, Refusal, Shape, Statement, Step, Value};

use super::admin::{Wanted, not_admin, wanted};
use super::invite::inviter_may;
use super::sql::{self, By};
use super::{Auth, Caller};
use crate::error::ApiError;
use crate::http::HttpResponse;

const COLUMNS: [(&str, Kind); 6] = [
    ("id", Kind::Uuid),
    ("email", Kind::Text),
    ("roles", Kind::Json),
    ("invited_by", Kind::Uuid),
    ("created_at", Kind::DateTime),
    ("expires_at", Kind::DateTime),
];
const OPEN: &str = "\"purpose\" = 'invite' AND \"used_at\" IS NULL";

impl Auth {
    pub(super) async fn invitations(&self, caller: Caller<'_>) -> Result<HttpResponse, ApiError> {
        let wanted = wanted(caller.query)?;
        self.admin(caller).await?;
        self.page(self.open_invitations(&wanted)).await
    }

    pub(super) async fn take_back(&self, caller: Caller<'_>, id: Uuid) -> Result<HttpResponse, ApiError> {
        let admin = self.admin(caller).await?;
        let (at, id) = (self.clock.stamp(), id.to_string());
        let end = format!(
            "UPDATE \"_mail_tokens\" SET \"used_at\" = ?2 WHERE \"id\" = ?1 AND {OPEN} AND \"expires_at\" > ?2"
        );
        let after = Value::Json(json!({ "invitation": id }).to_string());
        let mut steps = self.as_admin(&admin, None);
        steps.push(sql::change(&end, vec![sql::uuid(&id), sql::stamp(&at)]));
        steps.push(sql::audit_nobody(By::user(caller, &at, &admin), "invite.take_back", after));
        match self.store.run(sql::write(&self.store, steps)).await? {
            Outcome::Done(_) => Ok(HttpResponse::empty(StatusCode::NO_CONTENT)),
            Outcome::Refused(Refusal::Forbidden) => Err(not_admin()),
            Outcome::Refused(_) => Err(ApiError::not_found()),
        }
    }

    /// In the order in which they were made, which that of their ids is.
    fn open_invitations(&self, wanted: &Wanted) -> Step {
        let (of_email, email) = match &wanted.email {
            Some(email) => (" AND \"email\" = ?3", Some(sql::text(email))),
            None => ("", None),
        };
        let sql = format!(
            "SELECT \"{}\" FROM \"_mail_tokens\" WHERE \"id\" > ?1 AND {OPEN} AND \"expires_at\" > ?2 AND {}{of_email} \
             ORDER BY \"id\" LIMIT {}",
            COLUMNS.map(|(name, _)| name).join("\", \""),
            inviter_may(&self.store),
            wanted.limit + 1
        );
        let params = [sql::uuid(&wanted.after.to_string()), sql::stamp(&self.clock.stamp())];
        let columns = COLUMNS.iter().map(|(name, kind)| Column::new(name, *kind)).collect();
        Step::Page {
            statement: Statement::new(sql, params.into_iter().chain(email).collect()),
            shape: Arc::new(Shape { columns, captured: Vec::new() }),
            limit: wanted.limit,
        }
    }
}
