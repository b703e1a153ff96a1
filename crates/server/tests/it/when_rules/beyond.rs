//! Conditions that look at what a record refers to: one reference deep, and never so that it tells of what is hidden.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Answer, TestApp};

/// Tasks are seen by who owns their project, and made and changed where it is open; a project is its owner's.
const PLAN: &str = r#"
[app]
name = "plan"
[auth]
roles = ["planner"]

[entity.project]
soft_delete = true
[entity.project.field]
name = { type = "text", required = true }
open = { type = "boolean", required = true, default = true }
[entity.project.access]
read = ["owner", "role:planner"]

[entity.task.field]
title = { type = "text", required = true, unique = true }
project = { type = "reference", to = "project", on_delete = "set_null" }
done = { type = "boolean", required = true, default = false }
bonus = { type = "integer", write = [{ when = "project.open" }] }
tags = { type = "reference", to = "tag", many = true }
[entity.task.access]
read = ["owner", { when = "project.user_id = caller.id" }]
create = [{ when = "project is null or project.open" }]
update = [{ who = "owner", when = "project.open or project is null" }]
delete = [{ who = "owner", when = "project is null" }, { when = "project.user_id = caller.id" }]
finish = [{ when = "project.user_id = caller.id" }]
[entity.task.action.finish]
when = "project.open"
set = { done = true }

[entity.tag]
owner = false
[entity.tag.field]
label = { type = "text" }
[entity.tag.access]
read = ["signed_in"]
"#;

/// Ana's projects 1, which is open, and 2, which is not; Bob's 3, which is open, and 4, which is not. Ana's task 1 is of
/// project 1, her 2 of project 2, and her 3 of Bob's 3.
async fn plan() -> TestApp {
    let app = TestApp::new(PLAN).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    app.user_with("eve", &["planner"]).await;
    for (who, open) in [(&ana, true), (&ana, false), (&bob, true), (&bob, false)] {
        who.post("/projects", json!({"name": "p", "open": open})).await.expect(201);
    }
    for (place, title) in ["one", "two", "three"].iter().enumerate() {
        let id = place + 1;
        ana.post("/tasks", json!({ "title": title })).await.expect(201);
        app.write(&format!("UPDATE tasks SET project_id = {id} WHERE id = {id}"));
    }
    app
}

#[tokio::test]
async fn a_record_is_seen_by_who_owns_what_it_refers_to() {
    let app = plan().await;
    let (ana, bob) = (app.log_in("ana").await, app.log_in("bob").await);
    assert_eq!(ana.get("/tasks").await.expect(200).ids(), [1, 2, 3]);
    assert_eq!(bob.get("/tasks?count=exact").await.expect(200).json()["total"], 1);
    assert_eq!(bob.get("/tasks").await.expect(200).ids(), [3]);
    bob.get("/tasks/3").await.expect(200);
    bob.get("/tasks/1").await.expect(404);
    assert_eq!(bob.get("/tasks?sort=-created_at&title[ne]=x").await.expect(200).ids(), [3]);
    assert_eq!(bob.get("/projects/3/tasks?expand=project").await.expect(200).ids(), [3]);
    app.stranger().get("/tasks").await.expect(401);
    // What lies in the trash is nobody's.
    bob.delete("/projects/3").await.expect(204);
    app.write("UPDATE tasks SET project_id = 3 WHERE id = 3");
    bob.get("/tasks/3").await.expect(404);
    assert_eq!(bob.get("/tasks").await.expect(200).ids(), Vec::<i64>::new());
}

