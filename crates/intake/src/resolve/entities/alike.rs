//! Names that mean the same record, each said in full once: "request" after "leave request", "prospect" and "lead".

use std::collections::HashMap;

use super::Candidate;
use crate::lexicon::archetypes;

/// Names that mean the same record: "request" and "leave request", "prospect" and "lead".
pub(super) fn merge(found: &mut Vec<Candidate>) -> HashMap<String, String> {
    let mut alias = HashMap::new();
    let names: Vec<String> = found.iter().map(|c| c.name.clone()).collect();
    for name in &names {
        let Some(into) = target(found, name) else { continue };
        let Some(at) = found.iter().position(|c| c.name == *name) else { continue };
        let gone = found.remove(at);
        if let Some(kept) = found.iter_mut().find(|c| c.name == into) {
            kept.plural |= gone.plural;
            kept.mentions += gone.mentions;
            kept.object += gone.object;
            kept.ties += gone.ties;
            kept.tied.extend(gone.tied);
            kept.read = kept.read.max(gone.read);
            kept.acts = kept.acts.max(gone.acts);
            kept.first = kept.first.min(gone.first);
            kept.places.extend(gone.places);
            for field in gone.fields {
                if !kept.fields.contains(&field) {
                    kept.fields.push(field);
                }
            }
            for (span, rule) in gone.grounds.spans.iter().zip(gone.grounds.rules.iter().cycle()) {
                kept.grounds.add(*span, rule);
            }
        }
        for value in alias.values_mut() {
            if value == name {
                *value = into.clone();
            }
        }
        alias.insert(name.clone(), into);
    }
    alias
}

fn target(found: &[Candidate], name: &str) -> Option<String> {
    let this = found.iter().find(|c| c.name == name)?;
    if let Some(means) = &this.means {
        return found.iter().any(|c| c.name == *means).then(|| means.clone());
    }
    if this.app > 1.5 {
        return None;
    }
    let strength = |c: &Candidate| c.fields.len() as f64 * 2.0 + c.mentions + c.object + c.ties;
    if this.fields.len() <= 1 && !name.contains('_') {
        // "the request" after "leave request".
        let suffix = format!("_{name}");
        let longer: Vec<&Candidate> = found
            .iter()
            .filter(|c| {
                c.name.ends_with(&suffix) && c.app < 1.5 && (c.fields.len() >= 2 || strength(c) > 1.0) && !c.denied
            })
            .collect();
        if let [one] = longer.as_slice()
            && !(strength(this) > strength(one) && archetypes::sort(name).is_some() && one.fields.len() < 2)
        {
            return Some(one.name.clone());
        }
    }
    if !name.contains('_') && archetypes::sort(name).is_none() && this.fields.len() >= 2 {
        // "each object: title, year" after "museum objects".
        let suffix = format!("_{name}");
        let longer: Vec<&Candidate> = found.iter().filter(|c| c.name.ends_with(&suffix)).collect();
        if let [one] = longer.as_slice()
            && one.fields.is_empty()
            && one.app < 1.0
            && !one.denied
            && one.first < this.first
        {
            return Some(one.name.clone());
        }
    }
    if name.contains('_') && this.fields.len() <= 1 {
        // "house plant" after "plants (name, species)".
        let head = name.rsplit('_').next().unwrap_or(name);
        let own_record = archetypes::sort(name).is_some();
        if let Some(bare) = found.iter().find(|c| c.name == head && !own_record)
            && (strength(bare) >= strength(this) || this.fields.is_empty() && strength(this) < 1.5)
            && archetypes::sort(head).is_some()
            && bare.app < 1.0
        {
            return Some(head.to_owned());
        }
    }
    // Another word for one that has fields, or was first.
    let synonyms = archetypes::synonyms(name);
    if synonyms.is_empty() {
        return None;
    }
    let other = found
        .iter()
        .filter(|c| c.name != name && c.app < 1.5 && synonyms.contains(&c.name.as_str()))
        .max_by(|a, b| strength(a).total_cmp(&strength(b)))?;
    let both_have = this.fields.len() >= 2 && other.fields.len() >= 2;
    let weaker = strength(this) < strength(other)
        || (strength(this) - strength(other)).abs() < f64::EPSILON && this.first > other.first;
    (!both_have && weaker && (this.fields.is_empty() || other.fields.is_empty() || this.fields.len() <= 1))
        .then(|| other.name.clone())
}
