//! The rows at the other end of links: shown by `expand`, filtered by, and listed under a row, each under its own rules.

use serde_json::{Value as Json, json};

use crate::support::blueprints::STUDIO;
use crate::support::{Caller, TestApp};

/// Ana's deal 1 has her tags 1 and 2, of which the second has her kind; her deal 2 has none.
async fn studio(app: &TestApp) -> Caller<'_> {
    let ana = app.user("ana").await;
    ana.post("/kinds", json!({"name": "hot"})).await.expect(201);
    let full = json!({"name": "a \"b\" é \\", "text": "1\n2\t\"", "price": "-0.05", "level": "12.5000", "weight": 0.1, "pieces": -7,
        "vip": true, "on": "2026-11-21", "extra": {"a": [1, 0.1, null]}, "note": "mine"});
    ana.post("/tags", full).await.expect(201);
    ana.post("/tags", json!({"name": "two", "kind_id": 1, "vip": false})).await.expect(201);
    ana.post("/deals", json!({"name": "Acme", "tag_ids": [2, 1], "member_ids": [ana.id]})).await.expect(201);
    ana.post("/deals", json!({"name": "Bolt"})).await.expect(201);
    ana.patch("/deals/2", json!({"related_ids": [1, 2]})).await.expect(200);
    ana.post("/visits", json!({"deal_id": 1})).await.expect(201);
    ana
}

/// Bob's tag 3 (named `secret`, of his kind 2) and his deal 3 with it; his tag is on Ana's deal 1 and hers on his deal,
/// put there past the server.
async fn neighbour(app: &TestApp) -> Caller<'_> {
    let bob = app.user("bob").await;
    bob.post("/kinds", json!({"name": "bobs"})).await.expect(201);
    bob.post("/tags", json!({"name": "secret", "note": "bobs", "kind_id": 2})).await.expect(201);
    bob.post("/deals", json!({"name": "Cork", "tag_ids": [3]})).await.expect(201);
    app.write("INSERT INTO deals_tags VALUES (1, 3), (3, 1)");
    app.write("UPDATE tags SET kind_id = 2 WHERE id = 1");
    bob
}

#[tokio::test]
async fn a_row_comes_with_the_rows_that_it_is_linked_to() {
    let app = TestApp::new(STUDIO).await;
    let ana = studio(&app).await;
    let (one, two) = (ana.get("/tags/1").await.json(), ana.get("/tags/2").await.json());
    let mut expected = ana.get("/deals/1").await.expect(200).json();
    expected["tags"] = json!([one, two]);
    expected["members"] = json!([{"id": ana.id, "email": "ana@example.com"}]);
    expected["related"] = json!([]);
    let whole = ana.get("/deals/1?expand=tags,members,related").await.expect(200);
    assert_eq!(whole.json(), expected, "each as it is alone, by ascending ids");
    assert!(!whole.headers.contains_key("etag"));
    assert_eq!(expected["tag_ids"], json!([1, 2]));

    let page = ana.get("/deals?expand=tags&fields=name&sort=-id").await.expect(200).json();
    assert_eq!(page["data"], json!([{"name": "Bolt", "tags": []}, {"name": "Acme", "tags": [one, two]}]));
    let mut with_kind = two.clone();
    with_kind["kind"] = ana.get("/kinds/1").await.json();
    let mut without = one.clone();
    without["kind"] = Json::Null;
    let deep = ana.get("/deals/1?fields=id&expand=tags.kind").await.expect(200).json();
    assert_eq!(deep, json!({"id": 1, "tags": [without, with_kind]}), "many, and one of each");
    let up = ana.get("/visits?fields=id&expand=deal.tags").await.expect(200).json();
    let mut deal = ana.get("/deals/1").await.json();
    deal["tags"] = json!([one, two]);
    assert_eq!(up["data"], json!([{"id": 1, "deal": deal}]), "one, and many of it");
    let users = ana.get("/deals/2?fields=id&expand=related.user").await.expect(200).json();
    assert_eq!(users["related"][1]["user"], json!({"id": ana.id, "email": "ana@example.com"}));
    ana.post("/visits", json!({})).await.expect(201);
    assert_eq!(ana.get("/visits/2?fields=id&expand=deal.tags").await.json(), json!({"id": 2, "deal": null}));
}

