//! The handlers, once for each database: sqlx's types differ, the text does not.

/// Pool, table and handlers on one database.
macro_rules! engine {
    ($name:ident, $pool:ty, $connect:expr, $table:expr) => {
        pub mod $name {
            use axum::extract::{Path, Query, State};
            use axum::http::StatusCode;
            use axum::routing::get;
            use axum::{Json, Router};
            use chrono::Utc;
            use uuid::Uuid;

            use crate::{Failure, NewTask, Page, Task};

            const CREATE: &str = "INSERT INTO tasks (user_id, title, description, completed, created_at, updated_at) \
                                  VALUES ($1, $2, $3, $4, $5, $5) RETURNING *";

            /// Makes the table and its rows, and the routes on them.
            pub async fn open(url: &str, users: &[Uuid], tasks: u32) -> Result<Router, Failure> {
                let pool: $pool = $connect(url).await?;
                for statement in $table {
                    sqlx::query(statement).execute(&pool).await?;
                }
                let mut transaction = pool.begin().await?;
                for user in users {
                    for number in 0..tasks {
                        let text = "Water the plants, feed the cat, close the windows.";
                        let insert = sqlx::query(CREATE).bind(user).bind(format!("Task {number}")).bind(text);
                        insert.bind(false).bind(Utc::now()).execute(&mut *transaction).await?;
                    }
                }
                transaction.commit().await?;
                let routes = Router::new()
                    .route("/api/{user_id}/tasks", get(list).post(create))
                    .route("/api/{user_id}/tasks/{id}", get(read));
                Ok(routes.with_state(pool))
            }

            async fn list(
                State(pool): State<$pool>,
                Path(user): Path<Uuid>,
                Query(page): Query<Page>,
            ) -> Result<Json<Vec<Task>>, StatusCode> {
                sqlx::query_as("SELECT * FROM tasks WHERE user_id = $1 ORDER BY id LIMIT $2")
                    .bind(user)
                    .bind(page.limit)
                    .fetch_all(&pool)
                    .await
                    .map(Json)
                    .map_err(failed)
            }

            async fn create(
                State(pool): State<$pool>,
                Path(user): Path<Uuid>,
                Json(new): Json<NewTask>,
            ) -> Result<(StatusCode, Json<Task>), StatusCode> {
                if new.title.is_empty() || new.title.len() > 800 {
                    return Err(StatusCode::UNPROCESSABLE_ENTITY);
                }
                sqlx::query_as(CREATE)
                    .bind(user)
                    .bind(new.title)
                    .bind(new.description)
                    .bind(new.completed)
                    .bind(Utc::now())
                    .fetch_one(&pool)
                    .await
                    .map(|task| (StatusCode::CREATED, Json(task)))
                    .map_err(failed)
            }

            async fn read(
                State(pool): State<$pool>,
                Path((user, id)): Path<(Uuid, i64)>,
            ) -> Result<Json<Task>, StatusCode> {
                sqlx::query_as("SELECT * FROM tasks WHERE id = $1 AND user_id = $2")
                    .bind(id)
                    .bind(user)
                    .fetch_optional(&pool)
                    .await
                    .map_err(failed)?
                    .map(Json)
                    .ok_or(StatusCode::NOT_FOUND)
            }

            fn failed(error: sqlx::Error) -> StatusCode {
                eprintln!("{error}");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    };
}

async fn sqlite_pool(url: &str) -> Result<sqlx::SqlitePool, crate::Failure> {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
    let options: SqliteConnectOptions = url.parse()?;
    let options = options.create_if_missing(true).busy_timeout(crate::WAIT).foreign_keys(true);
    let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    Ok(SqlitePoolOptions::new().max_connections(8).connect_with(options).await?)
}

async fn postgres_pool(url: &str) -> Result<sqlx::PgPool, crate::Failure> {
    Ok(sqlx::postgres::PgPoolOptions::new().max_connections(16).acquire_timeout(crate::WAIT).connect(url).await?)
}

engine!(
    sqlite,
    sqlx::SqlitePool,
    super::sqlite_pool,
    [
        "CREATE TABLE tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id BLOB NOT NULL, title TEXT NOT NULL, description TEXT, \
         completed BOOLEAN NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL)",
        "CREATE INDEX tasks_user ON tasks (user_id, id)"
    ]
);

engine!(
    postgres,
    sqlx::PgPool,
    super::postgres_pool,
    [
        "DROP TABLE IF EXISTS tasks",
        "CREATE TABLE tasks (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id UUID NOT NULL, title TEXT NOT NULL, \
         description TEXT, completed BOOLEAN NOT NULL, created_at TIMESTAMPTZ NOT NULL, updated_at TIMESTAMPTZ NOT NULL)",
        "CREATE INDEX tasks_user ON tasks (user_id, id)"
    ]
);
