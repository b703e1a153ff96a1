//! `POST /auth/invitations`, and what an invitation is: the right to make one account, with the roles that it names. Only
//! where the blueprint says `sign_up = "invite"`.
//!
//! It counts as long as who made it may make one, and the address has no account. Which there are, and taking them back, is
//! in `invitations.rs`.

use blueprint::{Blueprint, SignUp};
use query::Invalid;
use serde_json::Value as Json;
use store::Store;
use work::{Kind, Otherwise, Outcome, Refusal, Statement, Step, Value};

use super::admin::not_admin;
use super::credentials::{self, Reader};
use super::mail_token::{self, COUNTS, INVITATION_DAYS, MailToken, Purpose};
use super::sql::{self, By};
use super::users::{self, UserError};
use super::verify::accepted;
use super::{Auth, Caller, Clock, session};
use crate::error::{ApiError, TOO_MANY, UNIQUE};
use crate::http::HttpResponse;
use crate::pages::Page;
use crate::settings::Links;

pub(crate) const INVITED: &str = "the mail with the invitation lies at /_/outbox: this server sends none";
pub(super) const SPENT: &str = "is no invitation of this address, or does not count any more; ask for a new one";

/// An invitation as somebody sent it.
pub(super) struct Invitation {
    token: String,
    /// The address that it was made for; `None` if it does not count.
    email: Option<String>,
    /// Who made it; `None` is the operator.
    by: Option<String>,
    pub(super) roles: Vec<String>,
}

impl Invitation {
    pub(super) fn is_for(&self, email: &str) -> bool {
        self.email.as_deref() == Some(email)
    }
}

impl Auth {
    pub(super) async fn invite(&self, caller: Caller<'_>, body: Option<&Json>) -> Result<HttpResponse, ApiError> {
        let mut reader = Reader::new(body)?;
        let email = reader.email();
        let roles = reader.roles(&self.blueprint.auth.roles).unwrap_or_default();
        reader.nothing_but(&["email", "roles"], &[]);
        reader.done()?;
        let admin = self.admin(caller).await?;
        let (outbox, token) = (self.outbox()?, MailToken::new(Purpose::Invite, &self.clock)?);
        let key = self.mail_key(Purpose::Invite, &email)?;
        let mut steps = self.as_admin(&admin, None);
        steps.extend([
            mail_token::count_mail(&key, &self.clock),
            Step::Require {
                statement: Statement::new(format!("SELECT 1 WHERE {}", mail_token::may_be_mailed("?1")), vec![key]),
                none: Otherwise::Refuse(Refusal::State),
            },
        ]);
        steps.extend(add(&token, &email, &roles, Some(&admin.id), By::user(caller, &token.at, &admin)));
        steps.push(outbox.post(&outbox.invitation(&email, &token.text), &token.at, "TRUE", Vec::new())?);
        match self.store.run(sql::write(&self.store, steps)).await? {
            Outcome::Done(_) => Ok(accepted(INVITED)),
            Outcome::Refused(Refusal::State) => {
                Err(ApiError::new(TOO_MANY, "this address was invited three times within the hour")
                    .because("mail")
                    .with(http::header::RETRY_AFTER, "3600"))
            }
            Outcome::Refused(Refusal::Forbidden) => Err(not_admin()),
            Outcome::Refused(_) => {
                Err(ApiError::at(UNIQUE, "/email", "unique", "there is an account with this address"))
            }
        }
    }

    /// The invitation of a body, whether it counts or not.
    pub(super) async fn invitation(&self, body: Option<&Json>) -> Result<Invitation, ApiError> {
        let token = body.and_then(|body| body.get("invitation")).and_then(Json::as_str).unwrap_or_default();
        let nobody = Invitation { token: token.to_owned(), email: None, by: None, roles: Vec::new() };
        let sql = format!(
            "SELECT \"email\", \"invited_by\", \"roles\" FROM \"_mail_tokens\" WHERE {COUNTS} AND {}",
            inviter_may(&self.store)
        );
        let step = sql::one(&sql, params(token, &self.clock.stamp()), &[Kind::Text, Kind::Uuid, Kind::Json]);
        let Outcome::Done(answer) = self.store.run(sql::read(&self.store, step)).await? else { return Ok(nobody) };
        let [email, by, roles] = &answer.captured[..] else { return Ok(nobody) };
        // What the blueprint does not name any more, nobody is given.
        let declared = |role: &String| self.blueprint.auth.roles.contains(role);
        let roles = sql::roles_of(Some(roles)).into_iter().filter(declared).collect();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Ok(Invitation { email: text(email), by: text(by), roles, ..nobody })
    }

