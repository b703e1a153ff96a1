//! The document against the server: its examples are sent, and whatever comes back must be what it says.

use std::collections::HashMap;

use blueprint::{Blueprint, FieldKind, SignUp, Target, TokenSource};
use serde_json::{Value as Json, json};

use super::check::{Document, text};
use super::{CASES, Case};
use crate::support::{Answer, Caller, TestApp};

/// Cases in which anybody can make an account.
fn open_cases() -> impl Iterator<Item = &'static Case> {
    let is_open = |case: &&Case| {
        let auth = case.blueprint().auth;
        auth.sign_up == SignUp::Open && auth.accepts(TokenSource::Own)
    };
    CASES.iter().filter(is_open)
}

/// Sends the example of every operation, rows first, and the example of every parameter.
#[tokio::test]
async fn answers_are_what_the_document_says() {
    for case in open_cases() {
        let (app, document) = (TestApp::new(case.text).await, case.document());
        let caller = everybody(&app, case).await;
        let mut sender = Sender { blueprint: case.blueprint(), caller: &caller, made: HashMap::new() };
        let mut successes = 0;
        for (method, path, operation) in in_order(&document) {
            if path.starts_with("/auth/") && path != "/auth/me" {
                continue;
            }
            let answer = sender.send(method, path, operation, "").await;
            check(case, &document, method, path, operation, &answer);
            successes += usize::from(answer.status.is_success());
            if answer.status == 201 {
                sender.made.insert(text(&operation["tags"][0]).to_owned(), answer.json()["id"].clone());
            }
            for query in queries(&document, operation) {
                let answer = sender.send(method, path, operation, &query).await;
                check(case, &document, method, &format!("{path}?{query}"), operation, &answer);
                assert!(answer.status.is_success(), "{}: {method} {path}?{query}: {answer:?}", case.name);
            }
        }
        let entities = sender.blueprint.entities.len();
        assert_eq!(sender.made.len(), entities, "{}: only {:?} could be made", case.name, sender.made);
        assert!(successes >= 5 * entities, "{}: only {successes} operations succeeded", case.name);
    }
}

/// Accounts have an order of their own: one is made, opens a session, renews it, ends it.
#[tokio::test]
async fn sessions_are_what_the_document_says() {
    for case in open_cases() {
        let (app, document) = (TestApp::new(case.text).await, case.document());
        let mut caller = app.stranger();
        let mut refresh_token = Json::Null;
        for (method, path, status) in [
            ("post", "/auth/register", 202),
            ("post", "/auth/login", 200),
            ("post", "/auth/refresh", 200),
            ("get", "/auth/sessions", 200),
            ("delete", "/auth/sessions", 204),
            ("post", "/auth/password", 204),
            ("post", "/auth/logout", 204),
        ] {
            let operation = &document.json["paths"][path][method];
            let mut body = operation.pointer("/requestBody/content/application~1json/example").cloned();
            if let (Some(body), "/auth/login") = (&body, path) {
                verify(&app, case, &body["password"]).await;
            }
            if path == "/auth/refresh" {
                body = Some(json!({ "refresh_token": refresh_token }));
            }
            let answer = caller.send(&method.to_uppercase(), path, body).await.expect(status);
            check(case, &document, method, path, operation, &answer);
            if path == "/auth/login" {
                refresh_token = answer.json()["refresh_token"].clone();
                caller.token = Some(text(&answer.json()["access_token"]).to_owned());
            }
        }
        let logged_out = caller.send("GET", "/auth/me", None).await.expect(401);
        check(case, &document, "get", "/auth/me", &document.json["paths"]["/auth/me"]["get"], &logged_out);
    }
}

#[tokio::test]
async fn an_account_ends_as_the_document_says() {
    for case in open_cases() {
        let (app, document) = (TestApp::new(case.text).await, case.document());
        let (caller, path) = (everybody(&app, case).await, "/auth/me/delete");
        let operation = &document.json["paths"][path]["post"];
        let body = operation.pointer("/requestBody/content/application~1json/example").cloned();
        let admin = caller.send("POST", path, body.clone()).await.expect(409);
        check(case, &document, "post", path, operation, &admin);
        app.set_roles("ana", &[]);
        let gone = caller.send("POST", path, body).await.expect(204);
        check(case, &document, "post", path, operation, &gone);
    }
}

