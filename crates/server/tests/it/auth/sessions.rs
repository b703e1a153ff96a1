//! Sessions from their beginning to their end.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

use futures_util::future::join_all;
use futures_util::stream;
use http::{Request, StatusCode};
use http_body_util::StreamBody;
use hyper::body::{Bytes, Frame};
use query::Actor;
use serde_json::{Value as Json, json};
use server::auth::{AuthRoute, users};
use sha2::{Digest, Sha256};

use crate::support::TestApp;
use crate::support::blueprints::OFFICE;

use super::{BLUEPRINT, EMAIL, NOW, PASSWORD, Tokens, World, body, tokens};

#[tokio::test]
async fn a_session_from_login_to_logout() {
    let world = World::with_ana().await;
    let answer = world.try_login("Ana@Example.com", PASSWORD).await;
    assert_eq!((&body(&answer)["token_type"], &body(&answer)["expires_in"]), (&json!("Bearer"), &json!(900)));
    let session = tokens(&answer);
    let user = world.user(&session.access).await;
    assert_eq!((user.iss.as_str(), &user.sub, user.email.as_deref()), ("own", &user.id, Some(EMAIL)));
    assert!(user.roles.is_empty() && user.session.is_some());

    let me = world.ask(AuthRoute::Me, Some(&session.access), None).await;
    let expected = json!({
        "id": user.id, "sub": user.id, "email": EMAIL, "roles": [], "company": "Acme", "handle": null, "pin": null, "level": 1,
    });
    assert_eq!(body(&me), expected, "all but what is hidden");

    assert_eq!(world.ask(AuthRoute::Logout, Some(&session.access), None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.auth.actor(None).await.unwrap(), Actor::Stranger);
    assert_eq!(world.ask(AuthRoute::Me, None, None).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.ask(AuthRoute::Logout, None, None).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn s1_of_a_refresh_token_only_a_hash_is_kept() {
    let world = World::with_ana().await;
    let session = world.login(EMAIL, PASSWORD).await;
    assert_eq!(session.refresh.len(), 43, "256 bits");
    let hashes: Vec<Vec<u8>> = world.sql("SELECT hash FROM _refresh_tokens");
    // Its 256 bits themselves would have that length, too.
    assert_eq!(hashes, [Sha256::digest(&session.refresh).to_vec()]);
    assert_ne!(world.login(EMAIL, PASSWORD).await.refresh, session.refresh);
}

#[tokio::test]
async fn s2_logging_in_again_ends_the_session_it_was_sent_with() {
    let world = World::with_ana().await;
    world.register("bob@example.com", PASSWORD).await;
    let (first, other) = (world.login(EMAIL, PASSWORD).await, world.login(EMAIL, PASSWORD).await);
    let bob = world.login("bob@example.com", PASSWORD).await;
    let again = async |token: &str, password: &str| {
        let body = json!({ "email": EMAIL, "password": password });
        world.ask(AuthRoute::Login, Some(token), Some(body)).await
    };
    assert_eq!(again(&first.access, "wrong horse battery").await.status, StatusCode::UNAUTHORIZED);
    world.user(&first.access).await;
    let second = tokens(&again(&first.access, PASSWORD).await);
    assert_ne!(world.user(&second.access).await.session, None);
    world.refuses(&first.access, "another is in its place").await;
    assert_eq!(world.try_refresh(&first.refresh).await.status, StatusCode::UNAUTHORIZED);
    world.user(&other.access).await;
    for token in [&bob.access, &first.access, "no token"] {
        world.user(&tokens(&again(token, PASSWORD).await).access).await;
    }
    world.user(&bob.access).await;
    world.user(&second.access).await;
}

#[tokio::test]
async fn s3_logout_ends_the_session_at_once_and_no_other() {
    let world = World::with_ana().await;
    let (phone, laptop) = (world.login(EMAIL, PASSWORD).await, world.login(EMAIL, PASSWORD).await);
    world.user(&phone.access).await;
    world.ask(AuthRoute::Logout, Some(&phone.access), None).await;
    world.refuses(&phone.access, "the access token after log-out").await;
    assert_eq!(world.try_refresh(&phone.refresh).await.status, StatusCode::UNAUTHORIZED);
    world.refuses(&phone.access, "a second time").await;
    world.user(&laptop.access).await;
    tokens(&world.try_refresh(&laptop.refresh).await);
}

/// Whose access token is over logs out by the refresh token; else his session went on for weeks.
#[tokio::test]
async fn s3_a_refresh_token_logs_out_too() {
    let app = TestApp::new(OFFICE).await;
    app.user("ana").await;
    let account = json!({ "email": "ana@example.com", "password": crate::support::PASSWORD });
    let log_in = async || app.stranger().send("POST", "/auth/login", Some(account.clone())).await.expect(200).json();
    let with_token = |session: &Json| {
        let token = session["access_token"].as_str().unwrap();
        app.stranger().with("authorization", &format!("Bearer {token}"))
    };
    let refresh = async |session: &Json| {
        let body = json!({ "refresh_token": session["refresh_token"] });
        app.stranger().send("POST", "/auth/refresh", Some(body)).await
    };
    let (session, other) = (log_in().await, log_in().await);
    let newest = refresh(&session).await.expect(200).json();

    for (body, status) in [
        (json!({}), 401),
        (json!([]), 401),
        (json!({ "refresh_token": null }), 401),
        (json!({ "refreshToken": "x" }), 401),
        (json!({ "refresh_token": 7 }), 422),
        (json!({ "refresh_token": "x", "all": true }), 422),
    ] {
        app.stranger().send("POST", "/auth/logout", Some(body)).await.expect(status);
    }
    let version = "SELECT value FROM _state WHERE name = 'auth_version'";
    let before = app.sql::<i64>(version);
    let unknown = json!({ "refresh_token": "nobody's" });
    app.stranger().send("POST", "/auth/logout", Some(unknown)).await.expect(204);
    assert_eq!(app.sql::<i64>(version), before, "a stranger makes nobody look anew who is signed in");
    with_token(&newest).send("GET", "/auth/me", None).await.expect(200);

    let by_refresh = json!({ "refresh_token": newest["refresh_token"] });
    let answer = app.stranger().with("authorization", "Bearer over.and.out");
    answer.send("POST", "/auth/logout", Some(by_refresh.clone())).await.expect(204);
    with_token(&newest).send("GET", "/auth/me", None).await.expect(401);
    refresh(&newest).await.expect(401);
    app.stranger().send("POST", "/auth/logout", Some(by_refresh)).await.expect(204);
    let told = "SELECT count(*) FROM _audit WHERE action = 'logout' AND outcome = 'done'";
    assert_eq!(app.sql::<i64>(told), 1, "once");

    // Nothing, of which its length does not tell: as if there were no body.
    let last = log_in().await;
    let chunks = StreamBody::new(stream::empty::<Result<Frame<Bytes>, Infallible>>());
    let request = Request::post("/auth/logout").header("host", "localhost").header("content-type", "application/json");
    let token = format!("Bearer {}", last["access_token"].as_str().unwrap());
    let request = request.header("authorization", token).header("transfer-encoding", "chunked").body(chunks).unwrap();
    let answer = app.app.handle(IpAddr::V4(Ipv4Addr::LOCALHOST), request).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    refresh(&last).await.expect(401);

    let third = log_in().await;
    let fourth = log_in().await;
    for (session, body) in [
        (&other, json!({})),
        (&third, json!({ "refresh_token": "nobody's" })),
        (&fourth, json!({ "refresh_token": null })),
    ] {
        with_token(session).send("GET", "/auth/me", None).await.expect(200);
        with_token(session).send("POST", "/auth/logout", Some(body)).await.expect(204);
        refresh(session).await.expect(401);
    }
}

/// Clients that send an object with every request are many, and may all come by one address.
#[tokio::test]
async fn who_logs_out_is_counted_as_himself_and_not_by_his_address() {
    let names = ["ana", "bob", "cleo", "dan"];
    // As much as making the accounts takes.
    let app = TestApp::with(OFFICE, &[("RATE_LIMIT_STRANGER", "8")]).await;
    let mut users = Vec::new();
    for name in names {
        users.push(app.user(name).await);
    }
    for user in &users {
        user.send("POST", "/auth/logout", Some(json!({}))).await.expect(204);
    }
    let stranger = app.stranger().send("POST", "/auth/logout", Some(json!({}))).await;
    assert!([401, 429].contains(&stranger.status.as_u16()), "{}", stranger.status);
}

#[tokio::test]
async fn of_many_log_outs_at_once_one_is_told() {
    let world = World::with_ana().await;
    for by_refresh in [false, true] {
        let session = world.login(EMAIL, PASSWORD).await;
        let told = || world.sql::<i64>("SELECT count(*) FROM _audit WHERE action = 'logout' AND outcome = 'done'")[0];
        let before = told();
        let body = by_refresh.then(|| json!({ "refresh_token": session.refresh }));
        let access = Some(session.access.as_str()).filter(|_| !by_refresh);
        let answers = join_all((0..12).map(|_| world.ask(AuthRoute::Logout, access, body.clone()))).await;
        assert!(answers.iter().any(|answer| answer.status == StatusCode::NO_CONTENT));
        assert_eq!(told(), before + 1, "by refresh token: {by_refresh}");
    }
}

#[tokio::test]
async fn s4_a_disabled_user_is_out_at_once_and_stays_out() {
    let world = World::with_ana().await;
    let session = world.login(EMAIL, PASSWORD).await;
    world.user(&session.access).await;
    users::set_disabled(&world.store, EMAIL, true).unwrap();
    world.auth.changed();
    world.refuses(&session.access, "disabled").await;
    assert_eq!(world.try_refresh(&session.refresh).await.status, StatusCode::UNAUTHORIZED);
    users::set_disabled(&world.store, EMAIL, false).unwrap();
    world.auth.changed();
    world.refuses(&session.access, "enabled again: the old session stays ended").await;
    world.login(EMAIL, PASSWORD).await;
}

#[tokio::test]
async fn s5_sessions_are_listed_and_ended_one_by_one() {
    let world = World::with_ana().await;
    world.register("bob@example.com", PASSWORD).await;
    let phone = world.login(EMAIL, PASSWORD).await;
    world.clock.advance_ms(1000);
    let laptop = world.login(EMAIL, PASSWORD).await;
    let bob = world.login("bob@example.com", PASSWORD).await;
    world.clock.advance_ms(1000);

    let listed = listed(&world, &laptop).await;
    let current: Vec<_> = listed.iter().map(|session| session["current"].as_bool().unwrap()).collect();
    assert_eq!(current, [true, false], "the one used last is first; none of bob's");
    for session in &listed {
        assert_eq!((&session["ip"], &session["user_agent"]), (&json!("192.0.2.1"), &json!("a test")));
        assert_eq!(session["created_at"], session["last_used_at"], "not refreshed yet");
        assert!(session["expires_at"].as_str() > session["created_at"].as_str());
        assert_eq!(session.as_object().unwrap().len(), 7, "and nothing else: {session}");
    }
    assert_eq!(Some(&listed[0]["id"]), world.user(&laptop.access).await.session.map(|id| json!(id)).as_ref());

    let phone_id = id(&listed[1]);
    let end =
        async |session: &Tokens, id| world.ask(AuthRoute::EndSession(id), Some(&session.access), None).await.status;
    assert_eq!(end(&bob, phone_id).await, StatusCode::NOT_FOUND, "another's is like none");
    world.user(&phone.access).await;
    assert_eq!(end(&laptop, phone_id).await, StatusCode::NO_CONTENT);
    world.refuses(&phone.access, "ended").await;
    assert_eq!(world.try_refresh(&phone.refresh).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(end(&laptop, phone_id).await, StatusCode::NOT_FOUND, "it is over");
    assert_eq!(end(&laptop, uuid::Uuid::nil()).await, StatusCode::NOT_FOUND);
    assert_eq!(self::listed(&world, &laptop).await.len(), 1);
    world.user(&bob.access).await;
    let told = world.sql::<String>("SELECT after FROM _audit WHERE action = 'session.end'");
    assert_eq!(told, [json!({ "session": phone_id.to_string() }).to_string()]);

    assert_eq!(end(&laptop, id(&listed[0])).await, StatusCode::NO_CONTENT, "one's own, like a log-out");
    world.refuses(&laptop.access, "ended by itself").await;
    assert_eq!(world.ask(AuthRoute::Sessions, None, None).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn s5_all_other_sessions_are_ended_at_once() {
    let world = World::with_ana().await;
    world.register("bob@example.com", PASSWORD).await;
    let bob = world.login("bob@example.com", PASSWORD).await;
    let mine = world.login(EMAIL, PASSWORD).await;
    let others = [world.login(EMAIL, PASSWORD).await, world.login(EMAIL, PASSWORD).await];
    assert_eq!(listed(&world, &mine).await.len(), 3);
    for _ in 0..2 {
        assert_eq!(world.ask(AuthRoute::EndOthers, Some(&mine.access), None).await.status, StatusCode::NO_CONTENT);
    }
    for other in &others {
        world.refuses(&other.access, "one of the others").await;
        assert_eq!(world.try_refresh(&other.refresh).await.status, StatusCode::UNAUTHORIZED);
    }
    world.user(&mine.access).await;
    world.user(&bob.access).await;
    assert_eq!(listed(&world, &mine).await.len(), 1);
    assert_eq!(
        world.sql::<i64>("SELECT count(*) FROM _audit WHERE action = 'session.end_others'"),
        [1],
        "once it did something"
    );
}

/// What a list of sessions says.
async fn listed(world: &World, session: &Tokens) -> Vec<Json> {
    let answer = world.ask(AuthRoute::Sessions, Some(&session.access), None).await;
    assert_eq!(answer.status, StatusCode::OK);
    body(&answer)["data"].as_array().unwrap().clone()
}

fn id(session: &Json) -> uuid::Uuid {
    session["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn s6_a_session_ends_after_its_lifetime_however_often_it_is_refreshed() {
    let world = World::with(BLUEPRINT, &[("REFRESH_EXPIRATION", "1h"), ("JWT_EXPIRATION", "50m")]).await;
    world.register(EMAIL, PASSWORD).await;
    let first = world.login(EMAIL, PASSWORD).await;
    world.clock.advance_ms(40 * 60 * 1000);
    let second = tokens(&world.try_refresh(&first.refresh).await);
    world.clock.advance_ms(20 * 60 * 1000 - 1);
    world.user(&second.access).await;
    world.clock.advance_ms(1);
    world.refuses(&second.access, "its own 50 minutes are not over, but those of the session").await;
    assert_eq!(world.try_refresh(&second.refresh).await.status, StatusCode::UNAUTHORIZED);
    world.login(EMAIL, PASSWORD).await;
}

#[tokio::test]
async fn s6_an_idle_session_ends() {
    const MINUTE: i64 = 60 * 1000;
    let world = World::with(BLUEPRINT, &[("SESSION_IDLE", "1h")]).await;
    world.register(EMAIL, PASSWORD).await;
    let (used, idle) = (world.login(EMAIL, PASSWORD).await, world.login(EMAIL, PASSWORD).await);
    world.clock.advance_ms(40 * MINUTE);
    let used = tokens(&world.try_refresh(&used.refresh).await);
    assert_eq!(listed(&world, &used).await.len(), 2);
    world.clock.advance_ms(20 * MINUTE);
    assert_eq!(world.try_refresh(&idle.refresh).await.status, StatusCode::UNAUTHORIZED);
    let used = tokens(&world.try_refresh(&used.refresh).await);
    assert_eq!(listed(&world, &used).await.len(), 1);
    world.clock.advance_ms(60 * MINUTE - 1);
    let used = tokens(&world.try_refresh(&used.refresh).await);
    world.clock.advance_ms(60 * MINUTE);
    assert_eq!(world.try_refresh(&used.refresh).await.status, StatusCode::UNAUTHORIZED);
    world.login(EMAIL, PASSWORD).await;
}

#[tokio::test]
async fn s6_a_session_that_may_idle_lasts_to_its_end() {
    let world = World::with(BLUEPRINT, &[("SESSION_IDLE", "0"), ("REFRESH_EXPIRATION", "90d")]).await;
    world.register(EMAIL, PASSWORD).await;
    let session = world.login(EMAIL, PASSWORD).await;
    world.clock.advance_ms(89 * 24 * 60 * 60 * 1000);
    tokens(&world.try_refresh(&session.refresh).await);
}

#[tokio::test]
async fn r1_a_refresh_token_is_good_for_one_use() {
    let world = World::with_ana().await;
    let first = world.login(EMAIL, PASSWORD).await;
    let second = tokens(&world.try_refresh(&first.refresh).await);
    assert_ne!(first.refresh, second.refresh);
    world.user(&second.access).await;
    let third = tokens(&world.try_refresh(&second.refresh).await);
    world.user(&third.access).await;
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM _sessions"), [1], "still one session");
}

#[tokio::test]
async fn r2_a_spent_refresh_token_ends_its_whole_session() {
    let world = World::with_ana().await;
    let (first, other) = (world.login(EMAIL, PASSWORD).await, world.login(EMAIL, PASSWORD).await);
    let second = tokens(&world.try_refresh(&first.refresh).await);
    world.user(&second.access).await;
    let unknown = world.try_refresh("never given out").await;
    let reused = world.try_refresh(&first.refresh).await;
    assert_eq!((reused.status, &reused.body), (unknown.status, &unknown.body));
    world.refuses(&second.access, "the newest access token").await;
    assert_eq!(world.try_refresh(&second.refresh).await.status, StatusCode::UNAUTHORIZED);
    world.user(&other.access).await;
    let reported = "SELECT count(*) FROM _audit WHERE action = 'refresh_token_reused'";
    assert_eq!(world.sql::<i64>(reported), [1]);
    world.try_refresh(&first.refresh).await;
    assert_eq!(world.sql::<i64>(reported), [1], "an ended session cannot be made to write again");
}

#[tokio::test]
async fn r3_of_many_refreshes_at_once_exactly_one_wins() {
    let world = World::with_ana().await;
    let session = world.login(EMAIL, PASSWORD).await;
    let answers = join_all((0..50).map(|_| world.try_refresh(&session.refresh))).await;
    let won = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
    assert_eq!(won, 1);
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 200 | 401)));
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM _refresh_tokens"), [2], "never two families");
}

#[tokio::test]
async fn r4_a_refresh_token_is_no_access_token_nor_the_other_way_round() {
    let world = World::with_ana().await;
    let session = world.login(EMAIL, PASSWORD).await;
    world.refuses(&session.refresh, "a refresh token").await;
    assert_eq!(world.try_refresh(&session.access).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn r5_an_access_token_lives_as_long_as_the_setting_says() {
    let world = World::with_ana().await;
    let session = world.login(EMAIL, PASSWORD).await;
    world.user(&session.access).await;
    world.clock.advance_ms((900 + 30) * 1000 - 1);
    world.user(&session.access).await;
    world.clock.advance_ms(1);
    world.refuses(&session.access, "expired, although it was in the cache").await;
}

#[tokio::test]
async fn a3_roles_count_as_they_are_now() {
    let world = World::with_ana().await;
    let session = world.login(EMAIL, PASSWORD).await;
    assert!(world.user(&session.access).await.roles.is_empty());
    // What another process does, such as the command line, is seen within a second.
    users::set_roles(&world.store, &world.blueprint, EMAIL, &["manager".to_owned()]).unwrap();
    world.clock.advance_ms(1000);
    assert_eq!(world.user(&session.access).await.roles, ["manager"]);
    users::set_roles(&world.store, &world.blueprint, EMAIL, &[]).unwrap();
    world.auth.changed();
    assert!(world.user(&session.access).await.roles.is_empty(), "at once in this process");
}

#[tokio::test]
async fn a_restart_keeps_sessions_where_the_secret_stays() {
    let world = World::with_ana().await;
    let session = world.login(EMAIL, PASSWORD).await;
    for (secret, counts) in [(super::SECRET, true), ("some other secret, 32 bytes or more", false)] {
        let settings = super::settings_of(&[("SECRET_KEY", secret)]);
        let auth = server::auth::Auth::new(&settings, world.blueprint.clone(), world.store.clone()).await.unwrap();
        let auth = auth.with_clock(server::auth::Clock::fixed(NOW));
        let actor = auth.actor(Some(&format!("Bearer {}", session.access))).await;
        assert_eq!(actor.is_ok(), counts);
    }
}

#[tokio::test]
async fn a_closed_app_registers_nobody() {
    let world = World::with(
        "[app]\nname = \"closed\"\n[auth]\nsign_up = \"closed\"\n[entity.note.field]\ntext = { type = \"text\" }",
        &[],
    )
    .await;
    let answer = world.post(AuthRoute::Register, json!({ "email": EMAIL, "password": PASSWORD })).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM users"), [0]);
}
