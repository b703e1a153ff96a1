//! What a name in a list may be: the values, bounds and units that stand after it or in its brackets.

use crate::facts::Item;
use crate::lexicon::fields::{self, FieldType};
use crate::lexicon::{archetypes, words};
use crate::lists;
use crate::nouns;
use crate::scene::Scene;
use crate::tags::Tag;

/// What brackets may say of a field besides its values.
const CONSTRAINTS: &[&str] = &["required", "mandatory", "optional", "unique", ",", "and", "&", "must", "be"];

/// What stands in brackets after a name: values, fields, a unit, a constraint.
pub(crate) fn brackets(scene: &Scene<'_>, item: &mut Item, from: usize, to: usize) {
    let text = scene.words(from, to);
    match text {
        "unique" => return item.unique = true,
        "required" | "mandatory" | "compulsory" | "must" | "obligatory" | "always" => {
            return item.required = Some(true);
        }
        "optional" | "if any" | "if available" | "if known" | "if applicable" | "if needed" | "not mandatory"
        | "not required" | "may be empty" | "can be empty" | "may be blank" | "where applicable" | "not always" => {
            return item.required = Some(false);
        }
        "yes / no" | "y / n" | "true / false" | "yes or no" | "yes , no" | "boolean" | "bool" | "true or false" => {
            return item.kind = Some(FieldType::Boolean);
        }
        "markdown" | "rich text" | "long text" | "html" => return item.kind = Some(FieldType::LongText),
        "file" | "image" | "pdf" | "upload" | "photo" => {
            item.kind = Some(FieldType::Url);
            return item.file = true;
        }
        "s" | "es" => return item.plural = true,
        _ => {}
    }
    if (from..to).all(|at| scene.one_of(at, CONSTRAINTS)) {
        item.unique |= (from..to).any(|at| scene.is(at, "unique"));
        if (from..to).any(|at| scene.one_of(at, &["required", "mandatory"])) {
            item.required = Some(true);
        } else if (from..to).any(|at| scene.is(at, "optional")) {
            item.required = Some(false);
        }
        return;
    }
    // "(max 80 characters)", "(at least 1)".
    if let Some((limit, next)) = crate::rules::bounds::limit(scene, from, to) {
        let of =
            scene.token(next).filter(|_| next < to).and_then(|token| Some((unit(&token.text)?, currency(&token.text))));
        if next + usize::from(of.is_some()) >= to {
            item.limit = Some(limit);
            if let Some((kind, currency)) = of {
                item.kind = item.kind.or(Some(kind));
                item.currency = item.currency.or(currency);
            }
            return;
        }
    }
    if demands(scene, item, from, to) {
        return;
    }
    if let Some(kind) = scene.token(from).and_then(|token| typed(&token.text)) {
        let rest = (from + 1..to).all(|at| scene.one_of(at, CONSTRAINTS) || scene.tag(at) == Some(Tag::Number));
        if rest {
            item.kind = Some(kind);
            item.unique |= (from..to).any(|at| scene.is(at, "unique"));
            if (from..to).any(|at| scene.one_of(at, &["required", "mandatory"])) {
                item.required = Some(true);
            }
            return;
        }
    }
    // "(both ends)", "(3 letters)", "(see below)": a remark.
    let letters = scene.tag(from) == Some(Tag::Number)
        && to == from + 2
        && scene
            .token(from + 1)
            .is_some_and(|token| crate::lexicon::has("letter character char digit word line", &token.lemma));
    let says = scene.one_of(from, &["we", "i"]) && matches!(scene.tag(from + 1), Some(Tag::Have | Tag::Verb | Tag::Be));
    if letters || says || scene.one_of(from, &["both", "see", "if", "all", "any"]) && to - from <= 5 {
        return;
    }
    // "beds (1-4)" in one word.
    if to == from + 1
        && let Some((low, high)) = scene.token(from).and_then(|token| token.text.split_once('-'))
        && let (Some(low), Some(high)) = (words::number(low), words::number(high))
    {
        item.min = Some(low);
        item.max = Some(high);
        item.kind = Some(FieldType::Integer);
        return;
    }
    // "numeric(10,4)".
    if item.kind.is_some() && (from..to).all(|at| scene.tag(at) == Some(Tag::Number) || scene.is(at, ",")) {
        return;
    }
    // "(theirs, may be empty)".
    if ["may be empty", "can be empty", "may be blank", "can be blank", "optional"]
        .iter()
        .any(|said| text.contains(said))
    {
        item.required = Some(false);
        return;
    }
    if text.contains("unique") && to - from <= 4 {
        item.unique = true;
        return;
    }
    let number = |at: usize| scene.token(at).and_then(|t| words::number(&t.text));
    if let (Some(low), Some(high)) = (number(from), number(from + 2))
        && scene.one_of(from + 1, &["-", "to", "–"])
    {
        item.min = Some(low);
        item.max = Some(high);
        item.kind = Some(FieldType::Integer);
        return;
    }
    if to - from <= 2
        && let Some(kind) = scene.token(to - 1).and_then(|t| unit(&t.text))
    {
        item.kind = Some(kind);
        item.currency = scene.token(to - 1).and_then(|t| currency(&t.text));
        return;
    }
    let start =
        from + usize::from(scene.one_of(from, &["e.g", "eg", "like", "either", "i.e", "enum", "values", "options"]));
    let start = start + usize::from(scene.one_of(start, &[".", ",", ":"]));
    let listed = lists::read(scene, start, to);
    let named = listed.iter().filter(|item| item.known()).count();
    let (values, _) = values(scene, start, to);
    let head = item.entity.rsplit('_').next().unwrap_or("");
    let chooses = fields::takes_values(head) || fields::guess(head).is_some_and(|guess| guess.kind == FieldType::Enum);
    let table = archetypes::sort(&item.entity).is_some() || archetypes::sort(head).is_some();
    let all = listed.len().max(values.len());
    // "rarity (common uncommon rare)": words in a row.
    let bare = to >= start + 3
        && (start..to).all(|at| {
            scene.token(at).is_some_and(|token| {
                token.kind == crate::tokens::Kind::Word
                    && !words::is_function_word(&token.text)
                    && fields::guess(&token.text).is_none()
            })
        });
    if bare && chooses && !table {
        item.values = (start..to).map(|at| value(scene, at, at + 1)).collect();
        return;
    }
    if values.len() >= 2 && chooses && (!table || named * 2 < all.max(1)) {
        item.values = values;
    } else if !listed.is_empty() && named * 2 >= all && (table || item.plural || listed.len() >= 2) {
        item.items = listed;
    } else if values.len() >= 2 {
        item.values = values;
    }
}

