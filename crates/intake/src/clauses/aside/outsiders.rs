//! Programs and people of whom only is told what they do of themselves: "the locker app, which texts them itself",
//! "the panels' own app sends push alerts", "somebody wanted us to text people".

use super::doers::{Doer, OUTSIDE};
use crate::clauses::Clause;
use crate::lexicon::verbs::Class;
use crate::lexicon::{archetypes, has};
use crate::nouns::Np;
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const OUTSIDERS: &[Doer] = &[
    Doer { id: "doer.itself", example: "Codes are in the lock, which texts them itself.", says: itself },
    Doer { id: "doer.own_app", example: "The panel's own app sends SMS at night.", says: own_app },
    Doer { id: "doer.its_own", example: "The insurer sends its own invoices by SMS.", says: its_own },
    Doer { id: "doer.has_product", example: "The drivers have Google Maps on their phones.", says: has_product },
    Doer { id: "doer.pays_us", example: "Klarna pays us each month.", says: pays_us },
    Doer { id: "doer.their_site", example: "Invoices get booked at the government site.", says: their_site },
    Doer { id: "doer.hearsay", example: "Somebody wanted us to text the elderly.", says: hearsay },
];

/// The application that is asked for.
const THIS: &str = "app application system software backend platform tool program site website it we i";

fn program(np: &Np) -> bool {
    has(THIS, np.head()) && np.owner.is_none() && !np.has_adjective("own")
}

/// A program or a firm, and nobody who works with what is asked for.
fn outsider(np: &Np) -> bool {
    !np.plural && !program(np) && !archetypes::is_person(np.entity()) && !archetypes::may_act(np.entity())
}

/// "which texts them itself", "Stripe sends the link out by itself".
fn itself(scene: &Scene<'_>, clause: &Clause) -> bool {
    let told = clause.verb.is_some() && !clause.passive && clause.pronoun.is_none();
    let sends = matches!(clause.class, Some(Class::Send | Class::Notify | Class::Pay)) || clause.base == "text";
    told && sends
        && (clause.after..clause.to).any(|at| scene.is(at, "itself"))
        && (which(scene, clause) || !clause.subject.is_empty() && clause.subject.iter().all(outsider))
}

/// ", which texts them": of what stands before it, where that is no person and not what is asked for.
fn which(scene: &Scene<'_>, clause: &Clause) -> bool {
    let Some(sign) = clause.from.checked_sub(1).filter(|_| scene.is(clause.from, "which")) else { return false };
    let of = scene.np_before(clause.from).or_else(|| scene.np_before(sign));
    of.is_some_and(|np| outsider(np) || !np.plural && (np.from..np.to).any(|at| scene.is(at, "own")))
}

/// "the panels' own app sends push alerts".
fn own_app(scene: &Scene<'_>, clause: &Clause) -> bool {
    let own = |np: &Np| {
        let app = has("app application system software portal program platform tool site website", np.head());
        let ours = matches!(np.possessive.as_deref(), Some("my" | "our"));
        app && !ours && (np.from..np.to).any(|at| scene.is(at, "own"))
    };
    let sends = matches!(clause.class, Some(Class::Send | Class::Notify | Class::Pay));
    sends && !clause.passive && !clause.carried && clause.subject.first().is_some_and(own)
}

/// "the insurer sends its own letters".
fn its_own(scene: &Scene<'_>, clause: &Clause) -> bool {
    let own = |at: usize| scene.is(at, "its") && scene.is(at + 1, "own");
    let sends = matches!(clause.class, Some(Class::Send | Class::Notify));
    let firm = clause.subject.first().is_some_and(|np| {
        (outsider(np) || !np.plural && has(OUTSIDE, np.head())) && np.article.as_deref() == Some("the")
    });
    sends && firm && !clause.passive && !clause.carried && (clause.after..clause.to.min(clause.after + 2)).any(own)
}

/// "the drivers have Google Maps on their phones".
fn has_product(scene: &Scene<'_>, clause: &Clause) -> bool {
    let Some(np) = scene.np_at(clause.after) else { return false };
    let known = (np.from..np.to).all(|at| scene.token(at).is_some_and(|token| token.capital));
    let theirs = scene.one_of(np.to, &["on", "in"]) && scene.one_of(np.to + 1, &["their", "his", "her"]);
    let person = clause.subject.first().is_some_and(|np| archetypes::is_person(np.entity()));
    clause.base == "have" && known && theirs && person
}

/// "GetYourGuide pays us monthly": somebody does, and by what way is theirs to know.
fn pays_us(scene: &Scene<'_>, clause: &Clause) -> bool {
    let capital = |at: usize| scene.token(at).is_some_and(|token| token.capital);
    let product = |np: &Np| outsider(np) && np.article.is_none() && (np.from..np.to).all(capital);
    clause.base == "pay"
        && !clause.passive
        && scene.one_of(clause.after, &["us", "me"])
        && clause.subject.first().is_some_and(product)
        && !(clause.after..clause.to).any(|at| scene.one_of(at, &["via", "through", "with", "by", "using", "online"]))
}

/// "exams get booked at the government site": at somebody else's.
fn their_site(scene: &Scene<'_>, clause: &Clause) -> bool {
    let site = |np: &Np| {
        let named = np.words().len() >= 2 || np.owner.is_some();
        let ours = matches!(np.possessive.as_deref(), Some("my" | "our")) || np.article.as_deref() == Some("this");
        let new = np.has_adjective("new") || np.has_adjective("same");
        has("site website portal platform", np.head()) && named && !ours && !new
    };
    clause.passive
        && clause.modal.is_none()
        && (clause.after..clause.to)
            .filter(|at| scene.one_of(*at, &["at", "on", "via", "through"]))
            .any(|at| scene.np_at(at + 1).is_some_and(|np| np.to >= clause.to && site(np)))
}

/// "somebody wanted us to text the elderly".
fn hearsay(scene: &Scene<'_>, clause: &Clause) -> bool {
    let who = matches!(clause.pronoun.as_deref(), Some("somebody" | "someone"));
    let past = clause.verb.is_some_and(|verb| scene.tag(verb) == Some(Tag::Verb));
    who && past && matches!(clause.base, "want" | "suggest" | "ask" | "say" | "propose")
        || clause.carried && who && clause.base == "text"
}
