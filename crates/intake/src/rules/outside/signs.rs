//! What speaks for and against a service that is named being wanted, each sign with its weight.
//!
//! `told` knows ways of naming one without asking for it; there is always another way. These signs are of no single way: who
//! does it, with what verb, when, what is said before and after. Their weights are log-odds and learnt from the requests of
//! `corpus/`: `cargo run --release -p intake --example weigh` writes them into this table. To add a sign, add an entry with
//! weight 0.0 and let them be learnt anew.

use super::{Named, told};
use crate::clauses::{Clause, Join, Polarity};
use crate::lexicon::has;
use crate::lexicon::verbs::Class;
use crate::rules::story_role;
use crate::scene::Scene;
use crate::tags::Tag;

/// A service that is named, with what is said around it.
pub(super) struct Seen<'s> {
    scene: &'s Scene<'s>,
    clause: &'s Clause,
    named: Named,
    /// The tokens of its sentence, but of one without end those that are near.
    near: (usize, usize),
    /// The next sentence of its paragraph.
    next: (usize, usize),
    /// It is told of in a way that is known to ask for nothing.
    told: bool,
}

/// The name of a sign, its weight, and whether a service shows it.
pub(super) type Sign = (&'static str, f64, fn(&Seen<'_>) -> bool);

/// Where no sign speaks for anything.
const BIAS: Sign = ("bias", 1.95, |_| true);

const SIGNS: &[Sign] = &[
    // What is asked to be done, and how.
    ("order", 0.00, |it| it.order()),
    ("class.send", 0.03, |it| it.class(&[Class::Send, Class::Notify])),
    ("class.pay", 0.09, |it| it.class(&[Class::Pay])),
    ("class.make", 0.30, |it| it.class(&[Class::Create, Class::Track, Class::Relate, Class::Upload, Class::Update])),
    ("verb.gets", 0.59, |it| it.base("get receive")),
    ("verb.wants", -0.06, |it| it.base("want need like love prefer") && !it.past()),
    ("verb.tells", 0.93, |it| it.any(TELLS)),
    ("please", -0.11, |it| it.any("please pls plz")),
    ("paid.by", 0.42, |it| it.any(PAYS) && it.before("by via through with on using over per")),
    ("stored", -0.17, |it| {
        it.any("stored saved upload uploads uploaded attach attached files photos documents pictures")
    }),
    ("stored.in", 0.58, |it| it.any(STORES) && it.before("in into to on")),
    ("listed", -0.38, |it| it.clause.verb.is_none() && it.within(it.near.0, it.named.from, ":")),
    ("by_hand", -0.43, |it| it.any("cash cheque check bank till terminal hand counter paper invoice manually")),
    ("verb.be", -0.33, |it| it.base("be")),
    ("verb.have", -0.73, |it| it.base("have")),
    ("verb.use", -0.34, |it| it.base("use work run keep live stay do talk chat communicate handle make")),
    ("verb.none", 0.34, |it| it.clause.verb.is_none()),
    ("verb.past", -0.55, |it| it.past()),
    ("passive", 0.54, |it| it.clause.passive),
    ("passive.led", 0.16, |it| it.clause.passive && it.before("by via through in to into from with on per over")),
    ("asked.led", 0.48, |it| it.order() && it.before("by via through in to into from with on per over")),
    ("modal.must", 0.58, |it| it.modal("should must shall has have needs need")),
    ("modal.may", 0.30, |it| it.modal("can could may might")),
    ("modal.will", -0.45, |it| it.modal("will would")),
    ("story", 0.66, |it| story_role(it.scene, it.clause.sentence).is_some()),
    ("wished", -0.36, |it| it.any(WISHED)),
    ("timed", 0.85, |it| it.any(TIMED)),
    ("when", 0.61, |it| it.any("when if once whenever unless until till soon ->")),
    ("every", 0.99, |it| it.any("every each per")),
    ("automatic", 0.72, |it| it.any("automatically automatic auto automated")),
    ("moved", 0.38, |it| it.any(MOVED)),
    ("condition", -0.10, |it| it.clause.join == Join::Condition),
    ("relative", 0.12, |it| it.clause.join == Join::Relative),
    ("aside", -0.40, |it| it.clause.polarity != Polarity::Asked),
    // Who does it.
    ("we", -0.03, |it| it.who("we i")),
    ("they", 0.28, |it| it.who("they he she")),
    ("it", 0.53, |it| it.who("it this that")),
    ("ours", 0.39, |it| it.ours()),
    ("somebody", 0.48, |it| it.somebody()),
    ("itself", -0.49, |it| it.clause.verb.is_some_and(|verb| it.named.from < verb)),
    // The words beside it.
    ("behind.to", 0.17, |it| it.before("to into onto")),
    ("behind.by", 0.79, |it| it.before("by via through per over using with")),
    ("behind.in", 0.52, |it| it.before("in on at inside")),
    ("behind.from", -0.19, |it| it.before("from of than like as about for out")),
    ("behind.a", 0.54, |it| it.before("a an")),
    ("behind.the", -0.37, |it| it.before("the that this")),
    ("behind.my", 1.01, |it| it.before("my our their his her your its")),
    ("behind.or", 0.01, |it| it.before("or and & / ,")),
    ("behind.colon", 0.82, |it| it.before(": -> ( -")),
    ("opens", -0.14, |it| it.scene.sentences.iter().any(|sentence| sentence.from == it.named.from)),
    ("ends", 0.61, |it| it.named.to + 1 >= it.near.1),
    ("before.to", 0.97, |it| it.after("to for the a them him her me us")),
    ("before.when", 0.38, |it| it.after("when if once before after on at every as")),
    ("before.message", -0.90, |it| it.after(SENT)),
    ("before.group", -0.50, |it| it.after(PLACES)),
    ("before.sign", 0.13, |it| it.after(", ; . ) : -")),
    ("bracketed", -1.04, |it| it.scene.depth_at(it.named.from) > 0),
    // That it is not wanted, or how it is today.
    ("no.before", -0.94, |it| it.within(it.near.0.max(it.named.from.saturating_sub(6)), it.named.from, NO)),
    ("no.after", -1.95, |it| it.within(it.named.to, it.near.1.min(it.named.to + 10), DENIES)),
    ("no.next", -1.08, |it| it.within(it.next.0, it.next.1.min(it.next.0 + 5), NO)),
    ("next.takes_up", -1.31, |it| it.taken_up() && it.goes_on(NO)),
    ("next.tells", -0.81, |it| it.taken_up() && (it.goes_on(FINE) || it.goes_on(TODAY) || it.goes_on(ELSE))),
    ("today", -0.61, |it| it.any(TODAY)),
    ("fine", -0.22, |it| it.any(FINE)),
    ("else", -0.59, |it| it.any(ELSE)),
    ("likened", 0.05, |it| it.any("like as than similar instead rather unlike")),
    ("but", 0.16, |it| it.any("but though although however")),
    ("because", -0.01, |it| it.any("because since so")),
    ("product", -0.21, |it| it.named.product),
    ("product.bare", -0.30, |it| it.named.product && !it.any(WISHED) && !it.any(TIMED) && !it.any(MOVED)),
    ("named", -0.55, |it| it.named.rule == "outside.named"),
    ("verbal", -0.37, |it| it.named.rule == "outside.verb"),
    ("sure", 0.10, |it| !has(COMMON, it.named.rule)),
    ("paid.way", 0.35, |it| {
        it.named.rule == "outside.pay" && it.any("card online app website site phone link stripe paypal")
    }),
    ("paid", -1.55, |it| it.named.rule == "outside.pay"),
    ("few", 0.22, |it| it.near.1 - it.near.0 <= 5),
    ("long", 0.79, |it| it.near.1 - it.near.0 >= 24),
    ("request.short", -0.09, |it| it.scene.tokens.len() < 50),
    ("verbal.somebody", -0.28, |it| it.named.rule == "outside.verb" && it.somebody()),
    ("common", -0.25, |it| {
        it.named.product && !it.capital(it.named.from) && !it.before("to into in via by through with on using")
    }),
    ("part_of_name", -0.49, |it| {
        it.capital(it.named.from) && (it.capital(it.named.to) || it.capital(it.named.from.wrapping_sub(1)))
    }),
    ("told", -3.75, |it| it.told),
    ("asks", -0.20, |it| it.scene.is(it.near.1, "?") || it.within(it.near.0, it.near.1, "?")),
];

