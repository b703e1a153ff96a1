//! What is served now. Another blueprint can take its place while the server runs: requests that have begun end on the
//! one before, those that come meet the new one, and connections do not notice.

use std::sync::{Arc, PoisonError, RwLock};

use blueprint::Blueprint;

use crate::{App, StartError};

/// An app that can be exchanged. Clones share it.
#[derive(Clone)]
pub struct Live(Arc<RwLock<Arc<App>>>);

impl Live {
    /// Begins with an app.
    pub fn new(app: impl Into<Arc<App>>) -> Live {
        Live(Arc::new(RwLock::new(app.into())))
    }

    /// The app that requests meet now.
    pub fn now(&self) -> Arc<App> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves another blueprint from now on, with the same settings, on the same open database. Sessions, limits of rate
    /// and counts go on.
    ///
    /// # Errors
    /// The database holds other tables, or the settings do not go with the blueprint; then everything stays as it was.
    pub async fn reload(&self, blueprint: Arc<Blueprint>) -> Result<(), StartError> {
        let new = self.now().renewed(blueprint).await?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        Ok(())
    }
}
