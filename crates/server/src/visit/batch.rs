//! A batch that code takes: the operations of one body, by the rights of its caller, as one change.

use blueprint::EntityIndex;
use http::HeaderMap;
use work::Work;

use super::Visit;
use crate::batch::{self, Operation, Rights};
use crate::error::ApiError;
use crate::http::HttpResponse;
use crate::request::Sent;
use crate::response::Head;

impl Visit {
    /// Whether a body is a batch of an entity that this caller may ask for, as far as that can be known without its rows.
    ///
    /// # Errors
    /// 401, 422 with every problem.
    pub fn check_batch(&self, entity: EntityIndex, sent: &Sent) -> Result<(), ApiError> {
        self.operations(entity, sent).map(drop)
    }

    /// Does all operations of a body, or none of them.
    ///
    /// # Errors
    /// 401, 422; that of the first operation that is refused, with a pointer to it.
    pub async fn batch(&self, entity: EntityIndex, sent: &Sent) -> Result<HttpResponse, ApiError> {
        let app = &self.0.app;
        let (rights, operations) = self.operations(entity, sent)?;
        let plans = batch::plans(app, entity, operations, self.0.http.origin())?;
        let works: Vec<Work> = plans.iter().map(|plan| query::render(&app.catalog, plan)).collect();
        let deed = || format!("batch {}", self.entity(entity).name);
        let once = self.once(deed, || rights.as_text());
        let result = self.0.http.stages.wait("run", batch::run(&app.store, works, once)).await;
        let uri = plans.first().map_or_else(|| self.0.http.uri.clone(), |plan| self.collection(plan));
        batch::respond(app, &plans, Head { uri: &uri, headers: &HeaderMap::new() }, result)
    }

    fn operations(&self, entity: EntityIndex, sent: &Sent) -> Result<(Rights, Vec<Operation>), ApiError> {
        let (entity, path_user) = (self.entity(entity), self.0.path_user.as_deref());
        let rights = Rights::decide(entity, self.0.actor.clone(), path_user)?;
        let text = sent.text.as_deref().unwrap_or_default();
        let operations = batch::read(&self.0.app, entity, &rights, &sent.json, text)?;
        Ok((rights, operations))
    }
}
