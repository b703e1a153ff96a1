//! Values that stand behind whose they are: "the kayak's condition", "update their status".

use super::has::clause_end;
use super::{Sink, antecedent, is_value, record};
use crate::facts::Item;
use crate::lexicon::fields;
use crate::lexicon::verbs::Class;
use crate::lists;
use crate::scene::Scene;

/// "the bike's brand", "the brand of the bike".
pub(super) fn genitive(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        let Some(owner_words) = &np.owner else { continue };
        let owner = np.with_words(owner_words.clone());
        if !is_value(np) || fields::guess(np.field()).is_some_and(|guess| guess.file) {
            continue;
        }
        if let Some(thing) = record(&owner) {
            sink.has(&thing, vec![item(np)], 0.9);
        }
    }
}

fn item(np: &crate::nouns::Np) -> Item {
    Item {
        name: np.field().to_owned(),
        entity: np.entity().to_owned(),
        span: Some(np.span),
        plural: np.plural,
        ..Item::default()
    }
}

/// "update their status": a value of what was spoken of.
pub(super) fn their(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        let theirs = np.possessive.as_deref().is_some_and(|word| matches!(word, "their" | "its"));
        let status = matches!(np.head(), "status" | "stage" | "state")
            && np.article.as_deref() == Some("the")
            && np.owner.is_none();
        if !(theirs || status)
            || !is_value(np)
            || np.words().iter().any(|w| w.text == "own")
            || scene.depth_at(np.from) > 0
        {
            continue;
        }
        let name = np.entity();
        let plain = !matches!(fields::guess(np.field()), Some(guess) if guess.file);
        let updates = scene.clause_around(np).is_some_and(|clause| {
            matches!(
                clause.class,
                Some(Class::Update | Class::Create | Class::Track | Class::Hold | Class::Read | Class::Assign)
            ) && clause.after <= np.from
        });
        if !plain || !updates && name != "status" {
            continue;
        }
        if let Some(owner) = antecedent(scene, np.from) {
            // "with their name, email and message": the rest of the list too.
            let end = clause_end(scene, np.from);
            let listed = lists::read(scene, np.from, end);
            let first = listed.first().is_some_and(|first| first.span.is_some_and(|span| span == np.span));
            let items: Vec<Item> = if first && np.from > 0 && !scene.is(np.from - 1, "with") {
                listed.into_iter().take_while(Item::known).collect()
            } else {
                vec![item(np)]
            };
            sink.has(&owner, items, 0.9);
        }
    }
}
