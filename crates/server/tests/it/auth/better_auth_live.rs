//! A real Better Auth server, from npm, and this one beside it: from sign-up to the last second of a token.
//!
//! `npm ci` in crates/server/tests/better_auth makes it runnable (Node 18 or later); without it the test says that it does
//! nothing, but on CI it must be there.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value as Json, json};

use super::{BLUEPRINT, NOW, World};
use crate::support::TestApp;

const APP: &str = r#"
[app]
name = "notes"
[auth]
accept = ["better-auth"]
[entity.note.field]
text = { type = "text" }
"#;

/// It ends when this is dropped, or its test.
struct BetterAuth {
    process: Child,
    url: String,
    mails: Mutex<BufReader<ChildStdout>>,
}

impl BetterAuth {
    /// With options of its `jwt` plugin. `None`: it is not installed.
    #[expect(clippy::disallowed_methods, reason = "a test that CI must run may be left out elsewhere")]
    fn start(options: &Json) -> Option<BetterAuth> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/better_auth");
        if !folder.join("node_modules/better-auth").exists() {
            assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "on CI Better Auth must be installed");
            eprintln!("left out: `npm ci` in {} installs Better Auth", folder.display());
            return None;
        }
        let mut process = Command::new("node")
            .args(["server.mjs", &options.to_string()])
            .current_dir(folder)
            // Open as long as this process lives, which is how long the server runs.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node");
        let mut url = String::new();
        let mut mails = BufReader::new(process.stdout.take().unwrap());
        mails.read_line(&mut url).unwrap();
        assert!(url.starts_with("http://127.0.0.1:"), "it does not start: {url}");
        Some(BetterAuth { process, url: url.trim().to_owned(), mails: Mutex::new(mails) })
    }

    /// What a browser of its front end would send: an origin, and the session once there is one.
    fn ask(
        &self,
        method: &str,
        path: &str,
        session: Option<&str>,
        body: Option<Json>,
    ) -> (StatusCode, Json, Option<String>) {
        let config = ureq::config::Config::builder().http_status_as_error(false).build();
        let mut request = http::Request::builder().method(method).uri(format!("{}/api/auth{path}", self.url));
        request = request.header("origin", &self.url).header("content-type", "application/json");
        if let Some(session) = session {
            request = request.header("authorization", format!("Bearer {session}"));
        }
        let text = body.map(|body| body.to_string()).unwrap_or_default();
        let mut answer = ureq::Agent::from(config).run(request.body(text).unwrap()).unwrap();
        let session = answer.headers().get("set-auth-token").map(|header| header.to_str().unwrap().to_owned());
        let text = answer.body_mut().read_to_string().unwrap();
        (answer.status(), serde_json::from_str(&text).unwrap_or(Json::Null), session)
    }

    fn sign_up(&self, email: &str) -> String {
        let account = json!({ "name": "Ada", "email": email, "password": "correct horse battery" });
        let (status, body, session) = self.ask("POST", "/sign-up/email", None, Some(account));
        assert_eq!(status, StatusCode::OK, "{body}");
        session.unwrap()
    }

    /// Opens the link of the next mail.
    fn open_mail(&self) {
        let mut link = String::new();
        self.mails.lock().unwrap().read_line(&mut link).unwrap();
        let path = link.trim().strip_prefix(&format!("{}/api/auth", self.url)).expect("a link to it");
        // Where it leads is the front end's page.
        let path = path.split("&callbackURL").next().unwrap();
        let (status, body, _) = self.ask("GET", path, None, None);
        assert_eq!(status, StatusCode::OK, "{body}");
    }

    fn token(&self, session: &str) -> String {
        let (status, body, _) = self.ask("GET", "/token", Some(session), None);
        assert_eq!(status, StatusCode::OK, "{body}");
        body["token"].as_str().unwrap().to_owned()
    }
}

