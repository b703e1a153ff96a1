//! The ways of wishing for a change, each an entry with an example that the test reads.
//!
//! What no entry reads goes to `context`: the sentence is read as a request is.

use super::patch::Patch;
use super::places::{Entity, Places};
use super::said::{self, Said};
use super::{
    Answer, accounts, actions, additions, defaults, deletion, drops, everyday, fields, finding, names, openness, own,
    passive, providers, questions, quiet, relations, renames, rights, secrets, times, trash, unbound, values,
};

/// One way of wishing.
pub(super) struct Wish {
    #[cfg_attr(not(test), expect(dead_code, reason = "named where the test fails"))]
    pub id: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test"))]
    pub example: &'static str,
    /// None where the words say something else.
    pub read: fn(&Said, &Places, &str) -> Option<Answer>,
}

pub(super) const ALL: &[Wish] = &[
    Wish { id: "asks", example: "Who can see leads?", read: questions::asks },
    Wish { id: "sign_up", example: "Close registration.", read: accounts::sign_up },
    Wish { id: "provider", example: "Use vonage instead of twilio.", read: providers::provider },
    Wish { id: "time", example: "Move the schedule to friday.", read: times::time },
    Wish { id: "rename", example: "Rename the phone of leads to mobile.", read: renames::rename },
    Wish { id: "replace", example: "Replace won with closed.", read: values::replace },
    Wish { id: "deletion", example: "Calls are deleted with their lead.", read: deletion::deletion },
    Wish { id: "trash", example: "Keep deleted leads in the trash.", read: trash::trash },
    Wish { id: "passive", example: "Leads can only be deleted by clerks.", read: passive::passive },
    Wish { id: "action", example: "Let clerks win leads.", read: actions::action },
    Wish { id: "secret", example: "Only clerks can see the phone of leads.", read: secrets::only },
    Wish { id: "only", example: "Only clerks may delete leads.", read: rights::only },
    Wish { id: "one_more", example: "Admins may see the secret of leads too.", read: secrets::one_more },
    Wish { id: "only_that", example: "Clerks can only see leads.", read: openness::only_that },
    Wish { id: "may", example: "Clerks may update leads.", read: rights::may },
    Wish { id: "own", example: "Users may see their own leads.", read: own::own },
    Wish { id: "open", example: "Make notes public.", read: openness::open },
    Wish { id: "access", example: "Give clerks access to notes.", read: openness::access_to },
    Wish { id: "not", example: "Clerks may no longer see leads.", read: openness::may_not },
    Wish { id: "role", example: "Add a role nurse.", read: role },
    Wish { id: "needs", example: "Leads need a name and a phone.", read: everyday::needs },
    Wish { id: "listed", example: "Add a stage to leads: early, late.", read: additions::listed },
    Wish { id: "default", example: "New leads start as won.", read: defaults::defaults },
    Wish { id: "value", example: "Add lost to the status of leads.", read: values::values },
    Wish { id: "several", example: "A lead can have several tags.", read: relations::several },
    Wish { id: "unbound", example: "Calls no longer belong to a lead.", read: unbound::unbound },
    Wish { id: "of_user", example: "Each lead belongs to a user.", read: relations::of_user },
    Wish { id: "belongs", example: "Each lead belongs to a campaign.", read: relations::belongs },
    Wish { id: "find", example: "Search leads by name.", read: finding::find },
    Wish { id: "said", example: "Make the phone required.", read: fields::said_of },
    Wish { id: "field", example: "Add an email and a budget to leads.", read: additions::field },
    Wish { id: "quiet", example: "Don't text leads when a lead is created.", read: quiet::quiet },
    Wish { id: "drop", example: "Drop the SMS.", read: drops::drop },
    Wish { id: "undo", example: "Undo the last change.", read: undo },
    Wish { id: "tag", example: "Also let me tag leads.", read: tag },
];

/// What `change` cannot edit without moving it.
pub(super) const UNUSUAL: &str = "its part of the blueprint is written in a form that only you can edit";

/// "undo that": what was so before is not known here.
fn undo(wish: &Said, _: &Places, _: &str) -> Option<Answer> {
    let is_undo = wish.opens(&["undo", "revert", "rollback"]);
    // "put the phone back", "restore the phone".
    let is_back =
        wish.opens(&["bring", "put", "get", "take"]) && wish.place(&["back"]).is_some() && wish.words.len() < 6;
    (is_undo || is_back).then(|| {
        Answer::Refused("former changes are not kept here: say what should be different now, or take the former file from version control".to_owned())
    })
}