#[tokio::test]
async fn a_record_is_made_and_moved_where_what_it_refers_to_allows_it() {
    let app = plan().await;
    let ana = app.log_in("ana").await;
    ana.post("/tasks", json!({"title": "a", "project_id": 1})).await.expect(201);
    ana.post("/tasks", json!({"title": "b", "project_id": 2})).await.expect(403);
    ana.post("/tasks", json!({"title": "b", "project_id": 2, "tag_ids": []})).await.expect(403);
    ana.post("/tasks", json!({"title": "b"})).await.expect(201);
    ana.post("/tasks", json!({"title": "c", "project_id": 1, "bonus": 1})).await.expect(201);
    ana.post("/tasks", json!({"title": "d", "bonus": 1})).await.expect(403);
    // As it is, and as it will be.
    ana.patch("/tasks/1", json!({"title": "ONE"})).await.expect(200);
    ana.patch("/tasks/2", json!({"title": "TWO"})).await.expect(403);
    ana.patch("/tasks/2", json!({"project_id": 1})).await.expect(403);
    ana.patch("/tasks/1", json!({"project_id": 2})).await.expect(403);
    ana.patch("/tasks/1", json!({"project_id": 2, "tag_ids": []})).await.expect(403);
    ana.with("if-match", "\"1\"").patch("/tasks/1", json!({"project_id": 2})).await.expect(412);
    ana.patch("/tasks/1", json!({"project_id": null})).await.expect(200);
    ana.patch("/tasks/1", json!({"project_id": 1, "bonus": 2})).await.expect(403);
    ana.patch("/tasks/1", json!({"project_id": 1})).await.expect(200);
    ana.patch("/tasks/1", json!({"bonus": 2})).await.expect(200);
    let changes = "SELECT count(*) FROM _audit WHERE outcome = 'done' AND entity = 'task' AND entity_id = '1' AND action = 'update'";
    assert_eq!(app.sql::<i64>(changes), 4);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM tasks"), 3 + 3);
}

/// Whether it is there, whether it is open: a project that the caller cannot see tells nothing, whatever the condition.
#[tokio::test]
async fn what_is_referred_to_tells_nothing_to_who_cannot_see_it() {
    let app = plan().await;
    let ana = app.log_in("ana").await;
    let told = |answer: Answer| (answer.status.as_u16(), answer.errors());
    let mut made = Vec::new();
    let mut moved = Vec::new();
    for project in [3, 4, 99] {
        let body = json!({"title": "x", "project_id": project});
        made.push(told(ana.post("/tasks", body).await));
        moved.push(told(ana.patch("/tasks/1", json!({ "project_id": project })).await));
    }
    assert_eq!(made[0], (409, vec![("/project_id".to_owned(), "reference".to_owned())]));
    assert!(made.iter().chain(&moved).all(|answer| *answer == made[0]), "{made:?} {moved:?}");
}

#[tokio::test]
async fn deleting_and_actions_look_at_it_too() {
    let app = plan().await;
    let (ana, bob) = (app.log_in("ana").await, app.log_in("bob").await);
    ana.delete("/tasks/3").await.expect(403);
    bob.delete("/tasks/1").await.expect(404);
    ana.act("/tasks/3/finish").await.expect(403);
    ana.act("/tasks/2/finish").await.expect(409);
    assert_eq!(ana.act("/tasks/1/finish").await.expect(200).json()["done"], true);
    assert_eq!(bob.act("/tasks/3/finish").await.expect(200).json()["done"], true);
    bob.delete("/tasks/3").await.expect(204);
    ana.get("/tasks/3").await.expect(404);
}

/// What a condition sees of a project stays so until the task is written: who closes the project comes before or after.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a4_what_a_condition_looks_at_does_not_change_meanwhile() {
    let app = plan().await;
    let ana = app.log_in("ana").await;
    let write = |place: usize| {
        let ana = &ana;
        async move {
            match place % 3 {
                0 => ana.patch("/tasks/1", json!({"title": format!("T{place}")})).await,
                1 => ana.patch("/tasks/1", json!({"project_id": 1})).await,
                _ => ana.post("/tasks", json!({"title": format!("new {place}"), "project_id": 1})).await,
            }
        }
    };
    for round in 0..4 {
        ana.patch("/projects/1", json!({"open": true})).await.expect(200);
        let close = async {
            // After some of them.
            tokio::task::yield_now().await;
            ana.patch("/projects/1", json!({"open": false})).await.expect(200)
        };
        let before = join_all((0..12).map(|place| write(100 * round + place)));
        let after = join_all((12..36).map(|place| write(100 * round + place)));
        let (first, _, rest) = futures_util::future::join3(before, close, after).await;
        assert!(first.iter().chain(&rest).all(|answer| [200, 201, 403].contains(&answer.status.as_u16())));
        let last =
            |of: &str| format!("SELECT coalesce(max(seq), 0) FROM _audit WHERE outcome = 'done' AND entity = '{of}'");
        let (closed, written) = (app.sql::<i64>(&last("project")), app.sql::<i64>(&last("task")));
        assert!(written < closed, "round {round}: a task was written in a project that had been closed");
        assert_eq!(ana.patch("/tasks/1", json!({"title": "late"})).await.status.as_u16(), 403);
    }
}
