//! When: "3 days before the visit", "every Monday at 8am", "when stock drops below".

use super::Reader;
use crate::draft::Trigger;
use crate::lexicon::{archetypes, words};
use crate::scene::Scene;
use crate::tags::Tag;

/// Words before "than" and a number.
const COMPARED: &str =
    "higher lower greater bigger smaller more less fewer hotter colder warmer heavier lighter larger";

impl Reader<'_, '_> {
    /// Times: before, after, overdue, a threshold, a schedule.
    pub(super) fn timed(&self, from: usize, to: usize) -> Option<Trigger> {
        let scene = self.scene;
        let text = scene.padded(from, to);
        let anchor = |at: usize| self.entity_near(at, from, to);
        for at in from..to {
            let offset = self.offset_before(at);
            let unit_before = at > from
                && (offset.is_some()
                    || scene.one_of(
                        at - 1,
                        &[
                            "day", "week", "hour", "month", "days", "hours", "weeks", "minutes", "night", "evening",
                            "morning", "months",
                        ],
                    ));
            // "two weeks ahead", "24 hours in advance": of what the whole speaks of.
            let ahead = scene.one_of(at, &["ahead", "prior", "beforehand", "earlier", "upfront"])
                || scene.is(at, "in") && scene.is(at + 1, "advance");
            if ahead && unit_before {
                let named = scene.one_of(at + 1, &["of", "to"]).then(|| self.dated(at + 2, to));
                let (entity, field) =
                    named.filter(|(entity, _)| entity.is_some()).unwrap_or_else(|| self.dated(from, to));
                let offset = offset.or(Some("1 day".into()));
                return Some(Trigger { entity, field, offset, ..self.trigger("before", None) });
            }
            if scene.is(at, "before") && unit_before && !text.contains(" at least ") {
                let (entity, field) = self.dated(at + 1, to);
                return Some(Trigger {
                    entity,
                    field,
                    offset: offset.or(Some("1 day".into())),
                    ..self.trigger("before", None)
                });
            }
            if scene.one_of(at, &["in", "within"])
                && scene.tag(at + 1) == Some(Tag::Number)
                && (text.contains(" expire")
                    || text.contains(" due ")
                    || text.contains(" run out ")
                    || text.contains(" renew"))
            {
                let (entity, field) = self.dated(from, to);
                return Some(Trigger {
                    entity,
                    field,
                    offset: Some(scene.words(at + 1, at + 3).to_owned()),
                    ..self.trigger("before", None)
                })
                .filter(|_| self.schedule(from, to).is_none())
                .or_else(|| self.schedule(from, to));
            }
            // "higher than 50".
            let compared = scene.is(at, "than")
                && at > from
                && scene.token(at - 1).is_some_and(|token| crate::lexicon::has(COMPARED, &token.text))
                && scene.tag(at + 1) == Some(Tag::Number)
                && !scene.token(at + 2).is_some_and(|token| is_unit(&token.lemma));
            if compared {
                return Some(self.trigger("threshold", anchor(at)));
            }
            // "2 or lower".
            if scene.is(at, "or")
                && at > from
                && scene.tag(at - 1) == Some(Tag::Number)
                && scene.one_of(at + 1, &["lower", "less", "more", "higher", "fewer", "above", "below"])
            {
                return Some(self.trigger("threshold", anchor(at)));
            }
            // "cancelled after 7 days", "older than a year".
            let lasts = scene.is(at, "after")
                || scene.is(at, "than") && at > from && scene.one_of(at - 1, &["older", "longer"]);
            let counted = words::number(scene.token(at + 1).map_or("", |t| t.text.as_str())).is_some()
                || scene.one_of(at + 1, &["a", "an"]);
            if lasts && counted && at + 2 < to && scene.token(at + 2).is_some_and(|t| is_unit(&t.lemma)) {
                let offset = Some(format!(
                    "{} {}",
                    words::number(scene.token(at + 1).map_or("", |t| t.text.as_str())).unwrap_or(1),
                    scene.token(at + 2).map_or("day", |t| t.lemma.as_str())
                ));
                let (entity, field) = self.dated(from, at);
                return Some(Trigger { entity, field, offset, ..self.trigger("after", None) });
            }
            // "reminders before appointments".
            let bare = self.clause.verb.is_none() || scene.one_of(at.wrapping_sub(1), &["reminder", "reminders"]);
            if bare && scene.is(at, "before") && !unit_before {
                let (entity, field) = self.dated(at + 1, to);
                if field.is_some() {
                    let offset = Some("1 day".to_owned());
                    return Some(Trigger { entity, field, offset, ..self.trigger("before", None) });
                }
            }
            if scene.is(at, "after") && unit_before {
                let (entity, field) = self.dated(at + 1, to);
                return Some(Trigger { entity, field, offset, ..self.trigger("after", None) });
            }
            let limit = scene.one_of(at, &["below", "under", "above", "exceeds", "beneath"])
                && (at + 1..(at + 5).min(to)).any(|next| {
                    scene.tag(next) == Some(Tag::Number) || scene.token(next).is_some_and(|token| {
                        crate::lexicon::has(
                            "min minimum level limit threshold reorder max maximum target x capacity range point par",
                            &token.text,
                        )
                    })
                });
            if limit {
                return Some(self.trigger("threshold", anchor(at)));
            }
            if scene.one_of(at, &["below", "under", "above", "over", "exceeds", "exceed"])
                && ["drop", "fall", "go", "below", "exceed", "reach", "rise", "less than"]
                    .iter()
                    .any(|word| text.contains(word))
                && (scene.tag(at) != Some(Tag::Preposition)
                    || text.contains(" drop")
                    || text.contains(" fall")
                    || text.contains(" go")
                    || text.contains(" is ")
                    || text.contains(" rise"))
            {
                return Some(self.trigger("threshold", anchor(at)));
            }
        }
        if text.contains(" about to expire ")
            || text.contains(" expires soon ")
            || text.contains(" due soon ")
            || text.contains(" is coming up ")
        {
            let (entity, field) = self.dated(from, to);
            return Some(Trigger { entity, field, ..self.trigger("before", None) });
        }
        let span = [" day", " week", " month", " hour", " minute"].iter().any(|unit| text.contains(unit));
        let waited = [" for ", " in ", " within ", " after ", " since "].iter().any(|word| text.contains(word));
        if span && waited && self.denies(from, to) && (from..to).any(|at| scene.tag(at) == Some(Tag::Number)) {
            return Some(self.trigger("after", anchor(from)));
        }
        if (text.contains(" for more than ") || text.contains(" longer than ") || text.contains(" inactive "))
            && (text.contains(" day") || text.contains(" week") || text.contains(" month") || text.contains(" hour"))
        {
            return Some(self.trigger("after", anchor(from)));
        }
        // "more than 5 days late".
        let late = text.contains(" overdue ") || text.contains(" late ") || text.contains(" past due ");
        if late && span && text.contains(" than ") {
            return Some(self.trigger("overdue", anchor(to)));
        }
        if text.contains(" running low ")
            || text.contains(" runs low ")
            || text.contains(" low stock ")
            || text.contains(" out of stock ")
            || text.contains(" get low ")
            || text.contains(" gets low ")
            || text.contains(" is low ")
            || text.contains(" are low ")
            || text.contains(" run out ")
            || text.contains(" runs out ")
            || text.contains(" more than ")
            || text.contains(" out of range ")
            || text.contains(" less than ")
        {
            return Some(self.trigger("threshold", anchor(from)));
        }
        if let Some(schedule) = self.schedule(from, to) {
            return Some(schedule);
        }
        if text.contains(" overdue ")
            || text.contains(" is late ")
            || text.contains(" are late ")
            || text.contains(" past due ")
        {
            return Some(self.trigger("overdue", anchor(to)));
        }
        None
    }

