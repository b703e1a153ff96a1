//! A panic while a request is answered, in a process of its own because the hook is the process's.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::convert::Infallible;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use http::Request;
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame};
use serde_json::Value as Json;
use server::App;
use server::logs::{self, Form};
use server::settings::Settings;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// A body that is a bug once, and then at its end.
struct Panicking(bool);

impl Body for Panicking {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(None) } else { panic!("planted") }
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut self.0.lock().unwrap())).unwrap()
    }
}

async fn app(folder: &tempfile::TempDir) -> Arc<App> {
    let database = format!("sqlite:{}", folder.path().join("app.db").display());
    let settings = Settings::read(|name| match name {
        "DATABASE_URL" => Some(database.clone()),
        "ENV" => Some("test".to_owned()),
        _ => None,
    });
    let blueprint = blueprint::load("[app]\nname = \"x\"\n[entity.a.field]\nb = { type = \"text\" }\n").unwrap();
    Arc::new(App::open(Arc::new(blueprint), settings.unwrap()).await.unwrap())
}

fn request(id: &str) -> Request<Panicking> {
    let request = Request::post("/auth/login").header("host", "x").header("content-type", "application/json");
    let trace = format!("00-{TRACE}-00f067aa0ba902b7-01");
    request.header("x-request-id", id).header("traceparent", trace).body(Panicking(false)).unwrap()
}

#[tokio::test]
async fn it_is_a_500_and_a_line_of_log_that_names_the_request() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let lines = Lines::default();
    let writer = lines.clone();
    let json = logs::sink("info".parse().unwrap(), Form::Json, move || writer.clone());
    logs::log_panics();

    let guard = tracing::dispatcher::set_default(&json);
    let response = app.handle(local, request("abc")).await;
    assert_eq!(response.status(), 500);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let problem: Json = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem["request_id"], "abc");
    assert!(!String::from_utf8_lossy(&body).contains("planted"), "{problem}");
    let log = lines.take();
    let log: Vec<Json> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let panic = log.iter().find(|line| line["target"] == "panic").unwrap();
    assert_eq!((&panic["message"], &panic["level"]), (&Json::from("planted"), &Json::from("ERROR")));
    assert_eq!((&panic["request_id"], &panic["trace_id"]), (&Json::from("abc"), &Json::from(TRACE)));
    assert!(panic["place"].as_str().unwrap().contains("panics.rs:"), "{panic}");
    assert!(log.iter().all(|line| line["request_id"] == "abc"), "{log:?}");
    assert!(log.iter().any(|line| line["target"] == "request" && line["status"] == 500), "{log:?}");
    drop(guard);

    let writer = lines.clone();
    let text = logs::sink("info".parse().unwrap(), Form::Text { color: false }, move || writer.clone());
    let guard = tracing::dispatcher::set_default(&text);
    app.handle(local, request("xyz")).await;
    let log = lines.take();
    assert!(log.lines().count() >= 3, "{log}");
    assert!(log.contains(&format!(" request_id=xyz trace_id={TRACE}\n")), "{log}");
    assert!(!log.contains('\u{1b}'), "{log}");
    drop(guard);
}

#[tokio::test]
async fn each_stage_has_a_line_and_a_span_for_those_who_watch() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    let lines = Lines::default();
    let writer = lines.clone();
    let json = logs::sink("server::stage=debug".parse().unwrap(), Form::Json, move || writer.clone());
    let guard = tracing::dispatcher::set_default(&json);
    let get = Request::get("/api/v1/as").header("host", "x").header("x-request-id", "abc");
    let response = app.handle(IpAddr::V4(Ipv4Addr::LOCALHOST), get.body(String::new()).unwrap()).await;
    assert_eq!(response.status(), 401);
    assert!(!response.headers().contains_key("server-timing"), "only in development");
    drop(guard);
    let log = lines.take();
    let log: Vec<Json> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let stages: Vec<&str> = log.iter().map(|line| line["stage"].as_str().unwrap()).collect();
    assert_eq!(stages, ["route", "identify", "decide"], "the stranger gets no further");
    assert!(log.iter().all(|line| line["request_id"] == "abc" && line["took_us"].is_f64()), "{log:?}");
}
