//! What speaks for and against a noun being a record, each sign with its weight.
//!
//! The weights are learnt, but for a few: `cargo run --release -p intake --example weigh` reads the requests of `corpus/`, where
//! others who did not know the reader wrote down which nouns are records, and writes the numbers of this table. They are
//! log-odds: with no other sign, a weight of 0.7 doubles the odds that the noun is a record. To add a sign, add an entry with
//! weight 0.0 and let them be learnt anew.

use std::collections::{HashMap, HashSet};

use super::Candidate;
use crate::lemma::singular;
use crate::lexicon::archetypes::{self, Sort};
use crate::lexicon::{fields, has, words};
use crate::scene::{Scene, Sentence};
use crate::tokens::Span;

/// A noun among the others, with what the request around it says.
pub(super) struct Seen<'c> {
    pub candidate: &'c Candidate,
    /// How often the request says the word.
    pub said: usize,
    /// How many nouns of the request have two fields and more.
    pub described: usize,
    /// How long the request is.
    tokens: usize,
    sort: Option<Sort>,
    head: &'c str,
    head_sort: Option<Sort>,
    /// The word before the noun, at each place where it stands.
    before: Vec<&'c str>,
    /// It is tied to a noun that has two fields and more.
    tied: bool,
    /// One of its fields is such a noun.
    holds: bool,
    /// A list in brackets stands right behind it.
    bracketed: bool,
    /// Every sentence with the noun tells what is not so, not here, or not now.
    aside: bool,
    /// It is only spoken of as where something is: "in the sea".
    placed: bool,
    /// A sentence with the noun tells what is kept, has to be or can be done.
    wished: bool,
}

/// The name of a sign, its weight, and whether a noun shows it.
pub(super) type Sign = (&'static str, f64, fn(&Seen<'_>) -> bool);

/// Where no sign speaks for anything.
const BIAS: Sign = ("bias", 0.06, |_| true);

