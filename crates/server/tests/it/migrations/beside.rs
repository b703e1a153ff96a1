//! Tables that are changed beside a server that serves the blueprint of before: it goes on where that is right, and else says so,
//! with no row written that is wrong and no answer of 500.

use serde_json::json;
use store::{Applied, Follow};
use tempfile::TempDir;

use super::{BLUEPRINT, MOBILE, PHONE, edited, filled, following};
use crate::support::{Caller, TestApp, place};

/// What is changed, and on which engines the server may go on: none, both, or Postgres alone.
const ROWS: &[(&[(&str, &str)], GoesOn)] = &[
    (&[("empty =", "note = { type = \"text\", index = true }\nempty =")], GoesOn::Both),
    (&[("[\"new\", \"won\", \"lost\"]", "[\"late\", \"new\", \"won\", \"lost\"]")], GoesOn::Both),
    (&[("[\"low\", \"mid\", \"high\"]", "[\"low\", \"mid\", \"high\", \"top\"]")], GoesOn::Both),
    (
        &[(
            "[entity.call.field]",
            "[entity.memo.field]\nof = { type = \"reference\", to = \"call\" }\n[entity.call.field]",
        )],
        GoesOn::Both,
    ),
    (&[("age = { type = \"text\" }", "age = { type = \"text\", index = true }")], GoesOn::Both),
    (&[("city =", "street = { type = \"text\", default = \"x\" }\ncity =")], GoesOn::Both),
    (
        &[(
            "phone = { type = \"phone\", search = true, unique = true }",
            "phone = { type = \"phone\", search = true }",
        )],
        GoesOn::Both,
    ),
    (&[("empty =", "seen = { type = \"boolean\", required = true, default = false }\nempty =")], GoesOn::Postgres),
    (&[("empty =", "kind = { type = \"enum\", values = [\"a\", \"b\"], default = \"b\" }\nempty =")], GoesOn::Postgres),
    // It would put prospects into the trash, and leave what hangs on them.
    (
        &[(
            "[entity.call.field]",
            "[entity.memo.field]\nof = { type = \"reference\", to = \"prospect\" }\n[entity.call.field]",
        )],
        GoesOn::None,
    ),
    (&[("day =", "other = { type = \"reference\", to = \"prospect\" }\nday =")], GoesOn::None),
    (&[("day =", "others = { type = \"reference\", to = \"prospect\", many = true }\nday =")], GoesOn::None),
    (&[(PHONE, MOBILE)], GoesOn::None),
    (&[("empty = { type = \"text\" }\n", "")], GoesOn::None),
    (&[("visits = { type = \"integer\" }", "visits = { type = \"decimal\", scale = 3 }")], GoesOn::None),
    (&[("age = { type = \"text\" }", "age = { type = \"text\", unique = true }")], GoesOn::None),
    (&[("soft_delete = true\n", "soft_delete = true\nplural = \"leads\"\n")], GoesOn::None),
    (&[("city = {", "town = { renamed_from = \"city\", ")], GoesOn::None),
    (&[("mail = { type = \"text\" }", "mail = { type = \"email\" }")], GoesOn::None),
];

#[derive(Clone, Copy, PartialEq)]
enum GoesOn {
    None,
    Both,
    Postgres,
}

/// Another process brings the tables along.
async fn migrated(text: &str, folder: &TempDir) {
    let (blueprint, settings) = (blueprint::load(text).unwrap(), following(folder, Follow::Kept));
    let applied = tokio::task::spawn_blocking(move || server::migrate_database(&blueprint, &settings)).await.unwrap();
    let applied = applied.unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(applied, Applied::Migrated { .. }), "{applied:?}");
}

async fn write(ana: &Caller<'_>) -> u16 {
    ana.post("/prospects", json!({ "name": "Late", "visits": 5, "mail": "Late@Example.com" })).await.status.as_u16()
}

