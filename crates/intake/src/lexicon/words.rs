//! Closed-class words (articles, prepositions, pronouns …), adjectives, and words that never name a record.

use std::sync::LazyLock;

use super::Table;

const DETERMINERS: &str = "a an the this that these those each every any all both either some no several many \
    multiple \
    various numerous few lots another other certain such zero more most";
const POSSESSIVES: &str = "my our your his her its their whose";
const PRONOUNS: &str = "i we you he she it they me us him them one ones someone somebody everyone everybody anyone \
    anybody nobody myself themselves itself himself herself who whoever everything anything something nothing \
    there here";
const SUBJECTS: &str = "i we you he she it they who there";
const PREPOSITIONS: &str = "of in on at for from by with without to into onto over under about against between \
    during \
    through per via as within up out off down toward towards near like than across around among upon along behind \
    above below plus minus except besides including inside beneath aboard";
const CONJUNCTIONS: &str = "and or nor & + but yet then";
const SUBORDINATORS: &str = "when whenever if once after before until till while because since unless so although \
    though \
    where wherever whether";
const MODALS: &str = "can could may might must shall should will would cannot able need needs wants want gonna \
    wanna let lets \
    dont ought allowed";
const BE: &str = "be is are was were been being am";
const HAVE: &str = "have has had having";
const ADVERBS: &str = "also just only alone solely exclusively always usually often sometimes automatically manually simply basically \
    currently \
    right now later soon again already still even too very really please maybe perhaps probably ideally optionally \
    together directly immediately everywhere online offline afterwards otherwise instead however quickly easily \
    honestly \
    currently eventually someday well not never daily weekly monthly yearly annually hourly nightly here there back \
    away exactly about roughly fully partially quite rather actually finally first ahead separately individually \
    privately publicly internally twice thrice additionally furthermore moreover later today tomorrow tonight ago";
const ADJECTIVES: &str = "small big large new old open closed own different same simple basic nice good bad great \
    free \
    public private internal external active inactive available current past future upcoming overdue late early \
    recent \
    multiple single main full short long high low medium urgent important necessary relevant optional required \
    unique \
    mobile digital online local global annual daily weekly monthly yearly quarterly regular special separate \
    specific \
    particular given corresponding respective related personal independent amateur professional handmade \
    automatic manual \
    missing incomplete complete possible proper valid invalid empty favorite top best latest next previous last \
    first \
    second third final initial total overall entire whole extra additional basic custom unpaid unbilled unread \
    unassigned \
    outpatient medical dental residential commercial industrial legal mental physical actual expected estimated \
    planned hourly nightly \
    preferred emergency several many various certain little tiny busy neighborhood family-run community-run \
    volunteer-run \
    self-employed second-hand used vintage rental weekly live real real-time fresh popular similar common everyday";
/// Nouns that talk about the software or the world and never name a record.
const NOT_RECORDS: &str = "app application-software system dashboard backend back-end frontend database api \
    website site web \
    webapp platform tool software page screen button feature crud login log-in logout password list record \
    information info \
    detail data way number date time name status email e-mail sms phone day week month quarter fortnight year hour minute second \
    weekday kilo kilogram litre liter \
    people person \
    everyone anyone nobody one each other server portal reminder alert csv pdf excel spreadsheet type kind sort \
    thing something \
    everything stuff lot bit morning evening night noon midnight monday tuesday wednesday thursday friday \
    saturday sunday \
    january february march april may june july august september october november december weekend today tomorrow \
    backoffice solution program manager-app service-app tracker builder planner organizer-app management \
    manager-tool engine \
    theme mode ui ux interface design layout color-scheme icon animation react vue angular svelte postgres \
    postgresql mysql \
    mongodb docker kubernetes aws azure cloud html css javascript typescript python java rust ios android iphone \
    desktop \
    laptop browser internet wifi sheet paper pen mind help idea need problem nightmare mess place side end start \
    beginning \
    top bottom rest part-time-thing case-by-case example etc. others stats statistic chart graph overview view \
    form-page \
    access permission right rule option-page life world country-wide thanks thank hello hi hey please \
    question-mark fun \
    business shop store-front office clinic salon studio school church gym company-wide industry market friend \
    sister brother \
    wife husband mom dad family-member boss partner-in-crime notification confirmation search filter sorting \
    pagination \
    feed-page backup export import csv-file report-page money cash crypto code-base function functionality user \
    account-page \
    update change addition removal access-control security privacy hipaa gdpr compliance ai ml llm mvp startup \
    endpoint \
    json xml rest graphql link qr-code qr barcode-scanner scanner printer door hand eye head foot set bunch \
    group-of kind-of \
    couple dozen pair total amount quantity price cost point fact reason sense term manner order-of basis purpose-of \
    tech technology stack integration following channel mail mailing inbox voicemail timeline slack twilio stripe paypal whatsapp zoom google calendar-app digest newsletter-app card-payment \
    workspace \
    anything nothing ability profile profile-page home homepage landing menu-bar track eta version-of line-of \
    status-of history-of what why how whatever whichever whoever \
    calendar robot instagram facebook youtube twitter linkedin tiktok trello notion asana jira airtable toggl \
    tablet smartphone camera headache chaos effort trouble mistake confusion difference future progress success \
    experience quality mum uncle aunt cousin daughter son colleague dropdown checkbox toggle popup widget banner \
    navbar sidebar header footer tab window row column cell spec scope phase prototype demo regard cheer greeting \
    christmas easter summer winter spring autumn semester hashtag emoji keyboard whiteboard clipboard sticker \
    barcode wifi excel-file word-file google-sheet google-form notebook-page binder \
    cent naira rupee shilling franc peso yen yuan rand krona krone zloty euros-worth cheque \
    webhook scenario criterion criteria background overview introduction \
    moment while period-of size-of value level priority title description address state staff-only team-only \
    log-file warning nudge heads-up ping poke escalation kick-off kickoff";
