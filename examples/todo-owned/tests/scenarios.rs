//! The scenarios of the served to-do app, played on this one: a front end cannot tell them apart. And this app's own.

use std::path::Path;

use conformance::scenario;

mod support;

#[tokio::test]
async fn it_answers_like_the_served_app() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/conformance/scenarios/todo");
    scenario::run_folder(&scenarios, support::owned).await;
}

#[tokio::test]
async fn and_has_what_no_blueprint_says() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    scenario::run_folder(&scenarios, support::owned).await;
}
