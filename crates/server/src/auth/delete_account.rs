//! `POST /auth/me/delete`: a user ends his own account; `DELETE /auth/users/{id}`: an admin ends somebody's. What stays of him is
//! in the audit: that he was here, and what he did.
//!
//! What becomes of the rows that are his, or refer to him, says the blueprint; those that are to hold the account are deleted
//! first, by their own rules. One's own is not ended by `DELETE`: that comes with the password, and proxies drop the bodies of
//! `DELETE`.

use std::sync::Arc;

use blueprint::OnUserDelete;
use http::StatusCode;
use query::{Actor, Catalog, Denied, Leaving, Origin, User};
use serde_json::Value as Json;
use uuid::Uuid;
use work::{Kind, Otherwise, Outcome, Refusal, Statement, Step, Work};

use super::admin::not_admin;
use super::credentials::Reader;
use super::login::bad_credentials;
use super::sql::{self, By};
use super::{Auth, Caller};
use crate::error::{ApiError, FORBIDDEN, REFERENCE, STATE, UNIQUE};
use crate::http::HttpResponse;

impl Auth {
    pub(super) async fn delete_account(
        &self,
        caller: Caller<'_>,
        body: Option<&Json>,
    ) -> Result<HttpResponse, ApiError> {
        let own = self.own_session(caller).await?;
        self.rates.check_login(caller.ip).await?;
        let mut reader = Reader::new(body)?;
        let password = reader.password("password");
        reader.nothing_but(&["password"], &[]);
        reader.done()?;
        let Some(account) = self.account_of(&own).await? else { return Err(bad_credentials()) };
        self.check_own_password(&account, password).await?;
        let Actor::User(himself) = self.actor(caller.authorization).await? else { return Err(Denied::SignIn.into()) };
        let at = self.clock.stamp();
        let user = sql::uuid(&own.user);
        let heir = self.eldest_admin(&own.user).await?;
        let held: Vec<&str> = [own.user.as_str()].into_iter().chain(heir.as_deref()).collect();
        let mut before: Vec<Step> = sql::hold(&self.store, &held).into_iter().collect();
        before.extend([
            // As it is done, and not a moment before: he may just be made one.
            Step::Require {
                statement: Statement::new(
                    format!(
                        "SELECT 1 FROM \"users\" u WHERE u.\"id\" = ?1 AND NOT {}",
                        sql::is_admin(&self.store, "u")
                    ),
                    vec![user.clone()],
                ),
                none: Otherwise::Refuse(Refusal::State),
            },
            sql::audit_users(own.by(caller, &at), "user.delete", "NULL", "NULL", "\"id\" = ?1", vec![user.clone()]),
        ]);
        // Whose the rows will be must still be one, too; else they hold him as if there were none.
        before.extend(heir.as_deref().map(|heir| {
            let sql = format!("SELECT 1 FROM \"users\" u WHERE u.\"id\" = ?1 AND {}", sql::is_admin(&self.store, "u"));
            let none = Otherwise::Refuse(Refusal::Referred);
            Step::Require { statement: Statement::new(sql, vec![sql::uuid(heir)]), none }
        }));
        let delete = "DELETE FROM \"users\" WHERE \"id\" = ?1 AND \"password_hash\" = ?2";
        let mut after = vec![sql::change(delete, vec![user, sql::text(account.hash())]), sql::bump()];
        if let Some(outbox) = &self.outbox {
            after.push(outbox.post(&outbox.account_deleted(account.email()), &at, "TRUE", Vec::new())?);
        }
        let leaving = Leaving { user: &own.user, heir: heir.as_deref() };
        match self.store.run(self.without(himself, caller, &at, leaving, [before, after])).await? {
            Outcome::Done(_) => {
                self.changed();
                Ok(HttpResponse::empty(StatusCode::NO_CONTENT))
            }
            Outcome::Refused(Refusal::State) => {
                let detail =
                    "an admin cannot leave before another one has taken the role away, so that there is always one";
                Err(ApiError::new(STATE, detail))
            }
            Outcome::Refused(refusal) => {
                let detail =
                    "rows are still yours or refer to you, perhaps in the trash; delete them first, or ask an admin to";
                Err(held_by(&refusal, detail).unwrap_or_else(bad_credentials))
            }
        }
    }

