//! Every setting of the server: read from the environment once, checked at start, all problems at once.
//!
//! [`SETTINGS`] is the one list; help, `.env.example` and messages come from it. Secrets are a type that prints `****`.

mod database;
mod issuers;
pub(crate) mod links;
mod network;
mod parse;
mod secret;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::openapi::Reached;

pub use database::Database;
pub use issuers::Issuers;
pub use links::Links;
pub use network::{Network, TlsFiles};
pub use parse::lifetime;
pub use secret::Secret;

/// One setting, as people know it.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The environment variable.
    pub name: &'static str,
    /// What counts when it is not set, in words.
    pub default: &'static str,
    /// What it is for.
    pub summary: &'static str,
}

const fn setting(name: &'static str, default: &'static str, summary: &'static str) -> Setting {
    Setting { name, default, summary }
}

/// All settings, in the order in which they are explained.
pub const SETTINGS: &[Setting] = &[
    setting("ENV", "development", "development, test, staging or production; production refuses weak settings"),
    setting(
        "DATABASE_URL",
        "sqlite:data/app.db",
        "where the data is: a file (relative paths start at the blueprint's folder) or postgres://user:password@host/database",
    ),
    setting("DIRECT_URL", "DATABASE_URL", "how Postgres is reached to make tables: past a pooler, or as another role"),
    setting("DATABASE_SCHEMA", "app", "the schema of Postgres that holds all tables"),
    setting("DATABASE_POOL_SIZE", "8 for each core, 16 to 32", "connections to Postgres at most"),
    setting(
        "SECRET_KEY",
        "a new one at each start (development only)",
        "32 characters or more, random; all keys are derived from it",
    ),
    setting(
        "SECRET_KEY_PREVIOUS",
        "none",
        "the SECRET_KEY before it, or the next one, while they are exchanged (Supermaker's docs/secret-key.md): what it signed counts too",
    ),
    setting("HOST", "127.0.0.1", "the address to listen on"),
    setting("PORT", "8000", "the port to listen on; 0 takes a free one"),
    setting("PUBLIC_URL", "none", "how the outside reaches this server; the issuer of its tokens"),
    setting(
        "APP_URL",
        "none",
        "where the pages of the app are, to which links in mails lead; without it they lead to small ones of this server, at PUBLIC_URL",
    ),
    setting(
        "CORS_ORIGINS",
        "none",
        "origins of browser front ends, comma-separated, for example https://app.example.com",
    ),
    setting("TLS_CERT", "none", "a certificate chain as a PEM file; with TLS_KEY the server speaks HTTPS by itself"),
    setting("TLS_KEY", "none", "the private key of TLS_CERT as a PEM file"),
    setting(
        "TRUSTED_PROXIES",
        "none",
        "proxies whose X-Forwarded-For is believed, comma-separated, for example 10.0.0.0/8",
    ),
    setting("JWT_ALGORITHM", "EdDSA", "the algorithm of this server's own tokens"),
    setting("JWT_EXPIRATION", "15m", "how long an access token counts, for example 15m or 1h"),
    setting("REFRESH_EXPIRATION", "30d", "how long a session lasts at most"),
    setting("SESSION_IDLE", "14d", "after how long a session ends that nobody refreshes; 0 is never"),
    setting(
        "PASSWORD_MIN_LENGTH",
        "15",
        "least length of a password, in characters; NIST asks for 15 where it is the only factor",
    ),
    setting(
        "BETTER_AUTH_URL",
        "none",
        "a Better Auth server whose tokens the blueprint accepts: their issuer and audience, and where its keys are",
    ),
    setting("BETTER_AUTH_SECRET", "none", "its secret, where it signs with HS256; then its key set is not asked"),
    setting("SUPABASE_URL", "none", "a Supabase project whose tokens the blueprint accepts: https://….supabase.co"),
    setting(
        "SUPABASE_JWT_SECRET",
        "none",
        "its legacy secret, where it still signs with HS256; then its key set is not asked",
    ),
    setting(
        "NEON_AUTH_URL",
        "none",
        "a Neon Auth server whose tokens the blueprint accepts: https://ep-….neon.tech/neondb/auth",
    ),
    setting("AUTH0_DOMAIN", "none", "an Auth0 tenant whose tokens the blueprint accepts; needs JWT_AUDIENCE too"),
    setting(
        "CLERK_ISSUER",
        "none",
        "the Frontend API URL of a Clerk instance whose tokens the blueprint accepts; they count if they were made at one of \
         CORS_ORIGINS, or for JWT_AUDIENCE",
    ),
    setting("FIREBASE_PROJECT_ID", "none", "a Firebase project whose tokens the blueprint accepts"),
    setting("JWKS_URL", "none", "the key set of another issuer whose tokens the blueprint accepts"),
    setting("JWT_ISSUER", "none", "the `iss` that its tokens must have, letter by letter"),
    setting("JWT_AUDIENCE", "none", "the `aud` that its tokens must name"),
    setting("RATE_LIMIT_USER", "600", "requests a minute of one signed-in caller; 0 is no limit"),
    setting("RATE_LIMIT_STRANGER", "120", "requests a minute of one address that is not signed in; 0 is no limit"),
    setting("RATE_LIMIT_LOGIN", "10", "log-ins a minute of one address; 0 is no limit"),
    setting("LOGIN_FAILURES", "100", "wrong passwords in a row that one account takes before it waits; 0 is no limit"),
    setting("MAX_REQUESTS", "1024", "requests that are worked on at once; those beyond are 503; 0 is no limit"),
    setting("MAX_BODY_BYTES", "1048576", "the longest body that is read; 0 is no limit"),
    setting("REQUEST_TIMEOUT", "30s", "how long one request may take; 0 is no limit"),
    setting("HEADER_TIMEOUT", "5s", "how long the head of a request may take to arrive; 0 is no limit"),
    setting("BODY_IDLE_TIMEOUT", "10s", "how long a body may make no progress, in either direction; 0 is no limit"),
    setting("BODY_TIMEOUT", "20s", "how long a whole body may take to arrive; 0 is no limit"),
    setting("KEEP_ALIVE_TIMEOUT", "75s", "how long a connection may stay without a request; 0 is no limit"),
    setting("MAX_CONNECTIONS", "10000", "connections at once; 0 is no limit"),
    setting(
        "MAX_CONNECTIONS_PER_ADDRESS",
        "1000",
        "connections at once of one address that is no trusted proxy; 0 is no limit",
    ),
    setting(
        "DRAIN_DELAY",
        "5s in staging and production, else 0",
        "how long connections are still taken after SIGTERM, while /readyz is 503, until a load balancer has heard of it",
    ),
    setting("DRAIN_TIMEOUT", "10s", "how long running requests may take to finish at a stop"),
    setting(
        "METRICS_TOKEN",
        "none",
        "the bearer token that /metrics asks for; without one, only callers on this machine may read it",
    ),
    setting("SENTRY_DSN", "none", "not used: panics go to the log, with the id of their request"),
    setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "none",
        "a collector that spans of requests are sent to (OTLP/HTTP), such as http://localhost:4318; needs a build with the \
         feature `otlp`",
    ),
    setting("RUST_LOG", "info", "what is logged, for example warn or server=debug"),
];

