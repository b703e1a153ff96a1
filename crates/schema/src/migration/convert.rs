//! How the values of a field become those of another type, and which of them cannot.

use blueprint::{Field, FieldKind};
use work::Dialect;

use super::pairs::Pairs;
use crate::name::{quoted, text};

/// How values go over.
pub(super) enum Way {
    /// They are what they were.
    Same,
    /// By an expression of the former column. Rows for which `unfit` holds are in the way.
    By { value: String, unfit: Option<String> },
    /// Not at all.
    None,
}

/// Whole numbers that every part of the engine holds.
const LARGEST: i64 = 9_007_199_254_740_991;

/// Whether texts become addresses, which are kept in lower case as the engine makes it.
pub(super) fn folds(before: &FieldKind, after: &FieldKind) -> bool {
    matches!((before, after), (FieldKind::Text(_) | FieldKind::LongText(_), FieldKind::Email))
}

/// How the values of `before` become those of `after`.
pub(super) fn way(pairs: &Pairs, dialect: &Dialect, before: &Field, after: &Field) -> Way {
    use FieldKind::{
        Date, DateTime, Decimal, Email, Enum, Float, Integer, LongText, Phone, Reference, Text, Url, Uuid,
    };
    let column = quoted(&before.column);
    let sqlite = *dialect == Dialect::Sqlite;
    let fits = |unfit: String| Way::By { value: column.clone(), unfit: Some(unfit) };
    let by = |value: String| Way::By { value, unfit: None };
    match (&before.kind, &after.kind) {
        (Enum { values: old }, Enum { values: new }) => {
            let lost: Vec<String> = old.iter().filter(|value| !new.contains(value)).map(|value| text(value)).collect();
            if lost.is_empty() { Way::Same } else { fits(format!("{column} IN ({})", lost.join(", "))) }
        }
        (Text(_) | LongText(_) | Email | Phone | Url, Enum { values }) => {
            let values: Vec<String> = values.iter().map(|value| text(value)).collect();
            fits(format!("{column} NOT IN ({})", values.join(", ")))
        }
        (Text(_) | LongText(_) | Email | Phone | Url | Enum { .. }, Text(_) | LongText(_)) => Way::Same,
        (Uuid, Text(_) | LongText(_)) if sqlite => Way::Same,
        (Integer { .. } | Uuid, Text(_) | LongText(_)) => by(format!("CAST({column} AS TEXT)")),
        // It knows one letter that becomes another at the end of a word.
        (before, after) if folds(before, after) => Way::By {
            value: format!("{}({column})", if sqlite { "fold".to_owned() } else { dialect.table("fold") }),
            unfit: Some(format!("{column} NOT LIKE '%_@_%' OR {column} LIKE '% %' OR {column} LIKE '%Σ%'")),
        },
        (Text(_) | LongText(_), Url) => {
            fits(format!("{column} NOT LIKE 'http://_%' AND {column} NOT LIKE 'https://_%'"))
        }
        (Text(_) | LongText(_), Phone) if sqlite => fits(format!(
            "{column} NOT GLOB '+[1-9][0-9]*' OR substr({column}, 2) GLOB '*[^0-9]*' OR length({column}) > 16"
        )),
        (Text(_) | LongText(_), Phone) => fits(format!("{column} !~ '^[+][1-9][0-9]{{1,14}}$'")),
        (Text(_) | LongText(_), Integer { .. }) if sqlite => Way::By {
            value: format!("CAST({column} AS INTEGER)"),
            unfit: Some(format!(
                "CAST(CAST({column} AS INTEGER) AS TEXT) <> {column} OR length(ltrim({column}, '-')) > 15"
            )),
        },
        (Text(_) | LongText(_), Integer { .. }) => Way::By {
            value: format!("CAST({column} AS bigint)"),
            unfit: Some(format!("{column} !~ '^(0|-?[1-9][0-9]{{0,14}})$'")),
        },
        (Integer { .. }, Decimal { scale, .. }) => Way::By {
            value: if sqlite { format!("{column} * {}", power(*scale)) } else { column.clone() },
            unfit: Some(format!("abs({column}) > {}", LARGEST / power(*scale))),
        },
        (Integer { .. }, Float { .. }) if sqlite => by(format!("CAST({column} AS REAL)")),
        (Integer { .. }, Float { .. }) => by(format!("CAST({column} AS double precision)")),
        (Decimal { scale: old, .. }, Decimal { scale: new, .. }) => decimals(&column, *old, *new, sqlite),
        // The way back, for values that are what they were.
        (Decimal { scale, .. }, Integer { .. }) if sqlite => Way::By {
            value: format!("{column} / {}", power(*scale)),
            unfit: Some(format!("{column} % {} <> 0", power(*scale))),
        },
        (Decimal { .. }, Integer { .. }) => {
            Way::By { value: format!("CAST({column} AS bigint)"), unfit: Some(format!("{column} <> trunc({column})")) }
        }
        (Float { .. }, Integer { .. }) => {
            let integer = types_integer(sqlite);
            Way::By {
                value: format!("CAST({column} AS {integer})"),
                // Too large for the one is not looked at as the other.
                unfit: Some(format!(
                    "CASE WHEN abs({column}) > {LARGEST} THEN TRUE ELSE CAST({column} AS {integer}) <> {column} END"
                )),
            }
        }
        (DateTime, Date) if sqlite => Way::By {
            value: format!("substr({column}, 1, 10)"),
            unfit: Some(format!("{column} NOT LIKE '%T00:00:00.000000Z'")),
        },
        (DateTime, Date) => Way::By {
            value: format!("CAST({column} AT TIME ZONE 'UTC' AS date)"),
            unfit: Some(format!("date_trunc('day', {column} AT TIME ZONE 'UTC') <> {column} AT TIME ZONE 'UTC'")),
        },
        (Date, DateTime) if sqlite => by(format!("{column} || 'T00:00:00.000000Z'")),
        (Date, DateTime) => by(format!("CAST({column} AS timestamp) AT TIME ZONE 'UTC'")),
        (Reference { to: from, .. }, Reference { to, .. }) if pairs.same_target(*from, *to) => Way::Same,
        (Reference { .. }, Reference { .. }) => Way::None,
        (old, new) if std::mem::discriminant(old) == std::mem::discriminant(new) => Way::Same,
        _ => Way::None,
    }
}

