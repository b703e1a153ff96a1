//! What proves that somebody reads the mail of an address: random bytes that are mailed there, of which only a hash is kept.
//!
//! One counts once, for one purpose, for the account and the address that it was made for, for a short time, and only as long
//! as no newer one was made. How many mails an address gets in an hour is counted here too, by `_rates`, for each purpose by
//! itself: whoever has one kind sent to somebody must not keep another kind from him.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use work::{Kind, Outcome, Step, Value};

use super::clock::Clock;
use super::{Auth, session, sql};
use crate::error::ApiError;

/// What strangers can have sent to one address in an hour.
const MAILS_AN_HOUR: i64 = 3;
const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// How long an invitation is good.
pub(super) const INVITATION_DAYS: i64 = 7;

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To say that an address is one's own.
    Verify,
    /// To choose a password without the old one.
    Reset,
    /// To make an account.
    Invite,
}

impl Purpose {
    pub(super) fn word(self) -> &'static str {
        match self {
            Purpose::Verify => "verify",
            Purpose::Reset => "reset",
            Purpose::Invite => "invite",
        }
    }

    fn seconds(self) -> i64 {
        match self {
            Purpose::Verify => DAY_SECONDS,
            Purpose::Reset => DAY_SECONDS / 24,
            Purpose::Invite => INVITATION_DAYS * DAY_SECONDS,
        }
    }
}

/// A token that is not there yet.
pub(super) struct MailToken {
    /// What an invitation can be taken back by.
    pub(super) id: String,
    pub(super) text: String,
    pub(super) purpose: Purpose,
    pub(super) at: String,
    pub(super) ends: String,
}

impl MailToken {
    pub(super) fn new(purpose: Purpose, clock: &Clock) -> Result<MailToken, ApiError> {
        let (text, at) = (session::new_token()?, clock.stamp());
        let id = uuid::Uuid::now_v7().to_string();
        Ok(MailToken { id, text, purpose, at, ends: clock.stamp_after(purpose.seconds()) })
    }

    /// Makes it for the account of this address, if there is one for which a condition on `users` holds, over parameters from
    /// `?7` on, and if the address is not at the limit of its mails. After [`count_mail`], with the same key.
    pub(super) fn issue(&self, key: &Value, email: &str, condition: &str, params: Vec<Value>) -> [Step; 2] {
        let sql = format!(
            "INSERT INTO \"_mail_tokens\" (\"hash\", \"purpose\", \"email\", \"user_id\", \"created_at\", \"expires_at\") \
             SELECT ?1, ?2, ?3, \"id\", ?4, ?5 FROM \"users\" \
             WHERE \"iss\" = 'own' AND \"email\" = ?3 AND NOT \"disabled\" AND {condition} AND {}",
            may_be_mailed("?6"),
        );
        let token = vec![
            session::hash(&self.text),
            sql::text(self.purpose.word()),
            sql::text(email),
            sql::stamp(&self.at),
            sql::stamp(&self.ends),
            key.clone(),
        ];
        [sql::run(&sql, [token, params].concat()), self.void_older(email)]
    }

    /// Ends those that were made for the same before, if this one was made. By name and not by time, for the clocks of two
    /// instances differ.
    pub(super) fn void_older(&self, email: &str) -> Step {
        let sql = "UPDATE \"_mail_tokens\" SET \"used_at\" = ?4 \
             WHERE \"email\" = ?2 AND \"purpose\" = ?3 AND \"used_at\" IS NULL AND \"hash\" <> ?1 \
             AND EXISTS (SELECT 1 FROM \"_mail_tokens\" WHERE \"hash\" = ?1)";
        let params =
            vec![session::hash(&self.text), sql::text(email), sql::text(self.purpose.word()), sql::stamp(&self.at)];
        sql::run(sql, params)
    }

    /// A condition over `?1`: it was made.
    pub(super) fn is_issued(&self) -> (&'static str, Vec<Value>) {
        ("EXISTS (SELECT 1 FROM \"_mail_tokens\" WHERE \"hash\" = ?1)", vec![session::hash(&self.text)])
    }
}

