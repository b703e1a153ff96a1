//! What stays where it is: "the till is SumUp, leave it", "Etsy keeps the orders", "invoicing happens in FreshBooks",
//! "exams are made by the ODAV software", "restorations: another year".

use super::{Aside, Place};
use crate::clauses::{Clause, Join, Polarity};
use crate::lexicon::{archetypes, has, integrations, words};
use crate::nouns::Np;
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const PHRASES: &[Aside] = &[
    Aside {
        id: "stays.tail",
        polarity: Polarity::Elsewhere,
        place: Place::Tail,
        phrases: &[
            " keep it out ",
            " keep that out ",
            " keep them out ",
            " it stays ",
            " and stays ",
            " it remains ",
            " there it remains ",
            " remains there ",
            " works a treat ",
            " works great ",
            " works for us ",
            " does the job ",
            " leave … out of it ",
            " is its business ",
            " is their business ",
            " is his business ",
            " is her business ",
            " , not here ",
            " not connected ",
            " not integrated ",
            " no link needed ",
            " no integration needed ",
            " no connection needed ",
            " no interface needed ",
            " no sync needed ",
            " but not needed ",
            " but not necessary ",
            " but not essential ",
            " but no thanks ",
            " left alone ",
            " left as they are ",
            " left as it is ",
        ],
        example: "Our SMS go out from Zettle and it works, thanks. The invoices are in Sage and there it remains.",
    },
    Aside {
        id: "stays.lead",
        polarity: Polarity::Aside,
        place: Place::Lead,
        phrases: &[
            " out of perimeter ",
            " outside the perimeter ",
            " outside the scope ",
            " will not : ",
            " will not ",
        ],
        example: "Out of perimeter: SMS and invoices.",
    },
    Aside {
        id: "stays.verdict",
        polarity: Polarity::Aside,
        place: Place::Verdict,
        phrases: &[
            " no , ",
            " no ! ",
            " wait , no ",
            " wait no ",
            " nope ",
            " nah ",
            " other year ",
            " another year ",
            " next year ",
            " another time ",
            " next time ",
            " not this time ",
            " not this year ",
            " not here ",
            " not in here ",
            " elsewhere ",
        ],
        example: "SMS and invoices: another year.",
    },
    Aside {
        id: "stays.answer",
        polarity: Polarity::Aside,
        place: Place::Answer,
        phrases: &[" is not ", " are not ", " that is not ", " it is not ", " does not ", " do not "],
        example: "SMS and invoices? Is not permitted in our case.",
    },
    Aside {
        id: "stays.today",
        polarity: Polarity::Elsewhere,
        place: Place::Sentence,
        phrases: &[
            " nothing to do with us ",
            " nothing to do with this ",
            " till now ",
            " as of now we ",
            " up until now ",
        ],
        example: "Till now all SMS and invoices are in WhatsApp groups.",
    },
];

/// Words and signs after a verdict that add nothing: "it works, thanks".
const COURTESY: &[&str] =
    &["thanks", "thank", "you", "please", "cheers", "ok", "okay", "fine", "though", ",", "!", "."];

/// The end of a sentence without its courtesies.
pub(super) fn end(scene: &Scene<'_>, from: usize, to: usize) -> usize {
    let courtesies = (from..to).rev().take_while(|at| scene.one_of(*at, COURTESY)).count();
    to - courtesies
}

/// "Prizes/sponsors no": a few words and a no.
pub(super) fn ends_in_no(scene: &Scene<'_>, from: usize, to: usize) -> bool {
    let verb = |at: usize| matches!(scene.tag(at), Some(Tag::Verb | Tag::Be | Tag::Have | Tag::Modal));
    let to = end(scene, from, to);
    to > from + 1
        && to <= from + 8
        && scene.one_of(to - 1, &["no", "nope", "nah"])
        && !scene.one_of(to - 2, &["/", "yes", "or", ":"])
        && !(from..to).any(verb)
}

