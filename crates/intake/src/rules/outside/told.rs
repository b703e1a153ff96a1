//! Whether a service that is named is asked for: not in "no SMS", "we use Slack", "contact method (email or SMS)".
//!
//! A way of naming one without asking for it is an entry of `TOLD`.

use crate::clauses::{Clause, Join, Polarity};
use crate::lexicon::verbs::Class;
use crate::lexicon::{archetypes, fields};
use crate::scene::Scene;
use crate::tags::Tag;

/// Whether what stands here is asked for: not "no SMS", not "maybe one day Slack".
pub(super) fn asked(scene: &Scene<'_>, at: usize) -> Option<bool> {
    let clause = scene.clause_at(at)?;
    let near = at.saturating_sub(4).max(clause.from);
    if TOLD.iter().any(|told| (told.says)(scene, clause, at)) {
        return None;
    }
    let no = (near..at).any(|t| scene.one_of(t, &["no", "without", "not", "never", "instead"]))
        || clause.polarity == Polarity::Denied;
    // "no SMS, only email", "no SMS, email only".
    let only = (near..at).any(|t| scene.one_of(t, &["only", "just", "but"])) || scene.is(at + 1, "only");
    match clause.polarity {
        Polarity::Asked | Polarity::Denied if only => Some(true),
        _ if no || clause.polarity == Polarity::Aside => Some(false),
        Polarity::Someday | Polarity::Past | Polarity::Elsewhere => None,
        _ => Some(true),
    }
}

/// A service that is named and not asked for.
struct Told {
    #[cfg_attr(not(test), expect(dead_code, reason = "named where the test fails"))]
    id: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test"))]
    example: &'static str,
    says: fn(&Scene<'_>, &Clause, usize) -> bool,
}

const TOLD: &[Told] = &[
    Told { id: "told.use", example: "We use Slack.", says: used },
    Told { id: "told.ours", example: "Orders from our use of Stripe are typed in.", says: ours },
    Told { id: "told.habit", example: "Guards talk in Slack all day.", says: habit },
    Told { id: "told.like", example: "Think Slack for choirs.", says: likened },
    Told { id: "told.choice", example: "Each call has a contact method (email, sms or phone).", says: choice },
    Told { id: "told.to_us", example: "Parents text us when a kid is sick.", says: to_us },
    Told { id: "told.noun", example: "A stripe has a colour.", says: noun },
    Told { id: "told.hand", example: "We write SMS by hand.", says: by_hand },
    Told { id: "told.link", example: "Each job has a video link.", says: link },
];

fn is_people(clause: &Clause) -> bool {
    matches!(clause.pronoun.as_deref(), Some("we" | "they" | "i"))
        || clause
            .subject
            .iter()
            .any(|np| archetypes::is_person(np.entity()) || np.head() == "team" || np.possessive.is_some())
}

/// "the team uses Slack" tells how they work.
fn used(_: &Scene<'_>, clause: &Clause, _: usize) -> bool {
    clause.base == "use" && clause.modal.is_none() && is_people(clause) && clause.join == Join::Main
}

fn ours(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let ours = (clause.from..at).any(|t| scene.tag(t) == Some(Tag::Possessive));
    at > 0 && scene.one_of(at - 1, &["use", "uses", "used", "of"]) && ours && clause.modal.is_none()
}

/// "they talk in Slack".
fn habit(_: &Scene<'_>, clause: &Clause, _: usize) -> bool {
    matches!(clause.base, "talk" | "chat" | "communicate" | "work" | "live" | "stay" | "meet")
        && clause.modal.is_none()
        && is_people(clause)
        || clause.base == "be" && is_people(clause) && clause.modal.is_none() && !clause.passive
}

/// "think Slack for choirs", "unlike Stripe", "cheaper than Twilio".
fn likened(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let near = at.saturating_sub(2).max(clause.from);
    (near..at).any(|t| scene.one_of(t, &["unlike", "than", "think", "resembles"]))
}

/// "contact method (email, sms or phone)", "source: website, email": one of the values of a field.
fn choice(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let takes = |np: &crate::nouns::Np| fields::takes_values(np.head());
    if scene.depth_at(at) > 0 {
        let open = (clause.from..at).rev().find(|t| scene.close_of(*t).is_some_and(|close| close > at));
        return open.and_then(|open| scene.np_before(open)).is_some_and(takes);
    }
    let listed = |t: usize| {
        scene.one_of(t, &[",", "or", "/", "and", ":", "be", "is", "are", "either"])
            || scene.tag(t) == Some(Tag::Noun)
            || scene.tag(t) == Some(Tag::Modal)
    };
    let lead = (clause.from..at).rev().find(|t| scene.one_of(*t, &[":", "be", "is", "are"]));
    lead.filter(|lead| (*lead..at).all(listed)).is_some_and(|lead| {
        let name = if scene.tag(lead.wrapping_sub(1)) == Some(Tag::Modal) { lead - 1 } else { lead };
        scene.np_before(name).is_some_and(takes)
    })
}

/// "customers call or email us": people write to people.
fn to_us(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let written = clause.verb.is_some_and(|verb| verb <= at && at <= verb + 2)
        && matches!(clause.class, Some(Class::Send))
        && (at..at + 3).any(|t| scene.one_of(t, &["us", "me"]));
    let person = |np: &crate::nouns::Np| {
        archetypes::is_person(np.entity()) || np.words().first().is_some_and(|word| archetypes::is_person(&word.lemma))
    };
    written && !clause.passive && clause.subject.iter().any(person)
}

/// "a stripe", "each square": a common word, no product.
fn noun(scene: &Scene<'_>, _: &Clause, at: usize) -> bool {
    let Some(token) = scene.token(at).filter(|token| !token.capital) else { return false };
    let common =
        crate::lexicon::has("stripe square slack zoom outlook sage epic resend ses discord plaid", &token.text);
    let phrase = scene.nps_before(at + 1).next().filter(|np| np.from <= at && at < np.to);
    common && phrase.is_some_and(|np| np.article.is_some() && np.words().len() == 1)
}

/// "by hand" asks for nothing.
fn by_hand(scene: &Scene<'_>, clause: &Clause, _: usize) -> bool {
    let words = scene.padded(clause.from, clause.to);
    [" by hand ", " in person ", " on paper "].iter().any(|way| words.contains(way))
}

/// "each job has a video link": a value that is kept.
fn link(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    clause.base == "have" && scene.is(at, "video") && scene.one_of(at + 1, &["link", "links"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_is_only_told_of_is_not_used() {
        for told in TOLD {
            let scene = Scene::read(told.example);
            let says = |at: usize| scene.clause_at(at).is_some_and(|clause| (told.says)(&scene, clause, at));
            assert!((0..scene.tokens.len()).any(says), "{} does not fire", told.id);
            let used = crate::read(&format!("Boats have a name and a length. {}", told.example)).summary.integrations;
            assert!(used.is_empty(), "{}: {used:?}", told.id);
        }
    }
}
