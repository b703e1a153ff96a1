//! Tasks: something to do. Routes on top, what answers them below; all of it is yours to change.
//!
//! Paths begin after `/api/{user_id}`. Whoever reaches a function here is signed in and on a path of his own.

use supermaker::prelude::*;

use crate::models::task::{NewTask, Task, TaskChanges};
use crate::services::split::{self, Parts, Split};

/// The routes of tasks. What is not here is not there.
pub fn routes() -> Routes {
    Routes::new()
        .route("/tasks", get(list).post(create))
        .route("/tasks/{id}", get(read).patch(update).put(replace).delete(delete))
        .route("/tasks/{id}/complete", patch(complete))
        .route("/tasks/{id}/split", post(split).summary("Split a task into several"))
}

/// The caller's tasks, a page at a time.
pub async fn list(tasks: Records<Task>, query: Query<Task>) -> Result<Page<Task>> {
    tasks.list(query).await
}

/// Adds a task that belongs to the caller.
pub async fn create(tasks: Records<Task>, Json(new): Json<NewTask>) -> Result<Created<Task>> {
    tasks.create(new).await
}

/// One task.
pub async fn read(tasks: Records<Task>, id: Id<Task>, fields: Fields<Task>) -> Result<Row<Task>> {
    tasks.show(id, fields).await
}

/// Changes a task: what is absent stays, null clears.
pub async fn update(tasks: Records<Task>, id: Id<Task>, Json(changes): Json<TaskChanges>) -> Result<Row<Task>> {
    tasks.update(id, changes).await
}

/// PUT: the same as PATCH, as to-do front ends expect.
pub async fn replace(tasks: Records<Task>, id: Id<Task>, Json(whole): Json<TaskChanges>) -> Result<Row<Task>> {
    tasks.replace(id, whole).await
}

/// Deletes a task.
pub async fn delete(tasks: Records<Task>, id: Id<Task>) -> Result<Deleted> {
    tasks.delete(id).await
}

/// Marks a task done, or not done if it was.
pub async fn complete(tasks: Records<Task>, id: Id<Task>) -> Result<Row<Task>> {
    tasks.act(id, &Task::COMPLETE).await
}

/// Makes several tasks of one.
pub async fn split(tasks: Records<Task>, id: Id<Task>, Json(split): Json<Split>) -> Result<Json<Parts>> {
    split::split(&tasks, id, split).await.map(Json)
}
