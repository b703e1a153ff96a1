//! SQLite and Postgres asked the same: every answer must be the same to the byte, and so must what is kept of it.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use blueprint::{Blueprint, EntityIndex, FieldKind, IdKind, Literal, Target};
use query::{Body, Catalog, List, RecordId, Request, Verb, View};
use sample::{Dice, Subject, draw};
use serde_json::{Value as Json, json};
use store::{AppSchema, Options, PostgresOptions, PostgresUrl, Store, StoreError};
use work::{Column, Cost, Dialect, Kind, Mode, Otherwise, Outcome, Refusal, Shape, Statement, Step, Value, Work};

use crate::every::{self, UUID};
use crate::{KEY, origin, user};

/// Rows of each entity, of two owners in turn.
const ROWS: usize = 24;
const OTHER: &str = "0199f0a0-0000-7000-8000-000000000002";
const APPS: [&str; 7] = [
    "../examples/todo",
    "../examples/lead-tracker",
    "../examples/clinic",
    "../examples/shop",
    "schema/tests/cases/ring",
    "schema/tests/cases/links",
    "schema/tests/cases/workshop",
];
/// Texts in which engines differ if they can.
const HARD: [&str; 12] = [
    "",
    "ä",
    "Ä pfel",
    "apfel",
    "Zebra",
    "éclair",
    "ÉCLAIR ii",
    "straße",
    "ΟΔΟΣ",
    "İstanbul",
    "\"a\" \\ 'b' /",
    "\u{1F600} z",
];
const FLOATS: [f64; 9] = [0.0, -1.0, 1.5, 0.1, 0.30000000000000004, 123456789.0, 1e15, 1e-5, -2.5e300];

fn blueprint(name: &str) -> Arc<Blueprint> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("blueprint.toml");
    Arc::new(blueprint::load(&std::fs::read_to_string(path).unwrap()).unwrap_or_else(|problems| panic!("{problems}")))
}

/// One app on both engines.
struct Both {
    blueprint: Arc<Blueprint>,
    sqlite: Store,
    postgres: Store,
    file: tempfile::TempDir,
    place: throwaway::Database,
}

impl Both {
    fn new(blueprint: &Arc<Blueprint>) -> Option<Both> {
        let (file, place) = (tempfile::tempdir().unwrap(), throwaway::Database::new()?);
        let sqlite = Store::open(Options::new(file.path().join("app.db"))).unwrap();
        let options = PostgresOptions::new(PostgresUrl::parse(place.url()).unwrap());
        let postgres = Store::connect_blocking(options).unwrap_or_else(|error| panic!("{error}"));
        let both = Both { blueprint: blueprint.clone(), sqlite, postgres, file, place };
        for store in [&both.sqlite, &both.postgres] {
            let statements = schema::tables(blueprint, &store.dialect());
            store.apply_blocking(&AppSchema::new(blueprint.source.clone(), statements)).unwrap();
            store.run_blocking(users(&store.dialect())).unwrap();
        }
        Some(both)
    }

    fn catalogs(&self) -> [Catalog; 2] {
        [&self.sqlite, &self.postgres].map(|store| Catalog::new(self.blueprint.clone(), store.dialect()))
    }

    /// Does the same on both, for good.
    fn run(&self, what: &str, [sqlite, postgres]: [Work; 2]) -> Outcome {
        if sqlite.mode == Mode::Write {
            self.same_ids();
        }
        let one = self.sqlite.run_blocking(sqlite).unwrap_or_else(|error| panic!("{what}: {error}"));
        let other = self.postgres.run_blocking(postgres).unwrap_or_else(|error| panic!("{what}: {error}"));
        same(what, &one, &other);
        one
    }

    /// Does the same on both and undoes it, step by step.
    fn try_out(&self, what: &str, works: [Work; 2]) {
        self.same_ids();
        let tried = [(&self.sqlite, works[0].clone()), (&self.postgres, works[1].clone())].map(|(store, work)| {
            let tried = store.transaction_blocking(move |transaction| match transaction.run(&work) {
                Ok(outcome) => Err::<(), Tried>(Tried::Outcome(Box::new(outcome))),
                Err(error) => Err(Tried::Failed(error)),
            });
            match tried {
                Err(Tried::Outcome(outcome)) => *outcome,
                other => panic!("{what}: {other:?}"),
            }
        });
        same(what, &tried[0], &tried[1]);
    }

