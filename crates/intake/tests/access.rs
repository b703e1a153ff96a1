//! Who may do what, sentence by sentence, and what holds of every reading.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use toml::Table;

/// A request, and the lists of every entity as the engine takes them: the words of each sorted, defaults filled in.
const SAID: &[(&str, &[&str])] = &[
    (
        "Notes have a text. Clerks and managers write notes. Neither the clerk nor the managers can delete notes.",
        &[
            "note: create role:admin role:clerk role:manager; delete role:admin; read signed_in; update role:admin role:clerk role:manager",
        ],
    ),
    (
        "Invoices have an amount. Clerks enter payments. Payments have a date. Clerks have no access to invoices.",
        &[
            "invoice: create role:admin; delete role:admin; read role:admin; update role:admin",
            "payment: create role:admin role:clerk; delete role:admin role:clerk; read signed_in; update role:admin role:clerk",
        ],
    ),
    (
        "Invoices have an amount and a date. Only auditors have access to invoices.",
        &[
            "invoice: create role:admin role:auditor; delete role:admin; read role:admin role:auditor; update role:admin role:auditor",
        ],
    ),
    (
        "Patients have a name. Visits have a date. Only doctors have access to patients. Nurses have access to visits.",
        &[
            "patient: create role:admin role:doctor; delete role:admin; read role:admin role:doctor; update role:admin role:doctor",
            "visit: create signed_in; delete role:admin; read signed_in; update signed_in",
        ],
    ),
    (
        "Owners have pets (species, breed). Pets have vaccinations (vaccine, date). Vets see all pets, owners only their own.",
        &[
            "owner: create signed_in; delete owner; read owner role:vet; update owner",
            "pet: create signed_in; delete owner; read owner role:vet; update owner",
            "vaccination: create signed_in; delete owner; read owner role:vet; update owner",
        ],
    ),
    (
        "Tutors keep lessons (date, topic). Coordinators can see and edit all lessons, but tutors just their own lessons.",
        &["lesson: create signed_in; delete owner; read owner role:coordinator; update owner role:coordinator"],
    ),
    (
        "Contacts have a name. Deals have an amount and a stage. Tasks have a title and belong to a deal. Agents see only their own deals, managers see everything.",
        &[
            "contact: create signed_in; delete role:admin; read signed_in; update signed_in",
            "deal: create signed_in; delete owner; read owner role:manager; update owner",
            "task: create signed_in; delete owner; read owner role:manager; update owner",
        ],
    ),
    (
        "Invoices have a number. Managers can see all invoices; clerks can only see their own.",
        &["invoice: create role:admin role:manager; delete owner; read owner role:manager; update owner"],
    ),
    (
        "Invoices have a number. Managers see all invoices and clerks see just their own.",
        &["invoice: create role:admin role:manager; delete owner; read owner role:manager; update owner"],
    ),
    (
        "Invoices have a number. Managers see all invoices. Clerks see their own only.",
        &["invoice: create role:admin role:manager; delete owner; read owner role:manager; update owner"],
    ),
    (
        "Invoices have a number. Managers see all invoices. Clerks only their own.",
        &["invoice: create signed_in; delete owner; read owner role:manager; update owner"],
    ),
    (
        "Invoices have a number. Managers can see and edit all invoices, clerks only their own.",
        &["invoice: create signed_in; delete owner; read owner role:manager; update owner role:manager"],
    ),
    (
        "Invoices and orders have a number. Managers see all invoices and orders, clerks only their own invoices.",
        &[
            "invoice: create signed_in; delete owner; read owner role:manager; update owner",
            "order: create signed_in; delete owner; read owner role:manager; update owner",
        ],
    ),
    (
        "Invoices and orders have a number. Managers see all invoices and orders, clerks only their own.",
        &[
            "invoice: create signed_in; delete owner; read owner role:manager; update owner",
            "order: create signed_in; delete owner; read owner role:manager; update owner",
        ],
    ),
    (
        "Reports have a title. Managers see all reports; employees see only their own; drivers none.",
        &["report: create role:admin role:manager; delete owner; read owner role:manager; update owner"],
    ),
    (
        "Orders have a number. Invoices have a number. Staff can see orders but not invoices.",
        &[
            "invoice: create role:admin; delete role:admin; read role:admin; update role:admin",
            "order: create signed_in; delete role:admin; read signed_in; update signed_in",
        ],
    ),
    (
        "Orders have a number. Invoices have a number. Staff can edit orders, never invoices.",
        &[
            "invoice: create role:admin; delete role:admin; read signed_in; update role:admin",
            "order: create role:admin role:staff; delete role:admin; read signed_in; update role:admin role:staff",
        ],
    ),
    (
        "Orders have a number. Invoices have a number. Staff can see neither invoices nor orders.",
        &[
            "invoice: create role:admin; delete role:admin; read role:admin; update role:admin",
            "order: create role:admin; delete role:admin; read role:admin; update role:admin",
        ],
    ),
    (
        "Orders have a number. Invoices have a number. Everyone can see everything except invoices.",
        &[
            "invoice: create signed_in; delete owner; read owner; update owner",
            "order: create signed_in; delete owner; read signed_in; update owner",
        ],
    ),
    (
        "Invoices have a number. Clerks see no invoices.",
        &["invoice: create role:admin; delete role:admin; read role:admin; update role:admin"],
    ),
    (
        "Invoices have a number. Accountants see all invoices. Customers see none.",
        &[
            "invoice: create role:accountant role:admin; delete role:admin; read role:accountant role:admin; update role:accountant role:admin",
        ],
    ),
    (
        "Invoices have a number. Neither customers nor drivers can see invoices.",
        &["invoice: create role:admin; delete role:admin; read role:admin; update role:admin"],
    ),
    (
        "Notes have a text. Everyone sees their own notes only.",
        &["note: create signed_in; delete owner; read owner; update owner"],
    ),
    (
        "Vets see all pets, owners only their own. Pets have a name. Visits have a date and a pet. Nobody can delete visits.",
        &[
            "pet: create signed_in; delete owner; read owner role:vet; update owner",
            "visit: create signed_in; delete nobody; read owner role:vet; update owner",
        ],
    ),
    (
        "Orders have a number. Managers see all orders.\nCustomer: can only see their own orders.",
        &["order: create role:admin role:manager; delete owner; read owner role:manager; update owner"],
    ),
    (
        "Vets see all pets and visits, owners only their own pets. Pets have a name. Visits have a date and a pet.",
        &[
            "pet: create signed_in; delete owner; read owner role:vet; update owner",
            "visit: create signed_in; delete owner; read owner role:vet; update owner",
        ],
    ),
    (
        "Invoices have a number. Staff can see all invoices but neither edit nor delete them.",
        &["invoice: create role:admin; delete role:admin; read signed_in; update role:admin"],
    ),
    (
        "Classes have a name and a time. Only admins can create classes.",
        &["class: create role:admin; delete role:admin; read signed_in; update role:admin"],
    ),
    (
        "Notes have a title and a body. Only admins can delete notes.",
        &["note: create signed_in; delete role:admin; read owner role:admin; update owner"],
    ),
    (
        "Bikes have a name and a price. Anyone can list bikes.",
        &["bike: create signed_in; delete owner; read anyone; update owner"],
    ),
    (
        "Bikes have a name and a price. Rentals have a start date and a bike. Staff can see and edit everything. Customers can only see their own rentals.",
        &[
            "bike: create role:admin role:staff; delete role:admin role:staff; read signed_in; update role:admin role:staff",
            "rental: create role:admin role:staff; delete owner; read owner role:staff; update owner role:staff",
        ],
    ),
    (
        "Expenses have an amount and a date. employees submit expenses, managers approve them",
        &["expense: create role:admin role:employee; delete owner; read owner role:manager; update owner role:manager"],
    ),
    (
        "Expenses have an amount and a status (submitted, approved, rejected). Employees submit expenses, managers approve them.",
        &[
            "expense: approve role:admin role:manager; create role:admin role:employee; delete owner; read owner role:admin role:manager; update owner",
        ],
    ),
    (
        "Patients have a name and diagnosis. Only doctors can read patients.",
        &[
            "patient: create role:admin role:doctor; delete role:admin; read role:admin role:doctor; update role:admin role:doctor",
        ],
    ),
    (
        "Invoices have an amount and a date. Support agents can view invoices but not edit them.",
        &["invoice: create role:admin; delete role:admin; read signed_in; update role:admin"],
    ),
    (
        "Invoices have an amount and a date. Accountants can create invoices. Support agents can view but not edit invoices.",
        &[
            "invoice: create role:accountant role:admin; delete role:accountant role:admin; read signed_in; update role:accountant role:admin",
        ],
    ),
    (
        "Notes have a title and a body. Nobody but editors can delete notes.",
        &["note: create signed_in; delete role:admin role:editor; read signed_in; update signed_in"],
    ),
    (
        "Notes have a title and a body. Nobody can delete notes.",
        &["note: create signed_in; delete nobody; read owner; update owner"],
    ),
    (
        "Notes have a title and a body. Nobody can edit or delete notes.",
        &["note: create signed_in; delete nobody; read owner; update nobody"],
    ),
    (
        "Notes have a title and a body. No one may change or remove a note.",
        &["note: create signed_in; delete nobody; read owner; update nobody"],
    ),
    (
        "Notes have a title and a body. Notes can only be deleted by editors.",
        &["note: create signed_in; delete role:admin role:editor; read signed_in; update signed_in"],
    ),
    (
        "Notes have a title and a body. Editors only can update notes.",
        &["note: create role:admin role:editor; delete role:admin; read signed_in; update role:admin role:editor"],
    ),
    (
        "Orders have a total and a date. Customers place orders. Customers must not see each other's orders. Staff can see all orders.",
        &["order: create role:admin role:customer; delete owner; read owner role:staff; update owner"],
    ),
    (
        "Posts have a title and a body. Guests cannot edit posts. Editors can edit posts.",
        &["post: create role:admin role:editor; delete role:admin; read signed_in; update role:admin role:editor"],
    ),
    (
        "Inquiries have a name, an email and a message. Anyone can submit inquiries.",
        &["inquiry: create anyone; delete role:admin; read role:admin; update role:admin"],
    ),
    (
        "Inquiries have a name, an email and a message. Visitors without login can send inquiries. Staff read inquiries.",
        &["inquiry: create anyone; delete role:admin; read role:admin role:staff; update role:admin"],
    ),
    (
        "Posts have a title and a body. Everyone can create posts.",
        &["post: create signed_in; delete owner; read owner; update owner"],
    ),
    (
        "Products have a name and a price. Anyone can browse products but only managers can add or edit products.",
        &[
            "product: create role:admin role:manager; delete role:admin role:manager; read anyone; update role:admin role:manager",
        ],
    ),
    (
        "Invoices have a number and an amount. Accountants create invoices. Clients can only see their own invoices.",
        &[
            "invoice: create role:accountant role:admin; delete owner; read owner role:accountant; update owner role:accountant",
        ],
    ),
    (
        "Tasks have a title and a due date. Managers can manage tasks. Workers can look up tasks.",
        &[
            "task: create role:admin role:manager; delete role:admin role:manager; read signed_in; update role:admin role:manager",
        ],
    ),
    (
        "Invoices have a number and an amount. Invoices cannot be deleted.",
        &["invoice: create signed_in; delete nobody; read owner; update owner"],
    ),
    (
        "Patients have a name and a diagnosis. Nurses can read patients. Doctors can edit patients. Nurses must not delete patients.",
        &["patient: create role:admin role:doctor; delete role:admin; read signed_in; update role:admin role:doctor"],
    ),
    (
        "Articles have a title and a body. Writers create articles. Only editors can publish articles.",
        &[
            "article: create role:admin role:writer; delete owner; read owner role:admin role:editor; update role:admin role:editor",
        ],
    ),
    (
        "Rooms have a name and a size. Only managers may create, edit or delete rooms. Members can see rooms.",
        &[
            "room: create role:admin role:manager; delete role:admin role:manager; read signed_in; update role:admin role:manager",
        ],
    ),
    (
        "Patients have a name and a diagnosis. Only doctors can see the diagnosis.",
        &["patient: create signed_in; delete role:admin; read signed_in; update signed_in"],
    ),
    (
        "Reports have a title and a date. Only managers and auditors can read reports.",
        &[
            "report: create role:admin role:auditor role:manager; delete role:admin; read role:admin role:auditor role:manager; update role:admin role:auditor role:manager",
        ],
    ),
    (
        "Reports have a title and a date. No one except managers can see reports.",
        &[
            "report: create role:admin role:manager; delete role:admin; read role:admin role:manager; update role:admin role:manager",
        ],
    ),
    (
        "Songs have a title and a length. Anyone who is signed in can add songs.",
        &["song: create signed_in; delete owner; read owner; update owner"],
    ),
    (
        "Surveys have a title. Only the creator can edit surveys.",
        &["survey: create signed_in; delete owner; read owner; update owner"],
    ),
    (
        "Tickets have a subject and a body. Agents can only edit their own tickets.",
        &["ticket: create signed_in; delete owner; read owner; update owner"],
    ),
    (
        "Events have a title and a date. Users can create events. Staff can edit everything.",
        &["event: create signed_in; delete role:admin role:staff; read signed_in; update role:admin role:staff"],
    ),
    (
        "Bugs have a title. Testers can add bugs. Developers can see bugs but cannot edit or delete them.",
        &[
            "bug: create role:admin role:tester; delete role:admin role:tester; read signed_in; update role:admin role:tester",
        ],
    ),
];

