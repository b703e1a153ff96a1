//! The statements on users, sessions and refresh tokens, and the audit row that goes with each change.

use std::net::IpAddr;
use std::sync::Arc;

use blueprint::{Blueprint, Field, Literal, Unique};
use query::{User, attribute};
use serde_json::{Map, Value as Json, json};
use store::Store;
use work::{Cost, Dialect, Kind, Otherwise, Refusal, Shape, Statement, Step, Value, Work};

use super::{Caller, dialect, mail_token};

pub(crate) const REDACTED: &str = "[redacted]";

/// Tells every process on this database that something about users or sessions changed. Part of each such change.
pub(super) fn bump() -> Step {
    run("UPDATE \"_state\" SET \"value\" = \"value\" + 1 WHERE \"name\" = 'auth_version'", vec![])
}

/// The number that [`bump`] counts up.
pub(super) fn version(store: &Store) -> Work {
    let sql = "SELECT CAST(\"value\" AS BIGINT) FROM \"_state\" WHERE \"name\" = 'auth_version'";
    read(store, one(sql, vec![], &[Kind::Integer]))
}

/// A read by key in the words of a store.
pub(super) fn read(store: &Store, step: Step) -> Work {
    Work::read(Cost::Point, dialect::spoken(&store.dialect(), vec![step]))
}

/// A longer read in the words of a store.
pub(super) fn scan(store: &Store, step: Step) -> Work {
    Work::read(Cost::Scan, dialect::spoken(&store.dialect(), vec![step]))
}

/// A write in the words of a store.
pub(super) fn write(store: &Store, steps: Vec<Step>) -> Work {
    Work::write(dialect::spoken(&store.dialect(), steps))
}

pub(super) fn run(sql: &str, params: Vec<Value>) -> Step {
    Step::Run(Statement::new(sql, params))
}

/// One row, its values captured. No row is [`Refusal::NotFound`].
pub(super) fn one(sql: &str, params: Vec<Value>, captured: &[Kind]) -> Step {
    let shape = Shape { columns: Vec::new(), captured: captured.to_vec() };
    Step::One { statement: Statement::new(sql, params), shape: Arc::new(shape), none: not_found() }
}

/// A change that must reach a row. None is [`Refusal::NotFound`].
pub(super) fn change(sql: &str, params: Vec<Value>) -> Step {
    Step::Change { statement: Statement::new(sql, params), none: not_found() }
}

pub(super) fn not_found() -> Otherwise {
    Otherwise::Refuse(Refusal::NotFound)
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(super) fn text_or_null(text: Option<&str>) -> Value {
    text.map_or(Value::Null, self::text)
}

pub(super) fn uuid(id: &str) -> Value {
    Value::Uuid(id.to_owned())
}

pub(super) fn stamp(at: &str) -> Value {
    Value::DateTime(at.to_owned())
}

pub(super) fn roles_json(roles: &[String]) -> String {
    json!(roles).to_string()
}

/// The roles of a row. What is no list of texts gives none.
pub(super) fn roles_of(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_str).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// The roles of a row as an object, for the audit.
pub(super) fn roles_before(store: &Store) -> &'static str {
    match store.dialect() {
        Dialect::Sqlite => "json_object('roles', json(\"roles\"))",
        Dialect::Postgres { .. } => "CAST('{\"roles\":' || \"roles\" || '}' AS json)",
    }
}

/// A condition over the row of a user: he has the role that manages others, and may use it.
pub(super) fn is_admin(store: &Store, user: &str) -> String {
    let has_role = match store.dialect() {
        Dialect::Sqlite => {
            format!("EXISTS (SELECT 1 FROM json_each({user}.\"roles\") AS \"role\" WHERE \"role\".\"value\" = 'admin')")
        }
        Dialect::Postgres { .. } => format!("CAST({user}.\"roles\" AS jsonb) @> '[\"admin\"]'"),
    };
    format!("(NOT {user}.\"disabled\" AND {has_role})")
}

/// Has whoever changes one of these users wait until this is committed. Others who come at the same time see what it did, and
/// not what was before. The first step of a work, in one order for all, lest two wait for each other.
pub(super) fn hold(store: &Store, users: &[&str]) -> Option<Step> {
    let places: Vec<String> = (1..=users.len()).map(|place| format!("?{place}")).collect();
    let sql =
        format!("SELECT 1 FROM \"users\" WHERE \"id\" IN ({}) ORDER BY \"id\" FOR NO KEY UPDATE", places.join(", "));
    match store.dialect() {
        // It has one writer at a time.
        Dialect::Sqlite => None,
        Dialect::Postgres { .. } => Some(run(&sql, users.iter().map(|user| uuid(user)).collect())),
    }
}

