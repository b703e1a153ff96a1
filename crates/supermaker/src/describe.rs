//! What the types of a handler say of its route: what it takes, what it answers, which models it relies on.
//!
//! `/openapi.json` and the checks at start are made of it, so neither can say what the code does not do. An extractor of your
//! own implements [`Extracted`], an answer of your own [`Answered`]; the default of both says nothing.

use axum::response::Response;
use http::StatusCode;
use schemars::{JsonSchema, SchemaGenerator};
use server::code::Takes;
use server::openapi::{Content, Docs};

use crate::{Body, Caller, Created, Deleted, Fields, Id, Input, Json, Page, Query, Record, Records, Result, Row};

/// What is known of a route by the types of its handler.
pub struct Description<'a> {
    pub(crate) takes: Takes,
    pub(crate) docs: Docs,
    pub(crate) models: Vec<Model>,
    pub(crate) ids: Vec<&'static str>,
    pub(crate) schemas: &'a mut SchemaGenerator,
}

/// A model that a handler relies on: it must have the fields of the blueprint's entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Model {
    pub entity: &'static str,
    /// `None` is a row.
    pub body: Option<query::Body>,
    /// The type, as the compiler calls it.
    pub name: &'static str,
    /// Its fields, as JSON has them.
    pub keys: Vec<String>,
}

/// Something that a handler takes. What reads the query string or the body must say so, or requests with one are refused.
#[diagnostic::on_unimplemented(
    message = "a route cannot say what `{Self}` is",
    note = "implement `supermaker::Extracted` for it; the default says nothing, which is right for what callers do not send"
)]
pub trait Extracted {
    /// Whether it is there without the head of the request and without a router: known by the engine, or the state. `false` is right
    /// for whatever uses axum's other extractors.
    #[doc(hidden)]
    const OF_VISIT: bool = false;

    /// Says what it takes of a request.
    fn describe(description: &mut Description<'_>) {
        let _ = description;
    }
}

/// Something that a handler answers.
#[diagnostic::on_unimplemented(
    message = "a route cannot say what `{Self}` is",
    note = "implement `supermaker::Answered` for it; the default says nothing of the answer's body"
)]
pub trait Answered {
    /// Says what a success is.
    fn describe(description: &mut Description<'_>) {
        let _ = description;
    }
}

/// A handler whose types say what it does. `T` keeps handlers of different arguments apart, as in axum.
pub trait Described<T> {
    /// Whether all that it takes is there without a router.
    #[doc(hidden)]
    const OF_VISIT: bool = false;

    /// Says it.
    fn describe(description: &mut Description<'_>);
}

macro_rules! described {
    ($([$($argument:ident),*])*) => {$(
        impl<F, Fut, R, M, $($argument),*> Described<(M, $($argument,)*)> for F
        where
            F: FnOnce($($argument),*) -> Fut,
            Fut: Future<Output = R>,
            R: Answered,
            $($argument: Extracted,)*
        {
            const OF_VISIT: bool = true $(&& <$argument as Extracted>::OF_VISIT)*;

            fn describe(description: &mut Description<'_>) {
                $(<$argument as Extracted>::describe(description);)*
                R::describe(description);
            }
        }
    )*};
}

described! {
    [] [A] [A, B] [A, B, C] [A, B, C, D] [A, B, C, D, E] [A, B, C, D, E, G] [A, B, C, D, E, G, H] [A, B, C, D, E, G, H, I]
}

impl<'a> Description<'a> {
    pub(crate) fn new(schemas: &'a mut SchemaGenerator) -> Description<'a> {
        let (takes, docs) = (Takes::default(), Docs::default());
        Description { takes, docs, models: Vec::new(), ids: Vec::new(), schemas }
    }

    /// The handler reads the query string.
    pub fn takes_parameters(&mut self) {
        self.takes.parameters = true;
    }

    /// The handler reads the body, which is not said to be anything in particular.
    pub fn takes_body(&mut self) {
        self.takes.body = true;
    }

    fn model<T: JsonSchema>(&mut self, entity: &'static str, body: Option<query::Body>) {
        let name = std::any::type_name::<T>();
        if self.models.iter().any(|known| known.name == name) {
            return;
        }
        let schema = SchemaGenerator::default().into_root_schema_for::<T>();
        let properties = schema.get("properties").and_then(serde_json::Value::as_object);
        let keys = properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default();
        self.models.push(Model { entity, body, name, keys });
    }

    fn body<T: Input>(&mut self) {
        if let Some((entity, body)) = T::BODY.of() {
            self.model::<T>(entity, Some(body));
        }
    }

    pub(crate) fn succeeds(&mut self, status: StatusCode, content: Option<Content>) {
        self.docs.success = Some((status, content));
    }
}

impl<T: Record> Extracted for Records<T> {
    const OF_VISIT: bool = true;

