//! What a request says only to put off, to leave out, to remember or to compare: nothing is made of it.
//!
//! A way of saying so is an entry of one of the tables in `later`, `out` and `others`: its phrases, where they stand, and
//! an example that the test reads.

pub(super) mod doers;
mod later;
mod others;
mod out;
mod outsiders;
pub(super) mod stays;
mod undone;

use std::collections::HashSet;

use super::Polarity;
use crate::scene::{Scene, Sentence};

/// Where the phrases of an entry stand, and what they speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Anywhere: the whole sentence.
    Sentence,
    /// Anywhere, but not "would be nice if …", which asks politely.
    Wish,
    /// Anywhere, but not "email or SMS, it does not matter": either will do.
    Indifferent,
    /// Anywhere: the clause.
    Clause,
    /// Before a colon, or above bullets: what follows.
    Lead,
    /// Ends a line of any length above bullets: what follows.
    LongLead,
    /// After a colon or a dash, or in brackets: what stands before it.
    Verdict,
    /// After a question: what was asked.
    Answer,
    /// An order: the clause opens with it.
    Order,
    /// Ends the sentence: all before it.
    End,
    /// Ends the sentence: what is said just before it, but no list of values.
    Tail,
    /// Opens the next sentence: this one.
    Back,
    /// The same, where nothing follows but what is behind a sign: not "ignore that field".
    Scrapped,
    /// The same, where that sentence says little more.
    Short,
    /// The same, where that sentence says nothing else.
    Alone,
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

/// Every way, in the order of the tables.
fn all() -> impl Iterator<Item = &'static Aside> {
    [out::PHRASES, later::PHRASES, others::PHRASES, stays::PHRASES, undone::PHRASES].into_iter().flatten()
}

/// The ways whose words the request has at all: few, so that a long text is not searched for hundreds of phrases.
pub(super) struct Heard(Vec<Way>);

/// A way and those of its phrases that may stand in the request.
type Way = (&'static Aside, Vec<&'static str>);

impl Heard {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let said: HashSet<&str> = scene.tokens.iter().map(|token| token.text.as_str()).collect();
        let heard = |phrase: &&&str| phrase.split([' ', '…']).filter(|word| !word.is_empty()).all(|w| said.contains(w));
        let ways = all().map(|aside| (aside, aside.phrases.iter().filter(heard).copied().collect::<Vec<_>>()));
        Self(ways.filter(|(_, phrases)| !phrases.is_empty()).collect())
    }
}

/// A heading or a lead is short.
const LONGEST_LEAD: usize = 6;

impl Polarity {
    /// Said for another time or another place: nothing is made of it.
    pub(crate) fn is_aside(self) -> bool {
        matches!(self, Polarity::Someday | Polarity::Aside | Polarity::Elsewhere | Polarity::Past)
    }
}

/// What the whole sentence, tokens `from..to`, is said for; none where it asks for something.
pub(super) fn of_sentence(
    scene: &Scene<'_>,
    heard: &Heard,
    sentence: usize,
    from: usize,
    to: usize,
) -> Option<Polarity> {
    by_itself(scene, heard, sentence, from, to).or_else(|| {
        // A heading is said for what the line under it is.
        let (place, under) = undone::under(scene, sentence)?;
        let said = by_itself(scene, heard, place, under.from, under.to);
        said.or_else(|| heard.0.iter().find(|way| answers(scene, way, under)).map(|(aside, _)| aside.polarity))
    })
}

fn by_itself(scene: &Scene<'_>, heard: &Heard, sentence: usize, from: usize, to: usize) -> Option<Polarity> {
    if stays::is_out(scene, from)
        || stays::ends_in_no(scene, from, to)
        || undone::marked(scene, from, to)
        || undone::not_these(scene, from, to)
    {
        return Some(Polarity::Aside);
    }
    if stays::goes_on(scene, from, to) {
        return Some(Polarity::Elsewhere);
    }
    heard.0.iter().find(|way| says(scene, way, sentence, from, to)).map(|(aside, _)| aside.polarity)
}

/// The same of one clause.
pub(super) fn of_clause(scene: &Scene<'_>, heard: &Heard, from: usize, to: usize) -> Option<Polarity> {
    heard.0.iter().find(|way| clause_says(scene, way, from, to)).map(|(aside, _)| aside.polarity)
}

/// The verdict that a sentence ends in, on what it said just before: "the keys hang in a cabinet, leave that".
pub(super) fn tail(scene: &Scene<'_>, heard: &Heard, from: usize, to: usize) -> Option<Polarity> {
    let words = scene.padded(from, stays::end(scene, from, to));
    let ends =
        |(aside, phrases): &&Way| aside.place == Place::Tail && phrases.iter().any(|phrase| words.ends_with(*phrase));
    heard.0.iter().find(ends).map(|(aside, _)| aside.polarity)
}

