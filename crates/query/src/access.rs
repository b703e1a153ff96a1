//! Who asks, and which rows they may reach. The one place where a rule of the blueprint is turned into a [`Scope`].

use std::sync::Arc;

use blueprint::{Blueprint, Entity, Expr, Literal, Rule, Target};

use crate::Reason;
use crate::key::Key;
use crate::scope::{OwnerId, Scope};

/// Who asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Actor {
    /// Nobody who said who they are.
    Stranger,
    /// A user with a valid token. Shared, because he comes with every request and stays the same.
    User(Arc<User>),
}

/// A user as the database knows him now, not as his token remembers him.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// The local id, a UUID.
    pub id: String,
    /// Whose tokens he carries; `own` for accounts of this server.
    pub iss: String,
    /// The issuer's name for him.
    pub sub: String,
    /// His address, if known. Never an identity.
    pub email: Option<String>,
    /// His roles, from the database.
    pub roles: Vec<String>,
    /// What conditions look at of him.
    pub fields: Fields,
    /// The session that the token belongs to, if this server issued it.
    pub session: Option<String>,
    /// The API key that he sent instead of a token: it does less than he may.
    pub key: Option<Arc<Key>>,
}

/// What conditions look at of a user.
#[derive(Debug, Clone, PartialEq)]
pub enum Fields {
    /// By the places of [`Blueprint::user_fields`]; null for the rest, and beyond the end.
    Known(Arc<[Literal]>),
    /// He stands for everybody with his roles, and conditions keep what they look at of him. Not for one who asks: a test of
    /// what is left so is true of no row, nor is its opposite.
    Open,
}

impl Default for Fields {
    fn default() -> Fields {
        Fields::Known(Arc::default())
    }
}

/// What is done with an entity, as far as access is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// One row or a list.
    Read,
    /// A new row.
    Create,
    /// PATCH and PUT.
    Update,
    /// DELETE.
    Delete,
    /// The action at this place in [`Entity::actions`].
    Act(usize),
}

impl Verb {
    /// Whether it is for rows that are there already and does something to them.
    fn changes(self) -> bool {
        !matches!(self, Verb::Read | Verb::Create)
    }
}

/// What a caller may reach for one verb on one entity: which rows he can see, and which of them the verb may touch.
///
/// The fields are private: [`decide`] and, for code that says why, [`unscoped`] are the only doors. What goes with a user
/// who is deleted is no caller's choice, and has one of its own within this crate.
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    actor: Actor,
    read: Scope,
    reach: Scope,
    right: Right,
    now: Option<Moment>,
}

/// The time of a request. Held in place, because every request has one and few rules look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment([u8; 27]);

/// By what right rows are reached.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Right {
    /// By the rules of the blueprint.
    Rules,
    /// By this reason, which the audit keeps. New rows belong to this user.
    Reason(Reason, Option<String>),
}

/// Why a caller gets nothing at all, whatever the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// A stranger; signing in might help.
    SignIn,
    /// The path names another user than the token.
    ForeignPath,
    /// The API key is not for this.
    Key,
}

/// Decides what `actor` may reach. `path_user` is the user id in the path, where the blueprint puts one there; it
/// narrows every scope to that user's rows, even for a role that may see more.
///
/// # Errors
/// [`Denied`] when no row could make a difference.
pub fn decide(entity: &Entity, verb: Verb, actor: Actor, path_user: Option<&str>) -> Result<Access, Denied> {
    own_path(&actor, path_user)?;
    let narrow = |scope| if path_user.is_some() && entity.owned { narrow_to_own(scope, &actor) } else { scope };
    let read = narrow(reached(entity, Verb::Read, &actor));
    let reach = narrow(reached(entity, verb, &actor));
    if actor == Actor::Stranger && reach == Scope::Nothing {
        return Err(Denied::SignIn);
    }
    // What is changed must be seen; the check of the blueprint sees to that, and where it does not see far enough, this does.
    let reach = if verb.changes() && !read.covers(&reach) { reach.and(read.clone()) } else { reach };
    Ok(Access { actor, read, reach, right: Right::Rules, now: None })
}

/// Every row and every field that is ever shown, whatever the rules say: for code that says why it reaches past those of its
/// caller, and never for what a caller asks by himself. New rows belong to `owner`.
pub fn unscoped(actor: Actor, owner: Option<String>, why: Reason) -> Access {
    Access { actor, read: Scope::Everything, reach: Scope::Everything, right: Right::Reason(why, owner), now: None }
}

