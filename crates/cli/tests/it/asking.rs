//! Questions: at a terminal they are asked, in a pipe the default holds and is told, and what was answered is kept.

use crate::program::Bench;
use crate::terminal::Terminal;

const REQUEST: &str =
    "We run a boat club. Boats have a name and a length. Each trip has a boat, a date and a distance.";
const DOWN: &str = "\u{1b}[B";

fn new(bench: &Bench, words: &[&str], columns: u16, locale: &str) -> Terminal {
    let words: Vec<&str> = ["new", REQUEST].iter().chain(words).copied().collect();
    Terminal::start(bench.command(&words), columns, locale)
}

#[test]
fn the_default_comes_first_and_another_answer_makes_another_backend() {
    let bench = Bench::new();
    let mut terminal = new(&bench, &["--dir", "asked"], 80, "C.UTF-8");
    terminal.sees("1/1 Who sees the boats");
    terminal.sees("own: each account sees only what it made");
    terminal.sees("all: everyone signed in");
    terminal.types(&format!("{DOWN}\r"));
    let (code, shown) = terminal.ends();
    assert_eq!(code, 0, "{shown}");
    // What was answered is asked for.
    assert!(!shown.contains("wider than the request"), "{shown}");
    assert!(shown.contains("Answered") && shown.contains('\u{1b}'), "{shown}");
    let blueprint = bench.read("asked/blueprint.toml");
    assert!(blueprint.contains("Answered: all: everyone signed in") && blueprint.contains("sign_up = \"invite\""));
    assert!(bench.read("asked/README.md").contains("Answered: all: everyone signed in"));
    // The same words and the same answer are the same bytes; the same words again are the same app.
    bench.run(&["new", REQUEST, "--answer", "share=all", "--dir", "given"]).fine();
    assert_eq!(bench.read("given/blueprint.toml"), blueprint);
    assert!(bench.run(&["new", REQUEST, "--dir", "asked"]).fine().contains("nothing was written"));
    let same = ["new", REQUEST, "--answer", "share=all", "--dir", "asked"];
    assert!(bench.run(&same).fine().contains("nothing was written"));
    let other = ["new", REQUEST, "--answer", "share=own", "--dir", "asked"];
    bench.run(&other).refused(1, &["was made with other answers", "--dir asked-2"]);
    let kept = blueprint::load(&blueprint).unwrap().app.request.unwrap();
    bench.run_with_input(&["new", "-", "--dir", "again"], &kept).fine();
    assert_eq!(bench.read("again/blueprint.toml"), blueprint);
}

#[test]
fn enter_takes_the_default_which_is_kept_as_an_answer() {
    let bench = Bench::new();
    let mut terminal = new(&bench, &["--dir", "asked"], 40, "C.UTF-8");
    terminal.sees("1/1 Who sees");
    terminal.types("\r");
    assert_eq!(terminal.ends().0, 0);
    let blueprint = bench.read("asked/blueprint.toml");
    assert!(blueprint.contains("Answered: own: each account sees only what it made [own]"), "{blueprint}");
    bench.run(&["new", REQUEST, "--dir", "piped"]).fine();
    let rules = |text: &str| text.split_once("[api]").map(|(_, rules)| rules.to_owned()).unwrap();
    assert_eq!(rules(&blueprint), rules(&bench.read("piped/blueprint.toml")));
}

/// Numbers and letters choose too; what is no answer is not taken for one.
#[test]
fn what_is_typed_chooses_an_answer() {
    for (typed, choice) in [("1\r", "own"), ("2\r", "all"), ("b\r", "all"), ("A\r", "all"), ("x\r\u{8}ow\r", "own")] {
        let bench = Bench::new();
        let mut terminal = new(&bench, &["--dir", "asked"], 80, "C.UTF-8");
        terminal.sees("1 own: each account sees only what it made");
        terminal.sees("2 all: everyone signed in");
        terminal.sees("Enter takes");
        terminal.types(typed);
        let (code, shown) = terminal.ends();
        assert_eq!(code, 0, "{typed:?}: {shown}");
        let blueprint = bench.read("asked/blueprint.toml");
        assert!(blueprint.contains(&format!(" [{choice}]")), "{typed:?}: {blueprint}");
    }
}

