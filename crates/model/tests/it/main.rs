//! Reading with a model, against a server that answers by a script: whatever comes back, there is a blueprint that loads,
//! and where it is that of the rules the reason is told.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod answers;
mod failures;
mod real;
mod server;

use model::Read;

/// What every test asks for unless it says otherwise. The rules find three fields, and know of no price.
pub const REQUEST: &str = "We rent out boats. Each boat has a name, a length and a colour. Members book boats. \
    How much it costs per day should be kept for every boat. No SMS please.";

/// Reads with the variables of a test.
pub fn read(request: &str, variables: &[(&str, &str)]) -> Read {
    let variable =
        |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let read = model::read(request, intake::read(request), variable, |_, _| {});
    assert!(read.reading.understood(), "{:?}", read.reading);
    blueprint::load(&read.reading.blueprint)
        .unwrap_or_else(|problems| panic!("{}\n{problems:?}", read.reading.blueprint));
    read
}

/// That the reading is byte for byte that of the rules, and why.
pub fn fell_back(request: &str, read: &Read, reason: &str) {
    let consultation = read.consultation.as_ref().unwrap();
    assert!(!consultation.used, "{consultation:?}");
    let said = consultation.reason.as_deref().unwrap();
    assert!(said.contains(reason), "no {reason:?} in {said:?}");
    assert_eq!(read.reading.blueprint, intake::read(request).blueprint);
    assert_eq!(read.reading.planner, "rules");
}
