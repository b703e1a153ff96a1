//! What of an assumption is still open: what it is about may have gone since, by a change or by hand, and under another name it is
//! still there.

use std::mem::discriminant;

use blueprint::{Blueprint, Entity, Field, FieldKind};

use crate::facts::Assumption;

/// What is left to look at of an assumption, in words. Nothing where all that it is about is gone.
pub(super) fn left(blueprint: &Blueprint, assumption: &Assumption) -> Option<String> {
    let Assumption { text, about, parts, .. } = assumption;
    if !stands(blueprint, about) {
        return None;
    }
    let names = |parts: &mut dyn Iterator<Item = &str>| parts.collect::<Vec<_>>().join(", ");
    let all = names(&mut parts.iter().map(|part| part.name.as_str()));
    let Some(head) = text.strip_suffix(&all).filter(|_| !parts.is_empty()) else { return Some(text.clone()) };
    let there = parts.iter().filter(|part| stands(blueprint, &part.about));
    let there = names(&mut there.map(|part| part.name.as_str()));
    (!there.is_empty()).then(|| format!("{head}{there}"))
}

fn is(wanted: &str, name: &str, former: &[String]) -> bool {
    name == wanted || former.iter().any(|it| it == wanted)
}

fn entity<'b>(blueprint: &'b Blueprint, name: &str) -> Option<&'b Entity> {
    blueprint.entities.iter().find(|entity| is(name, &entity.name, &entity.renamed_from))
}

/// Whether what a JSON pointer names is in the blueprint, also under a name that it had. What is not a record, a field, a service or
/// an automation cannot go.
pub fn stands(blueprint: &Blueprint, pointer: &str) -> bool {
    let has = |entity: &Entity, wanted: &str| {
        let mut links = entity.links.iter();
        entity.fields.iter().any(|field| is(wanted, &field.name, &field.renamed_from))
            || links.any(|link| is(wanted, &link.name, &link.renamed_from))
    };
    let parts: Vec<&str> = pointer.split('/').skip(1).collect();
    match parts.as_slice() {
        ["entity", name, rest @ ..] => entity(blueprint, name).is_some_and(|entity| match rest {
            ["field", field, ..] => has(entity, field),
            _ => true,
        }),
        ["integration", name, ..] => blueprint.integrations.iter().any(|one| one.name == **name),
        ["automation", name, ..] => blueprint.automations.iter().any(|one| one.name == **name),
        _ => true,
    }
}

/// Whether a change of the blueprint decided what was assumed: another answer stands there now.
pub fn decided(before: &Blueprint, after: &Blueprint, assumption: &Assumption) -> bool {
    let parts: Vec<&str> = assumption.about.split('/').skip(1).collect();
    match parts.as_slice() {
        ["auth", "sign_up"] => before.auth.sign_up != after.auth.sign_up,
        ["entity", name, "access", rest @ ..] => {
            let why = assumption.why.as_str();
            let rules = |blueprint| {
                let one = entity(blueprint, name)?;
                let access = &one.access;
                let (read, create, update, delete) = (&access.read, &access.create, &access.update, &access.delete);
                // What is assumed of reading stands where only deleting was changed.
                Some((
                    one.owned,
                    match rest {
                        // Whose records are seen.
                        [] if matches!(why, "access.own" | "access.own_value" | "access.follows") => vec![read],
                        ["read", ..] => vec![read],
                        ["create", ..] => vec![create],
                        ["update", ..] => vec![update],
                        ["delete", ..] => vec![delete],
                        _ => vec![read, create, update, delete],
                    },
                ))
            };
            rules(before) != rules(after)
        }
        ["entity", name, "field", wanted, ..] => {
            let field = |blueprint| {
                let mut fields = entity(blueprint, name)?.fields.iter();
                fields.find(|field| is(wanted, &field.name, &field.renamed_from))
            };
            field(before).zip(field(after)).is_some_and(|(one, other)| match assumption.why.as_str() {
                "relation.optional" | "label.required" => one.required != other.required,
                "money.currency" => currency(one) != currency(other),
                _ => discriminant(&one.kind) != discriminant(&other.kind),
            })
        }
        _ => false,
    }
}