/// Where the server runs. Decides how strict the settings are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// A developer's machine.
    Development,
    /// Automated tests.
    Test,
    /// Like production, for trying.
    Staging,
    /// Real users.
    Production,
}

impl Environment {
    /// As the setting spells it.
    pub fn name(self) -> &'static str {
        match self {
            Environment::Development => "development",
            Environment::Test => "test",
            Environment::Staging => "staging",
            Environment::Production => "production",
        }
    }
}

/// Settings, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the server runs.
    pub environment: Environment,
    /// Where the data is.
    pub database: Database,
    /// What all keys are derived from.
    pub secret_key: Secret,
    /// Another one, of which what it signed counts too: the one before, or the one that comes next.
    pub secret_key_previous: Option<Secret>,
    /// The key was made for this run only.
    pub secret_is_temporary: bool,
    /// Address to listen on.
    pub host: IpAddr,
    /// Port to listen on.
    pub port: u16,
    /// `https://api.example.com`, without a trailing slash.
    pub public_url: Option<String>,
    /// The address of this server for who tries it out on its machine.
    pub here: Option<String>,
    /// Where links in mails lead; unknown outside of development if nothing says it.
    pub links: Option<Links>,
    /// Origins that browsers may call from.
    pub cors_origins: Vec<String>,
    /// Certificate and key, if the server speaks HTTPS by itself.
    pub tls: Option<TlsFiles>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Life of an access token.
    pub access_lifetime: Duration,
    /// Life of a session.
    pub session_lifetime: Duration,
    /// How long a session lasts that nobody refreshes; never less than an access token.
    pub session_idle: Option<Duration>,
    /// Least length of a password in code points.
    pub password_min_length: usize,
    /// Issuers besides this server.
    pub issuers: Issuers,
    /// The bearer token of `/metrics`.
    pub metrics_token: Option<Secret>,
    /// Whether tables that exist are changed to those of the blueprint: said by who asks for that, never by the environment.
    pub follow: store::Follow,
    /// Settings that are set and that this program does not heed, in words for the person who starts it.
    pub unheeded: Vec<String>,
    /// Limits.
    pub limits: Limits,
}

