//! Splits a task that turned out to be too big: each part becomes a task of its own, and the task itself is done.
//!
//! All of it happens, or none of it.

use supermaker::prelude::*;

use crate::models::task::{NewTask, Task, TaskChanges};

/// Parts of one split at most.
const MAX_PARTS: usize = 20;

/// What a task is split into.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The titles of the parts, two or more.
    #[schemars(length(min = 2, max = 20))]
    pub titles: Vec<String>,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Parts {
    /// The task that was split. It is done.
    pub whole: Task,
    /// Its parts, in the order of their titles.
    pub parts: Vec<Task>,
}

impl Input for Split {
    fn check(&self, problems: &mut Problems) {
        if !(2..=MAX_PARTS).contains(&self.titles.len()) {
            problems.add("/titles", "length", format!("must be 2 to {MAX_PARTS} titles"));
        }
    }
}

/// Makes the parts, which take over the description, and marks the whole done. 409 if it is done already.
pub async fn split(tasks: &Records<Task>, id: Id<Task>, split: Split) -> Result<Parts> {
    tasks
        .transaction(move |tx| {
            let whole = tx.get(&id)?.into_inner()?;
            if whole.completed {
                return Err(Error::conflict("a task that is done cannot be split"));
            }
            let parts = split.titles.into_iter().enumerate().map(|(place, title)| {
                let new = NewTask { title, description: whole.description.clone(), completed: None };
                let part = tx.create::<Task>(new).map_err(|error| error.about(format!("/titles/{place}")))?;
                part.into_inner()
            });
            let parts = parts.collect::<Result<Vec<_>>>()?;
            let done = TaskChanges { completed: Some(true), ..TaskChanges::default() };
            let whole = tx.update(&id, done)?.into_inner()?;
            Ok(Parts { whole, parts })
        })
        .await
}
