//! Which words of the request something was made of, and which found no place.
//!
//! A clause counts as read when a fact that led to something covers it; a noun in it that nothing bears is told all the
//! same, so that no record is dropped in silence.

mod about;

use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use crate::access::Placed;
use crate::clauses::{Clause, Join, Polarity};
use crate::draft::Draft;
use crate::facts::{Evidence, Fact};
use crate::lexicon::verbs::Class;
use crate::lexicon::{WordHasher, Words, archetypes, fields, integrations, words, words_of};
use crate::nouns::Np;
use crate::reading::{Unplaced, UnplacedClass};
use crate::resolve::Cast;
use crate::scene::Scene;
use crate::tags::Tag;
use crate::tokens::{Kind, Span};

use self::about::{classify, note};

/// Which words something was made of, clause by clause.
pub(crate) struct Coverage {
    pub share: f64,
    pub unplaced: Vec<Unplaced>,
}

/// Measures which words the facts cover, and lists the clauses that they do not.
pub(crate) fn coverage(
    scene: &Scene<'_>,
    evidence: &[Evidence],
    cast: &Cast,
    draft: &Draft,
    placed: &Placed,
) -> Coverage {
    let evidence: Vec<&Evidence> = evidence.iter().filter(|found| led(&found.fact, cast, draft)).collect();
    let reach = reach(scene, &evidence, draft, &placed.heard);
    let dropped = Dropped::new(scene, &evidence, draft);
    let known = known_words(draft);
    let meant = |clause: &Clause| {
        let span = scene.span(clause.from, clause.to);
        evidence.iter().any(|found| span.start <= found.span.start && found.span.end <= span.end)
    };
    let covered = |at: usize| {
        scene.token(at).is_some_and(|token| {
            let begun = reach.partition_point(|(start, _)| *start <= token.span.start);
            let end = begun.checked_sub(1).and_then(|last| reach.get(last)).map_or(0, |(_, end)| *end);
            token.span.end <= end || token.lemma.len() > 2 && known.contains(token.lemma.as_str())
        })
    };
    let lines = crate::rules::labels::lines(scene);
    let (mut all, mut hit, mut talk) = (0usize, 0usize, 0usize);
    let mut unplaced = Vec::new();
    for clause in &scene.clauses {
        let content: Vec<usize> = (clause.from..clause.to).filter(|at| is_content(scene, *at)).collect();
        let found = content.iter().filter(|at| covered(**at)).count();
        let span = scene.span(clause.from, clause.to);
        if clause.polarity.is_aside() && !content.is_empty() {
            let note = match clause.polarity {
                Polarity::Someday => "said to be for later",
                Polarity::Aside => "said to be left out",
                _ => "how it is done elsewhere, or was",
            };
            unplaced.push(left_out(scene, span, UnplacedClass::Future, note));
            continue;
        }
        // Looks and tools are understood, and no part of a backend.
        let left = dropped.of(clause);
        let in_left = |at: &usize| left.iter().any(|np| np.from <= *at && *at < np.to);
        let found = found - content.iter().filter(|at| covered(**at) && in_left(at)).count();
        let foreign = |at: &usize| matches!(classify(scene, *at, at + 1), UnplacedClass::Tech | UnplacedClass::Ui);
        let counted = content.iter().filter(|at| covered(**at) || !foreign(at)).count();
        let denied = clause.polarity == Polarity::Denied;
        // "drafts are not", "a room must not have more than 20 seats": what is not so, and nothing says what was made of it.
        let rule = clause.base == "be" || matches!(clause.modal.as_deref(), Some("must" | "may" | "can" | "shall"));
        // What must not be done is a right, which is told elsewhere.
        let must = clause.modal.as_deref() == Some("must") && !clause.passive && matches!(clause.base, "be" | "have");
        let bare = found == 0 || must;
        if denied && bare && rule && !content.is_empty() && !meant(clause) {
            unplaced.push(left_out(scene, span, UnplacedClass::Unclear, "said not to be so; nothing was made of it"));
            continue;
        }
        if found == 0 && (denied || clause.from > 0 && logs_in(scene, clause)) {
            // Rightly left out, or built in.
        } else if found == 0
            && (greeting(scene, clause.from, clause.to)
                || small_talk(scene, clause)
                || about_us(scene, clause)
                || lines.iter().any(|(from, to)| *from <= clause.from && clause.from < *to))
        {
            talk += counted;
        } else {
            all += counted;
            hit += found;
        }
        if found * 2 >= content.len() && clause.verb.is_some() && clause.join != Join::Condition {
            unplaced.extend(lost_limits(scene, &evidence, draft, clause));
        }
        if found * 2 < content.len() && !greeting(scene, clause.from, clause.to) {
            let class = classify(scene, clause.from, clause.to);
            unplaced.push(left_out(scene, span, class, note(class)));
        } else {
            let told = |np: &&Np| unplaced.iter().any(|one: &Unplaced| one.text == scene.text(np.span));
            let left: Vec<&Np> = left.into_iter().chain(dropped.values(clause)).filter(|np| !told(np)).collect();
            for np in left {
                unplaced.push(left_out(scene, np.span, UnplacedClass::Unclear, "nothing was made of it"));
            }
            foreign_parts(scene, clause.from, clause.to, &mut unplaced);
        }
    }
    for span in &placed.lost {
        if !unplaced.iter().any(|left| left.span == [span.start, span.end]) {
            unplaced.push(left_out(scene, *span, UnplacedClass::Unclear, "a limit that access by record cannot say"));
        }
    }
    // Small talk counts less, and yet what is mostly talk is no request.
    let wishes = all.max((all + talk).div_ceil(2));
    let share = if wishes == 0 { 0.0 } else { hit as f64 / wishes as f64 };
    Coverage { share: (share * 100.0).round() / 100.0, unplaced }
}

