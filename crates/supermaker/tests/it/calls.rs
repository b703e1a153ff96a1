//! Actions that the blueprint leaves to code: who may do them and when is the blueprint's to say, what they do is the code's.

use std::sync::atomic::{AtomicUsize, Ordering};

use conformance::{Answer, Person, World};
use serde_json::{Value, json};
use supermaker::prelude::*;

const BLUEPRINT: &str = r#"
[app]
name = "shop"
[auth]
roles = ["manager"]
[entity.product]
owner = false
[entity.product.field]
name = { type = "text", required = true, max_length = 20 }
state = { type = "enum", values = ["draft", "live"], default = "draft" }
[entity.product.access]
read = ["signed_in"]
create = ["signed_in"]
update = ["role:manager"]
rename = ["signed_in"]
[entity.product.action.rename]
summary = "Gives it another name."
when = "state = 'draft'"
call = "service.rename"
[entity.product.action.check]
call = "service.check"
[entity.product.action.publish]
set = { state = "live" }
[entity.note]
id = "uuid"
[entity.note.field]
text = { type = "text" }
[entity.note.action.shout]
call = "service.shout"
"#;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Product {
    id: Id<Product>,
    name: String,
    state: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
struct ProductChanges {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    state: Change<String>,
}

impl Product {
    const RENAME: Action<Product> = Action::new("rename");
    const PUBLISH: Action<Product> = Action::new("publish");
}

impl Record for Product {
    const ENTITY: &'static str = "product";
    type New = ProductChanges;
    type Changes = ProductChanges;
    type Replacement = ProductChanges;
}

impl Input for ProductChanges {
    const BODY: Body = Body::Changes("product");
}

/// What a product is to be called.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rename {
    to: String,
}

impl Input for Rename {
    fn check(&self, problems: &mut Problems) {
        if self.to.is_empty() {
            problems.add("/to", "min_length", "must say something");
        }
    }
}

/// What nothing is ever called, and how often that was tried all the same: tests run side by side.
const NEVER: &str = "never";
static RUNS: AtomicUsize = AtomicUsize::new(0);

async fn rename(products: Records<Product>, id: Id<Product>, Json(rename): Json<Rename>) -> Result<Row<Product>> {
    RUNS.fetch_add(usize::from(rename.to == NEVER), Ordering::Relaxed);
    let changes = ProductChanges { name: Some(rename.to), ..ProductChanges::default() };
    products.act_with(id, &Product::RENAME, changes).await
}

/// Takes nothing, and answers something of its own.
async fn check(id: Id<Product>) -> Result<Json<Vec<String>>> {
    Ok(Json(vec![format!("{id} is fine")]))
}

/// Tries to do by code what the blueprint says how to do.
async fn wrong(products: Records<Product>, id: Id<Product>) -> Result<Row<Product>> {
    products.act_with(id, &Product::PUBLISH, ProductChanges::default()).await
}

fn app() -> App {
    App::new(BLUEPRINT).routes(
        Routes::new()
            .route("/products/{id}/rename", post(rename))
            .route("/products/{id}/check", post(check))
            .route("/products/{id}/wrong", post(wrong).summary("Go wrong")),
    )
}

struct Shop {
    world: World,
    ana: Person,
    eve: Person,
}

/// A shop with one product, in draft.
async fn shop() -> Shop {
    let world = crate::world(app).await;
    let ana = Person::join(&world, "ana", &[]).await;
    let eve = Person::join(&world, "eve", &["manager".to_owned()]).await;
    let made = ana.send(&world, "POST", "/api/v1/products", &[], Some(&json!({"name": "tea"}))).await;
    assert_eq!(made.status, 201, "{made}");
    Shop { world, ana, eve }
}

impl Shop {
    async fn post(&self, who: &Person, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let body = (!body.is_null()).then_some(&body);
        who.send(&self.world, "POST", &format!("/api/v1{path}"), headers, body).await
    }
}