/// Refuses what only an admin may do, [`Refusal::Forbidden`], unless this user is one as it is done. After [`hold`].
pub(super) fn require_admin(store: &Store, user: &str) -> Step {
    let sql = format!("SELECT 1 FROM \"users\" u WHERE u.\"id\" = ?1 AND {}", is_admin(store, "u"));
    let none = Otherwise::Refuse(Refusal::Forbidden);
    Step::Require { statement: Statement::new(sql, vec![uuid(user)]), none }
}

/// Who did something, when and from where: what the audit keeps of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) at: &'a str,
    pub(super) iss: &'a str,
    pub(super) sub: Option<&'a str>,
    pub(super) session: Option<&'a str>,
    pub(super) ip: Option<IpAddr>,
    pub(super) request_id: Option<&'a str>,
}

impl<'a> By<'a> {
    /// A user of ours, by HTTP.
    pub(super) fn own(caller: Caller<'a>, at: &'a str, sub: Option<&'a str>, session: Option<&'a str>) -> By<'a> {
        By { at, iss: "own", sub, session, ip: Some(caller.ip), request_id: Some(caller.request_id) }
    }

    /// Whoever is signed in, by HTTP.
    pub(super) fn user(caller: Caller<'a>, at: &'a str, user: &'a User) -> By<'a> {
        let ip = Some(caller.ip);
        By {
            at,
            iss: &user.iss,
            sub: Some(&user.sub),
            session: user.session.as_deref(),
            ip,
            request_id: Some(caller.request_id),
        }
    }

    /// The operator, by the command line.
    pub(super) fn operator(at: &'a str) -> By<'a> {
        By { at, iss: "cli", sub: None, session: None, ip: None, request_id: None }
    }
}

/// The audit row of what is done to the users of a condition: `before` and `after` are SQL over that user's row.
/// Neither a password, nor a hash, nor a token may ever stand in one.
pub(super) fn audit_users(
    by: By<'_>,
    action: &str,
    before: &str,
    after: &str,
    condition: &str,
    params: Vec<Value>,
) -> Step {
    let place = params.len();
    let place = |offset: usize| format!("?{}", place + offset);
    let sql = format!(
        "INSERT INTO \"_audit\" (\"at\", \"iss\", \"sub\", \"session\", \"ip\", \"request_id\", \"action\", \"entity\", \
         \"entity_id\", \"before\", \"after\", \"outcome\") \
         SELECT {}, {}, {}, {}, {}, {}, {}, 'user', \"id\", {before}, {after}, 'done' FROM \"users\" WHERE {condition}",
        place(1),
        place(2),
        place(3),
        place(4),
        place(5),
        place(6),
        place(7),
    );
    Step::Run(Statement::new(sql, [params, who(by, action)].concat()))
}

/// The audit row of what is done to somebody who is no user yet.
pub(super) fn audit_nobody(by: By<'_>, action: &str, after: Value) -> Step {
    let sql = "INSERT INTO \"_audit\" (\"at\", \"iss\", \"sub\", \"session\", \"ip\", \"request_id\", \"action\", \"entity\", \
         \"after\", \"outcome\") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'user', ?8, 'done')";
    Step::Run(Statement::new(sql, [who(by, action), vec![after]].concat()))
}

/// The audit row of what is done with the audit itself, by the operator or in his place.
pub(crate) fn told_of_audit(store: &Store, at: &str, action: &str, after: Json) -> Vec<Step> {
    let sql = "INSERT INTO \"_audit\" (\"at\", \"iss\", \"sub\", \"session\", \"ip\", \"request_id\", \"action\", \"entity\", \
         \"after\", \"outcome\") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'audit', ?8, 'done')";
    let params = [who(By::operator(at), action), vec![Value::Json(after.to_string())]].concat();
    dialect::spoken(&store.dialect(), vec![Step::Run(Statement::new(sql, params))])
}

/// The audit row of what somebody asked to be mailed: of whom, if he was mailed, and else that it was refused. Either way one
/// row, so that no clock can tell the two apart.
pub(super) fn audit_mail(by: By<'_>, action: &str, token_hash: Value) -> Step {
    let sql = "INSERT INTO \"_audit\" (\"at\", \"iss\", \"sub\", \"session\", \"ip\", \"request_id\", \"action\", \"entity\", \
         \"entity_id\", \"outcome\") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, 'user', \
         (SELECT \"user_id\" FROM \"_mail_tokens\" WHERE \"hash\" = ?8), \
         CASE WHEN EXISTS (SELECT 1 FROM \"_mail_tokens\" WHERE \"hash\" = ?8) THEN 'done' ELSE 'refused' END";
    Step::Run(Statement::new(sql, [who(by, action), vec![token_hash]].concat()))
}

/// The first seven values of an audit row: when, who, from where, what.
pub(super) fn who(by: By<'_>, action: &str) -> Vec<Value> {
    vec![
        stamp(by.at),
        text(by.iss),
        text_or_null(by.sub),
        text_or_null(by.session),
        by.ip.map_or(Value::Null, |ip| Value::Text(ip.to_string())),
        text_or_null(by.request_id),
        text(action),
    ]
}

/// A user who is not there yet.
pub(super) struct NewUser<'a> {
    pub(super) id: &'a str,
    pub(super) iss: &'a str,
    pub(super) sub: &'a str,
    pub(super) email: Option<&'a str>,
    pub(super) roles: &'a [String],
    pub(super) password_hash: Option<&'a str>,
    /// Whether it is known that the address is his.
    pub(super) verified: bool,
    /// A value for each user field of the blueprint.
    pub(super) fields: &'a [Literal],
}

