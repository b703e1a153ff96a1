//! Where the servers of a database listen, for those who make links beside them: a command reads the same settings, but not what the
//! command line of `serve` said of the port, nor which one was free.
//!
//! Each server leaves a note of its own, with a secret, only where links lead to this machine because no setting says where else; and
//! takes it away when it stops. One that was killed leaves it, so a note counts only where whoever listens there knows its secret
//! ([`proof`]).

mod proof;

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Request};
use serde::Deserialize;
use store::{Store, StoreError};
use work::{Column, Cost, Kind, Outcome, Shape, Statement, Step, Value, Work};

use crate::audit::hex;
use crate::settings::{Links, Settings, links};

pub(crate) use self::proof::{Ends, PROOF};

/// So long all servers together may take to show that they are there.
const PATIENCE: Duration = Duration::from_secs(1);

/// Notes that are kept: those of servers that were killed are many where each took a port of its own.
const NOTES: usize = 20;
const BEGINS: &str = "served_at ";
const IS_NOTE: &str = "\"name\" LIKE 'served@_at %' ESCAPE '@'";

/// What a server left of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    /// As a link has it.
    address: SocketAddr,
    secret: String,
}

impl Note {
    /// That a server listens there; nothing where no link of this machine leads there.
    fn of(address: SocketAddr) -> Option<Note> {
        let address = links::of_one(address);
        if matches!(address.ip(), IpAddr::V6(ip) if ip != Ipv6Addr::LOCALHOST) {
            return None;
        }
        let mut secret = [0; 16];
        getrandom::fill(&mut secret).ok()?;
        Some(Note { address, secret: hex(&secret) })
    }

    fn read(name: &str) -> Option<Note> {
        let (address, secret) = name.strip_prefix(BEGINS)?.split_once(' ')?;
        Some(Note { address: address.parse().ok()?, secret: secret.to_owned() })
    }

    fn name(&self) -> String {
        format!("{BEGINS}{} {}", self.address, self.secret)
    }

    /// What shows whoever asks that this is the server that left it.
    pub(crate) fn proof<B>(&self, request: &Request<B>, ends: Ends) -> Option<HeaderValue> {
        proof::answer(self, request, ends)
    }
}

/// Leaves where a server listens, if its links lead there because nothing says where else.
pub(crate) async fn leave(
    store: &Store,
    settings: &Settings,
    address: SocketAddr,
) -> Result<Option<Arc<Note>>, StoreError> {
    if !settings.links.as_ref().is_some_and(Links::are_guessed) {
        return Ok(None);
    }
    let Some(note) = Note::of(address) else { return Ok(None) };
    let dialect = store.dialect();
    let (table, [one, two]) = (dialect.table("_state"), [1, 2].map(|place| dialect.parameter(place)));
    let add = format!("INSERT INTO {table} (\"name\", \"value\") VALUES ({one}, {two})");
    let latest = format!("SELECT \"name\" FROM {table} WHERE {IS_NOTE} ORDER BY \"value\" DESC LIMIT {NOTES}");
    let forget = format!("DELETE FROM {table} WHERE {IS_NOTE} AND \"name\" NOT IN ({latest})");
    let began = jiff::Timestamp::now().as_millisecond();
    let params = vec![Value::Text(note.name()), Value::Integer(began)];
    let steps = vec![Step::Run(Statement::new(add, params)), Step::Run(Statement::new(forget, Vec::new()))];
    store.run(Work::write(steps)).await?;
    Ok(Some(Arc::new(note)))
}

/// Takes away what a server left.
pub(crate) async fn take_away(store: &Store, note: &Note) -> Result<(), StoreError> {
    let dialect = store.dialect();
    let sql = format!("DELETE FROM {} WHERE \"name\" = {}", dialect.table("_state"), dialect.parameter(1));
    store.run(Work::write(vec![Step::Run(Statement::new(sql, vec![Value::Text(note.name())]))])).await.map(drop)
}

/// Where links lead, for a command beside the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereto {
    /// A setting says it, or a server that runs.
    Known(Links),
    /// The settings' host and port, where no server of this database is known to listen.
    Guessed(Links),
    /// Nothing says it.
    Unknown,
}

impl Whereto {
    /// Looks at the settings, and else for a server that runs, the last one that began. It blocks the thread, about a second at
    /// most.
    pub fn find(store: &Store, settings: &Settings) -> Whereto {
        let Some(links) = settings.links.clone() else { return Whereto::Unknown };
        if !links.are_guessed() {
            return Whereto::Known(links);
        }
        let there = proof::first_given(notes(store), settings.tls.as_ref(), PATIENCE);
        match there {
            Some(note) => Whereto::Known(Links::to_this_machine(links::of_this_machine(settings, note.address))),
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

#[derive(Deserialize)]
struct Row {
    name: String,
}

/// The latest first.
fn notes(store: &Store) -> Vec<Note> {
    let state = store.dialect().table("_state");
    let sql = format!("SELECT \"name\" FROM {state} WHERE {IS_NOTE} ORDER BY \"value\" DESC LIMIT {}", NOTES + 1);
    let shape = Arc::new(Shape { columns: vec![Column::new("name", Kind::Text)], captured: Vec::new() });
    let page = Step::Page { statement: Statement::new(sql, Vec::new()), shape, limit: NOTES };
    let Ok(Outcome::Done(answer)) = store.run_blocking(Work::read(Cost::Scan, vec![page])) else { return Vec::new() };
    let rows: Vec<Row> = serde_json::from_slice(&answer.body).unwrap_or_default();
    rows.iter().filter_map(|row| Note::read(&row.name)).collect()
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
            let note = Note::of(listens.parse().unwrap());
            assert_eq!(note.as_ref().map(|note| note.address.to_string()).as_deref(), link, "{listens}");
            assert_eq!(note.as_ref().and_then(|note| Note::read(&note.name())), note, "{listens}");
        }
    }
}