/// "(unique, 12 characters)", "(required, at most 80 characters)": several demands in a row, and nothing else.
fn demands(scene: &Scene<'_>, item: &mut Item, from: usize, to: usize) -> bool {
    let cuts: Vec<usize> = (from..to).filter(|at| scene.one_of(*at, &[",", "and", ";"])).collect();
    let mut changed = item.clone();
    let mut start = from;
    for end in cuts.iter().copied().chain([to]) {
        match scene.words(start, end) {
            "" => {}
            "unique" => changed.unique = true,
            "required" | "mandatory" => changed.required = Some(true),
            "optional" => changed.required = Some(false),
            _ => {
                let said = crate::rules::bounds::limit(scene, start, end)
                    .or_else(|| crate::rules::bounds::long(scene, start, end));
                let Some((limit, _)) = said.filter(|(_, next)| *next >= end) else { return false };
                changed.limit = Some(limit);
            }
        }
        start = end + 1;
    }
    let limited = changed.limit.is_some() && !cuts.is_empty();
    if limited {
        *item = changed;
    }
    limited
}

/// The words of programmers for a type: "(string)", "(decimal)".
pub(crate) fn typed(word: &str) -> Option<FieldType> {
    Some(match word {
        "string" | "str" | "varchar" | "char" => FieldType::Text,
        "int" | "integer" | "bigint" => FieldType::Integer,
        "decimal" | "float" | "double" | "numeric" => FieldType::Decimal,
        "money" | "currency" => FieldType::Money,
        "boolean" | "bool" | "checkbox" => FieldType::Boolean,
        "date" => FieldType::Date,
        "datetime" | "timestamp" => FieldType::Datetime,
        "json" | "jsonb" | "array" => FieldType::Json,
        "textarea" | "longtext" => FieldType::LongText,
        _ => return None,
    })
}

