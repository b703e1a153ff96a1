//! An app in a temporary folder with a database of its own: a file in the folder, or with `TEST_DATABASE=postgres` one on a
//! server that is there for tests. Requests go through the whole server but the socket.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use blueprint::Blueprint;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use rusqlite::Connection;
use rusqlite::types::Value as Cell;
use server::App;
use server::auth::api_keys::NewKey;
use server::settings::Settings;
use tempfile::TempDir;

use crate::Answer;

/// How an app is opened, with the settings of a test.
pub type Open = dyn Fn(Settings) -> Pin<Box<dyn Future<Output = App> + Send>> + Send + Sync;

/// An app and the folder that it lives in. Clones share it.
#[derive(Clone)]
pub struct World {
    app: Arc<App>,
    place: Arc<Place>,
    open: Arc<Open>,
}

/// Where the data is.
enum Place {
    File(TempDir),
    Server(throwaway::Database),
}

/// The settings of a test: a database in this folder, and no limits of rate.
pub fn settings(folder: &Path) -> Settings {
    settings_of(format!("sqlite:{}", folder.join("app.db").display()))
}

fn settings_of(database: String) -> Settings {
    let settings = Settings::read(|name| match name {
        "DATABASE_URL" => Some(database.clone()),
        "SECRET_KEY" => Some("a secret for tests only, 32 bytes or more".to_owned()),
        "ENV" => Some("test".to_owned()),
        "RATE_LIMIT_USER" | "RATE_LIMIT_STRANGER" | "RATE_LIMIT_LOGIN" => Some("0".to_owned()),
        _ => None,
    });
    settings.unwrap_or_else(|problems| panic!("{problems:?}"))
}

impl World {
    /// Serves a blueprint.
    pub async fn served(blueprint: &str) -> World {
        let blueprint = blueprint::load(blueprint).unwrap_or_else(|problems| panic!("{problems}"));
        let blueprint = Arc::new(blueprint);
        World::of(Arc::new(move |settings| {
            let blueprint = blueprint.clone();
            Box::pin(async move { App::open(blueprint, settings).await.unwrap_or_else(|error| panic!("{error}")) })
        }))
        .await
    }

    /// An app that is opened in another way, with a database of its own and no limits of rate.
    pub async fn of(open: Arc<Open>) -> World {
        let place = if throwaway::is_chosen() {
            Place::Server(throwaway::Database::new().expect("TEST_DATABASE=postgres, and there is no Postgres"))
        } else {
            Place::File(tempfile::tempdir().unwrap())
        };
        World::at(open, place).await
    }

    async fn at(open: Arc<Open>, place: Place) -> World {
        let app = open(settings_of(place.url())).await;
        World { app: Arc::new(app), place: Arc::new(place), open }
    }

    /// Another instance of the app on the same database.
    pub async fn beside(&self) -> World {
        let app = (self.open)(settings_of(self.place.url())).await;
        World { app: Arc::new(app), ..self.clone() }
    }