const SIGNS: &[Sign] = &[
    // What it has.
    ("fields.one", 0.56, |it| it.fields() == 1),
    ("fields.two", 0.80, |it| it.fields() == 2),
    ("fields.three", 1.92, |it| it.fields() >= 3),
    ("fields.five", 0.06, |it| it.fields() >= 5),
    ("heading", 1.31, |it| it.candidate.heading),
    ("mentions.some", 0.55, |it| it.candidate.mentions >= 0.8),
    ("mentions.many", 0.45, |it| it.candidate.mentions >= 1.3),
    ("tied", 0.29, |it| it.candidate.ties >= 0.4),
    ("tied.well", 0.51, |it| it.candidate.ties >= 1.3),
    ("tied.twice", 0.57, |it| it.candidate.ties >= 2.0),
    ("brackets", 1.15, |it| it.bracketed && !it.candidate.valued),
    ("tied.described", 0.82, |it| it.tied),
    ("holds.described", 0.13, |it| it.holds),
    ("told.surely", 0.51, |it| it.by(&SURE)),
    ("told.verb", 0.41, |it| it.by(&["has.verb"])),
    ("told.brackets", 0.08, |it| it.by(&["has.brackets"])),
    ("told.with", 0.68, |it| it.by(&["has.with"])),
    ("told.list", 0.64, |it| it.by(&["list.colon"])),
    ("told.record", 0.15, |it| it.by(&["list.record"])),
    ("told.tail", -0.02, |it| it.by(&["kept.tail"])),
    // What is done with it, and what it does.
    ("worked_with", 0.28, |it| it.candidate.object >= 0.7),
    ("worked_with.much", 0.41, |it| it.candidate.object >= 1.2),
    ("worked_with.only", 0.17, |it| it.candidate.grounds.rules.iter().all(|rule| rule.starts_with("op."))),
    ("acts", 0.52, |it| it.candidate.acts >= 0.7),
    // What else it may be.
    ("app", -1.45, |it| it.candidate.app >= 0.8),
    ("app.surely", -0.75, |it| it.candidate.app >= 1.5),
    ("denied", 0.07, |it| it.candidate.denied),
    ("valued", -0.20, |it| it.candidate.valued),
    ("value.of_field", -0.74, |it| it.candidate.value),
    ("value.name", -0.25, |it| fields::guess(&it.candidate.name).is_some()),
    ("value.plain", -0.33, |it| it.bare() && it.sort.is_none() && fields::guess(&it.candidate.name).is_some()),
    ("value.file", -0.33, |it| it.bare() && fields::guess(&it.candidate.name).is_some_and(|guess| guess.file)),
    ("no_record", -0.25, |it| it.sort.is_none() && it.fields() < 2 && words::is_not_record(it.head)),
    // What kind of word it is.
    ("person", 0.20, |it| it.is(Sort::Person)),
    ("thing", -0.37, |it| it.is(Sort::Thing)),
    ("event", 0.85, |it| it.is(Sort::Event)),
    ("unknown", -1.01, |it| it.sort.is_none()),
    ("head.person", -0.69, |it| it.head_sort == Some(Sort::Person)),
    ("head.thing", 0.37, |it| it.head_sort == Some(Sort::Thing)),
    ("head.event", 0.27, |it| it.head_sort == Some(Sort::Event)),
    ("head.unknown", -0.27, |it| it.head_sort.is_none()),
    ("person.kept", 1.05, |it| archetypes::is_kept(&it.candidate.name)),
    ("person.bare", -0.55, |it| it.is_person() && it.bare()),
    ("person.only_works", -0.15, |it| it.only_works()),
    ("role.bare", -0.66, |it| it.bare() && it.candidate.role),
    ("role", -0.08, |it| it.candidate.role),
    ("person.often", 0.13, |it| it.is_person() && it.said >= 3),
    ("person.tied", 0.60, |it| it.is_person() && it.candidate.ties > 0.0),
    ("person.worked_with", 0.32, |it| it.is_person() && it.candidate.object > 0.0),
    ("three_words", -1.79, |it| it.candidate.name.split('_').count() >= 3),
    // How it is spoken of.
    ("plural", 0.68, |it| it.candidate.plural),
    ("places.two", 0.45, |it| it.candidate.grounds.spans.len() >= 2),
    ("said.never", -0.45, |it| it.said == 0),
    ("said.once", -0.65, |it| it.said == 1),
    ("said.once.bare", -0.58, |it| it.said == 1 && it.bare()),
    ("said.once.one_field", -0.82, |it| it.said == 1 && it.fields() == 1),
    ("said.thrice", 0.85, |it| it.said >= 3),
    ("said.often", 0.40, |it| it.said >= 5),
    ("event.of_verb", -0.60, |it| it.said == 0 && it.is(Sort::Event)),
    ("each", 0.96, |it| it.after("each every per")),
    ("a", 0.27, |it| it.after("a an")),
    ("the", -0.38, |it| !it.candidate.plural && it.after("the this that") && !it.after("a an each every per")),
    ("no", -0.12, |it| it.after("no")),
    ("my", -0.81, |it| it.after("my our")),
    ("their", -0.22, |it| it.after("their his her its")),
    ("bare_singular", -0.36, |it| !it.candidate.plural && !it.after(BEFORE_NOUNS)),
    ("place", -0.39, |it| it.placed),
    ("aside", -0.55, |it| it.aside),
    ("wished", 0.49, |it| it.wished),
    // The request around it.
    ("others_described", -0.53, |it| it.described >= 2),
    ("request.short", 0.72, |it| it.tokens < 50),
    ("request.long", -0.50, |it| it.tokens >= 134),
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
/// Words of what is not so, is done elsewhere, or may come later.
const ASIDE: &str = "no not never none nothing nobody without stay stays already elsewhere later instead forget skip drop \
    currently today paper excel spreadsheet maybe perhaps because since";
/// Words of what is kept, and of what has to be or can be done.
const WISHED: &str = "track keep kept manage record store log need want register add create list each every per has have should \
    must can";

/// What all nouns of a request share.
pub(super) struct Around<'s> {
    scene: &'s Scene<'s>,
    said: HashMap<&'s str, usize>,
    /// Of each sentence, whether it tells what is not so, and what is wished.
    sentences: Vec<(bool, bool)>,
    /// The nouns that have two fields and more.
    described: HashSet<String>,
}

