//! What the words of a condition mean: fields, the caller, values, each beside something that it can be compared with.

use std::sync::Arc;

use super::parse::{Fault, Token, Tree, Word, parse};
use super::{Comparison, End, Expr, Term, Via};
use crate::model::{EntityIndex, Field, FieldKind, IdKind, Literal, Target};
use crate::nearest::perhaps_or_list;

/// What a condition may speak of.
pub(crate) struct Scene<'a> {
    pub fields: &'a [Field],
    pub owned: bool,
    pub roles: &'a [String],
    /// What is known of users, and so of the caller.
    pub user_fields: &'a [Field],
    /// The entities that references lead to, by their places.
    pub others: &'a [Other<'a>],
}

/// An entity as far as a reference to it shows it.
pub(crate) struct Other<'a> {
    pub plural: &'a str,
    pub id: IdKind,
    pub soft_delete: bool,
    pub owned: bool,
    pub fields: &'a [Field],
}

/// Reads a condition.
pub(crate) fn read(text: &str, scene: &Scene) -> Result<Expr, Fault> {
    scene.tree(&parse(text)?)
}

/// What a term holds, as far as comparing it is concerned.
#[derive(Clone, Copy)]
enum Type<'a> {
    Field(&'a Field),
    User,
    Stamp,
    Role,
}

impl<'a> Scene<'a> {
    fn tree(&self, tree: &Tree) -> Result<Expr, Fault> {
        let not = |negated: bool, expr: Expr| if negated { Expr::Not(Box::new(expr)) } else { expr };
        let all = |parts: &[Tree]| parts.iter().map(|part| self.tree(part)).collect::<Result<Vec<_>, _>>();
        Ok(match tree {
            Tree::Not(inner) => not(true, self.tree(inner)?),
            Tree::All(parts) => Expr::All(all(parts)?),
            Tree::Any(parts) => Expr::Any(all(parts)?),
            Tree::Alone(word) => self.alone(word)?,
            Tree::IsNull { word, negated } => not(*negated, self.is_null(word)?),
            Tree::In { word, values, negated } => not(*negated, self.one_of(word, values)?),
            Tree::Compare(left, comparison, right) => self.compare(left, *comparison, right)?,
        })
    }

    fn alone(&self, word: &Word) -> Result<Expr, Fault> {
        match &word.token {
            Token::Name(name) if name == "true" || name == "false" => Ok(Expr::Constant(name == "true")),
            Token::Name(name) => match self.name(name, word.at)? {
                (term, Type::Field(Field { kind: FieldKind::Boolean, .. })) => {
                    Ok(Expr::Compare(term, Comparison::Eq, Term::Value(Literal::Boolean(true))))
                }
                _ => {
                    Err(Fault::new(word.at, format!("`{name}` alone is no condition"), Some("compare it: `name = …`")))
                }
            },
            _ => Err(Fault::new(word.at, "a value alone is no condition", Some("compare a field with it"))),
        }
    }

    fn is_null(&self, word: &Word) -> Result<Expr, Fault> {
        let (term, kind) = self.named(word)?;
        match kind {
            Type::Role => {
                Err(Fault::new(word.at, "`caller.role` has no single value", Some("write `caller.role = 'x'`")))
            }
            // What a reference leads to may be gone.
            // Of a stranger nothing is known.
            Type::Field(field) if field.required && !matches!(term, Term::Via(_) | Term::CallerField(_)) => Err(
                Fault::new(word.at, format!("`{}` is required and never null", field.name), Some("remove this part")),
            ),
            _ => Ok(Expr::IsNull(term)),
        }
    }

    fn one_of(&self, word: &Word, values: &[Word]) -> Result<Expr, Fault> {
        let (term, kind) = self.named(word)?;
        if let Type::Role = kind {
            return values.iter().map(|value| self.role(value)).collect::<Result<_, _>>().map(Expr::Any);
        }
        let read = |value: &Word| match self.value(value, kind)? {
            Term::Value(literal) => Ok(literal),
            _ => Err(Fault::new(value.at, "`in` wants plain values", None)),
        };
        Ok(Expr::OneOf(term, values.iter().map(read).collect::<Result<_, _>>()?))
    }

