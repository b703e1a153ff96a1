//! A condition means the same in memory and in both databases: `Expr::eval`, the guard of an action and the rules of access
//! agree on random conditions and random rows, nulls included. A failure shows the smallest case that was found.

mod guard;
mod rules;

use std::sync::Arc;

use blueprint::{Blueprint, Comparison, Expr, Field, FieldKind, Literal, Term};
use proptest::prelude::*;
use proptest::sample::select;
use query::{Catalog, RecordId, Values};
use store::{AppSchema, Options, PostgresOptions, PostgresUrl, Store, StoreError};
use work::{Outcome, Statement, Value};

use super::*;

/// Two fields of each type that can be compared, so that they are compared with one another too.
const THINGS: &str = r#"
[app]
name = "things"
[auth]
roles = ["manager", "clerk"]

[entity.shelf]
owner = false
[entity.shelf.field]
name = { type = "text" }
[entity.shelf.access]
read = ["anyone"]

[entity.thing]
id = "uuid"
[entity.thing.field]
label = { type = "text" }
note = { type = "long_text" }
state = { type = "enum", values = ["a", "b", "c"] }
pieces = { type = "integer", min = -3, max = 3 }
room = { type = "integer" }
price = { type = "money" }
cost = { type = "money" }
rate = { type = "decimal", scale = 4 }
weight = { type = "float" }
height = { type = "float" }
done = { type = "boolean" }
urgent = { type = "boolean" }
day = { type = "date" }
until = { type = "date" }
opens = { type = "time" }
closes = { type = "time" }
due = { type = "datetime" }
seen = { type = "datetime" }
key = { type = "uuid" }
lock = { type = "uuid" }
clerk = { type = "reference", to = "user", on_delete = "set_null" }
shelf = { type = "reference", to = "shelf", on_delete = "set_null" }
other_shelf = { type = "reference", to = "shelf", on_delete = "set_null" }
extra = { type = "json" }
touched = { type = "boolean" }
[entity.thing.access]
read = ["anyone"]
update = ["anyone"]
[entity.thing.action.touch]
when = "done"
set = { touched = true }
"#;

const THING: EntityIndex = EntityIndex(1);
const ANA: &str = "01890000-0000-7000-8000-00000000000a";
const EVE: &str = "01890000-0000-7000-8000-00000000000e";
const MADE: &str = "2026-11-20T12:00:00.000000Z";
const NOW: &str = "2026-11-21T00:00:00.000000Z";

/// Values of a field, few enough that equal ones meet.
fn literals(kind: &FieldKind) -> Vec<Literal> {
    let texts = |texts: &[&str]| texts.iter().map(|text| Literal::Text((*text).to_owned())).collect();
    match kind {
        // Their bytes order them otherwise than their letters or UTF-16 would.
        FieldKind::Text(_) | FieldKind::LongText(_) => texts(&["", " ", "a", "A", "ab", "b", "é", "\u{ffee}", "𐀀"]),
        FieldKind::Enum { .. } => texts(&["a", "b", "c"]),
        FieldKind::Integer { min, .. } if *min == -3 => (-3..=3).map(Literal::Integer).collect(),
        FieldKind::Integer { min, max } => [*min, -1, 0, 1, 2, *max].map(Literal::Integer).into(),
        FieldKind::Decimal { min, max, .. } => [*min, -100, 0, 1, 100, *max].map(Literal::Decimal).into(),
        FieldKind::Float { .. } => [-1e300, -1.5, -0.0, 0.0, 5e-324, 0.1, 1.5, 1e300].map(Literal::Float).into(),
        FieldKind::Boolean => [false, true].map(Literal::Boolean).into(),
        FieldKind::Date => texts(&["0001-01-01", "2026-11-20", "2026-11-21", "2026-11-22", "9999-12-31"]),
        FieldKind::Time => texts(&["00:00:00.000000", "12:30:00.000000", "23:59:59.999999"]),
        FieldKind::DateTime => texts(&[MADE, NOW, "2026-11-20T12:00:00.000001Z", "0001-01-01T00:00:00.000000Z"]),
        FieldKind::Reference { to: blueprint::Target::User, .. } => texts(&[ANA, EVE]),
        FieldKind::Uuid => texts(&[ANA, "01890000-0000-7000-8000-00000000000f"]),
        FieldKind::Reference { .. } => [1, 2].map(Literal::Integer).into(),
        FieldKind::Json => [Literal::Json("{}".to_owned()), Literal::Json("\"\"".to_owned())].into(),
        FieldKind::Email | FieldKind::Phone | FieldKind::Url => texts(&[]),
    }
}

fn place(blueprint: &Blueprint, name: &str) -> usize {
    blueprint.entity(THING).fields.iter().position(|field| field.name == name).unwrap()
}

/// Terms that can be compared with one another, and the values that each can be compared with.
struct Group {
    terms: Vec<Term>,
    values: Vec<Literal>,
    is_ordered: bool,
}

