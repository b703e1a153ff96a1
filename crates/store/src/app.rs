//! The tables of a blueprint in a database: made once, compared at each start, and brought to a blueprint that has changed where
//! that is asked for and nothing that is there is in the way.

use work::{Dialect, Guard, Migration};

use crate::OpenError;

/// Says how the tables of one blueprint become those of another: the texts of both, and which SQL.
///
/// An error is that the former one does not load any more.
pub type Migrate = fn(&str, &str, &Dialect) -> Result<Migration, String>;

/// The tables that an app needs.
#[derive(Debug, Clone)]
pub struct AppSchema {
    /// The text of the blueprint; kept, so that a database can tell what it was made for.
    pub blueprint: String,
    /// The statements that make the tables in a database that has only the engine's.
    pub statements: Vec<String>,
    /// How tables that were made for another blueprint are changed; without it they are not.
    pub migrate: Option<Migrate>,
    /// Whether they are.
    pub follow: Follow,
}

/// Whether tables that exist are changed. Whoever only starts again, maybe with the blueprint of before, must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Follow {
    /// They are not.
    #[default]
    Never,
    /// Where all values have a place.
    Kept,
    /// And values go for good that have no place in the blueprint any more.
    AllowLoss,
}

/// What had to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// The tables were made.
    Created,
    /// The tables were there, for the same text.
    Unchanged,
    /// The tables were there; the text had changed in ways that do not touch them, and was recorded.
    Recorded,
    /// The tables were changed.
    Migrated {
        /// What was done, a line each.
        told: Vec<String>,
        /// What went for good, and how many.
        let_go: Vec<String>,
        /// The whole of the transaction, statement by statement, for those who want to read it first. What is counted before is counted
        /// in it again: it ends where a row came in the way meanwhile.
        script: Vec<String>,
        /// It calls `fold`, which no other program has that opens this database.
        takes_fold: bool,
    },
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
    /// Nothing: this is the latest record.
    Nothing(i64),
    /// To make the tables, and record that.
    Create,
    /// To record the text under this number.
    Record(i64),
    /// To change the tables, and record that under this number.
    Change(i64, Migration),
}

/// A change that nothing is in the way of.
pub(crate) struct Cleared {
    /// The statements between the begin of the transaction and its end.
    pub(crate) statements: Vec<String>,
    /// What goes for good, and how many.
    pub(crate) let_go: Vec<String>,
}

/// What was done, and the number of the record that the database has now.
pub(crate) struct Record {
    pub(crate) applied: Applied,
    pub(crate) number: i64,
}

/// What would be done, as far as that is known without a look at rows.
pub(crate) enum Foreseen {
    /// This.
    Done(Applied),
    /// A change that is recorded under a number, if nothing is in its way.
    Change(i64, Migration),
}

/// Something in the way of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InTheWay {
    /// What, and how many.
    pub what: String,
    /// The ids of some of the rows.
    pub ids: Vec<String>,
    /// What to try.
    pub mend: String,
    /// It is values that would be gone, which may be allowed.
    pub is_loss: bool,
}

impl AppSchema {
    /// Tables that are made and compared, and never changed.
    pub fn new(blueprint: String, statements: Vec<String>) -> AppSchema {
        AppSchema { blueprint, statements, migrate: None, follow: Follow::Never }
    }

    /// All statements as they are recorded.
    pub(crate) fn record(&self) -> String {
        self.statements.join(BETWEEN)
    }

    /// What is left to be done in a database whose latest record this is.
    pub(crate) fn task(&self, place: &str, dialect: &Dialect, latest: Option<&Latest>) -> Result<Task, OpenError> {
        let Some(latest) = latest else { return Ok(Task::Create) };
        let same = latest.statements == self.record();
        if same && latest.blueprint.as_deref() == Some(&self.blueprint) {
            return Ok(Task::Nothing(latest.number));
        }
        // Also of tables that are made by the same statements the values may have to change: SQLite's integer is three, or three
        // thousandths.
        match self.way(place, dialect, latest)? {
            // The order in which its parts are written is nothing that a table holds.
            Some(way) if way.statements.is_empty() && way.guards.is_empty() => Ok(Task::Record(latest.number + 1)),
            Some(migration) if self.follow == Follow::Never => {
                Err(self.changed(place, &latest.statements, Some(migration)))
            }
            Some(migration) => Ok(Task::Change(latest.number + 1, migration)),
            None if same => Ok(Task::Record(latest.number + 1)),
            None => Err(self.changed(place, &latest.statements, None)),
        }
    }

