//! What a caller has not gives him nothing: no test of it holds, nor its opposite. `docs/rules.md` has the same table.

use blueprint::{Entity, Expr, Literal, Rule, Term, load};

/// A condition; whether it holds of a record of team red for a caller of team red, of team blue, of none, and for a stranger.
const CASES: &[(&str, [bool; 4])] = &[
    ("team = caller.team", [true, false, false, false]),
    ("team != caller.team", [false, true, false, false]),
    ("not team = caller.team", [false, true, false, false]),
    ("not team != caller.team", [true, false, false, false]),
    ("not not team = caller.team", [true, false, false, false]),
    ("caller.team in ('red')", [true, false, false, false]),
    ("caller.team not in ('blue')", [true, false, false, false]),
    ("not caller.team in ('blue')", [true, false, false, false]),
    ("not caller.team = 'blue'", [true, false, false, false]),
    ("caller.team > 'c'", [true, false, false, false]),
    ("not caller.team > 'c'", [false, true, false, false]),
    // Both sides of `and` and `or`, also where a `not` stands before them.
    ("team != caller.team or open", [true, true, true, true]),
    ("team != caller.team and open", [false, true, false, false]),
    ("not (team = caller.team and open)", [false, true, false, false]),
    ("not (team = caller.team and shut)", [true, true, true, true]),
    ("not (team = caller.team or shut)", [false, true, false, false]),
    ("not (team = caller.team or open)", [false, false, false, false]),
    ("not (not team = caller.team or shut)", [true, false, false, false]),
    // It can be asked for.
    ("caller.team is null", [false, false, true, true]),
    ("not caller.team is null", [true, true, false, false]),
    ("caller.team is null or team = caller.team", [true, false, true, true]),
    // Null with null.
    ("empty = caller.team", [false, false, false, false]),
    ("empty != caller.team", [true, true, false, false]),
    // Who asks, where nobody does.
    ("user_id != caller.id", [true, true, true, false]),
    ("not user_id = caller.id", [true, true, true, false]),
    // Of a record it is as before.
    ("empty != 'red'", [true, true, true, true]),
    // A role is had or not.
    ("caller.role != 'admin'", [true, true, true, true]),
];

fn read(condition: &str) -> (Entity, Expr) {
    let text = format!(
        "[app]\nname = \"x\"\n[user.field]\nteam = {{ type = \"text\", read_only = true }}\n[entity.memo.field]\n\
         team = {{ type = \"text\" }}\nempty = {{ type = \"text\" }}\nopen = {{ type = \"boolean\" }}\n\
         shut = {{ type = \"boolean\" }}\n[entity.memo.access]\nread = [{{ who = \"anyone\", when = \"{condition}\" }}]\n\
         update = [\"nobody\"]\ndelete = [\"nobody\"]"
    );
    let mut blueprint = load(&text).unwrap_or_else(|problems| panic!("{condition}: {problems}"));
    let entity = blueprint.entities.remove(0);
    let Rule::When(_, found) = &entity.access.read else { panic!("{:?}", entity.access.read) };
    let expr = found.expr.clone();
    (entity, expr)
}

#[test]
fn what_a_caller_has_not_gives_him_nothing() {
    let text = |text: &str| Literal::Text(text.to_owned());
    for (condition, expected) in CASES {
        let (entity, expr) = read(condition);
        let of_row = |term: &Term| match term {
            Term::Field(place) => match entity.fields[*place].name.as_str() {
                "team" => text("red"),
                "open" => Literal::Boolean(true),
                "shut" => Literal::Boolean(false),
                _ => Literal::Null,
            },
            Term::Owner => text("eve"),
            _ => Literal::Null,
        };
        let callers = [
            (Some("ana"), vec![text("red")]),
            (Some("ana"), vec![text("blue")]),
            (Some("ana"), vec![Literal::Null]),
            (None, vec![]),
        ];
        let found = callers.map(|(id, fields)| {
            let holds = expr.of_caller(id, &[], &fields).eval(&of_row);
            // And where the caller is known at the end only.
            let late = expr.eval(&|term: &Term| match term {
                Term::Caller => id.map_or(Literal::Null, text),
                Term::CallerField(place) => fields.get(*place).cloned().unwrap_or(Literal::Null),
                term => of_row(term),
            });
            assert!(condition.contains("role") || holds == late, "{condition}");
            holds
        });
        assert_eq!(found, *expected, "{condition}");
    }
}

/// Where it is not known what a caller has, nothing that looks at it is certain.
#[test]
fn what_differs_between_callers_stays_open() {
    for (condition, _) in CASES.iter().filter(|(condition, _)| condition.contains("caller.team")) {
        let (_, expr) = read(condition);
        assert_eq!(expr.of_kind("ana", &[]), expr, "{condition}");
        // A record of no team is unlike those of any, but not for who is in none.
        let nulls = expr.given(&|term| (*term == Term::Field(0)).then_some(Literal::Null));
        let is_kept = |expr: &Expr| !matches!(expr, Expr::Constant(true));
        assert!(is_kept(&nulls), "{condition}: {nulls:?}");
    }
}
