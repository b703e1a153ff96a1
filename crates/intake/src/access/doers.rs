//! Whose rights a sentence speaks of, and how it means them: "only X can", "X can only", "nobody but X", "by its author".

use super::sentences::Reader;
use super::statements::{Mode, Op};
use super::{elided, givers};
use crate::clauses::{Clause, Join, Polarity, sole};
use crate::everybody::{EVERYONE, accounts, outside};
use crate::facts::Who;
use crate::lexicon::verbs::Class;
use crate::rules;
use crate::tags::Tag;

impl Reader<'_> {
    /// Who does it, and how it is meant; none where the clause speaks of nobody's rights.
    pub(super) fn actors(&self, clause: &Clause, carried_not: bool) -> Option<(Vec<Who>, Mode)> {
        let (scene, verb) = (self.scene, clause.verb?);
        let before = scene.words(clause.from, verb);
        let lead = format!(" {before} ");
        let nobody = [" nobody ", " no one ", " no-one ", " none "].iter().any(|word| lead.contains(word));
        let but = [" outside ", " but ", " except ", " other than ", " apart from ", " besides "]
            .iter()
            .any(|w| lead.contains(w));
        let left_out = elided::left_out(scene, clause.from, verb).map(|(who, _)| self.known(who));
        if let Some(who) = left_out.filter(|_| nobody && but) {
            return Some((who, Mode::Exclusive));
        }
        if nobody && but {
            let who: Vec<Who> = scene.nps_in(clause.from, verb).map(|np| rules::who_of(scene, np)).collect();
            return Some((self.known(who), Mode::Exclusive));
        }
        let behind = elided::left_out(scene, verb + 1, clause.to).map(|(who, _)| self.known(who));
        let anybody = nobody || elided::anybody(scene, clause.from, clause.to);
        if let Some(who) = behind.filter(|who| anybody && !who.is_empty()) {
            return Some((who, Mode::Exclusive));
        }
        // "nobody can edit or delete entries": the second verb is nobody's either.
        let carried =
            carried_not && clause.subject.is_empty() && matches!(clause.pronoun.as_deref(), Some("nobody" | "one"));
        if let Some(who) = (nobody && self.is_of_the_rest(clause, verb)).then(|| self.named_before(clause)) {
            return Some((who, Mode::Exclusive));
        }
        if nobody || carried {
            return Some((Vec::new(), Mode::MayNot));
        }
        // "we do not want customers to be able to delete kites".
        let unwanted = clause.join == Join::Purpose && clause.polarity == Polarity::Denied;
        let not = (clause.from..=verb).any(|at| scene.tag(at) == Some(Tag::Negation) || scene.is(at, "never"))
            || (clause.from.saturating_sub(1)..verb).any(|at| scene.one_of(at, &["nor", "neither"]))
            || unwanted
            || carried_not && clause.modal.is_none_or_same(before);
        if clause.passive {
            let only = (clause.from..clause.to).any(|at| scene.one_of(at, &["only", "just", "alone", "solely"]));
            // "must not be shown to drivers" is read by who is shown it.
            let shown = |at: usize| scene.one_of(at, &["to", "from", "with"]) && !scene.is(at - 1, "by");
            if matches!(clause.class, Some(Class::Read | Class::Other)) && shown(clause.after) {
                return None;
            }
            let named = self.by(clause);
            let by = self.known(named.clone());
            let mode = match (not, only) {
                (true, _) => Mode::MayNot,
                (_, true) => Mode::Exclusive,
                _ => Mode::May,
            };
            let kept = mode == Mode::Exclusive && !named.is_empty() && is_plain(clause.base);
            return (kept || !by.is_empty() || not && clause.modal.is_some()).then_some((by, mode));
        }
        let account = accounts(scene.padded(clause.from, clause.to));
        let mut who: Vec<Who> = rules::actors(scene, clause).into_iter().map(|(who, _)| who).collect();
        if account && who.contains(&Who::Public) {
            who = vec![Who::User];
        }
        // "everyone sees the shifts": all who work with it; only "anyone" comes from outside.
        let all = clause.pronoun.as_deref().is_some_and(|word| EVERYONE.contains(&word));
        if all && who.contains(&Who::Public) && !outside(scene.padded(clause.from, clause.to)) {
            who = vec![Who::Everyone];
        }
        // "neither the clerk nor the managers": both.
        let start = scene.sentences.get(clause.sentence).map_or(clause.from, |sentence| sentence.from);
        if let Some(neither) = (start..clause.from).find(|at| not && scene.is(*at, "neither")) {
            who.extend(scene.nps_in(neither, clause.from).map(|np| rules::who_of(scene, np)));
        }
        let named = who.iter().any(|who| matches!(who, Who::Role(_)));
        // "only the owner himself and the treasurer can": the clause starts after "and".
        let ahead = self.only_before(clause.from);
        who.extend(ahead.iter().cloned());
        let who = self.known(who);
        if !ahead.is_empty() && !who.is_empty() && !not {
            return Some((who, Mode::Exclusive));
        }
        let strange = named
            && who.is_empty()
            && is_plain(clause.base)
            && clause.subject.iter().all(|np| self.entity(np).is_none());
        if strange && !not && self.only(clause, verb) == Mode::Exclusive {
            return Some((who, Mode::Exclusive));
        }
        if who.is_empty() || not && who.contains(&Who::User) && clause.pronoun.is_some() {
            return None;
        }
        Some((who, if not { Mode::MayNot } else { self.only(clause, verb) }))
    }

    /// "nobody else may see the prices", and not one's own rows, which `others` reads.
    fn is_of_the_rest(&self, clause: &Clause, verb: usize) -> bool {
        let scene = self.scene;
        let mine = |at: usize| scene.one_of(at, &["my", "own", "our"]);
        let rest = |at: usize| {
            scene.one_of(at, &["nobody", "no-one"]) && scene.is(at + 1, "else")
                || scene.is(at, "no") && scene.is(at + 1, "one") && scene.is(at + 2, "else")
        };
        (clause.from..verb).any(rest) && !(clause.from..clause.to).any(mine)
    }

    /// Whom "nobody else" leaves it to: those who were given the same just before, else those who were given anything. Where
    /// nobody was named it is who asks: the admin, or everybody for himself where there are no roles.
    fn named_before(&self, clause: &Clause) -> Vec<Who> {
        let reads = clause.class == Some(Class::Read);
        let statements = self.found.iter().map(|one| (one.span, one.op, one.mode, one.own, &one.who));
        let values = self.values.iter().map(|one| (one.span, one.op, one.mode, one.own, &one.who));
        let mut given: Vec<_> = statements
            .chain(values)
            .filter(|(_, _, mode, ..)| *mode != Mode::MayNot)
            .filter(|(.., own, who)| *own || who.iter().any(|who| matches!(who, Who::Role(_) | Who::Owner)))
            .collect();
        let same = |op: Op| (op == Op::Read) == reads;
        if given.iter().any(|(_, op, ..)| same(*op)) {
            given.retain(|(_, op, ..)| same(*op));
        }
        let Some(last) = given.iter().map(|(span, ..)| span.start).max() else {
            let alone = self.draft.roles.is_empty();
            return vec![if alone { Who::Owner } else { Who::Role("admin".to_owned()) }];
        };
        // "members send messages, nobody else may read them": each his own, where they are not kept together.
        let writes = |who: &Who| matches!(who, Who::Role(role) if givers::writes_down(role));
        if reads && given.iter().all(|(_, op, _, own, who)| *op == Op::Create && !own && !who.iter().any(writes)) {
            return vec![Who::Owner];
        }
        // "no one else sees anything": but all who see something.
        let all = self.scene.one_of(clause.after, &["everything", "anything"]);
        let mut who: Vec<Who> = Vec::new();
        for (.., own, named) in given.iter().filter(|(span, ..)| all || span.start == last) {
            let named = if *own { vec![Who::Owner] } else { (*named).clone() };
            who.extend(named.into_iter().filter(|one| !matches!(one, Who::Public | Who::User | Who::Everyone)));
        }
        who.dedup();
        who
    }

    /// Those for whom "only" stands before a clause that goes on with "and".
    fn only_before(&self, from: usize) -> Vec<Who> {
        let scene = self.scene;
        let Some(and) = from.checked_sub(1).filter(|at| scene.one_of(*at, &["and", "or"])) else { return Vec::new() };
        let itself = usize::from(scene.one_of(and.wrapping_sub(1), elided::SELF));
        let np = scene.np_before(and - itself).filter(|np| elided::is_only(scene, np.from.wrapping_sub(1)));
        np.map(|np| rules::who_of(scene, np)).into_iter().collect()
    }

    /// Whom a passive names: "by its author and by managers".
    fn by(&self, clause: &Clause) -> Vec<Who> {
        let scene = self.scene;
        let mut found = Vec::new();
        for at in (clause.after..clause.to).filter(|at| scene.is(*at, "by") && !scene.one_of(*at - 1, &["even", "not"]))
        {
            let from = at + 1 + usize::from(elided::is_only(scene, at + 1));
            match rules::people_at(scene, from, clause.to) {
                Some((who, _)) => found.extend(who),
                None => {
                    // "by the person it is assigned to" is not by everybody.
                    let some = |np: &&crate::nouns::Np| {
                        !np.plural && rules::who_of(scene, np) == Who::User && np.to < clause.to
                    };
                    let named = rules::objects(scene, from, clause.to).into_iter().filter(|np| !some(np));
                    found.extend(named.map(|np| rules::who_of(scene, np)))
                }
            }
        }
        found
    }

    /// "only X can" keeps it for X; "X can only" limits X.
    fn only(&self, clause: &Clause, verb: usize) -> Mode {
        let scene = self.scene;
        let only = |at: &usize| scene.one_of(*at, &["only", "just", "solely"]);
        let Some(at) = (clause.from..verb).find(only) else {
            if clause.carried && clause.only {
                return self.found.last().map_or(Mode::Exclusive, |said| said.mode);
            }
            return Mode::May;
        };
        let said = (clause.from..verb).find(|at| scene.tag(*at) == Some(Tag::Pronoun));
        let subject = clause.subject.first().map(|np| np.from).or(said).unwrap_or(verb);
        let modal_follows = scene.tag(at + 1) == Some(Tag::Modal);
        let sole = sole::leads(scene, at);
        if at <= subject || modal_follows || sole || clause.pronoun.is_some() && scene.one_of(at + 1, &["i", "we"]) {
            Mode::Exclusive
        } else {
            Mode::Limit
        }
    }

    /// The actors that access can be given to.
    pub(super) fn known(&self, who: Vec<Who>) -> Vec<Who> {
        let mut known = Vec::new();
        for who in who {
            let who = match who {
                Who::Role(name) => match self.role(&name) {
                    Some(role) => Who::Role(role),
                    None => continue,
                },
                other => other,
            };
            if !known.contains(&who) {
                known.push(who);
            }
        }
        known
    }

    fn role(&self, name: &str) -> Option<String> {
        let roles = &self.draft.roles;
        let same = roles.iter().find(|role| *role == name);
        let longer = || roles.iter().find(|role| rules::kin::in_full(role, name));
        let admin = matches!(name.rsplit('_').next(), Some("admin" | "administrator" | "superuser"));
        let kin = || roles.iter().find(|role| rules::kin::same(role, name));
        same.or_else(longer).or_else(kin).cloned().or_else(|| admin.then(|| "admin".to_owned()))
    }
}

/// Verbs that speak of rights and of little else.
fn is_plain(base: &str) -> bool {
    crate::lexicon::has(
        "see view read edit change update modify delete remove add create enter cancel approve write post",
        base,
    )
}

/// A carried "cannot" ends where a new modal stands.
trait Carried {
    fn is_none_or_same(&self, before: &str) -> bool;
}

impl Carried for Option<String> {
    fn is_none_or_same(&self, before: &str) -> bool {
        !self.as_ref().is_some_and(|modal| before.split(' ').any(|word| word == modal)) && !before.contains("but")
    }
}
