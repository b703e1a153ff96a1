//! The suite on served blueprints: every example's scenarios, and the search for leaks.

#![expect(clippy::panic, reason = "tests")]

use std::path::{Path, PathBuf};

use conformance::{World, leaks, scenario};

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

#[tokio::test]
async fn nobody_learns_of_rows_that_are_not_his_to_see() {
    for name in ["todo", "lead-tracker"] {
        let text = example(name);
        let judge = load(&text);
        let stranger_to_all = std::iter::once(Vec::new());
        let each_role = judge.auth.roles.iter().map(|role| vec![role.clone()]);
        for roles in stranger_to_all.chain(each_role) {
            let found = leaks::search(&judge, &World::served(&text).await, &roles).await;
            let place = format!("{name} as {roles:?}: {} requests, {:?}", found.requests, found.statuses);
            assert!(found.leaks.is_empty(), "{place}: {} leaks\n{}", found.leaks.len(), found.leaks.join("\n"));
            assert!(found.requests > 500 && found.statuses.len() > 5, "{place}: the search reaches too little");
            assert!(found.hidden > 0 || !roles.is_empty(), "{place}: nothing was hidden");
        }
    }
}

/// A search that finds nothing where there is something to find proves nothing.
#[tokio::test]
async fn the_search_finds_what_is_left_open() {
    let strict = example("lead-tracker");
    let judge = load(&strict);
    for opened in ["read = [\"signed_in\"]", "read = [\"signed_in\"]\nupdate = [\"signed_in\"]"] {
        let entity = &judge.entities[0].name;
        let world = World::served(&format!("{strict}\n[entity.{entity}.access]\n{opened}\n")).await;
        let found = leaks::search(&judge, &world, &[]).await;
        let touched = found.leaks.iter().any(|leak| leak.starts_with("a hidden row was changed"));
        assert!(found.leaks.len() > 20, "{opened}: {:?}", found.leaks);
        assert_eq!(touched, opened.contains("update"), "{opened}");
    }
}

fn load(text: &str) -> blueprint::Blueprint {
    blueprint::load(text).unwrap_or_else(|problems| panic!("{problems}"))
}
