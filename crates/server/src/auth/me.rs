//! `GET /auth/me`: who the caller is, in the eyes of this server.

use std::sync::Arc;

use http::StatusCode;
use query::{Actor, Denied, User, attribute};
use serde_json::json;
use work::{Column, Kind, Outcome, Shape, Statement, Step};

use super::{Auth, Caller, sql};
use crate::error::ApiError;
use crate::http::HttpResponse;

impl Auth {
    pub(super) async fn me(&self, caller: Caller<'_>) -> Result<HttpResponse, ApiError> {
        let Actor::User(user) = self.actor(caller.authorization).await? else { return Err(Denied::SignIn.into()) };
        if self.blueprint.user_fields.iter().all(|field| field.hidden) {
            // All that there is to tell is known already.
            let User { id, sub, email, roles, .. } = user;
            let me = json!({ "id": id, "sub": sub, "email": email, "roles": roles });
            return Ok(HttpResponse::json(StatusCode::OK, me.to_string()));
        }
        match self.store.run(sql::read(self.read_user(&user.id))).await? {
            Outcome::Done(answer) => Ok(HttpResponse::json(StatusCode::OK, answer.body)),
            Outcome::Refused(_) => Err(ApiError::not_found()),
        }
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
