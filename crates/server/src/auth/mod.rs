//! Accounts, passwords, tokens, sessions: who is asking.
//!
//! [`Auth::actor`] is called for every request, [`Auth::answer`] serves `/auth/…`, [`users`] is for the command line.
//! What a caller may do is decided elsewhere, from the roles that [`Auth::actor`] finds in the database.

mod actor;
mod admin;
mod api_key;
pub mod api_keys;
pub mod as_whom;
mod cache;
pub mod caller_fields;
mod change_password;
mod clock;
mod credentials;
mod decoys;
mod delete_account;
mod dialect;
mod failures;
mod foreign;
mod hashing;
pub mod import;
mod imported;
mod invitations;
mod invite;
mod keys;
mod login;
mod mail_token;
mod me;
mod password;
mod policy;
mod purge;
mod register;
mod reset;
mod routes;
pub mod self_written;
mod session;
mod sessions;
mod sql;
mod token;
pub mod users;
mod verify;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use blueprint::{Blueprint, SignUp, TokenSource};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use query::cursor::CursorKey;
use serde_json::{Value as Json, json};
use store::{Store, StoreError};
use work::Outcome;

pub(crate) use admin::is_admin;
pub use clock::Clock;
pub(crate) use foreign::SeenKeys;
pub(crate) use invite::INVITED;
pub(crate) use keys::derived;
pub(crate) use purge::Purge;
pub(crate) use register::{ACCEPTED, ACCEPTED_TO_VERIFY};
pub(crate) use reset::FORGOTTEN;
pub use routes::{AuthPath, AuthRoute};
pub(crate) use sessions::MAX_SESSIONS;
pub(crate) use sql::told_of_audit;
pub(crate) use verify::RESENT;

use self::api_key::KeyRing;
use self::cache::Cache;
use self::decoys::Decoys;
use self::foreign::Foreign;
use self::keys::Keys;
use self::password::Hasher;
use self::token::OwnTokens;
use crate::StartError;
use crate::audit::Refusals;
use crate::error::ApiError;
use crate::http::HttpResponse;
use crate::mail::{self, Outbox};
use crate::rates::Rates;
use crate::settings::{SettingProblem, Settings};

/// Accounts and sessions of one app.
pub struct Auth {
    blueprint: Arc<Blueprint>,
    store: Store,
    clock: Clock,
    keys: Keys,
    own: Option<OwnTokens>,
    foreign: Foreign,
    cache: Cache,
    key_ring: KeyRing,
    hasher: Arc<Hasher>,
    decoys: Arc<Decoys>,
    rates: Arc<Rates>,
    refusals: Arc<Refusals>,
    outbox: Option<Outbox>,
    settings: AuthSettings,
}

/// The settings that count after the start.
struct AuthSettings {
    access_seconds: i64,
    session_seconds: i64,
    idle_seconds: Option<i64>,
    password_min_length: usize,
    login_failures: Option<NonZeroU32>,
}

/// Who calls, from where.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The caller's address.
    pub ip: IpAddr,
    /// The id of the request.
    pub request_id: &'a str,
    /// What the caller says that it is: the `User-Agent` header.
    pub user_agent: Option<&'a str>,
    /// The query string, decoded.
    pub query: &'a [(String, String)],
}

/// Who this server is, in its own tokens.
fn own_issuer(settings: &Settings, blueprint: &Blueprint) -> String {
    settings.public_url.clone().unwrap_or_else(|| format!("urn:supermaker:{}", blueprint.app.name))
}

/// The key sets by which tokens of other issuers are verified, asked now; it blocks the thread.
///
/// # Errors
/// Settings that do not go with the blueprint.
pub(crate) fn key_sets(settings: &Settings, blueprint: &Blueprint) -> Result<Vec<SeenKeys>, Vec<SettingProblem>> {
    foreign::key_sets(settings, &blueprint.auth.accept, &own_issuer(settings, blueprint))
}