    /// Sequences do not go back with what is undone. Here they do, so that rows can be compared.
    fn same_ids(&self) {
        let sql = "SELECT name, seq FROM sqlite_sequence WHERE name NOT LIKE '\\_%' ESCAPE '\\'";
        let columns = vec![Column::new("name", Kind::Text), Column::new("seq", Kind::Integer)];
        let shape = Arc::new(Shape { columns, captured: Vec::new() });
        let page = Step::Page { statement: Statement::new(sql, Vec::new()), shape, limit: 100 };
        let Ok(Outcome::Done(answer)) = self.sqlite.run_blocking(Work::read(Cost::Scan, vec![page])) else { panic!() };
        let rows: Vec<Json> = serde_json::from_slice(&answer.body).unwrap();
        let set = rows.iter().map(|row| {
            let table = row["name"].as_str().unwrap();
            format!("setval(pg_get_serial_sequence('app.\"{table}\"', 'id'), {})", row["seq"])
        });
        let set: Vec<String> = set.collect();
        if !set.is_empty() {
            let sql = format!("SELECT {}", set.join(", "));
            self.postgres.run_blocking(Work::write(vec![Step::Run(Statement::new(sql, Vec::new()))])).unwrap();
        }
    }

    /// What both keep of all that was done.
    #[expect(clippy::disallowed_methods, reason = "looks into the file past the store")]
    fn audits(&self) -> [Vec<Vec<Option<String>>>; 2] {
        const COLUMNS: &str =
            "iss, sub, session, ip, request_id, action, entity, entity_id, before, after, outcome, batch";
        let connection = rusqlite::Connection::open(self.file.path().join("app.db")).unwrap();
        let mut statement = connection.prepare(&format!("SELECT at, {COLUMNS} FROM _audit ORDER BY seq")).unwrap();
        let cells = |row: &rusqlite::Row<'_>| (0..13).map(|place| row.get(place)).collect::<Result<Vec<_>, _>>();
        let sqlite = statement.query_map([], cells).unwrap().map(Result::unwrap).collect();
        let at = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
        [sqlite, self.place.query(&format!("SELECT {at}, {COLUMNS} FROM app._audit ORDER BY seq"))]
    }
}