/// "SMS stays.", "The mails stay as they are.": one phrase, and that it goes on as it is.
pub(super) fn goes_on(scene: &Scene<'_>, from: usize, to: usize) -> bool {
    const AS_BEFORE: &[&str] = &[
        "",
        "as is",
        "as it is",
        "as they are",
        "as it was",
        "as they were",
        "the same",
        "unchanged",
        "where it is",
        "where they are",
        "untouched",
        "on paper",
        "outside",
        "like that",
        "that way",
        "like it is",
        "like they are",
    ];
    let to = end(scene, from, to);
    let Some(stays) =
        (from..to.min(from + LONGEST)).find(|at| scene.one_of(*at, &["stay", "stays", "remain", "remains"]))
    else {
        return false;
    };
    let plain = |at: usize| {
        matches!(
            scene.tag(at),
            Some(Tag::Noun | Tag::Determiner | Tag::Possessive | Tag::Adjective | Tag::Conjunction | Tag::Participle)
        )
    };
    // "Guests stay." is what they do, "Hotel stays." may be a title.
    let channel = |at: usize| scene.token(at).is_some_and(|token| integrations::spoken(&token.text).is_some());
    let several = || scene.token(stays - 1).is_some_and(|token| token.plural() && !archetypes::is_person(&token.lemma));
    let said = scene.words(stays + 1, to);
    let bare = said.is_empty() && scene.one_of(stays, &["stay", "remain"]) && several();
    let told = !said.is_empty() && AS_BEFORE.contains(&said);
    stays > from
        && (from..stays).all(|at| plain(at) || channel(at))
        && (told || bare || said.is_empty() && (from..stays).any(channel))
}

/// A subject of more words is a sentence of its own.
const LONGEST: usize = 6;

/// "Out: video calls, reports".
pub(super) fn is_out(scene: &Scene<'_>, from: usize) -> bool {
    scene.is(from, "out") && scene.is(from + 1, ":")
}

/// "Mailchimp: no", "door locks (Kisi): no, phase 2": the verdict is one word.
pub(super) fn is_no(scene: &Scene<'_>, at: usize, to: usize) -> bool {
    let ends = at + 1 >= to || scene.tag(at + 1) == Some(Tag::Sign);
    scene.one_of(at, &["no", "nope", "nah", "never", "none"]) && ends
}

