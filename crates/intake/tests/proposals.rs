//! What becomes of what somebody else reads in a request: a row a promise.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::cell::Cell;
use std::fs;
use std::path::Path;

use intake::{Merged, Proposal};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

const BOATS: &str = "Each boat has a name, a length and a colour. Members rent boats. No invoices please. \
    Maybe one day we will add reviews.";

fn merge(request: &str, proposal: &Value) -> Result<Merged, Vec<String>> {
    let proposal: Proposal = serde_json::from_value(proposal.clone()).unwrap();
    let merged = intake::read_with(request, &proposal)?;
    if merged.reading.understood() {
        blueprint::load(&merged.reading.blueprint)
            .unwrap_or_else(|problems| panic!("{}\n{problems:?}", merged.reading.blueprint));
    }
    Ok(merged)
}

fn field(name: &str, kind: &str, quote: &str) -> Value {
    json!({ "name": name, "type": kind, "quote": quote })
}

fn entity(name: &str, quote: &str, fields: &[Value]) -> Value {
    json!({ "name": name, "quote": quote, "fields": fields })
}

/// A boat with all that the request lists, and more entities beside it.
fn boat_and(others: &[Value]) -> Value {
    let listed =
        [field("name", "text", "a name"), field("length", "decimal", "a length"), field("color", "text", "a colour")];
    let mut entities = vec![entity("boat", "Each boat", &listed)];
    entities.extend(others.iter().cloned());
    json!({ "entities": entities })
}

struct Row {
    what: &'static str,
    request: &'static str,
    proposal: Value,
    /// Must stand in the blueprint.
    has: &'static [&'static str],
    has_not: &'static [&'static str],
    /// Must be told as left out or put right.
    told: &'static [&'static str],
}

