//! The to-do API of the benchmark, written by hand on axum and sqlx: no token is checked, nothing is audited or limited.
//!
//! `handwritten DATABASE_URL USERS TASKS` makes the users' tasks, prints one line of JSON with its url and the users, and
//! serves. It is on the side of the peers: wherever they could be written faster or slower, faster was chosen.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

mod engine;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A row of the one table.
#[derive(Serialize, sqlx::FromRow)]
pub struct Task {
    id: i64,
    user_id: Uuid,
    title: String,
    description: Option<String>,
    completed: bool,
    created_at: chrono::DateTime<chrono::Utc>,
    updated_at: chrono::DateTime<chrono::Utc>,
}

/// What a caller may set.
#[derive(Deserialize)]
pub struct NewTask {
    title: String,
    description: Option<String>,
    #[serde(default)]
    completed: bool,
}

/// The page that is asked for.
#[derive(Deserialize)]
pub struct Page {
    #[serde(default = "twenty")]
    limit: i64,
}

fn twenty() -> i64 {
    20
}

const WAIT: Duration = Duration::from_secs(5);

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("handwritten DATABASE_URL USERS TASKS")?;
    let mut number =
        || arguments.next().and_then(|text| text.parse::<u32>().ok()).ok_or("wants numbers of users and tasks");
    let (users, tasks) = (number()?, number()?);
    let users: Vec<Uuid> = (1..=users).map(|number| Uuid::from_u128(number.into())).collect();
    let router = if url.starts_with("sqlite:") {
        engine::sqlite::open(&url, &users, tasks).await?
    } else {
        engine::postgres::open(&url, &users, tasks).await?
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let people: Vec<_> = users.iter().map(|id| serde_json::json!({"id": id, "token": ""})).collect();
    println!("{}", serde_json::json!({"url": format!("http://{}", listener.local_addr()?), "users": people}));
    axum::serve(listener, router).await?;
    Ok(())
}
