//! What a handler may take beside rows: axum's own arguments and the project's reach it as in axum, whichever way the engine
//! goes to it. And what it may answer: a body in one piece or in many.

use std::convert::Infallible;

use conformance::Person;
use futures_util::stream;
use http::request::Parts;
use http::{HeaderMap, Method, Uri};
use supermaker::Extracted;
use supermaker::axum::body::{Body as Bytes, Bytes as Piece};
use supermaker::axum::extract::{FromRequestParts, MatchedPath, Path, State};
use supermaker::axum::middleware::{Next, from_fn};
use supermaker::axum::response::{IntoResponse, Response};
use supermaker::prelude::*;

const BLUEPRINT: &str = "[app]\nname = \"notes\"\n[entity.note.field]\ntext = { type = \"text\" }\n";

/// What a project makes of a request itself. It says nothing of itself, so it gets the whole head.
struct Mine(String);

impl Extracted for Mine {}

impl<S: Sync> FromRequestParts<S> for Mine {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Mine, Infallible> {
        let route = parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned());
        let sent = parts.headers.get("x-sent").and_then(|text| text.to_str().ok()).unwrap_or("nothing");
        Ok(Mine(format!("{sent} at {}", route.unwrap_or_default())))
    }
}

async fn nothing() -> &'static str {
    "nothing"
}

async fn state(State(state): State<&'static str>) -> &'static str {
    state
}

async fn state_and_head(State(state): State<&'static str>, headers: HeaderMap) -> String {
    format!("{state} {:?}", headers.get("x-sent"))
}

async fn head(Path((a, b)): Path<(String, u8)>, method: Method, uri: Uri, headers: HeaderMap) -> String {
    format!("{a} {b} {method} {uri} {:?}", headers.get("x-sent"))
}

async fn mine(Mine(mine): Mine) -> String {
    mine
}

async fn pieces() -> Response {
    let pieces = ["one ", "", "two ", "three"].map(|text| Ok::<_, Infallible>(Piece::from(text)));
    Bytes::from_stream(stream::iter(pieces)).into_response()
}

async fn broken() -> Response {
    let pieces = [Ok(Piece::from("one ")), Err(std::io::Error::other("planted"))];
    Bytes::from_stream(stream::iter(pieces)).into_response()
}

/// One byte more than an answer may have, in one piece or in two.
async fn too_long(Path(pieces): Path<usize>) -> Response {
    let all = Piece::from(vec![b'.'; 64 * 1024 * 1024 + 1]);
    let pieces: Vec<_> =
        all.chunks(all.len().div_ceil(pieces)).map(|piece| Ok::<_, Infallible>(all.slice_ref(piece))).collect();
    match pieces.len() {
        1 => all.into_response(),
        _ => Bytes::from_stream(stream::iter(pieces)).into_response(),
    }
}

async fn marked(request: supermaker::axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert("x-marked", http::HeaderValue::from_static("yes"));
    response
}

fn app() -> App {
    let stateful = Routes::new()
        .route("/state", get(state).summary("State"))
        .route("/state/head", get(state_and_head).summary("State and head"));
    let marked = Routes::new()
        .route("/marked", get(nothing).summary("Nothing, marked"))
        .route("/marked/state", get(state).summary("State, marked"))
        .with_state("kept")
        .layer(from_fn(marked));
    let routes = Routes::new()
        .route("/nothing", get(nothing).summary("Nothing").post(pieces).summary("Pieces"))
        .route("/marked", post(nothing).summary("Nothing, not marked"))
        .route("/too-long/{pieces}", get(too_long).summary("Say too much"))
        .route("/head/{a}/{b}", get(head).summary("Head"))
        .route("/mine", get(mine).summary("Mine"))
        .route("/broken", get(broken).summary("Break off"));
    App::new(BLUEPRINT).routes(marked.merge(stateful.with_state("kept")).merge(routes))
}

#[tokio::test]
async fn what_a_handler_takes_reaches_it() {
    let world = crate::world(app).await;
    for (method, path, answer, mark) in [
        ("GET", "/nothing", "nothing", None),
        ("HEAD", "/nothing", "", None),
        ("POST", "/nothing", "one two three", None),
        ("GET", "/marked", "nothing", Some("yes")),
        ("POST", "/marked", "nothing", None),
        ("GET", "/marked/state", "kept", Some("yes")),
        ("GET", "/state", "kept", None),
        ("GET", "/state/head", "kept Some(\"this\")", None),
        ("GET", "/head/%C3%A9t%C3%A9/7?q=1", "été 7 GET /api/v1/head/%C3%A9t%C3%A9/7?q=1 Some(\"this\")", None),
        ("HEAD", "/head/a/7", "", None),
        ("GET", "/mine", "this at /api/v1/mine", None),
    ] {
        let sent =
            Person::stranger().send(&world, method, &format!("/api/v1{path}"), &[("x-sent", "this")], None).await;
        assert_eq!((sent.status.as_u16(), sent.body.as_ref()), (200, answer.as_bytes()), "{method} {path}: {sent}");
        assert_eq!(sent.header("x-marked"), mark, "{method} {path}");
    }
}

/// Nothing of it leaves: half an answer looks like a whole one.
#[tokio::test]
async fn an_answer_that_breaks_off_or_is_too_long_is_a_500() {
    let world = crate::world(app).await;
    for path in ["/broken", "/too-long/1", "/too-long/2"] {
        let sent = Person::stranger().send(&world, "GET", &format!("/api/v1{path}"), &[], None).await;
        assert_eq!(sent.status.as_u16(), 500, "{path}");
        assert_eq!(sent.json()["code"], "internal", "{path}");
        assert!(!sent.to_string().contains("one"), "{sent}");
    }
}
