//! A blueprint that changes under a database with rows: each row of the table is a change. Either the tables are brought to it,
//! then they are just those that a new database gets and the rows are there; or it is refused with what to try, then everything
//! is as it was.

mod beside;
mod own;
mod rows;

use serde_json::{Value as Json, json};
use server::App;
use server::auth::api_keys::NewKey;
use server::settings::Settings;
use store::{Applied, Follow};
use tempfile::TempDir;

use self::rows::{LET_GO, MOBILE, PHONE, ROWS};
use crate::support::{TestApp, place, settings};

const BLUEPRINT: &str = r#"
[app]
name = "crm"
[auth]
roles = ["manager"]
[user.field]
nickname = { type = "text", unique = true }
city = { type = "text" }
rank = { type = "enum", values = ["low", "mid", "high"], default = "low" }

[entity.prospect]
soft_delete = true
[entity.prospect.field]
name = { type = "text", required = true, max_length = 100, search = true, index = true }
phone = { type = "phone", search = true, unique = true }
age = { type = "text" }
size = { type = "text" }
mail = { type = "text" }
visits = { type = "integer" }
empty = { type = "text" }
status = { type = "enum", values = ["new", "won", "lost"], required = true, default = "new" }
tags = { type = "reference", to = "tag", many = true }

[entity.tag]
id = "uuid"
[entity.tag.field]
label = { type = "text", required = true, search = true }

[entity.call.field]
prospect = { type = "reference", to = "prospect", required = true }
before = { type = "reference", to = "call" }
day = { type = "date" }
"#;

/// A database with rows of the blueprint, and closed.
async fn filled() -> TestApp {
    let app = TestApp::new(BLUEPRINT).await;
    let ana = app.user("ana").await;
    let tag = ana.post("/tags", json!({ "label": "hot" })).await.expect(201).json()["id"].clone();
    let ann = json!({ "name": "Ann", "phone": "+4930111", "age": "41", "size": "L", "mail": "Ann@example.com", "visits": 3, "status": "won", "tag_ids": [tag] });
    let ann = ana.post("/prospects", ann).await.expect(201).json()["id"].clone();
    ana.post("/prospects", json!({ "name": "Bob", "age": "7", "size": "L", "mail": "ann@Example.com" }))
        .await
        .expect(201);
    let eve = ana.post("/prospects", json!({ "name": "Eve", "age": "8" })).await.expect(201).json()["id"].clone();
    ana.delete(&format!("/prospects/{eve}")).await.expect(204);
    ana.post("/calls", json!({ "prospect_id": ann, "day": "2026-01-02" })).await.expect(201);
    let last = ana.post("/calls", json!({ "prospect_id": ann, "before_id": 1 })).await.expect(201).json()["id"].clone();
    ana.delete(&format!("/calls/{last}")).await.expect(204);
    app.user("bea").await;
    app.app.close().await;
    place::execute(app.folder.path(), "UPDATE users SET city = 'Bonn', rank = 'mid'").unwrap();
    app
}

fn following(folder: &TempDir, follow: Follow) -> Settings {
    Settings { follow, ..settings(&[], folder) }
}

/// The tables in a folder are brought to a blueprint, as `migrate` does; from then on whoever opens them finds them as they are.
pub async fn brought(text: &str, folder: TempDir) -> TestApp {
    let blueprint = blueprint::load(text).unwrap_or_else(|problems| panic!("{problems}"));
    let app = App::open(blueprint.into(), following(&folder, Follow::Kept)).await;
    app.unwrap_or_else(|error| panic!("{error}")).close().await;
    TestApp::in_folder(text, &[], folder).await
}

