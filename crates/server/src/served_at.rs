//! The port on which the server of a database was last found listening, for those who make links beside it: a command reads the same
//! settings, but not what the command line of `serve` said of the port, nor which one was free.
//!
//! Left only where links lead to this machine because no setting says where else.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use store::{Store, StoreError};
use work::{Cost, Outcome, Statement, Step, Value, Work};

use crate::settings::{Links, Settings};

/// Leaves where a server listens.
pub(crate) async fn leave(store: &Store, settings: &Settings, address: SocketAddr) -> Result<(), StoreError> {
    if settings.links.as_ref().is_none_or(|links| !links.are_guessed()) {
        return Ok(());
    }
    let here = address.ip().is_unspecified() || address.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST);
    // 0 where it is no address that a link of this machine has.
    let port = if here { i64::from(address.port()) } else { 0 };
    let dialect = store.dialect();
    let sql = format!(
        "INSERT INTO {} (\"name\", \"value\") VALUES ('served_port', {}) \
         ON CONFLICT (\"name\") DO UPDATE SET \"value\" = excluded.\"value\"",
        dialect.table("_state"),
        dialect.parameter(1)
    );
    store.run(Work::write(vec![Step::Run(Statement::new(sql, vec![Value::Integer(port)]))])).await.map(drop)
}

/// Where links lead, for a command beside the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereto {
    /// A setting says it, or the server that runs.
    Known(Links),
    /// The settings' host and port, where no server of this database is known to listen.
    Guessed(Links),
    /// Nothing says it.
    Unknown,
}

impl Whereto {
    /// Looks at the settings, and else at what the server left that runs. It blocks the thread.
    pub fn find(store: &Store, settings: &Settings, somebody_serves: bool) -> Whereto {
        let Some(links) = settings.links.clone() else { return Whereto::Unknown };
        if !links.are_guessed() {
            return Whereto::Known(links);
        }
        match left(store).filter(|_| somebody_serves) {
            Some(port) => Whereto::Known(Links::to_this_machine(settings, (Ipv4Addr::LOCALHOST, port).into())),
            None => Whereto::Guessed(links),
        }
    }

    /// Where they lead as far as that is known or guessed.
    pub fn links(&self) -> Option<&Links> {
        match self {
            Whereto::Known(links) | Whereto::Guessed(links) => Some(links),
            Whereto::Unknown => None,
        }
    }
}

fn left(store: &Store) -> Option<u16> {
    let state = store.dialect().table("_state");
    let sql = format!("SELECT coalesce((SELECT \"value\" FROM {state} WHERE \"name\" = 'served_port'), 0)");
    let found = store.run_blocking(Work::read(Cost::Point, vec![Step::Count(Statement::new(sql, Vec::new()))]));
    let Ok(Outcome::Done(answer)) = found else { return None };
    u16::try_from(answer.count?).ok().filter(|port| *port != 0)
}
