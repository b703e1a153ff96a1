//! What sentences change in the blueprints of the examples: files in `changes/` are lists of wishes, each named after the example that
//! it is about, or after the blueprint beside it.
//!
//! `> …` is a wish; under it stand the lines that go (`-`) and come (`+`), spaces folded, or `= …` where the blueprint is so already, or
//! `? …` where nothing is changed and why is told, or `! …` where
//! it would not load, which the command tells and leaves it. `< …` is the wish that gives the same file back. Whatever is changed loads, keeps
//! every comment, has nothing to do a second time, and is the same with other ends of lines and a byte order mark.
//! `UPDATE=1 cargo test -p intake --test change_sentences` writes down what is so.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use intake::{change, difference};

struct Row {
    wish: String,
    expected: Vec<String>,
    back: Option<String>,
}

struct Table {
    path: PathBuf,
    head: String,
    blueprint: String,
    rows: Vec<Row>,
}

fn tables() -> Vec<Table> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_dir(root.join("tests/changes")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    files.sort();
    assert!(files.len() > 5, "{files:?}");
    files.into_iter().map(|path| table(root, path)).collect()
}

fn table(root: &Path, path: PathBuf) -> Table {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let example = root.join("../../examples").join(name).join("blueprint.toml");
    let blueprint = fs::read_to_string(path.with_extension("toml")).or_else(|_| fs::read_to_string(example)).unwrap();
    let mut table = Table { path: path.clone(), head: String::new(), blueprint, rows: Vec::new() };
    for line in fs::read_to_string(path).unwrap().lines() {
        if let Some(wish) = line.strip_prefix("> ") {
            table.rows.push(Row { wish: wish.replace("\\n", "\n"), expected: Vec::new(), back: None });
            continue;
        }
        let Some(row) = table.rows.last_mut() else {
            table.head.push_str(&format!("{line}\n"));
            continue;
        };
        match line.strip_prefix("< ") {
            Some(back) => row.back = Some(back.to_owned()),
            None if line.is_empty() => {}
            None => row.expected.push(line.to_owned()),
        }
    }
    table
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn comments(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.find('#').and_then(|at| line.get(at..))).map(folded).collect()
}

