//! Where the words of a blueprint stand, as far as wishes touch them.

use std::ops::Range;

use super::lists::Listed;
use super::names;
use super::said;
use crate::lexicon::archetypes;

/// A field: `phone = { type = "phone" }`.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub name: String,
    pub kind: String,
    pub key: Range<usize>,
    pub value: Range<usize>,
    /// Of an enum.
    pub values: Listed,
    pub to: Option<(String, Range<usize>)>,
    /// Names that it had before.
    pub former: Vec<String>,
    pub flags: Vec<(String, Range<usize>, Range<usize>)>,
    /// A default as it is written.
    pub default: Option<String>,
}

impl Field {
    /// Where the value of a word stands.
    pub(super) fn word(&self, name: &str) -> Option<Range<usize>> {
        self.flags.iter().find(|(word, ..)| word == name).map(|(_, _, value)| value.clone())
    }
}

/// A list of who may do something.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub operation: String,
    /// Its words; none where it holds more than words.
    pub words: Option<Listed>,
}

/// A kind of record.
#[derive(Clone, Debug)]
pub(super) struct Entity {
    pub name: String,
    pub owned: bool,
    /// Whether what is deleted is kept, where that is written.
    pub trash: Option<bool>,
    /// Names that it had before, and where they stand.
    pub former: (Vec<String>, Option<Range<usize>>),
    pub fields: Vec<Field>,
    pub rules: Vec<Rule>,
    pub actions: Vec<String>,
    /// What they call: an action, `billing.charge`.
    pub calls: Vec<(String, String)>,
    /// Where names of fields stand in actions and conditions: a name alone, or a condition.
    pub uses: Vec<(Range<usize>, String)>,
    pub conditions: Vec<(Range<usize>, String)>,
}

/// A blueprint.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pub entities: Vec<Entity>,
    pub roles: Vec<String>,
    pub roles_at: Option<Listed>,
    pub integrations: Vec<String>,
    /// Who may make an account, where that is written.
    pub sign_up: Option<(Range<usize>, String)>,
    /// Name, place of `on` with its text, `do`.
    pub automations: Vec<Automation>,
    /// Lines that open a section: `entity.lead.field`, from the start of the line.
    pub sections: Vec<Section>,
    /// The text itself.
    pub source: String,
}

/// A section and its lines.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub name: String,
    /// The line `[name]`, without its end.
    pub header: Range<usize>,
    /// After its last line that is neither empty nor a comment.
    pub end: usize,
    /// Where what belongs to the next section begins.
    pub next: usize,
}

/// Something that happens by itself.
#[derive(Clone, Debug)]
pub(super) struct Automation {
    pub name: String,
    pub on: Option<(Range<usize>, String)>,
    /// When, where it goes by the clock.
    pub every: Option<String>,
    pub every_at: Option<Range<usize>>,
    pub action: String,
}

impl Places {
    pub(super) fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// The entity that words name, in its own word or in one that means the same.
    pub(super) fn entity(&self, words: &[String]) -> Option<&Entity> {
        let (one, plain) = (said::one(words), said::name(words));
        let exact = self.entities.iter().find(|entity| entity.name == one || entity.name == plain);
        exact.or_else(|| {
            let mut alike = self.entities.iter().filter(|entity| archetypes::same(&entity.name, &one));
            alike.next().filter(|_| alike.next().is_none())
        })
    }

    /// The one field that is new or another one in a later text, as one would say it.
    pub(super) fn the_changed_field(&self, after: &Places) -> Option<String> {
        let text = |places: &Places, field: &Field| {
            (field.name.clone(), places.source.get(field.value.clone()).unwrap_or("").to_owned())
        };
        let old = |entity: &str| self.entities.iter().find(|one| one.name == entity);
        let mut changed = after.entities.iter().flat_map(|one| {
            let was: Vec<_> =
                old(&one.name).into_iter().flat_map(|was| &was.fields).map(|field| text(self, field)).collect();
            one.fields.iter().filter(move |field| !was.contains(&text(after, field))).map(move |field| (one, field))
        });
        let (entity, field) = changed.next()?;
        changed
            .next()
            .is_none()
            .then(|| format!("{} of {}", field.name.replace('_', " "), entity.name.replace('_', " ")))
    }

