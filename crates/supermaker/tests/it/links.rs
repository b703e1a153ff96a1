//! Many-to-many references in models: lists of ids, read and written by code as by the blueprint's own routes.

use conformance::{Answer, Person, World};
use serde_json::{Value, json};
use supermaker::prelude::*;

const BLUEPRINT: &str = r#"
[app]
name = "posts"
[api]
put = "replace"
[entity.tag.field]
name = { type = "text", required = true }
[entity.post.field]
title = { type = "text", required = true }
tags = { type = "reference", to = "tag", many = true, required = true }
more = { type = "reference", to = "tag", many = true }
shown = { type = "reference", to = "tag", many = true, write = ["nobody"] }
"#;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Tag {
    id: Id<Tag>,
    user_id: String,
    name: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct NewTag {
    name: String,
}

impl Record for Tag {
    const ENTITY: &'static str = "tag";
    type New = NewTag;
    type Changes = NewTag;
    type Replacement = NewTag;
}

impl Input for NewTag {
    const BODY: Body = Body::New("tag");
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Post {
    id: Id<Post>,
    user_id: String,
    title: String,
    tag_ids: Vec<Id<Tag>>,
    more_ids: Vec<Id<Tag>>,
    shown_ids: Vec<Id<Tag>>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct NewPost {
    title: String,
    tag_ids: Vec<Id<Tag>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    more_ids: Option<Vec<Id<Tag>>>,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
struct PostChanges {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag_ids: Option<Vec<Id<Tag>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    more_ids: Option<Vec<Id<Tag>>>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct PostReplacement {
    title: String,
    tag_ids: Vec<Id<Tag>>,
    more_ids: Vec<Id<Tag>>,
}

impl Record for Post {
    const ENTITY: &'static str = "post";
    type New = NewPost;
    type Changes = PostChanges;
    type Replacement = PostReplacement;
}

impl Input for NewPost {
    const BODY: Body = Body::New("post");
}

impl Input for PostChanges {
    const BODY: Body = Body::Changes("post");
}

impl Input for PostReplacement {
    const BODY: Body = Body::Replacement("post");
}

async fn create(posts: Records<Post>, Json(new): Json<NewPost>) -> Result<Created<Post>> {
    posts.create(new).await
}

async fn read(posts: Records<Post>, id: Id<Post>) -> Result<Row<Post>> {
    posts.get(id).await
}

async fn update(posts: Records<Post>, id: Id<Post>, Json(changes): Json<PostChanges>) -> Result<Row<Post>> {
    posts.update(id, changes).await
}

async fn replace(posts: Records<Post>, id: Id<Post>, Json(whole): Json<PostReplacement>) -> Result<Row<Post>> {
    posts.replace(id, whole).await
}

/// Turns the order of the tags, by way of the typed row.
async fn turn(posts: Records<Post>, id: Id<Post>) -> Result<Row<Post>> {
    let post = posts.get(&id).await?.into_inner()?;
    let changes = PostChanges { more_ids: Some(post.tag_ids), tag_ids: Some(post.more_ids), ..PostChanges::default() };
    posts.update(id, changes).await
}

fn app() -> App {
    let routes = Routes::new()
        .route("/posts", post(create))
        .route("/posts/{id}", get(read).patch(update).put(replace))
        .route("/posts/{id}/turn", post(turn).summary("Turn"));
    App::new(BLUEPRINT).entity::<Post>(routes)
}

async fn send(world: &World, who: &Person, ask: &str, body: Value) -> Answer {
    let (method, path) = ask.split_once(' ').unwrap();
    let body = (!body.is_null()).then_some(&body);
    who.send(world, method, &format!("/api/v1{path}"), &[], body).await
}

#[tokio::test]
async fn lists_of_ids_are_written_and_read() {
    let world = crate::world(app).await;
    let ana = Person::join(&world, "ana", &[]).await;
    for name in ["red", "blue", "green"] {
        assert_eq!(send(&world, &ana, "POST /tags", json!({"name": name})).await.status, 201);
    }
    for (ask, body, status, tags, more) in [
        ("POST /posts", json!({"title": "x", "tag_ids": [1, 2]}), 201, json!([1, 2]), json!([])),
        ("PATCH /posts/1", json!({"more_ids": [3]}), 200, json!([1, 2]), json!([3])),
        ("POST /posts/1/turn", Value::Null, 200, json!([3]), json!([1, 2])),
        ("PUT /posts/1", json!({"title": "y", "tag_ids": [2], "more_ids": []}), 200, json!([2]), json!([])),
        ("GET /posts/1", Value::Null, 200, json!([2]), json!([])),
    ] {
        let answer = send(&world, &ana, ask, body).await;
        assert_eq!(answer.status, status, "{ask}: {answer}");
        let row = answer.json();
        assert_eq!((&row["tag_ids"], &row["more_ids"], &row["shown_ids"]), (&tags, &more, &json!([])), "{ask}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_list_of_ids_is_told() {
    let world = crate::world(app).await;
    let ana = Person::join(&world, "ana", &[]).await;
    assert_eq!(send(&world, &ana, "POST /tags", json!({"name": "red"})).await.status, 201);
    let made = send(&world, &ana, "POST /posts", json!({"title": "x", "tag_ids": [1]})).await;
    assert_eq!(made.status, 201, "{made}");
    for (ask, body, status, pointer) in [
        ("POST /posts", json!({"title": "x"}), 422, "/tag_ids"),
        ("POST /posts", json!({"title": "x", "tag_ids": ["a"]}), 422, "/tag_ids/0"),
        ("POST /posts", json!({"title": "x", "tag_ids": [1], "shown_ids": [1]}), 422, "/shown_ids"),
        ("PATCH /posts/1", json!({"tag_ids": []}), 422, "/tag_ids"),
        ("PATCH /posts/1", json!({"more_ids": null}), 422, "/more_ids"),
        ("PUT /posts/1", json!({"title": "x", "tag_ids": [1]}), 422, "/more_ids"),
        ("PATCH /posts/1", json!({"more_ids": [9]}), 409, "/more_ids/0"),
    ] {
        let answer = send(&world, &ana, ask, body.clone()).await;
        assert_eq!(answer.status, status, "{ask} {body}: {answer}");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{ask} {body}: {answer}");
    }
    assert_eq!(send(&world, &ana, "GET /posts/1", Value::Null).await.json()["tag_ids"], json!([1]));
}

/// A body without the key would drop it without a word.
#[tokio::test]
async fn a_body_without_the_list_does_not_start() {
    let lesser = BLUEPRINT.replace("shown =", "some = { type = \"reference\", to = \"tag\", many = true }\nshown =");
    let routes = Routes::new().route("/posts", post(create));
    let folder = std::env::temp_dir().join(format!("supermaker-links-{}", std::process::id()));
    let told = App::new(lesser).entity::<Post>(routes).open(conformance::settings(&folder)).await.map(drop);
    let told = told.unwrap_err().to_string();
    for model in ["links::Post ", "links::NewPost ", "links::PostChanges ", "links::PostReplacement "] {
        assert!(told.contains(&format!("{model}has no `some_ids`")), "{model}: {told}");
    }
}
