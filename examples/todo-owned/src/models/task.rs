//! Something to do, as types: a row, what makes one, what changes one.
//!
//! The app does not start when these have other fields than the blueprint's `task`.

use supermaker::prelude::*;

/// Something to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Task {
    /// Set by the server.
    pub id: Id<Task>,
    /// Whose it is.
    pub user_id: String,
    /// What is to be done.
    pub title: String,
    /// More about it.
    pub description: Option<String>,
    /// Whether it is done.
    pub completed: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What makes a task. What is absent gets its default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NewTask {
    /// What is to be done.
    pub title: String,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it is done already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed: Option<bool>,
}

/// What changes of a task. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskChanges {
    /// What is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// More about it; null clears it.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub description: Change<String>,
    /// Whether it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed: Option<bool>,
}

impl Task {
    /// Marks the task done, or not done if it was.
    pub const COMPLETE: Action<Task> = Action::new("complete");
}

impl Record for Task {
    const ENTITY: &'static str = "task";
    type New = NewTask;
    type Changes = TaskChanges;
    type Replacement = TaskChanges; // [api] put = "update"
}

impl Input for NewTask {
    const BODY: Body = Body::New("task");
}

impl Input for TaskChanges {
    const BODY: Body = Body::Changes("task");
}
