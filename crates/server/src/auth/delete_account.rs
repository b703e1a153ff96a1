//! `POST /auth/me/delete`: a user ends his own account. What stays of him is in the audit: that he was here, and what he did.
//!
//! Rows that are his, or refer to him, hold the account: they are deleted first, by their own rules. Not by `DELETE`: that
//! comes with the password, and proxies drop the bodies of `DELETE`.

use http::StatusCode;
use serde_json::Value as Json;
use work::{Otherwise, Outcome, Refusal, Statement, Step};

use super::credentials::Reader;
use super::login::bad_credentials;
use super::sql;
use super::{Auth, Caller};
use crate::error::{ApiError, REFERENCE, STATE};
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
        let at = self.clock.stamp();
        let user = sql::uuid(&own.user);
        // Sessions, keys and mailed tokens go with him, in the database.
        let delete = "DELETE FROM \"users\" WHERE \"id\" = ?1 AND \"password_hash\" = ?2";
        let mut steps: Vec<Step> = sql::hold(&self.store, &[&own.user]).into_iter().collect();
        steps.extend([
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
            sql::change(delete, vec![user, sql::text(account.hash())]),
            sql::bump(),
        ]);
        if let Some(outbox) = &self.outbox {
            steps.push(outbox.post(&outbox.account_deleted(account.email()), &at, "TRUE", Vec::new())?);
        }
        match self.store.run(sql::write(&self.store, steps)).await? {
            Outcome::Done(_) => {
                self.changed();
                Ok(HttpResponse::empty(StatusCode::NO_CONTENT))
            }
            Outcome::Refused(Refusal::State) => {
                let detail =
                    "an admin cannot leave before another one has taken the role away, so that there is always one";
                Err(ApiError::new(STATE, detail))
            }
            Outcome::Refused(Refusal::Referred) => {
                let detail =
                    "rows are still yours or refer to you, perhaps in the trash; delete them first, or ask an admin to";
                Err(ApiError::new(REFERENCE, detail))
            }
            Outcome::Refused(_) => Err(bad_credentials()),
        }
    }
}
