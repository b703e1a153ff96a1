//! The reading for people: summary, assumptions, questions, and what found no place.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::clauses::Polarity;
use crate::draft::Draft;
use crate::facts::Evidence;
use crate::lexicon::fields::FieldType;
use crate::lexicon::words;
use crate::reading::{
    AccessSummary, Assumption, AutomationSummary, EntitySummary, FieldSummary, Ground, Question, RelationSummary,
    Summary, TriggerSummary, Unplaced, UnplacedClass,
};
use crate::scene::Scene;
use crate::tokens::{Kind, Span};

const MOST_QUESTIONS: usize = 3;

/// The draft in short.
pub(crate) fn summary(draft: &Draft) -> Summary {
    let mut relations: Vec<RelationSummary> = draft
        .relations
        .iter()
        .map(|relation| RelationSummary {
            from: relation.from.clone(),
            to: relation.to.clone(),
            kind: relation.kind,
            assumed: relation.assumed,
        })
        .collect();
    for entity in &draft.entities {
        for field in entity.fields.iter().filter(|field| field.to.as_deref() == Some("user")) {
            let _ = field;
            relations.push(RelationSummary {
                from: "user".into(),
                to: entity.name.clone(),
                kind: crate::draft::RelationKind::OneToMany,
                assumed: true,
            });
        }
    }
    Summary {
        entities: draft.entities.iter().filter(|entity| !entity.join).map(entity_summary).collect(),
        relations,
        integrations: draft.integrations.iter().map(|used| used.category.to_owned()).collect(),
        automations: draft
            .automations
            .iter()
            .map(|automation| AutomationSummary {
                trigger: TriggerSummary {
                    kind: automation.trigger.kind,
                    entity: automation.trigger.entity.clone(),
                    field: automation.trigger.field.clone(),
                    value: automation.trigger.value.clone(),
                    cron: automation.trigger.cron.clone(),
                    offset: automation.trigger.offset.clone(),
                },
                action: automation.action.to_owned(),
            })
            .collect(),
        roles: draft.roles.iter().cloned().chain(draft.admin_named.then(|| "admin".to_owned())).collect(),
        access: draft
            .grants
            .iter()
            .map(|g| AccessSummary { role: g.role.clone(), action: g.action.to_owned(), entity: g.entity.clone() })
            .collect(),
        unplaced: Vec::new(),
    }
}

fn entity_summary(entity: &crate::draft::Entity) -> EntitySummary {
    let fields = entity.fields.iter().filter(|field| field.kind != FieldType::Reference).map(|field| FieldSummary {
        name: field.name.clone(),
        kind: field.kind.word(),
        required: field.required == Some(true),
        unique: field.unique,
        values: field.values.clone(),
        default: field.default.clone(),
        assumed: field.assumed,
    });
    EntitySummary { name: entity.name.clone(), fields: fields.collect(), assumed: entity.assumed }
}

/// The draft's notes, the repairs of spelling first.
pub(crate) fn assumptions(scene: &Scene<'_>, draft: &Draft) -> Vec<Assumption> {
    let repairs = scene.repairs.iter().map(|repair| {
        (
            String::new(),
            format!("\"{}\" was read as \"{}\", the nearest word known", repair.written, repair.read_as),
            "spelling".to_owned(),
            Some(repair.span),
            vec![repair.written.clone()],
        )
    });
    let notes = draft
        .notes
        .iter()
        .map(|note| (note.what.clone(), note.text.clone(), note.why.clone(), note.span, note.alternatives.clone()));
    repairs
        .chain(notes)
        .enumerate()
        .map(|(at, (what, text, why, span, alternatives))| Assumption {
            id: format!("a{}", at + 1),
            what,
            text,
            why,
            span: span.map(|s| [s.start, s.end]),
            alternatives,
        })
        .collect()
}

