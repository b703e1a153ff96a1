//! The audit row of a change, written in the change's transaction: who, from where, what, before and after.
//!
//! `before` and `after` hold the changed fields only, in the form of the API. What is hidden or sensitive is redacted.

use blueprint::{Entity, Field, Link, Literal};
use work::{Kind, Statement, Value};

use super::json;
use super::links;
use super::sql::{Source, Sql, literal};
use crate::Plan;
use crate::attribute::{self, field_kind};
use crate::catalog::quoted;
use crate::request::RecordId;

const REDACTED: &str = "[redacted]";
const INSERT: &str = "INSERT INTO \"_audit\" (\"at\", \"iss\", \"sub\", \"session\", \"ip\", \"request_id\", \
     \"action\", \"entity\", \"outcome\", \"entity_id\", \"before\", \"after\") ";
const INSERT_IN_BATCH: &str = "INSERT INTO \"_audit\" (\"at\", \"iss\", \"sub\", \"session\", \"ip\", \"request_id\", \
     \"action\", \"entity\", \"outcome\", \"batch\", \"entity_id\", \"before\", \"after\") ";
const INSERT_WITH_REASON: &str = "INSERT INTO \"_audit\" (\"at\", \"iss\", \"sub\", \"session\", \"ip\", \"request_id\", \
     \"action\", \"entity\", \"outcome\", \"batch\", \"reason\", \"entity_id\", \"before\", \"after\") ";

/// The row of a new row whose id is known, or is the one that the database made last.
pub(super) fn created(
    plan: &Plan,
    entity: &Entity,
    id: Option<&RecordId>,
    values: &[Literal],
    links: &[(usize, Vec<Literal>)],
) -> Statement {
    let mut sql = insert(plan);
    sql.push("VALUES (").params(who(plan, "create", entity)).push(", ");
    match id {
        Some(id) => sql.param(Value::Text(id.to_string())),
        None => sql.push("CAST(last_insert_rowid() AS TEXT)"),
    };
    let values = entity.fields.iter().zip(values);
    let mut object = json_object(values, &plan.origin.at);
    object.pop();
    for (place, link) in entity.links.iter().enumerate() {
        let given = links.iter().find(|(given, _)| *given == place).map_or(&[][..], |(_, ids)| ids);
        object.push_str(if object.len() > 1 { "," } else { "" });
        object.push_str(&format!("\"{}\":{}", link.key, links::ascending(link, given)));
    }
    object.push('}');
    sql.push(", NULL, ").param(Value::Json(object)).push(")");
    sql.done()
}

/// The beginning of a row for each row of a table, up to the `FROM`: the caller adds table and condition.
pub(super) fn select(plan: &Plan, action: &str, entity: &Entity, before: &str, after: After<'_>) -> Sql {
    let mut sql = insert(plan);
    sql.push("SELECT ").params(who(plan, action, entity)).push(", CAST(\"id\" AS TEXT), ").push(before).push(", ");
    match after {
        After::Nothing => sql.push("NULL"),
        After::Values(values) => sql.param(values),
        After::Sql(text) => sql.push(&text),
        After::Linked(values, sets) => {
            sql.push("json_set(").param(values);
            for set in sets {
                sql.push(&format!(", '$.{}', json(", set.link.key));
                (set.ids)(&mut sql);
                sql.push(")");
            }
            sql.push(")")
        }
    };
    sql.push(" FROM ").push(&quoted(&entity.plural)).push(" WHERE ");
    sql
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
    Linked(Value, Vec<SetOfIds<'a>>),
}

/// What a many-to-many reference becomes.
pub(super) struct SetOfIds<'a> {
    pub link: &'a Link,
    /// Writes it as a JSON array.
    pub ids: Box<dyn Fn(&mut Sql) + 'a>,
}

/// A JSON object of fields with the values they are given.
pub(super) fn after<'a>(values: impl Iterator<Item = (&'a Field, &'a Literal)>, at: &str) -> Value {
    Value::Json(json_object(values, at))
}

