//! What limits the records of a right: "below 500 francs", "as long as they are drafts", "in their territory".

use crate::access::statements::{Mode, Op, Statement};
use crate::access::values::ValueRight;
use crate::access::{elided, states};
use crate::clauses::{Clause, Join};
use crate::draft::Draft;
use crate::facts::Who;
use crate::lexicon::fields::FieldType;
use crate::lexicon::verbs::Class;
use crate::lexicon::{has, verbs, words};
use crate::resolve::Cast;
use crate::scene::Scene;
use crate::tags::Tag;

/// Words that limit whatever stands before them.
const STRONG: &str = "after before below above until till during unless if while once provided within together same";

/// Words that limit it where what follows is no part of the app.
const WEAK: &str = "with in on at near between from inside";

/// What is all of it, or is how one looks at it.
pub(super) const WHOLE: &str = "app application system shop store site website page homepage internet web world calendar list table catalog \
    catalogue library database portal platform dashboard screen browser phone mobile computer home time moment public account \
    login registration advance menu search archive office question detail overview view tool software";

/// How records are shown, and not which.
const SHOWN: &str =
    "sorted ordered grouped listed shown displayed filtered arranged paged combined related attached linked";

/// What limits the records: "below 500 francs", "as long as they are drafts", "in their territory".
pub(super) fn of_record(
    scene: &Scene<'_>,
    cast: &Cast,
    draft: &Draft,
    one: &Statement,
    clause: &Clause,
) -> Option<(usize, usize)> {
    let verb = clause.verb?;
    let sentence = scene.sentences.get(clause.sentence)?;
    // "once sent, nobody can change an invoice".
    let ahead = scene.clauses_of(clause.sentence).take_while(|before| before.from < clause.from).last();
    if let Some(ahead) = ahead.filter(|ahead| ahead.join == Join::Condition && ahead.to <= clause.from) {
        return Some((ahead.from, ahead.to));
    }
    let opens = scene.one_of(sentence.from, &["once", "after", "before", "until", "unless"]);
    if let Some(comma) = (sentence.from..verb).find(|at| opens && scene.is(*at, ",")) {
        return Some((sentence.from, comma));
    }
    let end = end(scene, clause);
    // "two managers together can delete".
    if let Some(at) = (clause.from..verb).find(|at| scene.is(*at, "together")) {
        return Some((clause.from, at + 1));
    }
    let entity = one.entity.as_deref();
    let changes = matches!(one.op, Op::Update | Op::Delete);
    if let Some(name) = entity.filter(|_| changes && one.mode != Mode::MayNot && !one.own) {
        let named = |np: &&crate::nouns::Np| cast.entity(np.entity()).or_else(|| cast.entity(np.head())) == Some(name);
        let stated = scene.nps_in(verb + 1, end).filter(named).find(|np| states::of(scene, np, draft, name).is_some());
        if let Some(np) = stated {
            return Some((np.from, states::end(scene, np, draft, name)));
        }
    }
    // "change only the memo of invoices", where the memo is no value.
    let part = |at: usize| scene.is(at, "of") && scene.np_at(at + 1).is_some();
    if changes && one.base != ValueRight::BASE && elided::is_only(scene, verb + 1) && (verb + 2..end).any(part) {
        return Some((verb + 1, end));
    }
    // "published posts", where nothing says which these are.
    let meant = |np: &crate::nouns::Np| cast.entity(np.entity()).or_else(|| cast.entity(np.head())) == entity;
    let unknown = |np: &&crate::nouns::Np| {
        one.when.is_none() && one.op == Op::Read && entity.is_some() && meant(np) && states::unknown(np)
    };
    if let Some(np) = scene.nps_in(verb + 1, end).next().filter(unknown).filter(|_| one.base != ValueRight::BASE) {
        return Some((np.from, np.to));
    }
    let said = |np: &crate::nouns::Np| match (entity, &one.when) {
        (Some(name), Some(_)) => states::end(scene, np, draft, name),
        _ => np.to,
    };
    let object = scene.nps_in(verb + 1, end).next().map_or(verb + 1, said);
    let object = object - usize::from(object > verb + 1 && scene.is(object - 1, "worth"));
    let at = (object..end).find(|at| scene.depth_at(*at) == 0 && limits(scene, cast, draft, one, *at, end))?;
    // "in their team but not their salaries": what turns is another right.
    let turns = |at: &usize| scene.one_of(*at, &["but", "though", "although", "however"]);
    let end = (at + 1..end).find(turns).map_or(end, |at| at - usize::from(scene.is(at - 1, ",")));
    // "as long as".
    let from = at - usize::from(scene.is(at, "long") && scene.is(at - 1, "as"));
    Some((from, end))
}

