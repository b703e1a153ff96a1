//! Questions about a request: answered on the command line, on the terminal, or by nobody, and then the default holds.
//!
//! What the answers change is `intake`'s business; here they come from somewhere and go under the request.

use std::fmt;
use std::str::FromStr;

use inquire::error::InquireError;
use inquire::list_option::ListOption;
use inquire::ui::{RenderConfig, Styled};
use inquire::{Select, set_global_render_config};
use intake::Question;
use model::Read;

use crate::failure::{Failure, STOPPED};
use crate::interrupts::Held;
use crate::paper::wrapped;
use crate::screen::Screen;

/// An answer of the command line: `share=all`.
#[derive(Debug, Clone)]
pub struct Given {
    question: String,
    choice: String,
}

impl FromStr for Given {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Given, Self::Err> {
        let (question, choice) = text.split_once('=').ok_or("write it as QUESTION=ANSWER, for example share=all")?;
        Ok(Given { question: question.trim().to_owned(), choice: choice.trim().to_owned() })
    }
}

impl Given {
    /// Whether a request was answered so.
    pub fn stands_in(&self, request: &str) -> bool {
        let reading = intake::read(request);
        reading.answers.iter().any(|one| one.id == self.question && one.choice == self.choice)
    }
}

/// A request with what was answered under it, and its reading then.
pub struct Settled {
    pub request: String,
    pub read: Read,
}

impl Settled {
    /// Takes the answers of the command line.
    ///
    /// # Errors
    /// One that is an answer to nothing that is asked.
    pub fn given(mut self, answers: &[Given]) -> Result<Settled, Failure> {
        for one in answers {
            let questions = &self.read.reading.questions;
            let found = questions.iter().find(|question| question.id == one.question && !question.id.is_empty());
            let Some(question) = found else { return Err(nothing_asked(&self.read, one)) };
            let Some(request) = intake::with_answer(&self.request, question, &one.choice) else {
                let failure = Failure::usage(format!("`{}` is no answer to `{}`", one.choice, one.question));
                return Err(failure.hint(format!("{}\n        {}", question.text, answers_of(question))));
            };
            self = Settled { read: self.read.answered(&request), request };
        }
        Ok(self)
    }

    /// Has what is left answered by somebody.
    ///
    /// # Errors
    /// Whoever should answer stopped.
    pub fn asked(
        self,
        mut answer: impl FnMut(usize, usize, &Question) -> Result<String, Failure>,
    ) -> Result<Settled, Failure> {
        let questions: Vec<Question> = self.read.reading.questions.clone();
        let mut request = self.request;
        for (place, question) in questions.iter().enumerate() {
            let choice = answer(place + 1, questions.len(), question)?;
            request = intake::with_answer(&request, question, &choice).unwrap_or(request);
        }
        if questions.is_empty() {
            return Ok(Settled { request, ..self });
        }
        Ok(Settled { read: self.read.answered(&request), request })
    }
}

/// Lets whoever sits at the terminal choose, the default first.
///
/// # Errors
/// They stopped.
pub fn on_terminal(screen: &Screen, place: usize, of: usize, question: &Question) -> Result<String, Failure> {
    set_global_render_config(look(screen));
    let interrupts = Held::now();
    let choices: Vec<&str> = question.choices().collect();
    let width = screen.width_asking();
    // Behind the last line stands what is typed.
    let message = wrapped("", "    ", &format!("{place}/{of} {}", screen.legible(&question.text)), width - TYPED);
    let help = wrapped("", " ", &screen.legible(HELP), width - BRACKETS);
    let lines: Vec<Line> =
        (0..=choices.len()).map(|at| Line { screen, number: at + 1, choice: choices.get(at).copied() }).collect();
    let scorer = |typed: &str, _: &Line<'_>, _: &str, at: usize| shown(typed, &choices, at);
    let taken = |chosen: ListOption<&Line<'_>>| match chosen.value.choice {
        Some(choice) => wrapped("    ", "    ", &screen.legible(choice), width),
        None => "    that is no answer".to_owned(),
    };
    let chosen = loop {
        let select = Select::new(&message, lines.clone()).with_scorer(&scorer).with_formatter(&taken);
        match select.with_help_message(&help).raw_prompt() {
            Ok(chosen) if chosen.value.choice.is_none() => {}
            chosen => break chosen,
        }
    };
    match chosen {
        Ok(chosen) => {
            drop(interrupts);
            Ok(chosen.value.choice.map(|text| Question::word(text).to_owned()).unwrap_or_default())
        }
        Err(error) => {
            // The signal of the key that stopped may be heard only now, and must not end the process before it has said so.
            std::mem::forget(interrupts);
            Err(stopped(place, of, &error))
        }
    }
}

