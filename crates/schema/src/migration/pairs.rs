//! What is the same in two blueprints, told by names.
//!
//! The present name first: where both have it, a former name has done its work. Else the first of the former names that there is.

use blueprint::{Blueprint, Entity, Field, Link, Target};

/// Something with a name and former ones.
pub(super) trait Called {
    fn name(&self) -> &str;
    fn former(&self) -> &[String];
}

macro_rules! called {
    ($($thing:ty),*) => {$(
        impl Called for $thing {
            fn name(&self) -> &str {
                &self.name
            }
            fn former(&self) -> &[String] {
                &self.renamed_from
            }
        }
    )*};
}
called!(Entity, Field, Link);

/// Things of two lists.
pub(super) struct Matched<'b, T> {
    pub both: Vec<(&'b T, &'b T)>,
    pub gone: Vec<&'b T>,
    pub new: Vec<&'b T>,
}

/// An entity of both blueprints.
pub(super) struct Pair<'b> {
    pub before: &'b Entity,
    pub after: &'b Entity,
    pub fields: Matched<'b, Field>,
    pub links: Matched<'b, Link>,
}

/// All of two blueprints.
pub(super) struct Pairs<'b> {
    pub before: &'b Blueprint,
    pub after: &'b Blueprint,
    pub entities: Vec<Pair<'b>>,
    pub gone: Vec<&'b Entity>,
    pub new: Vec<&'b Entity>,
    pub users: Matched<'b, Field>,
}

impl<'b> Pairs<'b> {
    pub fn of(before: &'b Blueprint, after: &'b Blueprint) -> Pairs<'b> {
        // Whose ids are others has none of the rows of before.
        let entities = matched(&before.entities, &after.entities, |before, after| before.id == after.id);
        let same = |from: Target, to: Target| match (from, to) {
            (Target::User, Target::User) => true,
            (Target::Entity(from), Target::Entity(to)) => {
                let (from, to) = (&before.entity(from).name, &after.entity(to).name);
                entities.both.iter().any(|(before, after)| before.name == *from && after.name == *to)
            }
            _ => false,
        };
        let pair = |(one, other): &(&'b Entity, &'b Entity)| Pair {
            before: one,
            after: other,
            fields: matched(&one.fields, &other.fields, |_, _| true),
            links: matched(&one.links, &other.links, |before, after| same(before.to, after.to)),
        };
        Pairs {
            before,
            after,
            entities: entities.both.iter().map(pair).collect(),
            users: matched(&before.user_fields, &after.user_fields, |_, _| true),
            gone: entities.gone,
            new: entities.new,
        }
    }

    /// Whether two references lead to the same rows.
    pub fn same_target(&self, from: Target, to: Target) -> bool {
        match (from, to) {
            (Target::User, Target::User) => true,
            (Target::Entity(from), Target::Entity(to)) => {
                let (from, to) = (self.before.entity(from), self.after.entity(to));
                self.entities.iter().any(|pair| pair.before.name == from.name && pair.after.name == to.name)
            }
            _ => false,
        }
    }
}

fn matched<'b, T: Called>(before: &'b [T], after: &'b [T], fits: impl Fn(&T, &T) -> bool) -> Matched<'b, T> {
    let find = |name: &str| before.iter().find(|one| one.name() == name);
    let (mut both, mut new): (Vec<(&T, &T)>, Vec<&T>) = (Vec::new(), Vec::new());
    for one in after {
        let found = find(one.name()).or_else(|| one.former().iter().find_map(|name| find(name)));
        match found.filter(|found| fits(found, one)) {
            Some(found) => both.push((found, one)),
            None => new.push(one),
        }
    }
    let gone = before.iter().filter(|one| !both.iter().any(|(known, _)| known.name() == one.name())).collect();
    Matched { both, gone, new }
}
