//! `new` and `plan`: English in, a folder out, and nothing where nothing should be.

use std::sync::LazyLock;

use crate::program::{Bench, REQUEST};

const FILES: [&str; 17] = [
    ".env",
    ".env.example",
    ".gitignore",
    ".supermaker/files.json",
    ".supermaker/request.json",
    "AGENTS.md",
    "README.md",
    "blueprint.schema.json",
    "blueprint.toml",
    "docs/access.md",
    "docs/backend_overview.md",
    "docs/backend_rules.md",
    "docs/backend_todos_APP.md",
    "docs/database_setup.md",
    "docs/schema.md",
    "specs/api/rest-endpoints.md",
    "specs/database/schema.md",
];

/// The name that the reader gives to the app; the folder has it too.
static APP: LazyLock<String> = LazyLock::new(|| blueprint::load(&intake::read(REQUEST).blueprint).unwrap().app.name);

fn at(path: &str) -> String {
    format!("{}/{path}", *APP)
}

fn files() -> Vec<String> {
    FILES.iter().map(|file| at(&file.replace("APP", &APP.replace('-', "_")))).collect()
}

#[test]
fn a_request_becomes_a_folder() {
    let bench = Bench::new();
    let said = bench.run(&["new", REQUEST]).fine();
    assert_eq!(bench.files(), files());
    let (blueprint, next) = (at("blueprint.toml"), format!("Next: supermaker serve --file {}", *APP));
    for words in ["book", "title", "Who may do what", &blueprint, &next] {
        assert!(said.contains(words), "no {words:?} in {said}");
    }
    assert_eq!(bench.run(&["check", &APP]).code, 0);
    assert!(bench.read(&at(".gitignore")).lines().any(|line| line == ".env"));
}

#[cfg(unix)]
#[test]
fn the_secret_is_random_and_for_the_owner_of_the_file_only() {
    use std::os::unix::fs::PermissionsExt;
    let secret = || {
        let bench = Bench::new();
        bench.run(&["new", REQUEST]).fine();
        let mode = bench.path(&at(".env")).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let text = bench.read(&at(".env"));
        let secret = text.lines().find_map(|line| line.strip_prefix("SECRET_KEY=")).unwrap().to_owned();
        assert!(secret.len() >= 32, "{secret}");
        for file in files().iter().filter(|file| **file != at(".env")) {
            assert!(!bench.read(file).contains(&secret), "{file} holds the secret");
        }
        secret
    };
    assert_ne!(secret(), secret());
}

#[test]
fn typing_it_twice_changes_nothing() {
    let bench = Bench::new();
    bench.run(&["new", REQUEST]).fine();
    let before: Vec<String> = files().iter().map(|file| bench.read(file)).collect();
    // Spaces and line ends are not another request.
    let said = bench.run_with_input(&["new", "-"], &REQUEST.replace(". ", ".\n  ")).fine();
    assert!(
        said.contains("nothing was written") && said.contains(&format!("supermaker serve --file {}", *APP)),
        "{said}"
    );
    let after: Vec<String> = files().iter().map(|file| bench.read(file)).collect();
    assert_eq!(before, after);
}

#[test]
fn another_request_does_not_touch_the_folder_and_says_how_to_get_another() {
    let bench = Bench::new();
    bench.run(&["new", REQUEST]).fine();
    let other = "A reading list. Each book has a title and a price.";
    let run = bench.run(&["new", other]).refused(1, &["another request", REQUEST, &format!("--dir {}-2", *APP)]);
    assert_eq!(run.out, "");
    assert_eq!(bench.files(), files());
    bench.run(&["new", other, "--dir", "second"]).fine();
    assert!(bench.read("second/blueprint.toml").contains("price"));
    assert!(!bench.read(&at("blueprint.toml")).contains("price"));
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    let bench = Bench::new();
    bench.write(&at("notes.txt"), "mine");
    bench.run(&["new", REQUEST]).refused(1, &["not empty", "--dir"]);
    assert_eq!(bench.files(), [at("notes.txt")]);
    // With --yes the rest is written beside, but never over what is there.
    bench.write(&at("README.md"), "mine too");
    bench.run(&["new", REQUEST, "--yes"]).refused(1, &["not ours to overwrite: README.md"]);
    assert_eq!(bench.files(), [at("README.md"), at("notes.txt")]);
    assert_eq!(bench.read(&at("README.md")), "mine too");
}

#[test]
fn a_dry_run_says_what_it_would_write_and_writes_nothing() {
    let bench = Bench::new();
    let said = bench.run(&["new", REQUEST, "--dry-run"]).fine();
    assert!(said.contains("Would write") && said.contains(&at("blueprint.toml")), "{said}");
    assert_eq!(bench.files(), Vec::<String>::new());
    bench.run(&["new", REQUEST]).fine();
    let said = bench.run(&["new", REQUEST, "--dry-run"]).fine();
    assert!(said.contains("nothing was written") && !said.contains("Would"), "{said}");
}

#[test]
fn quiet_is_quiet_and_json_is_one_line() {
    let bench = Bench::new();
    assert_eq!(bench.run(&["new", REQUEST, "--quiet"]).fine(), "");
    assert_eq!(bench.files(), files());
    let run = bench.run(&["new", REQUEST, "--json", "--dir", "other"]);
    let json = run.json();
    assert_eq!((run.out.lines().count(), run.err.as_str()), (1, ""));
    assert_eq!(json["written"], true);
    assert_eq!(json["directory"], "other");
    assert_eq!(json["next"], "supermaker serve --file other");
    assert_eq!(json["files"].as_array().unwrap().len(), FILES.len());
    assert_eq!(bench.run(&["new", REQUEST, "--json", "--dir", "other"]).json()["written"], false);
}

