//! The blueprints that tests serve.

/// The examples of the repository: what they promise is tested on them.
pub const TODO: &str = include_str!("../../../../../examples/todo/blueprint.toml");

/// Every field type, roles, an entity for all, references of each kind, uniqueness of each kind.
pub const OFFICE: &str = r#"
[app]
name = "office"
[auth]
roles = ["manager"]

[entity.client]
[entity.client.field]
name = { type = "text", required = true, max_length = 40, index = true }
email = { type = "email", unique = true }
code = { type = "text", unique = "global" }
status = { type = "enum", values = ["new", "won", "lost"], default = "new", index = true }
budget = { type = "money", min = 0 }
score = { type = "integer", min = 0, max = 100, index = true }
rate = { type = "decimal", scale = 4 }
weight = { type = "float" }
vip = { type = "boolean", default = false }
born = { type = "date" }
opens = { type = "time" }
due_at = { type = "datetime", index = true }
phone = { type = "phone" }
site = { type = "url" }
key = { type = "uuid" }
extra = { type = "json" }
pin = { type = "text", hidden = true }
note = { type = "long_text", sensitive = true }
stage = { type = "integer", read_only = true, default = 1 }
[entity.client.access]
read = ["owner", "role:manager"]
delete = ["role:manager"]
demote = ["role:manager"]
[entity.client.action.win]
set = { status = "won", due_at = "now" }
[entity.client.action.star]
toggle = "vip"
[entity.client.action.demote]
set = { status = "lost" }

[entity.visit.field]
client = { type = "reference", to = "client", required = true, on_delete = "cascade" }
room = { type = "reference", to = "room", on_delete = "restrict" }
helper = { type = "reference", to = "user", on_delete = "set_null" }
parent = { type = "reference", to = "visit", on_delete = "cascade" }
text = { type = "long_text" }

[entity.room]
owner = false
id = "uuid"
[entity.room.field]
name = { type = "text", required = true, unique = true }
client = { type = "reference", to = "client", on_delete = "set_null" }
[entity.room.access]
create = ["role:manager"]
update = ["role:manager"]
delete = ["role:manager"]

[entity.notice]
owner = false
[entity.notice.field]
text = { type = "text", required = true }
[entity.notice.access]
read = ["anyone"]
create = ["role:manager"]
"#;

/// Many-to-many references: to rows of one's own, to rows of all, to users, to the same entity; a required one.
pub const CRM: &str = r#"
[app]
name = "crm"
[auth]
roles = ["manager"]

[entity.tag.field]
name = { type = "text", required = true }
[entity.tag.access]
read = ["owner", "role:manager"]

[entity.prospect.field]
name = { type = "text", required = true, index = true }
tags = { type = "reference", to = "tag", many = true }
members = { type = "reference", to = "user", many = true }
related = { type = "reference", to = "prospect", many = true }
[entity.prospect.access]
read = ["owner", "role:manager"]
update = ["owner", "role:manager"]
[entity.prospect.action.shout]
set = { name = "HEY" }

[entity.course]
id = "uuid"
owner = false
[entity.course.field]
name = { type = "text", required = true }

[entity.student.field]
name = { type = "text" }
courses = { type = "reference", to = "course", many = true, required = true }
clubs = { type = "reference", to = "club", many = true, on_delete = "restrict" }

[entity.club.field]
name = { type = "text" }
"#;

/// Links to rows of every field type that have rules, references and a trash of their own.
pub const STUDIO: &str = r#"
[app]
name = "studio"
[auth]
roles = ["manager"]

[entity.kind.field]
name = { type = "text", required = true }
[entity.kind.access]
read = ["owner", "role:manager"]

[entity.tag]
soft_delete = true
[entity.tag.field]
name = { type = "text", required = true, index = true }
price = { type = "money" }
level = { type = "decimal", scale = 4 }
weight = { type = "float" }
pieces = { type = "integer" }
text = { type = "long_text" }
vip = { type = "boolean" }
on = { type = "date" }
extra = { type = "json" }
pin = { type = "text", hidden = true }
note = { type = "text", read = ["owner"] }
rank = { type = "text", read = ["role:manager"] }
kind = { type = "reference", to = "kind", on_delete = "set_null" }
[entity.tag.access]
read = ["owner", "role:manager"]
update = ["owner", "role:manager"]

[entity.deal]
soft_delete = true
[entity.deal.field]
name = { type = "text", required = true }
tags = { type = "reference", to = "tag", many = true }
members = { type = "reference", to = "user", many = true }
related = { type = "reference", to = "deal", many = true }
[entity.deal.access]
read = ["owner", "role:manager"]
update = ["owner", "role:manager"]

[entity.visit.field]
text = { type = "text" }
deal = { type = "reference", to = "deal", on_delete = "set_null" }
"#;