#[tokio::test]
async fn numbers_are_the_same_there_as_elsewhere() {
    let app = TestApp::new(STUDIO).await;
    let ana = app.user("ana").await;
    let weights = [
        0.1,
        1.0 / 3.0,
        0.1 + 0.2,
        1e21,
        5e-324,
        f64::MAX,
        -0.0,
        -1.5,
        123_456_789.123_456_78,
        9_007_199_254_740_993.0,
        2.0_f64.sqrt(),
        std::f64::consts::PI,
    ];
    for weight in weights {
        ana.post("/tags", json!({"name": "w", "weight": weight, "price": "92233720368547758.07"})).await.expect(201);
    }
    let ids: Vec<usize> = (1..=weights.len()).collect();
    ana.post("/deals", json!({"name": "all", "tag_ids": ids})).await.expect(201);
    let tags = ana.get("/tags?limit=100").await.expect(200).json();
    assert_eq!(ana.get("/deals/1?expand=tags").await.expect(200).json()["tags"], tags["data"]);
}

#[tokio::test]
async fn rows_and_fields_that_are_not_the_callers_are_not_among_them() {
    let app = TestApp::new(STUDIO).await;
    let (ana, bob) = (studio(&app).await, neighbour(&app).await);
    for query in
        ["/deals/1?expand=tags", "/deals?expand=tags.kind", "/visits?expand=deal.tags", "/deals/1?expand=tags.kind"]
    {
        let answer = ana.get(query).await.expect(200).json().to_string();
        for hidden in ["secret", "bobs", "pin", "rank", &bob.id] {
            assert!(!answer.contains(hidden), "{query}: {hidden} in {answer}");
        }
        assert!(answer.contains("mine"));
    }
    let kinds = ana.get("/deals/1?expand=tags.kind").await.json();
    assert_eq!((&kinds["tags"][0]["kind_id"], &kinds["tags"][0]["kind"]), (&json!(2), &Json::Null), "as for one row");
    assert_eq!(bob.get("/deals?expand=tags&fields=id").await.json()["data"][0]["tags"].as_array().unwrap().len(), 1);

    let eve = app.user_with("eve", &["manager"]).await;
    let seen = eve.get("/deals/1?expand=tags").await.expect(200).json();
    let seen: Vec<_> =
        seen["tags"].as_array().unwrap().iter().map(|tag| (tag["id"].clone(), tag.get("note"))).collect();
    assert_eq!(seen.len(), 3, "a manager sees them all");
    assert!(seen.iter().all(|(_, note)| note.is_none_or(Json::is_null)), "but not what is for owners: {seen:?}");

    ana.delete("/tags/1").await.expect(204);
    let left = ana.get("/deals/1?expand=tags").await.expect(200).json();
    assert_eq!((&left["tags"][0]["id"], left["tags"].as_array().unwrap().len()), (&json!(2), 1), "none from the trash");
    app.stranger().get("/deals/1?expand=tags").await.expect(401);
}

#[tokio::test]
async fn rows_are_found_by_any_row_that_they_are_linked_to() {
    let app = TestApp::new(STUDIO).await;
    let (ana, bob) = (studio(&app).await, neighbour(&app).await);
    ana.patch("/deals/2", json!({"tag_ids": [2]})).await.expect(200);
    for (query, ids) in [
        ("tags.name=two", vec![1, 2]),
        ("tags.name[ne]=two", vec![1]),
        ("tags.name[contains]=TWO", vec![1, 2]),
        ("tags.name[in]=two,three", vec![1, 2]),
        ("tags.id=1", vec![1]),
        ("tags.price[lt]=0", vec![1]),
        ("tags.price[is_null]=true", vec![1, 2]),
        ("tags.vip=true&tags.vip[ne]=true", vec![1]),
        ("tags.note=mine", vec![1]),
        ("related.tag_ids[contains]=1", vec![2]),
        ("related.name=Bolt", vec![2]),
        // What Bob has, and what is in the trash, is nobody's to Ana.
        ("tags.name=secret", vec![]),
        ("tags.name[starts_with]=sec", vec![]),
        ("tags.note=bobs", vec![]),
        ("tags.id=3", vec![]),
        ("tags.id[nin]=1,2", vec![]),
    ] {
        let found = ana.get(&format!("/deals?{query}&count=exact")).await.expect(200);
        assert_eq!((found.ids(), &found.json()["total"]), (ids.clone(), &json!(ids.len())), "{query}");
    }
    assert_eq!(bob.get("/deals?tags.name=secret").await.ids(), [3]);
    assert_eq!(bob.get("/deals?tags.note=mine").await.ids(), [] as [i64; 0]);
    let eve = app.user_with("eve", &["manager"]).await;
    assert_eq!(eve.get("/deals?tags.name=secret").await.ids(), [1, 3]);
    assert_eq!(eve.get("/deals?tags.rank[is_null]=true").await.ids(), [1, 2, 3]);
    ana.delete("/tags/2").await.expect(204);
    assert_eq!(ana.get("/deals?tags.name=two").await.ids(), [] as [i64; 0], "not by what is in the trash");
}

