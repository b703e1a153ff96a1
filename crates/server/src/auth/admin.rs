//! `/auth/users`: users as a user with the role `admin` sees and manages them. Nobody manages himself here, so that there is
//! always somebody left who can.

use std::sync::Arc;

use http::StatusCode;
use query::{Actor, DEFAULT_LIMIT, Denied, User};
use serde_json::{Value as Json, json};
use uuid::Uuid;
use work::{Column, Kind, Outcome, Refusal, Shape, Statement, Step, Value};

use super::credentials::{self, Reader};
use super::sql::{self, By};
use super::{Auth, Caller, mail_token};
use crate::error::{ApiError, FORBIDDEN, STATE};
use crate::http::HttpResponse;
use crate::request;

const ADMIN: &str = "admin";
const COLUMNS: [(&str, Kind); 8] = [
    ("id", Kind::Uuid),
    ("iss", Kind::Text),
    ("sub", Kind::Text),
    ("email", Kind::Text),
    ("roles", Kind::Json),
    ("disabled", Kind::Boolean),
    ("verified_at", Kind::DateTime),
    ("created_at", Kind::DateTime),
];

/// Which page is asked for.
pub(super) struct Wanted {
    pub(super) limit: usize,
    pub(super) after: Uuid,
    pub(super) email: Option<String>,
}

/// What is to become of a user.
struct Change {
    roles: Option<Vec<String>>,
    disabled: Option<bool>,
}

/// Whether a user manages others.
pub(crate) fn is_admin(user: &User) -> bool {
    user.roles.iter().any(|role| role == ADMIN)
}

impl Auth {
    /// The caller, if he is an admin.
    pub(super) async fn admin(&self, caller: Caller<'_>) -> Result<Arc<User>, ApiError> {
        let Actor::User(user) = self.actor(caller.authorization).await? else { return Err(Denied::SignIn.into()) };
        if is_admin(&user) { Ok(user) } else { Err(not_admin()) }
    }

    /// The first steps of what an admin does, to somebody or not: he must still be one as it is done. Of two who take each
    /// other's role at once one keeps his.
    pub(super) fn as_admin(&self, admin: &User, to: Option<Uuid>) -> Vec<Step> {
        let to = to.map(|id| id.to_string());
        let users: Vec<&str> = [admin.id.as_str()].into_iter().chain(to.as_deref()).collect();
        let held = sql::hold(&self.store, &users);
        held.into_iter().chain([sql::require_admin(&self.store, &admin.id)]).collect()
    }

    pub(super) async fn list_users(&self, caller: Caller<'_>) -> Result<HttpResponse, ApiError> {
        let wanted = wanted(caller.query)?;
        self.admin(caller).await?;
        self.page(wanted.users()).await
    }

    /// A page of what admins see.
    pub(super) async fn page(&self, step: Step) -> Result<HttpResponse, ApiError> {
        let outcome = self.store.run(sql::scan(&self.store, step)).await?;
        let Outcome::Done(answer) = outcome else { return Err(ApiError::internal("a list was refused")) };
        let data: Json = serde_json::from_slice(&answer.body).map_err(|error| ApiError::internal(error.to_string()))?;
        let last = data.as_array().and_then(|users| users.last()).map(|user| user["id"].clone());
        let next = last.filter(|_| answer.more).unwrap_or_default();
        let page = json!({ "data": data, "next_cursor": next, "has_more": answer.more });
        Ok(HttpResponse::json(StatusCode::OK, page.to_string()))
    }

    pub(super) async fn read_other(&self, caller: Caller<'_>, id: Uuid) -> Result<HttpResponse, ApiError> {
        self.admin(caller).await?;
        match self.store.run(sql::read(&self.store, read(id))).await? {
            Outcome::Done(answer) => Ok(HttpResponse::json(StatusCode::OK, answer.body)),
            Outcome::Refused(_) => Err(ApiError::not_found()),
        }
    }

    pub(super) async fn change_user(
        &self,
        caller: Caller<'_>,
        id: Uuid,
        body: Option<&Json>,
    ) -> Result<HttpResponse, ApiError> {
        let mut reader = Reader::new(body)?;
        let change = Change { roles: reader.roles(&self.blueprint.auth.roles), disabled: reader.boolean("disabled") };
        let server: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).chain(["password_hash", "version"]).collect();
        reader.nothing_but(&["roles", "disabled"], &server);
        reader.done()?;
        let admin = self.admin(caller).await?;
        if admin.id == id.to_string() {
            return Err(ApiError::new(FORBIDDEN, "nobody changes his own roles or disables himself"));
        }
        let at = self.clock.stamp();
        let mut steps = self.as_admin(&admin, Some(id));
        steps.extend(change.steps(id, By::user(caller, &at, &admin), sql::roles_before(&self.store)));
        steps.push(read(id));
        match self.store.run(sql::write(&self.store, steps)).await? {
            Outcome::Done(answer) => {
                self.changed();
                Ok(HttpResponse::json(StatusCode::OK, answer.body))
            }
            Outcome::Refused(Refusal::Forbidden) => Err(not_admin()),
            Outcome::Refused(_) => Err(ApiError::not_found()),
        }
    }

    /// Ends all sessions of a user of this server. What others issued, they must end; here he can be disabled.
    pub(super) async fn end_sessions_of(&self, caller: Caller<'_>, id: Uuid) -> Result<HttpResponse, ApiError> {
        let admin = self.admin(caller).await?;
        let (at, user) = (self.clock.stamp(), sql::uuid(&id.to_string()));
        let issuer = sql::one("SELECT \"iss\" FROM \"users\" WHERE \"id\" = ?1", vec![user.clone()], &[Kind::Text]);
        match self.store.run(sql::read(&self.store, issuer)).await? {
            Outcome::Done(answer) if answer.captured == [sql::text("own")] => {}
            Outcome::Done(_) => {
                let detail =
                    "his sessions are of another issuer, which must end them; disabling him keeps him out here";
                return Err(ApiError::new(STATE, detail));
            }
            Outcome::Refused(_) => return Err(ApiError::not_found()),
        }
        let by = By::user(caller, &at, &admin);
        let mut steps = self.as_admin(&admin, Some(id));
        steps.push(sql::audit_users(by, "user.end_sessions", "NULL", "NULL", "\"id\" = ?1", vec![user.clone()]));
        steps.extend(end_sessions(user, &at));
        steps.push(sql::bump());
        match self.store.run(sql::write(&self.store, steps)).await? {
            Outcome::Done(_) => {
                self.changed();
                Ok(HttpResponse::empty(StatusCode::NO_CONTENT))
            }
            Outcome::Refused(_) => Err(not_admin()),
        }
    }
}

