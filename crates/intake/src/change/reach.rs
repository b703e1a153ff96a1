//! Whether a right to a single value comes to whoever is named: a rule of a field takes away alone, so who may not do it with the record
//! gets nothing by it but what others wanted kept from him.

use super::places::Entity;
use super::rights;
use super::wishes::spoken;
use crate::lemma::plural;

/// Words by which something is denied.
pub(super) const NOT: &[&str] =
    &["not", "cannot", "can't", "cant", "mustn't", "mustnt", "shouldn't", "shouldnt", "never"];

/// Whether something is denied: so, or from now on ("no longer").
pub(super) fn denies(word: &str) -> bool {
    word == "longer" || NOT.contains(&word)
}

/// Words for those who have an account, each with what he made: "users can edit orders" is about their own.
pub(super) fn is_user(word: &str) -> bool {
    matches!(word, "user" | "users" | "member" | "members")
}

/// What is asked of a record.
pub(super) struct Asked<'a> {
    pub entity: &'a Entity,
    /// The words of the rule of a field: `read`, `write`.
    pub words: &'a [&'static str],
    /// Whether it is given with the record too ("enter", "set"), and not only changed.
    pub enters: bool,
}

impl Asked<'_> {
    fn lists(&self, word: &str) -> Option<Vec<String>> {
        let list = rights::written(self.entity, if word == "write" { "update" } else { "read" })?;
        let create = (word == "write" && self.enters).then(|| rights::written(self.entity, "create")).flatten();
        let more: Vec<String> = create.into_iter().flatten().filter(|one| !list.contains(one)).collect();
        Some(list.into_iter().chain(more).collect())
    }

    /// Why nothing comes of a right for all who are named; `own` where what they made is meant.
    pub(super) fn missing(&self, rules: &[String], own: bool) -> Option<String> {
        // Who may change a record sees it: said of changing first, that is enough.
        ["write", "read"].into_iter().filter(|word| self.words.contains(word)).find_map(|word| {
            let list = self.lists(word)?;
            let left: Vec<String> =
                rules.iter().filter(|rule| !reaches(&list, rule, own && self.entity.owned)).cloned().collect();
            (!left.is_empty()).then(|| self.refused(word, &left, &list, own))
        })
    }

    /// Why nothing comes of a rule for them alone for some of those whom it names.
    pub(super) fn nobody(&self, rules: &[String]) -> Option<String> {
        ["write", "read"].into_iter().filter(|word| self.words.contains(word)).find_map(|word| {
            let list = self.lists(word)?;
            // With a role or without, he may do it with what he made.
            let some = self.entity.owned && list.iter().any(|one| one == "owner");
            let left: Vec<String> =
                rules.iter().filter(|rule| !some && !reaches(&list, rule, false)).cloned().collect();
            (!left.is_empty()).then(|| self.refused(word, &left, &list, false))
        })
    }

    /// Of whom a rule for them alone is but for what they made themselves, beside others who get to all records.
    pub(super) fn of_own_alone(&self, rules: &[String]) -> Option<String> {
        let list = self.lists(if self.words.contains(&"write") { "write" } else { "read" })?;
        let (all, own): (Vec<&String>, Vec<&String>) = rules.iter().partition(|rule| reaches(&list, rule, false));
        let own: Vec<String> = own.iter().filter_map(|rule| rule.strip_prefix("role:")).map(many_of).collect();
        (!all.is_empty() && !own.is_empty()).then(|| {
            let (who, many) = (own.join(" and "), plural(&spoken(&self.entity.name)));
            let verb = if self.words.contains(&"write") { "change" } else { "see" };
            format!(
                "; of {many}, {who} {verb} but what they made: say \"{who} can {verb} all {many}\", if all are meant"
            )
        })
    }

    fn refused(&self, word: &str, left: &[String], list: &[String], own: bool) -> String {
        let many = plural(&spoken(&self.entity.name));
        let verb = if word == "write" { "change" } else { "see" };
        // Everybody who made one, or everybody with all of them.
        let users = if own { "users" } else { "everyone" };
        let named = |rules: &[String], owner: &str| {
            let each = rules.iter().map(|rule| match rule.as_str() {
                "signed_in" => users.to_owned(),
                "owner" => owner.to_owned(),
                "nobody" => "nobody".to_owned(),
                rule => many_of(rule.strip_prefix("role:").unwrap_or(rule)),
            });
            each.collect::<Vec<_>>().join(" and ")
        };
        let (who, may) = (named(left, "owners"), named(list, "whoever made one"));
        let may = if may == "nobody" { may } else { format!("only {may}") };
        format!(
            "{may} may {verb} {many}, so nothing in them can be {} by {who}: say \"{who} can {verb} {many}\" first, if they may",
            if word == "write" { "changed" } else { "seen" }
        )
    }
}

/// "clerks", and "reception", who are several already.
fn many_of(role: &str) -> String {
    const SEVERAL: &str = "reception management accounting finance sales support security";
    let is_several = crate::lexicon::archetypes::is_group(role) || crate::lexicon::has(SEVERAL, role);
    if is_several { spoken(role) } else { plural(&spoken(role)) }
}

/// Whether a list of who may names them.
fn reaches(list: &[String], rule: &str, own: bool) -> bool {
    let has = |word: &str| list.iter().any(|one| one == word);
    rule == "nobody"
        || has("anyone")
        || has(rule)
        || has("signed_in") && rule != "anyone"
        || own && rule == "signed_in" && has("owner")
}