impl<'s> Around<'s> {
    pub(super) fn of(scene: &'s Scene<'s>, found: &[Candidate]) -> Self {
        let mut said = HashMap::new();
        for token in &scene.tokens {
            *said.entry(token.lemma.as_str()).or_default() += 1;
        }
        let tells = |sentence: &Sentence| {
            let words = scene.tokens.get(sentence.from..sentence.to).unwrap_or(&[]);
            let any = |list| words.iter().any(|token| has(list, &token.text));
            (any(ASIDE), any(WISHED))
        };
        Self {
            scene,
            said,
            sentences: scene.sentences.iter().map(tells).collect(),
            described: found.iter().filter(|one| one.fields.len() >= 2).map(|one| one.name.clone()).collect(),
        }
    }

    /// What stands here is where something is: "on the page", "at school".
    fn is_place(&self, at: usize) -> bool {
        let article = self.scene.one_of(at, &["the", "our", "my", "a", "an", "this"]);
        let lead = if article {
            at
        } else {
            at.saturating_sub(usize::from(self.scene.one_of(at.wrapping_sub(1), &["the", "our", "my", "a", "an"])))
        };
        lead > 0
            && self
                .scene
                .one_of(lead - 1, &["in", "on", "at", "from", "by", "through", "via", "into", "near", "under", "over"])
    }

    pub(super) fn see<'c>(&'c self, candidate: &'c Candidate) -> Seen<'c> {
        let head = candidate.name.rsplit('_').next().unwrap_or(&candidate.name);
        let scene = self.scene;
        let at = |start: usize| scene.tokens.partition_point(|token| token.span.start < start);
        let places: Vec<usize> = candidate.places.iter().map(|span| at(span.start)).collect();
        let described = |name: &str| name != candidate.name && self.described.contains(name);
        let list_behind = |span: &Span| {
            let open = at(span.end);
            let close = scene.close_of(open).filter(|_| scene.is(open, "("));
            close.is_some_and(|close| (open..close).any(|inside| scene.is(inside, ",")))
        };
        let sentences = || places.iter().filter_map(|at| self.sentences.get(scene.sentence_at(*at)?));
        let mut before = Vec::new();
        for &place in &places {
            let starts = scene.sentence_at(place) != place.checked_sub(1).and_then(|last| scene.sentence_at(last));
            let from = if starts { place } else { place - 1 };
            before.extend(scene.tokens.get(from..=place).unwrap_or(&[]).iter().map(|token| token.text.as_str()));
        }
        Seen {
            candidate,
            said: self.said.get(head).copied().unwrap_or(0),
            described: self.described.len(),
            tied: candidate.tied.iter().any(|(other, _)| described(other)),
            holds: candidate.fields.iter().any(|field| described(&singular(field))),
            tokens: scene.tokens.len(),
            sort: archetypes::sort(&candidate.name),
            head,
            head_sort: archetypes::sort(head),
            before,
            bracketed: candidate.places.iter().any(list_behind),
            aside: sentences().next().is_some() && sentences().all(|(aside, _)| *aside),
            placed: !places.is_empty() && places.iter().all(|at| self.is_place(*at)),
            wished: sentences().any(|(_, wished)| *wished),
        }
    }
}

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

    fn fields(&self) -> usize {
        self.candidate.fields.len()
    }
    fn bare(&self) -> bool {
        self.fields() == 0
    }
    /// A person of whom nothing is told but what he does.
    fn only_works(&self) -> bool {
        self.is_person() && self.bare() && self.candidate.ties + self.candidate.mentions <= 0.0
    }
    /// One of these rules told of it.
    fn by(&self, rules: &[&str]) -> bool {
        self.candidate.grounds.rules.iter().any(|rule| rules.contains(rule))
    }
    fn is(&self, sort: Sort) -> bool {
        self.sort == Some(sort)
    }
    fn is_person(&self) -> bool {
        archetypes::is_person(&self.candidate.name)
    }
    /// Somewhere one of these words stands before it, or is its first.
    fn after(&self, list: &str) -> bool {
        self.before.iter().any(|word| has(list, word))
    }
}
