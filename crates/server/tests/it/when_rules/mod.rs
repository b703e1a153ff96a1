//! Access rules with conditions: what does not hold of a record keeps it from its caller everywhere, and what would not hold
//! of it after a write keeps the write from being done.

mod beyond;
mod reads;
mod writes;

use serde_json::{Value as Json, json};

use crate::support::{Caller, TestApp};

/// Articles are their owner's until they are published; editors deal with what has been. Desks and tags are seen if they are
/// open, or shown; comments are everybody's.
const PAPER: &str = r#"
[app]
name = "paper"
[auth]
roles = ["editor", "auditor"]

[entity.desk]
owner = false
[entity.desk.field]
name = { type = "text", required = true }
open = { type = "boolean", required = true, default = false }
[entity.desk.access]
read = ["role:editor", { who = "anyone", when = "open" }]
create = ["role:editor"]
update = ["role:editor"]
delete = ["role:editor"]

[entity.tag]
owner = false
[entity.tag.field]
label = { type = "text", required = true }
shown = { type = "boolean", required = true, default = true }
[entity.tag.access]
read = ["role:editor", { when = "shown" }]
create = ["role:editor"]
update = ["role:editor"]
delete = ["role:editor"]

[entity.article]
soft_delete = true
[entity.article.field]
title = { type = "text", required = true, search = true, index = true }
slug = { type = "text", unique = true }
state = { type = "enum", values = ["draft", "published", "retracted"], required = true, default = "draft", index = true }
note = { type = "text", index = true, read = ["owner", { when = "state = 'retracted'" }] }
reason = { type = "text", write = [{ when = "state = 'retracted'" }] }
desk = { type = "reference", to = "desk", on_delete = "set_null" }
tags = { type = "reference", to = "tag", many = true }
[entity.article.access]
read = ["owner", "role:auditor", { who = "anyone", when = "state = 'published'" }, { who = "role:editor", when = "state != 'draft'" }]
create = ["role:editor", { when = "state = 'draft' and user_id = caller.id" }]
update = [{ who = "owner", when = "state = 'draft'" }, { who = "role:editor", when = "state != 'draft'" }]
delete = [{ who = "owner", when = "state != 'published'" }]
publish = [{ who = "owner", when = "state = 'draft'" }]
retract = [{ who = "anyone", when = "state = 'published'" }]
thank = [{ who = "anyone", when = "state = 'published'" }]
[entity.article.action.publish]
set = { state = "published" }
[entity.article.action.retract]
set = { state = "retracted" }
[entity.article.action.thank]
when = "note is null"
set = { note = "thanks" }

[entity.comment.field]
article = { type = "reference", to = "article", on_delete = "set_null" }
text = { type = "text" }
[entity.comment.access]
read = ["signed_in"]
"#;

/// Ana's articles 1, 2 and 3: a draft, a published and a retracted one, each at a desk of its own of which only that of the
/// published is open; tag 1 is shown, tag 2 is not.
async fn paper() -> TestApp {
    let app = TestApp::new(PAPER).await;
    let eve = app.user_with("eve", &["editor"]).await;
    app.user_with("amy", &["auditor"]).await;
    app.user("bob").await;
    let ana = app.user("ana").await;
    for (name, open) in [("left", false), ("right", true), ("gone", false)] {
        eve.post("/desks", json!({"name": name, "open": open})).await.expect(201);
    }
    for (label, shown) in [("news", true), ("scoop", false)] {
        eve.post("/tags", json!({"label": label, "shown": shown})).await.expect(201);
    }
    for (place, (title, state)) in [("Dawn", "draft"), ("Noon", "published"), ("Dusk", "retracted")].iter().enumerate()
    {
        let body = json!({"title": title, "slug": title, "note": format!("{title} note"), "tag_ids": [1]});
        let id = place + 1;
        ana.post("/articles", body).await.expect(201);
        app.write(&format!("UPDATE articles SET state = '{state}', desk_id = {id} WHERE id = {id}"));
    }
    app
}

async fn total(caller: &Caller<'_>, query: &str) -> i64 {
    caller.get(&format!("/articles?count=exact&{query}")).await.expect(200).json()["total"].as_i64().unwrap()
}

fn data(page: &Json) -> &Vec<Json> {
    page["data"].as_array().unwrap()
}
