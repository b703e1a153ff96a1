//! The conditions of one list together: that they do not ask too much of each record, and that none lets in by accident
//! whoever is not signed in. What a single one means is read elsewhere.

use crate::expr::Expr;
use crate::model::Rule;
use crate::places::Pointer;
use crate::report::Report;

/// Tests in all conditions of a list at most: each is made of every record that comes into question.
const MAX_TESTS: usize = 50;

/// Reports what is wrong with a list of rules, and what may not be meant.
pub(super) fn check(atoms: &[Rule], at: &Pointer, report: &mut Report) {
    let conditions = atoms.iter().flat_map(Rule::conditions);
    let tests: usize = conditions.map(|condition| condition.expr.tests()).sum();
    if tests > MAX_TESTS {
        let message = format!("{tests} tests of each record are too many; at most {MAX_TESTS} are allowed in one list");
        let hint =
            "write several values of a field as `state in ('new', 'open')`, or keep in a field what they come to";
        report.value(at, "limit", message, Some(hint.to_owned()));
    }
    for atom in atoms {
        if let Rule::When(who, condition) = atom
            && **who == Rule::Anyone
            && holds_for_strangers(&condition.expr)
        {
            let message = format!(
                "`{}` holds for every record where nobody is signed in, for then there is no `caller.id`, no role and no field of his",
                condition.text
            );
            let hint = "leave out `who = \"anyone\"`: then it is for whoever is signed in";
            report.warn(at, "open_to_strangers", message, Some(hint.to_owned()));
        }
    }
}

/// Whether it holds of all records for who is not signed in, and not for everybody.
fn holds_for_strangers(expr: &Expr) -> bool {
    *expr != Expr::Constant(true) && expr.of_caller(None, &[], &[]) == Expr::Constant(true)
}
