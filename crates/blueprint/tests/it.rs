//! What the crate promises, seen from outside: good blueprints, broken ones with their pictures, values, and noise.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod it {
    mod access;
    mod documents;
    mod good;
    mod links;
    mod noise;
    mod not_yet;
    mod problems;
    mod schema;
    mod unset;
    mod values;
    mod warnings;
}
