//! Good blueprints, and what they come to.

use blueprint::{
    ActionKind, Blueprint, Entity, FieldKind, IdKind, Literal, OnDelete, PutMeaning, Rule, Severity, SignUp, Target,
    TokenSource, Unique, load,
};

fn everything() -> Blueprint {
    load(include_str!("../good/everything.toml")).unwrap_or_else(|problems| panic!("{problems}"))
}

fn leads() -> Blueprint {
    load(include_str!("../good/lead-tracker.toml")).unwrap_or_else(|problems| panic!("{problems}"))
}

fn entity<'b>(blueprint: &'b Blueprint, name: &str) -> &'b Entity {
    blueprint.entities.iter().find(|entity| entity.name == name).unwrap()
}

#[test]
fn the_least_blueprint_has_all_defaults() {
    let blueprint = load("[app]\nname = \"empty\"\n").unwrap();
    assert_eq!(blueprint.app.name, "empty");
    assert_eq!(blueprint.app.request, None);
    assert_eq!(blueprint.api.prefix, "/api/v1");
    assert!(!blueprint.api.user_path && !blueprint.api.require_if_match);
    assert_eq!(blueprint.api.put, PutMeaning::Replace);
    assert_eq!(blueprint.auth.sign_up, SignUp::Open);
    assert!(!blueprint.auth.verify_email);
    assert_eq!(blueprint.auth.roles, ["admin"]);
    assert_eq!(blueprint.auth.accept, [TokenSource::Own]);
    assert!(blueprint.entities.is_empty() && blueprint.warnings.is_empty());
}

#[test]
fn the_lead_tracker() {
    let blueprint = leads();
    assert_eq!(blueprint.auth.roles, ["admin", "agent", "manager"]);
    let names: Vec<_> =
        blueprint.entities.iter().map(|e| (e.name.as_str(), e.plural.as_str(), e.path.as_str())).collect();
    assert_eq!(names, [("prospect", "prospects", "prospects"), ("follow_up", "follow_ups", "follow-ups")]);

    let prospect = entity(&blueprint, "prospect");
    assert!(prospect.owned && prospect.id == IdKind::Integer);
    assert_eq!(prospect.access.delete, Rule::Role("manager".to_owned()), "only managers delete, owners do not");
    let fields: Vec<_> = prospect.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(fields, ["name", "phone", "email", "status", "budget"], "in the order of the file");
    assert_eq!(prospect.field("email").unwrap().unique, Unique::PerOwner);
    let [action] = prospect.actions.as_slice() else { panic!() };
    assert_eq!(action.path, "mark-won");
    assert!(matches!(&action.does, ActionKind::Change(change) if change.set == [(3, Literal::Text("won".to_owned()))]));

    let reference = entity(&blueprint, "follow_up").field("prospect").unwrap();
    assert_eq!(reference.column, "prospect_id");
    assert!(reference.index && reference.required);
    let FieldKind::Reference { to: Target::Entity(to), on_delete, id } = reference.kind else { panic!() };
    assert_eq!((blueprint.entity(to).name.as_str(), on_delete, id), ("prospect", OnDelete::Cascade, IdKind::Integer));
}

#[test]
fn what_cannot_run_yet_loads_and_says_so() {
    let blueprint = leads();
    assert_eq!(blueprint.integrations[0].provider.as_deref(), Some("twilio"));
    assert_eq!(blueprint.automations[0].trigger, "follow_up.created");
    let warnings: Vec<_> = blueprint.warnings.iter().map(|w| (w.severity, w.code, w.message.as_str())).collect();
    assert_eq!(
        warnings,
        [
            (
                Severity::Warning,
                "unseen_change",
                "deleting one `prospect` deletes each `follow_up` that refers to it, also those that \"role:manager\" cannot see"
            ),
            (
                Severity::Warning,
                "cannot_run_yet",
                "the integration `sms` cannot run yet in this version; nothing is sent"
            ),
            (
                Severity::Warning,
                "cannot_run_yet",
                "the automation `text_the_prospect` cannot run yet in this version; nothing is sent"
            ),
        ]
    );
}

#[test]
fn the_text_is_kept_byte_for_byte() {
    assert_eq!(leads().source, include_str!("../good/lead-tracker.toml"));
}

