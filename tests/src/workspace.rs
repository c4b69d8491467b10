//! The repository as tests read it: its files, and the part of its sources that is shipped.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A source file of `crates/`, without its tests.
pub(crate) struct Source {
    /// From the repository's root, with forward slashes.
    pub(crate) path: String,
    /// Comments are left out as well.
    pub(crate) code: String,
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Everything that ends in the program.
pub(crate) fn shipped_sources() -> Vec<Source> {
    let mut files = Vec::new();
    collect(&root().join("crates"), &mut files);
    let sources = files.into_iter().map(|file| {
        let path = file.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        Source { code: without_comments(without_tests(&fs::read_to_string(&file).unwrap())), path }
    });
    let mut sources: Vec<Source> = sources.filter(|source| !is_proof(&source.path)).collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

impl Source {
    /// Does the code name this, as a word of its own?
    pub(crate) fn names(&self, word: &str) -> bool {
        let is_part_of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        // What stands between two places where the word is found borders on both.
        let between: Vec<&str> = self.code.split(word).collect();
        between.windows(2).any(|neighbours| {
            let (before, after) = (neighbours[0].chars().next_back(), neighbours[1].chars().next());
            !is_part_of_word(before) && !is_part_of_word(after)
        })
    }

    pub(crate) fn lies_below(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Tests, examples, and the stories that store adapters live through.
fn is_proof(path: &str) -> bool {
    path.contains("/tests/")
        || path.contains("/examples/")
        || path.ends_with("/tests.rs")
        || path.ends_with("/testing.rs")
        || path.starts_with("crates/store/suite/")
}

/// A file's tests stand at its end.
fn without_tests(text: &str) -> &str {
    let end = text.match_indices("#[cfg(test)]\nmod ").map(|(at, _)| at).find(|at| {
        let declaration = text.split_at(*at).1.lines().nth(1);
        declaration.is_some_and(|line| line.ends_with('{'))
    });
    end.map_or(text, |at| text.split_at(at).0)
}

fn without_comments(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once("//") {
        // The two slashes of a URL in a string are no comment.
        Some((code, _)) if !code.ends_with(':') => code,
        _ => line,
    });
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn a_word_is_found_in_code_and_not_in_comments_tests_or_longer_words() {
    let code = |text: &str| Source { path: String::new(), code: without_comments(without_tests(text)) };
    assert!(code("let x = key.expose();").names("expose"));
    assert!(code("let x = \"http://localhost\"; expose()").names("expose"));
    assert!(!code("let exposed = 1; // expose").names("expose"));
    assert!(!code("fn a() {}\n#[cfg(test)]\nmod tests {\n    key.expose();\n}\n").names("expose"));
    assert!(code("#[cfg(test)]\nmod tests;\nkey.expose();").names("expose"));
}
