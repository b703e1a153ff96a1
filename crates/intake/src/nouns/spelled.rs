//! Names as they stand in a blueprint: "Café name" is `cafe_name`.

/// ASCII snake_case, starting with a letter.
pub(crate) fn snake(parts: &[&str]) -> String {
    let mut name = String::new();
    for c in parts.join("_").chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if let Some(plain) = unaccent(c) {
            name.push(plain);
        } else if !name.ends_with('_') && !name.is_empty() {
            name.push('_');
        }
    }
    let name = name.trim_end_matches('_');
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("n{name}") } else { name.to_owned() }
}

fn unaccent(c: char) -> Option<char> {
    let table = "àaáaâaãaäaåaçcèeéeêeëeìiíiîiïiñnòoóoôoõoöoùuúuûuüuýy";
    let mut pairs = table.chars();
    while let (Some(from), Some(to)) = (pairs.next(), pairs.next()) {
        if c == from {
            return Some(to);
        }
    }
    None
}
