//! Who may see and set a single value: "only HR sees the salary", "drivers may only change the status".
//!
//! What is said of values narrows what is said of their record. Where the words leave a choice the fewer are let in.

use super::lists::{self, covers, exactly};
use super::statements::{Mode, Op, Statement};
use crate::draft::{Draft, Entity, Field, Rights};
use crate::facts::Who;
use crate::lemma;
use crate::lexicon::has;
use crate::lexicon::verbs::Class;
use crate::nouns::{Count, Np};
use crate::resolve::Cast;
use crate::rules;
use crate::scene::Scene;
use crate::tags::Tag;
use crate::tokens::Span;

/// What a request says of one value and some people.
#[derive(Clone, Debug)]
pub(crate) struct ValueRight {
    pub(super) entity: String,
    pub(super) field: String,
    pub(super) who: Vec<Who>,
    pub(super) mode: Mode,
    /// Read or update.
    pub(super) op: Op,
    /// Of those records that are theirs.
    pub(super) own: bool,
    pub(super) span: Span,
}

impl ValueRight {
    /// What stands for the verb where the right is taken for one on the record.
    pub(super) const BASE: &'static str = "value";

    /// The same, as what is said of the record.
    pub(super) fn spoken(&self) -> Statement {
        Statement {
            who: self.who.clone(),
            mode: self.mode,
            op: self.op,
            base: Self::BASE,
            entity: Some(self.entity.clone()),
            own: self.own,
            when: None,
            span: self.span,
        }
    }

    /// The same of others.
    pub(super) fn of(self, who: &[Who], mode: Mode, span: Span) -> ValueRight {
        ValueRight { who: who.to_vec(), mode, span, own: false, ..self }
    }

    /// A value that some people alone set.
    pub(super) fn kept(entity: &str, field: &str, who: &[Who], span: Span) -> ValueRight {
        let (entity, field, who) = (entity.to_owned(), field.to_owned(), who.to_vec());
        ValueRight { entity, field, who, mode: Mode::Exclusive, op: Op::Update, own: false, span }
    }
}

/// What a verb does with a value.
pub(super) fn op(class: Class) -> Option<Op> {
    match class {
        Class::Read => Some(Op::Read),
        Class::Update | Class::Track | Class::Create | Class::Delete | Class::Assign | Class::Upload => {
            Some(Op::Update)
        }
        _ => None,
    }
}

/// Words at the end of a name that say no more than that it is a value: "phone numbers" are phones.
const TAILS: &str = "number field column value info information detail data amount";

fn parts(name: &str) -> Vec<String> {
    name.split('_').map(lemma::singular).collect()
}

fn plain(parts: &[String]) -> &[String] {
    match parts.split_last() {
        Some((last, rest)) if !rest.is_empty() && has(TAILS, last) => rest,
        _ => parts,
    }
}

const EXACT: u8 = 3;

/// How surely a phrase names a field; none where it does not.
fn likeness(said: &[String], entity: &Entity, field: &Field) -> Option<u8> {
    let of = parts(&entity.name);
    let said = said.strip_prefix(of.as_slice()).filter(|rest| !rest.is_empty()).unwrap_or(said);
    let name = parts(&field.name);
    match () {
        () if name == said => Some(EXACT),
        () if name.ends_with(said) => Some(2),
        () if plain(&name) == plain(said) => Some(1),
        () => None,
    }
}

/// "the note of invoices", "the status of orders": what stands before "of" is a value of the record behind it.
pub(super) fn listed(scene: &Scene<'_>, np: &Np, cast: &Cast, draft: &Draft) -> Vec<(String, String)> {
    let of = (np.from + 1..np.to).find(|at| scene.is(*at, "of"));
    let word = of.and_then(|of| scene.token(of - 1)).map(|token| parts(&token.text));
    let last = scene.token(np.to.wrapping_sub(1)).filter(|_| of.is_some()).and_then(|token| cast.entity(&token.lemma));
    let entity = cast.entity(np.entity()).or(last).and_then(|name| draft.entity(name));
    let (Some(said), Some(entity)) = (word, entity) else { return Vec::new() };
    let named = entity.fields.iter().filter(|field| likeness(&said, entity, field) == Some(EXACT));
    named.map(|field| (entity.name.clone(), field.name.clone())).collect()
}

