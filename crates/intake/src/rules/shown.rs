//! Who is shown something, or may set it, said with an adjective, a participle or an order: "the salary is visible to HR only",
//! "phone numbers are hidden from volunteers", "do not show prices to clients", "a salary (HR only)".
//!
//! What is meant may be a record or a single value of it; `access` finds out which.

use super::{Rule, Sink, objects, people_at};
use crate::facts::{Fact, Who};
use crate::lexicon::verbs::{self, Class};
use crate::nouns::Np;
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "shown.to", example: "Boats have a price. The price is visible to managers only.", run: to },
    Rule { id: "shown.order", example: "Boats have a price. Do not show the price to drivers.", run: order },
    Rule { id: "shown.aside", example: "Boats have a name and a price (managers only).", run: aside },
];

/// Words that say who sees it, before "to" or "by"; "shared with managers".
const SEEN: &[&str] = &["visible", "readable", "viewable", "accessible", "shown", "displayed", "disclosed", "revealed"];
const SET: &[&str] = &["editable", "changeable", "writable", "modifiable", "updatable", "adjustable"];
/// It is theirs alone.
const KEPT: &[&str] = &["restricted", "limited", "confined", "reserved", "confidential", "private", "exclusive"];
/// It is not theirs.
const HIDDEN: &[&str] = &["hidden", "invisible", "concealed", "withheld", "secret", "inaccessible", "kept"];

fn is_only(scene: &Scene<'_>, at: usize) -> bool {
    scene.one_of(at, &["only", "just", "solely", "exclusively", "alone", "strictly"])
}

/// Whom a row names from here on: those alone, or not those. "nobody but HR", "HR only", "only HR".
struct Named {
    who: Vec<Who>,
    only: bool,
    end: usize,
}

fn named(scene: &Scene<'_>, at: usize, to: usize) -> Option<Named> {
    let mut start = at;
    let mut only = false;
    while is_only(scene, start) {
        (only, start) = (true, start + 1);
    }
    let nobody = start + usize::from(scene.is(start, "no"));
    if scene.one_of(nobody, &["nobody", "one", "anyone", "anybody", "no-one", "none"]) {
        let but = (nobody + 1..nobody + 4).find(|at| scene.one_of(*at, &["but", "except", "than", "from"]))?;
        (only, start) = (true, but + 1 + usize::from(scene.one_of(but + 1, &["for", "to", "by"])));
    }
    let (who, end) = people_at(scene, start, to)?;
    Some(Named { who, only: only || is_only(scene, end), end })
}

fn say(scene: &Scene<'_>, sink: &mut Sink, named: Named, denied: bool, write: bool, things: &[&Np], end: usize) {
    let from = things.iter().map(|np| np.from).min().unwrap_or(end);
    for who in &named.who {
        if let Who::Role(name) = who {
            sink.add(Fact::Role(name.clone()), scene.span(from, end), 1.5);
        }
    }
    let things = things.iter().map(|np| np.from).collect();
    sink.add(Fact::Shown { who: named.who, only: named.only, denied, write, things }, scene.span(from, end), 1.0);
}

/// "X is visible to managers", "X must be hidden from drivers", "X, editable by managers only".
fn to(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        let (seen, set, kept, hidden) = (
            scene.one_of(at, SEEN) || scene.is(at, "shared"),
            scene.one_of(at, SET),
            scene.one_of(at, KEPT),
            scene.one_of(at, HIDDEN),
        );
        // "the cost is only for the front desk".
        let lead = at.saturating_sub(1 + usize::from(scene.is(at.wrapping_sub(1), ",")));
        let meant = scene.is(at, "for") && scene.tag(lead) != Some(Tag::Noun) && !scene.one_of(lead, KEPT);
        if !(seen || set || kept || hidden || meant) {
            continue;
        }
        let mut next = at + usize::from(!meant);
        // "confidential, for accounting only".
        next += usize::from(kept && scene.is(next, ","));
        // "kept secret from", "kept away from".
        while scene.one_of(next, &["secret", "hidden", "away", "private", "back"]) || is_only(scene, next) {
            next += 1;
        }
        let preposition = meant
            || scene.one_of(next, &["to", "by", "for"]) && !hidden
            || scene.one_of(next, &["from", "to", "for"]) && hidden
            || scene.is(next, "with") && scene.is(at, "shared");
        let end = scene.sentence_end(at);
        let Some(mut named) = named(scene, next + 1, end).filter(|_| preposition) else { continue };
        let (things, start) = before(scene, at);
        named.only |= kept || (start..next).any(|at| is_only(scene, at));
        // "shared with managers" shares it, and says of no other that he may not see it.
        let not = (start..at).any(|at| scene.tag(at) == Some(Tag::Negation) || scene.is(at, "never"));
        let loose = (scene.is(at, "shared") || meant && !not) && !named.only;
        let said = (start..at).any(|at| matches!(scene.tag(at), Some(Tag::Be)) || scene.one_of(at, &[",", "("]));
        // "visible to anyone except interns" shows it to those who are none.
        let all_but = !not
            && !hidden
            && scene.one_of(next + 1, &["anyone", "anybody", "everyone", "everybody"])
            && named.end > next + 2;
        if things.is_empty() || loose || all_but || meant && !said {
            continue;
        }
        let only = named.only;
        let end = named.end + usize::from(is_only(scene, named.end));
        // "not visible to anyone but HR": to HR alone.
        let denied = (hidden != not) && !(not && only);
        if !(hidden && not) {
            say(scene, sink, named, denied, set, &things, end);
        }
    }
}

