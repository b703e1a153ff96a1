//! What the operator has not said of a caller gives him nothing, however a condition is turned.

use super::*;

/// Tests each of which looks at something of the caller, with a term of the row or a value beside it.
fn of_caller(blueprint: &Blueprint) -> impl Strategy<Value = Expr> + use<> {
    let groups = groups(blueprint).into_iter();
    let looked_at = groups.filter_map(|group| {
        let (of_caller, others): (Vec<Term>, Vec<Term>) = group.terms.iter().cloned().partition(Term::is_of_caller);
        (!of_caller.is_empty()).then_some((group, of_caller, others))
    });
    let tests = looked_at.map(|(group, of_caller, others)| {
        use Comparison::{Eq, Gt, Gte, Lt, Lte, Ne};
        let comparisons = if group.is_ordered { vec![Eq, Ne, Lt, Lte, Gt, Gte] } else { vec![Eq, Ne] };
        let values = group.values.iter().cloned().map(Term::Value);
        let beside: Vec<Term> = others.into_iter().chain(of_caller.iter().cloned()).chain(values).collect();
        let compared = (select(of_caller.clone()), select(comparisons), select(beside), any::<bool>());
        let compared = compared.prop_map(|(one, by, other, turned)| match turned {
            true => Expr::Compare(other, by, one),
            false => Expr::Compare(one, by, other),
        });
        let one_of = (select(of_caller), prop::collection::vec(select(group.values), 1..4));
        prop_oneof![2 => compared, 1 => one_of.prop_map(|(term, values)| Expr::OneOf(term, values))].boxed()
    });
    prop::strategy::Union::new(tests).prop_recursive(4, 24, 4, |inner| {
        let some = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            inner.prop_map(|inner| Expr::Not(Box::new(inner))),
            some.clone().prop_map(Expr::All),
            some.prop_map(Expr::Any),
        ]
    })
}

#[test]
fn no_test_of_what_a_caller_has_not_holds_nor_its_opposite() {
    let things = blueprint::load(THINGS).unwrap_or_else(|problems| panic!("{problems}"));
    proptest!(config(), |((expr, row) in (of_caller(&things), rows(&things)))| {
        prop_assert!(!holds(&expr, &row, &Actor::Stranger));
        prop_assert_eq!(known(&expr, &Actor::Stranger), Expr::Constant(false));
        let turned = Expr::Not(Box::new(expr));
        prop_assert!(!holds(&turned, &row, &Actor::Stranger));
        prop_assert_eq!(known(&turned, &Actor::Stranger), Expr::Constant(false));
    });
}

/// Whoever stands for all callers with his roles is no caller: where a condition looks at what differs between them, he finds
/// nothing, turned or not.
#[test]
fn who_stands_for_many_finds_no_row_by_what_differs_between_them() {
    let things = blueprint::load(THINGS).unwrap_or_else(|problems| panic!("{problems}"));
    let engines = Engines::new(&things);
    let Actor::User(ana) = user(ANA, &[]) else { panic!() };
    let many = Actor::User(query::User { fields: query::Fields::Open, ..(*ana).clone() }.into());
    let lead = Term::CallerField(things.user_fields.iter().position(|field| field.name == "lead").unwrap());
    let (yes, row) = (Term::Value(Literal::Boolean(true)), vec![Literal::Null; things.entity(THING).fields.len()]);
    let tests = [
        Expr::Compare(lead.clone(), Comparison::Eq, yes.clone()),
        Expr::Compare(lead.clone(), Comparison::Ne, yes),
        Expr::OneOf(lead.clone(), vec![Literal::Boolean(false)]),
        Expr::IsNull(lead),
    ];
    for test in tests {
        for expr in [test.clone(), Expr::Not(Box::new(test))] {
            let ruled = ruled(&things, |thing| thing.access.read = when(&expr));
            for store in &engines.stores {
                let read = |place| Request::Read { id: id(place), representation: query::Representation::default() };
                let found = Trial::new(store, &ruled).each(std::slice::from_ref(&row), &many, Verb::Read, read);
                let became: Vec<Became> = found.iter().flatten().map(Became::of).collect();
                assert_eq!(became, [Became::NotFound], "{expr:?}");
            }
        }
    }
}