/// Whether a path is the caller's own, where it names a user.
///
/// # Errors
/// [`Denied`] to strangers, and to those whom the path does not name.
pub fn own_path(actor: &Actor, path_user: Option<&str>) -> Result<(), Denied> {
    match (path_user, actor) {
        (None, _) => Ok(()),
        (Some(_), Actor::Stranger) => Err(Denied::SignIn),
        (Some(named), Actor::User(user)) if named != user.id && named != user.sub => Err(Denied::ForeignPath),
        (Some(_), Actor::User(_)) => Ok(()),
    }
}

impl Access {
    /// To what goes with a user who is deleted, which the blueprint says and not the rules for who deletes him.
    pub(crate) fn to_what_leaves(by: Arc<User>) -> Access {
        let actor = Actor::User(by);
        Access { actor, read: Scope::Everything, reach: Scope::Everything, right: Right::Rules, now: None }
    }

    /// Who asks.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The user who asks, if he is signed in.
    pub fn user(&self) -> Option<&User> {
        match &self.actor {
            Actor::Stranger => None,
            Actor::User(user) => Some(user),
        }
    }

    /// Why the rules do not hold here; `None` where they do.
    pub fn reason(&self) -> Option<&Reason> {
        match &self.right {
            Right::Rules => None,
            Right::Reason(why, _) => Some(why),
        }
    }

    /// The user to whom new rows belong, if there is one.
    pub fn owner(&self) -> Option<&str> {
        match &self.right {
            Right::Rules => self.user().map(|user| user.id.as_str()),
            Right::Reason(_, owner) => owner.as_deref(),
        }
    }

    /// The rows that a rule gives to this caller.
    pub fn grants(&self, rule: &Rule) -> Scope {
        match (&self.right, rule) {
            (Right::Rules, _) => self.timed(scope(rule, &self.actor)),
            // What nobody is to see is not shown by way of code either.
            (Right::Reason(..), Rule::Nobody) => Scope::Nothing,
            (Right::Reason(..), _) => Scope::Everything,
        }
    }

    /// The rows that the caller can see.
    pub fn read(&self) -> &Scope {
        &self.read
    }

    /// The rows that the verb may touch.
    pub fn reach(&self) -> &Scope {
        &self.reach
    }

    /// The rows that a change is known to leave within reach: a condition may no longer hold after it.
    pub(crate) fn lasting(&self) -> &Scope {
        static EVERYTHING: Scope = Scope::Everything;
        if let Scope::Where(_) = self.reach { &EVERYTHING } else { &self.reach }
    }

    /// The same at one time, `2026-11-21T03:37:18.123456Z`. Until then no rule knows what `now` is.
    #[must_use]
    pub(crate) fn at(self, now: &str) -> Access {
        let moment = now.as_bytes().try_into().ok().map(Moment);
        Access { read: self.read.at(now), reach: self.reach.at(now), now: moment, ..self }
    }

    /// Whether a change may take its row out of sight, so that what is answered of it must be asked anew.
    pub(crate) fn may_lose(&self) -> bool {
        matches!(self.reach, Scope::Where(_))
    }

    fn timed(&self, scope: Scope) -> Scope {
        match (&self.now, &scope) {
            (Some(Moment(now)), Scope::Where(_)) => scope.at(std::str::from_utf8(now).unwrap_or_default()),
            _ => scope,
        }
    }

    /// The same for fewer of the rows that the verb may touch.
    #[must_use]
    pub(crate) fn reaching_only(self, rows: Scope) -> Access {
        Access { reach: self.reach.and(rows), ..self }
    }

    /// What the caller may, as one text: as long as it is the same, what he was once shown may be shown to him again. To be
    /// asked before there is a plan: that knows the time and what is written, which are others when the same comes again.
    pub fn rights(&self) -> String {
        format!("{:?} {:?} {}", self.read, self.reach, roles(&self.actor))
    }

    /// The rows of another entity that this caller can see: what a reference that he writes may lead to.
    pub fn sees(&self, blueprint: &Blueprint, entity: &Entity) -> Scope {
        if self.reason().is_some() {
            return Scope::Everything;
        }
        let seen = self.timed(reached(entity, Verb::Read, &self.actor));
        if blueprint.api.user_path && entity.owned { narrow_to_own(seen, &self.actor) } else { seen }
    }

