//! One short sentence of what the application keeps: "Prospects and follow-ups, with SMS."
//!
//! Made of what was understood, not of the request's words.

use crate::draft::Draft;
use crate::lemma;

/// The blueprint's limit is higher; a line of a list is not.
const MOST_CHARS: usize = 120;
const MOST_NAMES: usize = 4;

/// The sentence.
pub(crate) fn title(draft: &Draft) -> String {
    let records: Vec<String> = draft
        .entities
        .iter()
        .filter(|entity| !entity.join)
        .map(|entity| lemma::plural(&entity.name.replace('_', " ")))
        .collect();
    let services: Vec<&str> = draft.integrations.iter().map(|used| service(used.category)).collect();
    let with = match services.as_slice() {
        [] => String::new(),
        services => format!(", with {}", listed(services, services.len())),
    };
    // The most names that fit; services go first when nothing else helps.
    let fits = (1..=MOST_NAMES)
        .rev()
        .flat_map(|names| [format!("{}{with}.", listed(&records, names))])
        .chain([format!("{}.", listed(&records, 1))])
        .find(|text| text.chars().count() <= MOST_CHARS);
    let text = fits.unwrap_or_else(|| "An application.".to_owned());
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// "a, b and c"; "a, b and more" where there are more than `most`.
fn listed(names: &[impl AsRef<str>], most: usize) -> String {
    let mut shown: Vec<&str> = names.iter().map(AsRef::as_ref).take(most).collect();
    if names.len() > most {
        shown.push("more");
    }
    match shown.split_last() {
        None => "records".to_owned(),
        Some((one, [])) => (*one).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// What people call a category of services.
fn service(category: &str) -> &str {
    match category {
        "sms" => "SMS",
        "billing" => "payments",
        "chat" => "chat messages",
        "ehr" => "health records",
        "storage" => "file uploads",
        "push" => "push notifications",
        "webhook" => "webhooks",
        "whatsapp" => "WhatsApp",
        "esign" => "e-signatures",
        "video" => "video calls",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    fn summary_of(request: &str) -> String {
        let reading = crate::read(request);
        let line = reading.blueprint.lines().find_map(|line| line.strip_prefix("summary = ")).unwrap().to_owned();
        line.trim_matches('"').to_owned()
    }

    #[test]
    fn records_then_services() {
        assert_eq!(
            summary_of("Kayaks have a length and a colour. Text guests when a kayak is late. Guests have a phone."),
            "Kayaks and guests, with SMS."
        );
    }

    #[test]
    fn long_ones_are_cut_at_a_name() {
        let request: String = ["ant", "bee", "cow", "dog", "elk", "fox"]
            .iter()
            .map(|name| format!("Each {name} has a name, a length and a price. "))
            .collect();
        assert_eq!(summary_of(&request), "Ants, bees, cows, dogs and more.");
    }
}