/// SQLite holds units of the last digit, Postgres numbers.
fn decimals(column: &str, old: u8, new: u8, sqlite: bool) -> Way {
    let by = power(old.abs_diff(new));
    match (new.cmp(&old), sqlite) {
        (std::cmp::Ordering::Equal, _) => Way::Same,
        (std::cmp::Ordering::Greater, true) => {
            Way::By { value: format!("{column} * {by}"), unfit: Some(format!("abs({column}) > {}", LARGEST / by)) }
        }
        (std::cmp::Ordering::Greater, false) => {
            Way::By { value: column.to_owned(), unfit: Some(format!("abs({column}) > {}", LARGEST / power(new))) }
        }
        (std::cmp::Ordering::Less, true) => {
            Way::By { value: format!("{column} / {by}"), unfit: Some(format!("{column} % {by} <> 0")) }
        }
        (std::cmp::Ordering::Less, false) => {
            Way::By { value: column.to_owned(), unfit: Some(format!("{column} <> round({column}, {new})")) }
        }
    }
}

fn types_integer(sqlite: bool) -> &'static str {
    if sqlite { "INTEGER" } else { "bigint" }
}

fn power(scale: u8) -> i64 {
    10_i64.pow(u32::from(scale))
}

/// What a value of it is, with its article.
pub(super) fn word(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text(_) | FieldKind::LongText(_) => "a text",
        FieldKind::Integer { .. } => "an integer",
        FieldKind::Decimal { currency: Some(_), .. } => "an amount of money with these digits",
        FieldKind::Decimal { .. } => "a decimal with these digits",
        FieldKind::Float { .. } => "a float",
        FieldKind::Boolean => "a boolean",
        FieldKind::Date => "a date",
        FieldKind::Time => "a time",
        FieldKind::DateTime => "a datetime",
        FieldKind::Enum { .. } => "one of its values",
        FieldKind::Email => "an e-mail address",
        FieldKind::Phone => "a phone number",
        FieldKind::Url => "a URL",
        FieldKind::Uuid => "a UUID",
        FieldKind::Json => "JSON",
        FieldKind::Reference { .. } => "a reference to those rows",
    }
}