    /// The same of whatever a reference leads to.
    pub(crate) fn sees_target(&self, blueprint: &Blueprint, target: Target) -> Scope {
        match target {
            Target::Entity(index) => self.sees(blueprint, blueprint.entity(index)),
            Target::User => self.sees_users(),
        }
    }

    /// The users that a reference of this caller may lead to: himself, and for a caller with a role, who works for
    /// others, everybody.
    pub fn sees_users(&self) -> Scope {
        let alone =
            |user: &User| user.roles.is_empty() || user.key.as_ref().is_some_and(|key| !key.allowed.allows_users());
        match &self.actor {
            _ if self.reason().is_some() => Scope::Everything,
            Actor::Stranger => Scope::Nothing,
            Actor::User(user) if alone(user) => Scope::OwnedBy(OwnerId::User(user.id.clone())),
            Actor::User(_) => Scope::Everything,
        }
    }
}

/// What the operator says of a caller, his roles and fields, as one text.
pub fn roles(actor: &Actor) -> String {
    let Actor::User(user) = actor else { return "[]".to_owned() };
    let mut roles: Vec<&str> = user.roles.iter().map(String::as_str).collect();
    roles.sort_unstable();
    // Rules of fields look at these too, and a kept answer shows what they let him see.
    match &user.fields {
        Fields::Known(fields) if fields.is_empty() => format!("{roles:?}"),
        fields => format!("{roles:?} {fields:?}"),
    }
}

/// The rule that governs a verb.
pub fn rule(entity: &Entity, verb: Verb) -> &Rule {
    match verb {
        Verb::Read => &entity.access.read,
        Verb::Create => &entity.access.create,
        Verb::Update => &entity.access.update,
        Verb::Delete => &entity.access.delete,
        Verb::Act(place) => entity.actions.get(place).map_or(&Rule::Nobody, |action| &action.access),
    }
}

/// The rows that an actor reaches by the rule of a verb. Whoever comes with a key reaches none where the key is not for it.
fn reached(entity: &Entity, verb: Verb, actor: &Actor) -> Scope {
    match actor {
        Actor::User(user) if user.key.as_ref().is_some_and(|key| !key.allowed.allows(entity, verb)) => Scope::Nothing,
        actor => scope(rule(entity, verb), actor),
    }
}

/// The rows that a rule gives to an actor.
pub fn scope(rule: &Rule, actor: &Actor) -> Scope {
    match (rule, actor) {
        (Rule::Nobody, _) => Scope::Nothing,
        (Rule::Anyone, _) => Scope::Everything,
        (Rule::SignedIn, Actor::User(_)) => Scope::Everything,
        (Rule::Owner, Actor::User(user)) => Scope::OwnedBy(OwnerId::User(user.id.clone())),
        (Rule::Role(role), Actor::User(user)) if user.roles.contains(role) => Scope::Everything,
        (Rule::When(who, condition), actor) => match scope(who, actor) {
            Scope::Nothing => Scope::Nothing,
            rows => rows.and(Scope::of(of_caller(&condition.expr, actor))),
        },
        (Rule::AnyOf(rules), _) => rules.iter().map(|rule| scope(rule, actor)).fold(Scope::Nothing, Scope::or),
        (Rule::SignedIn | Rule::Owner | Rule::Role(_), _) => Scope::Nothing,
    }
}

/// A condition as it is for a caller.
pub(crate) fn of_caller(expr: &Expr, actor: &Actor) -> Expr {
    match actor {
        Actor::Stranger => expr.of_caller(None, &[], &[]),
        Actor::User(user) => match &user.fields {
            Fields::Known(fields) => expr.of_caller(Some(&user.id), &user.roles, fields),
            Fields::Open => expr.of_kind(&user.id, &user.roles),
        },
    }
}

fn narrow_to_own(scope: Scope, actor: &Actor) -> Scope {
    match (scope, actor) {
        (scope @ (Scope::Nothing | Scope::OwnedBy(_)), _) => scope,
        (scope, Actor::User(user)) => scope.and(Scope::OwnedBy(OwnerId::User(user.id.clone()))),
        (_, Actor::Stranger) => Scope::Nothing,
    }
}
