//! Many-to-many references: a set of ids that is read, written, filtered by, and deleted along; and whose links.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value as Json, json};

use crate::support::blueprints::CRM;
use crate::support::{Caller, TestApp, place};

async fn tags(user: &Caller<'_>, count: usize) {
    for place in 0..count {
        user.post("/tags", json!({ "name": format!("tag {place}") })).await.expect(201);
    }
}

impl TestApp {
    /// The links of a prospect to tags, whoever may see them.
    fn linked(&self, prospect: i64) -> String {
        self.sql(&format!(
            "SELECT '[' || coalesce(string_agg(CAST(tag_id AS TEXT), ',' ORDER BY tag_id), '') || ']' \
             FROM prospects_tags WHERE prospect_id = {prospect}"
        ))
    }

    fn last_change(&self) -> Json {
        let text: String = self.sql(
            "SELECT json_object('action', action, 'id', entity_id, 'before', json(before), 'after', json(after)) \
             FROM _audit WHERE outcome = 'done' ORDER BY seq DESC LIMIT 1",
        );
        serde_json::from_str(&text).unwrap()
    }
}

#[tokio::test]
async fn a_set_is_written_and_read_as_ids() {
    let app = TestApp::new(CRM).await;
    let ana = app.user("ana").await;
    tags(&ana, 3).await;
    let none = ana.post("/prospects", json!({"name": "Acme"})).await.expect(201);
    assert_eq!((&none.json()["tag_ids"], none.version()), (&json!([]), 1));
    let made = ana.post("/prospects", json!({"name": "Bolt", "tag_ids": [3, 1]})).await.expect(201);
    assert_eq!(made.json()["tag_ids"], json!([1, 3]), "ascending");
    assert_eq!(app.last_change()["after"]["tag_ids"], json!([1, 3]));
    assert_eq!((made.header("location"), &made.json()["id"]), ("/api/v1/prospects/2", &json!(2)));

    let one = ana.get("/prospects/2").await.expect(200);
    assert_eq!((&one.json()["tag_ids"], one.version()), (&json!([1, 3]), 1));
    assert_eq!(ana.get("/prospects/2?fields=tag_ids").await.expect(200).json(), json!({"tag_ids": [1, 3]}));
    let page = ana.get("/prospects?sort=-name&fields=name,tag_ids").await.expect(200).json();
    assert_eq!(page["data"], json!([{"name": "Bolt", "tag_ids": [1, 3]}, {"name": "Acme", "tag_ids": []}]));

    let changed = ana.patch("/prospects/2", json!({"tag_ids": [2, 3], "name": "B"})).await.expect(200);
    assert_eq!((&changed.json()["tag_ids"], changed.version()), (&json!([2, 3]), 2));
    let told = json!({"action": "update", "id": "2", "before": {"name": "Bolt", "tag_ids": [1, 3]},
        "after": {"name": "B", "tag_ids": [2, 3]}});
    assert_eq!(app.last_change(), told);
    ana.patch("/prospects/2", json!({"name": "Bolt"})).await.expect(200);
    assert_eq!(app.linked(2), "[2,3]", "what is absent stays");
    ana.act("/prospects/2/shout").await.expect(200);
    assert_eq!(app.linked(2), "[2,3]", "an action leaves it");

    ana.with("if-match", "\"1\"").patch("/prospects/2", json!({"tag_ids": []})).await.expect(412);
    assert_eq!(app.linked(2), "[2,3]");
    let body = json!({"name": "B", "tag_ids": [1], "member_ids": [], "related_ids": [1, 2]});
    let put = ana.put("/prospects/2", body).await.expect(200).json();
    assert_eq!((&put["tag_ids"], &put["related_ids"]), (&json!([1]), &json!([1, 2])), "itself too");
    ana.patch("/prospects/2", json!({"tag_ids": []})).await.expect(200);
    assert_eq!(app.linked(2), "[]");
    assert_eq!(
        app.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done' AND entity = 'prospect'"),
        7,
        "one row a change"
    );
}

