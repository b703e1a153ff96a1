//! The keys of this server follow each other without anybody noticing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;

use super::{EMAIL, NOW, PASSWORD, World, body};

const EPOCH: i64 = 30 * 24 * 60 * 60;
/// What is left of the present key's time.
const REST: i64 = EPOCH - NOW % EPOCH;

pub(super) fn kid_of(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Json>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

pub(super) fn published(world: &World) -> Vec<String> {
    let keys = body(&world.auth.jwks())["keys"].clone();
    keys.as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn j12_keys_rotate_and_nobody_is_turned_away() {
    let world = World::with_ana().await;
    world.clock.advance_ms((REST - 1) * 1000);
    let before = world.login(EMAIL, PASSWORD).await;
    assert!(published(&world).contains(&kid_of(&before.access)));
    let announced = published(&world);

    world.clock.advance_ms(1000);
    let after = world.login(EMAIL, PASSWORD).await;
    assert!(kid_of(&after.access) != kid_of(&before.access), "another key signs");
    assert!(announced.contains(&kid_of(&after.access)), "which was published before it signed");
    assert!(published(&world).contains(&kid_of(&before.access)), "and the old one still is");
    world.user(&after.access).await;
    world.user(&before.access).await;
    world.clock.advance_ms(890 * 1000);
    world.user(&before.access).await;

    world.clock.advance_ms(EPOCH * 1000);
    assert!(!published(&world).contains(&kid_of(&before.access)), "after a while it is gone");
    assert!(published(&world).contains(&kid_of(&after.access)));
    world.refuses(&before.access, "expired").await;
}

/// Two instances whose clocks differ, on either side of the hour.
#[tokio::test]
async fn j12_an_instance_whose_clock_is_behind_knows_the_next_key() {
    let world = World::with_ana().await;
    world.clock.advance_ms(REST * 1000);
    let ahead = world.login(EMAIL, PASSWORD).await;
    world.clock.advance_ms(-5000);
    world.user(&ahead.access).await;
    let behind = world.login(EMAIL, PASSWORD).await;
    assert!(kid_of(&behind.access) != kid_of(&ahead.access));
    world.clock.advance_ms(5000);
    world.user(&behind.access).await;
}