/// The same after a name, where they are no names of their own: "level int", "banned bool".
pub(crate) fn hinted(word: &str) -> Option<FieldType> {
    matches!(
        word,
        "int"
            | "integer"
            | "bigint"
            | "bool"
            | "boolean"
            | "varchar"
            | "string"
            | "float"
            | "numeric"
            | "jsonb"
            | "datetime"
            | "timestamp"
            | "decimal"
    )
    .then(|| typed(word))
    .flatten()
}

/// A unit after a name tells its type.
pub(crate) fn unit(word: &str) -> Option<FieldType> {
    match word {
        "minutes" | "minute" | "mins" | "min" | "seconds" | "secs" | "months" | "years" | "days" | "weeks"
        | "points" | "stars" => Some(FieldType::Integer),
        "hours" | "kg" | "kilograms" | "lbs" | "pounds" | "grams" | "g" | "cm" | "mm" | "km" | "miles" | "meters"
        | "m2" | "sqm" | "liters" | "ml" | "tons" | "tonnes" | "tonne" | "ton" | "oz" | "lb" | "inches" | "feet"
        | "ft" | "percent" | "%" | "celsius" | "kw" | "kwh" | "mah" | "watts" | "volts" | "amps" | "m3"
        | "hectares" | "acres" | "knots" | "psi" | "ha" => Some(FieldType::Decimal),
        _ => currency(word).map(|_| FieldType::Money),
    }
}

/// Units that are no name of anything else: "capacity mAh", "weight kg", not "rental days".
pub(crate) fn measure(word: &str) -> Option<FieldType> {
    let plain = crate::lexicon::has(
        "kg grams cm mm km ml liters kwh kw mah watts volts percent celsius tons tonnes hectares",
        word,
    );
    unit(word).filter(|_| plain)
}

/// The currency that a word or a sign means. "Pounds" alone may be a weight.
pub(crate) fn currency(word: &str) -> Option<&'static str> {
    Some(match word {
        "usd" | "dollar" | "dollars" | "us-dollars" | "$" => "USD",
        "eur" | "euro" | "euros" | "€" => "EUR",
        "gbp" | "pounds-sterling" | "sterling" | "quid" | "£" => "GBP",
        "chf" => "CHF",
        "cad" => "CAD",
        "aud" => "AUD",
        "jpy" | "yen" | "¥" => "JPY",
        "inr" | "rupee" | "rupees" | "₹" => "INR",
        "sek" => "SEK",
        "nok" => "NOK",
        "dkk" => "DKK",
        "pln" | "zloty" => "PLN",
        _ => return None,
    })
}

/// Values "a, b or c", "a / b / c", "a -> b -> c": the values and where they end.
pub(crate) fn values(scene: &Scene<'_>, from: usize, to: usize) -> (Vec<String>, usize) {
    let depth = scene.depth_at(from);
    let mut found = Vec::new();
    let mut start = from;
    let mut at = from;
    let mut last_was_or = false;
    // "received, sent to the workshop, collected": among what is listed by commas, "to" is no step.
    let mut listing = false;
    // "a / b / c, d": what follows the comma is something else.
    let slashed = (from..to).find(|at| scene.depth_at(*at) == depth && scene.one_of(*at, &[",", "/", "|", ";"]));
    let slashed = slashed.is_some_and(|at| scene.one_of(at, &["/", "|"]));
    while at <= to {
        let ends = at == to || scene.one_of(at, &[";", "."]) || slashed && scene.is(at, ",");
        let arrow = scene.one_of(at, &[",", "/", "|", "->", ">"])
            || scene.one_of(at, &["or", "and", "then", "&"])
            || scene.is(at, "to") && !found.is_empty() && (at == start || !listing);
        let hyphen = scene.is(at, "-") && scene.is(at + 1, ">");
        if scene.close_of(at).is_some() || scene.depth_at(at) < depth {
            push_value(scene, &mut found, start, at);
            return (found, at);
        }
        if ends || arrow || hyphen {
            push_value(scene, &mut found, start, at);
            if ends
                || at > from && last_was_or && scene.is(at, ",")
                || matches!(scene.tag(at + 1), Some(Tag::Determiner | Tag::Pronoun | Tag::Subordinator | Tag::Relative))
                    && !scene.one_of(
                        at + 1,
                        &["no", "one", "other", "single", "multiple", "several", "all", "some", "any", "both"],
                    )
            {
                return (found, at);
            }
            last_was_or = scene.one_of(at, &["or", "and"]);
            listing = scene.one_of(at, &[",", "or", "and", "&"]);
            start = at + 1 + usize::from(hyphen);
        } else if matches!(scene.tag(at), Some(Tag::Subordinator | Tag::Relative))
            || at > start && matches!(scene.tag(at), Some(Tag::Modal | Tag::Be))
        {
            return (found, start);
        }
        at += 1;
    }
    (found, to)
}