#[tokio::test]
async fn what_is_no_set_of_ids_is_refused_at_its_place() {
    let app = TestApp::new(CRM).await;
    let ana = app.user("ana").await;
    tags(&ana, 2).await;
    ana.post("/prospects", json!({"name": "Acme", "tag_ids": [1]})).await.expect(201);
    let many: Vec<u32> = (1..=101).collect();
    for (value, pointer, code) in [
        (json!(null), "/tag_ids", "required"),
        (json!(1), "/tag_ids", "type"),
        (json!("1,2"), "/tag_ids", "type"),
        (json!(["1"]), "/tag_ids/0", "type"),
        (json!([1, 2.5]), "/tag_ids/1", "integer"),
        (json!([1, 2, 1]), "/tag_ids/2", "duplicate"),
        (json!(many), "/tag_ids", "max_items"),
    ] {
        let body = json!({"name": "x", "tag_ids": value});
        for answer in [ana.patch("/prospects/1", body.clone()).await, ana.post("/prospects", body.clone()).await] {
            assert_eq!(answer.expect(422).errors(), [(pointer.to_owned(), code.to_owned())], "{value}");
        }
    }
    let put = ana.put("/prospects/1", json!({"name": "x", "tag_ids": []})).await.expect(422);
    assert_eq!(put.errors().len(), 2, "PUT demands them all");
    let student = ana.post("/students", json!({})).await.expect(422);
    assert_eq!(student.errors(), [("/course_ids".to_owned(), "required".to_owned())]);
    let student = ana.post("/students", json!({"course_ids": []})).await.expect(422);
    assert_eq!(student.errors(), [("/course_ids".to_owned(), "min_items".to_owned())]);
    let near = ana.post("/prospects", json!({"name": "x", "tags_ids": []})).await.expect(422);
    assert!(near.json()["errors"][0]["detail"].as_str().unwrap().contains("`tag_ids`"));
    assert_eq!((app.linked(1).as_str(), app.sql::<i64>("SELECT count(*) FROM prospects")), ("[1]", 1));
}

/// Bob's tag on Ana's prospect, put there past the server.
async fn planted(app: &TestApp) -> (Caller<'_>, Caller<'_>) {
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    tags(&ana, 2).await;
    tags(&bob, 1).await;
    ana.post("/prospects", json!({"name": "Acme", "tag_ids": [1]})).await.expect(201);
    app.write("INSERT INTO prospects_tags VALUES (1, 3)");
    (ana, bob)
}

#[tokio::test]
async fn links_to_hidden_rows_are_not_shown_not_found_and_not_lost() {
    let app = TestApp::new(CRM).await;
    let (ana, bob) = planted(&app).await;
    assert_eq!(ana.get("/prospects/1").await.json()["tag_ids"], json!([1]));
    assert_eq!(ana.get("/prospects").await.json()["data"][0]["tag_ids"], json!([1]));
    for query in ["tag_ids[contains]=3", "tag_ids[in]=3,4", "tag_ids[contains]=3&count=exact"] {
        let page = ana.get(&format!("/prospects?{query}")).await.expect(200).json();
        assert_eq!(page["data"], json!([]), "{query}");
        assert!(page.get("total").is_none_or(|total| total == 0), "{query}");
    }
    let changed = ana.patch("/prospects/1", json!({"tag_ids": [2]})).await.expect(200).json();
    assert_eq!(changed["tag_ids"], json!([2]));
    assert_eq!(app.linked(1), "[2,3]", "Bob's survives");
    assert_eq!(
        (&app.last_change()["before"]["tag_ids"], &app.last_change()["after"]["tag_ids"]),
        (&json!([1, 3]), &json!([2, 3]))
    );
    ana.patch("/prospects/1", json!({"tag_ids": []})).await.expect(200);
    assert_eq!(app.linked(1), "[3]");
    bob.get("/prospects/1").await.expect(404);
    let eve = app.user_with("eve", &["manager"]).await;
    assert_eq!(eve.get("/prospects/1").await.json()["tag_ids"], json!([3]), "who sees the tag sees the link");
    eve.patch("/prospects/1", json!({"tag_ids": [1]})).await.expect(200);
    assert_eq!(app.linked(1), "[1]", "and replaces it");
}

