//! The holes.

use work::{Mode, Otherwise, Refusal, Statement, Step, Work};

use super::edit::{dig_up, open, open_all, otherwise, statements, writes};

/// A hole, and who looks for it.
pub struct Hole {
    pub name: &'static str,
    /// The roles of the caller when he logged in, and those that he has now.
    pub had: &'static [&'static str],
    pub has: &'static [&'static str],
    pub lies: In,
    /// The app that it is in.
    pub app: &'static str,
}

/// Rows of owners, and a role.
const NOTES: &str = include_str!("blueprint.toml");
/// Rules that look at who asks.
const CALLERS: &str = include_str!("../callers.toml");

/// Where it is.
pub enum In {
    /// In works: whether this one was edited.
    Works(fn(&mut Work) -> bool),
    /// In the one statement that does all of a work at once: whether this one was edited. Only Postgres is asked so.
    AtOnce(fn(&mut Statement) -> bool),
    /// In the database.
    Database(&'static [&'static str]),
}

const fn hole(name: &'static str, edit: fn(&mut Work) -> bool) -> Hole {
    Hole { name, had: &[], has: &[], lies: In::Works(edit), app: NOTES }
}

const fn seen_by_editors(name: &'static str, edit: fn(&mut Work) -> bool) -> Hole {
    Hole { name, had: &["editor"], has: &["editor"], lies: In::Works(edit), app: NOTES }
}

const fn at_once(name: &'static str, edit: fn(&mut Statement) -> bool) -> Hole {
    Hole { name, had: &[], has: &[], lies: In::AtOnce(edit), app: NOTES }
}

const fn callers(name: &'static str, edit: fn(&mut Work) -> bool) -> Hole {
    Hole { name, had: &[], has: &[], lies: In::Works(edit), app: CALLERS }
}

