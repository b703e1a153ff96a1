//! What is kept where no noun is sure: what the application is called after, or what it speaks of.

use crate::clauses::Polarity;
use crate::draft::Grounds;
use crate::facts::{Evidence, Fact};
use crate::lexicon::archetypes::{self, Sort};
use crate::lexicon::{fields, words};
use crate::nouns::Count;
use crate::scene::Scene;

use super::entities::RESERVED;

/// A request that is no longer may be nothing but a name: "I would like to have a simple todo app, please".
const MOST_WORDS_OF_A_NAME: usize = 12;
const MOST: usize = 3;

/// What an application is about of which only the name is said: "a todo app", "recipe box".
pub(super) fn obvious(scene: &Scene<'_>) -> Option<(String, crate::tokens::Span)> {
    let first = scene.sentences.first()?;
    let bare = scene.tokens.len() <= MOST_WORDS_OF_A_NAME;
    let named = |np: &&crate::nouns::Np| {
        bare && words::is_app_head(np.head()) || np.from <= first.from + 1 && np.to == scene.tokens.len()
    };
    let np = scene.nps_in(first.from, first.to).find(named)?;
    // The longest part before the word for software that is known to be kept.
    let nouns: Vec<&str> = np.words().iter().filter(|word| word.noun).map(|word| word.lemma.as_str()).collect();
    let parts = (0..nouns.len()).flat_map(|from| (from + 1..=nouns.len()).rev().map(move |to| (from, to)));
    let names = parts.filter_map(|(from, to)| nouns.get(from..to)).map(|part| part.join("_").replace('-', "_"));
    let kept = |name: &String| archetypes::sort(name).is_some() && !crate::lexicon::has(RESERVED, name);
    names.into_iter().find(kept).map(|name| (name, np.span))
}

/// Where nothing is worked with either: the topic of the application, or else known records that are spoken of as such.
pub(super) fn spoken_of(scene: &Scene<'_>, evidence: &[Evidence]) -> Vec<(String, Grounds)> {
    let left_out = |name: &str| {
        evidence.iter().any(|found| match &found.fact {
            Fact::Denied(thing) => thing.name == name,
            Fact::App(thing) => thing.name == name || found.weight < 1.1 && thing.head() == name,
            _ => false,
        })
    };
    let kept = |name: &str| {
        archetypes::sort(name).is_some_and(|sort| sort != Sort::Person)
            && !fields::guess(name).is_some_and(|guess| guess.file)
            && !crate::lexicon::has(RESERVED, name)
    };
    let mut found: Vec<(String, Grounds)> = Vec::new();
    let asked = scene.clauses.iter().filter(|clause| clause.polarity == Polarity::Asked);
    for np in asked.flat_map(|clause| scene.nps_in(clause.from, clause.to)) {
        // "a donations log": what the log is of.
        let topic = words::is_app_head(np.head()) && np.words().len() >= 2;
        let words = np.words().split_last().map_or(&[][..], |(_, rest)| if topic { rest } else { np.words() });
        let named = np.renamed(words.to_vec());
        if crate::rules::is_way(scene, np) {
            continue;
        }
        let several = np.plural || np.count == Count::Each || topic;
        let name = [named.entity(), named.head()].into_iter().find(|name| kept(name));
        let Some(name) = name.filter(|name| several && np.possessive.is_none() && !left_out(name)) else { continue };
        match found.iter_mut().find(|(known, _)| known == name) {
            Some((_, grounds)) => grounds.add(np.span, "entity.guess"),
            None => {
                let mut grounds = Grounds::default();
                grounds.add(np.span, "entity.guess");
                found.push((name.to_owned(), grounds));
            }
        }
    }
    if found.is_empty() {
        // "Employees clock in": who does something, if nothing is kept of what.
        for found_op in evidence {
            if let Fact::Role(name) = &found_op.fact
                && archetypes::is_kept(name)
                && !left_out(name)
            {
                let mut grounds = Grounds::default();
                grounds.add(found_op.span, "entity.guess");
                found.push((name.clone(), grounds));
                break;
            }
        }
    }
    found.truncate(MOST);
    found
}