/// Words before an order: "you can also just skip …".
const BEFORE_ORDERS: &[&str] = &[
    "please", "also", "just", "then", "so", "and", "but", "or", "you", "can", "could", "should", "we", "i", "let",
    "us", "may", "will", ",", "now", "oh", "ok", "on", "second", "thought", "actually", "better", "simply", "feel",
    "free", "to", "already", "once",
];

fn clause_says(scene: &Scene<'_>, (aside, phrases): &Way, from: usize, to: usize) -> bool {
    match aside.place {
        Place::Clause => holds(scene.padded(from, to), phrases),
        Place::Order => {
            // "to skip" is a purpose.
            let purpose = scene.is(from, "to");
            let lead = (from..to.min(from + LONGEST_LEAD)).take_while(|at| scene.one_of(*at, BEFORE_ORDERS)).count();
            !purpose && (0..=lead).any(|skipped| opens(scene.padded(from + skipped, to), phrases))
        }
        _ => false,
    }
}

fn says(scene: &Scene<'_>, way: &Way, sentence: usize, from: usize, to: usize) -> bool {
    let (aside, phrases) = way;
    let colon = || (from..to.min(from + 4 * LONGEST_LEAD)).find(|at| scene.is(*at, ":") && scene.depth_at(*at) == 0);
    let short = |end: usize| end <= from + LONGEST_LEAD;
    match aside.place {
        Place::Sentence => {
            let put_off = aside.polarity == Polarity::Someday || aside.polarity == Polarity::Aside;
            let told = if aside.polarity == Polarity::Elsewhere {
                outside_brackets(scene, from, to).into_iter().any(|(from, to)| holds(scene.padded(from, to), phrases))
            } else {
                holds(scene.padded(from, to), phrases)
            };
            told || put_off && heading(scene, sentence).is_some_and(|(from, to)| holds(scene.padded(from, to), phrases))
        }
        Place::Wish => {
            let words = scene.padded(from, to);
            let polite =
                |phrase: &&str| words.contains(&format!("{phrase}if ")) || words.contains(&format!("{phrase}that "));
            phrases.iter().any(|phrase| words.contains(phrase) && !polite(phrase))
        }
        Place::Indifferent => {
            let words = scene.padded(from, to);
            holds(words, phrases) && !words.contains(" or ") && !words.contains(" whether ")
        }
        Place::Clause | Place::Order | Place::Tail => false,
        Place::End => phrases.iter().any(|phrase| {
            let words = scene.padded(from, to);
            words.len() > phrase.len() && words.ends_with(phrase)
        }),
        Place::Back => {
            // "Not needed: fines" speaks of the fines.
            let next = undone::next(scene, sentence);
            let next = next.map(|next| (undone::opens_at(scene, *next), next.to));
            // "Not needed: fines" speaks of the fines.
            next.filter(|(from, to)| !(*from..*to).any(|at| scene.is(at, ":")))
                .is_some_and(|(from, to)| opens(scene.padded(from, to), phrases))
        }
        Place::Scrapped => undone::next(scene, sentence).is_some_and(|next| {
            let words = scene.padded(undone::opens_at(scene, *next), next.to);
            let ends = |phrase: &&str| {
                words
                    .strip_prefix(*phrase)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with([',', ';', '-', '(']))
            };
            phrases.iter().any(ends)
        }),
        Place::Short | Place::Alone => {
            let here = scene.sentences.get(sentence).map(|one| one.block);
            let next = undone::next(scene, sentence).filter(|next| Some(next.block) == here);
            next.is_some_and(|next| answers(scene, way, next))
        }
        Place::Lead => {
            let own =
                || colon().filter(|colon| short(*colon)).is_some_and(|end| holds(scene.padded(from, end), phrases));
            own() || heading(scene, sentence).is_some_and(|(from, to)| holds(scene.padded(from, to), phrases))
        }
        Place::LongLead => long_heading(scene, sentence)
            .is_some_and(|(from, to)| phrases.iter().any(|phrase| scene.padded(from, to).ends_with(phrase))),
        Place::Verdict => {
            let verdict = colon().or_else(|| verdict(scene, from, to));
            verdict.is_some_and(|verdict| {
                let no = aside.polarity == Polarity::Aside && stays::is_no(scene, verdict + 1, to);
                no || opens(scene.padded(verdict + 1, to), phrases)
            })
        }
        Place::Answer => {
            let asked = scene.is(to, "?") && to <= from + 2 * LONGEST_LEAD;
            asked
                && scene.sentences.get(sentence + 1).is_some_and(|next| {
                    // The answer to a quoted mail has one mark more.
                    let quoted = (next.from..next.to).take_while(|at| scene.is(*at, ">")).count();
                    opens(scene.padded(next.from + quoted, next.to), phrases)
                })
        }
    }
}

