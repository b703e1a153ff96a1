//! Misspelt words put right, when exactly one known word is one slip away.
//!
//! Only words that nothing else knows are touched, and each repair is told to the reader.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::lemma;
use crate::lexicon::{Words, archetypes, fields, verbs, words};
use crate::tokens::{Kind, Span, Token};

/// A word that was read as another.
#[derive(Clone, Debug)]
pub(crate) struct Repair {
    pub span: Span,
    pub written: String,
    pub read_as: String,
}

/// Words people misspell in such requests that no other table holds.
const MORE: &str = "appointment availability different automatically separate received calendar schedule business \
    necessary \
    address notification reminder membership inventory maintenance description attendees capacity organizing \
    organizers \
    management information application restaurant trial vacation employee request invoice quiet quite angel casual diary dairy sister poster mister \
    filter shopper categories category quantity inspection customers customer category";

/// Words of their own that are a slip away from a known word.
static COMMON: LazyLock<Words> = LazyLock::new(|| COMMON_WORDS.split_ascii_whitespace().collect());
const COMMON_WORDS: &str = "stain stains stained tired tire transit brewed brewing range angle assert back backed backing bridge compete competing compliant conform conforming core \
    create crate curse derive derived deriving exit exited exiting labelled cancelling layer layered \
    licensee loss losses lunch mask masking misuse misused numeral overlap owing patent presenting \
    pretending relied relies relying remainder replay replaying rise rises risen rising seed seeding \
    seeds seek seeking shard shared shave shaving sock spell spelling stats steak string tail tile tiles \
    timing traced trace tracing trans trick tricked trip tripping tune tuned tuning utility walker \
    waking wake waker stable cable fable staple trail train trains brain drain grain chain plain plane \
    planet panel camel hotel motel novel towel vowel heard beard board hoard coach couch torch march \
    patch pitch ditch witch watch match catch latch hatch batch bench beach peach reach teach leach \
    breach broach brooch branch brunch bunch punch launch haunch stage sage usage image mange manger \
    danger ranger anger hanger longer finger ginger linger singer sinner dinner diner miner minor mayor \
    major manor tenor tenner banner manner planner spanner scanner winner inner thinner banker baker \
    maker taker joker poker broker breaker speaker sneaker snacker tacker tracker trucker sticker \
    stocker stacker locker docker rocker rocket pocket packet jacket ticket cricket picket wicket \
    bracket racket casher cashed crashed trashed washed wished fished dished pushed rushed brushed \
    crushed flushed staged stated started stared starred stored storey store stove stone stony story \
    storm stork strong strung sting stung stoned toned tuner toner tender render gender fender vendor \
    sender slender lender blender bender cinder kinder wonder wander warden garden harden burden ardent \
    agent argent urgent regent recent decent resent present prevent percent precent parent patient \
    potent content context contest contact contrast contract compact impact expect except accept excess \
    access recess process princess progress prowess address undress dress press cress stress tress \
    dresser presser letter latter later lather leather feather father farther further gather rather \
    bather bitter better butter batter matter mutter mitten kitten written bitten batten fatten flatten \
    platter flatter clatter chatter charter chapter captor actor factor sector vector victor doctor \
    rotor motor tutor tudor odor order older colder holder bolder boulder shoulder smoulder solder \
    soldier folder fodder ladder bladder adder";

static KNOWN: LazyLock<Words> = LazyLock::new(|| {
    let parts = |name: &'static str| name.split(['_', '-']);
    archetypes::all_words()
        .flat_map(parts)
        .chain(fields::all_words().flat_map(parts))
        .chain(verbs::all_forms())
        .chain(MORE.split_ascii_whitespace())
        .filter(|word| word.len() >= 4)
        .collect()
});

/// The known words by first letter and length, each list in order, with the letters they hold.
type Shapes = HashMap<(char, usize), Vec<(&'static str, u32)>>;

static BY_SHAPE: LazyLock<Shapes> = LazyLock::new(|| {
    let mut shapes = Shapes::new();
    for word in KNOWN.iter().copied().filter(|word| word.len() >= 5) {
        shapes.entry((word.chars().next().unwrap_or(' '), word.len())).or_default().push((word, letters(word)));
    }
    for words in shapes.values_mut() {
        words.sort_unstable();
    }
    shapes
});

/// Which letters a word holds, one bit each.
fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |held, letter| held | 1 << (letter & 31))
}

