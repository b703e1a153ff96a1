//! What words outside of records and fields are about: looks, tools, wishes for the whole.

use std::sync::LazyLock;

use crate::lexicon::Table;
use crate::reading::UnplacedClass;
use crate::scene::Scene;

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
static ABOUT: LazyLock<Table<UnplacedClass>> = LazyLock::new(|| {
    let lists = [(NON_FUNCTIONAL, UnplacedClass::NonFunctional), (UI, UnplacedClass::Ui), (TECH, UnplacedClass::Tech)];
    lists.iter().flat_map(|(list, class)| list.split_ascii_whitespace().map(|word| (word, *class))).collect()
});

pub(super) fn classify(scene: &Scene<'_>, from: usize, to: usize) -> UnplacedClass {
    let words = scene.tokens.get(from..to).unwrap_or(&[]).iter();
    let found: Vec<UnplacedClass> = words.filter_map(|token| ABOUT.get(token.text.as_str()).copied()).collect();
    [UnplacedClass::Tech, UnplacedClass::Ui, UnplacedClass::NonFunctional]
        .into_iter()
        .find(|class| found.contains(class))
        .unwrap_or(UnplacedClass::Unclear)
}

pub(super) fn note(class: UnplacedClass) -> &'static str {
    match class {
        UnplacedClass::Ui => "about how it looks; this makes the backend",
        UnplacedClass::Tech => "about what it is made with",
        UnplacedClass::NonFunctional => "a wish for the whole, not for one record",
        UnplacedClass::Future => "said to be for later",
        UnplacedClass::Unclear => "not understood",
    }
}
