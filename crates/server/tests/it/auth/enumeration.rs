//! Nobody can find out who has an account.

use http::StatusCode;
use server::http::HttpResponse;

use super::{EMAIL, PASSWORD, World};

/// All that a caller sees of an answer.
fn seen(response: &HttpResponse) -> (StatusCode, Vec<(String, String)>, Vec<u8>) {
    let headers = response.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    (response.status, headers, response.body.to_vec())
}

#[tokio::test]
async fn e1_e2_every_failed_login_looks_and_costs_the_same() {
    let world = World::with_ana().await;
    world.register("bob@example.com", PASSWORD).await;
    server::auth::users::set_disabled(&world.store, "bob@example.com", true).unwrap();
    let no_password = server::auth::users::NewAccount {
        email: "eve@example.com",
        password: None,
        roles: &[],
        password_min_length: 15,
    };
    server::auth::users::add(&world.store, &world.blueprint, no_password).unwrap();

    let mut answers = Vec::new();
    for (email, password, why) in [
        (EMAIL, "wrong horse battery", "wrong password"),
        ("nobody@example.com", PASSWORD, "unknown"),
        ("bob@example.com", PASSWORD, "disabled, right password"),
        ("bob@example.com", "wrong horse battery", "disabled, wrong password"),
        ("eve@example.com", PASSWORD, "an account without password"),
    ] {
        let before = world.auth.hashes_computed();
        let answer = world.try_login(email, password).await;
        assert_eq!(world.auth.hashes_computed() - before, 1, "{why}: one hash is computed");
        answers.push((why, seen(&answer)));
    }
    assert_eq!(answers[0].1.0, StatusCode::UNAUTHORIZED);
    for (why, answer) in &answers {
        assert_eq!(*answer, answers[0].1, "{why}");
    }
    world.login(EMAIL, PASSWORD).await;
}

#[tokio::test]
async fn e1_an_address_that_is_not_verified_is_answered_like_a_wrong_password() {
    let world = World::verifying().await;
    world.register(EMAIL, PASSWORD).await;
    let mut answers = Vec::new();
    for (email, password) in [(EMAIL, PASSWORD), (EMAIL, "wrong horse battery"), ("nobody@example.com", PASSWORD)] {
        let before = world.auth.hashes_computed();
        answers.push(seen(&world.try_login(email, password).await));
        assert_eq!(world.auth.hashes_computed() - before, 1, "{email} {password}");
    }
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    world.verify(&world.mailed_token().await, PASSWORD).await;
    world.login(EMAIL, PASSWORD).await;
}

#[tokio::test]
async fn e3_a_registration_does_not_tell_whether_the_address_is_known() {
    let world = World::new().await;
    let mut answers = Vec::new();
    for (email, why) in [(EMAIL, "new"), (EMAIL, "known"), ("ANA@EXAMPLE.com", "known in other letters")] {
        let (hashes, audited) = (world.auth.hashes_computed(), world.sql::<i64>("SELECT count(*) FROM _audit")[0]);
        let answer = world.register(email, PASSWORD).await;
        assert_eq!(world.auth.hashes_computed() - hashes, 1, "{why}");
        assert_eq!(world.sql::<i64>("SELECT count(*) FROM _audit")[0] - audited, 1, "{why}: each commits a row");
        answers.push((why, seen(&answer)));
    }
    assert_eq!(answers[0].1.0, StatusCode::ACCEPTED);
    for (why, answer) in &answers {
        assert_eq!(*answer, answers[0].1, "{why}");
    }
    assert_eq!(world.sql::<String>("SELECT email FROM users"), [EMAIL]);
    assert_eq!(world.sql::<String>("SELECT outcome FROM _audit ORDER BY seq"), ["done", "refused", "refused"]);
    assert_eq!(
        world.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'refused' AND entity_id IS NOT NULL"),
        [0]
    );
}

#[tokio::test]
async fn e3_forgot_password_does_not_tell_whether_the_address_is_known() {
    let world = World::with_ana().await;
    world.register("bob@example.com", PASSWORD).await;
    server::auth::users::set_disabled(&world.store, "bob@example.com", true).unwrap();
    let mut answers = Vec::new();
    for (email, why) in [(EMAIL, "known"), ("nobody@example.com", "unknown"), ("bob@example.com", "disabled")] {
        let (hashes, audited) = (world.auth.hashes_computed(), world.sql::<i64>("SELECT count(*) FROM _audit")[0]);
        let answer = world.forgot(email).await;
        assert_eq!(world.auth.hashes_computed(), hashes, "{why}");
        assert_eq!(world.sql::<i64>("SELECT count(*) FROM _audit")[0] - audited, 1, "{why}: each commits a row");
        answers.push((why, seen(&answer)));
    }
    assert_eq!(answers[0].1.0, StatusCode::ACCEPTED);
    for (why, answer) in &answers {
        assert_eq!(*answer, answers[0].1, "{why}");
    }
    assert_eq!(world.mails().await.len(), 1, "only who has an account gets a mail");
    let audited = world.sql::<String>("SELECT outcome FROM _audit WHERE action = 'password.forgot' ORDER BY seq");
    assert_eq!(audited, ["done", "refused", "refused"]);
    let refused = "SELECT count(*) FROM _audit WHERE outcome = 'refused' AND entity_id IS NOT NULL";
    assert_eq!(world.sql::<i64>(refused), [0]);
}

/// Whoever registers and then logs in with the password that he sent must learn nothing from that either.
#[tokio::test]
async fn e3_where_addresses_are_verified_a_log_in_after_a_registration_does_not_tell() {
    let world = World::verifying().await;
    world.register(EMAIL, "the password that ana has").await;
    world.verify(&world.mailed_token().await, "the password that ana has").await;
    let mut answers = Vec::new();
    for email in [EMAIL, "new@example.com"] {
        let registered = world.register(email, PASSWORD).await;
        let before = world.auth.hashes_computed();
        let login = world.try_login(email, PASSWORD).await;
        assert_eq!(world.auth.hashes_computed() - before, 1, "{email}");
        answers.push((seen(&registered), seen(&login)));
    }
    assert_eq!(answers[0].1.0, StatusCode::UNAUTHORIZED);
    assert_eq!(answers[0], answers[1]);
    let unknown = world.try_login("nobody@example.com", PASSWORD).await;
    assert_eq!(seen(&unknown), answers[0].1);
    world.login(EMAIL, "the password that ana has").await;
}

#[tokio::test]
async fn a_second_registration_changes_nothing() {
    let world = World::with_ana().await;
    world.register(EMAIL, "another password of mine").await;
    world.login(EMAIL, PASSWORD).await;
    assert_eq!(world.try_login(EMAIL, "another password of mine").await.status, StatusCode::UNAUTHORIZED);
}

/// A field that must be unique tells of a clash, since nobody could register otherwise; it must tell the same for
/// known and unknown addresses.
#[tokio::test]
async fn a_clash_of_another_field_does_not_depend_on_the_address() {
    let world = World::new().await;
    let register = async |email: &str| {
        let body = serde_json::json!({ "email": email, "password": PASSWORD, "company": "Acme", "handle": "ana" });
        world.post(server::auth::AuthRoute::Register, body).await
    };
    assert_eq!(register(EMAIL).await.status, StatusCode::ACCEPTED);
    let (known, unknown) = (register(EMAIL).await, register("bob@example.com").await);
    assert_eq!(known.status, StatusCode::CONFLICT);
    assert_eq!(seen(&known), seen(&unknown));
    assert_eq!(super::body(&known)["errors"][0]["pointer"], "/handle");
}
