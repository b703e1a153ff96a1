//! Holes on purpose, for tests of tests: a search for leaks that finds nothing must be shown to find what is there.
//!
//! Works are data, so a hole is an edit of them on their way to the database. Nothing but a test can ask for one: the feature
//! `tamper` is off in every build of a program.

use std::fmt;
use std::sync::{Arc, OnceLock};

use work::Work;

use crate::Transaction;

/// An edit of every work that a store runs.
pub type Edit = Arc<dyn Fn(&mut Work) + Send + Sync>;

/// The edit of a store and of all its clones, once there is one.
#[derive(Clone, Default)]
pub(crate) struct Tamper(Arc<OnceLock<Edit>>);

impl Tamper {
    /// From here on for good. A second edit is one too many, and left out.
    pub fn set(&self, edit: Edit) {
        let _ = self.0.set(edit);
    }

    /// A closure whose works are edited as well.
    pub fn around<R>(
        &self,
        run: impl FnOnce(&mut Transaction<'_>) -> R + Send + 'static,
    ) -> impl FnOnce(&mut Transaction<'_>) -> R + Send + 'static {
        let tamper = self.clone();
        move |transaction: &mut Transaction<'_>| {
            transaction.tamper = tamper;
            run(transaction)
        }
    }

    /// A work as it is run.
    pub fn applied(&self, mut work: Work) -> Work {
        if let Some(edit) = self.0.get() {
            edit(&mut work);
        }
        work
    }
}

impl fmt::Debug for Tamper {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0.get().is_some() { "Tamper(a hole)" } else { "Tamper(none)" })
    }
}
