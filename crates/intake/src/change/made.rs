//! What a wish that was read as a request comes to: lines and sections of the blueprint for fields, records, services and what happens by
//! itself, each told in a sentence, or why it cannot be.

use super::context::NOT_READ;
use super::patch::Patch;
use super::places::{Entity, Places};
use super::said::Said;
use super::wishes::{UNUSUAL, add_field, at_end, spoken};
use crate::draft::Draft;
use crate::lemma::with_article;
use crate::toml;

pub(super) struct Made<'p> {
    pub wish: &'p Said,
    pub places: &'p Places,
    pub patches: Vec<Patch>,
    pub told: Vec<String>,
    /// What was so before.
    pub met: Vec<String>,
    pub refused: Option<String>,
    pub has_automation: bool,
    pub has_service: bool,
    /// What sets off what happens by itself, made or there before.
    pub events: Vec<String>,
}

impl Made<'_> {
    fn add(&mut self, patch: Option<Patch>, told: String) {
        match patch {
            Some(patch) => {
                self.patches.push(patch);
                self.told.push(told);
            }
            None => self.refused = Some(UNUSUAL.to_owned()),
        }
    }

    /// "add a source to leads", "leads also need a budget".
    pub(super) fn fields(&mut self, draft: &Draft, own: impl Fn(usize) -> bool) {
        let places = self.places;
        for entity in &places.entities {
            let Some(read) = draft.entity(&american(&entity.name)) else { continue };
            for field in &read.fields {
                let said = field.grounds.spans.iter().any(|span| own(span.start));
                let known = entity.fields.iter().any(|one| american(&one.name) == field.name);
                let is_itself = field.name == entity.name && field.to.is_none();
                if is_itself || !said || !known && !self.is_known(draft, field.to.as_deref()) {
                    continue;
                }
                if known {
                    self.met.push(format!(
                        "{} has {}",
                        with_article(&spoken(&entity.name)),
                        with_article(&spoken(&field.name))
                    ));
                    continue;
                }
                let mut field = as_said(field, self.wish);
                // What may be need not be.
                let may = self
                    .wish
                    .words
                    .iter()
                    .any(|word| matches!(word.as_str(), "may" | "can" | "could" | "might" | "optionally"));
                if field.to.is_some() && may && !self.wish.words.iter().any(|word| word == "must") {
                    field.required = None;
                }
                let is_many = self.wish.place(super::said::SEVERAL).is_some() && crate::lemma::is_plural(&field.name);
                if is_many && field.to.is_none() {
                    self.refused = Some(format!(
                        "several {0} do not go into one field: say \"also keep {0} with a name. Each {1} belongs to {2}\", for example",
                        spoken(&field.name),
                        crate::lemma::singular(&spoken(&field.name)),
                        with_article(&spoken(&entity.name))
                    ));
                    return;
                }
                let told =
                    format!("{} has {}", with_article(&spoken(&entity.name)), with_article(&spoken(&field.name)));
                self.add(add_field(places, &places.source, entity, &field.name, &toml::field_text(&field)), told);
            }
        }
    }

    /// A record that one refers to which many share is shared like that; else none of them could refer to what others made.
    fn as_closed(&self, entity: &crate::draft::Entity, draft: &Draft, own: impl Fn(usize) -> bool) -> String {
        let text = toml::entity_text(entity);
        let refers = |one: &&Entity| {
            let read = draft.entity(&american(&one.name));
            read.is_some_and(|read| {
                let to = |field: &crate::draft::Field| field.to.as_deref() == Some(entity.name.as_str());
                read.fields.iter().any(|field| to(field) && field.grounds.spans.iter().any(|span| own(span.start)))
            })
        };
        match self.places.entities.iter().filter(|one| !one.owned).find(refers) {
            Some(one) if !text.contains(".access]") && text.contains("\nowner = true\n") => {
                let closed = super::closeness::of(one);
                format!("{}{}", text.replacen("owner = true\n", closed.owner, 1), closed.access(&entity.name))
            }
            _ => text,
        }
    }

    fn is_known(&self, draft: &Draft, to: Option<&str>) -> bool {
        to.is_none_or(|to| {
            to == "user" || self.places.entities.iter().any(|one| one.name == to) || draft.entity(to).is_some()
        })
    }

    /// "keep track of tasks with a title and a due date".
    pub(super) fn records(&mut self, draft: &Draft, own: impl Fn(usize) -> bool, wish: &Said) {
        let is_old = |name: &str| self.places.entities.iter().any(|one| one.name == name);
        let new: Vec<_> = draft
            .entities
            .iter()
            .filter(|entity| !is_old(&entity.name) && entity.grounds.spans.iter().any(|span| own(span.start)))
            .collect();
        // What is told before the wish is there: read as something new it is misread.
        let is_own = |entity: &&&crate::draft::Entity| entity.grounds.spans.iter().all(|span| own(span.start));
        if new.iter().filter(is_own).count() < new.len() {
            self.refused = Some(NOT_READ.to_owned());
            return;
        }
        // That it belongs to something that is told before the wish is only built where the wish names that.
        let named = |to: &str| {
            let last = to.rsplit('_').next().unwrap_or(to);
            wish.words.iter().any(|word| crate::lemma::singular(word) == last)
        };
        let belongs = |field: &crate::draft::Field| {
            let said = field.grounds.spans.iter().any(|span| own(span.start));
            field
                .to
                .as_deref()
                .is_none_or(|to| to == "user" || said || named(to) || new.iter().any(|one| one.name == to))
        };
        let mut kept: Vec<crate::draft::Entity> = new.iter().map(|entity| (*entity).clone()).collect();
        for entity in &mut kept {
            // "meetings: each meeting has …" has no meeting of its own.
            let own_name = entity.name.clone();
            entity.fields.retain(|field| belongs(field) && (field.name != own_name || field.to.is_some()));
        }
        let mut roles: Vec<String> = Vec::new();
        for entity in &kept {
            let missing = entity.fields.iter().filter_map(|field| field.to.as_deref()).find(|to| {
                *to != "user" && *to != entity.name && !is_old(to) && !kept.iter().any(|one| one.name == *to)
            });
            if let Some(missing) = missing {
                self.refused = Some(format!("there is no record `{missing}`"));
                return;
            }
            let text = self.as_closed(entity, draft, &own);
            let words = text.split('"').filter_map(|word| word.strip_prefix("role:"));
            roles.extend(
                words
                    .filter(|role| *role != "admin" && !self.places.roles.iter().any(|one| one == role))
                    .map(str::to_owned),
            );
            let patch = self.after("entity.", &format!("{}\n", text.trim_end()));
            let told = format!("{} is kept", with_article(&spoken(&entity.name)));
            self.add(patch, told);
        }
        roles.sort();
        roles.dedup();
        if !roles.is_empty() {
            match super::rights::roles_patch(&roles, self.places) {
                Some(patches) => {
                    self.patches.extend(patches);
                    self.told.push(format!("there are roles: {}", roles.join(", ")));
                }
                None => self.refused = Some(UNUSUAL.to_owned()),
            }
        }
    }

    pub(super) fn services(&mut self, draft: &Draft, own: impl Fn(usize) -> bool) {
        let fields: Vec<_> =
            draft.entities.iter().flat_map(|one| &one.fields).flat_map(|field| &field.grounds.spans).collect();
        for used in draft.integrations.iter().filter(|used| used.grounds.spans.iter().any(|span| own(span.start))) {
            // "a credit card number" is a field, and asks for nothing to be paid.
            let mut said = used.grounds.spans.iter().filter(|span| own(span.start));
            let is_field =
                said.all(|span| fields.iter().any(|field| field.start <= span.start && span.end <= field.end));
            if is_field && self.wish.opens(&["add"]) && !self.patches.is_empty() {
                continue;
            }
            self.has_service = true;
            if self.places.integrations.iter().any(|one| one == used.category) {
                self.met.push(format!("{} is used", used.category));
                continue;
            }
            let section = format!("[integration.{}]\nprovider = \"{}\"\n", used.category, used.provider);
            let patch = self.after("integration.", &section);
            self.add(patch, format!("{} is used", used.category));
        }
    }

    pub(super) fn automations(&mut self, draft: &Draft, own: impl Fn(usize) -> bool) {
        let mut names: Vec<String> = self.places.automations.iter().map(|one| one.name.clone()).collect();
        for automation in draft.automations.iter().filter(|one| own(one.span.start)) {
            let about = automation.trigger.entity.as_deref();
            let known = about.is_none_or(|name| self.places.entities.iter().any(|one| one.name == name));
            let fits = |field: &str| {
                let entity = self.places.entities.iter().find(|one| Some(one.name.as_str()) == about);
                entity.is_none_or(|entity| entity.fields.iter().any(|one| one.name == field))
            };
            let fits = automation.trigger.field.as_deref().is_none_or(fits);
            let Some(text) = toml::automation_text(draft, automation, &mut names).filter(|_| known && fits) else {
                self.refused = Some("when that should happen cannot be said in a blueprint yet".to_owned());
                return;
            };
            let (on, every, action) = (written(&text, "on = "), written(&text, "every = "), written(&text, "do = "));
            if let Some(why) = self.never(automation, &on) {
                self.refused = Some(why);
                return;
            }
            let there = self.places.automations.iter().any(|one| {
                let same = match &one.on {
                    Some((_, event)) => *event == on,
                    None => one.every.as_ref().is_some_and(|when| *when == every),
                };
                same && one.action == action
            });
            if there {
                self.met.push(format!("{action} happens by itself"));
            }
            self.has_automation = true;
            self.events.push(on.clone());
            if !there {
                let patch = self.after("automation.", &format!("{text}\n"));
                self.add(
                    patch,
                    format!(
                        "by itself: {action} on {}; to whom and in which words is left to you",
                        if on.is_empty() { "a schedule" } else { &on }
                    ),
                );
            }
        }
    }

    /// Why that does not come to pass: "when an order is cancelled", of orders that nothing can cancel, is not "when it changes".
    fn never(&self, automation: &crate::draft::Automation, on: &str) -> Option<String> {
        const CHANGES: &[&str] = &["chang", "updat", "edit", "modif", "alter"];
        let says = |word: &String| CHANGES.iter().any(|start| word.starts_with(start));
        if automation.trigger.kind != "changed" || !on.ends_with(".updated") || self.wish.words.iter().any(says) {
            return None;
        }
        let one = with_article(&spoken(automation.trigger.entity.as_deref().unwrap_or("record")));
        let many = crate::lemma::plural(&spoken(automation.trigger.entity.as_deref().unwrap_or("record")));
        let is = self
            .wish
            .words
            .iter()
            .rposition(|word| matches!(word.as_str(), "is" | "are" | "becomes" | "gets" | "become" | "get"));
        let what = is.map(|at| self.wish.from(at + 1).join(" ")).filter(|what| !what.is_empty());
        Some(match what {
            Some(what) => format!(
                "nothing says when {one} is {what}: say \"add a status to {many}: …, {what}\", or add {what} to one that there is, first"
            ),
            None => format!("what becomes of {one} then is not understood: say for example \"when {one} is updated\""),
        })
    }

    /// After the last section of that sort, or of what stands before it in a blueprint.
    fn after(&self, sort: &str, section: &str) -> Option<Patch> {
        let order = ["entity.", "integration.", "automation."];
        let upto = order.iter().position(|one| *one == sort).map_or(order.len(), |at| at + 1);
        let fits = |name: &str| order.iter().take(upto).any(|one| name.starts_with(one));
        let last = self.places.sections.iter().filter(|section| fits(&section.name)).max_by_key(|section| section.end);
        // A blueprint without records yet has none to come after.
        let end = last.map_or(self.places.source.len(), |last| last.end);
        Some(at_end(&self.places.source, end, &format!("\n{section}")))
    }
}