#[tokio::test]
async fn what_makes_no_sense_says_so() {
    let app = TestApp::new(STUDIO).await;
    let ana = app.user("ana").await;
    for (query, detail) in [
        ("sort=tags.name", "`tags.name` leads to many rows by `tags`, which have no order together"),
        ("sort=-members.id", "leads to many rows by `members`"),
        ("sort=tag_ids", "is a set of ids, which has no order"),
        ("expand=related.tags", "`related.tags` leads to many rows, each with many more"),
        ("expand=related.related", "leads to many rows, each with many more"),
        ("expand=tags.kind.user", "follows more than 2 references"),
        ("expand=members.id", "`members` leads to a user, who refers to nothing"),
        ("expand=tag", "perhaps you meant `tags`"),
        ("expand=tag_ids", "`tag_ids` is not a reference of deal"),
        ("tags=1", "is a reference; perhaps you meant `tag_ids`"),
        ("tags.nam=x", "perhaps you meant `tags.name`"),
        ("tags.pin=x", "`pin` is not a field of tag"),
        ("tags.rank=x", "`rank` is not a field of tag"),
        ("tags.price=x", ""),
        ("members.email=x", "`members` leads to a user"),
        ("tags.kind.name=x", "follows more than one reference"),
    ] {
        let refused = ana.get(&format!("/deals?{query}")).await.expect(400).json();
        assert!(refused.to_string().contains(detail), "{query}: {refused}");
    }
}

#[tokio::test]
async fn both_sides_of_links_are_listed_under_a_row() {
    let app = TestApp::new(STUDIO).await;
    let (ana, bob) = (studio(&app).await, neighbour(&app).await);
    ana.patch("/deals/2", json!({"tag_ids": [2]})).await.expect(200);
    for (path, ids) in [
        ("/deals/1/tags", vec![1, 2]),
        ("/deals/1/tags?sort=-name&limit=1", vec![2]),
        ("/deals/1/tags?name[contains]=tw&expand=kind", vec![2]),
        ("/deals/2/tags", vec![2]),
        ("/tags/2/deals", vec![1, 2]),
        ("/tags/1/deals?expand=tags", vec![1]),
        ("/tags/2/deals?tags.name[starts_with]=a", vec![1]),
    ] {
        assert_eq!(ana.get(path).await.expect(200).ids(), ids, "{path}");
    }
    assert_eq!(ana.get("/deals/1/tags?count=exact").await.json()["total"], 2, "Bob's is not counted");
    assert_eq!(bob.get("/tags/3/deals?count=exact").await.expect(200).json()["total"], 1, "nor is Ana's");
    for path in ["/tags/3/deals", "/tags/99/deals", "/deals/3/tags", "/deals/99/tags", "/deals/x/tags"] {
        ana.get(path).await.expect(404);
    }
    ana.get("/deals/1/deals").await.expect(404);

    let page = ana.get("/tags/2/deals?limit=1").await.expect(200).json();
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(ana.get(&format!("/tags/2/deals?limit=1&cursor={cursor}")).await.expect(200).ids(), [2]);
    for other in ["/tags/1/deals", "/deals"] {
        ana.get(&format!("{other}?limit=1&cursor={cursor}")).await.expect(400);
    }
    let eve = app.user_with("eve", &["manager"]).await;
    assert_eq!(eve.get("/deals/1/tags").await.expect(200).ids(), [1, 2, 3]);
    ana.api("POST", "/deals/1/tags", Some(json!({"name": "x"}))).await.expect(405);
    app.stranger().get("/deals/1/tags").await.expect(401);
    ana.delete("/tags/2").await.expect(204);
    assert_eq!(ana.get("/deals/1/tags").await.ids(), [1]);
    ana.get("/tags/2/deals").await.expect(404);
}
