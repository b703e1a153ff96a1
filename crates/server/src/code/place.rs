//! A path of routes in code: what its segments name, and what the blueprint would do there.

use blueprint::{Blueprint, EntityIndex, IdKind};
use http::Method;
use query::{RecordId, Verb};

use super::taken::sample_id;
use super::{CodeRoute, Takes};
use crate::route::{self, Addressed, Operation, Route};
use crate::visit::Named;

/// A path with its methods.
pub(super) struct Place {
    pub path: String,
    pub segments: Vec<Segment>,
    pub routes: Vec<(Method, Known)>,
}

/// What a `{name}` of a path stands for.
pub(super) enum Segment {
    User,
    Row(EntityIndex, IdKind),
    Free,
}

/// What is known of a route at start.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// Its place among the routes in code.
    pub route: usize,
    pub entity: Option<EntityIndex>,
    /// What the blueprint says is done here, if it knows the route too.
    pub verb: Option<Verb>,
    /// The action that it is the code of.
    pub calls: Option<(EntityIndex, usize)>,
    pub takes: Takes,
    pub anonymous: bool,
}

/// A request's route, with what its path names.
pub(crate) struct Found {
    pub(super) known: Known,
    pub(super) path_user: Option<String>,
    pub(super) named: Vec<Named>,
}

impl Found {
    /// The row of the route's own entity that the path names, if that is what it is about.
    pub(super) fn row(&self) -> Option<&Named> {
        self.named.last().filter(|named| Some(named.entity) == self.known.entity)
    }
}

impl Place {
    /// The place of these routes.
    pub fn new(blueprint: &Blueprint, path: &str, routes: &[(usize, &CodeRoute)]) -> Place {
        let entity = |route: &CodeRoute| route.entity.as_deref().and_then(|name| index(blueprint, name));
        let of_path = routes.iter().find_map(|(_, route)| entity(route));
        let sample = sample(blueprint, path, of_path);
        let known = routes.iter().map(|(number, route)| {
            let operation = operation(blueprint, &route.method, &sample);
            let known = Known {
                route: *number,
                entity: operation.as_ref().map(|operation| operation.entity).or_else(|| entity(route)),
                calls: operation.as_ref().and_then(called),
                verb: operation.map(|operation| operation.verb),
                takes: route.takes,
                anonymous: route.anonymous,
            };
            (route.method.clone(), known)
        });
        let segments = segments(blueprint, path, of_path).filter_map(|(_, segment)| segment).collect();
        Place { path: path.to_owned(), routes: known.collect(), segments }
    }

    /// What the segments of a path name, in the order of the path; `None` if one of them can name nothing.
    pub fn read(&self, known: Known, texts: &[&str]) -> Option<Found> {
        let mut found = Found { known, path_user: None, named: Vec::new() };
        for (segment, text) in self.segments.iter().zip(texts) {
            match segment {
                Segment::User => found.path_user = Some(route::decode(text)?),
                Segment::Row(entity, kind) => {
                    found.named.push(Named { entity: *entity, id: RecordId::parse(text, *kind)? });
                }
                Segment::Free => {}
            }
        }
        Some(found)
    }
}

/// What the blueprint does at a path with one row or one list.
pub(super) fn operation(blueprint: &Blueprint, method: &Method, path: &str) -> Option<Route> {
    match route::find(blueprint, method, path) {
        Ok(Addressed::Rows(route)) => Some(route),
        Ok(Addressed::Batch(_)) | Err(_) => None,
    }
}

/// The action that a route of the blueprint leaves to code.
fn called(route: &Route) -> Option<(EntityIndex, usize)> {
    match route.operation {
        Operation::Call(_, action) => Some((route.entity, action)),
        _ => None,
    }
}

/// The action that a route is the code of.
pub(crate) fn calls(blueprint: &Blueprint, route: &CodeRoute) -> Option<(EntityIndex, usize)> {
    let of_path = route.entity.as_deref().and_then(|name| index(blueprint, name));
    operation(blueprint, &route.method, &sample(blueprint, &route.path, of_path)).as_ref().and_then(called)
}

/// The entity of which a `{name}` in a path names a row; `None` if it names none.
pub fn row_named(blueprint: &Blueprint, path: &str, name: &str, entity: Option<&str>) -> Option<EntityIndex> {
    let of_path = entity.and_then(|name| index(blueprint, name));
    let mut segments = segments(blueprint, path, of_path);
    let found = segments.find(|(text, _)| name_of(text) == Some(name));
    match found?.1? {
        Segment::Row(entity, _) => Some(entity),
        Segment::User | Segment::Free => None,
    }
}

/// The segments of a path, each with what it stands for where it has a name. `{prospect_id}` is a row of `prospect`; `{id}`
/// one of the entity whose collection stands before it, else of that to which the path belongs.
fn segments<'p>(
    blueprint: &'p Blueprint,
    path: &'p str,
    of_path: Option<EntityIndex>,
) -> impl Iterator<Item = (&'p str, Option<Segment>)> {
    let mut before = None;
    path.split('/').map(move |text| {
        let collection = before.replace(text);
        let Some(name) = name_of(text) else { return (text, None) };
        let listed = || blueprint.entities.iter().position(|entity| Some(entity.path.as_str()) == collection);
        let entity = match name {
            "user_id" if blueprint.api.user_path => return (text, Some(Segment::User)),
            "id" => listed().map(EntityIndex).or(of_path),
            _ => name.strip_suffix("_id").and_then(|name| index(blueprint, name)),
        };
        let segment = entity.map_or(Segment::Free, |entity| Segment::Row(entity, blueprint.entity(entity).id));
        (text, Some(segment))
    })
}

/// A path that this template matches, for asking the blueprint what it would do there.
fn sample(blueprint: &Blueprint, template: &str, of_path: Option<EntityIndex>) -> String {
    let segments = segments(blueprint, template, of_path).map(|(text, segment)| match segment {
        None => text,
        Some(Segment::Row(_, kind)) => sample_id(kind),
        Some(Segment::User | Segment::Free) => "1",
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The name that a segment is, if it is one.
pub(super) fn name_of(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// The entity of this name.
pub(super) fn index(blueprint: &Blueprint, name: &str) -> Option<EntityIndex> {
    blueprint.entities.iter().position(|entity| entity.name == name).map(EntityIndex)
}
