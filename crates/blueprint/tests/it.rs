//! What the crate promises, from outside: good blueprints, broken ones with their pictures, values, and noise.

#![allow(missing_docs, clippy::allow_attributes)]
