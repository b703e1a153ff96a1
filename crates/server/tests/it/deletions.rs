//! What becomes of a row when the one that it refers to goes: every `on_delete`, every state of the child, for good and to
//! the trash. And what it takes to come back.

use serde_json::{Value as Json, json};

use crate::support::{Answer, Caller, TestApp, place};

/// Parents that everybody sees, and children that only their owners do, so that Bob's are invisible to Ana.
fn family(on_delete: &str, soft: bool) -> String {
    let (key, many) = if on_delete.starts_with("many") { ("parents", ", many = true") } else { ("parent", "") };
    let on_delete = match on_delete.trim_start_matches("many").trim() {
        "" => String::new(),
        word => format!(", on_delete = \"{word}\""),
    };
    format!(
        r#"
[app]
name = "family"
[entity.parent]
soft_delete = {soft}
[entity.parent.field]
name = {{ type = "text" }}
[entity.parent.access]
read = ["signed_in"]
[entity.child]
soft_delete = true
[entity.child.field]
{key} = {{ type = "reference", to = "parent"{many}{on_delete} }}
"#
    )
}

/// The child of a parent that is deleted.
const CHILDREN: [&str; 4] = ["none", "visible", "invisible", "trashed"];

/// Of each `on_delete`, for good and to the trash: what comes of each child, in the order of [`CHILDREN`]. The status; the
/// parent; the child with its version, and whether it still refers; what was audited.
const TABLE: [(&str, bool, [&str; 4]); 10] = [
    (
        "restrict",
        false,
        [
            "204 gone, - [delete parent]",
            "409 live, live 1 tied []",
            "409 live, live 1 tied []",
            // It could come back.
            "409 live, trashed 2 tied []",
        ],
    ),
    (
        "cascade",
        false,
        [
            "204 gone, - [delete parent]",
            "204 gone, gone [delete parent, delete child]",
            "204 gone, gone [delete parent, delete child]",
            "204 gone, gone [delete parent, delete child]",
        ],
    ),
    (
        "set_null",
        false,
        [
            "204 gone, - [delete parent]",
            "204 gone, live 2 free [delete parent, update child]",
            "204 gone, live 2 free [delete parent, update child]",
            "204 gone, trashed 3 free [delete parent, update child]",
        ],
    ),
    (
        "many",
        false,
        [
            "204 gone, - [delete parent]",
            "204 gone, live 2 free [delete parent, update child]",
            "204 gone, live 2 free [delete parent, update child]",
            "204 gone, trashed 3 free [delete parent, update child]",
        ],
    ),
    (
        "many restrict",
        false,
        [
            "204 gone, - [delete parent]",
            "409 live, live 1 tied []",
            "409 live, live 1 tied []",
            "409 live, trashed 2 tied []",
        ],
    ),
    (
        "restrict",
        true,
        [
            "204 trashed, - [delete parent]",
            "409 live, live 1 tied []",
            "409 live, live 1 tied []",
            // What is in the trash holds nothing that goes there too: neither comes back without the other.
            "204 trashed, trashed 2 tied [delete parent]",
        ],
    ),
    (
        "cascade",
        true,
        [
            "204 trashed, - [delete parent]",
            "204 trashed, trashed 2 tied [delete parent, delete child]",
            "204 trashed, trashed 2 tied [delete parent, delete child]",
            "204 trashed, trashed 2 tied [delete parent]",
        ],
    ),
    (
        "set_null",
        true,
        [
            "204 trashed, - [delete parent]",
            "204 trashed, live 2 free [delete parent, update child]",
            "204 trashed, live 2 free [delete parent, update child]",
            "204 trashed, trashed 3 free [delete parent, update child]",
        ],
    ),
    // The links come back with the parent; until then the child looks different.
    (
        "many",
        true,
        [
            "204 trashed, - [delete parent]",
            "204 trashed, live 2 tied [delete parent]",
            "204 trashed, live 2 tied [delete parent]",
            "204 trashed, trashed 3 tied [delete parent]",
        ],
    ),
    (
        "many restrict",
        true,
        [
            "204 trashed, - [delete parent]",
            "409 live, live 1 tied []",
            "409 live, live 1 tied []",
            "204 trashed, trashed 3 tied [delete parent]",
        ],
    ),
];

#[tokio::test]
async fn every_deletion_does_what_the_table_says() {
    for (on_delete, soft, expected) in TABLE {
        let app = TestApp::new(&family(on_delete, soft)).await;
        let (ana, bob) = (app.user("ana").await, app.user("bob").await);
        let mut found = Vec::new();
        let mut refusals = Vec::new();
        for (number, child) in (1..).zip(CHILDREN) {
            ana.post("/parents", json!({"name": child})).await.expect(201);
            let owner = if child == "invisible" { &bob } else { &ana };
            let made = if child == "none" { None } else { Some(have_child(owner, on_delete, number).await) };
            if child == "trashed" {
                owner.delete(&format!("/children/{}", made.unwrap())).await.expect(204);
            }
            let before: i64 = app.sql("SELECT max(seq) FROM _audit");
            let answer = ana.delete(&format!("/parents/{number}")).await;
            found.push(format!("{} {}", answer.status.as_u16(), left(&app, on_delete, number, made, before)));
            refusals.extend((answer.status == 409).then(|| words(&answer)));
        }
        assert_eq!(found, expected, "{on_delete}, soft_delete = {soft}");
        refusals.dedup();
        assert!(refusals.len() <= 1, "what holds a row cannot be told from the refusal: {refusals:?}");
    }
}

