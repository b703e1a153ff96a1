//! How passwords are kept and what counts as one.

use futures_util::future::join_all;
use http::StatusCode;
use serde_json::json;
use server::auth::AuthRoute;

use super::{EMAIL, PASSWORD, World, problems, tokens};

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

fn weak_hash(password: &str) -> String {
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
        ["aaaaaaaaaaaaaab", "               ", "123456789012345", "ALLUPPERCASEALL"].iter().enumerate()
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
