//! What must or must not be: required and unique fields, one each, no login, nothing of that kind.

use super::{Rule, Sink, antecedent, record};
use crate::clauses::Polarity;
use crate::facts::{Fact, Thing};
use crate::lexicon::archetypes;
use crate::nouns::{Count, Np};
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "limit.required", example: "Each kayak has a colour. The colour is required.", run: required },
    Rule { id: "limit.unique", example: "The serial number must be unique.", run: unique },
    Rule { id: "limit.no_login", example: "People read the list without logging in.", run: no_login },
    Rule { id: "limit.none", example: "No invoices please.", run: none },
    Rule { id: "limit.private", example: "It is just for me.", run: private },
];

fn predicates(scene: &Scene<'_>, words: &[&str], mut found: impl FnMut(Option<Thing>, &Np)) {
    for clause in scene.clauses.iter().filter(|clause| clause.polarity == Polarity::Asked) {
        let says = (clause.verb.unwrap_or(clause.from)..clause.to).take(4).any(|at| scene.one_of(at, words));
        if !says || !(clause.base == "be" || clause.passive) {
            continue;
        }
        for np in &clause.subject {
            let owner = np.owner.as_ref().and_then(|words| record(&np.with_words(words.clone())));
            found(owner.or_else(|| antecedent(scene, np.from)), np);
        }
    }
}

/// "the title is required", "a phone is mandatory".
fn required(scene: &Scene<'_>, sink: &mut Sink) {
    predicates(scene, &["required", "mandatory", "obligatory"], |owner, np| {
        sink.add(Fact::Required { owner, field: np.field().to_owned(), required: true }, np.span, 1.0);
    });
    predicates(scene, &["optional"], |owner, np| {
        sink.add(Fact::Required { owner, field: np.field().to_owned(), required: false }, np.span, 1.0);
    });
}

/// "emails must be unique".
fn unique(scene: &Scene<'_>, sink: &mut Sink) {
    predicates(scene, &["unique"], |owner, np| {
        sink.add(Fact::Unique { owner, field: np.field().to_owned() }, np.span, 1.0)
    });
}

/// "without logging in", "no account needed".
fn no_login(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        let without = scene.one_of(at, &["without", "no"]);
        let login = (at + 1..at + 5).any(|next| {
            scene.one_of(next, &["login", "log-in", "account", "accounts", "signup", "sign-up"])
                || scene.one_of(next, &["logging", "signing", "registering", "sign", "log"])
        });
        if without && login {
            sink.add(Fact::NoLogin, scene.span(at, at + 3), 1.0);
        }
    }
}

/// "no X", "without X", "don't need X".
fn none(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter() {
        let none = np.count == Count::None
            || np.from > 0 && scene.is(np.from - 1, "without")
            || np.from > 1 && scene.is(np.from - 1, "any") && scene.is(np.from - 2, "without");
        let denied = scene.clause_around(np).is_some_and(|clause| {
            clause.polarity == Polarity::Denied
                && clause.after <= np.from
                && matches!(
                    clause.base,
                    "need"
                        | "want"
                        | "have"
                        | "use"
                        | "store"
                        | "keep"
                        | "include"
                        | "save"
                        | "track"
                        | "bother"
                        | "add"
                        | "build"
                )
                && clause.verb.is_some_and(|verb| {
                    (clause.from..verb).any(|at| scene.tag(at) == Some(Tag::Negation)) || scene.is(clause.after, "no")
                })
        });
        if !none && !denied {
            continue;
        }
        if let Some(thing) = record(np).or_else(|| archetypes::sort(np.entity()).map(|_| Thing::of(np))) {
            sink.add(Fact::Denied(thing), np.span, 2.0);
        }
    }
}

/// "just for me", "nobody else".
fn private(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        let mine = scene.one_of(at, &["just", "only"])
            && scene.is(at + 1, "for")
            && scene.one_of(at + 2, &["me", "myself", "us"]);
        if mine || scene.is(at, "nobody") && scene.is(at + 1, "else") || scene.is(at, "private") {
            sink.add(Fact::Private, scene.span(at, at + 2), 0.5);
        }
    }
}