/// What becomes of a wish, as the tables have it.
fn found(blueprint: &str, wish: &str) -> Vec<String> {
    match change(blueprint, wish) {
        Ok(changed) if changed.is_change() => {
            if let Err(problems) = blueprint::load(&changed.text) {
                return problems.0.iter().map(|one| format!("! {}", one.message)).collect();
            }
            let lines = difference(blueprint, &changed.text);
            lines.lines().filter(|line| line.starts_with(['+', '-'])).map(folded).collect()
        }
        Ok(changed) => changed.already.iter().map(|told| format!("= {told}")).collect(),
        Err(not_done) => not_done.iter().map(|one| format!("? {}", one.why.replace('\n', " "))).collect(),
    }
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says so")]
fn updates() -> bool {
    std::env::var_os("UPDATE").is_some()
}

#[test]
fn every_sentence_changes_its_lines() {
    let mut wrong = Vec::new();
    for table in tables() {
        let name = table.path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut text = table.head.clone();
        for row in &table.rows {
            let found = found(&table.blueprint, &row.wish);
            if found != row.expected {
                wrong.push(format!("{name}: {}\n{}", row.wish, found.join("\n")));
            }
            let back = row.back.iter().map(|back| format!("< {back}\n"));
            text +=
                &format!("> {}\n{}\n{}\n", row.wish.replace('\n', "\\n"), found.join("\n"), back.collect::<String>());
        }
        if updates() {
            fs::write(&table.path, text.trim_end().to_owned() + "\n").unwrap();
        }
    }
    assert!(wrong.is_empty() || updates(), "{}", wrong.join("\n\n"));
}

#[test]
fn there_are_enough_of_them() {
    let rows: usize = tables().iter().map(|table| table.rows.len()).sum();
    assert!(rows >= 150, "{rows}");
}

#[test]
fn whatever_they_change_holds() {
    let mut wrong = Vec::new();
    for table in tables() {
        let before = &table.blueprint;
        for row in &table.rows {
            let Ok(changed) = change(before, &row.wish) else { continue };
            let mut say = |what: String| wrong.push(format!("{}: {}: {what}", table.path.display(), row.wish));
            if blueprint::load(&changed.text).is_err() {
                continue;
            }
            if changed.is_change() == (changed.text == *before) {
                say("told to be a change, and is none, or the other way round".to_owned());
            }
            let again = change(&changed.text, &row.wish);
            // Who may still do it with what is his own is told so.
            // What is gone is not there to be removed.
            let is_less = changed.text.len() < before.len();
            let tells = |why: &str| {
                ["no rule names them", "if that is what they need"].iter().any(|told| why.contains(told))
                    || is_less && why.contains("there is no")
            };
            let is_told = again.as_ref().is_err_and(|why| why.iter().all(|one| tells(&one.why)));
            if !is_told && !again.as_ref().is_ok_and(|again| !again.is_change() && again.text == changed.text) {
                say(format!("again: {again:?}"));
            }
            let gone: Vec<String> =
                comments(before).into_iter().filter(|one| !comments(&changed.text).contains(one)).collect();
            let lines = difference(before, &changed.text);
            // A comment goes only with the line that it stands on.
            let with_line =
                |one: &String| lines.lines().any(|line| line.starts_with('-') && folded(line).ends_with(one.as_str()));
            if !gone.iter().all(with_line) {
                say(format!("comments are lost: {gone:?}"));
            }
            for (from, other) in [("\n", "\r\n"), ("", "")] {
                let turned =
                    |text: &str| if from.is_empty() { format!("\u{feff}{text}") } else { text.replace(from, other) };
                match change(&turned(before), &row.wish) {
                    Ok(same) if same.text == turned(&changed.text) => {}
                    other => say(format!("in another form: {other:?}")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn there_and_back_is_the_same_file() {
    let mut wrong = Vec::new();
    for table in tables() {
        for row in &table.rows {
            let Some(back) = &row.back else { continue };
            let after = change(&table.blueprint, &row.wish).map(|changed| changed.text);
            match after.and_then(|text| change(&text, back)) {
                Ok(same) if same.text == table.blueprint => {}
                Ok(other) => {
                    wrong.push(format!("{} / {back}:\n{}", row.wish, difference(&table.blueprint, &other.text)))
                }
                Err(why) => wrong.push(format!("{} / {back}: {why:?}", row.wish)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Each sentence of the document is one of the example that it is about.
#[test]
fn what_the_document_says_is_understood() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let document = fs::read_to_string(root.join("docs/changes.md")).unwrap();
    let table = document.split("## What can be said").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let blueprint = fs::read_to_string(root.join("examples/lead-tracker/blueprint.toml")).unwrap();
    let rows = table.lines().filter(|line| line.starts_with('|'));
    let sentences: Vec<&str> = rows.flat_map(|row| row.split('"').skip(1).step_by(2)).collect();
    assert!(sentences.len() > 30, "{sentences:?}");
    for sentence in sentences {
        let changed = change(&blueprint, sentence);
        let loads = changed.as_ref().is_ok_and(|one| one.is_change() && blueprint::load(&one.text).is_ok());
        assert!(loads, "{sentence}: {changed:?}");
    }
}

/// Noise is told to be noise, soon, and without all of it.
#[test]
fn noise_of_any_length_is_refused_soon() {
    let blueprint =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop/blueprint.toml")).unwrap();
    let letters: String = (0..20_000_u32).filter_map(|at| char::from_u32(33 + at * 7919 % 90)).collect();
    let noise = [
        letters,
        "rename ".repeat(2_900),
        "a".repeat(20_000),
        "\"".repeat(20_000),
        "é日🦀 ".repeat(2_000),
        "x ".repeat(500_000),
        "the phone is required and ".repeat(300),
        "the phone is required and ".repeat(30_000),
        "only managers may delete. ".repeat(300),
        format!("the statuses are now {}", (0..900).map(|at| format!("v{at}, ")).collect::<String>()),
        format!("add {} to products", "a size and ".repeat(400)),
        "name at most 80 characters ".repeat(250),
    ];
    let start = std::time::Instant::now();
    for text in noise {
        let refused = change(&blueprint, &text).unwrap_err();
        let told: usize = refused.iter().map(|one| one.wish.len() + one.why.len()).sum();
        assert!(!refused.is_empty() && told < 8_000, "{told}: {}", text.chars().take(40).collect::<String>());
    }
    // Far more than it takes, and far less than what grows with the square of a text.
    assert!(start.elapsed() < std::time::Duration::from_secs(60), "{:?}", start.elapsed());
}

/// Sentences of chance, of words that wishes are made of but for those about people: whatever becomes of them, rights, roles and
/// sign-up stay, and what loaded before can be read.
#[test]
fn what_says_nothing_of_people_changes_no_rights() {
    const WORDS: &[&str] = &[
        "the",
        "a",
        "new",
        "is",
        "are",
        "should",
        "be",
        "must",
        "not",
        "no",
        "longer",
        "required",
        "optional",
        "unique",
        "at",
        "most",
        "least",
        "80",
        "5",
        "0",
        "-1",
        "characters",
        "between",
        "and",
        "to",
        "of",
        "from",
        "add",
        "remove",
        "drop",
        "rename",
        "make",
        "change",
        "set",
        "default",
        "status",
        "name",
        "price",
        "text",
        "number",
        "whole",
        "long",
        "date",
        "stars",
        "title",
        "archived",
        "won",
        "on",
        "hold",
        "start",
        "as",
        "can",
        "also",
        "sort",
        "search",
        "by",
        "tags",
        "several",
        "have",
        "action",
        "limit",
        "values",
        "hidden",
        "phone",
        "one",
        "it",
        "also",
        "keep",
    ];
    const STARTS: &[&str] = &[
        "the name of patients is",
        "the status is",
        "status should be",
        "the phone must be",
        "add archived",
        "remove",
        "rename the phone to",
        "the default status",
        "price is at least",
        "title at most 80",
        "new prospects start as",
        "let me",
        "a task can have several",
        "search",
        "stars between 1 and",
        "drop the",
        "the description is no longer",
        "add a",
        "the statuses are now new, won",
    ];
    let mut wrong = Vec::new();
    let (mut seed, mut done) = (7_u64, 0);
    let mut next = move |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % most
    };
    for table in tables() {
        let before: toml::Table = toml::from_str(&table.blueprint).unwrap();
        let Some(entities) = before.get("entity").and_then(toml::Value::as_table) else { continue };
        let named: Vec<&str> = entities.keys().map(String::as_str).collect();
        for _ in 0..250 {
            // Half of them begin as something that is understood.
            let start = STARTS[next(2 * STARTS.len()) % STARTS.len()];
            let start = if next(2) == 0 { start } else { "" };
            let length = if start.is_empty() { 2 + next(8) } else { next(4) };
            let words: Vec<String> = std::iter::once(start.to_owned())
                .filter(|start| !start.is_empty())
                .chain((0..length).map(|_| match next(8) {
                    0 => named[next(named.len())].replace('_', " ") + "s",
                    _ => WORDS[next(WORDS.len())].to_owned(),
                }))
                .collect();
            let wish = words.join(" ");
            let Ok(changed) = change(&table.blueprint, &wish) else { continue };
            done += usize::from(changed.is_change());
            let Ok(after) = toml::from_str::<toml::Table>(&changed.text) else {
                wrong.push(format!("{wish}: no TOML any more\n{}", difference(&table.blueprint, &changed.text)));
                continue;
            };
            let rights = |blueprint: &toml::Table, name: &str| {
                let entity = blueprint["entity"].get(name)?;
                Some((entity.get("owner").cloned(), entity.get("access").cloned()))
            };
            let stays =
                named.iter().all(|name| rights(&after, name).is_none_or(|now| rights(&before, name) == Some(now)));
            if after.get("auth") != before.get("auth") || !stays {
                wrong.push(format!("{wish}:\n{}", difference(&table.blueprint, &changed.text)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(done > 40, "{done} of them change anything");
}
