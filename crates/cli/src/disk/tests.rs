//! What is written, renewed and left: whose files are whose, after runs that failed or were killed, and through links.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;

fn draft(path: &str, content: &str, mode: FileMode) -> FileDraft {
    FileDraft { path: path.to_owned(), content: content.to_owned(), mode, ownership: Ownership::Yours }
}

fn everything_in(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything_in(&path));
        }
        found.push(path.display().to_string());
    }
    found
}

#[test]
fn a_file_of_somebody_else_stops_everything() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("b"), "theirs").unwrap();
    let drafts = [draft("a", "ours", FileMode::Normal), draft("b", "ours", FileMode::Normal)];
    let failure = write(folder.path(), &drafts).unwrap_err();
    assert!(failure.message.contains("not ours to overwrite: b"), "{}", failure.message);
    assert!(!folder.path().join("a").exists());
    assert_eq!(fs::read_to_string(folder.path().join("b")).unwrap(), "theirs");
}

/// As after kill -9 at every step: what another run then finds is begun, and it finishes it, also for another request.
#[test]
fn what_a_killed_run_began_another_one_finishes() {
    let project = |text: &str, extra: &str| {
        let files = ["README.md", "docs/a.md", "blueprint.toml", extra].map(|path| draft(path, text, FileMode::Normal));
        let secret = draft(".env", text, FileMode::Secret);
        let drafts: Vec<FileDraft> = files.into_iter().chain([secret]).collect();
        let none = Files { supermaker: "0".into(), app: "x".into(), files: Vec::new() };
        // The record stands first, as nothing says where it stands.
        [vec![none.with(&drafts).unwrap()], drafts].concat()
    };
    let (first, second) = (project("one", "docs/old.md"), project("two", "docs/new.md"));
    let mut steps = 0;
    loop {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("app");
        fs::create_dir(&root).unwrap();
        fs::write(root.join("mine"), "mine").unwrap();
        if staging::killed_after(steps, || write(&root, &first)).is_ok() {
            break;
        }
        // Once the record stands, all the rest does.
        let found = look(&root).unwrap();
        let whole = root.join(FILES_PATH).exists();
        assert!(
            matches!((&found, whole), (Folder::Begun, false) | (Folder::Ours(_), true)),
            "after {steps}: {found:?}"
        );
        // Killed once more, somewhere else.
        let _ = staging::killed_after(steps / 2, || write(&root, &second));
        write(&root, &second).unwrap_or_else(|failure| panic!("after {steps}: {}", failure.message));
        assert!(matches!(look(&root).unwrap(), Folder::Ours(_)), "after {steps}");
        let mut left: Vec<String> =
            everything_in(&root).iter().map(|path| path[root.display().to_string().len() + 1..].to_owned()).collect();
        left.sort();
        let names =
            [".env", ".supermaker", ".supermaker/files.json", "README.md", "blueprint.toml", "docs", "docs/a.md"];
        assert_eq!(left, [&names[..], &["docs/new.md", "mine"]].concat(), "after {steps}");
        assert_eq!(fs::read_to_string(root.join("README.md")).unwrap(), "two");
        steps += 1;
    }
    assert!(steps > 12, "{steps}");
}

#[test]
fn what_somebody_changed_after_a_killed_run_is_his() {
    let folder = tempfile::tempdir().unwrap();
    let drafts = ["a", "b"].map(|path| draft(path, "ours", FileMode::Normal));
    assert!(staging::killed_after(5, || write(folder.path(), &drafts)).is_err());
    fs::write(folder.path().join("a"), "mine").unwrap();
    let failure = write(folder.path(), &drafts).unwrap_err();
    assert!(failure.message.contains("not ours to overwrite: a"), "{}", failure.message);
    assert_eq!(fs::read_to_string(folder.path().join("a")).unwrap(), "mine");
    assert!(matches!(look(folder.path()).unwrap(), Folder::Begun));
}

#[test]
fn two_runs_do_not_write_into_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let other = Begun::open(folder.path()).unwrap().unwrap();
    let failure = write(folder.path(), &[draft("a", "1", FileMode::Normal)]).unwrap_err();
    assert!(failure.message.contains("another supermaker is writing"), "{}", failure.message);
    other.leave();
    write(folder.path(), &[draft("a", "1", FileMode::Normal)]).unwrap();
}