fn currency(field: &Field) -> Option<&str> {
    match &field.kind {
        FieldKind::Decimal { currency, .. } => currency.as_deref(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{decided, left};
    use crate::facts::{Assumption, Part};

    const BLUEPRINT: &str = "[app]\nname = \"school\"\n[entity.course.field]\ntitle = { type = \"text\" }\n\
        fee = { type = \"money\", renamed_from = \"price\" }\n[entity.tutor]\nrenamed_from = \"teacher\"\n\
        [entity.tutor.field]\nname = { type = \"text\" }\ncourses = { type = \"reference\", to = \"course\", many = true }\n";

    #[test]
    fn what_is_gone_is_open_no_more() {
        let blueprint = blueprint::load(BLUEPRINT).unwrap();
        for (about, open) in [
            ("", true),
            ("/entity", true),
            ("/auth/sign_up", true),
            ("/entity/course", true),
            ("/entity/course/access/read", true),
            ("/entity/course/field/title/default", true),
            ("/entity/course/field/price", true),
            ("/entity/course/field/fee", true),
            ("/entity/teacher/field/name", true),
            ("/entity/tutor/field/courses", true),
            ("/entity/course/field/start_date", false),
            ("/entity/lesson", false),
            ("/entity/lesson/access", false),
            ("/integration/sms", false),
            ("/automation/sms_course_created", false),
        ] {
            let text = "it is so".to_owned();
            let assumption =
                Assumption { text: text.clone(), why: String::new(), about: about.to_owned(), parts: Vec::new() };
            assert_eq!(left(&blueprint, &assumption), open.then_some(text), "{about}");
        }
    }

    #[test]
    fn what_a_change_decided_is_open_no_more() {
        let before = blueprint::load(BLUEPRINT).unwrap();
        for (from, to, about, why, is_decided) in [
            (
                "[entity.course.field]",
                "[auth]\nsign_up = \"invite\"\n[entity.course.field]",
                "/auth/sign_up",
                "access.invite",
                true,
            ),
            ("fee = {", "cost = {", "/auth/sign_up", "access.invite", false),
            (
                "[entity.tutor]",
                "[entity.course.access]\nread = [\"signed_in\"]\n[entity.tutor]",
                "/entity/course/access/read",
                "",
                true,
            ),
            (
                "[entity.tutor]",
                "[entity.course.access]\nread = [\"signed_in\"]\n[entity.tutor]",
                "/entity/tutor/access",
                "",
                false,
            ),
            (
                "[entity.tutor]",
                "[entity.course.access]\ndelete = [\"nobody\"]\n[entity.tutor]",
                "/entity/course/access/read",
                "",
                false,
            ),
            (
                "[entity.tutor]",
                "[entity.course.access]\ndelete = [\"nobody\"]\n[entity.tutor]",
                "/entity/course/access/delete",
                "",
                true,
            ),
            (
                "[entity.tutor]",
                "[entity.course.access]\ndelete = [\"nobody\"]\n[entity.tutor]",
                "/entity/course/access",
                "access.own",
                false,
            ),
            (
                "[entity.tutor]",
                "[entity.course.access]\ndelete = [\"nobody\"]\n[entity.tutor]",
                "/entity/course/access",
                "access.default",
                true,
            ),
            (
                "[entity.tutor]",
                "[entity.course.access]\nupdate = [\"nobody\"]\n[entity.tutor]",
                "/entity/course/access/update",
                "",
                true,
            ),
            (
                "type = \"money\"",
                "type = \"money\", currency = \"EUR\"",
                "/entity/course/field/price",
                "money.currency",
                true,
            ),
            ("type = \"money\"", "type = \"money\", min = 1", "/entity/course/field/price", "money.currency", false),
            (
                "name = { type = \"text\"",
                "name = { type = \"text\", required = true",
                "/entity/teacher/field/name",
                "relation.optional",
                true,
            ),
            (
                "name = { type = \"text\"",
                "name = { type = \"long_text\"",
                "/entity/teacher/field/name",
                "type.default",
                true,
            ),
            (
                "name = { type = \"text\"",
                "name = { type = \"text\", search = true",
                "/entity/teacher/field/name",
                "type.default",
                false,
            ),
        ] {
            let text = BLUEPRINT.replace(from, to);
            let after = blueprint::load(&text).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
            let one =
                Assumption { text: String::new(), why: why.to_owned(), about: about.to_owned(), parts: Vec::new() };
            assert_eq!(decided(&before, &after, &one), is_decided, "{about} {to}");
        }
    }

    #[test]
    fn of_several_things_those_that_are_there_are_named() {
        let blueprint = blueprint::load(BLUEPRINT).unwrap();
        let of = |fields: &[&str]| {
            let parts =
                fields.iter().map(|field| Part { about: format!("/entity/{field}"), name: (*field).to_owned() });
            let text = format!("must be given: {}", fields.join(", "));
            let assumption =
                Assumption { text, why: String::new(), about: "/entity".to_owned(), parts: parts.collect() };
            left(&blueprint, &assumption)
        };
        let (title, name, gone) = ("course/field/title", "tutor/field/name", "lesson/field/title");
        assert_eq!(of(&[title, gone, name]).unwrap(), format!("must be given: {title}, {name}"));
        assert_eq!(of(&[gone]), None);
    }
}
