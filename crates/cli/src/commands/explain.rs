//! `supermaker explain`: why a caller is answered as he is, rule by rule, also beside a running server.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use http::Method;
use server::StartError;
use server::auth::as_whom::As;
use server::explain::{self, Asked, Clause, Explained, Row, Rows, Rule};

use crate::failure::Failure;
use crate::logs;
use crate::screen::{Ink, Screen};
use crate::source::Source;
use server::process::{Environment, read_settings};

/// Say why a caller may or may not: what a request would be answered, and which rule decides it
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker explain --as user:ana@example.com GET /tasks/7
  supermaker explain --as anyone GET '/tasks?done=true'
  supermaker explain --as key:sm_h4k7w2xq PATCH /tasks/7 --body '{\"done\": true}'
  supermaker explain --as user:ana@example.com DELETE /tasks/7 --json

The request goes through the same stages as one that is sent, on the database of the blueprint, and what it writes is undone. No table
is made or changed: a blueprint whose tables are not there is not served yet, and what it would change is said instead. Each part of the rules is then asked of the row by itself, past the rules: whoever may run this sees all rows anyway. Values of fields
that are hidden or sensitive are not shown. That it was asked, in whose place and about what, stands in the audit as `explain`, without
the values that were looked for. Of a list the first 10000 records are counted.

What code of the app's own answers is not known here.

Exit codes: 0 explained, whatever the answer; 1 failed, such as nobody of this name, or a blueprint that is not served yet; 2 not
understood")]
pub struct Explain {
    /// In whose place: `anyone` who is not signed in, `user:ID`, `user:EMAIL`, or `key:ID` or what begins the key
    #[arg(long = "as", value_name = "WHOM")]
    whom: As,
    /// GET, POST, PATCH, PUT or DELETE
    #[arg(value_name = "METHOD", value_parser = method)]
    method: Method,
    /// The path, with or without the prefix of the API, and its query
    #[arg(value_name = "PATH", value_parser = path)]
    path: String,
    /// The body that is sent. Without one a change is explained as one of nothing, and of a new row only who may make it
    #[arg(long, value_name = "JSON")]
    body: Option<String>,
    /// The version of the record that is sent, as `If-Match`: '"7"'. Without it a change is explained as one of whatever version there is
    #[arg(long, value_name = "ETAG")]
    if_match: Option<String>,
    /// The blueprint, or the folder that holds it [default: ./blueprint.toml]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

fn method(text: &str) -> Result<Method, String> {
    const KNOWN: [Method; 5] = [Method::GET, Method::POST, Method::PATCH, Method::PUT, Method::DELETE];
    let known = KNOWN.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(text));
    known.ok_or_else(|| "expected GET, POST, PATCH, PUT or DELETE".to_owned())
}

fn path(text: &str) -> Result<String, String> {
    if text.starts_with('/') { Ok(text.to_owned()) } else { Err("a path begins with `/`".to_owned()) }
}

impl Explain {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let source = Source::read(self.file.as_deref())?;
        let environment = Environment::beside(&source.folder)?;
        let blueprint = Arc::new(source.load_or_explain(screen.color_err())?);
        let Explain { whom, method, path, body, if_match, .. } = self;
        if screen.manner.dry_run {
            return screen.say(&format!("Would explain {method} {path} as {whom}"));
        }
        let settings = read_settings(&source.folder, &environment, |_| None)?;
        logs::start(screen, &environment)?;
        let store = server::open_database_as_it_is(&settings).map_err(|error| match &error {
            StartError::Database(error) => Failure::new(explain::not_served(error).trim_end()),
            error => Failure::new(error.to_string().trim_end()),
        })?;
        let explained = explain::explain(&blueprint, &store, &Asked { whom, method, path, body, if_match });
        store.close_blocking();
        let explained = explained.map_err(Failure::new)?;
        if screen.manner.json { screen.json(&explained) } else { screen.result(&text(screen, &explained)) }
    }
}

fn text(screen: &Screen, explained: &Explained) -> String {
    let Explained { caller, request, answer, unserved, why, row, rows, rules, .. } = explained;
    let status = answer.status.map_or("it depends".to_owned(), |status| status.to_string());
    let code = answer.code.map_or(String::new(), |code| format!(" {code}"));
    let mut lines =
        vec![screen.paint(Ink::Bold, &format!("{request} as {}: {status}{code}", caller.name)), screen.fitted(2, why)];
    lines.extend(unserved.map(|note| screen.paint(Ink::Warning, note)));
    lines.extend(answer.errors.iter().map(|error| format!("  {error}")));
    let roles = if caller.roles.is_empty() { "no roles".to_owned() } else { caller.roles.join(", ") };
    if let Some(id) = &caller.id {
        let email = caller.email.as_ref().map_or(String::new(), |email| format!("{email}, "));
        let key = caller.key.as_ref().map_or(String::new(), |key| format!(", by a key for {}", key.join(" ")));
        let fields = caller.fields.as_object().into_iter().flatten();
        let fields: String = fields.map(|(name, value)| format!(", {name} = {value}")).collect();
        lines.extend([String::new(), format!("caller: {email}{id}, {roles}{fields}{key}")]);
    }
    lines.extend(row.iter().map(told_row));
    lines.extend(rows.iter().map(told_rows));
    for Rule { of, clause, note } in rules {
        let note = note.map_or(String::new(), |note| format!(" ({note})"));
        lines.extend([String::new(), format!("{}{note}", line(clause, &format!("{} of {of}", clause.says)))]);
        told_parts(&clause.parts, 1, &mut lines);
    }
    lines.join("\n")
}

fn told_row(row: &Row) -> String {
    let values = row.values.as_object().into_iter().flatten().map(|(name, value)| match (name.as_str(), &row.owner) {
        ("user_id", Some(email)) => format!("user_id = {value} ({email})"),
        _ => format!("{name} = {value}"),
    });
    let values: Vec<String> = values.collect();
    let joint = if values.is_empty() { "" } else { ": " };
    format!("{} {}: {}{joint}{}", row.entity, row.id, row.state, values.join(", "))
}

fn told_rows(rows: &Rows) -> String {
    let first = rows.first.map_or(String::new(), |first| format!("of the first {first}, by id, "));
    let trash = if rows.trash > 0 { format!(", {} in the trash besides", rows.trash) } else { String::new() };
    let asked = rows.asked.map_or(String::new(), |asked| format!(", {asked} of them asked for"));
    let all = if rows.first.is_some() { "there" } else { "in all" };
    format!("rows of {}: {first}{} {all}{trash}; {} seen by this caller{asked}", rows.entity, rows.all, rows.seen)
}

fn told_parts(parts: &[Clause], depth: usize, lines: &mut Vec<String>) {
    for part in parts {
        lines.push(format!("{}{}", "  ".repeat(depth), line(part, &part.says)));
        told_parts(&part.parts, depth + 1, lines);
    }
}

/// `no   { when = "…" }`
fn line(clause: &Clause, says: &str) -> String {
    let word = |holds| match holds {
        Some(true) => "yes",
        Some(false) => "no",
        None => "?",
    };
    let verdict = match (clause.rows, clause.after) {
        (Some(rows), _) => rows.to_string(),
        (None, Some(after)) => format!("{}, then {}", word(clause.holds), word(Some(after))),
        (None, None) => word(clause.holds).to_owned(),
    };
    format!("{verdict:<4} {says}")
}