#[tokio::test]
async fn a_hidden_row_and_a_missing_one_are_refused_alike() {
    let app = TestApp::new(CRM).await;
    let (ana, _bob) = planted(&app).await;
    let mut answers = BTreeSet::new();
    for id in [3, 999] {
        let body = json!({"name": "x", "tag_ids": [2, 1, id]});
        for answer in [ana.post("/prospects", body.clone()).await, ana.patch("/prospects/1", body).await] {
            let answer = answer.expect(409);
            assert_eq!(answer.errors(), [("/tag_ids/2".to_owned(), "reference".to_owned())]);
            let mut words = answer.json();
            words.as_object_mut().unwrap().remove("request_id");
            answers.insert(words.to_string());
        }
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!((app.linked(1).as_str(), app.sql::<i64>("SELECT count(*) FROM prospects")), ("[1,3]", 1));
    assert_eq!(
        app.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done' AND entity = 'prospect'"),
        1,
        "nothing is left of them"
    );
}

#[tokio::test]
async fn users_are_linked_by_who_may_see_them() {
    let app = TestApp::new(CRM).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    let eve = app.user_with("eve", &["manager"]).await;
    ana.post("/prospects", json!({"name": "Acme", "member_ids": [ana.id]})).await.expect(201);
    let refused = ana.patch("/prospects/1", json!({"member_ids": [bob.id]})).await.expect(409);
    assert_eq!(refused.errors(), [("/member_ids/0".to_owned(), "reference".to_owned())]);
    eve.patch("/prospects/1", json!({"member_ids": [ana.id, bob.id]})).await.expect(200);
    assert_eq!(ana.get("/prospects/1").await.json()["member_ids"], json!([ana.id]));
    ana.patch("/prospects/1", json!({"member_ids": []})).await.expect(200);
    assert_eq!(eve.get("/prospects/1").await.json()["member_ids"], json!([bob.id]));
    assert_eq!(eve.get(&format!("/prospects?member_ids[contains]={}", bob.id)).await.expect(200).ids(), [1]);

    app.write("UPDATE users SET disabled = TRUE WHERE email = 'bob@example.com'");
    eve.patch("/prospects/1", json!({"member_ids": [eve.id, bob.id]})).await.expect(200);
    eve.patch("/prospects/1", json!({"member_ids": [eve.id]})).await.expect(200);
    eve.patch("/prospects/1", json!({"member_ids": [eve.id, bob.id]})).await.expect(409);
}

#[tokio::test]
async fn lists_are_filtered_by_links() {
    let app = TestApp::new(CRM).await;
    let ana = app.user("ana").await;
    tags(&ana, 3).await;
    for ids in [json!([1]), json!([1, 2]), json!([3]), json!([])] {
        ana.post("/prospects", json!({"name": "x", "tag_ids": ids})).await.expect(201);
    }
    for (query, ids) in [
        ("tag_ids[contains]=1", vec![1, 2]),
        ("tag_ids[contains]=2", vec![2]),
        ("tag_ids[contains]=9", vec![]),
        ("tag_ids[in]=2,3", vec![2, 3]),
        ("tag_ids[in]=1,2,3&name=x&limit=2", vec![1, 2]),
        ("tag_ids[contains]=1&sort=-created_at&id[lt]=2", vec![1]),
    ] {
        assert_eq!(ana.get(&format!("/prospects?{query}")).await.expect(200).ids(), ids, "{query}");
    }
    let page = ana.get("/prospects?tag_ids[contains]=1&limit=1&count=exact").await.expect(200).json();
    assert_eq!(page["total"], 2);
    let next = format!("/prospects?tag_ids[contains]=1&limit=1&cursor={}", page["next_cursor"].as_str().unwrap());
    assert_eq!(ana.get(&next).await.expect(200).ids(), [2]);
    ana.get(&next.replace("]=1", "]=2")).await.expect(400);
    for query in
        ["tag_ids=1", "tag_ids[ne]=1", "tag_ids[is_null]=true", "tag_ids[contains]=x", "tag_ids[in]=", "sort=tag_ids"]
    {
        ana.get(&format!("/prospects?{query}")).await.expect(400);
    }
}

#[tokio::test]
async fn deleting_either_side_takes_the_links_along() {
    let app = TestApp::new(CRM).await;
    let ana = app.user("ana").await;
    tags(&ana, 2).await;
    ana.post("/prospects", json!({"name": "Acme", "tag_ids": [1, 2]})).await.expect(201);
    ana.post("/prospects", json!({"name": "Bolt", "tag_ids": [2]})).await.expect(201);
    ana.patch("/prospects/1", json!({"related_ids": [1]})).await.expect(200);
    ana.patch("/prospects/2", json!({"related_ids": [1, 2]})).await.expect(200);
    ana.delete("/tags/1").await.expect(204);
    let one = ana.get("/prospects/1").await.expect(200);
    assert_eq!((&one.json()["tag_ids"], one.version()), (&json!([2]), 3), "it has changed");
    assert_eq!(ana.get("/prospects/2").await.version(), 2, "the other has not");
    let told = json!({"action": "update", "id": "1", "before": {"tag_ids": [1, 2]}, "after": {"tag_ids": [2]}});
    assert_eq!(app.last_change(), told);

    ana.delete("/prospects/1").await.expect(204);
    assert_eq!(app.linked(1), "[]");
    let two = ana.get("/prospects/2").await.expect(200).json();
    assert_eq!((&two["related_ids"], &two["tag_ids"]), (&json!([2]), &json!([2])));
    assert_eq!(
        app.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done' AND action = 'update' AND entity_id = '1'"),
        2
    );
    let deleted: String =
        app.sql("SELECT before FROM _audit WHERE outcome = 'done' AND action = 'delete' AND entity = 'prospect'");
    let deleted: Json = serde_json::from_str(&deleted).unwrap();
    assert_eq!((&deleted["tag_ids"], &deleted["related_ids"]), (&json!([2]), &json!([1])));
    if !place::is_postgres() {
        assert_eq!(app.sql::<i64>("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    }
}

#[tokio::test]
async fn a_row_that_must_stay_linked_stays() {
    let app = TestApp::new(CRM).await;
    let ana = app.user("ana").await;
    let admin = app.user_with("eve", &["admin"]).await;
    let mut courses = Vec::new();
    for name in ["Latin", "Greek"] {
        let made = admin.post("/courses", json!({ "name": name })).await.expect(201).json();
        courses.push(made["id"].as_str().unwrap().to_owned());
    }
    ana.post("/clubs", json!({"name": "chess"})).await.expect(201);
    let student = ana.post("/students", json!({"course_ids": courses, "club_ids": [1]})).await.expect(201).json();
    assert_eq!(student["course_ids"], json!(courses), "UUIDs ascend as they were made");
    ana.delete("/clubs/1").await.expect(409);
    admin.delete(&format!("/courses/{}", courses[0])).await.expect(204);
    admin.delete(&format!("/courses/{}", courses[1])).await.expect(409);
    assert_eq!(ana.get("/students/1").await.json()["course_ids"], json!([courses[1]]));
    ana.patch("/students/1", json!({"course_ids": []})).await.expect(422);
    ana.patch("/students/1", json!({"club_ids": []})).await.expect(200);
    ana.delete("/clubs/1").await.expect(204);
    ana.delete("/students/1").await.expect(204);
    admin.delete(&format!("/courses/{}", courses[1])).await.expect(204);
}

/// With a trash on the far side, and one on the near side.
#[tokio::test]
async fn what_is_in_the_trash_keeps_its_links_unseen() {
    let with_trash = ["tag", "prospect", "course", "club"].iter().fold(CRM.to_owned(), |text, name| {
        let field = format!("[entity.{name}.field]");
        let entity = format!("[entity.{name}]\n");
        match text.contains(&entity) {
            true => text.replace(&entity, &format!("{entity}soft_delete = true\n")),
            false => text.replace(&field, &format!("{entity}soft_delete = true\n{field}")),
        }
    });
    let app = TestApp::new(&with_trash).await;
    let ana = app.user("ana").await;
    tags(&ana, 2).await;
    ana.post("/prospects", json!({"name": "Acme", "tag_ids": [1, 2]})).await.expect(201);
    ana.delete("/tags/1").await.expect(204);
    let seen = ana.get("/prospects/1").await.expect(200);
    assert_eq!((&seen.json()["tag_ids"], seen.version()), (&json!([2]), 2), "looks different");
    assert_eq!(ana.get("/prospects?tag_ids[contains]=1").await.ids(), [] as [i64; 0]);
    ana.patch("/prospects/1", json!({"tag_ids": [2, 1]})).await.expect(409);
    ana.patch("/prospects/1", json!({"tag_ids": []})).await.expect(200);
    ana.post("/tags/1/restore", json!({})).await.expect(200);
    let seen = ana.get("/prospects/1").await.expect(200);
    assert_eq!((&seen.json()["tag_ids"], seen.version()), (&json!([1]), 4), "is linked again");

    ana.delete("/prospects/1").await.expect(204);
    let back = ana.post("/prospects/1/restore", json!({})).await.expect(200).json();
    assert_eq!(back["tag_ids"], json!([1]));

    let admin = app.user_with("eve", &["admin"]).await;
    let mut courses = Vec::new();
    for name in ["Latin", "Greek"] {
        let made = admin.post("/courses", json!({ "name": name })).await.expect(201).json();
        courses.push(made["id"].as_str().unwrap().to_owned());
    }
    ana.post("/clubs", json!({"name": "chess"})).await.expect(201);
    ana.post("/students", json!({"course_ids": courses, "club_ids": [1]})).await.expect(201);
    ana.delete("/clubs/1").await.expect(409);
    admin.delete(&format!("/courses/{}", courses[0])).await.expect(204);
    admin.delete(&format!("/courses/{}", courses[1])).await.expect(409);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_sets_at_once_one_is_left_whole() {
    let app = TestApp::new(CRM).await;
    let ana = app.user("ana").await;
    tags(&ana, 5).await;
    ana.post("/prospects", json!({"name": "Acme"})).await.expect(201);
    let sets = [json!([1, 2]), json!([2, 3]), json!([3, 4, 5]), json!([]), json!([1, 5])];
    let answers = join_all((0..100).map(|place| {
        let (ana, set) = (&ana, &sets[place % sets.len()]);
        async move { (set, ana.patch("/prospects/1", json!({"tag_ids": set})).await.expect(200)) }
    }))
    .await;
    for (set, answer) in &answers {
        assert_eq!(answer.json()["tag_ids"], **set, "each sees its own");
    }
    let versions: BTreeSet<_> = answers.iter().map(|(_, answer)| answer.header("etag").to_owned()).collect();
    assert_eq!(versions.len(), 100);
    let left = ana.get("/prospects/1").await.expect(200);
    let (last, _) = answers.iter().find(|(_, answer)| answer.header("etag") == left.header("etag")).unwrap();
    assert_eq!(left.json()["tag_ids"], **last);
    assert_eq!(app.last_change()["after"]["tag_ids"], **last);
}
