//! "Users can cancel orders", where an order is somebody's: each cancels his own, as a request for a whole is read. That everybody may do
//! it with those of all others is for them to say who wish it: "users can cancel all orders".

use super::places::{Entity, Places};
use super::reach::is_user;
use super::rights::{self, Heard, WHOSE};
use super::said::Said;
use super::wishes::spoken;
use super::{Answer, own, people};
use crate::lemma::{plural, singular};
use crate::lexicon::has;

/// Who is served: with a role that there is or that a wish makes, they mean what is theirs.
const SERVED: &str = "customer client buyer shopper patient guest visitor tenant renter student pupil subscriber passenger donor \
    applicant attendee participant bidder reader citizen traveler traveller borrower parent";
const ALL: &[&str] = &["all", "every", "any", "everything", "anything", "everybody's", "everyone's"];

/// Whether all records are said to be meant.
pub(super) fn is_of_all(words: &[String]) -> bool {
    words.iter().any(|word| ALL.contains(&word.as_str()))
}

/// The role of a rule, where those who have it are served.
pub(super) fn served(rule: &str) -> Option<&str> {
    rule.strip_prefix("role:").filter(|role| has(SERVED, &singular(role)))
}

/// Who of a role may do something with what is theirs: whoever made a record, where they may make one, and who is named in it by a
/// reference to a user that is called as the role is.
pub(super) fn rules_of(entity: &Entity, role: &str) -> Vec<String> {
    let creates = rights::written(entity, "create").unwrap_or_default();
    let may_create = creates.iter().any(|word| word == "signed_in" || word.strip_prefix("role:") == Some(role));
    let is_user = |to: &Option<(String, std::ops::Range<usize>)>| to.as_ref().is_some_and(|(to, _)| to == "user");
    let named = entity.fields.iter().any(|field| field.name == role && field.kind == "reference" && is_user(&field.to));
    let made = (entity.owned && may_create).then(|| "owner".to_owned());
    let named = named.then(|| people::named_in(role, role));
    made.into_iter().chain(named).collect()
}

/// The rules with what is theirs in place of the roles that are served, and the roles of which nobody knows what that is.
pub(super) fn of_each(entity: &Entity, rules: &[String]) -> Result<Vec<String>, String> {
    let mut all: Vec<String> = Vec::new();
    for rule in rules {
        let theirs = served(rule).map(|role| (role, rules_of(entity, role)));
        match theirs {
            Some((role, theirs)) if theirs.is_empty() && entity.owned => return Err(role.to_owned()),
            Some((_, theirs)) if !theirs.is_empty() => all.extend(theirs),
            _ => all.push(rule.clone()),
        }
    }
    Ok(all)
}

