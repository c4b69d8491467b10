//! Proofs that every operation should have. What is missing stands in a list that only shrinks.

use std::{collections::BTreeSet, fs};

use secretsmanager::Operation;

use crate::workspace::{read, root};

/// Proofs that are owed, `<proof> <operation>` a line.
const MISSING: &str = include_str!("coverage/missing.txt");

/// Operations that the newest release of a client cannot call: there is nothing to prove before it can.
const UNKNOWN_TO_CLIENTS: [&str; 3] =
    ["cli ListResourcePolicies", "node ListResourcePolicies", "rust ListResourcePolicies"];

#[test]
fn every_operation_has_its_stories_in_every_client_or_is_listed_as_a_debt() {
    let mut missing: BTreeSet<String> =
        Operation::ALL.iter().flat_map(|operation| missing_proofs(*operation)).collect();
    for unknown in UNKNOWN_TO_CLIENTS {
        assert!(missing.remove(unknown), "{unknown} is proven now. Strike it off UNKNOWN_TO_CLIENTS.");
    }
    let listed: BTreeSet<String> =
        MISSING.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(str::to_owned).collect();

    let new: Vec<&String> = missing.difference(&listed).collect();
    assert!(
        new.is_empty(),
        "Proofs are missing: {new:?}.\nYou probably added an operation. Copy the nearest story of that kind and tell \
         what the operation does. tests/src/coverage/missing.txt is a debt that we only pay down, so please do not add \
         to it."
    );
    let paid: Vec<&String> = listed.difference(&missing).collect();
    assert!(paid.is_empty(), "Thank you: {paid:?} are proven now. Strike them off tests/src/coverage/missing.txt.");
}

fn missing_proofs(operation: Operation) -> Vec<String> {
    let name = operation.action().operation();
    let (snake, kebab) = (separated(name, '_'), separated(name, '-'));
    let proofs = [
        ("story", exists_naming(&format!("tests/src/operations/{snake}.rs"), &format!("\"{name}\""))),
        ("python", exists_naming(&format!("e2e/python/test_{snake}.py"), &snake)),
        // A paginator is as good as the command itself.
        ("node", folder_names("e2e/node", "js", &[&format!("new {name}Command"), &format!("paginate{name}(")])),
        ("rust", folder_names("e2e/rust", "rs", &[&format!(".{snake}()")])),
        ("cli", folder_names("e2e/cli", "sh", &[&format!(" {kebab} ")])),
    ];
    proofs.into_iter().filter(|(_, is_there)| !is_there).map(|(proof, _)| format!("{proof} {name}")).collect()
}

/// `GetSecretValue` as `get_secret_value` or `get-secret-value`.
fn separated(name: &str, separator: char) -> String {
    let mut separated = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !separated.is_empty() {
            separated.push(separator);
        }
        separated.extend(letter.to_lowercase());
    }
    separated
}

fn exists_naming(path: &str, word: &str) -> bool {
    root().join(path).exists() && read(path).contains(word)
}

/// Does a file of the folder, with this ending, name one of the words? What was installed there is not ours.
fn folder_names(folder: &str, extension: &str, words: &[&str]) -> bool {
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("node_modules") && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == extension) {
                let text = fs::read_to_string(&path).unwrap();
                if words.iter().any(|word| text.contains(word)) {
                    return true;
                }
            }
        }
    }
    false
}
