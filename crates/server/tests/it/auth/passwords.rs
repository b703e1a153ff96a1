//! How passwords are kept and what counts as one.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use http::StatusCode;
use serde_json::json;
use server::auth::{AuthRoute, users};

use super::{EMAIL, PASSWORD, World, body, problems, tokens};
use crate::support::place;

#[tokio::test]
async fn p1_hashes_are_argon2id_phc_strings() {
    let world = World::with_ana().await;
    world.register("bob@example.com", PASSWORD).await;
    let hashes: Vec<String> = world.sql("SELECT password_hash FROM users");
    assert_eq!(hashes.len(), 2);
    for hash in &hashes {
        let parts: Vec<&str> = hash.split('$').collect();
        assert_eq!(parts[1..4], ["argon2id", "v=19", "m=19456,t=2,p=1"]);
        assert_eq!((parts[4].len(), parts[5].len()), (22, 43), "a salt of 16 bytes, a hash of 32");
    }
    assert_ne!(hashes[0], hashes[1], "the same password, another salt");
}

#[tokio::test]
async fn p2_a_hash_with_other_parameters_is_renewed_at_the_next_login() {
    let world = World::with_ana().await;
    let fresh: Vec<String> = world.sql("SELECT password_hash FROM users");
    world.login(EMAIL, PASSWORD).await;
    assert_eq!(world.sql::<String>("SELECT password_hash FROM users"), fresh, "nothing to renew");

    let weak = weak_hash(PASSWORD);
    world.execute(&format!("UPDATE users SET password_hash = '{weak}'"));
    assert_eq!(world.try_login(EMAIL, "wrong horse battery").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.sql::<String>("SELECT password_hash FROM users"), [weak], "a wrong password renews nothing");
    world.login(EMAIL, PASSWORD).await;
    assert!(world.sql::<String>("SELECT password_hash FROM users")[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    world.login(EMAIL, PASSWORD).await;
}

pub(super) fn weak_hash(password: &str) -> String {
    use argon2::PasswordHasher;
    let params = argon2::Params::new(8, 1, 1, None).unwrap();
    let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    argon2.hash_password_with_salt(password.as_bytes(), b"0123456789abcdef").unwrap().to_string()
}

#[tokio::test]
async fn p3_length_is_counted_in_characters() {
    let world = World::new().await;
    for (password, expected) in [
        ("a".repeat(14), Some("/password min_length")),
        ("\u{1F600}".repeat(14), Some("/password min_length")),
        ("a".repeat(15), None),
        ("\u{1F600}".repeat(15), None),
        ("a".repeat(64), None),
        ("a".repeat(1024), None),
        ("\u{1F600}".repeat(1024), None),
        ("a".repeat(1025), Some("/password max_length")),
        (String::new(), Some("/password required")),
    ] {
        let email = format!("u{}-{}@example.com", password.len(), password.chars().count());
        let response = world.register(&email, &password).await;
        match expected {
            Some(problem) => assert_eq!(problems(&response), [problem]),
            None => {
                assert_eq!(response.status, StatusCode::ACCEPTED, "{email}");
                world.login(&email, &password).await;
            }
        }
    }
}

#[tokio::test]
async fn p4_there_are_no_rules_of_composition() {
    let world = World::new().await;
    for (place, password) in
        ["aaaaaaaaaaaaaaab", "               ", "123456789012345", "ALLUPPERCASEALL"].iter().enumerate()
    {
        let response = world.register(&format!("u{place}@example.com"), password).await;
        assert_eq!(response.status, StatusCode::ACCEPTED, "{password}");
    }
}

#[tokio::test]
async fn p5_a_password_counts_exactly_as_it_was_sent() {
    let world = World::new().await;
    let long = "x".repeat(100);
    let pairs = [
        (format!("{long}a"), format!("{long}b")),
        ("same until nul\0one".to_owned(), "same until nul\0two".to_owned()),
        (" spaces around it ".to_owned(), "spaces around it".to_owned()),
        ("Case Matters Here".to_owned(), "case matters here".to_owned()),
        ("composed is \u{e9} here".to_owned(), "composed is e\u{301} here".to_owned()),
    ];
    for (place, (password, near)) in pairs.iter().enumerate() {
        let email = format!("u{place}@example.com");
        world.register(&email, password).await;
        assert_eq!(world.try_login(&email, near).await.status, StatusCode::UNAUTHORIZED, "{near:?}");
        world.login(&email, password).await;
    }
}

#[tokio::test]
async fn p6_common_passwords_are_refused() {
    let world = World::with(super::BLUEPRINT, &[("PASSWORD_MIN_LENGTH", "8")]).await;
    let common = "password 12345678 baseball football superman 1qaz2wsx trustno1 sunshine iloveyou starwars computer corvette \
        princess 11111111 mercedes maverick samantha steelers midnight whatever password1 marlboro 1q2w3e4r qwertyuiop \
        jennifer 1234567890 q1w2e3r4 qwer1234 123456789 bigdaddy butthead dolphins jonathan liverpool michelle mountain \
        nicholas patricia qwerty123 rush2112 spitfire stargate swordfish victoria wolverine asdfghjk 87654321 88888888 \
        PassWord letmein1";
    assert!(common.split_whitespace().count() >= 50);
    for password in common.split_whitespace() {
        assert_eq!(problems(&world.register(EMAIL, password).await), ["/password common"], "{password}");
    }
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM users"), [0]);
    assert_eq!(world.register(EMAIL, "kettle-7").await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn p6_words_that_anybody_could_guess_count_as_nothing() {
    let world = World::new().await;
    for (email, password) in [
        (EMAIL, "accounts accounts"),
        (EMAIL, "Accounts of ANA 1"),
        ("mary.smith@example.com", "marysmith-mary.smith"),
        (EMAIL, "monkeymonkeymonkey"),
    ] {
        let told = problems(&world.register(email, password).await);
        assert!(told == ["/password context"] || told == ["/password common"], "{password}: {told:?}");
    }
    assert_eq!(world.register(EMAIL, "what ana never tells").await.status, StatusCode::ACCEPTED);
    let new = users::NewAccount {
        email: "bob@example.com",
        password: Some("accounts accounts"),
        roles: &[],
        password_min_length: 15,
    };
    let refused = users::add(&world.store, &world.blueprint, new).unwrap_err().to_string();
    assert!(refused.contains("made of the name of the app"), "{refused}");
}

/// On a server a log-in by the old password runs beside the change to another one, and sees what was before: the session that it opened
/// outlived the change. On a file there is one writer at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p7_a_log_in_beside_the_change_opens_no_session() {
    let Some(world) = place::is_postgres().then(World::with_ana) else { return };
    let world = world.await;
    let url = place::url(world.folder.path());
    // Whoever holds the lock holds up the change at its end, until he is sent away.
    let (holds, changes) = (url.clone(), url);
    let holder =
        std::thread::spawn(move || throwaway::execute(&holds, "SELECT pg_advisory_lock(43); SELECT pg_sleep(600)"));
    let pids = |condition: &str| world.sql::<i64>(&format!("SELECT pid FROM pg_locks WHERE {condition}"));
    while pids("locktype = 'advisory' AND objid = 43 AND granted").is_empty() {
        tokio::task::yield_now().await;
    }
    let change = "BEGIN; UPDATE app.users SET password_hash = 'another'; UPDATE app._sessions SET revoked_at = now(); \
         SELECT pg_advisory_xact_lock(43); COMMIT";
    let changing = std::thread::spawn(move || throwaway::execute(&changes, change));
    while pids("locktype = 'advisory' AND objid = 43 AND NOT granted").is_empty() {
        tokio::task::yield_now().await;
    }
    let is_done = AtomicBool::new(false);
    let log_in = async {
        let answer = world.try_login(EMAIL, PASSWORD).await;
        is_done.store(true, Ordering::SeqCst);
        answer
    };
    let go_on = async {
        let database = "(SELECT oid FROM pg_database WHERE datname = current_database())";
        let waits = format!(
            "locktype <> 'advisory' AND NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datid = {database})"
        );
        while !is_done.load(Ordering::SeqCst) && pids(&waits).is_empty() {
            tokio::task::yield_now().await;
        }
        let holding = pids("locktype = 'advisory' AND objid = 43 AND granted")[0];
        world.sql::<String>(&format!("SELECT pg_terminate_backend({holding})::text"));
    };
    let (answer, ()) = tokio::join!(log_in, go_on);
    assert!(holder.join().unwrap().is_err());
    changing.join().unwrap().unwrap();
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM _sessions WHERE revoked_at IS NULL"), [0]);
}

#[tokio::test]
async fn p7_a_change_needs_the_password_and_ends_other_sessions() {
    const NEXT: &str = "another password of mine";
    let world = World::with_ana().await;
    world.register("bob@example.com", PASSWORD).await;
    let (phone, laptop) = (world.login(EMAIL, PASSWORD).await, world.login(EMAIL, PASSWORD).await);
    let bob = world.login("bob@example.com", PASSWORD).await;

    let wrong = world.change_password(&phone, "wrong horse battery", NEXT).await;
    assert_eq!((wrong.status, &body(&wrong)["code"]), (StatusCode::UNAUTHORIZED, &json!("bad_credentials")));
    assert_eq!(problems(&world.change_password(&phone, PASSWORD, "too short").await), ["/password min_length"]);
    assert_eq!(problems(&world.change_password(&phone, PASSWORD, "ana-ana-ana-ana").await), ["/password context"]);
    let without = world.ask(AuthRoute::Password, Some(&phone.access), Some(json!({ "password": NEXT }))).await;
    assert_eq!(problems(&without), ["/current_password required"]);
    let stranger = world.post(AuthRoute::Password, json!({ "current_password": PASSWORD, "password": NEXT })).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    world.user(&laptop.access).await;
    world.login(EMAIL, PASSWORD).await;

    assert_eq!(world.change_password(&phone, PASSWORD, NEXT).await.status, StatusCode::NO_CONTENT);
    world.user(&phone.access).await;
    tokens(&world.try_refresh(&phone.refresh).await);
    world.refuses(&laptop.access, "another session").await;
    assert_eq!(world.try_refresh(&laptop.refresh).await.status, StatusCode::UNAUTHORIZED);
    world.user(&bob.access).await;
    assert_eq!(world.try_login(EMAIL, PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    world.login(EMAIL, NEXT).await;
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM _audit WHERE action = 'password.change'"), [1]);
}

#[tokio::test]
async fn p7_a_token_is_no_way_to_guess_the_password() {
    let world = World::with(super::BLUEPRINT, &[("LOGIN_FAILURES", "5")]).await;
    world.register(EMAIL, PASSWORD).await;
    let session = world.login(EMAIL, PASSWORD).await;
    for _ in 0..5 {
        let answer = world.change_password(&session, "wrong horse battery", "another password of mine").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    let answer = world.change_password(&session, PASSWORD, "another password of mine").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn p7_of_two_changes_at_once_one_counts() {
    let world = World::with_ana().await;
    let session = world.login(EMAIL, PASSWORD).await;
    let nexts = ["one password of mine", "other password of mine"];
    let answers = join_all(nexts.iter().map(|next| world.change_password(&session, PASSWORD, next))).await;
    let mut counted = 0;
    for (next, answer) in nexts.iter().zip(&answers) {
        let counts = world.try_login(EMAIL, next).await.status == StatusCode::OK;
        assert_eq!(counts, answer.status == StatusCode::NO_CONTENT, "{next}");
        counted += usize::from(counts);
    }
    assert_eq!(counted, 1);
}

#[tokio::test]
async fn p8_many_logins_at_once_wait_or_are_sent_away() {
    let world = World::with_ana().await;
    let before = world.auth.hashes_computed();
    let answers = join_all((0..200).map(|_| world.try_login(EMAIL, "wrong horse battery"))).await;
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    let (checked, sent_away) = (count(StatusCode::UNAUTHORIZED), count(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(checked + sent_away, 200);
    let cores = std::thread::available_parallelism().unwrap().get();
    assert!(checked >= 64 && sent_away >= 200 - 64 - 2 * cores, "{checked} checked, {sent_away} sent away");
    assert_eq!(world.auth.hashes_computed() - before, checked as u64, "who is sent away costs no hash");
    let sent_away = answers.iter().find(|answer| answer.status == StatusCode::SERVICE_UNAVAILABLE).unwrap();
    assert!(sent_away.headers.contains_key("retry-after"));
    tokens(&world.try_login(EMAIL, PASSWORD).await);
}

#[tokio::test]
async fn everything_wrong_with_a_registration_is_told_at_once() {
    let world = World::new().await;
    let body = json!({
        "email": "nobody", "password": "short", "company": "a company with too long a name",
        "compony": "Acme", "roles": ["admin"], "level": 7, "id": "x",
    });
    let response = world.post(AuthRoute::Register, body).await;
    let mut told = problems(&response);
    told.sort();
    assert_eq!(
        told,
        [
            "/company max_length",
            "/compony unknown",
            "/email email",
            "/id read_only",
            "/level read_only",
            "/password min_length",
            "/roles read_only",
        ]
    );
    let text = String::from_utf8(response.body.to_vec()).unwrap();
    assert!(text.contains("perhaps you meant `company`"));
    assert!(!text.contains("short"), "a password must not come back");
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM users"), [0]);
    for body in [json!([]), json!("x"), json!(null)] {
        assert_eq!(problems(&world.post(AuthRoute::Register, body).await), [" type"]);
    }
}
