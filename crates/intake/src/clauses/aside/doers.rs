//! Who else does it, and with what: "the coins are counted by a security firm", "Maria does the invoices in her own
//! spreadsheet", "the leaderboard we get from Steam". Whoever says so does not want it built.
//!
//! A way of saying so is an entry of `DOERS`; it speaks of one clause.

use super::outsiders::OUTSIDERS;
use crate::clauses::{Clause, Join};
use crate::lexicon::verbs::Class;
use crate::lexicon::{archetypes, has};
use crate::nouns::{Count, Np};
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) struct Doer {
    #[cfg_attr(not(test), expect(dead_code, reason = "named where the test fails"))]
    pub id: &'static str,
    /// What the test reads; it names SMS or invoices.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test"))]
    pub example: &'static str,
    pub says: fn(&Scene<'_>, &Clause) -> bool,
}

const DOERS: &[Doer] = &[
    Doer { id: "doer.passive", example: "The invoices are written by the city.", says: passive },
    Doer { id: "doer.active", example: "Our bookkeeper takes care of the invoices.", says: active },
    Doer { id: "doer.another", example: "Another company does our invoices.", says: another },
    Doer { id: "doer.with", example: "Maria handles invoices in her own spreadsheet.", says: with },
    Doer { id: "doer.lies", example: "The invoices are on a shared drive.", says: lies },
    Doer { id: "doer.notebook", example: "Bob has the invoices in his notebook.", says: notebook },
    Doer { id: "doer.for", example: "For invoices we have an accountant.", says: for_it },
    Doer { id: "doer.from", example: "The invoices we get from Lexware.", says: from },
    Doer { id: "doer.sends", example: "The clerk sends the invoice from Outlook.", says: sends },
    Doer { id: "doer.lives", example: "Invoices remain in Lexware.", says: lives },
];

/// Whether somebody else does what the clause says, or it is done with something else.
pub(in crate::clauses) fn elsewhere(scene: &Scene<'_>, clause: &Clause) -> bool {
    clause.modal.is_none()
        && !matches!(clause.join, Join::Condition | Join::Purpose)
        && !with_this(scene, clause)
        && DOERS.iter().chain(OUTSIDERS).any(|doer| (doer.says)(scene, clause))
}

/// "does the invoices with this app", "in the new system", "here": what is asked for is what it is done with.
fn with_this(scene: &Scene<'_>, clause: &Clause) -> bool {
    let lead = |at: &usize| scene.one_of(*at, &["with", "in", "using", "through", "via", "on"]);
    (clause.after..clause.to).filter(lead).any(|at| {
        let app = scene.np_at(at + 1).is_some_and(|np| {
            let this = matches!(np.article.as_deref(), Some("this")) || np.has_adjective("new");
            this && has("app application system tool software program platform site website portal backend", np.head())
        });
        app || scene.one_of(at + 1, &["it", "this"]) && at + 2 >= clause.to
    })
}

/// What is done with things that one cares for.
const HANDLED: &str = "handle manage do make arrange organize count print deliver take look deal cover run process maintain \
    issue prepare collect clean repair build design write own provide supply host calculate pay operate produce care";

/// Who stands outside.
pub(super) const OUTSIDE: &str = "accountant bookkeeper adviser advisor lawyer solicitor notary agency bureau firm town city council \
    municipality county state government ministry bank insurer insurance broker post contractor subcontractor printer \
    wife husband partner dad father mum mom mother son daughter nephew niece cousin uncle aunt friend neighbor \
    neighbour sister brother wholesaler landlord caretaker union federation headquarters hq head_office company \
    vendor provider freelancer nonprofit authority administration office department police";

/// What people keep things in who have no application for it.
const PAPER: &str = "excel spreadsheet sheet paper binder notebook drive ledger poster pinboard noticeboard pen word \
    logbook diary cloud drawer cabinet";

fn handles(clause: &Clause) -> bool {
    has(HANDLED, clause.base)
}

/// "a security firm", "the city", "my wife", "another team": somebody of whom the application knows nothing.
fn stands_outside(scene: &Scene<'_>, np: &Np) -> bool {
    let other = (np.from..np.to)
        .any(|at| scene.one_of(at, &["another", "external", "different", "outside", "separate", "other"]));
    let known = has(OUTSIDE, np.head()) || has(OUTSIDE, np.entity());
    let one = !np.plural && (np.article.is_some() || np.possessive.is_some());
    one && known || other && !np.plural
}

/// "Petra", "DATEV": a name that is no word.
fn is_name(scene: &Scene<'_>, from: usize, to: usize) -> bool {
    let name = |at: usize| {
        scene
            .token(at)
            .is_some_and(|token| token.capital && archetypes::sort(&token.lemma).is_none() && !has(PAPER, &token.lemma))
    };
    from < to && to - from <= 3 && (from..to).all(name)
}

/// "in Excel", "on paper", "with pen and paper", "in her own program", "in Lexware": where the token after `at` leads.
fn means(scene: &Scene<'_>, clause: &Clause) -> bool {
    let lead =
        |at: &usize| scene.one_of(*at, &["in", "on", "with", "using", "through", "via"]) && scene.depth_at(*at) == 0;
    (clause.from..clause.to).filter(lead).any(|at| {
        let Some(np) = scene.np_at(at + 1) else { return false };
        let own = (np.from..np.to).any(|at| scene.one_of(at, &["own", "another", "separate", "different"]));
        let tool =
            has("program software tool system app application file list table form sheet spreadsheet", np.head());
        has(PAPER, np.head()) && !np.plural || own && tool
    })
}

/// "are counted by a security firm", "is arranged by DHL".
fn passive(scene: &Scene<'_>, clause: &Clause) -> bool {
    if !clause.passive || !handles(clause) && clause.class != Some(Class::Other) {
        return false;
    }
    let Some(by) = (clause.after..clause.to).find(|at| scene.is(*at, "by")) else { return false };
    scene.np_at(by + 1).is_some_and(|np| stands_outside(scene, np) || is_name(scene, np.from, np.to) && handles(clause))
}

/// "our bookkeeper takes care of the invoices".
fn active(scene: &Scene<'_>, clause: &Clause) -> bool {
    let cares = clause.base == "take" && scene.is(clause.after, "care")
        || clause.base == "look" && scene.is(clause.after, "after");
    let handled = matches!(
        clause.base,
        "handle" | "do" | "manage" | "arrange" | "organize" | "deal" | "cover" | "write" | "make"
    );
    let outside = |np: &Np| stands_outside(scene, np) || cares && is_name(scene, np.from, np.to);
    !clause.passive && !clause.carried && (cares || handled) && clause.subject.first().is_some_and(outside)
}

/// "another company does our invoices".
fn another(scene: &Scene<'_>, clause: &Clause) -> bool {
    let other =
        |np: &Np| scene.one_of(np.from, &["another", "some"]) && !np.plural || scene.one_of(np.from, &["external"]);
    !clause.passive && handles(clause) && clause.subject.first().is_some_and(other)
}

/// "Maria handles invoices in her own spreadsheet", "my wife does them with pen and paper".
fn with(scene: &Scene<'_>, clause: &Clause) -> bool {
    let keeps =
        handles(clause) || matches!(clause.base, "keep" | "track" | "record" | "enter" | "note" | "have" | "maintain");
    keeps && means(scene, clause) && !clause.subject.is_empty() && clause.pronoun.is_none()
}

/// "the invoices are on a shared drive", "the rota hangs on the wall".
fn lies(scene: &Scene<'_>, clause: &Clause) -> bool {
    let lies =
        clause.base == "be" && !clause.passive || matches!(clause.base, "hang" | "lie" | "sit" | "live" | "stay");
    let on = (clause.after..clause.to.min(clause.after + 3)).find(|at| scene.one_of(*at, &["in", "on"]));
    let place = |np: &&Np| {
        has("wall poster pinboard noticeboard drive binder spreadsheet excel paper notebook ledger fridge", np.head())
    };
    // "the hats are in a suitcase".
    let somewhere = |np: &Np| {
        let one = matches!(np.article.as_deref(), Some("a" | "an")) || np.possessive.is_some();
        !np.plural && one && archetypes::sort(np.entity()).is_none() && archetypes::sort(np.head()).is_none()
    };
    let inside = on
        .filter(|on| scene.is(*on, "in"))
        .and_then(|on| scene.np_at(on + 1))
        .is_some_and(|np| somewhere(np) && np.to >= clause.to);
    if clause.base == "be"
        && inside
        && clause.subject.iter().all(|np| np.plural && matches!(np.count, Count::Unsaid | Count::Many))
        && !clause.passive
    {
        return !clause.subject.is_empty();
    }
    lies && !clause.subject.is_empty()
        && on.and_then(|on| scene.np_at(on + 1)).filter(place).is_some_and(|np| !np.plural)
        && !clause.subject.iter().any(|np| archetypes::is_person(np.entity()))
}

/// "Bob has the invoices in his notebook", "Ruedi has a notebook for that".
fn notebook(scene: &Scene<'_>, clause: &Clause) -> bool {
    if !matches!(clause.base, "have" | "keep") || clause.subject.is_empty() {
        return false;
    }
    let in_it = (clause.after..clause.to).filter(|at| scene.one_of(*at, &["in", "on"])).any(|at| {
        scene.np_at(at + 1).is_some_and(|np| has(PAPER, np.head()) && (np.possessive.is_some() || np.article.is_some()))
    });
    let for_that = scene.np_at(clause.after).is_some_and(|np| {
        (has(PAPER, np.head()) || has("app program tool software list system", np.head()))
            && scene.is(np.to, "for")
            && scene.one_of(np.to + 1, &["that", "this", "it", "them", "those"])
    });
    in_it || for_that
}

/// "for invoices we have an accountant", "for taxes we use another program".
fn for_it(scene: &Scene<'_>, clause: &Clause) -> bool {
    let led = scene.is(clause.from, "for") && scene.np_at(clause.from + 1).is_some();
    let ours = matches!(clause.pronoun.as_deref(), Some("we" | "i")) && clause.base == "have";
    let has_one = scene.np_at(clause.after).is_some_and(|np| {
        (stands_outside(scene, np) || has("program tool software app binder spreadsheet", np.head()))
            && np.to >= clause.to
    });
    led && ours && has_one
}

/// "the leaderboard we get from Steam", "forecasts come from the national office".
fn from(scene: &Scene<'_>, clause: &Clause) -> bool {
    let come = matches!(clause.base, "come") && clause.pronoun.is_none();
    let get =
        clause.base == "get" && clause.pronoun.as_deref() == Some("we") && scene.tag(clause.from) != Some(Tag::Pronoun);
    if !(come || get) || !scene.is(clause.after, "from") {
        return false;
    }
    scene
        .np_at(clause.after + 1)
        .is_some_and(|np| stands_outside(scene, np) || is_name(scene, np.from, np.to) && !np.plural)
}

/// "the coordinator sends the invitation from Outlook": by somebody, with something else.
fn sends(scene: &Scene<'_>, clause: &Clause) -> bool {
    let sends = clause.class == Some(Class::Send) && !clause.passive && clause.pronoun.is_none();
    let by = clause.subject.iter().any(|np| archetypes::is_person(np.entity()) || is_name(scene, np.from, np.to));
    let from = (clause.after..clause.to).rev().find(|at| scene.is(*at, "from"));
    sends
        && by
        && from
            .and_then(|from| scene.np_at(from + 1))
            .is_some_and(|np| is_name(scene, np.from, np.to) && np.to >= clause.to)
}

/// "invoices live in Lexware", "payroll runs through DATEV".
fn lives(scene: &Scene<'_>, clause: &Clause) -> bool {
    let lives = matches!(clause.base, "live" | "stay" | "remain" | "run") && !clause.passive;
    let lead =
        (clause.after..clause.to.min(clause.after + 2)).find(|at| scene.one_of(*at, &["in", "through", "via", "on"]));
    let someone = |np: &Np| np.possessive.is_some() && stands_outside(scene, np);
    if matches!(clause.base, "go" | "run")
        && clause.subject.iter().all(|np| !archetypes::is_person(np.entity()))
        && (clause.after..clause.to.min(clause.after + 2))
            .find(|at| scene.one_of(*at, &["through", "via", "over"]))
            .and_then(|at| scene.np_at(at + 1))
            .is_some_and(someone)
    {
        return true;
    }
    let named = |np: &Np| is_name(scene, np.from, np.to) || has(PAPER, np.head()) && !np.plural;
    lives
        && !clause.subject.is_empty()
        && (clause.base == "run" || !clause.subject.iter().any(|np| archetypes::is_person(np.entity())))
        && lead.and_then(|at| scene.np_at(at + 1)).is_some_and(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_made_of_what_others_do() {
        for doer in DOERS.iter().chain(OUTSIDERS) {
            let scene = Scene::read(doer.example);
            assert!(scene.clauses.iter().any(|clause| (doer.says)(&scene, clause)), "{} does not fire", doer.id);
            let reading = crate::read(&format!("Boats have a name and a length. {}", doer.example)).summary;
            let kept: Vec<_> = reading.entities.iter().map(|entity| entity.name.as_str()).collect();
            assert_eq!((kept, reading.integrations.as_slice()), (vec!["boat"], &[][..]), "{}", doer.id);
        }
    }

    #[test]
    fn what_those_do_who_work_with_it_is_asked_for() {
        for asked in [
            "Refills are recorded by the driver.",
            "The driver records refills.",
            "Samples lie in a freezer.",
            "The bookkeeper does the invoices with this app.",
        ] {
            let scene = Scene::read(asked);
            assert!(!scene.clauses.iter().any(|clause| elsewhere(&scene, clause)), "{asked}");
        }
    }
}