/// One rule for all that writes: a link within the folder is followed and stays one, one that leads out is refused.
#[cfg(unix)]
#[test]
fn links_are_followed_within_the_folder_and_refused_out_of_it() {
    use std::os::unix::fs::symlink;
    type Write = fn(&Path) -> Result<(), Failure>;
    let none = || Files { supermaker: "0".into(), app: "x".into(), files: Vec::new() };
    let new: Write = |root| write(root, &[draft("docs/a.md", "new", FileMode::Normal), record_of(root)]);
    let renewed: Write = |root| {
        crate::renewal::renew(root, vec![draft("docs/a.md", "new", FileMode::Normal)], &record(root).unwrap(), false)
            .map(drop)
    };
    let yours: Write = |root| put_yours(root, "docs/a.md", "new".to_owned());
    let replaced: Write = |root| replace(root, &root.join("docs/a.md"), "new");
    fn record_of(root: &Path) -> FileDraft {
        record(root).unwrap().with([]).unwrap()
    }
    for (name, writes) in [("write", new), ("renew", renewed), ("put_yours", yours), ("replace", replaced)] {
        for (link, target, fits) in [
            ("docs/a.md", "inside", true),
            ("docs/a.md", "outside", false),
            // What is not as we wrote it is left to who made it so.
            ("docs/a.md", "nowhere", name == "renew"),
            ("docs", "inside", true),
            ("docs", "outside", false),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let (root, outside) = (folder.path().join("app"), folder.path().join("outside"));
            fs::create_dir_all(root.join("inside")).unwrap();
            fs::create_dir_all(&outside).unwrap();
            let file = |place: &Path| if link == "docs" { place.join("a.md") } else { place.join("file") };
            [root.join("inside"), outside.clone()].iter().for_each(|place| fs::write(file(place), "old").unwrap());
            let leads = match target {
                "inside" => root.join("inside"),
                "outside" => outside.clone(),
                _ => root.join("none"),
            };
            let leads = if link == "docs" { leads } else { file(&leads) };
            fs::create_dir_all(root.join(link).parent().unwrap()).unwrap();
            symlink(&leads, root.join(link)).unwrap();
            let written = draft("docs/a.md", "old", FileMode::Normal);
            staging::put(&root, &[none().with([&written]).unwrap()]).unwrap();
            let told = writes(&root).map_err(|failure| failure.message);
            let case = format!("{name}: {link} to {target}: {told:?}");
            assert_eq!(told.is_ok(), fits, "{case}");
            assert!(root.join(link).is_symlink(), "{case}");
            let expected = if fits { "new" } else { "old" };
            if target == "nowhere" {
                assert!(!leads.exists(), "{case}");
            } else {
                assert_eq!(fs::read_to_string(root.join("docs/a.md")).unwrap(), expected, "{case}");
            }
            assert!(
                told.is_ok() || told.is_err_and(|told| told.contains("link") || told.contains("not ours")),
                "{case}"
            );
        }
    }
}

#[test]
fn a_failure_half_way_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("new");
    // `a` cannot be a file and a folder: the second draft fails after the first was staged.
    let drafts =
        [draft("a", "1", FileMode::Normal), draft("x/b", "2", FileMode::Normal), draft("x/b/c", "3", FileMode::Normal)];
    assert!(write(&root, &drafts).is_err());
    assert_eq!(everything_in(folder.path()), Vec::<String>::new());
}

#[test]
fn what_we_wrote_and_nobody_changed_may_be_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let record = |hash: &str| {
        let files = format!(r#"[{{"path":"a","sha256":"{hash}","ownership":"generated"}}]"#);
        draft(FILES_PATH, &format!(r#"{{"supermaker":"0","app":"x","files":{files}}}"#), FileMode::Normal)
    };
    let (one, two) = (draft("a", "1", FileMode::Normal), draft("a", "2", FileMode::Normal));
    write(folder.path(), &[one, record(&sha256(b"1"))]).unwrap();
    write(folder.path(), &[two.clone(), record(&sha256(b"2"))]).unwrap();
    assert_eq!(fs::read_to_string(folder.path().join("a")).unwrap(), "2");
    fs::write(folder.path().join("a"), "edited").unwrap();
    assert!(write(folder.path(), &[two]).is_err());
    assert_eq!(fs::read_to_string(folder.path().join("a")).unwrap(), "edited");
}
