//! What searches compare on Postgres is what they compare on SQLite, letter by letter.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::Database;

/// Letters that may be told apart: all of the first two planes, and a few of the others, where there is little but what has
/// no meaning yet.
fn letters() -> impl Iterator<Item = char> {
    (1..0x2_0000).chain((0x2_0000..0x11_0000).step_by(257)).filter_map(char::from_u32)
}

/// Words as SQLite's tokenizer cuts and folds them, of a text with each letter in its middle.
fn by_sqlite() -> BTreeMap<u32, String> {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE VIRTUAL TABLE t USING fts5(a, tokenize='unicode61 remove_diacritics 2');
             CREATE VIRTUAL TABLE v USING fts5vocab(t, 'instance'); BEGIN",
        )
        .unwrap();
    let mut insert = connection.prepare("INSERT INTO t (rowid, a) VALUES (?1, ?2)").unwrap();
    for letter in letters() {
        insert.execute((u32::from(letter), format!("x{letter}y"))).unwrap();
    }
    let mut select = connection.prepare("SELECT doc, term FROM v ORDER BY doc, offset").unwrap();
    let mut words: BTreeMap<u32, String> = BTreeMap::new();
    for row in select.query_map([], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, String>(1)?))).unwrap() {
        let (letter, word) = row.unwrap();
        let words = words.entry(letter).or_default();
        words.push_str(if words.is_empty() { "" } else { " " });
        words.push_str(&word);
    }
    words
}

/// A number and a text for each letter that a query gives.
fn by_postgres(database: &Database, select: &str) -> BTreeMap<u32, String> {
    let codes: Vec<String> = letters().map(|letter| u32::from(letter).to_string()).collect();
    let sql = format!("SELECT n::text, {select} FROM unnest(ARRAY[{}]) AS n", codes.join(","));
    let rows = database.place.query(&sql).into_iter();
    rows.map(|row| (row[0].as_deref().unwrap().parse().unwrap(), row[1].clone().unwrap())).collect()
}

#[tokio::test]
async fn both_engines_cut_and_fold_words_alike() {
    let Some(database) = Database::new().await else { return };
    let words = by_postgres(&database, "array_to_string(app.words('', 'x' || chr(n) || 'y', 1000000), ' ')");
    let differ = by_sqlite().into_iter().filter(|(letter, word)| {
        let plain = words[letter].split(' ').filter_map(|word| word.strip_prefix(':')).collect::<Vec<_>>().join(" ");
        plain != *word
    });
    assert_eq!(differ.take(20).collect::<Vec<_>>(), []);
}

/// The collations of a server may be older or newer than this program: a letter that one of them does not know stays as it is.
#[tokio::test]
async fn filters_fold_letters_as_this_program_does() {
    let Some(database) = Database::new().await else { return };
    let folded = by_postgres(&database, "app.fold(chr(n))");
    let known = |letter: char| folded[&u32::from(letter)] != letter.to_string();
    let differ = letters().filter(|letter| {
        let (ours, theirs) = (work::fold(&letter.to_string()), &folded[&u32::from(*letter)]);
        // Collations of the C library have one letter for one.
        ours != *theirs && known(*letter) && *letter != 'İ'
    });
    assert_eq!(differ.collect::<String>(), "");
    let unknown = letters().filter(|letter| work::fold(&letter.to_string()) != letter.to_string() && !known(*letter));
    let unknown: Vec<char> = unknown.collect();
    assert!(unknown.len() < 200, "{unknown:?}");
    assert_eq!(database.look("SELECT app.fold('ΟΔΟΣ Äpfel')"), ["οδοσ äpfel"]);
}

#[tokio::test]
async fn a_row_is_never_too_long_to_be_searched() {
    let Some(database) = Database::new().await else { return };
    let longest = "array_to_tsvector(app.words('about', string_agg(md5(n::text), ' '), 1000000) || app.words('title', repeat('ж', 5000), 1000))";
    let rows = database.place.query(&format!("SELECT length({longest})::text FROM generate_series(1, 60000) AS n"));
    // `about:` and 32 digits, of which a megabyte holds so many; and one word of 200 letters, cut off.
    assert_eq!(rows[0][0].as_deref(), Some("26316"));
    let empty = "app.words('a', NULL, 9) = '{}' AND app.words('a', '', 9) = '{}' AND app.words('a', '- ?!', 9) = '{}'";
    assert_eq!(database.look(&format!("SELECT ({empty})::text")), ["true"]);
}
