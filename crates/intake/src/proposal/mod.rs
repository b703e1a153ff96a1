//! What another reader of the same request proposes, and what is made of it.
//!
//! Every proposed thing has to quote the words that it was read from. What is grounded so becomes facts beside those of
//! the rules, and the same decisions are taken on all of them: nothing proposed reaches the blueprint in another way, and
//! who may do what is read by the rules alone. Who the other reader is and how it is asked is none of intake's business.

mod automations;
mod evidence;
mod ground;
mod quotes;

use serde::{Deserialize, Deserializer};

use crate::draft::{Automation, Draft, Relation, RelationKind, Trigger};
use crate::lemma;
use crate::lexicon::fields::FieldType;
use crate::reading::Reading;
use crate::tokens::Span;

pub(crate) use automations::add as automate;
pub(crate) use evidence::{FIELD, weigh};

/// More than this is no reading of twenty thousand bytes.
const MOST_ITEMS: usize = 1_000;

/// What another reader found. Missing lists are empty ones.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Proposal {
    /// The kinds of record.
    pub entities: Vec<ProposedEntity>,
    /// How they hang together.
    #[serde(default, deserialize_with = "or_empty")]
    pub relations: Vec<ProposedRelation>,
    /// Services outside.
    #[serde(default, deserialize_with = "or_empty")]
    pub integrations: Vec<ProposedIntegration>,
    /// What happens by itself.
    #[serde(default, deserialize_with = "or_empty")]
    pub automations: Vec<ProposedAutomation>,
}

/// A kind of record.
#[derive(Clone, Debug, Deserialize)]
pub struct ProposedEntity {
    /// Singular.
    pub name: String,
    /// Word for word from the request.
    #[serde(default)]
    pub quote: String,
    /// What it holds.
    #[serde(default, deserialize_with = "or_empty")]
    pub fields: Vec<ProposedField>,
}

/// A field.
#[derive(Clone, Debug, Deserialize)]
pub struct ProposedField {
    /// Its name.
    pub name: String,
    /// A type of the blueprint, or a word for one.
    #[serde(rename = "type", default, deserialize_with = "or_empty")]
    pub kind: String,
    /// Of an enum.
    #[serde(default, deserialize_with = "or_empty")]
    pub values: Vec<String>,
    /// Word for word from the request.
    #[serde(default)]
    pub quote: String,
}

/// Two kinds of record that hang together.
#[derive(Clone, Debug, Deserialize)]
pub struct ProposedRelation {
    /// The one side.
    pub from: String,
    /// The many side.
    pub to: String,
    /// `one_to_many` or `many_to_many`.
    #[serde(default, deserialize_with = "or_empty")]
    pub kind: String,
    /// Word for word from the request.
    #[serde(default)]
    pub quote: String,
}

/// A service outside.
#[derive(Clone, Debug, Deserialize)]
pub struct ProposedIntegration {
    /// One of [`crate::categories`].
    pub category: String,
    /// Word for word from the request.
    #[serde(default)]
    pub quote: String,
}

/// Something that happens by itself.
#[derive(Clone, Debug, Deserialize)]
pub struct ProposedAutomation {
    /// `created`, `changed`, `deleted` or `schedule`.
    pub when: String,
    /// Of which record; empty for a schedule.
    #[serde(default, deserialize_with = "or_empty")]
    pub entity: String,
    /// Which field changes; empty for any.
    #[serde(default, deserialize_with = "or_empty")]
    pub field: String,
    /// To which value; empty for any.
    #[serde(default, deserialize_with = "or_empty")]
    pub value: String,
    /// Five fields of cron, of a schedule.
    #[serde(default, deserialize_with = "or_empty")]
    pub cron: String,
    /// The category of the integration that does it.
    #[serde(rename = "do", default, deserialize_with = "or_empty")]
    pub action: String,
    /// Word for word from the request.
    #[serde(default)]
    pub quote: String,
}

/// `null` is written where nothing is meant.
fn or_empty<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