/// A JSON object of fields with the values they are given, and of others that the database computes from the row.
pub(super) fn after_computed<'a>(
    values: impl Iterator<Item = (&'a Field, &'a Literal)>,
    computed: impl Iterator<Item = (&'a Field, String)>,
    at: &str,
) -> String {
    let given = values.map(|(field, given)| (field, format!("json({})", literal(&literal_json(field, given, at)))));
    let computed = computed.map(|(field, sql)| (field, cell_json(field, &sql)));
    let pairs = given.chain(computed).map(|(field, json)| format!("{}, {json}", literal(&field.column)));
    format!("json_object({})", pairs.collect::<Vec<_>>().join(", "))
}

/// A row as it stands in the table, as an SQL expression: a JSON object of all its fields and links.
pub(super) fn whole(entity: &Entity) -> String {
    before(entity, entity.fields.iter(), entity.links.iter())
}

/// The same of some fields and links.
pub(super) fn before<'a>(
    entity: &Entity,
    fields: impl Iterator<Item = &'a Field>,
    links: impl Iterator<Item = &'a Link>,
) -> String {
    let source = Source::table(entity);
    let fields = fields.map(|field| format!("{}, {}", literal(&field.column), column_json(field)));
    let links = links.map(|link| format!("{}, json({})", literal(&link.key), links::all(link, &source)));
    format!("json_object({})", fields.chain(links).collect::<Vec<_>>().join(", "))
}

/// The row of rows that were looked at and are as they were.
pub(super) fn seen(plan: &Plan, action: &str, entity: &Entity, id: Option<&RecordId>) -> Statement {
    let mut sql = insert(plan);
    sql.push("VALUES (").params(who(plan, action, entity)).push(", ");
    sql.param(id.map_or(Value::Null, |id| Value::Text(id.to_string()))).push(", NULL, NULL)");
    sql.done()
}

fn insert(plan: &Plan) -> Sql {
    Sql::new(match (plan.access.reason(), &plan.origin.batch) {
        (Some(_), _) => INSERT_WITH_REASON,
        (None, Some(_)) => INSERT_IN_BATCH,
        (None, None) => INSERT,
    })
}

fn who(plan: &Plan, action: &str, entity: &Entity) -> Vec<Value> {
    let text = |text: Option<&str>| text.map_or(Value::Null, |text| Value::Text(text.to_owned()));
    let user = plan.access.user();
    let mut who = vec![
        Value::DateTime(plan.origin.at.clone()),
        text(user.map(|user| user.iss.as_str())),
        text(user.map(|user| user.sub.as_str())),
        text(user.and_then(|user| user.session.as_deref())),
        text(plan.origin.ip.as_deref()),
        text(Some(&plan.origin.request_id)),
        text(Some(action)),
        text(Some(&entity.name)),
        text(Some("done")),
    ];
    let batch = plan.origin.batch.as_deref();
    match plan.access.reason() {
        Some(why) => who.extend([text(batch), text(Some(why.as_str()))]),
        None => who.extend(batch.map(|batch| text(Some(batch)))),
    }
    who
}

fn redacted(field: &Field) -> bool {
    field.hidden || field.sensitive
}

fn column_json(field: &Field) -> String {
    cell_json(field, &quoted(&field.column))
}

/// What an expression gives a field, in the form of the API.
fn cell_json(field: &Field, column: &str) -> String {
    if redacted(field) {
        return format!("CASE WHEN {column} IS NULL THEN NULL ELSE '{REDACTED}' END");
    }
    match field_kind(field) {
        Kind::Boolean => format!("json(CASE {column} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"),
        Kind::Json => format!("json({column})"),
        Kind::Decimal { scale } => json::decimal(column, scale),
        _ => column.to_owned(),
    }
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
fn decimal(units: i64, scale: u8) -> String {
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
