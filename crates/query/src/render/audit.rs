//! The audit row of a change, written in the change's transaction: who, from where, what, before and after.
//!
//! `before` and `after` hold the changed fields only, in the form of the API. What is hidden or sensitive is redacted.

use blueprint::{Entity, Field, Link, Literal};
use work::{Dialect, Kind, Statement, Value};

use super::sql::{Source, Sql};
use super::{dialect, json, links};
use crate::attribute::{self, field_kind};
use crate::catalog::quoted;
use crate::request::RecordId;
use crate::{Catalog, Plan, Reason};

const REDACTED: &str = "[redacted]";
const COLUMNS: &str = " (\"at\", \"iss\", \"sub\", \"session\", \"ip\", \"request_id\", \
     \"action\", \"entity\", \"outcome\"";
const WHAT: &str = ", \"entity_id\", \"before\", \"after\") ";

/// The row of a new row whose id is known, or is the one that the database made last.
pub(super) fn created(
    catalog: &Catalog,
    plan: &Plan,
    entity: &Entity,
    id: Option<&RecordId>,
    values: &[Literal],
    links: &[(usize, Vec<Literal>)],
) -> Statement {
    let mut sql = Sql::new(&catalog.dialect, "");
    insert(&mut sql, plan);
    sql.push("VALUES (").params(who(plan, "create", entity)).push(", ");
    match id {
        Some(id) => sql.param(Value::Text(id.to_string())),
        None => sql.push("CAST(").last_id(entity).push(" AS TEXT)"),
    };
    let object = whole_values(plan, entity, values, links);
    sql.push(", NULL, ").param(Value::Json(object)).push(")");
    sql.done()
}

/// A new row as it will be, a JSON object of all its fields and links.
pub(super) fn whole_values(
    plan: &Plan,
    entity: &Entity,
    values: &[Literal],
    links: &[(usize, Vec<Literal>)],
) -> String {
    let values = entity.fields.iter().zip(values);
    let mut object = json_object(values, &plan.origin.at);
    object.pop();
    for (place, link) in entity.links.iter().enumerate() {
        let given = links.iter().find(|(given, _)| *given == place).map_or(&[][..], |(_, ids)| ids);
        object.push_str(if object.len() > 1 { "," } else { "" });
        object.push_str(&format!("\"{}\":{}", link.key, links::ascending(link, given)));
    }
    object.push('}');
    object
}

/// The beginning of a row for each row of a table, up to the `WHERE`: the caller adds the condition, and how the rows are
/// locked.
pub(super) fn select(
    catalog: &Catalog,
    plan: &Plan,
    action: &str,
    entity: &Entity,
    before: &str,
    after: After<'_>,
) -> Sql {
    let mut sql = Sql::new(&catalog.dialect, "");
    select_rows(&mut sql, plan, action, entity, before, after);
    sql.push(" FROM ").table(&entity.plural).push(" WHERE ");
    sql
}

/// The same without the `FROM`: the caller adds what stands for the table, under the table's name.
pub(super) fn select_rows(sql: &mut Sql, plan: &Plan, action: &str, entity: &Entity, before: &str, after: After<'_>) {
    insert(sql, plan);
    sql.push("SELECT ").params(who(plan, action, entity)).push(", CAST(\"id\" AS TEXT), ").push(before).push(", ");
    match after {
        After::Nothing => sql.push("NULL"),
        After::Values(values) => sql.param(values),
        After::Sql(text) => sql.push(&text),
        After::Linked(values, sets) => linked(sql, &values, &sets),
    };
}

