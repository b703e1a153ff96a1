//! One transaction as a list of steps.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::{Idempotency, Refusal, Shape, Value};

/// Everything that is done for one request, in one transaction. A refusal at any step undoes all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// Whether it writes, and for reads what they may cost.
    pub mode: Mode,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// For a write that is to happen only once. Boxed, because few have it.
    pub idempotency: Option<Box<Idempotency>>,
    /// The same as all the steps, where one statement can do it.
    pub at_once: Option<Box<AtOnce>>,
    /// The last captured value of every row of a page is wanted too, as [`crate::Answer::ids`].
    pub gathers_ids: bool,
    /// On whose behalf: works of one share wait for one another before they make those of others wait.
    pub share: u64,
}

/// One statement that does what the steps of its work do, or nothing at all, where each journey to the database counts.
///
/// If it returns no row, it has changed nothing, and the steps tell why, or do it.
#[derive(Debug, Clone, PartialEq)]
pub struct AtOnce {
    /// The statement.
    pub statement: Statement,
    /// How its one row is read.
    pub shape: Arc<Shape>,
    /// It changes no row that there is, and no other one can be in its way: any number of them can share a transaction.
    pub meets_nobody: bool,
}

impl Work {
    /// A work that only reads.
    pub fn read(cost: Cost, steps: Vec<Step>) -> Work {
        Work { mode: Mode::Read(cost), steps, idempotency: None, at_once: None, gathers_ids: false, share: 0 }
    }

    /// A work that writes.
    pub fn write(steps: Vec<Step>) -> Work {
        Work { mode: Mode::Write, steps, idempotency: None, at_once: None, gathers_ids: false, share: 0 }
    }

    /// The bytes that its parameters and its texts hold, more or less: what it costs to let it wait.
    pub fn weight(&self) -> usize {
        let weight = |statement: &Statement| {
            let params: usize = statement.params.iter().map(Value::weight).sum();
            size_of::<Step>() + statement.sql.len() + params
        };
        let at_once = self.at_once.as_ref().map(|at_once| &at_once.statement);
        self.steps.iter().map(Step::statement).chain(at_once).map(weight).sum()
    }

    /// The same, by one statement if that can do it.
    #[must_use]
    pub fn or_at_once(mut self, statement: Option<Statement>, shape: Arc<Shape>) -> Work {
        self.at_once = statement.map(|statement| Box::new(AtOnce { statement, shape, meets_nobody: false }));
        self
    }

    /// The same, whose one statement changes no row that there is and can be in nobody's way.
    #[must_use]
    pub fn meeting_nobody(mut self, meets_nobody: bool) -> Work {
        if let Some(at_once) = &mut self.at_once {
            at_once.meets_nobody = meets_nobody;
        }
        self
    }

    /// The same, with the last captured value of every row of its page.
    #[must_use]
    pub fn gathering_ids(mut self, gathers: bool) -> Work {
        self.gathers_ids = gathers;
        self
    }

    /// The same on behalf of somebody, known by any text that is his alone.
    #[must_use]
    pub fn shared_by(mut self, caller: &str) -> Work {
        let mut hasher = DefaultHasher::new();
        caller.hash(&mut hasher);
        self.share = hasher.finish();
        self
    }

    /// The same, but only once for this key.
    pub fn once(mut self, idempotency: Option<Idempotency>) -> Work {
        self.idempotency = idempotency.map(Box::new);
        self
    }
}

/// Whether a work writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It only reads, from one snapshot.
    Read(Cost),
    /// It writes; the answer is given only after the commit has reached the disk.
    Write,
}

/// What a read may cost. Decides where it runs, so that a slow one holds up no read by key and no write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// A handful of rows by key: microseconds.
    Point,
    /// Anything else.
    Scan,
}

/// SQL text with its parameters, `?1` being the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The text. Shared, because the fixed ones are rendered once at start.
    pub sql: Arc<str>,
    /// The parameters in order.
    pub params: Vec<Value>,
}

impl Statement {
    /// A statement.
    pub fn new(sql: impl Into<Arc<str>>, params: Vec<Value>) -> Statement {
        Statement { sql: sql.into(), params }
    }
}

/// One step of a transaction.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Returns one row: the body of the answer, and its captured values. No row is a refusal.
    /// In a write this may be an `INSERT`, `UPDATE` or `DELETE` with `RETURNING`.
    One {
        /// The statement.
        statement: Statement,
        /// How the row is read.
        shape: Arc<Shape>,
        /// What no row means.
        none: Otherwise,
    },
    /// Returns a page of rows: a JSON array as body, and the captured values of its last row.
    Page {
        /// The statement; it asks for one row more than `limit`, which tells whether there are more.
        statement: Statement,
        /// How a row is read.
        shape: Arc<Shape>,
        /// How many rows the page has at most.
        limit: usize,
    },
    /// Returns a single integer, the count of the answer.
    Count(Statement),
    /// Must return a row, else the work is refused. Nothing of the row is read.
    Require {
        /// The statement.
        statement: Statement,
        /// What no row means.
        none: Otherwise,
    },
    /// Changes rows: at least one, else the work is refused.
    Change {
        /// The statement.
        statement: Statement,
        /// What no changed row means.
        none: Otherwise,
    },
    /// Changes any number of rows.
    Run(Statement),
}

impl Step {
    /// What it runs.
    pub fn statement(&self) -> &Statement {
        match self {
            Step::One { statement, .. }
            | Step::Page { statement, .. }
            | Step::Require { statement, .. }
            | Step::Change { statement, .. }
            | Step::Count(statement)
            | Step::Run(statement) => statement,
        }
    }
}

/// What it means that a step found nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Otherwise {
    /// Always this.
    Refuse(Refusal),
    /// A statement, run in the same transaction, returns an integer: the place of the refusal in the list.
    Probe {
        /// The statement.
        statement: Statement,
        /// The refusals. A place outside the list counts as the first.
        refusals: Vec<Refusal>,
    },
}
