//! What a user with the role `admin` does with the accounts of others.

use serde_json::{Value as Json, json};

use crate::support::TestApp;
use crate::support::blueprints::OFFICE;

fn emails(page: &Json) -> Vec<&str> {
    page["data"].as_array().unwrap().iter().map(|user| user["email"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn only_an_admin_manages_users() {
    let app = TestApp::new(OFFICE).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    let (one, sessions) = (format!("/auth/users/{}", ana.id), format!("/auth/users/{}/sessions", ana.id));
    for (method, path, body) in [
        ("GET", "/auth/users", None),
        ("GET", one.as_str(), None),
        ("PATCH", one.as_str(), Some(json!({ "disabled": true }))),
        ("DELETE", sessions.as_str(), None),
    ] {
        app.stranger().send(method, path, body.clone()).await.expect(401);
        for user in [&ana, &bob] {
            user.send(method, path, body.clone()).await.expect(403);
        }
    }
    ana.send("GET", "/auth/me", None).await.expect(200);
}

#[tokio::test]
async fn users_are_listed_page_by_page() {
    let app = TestApp::new(OFFICE).await;
    let root = app.user_with("root", &["admin"]).await;
    for name in ["ana", "bob", "eve"] {
        app.user(name).await;
    }
    let all = root.send("GET", "/auth/users", None).await.expect(200).json();
    assert_eq!(emails(&all), ["root@example.com", "ana@example.com", "bob@example.com", "eve@example.com"]);
    assert_eq!((&all["next_cursor"], &all["has_more"]), (&Json::Null, &json!(false)));
    let user = all["data"][0].as_object().unwrap();
    let keys: Vec<_> = user.keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "iss", "sub", "email", "roles", "disabled", "verified_at", "created_at"]);
    assert_eq!(user["roles"], json!(["admin"]));

    let (mut walked, mut path) = (Vec::new(), "/auth/users?limit=3".to_owned());
    loop {
        let page = root.send("GET", &path, None).await.expect(200).json();
        walked.extend(emails(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/auth/users?limit=3&cursor={cursor}");
    }
    assert_eq!(walked, emails(&all));
    let found = root.send("GET", "/auth/users?email=Bob%40example.com", None).await.expect(200).json();
    assert_eq!(emails(&found), ["bob@example.com"]);
    for query in ["limit=0", "limit=101", "limit=x", "cursor=x", "email=x", "page=2", "limit=1&limit=2"] {
        root.send("GET", &format!("/auth/users?{query}"), None).await.expect(400);
    }
}

#[tokio::test]
async fn a3_roles_that_an_admin_gives_count_at_once() {
    let app = TestApp::new(OFFICE).await;
    let (root, ana) = (app.user_with("root", &["admin"]).await, app.user("ana").await);
    let path = format!("/auth/users/{}", ana.id);
    let changed = root.send("PATCH", &path, Some(json!({ "roles": ["admin"] }))).await.expect(200).json();
    assert_eq!(changed["roles"], json!(["admin"]));
    ana.send("GET", "/auth/users", None).await.expect(200);
    root.send("PATCH", &path, Some(json!({ "roles": [] }))).await.expect(200);
    ana.send("GET", "/auth/users", None).await.expect(403);
    assert_eq!(root.send("GET", &path, None).await.expect(200).json()["roles"], json!([]));
    let unchanged = root.send("PATCH", &path, Some(json!({}))).await.expect(200).json();
    assert_eq!((&unchanged["roles"], &unchanged["disabled"]), (&json!([]), &json!(false)));

    let by_root = format!("SELECT count(*) FROM _audit WHERE action = 'user.role' AND sub = '{}'", root.id);
    assert_eq!(app.sql::<i64>(&by_root), 2);
    for (sent, pointer, code) in [
        (json!({ "roles": ["boss"] }), "/roles/0", "enum"),
        (json!({ "roles": null }), "/roles", "type"),
        (json!({ "disabled": "yes" }), "/disabled", "type"),
        (json!({ "email": "eve@example.com" }), "/email", "read_only"),
        (json!({ "role": [] }), "/role", "unknown"),
    ] {
        let told = root.send("PATCH", &path, Some(sent)).await.expect(422).errors();
        assert_eq!(told, [(pointer.to_owned(), code.to_owned())]);
    }
}

#[tokio::test]
async fn s4_whom_an_admin_disables_is_out_at_once() {
    let app = TestApp::new(OFFICE).await;
    let (root, ana) = (app.user_with("root", &["admin"]).await, app.user("ana").await);
    let path = format!("/auth/users/{}", ana.id);
    let disabled = root.send("PATCH", &path, Some(json!({ "disabled": true }))).await.expect(200).json();
    assert_eq!(disabled["disabled"], true);
    ana.send("GET", "/auth/me", None).await.expect(401);
    let account = json!({ "email": "ana@example.com", "password": crate::support::PASSWORD });
    app.stranger().send("POST", "/auth/login", Some(account)).await.expect(401);
    root.send("PATCH", &path, Some(json!({ "disabled": false }))).await.expect(200);
    ana.send("GET", "/auth/me", None).await.expect(401);
    app.log_in("ana").await;
}

#[tokio::test]
async fn s5_an_admin_ends_all_sessions_of_a_user() {
    let app = TestApp::new(OFFICE).await;
    let (root, ana, bob) = (app.user_with("root", &["admin"]).await, app.user("ana").await, app.user("bob").await);
    let again = app.log_in("ana").await;
    root.send("DELETE", &format!("/auth/users/{}/sessions", ana.id), None).await.expect(204);
    for ended in [&ana, &again] {
        ended.send("GET", "/auth/me", None).await.expect(401);
    }
    bob.send("GET", "/auth/me", None).await.expect(200);
    root.send("GET", "/auth/me", None).await.expect(200);
    app.log_in("ana").await;
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _audit WHERE action = 'user.end_sessions'"), 1);
}

#[tokio::test]
async fn an_admin_neither_disables_nor_demotes_himself() {
    let app = TestApp::new(OFFICE).await;
    let root = app.user_with("root", &["admin"]).await;
    let path = format!("/auth/users/{}", root.id);
    for change in [json!({ "disabled": true }), json!({ "roles": [] }), json!({ "roles": ["admin"] })] {
        root.send("PATCH", &path, Some(change)).await.expect(403);
    }
    root.send("GET", "/auth/users", None).await.expect(200);
}

/// Each has a token that counted a moment ago.
#[tokio::test]
async fn a4_of_two_admins_who_demote_each_other_one_is_left() {
    for change in [json!({ "roles": [] }), json!({ "disabled": true })] {
        let app = TestApp::new(OFFICE).await;
        let (ana, bob) = (app.user_with("ana", &["admin"]).await, app.user_with("bob", &["admin"]).await);
        for round in 0..5 {
            for admin in [&ana, &bob] {
                // So that what is known of them is as new as can be.
                admin.send("GET", "/auth/users", None).await.expect(200);
            }
            let (of_ana, of_bob) = (format!("/auth/users/{}", ana.id), format!("/auth/users/{}", bob.id));
            let (one, other) = futures_util::future::join(
                ana.send("PATCH", &of_bob, Some(change.clone())),
                bob.send("PATCH", &of_ana, Some(change.clone())),
            )
            .await;
            let mut statuses = [one.status.as_u16(), other.status.as_u16()];
            statuses.sort_unstable();
            assert!(matches!(statuses, [200, 401 | 403]), "{statuses:?} in round {round}");
            let left = "SELECT count(*) FROM users WHERE NOT disabled AND CAST(roles AS TEXT) LIKE '%admin%'";
            assert_eq!(app.sql::<i64>(left), 1, "round {round}");
            if change.get("disabled").is_some() {
                break;
            }
            app.set_roles("ana", &["admin"]);
            app.set_roles("bob", &["admin"]);
        }
    }
}

/// Another process takes his role: what this one knows of him may be a second old.
#[tokio::test]
async fn a4_whose_role_was_just_taken_by_another_process_changes_nothing() {
    let app = TestApp::new(&OFFICE.replace("[auth]", "[auth]\nsign_up = \"invite\"")).await;
    let invited = |name: &str, roles: &[&str]| {
        let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
        app.app.invite(&format!("{name}@example.com"), &roles).unwrap().token
    };
    for (name, roles) in [("root", &["admin"][..]), ("ana", &[])] {
        let new = json!({
            "email": format!("{name}@example.com"), "password": crate::support::PASSWORD, "invitation": invited(name, roles),
        });
        app.stranger().send("POST", "/auth/register", Some(new)).await.expect(202);
    }
    let (root, ana) = (app.log_in("root").await, app.log_in("ana").await);
    let of_ana = format!("/auth/users/{}", ana.id);
    let eve = Some(json!({ "email": "eve@example.com" }));
    let invited = root.send("POST", "/auth/invitations", eve.clone()).await.expect(202);
    // Nothing is sent, and it says where to look.
    assert_eq!(invited.json()["detail"], "the mail with the invitation lies at /_/outbox: this server sends none");
    let open = root.send("GET", "/auth/invitations", None).await.expect(200).json();
    let invitation = format!("/auth/invitations/{}", open["data"][0]["id"].as_str().unwrap());
    app.write("UPDATE users SET roles = '[]' WHERE email = 'root@example.com'");
    for (method, path, body) in [
        ("PATCH", of_ana.as_str(), Some(json!({ "roles": ["admin"] }))),
        ("PATCH", of_ana.as_str(), Some(json!({ "disabled": true }))),
        ("DELETE", &format!("{of_ana}/sessions"), None),
        ("POST", "/auth/invitations", eve),
        ("DELETE", invitation.as_str(), None),
    ] {
        root.send(method, path, body).await.expect(403);
    }
    ana.send("GET", "/auth/me", None).await.expect(200);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _audit WHERE action LIKE 'user.%'"), 0);
    assert_eq!(app.mails().await.len(), 1);

    // Nor does somebody go who was just made one.
    app.write("UPDATE users SET roles = '[\"admin\"]' WHERE email = 'ana@example.com'");
    let delete = json!({ "password": crate::support::PASSWORD });
    ana.send("POST", "/auth/me/delete", Some(delete)).await.expect(409);
}

#[tokio::test]
async fn users_who_are_not_there_are_404() {
    let app = TestApp::new(OFFICE).await;
    let root = app.user_with("root", &["admin"]).await;
    for id in ["0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6b", "1", "root@example.com", ""] {
        root.send("GET", &format!("/auth/users/{id}"), None).await.expect(404);
        root.send("DELETE", &format!("/auth/users/{id}/sessions"), None).await.expect(404);
        root.send("PATCH", &format!("/auth/users/{id}"), Some(json!({ "roles": [] }))).await.expect(404);
    }
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _audit WHERE action LIKE 'user.%' AND iss = 'own'"), 0);
}