    /// The one field that words name among others: of the record that they name too, where several have it.
    pub(super) fn the_named_field(&self, words: &[String]) -> Option<String> {
        let says = |name: &str| {
            let parts: Vec<&str> = name.split('_').collect();
            words.windows(parts.len()).any(|some| {
                some.iter().zip(&parts).all(|(word, part)| crate::lemma::singular(word) == crate::lemma::singular(part))
            })
        };
        let fields = self.entities.iter().flat_map(|one| one.fields.iter().map(move |field| (one, field)));
        let found: Vec<(&Entity, &Field)> = fields.filter(|(_, field)| says(&field.name)).collect();
        let of_named = || found.iter().filter(|(entity, _)| says(&entity.name)).collect::<Vec<_>>();
        let (entity, field) = match (found.as_slice(), of_named().as_slice()) {
            ([one], _) => *one,
            (_, [one]) => **one,
            _ => return None,
        };
        Some(format!("{} of {}", field.name.replace('_', " "), entity.name.replace('_', " ")))
    }

    /// The one record that words name among others, as one would say several of it.
    pub(super) fn the_named_record(&self, words: &[String]) -> Option<String> {
        let says = |name: &str| {
            let parts: Vec<&str> = name.split('_').collect();
            let same = |(word, part): (&String, &&str)| crate::lemma::singular(word) == **part;
            words.windows(parts.len()).any(|some| some.iter().zip(&parts).all(same))
        };
        let mut named = self.entities.iter().filter(|one| says(&one.name));
        let one = named.next()?;
        named.next().is_none().then(|| crate::lemma::plural(&one.name.replace('_', " ")))
    }

    /// The entities that words name: "patients, dentists and appointments". None where one of them is unknown.
    pub(super) fn several(&self, words: &[String]) -> Option<Vec<&Entity>> {
        if let Some(one) = self.entity(words) {
            return Some(vec![one]);
        }
        let (mut at, mut found) = (0, Vec::new());
        while let Some(word) = words.get(at) {
            if matches!(word.as_str(), "and" | "or" | "nor") || said::name(std::slice::from_ref(word)).is_empty() {
                at += 1;
                continue;
            }
            let named = |end: &usize| words.get(at..*end).and_then(|words| self.entity(words));
            let end = (at + 1..=words.len()).rev().find(|end| named(end).is_some())?;
            found.extend(named(&end).filter(|one| found.iter().all(|other: &&Entity| other.name != one.name)));
            at = end;
        }
        (!found.is_empty()).then_some(found)
    }

