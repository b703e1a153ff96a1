//! `POST /auth/password/forgot` and `/reset`: another password for who reads the mail of the address. Whether an address has an
//! account, neither answer nor time tells; the mail does, to who reads it.

use http::StatusCode;
use serde_json::Value as Json;
use work::Outcome;

use super::credentials::Reader;
use super::mail_token::{self, MailToken, Purpose, USER};
use super::sql::{self, By};
use super::verify::{SPENT, accepted, spent};
use super::{Auth, Caller, session};
use crate::error::ApiError;
use crate::http::HttpResponse;
use crate::mail::Mail;

pub(crate) const FORGOTTEN: &str =
    "if this address has an account, a mail to it lies at /_/outbox: this server sends none";

impl Auth {
    pub(super) async fn forgot_password(
        &self,
        caller: Caller<'_>,
        body: Option<&Json>,
    ) -> Result<HttpResponse, ApiError> {
        let write = |email: &str, token: &str| Ok(self.outbox()?.reset(email, token));
        self.ask_for_mail(caller, body, Purpose::Reset, "TRUE", "password.forgot", write).await?;
        Ok(accepted(FORGOTTEN))
    }

    /// Mails a token to the address of a body, if it has an account for which the condition holds. The same work is done and
    /// committed whether it has or not.
    pub(super) async fn ask_for_mail(
        &self,
        caller: Caller<'_>,
        body: Option<&Json>,
        purpose: Purpose,
        condition: &str,
        action: &str,
        write: impl Fn(&str, &str) -> Result<Mail, ApiError>,
    ) -> Result<(), ApiError> {
        self.rates.check_login(caller.ip).await?;
        let mut reader = Reader::new(body)?;
        let email = reader.email();
        reader.nothing_but(&["email"], &[]);
        reader.done()?;
        let (outbox, token) = (self.outbox()?, MailToken::new(purpose, &self.clock)?);
        let (is_issued, issued) = token.is_issued();
        let key = self.mail_key(purpose, &email)?;
        let mut steps = vec![mail_token::count_mail(&key, &self.clock)];
        steps.extend(token.issue(&key, &email, condition, Vec::new()));
        steps.extend([
            outbox.post(&write(&email, &token.text)?, &token.at, is_issued, issued)?,
            sql::audit_mail(By::own(caller, &token.at, None, None), action, session::hash(&token.text)),
        ]);
        match self.store.run(sql::write(&self.store, steps)).await? {
            Outcome::Done(_) => Ok(()),
            Outcome::Refused(_) => Err(ApiError::internal("a mail was refused")),
        }
    }

    pub(super) async fn reset_password(
        &self,
        caller: Caller<'_>,
        body: Option<&Json>,
    ) -> Result<HttpResponse, ApiError> {
        self.rates.check_login(caller.ip).await?;
        let mut reader = Reader::new(body)?;
        let token = reader.text("token");
        // Before anything is hashed: a token that does not count costs as little as that.
        let email = self.address_of(token, Purpose::Reset).await?;
        if email.is_none() && !token.is_empty() {
            reader.problem("token", "spent", SPENT);
        }
        let email = email.unwrap_or_default();
        let new = reader.new_password(self.settings.password_min_length, &self.blueprint.app.name, &email);
        reader.nothing_but(&["token", "password"], &[]);
        reader.done()?;
        let new_hash = self.hasher.hash(new).await?;
        self.set_password(caller, token, &email, &new_hash).await
    }

    /// Ends all sessions, for whoever opened them may have known the old one. Opens none: a mail is no log-in.
    async fn set_password(
        &self,
        caller: Caller<'_>,
        token: &str,
        email: &str,
        new_hash: &str,
    ) -> Result<HttpResponse, ApiError> {
        let (at, hash) = (self.clock.stamp(), session::hash(token));
        let set = format!(
            "UPDATE \"users\" SET \"password_hash\" = ?2, \"verified_at\" = COALESCE(\"verified_at\", ?3), \"updated_at\" = ?3, \
             \"version\" = \"version\" + 1 WHERE \"id\" = {USER}"
        );
        let end = format!(
            "UPDATE \"_sessions\" SET \"revoked_at\" = ?2 WHERE \"user_id\" = {USER} AND \"revoked_at\" IS NULL"
        );
        let by = By::own(caller, &at, None, None);
        let mut steps = vec![
            mail_token::spend(token, Purpose::Reset, &at),
            sql::change(&set, vec![hash.clone(), sql::text(new_hash), sql::stamp(&at)]),
            sql::run(&end, vec![hash.clone(), sql::stamp(&at)]),
            sql::audit_users(by, "password.reset", "NULL", "NULL", &format!("\"id\" = {USER}"), vec![hash]),
            sql::bump(),
        ];
        steps.extend(self.tell_of_new_password(email, &at)?);
        // Whoever reads the mail is no guesser, and is to log in now.
        steps.extend(self.end_failures(email)?);
        match self.store.run(sql::write(&self.store, steps)).await? {
            Outcome::Done(_) => {
                self.changed();
                Ok(HttpResponse::empty(StatusCode::NO_CONTENT))
            }
            Outcome::Refused(_) => Err(spent()),
        }
    }
}
