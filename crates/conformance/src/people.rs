//! Those who send requests: strangers, and users who have registered and logged in.

use http::{HeaderName, HeaderValue, Request};
use hyper::body::Bytes;
use serde_json::{Value as Json, json};

use crate::{Answer, World};

const PASSWORD: &str = "correct horse battery";

/// Somebody who sends requests. Clones are the same person.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// The local id; empty for a stranger.
    pub id: String,
    email: String,
    token: Option<String>,
    key: Option<String>,
}

impl Person {
    /// Nobody in particular.
    pub fn stranger() -> Person {
        Person::default()
    }

    /// A new user of a world, with roles, who has just logged in.
    pub async fn join(world: &World, name: &str, roles: &[String]) -> Person {
        let email = format!("{name}@example.com");
        let account = json!({ "email": email, "password": PASSWORD });
        let stranger = Person::stranger();
        let registered = stranger.send(world, "POST", "/auth/register", &[], Some(&account)).await;
        assert_eq!(registered.status, 202, "{name} cannot register: {registered}");
        if !roles.is_empty() {
            world.set_roles(&email, roles);
        }
        let tokens = stranger.send(world, "POST", "/auth/login", &[], Some(&account)).await.json();
        let token = tokens["access_token"].as_str().map(str::to_owned);
        let person = Person { email, token, ..Person::default() };
        let me = person.send(world, "GET", "/auth/me", &[], None).await.json();
        let id = me["id"].as_str().unwrap_or_else(|| panic!("{name} cannot log in: {tokens}")).to_owned();
        Person { id, ..person }
    }

    /// The same person, as a service comes in his name: with an API key that is for this, and no token.
    pub fn with_key(&self, world: &World, allow: &[&str]) -> Person {
        Person { token: None, key: Some(world.add_key(&self.email, allow)), ..self.clone() }
    }

    /// The same person when he has not signed in.
    #[must_use]
    pub fn signed_out(&self) -> Person {
        Person { token: None, key: None, ..self.clone() }
    }

    /// Sends a request with a JSON body, or none.
    pub async fn send(
        &self,
        world: &World,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Json>,
    ) -> Answer {
        let bytes = body.map_or_else(Bytes::new, |json| json.to_string().into());
        self.send_bytes(world, method, path, headers, bytes).await
    }

    /// Sends a request with any body. It is said to be JSON unless the headers say otherwise.
    pub async fn send_bytes(
        &self,
        world: &World,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Answer {
        let typed = !body.is_empty() && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        if typed {
            request = request.header("content-type", "application/json");
        }
        let mut request = request.body(body).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let token = self.token.as_ref().map(|token| ("authorization", format!("Bearer {token}")));
        let key = self.key.as_ref().map(|key| ("x-api-key", key.clone()));
        let given = headers.iter().map(|(name, value)| (*name, (*value).to_owned()));
        for (name, value) in given.chain(token).chain(key) {
            let name: HeaderName = name.parse().unwrap();
            request.headers_mut().append(name, HeaderValue::from_str(&value).unwrap());
        }
        world.send(request).await
    }
}
