//! Passwords and tokens stay where they belong.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};

use http::StatusCode;
use serde_json::json;
use server::auth::{AuthRoute, api_keys};

use super::{EMAIL, HERE, World, body, tokens};
use crate::support::TestApp;
use crate::support::blueprints::OFFICE;

const CANARY: &str = "canary-password-1795226656";

#[tokio::test]
async fn c2_nothing_under_auth_may_be_stored() {
    let world = World::with_ana().await;
    let session = world.login(EMAIL, super::PASSWORD).await;
    let access = Some(session.access.as_str());
    for answer in [
        world.register("bob@example.com", super::PASSWORD).await,
        world.register("bob", "").await,
        world.try_login(EMAIL, super::PASSWORD).await,
        world.try_login(EMAIL, "wrong horse battery").await,
        world.try_refresh(&session.refresh).await,
        world.try_refresh("unknown").await,
        world.ask(AuthRoute::Me, access, None).await,
        world.ask(AuthRoute::Me, None, None).await,
        world.ask(AuthRoute::Me, Some("x"), None).await,
        world.ask(AuthRoute::Sessions, access, None).await,
        world.ask(AuthRoute::EndOthers, access, None).await,
        world.ask(AuthRoute::EndSession(uuid::Uuid::nil()), access, None).await,
        world.change_password(&session, super::PASSWORD, "another password of ana's").await,
        world.change_password(&session, super::PASSWORD, "short").await,
        world.forgot(EMAIL).await,
        world.forgot("nobody").await,
        world.reset(&world.mailed_token().await, "yet another password of ana's").await,
        world.reset("unknown", super::PASSWORD).await,
        world.verify("unknown", super::PASSWORD).await,
        world.ask(AuthRoute::Users, access, None).await,
        world.ask(AuthRoute::User(uuid::Uuid::nil()), access, None).await,
        world.ask(AuthRoute::ChangeUser(uuid::Uuid::nil()), access, Some(json!({ "roles": [] }))).await,
        world.ask(AuthRoute::EndSessionsOf(uuid::Uuid::nil()), access, None).await,
        world.ask(AuthRoute::Invite, access, Some(json!({ "email": EMAIL }))).await,
        world.ask(AuthRoute::Invitations, access, None).await,
        world.ask(AuthRoute::TakeBack(uuid::Uuid::nil()), access, None).await,
        world.ask(AuthRoute::DeleteAccount, access, Some(json!({ "password": "wrong horse battery" }))).await,
        world.ask(AuthRoute::Logout, access, None).await,
    ] {
        assert_eq!(answer.headers["cache-control"], "no-store", "{}", answer.status);
    }
}