/// The values and then the sets, as one JSON object.
fn linked<'s>(sql: &'s mut Sql, values: &str, sets: &[SetOfIds<'_>]) -> &'s mut Sql {
    let (open, close) = dialect::json_of_text(&sql.dialect);
    let begun = values.strip_suffix('}').unwrap_or(values).to_owned();
    let mut comma = if begun.len() > 1 { "," } else { "" };
    sql.push(open).typed(Value::Text(begun));
    for set in sets {
        sql.push(&format!(" || '{comma}\"{}\":' || ", set.link.key));
        (set.ids)(sql);
        comma = ",";
    }
    sql.push(" || '}'").push(close)
}

/// What a row becomes.
pub(super) enum After<'a> {
    /// It is gone.
    Nothing,
    /// These values, a JSON object.
    Values(Value),
    /// What this expression makes of it.
    Sql(String),
    /// These values, a JSON object, and these sets of ids.
    Linked(String, Vec<SetOfIds<'a>>),
}

/// What a many-to-many reference becomes.
pub(super) struct SetOfIds<'a> {
    pub link: &'a Link,
    /// Writes it as a JSON array.
    pub ids: Box<dyn Fn(&mut Sql) + 'a>,
}

/// A JSON object of fields with the values they are given.
pub(super) fn after<'a>(values: impl Iterator<Item = (&'a Field, &'a Literal)>, at: &str) -> String {
    json_object(values, at)
}

/// A JSON object of fields with the values they are given, and of others that the database computes from the row.
pub(super) fn after_computed<'a>(
    dialect: &Dialect,
    values: impl Iterator<Item = (&'a Field, &'a Literal)>,
    computed: impl Iterator<Item = (&'a Field, String)>,
    at: &str,
) -> String {
    let given = values.map(|(field, given)| (field, json::given(dialect, &literal_json(field, given, at))));
    let computed = computed.map(|(field, sql)| (field, cell_json(dialect, field, &sql)));
    let members = given.chain(computed).map(|(field, json)| (field.column.clone(), json));
    dialect::as_json(dialect, &json::object(dialect, members))
}

/// A row as it stands in the table, as an SQL expression: a JSON object of all its fields and links.
pub(super) fn whole(dialect: &Dialect, entity: &Entity) -> String {
    before(dialect, entity, entity.fields.iter(), entity.links.iter())
}

/// The same of some fields and links.
pub(super) fn before<'a>(
    dialect: &Dialect,
    entity: &Entity,
    fields: impl Iterator<Item = &'a Field>,
    links: impl Iterator<Item = &'a Link>,
) -> String {
    let source = Source::table(entity);
    let fields = fields.map(|field| (field.column.clone(), cell_json(dialect, field, &quoted(&field.column))));
    let set = |link: &Link| json::value(dialect, Kind::Json, &links::all(dialect, link, &source));
    let links = links.map(|link| (link.key.clone(), set(link)));
    dialect::as_json(dialect, &json::object(dialect, fields.chain(links)))
}

/// Rows of one entity that were looked at and are as they were.
pub(super) struct Seen<'a> {
    pub action: &'a str,
    pub entity: &'a Entity,
    /// The one that was asked for.
    pub id: Option<&'a RecordId>,
    /// Their ids as they stand in a JSON array, and the route by which they were shown, where that is kept.
    pub shown: Option<(String, &'a str)>,
}

/// An audit row for each.
pub(super) fn seen(catalog: &Catalog, plan: &Plan, rows: &[Seen]) -> Statement {
    let mut sql = Sql::new(&catalog.dialect, "");
    insert(&mut sql, plan);
    for (place, row) in rows.iter().enumerate() {
        sql.push(if place == 0 { "VALUES (" } else { ", (" }).params(who(plan, row.action, row.entity)).push(", ");
        sql.param(row.id.map_or(Value::Null, |id| Value::Text(id.to_string()))).push(", NULL, ");
        let shown = row.shown.as_ref().map(|(ids, route)| {
            let route = serde_json::Value::from(*route);
            Value::Json(format!("{{\"ids\":[{ids}],\"route\":{route}}}"))
        });
        sql.param(shown.unwrap_or(Value::Null)).push(")");
    }
    sql.done()
}

