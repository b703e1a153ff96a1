//! Short requests and what their blueprints must and must not say: a row is a test.
#![expect(clippy::panic, reason = "tests")]

/// A request, lines that its blueprint holds (spaces folded), and words that it does not hold.
const ROWS: &[(&str, &[&str], &[&str])] = &[
    (
        "A todo app",
        &["[entity.todo.field]", "title = { type = \"text\"", "done = { type = \"boolean\", default = false }"],
        &[],
    ),
    ("Build a todo app", &["[entity.todo.field]", "done = {"], &[]),
    ("recipe box", &["[entity.recipe.field]", "title = {"], &["[entity.box"]),
    ("todos with title", &["[entity.todo.field]", "title = {"], &[]),
    ("Books with title, author and status", &["author = { type = \"text\""], &["to = \"user\""]),
    (
        "Fees have a name, a price in euros and a cost in £.",
        &["price = { type = \"money\", currency = \"EUR\" }", "currency = \"GBP\""],
        &["USD"],
    ),
    ("Fees (name, amount EUR).", &["amount = { type = \"money\", currency = \"EUR\" }"], &["USD", "amount_eur"]),
    (
        "Kayaks have a name and a price in pounds and a weight in pounds.",
        &["currency = \"GBP\"", "weight = { type = \"decimal\" }"],
        &["USD"],
    ),
    ("Jobs have a title and a salary range.", &["salary_range = {"], &["ranger"]),
    ("Tours have a title, a start date and time and a price.", &["start_date = { type = \"datetime\""], &["\"date\""]),
    (
        "Products: name (required, unique), price, in stock (yes/no)",
        &[
            "name = { type = \"text\", required = true, unique = true }",
            "in_stock = { type = \"boolean\", default = false }",
        ],
        &[],
    ),
    (
        "Blog with posts and comments",
        &["[entity.post]", "[entity.comment]", "post = { type = \"reference\", to = \"post\""],
        &["[entity.blog"],
    ),
    (
        "- Bike: name, size\n- Customer: name, email\n- Rental: belongs to a bike and a customer; start date, end date",
        &[
            "[entity.rental]",
            "bike = { type = \"reference\"",
            "customer = { type = \"reference\"",
            "start_date = {",
            "end_date = {",
        ],
        &[],
    ),
    ("Hey there! I coach swimmers. Each swimmer has a name and a lane.", &["summary = \"Swimmers.\""], &["Hey.\""]),
];

#[test]
fn every_row_reads_as_it_says() {
    let mut wrong = Vec::new();
    for (request, holds, lacks) in ROWS {
        let blueprint = intake::read(request).blueprint;
        if let Err(problems) = blueprint::load(&blueprint) {
            panic!("{request}\n{blueprint}\n{problems:?}");
        }
        let lines = blueprint.lines().filter(|line| !line.starts_with("request = "));
        let text: Vec<String> = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let text = text.join("\n");
        wrong.extend(holds.iter().filter(|part| !text.contains(**part)).map(|part| format!("{request}: no {part}")));
        wrong.extend(lacks.iter().filter(|part| text.contains(**part)).map(|part| format!("{request}: has {part}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn where_nothing_is_built_nothing_is_covered() {
    for request in ["asdf qwer zxcv !!! 12345", "qwe rty", "hello"] {
        let reading = intake::read(request);
        assert!(!reading.understood(), "{request}");
        assert!(reading.coverage < 0.1, "{request}: {}", reading.coverage);
        assert!(reading.unplaced.iter().any(|left| left.class == intake::UnplacedClass::Unclear), "{request}");
    }
}

#[test]
fn what_is_made_up_is_told() {
    for (request, told) in [
        ("A todo app", "a todo is kept as a record"),
        ("Tickets have a title and an assignee.", "`assignee` of a ticket is one of the users"),
        ("Fees have a name and a price.", "US dollars"),
    ] {
        let assumptions = intake::read(request).assumptions;
        assert!(assumptions.iter().any(|one| one.text.contains(told)), "{request}: {assumptions:?}");
    }
}

/// Of what is understood by less than half nothing is built: what was understood is told, and one question asked.
#[test]
fn where_too_little_is_understood_it_is_told_and_nothing_is_built() {
    let request = "Crews have a name and a phone. Zorf the blend, nudge what wobbles, keep the vibe going round and round, and \
                   mind the gap between those who prance and those who dawdle.";
    let reading = intake::read(request);
    assert!(reading.coverage < 0.5, "{}", reading.coverage);
    assert!(!reading.understood() && reading.blueprint.is_empty(), "{}", reading.blueprint);
    let told: Vec<&str> = reading.summary.entities.iter().map(|entity| entity.name.as_str()).collect();
    assert_eq!((told, reading.questions.len()), (vec!["crew"], 1));
    assert!(reading.assumptions.is_empty() && !reading.unplaced.is_empty());
    // The same records, said without so much around them.
    assert!(intake::read("Crews have a name and a phone.").understood());
}
