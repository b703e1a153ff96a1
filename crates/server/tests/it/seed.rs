//! Sample rows: whatever the blueprint, they are taken by the rules that hold for requests, seen through the API, and the
//! same for the same seed.

use std::sync::Arc;

use blueprint::{Blueprint, Rule};
use query::User;
use serde_json::Value as Json;
use server::auth::users::{self, NewAccount};
use server::seed::{self, Seeded, Wanted};
use server::settings::Settings;
use store::Store;
use tempfile::TempDir;

use crate::support::blueprints::OFFICE;
use crate::support::{Caller, PASSWORD, SECRET, TestApp, place};

const ROWS: usize = 20;

/// A database that is not served yet.
struct Field {
    blueprint: Arc<Blueprint>,
    folder: TempDir,
    store: Store,
    text: String,
}

impl Field {
    fn new(text: &str) -> Field {
        let blueprint = Arc::new(blueprint::load(text).unwrap_or_else(|problems| panic!("{problems}\n{text}")));
        let folder = tempfile::tempdir().unwrap();
        let database = place::url(folder.path());
        let settings = Settings::read(|name| match name {
            "DATABASE_URL" => Some(database.clone()),
            "SECRET_KEY" => Some(SECRET.to_owned()),
            _ => None,
        });
        let store = server::open_database(&blueprint, &settings.unwrap()).unwrap();
        Field { blueprint, folder, store, text: text.to_owned() }
    }

    /// A user with just these roles.
    fn user(&self, name: &str, roles: &[String]) -> User {
        let email = format!("{name}@example.com");
        let new = NewAccount { email: &email, password: Some(PASSWORD), roles, password_min_length: 8 };
        let id = users::add(&self.store, &self.blueprint, new).unwrap();
        users::list(&self.store).unwrap().into_iter().find(|user| user.id == id).unwrap().into()
    }

    fn sow(&self, user: &User, wanted: Wanted) -> Vec<Seeded> {
        seed::seed(&self.blueprint, Some(&self.store), user, wanted, &mut |_| {}).unwrap()
    }

    async fn serve(self) -> TestApp {
        self.store.close().await;
        TestApp::in_folder(&self.text, &[], self.folder).await
    }
}

/// Seeds a blueprint and reads all rows back as the sample user, entity by entity.
async fn seeded(text: &str, seed: u64) -> (Vec<Seeded>, Vec<(String, Vec<Json>)>) {
    let field = Field::new(text);
    let user = field.user("sample", &seed::needed(&field.blueprint));
    let report = field.sow(&user, Wanted { rows: ROWS, seed });
    let blueprint = field.blueprint.clone();
    let app = field.serve().await;
    let caller = app.log_in("sample").await;
    let mut all = Vec::new();
    for entity in &blueprint.entities {
        let prefix = if blueprint.api.user_path { format!("/{}", caller.id) } else { String::new() };
        if entity.access.read != Rule::Nobody {
            all.push((entity.name.clone(), rows(&caller, &format!("{prefix}/{}", entity.path)).await));
        }
    }
    (report, without_ids(&all, &caller.id))
}

async fn rows(caller: &Caller<'_>, path: &str) -> Vec<Json> {
    let page = caller.get(&format!("{path}?limit=100&sort=id")).await.expect(200).json();
    assert_eq!(page["next_cursor"], Json::Null, "{path} has more rows than were made");
    let rows = page["data"].as_array().unwrap().clone();
    for row in &rows {
        let id = row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned);
        assert_eq!(caller.get(&format!("{path}/{id}")).await.expect(200).json(), *row);
    }
    rows
}

/// What is random or the time: ids by the place of their row, and no stamps.
fn without_ids(all: &[(String, Vec<Json>)], user_id: &str) -> Vec<(String, Vec<Json>)> {
    let ids = all.iter().flat_map(|(entity, rows)| {
        let uuids = rows.iter().enumerate().filter_map(|(place, row)| Some((place, row["id"].as_str()?.to_owned())));
        uuids.map(move |(place, id)| (id, format!("{entity} {place}")))
    });
    let ids: Vec<(String, String)> = ids.chain([(user_id.to_owned(), "user".to_owned())]).collect();
    let clean = |row: &Json| {
        let mut row = row.clone();
        for stamp in ["created_at", "updated_at"] {
            row.as_object_mut().unwrap().remove(stamp);
        }
        let text = ids.iter().fold(row.to_string(), |text, (id, name)| text.replace(id, name));
        serde_json::from_str(&text).unwrap()
    };
    all.iter().map(|(entity, rows)| (entity.clone(), rows.iter().map(clean).collect())).collect()
}

