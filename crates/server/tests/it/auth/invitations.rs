//! Accounts by invitation.

use futures_util::future::join_all;
use http::StatusCode;
use serde_json::{Value as Json, json};
use server::auth::{AuthRoute, users};
use server::http::HttpResponse;

use super::{BLUEPRINT, EMAIL, PASSWORD, World, body, problems};
use crate::support::token_of;

const BOB: &str = "bob@example.com";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

async fn invite(world: &World, body: Json) -> HttpResponse {
    let admin = world.login(EMAIL, PASSWORD).await;
    world.ask(AuthRoute::Invite, Some(&admin.access), Some(body)).await
}

async fn register(world: &World, email: &str, invitation: &str) -> HttpResponse {
    let body = json!({ "email": email, "password": PASSWORD, "company": "Acme", "invitation": invitation });
    world.post(AuthRoute::Register, body).await
}

#[tokio::test]
async fn m1_an_invitation_is_good_once_for_its_address_and_gives_its_roles() {
    let world = World::inviting().await;
    let invited = invite(&world, json!({ "email": "Bob@Example.com", "roles": ["manager"] })).await;
    assert_eq!(invited.status, StatusCode::ACCEPTED, "{}", body(&invited));
    let mail = world.mails().await.swap_remove(0);
    assert_eq!(mail["to"], BOB);
    assert!(mail["text"].as_str().unwrap().contains("/invitation#token="), "{mail}");
    let token = token_of(&mail).unwrap();

    assert_eq!(problems(&register(&world, "eve@example.com", &token).await), ["/invitation spent"]);
    assert_eq!(problems(&register(&world, BOB, "unknown").await), ["/invitation spent"]);
    let without = json!({ "email": BOB, "password": PASSWORD, "company": "Acme" });
    assert_eq!(problems(&world.post(AuthRoute::Register, without).await), ["/invitation required"]);
    assert_eq!(problems(&world.reset(&token, PASSWORD).await), ["/token spent"]);
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM users"), [1]);

    assert_eq!(register(&world, BOB, &token).await.status, StatusCode::ACCEPTED);
    assert_eq!(problems(&register(&world, BOB, &token).await), ["/invitation spent"]);
    let bob = world.login(BOB, PASSWORD).await;
    assert_eq!(world.user(&bob.access).await.roles, ["manager"]);
    let verified = "SELECT count(*) FROM users WHERE email = 'bob@example.com' AND verified_at IS NOT NULL";
    assert_eq!(world.sql::<i64>(verified), [1]);
    let audited = "SELECT action FROM _audit WHERE action IN ('invite', 'register') ORDER BY seq";
    assert_eq!(world.sql::<String>(audited), ["invite", "register"]);
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM _audit WHERE action = 'invite' AND sub IS NOT NULL"), [1]);
}

#[tokio::test]
async fn m1_of_many_who_take_one_invitation_one_gets_the_account() {
    let world = World::inviting().await;
    invite(&world, json!({ "email": BOB })).await;
    let token = world.mailed_token().await;
    let passwords: Vec<String> = (0..4).map(|number| format!("password number {number} of mine")).collect();
    let registrations = passwords.iter().map(|password| {
        let body = json!({ "email": BOB, "password": password, "company": "Acme", "invitation": token });
        world.post(AuthRoute::Register, body)
    });
    let answers = join_all(registrations).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::ACCEPTED).count(), 1);
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM users"), [2]);
}

#[tokio::test]
async fn m2_a_newer_invitation_voids_the_older_and_each_ends_after_a_week() {
    let world = World::inviting().await;
    invite(&world, json!({ "email": BOB, "roles": ["manager"] })).await;
    let older = world.mailed_token().await;
    world.clock.advance_ms(1000);
    invite(&world, json!({ "email": BOB })).await;
    let newer = world.mailed_token().await;
    assert_eq!(problems(&register(&world, BOB, &older).await), ["/invitation spent"]);
    world.clock.advance_ms(7 * DAY_MS);
    assert_eq!(problems(&register(&world, BOB, &newer).await), ["/invitation spent"]);
    invite(&world, json!({ "email": BOB })).await;
    assert_eq!(register(&world, BOB, &world.mailed_token().await).await.status, StatusCode::ACCEPTED);
    let bob = world.login(BOB, PASSWORD).await;
    assert!(world.user(&bob.access).await.roles.is_empty());
}