/// The words of a question as they stand on a terminal, and its lines.
fn read(shown: &str) -> (String, Vec<String>) {
    let plain = console::strip_ansi_codes(shown).replace('\r', "");
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    (words, plain.lines().map(str::to_owned).collect())
}

/// Lines end between words, and what is no answer is told above the answers, of which none is taken then.
#[test]
fn a_question_can_be_read_at_any_width_and_asks_on_when_it_is_not_answered() {
    const OWN: &str = "1 own: each account sees only what it made";
    const ALL: &str = "2 all: everyone signed in sees and changes them, and accounts are by invitation";
    const HELP: &str = "[a number, first letters or arrows choose, Enter takes, Esc stops and writes nothing]";
    for (columns, typed) in [(30, "x"), (60, "7"), (80, "nothing of that"), (100, "?")] {
        let bench = Bench::new();
        let mut terminal = new(&bench, &["--dir", "asked"], columns, "C.UTF-8");
        let shown = terminal.sees("nothing") + &terminal.sees("]");
        let (words, lines) = read(&shown);
        for text in ["1/1 Who sees the boats and the other records?", OWN, ALL, HELP] {
            assert!(words.contains(text), "{columns}: no {text:?} in {words}");
        }
        assert!(lines.iter().all(|line| line.chars().count() < usize::from(columns)), "{columns}: {lines:?}");
        terminal.types(typed);
        let (words, lines) = read(&(terminal.sees("none of the answers:") + &terminal.sees("]")));
        assert!(words.contains(OWN) && words.contains(ALL), "{columns}: {words}");
        assert!(lines.iter().all(|line| line.chars().count() < usize::from(columns)), "{columns}: {lines:?}");
        terminal.types("\r");
        terminal.sees("that is no answer");
        terminal.sees("1/1 Who");
        terminal.types("al\r");
        let (code, shown) = terminal.ends();
        assert_eq!(code, 0, "{shown}");
        let (words, _) = read(&shown);
        let answered =
            "records? all: everyone signed in sees and changes them, and accounts are by invitation boat-club";
        assert!(words.contains(answered), "{words}");
        assert!(bench.read("asked/blueprint.toml").contains(" [all]"), "{shown}");
    }
}

/// From the next key on the answers have lines for the terminal as it is then.
#[test]
fn a_terminal_that_becomes_narrower_gets_narrower_lines() {
    let bench = Bench::new();
    let mut terminal = new(&bench, &["--dir", "asked"], 100, "C.UTF-8");
    terminal.sees("2 all: everyone signed in sees and changes them, and accounts are by invitation");
    terminal.has_columns(50);
    terminal.types("x");
    terminal.sees("none of the answers:");
    let (words, lines) = read(&terminal.sees("by invitation"));
    assert!(words.contains("2 all: everyone signed in sees and changes them"), "{words}");

    assert!(lines.iter().all(|line| line.chars().count() < 50), "{lines:?}");
    terminal.types("\u{8}\r");
    let (code, shown) = terminal.ends();
    assert_eq!(code, 0, "{shown}");
    assert!(bench.read("asked/blueprint.toml").contains(" [own]"), "{shown}");
}

#[test]
fn who_stops_writes_nothing_and_the_exit_code_says_so() {
    for (key, locale) in [("\u{1b}", "C.UTF-8"), ("\u{3}", "C")] {
        let bench = Bench::new();
        let mut terminal = new(&bench, &[], 80, locale);
        terminal.sees("1/1 Who sees");
        let (code, shown) = terminal.presses_until_it_ends(key);
        assert_eq!(code, 130, "{shown}");
        assert!(shown.contains("stopped at question 1 of 1; nothing was written"), "{shown}");
        // The cursor is there again.
        assert!(shown.rfind("\u{1b}[?25h") >= shown.rfind("\u{1b}[?25l"), "{shown:?}");
        assert_eq!(bench.files(), Vec::<String>::new());
        assert!(locale != "C" || shown.is_ascii(), "{shown}");
    }
}

