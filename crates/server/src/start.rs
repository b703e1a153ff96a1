//! Why a server did not start, in words for the person who started it.

use std::fmt;
use std::net::SocketAddr;

use crate::TlsProblem;
use crate::settings::SettingProblem;

/// Why a server did not start.
#[derive(Debug)]
pub enum StartError {
    /// The blueprint does not load.
    Blueprint(blueprint::Problems),
    /// Routes in code that do not go with the blueprint, or with each other.
    Code(Vec<String>),
    /// The address cannot be listened on.
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The database cannot be opened, or holds another schema.
    Database(store::OpenError),
    /// Settings that do not go with the blueprint.
    Settings(Vec<SettingProblem>),
    /// A certificate or key that cannot be used.
    Tls(Vec<TlsProblem>),
    /// A first look into the database failed.
    Store(store::StoreError),
}

impl fmt::Display for StartError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::Blueprint(problems) => problems.fmt(out),
            StartError::Code(problems) => problems.iter().try_for_each(|problem| writeln!(out, "{problem}")),
            StartError::Bind { address, source } if source.kind() == std::io::ErrorKind::AddrInUse => {
                write!(
                    out,
                    "port {} of {} is taken; stop what listens there or choose another with --port",
                    address.port(),
                    address.ip()
                )
            }
            StartError::Bind { address, source } => write!(out, "cannot listen on {address}: {source}"),
            StartError::Database(error) => error.fmt(out),
            StartError::Settings(problems) => problems.iter().try_for_each(|problem| writeln!(out, "{problem}")),
            StartError::Tls(problems) => problems.iter().try_for_each(|problem| writeln!(out, "{problem}")),
            StartError::Store(error) => write!(out, "the database does not answer: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<store::OpenError> for StartError {
    fn from(error: store::OpenError) -> StartError {
        StartError::Database(error)
    }
}

impl From<store::StoreError> for StartError {
    fn from(error: store::StoreError) -> StartError {
        StartError::Store(error)
    }
}

impl From<Vec<SettingProblem>> for StartError {
    fn from(problems: Vec<SettingProblem>) -> StartError {
        StartError::Settings(problems)
    }
}
