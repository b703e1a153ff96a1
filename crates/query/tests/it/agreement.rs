//! A condition means the same in memory and in the database: `Expr::eval` and the guard of an action agree on random
//! conditions and random rows, nulls included. A failure shows the smallest case that was found.

use std::sync::Arc;

use blueprint::{ActionKind, Blueprint, Comparison, Condition, Expr, Field, FieldKind, Literal, Term};
use proptest::prelude::*;
use proptest::sample::select;
use query::{Catalog, IfMatch, RecordId, Values};
use store::{AppSchema, Options, Store, StoreError};
use work::{Outcome, Refusal, Statement, Value};

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
    let (id, roles) = match caller {
        Actor::Stranger => (None, &[][..]),
        Actor::User(user) => (Some(user.id.as_str()), user.roles.as_slice()),
    };
    let text = |text: &str| Literal::Text(text.to_owned());
    let value = |term: &Term| match term {
        Term::Field(place) => row[*place].clone(),
        Term::Owner => text(ANA),
        Term::CreatedAt | Term::UpdatedAt => text(MADE),
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

/// Whether so much can be added to these pieces.
fn has_room(pieces: &Literal, added: Option<i64>) -> bool {
    match (pieces, added) {
        (_, None) => true,
        (Literal::Integer(pieces), Some(added)) => (-3..=3).contains(&(pieces + added)),
        _ => false,
    }
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

/// A store with the tables, two users and two shelves.
fn open(folder: &tempfile::TempDir, blueprint: &Blueprint) -> Store {
    let store = Store::open(Options::new(folder.path().join("app.db"))).unwrap();
    let statements = schema::tables(blueprint, &Dialect::Sqlite);
    store.apply_blocking(&AppSchema { blueprint: blueprint.source.clone(), statements }).unwrap();
    let user = "INSERT INTO \"users\" (\"id\", \"iss\", \"sub\", \"created_at\", \"updated_at\") VALUES (?1, 'own', ?1, ?2, ?2)";
    let users =
        [ANA, EVE].map(|id| Statement::new(user, vec![Value::Uuid(id.to_owned()), Value::DateTime(MADE.to_owned())]));
    let shelf = "INSERT INTO \"shelves\" (\"created_at\", \"updated_at\") VALUES (?1, ?1)";
    let shelves = [1, 2].map(|_| Statement::new(shelf, vec![Value::DateTime(MADE.to_owned())]));
    store.run_blocking(Work::write(users.into_iter().chain(shelves).map(Step::Run).collect())).unwrap();
    store
}

/// Makes the rows, has the caller touch each of them, and forgets it all.
fn touched(store: &Store, blueprint: &Arc<Blueprint>, rows: &[Vec<Literal>], caller: &Actor) -> Vec<bool> {
    let catalog = Catalog::new(blueprint.clone(), Dialect::Sqlite);
    let render = |actor: &Actor, verb: Verb, request: Request, at: &str| {
        let access = query::access::decide(blueprint.entity(THING), verb, actor.clone(), None).unwrap();
        let origin = Origin { at: at.to_owned(), ..origin() };
        query::render(&catalog, &query::plan(blueprint, THING, access, request, origin, &KEY).unwrap())
    };
    // Somebody with a role may refer to any user.
    let maker = user(ANA, &["manager"]);
    let make = |row: &Vec<Literal>| {
        let values = Values::from(row.iter().cloned().enumerate().collect::<Vec<_>>());
        render(&maker, Verb::Create, Request::Create { id: None, values }, MADE)
    };
    let touch = |place: usize| {
        let request = Request::Act { id: RecordId::Integer(place as i64 + 1), action: 0, if_match: IfMatch::Absent };
        render(caller, Verb::Act(0), request, NOW)
    };
    let made: Vec<Work> = rows.iter().map(make).collect();
    let touched: Vec<Work> = (0..rows.len()).map(touch).collect();
    let tried = store.transaction_blocking(move |transaction| {
        for work in &made {
            let Outcome::Done(_) = transaction.run(work)? else { panic!("a row was not made") };
        }
        let outcomes: Result<Vec<Outcome>, StoreError> = touched.iter().map(|work| transaction.run(work)).collect();
        Err::<(), Tried>(Tried::Outcomes(outcomes?))
    });
    let Err(Tried::Outcomes(outcomes)) = tried else { panic!("{tried:?}") };
    let is_done = |outcome| match outcome {
        Outcome::Done(_) => true,
        Outcome::Refused(Refusal::State) => false,
        other => panic!("{other:?}"),
    };
    outcomes.into_iter().map(is_done).collect()
}

#[test]
fn a_condition_holds_in_the_database_where_it_holds_in_memory() {
    let things = blueprint::load(THINGS).unwrap_or_else(|problems| panic!("{problems}"));
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, &things);
    let pieces = place(&things, "pieces");
    let cases =
        (conditions(&things), prop::collection::vec(rows(&things), 1..6), callers(), prop::option::of(-4i64..=4));
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |((expr, rows, caller, added) in cases)| {
        let mut things = things.clone();
        let action = &mut things.entities[THING.0].actions[0];
        action.when = Some(Condition { text: String::new(), expr: expr.clone() });
        if let ActionKind::Change(change) = &mut action.does {
            change.add = added.map(|units| (pieces, units)).into_iter().collect();
        }
        let expected: Vec<bool> =
            rows.iter().map(|row| holds(&expr, row, &caller) && has_room(&row[pieces], added)).collect();
        prop_assert_eq!(touched(&store, &Arc::new(things), &rows, &caller), expected);
    });
}