/// The phrases that a word of this kind is said of, and the place after them: those before "is", or the one just before.
fn before<'s>(scene: &'s Scene<'_>, at: usize) -> (Vec<&'s Np>, usize) {
    let mut start = at;
    let between = |at: usize| {
        matches!(scene.tag(at), Some(Tag::Be | Tag::Modal | Tag::Adverb | Tag::Negation | Tag::Have))
            || is_only(scene, at)
            || scene.one_of(
                at,
                &["never", "remain", "remains", "stay", "stays", "kept", "made", "being", "to", "which", "that", "("],
            )
            || scene.is(at, ",")
    };
    while start > 0 && between(start - 1) {
        start -= 1;
    }
    let Some(last) = scene.np_before(start) else { return (Vec::new(), start) };
    let mut all = vec![last];
    // "the salary and the bonus are visible to".
    let said = (start..at)
        .any(|at| matches!(scene.tag(at), Some(Tag::Be | Tag::Modal)) || scene.one_of(at, &["stay", "stays"]));
    let mut from = last.from;
    while said && from > 0 && scene.one_of(from - 1, &["and", ",", "or", "&"]) {
        let sign = if scene.is(from.wrapping_sub(2), ",") { from - 2 } else { from - 1 };
        let Some(np) = scene.np_before(sign) else { break };
        all.push(np);
        from = np.from;
    }
    (all, start)
}

/// "hide X from Y", "show X to Y only", "never show X to Y", "restrict X to Y".
fn order(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        let hides = scene.one_of(at, &["hide", "conceal", "withhold"]);
        let shows = scene.one_of(at, &["show", "display", "reveal", "disclose", "expose"]);
        let keeps = scene.one_of(at, &["restrict", "limit", "confine", "reserve"]);
        if !(hides || shows || keeps) {
            continue;
        }
        let end = scene.sentence_end(at);
        let mut things = objects(scene, at + 1, end);
        let Some(mut next) = things.last().map(|np| np.to) else { continue };
        // "limit access to salaries to HR".
        if things.first().is_some_and(|np| matches!(np.head(), "access" | "visibility"))
            && scene.one_of(next, &["to", "of"])
        {
            things = objects(scene, next + 1, end);
            let Some(last) = things.last() else { continue };
            next = last.to;
        }
        let before = is_only(scene, next);
        next += usize::from(before);
        let preposition = scene.is(next, "from") && hides || scene.one_of(next, &["to", "for"]) && !hides;
        let Some(mut named) = named(scene, next + 1, end).filter(|_| preposition) else { continue };
        let lead = at
            .saturating_sub(3)
            .max(scene.sentence_at(at).map_or(0, |place| scene.sentences.get(place).map_or(0, |one| one.from)));
        let not = (lead..at).any(|at| scene.tag(at) == Some(Tag::Negation) || scene.one_of(at, &["never", "not"]));
        named.only |= before || keeps;
        // "show the price to members" says of no other that he may not see it.
        if hides && not || shows && !not && !named.only {
            continue;
        }
        let denied = (hides || not) && !(not && named.only);
        let after = named.end + usize::from(is_only(scene, named.end));
        say(scene, sink, named, denied, false, &things, after);
    }
}

/// "a salary (HR only)", "a cost price (only managers see it)", "a salary - HR only".
fn aside(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 0..scene.tokens.len() {
        let close = scene.close_of(at).or_else(|| scene.is(at, "-").then(|| dash_end(scene, at)));
        let Some((close, thing)) = close.or_else(|| line(scene, at)).zip(scene.np_before(at)) else { continue };
        let leads = is_only(scene, at + 1);
        let word = scene.token(at + 1).and_then(|token| token.text.strip_suffix("-only").map(str::to_owned));
        // "(staff-only)".
        if let Some(role) = word.filter(|role| close == at + 2 && super::is_people(role)) {
            let named = Named { who: vec![super::role_of(&role)], only: true, end: close };
            say(scene, sink, named, false, false, &[thing], close);
            continue;
        }
        let Some(named) = named(scene, at + 1, close) else { continue };
        let mut next = named.end + usize::from(is_only(scene, named.end));
        let only = named.only || leads;
        while scene.tag(next) == Some(Tag::Modal) || is_only(scene, next) {
            next += 1;
        }
        let verb = scene.token(next).filter(|_| next < close).and_then(|token| verbs::lookup(&token.text));
        let class = verb.map(|(verb, _)| verb.class);
        next += usize::from(class.is_some());
        next += usize::from(scene.one_of(next, &["it", "this", "that", "them", "these"]));
        let known = matches!(class, None | Some(Class::Read | Class::Update));
        if only && known && next >= close {
            let write = class == Some(Class::Update);
            say(scene, sink, Named { only: true, ..named }, false, write, &[thing], close);
        }
    }
}

/// "Phone numbers: committee only": a sentence of its own.
fn line(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let sentence = scene.sentences.get(scene.sentence_at(at)?)?;
    let leads = scene.np_before(at).is_some_and(|np| np.from == sentence.from);
    (scene.is(at, ":") && leads).then_some(sentence.to)
}

/// Where ends what stands behind a dash.
fn dash_end(scene: &Scene<'_>, at: usize) -> usize {
    let depth = scene.depth_at(at);
    let end = scene.sentence_end(at);
    (at + 1..end).find(|at| scene.depth_at(*at) < depth || scene.one_of(*at, &[",", ";", ")"])).unwrap_or(end)
}