/// Every example of the repository and every request that the intake is held to.
fn blueprints() -> Vec<(String, String)> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let folders = |path: &str| std::fs::read_dir(format!("{root}/{path}")).unwrap().map(|entry| entry.unwrap().path());
    let examples = folders("examples").map(|folder| (folder.join("blueprint.toml"), false));
    let requests = folders("crates/intake/tests/cases").map(|folder| (folder.join("request.txt"), true));
    let files: Vec<_> = examples.chain(requests).filter(|(path, _)| path.is_file()).collect();
    assert!(files.len() > 20, "the examples are somewhere else: {files:?}");
    let read = |(path, is_request): (std::path::PathBuf, bool)| {
        let text = std::fs::read_to_string(&path).unwrap();
        let text = if is_request { intake::read(&text).blueprint } else { text };
        (path.display().to_string(), text)
    };
    let all = files.into_iter().map(read).chain([("OFFICE".to_owned(), OFFICE.to_owned())]);
    all.filter(|(_, text)| text.contains("[entity.")).collect()
}

#[tokio::test]
async fn every_example_and_every_golden_request_can_be_filled_and_read() {
    for (name, text) in blueprints() {
        let (report, all) = seeded(&text, 1).await;
        for seeded in &report {
            assert_eq!((seeded.rows, &seeded.notes[..]), (ROWS, &[][..]), "{} of {name}", seeded.entity);
        }
        for (entity, rows) in all {
            assert_eq!(rows.len(), ROWS, "{entity} of {name}");
        }
    }
}

#[tokio::test]
async fn one_seed_gives_the_same_rows_and_another_one_others() {
    let ((_, one), (_, again), (_, other)) =
        (seeded(OFFICE, 1).await, seeded(OFFICE, 1).await, seeded(OFFICE, 2).await);
    assert_eq!(one, again);
    for ((entity, one), (_, other)) in one.iter().zip(&other) {
        let same = one.iter().zip(other).filter(|(one, other)| one == other).count();
        assert!(same < ROWS / 4, "{same} rows of {entity} are the same");
    }
}

#[tokio::test]
async fn the_audit_knows_of_every_row_and_who_made_it() {
    let field = Field::new(OFFICE);
    let user = field.user("sample", &seed::needed(&field.blueprint));
    let made: usize = field.sow(&user, Wanted { rows: 5, seed: 1 }).iter().map(|seeded| seeded.rows).sum();
    let app = field.serve().await;
    let by_user =
        format!("SELECT count(*) FROM _audit WHERE outcome = 'done' AND action = 'create' AND sub = '{}'", user.sub);
    assert_eq!(app.sql::<i64>(&by_user), i64::try_from(made).unwrap());
}

#[tokio::test]
async fn rows_that_are_there_already_are_in_nobodys_way() {
    let field = Field::new(OFFICE);
    let user = field.user("sample", &seed::needed(&field.blueprint));
    for _ in 0..3 {
        for seeded in field.sow(&user, Wanted { rows: ROWS, seed: 1 }) {
            assert_eq!((seeded.rows, &seeded.notes[..]), (ROWS, &[][..]), "{}", seeded.entity);
        }
    }
}

#[tokio::test]
async fn what_cannot_be_made_is_told_and_not_faked() {
    let text = r#"
        [app]
        name = "x"
        [auth]
        roles = ["boss"]
        [entity.switch.field]
        state = { type = "enum", values = ["on", "off"], required = true, unique = true }
        odd = { type = "text", pattern = "a", min_length = 2 }
        [entity.sealed.access]
        create = ["nobody"]
        [entity.page.field]
        sealed = { type = "reference", to = "sealed", required = true, on_delete = "cascade" }
        [entity.plan.access]
        create = ["role:boss"]
    "#;
    let field = Field::new(text);
    assert_eq!(seed::needed(&field.blueprint), ["boss"]);
    let nobody_special = field.user("ana", &[]);
    let report = field.sow(&nobody_special, Wanted { rows: 5, seed: 1 });
    let told: Vec<_> = report.iter().map(|seeded| (seeded.rows, seeded.notes.join(" / "))).collect();
    let told: Vec<_> = told.iter().map(|(rows, notes)| (*rows, notes.as_str())).collect();
    assert_eq!(
        told,
        [
            (
                2,
                "no value is left for `state`, which must be unique / no value was found that `odd` takes: left empty in one row"
            ),
            (0, "nobody may make one"),
            (0, "there is no row that `sealed` could refer to"),
            (0, "this user may not make one: a role is missing"),
        ]
    );
}

#[tokio::test]
async fn without_a_store_nothing_is_stored_and_as_much_is_told() {
    let field = Field::new(OFFICE);
    let user = field.user("sample", &seed::needed(&field.blueprint));
    let wanted = Wanted { rows: ROWS, seed: 1 };
    let imagined = seed::seed(&field.blueprint, None, &user, wanted, &mut |_| {}).unwrap();
    assert_eq!(imagined, field.sow(&user, wanted));
    let app = field.serve().await;
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM clients"), i64::try_from(ROWS).unwrap());
}