fn rows() -> Vec<Row> {
    let priced = "Each boat has a name and a length. Guests pay a fee of twelve euros for boarding it.";
    let with_fee = entity(
        "boat",
        "Each boat",
        &[
            field("name", "text", "a name"),
            field("length", "decimal", "a length"),
            field("boarding_fee", "currency", "a fee"),
        ],
    );
    vec![
        Row {
            what: "a grounded field is taken, in the words of the blueprint",
            request: priced,
            proposal: json!({ "entities": [with_fee] }),
            has: &["boarding_fee = { type = \"money\""],
            has_not: &[],
            told: &["boat.boarding_fee: currency was read as money"],
        },
        Row {
            what: "what is quoted and does not stand there is not taken",
            request: BOATS,
            proposal: boat_and(&[
                json!({ "name": "boat", "quote": "boat", "fields": [field("price", "money", "a price")] }),
            ]),
            has: &["[entity.boat]"],
            has_not: &["price"],
            told: &["boat.price: \"a price\" does not stand in the request"],
        },
        Row {
            what: "a quote that does not name the thing counts once",
            request: BOATS,
            proposal: boat_and(&[entity(
                "boat",
                "boats",
                &[field("berth", "text", "Members rent boats"), field("tariff", "text", "Members rent boats")],
            )]),
            has: &["[entity.boat]"],
            has_not: &["berth", "tariff"],
            told: &["boat.berth: \"Members rent boats\" does not name it, and is quoted for other things"],
        },
        Row {
            what: "what the request denies is not built",
            request: BOATS,
            proposal: boat_and(&[entity("invoice", "No invoices please", &[field("total", "money", "invoices")])]),
            has: &["[entity.boat]"],
            has_not: &["invoice]", "total"],
            told: &["invoice: the request"],
        },
        Row {
            what: "what the request denies is not built under a longer name, whatever is quoted",
            request: "Each boat has a name, a length and a colour. Customers rent boats. No invoices please.",
            proposal: boat_and(&[
                entity("customer_invoice", "No invoices please", &[]),
                entity("boat_invoice", "Customers rent boats", &[]),
            ]),
            has: &["[entity.boat]"],
            has_not: &["entity.customer_invoice", "entity.boat_invoice"],
            told: &["customer_invoice: the request", "boat_invoice: the request"],
        },
        Row {
            what: "a field is not grounded by its record, by articles or by what names another",
            request: "Each boat has a name, a length and a colour. The boat is rented due to the season.",
            proposal: boat_and(&[entity(
                "boat",
                "boat",
                &[
                    field("boat_password", "text", "boat"),
                    field("is_admin", "boolean", "is"),
                    field("due_to", "date", "to the"),
                    field("secret", "text", "has a"),
                    field("token", "text", "has a name"),
                    field("hidden", "text", "and a"),
                ],
            )]),
            has: &["[entity.boat]"],
            has_not: &["password", "is_admin", "due_to", "secret", "token", "hidden"],
            told: &["boat.boat_password: \"boat\" does not name it", "boat.secret: \"has a\" does not name it"],
        },
        Row {
            what: "a service is asked for in words for it",
            request: BOATS,
            proposal: {
                let mut proposal = boat_and(&[]);
                proposal["integrations"] = json!([{ "category": "billing", "quote": "rent boats" }]);
                proposal
            },
            has: &["[entity.boat]"],
            has_not: &["integration."],
            told: &["billing: \"rent boats\" does not name it"],
        },
        Row {
            what: "an automation is said in what is asked for, and names its record or its service",
            request: "Each boat has a name and a length. Each pier has a name and a depth. Email the broker when a boat \
                is sold. Members rent boats. No phone calls please.",
            proposal: {
                let automation = |entity: &str, quote: &str| json!({ "when": "deleted", "entity": entity, "do": "email", "quote": quote });
                let automations = [
                    automation("boat", "is"),
                    automation("boat", "Members rent boats. No phone calls"),
                    automation("pier", "a boat"),
                ];
                json!({ "entities": [
                    entity("boat", "Each boat", &[field("name", "text", "a name"), field("length", "decimal", "a length")]),
                    entity("pier", "Each pier", &[field("name", "text", "a name"), field("depth", "decimal", "a depth")]),
                ], "automations": automations })
            },
            has: &["[entity.boat]"],
            has_not: &["boat.deleted", "pier.deleted"],
            told: &[
                "email when deleted: \"is\" says nothing of it",
                "email when deleted: the request denies it",
                "email when deleted: \"a boat\" names neither",
            ],
        },
        Row {
            what: "what the request puts off is not built",
            request: BOATS,
            proposal: boat_and(&[entity("review", "we will add reviews", &[])]),
            has: &["[entity.boat]"],
            has_not: &["entity.review"],
            told: &["review: the request puts it off"],
        },
        Row {
            what: "a service that the request denies is not used",
            request: "Each boat has a name and a length. No SMS, but email the member when a boat is late.",
            proposal: {
                let mut proposal = boat_and(&[]);
                proposal["entities"][0]["fields"].as_array_mut().unwrap().pop();
                proposal["integrations"] = json!([{ "category": "sms", "quote": "No SMS" }]);
                proposal
            },
            has: &["[integration.email]"],
            has_not: &["integration.sms"],
            told: &["sms: "],
        },
        Row {
            what: "what the rules are sure of stays, though it was not proposed",
            request: "Each boat has a name, a length, a colour and a status (afloat, ashore, sold).",
            proposal: boat_and(&[]),
            has: &["values = [\"afloat\", \"ashore\", \"sold\"]"],
            has_not: &[],
            told: &[],
        },
        Row {
            what: "another word for a record of the rules is that record",
            request: "Prospects have a name, a phone and a budget. We call every lead once a week.",
            proposal: json!({ "entities": [entity("lead", "every lead", &[
                field("name", "text", "a name"), field("phone", "phone", "a phone"), field("budget", "money", "a budget"),
            ])] }),
            has: &["[entity.prospect]"],
            has_not: &["[entity.lead]"],
            told: &["`lead` is called `prospect`"],
        },
        Row {
            what: "a field that is another record refers to it",
            request: "Each boat has a name and a length. Each harbour has a name and a depth. Boats lie in a harbour.",
            proposal: json!({ "entities": [
                entity("boat", "Each boat", &[
                    field("name", "text", "a name"), field("length", "decimal", "a length"),
                    field("harbor_id", "integer", "lie in a harbour"),
                ]),
                entity("harbor", "Each harbour", &[field("name", "text", "a name"), field("depth", "decimal", "a depth")]),
            ] }),
            has: &["type = \"reference\", to = \"harbor\""],
            has_not: &["harbor_id ="],
            told: &["boat.harbor_id refers to `harbor`"],
        },
        Row {
            what: "values that nobody named are none",
            request: "Each boat has a name, a length and a colour. Boats are wood, steel or plastic.",
            proposal: {
                let material = json!({ "name": "material", "type": "enum", "values": ["Wood", "Steel", "Plastic", "Gold"],
                    "quote": "wood, steel or plastic" });
                let mut proposal = boat_and(&[]);
                proposal["entities"][0]["fields"].as_array_mut().unwrap().push(material);
                proposal
            },
            has: &["values = [\"wood\", \"steel\", \"plastic\"]"],
            has_not: &["gold"],
            told: &[],
        },
        Row {
            what: "names that the engine keeps are not taken",
            request: BOATS,
            proposal: boat_and(&[
                entity("users", "Members", &[]),
                json!({ "name": "boat", "quote": "boats", "fields": [field("id", "uuid", "boat"), field("created_at", "date", "boat")] }),
            ]),
            has: &["[entity.boat]"],
            has_not: &["[entity.user", "\nid ", "created_at"],
            told: &["user: built in"],
        },
        Row {
            what: "an automation needs its record, its field and its service",
            request: "Each boat has a name, a length and a status (afloat, sold). Email the broker when a boat goes under the hammer.",
            proposal: {
                let listed = [
                    field("name", "text", "a name"),
                    field("length", "decimal", "a length"),
                    field("status", "enum", "a status"),
                ];
                let when = |value: &str, service: &str| {
                    json!({ "when": "changed", "entity": "boat", "field": "status", "value": value, "do": service,
                        "quote": "when a boat goes under the hammer" })
                };
                json!({ "entities": [entity("boat", "Each boat", &listed)],
                    "automations": [when("sold", "email"), when("burnt", "email"), when("sold", "sms")] })
            },
            has: &["on = \"boat.status=sold\"\ndo = \"email.send\""],
            has_not: &["burnt", "sms"],
            told: &["email when changed: no such value", "sms when changed: no service"],
        },
    ]
}

