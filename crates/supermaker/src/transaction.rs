//! Several changes as one, of any entities, for the caller of one request.
//!
//! The methods are those of [`Records`](crate::Records), and so are the stages behind them: nothing here reaches further.

use server::Ask;
use server::http::HttpResponse;

use crate::answer::{Created, Deleted, Page, Row};
use crate::records::{action_place, entity, json};
use crate::{Action, Id, Query, Record, Result};

/// A transaction. What it is asked for happens at once, and holds when the closure that has it returns `Ok`.
pub struct Transaction<'a> {
    engine: server::Transaction<'a>,
}

impl Transaction<'_> {
    pub(crate) fn new(engine: server::Transaction<'_>) -> Transaction<'_> {
        Transaction { engine }
    }

    /// One row.
    ///
    /// # Errors
    /// 404 if it is not there or not visible.
    pub fn get<T: Record>(&mut self, id: &Id<T>) -> Result<Row<T>> {
        Ok(Row::changed(self.run::<T>(&Ask::Read(id.record(), &[]))?))
    }

    /// A page of rows.
    ///
    /// # Errors
    /// 400 for a parameter that means nothing, 403 where the caller may list nothing.
    pub fn list<T: Record>(&mut self, query: Query<T>) -> Result<Page<T>> {
        Ok(Page::new(self.run::<T>(&Ask::List(&query.parameters))?))
    }

    /// A new row: `transaction.create::<Task>(new)`. In an owned entity it belongs to the caller.
    ///
    /// # Errors
    /// 422, 403, 409.
    pub fn create<T: Record>(&mut self, new: T::New) -> Result<Created<T>> {
        Ok(Created::new(self.run::<T>(&Ask::Create(&json(&new)?))?))
    }

    /// Changes a row: what is absent stays.
    ///
    /// # Errors
    /// 422, 404, 403, 412 or 428, 409.
    pub fn update<T: Record>(&mut self, id: &Id<T>, changes: T::Changes) -> Result<Row<T>> {
        Ok(Row::changed(self.run::<T>(&Ask::Update(id.record(), &json(&changes)?))?))
    }

    /// What `PUT` does.
    ///
    /// # Errors
    /// 422, 404, 403, 412 or 428, 409.
    pub fn replace<T: Record>(&mut self, id: &Id<T>, whole: T::Replacement) -> Result<Row<T>> {
        Ok(Row::changed(self.run::<T>(&Ask::Replace(id.record(), &json(&whole)?))?))
    }

    /// Deletes a row.
    ///
    /// # Errors
    /// 404, 403, 412 or 428, 409.
    pub fn delete<T: Record>(&mut self, id: &Id<T>) -> Result<Deleted> {
        Ok(Deleted::new(self.run::<T>(&Ask::Delete(id.record()))?))
    }

    /// Runs an action of the blueprint on a row.
    ///
    /// # Errors
    /// 404, 403, 412 or 428, 409.
    pub fn act<T: Record>(&mut self, id: &Id<T>, action: &Action<T>) -> Result<Row<T>> {
        let visit = self.engine.visit();
        let place = action_place(visit, entity::<T>(visit)?, action)?;
        Ok(Row::changed(self.run::<T>(&Ask::Act(id.record(), place))?))
    }

    fn run<T: Record>(&mut self, ask: &Ask<'_>) -> Result<HttpResponse> {
        let entity = entity::<T>(self.engine.visit())?;
        Ok(self.engine.run(entity, ask)?)
    }
}