/// The values that a phrase means, those of the record that it names or of all that have such a value, and whether it is
/// sure of them.
pub(super) fn of(scene: &Scene<'_>, np: &Np, cast: &Cast, draft: &Draft) -> (Vec<(String, String)>, bool) {
    // "after 24 hours" is no object.
    let lead = np.from.checked_sub(1).and_then(|at| scene.tag(at));
    let left_out = |at: usize| scene.one_of(at, &["except", "but", "apart", "other", "excepting"]);
    let direct = |at: usize| {
        scene.one_of(at, &["of", "except", "but", "besides", "without", "to"]) || at > 0 && left_out(at - 1)
    };
    if lead == Some(Tag::Preposition) && !direct(np.from - 1) || matches!(np.count, Count::Number(_)) {
        return (Vec::new(), false);
    }
    let listed = listed(scene, np, cast, draft);
    if !listed.is_empty() {
        return (listed, true);
    }
    let known = |name: &str| cast.entity(name).map(str::to_owned);
    let owner = np.owner.as_ref().and_then(|words| {
        let lemmas: Vec<&str> = words.iter().map(|word| word.lemma.as_str()).collect();
        known(&crate::nouns::snake(&lemmas))
    });
    let behind = || scene.one_of(np.to, &["of", "on"]).then(|| scene.np_at(np.to + 1)).flatten();
    let owner = owner.or_else(|| behind().and_then(|np| known(np.entity())));
    // "the name and phone of patients": both are theirs.
    let owner = owner.or_else(|| rules::valued::owner(scene, np).and_then(|name| known(&name)));
    let names = [parts(np.field()), parts(np.entity())];
    let mut found: Vec<(u8, String, String)> = Vec::new();
    for entity in draft.entities.iter().filter(|entity| owner.as_ref().is_none_or(|name| *name == entity.name)) {
        for field in &entity.fields {
            let likeness = names.iter().filter_map(|said| likeness(said, entity, field)).max();
            found.extend(likeness.map(|likeness| (likeness, entity.name.clone(), field.name.clone())));
        }
    }
    let best = found.iter().map(|(likeness, ..)| *likeness).max();
    let found = found.into_iter().filter(|(likeness, ..)| Some(*likeness) == best);
    (found.map(|(_, entity, field)| (entity, field)).collect(), best == Some(EXACT))
}

fn or(list: &Option<Vec<String>>, word: &str) -> Vec<String> {
    list.clone().unwrap_or_else(|| vec![word.to_owned()])
}

/// Who reads and who writes a record, as it stands.
struct Reach {
    read: Vec<String>,
    /// Who adds or changes it, but for those who only set single values.
    write: Vec<String>,
    create: Vec<String>,
}

impl Reach {
    fn of(entity: &Entity) -> Reach {
        let (reader, creator, writer) =
            if entity.owned { ("owner", "signed_in", "owner") } else { ("signed_in", "role:admin", "role:admin") };
        let create = or(&entity.rights.create, creator);
        let mut write = or(&entity.rights.update, writer);
        write
            .retain(|word| word.strip_prefix("role:").is_none_or(|role| !entity.setters.iter().any(|one| one == role)));
        // Who makes a row owns it.
        let made = create.iter().filter(|word| !entity.owned || !matches!(word.as_str(), "signed_in" | "anyone"));
        write.extend(made.cloned());
        if entity.owned && !write.iter().any(|word| word == "owner") {
            write.push("owner".to_owned());
        }
        write.retain(|word| word != "nobody");
        Reach { read: or(&entity.rights.read, reader), write: lists::unique(write), create }
    }
}

/// Gives the values of all records their rules, once the rules of the records are settled.
pub(crate) fn settle(draft: &mut Draft) {
    let rights = std::mem::take(&mut draft.values);
    let roles = draft.roles.clone();
    for at in 0..draft.entities.len() {
        let Some(entity) = draft.entities.get_mut(at) else { continue };
        let here: Vec<&ValueRight> = rights.iter().filter(|right| right.entity == entity.name).collect();
        if here.is_empty() {
            continue;
        }
        let reach = Reach::of(entity);
        for field in &mut entity.fields {
            rule(field, entity.owned, &here, &reach, &roles, &entity.setters);
        }
        let mut told = Vec::new();
        for field in &mut entity.fields {
            told.extend(fit(field, entity.owned, &reach).map(|(what, why)| (field.name.clone(), what, why)));
        }
        let name = entity.name.clone();
        for (field, text, why) in told {
            draft.note(format!("/entity/{name}/field/{field}"), text, why, None, &["no rule for the value"]);
        }
    }
    draft.values = rights;
}