/// Rules that see every place where a service is named; all others know what they see.
const COMMON: &str =
    "outside.named outside.verb outside.message outside.sent outside.one outside.arrow outside.pay outside.upload";
const STORES: &str = "store stored save saved keep kept put upload uploads uploaded live lives go goes";
const WISHED: &str = "should must want wants need needs please would like shall send add connect integrate let lets";
const TELLS: &str = "ping text texts mail mails email emails message notify notified remind reminded alert alerted sms tell inform \
    informed warn warned post posted push pushed sent send sends";
const PAYS: &str =
    "pay pays paid paying charge charged charges deposit deposits checkout collect collected refund billed payout";
const TIMED: &str = "before after day days week weeks weekly month months monthly daily hour hours minutes morning evening night monday \
    friday sunday later soon immediately";
const MOVED: &str = "sync synchronize export push post integrate integration connect webhook copy forward transfer api land lands go goes";
const SENT: &str = "reminder reminders notification notifications alert alerts message messages confirmation receipt integration link \
    links sync digest invite invites channel";
const PLACES: &str = "group groups account accounts thread threads page number handle chat list folder file files";
const NO: &str = "no not never none nothing neither nor without nobody skip drop leave";
const DENIES: &str = "no not never none nothing neither nor nobody";
const TODAY: &str =
    "already today currently now still always usually mostly sometimes often anyway used was were had did tried";