/// What to ask first.
pub(crate) fn questions(draft: &Draft) -> Vec<Question> {
    let mut asked = Vec::new();
    if !draft.roles.is_empty() && draft.grants.is_empty() {
        asked.push(Question {
            text: format!(
                "Who may see and change what? The roles found are: {}.",
                draft
                    .roles
                    .join(
                        ", \
                "
                    )
                    .replace('_', " ")
            ),
            default: "everyone signed in sees everything, and the roles change it".into(),
            alternatives: vec!["everyone sees only their own records".into()],
        });
    }
    if let Some(note) = draft.notes.iter().find(|note| note.why == "access.own") {
        asked.push(Question {
            text: format!("Who enters the records that somebody calls their own? As built, {}.", note.text),
            default: "a record belongs to who makes it".into(),
            alternatives: note.alternatives.clone(),
        });
    }
    for (name, _) in &draft.maybes {
        if asked.len() < MOST_QUESTIONS {
            let name = name.replace('_', " ");
            asked.push(Question {
                text: format!("Should each {name} be kept as a record of its own?"),
                default: "no".into(),
                alternatives: vec![format!("yes: a table of {}", crate::lemma::plural(&name))],
            });
        }
    }
    asked.truncate(MOST_QUESTIONS);
    asked
}

/// Where everything comes from.
pub(crate) fn grounds(draft: &Draft) -> Vec<Ground> {
    let ground = |what: String, grounds: &crate::draft::Grounds| Ground {
        what,
        spans: grounds.spans.clone(),
        rules: grounds.rules.iter().map(|rule| (*rule).to_owned()).collect(),
    };
    let mut all = Vec::new();
    for entity in &draft.entities {
        all.push(ground(format!("/entity/{}", entity.name), &entity.grounds));
        for field in &entity.fields {
            all.push(ground(format!("/entity/{}/field/{}", entity.name, field.name), &field.grounds));
        }
    }
    for used in &draft.integrations {
        all.push(ground(format!("/integration/{}", used.category), &used.grounds));
    }
    all
}

/// Which words something was made of, clause by clause.
pub(crate) struct Coverage {
    pub share: f64,
    pub unplaced: Vec<Unplaced>,
}

/// Measures which words the facts cover, and lists the clauses that they do not.
pub(crate) fn coverage(scene: &Scene<'_>, evidence: &[Evidence], draft: &Draft, lost: &[Span]) -> Coverage {
    let reach = reach(evidence, draft);
    let known = known_words(draft);
    let covered = |at: usize| {
        scene.token(at).is_some_and(|token| {
            let begun = reach.partition_point(|(start, _)| *start <= token.span.start);
            let end = begun.checked_sub(1).and_then(|last| reach.get(last)).map_or(0, |(_, end)| *end);
            token.span.end <= end || token.lemma.len() > 2 && known.contains(token.lemma.as_str())
        })
    };
    let (mut all, mut hit) = (0usize, 0usize);
    let mut unplaced = Vec::new();
    for clause in &scene.clauses {
        let content: Vec<usize> = (clause.from..clause.to).filter(|at| is_content(scene, *at)).collect();
        let found = content.iter().filter(|at| covered(**at)).count();
        let span = scene.span(clause.from, clause.to);
        if clause.polarity == Polarity::Someday && !content.is_empty() {
            unplaced.push(left_out(scene, span, UnplacedClass::Future, "said to be for later"));
            continue;
        }
        // Looks and tools are understood, and no part of a backend.
        let foreign = |at: &usize| matches!(classify(scene, *at, at + 1), UnplacedClass::Tech | UnplacedClass::Ui);
        all += content.iter().filter(|at| covered(**at) || !foreign(at)).count();
        hit += found;
        if found * 2 < content.len() && !greeting(scene, clause.from, clause.to) {
            let class = classify(scene, clause.from, clause.to);
            unplaced.push(left_out(scene, span, class, note(class)));
        } else {
            foreign_parts(scene, clause.from, clause.to, &mut unplaced);
        }
    }
    for span in lost {
        if !unplaced.iter().any(|left| left.span == [span.start, span.end]) {
            unplaced.push(left_out(scene, *span, UnplacedClass::Unclear, "a limit that access by record cannot say"));
        }
    }
    let share = if all == 0 { 0.0 } else { hit as f64 / all as f64 };
    Coverage { share: (share * 100.0).round() / 100.0, unplaced }
}

