//! Requests that are wrong in every way, derived from the OpenAPI document: none gets a 5xx, every error is a problem.
//!
//! `Caller::raw` checks the form of every error, so the test only has to send.

use std::sync::LazyLock;

use http::{HeaderValue, Method, Request};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value as Json, json};

use crate::support::TestApp;
use crate::support::blueprints::OFFICE;

/// Values that are wrong for most places.
static JUNK: LazyLock<Vec<Json>> = LazyLock::new(|| {
    let deep = (0..40).fold(json!(1), |inner, _| json!([inner]));
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e308),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(""),
        json!(" "),
        json!("\u{0}"),
        json!("\u{1F600}\u{202E}"),
        json!("'; DROP TABLE clients; --"),
        json!("0000-00-00"),
        json!("9999-99-99T99:99:99Z"),
        json!("-1.00"),
        json!("1e5"),
        json!("99999999999999999999"),
        json!("x".repeat(30_000)),
        json!([]),
        json!({}),
        json!({"a": {"b": []}}),
        json!(["a", 1]),
        deep,
        json!("018f4e5a-7b1c-7000-8000-000000000001"),
        json!("2026-01-01T00:00:00Z"),
        json!("new"),
    ]
});

const TEXTS: &[&str] = &[
    "",
    "1",
    "0",
    "-1",
    "x",
    "new",
    "true",
    "null",
    "1,2,3",
    ",",
    ",,",
    "a,b",
    "-",
    "-id",
    "id",
    "--id",
    "-created_at,name",
    "%00",
    "%ff",
    "%F0%9F%98%80",
    "'%20OR%201=1",
    "2026-01-01",
    "2026-13-40",
    "9223372036854775808",
    "99999999999999999999999",
    "1e5",
    "NaN",
    "018f4e5a-7b1c-7000-8000-000000000001",
    "exact",
    "AAAA",
    "..%2F..%2Fetc",
    "[",
    "]",
    "*",
    "%",
    "&",
    "=",
    "+",
];

const HEADERS: &[(&str, &[u8])] = &[
    ("if-match", b"\"1\""),
    ("if-match", b"*"),
    ("if-match", b"\"\""),
    ("if-match", b"\xff\xfe"),
    ("if-match", b"W/\"1\",\"2\""),
    ("if-none-match", b"*"),
    ("if-none-match", b"\"1\", \"2\""),
    ("if-none-match", b",,,"),
    ("accept", b"text/html"),
    ("x-request-id", b"a b"),
    ("x-request-id", b"\xff"),
    ("origin", b"null"),
    ("authorization", b"Bearer x.y.z"),
    ("authorization", b"Basic YTpi"),
    ("x-api-key", b"sm_abcdefgh_x"),
    ("x-api-key", b"\xff"),
    ("content-type", b"text/plain"),
    ("content-type", b"application/json; charset=latin1"),
    ("content-type", b"\xff"),
    ("idempotency-key", b"k"),
    ("range", b"bytes=0-1"),
    ("expect", b"x"),
    ("content-length", b"x"),
];

/// Rows of each entity at the start. Some go on the way.
const ROWS: usize = 40;

