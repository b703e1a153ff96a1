//! Changes of a blueprint, each with what its rows then are or why it is refused: another one is another entry.

/// A change, by what is replaced, and what the first rows of some paths then hold; or the words of the refusal.
pub(super) type Row =
    (&'static [(&'static str, &'static str)], Result<&'static [(&'static str, &'static str)], &'static [&'static str]>);

pub(super) const PHONE: &str = "phone = { type = \"phone\", search = true, unique = true }";
pub(super) const MOBILE: &str = "mobile = { type = \"phone\", search = true, unique = true, renamed_from = \"phone\" }";

const TAG: &str =
    "[entity.tag]\nid = \"uuid\"\n[entity.tag.field]\nlabel = { type = \"text\", required = true, search = true }\n";

pub(super) const ROWS: &[Row] = &[
    // Renamed.
    (
        &[(PHONE, MOBILE)],
        Ok(&[
            ("/prospects?sort=name", r#"{"mobile": "+4930111", "name": "Ann", "status": "won"}"#),
            ("/prospects?q=4930111", r#"{"name": "Ann"}"#),
        ]),
    ),
    (
        &[
            ("[entity.prospect", "[entity.lead"),
            ("\"prospect\"", "\"lead\""),
            ("soft_delete = true", "soft_delete = true\nrenamed_from = \"prospect\""),
        ],
        Ok(&[
            ("/leads?sort=name&expand=tags", r#"{"phone": "+4930111", "tags": [{"label": "hot"}]}"#),
            ("/calls?expand=prospect", r#"{"prospect": {"name": "Ann"}}"#),
            ("/leads?q=ann", r#"{"name": "Ann"}"#),
        ]),
    ),
    (
        &[
            ("[entity.call", "[entity.talk"),
            ("to = \"call\"", "to = \"talk\""),
            ("[entity.talk.field]", "[entity.talk]\nrenamed_from = [\"visit\", \"call\"]\n[entity.talk.field]"),
        ],
        Ok(&[("/talks", r#"{"id": 1, "day": "2026-01-02"}"#)]),
    ),
    (
        &[
            ("tags = {", "labels = { renamed_from = \"tags\", "),
            ("[entity.tag", "[entity.mark"),
            ("to = \"tag\"", "to = \"mark\""),
            ("id = \"uuid\"", "id = \"uuid\"\nrenamed_from = \"tag\""),
        ],
        Ok(&[
            ("/prospects?sort=name&expand=labels", r#"{"labels": [{"label": "hot"}]}"#),
            ("/marks?q=hot", r#"{"label": "hot"}"#),
        ]),
    ),
    (
        &[
            ("prospect = {", "who = { renamed_from = \"prospect\", "),
            ("nickname = {", "alias = { renamed_from = \"nickname\", "),
        ],
        Ok(&[("/calls?expand=who", r#"{"who": {"name": "Ann"}}"#)]),
    ),
    (
        &[("owner = true", ""), ("[entity.tag]", "[entity.tag]\nplural = \"tagging\"")],
        Ok(&[("/tagging", r#"{"label": "hot"}"#)]),
    ),
    // Two tables change places, each with its indexes.
    (
        &[
            ("[entity.tag]", "[entity.tag]\nplural = \"calls\""),
            ("[entity.call.field]", "[entity.call]\nplural = \"tags\"\n[entity.call.field]"),
            ("prospect = {", "who = { renamed_from = \"prospect\", "),
        ],
        Ok(&[("/tags?expand=who", r#"{"who": {"name": "Ann"}}"#), ("/calls?q=hot", r#"{"label": "hot"}"#)]),
    ),
    // A former name that no database has any more, or never had.
    (
        &[(PHONE, "phone = { type = \"phone\", search = true, unique = true, renamed_from = [\"cell\", \"handy\"] }")],
        Ok(&[("/prospects?sort=name", r#"{"phone": "+4930111"}"#)]),
    ),
    (
        &[("empty =", "budget = { type = \"money\", renamed_from = \"price\" }\nempty =")],
        Ok(&[("/prospects?sort=name", r#"{"budget": null}"#)]),
    ),
    // The former name is free again.
    (
        &[("age =", "years = { type = \"text\", renamed_from = \"age\" }\nbirth =")],
        Ok(&[("/prospects?sort=name", r#"{"years": "41", "birth": null}"#)]),
    ),
    // Without the former name it would be lost.
    (
        &[(PHONE, "mobile = { type = \"phone\" }")],
        Err(&[
            "rows of `prospects` with a value in `phone`, which the blueprint no longer has: 1",
            "renamed_from = \"phone\"",
            "--allow-loss",
        ]),
    ),
    (
        &[("[entity.call", "[entity.talk"), ("to = \"call\"", "to = \"talk\"")],
        Err(&["rows of `calls`, which the blueprint no longer has: 1", "renamed_from = \"call\""]),
    ),
    // Added.
    (
        &[(
            "empty =",
            "source = { type = \"enum\", values = [\"web\", \"fair\"], required = true, default = \"web\", index = true }\nempty =",
        )],
        Ok(&[("/prospects?source=web&sort=name", r#"{"source": "web", "name": "Ann"}"#)]),
    ),
    (
        &[("empty =", "boss = { type = \"reference\", to = \"user\" }\nempty =")],
        Ok(&[("/prospects?sort=name", r#"{"boss_id": null}"#)]),
    ),
    (
        &[("empty =", "source = { type = \"text\", required = true }\nempty =")],
        Err(&["rows of `prospects` that would have no `source`, which is required: 3", "default"]),
    ),
    (
        &[(
            "[entity.call.field]",
            "[entity.note.field]\ntext = { type = \"text\", search = true }\ntags = { type = \"reference\", to = \"tag\", many = true }\n[entity.call.field]\nwith = { type = \"reference\", to = \"note\" }",
        )],
        Ok(&[("/calls", r#"{"with_id": null}"#)]),
    ),
    (&[("nickname =", "birthday = { type = \"date\" }\nnickname =")], Ok(&[("/calls", r#"{"id": 1}"#)])),
    // Gone.
    (&[("empty = { type = \"text\" }\n", "")], Ok(&[("/prospects?sort=name", r#"{"name": "Ann"}"#)])),
    (
        &[("tags = { type = \"reference\", to = \"tag\", many = true }\n", "")],
        Err(&["links in `tags` of prospects, which the blueprint no longer has: 1 (id 1)"]),
    ),
    (&[("nickname = { type = \"text\", unique = true }\n", "")], Ok(&[("/calls", r#"{"id": 1}"#)])),
    (&[("soft_delete = true", "")], Err(&["rows of `prospects` in the trash, which would be back: 1", "soft_delete"])),
    (
        &[("[entity.call.field]", "[entity.call]\nsoft_delete = true\n[entity.call.field]")],
        Ok(&[("/calls", r#"{"day": "2026-01-02"}"#)]),
    ),
    // Required, unique, searched, indexed.
    (
        &[("age = { type = \"text\" }", "age = { type = \"text\", required = true, index = true, search = true }")],
        Ok(&[("/prospects?q=41&sort=age", r#"{"age": "41"}"#)]),
    ),
    (
        &[("visits = { type = \"integer\" }", "visits = { type = \"integer\", required = true }")],
        Err(&["rows of `prospects` that would have no `visits`, which is required: 2"]),
    ),
    (
        &[("visits = { type = \"integer\" }", "visits = { type = \"integer\", required = true, default = 0 }")],
        Ok(&[("/prospects?sort=-name", r#"{"visits": 0}"#)]),
    ),
    (
        &[("size = { type = \"text\" }", "size = { type = \"text\", unique = true }")],
        Err(&[
            "rows of `prospects` that are alike in `size`, which is unique now: 2 (ids 1, 2)",
            "SELECT \"id\", \"size\" FROM",
        ]),
    ),
    // Values that a change itself would make alike.
    (
        &[("mail = { type = \"text\" }", "mail = { type = \"email\", unique = true }")],
        Err(&["rows of `prospects` that would be alike in `mail` as an e-mail address, which is unique: 2 (ids 1, 2)"]),
    ),
    (
        &[("mail = { type = \"text\" }", "mail = { type = \"email\", index = true }")],
        Ok(&[("/prospects?sort=name&mail=ANN@example.com", r#"{"mail": "ann@example.com", "name": "Ann"}"#)]),
    ),
    (
        &[("mail = { type = \"text\" }", "mail = { type = \"text\", unique = true }")],
        Ok(&[("/prospects?sort=name", r#"{"mail": "Ann@example.com"}"#)]),
    ),
    (
        &[("size = { type = \"text\" }", "size = { type = \"integer\", unique = true }")],
        Err(&["rows of `prospects` whose `size` is not an integer: 2 (ids 1, 2)"]),
    ),
    (
        &[(
            "visits = { type = \"integer\" }",
            "visits = { type = \"integer\", unique = true, required = true, default = 3 }",
        )],
        Err(&["rows of `prospects` that are alike in `visits`, which is unique now: 2 (ids 1, 2)"]),
    ),
    (
        &[("empty =", "code = { type = \"text\", unique = true, default = \"x\" }\nempty =")],
        Err(&[
            "rows of `prospects` that would be alike in `code`, which is unique: each gets its default: 2 (ids 1, 2)",
        ]),
    ),
    (
        &[("city = { type = \"text\" }", "city = { type = \"text\", unique = true }")],
        Err(&["users that are alike in `city`, which is unique now: 2 (ids "]),
    ),
    (
        &[("city =", "code = { type = \"text\", unique = true, default = \"x\" }\ncity =")],
        Err(&["users that would be alike in `code`, which is unique: each gets its default: 2 (ids "]),
    ),
    (
        &[("age = { type = \"text\" }", "age = { type = \"text\", unique = \"global\" }")],
        Ok(&[("/prospects?sort=name", r#"{"age": "41"}"#)]),
    ),
    (
        &[
            ("max_length = 100, search = true, index = true", "max_length = 90"),
            (PHONE, "phone = { type = \"phone\" }"),
        ],
        Ok(&[("/prospects", r#"{"status": "won"}"#)]),
    ),
    (
        &[("required = true, search = true }\n\n[entity.call", "search = true }\n\n[entity.call")],
        Ok(&[("/tags?q=hot", r#"{"label": "hot"}"#)]),
    ),
    // Other types.
    (
        &[("age = { type = \"text\" }", "age = { type = \"integer\", min = 0 }")],
        Ok(&[("/prospects?sort=name", r#"{"age": 41}"#)]),
    ),
    (
        &[("size = { type = \"text\" }", "size = { type = \"integer\" }")],
        Err(&["rows of `prospects` whose `size` is not an integer: 2 (ids 1, 2)", "SELECT \"id\", \"size\" FROM"]),
    ),
    (
        &[("visits = { type = \"integer\" }", "visits = { type = \"text\" }")],
        Ok(&[("/prospects?sort=name", r#"{"visits": "3"}"#)]),
    ),
    (
        &[("visits = { type = \"integer\" }", "visits = { type = \"decimal\", scale = 3 }")],
        Ok(&[("/prospects?sort=name", r#"{"visits": "3.000"}"#)]),
    ),
    (
        &[("day = { type = \"date\" }", "day = { type = \"datetime\" }")],
        Ok(&[("/calls", r#"{"day": "2026-01-02T00:00:00.000000Z"}"#)]),
    ),
    (
        &[("age = { type = \"text\" }", "years = { type = \"integer\", renamed_from = \"age\" }")],
        Ok(&[("/prospects?sort=name", r#"{"years": 41}"#)]),
    ),
    (
        &[("visits = { type = \"integer\" }", "visits = { type = \"boolean\" }")],
        Err(&["rows of `prospects` with a value in `visits`, of which nothing makes a boolean: 1"]),
    ),
    (&[("empty = { type = \"text\" }", "empty = { type = \"json\" }")], Ok(&[("/prospects", r#"{"empty": null}"#)])),
    (
        &[("[\"new\", \"won\", \"lost\"]", "[\"new\", \"won\", \"lost\", \"late\"]")],
        Ok(&[("/prospects?sort=name", r#"{"status": "won"}"#)]),
    ),
    (
        &[("[\"new\", \"won\", \"lost\"]", "[\"new\", \"won\"]")],
        Ok(&[("/prospects?sort=name", r#"{"status": "won"}"#)]),
    ),
    (
        &[("[\"new\", \"won\", \"lost\"]", "[\"new\", \"lost\"]")],
        Err(&["rows of `prospects` whose `status` is not one of its values: 1"]),
    ),
    (
        &[("type = \"enum\", values = [\"new\", \"won\", \"lost\"]", "type = \"text\"")],
        Ok(&[("/prospects?sort=name", r#"{"status": "won"}"#)]),
    ),
    (&[("default = \"new\"", "default = \"lost\"")], Ok(&[("/prospects?sort=name", r#"{"status": "won"}"#)])),
    // Fields of users.
    (&[("nickname = { type = \"text\"", "nickname = { type = \"integer\"")], Ok(&[("/calls", r#"{"id": 1}"#)])),
    (
        &[("city = { type = \"text\" }", "city = { type = \"integer\" }")],
        Err(&["users whose `city` is not an integer: 2 (ids ", "supermaker user set"]),
    ),
    (
        &[("city = { type = \"text\" }", "city = { type = \"date\" }")],
        Err(&["users with a value in `city`, of which nothing makes a date: 2"]),
    ),
    (&[("[\"low\", \"mid\", \"high\"]", "[\"low\", \"mid\", \"high\", \"top\"]")], Ok(&[("/calls", r#"{"id": 1}"#)])),
    (&[("[\"low\", \"mid\", \"high\"]", "[\"low\", \"mid\"]")], Ok(&[("/calls", r#"{"id": 1}"#)])),
    (
        &[("[\"low\", \"mid\", \"high\"]", "[\"low\", \"high\"]")],
        Err(&["users whose `rank` is not one of its values: 2 (ids "]),
    ),
    (
        &[
            (
                "rank = { type = \"enum\", values = [\"low\", ",
                "grade = { renamed_from = \"rank\", required = true, index = true, type = \"enum\", values = [\"top\", \"low\", ",
            ),
            ("default = \"low\"", "default = \"top\""),
        ],
        Ok(&[("/calls", r#"{"id": 1}"#)]),
    ),
    (
        &[(
            "type = \"enum\", values = [\"low\", \"mid\", \"high\"], default = \"low\"",
            "type = \"text\", unique = true",
        )],
        Err(&["users that are alike in `rank`, which is unique now: 2 (ids "]),
    ),
    (
        &[(
            "type = \"enum\", values = [\"low\", \"mid\", \"high\"], default = \"low\"",
            "type = \"text\", index = true",
        )],
        Ok(&[("/calls", r#"{"id": 1}"#)]),
    ),
    // The order alone.
    (
        &[(
            "age = { type = \"text\" }\nsize = { type = \"text\" }",
            "size = { type = \"text\" }\nage = { type = \"text\" }",
        )],
        Ok(&[("/prospects?sort=name", r#"{"age": "41", "size": "L"}"#)]),
    ),
    (
        &[("[entity.call.field]\n", "[entity.call]\n[entity.call.field]\nlast = { type = \"text\" }\n")],
        Ok(&[("/calls", r#"{"last": null}"#)]),
    ),
    (
        &[
            (TAG, ""),
            (
                "day = { type = \"date\" }\n",
                "day = { type = \"date\" }\n[entity.tag]\nid = \"uuid\"\n[entity.tag.field]\nlabel = { type = \"text\", required = true, search = true }\n",
            ),
        ],
        Ok(&[("/tags?q=hot", r#"{"label": "hot"}"#)]),
    ),
    // Whose rows they are.
    (
        &[("[entity.call.field]", "[entity.call]\nowner = false\n[entity.call.field]")],
        Err(&["rows of `calls`, whose owner would be forgotten: 1"]),
    ),
    (&[("id = \"uuid\"", "")], Err(&["rows of `tags`, which get other ids in the blueprint: 1"])),
];

/// What is let go, and the rows that some lists then have.
type LetGo = (&'static [(&'static str, &'static str)], &'static [(&'static str, usize)]);

pub(super) const LET_GO: &[LetGo] = &[
    (&[("city = { type = \"text\" }", "city = { type = \"date\" }")], &[("/prospects", 2), ("/calls", 1)]),
    (&[(PHONE, "")], &[("/prospects", 2), ("/calls", 1)]),
    (&[("tags = { type = \"reference\", to = \"tag\", many = true }\n", "")], &[("/prospects", 2), ("/calls", 1)]),
    // A table comes back under its old name, with all that was on it and that refers to it.
    (
        &[("[entity.call.field]", "[entity.call]\nid = \"uuid\"\n[entity.call.field]")],
        &[("/prospects", 2), ("/calls", 0)],
    ),
    (&[("id = \"uuid\"", "")], &[("/prospects", 2), ("/tags", 0)]),
    (&[("to = \"tag\", many", "to = \"call\", many")], &[("/prospects", 2), ("/tags", 1), ("/calls", 1)]),
    (
        &[
            ("soft_delete = true", "soft_delete = true\nid = \"uuid\""),
            ("to = \"prospect\", required = true", "to = \"prospect\""),
        ],
        &[("/prospects", 0), ("/tags", 1), ("/calls", 1)],
    ),
];
