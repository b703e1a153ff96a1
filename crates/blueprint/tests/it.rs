//! What the crate promises, seen from outside: good blueprints, broken ones with their pictures, values, and noise.

#![allow(clippy::allow_attributes, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod it {
    mod access;
    mod good;
    mod noise;
    mod not_yet;
    mod problems;
    mod schema;
    mod values;
}
