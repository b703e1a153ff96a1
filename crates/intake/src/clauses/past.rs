//! What was and what may come: "we wrote labels", "maybe one day". Neither is asked for.

use super::{Clause, Join};
use crate::lexicon::verbs;
use crate::nouns::Np;
use crate::scene::Scene;
use crate::tags::Tag;

/// What people do or did so far is no wish.
pub(super) fn past(scene: &Scene<'_>, clause: &Clause) -> bool {
    let words = scene.padded(clause.from, clause.to);
    let speaks = matches!(clause.pronoun.as_deref(), Some("i" | "we" | "they" | "he" | "she"));
    let had = clause.verb.is_some_and(|verb| scene.one_of(verb, &["had", "used", "kept", "wrote", "hate", "hated"]));
    let before =
        [" in the past ", " so far ", " until now ", " up to now ", " previously "].iter().any(|w| words.contains(w));
    let now = [" today ", " currently ", " right now ", " at the moment ", " these days ", " nowadays "]
        .iter()
        .any(|w| words.contains(w));
    let by_other_means = clause.base == "use" && now && speaks;
    let used_to = words.contains(" used to ") && ![" is ", " are ", " be "].iter().any(|be| words.contains(be));
    let told = speaks || clause.subject.iter().any(|np| matches!(np.possessive.as_deref(), Some("my" | "our")));
    // "the previous vendor sold us a shop": of the one before.
    let before_that =
        |np: &Np| scene.one_of(np.from, &["previous", "former"]) || scene.one_of(np.from + 1, &["previous", "former"]);
    let told = told || clause.subject.iter().any(before_that);
    if used_to || told && narrates(scene, clause) {
        return true;
    }
    // "right now it is all in Excel", "at the moment everything is on paper".
    let whole = clause.pronoun.as_deref() == Some("it")
        || (clause.from..clause.to).any(|at| scene.one_of(at, &["everything", "all"]));
    let kept =
        clause.base == "be" && now && whole && (clause.after..clause.to).any(|at| scene.one_of(at, &["in", "on"]));
    if kept && clause.modal.is_none() {
        return true;
    }
    // "our choir has sixty-odd singers": how big it is.
    let boasts = clause.base == "have"
        && clause.modal.is_none()
        && scene.tag(clause.after) == Some(Tag::Number)
        && scene.np_at(clause.after + 1).or_else(|| scene.np_at(clause.after)).is_some_and(|np| np.plural)
        && !(clause.after..clause.to).any(|at| scene.one_of(at, &["with", "(", ":"]))
        && clause.subject.first().is_some_and(|np| {
            !np.plural && matches!(np.possessive.as_deref(), Some("my" | "our")) && crate::rules::is_run(np.head())
        });
    if boasts {
        return true;
    }
    let replaced = clause.base == "replace" && !speaks && clause.subject.is_empty();
    speaks && clause.modal.is_none() && !clause.passive && had || before && speaks || by_other_means || replaced
}

/// "we wrote labels", "my predecessor recorded deliveries": not "my boss asked for labels", "she has recorded".
fn narrates(scene: &Scene<'_>, clause: &Clause) -> bool {
    let Some(verb) = clause.verb.filter(|_| clause.join == Join::Main && clause.modal.is_none() && !clause.passive)
    else {
        return false;
    };
    let form = scene.token(verb).and_then(|token| verbs::lookup(&token.text)).map(|(_, form)| form);
    let wish = matches!(
        clause.base,
        "ask" | "want" | "need" | "decide" | "tell" | "say" | "like" | "love" | "plan" | "agree" | "hope" | "request"
    );
    let perfect = (clause.from..verb).any(|at| matches!(scene.tag(at), Some(Tag::Have | Tag::Be)));
    // "no, we changed, send an e-mail": what follows is asked for.
    let turns = clause.base == "change" && scene.tag(verb + 1) == Some(Tag::Sign);
    form == Some(verbs::Form::Past)
        && !turns
        && !scene.one_of(verb, &["got", "set", "put", "read"])
        && !wish
        && !perfect
}

/// "one day before", "within one day": a length of time, and no distant day.
fn counted(scene: &Scene<'_>, at: usize) -> bool {
    const AFTER: &[&str] = &[
        "before",
        "prior",
        "ahead",
        "after",
        "earlier",
        "beforehand",
        "in",
        "later",
        "of",
        "per",
        "each",
        "old",
        "left",
    ];
    const BEFORE: &[&str] =
        &["within", "after", "every", "least", "for", "than", "exactly", "in", "about", "only", "by"];
    scene.one_of(at + 2, AFTER) || at > 0 && scene.one_of(at - 1, BEFORE)
}

pub(super) fn someday_clause(scene: &Scene<'_>, from: usize, to: usize) -> bool {
    let text = scene.padded(from, to);
    let opens =
        (from..to.min(from + 3)).any(|at| scene.one_of(at, &["maybe", "perhaps", "possibly", "eventually", "someday"]));
    let verb = (from..to).any(|at| matches!(scene.tag(at), Some(Tag::Verb | Tag::Modal | Tag::Be | Tag::Have)));
    let someday = [" someday ", " some day ", " eventually "].iter().any(|phrase| text.contains(phrase));
    let someday = someday || (from..to).any(|at| scene.is(at, "one") && scene.is(at + 1, "day") && !counted(scene, at));
    // "Later we may add SMS".
    let put_off = scene.is(from, "later") && (from..to).any(|at| scene.tag(at) == Some(Tag::Modal));
    let later = put_off
        || !verb
            && (opens || text.contains(" later ") || text.contains(" someday ") || text.contains(" optional extra "));
    later || verb && (opens || someday)
}
