//! A file is worked on in steps of a thousand rows, and nothing that is told of it depends on where they end.

use super::{counts, done, set, succeeded, upload};
use guanxi_tests::{Answer, Json, World, both_stores, json};
use std::{collections::BTreeSet, fmt::Write as _};

both_stores![
    z_12_a_check_tells_what_a_commit_does_across_steps,
    z_12_the_file_of_problems_goes_on_to_the_last,
];

/// One step of a thousand rows and the beginning of another: parents stand in a row before, in the same step and
/// in another one, or behind; and the first code comes once more.
fn rows() -> String {
    let mut file = String::from("name,kind,code,parent\n");
    for number in 0..1_000 {
        let parent = match number {
            5 => "C-4",
            6 => "C-7",
            _ => "",
        };
        writeln!(file, "Party {number},organisation,C-{number},{parent}").expect("a text");
    }
    file.push_str(
        "Again,organisation,C-0,\nX,organisation,C-1000,C-3\nY,organisation,C-1001,C-1000\n\
         Z,organisation,C-1002,C-1003\nLast,organisation,C-1003,\n",
    );
    file
}

/// What came of the rows, and which failed and why.
async fn told(world: &World, job: &str) -> ([i64; 4], Vec<(Json, Json)>) {
    let job: Answer = done(world, job).await;
    succeeded(&job);
    let wrong = world.admin.get(format!("/v1/jobs/{}/problems", job.id())).await.expect(200);
    let row = |one: &Json| (one["row"].clone(), one["problem"]["errors"][0]["code"].clone());
    (counts(&job), wrong.data().iter().map(row).collect())
}

async fn z_12_a_check_tells_what_a_commit_does_across_steps(world: &World) {
    let import = upload(&world.admin, "parties", rows()).await.expect(201).id();
    let path = format!("/v1/imports/{import}");
    let act = async |verb: &str| {
        let job = world.admin.act(format!("{path}/{verb}")).await.expect(202).id();
        told(world, &job).await
    };
    let refused = |row: i64, code: &str| (json!(row), json!(code));
    let unknown = [refused(8, "unknown_reference"), refused(1_005, "unknown_reference")];
    // Without a key to match on, the code is taken.
    let taken = [unknown[0].clone(), refused(1_002, "duplicate"), unknown[1].clone()];
    assert_eq!(act("check").await, ([1_002, 0, 0, 3], taken.to_vec()));
    let patch = json!({ "match_on": ["code"], "on_match": "update" });
    set(&world.admin, &import, patch).await.expect(200);
    let expected = ([1_002, 1, 0, 2], unknown.to_vec());
    assert_eq!(act("check").await, expected);
    assert_eq!(act("commit").await, expected);
    let of = async |code: &str| {
        let found = world.admin.get(format!("/v1/parties?code={code}")).await.expect(200);
        found.data()[0].clone()
    };
    for (child, parent) in [("C-5", "C-4"), ("C-1000", "C-3"), ("C-1001", "C-1000")] {
        assert_eq!(of(child).await["parent_id"], of(parent).await["id"], "{child}");
    }
    assert_eq!(of("C-0").await["name"], "Again");
    an_export_is_of_one_instant(world, &of("C-0").await).await;
}

/// What was on its first page comes to the last one while it is read.
async fn an_export_is_of_one_instant(world: &World, first: &Json) {
    let wish =
        json!({ "resource": "parties", "format": "ndjson", "sort": ["name"], "fields": ["code"] });
    let asked = world.admin.post("/v1/exports", wish).await.expect(202);
    let (path, worker) = (format!("/v1/jobs/{}", asked.id()), world.app.worker());
    let rename = async {
        while world.admin.get(&path).await.expect(200).json["done"] == 0 {}
        let party = format!("/v1/parties/{}", first["id"].as_str().expect("an id"));
        world.admin.patch(party, json!({ "name": "Zzz" })).await.expect(200);
    };
    let (worked, ()) = futures_util::future::join(worker.work(), rename).await;
    assert!(worked.expect("a worker"));
    let job = world.admin.get(&path).await.expect(200);
    succeeded(&job);
    let file = job.json["result"]["file"].as_str().expect("a file");
    let text = fetched(world, file, "*/*").await;
    let all: BTreeSet<&str> = text.lines().collect();
    assert_eq!((text.lines().count(), all.len()), (1_002, 1_002), "none twice, none lost");
}

/// A file as it is sent.
async fn fetched(world: &World, path: &str, accept: &str) -> String {
    let sent = reqwest::Client::new()
        .get(format!("{}{path}", world.base))
        .header("authorization", world.admin.credentials().expect("a token").1)
        .header("accept", accept)
        .send()
        .await
        .expect("a file");
    sent.text().await.expect("all of it")
}

/// The file is sent in pieces of a thousand.
async fn z_12_the_file_of_problems_goes_on_to_the_last(world: &World) {
    let file = format!("name,kind\n{}", ",organisation\n".repeat(1_003));
    let import = upload(&world.admin, "parties", file).await.expect(201).id();
    let job = super::commit(world, &import).await;
    assert_eq!(counts(&job), [0, 0, 0, 1_003]);
    let text = fetched(world, &format!("/v1/jobs/{}/problems", job.id()), "text/csv").await;
    let rows: Vec<&str> = text.lines().map(|line| line.split(',').next().unwrap_or("")).collect();
    let expected: Vec<String> = (2..1_005).map(|row: i64| row.to_string()).collect();
    assert_eq!(rows[0], "row");
    assert_eq!(rows[1..], expected);
}
