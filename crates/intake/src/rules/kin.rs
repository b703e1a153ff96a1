//! Two names for the same people: "the reception" and "receptionists", "the front desk" and "front-desk staff".

use crate::facts::{Evidence, Fact, Who};
use crate::lexicon::archetypes::{self, Sort};

/// A department, and those who work there.
const PAIRS: &str = "reception:receptionist dispatch:dispatcher accounting:accountant housekeeping:housekeeper \
    bookkeeping:bookkeeper";

/// What follows the name of a place to say who works there.
const STAFF: &[&str] = &["_staff", "_team", "_crew", "_people", "_worker", "_personnel", "_department"];

/// Words before a role that make another one of it: a head teacher is no teacher like the others.
const RANKS: &str = "head chief senior junior lead deputy assistant vice trainee team shift branch general super sub co main \
    district regional area floor stock account";

/// Whether the longer name of a role is the shorter one, said in full: "support agent" and "agent".
pub(crate) fn in_full(longer: &str, shorter: &str) -> bool {
    let before = longer.strip_suffix(shorter).and_then(|before| before.strip_suffix('_'));
    before.is_some_and(|before| !before.split('_').any(|word| crate::lexicon::has(RANKS, word)))
}

fn place(name: &str) -> &str {
    let plain = STAFF.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let pairs = PAIRS.split_ascii_whitespace().filter_map(|pair| pair.split_once(':'));
    pairs.filter(|(_, person)| *person == plain).map(|(place, _)| place).next().unwrap_or(plain)
}

/// Whether both names mean the same people.
pub(crate) fn same(a: &str, b: &str) -> bool {
    place(a) == place(b)
}

fn roles(fact: &mut Fact) -> Vec<&mut String> {
    fn of(who: &mut Who) -> Option<&mut String> {
        if let Who::Role(name) = who { Some(name) } else { None }
    }
    match fact {
        Fact::Role(name) => vec![name],
        Fact::Op { actor, .. } => of(actor).into_iter().collect(),
        Fact::Shown { who, .. } => who.iter_mut().filter_map(of).collect(),
        _ => Vec::new(),
    }
}

/// Gives the same people one name throughout: that of a person where there is one, else the one that is said first.
pub(super) fn unite(evidence: &mut [Evidence]) {
    let mut named: Vec<String> = Vec::new();
    for found in evidence.iter_mut() {
        for name in roles(&mut found.fact) {
            match named.iter_mut().find(|known| same(known, name)) {
                Some(known)
                    if archetypes::sort(known) != Some(Sort::Person)
                        && archetypes::sort(name) == Some(Sort::Person) =>
                {
                    known.clone_from(name);
                }
                Some(known) if !super::is_people(known) && super::is_people(name) => known.clone_from(name),
                Some(_) => {}
                None => named.push(name.clone()),
            }
        }
    }
    for found in evidence {
        for name in roles(&mut found.fact) {
            if let Some(known) = named.iter().find(|known| same(known, name)) {
                name.clone_from(known);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn a_place_and_those_who_work_there_are_one() {
        for (a, b) in [
            ("reception", "receptionist"),
            ("reception_staff", "receptionist"),
            ("front_desk", "front_desk_staff"),
            ("office", "office_staff"),
        ] {
            assert!(same(a, b), "{a} {b}");
        }
        for (a, b) in [("support", "supporter"), ("manager", "shift_manager"), ("staff", "team"), ("office", "officer")]
        {
            assert!(!same(a, b), "{a} {b}");
        }
    }
}