#[test]
fn every_promise_is_kept() {
    for row in rows() {
        let merged = merge(row.request, &row.proposal).unwrap_or_else(|problems| panic!("{}: {problems:?}", row.what));
        let text = merged.reading.blueprint.replace(&row.request.replace('"', "\\\""), "");
        let told = merged.left_out.iter().chain(&merged.repaired).cloned().collect::<Vec<_>>().join("\n");
        for has in row.has {
            assert!(text.contains(has), "{}: no {has:?} in\n{text}\n{told}", row.what);
        }
        for has_not in row.has_not {
            assert!(!text.contains(has_not), "{}: {has_not:?} in\n{text}\n{told}", row.what);
        }
        for words in row.told {
            assert!(told.contains(words), "{}: no {words:?} in\n{told}", row.what);
        }
        assert_eq!(merged.reading.planner, "model");
    }
}

/// The reading of the rules as somebody else would propose it.
fn repeated(request: &str) -> Value {
    let reading = intake::read(request);
    let quote = |what: String| {
        let ground = reading.evidence.iter().find(|ground| ground.what == what);
        let span = ground.and_then(|ground| ground.spans.first());
        span.and_then(|span| request.get(span.start..span.end)).unwrap_or_default().to_owned()
    };
    let entities = reading.summary.entities.iter().map(|entity| {
        let fields = entity.fields.iter().filter(|field| !field.assumed).map(|field| {
            json!({ "name": field.name, "type": field.kind, "values": field.values,
                "quote": quote(format!("/entity/{}/field/{}", entity.name, field.name)) })
        });
        json!({ "name": entity.name, "quote": quote(format!("/entity/{}", entity.name)), "fields": fields.collect::<Vec<_>>() })
    });
    json!({ "entities": entities.collect::<Vec<_>>() })
}

#[test]
fn who_repeats_what_the_rules_read_takes_nothing_away() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for entry in fs::read_dir(cases).unwrap() {
        let request = fs::read_to_string(entry.unwrap().path().join("request.txt")).unwrap();
        let request = request.trim_end();
        let alone = intake::read(request);
        if !alone.understood() {
            continue;
        }
        let merged =
            merge(request, &repeated(request)).unwrap_or_else(|problems| panic!("{}\n{problems:?}", repeated(request)));
        for entity in &alone.summary.entities {
            let found = merged.reading.summary.entities.iter().find(|one| one.name == entity.name);
            let found = found.unwrap_or_else(|| panic!("{} is gone of: {request}", entity.name));
            for field in entity.fields.iter().filter(|field| !field.assumed) {
                let kept = found.fields.iter().any(|one| one.name == field.name && one.values == field.values);
                assert!(kept, "{}.{} is gone of: {request}", entity.name, field.name);
            }
        }
        assert_eq!(merged.reading.summary.integrations, alone.summary.integrations);
        assert_eq!(merged.reading.summary.roles, alone.summary.roles);
        let name = |reading: &intake::Reading| blueprint::load(&reading.blueprint).unwrap().app.name;
        assert_eq!(name(&merged.reading), name(&alone));
    }
}

const WORDS: &[&str] = &[
    "boat",
    "Boats",
    "member",
    "user",
    "order",
    "invoice",
    "Line Items",
    "staff",
    "status",
    "name",
    "id",
    "self",
    "type",
    "",
    "x y z",
    "é",
    "漢字",
    "limit",
    "price",
    "boat_id",
    "news",
    "team",
    "a",
    "Each boat",
    "Members rent boats",
    "colour",
    "No invoices",
    "reviews",
    "enum",
    "text",
    "reference",
    "money",
    "file",
    "sms",
    "email",
    "many_to_many",
    "changed",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![prop::sample::select(WORDS).prop_map(str::to_owned), ".{0,12}"]
}

