//! What speaks for and against a noun being a record, each sign with its weight.
//!
//! The weights are learnt, but for a few: `cargo run --release -p intake --example weigh` reads the requests of `corpus/`, where
//! others who did not know the reader wrote down which nouns are records, and writes the numbers of this table. They are
//! log-odds: with no other sign, a weight of 0.7 doubles the odds that the noun is a record. To add a sign, add an entry with
//! weight 0.0 and let them be learnt anew.

use crate::lexicon::archetypes::{self, Sort};
use crate::lexicon::{fields, has, words};

use super::seen::Seen;

/// The name of a sign, its weight, and whether a noun shows it.
pub(super) type Sign = (&'static str, f64, fn(&Seen<'_>) -> bool);

/// Where no sign speaks for anything.
const BIAS: Sign = ("bias", 0.11, |_| true);

const SIGNS: &[Sign] = &[
    // What it has.
    ("fields.one", 0.66, |it| it.fields() == 1),
    ("fields.two", 1.06, |it| it.fields() == 2),
    ("fields.three", 2.10, |it| it.fields() >= 3),
    ("fields.five", -0.18, |it| it.fields() >= 5),
    ("heading", 1.05, |it| it.candidate.heading),
    ("mentions.some", 0.59, |it| it.candidate.mentions >= 0.8),
    ("mentions.many", 0.25, |it| it.candidate.mentions >= 1.3),
    ("tied", 0.14, |it| it.candidate.ties >= 0.4),
    ("tied.well", 0.63, |it| it.candidate.ties >= 1.3),
    ("tied.twice", 0.37, |it| it.candidate.ties >= 2.0),
    ("brackets", 1.15, |it| it.bracketed && !it.candidate.valued),
    ("tied.described", 0.92, |it| it.tied),
    ("holds.described", 0.32, |it| it.holds),
    ("told.surely", 0.57, |it| it.by(&SURE)),
    ("told.verb", 0.28, |it| it.by(&["has.verb"])),
    ("told.brackets", 0.11, |it| it.by(&["has.brackets"])),
    ("told.with", 0.64, |it| it.by(&["has.with"])),
    ("told.list", 0.56, |it| it.by(&["list.colon"])),
    ("told.record", -0.02, |it| it.by(&["list.record"])),
    ("told.tail", -0.25, |it| it.by(&["kept.tail"])),
    // What is done with it, and what it does.
    ("worked_with", 0.39, |it| it.candidate.object >= 0.7),
    ("worked_with.much", 0.28, |it| it.candidate.object >= 1.2),
    ("worked_with.only", 0.15, |it| it.candidate.grounds.rules.iter().all(|rule| rule.starts_with("op."))),
    ("acts", 0.68, |it| it.candidate.acts >= 0.7),
    // What else it may be.
    ("app", -1.51, |it| it.candidate.app >= 0.8),
    ("app.surely", -0.61, |it| it.candidate.app >= 1.5),
    ("denied", -0.04, |it| it.candidate.denied),
    ("valued", 0.06, |it| it.candidate.valued),
    ("value.of_field", -1.04, |it| it.candidate.value),
    ("value.name", -0.32, |it| fields::guess(&it.candidate.name).is_some()),
    ("value.plain", -0.37, |it| it.bare() && it.sort.is_none() && fields::guess(&it.candidate.name).is_some()),
    ("value.file", -0.02, |it| it.bare() && fields::guess(&it.candidate.name).is_some_and(|guess| guess.file)),
    ("no_record", -0.31, |it| it.sort.is_none() && it.fields() < 2 && words::is_not_record(it.head)),
    // What kind of word it is.
    ("person", 0.10, |it| it.is(Sort::Person)),
    ("thing", -0.36, |it| it.is(Sort::Thing)),
    ("event", 0.82, |it| it.is(Sort::Event)),
    ("unknown", -0.88, |it| it.sort.is_none()),
    ("head.person", -0.71, |it| it.head_sort == Some(Sort::Person)),
    ("head.thing", 0.32, |it| it.head_sort == Some(Sort::Thing)),
    ("head.event", 0.38, |it| it.head_sort == Some(Sort::Event)),
    ("head.unknown", -0.31, |it| it.head_sort.is_none()),
    ("person.kept", 1.16, |it| archetypes::is_kept(&it.candidate.name)),
    ("person.bare", -0.68, |it| it.is_person() && it.bare()),
    ("person.only_works", -0.05, |it| it.only_works()),
    ("role.bare", -0.45, |it| it.bare() && it.candidate.role),
    ("role", -0.33, |it| it.candidate.role),
    ("person.often", -0.16, |it| it.is_person() && it.said >= 3),
    ("person.tied", 0.81, |it| it.is_person() && it.candidate.ties > 0.0),
    ("person.worked_with", 0.41, |it| it.is_person() && it.candidate.object > 0.0),
    ("three_words", -2.05, |it| it.candidate.name.split('_').count() >= 3),
    // How it is spoken of.
    ("plural", 0.72, |it| it.candidate.plural),
    ("places.two", 0.46, |it| it.candidate.grounds.spans.len() >= 2),
    ("said.never", -0.67, |it| it.said == 0),
    ("said.once", -0.67, |it| it.said == 1),
    ("said.once.bare", -0.58, |it| it.said == 1 && it.bare()),
    ("said.once.one_field", -0.94, |it| it.said == 1 && it.fields() == 1),
    ("said.thrice", 0.98, |it| it.said >= 3),
    ("said.often", 0.36, |it| it.said >= 5),
    ("event.of_verb", -0.50, |it| it.said == 0 && it.is(Sort::Event)),
    ("each", 0.86, |it| it.after("each every per")),
    ("a", 0.45, |it| it.after("a an")),
    ("the", -0.38, |it| !it.candidate.plural && it.after("the this that") && !it.after("a an each every per")),
    ("no", -0.17, |it| it.after("no")),
    ("my", -0.85, |it| it.after("my our")),
    ("their", -0.23, |it| it.after("their his her its")),
    ("bare_singular", -0.25, |it| !it.candidate.plural && !it.after(BEFORE_NOUNS)),
    ("title", -0.78, |it| it.title),
    ("modifies", -0.55, |it| it.modifies),
    ("place", -0.44, |it| it.placed),
    ("aside", -0.60, |it| it.aside),
    ("wished", 0.36, |it| it.wished),
    // The request around it.
    ("others_described", -0.63, |it| it.described >= 2),
    ("request.short", 0.88, |it| it.tokens < 50),
    ("request.long", -0.52, |it| it.tokens >= 134),
];

