//! README.md and `crates/server/deploy` against the configuration that the program knows.

use super::command_line::nowhere;
use crate::architecture::root;
use std::{collections::BTreeSet, fs};

/// Variables that are read elsewhere: by the command line, by the tests, by other programs.
const OTHERS: &[&str] = &[
    "GUANXI_CONFIG",
    "GUANXI_SKIP_POSTGRES",
    "GUANXI_TEST_SUCCEEDED",
    "GUANXI_TEST_POSTGRES",
    "GUANXI_TEST_POSTGRES_OWNER",
    "GUANXI_SECTION_KEY",
];

/// All settings that the program knows, as it shows them itself.
fn settings() -> BTreeSet<String> {
    let shown = nowhere().run(&["config", "show"]).expect(0).out;
    let settings = shown.lines().filter_map(|line| {
        line.trim_start_matches("# ").split_once(' ').map(|(setting, _)| setting.to_owned())
    });
    settings.collect()
}

/// The texts that operators read, by the name of the file.
fn texts() -> Vec<(String, String)> {
    let deploy = fs::read_dir(root().join("crates/server/deploy")).expect("a folder");
    let files = deploy.map(|entry| entry.expect("a file").path());
    files
        .chain([root().join("README.md"), root().join("Makefile")])
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a text"))
        })
        .collect()
}

/// The variables with our prefix in a text.
fn variables(text: &str) -> BTreeSet<String> {
    let rest = text.split("GUANXI_").skip(1);
    let names = rest.map(|rest| {
        let name = rest.chars().take_while(|sign| sign.is_ascii_uppercase() || *sign == '_');
        format!("GUANXI_{}", name.collect::<String>().trim_end_matches('_'))
    });
    // `GUANXI_…` alone stands for all of them.
    names.filter(|name| name != "GUANXI_").collect()
}

#[test]
fn every_variable_that_is_written_down_is_known() {
    let known: BTreeSet<String> = settings()
        .iter()
        .map(|setting| format!("GUANXI_{}", setting.replacen('.', "_", 1).to_uppercase()))
        .chain(OTHERS.iter().map(|name| (*name).to_owned()))
        .collect();
    let mut seen = 0;
    for (file, text) in texts() {
        for variable in variables(&text) {
            assert!(known.contains(&variable), "{file} names {variable}, which nothing reads");
            seen += 1;
        }
    }
    assert!(seen > 10, "the variables are not found any more");
}

#[test]
fn every_setting_is_in_the_readme_and_nothing_else() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let table = readme.split("| key | default | means |").nth(1).expect("the table of settings");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let keys = rows.filter_map(|row| row.split('|').nth(1));
    let written: BTreeSet<String> = keys
        .flat_map(|keys| keys.split('`').skip(1).step_by(2))
        .filter(|key| key.contains('.'))
        .map(str::to_owned)
        .collect();
    assert_eq!(written, settings());
}

#[test]
fn the_example_of_a_configuration_is_good() {
    let program = nowhere();
    let example = root().join("crates/server/deploy/guanxi.toml");
    let example = example.to_str().expect("a path");
    let url = "postgres://guanxi:secret@postgres.internal/guanxi?sslmode=verify-full";
    let check = ["config", "check", "--without-store", "--config", example];
    let good = program.run_with(&check, &[("DATABASE_URL", url)]).expect(0).out;
    assert!(!good.contains("server.production is false"), "{good}");
    let unproven = "postgres://guanxi:secret@postgres.internal/guanxi";
    let refused = program.run_with(&check, &[("DATABASE_URL", unproven)]).expect(1).err;
    assert!(refused.contains("verify-full"), "{refused}");
}

#[test]
fn the_readme_names_every_file_for_operators() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    for (file, _) in texts() {
        // It belongs to the file that it is named after.
        let named = file.trim_end_matches(".dockerignore");
        assert!(
            named == "README.md" || readme.contains(&format!("`{named}`")) || named == "Makefile",
            "{file} is not in README.md"
        );
    }
}

#[test]
fn containers_and_units_start_what_there_is() {
    let program = nowhere();
    for (file, text) in texts() {
        for command in text.split("/usr/local/bin/guanxi").skip(1) {
            let line = command.lines().next().unwrap_or_default();
            let words = line.split([' ', '"', ',', ']', '[']).filter(|word| !word.is_empty());
            let words: Vec<&str> = words
                .take_while(|word| word.chars().all(|sign| sign.is_ascii_lowercase()))
                .collect();
            if words.is_empty() {
                continue;
            }
            let help = program.run(&[&words[..], &["--help"]].concat());
            assert_eq!(help.code, Some(0), "{file}: guanxi {words:?}");
        }
    }
}

#[test]
fn variables_are_found_in_a_text() {
    let text = "`GUANXI_SERVER_PORT=1` or GUANXI_LOG_FORMAT, see GUANXI_… and $GUANXI_CONFIG.";
    let found = ["GUANXI_CONFIG", "GUANXI_LOG_FORMAT", "GUANXI_SERVER_PORT"];
    assert_eq!(variables(text), found.map(str::to_owned).into());
}
