//! An empty database for one test, and a look into it past everything else.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::{NoTls, SimpleQueryMessage};

use crate::Cluster;

/// A database that no other test uses.
#[derive(Debug)]
pub struct Database {
    url: String,
    /// Whose it has to be removed from, if the server stays.
    admin: Option<(String, String)>,
}

impl Database {
    /// An empty one; `None`, which is said loudly, if there is no server for tests.
    pub fn new() -> Option<Database> {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let given = std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty());
        let (admin, url) = match &given {
            Some(admin) => (admin.clone(), with_database(admin, &name)),
            None => {
                let cluster = Cluster::shared()?;
                (cluster.url("postgres"), cluster.url(&name))
            }
        };
        execute_or_fail(&admin, &format!("CREATE DATABASE \"{name}\""));
        Some(Database { url, admin: given.map(|admin| (admin, name)) })
    }

    /// Another one with all that is in this, also while others use it.
    pub fn copied(&self) -> Database {
        Database::copy_of(&self.url)
    }

    /// One with all that is in that of an address.
    pub fn copy_of(url: &str) -> Database {
        let copy = Database::new().unwrap_or_else(|| panic!("there was a server for tests, and now there is none"));
        crate::programs::copy(url, &copy.url);
        copy
    }

    /// Its address, as the superuser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its address, of a database that stays as long as its server does.
    pub fn keep(mut self) -> String {
        self.admin = None;
        self.url.clone()
    }

    /// The rows of the last statement, as text.
    pub fn query(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        query(&self.url, sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// How many rows the last statement changed.
    pub fn execute(&self, sql: &str) -> u64 {
        execute(&self.url, sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((admin, name)) = &self.admin {
            execute_or_fail(admin, &format!("DROP DATABASE \"{name}\" WITH (FORCE)"));
        }
    }
}

/// `postgres://…/other?…` of `postgres://…/postgres?…`.
fn with_database(url: &str, name: &str) -> String {
    let (path, options) = url.split_once('?').map_or((url, String::new()), |(path, rest)| (path, format!("?{rest}")));
    let server = match path.splitn(4, '/').collect::<Vec<_>>().as_slice() {
        [scheme, empty, authority, ..] => format!("{scheme}/{empty}/{authority}"),
        _ => panic!("TEST_DATABASE_URL is no URL"),
    };
    format!("{server}/{name}{options}")
}

fn execute_or_fail(url: &str, sql: &str) {
    execute(url, sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The rows of the last of some statements, as text; or what the server says.
///
/// # Errors
/// What the server says.
pub fn query(url: &str, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
    run(url, sql).map(|said| said.0)
}

/// How many rows the last of some statements changed.
///
/// # Errors
/// What the server says.
pub fn execute(url: &str, sql: &str) -> Result<u64, String> {
    run(url, sql).map(|said| said.1)
}

type Said = (Vec<Vec<Option<String>>>, u64);

/// Runs statements on a connection of its own, in a thread of its own, so that it works inside of any runtime.
fn run(url: &str, sql: &str) -> Result<Said, String> {
    let run = async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(|error| told(&error))?;
        let connection = tokio::spawn(connection);
        let said = client.simple_query(sql).await.map_err(|error| told(&error));
        drop(client);
        let _ = connection.await;
        said.map(read)
    };
    std::thread::scope(|scope| {
        let running = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap_or_else(|error| panic!("no runtime: {error}")).block_on(run)
        });
        running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn told(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| format!("{error:?}"), ToString::to_string)
}

fn read(said: Vec<SimpleQueryMessage>) -> Said {
    let (mut rows, mut changed) = (Vec::new(), 0);
    for message in said {
        match message {
            SimpleQueryMessage::RowDescription(_) => rows.clear(),
            SimpleQueryMessage::Row(row) => {
                rows.push((0..row.len()).map(|place| row.get(place).map(str::to_owned)).collect());
            }
            SimpleQueryMessage::CommandComplete(count) => changed = count,
            _ => {}
        }
    }
    (rows, changed)
}
