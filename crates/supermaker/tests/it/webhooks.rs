//! Routes outside the API: other callers, the same edge.

use conformance::{Answer, Person, World};
use http::HeaderMap;
use serde_json::{Value, json};
use supermaker::axum::body::Bytes;
use supermaker::prelude::*;

const BLUEPRINT: &str = r#"
[app]
name = "shop"
[entity.order.field]
paid = { type = "boolean", required = true, default = false }
"#;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Order {
    id: Id<Order>,
    user_id: String,
    paid: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
struct OrderChanges {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paid: Option<bool>,
}

impl Record for Order {
    const ENTITY: &'static str = "order";
    type New = OrderChanges;
    type Changes = OrderChanges;
    type Replacement = OrderChanges;
}

impl Input for OrderChanges {
    const BODY: Body = Body::Changes("order");
}

/// What the payment service sends, signed as text.
#[derive(Deserialize)]
struct Event {
    order: i64,
}

async fn paid(orders: Records<Order>, headers: HeaderMap, body: Bytes) -> Result<Row<Order>> {
    if headers.get("authorization").is_none_or(|secret| secret != "Basic c2VjcmV0") {
        return Err(Error::forbidden("the signature does not fit"));
    }
    let event: Event = serde_json::from_slice(&body).map_err(|error| Error::invalid("", "type", &error.to_string()))?;
    orders.unscoped("the payment service says so").update(event.order, OrderChanges { paid: Some(true) }).await
}

async fn hello() -> &'static str {
    "hello"
}

fn app() -> App {
    App::new(BLUEPRINT).routes_at_root(
        Routes::new()
            .route("/webhooks/payments", post(paid).summary("Hear of a payment").without_account())
            .route("/hello", get(hello).summary("Say hello")),
    )
}

const SECRET: (&str, &str) = ("authorization", "Basic c2VjcmV0");

async fn send(world: &World, headers: &[(&str, &str)], body: &str) -> Answer {
    let body = Bytes::copy_from_slice(body.as_bytes());
    Person::stranger().send_bytes(world, "POST", "/webhooks/payments", headers, body).await
}

#[tokio::test]
async fn who_has_no_account_is_heard_and_the_audit_says_so() {
    let world = crate::world(app).await;
    let ana = Person::join(&world, "ana", &[]).await;
    ana.send(&world, "POST", "/api/v1/orders", &[], Some(&json!({}))).await;
    assert_eq!(send(&world, &[SECRET], r#"{"order": 1}"#).await.status, 200);
    assert_eq!(ana.send(&world, "GET", "/api/v1/orders/1", &[], None).await.json()["paid"], true);
    let told: String = world.sql(|file| {
        let sql = "SELECT json_array(sub, reason, action, request_id IS NULL) FROM _audit WHERE outcome = 'done' ORDER BY seq DESC LIMIT 1";
        file.query_row(sql, [], |row| row.get(0)).unwrap()
    });
    assert_eq!(told, r#"[null,"the payment service says so","update",0]"#);
}

#[tokio::test]
async fn the_edge_is_that_of_every_route() {
    let world = crate::world(app).await;
    let long = "x".repeat(1024 * 1024 + 1);
    for (headers, body, status, code) in [
        (&[][..], "{}", 403, "forbidden"),
        (&[SECRET], r#"{"order": 9}"#, 404, "not_found"),
        (&[SECRET], "{", 422, "validation"),
        (&[SECRET], &long, 413, "too_large"),
        // A body is nothing special to whom it is only text.
        (&[SECRET, ("content-type", "text/plain")], r#"{"order": 9}"#, 404, "not_found"),
    ] {
        let answer = send(&world, headers, body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (status, &json!(code)), "{answer}");
        assert_eq!(answer.json()["request_id"], answer.header("x-request-id").unwrap());
    }
    for (method, path, status, allow) in [
        ("GET", "/webhooks/payments", 405, Some("POST, OPTIONS")),
        ("OPTIONS", "/webhooks/payments", 204, Some("POST, OPTIONS")),
        ("POST", "/webhooks/payments?x=1", 400, None),
        ("POST", "/webhooks", 404, None),
        ("POST", "/api/v1/webhooks/payments", 404, None),
        ("GET", "/hello", 200, None),
        ("HEAD", "/hello", 200, None),
    ] {
        let answer = Person::stranger().send(&world, method, path, &[], None).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (status, allow), "{method} {path}");
    }
    // Elsewhere a token that is none is refused, as ever.
    assert_eq!(Person::stranger().send(&world, "GET", "/hello", &[SECRET], None).await.status, 401);
}

#[tokio::test]
async fn the_documents_tell_of_it() {
    let world = crate::world(app).await;
    let document = Person::stranger().send(&world, "GET", "/openapi.json", &[], None).await.json();
    let post = &document["paths"]["/webhooks/payments"]["post"];
    assert_eq!((&post["summary"], &post["security"]), (&json!("Hear of a payment"), &json!([])));
    assert!(post["requestBody"]["content"]["*/*"].is_object(), "{post}");
    for status in ["200", "403", "404", "409", "413", "429"] {
        assert!(post["responses"][status].is_object(), "{status}");
    }
    assert_eq!((&post["responses"]["401"], &post["parameters"]), (&Value::Null, &Value::Null));
    assert_eq!(document["paths"]["/api/v1/webhooks/payments"], Value::Null);
}
