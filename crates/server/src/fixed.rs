//! The paths that every app has, whatever its blueprint: health, documents, keys, accounts.

use std::borrow::Cow;

use http::header::{CACHE_CONTROL, LOCATION, RETRY_AFTER, USER_AGENT};
use http::{Method, StatusCode};
use hyper::body::{Body, Bytes};
use query::{Actor, Denied};
use serde_json::Value as Json;

use crate::App;
use crate::audit;
use crate::auth::{AuthPath, AuthRoute, Caller};
use crate::body::{self, MediaTypes};
use crate::caller;
use crate::docs;
use crate::error::{ApiError, UNAVAILABLE};
use crate::http::{HttpRequest, HttpResponse};
use crate::mail;
use crate::metrics;
use crate::pages::{self, Page};
use crate::request;
use crate::route::method_not_allowed;

/// A path that every app has.
#[derive(Debug, Clone, Copy)]
pub enum Fixed {
    /// `/`: where people land who open the address that the start prints.
    Home,
    /// `/healthz`: the process lives.
    Health,
    /// `/readyz`: it can do its work.
    Ready,
    /// `/metrics`: what the server counts, for those who run it.
    Metrics,
    /// `/openapi.json`
    OpenApi,
    /// `/docs` and what it loads; the path after it.
    Docs,
    /// `/.well-known/jwks.json`: the public keys of our tokens.
    Keys,
    /// `/_/outbox`: the mail of a server that is being tried out, for who has its key.
    Outbox,
    /// `/_/audit`: who did what, for admins.
    Audit,
    /// `/auth/pages/…`: forms to which mails lead, where no front end is named.
    Page(Page),
    /// `/auth/…`
    Auth(AuthPath),
}

impl Fixed {
    /// The fixed path of this name.
    pub fn find(path: &str) -> Option<Fixed> {
        Some(match path {
            "/" => Fixed::Home,
            "/healthz" => Fixed::Health,
            "/readyz" => Fixed::Ready,
            "/metrics" => Fixed::Metrics,
            "/openapi.json" => Fixed::OpenApi,
            "/.well-known/jwks.json" => Fixed::Keys,
            "/_/outbox" => Fixed::Outbox,
            "/_/audit" => Fixed::Audit,
            "/docs" => Fixed::Docs,
            _ if path.starts_with("/docs/") => Fixed::Docs,
            _ => return Page::find(path).map(Fixed::Page).or_else(|| AuthPath::find(path).map(Fixed::Auth)),
        })
    }

    /// The methods of this path, as `Allow` lists them.
    pub fn methods(self) -> Cow<'static, str> {
        match self {
            Fixed::Home
            | Fixed::Health
            | Fixed::Ready
            | Fixed::Metrics
            | Fixed::OpenApi
            | Fixed::Docs
            | Fixed::Outbox
            | Fixed::Audit
            | Fixed::Keys => Cow::Borrowed("GET, HEAD, OPTIONS"),
            Fixed::Page(_) => Cow::Borrowed(pages::METHODS),
            Fixed::Auth(path) => Cow::Owned(path.methods()),
        }
    }
}