    /// "3 days" of "3 days before".
    fn offset_before(&self, at: usize) -> Option<String> {
        let unit = at.checked_sub(1)?;
        let is_unit = self
            .scene
            .token(unit)
            .is_some_and(|t| matches!(t.lemma.as_str(), "day" | "hour" | "week" | "month" | "minute" | "year"));
        let number = unit.checked_sub(1).and_then(|at| self.scene.token(at)).filter(|_| is_unit)?;
        let count = words::number(&number.text).or(matches!(number.text.as_str(), "a" | "an" | "the").then_some(1))?;
        Some(format!("{count} {}", self.scene.token(unit)?.lemma))
    }

    /// "every Monday at 8am", "daily", "once a month".
    pub(super) fn schedule(&self, from: usize, to: usize) -> Option<Trigger> {
        let scene = self.scene;
        let (mut day, mut month, mut weekday, mut found) = ("*".to_owned(), "*".to_owned(), "*".to_owned(), false);
        let (mut hour, mut minute) = (9_u32, 0_u32);
        let mut hourly = false;
        for at in from..to {
            let Some(token) = scene.token(at) else { break };
            let counted = at > from + 1
                && scene.one_of(at - 2, &["every", "each"])
                && (scene.tag(at - 1) == Some(Tag::Number) || scene.one_of(at - 1, &["other", "second", "single"]));
            let every = at > from
                && (counted
                    || scene.one_of(at - 1, &["every", "each"])
                    || scene.one_of(at - 1, &["a", "per"])
                        && at > from + 1
                        && scene.one_of(at - 2, &["once", "twice"]));
            let describes = || {
                scene.token(at + 1).is_some_and(|next| {
                    crate::lexicon::has(
                        "rate price fee budget cost wage pay salary subscriber subscription pass membership plan rent \
                     payment amount limit allowance rates fees subscribers memberships plans passes",
                        &next.text,
                    )
                })
            };
            if token.text.ends_with("ly") && describes() {
                continue;
            }
            match token.text.as_str() {
                "daily" | "nightly" => found = true,
                "weekly" => (found, weekday) = (true, "1".into()),
                "monthly" => (found, day) = (true, "1".into()),
                "yearly" | "annually" => (found, day, month) = (true, "1".into(), "1".into()),
                "hourly" => (found, hourly) = (true, true),
                "biweekly" | "fortnightly" => (found, weekday) = (true, "1".into()),
                "quarterly" => (found, day, month) = (true, "1".into(), "1,4,7,10".into()),
                "quarter" if every => (found, day, month) = (true, "1".into(), "1,4,7,10".into()),
                "weeks" if every => (found, weekday) = (true, "1".into()),
                "months" if every => (found, day) = (true, "1".into()),
                "days" if every => found = true,
                "hours" | "minutes" if every => (found, hourly) = (true, true),
                "month"
                    if scene.one_of(at.wrapping_sub(1), &["the", "of"])
                        && (at.saturating_sub(4)..at).any(|t| {
                            scene.one_of(t, &["end", "first", "1st", "start", "beginning", "last", "middle"])
                        }) =>
                {
                    (found, day) = (true, "1".into());
                }
                "day" | "morning" | "night" | "evening" | "weekday" if every => {
                    found = true;
                    hour = match token.text.as_str() {
                        "night" => 22,
                        "evening" => 18,
                        _ => hour,
                    };
                    if token.is("weekday") {
                        weekday = "1-5".into();
                    }
                }
                "week" if every => (found, weekday) = (true, "1".into()),
                "month" if every => (found, day) = (true, "1".into()),
                "year" if every => (found, day, month) = (true, "1".into(), "1".into()),
                "hour" if every => (found, hourly) = (true, true),
                "noon" => hour = 12,
                "midnight" => {
                    found |= at > from && scene.is(at - 1, "at");
                    hour = 0;
                }
                word => {
                    let on = every || at > from && scene.is(at - 1, "on");
                    if let Some(number) = words::weekday(word).filter(|_| on || word.ends_with("days")) {
                        found = true;
                        weekday = number.to_string();
                    } else if let Some(number) =
                        words::month(word).filter(|_| at > from && scene.is(at - 1, "in") && token.capital)
                    {
                        (found, day, month) = (true, "1".into(), number.to_string());
                    } else if let Some((h, m)) = clock(scene, at) {
                        found = true;
                        (hour, minute) = (h, m);
                    }
                }
            }
        }
        let cron = if hourly { "0 * * * *".to_owned() } else { format!("{minute} {hour} {day} {month} {weekday}") };
        found.then(|| Trigger {
            cron: Some(cron),
            ..self.trigger("schedule", self.entity_near(to, self.clause.after, to))
        })
    }