    pub(super) async fn delete_user(&self, caller: Caller<'_>, id: Uuid) -> Result<HttpResponse, ApiError> {
        let admin = self.admin(caller).await?;
        let gone = id.to_string();
        if admin.id == gone {
            return Err(ApiError::new(FORBIDDEN, "nobody deletes himself here, so that there is always an admin"));
        }
        let (at, user) = (self.clock.stamp(), sql::uuid(&gone));
        let mut before = self.as_admin(&admin, Some(id));
        let by = By::user(caller, &at, &admin);
        before.push(sql::audit_users(by, "user.delete", "NULL", "NULL", "\"id\" = ?1", vec![user.clone()]));
        let after = vec![sql::change("DELETE FROM \"users\" WHERE \"id\" = ?1", vec![user]), sql::bump()];
        let leaving = Leaving { user: &gone, heir: Some(&admin.id) };
        match self.store.run(self.without(admin.clone(), caller, &at, leaving, [before, after])).await? {
            Outcome::Done(_) => {
                self.changed();
                Ok(HttpResponse::empty(StatusCode::NO_CONTENT))
            }
            Outcome::Refused(Refusal::Forbidden) => Err(not_admin()),
            Outcome::Refused(refusal) => {
                let detail = "rows are still the user's or refer to him, perhaps in the trash; delete them first, or disable him";
                Err(held_by(&refusal, detail).unwrap_or_else(ApiError::not_found))
            }
        }
    }

    /// One change: what comes before, what becomes of the user's rows, and what comes after, the end of the user in it.
    /// Sessions, keys and mailed tokens go with him, in the database.
    fn without(
        &self,
        by: Arc<User>,
        caller: Caller<'_>,
        at: &str,
        leaving: Leaving<'_>,
        [before, after]: [Vec<Step>; 2],
    ) -> Work {
        let dialect = self.store.dialect();
        let (request_id, ip) = (caller.request_id.to_owned(), Some(caller.ip));
        let origin = Origin { at: at.to_owned(), request_id, ip, batch: None };
        let rows = query::leaving(&Catalog::new(self.blueprint.clone(), dialect), by, origin, leaving);
        let mut work = sql::write(&self.store, before);
        work.steps.extend(rows);
        work.steps.extend(sql::write(&self.store, after).steps);
        work
    }

    /// The admin who has been there longest besides this user, if rows are handed over to anybody: ids are in the order of time.
    async fn eldest_admin(&self, besides: &str) -> Result<Option<String>, ApiError> {
        if !self.blueprint.entities.iter().any(|entity| entity.on_user_delete == OnUserDelete::HandOver) {
            return Ok(None);
        }
        let eldest = format!(
            "SELECT u.\"id\" FROM \"users\" u WHERE u.\"id\" <> ?1 AND {} ORDER BY u.\"id\" LIMIT 1",
            sql::is_admin(&self.store, "u")
        );
        let eldest = sql::one(&eldest, vec![sql::uuid(besides)], &[Kind::Uuid]);
        Ok(match self.store.run(sql::read(&self.store, eldest)).await? {
            Outcome::Done(answer) => answer.captured.first().and_then(work::Value::as_str).map(str::to_owned),
            Outcome::Refused(_) => None,
        })
    }
}

/// What of the rows kept a user here.
fn held_by(refusal: &Refusal, detail: &str) -> Option<ApiError> {
    match refusal {
        Refusal::Referred => Some(ApiError::new(REFERENCE, detail)),
        Refusal::Unique { .. } => {
            let detail =
                "rows cannot be handed over: the admin whose they would be has some with the same unique value";
            Some(ApiError::new(UNIQUE, detail))
        }
        _ => None,
    }
}
