//! Proposed things as facts, for the same resolver that weighs those of the rules.
//!
//! What the rules are sure of stays, whatever was proposed; what they only guessed goes if it was not proposed too.

use std::collections::HashSet;

use super::ground::{Ground, Grounds, known, overlap, shortened};
use super::{Proposal, ProposedEntity, ProposedField, ProposedRelation, Told};
use crate::draft::{Draft, Entity, Field};
use crate::facts::{Evidence, Fact, Item, Thing};
use crate::kinds::{self, Kind};
use crate::lemma;
use crate::lexicon::fields::FieldType;
use crate::lexicon::integrations;
use crate::scene::Scene;
use crate::tokens::Span;

/// The rules behind proposed facts, as the evidence tells them.
pub(crate) const ENTITY: &str = "model.entity";
pub(crate) const FIELD: &str = "model.field";
pub(crate) const RELATION: &str = "model.relation";
pub(crate) const INTEGRATION: &str = "model.integration";
pub(crate) const LEFT_OUT: &str = "model.left_out";

const SURE: f64 = 2.4;
const LOOSE: f64 = 1.6;
/// Below 1.5 a relation is none that a record cannot be without.
const TIE: f64 = 1.4;
const MANY: f64 = 1.5;
/// Names of the engine's own.
const BUILT_IN: &str = "user users auth health admin anyone nobody public";
const KEPT_BY_ENGINE: &str = "id created_at updated_at";
/// If more of the records stand nowhere in the request, nothing of the reading can be trusted.
const MOST_UNGROUNDED: f64 = 0.25;
/// So many of the fields that the rules are sure of must have been seen too.
const LEAST_SHARE: f64 = 0.6;
const FEW: usize = 3;
/// Enough to see what is wrong.
const MOST_COMPLAINTS: usize = 12;

/// Facts of a proposal.
pub(crate) struct Weighed {
    pub evidence: Vec<Evidence>,
    /// What the rules alone had found and is not kept, each with its place.
    pub doubted: Vec<(String, Span)>,
}

struct Weigher<'s> {
    grounds: Grounds<'s>,
    scene: &'s Scene<'s>,
    rules: &'s Draft,
    evidence: Vec<Evidence>,
    /// Names of records that were proposed and are grounded, in the words of the draft.
    names: Vec<String>,
    /// Fields of the rules that were proposed too.
    seen: HashSet<(String, String)>,
    complaints: Vec<String>,
    told: &'s mut Told,
}

/// Weighs a proposal against the request and against what the rules made of it.
///
/// # Errors
/// It cannot be trusted: why, in words that help to do it better.
pub(crate) fn weigh(
    scene: &Scene<'_>,
    evidence: &[Evidence],
    rules: &Draft,
    proposal: &Proposal,
    told: &mut Told,
) -> Result<Weighed, Vec<String>> {
    if let Some(complaint) = proposal.too_long() {
        return Err(vec![complaint]);
    }
    if proposal.entities.is_empty() {
        return Err(vec!["`entities` is empty: name the kinds of record that the request wants kept".to_owned()]);
    }
    let quotes = quotes(proposal);
    let quotes: Vec<(&str, &str)> = quotes.iter().map(|(name, quote)| (name.as_str(), *quote)).collect();
    let grounds = Grounds::of(scene, evidence, &quotes);
    let (names, seen, complaints) = (Vec::new(), HashSet::new(), Vec::new());
    let mut weigher = Weigher { grounds, scene, rules, evidence: Vec::new(), names, seen, complaints, told };
    weigher.weigh(proposal)?;
    let doubted = weigher.doubted();
    Ok(Weighed { evidence: weigher.evidence, doubted })
}

fn quotes(proposal: &Proposal) -> Vec<(String, &str)> {
    let written = |name: &str| kinds::field_name(name).unwrap_or_default();
    let fields = proposal.entities.iter().flat_map(|entity| &entity.fields);
    let fields = fields.map(|field| (written(&field.name), field.quote.as_str()));
    let entity = |name: &str| kinds::entity_name(name).unwrap_or_default();
    let entities = proposal.entities.iter().map(|one| (entity(&one.name), one.quote.as_str()));
    let services = proposal.integrations.iter().map(|used| (written(&used.category), used.quote.as_str()));
    entities.chain(fields).chain(services).collect()
}