#[test]
fn what_is_not_understood_is_answered_with_a_question() {
    let bench = Bench::new();
    let run = bench.run(&["new", "Bitte mach mir etwas Schönes und ruf mich dann morgen an"]);
    assert_eq!(run.code, 2);
    assert!(run.out.contains('?'), "{}", run.out);
    assert_eq!(bench.run(&["new", "Bitte mach mir etwas Schönes und ruf mich dann morgen an", "--json"]).code, 2);
    bench.run_with_input(&["new", "-"], "  \n").refused(2, &["the request is empty"]);
    assert_eq!(bench.files(), Vec::<String>::new());
}

#[test]
fn a_sentence_without_a_command_is_shown_the_way() {
    Bench::new().run(&["Build me a shop"]).refused(2, &["supermaker new \"Build me a shop\""]);
}

#[test]
fn a_plan_is_json_with_these_words_and_writes_nothing() {
    let bench = Bench::new();
    let json = bench.run(&["plan", REQUEST, "--json"]).json();
    let words: Vec<&String> = json.as_object().unwrap().keys().collect();
    for word in ["summary", "blueprint", "assumptions", "questions", "unplaced", "coverage", "planner"] {
        assert!(words.iter().any(|found| *found == word), "no {word} in {words:?}");
    }
    let blueprint = blueprint::load(json["blueprint"].as_str().unwrap()).unwrap();
    assert_eq!(blueprint.entities[0].name, "book");
    assert_eq!(bench.run_with_input(&["plan", "-", "--json"], REQUEST).json(), json);
    let said = bench.run(&["plan", REQUEST]).fine();
    assert!(said.contains("[entity.book]"), "{said}");
    assert_eq!(bench.files(), Vec::<String>::new());
}

#[test]
fn colour_comes_only_when_it_is_called() {
    let bench = Bench::new();
    let colored = |words: &[&str]| bench.run(words).fine().contains('\u{1b}');
    assert!(!colored(&["plan", REQUEST]));
    assert!(colored(&["plan", REQUEST, "--color", "always"]));
    assert!(!colored(&["plan", REQUEST, "--color", "never"]));
}

#[test]
fn what_cannot_be_a_request_is_refused_with_what_to_try() {
    let bench = Bench::new();
    for (input, words) in [
        (vec![0xff, 0xfe, 0x00, 0x9f], ["not text in UTF-8", "save it as UTF-8"]),
        (b"Boats have a name\0 and a length".to_vec(), ["not text in UTF-8", "save it as UTF-8"]),
        (b"Boats have a name. ".repeat(60_000), ["more than 1048576 bytes", "--from"]),
        (Vec::new(), ["the request is empty", "supermaker"]),
    ] {
        for command in ["plan", "new"] {
            let run = bench.run_with_bytes(&[command, "-"], &input).refused(2, &words);
            assert_eq!(run.out, "");
        }
    }
    // Long, but not too long: told how much of it was read.
    let long = "Boats have a name and a length. ".repeat(30_000);
    let said = bench.run_with_input(&["new", "-", "--dir", "long"], &long).fine();
    assert!(said.contains("only the first 20000 bytes of a request are read"), "{said}");
    assert_eq!(bench.run(&["check", "long"]).code, 0);
    for (request, language) in [
        ("Erstelle mir eine App: Kunden mit Name und Telefon", "German"),
        ("Quiero una aplicación para mi tienda: clientes con nombre y teléfono", "Spanish"),
        ("Je veux une application pour gérer mes clients et leurs commandes", "French"),
        ("我想要一个管理客户的系统，客户有姓名、电话和地址", "Chinese"),
    ] {
        let run = bench.run(&["new", request, "--dir", "foreign"]);
        assert_eq!((run.code, run.err.as_str()), (2, ""));
        assert!(run.out.contains(&format!("This looks like {language}, and only English is read.")), "{}", run.out);
    }
    assert!(bench.files().iter().all(|file| file.starts_with("long/")));
}

/// Killed wherever it happens to be: the next one finds what was begun and finishes it.
#[test]
fn a_run_that_is_killed_is_finished_by_the_next() {
    let mut ended = 0;
    for enough in 1..=8 {
        let bench = Bench::new();
        let mut run = bench.command(&["new", REQUEST, "--dir", "app", "--quiet"]).spawn().unwrap();
        // As soon as so many of its files are there, those that are not yet in their places too.
        while bench.files().len() < enough * 3 && run.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        let _ = run.kill();
        run.wait().unwrap();
        let begun = bench.files();
        ended += u32::from(!begun.is_empty() && !begun.iter().any(|file| file == "app/.supermaker/files.json"));
        bench.run(&["new", REQUEST, "--dir", "app"]).fine();
        let whole: Vec<String> =
            FILES.iter().map(|file| format!("app/{}", file.replace("APP", &APP.replace('-', "_")))).collect();
        assert_eq!(bench.files(), whole, "after {begun:?}");
        assert_eq!(bench.run(&["check", "app"]).code, 0);
        let again = bench.run(&["new", REQUEST, "--dir", "app"]).fine();
        assert!(again.contains("nothing was written"), "{again}");
    }
    assert!(ended > 0, "no run was ended before it was done");
}
