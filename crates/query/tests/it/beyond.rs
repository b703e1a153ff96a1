//! What conditions see through references: looked up for a row that is at hand, found first where a list looks for rows, and
//! held on Postgres while a row is written.

use std::sync::Arc;

use blueprint::Blueprint;
use query::{Body, Catalog, IfMatch, RecordId, Representation, Request, Verb, View};
use work::{Dialect, Otherwise, Step, Work};

use crate::every::UUID;
use crate::seek;
use crate::{KEY, entity, origin, user};

const PLAN: &str = r#"
[app]
name = "plan"
[entity.project.field]
open = { type = "boolean" }
[entity.task.field]
title = { type = "text" }
project = { type = "reference", to = "project", on_delete = "set_null" }
[entity.task.access]
read = ["owner", { when = "project.user_id = caller.id" }, { when = "project.open" }]
create = [{ when = "project is null or project.open" }]
update = [{ when = "project.open" }]
delete = [{ when = "project.user_id = caller.id" }]
[entity.note.field]
task = { type = "reference", to = "task", on_delete = "cascade" }
"#;

fn plan() -> Arc<Blueprint> {
    Arc::new(blueprint::load(PLAN).unwrap_or_else(|problems| panic!("{problems}")))
}

fn work(blueprint: &Arc<Blueprint>, dialect: Dialect, name: &str, verb: Verb, make: impl Fn(&View) -> Request) -> Work {
    let index = entity(blueprint, name);
    let access = query::access::decide(blueprint.entity(index), verb, user(UUID, &[]), None).unwrap();
    let request = make(&View::of(blueprint.entity(index), &access));
    let plan = query::plan(blueprint, index, access, request, origin(), &KEY).unwrap();
    query::render(&Catalog::new(blueprint.clone(), dialect), &plan)
}

const SEVEN: RecordId = RecordId::Integer(7);

fn read(_: &View) -> Request {
    Request::Read { id: SEVEN, representation: Representation::default() }
}

fn update(view: &View) -> Request {
    let changes = Body::Update.read(view, &serde_json::json!({"title": "x"})).unwrap();
    Request::Update { id: SEVEN, changes, if_match: IfMatch::Absent }
}

fn moved(view: &View) -> Request {
    let changes = Body::Update.read(view, &serde_json::json!({"project_id": 1})).unwrap();
    Request::Update { id: SEVEN, changes, if_match: IfMatch::Absent }
}

fn made(view: &View) -> Request {
    Request::Create { id: None, values: Body::Create.read(view, &serde_json::json!({"project_id": 1})).unwrap() }
}

fn refers(view: &View) -> Request {
    Request::Create { id: None, values: Body::Create.read(view, &serde_json::json!({"task_id": 7})).unwrap() }
}

fn deleted(_: &View) -> Request {
    Request::Delete { id: SEVEN, if_match: IfMatch::Absent }
}

/// A request by its name: of which entity, and what it asks for.
type Asked = (&'static str, &'static str, Verb, fn(&View) -> Request);

/// The requests that name their row, or whom it refers to.
const OF_ONE: [Asked; 6] = [
    ("read", "task", Verb::Read, read),
    ("update", "task", Verb::Update, update),
    ("move", "task", Verb::Update, moved),
    ("make", "task", Verb::Create, made),
    ("delete", "task", Verb::Delete, deleted),
    ("refer to it", "note", Verb::Create, refers),
];

#[test]
#[expect(clippy::disallowed_methods, reason = "makes tables past the store, to ask the database about them")]
fn one_row_is_judged_without_a_list_of_what_it_might_refer_to() {
    let blueprint = plan();
    let file = rusqlite::Connection::open_in_memory().unwrap();
    schema::tables(&blueprint, &Dialect::Sqlite).iter().for_each(|sql| file.execute_batch(sql).unwrap());
    let columns =
        "at, iss, sub, session, key, ip, request_id, batch, action, entity, entity_id, before, after, outcome, reason";
    file.execute_batch(&format!("CREATE TABLE _audit (seq INTEGER PRIMARY KEY, {columns})")).unwrap();
    file.execute_batch("CREATE TABLE users (id TEXT PRIMARY KEY, disabled)").unwrap();
    for (name, of, verb, make) in OF_ONE {
        let work = work(&blueprint, Dialect::Sqlite, of, verb, make);
        let probes = work.steps.iter().filter_map(|step| match step {
            Step::One { none, .. } | Step::Require { none, .. } | Step::Change { none, .. } => match none {
                Otherwise::Probe { statement, .. } => Some(statement),
                Otherwise::Refuse(_) => None,
            },
            _ => None,
        });
        let mut looks = 0;
        for statement in work.steps.iter().map(Step::statement).chain(probes) {
            let found = seek::sqlite(&file, statement);
            assert!(
                !found.contains("SCAN projects") && !found.contains("SCAN __via"),
                "{name}: {}\n{found}",
                statement.sql
            );
            looks += usize::from(statement.sql.contains("__via"));
            assert!(!statement.sql.contains("IN (SELECT \"__via\""), "{name}: {}", statement.sql);
        }
        assert!(looks > 0, "{name}: {:?}", work.steps);
    }
    // A list of what one person's projects hold begins with these.
    let page = seek::page(&blueprint, &Dialect::Sqlite, "task", "", &[]);
    let found = seek::sqlite(&file, &page);
    assert!(found.contains("SEARCH __via") && found.contains("(user_id=?"), "{found}");
    assert_eq!(page.sql.matches("IN (SELECT \"__via\"").count(), 1, "what many have alike is looked up: {}", page.sql);
}

/// What a statement sees of other rows is as old as the statement, so nothing is done at once, and the gate comes last.
#[test]
fn what_a_condition_looks_at_is_held_before_it_is_asked() {
    let blueprint = plan();
    let holds = |make: fn(&View) -> Request, of: &str, verb: Verb| {
        let dialect = Dialect::Postgres { schema: "app".into() };
        let work = work(&blueprint, dialect, of, verb, make);
        assert!(work.at_once.is_none() || of == "note");
        let held = work.steps.iter().map(|step| step.statement().sql.to_string()).collect::<Vec<_>>();
        held.iter()
            .position(|sql| sql.contains("\"projects\"") && sql.ends_with("FOR SHARE"))
            .map(|place| (place, held))
    };
    for (make, verb) in [(update as fn(&View) -> Request, Verb::Update), (moved, Verb::Update), (deleted, Verb::Delete)]
    {
        let (place, steps) = holds(make, "task", verb).unwrap();
        assert!(steps[place - 1].contains("FOR "), "the row itself comes first: {steps:?}");
        assert!(steps[place + 1].starts_with("INSERT INTO \"app\".\"_audit\""), "{steps:?}");
    }
    let (place, steps) = holds(made, "task", Verb::Create).unwrap();
    assert!(steps[place + 1].starts_with("SELECT 1 WHERE "), "{steps:?}");
    // A record that is seen by a condition is held for as long as it takes to refer to it.
    let dialect = Dialect::Postgres { schema: "app".into() };
    let refers = work(&blueprint, dialect, "note", Verb::Create, refers);
    assert!(refers.steps[0].statement().sql.ends_with("FOR SHARE"), "{:?}", refers.steps);
}