const HELP: &str = "a number, first letters or arrows choose, Enter takes, Esc stops and writes nothing";
/// Room for a sign before a question, and for what is typed behind it.
const TYPED: usize = 8;
const BRACKETS: usize = 3;
/// Of the sign before an answer, and of the last column: where a line is redrawn that fills it, its last letter goes.
const SIGN: usize = 3;

/// A line of a question: an answer, or that what was typed is none.
#[derive(Clone, Copy)]
struct Line<'a> {
    screen: &'a Screen,
    number: usize,
    choice: Option<&'a str>,
}

/// No line longer than the terminal is now, which would cut it within a word.
impl fmt::Display for Line<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.screen.width_asking() - SIGN;
        let text = match self.choice {
            Some(choice) => format!("{} {}", self.number, self.screen.legible(choice)),
            None => "none of the answers:".to_owned(),
        };
        // What follows stands under its first word.
        formatter.write_str(&wrapped("", "    ", &text, width))
    }
}

/// The place of a line, if it is shown: those that are meant, or all of them where none is, under a first one that says so. That one is
/// no answer, so that Enter takes none then.
fn shown(typed: &str, choices: &[&str], at: usize) -> Option<i64> {
    if (0..choices.len()).any(|at| meant(typed, choices, at).is_some()) {
        return meant(typed, choices, at);
    }
    Some(if at == choices.len() { 1 } else { -i64::try_from(at).unwrap_or(i64::MAX) })
}

/// How well what was typed tells the answer at a place, if it does: its number, its word or first letters, or the letter of
/// its place (`b` the second) where no answer begins so.
fn meant(typed: &str, choices: &[&str], at: usize) -> Option<i64> {
    let typed = typed.trim().to_lowercase();
    let begins = |choice: &str| choice.to_lowercase().starts_with(&typed);
    let choice = choices.get(at)?;
    let number = at + 1;
    let is_place = || {
        let mut letters = typed.chars();
        let letter = letters.next().filter(|_| letters.next().is_none());
        letter.is_some_and(|letter| ('a'..='z').nth(at) == Some(letter)) && !choices.iter().any(|one| begins(one))
    };
    // The word itself is meant before those that go on; among equals the first one stands first.
    let whole = Question::word(choice).to_lowercase() == typed;
    let fits = whole || typed == number.to_string() || begins(choice) || is_place();
    fits.then(|| if whole { 1 } else { -i64::try_from(at).unwrap_or(i64::MAX) })
}

fn stopped(place: usize, of: usize, error: &InquireError) -> Failure {
    let why = match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => String::new(),
        InquireError::IO(error) if error.kind() == std::io::ErrorKind::Interrupted => String::new(),
        error => format!(" ({error})"),
    };
    let failure = Failure::new(format!("stopped at question {place} of {of}{why}; nothing was written"));
    let hint = "--yes takes the first answer of each, --answer QUESTION=ANSWER gives one";
    Failure { exit_code: STOPPED, ..failure.hint(hint) }
}

/// Colours and signs of the questions, in what the terminal can show.
fn look(screen: &Screen) -> RenderConfig<'static> {
    let look = if screen.color_err() { RenderConfig::default_colored() } else { RenderConfig::empty() };
    // Behind a question there is no room for most answers.
    let look = RenderConfig { answer_from_new_line: true, ..look };
    if screen.unicode() {
        return look;
    }
    look.with_prompt_prefix(Styled::new("?"))
        .with_answered_prompt_prefix(Styled::new(">"))
        .with_highlighted_option_prefix(Styled::new(">"))
        .with_scroll_up_prefix(Styled::new("^"))
        .with_scroll_down_prefix(Styled::new("v"))
}

fn nothing_asked(read: &Read, given: &Given) -> Failure {
    let reading = &read.reading;
    if reading.answers.iter().any(|one| one.id == given.question) {
        let failure = Failure::usage(format!("`{}` is answered already", given.question));
        return failure.hint("give each answer once, on the command line or under the request");
    }
    let failure = Failure::usage(format!("nothing is asked that is called `{}`", given.question));
    let asked: Vec<&Question> = reading.questions.iter().filter(|question| !question.id.is_empty()).collect();
    if asked.is_empty() {
        return failure.hint("this request leaves nothing to ask");
    }
    let lines = asked.iter().map(|question| format!("{}: {}", question.id, answers_of(question)));
    failure.hint(format!("what is asked, with the answers:\n        {}", lines.collect::<Vec<_>>().join("\n        ")))
}

