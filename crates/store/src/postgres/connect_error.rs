//! Why there is no connection, and what to try, for the person who starts the server.

use std::fmt;
use std::io::ErrorKind;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::PostgresUrl;
use super::trouble::told;

/// Why a server cannot be used. Holds no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectError {
    place: String,
    message: String,
    hint: String,
}

impl ConnectError {
    pub(super) fn new(url: &PostgresUrl, message: impl Into<String>, hint: impl Into<String>) -> ConnectError {
        ConnectError { place: url.to_string(), message: message.into(), hint: hint.into() }
    }

    pub(super) fn of(url: &PostgresUrl, error: &Error) -> ConnectError {
        let message = told(error);
        let hint = hint(url, error, &message);
        ConnectError::new(url, message, hint)
    }

    pub(super) fn timeout(url: &PostgresUrl, after_ms: u64) -> ConnectError {
        let message = format!("no answer in {after_ms} ms");
        ConnectError::new(url, message, "check host and port, and whether a firewall is between")
    }

    /// What is wrong, in one line.
    pub(super) fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot use {}: {}\nTry: {}", self.place, self.message, self.hint)
    }
}

impl std::error::Error for ConnectError {}

fn hint(url: &PostgresUrl, error: &Error, message: &str) -> String {
    if let Some(code) = error.code() {
        return of_server(url, code);
    }
    let has = |part: &str| message.contains(part);
    let kind = std::error::Error::source(error).and_then(|source| source.downcast_ref::<std::io::Error>());
    match kind.map(std::io::Error::kind) {
        Some(ErrorKind::ConnectionRefused | ErrorKind::NotFound) => {
            "start Postgres there, or correct host and port in DATABASE_URL".to_owned()
        }
        _ if has("does not support TLS") => {
            "turn TLS on in the server; or, if nobody else is on the network between, add ?sslmode=disable".to_owned()
        }
        _ if has("UnknownIssuer") || has("CaUsedAsEndEntity") => {
            "the certificate is not signed by a public authority: add sslrootcert=<its CA's certificate as PEM>"
                .to_owned()
        }
        _ if has("not valid for name") || has("NotValidForName") => {
            "the certificate bears another name: use that name as the host, or sslmode=verify-ca".to_owned()
        }
        _ if has("channel binding") => {
            "a pooler cannot bind the log-in to its TLS: connect directly, or leave channel_binding=require out"
                .to_owned()
        }
        _ if has("lookup address") => "check the host in DATABASE_URL; this machine knows none of that name".to_owned(),
        _ => "check DATABASE_URL; psql with the same URL says more".to_owned(),
    }
}

fn of_server(url: &PostgresUrl, code: &SqlState) -> String {
    let (user, database) = (&url.user, &url.database);
    match *code {
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            "check user and password in DATABASE_URL; in a password write `@` as %40, `/` as %2F, `%` as %25".to_owned()
        }
        SqlState::INVALID_CATALOG_NAME => {
            format!("CREATE DATABASE \"{database}\" OWNER \"{user}\", or correct the name")
        }
        SqlState::TOO_MANY_CONNECTIONS => "lower DATABASE_POOL_SIZE, or raise max_connections of the server".to_owned(),
        SqlState::INSUFFICIENT_PRIVILEGE => {
            format!("GRANT CREATE ON DATABASE \"{database}\" TO \"{user}\", or name a role that may in DIRECT_URL")
        }
        SqlState::CANNOT_CONNECT_NOW => "the server is starting; try again in a moment".to_owned(),
        _ => "check DATABASE_URL; psql with the same URL says more".to_owned(),
    }
}
