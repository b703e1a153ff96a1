//! `POST /auth/login`: a password for a session. An address without account, a wrong password and a disabled account
//! get the same answer after the same work, and so does one whose address is to be verified: else whoever registers with an
//! address and then logs in would learn whether it had an account.

use http::StatusCode;
use query::Actor;
use serde_json::{Value as Json, json};
use work::{Kind, Outcome, Step, Value};

use super::credentials::Reader;
use super::password::Place;
use super::session::NewSession;
use super::sql::{self, By};
use super::{Auth, Caller, session};
use crate::audit::Refused;
use crate::error::{ApiError, BAD_CREDENTIALS};
use crate::http::HttpResponse;

const ACCOUNT: &str = "SELECT \"id\", \"password_hash\" FROM \"users\" \
     WHERE \"iss\" = 'own' AND \"email\" = ?1 AND NOT \"disabled\" AND \"password_hash\" IS NOT NULL \
     AND (\"verified_at\" IS NOT NULL OR NOT ?2)";

struct Account {
    id: String,
    hash: String,
}

impl Auth {
    pub(super) async fn login(&self, caller: Caller<'_>, body: Option<&Json>) -> Result<HttpResponse, ApiError> {
        self.rates.check_login(caller.ip).await?;
        let mut reader = Reader::new(body)?;
        let (email, password) = (reader.email(), reader.password("password"));
        reader.nothing_but(&["email", "password"], &[]);
        reader.done()?;

        // First a place: whoever is sent away for want of one was not counted.
        let place = self.hasher.place()?;
        let counted = match self.count_attempt(&email).await {
            Ok(counted) => counted,
            Err(error) => return Err(self.noted(caller, &email, error)),
        };
        let found = match self.check_password(place, &email, password).await {
            Ok(found) => found,
            Err(error) => {
                self.was_undecided(&counted).await;
                return Err(error);
            }
        };
        let (account, outdated) = found.ok_or_else(|| self.noted(caller, &email, self.no_login()))?;
        let new_hash = if outdated { Some(self.hasher.hash(password).await?) } else { None };
        self.open_session(caller, &account, new_hash.as_deref(), self.was_right(&counted)).await
    }

    /// The account, if the password is its own, and whether its hash is to be renewed.
    async fn check_password(
        &self,
        place: Place<'_>,
        email: &str,
        password: &str,
    ) -> Result<Option<(Account, bool)>, ApiError> {
        self.renew_decoys();
        let account = self.account(email).await?;
        let decoy = self.decoy(email)?;
        let hash = account.as_ref().map(|account| account.hash.as_str()).or(decoy.as_deref());
        let verdict = self.hasher.check(place, password, hash).await?;
        Ok(account.filter(|_| verdict.matches).map(|account| (account, verdict.outdated)))
    }

    async fn account(&self, email: &str) -> Result<Option<Account>, ApiError> {
        let step = sql::one(
            ACCOUNT,
            vec![sql::text(email), Value::Boolean(self.blueprint.auth.verify_email)],
            &[Kind::Uuid, Kind::Text],
        );
        let Outcome::Done(answer) = self.store.run(sql::read(&self.store, step)).await? else { return Ok(None) };
        Ok(match &answer.captured[..] {
            [Value::Uuid(id), Value::Text(hash)] => Some(Account { id: id.clone(), hash: hash.clone() }),
            _ => None,
        })
    }

    /// Opens a session, provided that account and password still are what they were when they were checked.
    async fn open_session(
        &self,
        caller: Caller<'_>,
        account: &Account,
        new_hash: Option<&str>,
        right: Option<Step>,
    ) -> Result<HttpResponse, ApiError> {
        let session = uuid::Uuid::now_v7().to_string();
        let refresh_token = session::new_token()?;
        let at = self.clock.stamp();
        let ends = self.clock.stamp_after(self.settings.session_seconds);
        let new =
            NewSession { id: &session, user: &account.id, password_hash: &account.hash, at: &at, ends: &ends, caller };
        // Whoever is changing the password ends the sessions that he sees; this one is opened before, or by the new password.
        let mut steps: Vec<Step> = sql::hold(&self.store, &[&account.id]).into_iter().collect();
        steps.push(new.open());
        steps.extend(right);
        steps.push(session::add_token(&refresh_token, &session, &at));
        let replaced = self.replaced(caller, account).await;
        if let Some(old) = &replaced {
            let end = "UPDATE \"_sessions\" SET \"revoked_at\" = ?2 WHERE \"id\" = ?1 AND \"revoked_at\" IS NULL";
            steps.extend([sql::run(end, vec![sql::uuid(old), sql::stamp(&at)]), sql::bump()]);
        }
        if let Some(new_hash) = new_hash {
            let sql = "UPDATE \"users\" SET \"password_hash\" = ?1 WHERE \"id\" = ?2 AND \"password_hash\" = ?3";
            steps.push(sql::change(sql, vec![sql::text(new_hash), sql::uuid(&account.id), sql::text(&account.hash)]));
        }
        let by = By::own(caller, &at, Some(&account.id), Some(&session));
        steps.push(sql::audit_users(by, "login", "NULL", "NULL", "\"id\" = ?1", vec![sql::uuid(&account.id)]));
        match self.store.run(sql::write(&self.store, steps)).await? {
            Outcome::Done(_) => {
                if replaced.is_some() {
                    self.changed();
                }
                self.tokens(&account.id, &session, &refresh_token)
            }
            Outcome::Refused(_) => Err(self.no_login()),
        }
    }

    /// The same, told to the audit, unless it is the server that failed.
    fn noted(&self, caller: Caller<'_>, email: &str, error: ApiError) -> ApiError {
        if error.problem.status.is_server_error() {
            return error;
        }
        self.refusals.note(Refused {
            user: None,
            account: Some(email.to_owned()),
            ip: caller.ip,
            request_id: caller.request_id.to_owned(),
            action: "login".to_owned(),
            entity: Some("user".to_owned()),
            entity_id: None,
            code: error.problem.code,
        });
        error
    }

    fn no_login(&self) -> ApiError {
        let error = bad_credentials();
        if !self.blueprint.auth.verify_email {
            return error;
        }
        ApiError {
            detail: "wrong e-mail address or password, or an address that was not verified yet".to_owned(),
            ..error
        }
    }

    /// The session that a log-in was sent with, if it is the same user's: the new one is in its place (ASVS 7.2.4).
    async fn replaced(&self, caller: Caller<'_>, account: &Account) -> Option<String> {
        match self.actor(caller.authorization).await {
            Ok(Actor::User(user)) if user.id == account.id => user.session.clone(),
            _ => None,
        }
    }

    /// The answer to a log-in and to a refresh (RFC 6749 §5.1).
    pub(super) fn tokens(&self, user: &str, session: &str, refresh_token: &str) -> Result<HttpResponse, ApiError> {
        let own = self.own.as_ref().ok_or_else(ApiError::not_found)?;
        let now = self.clock.now();
        let lifetime = self.settings.access_seconds;
        let body = json!({
            "access_token": own.issue(&self.keys.signing, user, session, now, now.saturating_add(lifetime)),
            "token_type": "Bearer",
            "expires_in": lifetime,
            "refresh_token": refresh_token,
        });
        Ok(HttpResponse::json(StatusCode::OK, body.to_string()))
    }
}

pub(super) fn bad_credentials() -> ApiError {
    ApiError::new(BAD_CREDENTIALS, "wrong e-mail address or password")
        .because("wrong_password")
        .with(http::header::WWW_AUTHENTICATE, "Bearer")
}
