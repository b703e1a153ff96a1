//! What one sample row is about: whoever appears in it is the same in all of its fields.

use crate::Dice;
use crate::words::{COMPANIES, COMPANY_FORMS, DOMAINS, FIRST_NAMES, LAST_NAMES};

/// What one sample row is about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The entity's name.
    pub(crate) entity: String,
    /// The how manieth row, from 0.
    pub(crate) number: usize,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    pub(crate) company: String,
    pub(crate) domain: &'static str,
    seed: u64,
}

impl Subject {
    /// Of the row with this number among those of an entity. What else is made, and how much, changes nothing in it.
    pub fn new(seed: u64, entity: &str, number: usize) -> Subject {
        let mut dice = Dice::of(seed, &[entity, &number.to_string()]);
        Subject {
            first_name: dice.word(FIRST_NAMES),
            last_name: dice.word(LAST_NAMES),
            company: format!("{} {}", dice.word(COMPANIES), dice.word(COMPANY_FORMS)),
            domain: dice.word(DOMAINS),
            entity: entity.to_owned(),
            number,
            seed,
        }
    }

    /// The how manieth row of its entity it is, from 0.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The dice for one of its fields.
    pub fn dice(&self, field: &str) -> Dice {
        Dice::of(self.seed, &[&self.entity, &self.number.to_string(), field])
    }
}
