//! Where the data is, on either engine, and a look into it past the program.

use std::path::PathBuf;

use tempfile::TempDir;
use throwaway::Cluster;

/// What keeps the data.
#[derive(Debug, Clone, Copy)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// An empty database that is gone with this.
pub enum Place {
    File(TempDir),
    /// A server of its own, with the settings that a server has: a commit waits for the disk.
    Server(Cluster),
}

impl Place {
    /// `None`, which is said loudly, if the machine has no Postgres.
    pub fn of(engine: Engine) -> Option<Place> {
        match engine {
            Engine::Sqlite => Some(Place::File(tempfile::tempdir().unwrap())),
            Engine::Postgres => Cluster::start(&[], &[]).map(Place::Server),
        }
    }

    /// What stands in `DATABASE_URL`.
    pub fn url(&self) -> String {
        match self {
            Place::File(folder) => format!("sqlite:{}", file(folder).display()),
            Place::Server(cluster) => cluster.url("postgres"),
        }
    }

    /// The only column of a query.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        match self {
            Place::File(folder) => texts_of_file(folder, sql),
            Place::Server(cluster) => {
                let sql = format!("SET search_path TO app; {sql}");
                let rows = throwaway::query(&cluster.url("postgres"), &sql);
                let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}")).into_iter();
                rows.map(|mut row| row.swap_remove(0).unwrap()).collect()
            }
        }
    }

    /// The only number of a query.
    pub fn count(&self, sql: &str) -> usize {
        self.texts(sql)[0].parse().unwrap()
    }

    /// That the file holds together. A server sees to that by itself.
    pub fn check(&self) {
        if let Place::File(_) = self {
            assert_eq!(self.texts("SELECT * FROM pragma_integrity_check"), ["ok"]);
        }
    }
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("app.db")
}

#[expect(clippy::disallowed_methods, reason = "looks into the file past the program")]
fn texts_of_file(folder: &TempDir, sql: &str) -> Vec<String> {
    let connection = rusqlite::Connection::open(file(folder)).unwrap();
    let mut statement = connection.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let text = |row: &rusqlite::Row<'_>| {
        Ok(match row.get_ref(0)? {
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            other => other.as_str()?.to_owned(),
        })
    };
    statement.query_map([], text).unwrap().map(Result::unwrap).collect()
}
