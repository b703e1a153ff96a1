//! Where an item of a list ends, and a list within a list.

use crate::scene::Scene;
use crate::tags::Tag;

/// The separator after the item that starts here.
pub(super) fn item_end(scene: &Scene<'_>, from: usize, to: usize) -> usize {
    let depth = scene.depth_at(from);
    let mut at = from;
    while at < to {
        if scene.depth_at(at) == depth && at > from && separator(scene, at, from) {
            return at;
        }
        at += 1;
    }
    to
}

pub(super) fn separator(scene: &Scene<'_>, at: usize, from: usize) -> bool {
    if scene.one_of(at, &[",", ";"]) {
        return true;
    }
    if scene.one_of(at, &["plus", "including"]) && scene.np_at(at + 1).is_some() {
        return true;
    }
    if scene.one_of(at, &["and", "&", "+"]) {
        // "between 1 and 5", "date and time".
        let number = scene.tag(at + 1) == Some(Tag::Number) && scene.tag(at.wrapping_sub(1)) == Some(Tag::Number);
        return !(number || moment(scene, at) && from + 4 > at);
    }
    scene.is(at, "or") && scene.np_at(at + 1).is_some() && !scene.is(at + 1, "not")
}

/// The "and" of "start date and time".
pub(super) fn moment(scene: &Scene<'_>, and: usize) -> bool {
    scene.one_of(and, &["and", "&", "+"])
        && scene.is(and.wrapping_sub(1), "date")
        && scene.is(and + 1, "time")
        && scene.tag(and + 2) != Some(Tag::Noun)
}

/// Where a list ends before people with a list of their own: "books with a title and members with a name".
pub(crate) fn before_people(scene: &Scene<'_>, from: usize, to: usize) -> usize {
    let depth = scene.depth_at(from);
    let people = |at: usize| {
        scene.np_at(at + 1).is_some_and(|np| {
            np.plural
                && np.article.is_none()
                && np.possessive.is_none()
                && crate::lexicon::archetypes::is_person(np.entity())
                && scene.one_of(np.to, &["with", "having"])
                && np.to < to
        })
    };
    let next =
        (from..to).find(|at| scene.depth_at(*at) == depth && scene.one_of(*at, &["and", "&", "plus"]) && people(*at));
    next.unwrap_or(to)
}

/// The end of a list within a list: "items with quantity and price, a total" ends before the total.
pub(crate) fn inner_end(scene: &Scene<'_>, from: usize, to: usize) -> usize {
    let articles = scene.tag(from) == Some(Tag::Determiner);
    let depth = scene.depth_at(from);
    let level = |at: usize| scene.depth_at(at) == depth;
    let (mut closed, mut values) = (false, false);
    for at in from..to {
        if scene.depth_at(at) < depth {
            return at;
        }
        let article = scene.tag(at + 1) == Some(Tag::Determiner);
        if level(at) && scene.is(at, ",") && (closed && !values || article && !articles) {
            return at;
        }
        closed |= level(at) && scene.one_of(at, &["and", "&"]);
        // "with a date and a status: planned, done or missed": values to the end.
        values |= level(at)
            && scene.is(at, ":")
            && scene.token(at.wrapping_sub(1)).is_some_and(|token| crate::lexicon::fields::takes_values(&token.lemma));
    }
    to
}
