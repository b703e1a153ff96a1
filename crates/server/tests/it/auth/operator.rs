//! What the operator does on the command line.

use server::auth::users::{NewAccount, UserError, add, list, set_disabled, set_roles};

use super::{EMAIL, PASSWORD, World};

fn account<'a>(email: &'a str, password: Option<&'a str>, roles: &'a [String]) -> NewAccount<'a> {
    NewAccount { email, password, roles, password_min_length: 15 }
}

#[tokio::test]
async fn the_first_admin_is_made_by_the_operator() {
    let world = World::new().await;
    let roles = ["admin".to_owned()];
    let id = add(&world.store, &world.blueprint, account("Ana@Example.com", Some(PASSWORD), &roles)).unwrap();
    let session = world.login(EMAIL, PASSWORD).await;
    let user = world.user(&session.access).await;
    assert_eq!((user.id, user.roles), (id.clone(), vec!["admin".to_owned()]));

    let users = list(&world.store).unwrap();
    assert_eq!(users.len(), 1);
    assert_eq!((&users[0].id, users[0].email.as_deref(), users[0].disabled), (&id, Some(EMAIL), false));
}

#[tokio::test]
async fn the_operator_gives_another_password() {
    let world = World::with_ana().await;
    let session = world.login(EMAIL, PASSWORD).await;
    let set = |password| server::auth::users::set_password(&world.store, &world.blueprint, EMAIL, password, 15);
    assert!(set("short").is_err() && set("ana-ana-ana-ana").is_err());
    world.user(&session.access).await;
    set("the operator's choice").unwrap();
    world.clock.advance_ms(1000);
    world.refuses(&session.access, "ended").await;
    assert_eq!(world.try_login(EMAIL, PASSWORD).await.status.as_u16(), 401);
    world.login(EMAIL, "the operator's choice").await;
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM _audit WHERE action = 'user.password'"), [1]);
}

#[tokio::test]
async fn what_the_operator_does_is_audited() {
    let world = World::new().await;
    add(&world.store, &world.blueprint, account(EMAIL, Some(PASSWORD), &[])).unwrap();
    set_roles(&world.store, &world.blueprint, EMAIL, &["manager".to_owned()]).unwrap();
    set_disabled(&world.store, EMAIL, true).unwrap();
    set_disabled(&world.store, EMAIL, false).unwrap();
    let rows: Vec<String> = world.sql(
        "SELECT iss || ' ' || action || ' ' || entity || ' ' || coalesce(CAST(before AS TEXT), '') || ' ' || coalesce(CAST(after AS TEXT), '') \
         FROM _audit WHERE entity_id = (SELECT CAST(id AS TEXT) FROM users) ORDER BY seq",
    );
    assert_eq!(
        rows,
        [
            r#"cli user.add user  {"email":"ana@example.com","roles":[],"company":null,"handle":null,"pin":null,"seal":null,"level":1}"#,
            r#"cli user.role user {"roles":[]} {"roles":["manager"]}"#,
            "cli user.disable user  ",
            "cli user.enable user  ",
        ]
    );
}

#[tokio::test]
async fn refusals_say_what_to_try_and_change_nothing() {
    let world = World::with_ana().await;
    let (store, blueprint) = (&world.store, &*world.blueprint);
    let audited = world.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done'");
    let boss = ["boss".to_owned()];
    let refusals: [(UserError, &str); 7] = [
        (add(store, blueprint, account("ana", None, &[])).unwrap_err(), "`ana` is no e-mail address"),
        (add(store, blueprint, account("b@example.com", Some("short"), &[])).unwrap_err(), "at least 15"),
        (add(store, blueprint, account("b@example.com", None, &boss)).unwrap_err(), "it has: admin, manager"),
        (add(store, blueprint, account(EMAIL, Some(PASSWORD), &[])).unwrap_err(), "already"),
        (set_roles(store, blueprint, EMAIL, &boss).unwrap_err(), "it has: admin, manager"),
        (set_roles(store, blueprint, "bob@example.com", &[]).unwrap_err(), "`user list`"),
        (set_disabled(store, "nobody", true).unwrap_err(), "`user list`"),
    ];
    for (error, words) in &refusals {
        assert!(error.to_string().contains(words), "{error}");
    }
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM users"), [1]);
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done'"), audited);
}

#[tokio::test]
async fn a_long_list_is_whole() {
    let world = World::new().await;
    let row = |number: i32| {
        let at = "'2026-11-21T00:00:00.000000Z'";
        format!("('0191d2a4-7c3e-7b1a-9f00-{number:012}', 'x', '{number}', '[]', {at}, {at})")
    };
    let rows: Vec<String> = (1..=1201).map(row).collect();
    let columns = "id, iss, sub, roles, created_at, updated_at";
    world.execute(&format!("INSERT INTO users ({columns}) VALUES {}", rows.join(", ")));
    assert_eq!(list(&world.store).unwrap().len(), 1201);
}