/// A request, an entity and an operation that is kept for whom the request names, besides the operator.
const ONLY: &[(&str, &str, &str, &[&str])] = &[
    ("create", "note", "create", &["role:editor"]),
    ("add", "note", "create", &["role:editor"]),
    ("see", "note", "read", &["role:editor"]),
    ("view", "note", "read", &["role:editor"]),
    ("read", "note", "read", &["role:editor"]),
    ("list", "note", "read", &["role:editor"]),
    ("browse", "note", "read", &["role:editor"]),
    ("edit", "note", "update", &["role:editor"]),
    ("update", "note", "update", &["role:editor"]),
    ("change", "note", "update", &["role:editor"]),
    ("delete", "note", "delete", &["role:editor"]),
    ("remove", "note", "delete", &["role:editor"]),
];

/// Ways to keep an operation for editors; VERB is replaced.
const WAYS: &[&str] = &[
    "Only editors can VERB notes.",
    "Only editors may VERB notes.",
    "Nobody but editors can VERB notes.",
    "No one except editors can VERB notes.",
    "Editors only can VERB notes.",
    "Writers add notes. Only editors can VERB notes.",
    "Notes can be read by all writers. Only editors can VERB notes.",
];

type Lists = BTreeMap<String, Vec<String>>;

fn lists(blueprint: &str) -> BTreeMap<String, Lists> {
    let parsed: Table = toml::from_str(blueprint).unwrap();
    let mut all = BTreeMap::new();
    for (name, entity) in parsed["entity"].as_table().unwrap() {
        let owned = entity["owner"].as_bool().unwrap();
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let (read, create, write) =
            if owned { ("owner", "signed_in", "owner") } else { ("signed_in", "role:admin", "role:admin") };
        let mut lists: Lists = [("read", read), ("create", create), ("update", write), ("delete", write)]
            .iter()
            .map(|(operation, word)| ((*operation).to_owned(), words(&[word])))
            .collect();
        for (operation, list) in entity.get("access").and_then(|access| access.as_table()).into_iter().flatten() {
            let mut list =
                words(&list.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect::<Vec<_>>());
            list.sort_unstable();
            lists.insert(operation.clone(), list);
        }
        all.insert(name.clone(), lists);
    }
    all
}