#[tokio::test]
async fn only_an_admin_invites() {
    let world = World::inviting().await;
    world.add(BOB, &["manager"]);
    let manager = world.login(BOB, PASSWORD).await;
    let new = json!({ "email": "eve@example.com" });
    for (token, status) in [(None, 401), (Some("x"), 401), (Some(manager.access.as_str()), 403)] {
        assert_eq!(world.ask(AuthRoute::Invite, token, Some(new.clone())).await.status.as_u16(), status);
    }
    for (sent, told) in [
        (json!({}), "/email required"),
        (json!({ "email": "eve" }), "/email email"),
        (json!({ "email": "eve@example.com\r\nBcc: x@example.com" }), "/email email"),
        (json!({ "email": "eve@example.com", "roles": ["manager", "boss"] }), "/roles/1 enum"),
        (json!({ "email": "eve@example.com", "roles": "admin" }), "/roles type"),
        (json!({ "email": "eve@example.com", "role": "admin" }), "/role unknown"),
    ] {
        assert_eq!(problems(&invite(&world, sent).await), [told]);
    }
    let taken = invite(&world, json!({ "email": BOB })).await;
    assert_eq!((taken.status, &body(&taken)["errors"][0]["pointer"]), (StatusCode::CONFLICT, &json!("/email")));
    assert!(world.mails().await.is_empty());
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM _mail_tokens"), [0]);
}

#[tokio::test]
async fn m4_an_address_is_invited_three_times_an_hour_whoever_else_mails_it() {
    let world = World::inviting().await;
    for _ in 0..4 {
        world.forgot(BOB).await;
    }
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(invite(&world, json!({ "email": BOB })).await.status.as_u16());
        world.clock.advance_ms(1000);
    }
    assert_eq!(statuses, [202, 202, 202, 429]);
}

/// Also if the account is gone again: its roles would come back with it.
#[tokio::test]
async fn e3_an_invitation_of_an_address_that_got_an_account_meanwhile_is_like_any_that_is_spent() {
    let world = World::inviting().await;
    invite(&world, json!({ "email": BOB, "roles": ["admin"] })).await;
    let token = world.mailed_token().await;
    world.add(BOB, &[]);
    let (known, spent) = (register(&world, BOB, &token).await, register(&world, BOB, "unknown").await);
    assert_eq!(problems(&known), ["/invitation spent"]);
    assert_eq!((known.status, known.body), (spent.status, spent.body));
    let bob = world.login(BOB, PASSWORD).await;
    assert!(world.user(&bob.access).await.roles.is_empty(), "an account that is there gets nothing");
    let delete = Some(json!({ "password": PASSWORD }));
    let gone = world.ask(AuthRoute::DeleteAccount, Some(&bob.access), delete).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", body(&gone));
    assert_eq!(problems(&register(&world, BOB, &token).await), ["/invitation spent"]);
}

/// Who is about to lose the right to give roles must not lay some by.
#[tokio::test]
async fn m1_an_invitation_ends_with_the_right_of_who_made_it() {
    for how in ["demoted", "disabled", "gone"] {
        let world = World::inviting().await;
        world.add("root@example.com", &["admin"]);
        invite(&world, json!({ "email": BOB, "roles": ["admin"] })).await;
        let token = world.mailed_token().await;
        match how {
            "demoted" => users::set_roles(&world.store, &world.blueprint, EMAIL, &["manager".to_owned()]).unwrap(),
            "disabled" => users::set_disabled(&world.store, EMAIL, true).unwrap(),
            _ => world.execute(&format!("DELETE FROM users WHERE email = '{EMAIL}'")),
        }
        assert_eq!(problems(&register(&world, BOB, &token).await), ["/invitation spent"], "{how}");
        let root = world.login("root@example.com", PASSWORD).await;
        let list = body(&world.ask(AuthRoute::Invitations, Some(&root.access), None).await);
        assert_eq!(list["data"], json!([]), "{how}");
        assert_eq!(world.sql::<i64>("SELECT count(*) FROM users WHERE email = 'bob@example.com'"), [0], "{how}");
    }
}