impl Auth {
    /// Derives the keys and checks that every issuer which the blueprint accepts can be verified.
    ///
    /// # Errors
    /// Settings that do not go with the blueprint, or a database that does not answer.
    pub async fn new(settings: &Settings, blueprint: Arc<Blueprint>, store: Store) -> Result<Auth, StartError> {
        let previous = settings.secret_key_previous.as_ref();
        let keys = Keys::derive(&settings.secret_key, previous, seconds(settings.access_lifetime));
        let issuer = own_issuer(settings, &blueprint);
        let foreign = Foreign::new(settings, &blueprint.auth.accept, &issuer).map_err(StartError::Settings)?;
        let outbox = Outbox::new(settings, keys.outbox, &blueprint.app.name);
        if blueprint.auth.verify_email && outbox.is_none() {
            return Err(StartError::Settings(vec![no_mail()]));
        }
        let auth = Auth {
            outbox,
            own: blueprint.auth.accepts(TokenSource::Own).then(|| OwnTokens::new(issuer)),
            foreign,
            cache: Cache::new(),
            key_ring: KeyRing::new(),
            hasher: Arc::new(Hasher::new()),
            decoys: Arc::default(),
            rates: Arc::new(Rates::new(&settings.limits, &store)),
            refusals: Arc::new(Refusals::new(&settings.secret_key)),
            settings: AuthSettings {
                access_seconds: seconds(settings.access_lifetime),
                session_seconds: seconds(settings.session_lifetime),
                // An access token that counts is use enough: only when it is over must the session be refreshed.
                idle_seconds: settings.session_idle.map(|idle| seconds(idle.max(settings.access_lifetime))),
                password_min_length: settings.password_min_length,
                login_failures: settings.limits.login_failures,
            },
            clock: Clock::default(),
            blueprint,
            store,
            keys,
        };
        auth.cache.refresh(&auth.store, auth.clock.now_ms()).await?;
        auth.first_decoys().await;
        Ok(auth)
    }

    /// The same for another blueprint; who was counted stays counted.
    ///
    /// # Errors
    /// Settings that do not go with the blueprint, or a database that does not answer.
    pub async fn renewed(&self, settings: &Settings, blueprint: Arc<Blueprint>) -> Result<Auth, StartError> {
        let new = Auth::new(settings, blueprint, self.store.clone()).await?;
        let (hasher, rates, refusals) = (self.hasher.clone(), self.rates.clone(), self.refusals.clone());
        Ok(Auth { hasher, rates, refusals, clock: self.clock.clone(), ..new })
    }

    /// The same with another clock.
    pub fn with_clock(self, clock: Clock) -> Auth {
        Auth { clock, ..self }
    }

    /// What lets go of what counts no more.
    pub(crate) fn purge(&self) -> Purge {
        Purge::new(self.store.clone(), self.clock.clone(), self.settings.access_seconds)
    }

    /// Lets go of all that counts no more, which happens by itself every ten minutes.
    ///
    /// # Errors
    /// What the database has to say.
    pub async fn purge_all(&self) -> Result<(), StoreError> {
        self.purge().all().await
    }

    /// Whether there is such a route. Where only others sign users in, there is nothing to register for or log in to.
    pub fn serves(&self, route: AuthRoute) -> bool {
        match route {
            AuthRoute::Me
            | AuthRoute::Users
            | AuthRoute::User(_)
            | AuthRoute::ChangeUser(_)
            | AuthRoute::DeleteUser(_) => true,
            AuthRoute::Invite | AuthRoute::Invitations | AuthRoute::TakeBack(_) => {
                self.own.is_some() && self.blueprint.auth.sign_up == SignUp::Invite
            }
            AuthRoute::Verify | AuthRoute::ResendVerification => self.own.is_some() && self.blueprint.auth.verify_email,
            _ => self.own.is_some(),
        }
    }

