//! What is taken out again beside where it was said: by a mark before it, by the line under its heading, by the sentence
//! behind it.

use super::{Aside, Place};
use crate::clauses::Polarity;
use crate::lexicon::has;
use crate::scene::{Scene, Sentence};
use crate::tags::Tag;

pub(super) const PHRASES: &[Aside] = &[
    Aside {
        id: "undone.back",
        polarity: Polarity::Aside,
        place: Place::Scrapped,
        phrases: &[
            " disregard that ",
            " disregard that one ",
            " disregard this ",
            " ignore that ",
            " ignore that one ",
            " scrap that ",
            " strike this ",
            " drop that ",
            " drop that one ",
            " forget this ",
            " that one is out ",
            " that one is gone ",
            " never again ",
            " god , no ",
            " god no ",
            " we shall not ",
            " we sha not ",
            " those days are over ",
        ],
        example: "Also SMS and invoices. EDIT: disregard that one.",
    },
    Aside {
        id: "undone.short",
        polarity: Polarity::Someday,
        place: Place::Alone,
        phrases: &[
            " later perhaps ",
            " later maybe ",
            " maybe later ",
            " perhaps later ",
            " later ",
            " not now ",
            " not yet ",
            " not here ",
            " someday ",
            " one day perhaps ",
            " not this year ",
            " really not now ",
            " but not now ",
            " but really not ",
        ],
        example: "Text messages and invoicing. Later perhaps.",
    },
    Aside {
        id: "undone.above",
        polarity: Polarity::Aside,
        place: Place::LongLead,
        phrases: &[
            " i do not want ",
            " we do not want ",
            " i do not need ",
            " we do not need ",
            " not to be built ",
            " i can live without ",
            " we can live without ",
        ],
        example: "Things that people always try to sell to us and that we do not want:\n- SMS\n- invoices",
    },
    Aside {
        id: "undone.end",
        polarity: Polarity::Aside,
        place: Place::End,
        phrases: &[
            " therefore without ",
            " so without ",
            " hence without ",
            " so rather not ",
            " but really not now ",
            " so no thanks ",
            " not going to happen ",
            " is not happening ",
        ],
        example: "I wanted SMS and invoices but it costs, therefore without.",
    },
    Aside {
        id: "undone.tail",
        polarity: Polarity::Elsewhere,
        place: Place::Tail,
        phrases: &[
            " not involved in that ",
            " not involved in this ",
            " not involved there ",
            " which is theirs ",
            " that is theirs ",
            " is their thing ",
            " is their own thing ",
            " is their affair ",
            " is their own business ",
            " that was before ",
            " so we need not ",
            " so we do not need to ",
            " so we do not have to ",
            " so no need ",
            " so there is no need ",
            " remains as is ",
            " remains as it is ",
            " no need to connect it ",
            " no need to connect that ",
            " no need to connect ",
            " no need to integrate it ",
            " nothing from us ",
            " nothing from our side ",
            " leave that for now ",
            " leave it for now ",
            " leave that be for the time being ",
            " leave that for the time being ",
            " they have on their own ",
        ],
        example: "SMS come from the printer and invoices too, we are not involved in that.",
    },
    Aside {
        id: "undone.at_first",
        polarity: Polarity::Elsewhere,
        place: Place::Clause,
        phrases: &[
            " originally i wanted ",
            " originally we wanted ",
            " initially i wanted ",
            " initially we wanted ",
            " at first i wanted ",
            " at first we wanted ",
            " first i wanted ",
            " can go on ",
            " may go on ",
            " from my own account ",
            " from our own account ",
            " in my own words ",
        ],
        example: "Originally I wanted SMS and invoices.",
    },
    Aside {
        id: "undone.supposed",
        polarity: Polarity::Past,
        place: Place::Clause,
        phrases: &[
            " were supposed to ",
            " was supposed to ",
            " were meant to ",
            " was meant to ",
            " were going to ",
            " was going to ",
        ],
        example: "Owners were supposed to get SMS and invoices.",
    },
    Aside {
        id: "undone.once",
        polarity: Polarity::Elsewhere,
        place: Place::Sentence,
        phrases: &[" earlier prototype ", " old prototype ", " first prototype ", " previous prototype "],
        example: "The earlier prototype sent SMS and invoices.",
    },
];

