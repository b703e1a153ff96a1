//! Whether a proposed thing stands in the request: its quote must, and nothing there may deny it.
//!
//! A quote that bears the last word of the name, which says what the thing is, is sure. One that does not ("how much it
//! costs" for a price) counts only if it is short, has a word that names nothing else, and nothing else quotes it.

use std::collections::HashSet;

use super::quotes::Quotes;
use crate::clauses::Polarity;
use crate::draft::Draft;
use crate::facts::{Evidence, Fact};
use crate::lemma;
use crate::lexicon::{archetypes, integrations, verbs, words};
use crate::scene::Scene;
use crate::tokens::{Kind, Span, Token};

/// A longer quote without the name of the thing could mean anything.
const MOST_LOOSE_WORDS: usize = 8;
/// What hangs together or happens by itself takes a sentence.
const MOST_SAID_WORDS: usize = 16;
/// So many letters in common make two words one: "book", "booking".
const STEM: usize = 4;

/// What a quote says of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// The words that name it.
    Borne(Span),
    /// Words that may mean it.
    Loose(Span),
    /// It does not stand there.
    None(String),
    /// The request denies it, puts it off or leaves it to others.
    Vetoed(String),
}

/// The request, to look for grounds in.
pub(super) struct Grounds<'s> {
    scene: &'s Scene<'s>,
    quotes: Quotes,
    /// Words that name a proposed thing where it is quoted.
    naming: HashSet<usize>,
    /// Where the quotes stand that do not name their thing, each with the thing.
    loose: Vec<(String, Vec<Span>)>,
    /// Records and services of which the request says that there is none.
    denied: HashSet<String>,
}

impl<'s> Grounds<'s> {
    pub(super) fn of(scene: &'s Scene<'s>, evidence: &[Evidence], proposed: &[(&str, &str)]) -> Self {
        let denied = evidence.iter().filter_map(|found| match &found.fact {
            Fact::Denied(thing) => Some(thing.name.clone()),
            Fact::Integration { category, asked: false, .. } => Some((*category).to_owned()),
            _ => None,
        });
        let (quotes, denied) = (Quotes::of(scene.request), denied.collect());
        let mut grounds = Self { scene, quotes, naming: HashSet::new(), loose: Vec::new(), denied };
        for (name, quote) in proposed {
            let places = grounds.quotes.places(quote);
            let naming =
                |place: &Span| grounds.tokens(*place).filter(|at| grounds.bears(*at, name)).collect::<Vec<_>>();
            let naming: Vec<usize> = places.iter().flat_map(naming).collect();
            if naming.iter().any(|at| grounds.bears_head(*at, name)) {
                grounds.naming.extend(naming);
            } else {
                grounds.loose.push(((*name).to_owned(), places));
            }
        }
        grounds
    }

    /// The ground of a thing of this snake_case name.
    pub(super) fn find(&self, name: &str, quote: &str) -> Ground {
        let places = self.quotes.places(quote);
        if places.is_empty() {
            return Ground::None(match quote.trim() {
                "" => "nothing was quoted".to_owned(),
                quote => format!("\"{}\" does not stand in the request", shortened(quote)),
            });
        }
        if self.denied.contains(name) || self.denied.contains(&lemma::singular(name)) {
            return Ground::Vetoed("the request says that there is none".to_owned());
        }
        let mut veto = None;
        for place in &places {
            let Some((at, span)) = self.borne(name, *place) else { continue };
            match self.against(at) {
                None => return Ground::Borne(span),
                Some(why) => veto = Some(why),
            }
        }
        if let Some(why) = veto {
            // Denied here, it may be asked for in another place.
            let elsewhere =
                (0..self.scene.tokens.len()).find(|at| self.bears_head(*at, name) && self.against(*at).is_none());
            return match elsewhere.and_then(|at| self.scene.token(at)) {
                Some(token) => Ground::Borne(token.span),
                None => Ground::Vetoed(why.to_owned()),
            };
        }
        self.loose(name, quote, &places)
    }

