//! The verbs that say what is done with records, by class, with the event that some of them leave behind.
//!
//! Which word of a sentence is a verb is decided in `tags`; here is only what it would mean.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use super::{Table, WordHasher};

/// What a verb does with its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    /// Holds fields: "stores", "includes".
    Hold,
    Create,
    /// Wants it kept: "track", "manage".
    Track,
    Read,
    Update,
    Delete,
    Assign,
    Approve,
    Send,
    Notify,
    Pay,
    /// Leaves a record that ties actor and object: "book", "borrow".
    Event,
    /// Ties two records: "belong", "link".
    Relate,
    Upload,
    /// Any other verb.
    Other,
}

/// The form a verb stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Base,
    /// "books".
    Third,
    /// "booked".
    Past,
    /// "booking".
    Ing,
}

/// A known verb.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verb {
    pub base: &'static str,
    pub class: Class,
    /// The same word is a noun too: "book", "order".
    pub noun_too: bool,
}

/// `*` marks words that are nouns too.
const TABLE: &[(Class, &str)] = &[
    (Class::Hold, "store* include contain hold consist comprise carry keep capture"),
    (
        Class::Create,
        "create add post* submit file* report* log* record* enter register* open* write make publish fill \
            complete raise \
         place* start* launch* generate issue* draft* list* input insert collect build define author* host* \
         organize propose \
         suggest answer* leave* request* draw compose announce set* give provide offer* receive introduce receive take \
         sell produce prepare",
    ),
    (
        Class::Track,
        "track* manage monitor maintain run* handle save follow organise administer catalog* know remember count* \
            coordinate note* jot",
    ),
    (
        Class::Read,
        "read see view* browse search* look find check* access* list* show* display* get export* download* watch* \
            preview* review* follow* print* query consult visit* filter*",
    ),
    (
        Class::Update,
        "update* edit change* modify mark* set* adjust correct move* rename reschedule deactivate activate close* \
            resolve reopen \
         complete finish progress* toggle* convert extend renew pick switch* tick* fix* rank* sort* flag* turn* \
         reorder* import* verify triage* amend revise tweak lock unlock pause* resume freeze promote increase* \
            decrease* reduce lower bump* reset* restore override reassign swap* pin* void* release* waive transition*",
    ),
    (Class::Delete, "delete remove cancel archive* discard erase purge withdraw unsubscribe ban* block*"),
    (Class::Assign, "assign allocate delegate dispatch* hand* route*"),
    (
        Class::Approve,
        "approve reject accept decline confirm moderate deny authorize sign* endorse grade* score* judge* \
            evaluate assess inspect certify validate ratify countersign veto*",
    ),
    (
        Class::Send,
        "send text* email* message* mail* sms* ping* forward* push* sync* call* whatsapp dm* deliver transmit",
    ),
    (Class::Notify, "notify alert* remind warn inform tell let nudge* escalate congratulate thank chase"),
    (Class::Pay, "pay* charge* bill* invoice* refund* deposit* collect tip* reimburse payout*"),
    (
        Class::Event,
        "book* reserve* borrow rent* lend enroll join attend order* buy purchase* rate* vote* bid* donate \
            subscribe apply \
         register rsvp* favorite* bookmark* comment* like* share* rsvp reply* respond checkout* loan* lease* \
         hire* schedule* \
         sign clock* check* visit* participate volunteer* pledge* redeem claim* wishlist* adopt sponsor* nominate swap* \
         trade*",
    ),
    (
        Class::Relate,
        "belong link* attach connect relate associate map* tie* group* tag* categorize label* own join match* \
            depend reference* come contain concern*",
    ),
    (Class::Upload, "upload* attach scan* photograph* import*"),
    (
        Class::Other,
        "use* work* teach play* go help* want need* like* love* try think mean put bring say ask happen expire \
            become live sit \
         travel drive fly last sing ship* process* operate use* plan* design* sell look* grow clean* repair* serve perform \
         earn spend win \
         hit* cross lose miss meet* arrive leave return* begin end* stop* stay* wait* water* feed* train* practice* study* \
         measure* weigh \
         supply* compare choose select pick* show* require appear exist remain invite import* log-in login teach \
         learn drop* \
         exceed reach fall go pass* fail lapse approach enable allow prevent avoid switch* translate* print* \
         support* calculate \
         compute sum* total* average* score* reorder* restock* sponsor* lead* sell specialize ride* walk* cook* \
         bake* cost* \
         weigh contact* describe name* identify bear restrict limit* do lock* hide import* overlap* belong finish \
         treat* prescribe diagnose examine administer greet advise consult recommend discuss recruit \
         investigate analyze observe stand hang land* talk* shoot* patrol* transport* load* pack* deliver vaccinate accompany \
         oversee supervise direct research* rehearse fulfill cover* pour* mix* weld reach cross* carry wear bring",
    ),
];

