//! What must or must not be: required and unique fields, one each, no login, nothing of that kind.

use super::{Rule, Sink, antecedent, is_value, record};
use crate::clauses::Polarity;
use crate::facts::{Fact, Item, Limit, Thing};
use crate::lexicon::archetypes;
use crate::nouns::{Count, Np};
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "limit.required", example: "Each kayak has a colour. The colour is required.", run: required },
    Rule { id: "limit.unique", example: "The serial number must be unique.", run: unique },
    Rule {
        id: "limit.no_two",
        example: "A kayak has a serial number. No two kayaks may have the same serial number.",
        run: no_two,
    },
    Rule { id: "limit.no_login", example: "People read the list without logging in.", run: no_login },
    Rule { id: "limit.none", example: "No invoices please.", run: none },
    Rule { id: "limit.private", example: "It is just for me.", run: private },
];

fn predicates(scene: &Scene<'_>, words: &[&str], found: impl FnMut(Option<Thing>, &Np)) {
    predicated(scene, Polarity::Asked, words, found);
}

fn predicated(scene: &Scene<'_>, polarity: Polarity, words: &[&str], mut found: impl FnMut(Option<Thing>, &Np)) {
    for clause in scene.clauses.iter().filter(|clause| clause.polarity == polarity) {
        let says = (clause.verb.unwrap_or(clause.from)..clause.to).take(4).any(|at| scene.one_of(at, words));
        if !says || !(clause.base == "be" || clause.passive) {
            continue;
        }
        for np in &clause.subject {
            let (owner, named) = bearer(scene, np);
            found(owner, named.as_ref().unwrap_or(np));
        }
    }
}

/// "the title is required", "a phone is mandatory".
fn required(scene: &Scene<'_>, sink: &mut Sink) {
    predicates(scene, &["required", "mandatory", "obligatory", "compulsory"], |owner, np| {
        said(sink, owner.as_ref(), np);
        sink.add(Fact::Required { owner, field: np.field().to_owned(), required: true }, np.span, 1.0);
    });
    predicates(scene, &["optional", "empty", "blank"], |owner, np| {
        said(sink, owner.as_ref(), np);
        sink.add(Fact::Required { owner, field: np.field().to_owned(), required: false }, np.span, 1.0);
    });
    // "the note must not be empty", "the phone is not optional", "the title may never be missing".
    let denied = ["empty", "blank", "missing", "optional", "omitted", "null", "skipped"];
    predicated(scene, Polarity::Denied, &denied, |owner, np| {
        said(sink, owner.as_ref(), np);
        let limit = Limit { min: Some(1), letters: true, ..Limit::default() };
        let field = np.field().to_owned();
        sink.add(Fact::Limited { owner: owner.clone(), field: field.clone(), limit }, np.span, 1.0);
        sink.add(Fact::Required { owner, field, required: true }, np.span, 1.0);
    });
    // "the phone is not required", "is not mandatory".
    let needless = ["required", "mandatory", "obligatory", "compulsory", "necessary", "needed"];
    predicated(scene, Polarity::Denied, &needless, |owner, np| {
        if is_value(np) {
            said(sink, owner.as_ref(), np);
            sink.add(Fact::Required { owner, field: np.field().to_owned(), required: false }, np.span, 1.0);
        }
    });
}

/// "emails must be unique".
fn unique(scene: &Scene<'_>, sink: &mut Sink) {
    predicates(scene, &["unique"], |owner, np| {
        said(sink, owner.as_ref(), np);
        sink.add(Fact::Unique { owner, field: np.field().to_owned() }, np.span, 1.0)
    });
    // "the bib number may not be used twice".
    predicated(scene, Polarity::Denied, &["twice", "repeated", "duplicated", "reused"], |owner, np| {
        if is_value(np) {
            said(sink, owner.as_ref(), np);
            sink.add(Fact::Unique { owner, field: np.field().to_owned() }, np.span, 1.0);
        }
    });
    // "no number is used twice".
    predicated(scene, Polarity::Asked, &["twice", "repeated", "reused"], |owner, np| {
        if is_value(np) && np.count == crate::nouns::Count::None {
            sink.add(Fact::Unique { owner, field: np.field().to_owned() }, np.span, 1.0);
        }
    });
    // "Badge number unique."
    for sentence in &scene.sentences {
        let Some(np) = scene.np_at(sentence.from).filter(|np| is_value(np)) else { continue };
        if scene.is(np.to, "unique") && np.to + 2 >= sentence.to {
            let owner = antecedent(scene, np.from);
            said(sink, owner.as_ref(), np);
            sink.add(Fact::Unique { owner, field: np.field().to_owned() }, scene.span(np.from, np.to + 1), 1.0);
        }
    }
}

/// "no two boats may have the same sail number", "no two players with the same number".
fn no_two(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        let Some(np) = (scene.is(at, "no") && scene.is(at + 1, "two")).then(|| scene.np_at(at)).flatten() else {
            continue;
        };
        let end = scene.sentence_end(at);
        let same = (np.to..end.min(np.to + 6)).find(|at| scene.is(*at, "same"));
        let value =
            same.and_then(|same| scene.nps_in(np.to, end).find(|value| value.from <= same + 1 && same < value.to));
        let Some(value) = value.filter(|value| is_value(value)) else { continue };
        let name: Vec<&str> =
            value.words().iter().map(|word| word.text.as_str()).filter(|word| *word != "same").collect();
        let field = crate::nouns::snake(&name);
        sink.add(Fact::Unique { owner: record(np), field }, scene.span(at, value.to), 1.0);
    }
}

/// Whose value a phrase names, and what it is called there: "the article number" is the number of an article, where
/// articles are spoken of.
pub(super) fn bearer(scene: &Scene<'_>, np: &Np) -> (Option<Thing>, Option<Np>) {
    let owner = np.owner.as_ref().and_then(|words| record(&np.with_words(words.clone())));
    if owner.is_some() {
        return (owner, None);
    }
    let split = np.words().split_last().filter(|(_, rest)| !rest.is_empty() && is_value(np));
    if let Some((last, rest)) = split {
        let whole = np.renamed(rest.to_vec());
        let told = |other: &Np| other.entity() == whole.entity() && other.span != np.span && !is_value(other);
        if let Some(thing) = record(&whole).filter(|_| scene.nps.iter().any(told)) {
            return (Some(thing), Some(np.renamed(vec![last.clone()])));
        }
    }
    (antecedent(scene, np.from), None)
}

/// What must be so of a value tells that there is one.
pub(super) fn said(sink: &mut Sink, owner: Option<&Thing>, np: &Np) {
    // Accounts have these.
    let account = crate::lexicon::has("username password login email", np.head());
    if let Some(owner) = owner.filter(|owner| is_value(np) && !account && owner.name != np.entity()) {
        let item = Item {
            name: np.field().to_owned(),
            entity: np.entity().to_owned(),
            span: Some(np.span),
            ..Item::default()
        };
        sink.has(owner, vec![item], 1.0);
    }
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
