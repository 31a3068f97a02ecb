//! How the files look: what clippy cannot say.

use std::fs;
use std::path::{Path, PathBuf};

/// Longest file, in lines: it is read from the top, on few screens.
const FILE_LINES_MAX: usize = 500;
/// Longest comment line, in characters; code is rustfmt's to break.
const LINE_CHARS_MAX: usize = 100;
/// Names that say nothing of what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc", "mod"];

fn workspace() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    crates.parent().unwrap().to_owned()
}

/// All Rust files under `crates/`, with their text.
fn rust_files() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![workspace().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path, text));
            }
        }
    }
    files
}

#[test]
fn every_file_says_what_it_is_and_is_read_on_few_screens() {
    for (path, text) in rust_files() {
        let shown = path.display();
        assert!(text.starts_with("//!"), "{shown}: the first line must say what it is");
        let lines = text.lines().count();
        assert!(lines <= FILE_LINES_MAX, "{shown}: {lines} lines");
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(!EMPTY_NAMES.contains(&name.as_str()), "{shown}: the name says nothing");
    }
}

#[test]
fn no_comment_is_wider_than_a_page() {
    let mut wide = Vec::new();
    for (path, text) in rust_files() {
        for (number, line) in text.lines().enumerate() {
            let is_comment = line.trim_start().starts_with("//");
            if is_comment && line.chars().count() > LINE_CHARS_MAX {
                wide.push(format!("{}:{}", path.display(), number + 1));
            }
        }
    }
    assert!(wide.is_empty(), "wider than {LINE_CHARS_MAX} characters: {wide:#?}");
}

#[test]
fn nothing_is_left_for_later_and_no_test_is_switched_off_or_sleeps() {
    // Put together here so that this file does not find itself.
    let switched_off = ["#[", "ignore"].concat();
    let sleeping = ["thread::", "sleep("].concat();
    let later = [["TO", "DO"].concat(), ["FIX", "ME"].concat()];
    // This one is also how Java's date patterns write an offset, so it counts in comments alone.
    let later_in_comments = ["XX", "X"].concat();
    for (path, text) in rust_files() {
        for (number, line) in text.lines().enumerate() {
            let place = format!("{}:{}", path.display(), number + 1);
            assert!(!line.contains(&switched_off), "{place}: a test is switched off");
            assert!(!line.contains(&sleeping), "{place}: waits on time instead of state");
            let comment = line.split_once("//").map(|(_, comment)| comment).unwrap_or_default();
            let mut words = comment.split(|c: char| !c.is_alphanumeric());
            let unfinished = later.iter().any(|word| line.contains(word.as_str()))
                || words.any(|word| word == later_in_comments);
            assert!(!unfinished, "{place}: unfinished");
        }
    }
}

#[test]
fn providers_stand_side_by_side_in_the_same_shape() {
    let folder = workspace().join("crates/providers/src");
    let shape = |provider: &str| {
        let mut names: Vec<String> = fs::read_dir(folder.join(provider))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| PROVIDER_FILES.contains(&name.as_str()))
            .collect();
        names.sort();
        names
    };
    let providers: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert!(!providers.is_empty());
    for provider in providers {
        let root = fs::read_to_string(folder.join(format!("{provider}.rs"))).unwrap();
        let sends_none = root.contains("notices: None");
        let is_expected = |name: &&&str| !(sends_none && **name == NOTICES_FILE);
        let expected: Vec<&str> = PROVIDER_FILES.iter().filter(is_expected).copied().collect();
        assert_eq!(shape(&provider), expected, "{provider}");
    }
}

/// The file of every provider that sends notices, and of no other.
const NOTICES_FILE: &str = "notices.rs";

/// The files that every provider has.
const PROVIDER_FILES: &[&str] =
    &["endpoints.rs", "feed.rs", NOTICES_FILE, "oauth.rs", "profile.rs", "record.rs"];

#[test]
fn every_test_that_a_promise_names_is_there() {
    let promises = fs::read_to_string(workspace().join("docs/PROMISES.md")).unwrap();
    let sources = rust_files();
    let names: Vec<&str> =
        promises.split('`').skip(1).step_by(2).filter(|name| is_test_name(name)).collect();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        let definition = format!("fn {name}(");
        assert!(sources.iter().any(|(_, text)| text.contains(&definition)), "no test `{name}`");
    }
}

/// Whether a word of the page is the name of a test, and not a command or a header.
fn is_test_name(word: &str) -> bool {
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    word.len() > 20 && word.chars().all(letters)
}
