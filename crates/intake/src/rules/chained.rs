//! Records in a row with arrows between them: "parks > trails (name, length)".

use super::{Sink, record};
use crate::facts::Fact;
use crate::lexicon::{archetypes, fields};
use crate::scene::Scene;
use crate::tags::Tag;

/// "parks > trails": a park has many trails.
pub(super) fn chain(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        if !scene.one_of(at, &[">", "->"]) {
            continue;
        }
        let mut end = at;
        if scene.is(at.wrapping_sub(1), ")") {
            end = (0..at).rev().find(|open| scene.close_of(*open) == Some(at - 1)).unwrap_or(at);
        }
        let (Some(parent), Some(child)) = (scene.np_before(end).and_then(record), scene.np_at(at + 1).and_then(record))
        else {
            continue;
        };
        // "a result is positive => the doctor gets an email": what follows from it.
        let acts = scene.np_at(at + 1).is_some_and(|np| {
            matches!(scene.tag(np.to), Some(Tag::Verb | Tag::Be | Tag::Have | Tag::Modal)) && np.article.is_some()
        });
        // "new incident => post to Slack".
        let bids = scene.token(at + 1).is_some_and(|token| crate::lexicon::verbs::lookup(&token.text).is_some())
            && scene.one_of(at + 2, &["to", "in", "into", "on"]);
        // "Stage: applied -> interview -> offer": values.
        let sentence = scene.sentence_at(at).and_then(|place| scene.sentences.get(place)).map_or(at, |one| one.from);
        let head = |sign: usize| scene.np_before(sign).is_some_and(|np| fields::takes_values(np.head()));
        let valued = (sentence..at).any(|sign| scene.one_of(sign, &[":", "="]) && head(sign))
            || scene.first_np(sentence, at).is_some_and(|np| fields::takes_values(np.head()) && np.to < at);
        if acts || valued || bids {
            continue;
        }
        let tables = parent.plural && child.plural
            || archetypes::sort(&parent.name).is_some() && archetypes::sort(&child.name).is_some()
            || child.plural && chained(scene, at);
        if tables {
            sink.add(Fact::Many { parent, child }, scene.span(end.saturating_sub(1), at + 2), 2.0);
        }
    }
}

/// Whether a line is nothing but names with arrows between them.
fn chained(scene: &Scene<'_>, at: usize) -> bool {
    let Some(sentence) = scene.sentence_at(at).and_then(|place| scene.sentences.get(place)) else { return false };
    let tags = (sentence.from..sentence.to).filter(|at| scene.depth_at(*at) == 0);
    tags.clone().count() <= 24
        && tags.clone().all(|at| {
            matches!(scene.tag(at), Some(Tag::Noun | Tag::Adjective)) || scene.one_of(at, &[">", "->", "(", ")"])
        })
}