fn groups(blueprint: &Blueprint) -> Vec<Group> {
    let fields = &blueprint.entity(THING).fields;
    let group = |names: &[&str], more: &[Term], is_ordered: bool| {
        let places: Vec<usize> = names.iter().map(|name| place(blueprint, name)).collect();
        let values = places.iter().flat_map(|place| literals(&fields[*place].kind)).collect();
        let terms = places.into_iter().map(Term::Field).chain(more.iter().cloned()).collect();
        Group { terms, values, is_ordered }
    };
    vec![
        group(&["label", "note", "state"], &[], true),
        group(&["pieces", "room"], &[], true),
        group(&["price", "cost"], &[], true),
        group(&["rate"], &[], true),
        group(&["weight", "height"], &[], true),
        group(&["done", "urgent"], &[], false),
        group(&["day", "until"], &[Term::Today], true),
        group(&["opens", "closes"], &[], true),
        group(&["due", "seen"], &[Term::CreatedAt, Term::UpdatedAt, Term::Now], true),
        group(&["key", "lock"], &[], false),
        group(&["clerk"], &[Term::Owner, Term::Caller], false),
        group(&["shelf", "other_shelf"], &[], false),
    ]
}

/// Tests of one group: comparisons of terms with one another and with values, on either side.
fn tests(group: Group) -> BoxedStrategy<Expr> {
    use Comparison::{Eq, Gt, Gte, Lt, Lte, Ne};
    let comparisons = if group.is_ordered { vec![Eq, Ne, Lt, Lte, Gt, Gte] } else { vec![Eq, Ne] };
    let term = || select(group.terms.clone());
    let any = prop_oneof![term(), select(group.values.clone()).prop_map(Term::Value)];
    let compared =
        (term(), select(comparisons.clone()), any.clone()).prop_map(|(one, by, other)| Expr::Compare(one, by, other));
    let turned = (any, select(comparisons), term()).prop_map(|(one, by, other)| Expr::Compare(one, by, other));
    let one_of = (term(), prop::collection::vec(select(group.values.clone()), 1..4))
        .prop_map(|(term, values)| Expr::OneOf(term, values));
    prop_oneof![3 => compared, 2 => turned, 2 => one_of, 1 => term().prop_map(Expr::IsNull)].boxed()
}

fn conditions(blueprint: &Blueprint) -> impl Strategy<Value = Expr> + use<> {
    let extra = place(blueprint, "extra");
    let of_groups = prop::strategy::Union::new(groups(blueprint).into_iter().map(tests));
    let leaf = prop_oneof![
        1 => any::<bool>().prop_map(Expr::Constant),
        1 => select(vec!["manager", "clerk"]).prop_map(|role| Expr::HasRole(role.to_owned())),
        1 => Just(Expr::IsNull(Term::Field(extra))),
        12 => of_groups,
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let some = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            inner.prop_map(|inner| Expr::Not(Box::new(inner))),
            some.clone().prop_map(Expr::All),
            some.prop_map(Expr::Any),
        ]
    })
}

/// A value for each field; a third of them null.
fn rows(blueprint: &Blueprint) -> impl Strategy<Value = Vec<Literal>> + use<> {
    let cell = |field: &Field| prop_oneof![1 => Just(Literal::Null), 2 => select(literals(&field.kind))];
    blueprint.entity(THING).fields.iter().map(cell).collect::<Vec<_>>()
}

fn callers() -> impl Strategy<Value = Actor> {
    select(vec![Actor::Stranger, user(ANA, &[]), user(EVE, &["manager"]), user(EVE, &["manager", "clerk"])])
}

/// Whether a condition holds for a row of Ana's, in memory.
fn holds(expr: &Expr, row: &[Literal], caller: &Actor) -> bool {
    held(expr, row, caller, MADE)
}

/// The same for one that was last changed then.
fn held(expr: &Expr, row: &[Literal], caller: &Actor, changed_at: &str) -> bool {
    let (id, roles) = match caller {
        Actor::Stranger => (None, &[][..]),
        Actor::User(user) => (Some(user.id.as_str()), user.roles.as_slice()),
    };
    let text = |text: &str| Literal::Text(text.to_owned());
    let value = |term: &Term| match term {
        Term::Field(place) => row[*place].clone(),
        Term::Owner => text(ANA),
        Term::CreatedAt => text(MADE),
        Term::UpdatedAt => text(changed_at),
        Term::Caller => id.map_or(Literal::Null, text),
        Term::Now => text(NOW),
        Term::Today => text(&NOW[..10]),
        Term::Value(literal) => literal.clone(),
    };
    let known = expr.of_caller(id, roles).at(NOW);
    let holds = known.eval(&value);
    if !format!("{expr:?}").contains("HasRole") {
        assert_eq!(holds, expr.eval(&value), "what is known of the caller and the time changed it: {known:?}");
    }
    holds
}

/// What the database made of it. Never an `Ok`: nothing of what is tried is kept.
#[derive(Debug)]
#[expect(dead_code, reason = "read by Debug")]
enum Tried {
    Outcomes(Vec<Outcome>),
    Failed(StoreError),
}

