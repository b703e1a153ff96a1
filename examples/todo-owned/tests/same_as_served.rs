//! Random requests, good and bad, go to this app and to the served one, and are answered alike: status, headers and body, but
//! for what differs between any two runs (users' ids, times, request ids, cursors).

#![expect(clippy::panic, reason = "tests")]

use std::collections::BTreeMap;

use conformance::{Answer, Person, World};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::Value as Json;

mod support;

const SEQUENCES: u32 = 300;

const METHODS: [&str; 8] = ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "LINK"];
/// `{me}` is the sender, `{other}` the other one.
const PATHS: [&str; 20] = [
    "/api/{me}/tasks",
    "/api/{me}/tasks",
    "/api/{me}/tasks/1",
    "/api/{me}/tasks/2",
    "/api/{me}/tasks/3",
    "/api/{me}/tasks/4",
    "/api/{me}/tasks/1/complete",
    "/api/{me}/tasks/2/complete",
    "/api/{me}/tasks/9999/complete",
    "/api/{me}/tasks/9999",
    "/api/{me}/tasks/0",
    "/api/{me}/tasks/junk",
    "/api/{me}/tasks/1%00",
    "/api/{me}/tasks/1/undo",
    "/api/{me}/tasks/",
    "/api/{other}/tasks",
    "/api/{other}/tasks/1",
    "/api/nobody%2Fat%2Fall/tasks",
    "/api//tasks",
    "/api/{me}/notes",
];
const QUERIES: [&str; 16] = [
    "",
    "",
    "",
    "",
    "?limit=2",
    "?limit=0",
    "?count=exact",
    "?sort=-created_at",
    "?sort=title",
    "?completed=true",
    "?title[contains]=a&limit=1",
    "?title=a&title=b",
    "?fields=id,title",
    "?fields=nothing",
    "?page=2",
    "?x=%ff",
];
const HEADERS: [(&str, &str); 12] = [
    ("x-none", ""),
    ("x-none", ""),
    ("x-none", ""),
    ("if-match", "\"1\""),
    ("if-match", "\"2\""),
    ("if-match", "*"),
    ("if-match", "W/\"1\""),
    ("if-none-match", "\"1\""),
    ("if-none-match", "*"),
    ("content-type", "text/plain"),
    ("content-type", "application/merge-patch+json"),
    ("authorization", "Bearer no.such.token"),
];
const BODIES: [&str; 20] = [
    "",
    "{}",
    r#"{"title":"Buy milk"}"#,
    r#"{"title":"Call her","description":"today"}"#,
    r#"{"title":"Älter","completed":true}"#,
    r#"{"completed":true}"#,
    r#"{"completed":false,"title":"again"}"#,
    r#"{"description":null}"#,
    r#"{"title":"x","description":null,"completed":false}"#,
    r#"{"title":null}"#,
    r#"{"completed":null}"#,
    r#"{"title":"","completed":"yes","colour":"red"}"#,
    r#"{"id":1,"user_id":"x","created_at":"2026-01-01T00:00:00Z"}"#,
    r#"{"title":7,"description":["a"]}"#,
    r#"{"title":"a","title":"b"}"#,
    r#"{"title":"#,
    "[]",
    "null",
    "7",
    r#"{"a":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}"#,
];

/// What a person's place in `Side::people` is.
const ANA: usize = 0;
const STRANGER: usize = 2;
const PEOPLE: std::ops::RangeInclusive<usize> = ANA..=STRANGER;

/// Status, method, path, query, header, body.
type Known = (u16, &'static str, &'static str, &'static str, (&'static str, &'static str), &'static str);

