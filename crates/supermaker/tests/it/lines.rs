//! What the blueprint gives an entity besides the five operations, each a line of code: a trash, lists under rows, batches.

use conformance::{Answer, Person, World};
use serde_json::{Value, json};
use supermaker::prelude::*;

const BLUEPRINT: &str = r#"
[app]
name = "plans"
[entity.project.field]
name = { type = "text" }
[entity.step]
soft_delete = true
[entity.step.field]
project = { type = "reference", to = "project", required = true, on_delete = "restrict" }
title = { type = "text", required = true, max_length = 10 }
"#;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Project {
    id: Id<Project>,
    user_id: String,
    name: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
struct ProjectChanges {
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    name: Change<String>,
}

impl Record for Project {
    const ENTITY: &'static str = "project";
    type New = ProjectChanges;
    type Changes = ProjectChanges;
    type Replacement = ProjectChanges;
}

impl Input for ProjectChanges {
    const BODY: Body = Body::Changes("project");
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Step {
    id: Id<Step>,
    user_id: String,
    project_id: Id<Project>,
    title: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct NewStep {
    project_id: i64,
    title: String,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
struct StepChanges {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    project_id: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
}

impl Record for Step {
    const ENTITY: &'static str = "step";
    type New = NewStep;
    type Changes = StepChanges;
    type Replacement = NewStep;
}

impl Input for NewStep {
    const BODY: Body = Body::New("step");
}

impl Input for StepChanges {
    const BODY: Body = Body::Changes("step");
}

async fn read(steps: Records<Step>, id: Id<Step>) -> Result<Row<Step>> {
    steps.get(id).await
}

async fn remove(steps: Records<Step>, id: Id<Step>) -> Result<Deleted> {
    steps.delete(id).await
}

async fn restore(steps: Records<Step>, id: Id<Step>) -> Result<Row<Step>> {
    steps.restore(id).await
}

/// Clears a project of its steps, and brings the last one back.
async fn clear(steps: Records<Step>, id: Id<Project>) -> Result<Page<Step>> {
    steps
        .transaction(move |tx| {
            let all = tx.under::<Step, Project>(&id, Query::new())?.into_inner()?;
            all.iter().try_for_each(|step| tx.delete(&step.id).map(drop))?;
            let Some(last) = all.last() else { return Err(Error::conflict("there is nothing to clear")) };
            tx.restore(&last.id)?;
            tx.under(&id, Query::new())
        })
        .await
}

async fn of_project(steps: Records<Step>, id: Id<Project>, query: Query<Step>) -> Result<Page<Step>> {
    steps.under(id, query).await
}

async fn batch(steps: Records<Step>, batch: Batch<Step>) -> Result<Batched<Step>> {
    steps.batch(batch).await
}

async fn no_trash(projects: Records<Project>, id: Id<Project>) -> Result<Row<Project>> {
    projects.restore(id).await
}

fn owned() -> App {
    App::new(BLUEPRINT)
        .entity::<Step>(
            Routes::new()
                .route("/steps/{id}", get(read).delete(remove))
                .route("/steps/{id}/restore", post(restore))
                .route("/steps:batch", post(batch))
                .route("/projects/{id}/steps", get(of_project)),
        )
        .routes(
            Routes::new()
                .route("/projects/{id}/back", post(no_trash).summary("Bring back what cannot be gone"))
                .route("/projects/{id}/clear", post(clear).summary("Clear but for the last")),
        )
}

async fn ask(world: &World, who: &Person, ask: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
    let (method, path) = ask.split_once(' ').unwrap();
    who.send(world, method, &format!("/api/v1{path}"), headers, body.as_ref()).await
}

/// What is asked, and what the blueprint's own routes answer; the code's must be the same.
#[tokio::test]
async fn each_answers_like_the_blueprints_own() {
    let worlds = [crate::world(owned).await, World::served(BLUEPRINT).await];
    let mut people = Vec::new();
    for world in &worlds {
        let (ana, bob) = (Person::join(world, "ana", &[]).await, Person::join(world, "bob", &[]).await);
        for who in [&ana, &bob] {
            assert_eq!(ask(world, who, "POST /projects", &[], Some(json!({}))).await.status, 201);
        }
        people.push([ana, bob, Person::stranger()]);
    }
    let add = |project: i64, title: &str| json!({"method": "POST", "body": {"project_id": project, "title": title}});
    let batch = |operations: &[Value]| Some(json!({ "operations": operations }));
    let change =
        |id: i64, title: &str| json!({"method": "PATCH", "id": id, "body": {"title": title}, "if_match": "\"1\""});
    for (who, line, body, status) in [
        (0, "POST /steps:batch", batch(&[add(1, "one"), add(1, "two"), add(1, "three")]), 200),
        (0, "POST /steps:batch", batch(&[change(1, "uno"), change(9, "nine")]), 404),
        (0, "POST /steps:batch", batch(&[add(1, "far too long"), json!({"method": "PATCH"})]), 422),
        (0, "POST /steps:batch", batch(&[add(2, "hers")]), 409),
        (0, "POST /steps:batch", Some(json!([])), 422),
        (2, "POST /steps:batch", batch(&[add(1, "x")]), 401),
        (0, "GET /projects/1/steps?limit=2&sort=-created_at", None, 200),
        (0, "GET /projects/1/steps?title=two&count=exact", None, 200),
        (0, "GET /projects/2/steps", None, 404),
        (1, "GET /projects/1/steps", None, 404),
        (0, "GET /projects/1/steps?nonsense=1", None, 400),
        (2, "GET /projects/1/steps", None, 401),
        (0, "POST /steps/1/restore", None, 404),
        (0, "DELETE /steps/1", None, 204),
        (0, "GET /steps/1", None, 404),
        (1, "POST /steps/1/restore", None, 404),
        (0, "POST /steps/1/restore", Some(json!({"x": 1})), 422),
        (0, "POST /steps/1/restore", None, 200),
        (0, "GET /steps/1", None, 200),
    ] {
        let mut told = Vec::new();
        for (world, people) in worlds.iter().zip(&people) {
            let answer = ask(world, &people[who], line, &[], body.clone()).await;
            assert_eq!(answer.status, status, "{line}: {answer}");
            let mut json = answer.json();
            plain(&mut json);
            told.push((json, answer.header("etag").map(str::to_owned)));
        }
        assert_eq!(told[0], told[1], "in code (left) and served (right): {line}");
    }
}

/// Without what differs between any two runs.
fn plain(json: &mut Value) {
    match json {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                match key.as_str() {
                    "created_at" | "updated_at" | "request_id" | "user_id" => *value = json!("…"),
                    "next_cursor" if value.is_string() => *value = json!("…"),
                    _ => plain(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}

#[tokio::test]
async fn a_batch_is_done_once() {
    let world = crate::world(owned).await;
    let ana = Person::join(&world, "ana", &[]).await;
    ask(&world, &ana, "POST /projects", &[], Some(json!({}))).await;
    let body = json!({"operations": [{"method": "POST", "body": {"project_id": 1, "title": "one"}}]});
    let key = [("idempotency-key", "k")];
    let first = ask(&world, &ana, "POST /steps:batch", &key, Some(body.clone())).await;
    assert_eq!((first.status.as_u16(), &first.json()["data"][0]["location"]), (200, &json!("/api/v1/steps/1")));
    let again = ask(&world, &ana, "POST /steps:batch", &key, Some(body)).await;
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&first.body, Some("true")));
    assert_eq!(world.sql(|file| file.query_row("SELECT count(*) FROM steps", [], |row| row.get(0))), Ok(1));
}

#[tokio::test]
async fn in_a_transaction_they_see_what_it_has_done() {
    let world = crate::world(owned).await;
    let (ana, bob) = (Person::join(&world, "ana", &[]).await, Person::join(&world, "bob", &[]).await);
    ask(&world, &ana, "POST /projects", &[], Some(json!({}))).await;
    assert_eq!(ask(&world, &ana, "POST /projects/1/clear", &[], None).await.status, 409);
    let add = |title: &str| json!({"method": "POST", "body": {"project_id": 1, "title": title}});
    let batch = json!({"operations": [add("one"), add("two")]});
    ask(&world, &ana, "POST /steps:batch", &[], Some(batch)).await;
    assert_eq!(ask(&world, &bob, "POST /projects/1/clear", &[], None).await.status, 404);
    let left = ask(&world, &ana, "POST /projects/1/clear", &[], None).await;
    assert_eq!((left.status.as_u16(), left.json()["data"].as_array().map(Vec::len)), (200, Some(1)), "{left}");
    let sql = "SELECT count(*) FROM steps WHERE _deleted_at IS NULL";
    assert_eq!(world.sql(|file| file.query_row(sql, [], |row| row.get(0))), Ok(1));
}

#[tokio::test]
async fn the_documents_have_what_is_there() {
    let served = World::served(BLUEPRINT).await;
    let owned = crate::world(owned).await;
    let mut documents = Vec::new();
    for world in [&served, &owned] {
        documents.push(Person::stranger().send(world, "GET", "/openapi.json", &[], None).await.json());
    }
    for (path, method) in [("/steps:batch", "post"), ("/projects/{id}/steps", "get"), ("/steps/{id}/restore", "post")] {
        let operation = |document: &Value| document["paths"][format!("/api/v1{path}")][method].clone();
        assert!(operation(&documents[0]).is_object(), "{path}");
        assert_eq!(operation(&documents[1]), operation(&documents[0]), "{path}");
    }
    let ana = Person::join(&owned, "ana", &[]).await;
    ask(&owned, &ana, "POST /projects", &[], Some(json!({}))).await;
    assert_eq!(ask(&owned, &ana, "POST /projects/1/back", &[], None).await.status, 500);
}
