//! Every command in one manner: the help of each is walked, and held to what all have in common.

use crate::program::Bench;

/// Commands that have no blueprint yet.
const WITHOUT_BLUEPRINT: &[&str] = &["new", "plan"];
const FILE: &str = "--file <FILE>";
const WHAT: &str = "The blueprint, or the folder that holds it [default: ./blueprint.toml]";

/// All commands with their subcommands, as help lists them, and the help of each.
fn all(bench: &Bench) -> Vec<(Vec<String>, String)> {
    let (mut open, mut found) = (vec![Vec::<String>::new()], Vec::new());
    while let Some(words) = open.pop() {
        let mut line: Vec<&str> = words.iter().map(String::as_str).collect();
        line.push("--help");
        let help = bench.run(&line).fine();
        let listed = help.split("\nCommands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
        let names = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        let names: Vec<&str> =
            names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
        for name in &names {
            open.push(words.iter().cloned().chain([(*name).to_owned()]).collect());
        }
        found.push((words, help));
    }
    assert!(found.len() > 30, "{}", found.len());
    found
}

/// The words of an example as a shell would hand them over, from the program's name on.
fn words(example: &str) -> Vec<String> {
    let line = example.split("supermaker ").nth(1).unwrap();
    let (mut words, mut word, mut quote, mut is_word) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.push(c),
            (None, '"' | '\'') => (quote, is_word) = (Some(c), true),
            (None, '<' | '>' | '|' | '(') => break,
            (None, ' ') if is_word || !word.is_empty() => {
                words.push(std::mem::take(&mut word));
                is_word = false;
            }
            (None, ' ') => {}
            (None, c) => word.push(c),
        }
    }
    if !word.is_empty() || is_word {
        words.push(word);
    }
    words
}