#[test]
fn every_enforced_word_has_its_meaning() {
    let blueprint = everything();
    assert_eq!(blueprint.api.prefix, "/v2/workshop");
    assert!(blueprint.api.user_path && blueprint.api.require_if_match);
    assert_eq!(blueprint.api.put, PutMeaning::Update);
    assert_eq!(blueprint.auth.sign_up, SignUp::Closed);
    assert!(blueprint.auth.verify_email);
    assert_eq!(blueprint.auth.accept, [TokenSource::BetterAuth, TokenSource::Own]);
    assert_eq!(blueprint.user_fields[0].unique, Unique::Global, "users have no owner");
    assert!(blueprint.user_fields[1].sensitive);

    let customer = entity(&blueprint, "customer");
    assert_eq!((customer.plural.as_str(), customer.id, customer.owned), ("clientele", IdKind::Uuid, false));
    assert_eq!(customer.access.read, Rule::SignedIn);
    assert_eq!(customer.field("email").unwrap().unique, Unique::Global);
    assert_eq!(customer.field("loyalty").unwrap().unique, Unique::Global, "without owner, per owner is global");
    assert!(customer.field("secret").unwrap().hidden);
    let FieldKind::Text(limits) = &customer.field("code").unwrap().kind else { panic!() };
    let pattern = limits.pattern.as_ref().unwrap();
    assert!(pattern.is_match("ABC-1") && !pattern.is_match("xABC-1") && !pattern.is_match("ABC-1x"));
}

#[test]
fn every_kind_of_field_has_its_limits_and_its_default() {
    let blueprint = everything();
    let repair = entity(&blueprint, "repair");
    let kind = |name: &str| &repair.field(name).unwrap().kind;
    let default = |name: &str| repair.field(name).unwrap().default.clone();
    assert!(matches!(kind("customer"), FieldKind::Reference { id: IdKind::Uuid, .. }));
    assert!(matches!(
        kind("mechanic"),
        FieldKind::Reference { to: Target::User, on_delete: OnDelete::SetNull, id: IdKind::Uuid }
    ));
    assert!(matches!(
        kind("previous"),
        FieldKind::Reference { id: IdKind::Integer, on_delete: OnDelete::Restrict, .. }
    ));
    assert!(matches!(kind("hours"), FieldKind::Integer { min: 0, max: 500 }));
    assert!(
        matches!(kind("price"), FieldKind::Decimal { currency: Some(code), scale: 2, min: 0, max: 999_999 } if code == "EUR")
    );
    assert!(matches!(kind("in_yen"), FieldKind::Decimal { scale: 0, .. }));
    assert!(matches!(kind("weight"), FieldKind::Decimal { currency: None, scale: 3, min: 125, max: 100_000 }));
    assert!(matches!(kind("plain"), FieldKind::Decimal { scale: 2, min: i64::MIN, max: i64::MAX, .. }));
    assert!(matches!(kind("score"), FieldKind::Float { min: -1.5, max: 1.0 }));
    assert!(matches!(kind("title"), FieldKind::Text(limits) if limits.max_length == 255));
    assert!(matches!(kind("notes"), FieldKind::LongText(limits) if limits.max_length == 5_000));
    for (field, literal) in [
        ("title", Literal::Text("Repair".to_owned())),
        ("hours", Literal::Integer(1)),
        ("price", Literal::Decimal(2_500)),
        ("urgent", Literal::Boolean(false)),
        ("due", Literal::Now),
        ("opens", Literal::Text("08:30:00".to_owned())),
        ("received_at", Literal::Now),
        ("extra", Literal::Json(r#"{"a":[1,2.5,"x"]}"#.to_owned())),
    ] {
        assert_eq!(default(field), Some(literal), "{field}");
    }
    assert_eq!(default("notes"), None);
    assert!(repair.field("done_at").unwrap().read_only);
    assert!(repair.field("due").unwrap().index && !repair.field("title").unwrap().index);
}

#[test]
fn actions_set_clear_and_toggle() {
    let blueprint = everything();
    let repair = entity(&blueprint, "repair");
    let place = |name: &str| repair.fields.iter().position(|field| field.name == name).unwrap();
    let [finish, toggle] = repair.actions.as_slice() else { panic!() };
    let expected = [
        (place("state"), Literal::Text("done".to_owned())),
        (place("done_at"), Literal::Now),
        (place("price"), Literal::Decimal(3_000)),
        (place("notes"), Literal::Null),
    ];
    assert!(matches!(&finish.does, ActionKind::Change(change) if change.set == expected), "{:?}", finish.does);
    assert_eq!(finish.access, Rule::Role("mechanic".to_owned()));
    assert!(matches!(toggle.does, ActionKind::Toggle(field) if field == place("urgent")));
    assert_eq!(toggle.access, repair.access.update);
}
