//! `POST /auth/password`: another password for who knows the present one. All his other sessions end with the old one, for
//! whoever opened them may have known it.

use http::StatusCode;
use serde_json::Value as Json;
use work::{Kind, Outcome, Step, Value};

use super::credentials::Reader;
use super::login::bad_credentials;
use super::session::OwnSession;
use super::{Auth, Caller, mail_token, sessions, sql};
use crate::error::ApiError;
use crate::http::HttpResponse;
use crate::mail::Outbox;

const ACCOUNT: &str = "SELECT \"email\", \"password_hash\" FROM \"users\" \
     WHERE \"id\" = ?1 AND \"iss\" = 'own' AND \"email\" IS NOT NULL AND \"password_hash\" IS NOT NULL";

/// An account of this server, as somebody who is signed in to it has it.
pub(super) struct Account {
    pub(super) email: String,
    pub(super) hash: String,
}

impl Account {
    pub(super) fn email(&self) -> &str {
        &self.email
    }

    pub(super) fn hash(&self) -> &str {
        &self.hash
    }
}

impl Auth {
    pub(super) async fn change_password(
        &self,
        caller: Caller<'_>,
        body: Option<&Json>,
    ) -> Result<HttpResponse, ApiError> {
        let own = self.own_session(caller).await?;
        self.rates.check_login(caller.ip).await?;
        let Some(account) = self.account_of(&own).await? else { return Err(bad_credentials()) };
        let mut reader = Reader::new(body)?;
        let current = reader.password("current_password");
        let new = reader.new_password(self.settings.password_min_length, &self.blueprint.app.name, &account.email);
        reader.nothing_but(&["current_password", "password"], &[]);
        reader.done()?;

        self.check_own_password(&account, current).await?;
        let hash = self.hasher.hash(new).await?;
        self.replace_password(caller, &own, &account, &hash).await
    }

    /// Counted like a log-in: who has a token of somebody must not be able to guess his password with it.
    pub(super) async fn check_own_password(&self, account: &Account, password: &str) -> Result<(), ApiError> {
        let place = self.hasher.place()?;
        let counted = self.count_attempt(&account.email).await?;
        match self.hasher.check(place, password, Some(&account.hash)).await {
            Ok(verdict) if verdict.matches => {}
            Ok(_) => return Err(bad_credentials()),
            Err(error) => {
                self.was_undecided(&counted).await;
                return Err(error);
            }
        }
        if let Some(step) = self.was_right(&counted) {
            self.store.run(sql::write(&self.store, vec![step])).await?;
        }
        Ok(())
    }

    pub(super) async fn account_of(&self, own: &OwnSession) -> Result<Option<Account>, ApiError> {
        let step = sql::one(ACCOUNT, vec![sql::uuid(&own.user)], &[Kind::Text, Kind::Text]);
        let Outcome::Done(answer) = self.store.run(sql::read(&self.store, step)).await? else { return Ok(None) };
        Ok(match &answer.captured[..] {
            [Value::Text(email), Value::Text(hash)] => Some(Account { email: email.clone(), hash: hash.clone() }),
            _ => None,
        })
    }

    /// Whoever changed it may be somebody else (ASVS 6.3.7).
    pub(super) fn tell_of_new_password(&self, email: &str, at: &str) -> Result<Option<Step>, ApiError> {
        let post = |outbox: &Outbox| outbox.post(&outbox.password_changed(email), at, "TRUE", Vec::new());
        self.outbox.as_ref().map(post).transpose()
    }

    /// Provided that the password still is the one that was checked.
    async fn replace_password(
        &self,
        caller: Caller<'_>,
        own: &OwnSession,
        account: &Account,
        new: &str,
    ) -> Result<HttpResponse, ApiError> {
        let at = self.clock.stamp();
        let update = "UPDATE \"users\" SET \"password_hash\" = ?2, \"updated_at\" = ?4, \"version\" = \"version\" + 1 \
             WHERE \"id\" = ?1 AND \"password_hash\" = ?3 AND NOT \"disabled\"";
        let mut steps = vec![
            sql::change(update, vec![sql::uuid(&own.user), sql::text(new), sql::text(&account.hash), sql::stamp(&at)]),
            sessions::end_others(own, &at),
            mail_token::void_resets(sql::uuid(&own.user), &at),
            sql::audit_users(
                own.by(caller, &at),
                "password.change",
                "NULL",
                "NULL",
                "\"id\" = ?1",
                vec![sql::uuid(&own.user)],
            ),
            sql::bump(),
        ];
        steps.extend(self.tell_of_new_password(&account.email, &at)?);
        match self.store.run(sql::write(&self.store, steps)).await? {
            Outcome::Done(_) => {
                self.changed();
                Ok(HttpResponse::empty(StatusCode::NO_CONTENT))
            }
            Outcome::Refused(_) => Err(bad_credentials()),
        }
    }
}