impl Weigher<'_> {
    fn weigh(&mut self, proposal: &Proposal) -> Result<(), Vec<String>> {
        let entities = proposal.entities.iter();
        let kept: Vec<(&ProposedEntity, String)> =
            entities.filter_map(|entity| Some((entity, self.entity(entity)?))).collect();
        let ungrounded = self.complaints.len() as f64;
        if kept.is_empty() || ungrounded > proposal.entities.len() as f64 * MOST_UNGROUNDED {
            return Err(self.complain("no record that was named stands in the request"));
        }
        for (entity, name) in &kept {
            entity.fields.iter().for_each(|field| self.field(name, field));
        }
        self.share_of_sure_fields()?;
        proposal.relations.iter().for_each(|relation| self.relation(relation));
        proposal.integrations.iter().for_each(|used| self.integration(&used.category, &used.quote));
        Ok(())
    }

    /// Who misses what is listed has not read well.
    fn share_of_sure_fields(&mut self) -> Result<(), Vec<String>> {
        let sure = sure_fields(self.rules);
        let missing: Vec<String> = sure
            .iter()
            .filter(|(entity, field)| !self.seen.contains(&(entity.name.clone(), field.name.clone())))
            .map(|(entity, field)| format!("{}.{}", entity.name, field.name))
            .collect();
        let seen = sure.len() - missing.len();
        if sure.len() < FEW || seen as f64 >= sure.len() as f64 * LEAST_SHARE {
            return Ok(());
        }
        let missing = shortened(&missing.join(", "));
        let complaint =
            format!("only {seen} of the {} fields that the request lists were named: not {missing}", sure.len());
        self.complaints.insert(0, complaint);
        Err(self.complain("fields are missing"))
    }

    fn complain(&mut self, otherwise: &str) -> Vec<String> {
        if self.complaints.is_empty() {
            self.complaints.push(otherwise.to_owned());
        }
        self.complaints.truncate(MOST_COMPLAINTS);
        std::mem::take(&mut self.complaints)
    }

    fn drop(&mut self, what: &str, why: &str) {
        self.told.left_out.push(format!("{what}: {why}"));
    }

    fn add(&mut self, fact: Fact, span: Span, weight: f64, rule: &'static str) {
        self.evidence.push(Evidence { fact, span, weight, rule });
    }

    /// The name that the record has in the draft, if it is grounded.
    fn entity(&mut self, entity: &ProposedEntity) -> Option<String> {
        let shown = shortened(&entity.name);
        let Some(name) = kinds::entity_name(&entity.name) else {
            self.complaints.push(format!("entity \"{shown}\": its name has to be snake_case in ASCII"));
            self.drop(&shown, "no name that the blueprint can have");
            return None;
        };
        if crate::lexicon::has(BUILT_IN, &name) {
            self.drop(&name, "built in");
            return None;
        }
        let (span, weight) = match self.grounds.find(&name, &entity.quote) {
            Ground::Borne(span) => (span, SURE),
            Ground::Loose(span) => (span, LOOSE),
            // What the rules have needs no ground from elsewhere.
            Ground::None(_) if known(self.rules, &name, None).is_some() => return self.take(name, None, &entity.name),
            Ground::None(why) => {
                self.complaints.push(format!("entity \"{name}\": {why}; quote the request word for word"));
                self.drop(&name, &why);
                return None;
            }
            Ground::Vetoed(_) if self.rules.entity(&name).is_some() => return self.take(name, None, &entity.name),
            Ground::Vetoed(why) => {
                self.drop(&name, &why);
                return None;
            }
        };
        let name = self.take(name, Some(span), &entity.name)?;
        let plural = self.scene.text(span).ends_with('s');
        self.add(Fact::Read(Thing { name: name.clone(), span, plural }), span, weight, ENTITY);
        Some(name)
    }

    fn take(&mut self, name: String, place: Option<Span>, written: &str) -> Option<String> {
        let kept = known(self.rules, &name, place).unwrap_or_else(|| name.clone());
        if kept != name {
            self.told.repaired.push(format!("`{name}` is called `{kept}`, as the rules read it"));
        } else if name != written {
            self.told.repaired.push(format!("\"{}\" is called `{name}`", shortened(written)));
        }
        if !self.names.contains(&kept) {
            self.names.push(kept.clone());
        }
        Some(kept)
    }

    /// The record that a name means here.
    fn meant(&self, name: &str) -> Option<String> {
        let name = kinds::entity_name(name)?;
        if self.names.contains(&name) {
            return Some(name);
        }
        known(self.rules, &name, None)
    }

    fn field(&mut self, entity: &str, field: &ProposedField) {
        let shown = format!("{entity}.{}", shortened(&field.name));
        let Some(name) = kinds::field_name(&field.name) else {
            return self.drop(&shown, "no name that the blueprint can have");
        };
        if crate::lexicon::has(KEPT_BY_ENGINE, &name) {
            return;
        }
        let span = match self.grounds.find(&name, &field.quote) {
            Ground::Borne(span) | Ground::Loose(span) => span,
            Ground::None(why) | Ground::Vetoed(why) => {
                // What the rules have needs no other ground, and stays without a word.
                let known = self.rules.entity(entity).is_some_and(|known| known.field(&name).is_some());
                if known {
                    self.seen.insert((entity.to_owned(), name));
                } else {
                    self.drop(&shown, &why);
                }
                return;
            }
        };
        self.reference_or_value(entity, name, field, span, &shown);
    }

    fn reference_or_value(&mut self, entity: &str, name: String, field: &ProposedField, span: Span, shown: &str) {
        // "customer" of an order is no text.
        let stem = name.strip_suffix("_id").unwrap_or(&name);
        if let Some(parent) = self.meant(stem).filter(|parent| parent != entity) {
            self.told.repaired.push(format!("{shown} refers to `{parent}`"));
            let (child, parent) = (Thing::named(entity, span), Thing::named(&parent, span));
            return self.add(Fact::Belongs { child, parent }, span, TIE, RELATION);
        }
        let mut name = name;
        if let Some(known) = self.known_field(entity, &name, span) {
            if known.0 != entity {
                self.drop(shown, &format!("the rules read it of `{}`", known.0));
                self.seen.insert(known);
                return;
            }
            name.clone_from(&known.1);
            self.seen.insert(known);
        }
        let item = self.item(shown, name, field, span);
        self.add(Fact::Has { owner: Thing::named(entity, span), item }, span, 2.0, FIELD);
    }

    /// The field of the rules that a name means: of this record, or of another from the very same words.
    fn known_field(&self, entity: &str, name: &str, span: Span) -> Option<(String, String)> {
        let found = |known: &Entity, field: &Field| (known.name.clone(), field.name.clone());
        if let Some(known) = self.rules.entity(entity)
            && let Some(field) = known.fields.iter().find(|field| is_alike(field, name, span))
        {
            return Some(found(known, field));
        }
        let others = self.rules.entities.iter().filter(|known| known.name != entity);
        others.flat_map(|known| known.fields.iter().map(move |field| (known, field))).find_map(|(known, field)| {
            let here = field.grounds.spans.iter().any(|place| overlap(*place, span));
            (!field.assumed && here && is_alike(field, name, span)).then(|| found(known, field))
        })
    }

    fn item(&mut self, shown: &str, name: String, field: &ProposedField, span: Span) -> Item {
        let kind = kinds::kind(&field.kind);
        match kind {
            None => self.told.repaired.push(format!("{shown}: \"{}\" is no type", shortened(&field.kind))),
            Some(kind) if !kind.exact => {
                self.told.repaired.push(format!(
                    "{shown}: {} was read as {}",
                    shortened(&field.kind),
                    kind.kind.word()
                ));
            }
            Some(_) => {}
        }
        let mut item = Item { entity: lemma::singular(&name), name, span: Some(span), ..Item::default() };
        match kind {
            Some(Kind { kind: FieldType::Enum, .. }) => {
                item.values = self.values(&field.values);
                if item.values.len() < 2 {
                    self.told.repaired.push(format!("{shown}: its values do not stand in the request"));
                    item.values.clear();
                }
            }
            Some(Kind { kind: FieldType::Reference, .. }) => {
                self.told.repaired.push(format!("{shown} refers to no record"));
            }
            // What the name says is as good as what anybody proposes.
            Some(Kind { kind: FieldType::Text, .. }) | None => {}
            Some(Kind { kind, file, .. }) => {
                item.kind = Some(kind);
                item.file = file;
            }
        }
        item
    }

    /// Those values that stand in the request.
    fn values(&self, values: &[String]) -> Vec<String> {
        let mut kept: Vec<String> = Vec::new();
        for text in values.iter().take(60) {
            let there = matches!(self.grounds.stands(&text.replace('_', " ")), Ground::Loose(_))
                || matches!(self.grounds.stands(text), Ground::Loose(_));
            if let Some(value) = kinds::value(text).filter(|value| there && !kept.contains(value)) {
                kept.push(value);
            }
        }
        kept
    }

    fn relation(&mut self, relation: &ProposedRelation) {
        let shown = format!("{} – {}", shortened(&relation.from), shortened(&relation.to));
        let (Some(from), Some(to)) = (self.meant(&relation.from), self.meant(&relation.to)) else {
            return self.drop(&shown, "one of them is no record here");
        };
        let stated = self.rules.relations.iter().any(|known| {
            let ends = [known.from.as_str(), known.to.as_str()];
            !known.assumed && ends.contains(&from.as_str()) && ends.contains(&to.as_str())
        });
        if from == to || stated {
            return;
        }
        let span = match self.grounds.said(&relation.quote) {
            Ground::Borne(span) | Ground::Loose(span) => span,
            Ground::None(why) | Ground::Vetoed(why) => return self.drop(&shown, &why),
        };
        let (a, b) = (Thing::named(&from, span), Thing::named(&to, span));
        if kinds::field_name(&relation.kind).as_deref() == Some("many_to_many") {
            self.add(Fact::ManyToMany { a, b }, span, MANY, RELATION);
        } else {
            self.add(Fact::Many { parent: a, child: b }, span, TIE, RELATION);
        }
    }

    fn integration(&mut self, category: &str, quote: &str) {
        let Some(known) = kinds::field_name(category).and_then(|name| integrations::by_name(&name)) else {
            return self.drop(&shortened(category), "no service that the blueprint knows");
        };
        if self.rules.integrations.iter().any(|used| used.category == known.name) {
            return;
        }
        match self.grounds.service(known.name, quote) {
            Ground::Borne(span) | Ground::Loose(span) => {
                self.add(
                    Fact::Integration { category: known.name, provider: None, asked: true },
                    span,
                    1.0,
                    INTEGRATION,
                );
            }
            Ground::None(why) | Ground::Vetoed(why) => self.drop(known.name, &why),
        }
    }

    /// Records that the rules were not sure of and nobody proposed.
    fn doubted(&mut self) -> Vec<(String, Span)> {
        let guessed = |entity: &&Entity| {
            let name = entity.name.as_str();
            let bare = entity.fields.iter().all(|field| field.assumed || field.kind == FieldType::Reference);
            let tied = self.rules.relations.iter().any(|r| !r.assumed && (r.from == name || r.to == name));
            let acts = self.rules.automations.iter().any(|one| one.trigger.entity.as_deref() == Some(name));
            bare && !tied && !acts && !entity.join && !self.names.iter().any(|kept| kept == name)
        };
        let unsure = self.rules.entities.iter().filter(guessed);
        let unsure: Vec<(String, Span)> =
            unsure.filter_map(|entity| Some((entity.name.clone(), *entity.grounds.spans.first()?))).collect();
        for (name, span) in &unsure {
            self.evidence.push(Evidence {
                fact: Fact::Denied(Thing::named(name, *span)),
                span: *span,
                weight: 1.0,
                rule: LEFT_OUT,
            });
        }
        unsure
    }
}

/// Fields that stand in the request in so many words.
fn sure_fields(draft: &Draft) -> Vec<(&Entity, &Field)> {
    let fields = draft.entities.iter().flat_map(|entity| entity.fields.iter().map(move |field| (entity, field)));
    let sure = |field: &Field| !field.assumed && field.kind != FieldType::Reference && !field.grounds.spans.is_empty();
    fields.filter(|(_, field)| sure(field)).collect()
}

/// Whether a field is the one that a name means: it bears it, or both stand in one place and share a word.
fn is_alike(field: &Field, name: &str, span: Span) -> bool {
    if field.name == name || lemma::singular(&field.name) == lemma::singular(name) {
        return true;
    }
    let shares = field.name.split('_').any(|word| name.split('_').any(|other| other == word));
    shares && field.grounds.spans.iter().any(|known| overlap(*known, span))
}
