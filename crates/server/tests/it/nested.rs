//! Lists under a row, and that nothing is learnt of rows of others through a reference to them.

use std::sync::Arc;

use query::cursor::CursorKey;
use query::{Actor, Catalog, List, Origin, Request, User, Verb, View, access};
use serde_json::json;
use work::{Dialect, Step};

use crate::support::blueprints::OFFICE;
use crate::support::{TestApp, place};

#[tokio::test]
async fn a_list_stands_under_each_row_that_it_refers_to() {
    let app = TestApp::new(OFFICE).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    let eve = app.user_with("eve", &["manager"]).await;
    ana.post("/clients", json!({"name": "Acme"})).await.expect(201);
    ana.post("/clients", json!({"name": "Bolt"})).await.expect(201);
    let room = eve.post("/rooms", json!({"name": "Blue", "client_id": 1})).await.expect(201).json();
    for client in [1, 2, 1, 1] {
        let body = json!({"client_id": client, "room_id": room["id"], "text": format!("of {client}")});
        ana.post("/visits", body).await.expect(201);
    }
    ana.patch("/visits/3", json!({"parent_id": 1})).await.expect(200);

    assert_eq!(ana.get("/clients/1/visits").await.expect(200).ids(), [1, 3, 4]);
    assert_eq!(ana.get("/clients/1/visits?sort=-id&parent_id=1&expand=client").await.expect(200).ids(), [3]);
    assert_eq!(ana.get("/clients/2/visits?count=exact").await.expect(200).json()["total"], 1);
    assert_eq!(ana.get("/visits/1/visits").await.expect(200).ids(), [3]);
    let under_room = format!("/rooms/{}/visits", room["id"].as_str().unwrap());
    assert_eq!(ana.get(&under_room).await.expect(200).ids(), [1, 2, 3, 4]);
    assert_eq!(bob.get(&under_room).await.expect(200).ids(), [] as [i64; 0], "everybody's room, Ana's visits");
    assert_eq!(ana.get("/clients/1/rooms").await.expect(200).json()["data"][0]["id"], room["id"]);

    let page = ana.get("/clients/1/visits?limit=2").await.expect(200).json();
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(ana.get(&format!("/clients/1/visits?limit=2&cursor={cursor}")).await.expect(200).ids(), [4]);
    for other in ["/clients/2/visits", "/visits", "/visits/1/visits", "/visits?client_id=1"] {
        let sign = if other.contains('?') { '&' } else { '?' };
        ana.get(&format!("{other}{sign}cursor={cursor}")).await.expect(400);
    }
    ana.get("/clients/1/visits?page=2").await.expect(400);

    for path in
        ["/clients/99/visits", "/clients/x/visits", "/clients/1/notices", "/clients/1/visits/", "/notices/1/visits"]
    {
        ana.get(path).await.expect(404);
    }
    let (hidden, missing) = (bob.get("/clients/1/visits").await.expect(404), bob.get("/clients/99/visits").await);
    assert_eq!(hidden.json()["detail"], missing.json()["detail"]);
    app.stranger().get("/clients/1/visits").await.expect(401);
    for method in ["POST", "PATCH", "PUT", "DELETE"] {
        let refused = ana.api(method, "/clients/1/visits", Some(json!({}))).await.expect(405);
        assert_eq!(refused.header("allow"), "GET, HEAD, OPTIONS");
    }
    assert_eq!(ana.api("OPTIONS", "/clients/1/visits", None).await.expect(204).header("allow"), "GET, HEAD, OPTIONS");
    let head = ana.api("HEAD", "/clients/1/visits", None).await.expect(200);
    assert!(head.body.is_empty());
}

