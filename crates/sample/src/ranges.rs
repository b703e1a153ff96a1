//! From where to where numbers and dates usually lie, by a word of their field's name. Tables; what the field itself
//! allows is not known here.

/// Whole units.
pub(crate) const NUMBERS: &[(&[&str], (i64, i64))] = &[
    (&["age"], (18, 75)),
    (&["year", "vintage"], (1995, 2026)),
    (&["salary", "income", "wage"], (32_000, 120_000)),
    (&["budget", "revenue", "turnover"], (1_000, 50_000)),
    (&["deal", "value", "worth", "opportunity"], (500, 40_000)),
    (&["rent", "deposit"], (300, 2_500)),
    (&["amount", "total", "sum", "balance", "paid", "donation"], (20, 3_000)),
    (&["fee", "fine", "cost", "costs", "price", "charge"], (5, 400)),
    (&["rate", "hourly"], (20, 150)),
    (&["discount", "tax", "vat"], (0, 25)),
    (&["percent", "percentage", "progress", "probability", "share"], (0, 100)),
    (&["quantity", "qty", "count", "copies", "units"], (1, 40)),
    (&["stock", "inventory"], (0, 200)),
    (&["capacity", "seats", "places"], (4, 200)),
    (&["rating", "stars", "priority", "level", "severity", "importance"], (1, 5)),
    (&["score", "points", "marks", "grade"], (0, 100)),
    (&["weight", "kg"], (1, 90)),
    (&["height", "width", "length", "depth", "cm"], (5, 200)),
    (&["minutes", "duration", "length_minutes"], (15, 180)),
    (&["hours"], (1, 12)),
    (&["days"], (1, 30)),
    (&["weeks", "months"], (1, 24)),
    (&["pages"], (60, 900)),
    (&["floor", "storey"], (0, 12)),
    (&["position", "order", "sequence", "rank", "row", "track"], (1, 50)),
    (&["latitude", "lat"], (-60, 60)),
    (&["longitude", "lon", "lng"], (-170, 170)),
    (&["temperature"], (-5, 35)),
    (&["distance", "mileage", "km", "miles"], (1, 5_000)),
    (&["number", "no"], (1, 9_999)),
];

/// Where nothing else is known.
pub(crate) const ANY_NUMBER: (i64, i64) = (1, 100);
/// The same for money.
pub(crate) const ANY_MONEY: (i64, i64) = (10, 1_000);

/// Days from the base. What begins lies before what ends.
pub(crate) const DAYS: &[(&[&str], (i64, i64))] = &[
    (&["birth", "birthday", "born", "birthdate", "dob"], (-25_000, -7_000)),
    (&["hired", "joined", "founded", "since", "registered", "opened"], (-1_500, -30)),
    (&["start", "starts", "begin", "begins", "from", "in", "checkin", "borrowed", "arrival", "arrives"], (-30, 0)),
    (&["end", "ends", "until", "to", "out", "checkout", "returned", "departure", "leaves", "finish"], (1, 45)),
    (&["due", "deadline", "expires", "expiry", "expiration", "next", "renewal", "scheduled", "planned"], (1, 90)),
    (&["remind", "reminder", "appointment", "follow", "delivery", "event"], (1, 60)),
    (&["created", "paid", "issued", "sent", "last", "received", "purchased", "bought", "published"], (-180, 0)),
    (&["completed", "closed", "signed", "approved", "visited", "harvested", "brewed", "ordered"], (-180, 0)),
];

/// Where nothing else is known.
pub(crate) const ANY_DAY: (i64, i64) = (-90, 60);

/// Hours of the day.
pub(crate) const HOURS: &[(&[&str], (i64, i64))] = &[
    (&["start", "starts", "begin", "begins", "from", "open", "opens", "in"], (8, 11)),
    (&["end", "ends", "until", "to", "close", "closes", "out"], (14, 19)),
];

/// Where nothing else is known.
pub(crate) const ANY_HOUR: (i64, i64) = (8, 18);

/// The line of a table that one of the words of a name has, the last word first.
pub(crate) fn find(table: &[(&[&str], (i64, i64))], name: &str) -> Option<(i64, i64)> {
    let line = |word: &str| table.iter().find(|(words, _)| words.contains(&word)).map(|(_, range)| *range);
    line(name).or_else(|| name.rsplit('_').find_map(line))
}

/// A range that grows with every attempt, for fields in which all rows must differ.
pub(crate) fn widened((low, high): (i64, i64), attempt: u32) -> (i64, i64) {
    let more = high.saturating_sub(low).max(1).saturating_mul(4_i64.saturating_pow(attempt).saturating_sub(1));
    (if low < 0 { low.saturating_sub(more) } else { low }, high.saturating_add(more))
}
