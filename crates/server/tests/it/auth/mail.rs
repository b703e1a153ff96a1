//! What is mailed: tokens for another password and for verified addresses, and the mailbox of a server that is tried out.

use futures_util::future::join_all;
use http::{Request, StatusCode};
use serde_json::{Value as Json, json};
use server::App;
use server::auth::{Auth, AuthRoute, users};
use server::http::HttpResponse;
use sha2::{Digest, Sha256};

use super::{BLUEPRINT, EMAIL, NOW, PASSWORD, World, body, problems, settings_of};
use crate::support::blueprints::OFFICE;
use crate::support::{TestApp, settings, token_of};

const NEXT: &str = "another password of mine";
const MINUTE_MS: i64 = 60 * 1000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// A token counted for nothing.
#[track_caller]
fn spent(answer: &HttpResponse) {
    assert_eq!(problems(answer), ["/token spent"]);
}

#[track_caller]
fn done(answer: &HttpResponse) {
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", String::from_utf8_lossy(&answer.body));
}

fn recipients(mails: &[Json]) -> Vec<&str> {
    mails.iter().map(|mail| mail["to"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn m1_a_mail_token_is_good_once_for_one_purpose_and_address() {
    let world = World::verifying().await;
    world.register(EMAIL, PASSWORD).await;
    let verification = world.mailed_token().await;
    world.forgot(EMAIL).await;
    let reset = world.mailed_token().await;
    assert_ne!(verification, reset);

    spent(&world.verify(&reset, PASSWORD).await);
    spent(&world.reset(&verification, NEXT).await);
    spent(&world.verify("unknown", PASSWORD).await);
    assert_eq!(world.try_login(EMAIL, PASSWORD).await.status, StatusCode::UNAUTHORIZED);

    done(&world.verify(&verification, PASSWORD).await);
    spent(&world.verify(&verification, PASSWORD).await);
    world.login(EMAIL, PASSWORD).await;

    let elsewhere = "elsewhere@example.com";
    world.execute(&format!("UPDATE users SET email = '{elsewhere}'"));
    spent(&world.reset(&reset, NEXT).await);
    world.execute(&format!("UPDATE users SET email = '{EMAIL}'"));
    world.execute("UPDATE users SET disabled = TRUE");
    spent(&world.reset(&reset, NEXT).await);
    world.execute("UPDATE users SET disabled = FALSE");
    done(&world.reset(&reset, NEXT).await);
    spent(&world.reset(&reset, "yet another password of mine").await);
    world.login(EMAIL, NEXT).await;
    assert_eq!(
        world.sql::<String>("SELECT action FROM _audit WHERE action IN ('verify', 'password.reset') ORDER BY seq"),
        ["verify", "password.reset"]
    );
}

#[tokio::test]
async fn m1_a_mail_token_is_short_lived() {
    let world = World::verifying().await;
    world.register(EMAIL, PASSWORD).await;
    let verification = world.mailed_token().await;
    world.forgot(EMAIL).await;
    let reset = world.mailed_token().await;
    world.clock.advance_ms(HOUR_MS);
    spent(&world.reset(&reset, NEXT).await);
    world.forgot(EMAIL).await;
    let reset = world.mailed_token().await;
    world.clock.advance_ms(HOUR_MS - 1000);
    done(&world.reset(&reset, NEXT).await);
    world.clock.advance_ms(22 * HOUR_MS + 1000);
    spent(&world.verify(&verification, PASSWORD).await);
}

#[tokio::test]
async fn m1_of_a_mail_token_only_a_hash_is_kept() {
    let world = World::with_ana().await;
    world.forgot(EMAIL).await;
    let token = world.mailed_token().await;
    assert_eq!(token.len(), 43, "256 bits in base64url");
    let hashes = world.sql::<Vec<u8>>("SELECT hash FROM _mail_tokens");
    // Its 256 bits themselves would have that length, too.
    assert_eq!(hashes, [Sha256::digest(&token).to_vec()]);
    for payload in world.sql::<String>("SELECT payload FROM _outbox") {
        assert!(!payload.contains(&token) && !payload.contains("ana"), "{payload}");
    }
    world.forgot(EMAIL).await;
    assert_ne!(world.mailed_token().await, token);
}

#[tokio::test]
async fn m1_of_many_at_once_one_counts() {
    let world = World::with_ana().await;
    world.forgot(EMAIL).await;
    let token = world.mailed_token().await;
    let passwords: Vec<String> = (0..6).map(|number| format!("password number {number} of mine")).collect();
    let answers = join_all(passwords.iter().map(|password| world.reset(&token, password))).await;
    let counted: Vec<_> =
        passwords.iter().zip(&answers).filter(|(_, answer)| answer.status == StatusCode::NO_CONTENT).collect();
    assert_eq!(counted.len(), 1);
    world.login(EMAIL, counted[0].0).await;
}

#[tokio::test]
async fn m2_a_newer_reset_voids_the_older() {
    let world = World::with_ana().await;
    world.forgot(EMAIL).await;
    let older = world.mailed_token().await;
    world.clock.advance_ms(MINUTE_MS);
    world.forgot(EMAIL).await;
    let newer = world.mailed_token().await;
    spent(&world.reset(&older, NEXT).await);
    done(&world.reset(&newer, NEXT).await);
    spent(&world.reset(&older, NEXT).await);
}

#[tokio::test]
async fn m2_a_reset_ends_all_sessions_logs_nobody_in_and_is_told() {
    let world = World::with_ana().await;
    world.register("bob@example.com", PASSWORD).await;
    let (phone, laptop) = (world.login(EMAIL, PASSWORD).await, world.login(EMAIL, PASSWORD).await);
    let bob = world.login("bob@example.com", PASSWORD).await;
    world.user(&phone.access).await;
    world.forgot(EMAIL).await;
    let token = world.mailed_token().await;
    assert_eq!(problems(&world.reset(&token, "too short").await), ["/password min_length"]);
    assert_eq!(problems(&world.reset(&token, "ana-ana-ana-ana").await), ["/password context"]);
    world.user(&phone.access).await;

    let answer = world.reset(&token, NEXT).await;
    done(&answer);
    assert!(answer.body.is_empty(), "no tokens");
    for session in [&phone, &laptop] {
        world.refuses(&session.access, "ended by the reset").await;
        assert_eq!(world.try_refresh(&session.refresh).await.status, StatusCode::UNAUTHORIZED);
    }
    world.user(&bob.access).await;
    assert_eq!(world.try_login(EMAIL, PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    let told = &world.mails().await[0];
    assert_eq!((&told["to"], token_of(told)), (&json!(EMAIL), None));
    assert!(told["subject"].as_str().unwrap().contains("was changed"), "{told}");

    let session = world.login(EMAIL, NEXT).await;
    world.change_password(&session, NEXT, PASSWORD).await;
    assert_eq!(world.mails().await.len(), 3, "a change of the password is told too");
}

#[tokio::test]
async fn m2_a_reset_ends_the_row_of_wrong_passwords() {
    let world = World::with(BLUEPRINT, &[("LOGIN_FAILURES", "3")]).await;
    world.register(EMAIL, PASSWORD).await;
    for _ in 0..3 {
        world.try_login(EMAIL, "wrong horse battery").await;
    }
    assert_eq!(world.try_login(EMAIL, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    world.forgot(EMAIL).await;
    done(&world.reset(&world.mailed_token().await, NEXT).await);
    world.login(EMAIL, NEXT).await;
}

/// Who reads the mail for a moment must not take the account back after its owner, or who looks after it, has seen to it.
#[tokio::test]
async fn m2_a_reset_is_void_once_the_password_is_another_or_sessions_were_ended() {
    let world = World::with_ana().await;
    world.add("root@example.com", &["admin"]);
    let id = world.user(&world.login(EMAIL, PASSWORD).await.access).await.id.parse().unwrap();
    for how in ["change", "operator", "ended", "disabled", "disabled by the operator", "others ended"] {
        world.forgot(EMAIL).await;
        let token = world.mailed_token().await;
        let (ana, root) = (world.login(EMAIL, PASSWORD).await, world.login("root@example.com", PASSWORD).await);
        let patch = |disabled: bool| Some(json!({ "disabled": disabled }));
        let root = Some(root.access.as_str());
        match how {
            "change" => {
                done(&world.change_password(&ana, PASSWORD, NEXT).await);
                spent(&world.reset(&token, "yet another password of mine").await);
                done(&world.change_password(&ana, NEXT, PASSWORD).await);
            }
            "operator" => {
                users::set_password(&world.store, &world.blueprint, EMAIL, PASSWORD, 15).unwrap();
            }
            "ended" => done(&world.ask(AuthRoute::EndSessionsOf(id), root, None).await),
            "disabled" => {
                for disabled in [true, false] {
                    let answer = world.ask(AuthRoute::ChangeUser(id), root, patch(disabled)).await;
                    assert_eq!(answer.status, StatusCode::OK);
                }
            }
            "others ended" => done(&world.ask(AuthRoute::EndOthers, Some(&ana.access), None).await),
            _ => {
                users::set_disabled(&world.store, EMAIL, true).unwrap();
                users::set_disabled(&world.store, EMAIL, false).unwrap();
            }
        }
        spent(&world.reset(&token, NEXT).await);
        world.clock.advance_ms(HOUR_MS);
    }
    world.forgot(EMAIL).await;
    done(&world.reset(&world.mailed_token().await, NEXT).await);
}

/// The clocks of two instances differ: what was made last counts, whatever its time says.
#[tokio::test]
async fn m2_the_newest_mail_counts_also_if_its_clock_is_behind() {
    let world = World::with_ana().await;
    world.forgot(EMAIL).await;
    let older = world.mailed_token().await;
    world.clock.advance_ms(-5000);
    world.forgot(EMAIL).await;
    let newer = world.mailed_token().await;
    assert_ne!(older, newer);
    spent(&world.reset(&older, NEXT).await);
    done(&world.reset(&newer, NEXT).await);
}

#[tokio::test]
async fn m3_the_link_ignores_the_host_of_the_request() {
    let app = TestApp::with(OFFICE, &[("APP_URL", "https://app.example.com/")]).await;
    app.user("ana").await;
    for (host, forwarded) in [("evil.example.com", "localhost"), ("localhost", "evil.example.com")] {
        let request = Request::post("/auth/password/forgot")
            .header("host", host)
            .header("x-forwarded-host", forwarded)
            .header("forwarded", "host=evil.example.com")
            .header("origin", "https://evil.example.com")
            .header("content-type", "application/json");
        let body = json!({ "email": EMAIL }).to_string().into_bytes();
        app.stranger().raw(request.body(body).unwrap()).await.expect(202);
        let mail = app.mails().await.swap_remove(0);
        let text = mail["text"].as_str().unwrap();
        assert!(text.contains("\nhttps://app.example.com/reset-password#token="), "{text}");
        assert!(!mail.to_string().contains("evil"), "{mail}");
    }
}

#[tokio::test]
async fn m4_an_address_gets_three_mails_an_hour() {
    let world = World::with_ana().await;
    world.register("bob@example.com", PASSWORD).await;
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(world.forgot(EMAIL).await);
        world.clock.advance_ms(1000);
    }
    assert!(answers.iter().all(|answer| answer.status == StatusCode::ACCEPTED && answer.body == answers[0].body));
    assert_eq!(recipients(&world.mails().await), [EMAIL; 3]);
    let newest = world.mailed_token().await;
    world.forgot("bob@example.com").await;
    assert_eq!(world.mails().await.len(), 4, "each address is counted by itself");
    done(&world.reset(&newest, NEXT).await);
    world.clock.advance_ms(HOUR_MS);
    world.forgot(EMAIL).await;
    assert_eq!(recipients(&world.mails().await)[0], EMAIL);
    let keys = world.sql::<String>("SELECT key FROM _rates");
    assert!(!keys.is_empty() && keys.iter().all(|key| !key.contains("example")), "{keys:?}");
}

/// Nobody keeps the mail for another password from its owner by having other mails sent to him.
#[tokio::test]
async fn m4_mails_of_one_kind_do_not_use_up_those_of_another() {
    let world = World::verifying().await;
    world.register(EMAIL, PASSWORD).await;
    done(&world.verify(&world.mailed_token().await, PASSWORD).await);
    for _ in 0..4 {
        world.post(AuthRoute::ResendVerification, json!({ "email": EMAIL })).await;
        world.register(EMAIL, "the password of a thief").await;
    }
    world.forgot(EMAIL).await;
    done(&world.reset(&world.mailed_token().await, NEXT).await);
}

/// An hour that another instance has begun is not begun again.
#[tokio::test]
async fn m4_an_hour_is_counted_once_by_instances_whose_clocks_differ() {
    let world = World::with_ana().await;
    world.clock.advance_ms(HOUR_MS - NOW * 1000 % HOUR_MS);
    for _ in 0..3 {
        world.forgot(EMAIL).await;
    }
    world.clock.advance_ms(-1000);
    world.forgot(EMAIL).await;
    world.clock.advance_ms(1000);
    world.forgot(EMAIL).await;
    assert_eq!(world.mails().await.len(), 3);
}

#[tokio::test]
async fn m4_an_address_of_callers_is_limited_too() {
    let world = World::with(BLUEPRINT, &[("RATE_LIMIT_LOGIN", "4")]).await;
    let mut statuses = Vec::new();
    for number in 0..6 {
        statuses.push(world.forgot(&format!("nobody{number}@example.com")).await.status.as_u16());
    }
    assert_eq!(statuses, [202, 202, 202, 202, 429, 429]);
}

#[tokio::test]
async fn m4_a_line_end_in_an_address_is_refused() {
    let world = World::verifying().await;
    for end in
        ["\r\nBcc: eve@example.com", "\nBcc: eve@example.com", "\r", "\n", "\u{0}", "\u{2028}", ",eve@example.com"]
    {
        let email = format!("ana@example.com{end}");
        assert_eq!(problems(&world.register(&email, PASSWORD).await), ["/email email"], "{end:?}");
        assert_eq!(problems(&world.forgot(&email).await), ["/email email"], "{end:?}");
    }
    assert!(world.mails().await.is_empty());
}

#[tokio::test]
async fn an_address_is_verified_before_anybody_logs_in() {
    let world = World::verifying().await;
    let accepted = world.register(EMAIL, PASSWORD).await;
    assert!(body(&accepted)["detail"].as_str().unwrap().contains("mail"), "{accepted:?}");
    assert_eq!(world.try_login(EMAIL, PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    let first = world.mailed_token().await;
    world.clock.advance_ms(MINUTE_MS);
    let again = world.post(AuthRoute::ResendVerification, json!({ "email": EMAIL })).await;
    assert_eq!(again.status, StatusCode::ACCEPTED);
    spent(&world.verify(&first, PASSWORD).await);
    done(&world.verify(&world.mailed_token().await, PASSWORD).await);
    world.login(EMAIL, PASSWORD).await;

    let mails = world.mails().await.len();
    let nobody = world.post(AuthRoute::ResendVerification, json!({ "email": "nobody@example.com" })).await;
    let verified = world.post(AuthRoute::ResendVerification, json!({ "email": EMAIL })).await;
    assert_eq!((nobody.status, &nobody.body), (again.status, &again.body));
    assert_eq!((verified.status, &verified.body), (again.status, &again.body));
    assert_eq!(world.mails().await.len(), mails, "whoever is verified needs no mail");
}

/// Somebody who registers with another's address must not come to share his account.
#[tokio::test]
async fn whoever_registers_a_known_address_is_told_by_mail_and_changes_nothing() {
    let world = World::verifying().await;
    world.register(EMAIL, "the password of a thief").await;
    world.clock.advance_ms(MINUTE_MS);
    world.register(EMAIL, PASSWORD).await;
    let mails = world.mails().await;
    assert_eq!(recipients(&mails), [EMAIL, EMAIL]);
    assert_eq!(
        token_of(&mails[0]),
        None,
        "what the owner of the address does next must not verify the thief's account"
    );
    assert!(mails[0]["text"].as_str().unwrap().contains("there is one already"));

    world.forgot(EMAIL).await;
    done(&world.reset(&world.mailed_token().await, NEXT).await);
    world.login(EMAIL, NEXT).await;
    assert_eq!(world.try_login(EMAIL, "the password of a thief").await.status, StatusCode::UNAUTHORIZED);
}

/// Somebody who registers with another's address and waits for him to verify it must not get an account with it.
#[tokio::test]
async fn m1_an_address_is_verified_with_the_password_of_its_account_only() {
    let world =
        World::with(&BLUEPRINT.replace("[auth]", "[auth]\nverify_email = true"), &[("LOGIN_FAILURES", "2")]).await;
    let thief = "the password of a thief";
    world.register(EMAIL, thief).await;
    world.register(EMAIL, PASSWORD).await;
    world.post(AuthRoute::ResendVerification, json!({ "email": EMAIL })).await;
    let token = world.mailed_token().await;
    let hashes = world.auth.hashes_computed();
    spent(&world.verify("unknown", thief).await);
    assert_eq!(world.auth.hashes_computed(), hashes, "what does not count costs nothing");
    let without = world.post(AuthRoute::Verify, json!({ "token": token })).await;
    assert_eq!(problems(&without), ["/password required"]);

    let refused = world.verify(&token, PASSWORD).await;
    assert_eq!((refused.status, &body(&refused)["code"]), (StatusCode::UNAUTHORIZED, &json!("bad_credentials")));
    assert_eq!(world.try_login(EMAIL, thief).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM users WHERE verified_at IS NOT NULL"), [0]);
    // The token is no way to guess the password either.
    assert_eq!(world.verify(&token, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);

    world.forgot(EMAIL).await;
    done(&world.reset(&world.mailed_token().await, PASSWORD).await);
    world.login(EMAIL, PASSWORD).await;
    assert_eq!(world.try_login(EMAIL, thief).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_account_of_the_operator_is_verified() {
    let world = World::verifying().await;
    world.add(EMAIL, &[]);
    world.login(EMAIL, PASSWORD).await;
}

#[tokio::test]
async fn without_the_word_there_is_nothing_to_verify() {
    let world = World::with_ana().await;
    assert!(world.mails().await.is_empty());
    for (route, body) in [
        (AuthRoute::Verify, json!({ "token": "x", "password": PASSWORD })),
        (AuthRoute::ResendVerification, json!({ "email": EMAIL })),
    ] {
        assert_eq!(world.post(route, body).await.status, StatusCode::NOT_FOUND);
    }
}

/// No mail is promised where none is sent.
#[tokio::test]
async fn in_production_nothing_waits_for_a_mail() {
    let production = [("ENV", "production"), ("BETTER_AUTH_URL", "https://login.example.com")];
    let world = World::with(BLUEPRINT, &production).await;
    world.register(EMAIL, PASSWORD).await;
    let (known, unknown) = (world.forgot(EMAIL).await, world.forgot("nobody@example.com").await);
    assert_eq!(known.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    let session = world.login(EMAIL, PASSWORD).await;
    done(&world.change_password(&session, PASSWORD, NEXT).await);
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM _outbox"), [0]);

    let verifying = BLUEPRINT.replace("[auth]", "[auth]\nverify_email = true");
    let verifying = std::sync::Arc::new(blueprint::load(&verifying).unwrap());
    let refused = Auth::new(&settings_of(&production), verifying, world.store.clone()).await;
    let told = refused.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(told.contains("verify_email"), "{told}");
}

#[tokio::test]
async fn the_mailbox_is_for_who_sits_at_the_machine_of_a_server_that_is_tried_out() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user_with("ana", &["admin"]).await;
    app.stranger().send("POST", "/auth/password/forgot", Some(json!({ "email": EMAIL }))).await.expect(202);
    let mailbox = app.app.mailbox().unwrap();
    let (path, key) = mailbox.split_once("?key=").unwrap();
    assert_eq!((path, key.len()), ("/_/outbox", 43), "256 bits in base64url");
    for without in ["/_/outbox", "/_/outbox?key=", "/_/outbox?key=x", &format!("/_/outbox?token={key}"), &mailbox[..50]]
    {
        ana.send("GET", without, None).await.expect(404);
    }
    ana.with("x-outbox-key", "x").send("GET", "/_/outbox", None).await.expect(404);
    ana.with("x-outbox-key", key).send("GET", "/_/outbox", None).await.expect(200);
    let page = ana.send("GET", &mailbox, None).await.expect(200);
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.json()["data"][0]["to"], EMAIL);
    // A browser gets a page, with the link to follow; who may not read it gets none.
    let browser = ana.with("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    let seen = browser.send("GET", &mailbox, None).await.expect(200);
    assert_eq!((seen.header("content-type"), seen.header("cache-control")), ("text/html; charset=utf-8", "no-store"));
    assert_eq!((seen.header("referrer-policy"), seen.header("x-frame-options")), ("no-referrer", "DENY"));
    assert!(seen.header("content-security-policy").starts_with("default-src 'none';"));
    let html = String::from_utf8(seen.body.to_vec()).unwrap();
    let token =
        page.json()["data"][0]["text"].as_str().and_then(|text| text.split_once("#token=")).unwrap().1[..43].to_owned();
    assert!(html.contains(&format!("to {EMAIL}")) && html.contains(&format!("#token={token}\">http")), "{html}");
    assert!(!html.contains(key), "{html}");
    browser.send("GET", "/_/outbox?key=x", None).await.expect(404);
    browser.with("x-forwarded-for", "127.0.0.1").send("GET", &mailbox, None).await.expect(404);
    ana.send("POST", "/_/outbox", None).await.expect(405);
    for (name, value) in [("x-forwarded-for", "127.0.0.1"), ("via", "1.1 proxy"), ("x-real-ip", "127.0.0.1")] {
        ana.with(name, value).send("GET", &mailbox, None).await.expect(404);
    }
    for (host, status) in [
        ("localhost:8000", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example.com", 404),
        ("localhost.evil.example.com", 404),
        ("127.0.0.1.evil.example.com", 404),
        ("192.0.2.1", 404),
    ] {
        let request = Request::get(&mailbox).header("host", host).body(Vec::new()).unwrap();
        app.stranger().raw(request).await.expect(status);
    }
    let request = Request::get(&mailbox).header("host", "localhost");
    let request = request.body(http_body_util::Full::<hyper::body::Bytes>::default()).unwrap();
    assert_eq!(app.app.handle("192.0.2.1".parse().unwrap(), request).await.status(), StatusCode::NOT_FOUND);

    for environment in ["staging", "production"] {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(&[("ENV", environment)], &folder);
        let blueprint = std::sync::Arc::new(blueprint::load(OFFICE).unwrap());
        let app = std::sync::Arc::new(App::open(blueprint, settings).await.unwrap());
        assert_eq!(app.mailbox(), None, "{environment}");
        let request = Request::get(&mailbox).header("host", "localhost");
        let request = request.body(http_body_util::Full::<hyper::body::Bytes>::default()).unwrap();
        assert_eq!(app.handle([127, 0, 0, 1].into(), request).await.status(), StatusCode::NOT_FOUND, "{environment}");
    }
}
