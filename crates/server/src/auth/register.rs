//! `POST /auth/register`: a new account. Whether the address is known already, neither answer nor time tells. Who then logs
//! in with the password that he sent can tell, unless addresses are verified by mail.

use blueprint::{Field, Literal, SignUp};
use serde_json::Value as Json;
use work::{Outcome, Refusal};

use super::credentials::Reader;
use super::invite::{self, Invitation};
use super::sql::{self, By, NewUser};
use super::verify::accepted;
use super::{Auth, Caller};
use crate::error::{ApiError, FORBIDDEN, INTERNAL, UNIQUE};
use crate::http::HttpResponse;

pub(crate) const ACCEPTED: &str = "if this address had no account, it has one now; log in with it";
pub(crate) const ACCEPTED_TO_VERIFY: &str = "if this address had no account, it has one now; a mail to it lies at /_/outbox (this server sends none) and says how to go on";
/// What only the server sets.
const SERVER_FIELDS: &[&str] =
    &["id", "iss", "sub", "roles", "disabled", "password_hash", "version", "verified_at", "created_at", "updated_at"];

impl Auth {
    pub(super) async fn register(&self, caller: Caller<'_>, body: Option<&Json>) -> Result<HttpResponse, ApiError> {
        if self.blueprint.auth.sign_up == SignUp::Closed {
            return Err(ApiError::new(FORBIDDEN, "accounts are made by the operator of this app"));
        }
        self.rates.check_login(caller.ip).await?;
        let invitation = match self.blueprint.auth.sign_up {
            SignUp::Invite => Some(self.invitation(body).await?),
            SignUp::Open | SignUp::Closed => None,
        };
        let new = self.read_registration(body, invitation.as_ref())?;
        let hash = self.hasher.hash(new.password).await?;
        let id = uuid::Uuid::now_v7().to_string();
        let user = NewUser {
            id: &id,
            iss: "own",
            sub: &id,
            email: Some(&new.email),
            roles: invitation.as_ref().map_or(&[], |invitation| &invitation.roles),
            password_hash: Some(&hash),
            // An invitation was mailed there.
            verified: invitation.is_some(),
            fields: &new.fields,
        };
        let at = self.clock.stamp();
        let mut steps = match &invitation {
            Some(invitation) => self.spend_invitation(invitation, &at),
            None => Vec::new(),
        };
        steps.extend(user.insert(&self.blueprint, By::own(caller, &at, None, None), "register"));
        let must_verify = self.blueprint.auth.verify_email && invitation.is_none();
        if must_verify {
            steps.extend(self.mail_new_account(&new.email, &id)?);
        }
        let said = if must_verify { ACCEPTED_TO_VERIFY } else { ACCEPTED };
        match self.store.run(sql::write(&self.store, steps)).await? {
            Outcome::Done(_) => Ok(accepted(said)),
            Outcome::Refused(Refusal::NotFound) if invitation.is_some() => Err(invite::spent()),
            Outcome::Refused(Refusal::Unique { index }) => {
                let fields = self.blueprint.user_fields.iter();
                // Our own look before the insert names the column, the database its index.
                let named = |column: &str| index == column || index == schema::unique_index_name("users", column);
                let field = fields.map(|field| field.column.as_str()).find(|column| named(column));
                Err(ApiError::at(
                    UNIQUE,
                    &format!("/{}", field.unwrap_or("email")),
                    "unique",
                    "somebody else has this value, and it must be unique",
                ))
            }
            Outcome::Refused(other) => {
                Err(ApiError::new(INTERNAL, "the account could not be made; nothing was changed")
                    .logged(format!("a registration was refused: {other:?}")))
            }
        }
    }

    fn read_registration<'b>(
        &self,
        body: Option<&'b Json>,
        invitation: Option<&Invitation>,
    ) -> Result<Registration<'b>, ApiError> {
        let fields = &self.blueprint.user_fields;
        let mut reader = Reader::new(body)?;
        let email = reader.email();
        let password = reader.new_password(self.settings.password_min_length, &self.blueprint.app.name, &email);
        if let Some(invitation) = invitation {
            let token = reader.text("invitation");
            if !token.is_empty() && !email.is_empty() && !invitation.is_for(&email) {
                reader.problem("invitation", "spent", invite::SPENT);
            }
        }
        let (closed, open): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(|field| field.read_only);
        let keys = ["email", "password"]
            .into_iter()
            .chain(invitation.map(|_| "invitation"))
            .chain(open.iter().map(|field| field.column.as_str()));
        let server = SERVER_FIELDS.iter().copied().chain(closed.iter().map(|field| field.column.as_str()));
        let values = fields.iter().map(|field| match field.read_only {
            true => field.default.clone().unwrap_or(Literal::Null),
            false => reader.field(field).unwrap_or(Literal::Null),
        });
        let values = values.collect();
        reader.nothing_but(&keys.collect::<Vec<_>>(), &server.collect::<Vec<_>>());
        reader.done()?;
        Ok(Registration { email, password, fields: values })
    }
}

struct Registration<'b> {
    email: String,
    password: &'b str,
    fields: Vec<Literal>,
}
