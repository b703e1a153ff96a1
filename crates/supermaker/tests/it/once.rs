//! `Idempotency-Key` sent to handlers: whatever they do, who comes again gets the same whole answer, and one effect.

use std::sync::atomic::{AtomicUsize, Ordering};

use conformance::{Answer, Person, World};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use supermaker::axum::extract::Path;
use supermaker::axum::response::{IntoResponse, Response};
use supermaker::prelude::*;
use tokio::sync::Notify;

const BLUEPRINT: &str = r#"
[app]
name = "notes"
[auth]
roles = ["agent"]
[entity.note]
soft_delete = true
[entity.note.field]
text = { type = "text", required = true }
done = { type = "boolean", required = true, default = false }
[entity.note.access]
read = ["owner", "role:agent", { when = "done and created_at > now" }]
[entity.note.action.finish]
set = { done = true }
"#;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Note {
    id: Id<Note>,
    user_id: String,
    text: String,
    done: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct NewNote {
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    done: Option<bool>,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
struct NoteChanges {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    done: Option<bool>,
}

impl Note {
    const FINISH: Action<Note> = Action::new("finish");
}

impl Record for Note {
    const ENTITY: &'static str = "note";
    type New = NewNote;
    type Changes = NoteChanges;
    type Replacement = NewNote;
}

impl Input for NewNote {
    const BODY: Body = Body::New("note");
}

impl Input for NoteChanges {
    const BODY: Body = Body::Changes("note");
}

fn new(text: &str) -> NewNote {
    NewNote { text: text.to_owned(), done: None }
}

async fn create(notes: Records<Note>, Json(new): Json<NewNote>) -> Result<Created<Note>> {
    notes.create(new).await
}

async fn update(notes: Records<Note>, id: Id<Note>, Json(changes): Json<NoteChanges>) -> Result<Row<Note>> {
    notes.update(id, changes).await
}

async fn remove(notes: Records<Note>, id: Id<Note>) -> Result<Deleted> {
    notes.delete(id).await
}

async fn finish(notes: Records<Note>, id: Id<Note>) -> Result<Row<Note>> {
    notes.act(id, &Note::FINISH).await
}

/// Reads before it writes, and refuses what it has done itself.
async fn settle(notes: Records<Note>, id: Id<Note>) -> Result<Row<Note>> {
    if notes.get(&id).await?.into_inner()?.done {
        return Err(Error::conflict("it is done"));
    }
    notes.update(id, NoteChanges { done: Some(true), ..NoteChanges::default() }).await
}

/// Writes twice, one by one; the second may be refused.
async fn pair(notes: Records<Note>, Path(second): Path<i64>) -> Result<Json<Vec<Note>>> {
    let one = notes.create(new("one")).await?.into_inner()?;
    let other = notes.update(second, NoteChanges { text: Some("two".to_owned()), done: None }).await?.into_inner()?;
    Ok(Json(vec![one, other]))
}

static CALLS: AtomicUsize = AtomicUsize::new(0);

/// Makes the whole answer itself, and writes nothing here.
async fn call() -> Response {
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let head = [("x-call", format!("{call}")), ("content-type", "text/plain".to_owned())];
    (StatusCode::ACCEPTED, head, format!("call {call}")).into_response()
}

static ENTERED: Notify = Notify::const_new();
static LEAVE: Notify = Notify::const_new();

/// Takes as long as somebody likes.
async fn slow() -> &'static str {
    ENTERED.notify_one();
    LEAVE.notified().await;
    "done"
}

fn app() -> App {
    let routes = Routes::new()
        .route("/notes", post(create))
        .route("/notes/{id}", patch(update).delete(remove))
        .route("/notes/{id}/finish", patch(finish))
        .route("/notes/{id}/settle", post(settle).summary("Settle"));
    let more = Routes::new()
        .route("/pairs/{second}", post(pair).summary("Make one, change another"))
        .route("/calls", post(call).summary("Call"))
        .route("/slow", post(slow).summary("Take long"));
    App::new(BLUEPRINT).entity::<Note>(routes).routes(more)
}

/// Sends a write under the key `k`.
async fn once(world: &World, who: &Person, ask: &str, body: Option<&Value>) -> Answer {
    let (method, path) = ask.split_once(' ').unwrap();
    who.send(world, method, &format!("/api/v1{path}"), &[("idempotency-key", "k")], body).await
}

#[track_caller]
fn assert_given_again(first: &Answer, again: &Answer) {
    let plain = |headers: &HeaderMap| {
        let mut headers = headers.clone();
        for name in ["x-request-id", "server-timing", "idempotency-replayed"] {
            headers.remove(name);
        }
        headers
    };
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(plain(&again.headers), plain(&first.headers));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), (None, Some("true")));
}

fn count(world: &World, sql: &str) -> i64 {
    world.sql(|file| file.query_row(sql, [], |row| row.get(0))).unwrap()
}

const NOTES: &str = "SELECT count(*) FROM notes";
const CHANGES: &str = "SELECT count(*) FROM _audit WHERE outcome = 'done' AND entity = 'note'";