/// Marks of what no longer counts.
const MARKS: &str = "withdrawn dropped postponed deferred obsolete descoped scrapped shelved superseded";
/// What may stand before a word on what was said: "EDIT 2:", "Update:".
const NEWS: &str = "edit update correction ps p.s. later addendum";

/// What may stand before an answer to what was said.
const FILLERS: &[&str] = &[
    "well", "oh", "hmm", "ok", "okay", "but", "and", "so", "sorry", "actually", "no", "nope", "wait", "ah", "then", ",",
];

/// "(withdrawn) SMS to everybody", and nothing that is said of it.
pub(super) fn marked(scene: &Scene<'_>, from: usize, to: usize) -> bool {
    let mark = scene.token(from + 1).is_some_and(|token| has(MARKS, &token.text));
    let says = |at: usize| matches!(scene.tag(at), Some(Tag::Have | Tag::Be | Tag::Modal));
    mark && scene.one_of(from, &["(", "["]) && scene.close_of(from) == Some(from + 2) && !(from..to).any(says)
}

/// "Explicitly NOT in sprint 1: workshops".
pub(super) fn not_these(scene: &Scene<'_>, from: usize, to: usize) -> bool {
    let at = from + usize::from(scene.one_of(from, &["explicitly", "expressly", "definitely", "deliberately"]));
    let colon = (at..to.min(at + super::LONGEST_LEAD)).find(|at| scene.is(*at, ":"));
    const OUT: &[&str] = &[
        "in", "for", "part", "now", "here", "yet", "needed", "wanted", "included", "required", "planned", "building",
        "doing",
    ];
    let turns = |at: usize| scene.is(at, "but");
    // "n/a: refunds".
    let none = scene.is(from, "n/a") || scene.is(from, "n") && scene.is(from + 1, "/") && scene.is(from + 2, "a");
    none && colon.is_some()
        || scene.is(at, "not") && scene.one_of(at + 1, OUT) && colon.is_some_and(|colon| !(at..colon).any(turns))
}

/// Where the news of a sentence begin: behind "EDIT:" and words that only fill.
pub(super) fn opens_at(scene: &Scene<'_>, sentence: Sentence) -> usize {
    let mut at = sentence.from;
    if scene.token(at).is_some_and(|token| has(NEWS, &token.text)) {
        let colon = (at + 1..sentence.to.min(at + 3)).find(|next| scene.is(*next, ":"));
        at = colon.map_or(at, |colon| colon + 1);
    }
    while at < sentence.to && scene.one_of(at, FILLERS) {
        at += 1;
    }
    at
}

/// The sentence that speaks of this one: the next with more than a sigh in it.
pub(super) fn next<'s>(scene: &'s Scene<'_>, sentence: usize) -> Option<&'s Sentence> {
    // So many sighs at most, so that a text of nothing else is not walked through for each of them.
    scene.sentences.get(sentence + 1..)?.iter().take(4).find(|next| opens_at(scene, **next) < next.to)
}

/// The line under a heading of a word or two, which says of it that it is not wanted.
pub(super) fn under<'s>(scene: &'s Scene<'_>, sentence: usize) -> Option<(usize, &'s Sentence)> {
    let here = scene.sentences.get(sentence)?;
    let next = scene.sentences.get(sentence + 1).filter(|next| next.block != here.block)?;
    let alone = scene.sentences_of(here.block).count() == 1 && here.to - here.from <= 3;
    // "Text messages" may be read as an order.
    let short = here.to - here.from <= 2;
    let verb = |at: usize| match scene.tag(at) {
        Some(Tag::Verb) => !short,
        tag => matches!(tag, Some(Tag::Be | Tag::Have | Tag::Modal)),
    };
    let bullet = |block: usize| scene.blocks.get(block).is_some_and(|block| block.bullet);
    let plain = alone && !(here.from..here.to).any(verb) && !bullet(here.block) && !bullet(next.block);
    (plain && next.to - next.from <= 8).then_some((sentence + 1, next))
}