/// Where the words that belong to a right end: before the next one.
fn end(scene: &Scene<'_>, clause: &Clause) -> usize {
    if let Some(gap) = elided::gap(scene, clause) {
        return gap.at;
    }
    let mut end = clause.to;
    for next in scene.clauses_of(clause.sentence).filter(|next| next.from >= clause.to) {
        let hangs = matches!(next.join, Join::Condition | Join::Relative)
            || next.modal.is_none() && !next.carried && matches!(next.pronoun.as_deref(), Some("they" | "it"));
        if !hangs || next.from > end + 1 {
            break;
        }
        end = next.to;
    }
    end
}

/// Whether a limit that no rule read starts here.
pub(super) fn limits(scene: &Scene<'_>, cast: &Cast, draft: &Draft, one: &Statement, at: usize, end: usize) -> bool {
    let Some(token) = scene.token(at) else { return false };
    let text = token.text.as_str();
    let behind_np = scene.np_before(at).is_some_and(|np| np.to == at);
    let here = scene.np_at(at + 1);
    let up_to = text == "up" && scene.is(at + 1, "to");
    let only = elided::is_only(scene, at) && (matches!(scene.tag(at + 1), Some(Tag::Preposition | Tag::Subordinator)));
    // "when they want" is always.
    let wish = ["want", "like", "wish", "need"];
    let when = matches!(text, "when" | "whenever") && one.mode != Mode::MayNot && !scene.one_of(at + 2, &wish);
    // "events near them", "lessons for the next week".
    let near = matches!(text, "near" | "around") && scene.one_of(at + 1, &["them", "him", "her", "me", "us"]);
    let soon = ["next", "this", "last", "coming", "current", "past", "previous"];
    let timed = matches!(text, "for" | "of" | "from" | "in" | "on")
        && (at + 1..at + 3).any(|at| {
            scene.one_of(at, &soon)
                && scene.token(at + 1).is_some_and(|token| has("week month day year season quarter", &token.lemma))
        });
    // "tickets of priority low".
    let entity = one.entity.as_deref().and_then(|name| draft.entity(name));
    let valued = |name: &str| entity.and_then(|entity| entity.field(name)).is_some();
    let of_value = text == "of"
        && behind_np
        && one.base != ValueRight::BASE
        && here.is_some_and(|np| {
            np.article.is_none() && (valued(np.field()) || np.words().first().is_some_and(|word| valued(&word.lemma)))
        });
    if behind_np && (near || timed) && one.mode != Mode::MayNot && !one.own {
        return true;
    }
    if has(STRONG, text) || when || of_value || text == "long" && scene.is(at + 1, "as") || up_to || only {
        return at + 1 < end || text == "together";
    }
    let groups = here.is_some_and(|np| theirs_of(np) && is_foreign(cast, draft, one, np));
    // "the leads of their team" are no leads of theirs.
    let told_of = scene.one_of(at, &["of", "from", "in", "at", "for", "on", "about"]) && one.mode != Mode::MayNot;
    if matches!(one.op, Op::Read | Op::Approve) && groups && told_of {
        return true;
    }
    // What is said of a value, or of whose it is, was read.
    if one.own || one.op == Op::Create {
        return false;
    }
    // "letters addressed to their boss", "invoices worth more than 100".
    let past = verbs::lookup(text).is_some_and(|(_, form)| form == verbs::Form::Past);
    let told = (past || text.ends_with("ed")) && scene.tag(at) != Some(Tag::Noun) && !has(SHOWN, text)
        || has("worth due dated older newer larger smaller", text);
    if (behind_np || text == "worth") && told && at + 1 < end && one.when.is_none() && one.mode != Mode::MayNot {
        return true;
    }
    if matches!(text, "over" | "under") {
        return scene.token(at + 1).is_some_and(|next| next.text.starts_with(|c: char| c.is_ascii_digit()));
    }
    if matches!(text, "they" | "he" | "she" | "nobody" | "i") && behind_np {
        return scene.tag(at + 1) != Some(Tag::Modal) && at + 1 < end;
    }
    if matches!(text, "which" | "that" | "whose") && behind_np && one.when.is_none() {
        return at + 1 < end && !(text != "whose" && one.op == Op::Read && comes(scene, at + 1, end));
    }
    if text == "not" && one.mode != Mode::MayNot && one.when.is_none() {
        let entity = one.entity.as_deref().and_then(|name| draft.entity(name));
        let stated = |at: usize| {
            scene.token(at).is_some_and(|token| {
                entity.is_some_and(|entity| {
                    entity.fields.iter().any(|field| {
                        field.values.contains(&token.text)
                            || field.kind == FieldType::Boolean && field.name == token.text
                    })
                })
            })
        };
        return stated(at + 1) || stated(at + 2);
    }
    if !has(WEAK, text) {
        return false;
    }
    let time = |at: usize| {
        scene.token(at).is_some_and(|token| {
            let lemma = crate::lemma::singular(&token.text);
            words::month(&lemma).is_some()
                || words::weekday(&lemma).is_some()
                || has("weekday weekend emergency", &lemma)
        })
    };
    if time(at + 1) || time(at + 2) {
        return true;
    }
    let next = scene.np_at(at + 1);
    // "with the right code" is no value, though it may have been taken for one.
    if text == "with" && scene.is(at + 1, "the") && one.when.is_none() && next.is_none_or(|np| !np.plural) {
        return true;
    }
    let Some(np) = next else { return false };
    let theirs = theirs_of(np);
    let fields = || draft.entities.iter().flat_map(|entity| &entity.fields);
    let named = |name: &str| name == np.field() || name == np.entity() || name == np.head();
    let value = fields().any(|field| named(&field.name) || field.name.rsplit('_').next() == Some(np.head()));
    let record =
        cast.entity(np.entity()).or_else(|| cast.entity(np.head())).is_some_and(|name| draft.entity(name).is_some());
    let group = theirs && matches!(text, "in" | "at" | "on" | "from" | "near");
    if value && !group || has(WHOLE, np.head()) || record && !theirs {
        return false;
    }
    let public = one.who.iter().any(|who| matches!(who, Who::Public | Who::User | Who::Everyone));
    match one.op {
        Op::Read => public || theirs && matches!(text, "in" | "at" | "on" | "from"),
        _ => true,
    }
}