pub const HOLES: &[Hole] = &[
    hole("a row that is expanded is not asked whose it is", |work| {
        reads(work) && each(work, |sql| !sorted(sql), is_joined)
    }),
    hole("a sort looks into rows of others", |work| reads(work) && each(work, sorted, is_joined)),
    hole("a filter looks into rows of others", |work| {
        reads(work)
            && each(
                work,
                |sql| sql.contains("EXISTS (SELECT 1 FROM") || sql.contains("IN (SELECT"),
                |rows| rows.starts_with("__"),
            )
    }),
    hole("a count counts rows of others", |work| {
        let counts = work.steps.iter_mut().filter_map(|step| match step {
            Step::Count(statement) => Some(statement),
            _ => None,
        });
        counts.map(|statement| open(statement, |_| true)).fold(false, |found, one| found | one)
    }),
    hole("a page holds rows of others", |work| {
        reads(work) && !work.steps.iter().any(is_require) && each(work, |_| true, |rows| !rows.starts_with('_'))
    }),
    hole("a list below a row does not ask whose that row is", |work| {
        let found = reads(work) && work.steps.iter().any(is_require);
        found && {
            let parents = work.steps.iter_mut().filter(|step| is_require(step));
            parents.map(|step| open(super::edit::statement(step), |_| true)).fold(false, |found, one| found | one)
        }
    }),
    hole("the ids of links are told whosever they are", |work| {
        reads(work) && each(work, |_| true, |rows| rows == "__to")
    }),
    seen_by_editors("a search finds by what cannot be read", |work| {
        let found = statements(work).map(|statement| open(statement, |place| place.before.ends_with(" OR ")));
        found.fold(false, |found, one| found | one)
    }),
    seen_by_editors("a page holds what is in the trash", |work| {
        reads(work) && dug_up(work, |rows| !rows.starts_with('_'))
    }),
    seen_by_editors("the ids of links lead into the trash", |work| reads(work) && dug_up(work, |rows| rows == "__to")),
    seen_by_editors("what is expanded is in the trash", |work| reads(work) && dug_up(work, is_joined)),
    hole("a change does not ask whose the row is", |work| {
        writes(work) && is_about(work, "UPDATE", "SET \"_deleted_at\"") && open_all(work)
    }),
    hole("a deletion does not ask whose the row is", |work| {
        let deletes = |sql: &str| sql.starts_with("DELETE FROM") || sql.contains("SET \"_deleted_at\" = ");
        writes(work)
            && statements(work).any(|statement| deletes(&statement.sql) && !brings_back(&statement.sql))
            && open_all(work)
    }),
    at_once("a change at once does not ask whose the row is", |statement| {
        changes_at_once(&statement.sql) && open(statement, |place| is_looked_at(place.before))
    }),
    at_once("a deletion at once does not ask whose the row is", |statement| {
        !changes_at_once(&statement.sql) && open(statement, |place| is_looked_at(place.before))
    }),
    at_once("a reference that is written at once may lead to a row of another", |statement| {
        open(statement, |place| !is_looked_at(place.before))
    }),
    hole("the trash gives back what is another's", |work| {
        writes(work) && statements(work).any(|statement| brings_back(&statement.sql)) && open_all(work)
    }),
    hole("a refusal tells that the row is there", |work| {
        // The first question of a probe is whether the caller can see the row; the next, whether he may do this.
        probes(work, |before| !before.contains(" THEN "))
    }),
    hole("the version of another's row is compared", |work| {
        let expects = work.steps.iter().any(|step| step.statement().sql.contains("\"_version\" IN ("));
        expects && probes(work, |_| true)
    }),
    hole("a reference may lead to a row of another", |work| {
        let refers =
            |step: &Step| matches!(step, Step::Require { none: Otherwise::Refuse(Refusal::Reference { .. }), .. });
        writes(work) && {
            let steps = work.steps.iter_mut().filter(|step| refers(step));
            steps.map(|step| open(super::edit::statement(step), |_| true)).fold(false, |found, one| found | one)
        }
    }),
    hole("what goes with a row goes without a word in the audit", |work| {
        let is_deletion = |step: &Step| step.statement().params.iter().any(|value| value.as_str() == Some("delete"));
        let before = work.steps.len();
        // The row itself is told by a step that must find it; what goes along, by one that may find nothing.
        work.steps.retain(|step| !(matches!(step, Step::Run(_)) && is_deletion(step)));
        work.steps.len() < before
    }),
    hole("an idempotency key is everybody's", |work| {
        let Some(once) = &mut work.idempotency else { return false };
        // Issuer and user come first, then what is asked for.
        let parts: Vec<serde_json::Value> = serde_json::from_str(&once.scope).unwrap_or_default();
        once.scope = parts.iter().skip(2).map(ToString::to_string).collect();
        true
    }),
    Hole {
        name: "a value is unique among everybody's rows",
        had: &[],
        has: &[],
        lies: In::Database(&[
            "DROP INDEX \"folders__code_unique\"",
            "CREATE UNIQUE INDEX \"folders__code_unique\" ON \"folders\" (\"code\")",
        ]),
        app: NOTES,
    },
    Hole {
        name: "a role that was taken goes on counting",
        had: &["editor"],
        has: &[],
        lies: In::Works(|work| {
            const ROLES: &str = "u.\"roles\"";
            let frozen = |sql: &str| {
                let kind = if sql.contains('$') { "json" } else { "TEXT" };
                let roles = format!("CAST('[\"editor\"]' AS {kind})");
                sql.replacen(
                    ROLES,
                    &format!("CASE WHEN u.\"email\" = 'ana@example.com' THEN {roles} ELSE {ROLES} END"),
                    1,
                )
            };
            let mut found = false;
            for statement in
                statements(work).filter(|statement| statement.sql.contains("\"disabled\", s.\"expires_at\""))
            {
                statement.sql = frozen(&statement.sql).into();
                found = true;
            }
            found
        }),
        app: NOTES,
    },
    callers("what the operator said before goes on counting", |work| {
        // The value that she had while she made her rows.
        const TEAM: &str = "u.\"team\"";
        let stale = format!("CASE WHEN u.\"email\" = 'ana@example.com' THEN 'green' ELSE {TEAM} END");
        replaced(work, TEAM, &stale)
    }),
    callers("somebody else's team counts", |work| {
        let other = "(SELECT \"team\" FROM \"users\" WHERE \"email\" = 'bob@example.com')";
        let other = if has_dollars(work) { other.replace("\"users\"", "\"app\".\"users\"") } else { other.to_owned() };
        replaced(work, "u.\"team\"", &other)
    }),
    callers("a floor that nobody said is any", |work| replaced(work, "u.\"floor\"", "coalesce(u.\"floor\", 'green')")),
];

