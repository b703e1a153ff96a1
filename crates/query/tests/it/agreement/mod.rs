//! A condition means the same in memory and in both databases: `Expr::eval`, the guard of an action and the rules of access
//! agree on random conditions and random rows, nulls included. A failure shows the smallest case that was found.

mod again;
mod fields;
mod guard;
mod rules;
mod unset;

use std::sync::Arc;

use blueprint::{Blueprint, Comparison, End, Expr, Field, FieldKind, Literal, Term, Via};
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

[user.field]
team = { type = "text", read_only = true }
level = { type = "integer", min = -3, max = 3, read_only = true }
lead = { type = "boolean", read_only = true }
since = { type = "datetime", read_only = true }

[entity.shelf]
owner = false
soft_delete = true
[entity.shelf.field]
name = { type = "text" }
size = { type = "integer" }
open = { type = "boolean" }
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

/// What the shelves hold; of the second nothing is known.
fn shelf(place: i64, column: &str) -> Literal {
    match (place, column) {
        (_, "created_at") => Literal::Text(MADE.to_owned()),
        (1, "name") => Literal::Text("a".to_owned()),
        (1, "size") => Literal::Integer(1),
        (1, "open") => Literal::Boolean(true),
        _ => Literal::Null,
    }
}

/// A part of the shelf that one of the references leads to.
fn beyond(blueprint: &Blueprint, reference: &str, column: &str) -> Term {
    let shelf = &blueprint.entities[0];
    let field = shelf.fields.iter().position(|field| field.name == column);
    let term = field.map_or(Term::CreatedAt, Term::Field);
    let kind = field.map_or(FieldKind::DateTime, |place| shelf.fields[place].kind.clone());
    let (entity, table, column) = (EntityIndex(0), shelf.plural.clone(), column.to_owned());
    let end = End { entity, term, table, id: shelf.id, soft_delete: shelf.soft_delete, column, kind };
    Term::Via(Box::new(Via { from: Term::Field(place(blueprint, reference)), end: end.into() }))
}

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
    let of_caller =
        |name: &str| Term::CallerField(blueprint.user_fields.iter().position(|field| field.name == name).unwrap());
    let group = |names: &[&str], more: &[Term], is_ordered: bool| {
        let places: Vec<usize> = names.iter().map(|name| place(blueprint, name)).collect();
        let values = places.iter().flat_map(|place| literals(&fields[*place].kind)).collect();
        let terms = places.into_iter().map(Term::Field).chain(more.iter().cloned()).collect();
        Group { terms, values, is_ordered }
    };
    vec![
        group(&["label", "note", "state"], &[beyond(blueprint, "shelf", "name"), of_caller("team")], true),
        group(&["pieces", "room"], &[beyond(blueprint, "other_shelf", "size"), of_caller("level")], true),
        group(&["price", "cost"], &[], true),
        group(&["rate"], &[], true),
        group(&["weight", "height"], &[], true),
        group(&["done", "urgent"], &[beyond(blueprint, "shelf", "open"), of_caller("lead")], false),
        group(&["day", "until"], &[Term::Today], true),
        group(&["opens", "closes"], &[], true),
        group(
            &["due", "seen"],
            &[
                Term::CreatedAt,
                Term::UpdatedAt,
                Term::Now,
                beyond(blueprint, "shelf", "created_at"),
                of_caller("since"),
            ],
            true,
        ),
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

/// Of some of whom it is known in which team they are and so on, of some only some of it.
fn callers() -> impl Strategy<Value = Actor> {
    let text = |text: &str| Literal::Text(text.to_owned());
    let all = [text("a"), Literal::Integer(1), Literal::Boolean(true), text(NOW)];
    let some = [Literal::Null, Literal::Integer(1), Literal::Null, text(NOW)];
    let known = |caller: &Actor, fields: &[Literal]| match caller {
        Actor::User(user) => {
            Actor::User(query::User { fields: query::Fields::Known(fields.into()), ..query::User::clone(user) }.into())
        }
        Actor::Stranger => Actor::Stranger,
    };
    let (ana, eve) = (user(ANA, &[]), user(EVE, &["manager"]));
    let known = [known(&ana, &all), known(&ana, &some), known(&eve, &all), known(&eve, &some)];
    select([vec![Actor::Stranger, ana, eve, user(EVE, &["manager", "clerk"])], known.into()].concat())
}

/// What a row's reference leads to.
fn led_to(via: &Via, row: &[Literal]) -> Literal {
    let Term::Field(place) = via.from else { panic!("{via:?}") };
    let Literal::Integer(id) = row[place] else { return Literal::Null };
    shelf(id, &via.end.column)
}

/// Whether a condition holds for a row of Ana's, in memory.
fn holds(expr: &Expr, row: &[Literal], caller: &Actor) -> bool {
    held(expr, row, caller, MADE)
}

fn named(caller: &Actor) -> (Option<&str>, &[String], &[Literal]) {
    match caller {
        Actor::Stranger => (None, &[], &[]),
        Actor::User(user) => (Some(&user.id), &user.roles, fields_of(user)),
    }
}

fn fields_of(user: &query::User) -> &[Literal] {
    let query::Fields::Known(fields) = &user.fields else { panic!("{user:?}") };
    fields
}

/// What is left of a condition for a caller now.
fn known(expr: &Expr, caller: &Actor) -> Expr {
    let (id, roles, fields) = named(caller);
    expr.of_caller(id, roles, fields).at(NOW)
}

/// The same for one that was last changed then.
fn held(expr: &Expr, row: &[Literal], caller: &Actor, changed_at: &str) -> bool {
    let (id, _, fields) = named(caller);
    let text = |text: &str| Literal::Text(text.to_owned());
    let value = |term: &Term| match term {
        Term::Field(place) => row[*place].clone(),
        Term::Owner => text(ANA),
        Term::CreatedAt => text(MADE),
        Term::UpdatedAt => text(changed_at),
        Term::Caller => id.map_or(Literal::Null, text),
        Term::CallerField(place) => fields.get(*place).cloned().unwrap_or(Literal::Null),
        Term::Now => text(NOW),
        Term::Today => text(&NOW[..10]),
        Term::Via(via) => led_to(via, row),
        Term::Value(literal) => literal.clone(),
    };
    let known = known(expr, caller);
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
    store.apply_blocking(&AppSchema::new(blueprint.source.clone(), statements)).unwrap();
    let stamp = || Value::DateTime(MADE.to_owned());
    let [one, two, three] = [1, 2, 3].map(|place| dialect.parameter(place));
    let (users, shelves) = (dialect.table("users"), dialect.table("shelves"));
    let user = format!(
        "INSERT INTO {users} (\"id\", \"iss\", \"sub\", \"created_at\", \"updated_at\") VALUES ({one}, 'own', {two}, {three}, {three})"
    );
    let users = [ANA, EVE]
        .map(|id| Statement::new(user.clone(), vec![Value::Uuid(id.to_owned()), Value::Text(id.to_owned()), stamp()]));
    let names = ["name", "size", "open"];
    let columns = "(\"created_at\", \"updated_at\", \"name\", \"size\", \"open\")";
    let [four, five] = [4, 5].map(|place| dialect.parameter(place));
    let sql = format!("INSERT INTO {shelves} {columns} VALUES ({one}, {two}, {three}, {four}, {five})");
    let value = |literal: Literal| match literal {
        Literal::Text(text) => Value::Text(text),
        Literal::Integer(number) => Value::Integer(number),
        Literal::Boolean(truth) => Value::Boolean(truth),
        _ => Value::Null,
    };
    let shelves = [1, 2].map(|place| {
        let held = names.map(|name| value(shelf(place, name)));
        Statement::new(sql.clone(), [stamp(), stamp()].into_iter().chain(held).collect())
    });
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

    /// What becomes of one request for each of the rows; nothing where they are refused without looking at rows.
    fn each(
        &self,
        rows: &[Vec<Literal>],
        caller: &Actor,
        verb: Verb,
        request: impl Fn(usize) -> Request,
    ) -> Option<Vec<Outcome>> {
        let works = (0..rows.len()).map(|place| self.render(caller, verb, request(place), NOW));
        Some(self.outcomes(rows, works.collect::<Option<_>>()?))
    }

    /// Makes the rows as Ana, does this, and forgets it all.
    fn outcomes(&self, rows: &[Vec<Literal>], works: Vec<Work>) -> Vec<Outcome> {
        let mut things = Blueprint::clone(self.blueprint);
        let thing = &mut things.entities[THING.0];
        thing.access.create = blueprint::Rule::Anyone;
        thing.fields.iter_mut().for_each(|field| field.write = blueprint::Rule::Anyone);
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

/// The things with other rules.
fn ruled(things: &Blueprint, give: impl FnOnce(&mut blueprint::Entity)) -> Arc<Blueprint> {
    let mut things = things.clone();
    give(&mut things.entities[THING.0]);
    Arc::new(things)
}

/// A rule that is only this condition.
fn when(expr: &Expr) -> blueprint::Rule {
    let condition = blueprint::Condition { text: String::new(), expr: expr.clone() };
    blueprint::Rule::When(Box::new(blueprint::Rule::Anyone), condition)
}

/// A condition, or none.
fn perhaps(things: &Blueprint) -> impl Strategy<Value = Expr> + use<> {
    prop_oneof![Just(Expr::Constant(true)), conditions(things)]
}

/// Changes of fields that do not refer to users, for whom a caller may refer to is another rule.
fn changes(things: &Blueprint) -> impl Strategy<Value = Vec<(usize, Literal)>> + use<> {
    let fields = things.entity(THING).fields.iter().enumerate();
    let plain =
        fields.filter(|(_, field)| !matches!(field.kind, FieldKind::Reference { to: blueprint::Target::User, .. }));
    let one = |(place, field): (usize, &Field)| {
        let value = prop_oneof![1 => Just(Literal::Null), 2 => select(literals(&field.kind))];
        prop::option::weighted(0.3, value).prop_map(move |value| value.map(|value| (place, value)))
    };
    plain.map(one).collect::<Vec<_>>().prop_map(|changes| changes.into_iter().flatten().collect())
}

/// The row that changes make of one.
fn changed(row: &[Literal], changes: &[(usize, Literal)]) -> Vec<Literal> {
    let mut row = row.to_vec();
    changes.iter().for_each(|(place, value)| row[*place] = value.clone());
    row
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Became {
    Done,
    NotFound,
    Forbidden,
}

impl Became {
    fn of(outcome: &Outcome) -> Became {
        match outcome {
            Outcome::Done(_) => Became::Done,
            Outcome::Refused(work::Refusal::NotFound) => Became::NotFound,
            Outcome::Refused(work::Refusal::Forbidden) => Became::Forbidden,
            other => panic!("{other:?}"),
        }
    }
}

/// Where there is a Postgres to try too, fewer cases say as much.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}
