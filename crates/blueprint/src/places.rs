//! Where things stand in the file: the document as JSON, and beside it the span of every key and value.
//!
//! A place that is asked for but not in the file (a default, a missing word) is that of the nearest ancestor that is.

use std::ops::Range;

use indexmap::IndexMap;
use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::Place;

/// Tables and lists in one another; the deepest blueprint that means anything has a JSON default 32 deep.
const MAX_DEPTH: usize = 48;
/// Names are at most 63 bytes; keys of a JSON default may be longer, but not without end.
const MAX_KEY_BYTES: usize = 256;

/// A JSON pointer (RFC 6901) into the blueprint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pointer(String);

impl Pointer {
    /// `app`, `api` and so on, from the top of the document.
    pub fn root(word: &str) -> Pointer {
        Pointer::default().child(word)
    }

    pub fn child(&self, key: &str) -> Pointer {
        Pointer(format!("{}{}", self.0, pointer(key)))
    }

    pub fn item(&self, index: usize) -> Pointer {
        Pointer(format!("{}/{index}", self.0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn keys(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~"))
    }
}

/// A key of an object as a JSON pointer (RFC 6901 §3): `/` and `~` in it are escaped.
pub fn pointer(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Something that JSON, or good sense, cannot hold.
pub(crate) struct Unfit {
    pub span: Range<usize>,
    pub message: String,
    pub hint: &'static str,
}

/// Where every key and value stands.
pub(crate) struct Places<'t> {
    source: &'t str,
    line_starts: Vec<usize>,
    root: Node,
}

#[derive(Default)]
struct Node {
    key: Range<usize>,
    value: Range<usize>,
    children: IndexMap<String, Node>,
}

impl<'t> Places<'t> {
    /// The document as JSON, its places, and what could not be taken over.
    pub fn new(source: &'t str, table: &DeTable<'_>) -> (Value, Places<'t>, Vec<Unfit>) {
        let mut unfit = Vec::new();
        let mut root = Node::default();
        let document = read_table(table, &mut root, 0, &mut unfit);
        (Value::Object(document), Places { root, ..Places::empty(source) }, unfit)
    }

    /// The places of a document of which nothing is known but its lines.
    pub fn empty(source: &'t str) -> Places<'t> {
        let line_starts = std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Places { source, line_starts, root: Node::default() }
    }

    /// Whether the file says anything there, right or wrong.
    pub fn has(&self, pointer: &Pointer) -> bool {
        self.find(pointer).1
    }

    /// The words that the file says below a place, right or wrong.
    pub fn words(&self, pointer: &Pointer) -> impl Iterator<Item = &str> {
        let (node, exact) = self.find(pointer);
        node.children.keys().map(String::as_str).filter(move |_| exact)
    }

    /// The word itself: `required` of `required = true`.
    pub fn key(&self, pointer: &Pointer) -> Place {
        self.place(self.find(pointer).0.key.clone())
    }

    /// What is said: `true` of `required = true`.
    pub fn value(&self, pointer: &Pointer) -> Place {
        let (node, exact) = self.find(pointer);
        self.place(if exact { node.value.clone() } else { node.key.clone() })
    }

    /// The text of a value, as written.
    pub fn text(&self, pointer: &Pointer) -> Option<&'t str> {
        match self.find(pointer) {
            (node, true) => self.source.get(node.value.clone()),
            _ => None,
        }
    }

    /// The nearest node that is there, and whether it is the very one.
    fn find(&self, pointer: &Pointer) -> (&Node, bool) {
        let mut node = &self.root;
        for key in pointer.keys() {
            match node.children.get(&key) {
                Some(child) => node = child,
                None => return (node, false),
            }
        }
        (node, true)
    }

    /// A byte range with its line and column; a range that does not fit the text is moved to where it does.
    pub fn place(&self, span: Range<usize>) -> Place {
        let start = self.source.floor_char_boundary(span.start);
        let end = self.source.ceil_char_boundary(span.end).max(start);
        let line = self.line_starts.partition_point(|at| *at <= start);
        let line_start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.source.get(line_start..start).map_or(0, |before| before.chars().count()) + 1;
        Place { span: start..end, line, column }
    }
}

fn read_table(table: &DeTable<'_>, node: &mut Node, depth: usize, unfit: &mut Vec<Unfit>) -> Map<String, Value> {
    let mut object = Map::new();
    for (key, value) in table {
        if key.get_ref().len() > MAX_KEY_BYTES {
            unfit.push(Unfit {
                span: key.span(),
                message: format!("a word is longer than {MAX_KEY_BYTES} bytes"),
                hint: "choose a shorter one",
            });
            continue;
        }
        let mut child = Node { key: key.span(), value: value.span(), children: IndexMap::new() };
        if let Some(json) = read_value(value, &mut child, depth + 1, unfit) {
            object.insert(key.get_ref().to_string(), json);
        }
        node.children.insert(key.get_ref().to_string(), child);
    }
    object
}

fn read_value(value: &Spanned<DeValue<'_>>, node: &mut Node, depth: usize, unfit: &mut Vec<Unfit>) -> Option<Value> {
    let mut refuse = |message: &str, hint: &'static str| {
        unfit.push(Unfit { span: value.span(), message: message.to_owned(), hint });
        None
    };
    if depth > MAX_DEPTH {
        return refuse(&format!("this is nested deeper than {MAX_DEPTH}"), "make it flatter");
    }
    match value.get_ref() {
        DeValue::String(text) => Some(Value::String(text.to_string())),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(integer) => Some(Value::from(integer)),
            Err(_) => refuse("this integer does not fit 64 bits", "a decimal may be written as text: \"12.50\""),
        },
        DeValue::Float(float) => match float.as_str().parse().ok().and_then(serde_json::Number::from_f64) {
            Some(number) => Some(Value::Number(number)),
            None => refuse("this number is not finite", "leave a limit out where there is none"),
        },
        DeValue::Boolean(boolean) => Some(Value::Bool(*boolean)),
        // A date without quotes means what it means with them.
        DeValue::Datetime(datetime) => Some(Value::String(datetime.to_string())),
        DeValue::Array(items) => {
            let mut array = Vec::new();
            for (index, item) in items.iter().enumerate() {
                let mut child = Node { key: item.span(), value: item.span(), children: IndexMap::new() };
                array.extend(read_value(item, &mut child, depth + 1, unfit));
                node.children.insert(index.to_string(), child);
            }
            Some(Value::Array(array))
        }
        DeValue::Table(table) => Some(Value::Object(read_table(table, node, depth, unfit))),
    }
}