struct Stay {
    #[cfg_attr(not(test), expect(dead_code, reason = "named where the test fails"))]
    id: &'static str,
    /// What the test reads; it names SMS or invoices.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test"))]
    example: &'static str,
    says: fn(&Scene<'_>, &Clause) -> bool,
}

const STAYS: &[Stay] = &[
    Stay { id: "stay.holds", example: "Etsy keeps the invoices.", says: holds },
    Stay { id: "stay.named", example: "Invoices: Exact Online has our prices too.", says: named },
    Stay { id: "stay.own", example: "Invoices and SMS have their own systems.", says: own_system },
    Stay { id: "stay.happens", example: "Invoicing happens in FreshBooks.", says: happens },
    Stay { id: "stay.made", example: "Invoices are made in DATEV by our tax guy.", says: made },
    Stay { id: "stay.software", example: "Invoices are made by the ODAV software.", says: software },
    Stay { id: "stay.tool", example: "The county gave us Freshdesk for invoices.", says: tool },
    Stay { id: "stay.leave", example: "Leave the invoices, we write those by hand.", says: leave },
    Stay { id: "stay.reached", example: "Customers write to me on WhatsApp.", says: reached },
    Stay { id: "stay.hand", example: "The invoices we count by hand.", says: by_hand },
];

/// Whether the clause tells of something that stays where it is.
pub(in crate::clauses) fn elsewhere(scene: &Scene<'_>, clause: &Clause) -> bool {
    clause.modal.is_none()
        && !matches!(clause.join, Join::Condition | Join::Purpose)
        && STAYS.iter().any(|stay| (stay.says)(scene, clause))
}

/// "Etsy", "DATEV", "Exact Online": the name of one thing that is no record of the request.
fn product(scene: &Scene<'_>, np: &Np) -> bool {
    let capital = |at: usize| scene.token(at).is_some_and(|token| token.capital);
    let plain = np.article.is_none() && np.possessive.is_none() && !archetypes::is_person(np.entity());
    let known = |at: usize| scene.token(at).is_some_and(|token| integrations::named(&token.text).is_some());
    let time = words::weekday(np.head()).is_some() || words::month(np.head()).is_some();
    let unknown = !time && archetypes::sort(np.entity()).is_none() && archetypes::sort(np.head()).is_none();
    let first =
        scene.sentence_at(np.from).and_then(|at| scene.sentences.get(at)).is_some_and(|one| one.from == np.from);
    // At the start every word has a capital.
    let named = !first || (np.from..np.to).any(known) || !np.plural && np.words().len() == 1 && is_unheard(np.head());
    plain && unknown && named && np.to - np.from <= 3 && (np.from..np.to).all(capital)
}

/// A word that names nothing we know.
fn is_unheard(word: &str) -> bool {
    crate::lexicon::verbs::lookup(word).is_none()
        && crate::lexicon::fields::guess(word).is_none()
        && !words::is_function_word(word)
        && !words::is_not_record(word)
        && !words::is_app_head(word)
}

/// "Etsy keeps the orders", "REDCap is for the answers".
fn holds(scene: &Scene<'_>, clause: &Clause) -> bool {
    let keeps = matches!(clause.base, "keep" | "handle" | "manage" | "do" | "hold" | "store" | "cover" | "track")
        || clause.base == "have" && scene.one_of(clause.after, &["our", "the", "all", "my"])
        || clause.base == "be" && scene.is(clause.after, "for");
    // "no translation, no integration, and Xero keeps doing the invoices".
    let Some(subject) = clause.subject.last() else { return false };
    // "Apart from comments, keep tasks".
    if clause.verb.is_none_or(|verb| (subject.to..verb).any(|at| scene.tag(at) == Some(Tag::Sign))) {
        return false;
    }
    // "our ERP keeps orders".
    let system = !subject.plural && has("erp crm pos wms lms cms ledger", subject.head());
    keeps && !clause.passive && !clause.carried && (product(scene, subject) || system)
}

/// "Invoices: Exact Online has our customers too": the sentence after a colon tells who has them.
fn named(scene: &Scene<'_>, clause: &Clause) -> bool {
    let Some(verb) = clause.verb.filter(|_| !clause.passive) else { return false };
    let Some(colon) = (clause.from..verb).find(|at| scene.is(*at, ":")) else { return false };
    // The second word of a name may look like another part of speech.
    let named = scene.np_at(colon + 1).filter(|np| np.to <= verb && verb <= np.to + 1);
    let does = matches!(clause.base, "have" | "do" | "keep" | "handle" | "manage" | "take" | "cover");
    does && named.is_some_and(|np| product(scene, np))
}

fn leads_to(scene: &Scene<'_>, clause: &Clause, words: &[&str]) -> Option<usize> {
    (clause.after..clause.to.min(clause.after + 4)).find(|at| scene.one_of(*at, words))
}

/// "invoicing happens in FreshBooks": the first word looks like a verb.
fn happens(scene: &Scene<'_>, clause: &Clause) -> bool {
    // "direct debits run through the bank's own portal".
    let portal = |np: &Np| {
        let own = np.owner.is_some() || (np.from..np.to).any(|at| scene.is(at, "own"));
        own && has("portal system software app program tool website", np.head())
    };
    let happens = |at: &usize| scene.one_of(*at, &["happens", "happen", "lives", "sits", "runs", "run"]);
    (clause.from..clause.to).filter(happens).map(|at| at + 1).any(|lead| {
        let fits = |np: &Np| match scene.is(lead, "through") {
            true => portal(np),
            false => scene.one_of(lead, &["in", "on", "with", "via"]) && product(scene, np),
        };
        scene.np_at(lead + 1).is_some_and(fits)
    })
}

/// "invoices are made in DATEV": not "via Twilio", which says what to use.
fn made(scene: &Scene<'_>, clause: &Clause) -> bool {
    let Some(lead) = leads_to(scene, clause, &["in"]) else { return false };
    let does = matches!(clause.base, "make" | "do" | "keep" | "handle" | "write" | "manage" | "create" | "track");
    clause.passive && does && clause.pronoun.is_none() && scene.np_at(lead + 1).is_some_and(|np| product(scene, np))
}

/// "exams are made by the ODAV software", "in our booking system".
fn software(scene: &Scene<'_>, clause: &Clause) -> bool {
    let Some(lead) = leads_to(scene, clause, &["by", "in", "with"]) else { return false };
    clause.passive
        && matches!(clause.base, "make" | "do" | "keep" | "handle" | "manage" | "write" | "create" | "run")
        && scene.np_at(lead + 1).is_some_and(|np| {
            let named = (np.from..np.to).any(|at| scene.token(at).is_some_and(|token| token.capital));
            has("software program system tool", np.head()) && named && np.words().len() >= 2
        })
}

/// "the county gave us Freshdesk for tickets": what a tool is there for already.
fn tool(scene: &Scene<'_>, clause: &Clause) -> bool {
    let ours = matches!(clause.base, "have" | "give" | "get" | "use" | "run" | "buy");
    ours && !clause.passive
        && scene.nps_in(clause.after, clause.to).any(|np| {
            product(scene, np) && scene.is(np.to, "for") && scene.np_at(np.to + 1).is_some_and(|np| np.plural)
        })
}

/// "the climate loggers have their own system".
fn own_system(scene: &Scene<'_>, clause: &Clause) -> bool {
    clause.base == "have"
        && scene.np_at(clause.after).is_some_and(|np| {
            let own = np.possessive.is_some() && (np.from..np.to).any(|at| scene.is(at, "own"));
            // "props and wigs have departments of their own".
            let things =
                clause.subject.len() >= 2 && !clause.subject.iter().any(|np| archetypes::is_person(np.entity()));
            let words = scene.padded(clause.after, clause.to);
            let apart = things && np.plural && (words.contains(" of their own ") || words.ends_with(" of their own"));
            own && has("system software program tool app application", np.head())
                || apart && has("system software program tool app application department", np.head())
        })
}

/// "leave the bottles", not "leave a review" and not "guests leave the room".
fn leave(scene: &Scene<'_>, clause: &Clause) -> bool {
    let order = clause.subject.is_empty() && clause.pronoun.is_none() || clause.pronoun.as_deref() == Some("you");
    let np = scene.np_at(clause.after);
    let these = np.is_some_and(|np| np.plural || np.article.as_deref() == Some("the") || np.possessive.is_some());
    let ends =
        np.is_some_and(|np| np.to >= clause.to || scene.tag(np.to) == Some(Tag::Sign) || scene.is(np.to, "with"));
    clause.base == "leave" && order && these && ends && clause.verb == Some(clause.from)
}

/// "customers write to me on WhatsApp", "clients call us": how people reach who asks for the application.
fn reached(scene: &Scene<'_>, clause: &Clause) -> bool {
    const MEANS: &[&str] = &["on", "by", "via", "over", "through", "with"];
    let Some(verb) = clause.verb.filter(|_| !clause.passive && clause.join == Join::Main) else { return false };
    let us = verb + 1 + usize::from(scene.is(verb + 1, "to"));
    let ends = us + 1 >= clause.to || scene.tag(us + 1) == Some(Tag::Sign) || scene.one_of(us + 1, MEANS);
    matches!(clause.base, "write" | "message" | "call" | "ring" | "contact" | "reach" | "text" | "email" | "whatsapp")
        && scene.one_of(us, &["me", "us"])
        && ends
        && !scene.one_of(clause.to, &["when", "if", "once", "whenever", "as"])
        && clause.subject.first().is_some_and(|np| np.plural && archetypes::is_person(np.entity()))
}

/// "we count those by hand".
fn by_hand(scene: &Scene<'_>, clause: &Clause) -> bool {
    let ours = matches!(clause.pronoun.as_deref(), Some("we" | "i"));
    let words = scene.padded(clause.after, clause.to);
    ours && (words.contains(" by hand ") || words.contains(" in our heads "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_made_of_what_stays() {
        for stay in STAYS {
            let scene = Scene::read(stay.example);
            assert!(scene.clauses.iter().any(|clause| (stay.says)(&scene, clause)), "{} does not fire", stay.id);
            let reading = crate::read(&format!("Boats have a name and a length. {}", stay.example)).summary;
            let kept: Vec<_> = reading.entities.iter().map(|entity| entity.name.as_str()).collect();
            assert_eq!((kept, reading.integrations.as_slice()), (vec!["boat"], &[][..]), "{}", stay.id);
        }
    }

    #[test]
    fn what_goes_on_is_set_aside() {
        for (said, stays) in [
            ("SMS stays.", true),
            ("Invoices stay.", true),
            ("The mails and SMS stay as they are, thanks.", true),
            ("Guests stay.", false),
            ("Hotel stays.", false),
            ("Stays have a date.", false),
            ("Guests stay in rooms.", false),
        ] {
            let scene = Scene::read(said);
            assert_eq!(goes_on(&scene, 0, scene.sentences[0].to), stays, "{said}");
        }
    }

    #[test]
    fn what_is_asked_for_does_not_stay() {
        for asked in [
            "Invoices are sent via Stripe.",
            "Customers keep bikes.",
            "Guests leave a review.",
            "Payments are made with Stripe.",
            "Members have boats.",
            "Customers can write to me on WhatsApp.",
            "Write to me on WhatsApp.",
        ] {
            let scene = Scene::read(asked);
            assert!(!scene.clauses.iter().any(|clause| elsewhere(&scene, clause)), "{asked}");
        }
    }
}