/// Whoever ends it from elsewhere finds the terminal as it was: lines, not keys.
#[cfg(unix)]
#[test]
fn a_question_that_is_ended_from_elsewhere_leaves_the_terminal_as_it_was() {
    let bench = Bench::new();
    let mut terminal = new(&bench, &[], 80, "C.UTF-8");
    let before = terminal.modes();
    terminal.sees("1/1 Who sees");
    terminal.sees("own: each account sees only what it made");
    // Whichever hears the signal first says how it ended: the question, whose read it breaks off, or who listens for it.
    let (code, after) = terminal.terminated();
    assert!(after == before && [130, 143].contains(&code), "{code} {after:?}");
    assert_eq!(bench.files(), Vec::<String>::new());
}

/// After a question Ctrl-C ends the process as ever: here at another one, which is asked line by line.
#[test]
fn after_a_question_control_c_ends_the_process() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let bench = Bench::new();
    let mut terminal = new(&bench, &["--dir", "asked", "--serve", "--port", &port], 80, "C.UTF-8");
    terminal.sees("1/1 Who sees");
    terminal.types("\r");
    terminal.sees("is taken; use");
    let (code, shown) = terminal.interrupted();
    assert_eq!(code, 130, "{shown}");
    // Where it serves, Ctrl-C stops the server.
    let mut terminal = new(&bench, &["--dir", "served", "--serve", "--port", "0"], 80, "C.UTF-8");
    terminal.sees("1/1 Who sees");
    terminal.types("\r");
    terminal.sees("Ctrl-C stops it.");
    let (code, shown) = terminal.interrupted();
    assert_eq!((code, shown.contains("Stopped.")), (0, true), "{shown}");
}

#[test]
fn nobody_is_asked_with_yes_in_a_pipe_or_for_a_dry_run() {
    let bench = Bench::new();
    let piped = bench.run(&["new", REQUEST, "--dry-run"]).fine();
    assert!(piped.contains("without an answer, own: each account sees only what it made"), "{piped}");
    assert!(piped.contains("--answer share=all"), "{piped}");
    for words in [["--yes", "--dir", "yes"].as_slice(), &["--dry-run"], &["--quiet", "--dir", "quiet"]] {
        let terminal = new(&bench, words, 80, "C.UTF-8");
        let (code, shown) = terminal.ends();
        assert_eq!(code, 0, "{shown}");
        assert!(!shown.contains("1/1"), "{shown}");
    }
    let todos = bench.files().into_iter().find(|file| file.starts_with("yes/docs/backend_todos")).unwrap();
    let todos = bench.read(&todos);
    assert!(todos.contains("Nobody was asked, so: own: each account sees only what it made."), "{todos}");
    bench.run(&["plan", REQUEST, "--answer", "share=no"]).refused(2, &["`no` is no answer to `share`", "own or all"]);
}

#[test]
fn a_narrow_terminal_gets_narrow_lines_and_a_locale_of_ascii_gets_ascii() {
    for (columns, locale) in [(80, "C.UTF-8"), (40, "en_US.utf8"), (40, "C")] {
        let bench = Bench::new();
        let terminal = new(&bench, &["--dry-run", "--color", "never"], columns, locale);
        let (code, shown) = terminal.ends();
        assert_eq!(code, 0, "{shown}");
        // A path is never cut.
        let fits = |line: &str| line.chars().count() <= usize::from(columns) || line.split_whitespace().count() == 1;
        assert!(shown.lines().all(fits), "{columns}: {shown}");
        assert!(shown.contains(if locale == "C" { "| trip   |" } else { "│ trip   │" }), "{shown}");
        assert!(shown.contains("< one boat, many trips"), "{shown}");
        assert_eq!(shown.is_ascii(), locale == "C", "{shown}");
    }
    let terminal = new(&Bench::new(), &["--dry-run"], 80, "C.UTF-8");
    let (_, shown) = terminal.ends();
    assert!(shown.contains("\u{1b}[32mlength") && shown.contains("found no place"), "{shown:?}");
}