/// Puts another word into the statements that look up who asks.
fn replaced(work: &mut Work, word: &str, other: &str) -> bool {
    let mut found = false;
    for statement in statements(work).filter(|statement| statement.sql.contains("\"disabled\", s.\"expires_at\"")) {
        if statement.sql.contains(word) {
            statement.sql = statement.sql.replacen(word, other, 1).into();
            found = true;
        }
    }
    found
}

fn has_dollars(work: &Work) -> bool {
    work.steps.iter().any(|step| step.statement().sql.contains("$1"))
}

fn reads(work: &Work) -> bool {
    matches!(work.mode, Mode::Read(_))
}

/// Has statements take rows of these names for what is there, though they are in the trash.
fn dug_up(work: &mut Work, on: impl Fn(&str) -> bool) -> bool {
    statements(work).map(|statement| dig_up(statement, &on)).fold(false, |found, one| found | one)
}

/// Opens the conditions on rows of these names in these statements.
fn each(work: &mut Work, in_these: impl Fn(&str) -> bool, on: impl Fn(&str) -> bool) -> bool {
    let chosen = statements(work).filter(|statement| in_these(&statement.sql));
    chosen.map(|statement| open(statement, |place| on(place.rows))).fold(false, |found, one| found | one)
}

/// Rows that a reference leads to, in a join of their own.
fn is_joined(rows: &str) -> bool {
    rows.starts_with('_') && !rows.starts_with("__")
}

/// Whether what is joined decides the order.
fn sorted(sql: &str) -> bool {
    sql.rsplit_once(" ORDER BY ").is_some_and(|(_, order)| order.contains("\"_folder\"."))
}

fn is_require(step: &Step) -> bool {
    matches!(step, Step::Require { .. })
}

/// Whether a step of it begins so, and none holds that.
fn is_about(work: &Work, beginning: &str, not: &str) -> bool {
    let mut steps = work.steps.iter().map(|step| &step.statement().sql);
    steps.any(|sql| sql.starts_with(beginning)) && !work.steps.iter().any(|step| step.statement().sql.contains(not))
}

/// A change and no deletion, in one statement.
fn changes_at_once(sql: &str) -> bool {
    sql.contains("\"new\" AS (UPDATE ")
}

/// Whether this is followed by a condition of the row itself. What it is going to refer to comes before it.
fn is_looked_at(before: &str) -> bool {
    before.contains("\"row\" AS (")
}

fn brings_back(sql: &str) -> bool {
    sql.contains("SET \"_deleted_at\" = NULL")
}

/// Has the probes of a write, which tell why nothing was done, take rows of others for the caller's at some of their questions.
fn probes(work: &mut Work, is_wanted: impl Fn(&str) -> bool) -> bool {
    if !writes(work) {
        return false;
    }
    let mut found = false;
    for none in work.steps.iter_mut().filter_map(otherwise) {
        if let Otherwise::Probe { statement, .. } = none {
            found |= open(statement, |place| is_wanted(place.before));
        }
    }
    found
}
