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
        place: Place::Back,
        phrases: &[
            " disregard that ",
            " disregard this ",
            " ignore that ",
            " ignore this ",
            " scrap that ",
            " strike this ",
            " drop that ",
            " forget this ",
            " that one is out ",
            " that one is gone ",
            " never again ",
            " god , no ",
            " god no ",
            " no way ",
            " we shall not ",
            " we sha not ",
            " those days are over ",
            " a nice dream ",
            " nice dream ",
            " different budget ",
            " no budget for ",
        ],
        example: "Also SMS and invoices. EDIT: disregard that one.",
    },
    Aside {
        id: "undone.short",
        polarity: Polarity::Someday,
        place: Place::Short,
        phrases: &[
            " later perhaps ",
            " later maybe ",
            " maybe later ",
            " perhaps later ",
            " not now ",
            " not yet ",
            " not here ",
            " someday ",
            " one day ",
            " not this year ",
            " really not now ",
            " but not now ",
            " postponed ",
            " withdrawn ",
            " canceled ",
            " but really not ",
            " but not really ",
            " dropped ",
            " scrapped ",
            " shelved ",
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
            " you can leave out ",
            " you can skip ",
            " you can ignore ",
            " not part of it ",
            " not to be built ",
            " should not do ",
            " must not do ",
            " we can live without ",
            " i can live without ",
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
            " will not happen ",
            " is not happening ",
            " not ours to build ",
            " departments of their own ",
            " an app of their own ",
            " apps of their own ",
            " a program of its own ",
            " programs of their own ",
            " a system of their own ",
            " systems of their own ",
            " a system of its own ",
            " a tool of their own ",
            " but nobody voted for it ",
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
            " all theirs ",
            " their thing ",
            " his thing ",
            " her thing ",
            " their own thing ",
            " its own thing ",
            " their affair ",
            " their job ",
            " their own business ",
            " they have on their own ",
            " 's thing ",
            " s' thing ",
            " that was before ",
            " nice dream ",
            " different budget ",
            " another budget ",
            " leave that for now ",
            " leave it for now ",
            " leave that be for the time being ",
            " leave that for the time being ",
            " out again ",
            " so we need not ",
            " so we do not need to ",
            " so we do not have to ",
            " so no need ",
            " so there is no need ",
            " no need to connect it ",
            " no need to connect that ",
            " no need to connect ",
            " no need to integrate it ",
            " no need to build it ",
            " that remains as is ",
            " remains as is ",
            " remains as it is ",
            " nothing from us ",
            " nothing from our side ",
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
        phrases: &[
            " earlier prototype ",
            " old prototype ",
            " first prototype ",
            " earlier version ",
            " previous version ",
            " earlier attempt ",
            " previous developer ",
            " previous agency ",
            " last developer ",
        ],
        example: "The earlier prototype sent SMS and invoices.",
    },
];

/// Marks of what no longer counts.
const MARKS: &str = "withdrawn dropped canceled cancelled deleted removed postponed deferred rejected parked obsolete struck void \
    descoped scrapped shelved superseded";
/// What may stand before a word on what was said: "EDIT 2:", "Update:".
const NEWS: &str = "edit update correction ps p.s. later addendum";

/// What may stand before an answer to what was said.
const FILLERS: &[&str] = &[
    "well", "oh", "hmm", "ok", "okay", "but", "and", "so", "sorry", "actually", "no", "nope", "wait", "ah", "then", ",",
];

/// "(withdrawn) SMS to everybody", "DROPPED: SMS".
pub(super) fn marked(scene: &Scene<'_>, from: usize) -> bool {
    let mark = |at: usize| scene.token(at).is_some_and(|token| has(MARKS, &token.text));
    let bracket = scene.one_of(from, &["(", "["]) && mark(from + 1) && scene.close_of(from).is_some();
    bracket || mark(from) && scene.is(from + 1, ":")
}

/// "Explicitly NOT in sprint 1: workshops".
pub(super) fn not_these(scene: &Scene<'_>, from: usize, to: usize) -> bool {
    let at = from + usize::from(scene.one_of(from, &["explicitly", "expressly", "definitely", "deliberately"]));
    let colon = (at..to.min(at + super::LONGEST_LEAD)).find(|at| scene.is(*at, ":"));
    let turns = |at: usize| scene.is(at, "but");
    let of_values = ["null", "empty", "editable", "unique", "only", "blank", "nullable", "optional", "visible"];
    // "n/a: refunds".
    let none = scene.is(from, "n/a") || scene.is(from, "n") && scene.is(from + 1, "/") && scene.is(from + 2, "a");
    none && colon.is_some()
        || scene.is(at, "not")
            && !scene.one_of(at + 1, &of_values)
            && colon.is_some_and(|colon| !(at..colon).any(turns))
}

/// Where the news of a sentence begin: behind "EDIT:" and words that only fill.
pub(super) fn opens_at(scene: &Scene<'_>, sentence: Sentence) -> usize {
    let mut at = sentence.from;
    if scene.token(at).is_some_and(|token| has(NEWS, &token.text)) {
        let colon = (at + 1..sentence.to.min(at + 3)).find(|next| scene.is(*next, ":"));
        at = colon.map_or(at, |colon| colon + 1);
    }
    while at < sentence.to && scene.one_of(at, &FILLERS) {
        at += 1;
    }
    at
}

/// The sentence that speaks of this one: the next with more than a sigh in it.
pub(super) fn next<'s>(scene: &'s Scene<'_>, sentence: usize) -> Option<&'s Sentence> {
    scene.sentences.get(sentence + 1..)?.iter().find(|next| opens_at(scene, **next) < next.to)
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