#[tokio::test]
async fn a_server_goes_on_or_says_that_it_is_outdated() {
    for (edits, goes_on) in ROWS {
        let goes_on = *goes_on == GoesOn::Both || *goes_on == GoesOn::Postgres && place::is_postgres();
        let old = TestApp::in_folder(BLUEPRINT, &[], filled().await.folder).await;
        let ana = old.log_in("ana").await;
        // Read and written before, so that connections and statements are as they are in a server that has run.
        ana.get("/prospects").await.expect(200);
        ana.get("/prospects/1").await.expect(200);
        ana.patch("/prospects/1", json!({ "size": "M" })).await.expect(200);
        let text = edited(edits);
        assert_ne!(text, BLUEPRINT, "{edits:?}");
        migrated(&text, &old.folder).await;
        if !goes_on {
            let before: Vec<i64> = place::query(old.folder.path(), "SELECT count(*) FROM _audit");
            let answer = ana.post("/prospects", json!({ "name": "Late" })).await.expect(503);
            assert_eq!(answer.header("retry-after"), "5");
            assert!([200, 503].contains(&ana.get("/prospects").await.status.as_u16()), "{edits:?}");
            old.stranger().send("GET", "/readyz", None).await.expect(503);
            for path in ["/prospects", "/prospects/1", "/calls", "/tags?q=hot"] {
                ana.get(path).await.expect(503);
            }
            ana.delete("/prospects/1").await.expect(503);
            old.stranger().send("GET", "/healthz", None).await.expect(200);
            assert_eq!(place::query::<i64>(old.folder.path(), "SELECT count(*) FROM _audit"), before, "{edits:?}");
            continue;
        }
        assert_eq!(write(&ana).await, 201, "{edits:?}");
        ana.patch("/prospects/1", json!({ "size": "XL" })).await.expect(200);
        ana.get("/prospects?q=late").await.expect(200);
        ana.get("/prospects/1").await.expect(200);
        old.stranger().send("GET", "/readyz", None).await.expect(200);
        old.user("dora").await;
        // Beside it one of the new blueprint, for which nothing is missing in what the old one writes.
        let new = old.beside(&text).await;
        let bea = new.log_in("ana").await;
        let page = bea.get("/prospects?sort=-name").await.expect(200).json();
        assert_eq!(page["data"][0]["name"], "Late", "{edits:?}");
        for (field, value) in [("seen", json!(false)), ("kind", json!("b"))] {
            assert!(page["data"][0].get(field).is_none_or(|found| *found == value), "{edits:?}: {page}");
        }
        bea.patch("/prospects/1", json!({ "size": "S" })).await.expect(200);
        assert_eq!(ana.get("/prospects/1").await.expect(200).json()["size"], "S", "{edits:?}");
        ana.patch("/prospects/1", json!({ "size": "M" })).await.expect(200);
        new.app.close().await;
    }
}

/// What hangs on a row it does not know, so that it deletes no row on which something hangs, whatever is to become of that.
#[tokio::test]
async fn a_server_that_goes_on_deletes_nothing_on_which_something_new_hangs() {
    for on_delete in ["restrict", "set_null", "cascade"] {
        let old = TestApp::in_folder(BLUEPRINT, &[], filled().await.folder).await;
        let ana = old.log_in("ana").await;
        let memo = format!(
            "[entity.memo.field]\nof = {{ type = \"reference\", to = \"call\", on_delete = \"{on_delete}\" }}\n[entity.call.field]"
        );
        let text = edited(&[("[entity.call.field]", &memo)]);
        migrated(&text, &old.folder).await;
        let new = old.beside(&text).await;
        let bea = new.log_in("ana").await;
        bea.post("/memos", json!({ "of_id": 1 })).await.expect(201);
        ana.delete("/calls/1").await.expect(409);
        bea.get("/memos/1").await.expect(200);
        bea.delete("/calls/1").await.expect(if on_delete == "restrict" { 409 } else { 204 });
        new.app.close().await;
    }
}

/// Whoever writes while the tables change has it done before that, or not at all.
#[tokio::test]
async fn no_row_of_before_comes_after_the_change() {
    let old = TestApp::in_folder(BLUEPRINT, &[("RATE_LIMIT_USER", "0")], filled().await.folder).await;
    let ana = old.log_in("ana").await;
    let writer = || async {
        let mut written = 0;
        loop {
            match write(&ana).await {
                201 => written += 1,
                503 => return written,
                other => panic!("{other}"),
            }
        }
    };
    let text = BLUEPRINT.replace("mail = { type = \"text\" }", "mail = { type = \"email\" }");
    let (one, other, third, fourth, ()) =
        tokio::join!(writer(), writer(), writer(), writer(), migrated(&text, &old.folder));
    let written: i64 = one + other + third + fourth;
    let of = |sql| place::query::<i64>(old.folder.path(), sql)[0];
    assert_eq!(of("SELECT count(*) FROM prospects WHERE mail <> lower(mail)"), 0);
    // Of those that were told to be unknown some may be there.
    assert!(of("SELECT count(*) FROM prospects WHERE name = 'Late'") >= written);
}
