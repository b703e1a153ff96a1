//! The `/docs` page: Swagger UI out of this program's own pages, so that it works without any network but ours.
//!
//! What it shows is `/openapi.json`; nothing of it is written here.

use std::sync::{Arc, LazyLock};

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY};
use http::header::{X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use hyper::body::Bytes;
use utoipa_swagger_ui::{Config, SwaggerFile};

use crate::http::HttpResponse;

/// Scripts from here alone, and requests to here alone: a token typed into the page cannot be sent anywhere else.
/// Swagger UI sets styles inline and has its icons in `data:` URLs.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Relative, so that the page also works where a proxy serves the app under a path.
static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::from("../openapi.json").use_base_layout().validator_url("none");
    Arc::new(config.display_request_duration(true).default_models_expand_depth(0))
});

/// What is at a path below `/docs`: the page itself, or a file that it loads. `None` if there is nothing.
pub fn page(path: &str) -> Option<HttpResponse> {
    if path.is_empty() {
        // The page names its files relative to its own folder.
        return Some(HttpResponse::empty(StatusCode::PERMANENT_REDIRECT).with(LOCATION, "docs/"));
    }
    let name = match path.strip_prefix('/')? {
        "" => "index.html",
        name => name,
    };
    // The only error is a file of the crate that is not text where it must be, which its tests would see.
    let file = utoipa_swagger_ui::serve(name, CONFIG.clone()).ok()??;
    Some(response(name, file))
}

fn response(name: &str, file: SwaggerFile<'_>) -> HttpResponse {
    // Names stay the same when the program is renewed, so a day is as long as a file may be out of date.
    let changes = matches!(name, "index.html" | "swagger-initializer.js");
    let content_type = match file.content_type.as_str() {
        text if text.starts_with("text/") && !text.contains("charset") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    };
    HttpResponse { body: Bytes::from(file.bytes.into_owned()), ..HttpResponse::empty(StatusCode::OK) }
        .with(CONTENT_TYPE, content_type)
        .with(CACHE_CONTROL, if changes { "no-cache" } else { "public, max-age=86400" })
        .with(CONTENT_SECURITY_POLICY, POLICY)
        .with(X_CONTENT_TYPE_OPTIONS, "nosniff")
        .with(X_FRAME_OPTIONS, "DENY")
        .with(REFERRER_POLICY, "no-referrer")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(response: &HttpResponse) -> String {
        String::from_utf8(response.body.to_vec()).unwrap()
    }

    /// The values of `src` and `href`.
    fn references(html: &str) -> Vec<String> {
        let after = html.split("src=\"").skip(1).chain(html.split("href=\"").skip(1));
        after.filter_map(|rest| rest.split_once('"')).map(|(reference, _)| reference.to_owned()).collect()
    }

    #[test]
    fn the_page_loads_nothing_from_elsewhere_and_all_that_it_loads_is_there() {
        assert_eq!(page("").unwrap().headers[LOCATION], "docs/");
        let index = page("/").unwrap();
        assert_eq!(index.headers[CONTENT_TYPE], "text/html; charset=utf-8");
        let references = references(&text(&index));
        assert!(references.len() >= 5, "{references:?}");
        for reference in references {
            assert!(!reference.contains("//"), "{reference} is elsewhere");
            let file = page(&format!("/{}", reference.trim_start_matches("./"))).unwrap();
            assert!(!file.body.is_empty(), "{reference}");
            assert_eq!(file.headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
            let kind = file.headers[CONTENT_TYPE].to_str().unwrap();
            let fits = ["text/css", "text/javascript", "image/png"].iter().any(|known| kind.starts_with(known));
            assert!(fits, "{reference} is {kind}");
        }
    }

    #[test]
    fn scripts_and_requests_stay_at_home() {
        let policy = page("/").unwrap().headers[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        let directive = |name: &str| policy.split("; ").find(|part| part.starts_with(name)).unwrap().to_owned();
        assert_eq!(directive("script-src"), "script-src 'self'");
        assert_eq!(directive("connect-src"), "connect-src 'self'");
        let initializer = text(&page("/swagger-initializer.js").unwrap());
        assert!(initializer.contains("\"../openapi.json\""), "{initializer}");
        assert!(!initializer.contains("://") && !initializer.contains("{{config}}"), "{initializer}");
    }

    #[test]
    fn what_is_not_there_is_not_there() {
        for path in ["x", "/x", "/../Cargo.toml", "//index.html", "/index.html/", "/swagger-ui.css.map"] {
            assert!(page(path).is_none(), "{path}");
        }
    }
}