/// Counts a mail, whether the address has an account or not. Of two at once the second waits here for the first, so that
/// each of them sees what the other made.
pub(super) fn count_mail(key: &Value, clock: &Clock) -> Step {
    // An hour that another instance has begun goes on.
    let sql = "INSERT INTO \"_rates\" AS r (\"name\", \"key\", \"slot\", \"used\") VALUES ('mail', ?1, ?2, 1) \
         ON CONFLICT (\"name\", \"key\") DO UPDATE SET \
         \"slot\" = CASE WHEN r.\"slot\" > ?2 THEN r.\"slot\" ELSE ?2 END, \
         \"used\" = CASE WHEN r.\"slot\" >= ?2 THEN r.\"used\" + 1 ELSE 1 END";
    sql::run(sql, vec![key.clone(), Value::Integer(clock.now_ms().div_euclid(HOUR_MS))])
}

/// A condition over the parameter that holds the key of [`count_mail`]: the address is not at its limit.
pub(super) fn may_be_mailed(place: &str) -> String {
    format!("(SELECT \"used\" FROM \"_rates\" WHERE \"name\" = 'mail' AND \"key\" = {place}) <= {MAILS_AN_HOUR}")
}

/// Ends what was mailed to a user to choose another password, where it was chosen, or his sessions were ended, in another way:
/// whoever reads his mail must not take the account back with it.
pub(super) fn void_resets(user: Value, at: &str) -> Step {
    let sql = "UPDATE \"_mail_tokens\" SET \"used_at\" = ?2 \
         WHERE \"user_id\" = ?1 AND \"purpose\" = 'reset' AND \"used_at\" IS NULL";
    sql::run(sql, vec![user, sql::stamp(at)])
}

/// Ends the invitations of an address, once it has an account.
pub(super) fn void_invitations(email: &str, at: &str) -> Step {
    let sql = "UPDATE \"_mail_tokens\" SET \"used_at\" = ?2 \
         WHERE \"email\" = ?1 AND \"purpose\" = 'invite' AND \"used_at\" IS NULL";
    sql::run(sql, vec![sql::text(email), sql::stamp(at)])
}

/// What makes a token count, over its hash, its purpose and the time.
pub(super) const COUNTS: &str = "\"hash\" = ?1 AND \"purpose\" = ?2 AND \"used_at\" IS NULL AND \"expires_at\" > ?3";
/// Besides, for what somebody does who has an account.
pub(super) const HAS_ACCOUNT: &str = "EXISTS (SELECT 1 FROM \"users\" u WHERE u.\"id\" = \"_mail_tokens\".\"user_id\" \
     AND u.\"email\" = \"_mail_tokens\".\"email\" AND u.\"iss\" = 'own' AND NOT u.\"disabled\")";

/// The user of a token, over its hash.
pub(super) const USER: &str = "(SELECT \"user_id\" FROM \"_mail_tokens\" WHERE \"hash\" = ?1)";

/// Spends a token. Of two at once the second finds it spent.
pub(super) fn spend(token: &str, purpose: Purpose, at: &str) -> Step {
    let sql = format!("UPDATE \"_mail_tokens\" SET \"used_at\" = ?3 WHERE {COUNTS} AND {HAS_ACCOUNT}");
    sql::change(&sql, vec![session::hash(token), sql::text(purpose.word()), sql::stamp(at)])
}

impl Auth {
    /// An address as mails to it are counted.
    pub(super) fn mail_key(&self, purpose: Purpose, email: &str) -> Result<Value, ApiError> {
        Ok(Value::Text(URL_SAFE_NO_PAD.encode(self.keys.counted(purpose.word(), email)?)))
    }

    /// The address of a token that counts.
    pub(super) async fn address_of(&self, token: &str, purpose: Purpose) -> Result<Option<String>, ApiError> {
        let sql = format!("SELECT \"email\" FROM \"_mail_tokens\" WHERE {COUNTS} AND {HAS_ACCOUNT}");
        let params = vec![session::hash(token), sql::text(purpose.word()), sql::stamp(&self.clock.stamp())];
        let outcome = self.store.run(sql::read(&self.store, sql::one(&sql, params, &[Kind::Text]))).await?;
        let Outcome::Done(answer) = outcome else { return Ok(None) };
        Ok(answer.captured.first().and_then(Value::as_str).map(str::to_owned))
    }
}