/// Writes who reads and who sets one value.
fn rule(field: &mut Field, owned: bool, here: &[&ValueRight], reach: &Reach, roles: &[String], setters: &[String]) {
    let of = |op: Op| here.iter().filter(move |right| right.op == op);
    let mine = |right: &&&ValueRight| right.field == field.name;
    if of(Op::Read).filter(mine).any(|right| right.mode == Mode::MayNot && right.who.is_empty()) {
        if !field.said.iter().any(|said| said.starts_with("hidden")) {
            field.said.push("hidden = true".to_owned());
        }
        return;
    }
    for op in [Op::Read, Op::Update] {
        let start = if op == Op::Read { &reach.read } else { &reach.write };
        let mut list: Option<Vec<String>> = None;
        let kept: Vec<String> = of(op)
            .filter(mine)
            .filter(|right| right.mode == Mode::Exclusive)
            .flat_map(|right| words(right, owned))
            .collect();
        if !kept.is_empty() || of(op).filter(mine).any(|right| right.mode == Mode::Exclusive) {
            let also =
                of(op).filter(mine).filter(|right| right.mode == Mode::May).flat_map(|right| words(right, owned));
            list = Some(exactly(lists::unique(kept.into_iter().chain(also)), owned));
        }
        // Who sets some values only does not set the others.
        let alone = of(Op::Read).filter(mine).any(|right| right.mode == Mode::Exclusive);
        if op == Op::Update && list.is_none() && !setters.is_empty() && !alone {
            let mut all = start.clone();
            let set = of(op).filter(mine).filter(|right| right.mode != Mode::MayNot);
            all.extend(set.flat_map(|right| words(right, owned)));
            list = Some(lists::unique(all));
        }
        // "drivers can only see the address": nothing else.
        let limited = of(op).filter(|right| right.mode == Mode::Limit && !right.own);
        let mut barred: Vec<Who> = Vec::new();
        for right in limited {
            let all = |who: &&Who| {
                !of(op).any(|one| one.field == field.name && one.mode != Mode::MayNot && one.who.contains(who))
            };
            barred.extend(right.who.iter().filter(all).cloned());
        }
        for right in of(op).filter(mine) {
            if right.mode == Mode::MayNot || right.mode == Mode::Limit && right.own {
                barred.extend(right.who.iter().cloned());
            }
        }
        if !barred.is_empty() {
            let mut rights = Rights {
                read: Some(list.unwrap_or_else(|| start.clone())),
                create: Some(reach.create.clone()),
                ..Rights::default()
            };
            for who in &barred {
                lists::deny(&mut rights, Op::Read, Some(who), owned, roles);
                if let (Who::User, Some(read)) = (who, rights.read.as_mut()) {
                    read.retain(|word| word.starts_with("role:"));
                }
                // Nor do strangers see it of those in a state.
                if let (Who::Public, Some(read)) = (who, rights.read.as_mut()) {
                    read.retain(|word| !word.starts_with("{ who = \"anyone\""));
                }
            }
            let mut left = rights.read.unwrap_or_default();
            if owned && of(op).filter(mine).any(|right| right.own) && !left.iter().any(|word| word == "owner") {
                left.push("owner".to_owned());
            }
            // "everyone sees employees without the salary": but who enters it.
            let all = |who: &Who| matches!(who, Who::Everyone | Who::User);
            let enters = |word: &&String| {
                let barred = barred.iter().any(|who| lists::word(who) == **word);
                (word.starts_with("role:") || owned && *word == "owner") && !barred && !covers(&left, word)
            };
            if barred.iter().any(all) {
                let more: Vec<String> = reach.write.iter().filter(enters).cloned().collect();
                left.extend(more);
            }
            if left.is_empty() {
                left.push("role:admin".to_owned());
            }
            list = Some(left);
        }
        if op == Op::Read { field.read = list } else { field.write = list }
    }
    if let (Some(read), Some(write)) = (&field.read, &mut field.write) {
        lists::cut(write, read);
    }
}

fn words(right: &ValueRight, owned: bool) -> Vec<String> {
    if right.own {
        return if owned { vec!["owner".to_owned()] } else { Vec::new() };
    }
    right.who.iter().map(lists::word).collect()
}

/// Takes back what a value cannot be beside its rule: required of those who cannot give it, unique among those whom it is hidden
/// from. Says so.
fn fit(field: &mut Field, owned: bool, reach: &Reach) -> Option<(String, &'static str)> {
    let writers = field.write.as_ref().or(field.read.as_ref())?;
    let name = field.name.replace('_', " ");
    let by_owner = owned && writers.iter().any(|word| word == "owner");
    let gives = |word: &String| covers(writers, word) || by_owner && word != "anyone";
    if field.required == Some(true) && field.default.is_none() && !reach.create.iter().all(gives) {
        field.required = Some(false);
        let text = format!("the {name} may be missing at first, because not all who add the record may set it");
        return Some((text, "access.value"));
    }
    if field.unique && field.read.is_some() {
        field.unique = false;
        let text =
            format!("the {name} need not be unique: a refusal would tell its values to those who may not see it");
        return Some((text, "access.value"));
    }
    None
}