/// Limits, on by default; 0 turned to `None` where that means none.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Requests a minute of one signed-in caller.
    pub user_per_minute: Option<std::num::NonZeroU32>,
    /// Requests a minute of one address of strangers.
    pub stranger_per_minute: Option<std::num::NonZeroU32>,
    /// Log-ins a minute of one address.
    pub login_per_minute: Option<std::num::NonZeroU32>,
    /// Wrong passwords in a row of one account.
    pub login_failures: Option<std::num::NonZeroU32>,
    /// Requests at once.
    pub requests: usize,
    /// Bytes of a body.
    pub body_bytes: usize,
    /// Time for one request.
    pub request_timeout: Option<Duration>,
    /// Time for a head; this and those below are [`Duration::MAX`] where there is no limit.
    pub header_timeout: Duration,
    /// Time for a body to make progress.
    pub body_idle_timeout: Duration,
    /// Time for a whole body to arrive.
    pub body_timeout: Duration,
    /// Time that a connection may stay without a request.
    pub keep_alive_timeout: Duration,
    /// Connections at once.
    pub connections: usize,
    /// Connections at once of one address.
    pub connections_per_address: usize,
    /// How long connections are still taken at a stop that was announced.
    pub drain_delay: Duration,
    /// Time for running requests at a stop.
    pub drain_timeout: Duration,
}

/// What is wrong with one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingProblem {
    /// The environment variable.
    pub name: &'static str,
    /// What is wrong and what to try. Never holds the value of a secret.
    pub detail: String,
}

impl std::fmt::Display for SettingProblem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}", self.name, self.detail)
    }
}

impl Settings {
    /// Reads the settings from the process's environment.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    #[expect(clippy::disallowed_methods, reason = "the one place where the server reads the environment")]
    pub fn from_environment() -> Result<Settings, Vec<SettingProblem>> {
        Settings::read(|name| std::env::var(name).ok())
    }

    /// Reads the settings from anywhere.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Settings, Vec<SettingProblem>> {
        parse::settings(&lookup)
    }

    /// Whether the server is somebody's own, to try things out: there mail lies at `/_/outbox` and is sent to nobody.
    pub fn is_for_trying(&self) -> bool {
        matches!(self.environment, Environment::Development | Environment::Test)
    }

    /// Has links lead there, where somebody tries it out and no setting says where else.
    pub(crate) fn listens_at(&mut self, address: SocketAddr) {
        if !self.is_for_trying() {
            return;
        }
        let here = links::of_this_machine(self, address);
        if self.links.as_ref().is_none_or(Links::are_guessed) {
            self.links = Some(Links::to_this_machine(here.clone()));
        }
        self.here = Some(here);
    }

    /// Where this server is reached, as documents say it. Outside of development nobody can know what is in front of it.
    pub(crate) fn reached(&self) -> Reached<'_> {
        match (&self.public_url, &self.here) {
            (Some(url), _) => Reached::Public(url),
            (None, Some(here)) => Reached::Here(here),
            (None, None) => Reached::Anywhere,
        }
    }

    /// Whether browsers are told to come by HTTPS only. Not in development: a browser that has once heard it of
    /// `localhost` refuses every other project there.
    pub fn strict_transport(&self) -> bool {
        let is_served = matches!(self.environment, Environment::Production | Environment::Staging);
        let is_public = self.public_url.as_deref().is_some_and(|url| url.starts_with("https:"));
        is_served && (self.tls.is_some() || is_public)
    }
}