/// One request for each status that random ones must not be left to find, in this order. A comparison that reaches little
/// proves little.
#[rustfmt::skip]
const KNOWN: [Known; 12] = [
    (201, "POST", "/api/{me}/tasks", "", ("x-none", ""), r#"{"title":"Buy milk"}"#),
    (200, "GET", "/api/{me}/tasks/1", "", ("x-none", ""), ""),
    (304, "GET", "/api/{me}/tasks/1", "", ("if-none-match", "\"1\""), ""),
    (400, "POST", "/api/{me}/tasks", "", ("x-none", ""), "{"),
    (401, "GET", "/api/{me}/tasks", "", ("x-none", ""), ""),
    (403, "GET", "/api/{other}/tasks", "", ("x-none", ""), ""),
    (404, "GET", "/api/{me}/tasks/9999", "", ("x-none", ""), ""),
    (405, "PUT", "/api/{me}/tasks", "", ("x-none", ""), ""),
    (412, "PATCH", "/api/{me}/tasks/1", "", ("if-match", "\"7\""), "{}"),
    (415, "POST", "/api/{me}/tasks", "", ("content-type", "text/plain"), "{}"),
    (422, "POST", "/api/{me}/tasks", "", ("x-none", ""), "{}"),
    (204, "DELETE", "/api/{me}/tasks/1", "", ("x-none", ""), ""),
];

/// One request, in words that mean the same to both apps.
#[derive(Debug, Clone)]
struct Ask {
    /// Who sends it: one of `ANA`, Bob and `STRANGER`, who asks on Ana's paths.
    who: usize,
    method: &'static str,
    path: &'static str,
    query: &'static str,
    header: (&'static str, &'static str),
    body: &'static str,
}

/// Requests that real clients send, so that most of what the apps do is done.
const GOOD: [(&str, &str, &str, usize); 9] = [
    ("POST", "/api/{me}/tasks", "", 2),
    ("POST", "/api/{me}/tasks", "", 3),
    ("GET", "/api/{me}/tasks", "?limit=2", 0),
    ("GET", "/api/{me}/tasks/1", "", 0),
    ("GET", "/api/{me}/tasks/2", "", 0),
    ("PATCH", "/api/{me}/tasks/1", "", 7),
    ("PUT", "/api/{me}/tasks/2", "", 8),
    ("PATCH", "/api/{me}/tasks/1/complete", "", 0),
    ("DELETE", "/api/{me}/tasks/3", "", 0),
];

fn ask() -> impl Strategy<Value = Ask> {
    prop_oneof![good(), wild()]
}

fn good() -> impl Strategy<Value = Ask> {
    (PEOPLE, select(&GOOD[..]), select(&HEADERS[..9])).prop_map(|(who, (method, path, query, body), header)| Ask {
        who,
        method,
        path,
        query,
        header,
        body: BODIES[body],
    })
}

fn wild() -> impl Strategy<Value = Ask> {
    let methods = prop_oneof![8 => select(&METHODS[..5]), 1 => select(&METHODS[..])];
    let parts = (PEOPLE, methods, select(&PATHS[..]), select(&QUERIES[..]), select(&HEADERS[..]));
    (parts, select(&BODIES[..])).prop_map(|((who, method, path, query, header), body)| {
        // Most reads have no body, as from real clients.
        let body = if matches!(method, "GET" | "HEAD" | "OPTIONS") && query.is_empty() { "" } else { body };
        Ask { who, method, path, query, header, body }
    })
}

/// An app and the people who use it.
struct Side {
    world: World,
    people: [Person; 3],
}

impl Side {
    async fn of(world: World) -> Side {
        let ana = Person::join(&world, "ana", &[]).await;
        let bob = Person::join(&world, "bob", &[]).await;
        Side { world, people: [ana, bob, Person::stranger()] }
    }

    async fn send(&self, ask: &Ask) -> Told {
        let who = ask.who;
        let (me, other) = if who == 1 { (1, 0) } else { (0, 1) };
        let path = ask.path.replace("{me}", &self.people[me].id).replace("{other}", &self.people[other].id);
        let uri = format!("{path}{}", ask.query);
        let answer = self.people[who].send_bytes(&self.world, ask.method, &uri, &[ask.header], ask.body.into()).await;
        self.told(&answer)
    }

    /// The answer without what differs from run to run.
    fn told(&self, answer: &Answer) -> Told {
        let plain = |text: &str| {
            let text = text.replace(&self.people[0].id, "{ana}").replace(&self.people[1].id, "{bob}");
            match text.split_once("cursor=") {
                Some((before, after)) => format!("{before}cursor={}", after.find('>').map_or("", |end| &after[end..])),
                None => text,
            }
        };
        let names = answer.headers.keys().filter(|name| !["x-request-id", "server-timing"].contains(&name.as_str()));
        let headers = names.map(|name| (name.to_string(), plain(answer.header(name.as_str()).unwrap_or_default())));
        let body = match serde_json::from_slice::<Json>(&answer.body) {
            Ok(mut json) => {
                forget(&mut json);
                plain(&json.to_string())
            }
            Err(_) => plain(&String::from_utf8_lossy(&answer.body)),
        };
        // A page with a cursor has no fixed length.
        let headers = headers.filter(|(name, _)| name != "content-length").collect();
        Told { status: answer.status.as_u16(), headers, body }
    }
}

/// What a caller is told.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

fn forget(json: &mut Json) {
    match json {
        Json::Object(object) => {
            for (key, value) in object.iter_mut() {
                match key.as_str() {
                    "created_at" | "updated_at" | "request_id" => *value = "…".into(),
                    "next_cursor" if value.is_string() => *value = "…".into(),
                    _ => forget(value),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(forget),
        _ => {}
    }
}

#[test]
fn whatever_is_asked_both_answer_alike() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.unwrap_or_else(|error| panic!("{error}"));
    let (owned, served) =
        runtime.block_on(async { (Side::of(support::owned().await).await, Side::of(support::served().await).await) });
    let alike = |ask: &Ask| {
        let (ours, theirs) = runtime.block_on(async { (owned.send(ask).await, served.send(ask).await) });
        prop_assert_eq!(&ours, &theirs, "owned (left) and served (right) differ on {:?}", ask);
        Ok(ours.status)
    };
    for (expected, method, path, query, header, body) in KNOWN {
        let who = if expected == 401 { STRANGER } else { ANA };
        let ask = Ask { who, method, path, query, header, body };
        let told: Result<u16, TestCaseError> = alike(&ask);
        assert_eq!(told.unwrap_or_else(|error| panic!("{error}")), expected, "{ask:?}");
    }
    let mut runner = TestRunner::new(Config { cases: SEQUENCES, failure_persistence: None, ..Config::default() });
    let result = runner
        .run(&proptest::collection::vec(ask(), 1..12), |asks| asks.iter().try_for_each(|ask| alike(ask).map(|_| ())));
    result.unwrap_or_else(|error| panic!("{error}"));
}