/// The limits of a clause that nothing keeps: "each team has at most 11 players".
fn lost_limits<'s>(
    scene: &'s Scene<'_>,
    evidence: &'s [&Evidence],
    draft: &'s Draft,
    clause: &'s Clause,
) -> impl Iterator<Item = Unplaced> + 's {
    let span = scene.span(clause.from, clause.to);
    let limits = |fact: &Fact| match fact {
        Fact::Has { item, .. } => item.min.is_some() || item.max.is_some() || item.limit.is_some(),
        Fact::Limited { .. } => true,
        _ => false,
    };
    // What happens by itself waits for it.
    let awaited = draft.automations.iter().any(|one| one.span.start <= span.start && span.start < one.span.end);
    // It says so itself, or just before: "a rating from 1 to 5".
    let kept = move |(from, to): (usize, usize)| {
        let (near, end) = (scene.span(from.saturating_sub(2), to).start, scene.span(from, to).end);
        let about = |span: Span| span.start < end && span.end >= near.max(scene.span(clause.from, to).start);
        awaited || evidence.iter().any(|one| limits(&one.fact) && about(one.span))
    };
    let said = crate::rules::bounds::said_in(scene, clause).into_iter();
    let lost = said.filter(move |place| !kept(*place)).map(|(from, to)| scene.span(from, to));
    lost.map(|span| left_out(scene, span, UnplacedClass::Unclear, "a limit that nothing keeps"))
}

/// "so that people can log in": there always is a login.
fn logs_in(scene: &Scene<'_>, clause: &Clause) -> bool {
    let words = scene.padded(clause.from, clause.to);
    [" log in ", " logs in ", " sign in ", " sign up ", " login ", " password ", " username ", " an account "]
        .iter()
        .any(|said| words.contains(said))
}

/// What a person says of himself, of you or of "that" without wishing for anything: "we are three friends", "hope that
/// helps", "it drives me crazy".
fn small_talk(scene: &Scene<'_>, clause: &Clause) -> bool {
    let speaks = matches!(clause.pronoun.as_deref(), Some("i" | "we" | "you" | "it" | "there"))
        || clause.subject.iter().any(|np| matches!(np.possessive.as_deref(), Some("my" | "our")))
        || scene.one_of(clause.from, &["that", "this", "thanks", "sorry", "hope", "looking", "see", "best", "kind"]);
    let wishes = clause.modal.is_some()
        || !matches!(clause.class, None | Some(Class::Other))
        || matches!(clause.base, "need" | "want" | "have" | "like" | "love");
    speaks && !wishes
}

