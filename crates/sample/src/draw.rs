//! One value for one field of a sample row: candidates, the most natural first, until the field takes one.

use blueprint::{Field, FieldKind, Literal};
use serde_json::{Value, json};

use crate::numbers::{self, Limits};
use crate::{Dice, Subject, texts, times};

/// How often something else is tried. Each attempt throws wider than the one before.
const ATTEMPTS: u32 = 24;

/// A value that the field takes and that is free, if one can be found. None for references, which lead to rows.
///
/// Asked again with less that is free, it gives the next best.
pub fn draw(field: &Field, subject: &Subject, free: &dyn Fn(&Literal) -> bool) -> Option<Value> {
    let mut dice = subject.dice(&field.name);
    let fits = |value: &Value| field.read(value).is_ok_and(|literal| free(&literal));
    let thrown = (0..ATTEMPTS).find_map(|attempt| {
        let candidates = candidates(field, subject, &mut dice, attempt);
        candidates.into_iter().find(|value| fits(value))
    });
    thrown.or_else(|| every(field).into_iter().find(|value| fits(value)))
}

fn candidates(field: &Field, subject: &Subject, dice: &mut Dice, attempt: u32) -> Vec<Value> {
    let name = field.name.as_str();
    match &field.kind {
        FieldKind::Text(limits) => strings(texts::texts(name, limits, false, subject, dice, attempt)),
        FieldKind::LongText(limits) => strings(texts::texts(name, limits, true, subject, dice, attempt)),
        FieldKind::Integer { .. } | FieldKind::Decimal { .. } => {
            let Some(limits) = limits(&field.kind) else { return Vec::new() };
            vec![number(&field.kind, numbers::units(name, limits, dice, attempt))]
        }
        FieldKind::Float { min, max } => vec![numbers::float(name, *min, *max, dice, attempt)],
        FieldKind::Boolean => vec![json!(dice.percent(if field.default == TRUE { 65 } else { 35 }))],
        FieldKind::Date => vec![json!(times::day(name, dice, attempt))],
        FieldKind::Time => vec![json!(times::time(name, dice, attempt))],
        FieldKind::DateTime => vec![json!(times::moment(name, dice, attempt))],
        FieldKind::Enum { values } => vec![json!(enumerated(values, subject, dice))],
        FieldKind::Email => vec![json!(texts::email(subject, dice, attempt))],
        FieldKind::Phone => vec![json!(texts::phone(dice))],
        FieldKind::Url => vec![json!(texts::url(subject, dice, attempt))],
        FieldKind::Uuid => vec![json!(uuid(dice))],
        FieldKind::Json => vec![json!({ "note": texts::sentence(dice), "count": dice.between(1, 20) })],
        FieldKind::Reference { .. } => Vec::new(),
    }
}

const TRUE: Option<Literal> = Some(Literal::Boolean(true));

/// Every value of a field that has few, for where chance does not meet the last ones.
fn every(field: &Field) -> Vec<Value> {
    match &field.kind {
        FieldKind::Boolean => vec![json!(false), json!(true)],
        FieldKind::Enum { values } => values.iter().map(|value| json!(value)).collect(),
        kind => {
            let units = limits(kind).into_iter().flat_map(numbers::all_units);
            units.map(|units| number(kind, units)).collect()
        }
    }
}

fn limits(kind: &FieldKind) -> Option<Limits> {
    match kind {
        FieldKind::Integer { min, max } => Some(Limits { scale: 0, min: *min, max: *max, money: false }),
        FieldKind::Decimal { scale, min, max, currency } => {
            Some(Limits { scale: *scale, min: *min, max: *max, money: currency.is_some() })
        }
        _ => None,
    }
}

fn number(kind: &FieldKind, units: i64) -> Value {
    match kind {
        FieldKind::Decimal { scale, .. } => numbers::decimal(units, *scale),
        _ => json!(units),
    }
}

/// The first rows have one each, so that none is missing; then it is chance.
fn enumerated<'a>(values: &'a [String], subject: &Subject, dice: &mut Dice) -> &'a str {
    let chance = dice.place(values.len());
    let place = if subject.number < values.len() { subject.number } else { chance };
    values.get(place).map_or("", String::as_str)
}

/// In the form of a random one (RFC 9562 §5.4).
fn uuid(dice: &mut Dice) -> String {
    let (high, low) = (dice.any(), dice.any());
    let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, high & 0x0fff);
    format!("{a:08x}-{b:04x}-4{c:03x}-{:04x}-{:012x}", (low >> 48) & 0x3fff | 0x8000, low & 0xffff_ffff_ffff)
}

fn strings(texts: Vec<String>) -> Vec<Value> {
    texts.into_iter().map(Value::String).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::fields;

    const HARD: &str = r#"
        a = { type = "text", min_length = 400, max_length = 410 }
        b = { type = "text", max_length = 3 }
        c = { type = "text", pattern = "[A-Z]{2}-[0-9]{3,5}" }
        d = { type = "long_text" }
        price = { type = "integer", min = 500 }
        f = { type = "integer", max = -3 }
        g = { type = "decimal", scale = 4, max = "-0.5" }
        salary = { type = "money", currency = "JPY", min = 100 }
        i = { type = "money", currency = "USD" }
        j = { type = "float", min = 9, max = 9.5 }
        l = { type = "date" }
        m = { type = "time" }
        n = { type = "datetime" }
        p = { type = "email" }
        qq = { type = "phone" }
        r = { type = "url" }
        s = { type = "uuid" }
        t = { type = "json" }
        few = { type = "integer", min = 1, max = 40 }
        name = { type = "text", max_length = 12 }
    "#;

    #[test]
    fn forty_rows_of_every_type_are_taken_and_differ() {
        for field in fields(HARD) {
            let seen = RefCell::new(Vec::new());
            for number in 0..40 {
                let free = |literal: &Literal| !seen.borrow().contains(literal);
                let value = draw(&field, &Subject::new(1, "customer", number), &free);
                let value = value.unwrap_or_else(|| panic!("{} has no value for row {number}", field.name));
                let literal = field.read(&value).unwrap();
                seen.borrow_mut().push(literal);
            }
        }
    }

    #[test]
    fn what_has_no_value_gets_none() {
        let [odd, few] = &fields(
            r#"
            odd = { type = "text", pattern = "a", min_length = 2 }
            few = { type = "enum", values = ["one", "two"] }
            "#,
        )[..] else {
            panic!("two fields")
        };
        let subject = Subject::new(1, "customer", 5);
        assert_eq!(draw(odd, &subject, &|_| true), None);
        assert!(draw(few, &subject, &|literal| *literal == Literal::Text("two".to_owned())).is_some());
        assert_eq!(draw(few, &subject, &|_| false), None);
    }

    #[test]
    fn who_is_named_has_that_address() {
        let fields = fields("name = { type = \"text\" }\nemail = { type = \"email\" }\ncompany = { type = \"text\" }");
        let subject = Subject::new(1, "customer", 0);
        let said: Vec<String> =
            fields.iter().map(|field| draw(field, &subject, &|_| true).unwrap().as_str().unwrap().to_owned()).collect();
        let [name, email, company] = &said[..] else { panic!("{said:?}") };
        assert!(email.starts_with(&name.to_lowercase().replace(' ', ".")), "{said:?}");
        assert!(company.contains(' ') && company != name, "{said:?}");
    }
}
