//! Guessing is slowed down, and nobody is locked out by it for good.

use std::net::IpAddr;

use http::{Request, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::json;
use server::App;
use server::auth::{Auth, AuthRoute, Caller};

use super::{BLUEPRINT, EMAIL, PASSWORD, World};
use crate::support::blueprints::OFFICE;
use crate::support::{TestApp, place, settings};

#[tokio::test]
async fn t1_an_account_takes_so_many_wrong_passwords_and_then_waits() {
    let world = World::with(BLUEPRINT, &[("LOGIN_FAILURES", "5")]).await;
    world.register(EMAIL, PASSWORD).await;
    let mut limited = Vec::new();
    for email in [EMAIL, "nobody@example.com"] {
        for attempt in 1..=5 {
            let status = world.try_login(email, "wrong horse battery").await.status;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{email} {attempt}");
        }
        let hashes = world.auth.hashes_computed();
        limited.push(world.try_login(email, PASSWORD).await);
        assert_eq!(world.auth.hashes_computed(), hashes, "not even looked at");
    }
    assert_eq!(limited[0].status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limited[0].headers["retry-after"], "901");
    assert_eq!(
        (&limited[0].body, &limited[0].headers),
        (&limited[1].body, &limited[1].headers),
        "known and unknown alike"
    );

    world.clock.advance_ms(15 * 60 * 1000 - 1);
    assert_eq!(world.try_login(EMAIL, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    world.clock.advance_ms(1);
    assert_eq!(world.try_login(EMAIL, "wrong horse battery").await.status, StatusCode::UNAUTHORIZED, "one is free");
    assert_eq!(world.try_login(EMAIL, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS, "but one only");
    world.clock.advance_ms(15 * 60 * 1000);
    world.login(EMAIL, PASSWORD).await;
    for _ in 1..=4 {
        assert_eq!(world.try_login(EMAIL, "wrong horse battery").await.status, StatusCode::UNAUTHORIZED);
    }
    world.login(EMAIL, PASSWORD).await;
}

#[tokio::test]
async fn t1_attempts_at_once_do_not_slip_through() {
    let world = World::with(BLUEPRINT, &[("LOGIN_FAILURES", "5")]).await;
    world.register(EMAIL, PASSWORD).await;
    let answers = futures_util::future::join_all((0..40).map(|_| world.try_login(EMAIL, "wrong horse battery"))).await;
    let looked_at = answers.iter().filter(|answer| answer.status == StatusCode::UNAUTHORIZED).count();
    assert_eq!(looked_at, 5);
}

#[tokio::test]
async fn t1_an_address_has_so_many_attempts_a_minute() {
    let world = World::with(BLUEPRINT, &[("RATE_LIMIT_LOGIN", "3")]).await;
    let [one, other]: [IpAddr; 2] = ["192.0.2.7", "192.0.2.8"].map(|ip| ip.parse().unwrap());
    let body = |place: usize| Some(json!({ "email": format!("u{place}@example.com"), "password": PASSWORD }));
    for place in 0..3 {
        let answer = world.ask_from(one, AuthRoute::Login, None, body(place)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    for route in [AuthRoute::Login, AuthRoute::Register] {
        let answer = world.ask_from(one, route, None, body(9)).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(answer.headers.contains_key("retry-after"));
    }
    assert_eq!(world.ask_from(other, AuthRoute::Login, None, body(9)).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn t2_failures_outlive_a_restart() {
    let settings = [("LOGIN_FAILURES", "5")];
    let mut world = World::with(BLUEPRINT, &settings).await;
    world.register(EMAIL, PASSWORD).await;
    for attempt in 1..=5 {
        let status = world.try_login(EMAIL, "wrong horse battery").await.status;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{attempt}");
        world.restart(&settings).await;
    }
    let waiting = world.try_login(EMAIL, PASSWORD).await;
    assert_eq!(
        (waiting.status, &waiting.headers["retry-after"]),
        (StatusCode::TOO_MANY_REQUESTS, &"901".parse().unwrap())
    );
    world.clock.advance_ms(15 * 60 * 1000);
    assert_eq!(world.try_login(EMAIL, "wrong horse battery").await.status, StatusCode::UNAUTHORIZED, "one is free");
    world.restart(&settings).await;
    assert_eq!(world.try_login(EMAIL, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS, "but one only");
    world.clock.advance_ms(15 * 60 * 1000);
    world.login(EMAIL, PASSWORD).await;
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM _failures"), [0], "the right one ends the row");

    world.try_login("nobody@example.com", PASSWORD).await;
    let kept = world.sql::<Vec<u8>>("SELECT account FROM _failures");
    assert_eq!(kept.iter().map(Vec::len).collect::<Vec<_>>(), [32], "no address");
}

#[tokio::test]
async fn t2_instances_count_together() {
    let settings = [("LOGIN_FAILURES", "6")];
    let world = World::with(BLUEPRINT, &settings).await;
    world.register(EMAIL, PASSWORD).await;
    let (_store, other) = world.another(&settings).await;
    let attempt = async |auth: &Auth, password: &str| {
        let body = json!({ "email": EMAIL, "password": password });
        let caller =
            Caller { authorization: None, ip: [192, 0, 2, 1].into(), request_id: "r-1", user_agent: None, query: &[] };
        let answer = auth.answer(AuthRoute::Login, caller, Some(&body)).await;
        answer.unwrap_or_else(|error| error.response(blueprint::ErrorShape::Problem, "r-1")).status.as_u16()
    };
    for _ in 0..3 {
        for auth in [&world.auth, &other] {
            assert_eq!(attempt(auth, "wrong horse battery").await, 401);
        }
    }
    for auth in [&world.auth, &other] {
        assert_eq!(attempt(auth, PASSWORD).await, 429);
    }
    world.clock.advance_ms(15 * 60 * 1000);
    assert_eq!(attempt(&other, PASSWORD).await, 200);
    assert_eq!(attempt(&world.auth, "wrong horse battery").await, 401, "the row has ended for both");
}

/// Of two attempts at once the later one may be counted first, and the clocks of two instances differ.
#[tokio::test]
async fn t1_an_attempt_that_is_counted_late_is_no_end_of_the_wait() {
    let settings = [("LOGIN_FAILURES", "20")];
    let world = World::with(BLUEPRINT, &settings).await;
    world.register(EMAIL, PASSWORD).await;
    for attempt in 1..=20 {
        let status = world.try_login(EMAIL, "wrong horse battery").await.status;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{attempt}");
    }
    let world = {
        let (store, auth) = world.another(&settings).await;
        let slow = server::auth::Clock::fixed(super::NOW - 60);
        World { store, auth: auth.with_clock(slow.clone()), clock: slow, ..world }
    };
    let waits = |seconds: i64| (StatusCode::TOO_MANY_REQUESTS, seconds.to_string());
    let attempt = async |password| {
        let answer = world.try_login(EMAIL, password).await;
        let wait = answer.headers.get("retry-after").map(|wait| wait.to_str().unwrap().to_owned());
        (answer.status, wait.unwrap_or_default())
    };
    for _ in 0..3 {
        assert_eq!(attempt("wrong horse battery").await, waits(15 * 60 + 60 + 1));
    }
    world.clock.advance_ms(60_000);
    assert_eq!(attempt(PASSWORD).await, waits(15 * 60 + 1));
    world.clock.advance_ms(15 * 60_000 - 1);
    assert_eq!(attempt(PASSWORD).await, waits(1));
    world.clock.advance_ms(1);
    world.login(EMAIL, PASSWORD).await;
}

/// A clock that was far ahead and was set back has nobody wait for it.
#[tokio::test]
async fn t1_a_wait_that_lies_far_ahead_is_none() {
    let settings = [("LOGIN_FAILURES", "2")];
    let world = World::with(BLUEPRINT, &settings).await;
    world.register(EMAIL, PASSWORD).await;
    for _ in 0..2 {
        world.try_login(EMAIL, "wrong horse battery").await;
    }
    assert_eq!(world.try_login(EMAIL, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    world.clock.advance_ms(-16 * 60_000);
    world.login(EMAIL, PASSWORD).await;
}

/// On a file each process counts by itself.
#[tokio::test]
async fn t2_instances_on_a_server_share_the_rates() {
    if !place::is_postgres() {
        return;
    }
    for (setting, path, limit, refused) in
        [("RATE_LIMIT_STRANGER", "/auth/me", 40, 401), ("RATE_LIMIT_LOGIN", "/auth/login", 5, 401)]
    {
        let given = [(setting, &*limit.to_string())];
        let one = TestApp::with(OFFICE, &given).await;
        let blueprint = std::sync::Arc::new(blueprint::load(OFFICE).unwrap());
        let other = App::open(blueprint, settings(&given, &one.folder)).await.unwrap_or_else(|error| panic!("{error}"));
        let other = std::sync::Arc::new(other);
        let mut counted = 0;
        for number in 0..2 * limit + 20 {
            let app = if number % 2 == 0 { &one.app } else { &other };
            let method = if path == "/auth/login" { "POST" } else { "GET" };
            let request = Request::builder().method(method).uri(path).header("host", "localhost");
            let body = json!({ "email": EMAIL, "password": PASSWORD }).to_string();
            let request =
                request.header("content-type", "application/json").body(Full::new(Bytes::from(body))).unwrap();
            let answer = app.handle([192, 0, 2, 1].into(), request).await;
            match answer.status().as_u16() {
                429 => {
                    assert!(answer.headers().contains_key("retry-after") && answer.headers().contains_key("ratelimit"))
                }
                status => {
                    assert_eq!(status, refused);
                    counted += 1;
                }
            }
        }
        assert_eq!(counted, limit, "{setting}");
        other.close().await;
    }
}

/// Whoever sends another address with each request is counted by his own, unless a proxy that is trusted says so.
#[tokio::test]
async fn t3_a_spoofed_address_is_not_counted() {
    for (proxies, last) in [("", 429), ("192.0.2.0/24", 429), ("127.0.0.0/8", 401)] {
        let app = TestApp::with(OFFICE, &[("RATE_LIMIT_LOGIN", "3"), ("TRUSTED_PROXIES", proxies)]).await;
        let account = json!({ "email": EMAIL, "password": PASSWORD });
        let mut statuses = Vec::new();
        for attempt in 1..=4 {
            let said = format!("198.51.100.{attempt}");
            let caller = app.stranger().with("x-forwarded-for", &said).with("forwarded", &format!("for={said}"));
            let caller = caller.with("x-real-ip", &said);
            statuses.push(caller.send("POST", "/auth/login", Some(account.clone())).await.status.as_u16());
        }
        assert_eq!(statuses, [401, 401, 401, last], "{proxies}");
    }
}
