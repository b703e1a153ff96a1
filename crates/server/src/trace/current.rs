//! Which request the current task works for.

use std::sync::Arc;

/// What names a request in logs.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    pub(crate) request: Arc<str>,
    /// The trace that the caller says it is part of.
    pub(crate) trace: Option<Arc<str>>,
}

tokio::task_local! {
    static CURRENT: Ids;
}

/// Runs a request's part of the work under its ids.
pub(crate) async fn within<T>(ids: Ids, work: impl Future<Output = T>) -> T {
    CURRENT.scope(ids, work).await
}

/// The ids of the request that the current task works for, if it does.
pub(super) fn current() -> Option<Ids> {
    CURRENT.try_with(Ids::clone).ok()
}
