//! The crates and their arrows, as `cargo metadata` tells of them.

use std::{path::Path, process::Command};

use serde_json::Value;

use crate::workspace::{read, root};

/// From the ground up. A crate may use the floors below its own.
const FLOORS: [&str; 7] = ["base", "store", "guard", "services", "front", "edge", "keepwell"];

/// The arrows within a floor. There are few, and each is a decision: services, above all, never name each other.
const SIDEWAYS: [(&str, &str); 10] = [
    ("shape", "terms"),
    ("policy", "terms"),
    ("seal", "terms"),
    ("sqlite", "contract"),
    ("suite", "contract"),
    ("trail", "gate"),
    ("facades", "gate"),
    ("facades", "trail"),
    ("service", "gate"),
    ("service", "trail"),
];

/// Adapters of the store and of what is outside: the binary chooses them, and nobody else knows which.
const ADAPTERS: [&str; 4] = ["sqlite", "custody", "functions", "rotators"];

/// Libraries that belong to one place, and the crates that may name them.
const CONFINED: [(&str, &[&str]); 23] = [
    // In `functions` they serve the Runtime API, which only functions can reach. Rotators are clients.
    ("hyper", &["front", "functions", "rotators"]),
    ("hyper-util", &["front", "functions", "rotators"]),
    ("http-body-util", &["front", "functions", "rotators"]),
    ("landlock", &["functions"]),
    ("seccompiler", &["functions"]),
    ("nix", &["functions"]),
    ("zip", &["functions"]),
    ("tokio-rustls", &["front", "rotators"]),
    ("rustls-pki-types", &["front", "keepwell"]),
    ("rustls", &["front", "custody", "functions", "rotators", "keepwell"]),
    ("tokio-postgres", &["rotators"]),
    ("tiberius", &["rotators"]),
    ("md-5", &["rotators"]),
    ("region", &["seal"]),
    ("rusqlite", &["sqlite"]),
    ("quick_cache", &["sqlite", "gate"]),
    ("cryptoki", &["custody"]),
    ("clap", &["keepwell"]),
    ("toml", &["keepwell"]),
    ("strsim", &["keepwell"]),
    ("anyhow", &["keepwell"]),
    ("mimalloc", &["keepwell"]),
    ("tracing-subscriber", &["keepwell"]),
];

/// The ground floor is pure: nothing that opens sockets or files, starts threads, logs or waits.
const NOT_ON_THE_GROUND: [&str; 8] =
    ["tokio", "hyper", "rustls", "rusqlite", "rustix", "tracing", "parking_lot", "anyhow"];

const BEGIN: &str = "<!-- crates: begin -->\n```text\n";
const END: &str = "```\n<!-- crates: end -->";

struct Crate {
    /// The last part of its folder, which is also what other crates call it.
    name: String,
    /// None for what proves the program and is no part of it.
    floor: Option<usize>,
    /// Our own crates that it is built from.
    arrows: Vec<String>,
    libraries: Vec<String>,
    features: Value,
}

#[test]
fn every_arrow_points_down_or_is_listed() {
    for (from, to) in arrows(&crates()) {
        let is_down = from.floor > to.floor;
        let is_listed = SIDEWAYS.contains(&(from.name.as_str(), to.name.as_str()));
        assert!(
            is_down || is_listed,
            "{} must not use {}.\n\
             A crate uses the floors below its own ({FLOORS:?}, from the ground up). If the two services need each \
             other, put a trait into crates/guard/facades and let the binary join them. If both need the same pure \
             thing, it belongs further down.",
            from.name,
            to.name,
        );
    }
}

#[test]
fn every_listed_sideways_arrow_is_used() {
    let crates = crates();
    for (from, to) in SIDEWAYS {
        let is_used = arrows(&crates).iter().any(|(user, used)| user.name == from && used.name == to);
        assert!(is_used, "{from} does not use {to} any more: strike it off SIDEWAYS");
    }
}

#[test]
fn only_the_binary_names_an_adapter() {
    for (from, to) in arrows(&crates()) {
        assert!(
            from.name == "keepwell" || !ADAPTERS.contains(&to.name.as_str()),
            "{} must not name {}: ask crates/store/contract, or a trait of its own, for what it needs; the binary chooses \
             the adapter.",
            from.name,
            to.name,
        );
    }
}