/// The places of all facts by their start, each with the furthest end up to there.
fn reach(evidence: &[Evidence], draft: &Draft) -> Vec<(usize, usize)> {
    let facts = evidence.iter().map(|found| found.span);
    let mut places: Vec<(usize, usize)> =
        facts.chain(draft.automations.iter().map(|a| a.span)).map(|span| (span.start, span.end)).collect();
    places.sort_unstable();
    let mut furthest = 0;
    for (_, end) in &mut places {
        furthest = furthest.max(*end);
        *end = furthest;
    }
    places
}

/// The words that the names in the draft are made of.
fn known_words(draft: &Draft) -> HashSet<&str> {
    let entities = draft.entities.iter().flat_map(|entity| entity.name.split('_'));
    let fields = draft.entities.iter().flat_map(|entity| entity.fields.iter().map(|field| field.name.as_str()));
    let roles = draft.roles.iter().flat_map(|role| role.split('_'));
    entities.chain(fields).chain(roles).chain(draft.app.split('-')).collect()
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

const UI: &str = "dark theme design look beautiful gorgeous pretty button buttons screen layout responsive ui ux \
    logo-design animation font icons modern clean sleek dashboard chart charts graph graphs sidebar";
const TECH: &str = "react vue angular svelte postgres postgresql mysql mongodb docker kubernetes aws azure python \
    django rails laravel node typescript javascript rust graphql redis ai ml llm gpt ios android flutter swift \
    kotlin \
    java php next.js nextjs firebase supabase blockchain";
const NON_FUNCTIONAL: &str = "fast secure security privacy hipaa gdpr scale scalable performance backup backups \
    reliable uptime compliance encrypted encryption audit logged users-concurrent cheap latency \
    availability-target load";

/// What a word outside of records and fields is about.
static ABOUT: LazyLock<HashMap<&'static str, UnplacedClass>> = LazyLock::new(|| {
    let lists = [(NON_FUNCTIONAL, UnplacedClass::NonFunctional), (UI, UnplacedClass::Ui), (TECH, UnplacedClass::Tech)];
    lists.iter().flat_map(|(list, class)| list.split_ascii_whitespace().map(|word| (word, *class))).collect()
});

fn classify(scene: &Scene<'_>, from: usize, to: usize) -> UnplacedClass {
    let words = scene.tokens.get(from..to).unwrap_or(&[]).iter();
    let found: Vec<UnplacedClass> = words.filter_map(|token| ABOUT.get(token.text.as_str()).copied()).collect();
    [UnplacedClass::Tech, UnplacedClass::Ui, UnplacedClass::NonFunctional]
        .into_iter()
        .find(|class| found.contains(class))
        .unwrap_or(UnplacedClass::Unclear)
}

fn note(class: UnplacedClass) -> &'static str {
    match class {
        UnplacedClass::Ui => "about how it looks; this makes the backend",
        UnplacedClass::Tech => "about what it is made with",
        UnplacedClass::NonFunctional => "a wish for the whole, not for one record",
        UnplacedClass::Future => "said to be for later",
        UnplacedClass::Unclear => "not understood",
    }
}

/// Words about looks or tools inside a clause that was otherwise understood.
fn foreign_parts(scene: &Scene<'_>, from: usize, to: usize, unplaced: &mut Vec<Unplaced>) {
    for np in scene.nps_in(from, to) {
        let class = classify(scene, np.from, np.to);
        if class != UnplacedClass::Unclear && matches!(class, UnplacedClass::Tech | UnplacedClass::Ui) {
            unplaced.push(left_out(scene, np.span, class, note(class)));
        }
    }
}

fn left_out(scene: &Scene<'_>, span: Span, class: UnplacedClass, note: &str) -> Unplaced {
    Unplaced { span: [span.start, span.end], text: scene.text(span).to_owned(), class, note: note.to_owned() }
}