    fn describe(description: &mut Description<'_>) {
        description.model::<T>(T::ENTITY, None);
        description.body::<T::New>();
        description.body::<T::Changes>();
        description.body::<T::Replacement>();
    }
}

impl<T: Record> Extracted for Id<T> {
    const OF_VISIT: bool = true;

    fn describe(description: &mut Description<'_>) {
        description.ids.push(T::ENTITY);
    }
}

impl<T: Input> Extracted for Json<T> {
    const OF_VISIT: bool = true;

    fn describe(description: &mut Description<'_>) {
        description.takes.body = true;
        description.takes.json = true;
        description.docs.body = Some(match T::BODY.of() {
            Some((entity, body)) => Content::Input(entity.to_owned(), body),
            None => Content::Schema(description.schemas.subschema_for::<T>().to_value()),
        });
        description.body::<T>();
    }
}

impl<T: Record> Extracted for Query<T> {
    const OF_VISIT: bool = true;

    fn describe(description: &mut Description<'_>) {
        description.takes.parameters = true;
        description.docs.lists = Some(T::ENTITY.to_owned());
    }
}

impl<T: Record> Extracted for Fields<T> {
    const OF_VISIT: bool = true;

    fn describe(description: &mut Description<'_>) {
        description.takes.parameters = true;
    }
}

impl Extracted for Caller {
    const OF_VISIT: bool = true;
}
impl Extracted for http::HeaderMap {}
impl Extracted for http::Method {}
impl<T> Extracted for axum::extract::State<T> {
    const OF_VISIT: bool = true;
}
impl<T> Extracted for axum::Extension<T> {}
impl<T> Extracted for axum::extract::Path<T> {}

impl Extracted for http::Uri {
    fn describe(description: &mut Description<'_>) {
        description.takes_parameters();
    }
}

impl<T> Extracted for axum::extract::Query<T> {
    fn describe(description: &mut Description<'_>) {
        description.takes_parameters();
    }
}

impl Extracted for axum::body::Bytes {
    fn describe(description: &mut Description<'_>) {
        description.takes_body();
    }
}

impl Extracted for String {
    fn describe(description: &mut Description<'_>) {
        description.takes_body();
    }
}

impl Extracted for axum::extract::Request {
    fn describe(description: &mut Description<'_>) {
        description.takes_parameters();
        description.takes_body();
    }
}

impl<T: Answered> Answered for Result<T> {
    fn describe(description: &mut Description<'_>) {
        T::describe(description);
    }
}

impl<T: Record> Answered for Row<T> {
    fn describe(description: &mut Description<'_>) {
        description.succeeds(StatusCode::OK, Some(Content::Row(T::ENTITY.to_owned())));
    }
}

impl<T: Record> Answered for Created<T> {
    fn describe(description: &mut Description<'_>) {
        description.succeeds(StatusCode::CREATED, Some(Content::Row(T::ENTITY.to_owned())));
    }
}

impl<T: Record> Answered for Page<T> {
    fn describe(description: &mut Description<'_>) {
        description.succeeds(StatusCode::OK, Some(Content::Page(T::ENTITY.to_owned())));
    }
}

impl Answered for Deleted {
    fn describe(description: &mut Description<'_>) {
        description.succeeds(StatusCode::NO_CONTENT, None);
    }
}

impl<T: JsonSchema> Answered for Json<T> {
    fn describe(description: &mut Description<'_>) {
        let schema = description.schemas.subschema_for::<T>().to_value();
        description.succeeds(StatusCode::OK, Some(Content::Schema(schema)));
    }
}

impl Answered for () {}
impl Answered for String {}
impl Answered for &'static str {}
impl Answered for StatusCode {}
impl Answered for Response {}

impl Body {
    /// The entity and what the body means to it; `None` for one of the project's own.
    pub(crate) fn of(self) -> Option<(&'static str, query::Body)> {
        match self {
            Body::Own => None,
            Body::New(entity) => Some((entity, query::Body::Create)),
            Body::Changes(entity) => Some((entity, query::Body::Update)),
            Body::Replacement(entity) => Some((entity, query::Body::Replace)),
        }
    }
}
