//! Routes in code and API keys: a key is let through to code for what it is for, and told the rest as the blueprint's own routes
//! would tell it.

use conformance::{Person, World};
use serde_json::json;
use supermaker::prelude::*;

const BLUEPRINT: &str = r#"
[app]
name = "office"
[entity.client.field]
name = { type = "text" }
closed = { type = "boolean" }
[entity.client.action.close]
set = { closed = true }
[entity.visit.field]
client = { type = "reference", to = "client" }
"#;

async fn ran() -> &'static str {
    "by code"
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Client {
    id: Id<Client>,
    user_id: String,
    name: Option<String>,
    closed: Option<bool>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct NewClient {
    name: Option<String>,
}

impl Record for Client {
    const ENTITY: &'static str = "client";
    type New = NewClient;
    type Changes = NewClient;
    type Replacement = NewClient;
}

impl Input for NewClient {
    const BODY: Body = Body::New("client");
}

/// What is there by the blueprint, and two routes that are not.
fn app() -> App {
    let clients = Routes::new()
        .route("/clients", get(ran).post(ran).summary("Make"))
        .route("/clients/{id}", get(ran).patch(ran).summary("Change").delete(ran))
        .route("/clients/{id}/print", post(ran).summary("Print"));
    App::new(BLUEPRINT).entity::<Client>(clients).routes(Routes::new().route("/report", get(ran).summary("Report")))
}

async fn ana(world: &World) -> Person {
    let ana = Person::join(world, "ana", &[]).await;
    let bob = Person::join(world, "bob", &[]).await;
    for (person, id) in [(&ana, 1), (&bob, 2)] {
        let insert = format!(
            "INSERT INTO clients (id, user_id, created_at, updated_at) SELECT {id}, '{}', created_at, created_at FROM users LIMIT 1",
            person.id
        );
        assert_eq!(world.look().execute(&insert), 1);
    }
    ana
}

#[tokio::test]
async fn what_a_key_is_not_for_is_refused_as_by_the_blueprint() {
    let (code, served) = (crate::world(app).await, World::served(BLUEPRINT).await);
    let (in_code, by_blueprint) = (ana(&code).await, ana(&served).await);
    for (allow, method, path, status) in [
        ("*", "GET", "/clients", 200),
        ("client", "DELETE", "/clients/1", 200),
        ("client:read", "GET", "/clients", 200),
        ("client:read", "GET", "/clients/1", 200),
        ("client:read", "POST", "/clients", 403),
        ("client:read", "PATCH", "/clients/1", 403),
        ("client:read", "DELETE", "/clients/1", 403),
        ("client:read", "PATCH", "/clients/2", 404),
        ("client:read", "DELETE", "/clients/3", 404),
        ("client:create", "POST", "/clients", 200),
        ("client:create", "GET", "/clients", 403),
        ("client:create", "GET", "/clients/1", 404),
        ("visit", "GET", "/clients", 403),
        ("visit", "POST", "/clients", 403),
        ("visit", "GET", "/clients/1", 404),
        ("visit", "PATCH", "/clients/1", 404),
        ("visit", "DELETE", "/clients/1", 404),
    ] {
        let path = format!("/api/v1{path}");
        let body = matches!(method, "POST" | "PATCH").then(|| json!({}));
        let answer = in_code.with_key(&code, &[allow]).send(&code, method, &path, &[], None).await;
        assert_eq!(answer.status.as_u16(), status, "{allow} {method} {path}: {answer}");
        if status != 200 {
            let told = by_blueprint.with_key(&served, &[allow]).send(&served, method, &path, &[], body.as_ref()).await;
            assert_eq!(answer.status, told.status, "{allow} {method} {path}: {answer} {told}");
        }
    }
}

#[tokio::test]
async fn what_the_blueprint_does_not_know_is_for_keys_with_all() {
    let world = crate::world(app).await;
    let ana = ana(&world).await;
    for (allow, method, path, status) in [
        ("*", "GET", "/report", 200),
        ("client", "GET", "/report", 403),
        ("*:read", "GET", "/report", 403),
        ("*", "POST", "/clients/1/print", 200),
        ("client:read,update", "POST", "/clients/1/print", 403),
    ] {
        let answer = ana.with_key(&world, &[allow]).send(&world, method, &format!("/api/v1{path}"), &[], None).await;
        assert_eq!(answer.status.as_u16(), status, "{allow} {method} {path}: {answer}");
    }
    assert_eq!(
        ana.send(&world, "GET", "/api/v1/report", &[], None).await.status,
        200,
        "who comes himself needs no key"
    );
}
