//! Conditions with one another: what two come to together, and which of them says more.

use super::Expr;

impl Expr {
    /// Where both hold.
    #[must_use]
    pub fn and(self, other: Expr) -> Expr {
        match (self, other) {
            (Expr::Constant(truth), expr) | (expr, Expr::Constant(truth)) => {
                if truth {
                    expr
                } else {
                    Expr::Constant(false)
                }
            }
            (one, other) => {
                let parts = merged(all(one), all(other));
                single(parts).unwrap_or_else(Expr::All)
            }
        }
    }

    /// Where at least one of them holds.
    #[must_use]
    pub fn or(self, other: Expr) -> Expr {
        match (self, other) {
            (Expr::Constant(truth), expr) | (expr, Expr::Constant(truth)) => {
                if truth {
                    Expr::Constant(true)
                } else {
                    expr
                }
            }
            (one, other) => {
                let parts = merged(any(one), any(other));
                single(parts).unwrap_or_else(Expr::Any)
            }
        }
    }

    /// Whether the other holds wherever this one does, as far as their form tells: `false` says nothing.
    pub fn implies(&self, other: &Expr) -> bool {
        implied(self, other, &mut { MAX_STEPS })
    }

    /// How many tests it has.
    pub fn tests(&self) -> usize {
        match self {
            Expr::Constant(_) => 0,
            Expr::Not(inner) => inner.tests(),
            Expr::All(parts) | Expr::Any(parts) => parts.iter().map(Expr::tests).sum(),
            Expr::Compare(..) | Expr::OneOf(..) | Expr::IsNull(_) | Expr::HasRole(_) => 1,
        }
    }
}

/// Steps that are taken at most to compare two conditions. It is done for requests too, and there are conditions that differ
/// only in their depths and would take millions.
const MAX_STEPS: u32 = 10_000;

/// Whether one implies another, as far as so many steps show it.
fn implied(one: &Expr, other: &Expr, steps: &mut u32) -> bool {
    let Some(left) = steps.checked_sub(1) else { return false };
    *steps = left;
    match (one, other) {
        (Expr::Constant(false), _) | (_, Expr::Constant(true)) => true,
        (one, other) if one == other => true,
        (Expr::Any(parts), other) => parts.iter().all(|part| implied(part, other, steps)),
        (one, Expr::All(parts)) => parts.iter().all(|part| implied(one, part, steps)),
        (Expr::All(parts), Expr::Any(wider)) => {
            wider.iter().any(|part| implied(one, part, steps)) || parts.iter().any(|part| implied(part, other, steps))
        }
        (Expr::All(parts), other) => parts.iter().any(|part| implied(part, other, steps)),
        (one, Expr::Any(parts)) => parts.iter().any(|part| implied(one, part, steps)),
        _ => false,
    }
}

fn all(expr: Expr) -> Vec<Expr> {
    if let Expr::All(parts) = expr { parts } else { vec![expr] }
}

fn any(expr: Expr) -> Vec<Expr> {
    if let Expr::Any(parts) = expr { parts } else { vec![expr] }
}

fn merged(mut parts: Vec<Expr>, more: Vec<Expr>) -> Vec<Expr> {
    for part in more {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts
}

fn single(mut parts: Vec<Expr>) -> Result<Expr, Vec<Expr>> {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => Ok(only),
        (_, last) => {
            parts.extend(last);
            Err(parts)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::Term;

    fn null(place: usize) -> Expr {
        Expr::IsNull(Term::Field(place))
    }

    #[test]
    fn what_two_come_to_is_flat_and_says_nothing_twice() {
        let (a, b, c) = (null(0), null(1), null(2));
        let both = a.clone().and(b.clone());
        assert_eq!(both, Expr::All(vec![a.clone(), b.clone()]));
        assert_eq!(both.clone().and(a.clone()), both);
        assert_eq!(c.clone().and(both.clone()), Expr::All(vec![c.clone(), a.clone(), b.clone()]));
        assert_eq!(a.clone().or(a.clone()), a);
        assert_eq!(a.clone().or(b.clone()).or(c.clone()), Expr::Any(vec![a.clone(), b, c]));
        for truth in [true, false] {
            let (and, or) = (a.clone().and(Expr::Constant(truth)), Expr::Constant(truth).or(a.clone()));
            assert_eq!(
                (and, or),
                if truth { (a.clone(), Expr::Constant(true)) } else { (Expr::Constant(false), a.clone()) }
            );
        }
    }

    #[test]
    fn what_says_more_implies_what_says_less() {
        let (a, b, c) = (null(0), null(1), null(2));
        let all = |parts: &[&Expr]| Expr::All(parts.iter().copied().cloned().collect());
        let any = |parts: &[&Expr]| Expr::Any(parts.iter().copied().cloned().collect());
        let implied = [
            (a.clone(), a.clone()),
            (all(&[&a, &b]), a.clone()),
            (all(&[&a, &b, &c]), all(&[&c, &a])),
            (a.clone(), any(&[&b, &a])),
            (any(&[&a, &b]), any(&[&b, &c, &a])),
            (all(&[&a, &b]), any(&[&c, &b])),
            (all(&[&any(&[&a, &b]), &c]), any(&[&a, &b])),
            (all(&[&a, &b]), any(&[&all(&[&b, &a]), &c])),
            (Expr::Constant(false), a.clone()),
            (a.clone(), Expr::Constant(true)),
        ];
        for (one, other) in implied {
            assert!(one.implies(&other), "{one:?} → {other:?}");
        }
        let not_implied = [
            (a.clone(), b.clone()),
            (a.clone(), all(&[&a, &b])),
            (any(&[&a, &b]), a.clone()),
            (any(&[&a, &b]), any(&[&a, &c])),
            (Expr::Not(Box::new(a.clone())), a.clone()),
            (Expr::Constant(true), a),
        ];
        for (one, other) in not_implied {
            assert!(!one.implies(&other), "{one:?} → {other:?}");
        }
    }

    /// Each level would double the steps: sixty would never end.
    #[test]
    fn conditions_that_differ_in_their_depths_are_given_up() {
        let deep = |place: usize| {
            (0..60).fold(null(place), |inner, level| {
                let both = vec![inner, null(10 + level)];
                if level % 2 == 0 { Expr::All(both) } else { Expr::Any(both) }
            })
        };
        assert!(deep(0).implies(&deep(0)));
        assert!(!deep(0).implies(&deep(1)));
    }

    #[test]
    fn each_test_counts() {
        let (a, b) = (null(0), null(1));
        assert_eq!(a.clone().and(Expr::Not(Box::new(b.clone()))).or(a.or(b)).tests(), 4);
        assert_eq!(Expr::Constant(true).tests(), 0);
    }
}