fn requests() -> Vec<String> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let golden = fs::read_dir(cases)
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path().join("request.txt")).unwrap().trim_end().to_owned());
    golden.chain(SAID.iter().map(|(request, _)| (*request).to_owned())).collect()
}

#[test]
fn sentences_become_lists() {
    let mut wrong = Vec::new();
    for (request, expected) in SAID {
        let reading = intake::read(request);
        let found: Vec<String> = lists(&reading.blueprint)
            .into_iter()
            .map(|(name, lists)| {
                let lists: Vec<String> =
                    lists.iter().map(|(operation, list)| format!("{operation} {}", list.join(" "))).collect();
                format!("{name}: {}", lists.join("; "))
            })
            .collect();
        if found != *expected {
            wrong.push(format!("{request}\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_kept_for_some_is_open_to_nobody_else() {
    let mut wrong = Vec::new();
    for way in WAYS {
        for (verb, entity, operation, kept) in ONLY {
            let request = format!("Notes have a title and a body. {}", way.replace("VERB", verb));
            let reading = intake::read(&request);
            if let Err(problems) = blueprint::load(&reading.blueprint) {
                wrong.push(format!("{request}: {problems:?}"));
            }
            let list = &lists(&reading.blueprint)[*entity][*operation];
            let others = list.iter().any(|word| word != "role:admin" && !kept.contains(&word.as_str()));
            if others || !kept.iter().all(|word| list.iter().any(|has| has == word)) {
                wrong.push(format!("{request}: {operation} = {list:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_right_told_is_written_or_said_to_be_narrower_and_all_loads() {
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for request in requests() {
        let reading = intake::read(&request);
        if !reading.understood() {
            continue;
        }
        if let Err(problems) = blueprint::load(&reading.blueprint) {
            wrong.push(format!("{request}: {problems:?}"));
        }
        let all = lists(&reading.blueprint);
        for right in &reading.summary.access {
            let who = match right.role.as_str() {
                "public" => "anyone".to_owned(),
                "owner" => "owner".to_owned(),
                "user" => "signed_in".to_owned(),
                role => format!("role:{role}"),
            };
            for (name, lists) in all.iter().filter(|(name, _)| right.entity == "*" || **name == right.entity) {
                checked += 1;
                let operations: Vec<&String> = match right.action.as_str() {
                    "approve" | "assign" => lists.keys().filter(|key| *key != "read" && *key != "create").collect(),
                    "manage" => lists.keys().filter(|key| *key == "update").collect(),
                    action => lists.keys().filter(|key| *key == action).collect(),
                };
                let makes = lists["create"].iter().any(|has| *has == who || has == "signed_in");
                let allowed = operations.iter().flat_map(|operation| &lists[*operation]).any(|has| {
                    *has == who || has == "anyone" || has == "signed_in" && who != "anyone" || has == "owner" && makes
                });
                let place = format!("/entity/{name}/access");
                let told = reading.assumptions.iter().any(|assumption| assumption.what.starts_with(&place));
                if !(allowed || told || who == "owner" && right.action == "create") {
                    wrong.push(format!("{request}: {right:?} is not in {lists:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked > 40, "only {checked} rights were checked");
}

#[test]
fn what_access_cannot_say_is_told() {
    let reading = intake::read("Patients have a name and a diagnosis. Only doctors can see the attic.");
    assert!(reading.unplaced.iter().any(|left| left.text.contains("attic")));
    assert!(reading.assumptions.iter().any(|assumption| assumption.why == "access.unsaid"));
    let reading =
        intake::read("Invoices have a number. Accountants create invoices. Clients can only see their own invoices.");
    assert!(reading.assumptions.iter().any(|assumption| assumption.why == "access.own"));
    assert!(reading.questions.iter().any(|question| question.text.contains("their own")));
}
