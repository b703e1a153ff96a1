//! The suite on served blueprints: every example's scenarios, and the search for leaks.

#![expect(clippy::panic, reason = "tests")]

mod holes;
mod matrix;

use std::path::{Path, PathBuf};

use blueprint::Rule;
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
async fn lead_tracker() {
    run("lead-tracker").await;
}

#[tokio::test]
async fn clinic() {
    run("clinic").await;
}

#[tokio::test]
async fn shop() {
    run("shop").await;
}

#[tokio::test]
async fn a1_nobody_learns_of_another_s_tasks() {
    nobody_learns("todo").await;
}

#[tokio::test]
async fn a1_nobody_learns_of_another_s_prospects() {
    nobody_learns("lead-tracker").await;
}

#[tokio::test]
async fn a1_nobody_learns_of_another_s_health() {
    nobody_learns("clinic").await;
}

#[tokio::test]
async fn a1_nobody_learns_of_another_s_orders() {
    nobody_learns("shop").await;
}

#[tokio::test]
async fn a1_no_key_learns_more_of_tasks_than_it_is_for() {
    no_key_learns("todo", &example("todo")).await;
}

#[tokio::test]
async fn a1_no_key_learns_more_of_prospects_than_it_is_for() {
    no_key_learns("lead-tracker", &example("lead-tracker")).await;
}

#[tokio::test]
async fn a1_no_key_learns_more_of_health_than_it_is_for() {
    no_key_learns("clinic", &example("clinic")).await;
}

#[tokio::test]
async fn a1_no_key_learns_more_of_orders_than_it_is_for() {
    no_key_learns("shop", &example("shop")).await;
}

#[tokio::test]
async fn a1_no_key_learns_what_a_condition_hides() {
    no_key_learns("conditions", include_str!("conditions.toml")).await;
}

#[tokio::test]
async fn a1_no_key_learns_what_is_for_others_than_its_user() {
    no_key_learns("callers", include_str!("callers.toml")).await;
}

/// Searches an app for leaks to keys: one for reading by a user with a role, one for one entity alone by a user without, and where
/// there is little to ask one for everything.
async fn no_key_learns(name: &str, text: &str) {
    let judge = load(text);
    let one = judge.entities.iter().find(|entity| entity.owned).map_or("*", |entity| entity.name.as_str());
    let role: Vec<String> = judge.auth.roles.first().cloned().into_iter().collect();
    let all = (judge.entities.len() < 3).then_some((&[][..], "*", 5));
    for (roles, allow, statuses) in [(&*role, "*:read", 3), (&[], one, 5)].into_iter().chain(all) {
        let found = leaks::search_with_key(&judge, &World::served(text).await, roles, &[allow]).await;
        let place =
            format!("{name} as {roles:?} with a key for {allow}: {} requests, {:?}", found.requests, found.statuses);
        assert!(found.leaks.is_empty(), "{place}: {} leaks\n{}", found.leaks.len(), found.leaks.join("\n"));
        assert!(found.requests > 500 && found.statuses.len() > statuses, "{place}: the search reaches too little");
        assert!(found.hidden > 0, "{place}: nothing was hidden");
        println!("{place}, {} hidden rows, {} veiled cells", found.hidden, found.veiled);
    }
}

#[tokio::test]
async fn a1_nobody_learns_of_what_a_condition_hides() {
    nobody_learns_in("conditions", include_str!("conditions.toml")).await;
}

#[tokio::test]
async fn a1_nobody_learns_of_what_is_for_other_callers() {
    nobody_learns_in("callers", include_str!("callers.toml")).await;
}

/// Searches an example for leaks to users without a role, with each of them, and to strangers where anything is for these.
async fn nobody_learns(name: &str) {
    nobody_learns_in(name, &example(name)).await;
}

async fn nobody_learns_in(name: &str, text: &str) {
    let judge = load(text);
    let (mut hidden, mut veiled) = (0, 0);
    for roles in std::iter::once(Vec::new()).chain(judge.auth.roles.iter().map(|role| vec![role.clone()])) {
        let found = leaks::search(&judge, &World::served(text).await, &roles).await;
        let place = format!("{name} as {roles:?}: {} requests, {:?}", found.requests, found.statuses);
        assert!(found.leaks.is_empty(), "{place}: {} leaks\n{}", found.leaks.len(), found.leaks.join("\n"));
        assert!(found.requests > 500 && found.statuses.len() > 5, "{place}: the search reaches too little");
        assert!(found.hidden > 0 || !roles.is_empty(), "{place}: nothing was hidden");
        println!("{place}, {} hidden rows, {} veiled cells", found.hidden, found.veiled);
        (hidden, veiled) = (hidden + found.hidden, veiled + found.veiled);
    }
    let keeps_fields = judge.entities.iter().flat_map(|entity| &entity.fields).any(|field| field.read != Rule::Anyone);
    assert!(veiled > 0 || !keeps_fields, "{name}: no field was kept from anybody");
    if judge.entities.iter().any(|entity| entity.access.read.atoms().iter().any(|atom| *atom.who() == Rule::Anyone)) {
        let found = leaks::search_signed_out(&judge, &World::served(text).await).await;
        let place = format!("{name} signed out: {} requests, {:?}", found.requests, found.statuses);
        assert!(found.leaks.is_empty(), "{place}: {} leaks\n{}", found.leaks.len(), found.leaks.join("\n"));
        assert!(found.requests > 500 && found.statuses.contains(&200), "{place}: the search reaches too little");
        assert!(found.hidden > 0, "{place}: nothing was hidden");
        println!("{place}, {} hidden rows, {} veiled cells", found.hidden, found.veiled);
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
