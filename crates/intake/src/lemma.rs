//! Words reduced to one form: singular nouns, American spelling.
//!
//! Verb forms are the business of `lexicon::verbs`, which knows its verbs and makes their forms.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use crate::lexicon::{Table, WordHasher, Words};

const IRREGULAR: &str = "\
    children child, ups up, ins in, offs off, outs out, ids id, people person, ppl person, persons person, men \
    man, women woman, foremen foreman, salesmen salesman, chairmen chairman, handymen handyman, tradesmen tradesman, feet foot, \
    teeth tooth, mice mouse, geese goose, alumni alumnus, criteria criterion, indices index, \
    analyses analysis, diagnoses diagnosis, leaves leave, shelves shelf, knives knife, lives life, \
    wives wife, loaves loaf, halves half, movies movie, cookies cookie, ties tie, pies pie, \
    statuses status, buses bus, viruses virus, bonuses bonus, campuses campus, lenses lens, gases gas, \
    quizzes quiz, heroes hero, shoes shoe, toes toe, canoes canoe, oboes oboe, floes floe, aloes aloe, sloes sloe, foes foe, hoes hoe, specie species, dues due, premises premises, \
    houses house, cases case, courses course, nurses nurse, horses horse, purchases purchase, \
    expenses expense, licenses license, leases lease, releases release, responses response, doses dose, \
    phases phase, databases database, warehouses warehouse, exercises exercise, causes cause, \
    caches cache, axes axis, sizes size, prizes prize";

/// Words that end in s and are singular, or have no singular.
const KEEP: &str = "\
    gas atlas canvas alias bias texas chaos cosmos series species news gps sms this its his yes bus lens \
    always perhaps whereas us was is as has does less unless besides sometimes ios aws css dns https \
    details physics mathematics maths athletics logistics analytics christmas mens towards";

/// British spellings and their American ones, by stem.
const BRITISH: &str = "\
    licence license, colour color, favourite favorite, organisation organization, programme program, \
    centre center, enquiry inquiry, cheque check, tyre tire, catalogue catalog, enrolment enrollment, \
    instalment installment, labour labor, neighbour neighbor, jewellery jewelry, grey gray, \
    theatre theater, cancelled canceled, travelled traveled, behaviour behavior, flavour flavor, \
    organise organize, organising organizing, organiser organizer, metre meter, litre liter, \
    fibre fiber, fulfil fulfill, enrol enroll";

static SINGULARS: LazyLock<Table<&'static str>> = LazyLock::new(|| pairs(IRREGULAR).collect());
static PLURALS: LazyLock<Table<&'static str>> =
    LazyLock::new(|| pairs(IRREGULAR).collect::<Vec<_>>().into_iter().rev().map(|(many, one)| (one, many)).collect());
static KEPT: LazyLock<Words> = LazyLock::new(|| KEEP.split_ascii_whitespace().collect());

fn pairs(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.split(", ").filter_map(|pair| pair.split_once(' '))
}

static AMERICAN: LazyLock<HashMap<String, String, BuildHasherDefault<WordHasher>>> = LazyLock::new(|| {
    let forms =
        |(british, ours)| ["", "s", "d", "ed", "ing"].map(|end| (format!("{british}{end}"), format!("{ours}{end}")));
    pairs(BRITISH).collect::<Vec<_>>().into_iter().rev().flat_map(forms).collect()
});

/// The American spelling of a lower-case word.
pub(crate) fn american(word: &str) -> String {
    AMERICAN.get(word).map_or(word, String::as_str).to_owned()
}

/// "a" or "an", by the sound that the words begin with.
pub(crate) fn article(words: &str) -> &'static str {
    const LIKE_YOU: &[&str] = &["uni", "use", "usa", "usu", "eu", "ute", "one", "once", "ufo", "ubiq"];
    const SILENT: &[&str] = &["hour", "heir", "honor", "honest"];
    const UN: &[&str] = &["unin", "unim", "unid"];
    // Letters said one by one: "an SMS", "an HR record".
    const SPELT: &[&str] =
        &["sms", "hr", "mri", "x-ray", "xray", "nda", "rfp", "rfq", "faq", "mp3", "fbi", "lp", "ngo"];
    let first = words.split([' ', '_']).next().unwrap_or(words).to_lowercase();
    let any = |list: &[&str]| list.iter().any(|start| first.starts_with(start));
    let vowel = first.starts_with(['a', 'e', 'i', 'o', 'u']) && (!any(LIKE_YOU) || any(UN));
    if vowel || any(SILENT) || SPELT.contains(&first.as_str()) { "an" } else { "a" }
}

/// The words with "a" or "an" before them.
pub(crate) fn with_article(words: &str) -> String {
    format!("{} {words}", article(words))
}

/// The singular of a lower-case noun; a singular comes back as it is.
pub(crate) fn singular(word: &str) -> String {
    if let Some(one) = SINGULARS.get(word) {
        return (*one).to_owned();
    }
    if let Some((before, last)) = word.rsplit_once('-') {
        return format!("{before}-{}", singular(last));
    }
    if word.chars().count() <= 3 || KEPT.contains(word) || !word.is_ascii() {
        return word.to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y");
    }
    if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") || !word.ends_with('s') {
        return word.to_owned();
    }
    for ending in ["ches", "shes", "sses", "xes", "zzes", "oes"] {
        if word.ends_with(ending) {
            return word.strip_suffix("es").unwrap_or(word).to_owned();
        }
    }
    word.strip_suffix('s').unwrap_or(word).to_owned()
}

/// The usual plural of a lower-case noun.
pub(crate) fn plural(word: &str) -> String {
    if let Some(many) = PLURALS.get(word) {
        return (*many).to_owned();
    }
    if let Some(stem) = word.strip_suffix('y')
        && !stem.ends_with(['a', 'e', 'i', 'o', 'u'])
    {
        return format!("{stem}ies");
    }
    if word.ends_with(['s', 'x', 'z']) || word.ends_with("ch") || word.ends_with("sh") {
        return format!("{word}es");
    }
    format!("{word}s")
}

/// Whether the word is written as a plural.
pub(crate) fn is_plural(word: &str) -> bool {
    is_plural_only(word) || singular(word) != word
}

/// Words that speak of several without an ending.
pub(crate) fn is_plural_only(word: &str) -> bool {
    matches!(word, "people" | "ppl" | "staff" | "personnel")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_become_singular_and_singulars_stay() {
        for (many, one) in [
            ("prospects", "prospect"),
            ("categories", "category"),
            ("boxes", "box"),
            ("classes", "class"),
            ("addresses", "address"),
            ("status", "status"),
            ("statuses", "status"),
            ("follow-ups", "follow-up"),
            ("warehouses", "warehouse"),
            ("batches", "batch"),
            ("children", "child"),
            ("series", "series"),
        ] {
            assert_eq!(singular(many), one);
            assert_eq!(singular(one), one);
        }
    }

    #[test]
    fn a_plural_can_be_made_again() {
        for one in ["prospect", "category", "box", "class", "batch", "person", "day"] {
            assert_eq!(singular(&plural(one)), one);
        }
    }

    #[test]
    fn british_words_are_read_as_american_ones() {
        assert_eq!(american("colours"), "colors");
        assert_eq!(american("organisation"), "organization");
        assert_eq!(american("color"), "color");
    }
}
