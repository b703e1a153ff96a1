//! Whom words of a wish mean: roles that there are, roles that are new, the owner, whoever is signed in, everybody.

use super::places::{Field, Places};
use super::said;
use crate::everybody::has_strangers;
use crate::lexicon::{archetypes, has, words};

/// Words that make nobody's name of what they stand in: "no clerk", "everyone but clerks", "I doubt that clerks".
const NO_NAME: &str = "no neither nor few but except excepting excluding not doubt that all every none nobody hardly rarely seldom \
    barely without besides other than unless only even never ever think believe hope wish want refuse hate wrong false longer shorter later earlier number order under \
    over after either whether together larger smaller bigger higher lower newer older faster slower better worse further another \
    filter letter paper folder header footer counter timer trigger marker";

/// How the refusal of such words begins.
pub(super) const NO_ROLE: &str = "nobody is named by ";

/// Whether the words can name people who are not in the blueprint yet.
fn names_people(role: &str) -> bool {
    role.split('_').all(|word| {
        let says = crate::lexicon::has(NO_NAME, word) || word.contains('\'') || word.contains('’');
        !says && (word == "of" || !words::is_function_word(word))
    })
}

/// Whether words may be a role that nobody has thought of before: two at most, and none that means something here already.
fn is_new_role(role: &str, places: &Places) -> bool {
    let words: Vec<&str> = role.split('_').collect();
    let is_taken = |word: &&str| {
        let one = crate::lemma::singular(word);
        let of = |field: &Field| field.name == *word || field.name == one || field.values.items.contains(&one);
        places.entities.iter().any(|entity| (entity.name == one && words.len() > 1) || entity.fields.iter().any(of))
            || words.len() > 1 && places.roles.contains(&one)
    };
    words.len() <= 2 && !words.iter().any(is_taken)
}

fn may_be_people(role: &str) -> bool {
    archetypes::is_person(role) || archetypes::may_act(role) || archetypes::is_group(role)
}

/// What is a field or a value too may be meant as people: then it is said first that accounts have it.
fn no_role(role: &str) -> String {
    let role_of = role.replace('_', " ");
    let hint = format!(": if some accounts are to have it, say \"add a role {role_of}\" first");
    format!("`{role}` is no role{}", if may_be_people(role) { hint.as_str() } else { "" })
}

/// The people that words name, one after the other: "clerks, managers and admins". Where commas were, roles stand side by side.
fn groups<'w>(said: &'w [String], places: &Places) -> Vec<&'w [String]> {
    let is_role = |word: &String| {
        let one = crate::lemma::singular(word);
        matches!(one.as_str(), "admin" | "administrator") || places.roles.contains(&one)
    };
    let parts = said.split(|word| matches!(word.as_str(), "and" | "or"));
    parts
        .flat_map(|part| if part.iter().all(is_role) { part.chunks(1) } else { part.chunks(part.len().max(1)) })
        .collect()
}

/// "everyone", "anyone who is signed in": `signed_in`, or `anyone` where strangers are among them.
fn everybody(group: &[String]) -> Option<&'static str> {
    const AROUND: &str = "anyone anybody everyone everybody who that is are has have signed in signed-in logged logged-in registered \
        with without even an a no account login logging signing up";
    let fits = group.iter().all(|word| has(AROUND, word));
    let strangers = has_strangers(&group.join(" ")).filter(|_| fits)?;
    Some(if strangers { "anyone" } else { "signed_in" })
}

/// The rule for those of a role whom a reference to a user names.
pub(super) fn named_in(role: &str, field: &str) -> String {
    format!("{{ who = \"role:{role}\", when = \"{field} = caller.id\" }}")
}

/// A rule in a sentence: "clerk", "the customer who is named in it".
pub(super) fn told(rule: &str) -> String {
    match rule.split_once("who = \"role:").and_then(|(_, rest)| rest.split_once('"')) {
        Some((role, _)) => format!("the {role} who is named in it"),
        None => rule.strip_prefix("role:").unwrap_or(rule).to_owned(),
    }
}

/// The words of a rule for people: `role:manager`, `owner`, `anyone`, and the roles that are new.
pub(super) fn people(said: &[String], places: &Places) -> Result<(Vec<String>, Vec<String>), String> {
    let (mut rules, mut new) = (Vec::new(), Vec::new());
    for group in groups(said, places) {
        let one = said::one(group);
        let rule = match one.as_str() {
            "" => continue,
            "nobody" | "none" => "nobody".to_owned(),
            "public" | "visitor" | "stranger" | "anonymous_user" => "anyone".to_owned(),
            _ if everybody(group).is_some() => everybody(group).unwrap_or_default().to_owned(),
            "user" | "signed_in" | "signed_in_user" | "member" if !places.roles.contains(&one) => {
                "signed_in".to_owned()
            }
            "signed_in_people" => "signed_in".to_owned(),
            "owner" | "creator" if !places.roles.contains(&one) => "owner".to_owned(),
            "administrator" => "role:admin".to_owned(),
            role => {
                let known = role == "admin" || places.roles.iter().any(|one| one == role);
                if !known && !names_people(role) {
                    return Err(format!(
                        "{NO_ROLE}`{}`; say \"clerks may not …\" or \"only clerks may …\"",
                        group.join(" ")
                    ));
                }
                if !(known || is_new_role(role, places) && may_be_people(role)) {
                    return Err(no_role(role));
                }
                if !known {
                    new.push(role.to_owned());
                }
                format!("role:{role}")
            }
        };
        rules.push(rule);
    }
    if rules.is_empty() { Err("it does not say who".to_owned()) } else { Ok((rules, new)) }
}
