//! The tour of the README, run as it is written: every fenced block marked `sh tour`, in order, in
//! one shell, against a new server.

use super::{PASSWORD, on};
use guanxi_tests::Engine;
use std::{fs, process::Command};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");

/// The blocks of the tour, one after the other.
fn tour(text: &str) -> String {
    let mut script = String::new();
    let mut inside = false;
    for line in text.lines() {
        match line.trim_end() {
            "```sh tour" => inside = true,
            "```" => inside = false,
            line if inside => script.extend([line, "\n"]),
            _ => {}
        }
    }
    script
}

#[actix_web::test]
async fn the_tour_of_the_readme_works_as_it_is_written() {
    let script = tour(&fs::read_to_string(README).expect("README.md"));
    assert!(!script.trim().is_empty(), "README.md has no block that is marked ```sh tour");
    on(Engine::Sqlite, async |program| {
        let server = program.serve();
        let folder = tempfile::TempDir::new().expect("a folder");
        let run = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &script])
            .env("BASE", &server.base)
            .env("GUANXI_ADMIN_PASSWORD", PASSWORD)
            .current_dir(folder.path())
            .output()
            .expect("bash");
        let (out, err) =
            (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert!(run.status.success(), "{}\n{out}\n{err}\nThe tour was:\n{script}", run.status);
    })
    .await;
}

#[test]
fn only_marked_blocks_are_of_the_tour() {
    let text = "# A\n```sh\nrm x\n```\n```sh tour\nA=1\n```\ntext\n```sh tour\necho $A\n```\n";
    assert_eq!(tour(text), "A=1\necho $A\n");
}
