//! What a request says only to put off, to leave out, to remember or to compare: nothing is made of it.
//!
//! A way of saying so is an entry of `ALL`: its phrases, where they stand, and an example that the test reads.

use super::Polarity;
use crate::scene::Scene;

/// Where the phrases of an entry stand, and what they speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Anywhere: the whole sentence.
    Sentence,
    /// Anywhere: the clause.
    Clause,
    /// Before a colon, or above bullets: what follows.
    Lead,
    /// After a colon: what stands before it.
    Verdict,
    /// After a question: what was asked.
    Answer,
}

/// One way of setting something aside.
struct Aside {
    #[cfg_attr(not(test), expect(dead_code, reason = "named where the test fails"))]
    id: &'static str,
    polarity: Polarity,
    place: Place,
    /// Words with spaces around; "…" stands for any words.
    phrases: &'static [&'static str],
    /// What the test reads; it names SMS or invoices.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test"))]
    example: &'static str,
}

const ALL: &[Aside] = &[
    Aside {
        id: "later",
        polarity: Polarity::Someday,
        place: Place::Sentence,
        phrases: &[
            " nice to have ",
            " would be nice ",
            " would be cool ",
            " would be neat ",
            " would be great to have ",
            " in the future ",
            " down the road ",
            " on the roadmap ",
            " future version ",
            " at some point ",
            " later on ",
            " later version ",
            " later release ",
            " later phase ",
            " later stage ",
            " come later ",
            " comes later ",
            " added later ",
            " not now ",
            " not right now ",
            " not for now ",
            " for later ",
            " can wait ",
            " could wait ",
            " bonus points ",
            " stretch goal ",
            " if time permits ",
            " hopefully one day ",
        ],
        example: "SMS can wait.",
    },
    Aside {
        id: "later.phase",
        polarity: Polarity::Someday,
        place: Place::Sentence,
        phrases: &[
            " phase 2 ",
            " phase two ",
            " second phase ",
            " next phase ",
            " phase 3 ",
            " phase three ",
            " in version 2 ",
            " in version two ",
            " in v2 ",
            " for v2 ",
            " for version 2 ",
            " for version two ",
            " next release ",
            " next version ",
        ],
        example: "Phase two will bring SMS and invoices.",
    },
    Aside {
        id: "later.lead",
        polarity: Polarity::Someday,
        place: Place::Lead,
        phrases: &[" later ", " version 2 ", " version two ", " v2 ", " not now ", " future ", " someday "],
        example: "Version 2: SMS and invoices.",
    },
    Aside {
        id: "out.lead",
        polarity: Polarity::Aside,
        place: Place::Lead,
        phrases: &[
            " out of scope ",
            " not in scope ",
            " not needed ",
            " not required ",
            " not wanted ",
            " not included ",
            " excluded ",
            " non goals ",
            " non-goals ",
            " leave out ",
            " left out ",
            " do not need ",
            " do not want ",
            " do not build ",
            " no need for ",
            " is not ",
            " will not have ",
            " will not do ",
            " not part of ",
        ],
        example: "Out of scope: SMS, invoices.",
    },
    Aside {
        id: "out.said",
        polarity: Polarity::Aside,
        place: Place::Sentence,
        phrases: &[
            " out of scope ",
            " off the table ",
            " not part of this ",
            " not part of the ",
            " do not bother ",
            " decided against ",
            " forget about ",
            " never mind ",
            " not interested in ",
            " no need for ",
            " none of that ",
            " rather not have ",
        ],
        example: "Do not bother with SMS or invoices.",
    },
    Aside {
        id: "out.leave",
        polarity: Polarity::Aside,
        place: Place::Clause,
        phrases: &[" leave … out ", " leave out ", " leave … away ", " keep … out of "],
        example: "You can leave SMS and invoices out.",
    },
    Aside {
        id: "out.verdict",
        polarity: Polarity::Aside,
        place: Place::Verdict,
        phrases: &[
            " we do not ",
            " i do not ",
            " none ",
            " nothing ",
            " not needed ",
            " not now ",
            " not wanted ",
            " no thanks ",
            " later ",
            " never ",
            " skip ",
            " out of scope ",
        ],
        example: "SMS, invoices: we do not need any.",
    },
    Aside {
        id: "out.answer",
        polarity: Polarity::Aside,
        place: Place::Answer,
        phrases: &[" no ", " nope ", " not ", " never ", " later ", " maybe ", " we do not ", " skip ", " no need "],
        example: "SMS reminders? Not now.",
    },
    Aside {
        id: "past.tool",
        polarity: Polarity::Elsewhere,
        place: Place::Sentence,
        phrases: &[
            " old system ",
            " old app ",
            " old tool ",
            " old software ",
            " old one ",
            " previous system ",
            " previous tool ",
            " previous app ",
            " we left ",
            " i left ",
            " moved away from ",
            " moving away from ",
            " migrating from ",
            " switching from ",
            " switched from ",
            " are replacing ",
            " am replacing ",
            " want to replace ",
            " we tried ",
            " i tried ",
            " last year ",
            " years ago ",
            " until recently ",
            " so far ",
            " up to now ",
            " until now ",
        ],
        example: "Our old system sent SMS and printed invoices.",
    },
    Aside {
        id: "elsewhere.have",
        polarity: Polarity::Elsewhere,
        place: Place::Sentence,
        phrases: &[
            " we already have ",
            " we already use ",
            " i already have ",
            " i already use ",
            " already using ",
            " stays separate ",
            " stay separate ",
            " stays where it is ",
            " stays as it is ",
        ],
        example: "We already have Twilio for SMS, that stays separate.",
    },
    Aside {
        id: "elsewhere.others",
        polarity: Polarity::Elsewhere,
        place: Place::Clause,
        phrases: &[
            " elsewhere ",
            " handled by another ",
            " handled by an external ",
            " handled by a different ",
            " handled by our ",
            " done by another ",
            " done by an external ",
            " done by our ",
            " by another company ",
            " by a third party ",
            " in another system ",
            " in another tool ",
            " outside of this ",
            " outside this system ",
        ],
        example: "Our accountant handles invoices elsewhere.",
    },
    Aside {
        id: "elsewhere.rivals",
        polarity: Polarity::Elsewhere,
        place: Place::Sentence,
        phrases: &[
            " competitors ",
            " competitor ",
            " other apps ",
            " other tools ",
            " rivals ",
            " i hate that ",
            " we hate that ",
        ],
        example: "Competitors like Booksy send SMS, we do not.",
    },
];

