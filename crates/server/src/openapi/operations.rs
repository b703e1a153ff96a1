//! One operation: what it is called, who may, what it takes, what comes back.

use blueprint::{Expr, Field, Rule, Term};
use query::{Actor, Scope, access};
use serde_json::{Map, Value as Json, json};

use super::{object, responses};
use crate::error::Problem;

/// An operation, ready to be written down.
pub(super) struct Operation {
    pub id: String,
    pub tag: String,
    pub summary: String,
    pub description: String,
    pub security: Security,
    pub parameters: Vec<Json>,
    pub body: Option<Json>,
    /// By status.
    pub successes: Vec<(&'static str, Json)>,
    pub problems: Vec<&'static Problem>,
}

/// Whether a token is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// Yes, or an API key, as the document says for all.
    Token,
    /// Yes, and no API key.
    TokenOnly,
    /// One of them may be sent.
    Optional,
    /// It may be sent, and an API key means nothing.
    OptionalToken,
    /// It means nothing here.
    None,
}

impl Operation {
    /// As JSON.
    pub(super) fn render(self) -> Json {
        let successes = self.successes.into_iter().map(|(status, response)| (status.to_owned(), response));
        let responses: Map<String, Json> = successes.chain(responses::of_problems(&self.problems)).collect();
        let parameters = (!self.parameters.is_empty()).then(|| self.parameters.into());
        let description = (!self.description.is_empty()).then(|| self.description.into());
        object([
            ("operationId", Some(self.id.into())),
            ("tags", Some(json!([self.tag]))),
            ("summary", Some(self.summary.into())),
            ("description", description),
            ("security", self.security.render()),
            ("parameters", parameters),
            ("requestBody", self.body),
            ("responses", Some(responses.into())),
        ])
    }
}

impl Security {
    /// What a rule asks for.
    pub(super) fn of_rule(rule: &Rule, user_path: bool) -> Security {
        // The path of one user is nobody else's, whatever the rule.
        let admits_strangers = !user_path && access::scope(rule, &Actor::Stranger) != Scope::Nothing;
        if admits_strangers { Security::Optional } else { Security::Token }
    }

    fn render(self) -> Option<Json> {
        match self {
            Security::Token => None,
            Security::TokenOnly => Some(json!([{ "bearerAuth": [] }])),
            Security::Optional => Some(json!([{}, { "bearerAuth": [] }, { "apiKey": [] }])),
            Security::OptionalToken => Some(json!([{}, { "bearerAuth": [] }])),
            Security::None => Some(json!([])),
        }
    }
}

/// A rule in words, of rows that hold these fields: `the owner of the row, or a user with the role manager`.
pub(super) fn who(fields: &[Field], rule: &Rule) -> String {
    match rule {
        Rule::Nobody => "nobody".to_owned(),
        Rule::Anyone => "anyone, signed in or not".to_owned(),
        Rule::SignedIn => "anyone who is signed in".to_owned(),
        Rule::Owner => "the owner of the row".to_owned(),
        Rule::Role(role) => format!("a user with the role `{role}`"),
        Rule::When(whom, condition) if speaks_of_hidden(fields, &condition.expr) => {
            format!("{} for some rows", who(fields, whom))
        }
        Rule::When(whom, condition) => format!("{} where `{}`", who(fields, whom), condition.text),
        Rule::AnyOf(rules) => rules.iter().map(|rule| who(fields, rule)).collect::<Vec<_>>().join(", or "),
    }
}

/// What is hidden, or not for everybody who sees the row, is not even named in a document for everybody.
pub(super) fn speaks_of_hidden(fields: &[Field], expr: &Expr) -> bool {
    expr.has_term(&|term| match term {
        Term::Field(place) => fields.get(*place).is_some_and(|field| field.hidden || field.read != Rule::Anyone),
        // What the other entity, or what is known of users, keeps from whom is not known here.
        Term::Via(_) | Term::CallerField(_) => true,
        _ => false,
    })
}

/// Paths with their operations, where an operation id that stands there twice gets a number.
///
/// `update_big` of a `deal` and `update` of a `big_deal` are both `update_big_deal`.
pub(super) fn distinct(mut paths: Map<String, Json>) -> Map<String, Json> {
    let mut taken: Vec<String> = Vec::new();
    let operations = paths.values_mut().filter_map(Json::as_object_mut).flat_map(Map::values_mut);
    for id in operations.filter_map(|operation| operation.get_mut("operationId")) {
        let wanted = id.as_str().unwrap_or_default().to_owned();
        let numbered = (2..).map(|number| format!("{wanted}_{number}"));
        let free = std::iter::once(wanted.clone()).chain(numbered).find(|id| !taken.contains(id));
        let free = free.unwrap_or(wanted);
        *id = free.as_str().into();
        taken.push(free);
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_said_in_words() {
        let text = "[app]\nname = \"x\"\n[auth]\nroles = [\"manager\"]\n[entity.task.field]\n\
            public = { type = \"boolean\" }\nsecret = { type = \"boolean\", hidden = true }\n[entity.task.access]\n\
            read = [\"owner\", \"role:manager\", { when = \"public\" }, { who = \"anyone\", when = \"secret\" }]";
        let blueprint = blueprint::load(text).unwrap_or_else(|problems| panic!("{problems}"));
        let task = &blueprint.entities[0];
        assert_eq!(
            who(&task.fields, &task.access.read),
            "the owner of the row, or a user with the role `manager`, or anyone who is signed in where `public`, \
             or anyone, signed in or not for some rows"
        );
    }

    #[test]
    fn operation_ids_that_clash_get_numbers() {
        let item = |id: &str| json!({ "parameters": [], "get": { "operationId": id } });
        let Json::Object(paths) = json!({ "/a": item("x"), "/b": item("x"), "/c": item("x_2") }) else {
            unreachable!()
        };
        let ids: Vec<Json> = distinct(paths).values().map(|item| item["get"]["operationId"].clone()).collect();
        assert_eq!(ids, ["x", "x_2", "x_2_2"]);
    }
}
