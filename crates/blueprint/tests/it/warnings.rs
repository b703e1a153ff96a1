//! What loads, but not without a remark: `tests/warnings/*.toml`, and what people read about it in the `.txt` beside it.

use std::fs;
use std::path::Path;

use blueprint::{Problems, load};
use expect_test::expect_file;

#[test]
fn what_may_not_be_meant_is_told_once() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/warnings");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for case in files.filter(|file| file.extension().is_some_and(|extension| extension == "toml")) {
        let text = fs::read_to_string(&case).unwrap();
        let blueprint = load(&text).unwrap_or_else(|problems| panic!("{}: {problems}", case.display()));
        let picture = Problems(blueprint.warnings).render("blueprint.toml", &text, false);
        expect_file![case.with_extension("txt")].assert_eq(&format!("{picture}\n"));
    }
}
