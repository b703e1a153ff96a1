//! Hashes that the programs themselves made: libxcrypt, Better Auth 1.7, Werkzeug; and others by Python's `hashlib`.

use super::*;

const PASSWORD: &str = "correct horse battery";

/// A hash of [`PASSWORD`], and what it is called.
const HASHES: &[(&str, &str)] = &[
    ("$2a$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS", "bcrypt"),
    ("$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS", "bcrypt"),
    ("$2y$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS", "bcrypt"),
    // The last letter of the salt has bits that do not count.
    ("$2b$04$abcdefghijklmnopqrstuvqREtd3VJD2QVZbuFskFSLk6eRIrQoOS", "bcrypt"),
    ("bcrypt$$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS", "bcrypt"),
    ("bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuFABy..DpKi5eX.TjDW.8iDMNk/Tma6W", "bcrypt"),
    ("pbkdf2_sha256$1000$seasalt$DrdiWD40lyBuydnjvZiDrdQMx1S1mOA9O0QYex0R6ww=", "pbkdf2"),
    ("pbkdf2_sha1$1000$seasalt$LPTbYn9/9ALjztx0Dtq5V+DLYLg=", "pbkdf2"),
    (
        "scrypt$1024$seasalt$8$1$fTwdYrxXK5/OG6iyAYN++CxTZgMb6MHXR6rhVXIgSHjQ7FiXuVEFz4EvVUsmygTk21KAcS7joGurlDlxzzruZA==",
        "scrypt",
    ),
    ("$scrypt$ln=10,r=8,p=2$MDEyMzQ1Njc4OWFiY2RlZg$faCG2Y2MU7gpu0yKEJONexUzhBri6oOSfKdyxUHubQ0", "scrypt"),
    ("$pbkdf2-sha256$1000$....................$ct0J9ku0XViiLYJEC9Uwj..x6BQ3uVhmf7rt/5fN6Pw", "pbkdf2"),
    ("$pbkdf2-sha256$i=1000,l=32$++++++++++++++++++++$ct0J9ku0XViiLYJEC9Uwj++x6BQ3uVhmf7rt/5fN6Pw", "pbkdf2"),
    (
        "$pbkdf2-sha512$1000$....................$VuI7QjfS1f7ogU2NPbZUMRsDJQfDcO8czXlBgph1d4KIiCrnja61rVkNbUcrMfgQfD942a9YXmqCtc9c/Eks9Q",
        "pbkdf2",
    ),
    ("$pbkdf2$1000$....................$YgitdmoLQP0K5dzdtKVQSCJCvms", "pbkdf2"),
    (
        "scrypt:1024:8:1$q6pJLUwL6bh3Hb17$bc099ba199cc5109b7328a8b54feb17ab4309e63f38f575d7a42ed9d08d761dc1bf1e25c318ae885ad9245d645c0c67020eb6f3f54cac5c0af4a4c289b9431c5",
        "scrypt",
    ),
    ("pbkdf2:sha256:1000$0yl16oJdszB7AAhp$27c588ce875465ddc2036942d6236dcdc2cec0c37429be183fc7cccb22dd9586", "pbkdf2"),
    (
        "pbkdf2:sha512:1000$gj3NY3TArVyEJT6G$cc05328ebd15765822da334b06609f7174d123b70a2110b1bbbcbaf0f20ef4c9065c601c70d6b2b32daecbb2da6403c5e2ad753faf4929ed1645bc37b94bb4f3",
        "pbkdf2",
    ),
    ("pbkdf2:sha1:1000$Fsr48hGKZYmaS4EC$e6436c7f4ad1f934e711f735a2d18e799d770a55", "pbkdf2"),
    (
        "b005a362213fbc851a580a8740574a44:a483a0461aa7e92d1b47ff6a18f712ba9283bee773aa010c10a43c06fa78c914a269c2ade75ee46722a07ea037ce94e2d96d939fcab95172718cbea28137d5ff",
        "scrypt",
    ),
];

fn matches(stored: &str, password: &str) -> bool {
    Imported::read(stored).unwrap().matches(password).unwrap()
}

#[test]
fn p2_hashes_of_other_systems_are_those_of_their_password_alone() {
    for (hash, kind) in HASHES {
        let accepted = accept(hash).unwrap_or_else(|unfit| panic!("{hash}: {unfit:?}"));
        assert_eq!(accepted.kind, *kind, "{hash}");
        assert!(matches(&accepted.text, PASSWORD), "{hash}");
        for other in ["correct horse batterz", "Correct horse battery", "correct horse battery ", "", "correct"] {
            assert!(!matches(&accepted.text, other), "{hash} {other}");
        }
    }
}

#[test]
fn p2_what_bcrypt_makes_of_long_passwords_and_of_nul() {
    let whole = "$2b$04$abcdefghijklmnopqrstuuuAgxTOiYE9y5Y7jFlc2Tw8osm4Rtc5W";
    assert!(matches(whole, &"b".repeat(71)));
    assert!(!matches(whole, &"b".repeat(72)), "the end of the password counts up to there");
    // Of `a` 72 times and `tail`: whoever made it looked at the first 72 bytes.
    let cut = "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";
    assert!(matches(cut, &format!("{}tail", "a".repeat(72))));
    assert!(!matches(cut, &format!("{}tail", "a".repeat(71))));
    let short = "$2b$04$abcdefghijklmnopqrstuuCi15uRb1eH7NAlJ/TgeJertyknQpYn2";
    assert!(matches(short, "abc"));
    for with_nul in ["abc\0", "abc\0abc", "abc\0abc\0", "\0abc", "abc\0x"] {
        assert!(!matches(short, with_nul), "{with_nul:?}");
    }
    assert!(matches("$2b$04$abcdefghijklmnopqrstuuolqJhOjSHLF/TXrsrtIyebCDm5A0BPK", "pässwörd ünd mehr"));
}

