//! Nouns in passing: what somebody pays with, what is sent, what builders hand over, what runs at night. They look like
//! records to the rules that read word by word.
//!
//! A way of saying so is an entry of `PASSING`; `idle` takes away what was found of such phrases.

use crate::clauses::Clause;
use crate::lexicon::has;
use crate::nouns::{Count, Np};
use crate::scene::Scene;

/// One place where a noun names no record.
struct Passing {
    #[cfg_attr(not(test), expect(dead_code, reason = "named where the test fails"))]
    id: &'static str,
    /// What the test reads: no record but the boat is kept of it.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test"))]
    example: &'static str,
    says: fn(&Scene<'_>, Option<&Clause>, &Np) -> bool,
}

const PASSING: &[Passing] = &[
    Passing { id: "passing.money", example: "We take cards with SumUp and accept cheques.", says: money },
    Passing { id: "passing.received", example: "Then the skipper receives a text message.", says: received },
    Passing { id: "passing.by_mail", example: "I want three warnings by e-mail.", says: by_mail },
    Passing { id: "passing.sent", example: "The report (PDF) is e-mailed to the skipper.", says: sent },
    Passing {
        id: "passing.handed_over",
        example: "The contractor shall provide training and support.",
        says: handed_over,
    },
    Passing { id: "passing.run", example: "A nightly job removes old boats and a cron job cleans up.", says: run },
];

/// Whether the phrase names no record where it stands.
pub(super) fn names_nothing(scene: &Scene<'_>, np: &Np) -> bool {
    let clause = scene.clause_around(np);
    PASSING.iter().any(|passing| (passing.says)(scene, clause, np))
}

/// "take cards", "accept cash": how it is paid.
fn money(_: &Scene<'_>, clause: Option<&Clause>, np: &Np) -> bool {
    let takes = clause.is_some_and(|clause| matches!(clause.base, "take" | "accept") && clause.after <= np.from);
    takes && np.words().len() <= 2 && np.article.is_none() && has("card cash cheque check coin", np.head())
}

/// What is written to somebody.
const WRITTEN: &str = "message warning notice note letter alert notification reminder ping nudge line summary \
    confirmation statement receipt";

/// "receives a text message", "gets a letter": one that is sent, not one that is kept.
fn received(scene: &Scene<'_>, clause: Option<&Clause>, np: &Np) -> bool {
    let gets = clause
        .is_some_and(|clause| matches!(clause.base, "receive" | "get") && !clause.passive && clause.after <= np.from);
    let text = np.words().first().is_some_and(|word| has("text sms push email whatsapp", &word.text));
    has(WRITTEN, np.head())
        && !np.plural
        && (gets && np.count == Count::One || text && np.head() == "message")
        && scene.close_of(np.to).is_none()
}

/// "three warnings by e-mail", "a note via Slack".
fn by_mail(scene: &Scene<'_>, _: Option<&Clause>, np: &Np) -> bool {
    has(WRITTEN, np.head())
        && scene.one_of(np.to, &["by", "via", "per", "over", "on", "in"])
        && scene
            .one_of(np.to + 1, &["email", "mail", "sms", "text", "whatsapp", "slack", "push", "telegram", "discord"])
}

/// "the report (PDF) is e-mailed": what is made for whoever gets it.
fn sent(_: &Scene<'_>, clause: Option<&Clause>, np: &Np) -> bool {
    use crate::lexicon::verbs::Class;
    let goes = clause.is_some_and(|clause| {
        clause.passive
            && matches!(clause.class, Some(Class::Send | Class::Notify))
            && clause.subject.iter().any(|subject| subject.span == np.span)
    });
    goes && !np.plural && np.words().len() == 1 && has("report summary list letter document statement copy", np.head())
}

/// "shall provide documentation, training and support": what whoever builds it hands over.
fn handed_over(_: &Scene<'_>, clause: Option<&Clause>, np: &Np) -> bool {
    const BUILDERS: &str = "contractor provider vendor supplier bidder developer agency tenderer consultant";
    const HANDED: &str = "training documentation support maintenance warranty hosting manual handbook guide code test";
    let Some(clause) =
        clause.filter(|clause| matches!(clause.base, "provide" | "deliver" | "supply" | "offer" | "include"))
    else {
        return false;
    };
    let builder = |subject: &Np| has(BUILDERS, subject.head());
    has(HANDED, np.head())
        && clause.modal.as_deref().is_some_and(|modal| matches!(modal, "shall" | "must" | "will" | "should"))
        && (clause.subject.iter().any(builder) || clause.pronoun.as_deref() == Some("you"))
}

/// "a nightly job", "a cron job", "a background task": the system's.
fn run(_: &Scene<'_>, _: Option<&Clause>, np: &Np) -> bool {
    const KINDS: &str = "nightly hourly daily weekly monthly cron background batch scheduled scheduler periodic";
    let kind = np.words().split_last().is_some_and(|(_, rest)| rest.iter().any(|word| has(KINDS, &word.text)));
    kind && has("job task run process script batch worker", np.head())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_of_what_is_named_in_passing() {
        for passing in PASSING {
            let scene = Scene::read(passing.example);
            let says = |np: &Np| (passing.says)(&scene, scene.clause_around(np), np);
            assert!(scene.nps.iter().any(says), "{} does not fire", passing.id);
            let read = crate::read(&format!("Boats have a name and a length. {}", passing.example)).summary;
            let kept: Vec<_> = read.entities.iter().map(|entity| entity.name.as_str()).collect();
            assert_eq!(kept, ["boat"], "{}", passing.id);
        }
    }
}
