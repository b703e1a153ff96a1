//! `GET /auth/me`: who the caller is, in the eyes of this server.

use std::sync::Arc;

use http::StatusCode;
use http::header::CACHE_CONTROL;
use query::{Actor, Denied, attribute};
use serde::Serialize;
use work::{Column, Kind, Outcome, Shape, Statement, Step};

use super::{Auth, sql};
use crate::error::ApiError;
use crate::http::HttpResponse;

/// What is told of a user.
#[derive(Serialize)]
struct Me<'a> {
    id: &'a str,
    sub: &'a str,
    email: Option<&'a str>,
    roles: &'a [String],
}

impl Auth {
    /// Who this is. Without user fields of the blueprint's own all of it is known already, and no database is asked.
    ///
    /// # Errors
    /// 401 for strangers, or what the database has to say.
    pub async fn me(&self, actor: Actor) -> Result<HttpResponse, ApiError> {
        let Actor::User(user) = actor else { return Err(Denied::SignIn.into()) };
        let body = if self.blueprint.user_fields.iter().all(|field| field.hidden) {
            let me = Me { id: &user.id, sub: &user.sub, email: user.email.as_deref(), roles: &user.roles };
            serde_json::to_vec(&me).map_err(|error| ApiError::internal(error.to_string()))?
        } else {
            match self.store.run(sql::read(&self.store, self.read_user(&user.id))).await? {
                Outcome::Done(answer) => answer.body,
                Outcome::Refused(_) => return Err(ApiError::not_found()),
            }
        };
        Ok(HttpResponse::json(StatusCode::OK, body).with(CACHE_CONTROL, "no-store"))
    }

    fn read_user(&self, id: &str) -> Step {
        let fixed = [("id", Kind::Uuid), ("sub", Kind::Text), ("email", Kind::Text), ("roles", Kind::Json)];
        let fields = self.blueprint.user_fields.iter().filter(|field| !field.hidden);
        let fields = fields.map(|field| (field.column.as_str(), attribute::field_kind(field)));
        let columns: Vec<(&str, Kind)> = fixed.into_iter().chain(fields).collect();
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let select = format!("SELECT \"{}\" FROM \"users\" WHERE \"id\" = ?1", names.join("\", \""));
        let columns = columns.iter().map(|(name, kind)| Column::new(name, *kind)).collect();
        Step::One {
            statement: Statement::new(select, vec![sql::uuid(id)]),
            shape: Arc::new(Shape { columns, captured: Vec::new() }),
            none: sql::not_found(),
        }
    }
}