/// Puts the misspelt words of a request right.
pub(crate) fn repair(tokens: &mut [Token]) -> Vec<Repair> {
    let mut times: HashMap<String, usize> = HashMap::new();
    for token in tokens.iter() {
        *times.entry(token.text.clone()).or_default() += 1;
    }
    let mut read: HashMap<String, Option<String>> = HashMap::new();
    let mut repairs = Vec::new();
    let mut opens = true;
    for token in tokens.iter_mut() {
        // Only within a sentence does a capital make a name.
        let once = opens || times.get(&token.text) == Some(&1);
        opens = token.one_of(&[".", "!", "?", ":"]);
        let inflected = ["ed", "ing", "er", "ers"].iter().any(|ending| {
            token
                .text
                .strip_suffix(ending)
                .is_some_and(|stem| KNOWN.contains(stem) || KNOWN.contains(format!("{stem}e").as_str()))
        });
        if inflected
            || token.kind != Kind::Word
            || token.text.len() < 5
            || !token.text.is_ascii()
            || known(token)
            || (token.capital && !once)
        {
            continue;
        }
        let word = match read.get(&token.text) {
            Some(known) => known.clone(),
            None => read.entry(token.text.clone()).or_insert_with_key(|text| nearest(text)).clone(),
        };
        if let Some(word) = word {
            repairs.push(Repair { span: token.span, written: token.text.clone(), read_as: word.clone() });
            token.lemma = lemma::singular(&word);
            token.text = word;
        }
    }
    repairs
}

fn known(token: &Token) -> bool {
    let word = token.text.as_str();
    KNOWN.contains(word)
        || KNOWN.contains(token.lemma.as_str())
        || verbs::lookup(word).is_some()
        || words::is_function_word(word)
        || words::is_adverb(word)
        || words::is_adjective(word)
        || words::is_not_record(&token.lemma)
        || words::is_app_head(&token.lemma)
        || word.contains(['-', '\'', '.', '_'])
        || words::month(word).is_some()
        || COMMON.contains(word)
        || COMMON.contains(token.lemma.as_str())
}

/// The one known word a slip away: a letter too many, too few, or two swapped; in long words also one replaced.
fn nearest(word: &str) -> Option<String> {
    let plural = lemma::is_plural(word);
    let bare = if plural { lemma::singular(word) } else { word.to_owned() };
    // Among short words nearly every slip is another word.
    if bare.len() < 5 {
        return None;
    }
    let first = word.chars().next()?;
    let mut best: Option<&str> = None;
    let lengths = bare.len().saturating_sub(1)..=bare.len() + 1;
    let held = letters(&bare);
    for (candidate, holds) in lengths.filter_map(|length| BY_SHAPE.get(&(first, length))).flatten().copied() {
        // One slip brings one letter and takes one.
        if (held ^ holds).count_ones() > 2 {
            continue;
        }
        // A replaced letter more often makes another word than a slip.
        if candidate.len() == bare.len() && bare.len() < 10 && !swapped(&bare, candidate) {
            continue;
        }
        // "range" is no "ranger": an ending is not forgotten by a slip.
        if candidate.starts_with(bare.as_str()) && !doubled_end(candidate)
            || bare.starts_with(candidate) && !doubled_end(&bare)
        {
            continue;
        }
        if slips(&bare, candidate) != 1 {
            continue;
        }
        if best.is_some_and(|other| lemma::singular(other) != lemma::singular(candidate)) {
            return None;
        }
        best = Some(candidate);
    }
    let found = best?;
    let candidate = lemma::singular(found);
    Some(if plural { lemma::plural(&candidate) } else { found.to_owned() })
}

fn doubled_end(word: &str) -> bool {
    let mut last = word.chars().rev();
    last.next() == last.next()
}

fn swapped(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let differing: Vec<usize> = (0..a.len().min(b.len())).filter(|at| a.get(*at) != b.get(*at)).collect();
    matches!(differing.as_slice(), [x, y] if y - x == 1 && a.get(*x) == b.get(*y) && a.get(*y) == b.get(*x))
}

/// Damerau-Levenshtein distance of two ASCII words (neighbours swapped count once).
pub(crate) fn slips(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let at = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
    let mut before: Vec<usize> = Vec::with_capacity(b.len() + 1);
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut next: Vec<usize> = Vec::with_capacity(b.len() + 1);
    for (i, x) in a.iter().enumerate() {
        next.clear();
        next.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let mut cost = (at(&row, j) + usize::from(x != y)).min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            if i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x) {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            next.push(cost);
        }
        // The three rows change places: before, row, next.
        std::mem::swap(&mut before, &mut row);
        std::mem::swap(&mut row, &mut next);
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::tokens::tokenize;

    fn read(request: &str) -> Vec<String> {
        let mut tokens = tokenize(request, 0);
        repair(&mut tokens);
        tokens.into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn slips_are_put_right() {
        assert_eq!(read("custmers recieve apointments"), ["customers", "receive", "appointments"]);
        assert_eq!(read("the tittle"), ["the", "title"]);
        assert_eq!(read("Lesons. Lesons"), ["lessons", ".", "lessons"]);
        // A name, more than once.
        assert_eq!(read("from Lesons by Lesons"), ["from", "lesons", "by", "lesons"]);
    }

    #[test]
    fn real_words_are_never_put_right() {
        for word in ["range", "ranges", "evaluation", "partition", "participation", "lunch", "losses", "bridge"] {
            assert_eq!(read(word), [word]);
        }
    }

    #[test]
    fn words_of_their_own_stay() {
        assert_eq!(read("quilts, sister, candles, gnomes"), ["quilts", ",", "sister", ",", "candles", ",", "gnomes"]);
    }
}