/// Of these, the ones that may be records when they have fields of their own.
const SOFT: &str = "idea tool report message link channel level value \
    period printer door \
    chart option sheet shop store office clinic school church gym club salon studio market partner home feed \
    title digest unit calendar row column phase header banner tab tablet camera semester robot window cell demo \
    prototype screen piece program laptop paper track engine filter webhook scenario criterion background problem integration workspace warning";
/// Titles of parts of a text: "Jobs:" above what is done at night, "Scenario: a late return".
const SECTIONS: &str = "background scenario context overview introduction summary goal scope requirement criteria criterion \
    acceptance_criteria job rule role note task automation trigger feature page screen example step permission event \
    alert integration limit report question problem deliverable epic metric success_metric purpose milestone glossary \
    appendix annex remark flow workflow sub subject ref attn comm comms story";
/// Heads of "X tracker", "X system": the phrase names the application.
const APP_HEADS: &str = "app application system tracker tool platform site website portal software backend api \
    database service \
    builder planner manager management dashboard marketplace store shop directory helpdesk crm erp board log \
    register \
    panel registry catalog hub blog forum organizer scheduler tracking scheduling booking thing suite solution program";
/// Of them, and of the words for no record, those that name one with another word before: "dive site", "quiz night".
const HEADS_OF_TWO: &str =
    "site store shop studio clinic school church gym place night morning evening day weekend lot";
/// "list of X", "details of X" speak of X.
const GENERIC_HEADS: &str = "list set bunch lot lots kind sort type collection group record records details \
    detail information \
    info data number couple series range variety name fleet network overview registry register archive directory \
    catalog roster roll pool repository compilation ledger logbook census inventory";
