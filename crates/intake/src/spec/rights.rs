//! Who may do what, of what the endpoints say: as the words of the blueprint, never wider than it was said.

use super::who::{One, Who};
use crate::draft::{Draft, Rights};
use crate::lemma;
use crate::toml::quote;

/// What the endpoints say of one record, operation by operation: `read`, `create`, `update`, `delete` or an action.
#[derive(Debug, Default)]
pub(super) struct Asked {
    said: Vec<(String, Who, String)>,
}

impl Asked {
    /// What one endpoint says, also where none of those whom it names is known.
    pub(super) fn add(&mut self, operation: &str, who: &Who, place: &str) {
        if who.says() || !who.unread.is_empty() {
            self.said.push((operation.to_owned(), who.clone(), place.to_owned()));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.said.is_empty()
    }

    /// Whether rows belong to nobody: who makes them is said, and it is some role or a stranger, who makes them for others.
    pub(super) fn is_for_others(&self) -> bool {
        let owner = self.said.iter().any(|(_, who, _)| who.ones.iter().any(|(one, _)| *one == One::Owner));
        let mut makers =
            self.said.iter().filter(|(operation, ..)| operation == "create").flat_map(|(_, who, _)| &who.ones);
        let said = makers.clone().next().is_some();
        said && !owner && makers.all(|(one, _)| matches!(one, One::Role(_) | One::Anyone | One::Nobody))
    }

    /// Gives the record its rights; what cannot be so is told.
    pub(super) fn give(&self, draft: &mut Draft, name: &str, left: &mut Vec<String>) {
        let Some(owned) = draft.entity(name).map(|entity| entity.owned) else { return };
        let mut roles = std::mem::take(&mut draft.roles);
        let mut of = |operation: &str| self.of(operation, owned, &mut roles, left);
        let mut rights = Rights {
            read: of("read"),
            create: of("create"),
            update: of("update"),
            delete: of("delete"),
            ..Rights::default()
        };
        let names: Vec<String> = draft
            .entity(name)
            .iter()
            .flat_map(|entity| entity.actions.iter().map(|action| action.name.clone()))
            .collect();
        rights.actions = names.iter().filter_map(|action| Some((action.clone(), of(action)?))).collect();
        draft.roles = roles;
        if rights.create.as_ref().is_some_and(|list| owned && list.iter().any(|word| word == "anyone")) {
            left.push(format!("POST {name}: anyone, because what a stranger makes would belong to nobody"));
            rights.create = None;
        }
        readable(draft, name, owned, &mut rights);
        rights.without_defaults(owned);
        if let Some(entity) = draft.entity_mut(name) {
            entity.rights = rights;
        }
    }

    /// The list of an operation. Two endpoints that are one operation here come to what both of them give.
    fn of(&self, operation: &str, owned: bool, roles: &mut Vec<String>, left: &mut Vec<String>) -> Option<Vec<String>> {
        let mut lists = self.said.iter().filter(|(of, ..)| of == operation);
        let (_, first, _) = lists.next()?;
        let mut list = words(first, operation, owned, roles);
        for (_, who, place) in lists {
            let other = words(who, operation, owned, roles);
            let both = narrower(&list, &other);
            if both.is_empty() {
                let why = "of which two endpoints say different things, so that nobody may";
                left.push(format!("who may {operation}, {why} ({place})"));
                return Some(vec!["nobody".to_owned()]);
            }
            list = both;
        }
        Some(list)
    }
}

impl Rights {
    /// What the engine does anyway need not be said.
    fn without_defaults(&mut self, owned: bool) {
        let (read, write) = if owned { ("owner", "owner") } else { ("signed_in", "role:admin") };
        let create = if owned { "signed_in" } else { "role:admin" };
        let update = self.update.clone().unwrap_or_else(|| vec![write.to_owned()]);
        let same = |list: &Option<Vec<String>>, word: &str| list.as_ref().is_some_and(|list| list.as_slice() == [word]);
        for (list, word) in
            [(&mut self.read, read), (&mut self.create, create), (&mut self.update, write), (&mut self.delete, write)]
        {
            if same(list, word) {
                *list = None;
            }
        }
        self.actions.retain(|(_, list)| *list != update);
    }
}

/// Who may, as the blueprint says it. Where something is said and none of it is known, nobody may: a default may give more.
fn words(who: &Who, operation: &str, owned: bool, roles: &mut Vec<String>) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for (one, condition) in &who.ones {
        let word = match one {
            One::Nobody | One::NoSignIn => "nobody".to_owned(),
            One::Anyone => "anyone".to_owned(),
            One::SignedIn => "signed_in".to_owned(),
            // Of an owner's rows somebody who is signed in reaches his own.
            One::Token if owned && operation != "create" => "owner".to_owned(),
            One::Token => "signed_in".to_owned(),
            One::Owner if operation == "create" => "signed_in".to_owned(),
            One::Owner => "owner".to_owned(),
            One::Role(role) => {
                if role != "admin" && !roles.contains(role) {
                    roles.push(role.clone());
                }
                format!("role:{role}")
            }
        };
        let word = match (condition, word.as_str()) {
            (Some(condition), "signed_in") => format!("{{ when = {} }}", quote(condition)),
            (Some(condition), _) => format!("{{ who = {}, when = {} }}", quote(&word), quote(condition)),
            (None, _) => word,
        };
        if !list.contains(&word) {
            list.push(word);
        }
    }
    if list.len() > 1 {
        list.retain(|word| word != "nobody");
    }
    if list.is_empty() {
        list.push("nobody".to_owned());
    }
    list
}

