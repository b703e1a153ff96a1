//! Where the server of a database listens, for those who make links beside it: a command reads the same settings, but not what the
//! command line of `serve` said of the port, nor which one was free.
//!
//! Left only where links lead to this machine because no setting says where else, and taken away by the server that stops. One
//! that was killed leaves it, so it counts only while somebody listens there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use store::{Store, StoreError};
use work::{Cost, Outcome, Statement, Step, Value, Work};

use crate::settings::{Links, Settings};

/// So long it may take to reach a server of this machine.
const CONNECT: Duration = Duration::from_millis(500);

/// The bit of a note that stands for `::1`; other addresses are those of IPv4, in the bits above the port.
const IPV6: i64 = 1 << 48;

/// Leaves where a server listens; one whose links lead elsewhere takes away what a former one left.
pub(crate) async fn leave(store: &Store, settings: &Settings, address: SocketAddr) -> Result<(), StoreError> {
    let dialect = store.dialect();
    let (table, parameter) = (dialect.table("_state"), dialect.parameter(1));
    let is_guessed = settings.links.as_ref().is_some_and(|links| links.are_guessed());
    let sql = if is_guessed {
        format!(
            "INSERT INTO {table} (\"name\", \"value\") VALUES ('served_port', {parameter}) \
             ON CONFLICT (\"name\") DO UPDATE SET \"value\" = excluded.\"value\""
        )
    } else {
        format!("UPDATE {table} SET \"value\" = {parameter} WHERE \"name\" = 'served_port'")
    };
    let note = if is_guessed { note(address) } else { 0 };
    store.run(Work::write(vec![Step::Run(Statement::new(sql, vec![Value::Integer(note)]))])).await.map(drop)
}

/// Takes away what the server left that listened there, unless another one has left something since.
pub(crate) async fn take_away(store: &Store, settings: &Settings, address: SocketAddr) -> Result<(), StoreError> {
    if settings.links.as_ref().is_none_or(|links| !links.are_guessed()) {
        return Ok(());
    }
    let dialect = store.dialect();
    let sql = format!(
        "UPDATE {} SET \"value\" = 0 WHERE \"name\" = 'served_port' AND \"value\" = {}",
        dialect.table("_state"),
        dialect.parameter(1)
    );
    store.run(Work::write(vec![Step::Run(Statement::new(sql, vec![Value::Integer(note(address))]))])).await.map(drop)
}

/// An address as one number, the port in the lowest 16 bits; 0 where it is none that a link of this machine has.
fn note(address: SocketAddr) -> i64 {
    let above = match address.ip() {
        // All of them, so the usual one too.
        ip if ip.is_unspecified() => i64::from(Ipv4Addr::LOCALHOST.to_bits()) << 16,
        IpAddr::V4(ip) => i64::from(ip.to_bits()) << 16,
        IpAddr::V6(Ipv6Addr::LOCALHOST) => IPV6,
        IpAddr::V6(_) => return 0,
    };
    above | i64::from(address.port())
}

/// The address of a note. One of a former version is the port alone, of 127.0.0.1.
fn address(note: i64) -> Option<SocketAddr> {
    let port = u16::try_from(note & 0xffff).ok().filter(|port| *port != 0)?;
    let ip = match note >> 16 {
        0 => IpAddr::V4(Ipv4Addr::LOCALHOST),
        _ if note & !0xffff == IPV6 => IpAddr::V6(Ipv6Addr::LOCALHOST),
        bits => IpAddr::V4(u32::try_from(bits).ok()?.into()),
    };
    Some(SocketAddr::new(ip, port))
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
        let there =
            left(store).filter(|address| somebody_serves && TcpStream::connect_timeout(address, CONNECT).is_ok());
        match there {
            Some(address) => Whereto::Known(Links::to_this_machine(settings, address)),
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

fn left(store: &Store) -> Option<SocketAddr> {
    let state = store.dialect().table("_state");
    let sql = format!("SELECT coalesce((SELECT \"value\" FROM {state} WHERE \"name\" = 'served_port'), 0)");
    let found = store.run_blocking(Work::read(Cost::Point, vec![Step::Count(Statement::new(sql, Vec::new()))]));
    let Ok(Outcome::Done(answer)) = found else { return None };
    address(answer.count?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_the_address_that_a_link_has() {
        for (listens, link) in [
            ("127.0.0.1:80", Some("127.0.0.1:80")),
            ("127.0.0.2:65535", Some("127.0.0.2:65535")),
            ("255.255.255.254:1", Some("255.255.255.254:1")),
            ("0.0.0.0:4321", Some("127.0.0.1:4321")),
            ("[::]:4321", Some("127.0.0.1:4321")),
            ("[::1]:4321", Some("[::1]:4321")),
            ("[fe80::1]:4321", None),
        ] {
            let link = link.map(|link| link.parse().unwrap());
            assert_eq!(address(note(listens.parse().unwrap())), link, "{listens}");
        }
        assert_eq!(address(4321), Some("127.0.0.1:4321".parse().unwrap()));
    }
}