#[test]
fn every_help_says_the_same_things_in_the_same_way() {
    let bench = Bench::new();
    let mut wrong = Vec::new();
    let mut options: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    for (command, help) in all(&bench) {
        let name = command.join(" ");
        let mut need = |is_so: bool, what: &str| {
            if !is_so {
                wrong.push(format!("{name}: {what}"));
            }
        };
        need(help.contains("Exit codes: 0 "), "no exit codes");
        let examples: Vec<&str> = help
            .lines()
            .filter(|line| line.starts_with("  ") && line.contains("supermaker ") && !line.contains("  supermaker  "))
            .collect();
        let examples: Vec<&str> = examples.into_iter().filter(|line| !line.contains('`')).collect();
        need(!examples.is_empty() && help.contains("\nExample"), "no example");
        for example in examples {
            let mut line = words(example);
            need(line.starts_with(&command), &format!("an example of something else: {example}"));
            if line.iter().any(|word| word.contains('…')) {
                continue;
            }
            // What stands before `--help` is read first, and refused where it is wrong.
            line.push("--help".to_owned());
            let line: Vec<&str> = line.iter().map(String::as_str).collect();
            let run = bench.run(&line);
            need(run.code == 0, &format!("an example that is refused: {example}: {}", run.err));
        }
        let usage = help.lines().find(|line| line.starts_with("Usage:")).unwrap_or_default();
        need(!usage.contains("FILE"), "takes its blueprint as an argument");
        let flat = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let has_blueprint = !command.is_empty() && !WITHOUT_BLUEPRINT.contains(&name.as_str());
        need(flat.contains(&format!("{FILE} {WHAT}")) == has_blueprint, "`--file` is missing, or says something else");
        need(
            ["--json", "--yes", "--dry-run", "--quiet", "--color"].iter().all(|one| help.contains(one)),
            "an option of every command is missing",
        );
        // One meaning, one name.
        let own = help
            .split("\nOptions:\n")
            .nth(1)
            .and_then(|rest| rest.split("\n\nOptions of every").next())
            .unwrap_or_default();
        for option in own.split("\n      --").skip(1) {
            let flat = option.split_whitespace().collect::<Vec<_>>().join(" ");
            let (name, rest) = flat.split_once(' ').unwrap_or((&flat, ""));
            let meaning = rest.rsplit_once("> ").map_or(rest, |(_, meaning)| meaning).to_owned();
            let other = options.entry(meaning).or_insert_with(|| name.to_owned());
            need(other == name, &format!("`--{name}` means what `--{other}` means"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// As it was said before all commands had `--file`, and before addresses were arguments.
#[test]
fn former_spellings_still_work() {
    let bench = Bench::new();
    bench.run(&["new", "Build me a lead tracker where I can log prospects", "--dir", "shop", "--no-model"]).fine();
    for line in [
        &["check", "shop"][..],
        &["access", "shop"],
        &["docs", "shop", "--check"],
        &["migrate", "shop", "--dry-run"],
        &["doctor", "shop", "--json"],
    ] {
        bench.run(line).fine();
    }
    bench.run(&["check", "shop", "--file", "shop"]).refused(2, &["cannot be used with"]);
    let add = |how: &[&str]| bench.run(&[&["user", "add"][..], how, &["--file", "shop", "--dry-run"]].concat());
    assert_eq!(add(&["ana@example.com"]).fine(), add(&["--email", "ana@example.com"]).fine());
    add(&[]).refused(2, &["<EMAIL>"]);
}

/// A blueprint where only `--file` names one.
#[test]
fn a_blueprint_in_the_wrong_place_is_told() {
    let bench = Bench::new();
    bench.run(&["new", "Build me a lead tracker where I can log prospects", "--dir", "shop", "--no-model"]).fine();
    bench.run(&["user", "list", "shop"]).refused(2, &["--file shop"]);
    bench.run(&["audit", "verify", "shop", "--json"]).refused(2, &["--file shop"]);
    bench.run(&["change", "rename phone to mobile", "shop"]).refused(2, &["--file shop"]);
    bench.run(&["change", "tag", "prospects", "--dry-run", "--file", "shop"]).fine();
}

/// Whatever is done: one value of JSON, on stdout where it went well.
#[test]
fn every_command_answers_machines() {
    let bench = Bench::new();
    bench.run(&["new", "Build me a lead tracker where I can log prospects", "--dir", "shop", "--no-model"]).fine();
    let lines = [
        "new anything --dry-run",
        "plan todo",
        "change nothing",
        "change tag_prospects",
        "migrate",
        "migrate --dry-run",
        "serve --dry-run",
        "check",
        "access",
        "docs",
        "docs --check",
        "doctor",
        "todos --check",
        "seed --rows 2 --dry-run",
        "explain --as anyone GET /prospects",
        "user list",
        "user add ana@example.com --dry-run",
        "user invite bob@example.com --dry-run",
        "user role ana@example.com --add admin --dry-run",
        "user set ana@example.com x=y --dry-run",
        "user clear x --dry-run",
        "user password ana@example.com --dry-run",
        "user disable ana@example.com --dry-run",
        "user enable ana@example.com --dry-run",
        "user import - --format csv --dry-run",
        "key list",
        "key add --user ana@example.com --name ci --allow prospect:read --dry-run",
        "key revoke sm_none --dry-run",
        "audit verify",
        "audit verify --dry-run",
        "audit rekey --dry-run",
        "nonsense",
        "serve --port none",
    ];
    let mut seen = std::collections::BTreeSet::new();
    for line in lines {
        let mut words: Vec<String> = line.split(' ').map(|word| word.replace('_', " ")).collect();
        let name = &words[0];
        if !["new", "plan", "nonsense"].contains(&name.as_str()) {
            words.extend(["--file", "shop"].map(str::to_owned));
        }
        seen.insert(
            words
                .iter()
                .take(2)
                .filter(|word| word.chars().all(char::is_lowercase))
                .cloned()
                .collect::<Vec<_>>()
                .join(" "),
        );
        words.push("--json".to_owned());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let run = bench.run(&words);
        let out = if run.out.trim().is_empty() { &run.err } else { &run.out };
        let value: Result<serde_json::Value, _> = serde_json::from_str(out.trim());
        assert!(value.is_ok(), "{line}: {run:?}");
        assert!(run.code != 0 || !run.out.trim().is_empty(), "{line}: {run:?}");
    }
    for (command, help) in all(&bench) {
        let is_leaf = !help.contains("\nCommands:\n");
        let name = command.join(" ");
        let is_seen = seen.iter().any(|one| *one == name || one.starts_with(&format!("{name} ")));
        assert!(!is_leaf || is_seen, "{name} is not tried");
    }
}

/// What README and docs/ tell people to type is understood. That it does what they say is seen where each command has its tests.
#[test]
fn documented_commands_are_understood() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = docs.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    files.extend(["README.md", "CONTRIBUTING.md", "AGENTS.md"].map(|name| root.join(name)));
    let bench = Bench::new();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        // Lines of code, and code in a sentence, which may go over a line.
        let lines =
            text.lines().filter(|line| line.contains("supermaker ") && !line.contains('`') && !line.starts_with('#'));
        let inline =
            text.split('`').skip(1).step_by(2).filter(|code| code.contains("supermaker ") && !code.contains("\n\n"));
        let is_command = |code: &str| {
            let before = code.split("supermaker ").next().unwrap_or_default();
            let quoted = ["$ ", "| ", "&& "].iter().any(|end| before.ends_with(end));
            quoted || before.split_whitespace().all(|word| word.contains('='))
        };
        let shown = |code: &str| code.split_whitespace().collect::<Vec<_>>().join(" ");
        for code in lines.map(shown).chain(inline.map(shown)).filter(|code| is_command(code)) {
            let command = code.split(" && ").find(|part| part.contains("supermaker ")).unwrap_or(&code);
            let mut line = words(command);
            line.push("--help".to_owned());
            let line: Vec<&str> = line.iter().map(String::as_str).collect();
            let run = bench.run(&line);
            tried += 1;
            if run.code != 0 {
                wrong.push(format!("{}: {code}: {}", file.display(), run.err.lines().next().unwrap_or_default()));
            }
        }
    }
    assert!(wrong.is_empty() && tried > 40, "{tried}\n{}", wrong.join("\n"));
}
