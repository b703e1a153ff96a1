//! Warns of records that everybody who is signed in sees where anybody can make an account: then everybody sees them, which
//! a blueprint may mean, but says in another word.

use crate::model::{Api, Auth, Entity, Rule, SignUp, TokenSource};
use crate::places::Pointer;
use crate::report::Report;

pub(super) fn check(entities: &[Entity], auth: &Auth, api: &Api, report: &mut Report) {
    if auth.sign_up != SignUp::Open || !auth.accept.contains(&TokenSource::Own) {
        return;
    }
    let is_shared = |entity: &&Entity| {
        let narrowed = api.user_path && entity.owned;
        entity.access.read.atoms().contains(&Rule::SignedIn) && !narrowed
    };
    let shared: Vec<String> = entities.iter().filter(is_shared).map(|entity| format!("`{}`", entity.name)).collect();
    let Some(first) = entities.iter().find(is_shared) else { return };
    let message = format!("anybody can make an account, and with it see every {}", shared.join(", every "));
    let hint = "if that is not meant: `sign_up = \"invite\"` under [auth], or a narrower `read`; if it is: `read = [\"anyone\"]`";
    report.warn(&Pointer::root("entity").child(&first.name), "open_sign_up", message, Some(hint.to_owned()));
}
