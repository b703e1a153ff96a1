//! The door past the caller's rows: it reaches what he cannot, says so in the audit, and is the only one.

use conformance::{Person, World};
use serde_json::{Value, json};
use supermaker::prelude::*;

const BLUEPRINT: &str = r#"
[app]
name = "desk"
[auth]
roles = ["agent"]
[entity.ticket.field]
title = { type = "text", required = true, max_length = 20 }
note = { type = "text", read = ["role:agent"], write = ["role:agent"] }
"#;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Ticket {
    id: Id<Ticket>,
    user_id: String,
    title: String,
    note: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct NewTicket {
    title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
struct TicketChanges {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    note: Change<String>,
}

impl Record for Ticket {
    const ENTITY: &'static str = "ticket";
    type New = NewTicket;
    type Changes = TicketChanges;
    type Replacement = NewTicket;
}

impl Input for NewTicket {
    const BODY: Body = Body::New("ticket");
}

impl Input for TicketChanges {
    const BODY: Body = Body::Changes("ticket");
}

/// Whose new tickets are to be.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Gift {
    user: String,
}

impl Input for Gift {}

fn new(title: &str) -> NewTicket {
    NewTicket { title: title.to_owned(), note: Some("internal".to_owned()) }
}

async fn own(tickets: Records<Ticket>, id: Id<Ticket>) -> Result<Row<Ticket>> {
    tickets.get(id).await
}

async fn all(tickets: Records<Ticket>) -> Result<Page<Ticket>> {
    tickets.unscoped("counts the queue").list(Query::new()).await
}

async fn peek(tickets: Records<Ticket>, id: Id<Ticket>) -> Result<Row<Ticket>> {
    tickets.unscoped("looks for duplicates").get(id).await
}

async fn close(tickets: Records<Ticket>, id: Id<Ticket>) -> Result<Row<Ticket>> {
    let changes = TicketChanges { note: Change::Set("closed".to_owned()), ..TicketChanges::default() };
    tickets.unscoped("closes a duplicate").update(id, changes).await
}

async fn long(tickets: Records<Ticket>, id: Id<Ticket>) -> Result<Row<Ticket>> {
    let changes = TicketChanges { title: Some("far too long for a title".to_owned()), ..TicketChanges::default() };
    tickets.unscoped("forgets the limits").update(id, changes).await
}

async fn drop_it(tickets: Records<Ticket>, id: Id<Ticket>) -> Result<Deleted> {
    tickets.unscoped("was spam").delete(id).await
}

async fn give(tickets: Records<Ticket>, Json(gift): Json<Gift>) -> Result<Created<Ticket>> {
    tickets.unscoped("opened on the phone").create_for(&gift.user, new("phone")).await
}

async fn keep(tickets: Records<Ticket>) -> Result<Created<Ticket>> {
    tickets.unscoped("opened at the desk").create(new("desk")).await
}

async fn wordless(tickets: Records<Ticket>, id: Id<Ticket>) -> Result<Row<Ticket>> {
    tickets.unscoped(" ").get(id).await
}

/// Looks at a ticket, changes it, and then finds that it must not.
async fn regret(tickets: Records<Ticket>, id: Id<Ticket>) -> Result<Row<Ticket>> {
    tickets
        .transaction(move |tx| {
            let mut all = tx.unscoped("thinks about it");
            all.get(&id)?;
            all.update(&id, TicketChanges { title: Some("gone".to_owned()), ..TicketChanges::default() })?;
            let own = tx.get(&id);
            assert_eq!(own.err().map(|error| error.problem().problem.code), Some("not_found"));
            Err(Error::conflict("not now"))
        })
        .await
}

fn app() -> App {
    App::new(BLUEPRINT).routes(
        Routes::new()
            .route("/tickets/{ticket_id}/own", get(own).summary("Read one's own"))
            .route("/all", get(all).summary("Read all"))
            .route("/tickets/{ticket_id}/peek", get(peek).summary("Read any"))
            .route("/tickets/{ticket_id}/close", post(close).summary("Close any"))
            .route("/tickets/{ticket_id}/long", post(long).summary("Break a limit"))
            .route("/tickets/{ticket_id}/spam", delete(drop_it).summary("Delete any"))
            .route("/tickets/{ticket_id}/regret", post(regret).summary("Change nothing"))
            .route("/tickets/{ticket_id}/wordless", get(wordless).summary("Say nothing"))
            .route("/gifts", post(give).summary("Open for somebody"))
            .route("/kept", post(keep).summary("Open for oneself")),
    )
}

/// A desk with a ticket of Ana's, and Bob.
async fn desk() -> (World, Person, Person) {
    let world = crate::world(app).await;
    let ana = Person::join(&world, "ana", &[]).await;
    let bob = Person::join(&world, "bob", &[]).await;
    let made = ana.send(&world, "POST", "/api/v1/tickets", &[], Some(&json!({"title": "hers"}))).await;
    assert_eq!(made.status, 201, "{made}");
    (world, ana, bob)
}