    /// The entity and its date field that a phrase like "the appointment", "their licence expires" names.
    fn dated(&self, from: usize, to: usize) -> (Option<String>, Option<String>) {
        let scene = self.scene;
        let dates = |entity: &crate::draft::Entity| -> Vec<String> {
            use crate::lexicon::fields::FieldType;
            entity
                .fields
                .iter()
                .filter(|f| matches!(f.kind, FieldType::Date | FieldType::Datetime) && !f.name.contains("birth"))
                .map(|f| f.name.clone())
                .collect()
        };
        for np in scene.nps_in(from, to.max(from)) {
            // A named date of some entity: "the due date", "next dose".
            let name = crate::lemma::singular(np.field());
            for entity in &self.draft.entities {
                if let Some(field) = dates(entity).into_iter().find(|f| {
                    *f == name
                        || f.starts_with(&format!("{name}_"))
                        || f.ends_with(&format!("_{name}")) && name.len() > 4
                        || name.len() > 5 && f.contains(&name)
                }) {
                    let named = self.cast.entity(np.entity()).is_some_and(|e| e != entity.name);
                    if !named {
                        return (Some(entity.name.clone()), Some(field));
                    }
                }
            }
            if let Some(entity) = self.cast.entity(np.entity()).and_then(|name| self.draft.entity(name)) {
                let person = archetypes::is_person(&entity.name);
                let words = scene.words(from, to);
                let all = dates(entity);
                let field = all
                    .iter()
                    .find(|f| {
                        words.contains("expire") && (f.contains("expir") || f.starts_with("end") || f.contains("valid"))
                    })
                    .or_else(|| all.iter().find(|f| f.contains("due")).filter(|_| words.contains("due")))
                    .or(all.first())
                    .cloned();
                if !person || field.is_some() {
                    return (Some(entity.name.clone()), field);
                }
            }
        }
        // "the evening before, the patient gets a text": before the session that was spoken of.
        let near = self.entity_near(to, from.saturating_sub(6), to);
        let person = near.as_deref().is_some_and(archetypes::is_person);
        let of = |np: &crate::nouns::Np| self.cast.entity(np.entity()).filter(|name| !archetypes::is_person(name));
        let spoken_of = if person { scene.nps_before(from).find_map(of).map(str::to_owned) } else { None };
        (spoken_of.or(near), None)
    }

