//! The rows of one entity, as far as the caller of this request may reach them.
//!
//! Each method is one request of the engine's, in a transaction of its own, through the same stages as the blueprint's own
//! routes: access is decided, the request is checked, planned, rendered and run. There is one door past the caller's rows,
//! [`Records::unscoped`], which wants a reason and has a type of its own.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use blueprint::EntityIndex;
use http::request::Parts;
use query::{Actor, User};
use serde::Serialize;
use server::error::ApiError;
use server::http::HttpResponse;
use server::{Ask, Reach, Sent, Visit};

use crate::answer::{Created, Deleted, Page, Row};
use crate::extract::visit;
use crate::{Action, Batch, Batched, Error, Fields, Id, Query, Record, Result, Transaction};

/// The rows of `T` that the caller may reach. It carries who asks, the user of the path, `If-Match` and the id of the request.
///
/// `By` is the right by which it reaches them: the blueprint's rules, unless it says otherwise.
pub struct Records<T, By = Rules> {
    visit: Visit,
    entity: EntityIndex,
    /// A reason that says nothing is told at the first call, which can refuse.
    reach: Result<Reach, Box<ApiError>>,
    of: PhantomData<fn() -> (T, By)>,
}

/// All rows of `T`, and all fields that are ever shown, whatever the rules: see [`Records::unscoped`].
pub type Unscoped<T> = Records<T, Reason>;

/// By the rules of the blueprint, as they are for the caller.
#[derive(Debug)]
pub enum Rules {}

/// By a reason that code gives and the audit keeps.
#[derive(Debug)]
pub enum Reason {}

impl<T: Record, By> Records<T, By> {
    /// One row.
    ///
    /// # Errors
    /// 404 if it is not there or not visible.
    pub async fn get(&self, id: impl Into<Id<T>>) -> Result<Row<T>> {
        self.read(&id.into(), &[]).await
    }

    /// One row, with what the query string asks to be shown of it.
    ///
    /// # Errors
    /// 400 for a parameter that means nothing; 404 if it is not there or not visible.
    pub async fn show(&self, id: impl Into<Id<T>>, fields: Fields<T>) -> Result<Row<T>> {
        self.read(&id.into(), &fields.parameters).await
    }

    /// A page of rows.
    ///
    /// # Errors
    /// 400 for a parameter that means nothing, 403 where the caller may list nothing.
    pub async fn list(&self, query: Query<T>) -> Result<Page<T>> {
        Ok(Page::new(self.run(&Ask::List(&query.parameters)).await?))
    }

    /// A new row. In an owned entity it belongs to the caller.
    ///
    /// # Errors
    /// 422 where it breaks a limit of the blueprint, 403, 409.
    pub async fn create(&self, new: T::New) -> Result<Created<T>> {
        Ok(Created::new(self.run(&Ask::Create(&json(&new)?)).await?))
    }

    /// Changes a row: what is absent stays.
    ///
    /// # Errors
    /// 422, 404, 403, 412 or 428, 409.
    pub async fn update(&self, id: impl Into<Id<T>>, changes: T::Changes) -> Result<Row<T>> {
        Ok(Row::changed(self.run(&Ask::Update(id.into().record(), &json(&changes)?)).await?))
    }

    /// What `PUT` does: replaces a row, or changes it where the blueprint says `put = "update"`.
    ///
    /// # Errors
    /// 422, 404, 403, 412 or 428, 409.
    pub async fn replace(&self, id: impl Into<Id<T>>, whole: T::Replacement) -> Result<Row<T>> {
        Ok(Row::changed(self.run(&Ask::Replace(id.into().record(), &json(&whole)?)).await?))
    }

    /// Deletes a row.
    ///
    /// # Errors
    /// 404, 403, 412 or 428, 409.
    pub async fn delete(&self, id: impl Into<Id<T>>) -> Result<Deleted> {
        Ok(Deleted::new(self.run(&Ask::Delete(id.into().record())).await?))
    }

    /// Runs an action of the blueprint on a row.
    ///
    /// # Errors
    /// 404, 403, 412 or 428, 409.
    pub async fn act(&self, id: impl Into<Id<T>>, action: &Action<T>) -> Result<Row<T>> {
        let place = action_place(&self.visit, self.entity, action)?;
        Ok(Row::changed(self.run(&Ask::Act(id.into().record(), place)).await?))
    }

    /// Changes a row as the code of an action with `call`: by the right of the action, in the state that its `when` asks for, and
    /// told in the audit by its name. What is absent stays.
    ///
    /// # Errors
    /// 422, 404, 403, 412 or 428, 409.
    pub async fn act_with(&self, id: impl Into<Id<T>>, action: &Action<T>, changes: T::Changes) -> Result<Row<T>> {
        let place = action_place(&self.visit, self.entity, action)?;
        Ok(Row::changed(self.run(&Ask::Perform(id.into().record(), place, &json(&changes)?)).await?))
    }

    /// Brings a row back from the trash, where the blueprint says `soft_delete = true`.
    ///
    /// # Errors
    /// 404, 403, 412, 409.
    pub async fn restore(&self, id: impl Into<Id<T>>) -> Result<Row<T>> {
        has_trash(&self.visit, self.entity)?;
        Ok(Row::changed(self.run(&Ask::Restore(id.into().record())).await?))
    }

    /// A page of the rows that hang together with a row of another entity, such as the tasks of a project.
    ///
    /// # Errors
    /// 404 if that row is not there or not visible; those of [`Records::list`].
    pub async fn under<P: Record>(&self, row: impl Into<Id<P>>, query: Query<T>) -> Result<Page<T>> {
        let above = entity::<P>(&self.visit)?;
        Ok(Page::new(self.run(&Ask::Under(above, row.into().record(), &query.parameters)).await?))
    }