#[test]
fn libraries_stay_where_they_belong() {
    for this in crates().iter().filter(|this| this.floor.is_some()) {
        for library in &this.libraries {
            let allowed = CONFINED.iter().find(|(confined, _)| confined == library).map(|(_, allowed)| *allowed);
            assert!(
                allowed.is_none_or(|allowed| allowed.contains(&this.name.as_str())),
                "{} must not depend on {library}: that is for {allowed:?}.\n\
                 HTTP is front's, SQL is an adapter's, flags and files of configuration are the binary's.",
                this.name,
            );
            assert!(
                this.floor != Some(0) || !NOT_ON_THE_GROUND.contains(&library.as_str()),
                "{} is on the ground floor, which is pure: it must not depend on {library}.",
                this.name,
            );
        }
    }
}

#[test]
fn nothing_that_is_for_measuring_is_built_by_default() {
    for this in crates().iter().filter(|this| this.floor.is_some()) {
        let by_default = this.features.get("default").and_then(Value::as_array).map_or(0, Vec::len);
        assert_eq!(by_default, 0, "{} has default features: a build without flags must be what is shipped", this.name);
    }
}

#[test]
fn the_drawing_in_the_architecture_is_up_to_date() {
    let text = read("ARCHITECTURE.md");
    let drawn = text.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END)).map(|(drawn, _)| drawn);
    let right = drawing(&crates());
    assert!(
        drawn == Some(right.as_str()),
        "The drawing of the crates in ARCHITECTURE.md is out of date. If you meant to add or remove an arrow, put this \
         between `<!-- crates: begin -->` and `<!-- crates: end -->`, and say in the commit why:\n\n{BEGIN}{right}{END}\n",
    );
}

/// One line a crate, the top floor first.
fn drawing(crates: &[Crate]) -> String {
    let mut lines = String::new();
    for (number, floor) in FLOORS.iter().enumerate().rev() {
        for (index, this) in crates.iter().filter(|this| this.floor == Some(number)).enumerate() {
            let heading = if index == 0 { floor } else { "" };
            let line = format!("{heading:<9} {:<15} ─▶ {}", this.name, this.arrows.join(" "));
            lines.push_str(line.trim_end_matches([' ', '─', '▶']));
            lines.push('\n');
        }
    }
    lines
}

/// Every arrow between crates of the program.
fn arrows(crates: &[Crate]) -> Vec<(&Crate, &Crate)> {
    let find = |name: &str| crates.iter().find(|other| other.name == name).unwrap();
    let shipped = crates.iter().filter(|this| this.floor.is_some());
    shipped.flat_map(|this| this.arrows.iter().map(move |to| (this, find(to)))).collect()
}

/// In the order of the workspace's members.
fn crates() -> Vec<Crate> {
    let metadata = metadata();
    let members = read("Cargo.toml");
    let order = |folder: &str| members.find(&format!("\"{folder}\"")).unwrap_or(usize::MAX);
    let mut crates: Vec<(usize, Crate)> = array(&metadata, "packages")
        .iter()
        .map(|package| {
            let folder = folder_of(package);
            let dependencies = array(package, "dependencies");
            let is_built_in = |dependency: &&Value| dependency["kind"].is_null();
            let mut arrows: Vec<&str> = dependencies
                .iter()
                .filter(is_built_in)
                .filter_map(|dependency| dependency["path"].as_str())
                .filter_map(|path| Path::new(path).strip_prefix(root()).ok()?.to_str())
                .collect();
            arrows.sort_by_key(|folder| order(folder));
            let libraries = dependencies.iter().filter(is_built_in).filter(|dependency| dependency["path"].is_null());
            let this = Crate {
                name: name_of(&folder),
                floor: floor_of(&folder),
                arrows: arrows.into_iter().map(name_of).collect(),
                libraries: libraries.map(|dependency| dependency["name"].as_str().unwrap().to_owned()).collect(),
                features: package["features"].clone(),
            };
            (order(&folder), this)
        })
        .collect();
    crates.sort_by_key(|(order, _)| *order);
    crates.into_iter().map(|(_, this)| this).collect()
}

fn metadata() -> Value {
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let told = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).unwrap()
}

fn array<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value[member].as_array().unwrap()
}

/// From the repository's root.
fn folder_of(package: &Value) -> String {
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    manifest.parent().unwrap().strip_prefix(root()).unwrap().to_str().unwrap().to_owned()
}

fn name_of(folder: &str) -> String {
    folder.rsplit('/').next().unwrap().to_owned()
}

/// `crates/base/terms` stands on the floor `base`, `crates/front` is a floor by itself.
fn floor_of(folder: &str) -> Option<usize> {
    let floor = folder.strip_prefix("crates/")?.split('/').next()?;
    let number = FLOORS.iter().position(|known| *known == floor);
    assert!(number.is_some(), "{folder} stands on no floor: put it on one of {FLOORS:?}");
    number
}