/// A request read by the rules and by somebody else.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The reading of both.
    pub reading: Reading,
    /// What the rules alone had not found: `kayak`, `kayak.price`, `rental of kayak`, `sms when rental created`.
    pub added: Vec<String>,
    /// What was proposed and not taken, each with why.
    pub left_out: Vec<String>,
    /// What was proposed in another form than the blueprint has, and put right.
    pub repaired: Vec<String>,
}

/// What became of the items, as it is found out.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub left_out: Vec<String>,
    pub repaired: Vec<String>,
}

impl Proposal {
    fn items(&self) -> usize {
        let fields: usize = self.entities.iter().map(|entity| entity.fields.len()).sum();
        self.entities.len() + fields + self.relations.len() + self.integrations.len() + self.automations.len()
    }

    fn too_long(&self) -> Option<String> {
        (self.items() > MOST_ITEMS).then(|| format!("{} items are too many; name at most {MOST_ITEMS}", self.items()))
    }
}

/// What one draft has and the other has not: records, fields, services, relations and automations.
pub(crate) fn difference(draft: &Draft, before: &Draft) -> Vec<String> {
    let mut added = Vec::new();
    for entity in draft.entities.iter().filter(|entity| !entity.join) {
        let known = before.entity(&entity.name);
        if known.is_none() {
            added.push(entity.name.clone());
        }
        let new = |field: &&crate::draft::Field| known.is_none_or(|known| known.field(&field.name).is_none());
        // References are told as relations.
        let own = |field: &&crate::draft::Field| !field.assumed && field.kind != FieldType::Reference;
        let fields = entity.fields.iter().filter(new).filter(own);
        added.extend(fields.map(|field| format!("{}.{}", entity.name, field.name)));
    }
    let services = draft.integrations.iter().map(|used| used.category);
    added.extend(
        services.filter(|name| before.integrations.iter().all(|used| used.category != *name)).map(str::to_owned),
    );
    let ties = draft.relations.iter().filter(|relation| !relation.assumed);
    let new = |relation: &&Relation| {
        !before.relations.iter().any(|known| {
            known.kind == relation.kind && known.from == relation.from && known.to == relation.to
                || relation.kind == RelationKind::ManyToMany
                    && known.kind == relation.kind
                    && known.from == relation.to
                    && known.to == relation.from
        })
    };
    added.extend(ties.filter(new).map(|relation| match relation.kind {
        RelationKind::OneToMany => format!("{} of {}", relation.to, relation.from),
        RelationKind::ManyToMany => format!("{} and {}, many to many", relation.from, relation.to),
    }));
    let known = |new: &Automation| {
        before.automations.iter().any(|known| known.action == new.action && known.trigger == new.trigger)
    };
    added.extend(draft.automations.iter().filter(|one| !known(one)).map(|one| {
        let Trigger { kind, entity, field, value, cron, .. } = &one.trigger;
        if let Some(cron) = cron {
            return format!("{} every {cron}", one.action);
        }
        let of = [entity, field, value].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        format!("{} when {} {kind}", one.action, of).replace("  ", " ")
    }));
    added
}

/// Tells where the rights, which are read by the rules, came out otherwise because of the records that a model added or
/// left out.
pub(crate) fn note_rights(draft: &mut Draft, before: &Draft) {
    let mut notes = Vec::new();
    if draft.sign_up_invited != before.sign_up_invited {
        let (now, was) = if draft.sign_up_invited {
            ("by invitation only", "open to anyone")
        } else {
            ("open to anyone", "by invitation only")
        };
        let text = format!("accounts are {now}; with the records that the rules alone found they would be {was}");
        notes.push(("/auth/sign_up".to_owned(), text));
    }
    for entity in draft.entities.iter().filter(|entity| !entity.join) {
        let Some(known) = before.entity(&entity.name) else { continue };
        let (now, was) = (rights(entity), rights(known));
        if now != was {
            let many = lemma::plural(&entity.name).replace('_', " ");
            let text = format!(
                "{many} have the rights {now}; with the records that the rules alone found they would have {was}"
            );
            notes.push((format!("/entity/{}/access", entity.name), text));
        }
    }
    for (what, text) in notes {
        draft.note(what, text, "model.rights", None, &["the rights of the rules alone"]);
    }
}

