//! The plural of an English noun, for tables and paths. Where it errs, `plural = "…"` corrects it.

/// What is not counted, or looks the same however many there are.
const SAME: &[&str] = &[
    "advice",
    "aircraft",
    "baggage",
    "cash",
    "cattle",
    "clothing",
    "data",
    "deer",
    "equipment",
    "evidence",
    "feedback",
    "fish",
    "furniture",
    "hardware",
    "headquarters",
    "homework",
    "information",
    "knowledge",
    "laundry",
    "livestock",
    "luggage",
    "mail",
    "media",
    "merchandise",
    "money",
    "moose",
    "music",
    "news",
    "personnel",
    "progress",
    "research",
    "rice",
    "series",
    "sheep",
    "shrimp",
    "software",
    "species",
    "staff",
    "traffic",
    "transport",
    "weather",
    "wildlife",
];

const IRREGULAR: &[(&str, &str)] = &[
    ("child", "children"),
    ("criterion", "criteria"),
    ("foot", "feet"),
    ("goose", "geese"),
    ("grandchild", "grandchildren"),
    ("man", "men"),
    ("matrix", "matrices"),
    ("mouse", "mice"),
    ("ox", "oxen"),
    ("person", "people"),
    ("phenomenon", "phenomena"),
    ("quiz", "quizzes"),
    ("salesperson", "salespeople"),
    ("tooth", "teeth"),
    ("vertex", "vertices"),
    ("woman", "women"),
];

const F_TO_VES: &[&str] = &["calf", "half", "knife", "leaf", "life", "loaf", "shelf", "thief", "wife", "wolf"];

const O_TO_OES: &[&str] = &["echo", "hero", "potato", "tomato", "veto"];

/// The plural of the last word of a snake_case name.
pub fn plural(name: &str) -> String {
    match name.rsplit_once('_') {
        Some((before, last)) => format!("{before}_{}", plural_of_word(last)),
        None => plural_of_word(name),
    }
}

fn plural_of_word(word: &str) -> String {
    if SAME.contains(&word) {
        return word.to_owned();
    }
    if let Some((_, plural)) = IRREGULAR.iter().find(|(singular, _)| *singular == word) {
        return (*plural).to_owned();
    }
    if F_TO_VES.contains(&word) {
        return format!("{}ves", word.trim_end_matches('e').trim_end_matches('f'));
    }
    if let Some(stem) = word.strip_suffix("sis").filter(|stem| !stem.is_empty()) {
        return format!("{stem}ses");
    }
    if let Some(stem) =
        word.strip_suffix('y').filter(|stem| !stem.is_empty() && !stem.ends_with(['a', 'e', 'i', 'o', 'u']))
    {
        return format!("{stem}ies");
    }
    let hissing = ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end));
    if hissing || O_TO_OES.contains(&word) { format!("{word}es") } else { format!("{word}s") }
}

/// The singular of the last word of a snake_case name; a name that is no plural stays as it is.
pub(crate) fn singular(name: &str) -> String {
    match name.rsplit_once('_') {
        Some((before, last)) => format!("{before}_{}", singular_of_word(last)),
        None => singular_of_word(name),
    }
}

fn singular_of_word(word: &str) -> String {
    if SAME.contains(&word) {
        return word.to_owned();
    }
    if let Some((singular, _)) = IRREGULAR.iter().find(|(_, plural)| *plural == word) {
        return (*singular).to_owned();
    }
    if let Some(singular) = F_TO_VES.iter().chain(O_TO_OES).find(|singular| plural_of_word(singular) == word) {
        return (*singular).to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    // `houses` and `causes` keep their e, `statuses` and `buses` never had one.
    let hissing = ["sses", "xes", "zzes", "ches", "shes"].iter().any(|end| word.ends_with(end))
        || word.ends_with("uses") && !word.ends_with("ouses") && !word.ends_with("auses");
    let end = if hissing { "es" } else { "s" };
    match word.strip_suffix(end).filter(|stem| !stem.is_empty() && !stem.ends_with('s') | hissing) {
        Some(stem) => stem.to_owned(),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{plural, singular};

    #[test]
    fn names_of_many_become_names_of_one() {
        for (many, one) in [
            ("tags", "tag"),
            ("follow_ups", "follow_up"),
            ("categories", "category"),
            ("ties", "tie"),
            ("boxes", "box"),
            ("branches", "branch"),
            ("courses", "course"),
            ("houses", "house"),
            ("statuses", "status"),
            ("addresses", "address"),
            ("bases", "base"),
            ("children", "child"),
            ("salespeople", "salesperson"),
            ("shelves", "shelf"),
            ("heroes", "hero"),
            ("photos", "photo"),
            ("series", "series"),
            ("staff", "staff"),
            ("boss", "boss"),
            ("related", "related"),
            ("s", "s"),
        ] {
            assert_eq!(singular(many), one, "{many}");
        }
    }

    #[test]
    fn english_as_far_as_it_is_regular_and_a_little_further() {
        for (one, many) in [
            ("task", "tasks"),
            ("follow_up", "follow_ups"),
            ("category", "categories"),
            ("day", "days"),
            ("status", "statuses"),
            ("box", "boxes"),
            ("branch", "branches"),
            ("analysis", "analyses"),
            ("sales_person", "sales_people"),
            ("child", "children"),
            ("leaf", "leaves"),
            ("knife", "knives"),
            ("photo", "photos"),
            ("hero", "heroes"),
            ("news", "news"),
            ("staff", "staff"),
            ("office_equipment", "office_equipment"),
            ("y", "ys"),
            ("", "s"),
        ] {
            assert_eq!(plural(one), many);
        }
    }
}
