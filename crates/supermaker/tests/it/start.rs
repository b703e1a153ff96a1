//! Code that does not go with its blueprint does not start, and says why.

use server::StartError;
use supermaker::prelude::*;

use crate::note::{NOTES, Note, Text};

async fn read(notes: Records<Note>, id: Id<Note>) -> Result<Row<Note>> {
    notes.get(id).await
}

async fn create(notes: Records<Note>, Json(new): Json<Text>) -> Result<Created<Note>> {
    notes.create(new).await
}

async fn ping() -> &'static str {
    "pong"
}

/// What is wrong with an app, a problem a line; empty if it starts.
async fn problems(app: App) -> String {
    let folder = std::env::temp_dir().join(format!("supermaker-{}-{:p}", std::process::id(), &app));
    let told = match app.open(conformance::settings(&folder)).await {
        Ok(app) => {
            app.close().await;
            String::new()
        }
        Err(StartError::Code(problems)) => problems.join("\n"),
        Err(other) => panic!("{other}"),
    };
    let made = std::fs::remove_dir_all(&folder).is_ok();
    assert_eq!(made, told.is_empty(), "code that does not fit must not touch the database");
    told
}

fn notes(routes: Routes) -> App {
    App::new(NOTES).entity::<Note>(routes)
}

#[tokio::test]
async fn what_fits_starts() {
    let routes = Routes::new().route("/notes", post(create)).route("/notes/{id}", get(read));
    assert_eq!(problems(notes(routes)).await, "");
}

#[tokio::test]
async fn a_route_that_nobody_declared_is_refused() {
    let told = problems(notes(Routes::new().route("/notes/{id}/twin", post(read)))).await;
    assert_eq!(
        told,
        "POST /api/v1/notes/{id}/twin is in code, but no such operation is in the blueprint; \
         say what it does: post(…).summary(\"…\")"
    );
    let declared = Routes::new().route("/ping", get(ping).summary("Answer"));
    assert_eq!(problems(App::new(NOTES).routes(declared)).await, "");
    let told = problems(App::new(NOTES).routes(Routes::new().route("/ping", get(ping)))).await;
    assert!(told.contains("GET /api/v1/ping is in code"), "{told}");
}

#[tokio::test]
async fn routes_that_clash_are_refused() {
    let twice = Routes::new().route("/notes", post(create)).route("/notes", post(create));
    assert_eq!(problems(notes(twice)).await, "POST /api/v1/notes is there twice");
    let twice = Routes::new().route("/notes", post(create).post(create));
    assert_eq!(problems(notes(twice)).await, "POST /api/v1/notes is there twice");
    let clash = Routes::new().route("/notes/{id}", get(read)).route("/notes/{note_id}", post(read).summary("Read"));
    let told = problems(notes(clash)).await;
    assert!(told.starts_with("/api/v1/notes/{note_id}: "), "{told}");
}

#[tokio::test]
async fn paths_that_cannot_be_read_or_are_not_the_codes_are_refused() {
    let told = problems(notes(Routes::new().route("/notes/{id}.txt", get(ping).summary("Print")))).await;
    assert!(told.contains("`{id}.txt` is a name and more"), "{told}");
    let at_root = |path: &'static str| {
        let routes = Routes::new().route(path, get(ping).summary("Answer"));
        problems(App::new(NOTES).routes_at_root(routes))
    };
    assert_eq!(at_root("/ping").await, "");
    assert_eq!(at_root("ping").await, "ping: a path begins with `/`");
    assert_eq!(at_root("/files/:name").await, "/files/:name: a name is written `{name}`");
    assert_eq!(at_root("/files/*rest").await, "/files/*rest: a name is written `{rest}`");
    assert_eq!(at_root("/auth/ping").await, "/auth/ping is kept for what every app has");
    assert_eq!(at_root("/healthz").await, "/healthz is kept for what every app has");
    assert!(at_root("/api/v1/ping").await.contains("/api/v1/ping is in the API"));
}

/// The others of the same rows would pass the code by.
#[tokio::test]
async fn what_the_blueprint_answers_is_taken_over_as_a_whole() {
    let blueprint = format!(
        "{NOTES}[entity.note]\nsoft_delete = true\n[entity.comment]\nid = \"uuid\"\n[entity.comment.field]\n\
         note = {{ type = \"reference\", to = \"note\" }}\n[entity.note.action.close]\nset = {{ text = \"-\" }}\n\
         [entity.note.action.call]\ncall = \"service.call\"\n"
    );
    let told = |path: &'static str, methods: fn() -> supermaker::Methods| {
        problems(App::new(blueprint.clone()).routes(Routes::new().route(path, methods())))
    };
    for (path, methods, entity) in [
        ("/notes/{id}", (|| patch(ping)) as fn() -> supermaker::Methods, "note"),
        ("/notes/{slug}", || put(ping).summary("Put"), "note"),
        ("/comments/{slug}", || delete(ping).summary("Delete"), "comment"),
        ("/notes", || get(ping), "note"),
        ("/{some}", || post(ping).summary("Do"), "comment"),
        ("/notes:batch", || post(ping), "note"),
        ("/notes/{id}/restore", || post(ping), "note"),
        ("/notes/{id}/close", || patch(ping), "note"),
        ("/notes/{id}/comments", || get(ping), "note"),
        ("/{*rest}", || get(ping).summary("Get"), "comment"),
    ] {
        let told = told(path, methods).await;
        let expected = format!("/api/v1{path} is the blueprint's to answer");
        assert!(
            told.contains(&expected) && told.contains(&format!("the whole of {entity} over with `.entity`")),
            "{told}"
        );
    }
    for (path, methods) in [
        ("/notes/{id}/call", (|| post(ping)) as fn() -> supermaker::Methods),
        ("/notes/{id}/close", || post(ping).summary("Close in another way")),
        ("/notes/recent", || get(ping).summary("List the latest")),
        ("/notes/{id}/{word}", || delete(ping).summary("Take a word back")),
    ] {
        assert_eq!(told(path, methods).await, "", "{path}");
    }
    // Of an entity in code, another route may answer anything.
    let more = Routes::new().route("/notes", post(create));
    let reads = Routes::new().route("/notes/{id}", get(read));
    assert_eq!(problems(App::new(NOTES).entity::<Note>(more).routes(reads)).await, "");
}

#[tokio::test]
async fn an_id_wants_a_path_that_has_one() {
    let told = problems(notes(Routes::new().route("/notes", get(read)))).await;
    assert_eq!(told, "GET /api/v1/notes takes the id of a note, but its path has no {note_id}");
}

#[tokio::test]
async fn models_follow_the_blueprint() {
    let told = problems(
        App::new(NOTES.replace("text =", "title =")).entity::<Note>(Routes::new().route("/notes", post(create))),
    )
    .await;
    assert!(told.contains("note::Note has no `title`, but the blueprint's note has"), "{told}");
    assert!(told.contains("note::Text has `text`, which the blueprint's note does not take or show"), "{told}");
    let told =
        problems(App::new(NOTES.replace("note", "memo")).entity::<Note>(Routes::new().route("/memos", post(create))))
            .await;
    assert!(told.contains("note::Note is a model of `note`, which the blueprint does not have"), "{told}");
}