/// The lists of an entity in one line, defaults among them.
fn rights(entity: &crate::draft::Entity) -> String {
    let (reader, creator, writer) =
        if entity.owned { ("owner", "signed_in", "owner") } else { ("signed_in", "role:admin", "role:admin") };
    let lists = [
        ("read", &entity.rights.read, reader),
        ("create", &entity.rights.create, creator),
        ("update", &entity.rights.update, writer),
        ("delete", &entity.rights.delete, writer),
    ];
    let line = |(operation, list, default): (&str, &Option<Vec<String>>, &str)| {
        let who = list.as_ref().map_or_else(|| default.to_owned(), |list| list.join("|"));
        format!("{operation} {who}")
    };
    lists.map(line).join(", ")
}

/// Tells what is there only because it was proposed, and what is gone because it was not.
pub(crate) fn note(draft: &mut Draft, before: &Draft, doubted: &[(String, Span)]) {
    let mut notes = Vec::new();
    for entity in draft.entities.iter().filter(|entity| !entity.join) {
        let record = lemma::with_article(&entity.name.replace('_', " "));
        let known = before.entity(&entity.name);
        let at = |grounds: &crate::draft::Grounds| grounds.spans.first().copied();
        if known.is_none() && entity.grounds.rules.contains(&evidence::ENTITY) {
            let text = format!("{record} is kept as a record, because the model read it so");
            notes.push((
                format!("/entity/{}", entity.name),
                text,
                evidence::ENTITY,
                at(&entity.grounds),
                "no such record",
            ));
        }
        for field in entity.fields.iter().filter(|field| field.grounds.rules.contains(&FIELD)) {
            if known.is_none_or(|known| known.field(&field.name).is_none()) {
                let text = format!("{record} has `{}`, because the model read it so", field.name);
                let what = format!("/entity/{}/field/{}", entity.name, field.name);
                notes.push((what, text, FIELD, at(&field.grounds), "no such field"));
            }
        }
    }
    for (name, span) in doubted.iter().filter(|(name, _)| draft.entity(name).is_none()) {
        let text = format!(
            "{} is not kept as a record: the rules were not sure, and the model did not name it",
            lemma::with_article(&name.replace('_', " "))
        );
        notes.push((format!("/entity/{name}"), text, evidence::LEFT_OUT, Some(*span), "a record of its own"));
    }
    for (what, text, why, span, otherwise) in notes {
        draft.note(what, text, why, span, &[otherwise]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::{Entity, Grounds, Rights};

    fn draft(names: &[&str], readers: Option<&str>, sign_up_invited: bool) -> Draft {
        let rights = Rights { read: readers.map(|who| vec![who.to_owned()]), ..Rights::default() };
        let entity = |name: &&str| Entity {
            name: (*name).to_owned(),
            audit_reads: false,
            said: Vec::new(),
            fields: Vec::new(),
            owned: readers.is_none(),
            rights: rights.clone(),
            setters: Vec::new(),
            actions: Vec::new(),
            assumed: false,
            join: false,
            grounds: Grounds::default(),
        };
        Draft { entities: names.iter().map(entity).collect(), sign_up_invited, ..Draft::default() }
    }

    #[test]
    fn rights_that_shift_with_the_records_of_a_model_are_told() {
        let mut after = draft(&["boat", "member"], Some("signed_in"), true);
        note_rights(&mut after, &draft(&["boat"], None, false));
        let told: Vec<(&str, &str)> = after.notes.iter().map(|note| (note.what.as_str(), note.text.as_str())).collect();
        assert_eq!(
            told,
            [
                (
                    "/auth/sign_up",
                    "accounts are by invitation only; with the records that the rules alone found they would be open to anyone"
                ),
                (
                    "/entity/boat/access",
                    "boats have the rights read signed_in, create role:admin, update role:admin, delete role:admin; with the \
                     records that the rules alone found they would have read owner, create signed_in, update owner, delete owner"
                ),
            ]
        );
        let mut same = draft(&["boat", "member"], None, false);
        note_rights(&mut same, &draft(&["boat"], None, false));
        assert!(same.notes.is_empty());
    }
}
