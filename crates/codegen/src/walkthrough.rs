//! The README's walk-through: requests that work as they stand, for an entity of this very blueprint.
//!
//! Which caller and which entity is asked of the access rules; every value is one that its field takes.

use blueprint::{Blueprint, Entity, EntityIndex, Field, FieldKind, IdKind, SignUp, Target, TokenSource};
use query::access::Verb;
use query::{Attribute, Body, View};
use sample::{other_sample, sample};
use serde::Serialize;
use serde_json::{Value, json};

use crate::access::{Caller, Reach, callers, granted, reach};
use crate::{shell, words};

/// Long enough for the default of `PASSWORD_MIN_LENGTH`.
const PASSWORD: &str = "correct horse battery staple";
/// Fields of an example at most, where no more are demanded.
const FIELDS_SHOWN: usize = 4;
/// What reads the id and the token out of an answer without asking for another tool.
const READ_ID: &str = r#"sed -n 's/.*"id":"\{0,1\}\([^",}]*\).*/\1/p'"#;
const READ_TOKEN: &str = r#"sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p'"#;
const JSON: &str = "-H 'Content-Type: application/json'";

/// One thing to type.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Step {
    /// What it does.
    pub title: String,
    /// Lines for a POSIX shell.
    pub command: String,
}

/// Who walks, and through what.
struct Walk<'a> {
    blueprint: &'a Blueprint,
    caller: Caller,
    /// What has to be made before the entity, in order.
    parents: Vec<EntityIndex>,
    entity: &'a Entity,
}

/// The steps, from making an account to being refused as somebody else; none where no caller may make anything.
pub(crate) fn steps(blueprint: &Blueprint) -> Vec<Step> {
    choose(blueprint).map(|walk| walk.steps()).unwrap_or_default()
}

/// The first entity that an ordinary user can make, else the first that somebody with a role can.
fn choose(blueprint: &Blueprint) -> Option<Walk<'_>> {
    let signed_in = callers(blueprint).into_iter().filter(|caller| *caller != Caller::Stranger);
    for caller in signed_in {
        for (place, entity) in blueprint.entities.iter().enumerate() {
            let mut order = Vec::new();
            if makeable(blueprint, EntityIndex(place), &caller, &mut Vec::new(), &mut order) {
                order.retain(|index| *index != EntityIndex(place));
                return Some(Walk { blueprint, caller, parents: order, entity });
            }
        }
    }
    None
}

/// Whether the caller can make one, with all that it must refer to. `order` becomes what has to be made, parents first.
fn makeable(
    blueprint: &Blueprint,
    index: EntityIndex,
    caller: &Caller,
    above: &mut Vec<EntityIndex>,
    order: &mut Vec<EntityIndex>,
) -> bool {
    if order.contains(&index) {
        return true;
    }
    let entity = blueprint.entity(index);
    let may = |verb| reach(blueprint, entity, verb, caller).has_own();
    // The walkthrough does not link rows, so it shows none that must be linked.
    if entity.links.iter().any(|link| link.required) {
        return false;
    }
    if above.contains(&index) || !may(Verb::Create) || !may(Verb::Read) {
        return false;
    }
    above.push(index);
    let demanded = entity.fields.iter().filter(|field| Body::Create.demands(field));
    let fine = demanded.into_iter().all(|field| match field.kind {
        FieldKind::Reference { to: Target::User, .. } => true,
        FieldKind::Reference { to: Target::Entity(to), .. } => makeable(blueprint, to, caller, above, order),
        _ => sample(field).is_some(),
    });
    above.pop();
    if fine {
        order.push(index);
    }
    fine
}

