//! The explanation in a sentence.

use http::StatusCode;

use super::rules::{Clause, Found, Row, Rule};
use super::{Course, Desk, End};
use crate::auth::as_whom::Whom;
use crate::error::{self, ApiError};
use crate::route::Operation;

/// Why it is answered so.
pub(super) fn why(desk: &Desk, course: &Course, whom: &Whom, found: &Found) -> String {
    let Some(route) = &course.route else {
        return match &course.end {
            End::Refused(error) => format!("no path of records: {}", error.detail),
            _ => String::new(),
        };
    };
    let operation = desk.operation(route);
    let entity = &desk.entity(route).name;
    let rule = found.rules.iter().rev().find(|rule| rule.clause.says == operation && rule.of == *entity);
    match &course.end {
        End::Open => format!("`{operation}` may let this caller; what is sent decides: give it with --body"),
        End::Done { is_witnessed, .. } => {
            let why = match (&found.rows, &route.operation) {
                (Some(rows), _) => {
                    let first = if rows.first.is_some() { "the first " } else { "" };
                    format!("`read` gives {} of {first}{} to this caller{}", rows.seen, rows.all, narrowed(rule))
                }
                (_, Operation::Call(..)) => format!("{}; its code answers", given(operation, rule)),
                _ => given(operation, rule),
            };
            if *is_witnessed { format!("{why}; the audit keeps which rows he is shown") } else { why }
        }
        End::Refused(refused) => {
            let told = whom.refused.map(str::to_owned);
            told.or_else(|| note(rule, refused))
                .or_else(|| row(operation, refused, found))
                .unwrap_or_else(|| rest(operation, entity, refused, found, rule))
        }
    }
}

/// By which clauses.
fn given(operation: &str, rule: Option<&Rule>) -> String {
    let clauses = rule.into_iter().flat_map(|rule| &rule.clause.parts);
    let holding: Vec<&str> =
        clauses.filter(|clause| clause.holds == Some(true)).map(|clause| clause.says.as_str()).collect();
    if holding.is_empty() {
        format!("`{operation}` allows it")
    } else {
        format!("`{operation}` allows it: {}", holding.join(", "))
    }
}

fn note(rule: Option<&Rule>, refused: &ApiError) -> Option<String> {
    let note = rule?.note.filter(|note| note.contains("key"))?;
    [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&refused.problem.status).then(|| note.to_owned())
}

/// What the row has to do with it.
fn row(operation: &str, refused: &ApiError, found: &Found) -> Option<String> {
    let Row { entity, id, state, .. } = found.row.as_ref()?;
    let of = |name: &str| found.rules.iter().find(|rule| rule.clause.says == name && rule.of == *entity);
    match refused.problem.status {
        StatusCode::NOT_FOUND if *state == "there" => {
            let read = of("read").map(lacking).unwrap_or_default();
            Some(format!("{entity} {id} is there, but `read` does not give it to this caller: {read}"))
        }
        StatusCode::NOT_FOUND => Some(match *state {
            "in the trash" => format!("{entity} {id} is in the trash"),
            _ => format!("there is no {entity} {id}"),
        }),
        StatusCode::FORBIDDEN if refused.problem == error::FORBIDDEN => {
            let rule = of(operation)?;
            if rule.clause.holds == Some(false) {
                return Some(format!(
                    "{entity} {id} can be read, but `{operation}` does not give it to this caller: {}",
                    lacking(rule)
                ));
            }
            if rule.clause.after == Some(false) {
                return Some(format!(
                    "`{operation}` would not give {entity} {id} to this caller as the change would leave it"
                ));
            }
            fields(found)
        }
        StatusCode::CONFLICT if refused.problem == error::STATE => {
            let when = found.rules.iter().find(|rule| rule.clause.says.starts_with("`when` of "))?;
            let [condition] = when.clause.parts.as_slice() else { return None };
            let fails = if condition.parts.is_empty() { condition.says.clone() } else { failing(condition) };
            Some(format!("{} does not hold of {entity} {id}: {fails}", when.clause.says))
        }
        _ => None,
    }
}

/// The fields that may not be set.
fn fields(found: &Found) -> Option<String> {
    let is_refused = |clause: &Clause| clause.holds == Some(false) || clause.after == Some(false);
    let of_fields = found.rules.iter().filter(|rule| rule.clause.says.starts_with("write of "));
    let refused: Vec<String> = of_fields
        .filter(|rule| is_refused(&rule.clause))
        .map(|rule| format!("`{}`: {}", rule.clause.says, refusals(&rule.clause)))
        .collect();
    (!refused.is_empty()).then(|| format!("a field may not be set by this caller: {}", refused.join("; ")))
}

fn rest(operation: &str, entity: &str, refused: &ApiError, found: &Found, rule: Option<&Rule>) -> String {
    match refused.problem.status {
        StatusCode::UNAUTHORIZED => {
            let clauses = rule.map(lacking).unwrap_or_default();
            format!("`{operation}` of {entity} gives nothing to who is not signed in: {clauses}")
        }
        StatusCode::FORBIDDEN if refused.problem == error::FORBIDDEN => fields(found).unwrap_or_else(|| {
            let clauses = rule.map(lacking).unwrap_or_default();
            format!("`{operation}` of {entity} does not let this caller: {clauses}")
        }),
        _ => refused.detail.clone(),
    }
}

/// What is missing: what narrows the rule, where a clause of it would give the row, and else its clauses.
fn lacking(rule: &Rule) -> String {
    let gives = rule.clause.parts.iter().any(|clause| clause.holds == Some(true));
    match rule.note {
        Some(note) if gives => note.to_owned(),
        _ => refusals(&rule.clause),
    }
}

/// What narrows a rule, where its clauses would give more rows than it does.
fn narrowed(rule: Option<&Rule>) -> String {
    let Some(rule) = rule else { return String::new() };
    let most = rule.clause.parts.iter().filter_map(|clause| clause.rows).max();
    match rule.note {
        Some(note) if most > rule.clause.rows => format!(": {note}"),
        _ => String::new(),
    }
}

/// The clauses that do not hold, each with the parts for which it does not.
fn refusals(rule: &Clause) -> String {
    let clauses = rule.parts.iter().filter(|clause| clause.holds != Some(true));
    let told = clauses.map(|clause| {
        let fails = failing(clause);
        if fails.is_empty() { clause.says.clone() } else { format!("{} (not {fails})", clause.says) }
    });
    told.collect::<Vec<_>>().join(", ")
}

fn failing(clause: &Clause) -> String {
    let parts = clause.parts.iter().filter(|part| part.holds == Some(false) || part.after == Some(false));
    parts.map(|part| format!("`{}`", part.says)).collect::<Vec<_>>().join(", ")
}
