//! An entity that is code is code alone: what its routes leave out, the blueprint's own routes do not make up for.

use conformance::Person;
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

fn app() -> App {
    let routes = Routes::new().route("/notes", post(create));
    let more =
        Routes::new().route("/breaks", get(breaks).summary("Break")).route("/plain", get(plain).summary("Refuse"));
    App::new(BLUEPRINT).entity::<Note>(routes).routes(more)
}

#[tokio::test]
async fn what_is_not_among_its_routes_is_not_there() {
    let world = crate::world(app).await;
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
        let answer = Person::stranger().send(&world, method, &format!("/api/v1{path}"), &[], None).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (status, allow), "{method} {path}");
        assert!(answer.header("x-request-id").is_some(), "{method} {path}");
        if status >= 400 {
            assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{method} {path}");
        }
    }
}
