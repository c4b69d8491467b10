//! What the documents claim, as far as a program can check it.

use std::collections::BTreeSet;

use crate::workspace::{read, root};

/// What may be said of a feature, and nothing else.
const PROVEN: &str = "proven";
const VERDICTS: [&str; 3] = [PROVEN, "believed", "absent"];

#[test]
fn every_row_of_the_compatibility_table_has_a_verdict_and_what_is_proven_names_its_proof() {
    let rows = table(&read("README.md"), "Compatibility");
    assert!(rows.len() > 20, "the table has {} rows", rows.len());
    for row in rows {
        let [_, what, verdict, proof] = row.as_slice() else { panic!("four columns are wanted: {row:?}") };
        assert!(VERDICTS.contains(&verdict.as_str()), "{what}: {verdict:?} is none of {VERDICTS:?}");
        let files: Vec<&str> = proof.split('`').skip(1).step_by(2).collect();
        assert!(verdict != PROVEN || !files.is_empty(), "{what} is proven, and no file is named that shows it");
        for file in files {
            assert!(root().join(file).exists(), "{what}: {file} does not exist");
        }
    }
}

#[test]
fn the_configuration_table_has_every_setting_and_no_other() {
    let told: BTreeSet<String> = table(&read("README.md"), "Configuration")
        .into_iter()
        .map(|row| row.first().unwrap().trim_matches('`').to_owned())
        .collect();
    assert_eq!(told, settings(), "left: README.md, right: crates/keepwell/src/config");
}

#[test]
fn every_library_says_what_it_is_for() {
    let told = table(&read("docs/decisions/0002-libraries.md"), "Decision");
    let told: BTreeSet<&str> = told.iter().flat_map(|row| row.first().unwrap().split(", ")).collect();
    let workspace = read("Cargo.toml");
    let (_, section) = workspace.split_once("[workspace.dependencies]\n").unwrap();
    let entries = section.lines().take_while(|line| !line.starts_with('['));
    let libraries = entries.filter(|line| !line.contains("path = ")).filter_map(|line| line.split_once(" = "));
    let named: BTreeSet<&str> = libraries.map(|(name, _)| name).collect();
    assert_eq!(told, named, "left: docs/decisions/0002-libraries.md, right: Cargo.toml");
}

#[test]
fn every_link_to_a_file_leads_somewhere() {
    for document in documents() {
        let folder = root().join(&document);
        let folder = folder.parent().unwrap();
        for link in links(&read(&document)) {
            let file = link.split('#').next().unwrap();
            let is_local = !file.is_empty() && !file.contains("://") && !file.starts_with("mailto:");
            assert!(!is_local || folder.join(file).exists(), "{document} links to {link}, which does not exist");
        }
    }
}

#[test]
fn decisions_are_numbered_without_gaps_and_say_why() {
    let mut names: Vec<String> = files_in("docs/decisions");
    names.sort();
    for (number, name) in (1..).zip(&names) {
        assert!(name.starts_with(&format!("{number:04}-")), "{name} should be number {number}");
        let text = read(&format!("docs/decisions/{name}"));
        for part in ["# ", "\n## Context\n", "\n## Decision\n", "\n## Consequences\n"] {
            assert!(text.contains(part), "{name} has no {part:?}");
        }
    }
}

/// Every setting that the program knows, as its file names it.
fn settings() -> BTreeSet<String> {
    let concerns = files_in("crates/keepwell/src/config");
    let texts = concerns
        .iter()
        .filter(|name| *name != "tests.rs")
        .map(|name| read(&format!("crates/keepwell/src/config/{name}")));
    texts.flat_map(|text| text.lines().filter_map(setting).collect::<Vec<_>>()).collect()
}

/// `"data_dir" => data_dir: PathBuf = ...`
fn setting(line: &str) -> Option<String> {
    let line = line.strip_prefix("        \"")?;
    let (key, rest) = line.split_once('"')?;
    let is_key = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._".contains(&byte));
    let is_stated = rest.starts_with(" => ") && rest.contains(": ") && rest.contains(" = ") || rest.starts_with(" or ");
    (is_key && is_stated).then(|| key.to_owned())
}

/// The rows of the first table in the section, without its head.
fn table(text: &str, heading: &str) -> Vec<Vec<String>> {
    let (_, section) = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section {heading}"));
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    rows.skip(2).map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// Markdown at the root and below docs.
fn documents() -> Vec<String> {
    ["", "docs", "docs/decisions"]
        .into_iter()
        .flat_map(|folder| {
            files_in(folder)
                .into_iter()
                .map(move |name| if folder.is_empty() { name } else { format!("{folder}/{name}") })
        })
        .filter(|path| path.ends_with(".md"))
        .collect()
}

fn files_in(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap().map(Result::unwrap);
    entries
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

fn links(text: &str) -> Vec<String> {
    let parts = text.split("](").skip(1);
    parts.filter_map(|part| part.split_once(')')).map(|(link, _)| link.to_owned()).collect()
}
