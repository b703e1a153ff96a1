//! What of an entity one caller may know, find null and set.

use query::{Attribute, Scope, Shown, Verb, View};

use crate::desk::{callers, desk, entity, ticket};
use crate::user;

fn names(view: &View, attributes: Vec<Attribute>) -> String {
    attributes.iter().map(|attribute| attribute.column(view.entity)).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_caller_knows_of_what_he_can_read_in_some_row() {
    let desk = desk(false);
    let ticket_of = entity(&desk, "ticket");
    let all = "id user_id title grade rank price state mark label_ids helper_ids part_ids created_at updated_at";
    let own = "id user_id title grade rank state mark label_ids helper_ids part_ids created_at updated_at";
    let open = "id user_id title state mark helper_ids part_ids created_at updated_at";
    for ((who, actor), (visible, sortable)) in callers().into_iter().zip([
        (open, "id title created_at updated_at"),
        (own, "id title grade created_at updated_at"),
        (own, "id title grade created_at updated_at"),
        (own, "id title grade created_at updated_at"),
        (all, "id title grade price created_at updated_at"),
    ]) {
        let access = ticket(&desk, Verb::Read, actor);
        let view = View::of(ticket_of, &access);
        assert_eq!(names(&view, view.visible()), visible, "{who}");
        assert_eq!(names(&view, view.sortable()), sortable, "{who}");
        for name in all.split(' ') {
            let found = view.find(name).map(|attribute| attribute.column(ticket_of).to_owned());
            assert_eq!(found.as_deref(), visible.split(' ').find(|known| *known == name), "{who} {name}");
        }
        assert_eq!((view.find("ghost"), view.find("pin"), view.find("_version")), (None, None, None), "{who}");
    }
    let document = View::document(ticket_of);
    assert_eq!(names(&document, document.visible()), all);
    let label = View::document(entity(&desk, "label"));
    assert_eq!(names(&label, label.visible()), "id name created_at updated_at");
    assert_eq!(names(&document.at(label.entity), label.visible()), "id name created_at updated_at");
}

/// Ana may change her own rows, the manager all.
#[test]
fn what_is_shown_and_set_in_which_rows() {
    use Shown::{Always, Never, Within};
    let desk = desk(false);
    let ticket_of = entity(&desk, "ticket");
    let (ana, manager) = (user("ana", &[]), user("eve", &["manager"]));
    let own = |name: &str| Scope::OwnedBy(query::OwnerId::User(name.to_owned()));
    let in_own = |name: &str| Within(own(name));
    // In all rows, in his own; whether he may set it in some row, in every row that he may change.
    for (who, actor, name, in_all, among_own, gives, always_gives) in [
        ("ana", &ana, "title", Always, Always, true, true),
        ("ana", &ana, "grade", in_own("ana"), Always, true, true),
        ("ana", &ana, "price", Never, Never, false, false),
        ("ana", &ana, "state", Always, Always, false, false),
        ("ana", &ana, "mark", Always, Always, true, true),
        ("ana", &ana, "ghost", Never, Never, false, false),
        ("ana", &ana, "label_ids", in_own("ana"), Always, true, true),
        ("ana", &ana, "part_ids", Always, Always, false, false),
        ("ana", &ana, "user_id", Always, Always, false, false),
        ("eve", &manager, "title", Always, Always, true, true),
        ("eve", &manager, "grade", in_own("eve"), Always, true, false),
        ("eve", &manager, "price", Always, Always, true, true),
        ("eve", &manager, "state", Always, Always, true, true),
        ("eve", &manager, "mark", Always, Always, true, false),
        ("eve", &manager, "ghost", Never, Never, false, false),
        ("eve", &manager, "label_ids", in_own("eve"), Always, true, false),
        ("eve", &manager, "part_ids", Always, Always, true, true),
        ("eve", &manager, "user_id", Always, Always, false, false),
    ] {
        let access = ticket(&desk, Verb::Update, actor.clone());
        let view = View::of(ticket_of, &access);
        let fields = ticket_of.fields.iter().position(|field| field.column == name).map(Attribute::Field);
        let attribute = fields.or_else(|| View::document(ticket_of).find(name)).unwrap();
        let shown = (view.shows(attribute, &Scope::Everything), view.shows(attribute, &own(who)));
        assert_eq!(shown, (in_all, among_own), "{who} {name}");
        let given = (view.may_give(attribute), view.may_always_write(attribute));
        assert_eq!(given, (gives, always_gives), "{who} {name}");
        assert!(View::document(ticket_of).may_always_write(attribute), "{name}");
    }
}

/// What he cannot read in all of the rows is null in the others.
#[test]
fn what_may_be_null() {
    let desk = desk(false);
    let ticket_of = entity(&desk, "ticket");
    let access = ticket(&desk, Verb::Read, user("ana", &[]));
    let view = View::of(ticket_of, &access);
    let own = Scope::OwnedBy(query::OwnerId::User("ana".to_owned()));
    for (name, in_all, among_own) in [
        ("id", false, false),
        ("title", false, false),
        ("grade", true, false),
        ("rank", true, true),
        ("mark", true, true),
        ("label_ids", true, false),
        ("helper_ids", false, false),
    ] {
        let attribute = view.find(name).unwrap();
        let null = (view.nullable(attribute, &Scope::Everything), view.nullable(attribute, &own));
        assert_eq!(null, (in_all, among_own), "{name}");
    }
}