/// "add a role nurse", "add the roles nurse and porter".
fn role(wish: &Said, places: &Places, _: &str) -> Option<Answer> {
    let at = wish.place(&["role", "roles"]).filter(|at| *at <= 3 && wish.opens(&["add"]))?;
    let named = |words: &[String]| words.iter().any(|word| !matches!(word.as_str(), "called" | "named" | "for"));
    let rest: Vec<String> =
        wish.from(at + 1).iter().filter(|word| named(std::slice::from_ref(*word))).cloned().collect();
    let new: Vec<String> = rest.split(|word| word == "and").map(said::one).filter(|name| !name.is_empty()).collect();
    let missing: Vec<&String> = new.iter().filter(|role| *role != "admin" && !places.roles.contains(role)).collect();
    if new.is_empty() {
        return None;
    }
    if missing.is_empty() {
        return Some(Answer::Already(format!("there are roles: {}", new.join(", "))));
    }
    let missing: Vec<String> = missing.into_iter().cloned().collect();
    Some(Answer::Done {
        patches: rights::roles_patch(&missing, places)?,
        told: format!("there are roles: {}; say what they may: \"only {}s may …\"", new.join(", "), new.first()?),
    })
}

/// "tag leads": tags that many records share.
fn tag(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let name = match wish.words.first()?.as_str() {
        "tag" => "tag",
        "label" => "label",
        "categorize" | "categorise" => "category",
        _ => return None,
    };
    let Some(entity) = places.entity(wish.from(1)) else {
        return Some(Answer::Refused(names::no_record(wish.from(1), places)));
    };
    Some(shared(entity, name, places, source))
}

/// Records of their own that many records share: tags, labels, categories.
pub(super) fn shared(entity: &Entity, name: &str, places: &Places, source: &str) -> Answer {
    let plural = match name {
        "category" => "categories".to_owned(),
        name => format!("{name}s"),
    };
    let told = format!("{} has {plural}", crate::lemma::with_article(&spoken(&entity.name)));
    if entity.fields.iter().any(|field| field.name == plural || field.to.as_ref().is_some_and(|(to, _)| to == name)) {
        return Answer::Already(told);
    }
    let words = format!("type = \"reference\", to = \"{name}\", many = true");
    let Some(line) = add_field(places, source, entity, &plural, &words) else {
        return Answer::Refused(UNUSUAL.to_owned());
    };
    let mut patches = vec![line];
    if !places.entities.iter().any(|one| one.name == name) {
        let closed = super::closeness::of(entity);
        let section = format!(
            "[entity.{name}]\n{}[entity.{name}.field]\nname = {{ type = \"text\", required = true, index = true }}\n{}",
            closed.owner,
            closed.access(name)
        );
        match after_entity(places, source, &entity.name, &section) {
            Some(patch) => patches.push(patch),
            None => return Answer::Refused(UNUSUAL.to_owned()),
        }
    }
    Answer::Done { patches, told }
}

/// A line at the end of the fields, its equals sign below the others.
pub(super) fn add_field(places: &Places, source: &str, entity: &Entity, name: &str, words: &str) -> Option<Patch> {
    let section = places.section(&format!("entity.{}.field", entity.name))?;
    let column = entity.fields.iter().filter_map(|field| {
        let after = source.get(field.key.end..)?;
        Some(field.key.len() + after.len() - after.trim_start_matches(' ').len())
    });
    let width = column.min().map_or(name.len(), |column| column.saturating_sub(1)).max(name.len());
    Some(at_end(source, section.end, &format!("{name:width$} = {{ {words} }}\n")))
}

/// A section after the last one of an entity.
pub(super) fn after_entity(places: &Places, source: &str, entity: &str, section: &str) -> Option<Patch> {
    let own = format!("entity.{entity}");
    let is_own = |name: &str| name.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let last = places.sections.iter().filter(|section| is_own(&section.name)).max_by_key(|section| section.end)?;
    Some(at_end(source, last.end, &format!("\n{section}")))
}

/// Lines at a place that is the end of a line, or of a file without one.
pub(super) fn at_end(source: &str, at: usize, text: &str) -> Patch {
    let open = source.get(..at).is_some_and(|before| !before.is_empty() && !before.ends_with('\n'));
    Patch::insert(at, if open { format!("\n{text}") } else { text.to_owned() })
}

/// `["a", "b"]`.
pub(super) fn list(words: &[String]) -> String {
    // A rule with a condition is no word.
    let written = |word: &String| if word.starts_with('{') { word.clone() } else { crate::toml::quote(word) };
    format!("[{}]", words.iter().map(written).collect::<Vec<_>>().join(", "))
}

/// `follow_up` as people say it.
pub(super) fn spoken(name: &str) -> String {
    name.replace('_', " ")
}