#[test]
fn p2_better_auth_brings_passwords_into_one_form_first() {
    let hash = "fa02dc3aa56b90ac280f85b03f7d8630:319d2e3cb91edbc57a73b283308f941f4f174453838d1d36afa9cc2a1482cc7649f5ed127e3ca2dfb37026c5dbca42c6e9ad4eaf426eae0a8c70f322af4df134";
    let stored = accept(hash).unwrap().text;
    for form in ["pässwörd ﬁsh ①", "pa\u{308}sswo\u{308}rd fish 1"] {
        assert!(matches(&stored, form), "{form}");
    }
    assert!(!matches(&stored, "password fish 1"));
}

#[test]
fn p2_what_costs_too_much_is_none_or_was_changed_is_not_taken() {
    let bcrypt = "abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS";
    let hex = "0".repeat(64);
    for (text, words) in [
        (format!("$2b$15${bcrypt}"), "bcrypt with cost 15"),
        (format!("$2b$31${bcrypt}"), "bcrypt with cost 31"),
        (format!("$2b$32${bcrypt}"), "begins like a hash"),
        (format!("$2b$03${bcrypt}"), "begins like a hash"),
        (format!("$2b$4${bcrypt}"), "begins like a hash"),
        (format!("$2b$04${}", &bcrypt[1..]), "begins like a hash"),
        (format!("$2b$04${bcrypt}A"), "begins like a hash"),
        (format!("$2b$04${}!", &bcrypt[1..]), "begins like a hash"),
        (format!("$2x$04${bcrypt}"), "faulty bcrypt"),
        (format!("scrypt:262144:8:1$salt${hex}"), "more memory than 128 MiB"),
        (format!("scrypt:131072:8:3$salt${hex}"), "takes seconds"),
        (format!("scrypt:1000:8:1$salt${hex}"), "begins like a hash"),
        (format!("scrypt:18446744073709551616:8:1$salt${hex}"), "begins like a hash"),
        (format!("scrypt:1024:4294967295:1$salt${hex}"), "begins like a hash"),
        ("$scrypt$ln=63,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA".to_owned(), "begins like a hash"),
        ("$scrypt$r=8,ln=14,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA".to_owned(), "begins like a hash"),
        ("$scrypt$ln=14,r=8,p=1$c2FsdA$AAAA".to_owned(), "begins like a hash"),
        (format!("pbkdf2:sha256:2000001$salt${hex}"), "2000001 rounds"),
        (format!("pbkdf2:sha256:0$salt${hex}"), "begins like a hash"),
        (format!("pbkdf2:sha256$salt${hex}"), "begins like a hash"),
        ("pbkdf2_sha256$1000$$DrdiWD40lyBuydnjvZiDrdQMx1S1mOA9O0QYex0R6ww=".to_owned(), "begins like a hash"),
        ("pbkdf2_sha256$1000$salt$".to_owned(), "begins like a hash"),
        (
            "$argon2id$v=19$m=1048576,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$faCG2Y2MU7gpu0yKEJONexUzhBri6oOSfKdyxUHubQ0"
                .to_owned(),
            "memory",
        ),
        (
            "$argon2id$v=19$m=65536,t=1000,p=1$MDEyMzQ1Njc4OWFiY2RlZg$faCG2Y2MU7gpu0yKEJONexUzhBri6oOSfKdyxUHubQ0"
                .to_owned(),
            "passes",
        ),
        (
            "$argon2d$v=19$m=65536,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$faCG2Y2MU7gpu0yKEJONexUzhBri6oOSfKdyxUHubQ0"
                .to_owned(),
            "argon2d",
        ),
        ("$argon2id$v=19$m=65536,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg".to_owned(), "missing"),
        ("$argon2id$".to_owned(), "missing"),
        (hex.clone(), "without salt"),
        ("5f4dcc3b5aa765d61d8327deb882cf99".to_owned(), "without salt"),
        ("$6$rounds=5000$salt$hash".to_owned(), "crypt(3)"),
        ("correct horse battery".to_owned(), "plain passwords are not imported"),
        ("$".to_owned(), "no hash of a kind"),
        ("$$$$$".to_owned(), "no hash of a kind"),
        ("a$b$c".to_owned(), "no hash of a kind"),
        (format!("{hex}:{hex}"), "no hash of a kind"),
        ("x".repeat(100_000), "no hash of a kind"),
    ] {
        let unfit = accept(&text).unwrap_err();
        assert!(unfit.detail.contains(words), "{text}: {unfit:?}");
        // What stands there may be somebody's password.
        assert!(text.len() < 12 || !format!("{unfit:?}").contains(&text), "{unfit:?}");
    }
}

proptest::proptest! {
    #[test]
    fn p2_no_text_is_too_much_for_the_reader(text in "[$:,=a-z0-9./+]{0,80}|\\PC{0,40}") {
        if let Ok(accepted) = accept(&text) {
            proptest::prop_assert!(accepted.kind == "argon2" || Imported::read(&accepted.text).is_some());
        }
    }
}