/// Common verbs that say nothing about records but where the words around them belong. No misspelt word is taken for one.
const PLAIN: &str = "lay lie admit agree apologize appreciate argue arrange attract begin behave bind breathe broadcast* bury \
    celebrate climb* combine communicate compete complain consider continue cooperate decide decorate depart \
    deserve destroy detect determine develop die differ disappear discover distribute divide eat educate employ \
    encourage enjoy entertain establish expand expect explain explore fetch forget forgive gather govern graze \
    hatch hope* hurt* ignore imagine improve indicate inherit injure install instruct insure interrupt involve \
    laugh* lean listen mention merge moor obey obtain occupy occur owe persuade prefer preserve protect pull \
    qualify realize recognize recover refer refuse relax rely repeat* replace represent rescue* reside retain \
    retire reveal rotate sail* satisfy seem settle sleep* speak steal* stir subtract succeed suffer survive \
    suspend sweep* swim* tear* throw* undergo understand undertake unload unpack vary wake wander wipe wish* \
    wonder worry wrap";

/// base: past participle(s), where not regular.
const IRREGULAR: &str = "send:sent write:wrote,written make:made build:built leave:left hold:held keep:kept \
    see:saw,seen \
    read:read find:found give:gave,given take:took,taken get:got pay:paid buy:bought sell:sold lend:lent let:let \
    tell:told \
    set:set put:put bring:brought say:said become:became go:went,gone come:came know:knew,known show:showed,shown \
    draw:drew,drawn run:ran drive:drove,driven fly:flew,flown grow:grew,grown teach:taught learn:learnt \
    begin:began,begun \
    win:won lose:lost meet:met choose:chose,chosen feed:fed spend:spent sit:sat rent:rented \
    withdraw:withdrew,withdrawn \
    bear:bore,born lead:led fall:fell,fallen do:did,done bid:bid hide:hid,hidden ride:rode,ridden \
    lay:laid lie:lain bind:bound eat:ate,eaten forget:forgot,forgotten forgive:forgave,forgiven hurt:hurt \
    sleep:slept speak:spoke,spoken steal:stole,stolen sweep:swept swim:swam,swum tear:tore,torn throw:threw,thrown \
    undergo:underwent,undergone understand:understood undertake:undertook,undertaken wake:woke,woken \
    broadcast:broadcast stand:stood think:thought wear:wore,worn sing:sang,sung hang:hung";

/// The event that a verb leaves behind, where its name is not "VERB-ing".
const EVENTS: &str = "book:booking reserve:reservation borrow:loan rent:rental lend:loan loan:loan enroll:enrollment \
    join:membership attend:attendance order:order buy:purchase purchase:purchase sell:sale clock:time_entry rate:rating vote:vote bid:bid \
    donate:donation subscribe:subscription apply:application register:registration rsvp:rsvp favorite:favorite \
    bookmark:bookmark comment:comment like:like reply:reply visit:visit pledge:pledge redeem:redemption claim:claim \
    adopt:adoption sign:signup review:review check:check_in lease:lease hire:hire follow:follow \
    participate:participation";

static FORMS: LazyLock<HashMap<String, (Verb, Form), BuildHasherDefault<WordHasher>>> = LazyLock::new(|| {
    let mut forms: HashMap<String, (Verb, Form), _> = HashMap::default();
    for (class, words) in TABLE.iter().chain(&[(Class::Other, PLAIN)]) {
        for entry in words.split_ascii_whitespace() {
            let base = entry.trim_end_matches('*');
            let verb = Verb { base, class: *class, noun_too: entry.ends_with('*') };
            for (text, form) in inflect(base) {
                forms.entry(text).or_insert((verb, form));
            }
        }
    }
    forms
});