impl Walk<'_> {
    fn steps(&self) -> Vec<Step> {
        let mut steps = self.accounts();
        if self.needs_me() {
            steps.push(step("Who you are, as the API calls you", self.who_am_i("ME", "TOKEN")));
        }
        let parents = self.parents.iter().map(|index| self.blueprint.entity(*index));
        steps.extend(
            parents.map(|parent| step(format!("Add {}, which is needed first", words::a(parent)), self.create(parent))),
        );
        steps.push(step(format!("Add {}", words::a(self.entity)), self.create(self.entity)));
        steps.push(step("List them, with a filter", self.list()));
        steps.extend(self.change().map(|command| step("Change one field", command)));
        steps.extend(self.refusal());
        steps
    }

    fn accounts(&self) -> Vec<Step> {
        let auth = &self.blueprint.auth;
        // No comment behind it: at a prompt not every shell knows them.
        let address = "API=http://127.0.0.1:8000";
        if !auth.accept.contains(&TokenSource::Own) {
            let command = format!("{address}\nTOKEN='<a token that Better Auth issued>'");
            return vec![step("Accounts are Better Auth's: take a token of a user who signed in there", command)];
        }
        let mut make = format!("{address}\nPASSWORD={}\n{}", shell::quote(PASSWORD), self.account("ana@example.com"));
        if let Caller::Role(role) = &self.caller {
            make += &format!("\nsupermaker user role ana@example.com --add {}", shell::quote(role));
        }
        vec![step("Make an account", make), step("Log in", self.log_in("ana@example.com", "TOKEN"))]
    }

    fn account(&self, email: &str) -> String {
        if self.blueprint.auth.sign_up != SignUp::Open || self.blueprint.auth.verify_email {
            return format!("printf '%s' \"$PASSWORD\" | supermaker user add {email} --password-stdin");
        }
        let demanded = self.blueprint.user_fields.iter().filter(|field| Body::Create.demands(field));
        let extra = demanded.filter_map(|field| Some(format!(",{}:{}", json!(field.column), sample(field)?)));
        let password = shell::placeholder("PASSWORD");
        let body = format!(r#"{{"email":"{email}","password":"{password}"{}}}"#, extra.collect::<String>());
        format!(
            "curl -sS \"$API/auth/register\" {JSON} \\\n  -d {}",
            shell::quote_around(&body, &["PASSWORD".to_owned()])
        )
    }

    fn log_in(&self, email: &str, variable: &str) -> String {
        let body = format!(r#"{{"email":"{email}","password":"{}"}}"#, shell::placeholder("PASSWORD"));
        let body = shell::quote_around(&body, &["PASSWORD".to_owned()]);
        format!("{variable}=$(curl -sS \"$API/auth/login\" {JSON} \\\n  -d {body} |\n  {READ_TOKEN})")
    }

    fn who_am_i(&self, variable: &str, token: &str) -> String {
        format!("{variable}=$(curl -sS \"$API/auth/me\" {} | {READ_ID})", bearer(token))
    }

    fn needs_me(&self) -> bool {
        let made = self.parents.iter().map(|index| self.blueprint.entity(*index)).chain([self.entity]);
        let to_user = |field: &Field| matches!(field.kind, FieldKind::Reference { to: Target::User, .. });
        let mut fields = made.flat_map(|entity| &entity.fields);
        self.blueprint.api.user_path || fields.any(|field| Body::Create.demands(field) && to_user(field))
    }

    fn url(&self, entity: &Entity, me: &str) -> String {
        let user = if self.blueprint.api.user_path { format!("/${me}") } else { String::new() };
        format!("$API{}{user}/{}", self.blueprint.api.prefix, entity.path)
    }

    fn create(&self, entity: &Entity) -> String {
        let (body, variables) = self.body(entity);
        let body = shell::quote_around(&body, &variables);
        let id = id_variable(entity);
        let head = format!("{id}=$(curl -sS \"{}\" {} {JSON}", self.url(entity, "ME"), bearer("TOKEN"));
        format!("{head} \\\n  -d {body} |\n  tee /dev/stderr | {READ_ID})")
    }

    /// The body of a new record, and the shell variables that it names.
    fn body(&self, entity: &Entity) -> (String, Vec<String>) {
        let mut variables = Vec::new();
        let members = self.shown(entity).into_iter().filter_map(|field| {
            let value = match field.kind {
                FieldKind::Reference { to, id, .. } => {
                    let variable = self.reference(to);
                    let text = shell::placeholder(&variable);
                    variables.push(variable);
                    if id == IdKind::Uuid { format!("\"{text}\"") } else { text }
                }
                _ => sample(field)?.to_string(),
            };
            Some(format!("{}:{value}", json!(field.column)))
        });
        let members: Vec<String> = members.collect();
        (format!("{{{}}}", members.join(",")), variables)
    }

    fn reference(&self, to: Target) -> String {
        match to {
            Target::User => "ME".to_owned(),
            Target::Entity(index) => id_variable(self.blueprint.entity(index)),
        }
    }

    fn list(&self) -> String {
        format!("curl -sSg \"{}?{}\" {}", self.url(self.entity, "ME"), self.filter(), bearer("TOKEN"))
    }

    fn change(&self) -> Option<String> {
        if !reach(self.blueprint, self.entity, Verb::Update, &self.caller).has_own() {
            return None;
        }
        let (field, value) = self.changed()?;
        let body = shell::quote(&format!("{{{}:{value}}}", json!(field.column)));
        let condition = if self.blueprint.api.require_if_match { " -H 'If-Match: *'" } else { "" };
        let url = format!("{}/${}", self.url(self.entity, "ME"), id_variable(self.entity));
        Some(format!("curl -sS -X PATCH \"{url}\" {} {JSON}{condition} \\\n  -d {body}", bearer("TOKEN")))
    }

    /// The fields of an example: those that are demanded, then some that are not, of those that the caller may write.
    fn shown<'e>(&self, entity: &'e Entity) -> Vec<&'e Field> {
        let givable = |field: &&Field| {
            self.may(entity, Verb::Create, field, |view, place| view.may_give(Attribute::Field(place)))
        };
        let demanded = |field: &&Field| Body::Create.demands(field) && givable(field);
        let plain = |field: &&Field| {
            !field.hidden && Body::Create.writable(field) && !matches!(field.kind, FieldKind::Reference { .. })
        };
        let room = FIELDS_SHOWN.saturating_sub(entity.fields.iter().filter(demanded).count());
        let extra = entity.fields.iter().filter(|field| !demanded(field) && plain(field) && givable(field));
        let extra: Vec<&str> =
            extra.filter(|field| sample(field).is_some()).take(room).map(|field| field.name.as_str()).collect();
        entity.fields.iter().filter(|field| demanded(field) || extra.contains(&field.name.as_str())).collect()
    }

    /// A filter that finds the record of the example.
    fn filter(&self) -> String {
        let entity = self.entity;
        let reads = |view: &View, place: usize| view.find(&entity.fields[place].column).is_some();
        let filterable = |field: &&Field| self.may(entity, Verb::Read, field, reads);
        let fields: Vec<&Field> = self.shown(entity).into_iter().filter(filterable).collect();
        let few = |field: &&&Field| matches!(field.kind, FieldKind::Enum { .. } | FieldKind::Boolean);
        let texts =
            |field: &&&Field| matches!(field.kind, FieldKind::Text(_) | FieldKind::LongText(_) | FieldKind::Email);
        let chosen = fields.iter().find(few).or_else(|| fields.iter().find(texts));
        let of = |field: &Field| match sample(field)? {
            Value::String(text) if matches!(field.kind, FieldKind::Text(_) | FieldKind::LongText(_)) => {
                let start: String = text.chars().take_while(|letter| letter.is_alphanumeric()).collect();
                Some(format!("{}[starts_with]={}", field.column, percent_encoded(&start)))
            }
            Value::String(text) => Some(format!("{}={}", field.column, percent_encoded(&text))),
            value => Some(format!("{}={}", field.column, percent_encoded(&value.to_string()))),
        };
        chosen.and_then(|field| of(field)).unwrap_or_else(|| "created_at[gte]=2026-01-01T00:00:00Z".to_owned())
    }

    /// A field that a change can be seen in: a status rather than anything else.
    fn changed(&self) -> Option<(&Field, Value)> {
        let entity = self.entity;
        let changeable = |field: &&Field| {
            self.may(entity, Verb::Update, field, |view, place| view.may_always_write(Attribute::Field(place)))
        };
        let writable = || {
            let fields = entity.fields.iter().filter(|field| Body::Update.writable(field) && !field.hidden);
            fields.filter(changeable)
        };
        let status = writable().filter(|field| matches!(field.kind, FieldKind::Enum { .. } | FieldKind::Boolean));
        status.chain(writable()).find_map(|field| Some((field, other_sample(field)?)))
    }

    /// What the caller may do with a field, asked of what he is given of the entity.
    fn may(&self, entity: &Entity, verb: Verb, field: &Field, asked: impl Fn(&View, usize) -> bool) -> bool {
        let place = entity.fields.iter().position(|other| other.name == field.name);
        let access = granted(self.blueprint, entity, verb, &self.caller);
        matches!((place, access), (Some(place), Some(access)) if asked(&View::of(entity, &access), place))
    }

    /// Where records are seen by their owners only, somebody else is told that there is none.
    fn refusal(&self) -> Option<Step> {
        let private = reach(self.blueprint, self.entity, Verb::Read, &Caller::SignedIn) == Reach::Own;
        if !private || !self.blueprint.auth.accept.contains(&TokenSource::Own) {
            return None;
        }
        let mut lines = vec![self.account("bob@example.com"), self.log_in("bob@example.com", "BOBS_TOKEN")];
        if self.blueprint.api.user_path {
            lines.push(self.who_am_i("BOB", "BOBS_TOKEN"));
        }
        let url = format!("{}/${}", self.url(self.entity, "BOB"), id_variable(self.entity));
        lines.push(format!("curl -sS -o /dev/null -w '%{{http_code}}\\n' \"{url}\" {}", bearer("BOBS_TOKEN")));
        Some(step("As another user: 404, as if it were not there", lines.join("\n")))
    }
}

