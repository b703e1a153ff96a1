//! What a server says when something does not work (SQLSTATE) → what that means for a work.

use std::error::Error as _;

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};
use work::Refusal;

use crate::StoreError;

/// Why a statement did not do its work.
#[derive(Debug)]
pub(super) enum Trouble {
    /// A violation that a caller can cause.
    Refused(Refusal),
    /// It met another transaction; both cannot be, and this one was undone. Again it may work.
    Met(StoreError),
    /// The connection is gone, or of no use. What was not committed is undone.
    Lost(StoreError),
    /// Between two statements the connection was given to others: there is a pooler between us and the server.
    Pooled(StoreError),
    /// The statement was prepared for tables that have changed since.
    Outdated(StoreError),
    /// Anything else. Trying again would not help.
    Failed(StoreError),
}

impl Trouble {
    pub(super) fn of(error: &Error, sql: &str) -> Trouble {
        match error.as_db_error() {
            Some(said) => of_server(said, sql),
            // Parameters that are too many, cells that cannot be read: everything but the way to the server.
            None if !error.is_closed() && is_ours(error) => Trouble::Failed(StoreError::broken(told(error))),
            None => Trouble::Lost(unavailable(told(error))),
        }
    }

    /// What it comes to when nothing more is tried.
    pub(super) fn into_error(self) -> StoreError {
        match self {
            Trouble::Refused(refusal) => StoreError::broken(format!("an unexpected refusal: {refusal:?}")),
            Trouble::Met(error)
            | Trouble::Lost(error)
            | Trouble::Pooled(error)
            | Trouble::Outdated(error)
            | Trouble::Failed(error) => error,
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Trouble {
        Trouble::Failed(error)
    }
}

fn of_server(said: &DbError, sql: &str) -> Trouble {
    let code = said.code();
    let message = || format!("{} (SQLSTATE {})", said.message(), code.code());
    match *code {
        SqlState::UNIQUE_VIOLATION => {
            Trouble::Refused(Refusal::Unique { index: said.constraint().unwrap_or_default().to_owned() })
        }
        // Rows elsewhere refer to what is deleted; or what a new row refers to went away after it was looked at.
        SqlState::FOREIGN_KEY_VIOLATION if sql.contains("DELETE FROM") => Trouble::Refused(Refusal::Referred),
        SqlState::FOREIGN_KEY_VIOLATION => Trouble::Met(unavailable(message())),
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => Trouble::Met(unavailable(message())),
        // Whoever set the time limit puts its length in.
        SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE => Trouble::Failed(StoreError::Timeout { after_ms: 0 }),
        SqlState::INVALID_SQL_STATEMENT_NAME | SqlState::DUPLICATE_PSTATEMENT => {
            Trouble::Pooled(unavailable(message()))
        }
        SqlState::FEATURE_NOT_SUPPORTED if message().contains("cached plan") => {
            Trouble::Outdated(unavailable(message()))
        }
        SqlState::DISK_FULL => Trouble::Failed(StoreError::Full),
        // A server that went over to another one writes no more.
        SqlState::READ_ONLY_SQL_TRANSACTION => Trouble::Lost(unavailable(message())),
        // A statement that does not go with its parameters, in the class of what is wrong with connections.
        SqlState::PROTOCOL_VIOLATION => Trouble::Failed(StoreError::broken(message())),
        _ => match code.code().get(..2) {
            Some("08" | "57") => Trouble::Lost(unavailable(message())),
            // Idle in transaction for too long.
            Some("25") if code.code() == "25P03" => Trouble::Lost(unavailable(message())),
            Some("53" | "58") => Trouble::Failed(unavailable(message())),
            _ => Trouble::Failed(StoreError::broken(format!("{}: {sql}", message()))),
        },
    }
}

/// The client library tells its own errors from those of the way only by what caused them.
fn is_ours(error: &Error) -> bool {
    let from_the_way = error.source().is_some_and(|source| source.is::<std::io::Error>());
    !from_the_way
}

pub(super) fn unavailable(message: impl Into<String>) -> StoreError {
    StoreError::Unavailable { message: message.into() }
}

/// An error with all that caused it. What the server says beside its message (`DETAIL`) is left out: it quotes rows.
pub(super) fn told(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", said.message(), said.code().code());
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
