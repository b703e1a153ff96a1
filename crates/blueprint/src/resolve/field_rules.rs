//! Who may read and who may write a single field or set of links: the words of access, once more, for those who reach the
//! row at all.

use super::access::{self, Rules, covers};
use super::names::EntityName;
use crate::expr::{Expr, Scene};
use crate::model::{Field, Link, Rule, Unique};
use crate::places::Pointer;
use crate::report::Report;

/// The rules of the fields and links of an entity; none for what has none in the file.
pub(super) struct FieldRules {
    fields: Vec<Option<Pair>>,
    links: Vec<Option<Pair>>,
}

/// Who may read and who may write.
type Pair = (Rule, Rule);

/// Reads them all.
pub(super) fn rules(
    (fields, links): (&[Field], &[Link]),
    rules: &Rules,
    entity: &EntityName,
    scene: &Scene,
    at: &Pointer,
    report: &mut Report,
) -> FieldRules {
    let mut of = |named: Named| {
        let raw = entity.raw.field.get(named.name)?;
        let at = at.child("field").child(named.name);
        let mut rule = |word: &str, list: &Option<Vec<_>>| {
            let list = list.as_ref()?;
            access::rule(list, entity, scene, &at.child(word), report)
        };
        let (read, write) = (rule("read", &raw.read), rule("write", &raw.write));
        let read = read.unwrap_or(Rule::Anyone);
        // Whoever may not read a field would write it blindly, so he writes it only if the blueprint says so.
        let write = write.unwrap_or_else(|| read.clone());
        let check = Check { named, read: &read, write: &write, rules, owned: entity.owned, at: &at };
        check.effective(report);
        check.unique(report);
        check.lasting(report);
        check.covered(report);
        check.creatable(report);
        Some((read, write))
    };
    FieldRules {
        fields: fields.iter().map(|field| of(Named::field(field))).collect(),
        links: links.iter().map(|link| of(Named::link(link))).collect(),
    }
}

impl FieldRules {
    /// Gives them to those whose they are.
    pub fn give(self, fields: &mut [Field], links: &mut [Link]) {
        for (field, rules) in fields.iter_mut().zip(self.fields) {
            let Some((read, write)) = rules else { continue };
            (field.read, field.write) = (read, write);
        }
        for (link, rules) in links.iter_mut().zip(self.links) {
            let Some((read, write)) = rules else { continue };
            (link.read, link.write) = (read, write);
        }
    }
}

/// What matters here of a field or link.
struct Named<'a> {
    name: &'a str,
    hidden: bool,
    read_only: bool,
    unique: bool,
    required: bool,
    /// `None`: it cannot have one.
    has_default: Option<bool>,
}

impl<'a> Named<'a> {
    fn field(field: &'a Field) -> Named<'a> {
        Named {
            name: &field.name,
            hidden: field.hidden,
            read_only: field.read_only,
            unique: field.unique != Unique::No,
            required: field.required,
            has_default: Some(field.default.is_some()),
        }
    }

    fn link(link: &'a Link) -> Named<'a> {
        let (name, required) = (&link.name, link.required);
        Named { name, required, hidden: false, read_only: false, unique: false, has_default: None }
    }
}

struct Check<'a> {
    named: Named<'a>,
    read: &'a Rule,
    write: &'a Rule,
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
            [("read", self.named.hidden, "hidden"), ("write", self.named.read_only, "read_only")]
        {
            if ruled_out && self.says(word, report) {
                let message = format!("`{word}` means nothing on a field that is `{by}`");
                report.key(&self.at.child(word), "ineffective", message, Some("remove one of the two".to_owned()));
            }
        }
    }

    /// A conflict tells that the value is there.
    fn unique(&self, report: &mut Report) {
        if self.named.unique && *self.read != Rule::Anyone {
            let message = format!(
                "`{}` is unique, so whoever writes it learns which values are taken, allowed to read it or not",
                self.named.name
            );
            let hint = "remove `read`, or `unique`".to_owned();
            report.key(&self.at.child("read"), "contradiction", message, Some(hint));
        }
    }

    /// What a caller is shown of a version of a row must not change by itself: its `ETag` would promise that it is the same.
    fn lasting(&self, report: &mut Report) {
        let alone = |expr: &Expr| {
            let by = if expr.looks_at_time() { "time" } else { "another record" };
            (expr.looks_at_time() || expr.looks_beyond()).then_some(by)
        };
        if let Some(by) = self.read.conditions().find_map(|condition| alone(&condition.expr)) {
            let message = format!("whether `{}` can be read would change with {by} alone", self.named.name);
            let hint = "let an action or an update say it in a field of the record, and look at that".to_owned();
            report.key(&self.at.child("read"), "condition", message, Some(hint));
        }
    }

    fn covered(&self, report: &mut Report) {
        if !self.says("write", report) || self.named.hidden {
            return;
        }
        let missing = self.write.atoms().iter().find(|atom| !covers(self.read, atom));
        if let Some(missing) = missing {
            let message = format!("`write` is allowed to {}, who cannot read the field", missing);
            let hint = format!("add {} to `read`, or remove it from `write`", missing);
            report.value(&self.at.child("write"), "write_beyond_read", message, Some(hint));
        }
    }

    /// What every new row must have, everybody who may make one must be able to give.
    fn creatable(&self, report: &mut Report) {
        let Named { name, required, read_only, has_default, .. } = self.named;
        let engine_sets = read_only || has_default == Some(true) || report.says(&self.at.child("default"));
        if !required || engine_sets {
            return;
        }
        // Whoever makes a row owns it.
        let by_owner = self.owned && self.write.atoms().contains(&Rule::Owner);
        let left_out = |atom: &&Rule| !covers(self.write, atom) && (!by_owner || *atom.who() == Rule::Anyone);
        if let Some(creator) = self.rules.standard.create.atoms().iter().find(left_out) {
            let word = if self.says("write", report) { "write" } else { "read" };
            let message =
                format!("`{name}` is required, but {} may make a row without being allowed to set it", creator);
            let default = if has_default.is_some() { "add a `default`, " } else { "" };
            let hint = format!("{default}remove `required`, or add {} to `{word}`", creator);
            report.key(&self.at.child(word), "contradiction", message, Some(hint));
        }
    }
}