/// RFC 3986 §2.3: all but the unreserved characters.
fn percent_encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

fn id_variable(entity: &Entity) -> String {
    format!("{}_ID", entity.name.to_uppercase())
}

fn bearer(variable: &str) -> String {
    format!("-H \"Authorization: Bearer ${variable}\"")
}

fn step(title: impl Into<String>, command: String) -> Step {
    Step { title: title.into(), command }
}

#[cfg(test)]
mod tests {
    use super::*;
    use query::List;

    fn of(text: &str) -> Blueprint {
        blueprint::load(text).unwrap_or_else(|problems| panic!("{problems}"))
    }

    const CLINIC: &str = include_str!("../tests/cases/clinic/blueprint.toml");
    const LEADS: &str = include_str!("../tests/cases/lead-tracker/blueprint.toml");
    const TODO: &str = include_str!("../tests/cases/todo/blueprint.toml");

    /// The example is a body that the API takes, and its filter one that it knows.
    #[test]
    fn every_body_and_filter_is_valid() {
        for text in [CLINIC, LEADS, TODO] {
            let blueprint = of(text);
            let walk = choose(&blueprint).unwrap();
            for entity in walk.parents.iter().map(|index| blueprint.entity(*index)).chain([walk.entity]) {
                let (body, _) = walk.body(entity);
                let id = |uuid| if uuid { "0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6b" } else { "1" };
                let body = body.split('\u{1}').enumerate().map(|(place, part)| match place % 2 {
                    1 => id(part == "ME" || text == CLINIC),
                    _ => part,
                });
                let json = serde_json::from_str(&body.collect::<String>()).unwrap();
                assert!(Body::Create.read(&View::document(entity), &json).is_ok(), "{json}");
                let (name, value) = Walk { entity, ..choose(&blueprint).unwrap() }
                    .filter()
                    .split_once('=')
                    .map(|(a, b)| (a.to_owned(), b.to_owned()))
                    .unwrap();
                let view = View::document(entity);
                let parameter = (name, value.replace("%20", " ").replace("%27", "'"));
                assert!(List::parse(&blueprint, &view, &[parameter]).is_ok());
                let walk = Walk { entity, ..choose(&blueprint).unwrap() };
                let (field, value) = walk.changed().unwrap();
                assert!(Body::Update.read(&View::document(entity), &json!({ field.column.clone(): value })).is_ok());
            }
        }
    }

