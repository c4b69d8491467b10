//! One chapter for each part of the contract.

pub mod accounts;
pub mod commits;
pub mod freshness;
pub mod functions;
pub mod guards;
pub mod identities;
pub mod jobs;
pub mod keys;
pub mod lists;
pub mod logs;
pub mod model;
pub mod notes;
pub mod rotation;
pub mod secrets;
pub mod trail;
pub mod versions;

#[cfg(test)]
mod tests {
    #[test]
    fn every_story_is_told() {
        let told = include_str!("lib.rs");
        let chapters = [
            include_str!("stories/accounts.rs"),
            include_str!("stories/commits.rs"),
            include_str!("stories/freshness.rs"),
            include_str!("stories/functions.rs"),
            include_str!("stories/guards.rs"),
            include_str!("stories/identities.rs"),
            include_str!("stories/jobs.rs"),
            include_str!("stories/keys.rs"),
            include_str!("stories/lists.rs"),
            include_str!("stories/logs.rs"),
            include_str!("stories/model.rs"),
            include_str!("stories/notes.rs"),
            include_str!("stories/rotation.rs"),
            include_str!("stories/secrets.rs"),
            include_str!("stories/trail.rs"),
            include_str!("stories/versions.rs"),
        ];
        let stories = chapters.iter().flat_map(|chapter| chapter.lines()).filter_map(|line| {
            let (name, _) = line.strip_prefix("pub async fn ")?.split_once('<')?;
            Some(name)
        });
        let untold: Vec<&str> = stories.filter(|story| !told.lines().any(|line| line.trim() == *story)).collect();
        assert!(untold.is_empty(), "name these in the macro of lib.rs, or no adapter lives through them: {untold:?}");
    }
}
