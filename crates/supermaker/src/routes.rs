//! Routes: axum's, which keep in mind what they are, so that documents and checks can be made of them.
//!
//! `Routes::new().route("/tasks", get(list).post(create))` is what it is in axum, layers, state and extractors included;
//! underneath lies an axum router. Paths begin after the prefix of the API, and after the user id where there is one.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, MethodRouter, Route};
use http::Method;
use tower::{Layer, Service};

use crate::describe::{Described, Description};
use crate::dispatch::{self, Direct};

/// Routes by path. `S` is the state that their handlers still miss, as in axum.
#[derive(Clone)]
pub struct Routes<S = ()> {
    pub(crate) paths: Vec<(String, Methods<S>)>,
}

/// The methods of one path.
#[derive(Clone)]
pub struct Methods<S = ()> {
    pub(crate) handlers: MethodRouter<S>,
    pub(crate) operations: Vec<Operation>,
    /// The handlers that can be called as they are, one place for each operation.
    pub(crate) direct: Vec<Option<Direct<S>>>,
}

/// One method, and what is known of it.
#[derive(Clone)]
pub(crate) struct Operation {
    pub method: Method,
    pub describe: fn(&mut Description<'_>),
    pub summary: Option<String>,
    pub description: String,
    pub anonymous: bool,
}

macro_rules! methods {
    ($($name:ident, $method:ident;)+) => {
        $(
            /// This method of a path, answered by a handler.
            pub fn $name<H, T, S>(handler: H) -> Methods<S>
            where
                H: Handler<T, S> + Described<T>,
                T: 'static,
                S: Clone + Send + Sync + 'static,
            {
                Methods::new().$name(handler)
            }
        )+

        impl<S: Clone + Send + Sync + 'static> Methods<S> {
            $(
                /// One method more.
                pub fn $name<H, T>(self, handler: H) -> Methods<S>
                where
                    H: Handler<T, S> + Described<T>,
                    T: 'static,
                {
                    self.on(MethodFilter::$method, Method::$method, handler)
                }
            )+
        }
    };
}

methods! { get, GET; post, POST; patch, PATCH; put, PUT; delete, DELETE; }

impl<S: Clone + Send + Sync + 'static> Methods<S> {
    fn new() -> Methods<S> {
        Methods { handlers: MethodRouter::new(), operations: Vec::new(), direct: Vec::new() }
    }

    /// What the method named last does, for `/openapi.json`. What the blueprint does not know must say it.
    pub fn summary(mut self, text: impl Into<String>) -> Methods<S> {
        if let Some(last) = self.operations.last_mut() {
            last.summary = Some(text.into());
        }
        self
    }

    /// What more there is to say of the method named last.
    pub fn description(mut self, text: impl Into<String>) -> Methods<S> {
        if let Some(last) = self.operations.last_mut() {
            last.description = text.into();
        }
        self
    }

    /// Whoever asks the method named last is a stranger, whatever he sends as `Authorization`: that is for the handler to read.
    /// For callers who have no account here but another secret, such as webhooks.
    pub fn without_account(mut self) -> Methods<S> {
        if let Some(last) = self.operations.last_mut() {
            last.anonymous = true;
        }
        self
    }

    /// Without axum's own limit of a body, for that of the settings holds for all. Only where a body is read by axum's means:
    /// a layer costs each request two allocations.
    pub(crate) fn without_limit(mut self) -> Methods<S> {
        self.handlers = self.handlers.layer(DefaultBodyLimit::disable());
        self
    }

    fn on<H, T>(mut self, filter: MethodFilter, method: Method, handler: H) -> Methods<S>
    where
        H: Handler<T, S> + Described<T>,
        T: 'static,
    {
        self.direct.push(H::OF_VISIT.then(|| dispatch::direct(handler.clone())));
        // axum panics at a method that is there twice; the check at start says where.
        if !self.operations.iter().any(|known| known.method == method) {
            self.handlers = self.handlers.on(filter, handler);
        }
        let (summary, description) = (None, String::new());
        self.operations.push(Operation { method, describe: H::describe, summary, description, anonymous: false });
        self
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No routes.
    pub fn new() -> Routes<S> {
        Routes { paths: Vec::new() }
    }

    /// Adds the methods of a path, such as `/tasks/{id}`.
    pub fn route(mut self, path: &str, methods: Methods<S>) -> Routes<S> {
        self.paths.push((path.to_owned(), methods));
        self
    }

    /// Adds the routes of others.
    pub fn merge(mut self, others: Routes<S>) -> Routes<S> {
        self.paths.extend(others.paths);
        self
    }

    /// Puts a tower layer around each route so far. It runs after the caller has been found and the route's rule been asked.
    pub fn layer<L>(mut self, layer: L) -> Routes<S>
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        for (_, methods) in &mut self.paths {
            methods.handlers = std::mem::take(&mut methods.handlers).layer(layer.clone());
            methods.direct.fill(None);
        }
        self
    }

    /// Gives the handlers their state.
    pub fn with_state(self, state: S) -> Routes {
        let paths = self.paths.into_iter().map(|(path, methods)| {
            let Methods { handlers, operations, direct } = methods;
            let direct = direct.into_iter().map(|handler| Some(given(handler?, state.clone()))).collect();
            (path, Methods { handlers: handlers.with_state(state.clone()), operations, direct })
        });
        Routes { paths: paths.collect() }
    }
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Routes<S> {
        Routes::new()
    }
}

/// A handler that has its state.
fn given<S: Clone + Send + Sync + 'static>(handler: Direct<S>, state: S) -> Direct {
    Arc::new(move |visit, ()| handler(visit, state.clone()))
}