    #[test]
    fn what_must_be_there_first_is_made_first_and_by_whoever_may() {
        let clinic = of(CLINIC);
        let walk = choose(&clinic).unwrap();
        // A user without a role may make patients only, so these are walked through, not the departments of the admin.
        assert_eq!((walk.entity.name.as_str(), &walk.caller), ("patient", &Caller::SignedIn));
        let mut order = Vec::new();
        let doctor = Caller::Role("doctor".to_owned());
        assert!(makeable(&clinic, EntityIndex(1), &doctor, &mut Vec::new(), &mut order));
        assert_eq!(order, [EntityIndex(2), EntityIndex(1)]);
        assert!(!makeable(&clinic, EntityIndex(1), &Caller::SignedIn, &mut Vec::new(), &mut Vec::new()));
    }

    /// What a user without a role may not write, or not read, is in none of his requests.
    #[test]
    fn fields_with_rules_are_left_to_those_who_may() {
        let ruled = "read = [\"role:boss\"]";
        let text = format!(
            "[app]\nname = \"x\"\n[auth]\nroles = [\"boss\"]\n[entity.a]\n[entity.a.field]\n\
             state = {{ type = \"enum\", values = [\"one\", \"two\"], {ruled} }}\n\
             done = {{ type = \"boolean\", write = [\"role:boss\"] }}\nname = {{ type = \"text\" }}"
        );
        let blueprint = of(&text);
        let told: String = steps(&blueprint).into_iter().map(|step| step.command).collect();
        assert!(told.contains("name") && !told.contains("state") && !told.contains("done"), "{told}");
    }

    #[test]
    fn where_nobody_may_make_anything_there_is_no_walk() {
        let text = "[app]\nname = \"x\"\n[entity.a]\n[entity.a.field]\nn = { type = \"text\" }\n[entity.a.access]\ncreate = [\"nobody\"]";
        assert!(steps(&of(text)).is_empty());
    }
}
