//! Who may read and who may write a single field: the words of access, once more, for those who reach the row at all.

use super::access::{self, Rules, atoms, covers, describe};
use super::names::EntityName;
use crate::model::{Auth, Field, Rule, Unique};
use crate::places::Pointer;
use crate::report::Report;

/// Gives the fields of an entity their rules.
pub(super) fn resolve(
    fields: &mut [Field],
    rules: &Rules,
    entity: &EntityName,
    auth: &Auth,
    at: &Pointer,
    report: &mut Report,
) {
    for field in fields {
        let Some(raw) = entity.raw.field.get(&field.name) else { continue };
        let at = at.child("field").child(&field.name);
        let mut rule = |word: &str, list: &Option<Vec<_>>| {
            let list = list.as_ref()?;
            access::rule(list, entity, auth, &at.child(word), report)
        };
        let (read, write) = (rule("read", &raw.read), rule("write", &raw.write));
        field.read = read.unwrap_or(Rule::Anyone);
        // Whoever may not read a field would write it blindly, so he writes it only if the blueprint says so.
        field.write = write.unwrap_or_else(|| field.read.clone());
        let check = Check { field, rules, owned: entity.owned, at: &at };
        check.effective(report);
        check.unique(report);
        check.covered(report);
        check.creatable(report);
    }
}

struct Check<'a> {
    field: &'a Field,
    rules: &'a Rules,
    owned: bool,
    at: &'a Pointer,
}

impl Check<'_> {
    fn says(&self, word: &str, report: &Report) -> bool {
        report.says(&self.at.child(word))
    }

    /// A rule on a field that is never read, or never written, would change nothing.
    fn effective(&self, report: &mut Report) {
        for (word, ruled_out, by) in
            [("read", self.field.hidden, "hidden"), ("write", self.field.read_only, "read_only")]
        {
            if ruled_out && self.says(word, report) {
                let message = format!("`{word}` means nothing on a field that is `{by}`");
                report.key(&self.at.child(word), "ineffective", message, Some("remove one of the two".to_owned()));
            }
        }
    }

    /// A conflict tells that the value is there.
    fn unique(&self, report: &mut Report) {
        if self.field.unique != Unique::No && self.field.read != Rule::Anyone {
            let message = format!(
                "`{}` is unique, so whoever writes it learns which values are taken, allowed to read it or not",
                self.field.name
            );
            let hint = "remove `read`, or `unique`".to_owned();
            report.key(&self.at.child("read"), "contradiction", message, Some(hint));
        }
    }

    fn covered(&self, report: &mut Report) {
        if !self.says("write", report) || self.field.hidden {
            return;
        }
        let missing = atoms(&self.field.write).iter().find(|atom| !covers(&self.field.read, atom));
        if let Some(missing) = missing {
            let message = format!("`write` is allowed to {}, who cannot read the field", describe(missing));
            let hint = format!("add {} to `read`, or remove it from `write`", describe(missing));
            report.value(&self.at.child("write"), "write_beyond_read", message, Some(hint));
        }
    }

    /// What every new row must have, everybody who may make one must be able to give.
    fn creatable(&self, report: &mut Report) {
        let field = self.field;
        let engine_sets = field.read_only || field.default.is_some() || report.says(&self.at.child("default"));
        if !field.required || engine_sets {
            return;
        }
        // Whoever makes a row owns it.
        let by_owner = self.owned && atoms(&field.write).contains(&Rule::Owner);
        let left_out = |atom: &&Rule| !covers(&field.write, atom) && (!by_owner || **atom == Rule::Anyone);
        if let Some(creator) = atoms(&self.rules.standard.create).iter().find(left_out) {
            let word = if self.says("write", report) { "write" } else { "read" };
            let message = format!(
                "`{}` is required, but {} may make a row without being allowed to set it",
                field.name,
                describe(creator)
            );
            let hint = format!("add a `default`, remove `required`, or add {} to `{word}`", describe(creator));
            report.key(&self.at.child(word), "contradiction", message, Some(hint));
        }
    }
}