/// What the work costs and when it is due, who asks, and how bad it is today: nothing of that is kept by a backend.
fn about_us(scene: &Scene<'_>, clause: &Clause) -> bool {
    const PHRASES: &[&str] = &[
        "budget",
        "deadline for this",
        "go live",
        "go-live",
        "asap",
        "as soon as possible",
        "timeline",
        "mvp",
        "regards",
        "sincerely",
        "cheers",
        "thanks",
        "thank you",
        "looking forward",
        "let me know",
        "get back to me",
        "god bless",
        "best wishes",
        "yours",
        "greetings",
        "sorry",
        "sent from my",
        "following our call",
        "following our chat",
        "can you do",
        "could you do",
        "can you help",
        "could you help",
        "can you build",
        "could you build",
        "is that possible",
        "is this possible",
        "how much would",
        "how long would",
        "what would it cost",
        "funded",
        "founded",
        "investors",
        "in business",
        "family business",
        "drives me",
        "drives us",
        "kills us",
        "kills me",
        "nightmare",
        "headache",
        "a mess",
        "chaos",
        "sick of",
        "tired of",
        "fed up",
        "nothing fancy",
        "keep it simple",
        "that is it",
        "that is all",
        "think big",
        "makes sense",
        "does not scale",
        "on paper",
        "in excel",
        "excel sheet",
        "spreadsheet",
        "spreadsheets",
        "clipboard",
        "whiteboard",
        "notebook",
        "our website",
        "our landing page",
        "years ago",
        "call me",
        "written in",
        "hosted on",
        "our stack",
        "tech stack",
        "frontend",
        "front end",
        "front-end",
        "built with",
    ];
    let words = scene.padded(clause.from, clause.to);
    PHRASES.iter().any(|phrase| words.split(phrase).nth(1).is_some_and(|rest| !rest.starts_with(char::is_alphabetic)))
        || scene.one_of(clause.from, &["fwd", "from", "subject", "cc", "to", "date", "re"])
            && scene.is(clause.from + 1, ":")
}

/// The places of all facts by their start, each with the furthest end up to there.
fn reach(scene: &Scene<'_>, evidence: &[&Evidence], draft: &Draft, heard: &[Span]) -> Vec<(usize, usize)> {
    // A service that is asked for is what its clause is about: "owners are billed at the end of the month via Stripe".
    let about = |found: &&&Evidence| matches!(found.fact, Fact::Integration { .. } | Fact::NoLogin | Fact::Private);
    let clauses = evidence.iter().filter(about).filter_map(|found| {
        let at = scene.tokens.partition_point(|token| token.span.start < found.span.start);
        let clause = scene.clause_at(at)?;
        Some(scene.span(clause.from, clause.to))
    });
    let listed = evidence.iter().filter(|found| matches!(found.fact, Fact::Has { .. } | Fact::Values { .. }));
    let listed = listed.flat_map(|found| around(scene, found.span));
    let facts = evidence.iter().map(|found| found.span).chain(clauses).chain(listed);
    let mut places: Vec<(usize, usize)> = facts
        .chain(draft.automations.iter().map(|a| a.span))
        .chain(heard.iter().copied())
        .map(|span| (span.start, span.end))
        .collect();
    places.sort_unstable();
    let mut furthest = 0;
    for (_, end) in &mut places {
        furthest = furthest.max(*end);
        *end = furthest;
    }
    places
}

/// More words than these after a name are a story of their own.
const MOST_BEHIND: usize = 6;

/// What goes with the name of a value: the verb and the subject of its clause ("we store of each tree …"), and what
/// stands behind it up to the next sign ("the roast date per lot", "the stock in kg").
fn around(scene: &Scene<'_>, span: Span) -> impl Iterator<Item = Span> {
    let from = scene.tokens.partition_point(|token| token.span.start < span.start);
    let to = scene.tokens.partition_point(|token| token.span.end <= span.end).max(from);
    let clause = scene.clause_at(from).filter(|clause| clause.verb.is_some() && clause.after <= from);
    let frame =
        clause.filter(|clause| clause.after - clause.from <= 12).map(|clause| scene.span(clause.from, clause.after));
    let depth = scene.depth_at(from);
    let end = scene.sentence_end(from);
    let mut behind = to;
    while behind < end && behind < to + MOST_BEHIND {
        if let Some(close) = scene.close_of(behind) {
            behind = close + 1;
            break;
        }
        let apart =
            scene.one_of(behind, &[",", ";", ":", "and", "or", "&", "|", "-"]) || scene.depth_at(behind) < depth;
        // A sentence of its own is not meant.
        if apart || matches!(scene.tag(behind), Some(Tag::Subordinator | Tag::Relative | Tag::Pronoun | Tag::Modal)) {
            break;
        }
        behind += 1;
    }
    let tail = (behind > to).then(|| scene.span(from, behind));
    frame.into_iter().chain(tail)
}

