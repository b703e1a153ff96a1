//! What of an assumption is still open: what it is about may have gone since, by a change or by hand, and under another name it is
//! still there.

use blueprint::{Blueprint, Entity};

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

/// Whether what a JSON pointer names is in the blueprint, also under a name that it had. What is not a record, a field, a service or
/// an automation cannot go.
pub fn stands(blueprint: &Blueprint, pointer: &str) -> bool {
    let is = |wanted: &str, name: &String, former: &[String]| name == wanted || former.iter().any(|it| it == wanted);
    let has = |entity: &Entity, wanted: &str| {
        let mut links = entity.links.iter();
        entity.fields.iter().any(|field| is(wanted, &field.name, &field.renamed_from))
            || links.any(|link| is(wanted, &link.name, &link.renamed_from))
    };
    let parts: Vec<&str> = pointer.split('/').skip(1).collect();
    match parts.as_slice() {
        ["entity", name, rest @ ..] => {
            let entity = blueprint.entities.iter().find(|entity| is(name, &entity.name, &entity.renamed_from));
            entity.is_some_and(|entity| match rest {
                ["field", field, ..] => has(entity, field),
                _ => true,
            })
        }
        ["integration", name, ..] => blueprint.integrations.iter().any(|one| one.name == **name),
        ["automation", name, ..] => blueprint.automations.iter().any(|one| one.name == **name),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::left;
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