#[tokio::test]
async fn the_code_answers_under_the_rule_of_the_action_and_the_audit_has_its_name() {
    let shop = shop().await;
    let renamed = shop.post(&shop.ana, "/products/1/rename", &[("if-match", "\"1\"")], json!({"to": "coffee"})).await;
    assert_eq!((renamed.status.as_u16(), renamed.header("etag")), (200, Some("\"2\"")), "{renamed}");
    assert_eq!(renamed.json()["name"], "coffee");
    // By the right of the action: she may not change it otherwise.
    let path = "/api/v1/products/1";
    let changed = shop.ana.send(&shop.world, "PATCH", path, &[], Some(&json!({"name": "x"}))).await;
    assert_eq!(changed.status, 403);
    let told: String = shop.world.sql(|file| {
        let sql = "SELECT json_array(action, json(before), json(after)) FROM _audit WHERE outcome = 'done' ORDER BY seq DESC LIMIT 1";
        file.query_row(sql, [], |row| row.get(0)).unwrap()
    });
    assert_eq!(told, r#"["rename",{"name":"tea"},{"name":"coffee"}]"#);
    // What the blueprint says of values holds.
    let long = json!({"to": "a name that is far too long"});
    assert_eq!(shop.post(&shop.ana, "/products/1/rename", &[], long).await.status, 422);
}

#[tokio::test]
async fn who_may_not_is_told_before_any_of_the_code_runs() {
    let shop = shop().await;
    let (rename, check) = ("/products/1/rename", "/products/1/check");
    let body = || json!({"to": NEVER});
    for (who, path, header, body, status) in [
        (&Person::stranger(), rename, None, body(), 401),
        (&shop.ana, "/products/9/rename", None, body(), 404),
        // What is wrong with the body is told first, as everywhere.
        (&shop.ana, "/products/9/rename", None, json!({"to": ""}), 422),
        (&shop.ana, "/products/9/rename", None, json!({"to": 1}), 422),
        (&shop.ana, "/products/x/rename", None, body(), 404),
        (&shop.ana, rename, Some("\"7\""), body(), 412),
        (&shop.ana, check, None, Value::Null, 403),
        (&shop.ana, check, None, json!({"x": 1}), 422),
        (&shop.eve, check, None, Value::Null, 200),
        (&shop.eve, check, Some("\"7\""), Value::Null, 412),
        (&shop.eve, "/products/9/check", None, Value::Null, 404),
    ] {
        let headers: Vec<(&str, &str)> = header.map(|tag| ("if-match", tag)).into_iter().collect();
        let answer = shop.post(who, path, &headers, body).await;
        assert_eq!(answer.status, status, "{path}: {answer}");
    }
    shop.eve.send(&shop.world, "PATCH", "/api/v1/products/1/publish", &[], None).await;
    let late = shop.post(&shop.ana, rename, &[], body()).await;
    assert_eq!((late.status.as_u16(), &late.json()["code"]), (409, &json!("state")));
    assert_eq!(RUNS.load(Ordering::Relaxed), 0);
    assert_eq!(shop.post(&shop.eve, "/products/1/wrong", &[], Value::Null).await.status, 500);
    let get = shop.ana.send(&shop.world, "GET", "/api/v1/products/1/rename", &[], None).await;
    assert_eq!((get.status.as_u16(), get.header("allow")), (405, Some("POST, OPTIONS")));
}

#[tokio::test]
async fn a_repeat_is_answered_though_the_state_allows_it_no_more() {
    let shop = shop().await;
    let key = [("idempotency-key", "k")];
    let first = shop.post(&shop.ana, "/products/1/rename", &key, json!({"to": "coffee"})).await;
    shop.eve.send(&shop.world, "PATCH", "/api/v1/products/1/publish", &[], None).await;
    let again = shop.post(&shop.ana, "/products/1/rename", &key, json!({"to": "coffee"})).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

/// As if the server had stopped between the change and the answer: the change was done by the right of then.
#[tokio::test]
async fn a_repeat_whose_answer_was_lost_is_answered_too() {
    for headers in [vec![("idempotency-key", "k")], vec![("idempotency-key", "k"), ("if-match", "\"1\"")]] {
        let shop = shop().await;
        let first = shop.post(&shop.ana, "/products/1/rename", &headers, json!({"to": "coffee"})).await;
        assert_eq!(first.status, 200, "{first}");
        shop.eve.send(&shop.world, "PATCH", "/api/v1/products/1/publish", &[], None).await;
        let world = shop.world.twin(|file| {
            assert_eq!(file.execute("DELETE FROM _idempotency WHERE head IS NOT NULL"), 1);
        });
        let shop = Shop { world: world.await, ..shop };
        let again = shop.post(&shop.ana, "/products/1/rename", &headers, json!({"to": "coffee"})).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body), "{again}");
        assert_eq!((again.header("etag"), again.header("idempotency-replayed")), (first.header("etag"), Some("true")));
        let renamed = "SELECT count(*) FROM _audit WHERE outcome = 'done' AND action = 'rename'";
        assert_eq!(shop.world.sql(|file| file.query_row(renamed, [], |row| row.get::<_, i64>(0))), Ok(1));
    }
}

