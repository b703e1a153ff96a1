//! What words may have meant that name nothing here: a name that something had before, or one that is a slip away.

use super::places::Places;
use crate::lemma::singular;
use crate::spelling::slips;

/// A name of before in these words, and what is called so now: not one that something else has today.
pub(super) fn former(words: &[String], places: &Places) -> Option<(String, String)> {
    let entities = places.entities.iter().flat_map(|one| one.former.0.iter().map(|old| (old, &one.name)));
    let fields = places.entities.iter().flat_map(|one| &one.fields);
    let fields = fields.flat_map(|field| field.former.iter().map(move |old| (old, &field.name)));
    let says = |old: &str| {
        let old: Vec<&str> = old.split(['_', '-']).collect();
        words.windows(old.len()).any(|said| said.iter().zip(&old).all(|(one, part)| same(one, part)))
            || words.iter().any(|word| same(&word.replace('-', "_"), &old.join("_")))
    };
    let mut all = entities.chain(fields).filter(|(old, _)| !is_name(old, places) && says(old));
    all.next().map(|(old, new)| (old.clone(), new.clone()))
}

/// A name that something has which something else says it had before: such a blueprint does not load.
pub(super) fn taken(places: &Places) -> Option<(String, String)> {
    let entities = || places.entities.iter();
    let of_entity = entities().find_map(|one| {
        let old = one.former.0.iter().find(|old| entities().any(|other| other.name == **old))?;
        Some((old.clone(), one.name.clone()))
    });
    let of_field = |one: &super::places::Entity| {
        one.fields.iter().find_map(|field| {
            let old = field.former.iter().find(|old| one.fields.iter().any(|other| other.name == **old))?;
            Some((old.clone(), field.name.clone()))
        })
    };
    of_entity.or_else(|| entities().find_map(of_field))
}

/// What `blueprint` keeps for columns and parameters of its own.
const RESERVED: &str = "limit sort cursor q count fields expand id user_id team_id created_at updated_at";

/// A field of a later text whose name is none that a field can have.
pub(super) fn reserved(before: &Places, after: &Places) -> Option<String> {
    let has = |places: &Places, name: &str| {
        places.entities.iter().any(|one| one.fields.iter().any(|field| field.name == name))
    };
    let mut names = after.entities.iter().flat_map(|one| &one.fields).map(|field| &field.name);
    names.find(|name| crate::lexicon::has(RESERVED, name) && !has(before, name)).cloned()
}

/// A field of a later text that is called like a wish: "drop_grade" of "students: add a phone, drop grade".
pub(super) fn wish_as_name(before: &Places, after: &Places) -> Option<String> {
    const WISHES: &[&str] = &["drop_", "remove_", "delete_", "rename_", "make_", "add_", "action_"];
    let has = |places: &Places, name: &str| {
        places.entities.iter().any(|one| one.fields.iter().any(|field| field.name == name))
    };
    let mut names = after.entities.iter().flat_map(|one| &one.fields).map(|field| &field.name);
    names.find(|name| WISHES.iter().any(|start| name.starts_with(start)) && !has(before, name)).cloned()
}

/// What a name that is there may be meant by one that is not.
pub(super) fn near(wanted: &str, places: &Places) -> Option<String> {
    let wanted = singular(&wanted.replace('-', "_"));
    let length = wanted.chars().count();
    let most = if length < 8 { 1 } else { 2 };
    if length < 4 || !wanted.is_ascii() || is_name(&wanted, places) {
        return None;
    }
    let entities = places.entities.iter().map(|one| &one.name);
    let fields = places.entities.iter().flat_map(|one| one.fields.iter().map(|field| &field.name));
    let names = entities.chain(fields).chain(&places.roles).chain(&places.integrations);
    let close = names.filter_map(|name| {
        let slips = slips(&wanted, &singular(name));
        (slips > 0 && slips <= most && name.chars().count() > 3).then_some((slips, name))
    });
    close.min_by_key(|(slips, _)| *slips).map(|(_, name)| name.clone())
}

/// What has a name: records first, for they are what most people mean.
pub(super) fn all(places: &Places) -> Vec<&str> {
    let fields = places.entities.iter().flat_map(|one| &one.fields).map(|field| field.name.as_str());
    let mut names: Vec<&str> = places.entities.iter().map(|one| one.name.as_str()).chain(fields).collect();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(*name));
    names
}

/// Whether a record is named.
pub(super) fn any(words: &[String], places: &Places) -> bool {
    words.iter().any(|word| places.entities.iter().any(|one| one.name.split('_').any(|part| same(word, part))))
}

/// A word of a wish that may be a slip of a name: "prospcts".
pub(super) fn misspelt(words: &[String], places: &Places) -> Option<(String, String)> {
    let unknown = |word: &&String| {
        word.chars().count() > 4
            && word.chars().all(char::is_alphabetic)
            && !crate::lexicon::words::is_function_word(word)
    };
    // What is named rightly beside it was not meant.
    let named = |name: &String| words.iter().any(|word| same(word, name));
    words.iter().filter(unknown).find_map(|word| Some((word.clone(), near(word, places).filter(|name| !named(name))?)))
}

/// A word that may be a slip of one that wishes are made of: "optonal", "renmae".
pub(super) fn misspelt_command<'w>(words: &'w [String], places: &Places) -> Option<(&'w str, &'static str)> {
    const COMMANDS: &str = "rename remove delete require required optional unique default values change replace instead between characters \
        longer searchable sortable hidden public private registration invite";
    let known = |word: &str| {
        crate::lexicon::words::is_function_word(word) || crate::lexicon::has(COMMANDS, word) || is_name(word, places)
    };
    words.iter().filter(|word| word.len() > 4 && word.is_ascii() && !known(word)).find_map(|word| {
        let most = if word.len() < 7 { 1 } else { 2 };
        let near =
            COMMANDS.split_ascii_whitespace().map(|one| (slips(word, one), one)).filter(|(slips, _)| *slips <= most);
        near.min_by_key(|(slips, _)| *slips).map(|(_, one)| (word.as_str(), one))
    })
}

/// "there is no record `prospct`; perhaps you mean `prospect`".
pub(super) fn no_record(words: &[String], places: &Places) -> String {
    let one = super::said::one(words);
    // "a won lead": some of them.
    let some = words.split_last().and_then(|(last, before)| {
        let entity = places.entity(std::slice::from_ref(last))?;
        let value = super::said::name(before);
        entity.fields.iter().find(|field| field.values.items.contains(&value)).map(|field| (field, value))
    });
    if let Some((field, value)) = some {
        return format!(
            "there is no record `{one}`; who may do what with some of them only is for you to write: `{{ when = \"{} = '{value}'\" }}` \
             in the rule (docs/rules.md)",
            field.name
        );
    }
    match near(&one, places) {
        Some(near) => format!("there is no record `{one}`; perhaps you mean `{near}`"),
        None => format!("there is no record `{one}`"),
    }
}

fn same(said: &str, part: &str) -> bool {
    said == part || singular(said) == singular(part)
}

fn is_name(name: &str, places: &Places) -> bool {
    let fields = || places.entities.iter().flat_map(|one| &one.fields);
    places.entities.iter().any(|one| same(&one.name, name)) || fields().any(|field| same(&field.name, name))
}