/// Whether something was made of a fact.
fn led(fact: &Fact, cast: &Cast, draft: &Draft) -> bool {
    let kept = |thing: &crate::facts::Thing| cast.entity(&thing.name).is_some();
    match fact {
        Fact::Mention(thing) | Fact::Read(thing) => kept(thing),
        Fact::Has { owner, .. } => kept(owner),
        Fact::Values { owner: Some(owner), .. } => kept(owner),
        Fact::Belongs { child: a, parent: b } | Fact::Many { parent: a, child: b } | Fact::ManyToMany { a, b } => {
            kept(a) || kept(b)
        }
        Fact::Required { field, .. } | Fact::Unique { field, .. } => {
            let field = crate::lemma::singular(field);
            let mut all = draft.entities.iter().flat_map(|entity| &entity.fields);
            all.any(|one| crate::lemma::singular(&one.name) == field)
        }
        Fact::Limited { field, limit, .. } => draft.entities.iter().flat_map(|entity| &entity.fields).any(|one| {
            let text = one.min_length.is_some() || one.max_length.is_some();
            let number = one.min.is_some() || one.max.is_some() || !one.said.is_empty();
            let required = limit.letters && one.required == Some(true);
            crate::lemma::singular(&one.name) == crate::lemma::singular(field) && (text || number || required)
        }),
        Fact::Op { object, .. } => object.name == "*" || kept(object),
        Fact::Watched(what) => what.is_some() && draft.entities.iter().any(|entity| entity.audit_reads),
        Fact::Role(name) => draft.roles.contains(name) || name.starts_with("admin"),
        _ => true,
    }
}

/// Nouns that no record, field, value or role bears.
struct Dropped<'s> {
    scene: &'s Scene<'s>,
    known: HashSet<String>,
    /// Names of fields.
    fields: HashSet<String>,
    /// Places of facts about one phrase.
    tight: HashSet<usize>,
}

impl<'s> Dropped<'s> {
    fn new(scene: &'s Scene<'_>, evidence: &[&Evidence], draft: &Draft) -> Self {
        let mut known: HashSet<String> = HashSet::new();
        for entity in &draft.entities {
            known.extend(entity.name.split('_').map(str::to_owned));
            for field in &entity.fields {
                known.extend(field.name.split('_').map(crate::lemma::singular));
                known.extend(field.values.iter().flat_map(|value| value.split('_')).map(|word| {
                    let word = crate::lemma::singular(word);
                    crate::lemma::american(&word)
                }));
            }
        }
        known.extend(draft.roles.iter().flat_map(|role| role.split('_')).map(str::to_owned));
        known.extend(draft.app.split('-').chain(draft.about.split('_')).map(str::to_owned));
        // A fact about a phrase covers it; one about a clause only its verb.
        let mut tight = HashSet::new();
        for found in evidence {
            let clause = matches!(found.fact, Fact::Op { .. } | Fact::Role(_) | Fact::Belongs { .. });
            if !clause {
                let inside = scene.tokens.partition_point(|token| token.span.start < found.span.start);
                let spans = scene.tokens.iter().enumerate().skip(inside);
                tight.extend(spans.take_while(|(_, token)| token.span.end <= found.span.end).map(|(at, _)| at));
            }
        }
        let fields = draft.entities.iter().flat_map(|entity| &entity.fields).map(|field| field.name.clone()).collect();
        Self { scene, known, fields, tight }
    }

