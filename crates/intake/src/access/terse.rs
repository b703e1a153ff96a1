//! Rights in so few words that no record is named: "public read, admins write", "everyone can read, only admins write",
//! "guests read, editors write, admins delete". They hold for every record.

use super::sentences::{Pending, Reader};
use super::statements::Mode;
use crate::facts::Who;
use crate::lexicon::verbs::Class;
use crate::lexicon::{archetypes, has};
use crate::scene::Scene;

const STRANGERS: &str = "public anyone anybody visitor visitors stranger strangers world";
const EVERYONE: &str = "everyone everybody all users";
const ADMINS: &str = "admin administrator superuser";
/// What may stand before whoever may.
const LEADS: &str = "and or but only just the for while";
const BESIDE: &str = "can may could should to have has get gets access rights , ; and or but & / - only just the for";
/// What may be done, by its verbs: reading, making, changing, deleting, and all but reading.
const DEEDS: [(&str, &[(&str, Class)]); 5] = [
    ("read reads view views see sees browse browses look looks readable", &[("read", Class::Read)]),
    ("add adds create creates", &[("create", Class::Create)]),
    ("edit edits change changes update updates modify", &[("edit", Class::Update)]),
    ("delete deletes remove removes", &[("delete", Class::Delete)]),
    ("write writes manage manages", &[("create", Class::Create), ("edit", Class::Update), ("delete", Class::Delete)]),
];

/// Who does what.
type Right = (Who, &'static str, Class);

impl Reader<'_> {
    /// Such a sentence; not one that says anything else.
    pub(super) fn terse(&mut self, index: usize) {
        let scene = self.scene;
        let Some(sentence) = scene.sentences.get(index) else { return };
        // "Not now: public read, admins write."
        let aside = scene.clauses.iter().any(|clause| clause.sentence == index && clause.polarity.is_aside());
        let Some(rights) = rights(scene, sentence.from, sentence.to).filter(|_| !aside) else { return };
        let span = scene.span(sentence.from, sentence.to);
        for class in [Class::Create, Class::Update, Class::Delete, Class::Read] {
            let of: Vec<&Right> = rights.iter().filter(|(_, _, one)| *one == class).collect();
            let Some((_, base, _)) = of.first().copied() else { continue };
            let who = self.known(of.iter().map(|(who, ..)| who.clone()).collect());
            if who.is_empty() {
                self.lost.push(span);
                continue;
            }
            let mode = if class == Class::Read { Mode::May } else { Mode::Exclusive };
            self.everything(&Pending { who, mode, base, class, span });
        }
    }
}

fn rights(scene: &Scene<'_>, from: usize, to: usize) -> Option<Vec<Right>> {
    let mut found: Vec<Right> = Vec::new();
    let (mut who, mut does, mut deleted): (Vec<Who>, bool, bool) = (Vec::new(), false, false);
    let mut people = 0;
    for at in from..to {
        let token = scene.token(at)?;
        if has(BESIDE, &token.text) {
            continue;
        }
        let deed = DEEDS.iter().find(|(words, _)| has(words, &token.text));
        if let (Some((_, deeds)), false) = (deed, who.is_empty()) {
            does = true;
            deleted |= matches!(deeds, [(_, Class::Delete)]);
            let each = |who: &Who| deeds.iter().map(|(base, class)| (who.clone(), *base, *class)).collect::<Vec<_>>();
            found.extend(who.iter().flat_map(each));
            continue;
        }
        // "HR can edit everybody": whom it is done to.
        let led = at == from || scene.token(at - 1).is_some_and(|before| before.is_sign() || has(LEADS, &before.text));
        if !led {
            return None;
        }
        // "managers and clerks can edit": both; "managers edit, clerks delete" not.
        if std::mem::take(&mut does) {
            who.clear();
        }
        who.push(match () {
            () if has(STRANGERS, &token.text) => Who::Public,
            () if has(EVERYONE, &token.text) => Who::Everyone,
            () if archetypes::is_person(&token.lemma) || has(ADMINS, &token.lemma) => Who::Role(token.lemma.clone()),
            () => return None,
        });
        people += 1;
    }
    // One alone says nothing of the others: "Members write."
    if people < 2 || found.is_empty() {
        return None;
    }
    // Who deletes was said apart from who writes: "editors write, admins delete".
    if deleted {
        let alone = |one: &Right| {
            one.2 == Class::Delete && !found.iter().any(|(who, _, class)| *who == one.0 && *class == Class::Create)
        };
        let apart: Vec<Who> = found.iter().filter(|one| alone(one)).map(|(who, ..)| who.clone()).collect();
        if !apart.is_empty() {
            found.retain(|(who, _, class)| *class != Class::Delete || apart.contains(who));
        }
    }
    Some(found)
}