#[tokio::test]
async fn m1_an_invitation_is_seen_and_taken_back_by_any_admin() {
    let world = World::inviting().await;
    invite(&world, json!({ "email": BOB, "roles": ["manager"] })).await;
    let token = world.mailed_token().await;
    let by_operator = users::invite(&world.store, &world.blueprint, "eve@example.com", &[]).unwrap();
    world.add("root@example.com", &["admin"]);
    world.add("max@example.com", &["manager"]);
    let root = world.login("root@example.com", PASSWORD).await;
    let ask = async |route: AuthRoute| world.ask(route, Some(&root.access), None).await;

    let list = body(&ask(AuthRoute::Invitations).await);
    assert_eq!((&list["next_cursor"], &list["has_more"]), (&Json::Null, &json!(false)));
    let [of_bob, of_eve] = &list["data"].as_array().unwrap()[..] else { panic!("{list}") };
    let keys: Vec<_> = of_bob.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "email", "roles", "invited_by", "created_at", "expires_at"]);
    assert_eq!((&of_bob["email"], &of_bob["roles"]), (&json!(BOB), &json!(["manager"])));
    assert!(of_bob["invited_by"].is_string() && of_eve["invited_by"].is_null(), "{list}");
    assert!(!list.to_string().contains(&token) && !list.to_string().contains(&by_operator.token));

    let id = |invitation: &Json| AuthRoute::TakeBack(invitation["id"].as_str().unwrap().parse().unwrap());
    let manager = world.login("max@example.com", PASSWORD).await;
    for (who, status) in [(None, 401), (Some(manager.access.as_str()), 403)] {
        for route in [AuthRoute::Invitations, id(of_bob)] {
            assert_eq!(world.ask(route, who, None).await.status.as_u16(), status, "{route:?}");
        }
    }
    assert_eq!(ask(id(of_bob)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ask(id(of_bob)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ask(AuthRoute::TakeBack(uuid::Uuid::nil())).await.status, StatusCode::NOT_FOUND);
    assert_eq!(problems(&register(&world, BOB, &token).await), ["/invitation spent"]);
    assert_eq!(body(&ask(AuthRoute::Invitations).await)["data"].as_array().unwrap().len(), 1);
    let audited = "SELECT count(*) FROM _audit WHERE action = 'invite.take_back' AND sub IS NOT NULL";
    assert_eq!(world.sql::<i64>(audited), [1]);

    assert_eq!(register(&world, "eve@example.com", &by_operator.token).await.status, StatusCode::ACCEPTED);
    assert_eq!(ask(id(of_eve)).await.status, StatusCode::NOT_FOUND, "it is spent");
    assert_eq!(body(&ask(AuthRoute::Invitations).await)["data"], json!([]));
}

#[tokio::test]
async fn the_operator_invites_without_mail() {
    let world = World::inviting().await;
    let invited = users::invite(&world.store, &world.blueprint, BOB, &["manager".to_owned()]).unwrap();
    let links = |name: &'static str| {
        let read = |asked: &str| (asked == name).then(|| "https://x.example".to_owned());
        server::settings::Settings::read(read).unwrap().links
    };
    for (name, path) in [("APP_URL", "invitation"), ("PUBLIC_URL", "auth/pages/invitation")] {
        let link = format!("https://x.example/{path}#token={}", invited.token);
        assert_eq!(invited.link(links(name).as_ref()), Some(link));
    }
    assert_eq!(invited.link(None), None);
    assert_eq!(register(&world, BOB, &invited.token).await.status, StatusCode::ACCEPTED);
    assert!(world.mails().await.is_empty());
}

#[tokio::test]
async fn a_role_that_the_blueprint_names_no_more_is_not_given() {
    let world = World::inviting().await;
    invite(&world, json!({ "email": BOB, "roles": ["manager"] })).await;
    world.execute("UPDATE _mail_tokens SET roles = '[\"ghost\",\"manager\"]'");
    register(&world, BOB, &world.mailed_token().await).await;
    let bob = world.login(BOB, PASSWORD).await;
    assert_eq!(world.user(&bob.access).await.roles, ["manager"]);
}

#[tokio::test]
async fn elsewhere_there_are_no_invitations() {
    let world = World::with_ana().await;
    assert_eq!(invite(&world, json!({ "email": BOB })).await.status, StatusCode::NOT_FOUND);
    assert_eq!(problems(&register(&world, BOB, "x").await), ["/invitation unknown"]);
    assert!(users::invite(&world.store, &world.blueprint, BOB, &[]).is_err());
}

/// Where no mail is sent, an admin is told so, and the operator's way is open.
#[tokio::test]
async fn in_production_the_operator_invites() {
    let invited = BLUEPRINT.replace("[auth]", "[auth]\nsign_up = \"invite\"");
    let production = [("ENV", "production"), ("BETTER_AUTH_URL", "https://login.example.com")];
    let world = World::with(&invited, &production).await;
    world.add(EMAIL, &["admin"]);
    assert_eq!(invite(&world, json!({ "email": BOB })).await.status, StatusCode::SERVICE_UNAVAILABLE);
    users::invite(&world.store, &world.blueprint, BOB, &[]).unwrap();
}
