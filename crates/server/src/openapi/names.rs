//! What the schemas of an entity are called, no two alike, and how names are said in a sentence.

use std::collections::HashSet;

use blueprint::Blueprint;

/// The schemas that every document may have; entities keep out of their way.
const FIXED: &[&str] = &[
    "Problem",
    "User",
    "Registration",
    "Accepted",
    "Credentials",
    "Tokens",
    "Refresh",
    "LogOut",
    "PasswordChange",
    "AccountDeletion",
    "Sessions",
    "MailRequest",
    "Verification",
    "PasswordReset",
    "UserInvitation",
    "OpenInvitation",
    "OpenInvitationList",
    "UserAccount",
    "UserAccountList",
    "UserAccountChange",
    "Me",
    "Health",
    "KeySet",
    "AuditRow",
    "AuditLog",
];

/// The names of the schemas of one entity.
pub(super) struct Names {
    /// A whole row.
    pub row: String,
    /// What `fields` picks of a row.
    pub part: String,
    /// The body of POST.
    pub create: String,
    /// The body of PATCH.
    pub update: String,
    /// The body of PUT.
    pub replace: String,
    /// A page of rows.
    pub page: String,
    /// The body of a batch.
    pub batch: String,
    /// The answer of a batch.
    pub batch_answer: String,
}

/// The names for all entities. `page` and `prospect_page` could both claim `ProspectPage`: the later one gives way.
pub(super) fn names(blueprint: &Blueprint) -> Vec<Names> {
    let mut taken: HashSet<String> = FIXED.iter().map(|name| (*name).to_owned()).collect();
    let named = |entity: &blueprint::Entity| {
        let mut base = pascal(&entity.name);
        while Names::of(&base).all().iter().any(|name| taken.contains(*name)) {
            base.push('_');
        }
        let names = Names::of(&base);
        taken.extend(names.all().into_iter().cloned());
        names
    };
    blueprint.entities.iter().map(named).collect()
}

impl Names {
    fn of(base: &str) -> Names {
        let with = |suffix: &str| format!("{base}{suffix}");
        Names {
            row: base.to_owned(),
            part: with("Part"),
            create: with("Create"),
            update: with("Update"),
            replace: with("Replace"),
            page: with("Page"),
            batch: with("Batch"),
            batch_answer: with("BatchAnswer"),
        }
    }

    fn all(&self) -> [&String; 8] {
        let Names { row, part, create, update, replace, page, batch, batch_answer } = self;
        [row, part, create, update, replace, page, batch, batch_answer]
    }
}

/// `follow_up` is `FollowUp`.
fn pascal(snake: &str) -> String {
    snake.split('_').map(capital).collect()
}

/// `lead-tracker` and `lead_tracker` are `lead tracker`.
pub(super) fn words(name: &str) -> String {
    name.replace(['_', '-'], " ")
}

/// The first letter large.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// `an invoice`, `a follow up`.
pub(super) fn one(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {}", words(name))
}

#[cfg(test)]
mod tests {
    use super::super::auth_paths;
    use super::*;

    #[test]
    fn entities_keep_out_of_the_way_of_every_fixed_schema() {
        for auth in ["", "verify_email = true", "sign_up = \"invite\"", "sign_up = \"closed\""] {
            let text = format!("[app]\nname = \"x\"\n[auth]\n{auth}\n");
            for (name, _) in auth_paths::schemas(&blueprint::load(&text).unwrap()) {
                assert!(FIXED.contains(&name.as_str()), "{name}");
            }
        }
    }
}
