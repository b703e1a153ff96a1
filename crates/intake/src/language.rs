//! Which language a request seems to be in, so that who wrote it is told what is wrong with it. Nothing else hangs on it.

/// Words that the language has many of and the others of this list have not.
const WORDS: &[(&str, &str)] = &[
    ("German", "der die das und mit für eine einen meine mir ich wir ist soll sollen nicht auch bitte von zu werden"),
    ("Spanish", "el los las una para con quiero necesito mis que y del por nuestro cada tienen hay sus aplicación"),
    ("French", "le les des une pour avec je veux nous et mes leurs du dans chaque est qui une application sont"),
    ("Italian", "il gli una per con voglio vorrei la mia miei che di nostro ogni sono delle della e"),
    ("Portuguese", "os uma para com quero preciso meus meu que dos das e cada não são um sistema nosso"),
    ("Dutch", "de het een voor met ik wil mijn en van zijn niet ook wij onze elke heeft"),
    ("Polish", "dla i z chcę moje nie jest oraz każdy aplikację są się w na"),
    ("Turkish", "ve için bir istiyorum ile her benim bu olan müşteri"),
];

/// So many of its words name a language.
const ENOUGH: usize = 2;

/// The language, if it can be told.
pub(crate) fn of(text: &str) -> Option<&'static str> {
    script(text).or_else(|| words(text))
}

fn words(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let said: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let count = |words: &str| said.iter().filter(|word| words.split(' ').any(|known| known == **word)).count();
    let mut found: Vec<(usize, &str)> = WORDS.iter().map(|(name, words)| (count(words), *name)).collect();
    found.sort_by(|(one, _), (other, _)| other.cmp(one));
    match found.as_slice() {
        [(most, name), (next, _), ..] if *most >= ENOUGH && most > next => Some(*name),
        _ => None,
    }
}

/// By letters that no other language of note is written in.
fn script(text: &str) -> Option<&'static str> {
    let count = |is: fn(char) -> bool| text.chars().filter(|c| is(*c)).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let kana = count(|c| matches!(c, '\u{3040}'..='\u{30ff}'));
    let all = [
        ("Korean", count(|c| matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}'))),
        ("Russian or another language in Cyrillic letters", count(|c| matches!(c, '\u{400}'..='\u{4ff}'))),
        ("Arabic or another language in its letters", count(|c| matches!(c, '\u{600}'..='\u{6ff}'))),
        ("Hebrew", count(|c| matches!(c, '\u{590}'..='\u{5ff}'))),
        ("Greek", count(|c| matches!(c, '\u{370}'..='\u{3ff}'))),
        ("Hindi or another language in its letters", count(|c| matches!(c, '\u{900}'..='\u{97f}'))),
        ("Thai", count(|c| matches!(c, '\u{e00}'..='\u{e7f}'))),
        ("Japanese", if kana > 0 { kana + count(is_han) } else { 0 }),
        ("Chinese", if kana > 0 { 0 } else { count(is_han) }),
    ];
    all.into_iter().find(|(_, found)| *found > 1 && *found * 2 > letters).map(|(name, _)| name)
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_request_in_another_language_is_told_which_it_seems_to_be() {
        for (request, language) in [
            ("Erstelle mir eine App für meine Praxis: Kunden mit Name und Telefon, Termine mit Datum", "German"),
            ("Quiero una aplicación para mi restaurante: mesas, reservas con fecha, clientes con nombre", "Spanish"),
            ("Je veux une application pour gérer mes clients: nom, téléphone, et leurs commandes", "French"),
            ("Voglio un'app per la mia palestra: membri con nome, email e abbonamento", "Italian"),
            ("Eu quero um sistema de estoque: produtos com nome, preço e quantidade", "Portuguese"),
            ("Ik wil een app voor mijn winkel met klanten en bestellingen", "Dutch"),
            ("我想要一个管理客户的系统，客户有姓名、电话和地址", "Chinese"),
            ("アプリを作ってください。顧客の名前と電話番号", "Japanese"),
            ("Мне нужно приложение для клиентов с именем и телефоном", "Russian"),
            ("أريد تطبيقا لإدارة العملاء", "Arabic"),
        ] {
            assert!(of(request).is_some_and(|found| found.starts_with(language)), "{request}: {:?}", of(request));
            let reading = crate::read(request);
            assert!(!reading.understood());
            assert!(reading.questions[0].text.starts_with(&format!("This looks like {language}")), "{reading:?}");
        }
        for request in ["", "x", "😀😀", "Boats have a name and a length.", "Kunden (name)"] {
            assert_eq!(of(request), None, "{request}");
        }
        assert!(crate::read("zxqv blorf").questions[0].text.starts_with("What should be kept?"));
    }
}
