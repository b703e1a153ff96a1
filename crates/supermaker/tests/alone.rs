//! An entity that is code is code alone: what its routes leave out, the blueprint's own routes do not make up for.

#![expect(clippy::panic, reason = "tests")]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use http::Request;
use http_body_util::Empty;
use server::settings::Settings;
use supermaker::axum::body::Bytes;
use supermaker::prelude::*;

const BLUEPRINT: &str = r#"
[app]
name = "notes"
[entity.folder.field]
name = { type = "text" }
[entity.note.field]
folder = { type = "reference", to = "folder" }
[entity.comment.field]
note = { type = "reference", to = "note" }
"#;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Note {
    id: Id<Note>,
    user_id: String,
    folder_id: Option<i64>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct NewNote {
    folder_id: Option<i64>,
}

impl Record for Note {
    const ENTITY: &'static str = "note";
    type New = NewNote;
    type Changes = NewNote;
    type Replacement = NewNote;
}

impl Input for NewNote {
    const BODY: Body = Body::New("note");
}

async fn create(notes: Records<Note>, Json(new): Json<NewNote>) -> Result<Created<Note>> {
    notes.create(new).await
}

/// Breaks, as a handler with a bug does.
async fn breaks() -> &'static str {
    panic!("planted")
}

/// Answers in plain words, as extractors of others do.
async fn plain() -> supermaker::axum::response::Response {
    supermaker::axum::response::IntoResponse::into_response((http::StatusCode::PAYLOAD_TOO_LARGE, "too much"))
}

#[tokio::test]
async fn what_is_not_among_its_routes_is_not_there() {
    let routes = Routes::new().route("/notes", post(create));
    let more =
        Routes::new().route("/breaks", get(breaks).summary("Break")).route("/plain", get(plain).summary("Refuse"));
    let folder = std::env::temp_dir().join(format!("supermaker-alone-{}", std::process::id()));
    let database = format!("sqlite:{}", folder.join("app.db").display());
    let settings = Settings::read(|name| match name {
        "DATABASE_URL" => Some(database.clone()),
        "SECRET_KEY" => Some("a secret for tests only, 32 bytes or more".to_owned()),
        "ENV" => Some("test".to_owned()),
        _ => None,
    });
    let app = App::new(BLUEPRINT).entity::<Note>(routes).routes(more);
    let app = app.open(settings.unwrap_or_else(|problems| panic!("{problems:?}"))).await;
    let app = Arc::new(app.unwrap_or_else(|error| panic!("{error}")));
    for (method, path, status, allow) in [
        ("POST", "/notes", 401, None),
        ("GET", "/notes", 405, Some("POST, OPTIONS")),
        ("OPTIONS", "/notes", 204, Some("POST, OPTIONS")),
        ("GET", "/notes/1", 404, None),
        ("DELETE", "/notes/1", 404, None),
        ("OPTIONS", "/notes/1", 404, None),
        ("POST", "/notes:batch", 404, None),
        ("GET", "/notes/1/comments", 404, None),
        ("GET", "/folders/1/notes", 404, None),
        // The blueprint serves what is not code.
        ("GET", "/folders", 401, None),
        ("GET", "/comments/1", 401, None),
        ("DELETE", "/folders", 405, Some("GET, HEAD, POST, OPTIONS")),
        // Whatever goes wrong is a problem like any other.
        ("GET", "/breaks", 500, None),
        ("GET", "/plain", 413, None),
        ("HEAD", "/plain", 413, None),
    ] {
        let request = Request::builder().method(method).uri(format!("/api/v1{path}")).header("host", "localhost");
        let request = request.body(Empty::<Bytes>::new()).unwrap_or_else(|error| panic!("{error}"));
        let answer = app.handle(IpAddr::V4(Ipv4Addr::LOCALHOST), request).await;
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!((answer.status().as_u16(), header("allow")), (status, allow), "{method} {path}");
        assert!(header("x-request-id").is_some(), "{method} {path}");
        if status >= 400 {
            assert_eq!(header("content-type"), Some("application/problem+json"), "{method} {path}");
        }
    }
    app.close().await;
    assert!(std::fs::remove_dir_all(&folder).is_ok());
}
