//! What counts no more does not stay for ever, and what may still matter does.

use std::time::Duration;

use http::StatusCode;
use server::auth::AuthRoute;
use server::auth::api_keys::{self, NewKey};

use super::{BLUEPRINT, EMAIL, NOW, PASSWORD, World, tokens};
use crate::support::{TestApp, place};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const HOUR_MS: i64 = 60 * 60 * 1000;
const NEXT: &str = "a brave new horse battery";
const NUMBERS: &str = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 600)";

impl World {
    async fn purge(&self) {
        self.auth.purge_all().await.unwrap_or_else(|error| panic!("{error}"));
    }

    async fn days(&self, days: i64) {
        self.clock.advance_ms(days * DAY_MS);
        self.purge().await;
    }

    fn count(&self, of: &str) -> i64 {
        self.sql(&format!("SELECT count(*) FROM {of}"))[0]
    }
}

#[tokio::test]
async fn r2_a_spent_refresh_token_is_known_for_as_long_as_its_session_could_go_on() {
    let world = World::with_ana().await;
    let first = world.login(EMAIL, PASSWORD).await;
    let mut newest = first.clone();
    for _ in 0..3 {
        world.days(9).await;
        newest = tokens(&world.try_refresh(&newest.refresh).await);
    }
    world.clock.advance_ms(2 * DAY_MS);
    world.purge().await;
    assert_eq!(world.count("_refresh_tokens"), 4, "none of a session that goes on");
    assert_eq!(world.try_refresh(&first.refresh).await.status, StatusCode::UNAUTHORIZED);
    let ended = world.sql::<String>("SELECT action FROM _audit WHERE action = 'refresh_token_reused'");
    assert_eq!(ended.len(), 1, "29 days after it was spent it is still told to be a copy");
    assert_eq!(world.try_refresh(&newest.refresh).await.status, StatusCode::UNAUTHORIZED);

    world.days(2).await;
    assert_eq!((world.count("_refresh_tokens"), world.count("_sessions")), (0, 0), "ended, and over besides");
    for token in [&first.refresh, &newest.refresh] {
        assert_eq!(world.try_refresh(token).await.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn s3_an_ended_session_is_known_for_longer_than_its_access_tokens_last() {
    let settings = [("JWT_EXPIRATION", "72h"), ("SESSION_IDLE", "0")];
    let world = World::with(BLUEPRINT, &settings).await;
    world.register(EMAIL, PASSWORD).await;
    let (out, on) = (world.login(EMAIL, PASSWORD).await, world.login(EMAIL, PASSWORD).await);
    assert_eq!(world.ask(AuthRoute::Logout, Some(&out.access), None).await.status, StatusCode::NO_CONTENT);
    for _ in 0..2 {
        world.days(1).await;
        assert_eq!(world.count("_sessions"), 2);
        world.refuses(&out.access, "logged out").await;
    }
    world.clock.advance_ms(DAY_MS + 1000);
    world.purge().await;
    assert_eq!((world.count("_sessions"), world.count("_refresh_tokens")), (1, 1), "over with its last access token");
    assert_eq!(world.try_refresh(&out.refresh).await.status, StatusCode::UNAUTHORIZED);
    let on = tokens(&world.try_refresh(&on.refresh).await);
    world.user(&on.access).await;
    world.days(26).await;
    assert_eq!(world.count("_sessions"), 1, "29 days old");
    world.days(5).await;
    assert_eq!((world.count("_sessions"), world.count("_refresh_tokens")), (0, 0), "nobody had to log in again for it");
}

#[tokio::test]
async fn m1_mailed_tokens_and_mails_go_when_they_count_no_more() {
    let world = World::inviting().await;
    let admin = world.login(EMAIL, PASSWORD).await;
    let invitation = serde_json::json!({ "email": "bob@example.com" });
    world.ask(AuthRoute::Invite, Some(&admin.access), Some(invitation)).await;
    let invited = world.mailed_token().await;
    world.forgot(EMAIL).await;
    let chosen = world.reset(&world.mailed_token().await, NEXT).await;
    assert_eq!(chosen.status, StatusCode::NO_CONTENT);
    world.forgot(EMAIL).await;
    world.purge().await;
    assert_eq!((world.count("_mail_tokens"), world.count("_rates")), (3, 2));
    world.clock.advance_ms(2 * HOUR_MS);
    world.purge().await;
    assert_eq!(world.count("_rates"), 0, "the hour is over");
    world.days(2).await;
    assert_eq!(world.sql::<String>("SELECT purpose FROM _mail_tokens"), ["invite"], "used and not used in time");
    let account = serde_json::json!({ "email": "bob@example.com", "password": PASSWORD, "company": "Acme", "invitation": invited });
    assert_eq!(world.post(AuthRoute::Register, account).await.status, StatusCode::ACCEPTED);
    assert!(world.count("_outbox") > 0, "a week in the mailbox");
    world.days(8).await;
    assert_eq!((world.count("_mail_tokens"), world.count("_outbox")), (0, 0));
}

#[tokio::test]
async fn t1_what_was_counted_goes_when_it_counts_no_more_and_a_clock_that_was_wrong_with_it() {
    let world = World::with(BLUEPRINT, &[("LOGIN_FAILURES", "5")]).await;
    world.try_login("nobody@example.com", PASSWORD).await;
    let (now, hour) = (NOW * 1000, NOW / 3600);
    let rates = [
        ("user", "spent", now - HOUR_MS),
        ("user", "counts", now - 1000),
        ("user", "ahead", now + HOUR_MS),
        ("mail", "spent", hour - 1),
        ("mail", "counts", hour),
        ("mail", "ahead", hour + 20),
    ];
    for (name, key, slot) in rates {
        world.execute(&format!("INSERT INTO _rates (name, key, slot, used) VALUES ('{name}', '{key}', {slot}, 1)"));
    }
    world.purge().await;
    assert_eq!(world.count("_failures"), 1);
    assert_eq!(world.sql::<String>("SELECT key FROM _rates"), ["counts", "counts"]);
    world.execute(&format!("UPDATE _failures SET last_ms = {}", now + 2 * HOUR_MS));
    world.purge().await;
    assert_eq!(world.count("_failures"), 0, "by a clock that was set back");
    world.try_login("nobody@example.com", PASSWORD).await;
    world.clock.advance_ms(HOUR_MS + 1);
    world.purge().await;
    assert_eq!(world.count("_failures"), 0, "an hour without an attempt");
}

#[tokio::test]
async fn a_key_that_ended_is_listed_for_a_while() {
    let world = World::with_ana().await;
    let allow = ["*".to_owned()];
    for name in ["good", "over", "revoked"] {
        let new = NewKey { user: EMAIL, name, allow: &allow, lifetime: None };
        api_keys::add(&world.store, &world.blueprint, new).unwrap();
    }
    // NOW is 2026-11-21.
    world.execute("UPDATE _keys SET expires_at = '2026-08-30T00:00:00.000000Z' WHERE name = 'over'");
    world.execute("UPDATE _keys SET revoked_at = '2026-08-30T00:00:00.000000Z' WHERE name = 'revoked'");
    world.purge().await;
    assert_eq!(world.count("_keys"), 3, "83 days");
    world.days(10).await;
    assert_eq!(world.sql::<String>("SELECT name FROM _keys"), ["good"]);
}

#[tokio::test]
async fn what_is_over_goes_a_few_rows_at_a_time_and_two_instances_do_not_mind_each_other() {
    let world = World::with_ana().await;
    let kept = world.login(EMAIL, PASSWORD).await;
    let (empty, uuid) = match place::is_postgres() {
        true => ("''::bytea", "('00000000-0000-7000-8000-' || lpad(x::text, 12, '0'))::uuid"),
        false => ("x''", "printf('00000000-0000-7000-8000-%012d', x)"),
    };
    let hash = if place::is_postgres() { "decode(lpad(x::text, 8, '0'), 'hex')" } else { "CAST(x AS BLOB)" };
    let old = "'2026-01-01T00:00:00.000000Z'";
    let old = if place::is_postgres() { format!("{old}::timestamptz") } else { old.to_owned() };
    let one = "'00000000-0000-7000-8000-000000000001'";
    let one = if place::is_postgres() { format!("{one}::uuid") } else { one.to_owned() };
    for insert in [
        "_rates (name, key, slot, used) SELECT 'user', 'k' || x, x, 1 FROM n".to_owned(),
        format!("_failures (account, in_a_row, last_ms) SELECT {hash}, 1, x FROM n"),
        format!(
            "_sessions (id, user_id, created_at, last_used_at, expires_at) \
             SELECT {uuid}, (SELECT id FROM users LIMIT 1), {old}, {old}, {old} FROM n"
        ),
        format!("_refresh_tokens (hash, session_id, created_at, used_at) SELECT {hash}, {one}, {old}, {old} FROM n"),
        format!(
            "_mail_tokens (hash, purpose, email, created_at, expires_at) SELECT {hash}, 'invite', 'e', {old}, {old} FROM n"
        ),
        format!(
            "_idempotency (scope, key, fingerprint, rights, body, captured, created_at) \
             SELECT 's', 'k' || x, {empty}, {empty}, {empty}, '[]', {old} FROM n"
        ),
    ] {
        world.execute(&format!("{NUMBERS} INSERT INTO {insert}"));
    }
    let before = world.store.counters().writes;
    let (other_store, other) = world.another(&[]).await;
    let (mine, theirs) = tokio::join!(world.auth.purge_all(), other.purge_all());
    mine.and(theirs).unwrap_or_else(|error| panic!("{error}"));
    for table in ["_rates", "_failures", "_mail_tokens", "_idempotency"] {
        assert_eq!(world.count(table), 0, "{table}");
    }
    assert_eq!((world.count("_sessions"), world.count("_refresh_tokens")), (1, 1));
    let writes = world.store.counters().writes - before + other_store.counters().writes;
    assert!(writes >= 6 * 3, "600 rows of six tables in batches: {writes} writes");
    world.user(&kept.access).await;
    other_store.close().await;
}

/// Nobody has to ask for it.
#[tokio::test]
async fn a_server_lets_go_by_itself() {
    let app = TestApp::new("[app]\nname = \"x\"\n[entity.note.field]\ntext = { type = \"text\" }").await;
    app.write("INSERT INTO _rates (name, key, slot, used) VALUES ('user', 'old', 1, 1)");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(61)).await;
    tokio::time::resume();
    let gone = async {
        while app.sql::<i64>("SELECT count(*) FROM _rates") > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the row is still there");
}

/// What is promised to operators names every table of ours, whether it is purged or not.
#[test]
fn the_document_names_every_table_that_grows() {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/retention.md")).unwrap();
    for table in [
        "_sessions",
        "_refresh_tokens",
        "_mail_tokens",
        "_keys",
        "_failures",
        "_rates",
        "_outbox",
        "_idempotency",
        "_audit",
        "_audit_seals",
        "_audit_index",
        "_audit_times",
        "_audit_keys",
        "users",
    ] {
        assert!(document.contains(&format!("`{table}`")), "{table}");
    }
}