    fn compare(&self, left: &Word, comparison: Comparison, right: &Word) -> Result<Expr, Fault> {
        let is_name = |word: &Word| matches!(&word.token, Token::Name(name) if !is_value_word(name));
        let (left_term, right_term, kind) = match (is_name(left), is_name(right)) {
            (true, true) => {
                let ((one, kind), (other, other_kind)) = (self.named(left)?, self.named(right)?);
                comparable(kind, other_kind).map_err(|message| Fault::new(right.at, message, None))?;
                (one, other, kind)
            }
            (true, false) => {
                let (term, kind) = self.named(left)?;
                if let Type::Role = kind {
                    return self.has_role(left, comparison, right);
                }
                (term, self.value(right, kind)?, kind)
            }
            (false, true) => {
                let (term, kind) = self.named(right)?;
                (self.value(left, kind)?, term, kind)
            }
            (false, false) => {
                return Err(Fault::new(left.at, "two values are compared", Some("compare a field with a value")));
            }
        };
        let by_order = !matches!(comparison, Comparison::Eq | Comparison::Ne);
        if by_order && !is_ordered(kind) {
            return Err(Fault::new(left.at, "these have no order", Some("use `=`, `!=` or `in`")));
        }
        Ok(Expr::Compare(left_term, comparison, right_term))
    }

    fn has_role(&self, left: &Word, comparison: Comparison, right: &Word) -> Result<Expr, Fault> {
        match comparison {
            Comparison::Eq => self.role(right),
            Comparison::Ne => Ok(Expr::Not(Box::new(self.role(right)?))),
            _ => Err(Fault::new(left.at, "roles have no order", Some("use `=`, `!=` or `in`"))),
        }
    }

    fn role(&self, word: &Word) -> Result<Expr, Fault> {
        let Token::Text(role) = &word.token else {
            return Err(Fault::new(word.at, "a role is a text", Some("for example 'admin'")));
        };
        if self.roles.contains(role) {
            return Ok(Expr::HasRole(role.clone()));
        }
        let hint = perhaps_or_list(role, self.roles.iter().map(String::as_str).collect::<Vec<_>>());
        Err(Fault { at: word.at, message: format!("there is no role {role:?}"), hint })
    }

    fn named(&self, word: &Word) -> Result<(Term, Type<'a>), Fault> {
        match &word.token {
            Token::Name(name) if !is_value_word(name) => self.name(name, word.at),
            _ => Err(Fault::new(word.at, "expected a field, found a value", Some("put the field first"))),
        }
    }

    fn name(&self, name: &str, at: usize) -> Result<(Term, Type<'a>), Fault> {
        match name {
            "caller.id" => return Ok((Term::Caller, Type::User)),
            "caller.role" => return Ok((Term::Caller, Type::Role)),
            "user_id" if self.owned => return Ok((Term::Owner, Type::User)),
            "created_at" => return Ok((Term::CreatedAt, Type::Stamp)),
            "updated_at" => return Ok((Term::UpdatedAt, Type::Stamp)),
            _ => {}
        }
        if let Some(of_caller) = name.strip_prefix("caller.") {
            if of_caller == "email" {
                let hint = Some("compare `caller.id`, or give him a field of [user]");
                return Err(Fault::new(at, "an address does not say who somebody is: it changes hands", hint));
            }
            let is_it = |field: &Field| field.name == of_caller || field.column == of_caller;
            let place = self.user_fields.iter().position(is_it);
            if let Some((place, field)) = place.and_then(|place| Some((place, self.user_fields.get(place)?))) {
                return Ok((Term::CallerField(place), Type::Field(field)));
            }
        }
        if let Some((reference, part)) = name.split_once('.')
            && reference != "caller"
        {
            return self.beyond(reference, part, at);
        }
        // A reference goes by its column too, for that is its name in the API.
        let found = self.fields.iter().position(|field| field.name == name || field.column == name);
        let Some((place, field)) = found.and_then(|place| Some((place, self.fields.get(place)?))) else {
            let owner = self.owned.then_some("user_id");
            let known = self.fields.iter().map(|field| field.name.as_str()).chain(owner);
            let of_caller = self.user_fields.iter().map(|field| format!("caller.{}", field.name)).collect::<Vec<_>>();
            let known = known.chain(["created_at", "updated_at", "caller.id", "caller.role"]);
            let known: Vec<&str> = known.chain(of_caller.iter().map(String::as_str)).collect();
            let quoted = format!("a text stands in single quotes: '{name}'");
            let hint = crate::nearest::perhaps(name, known.iter().copied()).unwrap_or(quoted);
            return Err(Fault { at, message: format!("there is no field `{name}`"), hint: Some(hint) });
        };
        Ok((Term::Field(place), Type::Field(field)))
    }