/// Roles that there are: of each record who made it, or is named in it.
fn known(wish: &Said, heard: &Heard<'_>, places: &Places, source: &str) -> Answer {
    let (mut patches, mut told, mut met) = (Vec::new(), Vec::new(), Vec::new());
    for entity in &heard.entities {
        let many = plural(&spoken(&entity.name));
        let said = if entity.owned { &heard.of_owned } else { &heard.operations };
        let whose = |role: &str| {
            let verbs = said.join(" and ");
            format!("{WHOSE}{many}? say \"{} can {verbs} all {many}\", if all are meant", plural(&spoken(role)))
        };
        let verbs: Vec<String> = said.iter().filter(|what| *what != "create").cloned().collect();
        let of = |rules: &[String], verbs: &[String]| Heard {
            rules: rules.to_vec(),
            new: Vec::new(),
            operations: verbs.to_vec(),
            of_owned: verbs.to_vec(),
            entities: vec![*entity],
        };
        let rules = match of_each(entity, &heard.rules) {
            _ if verbs.is_empty() => heard.rules.clone(),
            Ok(rules) => rules,
            Err(role) => return Answer::Refused(whose(&role)),
        };
        let is_own = rules != heard.rules;
        let creates = rights::written(entity, "create").unwrap_or_default();
        let adds = |rule: &&String| !creates.iter().any(|one| one == "signed_in" || one == *rule);
        if is_own && verbs.len() < said.len() && heard.rules.iter().any(|rule| adds(&rule)) {
            let who = wish.words.first().map_or("they", String::as_str);
            return Answer::Refused(format!("say who may add {many} first, as in \"{who} can add {many}\""));
        }
        let heard = if is_own { of(&rules, &verbs) } else { of(&rules, said) };
        match rights::set(&heard, places, source, |before| before.to_vec()) {
            Answer::Done { patches: more, told: one } => {
                patches.extend(more);
                told.push(one);
            }
            Answer::Already(_) if is_own => {
                let whom =
                    if rules.iter().any(|rule| rule == "owner") { "whoever made one" } else { "who is named in one" };
                met.push(format!("{whom} may do that with {many}: say \"all {many}\", if all are meant"));
            }
            Answer::Already(one) => met.push(one),
            refused @ Answer::Refused(_) => return refused,
        }
    }
    match patches.is_empty() {
        true => Answer::Already(met.join("; ")),
        false => Answer::Done { patches, told: told.join("; ") },
    }
}

/// What is said of them is of their own: the same, said so; none where all records are meant.
pub(super) fn theirs(wish: &Said, heard: &Heard<'_>, places: &Places, source: &str) -> Option<Answer> {
    let is_verb = |word: &String| !rights::operations(std::slice::from_ref(word), places).0.is_empty();
    let verb = wish.words.iter().position(is_verb)?;
    let of_all = is_of_all(wish.from(verb));
    let is_known = heard.new.is_empty() && heard.rules.iter().any(|rule| served(rule).is_some());
    let more = |entity: &&Entity| {
        let said = if entity.owned { &heard.of_owned } else { &heard.operations };
        said.iter().any(|what| what != "create")
    };
    if is_known && !of_all && heard.entities.iter().any(more) {
        return Some(known(wish, heard, places, source));
    }
    let is_theirs = |what: &&String| *what != "create";
    let users = wish.between(0, verb).iter().any(|word| is_user(word))
        && heard.rules.iter().any(|rule| rule == "signed_in")
        && heard.operations.iter().filter(is_theirs).any(|what| what != "read");
    let served = !heard.new.is_empty()
        && heard.new.iter().all(|role| has(SERVED, &singular(role)))
        && heard.operations.iter().any(|what| is_theirs(&what));
    let owned = heard.entities.iter().any(|entity| entity.owned);
    (owned && !of_all && (users || served)).then_some(())?;
    let many: Vec<String> = heard.entities.iter().map(|entity| plural(&spoken(&entity.name))).collect();
    let many = many.join(" and ");
    let who = match heard.new.as_slice() {
        [one] if heard.rules.len() == 1 => plural(one),
        [] if heard.rules.len() == 1 => "users".to_owned(),
        _ => String::new(),
    };
    let created = |entity: &&super::places::Entity| {
        let list = rights::written(entity, "create").unwrap_or_default();
        list.iter().any(|word| word == "signed_in")
    };
    let adds = heard.operations.iter().any(|what| what == "create") && !heard.entities.iter().all(created);
    if who.is_empty() || adds || !heard.entities.iter().all(|entity| entity.owned) {
        return Some(Answer::Refused(format!(
            "{WHOSE}{many}? say \"users can … their own {many}\", or who may do it with all {many}"
        )));
    }
    let verbs: Vec<&String> = heard.operations.iter().filter(is_theirs).collect();
    let verbs: Vec<&str> = verbs.iter().map(|what| what.as_str()).collect();
    let said = format!("{who} can {} their own {many}", verbs.join(" and "));
    own::own(&wish.reworded(said.split(' ').map(str::to_owned).collect()), places, source)
}