async fn have_child(owner: &Caller<'_>, on_delete: &str, parent: i64) -> i64 {
    let many = on_delete.starts_with("many");
    let body = if many { json!({"parent_ids": [parent]}) } else { json!({ "parent_id": parent }) };
    owner.post("/children", body).await.expect(201).json()["id"].as_i64().unwrap()
}

fn left(app: &TestApp, on_delete: &str, parent: i64, child: Option<i64>, before: i64) -> String {
    let state = |table: &str, id: i64| {
        let columns = match place::is_postgres() {
            true => {
                format!("(SELECT column_name AS name FROM information_schema.columns WHERE table_name = '{table}')")
            }
            false => format!("pragma_table_info('{table}')"),
        };
        let soft = app.sql::<i64>(&format!("SELECT count(*) FROM {columns} AS columns WHERE name = '_deleted_at'"));
        let trashed = if soft == 1 { "_deleted_at IS NOT NULL" } else { "FALSE" };
        app.sql::<String>(&format!(
            "SELECT coalesce((SELECT CASE WHEN {trashed} THEN 'trashed ' ELSE 'live ' END || _version \
             FROM {table} WHERE id = {id}), 'gone')"
        ))
    };
    let parent_state = state("parents", parent);
    let parent_state = parent_state.split(' ').next().unwrap();
    let child = child.map_or("-".to_owned(), |id| {
        let ties = if on_delete.starts_with("many") {
            format!("SELECT count(*) FROM children_parents WHERE child_id = {id} AND parent_id = {parent}")
        } else {
            format!("SELECT count(*) FROM children WHERE id = {id} AND parent_id = {parent}")
        };
        match state("children", id) {
            gone if gone == "gone" => gone,
            state if app.sql::<i64>(&ties) == 1 => format!("{state} tied"),
            state => format!("{state} free"),
        }
    });
    let audit: String = app.sql(&format!(
        "SELECT coalesce(string_agg(action || ' ' || entity, ', ' ORDER BY seq), '') FROM _audit WHERE outcome = 'done' AND seq > {before}"
    ));
    format!("{parent_state}, {child} [{audit}]")
}

/// A refusal without what differs from request to request.
fn words(answer: &Answer) -> Json {
    let mut json = answer.json();
    json.as_object_mut().unwrap().remove("request_id");
    json
}

/// Courses whose students need one; a student's notes come back with him.
const SCHOOL: &str = r#"
[app]
name = "school"
[entity.course]
soft_delete = true
[entity.course.field]
name = { type = "text" }
[entity.student]
soft_delete = true
[entity.student.field]
courses = { type = "reference", to = "course", many = true, required = true }
mentor = { type = "reference", to = "student", on_delete = "cascade" }
"#;

#[tokio::test]
async fn a_row_does_not_come_back_without_the_links_that_it_must_have() {
    let app = TestApp::new(SCHOOL).await;
    let ana = app.user("ana").await;
    for name in ["art", "law"] {
        ana.post("/courses", json!({ "name": name })).await.expect(201);
    }
    ana.post("/students", json!({"course_ids": [1, 2]})).await.expect(201);
    ana.post("/students", json!({"course_ids": [1], "mentor_id": 1})).await.expect(201);
    ana.delete("/courses/1").await.expect(409);
    ana.delete("/students/1").await.expect(204);
    for course in [1, 2] {
        ana.delete(&format!("/courses/{course}")).await.expect(204);
    }
    let restore = async |path: &str| ana.api("POST", &format!("{path}/restore"), None).await;
    let told = |answer: Answer| answer.expect(409).errors();
    assert_eq!(told(restore("/students/1").await), [("/course_ids".to_owned(), "reference".to_owned())]);
    restore("/courses/2").await.expect(200);
    // He would have one, but not the student who comes back with him.
    assert_eq!(told(restore("/students/1").await), [(String::new(), "reference".to_owned())]);
    assert_eq!(
        app.sql::<i64>(
            "SELECT count(*) FROM _audit WHERE outcome = 'done' AND action = 'restore' AND entity = 'student'"
        ),
        0
    );
    restore("/courses/1").await.expect(200);
    assert_eq!(restore("/students/1").await.expect(200).json()["course_ids"], json!([1, 2]));
    assert_eq!(ana.get("/students/2").await.expect(200).json()["course_ids"], json!([1]));
}
