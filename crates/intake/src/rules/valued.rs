//! Values that only a right names: "nurses see only the name and phone of patients" says that patients have both.

use super::{Rule, Sink, is_people, objects, record};
use crate::clauses::{Join, Polarity};
use crate::facts::{Fact, Item, Thing};
use crate::lexicon::verbs::Class;
use crate::lexicon::{archetypes, fields};
use crate::nouns::{Np, field_name, snake};
use crate::scene::Scene;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "valued.right",
    example: "Members rent kayaks. Only guides can see the weight and price of kayaks.",
    run: right,
}];

/// "the phone of patients": the value and whose it is.
fn parts(scene: &Scene<'_>, np: &Np) -> Option<(String, String)> {
    (np.from + 1..np.to).find(|at| scene.is(*at, "of"))?;
    let lemmas =
        |words: &[crate::nouns::Word]| snake(&words.iter().map(|word| word.lemma.as_str()).collect::<Vec<_>>());
    if let Some(owner) = &np.owner {
        return Some((field_name(np.words()), lemmas(owner)));
    }
    let of = np.words().iter().position(|word| word.text == "of")?;
    let (value, owner) = np.words().split_at_checked(of)?;
    Some((field_name(value), lemmas(owner.get(1..)?)))
}

/// Whose values a row names, at its end or in this phrase: "the name and phone of patients".
pub(crate) fn owner(scene: &Scene<'_>, np: &Np) -> Option<String> {
    let (mut last, mut at) = (np, np.to);
    loop {
        if let Some((_, owner)) = parts(scene, last) {
            return Some(owner);
        }
        while scene.one_of(at, &[",", "and", "or", "&", "/"]) {
            at += 1;
        }
        last = scene.np_at(at).filter(|_| at > last.to)?;
        at = last.to;
    }
}

fn right(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in scene.clauses.iter().filter(|clause| clause.join == Join::Main && !clause.passive) {
        let said = matches!(clause.polarity, Polarity::Asked | Polarity::Denied);
        let does = matches!(clause.class, Some(Class::Read | Class::Update));
        let told = matches!(clause.pronoun.as_deref(), Some("i" | "we" | "you"));
        let people = !told && clause.pronoun.is_some() || clause.subject.iter().any(|np| is_people(np.entity()));
        let permits = clause.modal.is_some() || clause.only || matches!(clause.base, "see" | "view" | "read");
        if !(said && does && people && permits) {
            continue;
        }
        let row = objects(scene, clause.after, clause.to);
        let Some(last) = row.iter().position(|np| parts(scene, np).is_some()) else { continue };
        let owner = row.get(last).and_then(|np| Some((np.span, parts(scene, np)?.1)));
        let known = |name: &str| {
            let spoken_of = |np: &Np| np.entity() == name && record(np).is_some() && !np.is_value();
            archetypes::sort(name).is_some() || scene.nps.iter().any(spoken_of)
        };
        let Some((span, owner)) = owner.filter(|(_, owner)| known(owner)) else { continue };
        for np in row.iter().take(last + 1) {
            let name = parts(scene, np).map_or_else(|| np.field().to_owned(), |(value, _)| value);
            if fields::guess(&name).is_none() {
                continue;
            }
            let item = Item { entity: name.clone(), name, span: Some(np.span), ..Item::default() };
            sink.add(Fact::Has { owner: Thing::named(&owner, span), item }, np.span, 1.6);
        }
    }
}
