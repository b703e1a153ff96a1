//! How a project's models say what they are: typed rows, and typed bodies that make or change them.

use std::marker::PhantomData;

use query::Invalid;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A typed row of an entity. Its fields are what the API shows of one, under the same names.
pub trait Record: DeserializeOwned + JsonSchema + Send + 'static {
    /// The entity, as the blueprint calls it.
    const ENTITY: &'static str;
    /// What makes a row.
    type New: Input + Serialize;
    /// What changes one.
    type Changes: Input + Serialize;
    /// What `PUT` takes: a whole row, or the same as changes where the blueprint says `put = "update"`.
    type Replacement: Input + Serialize;
}

/// A body that [`Json`](crate::Json) reads. One of an entity passes the blueprint's checks before it is decoded; for a type of
/// your own, `impl Input for Split {}` will do, with `#[serde(deny_unknown_fields)]` on the type.
pub trait Input: DeserializeOwned + JsonSchema + Send + 'static {
    /// What it is the body of.
    const BODY: Body = Body::Own;

    /// Adds what else is not valid. All of it is answered at once, as 422.
    fn check(&self, problems: &mut Problems) {
        let _ = problems;
    }
}

/// What a body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Something of the project's own, which no blueprint knows.
    Own,
    /// Makes a row of this entity.
    New(&'static str),
    /// Changes one.
    Changes(&'static str),
    /// Replaces one as a whole.
    Replacement(&'static str),
}

/// What is wrong with a body.
#[derive(Debug, Default)]
pub struct Problems(pub(crate) Vec<Invalid>);

impl Problems {
    /// Adds one. `pointer` is a JSON pointer into the body, such as `/titles/2`; `code` is for machines.
    pub fn add(&mut self, pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        self.0.push(Invalid { pointer: pointer.into(), code, detail: detail.into() });
    }
}

/// An action of an entity, by the name that the blueprint gives it.
#[derive(Debug)]
pub struct Action<T> {
    pub(crate) name: &'static str,
    of: PhantomData<fn() -> T>,
}

impl<T: Record> Action<T> {
    /// The action of this name.
    pub const fn new(name: &'static str) -> Action<T> {
        Action { name, of: PhantomData }
    }
}