/// Whether a sentence that says little more takes back the one before.
fn answers(scene: &Scene<'_>, (aside, phrases): &Way, next: &Sentence) -> bool {
    let from = undone::opens_at(scene, *next);
    if aside.place == Place::Alone {
        let words = scene.padded(from, stays::end(scene, from, next.to));
        return phrases.contains(&words);
    }
    aside.place == Place::Short
        && next.to - from <= LONGEST_LEAD + 2
        // "Do not touch invoices" speaks of the invoices.
        && scene.nps_in(from, next.to).next().is_none()
        && opens(scene.padded(from, next.to), phrases)
}

/// "teams (not needed)", "teams - not needed": where the verdict on the first words of a line opens.
fn verdict(scene: &Scene<'_>, from: usize, to: usize) -> Option<usize> {
    let named = scene.nps_in(from, to).next().filter(|np| np.from <= from + 1)?;
    let closes = || scene.close_of(named.to).is_some_and(|close| close + 1 >= to);
    let sign = scene.is(named.to, "-") || scene.is(named.to, "(") && closes();
    (sign && to <= from + 2 * LONGEST_LEAD).then_some(named.to)
}

/// The line above a bullet, or above a paragraph that it ends in a colon or hashes before, where it is short.
fn heading(scene: &Scene<'_>, sentence: usize) -> Option<(usize, usize)> {
    let place = scene.sentences.get(sentence)?.block;
    let block = scene.blocks.get(place)?;
    let leads = |above: &usize| {
        scene.blocks.get(*above).is_some_and(|above| {
            let before = scene.request.get(..above.span.start).unwrap_or("");
            !above.bullet && (scene.text(above.span).ends_with(':') || before.trim_end().ends_with('#'))
        })
    };
    let parent = block.parent.or_else(|| place.checked_sub(1).filter(|_| !block.bullet).filter(leads))?;
    let above = scene.sentences_of(parent).next()?;
    (above.to <= above.from + LONGEST_LEAD + 1).then_some((above.from, above.to))
}

/// The line above a bullet, however long, without its colon.
fn long_heading(scene: &Scene<'_>, sentence: usize) -> Option<(usize, usize)> {
    let block = scene.blocks.get(scene.sentences.get(sentence)?.block).filter(|block| block.bullet)?;
    let above = scene.sentences_of(block.parent?).last()?;
    let to = if scene.is(above.to.wrapping_sub(1), ":") { above.to - 1 } else { above.to };
    Some((above.from, to))
}

/// "our website (WordPress, stays as it is) must be called": the pieces around brackets; all, if it is all in brackets.
fn outside_brackets(scene: &Scene<'_>, from: usize, to: usize) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let (mut start, mut at) = (from, from);
    while at < to {
        if let Some(close) = scene.close_of(at).filter(|close| at > from && *close < to && scene.is(at, "(")) {
            pieces.push((start, at));
            start = close + 1;
            at = close;
        }
        at += 1;
    }
    pieces.push((start, to));
    pieces
}

fn holds(words: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| match phrase.split_once('…') {
        None => words.contains(phrase),
        // The space before and after stands for any words between.
        Some((first, last)) => {
            words.find(first).and_then(|at| words.get(at + first.len()..)).is_some_and(|rest| rest.contains(last))
        }
    })
}

fn opens(words: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| words.starts_with(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_made_of_what_is_set_aside() {
        for aside in all() {
            let reading = crate::read(&format!("Boats have a name and a length. {}", aside.example)).summary;
            let kept: Vec<_> = reading.entities.iter().map(|entity| entity.name.as_str()).collect();
            assert_eq!((kept, reading.integrations.as_slice()), (vec!["boat"], &[][..]), "{}", aside.id);
        }
    }

    #[test]
    fn every_example_is_set_aside_by_its_entry() {
        for aside in all() {
            let scene = Scene::read(aside.example);
            let way = Heard::of(&scene).0.into_iter().find(|(heard, _)| heard.id == aside.id).unwrap();
            let mut sentences = scene.sentences.iter().enumerate();
            let said = sentences.any(|(at, one)| says(&scene, &way, at, one.from, one.to));
            let clause = scene.clauses.iter().any(|clause| clause_says(&scene, &way, clause.from, clause.to));
            let tail =
                scene.sentences.iter().any(|one| tail(&scene, &Heard(vec![way.clone()]), one.from, one.to).is_some());
            assert!(said || clause || tail, "{}", aside.id);
        }
    }
}