/// What the audit has of reasons, oldest first: action, row, whose doing, reason, request.
fn audit(world: &World) -> Vec<Value> {
    let sql = "SELECT json_array(\"action\", \"entity_id\", \"sub\", \"reason\", \"request_id\") FROM \"_audit\" \
         WHERE \"reason\" IS NOT NULL ORDER BY \"seq\"";
    let texts: Vec<String> = world.sql(|file| {
        let mut statement = file.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<std::result::Result<_, _>>().unwrap()
    });
    texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

#[tokio::test]
async fn it_reaches_what_the_caller_cannot_and_tells_who_and_why() {
    let (world, ana, bob) = desk().await;
    let ask = async |method: &str, path: &str, status: u16| {
        let headers = [("x-request-id", "r-1")];
        let answer = bob.send(&world, method, &format!("/api/v1{path}"), &headers, None).await;
        assert_eq!(answer.status, status, "{method} {path}: {answer}");
        answer.json()
    };
    assert_eq!(ask("GET", "/tickets/1/peek", 200).await["user_id"], ana.id);
    assert_eq!(ask("GET", "/all", 200).await["data"][0]["id"], 1);
    // Fields that are not the caller's, too: those that are shown to anybody at all.
    assert_eq!(ask("POST", "/tickets/1/close", 200).await["note"], "closed");
    ask("DELETE", "/tickets/1/spam", 204).await;
    // Nothing was seen or changed.
    ask("GET", "/tickets/1/peek", 404).await;
    ask("POST", "/tickets/1/close", 404).await;
    let told = |action: &str, id: Value, why: &str| json!([action, id, bob.id, why, "r-1"]);
    assert_eq!(
        audit(&world),
        [
            told("read", json!("1"), "looks for duplicates"),
            told("list", Value::Null, "counts the queue"),
            told("update", json!("1"), "closes a duplicate"),
            told("delete", json!("1"), "was spam"),
        ]
    );
}

#[tokio::test]
async fn without_it_nothing_more_is_reached() {
    let (world, _, bob) = desk().await;
    for path in ["/tickets/1/own", "/tickets/1"] {
        assert_eq!(bob.send(&world, "GET", &format!("/api/v1{path}"), &[], None).await.status, 404, "{path}");
    }
    // What the blueprint checks of values holds for code as well.
    assert_eq!(bob.send(&world, "POST", "/api/v1/tickets/1/long", &[], None).await.status, 422);
    // A stranger is one here, too.
    assert_eq!(Person::stranger().send(&world, "GET", "/api/v1/tickets/1/own", &[], None).await.status, 401);
    assert_eq!(audit(&world), [Value::Null; 0]);
}

#[tokio::test]
async fn a_new_row_is_the_callers_or_whose_it_is_said_to_be() {
    let (world, ana, bob) = desk().await;
    let kept = bob.send(&world, "POST", "/api/v1/kept", &[], None).await;
    assert_eq!((kept.status.as_u16(), &kept.json()["user_id"]), (201, &json!(bob.id)));
    let given = bob.send(&world, "POST", "/api/v1/gifts", &[], Some(&json!({"user": ana.id}))).await;
    assert_eq!((given.status.as_u16(), &given.json()["user_id"]), (201, &json!(ana.id)));
    let seen = |who: Person| {
        let world = world.clone();
        async move { who.send(&world, "GET", "/api/v1/tickets?count=exact", &[], None).await.json()["total"].clone() }
    };
    assert_eq!((seen(ana).await, seen(bob.clone()).await), (json!(2), json!(1)));
    let nobody = json!({"user": "00000000-0000-0000-0000-000000000000"});
    let refused = bob.send(&world, "POST", "/api/v1/gifts", &[], Some(&nobody)).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["pointer"]), (409, &json!("/user_id")));
    // Nobody's ticket cannot be: a stranger has to say whose it is.
    assert_eq!(Person::stranger().send(&world, "POST", "/api/v1/kept", &[], None).await.status, 500);
    assert_eq!(world.sql(|file| file.query_row("SELECT count(*) FROM tickets", [], |row| row.get(0))), Ok(3));
}

#[tokio::test]
async fn a_reason_must_say_something() {
    let (world, ana, _) = desk().await;
    let refused = ana.send(&world, "GET", "/api/v1/tickets/1/wordless", &[], None).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (500, &json!("internal")));
    assert_eq!(audit(&world), [Value::Null; 0]);
}

#[tokio::test]
async fn what_was_seen_stays_in_the_audit_though_the_rest_is_undone() {
    let (world, ana, bob) = desk().await;
    assert_eq!(bob.send(&world, "POST", "/api/v1/tickets/1/regret", &[], None).await.status, 409);
    let read = ana.send(&world, "GET", "/api/v1/tickets/1", &[], None).await.json();
    assert_eq!(read["title"], "hers");
    let told: Vec<Value> = audit(&world).into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(told, ["read"]);
}
