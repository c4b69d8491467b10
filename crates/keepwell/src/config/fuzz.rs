//! An entrance for fuzzing: whatever an operator's sources hold, they are understood or refused.

use super::sources::Sources;
use super::{Effective, load};

/// The first two lines of `data` become a variable's name and value, the next two a flag's, the rest the file. What is
/// accepted is written as a file, and must be accepted again and mean the same. Returns whether it was accepted.
pub fn fuzz_config(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.splitn(5, '\n');
    let mut next = || lines.next().unwrap_or_default();
    let (variable, its_value, flag, its_own) = (next(), next(), next(), next());

    let mut sources = Sources::given((!flag.is_empty()).then_some((flag, its_own)));
    sources.hear(variable.into(), its_value.into());
    sources.read_file("keepwell.toml", next());
    let Ok(loaded) = load(sources) else { return false };

    let written = write(&loaded.settings);
    let mut again = Sources::default();
    again.read_file("keepwell.toml", &written);
    let again = load(again).map(|loaded| write(&loaded.settings)).ok();
    assert_eq!(again.as_ref(), Some(&written), "a written configuration must be read back as itself");
    true
}

/// As a file.
pub(super) fn write(settings: &[Effective]) -> String {
    let lines = settings.iter().filter_map(|setting| Some(format!("{} = {}\n", setting.key, setting.value.as_ref()?)));
    lines.collect()
}
