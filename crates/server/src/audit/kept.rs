//! The keys by which the audit was sealed before `SECRET_KEY` was exchanged, for its old seals must hold for as long as it is
//! there, and the old secret should not have to be.
//!
//! They lie in the database, each sealed by a key of the present secret (`kept_rows`). While `SECRET_KEY_PREVIOUS` is set, what others seal
//! with it holds; once it is taken out, the old keys are closed: they hold for what had been sealed by then, up to a seal that is
//! written down with them, and whoever learns the old secret later can make nothing anew.

use serde::{Deserialize, Serialize};
use work::{Column, Dialect, Kind, Outcome, Step, Value, Work};

use super::kept_rows::{Row, forget, keep, name, places};
use super::rows::{self, ReadError};
use super::{NOTHING, Seal, SealKeys};
use crate::settings::{Secret, Settings};

/// No more secrets than these are remembered by each: one a month for twenty years. One more is an error, for a key that is not
/// read is a part of the audit that does not hold.
const MAX_KEPT: usize = 240;

/// Keys that are kept, or that there were some which are lost.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    /// `None` if they are lost: then what they sealed cannot be checked.
    pub(super) keys: Option<SealKeys>,
    /// The first seal that may be theirs, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<i64>,
    /// The last seal that may be theirs; `None` while others may still seal with them.
    pub(super) until: Option<(i64, Vec<u8>)>,
}

/// All keys whose seals hold: the present one's first.
pub(super) struct Ring {
    present: SealKeys,
    others: Vec<Kept>,
}

/// By what a seal holds.
pub(super) enum Held<'r> {
    By(&'r SealKeys),
    /// Its key is lost, which was said when it was so.
    Unchecked,
}

/// How the secret of the settings goes with the seals that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// They hold.
    Known,
    /// The last one holds, and not all before it do: another instance seals with another secret, or did.
    Patched,
    /// The last one does not, and some before it do: another instance seals with another secret.
    Mixed,
    /// None holds of the last ones.
    Strange,
}

/// What there is, and what is to be written so that old seals go on to hold.
pub(super) struct Found {
    pub(super) ring: Ring,
    pub(super) standing: Standing,
    /// Nothing where all is written.
    pub(super) steps: Vec<Step>,
    /// The last seal.
    last: (i64, Vec<u8>),
    /// Of those that were looked at and do not hold: the first one, if those before it hold, and the last one.
    lost: Option<Lost>,
    present: Secret,
}

/// The first of some seals, where it is known, and the last of them.
type Lost = (Option<i64>, (i64, Vec<u8>));

impl Ring {
    pub(super) fn holds(&self, seal: &Seal, before: &[u8]) -> Option<Held<'_>> {
        let made_by = |keys: &SealKeys| seal.seal == seal.computed(keys, before);
        if made_by(&self.present) {
            return Some(Held::By(&self.present));
        }
        let may = |kept: &&Kept| {
            kept.from.is_none_or(|from| seal.number >= from)
                && kept.until.as_ref().is_none_or(|(last, _)| seal.number <= *last)
        };
        let keys = self.others.iter().filter(may).filter_map(|kept| kept.keys.as_ref());
        let mut lost = self.others.iter().filter(|kept| kept.keys.is_none()).filter(may);
        keys.into_iter().find(|keys| made_by(keys)).map(Held::By).or_else(|| lost.next().map(|_| Held::Unchecked))
    }

    /// The seals that were written down when keys were closed.
    pub(super) fn anchors(&self) -> impl Iterator<Item = &(i64, Vec<u8>)> {
        self.others.iter().filter_map(|kept| kept.until.as_ref()).filter(|(number, _)| *number > 0)
    }
}

/// The rows of keys that a secret of the settings opens. Others there may be as many as there were exchanges.
pub(super) fn rows(settings: &Settings, dialect: &Dialect) -> Work {
    let columns = ["id", "under", "sealed"].map(|name| Column::new(name, Kind::Text)).to_vec();
    let names: Vec<Value> = secrets(settings).into_iter().map(|(name, _)| Value::Text(name)).collect();
    let most = MAX_KEPT * names.len();
    let sql = format!(
        "SELECT \"id\", \"under\", \"sealed\" FROM {} WHERE \"under\" IN ({}) ORDER BY \"at\", \"id\", \"under\" LIMIT {}",
        dialect.table("_audit_keys"),
        places(dialect, 1, names.len()),
        most + 1
    );
    rows::page(sql, names, columns, most)
}

/// The secrets of the settings with their names, the present one first.
fn secrets(settings: &Settings) -> Vec<(String, &Secret)> {
    let previous = settings.secret_key_previous.as_ref();
    std::iter::once(&settings.secret_key).chain(previous).map(|secret| (name(secret), secret)).collect()
}