    /// A part of what a reference leads to.
    fn beyond(&self, reference: &str, part: &str, at: usize) -> Result<(Term, Type<'a>), Fault> {
        let (from, kind) = self.name(reference, at)?;
        let Type::Field(Field { kind: FieldKind::Reference { to, .. }, .. }) = kind else {
            return Err(Fault::new(at, format!("`{reference}` is no reference, so it has no `{part}`"), None));
        };
        let Target::Entity(EntityIndex(place)) = *to else {
            let hint = Some("compare the reference with `caller.id`");
            return Err(Fault::new(at, "of a user only who he is is known here", hint));
        };
        if part.contains('.') {
            return Err(Fault::new(at, "one reference is followed, not two", Some("what needs more is for code")));
        }
        let Some(other) = self.others.get(place) else {
            return Err(Fault::new(at, format!("`{reference}` cannot be looked through here"), None));
        };
        let at_part = at + reference.len() + 1;
        let there = Scene { fields: other.fields, owned: other.owned, others: &[], ..*self };
        let (term, kind) = there.name(part, at_part)?;
        let (column, holds) = match (&term, kind) {
            (_, Type::Field(field)) => (field.column.clone(), field.kind.clone()),
            (Term::Owner, _) => ("user_id".to_owned(), FieldKind::Uuid),
            (Term::CreatedAt, _) => ("created_at".to_owned(), FieldKind::DateTime),
            (Term::UpdatedAt, _) => ("updated_at".to_owned(), FieldKind::DateTime),
            _ => return Err(Fault::new(at_part, format!("`{part}` is nothing of a record"), None)),
        };
        let (table, id, soft_delete) = (other.plural.to_owned(), other.id, other.soft_delete);
        let entity = EntityIndex(place);
        let end = Arc::new(End { entity, term, table, id, soft_delete, column, kind: holds });
        Ok((Term::Via(Box::new(Via { from, end })), kind))
    }

    /// A value, read as the term beside it would read it.
    fn value(&self, word: &Word, beside: Type) -> Result<Term, Fault> {
        let fault = |message: String, hint: Option<String>| Fault { at: word.at, message, hint };
        if let Token::Name(name) = &word.token {
            match (name.as_str(), beside) {
                ("null", _) => return Err(fault("nothing equals null".to_owned(), Some("write `is null`".to_owned()))),
                ("now", Type::Stamp | Type::Field(Field { kind: FieldKind::DateTime, .. })) => return Ok(Term::Now),
                ("now", Type::Field(Field { kind: FieldKind::Date, .. })) => return Ok(Term::Today),
                ("now", _) => return Err(fault("`now` is a time, and this is none".to_owned(), None)),
                _ => {}
            }
        }
        let kind = match beside {
            Type::Field(field) => &field.kind,
            Type::Stamp => &FieldKind::DateTime,
            Type::User => &FieldKind::Uuid,
            Type::Role => return Err(fault("`caller.role` is compared with a role".to_owned(), None)),
        };
        let (text, form) = match &word.token {
            Token::Text(text) => (text, Form::Text),
            Token::Number(number) => (number, Form::Number),
            Token::Name(name) => (name, Form::Truth),
            Token::Sign(_) | Token::End => return Err(fault("expected a value".to_owned(), None)),
        };
        if !form.fits(kind) {
            return Err(fault(format!("expected {}", Form::of(kind)), None));
        }
        match kind.read_text(text) {
            Ok(literal) => Ok(Term::Value(literal)),
            Err(complaint) => {
                let near = match kind {
                    FieldKind::Enum { values } => crate::nearest::perhaps(text, values.iter().map(String::as_str)),
                    _ => None,
                };
                Err(fault(format!("{text:?} {}", complaint.detail), near))
            }
        }
    }
}

