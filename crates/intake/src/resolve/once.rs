//! What may be only once: "one vote per voter", "nobody can book the same groomer twice". A value by itself is made unique; what
//! takes two of them together the blueprint has no word for, so it is told.

use crate::clauses::Polarity;
use crate::draft::Draft;
use crate::nouns::{Count, Np};
use crate::scene::{Scene, Sentence};
use crate::tags::Tag;

use super::Cast;

/// Tells what no line of the blueprint keeps from happening twice.
pub(crate) fn tell_once(scene: &Scene<'_>, cast: &Cast, draft: &mut Draft) {
    for sentence in &scene.sentences {
        let asked = |at: usize| {
            scene.clause_at(at).is_some_and(|clause| matches!(clause.polarity, Polarity::Asked | Polarity::Denied))
        };
        let said = (sentence.from..sentence.to)
            .filter(|at| asked(*at))
            .find_map(|at| twice(scene, cast, sentence, at).or_else(|| per(scene, cast, at)));
        let Some((from, to)) = said else { continue };
        let span = scene.span(from, to);
        // "the number may not be used twice": that is kept.
        let named = |name: &str| scene.nps_in(from, to).any(|np| np.field() == name);
        let fields = draft.entities.iter().flat_map(|entity| &entity.fields);
        let kept = fields.into_iter().any(|field| field.unique && named(&field.name));
        if kept || scene.is(from.wrapping_sub(1), "unique") {
            continue;
        }
        let words = scene.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
        draft.note(
            String::new(),
            format!("\"{words}\" is understood, but nothing keeps it: a blueprint can make one value unique, not two together"),
            "limit.once",
            Some(span),
            &["a unique value", "a rule of your own in the generated project"],
        );
    }
}

/// "nobody should be able to book the same groomer twice", "no room may be booked twice", "no double bookings", "two guests cannot
/// book the same room".
fn twice(scene: &Scene<'_>, cast: &Cast, sentence: &Sentence, at: usize) -> Option<(usize, usize)> {
    let part = |at: usize| {
        let clause = scene.clause_at(at)?;
        Some((clause.from, clause.to.min(sentence.to)))
    };
    let double = scene.one_of(at, &["double", "double-booked", "double-booking", "double-bookings", "overbooked"])
        && (scene.one_of(at, &["double-booked", "double-booking", "double-bookings", "overbooked"])
            || scene.one_of(at + 1, &["bookings", "booking", "booked", "reservations"]));
    let again = scene.is(at, "twice") && !scene.one_of(at + 1, &["a", "per", "every", "each"]);
    let same = scene.is(at, "same")
        && scene.np_at(at).or_else(|| scene.np_at(at.wrapping_sub(1))).is_some_and(|np| record(cast, np));
    if !(double || again || same) {
        return None;
    }
    let denies = |at: usize| {
        scene.tag(at) == Some(Tag::Negation)
            || scene.one_of(at, &["no", "nobody", "never", "avoid", "prevent", "without"])
    };
    let from = (sentence.from..at + 1).find(|at| denies(*at))?;
    let (start, _) = part(from)?;
    let (_, end) = part(at)?;
    Some((start, end.max(at + 1)))
}

/// "only one open trip per driver", "one vote per voter", "one per year".
fn per(scene: &Scene<'_>, cast: &Cast, at: usize) -> Option<(usize, usize)> {
    let leads = |at: usize| scene.one_of(at, &["only", "just", "most", "single", "max", "maximum", "exactly"]);
    let one = scene.one_of(at, &["one", "1", "once"]);
    if !one {
        return None;
    }
    let np = scene.np_at(at).filter(|np| np.count == Count::One || matches!(np.count, Count::Number(1)));
    let next = np.map_or(at + 1, |np| np.to);
    let each = scene.is(next, "per") || scene.is(next, "for") && scene.one_of(next + 1, &["each", "every"]);
    let of = scene.np_at(next + 1).filter(|_| each)?;
    let dated = crate::lexicon::has("day week month year season term quarter semester", of.head());
    let limited = at > 0 && leads(at - 1);
    // "one price per day" is a price, and "once per week" how often.
    let counted = match np {
        Some(np) => record(cast, np) && (record(cast, of) || dated && limited),
        None => scene.is(at, "one") && (dated || record(cast, of)),
    };
    let from = at - usize::from(limited);
    counted.then_some((from, of.to))
}

fn record(cast: &Cast, np: &Np) -> bool {
    let named = |name: &str| cast.entity(name).is_some();
    named(np.entity()) || named(np.head())
}
