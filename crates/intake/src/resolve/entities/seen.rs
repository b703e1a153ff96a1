//! A noun among the others of its request, with what the request around it says: what the signs look at.

use std::collections::{HashMap, HashSet};

use super::Candidate;
use crate::lemma::singular;
use crate::lexicon::archetypes::{self, Sort};
use crate::lexicon::has;
use crate::scene::{Scene, Sentence};
use crate::tags::Tag;
use crate::tokens::Span;

/// A noun among the others, with what the request around it says.
pub(super) struct Seen<'c> {
    pub(super) candidate: &'c Candidate,
    /// How often the request says the word.
    pub(super) said: usize,
    /// How many nouns of the request have two fields and more.
    pub(super) described: usize,
    /// How long the request is.
    pub(super) tokens: usize,
    pub(super) sort: Option<Sort>,
    pub(super) head: &'c str,
    pub(super) head_sort: Option<Sort>,
    /// The word before the noun, at each place where it stands.
    pub(super) before: Vec<&'c str>,
    /// It is tied to a noun that has two fields and more.
    pub(super) tied: bool,
    /// One of its fields is such a noun.
    pub(super) holds: bool,
    /// A list in brackets stands right behind it.
    pub(super) bracketed: bool,
    /// Every sentence with the noun tells what is not so, not here, or not now.
    pub(super) aside: bool,
    /// It stands in the first words of the request, before any sign, and nowhere else.
    pub(super) title: bool,
    /// It only stands before another noun: the "licence" of "licence number".
    pub(super) modifies: bool,
    /// It is only spoken of as where something is: "in the sea".
    pub(super) placed: bool,
    /// A sentence with the noun tells what is kept, has to be or can be done.
    pub(super) wished: bool,
}

/// Words of what is not so, is done elsewhere, or may come later.
const ASIDE: &str = "no not never none nothing nobody without stay stays already elsewhere later instead forget skip drop \
    currently today paper excel spreadsheet maybe perhaps because since";
/// Words of what is kept, and of what has to be or can be done.
const WISHED: &str = "track keep kept manage record store log need want register add create list each every per has have should \
    must can";
/// So many words may be a title.
const TITLE: usize = 4;

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

    /// The noun that starts here is among the first words of the request.
    fn opens(&self, at: usize) -> bool {
        at < TITLE && !(0..at).any(|before| self.scene.token(before).is_some_and(|token| token.is_sign()))
    }

    /// The noun that starts here is followed by another.
    fn modifies(&self, at: usize, head: &str) -> bool {
        let last = (at..at + 4).find(|at| self.scene.token(*at).is_some_and(|token| token.lemma == head));
        last.is_some_and(|last| self.scene.tag(last + 1) == Some(Tag::Noun))
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
            title: !places.is_empty() && places.iter().all(|at| self.opens(*at)),
            modifies: !places.is_empty() && places.iter().all(|at| self.modifies(*at, head)),
            placed: !places.is_empty() && places.iter().all(|at| self.is_place(*at)),
            wished: sentences().any(|(_, wished)| *wished),
        }
    }
}

impl Seen<'_> {
    pub(super) fn fields(&self) -> usize {
        self.candidate.fields.len()
    }
    pub(super) fn bare(&self) -> bool {
        self.fields() == 0
    }
    /// A person of whom nothing is told but what he does.
    pub(super) fn only_works(&self) -> bool {
        self.is_person() && self.bare() && self.candidate.ties + self.candidate.mentions <= 0.0
    }
    /// One of these rules told of it.
    pub(super) fn by(&self, rules: &[&str]) -> bool {
        self.candidate.grounds.rules.iter().any(|rule| rules.contains(rule))
    }
    pub(super) fn is(&self, sort: Sort) -> bool {
        self.sort == Some(sort)
    }
    pub(super) fn is_person(&self) -> bool {
        archetypes::is_person(&self.candidate.name)
    }
    /// Somewhere one of these words stands before it, or is its first.
    pub(super) fn after(&self, list: &str) -> bool {
        self.before.iter().any(|word| has(list, word))
    }
}