    /// The ground of something that has no name of its own in the request, such as how two records hang together.
    pub(super) fn said(&self, quote: &str) -> Ground {
        match self.stands(quote) {
            Ground::Loose(place) if self.tokens(place).count() > MOST_SAID_WORDS => {
                Ground::None(format!("\"{}\" is too long to say it", shortened(quote)))
            }
            Ground::Loose(place) if !self.tokens(place).any(|at| self.is_content(at)) => {
                Ground::None(format!("\"{}\" says nothing of it", shortened(quote)))
            }
            ground => ground,
        }
    }

    /// Whether words stand in the request, all of them in what it asks for.
    pub(super) fn stands(&self, quote: &str) -> Ground {
        let places = self.quotes.places(quote);
        match places.iter().find(|place| self.is_asked(**place)) {
            Some(place) => Ground::Loose(*place),
            None if places.is_empty() => {
                Ground::None(format!("\"{}\" does not stand in the request", shortened(quote)))
            }
            None => Ground::Vetoed("the request denies it or puts it off".to_owned()),
        }
    }

    /// The ground of a service: only words that ask for it are one.
    pub(super) fn service(&self, name: &str, quote: &str) -> Ground {
        let ground = self.find(name, quote);
        if let Ground::Loose(_) = ground {
            let place = self
                .quotes
                .places(quote)
                .into_iter()
                .find(|place| self.is_asked(*place) && self.asks_for(name, *place));
            return place
                .map_or_else(|| Ground::None(format!("\"{}\" does not name it", shortened(quote))), Ground::Borne);
        }
        ground
    }

    /// Whether words of a place name a service.
    pub(super) fn asks_for(&self, service: &str, place: Span) -> bool {
        let at: Vec<usize> = self.tokens(place).collect();
        let text = |at: &usize| self.scene.token(*at).map_or("", |token| token.text.as_str());
        let named = |words: &[usize]| {
            let phrase = words.iter().map(text).collect::<Vec<_>>().join("_");
            integrations::named(&phrase).is_some_and(|(known, _)| known.name == service)
        };
        at.iter().any(|at| self.bears_head(*at, service)) || (1..=4).any(|most| at.windows(most).any(named))
    }

    /// Whether words of a place name a record.
    pub(super) fn names(&self, record: &str, place: Span) -> bool {
        self.tokens(place).any(|at| self.bears_head(at, record))
    }

    fn loose(&self, name: &str, quote: &str, places: &[Span]) -> Ground {
        let heads = (0..self.scene.tokens.len()).filter(|at| self.bears_head(*at, name));
        let (denied, asked): (Vec<usize>, Vec<usize>) = heads.partition(|at| self.against(*at).is_some());
        let mut suffixes = name.match_indices('_').filter_map(|(at, _)| name.get(at + 1..));
        if asked.is_empty() && !denied.is_empty() || suffixes.any(|suffix| self.denied.contains(suffix)) {
            return Ground::Vetoed("the request does not want it".to_owned());
        }
        let others = || self.loose.iter().filter(|(other, _)| other != name).flat_map(|(_, places)| places);
        let twice = self.loose.iter().filter(|(other, _)| other == name).count() > 1;
        let alone = !twice && !places.iter().any(|place| others().any(|other| overlap(*place, *other)));
        let short = |place: &&Span| self.tokens(**place).count() <= MOST_LOOSE_WORDS;
        let own = |place: &&Span| self.tokens(**place).any(|at| self.is_content(at) && !self.naming.contains(&at));
        match places.iter().filter(short).filter(own).find(|place| self.is_asked(**place)) {
            Some(place) if alone => Ground::Loose(*place),
            Some(_) => {
                Ground::None(format!("\"{}\" does not name it, and is quoted for other things", shortened(quote)))
            }
            None => Ground::None(format!("\"{}\" does not name it", shortened(quote))),
        }
    }

    /// The words of the place that name the thing, and the first of them.
    fn borne(&self, name: &str, place: Span) -> Option<(usize, Span)> {
        let mut bearing = self.tokens(place).filter(|at| self.bears(*at, name));
        let first = bearing.next()?;
        self.tokens(place).find(|at| self.bears_head(*at, name))?;
        let words = name.split('_').count();
        let last = bearing.take_while(|at| at - first <= words + 1).last().unwrap_or(first);
        Some((first, self.scene.span(first, last + 1)))
    }