fn edited(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(BLUEPRINT.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// All tables with their columns, constraints and indexes, but for what nobody can see: the order of columns, and how a
/// constraint without a name of ours is called.
fn shape(app: &TestApp) -> Vec<String> {
    let queries: &[&str] = if place::is_postgres() {
        &[
            // A default that a new column got stays for servers that do not know it.
            "SELECT table_name || '.' || column_name || ' ' || data_type || coalesce(collation_name, '') || is_nullable || \
             CASE WHEN table_name = 'users' OR column_name = '_version' THEN coalesce(column_default, '') ELSE '' END || coalesce(generation_expression, '') || coalesce(numeric_scale, 0) \
             FROM information_schema.columns WHERE table_schema = 'app' ORDER BY 1",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'app' ORDER BY 1",
            "SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) || CASE contype WHEN 'f' THEN conname ELSE '' END \
             FROM pg_constraint WHERE connamespace = 'app'::regnamespace ORDER BY 1",
        ]
    } else {
        &[
            "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema WHERE name <> 'users' ORDER BY 1",
            "SELECT 'users.' || name || ' ' || type || \"notnull\" || coalesce(dflt_value, '') FROM pragma_table_info('users') ORDER BY 1",
        ]
    };
    queries.iter().flat_map(|query| place::query::<String>(app.folder.path(), query)).collect()
}

/// Shows only what one of two has.
#[track_caller]
fn assert_same(found: &[String], wanted: &[String], told: &str) {
    let without = |these: &[String], others: &[String]| {
        these.iter().filter(|one| !others.contains(one)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(without(found, wanted), without(wanted, found), "{told}");
}

/// Whether a row holds all that is expected of it, in lists too.
fn holds(row: &Json, expected: &Json) -> bool {
    match (row, expected) {
        (Json::Object(row), Json::Object(expected)) => {
            expected.iter().all(|(key, value)| row.get(key).is_some_and(|found| holds(found, value)))
        }
        (Json::Array(row), Json::Array(expected)) => {
            row.len() == expected.len() && row.iter().zip(expected).all(|(row, expected)| holds(row, expected))
        }
        (row, expected) => row == expected,
    }
}

#[tokio::test]
async fn every_change_keeps_the_rows_or_is_refused_with_what_to_try() {
    let mut wrong = Vec::new();
    for (edits, expected) in ROWS {
        let row = match expected {
            Ok(lists) => tokio::spawn(kept(edits, lists)).await,
            Err(words) => tokio::spawn(refused(edits, words)).await,
        };
        if row.is_err() {
            wrong.push(edits);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What a look at a folder's database says of a change, as `migrate --dry-run` asks.
async fn foreseen(text: &str, folder: &TempDir) -> Result<Applied, String> {
    let (blueprint, settings) = (blueprint::load(text).unwrap(), following(folder, Follow::Kept));
    let looking = move || server::foresee_migration(&blueprint, &settings).map_err(|error| error.to_string());
    tokio::task::spawn_blocking(looking).await.unwrap()
}

async fn refused(edits: &[(&str, &str)], words: &[&str]) {
    let app = filled().await;
    let before = shape(&app);
    let blueprint = blueprint::load(&edited(edits)).unwrap_or_else(|problems| panic!("{edits:?}: {problems}"));
    let refused = App::open(blueprint.into(), following(&app.folder, Follow::Kept)).await.err();
    let refused = refused.unwrap_or_else(|| panic!("{edits:?} is not refused")).to_string();
    assert_eq!(foreseen(&edited(edits), &app.folder).await, Err(refused.clone()), "{edits:?}");
    for word in words {
        assert!(refused.contains(word), "{edits:?}: no {word:?} in {refused}");
    }
    assert_same(&shape(&app), &before, &format!("{edits:?}"));
    let same = TestApp::in_folder(BLUEPRINT, &[], app.folder).await;
    assert_eq!(same.log_in("ana").await.get("/prospects").await.expect(200).ids(), [1, 2], "{edits:?}");
}

/// A copy on which was run what a look says would run; nothing where that takes functions which only we have.
async fn printed(text: &str, folder: &TempDir, foreseen: Applied) -> Option<TempDir> {
    let Applied::Migrated { script, takes_fold, .. } = foreseen else { return None };
    let script = script.join(";\n");
    if takes_fold {
        return None;
    }
    let copy = place::copied(folder.path());
    place::execute_all(copy.path(), &script).unwrap_or_else(|error| panic!("{error}: {script}"));
    let blueprint = blueprint::load(text).unwrap();
    let settings = following(&copy, Follow::Never);
    let looked = tokio::task::spawn_blocking(move || server::look_at_database(&blueprint, &settings)).await.unwrap();
    assert!(matches!(looked, Ok(store::Standing::Current)), "{looked:?}");
    Some(copy)
}

/// What is kept of the two blueprints, all but the times.
fn recorded(app: &TestApp) -> Vec<String> {
    let queries = [
        "SELECT number || kind || statements || coalesce(blueprint, '') FROM _migrations WHERE kind = 'app' ORDER BY number",
        "SELECT name || value FROM _state WHERE name = 'app_floor'",
    ];
    let all = queries.iter().flat_map(|sql| place::query::<String>(app.folder.path(), sql)).collect::<Vec<_>>();
    assert!(all.len() > 1, "{all:?}");
    all
}

async fn kept(edits: &[(&str, &str)], lists: &[(&str, &str)]) {
    let (app, text) = (filled().await, edited(edits));
    assert_ne!(text, BLUEPRINT, "{edits:?} changes nothing");
    let before = shape(&app);
    let foreseen = foreseen(&text, &app.folder).await;
    let comes = matches!(&foreseen, Ok(Applied::Migrated { let_go, .. }) if let_go.is_empty());
    assert!(comes || foreseen == Ok(Applied::Recorded), "{edits:?}: {foreseen:?}");
    assert_same(&shape(&app), &before, "a look");
    let printed = printed(&text, &app.folder, foreseen.unwrap()).await;
    let changed = brought(&text, app.folder).await;
    let fresh = TestApp::new(&text).await;
    assert_same(&shape(&changed), &shape(&fresh), &format!("{edits:?}"));
    changed.app.close().await;
    // The same again changes nothing.
    let again = brought(&text, changed.folder).await;
    if let Some(copy) = printed {
        // It opens as the tables of the blueprint, and is not brought to them.
        let copy = TestApp::in_folder(&text, &[], copy).await;
        assert_same(&shape(&copy), &shape(&again), &format!("{edits:?}: what is printed"));
        assert_eq!(recorded(&copy), recorded(&again), "{edits:?}: what is printed");
        copy.app.close().await;
    }
    let ana = again.log_in("ana").await;
    for (path, row) in lists {
        let page = ana.get(path).await.expect(200).json();
        let row: Json = serde_json::from_str(row).unwrap();
        assert!(holds(&page["data"][0], &row), "{edits:?}: {path} is {page}, not {row}");
    }
    if text.contains("[entity.call.field]") && text.contains("prospect = {") {
        let new = ana.post("/calls", json!({ "prospect_id": 2 })).await;
        assert_eq!(new.json()["id"], 3, "{edits:?}: ids are never given out again");
    }
}

/// A list of values that grew takes the new one, and no other.
#[tokio::test]
async fn an_enum_of_users_takes_its_new_value() {
    let app = filled().await;
    let grown =
        brought(&edited(&[("[\"low\", \"mid\", \"high\"]", "[\"mid\", \"high\", \"low\", \"top\"]")]), app.folder)
            .await;
    let folder = grown.folder.path();
    assert_eq!(place::query::<String>(folder, "SELECT rank FROM users"), ["mid", "mid"]);
    place::execute(folder, "UPDATE users SET rank = 'top'").unwrap();
    place::execute(folder, "UPDATE users SET rank = 'nope'").unwrap_err();
    grown.user("cem").await;
    assert_eq!(place::query::<String>(folder, "SELECT rank FROM users ORDER BY rank"), ["low", "top", "top"]);
}

/// Phone, then mobile, then cell; whether the one between was ever served or not. And back again.
#[tokio::test]
async fn what_is_renamed_twice_or_back_keeps_its_values() {
    let cell =
        |former: &str| BLUEPRINT.replace(PHONE, &format!("cell = {{ type = \"phone\", renamed_from = {former} }}"));
    let back = BLUEPRINT.replace(PHONE, &PHONE.replace(" }", ", renamed_from = [\"cell\", \"mobile\"] }"));
    let mobile = BLUEPRINT.replace(PHONE, MOBILE);
    let both = r#"["mobile", "phone"]"#;
    for way in [vec![cell(both)], vec![mobile.clone(), cell(both)], vec![mobile, cell(both), back]] {
        let mut app = filled().await;
        for text in &way {
            app = brought(text, app.folder).await;
            app.app.close().await;
        }
        let last = brought(way.last().unwrap(), app.folder).await;
        let page = last.log_in("ana").await.get("/prospects?sort=name").await.expect(200).json();
        let name = if way.len() == 3 { "phone" } else { "cell" };
        assert_eq!(page["data"][0][name], "+4930111", "{page}");
    }
}

/// Who serves the blueprint of before finds his values under the new name, and is told how to have them back.
#[tokio::test]
async fn the_former_blueprint_is_told_how_to_go_back() {
    let app = filled().await;
    let renamed = brought(&BLUEPRINT.replace(PHONE, MOBILE), app.folder).await;
    renamed.app.close().await;
    let blueprint = blueprint::load(BLUEPRINT).unwrap();
    let refused =
        App::open(blueprint.into(), following(&renamed.folder, Follow::Kept)).await.err().unwrap().to_string();
    assert!(refused.contains("to take the name back, write `renamed_from = \"mobile\"` at `phone`"), "{refused}");
    let back = BLUEPRINT.replace(PHONE, &PHONE.replace(" }", ", renamed_from = \"mobile\" }"));
    let back = brought(&back, renamed.folder).await;
    let page = back.log_in("ana").await.get("/prospects?sort=name").await.expect(200).json();
    assert_eq!(page["data"][0]["phone"], "+4930111");
}

/// Whoever only starts, maybe with the blueprint of before, changes no table; every change that `migrate` does is one of those.
#[tokio::test]
async fn tables_are_changed_for_nobody_who_did_not_ask() {
    for (from, to) in [
        (PHONE, MOBILE),
        ("empty = { type = \"text\" }\n", ""),
        ("visits = { type = \"integer\" }", "visits = { type = \"decimal\", scale = 3 }"),
        ("nickname = { type = \"text\"", "nickname = { type = \"integer\""),
    ] {
        let app = filled().await;
        let before = shape(&app);
        let blueprint = blueprint::load(&edited(&[(from, to)])).unwrap();
        let refused = App::open(blueprint.into(), settings(&[], &app.folder)).await.err().unwrap().to_string();
        assert!(refused.contains("Try: `supermaker migrate`") && refused.contains("what that comes to"), "{refused}");
        assert_same(&shape(&app), &before, from);
        TestApp::in_folder(BLUEPRINT, &[], app.folder).await;
    }
    let renamed = brought(&BLUEPRINT.replace(PHONE, MOBILE), filled().await.folder).await;
    let after = shape(&renamed);
    renamed.app.close().await;
    let former = blueprint::load(BLUEPRINT).unwrap();
    let refused = App::open(former.into(), settings(&[], &renamed.folder)).await.err().unwrap().to_string();
    assert!(refused.contains("its tables differ"), "{refused}");
    assert_same(&shape(&renamed), &after, "the former blueprint");
}

/// Changes that can be taken back: the tables and every row are what they were, but for the version.
#[tokio::test]
async fn there_and_back_again_nothing_is_another_one() {
    for (from, to) in [
        ("visits = { type = \"integer\" }", "visits = { type = \"decimal\", scale = 3 }"),
        ("visits = { type = \"integer\" }", "visits = { type = \"float\" }"),
        ("visits = { type = \"integer\" }", "visits = { type = \"text\", search = true }"),
        ("age = { type = \"text\" }", "age = { type = \"integer\" }"),
        ("age = { type = \"text\" }", "age = { type = \"text\", required = true, unique = true }"),
        ("day = { type = \"date\" }", "day = { type = \"datetime\" }"),
        ("[\"new\", \"won\", \"lost\"]", "[\"late\", \"new\", \"won\", \"lost\"]"),
        ("[\"low\", \"mid\", \"high\"]", "[\"low\", \"mid\"]"),
        ("empty =", "more = { type = \"text\" }\nempty ="),
        ("empty = { type = \"text\" }\n", ""),
        ("[entity.tag]", "[entity.tag]\nplural = \"tagging\""),
        (
            "[entity.call.field]",
            "[entity.memo.field]\nof = { type = \"reference\", to = \"prospect\" }\n[entity.call.field]",
        ),
    ] {
        let app = TestApp::in_folder(BLUEPRINT, &[], filled().await.folder).await;
        let (before, rows) = (shape(&app), rows(&app).await);
        app.app.close().await;
        let there = brought(&edited(&[(from, to)]), app.folder).await;
        there.app.close().await;
        let back = brought(BLUEPRINT, there.folder).await;
        assert_same(&shape(&back), &before, to);
        assert_eq!(self::rows(&back).await, rows, "{to}");
    }
}

async fn rows(app: &TestApp) -> Vec<Json> {
    let ana = app.log_in("ana").await;
    let mut rows = Vec::new();
    for path in ["/prospects?expand=tags&sort=id", "/calls?sort=id", "/tags"] {
        rows.push(ana.get(path).await.expect(200).json()["data"].clone());
    }
    rows
}

/// What has no place any more goes where whoever asks for it says so, and only then.
#[tokio::test]
async fn values_go_for_good_where_that_is_said() {
    for (edits, lists) in LET_GO {
        let app = filled().await;
        let text = edited(edits);
        let blueprint = blueprint::load(&text).unwrap_or_else(|problems| panic!("{edits:?}: {problems}"));
        App::open(blueprint.into(), following(&app.folder, Follow::AllowLoss))
            .await
            .unwrap_or_else(|error| panic!("{edits:?}: {error}"))
            .close()
            .await;
        let changed = brought(&text, app.folder).await;
        assert_same(&shape(&changed), &shape(&TestApp::new(&text).await), &text);
        let ana = changed.log_in("ana").await;
        for (path, rows) in *lists {
            let page = ana.get(path).await.expect(200).json();
            assert_eq!(page["data"].as_array().unwrap().len(), *rows, "{edits:?}: {path} is {page}");
        }
    }
}

/// A key that may read prospects may read leads when they are called so.
#[tokio::test]
async fn api_keys_follow_a_renamed_entity() {
    let app = TestApp::new(BLUEPRINT).await;
    app.user("ana").await;
    let allow = ["prospect:read".to_owned(), "tag".to_owned()];
    let new = NewKey { user: "ana@example.com", name: "export", allow: &allow, lifetime: None };
    let key = app.app.add_key(new).unwrap().key;
    app.app.close().await;
    let edits = [
        ("[entity.prospect", "[entity.lead"),
        ("\"prospect\"", "\"lead\""),
        ("soft_delete = true", "renamed_from = \"prospect\"\nsoft_delete = true"),
    ];
    let renamed = brought(&edited(&edits), app.folder).await;
    let service = renamed.stranger().with("x-api-key", &key);
    service.get("/leads").await.expect(200);
    service.get("/tags").await.expect(200);
    service.post("/leads", json!({ "name": "Kim" })).await.expect(403);
    service.get("/calls").await.expect(403);
}

/// A key that may read what is gone may not read another entity that is called so later.
#[tokio::test]
async fn api_keys_forget_an_entity_that_is_gone() {
    let app = TestApp::new(BLUEPRINT).await;
    app.user("ana").await;
    let allow = ["prospect:read".to_owned(), "call".to_owned()];
    let new = NewKey { user: "ana@example.com", name: "export", allow: &allow, lifetime: None };
    let key = app.app.add_key(new).unwrap().key;
    app.app.close().await;
    let calls = "[entity.call.field]\nprospect = { type = \"reference\", to = \"prospect\", required = true }\n\
                 before = { type = \"reference\", to = \"call\" }\nday = { type = \"date\" }\n";
    let without = edited(&[(calls, "")]);
    assert_ne!(without, BLUEPRINT);
    let gone = brought(&without, app.folder).await;
    gone.app.close().await;
    let back = brought(BLUEPRINT, gone.folder).await;
    let service = back.stranger().with("x-api-key", &key);
    service.get("/prospects").await.expect(200);
    service.get("/calls").await.expect(403);
}

/// Whoever keeps an answer by its version is given the new one, where it looks otherwise.
#[tokio::test]
async fn rows_that_look_otherwise_have_another_version() {
    let app = filled().await;
    let app = TestApp::in_folder(BLUEPRINT, &[], app.folder).await;
    let ana = app.log_in("ana").await;
    let known = |answer: crate::support::Answer| answer.expect(200).header("etag").to_owned();
    let (prospect, call) = (known(ana.get("/prospects/1").await), known(ana.get("/calls/1").await));
    drop(ana);
    app.app.close().await;
    let changed = brought(&BLUEPRINT.replace(PHONE, MOBILE), app.folder).await;
    let ana = changed.log_in("ana").await;
    ana.with("if-none-match", &prospect).get("/prospects/1").await.expect(200);
    ana.with("if-none-match", &call).get("/calls/1").await.expect(304);
}