/// Answers a request of a fixed path.
///
/// # Errors
/// 405, and whatever the path itself refuses.
pub async fn answer<B>(app: &App, fixed: Fixed, http: &mut HttpRequest<B>) -> Result<HttpResponse, ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    let method = if http.method == Method::HEAD { "GET" } else { http.method.as_str() };
    match fixed {
        Fixed::Auth(path) => match path.route(method) {
            Some(route) => auth(app, route, http).await,
            None => Err(method_not_allowed(&fixed.methods())),
        },
        Fixed::Page(page) => pages::answer(app, page, http).await,
        _ if method != "GET" => Err(method_not_allowed(&fixed.methods())),
        Fixed::Home => Ok(HttpResponse::empty(StatusCode::TEMPORARY_REDIRECT).with(LOCATION, "docs/")),
        Fixed::Health => Ok(HttpResponse::json(StatusCode::OK, r#"{"status":"ok"}"#).with(CACHE_CONTROL, "no-store")),
        Fixed::Ready => ready(app).await,
        Fixed::Metrics => metrics::page(app, http),
        Fixed::OpenApi => Ok(HttpResponse::json(StatusCode::OK, app.openapi.clone()).with(CACHE_CONTROL, "no-cache")),
        Fixed::Docs => {
            docs::page(http.uri.path().strip_prefix("/docs").unwrap_or_default()).ok_or_else(ApiError::not_found)
        }
        Fixed::Outbox => mail::answer(app, http).await,
        Fixed::Audit => audit::answer(app, http).await,
        Fixed::Keys => Ok(app.auth.jwks()),
    }
}

async fn ready(app: &App) -> Result<HttpResponse, ApiError> {
    if app.is_draining() {
        return Err(ApiError::new(UNAVAILABLE, "the server is stopping").with(RETRY_AFTER, "5"));
    }
    app.store.ready().await?;
    Ok(HttpResponse::json(StatusCode::OK, r#"{"status":"ready"}"#).with(CACHE_CONTROL, "no-store"))
}

async fn auth<B>(app: &App, route: AuthRoute, http: &mut HttpRequest<B>) -> Result<HttpResponse, ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    if route == AuthRoute::Me {
        return app.auth.me(caller::identify(app, http).await?).await;
    }
    if !app.auth.serves(route) {
        return Err(ApiError::not_found());
    }
    if route == AuthRoute::Logout {
        return log_out(app, http).await;
    }
    if route.wants_token() {
        // Before the body is read: what is wrong with it is no affair of a stranger's.
        person(caller::identify(app, http).await?)?;
    } else {
        let_in_stranger(app, http).await?;
    }
    let types = if matches!(route, AuthRoute::ChangeUser(_)) { MediaTypes::MergePatch } else { MediaTypes::Json };
    let json = match route.takes_body() {
        true => Some(body::read_json(&http.headers, &mut http.body, types, app.body_limits()).await?),
        false => None,
    };
    let query = if route.takes_query() { request::parameters(http)? } else { Vec::new() };
    app.auth.answer(route, caller(http, &query), json.as_ref()).await
}

/// Accounts are people's own affair.
fn person(actor: Actor) -> Result<(), ApiError> {
    match actor {
        Actor::Stranger => Err(Denied::SignIn.into()),
        Actor::User(user) if user.key.is_some() => Err(Denied::Key.into()),
        Actor::User(_) => Ok(()),
    }
}

/// Whose access token is over names the session in the body, and is let in by that. He is counted once, as whoever his token shows.
async fn log_out<B>(app: &App, http: &mut HttpRequest<B>) -> Result<HttpResponse, ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    let found = caller::identify(app, http).await;
    let found = match found {
        Err(refused) if refused.problem.status != StatusCode::UNAUTHORIZED => return Err(refused),
        found => found.and_then(person),
    };
    let named = named_session(app, http).await?;
    if named.is_none() {
        found?;
    }
    app.auth.answer(AuthRoute::Logout, caller(http, &[]), named.as_ref()).await
}

/// A body that names the session to log out of. Many clients send an object with every request, which names none.
async fn named_session<B>(app: &App, http: &mut HttpRequest<B>) -> Result<Option<Json>, ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    if http.body.is_end_stream() || MediaTypes::Json.check(&http.headers).is_err() {
        return Ok(None);
    }
    let bytes = body::read(&http.headers, &mut http.body, Some(MediaTypes::Json), app.body_limits()).await?;
    // In chunks it shows only now that there is none.
    if bytes.is_empty() {
        return Ok(None);
    }
    Ok(Some(body::parse(&bytes)?).filter(|json| json.get("refresh_token").is_some_and(|token| !token.is_null())))
}

/// Whether one more stranger may ask.
pub(crate) async fn let_in_stranger<B>(app: &App, http: &HttpRequest<B>) -> Result<(), ApiError> {
    app.rates.check(&Actor::Stranger, http.ip).await
}

pub(crate) fn caller<'a, B>(http: &'a HttpRequest<B>, query: &'a [(String, String)]) -> Caller<'a> {
    Caller {
        authorization: http.authorization(),
        ip: http.ip,
        request_id: &http.request_id,
        user_agent: http.header(USER_AGENT),
        query,
    }
}
