//! Which routes are code, by path: checked at start, found for each request. What is there neither in code nor by the blueprint
//! is 404, and 405 where the path is there.

use blueprint::{Blueprint, EntityIndex};
use http::Method;

use super::place::{Place, Segment, index, name_of, operation};
use super::{Answer, Code, CodeRoute, Found, taken};
use crate::StartError;
use crate::error::ApiError;
use crate::fixed::Fixed;
use crate::route::{self, method_not_allowed};

/// Folders of what every app has, or will.
const BESIDE: [&str; 4] = ["/auth/", "/docs/", "/_/", "/.well-known/"];

/// The routes in code, by path.
#[derive(Default)]
pub(crate) struct CodeMap {
    entities: Vec<EntityIndex>,
    places: matchit::Router<Place>,
    any: bool,
    pub(super) answer: Option<Answer>,
}

impl CodeMap {
    /// Checks the routes and makes them findable. What answers them is taken out of the code.
    ///
    /// # Errors
    /// Everything that does not go with the blueprint or with other routes.
    pub fn new(blueprint: &Blueprint, code: &mut Code) -> Result<CodeMap, StartError> {
        let mut problems = Vec::new();
        let mut map = CodeMap { any: !code.routes.is_empty(), answer: code.answer.take(), ..CodeMap::default() };
        for name in &code.entities {
            match index(blueprint, name) {
                Some(entity) => map.entities.push(entity),
                None => problems.push(format!("the blueprint has no entity `{name}`, but there is code for it")),
            }
        }
        let mut paths: Vec<(&str, Vec<(usize, &CodeRoute)>)> = Vec::new();
        for (number, route) in code.routes.iter().enumerate() {
            match paths.iter_mut().find(|(path, _)| *path == route.path) {
                Some((_, routes)) if routes.iter().any(|(_, other)| other.method == route.method) => {
                    problems.push(format!("{} {} is there twice", route.method, route.path));
                }
                Some((_, routes)) => routes.push((number, route)),
                None => paths.push((&route.path, vec![(number, route)])),
            }
        }
        for (path, routes) in paths {
            if Fixed::find(path).is_some() || BESIDE.iter().any(|folder| path.starts_with(folder)) {
                problems.push(format!("{path} is kept for what every app has"));
            }
            if let Some(part) = path.split('/').find(|part| name_of(part).is_none() && part.contains(['{', '}'])) {
                problems.push(format!("{path}: `{part}` is a name and more; a name is a whole segment"));
            }
            if !path.starts_with('/') {
                problems.push(format!("{path}: a path begins with `/`"));
            }
            if let Some(part) = path.split('/').find(|part| part.starts_with([':', '*'])) {
                problems.push(format!("{path}: a name is written `{{{}}}`", part.trim_start_matches([':', '*'])));
            }
            let place = Place::new(blueprint, path, &routes);
            if let Err(error) = map.places.insert(path, place) {
                problems.push(format!("{path}: {error}"));
            }
        }
        problems.extend(taken::problems(&map, blueprint));
        if problems.is_empty() { Ok(map) } else { Err(StartError::Code(problems)) }
    }

    /// Whether there is any code.
    pub fn has_routes(&self) -> bool {
        self.any
    }

    /// The route of a request, if it is one in code.
    ///
    /// # Errors
    /// 404 and 405 where there is neither code nor a blueprint's operation that may answer.
    pub fn find(&self, blueprint: &Blueprint, method: &Method, path: &str) -> Result<Option<Found>, ApiError> {
        if !self.any {
            return Ok(None);
        }
        let wanted = if method == Method::HEAD { &Method::GET } else { method };
        if let Ok(place) = self.places.at(path)
            && let Some((_, known)) = place.value.routes.iter().find(|(method, _)| method == wanted)
        {
            let texts: Vec<&str> = place.params.iter().map(|(_, text)| text).collect();
            return place.value.read(*known, &texts).map(Some).ok_or_else(ApiError::not_found);
        }
        let place = self.place(path);
        let by_blueprint = self.methods_of_blueprint(blueprint, path);
        match by_blueprint {
            Some(methods) if place.is_none() || methods.split(", ").any(|known| known == method) => Ok(None),
            // The blueprint's own answer to a path that it does not know is the same.
            _ => match self.methods(blueprint, path) {
                Some(allow) => Err(method_not_allowed(&allow)),
                None => Err(ApiError::not_found()),
            },
        }
    }

    /// The methods of a path, in code or not, as `Allow` lists them; `None` if there is no such path.
    pub fn methods(&self, blueprint: &Blueprint, path: &str) -> Option<String> {
        let by_blueprint = self.methods_of_blueprint(blueprint, path);
        let Some(place) = self.place(path) else {
            return by_blueprint.map(str::to_owned);
        };
        let in_code: Vec<&str> = place.value.routes.iter().map(|(method, _)| method.as_str()).collect();
        let is_there = |method: &&str| match *method {
            "HEAD" => in_code.contains(&"GET"),
            method => in_code.contains(&method) || method == "OPTIONS",
        };
        let by_blueprint: Vec<&str> = by_blueprint.unwrap_or_default().split(", ").collect();
        let all = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"];
        let there = all.into_iter().filter(|method| is_there(method) || by_blueprint.contains(method));
        Some(there.collect::<Vec<_>>().join(", "))
    }

    /// The methods of a path that the blueprint would answer itself were it not for code, each with the code's path.
    pub(super) fn taken_over(&self, blueprint: &Blueprint, path: &str) -> Vec<(&Method, &str)> {
        let (Some(place), Some(methods)) = (self.place(path), self.methods_of_blueprint(blueprint, path)) else {
            return Vec::new();
        };
        let place = place.value;
        let taken = place.routes.iter().filter(|(method, _)| methods.split(", ").any(|known| known == method));
        taken.map(|(method, _)| (method, place.path.as_str())).collect()
    }

    /// A path in code. One whose user id can be nobody's is no path at all.
    fn place<'p>(&self, path: &'p str) -> Option<matchit::Match<'_, 'p, &Place>> {
        let place = self.places.at(path).ok()?;
        let users = place.value.segments.iter().zip(place.params.iter());
        let mut users = users.filter(|(segment, _)| matches!(segment, Segment::User));
        users.all(|(_, (_, text))| route::decode(text).is_some()).then_some(place)
    }

    /// The methods that the blueprint gives to a path, unless an entity that it is about is code's alone: that whose path it
    /// begins with, and that whose rows are listed there.
    fn methods_of_blueprint(&self, blueprint: &Blueprint, path: &str) -> Option<&'static str> {
        let beginning = route::entity(blueprint, path)?;
        let listed = operation(blueprint, &Method::GET, path).map_or(beginning, |route| route.entity);
        let is_code = [beginning, listed].iter().any(|entity| self.entities.contains(entity));
        if is_code { None } else { route::methods(blueprint, path) }
    }
}
