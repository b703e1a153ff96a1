//! `/auth/pages/…`: small pages to which links in mails lead where the app has no front end that was named (`APP_URL`): to choose
//! another password, to verify an address, to make an account with an invitation. With one they are not there.
//!
//! Each is a form, and what is sent in it is answered by the route of the API that it is a face of, so that nothing is decided twice.
//! The token stands behind the `#` of the link, which a browser sends to nobody; a script of a few lines puts it into the form, and where
//! scripts do not run it can be pasted there.

mod control;
mod form;
mod html;
pub(crate) mod mailbox;

use blueprint::{Blueprint, Field, SignUp};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, WWW_AUTHENTICATE, X_FRAME_OPTIONS,
};
use http::{Method, StatusCode};
use hyper::body::{Body, Bytes};
use serde_json::Value as Json;

use crate::App;
use crate::auth::AuthRoute;
use crate::error::ApiError;
use crate::fixed;
use crate::http::{HttpRequest, HttpResponse};
use crate::route::method_not_allowed;
use crate::settings::Links;

/// The methods that each has.
pub(crate) const METHODS: &str = "GET, HEAD, POST, OPTIONS";

/// A page, and what it is a face of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// To choose another password with a mailed token.
    ResetPassword,
    /// To have such a token mailed.
    ForgotPassword,
    /// To say that an address is one's own.
    Verify,
    /// To make an account with an invitation.
    Invitation,
}

/// What a form asks for.
enum Input<'a> {
    Token(&'static str),
    Email,
    /// A new one has a least length.
    Password {
        least: Option<usize>,
    },
    OfUser(&'a Field),
}

impl Page {
    const ALL: [Page; 4] = [Page::ResetPassword, Page::ForgotPassword, Page::Verify, Page::Invitation];

    /// The page of a path.
    pub fn find(path: &str) -> Option<Page> {
        let name = path.strip_prefix(Links::PAGES)?.strip_prefix('/')?;
        Page::ALL.into_iter().find(|page| page.name() == name)
    }

    /// What ends its path, here and in a front end.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Page::ResetPassword => "reset-password",
            Page::ForgotPassword => "forgot-password",
            Page::Verify => "verify",
            Page::Invitation => "invitation",
        }
    }

    fn route(self) -> AuthRoute {
        match self {
            Page::ResetPassword => AuthRoute::ResetPassword,
            Page::ForgotPassword => AuthRoute::ForgotPassword,
            Page::Verify => AuthRoute::Verify,
            Page::Invitation => AuthRoute::Register,
        }
    }

    /// Its heading, what stands below it, and what stands on its button.
    fn words(self) -> [&'static str; 3] {
        match self {
            Page::ResetPassword => {
                ["Choose a new password", "It counts at once, and ends all sessions.", "Set the password"]
            }
            Page::ForgotPassword => [
                "Forgot your password?",
                "A mail with a link to choose another one is written to your address.",
                "Have the mail written",
            ],
            Page::Verify => [
                "Verify your address",
                "Enter the password that you chose when you made the account.",
                "Verify the address",
            ],
            Page::Invitation => {
                ["Make your account", "With the address that the invitation was sent to.", "Make the account"]
            }
        }
    }

    /// What is said when it was done.
    fn done(self) -> &'static str {
        match self {
            Page::ResetPassword => "Your password is another one now. Log in with it.",
            Page::ForgotPassword => {
                "If this address has an account, a mail to it lies at /_/outbox: this server sends none."
            }
            Page::Verify => "Your address is verified. You can log in now.",
            Page::Invitation => "Your account is made. You can log in now.",
        }
    }

    fn inputs(self, blueprint: &Blueprint, password_min_length: usize) -> Vec<Input<'_>> {
        let password = |is_new: bool| Input::Password { least: is_new.then_some(password_min_length) };
        match self {
            Page::ResetPassword => vec![Input::Token("token"), password(true)],
            Page::ForgotPassword => vec![Input::Email],
            Page::Verify => vec![Input::Token("token"), password(false)],
            Page::Invitation => {
                let fields = blueprint.user_fields.iter().filter(|field| !field.read_only).map(Input::OfUser);
                [Input::Token("invitation"), Input::Email, password(true)].into_iter().chain(fields).collect()
            }
        }
    }
}

/// Answers a request of a page.
///
/// # Errors
/// 404 where links lead elsewhere or the app has no such route; 405; what is wrong with a body that no form sends; a fault of ours.
pub(crate) async fn answer<B>(app: &App, page: Page, http: &mut HttpRequest<B>) -> Result<HttpResponse, ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    let is_invitation = page == Page::Invitation;
    let is_there = app.settings.links.as_ref().is_some_and(Links::are_ours)
        && app.auth.serves(page.route())
        && (!is_invitation || app.blueprint.auth.sign_up == SignUp::Invite);
    if !is_there {
        return Err(ApiError::not_found());
    }
    let inputs = page.inputs(&app.blueprint, app.settings.password_min_length);
    match http.method {
        Method::GET | Method::HEAD => Ok(shown(StatusCode::OK, &html::page(&app.blueprint, page, &inputs, None))),
        Method::POST => sent(app, page, &inputs, http).await,
        _ => Err(method_not_allowed(METHODS)),
    }
}

/// What a form sends: the same as a body of the API, with the same answer in words for people.
async fn sent<B>(
    app: &App,
    page: Page,
    inputs: &[Input<'_>],
    http: &mut HttpRequest<B>,
) -> Result<HttpResponse, ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    fixed::let_in_stranger(app, http).await?;
    let values = form::read(http, app.body_limits()).await?;
    let json = Json::Object(form::body(inputs, &values));
    match app.auth.answer(page.route(), fixed::caller(http, &[]), Some(&json)).await {
        Ok(_) => Ok(shown(StatusCode::OK, &html::done(&app.blueprint, page))),
        Err(error) if error.problem.status == StatusCode::INTERNAL_SERVER_ERROR => Err(error),
        Err(error) => {
            app.metrics.refused(&error);
            let answer =
                shown(error.problem.status, &html::page(&app.blueprint, page, inputs, Some((&values, &error))));
            // Nobody answers a challenge in a form.
            let headers = error.headers.iter().filter(|(name, _)| *name != WWW_AUTHENTICATE);
            Ok(headers.fold(answer, |answer, (name, value)| answer.with(name.clone(), value)))
        }
    }
}

/// Nothing of it is kept or framed, it loads nothing, and says to nobody where it was.
fn shown(status: StatusCode, html: &str) -> HttpResponse {
    HttpResponse { body: Bytes::from(html.to_owned()), ..HttpResponse::empty(status) }
        .with(CONTENT_TYPE, "text/html; charset=utf-8")
        .with(CACHE_CONTROL, "no-store")
        .with(CONTENT_SECURITY_POLICY, &*html::POLICY)
        .with(REFERRER_POLICY, "no-referrer")
        .with(X_FRAME_OPTIONS, "DENY")
}