#[derive(Debug, Clone)]
struct Case {
    operation: Index,
    method: Option<&'static str>,
    id: String,
    parameters: Vec<(Index, &'static str)>,
    headers: Vec<(&'static str, &'static [u8])>,
    fields: Vec<(Index, Option<Index>)>,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    None,
    Object,
    Value(Index),
    Bytes(Vec<u8>),
}

fn cases() -> impl Strategy<Value = Case> {
    let body = prop_oneof![
        1 => Just(Body::None),
        4 => Just(Body::Object),
        1 => any::<Index>().prop_map(Body::Value),
        1 => proptest::collection::vec(any::<u8>(), 0..60).prop_map(Body::Bytes),
    ];
    let method = prop_oneof![6 => Just(None), 1 => select(vec!["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "X"]).prop_map(Some)];
    (
        any::<Index>(),
        method,
        prop_oneof![3 => (1..=ROWS).prop_map(|id| id.to_string()), 1 => select(TEXTS).prop_map(str::to_owned)],
        proptest::collection::vec((any::<Index>(), select(TEXTS)), 0..4),
        proptest::collection::vec(select(HEADERS), 0..3),
        // A field without junk gets the document's own example, so that some bodies are good.
        proptest::collection::vec(
            (any::<Index>(), prop_oneof![3 => Just(None), 1 => any::<Index>().prop_map(Some)]),
            0..5,
        ),
        body,
    )
        .prop_map(|(operation, method, id, parameters, headers, fields, body)| Case {
            operation,
            method,
            id,
            parameters,
            headers,
            fields,
            body,
        })
}

/// An operation as the document has it: path, method, query parameters, names of the body's fields.
#[derive(Clone)]
struct Operation {
    path: String,
    method: String,
    parameters: Vec<String>,
    /// What the body must have, by example.
    required: Map<String, Json>,
    /// What it may have, by example.
    fields: Vec<(String, Json)>,
}

fn operations(document: &Json) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if !["get", "post", "put", "patch", "delete"].contains(&method.as_str()) || path.starts_with("/auth/logout")
            {
                continue;
            }
            let resolve = |json: &Json| match json["$ref"].as_str() {
                Some(target) => document.pointer(&target[1..]).unwrap().clone(),
                None => json.clone(),
            };
            let parameters = operation["parameters"].as_array().into_iter().flatten().map(resolve);
            let parameters =
                parameters.filter(|one| one["in"] == "query").map(|one| one["name"].as_str().unwrap().to_owned());
            let schema = resolve(&operation["requestBody"]["content"]["application/json"]["schema"]);
            let properties = schema["properties"].as_object().cloned().unwrap_or_default();
            let fields: Vec<(String, Json)> =
                properties.iter().map(|(name, property)| (name.clone(), property["examples"][0].clone())).collect();
            let required = schema["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap());
            let required = fields.iter().filter(|(name, _)| required.clone().any(|one| one == name)).cloned().collect();
            found.push(Operation {
                path: path.clone(),
                method: method.to_uppercase(),
                parameters: parameters.chain(["page", "x[y]", "cursor", "_version"].map(str::to_owned)).collect(),
                required,
                fields: fields
                    .into_iter()
                    .chain(["id", "_version", ""].map(|name| (name.to_owned(), json!(1))))
                    .collect(),
            });
        }
    }
    // Most of the noise goes to records, however many routes there are for accounts.
    let records: Vec<Operation> = found.iter().filter(|one| !one.path.starts_with("/auth/")).cloned().collect();
    found.extend(records.iter().cloned().chain(records.clone()));
    found
}

fn request(case: &Case, operations: &[Operation]) -> Option<Request<Vec<u8>>> {
    let operation = case.operation.get(operations);
    let terms: Vec<String> =
        case.parameters.iter().map(|(name, text)| format!("{}={text}", name.get(&operation.parameters))).collect();
    let mut uri = operation.path.replace("{id}", &case.id);
    if !terms.is_empty() {
        uri = format!("{uri}?{}", terms.join("&"));
    }
    let body = match &case.body {
        Body::None => Vec::new(),
        Body::Object => {
            let mut object = operation.required.clone();
            for (field, junk) in &case.fields {
                let (name, example) = field.get(&operation.fields);
                object.insert(name.clone(), junk.map_or(example, |junk| junk.get(&JUNK)).clone());
            }
            Json::Object(object).to_string().into_bytes()
        }
        Body::Value(index) => index.get(&JUNK).to_string().into_bytes(),
        Body::Bytes(bytes) => bytes.clone(),
    };
    let method = case.method.unwrap_or(&operation.method);
    let mut request =
        Request::builder().method(Method::from_bytes(method.as_bytes()).ok()?).uri(uri).header("host", "x");
    if !case.headers.iter().any(|(name, _)| *name == "content-type") {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in &case.headers {
        request = request.header(*name, HeaderValue::from_bytes(value).ok()?);
    }
    request.body(body).ok()
}

#[test]
fn no_request_gets_a_5xx_and_every_error_is_a_problem() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let app = runtime.block_on(TestApp::new(OFFICE));
    let (ana, operations) = runtime.block_on(async {
        let ana = app.user_with("ana", &["manager"]).await;
        for _ in 0..ROWS {
            ana.post("/clients", json!({"name": "x"})).await.expect(201);
            ana.post("/visits", json!({"client_id": 1})).await.expect(201);
            ana.post("/notices", json!({"text": "x"})).await.expect(201);
        }
        let document = ana.send("GET", "/openapi.json", None).await.json();
        (ana, operations(&document))
    });
    assert!(operations.len() > 20);
    let (stranger, mut answered) = (app.stranger(), std::collections::BTreeSet::new());
    // By name, for noise seldom brings a row that is there, the right method and its version together.
    for (method, header, version) in [("GET", "if-none-match", "*"), ("PATCH", "if-match", "\"9\"")] {
        let one = operations.iter().find(|one| one.method == method && one.path.ends_with("/clients/{id}")).unwrap();
        let request = Request::builder().method(method).uri(one.path.replace("{id}", "1")).header("host", "x");
        let request = request.header("content-type", "application/json").header(header, version);
        answered.insert(runtime.block_on(ana.raw(request.body(b"{}".to_vec()).unwrap())).status.as_u16());
    }
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 3000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let seen = std::cell::RefCell::new(&mut answered);
    runner
        .run(&cases(), |case| {
            let Some(request) = request(&case, &operations) else { return Ok(()) };
            let caller = if case.headers.iter().any(|(name, _)| *name == "authorization") { &stranger } else { &ana };
            let answer = runtime.block_on(caller.raw(request));
            prop_assert!(!answer.status.is_server_error(), "{answer:?}");
            seen.borrow_mut().insert(answer.status.as_u16());
            Ok(())
        })
        .unwrap();
    // The noise must reach every stage, else it proves nothing.
    for status in [200, 201, 204, 304, 400, 401, 404, 405, 409, 412, 415, 422] {
        assert!(answered.contains(&status), "no request came to {status}: {answered:?}");
    }
}
