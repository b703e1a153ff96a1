//! The `/docs` page: Swagger UI out of this program itself, so that it works without any network but ours.
//!
//! What it shows is `/openapi.json`; nothing of it is written here. The files are packed until somebody opens the page.

mod archive;

use std::collections::HashMap;
use std::sync::LazyLock;

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY};
use http::header::{X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use hyper::body::Bytes;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;

use crate::http::HttpResponse;

/// Scripts from here alone, and requests to here alone: a token typed into the page cannot be sent anywhere else.
/// Swagger UI sets styles inline and has its icons in `data:` URLs.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the page loads, out of the archive of Swagger UI.
const NAMES: [&str; 6] = [
    "favicon-16x16.png",
    "favicon-32x32.png",
    "index.css",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-ui.css",
];

/// The page, in the place of the archive's own, which knows no telephones and is called Swagger UI whatever it shows. Lines stand
/// further apart than Swagger UI sets them, or the dark boxes around code would cover what stands above.
const INDEX: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>API documentation</title>
  <link rel="stylesheet" href="./swagger-ui.css">
  <link rel="stylesheet" href="./index.css">
  <style>.swagger-ui .renderedMarkdown :is(p, li) { line-height: 1.8 }</style>
  <link rel="icon" type="image/png" href="./favicon-32x32.png" sizes="32x32">
  <link rel="icon" type="image/png" href="./favicon-16x16.png" sizes="16x16">
</head>
<body>
  <div id="swagger-ui"></div>
  <noscript>This page needs JavaScript; what it shows is at /openapi.json.</noscript>
  <script src="./swagger-ui-bundle.js"></script>
  <script src="./swagger-ui-standalone-preset.js"></script>
  <script src="./swagger-initializer.js"></script>
</body>
</html>
"#;

/// What starts the page, in the place of the archive's own, which shows another API. The document's URL is relative, so
/// that the page also works where a proxy serves the app under a path; no validator gets to see it. Dark is what the browser
/// says, at once and whenever it changes its mind: Swagger UI has a class for it, and leaves to others when it is set.
const INITIALIZER: &str = r##"const dark = matchMedia("(prefers-color-scheme: dark)");
const dress = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", dress);
dress();

window.onload = () => {
  window.ui = SwaggerUIBundle({
    url: "../openapi.json",
    dom_id: "#swagger-ui",
    layout: "BaseLayout",
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [SwaggerUIBundle.plugins.DownloadUrl],
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    validatorUrl: "none",
    onComplete: () => {
      const title = window.ui.specSelectors.info().get("title");
      if (title) document.title = `${title}: API documentation`;
    },
  });
};
"##;

/// Unpacked when the page is opened first: they take two megabytes.
static FILES: LazyLock<HashMap<&str, Bytes>> = LazyLock::new(|| {
    let unpacked = NAMES.iter().filter_map(|name| {
        let content = archive::file(SWAGGER_UI_VENDORED, &format!("dist/{name}"))?;
        Some((*name, Bytes::from(content)))
    });
    let own = [("index.html", INDEX), ("swagger-initializer.js", INITIALIZER)];
    unpacked.chain(own.map(|(name, text)| (name, Bytes::from_static(text.as_bytes())))).collect()
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
    Some(response(name, FILES.get(name)?.clone()))
}

fn response(name: &str, body: Bytes) -> HttpResponse {
    // Names stay the same when the program is renewed, so a day is as long as a file may be out of date.
    let changes = matches!(name, "index.html" | "swagger-initializer.js");
    let content_type = match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "png")) => "image/png",
        _ => "text/html; charset=utf-8",
    };
    HttpResponse { body, ..HttpResponse::empty(StatusCode::OK) }
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
    fn the_page_fits_a_telephone_and_the_colours_of_the_browser_and_is_called_after_the_app() {
        let index = text(&page("/").unwrap());
        assert!(index.contains(r#"name="viewport" content="width=device-width"#), "{index}");
        assert!(index.contains(r#"name="color-scheme" content="light dark""#), "{index}");
        assert!(!index.contains("Swagger UI"), "{index}");
        // What the initializer relies on is there in this version of Swagger UI.
        assert!(text(&page("/swagger-ui.css").unwrap()).contains("html.dark-mode"));
        let initializer = text(&page("/swagger-initializer.js").unwrap());
        assert!(initializer.contains("\"dark-mode\", dark.matches"), "{initializer}");
        assert!(initializer.contains("document.title ="), "{initializer}");
    }

    #[test]
    fn every_file_comes_out_of_the_archive_as_what_it_is() {
        for name in NAMES {
            let file = page(&format!("/{name}")).unwrap();
            assert!(!file.body.is_empty(), "{name}");
        }
        assert_eq!(page("/favicon-16x16.png").unwrap().headers[CONTENT_TYPE], "image/png");
        assert_eq!(page("/swagger-ui.css").unwrap().headers[CONTENT_TYPE], "text/css; charset=utf-8");
        assert_eq!(page("/swagger-ui-bundle.js").unwrap().headers[CONTENT_TYPE], "text/javascript; charset=utf-8");
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
        for path in
            ["x", "/x", "/../Cargo.toml", "//index.html", "/index.html/", "/swagger-ui.css.map", "/dist/index.html"]
        {
            assert!(page(path).is_none(), "{path}");
        }
    }
}