pub(super) fn not_admin() -> ApiError {
    ApiError::new(FORBIDDEN, "this is for users with the role `admin`")
}

/// And what would open new ones without the password.
fn end_sessions(user: Value, at: &str) -> [Step; 2] {
    let sql = "UPDATE \"_sessions\" SET \"revoked_at\" = ?2 WHERE \"user_id\" = ?1 AND \"revoked_at\" IS NULL";
    [sql::run(sql, vec![user.clone(), sql::stamp(at)]), mail_token::void_resets(user, at)]
}

impl Change {
    fn steps(&self, id: Uuid, by: By<'_>, roles_before: &str) -> Vec<Step> {
        let user = sql::uuid(&id.to_string());
        let audit = |action: &str, before: &str, after: &str, params: Vec<Value>| {
            sql::audit_users(by, action, before, after, "\"id\" = ?1", params)
        };
        let mut steps = Vec::new();
        if let Some(roles) = &self.roles {
            let (roles, at) = (sql::roles_json(roles), sql::stamp(by.at));
            let after = Value::Json(format!("{{\"roles\":{roles}}}"));
            steps.push(audit("user.role", roles_before, "?2", vec![user.clone(), after]));
            steps.push(set("\"roles\" = ?2", vec![user.clone(), Value::Json(roles), at]));
        }
        if let Some(disabled) = self.disabled {
            let action = if disabled { "user.disable" } else { "user.enable" };
            steps.push(audit(action, "NULL", "NULL", vec![user.clone()]));
            steps.push(set("\"disabled\" = ?2", vec![user.clone(), Value::Boolean(disabled), sql::stamp(by.at)]));
            steps.extend(disabled.then(|| end_sessions(user, by.at)).into_iter().flatten());
        }
        steps.push(sql::bump());
        steps
    }
}

fn set(assignment: &str, params: Vec<Value>) -> Step {
    let sql = format!(
        "UPDATE \"users\" SET {assignment}, \"updated_at\" = ?3, \"version\" = \"version\" + 1 WHERE \"id\" = ?1"
    );
    sql::change(&sql, params)
}

fn shape() -> Arc<Shape> {
    let columns = COLUMNS.iter().map(|(name, kind)| Column::new(name, *kind)).collect();
    Arc::new(Shape { columns, captured: Vec::new() })
}

fn names() -> String {
    COLUMNS.map(|(name, _)| name).join("\", \"")
}

fn read(id: Uuid) -> Step {
    let sql = format!("SELECT \"{}\" FROM \"users\" WHERE \"id\" = ?1", names());
    let statement = Statement::new(sql, vec![sql::uuid(&id.to_string())]);
    Step::One { statement, shape: shape(), none: sql::not_found() }
}

impl Wanted {
    /// In the order in which they came, which that of their ids is.
    fn users(&self) -> Step {
        let (of_email, email) = match &self.email {
            Some(email) => (" AND \"email\" = ?2", Some(sql::text(email))),
            None => ("", None),
        };
        let sql = format!(
            "SELECT \"{}\" FROM \"users\" WHERE \"id\" > ?1{of_email} ORDER BY \"id\" LIMIT {}",
            names(),
            self.limit + 1
        );
        let params = [sql::uuid(&self.after.to_string())].into_iter().chain(email).collect();
        Step::Page { statement: Statement::new(sql, params), shape: shape(), limit: self.limit }
    }
}

pub(super) fn wanted(query: &[(String, String)]) -> Result<Wanted, ApiError> {
    let mut wanted = Wanted { limit: DEFAULT_LIMIT, after: Uuid::nil(), email: None };
    request::each_once(query)?;
    for (name, text) in query {
        let bad = |why: &str| request::bad_parameter(name, why);
        match name.as_str() {
            "limit" => wanted.limit = request::page_limit(text)?,
            "cursor" => {
                wanted.after = Uuid::try_parse(text).map_err(|_| bad("is no cursor that this list gave out"))?;
            }
            "email" => wanted.email = Some(credentials::email(text).ok_or_else(|| bad("must be an e-mail address"))?),
            _ => return Err(bad("is not a parameter of this path; it has limit, cursor and email")),
        }
    }
    Ok(wanted)
}