    /// Spends it, if it still counts. Of two at once the second finds it spent, which is [`Refusal::NotFound`].
    pub(super) fn spend_invitation(&self, invitation: &Invitation, at: &str) -> Vec<Step> {
        let sql =
            format!("UPDATE \"_mail_tokens\" SET \"used_at\" = ?3 WHERE {COUNTS} AND {}", inviter_may(&self.store));
        // Whoever takes the inviter's role at this moment is waited for.
        let held = invitation.by.as_deref().and_then(|by| sql::hold(&self.store, &[by]));
        held.into_iter().chain([sql::change(&sql, params(&invitation.token, at))]).collect()
    }
}

/// A condition over the row of an invitation: the operator made it, or somebody who could make it now.
pub(super) fn inviter_may(store: &Store) -> String {
    format!(
        "(\"invited_by\" IS NULL OR EXISTS (SELECT 1 FROM \"users\" i WHERE i.\"id\" = \"_mail_tokens\".\"invited_by\" AND {}))",
        sql::is_admin(store, "i")
    )
}

/// An invitation that the operator made and hands on himself.
#[derive(Debug, Clone)]
pub struct Invited {
    /// What `POST /auth/register` takes as `invitation`. It is known to nobody else.
    pub token: String,
    /// For how many days it counts.
    pub days: i64,
}

impl Invited {
    /// Where the pages of the app take it, if that is known.
    pub fn link(&self, links: Option<&Links>) -> Option<String> {
        links.map(|links| links.with_token(Page::Invitation.name(), &self.token))
    }
}

/// Invites an address on the operator's behalf. No mail is sent.
///
/// # Errors
/// What is wrong with it, that the address has an account, or that this app takes no invitations.
pub fn invite(store: &Store, blueprint: &Blueprint, email: &str, roles: &[String]) -> Result<Invited, UserError> {
    if blueprint.auth.sign_up != SignUp::Invite {
        return Err(UserError::NoInvitations);
    }
    let email = credentials::email(email).ok_or_else(|| UserError::Email(email.to_owned()))?;
    users::check_roles(blueprint, roles)?;
    let token = MailToken::new(Purpose::Invite, &Clock::default()).map_err(|error| UserError::Failed(error.detail))?;
    let steps = add(&token, &email, roles, None, By::operator(&token.at));
    match store.run_blocking(sql::write(store, steps))? {
        Outcome::Done(_) => Ok(Invited { token: token.text, days: INVITATION_DAYS }),
        Outcome::Refused(_) => Err(UserError::Exists(email)),
    }
}

/// Adds an invitation, unless the address has an account.
fn add(token: &MailToken, email: &str, roles: &[String], inviter: Option<&str>, by: By<'_>) -> Vec<Step> {
    let insert = "INSERT INTO \"_mail_tokens\" (\"hash\", \"purpose\", \"email\", \"roles\", \"created_at\", \"expires_at\", \
         \"id\", \"invited_by\") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 \
         WHERE NOT EXISTS (SELECT 1 FROM \"users\" WHERE \"iss\" = 'own' AND \"email\" = ?3)";
    let row = vec![
        session::hash(&token.text),
        sql::text(token.purpose.word()),
        sql::text(email),
        Value::Json(sql::roles_json(roles)),
        sql::stamp(&token.at),
        sql::stamp(&token.ends),
        sql::uuid(&token.id),
        inviter.map_or(Value::Null, sql::uuid),
    ];
    let after = serde_json::json!({ "invitation": token.id, "email": email, "roles": roles });
    vec![
        sql::change(insert, row),
        token.void_older(email),
        sql::audit_nobody(by, "invite", Value::Json(after.to_string())),
    ]
}

fn params(token: &str, at: &str) -> Vec<Value> {
    vec![session::hash(token), sql::text(Purpose::Invite.word()), sql::stamp(at)]
}

pub(super) fn spent() -> ApiError {
    ApiError::invalid(vec![Invalid { pointer: "/invitation".to_owned(), code: "spent", detail: SPENT.to_owned() }])
}