prop_compose! {
    fn any_field()(name in word(), kind in word(), quote in word(), values in prop::collection::vec(word(), 0..4)) -> Value {
        json!({ "name": name, "type": kind, "quote": quote, "values": values })
    }
}

prop_compose! {
    fn any_entity()(name in word(), quote in word(), fields in prop::collection::vec(any_field(), 0..5)) -> Value {
        json!({ "name": name, "quote": quote, "fields": fields })
    }
}

prop_compose! {
    fn any_proposal()(
        entities in prop::collection::vec(any_entity(), 0..5),
        relations in prop::collection::vec((word(), word(), word(), word()), 0..4),
        services in prop::collection::vec((word(), word()), 0..3),
        automations in prop::collection::vec((word(), word(), word(), word()), 0..3),
    ) -> Value {
        let relation = |(from, to, kind, quote)| json!({ "from": from, "to": to, "kind": kind, "quote": quote });
        let service = |(category, quote)| json!({ "category": category, "quote": quote });
        let automation = |(when, entity, what, quote)| json!({ "when": when, "entity": entity, "do": what, "quote": quote });
        json!({
            "entities": entities,
            "relations": relations.into_iter().map(relation).collect::<Vec<_>>(),
            "integrations": services.into_iter().map(service).collect::<Vec<_>>(),
            "automations": automations.into_iter().map(automation).collect::<Vec<_>>(),
        })
    }
}

/// No proposal makes a blueprint that does not load, or hides what the rules are sure of.
#[test]
fn any_proposal_is_survived() {
    let config = ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() };
    let taken = Cell::new(0);
    let rules = intake::read(BOATS).blueprint;
    let survived = TestRunner::new(config).run(&any_proposal(), |mut proposal| {
        // With all that is listed it is good enough to be taken, as often as its other records are.
        let boat = boat_and(&[])["entities"][0].take();
        proposal["entities"].as_array_mut().unwrap().insert(0, boat);
        if let Ok(merged) = merge(BOATS, &proposal) {
            taken.set(taken.get() + 1);
            for name in ["name", "length", "color"] {
                prop_assert!(merged.reading.blueprint.contains(&format!("\n{name} ")), "{}", merged.reading.blueprint);
            }
            prop_assert!(!merged.reading.blueprint.contains("anyone"));
            // Who may make an account is read by the rules; where that came out otherwise, it is told.
            let invited = |blueprint: &str| blueprint.contains("sign_up = \"invite\"");
            let told =
                merged.reading.assumptions.iter().any(|one| one.why == "model.rights" && one.what == "/auth/sign_up");
            prop_assert_eq!(invited(&merged.reading.blueprint) != invited(&rules), told);
            for denied in ["invoice]", "review]"] {
                prop_assert!(!merged.reading.blueprint.contains(denied), "{}", merged.reading.blueprint);
            }
        }
        Ok(())
    });
    survived.unwrap();
    assert!(taken.get() > 20, "only {} proposals were taken", taken.get());
}

/// What only the model found is listed, whatever it is.
#[test]
fn relations_and_automations_of_the_model_alone_are_listed() {
    let request = "Each boat has a name, a length and a colour. There are harbours with a name and a town. \
        Send an SMS. Whenever somebody enters a boat, off it goes.";
    let rules = intake::read(request);
    let tied = |from: &str, to: &str| rules.summary.relations.iter().any(|one| one.from == from && one.to == to);
    assert!(!tied("harbour", "boat") && !tied("harbor", "boat"), "{:?}", rules.summary.relations);
    let harbor = rules.summary.entities.iter().find(|one| one.name.starts_with("harb")).unwrap().name.clone();
    let mut proposal = boat_and(&[entity(
        &harbor,
        "There are harbours",
        &[field("name", "text", "a name and a town"), field("town", "text", "a town")],
    )]);
    proposal["relations"] =
        json!([{ "from": harbor, "to": "boat", "kind": "one_to_many", "quote": "There are harbours" }]);
    proposal["automations"] = json!([{ "when": "created", "entity": "boat", "do": "sms",
        "quote": "Whenever somebody enters a boat" }]);
    let merged = merge(request, &proposal).unwrap();
    let added = merged.added.join("; ");
    assert!(added.contains(&format!("boat of {harbor}")), "{added} {:?}", merged.left_out);
    assert!(!added.contains(&format!("boat.{harbor}")), "{added}");
    let automated = merged.reading.summary.automations.len() > rules.summary.automations.len();
    assert_eq!(added.contains("sms when boat created"), automated, "{added} {:?}", merged.left_out);
}
