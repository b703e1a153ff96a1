//! `audit_reads` where code answers: whatever it reads is told, in transactions too, and past the caller's rows with the reason.

use std::sync::{Mutex, mpsc};

use conformance::{Person, World};
use serde_json::{Value, json};
use supermaker::prelude::*;
use tokio::sync::oneshot;

const BLUEPRINT: &str = r#"
[app]
name = "ward"
[entity.patient]
audit_reads = true
[entity.patient.field]
name = { type = "text", required = true }
"#;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Patient {
    id: Id<Patient>,
    user_id: String,
    name: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct NewPatient {
    name: String,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
struct PatientChanges {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl Record for Patient {
    const ENTITY: &'static str = "patient";
    type New = NewPatient;
    type Changes = PatientChanges;
    type Replacement = NewPatient;
}

impl Input for NewPatient {
    const BODY: Body = Body::New("patient");
}

impl Input for PatientChanges {
    const BODY: Body = Body::Changes("patient");
}

async fn all(patients: Records<Patient>) -> Result<Page<Patient>> {
    patients.list(Query::new()).await
}

async fn any(patients: Records<Patient>, id: Id<Patient>) -> Result<Row<Patient>> {
    patients.unscoped("on duty").get(id).await
}

/// Looks at a patient, and then will not have it.
async fn regret(patients: Records<Patient>, id: Id<Patient>) -> Result<Row<Patient>> {
    patients
        .transaction(move |tx| {
            tx.get(&id)?;
            Err(Error::conflict("not now"))
        })
        .await
}

/// What happens to one that is left in the middle: it has read, the caller is gone, it may go on.
#[derive(Default)]
struct Turns {
    has_read: Option<oneshot::Sender<()>>,
    is_left: Option<oneshot::Sender<()>>,
    goes_on: Option<mpsc::Receiver<()>>,
}

static TURNS: Mutex<Turns> = Mutex::new(Turns { has_read: None, is_left: None, goes_on: None });

/// Dropped with what waits for the answer.
struct Waiting(Option<oneshot::Sender<()>>);

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.0.take().map(|left| left.send(()));
    }
}

/// Looks at a patient; and when its caller is gone, will not have it.
async fn forsaken(patients: Records<Patient>, id: Id<Patient>) -> Result<Row<Patient>> {
    let Turns { has_read, is_left, goes_on } = std::mem::take(&mut *TURNS.lock().unwrap());
    let _waiting = Waiting(is_left);
    patients
        .transaction(move |tx| {
            tx.get(&id)?;
            let _ = has_read.unwrap().send(());
            let _ = goes_on.unwrap().recv();
            Err(Error::conflict("not now"))
        })
        .await
}

fn app() -> App {
    App::new(BLUEPRINT).routes(
        Routes::new()
            .route("/wards", get(all).summary("Read all"))
            .route("/patients/{patient_id}/any", get(any).summary("Read any"))
            .route("/patients/{patient_id}/regret", post(regret).summary("Change nothing"))
            .route("/patients/{patient_id}/forsaken", post(forsaken).summary("Change nothing, for nobody")),
    )
}

fn audit(world: &World) -> Vec<Value> {
    let sql = "SELECT json_array(\"action\", \"entity_id\", json(\"after\"), \"reason\") FROM \"_audit\" \
         WHERE \"entity\" = 'patient' AND \"action\" <> 'create' ORDER BY \"seq\"";
    let texts: Vec<String> = world.sql(|file| {
        let mut statement = file.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<std::result::Result<_, _>>().unwrap()
    });
    texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

#[tokio::test]
async fn what_code_reads_is_told_before_anybody_sees_it() {
    let world = crate::world(app).await;
    let ana = Person::join(&world, "ana", &[]).await;
    let bob = Person::join(&world, "bob", &[]).await;
    let send = async |who: &Person, method: &str, path: &str, status: u16| {
        let body = (path == "/patients").then(|| json!({"name": "Eve"}));
        let answer = who.send(&world, method, &format!("/api/v1{path}"), &[], body.as_ref()).await;
        assert_eq!(answer.status, status, "{method} {path}: {answer}");
    };
    send(&ana, "POST", "/patients", 201).await;
    send(&ana, "GET", "/wards", 200).await;
    send(&bob, "GET", "/wards", 200).await;
    send(&bob, "GET", "/patients/1/any", 200).await;
    send(&bob, "GET", "/patients/1", 404).await;
    // What was seen stays seen, though nothing else stays.
    send(&ana, "POST", "/patients/1/regret", 409).await;
    let shown = |route: &str| json!({"ids": [1], "route": route});
    assert_eq!(
        audit(&world),
        [
            json!(["list", null, shown("GET /api/v1/wards"), null]),
            json!(["read", "1", shown("GET /api/v1/patients/{patient_id}/any"), "on duty"]),
            json!(["read", "1", shown("POST /api/v1/patients/{patient_id}/regret"), null]),
        ]
    );
    world.sql(|file| file.execute("ALTER TABLE \"_audit\" RENAME TO \"_gone\"", [])).unwrap();
    for path in ["/wards", "/patients/1/any"] {
        send(&ana, "GET", path, 503).await;
    }
    send(&ana, "POST", "/patients/1/regret", 503).await;
    send(&bob, "GET", "/wards", 200).await;
}

/// Code has seen it: that its caller does not wait any more changes nothing of that.
#[tokio::test]
async fn what_code_has_read_is_told_also_if_its_caller_leaves_and_all_else_is_undone() {
    let world = crate::world(app).await;
    let ana = Person::join(&world, "ana", &[]).await;
    let eve = json!({"name": "Eve"});
    assert_eq!(ana.send(&world, "POST", "/api/v1/patients", &[], Some(&eve)).await.status, 201);
    let (has_read, reads) = oneshot::channel();
    let (is_left, leaves) = oneshot::channel();
    let (go_on, goes_on) = mpsc::channel();
    *TURNS.lock().unwrap() = Turns { has_read: Some(has_read), is_left: Some(is_left), goes_on: Some(goes_on) };
    {
        let asks = ana.send(&world, "POST", "/api/v1/patients/1/forsaken", &[], None);
        tokio::select! {
            answer = asks => panic!("it goes on only when it is left: {answer}"),
            read = reads => read.unwrap(),
        }
    }
    leaves.await.unwrap();
    go_on.send(()).unwrap();
    // Behind it.
    assert_eq!(ana.send(&world, "POST", "/api/v1/patients", &[], Some(&eve)).await.status, 201);
    let shown = json!({"ids": [1], "route": "POST /api/v1/patients/{patient_id}/forsaken"});
    assert_eq!(audit(&world), [json!(["read", "1", shown, null])]);
}
