//! Requests of others who did not know the reader, with what they want kept: how much of it is, and what is made beside it.
//!
//! A request may be read worse than before where others are read better; these are the limits for all of them together. What
//! of it the weights of the nouns were learnt from, and how well those do on requests they never saw, `examples/weigh.rs`
//! tells.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use serde::Deserialize;

#[derive(Deserialize)]
struct Request {
    request: String,
    /// Names for each thing that is wanted.
    records: Vec<Vec<String>>,
    /// What may be kept or not.
    maybe: Vec<Vec<String>>,
    roles: Vec<String>,
    /// What must not become a record.
    not: Vec<String>,
    services: Vec<String>,
    /// Services that are spoken of and not wanted.
    no_services: Vec<String>,
}

fn corpus() -> Vec<Request> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = files.filter(|path| path.extension().is_some_and(|kind| kind == "jsonl")).map(fs::read_to_string);
    texts
        .flat_map(|text| text.unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>())
        .collect()
}

fn same(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.trim_end_matches('s').replace('_', "");
    plain(a) == plain(b)
}

#[test]
fn strangers_get_what_they_want_and_little_else() {
    let (mut wanted, mut found, mut beside, mut forbidden) = (0, 0, 0, Vec::new());
    let (mut asked_for, mut used, mut unwanted) = (0, 0, 0);
    let corpus = corpus();
    for asked in &corpus {
        let read = intake::read(&asked.request).summary;
        let made: Vec<&str> = read.entities.iter().map(|entity| entity.name.as_str()).collect();
        let any = |names: &[String], name: &str| names.iter().any(|known| same(known, name));
        wanted += asked.records.len();
        found += asked.records.iter().filter(|names| made.iter().any(|name| any(names, name))).count();
        let known = |name: &str| asked.records.iter().chain(&asked.maybe).any(|names| any(names, name));
        beside += made.iter().filter(|name| !known(name) && !any(&asked.roles, name)).count();
        forbidden
            .extend(made.iter().filter(|name| any(&asked.not, name) && !known(name)).map(|name| (*name).to_owned()));
        asked_for += asked.services.len();
        used += asked.services.iter().filter(|one| read.integrations.contains(one)).count();
        unwanted += read.integrations.iter().filter(|one| asked.no_services.contains(one)).count();
    }
    let (requests, made) = (corpus.len(), found + beside);
    println!(
        "{requests} requests: {found} of {wanted} records, {beside} others, {used} of {asked_for} services; {} records and {unwanted} \
         services forbidden",
        forbidden.len()
    );
    assert!(requests >= 500);
    assert!(found * 100 >= wanted * 70, "{found} of {wanted} records are made");
    assert!(found * 100 >= made * 92, "{beside} of {made} records were not asked for");
    assert!(used * 100 >= asked_for * 90, "{used} of {asked_for} services are used");
    assert!((forbidden.len() + unwanted) * 20 <= requests, "{forbidden:?} and {unwanted} services must not be made");
}

/// Ways to describe a record, with a gap for its name.
const DESCRIBED: [&str; 7] = [
    "A {x} has a size, a price and a colour.",
    "{Xs} have a size, a price and a colour.",
    "The {x} has a size, a price and a colour.",
    "For each {x} we keep the size, the price and the colour.",
    "We want to keep {xs} with their size, price and colour.",
    "{Xs} (size, price, colour) are kept too.",
    "I also track the {x}: size, price and colour.",
];
/// What surrounds it in a long mail.
const AROUND: &str = "We are a small association and need a backend. At the moment we do all of this on paper and it takes \
    far too long. My colleague usually forgets to write things down. The office is on the second floor of an old building. \
    We would like something simple that works on a phone. It should not be complicated because nobody here is good with \
    computers. On Mondays we meet and talk about what has to be done. Our budget is small and we are in no hurry. The old \
    program crashed last winter and we lost everything. Later we may want statistics, but not now. ";

#[test]
fn what_is_described_is_kept_however_long_the_mail_is() {
    let mut lost = Vec::new();
    for sentence in DESCRIBED {
        for (one, many, capital) in
            [("kiln", "kilns", "Kilns"), ("lantern", "lanterns", "Lanterns"), ("invoice", "invoices", "Invoices")]
        {
            let told = sentence.replace("{xs}", many).replace("{Xs}", capital).replace("{x}", one);
            let boat = "Boats have a name, a length and a price.";
            for request in [format!("{AROUND}{boat} {told}"), format!("{boat} {told} {AROUND}")] {
                let read = intake::read(&request).summary;
                if !read.entities.iter().any(|entity| entity.name == one) {
                    lost.push(told.clone());
                }
            }
        }
    }
    assert!(lost.is_empty(), "{} are lost: {lost:#?}", lost.len());
}