impl From<StoreError> for Tried {
    fn from(error: StoreError) -> Tried {
        Tried::Failed(error)
    }
}

/// The engines that there are, each with the tables, two users and two shelves.
struct Engines {
    stores: Vec<Store>,
    _folder: tempfile::TempDir,
    _postgres: Option<throwaway::Database>,
}

impl Engines {
    fn new(blueprint: &Blueprint) -> Engines {
        let (folder, postgres) = (tempfile::tempdir().unwrap(), throwaway::Database::new());
        let sqlite = Store::open(Options::new(folder.path().join("app.db"))).unwrap();
        let connect = |place: &throwaway::Database| {
            let options = PostgresOptions::new(PostgresUrl::parse(place.url()).unwrap());
            Store::connect_blocking(options).unwrap_or_else(|error| panic!("{error}"))
        };
        let stores: Vec<Store> = std::iter::once(sqlite).chain(postgres.as_ref().map(connect)).collect();
        stores.iter().for_each(|store| fill(store, blueprint));
        Engines { stores, _folder: folder, _postgres: postgres }
    }
}

fn fill(store: &Store, blueprint: &Blueprint) {
    let dialect = store.dialect();
    let statements = schema::tables(blueprint, &dialect);
    store.apply_blocking(&AppSchema { blueprint: blueprint.source.clone(), statements }).unwrap();
    let stamp = || Value::DateTime(MADE.to_owned());
    let [one, two, three] = [1, 2, 3].map(|place| dialect.parameter(place));
    let (users, shelves) = (dialect.table("users"), dialect.table("shelves"));
    let user = format!(
        "INSERT INTO {users} (\"id\", \"iss\", \"sub\", \"created_at\", \"updated_at\") VALUES ({one}, 'own', {two}, {three}, {three})"
    );
    let users = [ANA, EVE]
        .map(|id| Statement::new(user.clone(), vec![Value::Uuid(id.to_owned()), Value::Text(id.to_owned()), stamp()]));
    let shelf = format!("INSERT INTO {shelves} (\"created_at\", \"updated_at\") VALUES ({one}, {one})");
    let shelves = [1, 2].map(|_| Statement::new(shelf.clone(), vec![stamp()]));
    store.run_blocking(Work::write(users.into_iter().chain(shelves).map(Step::Run).collect())).unwrap();
}

/// A store and a blueprint with the rules that are tried.
struct Trial<'a> {
    store: &'a Store,
    blueprint: &'a Arc<Blueprint>,
    catalog: Catalog,
}

impl<'a> Trial<'a> {
    fn new(store: &'a Store, blueprint: &'a Arc<Blueprint>) -> Trial<'a> {
        Trial { store, blueprint, catalog: Catalog::new(blueprint.clone(), store.dialect()) }
    }

    /// What becomes of a request; nothing where it is refused without looking at rows.
    fn render(&self, actor: &Actor, verb: Verb, request: Request, at: &str) -> Option<Work> {
        let access = query::access::decide(self.blueprint.entity(THING), verb, actor.clone(), None).ok()?;
        let origin = Origin { at: at.to_owned(), ..origin() };
        let plan = query::plan(self.blueprint, THING, access, request, origin, &KEY).ok()?;
        Some(query::render(&self.catalog, &plan))
    }

    /// Makes the rows as Ana, does this, and forgets it all.
    fn outcomes(&self, rows: &[Vec<Literal>], works: Vec<Work>) -> Vec<Outcome> {
        let mut things = Blueprint::clone(self.blueprint);
        things.entities[THING.0].access.create = blueprint::Rule::Anyone;
        let open = Arc::new(things);
        let maker = Trial::new(self.store, &open);
        let make = |(place, row): (usize, &Vec<Literal>)| {
            let values = Values::from(row.iter().cloned().enumerate().collect::<Vec<_>>());
            // Somebody with a role may refer to any user.
            let request = Request::Create { id: Some(id(place)), values };
            maker.render(&user(ANA, &["manager"]), Verb::Create, request, MADE).unwrap()
        };
        let made: Vec<Work> = rows.iter().enumerate().map(make).collect();
        let tried = self.store.transaction_blocking(move |transaction| {
            for work in &made {
                let Outcome::Done(_) = transaction.run(work)? else { panic!("a row was not made") };
            }
            let outcomes: Result<Vec<Outcome>, StoreError> = works.iter().map(|work| transaction.run(work)).collect();
            Err::<(), Tried>(Tried::Outcomes(outcomes?))
        });
        let Err(Tried::Outcomes(outcomes)) = tried else { panic!("{tried:?}") };
        outcomes
    }
}

/// The id of a row by its place among those that are made.
fn id(place: usize) -> RecordId {
    RecordId::Uuid(format!("01890000-0000-7000-8000-0000000001{place:02x}"))
}

/// Where there is a Postgres to try too, fewer cases say as much.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}