impl NewUser<'_> {
    /// Adds him unless somebody has his name or address, and writes an audit row either way: the two cases do the same
    /// work and commit alike, so that no clock can tell them apart.
    pub(super) fn insert(&self, blueprint: &Blueprint, by: By<'_>, action: &str) -> Vec<Step> {
        let mut columns = vec!["id", "iss", "sub", "email", "roles", "password_hash", "created_at", "updated_at"];
        let mut params = vec![
            uuid(self.id),
            text(self.iss),
            text(self.sub),
            text_or_null(self.email),
            Value::Json(roles_json(self.roles)),
            text_or_null(self.password_hash),
            stamp(by.at),
            stamp(by.at),
        ];
        if self.verified {
            columns.push("verified_at");
            params.push(stamp(by.at));
        }
        for (field, literal) in blueprint.user_fields.iter().zip(self.fields) {
            columns.push(&field.column);
            params.push(attribute::value(literal, attribute::field_kind(field), by.at));
        }
        let places: Vec<String> = (1..=params.len()).map(|place| format!("?{place}")).collect();
        let insert = format!(
            "INSERT INTO \"users\" (\"{}\") VALUES ({}) ON CONFLICT DO NOTHING",
            columns.join("\", \""),
            places.join(", ")
        );
        let mut steps = self.unique_fields(blueprint, by.at);
        steps.push(Step::Run(Statement::new(insert, params)));
        if let Some(email) = self.email.filter(|_| self.iss == "own") {
            steps.push(mail_token::void_invitations(email, by.at));
        }
        steps.push(self.audit(blueprint, by, action));
        steps
    }

    /// Extra fields that must be unique are no secret of the address, so a clash is told. Before the insert, lest the
    /// answer depend on the address.
    fn unique_fields(&self, blueprint: &Blueprint, at: &str) -> Vec<Step> {
        let fields = blueprint.user_fields.iter().zip(self.fields);
        let unique = fields.filter(|(field, literal)| field.unique != Unique::No && **literal != Literal::Null);
        let require = |(field, literal): (&Field, &Literal)| {
            let sql = format!("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM \"users\" WHERE \"{}\" = ?1)", field.column);
            let value = attribute::value(literal, attribute::field_kind(field), at);
            let none = Otherwise::Refuse(Refusal::Unique { index: field.column.clone() });
            Step::Require { statement: Statement::new(sql, vec![value]), none }
        };
        unique.map(require).collect()
    }

    fn audit(&self, blueprint: &Blueprint, by: By<'_>, action: &str) -> Step {
        let made = "EXISTS (SELECT 1 FROM \"users\" WHERE \"id\" = ?8)";
        let sql = format!(
            "INSERT INTO \"_audit\" (\"at\", \"iss\", \"sub\", \"session\", \"ip\", \"request_id\", \"action\", \
             \"entity\", \"entity_id\", \"after\", \"outcome\") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, 'user', \
             CASE WHEN {made} THEN ?8 END, CASE WHEN {made} THEN ?9 END, CASE WHEN {made} THEN 'done' ELSE 'refused' END"
        );
        let after = Value::Json(self.visible(blueprint).to_string());
        Step::Run(Statement::new(sql, [who(by, action), vec![uuid(self.id), after]].concat()))
    }

    fn visible(&self, blueprint: &Blueprint) -> Json {
        let mut after = Map::new();
        after.insert("email".to_owned(), Json::from(self.email));
        after.insert("roles".to_owned(), json!(self.roles));
        for (field, literal) in blueprint.user_fields.iter().zip(self.fields) {
            after.insert(field.column.clone(), audit_json(field, literal));
        }
        Json::Object(after)
    }
}

/// A value for each user field of a user who was not asked for them: its default, else null.
pub(super) fn default_fields(blueprint: &Blueprint) -> Vec<Literal> {
    blueprint.user_fields.iter().map(|field| field.default.clone().unwrap_or(Literal::Null)).collect()
}

pub(super) fn audit_json(field: &Field, literal: &Literal) -> Json {
    match literal {
        Literal::Null => Json::Null,
        _ if field.hidden || field.sensitive => Json::from(REDACTED),
        Literal::Text(text) | Literal::Json(text) => Json::from(text.as_str()),
        Literal::Integer(number) => Json::from(*number),
        Literal::Decimal(units) => Json::from(*units),
        Literal::Float(number) => Json::from(*number),
        Literal::Boolean(truth) => Json::from(*truth),
        Literal::Now => Json::from("now"),
    }
}
