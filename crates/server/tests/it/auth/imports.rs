//! Accounts of other systems, with the hashes that those made of their passwords.

use http::StatusCode;
use server::auth::import::{Format, ImportError, Imported, Problem, read};
use server::auth::{AuthRoute, users};

use super::{EMAIL, PASSWORD, World};

/// Hashes of [`PASSWORD`] as other systems have them.
const BCRYPT: &str = "$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS";
const BETTER_AUTH: &str = "b005a362213fbc851a580a8740574a44:a483a0461aa7e92d1b47ff6a18f712ba9283bee773aa010c10a43c06fa78c914a269c2ade75ee46722a07ea037ce94e2d96d939fcab95172718cbea28137d5ff";
const DJANGO: &str = "pbkdf2_sha256$1000$seasalt$DrdiWD40lyBuydnjvZiDrdQMx1S1mOA9O0QYex0R6ww=";
const WERKZEUG: &str = "scrypt:1024:8:1$q6pJLUwL6bh3Hb17$bc099ba199cc5109b7328a8b54feb17ab4309e63f38f575d7a42ed9d08d761dc1bf1e25c318ae885ad9245d645c0c67020eb6f3f54cac5c0af4a4c289b9431c5";

impl World {
    fn import(&self, text: &str, format: Format) -> Result<Imported, Vec<Problem>> {
        let import = read(&self.blueprint, text, format)?;
        import.run(&self.store, &self.blueprint, true, &mut |_| {}).map_err(|error| match error {
            ImportError::Problems(problems) => problems,
            other => panic!("{other:?}"),
        })
    }

    fn stored(&self, email: &str) -> String {
        self.sql::<String>(&format!("SELECT password_hash FROM users WHERE email = '{email}'")).remove(0)
    }
}

