//! `explain`: it says what would be answered, which is what is answered, and which part of the rules decides it; nothing is changed
//! by asking.

use http::Method;
use serde_json::{Value as Json, json};
use server::auth::api_keys::NewKey;
use server::auth::users::UserError;
use server::explain::{Asked, Explained};

use crate::support::TestApp;

const PAPER: &str = r#"
[app]
name = "paper"
[auth]
roles = ["editor"]

[entity.desk]
owner = false
[entity.desk.field]
name = { type = "text", required = true }
open = { type = "boolean", required = true, default = true }
[entity.desk.access]
read = ["signed_in"]
create = ["role:editor"]
update = ["role:editor"]
delete = ["nobody"]

[entity.article]
soft_delete = true
[entity.article.field]
title = { type = "text", required = true }
state = { type = "enum", values = ["draft", "published"], required = true, default = "draft" }
reason = { type = "text", write = [{ who = "role:editor", when = "state = 'published'" }] }
source = { type = "text", sensitive = true }
desk = { type = "reference", to = "desk" }
[entity.article.access]
read = ["owner", { who = "anyone", when = "state = 'published' and (desk.open or source = 'x')" }, "role:editor"]
create = [{ when = "state = 'draft'" }]
update = [{ who = "owner", when = "state = 'draft'" }, "role:editor"]
delete = ["owner"]
publish = [{ who = "owner", when = "state = 'draft'" }]
[entity.article.action.publish]
when = "title != '' and desk is not null"
set = { state = "published" }
"#;

struct Case {
    whom: &'static str,
    request: &'static str,
    body: Option<&'static str>,
    status: u16,
    why: &'static [&'static str],
}

const fn case(whom: &'static str, request: &'static str, status: u16, why: &'static [&'static str]) -> Case {
    Case { whom, request, body: None, status, why }
}

const fn sent(
    whom: &'static str,
    request: &'static str,
    body: &'static str,
    status: u16,
    why: &'static [&'static str],
) -> Case {
    Case { whom, request, body: Some(body), status, why }
}

