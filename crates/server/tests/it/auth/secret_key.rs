//! `SECRET_KEY` is exchanged for another while people are at work (docs/secret-key.md says the same in words).

use http::StatusCode;

use super::rotation::{kid_of, published};
use super::{EMAIL, PASSWORD, SECRET, World};

const NEW: &str = "the secret that comes next, 32 bytes or more";

/// What an instance is started with, on the way from one secret to the other.
const OLD_ALONE: &[(&str, &str)] = &[("SECRET_KEY", SECRET)];
const OLD_KNOWS_NEW: &[(&str, &str)] = &[("SECRET_KEY", SECRET), ("SECRET_KEY_PREVIOUS", NEW)];
const NEW_KNOWS_OLD: &[(&str, &str)] = &[("SECRET_KEY", NEW), ("SECRET_KEY_PREVIOUS", SECRET)];
const NEW_ALONE: &[(&str, &str)] = &[("SECRET_KEY", NEW)];

/// Which instance takes the access tokens of which, while two of them run.
#[tokio::test]
async fn j12_who_takes_whose_tokens_while_the_secret_is_exchanged() {
    let mut world = World::with_ana().await;
    for (made_by, taken_by, counts) in [
        (OLD_ALONE, OLD_KNOWS_NEW, true),
        (OLD_KNOWS_NEW, OLD_ALONE, true),
        (OLD_KNOWS_NEW, NEW_KNOWS_OLD, true),
        (NEW_KNOWS_OLD, OLD_KNOWS_NEW, true),
        (NEW_KNOWS_OLD, NEW_ALONE, true),
        (NEW_ALONE, NEW_KNOWS_OLD, true),
        (OLD_ALONE, NEW_KNOWS_OLD, true),
        // What is documented as not going: exchanged in one step, or finished too early.
        (NEW_KNOWS_OLD, OLD_ALONE, false),
        (OLD_KNOWS_NEW, NEW_ALONE, false),
        (OLD_ALONE, NEW_ALONE, false),
    ] {
        world.restart(made_by).await;
        let session = world.login(EMAIL, PASSWORD).await;
        let kid = kid_of(&session.access);
        world.restart(taken_by).await;
        assert_eq!(world.actor(&session.access).await.is_ok(), counts, "{made_by:?} to {taken_by:?}");
        assert_eq!(published(&world).contains(&kid), counts, "who asks for our keys is told the same");
        // A refresh token is of no secret: whoever was turned away has a new access token by it.
        assert_eq!(world.try_refresh(&session.refresh).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn t2_wrong_passwords_stay_counted_while_the_secret_is_exchanged() {
    let with = |settings: &'static [(&'static str, &'static str)]| [settings, &[("LOGIN_FAILURES", "10")]].concat();
    let mut world = World::with_ana().await;
    let wrong = "wrong horse battery";
    world.restart(&with(OLD_ALONE)).await;
    for _ in 0..6 {
        assert_eq!(world.try_login(EMAIL, wrong).await.status, StatusCode::UNAUTHORIZED);
    }
    world.restart(&with(NEW_KNOWS_OLD)).await;
    for _ in 0..4 {
        assert_eq!(world.try_login(EMAIL, wrong).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(world.try_login(EMAIL, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM _failures"), [1], "under the new name alone");
    world.restart(&with(OLD_KNOWS_NEW)).await;
    assert_eq!(world.try_login(EMAIL, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS, "and back");
    world.clock.advance_ms(15 * 60 * 1000);
    world.login(EMAIL, PASSWORD).await;
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM _failures"), [0]);
}

#[tokio::test]
async fn what_was_mailed_before_the_exchange_is_read_and_counts_after_it() {
    let mut world = World::with_ana().await;
    world.forgot(EMAIL).await;
    let token = world.mailed_token().await;
    world.restart(NEW_ALONE).await;
    assert_eq!(world.mails().await.len(), 0, "sealed by a secret that is not known");
    world.restart(NEW_KNOWS_OLD).await;
    assert_eq!(world.mailed_token().await, token);
    // The token itself is of no secret.
    world.restart(NEW_ALONE).await;
    assert_eq!(world.reset(&token, "another horse battery").await.status, StatusCode::NO_CONTENT);
    world.login(EMAIL, "another horse battery").await;
}