const FINE: &str = "fine enough happy works work well stay stays leave keep keeps remain remains ok okay thanks";
const ELSE: &str = "ourselves themselves myself herself himself itself own elsewhere separate separately accountant bookkeeper secretary \
    bank office outside other another old";
/// How far the words of a sentence without end belong together.
const FAR: usize = 16;

impl<'s> Seen<'s> {
    pub(super) fn of(scene: &'s Scene<'s>, named: Named) -> Option<Self> {
        let clause = scene.clause_at(named.from)?;
        let sentence = scene.sentences.get(clause.sentence)?;
        let next = scene.sentences.get(clause.sentence + 1).filter(|next| next.block == sentence.block);
        let near = (sentence.from.max(named.from.saturating_sub(FAR)), sentence.to.min(named.to + FAR));
        Some(Self {
            scene,
            clause,
            named,
            near,
            next: next.map_or((0, 0), |next| (next.from, next.to)),
            told: told::asked(scene, named.from) != Some(true),
        })
    }

    /// The log-odds that it is wanted.
    pub(super) fn score(&self) -> f64 {
        self.shown().map(|(_, weight, _)| weight).sum()
    }

    /// The signs it shows whose weights are learnt.
    pub(super) fn shown(&self) -> impl Iterator<Item = &'static Sign> {
        std::iter::once(&BIAS).chain(SIGNS).filter(|(_, _, holds)| holds(self))
    }

    fn within(&self, from: usize, to: usize, list: &str) -> bool {
        (from..to).any(|at| self.scene.token(at).is_some_and(|token| has(list, &token.text)))
    }
    fn any(&self, list: &str) -> bool {
        self.within(self.near.0, self.near.1, list)
    }
    fn before(&self, list: &str) -> bool {
        self.named.from > self.near.0 && self.within(self.named.from - 1, self.named.from, list)
    }
    fn after(&self, list: &str) -> bool {
        self.named.to < self.near.1 && self.within(self.named.to, self.named.to + 1, list)
    }
    fn base(&self, list: &str) -> bool {
        has(list, self.clause.base)
    }
    fn class(&self, classes: &[Class]) -> bool {
        self.clause.class.is_some_and(|class| classes.contains(&class))
    }
    fn modal(&self, list: &str) -> bool {
        self.clause.modal.as_deref().is_some_and(|modal| has(list, modal))
    }
    fn who(&self, list: &str) -> bool {
        self.clause.modal.is_none() && self.clause.pronoun.as_deref().is_some_and(|pronoun| has(list, pronoun))
    }
    fn ours(&self) -> bool {
        self.clause.modal.is_none() && self.clause.subject.iter().any(|np| np.possessive.is_some())
    }
    /// The next sentence is about it.
    fn taken_up(&self) -> bool {
        self.within(self.next.0, self.next.1.min(self.next.0 + 2), "that this it which actually hmm wait but")
    }
    /// The next sentence has one of these words.
    fn goes_on(&self, list: &str) -> bool {
        self.within(self.next.0, self.next.1.min(self.next.0 + FAR), list)
    }
    fn capital(&self, at: usize) -> bool {
        (self.near.0..self.near.1).contains(&at) && self.scene.token(at).is_some_and(|token| token.capital)
    }
    /// Somebody does it, no program.
    fn somebody(&self) -> bool {
        let program =
            |np: &crate::nouns::Np| has("app system application tool software platform backend it program", np.head());
        let (clause, subject) = (self.clause, &self.clause.subject);
        clause.modal.is_none() && !clause.passive && !subject.is_empty() && !subject.iter().any(program)
    }
    /// "drivers pay through the app", "I want the bookings in my calendar": nothing else can be meant.
    pub(super) fn is_plain(&self) -> bool {
        let (scene, at) = (self.scene, self.named.from);
        let here = |at: usize| {
            scene.one_of(at, &["through", "in", "via", "over"])
                && scene.one_of(at + 1, &["the", "our", "this"])
                && scene.one_of(at + 2, &["app", "site", "website", "portal"])
        };
        let paid = self.named.rule == "outside.pay" && self.base("pay") && here(self.clause.after);
        let wished = self.modal("want would") || self.base("want need") && self.who("i we");
        let shown = self.named.category == "calendar"
            && wished
            && (1..=3).filter_map(|back| at.checked_sub(back)).any(|at| {
                scene.one_of(at, &["in", "into", "to"]) && scene.one_of(at + 1, &["my", "our", "their", "the"])
            });
        self.clause.polarity == Polarity::Asked && !self.any(NO) && (paid || shown)
    }
    fn order(&self) -> bool {
        let (clause, scene) = (self.clause, self.scene);
        clause.subject.is_empty()
            && clause.pronoun.is_none()
            && clause.verb.is_some_and(|verb| verb <= self.named.from && scene.tag(verb) == Some(Tag::Verb))
    }
    fn past(&self) -> bool {
        let verb = self.clause.verb.and_then(|verb| self.scene.token(verb));
        !self.clause.passive
            && verb.is_some_and(|verb| verb.text.ends_with("ed") || has("was were had did went sent got", &verb.text))
    }
}