const CASES: &[Case] = &[
    case("ana", "GET /articles/1", 200, &["`read` allows it: \"owner\""]),
    case("eve", "GET /articles/1", 200, &["`read` allows it: \"role:editor\""]),
    case("bob", "GET /articles/1", 404, &["article 1 is there", "\"owner\", { who", "(not `state = 'published'`"]),
    case("anyone", "GET /articles/1", 404, &["article 1 is there", "(not `state = 'published'`"]),
    case("anyone", "GET /articles/2", 200, &["`read` allows it: { who = \"anyone\""]),
    case("anyone", "GET /articles/4", 404, &["article 4 is there", "(not `(desk.open or source = 'x')`)"]),
    case("anyone", "GET /articles/99", 404, &["there is no article 99"]),
    case("ana", "GET /articles/3", 404, &["article 3 is in the trash"]),
    case("anyone", "GET /desks/1/articles", 401, &["not signed in"]),
    case("bob", "GET /desks/1/articles", 200, &["`read` gives 1 of 3"]),
    case("bob", "GET /articles?state=draft", 200, &["`read` gives 1 of 3"]),
    case("bob", "GET /articles?stat=draft", 400, &["`stat`"]),
    case("bob", "GET /nothing", 404, &["no path of records"]),
    case("anyone", "POST /articles", 401, &["`create` of article gives nothing to who is not signed in"]),
    case("bob", "POST /desks", 403, &["`create` of desk does not let this caller: \"role:editor\""]),
    sent("ana", "POST /articles", r#"{"titel": "x"}"#, 422, &[]),
    sent("ana", "POST /articles", r#"{"title": "x", "state": "published"}"#, 403, &["{ when = \"state = 'draft'\" }"]),
    sent(
        "bob",
        "PATCH /articles/2",
        r#"{"title": "x"}"#,
        403,
        &["article 2 can be read, but `update` does not give it"],
    ),
    sent("bob", "PATCH /articles/1", r#"{"title": "x"}"#, 404, &["article 1 is there, but `read`"]),
    sent("ana", "PATCH /articles/1", r#"{"state": "published"}"#, 403, &["as the change would leave it"]),
    sent("eve", "PATCH /articles/1", r#"{"reason": "x"}"#, 403, &["write of reason", "state = 'published'"]),
    case(
        "ana",
        "PATCH /articles/1/publish",
        409,
        &["`when` of publish does not hold of article 1: `desk is not null`"],
    ),
    case("ana", "PATCH /articles/2/publish", 403, &["`publish` does not give it", "state = 'draft'"]),
    case("bob", "DELETE /articles/2", 403, &["`delete` does not give it to this caller: \"owner\""]),
    case("key", "GET /articles/1", 200, &["\"owner\""]),
    case("key", "DELETE /articles/1", 403, &["the API key is not for this"]),
    // These change something when they are sent.
    sent("ana", "POST /articles", r#"{"title": "x"}"#, 201, &["`create` allows it: { when = \"state = 'draft'\" }"]),
    sent("eve", "PATCH /articles/2", r#"{"reason": "x"}"#, 200, &["`update` allows it: \"role:editor\""]),
    case("ana", "POST /articles/3/restore", 200, &["`delete` allows it: \"owner\""]),
    case("ana", "DELETE /articles/1", 204, &["`delete` allows it: \"owner\""]),
];

struct Paper {
    app: TestApp,
    key: (String, String),
}

impl Paper {
    /// Article 1 is a draft of ana's, 2 is published on an open desk, 3 in the trash, 4 published on a closed desk.
    async fn new() -> Paper {
        let app = TestApp::new(PAPER).await;
        let (ana, eve) = (app.user("ana").await, app.user_with("eve", &["editor"]).await);
        app.user("bob").await;
        for open in [true, false] {
            eve.post("/desks", json!({ "name": "a desk", "open": open })).await.expect(201);
        }
        for desk in [Json::Null, json!(1), Json::Null, json!(2)] {
            ana.post("/articles", json!({ "title": "a title", "source": "s", "desk_id": desk })).await.expect(201);
        }
        ana.delete("/articles/3").await.expect(204);
        for article in [2, 4] {
            ana.act(&format!("/articles/{article}/publish")).await.expect(200);
        }
        let allow = ["article:read,create".to_owned()];
        let new = NewKey { user: "ana@example.com", name: "a service", allow: &allow, lifetime: None };
        let made = app.app.add_key(new).unwrap();
        Paper { app, key: (made.prefix, made.key) }
    }

    async fn explain(&self, case: &Case) -> Explained {
        let whom = match case.whom {
            "anyone" => "anyone".to_owned(),
            "key" => format!("key:{}", self.key.0),
            name => format!("user:{name}@example.com"),
        };
        explain(&self.app, &whom, case.request, case.body).await
    }

    async fn send(&self, case: &Case) -> u16 {
        let caller = match case.whom {
            "anyone" => self.app.stranger(),
            "key" => self.app.stranger().with("x-api-key", &self.key.1),
            name => self.app.log_in(name).await,
        };
        let (method, path) = case.request.split_once(' ').unwrap();
        let given = case.body.map(|body| serde_json::from_str(body).unwrap());
        // What is explained without a body is what becomes of a good one.
        let body = given.or_else(|| (case.request == "POST /desks").then(|| json!({ "name": "x" })));
        caller.api(method, path, body).await.status.as_u16()
    }
}

fn asked(whom: &str, request: &str) -> Asked {
    let (method, path) = request.split_once(' ').unwrap();
    let (method, path) = (Method::from_bytes(method.as_bytes()).unwrap(), path.to_owned());
    Asked { whom: whom.parse().unwrap(), method, path, body: None, if_match: None }
}

async fn explain(app: &TestApp, whom: &str, request: &str, body: Option<&str>) -> Explained {
    ask(app, Asked { body: body.map(str::to_owned), ..asked(whom, request) }).await.unwrap()
}

/// On another thread: this one drives the app, which may hold what the explanation waits for.
async fn ask(app: &TestApp, asked: Asked) -> Result<Explained, UserError> {
    let app = app.app.clone();
    tokio::task::spawn_blocking(move || app.explain(&asked)).await.unwrap()
}

#[tokio::test]
async fn what_is_explained_is_what_is_answered() {
    let paper = Paper::new().await;
    let count = |what: &str| paper.app.sql::<i64>(&format!("SELECT count(*) FROM {what}"));
    let contents = || {
        let tables = ["articles", "desks", "_audit WHERE action <> 'explain'", "articles WHERE _version > 1"];
        tables.map(count)
    };
    let before = contents();
    for case in CASES {
        let explained = paper.explain(case).await;
        let place = format!("{} {}", case.whom, case.request);
        // A new row of which nothing is known may come to anything.
        let depends = case.body.is_none() && explained.answer.status.is_none();
        assert!(depends || explained.answer.status == Some(case.status), "{place}: {explained:?}");
        for why in case.why {
            assert!(explained.why.contains(why), "{place}: no {why} in {}", explained.why);
        }
    }
    assert_eq!(contents(), before, "what was explained has happened");
    assert_eq!(count("_audit WHERE action = 'explain' AND iss = 'cli'"), CASES.len() as i64);
    for case in CASES {
        assert_eq!(paper.send(case).await, case.status, "{} {}", case.whom, case.request);
    }
}

#[tokio::test]
async fn each_part_of_a_rule_is_told_with_what_it_looks_at() {
    let paper = Paper::new().await;
    let ana: String = paper.app.sql("SELECT id FROM users WHERE email = 'ana@example.com'");
    let told = serde_json::to_value(explain(&paper.app, "anyone", "GET /articles/4", None).await).unwrap();
    assert_eq!(told["caller"], json!({ "as": "anyone", "roles": [] }));
    assert_eq!(told["request"], "GET /api/v1/articles/4");
    assert_eq!(told["row"]["state"], "there");
    // What is sensitive is not told, whoever asks.
    assert_eq!(told["row"]["values"], json!({ "user_id": ana, "state": "published", "desk.open": false }));
    assert_eq!(told["row"]["owner"], "ana@example.com");
    let parts = json!([
        { "says": "state = 'published'", "holds": true },
        { "says": "(desk.open or source = 'x')", "holds": false },
    ]);
    let read = &told["rules"][0];
    assert_eq!((&read["of"], &read["says"], &read["holds"]), (&json!("article"), &json!("read"), &json!(false)));
    assert_eq!(read["parts"][1]["parts"], parts);

    let told =
        explain(&paper.app, "user:ana@example.com", "PATCH /articles/1", Some(r#"{"state": "published"}"#)).await;
    let update = serde_json::to_value(&told.rules[1]).unwrap();
    assert_eq!((&update["says"], &update["holds"], &update["after"]), (&json!("update"), &json!(true), &json!(false)));
}

#[tokio::test]
async fn the_rows_of_a_list_are_counted_by_clause() {
    let paper = Paper::new().await;
    let told = explain(&paper.app, "user:bob@example.com", "GET /articles?state=draft", None).await;
    assert_eq!(told.request, "GET /api/v1/articles?state=draft");
    assert_eq!(
        serde_json::to_value(&told.rows).unwrap(),
        json!({ "entity": "article", "all": 3, "trash": 1, "seen": 1, "asked": 0 })
    );
    let rows: Vec<_> = told.rules[0].clause.parts.iter().map(|clause| clause.rows.unwrap()).collect();
    assert_eq!(rows, [0, 1, 0]);
    let told = explain(&paper.app, "user:ana@example.com", "GET /desks/1/articles", None).await;
    let names: Vec<String> = told.rules.iter().map(|rule| format!("{} of {}", rule.clause.says, rule.of)).collect();
    assert_eq!(names, ["read of desk", "read of article"]);
    assert_eq!(told.rows.unwrap().asked, Some(1));
}

#[tokio::test]
async fn of_a_read_that_is_audited_it_is_told() {
    let audited = PAPER.replacen("[entity.desk]\n", "[entity.desk]\naudit_reads = true\n", 1);
    let app = TestApp::new(&audited).await;
    app.user_with("ana", &["editor"]).await.post("/desks", json!({ "name": "a" })).await.expect(201);
    for (request, is_audited) in [
        ("GET /desks/1", true),
        ("GET /desks", true),
        ("GET /articles", false),
        ("GET /articles?expand=desk", true),
        ("PATCH /desks/1", false),
        ("GET /desks/2", false),
    ] {
        let told = explain(&app, "user:ana@example.com", request, None).await;
        assert_eq!(told.why.contains("the audit keeps which rows he is shown"), is_audited, "{request}: {}", told.why);
    }
    let reads = "SELECT count(*) FROM _audit WHERE action IN ('read', 'list', 'expand')";
    assert_eq!(app.sql::<i64>(reads), 0, "and nothing is read by asking");
}

#[tokio::test]
async fn who_may_not_sign_in_is_told_so() {
    let paper = Paper::new().await;
    paper.app.write("UPDATE users SET disabled = TRUE WHERE email = 'ana@example.com'");
    let told = explain(&paper.app, "user:ana@example.com", "GET /articles/1", None).await;
    assert_eq!((told.answer.status, told.why.as_str()), (Some(401), "the account is disabled"));
    let told = explain(&paper.app, &format!("key:{}", paper.key.0), "GET /articles/1", None).await;
    assert_eq!((told.answer.status, told.why.as_str()), (Some(401), "the account of the key's user is disabled"));
    paper.app.write("UPDATE users SET disabled = FALSE");
    paper.app.app.revoke_key(&paper.key.0).unwrap();
    let told = explain(&paper.app, &format!("key:{}", paper.key.0), "GET /articles/1", None).await;
    assert_eq!((told.answer.status, told.why.as_str()), (Some(401), "the key is revoked"));
    let nobody = asked("user:no@example.com", "GET /articles");
    assert!(ask(&paper.app, nobody).await.unwrap_err().to_string().contains("no@example.com"));
}

#[tokio::test]
async fn a_path_that_names_its_user_may_be_left_to_him() {
    let app = TestApp::new(
        "[app]\nname = \"x\"\n[api]\nuser_path = true\n[entity.task.field]\ntitle = { type = \"text\" }\n\
         [entity.task.access]\nread = [\"signed_in\"]\n",
    )
    .await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    ana.post(&format!("/{}/tasks", ana.id), json!({})).await.expect(201);
    let told = explain(&app, "user:ana@example.com", "GET /tasks/1", None).await;
    assert_eq!((told.answer.status, told.request), (Some(200), format!("GET /api/v1/{}/tasks/1", ana.id)));
    let told = explain(&app, "user:bob@example.com", "GET /tasks/1", None).await;
    assert_eq!(told.answer.status, Some(404), "{}", told.why);
    assert_eq!(told.rules[0].note, Some("in the caller's own records only: `user_path`"));
    // The rule alone would give it: what keeps it back is said.
    let why =
        "task 1 is there, but `read` does not give it to this caller: in the caller's own records only: `user_path`";
    assert_eq!(told.why, why);
    let told = explain(&app, "user:bob@example.com", "GET /tasks", None).await;
    assert_eq!(told.why, "`read` gives 0 of 1 to this caller: in the caller's own records only: `user_path`");
    let told = explain(&app, "user:ana@example.com", "GET /tasks", None).await;
    assert_eq!(told.why, "`read` gives 1 of 1 to this caller");
    let foreign = format!("GET /api/v1/{}/tasks/1", ana.id);
    let told = explain(&app, "user:bob@example.com", &foreign, None).await;
    assert_eq!((told.answer.status, told.answer.code), (Some(403), Some("foreign_path")));
    bob.get(&format!("/{}/tasks/1", ana.id)).await.expect(403);
}

#[tokio::test]
async fn what_an_api_key_is_not_for_is_told() {
    let paper = Paper::new().await;
    let allow = ["desk:read".to_owned()];
    let new = NewKey { user: "ana@example.com", name: "desks alone", allow: &allow, lifetime: None };
    let key = format!("key:{}", paper.app.app.add_key(new).unwrap().prefix);
    for (request, status, why) in [
        ("GET /articles/1", 404, "the API key is not for this"),
        ("GET /articles", 403, "the API key is not for this"),
        ("PATCH /articles/1", 404, "the API key is not for this"),
        ("PATCH /articles/1/publish", 404, "the API key is not for this"),
        ("POST /articles", 403, "the API key is not for this"),
        ("GET /desks/1/articles", 403, "the API key is not for this"),
        ("GET /desks/1", 200, "`read` allows it: \"signed_in\""),
    ] {
        let told = explain(&paper.app, &key, request, None).await;
        assert_eq!((told.answer.status, told.why.as_str()), (Some(status), why), "{request}");
    }
}

const TEAMS: &str = r#"
[app]
name = "teams"
[api]
require_if_match = true
[user.field]
team = { type = "text", read_only = true }
ceiling = { type = "money", read_only = true }
badge = { type = "text", read_only = true, sensitive = true }
floor = { type = "integer", read_only = true }

[entity.memo.field]
team = { type = "text" }
pay = { type = "money", write = [{ when = "caller.ceiling > 10 and team = 'blue'" }] }
[entity.memo.access]
read = ["owner", { when = "team = caller.team or caller.badge = 'gold'" }]
file = ["owner"]
[entity.memo.action.file]
when = "caller.floor = 3"
call = "service.file"
"#;

#[tokio::test]
async fn what_the_rules_look_at_of_the_caller_is_told() {
    let app = TestApp::new(TEAMS).await;
    let ana = app.user("ana").await;
    app.user("bob").await;
    for (field, text) in [("ceiling", "12.50"), ("badge", "gold"), ("team", "red")] {
        let app = app.app.clone();
        let set = move || app.set_user_field("ana@example.com", field, text);
        tokio::task::spawn_blocking(set).await.unwrap().unwrap();
    }
    ana.post("/memos", json!({ "team": "blue" })).await.expect(201);
    let cases = [
        ("ana", "GET /memos/1", None, json!({ "team": "red" })),
        ("bob", "GET /memos", None, json!({ "team": null })),
        ("ana", "PATCH /memos/1", Some(r#"{"pay": "1.00"}"#), json!({ "team": "red", "ceiling": "12.50" })),
        ("ana", "POST /memos/1/file", None, json!({ "team": "red", "floor": null })),
    ];
    for (who, request, body, fields) in cases {
        let told = explain(&app, &format!("user:{who}@example.com"), request, body).await;
        assert_eq!(serde_json::to_value(&told.caller).unwrap()["fields"], fields, "{who} {request}");
        assert!(!serde_json::to_string(&told).unwrap().contains("\"gold\""), "{who} {request}");
    }
    let told = explain(&app, "anyone", "GET /memos/1", None).await;
    assert_eq!(serde_json::to_value(&told.caller).unwrap(), json!({ "as": "anyone", "roles": [] }));
}

#[tokio::test]
async fn a_change_is_one_of_the_present_version_unless_another_is_given() {
    let app = TestApp::new(TEAMS).await;
    let ana = app.user("ana").await;
    ana.post("/memos", json!({})).await.expect(201);
    let changes = ["PATCH /memos/1", "PUT /memos/1", "DELETE /memos/1", "POST /memos/1/file"];
    for request in changes {
        let told = explain(&app, "user:ana@example.com", request, None).await;
        assert_ne!(told.answer.status, Some(428), "{request}: {}", told.why);
        for (if_match, stale) in [("\"1\"", false), ("\"7\"", true)] {
            let asked = Asked { if_match: Some(if_match.to_owned()), ..asked("user:ana@example.com", request) };
            let told = ask(&app, asked).await.unwrap();
            assert_eq!(told.answer.status == Some(412), stale, "{request} {if_match}: {}", told.why);
        }
    }
    let broken = Asked { if_match: Some("\n".to_owned()), ..asked("user:ana@example.com", "PATCH /memos/1") };
    assert!(ask(&app, broken).await.unwrap_err().to_string().contains("is no If-Match"));
}

#[tokio::test]
async fn what_is_looked_for_does_not_reach_the_audit() {
    let paper = Paper::new().await;
    for request in [
        "GET /articles?source=seven+kettles&limit=3",
        "GET /articles?source%5Beq%5D=seven+kettles",
        "GET /articles?q=seven+kettles&sort=id",
        "GET /articles?seven+kettles",
        "GET /seven+kettles",
        "GET /articles?state=draft&source=seven+kettles&source=kettles",
    ] {
        explain(&paper.app, "user:eve@example.com", request, None).await;
    }
    let kept = |text: &str| {
        let like = format!("action = 'explain' AND CAST(after AS TEXT) LIKE '%{text}%'");
        paper.app.sql::<i64>(&format!("SELECT count(*) FROM _audit WHERE {like}"))
    };
    assert_eq!((kept(""), kept("kettles")), (6, 0));
    assert_eq!(kept("GET /api/v1/articles?source=[redacted]&limit=3"), 1);
}

/// Whoever asks why holds nobody up: more rows than these are not counted.
#[tokio::test]
async fn of_a_long_list_the_first_rows_are_counted() {
    let paper = Paper::new().await;
    let more = |rows: i64| {
        paper.app.write(&format!(
            "INSERT INTO desks (created_at, updated_at, name, open) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n \
             WHERE i < {rows}) SELECT d.created_at, d.updated_at, d.name, d.open FROM desks d, n WHERE d.id = 1"
        ));
    };
    more(9_998);
    let told = explain(&paper.app, "user:bob@example.com", "GET /desks?open=true", None).await;
    let rows = json!({ "entity": "desk", "all": 10_000, "trash": 0, "seen": 10_000, "asked": 9_999 });
    assert_eq!(serde_json::to_value(&told.rows).unwrap(), rows);
    more(1);
    let told = explain(&paper.app, "user:bob@example.com", "GET /desks?open=true&count=exact", None).await;
    let rows = json!({ "entity": "desk", "first": 10_000, "all": 10_000, "trash": 0, "seen": 10_000 });
    assert_eq!(serde_json::to_value(&told.rows).unwrap(), rows);
    assert_eq!(told.why, "`read` gives 10000 of the first 10000 to this caller");
}