    /// What is left to be done, and in which words where that is no change: [`AppSchema::task`] for those who only look.
    pub(crate) fn foreseen(
        &self,
        place: &str,
        dialect: &Dialect,
        latest: Option<&Latest>,
    ) -> Result<Foreseen, OpenError> {
        Ok(match self.task(place, dialect, latest)? {
            Task::Nothing(_) => Foreseen::Done(Applied::Unchanged),
            Task::Create => Foreseen::Done(Applied::Created),
            Task::Record(_) => Foreseen::Done(Applied::Recorded),
            Task::Change(number, migration) => Foreseen::Change(number, migration),
        })
    }

    /// How a database stands whose latest record this is.
    pub(crate) fn standing(
        &self,
        place: &str,
        dialect: &Dialect,
        latest: Option<&Latest>,
    ) -> Result<Standing, OpenError> {
        match (self.task(place, dialect, latest)?, latest) {
            (Task::Nothing(_), _) => Ok(Standing::Current),
            (Task::Record(_), _) => Ok(Standing::OtherText),
            (Task::Change(_, way), Some(latest)) => Err(self.changed(place, &latest.statements, Some(way))),
            (Task::Create | Task::Change(..), _) => Err(OpenError::Unmade { place: place.to_owned() }),
        }
    }

    /// The way from the tables that are there, if they are those which its blueprint gives.
    fn way(&self, place: &str, dialect: &Dialect, latest: &Latest) -> Result<Option<Migration>, OpenError> {
        let (Some(migrate), Some(before)) = (self.migrate, latest.blueprint.as_deref()) else { return Ok(None) };
        // Nobody can say then whose the values are, nor what they mean.
        let unread = |why: String| OpenError::Failed {
            place: place.to_owned(),
            message: format!(
                "it was made for another blueprint, which does not load any more, so that its tables cannot be brought to this one; \
                 nothing was changed\nTry: serve the former blueprint with the version that made it, change it there until it loads \
                 here, and start again.\n{why}"
            ),
        };
        let migration = migrate(before, &self.blueprint, dialect).map_err(unread)?;
        Ok((migration.from.join(BETWEEN) == latest.statements).then_some(migration))
    }

    fn changed(&self, place: &str, recorded: &str, way: Option<Migration>) -> OpenError {
        let found: Vec<&str> = recorded.split(BETWEEN).collect();
        let wanted = self.statements.iter().filter(|statement| !found.contains(&statement.as_str())).cloned().collect();
        let found = found.into_iter().filter(|statement| !self.statements.iter().any(|wanted| wanted == statement));
        // Where nothing is to be done, it is rows that may be in the way.
        let way = way.map(|way| {
            if way.told.is_empty() { way.guards.into_iter().map(|guard| guard.what).collect() } else { way.told }
        });
        OpenError::Changed { place: place.to_owned(), wanted, found: found.map(str::to_owned).collect(), way }
    }

    /// What is in the way and cannot be counted, without what may go: that is added to what goes.
    pub(crate) fn kept(&self, one: InTheWay, let_go: &mut Vec<String>) -> Option<InTheWay> {
        if one.is_loss && self.follow == Follow::AllowLoss {
            let_go.push(one.what);
            return None;
        }
        Some(one)
    }

    /// What a guard has found, if it is in the way; what may go is added to what goes.
    pub(crate) fn found(
        &self,
        guard: &Guard,
        rows: i64,
        ids: Vec<String>,
        let_go: &mut Vec<String>,
    ) -> Option<InTheWay> {
        if rows == 0 {
            return None;
        }
        let what = match guard.count {
            Some(_) => format!("{}: {rows}", guard.what),
            None => guard.what.clone(),
        };
        self.kept(InTheWay { what, ids, mend: guard.mend.clone(), is_loss: guard.is_loss }, let_go)
    }
}

/// What is counted before a change, for a script that others run: what must be none, each as what it is called and how it is counted;
/// and as comments what may go this once.
pub(crate) struct Counted {
    pub must_be_none: Vec<(String, String)>,
    pub may_go: Vec<String>,
}

impl AppSchema {
    pub(crate) fn counted(&self, migration: &Migration) -> Counted {
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let may_go = |guard: &&Guard| guard.is_loss && self.follow == Follow::AllowLoss;
        let (free, held): (Vec<&Guard>, Vec<&Guard>) = migration.guards.iter().partition(may_go);
        // What is counted is run: the white space of its texts stays.
        let counted = |guard: &Guard| Some((line(&guard.what), guard.count.clone()?));
        let told = free.into_iter().filter_map(counted);
        Counted {
            must_be_none: held.into_iter().filter_map(counted).collect(),
            may_go: told
                .map(|(what, count)| format!("-- May go, with --allow-loss: {what}\n-- {}", line(&count)))
                .collect(),
        }
    }
}

/// That nothing is in the way.
pub(crate) fn is_free(place: &str, found: Vec<InTheWay>) -> Result<(), OpenError> {
    if found.is_empty() { Ok(()) } else { Err(OpenError::InTheWay { place: place.to_owned(), found }) }
}