#[tokio::test]
async fn whatever_a_handler_does_it_is_done_once_and_answered_alike() {
    let world = crate::world(app).await;
    let ana = Person::join(&world, "ana", &[]).await;
    for (ask, body, status, changes) in [
        ("POST /notes", Some(json!({"text": "x"})), 201, 1),
        ("POST /notes/1/settle", None, 200, 1),
        ("PATCH /notes/1", Some(json!({"text": "y"})), 200, 1),
        ("PATCH /notes/1/finish", None, 200, 1),
        ("POST /pairs/1", None, 200, 2),
        ("POST /calls", None, 202, 0),
        ("DELETE /notes/1", None, 204, 1),
    ] {
        let before = count(&world, CHANGES);
        let first = once(&world, &ana, ask, body.as_ref()).await;
        assert_eq!(first.status, status, "{ask}: {first}");
        for _ in 0..2 {
            assert_given_again(&first, &once(&world, &ana, ask, body.as_ref()).await);
        }
        assert_eq!(count(&world, CHANGES), before + changes, "{ask}");
    }
}

#[tokio::test]
async fn refusals_are_not_kept_and_what_was_done_before_one_is_not_done_again() {
    let world = crate::world(app).await;
    let ana = Person::join(&world, "ana", &[]).await;
    // The first note is made, the change of the second is refused: there is none.
    assert_eq!(once(&world, &ana, "POST /pairs/2", None).await.status, 404);
    assert_eq!(count(&world, NOTES), 1);
    assert_eq!(once(&world, &ana, "POST /pairs/2", None).await.status, 404);
    assert_eq!(count(&world, NOTES), 1);
    assert_eq!(once(&world, &ana, "POST /notes", Some(&json!({"text": "second"}))).await.status, 201);
    let done = once(&world, &ana, "POST /pairs/2", None).await;
    assert_eq!((done.status.as_u16(), &done.json()[0]["id"], &done.json()[1]["text"]), (200, &json!(1), &json!("two")));
    assert_given_again(&done, &once(&world, &ana, "POST /pairs/2", None).await);
    assert_eq!(count(&world, NOTES), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_at_once_one_is_done() {
    let world = crate::world(app).await;
    let ana = Person::join(&world, "ana", &[]).await;
    once(&world, &ana, "POST /notes", Some(&json!({"text": "x"}))).await;
    let mut asks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (world, ana) = (world.clone(), ana.clone());
        asks.spawn(async move { once(&world, &ana, "POST /notes/1/settle", None).await });
    }
    let answers = asks.join_all().await;
    let again = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_some()).count();
    assert_eq!(again, 99);
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (StatusCode::OK, &answers[0].body));
    }
    assert_eq!(count(&world, "SELECT count(*) FROM _audit WHERE outcome = 'done' AND action = 'update'"), 1);
}

/// Each of two instances may run a handler while the other does. Its writes are done once, and the answer that was there
/// first is that of both, or a handler sees what the other has done and refuses. Both may be repeats: who was first to write
/// need not be first to answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_instances_one_does_it() {
    let world = crate::world(app).await;
    let beside = world.beside().await;
    let ana = Person::join(&world, "ana", &[]).await;
    let text = json!({ "text": "x" });
    for note in 1..=20 {
        // The note of a pair comes after its own.
        let note = note * 2 - 1;
        for (path, body, changes) in [
            ("notes".to_owned(), Some(&text), 1),
            (format!("notes/{note}/settle"), None, 1),
            (format!("pairs/{note}"), None, 2),
            ("calls".to_owned(), None, 0),
        ] {
            let before = world.look().number(CHANGES);
            let ask = |world: &World| {
                let (world, ana, path, body) = (world.clone(), ana.clone(), format!("/api/v1/{path}"), body.cloned());
                let key = format!("{note}");
                let ask =
                    async move { ana.send(&world, "POST", &path, &[("idempotency-key", &key)], body.as_ref()).await };
                tokio::spawn(ask)
            };
            let (one, other) = (ask(&world), ask(&beside));
            let answers = [one.await.unwrap(), other.await.unwrap()];
            let (refused, done): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 409);
            assert!(
                done.iter().all(|answer| answer.status.is_success() && answer.body == done[0].body),
                "{path}: {answers:?}"
            );
            let first = done.iter().filter(|answer| answer.header("idempotency-replayed").is_none()).count();
            assert!(first <= 1 && refused.len() <= 1, "{path}: {answers:?}");
            assert_eq!(world.look().number(CHANGES), before + changes, "{path}");
        }
    }
}