    /// The same app on a copy of the database, in which something was changed behind its back. Tokens are good in both.
    pub async fn twin(&self, change: impl FnOnce(&Look<'_>)) -> World {
        self.twin_opened(self.open.clone(), change).await
    }

    /// The same database, opened as another app.
    pub async fn moved(&self, open: Arc<Open>) -> World {
        self.twin_opened(open, |_| {}).await
    }

    async fn twin_opened(&self, open: Arc<Open>, change: impl FnOnce(&Look<'_>)) -> World {
        let place = self.place.copied();
        change(&Look { place: &place });
        World::at(open, place).await
    }

    /// Looks into the file past the server. A test that does is one of SQLite alone.
    pub fn sql<T>(&self, look: impl FnOnce(&Connection) -> T) -> T {
        match &*self.place {
            Place::File(folder) => look(&Connection::open(folder.path().join("app.db")).unwrap()),
            Place::Server(_) => panic!("this test looks into a file, and runs on SQLite alone"),
        }
    }

    /// A look into the database past the server.
    pub fn look(&self) -> Look<'_> {
        Look { place: &self.place }
    }

    /// What it serves.
    pub fn blueprint(&self) -> &Blueprint {
        self.app.blueprint()
    }

    /// Sends a request, as from this machine.
    pub async fn send(&self, request: Request<Bytes>) -> Answer {
        let response = self.app.handle(IpAddr::V4(Ipv4Addr::LOCALHOST), request.map(Full::new)).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Answer { status: head.status, headers: head.headers, body }
    }

    /// Makes an API key for somebody, as the operator does.
    pub fn add_key(&self, email: &str, allow: &[&str]) -> String {
        let allow: Vec<String> = allow.iter().map(|word| (*word).to_owned()).collect();
        let new = NewKey { user: email, name: "a service", allow: &allow, lifetime: None };
        self.app.add_key(new).unwrap_or_else(|error| panic!("{email}: {error}")).key
    }

    /// Gives somebody another value of a field, as the operator does.
    pub fn set_user_field(&self, email: &str, name: &str, text: &str) {
        self.app.set_user_field(email, name, text).unwrap_or_else(|error| panic!("{email}: {error}"));
    }

    /// Gives somebody just these roles, as the operator does.
    pub fn set_roles(&self, email: &str, roles: &[String]) {
        self.app.set_roles(email, roles).unwrap_or_else(|error| panic!("{email}: {error}"));
    }
}

impl Place {
    fn url(&self) -> String {
        match self {
            Place::File(folder) => format!("sqlite:{}", folder.path().join("app.db").display()),
            Place::Server(database) => database.url().to_owned(),
        }
    }

    fn copied(&self) -> Place {
        let folder = match self {
            Place::File(folder) => folder,
            Place::Server(database) => return Place::Server(database.copied()),
        };
        let copy = tempfile::tempdir().unwrap();
        let file = folder.path().join("app.db");
        // What is still in the log is moved into the file, which then is all there is.
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        Connection::open(&file).unwrap().query_row(checkpoint, [], |_| Ok(())).unwrap();
        std::fs::copy(&file, copy.path().join("app.db")).unwrap();
        Place::File(copy)
    }
}

/// A database past the server, whichever engine keeps it.
pub struct Look<'a> {
    place: &'a Place,
}

impl Look<'_> {
    /// Whether numbers with a point are kept as such, and not in their least units.
    pub fn has_decimals(&self) -> bool {
        matches!(self.place, Place::Server(_))
    }

    /// Runs a statement; how many rows it changed. References are not looked after.
    pub fn execute(&self, sql: &str) -> u64 {
        match self.place {
            Place::File(folder) => {
                let connection = Connection::open(folder.path().join("app.db")).unwrap();
                connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
                connection.execute(sql, []).unwrap_or_else(|error| panic!("{sql}: {error}")) as u64
            }
            Place::Server(database) => {
                database.execute(&format!("SET search_path TO app; SET session_replication_role TO replica; {sql}"))
            }
        }
    }

    /// The only number of a query.
    pub fn number(&self, sql: &str) -> i64 {
        match self.place {
            Place::File(folder) => {
                let connection = Connection::open(folder.path().join("app.db")).unwrap();
                connection.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
            }
            Place::Server(database) => {
                let rows = database.query(&format!("SET search_path TO app; {sql}"));
                let cell = rows.first().and_then(|row| row.first()?.as_deref()?.parse().ok());
                cell.unwrap_or_else(|| panic!("{sql}: no number"))
            }
        }
    }

    /// The cells of a table's rows in which a column has this value, all as one text.
    pub fn rows(&self, table: &str, column: &str, value: &str) -> String {
        match self.place {
            Place::File(folder) => {
                let connection = Connection::open(folder.path().join("app.db")).unwrap();
                let sql = format!("SELECT * FROM \"{table}\" WHERE \"{column}\" = {value}");
                let mut statement = connection.prepare(&sql).unwrap();
                let columns = statement.column_count();
                let mut found = statement.query([]).unwrap();
                let mut told = String::new();
                while let Some(cells) = found.next().unwrap() {
                    let cells: Vec<Cell> = (0..columns).map(|place| cells.get(place).unwrap()).collect();
                    told.push_str(&format!("{cells:?}"));
                }
                told
            }
            Place::Server(database) => {
                let sql =
                    format!("SELECT whole::text FROM app.\"{table}\" whole WHERE \"{column}\" = {value} ORDER BY 1");
                format!("{:?}", database.query(&sql))
            }
        }
    }
}
