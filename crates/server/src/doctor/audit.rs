//! What keeps the audit from being changed: whether it stands.

use store::Triggers;

use super::Finding;
use crate::open_database_as_it_is;
use crate::settings::{Database, Settings};

/// Nothing where there is no audit yet, or where `database` says already why it cannot be looked at.
pub(super) fn look(settings: &Settings) -> Vec<Finding> {
    if let Database::Sqlite(path) = &settings.database
        && !path.exists()
    {
        return Vec::new();
    }
    let Ok(store) = open_database_as_it_is(settings) else { return Vec::new() };
    let triggers = store.triggers_blocking();
    store.close_blocking();
    triggers.map(|triggers| told(&triggers)).unwrap_or_default()
}

fn told(Triggers { missing, strange }: &Triggers) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !missing.is_empty() {
        findings.push(Finding::error(
            "audit",
            format!("triggers over the audit are gone, switched off or others than they were: {}", missing.join(", ")),
            "whoever did that can change the audit, and may have",
            "see what `supermaker audit verify` says, and start the server: it puts them back",
        ));
    }
    if !strange.is_empty() {
        findings.push(Finding::warning(
            "audit",
            format!("triggers or rules over the audit that are none of ours: {}", strange.join(", ")),
            "they may keep rows out of it, which no seal tells",
            "if nobody knows of them: DROP TRIGGER",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::good("audit", "what keeps the audit from being changed stands"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn what_is_gone_is_an_error_and_what_is_strange_a_warning() {
        let one = || vec!["a on b".to_owned()];
        for (missing, strange, states) in [
            (Vec::new(), Vec::new(), &[State::Good][..]),
            (one(), Vec::new(), &[State::Error]),
            (one(), one(), &[State::Error, State::Warning]),
        ] {
            let found: Vec<State> = told(&Triggers { missing, strange }).iter().map(|finding| finding.state).collect();
            assert_eq!(found, states);
        }
    }
}
