//! `POST /auth/verify`, `/auth/verify/resend`: that somebody reads the mail of the address that he registered with. There only
//! where the blueprint says `verify_email = true`; until then nobody logs in to the account (`login.rs`).
//!
//! The mail alone does not do it: somebody else may have made the account, with a password of his, and wait for the owner of
//! the address to verify it for him. So the password is asked for too; who does not know it chooses another (`reset.rs`).

use http::StatusCode;
use query::Invalid;
use serde_json::{Value as Json, json};
use work::{Kind, Outcome, Step, Value};

use super::change_password::Account;
use super::credentials::Reader;
use super::mail_token::{self, COUNTS, HAS_ACCOUNT, MailToken, Purpose, USER};
use super::sql::{self, By};
use super::{Auth, Caller, session};
use crate::error::ApiError;
use crate::http::HttpResponse;

pub(crate) const RESENT: &str =
    "if an account with this address waits to be verified, a mail to it lies at /_/outbox: this server sends none";
pub(super) const SPENT: &str = "does not count, or not any more; ask for a new mail";

impl Auth {
    /// Says to a new account how to verify its address; to an old one, that somebody wanted to make it again.
    pub(super) fn mail_new_account(&self, email: &str, id: &str) -> Result<Vec<Step>, ApiError> {
        let (outbox, token) = (self.outbox()?, MailToken::new(Purpose::Verify, &self.clock)?);
        let (is_issued, issued) = token.is_issued();
        let known =
            format!("NOT EXISTS (SELECT 1 FROM \"users\" WHERE \"id\" = ?1) AND {}", mail_token::may_be_mailed("?2"));
        let key = self.mail_key(Purpose::Verify, email)?;
        let of_known = vec![sql::uuid(id), key.clone()];
        let mut steps = vec![mail_token::count_mail(&key, &self.clock)];
        steps.extend(token.issue(&key, email, "\"id\" = ?7", vec![sql::uuid(id)]));
        steps.extend([
            outbox.post(&outbox.verification(email, &token.text), &token.at, is_issued, issued)?,
            outbox.post(&outbox.known_already(email), &token.at, &known, of_known)?,
        ]);
        Ok(steps)
    }

    pub(super) async fn verify_address(
        &self,
        caller: Caller<'_>,
        body: Option<&Json>,
    ) -> Result<HttpResponse, ApiError> {
        self.rates.check_login(caller.ip).await?;
        let mut reader = Reader::new(body)?;
        let (token, password) = (reader.text("token"), reader.password("password"));
        reader.nothing_but(&["token", "password"], &[]);
        reader.done()?;
        let Some(account) = self.to_be_verified(token).await? else { return Err(spent()) };
        self.check_own_password(&account, password).await?;
        let (at, hash) = (self.clock.stamp(), session::hash(token));
        let verify = format!(
            "UPDATE \"users\" SET \"verified_at\" = COALESCE(\"verified_at\", ?2), \"updated_at\" = ?2, \
             \"version\" = \"version\" + 1 WHERE \"id\" = {USER} AND \"password_hash\" = ?3"
        );
        let by = By::own(caller, &at, None, None);
        let steps = vec![
            mail_token::spend(token, Purpose::Verify, &at),
            sql::change(&verify, vec![hash.clone(), sql::stamp(&at), sql::text(account.hash())]),
            sql::audit_users(by, "verify", "NULL", "NULL", &format!("\"id\" = {USER}"), vec![hash]),
        ];
        match self.store.run(sql::write(&self.store, steps)).await? {
            Outcome::Done(_) => Ok(HttpResponse::empty(StatusCode::NO_CONTENT)),
            Outcome::Refused(_) => Err(spent()),
        }
    }

    /// The account of a token that counts. Read before anything is hashed or written, so that any other costs little.
    async fn to_be_verified(&self, token: &str) -> Result<Option<Account>, ApiError> {
        let sql = format!(
            "SELECT \"email\", (SELECT \"password_hash\" FROM \"users\" WHERE \"id\" = \"_mail_tokens\".\"user_id\") \
             FROM \"_mail_tokens\" WHERE {COUNTS} AND {HAS_ACCOUNT}"
        );
        let params = vec![session::hash(token), sql::text(Purpose::Verify.word()), sql::stamp(&self.clock.stamp())];
        let step = sql::one(&sql, params, &[Kind::Text, Kind::Text]);
        let Outcome::Done(answer) = self.store.run(sql::read(&self.store, step)).await? else { return Ok(None) };
        Ok(match &answer.captured[..] {
            [Value::Text(email), Value::Text(hash)] => Some(Account { email: email.clone(), hash: hash.clone() }),
            _ => None,
        })
    }

    pub(super) async fn resend_verification(
        &self,
        caller: Caller<'_>,
        body: Option<&Json>,
    ) -> Result<HttpResponse, ApiError> {
        let write = |email: &str, token: &str| Ok(self.outbox()?.verification(email, token));
        self.ask_for_mail(caller, body, Purpose::Verify, "\"verified_at\" IS NULL", "verify.ask", write).await?;
        Ok(accepted(RESENT))
    }
}

/// Whatever is wrong with it: unknown, used, over, for something else, or followed by a newer one.
pub(super) fn spent() -> ApiError {
    ApiError::invalid(vec![Invalid { pointer: "/token".to_owned(), code: "spent", detail: SPENT.to_owned() }])
}

/// 202, with words that are the same whatever was done.
pub(super) fn accepted(detail: &str) -> HttpResponse {
    HttpResponse::json(StatusCode::ACCEPTED, json!({ "detail": detail }).to_string())
}
