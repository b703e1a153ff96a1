//! Reads addresses and passwords: what counts as one, and how long a new password must be; what else it must not be is in
//! `policy.rs`.
//!
//! A password is taken as it is sent: neither trimmed nor cut nor folded, with no rules of composition (NIST SP 800-63B).

use std::sync::LazyLock;

use blueprint::{Field, FieldKind, Literal, Rule, Unique};
use query::Invalid;
use serde_json::{Map, Value as Json};

use super::policy;
use crate::error::ApiError;

const MAX_PASSWORD_CHARS: usize = 1024;

static EMAIL: LazyLock<Field> = LazyLock::new(|| Field {
    name: "email".to_owned(),
    renamed_from: Vec::new(),
    column: "email".to_owned(),
    summary: String::new(),
    kind: FieldKind::Email,
    required: true,
    unique: Unique::Global,
    default: None,
    index: true,
    search: false,
    hidden: false,
    read_only: false,
    sensitive: false,
    read: Rule::Anyone,
    write: Rule::Anyone,
});

/// An address in the form that is stored.
pub(super) fn email(text: &str) -> Option<String> {
    match EMAIL.read_text(text) {
        Ok(Literal::Text(text)) => Some(text),
        _ => None,
    }
}

/// Reads the fields of a body one by one and collects what is wrong with them.
pub(super) struct Reader<'b> {
    object: &'b Map<String, Json>,
    problems: Vec<Invalid>,
}

impl<'b> Reader<'b> {
    pub(super) fn new(body: Option<&'b Json>) -> Result<Reader<'b>, ApiError> {
        match body {
            Some(Json::Object(object)) => Ok(Reader { object, problems: Vec::new() }),
            _ => Err(ApiError::invalid(vec![invalid("", "type", "the body must be a JSON object")])),
        }
    }

    pub(super) fn email(&mut self) -> String {
        match self.object.get("email").map(|json| EMAIL.read(json)) {
            Some(Ok(Literal::Text(text))) => return text,
            Some(Err(complaint)) => self.problem("email", complaint.code, complaint.detail),
            None | Some(Ok(_)) => self.problem("email", "required", "is required"),
        }
        String::new()
    }

    /// The password that is to be this address's in this app.
    pub(super) fn new_password(&mut self, min_length: usize, app: &str, email: &str) -> &'b str {
        let password = self.password("password");
        if (1..min_length).contains(&password.chars().count()) {
            self.problem("password", "min_length", format!("must have at least {min_length} characters"));
        } else if let Some(complaint) = policy::complaint(password, app, email).filter(|_| !password.is_empty()) {
            self.problem("password", complaint.code, complaint.detail);
        }
        password
    }

    /// A password as it was sent; empty where it was none.
    pub(super) fn password(&mut self, key: &'static str) -> &'b str {
        let password = self.text(key);
        if password.chars().count() <= MAX_PASSWORD_CHARS {
            return password;
        }
        self.problem(key, "max_length", format!("must have at most {MAX_PASSWORD_CHARS} characters"));
        ""
    }

    /// A text that must be there and not be empty.
    pub(super) fn text(&mut self, key: &'static str) -> &'b str {
        match self.object.get(key) {
            Some(Json::String(text)) if !text.is_empty() => return text,
            Some(Json::String(_)) | None => self.problem(key, "required", "is required"),
            Some(_) => self.problem(key, "type", "must be a string"),
        }
        ""
    }

    /// Roles that are declared; `None` where nothing is said of them.
    pub(super) fn roles(&mut self, declared: &[String]) -> Option<Vec<String>> {
        let Json::Array(items) = self.object.get("roles")? else {
            self.problem("roles", "type", "must be a list of roles");
            return None;
        };
        let mut roles: Vec<String> = Vec::new();
        for (place, item) in items.iter().enumerate() {
            match item.as_str().filter(|role| declared.iter().any(|declared| declared == role)) {
                Some(role) if roles.iter().any(|given| given == role) => {}
                Some(role) => roles.push(role.to_owned()),
                None => {
                    let detail = format!("must be one of: {}", declared.join(", "));
                    self.problems.push(invalid(&format!("/roles/{place}"), "enum", detail));
                    break;
                }
            }
        }
        Some(roles)
    }

    /// A truth; `None` where nothing is said of it.
    pub(super) fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let json = self.object.get(key)?;
        if json.as_bool().is_none() {
            self.problem(key, "type", "must be true or false");
        }
        json.as_bool()
    }

    pub(super) fn field(&mut self, field: &Field) -> Option<Literal> {
        match self.object.get(&field.column).map(|json| field.read(json)) {
            Some(Ok(literal)) => return Some(literal),
            Some(Err(complaint)) => self.problem(&field.column, complaint.code, complaint.detail),
            None if field.required && field.default.is_none() => self.problem(&field.column, "required", "is required"),
            None => return Some(field.default.clone().unwrap_or(Literal::Null)),
        }
        None
    }

    /// Refuses every key but these. `server` are those that only the server sets.
    pub(super) fn nothing_but(&mut self, keys: &[&str], server: &[&str]) {
        let others = self.object.keys().filter(|key| !keys.contains(&key.as_str()));
        for key in others.take(query::MAX_PROBLEMS) {
            if server.contains(&key.as_str()) {
                self.problem(key, "read_only", "is set by the server and cannot be written");
                continue;
            }
            let hint = blueprint::nearest(key, keys.iter().copied());
            let hint = hint.map_or_else(String::new, |name| format!("; perhaps you meant `{name}`"));
            self.problem(key, "unknown", format!("is not a field of this request{hint}"));
        }
    }

    pub(super) fn done(self) -> Result<(), ApiError> {
        if self.problems.is_empty() { Ok(()) } else { Err(ApiError::invalid(self.problems)) }
    }

    pub(super) fn problem(&mut self, key: &str, code: &'static str, detail: impl Into<String>) {
        self.problems.push(invalid(&blueprint::pointer(key), code, detail));
    }
}

fn invalid(pointer: &str, code: &'static str, detail: impl Into<String>) -> Invalid {
    Invalid { pointer: pointer.to_owned(), code, detail: detail.into() }
}