impl Drop for BetterAuth {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn j10_a_real_better_auth_server_signs_people_in() {
    let Some(issuer) = BetterAuth::start(&json!({})) else { return };
    let app = TestApp::with(APP, &[("BETTER_AUTH_URL", &issuer.url)]).await;
    let (ada, bob) = (issuer.sign_up("ada@example.com"), issuer.sign_up("bob@example.com"));
    let (token, bobs) = (issuer.token(&ada), issuer.token(&bob));

    let caller = |token: &str| {
        let mut caller = app.stranger();
        caller.token = Some(token.to_owned());
        caller
    };
    let me = caller(&token).send("GET", "/auth/me", None).await.expect(200).json();
    assert_eq!(me["email"], Json::Null, "nobody verified it");
    let note = caller(&token).post("/notes", json!({ "text": "mine" })).await.expect(201).json();
    assert_eq!(note["user_id"], me["id"]);
    let path = format!("/notes/{}", note["id"]);
    caller(&token).get(&path).await.expect(200);
    caller(&bobs).get(&path).await.expect(404);
    app.stranger().get(&path).await.expect(401);
    // The session is known there and not here, and nobody signed the claims of one under the name of the other.
    caller(&ada).get(&path).await.expect(401);
    let (claims, signature) = (bobs.rsplit_once('.').unwrap().0, token.rsplit_once('.').unwrap().1);
    caller(&format!("{claims}.{signature}")).get(&path).await.expect(401);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM users"), 2);

    // The mails come in the order of the accounts.
    issuer.open_mail();
    let token = issuer.token(&ada);
    let verified = caller(&token).send("GET", "/auth/me", None).await.expect(200).json();
    assert_eq!((&verified["email"], &verified["id"]), (&json!("ada@example.com"), &me["id"]));
    assert_eq!(caller(&bobs).send("GET", "/auth/me", None).await.expect(200).json()["email"], Json::Null);

    // After signing out there is no new token, and the one that is out counts to its end, as the issuer says.
    let (status, body, _) = issuer.ask("POST", "/sign-out", Some(&ada), Some(json!({})));
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(issuer.ask("GET", "/token", Some(&ada), None).0, StatusCode::UNAUTHORIZED);
    caller(&token).get(&path).await.expect(200);

    // The same person, seen by a server whose clock can be moved.
    let world = World::with(BLUEPRINT, &[("BETTER_AUTH_SECRET", ""), ("BETTER_AUTH_URL", &issuer.url)]).await;
    let expires = claims_of(&token)["exp"].as_i64().unwrap();
    world.clock.advance_ms((expires - 900 - NOW) * 1000);
    assert_eq!(Some(world.user(&token).await.sub.as_str()), claims_of(&token)["sub"].as_str());
    world.clock.advance_ms((900 + 29) * 1000);
    world.user(&token).await;
    world.clock.advance_ms(1000);
    world.refuses(&token, "expired").await;

    // Who signs in again is the same person.
    let account = json!({ "email": "ada@example.com", "password": "correct horse battery" });
    let (status, _, ada) = issuer.ask("POST", "/sign-in/email", None, Some(account));
    assert_eq!(status, StatusCode::OK);
    caller(&issuer.token(&ada.unwrap())).get(&path).await.expect(200);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM users"), 2);
}

#[tokio::test]
async fn j1_a_real_better_auth_server_signs_in_its_ways_and_those_count_that_are_listed() {
    for (algorithm, counts) in [("ES256", true), ("RS256", true), ("PS256", true), ("ES512", false)] {
        let options = json!({ "jwks": { "keyPairConfig": { "alg": algorithm } } });
        let Some(issuer) = BetterAuth::start(&options) else { return };
        let app = TestApp::with(APP, &[("BETTER_AUTH_URL", &issuer.url)]).await;
        let mut caller = app.stranger();
        caller.token = Some(issuer.token(&issuer.sign_up("ada@example.com")));
        caller.send("GET", "/auth/me", None).await.expect(if counts { 200 } else { 401 });
        assert_eq!(app.sql::<i64>("SELECT count(*) FROM users"), i64::from(counts), "{algorithm}");
    }
}

fn claims_of(token: &str) -> Json {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