    fn of(&self, clause: &Clause) -> Vec<&'s Np> {
        if clause.polarity != Polarity::Asked {
            return Vec::new();
        }
        self.scene.nps_in(clause.from, clause.to).filter(|np| self.is_dropped(np)).collect()
    }

    /// Values of the clause that nothing keeps.
    fn values(&self, clause: &Clause) -> Vec<&'s Np> {
        let kept = clause.polarity == Polarity::Asked && clause.join != Join::Condition;
        let found = self.scene.nps_in(clause.from, clause.to).filter(|np| kept && self.is_lost_value(np));
        found.collect()
    }

    /// "from a start date": a value that no field is called by.
    fn is_lost_value(&self, np: &Np) -> bool {
        use fields::FieldType::{Date, Datetime, Decimal, Integer, Money};
        let one = matches!(np.article.as_deref(), Some("a" | "an")) && !np.plural && np.is_value();
        let named = np.words().len() >= 2 && np.words().iter().all(|word| word.noun);
        let kind = || fields::guess(np.field()).filter(|guess| !guess.file).map(|guess| guess.kind);
        let exact = || matches!(kind(), Some(Date | Datetime | Decimal | Integer | Money));
        let placed = || (np.from..np.to).any(|at| self.tight.contains(&at));
        one && named && exact() && !placed() && !self.fields.contains(np.field())
    }

    fn is_dropped(&self, np: &Np) -> bool {
        let name = np.entity();
        // Only what might be kept: a known record, or several of something.
        let kept = archetypes::sort(name).is_some() || archetypes::sort(np.head()).is_some();
        let record = kept || np.plural && np.possessive.is_none();
        if !record {
            return false;
        }
        let world = words::is_not_record(np.head())
            || words::is_app_head(np.head())
            || words::month(np.head()).is_some()
            || words::weekday(np.head()).is_some()
            || fields::guess(name).is_some()
            || integrations::named(np.head()).is_some()
            || integrations::named(name).is_some()
            || FAR.contains(np.head());
        let borne = np.words().iter().any(|word| {
            self.known.contains(&word.lemma) || word.lemma.split('-').any(|part| self.known.contains(part))
        });
        let placed = (np.from..np.to).any(|at| self.tight.contains(&at));
        let meant = crate::lexicon::verbs::lookup(np.head()).is_some();
        !world && !borne && !placed && !meant
    }
}

/// Plurals that speak of the world or of time.
const WORLD: &str = "owner admin administrator customer-service assignment people user person friend folk guy thing minute hour day week month year second euro dollar pound \
    percent time kilometer mile meter staff everyone somebody other both team management business company customer-base \
    need requirement order-of kind way detail option";

static FAR: LazyLock<Words> = LazyLock::new(|| words_of(WORLD));

/// The words that the names in the draft are made of.
fn known_words(draft: &Draft) -> HashSet<&str, BuildHasherDefault<WordHasher>> {
    let entities = draft.entities.iter().flat_map(|entity| entity.name.split('_'));
    let fields = draft.entities.iter().flat_map(|entity| entity.fields.iter().map(|field| field.name.as_str()));
    let roles = draft.roles.iter().flat_map(|role| role.split('_'));
    entities.chain(fields).chain(roles).chain(draft.app.split('-')).chain(draft.about.split('_')).collect()
}

fn is_content(scene: &Scene<'_>, at: usize) -> bool {
    scene.token(at).is_some_and(|token| {
        token.kind == Kind::Word
            && !words::is_function_word(&token.text)
            && !words::is_adverb(&token.text)
            && token.text.len() > 1
            && token.text != "'s"
            && !crate::lexicon::has("required mandatory optional unique yes no", &token.text)
    })
}

fn greeting(scene: &Scene<'_>, from: usize, to: usize) -> bool {
    let text = scene.words(from, to);
    to - from <= 3 || ["thank", "hello", "hi ", "hey", "please"].iter().any(|word| text.starts_with(word))
}

/// Words about looks or tools inside a clause that was otherwise understood.
fn foreign_parts(scene: &Scene<'_>, from: usize, to: usize, unplaced: &mut Vec<Unplaced>) {
    for np in scene.nps_in(from, to) {
        let class = classify(scene, np.from, np.to);
        if matches!(class, UnplacedClass::Tech | UnplacedClass::Ui) {
            unplaced.push(left_out(scene, np.span, class, note(class)));
        }
    }
}

fn left_out(scene: &Scene<'_>, span: Span, class: UnplacedClass, note: &str) -> Unplaced {
    Unplaced { span: [span.start, span.end], text: scene.text(span).to_owned(), class, note: note.to_owned() }
}