/// What needs a token that was mailed.
#[tokio::test]
async fn what_is_mailed_is_what_the_document_says() {
    for case in open_cases() {
        let (app, document) = (TestApp::new(case.text).await, case.document());
        let verify = [("/auth/verify", 204), ("/auth/verify/resend", 202)];
        let reset = [("/auth/password/forgot", 202), ("/auth/password/reset", 204)];
        let verify = verify.into_iter().filter(|_| case.blueprint().auth.verify_email);
        for (path, status) in [("/auth/register", 202)].into_iter().chain(verify).chain(reset) {
            let operation = &document.json["paths"][path]["post"];
            let mut body = operation.pointer("/requestBody/content/application~1json/example").cloned().unwrap();
            if body.get("token").is_some() {
                let unknown = app.stranger().send("POST", path, Some(body.clone())).await.expect(422);
                check(case, &document, "post", path, operation, &unknown);
                body["token"] = Json::from(app.mailed_token().await);
            }
            let answer = app.stranger().send("POST", path, Some(body)).await.expect(status);
            check(case, &document, "post", path, operation, &answer);
        }
    }
}

/// The first account is by the operator's invitation, the second by an admin's.
#[tokio::test]
async fn invitations_and_users_are_what_the_document_says() {
    let case = CASES.iter().find(|case| case.name == "invited").unwrap();
    let settings = [("BETTER_AUTH_SECRET", "another secret for tests, 32 bytes or more")];
    let (app, document) = (TestApp::with(case.text, &settings).await, case.document());
    let mut caller = app.stranger();
    let mut invitation = app.app.invite("ana@example.com", &["admin".to_owned()]).unwrap().token;
    let mut invited = String::new();
    for (method, path, status) in [
        ("post", "/auth/register", 202),
        ("post", "/auth/register", 422),
        ("post", "/auth/login", 200),
        ("post", "/auth/invitations", 202),
        ("get", "/auth/invitations", 200),
        ("delete", "/auth/invitations/{id}", 204),
        ("delete", "/auth/invitations/{id}", 404),
        ("post", "/auth/invitations", 202),
        ("post", "/auth/register", 202),
        ("post", "/auth/invitations", 409),
        ("get", "/auth/users", 200),
        ("get", "/auth/users/{id}", 200),
        ("delete", "/auth/users/{id}/sessions", 204),
        ("patch", "/auth/users/{id}", 200),
        ("delete", "/auth/users/{id}", 204),
        ("delete", "/auth/users/{id}", 404),
    ] {
        let operation = &document.json["paths"][path][method];
        let mut body = operation.pointer("/requestBody/content/application~1json/example").cloned();
        if let (Some(body), "/auth/register") = (&mut body, path) {
            body["invitation"] = Json::from(invitation.as_str());
            if caller.token.is_some() {
                body["email"] = json!("eve@example.com");
            }
        }
        let target = path.replace("{id}", &invited);
        let answer = caller.send(&method.to_uppercase(), &target, body).await.expect(status);
        check(case, &document, method, path, operation, &answer);
        match path {
            "/auth/login" => caller.token = Some(text(&answer.json()["access_token"]).to_owned()),
            "/auth/invitations" if status == 202 => invitation = app.mailed_token().await,
            "/auth/invitations" if status == 200 => invited = text(&answer.json()["data"][0]["id"]).to_owned(),
            "/auth/users" => invited = text(&answer.json()["data"][1]["id"]).to_owned(),
            _ => {}
        }
    }
}

/// Refusals are answers too.
#[tokio::test]
async fn refusals_are_what_the_document_says() {
    for case in open_cases() {
        let (app, document) = (TestApp::new(case.text).await, case.document());
        let (caller, stranger) = (everybody(&app, case).await, app.stranger());
        for (method, path, operation) in in_order(&document) {
            let target = fill(path, &caller.id, &Json::from(1));
            let nonsense = json!({ "no_such_field": true });
            for (who, body) in [(&stranger, None), (&caller, Some(nonsense)), (&caller, Some(json!([])))] {
                let sends_body = method != "get" && method != "delete";
                let answer = who.send(&method.to_uppercase(), &target, body.filter(|_| sends_body)).await;
                check(case, &document, method, path, operation, &answer);
            }
        }
    }
}

/// A user with all roles, registered with the example of the document.
async fn everybody<'a>(app: &'a TestApp, case: &Case) -> Caller<'a> {
    let document = case.document();
    let body =
        document.json.pointer("/paths/~1auth~1register/post/requestBody/content/application~1json/example").cloned();
    app.stranger().send("POST", "/auth/register", body.clone()).await.expect(202);
    let body = body.unwrap();
    verify(app, case, &body["password"]).await;
    let roles: Vec<String> = case.blueprint().auth.roles;
    app.set_roles("ana", &roles.iter().map(String::as_str).collect::<Vec<_>>());
    let account = json!({ "email": body["email"], "password": body["password"] });
    let tokens = app.stranger().send("POST", "/auth/login", Some(account)).await.expect(200).json();
    let mut caller = app.stranger().with("if-match", "*");
    caller.token = Some(text(&tokens["access_token"]).to_owned());
    caller.id = text(&caller.send("GET", "/auth/me", None).await.expect(200).json()["id"]).to_owned();
    caller
}

