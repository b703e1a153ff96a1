//! Help at a terminal of 80 columns: no line is longer, and none is broken where the source breaks.

use crate::program::Bench;
use crate::terminal::Terminal;

const COMMANDS: &[&[&str]] = &[
    &[],
    &["new"],
    &["plan"],
    &["change"],
    &["migrate"],
    &["serve"],
    &["check"],
    &["access"],
    &["explain"],
    &["docs"],
    &["doctor"],
    &["todos"],
    &["seed"],
    &["user"],
    &["user", "add"],
    &["user", "invite"],
    &["user", "role"],
    &["user", "set"],
    &["user", "clear"],
    &["user", "password"],
    &["user", "import"],
    &["user", "list"],
    &["user", "disable"],
    &["key"],
    &["key", "add"],
    &["key", "list"],
    &["key", "revoke"],
    &["audit"],
    &["audit", "verify"],
    &["audit", "rekey"],
];

/// Command lines that are none, with usage or reasons that would be longer than a line.
const MISUSED: &[&[&str]] = &[
    &["key", "add", "--user", "ana@example.com", "--name", "ci", "--allow", "x:y", "--expires", "12h", "--nonsense"],
    &["explain", "--as", "anyone", "--body", "{}", "--if-match", "7", "GET", "/x", "y"],
    &["new", "--answer", "x", "y"],
    &["user", "set", "ana@example.com", "team"],
    &["Build me a lead tracker where I can log prospects, update their status and send them letters"],
];

#[test]
fn help_fits_the_terminal_and_its_paragraphs_flow() {
    let bench = Bench::new();
    for words in COMMANDS {
        let words: Vec<&str> = words.iter().chain(&["--help", "--color", "never"]).copied().collect();
        let (code, shown) = Terminal::start(bench.command(&words), 80, "C.UTF-8").ends();
        assert_eq!(code, 0, "{shown}");
        let plain = plain(&shown);
        let lines: Vec<&str> = plain.lines().map(str::trim_end).collect();
        for line in &lines {
            assert!(line.chars().count() <= 80, "{words:?}: {line}");
        }
        // A line that ends early, in the middle of a sentence, with more of it below.
        let ragged = lines.windows(2).find(|pair| {
            let [line, next] = pair else { return false };
            let first = next.split(' ').next().unwrap_or_default();
            let is_text = |line: &str| line.starts_with(char::is_alphanumeric) && !line.ends_with(':');
            is_text(line) && is_text(next) && line.chars().count() + 1 + first.chars().count() <= 80
        });
        assert_eq!(ragged, None, "{words:?}");
    }
}

#[test]
fn what_is_wrong_with_a_command_line_fits_the_terminal() {
    let bench = Bench::new();
    for words in MISUSED {
        let (code, shown) = Terminal::start(bench.command(words), 80, "C.UTF-8").ends();
        let plain = plain(&shown);
        assert!(code == 2 && plain.contains("error: "), "{plain}");
        let long = plain.lines().find(|line| line.trim_end().chars().count() > 80);
        assert_eq!(long, None, "{words:?}: {plain}");
    }
}

/// Where there is no terminal, help is as wide as most of them.
#[test]
fn help_in_a_pipe_is_of_80_columns() {
    let bench = Bench::new();
    for words in COMMANDS {
        let help = bench.run(&words.iter().chain(&["--help"]).copied().collect::<Vec<_>>()).fine();
        let long = help.lines().find(|line| line.chars().count() > 80);
        assert_eq!(long, None, "{words:?}");
    }
}

/// Without colours.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        out += before;
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    out + rest
}
