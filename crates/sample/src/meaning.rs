//! What a text is about, by the name of its field and of its entity. Two tables; the first line that fits counts.

use blueprint::plural;

/// What a text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    Person,
    FirstName,
    LastName,
    Handle,
    Company,
    /// A name of one of these words.
    OneOf(&'static [&'static str]),
    /// A thing to sell: an adjective and a product.
    Product,
    /// What a book, a film or a project is called.
    Title,
    Street,
    Postcode,
    Code,
    Secret,
    /// A sentence.
    Note,
    /// A domain of the internet.
    Domain,
}

use Meaning::{
    Code, Company, Domain, FirstName, Handle, LastName, Note, OneOf, Person, Postcode, Product, Secret, Street, Title,
};

use crate::words::{
    BREEDS, CITIES, COLORS, COUNTRIES, GENRES, JOBS, LANGUAGES, MATERIALS, PETS, PLACES, SPECIES, TAGS, TASKS, UNITS,
};

/// By the name of the field or by one of its words.
const FIELDS: &[(&[&str], Meaning)] = &[
    (&["first_name", "given_name", "forename"], FirstName),
    (&["last_name", "family_name", "surname"], LastName),
    (&["full_name", "display_name"], Person),
    (&["user_name", "username", "handle", "nickname", "login", "slug"], Handle),
    (&["job_title", "position", "job", "profession", "occupation"], OneOf(JOBS)),
    (&["company", "organisation", "organization", "employer", "firm", "vendor", "supplier", "publisher"], Company),
    (&["manufacturer", "brand", "insurer", "agency", "label", "brewery", "bank"], Company),
    (&["domain", "hostname", "host"], Domain),
    (&["password", "secret", "token", "pin", "hash"], Secret),
    (&["postcode", "postal", "zip"], Postcode),
    (&["street", "address"], Street),
    (&["city", "town", "birthplace", "origin", "region"], OneOf(CITIES)),
    (&["country", "nationality"], OneOf(COUNTRIES)),
    (&["room", "venue", "location", "place", "hall", "shelf", "branch", "warehouse"], OneOf(PLACES)),
    (&["colour", "color"], OneOf(COLORS)),
    (&["language", "locale"], OneOf(LANGUAGES)),
    (&["genre"], OneOf(GENRES)),
    (&["species", "animal"], OneOf(SPECIES)),
    (&["breed"], OneOf(BREEDS)),
    (&["unit"], OneOf(UNITS)),
    (&["material", "fabric"], OneOf(MATERIALS)),
    (&["tag", "tags", "category", "topic", "keyword", "keywords", "department", "kind", "type"], OneOf(TAGS)),
    (&["sku", "code", "isbn", "barcode", "reference", "serial", "number", "plate", "vin", "iban", "id"], Code),
    (&["author", "artist", "director", "teacher", "owner", "contact", "person", "actor", "composer", "host"], Person),
    (&["doctor", "vet", "instructor", "manager", "assignee", "employee", "speaker", "guest", "by"], Person),
    (&["customer", "client", "member", "patient", "student", "driver", "keeper", "singer", "voice"], Person),
    (&["note", "notes", "comment", "comments", "message", "body", "text", "content", "description", "summary"], Note),
    (&["reason", "feedback", "remark", "remarks", "bio", "about", "instructions", "review", "diagnosis"], Note),
    (&["product", "item", "article"], Product),
    (&["title", "headline", "subject", "book", "film", "song", "project", "event", "course", "theme"], Title),
];

/// A `name` or `title` is about its entity, which may be named by one of its words.
const ENTITIES: &[(&[&str], Meaning)] = &[
    (&["company", "organisation", "organization", "vendor", "supplier", "firm", "agency", "brand"], Company),
    (&["publisher", "brewery", "bank", "insurer", "manufacturer", "employer", "account", "workspace", "team"], Company),
    (&["task", "todo", "chore", "ticket", "issue", "bug", "job", "reminder", "errand", "step"], OneOf(TASKS)),
    (&["tag", "category", "topic", "label", "genre", "department", "keyword", "list"], OneOf(TAGS)),
    (&["pet", "dog", "cat", "animal", "horse", "puppy"], OneOf(PETS)),
    (&["city", "town", "region"], OneOf(CITIES)),
    (&["country"], OneOf(COUNTRIES)),
    (&["language"], OneOf(LANGUAGES)),
    (&["room", "venue", "location", "place", "hall", "branch", "warehouse", "shop", "store", "site"], OneOf(PLACES)),
    (&["museum", "gallery", "cinema", "school", "clinic", "kennel", "cellar", "apiary", "stage"], OneOf(PLACES)),
    (&["product", "item", "article", "tool", "part", "material", "equipment"], Product),
    (&["prospect", "customer", "client", "contact", "patient", "student", "employee", "member", "person"], Person),
    (&["lead", "candidate", "applicant", "participant", "attendee", "guest", "owner", "volunteer"], Person),
    (&["agent", "driver", "tenant", "teacher", "doctor", "vet", "nurse", "author", "artist", "director"], Person),
    (&["actor", "keeper", "beekeeper", "donor", "lawyer", "child", "parent", "player", "coach", "singer"], Person),
    (&["instructor", "speaker", "user", "friend", "visitor", "borrower", "reader", "brewer", "judge"], Person),
];

/// What a text field is about.
pub(crate) fn meaning(entity: &str, field: &str) -> Meaning {
    if matches!(field, "name" | "title" | "label") {
        return find(ENTITIES, entity).unwrap_or(Title);
    }
    find(FIELDS, field).or_else(|| field.ends_with("name").then(|| find(ENTITIES, field)).flatten()).unwrap_or(Title)
}

/// The line with the whole name, else the one with the last of its words that has one.
fn find(table: &[(&[&str], Meaning)], name: &str) -> Option<Meaning> {
    let line = |word: &str| {
        let fits = |listed: &&str| *listed == word || plural(listed) == word;
        table.iter().find(|(words, _)| words.iter().any(fits)).map(|(_, meaning)| *meaning)
    };
    line(name).or_else(|| name.rsplit('_').find_map(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_text_is_about() {
        for (entity, field, expected) in [
            ("prospect", "name", Person),
            ("prospect", "company", Company),
            ("law_firm", "name", Company),
            ("task", "title", OneOf(TASKS)),
            ("book", "title", Title),
            ("book", "author", Person),
            ("person", "last_name", LastName),
            ("order", "shipping_address", Street),
            ("order", "delivery_notes", Note),
            ("visit", "doctors", Person),
            ("hive", "queen_colour", OneOf(COLORS)),
            ("machine", "serial_number", Code),
            ("thing", "whatever", Title),
        ] {
            assert_eq!(meaning(entity, field), expected, "{entity}.{field}");
        }
    }
}