fn inflect(base: &str) -> Vec<(String, Form)> {
    let mut forms =
        vec![(base.to_owned(), Form::Base), (third(base), Form::Third), (with_ending(base, "ing"), Form::Ing)];
    let irregular =
        IRREGULAR.split_ascii_whitespace().filter_map(|entry| entry.split_once(':')).find(|(b, _)| *b == base);
    match irregular {
        Some((_, past)) => forms.extend(past.split(',').map(|form| (form.to_owned(), Form::Past))),
        None => forms.push((with_ending(base, "ed"), Form::Past)),
    }
    forms
}

fn third(base: &str) -> String {
    if base.ends_with('o') { format!("{base}es") } else { crate::lemma::plural(base) }
}

/// "plan" with "ing" is "planning".
pub(crate) fn with_ending(base: &str, ending: &str) -> String {
    let vowel = |c: char| "aeiou".contains(c);
    // "lying", "tying".
    if ending == "ing"
        && let Some(stem) = base.strip_suffix("ie")
    {
        return format!("{stem}ying");
    }
    let mut back = base.chars().rev();
    let (last, before, third) = (back.next().unwrap_or(' '), back.next().unwrap_or(' '), back.next().unwrap_or(' '));
    if last == 'e' && before != 'e' {
        let stem = base.strip_suffix('e').unwrap_or(base);
        return format!("{stem}{ending}");
    }
    if last == 'y' && !vowel(before) && ending == "ed" {
        return format!("{}ied", base.strip_suffix('y').unwrap_or(base));
    }
    let doubles = !vowel(last)
        && !"wxy".contains(last)
        && vowel(before)
        && !vowel(third)
        && (base.chars().filter(|c| vowel(*c)).count() == 1
            || matches!(
                base,
                "submit" | "refer" | "begin" | "admit" | "permit" | "occur" | "prefer" | "transfer" | "forget" | "bid"
            ));
    if doubles { format!("{base}{last}{ending}") } else { format!("{base}{ending}") }
}

/// "pay" leaves what is "paid", "cancel" what is "cancelled".
pub(crate) fn participle(base: &str) -> String {
    let last = inflect(base).into_iter().rfind(|(_, form)| *form == Form::Past);
    match base {
        "cancel" => "cancelled".to_owned(),
        _ => last.map_or_else(|| base.to_owned(), |(text, _)| text),
    }
}

/// The verb that a lower-case word may be.
pub(crate) fn lookup(word: &str) -> Option<(Verb, Form)> {
    // "auto-close tickets" closes them.
    let auto = || {
        let (verb, form) = FORMS.get(word.strip_prefix("auto-")?)?;
        Some((Verb { noun_too: false, ..*verb }, *form))
    };
    FORMS.get(word).copied().or_else(auto)
}

/// Every form of every verb that a misspelt word may stand for.
pub(crate) fn all_forms() -> impl Iterator<Item = &'static str> {
    let plain: HashSet<&str> = PLAIN.split_ascii_whitespace().map(|entry| entry.trim_end_matches('*')).collect();
    FORMS.iter().filter(move |(_, (verb, _))| !plain.contains(verb.base)).map(|(form, _)| form.as_str())
}

static LEFT: LazyLock<Table<&'static str>> =
    LazyLock::new(|| EVENTS.split_ascii_whitespace().rev().filter_map(|entry| entry.split_once(':')).collect());

/// "borrow" leaves a "loan".
pub(crate) fn event_of(base: &str) -> Option<&'static str> {
    LEFT.get(base).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_lead_back_to_their_verb() {
        for (form, base) in [
            ("submitted", "submit"),
            ("edited", "edit"),
            ("opened", "open"),
            ("tries", "try"),
            ("booking", "book"),
            ("paid", "pay"),
            ("moves", "move"),
            ("lies", "lie"),
            ("lying", "lie"),
            ("tying", "tie"),
            ("beginning", "begin"),
            ("preferred", "prefer"),
            ("opening", "open"),
            ("dropped", "drop"),
        ] {
            assert_eq!(lookup(form).map(|(verb, _)| verb.base), Some(base), "{form}");
        }
        assert!(lookup("prospect").is_none());
    }

    #[test]
    fn some_verbs_leave_an_event() {
        assert_eq!(event_of("borrow"), Some("loan"));
        assert_eq!(event_of("see"), None);
    }
}
