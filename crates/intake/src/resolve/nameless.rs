//! Whether a request keeps names out: "no real names", "without a name", "plots don't have names", "survey answers are anonymous".
//! Nothing gets a name then that the request did not list.

use crate::clauses::{Clause, Polarity};
use crate::lexicon::has;
use crate::scene::Scene;

/// How far before a name it is denied.
const NEAR: usize = 7;
const NO: &str = "no not never without neither nor nobody cannot";
/// What is denied is something else: two of the same name, a name that may be missing or that some do not see.
const OTHERWISE: &str = "same duplicate duplicates twice unique two required mandatory optional empty blank see sees shown show visible \
    display change edit changed edited longer";

pub(super) fn nameless(scene: &Scene<'_>) -> bool {
    let anonymous = |text: &str| has("anonymous anonymously anonymized nameless pseudonym pseudonyms", text);
    scene.tokens.iter().any(|token| anonymous(&token.text)) || scene.clauses.iter().any(|clause| denies(scene, clause))
}

fn denies(scene: &Scene<'_>, clause: &Clause) -> bool {
    let any = |from: usize, to: usize, list: &str| {
        (from..to).any(|at| scene.token(at).is_some_and(|token| has(list, &token.text)))
    };
    let named = (clause.from..clause.to).find(|at| {
        scene.one_of(*at, &["name", "names"]) && !scene.one_of(at + 1, &["is", "are"]) || scene.is(*at, "names")
    });
    named.is_some_and(|at| {
        let before = any(at.saturating_sub(NEAR).max(clause.from), at, NO);
        (before || clause.polarity == Polarity::Denied) && !any(clause.from, clause.to, OTHERWISE)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_kept_out_are_told_from_those_that_are_not() {
        for text in [
            "Visitors: nickname only (no real name, no phone).",
            "The name of the deceased shall not be entered in this register.",
            "Plots don't have names but codes like B-17.",
            "Nothing else, explicitly no names and no phone numbers.",
            "Patients are stored without their names.",
            "We never keep the name of a caller.",
            "The answers are anonymous.",
        ] {
            assert!(nameless(&Scene::read(text)), "{text}");
        }
        for text in [
            "Boats have a name and a length.",
            "No two boats may have the same name.",
            "A name is not required.",
            "Guests must not see the names of other guests.",
            "Names must not be longer than 80 characters.",
            "No photos. Boats have a name.",
        ] {
            assert!(!nameless(&Scene::read(text)), "{text}");
        }
    }
}