/// Addresses stand in histories and logs: a token in one is nobody's, and is not logged.
#[test]
fn c2_a_token_in_the_query_counts_for_nothing_and_is_in_no_log() {
    let (log, runtime) = (Log::default(), tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
    let tokens = tracing::subscriber::with_default(log.subscriber(), || {
        runtime.block_on(async {
            let app = TestApp::new(OFFICE).await;
            let ana = app.user("ana").await;
            let token = ana.token.clone().unwrap();
            for (path, status) in
                [("/api/v1/clients", 401), ("/auth/me", 401), ("/auth/sessions", 401), ("/api/v1/notices", 400)]
            {
                for name in ["access_token", "token", "authorization", "refresh_token"] {
                    let path = format!("{path}?{name}={token}");
                    app.stranger().send("GET", &path, None).await.expect(status);
                }
            }
            token
        })
    });
    let log = log.text();
    assert!(log.contains("/auth/sessions"), "requests are logged");
    assert!(!log.contains(&tokens), "a token is in the log");
}

/// What a terminal obeys, or a reader of logs takes for the end of a line, some of which a path may be sent with.
#[test]
fn l1_what_is_sent_forges_no_line_of_the_log() {
    const FORGERS: [char; 5] = ['\u{85}', '\u{9b}', '\u{2028}', '\u{2029}', '\u{202e}'];
    let (log, runtime) = (Log::default(), tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
    tracing::subscriber::with_default(log.subscriber(), || {
        runtime.block_on(async {
            let app = TestApp::new(OFFICE).await;
            for forger in FORGERS {
                let forged = format!("x{forger}INFO request: forged");
                let path = format!("/auth/{}", forged.replace(' ', "+"));
                // What is no URI at all is refused before there is anything to log.
                if path.parse::<http::Uri>().is_ok() {
                    app.stranger().send("GET", &path, None).await.expect(404);
                    app.stranger().send("OPTIONS", &path, None).await.expect(404);
                }
                let caller = app.stranger().with("x-request-id", &forged).with("user-agent", &forged);
                caller.with("x-forwarded-for", &forged).send("GET", "/auth/me", None).await.expect(401);
                let login = json!({ "email": forged, "password": forged });
                caller.send("POST", "/auth/login", Some(login)).await.expect(422);
            }
        });
    });
    let log = log.text();
    assert!(log.contains("/auth/x%C2%85INFO+request:+forged"), "the requests are logged");
    assert!(!log.contains(FORGERS), "{log}");
    assert!(!log.contains("INFO request: forged"), "{log}");
}

#[test]
fn c3_neither_log_nor_database_holds_a_password_or_token() {
    let log = Log::default();
    // One thread, so that all of it is logged here.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (secrets, folder) =
        tracing::subscriber::with_default(log.subscriber(), || runtime.block_on(everything_that_can_be_done()));

    let log = log.text();
    assert!(log.contains("used a second time"), "the reuse of a refresh token is logged");
    let mut kept = vec![("log".to_owned(), log.into_bytes())];
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        // The store may still be closing; what is gone holds nothing.
        kept.extend(std::fs::read(&path).ok().map(|bytes| (path.display().to_string(), bytes)));
    }
    assert!(kept.len() >= 2, "log and database");
    for (place, bytes) in &kept {
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{place} holds {secret}");
        }
    }
}

/// What must not be found, and where to look.
async fn everything_that_can_be_done() -> (Vec<String>, tempfile::TempDir) {
    let invited = everything_about_invitations().await;
    let world = World::verifying().await;
    world.register(EMAIL, CANARY).await;
    world.register(EMAIL, CANARY).await;
    let verification = world.mailed_token().await;
    assert_eq!(world.verify(&verification, CANARY).await.status, StatusCode::NO_CONTENT);
    world.forgot(EMAIL).await;
    let reset = world.mailed_token().await;
    assert_eq!(world.reset(&reset, CANARY).await.status, StatusCode::NO_CONTENT);
    world.reset(&reset, "canary-of-a-token-that-was-spent").await;
    let allow = ["note:read".to_owned()];
    let key = api_keys::NewKey { user: EMAIL, name: "ci", allow: &allow, lifetime: None };
    let key = api_keys::add(&world.store, &world.blueprint, key).unwrap();
    world.auth.key_holder(&key.key, HERE).await.unwrap();
    api_keys::revoke(&world.store, &key.prefix).unwrap();
    world.clock.advance_ms(1000);
    world.auth.key_holder(&key.key, HERE).await.unwrap_err();
    world.register("not an address", CANARY).await;
    let body_with_pin = json!({ "email": "bob@example.com", "password": CANARY, "company": "Acme", "pinn": CANARY });
    world.post(AuthRoute::Register, body_with_pin).await;
    world.try_login(EMAIL, "canary-of-another-password").await;
    world.try_login("nobody@example.com", CANARY).await;
    let first = world.login(EMAIL, CANARY).await;
    world.user(&first.access).await;
    let second = tokens(&world.try_refresh(&first.refresh).await);
    assert_eq!(world.try_refresh(&first.refresh).await.status, StatusCode::UNAUTHORIZED);
    world.refuses(&second.access, "ended").await;
    let third = world.login(EMAIL, CANARY).await;
    world.change_password(&third, "canary-of-another-password", CANARY).await;
    world.change_password(&third, CANARY, "canary-of-the-next-password").await;
    world.ask(AuthRoute::Sessions, Some(&third.access), None).await;
    world.ask(AuthRoute::Logout, Some(&third.access), None).await;
    let last = world.login(EMAIL, "canary-of-the-next-password").await;
    let delete = |password: &str| Some(json!({ "password": password }));
    world.ask(AuthRoute::DeleteAccount, Some(&last.access), delete(CANARY)).await;
    let gone = world.ask(AuthRoute::DeleteAccount, Some(&last.access), delete("canary-of-the-next-password")).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    let mut secrets = vec![
        verification,
        reset,
        key.key,
        "canary-of-a-token-that-was-spent".to_owned(),
        CANARY.to_owned(),
        "canary-of-another-password".to_owned(),
        "canary-of-the-next-password".to_owned(),
        super::SECRET.to_owned(),
    ];
    for session in [first, second, third, last] {
        secrets.extend([session.access, session.refresh]);
    }
    let (invitations, folder) = invited;
    secrets.extend(invitations);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        std::fs::copy(&path, world.folder.path().join(format!("invited-{name}"))).ok();
    }
    (secrets, world.folder)
}

