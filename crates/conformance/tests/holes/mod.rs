//! The search for leaks on trial: an app with a hole of each kind, put there on purpose, must be caught by it.
//!
//! A hole is an edit of the works on their way to the database, or of the database behind the server's back; [`list`] has them,
//! as data. The same searches on the app as it is find nothing, so what they find is the hole.

mod edit;
mod list;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use conformance::leaks::{Search, Stop};
use conformance::{World, leaks};
use server::App;
use work::Work;

use self::list::{HOLES, Hole, In};

#[tokio::test]
async fn a1_without_a_hole_nothing_is_found() {
    let searches: BTreeSet<(&str, &[&str], &[&str])> =
        HOLES.iter().map(|hole| (hole.app, hole.had, hole.has)).collect();
    for (app, had, has) in searches {
        let found = search(app, None, had, has).await.0;
        assert!(found.leaks.is_empty(), "{had:?}, {has:?}: {} leaks\n{}", found.leaks.len(), found.leaks.join("\n"));
        assert!(
            found.hidden > 5 && found.requests > 500,
            "{had:?}, {has:?}: {} rows, {} requests",
            found.hidden,
            found.requests
        );
    }
}

#[tokio::test]
async fn a1_every_hole_is_found() {
    let mut missed = Vec::new();
    let asked = HOLES.iter().filter(|hole| !matches!(hole.lies, In::AtOnce(_)) || throwaway::is_chosen());
    for hole in asked {
        let (found, edited) = search(hole.app, Some(hole), hole.had, hole.has).await;
        assert!(edited > 0, "{}: there is nothing in the works that it edits", hole.name);
        match found.leaks.first() {
            Some(leak) => println!("{}: after {} requests\n  {leak}", hole.name, found.requests),
            None => missed.push(hole.name),
        }
    }
    assert!(missed.is_empty(), "not found: {}", missed.join("; "));
}

#[test]
fn the_holes_have_names_of_their_own() {
    let names: BTreeSet<&str> = HOLES.iter().map(|hole| hole.name).collect();
    assert!(names.len() == HOLES.len() && HOLES.len() >= 15);
}

/// The means to make a hole are in tests alone: no program, and not this library, is built with them.
#[test]
fn nothing_but_a_test_can_be_tampered_with() {
    let features = |kinds: &str| {
        let arguments =
            ["tree", "--workspace", "--offline", "--locked", "--prefix", "none", "-i", "store", "--edges", kinds];
        let mut cargo = std::process::Command::new(env!("CARGO"));
        let output = cargo
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap_or_else(|error| panic!("cargo tree: {error}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(features("features,normal,build,dev").contains("\"tamper\""));
    assert!(!features("features,normal,build").contains("\"tamper\""));
}

/// A search of the app with a hole, and how many works that edited.
async fn search(app: &str, hole: Option<&'static Hole>, had: &[&str], has: &[&str]) -> (leaks::Found, usize) {
    let blueprint = Arc::new(blueprint::load(app).unwrap_or_else(|problems| panic!("{problems}")));
    let judge = blueprint.clone();
    let edited = Arc::new(AtomicUsize::new(0));
    let count = edited.clone();
    let world = World::of(Arc::new(move |settings| {
        let (blueprint, count) = (blueprint.clone(), count.clone());
        Box::pin(async move {
            let app = App::open(blueprint, settings).await.unwrap_or_else(|error| panic!("{error}"));
            let edit = hole.and_then(|hole| match hole.lies {
                In::Works(edit) => Some(Box::new(edit) as Box<dyn Fn(&mut Work) -> bool + Send + Sync>),
                In::AtOnce(edit) => Some(Box::new(move |work: &mut Work| {
                    work.at_once.as_mut().is_some_and(|at_once| edit(&mut at_once.statement))
                })),
                In::Database(_) => None,
            });
            if let Some(edit) = edit {
                app.tamper(Arc::new(move |work: &mut Work| {
                    count.fetch_add(usize::from(edit(work)), Ordering::Relaxed);
                }));
            }
            app
        })
    }))
    .await;
    if let Some(Hole { lies: In::Database(statements), .. }) = hole {
        statements.iter().for_each(|sql| _ = world.look().execute(sql));
        edited.fetch_add(1, Ordering::Relaxed);
    }
    let owned = |roles: &[&str]| roles.iter().map(|role| (*role).to_owned()).collect();
    // The first leak is enough to catch a hole; without one all has to be asked.
    let stop = if hole.is_some() { Stop::AtTheFirst } else { Stop::AtTheEnd };
    let found = leaks::search_as(
        &judge,
        &world,
        Search { had: owned(had), has: owned(has), allow: None, signed_out: false, stop },
    )
    .await;
    (found, edited.load(Ordering::Relaxed))
}