/// Ana's rows come to refer to Bob's: whatever Bob's are like, Ana's answers are the same to the byte.
#[tokio::test]
async fn nothing_is_told_of_a_row_that_cannot_be_seen() {
    let app = TestApp::new(OFFICE).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    let eve = app.user_with("eve", &["manager"]).await;
    ana.post("/clients", json!({"name": "Mine", "status": "new", "score": 5})).await.expect(201);
    bob.post("/clients", json!({"name": "Bolt", "status": "won", "score": 9})).await.expect(201);
    let room = eve.post("/rooms", json!({"name": "Blue", "client_id": 2})).await.expect(201).json();
    for _ in 0..3 {
        ana.post("/visits", json!({"client_id": 1, "room_id": room["id"], "helper_id": ana.id})).await.expect(201);
    }
    let planted = format!("UPDATE visits SET client_id = 2, helper_id = '{}' WHERE id = 2 RETURNING 1", bob.id);
    app.sql::<i64>(&planted);

    let queries = [
        "/visits?expand=client,helper,room.client",
        "/visits/2?expand=client.user,helper",
        "/visits?client.status=won&count=exact",
        "/visits?client.status[ne]=won&count=exact",
        "/visits?client.status[nin]=won,lost&count=exact",
        "/visits?client.score[is_null]=true&count=exact",
        "/visits?client.score[is_null]=false&count=exact",
        "/visits?client.name[contains]=o&count=exact",
        "/visits?sort=client.name",
        "/visits?sort=-client.score,client.name&limit=1",
        "/visits?sort=client.id",
        "/clients/2/visits",
        "/clients/2/visits?sort=-client.name",
    ];
    let mut before = Vec::new();
    for query in queries {
        before.push(ana.with("x-request-id", "r").get(query).await);
    }
    assert_eq!(before[0].json()["data"][1]["client"], json!(null));
    assert_eq!(before[0].json()["data"][1]["helper"], json!(null));
    assert_eq!(before[0].json()["data"][0]["room"]["client"], json!(null));
    assert_eq!(before[0].json()["data"][0]["helper"]["email"], "ana@example.com");
    for (place, total) in [(2, 0), (3, 2), (4, 2), (5, 0), (6, 2), (7, 0)] {
        assert_eq!(before[place].json()["total"], total, "{}", queries[place]);
    }
    assert_eq!(before[8].ids(), [1, 3, 2], "what cannot be seen sorts last");
    assert_eq!(before[11].status, 404);

    bob.patch("/clients/2", json!({"name": "Aaa", "status": "lost", "score": null})).await.expect(200);
    for (query, before) in queries.iter().zip(before) {
        let after = ana.with("x-request-id", "r").get(query).await;
        assert_eq!((after.status, after.body), (before.status, before.body), "{query}");
    }
    assert_eq!(eve.get("/visits/2?expand=client").await.expect(404).json()["code"], "not_found");
    assert_eq!(bob.get("/visits?expand=client").await.ids(), [] as [i64; 0]);
}

/// One statement whatever the rows are, and each of its parts finds its rows by an index.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "asks the database how it would run what the server would send")]
async fn expansions_and_nested_lists_run_along_indexes() {
    if place::is_postgres() {
        return; // Which index it takes depends on how many rows there are.
    }
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let blueprint = Arc::new(blueprint::load(OFFICE).unwrap());
    let visit = blueprint::EntityIndex(1);
    let client = blueprint::EntityIndex(0);
    let user = User {
        id: ana.id.clone(),
        iss: "own".to_owned(),
        sub: ana.id.clone(),
        email: None,
        roles: Vec::new(),
        fields: query::Fields::default(),
        session: None,
        key: None,
    };
    let connection = rusqlite::Connection::open(app.folder.path().join("app.db")).unwrap();
    for (parameters, nested, steps) in [
        (vec![("expand", "client,room.client,helper,user,parent.parent"), ("sort", "-created_at")], false, 1),
        (vec![("expand", "client.user")], false, 1),
        (vec![], true, 2),
        (vec![("expand", "parent,room")], true, 2),
    ] {
        let parameters: Vec<_> = parameters.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
        let access =
            access::decide(blueprint.entity(visit), Verb::Read, Actor::User(user.clone().into()), None).unwrap();
        let mut list = List::parse(&blueprint, &View::of(blueprint.entity(visit), &access), &parameters).unwrap();
        if nested {
            let (_, way) = query::children(&blueprint, client).into_iter().find(|(it, _)| *it == visit).unwrap();
            list.parent = Some(query::Parent { entity: client, id: query::RecordId::Integer(1), way });
        }
        let origin = Origin { at: String::new(), request_id: String::new(), ip: None, batch: None };
        let key = CursorKey::new([1; 32]);
        let plan = query::plan(&blueprint, visit, access, Request::List(list), origin, &key).unwrap();
        let work = query::render(&Catalog::new(blueprint.clone(), Dialect::Sqlite), &plan);
        assert_eq!(work.steps.len(), steps);
        for step in &work.steps {
            let (Step::Page { statement, .. } | Step::Require { statement, .. }) = step else { panic!("{step:?}") };
            let sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
            let mut prepared = connection.prepare(&sql).unwrap();
            let mut rows = prepared.raw_query();
            while let Some(row) = rows.next().unwrap() {
                let detail: String = row.get(3).unwrap();
                assert!(detail.starts_with("SEARCH "), "{detail}\n{sql}");
            }
        }
    }
}
