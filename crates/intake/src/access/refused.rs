//! Who is left out of a right without a verb: "staff can see donations, volunteers not", "but not volunteers", "not by volunteers".

use super::elided;
use crate::clauses::Clause;
use crate::facts::Who;
use crate::nouns::Np;
use crate::rules;
use crate::scene::Scene;
use crate::tags::Tag;

/// Those who are left out, and where the words about them start.
pub(crate) struct Refused {
    pub at: usize,
    pub who: Vec<Who>,
    /// "not volunteers", and not "volunteers not": a record may be meant too.
    pub object: bool,
}

/// Those whom a clause leaves out, or one without a verb: "Not volunteers."
pub(crate) fn refused(scene: &Scene<'_>, clause: &Clause) -> Option<Refused> {
    let leads = |at: usize| scene.one_of(at, &[",", ";", "and", "but", "though", "while", "whereas", "-"]);
    let whole = |at: usize| at >= clause.to || leads(at) || scene.tag(at) == Some(Tag::Sign);
    let from = clause.verb.map_or(clause.from, |verb| verb + 1);
    (from..clause.to).find_map(|at| {
        if !(at == clause.from && clause.verb.is_none() || leads(at.wrapping_sub(1))) {
            return None;
        }
        let start = (from..at).rev().find(|at| !leads(*at)).map_or(at, |before| before + 1).max(clause.from);
        if scene.one_of(at, elided::NOT) {
            let by = scene.one_of(at + 1, &["by", "for", "to"]);
            let (who, end) = rules::people_at(scene, at + 1 + usize::from(by), clause.to)?;
            let kept = scene.np_at(at + 1).is_some_and(|np| rules::rights::has_values(scene, np));
            return (whole(end) && !kept).then_some(Refused { at: start, who, object: !by && clause.verb.is_some() });
        }
        // "drivers neither" may be one phrase.
        let both = |np: &&Np| np.words().len() > 1 && scene.is(np.to - 1, "neither") && whole(np.to);
        if let Some(np) = scene.np_at(at).filter(both) {
            let words = np.words().split_last().map_or(&[][..], |(_, rest)| rest);
            let who = rules::who_of(scene, &np.renamed(words.to_vec()));
            return Some(Refused { at: start, who: vec![who], object: false });
        }
        let (who, end) = rules::people_at(scene, at, clause.to)?;
        let not =
            scene.one_of(end, &["not", "neither"]) && (end + 1 >= clause.to || scene.tag(end + 1) == Some(Tag::Sign));
        not.then_some(Refused { at: start, who, object: false })
    })
}
