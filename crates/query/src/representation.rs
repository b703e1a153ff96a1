//! What is shown of a row: `fields` picks attributes, `expand` adds the rows that its references lead to.

use blueprint::{Blueprint, Entity};

use crate::View;
use crate::attribute::Attribute;
use crate::reference::{Reference, perhaps, references};
use crate::request::Bad;

/// References that one expansion follows in a row at most.
pub const MAX_DEPTH: usize = 2;
/// Expansions of each row at most.
pub const MAX_EXPANSIONS: usize = 10;

/// What is shown of a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Representation {
    /// Which attributes; `None` shows all.
    pub fields: Option<Vec<Attribute>>,
    /// Which other rows are added.
    pub expand: Vec<Expansion>,
}

/// A row that is added to the one that refers to it, or the rows that it is linked to.
#[derive(Debug, Clone, PartialEq)]
pub struct Expansion {
    /// The reference that leads to it.
    pub reference: Reference,
    /// What is added to it in turn.
    pub expand: Vec<Expansion>,
}

impl Representation {
    /// Reads the decoded parameters of one row.
    ///
    /// # Errors
    /// The first parameter that is unknown, repeated or not valid.
    pub fn parse(blueprint: &Blueprint, view: &View, parameters: &[(String, String)]) -> Result<Representation, Bad> {
        let mut representation = Representation::default();
        for (place, (name, text)) in parameters.iter().enumerate() {
            if parameters[..place].iter().any(|(before, _)| before == name) {
                return Err(Bad::parameter(name, "repeated", "is given twice"));
            }
            if !representation.read(blueprint, view, name, text)? {
                let detail = perhaps("is not a parameter of this path".to_owned(), name, ["fields", "expand"]);
                return Err(Bad::parameter(name, "unknown", detail));
            }
        }
        Ok(representation)
    }

    /// Reads one parameter; says whether it is about what is shown.
    pub(crate) fn read(&mut self, blueprint: &Blueprint, view: &View, name: &str, text: &str) -> Result<bool, Bad> {
        match name {
            "fields" => self.fields = Some(fields(view, text)?),
            "expand" => self.expand = expand(blueprint, view, text)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether it is the row itself, all of it and nothing else: what an `ETag` speaks of.
    pub fn is_plain(&self) -> bool {
        self.fields.is_none() && self.expand.is_empty()
    }

    /// The attributes of the row itself.
    pub(crate) fn attributes(&self, view: &View) -> Vec<Attribute> {
        self.fields.clone().unwrap_or_else(|| view.visible())
    }

    /// Whether anything that it may show is marked `sensitive`.
    pub fn is_sensitive(&self, blueprint: &Blueprint, entity: &Entity) -> bool {
        sensitive(blueprint, entity, &self.expand)
    }

    /// Whether sets of rows are added, which may be large.
    pub(crate) fn adds_many(&self) -> bool {
        many(&self.expand)
    }

    /// How many expansions there are of each row.
    pub(crate) fn added(&self) -> usize {
        count(&self.expand)
    }
}

fn sensitive(blueprint: &Blueprint, entity: &Entity, expand: &[Expansion]) -> bool {
    let beyond = |expansion: &Expansion| {
        let target = expansion.reference.entity(entity);
        target.is_some_and(|target| sensitive(blueprint, blueprint.entity(target), &expansion.expand))
    };
    entity.fields.iter().any(|field| field.sensitive && !field.hidden) || expand.iter().any(beyond)
}

fn count(expand: &[Expansion]) -> usize {
    expand.iter().map(|expansion| 1 + count(&expansion.expand)).sum()
}

fn many(expand: &[Expansion]) -> bool {
    expand.iter().any(|each| matches!(each.reference, Reference::Link(_)) || many(&each.expand))
}

fn fields(view: &View, text: &str) -> Result<Vec<Attribute>, Bad> {
    let entity = view.entity;
    let mut found: Vec<Attribute> = Vec::new();
    for name in text.split(',') {
        let attribute = view.find(name).ok_or_else(|| {
            let visible = view.visible();
            let names = visible.iter().map(|attribute| attribute.column(entity));
            let detail = perhaps(format!("`{name}` is not a field of {}", entity.name), name, names);
            Bad::parameter("fields", "value", detail)
        })?;
        if found.contains(&attribute) {
            return Err(Bad::parameter("fields", "repeated", format!("names `{name}` twice")));
        }
        found.push(attribute);
    }
    Ok(found)
}

/// Reads `expand=prospect,prospect.company`. The second alone says the first too.
fn expand(blueprint: &Blueprint, view: &View, text: &str) -> Result<Vec<Expansion>, Bad> {
    let mut found = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for word in text.split(',') {
        if seen.contains(&word) {
            return Err(Bad::parameter("expand", "repeated", format!("names `{word}` twice")));
        }
        seen.push(word);
        let names: Vec<&str> = word.split('.').collect();
        if names.len() > MAX_DEPTH {
            let detail = format!("`{word}` follows more than {MAX_DEPTH} references");
            return Err(Bad::parameter("expand", "limit", detail));
        }
        add(blueprint, view, &mut found, &names)?;
        if count(&found) > MAX_EXPANSIONS {
            let detail = format!("adds more than {MAX_EXPANSIONS} rows to each row");
            return Err(Bad::parameter("expand", "limit", detail));
        }
    }
    Ok(found)
}

fn add(blueprint: &Blueprint, view: &View, found: &mut Vec<Expansion>, names: &[&str]) -> Result<(), Bad> {
    let entity = view.entity;
    let Some((name, rest)) = names.split_first() else { return Ok(()) };
    let reference = Reference::find(view, name).ok_or_else(|| {
        let ways = references(view);
        let names = ways.iter().map(|way| way.name(entity));
        let detail = perhaps(format!("`{name}` is not a reference of {}", entity.name), name, names);
        Bad::parameter("expand", "value", detail)
    })?;
    let place = found.iter().position(|expansion| expansion.reference == reference).unwrap_or_else(|| {
        found.push(Expansion { reference, expand: Vec::new() });
        found.len() - 1
    });
    match (reference.entity(entity), rest) {
        (_, []) => return Ok(()),
        (Some(target), rest) => add(blueprint, &view.at(blueprint.entity(target)), &mut found[place].expand, rest)?,
        (None, _) => {
            let detail = format!("`{name}` leads to a user, who refers to nothing");
            return Err(Bad::parameter("expand", "value", detail));
        }
    }
    // Many rows with many rows each are no longer a part of one row.
    let is_many = |reference: Reference| matches!(reference, Reference::Link(_));
    if is_many(reference) && found[place].expand.iter().any(|beyond| is_many(beyond.reference)) {
        let detail = format!("`{}` leads to many rows, each with many more", names.join("."));
        return Err(Bad::parameter("expand", "limit", detail));
    }
    Ok(())
}
