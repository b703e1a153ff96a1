//! Transactions of code: what the caller said of a version holds until one of them stays, and what waits for its turn counts.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock, Mutex};

use conformance::{Open, Person, World};
use http::StatusCode;
use serde_json::json;
use supermaker::axum::body::Bytes;
use supermaker::prelude::*;
use tokio::sync::Notify;

use crate::note::{Changes, NOTES, Note};

fn text(text: &str) -> Changes {
    Changes { text: Some(text.to_owned()) }
}

/// A handler tells that it is halfway, and is told to go on.
static HALFWAY: Notify = Notify::const_new();
static ONWARD: Notify = Notify::const_new();

/// Tries one way, which comes to nothing; others may change the row meanwhile; goes another way.
async fn fall_back(notes: Records<Note>, id: Id<Note>) -> Result<Row<Note>> {
    let same = id.clone();
    let tried = notes.transaction(move |tx| {
        tx.update(&same, text("in vain"))?;
        Err::<(), _>(Error::conflict("not like this"))
    });
    tried.await.err();
    HALFWAY.notify_one();
    ONWARD.notified().await;
    notes.update(id, text("mine")).await
}

/// Changes a row twice in a transaction, and once more after it.
async fn thrice(notes: Records<Note>, id: Id<Note>) -> Result<Row<Note>> {
    let same = id.clone();
    let twice = notes.transaction(move |tx| {
        tx.update(&same, text("one"))?;
        tx.update(&same, text("two"))
    });
    twice.await?;
    notes.update(id, text("three")).await
}

type Gate<T> = LazyLock<(Mutex<Sender<T>>, Mutex<Receiver<T>>)>;
static RELEASE: Gate<()> = LazyLock::new(|| {
    let (sender, receiver) = channel();
    (Mutex::new(sender), Mutex::new(receiver))
});
static HELD: Notify = Notify::const_new();

/// Keeps the writer until it is told to go on.
async fn hold(notes: Records<Note>) -> Result<()> {
    let holding = notes.transaction(|_| {
        HELD.notify_one();
        RELEASE.1.lock().unwrap().recv()?;
        Ok(())
    });
    holding.await
}

/// Takes a body of any kind into a transaction.
async fn take(notes: Records<Note>, body: Bytes) -> Result<Json<usize>> {
    Ok(Json(notes.transaction(move |_| Ok(body.len())).await?))
}

fn app() -> App {
    App::new(NOTES).routes(
        Routes::new()
            .route("/notes/{id}/fall-back", post(fall_back).summary("Change it in one way or another"))
            .route("/notes/{id}/thrice", post(thrice).summary("Change it three times"))
            .route("/hold", post(hold).summary("Hold all up"))
            .route("/take", post(take).summary("Take it in")),
    )
}

/// A world with one note.
async fn world() -> (World, Person) {
    let world = crate::world(app).await;
    let ana = Person::join(&world, "ana", &[]).await;
    let made = ana.send(&world, "POST", "/api/v1/notes", &[], Some(&json!({"text": "x"}))).await;
    assert_eq!(made.status, 201, "{made}");
    (world, ana)
}

#[tokio::test]
async fn a_change_that_was_undone_leaves_the_version_to_be_minded() {
    for (if_match, others, status, left) in
        [(Some("\"1\""), false, 200, "mine"), (Some("\"1\""), true, 412, "theirs"), (None, true, 200, "mine")]
    {
        let (world, ana) = world().await;
        let headers: Vec<(&str, &str)> = if_match.map(|tag| ("if-match", tag)).into_iter().collect();
        let asked = ana.send(&world, "POST", "/api/v1/notes/1/fall-back", &headers, None);
        let meanwhile = async {
            HALFWAY.notified().await;
            if others {
                let change = json!({"text": "theirs"});
                let changed = ana.send(&world, "PATCH", "/api/v1/notes/1", &[], Some(&change)).await;
                assert_eq!(changed.status, 200, "{changed}");
            }
            ONWARD.notify_one();
        };
        let (answer, ()) = tokio::join!(asked, meanwhile);
        assert_eq!(answer.status, status, "{if_match:?} {others}: {answer}");
        let note = ana.send(&world, "GET", "/api/v1/notes/1", &[], None).await;
        assert_eq!(note.json()["text"], left, "{if_match:?} {others}");
    }
}

#[tokio::test]
async fn a_change_that_stays_uses_up_what_was_said_of_the_version() {
    let (world, ana) = world().await;
    for (if_match, status, left) in [("\"7\"", 412, "x"), ("\"1\"", 200, "three")] {
        let answer = ana.send(&world, "POST", "/api/v1/notes/1/thrice", &[("if-match", if_match)], None).await;
        assert_eq!(answer.status, status, "{answer}");
        assert_eq!(ana.send(&world, "GET", "/api/v1/notes/1", &[], None).await.json()["text"], left);
    }
}

/// The bytes that wait for the writer, as the server counts them.
async fn waiting_bytes(world: &World) -> usize {
    let page = Person::stranger().send(world, "GET", "/metrics", &[], None).await;
    let page = String::from_utf8(page.body.to_vec()).unwrap();
    let line = page.lines().find_map(|line| line.strip_prefix("supermaker_store_waiting_write_bytes ")).unwrap();
    line.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_its_turn_counts_by_its_body() {
    let (world, ana) = world().await;
    let held = tokio::spawn({
        let (world, ana) = (world.clone(), ana.clone());
        async move { ana.send(&world, "POST", "/api/v1/hold", &[], None).await }
    });
    HELD.notified().await;
    let long = Bytes::from(vec![b'x'; 200_000]);
    let taken = tokio::spawn({
        let (world, ana) = (world.clone(), ana.clone());
        async move { ana.send_bytes(&world, "POST", "/api/v1/take", &[], long).await }
    });
    let mut most = 0;
    for _ in 0..2_000 {
        most = waiting_bytes(&world).await;
        if most >= 200_000 {
            break;
        }
        tokio::task::yield_now().await;
    }
    RELEASE.0.lock().unwrap().send(()).unwrap();
    let (held, taken) = (held.await.unwrap(), taken.await.unwrap());
    assert_eq!((held.status, taken.status), (StatusCode::OK, StatusCode::OK), "{held} {taken}");
    assert_eq!(taken.json(), json!(200_000));
    assert!(most >= 200_000, "{most} bytes waited");
}

#[tokio::test]
async fn a_body_that_axum_reads_is_as_long_as_the_settings_say() {
    let roomy: Arc<Open> = Arc::new(|mut settings| {
        settings.limits.body_bytes = 3_000_000;
        Box::pin(async move { app().open(settings).await.unwrap_or_else(|error| panic!("{error}")) })
    });
    let world = World::of(roomy).await;
    let ana = Person::join(&world, "ana", &[]).await;
    for (bytes, status) in [(3_000_000, 200), (3_000_001, 413)] {
        let body = Bytes::from(vec![b'x'; bytes]);
        let answer = ana.send_bytes(&world, "POST", "/api/v1/take", &[], body).await;
        assert_eq!(answer.status, status, "{bytes}: {answer}");
    }
}
