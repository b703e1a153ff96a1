//! "Users can cancel orders", where an order is somebody's: each cancels his own, as a request for a whole is read. That everybody may do
//! it with those of all others is for them to say who wish it: "users can cancel all orders".

use super::places::Places;
use super::reach::is_user;
use super::rights::{self, Heard, WHOSE};
use super::said::Said;
use super::wishes::spoken;
use super::{Answer, own};
use crate::lemma::{plural, singular};
use crate::lexicon::has;

/// Who is served: made a role by a wish alone, they mean what is theirs.
const SERVED: &str = "customer client buyer shopper patient guest visitor tenant renter student pupil subscriber passenger donor \
    applicant attendee participant bidder reader citizen traveler traveller borrower parent";
const ALL: &[&str] = &["all", "every", "any", "everything", "anything", "everybody's", "everyone's"];

/// What is said of them is of their own: the same, said so; none where all records are meant.
pub(super) fn theirs(wish: &Said, heard: &Heard<'_>, places: &Places, source: &str) -> Option<Answer> {
    let is_verb = |word: &String| !rights::operations(std::slice::from_ref(word), places).0.is_empty();
    let verb = wish.words.iter().position(is_verb)?;
    let of_all = wish.from(verb).iter().any(|word| ALL.contains(&word.as_str()));
    let is_theirs = |what: &&String| *what != "create";
    let users = wish.between(0, verb).iter().any(|word| is_user(word))
        && heard.rules.iter().any(|rule| rule == "signed_in")
        && heard.operations.iter().filter(is_theirs).any(|what| what != "read");
    let served = !heard.new.is_empty()
        && heard.new.iter().all(|role| has(SERVED, &singular(role)))
        && heard.operations.iter().any(|what| is_theirs(&what));
    let owned = heard.entities.iter().any(|entity| entity.owned);
    (owned && !of_all && (users || served)).then_some(())?;
    let many: Vec<String> = heard.entities.iter().map(|entity| plural(&spoken(&entity.name))).collect();
    let many = many.join(" and ");
    let who = match heard.new.as_slice() {
        [one] if heard.rules.len() == 1 => plural(one),
        [] if heard.rules.len() == 1 => "users".to_owned(),
        _ => String::new(),
    };
    let created = |entity: &&super::places::Entity| {
        let list = rights::written(entity, "create").unwrap_or_default();
        list.iter().any(|word| word == "signed_in")
    };
    let adds = heard.operations.iter().any(|what| what == "create") && !heard.entities.iter().all(created);
    if who.is_empty() || adds || !heard.entities.iter().all(|entity| entity.owned) {
        return Some(Answer::Refused(format!(
            "{WHOSE}{many}? say \"users can … their own {many}\", or who may do it with all {many}"
        )));
    }
    let verbs: Vec<&String> = heard.operations.iter().filter(is_theirs).collect();
    let verbs: Vec<&str> = verbs.iter().map(|what| what.as_str()).collect();
    let said = format!("{who} can {} their own {many}", verbs.join(" and "));
    own::own(&wish.reworded(said.split(' ').map(str::to_owned).collect()), places, source)
}