    /// The field that words name, of an entity if one is named, else of the only one that has it.
    pub(super) fn field(&self, words: &[String]) -> Result<(&Entity, &Field), String> {
        // A field whose name has such a word in it: "born on".
        let whole = said::name(words);
        let exact = self.entities.iter().flat_map(|one| one.fields.iter().map(move |field| (one, field)));
        let exact: Vec<(&Entity, &Field)> =
            exact.filter(|(_, field)| field.name == whole && whole.contains('_')).collect();
        if let [one] = exact.as_slice() {
            return Ok(*one);
        }
        // "the phone of leads", "the lead's phone", "lead phone".
        let is_of = |word: &String| matches!(word.as_str(), "of" | "on" | "in" | "from" | "for");
        // "born on of patients": the one before a record.
        let before = |at: &usize| {
            words.get(*at).is_some_and(is_of) && words.get(at + 1..).is_some_and(|rest| self.entity(rest).is_some())
        };
        let of = (0..words.len()).find(before).or_else(|| words.iter().position(is_of));
        let genitive = words.iter().position(|word| word == "'s");
        let (owner, name) = match (of, genitive) {
            (_, Some(at)) => (words.get(..at), words.get(at + 1..).unwrap_or(&[])),
            (Some(at), _) => (words.get(at + 1..), words.get(..at).unwrap_or(&[])),
            _ => (None, words),
        };
        let wanted = said::name(name);
        if matches!(wanted.as_str(), "it" | "them" | "this" | "that" | "these" | "those" | "they") {
            return Err(format!("what is `{wanted}`? name the field"));
        }
        let named = owner.filter(|owner| !owner.is_empty());
        let entity = named.and_then(|words| self.entity(words));
        if let (Some(owner), None) = (named, entity) {
            return Err(names::no_record(owner, self));
        }
        // "the color" is the field `colour`.
        let american = |name: &str| name.split('_').map(crate::lemma::american).collect::<Vec<_>>().join("_");
        let plain_name = |name: &str| american(&crate::lemma::singular(name));
        let fits = |field: &&Field| field.name == wanted || plain_name(&field.name) == plain_name(&wanted);
        let among = self.entities.iter().filter(|one| entity.is_none_or(|entity| entity.name == one.name));
        let mut found: Vec<(&Entity, &Field)> =
            among.flat_map(|one| one.fields.iter().filter(fits).map(move |field| (one, field))).collect();
        if found.is_empty() {
            // "the email address", "the telephone number" are `email` and `phone`.
            let plain = plain(&wanted);
            let among = self.entities.iter().filter(|one| entity.is_none_or(|entity| entity.name == one.name));
            let same = |field: &&Field| plain.is_some_and(|plain| field.name == plain);
            found.extend(among.flat_map(|one| one.fields.iter().filter(same).map(move |field| (one, field))));
        }
        if found.is_empty() && entity.is_none() {
            // "lead phone".
            let split = (1..name.len()).find_map(|at| {
                let (owner, rest) = name.split_at_checked(at)?;
                let owner = self.entity(owner)?;
                Some((owner, owner.fields.iter().find(|field| field.name == said::name(rest))?))
            });
            found.extend(split);
        }
        match found.as_slice() {
            [one] => Ok(*one),
            [] if entity.is_none() && self.entities.iter().any(|one| one.name == said::one(name)) => Err(format!(
                "`{wanted}` is a record: say which of its fields, as in \"the name of {}\"",
                wanted.replace('_', " ")
            )),
            [] => {
                let near = |field: &&Field| field.name.split('_').any(|part| part == wanted);
                let all = self.entities.iter().filter(|one| entity.is_none_or(|entity| entity.name == one.name));
                let near: Vec<&str> =
                    all.flat_map(|one| &one.fields).filter(near).map(|field| field.name.as_str()).collect();
                let near = if near.is_empty() {
                    names::near(&wanted, self).into_iter().collect()
                } else {
                    near.into_iter().map(str::to_owned).collect::<Vec<_>>()
                };
                let hint = if near.is_empty() {
                    String::new()
                } else {
                    format!("; perhaps you mean `{}`", near.join("` or `"))
                };
                Err(format!("there is no field `{wanted}`{hint}"))
            }
            several => {
                let owners: Vec<&str> = several.iter().map(|(entity, _)| entity.name.as_str()).collect();
                Err(format!(
                    "`{wanted}` is a field of {}: say of which, as in \"{wanted} of {}\"",
                    owners.join(" and of "),
                    owners.first().unwrap_or(&"")
                ))
            }
        }
    }
}

/// The plain word for an address or a number that people say more of.
fn plain(name: &str) -> Option<&'static str> {
    Some(match name {
        "email_address" | "e_mail_address" | "e_mail" | "email_addresses" | "e_mails" | "mail_address" => "email",
        "phone_number" | "telephone_number" | "telephone" | "phone_numbers" => "phone",
        _ => return None,
    })
}