/// A heading or a lead is short.
const LONGEST_LEAD: usize = 6;

impl Polarity {
    /// Said for another time or another place: nothing is made of it.
    pub(crate) fn is_aside(self) -> bool {
        matches!(self, Polarity::Someday | Polarity::Aside | Polarity::Elsewhere)
    }
}

/// What the whole sentence, tokens `from..to`, is said for; none where it asks for something.
pub(super) fn of_sentence(scene: &Scene<'_>, sentence: usize, from: usize, to: usize) -> Option<Polarity> {
    ALL.iter().find(|aside| says(scene, aside, sentence, from, to)).map(|aside| aside.polarity)
}

/// The same of one clause.
pub(super) fn of_clause(scene: &Scene<'_>, from: usize, to: usize) -> Option<Polarity> {
    let words = scene.padded(from, to);
    let clauses = ALL.iter().filter(|aside| aside.place == Place::Clause);
    clauses.into_iter().find(|aside| holds(words, aside)).map(|aside| aside.polarity)
}

fn says(scene: &Scene<'_>, aside: &Aside, sentence: usize, from: usize, to: usize) -> bool {
    let colon = || (from..to.min(from + 4 * LONGEST_LEAD)).find(|at| scene.is(*at, ":") && scene.depth_at(*at) == 0);
    let short = |end: usize| end <= from + LONGEST_LEAD;
    match aside.place {
        Place::Sentence => holds(scene.padded(from, to), aside),
        Place::Clause => false,
        Place::Lead => {
            let own = || colon().filter(|colon| short(*colon)).is_some_and(|end| holds(scene.padded(from, end), aside));
            own() || heading(scene, sentence).is_some_and(|(from, to)| holds(scene.padded(from, to), aside))
        }
        Place::Verdict => colon().is_some_and(|colon| opens(scene.padded(colon + 1, to), aside)),
        Place::Answer => {
            let asked = scene.is(to, "?") && to <= from + 2 * LONGEST_LEAD;
            asked
                && scene.sentences.get(sentence + 1).is_some_and(|next| opens(scene.padded(next.from, next.to), aside))
        }
    }
}

/// The line above a bullet, where it is short.
fn heading(scene: &Scene<'_>, sentence: usize) -> Option<(usize, usize)> {
    let block = scene.sentences.get(sentence).and_then(|sentence| scene.blocks.get(sentence.block))?;
    let above = scene.sentences_of(block.parent?).next()?;
    (above.to <= above.from + LONGEST_LEAD + 1).then_some((above.from, above.to))
}

fn holds(words: &str, aside: &Aside) -> bool {
    aside.phrases.iter().any(|phrase| match phrase.split_once('…') {
        None => words.contains(phrase),
        // The space before and after stands for any words between.
        Some((first, last)) => {
            words.find(first).and_then(|at| words.get(at + first.len()..)).is_some_and(|rest| rest.contains(last))
        }
    })
}

fn opens(words: &str, aside: &Aside) -> bool {
    aside.phrases.iter().any(|phrase| words.starts_with(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_made_of_what_is_set_aside() {
        for aside in ALL {
            let reading = crate::read(&format!("Boats have a name and a length. {}", aside.example)).summary;
            let kept: Vec<_> = reading.entities.iter().map(|entity| entity.name.as_str()).collect();
            assert_eq!((kept, reading.integrations.as_slice()), (vec!["boat"], &[][..]), "{}", aside.id);
        }
    }

    #[test]
    fn every_example_is_set_aside_by_its_entry() {
        for aside in ALL {
            let scene = Scene::read(aside.example);
            let sentences = scene.sentences.iter().enumerate();
            let said = sentences.clone().any(|(at, one)| says(&scene, aside, at, one.from, one.to));
            let clause = aside.place == Place::Clause
                && scene.clauses.iter().any(|clause| holds(scene.padded(clause.from, clause.to), aside));
            assert!(said || clause, "{}", aside.id);
        }
    }
}
