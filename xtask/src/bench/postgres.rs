//! A Postgres server of the benchmark's own, with a database for each who is measured on it.

use crate::failure::{Failure, Result};

/// A server that is gone with the benchmark.
pub struct Postgres(throwaway::Cluster);

impl Postgres {
    /// Started from the installed programs, with the settings of a fresh server: it waits for the disk.
    pub fn start() -> Result<Postgres> {
        let settings = [("listen_addresses", "127.0.0.1"), ("shared_buffers", "128MB"), ("max_connections", "100")];
        let cluster = throwaway::Cluster::start(&settings, &[]);
        let hint = "on Debian, apt-get install postgresql; it need not run";
        cluster.map(Postgres).ok_or_else(|| Failure::new("this machine has no Postgres to start").hint(hint))
    }

    /// The address of a new, empty database. By TCP, for that is how a database is reached by all who are measured.
    pub fn database(&self, name: &str) -> Result<String> {
        throwaway::execute(&self.0.url("postgres"), &format!("CREATE DATABASE \"{name}\""))
            .map_err(|error| Failure::new(format!("cannot make the database {name}: {error}")))?;
        Ok(format!("postgres://postgres@127.0.0.1:{}/{name}", self.0.port()))
    }

    /// Runs statements past all that is measured.
    pub fn execute(&self, url: &str, sql: &str) -> Result<()> {
        throwaway::execute(url, sql).map(drop).map_err(|error| Failure::cannot("fill the database", error))
    }

    /// The rows of a query past all that is measured, as text.
    pub fn query(&self, url: &str, sql: &str) -> Result<Vec<Vec<Option<String>>>> {
        throwaway::query(url, sql).map_err(|error| Failure::cannot("ask the database", error))
    }
}
