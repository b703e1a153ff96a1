//! What anyone may see, and who may only look.

use super::{Sink, objects, record, role_of};
use crate::clauses::{Clause, Join, Polarity};
use crate::facts::{Fact, Thing, Who};
use crate::lexicon::has;
use crate::lexicon::verbs::Class;
use crate::scene::Scene;
use crate::tags::Tag;

/// "Anyone can see X", "X are public", "X visible to everyone".
pub(super) fn public(scene: &Scene<'_>, sink: &mut Sink) {
    // "videos that are public" are some of them, and "if it is seen by anyone" gives nobody a right.
    let whole = |clause: &&Clause| {
        clause.polarity == Polarity::Asked
            && !matches!(clause.join, Join::Relative | Join::Condition)
            && !depends(scene, clause)
    };
    for clause in scene.clauses.iter().filter(whole) {
        let text = scene.padded(clause.after.saturating_sub(1), clause.to);
        let open = clause.base == "be" && scene.is(clause.after, "public") && !scene.is(clause.after + 1, "or")
            || text.contains(" visible to everyone ")
            || text.contains(" visible to anyone ")
            || text.contains(" visible to anybody ")
            || text.contains(" open to the public ")
            || clause.passive
                && clause.class == Some(Class::Read)
                && clause.subject.iter().all(|np| np.count != crate::nouns::Count::None)
                && [" by anyone ", " by anybody ", " by everyone ", " by everybody "]
                    .iter()
                    .any(|by| text.contains(by));
        if !open {
            continue;
        }
        for object in clause.subject.iter().filter_map(public_record) {
            sink.add(Fact::open(Class::Read, "read", object), scene.span(clause.from, clause.to), 1.0);
        }
    }
    // "public read", "Anyone can browse X" is an ordinary sentence; the example of this rule names the actor.
    for clause in scene.clauses.iter().filter(|clause| {
        matches!(clause.pronoun.as_deref(), Some("anyone" | "everyone" | "everybody" | "anybody"))
            && clause.polarity == Polarity::Asked
    }) {
        for np in objects(scene, clause.after, clause.to) {
            if let (Some(object), Some(class)) = (public_record(np), clause.class) {
                sink.add(Fact::open(class, clause.base, object), scene.span(clause.from, clause.to), 0.5);
            }
        }
    }
}

/// "before wages can be seen by anyone", "wages are rarely seen by anyone": no right is given by it.
fn depends(scene: &Scene<'_>, clause: &Clause) -> bool {
    const LEADS: &[&str] =
        &["before", "after", "until", "till", "unless", "if", "when", "whenever", "once", "while", "whether"];
    let verb = clause.verb.unwrap_or(clause.from);
    let start = scene.sentences.get(clause.sentence).map_or(clause.from, |sentence| sentence.from);
    let comma = (start..verb).rev().find(|at| scene.tag(*at) == Some(Tag::Sign)).map_or(start, |at| at + 1);
    (comma..verb).any(|at| scene.one_of(at, LEADS))
        || (clause.from..=verb).any(|at| scene.token(at).is_some_and(|token| has(SELDOM, &token.text)))
}

/// What says that it hardly happens.
const SELDOM: &str = "rarely seldom hardly barely scarcely sometimes occasionally never";

/// "product pages" and "job listings" speak of products and jobs.
fn public_record(np: &crate::nouns::Np) -> Option<Thing> {
    if np.words().len() > 1 && matches!(np.head(), "page" | "listing" | "table" | "profile" | "list" | "calendar") {
        let words = np.words().split_last().map_or(&[][..], |(_, rest)| rest);
        return record(&np.renamed(words.to_vec()));
    }
    record(np)
}

/// "Guests are read-only", "X can view but not change".
pub(super) fn read_only(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene
        .clauses
        .iter()
        .filter(|clause| clause.base == "be" && scene.one_of(clause.after, &["read-only", "readonly", "view-only"]))
    {
        for np in &clause.subject {
            if let Who::Role(name) = role_of(np.entity()) {
                let everything = Thing::named("*", np.span);
                sink.add(Fact::Role(name.clone()), np.span, 1.5);
                sink.add(
                    Fact::Op {
                        actor: Who::Role(name),
                        actor_thing: None,
                        class: Class::Read,
                        base: "read",
                        object: everything,
                        only: false,
                        own: false,
                        permission: true,
                    },
                    scene.span(clause.from, clause.to),
                    1.0,
                );
            }
        }
    }
    for at in 0..scene.tokens.len() {
        if scene.is(at, "public") && scene.is(at + 1, "read") {
            sink.add(
                Fact::open(Class::Read, "read", Thing::named("*", scene.span(at, at + 2))),
                scene.span(at, at + 2),
                1.0,
            );
        }
    }
}