    /// The rows of another entity, for the same caller and by the same right.
    ///
    /// # Errors
    /// 500 if the blueprint has no such entity.
    pub fn of<U: Record>(&self) -> Result<Records<U, By>> {
        let (visit, reach) = (self.visit.clone(), self.reach.clone());
        Ok(Records { entity: entity::<U>(&visit)?, visit, reach, of: PhantomData })
    }

    /// The user who asks, if he is signed in.
    pub fn user(&self) -> Option<&User> {
        self.visit.user()
    }

    /// Who asks.
    pub fn actor(&self) -> &Actor {
        self.visit.actor()
    }

    /// The id of the request, as its log lines and its audit rows have it.
    pub fn request_id(&self) -> &str {
        self.visit.request_id()
    }

    async fn read(&self, id: &Id<T>, parameters: &[(String, String)]) -> Result<Row<T>> {
        let response = self.run(&Ask::Read(id.record(), parameters)).await?;
        let is_known = self.visit.is_known(&response);
        Ok(Row::read(response, is_known))
    }

    async fn run(&self, ask: &Ask<'_>) -> Result<HttpResponse> {
        let reach = self.reach.as_ref().map_err(|error| ApiError::clone(error))?;
        Ok(self.visit.run(self.entity, ask, reach).await?)
    }
}

impl<T: Record> Records<T> {
    /// All rows of `T`, whoever the caller is: the one door past what he may reach. The audit keeps each change through it,
    /// and each read that found something, with who asked, the id of the request and this reason; a read is on disk there
    /// before its rows are here. What you return of it, you show: fields that the caller may not read are among it.
    ///
    /// A new row of an owned entity belongs to the caller still; [`Records::create_for`] gives it to somebody else.
    /// Without a reason, the first call is 500, and the log says why.
    pub fn unscoped(&self, why: &str) -> Unscoped<T> {
        let reach = Reach::everything(why).map_err(Box::new);
        Records { visit: self.visit.clone(), entity: self.entity, reach, of: PhantomData }
    }

    /// Does what the body of a batch asks: all of it, or nothing. Each change goes through the blueprint's checks and rules, and
    /// past the handlers of the same changes one by one: what they add, this leaves out.
    ///
    /// # Errors
    /// That of the first change that is refused, with a pointer to it.
    pub async fn batch(&self, batch: Batch<T>) -> Result<Batched<T>> {
        Ok(Batched::new(self.visit.batch(self.entity, &batch.sent).await?))
    }

    /// Several changes as one: all of it happens when the closure returns `Ok`, nothing of it when it returns `Err`.
    ///
    /// The closure sees its own changes, and nobody else writes while it runs; so what it has read stays true, and it cannot
    /// wait for anybody who waits for it. It should compute little, and call no other service.
    ///
    /// # Errors
    /// What the closure returns.
    pub async fn transaction<R: Send + 'static>(
        &self,
        run: impl FnOnce(&mut Transaction<'_>) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        self.visit.transaction(move |engine| run(&mut Transaction::new(engine))).await
    }

    pub(crate) fn new(visit: Visit) -> Result<Records<T>> {
        let entity = entity::<T>(&visit)?;
        Ok(Records { visit, entity, reach: Ok(Reach::Caller), of: PhantomData })
    }
}

impl<T: Record> Unscoped<T> {
    /// A new row that belongs to this user, by his local id.
    ///
    /// # Errors
    /// 422 where it breaks a limit of the blueprint, 409: also where there is no such user.
    pub async fn create_for(&self, user: &str, new: T::New) -> Result<Created<T>> {
        Ok(Created::new(self.run(&Ask::CreateFor(user, &json(&new)?)).await?))
    }
}

impl<T, By> Clone for Records<T, By> {
    fn clone(&self) -> Records<T, By> {
        let (visit, reach) = (self.visit.clone(), self.reach.clone());
        Records { visit, entity: self.entity, reach, of: PhantomData }
    }
}

impl<T: Record, S: Sync> FromRequestParts<S> for Records<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Records<T>> {
        Records::new(visit(&parts.extensions)?.clone())
    }
}

/// The place of an entity in the blueprint. That it has one is seen at start.
pub(crate) fn entity<T: Record>(visit: &Visit) -> Result<EntityIndex> {
    let found = visit.blueprint().entities.iter().position(|entity| entity.name == T::ENTITY);
    let missing = || Error::internal(format!("the blueprint has no entity `{}`", T::ENTITY));
    found.map(EntityIndex).ok_or_else(missing)
}

pub(crate) fn action_place<T: Record>(visit: &Visit, entity: EntityIndex, action: &Action<T>) -> Result<usize> {
    let actions = &visit.blueprint().entity(entity).actions;
    let missing = || Error::internal(format!("the blueprint has no action `{}` of {}", action.name, T::ENTITY));
    actions.iter().position(|known| known.name == action.name).ok_or_else(missing)
}

/// Without a trash there is nothing to come back from, and code that tries is wrong.
pub(crate) fn has_trash(visit: &Visit, entity: EntityIndex) -> Result<()> {
    let entity = visit.blueprint().entity(entity);
    if entity.soft_delete {
        return Ok(());
    }
    Err(Error::internal(format!("{} has no trash to come back from", entity.name)))
}

/// What a handler made of a body, as the engine checks it: like one that came from outside.
pub(crate) fn json(body: &impl Serialize) -> Result<Sent> {
    Ok(Sent { json: serde_json::to_value(body)?, text: None })
}