/// Written out where they are met; several words become several tokens.
const SHORT: &[(&str, &str)] = &[
    ("ppl", "people"),
    ("qty", "quantity"),
    ("qtys", "quantities"),
    ("appt", "appointment"),
    ("appts", "appointments"),
    ("msg", "message"),
    ("msgs", "messages"),
    ("addr", "address"),
    ("desc", "description"),
    ("tel", "phone"),
    ("cust", "customer"),
    ("dept", "department"),
    ("mgr", "manager"),
    ("emp", "employee"),
    ("amt", "amount"),
    ("pls", "please"),
    ("plz", "please"),
    ("u", "you"),
    ("sth", "something"),
    ("smth", "something"),
    ("ur", "your"),
    ("b/c", "because"),
    ("cuz", "because"),
    ("dont", "do not"),
    ("doesnt", "does not"),
    ("didnt", "did not"),
    ("havent", "have not"),
    ("hasnt", "has not"),
    ("isnt", "is not"),
    ("arent", "are not"),
    ("cant", "can not"),
    ("cannot", "can not"),
    ("shouldnt", "should not"),
    ("wont", "will not"),
    ("won't", "will not"),
    ("can't", "can not"),
    ("im", "i are"),
    ("ive", "i have"),
    ("id", "id"),
    ("thats", "that is"),
    ("theyre", "they are"),
    ("lets", "let us"),
    ("gotta", "must"),
    ("wanna", "want to"),
    ("e-mail", "email"),
    ("e-mails", "emails"),
    ("e-mailed", "emailed"),
    ("e-mailing", "emailing"),
    ("mails", "emails"),
    ("cell", "mobile"),
    ("txt", "text"),
    ("asap", "soon"),
    ("etc", "etc."),
    ("thru", "through"),
    ("tix", "tickets"),
    ("rsvps", "rsvps"),
    ("dob", "dob"),
    ("specie", "species"),
    ("wether", "whether"),
    ("everytime", "whenever"),
    ("acct", "account"),
    ("to-do", "todo"),
    ("to-dos", "todos"),
    ("nr", "number"),
    ("hrs", "hours"),
    ("mins", "minutes"),
    ("wk", "week"),
    ("wks", "weeks"),
    ("typ", "type"),
    ("wnat", "want"),
    ("systm", "system"),
    ("emial", "email"),
    ("emials", "emails"),
    ("teh", "the"),
    ("adn", "and"),
    ("hav", "have"),
    ("shoud", "should"),
    ("evry", "every"),
    ("eveyr", "every"),
    ("evrybody", "everybody"),
    ("evryone", "everyone"),
    ("wen", "when"),
    ("wehn", "when"),
    ("wich", "which"),
    ("thier", "their"),
    ("ther", "their"),
    ("befor", "before"),
    ("becuase", "because"),
    ("tme", "time"),
    ("nite", "night"),
    ("nites", "nights"),
    ("w/", "with"),
    ("msgd", "messaged"),
    ("untill", "until"),
    ("wheter", "whether"),
    ("somthing", "something"),
    ("alot", "lots"),
    ("notif", "notification"),
    ("notifs", "notifications"),
    ("pics", "pictures"),
    ("pic", "picture"),
    ("docs", "documents"),
    ("info", "information"),
    ("mgmt", "management"),
    ("inv", "inventory"),
    ("req", "request"),
    ("reqs", "requests"),
    ("fone", "phone"),
    ("ref", "reference"),
    ("loc", "location"),
    ("num", "number"),
    ("env", "environment"),
    ("envs", "environments"),
    ("org", "organization"),
    ("orgs", "organizations"),
    ("temp", "temperature"),
    ("lat", "latitude"),
    ("lon", "longitude"),
    ("lng", "longitude"),
    ("yr", "year"),
    ("apt", "apartment"),
    ("bday", "birthday"),
    ("img", "image"),
    ("prio", "priority"),
    ("descr", "description"),
    ("mob", "mobile"),
    ("pmt", "payment"),
    ("pmts", "payments"),
    ("uniq", "unique"),
    ("vol", "volume"),
    ("cond", "condition"),
    ("mfr", "manufacturer"),
    ("b4", "before"),
    ("pix", "pictures"),
];

/// The lists above, in the order of `LISTS`.
#[derive(Clone, Copy)]
enum List {
    Determiners,
    Possessives,
    Pronouns,
    Subjects,
    Prepositions,
    Conjunctions,
    Subordinators,
    Modals,
    Be,
    Have,
    Adverbs,
    Adjectives,
    NotRecords,
    Soft,
    AppHeads,
    GenericHeads,
}

/// One bit each.
const LISTS: &[&str] = &[
    DETERMINERS,
    POSSESSIVES,
    PRONOUNS,
    SUBJECTS,
    PREPOSITIONS,
    CONJUNCTIONS,
    SUBORDINATORS,
    MODALS,
    BE,
    HAVE,
    ADVERBS,
    ADJECTIVES,
    NOT_RECORDS,
    SOFT,
    APP_HEADS,
    GENERIC_HEADS,
];

static CLASSES: LazyLock<Table<u32>> = LazyLock::new(|| {
    let mut classes: Table<u32> = Table::default();
    for (number, list) in LISTS.iter().enumerate() {
        for word in list.split_ascii_whitespace() {
            *classes.entry(word).or_default() |= 1 << number;
        }
    }
    classes
});

/// Whether a word is in one of the lists above.
fn is(list: List, word: &str) -> bool {
    CLASSES.get(word).is_some_and(|bits| bits & (1 << list as u32) != 0)
}