fn push_value(scene: &Scene<'_>, found: &mut Vec<String>, from: usize, to: usize) {
    let mut from = from;
    let letter = |at: usize| at + 1 == to && scene.one_of(at, &["a", "an"]);
    while from < to
        && !letter(from)
        && scene.one_of(from, &["or", "and", "either", "then", "to", "a", "an", "e.g", ":", "from"])
    {
        from += 1;
    }
    if to <= from || to - from > 4 {
        return;
    }
    let article = (from + 1..to).any(|at| scene.one_of(at, &["the", "a", "an"]));
    let value = if article { without_articles(scene, from, to) } else { value(scene, from, to) };
    if let Some((first, last)) = value.split_once("_").filter(|_| to - from == 1)
        && let (Some(letter), Some(low), Some(high)) = series(first, last)
        && high > low
        && high - low < 20
    {
        found.extend((low..=high).map(|n| format!("{letter}{n}")));
        return;
    }
    if !value.is_empty() && !found.contains(&value) && value != "etc" {
        found.push(value);
    }
}

/// "p0", "p3" are the ends of a series.
fn series(first: &str, last: &str) -> (Option<String>, Option<i64>, Option<i64>) {
    let split = |text: &str| {
        let letters: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
        let number = text.get(letters.len()..).and_then(|digits| digits.parse::<i64>().ok());
        (letters, number)
    };
    let ((a, low), (b, high)) = (split(first), split(last));
    ((a == b && a.len() == 1).then_some(a), low, high)
}

pub(crate) fn value(scene: &Scene<'_>, from: usize, to: usize) -> String {
    let quoted = |at: &usize| scene.one_of(*at, &["\"", "'", "*", "`"]);
    let spelt: Vec<String> = (from..to).filter(|at| !quoted(at)).map(|at| scene.spelt(at)).collect();
    let parts: Vec<&str> = spelt.iter().map(String::as_str).collect();
    // "A+" and "A-" are two.
    let signed = |sign: &str, word: &'static str| (parts.len() == 2 && parts.last() == Some(&sign)).then_some(word);
    let tail = signed("+", "pos").or_else(|| signed("-", "neg"));
    let parts: Vec<&str> = match tail {
        Some(word) => parts.first().copied().into_iter().chain([word]).collect(),
        None => parts,
    };
    let name = nouns::snake(&parts);
    if name.starts_with('n') && parts.first().is_some_and(|p| p.starts_with(|c: char| c.is_ascii_digit())) {
        return name.get(1..).unwrap_or("").to_owned();
    }
    name
}

/// "sent to the workshop" is `sent_to_workshop`.
pub(crate) fn without_articles(scene: &Scene<'_>, from: usize, to: usize) -> String {
    let kept = (from..to).filter(|at| !scene.one_of(*at, &["the", "a", "an"]));
    let words: Vec<String> = kept.map(|at| value(scene, at, at + 1)).filter(|word| !word.is_empty()).collect();
    words.join("_")
}
