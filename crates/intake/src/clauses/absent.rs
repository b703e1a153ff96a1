//! "Customers never log in": whoever does not come to the app has no role in it, and nothing is open by that.

use super::{Clause, Join, Polarity};
use crate::lexicon::{archetypes, has};
use crate::scene::Scene;
use crate::tags::Tag;

/// What may stand behind "log in" and limits it in no way: "to the app at all".
const REST: &str = "in into to on onto the this our app application system site website software it at all anyway here anywhere \
    themselves and but so . , ; ! ) -";

/// Whether the clause says of some people that they do not sign in at all.
pub(crate) fn says(scene: &Scene<'_>, clause: &Clause) -> bool {
    let Some(verb) = clause.verb.filter(|_| clause.join == Join::Main && !clause.passive) else { return false };
    let enters = scene.one_of(verb, &["log", "sign", "login", "log-in"])
        && (scene.one_of(verb, &["login", "log-in"]) || scene.one_of(verb + 1, &["in", "on", "into"]));
    // "need not log in" is said of strangers that do come.
    let needs = (clause.from..verb).any(|at| scene.one_of(at, &["need", "have", "needs", "has", "must", "should"]));
    let not =
        (clause.from..verb).any(|at| scene.tag(at) == Some(Tag::Negation) || scene.one_of(at, &["never", "cannot"]));
    let people = |name: &str| {
        archetypes::is_person(name) && !has("user visitor person people guest stranger anyone member", name)
    };
    let who = clause.pronoun.is_none()
        && !clause.subject.is_empty()
        && clause.subject.iter().all(|np| people(np.entity()) && np.plural);
    let whole = (verb + 1..clause.to).all(|at| scene.token(at).is_some_and(|token| has(REST, &token.text)));
    // "until they are approved" follows as a clause of its own.
    let next = scene.sentences.get(clause.sentence).map_or(clause.to, |sentence| sentence.to);
    let hangs = clause.to < next && scene.tag(clause.to) == Some(Tag::Subordinator);
    enters && not && !needs && who && whole && !hangs && clause.polarity != Polarity::Someday
}