/// What [`rows`] found and the last seals, in their order, make of the settings.
pub(super) fn find(settings: &Settings, dialect: &Dialect, rows: Outcome, seals: &[Seal]) -> Result<Found, ReadError> {
    let (present, previous) = (&settings.secret_key, settings.secret_key_previous.as_ref());
    let secrets = secrets(settings);
    let (objects, more) = rows::read_page(rows)?;
    let rows: Vec<Row> = objects.iter().filter_map(|object| Row::read(object, &secrets)).collect();
    let are_too_many = |name: &str| {
        objects.iter().filter(|object| object.get("under").is_some_and(|under| under == name)).count() > MAX_KEPT
    };
    if more || secrets.iter().any(|(name, _)| are_too_many(name)) {
        return Err(too_many());
    }

    let mut others: Vec<Kept> = rows.iter().map(|row| row.kept.clone()).collect();
    others.extend(previous.map(|previous| Kept { keys: Some(SealKeys::derive(previous)), from: None, until: None }));
    let ring = Ring { present: SealKeys::derive(present), others };
    let last = seals.last().map_or((0, NOTHING.to_vec()), |seal| (seal.number, seal.seal.clone()));
    let (standing, lost) = standing(&ring, seals);

    let own = name(present);
    let mine = |id: &str| rows.iter().find(|row| row.under == own && row.id == id);
    let mut due: Vec<(String, Kept)> = Vec::new();
    if let Some(previous) = previous {
        let id = name(previous);
        if mine(&id).is_none_or(|row| row.kept.until.is_some()) {
            due.push((id.clone(), Kept { keys: Some(SealKeys::derive(previous)), from: None, until: None }));
        }
        let theirs = rows.iter().filter(|row| row.under == id && row.id != own && mine(&row.id).is_none());
        due.extend(theirs.map(|row| (row.id.clone(), row.kept.clone())));
    } else {
        let open = rows.iter().filter(|row| row.under == own && row.kept.until.is_none());
        due.extend(open.map(|row| (row.id.clone(), Kept { until: Some(last.clone()), ..row.kept.clone() })));
    }
    let new = due.iter().filter(|(id, _)| mine(id).is_none()).count();
    if rows.iter().filter(|row| row.under == own).count() + new > MAX_KEPT {
        return Err(too_many());
    }
    let mut steps: Vec<Step> =
        due.iter().map(|(id, kept)| keep(dialect, present, id, kept)).collect::<Result<_, _>>()?;
    if previous.is_none() && !due.is_empty() {
        let ids = rows.iter().filter(|row| row.under == own).map(|row| row.id.as_str());
        steps.push(forget(
            dialect,
            &own,
            &ids.collect::<Vec<_>>(),
            &due.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(),
        ));
    }
    Ok(Found { ring, standing, steps, last, lost, present: present.clone() })
}

impl Found {
    /// The step that says that whatever sealed so far is lost.
    pub(super) fn give_up(&self, dialect: &Dialect) -> Result<Step, ReadError> {
        let (from, until) = self.lost.clone().unwrap_or_else(|| (None, self.last.clone()));
        let id = format!("lost {}", until.0);
        keep(dialect, &self.present, &id, &Kept { keys: None, from, until: Some(until) })
    }

    /// The last seal that does not hold.
    pub(super) fn last_lost(&self) -> i64 {
        self.lost.as_ref().map_or(self.last.0, |(_, (number, _))| *number)
    }
}

/// How the last seals go with the secrets, and which of them do not hold. Of a page of seals the first may have none before it to be
/// checked by.
fn standing(ring: &Ring, seals: &[Seal]) -> (Standing, Option<Lost>) {
    let first = seals.first().filter(|seal| seal.number == 1).map(|seal| (seal, &NOTHING[..]));
    let pairs = seals.windows(2).filter_map(|pair| match pair {
        [before, seal] => Some((seal, &before.seal[..])),
        _ => None,
    });
    let held: Vec<(&Seal, bool)> =
        first.into_iter().chain(pairs).map(|(seal, before)| (seal, ring.holds(seal, before).is_some())).collect();
    let standing = match (held.last(), held.iter().filter(|(_, holds)| *holds).count()) {
        (None, _) => Standing::Known,
        (_, all) if all == held.len() => Standing::Known,
        (Some((_, true)), _) => Standing::Patched,
        (Some((_, false)), 0) => Standing::Strange,
        (Some((_, false)), _) => Standing::Mixed,
    };
    let begins = held.iter().position(|(_, holds)| !holds);
    let from = begins.filter(|place| *place > 0).and_then(|place| held.get(place)).map(|(seal, _)| seal.number);
    let ends = held.iter().rfind(|(_, holds)| !holds);
    (standing, ends.map(|(seal, _)| (from, (seal.number, seal.seal.clone()))))
}

fn too_many() -> ReadError {
    let why = format!(
        "there are keys of more than {MAX_KEPT} secrets before SECRET_KEY in _audit_keys, more than are looked at: either somebody put \
         rows there, which a copy of the database from before shows, or it was exchanged as often"
    );
    ReadError::Unreadable(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_hold_for_what_they_may_have_sealed() {
        let keys = |byte: u8| SealKeys { rows: [byte; 32], seals: [byte; 32] };
        let seal = |number: i64, keys: &SealKeys| {
            let mut seal = Seal { number, ..Seal::default() };
            seal.seal = seal.computed(keys, &NOTHING).to_vec();
            seal
        };
        let until = |number: i64| Some((number, Vec::new()));
        let others = vec![
            Kept { keys: Some(keys(2)), from: None, until: until(5) },
            Kept { keys: Some(keys(3)), from: None, until: None },
            Kept { keys: None, from: Some(2), until: until(2) },
        ];
        let ring = Ring { present: keys(1), others };
        for (number, by, expected) in [
            (9, 1, "by its key"),
            (5, 2, "by its key"),
            (6, 2, "not"),
            (9, 3, "by its key"),
            (2, 4, "unchecked"),
            (3, 4, "not"),
            (1, 4, "not"),
        ] {
            let held = match ring.holds(&seal(number, &keys(by)), &NOTHING) {
                Some(Held::By(found)) if found.seals == keys(by).seals => "by its key",
                Some(Held::Unchecked) => "unchecked",
                _ => "not",
            };
            assert_eq!(held, expected, "seal {number} by key {by}");
        }
        let anchors: Vec<i64> = ring.anchors().map(|(number, _)| *number).collect();
        assert_eq!(anchors, [5, 2]);
    }
}