/// An id in the form of the API.
pub(super) fn id_json(id: &RecordId) -> String {
    match id {
        RecordId::Integer(number) => number.to_string(),
        // A UUID needs no escaping.
        RecordId::Uuid(text) => format!("\"{text}\""),
    }
}

fn insert(sql: &mut Sql, plan: &Plan) {
    sql.push("INSERT INTO ").table("_audit").push(COLUMNS);
    for (column, _) in seldom(plan) {
        sql.push(", \"").push(column).push("\"");
    }
    sql.push(WHAT);
}

fn who(plan: &Plan, action: &str, entity: &Entity) -> Vec<Value> {
    let text = |text: Option<&str>| text.map_or(Value::Null, |text| Value::Text(text.to_owned()));
    let user = plan.access.user();
    let mut who = vec![
        Value::DateTime(plan.origin.at.clone()),
        text(user.map(|user| user.iss.as_str())),
        text(user.map(|user| user.sub.as_str())),
        text(user.and_then(|user| user.session.as_deref())),
        text(plan.origin.ip.map(|ip| ip.to_string()).as_deref()),
        text(Some(&plan.origin.request_id)),
        text(Some(action)),
        text(Some(&entity.name)),
        text(Some("done")),
    ];
    who.extend(seldom(plan).map(|(_, value)| Value::Text(value.to_owned())));
    who
}

/// Columns that most rows leave empty, and so do not name.
fn seldom(plan: &Plan) -> impl Iterator<Item = (&'static str, &str)> {
    let key = plan.access.user().and_then(|user| user.key.as_ref());
    let columns = [
        ("batch", plan.origin.batch.as_deref()),
        ("reason", plan.access.reason().map(Reason::as_str)),
        ("key", key.map(|key| key.id.as_str())),
    ];
    columns.into_iter().filter_map(|(column, value)| Some((column, value?)))
}

fn redacted(field: &Field) -> bool {
    field.hidden || field.sensitive
}

/// What an expression gives a field, in the form of the API.
fn cell_json(dialect: &Dialect, field: &Field, column: &str) -> String {
    if redacted(field) {
        return json::instead(dialect, column, REDACTED);
    }
    json::value(dialect, field_kind(field), column)
}

fn json_object<'a>(values: impl Iterator<Item = (&'a Field, &'a Literal)>, at: &str) -> String {
    let mut object = String::from("{");
    for (field, given) in values {
        if object.len() > 1 {
            object.push(',');
        }
        // Columns are names from a blueprint and need no escaping.
        object.push_str(&format!("\"{}\":", field.column));
        object.push_str(&literal_json(field, given, at));
    }
    object.push('}');
    object
}

fn literal_json(field: &Field, given: &Literal, at: &str) -> String {
    if redacted(field) && *given != Literal::Null {
        return format!("\"{REDACTED}\"");
    }
    match attribute::value(given, field_kind(field), at) {
        Value::Null | Value::Bytes(_) => "null".to_owned(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal { units, scale } => format!("\"{}\"", decimal(units, scale)),
        Value::Float(number) => serde_json::Value::from(number).to_string(),
        Value::Json(text) => text,
        Value::Text(text) | Value::Uuid(text) | Value::Date(text) | Value::Time(text) | Value::DateTime(text) => {
            serde_json::Value::from(text).to_string()
        }
    }
}

/// Units of 10^-scale in the form of the API.
pub(super) fn decimal(units: i64, scale: u8) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", units.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, part) = digits.split_at(digits.len() - usize::from(scale));
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn decimals_read_as_in_the_api() {
        for (units, scale, text) in
            [(1250, 2, "12.50"), (-5, 2, "-0.05"), (0, 2, "0.00"), (7, 0, "7"), (i64::MIN, 9, "-9223372036.854775808")]
        {
            assert_eq!(decimal(units, scale), text);
        }
    }
}