    /// Answers a request under `/auth`.
    ///
    /// # Errors
    /// Whatever the caller is to read instead.
    pub async fn answer(
        &self,
        route: AuthRoute,
        caller: Caller<'_>,
        body: Option<&Json>,
    ) -> Result<HttpResponse, ApiError> {
        if !self.serves(route) {
            return Err(ApiError::not_found());
        }
        let response = match route {
            AuthRoute::Register => self.register(caller, body).await,
            AuthRoute::Invite => self.invite(caller, body).await,
            AuthRoute::Invitations => self.invitations(caller).await,
            AuthRoute::TakeBack(id) => self.take_back(caller, id).await,
            AuthRoute::Verify => self.verify_address(caller, body).await,
            AuthRoute::ResendVerification => self.resend_verification(caller, body).await,
            AuthRoute::Login => self.login(caller, body).await,
            AuthRoute::Refresh => self.refresh(caller, body).await,
            AuthRoute::Logout => match body {
                None => self.logout(caller).await,
                Some(_) => self.logout_by_refresh_token(caller, body).await,
            },
            AuthRoute::Me => self.me(self.actor(caller.authorization).await?).await,
            AuthRoute::DeleteAccount => self.delete_account(caller, body).await,
            AuthRoute::Password => self.change_password(caller, body).await,
            AuthRoute::ForgotPassword => self.forgot_password(caller, body).await,
            AuthRoute::ResetPassword => self.reset_password(caller, body).await,
            AuthRoute::Sessions => self.sessions(caller).await,
            AuthRoute::EndOthers => self.end_others(caller).await,
            AuthRoute::EndSession(id) => self.end_one(caller, id).await,
            AuthRoute::Users => self.list_users(caller).await,
            AuthRoute::User(id) => self.read_other(caller, id).await,
            AuthRoute::ChangeUser(id) => self.change_user(caller, id, body).await,
            AuthRoute::DeleteUser(id) => self.delete_user(caller, id).await,
            AuthRoute::EndSessionsOf(id) => self.end_sessions_of(caller, id).await,
        }?;
        Ok(response.with(CACHE_CONTROL, "no-store"))
    }

    /// Whether somebody of this issuer could sign in.
    fn accepts_users_of(&self, iss: &str) -> bool {
        if iss == "own" { self.own.is_some() } else { self.foreign.accepts(iss) }
    }

    /// The public keys of our tokens (RFC 7517), for services that verify them too.
    pub fn jwks(&self) -> HttpResponse {
        let keys = self.own.as_ref().map_or_else(Vec::new, |_| self.keys.signing.at(self.clock.now()).public());
        HttpResponse::json(StatusCode::OK, json!({ "keys": keys }).to_string())
            .with(CACHE_CONTROL, "public, max-age=600")
    }

    /// Whether mail is put where it can be looked at.
    pub(crate) fn has_mailbox(&self) -> bool {
        self.outbox.is_some() && self.own.is_some()
    }

    /// The newest mails, opened. Who may read them is for others to see to.
    ///
    /// # Errors
    /// What the database has to say.
    pub async fn mails(&self) -> Result<Vec<Json>, ApiError> {
        let Some(outbox) = &self.outbox else { return Ok(Vec::new()) };
        match self.store.run(sql::scan(&self.store, mail::newest())).await? {
            Outcome::Done(answer) => Ok(outbox.shown(&answer.body)),
            Outcome::Refused(_) => Err(ApiError::internal("a list was refused")),
        }
    }

    /// How often callers may ask. Log-ins are counted here, the rest elsewhere.
    pub(crate) fn rates(&self) -> Arc<Rates> {
        self.rates.clone()
    }

    /// Log-ins that failed, among what else was refused.
    pub(crate) fn refusals(&self) -> Arc<Refusals> {
        self.refusals.clone()
    }

    /// Where mail is put, or that there is nowhere to put it.
    fn outbox(&self) -> Result<&Outbox, ApiError> {
        self.outbox.as_ref().ok_or_else(mail::no_transport)
    }

    /// The key that seals cursors.
    pub fn cursor_key(&self) -> CursorKey {
        self.keys.cursor.clone()
    }

    /// How many passwords were hashed or checked since the start. What an outsider can time must not depend on whether
    /// an account exists; this makes that countable.
    pub fn hashes_computed(&self) -> u64 {
        self.hasher.computed()
    }

    /// Makes everything that this process knows of users and sessions be read again. To be called after a change of
    /// theirs has been committed.
    pub fn changed(&self) {
        self.cache.changed();
    }
}

fn no_mail() -> SettingProblem {
    let detail = "this version sends mail to nobody, and the blueprint says `verify_email = true`, so that nobody could log in to \
        a new account; take the word out, or set ENV=development to try it";
    SettingProblem { name: "ENV", detail: detail.to_owned() }
}

fn seconds(time: std::time::Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}