/// Says that the address which just registered is read, where the blueprint wants to know.
async fn verify(app: &TestApp, case: &Case, password: &Json) {
    if case.blueprint().auth.verify_email {
        let body = json!({ "token": app.mailed_token().await, "password": password });
        app.stranger().send("POST", "/auth/verify", Some(body)).await.expect(204);
    }
}

/// What makes rows first, what deletes them last, and then what brings them back.
fn in_order(document: &Document) -> Vec<(&str, &str, &Json)> {
    let mut operations: Vec<_> = document.operations().collect();
    operations.sort_by_key(|(method, path, _)| match *method {
        "post" if path.ends_with("/restore") => 3,
        "post" => 0,
        "delete" => 2,
        _ => 1,
    });
    operations
}

/// Somebody who sends examples, with ids that are there in place of those that are made up.
struct Sender<'a> {
    blueprint: Blueprint,
    caller: &'a Caller<'a>,
    /// The id of the newest row of each entity, by its path.
    made: HashMap<String, Json>,
}

impl Sender<'_> {
    async fn send(&self, method: &str, path: &str, operation: &Json, query: &str) -> Answer {
        let id = self.made.get(text(&operation["tags"][0])).cloned().unwrap_or_default();
        let target = format!("{}?{query}", fill(path, &self.caller.id, &id));
        let body = operation.pointer("/requestBody/content/application~1json/example").cloned();
        let body = body.map(|body| self.with_references(operation, body));
        self.caller.send(&method.to_uppercase(), target.trim_end_matches('?'), body).await
    }

    fn with_references(&self, operation: &Json, mut body: Json) -> Json {
        if let Some(Json::Array(batch)) = body.get_mut("operations") {
            for one in batch {
                one["body"] = self.with_references(operation, one["body"].take());
            }
            return body;
        }
        let entity = self.blueprint.entities.iter().find(|entity| operation["tags"][0] == entity.path.as_str());
        for field in entity.into_iter().flat_map(|entity| &entity.fields) {
            let FieldKind::Reference { to, .. } = field.kind else { continue };
            let Some(value) = body.get_mut(&field.column) else { continue };
            *value = match to {
                Target::User => Json::from(self.caller.id.as_str()),
                Target::Entity(index) => self.made.get(&self.blueprint.entity(index).path).cloned().unwrap_or_default(),
            };
        }
        for link in entity.into_iter().flat_map(|entity| &entity.links) {
            let Some(value) = body.get_mut(&link.key) else { continue };
            let id = match link.to {
                Target::User => Some(Json::from(self.caller.id.as_str())),
                Target::Entity(index) => self.made.get(&self.blueprint.entity(index).path).cloned(),
            };
            *value = id.into_iter().collect();
        }
        body
    }
}

fn fill(path: &str, user_id: &str, id: &Json) -> String {
    path.replace("{user_id}", user_id).replace("{id}", &spell(id))
}

/// The example of each query parameter, by itself.
fn queries(document: &Document, operation: &Json) -> Vec<String> {
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let query = |parameter: &Json| {
        let example = parameter["schema"]["examples"].get(0)?;
        Some(format!("{}={}", encode(text(&parameter["name"])), encode(&spell(example))))
    };
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let parameters = parameters.map(|parameter| document.follow(parameter));
    parameters.filter(|parameter| parameter["in"] == "query").filter_map(query).collect()
}

fn spell(example: &Json) -> String {
    match example {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(spell).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// The status is listed, the headers that are promised are there, and the body satisfies the schema.
fn check(case: &Case, document: &Document, method: &str, path: &str, operation: &Json, answer: &Answer) {
    let what =
        || format!("{}: {method} {path}: {} {}", case.name, answer.status, String::from_utf8_lossy(&answer.body));
    let listed = operation["responses"].get(answer.status.as_str());
    let response = document.follow(listed.unwrap_or_else(|| panic!("not listed: {}", what())));
    for name in ["ETag", "Location", "WWW-Authenticate", "X-Request-Id"] {
        let promised =
            response["headers"].get(name).is_some() && !path.contains("fields=") && !path.contains("expand=");
        assert!(!promised || answer.headers.contains_key(name), "no {name}: {}", what());
    }
    let Some(content) = response.get("content") else {
        assert!(answer.body.is_empty(), "{}", what());
        return;
    };
    let media = &content[answer.header("content-type")];
    document.validate(&media["schema"], &answer.json()).unwrap_or_else(|error| panic!("{}\n{error}", what()));
}
