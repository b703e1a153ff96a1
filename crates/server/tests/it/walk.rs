//! Walks by cursor over many rows while others write: no row comes twice, and none that was there throughout is missing.

use std::collections::BTreeSet;

use futures_util::future::join;
use serde_json::json;
use tokio::sync::mpsc;

use crate::support::{Caller, TestApp, place};

/// Rows at the beginning. Those whose ids end in 0 are for the writers to delete; all others stay.
const ROWS: i64 = 10_000;
/// The longest that a list gives, so that a walk is a hundred pages.
const PAGE: i64 = 100;

const LEDGER: &str = r#"
[app]
name = "ledger"
[entity.account.field]
name = { type = "text", index = true }
[entity.entry.field]
account = { type = "reference", to = "account" }
kind = { type = "enum", values = ["in", "out"], required = true, index = true }
points = { type = "integer", index = true }
"#;

/// Many rows share each key, nothing is a key too, and so is an account that somebody else owns: every page of every
/// order begins in the middle of equals.
fn plant(app: &TestApp, ana: &str, bob: &str) {
    let count = |rows: i64| {
        format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) INSERT INTO")
    };
    let stamp = |minutes: &str| match place::is_postgres() {
        true => format!("timestamptz '2026-01-01T00:00:00Z' + ({minutes}) * interval '1 minute'"),
        false => format!("'2026-01-01T00:' || printf('%02d', {minutes}) || ':00.000000Z'"),
    };
    let id = |id: &str| if place::is_postgres() { format!("'{id}'::uuid") } else { format!("'{id}'") };
    let (ana, bob) = (id(ana), id(bob));
    app.write(&format!(
        "{} accounts (created_at, updated_at, _version, user_id, name)
         SELECT {stamp}, {stamp}, 1, CASE WHEN i % 5 = 0 THEN {bob} ELSE {ana} END,
                CASE WHEN i % 7 <> 0 THEN 'account ' || (i % 11) END
         FROM n",
        count(40),
        stamp = stamp("0"),
    ));
    app.write(&format!(
        "{} entries (created_at, updated_at, _version, user_id, account_id, kind, points)
         SELECT {stamp}, {stamp}, 1, {ana}, CASE WHEN i % 13 <> 0 THEN 1 + i * 17 % 40 END,
                CASE WHEN i * 31 % 3 = 0 THEN 'in' ELSE 'out' END, CASE WHEN i % 6 <> 0 THEN i * 7919 % 60 END
         FROM n",
        count(ROWS),
        stamp = stamp("i * 37 % 60"),
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_of_a_hundred_pages_is_whole_while_others_write() {
    let app = TestApp::new(LEDGER).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    plant(&app, &ana.id, &bob.id);
    for (place, sort) in
        ["id", "-created_at", "points", "-points", "kind,-points", "account.name"].into_iter().enumerate()
    {
        // Each page asks for a round of writes, which runs beside the next page or two.
        let (ask, rounds) = mpsc::channel(1);
        let (seen, (inserted, deleted)) = join(walk(&ana, sort, ask), write(&ana, place as i64, rounds)).await;

        let once: BTreeSet<i64> = seen.iter().copied().collect();
        assert_eq!(once.len(), seen.len(), "{sort}: a row came twice");
        let missing: Vec<i64> = (1..=ROWS).filter(|id| id % 10 != 0 && !once.contains(id)).collect();
        assert_eq!(missing, [] as [i64; 0], "{sort}: rows that were there throughout did not come");
        assert!(inserted > 50 && deleted > 50, "{sort}: hardly anybody wrote: {inserted}, {deleted}");
    }
}

/// All ids in an order, page by page.
async fn walk(caller: &Caller<'_>, sort: &str, rounds: mpsc::Sender<()>) -> Vec<i64> {
    let mut ids = Vec::new();
    let mut path = format!("/entries?sort={sort}&limit={PAGE}&fields=id");
    loop {
        let page = caller.get(&path).await.expect(200);
        rounds.send(()).await.unwrap();
        ids.extend(page.ids());
        assert!(ids.len() < 2 * ROWS as usize, "{sort}: the walk does not end");
        match page.json()["next_cursor"].as_str() {
            Some(cursor) => path = format!("/entries?sort={sort}&limit={PAGE}&fields=id&cursor={cursor}"),
            None => return ids,
        }
    }
}

/// Inserts and deletes for as long as it is asked to: new rows before, at and after wherever the walk is, and rows gone that
/// it has seen, will see or has just made its cursor from. How many came and went.
async fn write(caller: &Caller<'_>, walk: i64, mut rounds: mpsc::Receiver<()>) -> (i64, usize) {
    let (mut inserted, mut deleted) = (0, 0);
    // No two walks delete the same rows; 7 leads once around all hundreds of them.
    let mut doomed = (0..100).map(|step| (step * 7 % 100) * 100 + (walk + 1) * 10);
    while rounds.recv().await.is_some() {
        let points = (inserted % 4 != 0).then_some(inserted * 13 % 60);
        let kind = if inserted % 2 == 0 { "in" } else { "out" };
        let account = (inserted % 3 != 0).then_some(1 + inserted % 4);
        let body = json!({"points": points, "kind": kind, "account_id": account});
        caller.post("/entries", body).await.expect(201);
        inserted += 1;
        if let Some(id) = doomed.next() {
            caller.delete(&format!("/entries/{id}")).await.expect(204);
            deleted += 1;
        }
    }
    (inserted, deleted)
}
