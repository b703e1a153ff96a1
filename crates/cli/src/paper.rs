//! Text laid out for a width, and a request with what was made of its words marked in it.

use console::measure_text_width;
use intake::Reading;

use crate::screen::{Ink, Screen};

/// A request is shown that far; whoever wrote it has it all.
const MOST_LINES: usize = 24;
/// So many columns a text needs at least beside what it hangs under.
const NARROW: usize = 20;

/// A text in lines no longer than a width, the first after `first`, the others after `next`. Words are never cut.
pub fn wrapped(first: &str, next: &str, text: &str, width: usize) -> String {
    let (mut all, mut line, mut bare) = (String::new(), first.to_owned(), true);
    for word in text.split(' ') {
        if !bare && measure_text_width(&line) + 1 + measure_text_width(word) > width {
            all += line.trim_end();
            all.push('\n');
            line = next.to_owned();
            bare = true;
        }
        if !bare {
            line.push(' ');
        }
        line += word;
        bare = false;
    }
    all + line.trim_end()
}

/// Lines that are longer than a width as several, each under its own begin and so many columns more. What is drawn is left as it is:
/// tables, and pictures of places in a file.
pub fn fitted(text: &str, hang: usize, width: usize) -> String {
    let fit = |line: &str| {
        let words = line.trim_start_matches(' ');
        let is_drawn = ["-->", "|", "│", "├", "└", "┌"].iter().any(|sign| words.starts_with(sign))
            || words.trim_start_matches(|sign: char| sign.is_ascii_digit()).starts_with(" |");
        if is_drawn || measure_text_width(line) <= width {
            return line.to_owned();
        }
        let indent = line.len() - words.len();
        // In the narrowest there is no room for it.
        let hang = if indent + hang + NARROW < width { hang } else { 0 };
        wrapped(&" ".repeat(indent), &" ".repeat(indent + hang), words, width)
    };
    text.split('\n').map(fit).collect::<Vec<_>>().join("\n")
}

const ARTICLES: &[&str] = &["a", "an", "the"];

/// What became of a word of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Nothing,
    Understood,
    NoPlace,
}

/// The request with what was understood and what found no place in colours; nothing where there are none.
pub fn marked(screen: &Screen, request: &str, reading: &Reading) -> Option<String> {
    if !screen.color_out() || reading.evidence.is_empty() {
        return None;
    }
    let ink = |fate| match fate {
        Fate::Nothing => None,
        Fate::Understood => Some(Ink::Good),
        Fate::NoPlace => Some(Ink::Warning),
    };
    let painted = words(request, reading).into_iter().map(|line| {
        let words = line.into_iter().map(|(word, fate)| ink(fate).map_or(word.clone(), |ink| screen.paint(ink, &word)));
        wrapped("  ", "  ", &words.collect::<Vec<_>>().join(" "), screen.width())
    });
    let whole = painted.collect::<Vec<_>>().join("\n");
    let lines: Vec<&str> = whole.lines().collect();
    let mut text: String = lines.iter().take(MOST_LINES).map(|line| format!("{line}\n")).collect();
    if let Some(more) = lines.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
        text += &format!("  … {more} more lines\n");
    }
    let (good, left) = (screen.paint(Ink::Good, "understood"), screen.paint(Ink::Warning, "found no place"));
    Some(format!("{text}  ({good}, {left})\n"))
}

/// The words of each line, with what became of each. Nothing in them moves the cursor.
fn words(request: &str, reading: &Reading) -> Vec<Vec<(String, Fate)>> {
    let touches =
        |spans: &[(usize, usize)], start: usize, end: usize| spans.iter().any(|(a, b)| *a < end && start < *b);
    let good: Vec<(usize, usize)> =
        reading.evidence.iter().flat_map(|ground| &ground.spans).map(|span| (span.start, span.end)).collect();
    let names: Vec<String> = reading.summary.entities.iter().flat_map(|entity| forms(&entity.name)).collect();
    let left: Vec<(usize, usize)> = reading.unplaced.iter().map(|one| (one.span[0], one.span[1])).collect();
    let mut at = 0;
    let mut lines = Vec::new();
    for line in request.split_inclusive('\n') {
        let mut found = Vec::new();
        let mut place = at;
        for word in line.split_inclusive(char::is_whitespace) {
            let (start, end) = (place, place + word.trim_end().len());
            place += word.len();
            let bare = word.trim_matches(|sign: char| !sign.is_alphanumeric()).to_lowercase();
            let fate = match () {
                () if touches(&left, start, end) => Fate::NoPlace,
                () if ARTICLES.contains(&bare.as_str()) => Fate::Nothing,
                () if touches(&good, start, end) || names.contains(&bare) => Fate::Understood,
                () => Fate::Nothing,
            };
            let plain: String = word.chars().filter(|sign| !sign.is_control()).collect();
            if !plain.trim().is_empty() {
                found.push((plain.trim().to_owned(), fate));
            }
        }
        at += line.len();
        lines.push(found);
    }
    lines
}

/// The words that a record goes by: `follow` and `ups` of follow_up.
fn forms(name: &str) -> Vec<String> {
    let many = blueprint::plural(name);
    name.split('_').chain(many.split('_')).filter(|word| word.len() > 2).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_before_the_width_and_go_on_under_their_text() {
        assert_eq!(wrapped("- ", "  ", "one two three", 9), "- one two\n  three");
        assert_eq!(wrapped("- ", "  ", "unbreakable word", 6), "- unbreakable\n  word");
        assert_eq!(wrapped("", "", "", 10), "");
        // Colours take no room, signs of the East two columns.
        assert_eq!(wrapped("", "", "\u{1b}[1mab\u{1b}[0m cd", 5), "\u{1b}[1mab\u{1b}[0m cd");
        assert_eq!(wrapped("", "", "漢字 ab", 6), "漢字\nab");
    }

    #[test]
    fn long_lines_hang_under_their_begin_and_drawn_ones_stay() {
        for (text, hang, lines) in [
            ("short", 9, "short"),
            ("warning: the quick brown fox jumps over it", 9, "warning: the quick brown fox jumps\n         over it"),
            (
                "a\n  hint: the quick brown fox jumps over it",
                6,
                "a\n  hint: the quick brown fox jumps\n        over it",
            ),
            ("29 | a = \"the quick brown fox jumps over it\"", 2, "29 | a = \"the quick brown fox jumps over it\""),
            ("   |     ^^^^^^^^^^^^^^^^^^^ the quick brown fox", 2, "   |     ^^^^^^^^^^^^^^^^^^^ the quick brown fox"),
            ("   = help: the quick brown fox jumps over", 2, "   = help: the quick brown fox jumps\n     over"),
            ("https://example.com/the-quick-brown-fox-jumps", 2, "https://example.com/the-quick-brown-fox-jumps"),
            ("the quick brown fox jumps over it for ever", 30, "the quick brown fox jumps over it\nfor ever"),
        ] {
            assert_eq!(fitted(text, hang, 36), lines);
        }
    }

    #[test]
    fn every_word_has_its_fate() {
        let request = "Boats have a name and a length.\nMake it \u{1b}[2Jbeautiful, with a dark theme.";
        let lines = words(request, &intake::read(request));
        let fate = |word: &str| lines.iter().flatten().find(|(known, _)| known.contains(word)).map(|(_, fate)| *fate);
        assert_eq!(fate("Boats"), Some(Fate::Understood));
        assert_eq!(fate("length"), Some(Fate::Understood));
        assert_eq!(fate("theme"), Some(Fate::NoPlace));
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().flatten().all(|(word, _)| !word.contains('\u{1b}')));
    }
}