fn told(problems: Vec<Problem>) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn p2_an_imported_password_logs_in_and_is_hashed_anew() {
    let world = World::new().await;
    let argon2 = super::passwords::weak_hash(PASSWORD);
    let hashes = [("a", BCRYPT), ("b", BETTER_AUTH), ("c", DJANGO), ("d", WERKZEUG), ("e", &argon2)];
    let rows = hashes.map(|(name, hash)| format!("{name}@example.com,\"{hash}\",Acme\n"));
    let imported = world.import(&format!("email,hash,company\n{}", rows.concat()), Format::Csv).unwrap();
    assert_eq!((imported.imported, imported.hashes.values().sum::<usize>()), (5, 5));
    for (name, _) in hashes {
        let email = format!("{name}@example.com");
        let (before, stored) = (world.auth.hashes_computed(), world.stored(&email));
        assert_eq!(world.try_login(&email, "wrong horse battery").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(world.auth.hashes_computed() - before, 1, "{name}: no more and no less than for anybody");
        assert_eq!(world.stored(&email), stored, "a wrong password renews nothing");
        world.login(&email, PASSWORD).await;
        assert_eq!(world.auth.hashes_computed() - before, 3, "{name}: compared, and hashed anew");
        assert!(world.stored(&email).starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{name}");
        assert_eq!(world.try_login(&email, "wrong horse battery").await.status, StatusCode::UNAUTHORIZED);
        world.login(&email, PASSWORD).await;
        assert_eq!(world.auth.hashes_computed() - before, 5, "{name}: once is enough");
    }
}

#[tokio::test]
async fn p5_a_password_that_bcrypt_cut_counts_in_whole_from_the_first_log_in_on() {
    let world = World::new().await;
    // Of `a` 72 times and `tail`.
    let hash = "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";
    world.import(&format!("email,hash,company\n{EMAIL},{hash},Acme\n"), Format::Csv).unwrap();
    let (whole, other) = (format!("{}tail", "a".repeat(72)), format!("{}liat", "a".repeat(72)));
    world.login(EMAIL, &whole).await;
    assert_eq!(world.try_login(EMAIL, &other).await.status, StatusCode::UNAUTHORIZED);
    world.login(EMAIL, &whole).await;
}

#[tokio::test]
async fn p2_everything_of_an_account_is_imported_and_told_to_the_audit() {
    let world = World::new().await;
    let lines = format!(
        "{{\"email\": \"Ana@Example.com\", \"hash\": \"{BCRYPT}\", \"roles\": [\"manager\", \"admin\"], \"verified\": true, \
         \"company\": \"Acme\", \"level\": 7, \"pin\": \"0815\", \"handle\": null}}\n\n\
         {{\"email\": \"bob@example.com\", \"company\": \"Acme\"}}\n"
    );
    let imported = world.import(&lines, Format::JsonLines).unwrap();
    let Imported { imported, without_password, unverified, already, hashes } = imported;
    assert_eq!((imported, without_password, unverified, already.len()), (2, 1, 1, 0));
    assert_eq!(hashes.into_iter().collect::<Vec<_>>(), [("bcrypt", 1)]);
    let session = world.login(EMAIL, PASSWORD).await;
    assert_eq!(world.user(&session.access).await.roles, ["manager", "admin"]);
    assert_eq!(world.sql::<i64>("SELECT level FROM users ORDER BY email"), [7, 1]);
    assert_eq!(world.sql::<String>("SELECT email FROM users WHERE verified_at IS NOT NULL"), [EMAIL]);
    assert_eq!(world.try_login("bob@example.com", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.try_login("bob@example.com", PASSWORD).await.status, StatusCode::UNAUTHORIZED);

    let by = "SELECT iss || ' ' || action || ' ' || outcome FROM _audit WHERE action = 'user.import'";
    assert_eq!(world.sql::<String>(by), ["cli user.import done", "cli user.import done"]);
    let after = world.sql::<String>("SELECT CAST(after AS TEXT) FROM _audit WHERE action = 'user.import'").concat();
    assert!(!after.contains("$2b$") && !after.contains("0815"), "{after}");
    assert!(after.contains("[redacted]") && after.contains(EMAIL), "{after}");
}

#[tokio::test]
async fn p2_a_file_can_be_imported_again() {
    let world = World::with_ana().await;
    users::set_roles(&world.store, &world.blueprint, EMAIL, &["manager".to_owned()]).unwrap();
    let file =
        format!("email,hash,roles,company\n{EMAIL},{DJANGO},admin,Evil\nbob@example.com,{BCRYPT},manager;admin,Acme\n");
    let first = world.import(&file, Format::Csv).unwrap();
    assert_eq!((first.imported, &first.already[..]), (1, &[EMAIL.to_owned()][..]));
    world.login("bob@example.com", PASSWORD).await;
    let again = world.import(&file, Format::Csv).unwrap();
    assert_eq!((again.imported, again.already.len()), (0, 2));
    assert!(world.stored("bob@example.com").starts_with("$argon2id$"), "what he has by now stays");
    let ana = "SELECT company || ' ' || CAST(roles AS TEXT) FROM users WHERE email = 'ana@example.com'";
    assert_eq!(world.sql::<String>(ana), ["Acme [\"manager\"]"]);
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM _audit WHERE action = 'user.import'"), [1]);
}

#[tokio::test]
async fn p2_all_that_is_wrong_is_told_and_nothing_imported() {
    let world = World::with_ana().await;
    let file = format!(
        "email,hash,roles,verified,company,handle,level,passwort\n\
         bob@example.com,{BCRYPT},,,Acme,bob,,\n\
         not an address,{BCRYPT},,,Acme,,,\n\
         BOB@example.com,$2b$31$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS,chief,perhaps,,bob,high,\n\
         eve@example.com,hunter2hunter2,,,a name that is far too long,,,x\n\
         short@example.com,x\n"
    );
    let problems = world.import(&file, Format::Csv).unwrap_err();
    assert!(!format!("{problems:?}").contains("hunter2"), "it may be a password");
    assert_eq!(
        told(problems),
        [
            "3: `email` is no e-mail address",
            "4: `company` is required",
            "4: `email` is the address of line 2 too",
            "4: `handle` is unique, and line 2 has the same value",
            "4: `hash` is bcrypt with cost 31, which takes seconds; at most 14",
            "4: `level` must be a whole number, not a string",
            "4: `roles` has `chief`; the blueprint has: admin, manager",
            "4: `verified` must be true or false",
            "5: `company` must have at most 20 characters, has 27",
            "5: `hash` is no hash of a kind that is known; plain passwords are not imported",
            "5: `passwort` is no column of accounts",
            "6: has 2 cells where there are 8 columns",
        ]
    );
    let lines = "{\"email\": \"a@example.com\", \"company\": \"Acme\", \"roles\": 7, \"hash\": 7}\n[]\n{\"email\": 1, \"email\": 2}\nnull\n{";
    let problems = told(world.import(lines, Format::JsonLines).unwrap_err());
    let places: Vec<&str> = problems.iter().filter_map(|problem| problem.split(':').next()).collect();
    assert_eq!(places, ["1", "1", "2", "3", "4", "5"], "{problems:?}");

    world.execute("UPDATE users SET handle = 'taken'");
    let file = "email,company,handle\nx@example.com,Acme,free\ny@example.com,Acme,taken\n";
    let problems = told(world.import(file, Format::Csv).unwrap_err());
    assert_eq!(problems, ["3: `handle` is unique, and another user has this value"]);
    assert_eq!(world.sql::<String>("SELECT email FROM users"), [EMAIL]);
}

#[tokio::test]
async fn p2_many_accounts_are_imported() {
    let world = World::new().await;
    let rows: String = (0..250).map(|number| format!("u{number}@example.com,{BCRYPT},Acme\n")).collect();
    let import = read(&world.blueprint, &format!("email,hash,company\n{rows}"), Format::Csv).unwrap();
    let tried =
        import.run(&world.store, &world.blueprint, false, &mut |_| {}).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!((tried.imported, world.sql::<i64>("SELECT count(*) FROM users")), (250, vec![0]), "only tried");
    let mut told = Vec::new();
    let done = import.run(&world.store, &world.blueprint, true, &mut |done| told.push(done));
    assert_eq!(done.unwrap_or_else(|error| panic!("{error:?}")), tried);
    assert_eq!((told, world.sql::<i64>("SELECT count(*) FROM users")), (vec![100, 200, 250], vec![250]));
    world.login("u249@example.com", PASSWORD).await;
}

/// A hash that cannot be read is not counted as computed: so it shows with what a log-in was compared.
#[tokio::test]
async fn e2_where_passwords_were_imported_nobody_costs_what_somebody_costs() {
    let world = World::new().await;
    for number in 0..4 {
        world.add(&format!("own{number}@example.com"), &[]);
    }
    let not_counted = async |world: &World| {
        let mut without = Vec::new();
        for number in 0..40 {
            let before = world.auth.hashes_computed();
            let email = format!("nobody{number}@example.com");
            assert_eq!(world.try_login(&email, PASSWORD).await.status, StatusCode::UNAUTHORIZED);
            if world.auth.hashes_computed() == before {
                without.push(number);
            }
        }
        without
    };
    world.execute("UPDATE users SET password_hash = '$2b$12$' WHERE email <> 'own0@example.com'");
    assert_eq!(not_counted(&world).await.len(), 0, "nobody was imported");
    world.import(&format!("email,hash,company\n{EMAIL},{BCRYPT},Acme\n"), Format::Csv).unwrap();
    world.execute("UPDATE users SET password_hash = '$2b$12$' WHERE email = 'ana@example.com'");
    world.auth.learn_decoys().await.unwrap();
    let without = not_counted(&world).await;
    // Four of five have such a hash.
    assert!((20..40).contains(&without.len()), "{without:?}");
    assert_eq!(not_counted(&world).await, without, "for the same address always the same");
    assert_eq!(world.post(AuthRoute::Login, serde_json::json!({})).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

impl World {
    /// Accounts that were imported with these hashes, as they are; what of them nobody could log in with stays so.
    async fn with_hashes(hashes: &[String]) -> World {
        let world = World::new().await;
        let rows: String = (0..hashes.len()).map(|number| format!("u{number}@example.com,{BCRYPT},Acme\n")).collect();
        world.import(&format!("email,hash,company\n{rows}"), Format::Csv).unwrap();
        for (number, hash) in hashes.iter().enumerate() {
            world.execute(&format!("UPDATE users SET password_hash = '{hash}' WHERE email = 'u{number}@example.com'"));
        }
        world
    }

    /// With what so many addresses without account are compared.
    async fn compared(&self, count: usize) -> Vec<Option<String>> {
        self.auth.learn_decoys().await.unwrap();
        (0..count).map(|number| self.auth.decoy(&format!("nobody{number}@example.com")).unwrap()).collect()
    }
}

#[tokio::test]
async fn e2_hashes_that_cost_something_else_are_told_apart_and_salts_are_not() {
    let kinds = [
        "$2b$04$SALTabcdefghijklmnopqrstuv",
        "$2b$05$SALTabcdefghijklmnopqrstuv",
        "bcrypt_sha256$$2b$04$SALTabcdefghijklmnopqrstuv",
        "bcrypt_sha256$$2b$05$SALTabcdefghijklmnopqrstuv",
        "better-auth$SALT:0123",
        "pbkdf2_sha256$1000$SALT$DIGEST",
        "pbkdf2_sha256$260000$SALT$DIGEST",
        "pbkdf2_sha256$260000$SALT$DIGESTofmore",
        "$pbkdf2-sha512$1000$SALT$DIGEST",
        "$pbkdf2-sha512$25000$SALT$DIGEST",
        "pbkdf2:sha256:1000$SALT$DIGEST",
        "pbkdf2:sha256:600000$SALT$DIGEST",
        "scrypt:1024:8:1$SALT$DIGEST",
        "scrypt:32768:8:1$SALT$DIGEST",
        "$scrypt$ln=10,r=8,p=1$SALT$DIGEST",
        "$scrypt$ln=14,r=8,p=1$SALT$DIGEST",
        "scrypt$1024$SALT$8$1$DIGEST",
        "scrypt$16384$SALT$8$1$DIGEST",
        "scrypt$16384$SALT$8$5$DIGEST",
        "$argon2id$v=19$m=65536,t=3,p=4$SALT$DIGEST",
        "$argon2id$v=19$m=19456,t=2,p=1$SALT$DIGEST",
        "$argon2i$v=19$m=19456,t=2,p=1$SALT$DIGEST",
    ];
    let salted = |kind: &str, number: usize| {
        kind.replace("SALT", &format!("s.lt/{number}")).replace("DIGEST", &format!("d1gest+{number}="))
    };
    let hashes: Vec<String> = kinds.iter().flat_map(|kind| (0..3).map(|number| salted(kind, number))).collect();
    let world = World::with_hashes(&hashes).await;
    let compared: std::collections::BTreeSet<String> = world.compared(2000).await.into_iter().flatten().collect();
    let examples: std::collections::BTreeSet<String> = kinds.iter().map(|kind| salted(kind, 0)).collect();
    assert_eq!(compared, examples, "one of each");
}

#[tokio::test]
async fn e2_more_accounts_change_for_few_what_nobody_is_compared_with() {
    let own = |salt: usize| {
        format!("$argon2id$v=19$m=19456,t=2,p=1${salt:020}AA$mMGLOM6VRvFFvAdYY8AcPEQhgb4fWE6xR7r7ZVPjQ3o")
    };
    let kinds = |number: usize| match number % 10 {
        0..3 => "$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS".to_owned(),
        3..5 => format!("pbkdf2_sha256$1000$s.lt/{number}$d1gest"),
        _ => own(number),
    };
    let world = World::with_hashes(&(0..1000).map(kinds).collect::<Vec<_>>()).await;
    let kind = |hash: Option<String>| hash.unwrap().chars().take(7).collect::<String>();
    let before: Vec<String> = world.compared(2000).await.into_iter().map(kind).collect();
    for (start, expected) in [("$2b$04$", 600), ("pbkdf2_", 400), ("$argon2", 1000)] {
        let found = before.iter().filter(|kind| *kind == start).count();
        assert!(found.abs_diff(expected) < 80, "as many as there are accounts: {found} {start}");
    }
    for (round, most) in [(1, 20), (100, 120)] {
        let rows: String =
            (0..round).map(|number| format!("new{round}_{number}@example.com,\"{}\",Acme\n", own(number))).collect();
        world.import(&format!("email,hash,company\n{rows}"), Format::Csv).unwrap();
        let after: Vec<String> = world.compared(2000).await.into_iter().map(kind).collect();
        let changed: Vec<&String> =
            before.iter().zip(&after).filter(|(before, after)| before != after).map(|(_, after)| after).collect();
        assert!(changed.len() <= most, "{} of 2000 after {round}", changed.len());
        assert!(changed.iter().all(|kind| *kind == "$argon2"), "as somebody who logs in: {changed:?}");
        assert!(round == 1 || !changed.is_empty(), "proportions follow");
    }
}

#[tokio::test]
async fn e2_the_first_log_in_after_a_start_is_compared_as_any_other() {
    let hash = "$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS";
    let mut world = World::with_hashes(&[hash.to_owned()]).await;
    world.restart(&[]).await;
    assert_eq!(world.auth.decoy("nobody@example.com").unwrap().as_deref(), Some(hash));
}
