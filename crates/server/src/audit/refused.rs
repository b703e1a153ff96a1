//! From a request that was refused to what the audit is told of it: who asked for what. Only what it has to say of rows and of
//! rights: a path that is none, or a body that cannot be read, is nobody's business.

use std::sync::Arc;

use http::{Method, StatusCode};
use query::{Actor, User};

use super::refusals::Refused;
use crate::App;
use crate::error::ApiError;
use crate::fixed::Fixed;
use crate::http::HttpRequest;
use crate::route::{self, Addressed, Operation, Route};

/// Tells of a request that was refused, if it was somebody's who is signed in.
pub(crate) async fn note_caller<B>(app: &App, http: &HttpRequest<B>, error: &ApiError) {
    let Some(what) = what(app, &http.method, http.uri.path(), error.problem.status) else { return };
    // Who that is was asked for the answer, so it is known here.
    let found = match (http.authorization(), http.api_key()) {
        (Some(token), None) => app.auth.actor(Some(token)).await,
        (None, Some(key)) => app.auth.key_holder(key, http.ip).await,
        _ => return,
    };
    if let Ok(Actor::User(user)) = found {
        app.refusals.note(what.refused(user, http, error));
    }
}

/// The same where it is known who asked.
pub(crate) fn note<B>(app: &App, user: Arc<User>, http: &HttpRequest<B>, error: &ApiError) {
    if let Some(what) = what(app, &http.method, http.uri.path(), error.problem.status) {
        app.refusals.note(what.refused(user, http, error));
    }
}

/// What somebody wanted to do.
struct What {
    action: String,
    entity: Option<String>,
    entity_id: Option<String>,
}

impl What {
    fn refused<B>(self, user: Arc<User>, http: &HttpRequest<B>, error: &ApiError) -> Refused {
        Refused {
            user: Some(user),
            account: None,
            ip: http.ip,
            request_id: http.request_id.clone(),
            action: self.action,
            entity: self.entity,
            entity_id: self.entity_id,
            code: error.problem.code,
        }
    }
}

fn what(app: &App, method: &Method, path: &str, status: StatusCode) -> Option<What> {
    let is_forbidden = status == StatusCode::FORBIDDEN;
    if !is_forbidden && status != StatusCode::NOT_FOUND {
        return None;
    }
    // Of what is no entity's, the path as it is documented says what it is.
    let by_path = || {
        let route = app.metrics.route(path).filter(|_| is_forbidden)?;
        Some(What { action: format!("{method} {route}"), entity: None, entity_id: None })
    };
    if Fixed::find(path).is_some() {
        return by_path();
    }
    match route::find(&app.blueprint, method, path) {
        Ok(Addressed::Batch(collection)) => {
            let entity = app.blueprint.entity(collection.entity).name.clone();
            Some(What { action: "batch".to_owned(), entity: Some(entity), entity_id: None })
        }
        Ok(Addressed::Rows(route)) => of_rows(app, &route, is_forbidden),
        Err(_) => by_path(),
    }
}

fn of_rows(app: &App, route: &Route, is_forbidden: bool) -> Option<What> {
    let entity = app.blueprint.entity(route.entity);
    let (action, id) = match &route.operation {
        Operation::List => ("list", None),
        // What is not there is the row above; what is not allowed is to list those below.
        Operation::ListUnder(parent) if !is_forbidden => {
            let above = app.blueprint.entity(parent.entity);
            return Some(What {
                action: "read".to_owned(),
                entity: Some(above.name.clone()),
                entity_id: Some(parent.id.to_string()),
            });
        }
        Operation::ListUnder(_) => ("list", None),
        Operation::Create => ("create", None),
        Operation::Read(id) => ("read", Some(id)),
        Operation::Update(id) | Operation::Replace(id) => ("update", Some(id)),
        Operation::Delete(id) => ("delete", Some(id)),
        Operation::Restore(id) => ("restore", Some(id)),
        Operation::Act(id, action) | Operation::Call(id, action) => {
            (entity.actions.get(*action).map_or("act", |action| action.name.as_str()), Some(id))
        }
    };
    (is_forbidden || id.is_some()).then(|| What {
        action: action.to_owned(),
        entity: Some(entity.name.clone()),
        entity_id: id.map(ToString::to_string),
    })
}
