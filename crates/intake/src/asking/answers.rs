//! Answers in writing: lines under a request that say what was asked and what was answered.
//!
//! A blueprint keeps its request with them, so that the same words with the same answers are the same backend, and
//! whoever reads the file sees what was decided and by whom.

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The question, as [`crate::Question::id`] names it.
    pub question: String,
    /// What was chosen: the first word of the default or of an alternative, `yes` of "yes: a table of calls".
    pub choice: String,
}

const ASKED: &str = "Asked: ";
const ANSWERED: &str = "Answered: ";

/// The request without its answers, and the answers in their order.
pub(crate) fn split(text: &str) -> (&str, Vec<Answer>) {
    let mut rest = text.trim_end();
    let mut answers = Vec::new();
    while let Some((before, answer)) = last(rest) {
        answers.push(answer);
        rest = before.trim_end();
    }
    answers.reverse();
    // A request that is nothing but answers is one to be read as it stands.
    if answers.is_empty() || rest.is_empty() { (text, Vec::new()) } else { (rest, answers) }
}

/// The last two lines, if they are an answer, and what stands before.
fn last(text: &str) -> Option<(&str, Answer)> {
    let (before, line) = text.rsplit_once('\n')?;
    let choice = marked(line.trim().strip_prefix(ANSWERED)?)?;
    let before = before.trim_end();
    let (before, line) = before.rsplit_once('\n').unwrap_or(("", before));
    let question = marked(line.trim().strip_prefix(ASKED)?)?;
    Some((before, Answer { question: question.to_owned(), choice: choice.to_owned() }))
}

/// `keep.call` of "Should each call be kept? [keep.call]".
fn marked(line: &str) -> Option<&str> {
    let (_, mark) = line.strip_suffix(']')?.rsplit_once('[')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (!mark.is_empty() && mark.chars().all(plain)).then_some(mark)
}

/// A question and its answer as two lines.
pub(crate) fn lines(question: &str, id: &str, means: &str, choice: &str) -> String {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{ASKED}{} [{id}]\n{ANSWERED}{} [{choice}]", plain(question), plain(means))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(question: &str, choice: &str) -> Answer {
        Answer { question: question.to_owned(), choice: choice.to_owned() }
    }

    #[test]
    fn answers_come_off_the_end_of_a_request() {
        let said = lines("Keep\ncalls?", "keep.call", "yes: a table", "yes");
        assert_eq!(said, "Asked: Keep calls? [keep.call]\nAnswered: yes: a table [yes]");
        for (text, request, answers) in [
            ("Boats".to_owned(), "Boats", vec![]),
            (format!("Boats\n\n{said}\n"), "Boats", vec![answer("keep.call", "yes")]),
            (
                format!("Boats\r\n{said}\n\nAsked: [a]\n  Answered: [b]"),
                "Boats",
                vec![answer("keep.call", "yes"), answer("a", "b")],
            ),
            // Not at the end, not whole, not marked, or nothing else.
            (format!("Boats\n{said}\nand docks"), "", vec![]),
            ("Boats\nAnswered: yes [yes]".to_owned(), "", vec![]),
            ("Boats\nAsked: what? [a b]\nAnswered: yes [yes]".to_owned(), "", vec![]),
            (said.clone(), "", vec![]),
        ] {
            let whole = if request.is_empty() { text.as_str() } else { request };
            assert_eq!(split(&text), (whole, answers), "{text}");
        }
    }
}