    fn tokens(&self, place: Span) -> impl Iterator<Item = usize> + '_ {
        let first = self.scene.tokens.partition_point(|token| token.span.end <= place.start);
        let rest = self.scene.tokens.iter().enumerate().skip(first);
        rest.take_while(move |(_, token)| token.span.start < place.end).map(|(at, _)| at)
    }

    fn bears(&self, at: usize, name: &str) -> bool {
        let Some(token) = self.scene.token(at).filter(|token| token.kind == Kind::Word) else { return false };
        left_by(token) == Some(name) || content(name).any(|word| same_word(token, word))
    }

    /// Whether a token bears what the thing is: of a customer's invoice, the invoice.
    fn bears_head(&self, at: usize, name: &str) -> bool {
        let Some(token) = self.scene.token(at).filter(|token| token.kind == Kind::Word) else { return false };
        left_by(token) == Some(name) || content(name).last().is_some_and(|word| same_word(token, word))
    }

    fn is_content(&self, at: usize) -> bool {
        let token = self.scene.token(at);
        token.is_some_and(|token| token.kind == Kind::Word && !words::is_function_word(&token.text))
    }

    fn is_asked(&self, place: Span) -> bool {
        self.tokens(place).all(|at| self.against(at).is_none())
    }

    /// Why nothing is made of the words at a token, if so.
    fn against(&self, at: usize) -> Option<&'static str> {
        Some(match self.scene.clause_at(at)?.polarity {
            Polarity::Asked => return None,
            Polarity::Denied => "the request does not want it",
            Polarity::Someday => "the request puts it off",
            Polarity::Aside => "the request leaves it out",
            Polarity::Elsewhere => "the request leaves it to others",
            Polarity::Past => "the request tells how it was done so far",
        })
    }
}

/// The words of a name that say something; of a key to another record, those of the record.
fn content(name: &str) -> impl Iterator<Item = &str> {
    let stem = name.strip_suffix("_id").unwrap_or(name);
    stem.split('_').filter(|word| !word.is_empty() && !words::is_function_word(word))
}

/// "borrow" leaves a loan.
fn left_by(token: &Token) -> Option<&'static str> {
    verbs::lookup(&token.text).and_then(|(verb, _)| verbs::event_of(verb.base))
}

fn same_word(token: &Token, word: &str) -> bool {
    let singular = lemma::singular(word);
    if token.lemma == singular || token.text == word || archetypes::same(&token.lemma, &singular) {
        return true;
    }
    // "e-mail" and "email", "check-in" and "check_in".
    if token.text.contains('-') && token.text.split('-').any(|part| part == word) {
        return true;
    }
    let common = token.lemma.chars().zip(singular.chars()).take_while(|(a, b)| a == b).count();
    let shorter = token.lemma.chars().count().min(singular.chars().count());
    common >= STEM && common + 2 >= shorter
}

/// The entity of a draft that a proposed name means: of that name, a synonym of it, or with more or fewer words.
pub(super) fn known(draft: &Draft, name: &str, place: Option<Span>) -> Option<String> {
    if draft.entity(name).is_some() {
        return Some(name.to_owned());
    }
    let beside = |entity: &&crate::draft::Entity| {
        place.is_some_and(|place| entity.grounds.spans.iter().any(|span| overlap(*span, place)))
    };
    let same = draft.entities.iter().find(|entity| archetypes::same(&entity.name, name));
    let longer = |a: &str, b: &str| a.strip_suffix(b).is_some_and(|rest| rest.ends_with('_'));
    let nested = |entity: &&crate::draft::Entity| longer(&entity.name, name) || longer(name, &entity.name);
    same.or_else(|| draft.entities.iter().filter(nested).find(beside)).map(|entity| entity.name.clone())
}

/// Whether two places have letters in common.
pub(super) fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end
}

/// A quote short enough for a line of a report.
pub(super) fn shortened(quote: &str) -> String {
    const MOST: usize = 60;
    // Signs that turn the direction of writing are no control characters, and as bad on a terminal.
    let turns = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain: String = quote.chars().map(|c| if c.is_control() || turns(c) { ' ' } else { c }).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if plain.chars().count() <= MOST { plain } else { plain.chars().take(MOST).collect::<String>() + "…" }
}