#[tokio::test]
async fn who_has_waited_long_enough_for_another_is_told_so() {
    let world = World::of(std::sync::Arc::new(|mut settings: server::settings::Settings| {
        settings.limits.request_timeout = Some(std::time::Duration::from_secs(9));
        Box::pin(async move { app().open(settings).await.unwrap() })
    }));
    let world = world.await;
    let ana = Person::join(&world, "ana", &[]).await;
    let first = once(&world, &ana, "POST /slow", None);
    let second = async {
        ENTERED.notified().await;
        let second = once(&world, &ana, "POST /slow", None).await;
        // Another key is nobody's to wait for.
        assert_eq!(ana.send(&world, "POST", "/api/v1/calls", &[], None).await.status, 202);
        LEAVE.notify_one();
        second
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!((second.status.as_u16(), &second.json()["code"]), (409, &json!("state")), "{second}");
    assert_eq!(second.header("retry-after"), Some("1"));
    assert_eq!(first.status, 200, "{first}");
    assert_given_again(&first, &once(&world, &ana, "POST /slow", None).await);
}

#[tokio::test]
async fn an_answer_that_was_lost_does_nothing_twice() {
    let world = crate::world(app).await;
    let ana = Person::join(&world, "ana", &[]).await;
    let first = once(&world, &ana, "POST /notes", Some(&json!({"text": "x"}))).await;
    once(&world, &ana, "POST /pairs/1", None).await;
    // As if the server had stopped between the last write and the answer.
    let sql = "DELETE FROM _idempotency WHERE head IS NOT NULL";
    let world = world.twin(|look| assert_eq!(look.execute(sql), 2)).await;
    let again = once(&world, &ana, "POST /notes", Some(&json!({"text": "x"}))).await;
    assert_given_again(&first, &again);
    assert_eq!(once(&world, &ana, "POST /pairs/1", None).await.json()[1]["text"], "two");
    assert_eq!((count(&world, NOTES), count(&world, CHANGES)), (2, 3));
    // And then the whole answer is there again.
    assert_given_again(&first, &once(&world, &ana, "POST /notes", Some(&json!({"text": "x"}))).await);
}

#[tokio::test]
async fn another_request_or_other_rights_get_no_answer_of_before() {
    let world = crate::world(app).await;
    let ana = Person::join(&world, "ana", &["agent".to_owned()]).await;
    once(&world, &ana, "POST /notes", Some(&json!({"text": "x"}))).await;
    let other = once(&world, &ana, "POST /notes", Some(&json!({"text": "y"}))).await;
    assert_eq!((other.status.as_u16(), &other.json()["code"]), (422, &json!("idempotency_key_reused")));
    once(&world, &ana, "POST /calls", None).await;
    world.set_roles("ana@example.com", &[]);
    for (ask, body) in [("POST /notes", Some(json!({"text": "x"}))), ("POST /calls", None)] {
        assert_eq!(once(&world, &ana, ask, body.as_ref()).await.status, 403, "{ask}");
    }
    let bob = Person::join(&world, "bob", &[]).await;
    assert_eq!(
        once(&world, &bob, "POST /notes", Some(&json!({"text": "x"}))).await.header("idempotency-replayed"),
        None
    );
}

const WRITES: [(&str, &str, u16); 4] = [
    ("POST /notes", "x", 201),
    ("PATCH /notes/1", "y", 200),
    ("PATCH /notes/1/finish", "", 200),
    ("DELETE /notes/1", "", 204),
];

fn body(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| json!({ "text": text }))
}

/// An entity moves into code, or out of it, between a request and its repeat.
#[tokio::test]
async fn an_answer_outlives_a_move() {
    let served = World::served(BLUEPRINT).await;
    let owned = crate::world(app).await;
    let there = crate::opened(app);
    let back = served_open();
    for (from, to) in [(served, there), (owned, back)] {
        let ana = Person::join(&from, "ana", &[]).await;
        let mut firsts = Vec::new();
        for (ask, text, status) in WRITES {
            let first = once(&from, &ana, ask, body(text).as_ref()).await;
            assert_eq!(first.status, status, "{ask}: {first}");
            firsts.push(first);
        }
        let changes = count(&from, CHANGES);
        let to = from.moved(to).await;
        for ((ask, text, _), first) in WRITES.iter().zip(&firsts) {
            assert_given_again(first, &once(&to, &ana, ask, body(text).as_ref()).await);
        }
        let other = once(&to, &ana, "POST /notes", Some(&json!({"text": "z"}))).await;
        assert_eq!(other.status, 422, "{other}");
        assert_eq!(count(&to, CHANGES), changes);
    }
}

#[tokio::test]
async fn a_batch_that_was_done_is_not_done_again_by_code() {
    let served = World::served(BLUEPRINT).await;
    let ana = Person::join(&served, "ana", &[]).await;
    let batch = json!({"operations": [{"method": "POST", "body": {"text": "x"}}]});
    assert_eq!(once(&served, &ana, "POST /notes:batch", Some(&batch)).await.status, 200);
    let owned = served.moved(crate::opened(app)).await;
    assert_eq!(once(&owned, &ana, "POST /notes:batch", Some(&batch)).await.status, 404);
    assert_eq!(count(&owned, NOTES), 1);
}

fn served_open() -> std::sync::Arc<conformance::Open> {
    let blueprint = std::sync::Arc::new(blueprint::load(BLUEPRINT).unwrap());
    std::sync::Arc::new(move |settings| {
        let blueprint = blueprint.clone();
        Box::pin(async move { server::App::open(blueprint, settings).await.unwrap() })
    })
}