fn answers_of(question: &Question) -> String {
    question.choices().map(Question::word).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::*;

    const REQUEST: &str =
        "We run a boat club. Boats have a name and a length. Each trip has a boat, a date and a distance.";

    fn settled() -> Settled {
        Settled { request: REQUEST.to_owned(), read: Read::by_rules(intake::read(REQUEST)) }
    }

    #[test]
    fn answers_go_under_the_request_and_change_what_is_built() {
        let mut told = Vec::new();
        let all = settled().asked(|place, of, question| {
            told.push((place, of, question.id.clone()));
            Ok(if question.id == "share" { "all".to_owned() } else { Question::word(&question.default).to_owned() })
        });
        let all = all.unwrap_or_else(|failure| panic!("{failure:?}"));
        assert_eq!(told.first().unwrap().2, "share");
        assert!(told.iter().enumerate().all(|(at, (place, of, _))| *place == at + 1 && *of == told.len()));
        assert!(all.request.starts_with(REQUEST) && all.request.contains("Answered: all: "), "{}", all.request);
        assert!(all.read.reading.blueprint.contains("sign_up = \"invite\""), "{}", all.read.reading.blueprint);
        let given = settled().given(&["share=all".parse().unwrap()]).unwrap_or_else(|failure| panic!("{failure:?}"));
        let same = given.asked(|_, _, question| Ok(Question::word(&question.default).to_owned()));
        assert_eq!(same.unwrap_or_else(|failure| panic!("{failure:?}")).request, all.request);
    }

    #[test]
    fn what_is_no_answer_is_refused_with_those_that_are() {
        for (given, message, hint) in [
            ("share=perhaps", "`perhaps` is no answer to `share`", "own or all"),
            ("moon=yes", "nothing is asked that is called `moon`", "share: own or all"),
            ("=yes", "nothing is asked that is called ``", "share"),
        ] {
            let failure = settled().given(&[given.parse().unwrap()]).err().unwrap();
            assert!(failure.message.contains(message) && failure.hint.unwrap().contains(hint), "{}", failure.message);
        }
        let twice = settled().given(&["share=all".parse().unwrap(), "share=own".parse().unwrap()]).err().unwrap();
        assert!(twice.message.contains("answered already"), "{}", twice.message);
        assert!("share".parse::<Given>().is_err());
    }

    #[test]
    fn numbers_words_first_letters_and_the_letters_of_the_places_tell_an_answer() {
        let share = ["own: each account sees only what it made", "all: everyone signed in"].as_slice();
        let keep = ["no: nothing", "none: an empty table", "yes: a table of calls"].as_slice();
        for (choices, typed, expected) in [
            (share, "", [0, 1].as_slice()),
            (share, "1", &[0]),
            (share, "2", &[1]),
            (share, "3", &[]),
            (share, "o", &[0]),
            (share, "All", &[1]),
            (share, " all: every", &[1]),
            (share, "a", &[1]),
            (share, "b", &[1]),
            (share, "c", &[]),
            (share, "x", &[]),
            (keep, "a", &[0]),
            (keep, "b", &[1]),
            (keep, "c", &[2]),
            (keep, "y", &[2]),
            (keep, "n", &[0, 1]),
            (keep, "no", &[0, 1]),
            (keep, "none", &[1]),
        ] {
            let scored = (0..choices.len()).filter_map(|at| Some((meant(typed, choices, at)?, at)));
            let mut scored: Vec<(i64, usize)> = scored.collect();
            scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
            let found: Vec<usize> = scored.into_iter().map(|(_, at)| at).collect();
            assert_eq!(found, expected, "{typed:?}");
        }
    }

    #[test]
    fn who_stops_leaves_the_request_as_it_was() {
        let stop = settled().asked(|place, of, _| Err(stopped(place, of, &InquireError::OperationCanceled)));
        let failure = stop.err().unwrap();
        assert_eq!(failure.exit_code, STOPPED);
        assert!(
            failure.message.starts_with("stopped at question 1 of ")
                && failure.message.ends_with("nothing was written")
        );
    }
}