/// "that customers have placed", "which come in": how all such records come to be.
fn comes(scene: &Scene<'_>, from: usize, end: usize) -> bool {
    let helps = |at: usize| scene.one_of(at, &["have", "has", "had", "been", "are", "were", "was", "is"]);
    let does = |at: &usize| {
        !helps(*at)
            && scene.np_at(*at).is_none()
            && scene.token(*at).is_some_and(|token| verbs::lookup(&token.text).is_some())
    };
    let Some(verb) = (from..end).find(does) else { return false };
    let known = scene.token(verb).and_then(|token| verbs::lookup(&token.text));
    let by_others = scene.np_at(from).is_some() || scene.np_at(from - 1).is_some() || helps(from) || verb == from;
    let made = known.is_some_and(|(known, _)| {
        matches!(known.class, Class::Create | Class::Event | Class::Send) || matches!(known.base, "come" | "arrive")
    });
    // "that were placed after May" are not all.
    by_others && made && (verb + 1..end).all(|at| scene.one_of(at, &["in", "to", "us", "with"]))
}

fn theirs_of(np: &crate::nouns::Np) -> bool {
    np.possessive.as_deref().is_some_and(|word| matches!(word, "their" | "his" | "her" | "my" | "our"))
}

/// Whether a phrase names neither the record nor those who are spoken of: "their team", "their branch".
fn is_foreign(cast: &Cast, draft: &Draft, one: &Statement, np: &crate::nouns::Np) -> bool {
    let known = cast.entity(np.entity()).or_else(|| cast.entity(np.head()));
    let own = np.words().iter().all(|word| word.text == "own");
    let value = draft.entities.iter().flat_map(|entity| &entity.fields).any(|field| field.name == np.field());
    !own && !value && known != one.entity.as_deref() && !crate::lexicon::archetypes::is_person(np.entity())
}
