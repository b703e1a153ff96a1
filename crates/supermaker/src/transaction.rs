//! Several changes as one, of any entities, for the caller of one request.
//!
//! The methods are those of [`Records`](crate::Records), and so are the stages behind them: nothing here reaches further but
//! by [`Transaction::unscoped`], which wants a reason.

use std::marker::PhantomData;

use server::error::ApiError;
use server::http::HttpResponse;
use server::{Ask, Reach};

use crate::answer::{Created, Deleted, Page, Row};
use crate::records::{Reason, Rules, action_place, entity, has_trash, json};
use crate::{Action, Id, Query, Record, Result};

/// A transaction. What it is asked for happens at once, and holds when the closure that has it returns `Ok`.
pub struct Transaction<'a, By = Rules> {
    engine: server::Transaction<'a>,
    reach: Result<Reach, Box<ApiError>>,
    by: PhantomData<fn() -> By>,
}

impl Transaction<'_> {
    pub(crate) fn new(engine: server::Transaction<'_>) -> Transaction<'_> {
        Transaction { engine, reach: Ok(Reach::Caller), by: PhantomData }
    }

    /// The same transaction in all rows, as [`Records::unscoped`](crate::Records::unscoped) reaches them. What is read by it
    /// stays in the audit even if the closure returns `Err`.
    pub fn unscoped(&mut self, why: &str) -> Transaction<'_, Reason> {
        Transaction { engine: self.engine.again(), reach: Reach::everything(why).map_err(Box::new), by: PhantomData }
    }
}

impl Transaction<'_, Reason> {
    /// A new row that belongs to this user, by his local id.
    ///
    /// # Errors
    /// 422, 409: also where there is no such user.
    pub fn create_for<T: Record>(&mut self, user: &str, new: T::New) -> Result<Created<T>> {
        Ok(Created::new(self.run::<T>(&Ask::CreateFor(user, &json(&new)?))?))
    }
}

impl<By> Transaction<'_, By> {
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

    /// Changes a row as the code of an action with `call`: see [`Records::act_with`](crate::Records::act_with).
    ///
    /// # Errors
    /// 422, 404, 403, 412 or 428, 409.
    pub fn act_with<T: Record>(&mut self, id: &Id<T>, action: &Action<T>, changes: T::Changes) -> Result<Row<T>> {
        let visit = self.engine.visit();
        let place = action_place(visit, entity::<T>(visit)?, action)?;
        Ok(Row::changed(self.run::<T>(&Ask::Perform(id.record(), place, &json(&changes)?))?))
    }

    /// Brings a row back from the trash, where the blueprint says `soft_delete = true`.
    ///
    /// # Errors
    /// 404, 403, 412, 409.
    pub fn restore<T: Record>(&mut self, id: &Id<T>) -> Result<Row<T>> {
        let visit = self.engine.visit();
        has_trash(visit, entity::<T>(visit)?)?;
        Ok(Row::changed(self.run::<T>(&Ask::Restore(id.record()))?))
    }

    /// A page of the rows that hang together with a row of another entity.
    ///
    /// # Errors
    /// 404 if that row is not there or not visible; those of [`Transaction::list`].
    pub fn under<T: Record, P: Record>(&mut self, row: &Id<P>, query: Query<T>) -> Result<Page<T>> {
        let above = entity::<P>(self.engine.visit())?;
        Ok(Page::new(self.run::<T>(&Ask::Under(above, row.record(), &query.parameters))?))
    }

    fn run<T: Record>(&mut self, ask: &Ask<'_>) -> Result<HttpResponse> {
        let entity = entity::<T>(self.engine.visit())?;
        let reach = self.reach.as_ref().map_err(|error| ApiError::clone(error))?;
        Ok(self.engine.run(entity, ask, reach)?)
    }
}