/// In an app of its own, for others make accounts without.
async fn everything_about_invitations() -> (Vec<String>, tempfile::TempDir) {
    let world = World::inviting().await;
    let root = world.login(EMAIL, super::PASSWORD).await;
    let mut secrets = vec![root.access.clone(), root.refresh.clone()];
    for email in ["bob@example.com", "eve@example.com"] {
        let invited = world.ask(AuthRoute::Invite, Some(&root.access), Some(json!({ "email": email }))).await;
        assert_eq!(invited.status, StatusCode::ACCEPTED);
        let token = world.mailed_token().await;
        let new = json!({ "email": "bob@example.com", "password": CANARY, "company": "Acme", "invitation": token });
        let status = world.post(AuthRoute::Register, new).await.status;
        let expected = if email.starts_with("bob") { StatusCode::ACCEPTED } else { StatusCode::UNPROCESSABLE_ENTITY };
        assert_eq!(status, expected);
        secrets.push(token);
    }
    let list = world.ask(AuthRoute::Invitations, Some(&root.access), None).await;
    let list = String::from_utf8(list.body.to_vec()).unwrap();
    assert!(list.contains("eve@example.com") && secrets.iter().all(|secret| !list.contains(secret)), "{list}");
    (secrets, world.folder)
}

#[tokio::test]
async fn sensitive_fields_are_redacted_in_the_audit() {
    let world = World::new().await;
    let new = json!({
        "email": EMAIL, "password": super::PASSWORD, "company": "Acme", "pin": "canary-pin", "seal": "canary-seal",
    });
    assert_eq!(world.post(AuthRoute::Register, new).await.status, StatusCode::ACCEPTED);
    let after = world.sql::<String>("SELECT after FROM _audit WHERE action = 'register'");
    assert!(after[0].contains("[redacted]") && after[0].contains("Acme") && !after[0].contains("canary"), "{after:?}");

    let session = world.login(EMAIL, super::PASSWORD).await;
    let me = body(&world.ask(AuthRoute::Me, Some(&session.access), None).await);
    assert_eq!((&me["pin"], me.get("seal"), me.get("password_hash")), (&json!("canary-pin"), None, None));
}

/// The log, in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + use<> {
        /// Where there is one listener, `tracing` asks only the thread that comes to a place first whether anybody listens there:
        /// a test beside this one, on whose thread nobody does, would switch the place off for all. Of two, both are asked.
        static ANOTHER: LazyLock<tracing::Dispatch> = LazyLock::new(|| {
            let all = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE);
            tracing::Dispatch::new(all.with_writer(std::io::sink).finish())
        });
        LazyLock::force(&ANOTHER);
        let log = self.clone();
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || log.clone()).finish()
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
