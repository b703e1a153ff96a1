//! An app in a temporary folder with a database of its own. Requests go through the whole server but the socket.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use blueprint::Blueprint;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use rusqlite::Connection;
use server::App;
use server::settings::Settings;
use tempfile::TempDir;

use crate::Answer;

/// How an app is opened, with the settings of a test.
pub type Open = dyn Fn(Settings) -> Pin<Box<dyn Future<Output = App> + Send>> + Send + Sync;

/// An app and the folder that it lives in. Clones share it.
#[derive(Clone)]
pub struct World {
    app: Arc<App>,
    folder: Arc<TempDir>,
    open: Arc<Open>,
}

/// The settings of a test: a database in this folder, and no limits of rate.
pub fn settings(folder: &Path) -> Settings {
    let database = format!("sqlite:{}", folder.join("app.db").display());
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
        World::in_folder(open, tempfile::tempdir().unwrap()).await
    }

    async fn in_folder(open: Arc<Open>, folder: TempDir) -> World {
        let app = open(settings(folder.path())).await;
        World { app: Arc::new(app), folder: Arc::new(folder), open }
    }

    /// The same app on a copy of the database, in which something was changed behind its back. Tokens are good in both.
    pub async fn twin(&self, change: impl FnOnce(&Connection)) -> World {
        self.twin_opened(self.open.clone(), change).await
    }

    /// The same database, opened as another app.
    pub async fn moved(&self, open: Arc<Open>) -> World {
        self.twin_opened(open, |_| {}).await
    }

    async fn twin_opened(&self, open: Arc<Open>, change: impl FnOnce(&Connection)) -> World {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("app.db");
        // What is still in the log is moved into the file, which then is all there is.
        self.sql(|connection| {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
            std::fs::copy(self.folder.path().join("app.db"), &copy).unwrap();
        });
        let connection = Connection::open(&copy).unwrap();
        change(&connection);
        drop(connection);
        World::in_folder(open, folder).await
    }

    /// Looks into the database past the server.
    pub fn sql<T>(&self, look: impl FnOnce(&Connection) -> T) -> T {
        look(&Connection::open(self.folder.path().join("app.db")).unwrap())
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

    /// Gives somebody just these roles, as the operator does.
    pub fn set_roles(&self, email: &str, roles: &[String]) {
        self.app.set_roles(email, roles).unwrap_or_else(|error| panic!("{email}: {error}"));
    }
}