/// Only what was done lets a request in again: not its key, and not what another one did.
#[tokio::test]
async fn a_repeat_that_had_done_nothing_is_asked_for_its_state() {
    let shop = shop().await;
    let key = [("idempotency-key", "k")];
    shop.post(&shop.ana, "/products/1/rename", &key, json!({"to": "coffee"})).await;
    shop.eve.send(&shop.world, "PATCH", "/api/v1/products/1/publish", &[], None).await;
    let world = shop.world.twin(|file| {
        file.execute("DELETE FROM _idempotency WHERE head IS NOT NULL");
    });
    let shop = Shop { world: world.await, ..shop };
    for (who, key, body) in [
        (&shop.ana, "k", json!({"to": "cocoa"})),
        (&shop.ana, "kk", json!({"to": "coffee"})),
        (&shop.eve, "k", json!({"to": "coffee"})),
    ] {
        for _ in 0..2 {
            let late = shop.post(who, "/products/1/rename", &[("idempotency-key", key)], body.clone()).await;
            assert_eq!((late.status.as_u16(), &late.json()["code"]), (409, &json!("state")), "{key} {body}");
        }
    }
}

#[tokio::test]
async fn the_documents_say_what_the_code_takes_and_answers() {
    let shop = shop().await;
    let document = Person::stranger().send(&shop.world, "GET", "/openapi.json", &[], None).await.json();
    let post = |path: &str| document["paths"][format!("/api/v1{path}")]["post"].clone();
    let rename = post("/products/{id}/rename");
    assert_eq!(rename["operationId"], "rename_product");
    let text = rename["description"].as_str().unwrap();
    assert!(text.starts_with("Gives it another name. Only where `state = 'draft'`."), "{text}");
    assert!(!text.contains("501") && !text.contains("no body"), "{text}");
    let schema = "/requestBody/content/application~1json/schema/$ref";
    assert_eq!(rename.pointer(schema), Some(&json!("#/components/schemas/Rename")));
    for status in ["200", "401", "404", "409", "412", "422"] {
        assert!(rename["responses"][status].is_object(), "{status}");
    }
    let check = post("/products/{id}/check");
    assert_eq!((&check["requestBody"], &check["responses"]["403"].is_object()), (&Value::Null, &true));
    for here in [&rename, &check] {
        assert_eq!(here["responses"]["501"], Value::Null);
    }
    // One without code still says so.
    assert!(post("/notes/{id}/shout")["responses"]["501"].is_object());
    let made = shop.post(&shop.ana, "/notes", &[], json!({})).await.json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(shop.post(&shop.ana, &format!("/notes/{id}/shout"), &[], Value::Null).await.status, 501);
}
