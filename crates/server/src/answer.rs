//! One request of the entity API, top to bottom. Each line is a stage with a type of its own and a span and a time
//! of its own; only four of them wait, the last for what few reads ask for.

use hyper::body::{Body, Bytes};

use crate::App;
use crate::audit::reads;
use crate::error::ApiError;
use crate::http::{HttpRequest, HttpResponse};
use crate::response::{self, Head};
use crate::route::Addressed;
use crate::{batch, caller, idempotency, request, route};

/// Answers a request of the entity API.
///
/// # Errors
/// The first stage that refuses, in the order of the contract: 404 and 405, 401, 429, 403 for a foreign path,
/// 413, 415 and 400, 422, then what the rows say: 404, 403, 412 and 428, 409.
pub async fn answer<B>(app: &App, http: &mut HttpRequest<B>) -> Result<HttpResponse, ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    let stages = http.stages.clone();
    let route = match stages.run("route", || route::find(&app.blueprint, &http.method, http.uri.path()))? {
        Addressed::Batch(collection) => return batch::answer(app, collection, http).await, // these stages for many at once
        Addressed::Rows(route) => route,                                                   // what is addressed
    };
    let actor = stages.wait("identify", caller::identify(app, http)).await?; // who asks: token, then the user and session as they are now
    let access = stages.run("decide", || route.decide(&app.blueprint, actor))?; // what of it they may reach
    let body = stages.wait("receive", request::receive(app, &route, http)).await?; // the body, if it may come
    let once = idempotency::once(&route, &access, http, &body)?; // how it is known when it comes again
    let request = stages.run("parse", || request::parse(&app.blueprint, &route, &access, http, body))?; // what they ask, in our words
    let (blueprint, key, origin) = (&app.blueprint, &app.cursor_key, http.origin());
    let plan = stages.run("plan", || query::plan(blueprint, route.entity, access, request, origin, key))?; // what we will do
    let work = stages.run("render", || query::render(&app.catalog, &plan).once(once)); // SQL and audit row, as data
    let outcome = stages.wait("run", app.store.run(work)).await?; // one transaction
    reads::witness(app, &stages, (&http.method, http.uri.path()), &plan, &outcome).await?; // where reads are audited: on disk first
    let head = Head { uri: &http.uri, headers: &http.headers };
    stages.run("response", || response::render(app, &plan, head, outcome)) // status, headers, body
}
