//! What holes are made with: conditions in statements that are made to hold always.

use std::sync::Arc;

use work::{Mode, Otherwise, Statement, Step, Work};

/// Statements that are run whatever happens: all but the probes, which only tell why nothing was done.
pub fn statements(work: &mut Work) -> impl Iterator<Item = &mut Statement> {
    work.steps.iter_mut().map(statement)
}

pub fn statement(step: &mut Step) -> &mut Statement {
    match step {
        Step::One { statement, .. }
        | Step::Page { statement, .. }
        | Step::Require { statement, .. }
        | Step::Change { statement, .. }
        | Step::Count(statement)
        | Step::Run(statement) => statement,
    }
}

/// Why a step found nothing.
pub fn otherwise(step: &mut Step) -> Option<&mut Otherwise> {
    match step {
        Step::One { none, .. } | Step::Require { none, .. } | Step::Change { none, .. } => Some(none),
        Step::Page { .. } | Step::Count(_) | Step::Run(_) => None,
    }
}

/// A writing work, step by step.
pub fn writes(work: &mut Work) -> bool {
    if work.mode == Mode::Write {
        // What does all of it at once is one more way to the same end.
        work.at_once = None;
    }
    work.mode == Mode::Write
}

/// Where a condition of ownership stands.
pub struct Place<'s> {
    /// The name of the rows in the statement, without quotes; empty if the column stands alone.
    pub rows: &'s str,
    /// The statement up to it.
    pub before: &'s str,
}

/// Makes conditions `"rows"."user_id" = ?1` hold always, where wanted. Whether there was one.
pub fn open(statement: &mut Statement, is_wanted: impl Fn(&Place) -> bool) -> bool {
    const COLUMN: &str = "\"user_id\" = ";
    let sql = statement.sql.clone();
    let (mut open, mut done, mut found) = (String::new(), 0, false);
    for (at, _) in sql.match_indices(COLUMN) {
        let (before, after) = (&sql[..at], &sql[at + COLUMN.len()..]);
        let digits = after.strip_prefix(['?', '$']).map(|rest| rest.bytes().take_while(u8::is_ascii_digit).count());
        // An assignment, or a comparison with something else.
        let Some(digits) = digits.filter(|digits| *digits > 0) else { continue };
        let (name, start) = rows_before(before);
        let end = at + COLUMN.len() + 1 + digits;
        let place = Place { rows: name, before: &sql[..start] };
        if is_wanted(&place) {
            open.push_str(&sql[done..start]);
            open.push_str(&format!("({} OR TRUE)", &sql[start..end]));
            (done, found) = (end, true);
        }
    }
    if found {
        open.push_str(&sql[done..]);
        statement.sql = Arc::from(open);
    }
    found
}

/// The name of the rows whose column comes next, empty if the column stands alone, and where it begins.
fn rows_before(before: &str) -> (&str, usize) {
    let name = before.strip_suffix("\".").and_then(|before| before.rsplit('"').next()).unwrap_or_default();
    (name, if name.is_empty() { before.len() } else { before.len() - name.len() - "\"\".".len() })
}

/// Makes conditions that rows of these names are not in the trash hold always. Whether there was one.
pub fn dig_up(statement: &mut Statement, is_wanted: impl Fn(&str) -> bool) -> bool {
    const LIVE: &str = "\"_deleted_at\" IS NULL";
    let sql = statement.sql.clone();
    let (mut open, mut done) = (String::new(), 0);
    for (at, _) in sql.match_indices(LIVE) {
        let (name, start) = rows_before(&sql[..at]);
        if is_wanted(name) {
            open.push_str(&format!("{}({} OR TRUE)", &sql[done..start], &sql[start..at + LIVE.len()]));
            done = at + LIVE.len();
        }
    }
    if done > 0 {
        statement.sql = Arc::from(open + &sql[done..]);
    }
    done > 0
}

/// Makes conditions of ownership hold everywhere in all statements of a work.
pub fn open_all(work: &mut Work) -> bool {
    let found = statements(work).map(|statement| open(statement, |_| true));
    found.fold(false, |found, one| found | one)
}

#[test]
fn conditions_of_ownership_are_opened_and_nothing_else() {
    let sql = "SELECT 1 FROM \"a\" LEFT JOIN \"b\" AS \"_b\" ON \"_b\".\"user_id\" = ?12 WHERE \"user_id\" = ?2 AND \"user_id\" = \"x\"";
    let mut statement = Statement::new(sql, Vec::new());
    assert!(open(&mut statement, |place| place.rows == "_b"));
    assert_eq!(&*statement.sql, sql.replace("\"_b\".\"user_id\" = ?12", "(\"_b\".\"user_id\" = ?12 OR TRUE)"));
    let mut statement = Statement::new(sql.replace('?', "$"), Vec::new());
    assert!(open(&mut statement, |place| place.rows.is_empty()));
    assert_eq!(&*statement.sql, sql.replace('?', "$").replace("\"user_id\" = $2", "(\"user_id\" = $2 OR TRUE)"));
    assert!(!open(&mut Statement::new("UPDATE \"a\" SET \"user_id\" = NULL", Vec::new()), |_| true));
}

#[test]
fn what_is_in_the_trash_is_dug_up_and_nothing_else() {
    let sql = "SELECT 1 FROM \"a\" JOIN \"b\" AS \"__to\" ON \"__to\".\"_deleted_at\" IS NULL WHERE \"a\".\"_deleted_at\" IS NULL AND 1";
    let mut statement = Statement::new(sql, Vec::new());
    assert!(dig_up(&mut statement, |rows| rows == "__to"));
    let live = "\"__to\".\"_deleted_at\" IS NULL";
    assert_eq!(&*statement.sql, sql.replace(live, &format!("({live} OR TRUE)")));
    let back = "UPDATE \"a\" SET \"_deleted_at\" = NULL WHERE \"_deleted_at\" IS NOT NULL";
    assert!(!dig_up(&mut Statement::new(back, Vec::new()), |_| true));
}