    /// The entity named nearest, in the tokens or before them.
    pub(super) fn entity_near(&self, _at: usize, from: usize, to: usize) -> Option<String> {
        let scene = self.scene;
        let inside: Vec<String> =
            scene.nps_in(from, to).filter_map(|np| self.meant.of(np, || self.entity_of(np))).collect();
        let thing = inside.iter().find(|name| !archetypes::is_person(name)).or(inside.first()).cloned();
        thing.or_else(|| {
            let before = || scene.nps_before(from).filter_map(|np| self.cast.entity(np.entity()));
            let thing = before().find(|name| !archetypes::is_person(name));
            thing.or_else(|| before().next()).map(str::to_owned)
        })
    }

    /// The entity that a phrase names, by itself, by its owner, by a part or by a field.
    fn entity_of(&self, np: &crate::nouns::Np) -> Option<String> {
        let owner = || np.owner.as_ref()?.last().and_then(|word| self.cast.entity(&word.lemma));
        let part = || np.words().iter().rev().filter(|word| word.noun).find_map(|word| self.cast.entity(&word.lemma));
        self.cast.entity(np.entity()).or_else(owner).or_else(part).map(str::to_owned).or_else(|| {
            // "stock drops", "the certificate expires": the entity whose field it is.
            let (field, nouns) = (crate::lemma::singular(np.field()), np.entity());
            let part = |name: &str, noun: &str| noun.len() > 3 && name.split('_').any(|part| part == noun);
            let bears = |(_, name, one): &&(&str, &str, String)| {
                *one == field || one == nouns || part(name, nouns) || part(name, &field)
            };
            self.meant.fields.iter().find(bears).map(|(entity, ..)| (*entity).to_owned())
        })
    }
}

fn is_unit(lemma: &str) -> bool {
    matches!(lemma, "day" | "hour" | "week" | "month" | "minute" | "year")
}

/// "8am", "7", "18:30" after "at".
fn clock(scene: &Scene<'_>, at: usize) -> Option<(u32, u32)> {
    let text =
        scene.token(at).map(|token| &token.text).filter(|text| text.starts_with(|c: char| c.is_ascii_digit()))?;
    let after_at = at > 0 && scene.one_of(at - 1, &["at", "around", "by"]);
    let half = |text: &str| {
        text.strip_suffix("pm")
            .or(text.strip_suffix("p.m"))
            .map(|t| (t.to_owned(), 12))
            .or_else(|| text.strip_suffix("am").or(text.strip_suffix("a.m")).map(|t| (t.to_owned(), 0)))
    };
    let (digits, shift) = match half(text) {
        Some((digits, shift)) => (digits, Some(shift)),
        None => {
            let next = scene.token(at + 1).and_then(|t| match t.text.as_str() {
                "pm" | "p.m" => Some(12),
                "am" | "a.m" => Some(0),
                _ => None,
            });
            (text.clone(), next)
        }
    };
    let hour: u32 = digits.parse().ok().filter(|hour| *hour < 24)?;
    if shift.is_none() && !after_at {
        return None;
    }
    let minute = if scene.is(at + 1, ":") {
        scene.token(at + 2).and_then(|t| t.text.get(..2)).and_then(|t| t.parse().ok()).filter(|m| *m < 60).unwrap_or(0)
    } else {
        0
    };
    let hour = match shift {
        Some(12) if hour < 12 => hour + 12,
        Some(0) if hour == 12 => 0,
        _ => hour,
    };
    Some((hour, minute))
}
