//! What rules find: facts, each with its place in the request, a weight and the rule that found it.
//!
//! Facts are evidence. `resolve` weighs them; nothing here is decided.

use crate::lexicon::archetypes;
use crate::lexicon::fields::FieldType;
use crate::lexicon::verbs::Class;
use crate::nouns::Np;
use crate::tokens::Span;

/// Something that may become an entity.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    /// Singular snake_case.
    pub name: String,
    pub span: Span,
    pub plural: bool,
}

impl Thing {
    pub(crate) fn of(np: &Np) -> Self {
        Thing { name: np.entity().to_owned(), span: np.span, plural: np.plural }
    }
    pub(crate) fn named(name: &str, span: Span) -> Self {
        Thing { name: name.to_owned(), span, plural: false }
    }
    pub(crate) fn is_person(&self) -> bool {
        archetypes::is_person(&self.name)
    }
    pub(crate) fn head(&self) -> &str {
        self.name.rsplit('_').next().unwrap_or(&self.name)
    }
}

/// Something listed that may become a field, a child table or a relation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Item {
    /// snake_case, as a field.
    pub name: String,
    /// Singular snake_case nouns, as an entity.
    pub entity: String,
    pub span: Option<Span>,
    /// Said by a unit, a hint or "whether".
    pub kind: Option<FieldType>,
    pub file: bool,
    pub values: Vec<String>,
    pub required: Option<bool>,
    pub unique: bool,
    pub min: Option<i64>,
    pub max: Option<i64>,
    /// "at most 80 characters".
    pub limit: Option<Limit>,
    /// "price in euros".
    pub currency: Option<&'static str>,
    pub plural: bool,
    /// "many", "several", "one or more".
    pub many: bool,
    /// "one", "a single".
    pub one: bool,
    pub article: bool,
    /// Listed under this one: "items with quantity and price".
    pub items: Vec<Item>,
    /// "list of".
    pub listed: bool,
    /// "the parts used": those of a kind that are taken, among others.
    pub taken: bool,
}

impl Item {
    /// Whether the name or a hint says that this is a value.
    pub(crate) fn known(&self) -> bool {
        self.kind.is_some()
            || !self.values.is_empty()
            || crate::lexicon::fields::guess(&crate::lemma::singular(&self.name)).is_some()
            || crate::lexicon::fields::guess(&self.name).is_some()
    }
}

/// The least and the most that a value may be, or how many letters it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limit {
    pub min: Option<i64>,
    pub max: Option<i64>,
    /// Of the letters of a text.
    pub letters: bool,
    /// Beyond it, not on it: "more than 3".
    pub strict: bool,
}

/// Whom a permission speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Role(String),
    Public,
    Owner,
    /// "I", "we", "users".
    User,
    /// "everyone": all who use it, and no strangers.
    Everyone,
}

#[derive(Clone, Debug)]
pub(crate) enum Fact {
    /// A noun in a place where records are named.
    Mention(Thing),
    /// Another reader takes it for a record.
    Read(Thing),
    /// The phrase names the application.
    App(Thing),
    Has {
        owner: Thing,
        item: Item,
    },
    Values {
        owner: Option<Thing>,
        field: String,
        values: Vec<String>,
    },
    Belongs {
        child: Thing,
        parent: Thing,
    },
    ManyToMany {
        a: Thing,
        b: Thing,
    },
    Many {
        parent: Thing,
        child: Thing,
    },
    /// One may belong to another of its kind, which is then its `role`: the manager of an employee.
    Itself {
        thing: Thing,
        role: String,
    },
    /// Somebody does something with a record.
    Op {
        actor: Who,
        actor_thing: Option<Thing>,
        class: Class,
        base: &'static str,
        object: Thing,
        only: bool,
        own: bool,
        permission: bool,
    },
    Role(String),
    /// Somebody is shown, or may set, what the phrases that start at these tokens name.
    Shown {
        who: Vec<Who>,
        only: bool,
        denied: bool,
        write: bool,
        things: Vec<usize>,
    },
    Integration {
        category: &'static str,
        provider: Option<&'static str>,
        asked: bool,
    },
    /// A service that is named as people name what they only tell of. In doubt where it is as likely as not that it is wanted.
    Spoken {
        category: &'static str,
        doubted: bool,
    },
    Required {
        owner: Option<Thing>,
        field: String,
        required: bool,
    },
    Unique {
        owner: Option<Thing>,
        field: String,
    },
    /// How long or how great.
    Limited {
        owner: Option<Thing>,
        field: String,
        limit: Limit,
    },
    /// "no X".
    Denied(Thing),
    /// "forget X" after it was spoken of; without a name, all that stands within the span.
    TakenBack(Option<Thing>),
    /// "no login", "without an account".
    NoLogin,
    Private,
    /// Who reads it is to be told; the health of people, where no record is named.
    Watched(Option<Thing>),
    /// The whole is compared with this product.
    Like(String),
    /// The word stands for that thing: the card of a plant.
    Means {
        word: Thing,
        thing: String,
    },
}

impl Fact {
    /// Whoever comes may do it.
    pub(crate) fn open(class: Class, base: &'static str, object: Thing) -> Self {
        let (only, own) = (false, false);
        Fact::Op { actor: Who::Public, actor_thing: None, class, base, object, only, own, permission: true }
    }
}

/// A fact with its grounds.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    pub fact: Fact,
    pub span: Span,
    pub weight: f64,
    pub rule: &'static str,
}
