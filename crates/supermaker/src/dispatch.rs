//! From the engine to a handler, and back.
//!
//! There are two ways. What a handler of axum's may want of a request, a router and a service give it: that is the whole way. Most
//! handlers take nothing but what the engine has found out already, and are called as they are: a fifth of the time of such a
//! request went into a router that looked for the same path a second time.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::Response;
use futures_util::future::BoxFuture;
use http_body_util::Limited;
use server::Visit;
use server::code::Answer;
use tower::ServiceExt;

use crate::bare;
use crate::routes::Methods;

/// A handler without a router around it.
pub(crate) type Direct<S = ()> = Arc<dyn Fn(Visit, S) -> BoxFuture<'static, Response> + Send + Sync>;

/// A handler whose arguments are all found in the visit: see [`Extracted::OF_VISIT`](crate::Extracted::OF_VISIT).
pub(crate) fn direct<H, T, S>(handler: H) -> Direct<S>
where
    H: Handler<T, S>,
    S: 'static,
{
    Arc::new(move |visit, state| {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(visit);
        Box::pin(handler.clone().call(request, state))
    })
}

/// The way to the handlers: `direct` has one place for each route, in their order. The router is made at the first request
/// that goes through it, after the server has found nothing in the paths that axum would not take.
pub(crate) fn answer(paths: Vec<(String, Methods)>, direct: Vec<Option<Direct>>) -> Answer {
    let router = LazyLock::new(move || router(paths));
    Box::new(move |visit: Visit| match direct.get(visit.route()) {
        Some(Some(handler)) => {
            let response = handler(visit, ());
            Box::pin(async move { bare::read(response.await).await })
        }
        _ => {
            let router = router.clone();
            Box::pin(async move { bare::read(routed(router, visit).await).await })
        }
    })
}

async fn routed(router: Router, visit: Visit) -> Response {
    // Whatever reads a body, it is never longer than the settings say.
    let limit = visit.max_body_bytes();
    let mut request = visit.request().map(|body| Body::new(Limited::new(body, limit)));
    request.extensions_mut().insert(visit);
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// The router of paths that were checked: no two clash.
fn router(paths: Vec<(String, Methods)>) -> Router {
    paths.into_iter().fold(Router::new(), |router, (path, methods)| router.route(&path, methods.handlers))
}