/// A list of rules in TOML.
pub(super) fn toml(who: &Who, roles: &mut Vec<String>) -> String {
    crate::toml::rules(&words(who, "read", true, roles))
}

/// What two lists both give.
fn narrower(one: &[String], other: &[String]) -> Vec<String> {
    let mut both: Vec<String> = one.iter().filter(|word| covers(other, word)).cloned().collect();
    let more: Vec<String> = other.iter().filter(|word| covers(one, word) && !both.contains(word)).cloned().collect();
    both.extend(more);
    both
}

/// Whether a list gives all that a word gives.
fn covers(list: &[String], word: &str) -> bool {
    let has = |known: &str| list.iter().any(|one| one == known);
    // "{ who = "anyone", when … }"
    let strangers = word == "anyone" || word.starts_with("{ who = \"anyone\"");
    let of_owner = word == "owner" || word.starts_with("{ who = \"owner\"");
    has("anyone") || has(word) || has("signed_in") && !strangers || has("owner") && of_owner || word == "nobody"
}

/// Whoever changes or deletes must be able to read. Where it was said who does, he may read too; where it was not, nobody does
/// whom reading was not said of.
fn readable(draft: &mut Draft, name: &str, owned: bool, rights: &mut Rights) {
    let (reader, writer) = if owned { ("owner", "owner") } else { ("signed_in", "role:admin") };
    let read = rights.read.clone().unwrap_or_else(|| vec![reader.to_owned()]);
    let place = format!("/entity/{name}/access");
    let many = lemma::plural(name).replace('_', " ");
    let narrowed = read.iter().filter(|word| word.starts_with("role:")).cloned().collect::<Vec<_>>();
    let narrowed = if narrowed.is_empty() { vec!["nobody".to_owned()] } else { narrowed };
    for (list, verb) in [(&mut rights.update, "change"), (&mut rights.delete, "delete")] {
        if list.is_none() && !covers(&read, writer) {
            let text = format!("{} may {verb} {many}, because nobody else is said to read them", narrowed.join(", "));
            draft.note(place.clone(), text, "spec.writes", None, &["others too"]);
            *list = Some(narrowed.clone());
        }
    }
    let lists =
        [&rights.update, &rights.delete].into_iter().flatten().chain(rights.actions.iter().map(|(_, list)| list));
    // Of two conditions the engine sees which asks for more, when it loads the blueprint.
    let lacks = lists.flatten().filter(|word| !word.starts_with('{') && !covers(&read, word));
    let mut added: Vec<String> = Vec::new();
    for word in lacks {
        if !added.contains(word) {
            added.push(word.clone());
        }
    }
    if added.is_empty() {
        return;
    }
    let text = format!("{} may read {many} too, because they change or delete them", added.join(", "));
    draft.note(format!("{place}/read"), text, "spec.reads", None, &["nobody of them changes any"]);
    let mut list: Vec<String> = read.into_iter().filter(|word| word != "nobody").collect();
    list.extend(added);
    rights.read = Some(list);
}
