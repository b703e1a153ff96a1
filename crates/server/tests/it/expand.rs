//! `expand`, and filters and sort keys beyond a reference: what they show of rows that the caller may see.

use serde_json::{Value as Json, json};

use crate::support::TestApp;
use crate::support::blueprints::OFFICE;

#[tokio::test]
async fn a_row_comes_with_what_it_refers_to() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let eve = app.user_with("eve", &["manager"]).await;
    ana.post("/clients", json!({"name": "Acme", "pin": "1234", "budget": "5.00"})).await.expect(201);
    let client = ana.get("/clients/1").await.expect(200).json();
    let room = eve.post("/rooms", json!({"name": "Blue", "client_id": 1})).await.expect(201).json();
    let body = json!({"client_id": 1, "room_id": room["id"], "helper_id": ana.id});
    let visit = ana.post("/visits", body).await.expect(201).json();

    let whole = ana.get("/visits/1?expand=client,room.client,helper,user,parent").await.expect(200);
    assert!(!whole.headers.contains_key("etag"));
    assert_eq!(whole.header("cache-control"), "no-store", "a client has a sensitive field");
    let mut expected = visit.clone();
    let me = json!({"id": ana.id, "email": "ana@example.com"});
    expected["client"] = client.clone();
    expected["room"] = room.clone();
    expected["room"]["client"] = client.clone();
    expected["helper"] = me.clone();
    expected["user"] = me;
    expected["parent"] = Json::Null;
    assert_eq!(whole.json(), expected);

    let page = ana.get("/visits?expand=client&fields=id").await.expect(200).json();
    assert_eq!(page["data"], json!([{"id": 1, "client": client}]));
    let tree = ana.post("/visits", json!({"client_id": 1, "parent_id": 1})).await.expect(201).json();
    let page = ana.get("/visits?expand=parent.parent&fields=id&sort=-id&limit=1").await.expect(200).json();
    let mut parent = visit.clone();
    parent["parent"] = Json::Null;
    assert_eq!(page["data"], json!([{"id": tree["id"], "parent": parent}]));
}

#[tokio::test]
async fn an_expansion_that_is_none_says_what_may_have_been_meant() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    for (query, detail) in [
        ("expand=cliet", "`cliet` is not a reference of visit; perhaps you meant `client`"),
        ("expand=client_id", "`client_id` is not a reference of visit; perhaps you meant `client`"),
        ("expand=", "`` is not a reference of visit"),
        ("expand=room.clint", "`clint` is not a reference of room; perhaps you meant `client`"),
        ("expand=parent.parent.parent", "`parent.parent.parent` follows more than 2 references"),
        ("expand=helper.id", "`helper` leads to a user, who refers to nothing"),
        ("expand=client,client", "names `client` twice"),
        (
            "expand=parent.client,parent.room,parent.helper,parent.parent,parent.user,client,client.user,room,room.client,helper",
            "adds more than 10 rows to each row",
        ),
        ("clint.status=won", "is not a parameter; perhaps you meant `client.status`"),
        ("client.statsu=won", "is not a parameter; perhaps you meant `client.status`"),
        ("client.pin=1", "`pin` is not a field of client"),
        ("client=1", "is a reference; perhaps you meant `client_id`"),
        ("helper.email=x", "`helper` leads to a user, of whom only `helper_id` is known here"),
        ("room.client.name=x", "follows more than one reference"),
        ("sort=client.nam", "`client.nam` is nothing to sort by; perhaps you meant `client.name`"),
        ("sort=client.phone", "`client.phone` has no index; mark it `index = true` in the blueprint to sort by it"),
    ] {
        let refused = ana.get(&format!("/visits?{query}")).await.expect(400).json();
        let said = refused["errors"][0]["detail"].as_str().or(refused["detail"].as_str()).unwrap().to_owned();
        assert!(said.contains(detail), "{query}: {refused}");
    }
    ana.get("/visits/1?expand=nothing").await.expect(400);
    ana.get("/visits/1?expnd=client").await.expect(400);
    ana.get("/visits/1?expand=client").await.expect(404);
    app.stranger().get("/visits?expand=client").await.expect(401);
}

#[tokio::test]
async fn lists_are_filtered_and_sorted_by_what_they_refer_to() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    for (name, status, score) in [("Acme", "new", Some(7)), ("Bolt", "won", None), ("Cork", "won", Some(3))] {
        ana.post("/clients", json!({"name": name, "status": status, "score": score})).await.expect(201);
    }
    for client in [1, 2, 3, 1] {
        ana.post("/visits", json!({"client_id": client})).await.expect(201);
    }
    for (query, ids) in [
        ("client.status=won", vec![2, 3]),
        ("client.status[ne]=won", vec![1, 4]),
        ("client.score[is_null]=true", vec![2]),
        ("client.score[nin]=7", vec![2, 3]),
        ("client.name[contains]=O&client.score[gt]=1", vec![3]),
        ("parent.text=x", vec![]),
        ("parent.text[is_null]=true", vec![]),
        ("parent.text[ne]=x", vec![]),
        ("sort=-client.name", vec![3, 2, 4, 1]),
        ("sort=client.score", vec![3, 1, 4, 2]),
        ("sort=-client.score,id", vec![1, 4, 3, 2]),
        ("sort=client.status,-client.name&expand=client", vec![4, 1, 3, 2]),
    ] {
        let page = ana.get(&format!("/visits?{query}&count=exact")).await.expect(200);
        assert_eq!(page.ids(), ids, "{query}");
        assert_eq!(page.json()["total"], ids.len(), "{query}");
        let mut walked = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = ana.get(&format!("/visits?{query}&limit=1{cursor}")).await.expect(200);
            walked.extend(page.ids());
            match page.json()["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(walked, ids, "{query}, one by one");
    }
}