static WRITTEN_OUT: LazyLock<Table<&'static str>> = LazyLock::new(|| SHORT.iter().rev().copied().collect());

pub(crate) fn expand(word: &str) -> Option<&'static str> {
    WRITTEN_OUT.get(word).copied()
}

pub(crate) fn is_determiner(word: &str) -> bool {
    is(List::Determiners, word)
}
pub(crate) fn is_possessive(word: &str) -> bool {
    is(List::Possessives, word)
}
pub(crate) fn is_pronoun(word: &str) -> bool {
    is(List::Pronouns, word)
}
pub(crate) fn is_subject_pronoun(word: &str) -> bool {
    is(List::Subjects, word)
}
pub(crate) fn is_preposition(word: &str) -> bool {
    is(List::Prepositions, word)
}
pub(crate) fn is_conjunction(word: &str) -> bool {
    is(List::Conjunctions, word)
}
pub(crate) fn is_subordinator(word: &str) -> bool {
    is(List::Subordinators, word)
}
pub(crate) fn is_modal(word: &str) -> bool {
    is(List::Modals, word)
}
pub(crate) fn is_be(word: &str) -> bool {
    is(List::Be, word)
}
pub(crate) fn is_have(word: &str) -> bool {
    is(List::Have, word)
}
pub(crate) fn is_adverb(word: &str) -> bool {
    is(List::Adverbs, word)
        || (word.len() > 5
            && word.ends_with("ly")
            && !matches!(word, "family" | "supply" | "assembly" | "reply" | "anomaly"))
}
pub(crate) fn is_adjective(word: &str) -> bool {
    is(List::Adjectives, word)
}
/// A noun that may be the title of a part of the text.
pub(crate) fn is_section(name: &str) -> bool {
    super::has(SECTIONS, name)
}
/// A noun that never names a record.
pub(crate) fn is_not_record(lemma: &str) -> bool {
    is(List::NotRecords, lemma)
}
/// Whether such a noun is a record all the same when it has fields.
pub(crate) fn may_be_record(lemma: &str) -> bool {
    is(List::Soft, lemma)
}
pub(crate) fn is_app_head(lemma: &str) -> bool {
    is(List::AppHeads, lemma)
}
/// "dive site", "quiz night": a record, though "site" and "night" alone are none.
pub(crate) fn names_with_another(name: &str) -> bool {
    name.rsplit_once('_').is_some_and(|(_, head)| super::has(HEADS_OF_TWO, head))
}
pub(crate) fn is_generic_head(text: &str) -> bool {
    is(List::GenericHeads, text)
}

/// The share of English function words in a request tells whether it is English.
pub(crate) fn is_function_word(word: &str) -> bool {
    const LISTS: u32 = 1 << List::Determiners as u32
        | 1 << List::Possessives as u32
        | 1 << List::Pronouns as u32
        | 1 << List::Prepositions as u32
        | 1 << List::Conjunctions as u32
        | 1 << List::Subordinators as u32
        | 1 << List::Modals as u32
        | 1 << List::Be as u32
        | 1 << List::Have as u32;
    word == "not" || CLASSES.get(word).is_some_and(|bits| bits & LISTS != 0)
}

/// Twelve months and seven days, for dates and schedules.
pub(crate) fn month(word: &str) -> Option<u32> {
    let names = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    names.iter().position(|name| *name == word).and_then(|at| u32::try_from(at + 1).ok())
}

/// Sunday is 0, as in cron.
pub(crate) fn weekday(word: &str) -> Option<u32> {
    let names = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    let word = word.strip_suffix('s').unwrap_or(word);
    names.iter().position(|name| *name == word).and_then(|at| u32::try_from(at).ok())
}

/// "two" is 2, "12" is 12.
pub(crate) fn number(word: &str) -> Option<i64> {
    const NAMES: &[&str] = &[
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred"];
    let digits = word.replace(',', "");
    let place =
        |names: &[&str], word: &str| names.iter().position(|name| *name == word).and_then(|at| i64::try_from(at).ok());
    let tens = |word: &str| place(TENS, word).map(|at| (at + 2) * 10);
    // "twenty-five".
    let both = || {
        let (ten, one) = word.split_once('-')?;
        Some(tens(ten)? + place(NAMES, one).filter(|one| (1..10).contains(one))?)
    };
    digits.parse().ok().or_else(|| place(NAMES, word)).or_else(|| tens(word)).or_else(both)
}
