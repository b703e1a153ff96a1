//! The plural of an English noun, for tables and paths. Where it errs, `plural = "…"` corrects it.

const SAME: &[&str] = &[
    "aircraft",
    "deer",
    "equipment",
    "feedback",
    "fish",
    "furniture",
    "information",
    "luggage",
    "moose",
    "money",
    "news",
    "rice",
    "series",
    "sheep",
    "software",
    "species",
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

#[cfg(test)]
mod tests {
    use super::plural;

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
            ("y", "ys"),
            ("", "s"),
        ] {
            assert_eq!(plural(one), many);
        }
    }
}