#[derive(Debug)]
enum Tried {
    Outcome(Box<Outcome>),
    Failed(#[expect(dead_code, reason = "read by Debug")] StoreError),
}

impl From<StoreError> for Tried {
    fn from(error: StoreError) -> Tried {
        Tried::Failed(error)
    }
}

#[track_caller]
fn same(what: &str, sqlite: &Outcome, postgres: &Outcome) {
    let text = |outcome: &Outcome| match outcome {
        // The index of a primary key has no name of its own in SQLite.
        Outcome::Refused(Refusal::Unique { index }) if index.ends_with("_pkey") || index.starts_with("sqlite_") => {
            "a primary key".to_owned()
        }
        Outcome::Done(answer) => {
            let body = String::from_utf8_lossy(&answer.body);
            format!("{body}\n{} {} {:?} {:?}", answer.rows, answer.more, answer.captured, answer.count)
        }
        refused => format!("{refused:?}"),
    };
    assert_eq!(text(sqlite), text(postgres), "{what}");
}

fn users(dialect: &Dialect) -> Work {
    let at = Value::DateTime(origin().at);
    let add = |id: &str| {
        let places: Vec<String> = (1..=5).map(|place| dialect.parameter(place)).collect();
        let sql = format!(
            "INSERT INTO {} (\"id\", \"iss\", \"sub\", \"created_at\", \"updated_at\") VALUES ({})",
            dialect.table("users"),
            places.join(", ")
        );
        let text = |text: &str| Value::Text(text.to_owned());
        Step::Run(Statement::new(sql, vec![Value::Uuid(id.into()), text("own"), text(id), at.clone(), at.clone()]))
    };
    Work::write(vec![add(UUID), add(OTHER)])
}

/// The id of the row of this number, from 1.
fn id(kind: IdKind, number: usize) -> RecordId {
    match kind {
        IdKind::Integer => RecordId::Integer(number as i64),
        IdKind::Uuid => RecordId::Uuid(format!("0199f0a0-0000-7000-8000-{number:012}")),
    }
}

fn id_json(kind: IdKind, number: usize) -> Json {
    match id(kind, number) {
        RecordId::Integer(id) => id.into(),
        RecordId::Uuid(id) => id.into(),
    }
}

/// A body of a row that refers to rows of the same owner, those before it and those of its number.
fn body(blueprint: &Blueprint, index: EntityIndex, number: usize, taken: &mut HashSet<String>) -> Json {
    let entity = blueprint.entity(index);
    let mut dice = Dice::of(7, &[&entity.name, &number.to_string()]);
    let subject = Subject::new(7, &entity.name, number);
    let mut body = serde_json::Map::new();
    let row = |dice: &mut Dice, to: EntityIndex| {
        let last = if to < index { ROWS } else { number.saturating_sub(1) };
        let numbers: Vec<usize> = (1..=last).filter(|other| other % 2 == number % 2).collect();
        (!numbers.is_empty()).then(|| numbers[dice.place(numbers.len())])
    };
    for field in entity.fields.iter().filter(|field| Body::Create.writable(field)) {
        if !field.required && dice.percent(30) {
            continue;
        }
        let value = match &field.kind {
            FieldKind::Reference { to: Target::User, .. } => Some(json!(if number % 2 == 1 { UUID } else { OTHER })),
            FieldKind::Reference { to: Target::Entity(to), id, .. } => {
                row(&mut dice, *to).map(|number| id_json(*id, number))
            }
            FieldKind::Text(_) | FieldKind::LongText(_) if field.unique == blueprint::Unique::No => {
                let hard = json!(HARD[dice.place(HARD.len())]);
                if dice.percent(60) && field.read(&hard).is_ok() {
                    Some(hard)
                } else {
                    draw(field, &subject, &|_| true)
                }
            }
            FieldKind::Float { .. } => Some(json!(FLOATS[dice.place(FLOATS.len())])),
            _ if field.unique == blueprint::Unique::No => draw(field, &subject, &|_| true),
            _ => {
                let key = |literal: &Literal| format!("{} {literal:?}", field.column);
                let value = draw(field, &subject, &|literal| !taken.contains(&key(literal)));
                taken.extend(value.as_ref().and_then(|value| field.read(value).ok()).as_ref().map(key));
                value
            }
        };
        if let Some(value) = value {
            body.insert(field.column.clone(), value);
        }
    }
    for link in &entity.links {
        let count = usize::from(link.required) + dice.place(3);
        let mut ids: Vec<Json> = Vec::new();
        for _ in 0..count {
            let value = match link.to {
                Target::User => Some(json!(if number % 2 == 1 { UUID } else { OTHER })),
                Target::Entity(to) => row(&mut dice, to).map(|number| id_json(link.id, number)),
            };
            ids.extend(value.filter(|value| !ids.contains(value)));
        }
        body.insert(link.key.clone(), ids.into());
    }
    body.into()
}

/// Makes the rows; those that cannot be made are left out on both.
fn fill(both: &Both, catalogs: &[Catalog; 2]) -> Vec<Vec<Json>> {
    let roles: Vec<&str> = both.blueprint.auth.roles.iter().map(String::as_str).collect();
    let mut made = vec![Vec::new(); both.blueprint.entities.len()];
    for (place, bodies) in made.iter_mut().enumerate() {
        let (index, entity) = (EntityIndex(place), &both.blueprint.entities[place]);
        let mut taken = HashSet::new();
        for number in 1..=ROWS {
            let actor = user(if number % 2 == 1 { UUID } else { OTHER }, &roles);
            let Ok(access) = query::access::decide(entity, Verb::Create, actor, None) else { continue };
            let body = body(&both.blueprint, index, number, &mut taken);
            let Ok(values) = Body::Create.read(&View::of(entity, &access), &body) else { continue };
            let id = (entity.id == IdKind::Uuid).then(|| id(entity.id, number));
            let request = Request::Create { id, values };
            let at = format!("2026-11-{:02}T00:00:00.{number:06}Z", 1 + number % 5);
            let origin = query::Origin { at, ..origin() };
            let Ok(plan) = query::plan(&both.blueprint, index, access, request, origin, &KEY) else { continue };
            let works = [0, 1].map(|engine| query::render(&catalogs[engine], &plan));
            both.run(&format!("{} {body}", entity.name), works);
            bodies.push(body);
        }
    }
    made
}

/// Pages of random lists, each to its end.
fn walk(both: &Both, catalogs: &[Catalog; 2], made: &[Vec<Json>]) -> usize {
    let roles: Vec<&str> = both.blueprint.auth.roles.iter().map(String::as_str).collect();
    let callers = [user(UUID, &[]), user(OTHER, &roles)];
    let (mut dice, mut found) = (Dice::of(11, &[&both.blueprint.app.name]), 0);
    for (place, entity) in both.blueprint.entities.iter().enumerate() {
        let index = EntityIndex(place);
        for round in 0..60 {
            let actor = &callers[round % 2];
            let Ok(access) = query::access::decide(entity, Verb::Read, actor.clone(), None) else { continue };
            let view = View::of(entity, &access);
            let query = random_list(&view, &made[place], &mut dice);
            let Ok(list) = List::parse(&both.blueprint, &view, &query) else { continue };
            let mut cursor = None;
            loop {
                let request = Request::List(List { cursor, ..list.clone() });
                let Ok(plan) = query::plan(&both.blueprint, index, access.clone(), request, origin(), &KEY) else {
                    break;
                };
                let works = [0, 1].map(|engine| query::render(&catalogs[engine], &plan));
                let Outcome::Done(answer) = both.run(&format!("{} {query:?}", entity.name), works) else { break };
                found += answer.rows;
                if !answer.more {
                    break;
                }
                cursor = plan.next_cursor(&both.blueprint, &answer.captured, &KEY);
            }
        }
    }
    found
}

fn random_list(view: &View, made: &[Json], dice: &mut Dice) -> Vec<(String, String)> {
    let pair = |name: &str, text: String| (name.to_owned(), text);
    let mut terms: Vec<(String, String)> = vec![pair("limit", (1 + dice.place(7)).to_string())];
    let keys = view.sortable();
    let sorts: Vec<String> = (0..1 + dice.place(3))
        .map(|_| {
            let name = keys[dice.place(keys.len())].column(view.entity);
            if dice.percent(50) { format!("-{name}") } else { name.to_owned() }
        })
        .collect();
    terms.push(pair("sort", sorts.join(",")));
    let attributes = view.visible();
    for _ in 0..dice.place(3) {
        let name = attributes[dice.place(attributes.len())].column(view.entity).to_owned();
        let Some(row) = made.get(dice.place(made.len().max(1))) else { continue };
        let text = match &row[&name] {
            Json::String(text) => text.chars().take(1 + dice.place(9)).collect(),
            Json::Array(ids) => ids.first().map_or_else(String::new, |id| id.to_string().replace('"', "")),
            other => other.to_string(),
        };
        let operator = query::OPERATORS[dice.place(query::OPERATORS.len())];
        let text = if operator == "is_null" { dice.percent(50).to_string() } else { text };
        let term = format!("{name}[{operator}]");
        if terms.iter().all(|(known, _)| *known != term) {
            terms.push((term, text));
        }
    }
    if dice.percent(25) {
        terms
            .push(pair("q", ["a", "e", "Ä", "οδος", "istanbul", "strasse", "straße", "z b"][dice.place(8)].to_owned()));
    }
    terms
}

#[test]
fn both_engines_answer_alike() {
    // The others have nothing that these have not.
    for app in &APPS[2..] {
        let blueprint = blueprint(app);
        let Some(both) = Both::new(&blueprint) else { return };
        let catalogs = both.catalogs();
        let made = fill(&both, &catalogs);
        let found = walk(&both, &catalogs, &made);
        assert!(found > 100, "{app}: only {found} rows were found");
        let sqlite = every::works(&blueprint, &both.sqlite.dialect());
        let postgres = every::works(&blueprint, &both.postgres.dialect());
        assert_eq!(sqlite.len(), postgres.len());
        let works: Vec<_> = sqlite.into_iter().zip(postgres).collect();
        let (reads, writes): (Vec<_>, Vec<_>) = works.into_iter().partition(|((_, work), _)| work.mode != Mode::Write);
        // Callers of different rights often ask the same, and the random lists have asked much of it.
        let mut seen = HashSet::new();
        let reads = reads.into_iter().filter(|((_, work), _)| seen.insert(format!("{:?}", work.steps)));
        for ((what, one), (_, other)) in reads.step_by(4) {
            both.run(&format!("{app} {what}"), [one, other]);
        }
        for ((what, one), (_, other)) in &writes {
            both.try_out(&format!("{app} {what}"), [one.clone(), other.clone()]);
        }
        for ((what, one), (_, other)) in writes {
            both.run(&format!("{app} {what}, for good"), [one, other]);
        }
        let [sqlite, postgres] = both.audits();
        assert!(sqlite.len() > ROWS, "{app}");
        for (one, other) in sqlite.iter().zip(&postgres) {
            assert_eq!(one, other, "{app}");
        }
        assert_eq!(sqlite.len(), postgres.len(), "{app}");
    }
}

/// Also those that no work came to, such as what tells why nothing was found.
#[tokio::test]
async fn postgres_understands_every_statement() {
    for app in APPS {
        let blueprint = blueprint(app);
        let Some(place) = throwaway::Database::new() else { return };
        let options = PostgresOptions::new(PostgresUrl::parse(place.url()).unwrap());
        let store = Store::connect(options).await.unwrap_or_else(|error| panic!("{error}"));
        let statements = schema::tables(&blueprint, &store.dialect());
        store.apply(&AppSchema::new(blueprint.source.clone(), statements)).await.unwrap();
        let (client, connection) = tokio_postgres::connect(place.url(), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let mut seen = HashSet::new();
        for (what, work) in every::works(&blueprint, &store.dialect()) {
            for statement in statements_of(&work) {
                if !seen.insert(statement.sql.clone()) {
                    continue;
                }
                let prepared = client.prepare(&statement.sql).await;
                let prepared = prepared.unwrap_or_else(|error| panic!("{app} {what}: {error:?}\n{}", statement.sql));
                let types: Vec<&str> = prepared.params().iter().map(tokio_postgres::types::Type::name).collect();
                assert_eq!(types.len(), statement.params.len(), "{app} {what}: {}", statement.sql);
                for (value, inferred) in statement.params.iter().zip(types) {
                    assert!(takes(inferred, value), "{app} {what}: {inferred} for {value:?} in {}", statement.sql);
                }
            }
        }
    }
}

fn statements_of(work: &Work) -> Vec<&Statement> {
    let at_once = work.at_once.iter().map(|at_once| &at_once.statement);
    let mut all: Vec<&Statement> = at_once.chain(work.steps.iter().map(Step::statement)).collect();
    for step in &work.steps {
        if let Step::One { none, .. } | Step::Require { none, .. } | Step::Change { none, .. } = step
            && let Otherwise::Probe { statement, .. } = none
        {
            all.push(statement);
        }
    }
    all
}

/// Whether a parameter of this type says what the value says.
fn takes(inferred: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Boolean(_) => inferred == "bool",
        Value::Integer(_) => inferred == "int8",
        Value::Decimal { .. } => inferred == "numeric",
        Value::Float(_) => inferred == "float8",
        Value::Text(_) => inferred == "text",
        Value::Uuid(_) => matches!(inferred, "uuid" | "text"),
        Value::Date(_) => inferred == "date",
        Value::Time(_) => inferred == "time",
        Value::DateTime(_) => inferred == "timestamptz",
        Value::Json(_) => inferred == "json",
        Value::Bytes(_) => inferred == "bytea",
    }
}