/// How a value is written.
#[derive(PartialEq, Eq)]
enum Form {
    Text,
    Number,
    Truth,
}

impl Form {
    fn fits(&self, kind: &FieldKind) -> bool {
        match kind {
            FieldKind::Boolean => *self == Form::Truth,
            FieldKind::Integer { .. } | FieldKind::Float { .. } => *self == Form::Number,
            FieldKind::Reference { id: crate::model::IdKind::Integer, .. } => *self == Form::Number,
            FieldKind::Decimal { .. } => *self != Form::Truth,
            FieldKind::Json => false,
            _ => *self == Form::Text,
        }
    }

    fn of(kind: &FieldKind) -> &'static str {
        match kind {
            FieldKind::Boolean => "`true` or `false`",
            FieldKind::Integer { .. } | FieldKind::Float { .. } | FieldKind::Decimal { .. } => "a number",
            FieldKind::Reference { id: crate::model::IdKind::Integer, .. } => "an id, a whole number",
            FieldKind::Json => "`is null`: JSON can be compared with nothing",
            _ => "a text in single quotes",
        }
    }
}

fn is_value_word(name: &str) -> bool {
    matches!(name, "true" | "false" | "now" | "null")
}

fn comparable(one: Type, other: Type) -> Result<(), String> {
    let matching = match (one, other) {
        (Type::User, Type::User) | (Type::Stamp, Type::Stamp) => true,
        (Type::User, Type::Field(field)) | (Type::Field(field), Type::User) => {
            matches!(field.kind, FieldKind::Reference { to: Target::User, .. })
        }
        (Type::Stamp, Type::Field(field)) | (Type::Field(field), Type::Stamp) => {
            matches!(field.kind, FieldKind::DateTime)
        }
        (Type::Field(one), Type::Field(other)) => same_type(&one.kind, &other.kind),
        (Type::User, Type::Stamp) | (Type::Stamp, Type::User) => false,
        (Type::Role, _) | (_, Type::Role) => {
            return Err("`caller.role` is compared with a role, such as 'admin'".to_owned());
        }
    };
    if matching { Ok(()) } else { Err("these two are of different types".to_owned()) }
}

fn same_type(one: &FieldKind, other: &FieldKind) -> bool {
    use FieldKind::{
        Boolean, Date, DateTime, Decimal, Email, Enum, Float, Integer, LongText, Phone, Reference, Text, Time, Url,
        Uuid,
    };
    match (one, other) {
        (Decimal { currency, scale, .. }, Decimal { currency: other, scale: digits, .. }) => {
            currency == other && scale == digits
        }
        (Reference { to, .. }, Reference { to: other, .. }) => to == other,
        (
            Text(_) | LongText(_) | Enum { .. } | Email | Phone | Url,
            Text(_) | LongText(_) | Enum { .. } | Email | Phone | Url,
        )
        | (Integer { .. }, Integer { .. })
        | (Float { .. }, Float { .. })
        | (Boolean, Boolean)
        | (Date, Date)
        | (Time, Time)
        | (DateTime, DateTime)
        | (Uuid, Uuid) => true,
        _ => false,
    }
}

fn is_ordered(kind: Type) -> bool {
    match kind {
        Type::User | Type::Role => false,
        Type::Stamp => true,
        Type::Field(field) => !matches!(
            field.kind,
            FieldKind::Boolean
                | FieldKind::Enum { .. }
                | FieldKind::Uuid
                | FieldKind::Json
                | FieldKind::Reference { .. }
        ),
    }
}
