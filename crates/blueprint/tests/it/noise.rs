//! Whatever the text is: an answer, never a panic, and every place within the text.

use blueprint::load;
use proptest::prelude::*;

const EVERYTHING: &str = include_str!("../good/everything.toml");
const LEADS: &str = include_str!("../good/lead-tracker.toml");

fn answers(text: &str) -> Result<(), TestCaseError> {
    let problems = match load(text) {
        Ok(blueprint) => {
            prop_assert_eq!(&blueprint.source, text);
            blueprint::Problems(blueprint.warnings)
        }
        Err(problems) => {
            prop_assert!(problems.0.iter().any(|problem| problem.severity == blueprint::Severity::Error));
            problems
        }
    };
    for problem in &problems.0 {
        prop_assert!(text.get(problem.place.span.clone()).is_some(), "{:?} is not in the text", problem.place);
        prop_assert!(problem.place.line >= 1 && problem.place.line <= text.matches('\n').count() + 1);
    }
    problems.render("noise.toml", text, false);
    Ok(())
}

#[derive(Debug, Clone)]
enum Change {
    DeleteLine(usize),
    DoubleLine(usize),
    SwapLines(usize, usize),
    DeleteWord(usize),
    ReplaceWord(usize, String),
    SwapWords(usize, usize),
    Cut(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<prop::sample::Index>().prop_map(|index| index.index(10_000));
    let word = prop_oneof![
        "[a-z_]{1,8}",
        "\\PC{0,4}",
        Just("\"\"".to_owned()),
        Just("-1".to_owned()),
        Just("1e308".to_owned()),
        Just("nan".to_owned()),
        Just("[[[]]]".to_owned()),
        Just("{}".to_owned()),
        Just("true".to_owned()),
        Just("\"reference\"".to_owned()),
        Just("\"\\u0000\"".to_owned()),
        Just("1979-05-27T07:32:00Z".to_owned()),
    ];
    prop_oneof![
        place.clone().prop_map(Change::DeleteLine),
        place.clone().prop_map(Change::DoubleLine),
        (place.clone(), place.clone()).prop_map(|(a, b)| Change::SwapLines(a, b)),
        place.clone().prop_map(Change::DeleteWord),
        (place.clone(), word).prop_map(|(at, word)| Change::ReplaceWord(at, word)),
        (place.clone(), place.clone()).prop_map(|(a, b)| Change::SwapWords(a, b)),
        place.prop_map(Change::Cut),
    ]
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut text = text.to_owned();
    for change in changes {
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut words: Vec<&str> = text.split_inclusive([' ', '\n', ',', '.']).collect();
        if lines.is_empty() {
            break;
        }
        let (line_count, word_count) = (lines.len(), words.len());
        let (line, word) = (|n: usize| n % line_count, |n: usize| n % word_count);
        text = match change {
            Change::DeleteLine(at) => drop_at(&mut lines, line(*at)),
            Change::DoubleLine(at) => {
                let at = line(*at);
                lines.insert(at, lines[at]);
                lines.concat()
            }
            Change::SwapLines(a, b) => {
                let (a, b) = (line(*a), line(*b));
                lines.swap(a, b);
                lines.concat()
            }
            Change::DeleteWord(at) => drop_at(&mut words, word(*at)),
            Change::ReplaceWord(at, with) => {
                let at = word(*at);
                words[at] = with;
                words.concat()
            }
            Change::SwapWords(a, b) => {
                let (a, b) = (word(*a), word(*b));
                words.swap(a, b);
                words.concat()
            }
            Change::Cut(at) => text.chars().take(at % 4_000).collect(),
        };
    }
    text
}

fn drop_at(parts: &mut Vec<&str>, at: usize) -> String {
    parts.remove(at);
    parts.concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gets_an_answer(text in "\\PC*|[\\x00-\\x7f]*|([a-z\\[\\]{}=.\"\n ]{0,200})") {
        answers(&text)?;
    }

    #[test]
    fn a_damaged_blueprint_gets_an_answer(
        leads in any::<bool>(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        answers(&changed(if leads { LEADS } else { EVERYTHING }, &changes))?;
    }
}