/// Signs that too few nouns of the corpus show for their weights to be learnt.
const CHOSEN: &[Sign] = &[
    ("denied.bare", -3.0, |it| it.bare() && it.candidate.denied),
    ("valued.only", -1.5, |it| it.fields() < 2 && it.candidate.valued),
    ("laid_out", -2.0, |it| it.fields() < 2 && has(LAID_OUT, it.head)),
    ("value.told", -1.0, |it| {
        it.bare() && it.said == 1 && fields::guess(&it.candidate.name).is_some() && it.candidate.ties < 0.8
    }),
];

/// Rules that are hardly ever wrong about what they take for a record.
const SURE: [&str; 9] = [
    "row.colon",
    "list.chain",
    "joined.one",
    "joined.seat",
    "tied.ratio",
    "belongs.is_in",
    "belongs.per",
    "belongs.of",
    "prose.is_of",
];
/// What screens and sheets are laid out in.
pub(super) const LAID_OUT: &str = "column row cell header banner tab screen window panel button chart report";
const BEFORE_NOUNS: &str = "the this that a an each every per our my their his her its";

impl Seen<'_> {
    /// The log-odds that it is a record.
    pub(super) fn score(&self) -> f64 {
        let learnt: f64 = self.shown().map(|(_, weight, _)| weight).sum();
        learnt + self.chosen() + self.candidate.read
    }

    /// What the signs with chosen weights say.
    pub(super) fn chosen(&self) -> f64 {
        CHOSEN.iter().filter(|(_, _, holds)| holds(self)).map(|(_, weight, _)| weight).sum()
    }

    /// The signs it shows whose weights are learnt.
    pub(super) fn shown(&self) -> impl Iterator<Item = &'static Sign> {
        std::iter::once(&BIAS).chain(SIGNS).filter(|(_, _, holds)| holds(self))
    }
}
