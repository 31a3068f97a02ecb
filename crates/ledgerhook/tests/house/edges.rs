//! The walls: crate edges as `cargo metadata` reports them, against the table of ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// What each crate may use of ours.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("store", &["model"]),
    ("store-sqlite", &["store", "model"]),
    ("egress", &["model"]),
    ("connector", &["egress", "model"]),
    ("providers", &["connector", "egress", "model"]),
    ("engine", &["store", "connector", "egress", "model"]),
    ("web", &["engine", "model"]),
    ("sandbox", &[]),
    ("bench", &[]),
    (
        "ledgerhook",
        &[
            "model",
            "store",
            "store-sqlite",
            "egress",
            "connector",
            "providers",
            "engine",
            "web",
            "sandbox",
        ],
    ),
    (
        "testkit",
        &[
            "model",
            "store",
            "store-sqlite",
            "egress",
            "connector",
            "providers",
            "engine",
            "web",
            "sandbox",
        ],
    ),
];

/// Crates from outside that only one place may use directly, and why.
const ONLY_IN: &[(&str, &[&str], &str)] = &[
    ("rusqlite", &["store-sqlite"], "SQL stands in the stores alone"),
    ("tokio-postgres", &["store-postgres"], "SQL stands in the stores alone"),
    (
        "reqwest",
        &["egress", "sandbox"],
        "egress is the only way out; the sandbox plays a provider and shares nothing",
    ),
    ("axum", &["web", "ledgerhook", "sandbox", "bench"], "web is the crate that knows requests"),
    ("clap", &["ledgerhook", "bench"], "only the binary reads the command line"),
];

/// The packages of the workspace, by the name of their folder.
fn packages() -> BTreeMap<String, Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().map(|package| (folder(&package["name"]), package.clone())).collect()
}

fn folder(package: &Value) -> String {
    let name = package.as_str().unwrap();
    name.strip_prefix("ledgerhook-").unwrap_or(name).to_owned()
}

/// Names of the dependencies of a package of one kind (`None` is the ordinary one).
fn dependencies(package: &Value, kind: Option<&str>) -> BTreeSet<String> {
    let all = package["dependencies"].as_array().unwrap();
    let of_kind = all.iter().filter(|one| one["kind"].as_str() == kind);
    of_kind.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

fn is_ours(name: &str) -> bool {
    name == "ledgerhook" || name.starts_with("ledgerhook-")
}

#[test]
fn every_crate_uses_only_what_the_table_allows() {
    let packages = packages();
    let known: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    for (folder, package) in &packages {
        let allowed = known.get(folder.as_str());
        let allowed = allowed.unwrap_or_else(|| panic!("`{folder}` is missing in the table"));
        for name in dependencies(package, None).iter().filter(|name| is_ours(name)) {
            let used = name.trim_start_matches("ledgerhook-");
            assert!(allowed.contains(&used), "`{folder}` may not use `{used}`");
        }
    }
}

#[test]
fn the_sandbox_and_the_bench_use_nothing_of_ours_even_in_tests() {
    let packages = packages();
    for folder in ["sandbox", "bench"] {
        let package = &packages[folder];
        for kind in [None, Some("dev"), Some("build")] {
            let ours: Vec<_> =
                dependencies(package, kind).into_iter().filter(|name| is_ours(name)).collect();
            assert!(ours.is_empty(), "{folder} uses {ours:?}");
        }
    }
}

#[test]
fn what_belongs_to_one_place_is_used_there_alone() {
    for (folder, package) in packages() {
        let used = dependencies(&package, None);
        for (name, places, reason) in ONLY_IN {
            let allowed = folder == "testkit" || places.contains(&folder.as_str());
            assert!(allowed || !used.contains(*name), "`{folder}` uses {name}: {reason}");
        }
    }
}