/// What an automation says after a word.
pub(super) fn written(text: &str, key: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.map(|line| line.trim_matches('"').to_owned()).unwrap_or_default()
}

/// A name as the reader spells it.
fn american(name: &str) -> String {
    name.split('_').map(crate::lemma::american).collect::<Vec<_>>().join("_")
}

/// A field with its name and its values as they were spelt: the reader has everything in American.
fn as_said(field: &crate::draft::Field, wish: &Said) -> crate::draft::Field {
    let said = |name: &String| {
        let parts: Vec<&str> = name.split(['_', ' ']).collect();
        let words: Vec<&str> = wish.words.iter().flat_map(|word| word.split(['-', '/'])).collect();
        let is = |words: &&[&str], same: fn(&str, &str) -> bool| {
            words.iter().zip(&parts).all(|(word, part)| same(word, part))
        };
        let mut ways = words.windows(parts.len());
        if ways.clone().any(|words| is(&words, |word, part| word == part)) {
            return name.clone();
        }
        let spelt = ways.find(|words| is(words, |word, part| crate::lemma::american(word) == part));
        spelt.map_or_else(|| name.clone(), |words| words.join(if name.contains(' ') { " " } else { "_" }))
    };
    let mut field = field.clone();
    field.values = field.values.iter().map(said).collect();
    field.default =
        field.default.as_ref().map(|value| if field.values.is_empty() { value.clone() } else { said(value) });
    if field.to.is_none() {
        field.name = said(&field.name);
    }
    field
}
