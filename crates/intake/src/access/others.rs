//! What is kept from all others: "nobody else may see my notes", "their own tasks and nobody else's", "the cost is secret".

use super::statements::{Mode, Op, Statement};
use super::states;
use super::values::{self, ValueRight};
use crate::draft::{Draft, Entity};
use crate::facts::Who;
use crate::lexicon::verbs::{self, Class};
use crate::nouns::Np;
use crate::resolve::Cast;
use crate::scene::Scene;
use crate::tokens::Span;

/// Gives to who made it what nobody else is to have.
pub(super) fn keep(scene: &Scene<'_>, cast: &Cast, statements: &mut Vec<Statement>, draft: &Draft) {
    for sentence in &scene.sentences {
        let said = scene.padded(sentence.from, sentence.to);
        let has = |all: &[&str]| all.iter().any(|phrase| said.contains(phrase));
        if !has(&[" nobody else", " no one else", " no-one else"])
            || has(&[" but ", " except ", " apart ", " besides "])
        {
            continue;
        }
        let mine =
            |np: &&Np| np.possessive.as_deref() == Some("my") || np.words().iter().any(|word| word.text == "own");
        let reads = (sentence.from..sentence.to)
            .filter_map(|at| verbs::lookup(&scene.token(at)?.text))
            .any(|(verb, _)| verb.class == Class::Read);
        let here = scene.span(sentence.from, sentence.to);
        for np in scene.nps_in(sentence.from, sentence.to).filter(mine) {
            let name = cast.entity(np.entity()).or_else(|| cast.entity(np.head()));
            let Some(name) = name.filter(|name| draft.entity(name).is_some()) else { continue };
            let of_all = |one: &Statement| {
                one.entity.as_deref() == Some(name)
                    && here.start <= one.span.start
                    && one.span.end <= here.end
                    && !one.who.iter().any(|who| matches!(who, Who::Role(_)))
            };
            let mut ops: Vec<Op> = statements.iter().filter(|one| of_all(one)).map(|one| one.op).collect();
            if reads && !ops.contains(&Op::Read) {
                ops.push(Op::Read);
            }
            statements.retain(|one| !of_all(one));
            statements.extend(ops.into_iter().map(|op| Statement {
                who: vec![Who::Owner],
                mode: Mode::May,
                op,
                base: "see",
                entity: Some(name.to_owned()),
                own: true,
                when: None,
                span: here,
            }));
        }
    }
}

/// "notes are private": each is its maker's alone.
pub(super) fn private(scene: &Scene<'_>, cast: &Cast, statements: &mut Vec<Statement>, draft: &Draft) {
    let private = |at: usize| {
        scene.one_of(at, &["private", "confidential", "secret"])
            && !scene.one_of(at + 1, &["to", "or", "if", "and", "when", "for"])
    };
    let asked = |clause: &&crate::clauses::Clause| clause.polarity == crate::clauses::Polarity::Asked;
    for clause in scene.clauses.iter().filter(asked).filter(|clause| clause.base == "be" && private(clause.after)) {
        for np in &clause.subject {
            let span = scene.span(clause.from, clause.to);
            let Some(name) = cast.entity(np.entity()).filter(|name| draft.entity(name).is_some()) else {
                statements.extend(draft.entities.iter().filter_map(|entity| kept_back(np, entity, span)));
                continue;
            };
            statements.push(Statement {
                who: vec![Who::Owner],
                mode: Mode::May,
                op: Op::Read,
                base: "see",
                entity: Some(name.to_owned()),
                own: true,
                when: None,
                span,
            });
        }
    }
}

/// "drafts are private": those of whom nothing more is said do not see them.
fn kept_back(np: &Np, entity: &Entity, span: Span) -> Option<Statement> {
    let when = Some(states::named(np, entity)?);
    let (who, entity) = (vec![Who::Public, Who::Everyone], Some(entity.name.clone()));
    Some(Statement { who, mode: Mode::MayNot, op: Op::Read, base: "see", entity, own: false, when, span })
}

/// "the cost is secret": of whom nothing is said, the admins alone see it.
pub(super) fn secrets(scene: &Scene<'_>, cast: &Cast, draft: &Draft) -> Vec<ValueRight> {
    let secret = |at: usize| scene.one_of(at, &["secret", "confidential"]) && !scene.is(at + 1, "to");
    let told = scene.clauses.iter().filter(|clause| clause.base == "be" && secret(clause.after));
    told.flat_map(|clause| {
        let (span, of) = (scene.span(clause.from, clause.to), clause.subject.iter());
        of.flat_map(|np| values::of(scene, np, cast, draft).0)
            .map(|(entity, field)| ValueRight {
                entity,
                field,
                who: vec![Who::Role("admin".to_owned())],
                mode: Mode::Exclusive,
                op: Op::Read,
                own: false,
                span,
            })
            .collect::<Vec<_>>()
    })
    .collect()
}
