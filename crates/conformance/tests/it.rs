//! The suite on served blueprints: every example's scenarios.

use std::path::{Path, PathBuf};

use conformance::{World, scenario};

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name).join("blueprint.toml");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn scenarios(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name)
}

async fn run(name: &str) {
    let blueprint = example(name);
    scenario::run_folder(&scenarios(name), async || World::served(&blueprint).await).await;
}

#[tokio::test]
async fn todo() {
    run("todo").await;
}
