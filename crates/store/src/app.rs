//! The tables of a blueprint in a database: made once, then only compared. This version does not change tables that
//! exist, so a blueprint that asks for others is refused before anything is served.

use crate::OpenError;

/// The tables that an app needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppSchema {
    /// The text of the blueprint; kept, so that a database can tell what it was made for.
    pub blueprint: String,
    /// The statements that make the tables in a database that has only the engine's.
    pub statements: Vec<String>,
}

/// What had to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The tables were made.
    Created,
    /// The tables were there, for the same text.
    Unchanged,
    /// The tables were there; the text had changed in ways that do not touch them, and was recorded.
    Recorded,
}

/// How the tables of a database are to those that an app needs, where they are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// They were made, or last served, for this text.
    Current,
    /// They are the same, but it was another text.
    OtherText,
}

/// Stands between two statements in the record, where a person may read it.
const BETWEEN: &str = ";\n\n";

/// The latest record of tables that were made for a blueprint.
pub(crate) struct Latest {
    pub(crate) number: i64,
    pub(crate) statements: String,
    pub(crate) blueprint: Option<String>,
}

/// What the record asks for.
pub(crate) enum Task {
    /// Nothing.
    Nothing,
    /// To make the tables, and record that.
    Create,
    /// To record the text under this number.
    Record(i64),
}

impl AppSchema {
    /// All statements as they are recorded.
    pub(crate) fn record(&self) -> String {
        self.statements.join(BETWEEN)
    }

    /// What is left to be done in a database whose latest record this is.
    pub(crate) fn task(&self, place: &str, latest: Option<&Latest>) -> Result<Task, OpenError> {
        match latest {
            None => Ok(Task::Create),
            Some(latest) if latest.statements != self.record() => Err(self.changed(place, &latest.statements)),
            Some(latest) if latest.blueprint.as_deref() == Some(&self.blueprint) => Ok(Task::Nothing),
            Some(latest) => Ok(Task::Record(latest.number + 1)),
        }
    }

    /// How a database stands whose latest record this is.
    pub(crate) fn standing(&self, place: &str, latest: Option<&Latest>) -> Result<Standing, OpenError> {
        match self.task(place, latest)? {
            Task::Nothing => Ok(Standing::Current),
            Task::Record(_) => Ok(Standing::OtherText),
            Task::Create => Err(OpenError::Unmade { place: place.to_owned() }),
        }
    }

    fn changed(&self, place: &str, recorded: &str) -> OpenError {
        let found: Vec<&str> = recorded.split(BETWEEN).collect();
        let wanted = self.statements.iter().filter(|statement| !found.contains(&statement.as_str())).cloned().collect();
        let found = found.into_iter().filter(|statement| !self.statements.iter().any(|wanted| wanted == statement));
        OpenError::Changed { place: place.to_owned(), wanted, found: found.map(str::to_owned).collect() }
    }
}
