//! A bare axum that answers `GET /auth/me` with the JSON it was started with: no token, no database, no limits.
//!
//! It prints one line of JSON with its `url`, as `supermaker serve --json` does, and takes the same number of worker
//! threads: tokio's default, one for each core.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let body: &'static str = Box::leak(std::env::args().nth(1).unwrap_or_else(|| "{}".to_owned()).into_boxed_str());
    let app = Router::new().route("/auth/me", get(move || async move { ([(CONTENT_TYPE, "application/json")], body) }));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("{{\"url\": \"http://{}\"}}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
