//! The endpoints of an app as its OpenAPI document has them.

use serde_json::Value as Json;

/// What stands before a rule in the description of an operation.
const WHO: &str = "Who may: ";
/// What stands before a role, where there is no rule but that.
const ROLE: &str = "For users with the role `";
const METHODS: [&str; 5] = ["get", "post", "patch", "put", "delete"];

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// In capitals.
    pub method: String,
    pub path: String,
    /// The path of an entity, or the name of what every app has.
    pub tag: String,
    /// What it does, in a few words.
    pub summary: String,
    /// Who may, in words.
    pub who: String,
}

/// All operations of a document, in its order.
pub(crate) fn endpoints(openapi: &Json) -> Vec<Endpoint> {
    let paths = openapi["paths"].as_object().into_iter().flatten();
    let of_path = |(path, item): (&String, &Json)| {
        let operation = |(method, operation): (&String, &Json)| {
            METHODS.contains(&method.as_str()).then(|| endpoint(method, path, operation))
        };
        item.as_object().into_iter().flatten().filter_map(operation).collect::<Vec<_>>()
    };
    paths.flat_map(of_path).collect()
}

fn endpoint(method: &str, path: &str, operation: &Json) -> Endpoint {
    let text = |key: &str| operation[key].as_str().unwrap_or_default();
    let description = text("description");
    let rule = description.rsplit_once(WHO).map(|(_, rule)| rule.trim_end_matches('.').replace('\n', " "));
    let role = || {
        let (_, rest) = description.split_once(ROLE)?;
        Some(format!("a user with the role `{}`", rest.split('`').next()?))
    };
    Endpoint {
        method: method.to_uppercase(),
        path: path.to_owned(),
        tag: operation["tags"][0].as_str().unwrap_or_default().to_owned(),
        summary: text("summary").to_owned(),
        who: rule.or_else(role).unwrap_or_else(|| unruled(&operation["security"]).to_owned()),
    }
}

/// What has no rule says only what must be sent.
fn unruled(security: &Json) -> &'static str {
    match security.as_array() {
        Some(ways)
            if ways.is_empty() || ways.iter().any(|way| way.as_object().is_some_and(serde_json::Map::is_empty)) =>
        {
            "anyone"
        }
        _ => "whoever is signed in",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operations_are_read_with_who_may() {
        let document = json!({ "paths": {
            "/tasks": { "parameters": [], "get": { "tags": ["tasks"], "summary": "List tasks",
                "description": "Filters.\n\nWho may: the owner of the row." } },
            "/auth/me": { "get": { "tags": ["Accounts"], "summary": "Who the caller is" } },
            "/auth/users": { "get": { "tags": ["Accounts"], "summary": "List the users",
                "description": "In their order. For users with the role `admin`." } },
            "/healthz": { "get": { "tags": ["Service"], "security": [] } },
        } });
        let found: Vec<String> = endpoints(&document)
            .iter()
            .map(|it| format!("{} {} [{}] {}: {}", it.method, it.path, it.tag, it.summary, it.who))
            .collect();
        assert_eq!(
            found,
            [
                "GET /tasks [tasks] List tasks: the owner of the row",
                "GET /auth/me [Accounts] Who the caller is: whoever is signed in",
                "GET /auth/users [Accounts] List the users: a user with the role `admin`",
                "GET /healthz [Service] : anyone"
            ]
        );
    }
}
